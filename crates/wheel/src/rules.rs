//! When decisions fall due, what may then be done, how a situation travels to the next one, and what it is worth if held.
//!
//! The same rules serve the tree, which travels from decision to decision over a few quantised outcomes, and the fresh paths,
//! which travel day by day. Simplifications, all stated on the plan:
//!
//! * Decisions fall due today, half-way through the life of the nearest lot, at each expiry, on the eve of an ex-date while calls
//!   are short, and every half cycle with nothing open.
//! * Holders exercise optimally: puts below the American boundary, calls on the eve of an ex-date when the dividend
//!   exceeds what is left of the call after it, European lots never.
//! * In the tree, early exercise is looked at on decision days only; on the paths, every trading day.

use crate::action::{Action, Kind, Leg};
use crate::book::{Book, Costs, Ending, Lot, SHARES_PER_CONTRACT};
use crate::utility::{Growth, Utility};
use arrayvec::ArrayVec;
use market::futures::{Futures, Outcome, State, years_between};
use market::quantise::quantise;
use market::{Cents, Style};
use pricing::Right;
use pricing::american::Boundary;

/// Where the game stands: the market and the book.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// Spot, volatility and day.
    pub state: State,
    /// What the trader owns.
    pub book: Book,
}

/// A choice in a decision: on the first day a line of the menu, later one of the house's own grid of deltas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// A line of the menu of today.
    Menu(u8),
    /// Keep everything as it is.
    Nothing,
    /// Sell as many puts as cash allows, at this entry of the delta grid.
    SellPut(u8),
    /// Sell calls on all uncovered shares, at this entry of the delta grid.
    SellCall(u8),
    /// Close this lot.
    Close(u8),
    /// Close this lot and sell the same right a full cycle out, at this entry of the delta grid.
    Roll(u8, u8),
}

/// How orders are assumed to fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Sell at the bid, buy at the ask.
    BidAsk,
    /// Trade at the mid.
    Mid,
}

/// Everything that does not change while the game is played.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The simulated market.
    pub futures: Futures,
    /// What trading costs.
    pub costs: Costs,
    /// At which side of the market orders fill.
    pub fill: Fill,
    /// Slippage beyond it, dollars per share.
    pub slippage_usd: f64,
    /// Last day of the game, in calendar days from today.
    pub horizon_day: u16,
    /// American or European contracts.
    pub style: Style,
    /// Days to expiry of what is sold later on.
    pub cycle_days: u16,
    /// Absolute deltas of what is sold later on.
    pub deltas: Vec<f64>,
    /// Cash that later sales may reserve, and value they may put into this symbol, as parts of wealth.
    pub collateral_fraction: f64,
    /// See `collateral_fraction`.
    pub concentration_fraction: f64,
    /// What a final wealth is worth.
    pub utility: Utility,
    /// The menu of today.
    pub menu: Vec<Action>,
    /// When holders exercise early.
    pub exercise: Exercise,
}

/// Early-exercise boundaries of American options, one per volatility level.
#[derive(Clone, Debug)]
pub struct Exercise {
    puts: Vec<(f64, Boundary)>,
    calls: Vec<(f64, Boundary)>,
}

impl Exercise {
    /// Boundaries for volatilities around `vol`, for lives of up to `days_max`.
    pub fn new(rate: f64, dividend_yield: f64, vol: f64, days_max: u16) -> Exercise {
        let table = |right| {
            [0.5, 0.7, 1.0, 1.4, 2.0, 2.8]
                .map(|factor| {
                    (
                        factor * vol,
                        Boundary::new(
                            right,
                            rate,
                            dividend_yield,
                            factor * vol,
                            f64::from(days_max) / 365.0,
                        ),
                    )
                })
                .into_iter()
                .filter_map(|(vol, boundary)| Some((vol, boundary.ok()?)))
                .collect()
        };
        Exercise {
            puts: table(Right::Put),
            calls: table(Right::Call),
        }
    }

