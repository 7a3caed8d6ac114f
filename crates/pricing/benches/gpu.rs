//! Black-Scholes on GPUs, data resident on the device, beside the copy bandwidth of the same run:
//! `cargo bench -p pricing --features gpu --bench gpu`, with `-- vulkan` or `-- cuda` for one backend alone, with numbers such as
//! `-- 16000000` for those sizes alone, with `-- resident` without round trips and `-- each` for every repeat's time.
//!
//! Options: spot 20 to 520 dollars, strike 0.6 to 1.4 of it, 1.5 days to 1.5 years, volatility 8 to 98 %, rate 0 to 7 %, yield 0 to
//! 5 %, half of them calls, from a fixed seed. Outputs are poisoned before each size and compared with `f64` after the timed runs.
//! First every kernel is tried against `f64`. GPU time is the device's own clock over a batch of launches; "round trip" starts and ends in main memory and uses the wall clock.
//! The processor's column is one thread of `european::prices` (or with sensitivities, `greeks_batch`) in `f64`.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock; the crate may not.

use compute::{Access, Backend, Budget, Buffer, Column, Gpu, Kernel, Task};
use pricing::gpu::{BLACK_SCHOLES_GREEKS, BLACK_SCHOLES_PRICE};
use pricing::{GreeksMut, InputsRef, Right, Status, european};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);
const REPEATS: usize = 7;
const WARM_UP: Duration = Duration::from_millis(500);
/// Rows compared with `f64`.
const CHECKED: usize = 1 << 16;

fn main() {
    // `cargo bench` says `--bench`; `cargo test --all-targets` does not, and has no minute to spare.
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--bench") {
        println!("skipped: run it by `cargo bench -p pricing --features gpu --bench gpu`");
        return;
    }
    let wanted: Vec<Backend> = Backend::ALL
        .into_iter()
        .filter(|backend| words.iter().any(|word| word == backend.word()))
        .collect();
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
                        .and_then(|gpu| bench(&gpu, &words));
                    if let Err(error) = done {
                        println!("n/a ({error})");
                    }
                }
            }
        }
    }
}

/// Columns of random options.
struct Options {
    /// Spot, signed strike, years, rate, yield, volatility.
    columns: [Vec<f32>; 6],
    right: Vec<Right>,
    numbers: [Vec<f64>; 6],
}

impl Options {
    fn new(count: usize) -> Options {
        let mut state = 20_260_101_u64;
        let mut uniform = move || {
            // SplitMix64: Steele, Lea & Flood, OOPSLA 2014.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
        };
        let mut columns: [Vec<f32>; 6] = Default::default();
        let mut right = Vec::new();
        for _ in 0..count {
            let spot = 20.0 + 500.0 * uniform();
            let strike = spot * (0.6 + 0.8 * uniform());
            let call = uniform() < 0.5;
            right.push(if call { Right::Call } else { Right::Put });
            let row = [
                spot,
                if call { strike } else { -strike },
                0.004 + 1.5 * uniform(),
                0.07 * uniform(),
                0.05 * uniform(),
                0.08 + 0.9 * uniform(),
            ];
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let numbers = columns
            .each_ref()
            .map(|column| column.iter().map(|&x| f64::from(x.abs())).collect());
        Options {
            columns,
            right,
            numbers,
        }
    }

    /// The first `n` options in double precision.
    fn first(&self, n: usize) -> InputsRef<'_> {
        InputsRef::from_columns(
            &self.right[..n],
            self.numbers.each_ref().map(|column| &column[..n]),
        )
    }

    /// Price and sensitivities in `f64`, or the price alone.
    fn on_cpu(&self, n: usize, outputs: usize, out: &mut [Vec<f64>; 6], status: &mut Vec<Status>) {
        status.resize(n, Status::Ok);
        for column in out.iter_mut().take(outputs) {
            column.resize(n, 0.0);
        }
        if outputs == 1 {
            european::prices(self.first(n), &mut out[0], status);
        } else {
            european::greeks_batch(self.first(n), GreeksMut::from_columns(out), status);
        }
    }
}

