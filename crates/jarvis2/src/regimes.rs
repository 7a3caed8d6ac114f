//! `jarvis2 regimes`: the kinds of market in a price history, and which one the last day is in.
//!
//! The mathematics is in `market::regimes`. A fit looks at all days up to `--as-of`; it describes them and predicts nothing.

use crate::error::Error;
use clap::Args;
use jiff::civil::Date;
use market::history::{History, read_history, read_history_bytes};
use market::regimes::{Features, Regimes, RegimesConfig, features, mean_stay_days};
use market::sample;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What `jarvis2 regimes` is told.
#[derive(Debug, Args)]
pub(crate) struct RegimesArgs {
    /// Daily prices (CSV or Parquet: date, close; better also dividend and split). Without it: the embedded synthetic sample.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Which underlying, where the file holds several.
    #[arg(long, short)]
    symbol: Option<String>,
    /// Last day that is looked at; default: all.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Exactly so many regimes, in place of the criterion's choice.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=12))]
    count: Option<u8>,
    /// Seed of the starts. Same seed and days: same regimes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print as JSON, with the regime of every day.
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print the regime of every day as CSV: id, regime, odds, vol_per_year. `jarvis2 index add --facts` reads it.
    #[arg(long)]
    csv: bool,
}

/// A day that has features.
struct Day {
    date: Date,
    features: Features,
    label: usize,
    odds: f64,
}

/// Reads, fits and returns what is to be printed.
pub(crate) fn run(args: &RegimesArgs) -> Result<String, Error> {
    let (history, file, synthetic) = read(args)?;
    let until = args.as_of.map_or(history.days.len(), |as_of| {
        history.days.partition_point(|day| day.date <= as_of)
    });
    let days = &history.days[..until];
    let returns = history.log_returns();
    // A return belongs to the day on which it ends.
    let returns = &returns[..returns.len().min(until.saturating_sub(1))];
    let dated: Vec<(Date, Features)> = features(returns)
        .into_iter()
        .enumerate()
        .filter_map(|(place, features)| Some((days.get(place + 1)?.date, features?)))
        .collect();
    let all: Vec<Features> = dated.iter().map(|&(_, features)| features).collect();
    let config = RegimesConfig {
        exactly: args.count.map(usize::from),
        seed: args.seed,
        ..RegimesConfig::default()
    };
    let regimes = Regimes::fit(&all, &config)?;
    let days: Vec<Day> = dated
        .into_iter()
        .map(|(date, features)| {
            let label = regimes.label(&features);
            Day {
                date,
                features,
                label,
                odds: regimes.odds(&features)[label],
            }
        })
        .collect();
    if args.csv {
        return csv(&regimes, &days);
    }
    let labels: Vec<usize> = days.iter().map(|day| day.label).collect();
    let stays = mean_stay_days(&labels, regimes.regimes.len());
    if args.json {
        return json(&regimes, &days, &stays, &history, &file, synthetic);
    }
    Ok(text(
        args, &regimes, &days, &stays, &history, &file, synthetic,
    ))
}

fn read(args: &RegimesArgs) -> Result<(History, String, bool), Error> {
    if let Some(path) = &args.history {
        let history = read_history(path, args.symbol.as_deref())?;
        return Ok((history, path.display().to_string(), false));
    }
    let wanted = args
        .symbol
        .as_deref()
        .unwrap_or(crate::engine::inputs::DEFAULT_SYMBOL);
    let Some((symbol, text)) = sample::HISTORIES
        .iter()
        .find(|(symbol, _)| symbol.eq_ignore_ascii_case(wanted))
    else {
        let there: Vec<&str> = sample::HISTORIES
            .iter()
            .map(|(symbol, _)| *symbol)
            .collect();
        return Err(Error::Usage(format!(
            "the embedded sample has no {wanted}: it holds {}; give your own prices with --history FILE",
            there.join(", ")
        )));
    };
    let file = format!("embedded sample, {symbol}");
    Ok((
        read_history_bytes(&file, text.as_bytes(), None)?,
        file,
        true,
    ))
}

const SYNTHETIC: &str =
    "SYNTHETIC DATA, made by our own generator: it proves nothing about any market.";

