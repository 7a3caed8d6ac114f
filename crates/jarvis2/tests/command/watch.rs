//! Status files, `jarvis2 monitor --once`, and `jarvis2 serve` as its clients meet it: what it refuses, and many at once.

use crate::run::{Desk, SMALL};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const TOKEN: &str = "0123456789abcdef";
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends with the test.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Ctrl-C.
    fn interrupt(&self) {
        let kill = std::process::Command::new("kill")
            .args(["-INT", &self.0.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
    }
}

/// A plan that goes on until it is ended.
pub(crate) fn long_plan(desk: &Desk) -> Running {
    let args = [
        &["plan", "--json", "--no-diary", "--time-ms", "600000"],
        SMALL,
    ]
    .concat();
    let mut command = desk.command(&args);
    Running(
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    )
}

pub(crate) struct Server {
    _child: Running,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(desk: &Desk, more: &[&str]) -> Server {
        let args = [&["serve", "--port", "0", "--interval", "0.25"], more].concat();
        let mut command = desk.command(&args);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = Running(child.unwrap());
        let mut line = String::new();
        let stdout = child.0.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").expect(&line);
        Server {
            address: address.trim_end_matches('/').to_owned(),
            _child: child,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and reads until the other side closes; what it said first counts.
    fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // It may answer and close before all is sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str, headers: &str) -> String {
        let host = &self.address;
        self.say(
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n")
                .as_bytes(),
        )
    }

    #[track_caller]
    fn answers(&self, path: &str, headers: &str, status: u16) -> String {
        let answer = self.get(path, headers);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path} {headers}: {answer}"
        );
        answer
    }

    #[track_caller]
    pub(crate) fn now(&self) -> Value {
        let answer = self.answers("/api/now", "", 200);
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

/// Asks again and again until there is an answer.
#[track_caller]
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_long_plan_is_seen_and_a_killed_one_is_told() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    assert_eq!(server.now()["running"], serde_json::json!([]));
    let plan = long_plan(&desk);
    let work = until("the plan is seen searching", || {
        let now = server.now();
        let work = now["running"][0].clone();
        let rates = work["counts"].as_array()?;
        let rate = rates.iter().find(|rate| rate["what"] == "simulations")?;
        (rate["per_second"].as_f64()? > 0.0).then_some(work)
    });
    assert_eq!(work["command"], "plan");
    assert_eq!(work["pid"], plan.0.id());
    let held = work["memory"].as_array().unwrap();
    assert!(held.iter().any(|row| {
        row["component"]
            .as_str()
            .unwrap()
            .starts_with("search tree")
    }));

    let screen = desk
        .run(&["monitor", "--once", "--interval", "0.25", "--size", "80x24"])
        .exits(0)
        .stdout;
    assert!(
        screen.contains(&format!("plan (process {})", plan.0.id())),
        "{screen}"
    );
    assert!(screen.contains("simulations"), "{screen}");

    let metrics = server.answers("/metrics", "", 200);
    assert!(metrics.contains("jarvis2_running 1\n"), "{metrics}");
    assert!(
        metrics.contains("jarvis2_running_per_second{command=\"plan\""),
        "{metrics}"
    );

    drop(plan);
    until("the end is told", || {
        let now = server.now();
        let told = now["notes"][0].as_str()?.contains("ended without a word");
        (told && now["running"] == serde_json::json!([])).then_some(())
    });
}

#[test]
fn an_interrupted_plan_takes_its_word_back_and_switches_are_heard() {
    let desk = Desk::new();
    let folder = desk.path("said");
    let files = || std::fs::read_dir(&folder).map_or(0, |files| files.flatten().count());
    let set = format!("monitor.folder={}", folder.display());
    let start = |more: &[&str]| {
        let args = [
            "plan",
            "--json",
            "--no-diary",
            "--time-ms",
            "600000",
            "--set",
            &set,
        ];
        let args = [&args, SMALL, more].concat();
        let mut command = desk.command(&args);
        Running(
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        )
    };
    let mut plan = start(&[]);
    until("word is left", || (files() > 0).then_some(()));
    plan.interrupt();
    plan.0.wait().unwrap();
    assert_eq!(files(), 0);
    for off in [&["--no-files"][..], &["--set", "monitor.status=false"]] {
        let plan = start(off);
        std::thread::sleep(Duration::from_millis(2500));
        drop(plan);
        assert_eq!(files(), 0, "{off:?}");
    }
}

#[test]
fn the_page_and_its_headers() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    for path in [
        "/",
        "/page.js",
        "/page.css",
        "/api/now",
        "/api/history",
        "/metrics",
    ] {
        let answer = server.answers(path, "", 200).to_lowercase();
        for header in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-store",
        ] {
            assert!(answer.contains(header), "{path}: {header}\n{answer}");
        }
    }
    // Nothing is loaded from elsewhere.
    for path in ["/", "/page.js", "/page.css"] {
        let page = server.get(path, "");
        assert!(
            !page.contains("http://") && !page.contains("https://"),
            "{path}"
        );
    }
    let metrics = server.answers("/metrics", "", 200);
    let body = metrics.split_once("\r\n\r\n").unwrap().1;
    for line in body.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("jarvis2_"), "{line}");
        assert!(value.parse::<f64>().unwrap().is_finite(), "{line}");
        let name = name.split('{').next().unwrap();
        assert!(body.contains(&format!("# TYPE {name} gauge\n")), "{line}");
    }
}

