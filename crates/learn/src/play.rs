//! One game that a net plays against itself, and what is to be learned from it.
//!
//! ```text
//! policy target   the improved policy of the root                       (`search::Tree::improved_policy`)
//! value target    R_t = W_t + lambda d_t (R_{t+1} - v_{t+1})            in the game's unit, then in the net's
//!                 W_t  worth of the best action in the tree at t        d_t  the game's discount
//!                 v_t  what the tree before thought of the state that chance then dealt
//! ```
//! With `lambda = 1` the target is what the game really brought, less the luck of its dice: the expectation over the dice is known,
//! so what chance dealt beyond it is taken off, and what remains has the same mean and a small part of the variance. With
//! `lambda = 0` it is the tree's own word, whose leaves are the net's: sharp, but only as true as the net; the truth then comes
//! from the end of the game alone, one decision further back with each generation. An action that was played to explore cuts
//! the sum: what follows is not what the best action brings.
//!
//! Sources: the lambda return of Sutton & Barto, "Reinforcement Learning" (2018), section 12.1, cut as in Watkins's Q(lambda)
//! (section 12.10); taking the luck off: Burch, Schmid, Moravcik & Bowling, "AIVAT" (AAAI 2018); the policy target: Danihelka et
//! al., ICLR 2022.

use nn::Net;
use search::{Game, Planner, SearchConfig, Tree, run_each};

use crate::dice::uniform;
use crate::view::{Judging, Many, NetJudge, View};
use crate::{Error, Field, Scale};

/// How games are played.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayConfig {
    /// The search before each move; a Gumbel root with noise explores.
    pub search: SearchConfig,
    /// How far outcomes reach back into value targets, from 0 (the next search's word) to 1 (the end of the game).
    pub lambda: f64,
    /// A game that goes on longer than this is cut, and its last search's word is its end.
    pub moves_max: usize,
}

/// One decision, as it is to be learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// The state as the net sees it.
    pub encoding: Vec<f32>,
    /// For each policy output the probability it should give, or [`ILLEGAL`].
    pub policy: Vec<f32>,
    /// What the value output should be.
    pub value: f32,
    /// [`Field::stratum`] of its game.
    pub stratum: u32,
}

/// Stands in a [`Lesson::policy`] where no legal action is.
pub const ILLEGAL: f32 = -1.0;

/// No target of a value is further from the zero, in the net's units: a risk-averse game in which ruin is possible has worths that
/// no net could tell apart from each other and from everything else.
const VALUE_MAX: f32 = 20.0;

/// A game that was played.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// Its decisions, first to last.
    pub lessons: Vec<Lesson>,
    /// [`Field::stratum`] of the game.
    pub stratum: u32,
    /// What it brought, dice and all, discounted to the start; of a game that was cut, with its last search's word for the rest. As a
    /// value at the start, within the bound of targets: 0 is the zero of the scale there.
    pub outcome: f64,
    /// The same less the luck of the dice.
    pub outcome_less_luck: f64,
    /// What the first search thought of the start.
    pub expected: f64,
    /// States that the net judged.
    pub judged: u64,
}

/// What is kept of one decision until its target is known.
struct Moment {
    lesson: Lesson,
    scale: Scale,
    /// Worth of the best action.
    best: f64,
    /// Worth of the action taken.
    taken: f64,
    greedy: bool,
    discount: f64,
    reward: f64,
    /// What the tree thought of the state that came.
    promised: f64,
}

/// Plays the field's game of this number.
///
/// # Errors
/// Where the search fails, or a target is not finite.
pub fn play<F: Field>(
    field: &F,
    number: u64,
    seed: u64,
    net: &mut Net,
    config: &PlayConfig,
) -> Result<Episode, Error> {
    let (game, state) = field.draw(number);
    let mut seat = Seat::new(number, seed, field.stratum(number), &game, state);
    let mut planner = Planner::new();
    let mut judge = NetJudge::new(&game, net)?;
    while let Some(search) = seat.ask(&game, config) {
        let tree = planner
            .run(&game, &seat.state, &mut judge, &search, &mut |_| true)
            .map_err(|source| Error::Search {
                game: number,
                source,
            })?;
        seat.hear(&game, tree, |state| state);
    }
    seat.end(config.lambda)
}

/// Plays many of the field's games side by side, one batch for the leaves of all that go on: for a judge that likes large ones,
/// such as one on a device.
///
/// The episodes are those of [`play`], bit for bit, as long as the judge judges a state alike in any batch.
///
/// # Errors
/// Where a search fails, or a target is not finite.
pub fn play_all<F: Field>(
    field: &F,
    numbers: std::ops::Range<u64>,
    seed: u64,
    judging: Judging<'_>,
    config: &PlayConfig,
) -> Result<Vec<Episode>, Error> {
    let (mut games, mut seats) = (Many(Vec::new()), Vec::new());
    for number in numbers {
        let (game, state) = field.draw(number);
        seats.push(Seat::new(number, seed, field.stratum(number), &game, state));
        games.0.push(game);
    }
    if seats.is_empty() {
        return Ok(Vec::new());
    }
    let mut judge = NetJudge::by(&games, judging)?;
    loop {
        let (mut places, mut roots) = (Vec::new(), Vec::new());
        for (place, seat) in seats.iter_mut().enumerate() {
            if let Some(search) = seat.ask(&games.0[place], config) {
                places.push(place);
                roots.push(((place as u32, seat.state.clone()), search));
            }
        }
        let Some(&first) = places.first() else {
            break;
        };
        let failed = |number| {
            move |source| Error::Search {
                game: number,
                source,
            }
        };
        let trees = run_each(&games, &roots, &mut judge, &mut |_, _| true)
            .map_err(failed(seats[first].number))?;
        for (place, tree) in places.into_iter().zip(trees) {
            let seat = &mut seats[place];
            let tree = tree.map_err(failed(seat.number))?;
            seat.hear(&games.0[place], &tree, |(_, state)| state);
        }
    }
    let ended = seats.into_iter().map(|seat| seat.end(config.lambda));
    ended.collect()
}

