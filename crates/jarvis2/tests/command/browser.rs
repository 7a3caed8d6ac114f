//! The page of `jarvis2 serve` in a real browser, where there is one (Debian's `chromium`): charts move while a plan runs, nothing
//! is written to the console, nothing is asked of anybody else. `JARVIS2_SCREENSHOTS=DIR` keeps pictures.
//!
//! The browser is driven through two pipes with its own protocol (`--remote-debugging-pipe`: JSON, a zero byte between messages).

use crate::run::{Desk, SMALL};
use crate::watch::{Server, long_plan};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(90);

struct Browser {
    child: Child,
    to: File,
    from: Receiver<Value>,
    events: Vec<Value>,
    calls: u64,
    session: Option<String>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self
            .to
            .write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| {
            ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
        })
        .find(|file| file.is_file())
}

impl Browser {
    fn start(program: &Path, folder: &Path) -> Browser {
        let (to, from) = (folder.join("to"), folder.join("from"));
        let made = Command::new("mkfifo").args([&to, &from]).status().unwrap();
        assert!(made.success());
        let script = "exec \"$1\" --headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
            --disable-component-update --disable-sync --disable-dev-shm-usage --remote-debugging-pipe --window-size=1280,1500 \
            --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1' --user-data-dir=\"$2\" about:blank 3<\"$3\" 4>\"$4\"";
        let child = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(program)
            .arg(folder.join("profile"))
            .args([&to, &from])
            .env("HOME", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = File::options().write(true).open(to).unwrap();
        let from = File::open(from).unwrap();
        let (tell, told) = channel();
        std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            let mut message = Vec::new();
            while from.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let value = serde_json::from_slice(&message);
                if value.is_ok_and(|value| tell.send(value).is_err()) {
                    break;
                }
                message.clear();
            }
        });
        Browser {
            child,
            to,
            from: told,
            events: Vec::new(),
            calls: 0,
            session: None,
        }
    }

    #[track_caller]
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to
            .write_all(format!("{message}\0").as_bytes())
            .unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let value = self
                .from
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("{method}: no answer"));
            if value["id"] == self.calls {
                assert!(value["error"].is_null(), "{method}: {value}");
                return value["result"].clone();
            }
            self.events.push(value);
        }
    }

    fn open(&mut self, url: &str) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = self.call(
            "Target.attachToTarget",
            json!({ "targetId": target["targetId"], "flatten": true }),
        );
        self.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        self.call("Page.navigate", json!({ "url": url }));
    }

    #[track_caller]
    fn value(&mut self, expression: &str) -> Value {
        let said = self.call(
            "Runtime.evaluate",
            json!({ "expression": expression, "returnByValue": true }),
        );
        assert!(said["exceptionDetails"].is_null(), "{expression}: {said}");
        said["result"]["value"].clone()
    }

    #[track_caller]
    fn until(&mut self, what: &str, expression: &str) {
        let end = Instant::now() + PATIENCE;
        // While the page loads there is nothing to ask.
        let expression =
            format!("(() => {{ try {{ return {expression} }} catch {{ return false }} }})()");
        while self.value(&expression) != Value::Bool(true) {
            let body = if Instant::now() < end {
                Value::Null
            } else {
                self.value("document.body.innerText")
            };
            assert!(
                body.is_null(),
                "{what}: not within {PATIENCE:?}; the page reads {body}"
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("JARVIS2_SCREENSHOTS") else {
            return;
        };
        let picture = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let mut child = Command::new("base64")
            .arg("-d")
            .stdin(Stdio::piped())
            .stdout(File::create(Path::new(&folder).join(name)).unwrap())
            .spawn()
            .unwrap();
        let text = picture["data"].as_str().unwrap().to_owned();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn charts_move_while_a_plan_runs() {
    let Some(program) = program() else {
        // Not `eprintln!`, which the test harness hides.
        let _ = writeln!(std::io::stderr(), "skipped: there is no chromium");
        return;
    };
    let desk = Desk::new();
    desk.run(&[&["plan", "--quiet"], SMALL].concat()).exits(0);
    let server = Server::start(&desk, &[]);
    let plan = long_plan(&desk);

    let folder = tempfile::tempdir().unwrap();
    let mut browser = Browser::start(&program, folder.path());
    let url = format!("http://{}/", server.address);
    browser.open(&url);
    browser.until(
        "the plan is on the page",
        "document.getElementById('running').innerText.includes('searching')",
    );
    browser.until(
        "its rate is drawn",
        "Number(document.querySelector('figure[data-title=\"Per second\"]')?.dataset.points) > 3",
    );
    let chart = "document.querySelector('figure[data-title=\"Processor\"] canvas').toDataURL()";
    let drawn = browser.value(chart);
    browser.until("the chart moves", &format!("{chart} !== {drawn}"));
    let simulations = "Number(document.querySelector('figure[data-title=\"Per second\"]').dataset.last.split(' ')[1]) > 0";
    browser.until("simulations are counted", simulations);
    browser.until(
        "the ledger is shown",
        "document.getElementById('memory').innerText.includes('search tree')",
    );
    browser.until(
        "the report is linked",
        "document.querySelector('#plans a')?.getAttribute('href')?.startsWith('/report/') === true",
    );
    browser.picture("page.png");
    browser.call(
        "Emulation.setEmulatedMedia",
        json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] }),
    );
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        json!({ "width": 420, "height": 1800, "deviceScaleFactor": 1, "mobile": true }),
    );
    browser.value("1");
    std::thread::sleep(Duration::from_secs(1));
    browser.picture("narrow.png");
    let wide = browser.value("document.documentElement.scrollWidth > window.innerWidth");
    assert_eq!(wide, false, "a narrow window scrolls sideways");

    drop(plan);
    browser.until(
        "the end is told",
        "document.getElementById('notes').innerText.includes('ended without a word')",
    );

    let mut asked = 0;
    for event in &browser.events {
        let params = &event["params"];
        match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                let to = params["request"]["url"].as_str().unwrap();
                assert!(
                    to.starts_with(&url) || to.starts_with("data:"),
                    "it asked {to}"
                );
                asked += 1;
            }
            "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Log.entryAdded" => {
                panic!("the console says {event}");
            }
            _ => {}
        }
    }
    assert!(asked > 5, "{asked} requests were seen");
}
