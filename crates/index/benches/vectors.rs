//! Nearest vectors, measured: `cargo bench -p index --bench vectors -- --count 100000 --peer PYTHON`.
//!
//! ```text
//! row = unit(tanh(W z) + 0.02 n)     z = centre + 0.5 n in `--latent` dimensions (24), 256 centres with uneven weights
//! ```
//! `--latent 0` gives rows without structure: every number normal by itself. Queries are further rows of the same law and are not
//! in the index. Truth is every row looked at. With `--peer`, `benches/vectors_peer.py` runs hnswlib, faiss and usearch on the same
//! rows and queries, with as many candidates while building, right after ours. Times are processor time of the process per query, one thread, one query at a time.
//!
//! Other flags: `--queries 1000`, `--scalar i8|bf16|f32`, `--connectivity 16`, `--expansion 200`, `--threads 2` (for building),
//! `--in-memory` (full vectors in memory too), `--only-plain` (no filters, no deletes), `--folder DIR` (for what goes away
//! afterwards), `--keep DIR` (what was built stays there and the next run with the same flags only asks; the
//! deletes change it, so it is built again after them), `--no-churn` (filters, no deletes), `--build-only`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use index::{Config, Facet, Filter, Index, Rerank, Route, Scalar};
use rustix::time::{ClockId, clock_gettime};

const WIDTH: usize = 768;
const NEAREST: usize = 10;
/// One row in so many passes a filter.
const ONE_IN: [u32; 10] = [2, 5, 10, 15, 20, 25, 50, 100, 300, 1_000];
/// Questions with a filter.
const FILTERED: usize = 200;

fn main() {
    let flags = Flags::read();
    let passing = tempfile::tempdir_in(&flags.folder).expect("a folder");
    let folder = flags.keep.as_deref().unwrap_or(passing.path());
    std::fs::create_dir_all(folder).expect("a folder");
    println!(
        "{} rows of {WIDTH}, latent {}, {} queries, {} nearest; {}",
        flags.count,
        flags.latent,
        flags.queries,
        NEAREST,
        usearch_version()
    );
    let law = Law::new(flags.latent);
    let queries: Vec<Vec<f32>> = (0..flags.queries)
        .map(|i| law.row((1 << 40) + i as u64))
        .collect();
    let shares: &[u32] = if flags.only_plain { &[] } else { &ONE_IN };
    let truth = truth_of(&|row| law.row(row), flags.count, &queries, shares);
    ours(&flags, &law, &queries, &truth, folder);
    if let Some(python) = &flags.peer {
        write_for_peer(folder, &law, flags.count, &queries, &truth[0]);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/vectors_peer.py");
        let mut peers = Command::new(python);
        peers
            .arg(script)
            .arg(folder)
            .arg(flags.expansion.to_string());
        if flags.keep.is_some() {
            peers.env("KEEP", "1");
        }
        match peers.status() {
            Ok(status) if status.success() => {}
            other => println!("peers: n/a ({other:?})"),
        }
    }
}

struct Flags {
    count: usize,
    latent: usize,
    queries: usize,
    scalar: Scalar,
    connectivity: usize,
    expansion: usize,
    threads: usize,
    in_memory: bool,
    only_plain: bool,
    build_only: bool,
    no_churn: bool,
    keep: Option<PathBuf>,
    peer: Option<String>,
    folder: PathBuf,
}

impl Flags {
    fn read() -> Flags {
        let arguments: Vec<String> = std::env::args().collect();
        let word = |name: &str| {
            let place = arguments.iter().position(|argument| argument == name)?;
            arguments.get(place + 1).cloned()
        };
        let number = |name: &str, default: usize| {
            word(name).map_or(default, |word| {
                word.parse().expect("a number after the flag")
            })
        };
        Flags {
            count: number("--count", 20_000),
            latent: number("--latent", 24),
            queries: number("--queries", 1_000),
            scalar: match word("--scalar").as_deref() {
                None | Some("i8") => Scalar::I8,
                Some("bf16") => Scalar::Bf16,
                Some("f32") => Scalar::F32,
                Some(other) => panic!("no scalar {other}"),
            },
            connectivity: number("--connectivity", 16),
            expansion: number("--expansion", 200),
            threads: number("--threads", 2),
            in_memory: arguments.iter().any(|argument| argument == "--in-memory"),
            only_plain: arguments.iter().any(|argument| argument == "--only-plain"),
            no_churn: arguments.iter().any(|argument| argument == "--no-churn"),
            build_only: arguments.iter().any(|argument| argument == "--build-only"),
            keep: word("--keep").map(PathBuf::from),
            peer: word("--peer"),
            folder: word("--folder").map_or_else(std::env::temp_dir, PathBuf::from),
        }
    }
}

