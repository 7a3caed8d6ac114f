//! Monte Carlo on GPUs beside one thread of the processor: `cargo bench -p pricing --features gpu --bench paths`, with `-- vulkan` or
//! `-- cuda` for one backend alone and a number for so many paths (2^24 unless given, 2^18 on software).
//!
//! One year in 64 steps, spot and strike 100, rate 3 %, yield 1 %; GBM of 25 %, Heston (v0 0.04, kappa 1.5, theta 0.06, sigma 0.5,
//! rho -0.6) and Merton (20 %, a jump a year of -0.1 +- 0.15). Every kernel is tried against `f64` first. "device" is the device's
//! own clock over the launches alone, without their buffers; "door" is the wall clock around `gpu::monte_carlo::estimate`, from a
//! simulation to an estimate, pilot and transfers included. The processor simulates 2^14 paths, and its estimate must agree within
//! four standard errors; its time is that of the thread.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock; the crate may not.

use compute::{Backend, Budget, Gpu};
use pricing::gpu::monte_carlo::Training;
use pricing::monte_carlo::{Dynamics, Effort, Estimate, Knock, Payoff, Sampling, Simulation};
use pricing::{Inputs, Right, european, gpu, heston};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);
const REPEATS: usize = 7;
const WARM_UP: Duration = Duration::from_millis(300);
const CPU_PATHS: u32 = 1 << 14;

fn main() {
    // `cargo bench` says `--bench`; `cargo test --all-targets` does not, and has no minute to spare.
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--bench") {
        println!("skipped: run it by `cargo bench -p pricing --features gpu --bench paths`");
        return;
    }
    let wanted: Vec<Backend> = Backend::ALL
        .into_iter()
        .filter(|backend| words.iter().any(|word| word == backend.word()))
        .collect();
    let paths = words.iter().find_map(|word| word.parse().ok());
    for found in compute::find() {
        if !wanted.is_empty() && !wanted.contains(&found.backend) {
            continue;
        }
        match found.adapters {
            Err(error) => println!("\n{error}"),
            Ok(list) => {
                for facts in list {
                    println!("\n{} {} ({})", facts.backend, facts.name, facts.driver);
                    let done = Gpu::open(facts.backend, facts.adapter)
                        .map_err(|error| error.to_string())
                        .and_then(|gpu| bench(&gpu, paths).map_err(|error| error.to_string()));
                    if let Err(error) = done {
                        println!("n/a ({error})");
                    }
                }
            }
        }
    }
}

fn bench(gpu: &Gpu, paths: Option<u32>) -> Result<(), gpu::monte_carlo::Error> {
    for trial in gpu::trials() {
        if trial.name.starts_with("paths_") || trial.name.starts_with("sobol_") {
            println!(
                "{:<16} {}",
                trial.name,
                compute::try_one(gpu, &trial, LIMIT)
            );
        }
    }
    let software = gpu.facts().software;
    let paths = paths.unwrap_or(if software { 1 << 18 } else { 1 << 24 });
    let budget = Budget {
        bytes: 1 << 30,
        origin: "the benchmark's own limit".to_owned(),
    };
    let gbm = Dynamics::Gbm { vol: 0.25 };
    let stochastic = Dynamics::Heston(heston::Model {
        v0: 0.04,
        kappa: 1.5,
        theta: 0.06,
        sigma: 0.5,
        rho: -0.6,
    });
    let merton = Dynamics::Merton {
        vol: 0.2,
        jumps_per_year: 1.0,
        jump_mean: -0.1,
        jump_deviation: 0.15,
    };
    let (right, strike) = (Right::Call, 100.0);
    let end = Payoff::European { right, strike };
    let mean = Payoff::Asian { right, strike };
    let lookback = Payoff::Lookback { right, strike };
    let barrier = Payoff::Barrier {
        right,
        strike,
        barrier: 85.0,
        knock: Knock::DownAndOut,
    };
    let plain = Sampling::Plain { paths };
    let pairs = Sampling::Antithetic { pairs: paths / 2 };
    let sobol = Sampling::Sobol {
        points: paths / 16,
        randomisations: 16,
    };
    println!(
        "{paths} paths of 64 steps\n{:<22} {:>9} {:>9} {:>10} {:>9} {:>11} {:>10} {:>9} {:>10}",
        "",
        "device ms",
        "door ms",
        "G paths/s",
        "G steps/s",
        "CPU ns/step",
        "value",
        "error",
        "CPU off"
    );
    for (name, dynamics, sampling, payoff) in [
        ("gbm end", gbm, plain, end),
        ("gbm mean", gbm, plain, mean),
        ("gbm lookback", gbm, plain, lookback),
        ("gbm barrier", gbm, plain, barrier),
        ("gbm mean, pairs", gbm, pairs, mean),
        ("gbm mean, sobol", gbm, sobol, mean),
        ("heston end", stochastic, plain, end),
        ("heston mean", stochastic, plain, mean),
        ("heston end, sobol", stochastic, sobol, end),
        ("merton end", merton, plain, end),
        ("merton end, sobol", merton, sobol, end),
    ] {
        let simulation = Simulation {
            spot: 100.0,
            years: 1.0,
            rate: 0.03,
            dividend_yield: 0.01,
            steps: 64,
            dynamics,
            sampling,
            seed: 42,
        };
        let estimate = || gpu::monte_carlo::timed(gpu, &budget, &simulation, &payoff);
        let begin = Instant::now();
        let (first, _) = estimate()?;
        while !software && begin.elapsed() < WARM_UP {
            estimate()?;
        }
        let (mut door, mut device) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..if software { 1 } else { REPEATS } {
            let begin = Instant::now();
            let (_, own) = estimate()?;
            door = door.min(begin.elapsed().as_secs_f64());
            device = device.min(own.as_secs_f64());
        }
        let few = Simulation {
            seed: 43,
            sampling: match sampling {
                Sampling::Plain { .. } => Sampling::Plain { paths: CPU_PATHS },
                Sampling::Antithetic { .. } => Sampling::Antithetic {
                    pairs: CPU_PATHS / 2,
                },
                Sampling::Sobol { .. } => Sampling::Sobol {
                    points: CPU_PATHS / 16,
                    randomisations: 16,
                },
            },
            ..simulation
        };
        let begin = thread_ns();
        let twin = few.estimate(|path| payoff.at(path))?;
        let cpu = (thread_ns() - begin) / twin.paths as f64 / 64.0;
        println!(
            "{name:<22} {:>9.3} {:>9.3} {:>10.3} {:>9.1} {:>11.1} {:>10.5} {:>9.5} {:>10}",
            1e3 * device,
            1e3 * door,
            first.paths as f64 / device / 1e9,
            first.paths as f64 * 64.0 / device / 1e9,
            cpu,
            first.value,
            first.standard_error,
            off(&first, &twin),
        );
    }
    control(gpu, &budget, paths)
}

