//! `jarvis2 surface`: a chain's implied volatilities, fitted and checked for static arbitrage.
//!
//! Out-of-the-money contracts within four standard deviations of the forward take part, by the European formula on the forward that
//! put-call parity implies (American quotes hold an early-exercise premium that is small there). No account and no forecast enter.

use crate::config::{self, Flag};
use crate::engine::fit::{ExpiryReport, SurfaceReport, surface};
use crate::engine::inputs::{self, Request};
use crate::error::Error;
use crate::governor::Crew;
use crate::ingest::MappingArgs;
use crate::report;
use clap::Args;
use market::Chain;
use pricing::Right;
use pricing::smile::svi::SviFit;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What `jarvis2 surface` is told.
#[derive(Debug, Args)]
pub(crate) struct SurfaceArgs {
    /// Option chain: any supported vendor's file, plain or gzipped. Without it: the embedded synthetic sample.
    #[arg(value_name = "FILE")]
    chain: Option<PathBuf>,
    #[command(flatten)]
    mapping: MappingArgs,
    /// Which underlying, where the file holds several.
    #[arg(long, short)]
    symbol: Option<String>,
    /// Day of the quotes; default: the last one.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<jiff::civil::Date>,
    /// Price of one share, where the file has none.
    #[arg(long, value_name = "USD")]
    spot: Option<f64>,
    /// Interest rate, fraction per year.
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true)]
    rate: Option<f64>,
    /// Write one self-contained page with a plot per expiry.
    #[arg(long, value_name = "OUT.html")]
    html: Option<PathBuf>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A fitted chain and what is known of its file.
pub(crate) struct Shown {
    pub(crate) watermark: Option<String>,
    pub(crate) file: String,
    pub(crate) symbol: String,
    pub(crate) as_of: String,
    /// Rows that the file had and nobody could use, by reason.
    pub(crate) rows_refused: Vec<(String, usize)>,
    pub(crate) notes: Vec<String>,
    pub(crate) report: SurfaceReport,
}

/// Reads, fits, writes the page if one is wanted, and returns what is to be printed.
pub(crate) fn run(args: &SurfaceArgs) -> Result<String, Error> {
    if let Some(spot) = args.spot.filter(|spot| !(spot.is_finite() && *spot > 0.0)) {
        return Err(Error::Usage(format!(
            "--spot {spot}: a price in dollars is needed"
        )));
    }
    let shown = read(args)?;
    if let Some(path) = &args.html {
        let page = report::surface_html(&shown);
        std::fs::write(path, page).map_err(|error| Error::UnwritableFile {
            path: path.clone(),
            why: error.to_string(),
        })?;
        crate::asked::note(format!("written: {}", path.display()));
    }
    if args.json {
        return serde_json::to_string_pretty(&to_json(&shown))
            .map_err(|error| Error::Internal(error.to_string()));
    }
    Ok(report::surface_text(&shown))
}

fn read(args: &SurfaceArgs) -> Result<Shown, Error> {
    let flag = |rate: f64| Flag {
        name: "--rate".to_owned(),
        key: "market.rate_per_year".to_owned(),
        value: format!("{rate:?}"),
    };
    let flags: Vec<Flag> = args.rate.map(flag).into_iter().collect();
    let config = config::load(None, &config::environment(), &flags)?.config;
    let request = Request {
        chains: args.chain.clone().into_iter().collect(),
        symbol: args.symbol.clone(),
        as_of: args.as_of,
        spot_usd: args.spot,
        mapping: args.mapping.read(args.chain.is_some())?,
        ..Request::default()
    };
    let read = inputs::read(&request, config, Crew::fixed(1), 0)?;
    let report = surface(&read.chain, &read.known, &read.config)?;
    let mut notes = read.notices;
    notes.extend(read.notes);
    notes.extend(read.ingest.notes.iter().map(ToString::to_string));
    notes.extend(report.notes.iter().cloned());
    Ok(Shown {
        watermark: watermark(&read.chain),
        file: read.chain_name,
        symbol: read.chain.symbol.clone(),
        as_of: read.chain.as_of.to_string(),
        rows_refused: read
            .ingest
            .refused_counts
            .iter()
            .map(|(reason, count)| ((*reason).to_owned(), *count))
            .collect(),
        notes,
        report,
    })
}

fn watermark(chain: &Chain) -> Option<String> {
    chain.is_synthetic().then(|| {
        format!(
            "SYNTHETIC DATA ({}): {} does not exist; nothing here is advice or evidence",
            chain.source, chain.symbol
        )
    })
}

