//! A model that costs nothing, so that the tree alone is timed: logits and value come from a table of 256 rows.
//!
//! `h' = 1664525 h + 1013904223 action + 1` modulo 2^32, and the row is the top 8 bits. Twin: `table_search` in `peers/toy.py`.

use std::convert::Infallible;

use search::compat::{Answers, Leaves, Model};

use crate::world::{Judged, uniform};

pub(crate) struct Table {
    actions: usize,
    rows: Vec<f32>,
    /// Roots searched together.
    pub(crate) batch: usize,
}

impl Table {
    pub(crate) fn new(actions: usize) -> Table {
        Table {
            actions,
            batch: 8,
            rows: (0..256 * (actions + 1)).map(|i| uniform(30, i)).collect(),
        }
    }

    fn row(&self, state: u32) -> &[f32] {
        let width = self.actions + 1;
        &self.rows[(state >> 24) as usize * width..][..width]
    }

    pub(crate) fn roots(&self, batch: usize) -> Vec<Judged> {
        (0..batch as u32)
            .map(|root| {
                let state = root.wrapping_mul(0x9e37_79b1);
                let row = self.row(state);
                Judged {
                    state,
                    value: row[self.actions],
                    logits: row[..self.actions].to_vec(),
                }
            })
            .collect()
    }
}

impl Model for Table {
    type State = u32;
    type Error = Infallible;

    fn preferred_batch(&self) -> usize {
        self.batch
    }

    fn step(
        &mut self,
        leaves: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), Infallible> {
        for i in 0..leaves.len() {
            let state = leaves.parents[i]
                .wrapping_mul(1_664_525)
                .wrapping_add(leaves.moves[i].wrapping_mul(1_013_904_223))
                .wrapping_add(1);
            let row = self.row(state);
            answers.logits(i).copy_from_slice(&row[..self.actions]);
            answers.values[i] = row[self.actions];
            answers.rewards[i] = 0.0;
            answers.discounts[i] = 0.99;
            answers.states[i] = state;
        }
        Ok(())
    }
}
