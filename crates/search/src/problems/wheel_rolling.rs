//! The wheel on a lattice with options that live two cycles: at mid-life they may be kept, bought back or rolled, and
//! their holder may exercise early.
//!
//! ```text
//! at a cycle's end   an option that expires is settled if it is in the money
//!                    one with a cycle to live is exercised if   payoff now > Black-Scholes at the implied volatility
//! keep               wait for the expiry                    close   buy it back at that price and a fee
//! roll               close, and sell a new one              life    2 cycles, or what is left of the game
//! ```
//! All else is as in [`Lattice`]: its premiums, fees, share and cash. A state is (cycle, level, share, open option), and an
//! open option is told by how far the share has come since it was sold, so the lattice still recombines.
//! [`Rolling::solve`] goes backward one coin at a time; it shares prices with the game but not the walk.
//!
//! Source of the holder's rule: to exercise only what is worth more dead than alive (Merton, Bell J. Economics 4, 1973); the
//! holder compares with the European price, a little less than the American. Not a market model.

use super::wheel_lattice::{Action, CALLS, GUARD_USD, Lattice, PUTS, STEPS, Solved};
use crate::game::{Each, Game, Outcome};

/// The rules: those of the lattice, with a life.
#[derive(Clone, Debug, PartialEq)]
pub struct Rolling {
    /// Prices, fees, the share and cash.
    pub lattice: Lattice,
    /// Cycles that a new option lives, 1 or 2; less where the game ends before.
    pub life: u32,
    /// Whether the holder may exercise at mid-life.
    pub early: bool,
}

/// A place in the lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Cycles played.
    pub cycle: u32,
    /// Up moves less down moves since the start.
    pub level: i32,
    /// Whether a share is held; if not, cash.
    pub share: bool,
    /// Sold a cycle ago and alive for one more: a call if a share is held, a put if not.
    pub open: Option<Open>,
}

/// An option at mid-life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Open {
    /// Level at which it was sold.
    pub sold_level: i32,
    /// Its strike, as an index of the strikes on sale.
    pub choice: usize,
}

/// What to do for a cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// Without an open option: what the plain lattice allows.
    Fresh(Action),
    /// Let the open option live.
    Keep,
    /// Buy it back.
    Close,
    /// Buy it back and sell one with this strike, a multiple of the spot.
    Roll(f64),
}

impl Move {
    /// As in "put 0.95" or "roll 1.0".
    pub fn name(self) -> String {
        match self {
            Move::Fresh(action) => action.name(),
            Move::Keep => "keep".into(),
            Move::Close => "close".into(),
            Move::Roll(moneyness) => format!("roll {moneyness:?}"),
        }
    }
}

/// The worths of a cycle: `[level][share][open]`, where open is 0 for none and else [`Open::slot`].
type Table = Vec<[[f64; 16]; 2]>;

impl Open {
    /// A number from 1 to 15 that tells open options at one level apart.
    fn slot(self, level: i32) -> usize {
        1 + 3 * ((level - self.sold_level + STEPS) / 2) as usize + self.choice
    }
}

impl Rolling {
    /// In dollars per share.
    fn strike(&self, share: bool, open: Open) -> f64 {
        strikes(share)[open.choice] * self.lattice.price(open.sold_level)
    }

    /// Whether an option is exercised at a level, with so many cycles to live.
    fn exercised(&self, level: i32, share: bool, open: Open, cycles_left: u32) -> bool {
        let (price, strike) = (self.lattice.price(level), self.strike(share, open));
        let payoff = sign(share) * (price - strike);
        if cycles_left == 0 {
            payoff > GUARD_USD
        } else {
            let alive = self.lattice.premium(price, strike, 1, sign(share));
            self.early && payoff > alive + GUARD_USD
        }
    }

