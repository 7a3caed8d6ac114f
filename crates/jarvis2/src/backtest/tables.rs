//! The files of a backtest: the page, the whole report as JSON, and nights, entries and trades of every policy as Parquet.
//!
//! Columns are typed and have the names of the JSON: dollars end in `_usd`, dates are days. Every row says of which run and policy it is.
//! A file is there whole or not at all, and its place is tried before the first day is lived through.

use super::html::html;
use super::view::{Policy, Report};
use crate::aside::Aside;
use crate::cli;
use crate::error::Error;
use analytics::Type::{self, Count, Day, Number, Text};
use analytics::{Table, Value};
use jiff::civil::Date;
use std::path::Path;

/// Columns of the nights.
const NIGHTS: [(&str, Type); 9] = [
    ("run_id", Text),
    ("policy", Text),
    ("date", Day),
    ("spot_usd", Number),
    ("cash_usd", Number),
    ("shares", Count),
    ("options_usd", Number),
    ("interest_usd", Number),
    ("equity_usd", Number),
];

/// Columns of the entries of the statement.
const ENTRIES: [(&str, Type); 14] = [
    ("run_id", Text),
    ("policy", Text),
    ("date", Day),
    ("what", Text),
    ("right", Text),
    ("strike_usd", Number),
    ("expiry", Day),
    ("count", Count),
    ("price_usd", Number),
    ("fees_usd", Number),
    ("cash_usd", Number),
    ("bid_usd", Number),
    ("ask_usd", Number),
    ("spot_usd", Number),
];

/// Columns of the trades.
const TRADES: [(&str, Type); 17] = [
    ("run_id", Text),
    ("policy", Text),
    ("decided", Day),
    ("opened", Day),
    ("closed", Day),
    ("ending", Text),
    ("right", Text),
    ("strike_usd", Number),
    ("expiry", Day),
    ("days", Count),
    ("contracts", Count),
    ("premium_usd", Number),
    ("cost_usd", Number),
    ("fees_usd", Number),
    ("gain_usd", Number),
    ("spot_usd", Number),
    ("delta", Number),
];

/// What makes the bytes of a file.
type Make = fn(&Report) -> Result<Vec<u8>, Error>;

/// Files of a folder.
const FOLDER: [(&str, Make); 5] = [
    ("report.html", page),
    ("report.json", json),
    ("nights.parquet", |report| Ok(nights(report)?.parquet()?)),
    ("entries.parquet", |report| Ok(entries(report)?.parquet()?)),
    ("trades.parquet", |report| Ok(trades(report)?.parquet()?)),
];

/// The files that were asked for, under way.
pub(super) struct Files(Vec<(Aside, Make)>);

impl Files {
    /// Opens the five files of a folder, which is made if need be, and a page by itself.
    pub(super) fn create(out: Option<&Path>, html: Option<&Path>) -> Result<Files, Error> {
        let mut files: Vec<(Aside, Make)> = Vec::new();
        if let Some(dir) = out {
            std::fs::create_dir_all(dir).map_err(|error| Error::Unwritable {
                path: dir.to_owned(),
                why: error.to_string(),
            })?;
            for (name, make) in FOLDER {
                files.push((Aside::create(&dir.join(name))?, make));
            }
        }
        if let Some(path) = html {
            files.push((Aside::create(path)?, page));
        }
        Ok(Files(files))
    }

    /// Writes them all, and says on stderr where they are.
    pub(super) fn write(mut self, report: &Report) -> Result<(), Error> {
        for (aside, make) in &mut self.0 {
            let bytes = make(report)?;
            aside.write(|out| out.write_all(&bytes))?;
        }
        for (aside, _) in self.0 {
            crate::asked::note(format!("written: {}", aside.commit()?.display()));
        }
        Ok(())
    }
}

fn page(report: &Report) -> Result<Vec<u8>, Error> {
    Ok(html(report).into_bytes())
}

fn json(report: &Report) -> Result<Vec<u8>, Error> {
    Ok((cli::pretty(report)? + "\n").into_bytes())
}

/// The book of every policy on every night.
fn nights(report: &Report) -> Result<Table, Error> {
    let mut table = Table::new("nights", NIGHTS);
    for policy in &report.policies {
        for night in &policy.nights {
            let [run, name] = of(report, policy);
            table.push([
                run,
                name,
                day(&night.date)?,
                night.spot_usd.into(),
                night.cash_usd.into(),
                night.shares.into(),
                night.options_usd.into(),
                night.interest_usd.into(),
                night.equity_usd.into(),
            ])?;
        }
    }
    Ok(table)
}

/// The statement of every policy.
fn entries(report: &Report) -> Result<Table, Error> {
    let mut table = Table::new("entries", ENTRIES);
    for policy in &report.policies {
        for entry in &policy.entries {
            let contract = entry.contract.as_ref();
            let [run, name] = of(report, policy);
            table.push([
                run,
                name,
                day(&entry.date)?,
                entry.what.as_str().into(),
                contract.map(|contract| contract.right.as_str()).into(),
                contract.map(|contract| contract.strike_usd).into(),
                contract.map_or(Ok(Value::Missing), |contract| day(&contract.expiry))?,
                entry.count.into(),
                entry.price_usd.into(),
                entry.fees_usd.into(),
                entry.cash_usd.into(),
                entry.bid_usd.into(),
                entry.ask_usd.into(),
                entry.spot_usd.into(),
            ])?;
        }
    }
    Ok(table)
}

/// Every contract that a policy sold.
fn trades(report: &Report) -> Result<Table, Error> {
    let mut table = Table::new("trades", TRADES);
    for policy in &report.policies {
        for trade in &policy.trades {
            let [run, name] = of(report, policy);
            table.push([
                run,
                name,
                day(&trade.decided)?,
                day(&trade.opened)?,
                trade.closed.as_deref().map_or(Ok(Value::Missing), day)?,
                trade.ending.as_str().into(),
                trade.right.as_str().into(),
                trade.strike_usd.into(),
                day(&trade.expiry)?,
                i64::from(trade.days).into(),
                i64::from(trade.contracts).into(),
                trade.premium_usd.into(),
                trade.cost_usd.into(),
                trade.fees_usd.into(),
                trade.gain_usd.into(),
                trade.spot_usd.into(),
                trade.delta.into(),
            ])?;
        }
    }
    Ok(table)
}

fn of(report: &Report, policy: &Policy) -> [Value; 2] {
    [report.id.as_str().into(), policy.name.as_str().into()]
}

/// A date as days since 1970-01-01.
fn day(text: &str) -> Result<Value, Error> {
    let date: Date = text
        .parse()
        .map_err(|error| Error::Internal(format!("{text}: {error}")))?;
    Ok(Value::Day((date - Date::constant(1970, 1, 1)).get_days()))
}
