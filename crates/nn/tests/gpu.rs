//! Nets on a real adapter, software Vulkan in CI, against the `f64` reference and the net on the processor.
//!
//! Without an adapter these tests say that they skip; with `JARVIS2_GPU_TESTS=1` a missing adapter is a failure.

use compute::{Backend, Budget, Gpu, try_one};
use nn::gpu::GpuNet;
use nn::{Config, Error, Net, Precision, Weights};
use std::time::Duration;

fn gpu() -> Option<Gpu> {
    let mut reasons = Vec::new();
    for backend in [Backend::Vulkan, Backend::Metal, Backend::Cuda] {
        match Gpu::open(backend, 0) {
            Ok(gpu) => return Some(gpu),
            Err(error) => reasons.push(error.to_string()),
        }
    }
    let reasons = reasons.join("; ");
    assert!(
        std::env::var_os("JARVIS2_GPU_TESTS").is_none(),
        "JARVIS2_GPU_TESTS asks for a GPU, but: {reasons}"
    );
    eprintln!("skipped: no GPU, not even in software: {reasons}");
    None
}

fn budget() -> Budget {
    Budget {
        bytes: 512 << 20,
        origin: "a test".to_owned(),
    }
}

/// Numbers between -1 and 1, by place.
fn inputs(count: usize) -> Vec<f32> {
    (0..count as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0)
        .collect()
}

#[test]
fn gpu_products_prove_themselves() {
    let Some(gpu) = gpu() else { return };
    for trial in nn::gpu::trials() {
        let verdict = try_one(&gpu, &trial, Duration::from_secs(60));
        println!("{}: {verdict}", trial.name);
        assert!(verdict.is_proven(), "{}: {verdict}", trial.name);
    }
}

/// Small tiles, wide tiles, inputs and outputs that fill no vector, no policy, no hidden layer.
#[test]
fn gpu_nets_answer_within_the_bound_of_the_reference() {
    let Some(gpu) = gpu() else { return };
    let config = |inputs, hidden: &[usize], policies| Config {
        inputs,
        hidden: hidden.to_vec(),
        policies,
    };
    for (config, rows) in [
        (Config::default(), 70),
        (config(5, &[7], 3), 33),
        (config(9, &[], 0), 1),
        (config(130, &[200, 70], 6), 6_200),
    ] {
        let weights = Weights::seeded(config.clone(), 5).expect("a net");
        let inputs = inputs(rows * config.inputs);
        for precision in [Precision::F32, Precision::Bf16] {
            let net = GpuNet::with(&gpu, &weights, precision, &budget()).expect("room");
            let (mut values, mut policies) = (vec![0.0; rows], vec![0.0; rows * config.policies]);
            net.forward(&inputs, &mut values, &mut policies)
                .expect("judged");
            for row in (0..rows).step_by((rows / 40).max(1)) {
                let known = weights
                    .reference_in(&inputs[row * config.inputs..][..config.inputs], precision)
                    .expect("a row");
                let found = std::iter::once(&values[row])
                    .chain(&policies[row * config.policies..][..config.policies]);
                for (place, (found, known)) in found.zip(&known).enumerate() {
                    let off = (f64::from(*found) - known.exact).abs();
                    assert!(
                        off <= known.bound,
                        "{} in {precision}: row {row}, output {place}: {found} instead of {}",
                        config.architecture(),
                        known.exact
                    );
                }
            }
        }
    }
}

