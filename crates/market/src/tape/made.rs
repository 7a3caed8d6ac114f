//! Quotes for days that have none: what a contract is worth at its volatility, less and plus half a measured spread.
//!
//! ```text
//! mark = max( Black-Scholes(spot, strike, iv of the row, rate, no dividends, calendar days / 365), exercise now )    to the cent
//! bid  = mark - spread(mark) / 2       ask = mark + spread(mark) / 2       to the cent; a bid below $0.01 is none
//! ```
//! The spread is the median that was measured in the bucket of the mark; above the last bucket that was measured, the mark times
//! the relative spread at that bucket's middle ($15 of the open one); below the first one, the first one's.
//!
//! | quoted spread in dollars by mid | to .25 | to .50 | to 1 | to 2 | to 5 | to 10 | above |
//! | --- | --- | --- | --- | --- | --- | --- | --- |
//! | [`Spreads::IndexFund`]: SPY, August 2026 | - | .01 | .02 | .02 | .02 | .04 | .05 |
//! | [`Spreads::Fund`]: IWM, August 2026 | .02 | .03 | .04 | .05 | .07 | .10 | - |
//! | [`Spreads::Share`]: AAPL, August 2014 | .05 | .055 | .05 | .06 | .07 | - | - |
//!
//! Measured on out-of-the-money puts of 20 to 60 days with strikes at 0.88 to 1.00 of the spot, medians over the days at hand.
//!
//! A row without an implied volatility, and one that nobody traded that day and nobody holds (or of which that is unknown), gets
//! no quotes: what cannot be traded must not look as if it could. What stands in `last` is not used: it may be days old.
//! These are assumptions, good for checking that a program's accounting is right, and no evidence of what could be had.

use pricing::{Inputs, european};

use super::Tape;
use crate::calendar::days_from_epoch;
use crate::{Chain, Error, Quote};

/// Upper ends of the buckets of the mid price, in dollars; the last bucket has none.
const TO_USD: [f64; 6] = [0.25, 0.5, 1.0, 2.0, 5.0, 10.0];

/// What stands for the middle of the last bucket.
const OPEN_MID_USD: f64 = 15.0;

/// Whose spreads are assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spreads {
    /// A fund on a broad index, as SPY.
    IndexFund,
    /// Another fund, as IWM.
    Fund,
    /// A large company's share, as AAPL.
    Share,
}

impl Spreads {
    /// Medians of the buckets in dollars; `None` where nothing was measured.
    fn table(self) -> [Option<f64>; 7] {
        let usd = |usd| Some(usd);
        match self {
            Spreads::IndexFund => [
                None,
                usd(0.01),
                usd(0.02),
                usd(0.02),
                usd(0.02),
                usd(0.04),
                usd(0.05),
            ],
            Spreads::Fund => [
                usd(0.02),
                usd(0.03),
                usd(0.04),
                usd(0.05),
                usd(0.07),
                usd(0.10),
                None,
            ],
            Spreads::Share => [
                usd(0.05),
                usd(0.055),
                usd(0.05),
                usd(0.06),
                usd(0.07),
                None,
                None,
            ],
        }
    }

    /// The whole spread at a mid price, dollars per share.
    ///
    /// ```
    /// use market::tape::made::Spreads;
    /// assert_eq!(Spreads::IndexFund.at(1.5), 0.02);
    /// // AAPL was measured up to $5: 0.07 at the bucket's middle of $3.50 is 2 %.
    /// assert!((Spreads::Share.at(20.0) - 0.40).abs() < 1e-12);
    /// ```
    pub fn at(self, mid_usd: f64) -> f64 {
        let table = self.table();
        let bucket = TO_USD
            .iter()
            .position(|to| mid_usd <= *to)
            .unwrap_or(TO_USD.len());
        if let Some(usd) = table[bucket] {
            // The last bucket has no upper end: five cents, measured just above $10, would be nothing at $500.
            let open = bucket == TO_USD.len();
            return if open {
                usd.max(mid_usd * usd / OPEN_MID_USD)
            } else {
                usd
            };
        }
        let known = |place: usize| table[place].map(|usd| (place, usd));
        let below = (0..bucket).rev().find_map(known);
        let above = (bucket..table.len()).find_map(known);
        match (below, above) {
            (Some((place, usd)), _) => {
                let from = if place == 0 { 0.0 } else { TO_USD[place - 1] };
                mid_usd * usd / ((from + TO_USD[place]) / 2.0)
            }
            (None, Some((_, usd))) => usd,
            (None, None) => 0.0,
        }
    }
}

