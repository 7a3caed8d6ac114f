//! The gradient on a GPU: products of matrices there, the loss between them here.
//!
//! ```text
//! up   x, W, b      x[l+1] = relu(W[l] x[l] + b[l])                   down  the heads' answers
//! here y[n] = d loss / d answers:  c w / sum w for the value,  (p - target) w / sum w for the policy
//! up   y[n]         gW[l] = y[l] x[l]^T,  gb[l] = sum y[l],  y[l-1] = W[l]^T y[l] where x[l] > 0    down  gW, gb
//! ```
//! The formulas are those of the module above, written out: burn finds the same gradient by reverse mode, and a test compares the
//! two. Clipping, Adam and the weights stay where they are, so a checkpoint knows nothing of devices. Sums are `f32` in an order of
//! their own: the same device gives the same bits again, another one or the processor others in the last places.

use std::time::Duration;

use compute::{Budget, Buffer, Gpu, Shuttle, Task};

use super::loss::{Losses, shares};
use super::{Batch, LearnConfig};
use crate::gpu::{DENSE_BACKWARD, DENSE_GRADIENT, DENSE_TURNED, SMALL, size_words, stride};
use crate::{Config, Error, Linear, Weights};

/// How long a part of a step may take before the device counts as lost.
const LIMIT: Duration = Duration::from_secs(20);

/// A device that finds gradients for one net: see [`Learner::step_on`](super::Learner::step_on).
pub struct Device {
    gpu: Gpu,
    budget: Budget,
    config: Config,
    layers: Vec<Layer>,
    /// Four ones: a scale, and with one for each row what sums a column.
    scale: Buffer,
    batch: Option<Room>,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("device", self.gpu.facts())
            .field("architecture", &self.config.architecture())
            .finish_non_exhaustive()
    }
}

/// A layer, the heads as one. Numbers in a row are multiples of four.
struct Layer {
    inputs: usize,
    outputs: usize,
    relu: bool,
    /// `[out][in]`, and its gradient.
    weights: Buffer,
    slopes: Buffer,
    biases: Buffer,
    /// `[out][4]`, four times the same.
    bias_slopes: Buffer,
    /// Weights up, slopes down.
    shuttle: Shuttle,
}

/// What depends on the number of rows.
struct Room {
    rows: usize,
    /// What each layer reads, then the answers.
    x: Vec<Buffer>,
    /// Slopes by what each layer gives.
    y: Vec<Buffer>,
    ones: Buffer,
    /// By layer: sizes of the product forward, of the slopes of weights and of biases, and of the way back.
    sizes: Vec<[Buffer; 4]>,
    up: Shuttle,
    down: Shuttle,
}

/// Layers and heads of a net, side by side where they read the same.
fn sides(weights: &[Linear], hidden: usize) -> Vec<&[Linear]> {
    let (trunk, heads) = weights.split_at(hidden);
    let mut sides: Vec<&[Linear]> = trunk.chunks(1).collect();
    sides.push(heads);
    sides
}

fn groups(rows: usize, columns: usize) -> u64 {
    256 * (rows.div_ceil(SMALL) * columns.div_ceil(SMALL)) as u64
}

impl Device {
    /// Makes room for the weights of nets of a shape, and compiles the kernels.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Device`].
    pub fn new(gpu: &Gpu, config: &Config, budget: &Budget) -> Result<Device, Error> {
        config.check()?;
        for kernel in [&DENSE_TURNED, &DENSE_GRADIENT, &DENSE_BACKWARD] {
            gpu.compile(kernel)?;
        }
        let buffer = |elements| gpu.buffer("weights that learn", elements, budget);
        let reads = std::iter::once(config.inputs).chain(config.hidden.iter().copied());
        let gives = config.hidden.iter().copied().chain([1 + config.policies]);
        let layers = reads
            .zip(gives)
            .enumerate()
            .map(|(at, (inputs, outputs))| {
                let (inputs, outputs) = (stride(inputs), stride(outputs));
                Ok(Layer {
                    inputs,
                    outputs,
                    relu: at < config.hidden.len(),
                    weights: buffer(inputs * outputs)?,
                    slopes: buffer(inputs * outputs)?,
                    biases: buffer(outputs)?,
                    bias_slopes: buffer(4 * outputs)?,
                    shuttle: gpu.shuttle(inputs * outputs, inputs * outputs)?,
                })
            })
            .collect::<Result<_, compute::Error>>()?;
        let scale = buffer(4)?;
        scale.write(&[1.0_f32; 4])?;
        Ok(Device {
            gpu: gpu.clone(),
            budget: budget.clone(),
            config: config.clone(),
            layers,
            scale,
            batch: None,
        })
    }

