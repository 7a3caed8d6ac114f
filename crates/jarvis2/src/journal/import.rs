//! `jarvis2 journal import FILE`: rows become fills; good ones are kept, the others are listed with their line and reason.
//!
//! Reading a file twice, or two files that overlap, adds nothing twice. A row with a number of the broker's own is known by it. Any other
//! row is known by its content, and the second of two equal rows of one file as the second: two equal fills on one day are two fills,
//! and both are there again in the next file that covers the day.
//!
//! A row that says what a fill from another source says (the same trade of the same day for the same cash, entered in words or from another
//! broker's file) is that fill, told twice: it is not kept again unless that is asked for.
//!
//! A row that closes or ends a position is refused where the journal does not know the position: profit would be invented else. Rows go
//! in by time; on one moment what opens comes first and what ends comes last, because a file with days has no order within one.

use super::contract::{OptionName, cents, day_first};
use super::formats::{Cells, Entry, Format, Way, plain, understand};
use super::lots::Split;
use super::matching;
use super::store;
use super::{ImportArgs, safe};
use crate::account::{root, same_symbol};
use crate::cli::{done, pretty};
use crate::engine::inputs::sha256;
use crate::error::Error;
use crate::report::units::usd;
use experience::{Durability, Experience, Fill, FillKind, Note, Reader, RecordId, Recorded};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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
    /// Neither a day nor an action stands in it: a heading, a total or a remark, and nothing is missed without it.
    #[serde(skip)]
    pub(crate) remark: bool,
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

impl Row {
    /// The split that a row says.
    pub(super) fn split(&self) -> Split {
        Split {
            at_ms: self.entry.at_ms,
            symbol: root(&self.entry.symbol),
            shares_for_one: self.entry.quantity,
        }
    }

    fn refused(&self, reason: String) -> RefusedRow {
        RefusedRow {
            line: self.line,
            reason,
            row: self.text.clone(),
            remark: false,
        }
    }
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
    /// Those of the known that came from another source, such as fills in words: line, and the record that says the same.
    known_otherwise: Vec<Twin>,
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
    let mut ids: BTreeMap<String, u64> = BTreeMap::new();
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
            Ok(Entry { id: Some(id), .. }) if ids.contains_key(&id) => refused.push(RefusedRow {
                line,
                reason: format!(
                    "the id {id:?} stands in line {} already, and the same id is the same row: give each fill its own",
                    ids[&id]
                ),
                row: shown,
                remark: false,
            }),
            Ok(entry) => {
                if let Some(id) = &entry.id {
                    ids.insert(id.clone(), line);
                }
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
                remark: format.is_remark(&row),
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
            Way::Splits => -1,
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

/// Refuses rows of days that are still to come: a slip in the year would be kept for ever. `today` is New York's.
pub(super) fn not_yet(file: &mut File, today: Date) {
    let (past, coming): (Vec<Row>, Vec<Row>) = std::mem::take(&mut file.rows)
        .into_iter()
        .partition(|row| store::date_of(row.entry.at_ms) <= today);
    file.rows = past;
    for row in coming {
        let day = store::date_of(row.entry.at_ms);
        file.refused.push(row.refused(still_to_come(day, today)));
    }
    file.refused.sort_by_key(|row| row.line);
}

/// Why a day is refused.
pub(super) fn still_to_come(day: Date, today: Date) -> String {
    format!("{day} is still to come: in New York it is {today}; check the date")
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
            let held = self.0.entry(root(contract)).or_insert(0);
            *held = held.saturating_add(quantity);
        }
    }

    fn split(&mut self, split: &Split) {
        for (contract, quantity) in std::mem::take(&mut self.0) {
            let (contract, times) = match split.renamed(&contract) {
                Some(renamed) => (renamed, split.shares_for_one),
                None => (contract, 1),
            };
            let held = self.0.entry(contract).or_insert(0);
            *held = held.saturating_add(quantity.saturating_mul(times));
        }
    }

    fn held(&self, contract: &str) -> i64 {
        self.0.get(&root(contract)).copied().unwrap_or(0)
    }

    /// How much of what a row closes is not there, if the side that is there is that which it closes.
    fn lacks(&self, entry: &Entry) -> i64 {
        let held = self.held(&entry.contract);
        match entry.way {
            Way::Closes if held.signum() == entry.quantity.signum() => 0,
            Way::Closes | Way::Ends => entry.quantity.abs() - held.abs(),
            Way::Opens | Way::Either | Way::Splits => 0,
        }
    }

