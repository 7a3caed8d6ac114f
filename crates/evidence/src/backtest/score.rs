//! What a run shows, and how much of that luck alone would show.
//!
//! ```text
//! CAGR        (last equity / capital)^(365 / days) - 1
//! volatility  deviation of daily returns, sqrt(252) of it
//! CVaR95      mean of the worst twentieth of daily returns
//! Sharpe      of daily returns less what bills paid, sqrt(252) of it; its error, PSR, shortest record: see `record`
//! turnover    dollars of shares and premium traded a year, over mean equity
//! exposure    mean of (shares that the position moves like) x close / equity
//! net         the same of excess returns less yesterday's exposure times the share's own: what a mix of share and bills would not have had
//! over        252 x mean of daily returns less those of a baseline, with an interval by the stationary bootstrap
//! ```
//! The share of trades that made money comes last: short options win often and small, and lose seldom and large.

use super::{Cause, MarkedBy, Run, What};
use crate::Interval;
use crate::record::{Record, by_blocks, drawdown};
use jiff::civil::Date;
use market::Cents;
use market::history::TRADING_DAYS_PER_YEAR;
use pricing::Right;
use wheel::book::Ending;
use wheel::{Kind, SHARES_PER_CONTRACT};

/// Mean length of a block of the bootstrap, in trading days: about the life of a trade.
const BLOCK: f64 = 21.0;
/// Series drawn for an interval.
const DRAWS: usize = 400;

/// What one run shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Trading days.
    pub days: usize,
    /// Calendar years from first to last.
    pub years: f64,
    /// Equity on the last night.
    pub last: Cents,
    /// Growth a year; `None` for less than a month, or where nothing is left.
    pub cagr: Option<f64>,
    /// Deviation of returns, per year.
    pub volatility: f64,
    /// The most that was lost from a height before.
    pub drawdown: f64,
    /// Mean of the worst twentieth of days.
    pub cvar95_day: f64,
    /// Of excess returns, or why there is none.
    pub record: Result<Record, String>,
    /// Of what is left without the share's part, or why there is none.
    pub net: Result<Record, String>,
    /// See the head of this file.
    pub turnover: f64,
    /// See the head of this file.
    pub exposure: f64,
    /// Sums of the statement.
    pub sums: Sums,
    /// Nights of lots that were not marked by both sides of a quote, and all of them.
    pub marked_otherwise: (usize, usize),
    /// Trades that ended, and those that made money.
    pub ended: (usize, usize),
}

/// Sums over a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// For options sold.
    pub premium_received: Cents,
    /// For options bought.
    pub premium_paid: Cents,
    /// All fees.
    pub fees: Cents,
    /// Dividends.
    pub dividends: Cents,
    /// Interest less what was paid.
    pub interest: Cents,
    /// Lots assigned before their expiry.
    pub assigned_early: usize,
    /// Lots assigned at their expiry.
    pub assigned_at_expiry: usize,
    /// Lots that expired worthless.
    pub expired: usize,
}

/// One contract sold, from its sale to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Trade {
    /// When it was sold, and when the sale had been decided.
    pub opened: Date,
    /// The close of the decision.
    pub decided: Date,
    /// When it ended; `None`: still open.
    pub closed: Option<Date>,
    /// How it ended.
    pub ending: Option<How>,
    /// Call or put.
    pub right: Right,
    /// Exercise price when it was sold.
    pub strike: Cents,
    /// Last trading day.
    pub expiry: Date,
    /// Contracts when it was sold, positive.
    pub contracts: i32,
    /// Received per share.
    pub premium: Cents,
    /// Paid per share to end it: bought back at, or in the money by; of the contract as it was sold.
    pub cost: Option<Cents>,
    /// All fees.
    pub fees: Cents,
    /// Made, fees taken off, shares delivered at the close counted at it; `None`: still open.
    pub gain: Option<Cents>,
    /// Close of the share when it was sold.
    pub spot: Cents,
    /// Delta of the holder at the close of the sale: the file's, else by Black-Scholes.
    pub delta: Option<f64>,
}

/// How a trade ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Bought back, or rolled.
    BoughtBack,
    /// As the lot did.
    Ended(EndedAs),
}

/// See [`Ending`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedAs {
    /// Worthless.
    Expired,
    /// At expiry.
    Assigned,
    /// Before it.
    AssignedEarly,
    /// In cash.
    Cash,
}

impl How {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            How::BoughtBack => "bought back",
            How::Ended(EndedAs::Expired) => "expired worthless",
            How::Ended(EndedAs::Assigned) => "assigned at expiry",
            How::Ended(EndedAs::AssignedEarly) => "assigned early",
            How::Ended(EndedAs::Cash) => "settled in cash",
        }
    }
}