#[test]
fn a_report_is_linked_where_it_is_the_plan_that_was_kept() {
    let desk = Desk::new();
    desk.run(&[&["plan", "--quiet"], SMALL].concat()).exits(0);
    let server = Server::start(&desk, &[]);
    let link = server.now()["plans"][0]["report"].clone();
    let link = link.as_str().expect("the report lies here");
    let report = server.answers(link, "", 200);
    assert!(report.contains("<!doctype html>") || report.contains("<!DOCTYPE html>"));
    assert!(report.contains("sandbox"), "a report runs nothing");
    // Another plan in its place is not this decision's.
    desk.put("plan.json", "{}");
    until("the link is gone", || {
        server.now()["plans"][0]["report"].is_null().then_some(())
    });
    server.answers(link, "", 404);
}

#[test]
fn no_path_leads_out() {
    let desk = Desk::new();
    desk.put("secret.txt", "a secret");
    let server = Server::start(&desk, &[]);
    for path in [
        "/secret.txt",
        "/../secret.txt",
        "/report/../secret.txt",
        "/report/..%2fsecret.txt",
        "/report/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/report//etc/passwd",
        "/report/1%00",
        "/report/-1",
        "/report/99999999999999999999999",
        "/..;/etc/passwd",
        "//etc/passwd",
        "/page.js/../../secret.txt",
    ] {
        let answer = server.get(path, "");
        let status: u16 = answer[9..12].parse().unwrap();
        assert!([400, 404].contains(&status), "{path}: {answer}");
        assert!(
            !answer.contains("secret\n") && !answer.contains("root:"),
            "{path}"
        );
    }
}

#[test]
fn wrong_hosts_methods_and_bodies_are_refused() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let ask = |text: &str| server.say(text.as_bytes());
    for (request, status) in [
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 421),
        (
            "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            421,
        ),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
            405,
        ),
        ("DELETE /api/now HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
            413,
        ),
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            413,
        ),
        ("nonsense\r\n\r\n", 400),
    ] {
        let answer = ask(request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request:?}: {answer}"
        );
    }
    let endless = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(64 << 10)
    );
    let answer = ask(&endless);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
    let many: String = (0..200).map(|index| format!("X{index}: 1\r\n")).collect();
    let answer = ask(&format!("GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"));
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
    // A huge body is cut off, and the server lives on.
    let mut stream = server.connect();
    let _ = stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n");
    let block = vec![b'x'; 1 << 20];
    let sent = (0..64)
        .take_while(|_| stream.write_all(&block).is_ok())
        .count();
    assert!(sent < 64, "64 MiB of a body were taken");
    server.answers("/", "", 200);
}

