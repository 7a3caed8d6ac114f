//! `cargo xtask load PROGRAM`: everything at once under a limit of memory, to see whether anybody is killed.
//!
//! ```text
//! import    `index import` of N vectors of 768 numbers, then `index query` again and again for a minute
//! train     `train --background` on the wheel until the others are done, then Ctrl-C
//! plan      `plan` on the embedded sample, with another seed each, ten seconds after the one before
//! price     `price` on a chain of the sample, the same
//! ```
//! The vectors follow the law of `crates/index/benches/vectors.rs` (24 hidden dimensions) with their own seed. All processes are in one control
//! group with a limit (Linux, as a user who may make one); elsewhere only what they take is measured. Every half second their memory is
//! added up: "own" is what is theirs alone, "resident" counts a page that several map in parts (`Pss`: files that are mapped, too).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const WIDTH: usize = 768;
const LATENT: usize = 24;
const CENTRES: u64 = 256;
/// How long questions are asked once the vectors are in.
const ASKING: Duration = Duration::from_secs(60);
const BETWEEN: Duration = Duration::from_secs(10);
const EVERY: Duration = Duration::from_millis(500);

/// What the arguments say.
struct Wanted {
    program: PathBuf,
    vectors: u64,
    limit_mb: u64,
    folder: PathBuf,
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let wanted = Wanted::read(arguments)?;
    fs::create_dir_all(&wanted.folder).map_err(|error| says(&wanted.folder, &error))?;
    let file = wanted.folder.join("rows.npy");
    eprintln!("writing {} vectors", wanted.vectors);
    write_rows(&file, wanted.vectors).map_err(|error| says(&file, &error))?;
    let question = wanted.folder.join("question.npy");
    write_rows(&question, 1).map_err(|error| says(&question, &error))?;
    let group = Group::new(wanted.limit_mb);
    match &group {
        Ok(group) => eprintln!("limit {} MB: {}", wanted.limit_mb, group.folder.display()),
        Err(reason) => eprintln!("limit n/a ({reason}); memory is measured only"),
    }
    let load = Load {
        wanted: &wanted,
        group: group.as_ref().ok(),
        running: Mutex::default(),
        over: AtomicBool::new(false),
    };
    let started = Instant::now();
    let (told, peaks) = load.all(&file, &question)?;
    println!(
        "| what | runs | failed | most memory of its own | most resident |\n| --- | --- | --- | --- | --- |"
    );
    let mut failed = 0;
    for (name, told) in &told {
        let peak = peaks.each.get(name).copied().unwrap_or_default();
        println!(
            "| {name} | {} | {} | {} | {} |",
            told.runs,
            told.failures.len(),
            megabytes(peak.own),
            megabytes(peak.resident)
        );
        failed += told.failures.len();
        for failure in &told.failures {
            eprintln!("{name}: {failure}");
        }
    }
    println!(
        "| all at once | | | {} | {} |",
        megabytes(peaks.all.own),
        megabytes(peaks.all.resident)
    );
    println!(
        "\n{:.0} s, {} vectors",
        started.elapsed().as_secs_f64(),
        wanted.vectors
    );
    let killed = match &group {
        Ok(group) => {
            println!(
                "control group: limit {} MB, at most {} in use (pages of files included, which go first), {} processes killed",
                wanted.limit_mb,
                megabytes(group.peak()),
                group
                    .killed()
                    .map_or("n/a (not counted here)".to_owned(), |killed| killed
                        .to_string())
            );
            group.killed().unwrap_or(0)
        }
        Err(reason) => {
            println!("control group: n/a ({reason})");
            0
        }
    };
    if failed > 0 || killed > 0 {
        return Err(format!(
            "{failed} runs failed, {killed} processes were killed"
        ));
    }
    Ok(())
}

