//! `jarvis2 devices`: what can compute here, proven by running it.
//!
//! Every adapter runs every kernel in a child process: this program again, as `jarvis2 prove-device`, killed at a time limit. The
//! verdicts and the measured figures are kept in the user's cache folder until driver, kernels or program change.

pub(crate) mod race;

use crate::config::{Config, Flag, Loaded, Source};
use crate::error::Error;
use crate::progress::Progress;
use clap::{Args, ValueEnum};
use compute::{
    Backend, Budget, Choice, Device, Facts, Gpu, Key, Measured, Record, Records, Trial, Verdict,
};
use hardware::Bytes;
use hardware::ledger::{Ask, Ledger, Priority, Reservation};
use race::{Race, Work};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Longest step of a proof: opening a device, one kernel, or the measurement. A driver's first compilation takes seconds.
const STEP_LIMIT: Duration = Duration::from_secs(60);
/// What the driver is given inside the child, so that it may answer before it is killed.
const DRIVER_LIMIT: Duration = Duration::from_secs(50);
/// Memory for measurements, at most.
const MEASURING_BYTES_MAX: u64 = 2 << 30;

#[derive(Debug, Args)]
pub(crate) struct DevicesArgs {
    /// Prove and measure again, whatever is known.
    #[arg(long)]
    fresh: bool,
    /// Also say which device this choice means, and why; an error if it means none.
    #[arg(long, value_enum)]
    device: Option<DeviceWord>,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    pub(crate) config: crate::cli::ConfigArgs,
}

/// The child's side of a proof. Hidden: it is no command for people.
#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    /// Backend.
    #[arg(value_enum)]
    backend: DeviceWord,
    /// Number of the adapter.
    adapter: usize,
    /// Bytes that the measurement may take.
    bytes: u64,
    /// Threads of the processor that a GPU is compared with.
    threads: usize,
}

/// A choice of device, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeviceWord {
    /// A GPU where it is proven and measured to win, else the processor.
    Auto,
    /// The processor.
    Cpu,
    /// Apple's GPU.
    Metal,
    /// A GPU through Vulkan.
    Vulkan,
    /// An NVIDIA GPU through CUDA.
    Cuda,
}

impl DeviceWord {
    /// The word as typed.
    pub(crate) fn word(self) -> &'static str {
        match self.choice() {
            Choice::Auto => "auto",
            Choice::Cpu => "cpu",
            Choice::Gpu(backend) => backend.word(),
        }
    }

    /// `--device`, as a layer of the configuration.
    pub(crate) fn flag(self) -> Flag {
        Flag {
            name: "--device".to_owned(),
            key: "compute.device".to_owned(),
            value: self.word().to_owned(),
        }
    }

    fn choice(self) -> Choice {
        match self {
            DeviceWord::Auto => Choice::Auto,
            DeviceWord::Cpu => Choice::Cpu,
            DeviceWord::Metal => Choice::Gpu(Backend::Metal),
            DeviceWord::Vulkan => Choice::Gpu(Backend::Vulkan),
            DeviceWord::Cuda => Choice::Gpu(Backend::Cuda),
        }
    }
}

/// Every kernel of the program on a small problem.
fn trials() -> Vec<Trial> {
    let mut trials = compute::trials();
    trials.extend(pricing::gpu::trials());
    trials.extend(nn::gpu::trials());
    #[cfg(feature = "index")]
    trials.extend(index::device::trials());
    trials
}

/// What the child tells beside the verdicts.
#[derive(Debug, Serialize, Deserialize)]
struct Figures {
    measured: Measured,
    crossovers: BTreeMap<String, Option<usize>>,
}

/// The kinds of work whose crossover is kept, for `auto` to go by.
const KEPT: [Work; 2] = [Work::Greeks, Work::Vols];

/// Rows at which GPU and processor are compared.
const SIZES: [usize; 5] = [1 << 10, 1 << 13, 1 << 16, 1 << 18, 1 << 20];

