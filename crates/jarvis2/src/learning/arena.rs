//! Who plays better: policies on frozen markets, with the same dice for all.
//!
//! Each market is dealt by its number, walked day by day over fresh paths (an antithetic pair), once by every player. A player's score of
//! a market is the utility of what it ends with, less the control of `evidence`, as a part of the wealth at the start:
//!
//! ```text
//! d = mean over the pair of (U(W_a) - U(W_b)) / W0  -  b (C_a - C_b) / W0        b by least squares over all markets
//! ```
//! The interval of the mean of `d` over markets is Student's: markets are independent, paths of a pair are not.

use crate::engine::game::WheelGame;
use crate::engine::judge::{HeldWorth, NetWorth, Nets};
use crate::governor::Crew;
use crate::learning::markets::Markets;
use crate::learning::rivals::{self, Fitted};
use evidence::worlds::World;
use evidence::{FixedRule, Hold, Interval, Paths, Policy, Walk, walk_all};
use learn::View;
use nn::{Net, Weights};
use search::{Edge, Evaluator, Game, Planner, Root, SearchConfig, Tree};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use wheel::{Action, Move, Rules, Situation};

/// One way to play.
#[derive(Clone, Debug)]
pub(crate) enum Player {
    /// Never trades.
    Hold,
    /// With nothing open sell 30 delta, 45 days, and hold it to its end.
    Rule,
    /// The move after which holding is worth most, by the closed form: one step ahead.
    OneStep,
    /// A search of so many evaluations before every decision; leaves are judged by the closed form, or by a net.
    Search {
        evaluations: u32,
        net: Option<Arc<Weights>>,
    },
    /// The move that the policy net likes best.
    Policy { net: Arc<Weights> },
    /// The move that is best when followed by the best of a few fixed rules on so many paths. See [`rivals`].
    Rollout { paths: u32 },
    /// One step ahead by a value fitted to so many situations of the market. See [`rivals`].
    FittedValue { states: u32 },
}

/// A trade must be worth this part of the wealth more than doing nothing, for every player that compares.
pub(super) const INDIFFERENCE: f64 = 3e-4;

/// What came of one player in one market.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    /// Mean utility of the end, as a part of the wealth at the start.
    pub(crate) utility: f64,
    /// Mean control, likewise.
    pub(crate) control: f64,
    /// Processor time of the player's decisions, in seconds.
    pub(crate) seconds: f64,
    /// Decisions taken.
    pub(crate) decisions: u64,
}

/// An antithetic pair of paths of a market, by its own model or by another world at the same level of volatility.
pub(crate) fn pair(seed: u64, number: u64, rules: &Rules, world: Option<&World>) -> Paths {
    let seed = learn::dice::hash(seed, &[number, 77]);
    let futures = &rules.futures;
    let Some(world) = world else {
        return Paths::simulate(futures, rules.horizon_day, 2, seed, 1);
    };
    let today = futures.today();
    let implied = futures.implied_vol(&today, futures.forward(&today, TENOR_DAYS), TENOR_DAYS);
    let vol = implied * futures.assumptions.forecast_over_implied;
    world
        .simulate(futures, vol, rules.horizon_day, 2, seed, 1)
        .expect("the parameters of the worlds are sound")
}

/// Tenor at which a market's level of volatility is read.
const TENOR_DAYS: u16 = 30;