impl Run {
    /// What the run shows.
    pub fn scores(&self) -> Scores {
        let returns = self.returns();
        let equity: Vec<f64> = std::iter::once(self.terms.capital)
            .chain(self.nights.iter().map(|night| night.equity))
            .map(Cents::usd)
            .collect();
        let count = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / count;
        let variance = returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let calendar_days = self
            .ends()
            .map_or(0, |(first, last)| (last.date - first.date).get_days());
        let last = self
            .ends()
            .map_or(self.terms.capital, |(_, last)| last.equity);
        let growth = last.usd() / self.terms.capital.usd();
        let mean_equity = equity.iter().sum::<f64>() / equity.len() as f64;
        let years = f64::from(calendar_days) / 365.0;
        let marks = || self.nights.iter().flat_map(|night| &night.marks);
        let trades = self.trades();
        let ended: Vec<Cents> = trades.iter().filter_map(|trade| trade.gain).collect();
        let traded: f64 = self
            .entries
            .iter()
            .filter(|e| matches!(e.why, Some(Cause::Order(..))))
            .map(|e| (e.cash + e.fees).usd().abs())
            .sum();
        Scores {
            days: self.nights.len(),
            years,
            last,
            cagr: (calendar_days >= 28 && growth > 0.0).then(|| growth.powf(1.0 / years) - 1.0),
            volatility: (variance * TRADING_DAYS_PER_YEAR).sqrt(),
            drawdown: drawdown(&equity),
            cvar95_day: worst(&returns, 0.05),
            record: moving(&self.excess()),
            net: moving(&self.net()),
            turnover: traded / mean_equity / years.max(1.0 / 365.0),
            exposure: self.nights.iter().map(|night| night.exposure).sum::<f64>() / count,
            sums: self.sums(),
            marked_otherwise: (
                marks().filter(|mark| mark.by != MarkedBy::Mid).count(),
                marks().count(),
            ),
            ended: (
                ended.len(),
                ended.iter().filter(|gain| **gain > Cents::ZERO).count(),
            ),
        }
    }

    fn sums(&self) -> Sums {
        let mut sums = Sums {
            interest: self.nights.iter().map(|night| night.interest).sum(),
            ..Sums::default()
        };
        for entry in &self.entries {
            sums.fees += entry.fees;
            let before_fees = entry.cash + entry.fees;
            match (entry.what, entry.why) {
                (What::Dividend, _) => sums.dividends += entry.cash,
                (What::Contracts { count, .. }, Some(Cause::Order(..) | Cause::UnevenSplit)) => {
                    if count < 0 {
                        sums.premium_received += before_fees;
                    } else {
                        sums.premium_paid -= before_fees;
                    }
                }
                (What::Contracts { .. }, Some(Cause::Ended(ending))) => match ending {
                    Ending::Expired => sums.expired += 1,
                    Ending::AssignedAtExpiry => sums.assigned_at_expiry += 1,
                    Ending::AssignedEarly => sums.assigned_early += 1,
                    Ending::SettledInCash => {}
                },
                _ => {}
            }
        }
        sums
    }

    /// Every contract sold, in the order of the sales.
    pub fn trades(&self) -> Vec<Trade> {
        let mut trades: Vec<Trade> = Vec::new();
        // Of each open trade: its place, the strike and contracts that it has by now, and new shares for one since the sale.
        let mut open: Vec<(usize, Cents, i32, f64)> = Vec::new();
        for entry in &self.entries {
            if let What::Split(ratio) = entry.what {
                let parts = ratio as i64;
                for (_, strike, count, factor) in open
                    .iter_mut()
                    .filter(|_| ratio.fract() == 0.0 && ratio >= 1.0)
                {
                    *strike = Cents((2 * strike.0 + parts) / (2 * parts));
                    *count *= parts as i32;
                    *factor *= ratio;
                }
            }
            let What::Contracts {
                right,
                strike,
                expiry,
                count,
            } = entry.what
            else {
                continue;
            };
            if let (Some(Cause::Order(_, decided)), true) = (entry.why, count < 0) {
                open.push((trades.len(), strike, -count, 1.0));
                trades.push(Trade {
                    opened: entry.date,
                    decided,
                    closed: None,
                    ending: None,
                    right,
                    strike,
                    expiry,
                    contracts: -count,
                    premium: entry.price,
                    cost: None,
                    fees: entry.fees,
                    gain: None,
                    spot: entry.spot,
                    delta: entry.delta,
                });
                continue;
            }
            // What ends: the oldest of that contract first.
            let mut left = count;
            while left > 0 {
                let same = |(place, now, ..): &(usize, Cents, i32, f64)| {
                    let trade = &trades[*place];
                    *now == strike && trade.right == right && trade.expiry == expiry
                };
                let Some(found) = open.iter().position(same) else {
                    break;
                };
                let (place, now, contracts, factor) = open[found];
                let part = contracts.min(left);
                left -= part;
                let share = f64::from(part) / f64::from(count);
                let trade = &mut trades[place];
                let (how, per_share) = match entry.why {
                    Some(Cause::Ended(ending)) => {
                        let pays = Cents::from_usd(right.intrinsic(entry.spot.usd(), now.usd()));
                        let as_ = match ending {
                            Ending::Expired => EndedAs::Expired,
                            Ending::AssignedAtExpiry => EndedAs::Assigned,
                            Ending::AssignedEarly => EndedAs::AssignedEarly,
                            Ending::SettledInCash => EndedAs::Cash,
                        };
                        (How::Ended(as_), pays)
                    }
                    _ => (How::BoughtBack, entry.price),
                };
                let paid = per_share * (i64::from(part) * SHARES_PER_CONTRACT);
                trade.fees += Cents::from_usd(entry.fees.usd() * share);
                let before = trade
                    .gain
                    .unwrap_or(trade.premium * (i64::from(trade.contracts) * SHARES_PER_CONTRACT));
                trade.gain = Some(before - paid);
                trade.cost = Some(Cents::from_usd(per_share.usd() * factor));
                if part == contracts {
                    trade.closed = Some(entry.date);
                    trade.ending = Some(how);
                    trade.gain = trade.gain.map(|gain| gain - trade.fees);
                    open.remove(found);
                } else {
                    open[found].2 -= part;
                }
            }
        }
        for (place, ..) in open {
            trades[place].gain = None;
        }
        trades
    }

