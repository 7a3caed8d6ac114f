//! Processes that die while they write and snapshot, damage on top, and readers beside a writer.
//!
//! A child changes the index, writes snapshots, and acknowledges each change on its standard output once the call has returned. The
//! parent kills it with SIGKILL at a random moment, sometimes flips a bit of the newest snapshot, opens the index again and looks
//! for everything that was acknowledged. Then one writer and eight readers share a folder for a while.
//!
//! The quick set is part of `cargo test`; the long one is
//! `cargo test --release -p index --test processes -- --kills 1000 --seconds 60`.
//! What a power cut does is not shown here: only the process dies, not the machine.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use index::{Config, Filter, Index, Words};

const DIMENSIONS: usize = 16;
const READERS: usize = 8;
/// Records in one change: all or none of them survive.
const BATCH: i64 = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = |place: usize| arguments.get(place).map(String::as_str).unwrap_or_default();
    let folder = || PathBuf::from(word(1));
    let seconds = || word(2).parse().expect("a number of seconds");
    match word(0) {
        "child-writes" => write(&folder(), seconds()),
        "child-reads" => read(&folder(), seconds()),
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

fn config() -> Config {
    Config::new(DIMENSIONS)
}

/// splitmix64's finaliser (Steele, Lea & Flood 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The one vector that belongs to a record.
fn vector(record: i64) -> Vec<f32> {
    (0..DIMENSIONS as u64)
        .map(|i| (mix(record as u64 * 1_000 + i) >> 40) as f32 / (1 << 24) as f32 - 0.5)
        .collect()
}

/// The child: batches of new records, every fifth of them taken out again, and a snapshot every few batches.
fn write(folder: &Path, seconds: f64) {
    let mut index = Index::open(folder, &config()).expect("the index opens");
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready").expect("the parent listens");
    out.flush().expect("the parent listens");
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut next = index.get("next").expect("readable").map_or(0, |bytes| {
        i64::from_le_bytes(bytes.try_into().expect("eight bytes"))
    });
    while Instant::now() < end {
        let records = next..next + BATCH;
        next = records.end;
        index
            .update(|change| {
                for record in records.clone() {
                    change.vector(record, &vector(record))?;
                    change.text(record, "note", &format!("word{record} of a note"))?;
                    change.edge(record, record + 1, "then", 1.0)?;
                }
                change.put("next", &next.to_le_bytes())
            })
            .expect("a change is kept");
        writeln!(out, "added {}", records.start).expect("the parent listens");
        if (next / BATCH) % 5 == 0 {
            let gone = records.start;
            index
                .update(|change| change.remove_vector(gone))
                .expect("a change is kept");
            writeln!(out, "gone {gone}").expect("the parent listens");
        }
        if (next / BATCH) % 3 == 0 {
            let generation = index.snapshot().expect("room for a snapshot");
            writeln!(out, "snapshot {generation}").expect("the parent listens");
        }
        out.flush().expect("the parent listens");
    }
}

/// The other child: opens the index again and again, and every answer must be the record's own vector.
fn read(folder: &Path, seconds: f64) {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let (mut opened, mut asked, mut most) = (0_u64, 0_u64, 0);
    while Instant::now() < end {
        let index = Index::open_reader(folder, &config()).expect("the index opens");
        opened += 1;
        let next = index.get("next").expect("readable").map_or(0, |bytes| {
            i64::from_le_bytes(bytes.try_into().expect("eight bytes"))
        });
        assert!(next >= most, "the index went back");
        most = next;
        for turn in 0..20.min(index.len() as u64) {
            let record = (mix(opened * 100 + turn) % next as u64) as i64;
            if index.contains(record) {
                found(&index, record);
                asked += 1;
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    println!("seen {asked}");
    println!("opened {opened}");
}

/// The record's vector finds it, and its word finds its text.
fn found(index: &Index, record: i64) {
    let answer = index
        .nearest(&vector(record), 1, &Filter::default())
        .expect("an answer");
    let near = answer.neighbours[0];
    assert!(
        near.record == record && near.distance < 1e-5,
        "record {record} was asked for, {near:?} came"
    );
    let hits = index
        .find_text(&format!("word{record}"), Words::All, None, 5)
        .expect("an answer");
    assert_eq!(hits.len(), 1, "the text of record {record}");
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

/// Acknowledged: what, and its number.
fn acknowledged(said: &str) -> Vec<(String, i64)> {
    // A last line that was cut short is none.
    said.split_inclusive('\n')
        .filter_map(|line| {
            let line = line.strip_suffix('\n')?;
            let (what, number) = line.split_once(' ')?;
            Some((what.to_owned(), number.parse().ok()?))
        })
        .collect()
}

/// Kills the child at a random moment, every fourth time while it opens and recovers, else after some acknowledgements, however
/// slow the machine. Returns all it said.
fn killed(mut child: Child, kill: u64, moment: u64) -> String {
    let mut said = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("its output is ours"));
    if kill % 4 != 3 {
        for _ in 0..=moment % 8 {
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
    // Whether each record acknowledged has its vector still.
    let mut records: BTreeMap<i64, bool> = BTreeMap::new();
    let (mut snapshots, mut damaged, mut detected, mut rebuilt) = (0, 0, 0, 0);
    for kill in 0..kills {
        let writer = child("child-writes", folder.path(), 60.0);
        let moment = mix(seed * 1_000_003 + kill);
        let said = killed(writer, kill, moment);
        for (what, number) in acknowledged(&said) {
            match what.as_str() {
                "added" => records.extend((number..number + BATCH).map(|record| (record, true))),
                "gone" => drop(records.insert(number, false)),
                _ => snapshots += 1,
            }
        }
        let flipped = kill % 3 == 0 && flip(folder.path(), moment, kill % 6 == 0);
        damaged += u64::from(flipped);
        let last = kill + 1 == kills;
        let mut index = Index::open(folder.path(), &config()).expect("it opens again");
        let faults = &index.opened().faults;
        let seen = faults
            .iter()
            .any(|fault| fault.contains("its hash is another"));
        assert_eq!(seen, flipped, "{:?}", index.opened());
        detected += u64::from(seen);
        rebuilt += u64::from(seen && index.opened().generation.is_none());
        // The whole at the end, the newest after every kill.
        let from = if last {
            0
        } else {
            records.len().saturating_sub(100)
        };
        for (&record, &there) in records.iter().skip(from) {
            // A removal may be durable before it was acknowledged.
            if there && (index.contains(record) || record % BATCH != 0) {
                found(&index, record);
            }
            assert!(
                there || !index.contains(record),
                "record {record} came back"
            );
            assert_eq!(index.graph().targets(record, Some("then")), [record + 1]);
        }
        let next = index.get("next").expect("readable").map_or(0, |bytes| {
            i64::from_le_bytes(bytes.try_into().expect("eight bytes"))
        });
        assert_eq!(next % BATCH, 0);
        assert!(
            records
                .last_key_value()
                .is_none_or(|(&record, _)| record < next)
        );
        if flipped {
            // A sound one takes the place of the damaged.
            index.snapshot().expect("room for a snapshot");
        }
    }
    assert!(
        kills < 10 || (snapshots > 0 && damaged > 0 && records.len() > 20),
        "the harness tested nothing: {snapshots} snapshots, {damaged} damaged, {} records",
        records.len()
    );
    println!(
        "{kills} kills: {} records and {snapshots} snapshots acknowledged, none lost; {damaged} snapshots damaged by one bit, \
         {detected} detected, {rebuilt} graphs built from the rows",
        records.len()
    );
}

/// Flips one bit of the newest snapshot, or one of every snapshot; `false` where there is none.
fn flip(folder: &Path, moment: u64, every: bool) -> bool {
    let raw = rusqlite::Connection::open(folder.join("index.sqlite")).expect("it opens");
    let Ok(mut statement) =
        raw.prepare("SELECT generation FROM snapshots ORDER BY generation DESC")
    else {
        // Killed before it had any table.
        return false;
    };
    let generations: Vec<i64> = statement
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect)
        .expect("readable");
    let some = if every { generations.len() } else { 1 };
    for generation in generations.iter().take(some) {
        let path = folder.join(format!("vectors-{generation}.usearch"));
        let mut bytes = std::fs::read(&path).expect("a recorded snapshot is there");
        let place = moment as usize % bytes.len();
        bytes[place] ^= 1 << (moment >> 32 & 7);
        std::fs::write(&path, bytes).expect("room");
    }
    !generations.is_empty()
}

fn side_by_side(seconds: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Index::open(folder.path(), &config()).expect("opens"));
    let mut writer = child("child-writes", folder.path(), seconds as f64);
    let mut readers: Vec<Child> = (0..READERS)
        .map(|_| child("child-reads", folder.path(), seconds as f64 - 0.5))
        .collect();
    let rows = acknowledged(&output(&mut writer));
    assert!(
        writer.wait().expect("it ends").success(),
        "the writer failed"
    );
    let (mut asked, mut opened) = (0, 0);
    for reader in &mut readers {
        let counts = acknowledged(&output(reader));
        assert!(reader.wait().expect("it ends").success(), "a reader failed");
        asked += counts[0].1;
        opened += counts[1].1;
    }
    assert!(asked > 0, "no reader asked");
    println!(
        "{seconds} s, one writer and {READERS} readers: {} changes and snapshots acknowledged; readers opened the index {opened} \
         times and asked for {asked} records, no error",
        rows.len()
    );
}
