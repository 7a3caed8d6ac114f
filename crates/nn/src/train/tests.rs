//! The gradient against differences of the `f64` reference, Adam against its formula, resuming against not stopping.

use std::path::{Path, PathBuf};

use super::{Batch, LearnConfig, Learner, adam, loss};
use crate::{Config, Error, Linear, Net, Weights};

fn config(inputs: usize, hidden: &[usize], policies: usize) -> Config {
    Config {
        inputs,
        hidden: hidden.to_vec(),
        policies,
    }
}

/// A file that only the test of this name uses.
fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("nn-train-{}-{name}", std::process::id()))
}

/// Numbers between -1 and 1.
fn noise(count: usize, seed: u64) -> Vec<f32> {
    let weights = Weights::seeded(config(count, &[], 0), seed).unwrap();
    // Of variance 1 / count, uniform, so the bound is the root of 3 / count.
    let scale = (count as f32 / 3.0).sqrt();
    weights.layers()[0]
        .weight
        .iter()
        .map(|x| x * scale)
        .collect()
}

/// A batch that owns its columns.
#[derive(Clone)]
struct Rows {
    features: Vec<f32>,
    values: Vec<Option<f32>>,
    policies: Vec<f32>,
    legal: Vec<bool>,
    weights: Vec<f32>,
}

impl Rows {
    /// Random rows of which some have no value target, some no policy target, and some actions are illegal.
    fn random(config: &Config, rows: usize, seed: u64) -> Rows {
        let features = noise(rows * config.inputs, seed);
        let values = noise(rows, seed ^ 1).into_iter().enumerate();
        let values = values.map(|(row, x)| (row % 5 != 3).then_some(2.0 * x));
        let chances = noise(rows * config.policies.max(1), seed ^ 2);
        let mut policies = vec![0.0; rows * config.policies];
        let mut legal = vec![false; rows * config.policies];
        for row in (0..rows).filter(|row| row % 4 != 2) {
            let range = row * config.policies..(row + 1) * config.policies;
            for at in range.clone() {
                legal[at] = (at + row) % 3 != 1;
                policies[at] = if legal[at] { chances[at].abs() } else { 0.0 };
            }
            let sum: f32 = policies[range.clone()].iter().sum();
            policies[range].iter_mut().for_each(|p| *p /= sum);
        }
        let weights = noise(rows, seed ^ 3).iter().map(|x| 1.5 + x).collect();
        Rows {
            features,
            values: values.collect(),
            policies,
            legal,
            weights,
        }
    }

    fn batch(&self) -> Batch<'_> {
        Batch {
            features: &self.features,
            values: &self.values,
            policies: &self.policies,
            legal: &self.legal,
            weights: &self.weights,
        }
    }
}

/// The loss from its definition, by the `f64` reference of the net.
fn reference(weights: &Weights, learn: &LearnConfig, batch: &Batch) -> f64 {
    let config = weights.config();
    let (mut value, mut value_weight, mut policy, mut policy_weight) = (0.0, 0.0, 0.0, 0.0);
    for (row, target) in batch.values.iter().enumerate() {
        let features = &batch.features[row * config.inputs..][..config.inputs];
        let answers = weights.reference(features).unwrap();
        let weight = f64::from(batch.weights[row]);
        if let Some(target) = target {
            let error = (answers[0].exact - f64::from(*target)).abs();
            let delta = learn.huber_delta;
            value_weight += weight;
            value += weight
                * if error <= delta {
                    error * error / 2.0
                } else {
                    delta * (error - delta / 2.0)
                };
        }
        let range = row * config.policies..(row + 1) * config.policies;
        let (legal, chances) = (&batch.legal[range.clone()], &batch.policies[range]);
        if legal.contains(&true) {
            let logits = answers[1..].iter().zip(legal).filter(|(_, legal)| **legal);
            let sum: f64 = logits.map(|(logit, _)| logit.exact.exp()).sum();
            policy_weight += weight;
            for (logit, &chance) in answers[1..].iter().zip(chances) {
                policy -= weight * f64::from(chance) * (logit.exact - sum.ln());
            }
        }
    }
    let squares = weights.layers().iter().flat_map(|layer| &layer.weight);
    let squares: f64 = squares.map(|&w| f64::from(w).powi(2)).sum();
    let mean = |sum: f64, weight: f64| if weight > 0.0 { sum / weight } else { 0.0 };
    learn.value_scale * mean(value, value_weight)
        + learn.policy_scale * mean(policy, policy_weight)
        + learn.l2 / 2.0 * squares
}