    fn room(&self, rows: usize) -> Result<Room, compute::Error> {
        let buffer = |elements| {
            self.gpu
                .buffer("a batch that teaches", elements, &self.budget)
        };
        let first = self.layers[0].inputs;
        let mut x = vec![buffer(rows * first)?];
        let (mut y, mut sizes) = (Vec::new(), Vec::new());
        for layer in &self.layers {
            let (inputs, outputs) = (layer.inputs, layer.outputs);
            x.push(buffer(rows * outputs)?);
            y.push(buffer(rows * outputs)?);
            let made = [
                size_words(rows, inputs, outputs, inputs, u32::from(layer.relu)),
                size_words(outputs, rows, inputs, outputs, 0),
                size_words(outputs, rows, 4, outputs, 0),
                size_words(rows, outputs, inputs, outputs, 0),
            ]
            .map(|words| {
                let size = buffer(words.len())?;
                size.write(&words)?;
                Ok::<_, compute::Error>(size)
            });
            let [forward, weights, biases, back] = made;
            sizes.push([forward?, weights?, biases?, back?]);
        }
        let ones = buffer(4 * rows)?;
        ones.write(&vec![1.0_f32; 4 * rows])?;
        let last = self.layers[self.layers.len() - 1].outputs;
        Ok(Room {
            rows,
            x,
            y,
            ones,
            sizes,
            up: self.gpu.shuttle(rows * first, rows * last)?,
            down: self.gpu.shuttle(rows * last, 0)?,
        })
    }

    /// Losses and gradient of a batch that was checked.
    pub(super) fn gradient(
        &mut self,
        weights: &Weights,
        learn: &LearnConfig,
        batch: &Batch,
        step: u64,
    ) -> Result<(Losses, Vec<Linear>), Error> {
        assert_eq!(
            weights.config(),
            &self.config,
            "the device was made for nets of another shape"
        );
        for layer in &mut self.layers {
            // Left over from a step that failed half-way.
            if layer.shuttle.is_under_way() {
                layer.shuttle.finish(LIMIT)?;
            }
        }
        let rows = batch.values.len();
        let mut room = match self.batch.take() {
            Some(room) if room.rows == rows => room,
            _ => self.room(rows)?,
        };
        let answers = self.forward(&mut room, weights, batch.features)?;
        let (losses, slopes) = slopes(&self.config, learn, batch, &answers, step)?;
        let gradient = self.backward(&mut room, weights, learn, &slopes)?;
        self.batch = Some(room);
        Ok((losses, gradient))
    }

