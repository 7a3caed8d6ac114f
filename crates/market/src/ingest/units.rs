//! Are a file's volatilities and Greeks in the units we took them to be? Each is held against Black-Scholes near the money.
//!
//! ```text
//! ratio = vendor's number in the file / our own in basic units     (theta per year, vega and rho per 1.00)
//! ```
//! The median over at most 200 quotes, those nearest to the money first, 7 to 400 days from expiry and within 10 %
//! of the forward. Our Greeks are the European formula's at the vendor's own volatility, the volatility is that of the mid
//! price, and the forward of each expiry comes from put-call parity where there are pairs. Early exercise, cash dividends and
//! another rate move the ratios by a few percent, and rho by more; units differ by factors of 1.4 and above. So: a check of
//! units, not of quality (docs/agreement.md has that).

use jiff::civil::Date;
use pricing::smile::forward_from_parity;
use pricing::{Greeks, Inputs, Quoted, european, implied_vol};

use std::ops::RangeInclusive;

use super::Note;
use super::explain::Explained;
use super::parity::{median, pairs};
use crate::calendar::days_from_epoch;
use crate::{Chain, Quote};

/// Most quotes looked at.
const ROWS_MAX: usize = 200;

/// Fewest quotes for a verdict.
const ROWS_MIN: usize = 4;

/// How far, as a factor, a ratio may be from a unit's: wide spreads move volatilities, dividends and early exercise rho.
const NEAR: f64 = 1.3;
/// The same for theta, whose units per calendar and per trading day lie a factor of 1.45 apart.
const NEAR_THETA: f64 = 1.2;

/// Days to expiry of the quotes that Greeks are compared with.
const DAYS: RangeInclusive<i64> = 7..=400;

/// The same for volatilities alone, and how many quotes tell percent from fractions: a factor of 100 is seen in a stale trade, too.
const DAYS_OF_VOLS: RangeInclusive<i64> = 2..=800;
const ROWS_OF_VOLS: usize = 60;

/// The same for volatilities, whose units lie a factor of 100 apart: some vendors' are far from their own prices.
const NEAR_HUNDRED: f64 = 3.0;

/// Volatilities near the money that a market may have, fractions per year.
const MARKETS: RangeInclusive<f64> = 0.01..=5.0;

/// The checks of one chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Units {
    /// Symbol and day of the chain.
    pub symbol: String,
    /// Its day.
    pub as_of: Date,
    /// Its spot in dollars.
    pub spot_usd: Option<f64>,
    /// The rate that was assumed, fraction per year.
    pub rate: f64,
    /// Volatility, delta, gamma, theta, vega, rho.
    pub checks: Vec<UnitCheck>,
}

/// One number held against Black-Scholes.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitCheck {
    /// `iv`, `delta`, `gamma`, `theta`, `vega` or `rho`.
    pub field: &'static str,
    /// Quotes compared.
    pub rows: usize,
    /// Median of the file's number over ours in basic units; theta per calendar day gives 1/365.
    pub ratio: Option<f64>,
    /// The unit that the ratio speaks of; `None` if it fits none, or nothing could be compared.
    pub unit: Option<&'static str>,
    /// Is that the unit in which the file was read? `None` where there is no ratio.
    pub as_read: Option<bool>,
    /// Why there is no ratio.
    pub missing: Option<String>,
}

/// What a ratio can mean, the field's own unit first.
const MEANINGS: [(&str, &[(f64, &str)]); 6] = [
    ("iv", &[(1.0, "fraction"), (100.0, "percent")]),
    (
        "delta",
        &[
            (1.0, "per dollar"),
            (100.0, "per dollar and contract, or percent"),
            (-1.0, "per dollar, of the seller"),
        ],
    ),
    (
        "gamma",
        &[(1.0, "per dollar"), (100.0, "per dollar and contract")],
    ),
    (
        "theta",
        &[
            (1.0 / 365.0, "per calendar day"),
            (1.0 / 252.0, "per trading day"),
            (1.0, "per year"),
            (100.0 / 365.0, "per calendar day and contract"),
            (-1.0 / 365.0, "per calendar day, of the seller"),
        ],
    ),
    (
        "vega",
        &[
            (0.01, "per vol point"),
            (1.0, "per 1.00 of volatility, or per point and contract"),
            (-0.01, "per vol point, of the seller"),
        ],
    ),
    (
        "rho",
        &[
            (0.01, "per percent"),
            (1.0, "per 1.00 of rate, or per percent and contract"),
            (1e-4, "per basis point"),
        ],
    ),
];

