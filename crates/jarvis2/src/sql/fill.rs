//! Rows into tables: from the ledger, from vendors' files, from the embedded sample.

use super::tables::{From, spec};
use super::{Sources, internal};
use crate::error::Error;
use crate::progress::Progress;
use analytics::{Table, Value};
use experience::{Kind, LabelValue, Options, Origin, Reader, RecordId};
use jiff::civil::{Date, date};
use market::events::{EventKind, read_events, read_events_bytes};
use market::history::{History, read_history, read_history_bytes};
use market::ingest::{FileMapping, Ingest};
use market::{Chain, Style, sample};
use pricing::Right;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tables with their rows, and what should be known about them.
pub(super) struct Filled {
    pub(super) tables: Vec<Table>,
    pub(super) notes: Vec<String>,
}

/// Fills the tables of these names, which the sources hold.
pub(super) fn fill(
    wanted: &[&'static str],
    sources: &Sources,
    progress: &Progress,
) -> Result<Filled, Error> {
    let mut filled = Filled {
        tables: Vec::new(),
        notes: Vec::new(),
    };
    let wants = |from: From| -> Vec<Table> {
        wanted
            .iter()
            .filter_map(|name| spec(name))
            .filter(|spec| spec.from == from)
            .map(|spec| spec.empty())
            .collect()
    };
    let mapping = sources.mapping.read(!sources.chain.is_empty())?;
    let (ledger, chains) = (wants(From::Ledger), wants(From::Chains));
    let (history, events) = (wants(From::History), wants(From::Events));
    let uses_sample = sources.is_empty();
    if uses_sample && !(chains.is_empty() && history.is_empty() && events.is_empty()) {
        filled.notes.push(
            "SYNTHETIC DATA: no file was given, so these are the embedded sample's tables; they prove nothing about any \
             market (--chain, --history, --events and --db name your own)"
                .to_owned(),
        );
    }
    if !ledger.is_empty() {
        progress.stage("reading the ledger");
        let tables = read_ledger(ledger, sources, progress)?;
        filled.tables.extend(tables);
    }
    if !chains.is_empty() {
        progress.stage("reading chains");
        let ingest = ingest(sources, mapping, &mut filled.notes)?;
        for mut table in chains {
            match table.name.as_str() {
                "chains" => push_chains(&mut table, &ingest, progress)?,
                _ => push_spots(&mut table, &ingest)?,
            }
            filled.tables.push(table);
        }
    }
    for mut table in history {
        progress.stage("reading prices");
        for history in histories(sources, &mut filled.notes)? {
            push_history(&mut table, &history)?;
        }
        filled.tables.push(table);
    }
    for mut table in events {
        let events = match &sources.events {
            Some(path) => read_events(path)?,
            None => read_events_bytes("embedded sample", sample::EVENTS_CSV.as_bytes())?,
        };
        for event in events {
            let (kind, amount_usd, ratio) = match event.kind {
                EventKind::ExDividend { amount_usd } => ("ex_dividend", Some(amount_usd), None),
                EventKind::Earnings => ("earnings", None, None),
                EventKind::Split { ratio } => ("split", None, Some(ratio)),
                EventKind::Delisting { amount_usd } => ("delisting", Some(amount_usd), None),
            };
            table
                .push([
                    event.symbol.into(),
                    day(event.date),
                    kind.into(),
                    amount_usd.into(),
                    ratio.into(),
                ])
                .map_err(internal)?;
        }
        filled.tables.push(table);
    }
    Ok(filled)
}

fn ingest(
    sources: &Sources,
    mapping: Option<Arc<FileMapping>>,
    notes: &mut Vec<String>,
) -> Result<Ingest, Error> {
    let options = market::ingest::Options {
        symbol: sources.symbol.clone(),
        mapping,
        ..Default::default()
    };
    let ingest = crate::ingest::quotes(&sources.chain, &options)?;
    if ingest.refused_total() > 0 {
        let reasons: Vec<String> = ingest
            .refused_counts
            .iter()
            .map(|(reason, count)| format!("{count} {reason}"))
            .collect();
        notes.push(format!(
            "{} of {} rows of the chain files were refused and are in no table: {}",
            ingest.refused_total(),
            ingest.rows_read,
            reasons.join(", ")
        ));
    }
    notes.extend(ingest.notes.iter().map(ToString::to_string));
    Ok(ingest)
}

fn push_chains(table: &mut Table, ingest: &Ingest, progress: &Progress) -> Result<(), Error> {
    for (place, chain) in ingest.chains.iter().enumerate() {
        stop(progress)?;
        progress.fraction(place as f64 / ingest.chains.len() as f64);
        push_chain(table, chain)?;
    }
    Ok(())
}

fn push_chain(table: &mut Table, chain: &Chain) -> Result<(), Error> {
    for quote in &chain.quotes {
        let contract = &quote.contract;
        let days = (contract.expiry - chain.as_of).get_days();
        // A volume beyond 63 bits is no volume.
        let count = |count: Option<u64>| Value::from(count.and_then(|x| i64::try_from(x).ok()));
        table
            .push([
                chain.source.as_str().into(),
                contract.symbol.as_str().into(),
                day(chain.as_of),
                chain.spot_usd.into(),
                day(contract.expiry),
                i64::from(days).into(),
                contract.strike_usd.into(),
                match contract.right {
                    Right::Call => "C".into(),
                    Right::Put => "P".into(),
                },
                match contract.style {
                    Style::American => "A".into(),
                    Style::European => "E".into(),
                },
                i64::from(contract.multiplier).into(),
                quote.bid_usd.into(),
                quote.ask_usd.into(),
                quote.mid_usd().into(),
                quote.last_usd.into(),
                count(quote.volume),
                count(quote.open_interest),
                quote.iv.into(),
                quote.delta.into(),
                quote.gamma.into(),
                quote.theta_per_day.into(),
                quote.vega_per_point.into(),
                quote.rho_per_percent.into(),
            ])
            .map_err(internal)?;
    }
    Ok(())
}

fn push_spots(table: &mut Table, ingest: &Ingest) -> Result<(), Error> {
    for spot in &ingest.spots {
        table
            .push([
                spot.symbol.as_str().into(),
                day(spot.date),
                spot.spot_usd.into(),
            ])
            .map_err(internal)?;
    }
    Ok(())
}

fn histories(sources: &Sources, notes: &mut Vec<String>) -> Result<Vec<History>, Error> {
    let mut histories = Vec::new();
    if sources.is_empty() {
        for (symbol, csv) in sample::HISTORIES {
            let wanted = sources.symbol.as_deref();
            if wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(symbol)) {
                let mut history =
                    read_history_bytes("embedded sample", csv.as_bytes(), Some(symbol))?;
                // The sample names its files by symbol, not their rows.
                history.symbol = Some(symbol.to_owned());
                histories.push(history);
            }
        }
    }
    for path in &sources.history {
        let mut history = read_history(path, sources.symbol.as_deref())?;
        notes.extend(
            history
                .notes
                .iter()
                .map(|note| format!("{}: {note}", path.display())),
        );
        if history.symbol.is_none() {
            history.symbol = sources.symbol.as_deref().map(str::to_uppercase);
        }
        histories.push(history);
    }
    Ok(histories)
}

