//! `jarvis2 journal import FILE`: rows become fills; good ones are kept, the others are listed with their line and reason.
//!
//! Reading a file twice, or two files that overlap, adds nothing twice. A row with a number of the broker's own is known by it. Any other
//! row is known by its content, and the second of two equal rows of one file as the second: two equal fills on one day are two fills,
//! and both are there again in the next file that covers the day.
//!
//! A row that closes or ends a position is refused where the journal does not know the position: profit would be invented else. Rows go
//! in by time; on one moment what opens comes first and what ends comes last, because a file with days has no order within one.

use super::contract::day_first;
use super::formats::{Cells, Entry, Format, Way, plain, understand};
use super::matching;
use super::store;
use super::{DbArgs, safe};
use crate::account::{root, same_symbol};
use crate::cli::{done, pretty};
use crate::engine::inputs::sha256;
use crate::error::Error;
use experience::{Durability, Experience, Fill, Reader, RecordId, Recorded};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Lines before the row of heads, at most.
const PREAMBLE: usize = 40;
/// Refused rows that the text lists; JSON has all.
const LISTED: usize = 40;

/// A row that was not kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct RefusedRow {
    /// From 1, as an editor counts.
    pub(crate) line: u64,
    pub(crate) reason: String,
    /// The row.
    pub(crate) row: String,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) format: Format,
    /// In the order in which they go into the ledger: line, the broker's number or our own, row, entry.
    pub(crate) rows: Vec<Row>,
    pub(crate) refused: Vec<RefusedRow>,
}

/// A good row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(super) line: u64,
    text: String,
    reference: String,
    pub(super) entry: Entry,
}

/// What an import did.
#[derive(Debug, Serialize)]
struct Summary {
    db: String,
    file: String,
    format: String,
    dry_run: bool,
    rows: usize,
    new: usize,
    known: usize,
    refused: Vec<RefusedRow>,
    /// Fills that were recognised as the trade of a decision, and decisions that ended by them.
    matched: matching::Matched,
}