/// From how many rows on the GPU answers sooner than `threads` threads of the processor, columns in `f64` on both sides.
fn crossovers(
    gpu: &Gpu,
    threads: usize,
    budget: &Budget,
) -> Result<BTreeMap<String, Option<usize>>, compute::Error> {
    let mut race = Race::new(*SIZES.last().unwrap_or(&0));
    let net = race::net_crossover(gpu, threads, budget, &NET_SIZES)?;
    KEPT.into_iter()
        .map(|work| {
            let from = race.crossover(work, gpu, budget, threads, &SIZES)?;
            Ok((work.word().to_owned(), from))
        })
        .chain([Ok((race::NET.to_owned(), net))])
        .collect()
}

/// Situations at which the house net is compared.
const NET_SIZES: [usize; 6] = [1, 8, 32, 128, 512, 2_048];

#[derive(Debug, Serialize)]
struct Report {
    cpu: Processor,
    gpus: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<Chosen>,
    /// What went wrong with the file of verdicts, if anything.
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Processor {
    name: String,
    threads: usize,
    memory_budget_bytes: u64,
    measured: Measured,
}

/// One adapter, or one backend without any.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) backend: Backend,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) facts: Option<Facts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) absent: Option<String>,
    pub(crate) proven: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<String>,
    /// By kernel; empty where nobody has tried.
    pub(crate) verdicts: BTreeMap<String, Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) measured: Option<Measured>,
    /// Rows from which on it is faster than the processor, round trip included, by kind of work; null: at no size tried.
    pub(crate) crossovers: BTreeMap<String, Option<usize>>,
    /// Whether the verdict is one of an earlier run.
    pub(crate) from_cache: bool,
}

#[derive(Debug, Serialize)]
struct Chosen {
    device: String,
    why: String,
}

/// Runs `jarvis2 devices`.
pub(crate) fn devices(args: &DevicesArgs, config: &Config) -> Result<String, Error> {
    let machine = hardware::detect();
    let threads = crate::cli::threads(config, &machine);
    let memory = hardware::memory_budget(&machine, config.hardware.memory_limit_bytes());
    let mut budget = Budget::from(&memory);
    budget.bytes = budget.bytes.min(MEASURING_BYTES_MAX);
    let progress = Progress::new(args.quiet || args.json);
    progress.stage("measuring cpu");
    let cpu = Processor {
        name: machine
            .cpu_brand
            .known()
            .cloned()
            .unwrap_or_else(|| "n/a (the system does not say)".to_owned()),
        threads,
        memory_budget_bytes: memory.bytes,
        measured: compute::measure_cpu(threads, &budget),
    };
    let mut notes = Vec::new();
    let mut known = Known::open(args.fresh, &mut notes);
    let gpus = rows(
        &mut known,
        true,
        (budget.bytes, threads),
        &progress,
        &mut notes,
    )?;
    let chosen = args
        .device
        .map(|word| {
            let (device, why) = compute::choose(word.choice(), &mut |facts| {
                why_not(word, facts, known.get(facts))
            })?;
            Ok::<_, Error>(Chosen {
                device: device.to_string(),
                why,
            })
        })
        .transpose()?;
    progress.finish();
    let report = Report {
        cpu,
        gpus,
        chosen,
        notes,
    };
    if args.json {
        return serde_json::to_string_pretty(&report)
            .map_err(|error| Error::Internal(error.to_string()));
    }
    Ok(text(&report))
}

/// Every adapter with what is known of it; one that nobody has proven yet is proven now if `prove` says so.
pub(crate) fn examine(
    config: &Config,
    machine: &hardware::Machine,
    prove: bool,
    progress: &Progress,
    notes: &mut Vec<String>,
) -> Result<Vec<Row>, Error> {
    let limit = config.hardware.memory_limit_bytes();
    let bytes = hardware::memory_budget(machine, limit).bytes;
    let threads = crate::cli::threads(config, machine);
    let mut known = Known::open(false, notes);
    let limits = (bytes.min(MEASURING_BYTES_MAX), threads);
    rows(&mut known, prove, limits, progress, notes)
}

