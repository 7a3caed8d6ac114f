//! Schwab's option chain (formerly TD Ameritrade's): JSON with calls and puts in maps by expiry and strike.
//!
//! ```text
//! { "symbol": "F", "underlyingPrice": 9.425, "interestRate": 0.1,
//!   "callExpDateMap": { "2020-12-11:2": { "9.0": [ { "bid": .., "ask": .., "volatility": .., .. } ] } },
//!   "putExpDateMap": { .. } }
//! ```
//! Volatility and interest rate are in percent; `"NaN"` and -999 mean "none".

use jiff::civil::Date;
use pricing::Right;
use serde_json::Value;

use super::builder::{Builder, Cells, Setting};
use super::report::{Note, Reason};
use super::vendors::{Dating, Field, VolUnit};
use super::words::{Cell, Spelling, new_york_day, number};
use super::{Format, Options};
use crate::Error;

/// Where each field is found in an option's object.
const KEYS: [(Field, &str); 11] = [
    (Field::Bid, "bid"),
    (Field::Ask, "ask"),
    (Field::Last, "last"),
    (Field::Volume, "totalVolume"),
    (Field::OpenInterest, "openInterest"),
    (Field::Delta, "delta"),
    (Field::Gamma, "gamma"),
    (Field::Theta, "theta"),
    (Field::Vega, "vega"),
    (Field::Rho, "rho"),
    (Field::Multiplier, "multiplier"),
];

/// Reads the chain into a builder.
pub(crate) fn read<'a>(
    file: &'a str,
    root: &Value,
    options: &'a Options,
) -> Result<Builder<'a>, Error> {
    let maps = [
        (Right::Call, "callExpDateMap"),
        (Right::Put, "putExpDateMap"),
    ];
    if !maps
        .iter()
        .any(|(_, key)| root.get(key).is_some_and(Value::is_object))
    {
        let seen = match root {
            Value::Object(map) => map.keys().cloned().collect(),
            Value::Array(list) => vec![format!("a list of {}", list.len())],
            _ => Vec::new(),
        };
        return Err(Error::UnknownKeys {
            file: file.to_owned(),
            seen,
        });
    }
    let symbol = root
        .get("symbol")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .or_else(|| options.symbol.clone());
    if symbol.is_none() {
        return Err(Error::SymbolMissing {
            file: file.to_owned(),
            format: Format::Schwab.name(),
        });
    }
    let percent = |key| {
        number(cell(root.get(key)))
            .ok()
            .flatten()
            .map(|value| value / 100.0)
    };
    let as_of = newest_quote(root, maps.map(|(_, key)| key)).or(options.as_of);
    let Some(as_of) = as_of else {
        return Err(Error::AsOfMissing {
            file: file.to_owned(),
            format: Format::Schwab.name(),
            newest_trade: None,
        });
    };
    let mut builder = Builder::new(Setting {
        file,
        format: Format::Schwab,
        options,
        spellings: &[Spelling::Iso],
        dating: Dating::Preamble,
        vol_unit: VolUnit::Fraction,
        theta_scale: 1.0,
        symbol: symbol.clone(),
        as_of: Some(as_of),
        spot_usd: number(cell(root.get("underlyingPrice")))
            .ok()
            .flatten()
            .filter(|&spot| spot > 0.0),
        rate: percent("interestRate"),
        capture: None,
        newest_trade: None,
    });
    if root.get("isDelayed").and_then(Value::as_bool) == Some(true) {
        builder.note(Note::Delayed {
            symbol: symbol.unwrap_or_default(),
        });
    }
    let mut record = 0;
    for (right, key) in maps {
        for (expiry, strike, option) in options_of(root, key) {
            record += 1;
            push(&mut builder, record, right, expiry, strike, option);
        }
    }
    Ok(builder)
}

fn push(
    builder: &mut Builder<'_>,
    record: usize,
    right: Right,
    expiry: &str,
    strike: &str,
    option: &Value,
) {
    let flag = |key| option.get(key).and_then(Value::as_bool) == Some(true);
    if flag("nonStandard") || flag("mini") {
        let note = option
            .get("deliverableNote")
            .and_then(Value::as_str)
            .unwrap_or("")
            .trim();
        let kind = if flag("mini") { "mini" } else { "non-standard" };
        let sign = if note.is_empty() {
            kind.to_owned()
        } else {
            format!("{kind}: {note}")
        };
        return builder.refuse(record, Reason::Adjusted { sign });
    }
    let mut cells: Cells<'_> = [Cell::Missing; Field::COUNT];
    for (field, key) in KEYS {
        cells[field as usize] = cell(option.get(key));
    }
    // The key is `2020-12-11:2`: the date and the days to it.
    cells[Field::Expiry as usize] = Cell::from_text(expiry.split(':').next().unwrap_or(""));
    cells[Field::Strike as usize] = match cell(option.get("strikePrice")) {
        Cell::Missing => Cell::from_text(strike),
        stated => stated,
    };
    cells[Field::Iv as usize] = match number(cell(option.get("volatility"))) {
        Ok(Some(percent)) => Cell::Number(percent / 100.0),
        Ok(None) => Cell::Missing,
        Err(()) => cell(option.get("volatility")),
    };
    builder.push(record, Some(right), &cells);
}

/// Every option of one map, with its keys.
fn options_of<'v>(
    root: &'v Value,
    key: &str,
) -> impl Iterator<Item = (&'v str, &'v str, &'v Value)> {
    let expiries = root
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    expiries.flat_map(|(expiry, strikes)| {
        let strikes = strikes.as_object().into_iter().flatten();
        strikes.flat_map(move |(strike, options)| {
            let options = options.as_array().map_or(&[][..], Vec::as_slice);
            options
                .iter()
                .map(move |option| (expiry.as_str(), strike.as_str(), option))
        })
    })
}

fn newest_quote(root: &Value, keys: [&str; 2]) -> Option<Date> {
    let stamps = keys.iter().flat_map(|key| options_of(root, key));
    stamps
        .filter_map(|(_, _, option)| option.get("quoteTimeInLong")?.as_i64())
        .max()
        .and_then(new_york_day)
}

fn cell(value: Option<&Value>) -> Cell<'_> {
    match value {
        Some(Value::Number(number)) => number.as_f64().map_or(Cell::Missing, Cell::Number),
        Some(Value::String(text)) => Cell::from_text(text),
        _ => Cell::Missing,
    }
}