/// Every number of the gradient against the loss a little to the left and to the right of it.
fn check_gradient(config: Config, learn: &LearnConfig, seed: u64) {
    let mut weights = Weights::seeded(config.clone(), seed).unwrap();
    for layer in weights.layers_mut() {
        let biases = noise(layer.bias.len(), seed ^ 9);
        layer
            .bias
            .iter_mut()
            .zip(biases)
            .for_each(|(b, x)| *b = 0.3 * x);
    }
    let rows = Rows::random(&config, 9, seed);
    let batch = rows.batch();
    batch.check(&config).unwrap();
    let (losses, gradient) = loss::gradient(&weights, learn, &batch, 1).unwrap();
    let total = learn.value_scale * losses.value.unwrap_or(0.0)
        + learn.policy_scale * losses.policy.unwrap_or(0.0);
    let plain = LearnConfig {
        l2: 0.0,
        ..learn.clone()
    };
    let wanted = reference(&weights, &plain, &batch);
    assert!(
        (total - wanted).abs() < 1e-5 * wanted,
        "{total} for {wanted}"
    );

    let mut largest = 0.0f64;
    for (layer, gradient) in gradient.iter().enumerate() {
        let len = gradient.weight.len();
        for at in 0..len + gradient.bias.len() {
            let moved = |by: f32| {
                let mut other = weights.clone();
                let layer = &mut other.layers_mut()[layer];
                let number = if at < len {
                    &mut layer.weight[at]
                } else {
                    &mut layer.bias[at - len]
                };
                *number += by;
                (f64::from(*number), reference(&other, learn, &batch))
            };
            let ((left, low), (right, high)) = (moved(-1e-3), moved(1e-3));
            let wanted = (high - low) / (right - left);
            let found = f64::from(if at < len {
                gradient.weight[at]
            } else {
                gradient.bias[at - len]
            });
            largest = largest.max(wanted.abs());
            // A difference over 2e-3 is off by its square; with these seeds none crosses the corner of a ReLU.
            assert!(
                (found - wanted).abs() < 1e-3 * wanted.abs().max(0.1),
                "layer {layer} number {at}: {found}, differences say {wanted}"
            );
        }
    }
    assert!(
        largest > 0.05,
        "the loss hardly depends on anything: {largest}"
    );
}

#[test]
fn the_gradient_is_what_differences_say() {
    let learn = LearnConfig::default();
    check_gradient(config(5, &[7, 6], 4), &learn, 1);
    check_gradient(config(4, &[], 3), &learn, 2);
    check_gradient(config(3, &[8], 0), &learn, 3);
    let other = LearnConfig {
        value_scale: 0.7,
        policy_scale: 2.0,
        huber_delta: f64::INFINITY,
        l2: 0.05,
        ..learn.clone()
    };
    check_gradient(config(5, &[7, 6], 4), &other, 4);
    let narrow = LearnConfig {
        huber_delta: 0.2,
        ..learn
    };
    check_gradient(config(6, &[9], 2), &narrow, 5);
}

