//! What was understood of a file, column by column.

use std::path::Path;

use jiff::civil::Date;
use pricing::Right;

use super::builder::price;
use super::mapping::field_name;
use super::table::{Table, read_file};
use super::units::vol_over_prices;
use super::vendors::{Field, Mapping, Side, Vendor, VolUnit};
use super::words::{Cell, amount, contract_name, count, date, normal_name, number, right, shares};
use super::{
    Error, Format, Ingest, Options, capture_beside, prices_beside, read_table, with_table,
};
use crate::Chain;

/// How a file was read, and what came of it.
#[derive(Debug)]
pub struct Explained {
    /// Who wrote it.
    pub format: Format,
    /// Text, Parquet, JSON.
    pub kind: &'static str,
    /// The columns that tell this vendor from others, as they stand in the file.
    pub told_by: Vec<String>,
    /// Is a call and a put on one row?
    pub wide: bool,
    /// Rows of the table, whether usable or not.
    pub rows: usize,
    /// The columns that were used; one that serves call and put is there once.
    pub columns: Vec<ExplainedColumn>,
    /// The columns that were not.
    pub unused: Vec<UnusedColumn>,
    /// The chains, or why there are none.
    pub result: Result<Ingest, Error>,
}

/// A column that was used.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedColumn {
    /// Its name in the file.
    pub name: String,
    /// What it is to us.
    pub field: &'static str,
    /// Only of calls, or only of puts.
    pub side: Option<Right>,
    /// In what the file has it.
    pub unit: &'static str,
    /// In what we have it.
    pub becomes: &'static str,
    /// What the file's number is multiplied by, where that is one number.
    pub factor: Option<f64>,
    /// A value as it stands in the file; the first that says something, if there is one.
    pub sample: Option<String>,
    /// The same value as we read it; `None` where it is no number, date or word that we know.
    pub sample_read: Option<String>,
    /// Rows without a value; a price of 0 is none.
    pub missing: usize,
    /// Rows with something that could not be read.
    pub unreadable: usize,
}

/// A column that was not used.
#[derive(Clone, Debug, PartialEq)]
pub struct UnusedColumn {
    /// Its name in the file.
    pub name: String,
    /// The first value that there is.
    pub sample: Option<String>,
    /// Rows without a value.
    pub missing: usize,
}

/// Reads a file as [`read_chains`](super::read_chains) does, and tells how.
pub fn explain_chains(path: &Path, options: &Options) -> Result<Explained, Error> {
    let bytes = read_file(path)?;
    let mut options = options.clone();
    if options.capture_json.is_none() {
        options.capture_json = capture_beside(path);
    }
    let file = path.display().to_string();
    with_table(&file, &bytes, &options, |table, mapping| {
        let mut explained = explain(table, mapping)?;
        explained.result = read_table(&file, table, mapping, &options, &|symbol| {
            prices_beside(path, symbol)
        });
        explained.settle_vols();
        Ok(explained)
    })
}

/// The same of bytes in memory; `name` is what messages call them.
pub fn explain_chains_bytes(
    name: &str,
    bytes: &[u8],
    options: &Options,
) -> Result<Explained, Error> {
    with_table(name, bytes, options, |table, mapping| {
        let mut explained = explain(table, mapping)?;
        explained.result = read_table(name, table, mapping, options, &|_| None);
        explained.settle_vols();
        Ok(explained)
    })
}

impl Explained {
    /// What the file's own numbers were multiplied by, for a field such as `theta`.
    pub(crate) fn factor(&self, field: &str) -> f64 {
        let column = self.columns.iter().find(|column| column.field == field);
        column.and_then(|column| column.factor).unwrap_or(1.0)
    }

    /// Says what volatilities of an unknown unit were taken for, once the chains are there.
    fn settle_vols(&mut self) {
        let Ok(ingest) = &self.result else { return };
        let has_vols = |chain: &&Chain| chain.quotes.iter().any(|quote| quote.iv.is_some());
        let chains: Vec<&Chain> = ingest.chains.iter().filter(has_vols).collect();
        let percent = chains
            .iter()
            .filter(|chain| ingest.in_percent(chain))
            .count();
        let by_prices = chains.iter().any(|chain| vol_over_prices(chain).is_some());
        let (unit, factor) = match (percent, by_prices) {
            _ if chains.is_empty() => return,
            (0, true) => ("fraction per year, as the prices say", 1.0),
            (0, false) => ("fraction per year, by their size", 1.0),
            (some, _) if some < chains.len() => return,
            (_, true) => ("percent per year, as the prices say", 0.01),
            (_, false) => ("percent per year, by their size", 0.01),
        };
        let judged =
            |column: &&mut ExplainedColumn| column.field == "iv" && column.factor.is_none();
        for column in self.columns.iter_mut().filter(judged) {
            if column
                .sample
                .as_deref()
                .is_some_and(|text| text.ends_with('%'))
            {
                // Read already, by what it says.
                (column.unit, column.factor) = ("percent per year, by its own sign", Some(0.01));
                continue;
            }
            (column.unit, column.factor) = (unit, Some(factor));
            let number = column
                .sample_read
                .as_deref()
                .and_then(|text| text.parse::<f64>().ok());
            if let Some(number) = number {
                column.sample_read = Some(plain(number * factor));
            }
        }
    }
}