#[test]
fn the_slow_are_cut_off_and_hold_nobody_up() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
    let silent = server.connect();
    let begun = Instant::now();
    server.answers("/api/now", "", 200);
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    for mut stream in [slow, silent] {
        let mut rest = String::new();
        let _ = stream.read_to_string(&mut rest);
        assert!(!rest.starts_with("HTTP/1.1 200"), "{rest}");
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn a_token_is_needed_where_there_is_one() {
    let desk = Desk::new();
    desk.put("token", format!("{TOKEN}\n"));
    let server = Server::start(&desk, &["--token-file", "token"]);
    for path in [
        "/",
        "/page.js",
        "/api/now",
        "/metrics",
        "/report/1",
        "/nothing",
    ] {
        let answer = server.answers(path, "", 401);
        assert!(answer.to_lowercase().contains("www-authenticate: basic"));
        server.answers(path, "Authorization: Bearer 0123456789abcdeX\r\n", 401);
        server.answers(&format!("{path}?token={TOKEN}"), "", 401);
    }
    server.answers(
        "/api/now",
        &format!("Authorization: Bearer {TOKEN}\r\n"),
        200,
    );
}

#[test]
fn it_opens_to_others_only_with_a_token() {
    let desk = Desk::new();
    let refused = desk
        .run(&["serve", "--port", "0", "--host", "0.0.0.0"])
        .exits(2);
    assert!(refused.stderr.contains("give a token"), "{refused}");
    desk.put("token", "short");
    let refused = desk
        .run(&["serve", "--port", "0", "--token-file", "token"])
        .exits(2);
    assert!(refused.stderr.contains("16 letters"), "{refused}");
    desk.run(&["serve", "--port", "0", "--token-file", "nowhere"])
        .exits(3);
    desk.run(&["serve", "--interval", "0"]).exits(2);
    desk.run(&["monitor"]).exits(2);
}

#[test]
fn too_many_clients_are_told_so_and_ctrl_c_ends_it() {
    let desk = Desk::new();
    let server = Server::start(&desk, &["--clients", "3"]);
    let held: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    until("the fourth is refused", || {
        server
            .get("/", "")
            .starts_with("HTTP/1.1 503 ")
            .then_some(())
    });
    drop(held);
    until("there is room again", || {
        server
            .get("/", "")
            .starts_with("HTTP/1.1 200 ")
            .then_some(())
    });
    let mut child = server._child;
    child.interrupt();
    let code = until("it ends", || child.0.try_wait().unwrap()).code();
    assert_eq!(code, Some(0));
}

/// Many clients at once. `JARVIS2_CLIENTS=1000 JARVIS2_SECONDS=60` is the long form, whose figures stand in docs/benchmarks.md.
#[cfg(target_os = "linux")]
#[test]
fn many_clients_are_answered_in_bounded_memory() {
    let number = |name: &str, default: u64| {
        let value = std::env::var(name).ok();
        value.map_or(default, |value| value.parse().expect(name))
    };
    let (clients, seconds) = (number("JARVIS2_CLIENTS", 100), number("JARVIS2_SECONDS", 2));
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    let pid = server._child.0.id();
    let status = |what: &str| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(what))
            .unwrap();
        let number = line.trim_start_matches(':').trim().trim_end_matches(" kB");
        number.parse::<u64>().unwrap()
    };
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<&str> = stat
            .rsplit_once(')')
            .unwrap()
            .1
            .split_whitespace()
            .collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    };
    let (before, ticks_before) = (status("VmRSS"), ticks());
    let end = Instant::now() + Duration::from_secs(seconds);
    let address = server.address.as_str();
    // Each keeps its connection and asks once a second, as the page does; a server that ends a connection is asked on another.
    let asked: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .map(|client| {
                let work = move || {
                    let mut asked = 0;
                    std::thread::sleep(Duration::from_millis(client % 1000));
                    let open = || {
                        let stream = TcpStream::connect(address).unwrap();
                        stream.set_read_timeout(Some(PATIENCE)).unwrap();
                        BufReader::new(stream)
                    };
                    let (mut stream, mut fresh) = (open(), true);
                    while Instant::now() < end {
                        match ask_again(&mut stream, address) {
                            Ok(()) => {
                                asked += 1;
                                fresh = false;
                                std::thread::sleep(Duration::from_secs(1));
                            }
                            // An old connection may end; a new one must answer.
                            Err(_) if !fresh => (stream, fresh) = (open(), true),
                            Err(error) => panic!("client {client}: {error}"),
                        }
                    }
                    asked
                };
                let builder = std::thread::Builder::new().stack_size(128 << 10);
                builder.spawn_scoped(scope, work).unwrap()
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    let peak = status("VmHWM");
    println!(
        "{clients} clients for {seconds} s: {asked} answers, no error; server: {before} kB before, peak {peak} kB, {} ms of processor time",
        (ticks() - ticks_before) * 10
    );
    assert!(asked >= clients);
    assert!(
        peak < before + 16_384 + 64 * clients,
        "peak {peak} kB, {before} kB before"
    );
}

#[cfg(target_os = "linux")]
fn ask_again(stream: &mut BufReader<TcpStream>, address: &str) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let request = format!("GET /api/now HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream
        .get_mut()
        .write_all(request.as_bytes())
        .map_err(text)?;
    let mut length = None;
    let mut first = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).map_err(text)? == 0 {
            return Err("closed".to_owned());
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.parse().ok();
        }
        first.get_or_insert_with(|| line.to_owned());
    }
    let mut body = vec![0; length.ok_or("no length")?];
    stream.read_exact(&mut body).map_err(text)?;
    match first.as_deref() {
        Some("HTTP/1.1 200 OK") => Ok(()),
        // What a new connection must not say.
        other => panic!("{other:?}"),
    }
}
