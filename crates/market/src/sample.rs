//! A year of synthetic option chains, so that everything can be tried without a vendor's file.
//!
//! **Invented tickers and simulated prices.** The variance risk premium is put in by hand, so whoever sells options on this
//! sample wins on average because we said so: it cannot prove an edge, and must not train or advise anyone who trades. Every
//! row says `source = "synthetic-v1"`, and [`crate::Chain::is_synthetic`] answers for a chain.
//!
//! | ticker | what it is like | premium | what happens to it |
//! | --- | --- | --- | --- |
//! | `SYNIDX` | SPY at a sixth of the price | 12 % | four dividends, a crash of 12 % in November |
//! | `SYNDIV` | KO at $60 | 25 % | four dividends, the next ex-date three weeks after the end; earnings |
//! | `SYNVOL` | SOFI at $22 | 10 % | a 4-for-1 split in September, earnings |
//!
//! No US stock has a ticker of six letters. The files cover 2025-07-01 to 2026-06-30; expiries up to 100 days ahead and strikes
//! within some two standard deviations are listed, and stay listed until they expire.
//!
//! ```text
//! implied(T) = (1 + premium) term(T) sqrt(E[variance to expiry] / T)      times a skew and a smile in strike
//! price      = Black-Scholes, European, spot less dividends to come, r = 3.6 %; never below what exercising pays
//! ```
//! The expectation is the generator's own, exact given its state (`sample/path.rs` has the process, `sample/quotes.rs` the
//! quotes, `sample/names.rs` every constant). Simplifications: no early exercise premium, a premium that never changes, earnings
//! before the open, one rate. Volatility falls back within days, so its swings are forecastable here as they are nowhere else.
//!
//! Many years of the same names, for backtests, are made on the spot and shipped nowhere: [`long`].
//!
//! Everything is a function of the seed; numbers are rounded before they are stored (cents, four decimals) so that they do not
//! depend on the platform's `exp`. The committed seed is the first, counted from 1, whose year meets every line of the table,
//! whose `SYNDIV` is calm at the end, and whose split falls on a quiet day; about two seeds in five meet the table.
//!
//! How the committed sample compares with the real chains it is calibrated to (medians of the calm days; how each number is
//! measured stands in `sample/calibration.rs`):
#![doc = concat!("```text\n", include_str!("../sample/calibration.txt"), "```")]

mod calibration;
mod files;
pub mod long;
mod names;
mod path;
mod quotes;
mod random;
mod schedule;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::events::{Event, EventKind};
use crate::history::History;
use crate::{Error, Quote};

pub use self::names::{CRASH_OVER, FIRST_DAY, LAST_DAY, RATE};

/// The seed of the committed files.
pub const SEED: u64 = 83;

/// What stands in the column `source` of every row, and in [`crate::Chain::source`].
pub const SOURCE: &str = "synthetic-v1";

/// The tickers.
pub const SYMBOLS: [&str; 3] = [
    names::NAMES[0].symbol,
    names::NAMES[1].symbol,
    names::NAMES[2].symbol,
];

/// Every quote of the year, for [`crate::ingest::read_chains_bytes`].
pub const CHAIN_PARQUET: &[u8] = include_bytes!("../sample/chain.parquet");

/// Ticker and daily prices, for [`crate::history::read_history_bytes`].
pub const HISTORIES: [(&str, &str); 3] = [
    (SYMBOLS[0], include_str!("../sample/history_SYNIDX.csv")),
    (SYMBOLS[1], include_str!("../sample/history_SYNDIV.csv")),
    (SYMBOLS[2], include_str!("../sample/history_SYNVOL.csv")),
];

/// Dividends and earnings, past and to come, for [`crate::events::read_events_bytes`].
pub const EVENTS_CSV: &str = include_str!("../sample/events.csv");

/// An account with shares and open options in the sample.
pub const ACCOUNT_TOML: &str = include_str!("../sample/account.toml");

/// What the files are, how they were made, and what they must not be used for.
pub const README_TXT: &str = include_str!("../sample/README.txt");

/// Days that `chain.csv` holds.
const CSV_DAYS: usize = 5;

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
    /// The quotes, sorted by symbol as in [`SYMBOLS`], day, expiry, right and strike.
    pub rows: Vec<Row>,
    /// The prices of each name, in the same order.
    pub histories: Vec<History>,
    /// Dividends and earnings, past and to come, sorted by symbol and day.
    pub events: Vec<Event>,
}

