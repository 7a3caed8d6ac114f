//! The parts that compute and remember, each run against what is known of its answers.
//!
//! A check takes its references as an argument, so that a wrong one shows that it can fail.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use experience::{Durability, Experience, Kind, Note, Options as Patience, Reader};
use hardware::Machine;
use nn::{Net, Precision as Bits, Weights};
use pricing::american::Precision;
use pricing::monte_carlo::{Dynamics, Sampling, Simulation};
use pricing::{Inputs, Quoted, QuotedRef, Right, Status, american, european};
use search::problems::wheel_lattice::{Lattice, State};
use search::{SearchConfig, StopReason};

use super::{Clock, Finding};
use crate::bench::{self, Options};
use crate::config::Loaded;
use crate::devices;
use crate::error::Error;
use crate::journal;
use crate::learning::models;
use crate::progress::Progress;

/// What to do where a sum is wrong.
const WRONG: &str = "do not use what it says; build again with `cargo clean` first, run `cargo test --workspace`, and report it with \
                     the output of `jarvis2 machine`";

/// What the checks go by.
pub(super) struct Parts<'a> {
    pub(super) clock: &'a Clock,
    pub(super) machine: &'a Machine,
    pub(super) loaded: &'a Loaded,
    pub(super) threads: usize,
    pub(super) quick: bool,
    pub(super) progress: &'a Progress,
}

/// Runs them all.
pub(super) fn all(
    parts: &Parts,
    findings: &mut Vec<Finding>,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let mut check = |name: &str, run: &mut dyn FnMut() -> Vec<Finding>| {
        parts.progress.stage(name);
        if parts.progress.stopped() {
            return Err(Error::Interrupted {
                done: format!("{} parts were looked at", findings.len()),
            });
        }
        findings.extend(survived(name, run));
        Ok(())
    };
    let clock = parts.clock;
    check("European prices", &mut || vec![europeans(clock, &EUROPEAN)])?;
    check("American prices", &mut || vec![americans(clock, &AMERICAN)])?;
    check("implied volatilities", &mut || vec![vols(clock, &VOLS)])?;
    check("Monte Carlo", &mut || {
        vec![simulation(clock, ASIAN_PUT_USD)]
    })?;
    check("nets", &mut || nets(clock))?;
    check("the net of plans", &mut || vec![model(parts.loaded)])?;
    check("search", &mut || vec![tree(clock, lattice_optimum())])?;
    check("threads", &mut || {
        vec![threads(clock, parts.machine, parts.threads)]
    })?;
    check("ledger", &mut || vec![ledger(clock, &keep_whole)])?;
    check("diary", &mut || vec![diary(parts.loaded)])?;
    check("index", &mut || vec![vectors(clock)])?;
    check("SQL", &mut || vec![sql(21)])?;
    parts.progress.stage("GPUs");
    let examined = devices::examine(
        &parts.loaded.config,
        parts.machine,
        !parts.quick,
        parts.progress,
        notes,
    );
    match examined {
        Ok(rows) => findings.extend(rows.iter().map(gpu)),
        Err(error @ Error::Interrupted { .. }) => return Err(error),
        Err(error) => findings.push(Finding::unusable(
            "GPUs",
            error.to_string(),
            "set compute.device to \"cpu\"; nothing else needs a GPU",
        )),
    }
    Ok(())
}

/// What a check found; a bug in a part is a finding of it, and the examination goes on.
fn survived(name: &str, run: &mut dyn FnMut() -> Vec<Finding>) -> Vec<Finding> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let why = "it stopped with a bug; the lines on stderr say where";
        vec![Finding::unusable(name, why, WRONG)]
    })
}

/// An option by its numbers: right, spot, strike, years, rate, yield, volatility; and what it costs in dollars.
pub(super) type Priced = (Right, [f64; 6], f64);

/// Made with mpmath at 60 digits: three rows of `crates/pricing/tests/european.csv`, and the put of Longstaff & Schwartz (2001).
const EUROPEAN: [Priced; 4] = [
    (
        Right::Put,
        [36.0, 40.0, 1.0, 0.06, 0.0, 0.2],
        3.844_307_791_596_8,
    ),
    (
        Right::Call,
        [
            360.197346547994,
            197.6804950757316,
            1.1095890410958904,
            0.02559822418388099,
            0.0028999462387353406,
            0.6137662678926801,
        ],
        181.4703904172945,
    ),
    (
        Right::Call,
        [
            27.917777233999967,
            306.92426124770503,
            0.2669822287306233,
            0.032657088068707874,
            -0.04113342408815163,
            0.44726354380222144,
        ],
        8.084669622627232e-25,
    ),
    (
        Right::Call,
        [
            240.5742454283245,
            341.4449480448824,
            0.012164358864806386,
            0.04,
            0.01,
            0.6038470592373869,
        ],
        2.5598843912833275e-7,
    ),
];