fn push_history(table: &mut Table, history: &History) -> Result<(), Error> {
    // One return fewer than days: the first day has none.
    let returns = history.log_returns();
    let lead = history.days.len().saturating_sub(returns.len());
    for (place, row) in history.days.iter().enumerate() {
        let log_return = place
            .checked_sub(lead)
            .and_then(|place| returns.get(place))
            .copied()
            .filter(|x| x.is_finite());
        table
            .push([
                history.symbol.clone().into(),
                day(row.date),
                row.open_usd.into(),
                row.high_usd.into(),
                row.low_usd.into(),
                row.close_usd.into(),
                row.dividend_usd.into(),
                row.split.into(),
                log_return.into(),
            ])
            .map_err(internal)?;
    }
    Ok(())
}

/// Records asked for at once.
const CHUNK: usize = 4096;

fn read_ledger(
    mut tables: Vec<Table>,
    sources: &Sources,
    progress: &Progress,
) -> Result<Vec<Table>, Error> {
    let Some(path) = &sources.db else {
        // Asked before: whoever names a table of the ledger gives one.
        return Ok(tables);
    };
    let ledger = |error: experience::Error| Error::Table {
        file: path.display().to_string(),
        what: error.to_string(),
        remedy: "--db names the ledger".to_owned(),
    };
    let reader = Reader::open(path, &Options::default()).map_err(ledger)?;
    let mut newest: BTreeMap<RecordId, (i64, RecordId)> = BTreeMap::new();
    let mut outcomes: Vec<RecordId> = Vec::new();
    let mut after = RecordId(0);
    loop {
        stop(progress)?;
        let records = reader.records_after(after, CHUNK).map_err(ledger)?;
        let Some(&(last, _)) = records.last() else {
            break;
        };
        for (id, kind) in records {
            if kind == Kind::Outcome && tables.iter().any(|table| table.name == "outcomes") {
                let outcome = reader.outcome(id).map_err(ledger)?;
                let known = (outcome.known_at_ms, id);
                let best = newest.entry(outcome.decision).or_insert(known);
                *best = known.max(*best);
                outcomes.push(id);
                continue;
            }
            for table in &mut tables {
                push_record(table, &reader, id, kind).map_err(|error| match error {
                    Failed::Ledger(error) => ledger(error),
                    Failed::Table(error) => internal(error),
                })?;
            }
        }
        after = last;
    }
    if let Some(table) = tables.iter_mut().find(|table| table.name == "outcomes") {
        for id in outcomes {
            let outcome = reader.outcome(id).map_err(ledger)?;
            let is_newest = newest.get(&outcome.decision) == Some(&(outcome.known_at_ms, id));
            table
                .push([
                    id.0.into(),
                    outcome.decision.0.into(),
                    moment(outcome.known_at_ms),
                    outcome.ending.into(),
                    outcome.realised_cents.into(),
                    outcome.facts.into(),
                    is_newest.into(),
                ])
                .map_err(internal)?;
        }
    }
    Ok(tables)
}

