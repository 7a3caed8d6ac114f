//! Key-value in SQLite and in DuckDB, held against each other in one run:
//! `cargo bench -p analytics --features keys --bench keys` (`-- --rows 200000`).
//!
//! Both go through the interface `index::Keys`: rows with names of 12 bytes and values of 256 random bytes, put in one transaction
//! in random order; then reads of random names and single puts, each a transaction of its own, in turns of the stores. Processor
//! time of the whole process, and wall time, per operation. SQLite appears twice: as the index uses it (write-ahead log,
//! synchronous=NORMAL, which a power cut may cost the newest commits), and with synchronous=FULL, which syncs every commit as
//! DuckDB does.

use std::path::Path;
use std::time::Instant;

use analytics::DuckKeys;
use index::{Config, Index, Keys};
use rusqlite::OptionalExtension;
use rustix::time::{ClockId, clock_gettime};

const VALUE_BYTES: usize = 256;
const GETS: usize = 20_000;
const PUTS: usize = 200;
const TURNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let rows = arguments
        .iter()
        .position(|argument| argument == "--rows")
        .and_then(|place| arguments.get(place + 1)?.parse().ok())
        .unwrap_or(200_000);
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let mut index = Index::open(&at("index"), &Config::new(1)).expect("an index");
    let mut full = Full::open(&at("full.sqlite"));
    let mut duck = DuckKeys::open(&at("keys.duckdb")).expect("a DuckDB file");
    println!(
        "{rows} rows, names 12 bytes, values {VALUE_BYTES} bytes; medians of {TURNS} turns of {GETS} gets and {PUTS} puts"
    );
    let mut results = [
        ("SQLite, as in the index", Vec::new()),
        ("SQLite, FULL", Vec::new()),
        ("DuckDB", Vec::new()),
    ];
    let bulk = [
        fill(&mut index, rows),
        fill(&mut full, rows),
        fill(&mut duck, rows),
    ];
    for turn in 0..TURNS {
        results[0].1.push(turn_of(&mut index, rows, turn));
        results[1].1.push(turn_of(&mut full, rows, turn));
        results[2].1.push(turn_of(&mut duck, rows, turn));
    }
    duck.checkpoint().expect("a checkpoint");
    drop((index, full, duck));
    let sizes = [
        bytes_under(&at("index")),
        bytes_under(&at("full.sqlite")),
        bytes_under(&at("keys.duckdb")),
    ];
    println!(
        "{:24} {:>14} {:>16} {:>16} {:>18} {:>18} {:>10}",
        "store",
        "bulk put/s CPU",
        "get us CPU",
        "get us wall",
        "put us CPU",
        "put us wall",
        "file MB"
    );
    for ((name, turns), (bulk, size)) in results.iter().zip(bulk.iter().zip(sizes)) {
        let median = |of: fn(&Turn) -> f64| {
            let mut values: Vec<f64> = turns.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        println!(
            "{name:24} {:>14.0} {:>16.2} {:>16.2} {:>18.1} {:>18.1} {:>10.1}",
            rows as f64 / bulk,
            median(|turn| turn.get_cpu_us),
            median(|turn| turn.get_wall_us),
            median(|turn| turn.put_cpu_us),
            median(|turn| turn.put_wall_us),
            size as f64 / 1e6
        );
    }
}

struct Turn {
    get_cpu_us: f64,
    get_wall_us: f64,
    put_cpu_us: f64,
    put_wall_us: f64,
}

/// A number that looks random: splitmix64 (Steele, Lea & Flood, OOPSLA 2014).
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

fn name(row: u64) -> String {
    format!("key-{:08x}", mixed(row) as u32 ^ row as u32)
}

fn value(row: u64) -> Vec<u8> {
    (0..VALUE_BYTES as u64 / 8)
        .flat_map(|word| mixed(row << 8 | word).to_le_bytes())
        .collect()
}

