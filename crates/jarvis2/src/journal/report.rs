//! `jarvis2 journal report`: the same cash seen twice, by the day it moved and by the day the trade ended.
//!
//! ```text
//! change of cash = realised by trades closed in these days + dividends + interest + fees + transfers
//!                + change of the opening cash of open positions
//! ```
//! Both columns add up to the change of cash, to the cent; a report whose sides differ is refused as a bug and never printed. An open
//! position is listed apart and never counted as closed, also after its expiry: only a row of the broker ends it.

use super::lots::{Books, Link, Lot, Split, Trade};
use super::store::{self, date_of, today};
use super::{DbArgs, WhichArgs, safe};
use crate::account::same_symbol;
use crate::cli::{done, pretty};
use crate::error::Error;
use experience::{CASH, Fill, FillKind, RecordId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One month, or all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Period {
    /// Options sold, before fees, by the day of the cash.
    pub(crate) premium_received_cents: i64,
    /// Options bought, before fees, by the day of the cash; below zero.
    pub(crate) premium_paid_cents: i64,
    /// Fees of trades, positive paid.
    pub(crate) trade_fees_cents: i64,
    /// Cash of option trades, fees taken off.
    pub(crate) options_cash_cents: i64,
    /// Cash of share trades, fees taken off.
    pub(crate) shares_cash_cents: i64,
    pub(crate) dividends_cents: i64,
    pub(crate) interest_cents: i64,
    /// Fees of no trade, below zero when paid.
    pub(crate) other_fees_cents: i64,
    pub(crate) transfers_cents: i64,
    /// The change of cash: the sum of the six above.
    pub(crate) cash_cents: i64,
    /// Gain of option trades that ended, fees taken off.
    pub(crate) options_realised_cents: i64,
    /// Gain of share trades that ended, fees taken off.
    pub(crate) shares_realised_cents: i64,
    /// Trades that ended.
    pub(crate) trades_closed: u32,
    /// Short options assigned, in contracts.
    pub(crate) contracts_assigned: i64,
}

/// The two sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Reconciliation {
    pub(crate) cash_cents: i64,
    pub(crate) realised_cents: i64,
    pub(crate) dividends_interest_fees_cents: i64,
    pub(crate) transfers_cents: i64,
    pub(crate) open_positions_change_cents: i64,
    /// Always 0.
    pub(crate) difference_cents: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TradeRow {
    pub(crate) symbol: String,
    pub(crate) contract: String,
    /// Negative: sold first.
    pub(crate) quantity: i64,
    pub(crate) opened: String,
    pub(crate) closed: String,
    pub(crate) days: i64,
    pub(crate) ending: String,
    pub(crate) opening_cash_cents: i64,
    pub(crate) closing_cash_cents: i64,
    pub(crate) fees_cents: i64,
    pub(crate) realised_cents: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct OpenRow {
    pub(crate) symbol: String,
    pub(crate) contract: String,
    pub(crate) quantity: i64,
    pub(crate) opened: String,
    /// Opening cash, fees taken off: positive received.
    pub(crate) opening_cash_cents: i64,
    /// What should be known about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remark: Option<String>,
}

/// A chain of rolls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct RollRow {
    pub(crate) symbol: String,
    pub(crate) contracts: Vec<String>,
    pub(crate) quantity: i64,
    pub(crate) opened: String,
    /// `open`, or how the last ended.
    pub(crate) ending: String,
    /// Gain of the links that ended.
    pub(crate) realised_cents: i64,
    /// Opening cash of a link that is open; no gain yet.
    pub(crate) open_cash_cents: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Report {
    pub(crate) db: String,
    pub(crate) symbol: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) total: Period,
    /// By `YYYY-MM`.
    pub(crate) months: BTreeMap<String, Period>,
    pub(crate) reconciliation: Reconciliation,
    pub(crate) trades: Vec<TradeRow>,
    pub(crate) rolls: Vec<RollRow>,
    pub(crate) open: Vec<OpenRow>,
}

/// `-$1,234.56`.
pub(crate) fn dollars(cents: i64) -> String {
    let whole = (cents.unsigned_abs() / 100).to_string();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}${grouped}.{:02}", cents.unsigned_abs() % 100)
}

