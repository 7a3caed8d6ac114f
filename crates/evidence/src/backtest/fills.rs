//! At what price and how much an order fills, against the quotes of one close.

use market::{Cents, Quote};
use std::fmt;

/// Where between bid and ask an order fills.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Price {
    /// Sell at the bid, buy at the ask.
    BidAsk,
    /// At the middle.
    Mid,
    /// This part of the way from the middle to the far side: 0 is the middle, 1 the bid or ask.
    Part(f64),
}

/// How orders fill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fills {
    /// Where between the quotes.
    pub at: Price,
    /// Worse than that by so many dollars per share.
    pub slippage_usd: f64,
    /// Spreads are so many times as wide as quoted.
    pub spread_factor: f64,
    /// Contracts at most, as a part of those traded that day; `None`: as many as `open_interest_fraction` allows.
    pub volume_fraction: Option<f64>,
    /// The same, of those open. The larger of both counts; what a file does not say is no limit of its own.
    pub open_interest_fraction: Option<f64>,
    /// Half the spread of the share, in dollars.
    pub share_half_spread_usd: f64,
    /// Trading days that an order waits.
    pub delay: u16,
}

impl Default for Fills {
    /// Sell at the bid, buy at the ask, at once; a quarter of the day's volume or a tenth of the open interest at most, whichever is more.
    fn default() -> Fills {
        Fills {
            at: Price::BidAsk,
            slippage_usd: 0.0,
            spread_factor: 1.0,
            volume_fraction: Some(0.25),
            open_interest_fraction: Some(0.1),
            share_half_spread_usd: 0.01,
            delay: 0,
        }
    }
}

/// Why an order was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoFill {
    /// The contract is not in the chain of the day.
    NotQuoted,
    /// Nobody bids.
    NoBid,
    /// Nobody asks.
    NoAsk,
    /// The bid is above the ask.
    Crossed,
    /// The price has two sides only in part, and the fill needs both.
    OneSided,
    /// More than a whole contract is not to be had: too little traded or open.
    Size,
    /// Cash or shares do not cover it.
    NotCovered,
    /// A split came between decision and trade.
    Split,
    /// Nothing would be left of the premium after the fee.
    Fee,
}

impl fmt::Display for NoFill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoFill::NotQuoted => "not quoted that day",
            NoFill::NoBid => "no bid",
            NoFill::NoAsk => "no ask",
            NoFill::Crossed => "bid above ask",
            NoFill::OneSided => "not quoted on both sides",
            NoFill::Size => "less than one contract to be had",
            NoFill::NotCovered => "cash or shares do not cover it",
            NoFill::Split => "a split came before it",
            NoFill::Fee => "the fee takes the whole premium",
        })
    }
}

impl Fills {
    /// The price per share at which one contract changes hands. Half cents go against the trader.
    pub fn price(&self, quote: &Quote, selling: bool) -> Result<Cents, NoFill> {
        if let (Some(bid), Some(ask)) = (quote.bid_usd, quote.ask_usd)
            && bid > ask
        {
            return Err(NoFill::Crossed);
        }
        let near = if selling {
            quote.bid_usd
        } else {
            quote.ask_usd
        };
        let near = near.ok_or(if selling {
            NoFill::NoBid
        } else {
            NoFill::NoAsk
        })?;
        let part = match self.at {
            Price::BidAsk => 1.0,
            Price::Mid => 0.0,
            Price::Part(part) => part,
        } * self.spread_factor;
        // At the quotes themselves the other side does not matter.
        let price = if part == 1.0 {
            near
        } else {
            let mid = quote.mid_usd().ok_or(NoFill::OneSided)?;
            mid + part * (near - mid)
        };
        if selling {
            let cents = Cents((100.0 * (price - self.slippage_usd) + 1e-6).floor() as i64);
            if cents > Cents::ZERO {
                Ok(cents)
            } else {
                Err(NoFill::NoBid)
            }
        } else {
            Ok(Cents(
                (100.0 * (price + self.slippage_usd) - 1e-6).ceil() as i64
            ))
        }
    }