    /// Answers of the heads, value first, each row `outputs` of the last layer long.
    fn forward(
        &mut self,
        room: &mut Room,
        weights: &Weights,
        features: &[f32],
    ) -> Result<Vec<f32>, Error> {
        let inputs = self.config.inputs;
        let sides = sides(weights.layers(), self.config.hidden.len());
        for (layer, side) in self.layers.iter_mut().zip(sides) {
            let into = layer.shuttle.input().chunks_exact_mut(layer.inputs);
            let from = side
                .iter()
                .flat_map(|one| one.weight.chunks_exact(one.inputs));
            for (into, from) in into.zip(from) {
                into[..from.len()].copy_from_slice(from);
            }
            let all = (&layer.weights, layer.inputs * layer.outputs);
            layer.shuttle.begin(all, &[], (&layer.slopes, 0))?;
            let mut biases: Vec<f32> = side.iter().flat_map(|one| &one.bias).copied().collect();
            biases.resize(layer.outputs, 0.0);
            layer.biases.write(&biases)?;
            layer.shuttle.finish(LIMIT)?;
        }
        let width = self.layers[0].inputs;
        let into = room.up.input().chunks_exact_mut(width);
        for (into, from) in into.zip(features.chunks_exact(inputs)) {
            into[..inputs].copy_from_slice(from);
        }
        let buffers: Vec<[&Buffer; 5]> = self
            .layers
            .iter()
            .zip(room.x.windows(2))
            .zip(&room.sizes)
            .map(|((layer, x), sizes)| [&x[0], &layer.weights, &layer.biases, &x[1], &sizes[0]])
            .collect();
        let tasks: Vec<Task<'_>> = buffers
            .iter()
            .zip(&self.layers)
            .map(|(buffers, layer)| Task {
                kernel: &DENSE_TURNED,
                buffers,
                invocations: groups(room.rows, layer.outputs),
            })
            .collect();
        let last = self.layers.len() - 1;
        let answers = room.rows * self.layers[last].outputs;
        room.up.begin(
            (&room.x[0], room.rows * width),
            &tasks,
            (&room.x[last + 1], answers),
        )?;
        Ok(room.up.finish(LIMIT)?.to_vec())
    }

    /// The gradient of all weights and biases from the slopes by the heads' answers.
    fn backward(
        &mut self,
        room: &mut Room,
        weights: &Weights,
        learn: &LearnConfig,
        slopes: &[f32],
    ) -> Result<Vec<Linear>, Error> {
        let last = self.layers.len() - 1;
        room.down.input()[..slopes.len()].copy_from_slice(slopes);
        room.down
            .begin((&room.y[last], slopes.len()), &[], (&room.y[last], 0))?;
        let (rows, scale) = (room.rows, &self.scale);
        for (at, layer) in self.layers.iter_mut().enumerate().rev() {
            let [_, of_weights, of_biases, back] = &room.sizes[at];
            let (x, y) = (&room.x[at], &room.y[at]);
            let mut tasks: Vec<(&compute::Kernel, [&Buffer; 5], u64)> = vec![
                (
                    &DENSE_GRADIENT,
                    [y, x, scale, &layer.slopes, of_weights],
                    groups(layer.outputs, layer.inputs),
                ),
                (
                    &DENSE_GRADIENT,
                    [y, &room.ones, scale, &layer.bias_slopes, of_biases],
                    groups(layer.outputs, 4),
                ),
            ];
            if let Some(before) = at.checked_sub(1) {
                tasks.push((
                    &DENSE_BACKWARD,
                    [y, &layer.weights, x, &room.y[before], back],
                    groups(rows, layer.inputs),
                ));
            }
            let tasks: Vec<Task<'_>> = tasks
                .iter()
                .map(|(kernel, buffers, invocations)| Task {
                    kernel,
                    buffers,
                    invocations: *invocations,
                })
                .collect();
            let all = layer.inputs * layer.outputs;
            layer
                .shuttle
                .begin((&layer.weights, 0), &tasks, (&layer.slopes, all))?;
        }
        room.down.finish(LIMIT)?;
        let mut gradient = Vec::with_capacity(weights.layers().len());
        let sides = sides(weights.layers(), self.config.hidden.len());
        for (layer, side) in self.layers.iter_mut().zip(sides) {
            let mut biases = vec![0.0_f32; 4 * layer.outputs];
            let slopes = layer.shuttle.finish(LIMIT)?;
            layer.bias_slopes.read(&mut biases, LIMIT)?;
            let mut by_output = slopes
                .chunks_exact(layer.inputs)
                .zip(biases.chunks_exact(4));
            for one in side {
                let mut found = Linear {
                    name: one.name.clone(),
                    inputs: one.inputs,
                    outputs: one.outputs,
                    weight: Vec::with_capacity(one.weight.len()),
                    bias: Vec::with_capacity(one.outputs),
                };
                for (slopes, bias) in by_output.by_ref().take(one.outputs) {
                    found.weight.extend_from_slice(&slopes[..one.inputs]);
                    found.bias.push(bias[0]);
                }
                if learn.l2 > 0.0 {
                    for (g, w) in found.weight.iter_mut().zip(&one.weight) {
                        *g += learn.l2 as f32 * w;
                    }
                }
                gradient.push(found);
            }
        }
        Ok(gradient)
    }
}

