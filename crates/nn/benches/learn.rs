//! Steps of the learner a second, at batch 256: `cargo bench -p nn --features train --bench learn`.
//!
//! Random batches with a value and a policy target in every row, a quarter of the actions illegal. Wall time, best and median of
//! several rounds, and the processor time of all threads; how many share in a step is rayon's affair (`RAYON_NUM_THREADS`).

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock; the crate may not.

use std::time::Instant;

use nn::train::{Batch, LearnConfig, Learner};
use nn::{Config, Weights};

const ROWS: usize = 256;
const ROUNDS: usize = 15;
/// About as long a round for every net.
const PRODUCTS_IN_ROUND: usize = 2_000_000_000;

fn main() {
    println!("batch of {ROWS} rows\n");
    println!(
        "| net | weights | steps a round | ms a step, best | median | processor ms, median | steps/s, median |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (inputs, hidden, policies) in [
        (768, vec![512, 256], 64),
        (768, vec![512, 256], 0),
        (16, vec![64, 64], 8),
        (16, vec![64, 64], 0),
    ] {
        let config = Config {
            inputs,
            hidden,
            policies,
        };
        measure(&config);
    }
}

/// Processor time of all threads of this process, in milliseconds.
fn processor_ms() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    1e3 * t.tv_sec as f64 + 1e-6 * t.tv_nsec as f64
}

fn measure(config: &Config) {
    let part = Config {
        inputs: ROWS,
        hidden: vec![],
        policies: 0,
    };
    // The numbers of a random layer, scaled to a variance of 1.
    let features: Vec<f32> = (0..config.inputs as u64)
        .flat_map(|seed| {
            let weights = Weights::seeded(part.clone(), seed).expect("a layer of 256");
            let scale = (ROWS as f32).sqrt();
            let numbers = weights.layers()[0].weight.iter();
            numbers.map(|x| x * scale).collect::<Vec<_>>()
        })
        .collect();
    let values: Vec<_> = features[..ROWS].iter().map(|&x| Some(x)).collect();
    let legal: Vec<bool> = (0..ROWS * config.policies).map(|at| at % 4 != 1).collect();
    let chance = 4.0 / (3.0 * config.policies as f32);
    let policies: Vec<f32> = legal
        .iter()
        .map(|&legal| if legal { chance } else { 0.0 })
        .collect();
    let batch = Batch {
        features: &features,
        values: &values,
        policies: &policies,
        legal: &legal,
        weights: &[1.0; ROWS],
    };
    let mut learner =
        Learner::new(config.clone(), LearnConfig::default(), 1).expect("a good shape");
    let steps = PRODUCTS_IN_ROUND / (3 * ROWS * config.products()).max(1);
    let steps = steps.clamp(5, 500);
    let mut rounds: Vec<[f64; 2]> = (0..=ROUNDS)
        .map(|_| {
            let (start, start_ms) = (Instant::now(), processor_ms());
            for _ in 0..steps {
                learner.step(&batch).expect("a finite step");
            }
            let wall_ms = 1e3 * start.elapsed().as_secs_f64();
            [wall_ms, processor_ms() - start_ms].map(|ms| ms / steps as f64)
        })
        .collect();
    // The first round warms up.
    rounds.remove(0);
    let [wall_ms, processor_ms] = [0, 1].map(|i| {
        let mut sorted: Vec<f64> = rounds.iter().map(|round| round[i]).collect();
        sorted.sort_by(f64::total_cmp);
        sorted
    });
    let (best, median, processor) = (wall_ms[0], wall_ms[ROUNDS / 2], processor_ms[ROUNDS / 2]);
    println!(
        "| {} | {} | {steps} | {best:.3} | {median:.3} | {processor:.3} | {:.0} |",
        config.architecture(),
        config.parameters(),
        1e3 / median
    );
}