/// QuantLib 1.44, QdFp engine, high-precision scheme.
const AMERICAN: [Priced; 5] = [
    (
        Right::Put,
        [100.0, 100.0, 1.0, 0.05, 0.05, 0.25],
        9.569445298914,
    ),
    (
        Right::Put,
        [36.0, 40.0, 1.0, 0.06, 0.0, 0.20],
        4.4866744190271,
    ),
    (
        Right::Put,
        [44.0, 40.0, 1.0, 0.06, 0.0, 0.20],
        1.1129621252798,
    ),
    (
        Right::Put,
        [100.0, 90.0, 7.0 / 365.0, 0.045, 0.0, 0.60],
        0.3755974733083,
    ),
    (
        Right::Call,
        [100.0, 100.0, 180.0 / 365.0, 0.05, 0.08, 0.30],
        7.6050239121805,
    ),
];

/// Price, spot, strike, years, rate, yield of a right; and its volatility. Made with mpmath at 40 digits: rows of
/// `crates/pricing/tests/implied.csv`.
const VOLS: [Priced; 3] = [
    (
        Right::Call,
        [
            135.97797155913537,
            294.5085281037444,
            375.62650845937264,
            1.0762479997559298,
            0.0,
            0.0,
        ],
        1.3629562642596182,
    ),
    (
        Right::Call,
        [0.72001245439822, 1.097478911991614, 100.0, 0.25, 0.0, 0.0],
        7.511292671876841,
    ),
    (
        Right::Call,
        [
            0.04976410429494255,
            0.4409472522010172,
            1.0,
            1.0,
            0.03392234688708107,
            0.03389152386252962,
        ],
        0.8749596101280659,
    ),
];

/// A put on the mean of 26 weekly closes, in dollars: two million independent paths in NumPy, with the geometric mean as control.
const ASIAN_PUT_USD: f64 = 3.7510;

fn option(right: Right, [spot, strike, years, rate, dividend_yield, vol]: [f64; 6]) -> Inputs {
    Inputs {
        right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        vol,
    }
}

/// The largest of some errors; NaN is the worst of all.
fn worst(errors: impl Iterator<Item = f64>) -> f64 {
    errors.fold(0.0, |worst: f64, error| {
        if worst.is_nan() || error.is_nan() {
            f64::NAN
        } else {
            worst.max(error)
        }
    })
}

/// Right if the error is a number below the limit.
fn judged(part: &str, what: &str, error: f64, limit: f64) -> Finding {
    // NaN fails the comparison, as it should.
    if error <= limit {
        Finding::works(part, format!("{what} within {error:.1e}"))
    } else {
        Finding::unusable(
            part,
            format!("{what}: off by {error:.1e}, more than {limit:.0e}"),
            WRONG,
        )
    }
}

fn europeans(clock: &Clock, cases: &[Priced]) -> Finding {
    const ROWS: usize = 20_000;
    let part = "European prices";
    let error = worst(cases.iter().map(|&(right, numbers, price)| {
        let one = option(right, numbers);
        (european::price(&one) - price).abs() / one.spot.max(one.strike)
    }));
    let options = Options::new(ROWS);
    let inputs = options.as_ref();
    let exact: Vec<f64> = (0..ROWS).map(|i| european::price(&inputs.get(i))).collect();
    let (mut prices, mut status) = (vec![f64::NAN; ROWS], vec![Status::Ok; ROWS]);
    let rate = clock.rate(ROWS, || european::prices(inputs, &mut prices, &mut status));
    let columns = prices.iter().zip(&exact).zip(inputs.strike);
    let apart = worst(columns.map(|((price, exact), strike)| (price - exact).abs() / strike));
    let what = format!(
        "{} prices of 60 digits, and {ROWS} in vectors beside one at a time: per dollar of the share,",
        cases.len()
    );
    judged(part, &what, worst([error, apart].into_iter()), 1e-12).figure(
        "one thread",
        rate,
        "options/s",
    )
}

