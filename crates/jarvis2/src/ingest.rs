//! `jarvis2 ingest`: what is understood of a vendor's file. With `--explain` column by column, with units held against
//! Black-Scholes.

use crate::engine::inputs::SAMPLE;
use crate::error::Error;
use crate::report;
use clap::Args;
use market::Chain;
use market::ingest::{
    Explained, FileMapping, Ingest, Options, Units, chain_stats, explain_chains, read_chains,
    read_chains_bytes, spot_from_parity,
};
use market::sample;
use pricing::Right;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// What `jarvis2 ingest` is told.
#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// Option chain: any supported vendor's file, plain, gzipped or zipped.
    #[arg(value_name = "FILE")]
    chain: PathBuf,
    #[command(flatten)]
    mapping: MappingArgs,
    /// Column by column: which field, in which unit, a value as it stands and as it is read, what is missing; and the units of
    /// volatility and Greeks held against Black-Scholes.
    #[arg(long)]
    explain: bool,
    /// Only this underlying; names it where the file does not.
    #[arg(long, short)]
    symbol: Option<String>,
    /// Day of the quotes where the file does not say it; else nothing later is looked at.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<jiff::civil::Date>,
    /// Price of one share, where the file has none.
    #[arg(long, value_name = "USD")]
    spot: Option<f64>,
    /// Interest rate of the check of units, fraction per year, where the file has none.
    #[arg(
        long,
        value_name = "FRACTION",
        default_value_t = 0.04,
        allow_negative_numbers = true
    )]
    rate: f64,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The user's own columns, of every command that reads files of quotes.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct MappingArgs {
    /// Your own mapping of the columns in the files of quotes (TOML). `jarvis2 config init --mapping FILE` writes a sample.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
}

impl MappingArgs {
    /// Reads the mapping, if one is named. `files`: is there a file of quotes that it could describe? Without one it is a slip.
    pub(crate) fn read(&self, files: bool) -> Result<Option<Arc<FileMapping>>, Error> {
        let Some(path) = &self.mapping else {
            return Ok(None);
        };
        if !files {
            return Err(Error::Usage(format!(
                "--mapping {}: it describes a file of quotes, and none is named; the embedded sample needs none",
                path.display()
            )));
        }
        Ok(Some(Arc::new(FileMapping::read(path)?)))
    }
}

/// The quotes of these files together, or of the embedded sample where there are none.
pub(crate) fn quotes(files: &[PathBuf], options: &Options) -> Result<Ingest, Error> {
    let Some((first, others)) = files.split_first() else {
        return Ok(read_chains_bytes(SAMPLE, sample::CHAIN_PARQUET, options)?);
    };
    let mut ingest = read_chains(first, options)?;
    for path in others {
        ingest = ingest.merge(read_chains(path, options)?);
    }
    Ok(ingest)
}

/// What was read, for the screen.
pub(crate) struct Shown {
    pub(crate) file: String,
    pub(crate) explain: bool,
    pub(crate) explained: Explained,
    pub(crate) units: Option<Units>,
    pub(crate) absent: Vec<&'static str>,
}

/// Fields that a chain has where a vendor gives them all.
const WANTED: [&str; 13] = [
    "date",
    "spot",
    "bid",
    "ask",
    "last",
    "volume",
    "open_interest",
    "iv",
    "delta",
    "gamma",
    "theta",
    "vega",
    "rho",
];

