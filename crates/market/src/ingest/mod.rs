//! Turns a vendor's file into chains, with a list of the rows it refused and the things it noticed.
//!
//! The kind of file is told by its content and the vendor by its columns, never by the file's name. Every vendor's
//! columns stand in one table ([`vendors`](self), a new vendor is a new entry); every row passes the same cleaning:
//!
//! - a bid or ask of zero, -1 or NaN is no quote; a bid above the ask refuses the row;
//! - a volatility of 0, 1e-7, 1e-5, 0.500005 (and Yahoo's other dead midpoints) or -999 is none;
//! - an expired, adjusted, doubled or foreign contract is refused;
//! - a day on which the exchange was shut, or whose prices are those of the day before, is dropped whole.
//!
//! Columns that no vendor of ours writes can be named in a [`FileMapping`]; what was understood of a file, column by column,
//! is told by [`explain_chains`].
//!
//! Not for live feeds, and not for futures options or other currencies. Contracts settled in coin are read and priced, not
//! planned.

mod builder;
mod columns;
pub(crate) mod days;
mod either;
mod explain;
mod json;
mod mapping;
mod names;
pub mod parity;
mod report;
pub(crate) mod splits;
mod stats;
pub(crate) mod table;
mod units;
mod vendors;
pub(crate) mod words;
mod zip;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use pricing::Right;
use serde_json::Value;

pub use self::explain::{
    Explained, ExplainedColumn, UnusedColumn, explain_chains, explain_chains_bytes,
};
pub use self::mapping::FileMapping;
pub use self::parity::{Parity, spot_from_parity};
pub use self::report::{Note, REFUSED_KEPT, Reason, Refused, Split};
pub use self::splits::{DaySpot, adjust_for_splits};
pub use self::stats::{ChainStats, chain_stats};
pub use self::units::{UnitCheck, Units};
pub use crate::Error;

use self::builder::{Beside, Builder, Moment, Setting};
pub(crate) use self::builder::{Seen, copied, sort_quotes};
use self::names::FileName;
use self::table::{Content, Table, open, read_file};
use self::units::VolVotes;
use self::vendors::{
    Dating, Field, JSON_ROWS, Mapping, Naming, Side, Unknown, VENDORS, detect, is_header, map,
};
use self::words::{Cell, DAY_MS, date, new_york_day, number, ticker, underlying};
use crate::history::read_history;
use crate::{Chain, Quote};

/// Who wrote the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Our own columns, as CSV or Parquet, under any of their usual names.
    Common,
    /// Yahoo Finance through yfinance, plain or with added columns.
    Yfinance,
    /// The quote table of Cboe's website.
    CboeTable,
    /// iVolatility Raw IV.
    Ivolatility,
    /// Schwab (TD Ameritrade) JSON.
    Schwab,
    /// OptionsDX monthly text.
    OptionsDx,
    /// philippdubach/options-dataset-hist, yearly Parquet.
    Philippdubach,
    /// DoltHub post-no-preference/options.
    DoltHub,
    /// DeltaNeutral (historicaloptiondata).
    DeltaNeutral,
    /// Tradier chain, JSON.
    Tradier,
    /// Massive (formerly Polygon): chain snapshot as JSON, flat file of quotes.
    Massive,
    /// Deribit: tickers or book summaries, JSON or flattened to CSV.
    Deribit,
    /// Tardis `options_chain` of Deribit.
    Tardis,
    /// Barchart's page of one expiry, stacked.
    Barchart,
    /// ORATS, call and put on a row.
    Orats,
    /// QuantConnect LEAN: archive of quotes, or daily universe.
    Lean,
    /// Cboe DataShop, end of day.
    CboeDataShop,
    /// Cboe's delayed quotes, JSON.
    CboeDelayed,
    /// ThetaData, versions 2 and 3.
    ThetaData,
    /// OptionStratLib, CSV or JSON of one expiry.
    OptionStratLib,
    /// The riskalertsys archive, JSON of one day.
    Riskalertsys,
    /// A user's own mapping.
    Mapped,
}

