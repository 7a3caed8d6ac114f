//! `jarvis2 bench`: how fast the parts are on this machine, measured now.
//!
//! Every figure is the median of repeated passes of wall time over inputs made from a fixed seed; the answers of the timed passes are
//! checked before the figure is believed. Speeds beside named peers are in `docs/benchmarks.md`: this command knows no peers.
//!
//! A GPU races all threads of the processor on the same columns, from main memory to main memory ("round trip"); "resident" is the
//! bare kernel, launch after launch, by the device's own clock where it has one.

use std::hint::black_box;
use std::time::{Duration, Instant};

use clap::Args;
use compute::{Budget, Device, Gpu};
use nn::{Net, Weights};
use pricing::american::Precision;
use pricing::european::{Greeks32Mut, Inputs32Ref};
use pricing::{GreeksMut, InputsRef, QuotedRef, Right, Status, american, european};
use serde::Serialize;

use crate::cli::{self, ConfigArgs};
use crate::devices::race::{self, Race, Work};
use crate::devices::{DeviceWord, Place};
use crate::engine::{self, inputs::Request};
use crate::error::Error;
use crate::governor::{Crew, Governor};
use crate::learning::models::OFF;
use crate::memory;
use crate::progress::Progress;
use crate::status::KernelRow;

/// Options in the European columns.
const EUROPEAN: usize = 100_000;
/// Options in the American column: each takes a thousand times as long.
const AMERICAN: usize = 2_000;
/// Passes at least, however slow: a median of fewer says little.
const PASSES_MIN: usize = 3;
/// Options in the race of a GPU, and of one that is a program on the processor.
const RACE: [usize; 2] = [1 << 20, 1 << 16];
/// Options that stay on a GPU, likewise; launches of one pass.
const RESIDENT: [(usize, usize); 2] = [(1 << 22, 16), (1 << 16, 1)];
/// Evaluations of the search on the sample.
const EVALUATIONS: u32 = 8_000;
/// The row of the search.
const SEARCH: &str = "search of the sample, closed form";

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Seconds for each row; more make the medians steadier.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.5)]
    seconds: f64,
    /// Only rows whose name holds this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Also this device beside all threads of the processor; it must have been proven by `jarvis2 devices`. `auto`: a GPU that was
    /// measured to win at some work. Default: `compute.device` of the configuration, `auto` unless set.
    #[arg(long, value_enum)]
    device: Option<DeviceWord>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// What `jarvis2 bench --json` prints.
#[derive(Serialize)]
struct Bench {
    version: &'static str,
    /// Name and value, as `jarvis2 machine` has them.
    machine: Vec<(String, String)>,
    rows: Vec<Row>,
    /// Where a GPU takes the lead; empty without one.
    crossovers: Vec<Crossover>,
    /// What kernels took on GPUs in all of this, sizes mixed; empty without one.
    kernels: Vec<KernelRow>,
    /// The figures that the product was asked for, beside those of this machine.
    targets: Vec<Target>,
}

/// A figure that the product was asked for (docs/seed.md, section 6).
#[derive(Debug, PartialEq, Serialize)]
struct Target {
    name: &'static str,
    /// What was asked for.
    wanted: &'static str,
    unit: &'static str,
    /// What this run measured.
    measured: Option<f64>,
    /// Whether that is as wanted.
    met: Option<bool>,
    /// What was measured, or why not and how to.
    how: String,
}

