//! What a position is worth at a close: the middle of its quotes where there are both, a model where there are not.

use jiff::civil::Date;
use market::{Chain, Quote};
use pricing::european::{self, black};
use pricing::{Inputs, Quoted, Right, implied_vol, normal};

/// Where a mark comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkedBy {
    /// The middle of bid and ask.
    Mid,
    /// Half the ask, where nobody bids.
    HalfAsk,
    /// Black-Scholes at the volatility of the nearest strikes of its expiry.
    Neighbours,
    /// Black-Scholes at the volatility at which it was last marked.
    LastVol,
    /// What exercising pays: nothing else is known of it.
    Intrinsic,
}

/// Years of 365 days, never less than none.
pub(super) fn years(from: Date, to: Date) -> f64 {
    f64::from((to - from).get_days().max(0)) / 365.0
}

/// The volatility behind a quote at a close: of the middle of its quotes, else the file's.
pub(super) fn vol(quote: &Quote, bare_spot: f64, date: Date, rate: f64) -> Option<f64> {
    let years = years(date, quote.contract.expiry);
    let quoted = |price_usd| Quoted {
        right: quote.contract.right,
        price_usd,
        spot: bare_spot,
        strike: quote.contract.strike_usd,
        years,
        rate,
        dividend_yield: 0.0,
    };
    let own = quote
        .mid_usd()
        .and_then(|mid| implied_vol(&quoted(mid)).ok());
    own.or(quote.iv).filter(|vol| *vol > 0.0 && years > 0.0)
}

/// Delta of the holder: the file's, else Black-Scholes at the quote's volatility.
pub fn delta(quote: &Quote, spot: f64, date: Date, rate: f64) -> Option<f64> {
    quote.delta.or_else(|| {
        let vol = quote.iv.or_else(|| vol(quote, spot, date, rate))?;
        Some(model_delta(
            quote.contract.right,
            spot,
            quote.contract.strike_usd,
            years(date, quote.contract.expiry),
            rate,
            vol,
        ))
    })
}

pub(super) fn model_delta(
    right: Right,
    spot: f64,
    strike: f64,
    years: f64,
    rate: f64,
    vol: f64,
) -> f64 {
    let deviation = vol * years.sqrt();
    if deviation < 1e-9 {
        return if right.intrinsic(spot, strike) > 0.0 {
            right.sign()
        } else {
            0.0
        };
    }
    let d1 = ((spot / strike).ln() + rate * years) / deviation + deviation / 2.0;
    right.sign() * normal::cdf(right.sign() * d1)
}

/// A contract as the marks see it.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) right: Right,
    pub(super) strike: f64,
    pub(super) expiry: Date,
}

/// The quote of a contract, if it is in the chain.
pub(super) fn find<'a>(chain: &'a Chain, asked: &Asked) -> Option<&'a Quote> {
    expiring(chain, asked.expiry).iter().find(|quote| {
        quote.contract.right == asked.right
            && (quote.contract.strike_usd - asked.strike).abs() < 0.005
    })
}

/// The contracts of one expiry.
pub(super) fn expiring(chain: &Chain, expiry: Date) -> &[Quote] {
    let first = chain
        .quotes
        .partition_point(|quote| quote.contract.expiry < expiry);
    let rest = &chain.quotes[first..];
    &rest[..rest.partition_point(|quote| quote.contract.expiry == expiry)]
}

/// What surrounds a mark.
#[derive(Clone, Copy)]
pub(super) struct Close<'a> {
    pub(super) chain: &'a Chain,
    pub(super) spot: f64,
    pub(super) rate: f64,
    /// Announced dividends, by ex-date.
    pub(super) dividends: &'a [(Date, f64)],
}

