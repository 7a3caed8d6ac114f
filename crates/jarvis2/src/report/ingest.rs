//! What was understood of a vendor's file, for a terminal of 80 columns.

use super::table::{Table, indented, wrap};
use super::units::{count, decimal, percent, usd};
use crate::ingest::{Shown, first_refused, layout, notes, side};
use market::ingest::{Explained, ExplainedColumn, Ingest, Units, chain_stats, spot_from_parity};

/// Columns of the screen.
const WIDTH: usize = 80;

/// Chains of the table; more are counted.
const CHAINS_SHOWN: usize = 20;

/// The whole screen.
pub(crate) fn ingest_text(shown: &Shown) -> String {
    let explained = &shown.explained;
    let mut lines = wrap(
        &format!(
            "{}: {} ({}), {} rows, {}",
            shown.file,
            explained.format.name(),
            explained.kind,
            count(explained.rows as u64),
            layout(explained)
        ),
        WIDTH,
    );
    lines.extend(wrap(
        &format!("Told by: {}.", explained.told_by.join(", ")),
        WIDTH,
    ));
    if shown.explain {
        columns(shown, &mut lines);
    }
    if let Ok(ingest) = &explained.result {
        chains(ingest, &mut lines);
        if let Some(units) = &shown.units {
            units_checked(units, explained, &mut lines);
        }
        refused(ingest, &mut lines);
        let notes = notes(ingest);
        if !notes.is_empty() {
            lines.extend([String::new(), "NOTES".to_owned()]);
            for note in &notes {
                lines.extend(indented("  - ", note, WIDTH));
            }
        }
    }
    lines.join("\n")
}

fn columns(shown: &Shown, lines: &mut Vec<String>) {
    let explained = &shown.explained;
    let missing = |rows: usize| match explained.rows {
        0 => "n/a".to_owned(),
        all => percent(rows as f64 / all as f64),
    };
    let mut table = Table::new(&["column", "is", "in the file", "as read", "missing"]);
    for column in &explained.columns {
        let is = match column.side {
            Some(right) => format!("{} ({})", column.field, side(right)),
            None => column.field.to_owned(),
        };
        let none = || "n/a".to_owned();
        table.row(vec![
            column.name.clone(),
            is,
            column.sample.clone().map_or_else(none, cut),
            column.sample_read.clone().map_or_else(none, cut),
            missing(column.missing),
        ]);
        if let Some(note) = unit_note(column) {
            table.note(note);
        }
    }
    lines.extend([String::new(), "COLUMNS".to_owned()]);
    lines.extend(table.lines(WIDTH));
    if !explained.unused.is_empty() {
        let names: Vec<String> = explained
            .unused
            .iter()
            .map(|column| match &column.sample {
                Some(sample) => format!("{} ({})", column.name, cut(sample.clone())),
                None => format!("{} (empty)", column.name),
            })
            .collect();
        lines.extend(indented("  Not used: ", &names.join(", "), WIDTH));
    }
    if !shown.absent.is_empty() {
        lines.extend(indented(
            "  Without a column: ",
            &shown.absent.join(", "),
            WIDTH,
        ));
    }
}