    /// Mean return a year over that of another run of the same days, with an interval at 95 %; an error where the days differ.
    pub fn over(&self, other: &Run, seed: u64) -> Result<Interval, String> {
        if self
            .nights
            .iter()
            .map(|night| night.date)
            .ne(other.nights.iter().map(|night| night.date))
        {
            return Err("the runs have different days".to_owned());
        }
        let differences: Vec<f64> = self
            .returns()
            .iter()
            .zip(other.returns())
            .map(|(a, b)| a - b)
            .collect();
        let mean = |values: &[f64]| {
            values.iter().sum::<f64>() / values.len() as f64 * TRADING_DAYS_PER_YEAR
        };
        by_blocks(&differences, BLOCK, DRAWS, 0.95, seed, mean).map_err(|error| error.to_string())
    }

    /// Orders by the kind of action, carried out.
    pub fn kinds(&self) -> Vec<(Kind, usize)> {
        let mut kinds = std::collections::BTreeMap::new();
        let mut last = None;
        for entry in &self.entries {
            if let Some(Cause::Order(kind, decided)) = entry.why {
                // The legs of one order count once.
                if last != Some((kind, decided)) {
                    *kinds.entry(kind).or_insert(0) += 1;
                }
                last = Some((kind, decided));
            }
        }
        kinds.into_iter().collect()
    }
}

/// The record of returns that are more than the rounding of cents.
fn moving(returns: &[f64]) -> Result<Record, String> {
    if returns.iter().all(|r| r.abs() < 1e-6) {
        return Err("nothing but the rounding of cents moves it".to_owned());
    }
    Record::of(returns).map_err(|error| error.to_string())
}

/// Mean of the worst part of some values.
fn worst(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let count = ((part * sorted.len() as f64).ceil() as usize)
        .max(1)
        .min(sorted.len());
    sorted[..count].iter().sum::<f64>() / count as f64
}

/// How often options sold at some delta ended in the money.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// For each tenth of absolute delta: trades held to their end, the mean delta, the part of them in the money.
    pub bins: Vec<(usize, f64, f64)>,
    /// Mean squared distance of delta and outcome; `None` without trades.
    pub brier: Option<f64>,
}

/// Compares deltas at the sale with what ended in the money. Delta is not quite the chance of ending there: it is that chance under the
/// measure of the share, a little above the put's and below the call's own.
pub fn calibration(trades: &[Trade]) -> Calibration {
    let told: Vec<(f64, f64)> = trades
        .iter()
        .filter_map(|trade| match trade.ending? {
            How::Ended(how) => Some((
                trade.delta?.abs(),
                f64::from(u8::from(how != EndedAs::Expired)),
            )),
            How::BoughtBack => None,
        })
        .collect();
    let bins = (0..10)
        .map(|bin| {
            let within: Vec<_> = told
                .iter()
                .filter(|(delta, _)| (10.0 * delta).floor().min(9.0) as usize == bin)
                .collect();
            let count = within.len();
            let mean = |of: fn(&(f64, f64)) -> f64| {
                within.iter().map(|pair| of(pair)).sum::<f64>() / count as f64
            };
            (count, mean(|p| p.0), mean(|p| p.1))
        })
        .collect();
    let brier = (!told.is_empty())
        .then(|| told.iter().map(|(p, o)| (p - o).powi(2)).sum::<f64>() / told.len() as f64);
    Calibration { bins, brier }
}