fn rows(
    known: &mut Known,
    prove: bool,
    limits: (u64, usize),
    progress: &Progress,
    notes: &mut Vec<String>,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for found in compute::find() {
        match found.adapters {
            Err(error) => rows.push(Row {
                backend: found.backend,
                facts: None,
                absent: Some(error.to_string()),
                proven: false,
                verdict: None,
                verdicts: BTreeMap::new(),
                measured: None,
                crossovers: BTreeMap::new(),
                from_cache: false,
            }),
            Ok(list) => {
                for facts in list {
                    progress.stage(&format!("proving {} {}", facts.backend, facts.name));
                    let found = if prove || known.get(&facts).is_some() {
                        Some(known.record(&facts, limits, progress, notes)?)
                    } else {
                        None
                    };
                    let (record, from_cache) = match &found {
                        Some((record, from_cache)) => (Some(record), *from_cache),
                        None => (None, false),
                    };
                    rows.push(Row {
                        backend: facts.backend,
                        proven: record.is_some_and(Record::is_proven),
                        verdict: record.map(Record::summary),
                        verdicts: record
                            .map(|record| record.verdicts.iter().cloned().collect())
                            .unwrap_or_default(),
                        measured: record.and_then(|record| record.measured.clone()),
                        crossovers: record
                            .map(|record| record.crossovers.clone())
                            .unwrap_or_default(),
                        facts: Some(facts),
                        absent: None,
                        from_cache,
                    });
                }
            }
        }
    }
    Ok(rows)
}

/// Why an adapter is not to be used under a choice.
fn why_not(word: DeviceWord, facts: &Facts, record: Option<&Record>) -> Option<String> {
    let Some(record) = record else {
        return Some("not proven yet: run `jarvis2 devices` once".to_owned());
    };
    if !record.is_proven() {
        return Some(record.summary());
    }
    if word != DeviceWord::Auto {
        return None;
    }
    if facts.software {
        return Some("it is a program on the processor".to_owned());
    }
    if record.crossovers.values().all(Option::is_none) {
        return Some("no work was measured to be faster there".to_owned());
    }
    None
}

/// Where a command computes, by flag and configuration. A device with a name is open; `auto` decides for each batch, by what is
/// known of the devices. None is proven here.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    word: DeviceWord,
    named: Option<Gpu>,
    /// Whether somebody chose; the default goes without saying.
    pub(crate) asked: bool,
    /// Memory that the work may take.
    pub(crate) budget: Budget,
}

impl Default for Place {
    fn default() -> Place {
        Place {
            word: DeviceWord::Cpu,
            named: None,
            asked: false,
            budget: Budget {
                bytes: 0,
                origin: "the processor takes none".to_owned(),
            },
        }
    }
}

impl Place {
    /// Opens a device that is asked for by its name; an error if it is absent or not proven.
    pub(crate) fn open(loaded: &Loaded, machine: &hardware::Machine) -> Result<Place, Error> {
        let word = loaded.config.compute.device;
        let limit = loaded.config.hardware.memory_limit_bytes();
        let named = match word.choice() {
            Choice::Gpu(_) => choose(word, |_| None)?.0,
            Choice::Auto | Choice::Cpu => Device::Cpu,
        };
        Ok(Place {
            word,
            named: gpu_of(named),
            asked: loaded.origins["compute.device"].source != Source::Default,
            budget: Budget::from(&hardware::memory_budget(machine, limit)),
        })
    }

