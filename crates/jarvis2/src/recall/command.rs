//! `jarvis2 recall`: the days and situations alone, without a plan.

use super::prices::Prices;
use super::{Contract, diary, of_prices};
use crate::cli::{done, pretty, text_style};
use crate::engine::inputs::{DEFAULT_SYMBOL, sample_history};
use crate::error::Error;
use crate::journal::DbArgs;
use crate::report;
use clap::{Args, ValueEnum};
use experience::RecordId;
use jiff::civil::Date;
use market::history::read_history;
use pricing::Right;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct RecallArgs {
    /// Daily prices (CSV or Parquet: date, open, high, low, close, dividend, split). Without it: those of the embedded sample.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Which underlying, where the file holds several.
    #[arg(long, short)]
    symbol: Option<String>,
    /// The day that others are compared with; nothing later is looked at. Default: the last of the history.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// The option whose fate is asked for.
    #[arg(long, value_enum, default_value_t = Side::Put)]
    right: Side,
    /// Its strike over the spot of the day.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.95)]
    strike_over_spot: f64,
    /// Calendar days to its expiry.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Only past days in this regime (`jarvis2 regimes` names them), such as "calm rising"; `today` is that of the day itself.
    #[arg(long, value_name = "NAME")]
    regime: Option<String>,
    /// Also look in the diary for situations like that of this decision (`jarvis2 history` lists them).
    #[arg(long, value_name = "ID")]
    decision: Option<i64>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    db: DbArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Side {
    Put,
    Call,
}

/// The command.
pub(crate) fn run(args: &RecallArgs) -> Result<u8, Error> {
    if !(args.strike_over_spot.is_finite() && args.strike_over_spot > 0.0) {
        return Err(Error::Usage(format!(
            "--strike-over-spot {}: a positive number is needed, such as 0.95",
            args.strike_over_spot
        )));
    }
    let (history, source) = match &args.history {
        Some(path) => (
            read_history(path, args.symbol.as_deref())?,
            path.file_name().map_or_else(
                || path.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            ),
        ),
        None => {
            let symbol = args.symbol.as_deref().unwrap_or(DEFAULT_SYMBOL);
            (
                sample_history(symbol)?,
                format!("embedded sample, {symbol} (SYNTHETIC)"),
            )
        }
    };
    let last = history.days.last().map(|day| day.date);
    let as_of = args.as_of.or(last).ok_or_else(|| Error::Table {
        file: source.clone(),
        what: "the history has no day".to_owned(),
        remedy: "give another file".to_owned(),
    })?;
    let prices = Prices::until(&history, as_of, &source);
    let contract = Contract {
        right: match args.right {
            Side::Put => Right::Put,
            Side::Call => Right::Call,
        },
        strike_over_spot: args.strike_over_spot,
        days: args.days,
    };
    let words = format!(
        "a {} at {} of the spot, {} days",
        if contract.right == Right::Put {
            "put"
        } else {
            "call"
        },
        args.strike_over_spot,
        args.days
    );
    let mut view = of_prices(
        Some(&prices),
        "",
        Some((contract, words)),
        as_of,
        args.regime.as_deref(),
    )?;
    match args.decision {
        None => view.diary_note = "n/a (name a decision with --decision)".to_owned(),
        Some(id) => {
            let (_, reader) = args.db.reader()?;
            let missing = || experience::Error::NoSuchRecord {
                what: "decision with its numbers",
                id,
            };
            let reader = reader.ok_or_else(missing)?;
            let (numbers, day, source) =
                diary::numbers_of(&reader, RecordId(id))?.ok_or_else(missing)?;
            diary::recall(&mut view, &reader, &numbers, day, &source)?;
        }
    }
    if args.json {
        return Ok(done(&pretty(&view)?));
    }
    Ok(done(&report::recall_text(&view, &text_style())))
}