/// Fractions, per share, the unit in the name; `null` where there is none, with its reason beside it.
fn to_json(shown: &Shown) -> Value {
    let report = &shown.report;
    let ssvi = match &report.ssvi {
        Ok(fit) => {
            let thetas: Vec<f64> = fit.thetas.iter().map(|&(_, theta)| theta).collect();
            let check = fit.ssvi.arbitrage(&thetas);
            json!({
                "rho": fit.ssvi.rho, "eta": fit.ssvi.eta, "gamma": fit.ssvi.gamma,
                "rmse_vol": fit.rmse, "points": fit.count,
                "thetas": fit.thetas.iter().map(|(years, theta)| json!({ "years": years, "total_variance": theta })).collect::<Vec<_>>(),
                "arbitrage": {
                    "is_free": check.is_free(),
                    "butterfly_wing": check.butterfly_wing, "butterfly_bend": check.butterfly_bend,
                    "theta_step": check.theta_step, "calendar_ratio": check.calendar_ratio,
                },
            })
        }
        Err(reason) => json!({ "missing_because": reason }),
    };
    json!({
        "schema_version": 1,
        "watermark": shown.watermark,
        "file": shown.file,
        "symbol": shown.symbol,
        "as_of": shown.as_of,
        "spot_usd": report.spot_usd,
        "rate_per_year": report.rate,
        "volatility_basis": basis(report.quotes_assumed),
        "expiries": report.expiries.iter().map(expiry_json).collect::<Vec<_>>(),
        "ssvi": ssvi,
        "rows_refused": shown.rows_refused.iter().map(|(reason, count)| json!({ "reason": reason, "count": count })).collect::<Vec<_>>(),
        "assumptions": report.assumptions,
        "notes": shown.notes,
    })
}

/// Whose volatility the dots are.
pub(crate) fn basis(quotes_assumed: bool) -> &'static str {
    if quotes_assumed {
        "the vendor's implied volatility: the file has no bid and ask"
    } else {
        "our own, from the middle of bid and ask"
    }
}

fn expiry_json(expiry: &ExpiryReport) -> Value {
    let slice = |fit: &SviFit| {
        let check = fit.butterfly();
        let (low, high) = fit.checked_range();
        json!({
            "a": fit.svi.a, "b": fit.svi.b, "rho": fit.svi.rho, "m": fit.svi.m, "sigma": fit.svi.sigma,
            "rmse_vol": fit.rmse,
            "butterfly": {
                "is_free": check.is_free(),
                // Minus infinity, which JSON lacks, is null: the variance is not positive there.
                "worst_g": check.worst_g, "worst_at_log_moneyness": check.worst_at,
                "wing": check.wing, "variance_min": check.variance_min,
                "checked_from_log_moneyness": low, "checked_to_log_moneyness": high,
                "is_constrained": fit.is_constrained, "unconstrained_worst_g": fit.unconstrained_worst_g,
            },
        })
    };
    let dot = |dot: &crate::engine::fit::Dot| {
        json!({
            "right": if dot.right == Right::Put { "P" } else { "C" },
            "strike_usd": dot.strike_usd, "vol": dot.vol, "bid_vol": dot.bid_vol, "ask_vol": dot.ask_vol,
        })
    };
    json!({
        "expiry": expiry.date.to_string(),
        "years": expiry.years,
        "forward_usd": expiry.forward_usd,
        "forward_basis": expiry.forward_basis,
        "implied_yield_per_year": expiry.implied_yield,
        "atm_vol": expiry.smile.map(|smile| smile.atm_vol()),
        "plan_takes": match (&expiry.smile, expiry.kept_because) {
            (None, _) => Value::Null,
            (Some(_), None) => json!({ "form": "svi" }),
            (Some(_), Some(reason)) => json!({ "form": "parabola", "because": reason }),
        },
        "parabola_rmse_vol": expiry.parabola_rmse,
        "svi": match &expiry.slice {
            Ok(fit) => slice(fit),
            Err(reason) => json!({ "missing_because": reason }),
        },
        "calendar": match &expiry.calendar {
            Ok(gap) => json!({ "is_free": gap.is_free(), "gap_total_variance": gap.gap, "worst_at_log_moneyness": gap.worst_at }),
            Err(reason) => json!({ "missing_because": reason }),
        },
        "points_used": expiry.dots.len(),
        "refused": expiry.refused.iter().map(|(reason, count)| json!({ "reason": reason, "count": count })).collect::<Vec<_>>(),
        "points": expiry.dots.iter().map(dot).collect::<Vec<_>>(),
    })
}