    /// The signed quantity of a row, or why the row cannot be.
    fn sign(&self, entry: &Entry) -> Result<i64, String> {
        let held = self.held(&entry.contract);
        let unknown = |closes: i64| {
            format!(
                "it closes {} {}, but the journal knows {held}: import the file with the opening trade first, or enter that with our own columns",
                closes.abs(),
                entry.contract
            )
        };
        match entry.way {
            Way::Opens | Way::Either | Way::Splits => Ok(entry.quantity),
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

/// Puts the good rows of a file into the ledger, all in one page: the new, and what was met on the way.
pub(crate) fn store(
    diary: &mut Experience,
    file: &File,
    again: bool,
) -> Result<(Vec<RecordId>, Met), Error> {
    let met = resolve(diary.read(), file, again)?;
    let new = diary.write(Durability::Full, |page| {
        let mut new = Vec::new();
        for split in &met.splits {
            new.push(page.note(&Note {
                about: None,
                symbol: Some(split.symbol.clone()),
                written_at_ms: split.at_ms,
                kind: store::SPLIT.to_owned(),
                body: format!("{}:1", split.shares_for_one),
            })?);
        }
        for fill in &met.fills {
            if let Recorded::New(id) = page.fill(fill)? {
                new.push(id);
            }
        }
        Ok(new)
    })?;
    Ok((new, met))
}

/// Whether a fill says what a row says, whoever wrote it down: the same trade of the same day for the same cash. Two clocks tell two fills.
fn is_it(fill: &Fill, entry: &Entry) -> bool {
    let clock = |at_ms: i64| at_ms != store::midnight_ms(store::date_of(at_ms));
    let times = [fill.filled_at_ms, entry.at_ms];
    store::date_of(times[0]) == store::date_of(times[1])
        && (times[0] == times[1] || !times.into_iter().all(clock))
        && fill.kind == entry.kind
        && same_symbol(&fill.contract, &entry.contract)
        && fill.quantity.abs() == entry.quantity.abs()
        && fill.cash_cents == entry.cash_cents
}

/// Rows whose id the ledger has for another fill leave the file.
pub(super) fn drop_conflicts(reader: &Reader, file: &mut File) -> Result<(), Error> {
    let met = resolve(reader, file, true)?;
    let other = |row: &RefusedRow| row.reason == OTHER_UNDER_ID;
    let lines: Vec<u64> = met
        .refused
        .iter()
        .filter(|row| other(row))
        .map(|row| row.line)
        .collect();
    file.rows.retain(|row| !lines.contains(&row.line));
    file.refused.extend(met.refused.into_iter().filter(other));
    file.refused.sort_by_key(|row| row.line);
    Ok(())
}

/// How many of the rows the ledger has, whoever wrote them down: the same trade of the same day for the same cash, each fill once.
pub(super) fn known(reader: &Reader, file: &File) -> Result<usize, Error> {
    let Had { mut fills, splits } = Had::read(reader)?;
    let mut known = 0;
    for row in &file.rows {
        if row.entry.way == Way::Splits {
            known += usize::from(splits.contains(&row.split()));
            continue;
        }
        if let Some(at) = fills.iter().position(|(_, fill)| is_it(fill, &row.entry)) {
            fills.swap_remove(at);
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

/// A row that the ledger has from another source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Twin {
    line: u64,
    /// The record that says the same.
    record: i64,
}

/// A file beside what the ledger has.
#[derive(Debug, Default)]
pub(crate) struct Met {
    /// Rows as fills that the ledger does not have.
    pub(crate) fills: Vec<Fill>,
    /// Splits that it does not have.
    pub(crate) splits: Vec<Split>,
    /// Rows refused because of what it has or lacks.
    pub(crate) refused: Vec<RefusedRow>,
    /// How many rows it has.
    pub(crate) known: usize,
    /// Those of them that it has from another source.
    pub(crate) twins: Vec<Twin>,
    /// Rows that close more than is there: their place in the file, and how much is not there.
    pub(crate) lacks: Vec<(usize, i64)>,
}

const OTHER_UNDER_ID: &str = "the journal has another row under the same id";

/// What the ledger has.
#[derive(Debug, Default)]
pub(super) struct Had {
    fills: Vec<(RecordId, Fill)>,
    splits: Vec<Split>,
}

impl Had {
    fn read(reader: &Reader) -> Result<Had, Error> {
        Ok(Had {
            fills: reader.fills(i64::MIN, i64::MAX)?,
            splits: store::splits(reader)?,
        })
    }
}

fn resolve(reader: &Reader, file: &File, again: bool) -> Result<Met, Error> {
    Ok(against(&Had::read(reader)?, file, again))
}

/// Who numbered a fill: the format it came from, and whether by an id in it or by its content.
fn origin(reference: &str) -> (&str, bool) {
    let (format, rest) = reference.split_once(':').unwrap_or((reference, ""));
    let content = rest
        .split_once('#')
        .is_some_and(|(hash, nth)| hash.len() == 32 && nth.bytes().all(|b| b.is_ascii_digit()));
    (format, content)
}

/// Takes a fill that says what the row says and came from elsewhere: the same trade, told twice.
fn twin(others: &mut Vec<&(RecordId, Fill)>, row: &Row) -> Option<RecordId> {
    let at = others.iter().position(|(_, fill)| {
        let theirs = fill.broker_ref.as_deref().unwrap_or_default();
        origin(theirs) != origin(&row.reference) && is_it(fill, &row.entry)
    })?;
    Some(others.swap_remove(at).0)
}

/// Meets a file with the ledger; `again`: what it has from elsewhere happened once more.
pub(super) fn against(had: &Had, file: &File, again: bool) -> Met {
    let Had {
        fills: had,
        splits: had_splits,
    } = had;
    let own: BTreeSet<&str> = file.rows.iter().map(|row| row.reference.as_str()).collect();
    let elsewhere = |(_, fill): &&(RecordId, Fill)| {
        let reference = fill.broker_ref.as_deref();
        reference.is_none_or(|reference| !own.contains(reference))
    };
    let mut others: Vec<&(RecordId, Fill)> = match again {
        true => Vec::new(),
        false => had.iter().filter(elsewhere).collect(),
    };
    let mut references: BTreeMap<String, Fill> = had
        .iter()
        .filter_map(|(_, fill)| Some((fill.broker_ref.clone()?, fill.clone())))
        .collect();
    let (mut positions, mut earlier) = (Positions::default(), had.iter().peekable());
    let mut earlier_splits = had_splits.iter().peekable();
    let mut met = Met::default();
    for (place, row) in file.rows.iter().enumerate() {
        // What the ledger has up to this moment comes first.
        let (until, splits) = (row.entry.at_ms, row.entry.way == Way::Splits);
        let is_before = |at_ms: i64| at_ms < until || (at_ms == until && !splits);
        while let Some((_, fill)) = earlier.next_if(|(_, fill)| is_before(fill.filled_at_ms)) {
            while let Some(split) = earlier_splits.next_if(|split| split.at_ms <= fill.filled_at_ms)
            {
                positions.split(split);
            }
            positions.add(&fill.contract, fill.quantity);
        }
        while let Some(split) = earlier_splits.next_if(|split| split.at_ms <= until) {
            positions.split(split);
        }
        if splits {
            let split = row.split();
            if had_splits.contains(&split) || met.splits.contains(&split) {
                met.known += 1;
            } else {
                positions.split(&split);
                met.splits.push(split);
            }
            continue;
        }
        let resolved = match references.get(&row.reference) {
            // The sign of what ends is that of the first reading.
            Some(fill) if same(&row.entry, fill) => {
                met.known += 1;
                continue;
            }
            Some(_) => Err(OTHER_UNDER_ID.to_owned()),
            None => {
                if let Some(record) = twin(&mut others, row) {
                    met.known += 1;
                    met.twins.push(Twin {
                        line: row.line,
                        record: record.0,
                    });
                    continue;
                }
                let lacks = positions.lacks(&row.entry);
                if lacks > 0 {
                    met.lacks.push((place, lacks));
                }
                positions.sign(&row.entry)
            }
        };
        match resolved {
            Ok(quantity) => {
                positions.add(&row.entry.contract, quantity);
                let fill = fill(&row.entry, quantity, &row.reference);
                references.insert(row.reference.clone(), fill.clone());
                met.fills.push(fill);
            }
            Err(reason) => met.refused.push(row.refused(reason)),
        }
    }
    met
}

/// What an account says of a position that a row closes.
pub(super) struct Opening {
    /// 1 bought, -1 sold.
    pub(super) side: i64,
    pub(super) price_usd: f64,
    pub(super) opened: Option<Date>,
}

/// Puts an opening before each row that closes what the ledger never saw, where the account knows it: a trade at what it cost, and the same
/// sum paid in or out, so that no cash moves. Returns them in words.
pub(super) fn bring(
    reader: &Reader,
    file: &mut File,
    again: bool,
    opening: impl Fn(&Entry, i64) -> Option<Opening>,
) -> Result<Vec<String>, Error> {
    let had = Had::read(reader)?;
    let (mut brought, mut from) = (Vec::new(), 0);
    loop {
        let met = against(&had, file, again);
        let Some(&(place, count)) = met.lacks.iter().find(|(place, _)| *place >= from) else {
            return Ok(brought);
        };
        from = place + 1;
        let row = &file.rows[place];
        if let Some(opening) = opening(&row.entry, count) {
            let rows = opened(row, count, &opening);
            let contract = &row.entry.contract;
            let name = OptionName::parse(contract).map(|name| name.words());
            brought.push(format!(
                "{count} {} at {}",
                name.as_deref().unwrap_or(contract),
                usd(opening.price_usd)
            ));
            from += rows.len();
            file.rows.splice(place..place, rows);
        }
    }
}

/// A trade that opened what a row closes, and the cash paid in or out against it.
fn opened(row: &Row, count: i64, opening: &Opening) -> Vec<Row> {
    let closes = &row.entry;
    let shares = match OptionName::parse(&closes.contract) {
        Some(_) => 100,
        None => 1,
    };
    let price_micros = (opening.price_usd * 1e6).round() as i128;
    let cash_cents = cents(-i128::from(opening.side * count * shares) * price_micros);
    let at_ms = opening.opened.map_or(closes.at_ms, store::midnight_ms);
    let trade = Entry {
        at_ms: at_ms.min(closes.at_ms),
        kind: FillKind::Trade,
        way: Way::Opens,
        symbol: closes.symbol.clone(),
        contract: closes.contract.clone(),
        quantity: opening.side * count,
        price_micros,
        fees_cents: 0,
        cash_cents,
        id: None,
    };
    let paid = Entry {
        kind: FillKind::Transfer,
        way: Way::Either,
        symbol: experience::CASH.to_owned(),
        contract: experience::CASH.to_owned(),
        quantity: -cash_cents,
        price_micros: 10_000,
        cash_cents: -cash_cents,
        ..trade.clone()
    };
    let of = |what: &str, entry: Entry| Row {
        line: row.line,
        text: row.text.clone(),
        reference: format!(
            "{}:{}#1",
            Format::Own.name(),
            &sha256(format!("{what} {}", row.reference).as_bytes())[..32]
        ),
        entry,
    };
    let mut rows = vec![of("opening of", trade)];
    if cash_cents != 0 {
        rows.push(of("paid for", paid));
    }
    rows
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
pub(crate) fn run(args: &ImportArgs) -> Result<u8, Error> {
    let (path, dry_run, db) = (&args.statement, args.dry_run, &args.db);
    let bytes = std::fs::read(path).map_err(|error| Error::Io {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    let name = path.display().to_string();
    let mut file = read(&name, &bytes)?;
    not_yet(&mut file, store::today());
    let rows = file.rows.len() + file.refused.len();
    let place = db.place()?;
    let (new, met, matched) = if dry_run {
        // Nothing is made for a trial: without a diary the rows meet an empty one.
        let met = match store::reader(&place) {
            Ok(Some(reader)) => resolve(&reader, &file, args.again)?,
            Ok(None) | Err(Error::Diary(experience::Error::Missing { .. })) => {
                against(&Had::default(), &file, args.again)
            }
            Err(error) => return Err(error),
        };
        (
            met.fills.len() + met.splits.len(),
            met,
            matching::Matched::default(),
        )
    } else {
        let mut diary = store::writer(&place)?;
        let (new, met) = store(&mut diary, &file, args.again)?;
        let matched = matching::link(&mut diary)?;
        (new.len(), met, matched)
    };
    file.refused.extend(met.refused);
    file.refused.sort_by_key(|row| row.line);
    let summary = Summary {
        db: place.path.display().to_string(),
        file: name,
        format: file.format.name().to_owned(),
        dry_run,
        rows,
        new,
        known: met.known,
        known_otherwise: met.twins,
        refused: file.refused,
        matched,
    };
    if args.json {
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
    for twin in summary.known_otherwise.iter().take(LISTED) {
        text.push_str(&format!(
            "  line {}: kept before as record {}, from another source; if it happened once more, add --again\n",
            twin.line, twin.record
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
