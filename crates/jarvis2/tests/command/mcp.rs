//! `jarvis2 mcp` as its clients meet it: what it offers, answers, refuses, and that it leaves nothing behind.
//!
//! `mcp_client.py` beside this folder asks the same with the protocol's own Python package, over both transports.

use crate::run::{Desk, SMALL};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);

/// A client on standard input and output.
struct Talk {
    child: Child,
    say: Option<ChildStdin>,
    heard: Receiver<String>,
    last_id: u64,
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The small budget as arguments of a tool.
fn small() -> Value {
    let pairs = SMALL.iter().filter(|word| !word.starts_with("--"));
    pairs.copied().collect::<Vec<_>>().into()
}

impl Talk {
    /// Starts the program and shakes hands.
    fn start(desk: &Desk, more: &[&str]) -> Talk {
        let mut command = desk.command(&[&["mcp"], more].concat());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (tell, heard) = channel();
        let stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        let mut talk = Talk {
            say: child.stdin.take(),
            child,
            heard,
            last_id: 0,
        };
        let hello = talk.ask(
            "initialize",
            json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "0" },
            }),
        );
        assert_eq!(hello["result"]["serverInfo"]["name"], "jarvis2", "{hello}");
        assert!(
            hello["result"]["capabilities"]["tools"].is_object(),
            "{hello}"
        );
        talk.tell(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        talk
    }

    fn tell(&mut self, message: Value) {
        let say = self.say.as_mut().unwrap();
        writeln!(say, "{message}").unwrap();
        say.flush().unwrap();
    }

    /// Sends a request without waiting for its answer.
    fn send(&mut self, method: &str, params: Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.tell(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The answer to a request; what else comes is thrown away.
    #[track_caller]
    fn answer(&self, id: u64) -> Value {
        loop {
            let line = self.heard.recv_timeout(PATIENCE).expect("no answer");
            // Every line that comes is the protocol's.
            let message: Value = serde_json::from_str(&line).expect(&line);
            assert_eq!(message["jsonrpc"], "2.0", "{line}");
            if message["id"] == id {
                return message;
            }
        }
    }

    #[track_caller]
    fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.answer(id)
    }

    #[track_caller]
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask(
            "tools/call",
            json!({ "name": tool, "arguments": arguments }),
        )
    }

    /// The structured answer of a call that must succeed. It stands in the text too.
    #[track_caller]
    fn given(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.call(tool, arguments);
        let result = &answer["result"];
        assert_ne!(result["isError"], true, "{tool}: {answer}");
        let value = result["structuredContent"].clone();
        assert!(value.is_object(), "{tool}: {answer}");
        let again: Value =
            serde_json::from_str(result["content"][1]["text"].as_str().unwrap()).unwrap();
        assert_eq!(again, value);
        let text = result["content"][0]["text"].as_str().unwrap();
        if let Some(mark) = value["watermark"].as_str() {
            assert!(text.contains(mark), "{tool}: {text}");
        }
        value
    }

    /// A refusal of the command: its kind and message.
    #[track_caller]
    fn refused(&mut self, tool: &str, arguments: Value, kind: &str, code: u8) -> String {
        let answer = self.call(tool, arguments);
        let result = &answer["result"];
        assert_eq!(result["isError"], true, "{tool}: {answer}");
        let refusal = &result["structuredContent"];
        assert_eq!(refusal["kind"], kind, "{answer}");
        assert_eq!(refusal["exit_code"], code, "{answer}");
        refusal["message"].as_str().unwrap().to_owned()
    }

    /// An argument that is wrong: the error names it.
    #[track_caller]
    fn wrong(&mut self, tool: &str, arguments: Value, field: &str, remedy: &str) {
        let answer = self.call(tool, arguments);
        let error = &answer["error"];
        assert_eq!(error["code"], -32602, "{answer}");
        assert_eq!(error["data"]["field"], field, "{answer}");
        let told = error["data"]["remedy"].as_str().unwrap();
        assert!(told.contains(remedy), "{answer}");
        assert!(
            error["message"].as_str().unwrap().contains(told),
            "{answer}"
        );
    }

    /// Closes its input: it ends by itself.
    #[track_caller]
    fn ends_within(mut self, patience: Duration) {
        drop(self.say.take());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.code(), Some(0));
                return;
            }
            assert!(begun.elapsed() < patience, "still there after {patience:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Every file below a folder, by its name from there.
fn files(desk: &Desk) -> Vec<String> {
    fn below(folder: &std::path::Path, root: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => below(&path, root, found),
                false => found.push(path.strip_prefix(root).unwrap().display().to_string()),
            }
        }
    }
    let root = desk.path("");
    let mut found = Vec::new();
    below(&root, &root, &mut found);
    found.sort();
    found
}