    /// Does the holder exercise at this moneyness (spot over strike)?
    fn pays(&self, right: Right, vol: f64, years_left: f64, spot_per_strike: f64) -> bool {
        let table = if right == Right::Put {
            &self.puts
        } else {
            &self.calls
        };
        let nearest = table
            .iter()
            .min_by(|a, b| (a.0 / vol).ln().abs().total_cmp(&(b.0 / vol).ln().abs()));
        let boundary = nearest.and_then(|(_, boundary)| boundary.spot_per_strike(years_left));
        boundary.is_some_and(|edge| {
            if right == Right::Put {
                spot_per_strike <= edge
            } else {
                spot_per_strike >= edge
            }
        })
    }
}

/// No outcome is further above today's spot than this, in its multiples: what is left of a fitted smile out there is no market.
const SPOT_MAX: f64 = 1e4;
/// No strike of a sale lies this many times above the spot.
const STRIKE_OVER_SPOT_MAX: f64 = 100.0;
/// Spot outcomes of one journey between decisions.
const SPOTS: usize = 7;

impl Rules {
    /// Has the game ended?
    pub fn is_over(&self, situation: &Situation) -> bool {
        situation.state.day >= self.horizon_day
    }

    /// The legal moves, doing nothing first. Empty when the game is over.
    pub fn moves(&self, situation: &Situation, out: &mut Vec<Move>) {
        out.clear();
        if self.is_over(situation) {
            return;
        }
        if situation.state.day == 0 {
            out.extend((0..self.menu.len()).map(|line| Move::Menu(line as u8)));
            return;
        }
        out.push(Move::Nothing);
        // What cannot reach its half-way mark before the end is not worth opening.
        let worth_opening = situation.state.day + self.cycle_days / 2 <= self.horizon_day;
        if worth_opening {
            let deltas = 0..self.deltas.len() as u8;
            out.extend(
                deltas
                    .clone()
                    .map(Move::SellPut)
                    .filter(|&m| self.is_possible(situation, m)),
            );
            out.extend(
                deltas
                    .map(Move::SellCall)
                    .filter(|&m| self.is_possible(situation, m)),
            );
        }
        for lot in 0..situation.book.lots().len() as u8 {
            out.push(Move::Close(lot));
            if worth_opening && situation.book.lots()[usize::from(lot)].contracts < 0 {
                out.push(Move::Roll(lot, self.deltas.len() as u8 / 2));
            }
        }
        out.retain(|&m| self.is_possible(situation, m));
    }

    fn is_possible(&self, situation: &Situation, choice: Move) -> bool {
        let Some(action) = self.action(situation, choice) else {
            return false;
        };
        situation
            .book
            .clone()
            .trade(&action, self.style, &self.costs)
            .is_ok()
    }

    /// The trades that a move means here, or `None` where it means none.
    pub fn action(&self, situation: &Situation, choice: Move) -> Option<Action> {
        let Situation { state, book } = situation;
        match choice {
            Move::Menu(line) => self.menu.get(usize::from(line)).cloned(),
            Move::Nothing => Some(Action::do_nothing()),
            Move::SellPut(delta) => self
                .sale(situation, Right::Put, delta, None)
                .map(|leg| Action::new(Kind::SellPut, &[leg])),
            Move::SellCall(delta) => self
                .sale(situation, Right::Call, delta, None)
                .map(|leg| Action::new(Kind::SellCall, &[leg])),
            Move::Close(index) => {
                let lot = book.lots().get(usize::from(index))?;
                Some(Action::new(Kind::Close, &[self.closing(state, lot)?]))
            }
            Move::Roll(index, delta) => {
                let lot = book.lots().get(usize::from(index))?;
                let close = self.closing(state, lot)?;
                let open = self.sale(situation, lot.right, delta, Some(lot.contracts))?;
                Some(Action::new(Kind::Roll, &[close, open]))
            }
        }
    }

    /// The price per share at which an order of this direction fills in a future state; `None` where nobody trades.
    pub fn fill_price(
        &self,
        state: &State,
        right: Right,
        strike: f64,
        expiry_day: u16,
        selling: bool,
    ) -> Option<Cents> {
        let (bid, ask) = self.futures.bid_ask(state, right, strike, expiry_day);
        let price = match (self.fill, selling) {
            (Fill::Mid, _) => (bid + ask) / 2.0,
            (Fill::BidAsk, true) => bid,
            (Fill::BidAsk, false) => ask,
        };
        let price = Cents::from_usd(if selling {
            price - self.slippage_usd
        } else {
            price + self.slippage_usd
        });
        (price > Cents::ZERO || !selling).then_some(price)
    }