fn csv(regimes: &Regimes, days: &[Day]) -> Result<String, Error> {
    let fail = |error: csv::Error| Error::Internal(error.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["id", "day", "regime", "odds", "vol_per_year"])
        .map_err(fail)?;
    for day in days {
        let date = day.date.to_string();
        out.write_record([
            &date,
            &date,
            &regimes.regimes[day.label].name,
            &format!("{:.4}", day.odds),
            &format!("{:.6}", day.features.vol_per_year),
        ])
        .map_err(fail)?;
    }
    let bytes = out
        .into_inner()
        .map_err(|error| Error::Internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::Internal(error.to_string()))
}

fn json(
    regimes: &Regimes,
    days: &[Day],
    stays: &[Option<f64>],
    history: &History,
    file: &str,
    synthetic: bool,
) -> Result<String, Error> {
    let value = json!({
        "watermark": synthetic.then_some(SYNTHETIC),
        "history": file,
        "symbol": history.symbol,
        "separate": regimes.are_separate(),
        "bic_by_count": regimes.bic,
        "regimes": regimes.regimes.iter().zip(stays).map(|(regime, stay)| json!({
            "name": regime.name,
            "share": regime.share,
            "typical_vol_per_year": regime.typical.vol_per_year,
            "typical_trend_sigmas": regime.typical.trend,
            "typical_vol_change": regime.typical.vol_change,
            "mean_stay_days": stay,
        })).collect::<Vec<Value>>(),
        "days": days.iter().map(|day| json!({
            "date": day.date.to_string(),
            "regime": regimes.regimes[day.label].name,
            "odds": day.odds,
            "vol_per_year": day.features.vol_per_year,
            "trend_sigmas": day.features.trend,
            "vol_change": day.features.vol_change,
        })).collect::<Vec<Value>>(),
        "notes": history.notes.iter().map(ToString::to_string).collect::<Vec<String>>(),
    });
    serde_json::to_string_pretty(&value).map_err(|error| Error::Internal(error.to_string()))
}

fn text(
    args: &RegimesArgs,
    regimes: &Regimes,
    days: &[Day],
    stays: &[Option<f64>],
    history: &History,
    file: &str,
    synthetic: bool,
) -> String {
    let mut text = String::new();
    if synthetic {
        text += &format!("{SYNTHETIC}\n");
    }
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return text;
    };
    text += &format!(
        "{}: {} days with a look back of 63, {} to {}\n\n",
        history
            .symbol
            .as_deref()
            .or(args.symbol.as_deref())
            .unwrap_or(file),
        days.len(),
        first.date,
        last.date
    );
    let width = regimes
        .regimes
        .iter()
        .map(|regime| regime.name.len())
        .max()
        .unwrap_or(0)
        .max(6);
    text += &format!(
        "{:width$}  {:>6}  {:>10}  {:>13}  {:>10}  {:>9}\n",
        "regime", "share", "volatility", "trend, sigmas", "vol change", "mean stay"
    );
    for (regime, stay) in regimes.regimes.iter().zip(stays) {
        let stay = stay.map_or_else(|| "n/a".to_owned(), |days| format!("{days:.0} days"));
        text += &format!(
            "{:width$}  {:>5.1}%  {:>9.1}%  {:>+13.2}  {:>+9.1}%  {stay:>9}\n",
            regime.name,
            100.0 * regime.share,
            100.0 * regime.typical.vol_per_year,
            regime.typical.trend,
            100.0 * regime.typical.vol_change,
        );
    }
    text += &format!(
        "\n{}: {} ({:.0}% sure); volatility {:.1}%, trend {:+.2} sigmas over 63 days\n",
        last.date,
        regimes.regimes[last.label].name,
        100.0 * last.odds,
        100.0 * last.features.vol_per_year,
        last.features.trend
    );
    if args.count.is_none() {
        let bic: Vec<String> = regimes.bic.iter().map(|bic| format!("{bic:.0}")).collect();
        text += &format!(
            "number of regimes: BIC for 1, 2, ... is {}; the least from 2 on was taken\n",
            bic.join(", ")
        );
    }
    if !regimes.are_separate() {
        text += "note: the criterion prefers a single regime: these days divide, but fall into no separate groups\n";
    }
    for note in &history.notes {
        text += &format!("note: {note}\n");
    }
    text + "A regime describes days that were; it predicts nothing.\n"
}