fn americans(clock: &Clock, cases: &[Priced]) -> Finding {
    const ROWS: usize = 256;
    let error = worst(cases.iter().map(|&(right, numbers, price)| {
        let one = option(right, numbers);
        match american::price(&one) {
            Ok(found) => (found - price).abs() / one.strike,
            Err(_) => f64::NAN,
        }
    }));
    let options = Options::new(ROWS);
    let inputs = options.as_ref();
    let (mut prices, mut status) = (vec![f64::NAN; ROWS], vec![Status::Ok; ROWS]);
    let rate = clock.rate(ROWS, || {
        american::prices(inputs, Precision::Standard, &mut prices, &mut status);
    });
    let part = "American prices";
    match bench::above_floor(inputs, &prices, &status) {
        Err(why) => Finding::unusable(part, why, WRONG),
        Ok(_) => {
            let what = format!(
                "{} prices of QuantLib 1.44: per dollar of strike,",
                cases.len()
            );
            judged(part, &what, error, 3e-7).figure("one thread", rate, "options/s")
        }
    }
}

fn vols(clock: &Clock, cases: &[Priced]) -> Finding {
    const ROWS: usize = 20_000;
    let part = "implied volatilities";
    let error = worst(cases.iter().map(|&(right, numbers, vol)| {
        let [price_usd, spot, strike, years, rate, dividend_yield] = numbers;
        let quoted = Quoted {
            right,
            price_usd,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
        };
        pricing::implied_vol(&quoted).map_or(f64::NAN, |found| (found / vol - 1.0).abs())
    }));
    let options = Options::new(ROWS);
    let inputs = options.as_ref();
    let exact: Vec<f64> = (0..ROWS).map(|i| european::price(&inputs.get(i))).collect();
    let quoted = QuotedRef {
        right: inputs.right,
        price_usd: &exact,
        spot: inputs.spot,
        strike: inputs.strike,
        years: inputs.years,
        rate: inputs.rate,
        dividend_yield: inputs.dividend_yield,
    };
    let (mut found, mut status) = (vec![f64::NAN; ROWS], vec![Status::Ok; ROWS]);
    let rate = clock.rate(ROWS, || {
        pricing::implied_vols(quoted, &mut found, &mut status)
    });
    match bench::repriced(inputs, &exact, &found, &status) {
        Err(why) => Finding::unusable(part, why, WRONG),
        Ok(_) => {
            let what = format!(
                "{} volatilities of 40 digits: as a part of themselves",
                cases.len()
            );
            judged(part, &what, error, 1e-12).figure("one thread", rate, "options/s")
        }
    }
}

fn simulation(clock: &Clock, expected_usd: f64) -> Finding {
    let part = "Monte Carlo";
    let simulation = Simulation {
        spot: 100.0,
        years: 0.5,
        rate: 0.04,
        dividend_yield: 0.01,
        steps: 26,
        dynamics: Dynamics::Gbm { vol: 0.25 },
        sampling: Sampling::Sobol {
            points: 256,
            randomisations: 16,
        },
        seed: 1,
    };
    let run = || {
        simulation.estimate(|path| {
            let mean = path[1..].iter().map(|state| state.spot).sum::<f64>() / 26.0;
            (100.0 - mean).max(0.0)
        })
    };
    match run() {
        Err(error) => Finding::unusable(part, error.to_string(), WRONG),
        Ok(estimate) => {
            let rate = clock.rate(usize::try_from(estimate.paths).unwrap_or(0), || {
                let _ = black_box(run());
            });
            // The reference is known to four digits.
            let limit = 4.0 * estimate.standard_error + 5e-4;
            let error = (estimate.value - expected_usd).abs();
            let what = format!(
                "an Asian put costs ${:.4}, and ${expected_usd:.4} by two million paths of NumPy: in dollars,",
                estimate.value
            );
            judged(part, &what, error, limit).figure("one thread, 26 steps", rate, "paths/s")
        }
    }
}

fn nets(clock: &Clock) -> Vec<Finding> {
    let weights = match Weights::seeded(nn::Config::default(), 7) {
        Ok(weights) => weights,
        Err(error) => return vec![Finding::unusable("nets", error.to_string(), WRONG)],
    };
    let mut findings = vec![
        net(clock, "net, f32", Net::new(&weights), &weights, Bits::F32),
        net(
            clock,
            "net, bf16",
            Net::with(&weights, Bits::Bf16),
            &weights,
            Bits::Bf16,
        ),
    ];
    // A part of macOS; nothing is said of it elsewhere.
    if let Ok(accelerated) = Net::with_accelerate(&weights) {
        findings.push(net(
            clock,
            "net, Accelerate",
            accelerated,
            &weights,
            Bits::F32,
        ));
    }
    findings
}

/// How far rounding takes the house net's outputs, as a part of the largest one: several times what was seen (`nn::Net::forward`).
const F32_APART: f64 = 1e-5;
const BF16_APART: f64 = 5e-2;