    fn closing(&self, state: &State, lot: &Lot) -> Option<Leg> {
        let price = self.fill_price(
            state,
            lot.right,
            lot.strike_usd(),
            lot.expiry_day,
            lot.contracts > 0,
        )?;
        Some(Leg::Option {
            right: lot.right,
            strike: lot.strike,
            expiry_day: lot.expiry_day,
            contracts: -lot.contracts,
            price,
        })
    }

    /// A sale one cycle out. `contracts` is given when a lot is rolled; otherwise as many as cash or shares allow.
    fn sale(
        &self,
        situation: &Situation,
        right: Right,
        delta: u8,
        contracts: Option<i32>,
    ) -> Option<Leg> {
        let Situation { state, book } = situation;
        let expiry_day = self.trading_day_up_to(state.day + self.cycle_days, state.day);
        let contracts = match (contracts, right) {
            (Some(contracts), _) => contracts,
            (None, Right::Call) => {
                -i32::try_from(book.uncovered_shares() / SHARES_PER_CONTRACT).ok()?
            }
            (None, Right::Put) => -self.puts_that_fit(situation),
        };
        if contracts >= 0 {
            return None;
        }
        let strike_usd = self.futures.strike_at_delta(
            state,
            right,
            *self.deltas.get(usize::from(delta))?,
            expiry_day,
        );
        // Where volatility is absurd the strike of a delta runs away; no exchange lists such a one.
        if strike_usd.is_nan() || strike_usd > STRIKE_OVER_SPOT_MAX * state.spot {
            return None;
        }
        let strike = Cents::from_usd(strike_usd);
        let price = self.fill_price(state, right, strike.usd(), expiry_day, true)?;
        (price * SHARES_PER_CONTRACT > self.costs.per_contract).then_some(Leg::Option {
            right,
            strike,
            expiry_day,
            contracts,
            price,
        })
    }

    fn puts_that_fit(&self, situation: &Situation) -> i32 {
        let Situation { state, book } = situation;
        // The spot stands for the strike: a little careful, and the same for every delta.
        let one = state.spot * SHARES_PER_CONTRACT as f64;
        let wealth = self.wealth(situation);
        let stock = book.shares() as f64 * state.spot;
        let reserved = book.reserved().usd();
        let room = (book.free_cash().usd())
            .min(self.collateral_fraction * wealth - reserved)
            .min(self.concentration_fraction * wealth - stock - reserved);
        (room / one).floor().clamp(0.0, 1e6) as i32
    }

    /// The last trading day not after `day`, but after `after`; beyond the listed days weekdays are not known and `day` is taken.
    fn trading_day_up_to(&self, day: u16, after: u16) -> u16 {
        let days = &self.futures.trading_days;
        match days.last() {
            Some(&last) if day <= last => {
                let up_to = days.partition_point(|&d| d <= day);
                let found = if up_to > 0 { days[up_to - 1] } else { days[0] };
                if found > after {
                    found
                } else {
                    days[days.partition_point(|&d| d <= after).min(days.len() - 1)]
                }
            }
            _ => day,
        }
    }

    /// The day of the next decision after one has been taken in this situation.
    pub fn next_day(&self, situation: &Situation) -> u16 {
        let Situation { state, book } = situation;
        let now = state.day;
        let mut next = self.horizon_day;
        for lot in book.lots() {
            let left = lot.expiry_day.saturating_sub(now);
            next = next.min(if left > 10 {
                now + left / 2
            } else {
                lot.expiry_day
            });
            if lot.right == Right::Call && lot.contracts < 0 && lot.style == Style::American {
                let eve = self
                    .futures
                    .dividends
                    .iter()
                    .map(|d| d.ex_day.saturating_sub(1))
                    .find(|&eve| eve > now);
                next = next.min(eve.filter(|&eve| eve < lot.expiry_day).unwrap_or(next));
            }
        }
        if book.lots().is_empty() {
            next = next.min(now + (self.cycle_days / 2).max(1));
        }
        self.trading_day_up_to(next.max(now + 1), now)
            .min(self.horizon_day)
    }

