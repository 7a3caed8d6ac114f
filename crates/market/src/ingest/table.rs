//! A file as a table: named columns, and rows of cells handed out one at a time.
//!
//! The kind of file is told by its content: gzip, zip and Parquet by their magic numbers, JSON by its first character, and
//! else delimited text, whose header line may come after a few lines of preamble and whose last line may be a remark.

use std::borrow::Cow;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use bytes::Bytes;

use serde_json::Value;

use super::columns::Columns;
use super::json::Records;
use super::report::Reason;
use super::words::{Cell, comma_cell};
use super::zip;
use crate::Error;

/// Largest content we read into memory.
const LIMIT_BYTES: u64 = 4 << 30;

/// How far down a header line may stand in a text file.
const PREAMBLE_LINES_MAX: usize = 10;

/// What a file turned out to be.
pub(crate) enum Content {
    /// A table of named columns.
    Table(Table),
    /// JSON text.
    Json(serde_json::Value),
}

/// Named columns and their rows.
pub(crate) struct Table {
    file: String,
    kind: Kind,
    /// Names of the columns as they stand in the file.
    pub names: Vec<String>,
    /// Columns of text whose numbers have a decimal comma.
    pub comma_columns: Vec<usize>,
    /// Lines above the header, and a remark in the last line.
    pub preamble: Vec<String>,
}

enum Kind {
    Text {
        text: String,
        delimiter: u8,
        header_record: usize,
        /// What the last line says, if it is no row.
        remark: Option<String>,
    },
    Parquet(Columns),
    /// Of JSON or of an archive.
    Records(&'static str, Vec<Vec<Value>>),
}

/// Reads a whole file; a folder, a missing file and a refused one are told apart.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let file = path.display().to_string();
    if path.is_dir() {
        return Err(Error::Folder { file });
    }
    std::fs::read(path).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::NotFound => Error::Missing { file },
        _ => Error::Unreadable {
            file,
            cause: cause.to_string(),
        },
    })
}

/// Finds out what the bytes are. `is_header` recognises the line with the column names.
pub(crate) fn open(
    file: &str,
    bytes: &[u8],
    is_header: impl Fn(&[String]) -> bool,
) -> Result<Content, Error> {
    let mut bytes = unpack(file, bytes)?;
    if bytes.starts_with(b"PK\x03\x04") {
        let corrupt = |cause| Error::CorruptZip {
            file: file.to_owned(),
            cause,
        };
        let entries = zip::entries(&bytes).map_err(corrupt)?;
        if zip::lean_kind(&entries) == Some("quote") {
            let records = zip::lean_quotes(&entries, LIMIT_BYTES).map_err(corrupt)?;
            return Ok(Content::Table(Table::from_records(
                file,
                "archive of quotes",
                records,
            )));
        }
        bytes = Cow::Owned(only_file(file, &entries)?.unpack().map_err(corrupt)?);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Empty {
            file: file.to_owned(),
        });
    }
    if bytes.starts_with(b"PAR1") {
        let columns = guard(file, || {
            Columns::open(file, Bytes::from(bytes.into_owned()))
        })?;
        let names = columns.names();
        return Ok(Content::Table(Table {
            file: file.to_owned(),
            kind: Kind::Parquet(columns),
            names,
            comma_columns: Vec::new(),
            preamble: Vec::new(),
        }));
    }
    let text = text(file, bytes.into_owned())?;
    if text.trim_start().starts_with(['{', '[']) && !looks_like_bracketed_header(&text) {
        return json(file, &text).map(Content::Json);
    }
    Ok(Content::Table(Table::from_text(file, text, is_header)))
}

/// One value, or one on each line as a list.
fn json(file: &str, text: &str) -> Result<Value, Error> {
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text)
        .into_iter()
        .collect();
    let mut values = values.map_err(|cause| Error::CorruptJson {
        file: file.to_owned(),
        cause: match bare_word(text, cause.line(), cause.column()) {
            Some(word) => format!("{cause}: {word} is no JSON; write null in its place"),
            None => cause.to_string(),
        },
    })?;
    Ok(if values.len() == 1 {
        values.swap_remove(0)
    } else {
        Value::Array(values)
    })
}

/// `NaN` or `Infinity` where the JSON reader stopped, at a line and a column from 1: Python writes them.
fn bare_word(text: &str, line: usize, column: usize) -> Option<&'static str> {
    let line = text.lines().nth(line.checked_sub(1)?)?.as_bytes();
    // The reader stops on the word's first letter, or on the sign before it.
    let from = column.saturating_sub(2).min(line.len());
    let near = &line[from..line.len().min(from + 12)];
    ["NaN", "Infinity"].into_iter().find(|word| {
        let mut at = near.windows(word.len()).take(4);
        at.any(|letters| letters == word.as_bytes())
    })
}