/// A chain's volatilities as they were read, beside its prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Vols {
    /// Their median near the money.
    pub(super) median: f64,
    /// How many times the volatility that the prices imply; `None` where no prices tell.
    pub(super) over_prices: Option<f64>,
}

impl Vols {
    /// `None` where the chain has no volatilities.
    pub(super) fn of(chain: &Chain) -> Option<Vols> {
        let median = middle_vol(chain)?;
        let over_prices = vol_over_prices(chain);
        Some(Vols {
            median,
            over_prices,
        })
    }

    /// Do the prices say that these are percent?
    pub(super) fn are_percent(self) -> bool {
        // Prices in another unit than dollars move the ratio as well; then a hundredth is no market's volatility.
        (self.over_prices).is_some_and(|ratio| fits_hundred(ratio, 100.0))
            && MARKETS.contains(&(self.median / 100.0))
    }

    /// The same, divided by 100 where they are percent.
    pub(super) fn read_in(self, percent: bool) -> Vols {
        let unit = if percent { 100.0 } else { 1.0 };
        Vols {
            median: self.median / unit,
            over_prices: self.over_prices.map(|ratio| ratio / unit),
        }
    }

    /// As read, are they about 100 times or a hundredth of what the prices imply? Nobody knows which of the two is wrong.
    pub(super) fn are_contradicted(self) -> bool {
        (self.over_prices)
            .is_some_and(|ratio| fits_hundred(ratio, 100.0) || fits_hundred(ratio, 0.01))
    }
}

fn fits_hundred(ratio: f64, unit: f64) -> bool {
    (1.0 / NEAR_HUNDRED..NEAR_HUNDRED).contains(&(ratio / unit))
}

/// In which unit a file's volatilities are, where it does not say so: one verdict over its days. Prices tell; where those of no day do,
/// the size does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VolVotes {
    /// Days whose prices say percent, and fractions; of the first in percent, how many times what the prices imply.
    percent: usize,
    fractions: usize,
    over_prices: Option<f64>,
    /// Days without prices to ask, by whether their median is above every market's.
    large: usize,
    small: usize,
}

impl VolVotes {
    /// Counts a day.
    pub(super) fn add(&mut self, vols: Vols) {
        let count = match vols.over_prices {
            Some(ratio) if vols.are_percent() => {
                self.over_prices.get_or_insert(ratio);
                &mut self.percent
            }
            Some(ratio) if fits_hundred(ratio, 1.0) => &mut self.fractions,
            Some(_) => return,
            None if vols.median > *MARKETS.end() => &mut self.large,
            None => &mut self.small,
        };
        *count += 1;
    }

    /// Of the first day whose prices say percent, how many times the volatilities are what the prices imply.
    pub(super) fn over_prices(self) -> Option<f64> {
        self.over_prices
    }

    /// Most days say that the volatilities are in percent.
    pub(super) fn in_percent(self) -> bool {
        if self.percent + self.fractions > 0 {
            self.percent > self.fractions
        } else {
            self.large > self.small
        }
    }
}

/// Median volatility near the money; of all quotes where the spot is unknown.
fn middle_vol(chain: &Chain) -> Option<f64> {
    let near = |quote: &&Quote| {
        (chain.spot_usd).is_none_or(|spot| (quote.contract.strike_usd / spot).ln().abs() < 0.1)
    };
    let vols = chain.quotes.iter().filter(near);
    median(&mut vols.filter_map(|quote| quote.iv).collect::<Vec<_>>())
}

