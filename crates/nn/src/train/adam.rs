//! How far to go along a gradient: schedule, clipping, Adam.
//!
//! ```text
//! g <- g min(1, gradient_norm_max / |g|)                                 |g| over all weights and biases
//! m <- beta1 m + (1 - beta1) g       v <- beta2 v + (1 - beta2) g^2
//! w <- w - rate decay w              (weights only)
//! w <- w - rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
//! ```
//! Sources: D. Kingma & J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1; the decay apart from the
//! gradient is I. Loshchilov & F. Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2; the cosine is theirs,
//! "SGDR", ICLR 2017, equation 5, without restarts; clipping is R. Pascanu et al., ICML 2013, algorithm 1. Roundings are those of
//! `torch.optim.AdamW`: numbers in `f32`, scalars in `f64`.

use crate::{Error, Linear, Weights};

/// How to learn. Rates and norms are in units of the loss and of the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnConfig {
    /// Learning rate at its highest, after the warm-up.
    pub learning_rate: f64,
    /// Learning rate from step `steps` on.
    pub learning_rate_floor: f64,
    /// Steps of the linear warm-up; 0 for none.
    pub warmup_steps: u64,
    /// Step at which the cosine has come down to the floor.
    pub steps: u64,
    /// Weight of the value loss.
    pub value_scale: f64,
    /// Weight of the policy loss.
    pub policy_scale: f64,
    /// Beyond this error the value loss grows no longer with its square but in proportion; infinity for half the square always.
    pub huber_delta: f64,
    /// Weight of half the sum of squared weights in the loss.
    pub l2: f64,
    /// Share of each weight taken off per step and unit of learning rate, apart from the gradient (AdamW).
    pub decay: f64,
    /// Memory of the mean gradient.
    pub beta1: f64,
    /// Memory of the mean squared gradient.
    pub beta2: f64,
    /// Keeps a step finite where gradients vanish.
    pub epsilon: f64,
    /// A longer gradient is shortened to this.
    pub gradient_norm_max: f64,
}

impl Default for LearnConfig {
    /// Adam as published, 100 steps of warm-up, 10,000 steps in all, no decay.
    fn default() -> LearnConfig {
        LearnConfig {
            learning_rate: 1e-3,
            learning_rate_floor: 1e-5,
            warmup_steps: 100,
            steps: 10_000,
            value_scale: 1.0,
            policy_scale: 1.0,
            huber_delta: 1.0,
            l2: 0.0,
            decay: 0.0,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            gradient_norm_max: 10.0,
        }
    }
}

impl LearnConfig {
    /// Refuses numbers with which nothing can be learned.
    ///
    /// # Errors
    /// [`Error::Learn`].
    pub fn check(&self) -> Result<(), Error> {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let share = |x: f64| (0.0..1.0).contains(&x);
        let scale = |x: f64| x >= 0.0 && x.is_finite();
        let large = "a finite number above 0";
        let any = "a finite number of 0 or more";
        // Adam squares what is clipped, in `f32`.
        let norm = positive(self.gradient_norm_max) && self.gradient_norm_max <= 1e15;
        let rules = [
            (
                "learning_rate",
                self.learning_rate,
                positive(self.learning_rate),
                large,
            ),
            (
                "learning_rate_floor",
                self.learning_rate_floor,
                (0.0..=self.learning_rate).contains(&self.learning_rate_floor),
                "between 0 and the learning rate",
            ),
            (
                "warmup_steps",
                self.warmup_steps as f64,
                self.warmup_steps <= self.steps,
                "at most `steps`",
            ),
            (
                "value_scale",
                self.value_scale,
                scale(self.value_scale),
                any,
            ),
            (
                "policy_scale",
                self.policy_scale,
                scale(self.policy_scale),
                any,
            ),
            (
                "huber_delta",
                self.huber_delta,
                self.huber_delta > 0.0,
                "above 0, or infinite",
            ),
            ("l2", self.l2, scale(self.l2), any),
            ("decay", self.decay, scale(self.decay), any),
            (
                "beta1",
                self.beta1,
                share(self.beta1),
                "at least 0 and below 1",
            ),
            (
                "beta2",
                self.beta2,
                share(self.beta2),
                "at least 0 and below 1",
            ),
            ("epsilon", self.epsilon, positive(self.epsilon), large),
            (
                "gradient_norm_max",
                self.gradient_norm_max,
                norm,
                "above 0 and at most 1e15",
            ),
        ];
        match rules.into_iter().find(|(_, _, kept, _)| !kept) {
            None => Ok(()),
            Some((what, value, _, wanted)) => Err(Error::Learn {
                what,
                value,
                wanted,
            }),
        }
    }