/// Makes the report of fills up to the end of the days asked for, in the order of time.
pub(crate) fn make(
    fills: &[(RecordId, Fill)],
    splits: &[Split],
    from_ms: i64,
    today: jiff::civil::Date,
) -> Result<Report, Error> {
    let first = fills.partition_point(|(_, fill)| fill.filled_at_ms < from_ms);
    let early = splits.partition_point(|split| split.at_ms < from_ms);
    let before = Books::of(&fills[..first], &splits[..early]);
    let after = Books::of(fills, splits);
    let mut months: BTreeMap<String, Period> = BTreeMap::new();
    let month = |at_ms: i64| date_of(at_ms).strftime("%Y-%m").to_string();
    for (_, fill) in &fills[first..] {
        months
            .entry(month(fill.filled_at_ms))
            .or_default()
            .cash(fill);
    }
    let closed: Vec<&Trade> = after
        .trades
        .iter()
        .filter(|trade| trade.closed_ms >= from_ms)
        .collect();
    for trade in &closed {
        months
            .entry(month(trade.closed_ms))
            .or_default()
            .closed(trade);
    }
    let mut total = Period::default();
    for period in months.values() {
        total.add(period);
    }
    let realised_cents = closed.iter().map(|trade| trade.realised_cents()).sum();
    let earned = total.dividends_cents + total.interest_cents + total.other_fees_cents;
    let open_change = after.open_cents() - before.open_cents();
    let cash_cents = after.cash_cents - before.cash_cents;
    let reconciliation = Reconciliation {
        cash_cents,
        realised_cents,
        dividends_interest_fees_cents: earned,
        transfers_cents: total.transfers_cents,
        open_positions_change_cents: open_change,
        difference_cents: cash_cents
            - realised_cents
            - earned
            - total.transfers_cents
            - open_change,
    };
    let sides = [
        reconciliation.difference_cents,
        total.cash_cents - cash_cents,
        total.options_realised_cents + total.shares_realised_cents - realised_cents,
        after.check(),
    ];
    if sides != [0; 4] {
        return Err(Error::Internal(format!(
            "the journal does not add up to cash: {sides:?} cents are left over"
        )));
    }
    Ok(Report {
        db: String::new(),
        symbol: None,
        from: None,
        to: None,
        trades: closed.iter().map(|trade| trade_row(trade)).collect(),
        rolls: rolls(&after, from_ms),
        open: after.lots.iter().map(|lot| open_row(lot, today)).collect(),
        total,
        months,
        reconciliation,
    })
}

impl Period {
    fn cash(&mut self, fill: &Fill) {
        let cash = fill.cash_cents;
        self.cash_cents += cash;
        if fill.contract == CASH {
            *match fill.kind {
                FillKind::Dividend => &mut self.dividends_cents,
                FillKind::Interest => &mut self.interest_cents,
                FillKind::Transfer => &mut self.transfers_cents,
                _ => &mut self.other_fees_cents,
            } += cash;
            return;
        }
        self.trade_fees_cents += fill.fees_cents;
        if fill.contract == fill.symbol {
            self.shares_cash_cents += cash;
            return;
        }
        self.options_cash_cents += cash;
        let gross = cash + fill.fees_cents;
        *match fill.quantity {
            ..0 => &mut self.premium_received_cents,
            _ => &mut self.premium_paid_cents,
        } += gross;
    }

    fn closed(&mut self, trade: &Trade) {
        self.trades_closed += 1;
        *match trade.lot.option {
            Some(_) => &mut self.options_realised_cents,
            None => &mut self.shares_realised_cents,
        } += trade.realised_cents();
        if trade.ending == FillKind::Assigned {
            self.contracts_assigned += trade.lot.quantity.abs();
        }
    }

    fn add(&mut self, other: &Period) {
        self.premium_received_cents += other.premium_received_cents;
        self.premium_paid_cents += other.premium_paid_cents;
        self.trade_fees_cents += other.trade_fees_cents;
        self.options_cash_cents += other.options_cash_cents;
        self.shares_cash_cents += other.shares_cash_cents;
        self.dividends_cents += other.dividends_cents;
        self.interest_cents += other.interest_cents;
        self.other_fees_cents += other.other_fees_cents;
        self.transfers_cents += other.transfers_cents;
        self.cash_cents += other.cash_cents;
        self.options_realised_cents += other.options_realised_cents;
        self.shares_realised_cents += other.shares_realised_cents;
        self.trades_closed += other.trades_closed;
        self.contracts_assigned += other.contracts_assigned;
    }
}

/// The contract for people.
fn words(lot: &Lot) -> String {
    match &lot.option {
        Some(option) => option.words(),
        None => format!("{} shares", lot.symbol),
    }
}