/// The largest error of value and logits, as a part of the largest of them.
fn apart(value: f32, logits: &[f32], exact: &[nn::Answer]) -> f64 {
    let largest = exact
        .iter()
        .fold(0.0, |largest: f64, one| largest.max(one.exact.abs()));
    let found = std::iter::once(&value).chain(logits);
    let errors = found.zip(exact);
    worst(errors.map(|(&found, one)| (f64::from(found) - one.exact).abs() / largest))
}

/// A net beside the arithmetic of the same weights in double precision.
fn net(clock: &Clock, part: &str, mut net: Net, weights: &Weights, bits: Bits) -> Finding {
    const ROWS: usize = 64;
    let (width, logits) = (weights.config().inputs, weights.config().policies);
    let inputs: Vec<f32> = (0..ROWS * width)
        .map(|i| ((i * i % 17) as f32 - 8.0) / 8.0)
        .collect();
    let (mut values, mut policies) = (vec![f32::NAN; ROWS], vec![f32::NAN; ROWS * logits]);
    if let Err(error) = net.forward(&inputs, &mut values, &mut policies) {
        return Finding::unusable(part, error.to_string(), WRONG);
    }
    let mut error = 0.0_f64;
    for row in [0, 1, ROWS - 1] {
        let exact = match weights.reference(&inputs[row * width..(row + 1) * width]) {
            Ok(answers) => answers,
            Err(error) => return Finding::unusable(part, error.to_string(), WRONG),
        };
        let logits = &policies[row * logits..(row + 1) * logits];
        error = worst([error, apart(values[row], logits, &exact)].into_iter());
    }
    let how = net.instructions();
    let rate = clock.rate(ROWS, || {
        let _ = black_box(net.forward(&inputs, &mut values, &mut policies));
    });
    let what = format!("{ROWS} states by {how}, beside f64: as a part of the largest output");
    let limit = match bits {
        Bits::Bf16 => BF16_APART,
        _ => F32_APART,
    };
    let finding = judged(part, &what, error, limit);
    finding
        .figure(
            "one thread, 64 states",
            1e3 * ROWS as f64 / rate,
            "ms/batch",
        )
        .figure("one thread", rate, "states/s")
}

/// The net that plans would listen to.
fn model(loaded: &Loaded) -> Finding {
    let part = "the net of plans";
    match models::asked(&loaded.config) {
        Err(why) => Finding::care(
            part,
            why,
            "plans go on with the closed form; `jarvis2 models list` shows what there is, `nets.model` chooses",
        ),
        Ok(None) => Finding::works(part, "none is wanted (nets.model is \"off\")"),
        Ok(Some(model)) => {
            let width = model.weights.config().inputs;
            let row: Vec<f32> = (0..width).map(|i| (i % 7) as f32 / 7.0).collect();
            let (mut value, logits) = ([f32::NAN], model.weights.config().policies);
            let mut policies = vec![f32::NAN; logits];
            let judged_one = Net::new(&model.weights)
                .forward(&row, &mut value, &mut policies)
                .and_then(|()| model.weights.reference(&row));
            match judged_one {
                Ok(exact) => {
                    let what = format!(
                        "\"{}\" judges a state; beside f64, as a part of the largest output,",
                        model.name
                    );
                    judged(part, &what, apart(value[0], &policies, &exact), F32_APART)
                }
                Err(error) => Finding::unusable(
                    part,
                    error.to_string(),
                    "choose another: `jarvis2 models list`",
                ),
            }
        }
    }
}

/// The start of the lattice's game: all cash.
const START: State = State {
    cycle: 0,
    level: 0,
    share: false,
};

/// What a year of the wheel on a lattice is worth, played well: backward induction.
fn lattice_optimum() -> f64 {
    let solved = Lattice::reference().solve();
    let at_start = solved.iter().find(|one| one.state == START);
    at_start.map_or(f64::NAN, |one| one.worth)
}

fn tree(clock: &Clock, optimum: f64) -> Finding {
    let part = "search";
    let lattice = Lattice::reference();
    let config = SearchConfig {
        evaluations: 1_000_000,
        simulations: 1_000_000,
        ..SearchConfig::default()
    };
    let run = || {
        search::run(
            &lattice,
            &START,
            &mut lattice.evaluator(),
            &config,
            &mut |_| true,
        )
    };
    match run() {
        Err(error) => Finding::unusable(part, error.to_string(), WRONG),
        Ok(tree) => {
            let simulations = tree.counts().simulations;
            let rate = clock.rate(simulations as usize, || {
                let _ = black_box(run().map(|tree| tree.worth(tree.root())));
            });
            if tree.stop_reason() != StopReason::Solved {
                let why = format!(
                    "a year of the wheel on a lattice was not solved in {simulations} simulations"
                );
                return Finding::unusable(part, why, WRONG);
            }
            let what = format!(
                "a year of the wheel on a lattice, solved in {simulations} simulations, beside backward induction: in dollars on a share \
                 of $100,"
            );
            judged(part, &what, (tree.worth(tree.root()) - optimum).abs(), 1e-9).figure(
                "one thread, toy game",
                rate,
                "simulations/s",
            )
        }
    }
}