impl Wanted {
    fn read(arguments: &[String]) -> Result<Wanted, String> {
        const USAGE: &str =
            "usage: cargo xtask load PROGRAM [--vectors N] [--limit-mb M] [--folder DIR]";
        let mut words = arguments.iter();
        let mut wanted = Wanted {
            program: PathBuf::from(words.next().ok_or(USAGE)?),
            vectors: 1_000_000,
            limit_mb: 12_000,
            folder: PathBuf::from("target/load"),
        };
        while let Some(flag) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            let number = || {
                value
                    .parse()
                    .map_err(|_| format!("{flag} {value}: a number is needed"))
            };
            match flag.as_str() {
                "--vectors" => wanted.vectors = number()?,
                "--limit-mb" => wanted.limit_mb = number()?,
                "--folder" => wanted.folder = PathBuf::from(value),
                _ => return Err(USAGE.to_owned()),
            }
        }
        wanted.program = wanted
            .program
            .canonicalize()
            .map_err(|error| says(&wanted.program, &error))?;
        Ok(wanted)
    }
}

/// What became of each kind of work.
type Told = Vec<(&'static str, Work)>;

/// What became of one kind of work.
#[derive(Default)]
struct Work {
    runs: u64,
    failures: Vec<String>,
}

/// Bytes of some processes.
#[derive(Clone, Copy, Default)]
struct Memory {
    own: u64,
    resident: u64,
}

impl Memory {
    fn add(&mut self, other: Memory) {
        self.own += other.own;
        self.resident += other.resident;
    }

    fn rise(&mut self, other: Memory) {
        self.own = self.own.max(other.own);
        self.resident = self.resident.max(other.resident);
    }
}

/// The most that was seen.
#[derive(Default)]
struct Peaks {
    each: BTreeMap<&'static str, Memory>,
    all: Memory,
}

struct Load<'a> {
    wanted: &'a Wanted,
    group: Option<&'a Group>,
    /// Processes that run now, and what for.
    running: Mutex<BTreeMap<u32, &'static str>>,
    over: AtomicBool,
}