/// The file of an archive that holds no other.
fn only_file<'e, 'a>(
    file: &str,
    entries: &'e [zip::Entry<'a>],
) -> Result<&'e zip::Entry<'a>, Error> {
    let (what, remedy) = match (entries, zip::lean_kind(entries)) {
        (_, Some(_)) => (
            "a LEAN archive of trades or open interest, without bid and ask",
            "take the archive of quotes (`..._quote_...zip`)",
        ),
        (entries, _)
            if entries
                .iter()
                .any(|entry| entry.name == "[Content_Types].xml") =>
        {
            ("an Excel file", "save the sheet as CSV UTF-8")
        }
        ([only], _) => return Ok(only),
        _ => (
            "a zip archive that holds not one file but none or several",
            "unpack it and name one file",
        ),
    };
    Err(Error::NotATable {
        file: file.to_owned(),
        what,
        remedy,
    })
}

impl Table {
    /// What kind of file it was.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.kind {
            Kind::Text { .. } => "delimited text",
            Kind::Parquet(_) => "Parquet",
            Kind::Records(kind, _) => kind,
        }
    }

    /// Are its fields separated by semicolons, as where commas stand before decimals?
    pub(crate) fn has_semicolons(&self) -> bool {
        matches!(
            self.kind,
            Kind::Text {
                delimiter: b';',
                ..
            }
        )
    }

    /// The table of JSON or of an archive.
    pub(crate) fn from_records(file: &str, kind: &'static str, records: Records) -> Table {
        Table {
            file: file.to_owned(),
            kind: Kind::Records(kind, records.rows),
            names: records.names,
            comma_columns: Vec::new(),
            preamble: Vec::new(),
        }
    }

    /// Calls `row(number, cells)` for every record, with the cells of the `wanted` columns in that order.
    ///
    /// The number is the line in a text file and the record in a Parquet file, both from 1. Where a line has another
    /// number of fields than the header, `row` gets the reason in place of cells; so it does for every line of a record
    /// that spans several, since a stray quote mark makes one record of all that follows it.
    pub(crate) fn for_each(
        &self,
        wanted: &[usize],
        mut row: impl FnMut(usize, Result<&[Cell<'_>], Reason>),
    ) -> Result<(), Error> {
        match &self.kind {
            Kind::Parquet(columns) => guard(&self.file, || {
                columns.for_each(wanted, |number, cells| row(number, Ok(cells)))
            }),
            Kind::Records(_, rows) => {
                for (index, cells) in rows.iter().enumerate() {
                    let cells: Vec<Cell<'_>> = wanted
                        .iter()
                        .map(|&column| cells.get(column).map_or(Cell::Missing, plain))
                        .collect();
                    row(index + 1, Ok(&cells));
                }
                Ok(())
            }
            Kind::Text {
                text,
                delimiter,
                header_record,
                remark,
            } => {
                let mut reader = csv_reader(text, *delimiter);
                let mut record = csv::StringRecord::new();
                let mut index = 0;
                while reader.read_record(&mut record).unwrap_or(false) {
                    index += 1;
                    let line = record
                        .position()
                        .map_or(0, |position| position.line() as usize);
                    let more_lines = record.as_slice().matches('\n').count();
                    if index <= header_record + 1 {
                        // A name may stand on two lines; one that holds other fields is none.
                        let swallowed = |field: &str| {
                            field.contains('\n') && field.contains(char::from(*delimiter))
                        };
                        if index == header_record + 1 && record.iter().any(swallowed) {
                            for more in 1..=more_lines {
                                row(line + more, Err(Reason::UnclosedQuote { line }));
                            }
                        }
                        continue;
                    }
                    if more_lines > 0 {
                        for more in 0..=more_lines {
                            row(line + more, Err(Reason::UnclosedQuote { line }));
                        }
                        continue;
                    }
                    if record.len() == 1 && remark.as_deref() == record.get(0) {
                        continue;
                    }
                    let surplus = record.iter().skip(self.names.len());
                    if record.len() < self.names.len()
                        || surplus.clone().any(|field| !field.is_empty())
                    {
                        let (expected, found) = (self.names.len(), record.len());
                        row(line, Err(Reason::FieldCount { expected, found }));
                        continue;
                    }
                    let cells: Vec<Cell<'_>> = wanted
                        .iter()
                        .map(|&column| {
                            let cell = record.get(column).map_or(Cell::Missing, Cell::from_text);
                            let comma = self.comma_columns.contains(&column);
                            cell.text().filter(|_| comma).map_or(cell, comma_cell)
                        })
                        .collect();
                    row(line, Ok(&cells));
                }
                Ok(())
            }
        }
    }

    fn from_text(file: &str, text: String, is_header: impl Fn(&[String]) -> bool) -> Table {
        let mut best: Option<(u8, usize, Vec<String>, Vec<String>)> = None;
        // A text without a delimiter reads as with any other that it does not have: once is enough.
        let there = |delimiter: &u8| *delimiter == b',' || text.as_bytes().contains(delimiter);
        'search: for delimiter in [b',', b'\t', b';', b'|'].into_iter().filter(there) {
            let mut preamble = Vec::new();
            let mut reader = csv_reader(&text, delimiter);
            let mut record = csv::StringRecord::new();
            for index in 0..PREAMBLE_LINES_MAX {
                if !reader.read_record(&mut record).unwrap_or(false) {
                    break;
                }
                let names: Vec<String> = record.iter().map(str::to_owned).collect();
                let found = is_header(&names);
                let wider = best
                    .as_ref()
                    .is_none_or(|(_, _, widest, _)| names.len() > widest.len());
                if found || (index == 0 && wider) {
                    best = Some((delimiter, index, names.clone(), preamble.clone()));
                }
                if found {
                    break 'search;
                }
                preamble.push(names.join(","));
            }
        }
        let (delimiter, header_record, names, mut preamble) =
            best.unwrap_or((b',', 0, Vec::new(), Vec::new()));
        // A sentence below the table, such as "Downloaded from ... as of 10-22-2025".
        let last = text.trim_end().lines().next_back().unwrap_or("");
        let mut record = csv::StringRecord::new();
        let alone = csv_reader(last, delimiter)
            .read_record(&mut record)
            .unwrap_or(false)
            && record.len() == 1;
        let remark = (alone && names.len() > 1 && last.contains(' '))
            .then(|| record.get(0).unwrap_or("").to_owned());
        preamble.extend(remark.clone());
        Table {
            file: file.to_owned(),
            kind: Kind::Text {
                text,
                delimiter,
                header_record,
                remark,
            },
            names,
            comma_columns: Vec::new(),
            preamble,
        }
    }
}