/// Losses, and the slopes of the loss by each answer, rows as long as those of `answers`.
fn slopes(
    config: &Config,
    learn: &LearnConfig,
    batch: &Batch,
    answers: &[f32],
    step: u64,
) -> Result<(Losses, Vec<f32>), Error> {
    let (rows, policies) = (batch.values.len(), config.policies);
    let width = stride(1 + policies);
    let has_policy = |row: usize| batch.legal[row * policies..][..policies].contains(&true);
    let value_shares = shares(batch, |row| batch.values[row].is_some());
    let policy_shares = if policies == 0 {
        None
    } else {
        shares(batch, has_policy)
    };
    let mut losses = Losses {
        value: value_shares.as_ref().map(|_| 0.0),
        policy: policy_shares.as_ref().map(|_| 0.0),
        priorities: vec![None; rows],
        rows: vec![0.0; rows],
    };
    let mut slopes = vec![0.0_f32; rows * width];
    let diverged = |what, row, value: f64| {
        Err(Error::Diverged {
            what,
            step,
            row,
            value,
        })
    };
    let mut chances = vec![0.0_f64; policies];
    for row in 0..rows {
        let answers = &answers[row * width..][..=policies];
        let slopes = &mut slopes[row * width..][..=policies];
        let error = f64::from(answers[0]) - f64::from(batch.values[row].unwrap_or(0.0));
        if !error.is_finite() {
            return diverged("value error", row, error);
        }
        losses.priorities[row] = batch.values[row].map(|_| error.abs() as f32);
        let held = error.clamp(-learn.huber_delta, learn.huber_delta);
        if let (Some(shares), Some(mean)) = (&value_shares, &mut losses.value) {
            let part = held * (error - held / 2.0) * shares[row];
            *mean += part;
            losses.rows[row] += learn.value_scale * part;
            slopes[0] = (learn.value_scale * shares[row] * held) as f32;
        }
        let Some(shares) = &policy_shares else {
            continue;
        };
        let legal = &batch.legal[row * policies..][..policies];
        let targets = &batch.policies[row * policies..][..policies];
        let logits = &answers[1..];
        if let Some(logit) = logits.iter().find(|logit| !logit.is_finite()) {
            return diverged("policy loss", row, f64::from(*logit));
        }
        let open = || (0..policies).filter(|&action| legal[action]);
        let largest = open().map(|action| logits[action]).reduce(f32::max);
        let Some(largest) = largest.map(f64::from) else {
            continue;
        };
        for action in open() {
            chances[action] = (f64::from(logits[action]) - largest).exp();
        }
        let sum: f64 = open().map(|action| chances[action]).sum();
        let log_sum = largest + sum.ln();
        let wanted: f64 = open().map(|action| f64::from(targets[action])).sum();
        let loss: f64 = open()
            .map(|action| f64::from(targets[action]) * (log_sum - f64::from(logits[action])))
            .sum();
        if let Some(mean) = &mut losses.policy {
            *mean += loss * shares[row];
        }
        losses.rows[row] += learn.policy_scale * loss * shares[row];
        for action in open() {
            let slope = chances[action] / sum * wanted - f64::from(targets[action]);
            slopes[1 + action] = (learn.policy_scale * shares[row] * slope) as f32;
        }
    }
    Ok((losses, slopes))
}
