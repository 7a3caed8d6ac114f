//! `jarvis2 serve`: a page, `/api/now` and `/metrics` for the machine and running work. It only reads.
//!
//! One thread looks once an interval and lays the answers ready as bytes; another hands them out, so a thousand clients cost no
//! more looks than one. Only loopback is bound unless a token is given. See `guard` for what is refused, and the constants here
//! for what is limited.

mod answers;
pub(crate) mod guard;
mod metrics;

use crate::cli::{ConfigArgs, load};
use crate::error::Error;
use crate::watch::{Watch, inside};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use clap::Args;
use guard::{Guard, Token};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Head of a request in bytes, at most; longer ones are answered 431.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Headers of a request, at most.
const HEADERS_MAX: usize = 64;
/// Time for the head of a request, and for which a connection may idle.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Life of a connection: whoever reads slowly holds its memory no longer. Browsers open another one.
const LIFE: Duration = Duration::from_secs(60);
/// What its last answer may take after that.
const GRACE: Duration = Duration::from_secs(2);
/// Reports that are read at once.
const READS_MAX: usize = 4;
/// Looks between two searches for report files.
const REPORTS_EVERY: u64 = 5;

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Port; 0 takes a free one and says which.
    #[arg(long, default_value_t = 7117)]
    port: u16,
    /// Address to listen on. Others than loopback need a token.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: IpAddr,
    /// Ask for this token: as `Authorization: Bearer TOKEN`, or as the password that a browser asks for. Other users of this
    /// machine may see it in the list of processes; `--token-file` keeps it.
    #[arg(long, conflicts_with = "token_file")]
    token: Option<String>,
    /// Ask for the token in this file. Default: `monitor.token_file` of the configuration.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A name by which browsers may call this server, besides its address and localhost. May be repeated.
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// Seconds between two looks.
    #[arg(long, default_value_t = 1.0, value_name = "SECONDS")]
    interval: f64,
    /// Clients at once, at most; more are answered 503.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    clients: u32,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Answers laid ready.
#[derive(Debug, Default)]
struct Ready {
    now: Bytes,
    history: Bytes,
    metrics: Bytes,
    reports: BTreeMap<i64, PathBuf>,
}

/// What every request may ask.
struct Site {
    ready: RwLock<Arc<Ready>>,
    guard: Guard,
    plans: PathBuf,
    reads: Semaphore,
}

impl Site {
    fn ready(&self) -> Arc<Ready> {
        Arc::clone(&self.ready.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The command.
pub(crate) fn run(args: &ServeArgs) -> Result<u8, Error> {
    let interval = crate::watch::interval(args.interval)?;
    let config = load(&args.config, Vec::new())?.config;
    let token = token(args, &config)?;
    let loopback = args.host.to_canonical().is_loopback();
    if !loopback && token.is_none() {
        return Err(Error::Usage(format!(
            "--host {}: others could read your plans there; give a token with --token-file, or leave --host out",
            args.host
        )));
    }
    let clients = allow_files(args.clients);
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|error| Error::Internal(error.to_string()))?;

    let mut watch = Watch::open(&config);
    // A rate needs two looks.
    watch.look();
    std::thread::sleep(Duration::from_millis(100));
    let ready = {
        let reports = watch.reports();
        answers::ready(&mut watch, interval, &reports)?
    };
    let site = Arc::new(Site {
        ready: RwLock::new(Arc::new(ready)),
        guard: Guard {
            loopback,
            names: args.name.clone(),
            token,
        },
        plans: PathBuf::from(&config.output.dir),
        reads: Semaphore::new(READS_MAX),
    });
    let (end, ended) = channel::<()>();
    let lookout = {
        let site = Arc::clone(&site);
        std::thread::spawn(move || {
            let mut reports = site.ready().reports.clone();
            for round in 1_u64.. {
                if ended.recv_timeout(interval) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                if round.is_multiple_of(REPORTS_EVERY) {
                    reports = watch.reports();
                }
                if let Ok(ready) = answers::ready(&mut watch, interval, &reports) {
                    *site.ready.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ready);
                }
            }
        })
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let served = runtime.block_on(serve(args, Arc::clone(&site), clients, &stop));
    runtime.shutdown_timeout(Duration::from_secs(1));
    drop(end);
    let _ = lookout.join();
    served?;
    eprintln!("ended");
    Ok(0)
}

/// The token that is asked for, if any.
fn token(args: &ServeArgs, config: &crate::config::Config) -> Result<Option<Token>, Error> {
    let configured = config.monitor.token_file.as_ref().map(PathBuf::from);
    let (text, from) = match (&args.token, args.token_file.clone().or(configured)) {
        (Some(token), _) => (token.clone(), "--token".to_owned()),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(&path).map_err(|error| Error::Io {
                path: path.clone(),
                why: format!("the token cannot be read: {error}"),
            })?;
            (text, path.display().to_string())
        }
        (None, None) => return Ok(None),
    };
    Token::new(text.trim())
        .map(Some)
        .map_err(|why| Error::Usage(format!("{from}: {why}")))
}

/// Raises the limit on open files as far as may be, and says for how many clients that is enough.
fn allow_files(clients: u32) -> usize {
    /// What we open besides: the diary, sensors, reports.
    const OTHERS: u64 = 64;
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let wanted = u64::from(clients) + OTHERS;
        let mut limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < wanted) {
            limit.current = Some(limit.maximum.map_or(wanted, |most| most.min(wanted)));
            let _ = setrlimit(Resource::Nofile, limit);
        }
        if let Some(files) = getrlimit(Resource::Nofile).current
            && files < wanted
        {
            let clients = files.saturating_sub(OTHERS).max(1);
            eprintln!("the limit on open files allows {clients} clients at once");
            return usize::try_from(clients).unwrap_or(1);
        }
    }
    clients as usize
}

