//! The shows: each runs something here and says what it saw.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use evidence::record::{Record, Trials};
use hardware::batch::{Room, Work, batch};
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

use super::rows::Show;
use super::{Seen, Verdict, together};
use crate::asked::{self, Refusal};
use crate::doctor::Finding;
use crate::doctor::checks::Scratch;
use crate::error::Error;
use crate::progress::Progress;

/// Everything that is built into any build of ours, by name and version.
const LOCK: &str = include_str!("../../../../../Cargo.lock");
/// Vectors that the index is asked for.
#[cfg(feature = "index")]
const VECTORS: usize = 20_000;

/// What shows share: each thing is run once.
pub(super) struct Stage<'a> {
    findings: &'a [Finding],
    /// By name of the show.
    seen: HashMap<&'static str, Seen>,
    scratch: Scratch,
    machine: Vec<(String, String)>,
    /// The plan of the sample, and the seconds that it took.
    plan: Option<Result<(Value, f64), String>>,
    bench: Option<Result<Value, String>>,
    stop: Arc<AtomicBool>,
}

impl Stage<'_> {
    pub(super) fn new(findings: &[Finding]) -> Result<Stage<'_>, Error> {
        let scratch = Scratch::new("seed").map_err(|error| Error::Io {
            path: std::env::temp_dir(),
            why: error.to_string(),
        })?;
        Ok(Stage {
            findings,
            seen: HashMap::new(),
            scratch,
            machine: hardware::detect().rows(),
            plan: None,
            bench: None,
            stop: Arc::default(),
        })
    }

    /// Runs a show, unless it has run already.
    pub(super) fn play(&mut self, show: &Show, progress: &Progress) -> Seen {
        self.stop = progress.stop();
        match show {
            Show::Part(name) => self.part(name),
            Show::Target(name) => self.target(name),
            Show::Without(words) => without(words),
            Show::Machine(names) => self.lines(names),
            Show::Mac(what) => Seen::absent(mac(what)),
            Show::Elsewhere(what) => Seen::absent(what),
            Show::As(id) => Seen::told(false, format!("row {id} is not a show")),
            Show::Run(name, run) => {
                if let Some(seen) = self.seen.get(name) {
                    return seen.clone();
                }
                progress.stage(name);
                let seen = run(self);
                self.seen.insert(name, seen.clone());
                seen
            }
        }
    }

    fn part(&self, name: &str) -> Seen {
        let all: Vec<Seen> = self
            .findings
            .iter()
            .filter(|finding| finding.part.starts_with(name))
            .map(Seen::from)
            .collect();
        if all.is_empty() {
            return Seen::told(false, format!("the doctor has no part \"{name}\""));
        }
        // One device of several is enough, and one that is wrong is too many.
        let there = |seen: &&Seen| seen.verdict != Verdict::NotHere;
        let some = all.iter().any(|seen| there(&seen));
        let shown: Vec<&Seen> = all.iter().filter(|seen| !some || there(seen)).collect();
        let words: Vec<&str> = shown.iter().map(|seen| seen.words.as_str()).collect();
        Seen::of(
            together(shown.iter().map(|seen| seen.verdict)),
            words.join("; "),
        )
    }

    fn lines(&self, names: &[&str]) -> Seen {
        let mut words = Vec::new();
        let mut verdicts = Vec::new();
        for name in names {
            let mut found = self
                .machine
                .iter()
                .filter(|(one, _)| one == name || one.starts_with(&format!("{name} ")))
                .peekable();
            if found.peek().is_none() {
                return Seen::told(false, format!("`jarvis2 machine` has no line \"{name}\""));
            }
            for (one, value) in found {
                verdicts.push(if value.starts_with("n/a") {
                    Verdict::NotHere
                } else {
                    Verdict::Met
                });
                words.push(format!("{one}: {value}"));
            }
        }
        Seen::of(together(verdicts.iter().copied()), words.join("; "))
    }

    fn target(&mut self, name: &str) -> Seen {
        if self.bench.is_none() {
            let words = ["bench", "--json", "--seconds", "0.3"];
            self.bench = Some(self.json(&words).map_err(|refusal| refusal.message));
        }
        let bench = match &self.bench {
            Some(Ok(bench)) => bench,
            Some(Err(why)) => return Seen::told(false, format!("`jarvis2 bench`: {why}")),
            None => return Seen::told(false, "`jarvis2 bench` was not run"),
        };
        let one = bench["targets"]
            .as_array()
            .and_then(|targets| targets.iter().find(|target| target["name"] == name));
        let Some(one) = one else {
            return Seen::told(false, format!("`jarvis2 bench` has no figure \"{name}\""));
        };
        let how = one["how"].as_str().unwrap_or_default();
        match (one["measured"].as_f64(), one["met"].as_bool()) {
            (Some(measured), Some(met)) => {
                let unit = one["unit"].as_str().unwrap_or_default();
                let measured = crate::bench::short(measured);
                Seen::told(met, format!("{name}: {measured} {unit} ({how})"))
            }
            _ => Seen::absent(how.trim_start_matches("n/a (")),
        }
    }

    /// A command's answer.
    fn ask(&self, words: &[&str]) -> Result<String, Refusal> {
        asked::ask(words.iter().copied(), &self.stop).map(|answer| answer.text)
    }

    fn json(&self, words: &[&str]) -> Result<Value, Refusal> {
        let text = self.ask(words)?;
        serde_json::from_str(&text).map_err(|error| Refusal {
            kind: "internal",
            message: format!(
                "`jarvis2 {}` answers with no JSON: {error}",
                words.join(" ")
            ),
            exit_code: 6,
        })
    }

    /// A file or folder of the time of this command.
    fn place(&self, name: &str) -> String {
        self.scratch.0.join(name).display().to_string()
    }

    /// The plan of the sample.
    fn plan(&mut self) -> Result<&(Value, f64), String> {
        if self.plan.is_none() {
            let trace = self.place("tree.json");
            // The page speaks of the program as it comes: with its net, whatever this machine's file says.
            let words = [
                "plan",
                "--json",
                "--no-files",
                "--no-diary",
                "--set",
                "nets.model=shipped",
                "--trace",
                &trace,
            ];
            let at = Instant::now();
            let plan = self.json(&words).map_err(|refusal| refusal.message);
            self.plan = Some(plan.map(|plan| (plan, at.elapsed().as_secs_f64())));
        }
        match &self.plan {
            Some(Ok(plan)) => Ok(plan),
            Some(Err(why)) => Err(format!("`jarvis2 plan`: {why}")),
            None => Err("`jarvis2 plan` was not run".to_owned()),
        }
    }
}

