//! The fast net against the reference, at every level of this machine, and against itself in other batches.

use fearless_simd::{Level, dispatch};
use proptest::prelude::*;

use crate::kernel::{Rows, Used};
use crate::net::Way;
use crate::weights::Answer;
use crate::{Config, Error, Linear, Net, Precision, Weights, bf16};

/// Every way to compute a net in bf16 that this machine can run.
fn bf16_ways() -> Vec<Way> {
    let levels = levels();
    let mut ways: Vec<Way> = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        use crate::bf16::pairs::Engine;
        let engines = Engine::all().into_iter().chain(Engine::model());
        ways.extend(engines.map(|engine| Way::Pairs(levels[0], engine)));
    }
    ways.extend(levels.into_iter().map(Way::Rounded));
    ways
}

/// Every way in `f32` and in bf16.
fn ways() -> Vec<Way> {
    let single = levels().into_iter().map(Way::Single);
    single.chain(bf16_ways()).collect()
}

/// Every level that this machine can run, the widest first.
fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    let narrower = [
        best.as_avx2().map(Level::Avx2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_sse2().map(Level::Sse2),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let narrower = [None];
    std::iter::once(best)
        .chain(narrower.into_iter().flatten())
        .collect()
}

fn config(inputs: usize, hidden: &[usize], policies: usize) -> Config {
    Config {
        inputs,
        hidden: hidden.to_vec(),
        policies,
    }
}

/// Random weights with biases that are not zero, and rows of which some numbers are exactly zero.
fn sample(config: Config, seed: u64, rows: usize) -> (Weights, Vec<f32>) {
    let seeded = Weights::seeded(config.clone(), seed).unwrap();
    let noise = Weights::seeded(self::config(997, &[], 0), seed ^ 1).unwrap();
    let noise = noise.layers()[0].weight.iter().map(|x| x * 997f32.sqrt());
    let mut noise = noise.cycle();
    let mut layers: Vec<Linear> = seeded.layers().to_vec();
    for layer in &mut layers {
        layer.bias.fill_with(|| noise.next().unwrap());
    }
    let inputs = rows * config.inputs;
    let inputs = noise.take(inputs).map(|x| if x < -0.8 { 0.0 } else { x });
    let inputs = inputs.collect();
    (Weights::new(config, layers).unwrap(), inputs)
}

/// Values and policies.
type Outputs = (Vec<f32>, Vec<f32>);

/// One batch; the room is poisoned before.
fn run(net: &mut Net, inputs: &[f32], rows: usize) -> Outputs {
    let mut values = vec![f32::NAN; rows];
    let mut policies = vec![f32::NAN; rows * net.config().policies];
    net.forward(inputs, &mut values, &mut policies).unwrap();
    (values, policies)
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

/// Every output within its bound, at every level; the widest level's answers.
fn check(config: Config, seed: u64, rows: usize) -> Outputs {
    let (weights, inputs) = sample(config, seed, rows);
    check_rows(&weights, &inputs, rows)
}

/// The same for rows of choice.
fn check_rows(weights: &Weights, inputs: &[f32], rows: usize) -> Outputs {
    let config = weights.config();
    let mut first: Option<(&str, Outputs)> = None;
    for level in levels() {
        let mut net = Net::by(weights, Way::Single(level));
        let (values, policies) = run(&mut net, inputs, rows);
        for row in 0..rows {
            let exact = weights
                .reference(&inputs[row * config.inputs..][..config.inputs])
                .unwrap();
            let ours = std::iter::once(&values[row]).chain(&policies[row * config.policies..]);
            assert_eq!(exact.len(), 1 + config.policies);
            for (i, (exact, &ours)) in exact.iter().zip(ours).enumerate() {
                let gap = (f64::from(ours) - exact.exact).abs();
                assert!(
                    gap <= exact.bound,
                    "{level:?} row {row} output {i}: {ours} for {exact:?}"
                );
            }
        }
        match &first {
            None => first = Some((net.instructions(), (values, policies))),
            // Levels that round once per step agree to the last bit.
            Some((name, wide)) if *name == "AVX-512" && net.instructions() == "AVX2" => {
                assert_eq!(bits(&wide.0), bits(&values));
                assert_eq!(bits(&wide.1), bits(&policies));
            }
            Some(_) => {}
        }
    }
    first.unwrap().1
}

#[test]
fn the_house_net_is_its_reference_and_far_better_than_the_bound() {
    let (weights, inputs) = sample(Config::default(), 3, 9);
    let (values, policies) = check(Config::default(), 3, 9);
    let mut worst: f64 = 0.0;
    let mut largest: f64 = 0.0;
    for row in 0..9 {
        let exact = weights.reference(&inputs[row * 768..][..768]).unwrap();
        let ours = std::iter::once(&values[row]).chain(&policies[row * 64..]);
        for (exact, &ours) in exact.iter().zip(ours) {
            worst = worst.max((f64::from(ours) - exact.exact).abs());
            largest = largest.max(exact.exact.abs());
        }
    }
    assert!(largest > 0.5, "nothing was computed");
    assert!(worst < 2e-6 * largest, "{worst:e} of {largest}");
}

/// A library's product in plain sums, with the interface of Accelerate's.
fn plain_product(inputs: usize, x: &[f32], w: &[f32], out: &mut [f32]) {
    let columns = w.len() / inputs;
    for (x, out) in x.chunks(inputs).zip(out.chunks_mut(columns)) {
        for (w, out) in w.chunks(inputs).zip(out) {
            *out = w.iter().zip(x).map(|(w, x)| w * x).sum();
        }
    }
}

/// What stands around Accelerate's product, in batches below its first, of several blocks, and with a rest.
#[test]
fn large_batches_through_a_product_are_the_reference() {
    for (hidden, policies) in [(&[40, 30][..], 6), (&[], 0), (&[17], 1)] {
        let config = config(50, hidden, policies);
        let (weights, inputs) = sample(config, 5, 230);
        let mut net = Net::with_product(&weights, plain_product);
        for rows in [63, 64, 230] {
            let (values, logits) = run(&mut net, &inputs[..rows * 50], rows);
            for row in 0..rows {
                let exact = weights.reference(&inputs[row * 50..][..50]).unwrap();
                let ours = std::iter::once(&values[row]).chain(&logits[row * policies..]);
                for (exact, &ours) in exact.iter().zip(ours) {
                    let gap = (f64::from(ours) - exact.exact).abs();
                    assert!(
                        gap <= exact.bound,
                        "{rows} rows, row {row}: {ours} for {exact:?}"
                    );
                }
            }
        }
    }
    if cfg!(not(target_os = "macos")) {
        let weights = Weights::seeded(config(2, &[], 0), 1).unwrap();
        let said = Net::with_accelerate(&weights).unwrap_err().to_string();
        assert!(
            said.contains("macOS") && said.contains("Net::new"),
            "{said}"
        );
    }
}

/// The net for one row in `f64`, with bf16's roundings where a net in bf16 has them. The bound covers sums in `f32`, and beyond
/// the first layer also that a number close to the border between two of bf16 may have gone the other way.
fn rounded_reference(weights: &Weights, row: &[f32]) -> Vec<Answer> {
    let exact = |&x: &f32| Answer {
        exact: f64::from(bf16::rounded(x)),
        bound: 0.0,
    };
    let mut x: Vec<Answer> = row.iter().map(exact).collect();
    let (trunk, heads) = weights.layers().split_at(weights.config().hidden.len());
    let layer = |layer: &Linear, x: &[Answer]| -> Vec<Answer> {
        let mut out = Vec::new();
        for (w, &bias) in layer.weight.chunks(layer.inputs).zip(&layer.bias) {
            let bias = f64::from(bias);
            let (mut exact, mut size, mut carried) = (bias, bias.abs(), 0.0);
            for (&w, x) in w.iter().zip(x) {
                let w = f64::from(bf16::rounded(w));
                exact += w * x.exact;
                carried += w.abs() * x.bound;
                size += w.abs() * (x.exact.abs() + x.bound);
            }
            let growth = 2.0 * (layer.inputs as f64 + 1.0) * f64::powi(2.0, -24);
            let bound = 1.01 * growth * size + carried + 1e-37;
            out.push(Answer { exact, bound });
        }
        out
    };
    for linear in trunk {
        for (to, a) in layer(linear, &x).into_iter().enumerate() {
            let round = |x: f64| f64::from(bf16::rounded(x.max(0.0) as f32));
            let exact = round(a.exact);
            let gap = (round(a.exact + a.bound) - exact).max(exact - round(a.exact - a.bound));
            let answer = Answer { exact, bound: gap };
            if to == 0 {
                x = vec![answer];
            } else {
                x.push(answer);
            }
        }
    }
    heads.iter().flat_map(|head| layer(head, &x)).collect()
}

/// Every output within both bounds, in every way that computes in bf16; the largest error against `f64` of the first way, and
/// the largest output.
fn check_bf16(config: Config, seed: u64, rows: usize) -> (f64, f64) {
    let (weights, inputs) = sample(config.clone(), seed, rows);
    let nets: Vec<Net> = bf16_ways()
        .into_iter()
        .map(|way| Net::by(&weights, way))
        .collect();
    let mut outputs = Vec::new();
    for mut net in nets {
        outputs.push((net.instructions(), run(&mut net, &inputs, rows)));
    }
    let (mut worst, mut largest) = (0.0f64, 0.0f64);
    for row in 0..rows {
        let x = &inputs[row * config.inputs..][..config.inputs];
        let exact = weights.reference_in(x, Precision::Bf16).unwrap();
        let rounded = rounded_reference(&weights, x);
        for (way, (name, (values, policies))) in outputs.iter().enumerate() {
            let ours = std::iter::once(&values[row]).chain(&policies[row * config.policies..]);
            for (i, (&ours, (exact, rounded))) in ours.zip(exact.iter().zip(&rounded)).enumerate() {
                for answer in [exact, rounded] {
                    let gap = (f64::from(ours) - answer.exact).abs();
                    assert!(
                        gap <= answer.bound,
                        "{name} row {row} output {i}: {ours} for {answer:?}"
                    );
                }
                if way == 0 {
                    worst = worst.max((f64::from(ours) - exact.exact).abs());
                    largest = largest.max(exact.exact.abs());
                }
            }
        }
    }
    (worst, largest)
}

#[test]
fn the_house_net_in_bf16_is_off_by_what_we_say() {
    let (worst, largest) = check_bf16(Config::default(), 3, 37);
    assert!(largest > 0.5, "nothing was computed");
    assert!(worst < 2e-2 * largest, "{worst:e} of {largest}");
    assert!(
        worst > 1e-4 * largest,
        "{worst:e} of {largest}: was anything rounded?"
    );
}

#[test]
fn bf16_rounds_to_the_nearest_and_ties_to_even() {
    // From the definition: the upper half of an f32; values by hand.
    let cases = [
        (1.0, 1.0),
        (1.0 + 1.0 / 256.0, 1.0),
        (1.0 + 3.0 / 256.0, 1.0 + 4.0 / 256.0),
        (1.0 + 1.001 / 256.0, 1.0 + 2.0 / 256.0),
        (-1.0 - 1.001 / 256.0, -1.0 - 2.0 / 256.0),
        (0.0, 0.0),
        (f32::MAX, f32::INFINITY),
        (f32::NEG_INFINITY, f32::NEG_INFINITY),
    ];
    for (x, wanted) in cases {
        let found = bf16::rounded(x);
        assert_eq!(
            found.to_bits(),
            wanted.to_bits(),
            "{x}: {found}, not {wanted}"
        );
    }
    assert!(
        bf16::rounded(f32::NAN).is_nan() && bf16::rounded(f32::from_bits(0x7f80_0001)).is_nan()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Sizes that fill no vector, panels of every width, tiles of every height.
    #[test]
    fn any_net_is_its_reference(
        inputs in 1usize..70, hidden in prop::collection::vec(1usize..150, 0..3), policies in 0usize..70,
        rows in 1usize..14, seed: u64,
    ) {
        check(config(inputs, &hidden, policies), seed, rows);
    }

    /// Ranges of zeros: in all rows, so that blocks are left out, or in some.
    #[test]
    fn zeros_change_no_bit(
        inputs in 1usize..200, hidden in prop::collection::vec(1usize..150, 0..3), policies in 0usize..70,
        rows in 1usize..120, seed: u64, zeros in prop::collection::vec((0usize..200, 1usize..100, 1usize..3), 0..6),
    ) {
        let (weights, mut x) = sample(config(inputs, &hidden, policies), seed, rows);
        for (start, length, every) in zeros {
            let range = start.min(inputs)..(start + length).min(inputs);
            for row in x.chunks_mut(inputs).step_by(every) {
                row[range.clone()].fill(if start % 2 == 0 { 0.0 } else { -0.0 });
            }
        }
        check_zeros(&weights, &x, rows);
        check_rows(&weights, &x, rows);
    }

    /// The same in bf16: odd numbers of inputs, groups half full, tiles half empty.
    #[test]
    fn any_net_in_bf16_is_its_reference(
        inputs in 1usize..100, hidden in prop::collection::vec(1usize..150, 0..3), policies in 0usize..70,
        rows in 1usize..50, seed: u64,
    ) {
        check_bf16(config(inputs, &hidden, policies), seed, rows);
    }

    /// Zeros skipped, tiles and blocks begun in other places.
    #[test]
    fn a_row_does_not_know_its_batch(
        inputs in 1usize..40, hidden in prop::collection::vec(1usize..150, 0..3), rows in 1usize..120, seed: u64,
    ) {
        check_batches(config(inputs, &hidden, 5), seed, rows);
    }
}

/// More inputs than fit a block of weights, so that sums wait in between where there are more than 32 rows.
#[test]
fn a_row_of_many_inputs_does_not_know_its_batch() {
    check_batches(config(600, &[290], 5), 1, 70);
}

/// A row's bits do not depend on the batch, its place, the calls before, or whether zeros are skipped.
fn check_batches(config: Config, seed: u64, rows: usize) {
    let inputs = config.inputs;
    let (weights, x) = sample(config, seed, rows);
    for way in ways() {
        let mut net = Net::by(&weights, way);
        let (values, policies) = run(&mut net, &x, rows);
        let mut other = net.clone();
        let mut at = 0;
        for size in [1, 2, 3, 1, 4, 5, 6, 7, 1, 100].into_iter().cycle() {
            let size = size.min(rows - at);
            if size == 0 {
                break;
            }
            let (v, p) = run(&mut other, &x[at * inputs..][..size * inputs], size);
            assert_eq!(bits(&v), bits(&values[at..at + size]));
            assert_eq!(bits(&p), bits(&policies[at * 5..][..size * 5]));
            at += size;
        }
    }
}

/// Wherever it stands in several blocks, at whatever number of inputs, in every way; even behind a row that overflows.
#[test]
fn an_input_that_is_no_number_is_found_in_every_way() {
    for (width, rows) in [(3, 200), (40, 37), (64, 1)] {
        let (weights, mut x) = sample(config(width, &[9], 2), 1, rows);
        x[..width].fill(f32::MAX);
        for way in ways() {
            let mut net = Net::by(&weights, way);
            let name = net.instructions();
            let (mut values, mut policies) = (vec![0.5; rows], vec![0.5; 2 * rows]);
            let mut tell = |x: &[f32]| {
                let error = net.forward(x, &mut values, &mut policies).unwrap_err();
                assert!(values.iter().chain(&policies).all(|x| x.is_nan()));
                error
            };
            let error = tell(&x);
            assert!(
                matches!(error, Error::Overflow { row: 0, .. }),
                "{name}: {error:?}"
            );
            for at in [0, width - 1, (rows - 1) * width, rows * width - 1] {
                for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                    let mut x = x.clone();
                    x[at] = bad;
                    let error = tell(&x);
                    let Error::Input {
                        row, column, value, ..
                    } = error
                    else {
                        panic!("{name}: {error:?}");
                    };
                    assert_eq!(row * width + column, at, "{name}");
                    assert_eq!(value.to_bits(), bad.to_bits(), "{name}");
                }
            }
        }
    }
}

/// So many inputs, the places (row, column) that are not zero, and the spans (start, end) that are left, by hand.
#[test]
fn blocks_that_are_zero_in_all_rows_are_left_out() {
    let check = |inputs: usize, places: &[(usize, usize)], wanted: &[(usize, usize)]| {
        // What lies behind a row's inputs is not looked at.
        let stride = inputs + 3;
        let mut numbers = vec![f32::NAN; 5 * stride];
        for row in numbers.chunks_mut(stride) {
            row[..inputs].fill(-0.0);
        }
        for &(row, column) in places {
            // The smallest number that is not zero.
            numbers[row * stride + column] = f32::from_bits(1);
        }
        let x = Rows {
            numbers: &numbers,
            stride,
            count: 5,
        };
        for level in levels() {
            let mut used = Used::new(inputs);
            let alone = dispatch!(level, simd => used.find(simd, x, inputs));
            assert_eq!(alone, None);
            let found: Vec<_> = used.spans().iter().map(|s| (s.start, s.end)).collect();
            assert_eq!(found, wanted, "{level:?}, {inputs} inputs, {places:?}");
        }
    };
    check(40, &[], &[]);
    check(40, &[(4, 0)], &[(0, 16)]);
    check(40, &[(4, 15)], &[(0, 16)]);
    check(40, &[(0, 16)], &[(16, 32)]);
    check(40, &[(2, 31)], &[(16, 32)]);
    check(40, &[(2, 32)], &[(32, 40)]);
    check(40, &[(4, 39)], &[(32, 40)]);
    check(40, &[(1, 15), (3, 16)], &[(0, 32)]);
    check(40, &[(3, 3), (1, 39)], &[(0, 16), (32, 40)]);
    check(48, &[(3, 3), (1, 47)], &[(0, 16), (32, 48)]);
    check(1, &[(4, 0)], &[(0, 1)]);
    check(1, &[], &[]);
}

/// The same bits, in any batch, as when all products are formed.
fn check_zeros(weights: &Weights, inputs: &[f32], rows: usize) {
    let (width, logits) = (weights.config().inputs, weights.config().policies);
    let levels = levels().into_iter();
    for way in levels.flat_map(|level| [Way::Single(level), Way::Rounded(level)]) {
        let mut net = Net::by(weights, way);
        let mut dense = net.clone();
        dense.form_all_products();
        let name = net.instructions();
        let wanted = run(&mut dense, inputs, rows);
        let mut at = 0;
        for size in [rows, 1, 2, 3, 1, 100] {
            if at == rows {
                at = 0;
            }
            let size = size.min(rows - at);
            let (v, p) = run(&mut net, &inputs[at * width..][..size * width], size);
            assert_eq!(bits(&v), bits(&wanted.0[at..at + size]), "{name}");
            let logits_at = at * logits..(at + size) * logits;
            assert_eq!(bits(&p), bits(&wanted.1[logits_at]), "{name}");
            at += size;
        }
    }
}

/// One column that is not zero, in one row, at the edges of blocks and beside them; and no column at all.
#[test]
fn one_column_at_the_edge_of_a_block_counts() {
    for (width, hidden) in [(70, &[40, 70][..]), (33, &[])] {
        for rows in [2, 5, 13, 100] {
            let (weights, _) = sample(config(width, hidden, 9), 8, 0);
            // Biases of negative zero: sums then show the sign of every product with zero.
            let mut layers = weights.layers().to_vec();
            layers.iter_mut().for_each(|layer| layer.bias.fill(-0.0));
            let unbiased = Weights::new(weights.config().clone(), layers).unwrap();
            for weights in [&weights, &unbiased] {
                for zero in [0.0, -0.0] {
                    let mut inputs = vec![zero; rows * width];
                    check_zeros(weights, &inputs, rows);
                    let nothing = check_rows(weights, &inputs, rows);
                    for column in [0, 1, 15, 16, 17, 31, 32, width - 1] {
                        let at = (rows - 1) * width + column;
                        inputs[at] = -0.75;
                        check_zeros(weights, &inputs, rows);
                        let something = check_rows(weights, &inputs, rows);
                        assert_ne!(nothing.1[(rows - 1) * 9..], something.1[(rows - 1) * 9..]);
                        inputs[at] = zero;
                    }
                }
            }
        }
    }
}

/// What skipped products could change: signs of zeros, and sums that begin at a negative zero or vanish below the smallest number.
#[test]
fn skipping_zeros_keeps_the_sign_of_zero() {
    let linear = |weight: Vec<f32>, bias: Vec<f32>| Linear {
        name: String::new(),
        inputs: weight.len() / bias.len(),
        outputs: bias.len(),
        weight,
        bias,
    };
    let tiny = f32::MIN_POSITIVE;
    let heads = linear(
        vec![-1.0, -tiny, -tiny, 1.0, tiny, -1.0, 1.0, 1.0],
        vec![-0.0, -0.0],
    );
    let weights = Weights::new(config(4, &[], 1), {
        let value = linear(heads.weight[..4].to_vec(), vec![-0.0]);
        vec![value, linear(heads.weight[4..].to_vec(), vec![-0.0])]
    })
    .unwrap();
    let cases = [
        [0.0, tiny, 0.0, 0.0],
        [-0.0, 0.0, -0.0, -0.0],
        [0.0; 4],
        [tiny, 0.0, -0.0, 0.0],
    ];
    for level in levels() {
        let mut net = Net::by(&weights, Way::Single(level));
        let together = run(&mut net, cases.as_flattened(), 4);
        for (i, case) in cases.iter().enumerate() {
            let alone = run(&mut net, case, 1);
            assert_eq!(
                bits(&alone.0),
                bits(&together.0[i..=i]),
                "{level:?} {case:?}"
            );
            assert_eq!(
                bits(&alone.1),
                bits(&together.1[i..=i]),
                "{level:?} {case:?}"
            );
        }
    }
}
