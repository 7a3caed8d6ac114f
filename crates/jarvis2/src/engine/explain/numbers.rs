//! The figures of an action: money, odds, Greeks.

use super::{Desk, HUNDRED, interval};
use crate::engine::decide::{Candidate, fees, watched};
use crate::plan::{Figure, Numbers};
use market::futures::{Assumptions, Futures, State};
use pricing::{Right, american, european};
use wheel::{Lot, Situation};

impl Desk<'_> {
    pub(super) fn numbers(&self, candidate: &Candidate) -> Numbers {
        let action = &candidate.action;
        let greeks = self.greeks(&self.after(action));
        let mut numbers = Numbers {
            cvar95_usd: candidate.grade.cvar95_usd.into(),
            delta_shares: greeks.0.into(),
            gamma_shares_per_usd: greeks.1.into(),
            theta_usd_per_day: greeks.2.into(),
            vega_usd_per_vol_point: greeks.3.into(),
            rho_usd_per_percent: greeks.4.into(),
            worth: Some(interval(candidate.grade.worth_usd)),
            worth_over_holding: Some(interval(candidate.over_holding)),
            mean_gain_usd: candidate.grade.mean_gain_usd.into(),
            ..blank("no option is sold")
        };
        if !action.legs().is_empty() {
            numbers.premium_after_fees_usd =
                (action.premium().usd() - fees(self.rules(), action)).into();
        }
        if let Some(lot) = watched(self.table, action) {
            self.lot_numbers(&lot, candidate.odds, &mut numbers);
            if action.sold().is_some() {
                self.sale_numbers(candidate, &lot, &mut numbers);
            } else {
                let why = format!("sold earlier: {}", self.lot_text(&lot));
                numbers.probability_of_profit_real_world = Figure::missing(&why);
            }
        }
        numbers
    }

    /// Distance and odds of a short lot that is held to its end.
    fn lot_numbers(&self, lot: &Lot, odds: Option<evidence::Odds>, out: &mut Numbers) {
        let futures = &self.rules().futures;
        let today = &self.table.today.state;
        let strike = lot.strike_usd();
        let distance = lot.right.sign() * (strike - self.spot()) / self.spot();
        out.distance_fraction = distance.into();
        out.distance_in_expected_moves =
            (distance / futures.deviation(today, lot.expiry_day)).into();
        let odds = odds.ok_or("its expiry lies beyond the horizon of the paths");
        let share = |f: fn(&evidence::Odds) -> f64| {
            odds.as_ref()
                .map_or_else(|why| Figure::missing(why), |o| f(o).into())
        };
        out.probability_of_profit_real_world = share(|o| o.profit);
        out.probability_of_early_assignment_real_world = share(|o| o.assigned_early);
        out.probability_of_assignment_at_expiry_real_world = share(|o| o.assigned_at_expiry);
        out.probability_of_touch_real_world = share(|o| o.touched);
        out.probability_in_the_money_risk_neutral =
            in_the_money(futures, today, lot.right, strike, lot.expiry_day).into();
    }

    /// What depends on the price at which the lot is sold.
    fn sale_numbers(&self, candidate: &Candidate, lot: &Lot, out: &mut Numbers) {
        let (right, strike, spot) = (lot.right, lot.strike_usd(), self.spot());
        // Of a roll, the new option alone: what the old one brought or cost lies behind.
        let Some((.., contracts, price)) = candidate.action.sold() else {
            return;
        };
        let costs = &self.rules().costs;
        let fee = costs.per_contract.usd() * f64::from(contracts);
        let net = price.usd() * lot.shares() as f64 - fee;
        let shares = lot.shares() as f64;
        let assignment = costs.per_assignment.usd();
        let per_share = (net - assignment) / shares;
        out.break_even_usd_per_share = match right {
            Right::Put => (strike - per_share).into(),
            Right::Call => (strike + per_share).into(),
        };
        let capital = match right {
            Right::Put => strike * shares,
            Right::Call => spot * shares,
        };
        out.max_profit_usd = match right {
            Right::Put => net.into(),
            Right::Call => (net + (strike - spot) * shares).into(),
        };
        out.max_loss_usd = match right {
            Right::Put => (capital - net + assignment).into(),
            Right::Call => (capital - net).into(),
        };
        out.return_on_capital_fraction = (net / capital).into();
        out.return_on_capital_annualised_simple_fraction =
            (net / capital * 365.0 / f64::from(lot.expiry_day.max(1))).into();
        out.adjusted_basis_usd_per_share = self.adjusted_basis(
            right,
            strike,
            shares,
            if right == Right::Put {
                net - assignment
            } else {
                net
            },
        );
    }

    fn adjusted_basis(&self, right: Right, strike: f64, shares: f64, net: f64) -> Figure {
        let held = self.table.today.book.shares() as f64;
        match (right, self.basis(), held > 0.0) {
            (Right::Put, None, true) | (Right::Call, None, _) => {
                Figure::missing("the account names no cost basis")
            }
            (Right::Put, basis, _) => {
                ((basis.unwrap_or(0.0) * held + strike * shares - net) / (held + shares)).into()
            }
            (Right::Call, Some(basis), _) => (basis - net / held.max(1.0)).into(),
        }
    }

    /// Greeks of the position: shares, shares per dollar, dollars per day, per vol point, per percent.
    pub(super) fn greeks(&self, situation: &Situation) -> (f64, f64, f64, f64, f64) {
        let futures = &self.rules().futures;
        let mut sum = (situation.book.shares() as f64, 0.0, 0.0, 0.0, 0.0);
        for lot in situation.book.lots() {
            let years = f64::from(lot.expiry_day) / 365.0;
            let forward = futures.forward(&situation.state, lot.expiry_day);
            let inputs = pricing::Inputs {
                right: lot.right,
                // The spot less the dividends that the option does not get.
                spot: forward * ((futures.dividend_yield - futures.rate) * years).exp(),
                strike: lot.strike_usd(),
                years,
                rate: futures.rate,
                dividend_yield: futures.dividend_yield,
                vol: futures.implied_vol(&situation.state, lot.strike_usd(), lot.expiry_day),
            };
            let european = || european::greeks(&inputs);
            let greeks = match lot.style {
                market::Style::American => {
                    american::greeks(&inputs, american::Precision::default())
                        .unwrap_or_else(|_| european())
                }
                market::Style::European => european(),
            };
            let count = f64::from(lot.contracts) * HUNDRED;
            sum.0 += count * greeks.delta;
            sum.1 += count * greeks.gamma;
            sum.2 += count * greeks.theta / 365.0;
            sum.3 += count * greeks.vega / 100.0;
            sum.4 += count * greeks.rho / 100.0;
        }
        sum
    }
}

