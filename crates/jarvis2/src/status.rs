//! What long work says of itself to whoever watches: a small file for each program at work, below the user's folder for such things.
//!
//! ```text
//! monitor.folder  >  $XDG_CACHE_HOME/jarvis2/running  >  ~/.cache/jarvis2/running (macOS: ~/Library/Caches)
//! ```
//! Work that ends within a second leaves none. After that the file is written anew at most four times a second, and at least once,
//! each time whole under another name and then renamed: a reader sees the old text or the new. It goes when the work ends. A program that was killed
//! leaves its file behind; whoever reads the folder next says so and removes it.

use crate::config::Config;
use hardware::ledger::Ledger;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The version of the file.
const SCHEMA: u32 = 1;
/// Work that ends sooner is not told of.
const QUIET: Duration = Duration::from_secs(1);
/// Time between two looks at whether there is news.
const BEAT: Duration = Duration::from_millis(250);
/// Without news the file is still written this often: it shows that the program lives.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Rates are taken over about this time.
const RATE_SPAN: Duration = Duration::from_secs(3);
/// A status is smaller; what is larger is none of ours.
const BYTES_MAX: u64 = 64 << 10;
/// No more files are looked at: the folder is the user's, and anything may be in it.
const FILES_MAX: usize = 256;
/// A program that has not written for so long is said to be silent.
pub(crate) const SILENT_MS: i64 = 5000;

/// One program at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) schema: u32,
    /// Such as `plan`.
    pub(crate) command: String,
    pub(crate) pid: u32,
    /// When the program started, as the system counts it: with the number it names one program. Linux only.
    pub(crate) started: Option<u64>,
    /// When the work began, and when this was written; milliseconds since 1970 UTC.
    pub(crate) since_ms: i64,
    pub(crate) written_ms: i64,
    /// What it does now; while it pauses, `paused:` and why.
    pub(crate) phase: String,
    /// Share of the phase that is done, 0 to 1; none where the phase does not know its end.
    pub(crate) done: Option<f64>,
    /// Seconds until the phase ends, if it goes on like this.
    pub(crate) left_seconds: Option<f64>,
    /// Counts of the phase so far, with their rate over the last seconds.
    pub(crate) counts: Vec<Count>,
    /// Other figures, such as a loss.
    pub(crate) figures: Vec<Figure>,
    /// Who holds memory in the program's ledger.
    pub(crate) memory: Vec<Held>,
    /// What its kernels took on GPUs so far.
    #[serde(default)]
    pub(crate) kernels: Vec<KernelRow>,
    /// What was said last.
    pub(crate) message: Option<String>,
}

/// Something counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Count {
    /// What, such as `simulations`.
    pub(crate) what: String,
    pub(crate) count: f64,
    /// Over the last seconds; none before two looks at it.
    pub(crate) per_second: Option<f64>,
}

/// A number with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) value: f64,
}

/// What a kernel took on a GPU since the program began, by the device's own clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KernelRow {
    pub(crate) device: String,
    pub(crate) kernel: String,
    pub(crate) launches: u64,
    /// Launches that were timed: all, or a sample of those that run together with others.
    pub(crate) timed: u64,
    /// Mean of the timed ones; none where the device has no clock.
    pub(crate) launch_us: Option<f64>,
}

impl KernelRow {
    /// Of this program.
    pub(crate) fn all() -> Vec<KernelRow> {
        let rows = compute::kernel_times().into_iter();
        rows.map(|time| KernelRow {
            launch_us: time.mean().map(|mean| mean.as_secs_f64() * 1e6),
            device: time.device,
            kernel: time.kernel.to_owned(),
            launches: time.launches,
            timed: time.timed,
        })
        .collect()
    }

    /// Seconds on the device of all launches, by the mean of those that were timed.
    pub(crate) fn seconds(&self) -> Option<f64> {
        Some(self.launch_us? * self.launches as f64 * 1e-6)
    }

    /// As a line of text.
    pub(crate) fn text(&self) -> String {
        match (self.launch_us, self.seconds()) {
            (Some(us), Some(seconds)) => format!(
                "{}: {} launches of {us:.1} us ({} timed), about {seconds:.3} s on {}",
                self.kernel, self.launches, self.timed, self.device
            ),
            _ => format!(
                "{}: {} launches, time n/a (not told by {})",
                self.kernel, self.launches, self.device
            ),
        }
    }
}

/// A row of the ledger of memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) component: String,
    pub(crate) bytes: u64,
}

/// Where the files are; `None` where nobody says.
pub(crate) fn folder(config: &Config) -> Option<PathBuf> {
    match &config.monitor.folder {
        Some(folder) => Some(PathBuf::from(folder)),
        None => crate::devices::cache_folder().map(|folder| folder.join("running")),
    }
}