    /// Paid or received when the action is taken, and the option it leaves open.
    fn trade(&self, state: &State, action: Move) -> (f64, Option<Open>) {
        let lattice = &self.lattice;
        let price = lattice.price(state.level);
        let sell = |moneyness: f64| {
            let life = self.life.min(lattice.cycles - state.cycle);
            let strike = moneyness * price;
            let premium = lattice.premium(price, strike, life, sign(state.share));
            let choice = strikes(state.share).iter().position(|m| *m == moneyness);
            let sold = choice.map(|choice| Open {
                sold_level: state.level,
                choice,
            });
            (premium - lattice.fee, sold)
        };
        let buy_back = || {
            let price_of = |open| {
                let strike = self.strike(state.share, open);
                lattice.premium(price, strike, 1, sign(state.share)) + lattice.fee
            };
            state.open.map_or(0.0, price_of)
        };
        match action {
            Move::Fresh(Action::Idle | Action::Hold) => (0.0, None),
            Move::Fresh(Action::Buy) => (-price - lattice.cost, None),
            Move::Fresh(Action::Sell) => (price - lattice.cost, None),
            Move::Fresh(Action::Put(moneyness) | Action::Call(moneyness)) => sell(moneyness),
            Move::Keep => (0.0, state.open),
            Move::Close => (-buy_back(), None),
            Move::Roll(moneyness) => {
                let (premium, sold) = sell(moneyness);
                (premium - buy_back(), sold)
            }
        }
    }

    /// Backward induction over the whole lattice, from the end; the two states at the start come last, cash first.
    pub fn solve(&self) -> Vec<Solved<State, Move>> {
        let mut solved = Vec::new();
        let mut next = Table::new();
        for cycle in (0..=self.lattice.cycles).rev() {
            let reach = STEPS * cycle as i32;
            let mut here = Table::new();
            for level in (-reach..=reach).step_by(2) {
                let mut worths = [[f64::NAN; 16]; 2];
                for state in self.states(cycle, level) {
                    let mut actions = Vec::new();
                    let worth = if cycle == self.lattice.cycles {
                        self.liquidation(&state)
                    } else {
                        let mut moves = Vec::new();
                        self.actions(&state, &mut moves);
                        let worth = |action| (action, self.worth_of(&state, action, &next));
                        actions.extend(moves.into_iter().map(worth));
                        let each = actions.iter().map(|(_, worth)| *worth);
                        each.fold(f64::NEG_INFINITY, f64::max)
                    };
                    let slot = state.open.map_or(0, |open| open.slot(level));
                    worths[usize::from(state.share)][slot] = worth;
                    solved.push(Solved {
                        state,
                        worth,
                        actions,
                    });
                }
                here.push(worths);
            }
            next = here;
        }
        solved
    }

    /// The states at a place that play can reach: an option that its holder would have exercised is not open any more.
    fn states(&self, cycle: u32, level: i32) -> Vec<State> {
        let mut states = Vec::new();
        for share in [true, false] {
            if self.life == 2 && 0 < cycle && cycle < self.lattice.cycles {
                let reach = STEPS * (cycle as i32 - 1);
                let from = (level - STEPS).max(-reach)..=(level + STEPS).min(reach);
                for sold_level in from.step_by(2) {
                    let open = (0..3).map(|choice| Open { sold_level, choice });
                    let alive = open.filter(|open| !self.exercised(level, share, *open, 1));
                    states.extend(alive.map(|open| State {
                        cycle,
                        level,
                        share,
                        open: Some(open),
                    }));
                }
            }
        }
        states.extend([false, true].map(|share| State {
            cycle,
            level,
            share,
            open: None,
        }));
        states
    }

    /// What an action is worth, given the worths of the next cycle.
    fn worth_of(&self, state: &State, action: Move, next: &Table) -> f64 {
        let (cash, open) = self.trade(state, action);
        let share = match action {
            Move::Fresh(Action::Buy) => true,
            Move::Fresh(Action::Sell) => false,
            _ => state.share,
        };
        let kept = action == Move::Keep;
        let cycles_left = if kept {
            0
        } else {
            self.life.min(self.lattice.cycles - state.cycle) - 1
        };
        let reach = STEPS * (state.cycle as i32 + 1);
        let end = |level: i32| -> f64 {
            let worths = &next[((level + reach) / 2) as usize];
            let free = |share: bool| worths[usize::from(share)][0];
            match open {
                None => free(share),
                Some(open) if self.exercised(level, share, open, cycles_left) => {
                    // A call takes the share and pays the strike; a put the other way round.
                    free(!share) + sign(share) * self.strike(share, open)
                }
                Some(_) if cycles_left == 0 => free(share),
                Some(open) => worths[usize::from(share)][open.slot(level)],
            }
        };
        cash + self.lattice.cycle_discount() * self.toss(state.level, STEPS, &end)
    }

