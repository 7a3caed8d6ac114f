//! The sample as files: Parquet, CSV, TOML, and the page that says what it is.

use std::fmt::Write;
use std::sync::Arc;

use bytes::Bytes;
use jiff::civil::Date;
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type};
use pricing::Right;

use super::names::{FIRST_DAY, LAST_DAY, NAMES, RATE};
use super::path::days_between;
use super::{Row, SEED, SOURCE, Sample, calibration};
use crate::calendar::days_from_epoch;
use crate::events::{Event, EventKind};
use crate::history::History;
use crate::ingest::table::{Content, open};
use crate::ingest::words::{Cell, Spelling, count, date, number, right};
use crate::{Contract, Error, Quote, Style};

/// What a column holds.
enum Values {
    Text(Vec<&'static str>),
    Names(Vec<String>),
    Days(Vec<Date>),
    Numbers(Vec<Option<f64>>),
    Counts(Vec<Option<u64>>),
}

const COLUMNS: [&str; 20] = [
    "source",
    "quote_date",
    "underlying",
    "spot",
    "expiry",
    "strike",
    "right",
    "style",
    "bid",
    "ask",
    "last",
    "volume",
    "open_interest",
    "iv",
    "delta",
    "gamma",
    "theta",
    "vega",
    "rho",
    "multiplier",
];

/// The columns of the common schema in the order of [`COLUMNS`]. Nobody bidding is a bid of 0.
fn columns(rows: &[Row]) -> [Values; 20] {
    use Values::{Counts, Days, Names, Numbers, Text};
    let quotes = || rows.iter().map(|row| &row.quote);
    let numbers = |of: fn(&Quote) -> Option<f64>| Numbers(quotes().map(of).collect());
    [
        Text(vec![SOURCE; rows.len()]),
        Days(rows.iter().map(|row| row.date).collect()),
        Names(quotes().map(|quote| quote.contract.symbol.clone()).collect()),
        Numbers(rows.iter().map(|row| Some(row.spot_usd)).collect()),
        Days(quotes().map(|quote| quote.contract.expiry).collect()),
        numbers(|quote| Some(quote.contract.strike_usd)),
        Text(quotes().map(|quote| if quote.contract.right == Right::Call { "C" } else { "P" }).collect()),
        Text(vec!["A"; rows.len()]),
        numbers(|quote| Some(quote.bid_usd.unwrap_or(0.0))),
        numbers(|quote| quote.ask_usd),
        numbers(|quote| quote.last_usd),
        Counts(quotes().map(|quote| quote.volume).collect()),
        Counts(quotes().map(|quote| quote.open_interest).collect()),
        numbers(|quote| quote.iv),
        numbers(|quote| quote.delta),
        numbers(|quote| quote.gamma),
        numbers(|quote| quote.theta_per_day),
        numbers(|quote| quote.vega_per_point),
        numbers(|quote| quote.rho_per_percent),
        Counts(quotes().map(|quote| Some(u64::from(quote.contract.multiplier))).collect()),
    ]
}