    /// Every outcome of the way to the next decision: probability and situation, in a fixed order.
    ///
    /// Where lots expire on that day the law is cut at their strikes, so that settlements are averaged exactly; each piece
    /// is quantised by Gauss nodes. Each spot comes with two levels of volatility.
    pub fn journeys(&self, situation: &Situation, out: &mut Vec<(f64, Situation)>) {
        out.clear();
        let closed = self.first_close(situation, |_, _| ());
        let situation = closed.as_ref().unwrap_or(situation);
        let to_day = self.next_day(situation);
        let mut strikes: ArrayVec<f64, { crate::book::LOTS }> = situation
            .book
            .lots()
            .iter()
            .filter(|lot| lot.expiry_day <= to_day)
            .map(Lot::strike_usd)
            .collect();
        strikes.sort_unstable_by(f64::total_cmp);
        let mut law = Vec::with_capacity(48);
        self.futures
            .law(&situation.state, to_day, &strikes, &mut law);
        let mut spots = Vec::with_capacity(2 * SPOTS);
        let pieces = strikes.len() + 1;
        let mut rest = &law[..];
        for piece in 0..pieces {
            let end = strikes.get(piece).map_or(rest.len(), |&strike| {
                rest.partition_point(|o| o.spot < strike)
            });
            quantise(&rest[..end], (SPOTS / pieces).max(3), &mut spots);
            rest = &rest[end..];
        }
        let deviation = self.futures.deviation(&situation.state, to_day).max(1e-9);
        let mean = self.futures.mean_spot(&situation.state, to_day);
        for Outcome { probability, spot } in spots.into_iter().filter(|o| o.probability > 1e-9) {
            let spot = spot.clamp(0.01, SPOT_MAX * self.futures.spot);
            let standard = (spot / mean).ln() / deviation;
            for vol_factor in self.futures.vol_factors(&situation.state, to_day, standard) {
                let state = State {
                    day: to_day,
                    spot,
                    vol_factor,
                };
                out.push((probability / 2.0, self.arrive(situation, state, |_, _| ())));
            }
        }
        let total: f64 = out.iter().map(|(probability, _)| probability).sum();
        out.iter_mut()
            .for_each(|(probability, _)| *probability /= total);
    }

    /// The situation in which the market has moved to `state`: interest and dividends are booked, lots end as they must.
    pub fn arrive(
        &self,
        from: &Situation,
        state: State,
        mut report: impl FnMut(Lot, Ending),
    ) -> Situation {
        let mut book = from.book.clone();
        let years = years_between(from.state.day, state.day);
        book.earn_interest(self.futures.rate, years);
        for dividend in &self.futures.dividends {
            if dividend.ex_day > from.state.day && dividend.ex_day <= state.day {
                book.receive_dividend(dividend.usd);
            }
        }
        if self.futures.dividend_yield != 0.0 && book.shares() != 0 {
            let mean_spot = (from.state.spot + state.spot) / 2.0;
            book.receive_dividend(mean_spot * (self.futures.dividend_yield * years).exp_m1());
        }
        book.expire(
            state.day,
            Cents::from_usd(state.spot),
            &self.costs,
            &mut report,
        );
        self.exercise_early(&mut book, &state, report);
        Situation { state, book }
    }

    /// The situation after the close of the first day: what holders exercise this evening is gone. Later evenings are part of
    /// [`Self::arrive`]; on the first day the trader acts before the close, at the quotes of the chain.
    pub fn first_close(
        &self,
        situation: &Situation,
        report: impl FnMut(Lot, Ending),
    ) -> Option<Situation> {
        let today = situation.state.day == 0;
        let exercised = |lot: &Lot| self.is_exercised(lot, &situation.state);
        if !today || !situation.book.lots().iter().any(exercised) {
            return None;
        }
        let mut closed = situation.clone();
        self.exercise_early(&mut closed.book, &situation.state, report);
        Some(closed)
    }