/// What came of a show that may fail on its way.
fn tried(result: Result<Seen, String>) -> Seen {
    result.unwrap_or_else(|why| Seen::told(false, why))
}

fn mac(what: &str) -> String {
    if cfg!(target_os = "macos") {
        return format!("{what}: no check of it on a Mac yet");
    }
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{what}: needs a Mac, and this is {os} {arch}")
}

fn without(words: &[&str]) -> Seen {
    let names: Vec<&str> = LOCK
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .collect();
    let found: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| {
            name.split(['-', '_'])
                .any(|part| words.iter().any(|word| part.starts_with(word)))
        })
        .collect();
    if found.is_empty() {
        let count = names.len();
        let words = format!(
            "none of {count} crates in the lock file is called {}",
            words.join(", ")
        );
        return Seen {
            condition: true,
            ..Seen::met(words)
        };
    }
    Seen::told(false, format!("in the lock file: {}", found.join(", ")))
}

/// Libraries that are in this process: frameworks that were not built in are not there.
pub(super) fn no_framework(_: &mut Stage) -> Seen {
    let Ok(maps) = std::fs::read_to_string("/proc/self/maps") else {
        return Seen::absent("this system does not list the libraries of a process in /proc");
    };
    let mut libraries: Vec<&str> = maps
        .lines()
        .filter_map(|line| line.rsplit('/').next())
        .filter(|name| name.contains(".so"))
        .collect();
    libraries.sort_unstable();
    libraries.dedup();
    let frameworks = ["torch", "mlx", "tensorflow", "onnxruntime"];
    let is_one = |name: &&&str| frameworks.iter().any(|word| name.contains(word));
    let found: Vec<&&str> = libraries.iter().filter(is_one).collect();
    let words = format!(
        "{} libraries in this process ({}), {} of them a framework for nets",
        libraries.len(),
        libraries.join(", "),
        found.len()
    );
    Seen::told(found.is_empty(), words)
}