/// A plain JSON value as a cell.
fn plain(value: &Value) -> Cell<'_> {
    match value {
        Value::Number(number) => number.as_f64().map_or(Cell::Missing, Cell::Number),
        Value::String(text) => Cell::from_text(text),
        Value::Bool(true) => Cell::Text("true"),
        Value::Bool(false) => Cell::Text("false"),
        _ => Cell::Missing,
    }
}

fn csv_reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
}

/// OptionsDX writes its column names in brackets: `[QUOTE_UNIXTIME], [QUOTE_READTIME]`, which is no JSON.
fn looks_like_bracketed_header(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or("");
    first.starts_with('[')
        && first
            .chars()
            .nth(1)
            .is_some_and(|c| c.is_ascii_alphabetic())
        && first.contains("],")
}

fn unpack<'a>(file: &str, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, Error> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .take(LIMIT_BYTES + 1)
        .read_to_end(&mut unpacked)
        .map_err(|cause| Error::CorruptGzip {
            file: file.to_owned(),
            cause: cause.to_string(),
        })?;
    if unpacked.len() as u64 > LIMIT_BYTES {
        return Err(Error::TooLarge {
            file: file.to_owned(),
            limit_bytes: LIMIT_BYTES,
        });
    }
    Ok(Cow::Owned(unpacked))
}

/// UTF-8 text, or what the bytes are instead.
fn text(file: &str, bytes: Vec<u8>) -> Result<String, Error> {
    let not_a_table = |what, remedy| {
        Err(Error::NotATable {
            file: file.to_owned(),
            what,
            remedy,
        })
    };
    if bytes.starts_with(b"SQLite format 3") {
        return not_a_table(
            "an SQLite database",
            "export the options table as CSV or Parquet",
        );
    }
    if bytes.starts_with(b"version https://git-lfs") {
        return not_a_table(
            "a Git LFS pointer",
            "fetch the file itself with `git lfs pull`",
        );
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Error::NotUtf8 {
            file: file.to_owned(),
            line: 1,
        });
    }
    if bytes.iter().take(4096).any(|&byte| byte == 0) {
        return not_a_table(
            "binary data",
            "fetch it again, or export as CSV, JSON or Parquet",
        );
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(bad) => {
            let good = &bad.as_bytes()[..bad.utf8_error().valid_up_to()];
            let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
            Err(Error::NotUtf8 {
                file: file.to_owned(),
                line,
            })
        }
    }
}

/// The Parquet reader may panic on damaged bytes; the trader still gets a sentence.
pub(crate) fn guard<T>(file: &str, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(Error::CorruptParquet {
            file: file.to_owned(),
            cause: "its pages contradict its directory".to_owned(),
        })
    })
}