    /// The device for one kind of work on so many rows, and why it is this one.
    pub(crate) fn device(&self, work: Work, rows: usize) -> (Device, String) {
        let asked = || "asked for".to_owned();
        match (&self.named, self.word) {
            (Some(gpu), _) => return (Device::Gpu(gpu.clone()), asked()),
            (None, DeviceWord::Auto) => {}
            (None, _) => return (Device::Cpu, asked()),
        }
        let from = |record: &Record| {
            let from = record.crossovers.get(work.word()).copied().flatten();
            from.filter(|&from| from <= rows)
        };
        let (_, records) = kept(&mut Vec::new());
        // No driver is woken where nothing can come of it.
        if records.iter().any(|record| from(record).is_some()) {
            let slow = |record: &Record| match from(record) {
                Some(_) => None,
                None => Some(format!("the processor is faster for {rows} rows")),
            };
            if let Ok((device @ Device::Gpu(_), _)) = choose(self.word, slow) {
                return (device, format!("measured to be faster for {rows} rows"));
            }
        }
        let why = format!("no GPU is known to be faster for {rows} rows");
        (Device::Cpu, why)
    }

    /// Counts the buffers of a GPU that computes in the machine's own memory in the ledger, once: half of what is left there is
    /// theirs, and no more. A GPU with memory of its own takes none of ours. To be called when the rest of the work has asked.
    pub(crate) fn share(
        &mut self,
        ledger: &Ledger,
        machine: &hardware::Machine,
    ) -> Option<Reservation> {
        let unified = match (&self.named, self.word) {
            (Some(gpu), _) => gpu.facts().unified,
            (None, DeviceWord::Auto) => machine.gpus.known().is_some_and(|gpus| {
                let unified = hardware::Reading::Known(hardware::GpuMemory::Unified);
                gpus.iter().any(|gpu| gpu.memory == unified)
            }),
            (None, _) => false,
        };
        if !unified {
            return None;
        }
        let left = ledger
            .budget()
            .bytes
            .saturating_sub(ledger.reserved_bytes());
        let ask = Ask::of("buffers of the GPU", left / 2, Priority::Foreground).or_at_least(1);
        let held = ledger.reserve(ask, Duration::ZERO).ok();
        self.budget = Budget {
            bytes: held.as_ref().map_or(0, Reservation::bytes),
            origin: "half of what the ledger had left".to_owned(),
        };
        held
    }

    /// The GPU that is asked for, or under `auto` one that was measured to win at some work.
    pub(crate) fn gpu(&self) -> Option<Gpu> {
        match self.word {
            DeviceWord::Auto => {
                let (_, records) = kept(&mut Vec::new());
                records.iter().next()?;
                choose(self.word, |_| None)
                    .ok()
                    .and_then(|(device, _)| gpu_of(device))
            }
            _ => self.named.clone(),
        }
    }
}

fn gpu_of(device: Device) -> Option<Gpu> {
    match device {
        Device::Gpu(gpu) => Some(gpu),
        Device::Cpu => None,
    }
}

/// Opens the device of a choice by what is known of the devices; `unfit` may refuse one that is proven.
fn choose(
    word: DeviceWord,
    unfit: impl Fn(&Record) -> Option<String>,
) -> Result<(Device, String), compute::Error> {
    let known = Known::open(false, &mut Vec::new());
    compute::choose(word.choice(), &mut |facts| {
        let record = known.get(facts);
        why_not(word, facts, record).or_else(|| record.and_then(&unfit))
    })
}

/// The records, and the file that keeps them.
struct Known {
    file: Option<PathBuf>,
    records: Records,
    trials: Vec<Trial>,
    fresh: bool,
}

impl Known {
    fn open(fresh: bool, notes: &mut Vec<String>) -> Known {
        let (file, records) = kept(notes);
        Known {
            file,
            records,
            trials: trials(),
            fresh,
        }
    }

    fn key(&self, facts: &Facts) -> Key {
        Key::new(facts, &self.trials, env!("CARGO_PKG_VERSION"))
    }

    fn get(&self, facts: &Facts) -> Option<&Record> {
        self.records.get(&self.key(facts))
    }

