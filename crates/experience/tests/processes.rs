//! Processes that die, and processes beside one another.
//!
//! A child writes rows and acknowledges each on its standard output once the call has returned. The parent kills it with
//! SIGKILL at a random moment, opens the ledger again and looks for every row that was acknowledged. Then one writer and eight
//! readers share a file for a while.
//!
//! The quick set is part of `cargo test`; the long one is
//! `cargo test --release -p experience --test processes -- --kills 1000 --seconds 60`.
//! What a power cut does is not shown here: only the process dies, not the machine.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use experience::{
    Decision, Durability, ENCODING_LEN, Error, Experience, Kind, Note, Options, Origin, Reader,
    RecordId, Situation, Visit,
};

/// Rows of one batch of training data: all or none of them survive.
const BATCH: i64 = 20;
const READERS: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = |place: usize| arguments.get(place).map(String::as_str).unwrap_or_default();
    let folder = || PathBuf::from(word(1));
    match word(0) {
        "child-writes" => write(&folder(), word(2).parse().expect("a number of seconds")),
        "child-reads" => read(&folder(), word(2).parse().expect("a number of seconds")),
        // Test runners ask for the list of tests, or for other tests.
        "--list" => println!("processes: test"),
        filter if !filter.starts_with('-') && !"processes".contains(filter) => {
            println!("processes: filtered out");
        }
        _ => {
            // `cargo xtask long` asks for the tests that are otherwise left out.
            let long = arguments.iter().any(|argument| argument == "--ignored");
            let number = |name: &str, default: u64| {
                let place = arguments.iter().position(|argument| argument == name);
                place.map_or(default, |place| {
                    word(place + 1).parse().expect("a number after the flag")
                })
            };
            let (many, lasting) = if long { (1_000, 60) } else { (30, 2) };
            kills(number("--kills", many), number("--seed", 1));
            side_by_side(number("--seconds", lasting));
        }
    }
}

fn body(turn: i64) -> String {
    format!("note {turn}: {}", "words ".repeat((turn % 50) as usize + 1))
}

fn encoding(turn: i64) -> Vec<f32> {
    (0..ENCODING_LEN)
        .map(|i| ((turn * 769 + i as i64) % 1_009) as f32)
        .collect()
}

/// The child: notes with full durability, self-play in batches, each acknowledged once the call has returned.
fn write(folder: &Path, seconds: f64) {
    let path = folder.join("e.sqlite");
    let mut experience = Experience::open(&path, &Options::default()).expect("the ledger opens");
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready").expect("the parent listens");
    out.flush().expect("the parent listens");
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut turn = 0;
    while Instant::now() < end {
        turn += 1;
        if turn % 3 == 0 {
            let last = experience
                .write(Durability::Batch, |page| batch(page, turn))
                .expect("a batch is kept");
            writeln!(out, "batch {turn} {last}").expect("the parent listens");
        } else {
            let note = Note {
                about: None,
                symbol: None,
                written_at_ms: turn,
                kind: "note".into(),
                body: body(turn),
            };
            let id = experience
                .write(Durability::Full, |page| page.note(&note))
                .expect("a note is kept");
            writeln!(out, "note {turn} {id}").expect("the parent listens");
        }
        out.flush().expect("the parent listens");
    }
}

fn batch(page: &mut experience::Page<'_>, turn: i64) -> Result<RecordId, Error> {
    let mut last = RecordId(0);
    for place in 0..BATCH {
        let situation = page.situation(&Situation {
            symbol: "SIM".into(),
            as_of_ms: turn,
            source: format!("place {place}"),
            facts: "{}".into(),
        })?;
        page.encoding(situation, 1, &encoding(turn + place))?;
        last = page.decision(&Decision {
            situation,
            made_at_ms: turn,
            origin: Origin::SelfPlay,
            action: "hold".into(),
            worth: Some(turn as f64),
            model: None,
            seed: None,
            visits: vec![Visit {
                action: "hold".into(),
                visits: 3,
                prior: None,
                worth: None,
            }],
            plan: None,
        })?;
    }
    Ok(last)
}