/// Reads the file, prints what was understood, and fails as any command does where nothing usable is in it.
pub(crate) fn run(args: &IngestArgs) -> Result<u8, Error> {
    if let Some(spot) = args.spot.filter(|spot| !(spot.is_finite() && *spot > 0.0)) {
        return Err(Error::Usage(format!(
            "--spot {spot}: a price in dollars is needed"
        )));
    }
    if !args.rate.is_finite() {
        return Err(Error::Usage(format!(
            "--rate {}: a fraction per year is needed",
            args.rate
        )));
    }
    let options = Options {
        symbol: args.symbol.clone(),
        spot_usd: args.spot,
        as_of: args.as_of,
        mapping: args.mapping.read(true)?,
        ..Options::default()
    };
    let explained = explain_chains(&args.chain, &options)?;
    if !args.explain && explained.result.is_err() {
        explained.result?;
        return Ok(0);
    }
    let units = args
        .explain
        .then(|| explained.check_units(args.rate))
        .flatten();
    let has = |field: &str| explained.columns.iter().any(|column| column.field == field);
    let absent = WANTED.into_iter().filter(|field| !has(field)).collect();
    let shown = Shown {
        file: args.chain.display().to_string(),
        explain: args.explain,
        explained,
        units,
        absent,
    };
    let text = if args.json {
        serde_json::to_string_pretty(&to_json(&shown))
            .map_err(|error| Error::Internal(error.to_string()))?
    } else {
        report::ingest_text(&shown)
    };
    // The columns help to see why a file is refused, so they are shown before the refusal.
    let code = crate::cli::done(&text);
    match shown.explained.result {
        Ok(_) => Ok(code),
        Err(error) if args.json => Ok(Error::from(error).exit_code()),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn side(right: Right) -> &'static str {
    match right {
        Right::Call => "call",
        Right::Put => "put",
    }
}

/// How far spot and parity may be apart without a word, and how much further a year away, where rates and dividends come in.
const APART: f64 = 0.03;
const APART_PER_YEAR: f64 = 0.1;

/// What was noticed about the file, and about the spots that its quotes contradict, first.
pub(crate) fn notes(ingest: &Ingest) -> Vec<String> {
    let apart = |chain: &Chain| {
        let (spot, parity) = (chain.spot_usd?, spot_from_parity(chain)?);
        let gap = parity.spot_usd / spot - 1.0;
        let years = f64::from((parity.expiry - chain.as_of).get_days()) / 365.0;
        (gap.abs() > APART + APART_PER_YEAR * years).then(|| {
            format!(
                "{} on {}: the spot ${spot} and what {} pairs of calls and puts say (${:.2}) are {:.1} % apart: of different times, before and after a split, or in other units; name the right one with --spot",
                chain.symbol,
                chain.as_of,
                parity.pairs,
                parity.spot_usd,
                100.0 * gap
            )
        })
    };
    let doubts = ingest.chains.iter().filter_map(apart);
    doubts
        .chain(ingest.notes.iter().map(ToString::to_string))
        .collect()
}

/// Fractions, per share, the unit in the name; `null` where there is none, with its reason beside it.
fn to_json(shown: &Shown) -> Value {
    let explained = &shown.explained;
    let share = |missing: usize| match explained.rows {
        0 => Value::Null,
        rows => json!(missing as f64 / rows as f64),
    };
    let mut out = json!({
        "schema_version": 1,
        "file": shown.file,
        "format": explained.format.name(),
        "kind": explained.kind,
        "layout": layout(explained),
        "told_by": explained.told_by,
        "rows": explained.rows,
    });
    if shown.explain {
        out["columns"] = explained
            .columns
            .iter()
            .map(|column| {
                json!({
                    "name": column.name,
                    "field": column.field,
                    "side": column.side.map(side),
                    "unit": column.unit,
                    "becomes": column.becomes,
                    "factor": column.factor,
                    "sample": column.sample,
                    "sample_read": column.sample_read,
                    "missing_share": share(column.missing),
                    "unreadable_rows": column.unreadable,
                })
            })
            .collect();
        out["unused_columns"] = explained
            .unused
            .iter()
            .map(|column| {
                json!({ "name": column.name, "sample": column.sample, "missing_share": share(column.missing) })
            })
            .collect();
        out["absent_fields"] = json!(shown.absent);
        out["units"] = shown.units.as_ref().map_or(Value::Null, units_json);
    }
    match &explained.result {
        Ok(ingest) => {
            out["rows_read"] = json!(ingest.rows_read);
            out["chains"] = ingest
                .chains
                .iter()
                .map(|chain| {
                    let stats = chain_stats(chain);
                    json!({
                        "symbol": chain.symbol,
                        "as_of": chain.as_of.to_string(),
                        "spot_usd": chain.spot_usd,
                        "parity_spot_usd": spot_from_parity(chain).map(|parity| parity.spot_usd),
                        "quotes": stats.quotes,
                        "two_sided": stats.two_sided,
                        "with_iv": stats.quotes - stats.iv_missing,
                        "expiries": stats.expiries,
                    })
                })
                .collect();
            out["refused"] = json!(ingest.refused_counts);
            out["refused_first"] = json!(first_refused(ingest));
            out["notes"] = json!(notes(ingest));
        }
        Err(error) => out["error"] = json!(error.to_string()),
    }
    out
}

fn units_json(units: &Units) -> Value {
    let checks: Vec<Value> = units
        .checks
        .iter()
        .map(|check| {
            json!({
                "field": check.field,
                "quotes": check.rows,
                "ratio": check.ratio,
                "unit": check.unit,
                "as_read": check.as_read,
                "missing_because": check.missing,
            })
        })
        .collect();
    json!({
        "symbol": units.symbol,
        "as_of": units.as_of.to_string(),
        "spot_usd": units.spot_usd,
        "rate_per_year": units.rate,
        "checks": checks,
    })
}

pub(crate) fn layout(explained: &Explained) -> &'static str {
    if explained.wide {
        "a call and a put on each row"
    } else {
        "one contract on each row"
    }
}

/// The first refused row of each reason, in words.
pub(crate) fn first_refused(ingest: &Ingest) -> Vec<String> {
    let mut seen: Vec<&str> = Vec::new();
    let mut first = Vec::new();
    for refused in &ingest.refused {
        if !seen.contains(&refused.reason.label()) {
            seen.push(refused.reason.label());
            first.push(refused.to_string());
        }
    }
    first
}