/// Two steps of one weight by hand, in `f64`, from the formulas of the paper (Kingma & Ba 2015, algorithm 1; decay as AdamW).
#[test]
fn adam_is_its_formula() {
    let learn = LearnConfig {
        learning_rate: 0.1,
        learning_rate_floor: 0.1,
        warmup_steps: 0,
        steps: 0,
        decay: 0.01,
        ..LearnConfig::default()
    };
    let line = |weight: f32, bias: f32| {
        let layer = Linear {
            name: String::new(),
            inputs: 1,
            outputs: 1,
            weight: vec![weight],
            bias: vec![bias],
        };
        Weights::new(config(1, &[], 0), vec![layer]).unwrap()
    };
    let mut weights = line(2.0, -1.0);
    let mut adam = adam::Adam::new(&weights);
    adam.step(&learn, line(0.5, -3.0).layers(), &mut weights);
    // Bias correction makes the first step the learning rate towards the gradient's other side, whatever its size.
    let layer = &weights.layers()[0];
    assert!(
        (layer.weight[0] - (2.0 * (1.0 - 0.1 * 0.01) - 0.1)).abs() < 1e-6,
        "{layer:?}"
    );
    assert!((layer.bias[0] - (-1.0 + 0.1)).abs() < 1e-6, "{layer:?}");

    adam.step(&learn, line(-0.2, 0.0).layers(), &mut weights);
    let second = |w: f64, g1: f64, g2: f64, decay: f64| {
        let m = 0.9 * 0.1 * g1 + 0.1 * g2;
        let v = 0.999 * 0.001 * g1 * g1 + 0.001 * g2 * g2;
        let (m, v) = (m / (1.0 - 0.81), v / (1.0 - 0.998_001));
        w * (1.0 - 0.1 * decay) - 0.1 * m / (v.sqrt() + 1e-8)
    };
    let layer = &weights.layers()[0];
    let wanted = [second(1.898, 0.5, -0.2, 0.01), second(-0.9, -3.0, 0.0, 0.0)];
    for (found, wanted) in [layer.weight[0], layer.bias[0]].into_iter().zip(wanted) {
        assert!(
            (f64::from(found) - wanted).abs() < 1e-6,
            "{found} for {wanted}"
        );
    }
}

#[test]
fn the_schedule_rises_then_falls_along_a_cosine() {
    let learn = LearnConfig {
        learning_rate: 0.8,
        learning_rate_floor: 0.2,
        warmup_steps: 4,
        steps: 12,
        ..LearnConfig::default()
    };
    // By hand: a quarter a step, then 0.2 + 0.6 (1 + cos(pi (t - 4) / 8)) / 2.
    let cases = [
        (1, 0.2),
        (3, 0.6),
        (4, 0.8),
        (6, 0.712_132_034),
        (8, 0.5),
        (12, 0.2),
        (999, 0.2),
    ];
    for (step, wanted) in cases {
        let found = learn.learning_rate_at(step);
        assert!((found - wanted).abs() < 1e-9, "step {step}: {found}");
    }
}

#[test]
fn a_long_gradient_is_shortened_and_its_length_reported() {
    let shape = config(6, &[8], 3);
    let rows = Rows::random(&shape, 8, 3);
    let steep = LearnConfig {
        value_scale: 1e4,
        ..LearnConfig::default()
    };
    let mut learner = Learner::new(shape.clone(), steep.clone(), 1).unwrap();
    let (_, mut gradient) = loss::gradient(learner.weights(), &steep, &rows.batch(), 1).unwrap();
    let norm = adam::norm(&gradient);
    let squares = gradient
        .iter()
        .flat_map(|layer| layer.weight.iter().chain(&layer.bias));
    let wanted = squares.map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
    assert!(
        (norm - wanted).abs() < 1e-9 * wanted && norm > 100.0,
        "{norm} for {wanted}"
    );
    steep.clip(&mut gradient, norm);
    assert!((adam::norm(&gradient) - 10.0).abs() < 1e-5);
    let report = learner.step(&rows.batch()).unwrap();
    assert_eq!(report.gradient_norm, norm);
    // Adam's first mean is a tenth of the clipped gradient.
    for (mean, g) in learner.adam.first.layers().iter().zip(&gradient) {
        for (mean, g) in mean.weight.iter().zip(&g.weight) {
            assert!((mean - 0.1 * g).abs() <= 1e-6 * g.abs(), "{mean} for {g}");
        }
    }
}

