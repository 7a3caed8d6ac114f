//! The toy environment of `world.rs` for a net that judges while this thread goes on: batches in flight, one for each group of
//! roots. No afterstates.

use nn::{Net, Weights};
use search::compat::{Answers, Leaves, Model};

use crate::world::{ACTIONS, DECAY, DISCOUNT, FEATURES, Judged, uniform};

/// Hears what a net says of each row: its number, the value before tanh, and the logits.
pub(crate) type Hear<'a> = &'a mut dyn FnMut(usize, f32, &[f32]);

/// A batch of rows in flight. A GPU's slot, or the processor's net, which has the work done when it is waited for.
pub(crate) trait Batch {
    /// Room for as many rows of features as the batch may have.
    fn inputs(&mut self) -> &mut [f32];
    /// Begins to judge the first `rows` rows; what was in flight is thrown away.
    fn submit(&mut self, rows: usize) -> Result<(), String>;
    /// Waits for the answers and tells them, row by row.
    fn wait(&mut self, hear: Hear<'_>) -> Result<(), String>;
}

/// The net of the crate `nn` on this thread.
pub(crate) struct OnThread {
    net: Net,
    inputs: Vec<f32>,
    values: Vec<f32>,
    logits: Vec<f32>,
    rows: usize,
}

impl OnThread {
    pub(crate) fn new(weights: &Weights, rows_max: usize) -> OnThread {
        OnThread {
            net: Net::new(weights),
            inputs: vec![0.0; rows_max * FEATURES],
            values: vec![0.0; rows_max],
            logits: vec![0.0; rows_max * ACTIONS],
            rows: 0,
        }
    }
}

impl Batch for OnThread {
    fn inputs(&mut self) -> &mut [f32] {
        &mut self.inputs
    }

    fn submit(&mut self, rows: usize) -> Result<(), String> {
        self.rows = rows;
        Ok(())
    }

    fn wait(&mut self, hear: Hear<'_>) -> Result<(), String> {
        let rows = self.rows;
        let (values, logits) = (&mut self.values[..rows], &mut self.logits[..rows * ACTIONS]);
        let done = (self.net).forward(&self.inputs[..rows * FEATURES], values, logits);
        done.map_err(|error| error.to_string())?;
        let rows = values.iter().zip(logits.chunks_exact(ACTIONS));
        for (row, (value, logits)) in rows.enumerate() {
            hear(row, *value, logits);
        }
        Ok(())
    }
}

/// No net: the answers are drawn by a word of each row, at once. What is left is the trees and the features, which bounds any device.
pub(crate) struct Drawn {
    inputs: Vec<f32>,
    answers: Vec<f32>,
    rows: usize,
}

impl Drawn {
    pub(crate) fn new(rows_max: usize) -> Drawn {
        Drawn {
            inputs: vec![0.0; rows_max * FEATURES],
            answers: (0..256 * (ACTIONS + 1)).map(|i| uniform(30, i)).collect(),
            rows: 0,
        }
    }
}

impl Batch for Drawn {
    fn inputs(&mut self) -> &mut [f32] {
        &mut self.inputs
    }

    fn submit(&mut self, rows: usize) -> Result<(), String> {
        self.rows = rows;
        Ok(())
    }

    fn wait(&mut self, hear: Hear<'_>) -> Result<(), String> {
        for row in 0..self.rows {
            let word = self.inputs[row * FEATURES].to_bits() >> 8;
            let said = &self.answers[(word & 255) as usize * (ACTIONS + 1)..][..ACTIONS + 1];
            hear(row, said[0], &said[1..]);
        }
        Ok(())
    }
}

/// The net on a device: a batch is in flight from `submit` on.
pub(crate) struct OnDevice {
    slot: nn::gpu::Slot,
    in_flight: bool,
}

impl OnDevice {
    pub(crate) fn new(slot: nn::gpu::Slot) -> OnDevice {
        OnDevice {
            slot,
            in_flight: false,
        }
    }

    /// Throws away what a search that failed left in flight.
    fn settle(&mut self) {
        if std::mem::take(&mut self.in_flight) {
            let _ = self.slot.wait();
        }
    }
}

impl Batch for OnDevice {
    fn inputs(&mut self) -> &mut [f32] {
        self.settle();
        self.slot.inputs()
    }

    fn submit(&mut self, rows: usize) -> Result<(), String> {
        self.settle();
        (self.slot.submit(rows)).map_err(|error| error.to_string())?;
        self.in_flight = true;
        Ok(())
    }