#[test]
fn every_tool_answers_on_the_sample_and_writes_nothing() {
    let desk = Desk::new();
    let mut talk = Talk::start(&desk, &[]);
    let listed = talk.ask("tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "plan",
            "price_chain",
            "backtest",
            "explain",
            "recall",
            "journal_query",
            "hardware"
        ]
    );
    for tool in tools {
        let hints = &tool["annotations"];
        // A backtest is counted, and says so.
        let reads = tool["name"] != "backtest";
        assert_eq!(hints["readOnlyHint"], reads, "{tool}");
        assert_eq!(hints["idempotentHint"], reads, "{tool}");
        assert_eq!(hints["destructiveHint"], false, "{tool}");
        assert_eq!(hints["openWorldHint"], false, "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{tool}");
    }

    let plan = talk.given("plan", json!({ "set": small(), "alternatives": 2 }));
    assert!(
        plan["watermark"]
            .as_str()
            .unwrap()
            .starts_with("SYNTHETIC DATA"),
        "{plan}"
    );
    assert_eq!(plan["symbol"], "SYNVOL");
    assert_eq!(plan["alternatives"].as_array().unwrap().len(), 2);
    assert!(plan["alternatives_total"].as_u64().unwrap() >= 2);
    assert!(
        plan["notices"]
            .as_array()
            .unwrap()
            .iter()
            .any(|notice| { notice.as_str().unwrap().contains("no account was given") })
    );
    // The same as the command line says.
    let by_hand = desk.plan(&["--no-diary"]).json();
    assert_eq!(plan["action"], by_hand["decision"]["action"]);
    assert_eq!(
        plan["worth_over_holding"],
        by_hand["numbers"]["worth_over_holding"]
    );
    assert_eq!(
        plan["citations"][0]["sha256"],
        by_hand["manifest"]["data_sha256"]
    );

    let why = talk.given("explain", json!({ "set": small(), "tree_parts": 7 }));
    assert_eq!(why["edge"], by_hand["why"]["edge"]);
    assert_eq!(why["refusals"], by_hand["why"]["refusals"]);
    assert_eq!(why["tree"]["parts"].as_array().unwrap().len(), 7);
    assert_eq!(why["tree"]["parts"][0]["level"], 0);
    assert_eq!(why["watermark"], plan["watermark"]);

    let prices = talk.given(
        "price_chain",
        json!({ "right": "put", "delta_min": 0.2, "delta_max": 0.4, "rows": 3 }),
    );
    assert!(prices["watermark"].is_string());
    let rows = prices["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert!(prices["quotes_passing"].as_u64().unwrap() > 3);
    assert!(prices["quotes_total"].as_u64() > prices["quotes_passing"].as_u64());
    for row in rows {
        assert_eq!(row["right"], "P");
        let delta = row["delta"].as_f64().unwrap();
        assert!((-0.4..=-0.2).contains(&delta), "{row}");
    }
    let next = talk.given(
        "price_chain",
        json!({ "right": "put", "delta_min": 0.2, "delta_max": 0.4, "rows": 1, "skip": 2 }),
    );
    assert_eq!(next["rows"][0], rows[2]);

    let days = talk.given("recall", json!({ "days": 20, "rows": 1 }));
    assert!(days["watermark"].is_string());
    assert!(days["prices_note"].is_string() && days["citations"][0]["sha256"].is_string());

    let months = talk.given("journal_query", json!({ "question": "premium_by_month" }));
    assert_eq!(months["rows_total"], 0);
    assert!(
        months["note"]
            .as_str()
            .unwrap()
            .starts_with("n/a (there is no diary")
    );

    let machine = talk.given("hardware", json!({}));
    assert!(machine["memory"]["budget_bytes"].as_u64().unwrap() > 0);
    assert_eq!(machine["devices"].as_array().unwrap().len(), 3);
    assert_eq!(files(&desk), [""; 0]);

    let past = talk.given(
        "backtest",
        json!({ "policy": "rule", "from": "2026-01-02", "to": "2026-03-31" }),
    );
    assert!(past["watermark"].is_string());
    assert_eq!(past["odds"]["runs_counted"], 1);
    assert_eq!(past["citations"][0]["name"], past["id"]);
    let id = past["id"].as_str().unwrap();
    // It was counted, and nothing else was written.
    assert_eq!(
        files(&desk),
        [
            format!(".local/share/jarvis2/runs/{id}.json"),
            ".local/share/jarvis2/trials.jsonl".to_owned(),
            ".local/state/jarvis2/trials.head".to_owned(),
            ".local/state/jarvis2/trials.lock".to_owned(),
        ]
    );
    let kept = std::fs::read(desk.path(".local/share/jarvis2/trials.jsonl")).unwrap();
    assert_eq!(kept.iter().filter(|&&byte| byte == b'\n').count(), 1);
    talk.ends_within(Duration::from_secs(10));
    // What it was asked with is enough to ask again.
    desk.run(&["replay", id]).exits(0);
}

