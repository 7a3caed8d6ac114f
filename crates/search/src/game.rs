//! What the planner must be told: the rules of the game, and a judge for states it has no time to play out.

use crate::Error;

/// The rules of a game with chance: one player, or two who take turns and want the opposite; everything is known but the
/// dice.
pub trait Game {
    /// All that the future depends on.
    type State: Clone;
    /// What the player may choose; small.
    type Action: Copy;

    /// Pushes the legal actions of an unfinished state onto `out`, which arrives empty. Their order is their index.
    ///
    /// A state without actions is finished and must have a [`Game::terminal_worth`].
    fn actions(&self, state: &Self::State, out: &mut Vec<Self::Action>);

    /// Pushes every outcome of `action` onto `out`, which arrives empty. Probabilities sum to 1 within 1e-9.
    fn outcomes(
        &self,
        state: &Self::State,
        action: Self::Action,
        out: &mut Vec<Outcome<Self::State>>,
    );

    /// Exact worth of a finished state, such as zero when all was paid as reward; `None` while the game goes on.
    fn terminal_worth(&self, state: &Self::State) -> Option<f64>;

    /// What one unit of worth after `action` is worth before it. Rewards are not discounted: they are paid at once.
    ///
    /// In a game of two players who want the opposite, every worth and reward is told from the side of who is to move,
    /// and an action that passes the move has the discount -1.
    fn discount(&self, _state: &Self::State, _action: Self::Action) -> f64 {
        1.0
    }

    /// States with equal keys share one node; `None` is never shared.
    ///
    /// Equal keys must mean equal futures, and no line of play may return to a key it has passed: where a position can
    /// repeat, put the step count in the key.
    fn key(&self, _state: &Self::State) -> Option<u128> {
        None
    }
}

/// One way an action may turn out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<S> {
    /// From 0 to 1; the outcomes of one action sum to 1.
    pub probability: f64,
    /// Paid on the way, in the unit of worth.
    pub reward: f64,
    /// Where the game goes on.
    pub state: S,
}

/// Judges leaves: a network, a closed-form heuristic, or a constant in tests.
///
/// [`crate::run`] calls [`Evaluator::evaluate`]; [`crate::run_all`] calls [`Evaluator::begin`] and [`Evaluator::finish`], which
/// come to the same unless the evaluator says otherwise.
pub trait Evaluator<State> {
    /// Fills `out[i]` for `leaves[i]`. One call is one batch; the tree never learns which device answered.
    ///
    /// Both slices have the same length, at most the smaller of [`Evaluator::batch`] and
    /// [`crate::SearchConfig::batch`] (for [`crate::run_all`]: of the first alone). A slot arrives as
    /// [`Judgement::default`], which is refused if it is left so.
    fn evaluate(&mut self, leaves: &[State], out: &mut [Judgement]) -> Result<(), Error>;

    /// The most states that one call may hold: what the device behind it digests best. At least 1. The tree does not
    /// depend on it.
    fn batch(&self) -> u32 {
        u32::MAX
    }

    /// How many batches may be in flight at once: 1 by default, two or three for a device that judges while this thread goes
    /// on. [`crate::run_all`] makes as many groups of roots. No tree depends on it.
    fn groups(&self) -> usize {
        1
    }

    /// Begins to judge the leaves of group `group`, below [`Evaluator::groups`], and returns at once. By default does nothing.
    ///
    /// A search that fails leaves groups begun and not finished: what was in flight for `group` is then to be thrown away.
    fn begin(&mut self, _group: usize, _leaves: &[State]) -> Result<(), Error> {
        Ok(())
    }

    /// Waits for the judgements of what was begun last for `group`; the leaves are the same again. By default this is
    /// [`Evaluator::evaluate`].
    fn finish(
        &mut self,
        _group: usize,
        leaves: &[State],
        out: &mut [Judgement],
    ) -> Result<(), Error> {
        self.evaluate(leaves, out)
    }

    /// A judgement that needs no work, such as one remembered from an earlier search. It takes no place in a batch and
    /// nothing from the budget.
    ///
    /// It must be the judgement that [`Evaluator::evaluate`] would give, or the tree depends on what was remembered.
    fn recall(&mut self, _state: &State) -> Option<Judgement> {
        None
    }
}

/// What an evaluator thinks of one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Expected discounted rewards from here to the end, played well.
    pub worth: f64,
    /// Standard deviation of the error of `worth`: errors that go both ways, independent from state to state. 0 is certain,
    /// `None` not known; say `None` too where `worth` is rather a least worth, such as that of one simple plan.
    pub spread: Option<f64>,
    /// How promising each action looks: one weight per legal action in the order of [`Game::actions`], none negative,
    /// of any positive sum. Empty means that all look alike.
    pub priors: Vec<f64>,
}

impl Judgement {
    /// A worth without an opinion on actions or on its own error.
    pub fn of(worth: f64) -> Judgement {
        Judgement {
            worth,
            spread: None,
            priors: Vec::new(),
        }
    }

    /// A worth and the standard deviation of its error.
    pub fn within(worth: f64, spread: f64) -> Judgement {
        Judgement {
            spread: Some(spread),
            ..Judgement::of(worth)
        }
    }
}

impl Default for Judgement {
    /// Not judged yet: the worth is NaN, which the search refuses.
    fn default() -> Judgement {
        Judgement::of(f64::NAN)
    }
}

/// An evaluator made of a function from one state to its worth.
#[derive(Clone, Copy, Debug)]
pub struct Each<F>(pub F);

impl<State, F: FnMut(&State) -> f64> Evaluator<State> for Each<F> {
    fn evaluate(&mut self, leaves: &[State], out: &mut [Judgement]) -> Result<(), Error> {
        for (leaf, judgement) in leaves.iter().zip(out) {
            *judgement = Judgement::of((self.0)(leaf));
        }
        Ok(())
    }
}