fn explain(table: &Table, mapping: &Mapping<'_>) -> Result<Explained, Error> {
    let vendor = mapping.vendor;
    let mut uses: Vec<(usize, Field, Option<Right>)> = Vec::new();
    for (side, places) in &mapping.sides {
        let right = match side {
            Side::Both => None,
            Side::Call => Some(Right::Call),
            Side::Put => Some(Right::Put),
        };
        for column in vendor.columns {
            let Some(place) = places[column.field as usize] else {
                continue;
            };
            let twice = uses
                .iter_mut()
                .find(|(at, field, _)| (*at, *field) == (place, column.field));
            match twice {
                Some((_, _, known)) if *known != right => *known = None,
                Some(_) => {}
                None => uses.push((place, column.field, right)),
            }
        }
    }
    uses.sort_by_key(|(place, ..)| *place);
    let coin = mapping.place(Field::CoinUsd);
    let mut columns: Vec<ExplainedColumn> = uses
        .iter()
        .map(|&(place, field, side)| {
            let (unit, factor, becomes) = unit(vendor, field);
            ExplainedColumn {
                name: table.names[place].clone(),
                field: field_name(field),
                side,
                unit,
                becomes,
                factor,
                sample: None,
                sample_read: None,
                missing: 0,
                unreadable: 0,
            }
        })
        .collect();
    let unused_at: Vec<usize> = (0..table.names.len())
        .filter(|at| !uses.iter().any(|(place, ..)| place == at))
        .collect();
    let mut unused: Vec<UnusedColumn> = unused_at
        .iter()
        .map(|&at| UnusedColumn {
            name: table.names[at].clone(),
            sample: None,
            missing: 0,
        })
        .collect();
    let all: Vec<usize> = (0..table.names.len()).collect();
    let mut rows = 0;
    table.for_each(&all, |_, cells| {
        let Ok(cells) = cells else { return };
        rows += 1;
        let coin_usd = coin.and_then(|place| number(cells[place]).ok().flatten());
        for (&(place, field, _), column) in uses.iter().zip(&mut columns) {
            column.look(cells[place], field, vendor, coin_usd);
        }
        for (&place, column) in unused_at.iter().zip(&mut unused) {
            if cells[place].is_missing() {
                column.missing += 1;
            } else if column.sample.is_none() {
                column.sample = Some(bare(cells[place]));
            }
        }
    })?;
    Ok(Explained {
        format: vendor.format,
        kind: table.kind(),
        told_by: told_by(table, mapping),
        wide: mapping.sides.len() > 1,
        rows,
        columns,
        unused,
        result: Err(Error::Empty {
            file: String::new(),
        }),
    })
}

impl ExplainedColumn {
    fn look(&mut self, cell: Cell<'_>, field: Field, vendor: &Vendor<'_>, coin_usd: Option<f64>) {
        let read = read(cell, field, vendor, coin_usd);
        match &read {
            Ok(None) => self.missing += 1,
            Ok(Some(_)) => {}
            Err(()) => self.unreadable += 1,
        }
        if cell.is_missing() {
            return;
        }
        // A value that says something serves better than the first.
        let better = matches!(read, Ok(Some(_)))
            && self.sample_read.as_deref().is_none_or(|text| text == "0");
        if self.sample.is_none() || better {
            self.sample = Some(bare(cell));
            self.sample_read = read.ok().flatten();
        }
    }
}

/// The cell as it stands in the file, cut to a length that fits a line.
fn bare(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.chars().take(32).collect(),
        other => other.show(),
    }
}

/// What tells the vendor: its signature, or the columns of contract and price.
fn told_by(table: &Table, mapping: &Mapping<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let normal: Vec<String> = table.names.iter().map(|name| normal_name(name)).collect();
    for entry in mapping.vendor.signature {
        let found = entry
            .split('|')
            .find_map(|name| normal.iter().position(|n| n == name));
        names.extend(found.map(|at| table.names[at].clone()));
    }
    if names.is_empty() {
        let telling = [
            Field::Osi,
            Field::Expiry,
            Field::Strike,
            Field::Right,
            Field::Bid,
            Field::Ask,
            Field::Last,
            Field::Iv,
        ];
        let found = telling.into_iter().filter_map(|field| mapping.place(field));
        names.extend(found.map(|at| table.names[at].clone()));
    }
    names
}