impl Format {
    /// The vendor's name, which is also the source of its chains.
    pub fn name(self) -> &'static str {
        match self {
            Format::Common => "common",
            Format::Yfinance => "yfinance",
            Format::CboeTable => "cboe",
            Format::Ivolatility => "ivolatility",
            Format::Schwab => "schwab",
            Format::OptionsDx => "optionsdx",
            Format::Philippdubach => "philippdubach",
            Format::DoltHub => "dolthub",
            Format::DeltaNeutral => "deltaneutral",
            Format::Tradier => "tradier",
            Format::Massive => "massive",
            Format::Deribit => "deribit",
            Format::Tardis => "tardis",
            Format::Barchart => "barchart",
            Format::Orats => "orats",
            Format::Lean => "lean",
            Format::CboeDataShop => "cboe-datashop",
            Format::CboeDelayed => "cboe-delayed",
            Format::ThetaData => "thetadata",
            Format::OptionStratLib => "optionstratlib",
            Format::Riskalertsys => "riskalertsys",
            Format::Mapped => "mapped",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The names of all formats that can be read.
pub(crate) fn known_formats() -> String {
    let mut names: Vec<&str> = VENDORS.iter().map(|vendor| vendor.format.name()).collect();
    names.dedup();
    names.join(", ")
}

/// Where rows are looked for in JSON.
pub(crate) fn json_places() -> String {
    let places = JSON_ROWS.iter().flat_map(|paths| paths.iter());
    places
        .map(|path| {
            if path.is_empty() {
                "the top".to_owned()
            } else {
                path.join(".")
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// What the user adds to a file, and how much of it is wanted.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only this underlying; names the underlying where the file does not.
    pub symbol: Option<String>,
    /// Price of one share on the last day, in dollars, where the file has none (or only the close before).
    pub spot_usd: Option<f64>,
    /// The day of the quotes where the file does not say it; else nothing later than this day is looked at.
    pub as_of: Option<Date>,
    /// Keep only the last day's quotes of each symbol. Earlier days still give their spots.
    pub last_day_only: bool,
    /// Text of the yfinance collector's `*_meta.json`, if it does not lie beside the file.
    pub capture_json: Option<String>,
    /// The user's own mapping of columns, in place of the vendors'.
    pub mapping: Option<Arc<FileMapping>>,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Ingest {
    /// Who wrote it.
    pub format: Format,
    /// The usable rows, sorted by symbol and day. Never empty.
    pub chains: Vec<Chain>,
    /// The spot of every day of the file, sorted by symbol and day; also of days whose quotes were not wanted.
    pub spots: Vec<DaySpot>,
    /// Refused rows, at most [`REFUSED_KEPT`] of each reason.
    pub refused: Vec<Refused>,
    /// How many rows were refused, by [`Reason::label`]. Exact.
    pub refused_counts: BTreeMap<&'static str, usize>,
    /// What else should be known.
    pub notes: Vec<Note>,
    /// Rows looked at; a line with call and put counts as two.
    pub rows_read: usize,
    /// What is known of each chain's making, by symbol and day.
    pub origins: BTreeMap<(String, Date), Origin>,
}

/// When a chain's quotes were made, and whether its spot is an estimate: what counts where two files speak of one day.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Of the newest quote.
    moment: Moment,
    /// The spot was read off put-call parity.
    spot_assumed: bool,
    /// Two such chains were joined: the spot is to be read off both together.
    joined_parity: bool,
}

impl Origin {
    /// Are the quotes later than the other's? `None` where no clock tells.
    fn is_later(&self, other: &Origin) -> Option<bool> {
        let clock = |origin: &Origin| match origin.moment {
            (_, day, Some(time)) => Some((true, day, time)),
            (_, Some(instant), None) if instant % DAY_MS != 0 => Some((false, None, instant)),
            _ => None,
        };
        let (own, others) = (clock(self)?, clock(other)?);
        // Clocks of one kind, at different times.
        (own.0 == others.0 && own != others).then(|| own > others)
    }
}

/// One chain of two of the same symbol and day.
fn joined(
    first: (Chain, Origin),
    second: (Chain, Origin),
    notes: &mut Vec<Note>,
) -> (Chain, Origin) {
    let later = second.1.is_later(&first.1);
    let ((mut chain, mut origin), (other, other_origin)) = match later {
        Some(true) => (second, first),
        _ => (first, second),
    };
    let there = |quote: &Quote| {
        let found = |own: &Quote| builder::order(&own.contract, &quote.contract);
        chain.quotes.binary_search_by(found).is_ok()
    };
    let contracts = other.quotes.iter().filter(|quote| there(quote)).count();
    // The other is an earlier snapshot of this chain: what it has alone was not quoted any more.
    let superseded = later.is_some() && 2 * contracts >= chain.quotes.len();
    if contracts > 0 {
        notes.push(Note::FilesOverlap {
            symbol: chain.symbol.clone(),
            date: chain.as_of,
            contracts,
            left_out: if superseded {
                other.quotes.len() - contracts
            } else {
                0
            },
            by_clock: later.is_some(),
        });
    }
    if let (Some(used_usd), Some(other_usd)) = (chain.spot_usd, other.spot_usd)
        && !(origin.spot_assumed || other_origin.spot_assumed)
        && (other_usd / used_usd - 1.0).abs() > SAME_SPOT
    {
        notes.push(Note::FilesSpotDiffers {
            symbol: chain.symbol.clone(),
            date: chain.as_of,
            used_usd,
            other_usd,
        });
    }
    if superseded {
        return (chain, origin);
    }
    if other.spot_usd.is_some() && (chain.spot_usd.is_none() || origin.spot_assumed) {
        origin.joined_parity = origin.spot_assumed && other_origin.spot_assumed;
        origin.spot_assumed = other_origin.spot_assumed;
        chain.spot_usd = other.spot_usd;
    }
    chain.rate = chain.rate.or(other.rate);
    chain.quotes.extend(other.quotes);
    sort_quotes(&mut chain.quotes);
    (chain, origin)
}

impl Ingest {
    /// Splits that the file itself shows.
    pub fn splits(&self) -> Vec<Split> {
        let split = |note: &Note| {
            if let Note::SplitLike(split) = note {
                Some(split.clone())
            } else {
                None
            }
        };
        self.notes.iter().filter_map(split).collect()
    }

    /// Adds another file's chains, as where calls and puts come in two files. Of two chains of one day the later counts by the
    /// clock of its quotes, and the first where no clock tells.
    ///
    /// A spot that neither says is read off put-call parity once both rights are there.
    pub fn merge(mut self, other: Ingest) -> Ingest {
        for (label, count) in other.refused_counts {
            *self.refused_counts.entry(label).or_insert(0) += count;
        }
        self.refused.extend(other.refused);
        self.notes.extend(other.notes);
        self.rows_read += other.rows_read;
        let of_day = |spot: DaySpot| ((spot.symbol, spot.date), spot.spot_usd);
        let mut spots: BTreeMap<(String, Date), f64> =
            other.spots.into_iter().map(of_day).collect();
        spots.extend(self.spots.into_iter().map(of_day));
        let keyed = |chain: Chain| ((chain.symbol.clone(), chain.as_of), chain);
        let mut chains: BTreeMap<(String, Date), Chain> =
            self.chains.into_iter().map(keyed).collect();
        let mut origins = other.origins;
        for (key, mut chain) in other.chains.into_iter().map(keyed) {
            let mut origin = origins.remove(&key).unwrap_or_default();
            if let Some(first) = chains.remove(&key) {
                let first_origin = self.origins.remove(&key).unwrap_or_default();
                let second = (chain, origin);
                (chain, origin) = joined((first, first_origin), second, &mut self.notes);
            }
            if let Some(spot_usd) = chain.spot_usd {
                spots.insert(key.clone(), spot_usd);
            }
            self.origins.insert(key.clone(), origin);
            chains.insert(key, chain);
        }
        let mut found = BTreeMap::new();
        for (key, chain) in &mut chains {
            let assumed = self
                .origins
                .get(key)
                .is_some_and(|origin| origin.joined_parity);
            if chain.spot_usd.is_some() && !assumed {
                continue;
            }
            if let Some(parity) = spot_from_parity(chain) {
                chain.spot_usd = Some(parity.spot_usd);
                spots.insert(key.clone(), parity.spot_usd);
                found.insert(key.clone(), parity);
            }
            if let Some(origin) = self.origins.get_mut(key) {
                (origin.spot_assumed, origin.joined_parity) = (chain.spot_usd.is_some(), false);
            }
        }
        self.notes.retain(|note| match note {
            Note::SpotMissing {
                symbol,
                date,
                days: 1,
            }
            | Note::SpotFromParity {
                symbol,
                date,
                days: 1,
                ..
            } => !found.contains_key(&(symbol.clone(), *date)),
            _ => true,
        });
        for ((symbol, date), parity) in found {
            self.notes.push(Note::SpotFromParity {
                symbol,
                date,
                spot_usd: parity.spot_usd,
                pairs: parity.pairs,
                days: 1,
            });
        }
        self.chains = chains.into_values().collect();
        let day = |((symbol, date), spot_usd)| DaySpot {
            symbol,
            date,
            spot_usd,
        };
        self.spots = spots.into_iter().map(day).collect();
        self
    }

    /// Rows refused, over all reasons.
    pub fn refused_total(&self) -> usize {
        self.refused_counts.values().sum()
    }
}

/// How far the spots of two files of one day may differ, as a share, without a note.
const SAME_SPOT: f64 = 2e-3;

/// What a collector recorded beside its file.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    /// Day in New York on which the quotes were taken.
    pub as_of: Date,
    /// Spot at that time, by symbol.
    pub spots_usd: BTreeMap<String, f64>,
    /// Close of the session before, by symbol.
    pub previous_usd: BTreeMap<String, f64>,
}

/// Reads a file of option quotes.
///
/// A collector's `*_meta.json` and a file of underlying prices are used if they lie beside it.
pub fn read_chains(path: &Path, options: &Options) -> Result<Ingest, Error> {
    let bytes = read_file(path)?;
    let mut options = options.clone();
    if options.capture_json.is_none() {
        options.capture_json = capture_beside(path);
    }
    let file = path.display().to_string();
    read_with(&file, &bytes, &options, &|symbol| {
        prices_beside(path, symbol)
    })
}

/// Reads option quotes that are already in memory; `name` is what messages call them.
pub fn read_chains_bytes(name: &str, bytes: &[u8], options: &Options) -> Result<Ingest, Error> {
    read_with(name, bytes, options, &|_| None)
}

/// The underlying that a ticker or an index root means: `^spxw` is `SPX`.
pub(crate) fn underlying_of(symbol: &str) -> String {
    underlying(&ticker(symbol)).to_owned()
}

fn read_with(
    file: &str,
    bytes: &[u8],
    options: &Options,
    beside: Beside<'_>,
) -> Result<Ingest, Error> {
    with_table(file, bytes, options, |table, mapping| {
        read_table(file, table, mapping, options, beside)
    })
}

/// Opens the file as a table and finds the vendor of its columns, or takes the user's mapping.
fn with_table<T>(
    file: &str,
    bytes: &[u8],
    options: &Options,
    then: impl FnOnce(&Table, &Mapping<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let Some(own) = options.mapping.as_deref() else {
        let table = match open(file, bytes, is_header)? {
            Content::Table(table) => table,
            Content::Json(value) => json_table(file, &value)?,
        };
        let mapping =
            detect(&table.names).map_err(|unknown| refusal(file, &table.names, unknown))?;
        return then(&table, &mapping);
    };
    let mut table = match open(file, bytes, |names| own.lacks(names).is_none())? {
        Content::Table(table) => table,
        Content::Json(value) => own.json_table(file, &value)?,
    };
    own.check(file, &table.names)?;
    table.comma_columns = own.comma_columns(&table.names);
    let names = own.names();
    let columns = own.columns(&names);
    let columns = columns.list();
    let vendor = own.vendor(&columns);
    then(&table, &map(&vendor, &table.names))
}

/// The rows of a JSON file, wherever they lie.
fn json_table(file: &str, value: &Value) -> Result<Table, Error> {
    let mut unknown: Option<Table> = None;
    let mut empty = false;
    for paths in JSON_ROWS {
        let Some(records) = json::records(value, paths) else {
            continue;
        };
        let is_top = paths == &[&[] as &[&str]];
        let whole = is_top && value.is_object();
        empty |= records.rows.is_empty();
        let table = Table::from_records(file, "JSON", records);
        if is_header(&table.names) {
            return Ok(table);
        }
        if !whole && !table.names.is_empty() && unknown.is_none() {
            unknown = Some(table);
        }
    }
    match unknown {
        Some(table) => Ok(table),
        None if empty => Err(Error::NoChain {
            file: file.to_owned(),
            why: "0 rows read".to_owned(),
            remedy: "the file has keys and no option below them; fetch it again",
        }),
        None => Err(Error::UnknownKeys {
            file: file.to_owned(),
            seen: json::keys(value),
        }),
    }
}

fn refusal(file: &str, names: &[String], unknown: Unknown) -> Error {
    match unknown {
        Unknown::Closest(closest, missing) => Error::UnknownColumns {
            file: file.to_owned(),
            seen: names.to_vec(),
            closest: closest.name(),
            missing,
        },
        Unknown::Unusable(found) => Error::NoPrices {
            file: file.to_owned(),
            what: found.what,
            why: found.why,
            remedy: found.remedy,
        },
    }
}

fn read_table(
    file: &str,
    table: &Table,
    mapping: &Mapping<'_>,
    options: &Options,
    beside: Beside<'_>,
) -> Result<Ingest, Error> {
    let vendor = mapping.vendor;
    let has = |field| mapping.place(field).is_some();
    let (setting, notes) = setting(file, table, mapping, options)?;
    let mut builder = Builder::new(setting);
    for name in &mapping.repeated {
        builder.note(Note::RepeatedColumn { name: name.clone() });
    }
    notes.into_iter().for_each(|note| builder.note(note));
    let format = vendor.format.name();
    if vendor.unchecked && (has(Field::Theta) || has(Field::Vega)) {
        builder.note(Note::UnitsUnchecked { format });
    }
    if let Some(text) = vendor.remark {
        builder.note(Note::Remark { format, text });
    }
    let next_page = |name: &String| words::normal_name(name) == "nexturl";
    if vendor.format == Format::Massive && table.names.iter().any(next_page) {
        builder.note(Note::MorePages { format });
    }
    // Only the columns we use are decoded, each once, even where call and put share it.
    let mut wanted: Vec<usize> = mapping
        .sides
        .iter()
        .flat_map(|(_, places)| places)
        .flatten()
        .copied()
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    // For each side: its right, and which slot of the row fills which field.
    let sides: Vec<(_, Vec<_>)> = mapping
        .sides
        .iter()
        .map(|(side, places)| {
            let right = match side {
                Side::Both => None,
                Side::Call => Some(Right::Call),
                Side::Put => Some(Right::Put),
            };
            let slots = places.iter().enumerate().filter_map(|(field, place)| {
                place
                    .and_then(|place| wanted.binary_search(&place).ok())
                    .map(|slot| (field, slot))
            });
            (right, slots.collect::<Vec<(usize, usize)>>())
        })
        .collect();
    table.for_each(&wanted, |row, cells| match cells {
        Err(reason) => builder.refuse(row, reason),
        Ok(found) => {
            for (right, slots) in &sides {
                let mut cells = [Cell::Missing; Field::COUNT];
                for &(field, slot) in slots {
                    cells[field] = found[slot];
                }
                if !(vendor.underlying_row && is_underlying(&cells)) {
                    builder.push(row, *right, &cells);
                }
            }
        }
    })?;
    builder.finish(beside, &mut VolVotes::default())
}

/// A row without expiry and strike.
fn is_underlying(cells: &builder::Cells<'_>) -> bool {
    cells[Field::Expiry as usize].is_missing() && cells[Field::Strike as usize].is_missing()
}

/// Gathers what the file as a whole says, and what it fails to say.
fn setting<'a>(
    file: &'a str,
    table: &Table,
    mapping: &Mapping<'a>,
    options: &'a Options,
) -> Result<(Setting<'a>, Vec<Note>), Error> {
    let vendor = mapping.vendor;
    let format = vendor.format;
    let has = |field| mapping.place(field).is_some();
    let constants = options.mapping.as_deref().map(FileMapping::constants);
    let constants = constants.cloned().unwrap_or_default();
    let name = FileName::read(file, vendor.naming);
    let mut notes = Vec::new();
    let mut from_name = |what, value: String| notes.push(Note::FromFileName { what, value });
    // The mapping's day and symbol are the quotes'; those asked for then select, and never date or name them anew.
    let mut as_of = constants.date.or(options.as_of);
    let mut spot_usd = constants.spot_usd;
    match vendor.dating {
        Dating::Preamble => {
            let stated = table.preamble.iter().find_map(|line| {
                let marks = ["Date:", "as of "];
                let text = marks.iter().find_map(|mark| line.split(mark).nth(1))?;
                date(Cell::from_text(text), vendor.spellings)
            });
            // The file's own date stands: quotes of a later day than asked for must not be backdated.
            if let (None, Some(day)) = (stated, name.day) {
                from_name("day", day.to_string());
            }
            as_of = stated.or(name.day).or(as_of);
            spot_usd = table.preamble.iter().find_map(|line| {
                let text = line
                    .split("Last:")
                    .nth(1)?
                    .split(", ")
                    .next()?
                    .split(",Change")
                    .next()?;
                positive(Cell::from_text(text))
            });
        }
        Dating::Newest => {
            as_of = newest(table, mapping, Field::Date)?.or(as_of);
        }
        Dating::Row if !has(Field::Date) && name.day.is_some() => {
            as_of = name.day;
            from_name(
                "day",
                name.day.map(|day| day.to_string()).unwrap_or_default(),
            );
        }
        Dating::Row | Dating::Capture => {}
    }
    let capture = match (&options.capture_json, format) {
        (Some(text), Format::Yfinance) => read_capture(text),
        _ => None,
    };
    let newest_trade = match vendor.dating {
        Dating::Capture => newest(table, mapping, Field::Traded)?,
        _ => None,
    };
    let dated = match vendor.dating {
        Dating::Preamble | Dating::Newest => as_of.is_some(),
        Dating::Row => has(Field::Date) || as_of.is_some(),
        Dating::Capture => {
            has(Field::Date) || has(Field::Session) || as_of.is_some() || capture.is_some()
        }
    };
    if !dated {
        return Err(Error::AsOfMissing {
            file: file.to_owned(),
            format: format.name(),
            newest_trade,
        });
    }
    let mut symbol = constants.symbol.or(options.symbol.clone());
    let names_contracts_only = has(Field::Osi) && vendor.naming != Naming::SymbolAndDay;
    let named = has(Field::Symbol) || names_contracts_only || has(Field::Root);
    if !named && symbol.is_none() {
        symbol.clone_from(&name.symbol);
        let Some(symbol) = &symbol else {
            return Err(Error::SymbolMissing {
                file: file.to_owned(),
                format: format.name(),
            });
        };
        notes.push(Note::SymbolFromFileName {
            symbol: symbol.clone(),
        });
    }
    let mut from_name = |what, value: String| notes.push(Note::FromFileName { what, value });
    let mut expiry = constants.expiry;
    if !has(Field::Expiry) && !has(Field::Osi) && expiry.is_none() {
        expiry = name.expiry;
        let Some(expiry) = expiry else {
            return Err(Error::ExpiryMissing {
                file: file.to_owned(),
                format: format.name(),
                name: vendor.naming.example(),
            });
        };
        from_name("expiry", expiry.to_string());
    }
    if let (false, None, Some(spot)) = (has(Field::Spot), spot_usd, name.spot_usd) {
        from_name("spot", format!("${spot}"));
        spot_usd = Some(spot);
    }
    if vendor.underlying_row {
        spot_usd = spot_usd.or(underlying_price(table, mapping)?);
    }
    let setting = Setting {
        file,
        vendor,
        options,
        symbol,
        as_of,
        expiry,
        lacks_spot: !has(Field::Spot) && !has(Field::SpotBid) && spot_usd.is_none(),
        spot_usd,
        rate: None,
        capture,
        newest_trade,
        semicolons: table.has_semicolons(),
    };
    Ok((setting, notes))
}

fn positive(cell: Cell<'_>) -> Option<f64> {
    number(cell).ok().flatten().filter(|&value| value > 0.0)
}

/// The last price of the row that is the underlying's own.
fn underlying_price(table: &Table, mapping: &Mapping<'_>) -> Result<Option<f64>, Error> {
    let places = [Field::Expiry, Field::Strike, Field::Last].map(|field| mapping.place(field));
    let [Some(expiry), Some(strike), Some(last)] = places else {
        return Ok(None);
    };
    let mut price = None;
    table.for_each(&[expiry, strike, last], |_, cells| {
        if let Ok([Cell::Missing, Cell::Missing, last]) = cells {
            price = price.or(positive(*last));
        }
    })?;
    Ok(price)
}

impl Mapping<'_> {
    /// Where a field stands, on either side.
    fn place(&self, field: Field) -> Option<usize> {
        self.sides
            .iter()
            .find_map(|(_, places)| places[field as usize])
    }
}

/// The newest day in a column.
fn newest(table: &Table, mapping: &Mapping<'_>, field: Field) -> Result<Option<Date>, Error> {
    let Some(place) = mapping.place(field) else {
        return Ok(None);
    };
    let mut newest = None;
    table.for_each(&[place], |_, cells| {
        if let Ok([cell]) = cells {
            newest = newest.max(date(*cell, mapping.vendor.spellings));
        }
    })?;
    Ok(newest)
}

fn read_capture(text: &str) -> Option<Capture> {
    let root: Value = serde_json::from_str(text).ok()?;
    let stamp: jiff::Timestamp = root.get("utc")?.as_str()?.parse().ok()?;
    let mut capture = Capture {
        as_of: new_york_day(stamp.as_millisecond())?,
        spots_usd: BTreeMap::new(),
        previous_usd: BTreeMap::new(),
    };
    for (symbol, record) in root.get("tickers")?.as_object()? {
        let symbol = underlying(&ticker(symbol)).to_owned();
        let price = |key| {
            record
                .get(key)
                .and_then(Value::as_f64)
                .filter(|&spot| spot.is_finite() && spot > 0.0)
        };
        if let Some(spot) = price("spot_live") {
            capture.spots_usd.insert(symbol.clone(), spot);
        }
        if let Some(spot) = price("spot") {
            capture.previous_usd.insert(symbol, spot);
        }
    }
    (!capture.spots_usd.is_empty()).then_some(capture)
}

/// The collector's record: `*_meta.json` in the same folder with the same date in its name.
fn capture_beside(path: &Path) -> Option<String> {
    let day = date_in_name(path.file_name()?.to_str()?)?;
    let mut records = files_beside(path);
    records.retain(|name| name.ends_with("_meta.json") && name.contains(&day));
    std::fs::read_to_string(path.with_file_name(records.first()?)).ok()
}

fn date_in_name(name: &str) -> Option<String> {
    (0..name.len())
        .find_map(|at| {
            name.get(at..at + 10)
                .filter(|text| text.parse::<Date>().is_ok())
        })
        .map(str::to_owned)
}

/// Daily closes of a symbol from a file such as `underlying_prices.parquet` in the same folder.
pub(crate) fn prices_beside(path: &Path, symbol: &str) -> Option<(String, BTreeMap<Date, f64>)> {
    let mut files = files_beside(path);
    files.retain(|name| {
        let name = name.to_ascii_lowercase();
        name.contains("underlying")
            && [".parquet", ".csv", ".csv.gz"]
                .iter()
                .any(|end| name.ends_with(end))
    });
    files.into_iter().find_map(|name| {
        let history = read_history(&path.with_file_name(&name), Some(symbol)).ok()?;
        // A file without a symbol column speaks of this symbol only if its name does.
        let ours = history.symbol.is_some() || name.to_ascii_uppercase().contains(symbol);
        ours.then(|| {
            (
                name,
                history
                    .days
                    .iter()
                    .map(|day| (day.date, day.close_usd))
                    .collect(),
            )
        })
    })
}

/// Names of the other regular files in the folder, or links to such, sorted: a pipe would never end.
fn files_beside(path: &Path) -> Vec<String> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let own = path.file_name();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| std::fs::metadata(entry.path()).is_ok_and(|found| found.is_file()))
        .map(|entry| entry.file_name())
        .filter(|name| Some(name.as_os_str()) != own)
        .filter_map(|name| name.into_string().ok())
        .collect();
    names.sort();
    names
}
