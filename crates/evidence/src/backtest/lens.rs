//! The same past, a little worse: what a backtest is asked besides what happened.

use super::marks::{vol, years};
use jiff::civil::Date;
use market::{Cents, Chain};
use pricing::Inputs;
use pricing::european;

/// Another look at the same chains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lens {
    /// Every option is quoted at so much less volatility, a fraction per year: bid and ask fall by what Black-Scholes says, and not
    /// below what exercising pays.
    Cheaper(f64),
    /// From a day on the share, and with it every strike and price, is at this part of what it was: a fall overnight, after which all
    /// goes on as it did. What was sold before keeps its strike.
    Crash(Date, f64),
}

impl Lens {
    /// The chain as it looks through the lens.
    pub fn look(&self, chain: &Chain, rate: f64) -> Chain {
        let mut seen = chain.clone();
        match *self {
            Lens::Cheaper(points) => {
                let spot = chain.spot_usd.unwrap_or(f64::NAN);
                for quote in &mut seen.quotes {
                    let Some(own) = vol(quote, spot, chain.as_of, rate) else {
                        continue;
                    };
                    let at = |vol: f64| {
                        european::price(&Inputs {
                            right: quote.contract.right,
                            spot,
                            strike: quote.contract.strike_usd,
                            years: years(chain.as_of, quote.contract.expiry),
                            rate,
                            dividend_yield: 0.0,
                            vol: vol.max(0.01),
                        })
                    };
                    let (fall, least) = (
                        at(own) - at(own - points),
                        quote
                            .contract
                            .right
                            .intrinsic(spot, quote.contract.strike_usd),
                    );
                    // Half-cent steps keep bid and ask in cents where they were.
                    let lower = |price: f64| cents((price - fall).max(least.min(price)));
                    quote.bid_usd = quote.bid_usd.map(lower).filter(|bid| *bid >= 0.01);
                    quote.ask_usd = quote.ask_usd.map(|ask| lower(ask).max(0.01));
                    quote.iv = quote.iv.map(|iv| (iv - points).max(0.01));
                }
            }
            Lens::Crash(from, factor) => {
                if chain.as_of < from {
                    return seen;
                }
                let scale = |price: f64| cents(price * factor);
                seen.spot_usd = seen.spot_usd.map(scale);
                for quote in &mut seen.quotes {
                    quote.contract.strike_usd = scale(quote.contract.strike_usd);
                    quote.bid_usd = quote.bid_usd.map(scale).filter(|bid| *bid >= 0.01);
                    quote.ask_usd = quote.ask_usd.map(|ask| scale(ask).max(0.01));
                    quote.last_usd = quote.last_usd.map(scale);
                    quote.delta = None;
                    quote.gamma = None;
                    quote.theta_per_day = None;
                    quote.vega_per_point = None;
                    quote.rho_per_percent = None;
                }
                // Two strikes that meet in one cent are one contract.
                seen.quotes.dedup_by(|a, b| {
                    (a.contract.expiry, a.contract.right) == (b.contract.expiry, b.contract.right)
                        && a.contract.strike_usd == b.contract.strike_usd
                });
            }
        }
        seen
    }
}

fn cents(price: f64) -> f64 {
    Cents::from_usd(price).usd()
}
