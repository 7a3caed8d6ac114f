//! A year of synthetic option chains, so that everything can be tried without a vendor's file.
//!
//! TODO

mod calibration;
mod files;
mod names;
mod path;
mod quotes;
mod random;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::events::{Event, EventKind};
use crate::history::History;
use crate::{Error, Quote};

pub use self::names::{CRASH_OVER, FIRST_DAY, LAST_DAY, RATE};

/// The seed of the committed files.
pub const SEED: u64 = 1;

/// What stands in the column `source` of every row, and in [`crate::Chain::source`].
pub const SOURCE: &str = "synthetic-v1";

/// One row of the chain history.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The trading day of the quote.
    pub date: Date,
    /// Close of the underlying that day, dollars per share.
    pub spot_usd: f64,
    /// The contract and its quote; no bid where nobody bids, which the files write as a bid of 0.
    pub quote: Quote,
}

/// A whole generated year.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What it was made from.
    pub seed: u64,
    /// The quotes, sorted by symbol, day, expiry, right and strike.
    pub rows: Vec<Row>,
    /// The prices of each name.
    pub histories: Vec<History>,
    /// Dividends and earnings, past and to come, sorted by symbol and day.
    pub events: Vec<Event>,
}

/// Makes the year of this seed.
pub fn generate(seed: u64) -> Sample {
    let mut rows = Vec::new();
    let mut histories = Vec::new();
    let mut events = Vec::new();
    for (place, path) in path::paths(seed).into_iter().enumerate() {
        let name = path.name;
        let symbol = name.symbol.to_owned();
        quotes::rows(&path, random::Key::new(seed).at(1000 + place as u64), &mut rows);
        let event = |date, kind| Event { symbol: symbol.clone(), date, kind };
        let paid = name.dividends.iter().map(|paid| event(paid.ex_date, EventKind::ExDividend { amount_usd: paid.amount_usd }));
        events.extend(paid.chain(name.earnings.iter().map(|date| event(*date, EventKind::Earnings))));
        let rows_read = path.days.len();
        histories.push(History { symbol: Some(symbol), days: path.days, notes: Vec::new(), rows_read });
    }
    events.sort_by(|a, b| (&a.symbol, a.date).cmp(&(&b.symbol, b.date)));
    Sample { seed, rows, histories, events }
}
