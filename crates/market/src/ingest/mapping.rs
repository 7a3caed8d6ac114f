//! A user's own mapping of a file's columns to our fields, in TOML: what a vendor's entry says, said by the user.
//!
//! ```
//! use market::ingest::{FileMapping, Options, read_chains_bytes};
//! let mapping = FileMapping::parse("mine.toml", r#"
//!     schema_version = 1
//!     [columns]
//!     expiry = "Verfall"
//!     strike = "Basis"
//!     right = "Typ"
//!     bid = "Geld"
//!     ask = "Brief"
//!     iv = "Vola"
//!     [units]
//!     iv = "percent"
//!     [constants]
//!     symbol = "ZZT"
//!     date = "2025-03-06"
//!     spot = 50.0
//! "#)?;
//! let file = b"Verfall;Basis;Typ;Geld;Brief;Vola\n2025-03-21;50;Call;1.95;2.05;30\n";
//! let options = Options { mapping: Some(mapping.into()), ..Options::default() };
//! let chain = &read_chains_bytes("chain.csv", file, &options)?.chains[0];
//! assert_eq!((chain.quotes[0].bid_usd, chain.quotes[0].iv), (Some(1.95), Some(0.30)));
//! # Ok::<(), market::ingest::Error>(())
//! ```

use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::json::{self, records};
use super::table::{Table, read_file};
use super::vendors::{Column, Dating, Field, JSON_ROWS, Naming, Scale, Side, Vendor, VolUnit};
use super::words::{Cell, Spelling, date, normal_name};
use super::{Error, Format};
use crate::Style;

/// A user's own mapping. Made by [`FileMapping::parse`] or [`FileMapping::read`]; given in
/// [`Options::mapping`](super::Options::mapping).
#[derive(Clone, Debug, PartialEq)]
pub struct FileMapping {
    file: String,
    text: String,
    rows: Option<Vec<String>>,
    spellings: Vec<Spelling>,
    says_dates: bool,
    vol_unit: VolUnit,
    scale: Scale,
    latest: bool,
    /// What stands before decimals, if the mapping says it.
    decimal_comma: Option<bool>,
    named: Vec<Named>,
    constants: Constants,
    style: Option<Style>,
}

/// One field and the names by which the file may call it.
#[derive(Clone, Debug, PartialEq)]
struct Named {
    field: Field,
    side: Side,
    names: Vec<String>,
    line: usize,
}

/// What holds for every row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Constants {
    pub symbol: Option<String>,
    pub date: Option<Date>,
    pub expiry: Option<Date>,
    pub spot_usd: Option<f64>,
    /// Where in the mapping the spot stands.
    pub spot_line: usize,
}

/// Our fields, as a mapping and the messages call them, and whether calls and puts may have their own.
pub(crate) const FIELDS: [(&str, Field, bool); 22] = [
    ("symbol", Field::Symbol, false),
    ("contract", Field::Osi, true),
    ("date", Field::Date, false),
    ("time", Field::Time, false),
    ("spot", Field::Spot, false),
    ("expiry", Field::Expiry, false),
    ("strike", Field::Strike, false),
    ("right", Field::Right, false),
    ("style", Field::Style, false),
    ("bid", Field::Bid, true),
    ("ask", Field::Ask, true),
    ("last", Field::Last, true),
    ("volume", Field::Volume, true),
    ("open_interest", Field::OpenInterest, true),
    ("iv", Field::Iv, true),
    ("delta", Field::Delta, true),
    ("gamma", Field::Gamma, true),
    ("theta", Field::Theta, true),
    ("vega", Field::Vega, true),
    ("rho", Field::Rho, true),
    ("multiplier", Field::Multiplier, false),
    ("currency", Field::Currency, false),
];

const SPELLINGS: [(&str, Spelling); 7] = [
    ("iso", Spelling::Iso),
    ("compact", Spelling::Compact),
    ("us", Spelling::Us),
    ("dmy", Spelling::Dmy),
    ("words", Spelling::Words),
    ("stamp", Spelling::Stamp),
    ("stamp_utc", Spelling::StampUtc),
];