pub(super) fn parts(stage: &mut Stage) -> Seen {
    use crate::doctor::Rating::{Absent, Unusable, Works, WorksWithCare};
    let count = |rating| {
        stage
            .findings
            .iter()
            .filter(|one| one.rating == rating)
            .count()
    };
    let words = format!(
        "{} parts work, {} with care, {} unusable, {} absent",
        count(Works),
        count(WorksWithCare),
        count(Unusable),
        count(Absent)
    );
    let verdict = match (
        count(Works),
        count(WorksWithCare) + count(Absent),
        count(Unusable),
    ) {
        (0, _, _) | (_, _, 1..) => Verdict::NotMet,
        (_, 1.., _) => Verdict::InPart,
        _ => Verdict::Met,
    };
    Seen::of(verdict, words)
}

/// The sample's rows of a symbol with the columns of a vendor that says no spot.
fn as_a_vendor_has_them(own: &str, symbol: &str) -> Result<String, String> {
    let mut lines = own.lines();
    let heads: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| {
        let found = heads.iter().position(|head| *head == name);
        found.ok_or_else(|| format!("the sample has no column {name}"))
    };
    let places = [
        "underlying",
        "expiry",
        "strike",
        "right",
        "bid",
        "ask",
        "volume",
    ];
    let [underlying, expiry, strike, right, bid, ask, volume] = places.map(place);
    let (underlying, expiry, strike, right) = (underlying?, expiry?, strike?, right?);
    let (bid, ask, volume) = (bid?, ask?, volume?);
    let [open_interest, day, iv] = ["open_interest", "quote_date", "iv"].map(place);
    let (open_interest, day, iv) = (open_interest?, day?, iv?);
    let mut text = "contract_id,symbol,expiration,strike,type,bid,ask,volume,open_interest,date,implied_volatility\n".to_owned();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() != heads.len() || cells[underlying] != symbol {
            continue;
        }
        let usd: f64 = cells[strike].parse().map_err(|_| line.to_owned())?;
        let name = format!(
            "{symbol}{}{}{:08.0}",
            cells[expiry].replace('-', "").trim_start_matches("20"),
            cells[right],
            1000.0 * usd
        );
        let side = if cells[right] == "C" { "call" } else { "put" };
        let after = [bid, ask, volume, open_interest, day, iv].map(|place| cells[place]);
        text += &format!(
            "{name},{symbol},{},{},{side},{}\n",
            cells[expiry],
            cells[strike],
            after.join(",")
        );
    }
    Ok(text)
}

/// The sample with a vendor's columns says what the embedded one says.
pub(super) fn read(stage: &mut Stage) -> Seen {
    let folder = stage.place("sample");
    let chain = PathBuf::from(&folder)
        .join("vendor.csv")
        .display()
        .to_string();
    tried((|| {
        let plan = &stage.plan()?.0;
        let contracts = plan["data"]["contracts"].clone();
        let spot = plan["spot_usd"].to_string();
        let told = |refusal: Refusal| refusal.message;
        stage.ask(&["sample", "--out", &folder]).map_err(told)?;
        let own = std::fs::read_to_string(PathBuf::from(&folder).join("chain.csv"));
        let own = own.map_err(|error| error.to_string())?;
        std::fs::write(&chain, as_a_vendor_has_them(&own, "SYNVOL")?)
            .map_err(|error| format!("{chain}: {error}"))?;
        let small = [
            "search.evaluations=1000",
            "search.draw_evaluations=1000",
            "search.paths=256",
        ];
        let mut words = vec![
            "plan",
            "--chain",
            &chain,
            "--spot",
            &spot,
            "--json",
            "--no-files",
            "--no-diary",
        ];
        words.extend(small.iter().flat_map(|pair| ["--set", pair]));
        let again = stage.json(&words).map_err(told)?;
        let again = &again["data"];
        let words = format!(
            "{} contracts among {} rows of a CSV file with a vendor's columns ({}), {contracts} in the embedded Parquet",
            again["contracts"], again["rows"], again["format"]
        );
        let good = contracts.is_u64()
            && again["contracts"] == contracts
            && again["format"] == "philippdubach";
        Ok(Seen::told(good, words))
    })())
}

