//! A game as a net sees it, and the net as the judge of its states.

use nn::Net;
use search::{Evaluator, Game, Judgement};

use crate::Error;

/// A game whose states can be written as numbers.
pub trait View: Game {
    /// Numbers in one encoded state.
    fn inputs(&self) -> usize;

    /// Policy outputs.
    fn policies(&self) -> usize;

    /// Writes `state` into `out`, which holds [`View::inputs`] zeros. Finite numbers of order one.
    fn encode(&self, state: &Self::State, out: &mut [f32]);

    /// The same for many states, one row of `out` each; a game in which states share what is slow to write may do better than
    /// one by one.
    fn encode_all(&self, states: &[Self::State], out: &mut [f32]) {
        for (state, row) in states.iter().zip(out.chunks_exact_mut(self.inputs())) {
            self.encode(state, row);
        }
    }

    /// Which policy output speaks of this action, the `index`-th legal one; no two legal actions of a state share one.
    fn slot(&self, state: &Self::State, action: Self::Action, index: usize) -> usize;

    /// What the net's value means at `state`.
    fn scale(&self, state: &Self::State) -> Scale;
}

/// `worth = zero + unit * value`: where the zero is a good guess, the net has only the rest to learn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The worth that a value of 0 stands for, in the game's unit.
    pub zero: f64,
    /// What a value of 1 adds; positive.
    pub unit: f64,
}

impl Scale {
    /// The worth that `value` stands for.
    pub fn worth(self, value: f64) -> f64 {
        self.zero + self.unit * value
    }

    /// The value that stands for `worth`.
    pub fn value(self, worth: f64) -> f64 {
        (worth - self.zero) / self.unit
    }
}

/// A family of games that one net is to play: the ground it trains on.
pub trait Field: Sync {
    /// One of the games.
    type Game: View<State: Clone + Send, Action: Copy>;

    /// The shape of what a net must take and give: inputs and policy outputs of every game of the family.
    fn shape(&self) -> (usize, usize);

    /// The game of this number, and where it starts. The same number is the same game.
    fn draw(&self, number: u64) -> (Self::Game, <Self::Game as Game>::State);

    /// Which kind of game this number is, such as the regime of its market: what the games bring is told for each, and rows may be drawn
    /// in shares of them (`TrainConfig::strata`).
    fn stratum(&self, _number: u64) -> u32 {
        0
    }
}

/// Judges states by a net: worth from the value, priors from the logits of the legal actions.
pub struct NetJudge<'a, G: View> {
    game: &'a G,
    net: &'a mut Net,
    rows: Vec<f32>,
    values: Vec<f32>,
    logits: Vec<f32>,
    actions: Vec<G::Action>,
    /// States judged so far.
    judged: u64,
}

impl<'a, G: View> NetJudge<'a, G> {
    /// A judge of this game's states.
    ///
    /// # Errors
    /// [`Error::Shape`] where the net takes other inputs or gives other outputs than the game has.
    pub fn new(game: &'a G, net: &'a mut Net) -> Result<NetJudge<'a, G>, Error> {
        fits(net.config(), (game.inputs(), game.policies()))?;
        Ok(NetJudge {
            game,
            net,
            rows: Vec::new(),
            values: Vec::new(),
            logits: Vec::new(),
            actions: Vec::new(),
            judged: 0,
        })
    }

    /// States judged so far.
    pub fn judged(&self) -> u64 {
        self.judged
    }
}

/// Whether a net of this shape plays games of this one.
pub(crate) fn fits(net: &nn::Config, (inputs, policies): (usize, usize)) -> Result<(), Error> {
    if (net.inputs, net.policies) == (inputs, policies) {
        return Ok(());
    }
    Err(Error::Shape {
        net: (net.inputs, net.policies),
        game: (inputs, policies),
    })
}

impl<G: View> Evaluator<G::State> for NetJudge<'_, G> {
    fn evaluate(
        &mut self,
        leaves: &[G::State],
        out: &mut [Judgement],
    ) -> Result<(), search::Error> {
        let (inputs, policies) = (self.game.inputs(), self.game.policies());
        self.rows.clear();
        self.rows.resize(leaves.len() * inputs, 0.0);
        self.values.resize(leaves.len(), 0.0);
        self.logits.resize(leaves.len() * policies, 0.0);
        self.game.encode_all(leaves, &mut self.rows);
        self.net
            .forward(&self.rows, &mut self.values, &mut self.logits)
            .map_err(|error| search::Error::Evaluator(Box::new(error)))?;
        for (at, (leaf, judgement)) in leaves.iter().zip(out).enumerate() {
            let logits = &self.logits[at * policies..][..policies];
            judgement.worth = self.game.scale(leaf).worth(f64::from(self.values[at]));
            judgement.spread = None;
            self.actions.clear();
            self.game.actions(leaf, &mut self.actions);
            judgement.priors.clear();
            let legal = self.actions.iter().enumerate();
            judgement
                .priors
                .extend(legal.map(|(index, &action)| {
                    f64::from(logits[self.game.slot(leaf, action, index)])
                }));
            softmax(&mut judgement.priors);
        }
        self.judged += leaves.len() as u64;
        Ok(())
    }
}

/// `exp(x - max) / sum`, in place.
fn softmax(numbers: &mut [f64]) {
    let greatest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for number in numbers.iter_mut() {
        *number = (*number - greatest).exp();
        sum += *number;
    }
    for number in numbers {
        *number /= sum;
    }
}