/// A larger student of a random teacher sees fresh situations in every step.
#[test]
fn a_student_learns_its_teacher() {
    let teacher = Weights::seeded(config(8, &[16], 5), 100).unwrap();
    let mut teacher = Net::new(&teacher);
    let learn = LearnConfig {
        learning_rate: 5e-3,
        warmup_steps: 20,
        steps: 1200,
        ..LearnConfig::default()
    };
    let mut student = Learner::new(config(8, &[64, 32], 5), learn, 7).unwrap();
    let (mut first, mut last) = (None, None);
    for step in 0..1200 {
        let features = noise(128 * 8, 1000 + step);
        let (mut values, mut logits) = (vec![0.0; 128], vec![0.0; 128 * 5]);
        teacher
            .forward(&features, &mut values, &mut logits)
            .unwrap();
        // The teacher's chances; their entropy is what no student can do without.
        let mut entropy = 0.0;
        for row in logits.chunks_mut(5) {
            row.iter_mut().for_each(|x| *x = x.exp());
            let sum: f32 = row.iter().sum();
            row.iter_mut().for_each(|x| *x /= sum);
            entropy -= row.iter().map(|&p| f64::from(p * p.ln())).sum::<f64>() / 128.0;
        }
        let values: Vec<_> = values.into_iter().map(Some).collect();
        let report = student
            .step(&Batch {
                features: &features,
                values: &values,
                policies: &logits,
                legal: &[true; 128 * 5],
                weights: &[1.0; 128],
            })
            .unwrap();
        let found = (
            report.value_loss.unwrap(),
            report.policy_loss.unwrap() - entropy,
        );
        first = first.or(Some(found));
        last = Some(found);
    }
    let (first, last) = (first.unwrap(), last.unwrap());
    assert!(
        last.0 < first.0 / 100.0,
        "value loss {} to {}",
        first.0,
        last.0
    );
    assert!(
        last.1 < first.1 / 50.0,
        "policy loss above entropy {} to {}",
        first.1,
        last.1
    );
}

/// One linear layer, so that each action's weights hear of its own logit alone.
#[test]
fn an_illegal_action_has_no_chance_and_no_gradient() {
    let shape = config(3, &[], 4);
    let mut rows = Rows::random(&shape, 2, 5);
    rows.legal = [true, false, true, false, true, false, true, false].to_vec();
    rows.policies = [0.5, 0.0, 0.5, 0.0, 0.25, 0.0, 0.75, 0.0].to_vec();
    let learn = LearnConfig::default();
    let mut weights = Weights::seeded(shape, 2).unwrap();
    let run = |weights: &Weights| loss::gradient(weights, &learn, &rows.batch(), 1).unwrap();
    let (losses, gradient) = run(&weights);
    let policy = &gradient[1];
    for action in 0..4 {
        let heard = policy.weight[action * 3..][..3].iter().any(|g| *g != 0.0);
        assert_eq!(
            heard,
            action % 2 == 0,
            "action {action}: {:?}",
            policy.weight
        );
        assert_eq!(
            policy.bias[action] != 0.0,
            action % 2 == 0,
            "{:?}",
            policy.bias
        );
    }
    // However large its logit, the loss stays the same to the last bit.
    weights.layers_mut()[1].bias[3] = 1e6;
    let (other, same) = run(&weights);
    assert_eq!(losses.policy, other.policy);
    assert_eq!(gradient, same);
}

/// Whatever it holds, and as if it were not there.
#[test]
fn a_row_of_weight_0_teaches_nothing() {
    let shape = config(6, &[16], 4);
    let mut rows = Rows::random(&shape, 8, 11);
    rows.weights[5] = 0.0;
    let start = Learner::new(shape.clone(), LearnConfig::default(), 1).unwrap();
    let run = |rows: &Rows| {
        let mut learner = start.clone();
        let report = learner.step(&rows.batch()).unwrap();
        (learner, report)
    };
    let (learner, report) = run(&rows);
    let mut other = rows.clone();
    other.features[5 * 6..][..6].copy_from_slice(&[3.0, -2.0, 1.0, 0.5, -9.0, 4.0]);
    other.values[5] = Some(1e3);
    other.policies[5 * 4..][..4].copy_from_slice(&[0.0, 1.0, 0.0, 0.0]);
    other.legal[5 * 4..][..4].copy_from_slice(&[true, true, false, false]);
    let (same, surprised) = run(&other);
    assert_eq!(learner, same);
    assert_ne!(report.priorities[5], surprised.priorities[5]);
    other.weights[5] = 0.1;
    assert_ne!(learner, run(&other).0);

    for column in [&mut rows.features, &mut rows.policies, &mut rows.weights] {
        let each = column.len() / 8;
        column.drain(5 * each..6 * each);
    }
    rows.values.remove(5);
    rows.legal.drain(5 * 4..6 * 4);
    let (without, less) = run(&rows);
    let near = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-6;
    assert!(near(report.value_loss, less.value_loss) && near(report.policy_loss, less.policy_loss));
    assert!((report.gradient_norm - less.gradient_norm).abs() < 1e-6);
    assert_eq!(without.steps(), 1);
}