fn bench(gpu: &Gpu, words: &[String]) -> Result<(), String> {
    let facts = gpu.facts();
    let budget = Budget {
        bytes: if facts.software { 2 << 30 } else { 24 << 30 },
        origin: "the benchmark's own limit".to_owned(),
    };
    for trial in compute::trials().into_iter().chain(pricing::gpu::trials()) {
        let verdict = compute::try_one(gpu, &trial, LIMIT);
        println!("{:<26} {verdict}", trial.name);
    }
    let measured = compute::measure_gpu(gpu, &budget);
    let show = |value: Option<f64>| value.map_or("n/a".to_owned(), |value| format!("{value:.1}"));
    println!(
        "copy {} GB/s, upload {} GB/s, download {} GB/s, launch {} us, {} GFLOP/s {}",
        show(measured.copy_gb_per_s),
        show(measured.upload_gb_per_s),
        show(measured.download_gb_per_s),
        show(measured.launch_us),
        show(measured.gflop_per_s),
        measured.missing.join("; ")
    );
    let asked: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let says = |what: &str| words.iter().any(|word| word == what);
    let sizes: &[usize] = if !asked.is_empty() {
        &asked
    } else if facts.software {
        &[1_000, 10_000, 100_000, 1_000_000]
    } else {
        &[
            1_000, 10_000, 100_000, 1_000_000, 4_000_000, 16_000_000, 64_000_000,
        ]
    };
    let options = Options::new(*sizes.iter().max().unwrap_or(&0));
    for kernel in [&BLACK_SCHOLES_PRICE, &BLACK_SCHOLES_GREEKS] {
        let outputs = kernel
            .buffers
            .iter()
            .filter(|access| **access == Access::Write)
            .count();
        println!(
            "{:<22} {:>10} {:>10} {:>10} {:>8} {:>8} {:>12} {:>12} {:>12}",
            kernel.name,
            "options",
            "us/launch",
            "G opt/s",
            "GB/s",
            "% copy",
            "error/strike",
            "round ms",
            "cpu ms"
        );
        let mut crossover = None;
        for &n in sizes {
            let error = |error: compute::Error| format!("{} at {n}: {error}", kernel.name);
            let (seconds, worst) =
                resident(gpu, kernel, outputs, &options, n, &budget, says("each"))
                    .map_err(error)?;
            let gb = 4.0 * (6 + outputs) as f64 * n as f64 / 1e9;
            let (round, cpu) = if says("resident") {
                (f64::NAN, f64::NAN)
            } else {
                round_trip(gpu, kernel, outputs, &options, n, &budget).map_err(error)?
            };
            crossover = if round < cpu {
                crossover.or(Some(n))
            } else {
                None
            };
            println!(
                "{:<22} {:>10} {:>10.2} {:>10.2} {:>8.0} {:>8} {:>12.1e} {:>12.3} {:>12.3}",
                "",
                n,
                1e6 * seconds,
                n as f64 / seconds / 1e9,
                gb / seconds,
                measured
                    .copy_gb_per_s
                    .map_or("n/a".to_owned(), |copy| format!(
                        "{:.1}",
                        100.0 * gb / seconds / copy
                    )),
                worst,
                1e3 * round,
                1e3 * cpu,
            );
            gpu.trim();
        }
        match crossover {
            Some(n) => println!(
                "{:<22} wins over one thread, round trip included, from {n} options",
                ""
            ),
            None => println!("{:<22} never wins over one thread, round trip included", ""),
        }
    }
    Ok(())
}

