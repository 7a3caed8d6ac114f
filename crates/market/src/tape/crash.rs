//! A stress of a past: from one day on everything costs less by a factor, as if the share had fallen overnight.
//!
//! ```text
//! from the day on, f = the factor
//!   spot, strike, bid, ask, last  ->  f times, to the cent      (a bid below $0.01 is none)
//!   iv, delta  as they were        gamma  ->  1/f times           theta, vega, rho  ->  f times
//! a contract listed the day before, strike K:  bid, ask  =  f * what the original day quotes at K / f
//! ```
//! Value is homogeneous in spot and strike (Merton, Bell J. of Economics and Management Science 4, 1973, theorem 9, for returns
//! that do not depend on the price), so the scaled chain is one without arbitrage up to cents, and its strikes surround the new
//! spot. Whoever holds a contract from before must find it: it stays listed until it expires, priced by the same rule. Between
//! two strikes its quotes are a straight line; above the last strike a put gains a dollar a dollar, and nobody bids for a call;
//! below the first strike the other way round. Its volume and open interest are unknown.
//!
//! Volatility stays as it was, which is kinder than any real crash: the loss that it shows is that of the fall alone. Dividends
//! are not scaled. Not across a split: contracts from before the crash keep their strikes.

use jiff::civil::Date;
use pricing::Right;

use super::Tape;
use crate::ingest::sort_quotes;
use crate::{Chain, Contract, Error, Quote, Style};

/// A tape that falls by a factor on a day and stays there.
pub struct Crash<T> {
    tape: T,
    from: Date,
    factor: f64,
    /// What was listed on the last day before.
    listed: Vec<Listed>,
}

#[derive(Clone, Copy)]
struct Listed {
    expiry: Date,
    strike_usd: f64,
    right: Right,
    style: Style,
    multiplier: u32,
}

impl<T: Tape> Crash<T> {
    /// From this day on (the first one at or after it that has quotes) everything is `factor` times: 0.8 for a fall of 20 %.
    ///
    /// # Panics
    /// If the factor is not a positive number.
    pub fn new(tape: T, from: Date, factor: f64) -> Crash<T> {
        assert!(
            factor.is_finite() && factor > 0.0,
            "the factor of a crash is {factor}"
        );
        Crash {
            tape,
            from,
            factor,
            listed: Vec::new(),
        }
    }

    /// The tape underneath.
    pub fn tape(&self) -> &T {
        &self.tape
    }
}

impl<T: Tape> Tape for Crash<T> {
    fn next_day(&mut self) -> Result<Option<Chain>, Error> {
        let Some(chain) = self.tape.next_day()? else {
            return Ok(None);
        };
        if chain.as_of < self.from {
            self.listed.clear();
            self.listed.extend(chain.quotes.iter().map(|quote| Listed {
                expiry: quote.contract.expiry,
                strike_usd: quote.contract.strike_usd,
                right: quote.contract.right,
                style: quote.contract.style,
                multiplier: quote.contract.multiplier,
            }));
            return Ok(Some(chain));
        }
        self.listed.retain(|old| chain.as_of <= old.expiry);
        Ok(Some(fallen(chain, self.factor, &self.listed)))
    }
}

/// The day after the fall, with the contracts that were listed before it.
fn fallen(chain: Chain, factor: f64, listed: &[Listed]) -> Chain {
    let kept = listed.iter().filter_map(|old| {
        let quotes = &chain.quotes;
        let first = quotes.partition_point(|quote| quote.contract.expiry < old.expiry);
        let term: Vec<&Quote> = quotes[first..]
            .iter()
            .take_while(|quote| quote.contract.expiry == old.expiry)
            .filter(|quote| quote.contract.right == old.right)
            .collect();
        held(&chain.symbol, old, &term, factor)
    });
    let kept: Vec<Quote> = kept.collect();
    let mut quotes: Vec<Quote> = chain
        .quotes
        .into_iter()
        .map(|quote| scaled(quote, factor))
        .collect();
    // Where a strike falls on one that is listed anew, the new quote stays: it is not a guess between two strikes.
    quotes.extend(kept);
    sort_quotes(&mut quotes);
    Chain {
        spot_usd: chain.spot_usd.map(|usd| cents(usd * factor)),
        quotes,
        ..chain
    }
}