fn ours(flags: &Flags, law: &Law, queries: &[Vec<f32>], truth: &[Truth], folder: &Path) {
    let mut config = Config::new(WIDTH);
    config.scalar = flags.scalar;
    config.connectivity = flags.connectivity;
    config.expansion_add = flags.expansion;
    config.threads = flags.threads;
    if flags.in_memory {
        config.rerank = Rerank::InMemory;
    }
    let folder = folder.join("index");
    let whole = folder.with_extension("whole");
    if !whole.exists() {
        // What an interrupted run or the deletes left behind.
        let _ = std::fs::remove_dir_all(&folder);
        build(flags, law, &folder, &config);
        std::fs::write(&whole, "").expect("room");
    }
    if flags.build_only {
        return;
    }
    let before = own_mb();
    let at = Instant::now();
    let reader = Index::open_reader(&folder, &config).expect("it opens");
    println!(
        "  opened as a reader in {:.2} s",
        at.elapsed().as_secs_f64()
    );
    drop(reader);
    let at = Instant::now();
    let mut index = Index::open(&folder, &config).expect("it opens");
    println!(
        "  opened as owner in {:.2} s: {:?}",
        at.elapsed().as_secs_f64(),
        index.opened()
    );
    let memory = || {
        println!(
            "  memory now: {:.0} MB of our own, {:.0} MB with mapped files; {before:.0} MB before opening",
            own_mb(),
            resident_mb()
        );
    };
    memory();
    for (expansion, candidates) in [
        (32, 20),
        (48, 32),
        (64, 32),
        (72, 36),
        (80, 40),
        (96, 50),
        (128, 100),
        (256, 200),
    ] {
        index.set_effort(expansion, candidates);
        let what = format!("ef {expansion}, {candidates} measured exactly");
        run(&index, &what, queries, &truth[0], &Filter::default());
    }
    if flags.only_plain {
        return;
    }
    index.set_effort(80, 40);
    all_cores(&index, queries);
    for (one_in, truth) in ONE_IN.iter().zip(&truth[1..]) {
        let filter = Filter::default().between("shuffled", 0.0, 1.0 / f64::from(*one_in));
        let some = &queries[..queries.len().min(FILTERED)];
        let what = format!("ef 80, 40 measured, 1 in {one_in} passes");
        run(&index, &what, some, truth, &filter);
    }
    memory();
    if flags.no_churn {
        return;
    }
    std::fs::remove_file(&whole).expect("it was made above");
    churn(flags, law, &mut index, queries);
}

/// Fills a new index with the rows.
fn build(flags: &Flags, law: &Law, folder: &Path, config: &Config) {
    let mut index = Index::open(folder, config).expect("a new folder");
    let before = resident_mb();
    let (wall, cpu) = (Instant::now(), seconds());
    let mut law_cpu = 0.0;
    for first in (0..flags.count).step_by(10_000) {
        let last = (first + 10_000).min(flags.count);
        let at = seconds();
        let rows: Vec<Vec<f32>> = (first..last).map(|row| law.row(row as u64)).collect();
        law_cpu += seconds() - at;
        index
            .update(|change| {
                for (place, row) in rows.iter().enumerate() {
                    let record = (first + place) as i64;
                    change.vector(record, row)?;
                    // Shares of the filters below: one row in `n` has the facet `one_in_n`.
                    change.facet(record, "shuffled", Some(&Facet::Number(shuffled(record))))?;
                }
                Ok(())
            })
            .expect("rows are kept");
    }
    let cpu = seconds() - cpu - law_cpu;
    println!(
        "ours {:?} M {} ef_add {}: built on {} threads, {cpu:.1} s processor ({:.0} rows a second of it, rows in SQLite included), {:.1} s wall, memory +{:.0} MB ({})",
        flags.scalar,
        flags.connectivity,
        flags.expansion,
        flags.threads,
        flags.count as f64 / cpu,
        wall.elapsed().as_secs_f64(),
        resident_mb() - before,
        if flags.in_memory {
            "full vectors included"
        } else {
            "without full vectors"
        },
    );
    let at = Instant::now();
    index.snapshot().expect("room for a snapshot");
    println!(
        "  snapshot {:.2} s with flush and hash",
        at.elapsed().as_secs_f64()
    );
}

