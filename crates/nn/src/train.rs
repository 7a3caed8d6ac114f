//! The learner: batches of situations with targets in, better weights out.
//!
//! ```text
//! e_i  = value_i - target_i          V_i = c_i (e_i - c_i / 2),  c_i = e_i held within +-huber_delta
//! P_i  = - sum over legal a of target_ia log p_ia,   p_i = softmax of the legal logits
//! loss = value_scale sum w_i V_i / sum w_i + policy_scale sum w_i P_i / sum w_i + l2 / 2 sum of squares of W
//! ```
//! Each of the two means runs over the rows that have its target, so a row without one dilutes nothing, and a row of weight 0 is
//! as if it were not there. V is P. Huber's loss (Ann. Math. Stat. 35, 1964): as costly above the target as below it. P is the
//! cross-entropy of D. Silver et al., "Mastering the game of Go without human knowledge", Nature 550 (2017), Methods. `l2` is on
//! weights, not on biases.
//!
//! The gradient comes from burn's reverse mode on its plain Rust backend, in `f32`; clipping, schedule and Adam are here
//! ([`LearnConfig`]). The same weights, batches and build give the same bytes on the same machine, whatever the number of threads:
//! large products are shared out over rayon's, so a pool around [`Learner::step`] says how many. Tests compare the gradient with
//! differences of the `f64` reference; see `docs/training.md`. Or from a GPU: [`Device`], [`Learner::step_on`].
//! Not here: where batches come from, and when weights are good enough to be used.

mod adam;
mod checkpoint;
mod device;
mod loss;
#[cfg(test)]
mod tests;

use adam::Adam;
pub use adam::LearnConfig;
pub use device::Device;

use crate::config::check_lengths;
use crate::{Config, Error, Linear, Weights};

/// A net that learns.
///
/// ```
/// use nn::train::{Batch, LearnConfig, Learner};
/// use nn::{Config, Net};
///
/// let config = Config { inputs: 2, hidden: vec![8], policies: 3 };
/// let mut learner = Learner::new(config, LearnConfig::default(), 7)?;
/// let batch = Batch {
///     features: &[0.1, -0.4, 0.9, 0.2],
///     values: &[Some(1.0), None], // the second row has no value target,
///     policies: &[0.25, 0.75, 0.0, 0.0, 0.0, 0.0],
///     legal: &[true, true, false, false, false, false], // and, with no legal action, no policy target
///     weights: &[1.0, 1.0],
/// };
/// let first = learner.step(&batch)?;
/// for _ in 0..20 {
///     learner.step(&batch)?;
/// }
/// let last = learner.step(&batch)?;
/// assert!(last.value_loss < first.value_loss && last.policy_loss < first.policy_loss);
/// let net = Net::new(learner.weights());
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Learner {
    weights: Weights,
    learn: LearnConfig,
    adam: Adam,
}

/// Situations and what the net should say of them; rows lie behind one another, and `values` counts them.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// [`Config::inputs`] numbers for each row.
    pub features: &'a [f32],
    /// What each row turned out to be worth, if that is known.
    pub values: &'a [Option<f32>],
    /// Wanted chances, [`Config::policies`] for each row: they sum to 1 over the legal actions and are 0 elsewhere.
    pub policies: &'a [f32],
    /// Which actions may be taken, as many as `policies`. A row with no legal action has no policy target.
    pub legal: &'a [bool],
    /// How much each row counts, 0 or more: what undoes a replay's preferences.
    pub weights: &'a [f32],
}

/// What one step found.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// The step, from 1.
    pub step: u64,
    /// Weighted mean of V before the step; `None` if no row with a weight has a value target.
    pub value_loss: Option<f64>,
    /// Weighted mean of P before the step, in nats; `None` if no row with a weight has a policy target.
    pub policy_loss: Option<f64>,
    /// Length of the gradient of all weights and biases, before clipping.
    pub gradient_norm: f64,
    /// Learning rate of this step.
    pub learning_rate: f64,
    /// `|value - target|` of each row before the step, for a replay that prefers surprises; `None` without a value target.
    pub priorities: Vec<Option<f32>>,
}

impl Learner {
    /// Begins with the random weights of [`Weights::seeded`]; nothing else here is random.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Learn`].
    pub fn new(config: Config, learn: LearnConfig, seed: u64) -> Result<Learner, Error> {
        Learner::from_weights(Weights::seeded(config, seed)?, learn)
    }

    /// Begins with given weights, at step 0 of the schedule and with Adam's moments at zero.
    ///
    /// # Errors
    /// [`Error::Learn`].
    pub fn from_weights(weights: Weights, learn: LearnConfig) -> Result<Learner, Error> {
        learn.check()?;
        Ok(Learner {
            adam: Adam::new(&weights),
            weights,
            learn,
        })
    }

