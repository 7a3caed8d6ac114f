//! A game for the exact planner whose rules cost next to nothing and whose leaves a net judges: 32 actions of 8 outcomes, all as
//! likely; a state is a word, from which rewards and 48 features are drawn, repeated up to 768 numbers.

use search::{Error, Evaluator, Game, Judgement, Outcome};

use crate::flock::{Batch, repeat};
use crate::world::{ACTIONS, FEATURES, OUTCOMES, uniform};

/// Numbers of a state.
const WIDTH: usize = 48;

pub(crate) struct Dice;

impl Game for Dice {
    type State = u32;
    type Action = u32;

    fn actions(&self, _: &u32, out: &mut Vec<u32>) {
        out.extend(0..ACTIONS as u32);
    }

    fn outcomes(&self, word: &u32, action: u32, out: &mut Vec<Outcome<u32>>) {
        out.extend((0..OUTCOMES as u32).map(|outcome| {
            let state = (word ^ (action * OUTCOMES as u32 + outcome + 1))
                .wrapping_mul(0x9e37_79b1)
                .rotate_left(15);
            Outcome {
                probability: 1.0 / OUTCOMES as f64,
                reward: 0.1 * f64::from(uniform(4, state as usize)),
                state,
            }
        }));
    }

    fn terminal_worth(&self, _: &u32) -> Option<f64> {
        None
    }

    fn discount(&self, _: &u32, _: u32) -> f64 {
        0.9
    }
}

/// Worth and priors of the words by a net, batches in flight.
pub(crate) struct Judge<B> {
    batches: Vec<B>,
    /// The most rows of a batch.
    rows: usize,
}

impl<B: Batch> Judge<B> {
    pub(crate) fn new(rows: usize, batches: Vec<B>) -> Judge<B> {
        Judge { batches, rows }
    }
}

fn failed(why: String) -> Error {
    Error::Evaluator(why.into())
}

impl<B: Batch> Evaluator<u32> for Judge<B> {
    fn evaluate(&mut self, words: &[u32], out: &mut [Judgement]) -> Result<(), Error> {
        self.begin(0, words)?;
        self.finish(0, words, out)
    }

    fn batch(&self) -> u32 {
        self.rows as u32
    }

    fn groups(&self) -> usize {
        self.batches.len()
    }

    fn begin(&mut self, group: usize, words: &[u32]) -> Result<(), Error> {
        let batch = &mut self.batches[group];
        let rows = batch.inputs().chunks_exact_mut(FEATURES);
        for (row, word) in rows.zip(words) {
            let e: [f32; WIDTH] = std::array::from_fn(|i| uniform(5, *word as usize ^ (i << 20)));
            repeat(&e, row);
        }
        batch.submit(words.len()).map_err(failed)
    }

    fn finish(&mut self, group: usize, _: &[u32], out: &mut [Judgement]) -> Result<(), Error> {
        let hear = &mut |row: usize, value: f32, logits: &[f32]| {
            let judgement = &mut out[row];
            judgement.worth = f64::from(value.tanh());
            let weights = logits.iter().map(|logit| f64::from(*logit).exp());
            judgement.priors.extend(weights);
        };
        self.batches[group].wait(hear).map_err(failed)
    }
}
