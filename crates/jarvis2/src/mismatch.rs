//! `jarvis2 market mismatch`: plans made under one model live in others, beside what anybody could do.
//!
//! The markets and the walks are in `engine::mismatch`; docs/validation.md has measured figures.

use crate::cli::{self, ConfigArgs, done};
use crate::engine::explain;
use crate::engine::inputs::{self, Inputs, Request};
use crate::engine::mismatch::{Cell, Matrix, PLANS, Past, Row, matrix};
use crate::error::Error;
use crate::governor::{self, Governor};
use crate::ingest::MappingArgs;
use crate::memory;
use crate::progress::Progress;
use crate::report::units::{percent, signed};
use clap::Args;
use hardware::threads::Role;
use jiff::civil::Date;
use market::history::read_history;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What `jarvis2 market mismatch` is told: a plan's files, and an index.
#[derive(Debug, Args)]
pub(crate) struct MismatchArgs {
    /// Option chain, as of `jarvis2 plan`; may be repeated. Without it: the embedded synthetic sample.
    #[arg(long, value_name = "FILE")]
    chain: Vec<PathBuf>,
    #[command(flatten)]
    mapping: MappingArgs,
    /// Account (TOML). Without it: all cash is assumed.
    #[arg(long, value_name = "FILE")]
    account: Option<PathBuf>,
    /// Daily prices (CSV or Parquet): for the forecast, and as a market of their own, in blocks.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Ex-dates and earnings (CSV: symbol, date, kind, amount_usd).
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Which underlying, where the file holds several.
    #[arg(long, short)]
    symbol: Option<String>,
    /// Day of the decision; default: the last day of quotes.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Price of one share, where the file has none.
    #[arg(long, value_name = "USD")]
    spot: Option<f64>,
    /// Daily implied volatility in percent (CSV or Parquet: date, close), such as the VIX, of the days of the history: a market whose quotes
    /// follow it.
    #[arg(long, value_name = "FILE")]
    implied: Option<PathBuf>,
    /// Allow a real account on synthetic data.
    #[arg(long)]
    allow_synthetic: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(crate) fn run(args: &MismatchArgs) -> Result<u8, Error> {
    if let Some(spot) = args.spot.filter(|spot| !(spot.is_finite() && *spot > 0.0)) {
        return Err(Error::Usage(format!(
            "--spot {spot}: a price in dollars is needed"
        )));
    }
    let mut config = cli::load(&args.config, Vec::new())?.config;
    let machine = hardware::detect();
    let threads = cli::threads(&config, &machine);
    let role = governor::role_for(Role::Search, &machine, threads);
    let mut governor = Governor::new(&config, &machine, threads, role, false);
    let batch_note = memory::settle_batch(&mut config, &machine);
    let taken = memory::reserve(governor.ledger(), &config, PLANS, threads)?;
    governor.watch();
    let crew = governor.crew();
    crew.enter();
    let progress = Progress::new(args.quiet).told("market mismatch", &config, &governor);
    progress.stage("reading");
    let request = Request {
        chains: args.chain.clone(),
        account: args.account.clone(),
        history: args.history.clone(),
        events: args.events.clone(),
        symbol: args.symbol.clone(),
        as_of: args.as_of,
        spot_usd: args.spot,
        mapping: args.mapping.read(!args.chain.is_empty())?,
        allow_synthetic: args.allow_synthetic,
        ..Request::default()
    };
    let mut inputs = inputs::read(&request, config, crew, taken.evaluations_max)?;
    let mut notes = inputs.notices.clone();
    notes.extend(batch_note);
    let past = past(&inputs, args.implied.as_deref(), &mut notes)?;
    let matrix = matrix(&mut inputs, &past, &progress);
    progress.finish();
    let matrix = matrix?;
    let text = if args.json {
        as_json(&inputs, &matrix, &notes)?
    } else {
        as_text(&inputs, &matrix, &notes)
    };
    Ok(done(&text))
}

/// The returns that the plan knows, and beside them the index of the same days.
fn past(inputs: &Inputs, implied: Option<&Path>, notes: &mut Vec<String>) -> Result<Past, Error> {
    let returns = inputs.known.returns.clone();
    let Some(path) = implied else {
        return Ok(Past {
            returns,
            with_index: Some(Err("no index of implied volatility (--implied)".to_owned())),
        });
    };
    let Some(prices) = &inputs.past else {
        return Err(Error::Usage(
            "--implied needs the prices of the same days: give --history".to_owned(),
        ));
    };
    let index: BTreeMap<Date, f64> = read_history(path, None)?
        .days
        .iter()
        .map(|day| (day.date, day.close_usd / 100.0))
        .collect();
    let days = prices.dates().iter().skip(1).zip(prices.log_returns());
    let (own, of_index): (Vec<f64>, Vec<f64>) = days
        .filter_map(|(date, r)| Some((*r, *index.get(date)?)))
        .unzip();
    let without = prices.log_returns().len() - own.len();
    if without > 0 {
        notes.push(format!(
            "{without} of {} days of the history have no value of the index: the market whose quotes follow it is made of the others",
            prices.log_returns().len()
        ));
    }
    Ok(Past {
        returns,
        with_index: Some(Ok((own, of_index))),
    })
}

/// What the levels of the markets are, in words.
const LEVELS: &str = "The first four markets are the model's under those assumptions; the worlds have as much variance to the horizon as the first, and the blocks with an index \
    as much as the index would have overstated it. Quotes are today's smile in all of them, higher or lower as volatility is.";

fn interval(cell: &Cell) -> String {
    let over = &cell.over_holding;
    format!(
        "{} ({} to {})",
        signed(over.value, 0),
        signed(over.low, 0),
        signed(over.high, 0)
    )
}

fn as_text(inputs: &Inputs, matrix: &Matrix, notes: &[String]) -> String {
    let mut text = String::new();
    if let Some(watermark) = explain::watermark(inputs) {
        let _ = writeln!(text, "*** {watermark}");
    }
    let _ = writeln!(
        text,
        "{} on {}: planned under one model, lived in another; {} paths to day {}; implied volatility {}, forecast {}.\n\
         Dollars over holding (certainty equivalent) with a {} interval, and the mean loss of the worst 5 % of paths (below zero: a gain). The diagonal has a *.\n{LEVELS}\n",
        inputs.chain.symbol,
        inputs.chain.as_of,
        matrix.paths,
        matrix.horizon_day,
        percent(matrix.implied_vol),
        percent(matrix.forecast_vol),
        percent(inputs.config.decision.confidence),
    );
    for row in &matrix.rows {
        if let Some(action) = &row.action {
            let _ = writeln!(text, "{}: {action}", row.name);
        }
    }
    for (at, market) in matrix.markets.iter().enumerate() {
        let _ = writeln!(
            text,
            "\n{} ({} a year)\n  {:<36}{:>30}{:>12}",
            market.name,
            percent(market.vol),
            "policy",
            "over holding",
            "worst 5 %"
        );
        for row in &matrix.rows {
            let mark = if row.planned_under == at { "*" } else { " " };
            let cell = &row.cells[at];
            let _ = writeln!(
                text,
                "{mark} {:<36}{:>30}{:>12}",
                row.name,
                interval(cell),
                signed(cell.cvar95_usd, 0).trim_start_matches('+')
            );
        }
    }
    let _ = writeln!(
        text,
        "\n{:<38}{:>30}{:>30}  where",
        "policy", "on the diagonal", "worst off it"
    );
    for row in &matrix.rows {
        let (worst, place) = worst(row, matrix);
        let own = interval(&row.cells[row.planned_under]);
        let _ = writeln!(text, "{:<38}{own:>30}{worst:>30}  {place}", row.name);
    }
    for left_out in &matrix.left_out {
        let _ = writeln!(text, "\n{}: n/a ({})", left_out.market, left_out.why);
    }
    for note in notes {
        let _ = writeln!(text, "\nnote: {note}");
    }
    text
}

fn worst(row: &Row, matrix: &Matrix) -> (String, String) {
    match row.worst() {
        Some(at) => (interval(&row.cells[at]), matrix.markets[at].name.clone()),
        None => ("n/a (no other market)".to_owned(), String::new()),
    }
}

fn as_json(inputs: &Inputs, matrix: &Matrix, notes: &[String]) -> Result<String, Error> {
    let cell = |row: &Row, at: usize| {
        let (market, cell) = (&matrix.markets[at], &row.cells[at]);
        let over = &cell.over_holding;
        json!({
            "market": market.name, "diagonal": row.planned_under == at,
            "over_holding": { "value_usd": over.value, "low_usd": over.low, "high_usd": over.high },
            "cvar95_usd": cell.cvar95_usd,
        })
    };
    let policies: Vec<Value> = matrix
        .rows
        .iter()
        .map(|row| {
            let cells = 0..matrix.markets.len();
            json!({
                "policy": row.name, "action": row.action, "planned_under": matrix.markets[row.planned_under].name,
                "on_the_diagonal": cell(row, row.planned_under),
                "worst_off_the_diagonal": row.worst().map(|at| cell(row, at)),
                "cells": cells.map(|at| cell(row, at)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let markets = matrix
        .markets
        .iter()
        .map(|market| json!({ "market": market.name, "vol": market.vol }));
    let left_out = matrix
        .left_out
        .iter()
        .map(|one| json!({ "market": one.market, "why": format!("n/a ({})", one.why) }));
    cli::pretty(&json!({
        "watermark": explain::watermark(inputs),
        "symbol": inputs.chain.symbol,
        "as_of": inputs.chain.as_of.to_string(),
        "paths": matrix.paths,
        "horizon_day": matrix.horizon_day,
        "implied_vol": matrix.implied_vol,
        "forecast_vol": matrix.forecast_vol,
        "confidence_fraction": inputs.config.decision.confidence,
        "seed": inputs.config.search.seed,
        "data_sha256": inputs.data_sha256,
        "inputs_sha256": inputs.inputs_sha256,
        "meaning": LEVELS,
        "markets": markets.collect::<Vec<_>>(),
        "policies": policies,
        "left_out": left_out.collect::<Vec<_>>(),
        "notes": notes,
    }))
}
