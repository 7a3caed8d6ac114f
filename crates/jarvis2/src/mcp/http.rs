//! Streamable HTTP on this machine alone.
//!
//! A page of the web that gives its own name our address (DNS rebinding) is refused twice: its `Host` is not ours, and a request
//! with an `Origin` comes from a browser, to which this server has nothing to say.

use super::Desk;
use crate::error::Error;
use crate::serve::guard::{Guard, Token};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Bytes of a request's head, and of its body, at most.
const HEAD_BYTES_MAX: usize = 16 << 10;
const BODY_BYTES_MAX: usize = 256 << 10;
/// Headers of a request, at most.
const HEADERS_MAX: usize = 64;
/// Time for the head of a request, and for which a connection may idle between two.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// Connections at once, at most.
const CLIENTS_MAX: usize = 64;
/// A session in which nothing is said for so long is forgotten. A backtest may take long.
const SESSION_TIME: Duration = Duration::from_secs(6 * 3600);

/// Listens until the process ends.
pub(super) async fn serve(port: u16, token: Option<&Path>, desk: Desk) -> Result<(), Error> {
    let token = token.map(|path| {
        let text = std::fs::read_to_string(path).map_err(|error| Error::Io {
            path: path.to_owned(),
            why: format!("the token cannot be read: {error}"),
        })?;
        Token::new(text.trim()).map_err(|why| Error::Usage(format!("{}: {why}", path.display())))
    });
    let token = token.transpose()?;
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let refused = |error: std::io::Error| {
        Error::Usage(format!(
            "{wanted}: cannot listen there: {error}; name another port with --http, or 0 for a free one"
        ))
    };
    let listener = TcpListener::bind(wanted).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    crate::cli::done(&format!("http://{address}/mcp"));
    eprintln!(
        "{}; Ctrl-C ends it",
        match token.is_some() {
            true => "open to this machine, with the token",
            false =>
                "open to every user of this machine, who could read your diary through it; --token-file asks for a token",
        }
    );
    let guard = Arc::new(Guard {
        loopback: true,
        names: Vec::new(),
        token,
    });
    let routes = TowerToHyperService::new(routes(guard, desk));
    let open = Arc::new(Semaphore::new(CLIENTS_MAX));
    loop {
        let Ok(place) = Arc::clone(&open).acquire_owned().await else {
            return Ok(());
        };
        let Ok((stream, _)) = listener.accept().await else {
            // No more files, or a client that went away: others may have better luck soon.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let routes = routes.clone();
        tokio::spawn(async move {
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIME)
                .max_headers(HEADERS_MAX)
                .max_buf_size(HEAD_BYTES_MAX)
                .serve_connection(TokioIo::new(stream), routes)
                .await;
            drop(place);
        });
    }
}

fn routes(guard: Arc<Guard>, desk: Desk) -> Router {
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(SESSION_TIME);
    let config = StreamableHttpServerConfig::default()
        .enforce_origin_validation()
        .with_max_request_body_bytes(BODY_BYTES_MAX);
    let service = StreamableHttpService::new(move || Ok(desk.clone()), Arc::new(sessions), config);
    Router::new()
        .route_service("/mcp", service)
        .fallback(|| async { (StatusCode::NOT_FOUND, "there is only /mcp here") })
        .layer(axum::middleware::from_fn_with_state(guard, check))
}

/// Refuses, or lets pass.
async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    if let Err(refused) = guard.admits(&request) {
        return refused.into_response();
    }
    if request.headers().contains_key(header::ORIGIN) {
        return (
            StatusCode::FORBIDDEN,
            "pages of the web are not answered here",
        )
            .into_response();
    }
    next.run(request).await
}