/// Makes the year of this seed.
///
/// ```
/// let sample = market::sample::generate(market::sample::SEED);
/// let last = sample.histories[1].days.last().unwrap();
/// assert_eq!((last.date, last.close_usd), (market::sample::LAST_DAY, 60.5));
/// ```
pub fn generate(seed: u64) -> Sample {
    let mut sample = Sample {
        seed,
        rows: Vec::new(),
        histories: Vec::new(),
        events: Vec::new(),
    };
    for (place, path) in path::paths(seed).into_iter().enumerate() {
        let name = path.name;
        let symbol = name.symbol.to_owned();
        quotes::rows(
            &path,
            random::Key::new(seed).at(1000 + place as u64),
            &mut sample.rows,
        );
        let event = |date, kind| Event {
            symbol: symbol.clone(),
            date,
            kind,
        };
        let dividends = name.dividends.iter();
        let paid = dividends.map(|due| {
            event(
                due.ex_date,
                EventKind::ExDividend {
                    amount_usd: due.amount_usd,
                },
            )
        });
        sample.events.extend(
            paid.chain(
                name.earnings
                    .iter()
                    .map(|date| event(*date, EventKind::Earnings)),
            ),
        );
        let rows_read = path.days.len();
        sample.histories.push(History {
            symbol: Some(symbol),
            days: path.days,
            notes: Vec::new(),
            rows_read,
        });
    }
    sample
        .events
        .sort_by(|a, b| (&a.symbol, a.date).cmp(&(&b.symbol, b.date)));
    sample
}

/// The files that are committed, made anew: name and content.
pub fn render(sample: &Sample) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut rendered = vec![("chain.parquet".to_owned(), files::parquet(sample)?)];
    for history in &sample.histories {
        let symbol = history.symbol.as_deref().unwrap_or_default();
        rendered.push((
            format!("history_{symbol}.csv"),
            files::history_csv(history).into_bytes(),
        ));
    }
    let table = calibration::table(&calibration::measure(sample, &calibration::TARGETS));
    rendered.push((
        "events.csv".to_owned(),
        files::events_csv(&sample.events).into_bytes(),
    ));
    rendered.push((
        "account.toml".to_owned(),
        files::account_toml(&sample.rows).into_bytes(),
    ));
    rendered.push((
        "README.txt".to_owned(),
        files::readme(sample, &table).into_bytes(),
    ));
    rendered.push(("calibration.txt".to_owned(), table.into_bytes()));
    Ok(rendered)
}

/// Writes the committed sample into a folder, which is made if need be, and says where each file lies.
///
/// A file that is there already with the same content is left alone; with other content it is an error, and nothing is written.
pub fn write(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let csv = files::chain_csv(&files::read_parquet(CHAIN_PARQUET)?, CSV_DAYS);
    let mut contents: Vec<(String, &[u8])> = vec![
        ("README.txt".to_owned(), README_TXT.as_bytes()),
        ("chain.parquet".to_owned(), CHAIN_PARQUET),
        ("chain.csv".to_owned(), csv.as_bytes()),
        ("events.csv".to_owned(), EVENTS_CSV.as_bytes()),
        ("account.toml".to_owned(), ACCOUNT_TOML.as_bytes()),
    ];
    contents.extend(
        HISTORIES
            .iter()
            .map(|(symbol, text)| (format!("history_{symbol}.csv"), text.as_bytes())),
    );
    fs::create_dir_all(folder).map_err(|cause| unwritable(folder, &cause))?;
    let mut missing = Vec::new();
    let mut paths = Vec::new();
    for (name, content) in contents {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(found) if found == content => {}
            Ok(_) => {
                return Err(Error::WouldOverwrite {
                    file: path.display().to_string(),
                });
            }
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                missing.push((path.clone(), content))
            }
            Err(cause) => {
                return Err(Error::Unreadable {
                    file: path.display().to_string(),
                    cause: cause.to_string(),
                });
            }
        }
        paths.push(path);
    }
    for (path, content) in missing {
        // Only what is still not there: another program may have been faster.
        let file = fs::File::create_new(&path);
        file.and_then(|mut file| file.write_all(content))
            .map_err(|cause| unwritable(&path, &cause))?;
    }
    Ok(paths)
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Error {
    Error::Unwritable {
        file: path.display().to_string(),
        cause: cause.to_string(),
    }
}
