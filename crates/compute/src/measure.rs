//! What a device does, measured: bandwidth, latency, arithmetic.
//!
//! ```text
//! copy GB/s = 2 bytes / seconds          read once, written once; the better of the driver's copy and of a kernel's
//! GFLOP/s   = 2 multiply-adds / seconds  f32, on numbers that stay in registers
//! ```
//! The best of several runs counts: others share the machine. Not for comparing a laptop on battery with itself on power.

use crate::proof::{Argument, Trial};
use crate::{Access, Budget, Buffer, Error, Gpu, Kernel, Task};
use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Four numbers an invocation, from one buffer to another.
const COPY: Kernel = Kernel {
    name: "copy",
    wgsl: include_str!("../kernels/copy.wgsl"),
    metal: "",
    cuda: include_str!("../kernels/copy.cu"),
    workgroup: 256,
    per_invocation: 4,
    buffers: &[Access::Read, Access::Write, Access::Read],
};

/// Multiply-adds in registers.
const FMA: Kernel = Kernel {
    name: "fma",
    wgsl: include_str!("../kernels/fma.wgsl"),
    metal: "",
    cuda: include_str!("../kernels/fma.cu"),
    workgroup: 256,
    per_invocation: 1,
    buffers: &[Access::Read, Access::Write, Access::Read],
};

const FMA_STEPS: u32 = 256;
const FMA_WIDE: u32 = 16;
const LIMIT: Duration = Duration::from_secs(20);
const REPEATS: usize = 5;
const WARM_UP: Duration = Duration::from_millis(300);

/// Figures of one device. What could not be measured is `None`, with the reason in `missing`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Copying within its memory: bytes read and written, 10^9 a second.
    pub copy_gb_per_s: Option<f64>,
    /// From our memory to its own, 10^9 bytes a second.
    pub upload_gb_per_s: Option<f64>,
    /// From its memory to ours, 10^9 bytes a second.
    pub download_gb_per_s: Option<f64>,
    /// The smallest launch, until its answer is known, in microseconds: the median.
    pub launch_us: Option<f64>,
    /// Multiply-adds in f32, two operations each, 10^9 a second.
    pub gflop_per_s: Option<f64>,
    /// Threads that were at work, on the processor.
    pub threads: Option<usize>,
    /// Why figures are missing.
    pub missing: Vec<String>,
}

/// Measures an open GPU once its clocks are up, in about a second and a half; less memory is used where the budget is small.
pub fn measure_gpu(gpu: &Gpu, budget: &Budget) -> Measured {
    let mut measured = Measured::default();
    let mut note = |what: &str, result: Result<f64, Error>| match result {
        Ok(value) => Some(value),
        Err(error) => {
            measured.missing.push(format!("{what}: {error}"));
            None
        }
    };
    let most = if gpu.facts().software {
        32 << 20
    } else {
        512 << 20
    };
    let bytes = (budget.bytes / 4)
        .min(gpu.facts().buffer_bytes_max)
        .min(most)
        / 1024
        * 1024;
    if let Err(error) = warm_up(gpu, budget) {
        note("warming up", Err(error));
    }
    let copy = note("copy", copy(gpu, bytes, budget));
    let transfers = transfers(gpu, bytes.min(256 << 20), budget);
    let (upload, download) = match transfers {
        Ok((up, down)) => (Some(up), Some(down)),
        Err(error) => (note("upload and download", Err(error)), None),
    };
    let launch = note("launch", launch_us(gpu, budget));
    let gflop = note("arithmetic", gflop(gpu, budget));
    measured.copy_gb_per_s = copy;
    measured.upload_gb_per_s = upload;
    measured.download_gb_per_s = download;
    measured.launch_us = launch;
    measured.gflop_per_s = gflop;
    measured
}

/// Keeps the device busy until its clocks are up: a card that has idled for a second works at a third of its speed.
fn warm_up(gpu: &Gpu, budget: &Budget) -> Result<(), Error> {
    if gpu.facts().software {
        return Ok(());
    }
    let begin = Instant::now();
    while begin.elapsed() < WARM_UP {
        gflop(gpu, budget)?;
    }
    Ok(())
}

fn best(mut once: impl FnMut() -> Result<Duration, Error>) -> Result<f64, Error> {
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        best = best.min(once()?.as_secs_f64());
    }
    Ok(best.max(1e-9))
}

