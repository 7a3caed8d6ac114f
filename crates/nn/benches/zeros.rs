//! What zeros that all rows of a batch share are worth: `cargo bench -p nn --bench zeros`.
//!
//! The house net in `f32` over random inputs, all of them or those outside the menu (256 of 768: numbers 224 to 735 are zero, as
//! in most leaves of a search). One thread on one core; its processor time; the best of the rounds counts.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock and the environment; the crate may not.

use std::hint::black_box;

use nn::{Config, Net, Weights};

const ROUNDS: usize = 60;
const BATCHES: [usize; 6] = [1, 2, 4, 14, 64, 256];
/// Rows in a turn; 10 ms or so.
const ROWS_IN_TURN: usize = 768;
/// Numbers of the menu.
const MENU: std::ops::Range<usize> = 224..736;

/// Processor time of this thread, in nanoseconds.
fn now_ns() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    1e9 * t.tv_sec as f64 + t.tv_nsec as f64
}

/// Microseconds of one call, mean over a turn.
fn turn_us(net: &mut Net, inputs: &[f32], values: &mut [f32], policies: &mut [f32]) -> f64 {
    let calls = ROWS_IN_TURN / values.len().max(2);
    let start = now_ns();
    for _ in 0..calls {
        let done = net.forward(black_box(inputs), values, policies);
        done.expect("good inputs");
        black_box(&mut *values);
    }
    (now_ns() - start) / calls as f64 / 1e3
}

fn main() {
    // `cargo bench` says `--bench`; `cargo test --all-targets` does not, and has no minute to spare.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("skipped: run it by `cargo bench -p nn --bench zeros`");
        return;
    }
    #[cfg(target_os = "linux")]
    {
        let mut set = rustix::thread::CpuSet::new();
        set.set(rustix::thread::sched_getcpu());
        rustix::thread::sched_setaffinity(None, &set).expect("a core of our own choice");
    }
    let weights = Weights::seeded(Config::default(), 1).expect("the house net");
    let mut net = Net::new(&weights);
    let config = net.config().clone();
    // The weights of another net serve as random inputs, of order one.
    let noise = Weights::seeded(config.clone(), 2).expect("random numbers");
    let scale = (config.inputs as f32).sqrt();
    let noise = &noise.layers()[0].weight;

    println!("{}, {}", config.architecture(), net.instructions());
    println!("| batch | all inputs | rows/ms | the menu zero | rows/ms | faster by |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for batch in BATCHES {
        let dense: Vec<f32> = noise[..batch * config.inputs]
            .iter()
            .map(|x| x * scale)
            .collect();
        let mut sparse = dense.clone();
        for row in sparse.chunks_exact_mut(config.inputs) {
            row[MENU].fill(0.0);
        }
        let mut values = vec![f32::NAN; batch];
        let mut policies = vec![f32::NAN; batch * config.policies];
        let mut best_us = [f64::INFINITY; 2];
        for _ in 0..ROUNDS {
            for (inputs, best) in [&dense, &sparse].into_iter().zip(&mut best_us) {
                let us = turn_us(&mut net, inputs, &mut values, &mut policies);
                *best = best.min(us);
            }
        }
        let [all, some] = best_us;
        let rate = |us: f64| 1e3 * batch as f64 / us;
        println!(
            "| {batch} | {all:.1} us | {:.1} | {some:.1} us | {:.1} | {:.2} |",
            rate(all),
            rate(some),
            all / some
        );
    }
}
