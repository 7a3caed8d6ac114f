//! The house net on a GPU, in `f32` and in bf16: `cargo bench -p nn --features gpu --bench gpu -- [BACKEND] [ROWS ...]`, BACKEND `cuda`, `vulkan` or `metal`.
//!
//! Resident: launches on rows that lie on the device, one batch behind the other by its own clock, and one alone with the wait for
//! it. Round trip: rows are copied into the slot, go up, are judged, and the answers come down; with two slots one batch is filled
//! while the other is judged. Beside it one thread of the processor. Every kernel is proven first, and answers of the timed slot
//! are compared with the `f64` reference. Medians. PyTorch in the same run: `peers/torch_gpu.py`.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock.

use std::hint::black_box;
use std::time::{Duration, Instant};

use compute::{Backend, Budget, Gpu};
use nn::gpu::{GpuNet, Slot, trials};
use nn::{Config, Net, Precision, Weights};

const SIZES: [usize; 7] = [1, 8, 64, 256, 1_024, 4_096, 65_536];

fn main() {
    // Cargo adds a flag of its own.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let backend = words.first().map_or("vulkan", String::as_str);
    let Some(backend) = Backend::ALL.into_iter().find(|one| one.word() == backend) else {
        eprintln!("no backend `{backend}`: cuda, vulkan or metal");
        std::process::exit(2);
    };
    let sizes: Vec<usize> = words
        .iter()
        .skip(1)
        .map(|word| word.parse().expect("a number of rows"))
        .collect();
    let sizes = if sizes.is_empty() { &SIZES[..] } else { &sizes };
    let gpu = match Gpu::open(backend, 0) {
        Ok(gpu) => gpu,
        Err(error) => {
            println!("n/a ({error})");
            return;
        }
    };
    for trial in trials() {
        let verdict = compute::try_one(&gpu, &trial, Duration::from_secs(60));
        assert!(verdict.is_proven(), "{}: {verdict}", trial.name);
    }
    let budget = Budget {
        bytes: 4 << 30,
        origin: "this benchmark".to_owned(),
    };
    let weights = Weights::seeded(Config::default(), 7).expect("a net");
    let nets = [Precision::F32, Precision::Bf16].map(|precision| {
        GpuNet::with(&gpu, &weights, precision, &budget).expect("room for the net")
    });
    println!(
        "{} {}; every kernel proven",
        gpu.facts().backend,
        gpu.facts().name
    );
    println!(
        "| rows | numbers | resident, each | GFLOP/s | one alone, waited for | round trip | rows a second, two slots | processor, one thread | error / bound |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for &rows in sizes {
        for net in &nets {
            row(net, &weights, rows);
        }
    }
}

fn row(net: &GpuNet, weights: &Weights, rows: usize) {
    let config = weights.config();
    let inputs: Vec<f32> = (0..(rows * config.inputs) as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0)
        .collect();
    let mut slots = [net.slot(rows).expect("room"), net.slot(rows).expect("room")];
    let busy = Instant::now();
    let mut rounds = 0_usize;
    while busy.elapsed() < Duration::from_millis(400) {
        trip(&mut slots[0], &inputs, rows);
        rounds += 1;
    }
    let repeats = (rounds / 2).clamp(5, 2_000);
    let round_trip = median(repeats, || trip(&mut slots[0], &inputs, rows));
    let error = error(&mut slots[0], net, weights, &inputs, rows);
    let launches = (1 << 20) / rows.max(1_024);
    let resident = median(9, || {
        let timing = slots[0].repeat(rows, launches).expect("run");
        timing.gpu.unwrap_or(timing.wall) / launches as u32
    });
    let alone = median(repeats, || slots[0].repeat(rows, 1).expect("run").wall);

    // One is filled while the other is judged.
    let turns = repeats.max(8);
    let begin = Instant::now();
    for turn in 0..turns {
        let slot = &mut slots[turn % 2];
        if turn >= 2 {
            black_box(slot.wait().expect("judged").value(rows - 1));
        }
        slot.inputs()[..inputs.len()].copy_from_slice(&inputs);
        slot.submit(rows).expect("begun");
    }
    for slot in &mut slots {
        slot.wait().expect("judged");
    }
    let a_second = (turns * rows) as f64 / begin.elapsed().as_secs_f64();

    let mut cpu = Net::with(weights, net.precision());
    let (mut values, mut policies) = (vec![0.0; rows], vec![0.0; rows * config.policies]);
    let on_cpu = median((200_000 / rows).clamp(3, 200), || {
        let begin = Instant::now();
        cpu.forward(&inputs, &mut values, &mut policies)
            .expect("judged");
        begin.elapsed()
    });
    let us = |time: Duration| format!("{:.1} us", 1e6 * time.as_secs_f64());
    println!(
        "| {rows} | {} | {} | {:.0} | {} | {} | {:.3} M | {} | {error:.2} |",
        net.precision(),
        us(resident),
        2.0 * (config.products() * rows) as f64 / resident.as_secs_f64() / 1e9,
        us(alone),
        us(round_trip),
        a_second / 1e6,
        us(on_cpu),
    );
}

fn trip(slot: &mut Slot, inputs: &[f32], rows: usize) -> Duration {
    let begin = Instant::now();
    slot.inputs()[..inputs.len()].copy_from_slice(inputs);
    slot.submit(rows).expect("begun");
    black_box(slot.wait().expect("judged").value(rows - 1));
    begin.elapsed()
}

/// The largest error of some rows as a share of what rounding may do.
fn error(slot: &mut Slot, net: &GpuNet, weights: &Weights, inputs: &[f32], rows: usize) -> f64 {
    trip(slot, inputs, rows);
    slot.submit(rows).expect("begun");
    let answers = slot.wait().expect("judged");
    let width = weights.config().inputs;
    let mut worst = 0.0_f64;
    for row in (0..rows).step_by((rows / 16).max(1)) {
        let known = weights
            .reference_in(&inputs[row * width..][..width], net.precision())
            .expect("a row");
        let value = answers.value(row);
        for (found, known) in std::iter::once(&value)
            .chain(answers.policy(row))
            .zip(&known)
        {
            worst = worst.max((f64::from(*found) - known.exact).abs() / known.bound);
        }
    }
    assert!(worst <= 1.0, "{rows} rows: {worst} of the bound");
    worst
}

fn median(count: usize, mut one: impl FnMut() -> Duration) -> Duration {
    let mut all: Vec<Duration> = (0..count).map(|_| one()).collect();
    all.sort_unstable();
    all[count / 2]
}
