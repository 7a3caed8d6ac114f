//! What becomes of the position if the market moves: a table of spot and date, and the payoff as a line.

use super::{Desk, cents};
use crate::plan::{PayoffPoint, WhatIf};
use market::futures::State;
use wheel::Action;

impl Desk<'_> {
    pub(super) fn what_if(&self, action: &Action) -> WhatIf {
        let rules = self.rules();
        let after = self.after(action);
        let first = after
            .book
            .lots()
            .iter()
            .map(|lot| lot.expiry_day)
            .min()
            .unwrap_or(rules.horizon_day)
            .min(rules.horizon_day);
        let wealth = rules.utility.wealth_usd;
        let deviation = rules
            .futures
            .deviation(&self.table.today.state, first)
            .max(0.02);
        let profit = |day: u16, spot: f64| {
            let state = State {
                day,
                spot,
                vol_factor: 0.0,
            };
            rules.wealth(&rules.arrive(&after, state, |_, _| ())) - wealth
        };
        let at = |z: f64| cents(self.spot() * (z * deviation).exp());
        let mut days: Vec<u16> = (0..=4)
            .map(|quarter| (f64::from(first) * f64::from(quarter) / 4.0).round() as u16)
            .collect();
        days.dedup();
        let mut spots: Vec<f64> = (-5..=5).map(|step| at(f64::from(step) * 0.5)).collect();
        spots.dedup();
        WhatIf {
            meaning: format!(
                "profit of the whole position in dollars against today's wealth, if the share stands there on that day: volatility as today, interest and dividends counted, nothing traded in between; the last column, {}, is {}",
                self.date(first),
                if after.book.lots().is_empty() {
                    "the horizon"
                } else {
                    "the first expiry"
                }
            ),
            dates: days.iter().map(|&day| self.date(day)).collect(),
            profit_usd: spots
                .iter()
                .map(|&spot| days.iter().map(|&day| cents(profit(day, spot))).collect())
                .collect(),
            spots_usd: spots,
            payoff: (-30..=30)
                .map(|step| {
                    let spot = at(f64::from(step) * 0.1);
                    PayoffPoint {
                        spot_usd: spot,
                        now_usd: cents(profit(0, spot)),
                        at_expiry_usd: cents(profit(first, spot)),
                    }
                })
                .collect(),
        }
    }
}