/// What the work has said since it began; shared with the thread that writes it down.
#[derive(Debug)]
struct Told {
    phase: String,
    paused: Option<String>,
    begun: Instant,
    done: Option<f64>,
    counts: Vec<(String, f64)>,
    figures: Vec<Figure>,
    message: Option<String>,
}

impl Told {
    fn done(&mut self, share: f64, now: Instant) {
        // Threads that share a phase out tell a little out of order.
        if self.done.is_some_and(|before| share < before - 0.05) {
            self.begun = now;
        }
        self.done = Some(share);
    }
}

/// Tells of the work of this program until it is dropped.
#[derive(Debug)]
pub(crate) struct Teller {
    told: Arc<Mutex<Told>>,
    end: Option<Sender<()>>,
    writer: Option<JoinHandle<()>>,
}

impl Teller {
    /// Starts telling, in a thread of its own. What goes wrong with the file is nobody's concern: the work is what counts.
    pub(crate) fn start(command: &str, folder: PathBuf, ledger: Ledger) -> Teller {
        let told = Arc::new(Mutex::new(Told {
            phase: "starting".to_owned(),
            paused: None,
            begun: Instant::now(),
            done: None,
            counts: Vec::new(),
            figures: Vec::new(),
            message: None,
        }));
        let (end, ended) = channel();
        let (shared, command) = (Arc::clone(&told), command.to_owned());
        let since_ms = crate::journal::store::now_ms();
        let writer = std::thread::Builder::new()
            .name("status".to_owned())
            .spawn(move || {
                if ended.recv_timeout(QUIET) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                let mut book = Book {
                    ledger,
                    past: VecDeque::new(),
                    status: Status::empty(&command, since_ms),
                };
                let mut written: Option<(Instant, Status)> = None;
                loop {
                    let status = book.status(&lock(&shared), Instant::now());
                    let fresh = written.as_ref().is_none_or(|(at, before)| {
                        at.elapsed() >= HEARTBEAT || !status.same_news(before)
                    });
                    if fresh {
                        let _ = status.write(&folder);
                        written = Some((Instant::now(), status));
                    }
                    if ended.recv_timeout(BEAT) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                }
                let _ = std::fs::remove_file(file(&folder, std::process::id()));
            });
        Teller {
            told,
            end: Some(end),
            writer: writer.ok(),
        }
    }

    /// A new phase begins; its counts begin at nothing.
    pub(crate) fn phase(&self, name: &str) {
        let mut told = lock(&self.told);
        // Some say it with every step.
        if told.phase != name {
            name.clone_into(&mut told.phase);
            told.begun = Instant::now();
            told.done = None;
            told.counts.clear();
        }
    }

    /// The phase is this far, 0 to 1. Where it falls back it has begun anew, as the second search of a plan does.
    pub(crate) fn done(&self, share: f64) {
        if share.is_finite() {
            lock(&self.told).done(share.clamp(0.0, 1.0), Instant::now());
        }
    }

    /// So many of something were done in this phase so far.
    pub(crate) fn count(&self, what: &str, count: f64) {
        let mut told = lock(&self.told);
        match told.counts.iter_mut().find(|(name, _)| name == what) {
            Some((_, so_far)) => *so_far = count,
            None => told.counts.push((what.to_owned(), count)),
        }
    }

    /// A figure now; one that is not finite is none.
    pub(crate) fn figure(&self, what: &str, value: f64) {
        let mut told = lock(&self.told);
        told.figures.retain(|figure| figure.what != what);
        if value.is_finite() {
            told.figures.push(Figure {
                what: what.to_owned(),
                value,
            });
        }
    }

    /// The work pauses, and why, or goes on.
    pub(crate) fn pause(&self, why: Option<&str>) {
        lock(&self.told).paused = why.map(|why| why.chars().take(300).collect());
    }