#[test]
fn what_is_missing_is_none_and_priorities_are_errors() {
    let shape = config(4, &[8], 3);
    let mut rows = Rows::random(&shape, 4, 21);
    let mut learner = Learner::new(shape.clone(), LearnConfig::default(), 1).unwrap();
    let (mut values, mut logits) = ([0.0; 4], [0.0; 12]);
    let mut net = Net::new(learner.weights());
    net.forward(&rows.features, &mut values, &mut logits)
        .unwrap();
    let report = learner.step(&rows.batch()).unwrap();
    for (row, value) in values.iter().enumerate() {
        match rows.values[row] {
            None => assert_eq!(report.priorities[row], None),
            Some(target) => {
                let found = report.priorities[row].unwrap();
                assert!(
                    (found - (value - target).abs()).abs() < 1e-5,
                    "row {row}: {found}"
                );
            }
        }
    }
    assert!(rows.values.contains(&None));
    rows.values.fill(None);
    let head = learner.weights().layers()[1].clone();
    let report = learner.step(&rows.batch()).unwrap();
    assert!(report.value_loss.is_none() && report.policy_loss.is_some());
    assert_ne!(
        head,
        learner.weights().layers()[1],
        "Adam goes on by its mean"
    );
    rows.values.fill(Some(0.5));
    rows.policies.fill(0.0);
    rows.legal.fill(false);
    let report = learner.step(&rows.batch()).unwrap();
    assert!(report.value_loss.is_some() && report.policy_loss.is_none());
}

#[test]
fn the_fast_net_says_what_the_learner_said() {
    let shape = Config::default();
    let mut rows = Rows::random(&shape, 16, 31);
    let mut learner = Learner::new(shape.clone(), LearnConfig::default(), 1).unwrap();
    for _ in 0..3 {
        learner.step(&rows.batch()).unwrap();
    }
    let path = scratch("net.safetensors");
    learner.weights().save(&path).unwrap();
    let weights = Weights::load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(&weights, learner.weights());
    let (mut values, mut logits) = (vec![0.0; 16], vec![0.0; 16 * 64]);
    Net::new(&weights)
        .forward(&rows.features, &mut values, &mut logits)
        .unwrap();
    // With a target of 0 the error is the learner's value; with one wanted action the loss is that action's surprise.
    rows.values.fill(Some(0.0));
    rows.legal.fill(true);
    let mut worst: f64 = 0.0;
    for row in 0..16 {
        rows.policies.fill(0.0);
        rows.policies
            .iter_mut()
            .skip(row)
            .step_by(64)
            .for_each(|p| *p = 1.0);
        rows.weights.fill(0.0);
        rows.weights[row] = 1.0;
        let losses = loss::gradient(&weights, learner.learn(), &rows.batch(), 1)
            .unwrap()
            .0;
        let logits: Vec<f64> = logits[row * 64..][..64]
            .iter()
            .map(|&x| f64::from(x))
            .collect();
        let sum: f64 = logits.iter().map(|x| x.exp()).sum();
        worst = worst.max((losses.policy.unwrap() - (sum.ln() - logits[row])).abs());
        worst = worst.max(f64::from(
            (losses.priorities[row].unwrap() - values[row].abs()).abs(),
        ));
    }
    assert!(worst < 1e-5, "{worst:e}");
}

/// The bytes of a learner after some steps over batches that differ.
fn run(learner: &mut Learner, steps: std::ops::Range<u64>) {
    let config = learner.weights().config().clone();
    for step in steps {
        learner
            .step(&Rows::random(&config, 128, step).batch())
            .unwrap();
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    // Large enough for burn to share out its products.
    let shape = config(300, &[256, 128], 64);
    let bytes = |seed: u64, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let mut learner = Learner::new(shape.clone(), LearnConfig::default(), seed).unwrap();
            run(&mut learner, 0..4);
            learner.to_bytes()
        })
    };
    let one = bytes(1, 1);
    assert!(one == bytes(1, 1), "two runs differ");
    for threads in [2, 3, 5] {
        assert!(
            one == bytes(1, threads),
            "{threads} threads differ from one"
        );
    }
    assert!(one != bytes(2, 1), "another seed is another run");
}