/// The unit of the file, what its numbers are multiplied by, and our unit.
fn unit(vendor: &Vendor<'_>, field: Field) -> (&'static str, Option<f64>, &'static str) {
    let scale = vendor.scale;
    let money = |factor: f64| {
        let unit = match factor {
            1.0 => "dollars",
            0.01 => "cents",
            1e-3 => "1/1,000 of a dollar",
            1e-4 => "1/10,000 of a dollar",
            _ => "dollars, scaled",
        };
        (unit, Some(factor), "dollars per share")
    };
    match field {
        Field::Bid | Field::Ask | Field::Last if vendor.coin => (
            "coin, times the row's dollars for one coin",
            None,
            "dollars per coin",
        ),
        Field::Bid | Field::Ask | Field::Last => money(scale.price),
        Field::Strike => money(scale.strike),
        Field::Spot => money(scale.spot),
        Field::SpotBid | Field::SpotAsk | Field::CoinUsd => money(1.0),
        Field::Iv => match vendor.vol_unit {
            VolUnit::Percent => ("percent per year", Some(0.01), "fraction per year"),
            VolUnit::Fraction => ("fraction per year", Some(1.0), "fraction per year"),
            VolUnit::Judged => (
                "fraction or percent, judged day by day",
                None,
                "fraction per year",
            ),
        },
        Field::Delta => ("dollars per dollar", Some(1.0), "dollars per dollar"),
        Field::Gamma => ("delta per dollar", Some(1.0), "delta per dollar"),
        Field::Theta => {
            let unit = match scale.theta {
                1.0 => "dollars per calendar day",
                x if x == 1.0 / 365.0 => "dollars per year",
                _ => "dollars per trading day",
            };
            (unit, Some(scale.theta), "dollars per calendar day")
        }
        Field::Vega => {
            let unit = if scale.vega == 1.0 {
                "dollars per vol point"
            } else {
                "dollars per 1.00 of volatility"
            };
            (unit, Some(scale.vega), "dollars per vol point")
        }
        Field::Rho => {
            let unit = if scale.rho == 1.0 {
                "dollars per percent"
            } else {
                "dollars per 1.00 of rate"
            };
            (unit, Some(scale.rho), "dollars per percent")
        }
        Field::Volume | Field::OpenInterest => ("contracts", Some(1.0), "contracts"),
        Field::Multiplier => ("shares", Some(1.0), "shares"),
        Field::Rate => ("percent per year", Some(0.01), "fraction per year"),
        Field::Moneyness => ("share of the spot", Some(1.0), "share of the spot"),
        Field::Date | Field::Expiry | Field::Session | Field::Traded => ("date", None, "date"),
        Field::Time => ("time", None, "order within the day"),
        Field::Osi => ("name of the contract", None, "root, expiry, right, strike"),
        _ => ("word", None, "word"),
    }
}

/// The cell as we read it; `Ok(None)` is no value, `Err` is one that we cannot read.
fn read(
    cell: Cell<'_>,
    field: Field,
    vendor: &Vendor<'_>,
    coin_usd: Option<f64>,
) -> Result<Option<String>, ()> {
    if cell.is_missing() {
        return Ok(None);
    }
    let scaled = |value: Option<f64>, factor: f64| value.map(|value| plain(value * factor));
    let day = |day: Option<Date>| day.map(|day| Some(day.to_string())).ok_or(());
    let (_, factor, _) = unit(vendor, field);
    match field {
        Field::Bid | Field::Ask | Field::Last => {
            let factor = if vendor.coin { coin_usd } else { factor };
            let value = price(cell, "price").map_err(|_| ())?;
            Ok(factor.and_then(|factor| scaled(value, factor)))
        }
        Field::Iv => {
            let factor = factor.filter(|_| !cell.is_percent()).unwrap_or(1.0);
            Ok(scaled(number(cell)?, factor))
        }
        Field::Volume | Field::OpenInterest => Ok(count(cell)?.map(|value| value.to_string())),
        Field::Multiplier => Ok(scaled(shares(cell)?, 1.0)),
        Field::Strike | Field::Spot => Ok(scaled(amount(cell)?, factor.unwrap_or(1.0))),
        Field::Date | Field::Expiry | Field::Session | Field::Traded => {
            day(date(cell, vendor.spellings))
        }
        Field::Right => {
            let side = right(cell).ok_or(())?;
            Ok(Some(side_word(side).to_owned()))
        }
        Field::Osi => {
            let name = cell.text().and_then(contract_name).ok_or(())?;
            Ok(Some(
                format!(
                    "{} {} {} {}",
                    name.root,
                    name.expiry,
                    plain(name.strike_usd),
                    side_word(name.right)
                )
                .trim()
                .to_owned(),
            ))
        }
        _ => match factor {
            Some(factor) => Ok(scaled(number(cell)?, factor)),
            None => Ok(Some(bare(cell))),
        },
    }
}

fn side_word(right: Right) -> &'static str {
    match right {
        Right::Call => "call",
        Right::Put => "put",
    }
}

/// A number in at most eight digits.
fn plain(value: f64) -> String {
    let rounded: f64 = format!("{value:.7e}").parse().unwrap_or(value);
    rounded.to_string()
}