const SECTIONS: [&str; 5] = ["columns", "calls", "puts", "units", "constants"];

/// Where a key stands, and what to say of it.
struct Place<'t> {
    file: &'t str,
    text: &'t str,
}

impl Place<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        1 + before.iter().filter(|&&byte| byte == b'\n').count()
    }

    fn error(&self, offset: usize, what: String, remedy: impl Into<String>) -> Error {
        Error::BadMapping {
            file: self.file.to_owned(),
            line: self.line(offset),
            what,
            remedy: remedy.into(),
        }
    }

    fn unknown(&self, offset: usize, key: &str, known: &[&str]) -> Error {
        let remedy = match nearest(key, known.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known are: {}", known.join(", ")),
        };
        self.error(offset, format!("`{key}` is unknown here"), remedy)
    }

    fn text(&self, value: &Spanned<DeValue<'_>>, what: &str) -> Result<String, Error> {
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
            _ => Err(self.wrong(value, what, "text in quotes")),
        }
    }

    fn positive(&self, value: &Spanned<DeValue<'_>>, what: &str) -> Result<f64, Error> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        number
            .filter(|number: &f64| number.is_finite() && *number > 0.0)
            .ok_or_else(|| self.wrong(value, what, "a positive number"))
    }

    fn wrong(&self, value: &Spanned<DeValue<'_>>, what: &str, takes: &str) -> Error {
        let shown = self.text.get(value.span()).unwrap_or("?");
        let shown: String = shown.chars().take(40).collect();
        self.error(
            value.span().start,
            format!("`{what}` is {shown}"),
            format!("it takes {takes}"),
        )
    }

    fn one_of<T: Copy>(
        &self,
        value: &Spanned<DeValue<'_>>,
        what: &str,
        words: &[(&str, T)],
    ) -> Result<T, Error> {
        let text = self.text(value, what)?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<String> = words
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            self.wrong(value, what, &words.join(" or "))
        })
    }

    fn table<'v>(
        &self,
        value: &'v Spanned<DeValue<'v>>,
        what: &str,
    ) -> Result<&'v DeTable<'v>, Error> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.wrong(value, what, "a section in brackets")),
        }
    }
}

impl FileMapping {
    /// A commented mapping with every key; it fits [`FileMapping::SAMPLE_FILE`].
    pub const SAMPLE: &'static str = include_str!("mapping/sample.toml");

    /// The file that [`FileMapping::SAMPLE`] describes: synthetic quotes of an invented ticker.
    pub const SAMPLE_FILE: &'static str = include_str!("mapping/sample.csv");

    /// Reads a mapping's file.
    pub fn read(path: &Path) -> Result<FileMapping, Error> {
        let file = path.display().to_string();
        let text = String::from_utf8(read_file(path)?).map_err(|_| Error::NotUtf8 {
            file: file.clone(),
            line: 1,
        })?;
        FileMapping::parse(&file, &text)
    }