fn copy(gpu: &Gpu, bytes: u64, budget: &Budget) -> Result<f64, Error> {
    let elements = bytes as usize / 4;
    let from = gpu.buffer("copy", elements, budget)?;
    let to = gpu.buffer("copy", elements, budget)?;
    let groups = (elements / 4) as u32;
    let counts = gpu.buffer("copy", 1, budget)?;
    counts.write(&[groups])?;
    from.poison()?;
    const TIMES: u32 = 8;
    let moved = 2.0 * bytes as f64 * f64::from(TIMES) / 1e9;
    let by_driver = best(|| {
        let timing = gpu.copy(&from, &to, TIMES, LIMIT)?;
        Ok(timing.gpu.unwrap_or(timing.wall))
    })?;
    let buffers = [&from, &to, &counts];
    let by_kernel = best(|| {
        let tasks: Vec<_> = (0..TIMES).map(|_| task(&COPY, &buffers, groups)).collect();
        let timing = gpu.run(&tasks, LIMIT)?;
        Ok(timing.gpu.unwrap_or(timing.wall))
    })?;
    Ok(moved / by_driver.min(by_kernel))
}

fn task<'a>(kernel: &'a Kernel, buffers: &'a [&'a Buffer], invocations: u32) -> Task<'a> {
    Task {
        kernel,
        buffers,
        invocations: u64::from(invocations),
    }
}

fn transfers(gpu: &Gpu, bytes: u64, budget: &Budget) -> Result<(f64, f64), Error> {
    let buffer = gpu.buffer("transfer", bytes as usize / 4, budget)?;
    let mut values = vec![1.0_f32; bytes as usize / 4];
    let gb = bytes as f64 / 1e9;
    let up = best(|| {
        let begin = Instant::now();
        buffer.write(&values)?;
        // Where writes are only queued, one word read back waits for them.
        buffer.read(&mut [0.0_f32; 2], LIMIT)?;
        Ok(begin.elapsed())
    })?;
    let down = best(|| {
        let begin = Instant::now();
        buffer.read(&mut values, LIMIT)?;
        Ok(begin.elapsed())
    })?;
    Ok((gb / up, gb / down))
}