/// Median of the file's volatility over that of the middle price, or of the last trade where nobody quotes.
pub(super) fn vol_over_prices(chain: &Chain) -> Option<f64> {
    let spot = chain.spot_usd?;
    let rate = chain.rate.unwrap_or(0.0);
    let near = near_the_money(chain, spot, rate, &DAYS_OF_VOLS, ROWS_OF_VOLS);
    let ratio = |near: &Near<'_>| {
        let price_usd = near.quote.mid_usd().or(near.quote.last_usd)?;
        Some(near.quote.iv? / near.implied_vol(price_usd, spot, rate)?)
    };
    let mut ratios: Vec<f64> = near.iter().filter_map(ratio).collect();
    ratios.retain(|ratio| ratio.is_finite());
    (ratios.len() >= ROWS_MIN)
        .then(|| median(&mut ratios))
        .flatten()
}

impl super::Ingest {
    /// Were the chain's volatilities in percent, and divided by 100?
    pub(super) fn in_percent(&self, chain: &Chain) -> bool {
        self.notes.iter().any(|note| match note {
            Note::PercentVolatility { symbol, dates, .. } => {
                *symbol == chain.symbol && dates.contains(&chain.as_of)
            }
            _ => false,
        })
    }
}

/// A quote and the forward of its expiry as a dividend yield.
struct Near<'a> {
    quote: &'a Quote,
    years: f64,
    dividend_yield: f64,
    distance: f64,
}

impl Explained {
    /// Holds the fullest chain of the file against Black-Scholes at this rate; the chain's own rate wins. `None` without a
    /// chain.
    pub fn check_units(&self, rate: f64) -> Option<Units> {
        let chains = &self.result.as_ref().ok()?.chains;
        let chain = chains
            .iter()
            .max_by_key(|chain| (chain.quotes.len(), chain.as_of))?;
        let rate = chain.rate.unwrap_or(rate);
        let in_percent = self
            .result
            .as_ref()
            .is_ok_and(|ingest| ingest.in_percent(chain));
        let factor = |field: &str| match field {
            // Judged by the prices.
            "iv" if in_percent => 0.01,
            _ => self.factor(field),
        };
        Some(Units {
            symbol: chain.symbol.clone(),
            as_of: chain.as_of,
            spot_usd: chain.spot_usd,
            rate,
            checks: checks(chain, rate, &factor),
        })
    }
}

fn checks(chain: &Chain, rate: f64, factor: &dyn Fn(&str) -> f64) -> Vec<UnitCheck> {
    let near = chain
        .spot_usd
        .map(|spot| (spot, near_the_money(chain, spot, rate, &DAYS, ROWS_MAX)));
    let mut ratios: [Vec<f64>; 6] = Default::default();
    let mut given = [0_usize; 6];
    for quote in &chain.quotes {
        let values = [
            quote.iv,
            quote.delta,
            quote.gamma,
            quote.theta_per_day,
            quote.vega_per_point,
            quote.rho_per_percent,
        ];
        for (count, value) in given.iter_mut().zip(values) {
            *count += usize::from(value.is_some());
        }
    }
    if let Some((spot, near)) = &near {
        for near in near {
            let ours = compared(near, *spot, rate);
            for (ratios, ratio) in ratios.iter_mut().zip(ours) {
                ratios.extend(ratio.filter(|ratio| ratio.is_finite()));
            }
        }
    }
    let quoted = chain.quotes.iter().any(|quote| quote.mid_usd().is_some());
    MEANINGS
        .iter()
        .zip(ratios)
        .zip(given)
        .map(|(((field, meanings), mut ratios), given)| {
            let rows = ratios.len();
            let missing = if given == 0 {
                Some("the file has none".to_owned())
            } else if near.is_none() {
                Some("no spot".to_owned())
            } else if *field == "iv" && !quoted {
                Some("no bid and ask to compare with".to_owned())
            } else if rows < ROWS_MIN {
                Some(format!(
                    "{rows} quotes near the money have it and {ROWS_MIN} are needed"
                ))
            } else {
                None
            };
            // The file's own number, before it was multiplied.
            let basic = match *field {
                "theta" => 1.0 / 365.0,
                "vega" | "rho" => 0.01,
                _ => 1.0,
            };
            let ratio = missing.is_none().then(|| median(&mut ratios)).flatten();
            let ratio = ratio.map(|ratio| ratio * basic / factor(field));
            let near = match *field {
                "theta" => NEAR_THETA,
                "iv" => NEAR_HUNDRED,
                _ => NEAR,
            };
            let fits = |ratio: f64, unit: f64| {
                let off = ratio / unit;
                (1.0 / near..near).contains(&off)
            };
            let unit = ratio.and_then(|ratio| meanings.iter().find(|(unit, _)| fits(ratio, *unit)));
            UnitCheck {
                field,
                rows,
                ratio,
                unit: unit.map(|(_, words)| *words),
                as_read: ratio.map(|ratio| fits(ratio, basic / factor(field))),
                missing,
            }
        })
        .collect()
}