    /// Something worth a line.
    pub(crate) fn message(&self, text: &str) {
        lock(&self.told).message = Some(text.chars().take(300).collect());
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// A panic elsewhere leaves whole numbers here.
fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the writing thread keeps between two looks.
struct Book {
    ledger: Ledger,
    /// Counts of earlier looks at the same phase, the oldest first.
    past: VecDeque<(Instant, Vec<(String, f64)>)>,
    status: Status,
}

impl Book {
    fn status(&mut self, told: &Told, now: Instant) -> Status {
        // What was counted before this phase, or runs backwards, is no base of a rate.
        self.past.retain(|(at, counts)| {
            *at >= told.begun
                && counts.iter().all(|(what, before)| {
                    told.counts
                        .iter()
                        .any(|(name, count)| name == what && count >= before)
                })
        });
        while self.past.len() > 1 && now.duration_since(self.past[1].0) >= RATE_SPAN {
            self.past.pop_front();
        }
        let counts = told.counts.iter().map(|(what, count)| Count {
            what: what.clone(),
            count: *count,
            per_second: self.past.iter().find_map(|(at, past)| {
                let before = past.iter().find(|(name, _)| name == what)?.1;
                let seconds = now.duration_since(*at).as_secs_f64();
                (seconds > 0.0).then(|| (count - before) / seconds)
            }),
        });
        let status = Status {
            written_ms: crate::journal::store::now_ms(),
            phase: match &told.paused {
                Some(why) => format!("paused: {why}"),
                None => told.phase.clone(),
            },
            done: told.done,
            // While it pauses nobody knows.
            left_seconds: told
                .done
                .filter(|_| told.paused.is_none())
                .and_then(|done| left(done, now.saturating_duration_since(told.begun))),
            counts: counts.collect(),
            figures: told.figures.clone(),
            memory: held(&self.ledger),
            kernels: KernelRow::all(),
            message: told.message.clone(),
            ..self.status.clone()
        };
        self.past.push_back((now, told.counts.clone()));
        status
    }
}

/// Seconds until the end, if all goes on like this; none before a hundredth and a second of it are done.
fn left(done: f64, since: Duration) -> Option<f64> {
    (done >= 0.01 && since >= Duration::from_secs(1))
        .then(|| since.as_secs_f64() * (1.0 - done) / done)
}

fn held(ledger: &Ledger) -> Vec<Held> {
    let holdings = ledger.explain().holdings.into_iter();
    holdings
        .map(|holding| Held {
            component: holding.component,
            bytes: holding.bytes,
        })
        .collect()
}

fn file(folder: &Path, pid: u32) -> PathBuf {
    folder.join(format!("{pid}.json"))
}

impl Status {
    fn empty(command: &str, since_ms: i64) -> Status {
        Status {
            schema: SCHEMA,
            command: command.to_owned(),
            pid: std::process::id(),
            started: started(std::process::id()),
            since_ms,
            written_ms: since_ms,
            phase: String::new(),
            done: None,
            left_seconds: None,
            counts: Vec::new(),
            figures: Vec::new(),
            memory: Vec::new(),
            kernels: Vec::new(),
            message: None,
        }
    }

    /// Whether a reader would learn nothing new, the time aside.
    fn same_news(&self, before: &Status) -> bool {
        (&self.phase, self.done, &self.figures, &self.message)
            == (&before.phase, before.done, &before.figures, &before.message)
            && self.counts.len() == before.counts.len()
            && self
                .counts
                .iter()
                .zip(&before.counts)
                .all(|(now, then)| now.count == then.count)
    }

    fn write(&self, folder: &Path) -> std::io::Result<()> {
        make(folder)?;
        let aside = folder.join(format!("{}.new", self.pid));
        std::fs::write(&aside, serde_json::to_string(self)?)?;
        std::fs::rename(aside, file(folder, self.pid))
    }

    /// Whether it has not written for a while, though it lives: held up, or stopped by hand.
    pub(crate) fn silent(&self, now_ms: i64) -> bool {
        now_ms - self.written_ms > SILENT_MS
    }
}

/// Makes the folder, for this user alone.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Who is at work, and whose files were left behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// The longest at work first.
    pub(crate) running: Vec<Status>,
    /// Programs that are gone; their files were removed.
    pub(crate) gone: Vec<Status>,
}

/// Looks who is at work. Files of the dead are told once and removed; what is no status is left alone.
pub(crate) fn look(folder: &Path) -> Found {
    let mut found = Found::default();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for entry in entries.flatten().take(FILES_MAX) {
        let path = entry.path();
        let pid: Option<u32> = path
            .file_stem()
            .and_then(|stem| stem.to_str()?.parse().ok());
        let (Some(pid), Some("json")) = (pid, path.extension().and_then(|end| end.to_str())) else {
            continue;
        };
        let small = entry
            .metadata()
            .is_ok_and(|meta| meta.is_file() && meta.len() <= BYTES_MAX);
        let status = small
            .then(|| std::fs::read(&path).ok())
            .flatten()
            .and_then(|text| serde_json::from_slice::<Status>(&text).ok())
            .filter(|status| status.schema == SCHEMA && status.pid == pid);
        let Some(status) = status else { continue };
        if alive(&status) {
            found.running.push(status);
        } else if std::fs::remove_file(&path).is_ok() {
            found.gone.push(status);
        }
    }
    found
        .running
        .sort_by_key(|status| (status.since_ms, status.pid));
    found
        .gone
        .sort_by_key(|status| (status.since_ms, status.pid));
    found
}

/// Whether the program still runs; another one may have its number by now.
fn alive(status: &Status) -> bool {
    if let (Some(then), Some(now)) = (status.started, started(status.pid)) {
        return then == now;
    }
    exists(status.pid)
}

#[cfg(unix)]
fn exists(pid: u32) -> bool {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| {
        // Another user's program may not be asked, but it is there.
        rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
    })
}