/// Every figure absent, for this reason.
pub(super) fn blank(why: &str) -> Numbers {
    let none = || Figure::missing(why);
    Numbers {
        premium_after_fees_usd: none(),
        break_even_usd_per_share: none(),
        distance_fraction: none(),
        distance_in_expected_moves: none(),
        probability_of_profit_real_world: none(),
        probability_of_early_assignment_real_world: none(),
        probability_of_assignment_at_expiry_real_world: none(),
        probability_of_touch_real_world: none(),
        probability_in_the_money_risk_neutral: none(),
        max_profit_usd: none(),
        max_loss_usd: none(),
        return_on_capital_fraction: none(),
        return_on_capital_annualised_simple_fraction: none(),
        cvar95_usd: none(),
        delta_shares: none(),
        gamma_shares_per_usd: none(),
        theta_usd_per_day: none(),
        vega_usd_per_vol_point: none(),
        rho_usd_per_percent: none(),
        adjusted_basis_usd_per_share: none(),
        worth: None,
        worth_over_holding: None,
        mean_gain_usd: none(),
    }
}

/// Risk-neutral probability of expiring in the money: slope of the put price in its strike, along the smile.
fn in_the_money(
    futures: &Futures,
    today: &State,
    right: Right,
    strike: f64,
    expiry_day: u16,
) -> f64 {
    let quoted = futures.under(Assumptions {
        drift: futures.rate,
        forecast_over_implied: 1.0,
        jumps_per_year: 0.0,
        ..futures.assumptions
    });
    let step = 1e-3 * strike;
    let put = |strike: f64| quoted.expected_payoff(today, Right::Put, strike, expiry_day);
    let below = ((put(strike + step) - put(strike - step)) / (2.0 * step)).clamp(0.0, 1.0);
    if right == Right::Put {
        below
    } else {
        1.0 - below
    }
}