/// The quotes near the forward, nearest first.
fn near_the_money<'a>(
    chain: &'a Chain,
    spot: f64,
    rate: f64,
    wanted: &RangeInclusive<i64>,
    rows_max: usize,
) -> Vec<Near<'a>> {
    let today = days_from_epoch(chain.as_of);
    let mut near = Vec::new();
    for expiry in chain
        .quotes
        .chunk_by(|a, b| a.contract.expiry == b.contract.expiry)
    {
        let days = days_from_epoch(expiry[0].contract.expiry) - today;
        if !wanted.contains(&days) {
            continue;
        }
        let years = days as f64 / 365.0;
        let mut pairs = pairs(expiry);
        pairs.retain(|pair| (pair.strike / spot).ln().abs() < 0.1);
        let parity = forward_from_parity(&pairs, spot, years, rate);
        let dividend_yield = parity.map_or(0.0, |parity| parity.dividend_yield);
        let forward = spot * ((rate - dividend_yield) * years).exp();
        near.extend(expiry.iter().filter_map(|quote| {
            let distance = (quote.contract.strike_usd / forward).ln().abs();
            (distance < 0.1).then_some(Near {
                quote,
                years,
                dividend_yield,
                distance,
            })
        }));
    }
    near.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    near.truncate(rows_max);
    near
}

impl Near<'_> {
    fn implied_vol(&self, price_usd: f64, spot: f64, rate: f64) -> Option<f64> {
        let contract = &self.quote.contract;
        let quoted = Quoted {
            right: contract.right,
            price_usd,
            spot,
            strike: contract.strike_usd,
            years: self.years,
            rate,
            dividend_yield: self.dividend_yield,
        };
        implied_vol(&quoted).ok()
    }
}

/// The vendor's numbers over ours, both in our units.
fn compared(near: &Near<'_>, spot: f64, rate: f64) -> [Option<f64>; 6] {
    let quote = near.quote;
    let contract = &quote.contract;
    let mid_vol = quote
        .mid_usd()
        .and_then(|price_usd| near.implied_vol(price_usd, spot, rate));
    let iv = quote.iv.zip(mid_vol).map(|(vendor, ours)| vendor / ours);
    // The vendor's own volatility, so that a difference of volatilities is not taken for one of units.
    let trusted = iv.is_none_or(|ratio| (0.5..2.0).contains(&ratio));
    let Some(vol) = quote.iv.filter(|_| trusted).or(mid_vol) else {
        return [iv, None, None, None, None, None];
    };
    let ours: Greeks = european::greeks(&Inputs {
        right: contract.right,
        spot,
        strike: contract.strike_usd,
        years: near.years,
        rate,
        dividend_yield: near.dividend_yield,
        vol,
    });
    // Too small to be told from the rounding of the file.
    let over = |vendor: Option<f64>, ours: f64| {
        vendor
            .filter(|vendor| *vendor != 0.0 && ours.abs() > 1e-6)
            .map(|vendor| vendor / ours)
    };
    [
        iv,
        over(quote.delta, ours.delta),
        over(quote.gamma, ours.gamma),
        over(quote.theta_per_day, ours.theta / 365.0),
        over(quote.vega_per_point, ours.vega / 100.0),
        over(quote.rho_per_percent, ours.rho / 100.0),
    ]
}