fn launch_us(gpu: &Gpu, budget: &Budget) -> Result<f64, Error> {
    let from = gpu.buffer("launch", 4, budget)?;
    let to = gpu.buffer("launch", 4, budget)?;
    let counts = gpu.buffer("launch", 1, budget)?;
    from.write(&[0.0_f32; 4])?;
    counts.write(&[1_u32])?;
    let buffers = [&from, &to, &counts];
    let mut times = Vec::new();
    for _ in 0..101 {
        let begin = Instant::now();
        gpu.run(&[task(&COPY, &buffers, 1)], LIMIT)?;
        times.push(begin.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(1e6 * times[times.len() / 2])
}

fn gflop(gpu: &Gpu, budget: &Budget) -> Result<f64, Error> {
    let invocations: u32 = if gpu.facts().software {
        1 << 14
    } else {
        1 << 22
    };
    let from = gpu.buffer("arithmetic", invocations as usize, budget)?;
    let to = gpu.buffer("arithmetic", invocations as usize, budget)?;
    let counts = gpu.buffer("arithmetic", 1, budget)?;
    from.write(&vec![1.0_f32; invocations as usize])?;
    counts.write(&[invocations])?;
    let buffers = [&from, &to, &counts];
    let seconds = best(|| {
        let timing = gpu.run(&[task(&FMA, &buffers, invocations)], LIMIT)?;
        Ok(timing.gpu.unwrap_or(timing.wall))
    })?;
    let flop = 2.0 * f64::from(FMA_STEPS * FMA_WIDE) * f64::from(invocations);
    Ok(flop / seconds / 1e9)
}

/// Small problems for every kernel of this crate.
pub fn trials() -> Vec<Trial> {
    let n = 1000_u32;
    let values: Vec<f32> = (0..n).map(|i| (i as f32).mul_add(0.37, -50.0)).collect();
    let same = values.iter().map(|&x| f64::from(x)).collect();
    let sums = values
        .iter()
        .map(|&x| {
            (0..FMA_WIDE)
                .map(|lane| {
                    let start = f64::from(x) + f64::from(lane);
                    (0..FMA_STEPS).fold(start, |v, _| v.mul_add(0.999_023_437_5, 0.5))
                })
                .sum()
        })
        .collect();
    let trial = |kernel: Kernel, expected, relative, invocations| Trial {
        name: kernel.name.to_owned(),
        kernel,
        arguments: vec![
            Argument::Floats(values.clone()),
            Argument::Answers {
                expected,
                absolute: 0.0,
                relative,
            },
            Argument::Words(vec![invocations]),
        ],
        invocations: u64::from(invocations),
    };
    let mut trials = vec![
        trial(COPY, same, 1e-7, n / 4),
        // Sixteen sums of about 100, 256 roundings each.
        trial(FMA, sums, 2e-5, n),
    ];
    trials.extend(crate::generic::trials());
    trials
}

/// Measures the processor with so many threads, in a few tenths of a second, within the budget.
pub fn measure_cpu(threads: usize, budget: &Budget) -> Measured {
    let threads = threads.max(1);
    let mut measured = Measured {
        threads: Some(threads),
        ..Measured::default()
    };
    // Far beyond the caches, where the budget allows.
    let each =
        ((256_u64 << 20) / threads as u64).min(budget.bytes / (2 * threads as u64)) as usize / 8;
    if each == 0 {
        measured
            .missing
            .push("copy: no memory in the budget".to_owned());
    } else {
        let seconds = at_once(threads, || {
            let from = vec![1.0_f64; each / 2];
            let mut to = vec![2.0_f64; each / 2];
            move || {
                to.copy_from_slice(black_box(&from));
                black_box(&mut to);
            }
        });
        measured.copy_gb_per_s = Some(2.0 * 8.0 * (each / 2 * threads) as f64 / seconds / 1e9);
    }
    let level = Level::new();
    const STEPS: u32 = 1 << 20;
    let lanes = dispatch!(level, simd => lanes(simd));
    let seconds = at_once(threads, || {
        move || {
            black_box(dispatch!(level, simd => multiply_add(simd, black_box(STEPS))));
        }
    });
    let flop = 2.0 * f64::from(STEPS) * (CHAINS * lanes * threads) as f64;
    measured.gflop_per_s = Some(flop / seconds / 1e9);
    measured
}

/// Best time of several in which every thread does the work once, side by side.
fn at_once<W: FnMut()>(threads: usize, make: impl Fn() -> W + Sync) -> f64 {
    let barrier = std::sync::Barrier::new(threads);
    let times = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut work = make();
                    (0..REPEATS)
                        .map(|_| {
                            barrier.wait();
                            let begin = Instant::now();
                            work();
                            begin.elapsed().as_secs_f64()
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .collect::<Vec<_>>()
    });
    (0..REPEATS)
        .map(|round| times.iter().map(|of| of[round]).fold(0.0, f64::max))
        .fold(f64::INFINITY, f64::min)
        .max(1e-9)
}

/// Independent chains: enough to hide the latency of a multiply-add on every processor of today.
const CHAINS: usize = 12;

#[inline(always)]
fn lanes<S: Simd>(simd: S) -> usize {
    S::f32s::splat(simd, 0.0).as_slice().len()
}

#[inline(always)]
fn multiply_add<S: Simd>(simd: S, steps: u32) -> f32 {
    let k = S::f32s::splat(simd, 0.999);
    let m = S::f32s::splat(simd, 0.5);
    let mut chains = [m; CHAINS];
    for (at, chain) in chains.iter_mut().enumerate() {
        *chain = S::f32s::splat(simd, at as f32);
    }
    for _ in 0..steps {
        for chain in &mut chains {
            *chain = chain.mul_add(k, m);
        }
    }
    let mut sum = chains[0];
    for chain in &chains[1..] {
        sum += *chain;
    }
    sum.as_slice().iter().sum()
}

/// The smallest of `sizes` (rising) from which on the first way is faster than the second every time: `None` if it never is. Each
/// way is timed `repeats` times in turn and its best counts, transfers included if the caller's work includes them.
pub fn crossover(
    sizes: &[usize],
    repeats: usize,
    mut first: impl FnMut(usize) -> Result<(), Error>,
    mut second: impl FnMut(usize),
) -> Result<Option<usize>, Error> {
    let mut from = None;
    for &size in sizes {
        let (mut one, mut two) = (Duration::MAX, Duration::MAX);
        for _ in 0..repeats.max(1) {
            let begin = Instant::now();
            first(size)?;
            one = one.min(begin.elapsed());
            let begin = Instant::now();
            second(size);
            two = two.min(begin.elapsed());
        }
        from = if one < two { from.or(Some(size)) } else { None };
    }
    Ok(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_has_figures() {
        let budget = Budget {
            bytes: 32 << 20,
            origin: "a test".to_owned(),
        };
        let measured = measure_cpu(1, &budget);
        assert!(measured.copy_gb_per_s.expect("copy") > 0.05, "{measured:?}");
        assert!(
            measured.gflop_per_s.expect("arithmetic") > 0.1,
            "{measured:?}"
        );
        let none = Budget { bytes: 0, ..budget };
        assert_eq!(measure_cpu(1, &none).copy_gb_per_s, None);
    }

    #[test]
    fn the_crossover_is_where_the_first_way_begins_to_win() {
        let wait = |us: usize| std::thread::sleep(Duration::from_micros(us as u64));
        let found = crossover(
            &[100, 1_000, 10_000, 20_000],
            2,
            |_| {
                wait(4_000);
                Ok(())
            },
            wait,
        );
        assert_eq!(found.expect("no error"), Some(10_000));
        let slow = |_| {
            wait(5_000);
            Ok(())
        };
        let never = crossover(&[1, 2], 1, slow, |_| {});
        assert_eq!(never.expect("no error"), None);
    }
}