    /// Reads a mapping's text; `file` is what messages call it.
    pub fn parse(file: &str, text: &str) -> Result<FileMapping, Error> {
        let place = Place { file, text };
        let parsed = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            place.error(offset, error.message().to_owned(), "correct the TOML")
        })?;
        let mut mapping = FileMapping {
            file: file.to_owned(),
            text: text.to_owned(),
            rows: None,
            says_dates: false,
            spellings: vec![
                Spelling::Iso,
                Spelling::Compact,
                Spelling::Us,
                Spelling::Words,
            ],
            vol_unit: VolUnit::Judged,
            scale: Scale::NONE,
            latest: false,
            decimal_comma: None,
            named: Vec::new(),
            constants: Constants::default(),
            style: None,
        };
        let mut layout = None;
        let mut versioned = false;
        let mut entries: Vec<_> = parsed.get_ref().iter().collect();
        // As a reader meets them, so that the first error is the topmost.
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name: &str = key.get_ref();
            match name {
                "schema_version" => {
                    if !matches!(value.get_ref(), DeValue::Integer(one) if one.to_string() == "1") {
                        return Err(place.wrong(
                            value,
                            name,
                            "1, the version that this program reads",
                        ));
                    }
                    versioned = true;
                }
                "layout" => {
                    let wide = place.one_of(value, name, &[("long", false), ("wide", true)])?;
                    layout = Some((wide, value));
                }
                "rows" => {
                    let path = place.text(value, name)?;
                    mapping.rows = Some(path.split('.').map(str::to_owned).collect());
                }
                "dates" => {
                    mapping.spellings = spellings(&place, value)?;
                    mapping.says_dates = true;
                }
                "repeats" => {
                    mapping.latest =
                        place.one_of(value, name, &[("first", false), ("last", true)])?;
                }
                "decimal" => {
                    let comma = place.one_of(value, name, &[(".", false), (",", true)])?;
                    mapping.decimal_comma = Some(comma);
                }
                "columns" => mapping.columns_of(&place, value, Side::Both)?,
                "calls" => mapping.columns_of(&place, value, Side::Call)?,
                "puts" => mapping.columns_of(&place, value, Side::Put)?,
                "units" => mapping.units_of(&place, value)?,
                "constants" => mapping.constants_of(&place, value)?,
                _ => {
                    let known = [
                        "schema_version",
                        "layout",
                        "rows",
                        "dates",
                        "decimal",
                        "repeats",
                    ];
                    let known: Vec<&str> = known.into_iter().chain(SECTIONS).collect();
                    return Err(place.unknown(key.span().start, name, &known));
                }
            }
        }
        if !versioned {
            return Err(place.error(
                0,
                "`schema_version` is missing".to_owned(),
                "begin the file with: schema_version = 1",
            ));
        }
        let wide = mapping.named.iter().any(|named| named.side != Side::Both);
        if let Some((said, value)) = layout
            && said != wide
        {
            let sections = if wide {
                "there are sections [calls] or [puts]"
            } else {
                "there is no section [calls] or [puts]"
            };
            return Err(place.error(
                value.span().start,
                format!(
                    "`layout` is \"{}\", but {sections}",
                    if said { "wide" } else { "long" }
                ),
                "\"long\" is one row of each contract, \"wide\" a call and a put on one row",
            ));
        }
        mapping.complete(&place, wide)?;
        Ok(mapping)
    }

    /// Is there enough to tell a contract and its price?
    fn complete(&self, place: &Place<'_>, wide: bool) -> Result<(), Error> {
        let has = |field| self.named.iter().any(|named| named.field == field);
        let contract = has(Field::Osi);
        let gaps = [
            (
                "expiry",
                contract || has(Field::Expiry) || self.constants.expiry.is_some(),
            ),
            ("strike", contract || has(Field::Strike)),
            ("right", contract || wide || has(Field::Right)),
            (
                "bid and ask (or last, or iv)",
                [Field::Bid, Field::Ask, Field::Last, Field::Iv]
                    .into_iter()
                    .any(has),
            ),
        ];
        match gaps.iter().find(|(_, there)| !there) {
            None => Ok(()),
            Some((gap, _)) => Err(place.error(
                place.text.len(),
                format!("no column is named for {gap}"),
                "name it in [columns] (or [calls] and [puts]); an expiry may also stand in [constants], and an option's symbol \
                 (`contract`) says expiry, strike and right",
            )),
        }
    }

    fn columns_of(
        &mut self,
        place: &Place<'_>,
        section: &Spanned<DeValue<'_>>,
        side: Side,
    ) -> Result<(), Error> {
        for (key, value) in place.table(section, "columns")? {
            let name: &str = key.get_ref();
            let known = FIELDS
                .iter()
                .find(|(known, _, sided)| *known == name && (*sided || side == Side::Both));
            let Some((_, field, _)) = known else {
                let all: Vec<&str> = FIELDS
                    .iter()
                    .filter(|(_, _, sided)| *sided || side == Side::Both)
                    .map(|(name, ..)| *name)
                    .collect();
                return Err(place.unknown(key.span().start, name, &all));
            };
            let names = match value.get_ref() {
                DeValue::Array(list) if !list.is_empty() => list
                    .iter()
                    .map(|one| place.text(one, name))
                    .collect::<Result<Vec<_>, _>>()?,
                _ => vec![place.text(value, name)?],
            };
            self.named.push(Named {
                field: *field,
                side,
                names,
                line: place.line(key.span().start),
            });
        }
        self.named.sort_by_key(|named| named.line);
        Ok(())
    }

    fn units_of(&mut self, place: &Place<'_>, section: &Spanned<DeValue<'_>>) -> Result<(), Error> {
        for (key, value) in place.table(section, "units")? {
            let name: &str = key.get_ref();
            match name {
                "iv" => {
                    let words = [
                        ("fraction", VolUnit::Fraction),
                        ("percent", VolUnit::Percent),
                    ];
                    self.vol_unit = place.one_of(value, name, &words)?;
                }
                "theta" => {
                    let words = [
                        ("day", 1.0),
                        ("trading day", 252.0 / 365.0),
                        ("year", 1.0 / 365.0),
                    ];
                    self.scale.theta = place.one_of(value, name, &words)?;
                }
                "vega" => {
                    self.scale.vega =
                        place.one_of(value, name, &[("point", 1.0), ("unit", 0.01)])?
                }
                "rho" => {
                    self.scale.rho =
                        place.one_of(value, name, &[("percent", 1.0), ("unit", 0.01)])?
                }
                "price" => self.scale.price = place.positive(value, name)?,
                "strike" => self.scale.strike = place.positive(value, name)?,
                "spot" => self.scale.spot = place.positive(value, name)?,
                _ => {
                    let known = ["iv", "theta", "vega", "rho", "price", "strike", "spot"];
                    return Err(place.unknown(key.span().start, name, &known));
                }
            }
        }
        Ok(())
    }

    fn constants_of(
        &mut self,
        place: &Place<'_>,
        section: &Spanned<DeValue<'_>>,
    ) -> Result<(), Error> {
        let day = |value: &Spanned<DeValue<'_>>, name: &str| {
            let text = match value.get_ref() {
                DeValue::Datetime(day) => day.to_string(),
                _ => place.text(value, name)?,
            };
            date(Cell::Text(&text), &[Spelling::Iso])
                .ok_or_else(|| place.wrong(value, name, "a date as YYYY-MM-DD"))
        };
        for (key, value) in place.table(section, "constants")? {
            let name: &str = key.get_ref();
            match name {
                "symbol" => self.constants.symbol = Some(place.text(value, name)?),
                "date" => self.constants.date = Some(day(value, name)?),
                "expiry" => self.constants.expiry = Some(day(value, name)?),
                "spot" => {
                    self.constants.spot_usd = Some(place.positive(value, name)?);
                    self.constants.spot_line = place.line(key.span().start);
                }
                "style" => {
                    let words = [("american", Style::American), ("european", Style::European)];
                    self.style = Some(place.one_of(value, name, &words)?);
                }
                _ => {
                    let known = ["symbol", "date", "expiry", "spot", "style"];
                    return Err(place.unknown(key.span().start, name, &known));
                }
            }
        }
        Ok(())
    }

    /// The TOML that it was made of: what a hash of everything that was read must know.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn constants(&self) -> &Constants {
        &self.constants
    }

    /// One spot cannot be that of several days or symbols.
    pub(crate) fn too_wide_spot(&self, file: &str, days: usize, symbols: usize) -> Error {
        Error::BadMapping {
            file: self.file.clone(),
            line: self.constants.spot_line,
            what: format!(
                "`spot` is one price for all rows, and {file} has {days} days and {symbols} symbols"
            ),
            remedy: "name the column of the spot in [columns], or split the file by day and symbol; without `spot` it is read \
                     off put-call parity"
                .to_owned(),
        }
    }

    /// The first of our fields for which the file has no column.
    pub(crate) fn lacks(&self, names: &[String]) -> Option<(&'static str, &str, usize)> {
        let there: Vec<String> = names.iter().map(|name| normal_name(name)).collect();
        let absent = self.named.iter().find(|named| {
            !named
                .names
                .iter()
                .any(|name| there.contains(&normal_name(name)))
        })?;
        Some((field_name(absent.field), &absent.names[0], absent.line))
    }

    /// Every column of the mapping must be in the file.
    pub(crate) fn check(&self, file: &str, names: &[String]) -> Result<(), Error> {
        let Some((field, column, line)) = self.lacks(names) else {
            return Ok(());
        };
        let shown: Vec<&str> = names.iter().take(24).map(String::as_str).collect();
        Err(Error::BadMapping {
            file: self.file.clone(),
            line,
            what: format!("{file} has no column \"{column}\" for `{field}`"),
            remedy: match nearest(column, names.iter().map(String::as_str)) {
                Some(name) => format!("did you mean \"{name}\"?"),
                None => format!("it has: {}", shown.join(", ")),
            },
        })
    }

    /// The columns whose numbers have a decimal comma.
    pub(crate) fn comma_columns(&self, names: &[String]) -> Vec<usize> {
        let words = [
            Field::Symbol,
            Field::Osi,
            Field::Date,
            Field::Time,
            Field::Expiry,
            Field::Right,
            Field::Style,
            Field::Currency,
        ];
        let numeric = |name: &String| {
            let name = normal_name(name);
            self.named.iter().any(|named| {
                !words.contains(&named.field)
                    && named.names.iter().any(|own| normal_name(own) == name)
            })
        };
        let comma = self.decimal_comma == Some(true);
        let places = (0..names.len()).filter(|&at| comma && numeric(&names[at]));
        places.collect()
    }

    /// Does it say what stands before decimals?
    pub(crate) fn says_dates(&self) -> bool {
        self.says_dates
    }

    pub(crate) fn says_decimal(&self) -> bool {
        self.decimal_comma.is_some()
    }

    /// The rows of a JSON file: where the mapping says, or the first place with the mapping's columns.
    pub(crate) fn json_table(&self, file: &str, value: &Value) -> Result<Table, Error> {
        let unknown = || Error::UnknownKeys {
            file: file.to_owned(),
            seen: json::keys(value),
        };
        if let Some(path) = &self.rows {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let found = records(value, &[&path]).ok_or_else(unknown)?;
            return Ok(Table::from_records(file, "JSON", found));
        }
        let mut first = None;
        for paths in JSON_ROWS {
            let Some(found) = records(value, paths) else {
                continue;
            };
            if self.lacks(&found.names).is_none() {
                return Ok(Table::from_records(file, "JSON", found));
            }
            first = first.or(Some(found));
        }
        first
            .map(|found| Table::from_records(file, "JSON", found))
            .ok_or_else(unknown)
    }

    /// The columns' names as they are compared.
    pub(crate) fn names(&self) -> Vec<Vec<String>> {
        let normal = |named: &Named| named.names.iter().map(|name| normal_name(name)).collect();
        self.named.iter().map(normal).collect()
    }

    /// The columns, borrowing the names.
    pub(crate) fn columns<'n>(&self, names: &'n [Vec<String>]) -> Columns<'n> {
        Columns {
            fields: self
                .named
                .iter()
                .map(|named| (named.field, named.side))
                .collect(),
            names: names
                .iter()
                .map(|names| names.iter().map(String::as_str).collect())
                .collect(),
        }
    }

    /// What a vendor's entry would say.
    pub(crate) fn vendor<'c>(&'c self, columns: &'c [Column<'c>]) -> Vendor<'c> {
        Vendor {
            format: Format::Mapped,
            signature: &[],
            columns,
            spellings: &self.spellings,
            dating: Dating::Row,
            vol_unit: self.vol_unit,
            scale: self.scale,
            coin: false,
            style: self.style,
            latest: self.latest,
            naming: Naming::Nothing,
            underlying_row: false,
            unchecked: false,
            remark: None,
        }
    }
}