/// How much faster all threads are than one at the same kind of sums.
fn threads(clock: &Clock, machine: &Machine, threads: usize) -> Finding {
    const ROWS: usize = 20_000;
    const TIMES: usize = 8;
    let part = "threads";
    let options = Options::new(ROWS);
    let one = || {
        let (mut prices, mut status) = (vec![f64::NAN; ROWS], vec![Status::Ok; ROWS]);
        for _ in 0..TIMES {
            european::prices(options.as_ref(), &mut prices, &mut status);
        }
        black_box(prices);
    };
    let alone = clock.rate(ROWS * TIMES, one);
    let together = clock.rate(ROWS * TIMES * threads, || {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(one);
            }
        });
    });
    speedup(
        part,
        threads,
        &hardware::threads(machine).origin,
        together / alone,
    )
    .figure("all threads", together, "options/s")
}

fn speedup(part: &str, threads: usize, origin: &str, times: f64) -> Finding {
    if threads == 1 {
        return Finding::works(part, format!("one ({origin})"));
    }
    let what = format!("{threads} threads ({origin}) are {times:.1} times as fast as one");
    // NaN is no help either.
    let helps = times >= 0.5 * threads as f64;
    let finding = if helps {
        Finding::works(part, what)
    } else {
        Finding::care(
            part,
            what,
            "other programs, a quota or heat take the rest: look at the load (`jarvis2 monitor`), or set hardware.threads lower",
        )
    };
    finding.figure("speed-up", times, "times")
}