/// Takes 30 % of the rows out and puts others in their place.
fn churn(flags: &Flags, law: &Law, index: &mut Index, queries: &[Vec<f32>]) {
    let other = |record: i64| law.row((1 << 41) + record as u64);
    let changed = |record: i64| record % 10 < 3;
    let cpu = seconds();
    for first in (0..flags.count as i64).step_by(10_000) {
        let records = first..(first + 10_000).min(flags.count as i64);
        index
            .update(|change| {
                for record in records.clone().filter(|&record| changed(record)) {
                    change.remove_vector(record)?;
                }
                Ok(())
            })
            .expect("rows go");
        index
            .update(|change| {
                for record in records.filter(|&record| changed(record)) {
                    change.vector(record, &other(record))?;
                }
                Ok(())
            })
            .expect("rows come");
    }
    println!(
        "  30 % taken out and put in anew: {:.1} s processor",
        seconds() - cpu
    );
    let some = &queries[..queries.len().min(200)];
    let row = |record: u64| {
        if changed(record as i64) {
            other(record as i64)
        } else {
            law.row(record)
        }
    };
    let truth = &truth_of(&row, flags.count, some, &[])[0];
    run(
        index,
        "ef 80, 40 measured, after that",
        some,
        truth,
        &Filter::default(),
    );
}

fn run(index: &Index, what: &str, queries: &[Vec<f32>], truth: &[Vec<i64>], filter: &Filter) {
    let (mut times, mut hits, mut possible) = (Vec::new(), 0, 0);
    let mut route = Route::Nothing;
    for query in &queries[..queries.len().min(100)] {
        index.nearest(query, NEAREST, filter).expect("an answer");
    }
    for (place, query) in queries.iter().enumerate() {
        let before = seconds();
        let answer = index.nearest(query, NEAREST, filter).expect("an answer");
        times.push((seconds() - before) * 1e6);
        route = answer.route;
        if let Some(truth) = truth.get(place) {
            possible += truth.len();
            hits += answer
                .neighbours
                .iter()
                .filter(|near| truth.contains(&near.record))
                .count();
        }
    }
    times.sort_by(f64::total_cmp);
    let recall = if possible > 0 {
        format!("{:.4}", hits as f64 / possible as f64)
    } else {
        "n/a (not looked for)".into()
    };
    println!(
        "  {what}: p50 {:.0} us, p99 {:.0} us, recall@{NEAREST} {recall} ({route:?})",
        times[times.len() / 2],
        times[times.len() * 99 / 100]
    );
}

fn all_cores(index: &Index, queries: &[Vec<f32>]) {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    let at = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for query in queries {
                    index
                        .nearest(query, NEAREST, &Filter::default())
                        .expect("an answer");
                }
            });
        }
    });
    let rate = (threads * queries.len()) as f64 / at.elapsed().as_secs_f64();
    println!(
        "  ef 80, 40 measured, {threads} threads asking: {rate:.0} queries a second of wall time"
    );
}

/// The nearest rows of one question with their distances.
type Near = Vec<(f32, i64)>;
/// The nearest rows of each question, nearest first.
type Truth = Vec<Vec<i64>>;

/// Every row looked at, by products of unit rows in eight running sums: among all rows, and for each of `shares` among those that the
/// filter "one in so many" passes.
fn truth_of(
    row: &(dyn Fn(u64) -> Vec<f32> + Sync),
    count: usize,
    queries: &[Vec<f32>],
    shares: &[u32],
) -> Vec<Truth> {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    let add = |best: &mut Near, near: (f32, i64)| {
        if best.len() < NEAREST || near.0 < best[best.len() - 1].0 {
            let place = best.partition_point(|other| other.0 <= near.0);
            best.insert(place, near);
            best.truncate(NEAREST);
        }
    };
    let parts: Vec<Vec<Vec<Near>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let mut best = vec![vec![Vec::new(); queries.len()]; 1 + shares.len()];
                    for record in (worker..count).step_by(threads) {
                        let row = row(record as u64);
                        let at = shuffled(record as i64);
                        for (place, query) in queries.iter().enumerate() {
                            let mut sums = [0.0_f32; 8];
                            for (x, y) in
                                query.as_chunks::<8>().0.iter().zip(row.as_chunks::<8>().0)
                            {
                                for lane in 0..8 {
                                    sums[lane] += x[lane] * y[lane];
                                }
                            }
                            let near = (1.0 - sums.iter().sum::<f32>(), record as i64);
                            add(&mut best[0][place], near);
                            if place < FILTERED {
                                for (best, one_in) in best[1..].iter_mut().zip(shares) {
                                    if at <= 1.0 / f64::from(*one_in) {
                                        add(&mut best[place], near);
                                    }
                                }
                            }
                        }
                    }
                    best
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("it ends"))
            .collect()
    });
    (0..=shares.len())
        .map(|share| {
            (0..queries.len())
                .map(|query| {
                    let mut all: Near = parts
                        .iter()
                        .flat_map(|part| part[share][query].clone())
                        .collect();
                    all.sort_by(|a, b| a.0.total_cmp(&b.0));
                    all.iter()
                        .take(NEAREST)
                        .map(|&(_, record)| record)
                        .collect()
                })
                .collect()
        })
        .collect()
}