/// Names of a mapping's columns, from which [`Column`]s borrow.
pub(crate) struct Columns<'n> {
    fields: Vec<(Field, Side)>,
    names: Vec<Vec<&'n str>>,
}

impl Columns<'_> {
    pub(crate) fn list(&self) -> Vec<Column<'_>> {
        let pairs = self.fields.iter().zip(&self.names);
        pairs
            .map(|(&(field, side), names)| Column {
                field,
                side,
                nth: 0,
                names,
            })
            .collect()
    }
}

/// Our name of a field.
pub(crate) fn field_name(field: Field) -> &'static str {
    let known = FIELDS.iter().find(|(_, known, _)| *known == field);
    known.map_or_else(
        || match field {
            Field::Session => "session",
            Field::Traded => "time of the last trade",
            Field::Root => "root",
            Field::SpotBid => "bid of the underlying",
            Field::SpotAsk => "ask of the underlying",
            Field::Moneyness => "moneyness",
            Field::CoinUsd => "dollars for one coin",
            Field::Rate => "interest rate",
            Field::NonStandard => "adjusted",
            Field::Mini => "mini",
            Field::Deliverable => "deliverable",
            Field::Delayed => "delayed",
            Field::Exchange => "exchange",
            _ => "source",
        },
        |(name, ..)| name,
    )
}