/// Tables as files, their rows counted in the files.
pub(super) fn export(stage: &mut Stage) -> Seen {
    let folder = stage.place("tables");
    tried((|| {
        let rows = stage.plan()?.0["data"]["rows"].as_i64();
        let told = |refusal: Refusal| refusal.message;
        stage.ask(&["export", "--out", &folder]).map_err(told)?;
        let path = PathBuf::from(&folder).join("chains.parquet");
        let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let reader = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
        let written = reader.metadata().file_metadata().num_rows();
        let words = format!("chains.parquet holds {written} rows");
        Ok(Seen::told(rows == Some(written), words))
    })())
}

/// What the package `jarvis2` is asked in Python: arrays against one at a time, and a table there and back where there is pyarrow.
const IN_PYTHON: &str = "
import json, sys
try:
    import jarvis2, numpy
except ImportError as error:
    print(json.dumps({'missing': str(error)})); sys.exit()
strikes = numpy.linspace(60, 140, 81)
many = jarvis2.price('p', 100, strikes, 0.5, 0.04, 0.25)
worst = max(abs(p - jarvis2.price('p', 100, float(k), 0.5, 0.04, 0.25)) for k, p in zip(strikes, many))
told = {'version': jarvis2.__version__, 'worst': float(worst), 'table': None}
try:
    import pyarrow
    table = pyarrow.table({'right': ['p'] * 81, 'spot': [100.0] * 81, 'strike': strikes, 'years': [0.5] * 81, 'rate': [0.04] * 81, 'vol': [0.25] * 81})
    column = pyarrow.table(jarvis2.price(table)).column('price').to_numpy()
    told['table'] = float(abs(column - many).max())
except ImportError:
    pass
print(json.dumps(told))
";