fn trade_row(trade: &Trade) -> TradeRow {
    TradeRow {
        symbol: trade.lot.symbol.clone(),
        contract: words(&trade.lot),
        quantity: trade.lot.quantity,
        opened: date_of(trade.lot.opened_ms).to_string(),
        closed: date_of(trade.closed_ms).to_string(),
        days: (trade.closed_ms - trade.lot.opened_ms) / 86_400_000,
        ending: trade.ending_word().to_owned(),
        opening_cash_cents: trade.lot.cash_cents,
        closing_cash_cents: trade.close_cents,
        fees_cents: trade.fees_cents(),
        realised_cents: trade.realised_cents(),
    }
}

fn open_row(lot: &Lot, today: jiff::civil::Date) -> OpenRow {
    let past = lot.option.as_ref().filter(|option| option.expiry < today);
    OpenRow {
        symbol: lot.symbol.clone(),
        contract: words(lot),
        quantity: lot.quantity,
        opened: date_of(lot.opened_ms).to_string(),
        opening_cash_cents: lot.cash_cents,
        remark: past.map(|option| {
            format!(
                "expired on {}, but no row says how it ended: import a later file, or enter `expired` or `assigned`",
                option.expiry
            )
        }),
    }
}

fn rolls(books: &Books, from_ms: i64) -> Vec<RollRow> {
    let row = |chain: Vec<Link<'_>>| {
        let (first, last) = (chain.first()?.lot(), chain.last()?);
        let in_window = match last {
            Link::Closed(trade) => trade.closed_ms >= from_ms,
            Link::Open(_) => true,
        };
        in_window.then(|| RollRow {
            symbol: first.symbol.clone(),
            contracts: chain.iter().map(|link| words(link.lot())).collect(),
            quantity: first.quantity,
            opened: date_of(first.opened_ms).to_string(),
            ending: match last {
                Link::Closed(trade) => trade.ending_word().to_owned(),
                Link::Open(_) => "open".to_owned(),
            },
            realised_cents: chain
                .iter()
                .map(|link| match link {
                    Link::Closed(trade) => trade.realised_cents(),
                    Link::Open(_) => 0,
                })
                .sum(),
            open_cash_cents: match last {
                Link::Open(lot) => lot.cash_cents,
                Link::Closed(_) => 0,
            },
        })
    };
    books.chains().into_iter().filter_map(row).collect()
}

/// The command.
pub(crate) fn run(which: &WhichArgs, as_json: bool, db: &DbArgs) -> Result<u8, Error> {
    let (from_ms, until_ms) = which.window_ms()?;
    let (place, reader) = db.reader()?;
    let mut fills = match &reader {
        Some(reader) => reader.fills(i64::MIN, until_ms)?,
        None => Vec::new(),
    };
    let mut splits = match &reader {
        Some(reader) => store::splits(reader)?,
        None => Vec::new(),
    };
    splits.retain(|split| split.at_ms < until_ms);
    let symbol = which.symbol();
    if let Some(symbol) = &symbol {
        fills.retain(|(_, fill)| same_symbol(&fill.symbol, symbol));
    }
    let day = which.to.unwrap_or_else(today);
    let report = Report {
        db: place.path.display().to_string(),
        symbol,
        from: which.from.map(|day| day.to_string()),
        to: which.to.map(|day| day.to_string()),
        ..make(&fills, &splits, from_ms, day)?
    };
    Ok(if as_json {
        done(&pretty(&report)?)
    } else {
        done(&text(&report))
    })
}