/// Takes connections until `stop`.
async fn serve(
    args: &ServeArgs,
    site: Arc<Site>,
    clients_max: usize,
    stop: &AtomicBool,
) -> Result<(), Error> {
    let wanted = SocketAddr::new(args.host, args.port);
    let refused = |error: std::io::Error| {
        Error::Usage(format!(
            "{wanted}: cannot listen there: {error}; name another port with --port, or 0 for a free one"
        ))
    };
    let listener = TcpListener::bind(wanted).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    crate::cli::done(&format!("http://{address}/"));
    eprintln!(
        "{}; Ctrl-C ends it",
        match (site.guard.loopback, site.guard.token.is_some()) {
            (true, false) => "open to every user of this machine, and to nobody else",
            (true, true) => "open to this machine, with the token",
            (false, _) =>
                "open to other machines, with the token; nothing is encrypted on the way: a tunnel or a proxy with TLS should carry it",
        }
    );
    let routes = TowerToHyperService::new(routes(Arc::clone(&site)));
    let open = Arc::new(AtomicUsize::new(0));
    while !stop.load(Ordering::Relaxed) {
        // Now and then a look at whether we should end.
        let accepted = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
        let stream = match accepted {
            Err(_) => continue,
            Ok(Ok((stream, _))) => stream,
            Ok(Err(_)) => {
                // No more files, or a client that went away: others may have better luck soon.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        if open.load(Ordering::Relaxed) >= clients_max {
            let _ = stream.try_write(
                b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            );
            continue;
        }
        open.fetch_add(1, Ordering::Relaxed);
        let (routes, open) = (routes.clone(), Arc::clone(&open));
        tokio::spawn(async move {
            attend(stream, routes).await;
            open.fetch_sub(1, Ordering::Relaxed);
        });
    }
    Ok(())
}

/// Serves one connection, for as long as it may live.
async fn attend(stream: TcpStream, routes: TowerToHyperService<Router>) {
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), routes);
    let mut connection = std::pin::pin!(connection);
    if tokio::time::timeout(LIFE, connection.as_mut())
        .await
        .is_err()
    {
        connection.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(GRACE, connection).await;
    }
}

fn routes(site: Arc<Site>) -> Router {
    let fixed = |kind: &'static str, text: &'static str| {
        move || async move { answer(StatusCode::OK, kind, Bytes::from_static(text.as_bytes())) }
    };
    const JSON: &str = "application/json";
    Router::new()
        .route(
            "/",
            get(fixed(
                "text/html; charset=utf-8",
                include_str!("serve/page.html"),
            )),
        )
        .route(
            "/page.js",
            get(fixed(
                "text/javascript; charset=utf-8",
                include_str!("serve/page.js"),
            )),
        )
        .route(
            "/page.css",
            get(fixed(
                "text/css; charset=utf-8",
                include_str!("serve/page.css"),
            )),
        )
        .route(
            "/api/now",
            get(|State(site): State<Arc<Site>>| async move {
                answer(StatusCode::OK, JSON, site.ready().now.clone())
            }),
        )
        .route(
            "/api/history",
            get(|State(site): State<Arc<Site>>| async move {
                answer(StatusCode::OK, JSON, site.ready().history.clone())
            }),
        )
        .route(
            "/metrics",
            get(|State(site): State<Arc<Site>>| async move {
                let text = site.ready().metrics.clone();
                answer(
                    StatusCode::OK,
                    "text/plain; version=0.0.4; charset=utf-8",
                    text,
                )
            }),
        )
        .route("/report/{id}", get(report))
        .fallback(|| async { plain(StatusCode::NOT_FOUND, "there is no such page") })
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&site),
            guard::check,
        ))
        .with_state(site)
}

/// The report of a decision. The number is looked up among the files that were found; no part of the address becomes a path.
async fn report(State(site): State<Arc<Site>>, UrlPath(id): UrlPath<String>) -> Response {
    let missing = || {
        plain(
            StatusCode::NOT_FOUND,
            "no report of this decision lies in the plans' folder",
        )
    };
    let found = id
        .parse()
        .ok()
        .and_then(|id: i64| site.ready().reports.get(&id).cloned());
    let Some(path) = found else { return missing() };
    let Ok(_permit) = site.reads.try_acquire() else {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "busy; try again");
    };
    let plans = site.plans.clone();
    // It may have become a link since it was found.
    let read = move || inside(&plans, &path).and_then(|path| std::fs::read(path).ok());
    match tokio::task::spawn_blocking(read).await {
        Ok(Some(text)) => {
            let mut response = answer(StatusCode::OK, "text/html; charset=utf-8", text.into());
            // A report has its style inside and no script.
            response.headers_mut().insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(
                    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
                ),
            );
            response
        }
        _ => missing(),
    }
}

fn answer(status: StatusCode, kind: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    answer(
        status,
        "text/plain; charset=utf-8",
        Bytes::from_static(text.as_bytes()),
    )
}
