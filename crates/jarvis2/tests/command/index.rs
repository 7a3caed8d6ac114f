//! `jarvis2 index` as someone with a folder of notes and a file of vectors meets it.

use crate::run::{Desk, npy};
use std::path::Path;

/// Rows on a spiral: those whose numbers are near are near.
fn spiral(count: usize) -> Vec<Vec<f32>> {
    (0..count)
        .map(|row| {
            (1..=6)
                .map(|k| (row as f32 * 0.01 * k as f32).sin() + 1.5)
                .collect()
        })
        .collect()
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("x.npy", npy(&spiral(300)));
    std::fs::create_dir_all(desk.path("notes/2024")).unwrap();
    desk.put("notes/5.md", "Earnings next week; sold a put.");
    desk.put("notes/2024/ko.txt", "Rolled out. Earnings are over.");
    desk.put("notes/skip.pdf", "not read");
    desk.put(
        "facts.csv",
        "id,symbol,day,vol\n5,KO,2024-01-02,0.2\n6,PEP,2024-02-02,0.3\n8,KO,2024-03-01,\n2024/ko,KO,2024-03-01,0.1\n",
    );
    desk
}

fn ids(desk: &Desk, args: &[&str]) -> Vec<String> {
    let json = desk
        .run(&[&["index", "query", "--db", "d", "--json"], args].concat())
        .exits(0)
        .json();
    let hits = json["hits"].as_array().unwrap().iter();
    hits.map(|hit| hit["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn notes_vectors_facts_and_arrows_answer_together() {
    let desk = desk();
    let add = [
        "index",
        "add",
        "--db",
        "d",
        "--vectors",
        "x.npy",
        "--text",
        "notes",
        "--facts",
        "facts.csv",
    ];
    let json = desk.run(&[&add[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(
        (&json["vectors"]["added"], &json["texts_added"]),
        (&300.into(), &2.into())
    );
    // Again: nothing is twice.
    let json = desk.run(&[&add[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(
        (&json["vectors"]["added"], &json["vectors"]["unchanged"]),
        (&0.into(), &300.into())
    );
    assert_eq!(ids(&desk, &["--text", "earnings"]).len(), 2);
    assert_eq!(ids(&desk, &["--text", "earnings -over"]), ["5"]);
    assert_eq!(
        ids(&desk, &["--text", "earnings", "--where", "day>=2024-02-01"]),
        ["2024/ko"]
    );
    let mut near = ids(&desk, &["--like", "5", "-n", "2"]);
    near.sort();
    assert_eq!(near, ["4", "6"]);
    assert_eq!(ids(&desk, &["--like", "5", "-n", "2", "--exact"]).len(), 2);
    assert_eq!(ids(&desk, &["--like", "5", "--where", "symbol=KO"]), ["8"]);
    assert_eq!(
        ids(
            &desk,
            &[
                "--like",
                "5",
                "--where",
                "symbol=KO,PEP",
                "--where",
                "vol=0.25..0.35"
            ]
        ),
        ["6"]
    );
    assert_eq!(ids(&desk, &["--like", "6", "--text", "earn*"]), ["5"]);
    desk.put(
        "q.txt",
        spiral(301)[300]
            .iter()
            .map(|x| format!("{x} "))
            .collect::<String>(),
    );
    assert_eq!(ids(&desk, &["--vector", "q.txt", "-n", "1"]), ["299"]);
    assert!(ids(&desk, &["--vector", "q.txt", "--farthest", "0"]).is_empty());
    desk.run(&[
        "index",
        "link",
        "--db",
        "d",
        "5",
        "6",
        "--kind",
        "rolled_to",
    ])
    .exits(0);
    desk.put("a.csv", "source,target,weight\n6,2024/ko,2\n6,7,\n");
    desk.run(&[
        "index",
        "link",
        "--db",
        "d",
        "--file",
        "a.csv",
        "--kind",
        "rolled_to",
    ])
    .exits(0);
    assert_eq!(ids(&desk, &["--path", "5", "7"]), ["5", "6", "7"]);
    assert_eq!(ids(&desk, &["--ancestors", "7"]), ["6", "5"]);
    let mut ends = ids(&desk, &["--ends", "5", "--kind", "rolled_to"]);
    ends.sort();
    assert_eq!(ends, ["2024/ko", "7"]);
    assert_eq!(
        ids(&desk, &["--descendants", "5", "--where", "symbol=KO"]),
        ["2024/ko"]
    );
    assert_eq!(ids(&desk, &["--rank"]).len(), 4);
    desk.run(&[
        "index",
        "link",
        "--db",
        "d",
        "6",
        "7",
        "--kind",
        "rolled_to",
        "--remove",
    ])
    .exits(0);
    assert!(ids(&desk, &["--path", "5", "7"]).is_empty());
    let json = desk
        .run(&["index", "stats", "--db", "d", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&json["vectors"], &json["dimensions"]),
        (&300.into(), &6.into())
    );
    assert_eq!(
        (&json["arrows"]["rolled_to"], &json["texts"]["note"]),
        (&2.into(), &2.into())
    );
    assert_eq!(
        (
            &json["facts"]["day"]["low"],
            &json["facts"]["symbol"]["distinct_words"]
        ),
        (&"2024-01-02".into(), &2.into())
    );
    desk.run(&["index", "remove", "--db", "d", "4"]).exits(0);
    assert_eq!(ids(&desk, &["--like", "5", "-n", "1"]), ["6"]);
    // People see the same.
    let run = desk
        .run(&[
            "index",
            "query",
            "--db",
            "d",
            "--like",
            "6",
            "--where",
            "symbol=KO",
        ])
        .exits(0);
    assert!(
        run.stdout
            .contains("day=2024-01-02  symbol=KO  vol=0.2  Earnings next week; sold a put."),
        "{run}"
    );
}

#[test]
fn nothing_is_overwritten_unasked_and_bad_rows_are_listed() {
    let desk = desk();
    desk.run(&["index", "add", "--db", "d", "--vectors", "x.npy"])
        .exits(0);
    let mut rows = spiral(4);
    rows[0] = vec![9.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    rows[2] = vec![0.0; 6];
    rows[3][1] = f32::NAN;
    desk.put("y.npy", npy(&rows));
    let run = desk
        .run(&["index", "add", "--db", "d", "--vectors", "y.npy"])
        .exits(0);
    assert!(
        run.stdout
            .contains("0 added, 0 replaced, 1 there already, 3 refused"),
        "{run}"
    );
    assert!(
        run.stdout
            .contains("row 0 (id 0): it has another vector already; --replace"),
        "{run}"
    );
    let run = desk
        .run(&[
            "index",
            "add",
            "--db",
            "d",
            "--vectors",
            "y.npy",
            "--replace",
        ])
        .exits(0);
    assert!(run.stdout.contains("1 replaced"), "{run}");
    assert!(
        run.stdout.contains("row 2 (id 2)") && run.stdout.contains("no direction"),
        "{run}"
    );
    desk.put("z.npy", npy(&[vec![1.0, 2.0]]));
    let run = desk
        .run(&["index", "add", "--db", "d", "--vectors", "z.npy"])
        .exits(2);
    assert!(
        run.stderr
            .contains("holds vectors of 6 numbers, these have 2"),
        "{run}"
    );
    desk.put("ids.txt", "a\nb\n");
    let run = desk
        .run(&[
            "index",
            "add",
            "--db",
            "d",
            "--vectors",
            "y.npy",
            "--ids",
            "ids.txt",
        ])
        .exits(2);
    assert!(
        run.stderr.contains("2 ids") && run.stderr.contains("4 rows"),
        "{run}"
    );
    desk.put("zero.npy", npy(&[vec![0.0; 6]]));
    desk.run(&[
        "index",
        "add",
        "--db",
        "d",
        "--vectors",
        "zero.npy",
        "--first-id",
        "900",
    ])
    .exits(3);
}

#[test]
fn what_cannot_be_done_is_said_with_its_exit_code() {
    let desk = desk();
    let said = |args: &[&str], code: i32, expected: &str| {
        let run = desk.run(&[&["index"], args].concat()).exits(code);
        assert!(run.stderr.contains(expected), "{expected}: {run}");
    };
    said(
        &["query", "--db", "none", "--text", "a"],
        2,
        "there is no index",
    );
    said(&["add", "--db", "d"], 2, "nothing to add");
    said(
        &["add", "--db", "d", "--vectors", "none.npy"],
        3,
        "none.npy",
    );
    said(
        &["add", "--db", "d", "--vectors", "facts.csv"],
        3,
        "neither a NumPy array",
    );
    assert!(
        !desk.path("d").exists(),
        "what was refused leaves nothing behind"
    );
    // Texts alone need no vectors; the first vectors settle the length.
    desk.run(&["index", "add", "--db", "d", "--text", "notes"])
        .exits(0);
    desk.run(&["index", "add", "--db", "d", "--vectors", "x.npy"])
        .exits(0);
    said(&["query", "--db", "d"], 2, "nothing is asked");
    said(
        &["query", "--db", "d", "--like", "nobody"],
        2,
        "no record is called",
    );
    said(
        &["query", "--db", "d", "--like", "2024/ko"],
        2,
        "has no vector",
    );
    said(
        &["query", "--db", "d", "--like", "5", "--where", "symbol=KO"],
        2,
        "no record has a fact \"symbol\"",
    );
    said(
        &["query", "--db", "d", "--rank", "--text", "x"],
        2,
        "asked alone",
    );
    said(&["link", "--db", "d", "1"], 2, "");
    let json = desk
        .run(&["index", "query", "--db", "none", "--text", "a", "--json"])
        .exits(2)
        .json();
    assert_eq!(json["error"]["kind"], "usage");
    std::fs::write(desk.path("d/index.sqlite"), vec![7; 5_000]).unwrap();
    said(&["query", "--db", "d", "--text", "a"], 3, "damaged");
}

/// Files of the index crate, which FAISS itself wrote.
fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../index/tests/import")
        .join(name);
    path.to_str().unwrap().to_owned()
}

#[test]
fn faiss_files_are_taken_over_with_recall_before_and_after() {
    let desk = Desk::new();
    let json = desk
        .run(&[
            "index",
            "import",
            "--db",
            "d",
            &fixture("map2_hnsw.faiss"),
            "--json",
        ])
        .exits(0)
        .json();
    assert_eq!(
        (&json["vectors"]["added"], &json["vectors_in_index"]),
        (&60.into(), &60.into())
    );
    let recall = &json["recall"];
    assert_eq!(recall["questions"], 60);
    // Sixty rows: our candidates are half of them, and FAISS looks at 16 with four arrows a row.
    assert!(recall["after"].as_f64().unwrap() > 0.97, "{json}");
    let before = recall["before"].as_f64().unwrap();
    assert!(before > 0.7 && before <= 1.0, "{json}");
    let agreement = recall["agreement"].as_f64().unwrap();
    assert!(
        agreement > 0.3 && agreement < 1.0,
        "normal vectors differ in length: {json}"
    );
    assert_eq!(ids(&desk, &["--like", "1003", "-n", "3"]).len(), 3);
    let run = desk
        .run(&["index", "import", "--db", "e", &fixture("flat_ip.faiss")])
        .exits(0);
    assert!(
        run.stdout
            .contains("before     1.0000  the file's own answers are exact"),
        "{run}"
    );
    let run = desk
        .run(&["index", "import", "--db", "f", &fixture("holes.parquet")])
        .exits(0);
    assert!(
        run.stdout
            .contains("57 added, 0 replaced, 0 there already, 3 refused"),
        "{run}"
    );
    assert!(
        run.stdout
            .contains("before     n/a (the file has no graph of its own)"),
        "{run}"
    );
    let run = desk
        .run(&["index", "import", "--db", "g", &fixture("pq.faiss")])
        .exits(3);
    assert!(run.stderr.contains("kind IxPT"), "{run}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_done_and_the_same_command_goes_on() {
    let desk = Desk::new();
    let count = 60_000;
    desk.put("big.npy", npy(&spiral(count)));
    let mut child = desk
        .command(&[
            "index",
            "add",
            "--db",
            "d",
            "--vectors",
            "big.npy",
            "--json",
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let began = std::time::Instant::now();
    // The first batch is on disk once the file of the log has grown.
    let log = desk.path("d/index.sqlite-wal");
    while std::fs::metadata(&log).map_or(0, |about| about.len()) < 200_000 {
        assert!(
            began.elapsed().as_secs() < 60 && child.try_wait().unwrap().is_none(),
            "no batch was written"
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{json}");
    let done = json["vectors"]["added"].as_u64().unwrap();
    assert!(
        json["interrupted"] == true && done > 0 && done < count as u64,
        "{json}"
    );
    let stats = desk
        .run(&["index", "stats", "--db", "d", "--json"])
        .exits(0)
        .json();
    assert_eq!(stats["vectors"], done);
}

/// An index that does not fit is refused before its folder is touched; behind other work it is the same index.
#[test]
fn an_index_asks_for_its_memory_first() {
    let desk = desk();
    desk.put("big.npy", npy(&spiral(20_000)));
    let line = [
        "index", "import", "--db", "d", "big.npy", "--json", "--sample", "0",
    ];
    let run = |limit: &str, more: &[&str]| {
        desk.command(&[&line[..], more].concat())
            .env("JARVIS2__HARDWARE__MEMORY_LIMIT_MB", limit)
            .output()
            .unwrap()
    };
    let refused = run("2", &[]);
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert_eq!(refused.status.code(), Some(5), "{said}");
    assert!(said.contains("an index of 20000 vectors"), "{said}");
    assert!(said.contains("raise the memory limit"), "{said}");
    assert!(!desk.path("d").join("index.sqlite").exists());
    assert_eq!(run("200", &["--background"]).status.code(), Some(0));
    // What is there counts with what comes.
    assert_eq!(run("2", &[]).status.code(), Some(5));
}
