//! What anybody could do without us: hold, and the fixed 30-delta, 45-day rule.

use crate::walk::Policy;
use market::Cents;
use pricing::Right;
use wheel::{Action, Kind, Leg, Rules, SHARES_PER_CONTRACT, Situation};

/// Never trades: T-bills for cash, the shares as they are, lots to their end.
pub struct Hold;

impl Policy for Hold {
    type Memory = ();

    fn begin(&self) {}

    fn decide(&self, (): &mut (), _: &Rules, _: &Situation) -> Action {
        Action::do_nothing()
    }
}

/// Carries out one action today and then holds.
pub struct Once(pub Action);

impl Policy for Once {
    type Memory = ();

    fn begin(&self) {}

    fn decide(&self, (): &mut (), _: &Rules, situation: &Situation) -> Action {
        if situation.state.day == 0 {
            self.0.clone()
        } else {
            Action::do_nothing()
        }
    }
}

/// The rule of thumb: with nothing open, sell the put (or, on shares, the call) of a fixed delta and days, and hold it to its end.
pub struct FixedRule {
    /// Absolute delta of what is sold.
    pub delta: f64,
    /// Calendar days to expiry of what is sold.
    pub days: u16,
}

impl Policy for FixedRule {
    type Memory = ();

    fn begin(&self) {}

    fn decide(&self, (): &mut (), rules: &Rules, situation: &Situation) -> Action {
        let book = &situation.book;
        if !book.lots().is_empty() || situation.state.day + self.days / 2 > rules.horizon_day {
            return Action::do_nothing();
        }
        let right = if book.uncovered_shares() >= SHARES_PER_CONTRACT {
            Right::Call
        } else {
            Right::Put
        };
        let expiry_day = situation.state.day + self.days;
        let strike = Cents::from_usd(rules.futures.strike_at_delta(
            &situation.state,
            right,
            self.delta,
            expiry_day,
        ));
        let Some(price) = rules.fill_price(&situation.state, right, strike.usd(), expiry_day, true)
        else {
            return Action::do_nothing();
        };
        let contracts = match right {
            Right::Call => book.uncovered_shares() / SHARES_PER_CONTRACT,
            Right::Put => (book.free_cash().usd() / (strike.usd() * SHARES_PER_CONTRACT as f64))
                .floor() as i64,
        };
        if contracts < 1 {
            return Action::do_nothing();
        }
        let kind = if right == Right::Put {
            Kind::SellPut
        } else {
            Kind::SellCall
        };
        Action::new(
            kind,
            &[Leg::Option {
                right,
                strike,
                expiry_day,
                contracts: -(contracts as i32),
                price,
            }],
        )
    }
}
