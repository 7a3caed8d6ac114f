//! What a run asks of whoever owns the machine, and how much of it a run takes.

use nn::{Config, Net};

use nn::train::Learner;

use super::{TrainConfig, width};
use experience::{Replay, ReplayConfig};

/// Who knows clocks, heat and memory: a run knows none of them. It is asked between games and steps, from every thread of the run.
///
/// No answer changes what a run of generations learns, to the last bit: threads that wait leave their games to the others.
pub trait Leave: Send + Sync {
    /// How many of `threads` may play now. 0: the run pauses, and asks again; `go_on` is asked meanwhile too.
    fn workers(&self, threads: usize) -> usize;

    /// A thread of the run begins.
    fn enter(&self) {}

    /// A game is over for which so many states were judged.
    fn judged(&self, states: u64) {
        let _ = states;
    }
}

/// Memory of a run, in bytes, about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Rows that may be drawn.
    pub replay: u64,
    /// Weights, the optimiser's state, and a step.
    pub learner: u64,
    /// Nets and trees of the games in flight, one game a thread.
    pub games: u64,
    /// The games of one generation, until they are on the disk and in the replay.
    pub rows: u64,
}

impl Needs {
    /// All together.
    pub fn total(&self) -> u64 {
        self.replay + self.learner + self.games + self.rows
    }
}

impl TrainConfig {
    /// The replay's shape for games with so many inputs and policy outputs.
    pub(super) fn replay(&self, (inputs, policies): (usize, usize), seed: u64) -> ReplayConfig {
        ReplayConfig {
            capacity: self.capacity,
            width: width(inputs, policies),
            alpha: self.alpha,
            groups: self.strata.clone(),
            seed,
            ratio: None,
        }
    }

    /// The net's shape for such games.
    pub(super) fn net(&self, (inputs, policies): (usize, usize)) -> Config {
        Config {
            inputs,
            hidden: self.hidden.clone(),
            policies,
        }
    }

    /// What a run takes that plays games of `shape` (inputs, policy outputs) and of about `moves` decisions on `threads` threads. A
    /// search keeps `evaluation_bytes` for each of its evaluations, which the game knows.
    pub fn needs(
        &self,
        shape: (usize, usize),
        threads: usize,
        moves: f64,
        evaluation_bytes: u64,
    ) -> Needs {
        let row = 4 * width(shape.0, shape.1) as u64;
        let net = self.net(shape);
        let decisions = (f64::from(self.games) * moves) as u64;
        let tree = u64::from(self.play.search.evaluations) * evaluation_bytes;
        Needs {
            replay: Replay::bytes_for(&self.replay(shape, 0)),
            learner: Learner::bytes_for(&net, self.batch),
            games: threads.max(1) as u64 * (Net::bytes_for(&net) + tree),
            // As lessons, as rows, as bytes, and as the block that is written.
            rows: 4 * decisions * row,
        }
    }
}