fn scaled(mut quote: Quote, factor: f64) -> Quote {
    quote.contract.strike_usd = cents(quote.contract.strike_usd * factor).max(0.01);
    let times = |value: Option<f64>| value.map(|value| value * factor);
    quote.bid_usd = bid(times(quote.bid_usd));
    quote.ask_usd = ask(times(quote.ask_usd));
    quote.last_usd = times(quote.last_usd).map(|usd| cents(usd).max(0.01));
    quote.gamma = quote.gamma.map(|gamma| gamma / factor);
    quote.theta_per_day = times(quote.theta_per_day);
    quote.vega_per_point = times(quote.vega_per_point);
    quote.rho_per_percent = times(quote.rho_per_percent);
    quote
}

/// What a contract from before the fall costs after it; `term` holds the original day's contracts of its expiry and right, by
/// strike. `None` if that day has none.
fn held(symbol: &str, old: &Listed, term: &[&Quote], factor: f64) -> Option<Quote> {
    let wanted = old.strike_usd / factor;
    let above = term
        .iter()
        .position(|quote| wanted <= quote.contract.strike_usd);
    let (low, high) = match above {
        Some(0) => (term[0], term[0]),
        Some(at) => (term[at - 1], term[at]),
        None => (*term.last()?, *term.last()?),
    };
    let strikes = (low.contract.strike_usd, high.contract.strike_usd);
    let inside = wanted >= strikes.0 && wanted <= strikes.1;
    let weight = if strikes.0 < strikes.1 {
        (wanted - strikes.0) / (strikes.1 - strikes.0)
    } else {
        0.0
    };
    // How much further in the money than the nearest strike, negative if further out.
    let deeper = -old.right.sign() * (wanted - strikes.0);
    let between = |of: fn(&Quote) -> Option<f64>| {
        let (low, high) = (of(low)?, of(high)?);
        Some(low + weight * (high - low))
    };
    let beyond = |of: fn(&Quote) -> Option<f64>| Some(of(low)? + deeper.max(0.0));
    let (bid_usd, ask_usd) = if inside {
        (
            between(|quote| quote.bid_usd),
            between(|quote| quote.ask_usd),
        )
    } else if deeper > 0.0 {
        (beyond(|quote| quote.bid_usd), beyond(|quote| quote.ask_usd))
    } else {
        (None, beyond(|quote| quote.ask_usd))
    };
    let times = |value: Option<f64>| value.map(|value| value * factor);
    Some(Quote {
        contract: Contract {
            symbol: symbol.to_owned(),
            right: old.right,
            style: old.style,
            expiry: old.expiry,
            strike_usd: old.strike_usd,
            multiplier: old.multiplier,
        },
        bid_usd: bid(times(bid_usd)),
        ask_usd: ask(times(ask_usd)),
        last_usd: None,
        volume: None,
        open_interest: None,
        iv: between(|quote| quote.iv).filter(|_| inside),
        delta: between(|quote| quote.delta).filter(|_| inside),
        gamma: None,
        theta_per_day: None,
        vega_per_point: None,
        rho_per_percent: None,
    })
}

fn cents(usd: f64) -> f64 {
    (100.0 * usd).round() / 100.0
}

fn bid(usd: Option<f64>) -> Option<f64> {
    usd.map(cents).filter(|usd| *usd > 0.0)
}

