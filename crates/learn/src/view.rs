//! A game as a net sees it, and the net as the judge of its states.

use nn::Net;
use nn::gpu::{GpuNet, Slot};
use search::{Evaluator, Game, Judgement, Outcome};

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

/// Judges states by a net: worth from the value, priors from the logits of the legal actions. The net is this thread's, or one
/// on a device, where batches are in flight while the searches of [`search::run_all`] go on.
pub struct NetJudge<'a, G: View> {
    game: &'a G,
    seat: Seat<'a>,
    rows: Vec<f32>,
    actions: Vec<G::Action>,
    /// States judged so far.
    judged: u64,
}

/// Which net judges, and where.
pub enum Judging<'a> {
    /// This thread's: [`NetJudge::new`].
    Processor(&'a mut Net),
    /// One on a device, with so many batches of so many states in flight: [`NetJudge::on_device`].
    Device {
        /// The net.
        net: &'a GpuNet,
        /// Batches in flight.
        groups: usize,
        /// States in a batch, at most.
        rows_max: usize,
    },
}

/// Where the net is.
enum Seat<'a> {
    Here {
        net: &'a mut Net,
        values: Vec<f32>,
        logits: Vec<f32>,
    },
    There(Vec<InFlight>),
}

/// A group's batch on the device.
struct InFlight {
    slot: Slot,
    /// It was begun and not waited for.
    flies: bool,
}

impl InFlight {
    /// Throws away what a search that failed left behind.
    fn settle(&mut self) {
        if std::mem::take(&mut self.flies) {
            let _ = self.slot.wait();
        }
    }
}

impl<'a, G: View> NetJudge<'a, G> {
    /// A judge of this game's states.
    ///
    /// # Errors
    /// [`Error::Shape`] where the net takes other inputs or gives other outputs than the game has.
    pub fn new(game: &'a G, net: &'a mut Net) -> Result<NetJudge<'a, G>, Error> {
        fits(net.config(), (game.inputs(), game.policies()))?;
        let seat = Seat::Here {
            net,
            values: Vec::new(),
            logits: Vec::new(),
        };
        Ok(NetJudge::seated(game, seat))
    }

    /// The same by a net on a device, with `groups` batches of up to `rows_max` states in flight. Its sums are formed in another
    /// order than the processor's, so the last bits of its answers differ.
    ///
    /// # Errors
    /// [`Error::Shape`] as above, [`Error::Net`] where the device has no room.
    pub fn on_device(
        game: &'a G,
        net: &GpuNet,
        groups: usize,
        rows_max: usize,
    ) -> Result<NetJudge<'a, G>, Error> {
        fits(net.config(), (game.inputs(), game.policies()))?;
        let slots = (0..groups.max(1)).map(|_| net.slot(rows_max));
        let slots = slots.map(|slot| {
            Ok(InFlight {
                slot: slot?,
                flies: false,
            })
        });
        let seat = Seat::There(slots.collect::<Result<_, nn::Error>>()?);
        Ok(NetJudge::seated(game, seat))
    }

    /// By either.
    ///
    /// # Errors
    /// As there.
    pub fn by(game: &'a G, judging: Judging<'a>) -> Result<NetJudge<'a, G>, Error> {
        match judging {
            Judging::Processor(net) => NetJudge::new(game, net),
            Judging::Device {
                net,
                groups,
                rows_max,
            } => NetJudge::on_device(game, net, groups, rows_max),
        }
    }

    fn seated(game: &'a G, seat: Seat<'a>) -> NetJudge<'a, G> {
        NetJudge {
            game,
            seat,
            rows: Vec::new(),
            actions: Vec::new(),
            judged: 0,
        }
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

fn failed(error: nn::Error) -> search::Error {
    search::Error::Evaluator(Box::new(error))
}