/// Processor seconds of all rows in one put.
fn fill<K: Keys>(keys: &mut K, rows: u64) -> f64 {
    let rows: Vec<(String, Vec<u8>)> = (0..rows).map(|row| (name(row), value(row))).collect();
    let pairs: Vec<(&str, &[u8])> = rows
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let start = cpu();
    keys.put_many(&pairs).expect("a put");
    cpu() - start
}

fn turn_of<K: Keys>(keys: &mut K, rows: u64, turn: usize) -> Turn {
    let chosen: Vec<u64> = (0..GETS as u64)
        .map(|i| mixed((turn as u64) << 32 | i) % rows)
        .collect();
    let names: Vec<String> = chosen.iter().map(|&row| name(row)).collect();
    let (start, clock) = (cpu(), Instant::now());
    let mut found = Vec::with_capacity(GETS);
    for name in &names {
        found.push(keys.get_many(&[name.as_str()]).expect("a get").remove(0));
    }
    let (get_cpu, get_wall) = (cpu() - start, clock.elapsed().as_secs_f64());
    for (row, value_found) in chosen.iter().zip(found) {
        // The few names that two rows share hold the later row's value.
        let value_found = value_found.expect("a value");
        assert!(value_found == value(*row) || rows > 1000 && value_found.len() == VALUE_BYTES);
    }
    let fresh: Vec<(String, Vec<u8>)> = (0..PUTS as u64)
        .map(|i| {
            let row = rows + (turn * PUTS) as u64 + i;
            (name(row), value(row))
        })
        .collect();
    let (start, clock) = (cpu(), Instant::now());
    for (name, value) in &fresh {
        keys.put_many(&[(name, value)]).expect("a put");
    }
    let (put_cpu, put_wall) = (cpu() - start, clock.elapsed().as_secs_f64());
    Turn {
        get_cpu_us: 1e6 * get_cpu / GETS as f64,
        get_wall_us: 1e6 * get_wall / GETS as f64,
        put_cpu_us: 1e6 * put_cpu / PUTS as f64,
        put_wall_us: 1e6 * put_wall / PUTS as f64,
    }
}

/// SQLite that syncs every commit.
struct Full {
    connection: rusqlite::Connection,
}

impl Full {
    fn open(path: &Path) -> Full {
        let connection = rusqlite::Connection::open(path).expect("a SQLite file");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 CREATE TABLE keys (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT",
            )
            .expect("a table");
        Full { connection }
    }
}

impl Keys for Full {
    type Error = rusqlite::Error;

    fn get_many(&self, names: &[&str]) -> rusqlite::Result<Vec<Option<Vec<u8>>>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT value FROM keys WHERE name = ?1")?;
        names
            .iter()
            .map(|name| statement.query_row([name], |row| row.get(0)).optional())
            .collect()
    }

    fn put_many(&mut self, pairs: &[(&str, &[u8])]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut statement =
                transaction.prepare_cached("INSERT OR REPLACE INTO keys VALUES (?1, ?2)")?;
            for (name, value) in pairs {
                statement.execute(rusqlite::params![name, value])?;
            }
        }
        transaction.commit()
    }

    fn remove_many(&mut self, names: &[&str]) -> rusqlite::Result<()> {
        for name in names {
            self.connection
                .execute("DELETE FROM keys WHERE name = ?1", [name])?;
        }
        Ok(())
    }

    fn scan_prefix(&self, prefix: &str, limit: usize) -> rusqlite::Result<Vec<(String, Vec<u8>)>> {
        self.connection
            .prepare_cached(
                "SELECT name, value FROM keys WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name LIMIT ?2",
            )?
            .query_map(rusqlite::params![prefix, limit as i64], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect()
    }
}

/// Processor seconds of this process so far.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn bytes_under(path: &Path) -> u64 {
    let Ok(facts) = std::fs::metadata(path) else {
        return 0;
    };
    if facts.is_file() {
        return facts.len();
    }
    std::fs::read_dir(path).map_or(0, |entries| {
        entries
            .flatten()
            .map(|entry| bytes_under(&entry.path()))
            .sum()
    })
}
