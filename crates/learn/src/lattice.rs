//! The wheel on a lattice as a training ground: its best play is known, so what a net has learned can be told to the cent.
//!
//! | number | of the encoding |
//! | --- | --- |
//! | 0-4 | share held, cash held, cycles left (of 12), first cycle, last cycle |
//! | 5-7 | log of the price over the spot: as it is, its square, its cube (times 2, 4, 8) |
//! | 8-13 | open option: whether one is, log moneyness (times 10), strike on sale one-hot, log move since it was sold (times 10) |
//! | 14-19 | growth, volatility, implied volatility, rate (times 4), fee and cost over the spot (times 100) |
//!
//! The value's zero is what the state would fetch now, its unit a hundredth of the share's price.

use std::collections::HashMap;

use search::problems::wheel_lattice::{CALLS, PUTS, STEPS};
use search::problems::wheel_rolling::{Move, Rolling, State};
use search::{Evaluator, Game, Judgement, Outcome, Planner, SearchConfig};

use crate::{Error, Field, Scale, View, dice};

const INPUTS: usize = 20;
/// Five actions with cash and five with a share, without an open option and with one.
const POLICIES: usize = 20;

impl View for Rolling {
    fn inputs(&self) -> usize {
        INPUTS
    }

    fn policies(&self) -> usize {
        POLICIES
    }

    fn encode(&self, state: &State, out: &mut [f32]) {
        let lattice = &self.lattice;
        let flag = |yes: bool| f64::from(u8::from(yes));
        let left = lattice.cycles.saturating_sub(state.cycle);
        let log = |level: i32| (lattice.price(level) / lattice.spot).ln();
        let moved = 2.0 * log(state.level);
        let mut numbers = [
            flag(state.share),
            flag(!state.share),
            f64::from(left) / 12.0,
            flag(state.cycle == 0),
            flag(left == 1),
            moved,
            moved * moved,
            moved * moved * moved,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            4.0 * lattice.mu,
            4.0 * lattice.sigma,
            4.0 * lattice.implied_vol,
            4.0 * lattice.rate,
            100.0 * lattice.fee / lattice.spot,
            100.0 * lattice.cost / lattice.spot,
        ];
        if let Some(open) = state.open {
            let strikes = if state.share { CALLS } else { PUTS };
            let since = log(state.level) - log(open.sold_level);
            numbers[8] = 1.0;
            numbers[9] = 10.0 * (strikes[open.choice].ln() - since);
            numbers[10 + open.choice] = 1.0;
            numbers[13] = 10.0 * since;
        }
        for (slot, number) in out.iter_mut().zip(numbers) {
            *slot = number as f32;
        }
    }

    fn slot(&self, state: &State, _: Move, index: usize) -> usize {
        let block = 2 * usize::from(state.open.is_some()) + usize::from(state.share);
        5 * block + index
    }

    fn scale(&self, state: &State) -> Scale {
        Scale {
            zero: self.liquidation(state),
            unit: 0.01 * self.lattice.price(state.level),
        }
    }
}

/// One lattice, played from any of its cycles, levels and sides, and where options live two cycles, from half-way through any of
/// them. A net that plays well comes to few of those states by itself; it then forgets what they are worth, and its search steers by that.
#[derive(Clone, Debug)]
pub struct LatticeField(pub Rolling);

impl Field for LatticeField {
    type Game = Rolling;

    fn shape(&self) -> (usize, usize) {
        (INPUTS, POLICIES)
    }

    fn draw(&self, number: u64) -> (Rolling, State) {
        let below = |most: u32, place: u64| {
            let at = dice::uniform(0x57_4845_454c, &[number, place]);
            (at * f64::from(most)) as u32
        };
        let cycle = below(self.0.lattice.cycles, 0);
        let moves = STEPS as u32 * cycle;
        let level = (0..moves)
            .map(|at| 2 * below(2, 10 + u64::from(at)) as i32 - 1)
            .sum();
        let state = State {
            cycle,
            level,
            share: below(2, 1) == 1,
            open: None,
        };
        if self.0.life < 2 {
            return (self.0.clone(), state);
        }
        // One move at random: what it leaves open is a start too.
        let (mut actions, mut outcomes) = (Vec::new(), Vec::new());
        self.0.actions(&state, &mut actions);
        let action = actions[below(actions.len() as u32, 2) as usize];
        self.0.outcomes(&state, action, &mut outcomes);
        let moved = outcomes[below(outcomes.len() as u32, 3) as usize].state;
        let start = if moved.open.is_some() { moved } else { state };
        (self.0.clone(), start)
    }
}

/// How good play is from one start, told exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standard {
    /// Worth of the start under the best play, in dollars.
    pub optimum_usd: f64,
    /// What the start would fetch at once.
    pub liquidation_usd: f64,
    /// Worth of the start under the play judged.
    pub played_usd: f64,
}