/// What is assumed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumed {
    /// Continuously compounded, a fraction per year; [`crate::rates::ASSUMED`] is that of mid-2026.
    pub rate: f64,
    /// Whose spreads.
    pub spreads: Spreads,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Days that had quotes of their own and were left as they are.
    pub days_kept: usize,
    /// Days that got quotes.
    pub days_made: usize,
    /// Days that could get none, because their spot is unknown.
    pub days_spotless: usize,
    /// Contracts of those days that got an ask.
    pub quotes: usize,
    /// Of these, how many have no bid: the half spread is more than they are worth.
    pub bidless: usize,
    /// Contracts that got none: their volatility is unknown.
    pub without_iv: usize,
    /// Contracts that got none: not traded that day and not held, or not known to be.
    pub dead: usize,
}

/// A tape whose days without any bid and ask get them.
pub struct Made<T> {
    tape: T,
    assumed: Assumed,
    counts: Counts,
}

impl<T: Tape> Made<T> {
    /// Days that have a bid or an ask are left as they are.
    pub fn new(tape: T, assumed: Assumed) -> Made<T> {
        Made {
            tape,
            assumed,
            counts: Counts::default(),
        }
    }

    /// What was made so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The tape underneath.
    pub fn tape(&self) -> &T {
        &self.tape
    }
}

impl<T: Tape> Tape for Made<T> {
    fn next_day(&mut self) -> Result<Option<Chain>, Error> {
        let mut day = self.tape.next_day()?;
        if let Some(chain) = &mut day {
            make(chain, &self.assumed, &mut self.counts);
        }
        Ok(day)
    }
}

/// Makes a day's quotes, if it has none.
pub fn make(chain: &mut Chain, assumed: &Assumed, counts: &mut Counts) {
    let quoted = |quote: &Quote| quote.bid_usd.is_some() || quote.ask_usd.is_some();
    if chain.quotes.iter().any(quoted) {
        counts.days_kept += 1;
        return;
    }
    let Some(spot_usd) = chain.spot_usd else {
        counts.days_spotless += 1;
        return;
    };
    counts.days_made += 1;
    let today = days_from_epoch(chain.as_of);
    for quote in &mut chain.quotes {
        let Some(vol) = quote.iv else {
            counts.without_iv += 1;
            continue;
        };
        if quote.volume.unwrap_or(0) == 0 && quote.open_interest.unwrap_or(0) == 0 {
            counts.dead += 1;
            continue;
        }
        let days = days_from_epoch(quote.contract.expiry) - today;
        let mark = mark_usd(quote, spot_usd, vol, days as f64 / 365.0, assumed.rate);
        let half = assumed.spreads.at(mark) / 2.0;
        let bid = cents(mark - half);
        // A contract that is worth nothing still costs a cent.
        let ask = cents(mark + half).max(0.01);
        quote.bid_usd = (bid >= 0.01).then_some(bid);
        quote.ask_usd = Some(ask);
        counts.quotes += 1;
        counts.bidless += usize::from(quote.bid_usd.is_none());
    }
}

fn mark_usd(quote: &Quote, spot_usd: f64, vol: f64, years: f64, rate: f64) -> f64 {
    let (right, strike) = (quote.contract.right, quote.contract.strike_usd);
    let exercised = right.intrinsic(spot_usd, strike);
    let inputs = Inputs {
        right,
        spot: spot_usd,
        strike,
        years,
        rate,
        dividend_yield: 0.0,
        vol,
    };
    let value = if years > 0.0 {
        european::price(&inputs)
    } else {
        exercised
    };
    cents(value.max(exercised))
}