#[test]
fn a_resumed_run_ends_at_the_same_bits() {
    let learn = LearnConfig {
        learning_rate: 0.003,
        warmup_steps: 5,
        steps: 17,
        huber_delta: f64::INFINITY,
        l2: 1e-4,
        decay: 0.1,
        ..LearnConfig::default()
    };
    let shape = config(7, &[20, 10], 6);
    let mut whole = Learner::new(shape.clone(), learn.clone(), 3).unwrap();
    run(&mut whole, 0..20);
    let mut stopped = Learner::new(shape.clone(), learn, 3).unwrap();
    let path = scratch("resume.safetensors");
    for part in [0..4, 4..11, 11..20] {
        run(&mut stopped, part);
        stopped.save(&path).unwrap();
        stopped = Learner::load(&path, &shape).unwrap();
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(whole, stopped);
    assert_eq!(whole.to_bytes(), stopped.to_bytes());
    assert_eq!(whole.steps(), 20);
}

#[test]
fn a_damaged_checkpoint_is_refused_whole() {
    let shape = config(2, &[3], 2);
    // "inf" has texts that differ in a bit and read the same.
    let learn = LearnConfig {
        huber_delta: f64::INFINITY,
        ..LearnConfig::default()
    };
    let mut learner = Learner::new(shape.clone(), learn, 3).unwrap();
    run(&mut learner, 0..1);
    let bytes = learner.to_bytes();
    assert_eq!(Learner::from_bytes(&bytes, &shape).unwrap(), learner);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            let read = Learner::from_bytes(&damaged, &shape);
            assert!(read.is_err(), "byte {at} bit {bit}");
        }
        assert!(
            Learner::from_bytes(&bytes[..at], &shape).is_err(),
            "cut at {at}"
        );
    }
}

#[test]
fn refusals_say_what_is_wrong_and_what_to_do() {
    let check = |error: Error, wanted: &str, remedy: &str| {
        let said = error.to_string();
        assert!(said.contains(wanted) && said.contains(remedy), "{said}");
    };
    let shape = config(3, &[4], 2);
    let learner = Learner::new(shape.clone(), LearnConfig::default(), 3).unwrap();
    let path = scratch("refused.safetensors");
    learner.save(&path).unwrap();
    let other = Learner::load(&path, &config(3, &[5], 2)).unwrap_err();
    check(
        other,
        "is of a net 3-4:1+2, 3-5:1+2 is wanted",
        "refused.safetensors",
    );
    let weights = Weights::load(&path).unwrap_err();
    check(
        weights,
        "there is no tensor `layers.0.weight`",
        "first.layers.0.weight",
    );
    learner.weights().save(&path).unwrap();
    let no_state = Learner::load(&path, &shape).unwrap_err();
    check(no_state, "no state of a learner", "Learner::from_weights");
    std::fs::remove_file(&path).unwrap();
    let gone = Learner::load(&path, &shape).unwrap_err();
    check(gone, "cannot read", "refused.safetensors");

    let learns = |change: fn(&mut LearnConfig)| {
        let mut learn = LearnConfig::default();
        change(&mut learn);
        Learner::new(config(3, &[4], 2), learn, 3).unwrap_err()
    };
    check(
        learns(|learn| learn.learning_rate = -1.0),
        "learning_rate = -1",
        "above 0",
    );
    check(learns(|learn| learn.beta2 = 1.0), "beta2 = 1", "below 1");
    check(
        learns(|learn| learn.warmup_steps = 10_001),
        "warmup_steps = 10001",
        "`steps`",
    );
    check(
        learns(|learn| learn.huber_delta = f64::NAN),
        "huber_delta = NaN",
        "above 0",
    );

    let batch = |change: fn(&mut Rows)| {
        let mut rows = Rows::random(&config(3, &[4], 2), 4, 1);
        rows.legal.fill(true);
        rows.policies.fill(0.5);
        change(&mut rows);
        let mut same = learner.clone();
        let error = same.step(&rows.batch()).unwrap_err();
        assert_eq!(same, learner, "changed by a batch that was refused");
        error
    };
    check(
        batch(|rows| rows.weights.truncate(3)),
        "weights has 3 numbers",
        "4 rows of 1",
    );
    check(
        batch(|rows| rows.features[7] = f32::NAN),
        "input NaN at row 2, column 1",
        "encode",
    );
    check(
        batch(|rows| rows.weights[1] = -1.0),
        "row 1 of the batch has a weight",
        "(-1)",
    );
    check(
        batch(|rows| rows.values[2] = Some(f32::INFINITY)),
        "row 2 of the batch has a value",
        "inf",
    );
    check(
        batch(|rows| rows.policies[6] = 0.75),
        "row 3 of the batch has chances whose sum is not 1",
        "1.25",
    );
    check(
        batch(|rows| rows.legal[5] = false),
        "row 2 of the batch has a chance on an illegal action",
        "0.5",
    );
    check(
        batch(|rows| rows.weights.fill(0.0)),
        "none of the batch's 4 rows",
        "draw another",
    );
    // Finite, but not what comes of it.
    check(
        batch(|rows| rows.features[3..6].fill(3e38)),
        "at row 1 in step 1",
        "no weight was changed",
    );
}