/// The law of the rows: see the head of this file.
struct Law {
    latent: usize,
    mixing: Vec<f32>,
    centres: Vec<f32>,
    /// Running sum of the weights of the centres.
    weights: Vec<f64>,
}

impl Law {
    fn new(latent: usize) -> Law {
        let mut numbers = Numbers::new(u64::MAX);
        let scale = 1.0 / (latent.max(1) as f64).sqrt();
        let mixing = (0..latent * WIDTH)
            .map(|_| (numbers.normal() * scale) as f32)
            .collect();
        let centres = (0..256 * latent).map(|_| numbers.normal() as f32).collect();
        // Exponential numbers over their sum are Dirichlet(1).
        let mut sum = 0.0;
        let mut weights: Vec<f64> = (0..256)
            .map(|_| {
                sum -= (1.0 - numbers.uniform()).ln();
                sum
            })
            .collect();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Law {
            latent,
            mixing,
            centres,
            weights,
        }
    }

    fn row(&self, number: u64) -> Vec<f32> {
        let mut numbers = Numbers::new(number);
        let mut row: Vec<f32> = if self.latent == 0 {
            (0..WIDTH).map(|_| numbers.normal() as f32).collect()
        } else {
            let at = numbers.uniform();
            let centre = self.weights.partition_point(|&weight| weight < at).min(255);
            let mut sums = vec![0.0_f32; WIDTH];
            for k in 0..self.latent {
                let z = self.centres[centre * self.latent + k] + 0.5 * numbers.normal() as f32;
                for (sum, mixing) in sums.iter_mut().zip(&self.mixing[k * WIDTH..][..WIDTH]) {
                    *sum += z * mixing;
                }
            }
            sums.iter()
                .map(|sum| sum.tanh() + 0.02 * numbers.normal() as f32)
                .collect()
        };
        let length = row
            .iter()
            .map(|&x| f64::from(x) * f64::from(x))
            .sum::<f64>()
            .sqrt();
        row.iter_mut()
            .for_each(|x| *x = (f64::from(*x) / length) as f32);
        row
    }
}

/// splitmix64 (Steele, Lea & Flood 2014).
struct Numbers(u64);

impl Numbers {
    fn new(seed: u64) -> Numbers {
        Numbers(mix(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        (mix(self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Box & Muller (1958), one of the pair.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A number in `[0, 1)` that has nothing to do with the row.
fn shuffled(record: i64) -> f64 {
    (mix(record as u64 + 12_345) >> 11) as f64 / (1_u64 << 53) as f64
}

fn write_for_peer(
    folder: &Path,
    law: &Law,
    count: usize,
    queries: &[Vec<f32>],
    truth: &[Vec<i64>],
) {
    use std::io::Write;
    let file = |name: &str| {
        std::io::BufWriter::new(std::fs::File::create(folder.join(name)).expect("a file"))
    };
    let put = |out: &mut dyn Write, row: &[f32]| {
        for x in row {
            out.write_all(&x.to_le_bytes()).expect("room");
        }
    };
    let mut out = file("rows.f32");
    for row in 0..count {
        put(&mut out, &law.row(row as u64));
    }
    let mut out = file("queries.f32");
    for query in queries {
        put(&mut out, query);
    }
    let mut out = file("truth.i64");
    for record in truth.iter().flatten() {
        out.write_all(&record.to_le_bytes()).expect("room");
    }
}

fn usearch_version() -> String {
    format!("usearch crate {}", usearch::version())
}

/// With the pages of mapped files, each counted once; `VmRSS` counts one again for every connection that maps it.
fn resident_mb() -> f64 {
    line_mb("/proc/self/smaps_rollup", "Pss:")
}

/// Memory of our own, without pages of files, which SQLite maps to read full vectors and the system can drop.
fn own_mb() -> f64 {
    line_mb("/proc/self/status", "RssAnon:")
}

fn line_mb(file: &str, name: &str) -> f64 {
    let status = std::fs::read_to_string(file).unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with(name))
        .unwrap_or_default();
    let kilobytes: f64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .unwrap_or(f64::NAN);
    kilobytes / 1024.0
}

fn seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