#[test]
fn what_is_wrong_is_named_and_what_is_refused_says_why() {
    let desk = Desk::new();
    let mut talk = Talk::start(&desk, &[]);
    talk.wrong("plan", json!({ "sybmol": "KO" }), "sybmol", "symbol");
    talk.wrong(
        "plan",
        json!({ "as_of": "yesterday" }),
        "as_of",
        "YYYY-MM-DD",
    );
    talk.wrong(
        "plan",
        json!({ "set": ["output.dir=/tmp"] }),
        "set[0]",
        "only keys of",
    );
    talk.wrong(
        "plan",
        json!({ "chain": ["/dev/zero"] }),
        "chain[0]",
        "regular file",
    );
    talk.wrong(
        "plan",
        json!({ "account": "a.toml", "cash_usd": 5000 }),
        "cash_usd",
        "leave one",
    );
    talk.wrong(
        "price_chain",
        json!({ "rows": 1000 }),
        "rows",
        "from 1 to 200",
    );
    talk.wrong(
        "journal_query",
        json!({ "question": "DROP TABLE" }),
        "question",
        "open_lots",
    );
    talk.wrong(
        "journal_query",
        json!({}),
        "question",
        "one of premium_by_month",
    );
    talk.wrong(
        "backtest",
        json!({ "policy": "rule", "open_frozen": true }),
        "open_frozen",
        "no such",
    );
    talk.wrong("buy", json!({}), "name", "one of plan");

    let told = talk.refused("plan", json!({ "chain": ["nowhere.csv"] }), "data", 3);
    assert!(told.contains("nowhere.csv"), "{told}");
    let told = talk.refused("plan", json!({ "symbol": "NOPE" }), "data", 3);
    assert!(told.contains("SYNVOL"), "{told}");
    let told = talk.refused("plan", json!({ "set": ["search.pahts=64"] }), "usage", 2);
    assert!(told.contains("search.paths"), "{told}");
    let told = talk.refused("explain", json!({ "decision": 41 }), "usage", 2);
    assert!(told.contains("41"), "{told}");
    talk.refused("recall", json!({ "symbol": "NOPE" }), "usage", 2);
    // A name that looks like a flag is a name.
    talk.refused(
        "price_chain",
        json!({ "chain": "--parquet=x.parquet" }),
        "data",
        3,
    );
    talk.refused("plan", json!({ "chain": ["--trace=x.json"] }), "data", 3);
    talk.refused("plan", json!({ "symbol": "--trace=x.json" }), "data", 3);
    assert_eq!(files(&desk), [""; 0]);
    talk.ends_within(Duration::from_secs(10));
}

#[test]
fn pings_are_answered_while_it_thinks_and_it_stops_when_told() {
    let desk = Desk::new();
    let mut talk = Talk::start(&desk, &[]);
    let mut settings = small();
    let endless = json!("search.time_ms=600000");
    settings.as_array_mut().unwrap().push(endless);
    let long = json!({
        "name": "plan",
        "arguments": { "set": settings },
        "_meta": { "progressToken": "how far" },
    });
    let plan = talk.send("tools/call", long.clone());
    let news = talk.heard.recv_timeout(PATIENCE).unwrap();
    let news: Value = serde_json::from_str(&news).unwrap();
    assert_eq!(news["method"], "notifications/progress", "{news}");
    assert_eq!(news["params"]["progressToken"], "how far");
    let begun = Instant::now();
    talk.ask("ping", json!({}));
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    talk.tell(json!({
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": { "requestId": plan },
    }));
    // The next call takes its turn once the plan has ended.
    let begun = Instant::now();
    talk.given("hardware", json!({}));
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    // Whoever goes away in the middle of a call leaves no program behind.
    talk.send("tools/call", long);
    std::thread::sleep(Duration::from_millis(500));
    talk.ends_within(Duration::from_secs(15));
    assert_eq!(files(&desk), [""; 0]);
}