    fn wait(&mut self, hear: Hear<'_>) -> Result<(), String> {
        self.in_flight = false;
        let answers = self.slot.wait().map_err(|error| error.to_string())?;
        for row in 0..answers.rows() {
            hear(row, answers.value(row), answers.policy(row));
        }
        Ok(())
    }
}

/// The environment: what states it has met, and the batches in flight.
pub(crate) struct Flock<B> {
    width: usize,
    /// Roots in a group, at most.
    pub(crate) rows: usize,
    slots: Vec<Slot<B>>,
    moves: Vec<f32>,
    /// `e` of every state, one row after the other.
    pool: Vec<f32>,
    used: usize,
}

struct Slot<B> {
    batch: B,
    /// The state of its first leaf; the others follow.
    first: usize,
}

impl<B: Batch> Flock<B> {
    /// States of `width` numbers (a divisor of 768), up to `roots` roots with `nodes` nodes each, `rows` at most in a batch.
    pub(crate) fn new(
        width: usize,
        roots: usize,
        nodes: usize,
        rows: usize,
        batches: Vec<B>,
    ) -> Flock<B> {
        Flock {
            width,
            rows,
            slots: batches
                .into_iter()
                .map(|batch| Slot { batch, first: 0 })
                .collect(),
            moves: (0..ACTIONS * width).map(|i| 0.5 * uniform(1, i)).collect(),
            pool: vec![0.0; roots * nodes * width],
            used: 0,
        }
    }

    /// Forgets all states but the first `roots`, the roots.
    pub(crate) fn forget(&mut self, roots: usize) {
        self.used = roots;
    }

    /// Makes roots `first..first + roots` and asks the net about them.
    pub(crate) fn roots(&mut self, first: usize, roots: usize) -> Result<Vec<Judged>, String> {
        let width = self.width;
        self.used = roots;
        for (j, slot) in self.pool[..roots * width].iter_mut().enumerate() {
            *slot = 0.5 * uniform(3, first * width + j);
        }
        let mut judged = Vec::with_capacity(roots);
        let batch = &mut self.slots[0].batch;
        for some in self.pool[..roots * width].chunks(self.rows * width) {
            let inputs = batch.inputs().chunks_exact_mut(FEATURES);
            for (features, e) in inputs.zip(some.chunks_exact(width)) {
                repeat(e, features);
            }
            batch.submit(some.len() / width)?;
            batch.wait(&mut |_, value, logits| {
                judged.push(Judged {
                    state: judged.len() as u32,
                    value: value.tanh(),
                    logits: logits.to_vec(),
                });
            })?;
        }
        Ok(judged)
    }
}

/// Features of a state.
pub(crate) fn repeat(e: &[f32], features: &mut [f32]) {
    for part in features.chunks_exact_mut(e.len()) {
        part.copy_from_slice(e);
    }
}

impl<B: Batch> Model for Flock<B> {
    type State = u32;
    type Error = String;

    fn preferred_batch(&self) -> usize {
        self.rows
    }

    fn groups(&self) -> usize {
        self.slots.len()
    }

    fn begin(&mut self, group: usize, leaves: Leaves<'_, u32>) -> Result<(), String> {
        let width = self.width;
        let slot = &mut self.slots[group];
        slot.first = self.used;
        let (old, new) = self.pool.split_at_mut(self.used * width);
        let inputs = slot.batch.inputs().chunks_exact_mut(FEATURES);
        let rows = inputs.zip(new.chunks_exact_mut(width));
        for ((features, new), (parent, action)) in rows.zip(leaves.parents.iter().zip(leaves.moves))
        {
            let e = &old[*parent as usize * width..][..width];
            let by = &self.moves[*action as usize * width..][..width];
            if width == FEATURES {
                // Written where the tree and where the net will read it, in one pass.
                for (((to, new), e), by) in features.iter_mut().zip(new).zip(e).zip(by) {
                    *new = DECAY * e + by;
                    *to = *new;
                }
            } else {
                for ((new, e), by) in new.iter_mut().zip(e).zip(by) {
                    *new = DECAY * e + by;
                }
                repeat(new, features);
            }
        }
        self.used += leaves.len();
        slot.batch.submit(leaves.len())
    }

    fn finish(
        &mut self,
        group: usize,
        _: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), String> {
        let Slot { batch, first } = &mut self.slots[group];
        batch.wait(&mut |i, value, logits| {
            answers.states[i] = (*first + i) as u32;
            answers.values[i] = value.tanh();
            answers.logits(i).copy_from_slice(logits);
        })?;
        answers.rewards.fill(0.0);
        answers.discounts.fill(DISCOUNT);
        Ok(())
    }

    fn step(&mut self, leaves: Leaves<'_, u32>, answers: Answers<'_, u32>) -> Result<(), String> {
        self.begin(0, leaves)?;
        self.finish(0, leaves, answers)
    }
}