/// A folder of our own for the time of a check.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new(name: &str) -> std::io::Result<Scratch> {
        let folder = format!("jarvis2-doctor-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(folder);
        // Left by a process of the same number that was killed.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Copies the files of an open database as a killed process would leave them.
fn keep_whole(from: &Path, to: &Path) -> std::io::Result<()> {
    for end in ["", "-wal"] {
        let named = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        if named(from).exists() {
            std::fs::copy(named(from), named(to))?;
        }
    }
    Ok(())
}

/// How the files of a killed process come to another place.
type Copy<'a> = &'a dyn Fn(&Path, &Path) -> std::io::Result<()>;

/// Notes written one by one into a ledger that is then looked at as if its program had been killed.
fn ledger(clock: &Clock, copy: Copy) -> Finding {
    let part = "experience";
    match written_and_found(clock, copy) {
        Ok((count, ms)) => Finding::works(
            part,
            format!("{count} notes were written one by one; all were found in the files as a killed program leaves them"),
        )
        .figure("one note on the disk", ms, "ms"),
        Err(why) => Finding::unusable(
            part,
            why,
            "the diary cannot be trusted in such a folder: keep it on a local disk (diary.file), not on a network share",
        ),
    }
}

fn written_and_found(clock: &Clock, copy: Copy) -> Result<(u64, f64), String> {
    const NOTES: usize = 50;
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let scratch = Scratch::new("ledger").map_err(|error| said(&error))?;
    let (file, left) = (
        scratch.0.join("open.sqlite"),
        scratch.0.join("killed.sqlite"),
    );
    let mut open = Experience::open(&file, &Patience::default()).map_err(|error| said(&error))?;
    let note = |number: usize| Note {
        about: None,
        symbol: Some("KO".to_owned()),
        written_at_ms: number as i64,
        kind: "note".to_owned(),
        body: format!("number {number}"),
    };
    let (mut ids, mut times) = (Vec::new(), Vec::new());
    let until = Instant::now() + std::time::Duration::from_secs_f64(clock.seconds());
    while ids.len() < 3 || ids.len() < NOTES && Instant::now() < until {
        let at = Instant::now();
        let number = ids.len();
        let id = open.write(Durability::Full, |page| page.note(&note(number)));
        ids.push(id.map_err(|error| said(&error))?);
        times.push(at.elapsed().as_secs_f64() * 1e3);
    }
    copy(&file, &left).map_err(|error| said(&error))?;
    drop(Experience::open(&left, &Patience::default()).map_err(|error| said(&error))?);
    let found = Reader::open(&left, &Patience::default()).map_err(|error| said(&error))?;
    let faults = found.verify().map_err(|error| said(&error))?;
    if let Some(fault) = faults.first() {
        return Err(format!(
            "the files of a killed program are damaged: {fault}"
        ));
    }
    let count = found.count(Kind::Note).map_err(|error| said(&error))?;
    if count != ids.len() as u64 {
        return Err(format!(
            "of {} notes written, {count} were found after a kill",
            ids.len()
        ));
    }
    for (number, &id) in ids.iter().enumerate() {
        if found.note(id).map_err(|error| said(&error))? != note(number) {
            return Err(format!("note {number} reads otherwise than it was written"));
        }
    }
    times.sort_by(f64::total_cmp);
    Ok((count, times[times.len() / 2]))
}

/// The user's own diary, only read.
fn diary(loaded: &Loaded) -> Finding {
    let part = "diary";
    if !loaded.config.diary.keep {
        return Finding::works(part, "not kept (diary.keep is false)");
    }
    let place = match journal::store::place(None, &loaded.config) {
        Ok(place) => place,
        Err(error) => return Finding::care(part, error.to_string(), "or set diary.keep to false"),
    };
    if !place.path.exists() {
        return Finding::works(
            part,
            format!(
                "{} is not there yet; the first plan makes it",
                place.path.display()
            ),
        );
    }
    let open = Reader::open(&place.path, &Patience::default());
    match open.and_then(|reader| reader.count(Kind::Decision)) {
        Ok(count) => Finding::works(
            part,
            format!("{} holds {count} decisions", place.path.display()),
        ),
        Err(experience::Error::Older { .. }) => Finding::works(
            part,
            format!(
                "{} is of an older version; the next plan brings it up to date",
                place.path.display()
            ),
        ),
        Err(error) => Finding::unusable(
            part,
            error.to_string(),
            "restore a copy, or name another file with diary.file",
        ),
    }
}

#[cfg(not(feature = "index"))]
fn vectors(_: &Clock) -> Finding {
    Finding::absent(
        "index",
        "not in this build; `cargo install --path crates/jarvis2 --features index` has it",
    )
}

#[cfg(feature = "index")]
fn vectors(clock: &Clock) -> Finding {
    match nearest(clock, 0.95) {
        Ok(finding) | Err(finding) => finding,
    }
}

/// Vectors of a seed, and how many of the true nearest the graph finds.
#[cfg(feature = "index")]
fn nearest(clock: &Clock, recall_min: f64) -> Result<Finding, Finding> {
    const VECTORS: usize = 2_000;
    const WIDTH: usize = 96;
    const QUESTIONS: usize = 50;
    let part = "index";
    let failed = |error: &dyn std::fmt::Display| Finding::unusable(part, error.to_string(), WRONG);
    let scratch = Scratch::new("index").map_err(|error| failed(&error))?;
    let config = index::Config::new(WIDTH);
    let mut open = index::Index::open(&scratch.0, &config).map_err(|error| failed(&error))?;
    let mut state = 1_u64;
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
    let at = Instant::now();
    open.update(|update| {
        for record in 0..VECTORS {
            update.vector(record as i64, &vector())?;
        }
        Ok(())
    })
    .map_err(|error| failed(&error))?;
    let added = VECTORS as f64 / at.elapsed().as_secs_f64();
    let questions: Vec<Vec<f32>> = (0..QUESTIONS).map(|_| vector()).collect();
    let filter = index::Filter::default();
    let mut hits = 0;
    for question in &questions {
        let near = open
            .nearest(question, 10, &filter)
            .map_err(|error| failed(&error))?;
        let exact = open
            .nearest_exact(question, 10, &filter)
            .map_err(|error| failed(&error))?;
        let is_true = |record: i64| exact.iter().any(|one| one.record == record);
        hits += near
            .neighbours
            .iter()
            .filter(|one| is_true(one.record))
            .count();
    }
    let rate = clock.rate(QUESTIONS, || {
        for question in &questions {
            let _ = black_box(open.nearest(question, 10, &filter));
        }
    });
    let recall = hits as f64 / (10 * QUESTIONS) as f64;
    let what = format!("of the ten nearest of {VECTORS} vectors, a share of {recall:.3} was found");
    let finding = if recall >= recall_min {
        Finding::works(part, what)
    } else {
        Finding::unusable(part, format!("{what}, less than {recall_min}"), WRONG)
    };
    Ok(finding
        .figure("one question", 1e3 / rate, "ms")
        .figure("adding", added, "vectors/s"))
}

fn sql(expected: i64) -> Finding {
    use analytics::{Cells, Database, Limits, Table, Type, Value};
    let part = "SQL";
    if !Database::is_built() {
        return Finding::absent(
            part,
            "not in this build; docs/analytics.md says how to build with DuckDB. `jarvis2 export` works without it",
        );
    }
    let ask = || -> Result<(Table, String), analytics::Error> {
        let mut database = Database::open(&Limits::default(), &[])?;
        let mut table = Table::new("sizes", [("contracts", Type::Count)]);
        for contracts in 1..=6 {
            table.push([Value::Count(contracts)])?;
        }
        database.fill(&table)?;
        let version = database.version()?;
        let answer = database.query(
            "SELECT count(*) * 0 + sum(contracts)::BIGINT AS contracts FROM sizes",
            &|| false,
        )?;
        Ok((answer, version))
    };
    match ask() {
        Err(error) => Finding::unusable(part, error.to_string(), "see docs/analytics.md"),
        Ok((answer, version)) => {
            let found = answer.columns.first().map(|column| &column.cells);
            let is_right = match found {
                Some(Cells::Counts(cells)) => cells.as_slice() == [Some(expected)],
                Some(Cells::Decimals { scale: 0, cells }) => {
                    cells.as_slice() == [Some(i128::from(expected))]
                }
                _ => false,
            };
            if is_right {
                Finding::works(
                    part,
                    format!("DuckDB {version} adds 1 to 6 up to {expected}"),
                )
            } else {
                Finding::unusable(
                    part,
                    format!("DuckDB {version} does not add 1 to 6 up to {expected}"),
                    WRONG,
                )
            }
        }
    }
}

/// What a row of `jarvis2 devices` means.
fn gpu(row: &devices::Row) -> Finding {
    let word = row.backend.word();
    let Some(facts) = &row.facts else {
        let why = row.absent.as_deref().unwrap_or("no reason was given");
        return Finding::absent(&format!("GPU by {word}"), why);
    };
    let part = format!("GPU by {word}: {}", facts.name);
    if row.verdicts.is_empty() {
        return Finding::care(
            &part,
            "not proven yet, and not used until it is",
            "run `jarvis2 devices`, or `jarvis2 doctor` without --quick",
        );
    }
    let bad: Vec<String> = row
        .verdicts
        .iter()
        .filter(|(_, verdict)| !verdict.is_proven())
        .map(|(kernel, verdict)| format!("{kernel}: {verdict}"))
        .collect();
    if !bad.is_empty() {
        return Finding::unusable(
            &part,
            format!(
                "of {} kernels, {} failed: {}",
                row.verdicts.len(),
                bad.len(),
                bad.join("; ")
            ),
            "it is not used; bring its driver up to date and run `jarvis2 devices --fresh`, or set compute.device to \"cpu\"",
        );
    }
    let what = format!(
        "each of {} kernels was run beside f64: {}",
        row.verdicts.len(),
        row.verdict.as_deref().unwrap_or("proven")
    );
    let finding = if facts.software {
        Finding::care(
            &part,
            format!("{what}; it is a program on the processor"),
            "nothing is gained by it: leave compute.device at \"auto\"",
        )
    } else {
        Finding::works(&part, what)
    };
    match &row.measured {
        None => finding,
        Some(measured) => {
            let nan = |value: Option<f64>| value.unwrap_or(f64::NAN);
            finding
                .figure("copy", nan(measured.copy_gb_per_s), "GB/s")
                .figure("launch", nan(measured.launch_us), "us")
                .figure("multiply-add", nan(measured.gflop_per_s), "GFLOP/s")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Rating;
    use compute::{Backend, Facts, Verdict};
    use std::collections::BTreeMap;

    fn quick() -> Clock {
        Clock::new(true)
    }

    #[track_caller]
    fn fails(finding: &Finding) {
        assert_eq!(finding.rating, Rating::Unusable, "{finding:?}");
        assert!(finding.remedy.is_some());
    }

    #[track_caller]
    fn works(finding: &Finding) {
        assert_eq!(finding.rating, Rating::Works, "{finding:?}");
    }

    /// The same references with the last one off by a millionth.
    fn off<const N: usize>(mut cases: [Priced; N]) -> [Priced; N] {
        cases[N - 1].2 *= 1.0 + 1e-6;
        cases[N - 1].2 += 1e-6 * cases[N - 1].1[1];
        cases
    }

    #[test]
    fn prices_are_right_and_a_wrong_reference_shows() {
        works(&europeans(&quick(), &EUROPEAN));
        fails(&europeans(&quick(), &off(EUROPEAN)));
        works(&americans(&quick(), &AMERICAN));
        fails(&americans(&quick(), &off(AMERICAN)));
        works(&vols(&quick(), &VOLS));
        fails(&vols(&quick(), &off(VOLS)));
        works(&simulation(&quick(), ASIAN_PUT_USD));
        fails(&simulation(&quick(), ASIAN_PUT_USD + 0.1));
        let mut missing = EUROPEAN;
        missing[0].2 = f64::NAN;
        fails(&europeans(&quick(), &missing));
    }

    #[test]
    fn a_bug_in_a_part_is_a_finding() {
        let found = survived("part", &mut || panic!("on purpose"));
        assert_eq!(found.len(), 1);
        fails(&found[0]);
    }

    #[test]
    fn nets_are_right_and_other_weights_show() {
        let seeded = |seed| Weights::seeded(nn::Config::default(), seed).unwrap();
        let weights = seeded(7);
        for bits in [Bits::F32, Bits::Bf16] {
            let ours = |of: &Weights| net(&quick(), "net", Net::with(of, bits), &weights, bits);
            works(&ours(&weights));
            fails(&ours(&seeded(8)));
        }
        // A net of bf16 does not pass for one of f32.
        fails(&net(
            &quick(),
            "net",
            Net::with(&weights, Bits::Bf16),
            &weights,
            Bits::F32,
        ));
    }

    #[test]
    fn the_search_finds_the_optimum_and_another_shows() {
        let optimum = lattice_optimum();
        let finding = tree(&quick(), optimum);
        works(&finding);
        assert!(finding.figures[0].value > 0.0);
        fails(&tree(&quick(), optimum + 1e-6));
    }

    #[test]
    fn a_note_lost_by_a_kill_shows() {
        works(&ledger(&quick(), &keep_whole));
        // As if what was written had never reached the disk.
        let without_log = |from: &Path, to: &Path| std::fs::copy(from, to).map(drop);
        fails(&ledger(&quick(), &without_log));
        let torn = |from: &Path, to: &Path| {
            keep_whole(from, to)?;
            let log = PathBuf::from(format!("{}-wal", to.display()));
            let bytes = std::fs::metadata(&log)?.len();
            std::fs::OpenOptions::new()
                .write(true)
                .open(&log)?
                .set_len(bytes - 4_000)
        };
        fails(&ledger(&quick(), &torn));
    }

    #[cfg(feature = "index")]
    #[test]
    fn neighbours_are_found_and_a_miss_shows() {
        let Ok(finding) = nearest(&quick(), 0.95) else {
            panic!("no answer")
        };
        works(&finding);
        let Ok(finding) = nearest(&quick(), 1.01) else {
            panic!("no answer")
        };
        fails(&finding);
    }

    #[test]
    fn a_wrong_sum_of_sql_shows() {
        if analytics::Database::is_built() {
            works(&sql(21));
            fails(&sql(22));
        } else {
            assert_eq!(sql(21).rating, Rating::Absent);
        }
    }

    #[test]
    fn threads_that_do_not_help_show() {
        let rated = |threads, times| speedup("threads", threads, "all cores", times).rating;
        assert_eq!(rated(8, 6.5), Rating::Works);
        assert_eq!(rated(8, 1.2), Rating::WorksWithCare);
        assert_eq!(rated(1, 0.9), Rating::Works);
        assert_eq!(rated(8, f64::NAN), Rating::WorksWithCare);
    }

    fn row(software: bool, verdicts: &[(&str, Verdict)]) -> devices::Row {
        devices::Row {
            backend: Backend::Vulkan,
            facts: Some(Facts {
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
            }),
            absent: None,
            proven: verdicts.iter().all(|(_, verdict)| verdict.is_proven()),
            verdict: None,
            verdicts: verdicts
                .iter()
                .map(|(name, verdict)| ((*name).to_owned(), verdict.clone()))
                .collect(),
            measured: None,
            crossovers: BTreeMap::new(),
            from_cache: false,
        }
    }

    #[test]
    fn a_kernel_that_is_wrong_shows() {
        let good = ("copy", Verdict::Proven { worst: 0.1 });
        let wrong = Verdict::Wrong {
            wrong: 3,
            of: 64,
            first: "1 instead of 2".to_owned(),
        };
        works(&gpu(&row(false, std::slice::from_ref(&good))));
        assert_eq!(
            gpu(&row(true, std::slice::from_ref(&good))).rating,
            Rating::WorksWithCare
        );
        let finding = gpu(&row(false, &[good, ("price", wrong)]));
        fails(&finding);
        assert!(
            finding
                .why
                .contains("of 2 kernels, 1 failed: price: wrong: 3 of 64"),
            "{finding:?}"
        );
        assert_eq!(gpu(&row(false, &[])).rating, Rating::WorksWithCare);
        let absent = devices::Row {
            facts: None,
            absent: Some("not in this build".to_owned()),
            ..row(false, &[])
        };
        assert_eq!(gpu(&absent).rating, Rating::Absent);
    }
}