enum Failed {
    Ledger(experience::Error),
    Table(analytics::Error),
}

impl std::convert::From<experience::Error> for Failed {
    fn from(error: experience::Error) -> Failed {
        Failed::Ledger(error)
    }
}

impl std::convert::From<analytics::Error> for Failed {
    fn from(error: analytics::Error) -> Failed {
        Failed::Table(error)
    }
}

/// Adds a record to a table if it belongs there; outcomes come later, when the newest is known.
fn push_record(table: &mut Table, reader: &Reader, id: RecordId, kind: Kind) -> Result<(), Failed> {
    match (table.name.as_str(), kind) {
        ("decisions", Kind::Decision) => {
            let decision = reader.decision(id)?;
            let situation = reader.situation(decision.situation)?;
            let origin = match decision.origin {
                Origin::Live => "live",
                Origin::SelfPlay => "self_play",
                Origin::Backtest => "backtest",
            };
            table.push([
                id.0.into(),
                decision.situation.0.into(),
                situation.symbol.into(),
                moment(situation.as_of_ms),
                moment(decision.made_at_ms),
                origin.into(),
                decision.action.into(),
                decision.worth.into(),
                decision.model.map(|id| id.0).into(),
                decision.seed.map(|seed| seed.to_string()).into(),
            ])?;
        }
        ("visits", Kind::Decision) => {
            for (place, visit) in reader.decision(id)?.visits.into_iter().enumerate() {
                table.push([
                    id.0.into(),
                    (place as i64).into(),
                    visit.action.into(),
                    visit.visits.cast_signed().into(),
                    visit.prior.into(),
                    visit.worth.into(),
                ])?;
            }
        }
        ("plans", Kind::Decision) => {
            if let Some(plan) = reader.decision(id)?.plan {
                table.push([id.0.into(), plan.text.into(), plan.json.into()])?;
            }
        }
        ("fills", Kind::Fill) => {
            let fill = reader.fill(id)?;
            let contract = occ(&fill.contract);
            table.push([
                id.0.into(),
                fill.kind.name().into(),
                fill.decision.map(|id| id.0).into(),
                moment(fill.filled_at_ms),
                fill.symbol.into(),
                fill.contract.into(),
                contract.map_or(Value::Missing, |(expiry, ..)| day(expiry)),
                contract.map(|(_, _, strike_usd)| strike_usd).into(),
                contract.map(|(_, right, _)| right).into(),
                fill.quantity.into(),
                fill.price_per_share.into(),
                fill.fees_cents.into(),
                fill.cash_cents.into(),
                fill.broker_ref.into(),
            ])?;
        }
        ("situations", Kind::Situation) => {
            let situation = reader.situation(id)?;
            table.push([
                id.0.into(),
                situation.symbol.into(),
                moment(situation.as_of_ms),
                situation.source.into(),
                situation.facts.into(),
            ])?;
        }
        ("labels", Kind::Label) => {
            let label = reader.label(id)?;
            let (word, number) = match label.value {
                LabelValue::Word(word) => (Some(word), None),
                LabelValue::Number(number) => (None, Some(number)),
            };
            table.push([
                id.0.into(),
                label.about.0.into(),
                label.name.into(),
                moment(label.known_at_ms),
                word.into(),
                number.into(),
            ])?;
        }
        ("notes", Kind::Note) => {
            let note = reader.note(id)?;
            table.push([
                id.0.into(),
                note.about.map(|id| id.0).into(),
                note.symbol.into(),
                moment(note.written_at_ms),
                note.kind.into(),
                note.body.into(),
            ])?;
        }
        ("edges", Kind::Edge) => {
            let edge = reader.edge(id)?;
            table.push([
                id.0.into(),
                edge.source.0.into(),
                edge.target.0.into(),
                edge.kind.into(),
                edge.weight.into(),
            ])?;
        }
        ("models", Kind::Model) => {
            let model = reader.model(id)?;
            let digest: String = model.digest.iter().map(|b| format!("{b:02x}")).collect();
            table.push([
                id.0.into(),
                model.name.into(),
                digest.into(),
                moment(model.made_at_ms),
                model.parent.map(|id| id.0).into(),
                model.facts.into(),
            ])?;
        }
        _ => {}
    }
    Ok(())
}

