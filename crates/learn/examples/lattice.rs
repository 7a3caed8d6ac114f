//! Learns the wheel on a lattice from nothing, and sets play by the net beside the best play and beside play without a net.
//!
//! ```text
//! cargo run --release -p learn --example lattice -- --fee 0.45 --folder runs/lattice
//! ```
//! The share of a row says how much of what best play gains over liquidating at once is gained, from cash and from a share, told
//! exactly. The run in the folder goes on where it was left.

use std::path::PathBuf;
use std::process::ExitCode;

use learn::lattice::{LatticeField, Standard, standards};
use learn::{NetJudge, PlayConfig, Run, TrainConfig};
use nn::Net;
use nn::train::LearnConfig;
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
    const FLAGS: [&str; 14] = [
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
    let generations = number("--generations", 40.0)? as u64;
    let steps = number("--steps", 200.0)? as u32;
    let evaluations = number("--evaluations", 32.0)? as u32;
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
            lambda: number("--lambda", 0.5)?,
            moves_max: 200,
        },
        games: number("--games", 200.0)? as u32,
        steps,
        batch: 256,
        capacity: number("--capacity", 6_000.0)? as usize,
        alpha: 0.6,
        beta: 1.0,
        learn: LearnConfig {
            learning_rate: number("--rate", 3e-3)?,
            learning_rate_floor: 1e-5,
            warmup_steps: 50,
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
    let mut run = Run::open(&field, config, &folder, &about)?;
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    while run.generation() < generations {
        let report = run.advance(threads, &|_, _| true)?;
        let Some(report) = report else { break };
        let mut net = Net::new(run.weights());
        let mut judge = NetJudge::new(&game, &mut net)?;
        let told = standards(&game, &mut judge, &judging(32))?;
        println!(
            "{:>3}: value {:.5} policy {:.4} gradient {:.3}; games {:.4} less luck {:.4} expected {:.4}; {}",
            report.generation,
            report.value_loss,
            report.policy_loss,
            report.gradient_norm,
            report.outcome,
            report.outcome_less_luck,
            report.expected,
            shares(&told)
        );
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