    /// Moves the weights one step down the loss of a batch.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Input`], [`Error::Target`] or [`Error::NothingToLearn`] for a batch that is none;
    /// [`Error::Diverged`] if a row's loss is not finite, [`Error::Gradient`] if the gradient is not. The learner is then as it was
    /// before.
    pub fn step(&mut self, batch: &Batch) -> Result<StepReport, Error> {
        self.step_by(batch, loss::gradient)
    }

    /// The same with the gradient from a GPU: as good, and other bits. After an error of the device the learner is as it was before
    /// and can go on with [`Learner::step`].
    ///
    /// # Errors
    /// Those of [`Learner::step`], and [`Error::Device`].
    ///
    /// # Panics
    /// If the device was made for nets of another shape.
    pub fn step_on(&mut self, device: &mut Device, batch: &Batch) -> Result<StepReport, Error> {
        self.step_by(batch, |weights, learn, batch, step| {
            device.gradient(weights, learn, batch, step)
        })
    }

    fn step_by(
        &mut self,
        batch: &Batch,
        gradient: impl FnOnce(
            &Weights,
            &LearnConfig,
            &Batch,
            u64,
        ) -> Result<(loss::Losses, Vec<Linear>), Error>,
    ) -> Result<StepReport, Error> {
        batch.check(self.weights.config())?;
        let step = self.adam.steps() + 1;
        let (losses, mut gradient) = gradient(&self.weights, &self.learn, batch, step)?;
        let gradient_norm = adam::norm(&gradient);
        if !gradient_norm.is_finite() {
            let (row, loss) = losses.worst();
            return Err(Error::Gradient {
                step,
                norm: gradient_norm,
                row,
                loss,
            });
        }
        self.learn.clip(&mut gradient, gradient_norm);
        self.adam.step(&self.learn, &gradient, &mut self.weights);
        Ok(StepReport {
            step,
            value_loss: losses.value,
            policy_loss: losses.policy,
            gradient_norm,
            learning_rate: self.learn.learning_rate_at(step),
            priorities: losses.priorities,
        })
    }

    /// Bytes of a learner of such a net with steps of so many rows, about: weights, both of Adam's means, and for the time of a step
    /// the gradient, burn's copies of the weights and what its reverse mode keeps of each row.
    #[must_use]
    pub fn bytes_for(config: &Config, rows: usize) -> u64 {
        let weights = 4 * config.parameters() as u64;
        let row = 4 * (3 * config.inputs + 10 * config.activations()) as u64;
        9 * weights + rows as u64 * row
    }

    /// The weights now: for a [`Net`](crate::Net), or for [`Weights::save`].
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// How it learns.
    #[must_use]
    pub fn learn(&self) -> &LearnConfig {
        &self.learn
    }

    /// Steps taken so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.adam.steps()
    }
}

/// Chances may miss a sum of 1 by this much; what `f32` rounds away of 65,536 of them is less.
const SUM_TOLERANCE: f64 = 1e-3;

impl Batch<'_> {
    /// Refuses what does not fit the net, is not finite, or is no chance.
    fn check(&self, config: &Config) -> Result<(), Error> {
        let rows = self.values.len();
        let lengths = [
            ("features", self.features.len(), config.inputs),
            ("policies", self.policies.len(), config.policies),
            ("legal", self.legal.len(), config.policies),
            ("weights", self.weights.len(), 1),
        ];
        check_lengths(rows, lengths)?;
        config.check_finite(self.features)?;
        let mut learns = false;
        for row in 0..rows {
            let refuse = |what, value| Err(Error::Target { what, row, value });
            let weight = self.weights[row];
            if !(weight.is_finite() && weight >= 0.0) {
                return refuse("a weight that is not a finite number of 0 or more", weight);
            }
            if let Some(value) = self.values[row].filter(|value| !value.is_finite()) {
                return refuse("a value target that is not a finite number", value);
            }
            let chances = &self.policies[row * config.policies..][..config.policies];
            let legal = &self.legal[row * config.policies..][..config.policies];
            let mut sum = 0.0;
            for (&chance, &legal) in chances.iter().zip(legal) {
                if !(chance.is_finite() && chance >= 0.0) {
                    return refuse("a chance that is not a finite number of 0 or more", chance);
                }
                if !legal && chance > 0.0 {
                    return refuse("a chance on an illegal action", chance);
                }
                sum += f64::from(chance);
            }
            let has_policy = legal.contains(&true);
            if has_policy && (sum - 1.0).abs() > SUM_TOLERANCE {
                return refuse("chances whose sum is not 1 but", sum as f32);
            }
            learns |= weight > 0.0 && (has_policy || self.values[row].is_some());
        }
        if learns {
            Ok(())
        } else {
            Err(Error::NothingToLearn { rows })
        }
    }
}