#[test]
fn the_diary_is_asked_and_not_written() {
    let desk = Desk::new();
    let kept = desk.plan(&[]).json();
    let before = std::fs::read(desk.path(".local/share/jarvis2/diary.sqlite")).unwrap();
    let mut talk = Talk::start(&desk, &[]);
    let asked = talk.given("journal_query", json!({ "question": "decisions" }));
    assert_eq!(asked["rows_total"], 1);
    assert_eq!(
        asked["decisions"][0]["action"],
        kept["decision"]["action"]["text"]
    );
    assert!(asked["watermark"].is_string(), "{asked}");
    let id = asked["decisions"][0]["id"].as_i64().unwrap();
    let why = talk.given("explain", json!({ "decision": id }));
    assert_eq!(why["because"], kept["decision"]["because"]);
    assert_eq!(
        why["citations"][0],
        json!({ "kind": "decision", "name": id.to_string() })
    );
    let days = talk.given("recall", json!({ "decision": id }));
    assert!(days["diary_note"].is_string());
    for question in ["open_lots", "closed_trades", "fills"] {
        assert_eq!(
            talk.given("journal_query", json!({ "question": question }))["rows_total"],
            0
        );
    }
    let wrong = json!({ "question": "fills", "from": "2026-02-01", "to": "2026-01-01" });
    talk.wrong("journal_query", wrong, "from", "swap them");
    for name in ["days", "strike", "delta"] {
        let (least, most) = (format!("{name}_min"), format!("{name}_max"));
        let one = json!({ least.as_str(): 0.9, most.as_str(): 0.1 });
        let other = json!({ least.as_str(): 60, most.as_str(): 30 });
        let wrong = if name == "delta" { one } else { other };
        talk.wrong("price_chain", wrong, &least, "swap them");
    }
    talk.ends_within(Duration::from_secs(10));
    let after = std::fs::read(desk.path(".local/share/jarvis2/diary.sqlite")).unwrap();
    assert!(before == after, "the diary has changed");
}

#[test]
fn with_a_folder_nothing_outside_of_it_is_read() {
    let desk = Desk::new();
    desk.run(&["sample", "--out", "inside"]).exits(0);
    desk.run(&["sample", "--out", "outside"]).exits(0);
    let mut talk = Talk::start(&desk, &["--folder", "inside"]);
    let prices = json!({ "chain": "inside/chain.parquet", "symbol": "SYNIDX", "rows": 1 });
    let prices = talk.given("price_chain", prices);
    assert_eq!(prices["citations"][0]["name"], "chain.parquet");
    for path in [
        "outside/chain.parquet",
        "inside/../outside/chain.parquet",
        "inside/none",
        "/etc/passwd",
    ] {
        talk.wrong(
            "price_chain",
            json!({ "chain": path }),
            "chain",
            "no such file below",
        );
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(desk.path("outside"), desk.path("inside/way")).unwrap();
        let path = "inside/way/chain.parquet";
        talk.wrong(
            "price_chain",
            json!({ "chain": path }),
            "chain",
            "no such file below",
        );
        talk.wrong(
            "backtest",
            json!({ "policy": "hold", "data": ["inside/way"] }),
            "data[0]",
            "no such",
        );
    }
}

/// A server on a port of its own.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(desk: &Desk, more: &[&str]) -> Server {
        let mut command = desk.command(&[&["mcp", "--http", "0"], more].concat());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("http://").expect(&line);
        Server {
            address: address.strip_suffix("/mcp").expect(&line).to_owned(),
            child,
        }
    }

    /// The status of a handshake with these headers, and the whole answer.
    fn shakes(&self, path: &str, host: &str, headers: &str) -> (u16, String) {
        let body = json!({
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "0" },
            },
        })
        .to_string();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        (status.expect(&answer), answer)
    }
}

#[test]
fn over_http_only_this_machine_is_answered_and_no_page() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    assert!(
        server.address.starts_with("127.0.0.1:"),
        "{}",
        server.address
    );
    let own = server.address.clone();
    let (status, answer) = server.shakes("/mcp", &own, "");
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("\"name\":\"jarvis2\""), "{answer}");
    assert_eq!(server.shakes("/mcp", "localhost", "").0, 200);
    for (path, host, headers, status) in [
        ("/", own.as_str(), "", 404),
        ("/mcp", "evil.example", "", 421),
        ("/mcp", "127.0.0.1.evil.example", "", 421),
        ("/mcp", "", "", 421),
        ("/mcp", own.as_str(), "Origin: http://evil.example\r\n", 403),
        (
            "/mcp",
            own.as_str(),
            "Origin: http://localhost:3000\r\n",
            403,
        ),
        ("/mcp", own.as_str(), "Origin: null\r\n", 403),
    ] {
        let (found, answer) = server.shakes(path, host, headers);
        assert_eq!(found, status, "{path} {host} {headers}: {answer}");
    }
    desk.put("token", "0123456789abcdef\n");
    let server = Server::start(&desk, &["--token-file", "token"]);
    let own = server.address.clone();
    assert_eq!(server.shakes("/mcp", &own, "").0, 401);
    assert_eq!(
        server
            .shakes("/mcp", &own, "Authorization: Bearer 0123456789abcdeg\r\n")
            .0,
        401
    );
    assert_eq!(
        server
            .shakes("/mcp", &own, "Authorization: Bearer 0123456789abcdef\r\n")
            .0,
        200
    );
}