/// What a reader should know of a column's unit: that its numbers were changed, or could not be read.
fn unit_note(column: &ExplainedColumn) -> Option<String> {
    let mut parts = Vec::new();
    match column.factor {
        Some(factor) if factor != 1.0 => parts.push(format!(
            "{}, times {} gives {}",
            column.unit,
            decimal(factor, if factor < 0.01 { 6 } else { 4 }),
            column.becomes
        )),
        None if column.unit != column.becomes
            && column.becomes != "root, expiry, right, strike" =>
        {
            parts.push(format!("{}: {}", column.unit, column.becomes));
        }
        _ if ["theta", "vega", "rho", "iv"].contains(&column.field) => {
            parts.push(column.unit.to_owned());
        }
        _ => {}
    }
    if column.unreadable > 0 {
        parts.push(format!(
            "{} rows could not be read",
            count(column.unreadable as u64)
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn chains(ingest: &Ingest, lines: &mut Vec<String>) {
    let mut table = Table::new(&[
        "chain",
        "day",
        "spot",
        "spot by\nparity",
        "expiries",
        "quotes",
        "bid and\nask",
        "with\nvolatility",
    ]);
    let none = || "n/a".to_owned();
    for chain in ingest.chains.iter().take(CHAINS_SHOWN) {
        let stats = chain_stats(chain);
        table.row(vec![
            chain.symbol.clone(),
            chain.as_of.to_string(),
            chain.spot_usd.map_or_else(none, usd),
            spot_from_parity(chain).map_or_else(none, |parity| usd(parity.spot_usd)),
            stats.expiries.to_string(),
            count(stats.quotes as u64),
            count(stats.two_sided as u64),
            count((stats.quotes - stats.iv_missing) as u64),
        ]);
    }
    lines.extend([String::new(), "CHAINS".to_owned()]);
    lines.extend(table.lines(WIDTH));
    if let Some(more) = ingest
        .chains
        .len()
        .checked_sub(CHAINS_SHOWN)
        .filter(|&more| more > 0)
    {
        lines.push(format!("  and {} more", count(more as u64)));
    }
}

fn units_checked(units: &Units, explained: &Explained, lines: &mut Vec<String>) {
    let mut table = Table::new(&[
        "number",
        "quotes",
        "file over\nformula",
        "unit of the file",
        "as read",
    ]);
    for check in &units.checks {
        let none = || "n/a".to_owned();
        let verdict = match check.as_read {
            None => "n/a",
            Some(true) => "yes",
            Some(false) => "NO",
        };
        let unit = match (&check.missing, check.unit) {
            (Some(_), _) => "n/a",
            (None, Some(unit)) => unit,
            (None, None) => "fits none",
        };
        table.row(vec![
            check.field.to_owned(),
            check.rows.to_string(),
            check.ratio.map_or_else(none, |ratio| decimal(ratio, 5)),
            unit.to_owned(),
            verdict.to_owned(),
        ]);
        if let Some(missing) = &check.missing {
            table.note(format!("n/a ({missing})"));
        } else if check.as_read == Some(false) && check.unit.is_none() {
            table
                .note("no unit explains it: these are other numbers than the formula's".to_owned());
        } else if check.as_read == Some(false) {
            let read_as = explained
                .columns
                .iter()
                .find(|column| column.field == check.field);
            table.note(format!(
                "it was read as {}: say otherwise in a mapping (--mapping)",
                read_as.map_or("another unit", |column| column.unit)
            ));
        }
    }
    lines.extend([
        String::new(),
        "UNITS, held against Black-Scholes".to_owned(),
    ]);
    lines.extend(table.lines(WIDTH));
    lines.extend(indented(
        "  ",
        &format!(
            "Medians over the quotes of {} on {} nearest to the forward, 7 to 400 days from expiry, at a rate of {}; the formula's \
             numbers are per year and per 1.00, so that theta per calendar day gives 0.00274.",
            units.symbol,
            units.as_of,
            percent(units.rate)
        ),
        WIDTH,
    ));
}

fn refused(ingest: &Ingest, lines: &mut Vec<String>) {
    lines.extend([
        String::new(),
        format!(
            "ROWS: {} read, {} refused",
            count(ingest.rows_read as u64),
            count(ingest.refused_total() as u64)
        ),
    ]);
    for (reason, rows) in &ingest.refused_counts {
        lines.push(format!("  {}: {reason}", count(*rows as u64)));
    }
    for first in first_refused(ingest) {
        lines.extend(indented("  - ", &first, WIDTH));
    }
}

/// As much of a value as a column of the table holds.
fn cut(text: String) -> String {
    const LETTERS: usize = 18;
    if text.chars().count() <= LETTERS {
        return text;
    }
    let head: String = text.chars().take(LETTERS - 2).collect();
    format!("{head}..")
}