fn stop(progress: &Progress) -> Result<(), Error> {
    if progress.stopped() {
        return Err(Error::Interrupted {
            done: "the tables were being read".to_owned(),
        });
    }
    Ok(())
}

fn day(day: Date) -> Value {
    Value::Day((day - date(1970, 1, 1)).get_days())
}

/// Milliseconds to microseconds; a moment that does not fit is missing.
fn moment(ms: i64) -> Value {
    ms.checked_mul(1000).map_or(Value::Missing, Value::Moment)
}

/// Expiry, right and strike of a contract in OCC notation: symbol, yymmdd, C or P, strike in thousandths of a dollar.
/// Source: OCC, Options Symbology Initiative (2010).
fn occ(contract: &str) -> Option<(Date, &'static str, f64)> {
    let tail = contract.len().checked_sub(15)?;
    if tail == 0 || !contract.is_char_boundary(tail) {
        return None;
    }
    let tail = &contract[tail..];
    let number = |range: std::ops::Range<usize>| -> Option<i32> {
        let digits = tail.get(range)?;
        let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
        all_digits.then(|| digits.parse().ok())?
    };
    let year = i16::try_from(2000 + number(0..2)?).ok()?;
    let (month, day) = (number(2..4)?, number(4..6)?);
    let expiry = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let right = match &tail[6..7] {
        "C" => "C",
        "P" => "P",
        _ => return None,
    };
    Some((expiry, right, f64::from(number(7..15)?) / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occ_notation_padded_or_not() {
        let put = Some((date(2026, 8, 21), "P", 62.5));
        assert_eq!(occ("KO    260821P00062500"), put);
        assert_eq!(occ("KO260821P00062500"), put);
        assert_eq!(
            occ("SPXW  261231C05000000"),
            Some((date(2026, 12, 31), "C", 5000.0))
        );
        // Shares, a day that is none, a right that is none, words of the same length.
        for none in [
            "KO",
            "260821P00062500",
            "KO260231P00062500",
            "KO260821X00062500",
            "KO26 821P00062500",
            "earnings on Tuesday é",
        ] {
            assert_eq!(occ(none), None, "{none}");
        }
    }

    #[test]
    fn days_and_moments() {
        assert_eq!(day(date(1969, 12, 31)), Value::Day(-1));
        assert_eq!(day(date(2026, 6, 30)), Value::Day(20_634));
        assert_eq!(
            moment(1_766_000_000_123),
            Value::Moment(1_766_000_000_123_000)
        );
        assert_eq!(moment(i64::MAX), Value::Missing);
    }
}