    fn exercise_early(&self, book: &mut Book, state: &State, mut report: impl FnMut(Lot, Ending)) {
        while let Some(index) = book
            .lots()
            .iter()
            .position(|lot| self.is_exercised(lot, state))
        {
            report(book.lots()[index], Ending::AssignedEarly);
            book.assign(index, &self.costs);
        }
    }

    /// Does the holder of this lot exercise at the close of the day?
    pub fn is_exercised(&self, lot: &Lot, state: &State) -> bool {
        if lot.contracts >= 0
            || lot.style == Style::European
            || lot.right.intrinsic(state.spot, lot.strike_usd()) <= 0.0
        {
            return false;
        }
        let years_left = years_between(state.day, lot.expiry_day);
        let coming = self
            .futures
            .dividends
            .iter()
            .find(|d| d.ex_day > state.day && d.ex_day <= lot.expiry_day);
        match (lot.right, coming) {
            // A put is not given up before the share has paid.
            (Right::Put, Some(_)) => false,
            (Right::Call, Some(dividend)) => {
                self.call_goes_for_dividend(lot, state, dividend.ex_day, dividend.usd)
            }
            _ => {
                let vol = self
                    .futures
                    .implied_vol(state, lot.strike_usd(), lot.expiry_day);
                self.exercise
                    .pays(lot.right, vol, years_left, state.spot / lot.strike_usd())
            }
        }
    }

    /// On the last trading day before the ex-date: is the call worth less after the dividend than exercised now?
    fn call_goes_for_dividend(
        &self,
        lot: &Lot,
        state: &State,
        ex_day: u16,
        dividend_usd: f64,
    ) -> bool {
        let is_eve = !self
            .futures
            .trading_days
            .iter()
            .any(|&day| day > state.day && day < ex_day);
        if !is_eve || state.spot <= dividend_usd {
            return false;
        }
        let after = State {
            day: ex_day,
            spot: state.spot - dividend_usd,
            vol_factor: state.vol_factor,
        };
        let kept = self
            .futures
            .mid(&after, Right::Call, lot.strike_usd(), lot.expiry_day);
        state.spot - lot.strike_usd() > kept
    }

    /// Cash, shares and options at mid prices, in dollars.
    pub fn wealth(&self, situation: &Situation) -> f64 {
        let Situation { state, book } = situation;
        let options: f64 = book
            .lots()
            .iter()
            .map(|lot| {
                let mid = self
                    .futures
                    .mid(state, lot.right, lot.strike_usd(), lot.expiry_day);
                f64::from(lot.contracts) * SHARES_PER_CONTRACT as f64 * mid
            })
            .sum();
        book.cash().usd() + book.shares() as f64 * state.spot + options
    }

    /// Shares that the position moves like, in dollars at the market.
    pub fn dollar_delta(&self, situation: &Situation) -> f64 {
        let Situation { state, book } = situation;
        let options: f64 = book
            .lots()
            .iter()
            .map(|lot| {
                let delta = self
                    .futures
                    .delta(state, lot.right, lot.strike_usd(), lot.expiry_day);
                f64::from(lot.contracts) * SHARES_PER_CONTRACT as f64 * delta
            })
            .sum();
        state.spot * (book.shares() as f64 + options)
    }

    /// Utility of a finished game.
    pub fn final_worth(&self, situation: &Situation) -> f64 {
        self.utility.of(self.wealth(situation))
    }

    /// Expected utility, in closed form, of holding everything to the horizon without another trade.
    ///
    /// The law of the first expiry (or of the horizon) is summed exactly at its strikes; what shares do after it enters through
    /// the nodes of a lognormal; lots that live longer stand at their quoted value on that day. Ignores early exercise.
    /// This is what leaves of the search are judged by: as a rule a lower bound, since the trader may do better than hold.
    pub fn held_worth(&self, situation: &Situation, law: &mut Vec<Outcome>) -> f64 {
        if self.is_over(situation) {
            return self.final_worth(situation);
        }
        let mut expected = 0.0;
        self.held_ends(situation, law, |probability, fixed, slope, growth| {
            expected += probability * self.utility.of_linear(fixed, slope, growth);
        });
        expected
    }