impl Standard {
    /// Which part of what can be gained over liquidating at once is gained; `None` where nothing can be.
    pub fn share(&self) -> Option<f64> {
        let gain = self.optimum_usd - self.liquidation_usd;
        (gain > 1e-9).then(|| (self.played_usd - self.liquidation_usd) / gain)
    }
}

/// Plays the lattice by a search of so many evaluations before each move, from cash and from a share, and works out exactly what
/// that is worth.
///
/// # Errors
/// Where a search fails.
pub fn standards(
    game: &Rolling,
    judge: &mut impl Evaluator<State>,
    search: &SearchConfig,
) -> Result<[Standard; 2], Error> {
    let solved = game.solve();
    let [.., cash, share] = &solved[..] else {
        return Err(Error::Config {
            what: "cycles",
            value: game.lattice.cycles.to_string(),
            why: "a lattice has at least one",
        });
    };
    let mut planner = Planner::new();
    let mut known = HashMap::new();
    let mut told = [cash, share].map(|start| Standard {
        optimum_usd: start.worth,
        liquidation_usd: game.liquidation(&start.state),
        played_usd: f64::NAN,
    });
    for (start, standard) in [cash, share].into_iter().zip(&mut told) {
        let mut choose = |state: &State| {
            let tree = planner
                .run(game, state, judge, search, &mut |_| true)
                .map_err(|source| Error::Search { game: 0, source })?;
            // A search that expanded nothing does the first thing, which is nothing.
            let first = || tree.edges(tree.root()).next().map(|edge| edge.action);
            Ok(tree.best_action().or_else(first))
        };
        standard.played_usd = policy_worth(game, &start.state, &mut choose, &mut known)?;
    }
    Ok(told)
}

/// How much of the lattice a judge knows by heart. A state counts for as often as fair coins lead to its level; all cycles count alike,
/// so do all states at one place with an open option together, and those without one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knowledge {
    /// Mean of what its worths are too high by, in the net's unit.
    pub bias: f64,
    /// Root of the mean square of what they are wrong by.
    pub error: f64,
    /// In which part of the states the action of greatest prior is a best one, to a hundredth of a cent.
    pub favourite: f64,
    /// Dollars that the action of greatest prior loses, on average.
    pub favourite_loses_usd: f64,
    /// Dollars that the best action by the judge's worths one cycle ahead loses, on average: play by a search that sees every
    /// outcome of every action and nothing beyond.
    pub ahead_loses_usd: f64,
}

/// Compares a judge with the solution, state by state.
///
/// # Errors
/// Where the judge fails.
pub fn knowledge(game: &Rolling, judge: &mut impl Evaluator<State>) -> Result<Knowledge, Error> {
    let mut solved = game.solve();
    solved.retain(|here| !here.actions.is_empty());
    let states: Vec<State> = solved.iter().map(|here| here.state).collect();
    let mut judged = vec![Judgement::of(f64::NAN); states.len()];
    judge
        .evaluate(&states, &mut judged)
        .map_err(|source| Error::Search { game: 0, source })?;
    let mut worths = HashMap::new();
    let mut alike: HashMap<_, f64> = HashMap::new();
    let kind = |state: &State| (state.cycle, state.level, state.open.is_some());
    for (state, judgement) in states.iter().zip(&judged) {
        worths.extend(game.key(state).map(|key| (key, judgement.worth)));
        *alike.entry(kind(state)).or_default() += 1.0;
    }
    let mut whole = 0.0;
    let mut sums = Knowledge {
        bias: 0.0,
        error: 0.0,
        favourite: 0.0,
        favourite_loses_usd: 0.0,
        ahead_loses_usd: 0.0,
    };
    let mut outcomes = Vec::new();
    for (here, judgement) in solved.iter().zip(&judged) {
        let state = &here.state;
        let mut ahead = Vec::new();
        for &(action, _) in &here.actions {
            outcomes.clear();
            game.outcomes(state, action, &mut outcomes);
            let discount = game.discount(state, action);
            let worth = |outcome: &Outcome<State>| {
                let end = game.terminal_worth(&outcome.state);
                let later = end.or_else(|| worths.get(&game.key(&outcome.state)?).copied());
                let later = later.expect("play stays on the lattice");
                outcome.probability * (outcome.reward + discount * later)
            };
            ahead.push(outcomes.iter().map(worth).sum::<f64>());
        }
        let lost = |at: usize| here.worth - here.actions[at].1;
        let favourite = lost(greatest(&judgement.priors));
        let error = (judgement.worth - here.worth) / game.scale(state).unit;
        let share = fair_coin(STEPS as u32 * state.cycle, state.level) / alike[&kind(state)];
        whole += share;
        sums.bias += share * error;
        sums.error += share * error * error;
        sums.favourite += share * f64::from(u8::from(favourite < 1e-4));
        sums.favourite_loses_usd += share * favourite;
        sums.ahead_loses_usd += share * lost(greatest(&ahead));
    }
    Ok(Knowledge {
        bias: sums.bias / whole,
        error: (sums.error / whole).sqrt(),
        favourite: sums.favourite / whole,
        favourite_loses_usd: sums.favourite_loses_usd / whole,
        ahead_loses_usd: sums.ahead_loses_usd / whole,
    })
}