#[cfg(not(unix))]
fn exists(_: u32) -> bool {
    true
}

/// When a program started, in ticks since the machine did: field 22 of `/proc/PID/stat` (proc(5)). The name before it may hold
/// anything but ends with the last bracket.
fn started(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?
        .1
        .split_ascii_whitespace()
        .nth(19)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_ledger() -> Ledger {
        Ledger::new(hardware::memory_budget(&hardware::detect(), None))
    }

    fn some(pid: u32) -> Status {
        Status {
            pid,
            started: started(pid),
            phase: "searching".to_owned(),
            ..Status::empty("plan", 1000)
        }
    }

    #[test]
    fn a_status_is_read_as_it_was_written_and_the_dead_are_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("running");
        assert_eq!(look(&folder), Found::default());
        let mine = some(std::process::id());
        mine.write(&folder).unwrap();
        // No program has so high a number.
        let dead = some(4_194_305);
        dead.write(&folder).unwrap();
        std::fs::write(folder.join("7.json"), "not ours").unwrap();
        std::fs::write(folder.join("notes.txt"), "not ours").unwrap();
        let found = look(&folder);
        assert_eq!(found.running, std::slice::from_ref(&mine));
        assert_eq!(found.gone, [dead]);
        assert_eq!(look(&folder).gone, []);
        assert_eq!(look(&folder).running, [mine]);
        assert!(folder.join("7.json").exists() && folder.join("notes.txt").exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn another_program_with_the_same_number_is_another_one() {
        let mut status = some(std::process::id());
        assert!(alive(&status));
        status.started = status.started.map(|ticks| ticks + 1);
        assert!(!alive(&status));
    }

    #[test]
    fn rates_are_of_the_last_seconds_of_the_phase() {
        let begun = Instant::now();
        let told = |count: f64| Told {
            phase: "searching".to_owned(),
            paused: None,
            begun,
            done: Some(0.25),
            counts: vec![("simulations".to_owned(), count)],
            figures: Vec::new(),
            message: None,
        };
        let mut book = Book {
            ledger: no_ledger(),
            past: VecDeque::new(),
            status: Status::empty("plan", 0),
        };
        let mut at = |seconds: u64, count: f64| {
            let status = book.status(&told(count), begun + Duration::from_secs(seconds));
            (status.counts[0].per_second, status.left_seconds)
        };
        assert_eq!(at(1, 100.0), (None, Some(3.0)));
        assert_eq!(at(2, 300.0), (Some(200.0), Some(6.0)));
        assert_eq!(at(12, 1300.0), (Some(100.0), Some(36.0)));
        // It began anew.
        assert_eq!(at(13, 10.0).0, None);
        assert_eq!(at(14, 60.0).0, Some(50.0));
    }

    #[test]
    fn time_left_counts_from_where_the_phase_fell_back() {
        let begun = Instant::now();
        let mut told = Told {
            phase: "searching".to_owned(),
            paused: None,
            begun,
            done: None,
            counts: Vec::new(),
            figures: Vec::new(),
            message: None,
        };
        let mut book = Book {
            ledger: no_ledger(),
            past: VecDeque::new(),
            status: Status::empty("plan", 0),
        };
        let mut left = |seconds: u64, share: f64| {
            let now = begun + Duration::from_secs(seconds);
            told.done(share, now);
            book.status(&told, now).left_seconds
        };
        assert_eq!(left(8, 0.75), Some(8.0 / 3.0));
        assert_eq!(left(8, 0.71875), Some(8.0 * 0.28125 / 0.71875));
        assert_eq!(left(10, 0.0), None);
        assert_eq!(left(15, 0.5), Some(5.0));
    }

    #[test]
    fn short_work_leaves_nothing_and_long_work_cleans_up() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("running");
        drop(Teller::start("plan", folder.clone(), no_ledger()));
        assert!(!folder.exists());
        let teller = Teller::start("plan", folder.clone(), no_ledger());
        teller.phase("searching");
        teller.done(0.5);
        teller.count("simulations", 10.0);
        teller.figure("loss", f64::NAN);
        let until = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = look(&folder).running.pop() {
                break status;
            }
            assert!(Instant::now() < until, "nothing was told");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(
            (status.phase.as_str(), status.done),
            ("searching", Some(0.5))
        );
        assert!(status.figures.is_empty());
        teller.pause(Some("memory is short"));
        let phase = |wanted: &str| {
            while look(&folder).running.pop().unwrap().phase != wanted {
                assert!(Instant::now() < until, "{wanted} was not told");
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        phase("paused: memory is short");
        teller.pause(None);
        phase("searching");
        drop(teller);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
}