/// What this run has to say to the figures of section 6: the rows by name, simulations for each evaluation of the search, and the
/// memory that this program has taken at most, in bytes.
fn targets(
    rows: &[Row],
    simulations_each: Option<f64>,
    peak_bytes: Result<u64, String>,
) -> Vec<Target> {
    let rate = |name: &str| {
        let row = rows.iter().find(|row| row.name == name);
        row.map(|row| row.per_second_median)
    };
    let left_out = "n/a (left out by --only)";
    let target =
        |name, wanted, unit, measured: Option<f64>, is_met: fn(f64) -> bool, how: &str| Target {
            name,
            wanted,
            unit,
            measured,
            met: measured.map(is_met),
            how: if measured.is_some() {
                how.to_owned()
            } else {
                left_out.to_owned()
            },
        };
    let simulations = rate(SEARCH)
        .zip(simulations_each)
        .map(|(rate, each)| rate * each);
    let batch = |name, states: f64| rate(name).map(|rate| 1e3 * states / rate);
    let million = if cfg!(feature = "index") {
        "n/a (a million vectors take minutes to add): `cargo bench -p index --bench vectors -- --count 1000000`"
    } else {
        "n/a (the index is not in this build): `cargo bench -p index --bench vectors -- --count 1000000`"
    };
    vec![
        target(
            "simulations of the search",
            "over 2,000",
            "a second",
            simulations,
            |x| x > 2e3,
            "of the sample, closed form, all threads",
        ),
        target(
            "the net, a batch of 64",
            "10 to 50",
            "ms",
            batch("net, 64 states", 64.0),
            |x| x <= 50.0,
            "one thread",
        ),
        target(
            "the net, a batch of 256",
            "10 to 50",
            "ms",
            batch("net, 256 states", 256.0),
            |x| x <= 50.0,
            "one thread",
        ),
        Target {
            how: million.to_owned(),
            ..target(
                "a lookup among a million vectors",
                "below 5",
                "ms",
                None,
                |_| false,
                "",
            )
        },
        target(
            "European options priced",
            "over 100,000",
            "a second",
            rate("European price"),
            |x| x > 1e5,
            "one thread, f64",
        ),
        target(
            "American options priced",
            "over 100,000",
            "a second",
            rate("American price, standard"),
            |x| x > 1e5,
            "one thread, f64",
        ),
        match peak_bytes {
            Ok(bytes) => target(
                "memory",
                "below 20",
                "GB",
                Some(bytes as f64 / 1e9),
                |x| x < 20.0,
                "the most that this run took; the full load: docs/seed.md, 6-5",
            ),
            Err(why) => Target {
                how: format!("n/a ({why})"),
                ..target("memory", "below 20", "GB", None, |_| false, "")
            },
        },
    ]
}

/// What to know of the figures of a build that checks itself.
pub(crate) fn slow_build() -> Option<&'static str> {
    cfg!(debug_assertions).then_some(
        "This program was built to check itself while it runs, and is slower for it: `cargo build --release` builds the other.",
    )
}

/// The most memory that this program has had in RAM, in bytes.
fn peak_bytes() -> Result<u64, String> {
    if !cfg!(target_os = "linux") {
        return Err("only Linux tells it without a call of its own".to_owned());
    }
    let text = std::fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    text.lines()
        .find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse::<u64>()
                .ok()
        })
        .map(|kib| kib * 1024)
        .ok_or_else(|| "/proc/self/status does not have VmHWM".to_owned())
}

/// From how many options on a GPU answers sooner than the processor, round trip included.
#[derive(Serialize)]
struct Crossover {
    name: &'static str,
    device: String,
    /// Threads of the processor that it races.
    threads: usize,
    /// Sizes tried.
    sizes: Vec<usize>,
    /// `null`: at none of them.
    from: Option<usize>,
}

/// One figure.
#[derive(Serialize)]
struct Row {
    name: String,
    device: String,
    threads: usize,
    /// Items in one pass.
    size: usize,
    /// What is counted.
    unit: &'static str,
    per_second_median: f64,
    per_second_best: f64,
    passes: usize,
    /// What was checked of the answers.
    checked: String,
}

/// Times `work` for about `seconds` and checks its answers once.
struct Clock<'a> {
    seconds: f64,
    only: Option<&'a str>,
    progress: &'a Progress,
    rows: Vec<Row>,
}

/// What a row says of itself.
struct What {
    name: String,
    device: String,
    threads: usize,
    size: usize,
    unit: &'static str,
}