impl<G: View> Evaluator<G::State> for NetJudge<'_, G> {
    fn evaluate(
        &mut self,
        leaves: &[G::State],
        out: &mut [Judgement],
    ) -> Result<(), search::Error> {
        self.begin(0, leaves)?;
        self.finish(0, leaves, out)
    }

    fn batch(&self) -> u32 {
        match &self.seat {
            Seat::Here { .. } => u32::MAX,
            Seat::There(slots) => slots[0].slot.rows_max() as u32,
        }
    }

    fn groups(&self) -> usize {
        match &self.seat {
            Seat::Here { .. } => 1,
            Seat::There(slots) => slots.len(),
        }
    }

    fn begin(&mut self, group: usize, leaves: &[G::State]) -> Result<(), search::Error> {
        let Seat::There(slots) = &mut self.seat else {
            return Ok(());
        };
        let batch = &mut slots[group];
        batch.settle();
        let inputs = self.game.inputs();
        self.rows.clear();
        self.rows.resize(leaves.len() * inputs, 0.0);
        self.game.encode_all(leaves, &mut self.rows);
        for (at, row) in self.rows.chunks_exact(inputs).enumerate() {
            batch.slot.row(at).copy_from_slice(row);
        }
        batch.slot.submit(leaves.len()).map_err(failed)?;
        batch.flies = true;
        Ok(())
    }

    fn finish(
        &mut self,
        group: usize,
        leaves: &[G::State],
        out: &mut [Judgement],
    ) -> Result<(), search::Error> {
        let (game, actions) = (self.game, &mut self.actions);
        match &mut self.seat {
            Seat::Here {
                net,
                values,
                logits,
            } => {
                let (inputs, policies) = (game.inputs(), game.policies());
                self.rows.clear();
                self.rows.resize(leaves.len() * inputs, 0.0);
                values.resize(leaves.len(), 0.0);
                logits.resize(leaves.len() * policies, 0.0);
                game.encode_all(leaves, &mut self.rows);
                net.forward(&self.rows, values, logits).map_err(failed)?;
                for (at, (leaf, judgement)) in leaves.iter().zip(out).enumerate() {
                    let logits = &logits[at * policies..][..policies];
                    read(game, leaf, values[at], logits, actions, judgement);
                }
            }
            Seat::There(slots) => {
                slots[group].flies = false;
                let answers = slots[group].slot.wait().map_err(failed)?;
                for (at, (leaf, judgement)) in leaves.iter().zip(out).enumerate() {
                    let (value, logits) = (answers.value(at), answers.policy(at));
                    read(game, leaf, value, logits, actions, judgement);
                }
            }
        }
        self.judged += leaves.len() as u64;
        Ok(())
    }
}

/// What the net's answers mean at `leaf`.
fn read<G: View>(
    game: &G,
    leaf: &G::State,
    value: f32,
    logits: &[f32],
    actions: &mut Vec<G::Action>,
    judgement: &mut Judgement,
) {
    judgement.worth = game.scale(leaf).worth(f64::from(value));
    judgement.spread = None;
    actions.clear();
    game.actions(leaf, actions);
    judgement.priors.clear();
    let legal = actions.iter().enumerate();
    judgement
        .priors
        .extend(legal.map(|(index, &action)| f64::from(logits[game.slot(leaf, action, index)])));
    softmax(&mut judgement.priors);
}

/// Several games as one, so that one batch holds the leaves of them all: a state is the place of its game, and the state there.
/// All must have the same inputs and policy outputs; at least one.
#[derive(Clone, Debug)]
pub struct Many<G>(pub Vec<G>);

impl<G> Many<G> {
    fn at(&self, place: u32) -> &G {
        &self.0[place as usize]
    }
}

impl<G: Game> Game for Many<G> {
    type State = (u32, G::State);
    type Action = G::Action;

    fn actions(&self, (place, state): &Self::State, out: &mut Vec<G::Action>) {
        self.at(*place).actions(state, out);
    }

    fn outcomes(
        &self,
        (place, state): &Self::State,
        action: G::Action,
        out: &mut Vec<Outcome<Self::State>>,
    ) {
        let mut outcomes = Vec::with_capacity(16);
        self.at(*place).outcomes(state, action, &mut outcomes);
        out.extend(outcomes.into_iter().map(|outcome| Outcome {
            probability: outcome.probability,
            reward: outcome.reward,
            state: (*place, outcome.state),
        }));
    }

    fn terminal_worth(&self, (place, state): &Self::State) -> Option<f64> {
        self.at(*place).terminal_worth(state)
    }

    fn discount(&self, (place, state): &Self::State, action: G::Action) -> f64 {
        self.at(*place).discount(state, action)
    }

    /// That of its game: a tree has states of one game only.
    fn key(&self, (place, state): &Self::State) -> Option<u128> {
        self.at(*place).key(state)
    }
}

impl<G: View<State: Clone>> View for Many<G> {
    fn inputs(&self) -> usize {
        self.0[0].inputs()
    }

    fn policies(&self) -> usize {
        self.0[0].policies()
    }

    fn encode(&self, (place, state): &Self::State, out: &mut [f32]) {
        self.at(*place).encode(state, out);
    }

    /// Neighbours of the same game together.
    fn encode_all(&self, states: &[Self::State], out: &mut [f32]) {
        let (mut rest, mut together) = (out, Vec::new());
        for run in states.chunk_by(|a, b| a.0 == b.0) {
            let (rows, others) = rest.split_at_mut(run.len() * self.inputs());
            rest = others;
            together.clear();
            together.extend(run.iter().map(|(_, state)| state.clone()));
            self.at(run[0].0).encode_all(&together, rows);
        }
    }

    fn slot(&self, (place, state): &Self::State, action: G::Action, index: usize) -> usize {
        self.at(*place).slot(state, action, index)
    }

    fn scale(&self, (place, state): &Self::State) -> Scale {
        self.at(*place).scale(state)
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
