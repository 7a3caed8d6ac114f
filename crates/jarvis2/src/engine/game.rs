//! Where the tree meets the wheel: the rules as a game, and the closed form as a judge.

use market::futures::Outcome as Law;
use search::{Evaluator, Game, Judgement, Outcome};
use std::thread;
use wheel::{Move, Rules, Situation};

/// The wheel as the search sees it.
pub(crate) struct WheelGame<'a>(pub(crate) &'a Rules);

impl Game for WheelGame<'_> {
    type State = Situation;
    type Action = Move;

    fn actions(&self, situation: &Situation, out: &mut Vec<Move>) {
        self.0.moves(situation, out);
    }

    fn outcomes(&self, situation: &Situation, choice: Move, out: &mut Vec<Outcome<Situation>>) {
        let mut after = situation.clone();
        if let Some(action) = self.0.action(situation, choice) {
            // A move that is on the menu can be carried out; if not, nothing is done, which is what a broker would do.
            let _refused = after
                .book
                .trade(&action, self.0.style, &self.0.costs)
                .is_err();
        }
        let mut journeys = Vec::with_capacity(16);
        self.0.journeys(&after, &mut journeys);
        out.extend(journeys.into_iter().map(|(probability, state)| Outcome {
            probability,
            reward: 0.0,
            state,
        }));
    }

    fn terminal_worth(&self, situation: &Situation) -> Option<f64> {
        self.0
            .is_over(situation)
            .then(|| self.0.final_worth(situation))
    }
}

/// Judges a leaf by the expected utility of holding it to the horizon, in closed form; batches are shared out over threads.
pub(crate) struct HeldWorth<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) threads: usize,
    /// States judged so far.
    pub(crate) judged: u64,
}

impl Evaluator<Situation> for HeldWorth<'_> {
    fn evaluate(
        &mut self,
        leaves: &[Situation],
        out: &mut [Judgement],
    ) -> Result<(), search::Error> {
        self.judged += leaves.len() as u64;
        let judge = |leaves: &[Situation], out: &mut [Judgement]| {
            let mut law: Vec<Law> = Vec::with_capacity(48);
            for (leaf, judgement) in leaves.iter().zip(out) {
                *judgement = Judgement::of(self.rules.held_worth(leaf, &mut law));
            }
        };
        let share = leaves.len().div_ceil(self.threads.max(1)).max(16);
        if leaves.len() <= share {
            judge(leaves, out);
            return Ok(());
        }
        thread::scope(|scope| {
            for (leaves, out) in leaves.chunks(share).zip(out.chunks_mut(share)) {
                scope.spawn(|| judge(leaves, out));
            }
        });
        Ok(())
    }
}