/// Seconds of one launch with the data on the device, and the worst price error as a fraction of the strike.
fn resident(
    gpu: &Gpu,
    kernel: &Kernel,
    outputs: usize,
    options: &Options,
    n: usize,
    budget: &Budget,
    each: bool,
) -> Result<(f64, f64), compute::Error> {
    let mut buffers: Vec<Buffer> = Vec::new();
    for column in &options.columns {
        let buffer = gpu.buffer(kernel.name, n, budget)?;
        buffer.write(&column[..n])?;
        buffers.push(buffer);
    }
    for _ in 0..outputs {
        let buffer = gpu.buffer(kernel.name, n, budget)?;
        buffer.poison()?;
        buffers.push(buffer);
    }
    let invocations = n.div_ceil(4);
    let counts = gpu.buffer(kernel.name, 1, budget)?;
    counts.write(&[invocations as u32])?;
    buffers.push(counts);
    let refs: Vec<&Buffer> = buffers.iter().collect();
    let launches = (32_000_000 / n).clamp(4, 64);
    let launches = if gpu.facts().software { 1 } else { launches };
    let mut best = f64::INFINITY;
    let tasks: Vec<Task> = (0..launches)
        .map(|_| Task {
            kernel,
            buffers: &refs,
            invocations: invocations as u64,
        })
        .collect();
    // A card that has idled for a second works at a third of its speed until its clocks are up again.
    let begin = Instant::now();
    while !gpu.facts().software && begin.elapsed() < WARM_UP {
        gpu.run(&tasks, LIMIT)?;
    }
    for _ in 0..REPEATS {
        let timing = gpu.run(&tasks, LIMIT)?;
        let time = timing.gpu.unwrap_or(timing.wall);
        best = best.min(time.as_secs_f64() / launches as f64);
        if each {
            let us = |time: Duration| 1e6 * time.as_secs_f64() / launches as f64;
            let own = timing
                .gpu
                .map_or("n/a".to_owned(), |time| format!("{:.1}", us(time)));
            println!(
                "    {own} us by the device's clock, {:.1} by ours",
                us(timing.wall)
            );
        }
    }
    let checked = n.min(CHECKED);
    let mut found = vec![0.0_f32; n];
    buffers[6].read(&mut found, LIMIT)?;
    let (mut expected, mut status) = Default::default();
    let mut worst = 0.0_f64;
    // The first and the last rows: a grid that is too short shows at the end.
    options.on_cpu(n, 1, &mut expected, &mut status);
    for at in (0..checked).chain(n - checked..n) {
        let gap = (f64::from(found[at]) - expected[0][at]).abs() / options.numbers[1][at];
        worst = if gap.is_nan() {
            f64::NAN
        } else {
            worst.max(gap)
        };
        if gap.is_nan() {
            break;
        }
    }
    Ok((best, worst))
}

/// Seconds from main memory to main memory on the GPU, and those of one thread of the processor.
fn round_trip(
    gpu: &Gpu,
    kernel: &Kernel,
    outputs: usize,
    options: &Options,
    n: usize,
    budget: &Budget,
) -> Result<(f64, f64), compute::Error> {
    let mut answers: Vec<Vec<f32>> = vec![vec![0.0; n]; outputs];
    let (mut on_cpu, mut status) = Default::default();
    let (mut gpu_best, mut cpu_best) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..(4_000_000 / n).clamp(2, 9) {
        let begin = Instant::now();
        let mut columns: Vec<Column> = options
            .columns
            .iter()
            .map(|column| Column::Rows(&column[..n]))
            .collect();
        columns.extend(answers.iter_mut().map(|out| Column::Answers(out)));
        columns.push(Column::Groups);
        gpu.map_rows(kernel, &mut columns, n, budget, LIMIT)?;
        gpu_best = gpu_best.min(begin.elapsed().as_secs_f64());
        let begin = Instant::now();
        options.on_cpu(n, outputs, &mut on_cpu, &mut status);
        cpu_best = cpu_best.min(begin.elapsed().as_secs_f64());
    }
    Ok((gpu_best, cpu_best))
}