/// Place of the greatest, the first of equals; 0 where there is none.
fn greatest(numbers: &[f64]) -> usize {
    let better = |a, b| if numbers[b] > numbers[a] { b } else { a };
    (0..numbers.len()).reduce(better).unwrap_or(0)
}

/// How likely so many tosses of a fair coin, up or down, end at a level.
fn fair_coin(tosses: u32, level: i32) -> f64 {
    let ups = (tosses as i32 + level) / 2;
    let ways = |chance: f64, up: i32| chance * f64::from(tosses as i32 + 1 - up) / f64::from(up);
    (1..=ups).fold(0.5_f64.powi(tosses as i32), ways)
}

/// What `choose` is worth from `state` on, by walking every line that its choices leave possible.
fn policy_worth(
    game: &Rolling,
    state: &State,
    choose: &mut impl FnMut(&State) -> Result<Option<Move>, Error>,
    known: &mut HashMap<u128, f64>,
) -> Result<f64, Error> {
    if let Some(worth) = game.terminal_worth(state) {
        return Ok(worth);
    }
    let key = game.key(state);
    if let Some(&worth) = key.and_then(|key| known.get(&key)) {
        return Ok(worth);
    }
    let action = choose(state)?.expect("an unfinished state has actions");
    let mut outcomes = Vec::new();
    game.outcomes(state, action, &mut outcomes);
    let mut worth = 0.0;
    for outcome in outcomes {
        let later = policy_worth(game, &outcome.state, choose, known)?;
        worth += outcome.probability * (outcome.reward + game.discount(state, action) * later);
    }
    known.extend(key.map(|key| (key, worth)));
    Ok(worth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use search::Each;
    use search::problems::wheel_lattice::{Action, Lattice};

    fn lattice(life: u32) -> Rolling {
        Rolling {
            lattice: Lattice {
                fee: 0.45,
                cycles: 5,
                ..Lattice::reference()
            },
            life,
            early: true,
        }
    }

    /// Best play is worth the optimum, and a constant rule what its own sum says.
    #[test]
    fn play_is_told_exactly() {
        for life in [1, 2] {
            let game = lattice(life);
            let solved = game.solve();
            let best: HashMap<u128, Move> = solved
                .iter()
                .filter_map(|here| {
                    let better = |a: (Move, f64), b: (Move, f64)| if b.1 > a.1 { b } else { a };
                    let (action, _) = here.actions.iter().copied().reduce(better)?;
                    Some((game.key(&here.state)?, action))
                })
                .collect();
            for start in &solved[solved.len() - 2..] {
                let mut known = HashMap::new();
                let mut choose =
                    |state: &State| Ok(game.key(state).and_then(|key| best.get(&key).copied()));
                let worth = policy_worth(&game, &start.state, &mut choose, &mut known);
                assert!(
                    (worth.expect("a worth") - start.worth).abs() < 1e-12,
                    "{life}"
                );
                let mut idle = |state: &State| {
                    Ok(Some(Move::Fresh(if state.share {
                        Action::Sell
                    } else {
                        Action::Idle
                    })))
                };
                let worth = policy_worth(&game, &start.state, &mut idle, &mut HashMap::new());
                let sold = if start.state.share { 100.0 - 0.02 } else { 0.0 };
                assert_eq!(worth.expect("a worth"), sold);
            }
        }
    }

    /// What a judge is wrong by is told in its unit, and what its favourites lose in dollars.
    #[test]
    fn knowledge_is_told_exactly() {
        /// The optimum, a number of units higher with a share than it should be, and a favourite.
        struct Off<'a>(&'a Rolling, f64, fn(&[f64]) -> usize);
        impl Evaluator<State> for Off<'_> {
            fn evaluate(
                &mut self,
                leaves: &[State],
                out: &mut [Judgement],
            ) -> Result<(), search::Error> {
                let solved = self.0.solve();
                for (leaf, out) in leaves.iter().zip(out) {
                    let here = solved.iter().find(|here| here.state == *leaf);
                    let here = here.expect("a state of the lattice");
                    let off = if leaf.share { self.1 } else { 0.0 };
                    out.worth = here.worth + off * self.0.scale(leaf).unit;
                    let worths: Vec<f64> = here.actions.iter().map(|(_, worth)| *worth).collect();
                    let favourite = (self.2)(&worths);
                    out.priors = (0..worths.len())
                        .map(|at| f64::from(u8::from(at == favourite)))
                        .collect();
                }
                Ok(())
            }
        }
        for life in [1, 2] {
            let game = lattice(life);
            let known = knowledge(&game, &mut Off(&game, 0.0, greatest)).expect("it judges");
            assert!(known.bias.abs() < 1e-12 && known.error < 1e-12, "{known:?}");
            assert!((known.favourite - 1.0).abs() < 1e-12, "{known:?}");
            assert!(known.favourite_loses_usd < 1e-12, "{known:?}");
            assert!(known.ahead_loses_usd < 1e-9, "{known:?}");
            // With such a judge few evaluations do.
            let worths: HashMap<_, f64> = game
                .solve()
                .iter()
                .map(|here| (game.key(&here.state), here.worth))
                .collect();
            let mut exact = Each(|state: &State| worths[&game.key(state)]);
            let few = SearchConfig {
                evaluations: 32,
                ..SearchConfig::default()
            };
            for standard in standards(&game, &mut exact, &few).expect("it plays") {
                assert!((standard.played_usd - standard.optimum_usd).abs() < 1e-9);
            }
            // Half of what counts holds a share.
            let known = knowledge(&game, &mut Off(&game, 2.0, greatest)).expect("it judges");
            assert!((known.bias - 1.0).abs() < 0.05, "{known:?}");
            assert!((known.error - 2.0_f64.sqrt()).abs() < 0.05, "{known:?}");
            // A share that seems worth two dollars more is bought.
            assert!(known.ahead_loses_usd > 0.01, "{known:?}");
        }
        // A single decision, by hand: with cash and with a share, the first action is to do nothing.
        let mut game = lattice(1);
        game.lattice.cycles = 1;
        let solved = game.solve();
        let [.., cash, share] = &solved[..] else {
            panic!("two states at the start")
        };
        let [cash, share] = [cash, share].map(|here| here.worth - here.actions[0].1);
        let first = knowledge(&game, &mut Off(&game, 2.0, |_| 0)).expect("it judges");
        assert!((first.favourite_loses_usd - (cash + share) / 2.0).abs() < 1e-12);
        let best = [cash, share].iter().filter(|lost| **lost < 1e-4).count();
        assert_eq!(first.favourite, best as f64 / 2.0);
        assert!((first.bias - 1.0).abs() < 1e-12 && (first.error - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((fair_coin(4, 0) - 6.0 / 16.0).abs() < 1e-15);
        let all: f64 = (-20..=20)
            .step_by(2)
            .map(|level| fair_coin(20, level))
            .sum();
        assert!((all - 1.0).abs() < 1e-12);
    }

    /// Games start at states that play can reach, also half-way through every strike of either side.
    #[test]
    fn games_start_anywhere() {
        for life in [1, 2] {
            let game = lattice(life);
            let reached: HashMap<_, _> = game
                .solve()
                .iter()
                .map(|here| (game.key(&here.state), here.actions.len()))
                .collect();
            let field = LatticeField(game.clone());
            let mut seen: HashMap<_, u32> = HashMap::new();
            for number in 0..2_000 {
                let (_, start) = field.draw(number);
                assert_eq!(start, field.draw(number).1);
                assert_eq!(reached.get(&game.key(&start)), Some(&5), "{start:?}");
                let open = start.open.map(|open| open.choice);
                *seen.entry((start.cycle, start.share, open)).or_default() += 1;
            }
            let fresh = 2 * game.lattice.cycles as usize;
            let open = if life == 2 { (fresh - 2) * 3 } else { 0 };
            assert_eq!(seen.len(), fresh + open, "{seen:?}");
            assert!(seen.values().all(|&count| count >= 10), "{seen:?}");
        }
    }

    /// Different states never look alike, legal actions never share an output, and every number is tame.
    #[test]
    fn states_are_told_apart() {
        let game = lattice(2);
        let mut seen: HashMap<Vec<u32>, State> = HashMap::new();
        for here in game.solve() {
            let mut out = vec![0.0_f32; INPUTS];
            game.encode(&here.state, &mut out);
            assert!(out.iter().all(|x| x.abs() < 8.0), "{:?}", here.state);
            let bits = out.iter().map(|x| x.to_bits()).collect();
            if let Some(other) = seen.insert(bits, here.state) {
                panic!("{other:?} and {:?} look alike", here.state);
            }
            let mut actions = Vec::new();
            if here.state.cycle < game.lattice.cycles {
                game.actions(&here.state, &mut actions);
            }
            let slots: std::collections::HashSet<usize> = actions
                .iter()
                .enumerate()
                .map(|(index, &action)| game.slot(&here.state, action, index))
                .collect();
            assert_eq!(slots.len(), actions.len());
            assert!(slots.iter().all(|&slot| slot < POLICIES));
        }
    }
}
