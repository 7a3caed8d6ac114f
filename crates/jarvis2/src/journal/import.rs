//! `jarvis2 journal import FILE`: rows become fills; good ones are kept, the others are listed with their line and reason.
//!
//! Reading a file twice, or two files that overlap, adds nothing twice. A row with a number of the broker's own is known by it. Any other
//! row is known by its content, and the second of two equal rows of one file as the second: two equal fills on one day are two fills,
//! and both are there again in the next file that covers the day.
//!
//! A row that says what a fill from another source says (the same trade of the same day for the same cash, entered in words or from another
//! broker's file) is that fill, told twice: it is not kept again unless that is asked for. Two who tell one trade may differ by its fees, and
//! by the days in which an assignment is booked; where they do, both sides are listed.
//!
//! A row that closes or ends a position is refused where the journal does not know the position: profit would be invented else. Rows go
//! in by time; on one moment what opens comes first and what ends comes last, because a file with days has no order within one.

use super::contract::{OptionName, day_first};
use super::formats::{BOOKED_WITHIN, Cells, Entry, Format, Way, plain, understand};
use super::lots::Split;
use super::matching;
use super::report::dollars;
use super::store;
use super::{ImportArgs, safe};
use crate::account::{root, same_symbol};
use crate::cli::{done, pretty};
use crate::engine::inputs::sha256;
use crate::error::Error;
use experience::{CASH, Durability, Experience, Fill, FillKind, Note, Reader, RecordId, Recorded};
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
    /// What is not kept of rows that are good otherwise, such as parts of a share.
    pub(crate) remarks: Vec<RefusedRow>,
}

impl File {
    /// Its rows were said in words: another source than a file in our own columns, which may tell the same trade again.
    pub(super) fn in_words(mut self) -> File {
        for row in &mut self.rows {
            if let Some((_, content)) = row.reference.split_once(':') {
                row.reference = format!("words:{content}");
            }
        }
        self
    }

    /// Rows that cannot be used leave it: their places, each with the reason.
    pub(super) fn refuse(&mut self, mut reasons: BTreeMap<usize, String>) {
        for (place, row) in std::mem::take(&mut self.rows).into_iter().enumerate() {
            match reasons.remove(&place) {
                Some(reason) => self.refused.push(row.refused(reason)),
                None => self.rows.push(row),
            }
        }
        self.refused.sort_by_key(|row| row.line);
    }
}

