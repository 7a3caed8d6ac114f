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
use search::{Evaluator, Game, Planner, SearchConfig};

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

/// One lattice, played from any of its cycles, levels and sides.
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
        (self.0.clone(), state)
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
