//! Learns the wheel on a lattice from nothing, and sets play by the net beside the best play and beside play without a net.
//!
//! ```text
//! cargo run --release -p learn --example lattice -- --fee 0.45 --folder runs/lattice
//! ```
//! The share of a row says how much of what best play gains over liquidating at once is gained, from cash and from a share, told
//! exactly; what follows says how much the net knows by heart ([`knowledge`]). The run in the folder goes on where it was left. With `--draws-per-row` the run
//! plays and learns at the same time, drawing each row so often, and `--games` says nothing.

use std::path::PathBuf;
use std::process::ExitCode;

use learn::lattice::{LatticeField, Standard, knowledge, standards};
use learn::{FreeConfig, Generation, NetJudge, PlayConfig, Run, TrainConfig};
use nn::train::LearnConfig;
use nn::{Net, Weights};
use search::problems::wheel_lattice::Lattice;
use search::problems::wheel_rolling::Rolling;
use search::{Each, Root, SearchConfig};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lattice: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    const FLAGS: [&str; 15] = [
        "--mu",
        "--implied-vol",
        "--fee",
        "--cycles",
        "--life",
        "--generations",
        "--games",
        "--steps",
        "--evaluations",
        "--lambda",
        "--capacity",
        "--rate",
        "--draws-per-row",
        "--seed",
        "--folder",
    ];
    for flag in arguments.iter().step_by(2) {
        if !FLAGS.contains(&flag.as_str()) {
            return Err(format!(
                "{flag}: the flags are {}, each with a value",
                FLAGS.join(" ")
            )
            .into());
        }
    }
    let number = |flag: &str, default: f64| -> Result<f64, String> {
        let Some(at) = arguments.iter().position(|argument| argument == flag) else {
            return Ok(default);
        };
        let word = arguments
            .get(at + 1)
            .ok_or(format!("{flag} needs a value"))?;
        word.parse()
            .map_err(|_| format!("{flag} {word:?} is no number"))
    };
    let base = Lattice::reference();
    let game = Rolling {
        lattice: Lattice {
            mu: number("--mu", base.mu)?,
            implied_vol: number("--implied-vol", base.implied_vol)?,
            fee: number("--fee", base.fee)?,
            cycles: number("--cycles", 12.0)? as u32,
            ..base
        },
        life: number("--life", 1.0)? as u32,
        early: true,
    };
    let generations = number("--generations", 60.0)? as u64;
    let steps = number("--steps", 300.0)? as u32;
    let evaluations = number("--evaluations", 32.0)? as u32;
    let draws_per_row = number("--draws-per-row", 0.0)?;
    let config = TrainConfig {
        hidden: vec![64, 64],
        play: PlayConfig {
            search: SearchConfig {
                evaluations,
                root: Root::Gumbel {
                    considered: 8,
                    noise: 1.0,
                },
                ..SearchConfig::default()
            },
            lambda: number("--lambda", 1.0)?,
            moves_max: 200,
        },
        games: number("--games", 400.0)? as u32,
        steps,
        batch: 256,
        capacity: number("--capacity", 24_000.0)? as usize,
        alpha: 0.6,
        beta: 1.0,
        strata: Vec::new(),
        learn: LearnConfig {
            learning_rate: number("--rate", 8e-3)?,
            learning_rate_floor: 1e-5,
            warmup_steps: 50,
            // A cent's error of the value is a loss of .00005: beside the policy's it would weigh nothing.
            value_scale: 30.0,
            steps: generations * u64::from(steps),
            ..LearnConfig::default()
        },
        seed: number("--seed", 1.0)? as u64,
    };
    let folder = arguments
        .iter()
        .position(|argument| argument == "--folder")
        .and_then(|at| arguments.get(at + 1))
        .map_or_else(|| std::env::temp_dir().join("lattice"), PathBuf::from);
    let judging = |evaluations: u32| SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    for evaluations in [1_u32 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11] {
        let mut liquidation = game.evaluator();
        let closed = standards(&game, &mut liquidation, &judging(evaluations))?;
        let mut uniform = Each(|_: &_| 0.0);
        let uniform = standards(&game, &mut uniform, &judging(evaluations))?;
        println!(
            "{evaluations:>5} evaluations: liquidation {}, uniform {}",
            shares(&closed),
            shares(&uniform)
        );
    }
    let field = LatticeField(game.clone());
    let about = serde_json::json!({ "field": format!("{game:?}") });
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    let told = |report: &Generation, weights: &Weights| -> Result<(), learn::Error> {
        let mut net = Net::new(weights);
        let mut judge = NetJudge::new(&game, &mut net)?;
        let told = standards(&game, &mut judge, &judging(32))?;
        let known = knowledge(&game, &mut judge)?;
        println!(
            "{:>3}: value {:.5} policy {:.4} gradient {:.3}; {} games {:.4} less luck {:.4} expected {:.4}; {}; off by {:.4}, favourite best {:.3}, ahead loses ${:.5}",
            report.generation,
            report.value_loss,
            report.policy_loss,
            report.gradient_norm,
            report.games,
            report.outcome,
            report.outcome_less_luck,
            report.expected,
            shares(&told),
            known.error,
            known.favourite,
            known.ahead_loses_usd
        );
        Ok(())
    };
    if draws_per_row > 0.0 {
        let pace = FreeConfig {
            first_rows: config.capacity as u64 / 10,
            draws_per_row,
        };
        let all = config.learn.steps;
        let mut run = Run::open_free(&field, config, pace, &folder, &about)?;
        let mut judged = Ok(());
        run.free(threads, all, &mut |_, _| true, &mut |report, weights| {
            judged = told(report, weights);
        })?;
        return Ok(judged?);
    }
    let mut run = Run::open(&field, config, &folder, &about)?;
    while run.generation() < generations {
        let report = run.advance(threads, &|_, _| true)?;
        let Some(report) = report else { break };
        told(&report, run.weights())?;
    }
    Ok(())
}

fn shares(told: &[Standard; 2]) -> String {
    let one = |standard: &Standard| match standard.share() {
        Some(share) => format!(
            "{:.4} of ${:.4}",
            share,
            standard.optimum_usd - standard.liquidation_usd
        ),
        None => format!(
            "${:.4} of nothing to gain",
            standard.played_usd - standard.liquidation_usd
        ),
    };
    format!("cash {}, share {}", one(&told[0]), one(&told[1]))
}