/// A good row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(super) line: u64,
    pub(super) text: String,
    pub(super) reference: String,
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
    /// What is not kept of rows that are good otherwise.
    remarks: Vec<RefusedRow>,
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
    let (mut rows, mut refused, mut remarks) = (Vec::new(), Vec::new(), Vec::new());
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
        let refused_row = |reason: String, remark: bool| RefusedRow {
            line,
            reason,
            row: shown.clone(),
            remark,
        };
        let understood = match understand(*format, &row) {
            Ok(understood) => understood,
            Err(reason) => {
                refused.push(refused_row(reason, format.is_remark(&row)));
                continue;
            }
        };
        let id = understood.entries.iter().find_map(|one| one.id.clone());
        if let Some(first) = id.as_ref().and_then(|id| ids.get(id)) {
            let id = id.unwrap_or_default();
            let reason = format!(
                "the id {id:?} stands in line {first} already, and the same id is the same row: give each fill its own"
            );
            refused.push(refused_row(reason, false));
            continue;
        }
        if let Some(id) = id {
            ids.insert(id, line);
        }
        if let Some(remark) = understood.remark {
            remarks.push(refused_row(remark, true));
        }
        for entry in understood.entries {
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
                text: shown.clone(),
                reference,
                entry,
            });
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
        remarks,
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
        file.remarks.retain(|remark| remark.line != row.line);
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
        if contract != CASH {
            let held = self.0.entry(root(contract)).or_insert(0);
            *held = held.saturating_add(quantity).max(-i64::MAX);
        }
    }

    fn split(&mut self, split: &Split) {
        for (contract, quantity) in std::mem::take(&mut self.0) {
            let (contract, quantity) = match split.renamed(&contract) {
                Some(renamed) => (renamed, split.times(quantity)),
                None => (contract, quantity),
            };
            let held = self.0.entry(contract).or_insert(0);
            *held = held.saturating_add(quantity).max(-i64::MAX);
        }
    }

    fn held(&self, contract: &str) -> i64 {
        self.0.get(&root(contract)).copied().unwrap_or(0)
    }

    /// The signed quantity of a row, or why the row cannot be.
    fn sign(&self, entry: &Entry) -> Result<i64, String> {
        let held = self.held(&entry.contract);
        let unknown = |closes: i64| {
            format!(
                "it closes {} {}, but the journal knows {held}: import the file with the opening trade first, or enter that with our own columns",
                closes.abs(),
                named(&entry.contract)
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

/// A contract for people.
pub(super) fn named(contract: &str) -> String {
    OptionName::parse(contract).map_or_else(|| contract.to_owned(), |name| name.words())
}

/// A row as the ledger keeps it; the quantity with its sign.
pub(super) fn fill(entry: &Entry, quantity: i64, reference: &str) -> Fill {
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
    // Cash is about a symbol, where both say one.
    let about = |symbol: &String| symbol != CASH;
    let same_subject = fill.contract != CASH
        || same_symbol(&fill.symbol, &entry.symbol)
        || ![&fill.symbol, &entry.symbol].into_iter().all(about);
    same_time(fill, entry)
        && fill.kind == entry.kind
        && same_symbol(&fill.contract, &entry.contract)
        && same_subject
        && fill.quantity.abs() == entry.quantity.abs()
        && fill.cash_cents == entry.cash_cents
}

/// Whether a split says what one before says; `again`: only where it says it for the same day, on which none happens twice.
fn is_told(had: &Split, split: &Split, again: bool) -> bool {
    had.is(split) && (!again || had.at_ms == split.at_ms)
}

/// What to do about a split that is entered after what came after it.
pub(super) fn split_late(split: &Split) -> String {
    let (day, ratio, symbol) = (
        store::date_of(split.at_ms),
        split.shares_for_one,
        &split.symbol,
    );
    format!(
        "what was traded since then is counted in new shares and would be turned with the rest; start from the account of before {day}, enter the split and then the later fills; or set counts, bases and strikes in the account file by hand, and import the split alone (columns date, action, symbol, quantity, price_usd: `{day},split,{symbol},{ratio}:1,`)"
    )
}

/// Refuses splits that come late: the ledger has trades of the symbol from their day or later, which the account holds in new shares already.
/// What it has of a file is not applied; words are, and a split that it has would be done once more.
pub(super) fn splits_in_time(
    reader: &Reader,
    file: &File,
    again: bool,
    in_words: bool,
) -> Result<(), Error> {
    let splits = file.rows.iter().filter(|row| row.entry.way == Way::Splits);
    let splits: Vec<Split> = splits.map(Row::split).collect();
    if splits.is_empty() {
        return Ok(());
    }
    let had = Had::read(reader)?;
    for split in splits {
        let day = store::date_of(split.at_ms);
        let symbol = &split.symbol;
        if had.splits.iter().any(|one| is_told(one, &split, again)) {
            if !in_words {
                continue;
            }
            return Err(Error::Usage(format!(
                "the journal has the split of {symbol} on {day} already, and no share is split twice on one day: where the account has not had it, add --no-diary"
            )));
        }
        let later = had.fills.iter().find(|(_, fill)| {
            fill.filled_at_ms >= split.at_ms
                && fill.contract != CASH
                && same_symbol(&fill.symbol, symbol)
        });
        if let Some((id, fill)) = later {
            return Err(Error::Usage(format!(
                "the journal has a trade in {} on {} (record {}), which is not before the split of {day}: {}",
                named(&fill.contract),
                store::date_of(fill.filled_at_ms),
                id.0,
                split_late(&split)
            )));
        }
    }
    Ok(())
}

/// Whether both are of one day, and of one moment where both know the clock.
fn same_time(fill: &Fill, entry: &Entry) -> bool {
    let clock = |at_ms: i64| at_ms != store::midnight_ms(store::date_of(at_ms));
    let times = [fill.filled_at_ms, entry.at_ms];
    days_apart(times) == 0 && (times[0] == times[1] || !times.into_iter().all(clock))
}

fn days_apart([one, other]: [i64; 2]) -> i32 {
    (store::date_of(one) - store::date_of(other))
        .get_days()
        .abs()
}

/// Whether a fill says what a row says but for the fees, which words leave out or round, or for the days in which a broker books the end of
/// an option and the shares that change hands at its strike. `ends`: assigned and exercised options of the ledger.
fn is_nearly(fill: &Fill, entry: &Entry, ends: &[(i64, OptionName)]) -> bool {
    /// The fees of an order, and those of each contract, that two who tell the same trade may differ by.
    const FEES_CENTS: [i64; 2] = [2_000, 100];
    if entry.contract == CASH
        || fill.kind != entry.kind
        || !same_symbol(&fill.contract, &entry.contract)
        || fill.quantity.abs() != entry.quantity.abs()
    {
        return false;
    }
    let is_option = OptionName::parse(&entry.contract).is_some();
    let contracts = entry.quantity.abs() / if is_option { 1 } else { 100 };
    let fees = FEES_CENTS[0].saturating_add(FEES_CENTS[1].saturating_mul(contracts));
    if fill.cash_cents.abs_diff(entry.cash_cents) > fees.unsigned_abs() {
        return false;
    }
    let booked = |times| days_apart(times) <= BOOKED_WITHIN;
    let booked_both = booked([fill.filled_at_ms, entry.at_ms]);
    if entry.kind != FillKind::Trade {
        return booked_both;
    }
    let at_strike = || {
        ends.iter().any(|(at_ms, name)| {
            same_symbol(&name.symbol, &entry.symbol)
                && i128::from(name.strike_milli) * 1000 == entry.price_micros
                && booked([*at_ms, fill.filled_at_ms])
        })
    };
    fill.quantity.signum() == entry.quantity.signum()
        && (fill.price_per_share - entry.price_micros as f64 / 1e6).abs() < 5e-5
        && (same_time(fill, entry) || (!is_option && booked_both && at_strike()))
}

/// A file beside the ledger, before anything is done with it: rows whose id the ledger has for another fill leave it.
pub(super) fn meet(reader: &Reader, file: &mut File, again: bool) -> Result<Met, Error> {
    let had = Had::read(reader)?;
    let met = against(&had, file, again);
    let other = |row: &RefusedRow| row.reason == OTHER_UNDER_ID;
    let lines: Vec<u64> = met
        .refused
        .iter()
        .filter(|row| other(row))
        .map(|row| row.line)
        .collect();
    if lines.is_empty() {
        return Ok(met);
    }
    file.rows.retain(|row| !lines.contains(&row.line));
    file.refused.extend(met.refused.into_iter().filter(other));
    file.refused.sort_by_key(|row| row.line);
    Ok(against(&had, file, again))
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
    /// Day and cash of both, where they are not the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    differs: Option<String>,
}

impl Twin {
    fn new(row: &Row, (id, fill): &(RecordId, Fill)) -> Twin {
        let said =
            |at_ms: i64, cash: i64| format!("{} for {}", store::date_of(at_ms), dollars(cash));
        let there = said(fill.filled_at_ms, fill.cash_cents);
        let here = said(row.entry.at_ms, row.entry.cash_cents);
        Twin {
            line: row.line,
            record: id.0,
            differs: (there != here).then(|| format!("there {there}, here {here}")),
        }
    }

    /// `kept before as record 3, from another source (there 2026-09-10 for $129.35, here 2026-09-10 for $129.33)`.
    pub(super) fn words(&self) -> String {
        let differs = self.differs.as_ref();
        let differs = differs.map_or_else(String::new, |differs| format!(" ({differs})"));
        format!(
            "kept before as record {}, from another source{differs}",
            self.record
        )
    }

    /// A line of a list.
    pub(super) fn line(&self) -> String {
        let words = self.words();
        format!(
            "  line {}: {words}; if it happened once more, add --again\n",
            self.line
        )
    }
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
    /// Their places in the file.
    pub(super) had: BTreeSet<usize>,
    /// Those of them that it has from another source.
    pub(crate) twins: Vec<Twin>,
    /// Places in the file of the rows that it does not have, refused or not for what it lacks.
    pub(crate) fresh: Vec<usize>,
}

const OTHER_UNDER_ID: &str = "the journal has another row under the same id";

/// What the ledger has.
#[derive(Debug, Default)]
pub(super) struct Had {
    pub(super) fills: Vec<(RecordId, Fill)>,
    pub(super) splits: Vec<Split>,
}

impl Had {
    pub(super) fn read(reader: &Reader) -> Result<Had, Error> {
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

/// The rows, by their place, that say what a fill from elsewhere says: the same trade, told twice. Each fill is one row's; those that say the
/// very same come first. What comes in from an account was told by nobody.
fn twins(had: &[(RecordId, Fill)], file: &File) -> BTreeMap<usize, Twin> {
    let own: BTreeSet<&str> = file.rows.iter().map(|row| row.reference.as_str()).collect();
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    let mut ends: BTreeMap<String, Vec<(i64, OptionName)>> = BTreeMap::new();
    let mut others: BTreeMap<String, Vec<&(RecordId, Fill)>> = BTreeMap::new();
    for one in had {
        let fill = &one.1;
        let reference = fill.broker_ref.as_deref();
        kept.extend(reference);
        if let (FillKind::Assigned | FillKind::Exercised, Some(name)) =
            (fill.kind, OptionName::parse(&fill.contract))
        {
            let of_symbol = ends.entry(root(&fill.symbol)).or_default();
            of_symbol.push((fill.filled_at_ms, name));
        }
        // Cash that was paid in for an opening is no deposit that a broker knows.
        let is_made_up = fill.contract == CASH && store::is_brought(fill);
        if !is_made_up && reference.is_none_or(|reference| !own.contains(reference)) {
            others.entry(root(&fill.contract)).or_default().push(one);
        }
    }
    let mut twins = BTreeMap::new();
    for nearly in [false, true] {
        for (place, row) in file.rows.iter().enumerate() {
            let entry = &row.entry;
            if entry.way == Way::Splits
                || row.reference.starts_with(store::BROUGHT)
                || kept.contains(row.reference.as_str())
                || twins.contains_key(&place)
            {
                continue;
            }
            let Some(others) = others.get_mut(&root(&entry.contract)) else {
                continue;
            };
            let ends = ends
                .get(&root(&entry.symbol))
                .map_or(&[][..], Vec::as_slice);
            let is_one = |fill: &Fill| {
                let theirs = fill.broker_ref.as_deref().unwrap_or_default();
                origin(theirs) != origin(&row.reference)
                    && match nearly {
                        true => is_nearly(fill, entry, ends),
                        false => is_it(fill, entry),
                    }
            };
            let nearest = (0..others.len())
                .filter(|&at| is_one(&others[at].1))
                .min_by_key(|&at| {
                    let fill = &others[at].1;
                    let days = days_apart([fill.filled_at_ms, entry.at_ms]);
                    (days, fill.cash_cents.abs_diff(entry.cash_cents))
                });
            if let Some(at) = nearest {
                twins.insert(place, Twin::new(row, others.swap_remove(at)));
            }
        }
    }
    twins
}

/// Meets a file with the ledger; `again`: what it has from elsewhere happened once more.
pub(super) fn against(had: &Had, file: &File, again: bool) -> Met {
    let Had {
        fills: had,
        splits: had_splits,
    } = had;
    let mut twins = match again {
        true => BTreeMap::new(),
        false => twins(had, file),
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
            let mut told = had_splits.iter().chain(&met.splits);
            if told.any(|had| is_told(had, &split, again)) {
                met.known += 1;
                met.had.insert(place);
            } else {
                positions.split(&split);
                met.splits.push(split);
                met.fresh.push(place);
            }
            continue;
        }
        let resolved = match references.get(&row.reference) {
            // The sign of what ends is that of the first reading.
            Some(fill) if same(&row.entry, fill) => {
                met.known += 1;
                met.had.insert(place);
                continue;
            }
            Some(_) => Err(OTHER_UNDER_ID.to_owned()),
            None => {
                if let Some(twin) = twins.remove(&place) {
                    met.known += 1;
                    met.had.insert(place);
                    met.twins.push(twin);
                    continue;
                }
                met.fresh.push(place);
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

/// Whether a row says what a kept fill says.
fn same(entry: &Entry, fill: &Fill) -> bool {
    entry.at_ms == fill.filled_at_ms
        && entry.kind == fill.kind
        && same_symbol(&entry.contract, &fill.contract)
        && (entry.contract != CASH || same_symbol(&entry.symbol, &fill.symbol))
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
    let lines: BTreeSet<u64> = file.rows.iter().map(|row| row.line).collect();
    let rows = lines.len() + file.refused.len();
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
        remarks: file.remarks,
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
        text.push_str(&twin.line());
    }
    for remark in summary.remarks.iter().take(LISTED) {
        let reason = safe(&remark.reason);
        text.push_str(&format!("  line {}: {reason}\n", remark.line));
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