impl Load<'_> {
    fn all(&self, file: &Path, question: &Path) -> Result<(Told, Peaks), String> {
        let db = self.wanted.folder.join("index");
        let run = self.wanted.folder.join("run");
        for old in [&db, &run] {
            if old.exists() {
                fs::remove_dir_all(old).map_err(|error| says(old, &error))?;
            }
        }
        let text = |path: &Path| path.display().to_string();
        let sample = self.wanted.folder.join("sample");
        let mut made = Work::default();
        self.once(
            "sample",
            &["sample", "--out", &text(&sample)],
            &[0],
            &mut made,
        );
        let chain = sample.join("chain.csv");
        thread::scope(|scope| {
            let peaks = scope.spawn(|| self.watch());
            let train = scope.spawn(|| {
                let words = [
                    "train",
                    "--folder",
                    &text(&run),
                    "--generations",
                    "100000",
                    "--quiet",
                ];
                let mut told = Work {
                    runs: 1,
                    ..Work::default()
                };
                match self.start("train", &words) {
                    Err(error) => told.failures.push(error),
                    Ok(mut child) => {
                        let ended = self.until_over(&mut child);
                        // Ctrl-C ends it with 130 and what was learned so far.
                        if ended
                            .as_ref()
                            .map_or(true, |status| status.code() != Some(130))
                        {
                            told.failures
                                .push(format!("{ended:?}, where 130 was expected"));
                        }
                        self.ended(&child);
                    }
                }
                told
            });
            let again = |name: &'static str, words: Vec<String>, seeded: bool| {
                let mut told = Work::default();
                while !self.over.load(Ordering::Relaxed) {
                    told.runs += 1;
                    let seed = told.runs.to_string();
                    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
                    if seeded {
                        words.extend(["--seed", &seed]);
                    }
                    // 4 is a plan that abstains.
                    self.once(name, &words, &[0, 4], &mut told);
                    thread::sleep(BETWEEN);
                }
                told
            };
            let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
            let planning = words(&["plan", "--no-files", "--quiet"]);
            let plan = scope.spawn(move || again("plan", planning, true));
            let pricing = words(&["price", &text(&chain)]);
            let price = scope.spawn(move || again("price", pricing, false));
            let mut import = Work {
                runs: 1,
                ..Work::default()
            };
            self.once(
                "import",
                &[
                    "index",
                    "import",
                    "--db",
                    &text(&db),
                    &text(file),
                    "--quiet",
                ],
                &[0],
                &mut import,
            );
            let mut query = Work::default();
            let until = Instant::now() + ASKING;
            while import.failures.is_empty() && Instant::now() < until {
                query.runs += 1;
                let words = [
                    "index",
                    "query",
                    "--db",
                    &text(&db),
                    "--vector",
                    &text(question),
                ];
                self.once("query", &words, &[0], &mut query);
            }
            self.over.store(true, Ordering::Relaxed);
            let told = |thread: thread::ScopedJoinHandle<'_, Work>| {
                thread
                    .join()
                    .map_err(|_| "a thread of the load failed".to_owned())
            };
            let all = vec![
                ("import", import),
                ("query", query),
                ("train", told(train)?),
                ("plan", told(plan)?),
                ("price", told(price)?),
            ];
            let peaks = peaks.join().map_err(|_| "the watch failed".to_owned())?;
            Ok((all, peaks))
        })
    }

    fn once(&self, name: &'static str, words: &[&str], good: &[i32], told: &mut Work) {
        let ended = self.start(name, words).and_then(|mut child| {
            let ended = child.wait().map_err(|error| error.to_string());
            self.ended(&child);
            ended
        });
        match ended {
            Ok(status) if status.code().is_some_and(|code| good.contains(&code)) => {}
            Ok(status) => told.failures.push(status.to_string()),
            Err(error) => told.failures.push(error),
        }
    }

    /// Starts a process that is in the group before it is the program.
    fn start(&self, name: &'static str, words: &[&str]) -> Result<Child, String> {
        let mut command = match self.group {
            None => Command::new(&self.wanted.program),
            Some(group) => {
                let mut shell = Command::new("sh");
                shell
                    .args(["-c", "echo $$ > \"$0\" && exec \"$@\""])
                    .arg(group.folder.join("cgroup.procs"))
                    .arg(&self.wanted.program);
                shell
            }
        };
        let log = self.wanted.folder.join(format!("{name}.log"));
        let log = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(|error| says(&log, &error))?;
        let child = command
            .args(words)
            .env("XDG_CACHE_HOME", self.wanted.folder.join("cache"))
            .env("XDG_DATA_HOME", self.wanted.folder.join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| says(&self.wanted.program, &error))?;
        self.running().insert(child.id(), name);
        Ok(child)
    }

    fn ended(&self, child: &Child) {
        self.running().remove(&child.id());
    }

    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, &'static str>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the others are done, then says Ctrl-C.
    fn until_over(&self, child: &mut Child) -> Result<ExitStatus, String> {
        loop {
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                return Ok(status);
            }
            if self.over.load(Ordering::Relaxed) {
                let id = child.id().to_string();
                Command::new("kill")
                    .args(["-INT", &id])
                    .status()
                    .map_err(|error| error.to_string())?;
                return child.wait().map_err(|error| error.to_string());
            }
            thread::sleep(EVERY);
        }
    }

    fn watch(&self) -> Peaks {
        let mut peaks = Peaks::default();
        while !self.over.load(Ordering::Relaxed) {
            let now: Vec<(u32, &'static str)> = self
                .running()
                .iter()
                .map(|(id, name)| (*id, *name))
                .collect();
            let mut all = Memory::default();
            for (id, name) in now {
                let Some(memory) = memory_of(id) else {
                    continue;
                };
                all.add(memory);
                peaks.each.entry(name).or_default().rise(memory);
            }
            peaks.all.rise(all);
            thread::sleep(EVERY);
        }
        peaks
    }
}

/// From `/proc`; none where there is none, or no such process any more.
fn memory_of(id: u32) -> Option<Memory> {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let kilobytes = |name: &str| {
        text.lines().find_map(|line| {
            line.strip_prefix(name)?
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse::<u64>()
                .ok()
        })
    };
    Some(Memory {
        own: kilobytes("Private_Dirty:")? * 1024,
        resident: kilobytes("Pss:")? * 1024,
    })
}