    /// Mean loss against the scale of the utility in the worst 5 % of the same law, in dollars; positive is a loss.
    pub fn held_tail(&self, situation: &Situation, law: &mut Vec<Outcome>) -> f64 {
        let mut ends: Vec<(f64, f64)> = Vec::new();
        self.held_ends(situation, law, |probability, fixed, slope, growth| {
            ends.extend(
                growth
                    .nodes()
                    .map(|(weight, factor)| (fixed + slope * factor, probability * weight)),
            );
        });
        ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let (mut left, mut sum) = (0.05, 0.0);
        for (wealth, probability) in ends {
            let taken = probability.min(left);
            sum += taken * wealth;
            left -= taken;
        }
        self.utility.wealth_usd - sum / (0.05 - left).max(1e-12)
    }

    /// Every end of holding to the horizon: its probability, the wealth that is fixed, and the wealth that grows with the share.
    fn held_ends(
        &self,
        situation: &Situation,
        law: &mut Vec<Outcome>,
        mut visit: impl FnMut(f64, f64, f64, &Growth),
    ) {
        let closed = self.first_close(situation, |_, _| ());
        let situation = closed.as_ref().unwrap_or(situation);
        let Situation { state, book } = situation;
        let first = book
            .lots()
            .iter()
            .map(|lot| lot.expiry_day)
            .min()
            .unwrap_or(self.horizon_day)
            .min(self.horizon_day);
        let interest = |from, to| (self.futures.rate * years_between(from, to)).exp();
        let (to_first, to_end) = (
            interest(state.day, first),
            interest(first, self.horizon_day),
        );
        if book.lots().is_empty() && book.shares() == 0 {
            return visit(
                1.0,
                book.cash().usd() * to_first * to_end,
                0.0,
                &Growth::NONE,
            );
        }
        let strikes: ArrayVec<f64, { crate::book::LOTS }> = book
            .lots()
            .iter()
            .filter(|lot| lot.expiry_day <= first)
            .map(Lot::strike_usd)
            .collect();
        self.futures.law(state, first, &strikes, law);
        let vol_factor = self
            .futures
            .vol_factors(state, first, 0.0)
            .iter()
            .sum::<f64>()
            / 2.0;
        let reference = State {
            day: first,
            spot: state.spot,
            vol_factor,
        };
        let deviation = self.futures.deviation(&reference, self.horizon_day);
        let later = Growth::lognormal(deviation);
        let growth = self.futures.mean_spot(&reference, self.horizon_day) / state.spot;
        let paid = |from: u16, to: u16| -> f64 {
            self.futures
                .dividends
                .iter()
                .filter(|d| d.ex_day > from && d.ex_day <= to)
                .map(|d| d.usd)
                .sum()
        };
        let yields = |from, to| (self.futures.dividend_yield * years_between(from, to)).exp_m1();
        let (before, after) = (paid(state.day, first), paid(first, self.horizon_day));
        let (yield_before, yield_after) =
            (yields(state.day, first), yields(first, self.horizon_day));
        for &Outcome { probability, spot } in law.iter() {
            let mut cash = book.cash().usd() * to_first;
            let mut shares = book.shares() as f64;
            cash += shares * (before + yield_before * (state.spot + spot) / 2.0);
            for lot in book.lots() {
                let count = f64::from(lot.contracts) * SHARES_PER_CONTRACT as f64;
                if lot.expiry_day > first {
                    let at = State { spot, ..reference };
                    cash += count
                        * self
                            .futures
                            .mid(&at, lot.right, lot.strike_usd(), lot.expiry_day);
                } else if lot.right.intrinsic(spot, lot.strike_usd()) >= 0.005 {
                    if lot.contracts < 0 && lot.style == Style::American {
                        shares += lot.right.sign() * count;
                        cash -= lot.right.sign() * count * lot.strike_usd();
                    } else {
                        cash += count * lot.right.intrinsic(spot, lot.strike_usd());
                    }
                    cash -= self.costs.per_assignment.usd();
                }
            }
            let fixed = cash * to_end + shares * after;
            let slope = shares * spot * growth * (1.0 + yield_after);
            // With no time left after the first expiry all nodes are one.
            if deviation == 0.0 {
                visit(probability, fixed + slope, 0.0, &later);
            } else {
                visit(probability, fixed, slope, &later);
            }
        }
    }
}