impl Close<'_> {
    /// The spot less the dividends announced up to a day.
    pub(super) fn bare(&self, until: Date) -> f64 {
        let date = self.chain.as_of;
        let due = self
            .dividends
            .iter()
            .filter(|(ex, _)| *ex > date && *ex <= until);
        let paid: f64 = due
            .map(|(ex, usd)| usd * (-self.rate * years(date, *ex)).exp())
            .sum();
        (self.spot - paid).max(0.01)
    }

    /// The volatility of a contract: of the side out of the money at its strike, else of the nearest strikes of its expiry.
    pub(super) fn vol(&self, asked: &Asked) -> Option<f64> {
        let bare = self.bare(asked.expiry);
        let date = self.chain.as_of;
        // Strike and volatility of the nearest on either side.
        let mut below: Option<(f64, f64)> = None;
        let mut above: Option<(f64, f64)> = None;
        for quote in expiring(self.chain, asked.expiry) {
            let strike = quote.contract.strike_usd;
            // The other side's time value drowns in its spread.
            if (quote.contract.right == Right::Put) != (strike <= bare) {
                continue;
            }
            let nearer_below =
                strike <= asked.strike && below.is_none_or(|(best, _)| strike > best);
            let nearer_above =
                strike >= asked.strike && above.is_none_or(|(best, _)| strike < best);
            if (nearer_below || nearer_above)
                && let Some(vol) = vol(quote, bare, date, self.rate)
            {
                if nearer_below {
                    below = Some((strike, vol));
                }
                if nearer_above {
                    above = Some((strike, vol));
                }
            }
        }
        match (below, above) {
            (Some((low, a)), Some((high, b))) if high > low => {
                Some(a + (b - a) * (asked.strike - low) / (high - low))
            }
            (Some((_, vol)), _) | (None, Some((_, vol))) => Some(vol),
            (None, None) => None,
        }
    }

    /// Black-Scholes, and never less than what exercising pays.
    pub(super) fn model(&self, asked: &Asked, vol: f64) -> f64 {
        let price = european::price(&Inputs {
            right: asked.right,
            spot: self.bare(asked.expiry),
            strike: asked.strike,
            years: years(self.chain.as_of, asked.expiry),
            rate: self.rate,
            dividend_yield: 0.0,
            vol,
        });
        price.max(asked.right.intrinsic(self.spot, asked.strike))
    }

    /// Price per share, where it comes from, and the volatility that it was marked at, if it was.
    pub(super) fn mark(
        &self,
        asked: &Asked,
        last_vol: Option<f64>,
    ) -> (f64, MarkedBy, Option<f64>) {
        let vol = self.vol(asked);
        if let Some(quote) = find(self.chain, asked) {
            if let Some(mid) = quote.mid_usd() {
                return (mid, MarkedBy::Mid, vol.or(last_vol));
            }
            if let Some(ask) = quote.ask_usd {
                let least = asked.right.intrinsic(self.spot, asked.strike);
                return ((ask / 2.0).max(least), MarkedBy::HalfAsk, vol.or(last_vol));
            }
        }
        match (vol, last_vol) {
            (Some(vol), _) => (self.model(asked, vol), MarkedBy::Neighbours, Some(vol)),
            (None, Some(vol)) => (self.model(asked, vol), MarkedBy::LastVol, Some(vol)),
            (None, None) => (
                asked.right.intrinsic(self.spot, asked.strike),
                MarkedBy::Intrinsic,
                None,
            ),
        }
    }

    /// What a call is worth on the morning of an ex-date, if the share falls by the dividend.
    pub(super) fn after_dividend(&self, asked: &Asked, ex: Date, usd: f64, vol: f64) -> f64 {
        let later = self
            .dividends
            .iter()
            .filter(|(date, _)| *date > ex && *date <= asked.expiry);
        let paid: f64 = later
            .map(|(date, usd)| usd * (-self.rate * years(ex, *date)).exp())
            .sum();
        let (spot, years) = ((self.spot - usd - paid).max(0.01), years(ex, asked.expiry));
        let forward = spot * (self.rate * years).exp();
        (-self.rate * years).exp() * black(asked.right, forward, asked.strike, vol * years.sqrt())
    }
}