    /// The learning rate of a step, counted from 1: in proportion to the step until `warmup_steps`, then half a cosine down to the
    /// floor at `steps`, then the floor.
    #[must_use]
    pub fn learning_rate_at(&self, step: u64) -> f64 {
        if step <= self.warmup_steps {
            return self.learning_rate * step as f64 / self.warmup_steps as f64;
        }
        if step >= self.steps {
            return self.learning_rate_floor;
        }
        let done = (step - self.warmup_steps) as f64 / (self.steps - self.warmup_steps) as f64;
        let share = (1.0 + (std::f64::consts::PI * done).cos()) / 2.0;
        self.learning_rate_floor + (self.learning_rate - self.learning_rate_floor) * share
    }

    /// Shortens a gradient of this norm to `gradient_norm_max`.
    pub(super) fn clip(&self, gradient: &mut [Linear], norm: f64) {
        if norm > self.gradient_norm_max {
            let share = (self.gradient_norm_max / norm) as f32;
            for layer in gradient {
                for g in layer.weight.iter_mut().chain(&mut layer.bias) {
                    *g *= share;
                }
            }
        }
    }
}

/// Length of all numbers of all layers. Sums run in eight lanes, always the same.
pub(super) fn norm(layers: &[Linear]) -> f64 {
    let parts = layers.iter().flat_map(|layer| [&layer.weight, &layer.bias]);
    let squares = parts.map(|numbers| {
        let (lanes, rest) = numbers.as_chunks::<8>();
        let mut sums = [0.0; 8];
        for lane in lanes {
            for (sum, &x) in sums.iter_mut().zip(lane) {
                *sum += f64::from(x) * f64::from(x);
            }
        }
        let rest = rest.iter().map(|&x| f64::from(x) * f64::from(x));
        sums.into_iter().chain(rest).sum::<f64>()
    });
    squares.sum::<f64>().sqrt()
}

/// Running means of gradients and of their squares, in the shape of the net.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Adam {
    pub(super) step: u64,
    pub(super) first: Weights,
    pub(super) second: Weights,
}

impl Adam {
    pub(super) fn new(weights: &Weights) -> Adam {
        let mut zero = weights.clone();
        for layer in zero.layers_mut() {
            layer.weight.fill(0.0);
            layer.bias.fill(0.0);
        }
        Adam {
            step: 0,
            first: zero.clone(),
            second: zero,
        }
    }

    pub(super) fn steps(&self) -> u64 {
        self.step
    }

    /// One step along a clipped gradient.
    pub(super) fn step(&mut self, learn: &LearnConfig, gradient: &[Linear], weights: &mut Weights) {
        self.step += 1;
        let rate = learn.learning_rate_at(self.step);
        // Beyond 2^31 steps both powers are 0.
        let t = i32::try_from(self.step).unwrap_or(i32::MAX);
        let update = Update {
            keep: 1.0,
            beta1: learn.beta1 as f32,
            beta2: learn.beta2 as f32,
            rest1: (1.0 - learn.beta1) as f32,
            rest2: (1.0 - learn.beta2) as f32,
            rate: (rate / (1.0 - learn.beta1.powi(t))) as f32,
            root: (1.0 - learn.beta2.powi(t)).sqrt() as f32,
            epsilon: learn.epsilon as f32,
        };
        let decayed = Update {
            keep: (1.0 - rate * learn.decay) as f32,
            ..update
        };
        let moments = self.first.layers_mut().iter_mut();
        let moments = moments.zip(self.second.layers_mut());
        let layers = weights.layers_mut().iter_mut().zip(moments);
        for ((w, (m, v)), g) in layers.zip(gradient) {
            decayed.apply(&g.weight, &mut m.weight, &mut v.weight, &mut w.weight);
            update.apply(&g.bias, &mut m.bias, &mut v.bias, &mut w.bias);
        }
    }
}

/// The scalars of one step.
#[derive(Clone, Copy)]
struct Update {
    keep: f32,
    beta1: f32,
    beta2: f32,
    rest1: f32,
    rest2: f32,
    rate: f32,
    root: f32,
    epsilon: f32,
}

impl Update {
    fn apply(self, g: &[f32], m: &mut [f32], v: &mut [f32], w: &mut [f32]) {
        for (((w, m), v), &g) in w.iter_mut().zip(m).zip(v).zip(g) {
            *m = self.beta1 * *m + self.rest1 * g;
            *v = self.beta2 * *v + self.rest2 * (g * g);
            *w = self.keep * *w - self.rate * (*m / (v.sqrt() / self.root + self.epsilon));
        }
    }
}