    /// The expectation over so many single moves.
    fn toss(&self, level: i32, moves: i32, end: &dyn Fn(i32) -> f64) -> f64 {
        if moves == 0 {
            return end(level);
        }
        let up = self.lattice.up_probability();
        up * self.toss(level + 1, moves - 1, end)
            + (1.0 - up) * self.toss(level - 1, moves - 1, end)
    }

    /// What the state would fetch now: the poor judge of leaves.
    pub fn liquidation(&self, state: &State) -> f64 {
        let price = self.lattice.price(state.level);
        let owed = state.open.map_or(0.0, |open| {
            let strike = self.strike(state.share, open);
            self.lattice.premium(price, strike, 1, sign(state.share))
        });
        let owned = if state.share { price } else { 0.0 };
        owned - owed
    }

    /// [`Rolling::liquidation`] as an evaluator.
    pub fn evaluator(&self) -> Each<impl FnMut(&State) -> f64> {
        Each(|state: &State| self.liquidation(state))
    }
}

/// Strikes on sale, as multiples of the spot.
fn strikes(share: bool) -> [f64; 3] {
    if share { CALLS } else { PUTS }
}

/// 1 for the call of a shareholder, -1 for the put of a cash holder.
fn sign(share: bool) -> f64 {
    if share { 1.0 } else { -1.0 }
}

impl Game for Rolling {
    type State = State;
    type Action = Move;

    fn actions(&self, state: &State, out: &mut Vec<Move>) {
        if state.open.is_some() {
            out.extend([Move::Keep, Move::Close]);
            out.extend(strikes(state.share).map(Move::Roll));
        } else {
            let fresh = if state.share {
                [Action::Hold, Action::Sell]
            } else {
                [Action::Idle, Action::Buy]
            };
            out.extend(fresh.map(Move::Fresh));
            let sale = if state.share {
                Action::Call
            } else {
                Action::Put
            };
            out.extend(strikes(state.share).map(|moneyness| Move::Fresh(sale(moneyness))));
        }
    }

    fn outcomes(&self, state: &State, action: Move, out: &mut Vec<Outcome<State>>) {
        let (now, open) = self.trade(state, action);
        let share = match action {
            Move::Fresh(Action::Buy) => true,
            Move::Fresh(Action::Sell) => false,
            _ => state.share,
        };
        let cycle = state.cycle + 1;
        let cycles_left = match action {
            Move::Keep => 0,
            _ => self.life.min(self.lattice.cycles - state.cycle) - 1,
        };
        out.extend(self.lattice.chances().map(|(moved, probability)| {
            let level = state.level + moved;
            let exercised = open.filter(|open| self.exercised(level, share, *open, cycles_left));
            let settlement = exercised.map_or(0.0, |open| sign(share) * self.strike(share, open));
            let alive = exercised.is_none() && cycles_left > 0;
            Outcome {
                probability,
                reward: now + self.lattice.cycle_discount() * settlement,
                state: State {
                    cycle,
                    level,
                    share: share != exercised.is_some(),
                    open: open.filter(|_| alive),
                },
            }
        }));
    }

    fn terminal_worth(&self, state: &State) -> Option<f64> {
        (state.cycle == self.lattice.cycles).then(|| self.liquidation(state))
    }

    fn discount(&self, _: &State, _: Move) -> f64 {
        self.lattice.cycle_discount()
    }

    fn key(&self, state: &State) -> Option<u128> {
        let level = (state.level + STEPS * self.lattice.cycles as i32) as u128;
        let open = state.open.map_or(0, |open| open.slot(state.level)) as u128;
        Some(u128::from(state.cycle) << 64 | level << 8 | open << 1 | u128::from(state.share))
    }
}