fn ask(usd: Option<f64>) -> Option<f64> {
    usd.map(|usd| cents(usd).max(0.01))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::long::Long;
    use crate::tape::Chains;

    #[test]
    fn everything_falls_and_what_was_listed_can_still_be_found() {
        let long = Long {
            years: 1,
            ..Long::fair(3)
        };
        let days: Vec<Chain> = long.chains("SYNIDX").unwrap().take(40).collect();
        let from = days[20].as_of;
        let mut tape = Crash::new(Chains::new(days.clone()), from, 0.8);
        for original in &days[..20] {
            assert_eq!(tape.next_day().unwrap().as_ref(), Some(original));
        }
        for original in &days[20..] {
            let fallen = tape.next_day().unwrap().unwrap();
            let spot = fallen.spot_usd.unwrap();
            assert!((spot - 0.8 * original.spot_usd.unwrap()).abs() < 0.0051);
            let key = |quote: &Quote| {
                let contract = &quote.contract;
                let cents = (100.0 * contract.strike_usd).round() as i64;
                (contract.expiry, cents, contract.right)
            };
            assert!(fallen.quotes.is_sorted_by(|a, b| key(a) < key(b)));
            let find = |expiry: Date, strike: f64, right: Right| {
                let wanted = (expiry, (100.0 * strike).round() as i64, right);
                fallen.quotes.iter().find(|quote| key(quote) == wanted)
            };
            for quote in &original.quotes {
                let contract = &quote.contract;
                let strike = 0.8 * contract.strike_usd;
                let new = find(contract.expiry, strike, contract.right).unwrap();
                assert_eq!((new.iv, new.delta), (quote.iv, quote.delta));
                let (old_ask, new_ask) = (quote.ask_usd.unwrap(), new.ask_usd.unwrap());
                assert!((new_ask - 0.8 * old_ask).abs() < 0.011);
            }
            for old in days[19].quotes.iter().map(|quote| &quote.contract) {
                if old.expiry <= original.as_of {
                    continue;
                }
                let kept = find(old.expiry, old.strike_usd, old.right).unwrap();
                let intrinsic = old.right.intrinsic(spot, old.strike_usd);
                let ask = kept.ask_usd.unwrap();
                assert!(kept.bid_usd.is_none_or(|bid| bid <= ask), "{kept:?}");
                // A cent for each rounding; the line between strikes lies above the value.
                assert!(ask > intrinsic - 0.025, "{kept:?} at {spot}");
            }
        }
        assert_eq!(tape.next_day().unwrap(), None);
    }

    /// Between two strikes and beyond the last, by hand: a fall to one half, so the strike of 100 is priced at 200.
    #[test]
    fn a_held_contract_is_priced_by_the_original_day() {
        let long = Long {
            years: 1,
            monthly_only: true,
            ..Long::fair(3)
        };
        let day = long.chains("SYNIDX").unwrap().next().unwrap();
        let expiry = day.quotes[0].contract.expiry;
        let put = |strike_usd: f64, bid: f64| {
            let mut quote = day.quotes[0].clone();
            quote.contract.right = Right::Put;
            quote.contract.strike_usd = strike_usd;
            (quote.bid_usd, quote.ask_usd) = (Some(bid), Some(bid + 0.10));
            quote
        };
        let listed = |strike_usd: f64| Listed {
            expiry,
            strike_usd,
            right: Right::Put,
            style: Style::American,
            multiplier: 100,
        };
        let (low, high) = (put(190.0, 6.0), put(210.0, 14.0));
        let check = |strike_usd: f64, bid: Option<f64>, ask: f64| {
            let kept = held("SYNIDX", &listed(strike_usd), &[&low, &high], 0.5).unwrap();
            assert_eq!(
                (kept.bid_usd, kept.ask_usd),
                (bid, Some(ask)),
                "{strike_usd}"
            );
        };
        check(100.0, Some(5.0), 5.05);
        check(95.0, Some(3.0), 3.05);
        check(110.0, Some(12.0), 12.05);
        check(90.0, None, 3.05);
        assert!(held("SYNIDX", &listed(100.0), &[], 0.5).is_none());
    }
}