impl Clock<'_> {
    /// Whether a row is asked for.
    fn wants(&self, name: &str) -> bool {
        self.only.is_none_or(|only| name.contains(only))
    }

    /// Adds a row: `work` writes its answer into `room`. `check` says what it found right there, or why the figure must not be
    /// believed.
    fn row<T>(
        &mut self,
        what: What,
        room: &mut T,
        work: impl Fn(&mut T) -> Result<(), Error>,
        check: impl FnOnce(&T) -> Result<String, String>,
    ) -> Result<(), Error> {
        let timed = |room: &mut T| {
            let at = Instant::now();
            work(room)?;
            Ok(at.elapsed())
        };
        self.timed_row(what, room, timed, check)
    }

    /// The same, where `work` says itself how long it took.
    fn timed_row<T>(
        &mut self,
        what: What,
        room: &mut T,
        work: impl Fn(&mut T) -> Result<Duration, Error>,
        check: impl FnOnce(&T) -> Result<String, String>,
    ) -> Result<(), Error> {
        if !self.wants(&what.name) {
            return Ok(());
        }
        self.progress.stage(&what.name);
        let until = Instant::now() + Duration::from_secs_f64(self.seconds);
        let mut times = Vec::new();
        while times.len() < PASSES_MIN || Instant::now() < until {
            if self.progress.stopped() {
                return Err(Error::Interrupted {
                    done: format!("{} rows measured", self.rows.len()),
                });
            }
            times.push(work(black_box(room))?.as_secs_f64());
        }
        let checked =
            check(room).map_err(|why| Error::Internal(format!("{}: {why}", what.name)))?;
        times.sort_by(f64::total_cmp);
        let rate = |seconds: f64| what.size as f64 / seconds.max(1e-9);
        self.rows.push(Row {
            name: what.name,
            device: what.device,
            threads: what.threads,
            size: what.size,
            unit: what.unit,
            per_second_median: rate(times[times.len() / 2]),
            per_second_best: rate(times[0]),
            passes: times.len(),
            checked,
        });
        Ok(())
    }
}

/// Runs the command.
pub(crate) fn run(args: &BenchArgs) -> Result<u8, Error> {
    if !(args.seconds > 0.0 && args.seconds <= 600.0) {
        return Err(Error::Usage(format!(
            "--seconds {}: a number above 0 and up to 600 is needed",
            args.seconds
        )));
    }
    let loaded = cli::load(
        &args.config,
        args.device.map(DeviceWord::flag).into_iter().collect(),
    )?;
    let machine = hardware::detect();
    let mut place = Place::open(&loaded, &machine)?;
    let config = loaded.config;
    let threads = cli::threads(&config, &machine);
    // What is measured is the machine as it is: nobody holds it back here.
    let governor = Governor::new(&config, &machine, threads, None, false);
    let _held = memory::reserve_bench(governor.ledger(), &config, threads)?;
    let _buffers = place.share(governor.ledger(), &machine);
    let progress = Progress::new(args.quiet || args.json).told("bench", &config, &governor);
    let mut clock = Clock {
        seconds: args.seconds,
        only: args.only.as_deref(),
        progress: &progress,
        rows: Vec::new(),
    };
    pricing_rows(&mut clock)?;
    let crossovers = match place.gpu() {
        Some(gpu) => race_rows(&mut clock, &gpu, &place.budget, threads)?,
        None => Vec::new(),
    };
    net_rows(&mut clock)?;
    let simulations_each = search_row(&mut clock, config, threads)?;
    progress.finish();
    if clock.rows.is_empty() {
        return Err(Error::Usage(format!(
            "--only {}: no row has this in its name; leave it out to see all",
            args.only.as_deref().unwrap_or_default()
        )));
    }
    let bench = Bench {
        version: env!("CARGO_PKG_VERSION"),
        machine: machine.rows(),
        targets: targets(&clock.rows, simulations_each, peak_bytes()),
        rows: clock.rows,
        crossovers,
        kernels: KernelRow::all(),
    };
    if args.json {
        let json = serde_json::to_string_pretty(&bench);
        Ok(cli::done(
            &json.map_err(|error| Error::Internal(error.to_string()))?,
        ))
    } else {
        Ok(cli::done(&text(&bench)))
    }
}