/// The other child: follows the ledger, and opens it again now and then, which is where locks meet.
fn read(folder: &Path, seconds: f64) {
    let path = folder.join("e.sqlite");
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let (mut last, mut seen, mut opened) = (RecordId(0), 0_u64, 0_u64);
    while Instant::now() < end {
        let reader = Reader::open(&path, &Options::default()).expect("the ledger opens");
        opened += 1;
        for _ in 0..20 {
            let rows = reader.records_after(last, 500).expect("rows are read");
            for (id, kind) in rows {
                assert_eq!(id.0, last.0 + 1, "a row is missing or came later");
                last = id;
                seen += 1;
                if kind == Kind::Note {
                    let note = reader.note(id).expect("a note is read");
                    assert_eq!(note.body, body(note.written_at_ms));
                }
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    println!("seen {seen} {opened}");
}

fn child(mode: &str, folder: &Path, seconds: f64) -> Child {
    let program = std::env::current_exe().expect("this program has a name");
    Command::new(program)
        .args([mode.as_ref(), folder.as_os_str()])
        .arg(seconds.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child starts")
}

/// All that a child says until it ends.
fn output(child: &mut Child) -> String {
    let mut said = String::new();
    let mut out = child.stdout.take().expect("its output is ours");
    out.read_to_string(&mut said).expect("text");
    said
}

/// Acknowledged: kind of row, turn, id.
fn acknowledged(said: &str) -> Vec<(String, i64, i64)> {
    // A last line that was cut short is none.
    said.split_inclusive('\n')
        .filter_map(|line| {
            let line = line.strip_suffix('\n')?;
            let mut words = line.split(' ').map(str::to_owned);
            let row = (
                words.next()?,
                words.next()?.parse().ok()?,
                words.next()?.parse().ok()?,
            );
            Some(row)
        })
        .collect()
}

/// Kills the child at a random moment, every fourth time while it opens and recovers, else after some acknowledgements, however
/// slow the machine. Returns all it said.
fn killed(mut child: Child, kill: u64, moment: u64) -> String {
    let mut said = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("its output is ours"));
    if kill % 4 != 3 {
        for _ in 0..=moment % 12 {
            out.read_line(&mut said).expect("text");
        }
        assert!(
            said.starts_with("ready"),
            "it could not open what the last one left"
        );
    }
    std::thread::sleep(Duration::from_micros((moment >> 8) % 25_000));
    child.kill().expect("SIGKILL");
    child.wait().expect("it died");
    out.read_to_string(&mut said).expect("text");
    said
}

fn kills(kills: u64, seed: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("e.sqlite");
    let mut rows: BTreeMap<i64, (String, i64)> = BTreeMap::new();
    let mut state = seed;
    for kill in 0..kills {
        let writer = child("child-writes", folder.path(), 60.0);
        // splitmix64 (Steele, Lea & Flood 2014).
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut moment = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        moment ^= moment >> 27;
        let said = killed(writer, kill, moment);
        let fresh = acknowledged(&said);
        for (kind, turn, id) in fresh {
            assert!(
                rows.insert(id, (kind, turn)).is_none(),
                "id {id} was given twice"
            );
        }
        // The whole ledger at the end, the newest rows after every kill.
        let last = kill + 1 == kills;
        let experience = Experience::open(&path, &Options::default()).expect("it opens again");
        let reader = experience.read();
        let from = if last {
            0
        } else {
            rows.len().saturating_sub(200)
        };
        for (id, (kind, turn)) in rows.iter().skip(from) {
            let id = RecordId(*id);
            if kind == "note" {
                assert_eq!(
                    reader.note(id).expect("an acknowledged note").body,
                    body(*turn)
                );
            } else {
                let decision = reader.decision(id).expect("an acknowledged decision");
                assert_eq!((decision.made_at_ms, decision.visits.len()), (*turn, 1));
                let numbers = reader.encoding(decision.situation, 1).expect("readable");
                assert_eq!(numbers, Some(encoding(turn + BATCH - 1)));
            }
        }
        let decisions = reader.count(Kind::Decision).expect("readable");
        assert_eq!(decisions % BATCH as u64, 0, "a batch was kept in part");
        if last || kill % 10 == 0 {
            assert_eq!(reader.verify().expect("readable"), [""; 0]);
        }
    }
    let batches = rows.values().filter(|(kind, _)| kind == "batch").count();
    assert!(
        kills < 10 || (batches > 0 && rows.len() > batches),
        "nothing was acknowledged: the harness tested nothing"
    );
    println!(
        "{kills} kills: {} notes and {batches} batches of {BATCH} decisions acknowledged, none lost",
        rows.len() - batches
    );
}

fn side_by_side(seconds: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Experience::open(&folder.path().join("e.sqlite"), &Options::default()).expect("opens"));
    let mut writer = child("child-writes", folder.path(), seconds as f64);
    let mut readers: Vec<Child> = (0..READERS)
        .map(|_| child("child-reads", folder.path(), seconds as f64 - 0.5))
        .collect();
    let rows = acknowledged(&output(&mut writer));
    assert!(
        writer.wait().expect("it ends").success(),
        "the writer failed"
    );
    let (mut seen, mut opened) = (0, 0);
    for reader in &mut readers {
        let counts = acknowledged(&output(reader));
        assert!(reader.wait().expect("it ends").success(), "a reader failed");
        let [(_, rows, times)] = counts[..] else {
            panic!("a reader said {counts:?}");
        };
        seen += rows;
        opened += times;
    }
    assert!(seen > 0, "no reader saw a row");
    let reader = Reader::open(&folder.path().join("e.sqlite"), &Options::default()).expect("opens");
    for (kind, turn, id) in &rows {
        let id = RecordId(*id);
        match kind.as_str() {
            "note" => assert_eq!(reader.note(id).expect("kept").body, body(*turn)),
            _ => assert_eq!(reader.decision(id).expect("kept").made_at_ms, *turn),
        }
    }
    println!(
        "{seconds} s, one writer and {READERS} readers: {} calls acknowledged and all there; readers opened the file {opened} times \
         and read {seen} rows, no error",
        rows.len()
    );
}