    /// What is known, or found out now; true if it was known.
    fn record(
        &mut self,
        facts: &Facts,
        (bytes, threads): (u64, usize),
        progress: &Progress,
        notes: &mut Vec<String>,
    ) -> Result<(Record, bool), Error> {
        let key = self.key(facts);
        if let Some(record) = self.records.get(&key).filter(|_| !self.fresh) {
            return Ok((record.clone(), true));
        }
        if crate::asked::stop().is_some() {
            return Err(Error::Usage(
                "a GPU that is not proven yet: run `jarvis2 devices` once from the command line, or take the processor".to_owned(),
            ));
        }
        let this = std::env::current_exe().map_err(|error| Error::Io {
            path: PathBuf::from("jarvis2"),
            why: format!("this program does not find itself: {error}"),
        })?;
        let mut child = Command::new(this);
        child
            .arg("prove-device")
            .arg(facts.backend.word())
            .arg(facts.adapter.to_string())
            .args([bytes.to_string(), threads.to_string()]);
        let names: Vec<String> = self.trials.iter().map(|trial| trial.name.clone()).collect();
        let (verdicts, extra) = compute::prove(child, &names, STEP_LIMIT)?;
        if progress.stopped() {
            return Err(Error::Interrupted {
                done: format!("the proof of {} was not finished", facts.name),
            });
        }
        let figures = extra.and_then(|text| serde_json::from_str::<Figures>(&text).ok());
        let (measured, crossovers) = match figures {
            Some(figures) => (Some(figures.measured), figures.crossovers),
            None => (None, BTreeMap::new()),
        };
        let record = Record {
            key,
            verdicts,
            measured,
            crossovers,
        };
        // What could not be tried, for want of memory say, may be tried next time.
        let tried = |(_, verdict): &(String, Verdict)| !matches!(verdict, Verdict::Failed { .. });
        if record.verdicts.iter().all(tried) {
            self.records.put(record.clone());
            if let Some(file) = &self.file
                && let Err(error) = self.records.save(file)
            {
                notes.push(format!("verdicts are not kept: {error}"));
            }
        }
        Ok((record, false))
    }
}

/// What earlier runs found, and the file it stands in.
fn kept(notes: &mut Vec<String>) -> (Option<PathBuf>, Records) {
    let Some(file) = cache_file() else {
        notes.push("verdicts are not kept: set HOME or XDG_CACHE_HOME to keep them".to_owned());
        return (None, Records::default());
    };
    let (records, note) = Records::load(&file);
    notes.extend(note);
    (Some(file), records)
}

pub(crate) fn cache_file() -> Option<PathBuf> {
    cache_folder().map(|folder| folder.join("devices.json"))
}

/// What may be made anew: `$XDG_CACHE_HOME/jarvis2`, else below the system's own folder for such files.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let below_home = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    folder("XDG_CACHE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(below_home)))
        .map(|cache| cache.join("jarvis2"))
}