fn text(bench: &Bench) -> String {
    let mut out = String::new();
    for (name, value) in &bench.machine {
        if ["os", "cpu", "logical cores"].contains(&name.as_str()) {
            out += &format!("{name}: {value}\n");
        }
    }
    out += "\nWall time of this machine as it is now; other work on it shows.\n\n";
    let mut table = vec![[
        "what".to_owned(),
        "device".to_owned(),
        "threads".to_owned(),
        "at once".to_owned(),
        "a second (median)".to_owned(),
        "(best)".to_owned(),
        "checked".to_owned(),
    ]];
    for row in &bench.rows {
        table.push([
            row.name.clone(),
            row.device.clone(),
            row.threads.to_string(),
            row.size.to_string(),
            format!("{} {}", short(row.per_second_median), row.unit),
            short(row.per_second_best),
            row.checked.clone(),
        ]);
    }
    let widths: Vec<usize> = (0..7)
        .map(|column| table.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    for row in &table {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"))
            .collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
    }
    out += "\nWhat was asked for, and this machine:\n\n";
    if let Some(note) = slow_build() {
        out += &format!("{note}\n\n");
    }
    for target in &bench.targets {
        let Target {
            name, wanted, unit, ..
        } = target;
        let measured = match target.measured {
            Some(value) if value >= 1e3 => format!("{} {unit}", short(value)),
            Some(value) => format!("{value:.2} {unit}"),
            None => String::new(),
        };
        let met = match target.met {
            Some(true) => "as asked",
            Some(false) => "short of it",
            None => "",
        };
        let line = format!(
            "{name:33}  {:22}  {measured:18}  {met:11}  {}",
            format!("{wanted} {unit}"),
            target.how
        );
        out += line.trim_end();
        out.push('\n');
    }
    for crossover in &bench.crossovers {
        let Crossover {
            name,
            device,
            threads,
            sizes,
            from,
        } = crossover;
        let rival = format!("{threads} threads of the processor, round trip included");
        let most = sizes.last().unwrap_or(&0);
        out += &match from {
            Some(from) => {
                format!("\n{name}: {device} is faster than {rival}, from {from} options on")
            }
            None => {
                format!("\n{name}: {device} is slower than {rival}, at every size up to {most}")
            }
        };
    }
    if !bench.kernels.is_empty() {
        out += "\n\nKernels on the device in all of this, by its own clock, sizes mixed:\n";
    }
    for kernel in &bench.kernels {
        out += &format!("  {}\n", kernel.text());
    }
    out
}

/// Three digits with the thousands in words: `12.3 M`.
pub(crate) fn short(per_second: f64) -> String {
    let (value, unit) = match per_second {
        x if x >= 1e9 => (x / 1e9, " G"),
        x if x >= 1e6 => (x / 1e6, " M"),
        x if x >= 1e3 => (x / 1e3, " k"),
        x => (x, ""),
    };
    let digits = match value {
        x if x >= 100.0 => 0,
        x if x >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}{unit}")
}

/// Options of every kind that is traded, made from a seed.
#[derive(Default)]
pub(crate) struct Options {
    right: Vec<Right>,
    columns: [Vec<f64>; 6],
    singles: [Vec<f32>; 6],
}

impl Options {
    pub(crate) fn new(count: usize) -> Options {
        let mut state = 20_261_125_u64;
        // SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
        let mut between = |low: f64, high: f64| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            low + (high - low) * ((z ^ (z >> 31)) >> 11) as f64 / 2f64.powi(53)
        };
        let mut options = Options::default();
        for i in 0..count {
            let spot = between(20.0, 600.0);
            let row = [
                spot,
                spot * between(0.75, 1.3),
                between(2.0, 730.0).floor() / 365.0,
                between(0.0, 0.07),
                between(0.0, 0.04),
                between(0.1, 0.9),
            ];
            options
                .right
                .push(if i % 2 == 0 { Right::Call } else { Right::Put });
            for ((column, single), value) in options
                .columns
                .iter_mut()
                .zip(&mut options.singles)
                .zip(row)
            {
                column.push(value);
                single.push(value as f32);
            }
        }
        options
    }

    pub(crate) fn as_ref(&self) -> InputsRef<'_> {
        InputsRef::from_columns(&self.right, self.columns.each_ref().map(Vec::as_slice))
    }
}

/// Why an answer is not to be believed, or nothing.
fn all_there(status: &[Status]) -> Result<(), String> {
    match status.iter().find(|&&status| status != Status::Ok) {
        Some(status) => Err(format!("an option has no answer: {status:?}")),
        None => Ok(()),
    }
}

/// The largest error of `ours` as a share of the strike, refused above `limit`.
fn within(
    ours: impl Iterator<Item = f64>,
    exact: &[f64],
    strikes: &[f64],
    limit: f64,
) -> Result<String, String> {
    let mut worst = 0.0_f64;
    for ((ours, exact), strike) in ours.zip(exact).zip(strikes) {
        let error = (ours - exact).abs() / strike;
        // NaN is the worst of all, and `max` would drop it.
        if error.is_nan() {
            return Err("an answer is no number".to_owned());
        }
        worst = worst.max(error);
    }
    if worst > limit {
        return Err(format!(
            "off by {worst:.1e} of a strike, more than {limit:.0e}"
        ));
    }
    Ok(format!("within {worst:.0e} of the strike"))
}