/// Reads the text of a file.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<File, Error> {
    let refuse = |what: String, remedy: &str| Error::Table {
        file: name.to_owned(),
        what,
        remedy: remedy.to_owned(),
    };
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut heads: Option<(Format, Vec<String>)> = None;
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (count, record) in reader.records().enumerate() {
        let record = record
            .map_err(|error| refuse(format!("it is no CSV: {error}"), "export it again, as CSV"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        let Some((format, names)) = &heads else {
            if count >= PREAMBLE {
                break;
            }
            heads = Format::of_heads(&cells)
                .map(|format| (format, cells.iter().map(|cell| plain(cell)).collect()));
            continue;
        };
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let shown = safe(&cells.join(","));
        let row = Cells {
            heads: names,
            row: &cells,
        };
        // The others would be read as American dates, those up to the 12th without a word.
        let other_order = format
            .dated()
            .iter()
            .find_map(|name| day_first(row.get(name)));
        if let Some(date) = other_order {
            return Err(refuse(
                format!(
                    "line {line}: {date} has its day before its month, and 02/06/2026 is read as February 6 here"
                ),
                "write every date of the file as YYYY-MM-DD",
            ));
        }
        match understand(*format, &row) {
            Ok(entry) => {
                let reference = match &entry.id {
                    Some(id) => format!("{}:{id}", format.name()),
                    None => {
                        let content = content(&entry, &row);
                        let nth = seen.entry(content.clone()).or_insert(0);
                        *nth += 1;
                        format!("{}:{content}#{nth}", format.name())
                    }
                };
                rows.push(Row {
                    line,
                    text: shown,
                    reference,
                    entry,
                });
            }
            Err(reason) => refused.push(RefusedRow {
                line,
                reason,
                row: shown,
            }),
        }
    }
    let Some((format, _)) = heads else {
        return Err(refuse(
            "no row holds the columns of a format that is known".to_owned(),
            &format!("columns looked for: {}", Format::wanted()),
        ));
    };
    // Brokers list the newest first; the number in the file breaks ties, from the end if it runs backwards.
    let backwards = matches!((rows.first(), rows.last()), (Some(first), Some(last)) if first.entry.at_ms > last.entry.at_ms);
    if backwards {
        rows.reverse();
    }
    rows.sort_by_key(|row: &Row| {
        let last = match row.entry.way {
            Way::Opens | Way::Either => 0,
            Way::Closes => 1,
            Way::Ends => 2,
        };
        (row.entry.at_ms, last)
    });
    Ok(File {
        format,
        rows,
        refused,
    })
}

/// What a row without a number is known by: what it says of trade and cash, not how this export happens to lay it out.
fn content(entry: &Entry, row: &Cells<'_>) -> String {
    // Where a file has a column of orders, equal fills of two orders are told apart by it.
    let order = row
        .heads
        .iter()
        .position(|head| head == "order")
        .and_then(|at| row.row.get(at))
        .map_or("", String::as_str);
    let text = format!(
        "{} {:?} {:?} {} {} {} {} {} {order}",
        entry.at_ms,
        entry.kind,
        entry.way,
        entry.contract,
        entry.symbol,
        entry.quantity,
        entry.cash_cents,
        entry.price_micros
    );
    sha256(text.as_bytes())[..32].to_owned()
}

/// Positions by contract, as the ledger and the rows before know them.
#[derive(Default)]
struct Positions(BTreeMap<String, i64>);

impl Positions {
    fn add(&mut self, contract: &str, quantity: i64) {
        if contract != experience::CASH {
            *self.0.entry(root(contract)).or_insert(0) += quantity;
        }
    }

    /// The signed quantity of a row, or why the row cannot be.
    fn sign(&self, entry: &Entry) -> Result<i64, String> {
        let held = self.0.get(&root(&entry.contract)).copied().unwrap_or(0);
        let unknown = |closes: i64| {
            format!(
                "it closes {} {}, but the journal knows {held}: import the file with the opening trade first, or enter that with our own columns",
                closes.abs(),
                entry.contract
            )
        };
        match entry.way {
            Way::Opens | Way::Either => Ok(entry.quantity),
            Way::Closes
                if -entry.quantity.signum() == held.signum()
                    && entry.quantity.abs() <= held.abs() =>
            {
                Ok(entry.quantity)
            }
            Way::Ends if entry.quantity <= held.abs() => Ok(-held.signum() * entry.quantity),
            Way::Closes | Way::Ends => Err(unknown(entry.quantity)),
        }
    }
}

fn fill(entry: &Entry, quantity: i64, reference: &str) -> Fill {
    Fill {
        kind: entry.kind,
        decision: None,
        filled_at_ms: entry.at_ms,
        symbol: entry.symbol.clone(),
        contract: entry.contract.clone(),
        quantity,
        price_per_share: entry.price_micros as f64 / 1e6,
        fees_cents: entry.fees_cents,
        cash_cents: entry.cash_cents,
        broker_ref: Some(reference.to_owned()),
    }
}

/// Puts the good rows of a file into the ledger, all in one page: new, known, and what was refused on the way.
pub(crate) fn store(
    diary: &mut Experience,
    file: &mut File,
) -> Result<(Vec<RecordId>, usize), Error> {
    let (fills, refused, known) = resolve(diary.read(), file)?;
    file.refused.extend(refused);
    file.refused.sort_by_key(|row| row.line);
    let new = diary.write(Durability::Full, |page| {
        let mut new = Vec::new();
        for fill in &fills {
            if let Recorded::New(id) = page.fill(fill)? {
                new.push(id);
            }
        }
        Ok(new)
    })?;
    Ok((new, known))
}

/// How many of the rows the ledger has, whoever wrote them down: the same trade of the same day for the same cash, each fill once.
pub(super) fn known(reader: &Reader, file: &File) -> Result<usize, Error> {
    let mut had = reader.fills(i64::MIN, i64::MAX)?;
    let mut known = 0;
    for row in &file.rows {
        let entry = &row.entry;
        let is_it = |(_, fill): &(RecordId, Fill)| {
            store::date_of(fill.filled_at_ms) == store::date_of(entry.at_ms)
                && fill.kind == entry.kind
                && same_symbol(&fill.contract, &entry.contract)
                && fill.quantity.abs() == entry.quantity.abs()
                && fill.cash_cents == entry.cash_cents
        };
        if let Some(at) = had.iter().position(is_it) {
            had.swap_remove(at);
            known += 1;
        }
    }
    Ok(known)
}

/// Makes rows that the ledger knows by their content further ones of the same content. A number of the broker's own stays what it is.
pub(super) fn renumber(reader: &Reader, file: &mut File) -> Result<(), Error> {
    let had = reader.fills(i64::MIN, i64::MAX)?;
    let mut taken: std::collections::BTreeSet<String> = had
        .into_iter()
        .filter_map(|(_, fill)| fill.broker_ref)
        .collect();
    for row in file.rows.iter_mut().filter(|row| row.entry.id.is_none()) {
        if let Some((content, _)) = row.reference.rsplit_once('#') {
            let content = content.to_owned();
            let mut nth = 1_u32;
            while !taken.insert(row.reference.clone()) {
                nth += 1;
                row.reference = format!("{content}#{nth}");
            }
        }
    }
    Ok(())
}

/// The rows as fills that the ledger does not have, those refused because of what it has, and how many it had.
fn resolve(reader: &Reader, file: &File) -> Result<(Vec<Fill>, Vec<RefusedRow>, usize), Error> {
    let had = reader.fills(i64::MIN, i64::MAX)?;
    Ok(against(&had, file))
}

pub(super) fn against(
    had: &[(RecordId, Fill)],
    file: &File,
) -> (Vec<Fill>, Vec<RefusedRow>, usize) {
    let mut references: BTreeMap<String, Fill> = had
        .iter()
        .filter_map(|(_, fill)| Some((fill.broker_ref.clone()?, fill.clone())))
        .collect();
    let (mut positions, mut earlier) = (Positions::default(), had.iter().peekable());
    let (mut fills, mut refused, mut known) = (Vec::new(), Vec::new(), 0);
    for row in &file.rows {
        // What the ledger has up to this moment comes first.
        while let Some((_, fill)) =
            earlier.next_if(|(_, fill)| fill.filled_at_ms <= row.entry.at_ms)
        {
            positions.add(&fill.contract, fill.quantity);
        }
        let resolved = match references.get(&row.reference) {
            // The sign of what ends is that of the first reading.
            Some(fill) if same(&row.entry, fill) => {
                known += 1;
                continue;
            }
            Some(_) => Err("the journal has another row under the same id".to_owned()),
            None => positions.sign(&row.entry),
        };
        match resolved {
            Ok(quantity) => {
                positions.add(&row.entry.contract, quantity);
                let fill = fill(&row.entry, quantity, &row.reference);
                references.insert(row.reference.clone(), fill.clone());
                fills.push(fill);
            }
            Err(reason) => refused.push(RefusedRow {
                line: row.line,
                reason,
                row: row.text.clone(),
            }),
        }
    }
    (fills, refused, known)
}

/// Whether a row says what a kept fill says.
fn same(entry: &Entry, fill: &Fill) -> bool {
    entry.at_ms == fill.filled_at_ms
        && entry.kind == fill.kind
        && same_symbol(&entry.contract, &fill.contract)
        && entry.quantity.abs() == fill.quantity.abs()
        && entry.cash_cents == fill.cash_cents
}

/// The command.
pub(crate) fn run(path: &Path, dry_run: bool, as_json: bool, db: &DbArgs) -> Result<u8, Error> {
    let bytes = std::fs::read(path).map_err(|error| Error::Io {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    let name = path.display().to_string();
    let mut file = read(&name, &bytes)?;
    let rows = file.rows.len() + file.refused.len();
    let place = db.place()?;
    let (new, known, matched) = if dry_run {
        // Nothing is made for a trial: without a diary the rows meet an empty one.
        let (fills, refused, known) = match store::reader(&place) {
            Ok(Some(reader)) => resolve(&reader, &file)?,
            Ok(None) | Err(Error::Diary(experience::Error::Missing { .. })) => against(&[], &file),
            Err(error) => return Err(error),
        };
        file.refused.extend(refused);
        file.refused.sort_by_key(|row| row.line);
        (fills.len(), known, matching::Matched::default())
    } else {
        let mut diary = store::writer(&place)?;
        let (new, known) = store(&mut diary, &mut file)?;
        let matched = matching::link(&mut diary)?;
        (new.len(), known, matched)
    };
    let summary = Summary {
        db: place.path.display().to_string(),
        file: name,
        format: file.format.name().to_owned(),
        dry_run,
        rows,
        new,
        known,
        refused: file.refused,
        matched,
    };
    if as_json {
        done(&pretty(&summary)?);
    } else {
        done(&text(&summary));
    }
    // A file of which nothing could be used is an error; one with some bad rows is not.
    Ok(
        if summary.new + summary.known == 0 && !summary.refused.is_empty() {
            3
        } else {
            0
        },
    )
}

fn text(summary: &Summary) -> String {
    let mut text = format!(
        "{}: {} format, {} rows: {} {}, {} kept before, {} refused\n",
        safe(&summary.file),
        summary.format,
        summary.rows,
        summary.new,
        if summary.dry_run {
            "would be kept"
        } else {
            "kept"
        },
        summary.known,
        summary.refused.len()
    );
    for row in summary.refused.iter().take(LISTED) {
        let shown: String = row.row.chars().take(100).collect();
        text.push_str(&format!(
            "  line {}: {}\n      {shown}\n",
            row.line,
            safe(&row.reason)
        ));
    }
    if summary.refused.len() > LISTED {
        text.push_str(&format!(
            "  and {} more: --json lists all\n",
            summary.refused.len() - LISTED
        ));
    }
    let matched = &summary.matched;
    if matched.fills + matched.outcomes > 0 {
        text.push_str(&format!(
            "{} fills follow a decision of the diary; {} decisions ended\n",
            matched.fills, matched.outcomes
        ));
    }
    if !summary.dry_run {
        text.push_str(&format!("diary: {}\n", summary.db));
    }
    text
}