/// The package `jarvis2` of Python, where one is installed: arrays and tables there and back.
pub(super) fn python(_: &mut Stage) -> Seen {
    let program = std::env::var("JARVIS2_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let ran = std::process::Command::new(&program)
        .args(["-c", IN_PYTHON])
        .stdin(std::process::Stdio::null())
        .output();
    let ran = match ran {
        Ok(ran) => ran,
        Err(error) => return Seen::absent(format!("{program}: {error}")),
    };
    let Ok(told) = serde_json::from_slice::<Value>(&ran.stdout) else {
        let why = String::from_utf8_lossy(&ran.stderr);
        let last = why.lines().last().unwrap_or("it said nothing").to_owned();
        return Seen::told(false, format!("{program}: {last}"));
    };
    if let Some(missing) = told["missing"].as_str() {
        return Seen::absent(format!(
            "{program}: {missing}; docs/python.md says how to install the package, JARVIS2_PYTHON names another interpreter"
        ));
    }
    let worst = told["worst"].as_f64().unwrap_or(f64::INFINITY);
    let table = told["table"].as_f64();
    let by_table = table.map_or("n/a (no pyarrow)".to_owned(), |table| format!("{table:e}"));
    let words = format!(
        "jarvis2 {} in {program}: an array of 81 prices is off by {worst:e} from one at a time, an Arrow table by {by_table}",
        told["version"].as_str().unwrap_or("n/a (no version)")
    );
    Seen::told(
        worst <= 1e-12 && table.is_none_or(|table| table <= 1e-12),
        words,
    )
}

pub(super) fn statistics(_: &mut Stage) -> Seen {
    // Bailey & Lopez de Prado (2014): 2.5 a year over 1,250 days, skew -3, kurtosis 10; 100 trials with a variance of 1/2 a year.
    let record = Record {
        count: 1250,
        mean: 2.5 / 250_f64.sqrt(),
        deviation: 1.0,
        skew: -3.0,
        kurtosis: 10.0,
    };
    let trials = Trials {
        count: 100.0,
        variance: 0.5 / 250.0,
    };
    let found = record.deflated(&trials);
    let words = format!("a deflated Sharpe ratio of {found:.4}; the paper has 0.9004");
    Seen::told((found - 0.9004).abs() <= 5e-5, words)
}

#[cfg(feature = "index")]
pub(super) fn graph(_: &mut Stage) -> Seen {
    let mut graph = index::Graph::default();
    for (from, to, weight) in [(1, 2, 1.0), (2, 3, 1.0), (1, 3, 5.0), (3, 4, 1.0)] {
        graph.add(from, to, "leads to", weight);
    }
    let path = graph.path(1, 4, None);
    let words = format!("a way from 1 to 4 along arrows: {path:?}");
    Seen::told(path == Some(vec![1, 3, 4]), words)
}

#[cfg(feature = "index")]
pub(super) fn keys(stage: &mut Stage) -> Seen {
    use index::Keys as _;
    let folder = stage.scratch.0.join("keys");
    tried((|| {
        let told = |error: index::Error| error.to_string();
        let mut keys = index::Index::open(&folder, &index::Config::new(4)).map_err(told)?;
        let names: Vec<String> = (0..1_000).map(|name| format!("name {name:04}")).collect();
        let pairs: Vec<(&str, &[u8])> = names
            .iter()
            .map(|name| (name.as_str(), name.as_bytes()))
            .collect();
        let at = Instant::now();
        keys.put_many(&pairs).map_err(told)?;
        let asked: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = keys.get_many(&asked).map_err(told)?;
        let right = found
            .iter()
            .zip(&names)
            .filter(|(value, name)| value.as_deref() == Some(name.as_bytes()))
            .count();
        let milliseconds = 1e3 * at.elapsed().as_secs_f64();
        let words = format!("{right} of 1000 values put and found again in {milliseconds:.1} ms");
        Ok(Seen::told(right == 1_000, words))
    })())
}

/// Vectors of 768 numbers, as many as a check has time for.
#[cfg(feature = "index")]
pub(super) fn million(stage: &mut Stage) -> Seen {
    const WIDTH: usize = 768;
    let folder = stage.scratch.0.join("vectors");
    let stop = Arc::clone(&stage.stop);
    tried((|| {
        let told = |error: index::Error| error.to_string();
        let mut open = index::Index::open(&folder, &index::Config::new(WIDTH)).map_err(told)?;
        let mut state = 7_u64;
        let mut vector = || -> Vec<f32> {
            (0..WIDTH)
                .map(|_| {
                    // Knuth's linear congruence (The Art of Computer Programming, volume 2, 3.3.4).
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    (state >> 40) as f32 / (1 << 23) as f32 - 1.0
                })
                .collect()
        };
        let mut kept = Vec::new();
        for first in (0..VECTORS).step_by(2_000) {
            if stop.load(std::sync::atomic::Ordering::Relaxed) {
                return Ok(Seen::absent("interrupted"));
            }
            open.update(|update| {
                (first..first + 2_000).try_for_each(|record| {
                    let own = vector();
                    update.vector(record as i64, &own)?;
                    if record == first {
                        kept.push((record as i64, own));
                    }
                    Ok(())
                })
            })
            .map_err(told)?;
        }
        let questions: Vec<Vec<f32>> = (0..50).map(|_| vector()).collect();
        let any = index::Filter::default();
        let at = Instant::now();
        let mut answers = Vec::new();
        for question in &questions {
            answers.push(open.nearest(question, 10, &any).map_err(told)?);
        }
        let each = 1e3 * at.elapsed().as_secs_f64() / questions.len() as f64;
        // Fast answers must be answers: who is asked for itself is found first.
        let mut found = 0;
        for (record, own) in &kept {
            let nearest = open.nearest(own, 1, &any).map_err(told)?.neighbours;
            found += usize::from(nearest.first().is_some_and(|one| one.record == *record));
        }
        let verdict = if each < 5.0 && found == kept.len() {
            Verdict::InPart
        } else {
            Verdict::NotMet
        };
        Ok(Seen::of(
            verdict,
            format!(
                "{each:.2} ms among {VECTORS} vectors of {WIDTH}, {found} of {} asked for themselves found first; a million: n/a (they take minutes to add: `cargo bench -p index --bench vectors -- --count 1000000`)",
                kept.len()
            ),
        ))
    })())
}

#[cfg(not(feature = "index"))]
pub(super) fn graph(_: &mut Stage) -> Seen {
    no_index()
}

#[cfg(not(feature = "index"))]
pub(super) fn keys(_: &mut Stage) -> Seen {
    no_index()
}

#[cfg(not(feature = "index"))]
pub(super) fn million(_: &mut Stage) -> Seen {
    no_index()
}

#[cfg(not(feature = "index"))]
fn no_index() -> Seen {
    Seen::absent("not in this build: `cargo install --path crates/jarvis2 --features index`")
}

pub(super) fn help(stage: &mut Stage) -> Seen {
    let names = crate::cli::commands();
    let silent: Vec<&String> = names
        .iter()
        .filter(|name| stage.ask(&[name, "--help"]).map_or(0, |text| text.len()) < 80)
        .collect();
    let words = format!(
        "{} commands, {} of them without help",
        names.len(),
        silent.len()
    );
    Seen::told(!names.is_empty() && silent.is_empty(), words)
}

pub(super) fn misspelt(stage: &mut Stage) -> Seen {
    match stage.ask(&["config", "check", "--set", "objective.risk_aversio=2"]) {
        Ok(_) => Seen::told(false, "objective.risk_aversio was taken for a key"),
        Err(refusal) => Seen::told(
            refusal.kind == "usage" && refusal.message.contains("objective.risk_aversion"),
            format!("refused: {}", refusal.message),
        ),
    }
}

pub(super) fn device(stage: &mut Stage) -> Seen {
    tried((|| {
        let manifest = &stage.plan()?.0["manifest"];
        let word = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
        let (device, because) = (word("device"), word("device_because"));
        let words = format!("a plan's volatilities by {device}: {because}");
        Ok(Seen::told(!device.is_empty() && !because.is_empty(), words))
    })())
}

pub(super) fn gpus(stage: &mut Stage) -> Seen {
    stage.part("GPU")
}

/// The choice with nets and the one without.
pub(super) fn two_trees(stage: &mut Stage) -> Seen {
    tried((|| {
        let nets = &stage.plan()?.0["why"]["search"]["nets"];
        let worth = |key: &str| nets[key]["over_holding_usd"].as_f64();
        match (
            nets["in_use"].as_bool(),
            worth("with_nets"),
            worth("without_nets"),
        ) {
            (Some(true), Some(with), Some(without)) => Ok(Seen::met(format!(
                "net {} in the search of the sample's plan: ${with:.2} over holding with it, ${without:.2} without",
                nets["model"].as_str().unwrap_or("n/a (unnamed)")
            ))),
            _ => Ok(Seen::told(false, format!("no net judged the plan: {nets}"))),
        }
    })())
}

/// The tree in the file has the nodes that the plan says.
pub(super) fn counts(stage: &mut Stage) -> Seen {
    let path = stage.place("tree.json");
    tried((|| {
        let said = stage.plan()?.0["why"]["search"]["nodes"].as_u64();
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let tree: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let nodes = tree["nodes"]
            .as_array()
            .map_or(0, |nodes| nodes.len() as u64);
        let words = format!("{nodes} nodes in the tree that was written");
        Ok(Seen::told(said == Some(nodes) && nodes > 0, words))
    })())
}

pub(super) fn layers(stage: &mut Stage) -> Seen {
    tried((|| {
        let shown = stage
            .json(&["models", "show", "shipped", "--json"])
            .map_err(|refusal| refusal.message)?;
        let architecture = shown["manifest"]["architecture"]
            .as_str()
            .unwrap_or_default();
        let words =
            format!("the shipped net is {architecture} (inputs and hidden layers, value + policy)");
        Ok(Seen::told(architecture.starts_with("768-512-256:1"), words))
    })())
}

pub(super) fn encoding(stage: &mut Stage) -> Seen {
    tried((|| {
        let hash = stage.plan()?.0["manifest"]["encoding_sha256"]
            .as_str()
            .unwrap_or_default();
        let words = format!(
            "{} numbers a situation, those of the sample's with sha256 {hash}",
            wheel::encoding::LEN
        );
        Ok(Seen::told(
            hash.len() == 64 && wheel::encoding::LEN == 768,
            words,
        ))
    })())
}

pub(super) fn refused(stage: &mut Stage) -> Seen {
    match stage.ask(&[
        "plan",
        "--no-files",
        "--no-diary",
        "--set",
        "hardware.memory_limit_mb=50",
    ]) {
        Ok(_) => Seen::told(false, "a plan ran within 50 MB"),
        Err(refusal) => Seen::told(
            refusal.exit_code == 5,
            format!("refused: {}", refusal.message),
        ),
    }
}

pub(super) fn ledger(stage: &mut Stage) -> Seen {
    tried((|| {
        let told = |refusal: Refusal| refusal.message;
        let explained = stage.json(&["memory", "explain", "--json"]).map_err(told)?;
        let budget = explained["budget_bytes"]
            .as_u64()
            .ok_or("no budget is known")?;
        // What this build does not have says n/a.
        let totals: Vec<u64> = explained["totals_bytes"]
            .as_object()
            .map(|totals| totals.values().filter_map(Value::as_u64).collect())
            .unwrap_or_default();
        let all: u64 = totals.iter().sum();
        let words = format!(
            "{} reserved by {} long commands at once, of {}",
            hardware::Bytes(all),
            totals.len(),
            hardware::Bytes(budget)
        );
        Ok(Seen::told(
            totals.len() > 2 && all <= budget && all < 20_000_000_000,
            words,
        ))
    })())
}

#[cfg(feature = "monitor")]
pub(super) fn watch(stage: &mut Stage) -> Seen {
    match stage.ask(&[
        "monitor",
        "--once",
        "--interval",
        "0.25",
        "--size",
        "120x50",
    ]) {
        Ok(screen) => looked_at(&screen),
        Err(refusal) => Seen::told(false, refusal.message),
    }
}

/// Which of the wanted sections a screen has, and which of these say more than why they are empty.
#[cfg(feature = "monitor")]
fn looked_at(screen: &str) -> Seen {
    let head = |line: &str| {
        line.contains("──")
            .then(|| line.split(" ─").next().map(str::to_owned))
    };
    let (mut known, mut empty, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for section in ["Memory", "Graphics", "Heat and power"] {
        let mut lines = screen
            .lines()
            .skip_while(|line| head(line).flatten().as_deref() != Some(section));
        if lines.next().is_none() {
            missing.push(section);
        } else if lines
            .take_while(|line| head(line).is_none())
            .any(|line| !line.contains("n/a (") && !line.trim().is_empty())
        {
            known.push(section);
        } else {
            empty.push(section);
        }
    }
    let words = format!(
        "one screen: {} with readings [{}], {} n/a with the reason [{}], {} missing [{}]",
        known.len(),
        known.join(", "),
        empty.len(),
        empty.join(", "),
        missing.len(),
        missing.join(", ")
    );
    let verdict = match (known.is_empty(), empty.is_empty(), missing.is_empty()) {
        (_, _, false) | (true, _, _) => Verdict::NotMet,
        (_, false, _) => Verdict::InPart,
        _ => Verdict::Met,
    };
    Seen::of(verdict, words)
}

#[cfg(not(feature = "monitor"))]
pub(super) fn watch(_: &mut Stage) -> Seen {
    Seen::absent("not in this build: `cargo install --path crates/jarvis2 --features monitor`")
}

/// The shipped net written for other engines; the sizes must hold every weight.
pub(super) fn core_ml(stage: &mut Stage) -> Seen {
    let [onnx, package] = ["net.onnx", "net.mlpackage"].map(|name| stage.place(name));
    let words = [
        "models", "export", "shipped", "--onnx", &onnx, "--coreml", &package, "--half", "--json",
    ];
    tried((|| {
        stage.ask(&words).map_err(|refusal| refusal.message)?;
        let size = |path: &str| {
            let size = std::fs::metadata(path).map(|file| file.len());
            size.map_err(|error| format!("{path}: {error}"))
        };
        let weights = format!("{package}/Data/com.apple.CoreML/weights/weight.bin");
        let (onnx, weights) = (size(&onnx)?, size(&weights)?);
        // 768-512-256 with a value and 64 logits.
        let numbers: u64 = 769 * 512 + 513 * 256 + 257 * 65;
        let words = format!(
            "the shipped net of {numbers} numbers as ONNX ({onnx} bytes) and as a Core ML package (weights of {weights} bytes); their answers: `cargo test -p nn --test export`"
        );
        Ok(Seen::told(
            onnx > 4 * numbers && weights > 2 * numbers - 1024,
            words,
        ))
    })())
}

pub(super) fn kernel_times(_: &mut Stage) -> Seen {
    let times = compute::kernel_times();
    let timed = times.iter().filter(|one| one.gpu.is_some()).count();
    if times.is_empty() {
        return Seen::absent(
            "no GPU ran a kernel in this process: `jarvis2 bench --device NAME` on a machine with one",
        );
    }
    Seen::told(
        timed > 0,
        format!(
            "{} kernels ran on a GPU, {timed} of them timed by its clock",
            times.len()
        ),
    )
}

/// An account with a short put, moved about.
pub(super) fn risk(stage: &mut Stage) -> Seen {
    let account = stage.place("account.toml");
    let sample = stage.place("sample");
    tried((|| {
        let told = |refusal: Refusal| refusal.message;
        let leg = stage.plan()?.0["data"]["smiles"][0]["expiry"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let spot = stage.plan()?.0["spot_usd"]
            .as_f64()
            .ok_or("the plan has no spot")?;
        let chain = PathBuf::from(&sample)
            .join("chain.parquet")
            .display()
            .to_string();
        if !std::path::Path::new(&chain).exists() {
            stage.ask(&["sample", "--out", &sample]).map_err(told)?;
        }
        let text = format!(
            "schema_version = 1\nkind = \"cash\"\ncash_usd = 50000.0\n\n[[options]]\nsymbol = \"SYNVOL\"\nright = \"put\"\nexpiry = \"{leg}\"\nstrike_usd = {spot:.1}\ncontracts = -2\n"
        );
        std::fs::write(&account, text).map_err(|error| format!("{account}: {error}"))?;
        let words = [
            "risk",
            "--account",
            &account,
            "--chain",
            &chain,
            "--allow-synthetic",
            "--json",
        ];
        let risk = stage.json(&words).map_err(told)?;
        let many = |key: &str| risk[key].as_array().map_or(0, Vec::len);
        let scenarios = many("spot_moves_fraction") * many("vol_moves") * many("dates");
        let value = risk["account_value_usd"].as_f64();
        let rows = many("rows");
        let words = format!(
            "{rows} rows of positions and sums under {scenarios} scenarios; the account is worth {}",
            value.map_or("n/a".to_owned(), |usd| format!("${usd:.2}"))
        );
        Ok(Seen::told(
            scenarios > 0 && rows > 0 && value.is_some_and(f64::is_finite),
            words,
        ))
    })())
}

/// Seconds in which the sample's plan must be there.
const PLAN_SECONDS_MAX: f64 = 120.0;

/// How long the sample's plan took, all in this process.
pub(super) fn latency(stage: &mut Stage) -> Seen {
    tried(stage.plan().map(|(_, seconds)| {
        Seen::told(
            *seconds <= PLAN_SECONDS_MAX,
            format!("the whole plan of the sample in {seconds:.1} s"),
        )
    }))
}

pub(super) fn reasons(stage: &mut Stage) -> Seen {
    let missing: Vec<&(String, String)> = stage
        .machine
        .iter()
        .filter(|(_, value)| value.starts_with("n/a") || value.is_empty())
        .collect();
    let silent = missing
        .iter()
        .filter(|(_, value)| !value.starts_with("n/a (") || value.len() < 8)
        .count();
    let words = format!(
        "of {} lines {} are n/a, {silent} of them without a reason",
        stage.machine.len(),
        missing.len()
    );
    Seen::told(silent == 0, words)
}

/// The rule as the seed writes it, in megabytes, beside ours in bytes.
pub(super) fn batches(_: &mut Stage) -> Seen {
    let mut wrong = 0;
    let mut cases = 0;
    for available_mb in [0.5, 10.0, 1_000.0, 24_000.0] {
        for in_use in [0.1, 0.8, 0.81, 0.99] {
            for item_mb in [0.25, 1.0, 64.0] {
                for (work, limit) in [
                    (Work::Mcts, 2_000.0),
                    (Work::Gpu, 256.0),
                    (Work::Other, f64::INFINITY),
                ] {
                    let usable: f64 = available_mb * 0.7 * if in_use > 0.8 { 0.5 } else { 1.0 };
                    let asked = (usable / item_mb).floor().min(limit).max(1.0) as u64;
                    let room = Room {
                        available_bytes: (available_mb * 1_048_576.0) as u64,
                        in_use,
                    };
                    cases += 1;
                    wrong +=
                        usize::from(batch(work, (item_mb * 1_048_576.0) as u64, room) != asked);
                }
            }
        }
    }
    Seen::told(
        wrong == 0,
        format!("{cases} cases, {wrong} of them otherwise than the seed's text"),
    )
}