fn pricing_rows(clock: &mut Clock) -> Result<(), Error> {
    let cpu = |name: &str, size, unit| What {
        name: name.to_owned(),
        device: "cpu".to_owned(),
        threads: 1,
        size,
        unit,
    };
    let options = Options::new(EUROPEAN);
    let inputs = options.as_ref();
    let exact: Vec<f64> = (0..EUROPEAN)
        .map(|i| european::price(&inputs.get(i)))
        .collect();
    let ok = |count| vec![Status::Ok; count];
    clock.row(
        cpu("European price", EUROPEAN, "options"),
        &mut (vec![f64::NAN; EUROPEAN], ok(EUROPEAN)),
        |(prices, status)| {
            european::prices(inputs, prices, status);
            Ok(())
        },
        |(prices, status)| {
            all_there(status)?;
            within(prices.iter().copied(), &exact, inputs.strike, 1e-12)
        },
    )?;
    let [spot, strike, years, rate, dividend_yield, vol] = options.singles.each_ref();
    let singles = Inputs32Ref {
        right: &options.right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        vol,
    };
    let close = |prices: &[f32]| {
        let prices = prices.iter().map(|&price| f64::from(price));
        within(prices, &exact, inputs.strike, 5e-6)
    };
    clock.row(
        cpu("European price, f32", EUROPEAN, "options"),
        &mut (vec![f32::NAN; EUROPEAN], ok(EUROPEAN)),
        |(prices, status)| {
            european::prices_f32(singles, prices, status);
            Ok(())
        },
        |(prices, status)| {
            all_there(status)?;
            close(prices)
        },
    )?;
    clock.row(
        cpu("European price and 5 Greeks", EUROPEAN, "options"),
        &mut (
            std::array::from_fn(|_| vec![f64::NAN; EUROPEAN]),
            ok(EUROPEAN),
        ),
        |(columns, status)| {
            european::greeks_batch(inputs, GreeksMut::from_columns(columns), status);
            Ok(())
        },
        |(columns, status)| {
            all_there(status)?;
            within(columns[0].iter().copied(), &exact, inputs.strike, 1e-12)
        },
    )?;
    clock.row(
        cpu("European price and 5 Greeks, f32", EUROPEAN, "options"),
        &mut (
            std::array::from_fn(|_| vec![f32::NAN; EUROPEAN]),
            ok(EUROPEAN),
        ),
        |(columns, status)| {
            european::greeks_batch_f32(singles, Greeks32Mut::from_columns(columns), status);
            Ok(())
        },
        |(columns, status)| {
            all_there(status)?;
            close(&columns[0])
        },
    )?;
    let quoted = QuotedRef {
        right: inputs.right,
        price_usd: &exact,
        spot: inputs.spot,
        strike: inputs.strike,
        years: inputs.years,
        rate: inputs.rate,
        dividend_yield: inputs.dividend_yield,
    };
    clock.row(
        cpu("European implied volatility", EUROPEAN, "options"),
        &mut (vec![f64::NAN; EUROPEAN], ok(EUROPEAN)),
        |(vols, status)| {
            pricing::implied_vols(quoted, vols, status);
            Ok(())
        },
        |(vols, status)| repriced(inputs, &exact, vols, status),
    )?;
    let american = Options::new(AMERICAN);
    let inputs = american.as_ref();
    clock.row(
        cpu("American price, standard", AMERICAN, "options"),
        &mut (vec![f64::NAN; AMERICAN], ok(AMERICAN)),
        |(prices, status)| {
            american::prices(inputs, Precision::Standard, prices, status);
            Ok(())
        },
        |(prices, status)| above_floor(inputs, prices, status),
    )
}