    /// Contracts of this quote that are to be had at most.
    pub fn most(&self, quote: &Quote) -> i32 {
        let of = |part: Option<f64>, size: Option<u64>| Some((part? * size? as f64).floor());
        let sizes = [
            of(self.volume_fraction, quote.volume),
            of(self.open_interest_fraction, quote.open_interest),
        ];
        let most = sizes.into_iter().flatten().reduce(f64::max);
        most.map_or(i32::MAX, |most| most.min(f64::from(i32::MAX)) as i32)
    }

    /// The price of one share.
    pub fn share_price(&self, spot: Cents, selling: bool) -> Cents {
        let half = self.share_half_spread_usd * self.spread_factor;
        if selling {
            Cents((spot.0 as f64 - 100.0 * half + 1e-6).floor() as i64)
        } else {
            Cents((spot.0 as f64 + 100.0 * half - 1e-6).ceil() as i64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use market::{Contract, Style};
    use pricing::Right;

    fn quote(bid: Option<f64>, ask: Option<f64>) -> Quote {
        Quote {
            contract: Contract {
                symbol: "X".to_owned(),
                right: Right::Put,
                style: Style::American,
                expiry: date(2026, 1, 16),
                strike_usd: 100.0,
                multiplier: 100,
            },
            bid_usd: bid,
            ask_usd: ask,
            last_usd: None,
            volume: Some(10),
            open_interest: Some(15),
            iv: None,
            delta: None,
            gamma: None,
            theta_per_day: None,
            vega_per_point: None,
            rho_per_percent: None,
        }
    }

    #[test]
    fn prices_by_hand() {
        let fills = Fills::default();
        let both = quote(Some(1.00), Some(1.05));
        assert_eq!(
            (fills.price(&both, true), fills.price(&both, false)),
            (Ok(Cents(100)), Ok(Cents(105)))
        );
        let mid = Fills {
            at: Price::Mid,
            ..fills
        };
        assert_eq!(
            (mid.price(&both, true), mid.price(&both, false)),
            (Ok(Cents(102)), Ok(Cents(103)))
        );
        let wide = Fills {
            spread_factor: 2.0,
            ..fills
        };
        assert_eq!(
            (wide.price(&both, true), wide.price(&both, false)),
            (Ok(Cents(97)), Ok(Cents(108)))
        );
        let half = Fills {
            at: Price::Part(0.5),
            slippage_usd: 0.01,
            ..fills
        };
        assert_eq!(
            (half.price(&both, true), half.price(&both, false)),
            (Ok(Cents(100)), Ok(Cents(105)))
        );
        // Twice as wide, the bid is gone.
        assert_eq!(
            wide.price(&quote(Some(0.05), Some(0.15)), true),
            Err(NoFill::NoBid)
        );
        assert_eq!(
            fills.price(&quote(None, Some(0.15)), true),
            Err(NoFill::NoBid)
        );
        assert_eq!(
            fills.price(&quote(Some(0.2), None), false),
            Err(NoFill::NoAsk)
        );
        assert_eq!(
            fills.price(&quote(Some(0.2), Some(0.1)), true),
            Err(NoFill::Crossed)
        );
        assert_eq!(
            mid.price(&quote(Some(0.2), None), true),
            Err(NoFill::OneSided)
        );
        assert_eq!(fills.share_price(Cents(5_000), true), Cents(4_999));
        // A quarter of ten traded, a tenth of fifteen open; one of them alone; neither.
        assert_eq!(fills.most(&both), 2);
        let open = Quote {
            volume: None,
            ..both.clone()
        };
        assert_eq!(fills.most(&open), 1);
        assert_eq!(
            fills.most(&Quote {
                open_interest: None,
                ..open
            }),
            i32::MAX
        );
    }
}