/// Plays markets `numbers` of the ground: for each market the score of every player, in their order. `None` where `go_on` said no.
pub(crate) fn play(
    markets: &Markets,
    numbers: std::ops::Range<u64>,
    players: &[Player],
    world: Option<&World>,
    crew: &Crew,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Option<Vec<Vec<Score>>> {
    each(numbers, crew, go_on, |number| {
        one(markets, number, players, world)
    })
}

/// What `make` makes of every number, in their order, on as many threads as may work. `None` where `go_on`, which hears how many are done, said no.
pub(crate) fn each<T: Send>(
    numbers: std::ops::Range<u64>,
    crew: &Crew,
    go_on: &(dyn Fn(u64) -> bool + Sync),
    make: impl Fn(u64) -> T + Sync,
) -> Option<Vec<T>> {
    let end = numbers.end;
    let next = AtomicU64::new(numbers.start);
    let done = AtomicU64::new(0);
    let made: Mutex<Vec<(u64, T)>> = Mutex::new(Vec::new());
    let over = || next.load(Ordering::Relaxed) >= end || !go_on(done.load(Ordering::Relaxed));
    thread::scope(|scope| {
        let (next, done, made, make, over) = (&next, &done, &made, &make, &over);
        for worker in 0..crew.most() {
            scope.spawn(move || {
                crew.enter();
                while crew.turn(worker, over) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= end {
                        return;
                    }
                    let one = make(number);
                    let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
                    made.push((number, one));
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    if made.len() as u64 != numbers.end - numbers.start {
        return None;
    }
    made.sort_by_key(|(number, _)| *number);
    Some(made.into_iter().map(|(_, one)| one).collect())
}

fn one(markets: &Markets, number: u64, players: &[Player], world: Option<&World>) -> Vec<Score> {
    let seat = markets.seat(number);
    let paths = pair(markets.seed, number, &seat.rules, world);
    let game = WheelGame(Arc::clone(&seat.rules));
    let walked = players
        .iter()
        .map(|player| walk(&game, &seat.today, &paths, player));
    walked.collect()
}

pub(crate) fn walk(game: &WheelGame, today: &Situation, paths: &Paths, player: &Player) -> Score {
    let rules = &game.0;
    let spent = Spent::default();
    let walks = match player {
        Player::Hold => walk_all(rules, today, paths, &Hold, 1),
        Player::Rule => {
            let rule = FixedRule {
                delta: 0.30,
                days: 45,
            };
            walk_all(rules, today, paths, &rule, 1)
        }
        player => {
            let seated = Seated {
                game,
                today,
                player,
                spent: &spent,
                fitted: OnceLock::new(),
            };
            walk_all(rules, today, paths, &seated, 1)
        }
    };
    score(rules, &walks, &spent)
}

/// What a player's play added to holding on these paths, as a part of wealth. The control is taken off at the slope of 1 that a
/// hedge has.
pub(crate) fn gain(game: &WheelGame, today: &Situation, paths: &Paths, player: &Player) -> f64 {
    let [played, held] = [player, &Player::Hold].map(|player| walk(game, today, paths, player));
    (played.utility - played.control) - (held.utility - held.control)
}

/// What a search thinks that its best line adds to holding, as a part of wealth, and the move; of other players 0 and no move.
pub(crate) fn expectation(
    game: &WheelGame,
    today: &Situation,
    player: &Player,
) -> (f64, Option<Move>) {
    let Player::Search { evaluations, net } = player else {
        return (0.0, None);
    };
    let mut mind = Mind {
        planner: Planner::new(),
        nets: net.as_ref().map(|weights| Nets::new(weights, 1)),
        net: None,
    };
    let choice = searched(game, today, &mut mind, *evaluations);
    let tree = mind.planner.tree();
    let mut edges = tree.edges(tree.root());
    // Where nothing is done today, what is expected of doing nothing, which stands first.
    let edge = match choice {
        Some(choice) => edges.find(|edge| edge.action == choice),
        None => edges.next(),
    };
    let rules = &game.0;
    let held = rules.held_worth(today, &mut Vec::new());
    let worth = edge.and_then(|edge| edge.worth).unwrap_or(held);
    ((worth - held) / rules.utility.wealth_usd, choice)
}

fn score(rules: &Rules, walks: &[Walk], spent: &Spent) -> Score {
    let share = 1.0 / (walks.len() as f64 * rules.utility.wealth_usd);
    Score {
        utility: walks
            .iter()
            .map(|walk| share * rules.utility.of(walk.wealth_usd))
            .sum(),
        control: walks.iter().map(|walk| share * walk.control_usd).sum(),
        seconds: spent.nanoseconds.load(Ordering::Relaxed) as f64 * 1e-9,
        decisions: spent.decisions.load(Ordering::Relaxed),
    }
}

/// How much better `a` did than `b`, as a part of wealth, with its 95 % interval. `controlled` where the mean of the control is zero
/// whatever is played; else it is left alone.
pub(crate) fn compare(scores: &[Vec<Score>], a: usize, b: usize, controlled: bool) -> Interval {
    let gaps: Vec<(f64, f64)> = scores
        .iter()
        .map(|players| {
            let (a, b) = (players[a], players[b]);
            (a.utility - b.utility, a.control - b.control)
        })
        .collect();
    let count = gaps.len() as f64;
    let centre = gaps.iter().map(|(gap, _)| gap).sum::<f64>() / count;
    let square: f64 = gaps.iter().map(|(_, control)| control * control).sum();
    let product: f64 = gaps
        .iter()
        .map(|(gap, control)| (gap - centre) * control)
        .sum();
    let slope = if controlled && square > 0.0 {
        product / square
    } else {
        0.0
    };
    let left: Vec<f64> = gaps
        .iter()
        .map(|(gap, control)| gap - slope * control)
        .collect();
    let mean = left.iter().sum::<f64>() / count;
    let square: f64 = left.iter().map(|gap| (gap - mean).powi(2)).sum();
    // Mean and slope are fitted.
    let freedom = (count - if controlled { 2.0 } else { 1.0 }).max(1.0);
    let half = student95(freedom) * (square / freedom / count).sqrt();
    Interval {
        value: mean,
        low: mean - half,
        high: mean + half,
    }
}

/// The 97.5 % quantile of Student's t. Abramowitz & Stegun 1964, 26.7.5; exact for one and two degrees of freedom.
fn student95(freedom: f64) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    match freedom {
        ..1.5 => 12.706_204_736,
        1.5..2.5 => 4.302_652_730,
        _ => {
            let z2 = Z * Z;
            let terms = [
                (z2 + 1.0) / 4.0,
                ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0,
                (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0,
                ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92160.0,
            ];
            let powers = (1..).map(|power| freedom.powi(power));
            Z + Z * terms
                .iter()
                .zip(powers)
                .map(|(term, power)| term / power)
                .sum::<f64>()
        }
    }
}

#[derive(Default)]
struct Spent {
    nanoseconds: AtomicU64,
    decisions: AtomicU64,
}

/// A player in one market.
struct Seated<'a> {
    game: &'a WheelGame,
    today: &'a Situation,
    player: &'a Player,
    spent: &'a Spent,
    /// Fitted once, for all paths of the market.
    fitted: OnceLock<Fitted>,
}

impl Seated<'_> {
    /// The fit is made by whoever asks first; its time is that decision's.
    fn fitted(&self, states: u32) -> &Fitted {
        self.fitted
            .get_or_init(|| Fitted::fit(self.game, self.today, states))
    }
}

/// What a player keeps along a path: memory of its searches, and its net.
struct Mind {
    planner: Planner<WheelGame>,
    nets: Option<Nets>,
    net: Option<Net>,
}

impl Policy for Seated<'_> {
    type Memory = Box<Mind>;

    fn begin(&self) -> Box<Mind> {
        let (nets, net) = match self.player {
            Player::Search {
                net: Some(weights), ..
            } => (Some(Nets::new(weights, 1)), None),
            Player::Policy { net } => (None, Some(Net::new(net))),
            _ => (None, None),
        };
        Box::new(Mind {
            planner: Planner::new(),
            nets,
            net,
        })
    }

    fn decide(&self, mind: &mut Box<Mind>, rules: &Rules, situation: &Situation) -> Action {
        let start = processor_ns();
        let choice = match self.player {
            Player::Hold | Player::Rule => unreachable!("they have policies of their own"),
            Player::OneStep => one_step(self.game, situation),
            Player::Search { evaluations, .. } => {
                searched(self.game, situation, mind, *evaluations)
            }
            Player::Policy { .. } => mind
                .net
                .as_mut()
                .and_then(|net| liked(self.game, situation, net)),
            Player::Rollout { paths } => rivals::rolled_out(self.game, situation, *paths),
            Player::FittedValue { states } => self.fitted(*states).choose(self.game, situation),
        };
        let spent = processor_ns().saturating_sub(start);
        self.spent.nanoseconds.fetch_add(spent, Ordering::Relaxed);
        self.spent.decisions.fetch_add(1, Ordering::Relaxed);
        choice
            .and_then(|choice| rules.action(situation, choice))
            .unwrap_or_else(Action::do_nothing)
    }
}

/// Processor time of this thread.
fn processor_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn searched(
    game: &WheelGame,
    situation: &Situation,
    mind: &mut Mind,
    evaluations: u32,
) -> Option<Move> {
    let mut held = HeldWorth::new(&game.0, Crew::fixed(1));
    let planner = &mut mind.planner;
    match &mut mind.nets {
        Some(nets) => {
            let mut judge = NetWorth::new(game, nets, Crew::fixed(1)).ok()?;
            let tree = grown(
                game,
                situation,
                planner,
                &mut judge,
                evaluations,
                CONSIDERED,
            )?;
            let root = tree.root();
            // Prior and worths speak together: the greatest worth alone is a little too glad of what the net judged too high.
            let edges = tree.edges(root).zip(tree.improved_policy(root));
            let tried = edges.filter(|(edge, _)| edge.worth.is_some());
            let best = tried.reduce(|best, next| if next.1 > best.1 { next } else { best });
            settled(&game.0, tree, best?.0)
        }
        None => {
            let tree = grown(game, situation, planner, &mut held, evaluations, u32::MAX)?;
            settled(&game.0, tree, tree.best(tree.root())?)
        }
    }
}

/// Moves that a search with nets looks at, the likeliest first.
const CONSIDERED: u32 = 8;

fn grown<'p>(
    game: &WheelGame,
    situation: &Situation,
    planner: &'p mut Planner<WheelGame>,
    judge: &mut impl Evaluator<Situation>,
    evaluations: u32,
    considered: u32,
) -> Option<&'p Tree<WheelGame>> {
    let config = SearchConfig {
        evaluations,
        root: Root::Gumbel {
            considered,
            noise: 0.0,
        },
        ..SearchConfig::default()
    };
    planner
        .run(game, situation, judge, &config, &mut |_| true)
        .ok()
}

/// The move, if it beats doing nothing by enough.
fn settled(rules: &Rules, tree: &Tree<WheelGame>, best: Edge<Move>) -> Option<Move> {
    let nothing = tree.edges(tree.root()).next()?;
    let margin = INDIFFERENCE * rules.utility.wealth_usd;
    let idle = nothing.worth.unwrap_or(f64::NEG_INFINITY);
    (best.worth? > idle + margin).then_some(best.action)
}

pub(super) fn one_step(game: &WheelGame, situation: &Situation) -> Option<Move> {
    let rules = &game.0;
    let mut law = Vec::new();
    let idle = rules.held_worth(situation, &mut law);
    let mut moves = Vec::new();
    game.actions(situation, &mut moves);
    let mut best = (idle + INDIFFERENCE * rules.utility.wealth_usd, None);
    for choice in moves {
        if let Some(after) = traded(rules, situation, choice) {
            let worth = rules.held_worth(&after, &mut law);
            if worth > best.0 {
                best = (worth, Some(choice));
            }
        }
    }
    best.1
}

/// The situation after a move; `None` where it cannot be carried out.
pub(super) fn traded(rules: &Rules, situation: &Situation, choice: Move) -> Option<Situation> {
    let action = rules.action(situation, choice)?;
    let mut after = situation.clone();
    let traded = after.book.trade(&action, rules.style, &rules.costs);
    traded.is_ok().then_some(after)
}

fn liked(game: &WheelGame, situation: &Situation, net: &mut Net) -> Option<Move> {
    let mut row = vec![0.0; game.inputs()];
    game.encode(situation, &mut row);
    let (mut value, mut logits) = ([0.0], vec![0.0; game.policies()]);
    net.forward(&row, &mut value, &mut logits).ok()?;
    let mut moves = Vec::new();
    game.actions(situation, &mut moves);
    let slots = moves
        .iter()
        .enumerate()
        .map(|(index, &choice)| (logits[game.slot(situation, choice, index)], choice));
    slots
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, choice)| choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles from the tables of Abramowitz & Stegun, 26.10.
    #[test]
    fn students_quantiles_are_those_of_the_tables() {
        for (freedom, wanted) in [
            (1.0, 12.706),
            (2.0, 4.303),
            (3.0, 3.182),
            (5.0, 2.571),
            (10.0, 2.228),
            (30.0, 2.042),
            (120.0, 1.980),
        ] {
            let got = student95(freedom);
            assert!((got - wanted).abs() < 0.002 * wanted, "{freedom}: {got}");
        }
    }

    /// A control that explains the gap narrows the interval; it is left alone where its mean is not known.
    #[test]
    fn a_gap_is_told_with_and_without_the_control() {
        let noise = |at: usize| (at as f64 * 0.754_877_666).fract() - 0.5;
        let scores: Vec<Vec<Score>> = (0..400)
            .map(|at| {
                let score = |utility, control| Score {
                    utility,
                    control,
                    ..Score::default()
                };
                vec![score(0.001 + noise(at), noise(at)), score(0.0, 0.0)]
            })
            .collect();
        let sharp = compare(&scores, 0, 1, true);
        assert!((sharp.value - 0.001).abs() < 1e-3 && sharp.high - sharp.low < 1e-3);
        let plain = compare(&scores, 0, 1, false);
        assert!(plain.high - plain.low > 0.05);
        let back = compare(&scores, 1, 0, false);
        assert!((plain.value + back.value).abs() < 1e-12);
    }
}
