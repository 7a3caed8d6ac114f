//! Invented option chains: Black-Scholes prices of American options, a stated smile, a stated spread.

use jiff::civil::{Date, date};
use pricing::{Inputs, Right, american};
use std::fmt::Write;

/// The day of the quotes, a Thursday.
pub(crate) const AS_OF: &str = "2025-03-06";

/// Expiries 8 to 71 days later, all of them Fridays but the Thursday before Good Friday.
const EXPIRIES: [Date; 6] = [
    date(2025, 3, 14),
    date(2025, 3, 21),
    date(2025, 3, 28),
    date(2025, 4, 4),
    date(2025, 4, 17),
    date(2025, 5, 16),
];

/// The columns of our own schema.
pub(crate) const HEADER: &str = "source,quote_date,underlying,spot,expiry,strike,right,style,bid,ask,last,volume,open_interest,iv,delta,multiplier";

/// The market behind a chain.
#[derive(Clone, Debug)]
pub(crate) struct Market {
    pub(crate) symbol: &'static str,
    pub(crate) as_of: Date,
    pub(crate) spot: f64,
    pub(crate) rate: f64,
    pub(crate) dividend_yield: f64,
    /// Implied volatility at the money.
    pub(crate) vol: f64,
    /// How much of `vol` the smile gains per standard deviation downwards.
    pub(crate) skew: f64,
    /// Full spread as a part of the mid, and its least width in dollars.
    pub(crate) spread: (f64, f64),
    pub(crate) expiries: Vec<Date>,
    pub(crate) strike_step: f64,
}

/// One row, to be bent by tests before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) expiry: Date,
    pub(crate) strike: f64,
    pub(crate) right: Right,
    pub(crate) bid: f64,
    pub(crate) ask: f64,
    pub(crate) vol: f64,
}

impl Market {
    /// ZZT at $50, 4 % interest, no dividend, a spread of a cent each way.
    pub(crate) fn flat(vol: f64) -> Market {
        Market {
            symbol: "ZZT",
            as_of: AS_OF.parse().unwrap(),
            spot: 50.0,
            rate: 0.04,
            dividend_yield: 0.0,
            vol,
            skew: 0.0,
            spread: (0.01, 0.02),
            expiries: EXPIRIES.to_vec(),
            strike_step: 1.0,
        }
    }

    fn vol_at(&self, strike: f64, years: f64) -> f64 {
        let forward = self.spot * ((self.rate - self.dividend_yield) * years).exp();
        let deviations = (strike / forward).ln() / (self.vol * years.sqrt());
        self.vol * (1.0 - self.skew * deviations.clamp(-4.0, 4.0)).max(0.3)
    }

    fn years(&self, expiry: Date) -> f64 {
        f64::from((expiry - self.as_of).get_days()) / 365.0
    }

    /// The price of one option, by the tests' own market.
    pub(crate) fn price(&self, right: Right, strike: f64, expiry: Date) -> f64 {
        let years = self.years(expiry);
        let inputs = Inputs {
            right,
            spot: self.spot,
            strike,
            years,
            rate: self.rate,
            dividend_yield: self.dividend_yield,
            vol: self.vol_at(strike, years),
        };
        american::price(&inputs).unwrap()
    }

    /// Every contract within four standard deviations of the money, whole cents, bids of zero where nobody would bid.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for &expiry in &self.expiries {
            let years = self.years(expiry);
            let reach = (4.0 * self.vol * years.sqrt()).exp();
            let steps = |price: f64| (price / self.strike_step).round() as i64;
            let (low, high) = (steps(self.spot / reach).max(1), steps(self.spot * reach));
            for step in low..=high {
                let strike = step as f64 * self.strike_step;
                for right in [Right::Call, Right::Put] {
                    let mid = self.price(right, strike, expiry);
                    let half = (self.spread.0 * mid).max(self.spread.1) / 2.0;
                    let cents = |price: f64| (price * 100.0 + 1e-9).floor() / 100.0;
                    let bid = cents(mid - half).max(0.0);
                    rows.push(Row {
                        expiry,
                        strike,
                        right,
                        bid,
                        ask: bid + ((2.0 * half) * 100.0).round().max(1.0) / 100.0,
                        vol: self.vol_at(strike, years),
                    });
                }
            }
        }
        rows
    }

    /// Rows as text, without the header.
    pub(crate) fn lines(&self, rows: &[Row]) -> String {
        let mut text = String::new();
        for row in rows {
            let right = if row.right == Right::Call { "C" } else { "P" };
            writeln!(
                text,
                "invented,{},{},{},{},{},{right},A,{:.2},{:.2},,25,500,{:.4},,100",
                self.as_of,
                self.symbol,
                self.spot,
                row.expiry,
                row.strike,
                row.bid,
                row.ask,
                row.vol
            )
            .unwrap();
        }
        text
    }

    /// The chain in our own schema.
    pub(crate) fn csv(&self) -> String {
        format!("{HEADER}\n{}", self.lines(&self.rows()))
    }
}