/// A control group with a limit, removed when it is dropped.
struct Group {
    folder: PathBuf,
    unified: bool,
}

impl Group {
    fn new(limit_mb: u64) -> Result<Group, String> {
        let groups = fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
        let of = |tree: &str| {
            groups.lines().find_map(|line| {
                let mut parts = line.splitn(3, ':').skip(1);
                (parts.next()?.split(',').any(|name| name == tree))
                    .then(|| parts.next())
                    .flatten()
            })
        };
        let (root, own, unified) = match (of("memory"), of("")) {
            (Some(own), _) => ("/sys/fs/cgroup/memory", own, false),
            (None, Some(own)) => ("/sys/fs/cgroup", own, true),
            _ => return Err("no control group with memory".to_owned()),
        };
        // Beside our own group where that may be: below it, version 2 wants it to hold no process.
        let parent = Path::new(root).join(own.trim_start_matches('/'));
        let parent = if unified {
            parent.parent().unwrap_or(&parent)
        } else {
            &parent
        };
        let folder = parent.join(format!("jarvis2-load-{}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| says(&folder, &error))?;
        let group = Group { folder, unified };
        let limit = group.folder.join(if unified {
            "memory.max"
        } else {
            "memory.limit_in_bytes"
        });
        fs::write(&limit, (limit_mb * 1_000_000).to_string())
            .map_err(|error| says(&limit, &error))?;
        Ok(group)
    }

    fn number(&self, name: &str) -> Option<u64> {
        fs::read_to_string(self.folder.join(name))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    /// Most bytes in use at once; 0, which no group has, where that is not told.
    fn peak(&self) -> u64 {
        self.number(if self.unified {
            "memory.peak"
        } else {
            "memory.max_usage_in_bytes"
        })
        .unwrap_or(0)
    }

    /// Processes that the system killed for want of memory.
    fn killed(&self) -> Option<u64> {
        let name = if self.unified {
            "memory.events"
        } else {
            "memory.oom_control"
        };
        let text = fs::read_to_string(self.folder.join(name)).ok()?;
        text.lines()
            .find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}

/// `unit(tanh(W z) + 0.02 n)`, z a centre plus 0.5 n: NumPy's format, version 1.
fn write_rows(path: &Path, rows: u64) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut head =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {WIDTH}), }}");
    while !(10 + head.len() + 1).is_multiple_of(64) {
        head.push(' ');
    }
    head.push('\n');
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(head.len() as u16).to_le_bytes())?;
    out.write_all(head.as_bytes())?;
    let mut law = Random(1);
    let matrix: Vec<f32> = (0..WIDTH * LATENT).map(|_| law.normal() * 0.4).collect();
    let mut bytes = Vec::with_capacity(WIDTH * 4);
    for row in 0..rows {
        let mut own = Random(row.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 77);
        let mut centre = Random(own.next() % CENTRES + 1000);
        let z: Vec<f32> = (0..LATENT)
            .map(|_| centre.normal() + 0.5 * own.normal())
            .collect();
        let mut row: Vec<f32> = matrix
            .chunks_exact(LATENT)
            .map(|line| {
                let sum: f32 = line.iter().zip(&z).map(|(weight, z)| weight * z).sum();
                sum.tanh() + 0.02 * own.normal()
            })
            .collect();
        let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
        row.iter_mut().for_each(|x| *x /= length);
        bytes.clear();
        row.iter().for_each(|x| bytes.extend(x.to_le_bytes()));
        out.write_all(&bytes)?;
    }
    out.flush()
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Nearly: the sum of four uniform numbers, mean 0, variance 1.
    fn normal(&mut self) -> f32 {
        let word = self.next();
        let sum: u64 = (0..4).map(|part| (word >> (16 * part)) & 0xFFFF).sum();
        (sum as f32 / 65_536.0 - 2.0) * 1.732
    }
}

/// No process holds nothing: 0 is one that nobody could look at.
fn megabytes(bytes: u64) -> String {
    match bytes {
        0 => "n/a (not told by this system)".to_owned(),
        _ => format!("{:.0} MB", bytes as f64 / 1e6),
    }
}

fn says(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