fn spellings(place: &Place<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<Spelling>, Error> {
    match value.get_ref() {
        DeValue::Array(list) if !list.is_empty() => list
            .iter()
            .map(|one| place.one_of(one, "dates", &SPELLINGS))
            .collect(),
        DeValue::String(_) => Ok(vec![place.one_of(value, "dates", &SPELLINGS)?]),
        _ => Err(place.wrong(
            value,
            "dates",
            "a list of: iso, compact, us, dmy, words, stamp, stamp_utc",
        )),
    }
}

/// The name that is meant, if one is near: at most a third of its letters differ (Levenshtein's distance).
fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word = normal_name(word);
    names
        .map(|name| (distance(&word, &normal_name(name)), name))
        .filter(|(far, name)| *far <= 1 + name.chars().count() / 3)
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_with_line_and_nearest_name() {
        let check = |text: &str, parts: &[&str]| {
            let error = FileMapping::parse("my.toml", text)
                .expect_err("must fail")
                .to_string();
            for part in parts {
                assert!(error.contains(part), "{error:?} lacks {part:?}");
            }
        };
        let head = "schema_version = 1\n[columns]\nexpiry = \"E\"\nstrike = \"S\"\nright = \"R\"\nbid = \"B\"\n";
        assert!(FileMapping::parse("my.toml", head).is_ok());
        check("[columns]\n", &["my.toml, line 1", "schema_version = 1"]);
        check("schema_version = 2\n", &["line 1", "is 2", "takes 1"]);
        check(
            "schema_version = 1\n[colums]\n",
            &["line 2", "`colums`", "did you mean `columns`?"],
        );
        check(
            "schema_version = 1\n[columns]\nopeninterst = \"OI\"\n",
            &["line 3", "did you mean `open_interest`?"],
        );
        check(
            &format!("{head}bid = \"C\"\n"),
            &["line 7", "duplicate key"],
        );
        check(
            &format!("{head}[units]\niv = \"percents\"\n"),
            &["line 8", "\"percents\"", "\"fraction\" or \"percent\""],
        );
        check(
            &format!("{head}[units]\nprice = 0\n"),
            &["line 8", "`price` is 0", "positive number"],
        );
        check(
            &format!("{head}[constants]\ndate = \"6.3.2025\"\n"),
            &["line 8", "YYYY-MM-DD"],
        );
        check(
            &format!("{head}[calls]\nstrike = \"S\"\n"),
            &["line 8", "`strike` is unknown here"],
        );
        check(
            "schema_version = 1\nlayout = \"wide\"\n[columns]\nbid = \"B\"\n",
            &["line 2", "no section [calls] or [puts]"],
        );
        check(
            "schema_version = 1\n[columns]\nstrike = \"S\"\nbid = \"B\"\n",
            &["no column is named for expiry"],
        );
        check(
            "schema_version = 1\ndates = [\"iso\", \"german\"]\n",
            &["line 2", "\"german\"", "\"us\""],
        );
    }

    #[test]
    fn distances_count_letters() {
        let check = |a, b, expected| assert_eq!(distance(a, b), expected, "{a} {b}");
        check("strike", "strike", 0);
        check("strik", "strike", 1);
        check("", "abc", 3);
        check("kitten", "sitting", 3);
    }
}