/// Errors and losses are finite here, their sum over the weights is not.
#[test]
fn a_gradient_that_overflows_changes_nothing() {
    let shape = config(2, &[], 0);
    let learn = LearnConfig {
        value_scale: 1e30,
        ..LearnConfig::default()
    };
    let mut learner = Learner::new(shape, learn, 3).unwrap();
    let before = learner.clone();
    let batch = Batch {
        features: &[0.1, 0.1, 1e10, -1e10],
        values: &[Some(0.0), Some(5e9)],
        policies: &[],
        legal: &[],
        weights: &[1.0, 1.0],
    };
    let error = learner.step(&batch).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Gradient {
                row: 1,
                step: 1,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(learner, before);
}

/// A file of the first schema, so that every later program still reads it.
#[test]
fn the_first_schema_still_opens() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/learner-v1.safetensors");
    let shape = config(3, &[4], 2);
    let mut learner = Learner::load(&path, &shape).unwrap();
    assert_eq!(learner.steps(), 5);
    assert_eq!(learner.learn().l2, 0.001);
    assert_eq!(learner.to_bytes(), std::fs::read(&path).unwrap());
    run(&mut learner, 5..6);
    assert_eq!(learner.steps(), 6);
}

/// Software Vulkan in CI; without an adapter these tests say that they skip.
fn gpu() -> Option<(compute::Gpu, compute::Budget)> {
    use compute::Backend;
    let budget = compute::Budget {
        bytes: 256 << 20,
        origin: "a test".to_owned(),
    };
    let mut reasons = Vec::new();
    for backend in [Backend::Vulkan, Backend::Metal, Backend::Cuda] {
        match compute::Gpu::open(backend, 0) {
            Ok(gpu) => return Some((gpu, budget)),
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

/// The gradient written out is the one that reverse mode finds, and so are the losses.
#[test]
fn gpu_train_the_gradient_is_that_of_the_processor() {
    let Some((gpu, budget)) = gpu() else { return };
    for (config, rows, learn) in [
        (config(9, &[12, 7], 5), 37, LearnConfig::default()),
        (
            config(64, &[70], 6),
            130,
            LearnConfig {
                huber_delta: 0.25,
                l2: 1e-2,
                value_scale: 0.7,
                policy_scale: 1.3,
                ..LearnConfig::default()
            },
        ),
        (config(3, &[], 0), 5, LearnConfig::default()),
    ] {
        let weights = Weights::seeded(config.clone(), 3).unwrap();
        let mut device = super::Device::new(&gpu, &config, &budget).unwrap();
        // A second batch of another size finds the room for it.
        for (rows, seed) in [(rows, 11), (rows + 3, 12)] {
            let owned = Rows::random(&config, rows, seed);
            let batch = owned.batch();
            let (known, expected) = loss::gradient(&weights, &learn, &batch, 1).unwrap();
            let (losses, found) = device.gradient(&weights, &learn, &batch, 1).unwrap();
            let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-5 * (1.0 + b.abs()),
                (a, b) => a == b,
            };
            assert!(close(losses.value, known.value), "{:?}", losses.value);
            assert!(close(losses.policy, known.policy), "{:?}", losses.policy);
            for (a, b) in losses.priorities.iter().zip(&known.priorities) {
                assert!(close(a.map(f64::from), b.map(f64::from)), "{a:?} {b:?}");
            }
            let norm = adam::norm(&expected);
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(
                    (&found.name, found.inputs),
                    (&expected.name, expected.inputs)
                );
                let numbers = |layer: &Linear| [layer.weight.clone(), layer.bias.clone()].concat();
                let (found, expected) = (numbers(found), numbers(expected));
                assert_eq!(found.len(), expected.len());
                for (place, (a, b)) in found.iter().zip(&expected).enumerate() {
                    let off = f64::from((a - b).abs());
                    assert!(off <= 2e-6 * norm, "{place}: {a} instead of {b}");
                }
            }
        }
    }
}

/// A thousand steps on either side of the wire end at the same loss; what a seed of the start changes is the measure of noise.
#[test]
fn gpu_train_a_thousand_steps_end_where_the_processor_ends() {
    let Some((gpu, budget)) = gpu() else { return };
    let config = config(8, &[24, 16], 4);
    let learn = LearnConfig {
        steps: 1_000,
        learning_rate: 3e-3,
        ..LearnConfig::default()
    };
    // Something to learn: the value is a bent sum, the best action the largest of four inputs.
    let batch_of = |seed: u64| {
        let mut rows = Rows::random(&config, 32, seed);
        for row in 0..32 {
            let x = &rows.features[row * 8..][..8];
            let best = (0..4).max_by(|&a, &b| x[a].total_cmp(&x[b])).unwrap();
            rows.values[row] = Some((x[0] * x[1] + x[5]).tanh());
            for action in 0..4 {
                rows.legal[row * 4 + action] = true;
                rows.policies[row * 4 + action] = if action == best { 1.0 } else { 0.0 };
            }
        }
        rows
    };
    let ends = |seed: u64, mut device: Option<super::Device>| {
        let mut learner = Learner::new(config.clone(), learn.clone(), seed).unwrap();
        let (mut first, mut last) = (0.0, 0.0);
        for step in 0..1_000 {
            let rows = batch_of(1_000 + step);
            let report = match &mut device {
                None => learner.step(&rows.batch()),
                Some(device) => learner.step_on(device, &rows.batch()),
            };
            let report = report.unwrap();
            let loss = report.value_loss.unwrap() + report.policy_loss.unwrap();
            if step < 20 {
                first += loss / 20.0;
            }
            if step >= 900 {
                last += loss / 100.0;
            }
        }
        (first, last)
    };
    let seeds = [5, 6, 7];
    let cpu: Vec<f64> = seeds.iter().map(|&seed| ends(seed, None).1).collect();
    let device = super::Device::new(&gpu, &config, &budget).unwrap();
    let (first, last) = ends(5, Some(device));
    let spread = cpu.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b))
        - cpu.iter().fold(f64::INFINITY, |a, &b| a.min(b));
    assert!(last < 0.5 * first, "nothing was learned: {first} to {last}");
    assert!(
        (last - cpu[0]).abs() <= spread,
        "{last} on the device, {cpu:?} on the processor"
    );
}

#[test]
fn gpu_train_a_lost_device_costs_nothing_learned() {
    let Some((gpu, budget)) = gpu() else { return };
    let config = config(6, &[8], 3);
    let mut learner = Learner::new(config.clone(), LearnConfig::default(), 4).unwrap();
    let mut device = super::Device::new(&gpu, &config, &budget).unwrap();
    let rows = Rows::random(&config, 20, 9);
    learner.step_on(&mut device, &rows.batch()).unwrap();
    let before = learner.clone();
    gpu.destroy();
    let lost = learner.step_on(&mut device, &rows.batch());
    assert!(
        matches!(lost, Err(Error::Device(compute::Error::Lost { .. }))),
        "{lost:?}"
    );
    assert_eq!(learner, before);
    assert_eq!(learner.step(&rows.batch()).unwrap().step, 2);
}