/// A GPU and all threads of the processor at the same work.
fn race_rows(
    clock: &mut Clock,
    gpu: &Gpu,
    budget: &Budget,
    threads: usize,
) -> Result<Vec<Crossover>, Error> {
    let device = Device::Gpu(gpu.clone()).to_string();
    let kind = usize::from(gpu.facts().software);
    let (size, (resident_size, launches)) = (RACE[kind], RESIDENT[kind]);
    let mut race = Race::new(size);
    let mut crossovers = Vec::new();
    for work in Work::ALL {
        let name = match work {
            Work::Prices => "European price",
            Work::Greeks => "European price and 5 Greeks",
            Work::Vols => "European implied volatility",
            Work::American => "American price, boundary known",
        };
        let names = ["all threads", "round trip", "resident"].map(|how| format!("{name}, {how}"));
        if !names.iter().any(|name| clock.wants(name)) {
            continue;
        }
        let [cpu, round, resident] = names;
        let what = |name, device: &str, threads, size| What {
            name,
            device: device.to_owned(),
            threads,
            size,
            unit: "options",
        };
        race.on_cpu(work, threads, size);
        let exact = race.answers(work, size);
        clock.row(
            what(cpu, "cpu", threads, size),
            &mut race,
            |race| {
                race.on_cpu(work, threads, size);
                Ok(())
            },
            |race| race.check(work, &race.answers(work, size), &exact),
        )?;
        race.forget();
        clock.row(
            what(round, &device, 1, size),
            &mut race,
            |race| Ok(race.on_gpu(work, gpu, budget, size)?),
            |race| race.check(work, &race.answers(work, size), &exact),
        )?;
        if clock.wants(&resident) {
            let mut on_device = race.resident(work, gpu, budget, resident_size)?;
            clock.timed_row(
                what(resident, &device, 1, resident_size * launches),
                &mut on_device,
                |on_device| {
                    let timing = on_device.run(launches, race::LIMIT)?;
                    Ok(timing.gpu.unwrap_or(timing.wall))
                },
                |on_device| race.check(work, &race.read(work, on_device)?, &exact),
            )?;
        }
        clock
            .progress
            .stage(&format!("{name}: where the GPU takes the lead"));
        let sizes: Vec<usize> = (10..=20).step_by(2).map(|power| 1 << power).collect();
        let sizes: Vec<usize> = sizes.into_iter().filter(|&n| n <= size).collect();
        let from = race.crossover(work, gpu, budget, threads, &sizes)?;
        crossovers.push(Crossover {
            name,
            device: device.clone(),
            threads,
            sizes,
            from,
        });
        gpu.trim();
    }
    Ok(crossovers)
}

/// An American option is worth at least what exercise pays now and what the European one costs.
pub(crate) fn above_floor(
    inputs: InputsRef,
    prices: &[f64],
    status: &[Status],
) -> Result<String, String> {
    let mut missing = 0;
    for (i, &price) in prices.iter().enumerate() {
        if status[i] != Status::Ok {
            missing += 1;
            continue;
        }
        let one = inputs.get(i);
        let floor = one.intrinsic().max(european::price(&one)) - 1e-6 * one.strike;
        if price.is_nan() || price < floor {
            return Err(format!(
                "option {i} costs {price}, less than exercise or the European one, {floor}"
            ));
        }
    }
    Ok(match missing {
        0 => "none below exercise or European".to_owned(),
        some => format!("none below exercise or European; {some} without an answer"),
    })
}

/// A volatility is right if it gives the price back; where the price says nothing of it, it may be missing.
pub(crate) fn repriced(
    inputs: InputsRef,
    exact: &[f64],
    vols: &[f64],
    status: &[Status],
) -> Result<String, String> {
    let (mut worst, mut missing) = (0.0_f64, 0);
    for i in 0..vols.len() {
        if status[i] != Status::Ok {
            missing += 1;
            continue;
        }
        let mut one = inputs.get(i);
        one.vol = vols[i];
        let error = (european::price(&one) - exact[i]).abs() / one.strike;
        if error.is_nan() || error > 1e-9 {
            return Err(format!("option {i} reprices {error:.1e} of its strike off"));
        }
        worst = worst.max(error);
    }
    Ok(match missing {
        0 => format!("reprices within {worst:.0e} of the strike"),
        some => format!("reprices within {worst:.0e} of the strike; {some} say nothing of it"),
    })
}