/// Rows of cells with the numbers to the right; the first `words` columns stand to the left.
fn columns(words: usize, rows: &[Vec<String>]) -> String {
    let count = rows.first().map_or(0, Vec::len);
    let width = |at: usize| {
        rows.iter()
            .map(|row| row[at].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(at, (cell, &width))| match at < words {
                true => format!("{cell:width$}"),
                false => format!("{cell:>width$}"),
            })
            .collect();
        text.push_str(&format!("  {}\n", cells.join("  ").trim_end()));
    }
    text
}

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn text(report: &Report) -> String {
    let scope = match (&report.from, &report.to) {
        (None, None) => "all days".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("up to {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    };
    let of = report
        .symbol
        .as_deref()
        .map_or_else(String::new, |symbol| format!("{}, ", safe(symbol)));
    let mut text = format!("JOURNAL, {of}{scope}\n");
    if report.months.is_empty() && report.open.is_empty() {
        text.push_str("no fills are kept for these days: `jarvis2 journal import FILE` reads a broker's file\n");
        return text;
    }
    text.push_str("\nBY THE DAY CASH MOVED (options and shares after fees)\n");
    let mut rows = vec![cells([
        "month",
        "premium in",
        "premium out",
        "fees",
        "options",
        "shares",
        "div., int., other",
        "transfers",
        "cash",
    ])];
    let line = |name: &str, p: &Period| {
        vec![
            name.to_owned(),
            dollars(p.premium_received_cents),
            dollars(p.premium_paid_cents),
            dollars(p.trade_fees_cents),
            dollars(p.options_cash_cents),
            dollars(p.shares_cash_cents),
            dollars(p.dividends_cents + p.interest_cents + p.other_fees_cents),
            dollars(p.transfers_cents),
            dollars(p.cash_cents),
        ]
    };
    rows.extend(
        report
            .months
            .iter()
            .map(|(name, period)| line(name, period)),
    );
    rows.push(line("all", &report.total));
    text.push_str(&columns(1, &rows));
    text.push_str("\nBY THE DAY THE TRADE ENDED (after the fees of both ends)\n");
    let mut rows = vec![cells([
        "month", "trades", "assigned", "options", "shares", "realised",
    ])];
    let line = |name: &str, p: &Period| {
        vec![
            name.to_owned(),
            p.trades_closed.to_string(),
            p.contracts_assigned.to_string(),
            dollars(p.options_realised_cents),
            dollars(p.shares_realised_cents),
            dollars(p.options_realised_cents + p.shares_realised_cents),
        ]
    };
    rows.extend(
        report
            .months
            .iter()
            .map(|(name, period)| line(name, period)),
    );
    rows.push(line("all", &report.total));
    text.push_str(&columns(1, &rows));
    let sum = &report.reconciliation;
    text.push_str("\nBOTH ADD UP TO CASH\n");
    text.push_str(&columns(
        1,
        &[
            vec![
                "realised by trades that ended".to_owned(),
                dollars(sum.realised_cents),
            ],
            vec![
                "dividends, interest, other fees".to_owned(),
                dollars(sum.dividends_interest_fees_cents),
            ],
            vec!["paid in and out".to_owned(), dollars(sum.transfers_cents)],
            vec![
                "opening cash of open positions, change".to_owned(),
                dollars(sum.open_positions_change_cents),
            ],
            vec!["change of cash".to_owned(), dollars(sum.cash_cents)],
        ],
    ));
    if !report.trades.is_empty() {
        text.push_str("\nTRADES THAT ENDED\n");
        let mut rows = vec![cells([
            "contract", "opened", "closed", "how", "count", "opening", "closing", "fees",
            "realised",
        ])];
        rows.extend(report.trades.iter().map(|row| {
            vec![
                safe(&row.contract),
                row.opened.clone(),
                row.closed.clone(),
                row.ending.clone(),
                row.quantity.to_string(),
                dollars(row.opening_cash_cents),
                dollars(row.closing_cash_cents),
                dollars(row.fees_cents),
                dollars(row.realised_cents),
            ]
        }));
        text.push_str(&columns(4, &rows));
    }
    if !report.rolls.is_empty() {
        text.push_str("\nROLLS (closed and opened again on one day)\n");
        for row in &report.rolls {
            text.push_str(&format!(
                "  {} x {}: {}; realised {}{}\n",
                row.quantity,
                safe(&row.contracts.join(" > ")),
                row.ending,
                dollars(row.realised_cents),
                match row.open_cash_cents {
                    0 => String::new(),
                    cash => format!(", and {} received for what is open", dollars(cash)),
                }
            ));
        }
    }
    if !report.open.is_empty() {
        text.push_str("\nOPEN (not counted as closed)\n");
        let mut rows = vec![cells(["contract", "opened", "count", "opening cash"])];
        rows.extend(report.open.iter().map(|row| {
            vec![
                safe(&row.contract),
                row.opened.clone(),
                row.quantity.to_string(),
                dollars(row.opening_cash_cents),
            ]
        }));
        text.push_str(&columns(2, &rows));
        for row in &report.open {
            if let Some(remark) = &row.remark {
                text.push_str(&format!("  ! {}: {remark}\n", safe(&row.contract)));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_written_to_the_cent() {
        for (cents, expected) in [
            (0, "$0.00"),
            (-5, "-$0.05"),
            (123_456, "$1,234.56"),
            (-100_000_000, "-$1,000,000.00"),
        ] {
            assert_eq!(dollars(cents), expected);
        }
    }
}