/// The net in bf16 is the processor's: the same roundings, sums in another order. Where a sum lies on the border of two bf16 numbers
/// it may go either way, so some answers differ by the next layer's rounding; most agree as sums in `f32` do. Without rounding few do.
#[test]
fn gpu_nets_in_bf16_are_those_of_the_processor() {
    let Some(gpu) = gpu() else { return };
    let config = Config::default();
    let weights = Weights::seeded(config.clone(), 8).expect("a net");
    for rows in [40, 1_024] {
        let inputs = inputs(rows * config.inputs);
        let answers = |judge: &mut dyn FnMut(&mut [f32], &mut [f32])| {
            let (mut values, mut policies) = (vec![0.0; rows], vec![0.0; rows * config.policies]);
            judge(&mut values, &mut policies);
            values.extend(policies);
            values
        };
        let net = GpuNet::with(&gpu, &weights, Precision::Bf16, &budget()).expect("room");
        assert_eq!(net.precision(), Precision::Bf16);
        let found = answers(&mut |v, p| net.forward(&inputs, v, p).expect("judged"));
        let on_processor = |precision| {
            let mut net = Net::with(&weights, precision);
            answers(&mut |v, p| net.forward(&inputs, v, p).expect("judged"))
        };
        let agree = |other: &[f32]| {
            let near = found
                .iter()
                .zip(other)
                .filter(|(a, b)| (*a - *b).abs() < 1e-5);
            near.count() as f64 / found.len() as f64
        };
        let twin = agree(&on_processor(Precision::Bf16));
        let exact = agree(&on_processor(Precision::F32));
        println!(
            "{rows} rows: {twin:.3} of the answers agree with bf16 on the processor, {exact:.3} with f32"
        );
        assert!(twin > 0.8 && exact < 0.1, "{twin} {exact}");
    }
}

/// Rows do not depend on their company: two batches in flight, of many sizes, give what one batch gives.
#[test]
fn gpu_two_batches_in_flight_keep_apart() {
    let Some(gpu) = gpu() else { return };
    let config = Config {
        inputs: 12,
        hidden: vec![40],
        policies: 5,
    };
    let weights = Weights::seeded(config.clone(), 6).expect("a net");
    let net = GpuNet::new(&gpu, &weights, &budget()).expect("room");
    let rows = inputs(300 * 12);
    let (mut values, mut policies) = (vec![0.0; 300], vec![0.0; 1500]);
    net.forward(&rows, &mut values, &mut policies)
        .expect("judged");
    let mut slots = [net.slot(100).expect("room"), net.slot(100).expect("room")];
    let sizes = [100, 1, 31, 32, 33, 100];
    let mut begun = 0;
    let mut ended = 0;
    let mut begins = Vec::new();
    for (at, size) in sizes.into_iter().enumerate() {
        let slot = &mut slots[at % 2];
        for row in 0..size {
            slot.row(row)
                .copy_from_slice(&rows[(begun + row) % 300 * 12..][..12]);
        }
        slot.submit(size).expect("begun");
        begins.push((begun, size));
        begun += size;
        if at > 0 {
            let answers = slots[(at - 1) % 2].wait().expect("judged");
            let (first, size) = begins[at - 1];
            assert_eq!(answers.rows(), size);
            for row in 0..size {
                let from = (first + row) % 300;
                assert_eq!(answers.value(row), values[from]);
                assert_eq!(answers.policy(row), &policies[from * 5..][..5]);
            }
            ended += 1;
        }
    }
    assert_eq!(ended, sizes.len() - 1);
}

#[test]
fn gpu_what_is_no_batch_is_refused_as_on_the_processor() {
    let Some(gpu) = gpu() else { return };
    let config = Config {
        inputs: 4,
        hidden: vec![8],
        policies: 2,
    };
    let weights = Weights::seeded(config, 7).expect("a net");
    let net = GpuNet::new(&gpu, &weights, &budget()).expect("room");
    let rounding = GpuNet::with(&gpu, &weights, Precision::Bf16, &budget()).expect("room");
    let mut cpu = Net::new(&weights);
    let huge = [f32::MAX; 8];
    let bad = [0.0, 0.0, 0.0, 0.0, 0.0, f32::NAN, 0.0, 0.0];
    for row in [&[0.0; 7][..], &bad, &huge] {
        let (mut values, mut policies) = ([0.0; 2], [0.0; 4]);
        let found = net.forward(row, &mut values, &mut policies);
        assert!(values.iter().chain(&policies).all(|x| x.is_nan()));
        let expected = cpu.forward(row, &mut values, &mut policies);
        let rounded = rounding.forward(row, &mut values, &mut policies);
        let texts =
            [found, expected, rounded].map(|result| result.expect_err("refused").to_string());
        assert_eq!(texts[0], texts[1]);
        assert_eq!(texts[2], texts[1]);
    }
    net.forward(&[], &mut [], &mut []).expect("nothing to do");
    gpu.destroy();
    let lost = net.forward(&[0.0; 4], &mut [0.0], &mut [0.0; 2]);
    assert!(
        matches!(lost, Err(Error::Device(compute::Error::Lost { .. }))),
        "{lost:?}"
    );
}