/// Dollars to the nearest cent; half a cent goes up.
fn cents(usd: f64) -> f64 {
    // A hair up: 0.345 is stored as a little less.
    (100.0 * usd + 0.5 + 1e-9).floor() / 100.0
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use pricing::Right;

    use super::*;
    use crate::tape::Chains;
    use crate::{Contract, Style};

    fn quote(right: Right, strike_usd: f64, iv: Option<f64>, volume: u64, open: u64) -> Quote {
        Quote {
            contract: Contract {
                symbol: "ZZZ".to_owned(),
                right,
                style: Style::American,
                expiry: date(2026, 7, 17),
                strike_usd,
                multiplier: 100,
            },
            bid_usd: None,
            ask_usd: None,
            last_usd: Some(9.99),
            volume: Some(volume),
            open_interest: Some(open),
            iv,
            delta: None,
            gamma: None,
            theta_per_day: None,
            vega_per_point: None,
            rho_per_percent: None,
        }
    }

    fn day(quotes: Vec<Quote>) -> Chain {
        Chain {
            symbol: "ZZZ".to_owned(),
            as_of: date(2026, 6, 16),
            spot_usd: Some(100.0),
            rate: None,
            source: "a vendor".to_owned(),
            quotes,
        }
    }

    const ASSUMED: Assumed = Assumed {
        rate: 0.036,
        spreads: Spreads::IndexFund,
    };

    #[test]
    fn a_row_gets_its_value_less_and_plus_half_the_spread() {
        let rows = vec![
            quote(Right::Put, 95.0, Some(0.25), 3, 0),
            // Deep in the money: exercising pays $40, the European value is less.
            quote(Right::Put, 140.0, Some(0.25), 0, 7),
            quote(Right::Put, 50.0, Some(0.25), 1, 1),
            quote(Right::Put, 96.0, None, 3, 3),
            quote(Right::Put, 97.0, Some(0.25), 0, 0),
        ];
        let mut tape = Made::new(Chains::new(vec![day(rows)]), ASSUMED);
        let made = tape.next_day().unwrap().unwrap();
        let quotes: Vec<_> = made
            .quotes
            .iter()
            .map(|quote| (quote.bid_usd, quote.ask_usd))
            .collect();
        // Black-Scholes with Python's erfc: S 100, K 95, 31 days, 3.6 %, 25 %: 0.936135.
        assert_eq!(quotes[0], (Some(0.93), Some(0.95)));
        // The spread at $40 is 40 x 0.05 / 15.
        assert_eq!(quotes[1], (Some(39.93), Some(40.07)));
        assert_eq!(quotes[2], (None, Some(0.01)));
        assert_eq!((quotes[3], quotes[4]), ((None, None), (None, None)));
        let expected = Counts {
            days_made: 1,
            quotes: 3,
            bidless: 1,
            without_iv: 1,
            dead: 1,
            ..Counts::default()
        };
        assert_eq!(tape.counts(), &expected);
        assert_eq!(tape.next_day().unwrap(), None);
    }

    #[test]
    fn a_day_with_quotes_and_one_without_a_spot_are_left_alone() {
        let mut quoted = day(vec![
            quote(Right::Put, 95.0, Some(0.25), 3, 0),
            quote(Right::Put, 96.0, Some(0.25), 3, 0),
        ]);
        quoted.quotes[0].ask_usd = Some(1.2);
        let mut spotless = day(vec![quote(Right::Put, 95.0, Some(0.25), 3, 0)]);
        (spotless.spot_usd, spotless.as_of) = (None, date(2026, 6, 17));
        let days = vec![quoted, spotless];
        let mut tape = Made::new(Chains::new(days.clone()), ASSUMED);
        for day in days {
            assert_eq!(tape.next_day().unwrap(), Some(day));
        }
        let counts = tape.counts();
        assert_eq!(
            (counts.days_kept, counts.days_spotless, counts.quotes),
            (1, 1, 0)
        );
    }

    #[test]
    fn spreads_are_the_table_and_go_on_above_it() {
        let check = |spreads: Spreads, mid: f64, expected: f64| {
            assert!(
                (spreads.at(mid) - expected).abs() < 1e-12,
                "{spreads:?} at {mid}: {}",
                spreads.at(mid)
            );
        };
        check(Spreads::IndexFund, 0.10, 0.01);
        check(Spreads::IndexFund, 0.50, 0.01);
        check(Spreads::IndexFund, 0.51, 0.02);
        check(Spreads::IndexFund, 7.0, 0.04);
        check(Spreads::IndexFund, 12.0, 0.05);
        check(Spreads::IndexFund, 60.0, 0.20);
        check(Spreads::Fund, 0.25, 0.02);
        check(Spreads::Fund, 15.0, 0.10 / 7.5 * 15.0);
        check(Spreads::Share, 4.0, 0.07);
        check(Spreads::Share, 7.0, 0.14);
    }
}