/// Processor time of this thread: other programs on the machine do not count.
fn thread_ns() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    1e9 * t.tv_sec as f64 + t.tv_nsec as f64
}

/// Distance in standard errors; the word says when it is too far.
fn off(found: &Estimate, twin: &Estimate) -> String {
    let errors = (found.value - twin.value) / found.standard_error.hypot(twin.standard_error);
    format!(
        "{errors:.1}{}",
        if errors.abs() < 4.0 { "" } else { " WRONG" }
    )
}

/// The arithmetic mean with the European option as control.
fn control(gpu: &Gpu, budget: &Budget, paths: u32) -> Result<(), gpu::monte_carlo::Error> {
    let simulation = Simulation {
        spot: 100.0,
        years: 1.0,
        rate: 0.03,
        dividend_yield: 0.01,
        steps: 64,
        dynamics: Dynamics::Gbm { vol: 0.25 },
        sampling: Sampling::Plain { paths },
        seed: 42,
    };
    let known = european::price(&Inputs {
        right: Right::Call,
        spot: 100.0,
        strike: 100.0,
        years: 1.0,
        rate: 0.03,
        dividend_yield: 0.01,
        vol: 0.25,
    });
    let payoff = Payoff::Asian {
        right: Right::Call,
        strike: 100.0,
    };
    let control = (Right::Call, 100.0, known);
    let with =
        gpu::monte_carlo::estimate_with_european(gpu, budget, &simulation, &payoff, control)?;
    let without = gpu::monte_carlo::estimate(gpu, budget, &simulation, &payoff)?;
    let end = gpu::monte_carlo::estimate(
        gpu,
        budget,
        &simulation,
        &Payoff::European {
            right: Right::Call,
            strike: 100.0,
        },
    )?;
    exercise(gpu, budget)?;
    println!(
        "control: {:.6} +- {:.6} with, {:.6} +- {:.6} without; European {:.6} +- {:.6}, exactly {known:.6}",
        with.value,
        with.standard_error,
        without.value,
        without.standard_error,
        end.value,
        end.standard_error
    );
    Ok(())
}

/// The put of Longstaff and Schwartz (2001), 50 dates: 4.477811 (`monte_carlo::tests`).
fn exercise(gpu: &Gpu, budget: &Budget) -> Result<(), gpu::monte_carlo::Error> {
    let simulation = Simulation {
        spot: 36.0,
        years: 1.0,
        rate: 0.06,
        dividend_yield: 0.0,
        steps: 50,
        dynamics: Dynamics::Gbm { vol: 0.2 },
        sampling: Sampling::Plain { paths: 2 },
        seed: 3,
    };
    let put = (Right::Put, 40.0);
    let training = if gpu.facts().software {
        Training {
            paths: 1 << 14,
            pairs: 1 << 13,
        }
    } else {
        Training::default()
    };
    let bound = || gpu::monte_carlo::lower_bound(gpu, budget, &simulation, put, &training);
    let found = bound()?;
    let mut door = f64::INFINITY;
    for _ in 0..3 {
        let begin = Instant::now();
        bound()?;
        door = door.min(begin.elapsed().as_secs_f64());
    }
    // The twin with a sixteenth of the paths, and next to no upper bound.
    let effort = Effort {
        training_paths: training.paths / 16,
        lower_pairs: training.pairs / 16,
        upper_pairs: 2,
        successors: 1,
    };
    let begin = thread_ns();
    simulation.exercise_bounds(
        |_, state| 40.0 - state.spot,
        |step, state| {
            european::price(&Inputs {
                right: Right::Put,
                spot: state.spot,
                strike: 40.0,
                years: 1.0 - step as f64 / 50.0,
                rate: 0.06,
                dividend_yield: 0.0,
                vol: 0.2,
            })
        },
        &effort,
    )?;
    let cpu = 16e-9 * (thread_ns() - begin);
    println!(
        "exercise at 50 dates, {} paths and {} pairs: {:.1} ms, {:.6} +- {:.6}, by convolution 4.477811; one thread {:.0} ms for as many (a sixteenth timed)",
        training.paths,
        training.pairs,
        1e3 * door,
        found.value,
        found.standard_error,
        1e3 * cpu
    );
    Ok(())
}