fn net_rows(clock: &mut Clock) -> Result<(), Error> {
    const NAMES: [(&str, usize); 4] = [
        ("net, 1 state at a time", 1),
        ("net, 8 states", 8),
        ("net, 64 states", 64),
        ("net, 256 states", 256),
    ];
    if !NAMES.iter().any(|(name, _)| clock.wants(name)) {
        return Ok(());
    }
    let internal = |error: nn::Error| Error::Internal(error.to_string());
    let weights = Weights::seeded(nn::Config::default(), 7).map_err(internal)?;
    let (width, logits) = (weights.config().inputs, weights.config().policies);
    let net = Net::new(&weights);
    for (name, batch) in NAMES {
        let inputs: Vec<f32> = (0..batch * width)
            .map(|i| ((i * i % 17) as f32 - 8.0) / 8.0)
            .collect();
        let device = format!("cpu ({})", net.instructions());
        // One state is over before a clock can tell: a pass is several calls.
        let calls = (256 / batch).max(1);
        let what = What {
            name: name.to_owned(),
            device,
            threads: 1,
            size: batch * calls,
            unit: "states",
        };
        clock.row(
            what,
            &mut (
                net.clone(),
                vec![f32::NAN; batch],
                vec![f32::NAN; batch * logits],
            ),
            |(net, values, policies)| {
                for _ in 0..calls {
                    net.forward(black_box(&inputs), values, policies)
                        .map_err(internal)?;
                }
                Ok(())
            },
            |(_, values, _)| {
                let (last, row) = (values[batch - 1], &inputs[(batch - 1) * width..]);
                let answer = weights.reference(row).map_err(|error| error.to_string())?;
                let error = (f64::from(last) - answer[0].exact).abs();
                if error.is_nan() || error > answer[0].bound {
                    return Err(format!("a value is off by {error:e}"));
                }
                Ok(format!("value within {error:.0e} of f64"))
            },
        )?;
    }
    Ok(())
}

fn search_row(
    clock: &mut Clock,
    mut config: crate::config::Config,
    threads: usize,
) -> Result<Option<f64>, Error> {
    if !clock.wants(SEARCH) {
        return Ok(None);
    }
    config.search.evaluations = EVALUATIONS;
    config.search.time_ms = None;
    // One tree and its judge, and nothing else: the second tree of a plan, judged by nets, and the paths between them are not search.
    OFF.clone_into(&mut config.nets.model);
    let inputs = engine::inputs::read(
        &Request::default(),
        config,
        Crew::fixed(threads),
        EVALUATIONS,
    )?;
    let fitted = engine::fit::fit(&inputs.chain, &inputs.known, &inputs.config, &inputs.place)?;
    let table = engine::decide::Table::lay(&inputs, fitted)?;
    let quiet = clock.progress.silent();
    let what = What {
        name: SEARCH.to_owned(),
        device: "cpu".to_owned(),
        threads,
        size: EVALUATIONS as usize,
        unit: "evaluations",
    };
    let mut last = None;
    clock.row(
        what,
        &mut last,
        |counts| {
            *counts = Some(engine::decide::search(&table, &inputs, &quiet)?.counts);
            Ok(())
        },
        |counts: &Option<search::Counts>| {
            let counts = counts.as_ref().ok_or("nothing was searched")?;
            // A search that ends early, all being solved, would make the rate a lie.
            if counts.evaluations.abs_diff(EVALUATIONS) > EVALUATIONS / 20 {
                return Err(format!(
                    "{} evaluations were made, not {EVALUATIONS}",
                    counts.evaluations
                ));
            }
            Ok(format!(
                "{} evaluations, {} simulations",
                counts.evaluations, counts.simulations
            ))
        },
    )?;
    // For each evaluation, so that the row's speed gives theirs.
    Ok(last.map(|counts| f64::from(counts.simulations) / f64::from(EVALUATIONS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, per_second_median: f64) -> Row {
        Row {
            name: name.to_owned(),
            device: "cpu".to_owned(),
            threads: 1,
            size: 1,
            unit: "items",
            per_second_median,
            per_second_best: per_second_median,
            passes: 3,
            checked: String::new(),
        }
    }

    /// The figures in the order of the table, and whether each is as wanted.
    #[test]
    fn the_seed_s_figures_come_from_the_rows() {
        let rows = [
            row(SEARCH, 50_000.0),
            row("net, 64 states", 1_280.0),
            row("net, 256 states", 2_560.0),
            row("European price", 99_000.0),
        ];
        let found = targets(&rows, Some(0.05), Ok(19_000_000_000));
        let found: Vec<_> = found
            .iter()
            .map(|target| (target.measured, target.met))
            .collect();
        let yes = |value| (Some(value), Some(true));
        let no = |value| (Some(value), Some(false));
        assert_eq!(
            found,
            [
                yes(2_500.0),
                yes(50.0),
                no(100.0),
                (None, None),
                no(99_000.0),
                (None, None),
                yes(19.0)
            ]
        );
        let none = targets(&[], None, Err("a reason".to_owned()));
        assert!(
            none.iter()
                .all(|target| target.measured.is_none() && target.how.starts_with("n/a (")),
            "{none:?}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_program_has_taken_memory() {
        assert!(peak_bytes().unwrap() > 1 << 20);
    }
}