/// A game under way.
struct Seat<S> {
    number: u64,
    seed: u64,
    stratum: u32,
    scale: Scale,
    state: S,
    moments: Vec<Moment>,
    judged: u64,
    /// What the end is worth: exactly, or by the last search where the game is cut.
    end: Option<f64>,
}

impl<S: Clone> Seat<S> {
    fn new<G: View<State = S>>(
        number: u64,
        seed: u64,
        stratum: u32,
        game: &G,
        state: S,
    ) -> Seat<S> {
        Seat {
            number,
            seed,
            stratum,
            scale: game.scale(&state),
            state,
            moments: Vec::new(),
            judged: 0,
            end: None,
        }
    }

    /// How the next move is to be searched for; `None` at the end.
    fn ask<G: View<State = S>>(&mut self, game: &G, config: &PlayConfig) -> Option<SearchConfig> {
        if self.end.is_none() {
            self.end = game.terminal_worth(&self.state);
        }
        if self.end.is_none() && self.moments.len() >= config.moves_max {
            self.end = Some(self.moments.last().map_or(0.0, |last| last.promised));
        }
        let step = self.moments.len() as u64;
        self.end.is_none().then(|| SearchConfig {
            seed: crate::dice::hash(self.seed, &[self.number, step]),
            ..config.search.clone()
        })
    }

    /// Makes the move that the search found, and lets chance deal.
    fn hear<G, T>(&mut self, game: &G, tree: &Tree<T>, state_of: impl Fn(&T::State) -> &S)
    where
        G: View<State = S>,
        T: Game<Action = G::Action>,
    {
        self.judged += u64::from(tree.counts().evaluations);
        let step = self.moments.len() as u64;
        let (root, policies) = (tree.root(), game.policies());
        let mut lesson = Lesson {
            encoding: vec![0.0; game.inputs()],
            policy: vec![ILLEGAL; policies],
            value: f32::NAN,
            stratum: self.stratum,
        };
        game.encode(&self.state, &mut lesson.encoding);
        for (edge, probability) in tree.edges(root).zip(tree.improved_policy(root)) {
            lesson.policy[game.slot(&self.state, edge.action, edge.index)] = probability as f32;
        }
        let best = tree.best(root).and_then(|edge| Some((edge, edge.worth?)));
        let choice = tree.choice().and_then(|edge| Some((edge, edge.worth?)));
        // A search that expanded nothing has only the net's word; then there is nothing to learn from it.
        let (Some((best, worth)), Some((choice, taken))) = (best, choice) else {
            self.end = Some(tree.worth(root));
            return;
        };
        let outcomes = tree.outcomes(choice.id);
        let at = deal(
            outcomes.iter().map(|branch| branch.probability),
            uniform(self.seed, &[self.number, step, 1]),
        );
        let next = &outcomes[at];
        self.moments.push(Moment {
            lesson,
            scale: game.scale(&self.state),
            best: worth,
            taken,
            greedy: choice.index == best.index || taken >= worth,
            discount: game.discount(&self.state, choice.action),
            reward: next.reward,
            promised: tree.worth(next.node),
        });
        self.state = state_of(tree.state(next.node)).clone();
    }

    /// What is to be learned from it.
    fn end(self, lambda: f64) -> Result<Episode, Error> {
        let Seat {
            number,
            stratum,
            scale,
            moments,
            judged,
            end,
            ..
        } = self;
        let end = end.unwrap_or(f64::NAN);
        let expected = moments.first().map_or(end, |first| first.best);
        let (mut target, mut outcome, mut less_luck) = (end, end, end);
        let mut lessons = Vec::with_capacity(moments.len());
        for (step, moment) in moments.into_iter().enumerate().rev() {
            let Moment {
                mut lesson,
                best,
                taken,
                discount,
                promised,
                ..
            } = moment;
            outcome = moment.reward + discount * outcome;
            less_luck = taken + discount * (less_luck - promised);
            target = if moment.greedy {
                best + lambda * discount * (target - promised)
            } else {
                best
            };
            // The check comes before the bound, which would hide an infinity.
            lesson.value = moment.scale.value(target) as f32;
            if !lesson.value.is_finite() {
                return Err(Error::Target {
                    game: number,
                    step,
                    target,
                });
            }
            lesson.value = lesson.value.clamp(-VALUE_MAX, VALUE_MAX);
            lessons.push(lesson);
        }
        lessons.reverse();
        let bound = f64::from(VALUE_MAX);
        let value = |worth: f64| scale.value(worth).clamp(-bound, bound);
        Ok(Episode {
            lessons,
            stratum,
            outcome: value(outcome),
            outcome_less_luck: value(less_luck),
            expected: value(expected),
            judged,
        })
    }
}

/// The place whose stretch of `[0, 1)` holds `at`; never one of probability zero.
pub(crate) fn deal(probabilities: impl Iterator<Item = f64>, at: f64) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (place, probability) in probabilities.enumerate() {
        if probability > 0.0 {
            last = place;
            sum += probability;
            if at < sum {
                break;
            }
        }
    }
    last
}