/// Runs `jarvis2 prove-device`: in the child.
pub(crate) fn prove(args: &ProveArgs) -> u8 {
    let Choice::Gpu(backend) = args.backend.choice() else {
        return 2;
    };
    let budget = Budget {
        bytes: args.bytes,
        origin: "the limit of the measurement".to_owned(),
    };
    let done = compute::serve(
        Gpu::open(backend, args.adapter),
        &trials(),
        DRIVER_LIMIT,
        &mut std::io::stdout().lock(),
        |gpu| {
            let mut measured = compute::measure_gpu(gpu, &budget);
            let crossovers = crossovers(gpu, args.threads, &budget).unwrap_or_else(|error| {
                measured.missing.push(format!("crossovers: {error}"));
                BTreeMap::new()
            });
            let figures = Figures {
                measured,
                crossovers,
            };
            serde_json::to_string(&figures).unwrap_or_default()
        },
    );
    if done.is_ok() { 0 } else { 5 }
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    let cpu = &report.cpu;
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "cpu     {}\n        {} threads, up to {} of memory\n        the reference\n        {}",
        cpu.name,
        cpu.threads,
        Bytes(cpu.memory_budget_bytes),
        figures(&cpu.measured)
    );
    for row in &report.gpus {
        let word = row.backend.word();
        let Some(facts) = &row.facts else {
            let absent = row.absent.as_deref().unwrap_or("no reason given");
            let _ = writeln!(out, "{word:<7} n/a ({absent})");
            continue;
        };
        let kind = match (facts.software, facts.unified) {
            (true, _) => "software: a program on the processor",
            (false, true) => "unified memory",
            (false, false) => "its own memory",
        };
        let memory = facts.memory_bytes.map_or(
            "memory n/a (the interface does not say)".to_owned(),
            |bytes| format!("memory {}", Bytes(bytes)),
        );
        let known = if row.from_cache {
            "; known from an earlier run"
        } else {
            ""
        };
        let verdict = row.verdict.as_deref().unwrap_or("not proven");
        let measured = match &row.measured {
            Some(measured) => figures(measured),
            None => "not measured: only what is proven is measured".to_owned(),
        };
        let _ = writeln!(
            out,
            "{word:<7} {} ({})\n        {kind}, {memory}, largest buffer {}, {} buffers a kernel\n        {verdict}{known}\n        {measured}",
            facts.name,
            facts.driver,
            Bytes(facts.buffer_bytes_max),
            facts.buffers_max,
        );
        for (work, rows) in &row.crossovers {
            let work = work.replace('_', " ");
            let _ = match rows {
                Some(rows) => writeln!(
                    out,
                    "        {work}: faster than the processor from {rows} rows"
                ),
                None => writeln!(
                    out,
                    "        {work}: the processor is faster at every size tried"
                ),
            };
        }
    }
    if let Some(chosen) = &report.chosen {
        let _ = writeln!(out, "chosen  {} ({})", chosen.device, chosen.why);
    }
    for note in &report.notes {
        let _ = writeln!(out, "note    {note}");
    }
    out
}

/// The measured figures in a line; a missing one is left out and its reason given.
fn figures(measured: &Measured) -> String {
    let mut parts = Vec::new();
    let figures = [
        ("copy", measured.copy_gb_per_s, "GB/s"),
        ("upload", measured.upload_gb_per_s, "GB/s"),
        ("download", measured.download_gb_per_s, "GB/s"),
        ("launch", measured.launch_us, "us"),
        ("multiply-add", measured.gflop_per_s, "GFLOP/s"),
    ];
    for (name, value, unit) in figures {
        if let Some(value) = value {
            parts.push(format!("{name} {value:.1} {unit}"));
        }
    }
    parts.extend(measured.missing.iter().map(|why| format!("n/a ({why})")));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(software: bool) -> Facts {
        Facts {
            backend: Backend::Vulkan,
            adapter: 0,
            name: "a card".to_owned(),
            driver: "1".to_owned(),
            software,
            unified: false,
            memory_bytes: None,
            buffer_bytes_max: 1 << 30,
            buffers_max: 16,
            workgroup_max: 1024,
        }
    }

    fn record(verdict: Verdict, crossover: Option<usize>) -> Record {
        Record {
            key: Key::new(&facts(false), &trials(), "0"),
            verdicts: vec![("copy".to_owned(), verdict)],
            measured: None,
            crossovers: BTreeMap::from([("price".to_owned(), crossover)]),
        }
    }

    #[test]
    fn a_gpu_is_used_only_when_proven_and_auto_only_when_it_wins() {
        let good = Verdict::Proven { worst: 0.1 };
        let refused =
            |word, software, record: Option<&Record>| why_not(word, &facts(software), record);
        let (auto, named) = (DeviceWord::Auto, DeviceWord::Vulkan);
        let wins = record(good.clone(), Some(50_000));
        let never = record(good, None);
        let hung = record(Verdict::Hung { limit_s: 60.0 }, Some(1));
        assert_eq!(refused(auto, false, Some(&wins)), None);
        assert!(refused(auto, true, Some(&wins)).is_some_and(|why| why.contains("processor")));
        assert!(refused(auto, false, Some(&never)).is_some_and(|why| why.contains("faster")));
        assert_eq!(refused(named, true, Some(&never)), None);
        assert!(refused(named, false, Some(&hung)).is_some_and(|why| why.contains("hung")));
        assert!(refused(named, false, None).is_some());
    }
}
