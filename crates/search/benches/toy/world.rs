//! The toy environment of the comparisons with mctx, the same in both languages: `benches/peers/toy.py` is its twin.
//!
//! ```text
//! e' = 0.9 e + A[action]          features: e, repeated up to 768 numbers          discount 0.99, reward 0
//! stochastic:  f = 0.9 e + A[action],  afterstate net (outcome logits, value);   e' = 0.9 f + C[outcome],  state net
//! ```
//! Nets are those of the crate `nn`, 768-512-256-(logits, value), He-initialised (uniform), no biases, value through tanh. All constants come from a 32-bit hash, exact in
//! `f32`. A state is its place in the world's own memory, where `e` lies; features are made for leaves only.

use nn::{Linear, Net, Precision, Weights};
use search::compat::{Answers, Kind, Leaves, Model};

pub(crate) const ACTIONS: usize = 32;
pub(crate) const OUTCOMES: usize = 8;
pub(crate) const FEATURES: usize = 768;
pub(crate) const DISCOUNT: f32 = 0.99;
pub(crate) const DECAY: f32 = 0.9;

/// Mixes 32 bits (the finaliser "lowbias32" of C. Wellons, public domain).
fn mix(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// Number `index` of column `column`, in [-1, 1) and exact in `f32`.
pub(crate) fn uniform(column: u32, index: usize) -> f32 {
    let bits = mix((index as u32).wrapping_mul(0x9e37_79b1) ^ mix(column));
    (bits >> 8) as f32 * 2f32.powi(-23) - 1.0
}

/// A He-initialised net with `logits` logits and a value, which is the last column of the last layer here.
pub(crate) fn net(column: u32, logits: usize, precision: Precision) -> Net {
    Net::with(&weights(column, logits), precision)
}

/// Its weights.
pub(crate) fn weights(column: u32, logits: usize) -> Weights {
    let config = nn::Config {
        inputs: FEATURES,
        hidden: vec![512, 256],
        policies: logits,
    };
    // Layer, its inputs, all its outputs, and which of them.
    let linear = |layer: u32, inputs: usize, width: usize, outputs: std::ops::Range<usize>| {
        let scale = (6.0 / inputs as f32).sqrt();
        let weight =
            |o: usize| (0..inputs).map(move |i| uniform(column + layer, i * width + o) * scale);
        Linear {
            name: String::new(),
            inputs,
            outputs: outputs.len(),
            bias: vec![0.0; outputs.len()],
            weight: outputs.flat_map(weight).collect(),
        }
    };
    let layers = vec![
        linear(0, FEATURES, 512, 0..512),
        linear(1, 512, 256, 0..256),
        linear(2, 256, logits + 1, logits..logits + 1),
        linear(2, 256, logits + 1, 0..logits),
    ];
    Weights::new(config, layers).expect("layers of this shape")
}

/// What a net says of one root.
pub(crate) struct Judged {
    pub(crate) state: u32,
    pub(crate) value: f32,
    pub(crate) logits: Vec<f32>,
}

/// The environment with its nets and the states it has met.
pub(crate) struct World {
    /// Roots searched together.
    pub(crate) batch: usize,
    width: usize,
    state_net: Net,
    after_net: Option<Net>,
    action_moves: Vec<f32>,
    outcome_moves: Vec<f32>,
    /// `e` of every state, one row after the other.
    pool: Vec<f32>,
    used: usize,
    features: Vec<f32>,
    values: Vec<f32>,
    logits: Vec<f32>,
    rows: Vec<usize>,
}

impl World {
    /// States of `width` numbers (a divisor of 768), up to `batch` roots with `nodes` nodes each.
    pub(crate) fn new(
        width: usize,
        stochastic: bool,
        precision: Precision,
        batch: usize,
        nodes: usize,
    ) -> World {
        World {
            // Two nets share the leaves of a stochastic search, so it takes more of them to fill both.
            batch: if stochastic { 64 } else { 16 },
            width,
            state_net: net(10, ACTIONS, precision),
            after_net: stochastic.then(|| net(20, OUTCOMES, precision)),
            action_moves: (0..ACTIONS * width).map(|i| 0.5 * uniform(1, i)).collect(),
            outcome_moves: (0..OUTCOMES * width).map(|i| 0.5 * uniform(2, i)).collect(),
            pool: vec![0.0; batch * nodes * width],
            used: 0,
            features: vec![0.0; batch * FEATURES],
            values: vec![0.0; batch],
            logits: vec![0.0; batch * ACTIONS.max(OUTCOMES)],
            rows: Vec::with_capacity(batch),
        }
    }

    /// Forgets all states but the first `batch`, the roots.
    pub(crate) fn forget(&mut self, batch: usize) {
        self.used = batch;
    }

    /// Makes roots `first..first + batch` and asks the net about them.
    pub(crate) fn roots(&mut self, first: usize, batch: usize) -> Vec<Judged> {
        let width = self.width;
        self.used = batch;
        for root in 0..batch {
            for j in 0..width {
                self.pool[root * width + j] = 0.5 * uniform(3, (first + root) * width + j);
            }
            let row = &self.pool[root * width..][..width];
            for part in self.features[root * FEATURES..][..FEATURES].chunks_exact_mut(width) {
                part.copy_from_slice(row);
            }
        }
        let done = self.state_net.forward(
            &self.features[..batch * FEATURES],
            &mut self.values[..batch],
            &mut self.logits[..batch * ACTIONS],
        );
        done.expect("finite features");
        (0..batch)
            .map(|root| Judged {
                state: root as u32,
                value: self.values[root].tanh(),
                logits: self.logits[root * ACTIONS..][..ACTIONS].to_vec(),
            })
            .collect()
    }
}

impl Model for World {
    type State = u32;
    type Error = nn::Error;

    fn preferred_batch(&self) -> usize {
        self.batch
    }

    fn step(
        &mut self,
        leaves: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), nn::Error> {
        let width = self.width;
        for kind in [Kind::Action, Kind::Outcome] {
            self.rows.clear();
            self.rows
                .extend((0..leaves.len()).filter(|&i| leaves.kinds[i] == kind));
            if self.rows.is_empty() {
                continue;
            }
            // In a deterministic world an action leads straight to a state.
            let (net, moves, logits) = match (&mut self.after_net, kind) {
                (Some(net), Kind::Action) => (net, &self.action_moves, OUTCOMES),
                (None, Kind::Action) => (&mut self.state_net, &self.action_moves, ACTIONS),
                (_, Kind::Outcome) => (&mut self.state_net, &self.outcome_moves, ACTIONS),
            };
            let first = self.used;
            for (slot, &i) in self.rows.iter().enumerate() {
                let (old, new) = self.pool.split_at_mut(self.used * width);
                let e = &old[leaves.parents[i] as usize * width..][..width];
                let by = &moves[leaves.moves[i] as usize * width..][..width];
                let new = &mut new[..width];
                for ((new, e), by) in new.iter_mut().zip(e).zip(by) {
                    *new = DECAY * e + by;
                }
                if width < FEATURES {
                    for part in self.features[slot * FEATURES..][..FEATURES].chunks_exact_mut(width)
                    {
                        part.copy_from_slice(new);
                    }
                }
                answers.states[i] = self.used as u32;
                self.used += 1;
            }
            let count = self.rows.len();
            // New states lie side by side: at full width they are the features.
            let features = if width < FEATURES {
                &self.features[..count * FEATURES]
            } else {
                &self.pool[first * width..][..count * width]
            };
            let (values, all) = (
                &mut self.values[..count],
                &mut self.logits[..count * logits],
            );
            net.forward(features, values, all)?;
            for (slot, &i) in self.rows.iter().enumerate() {
                answers
                    .logits(i)
                    .copy_from_slice(&all[slot * logits..][..logits]);
                answers.values[i] = values[slot].tanh();
                answers.rewards[i] = 0.0;
                answers.discounts[i] = DISCOUNT;
            }
        }
        Ok(())
    }
}
