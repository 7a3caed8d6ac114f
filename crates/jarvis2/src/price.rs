//! `jarvis2 price` and `jarvis2 iv`: the option library at the command line, for a plain table or a vendor's chain.
//!
//! Files keep fractions, dollars per share and the holder's sign, with the unit in the name of the column; only the table for
//! people shows percent. A row without an answer has a word for a status and empty cells, never an invented number.

mod batch;
mod chain;
mod columns;
mod digits;
mod table;

use crate::cli::{self, ConfigArgs};
use crate::config::Flag;
use crate::devices::{DeviceWord, Place, race::Work};
use crate::error::Error;
use crate::ingest::MappingArgs;
use batch::{Answers, Ask, Given, Row};
use clap::{Args, ValueEnum};
use compute::Device;
use pricing::american::Precision;
use serde_json::{Value, json};
use std::cell::OnceCell;
use std::io::IsTerminal;
use std::path::PathBuf;

/// What `price` and `iv` share.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Option chain: any supported vendor's file (CSV, Parquet, JSON), plain or gzipped. Priced as the plan does: rate, spot and
    /// dividend yield by put-call parity; American unless the file or a known index symbol says European.
    #[arg(value_name = "FILE", conflicts_with = "inputs")]
    chain: Option<PathBuf>,
    /// The embedded synthetic sample instead of a file.
    #[arg(long, conflicts_with_all = ["chain", "inputs"])]
    sample: bool,
    #[command(flatten)]
    mapping: MappingArgs,
    /// Plain table (CSV) with the columns right (C, P), style (A, E), spot, strike, years, rate, dividend_yield, and vol or price
    /// (each row fills one of the two). `-` is standard input.
    #[arg(long, value_name = "FILE")]
    inputs: Option<PathBuf>,
    /// How exactly American options are priced.
    #[arg(long, value_enum, default_value_t = Digits::Default)]
    precision: Digits,
    /// CSV on standard output, 17 significant digits: of --inputs the same columns and the answers; columns of their names are
    /// overwritten, but a price that was given stays.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// JSON on standard output.
    #[arg(long)]
    json: bool,
    /// Show all rows, not the first 40.
    #[arg(long)]
    all: bool,
    /// Also write the answers of a chain as a Parquet file.
    #[arg(long, value_name = "OUT", conflicts_with = "inputs")]
    parquet: Option<PathBuf>,
    /// Also write the answers of a chain as an Arrow IPC file.
    #[arg(long, value_name = "OUT", conflicts_with = "inputs")]
    arrow: Option<PathBuf>,
    /// Only this underlying of the chain file.
    #[arg(long, short, conflicts_with = "inputs")]
    symbol: Option<String>,
    /// Day of the quotes; default: the last one of the file.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "inputs")]
    as_of: Option<jiff::civil::Date>,
    /// Where European rows are computed; American ones stay on the processor. A GPU answers in single precision (price to 1e-6 of
    /// the strike) and must have been proven by `jarvis2 devices`; `auto` takes one only where it was measured to be faster. Default:
    /// `compute.device` of the configuration, `auto` unless set.
    #[arg(long, value_enum)]
    device: Option<DeviceWord>,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PriceArgs {
    #[command(flatten)]
    source: Source,
    /// Price of one share, where the chain file has none.
    #[arg(long, value_name = "USD", conflicts_with = "inputs")]
    spot: Option<f64>,
    /// Interest rate of the chain, fraction per year.
    #[arg(
        long,
        value_name = "FRACTION",
        allow_negative_numbers = true,
        conflicts_with = "inputs"
    )]
    rate: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct IvArgs {
    #[command(flatten)]
    source: Source,
    /// Price of one share: of the chain where its file has none, or of the one option.
    #[arg(long, value_name = "USD", conflicts_with = "inputs")]
    spot: Option<f64>,
    /// Interest rate, fraction per year.
    #[arg(
        long,
        value_name = "FRACTION",
        allow_negative_numbers = true,
        conflicts_with = "inputs"
    )]
    rate: Option<f64>,
    /// One option instead of a file: C or P.
    #[arg(long, conflicts_with_all = ["inputs", "chain", "sample"], requires_all = ["spot", "strike", "years", "price"])]
    right: Option<String>,
    /// A or E.
    #[arg(long, default_value = "A", requires = "right")]
    style: String,
    /// Exercise price in dollars.
    #[arg(long, value_name = "USD", requires = "right")]
    strike: Option<f64>,
    /// Time to expiry in years of 365 days.
    #[arg(long, requires = "right")]
    years: Option<f64>,
    /// Dividend yield, fraction per year.
    #[arg(
        long,
        value_name = "FRACTION",
        allow_negative_numbers = true,
        default_value_t = 0.0,
        requires = "right"
    )]
    dividend_yield: f64,
    /// Price of the option, dollars per share.
    #[arg(
        long,
        value_name = "USD",
        allow_negative_numbers = true,
        requires = "right"
    )]
    price: Option<f64>,
}

impl PriceArgs {
    pub(crate) fn json(&self) -> bool {
        self.source.json
    }
}

impl IvArgs {
    pub(crate) fn json(&self) -> bool {
        self.source.json
    }
}

/// The three settings of the American method.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Digits {
    /// For many prices at once.
    Fast,
    /// For everything a person reads.
    Default,
    /// For references and tests.
    Precise,
}

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A table for people; of so many rows at most.
    Text {
        rows: Option<usize>,
    },
    Csv,
    Json,
}

/// How to answer.
struct Settings {
    precision: Precision,
    ask: Ask,
    form: Form,
    threads: usize,
    machine: hardware::Machine,
    quiet: bool,
    place: Place,
    /// Chosen for the first rows; it stays for the others.
    chosen: OnceCell<Device>,
}

impl Settings {
    /// Answers rows on the chosen device; fewer answers than rows mean that the user wished to stop.
    fn solve(
        &self,
        rows: &[Row],
        ask: Ask,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Answers, Error> {
        let device = self.chosen.get_or_init(|| {
            let european = rows
                .iter()
                .filter(|row| row.style == market::Style::European)
                .count();
            let work = match ask {
                Ask::Everything => Work::Greeks,
                Ask::Vols => Work::Vols,
            };
            let (device, why) = self.place.device(work, european);
            if matches!(device, Device::Gpu(_)) {
                crate::asked::note(format!(
                    "jarvis2: European rows on {device}, in single precision: {why}"
                ));
            } else if self.place.asked {
                crate::asked::note(format!("jarvis2: on the processor: {why}"));
            }
            device
        });
        let (answers, fell_back) = batch::solve_with(
            device,
            &self.place.budget,
            self.threads,
            rows,
            self.precision,
            ask,
            stop,
        );
        if let Some(error) = fell_back {
            crate::asked::note(format!("jarvis2: finished on the processor: {error}"));
        }
        Ok(answers)
    }
}

/// Rows that people see unasked.
const ROWS_SHOWN: usize = 40;

/// `jarvis2 price`.
pub(crate) fn price(args: &PriceArgs) -> Result<u8, Error> {
    answer(&args.source, Ask::Everything, args.spot, args.rate)
}

/// `jarvis2 iv`.
pub(crate) fn iv(args: &IvArgs) -> Result<u8, Error> {
    match &args.right {
        Some(right) => {
            args.source.mapping.read(false)?;
            one(right, args)
        }
        None => answer(&args.source, Ask::Vols, args.spot, args.rate),
    }
}

fn answer(
    source: &Source,
    ask: Ask,
    spot_usd: Option<f64>,
    rate: Option<f64>,
) -> Result<u8, Error> {
    let flags = rate.map(|rate| Flag {
        name: "--rate".to_owned(),
        key: "market.rate_per_year".to_owned(),
        value: format!("{rate:?}"),
    });
    let flags = flags.into_iter().chain(source.device.map(DeviceWord::flag));
    let loaded = cli::load(&source.config, flags.collect())?;
    let machine = hardware::detect();
    let place = Place::open(&loaded, &machine)?;
    let config = loaded.config;
    let settings = Settings {
        place,
        chosen: OnceCell::new(),
        precision: precision(source),
        ask,
        form: match (source.csv, source.json) {
            (true, _) => Form::Csv,
            (_, true) => Form::Json,
            _ => Form::Text {
                rows: (!source.all).then_some(ROWS_SHOWN),
            },
        },
        threads: cli::threads(&config, &machine),
        machine,
        // A bar among the lines of a table would be in the way.
        quiet: source.quiet || source.json || std::io::stdout().is_terminal(),
    };
    match (&source.inputs, &source.chain) {
        (Some(inputs), _) => {
            source.mapping.read(false)?;
            table::run(inputs, &settings)?;
        }
        (None, file) if file.is_some() || source.sample => {
            let request = chain::Request {
                file: file.clone(),
                symbol: source.symbol.clone(),
                as_of: source.as_of,
                spot_usd,
                mapping: source.mapping.read(file.is_some())?,
                parquet: source.parquet.clone(),
                arrow: source.arrow.clone(),
            };
            chain::run(&request, &config, &settings)?;
        }
        (None, _) => {
            return Err(Error::Usage(
                "nothing to price: name a chain FILE, or a plain table with --inputs FILE (`-` is standard input)"
                    .to_owned(),
            ));
        }
    }
    Ok(0)
}

fn precision(source: &Source) -> Precision {
    match source.precision {
        Digits::Fast => Precision::Fast,
        Digits::Default => Precision::Standard,
        Digits::Precise => Precision::Precise,
    }
}

/// The implied volatility of one option.
fn one(right: &str, args: &IvArgs) -> Result<u8, Error> {
    let number = |flag: &str, value: Option<f64>| {
        value.ok_or_else(|| Error::Usage(format!("{flag} is missing: one option needs it")))
    };
    let row = Row {
        given: Given::Price,
        right: table::right_of(right).ok_or_else(|| {
            Error::Usage(format!("--right {right}: C (call) or P (put) is needed"))
        })?,
        style: table::style_of(&args.style).ok_or_else(|| {
            Error::Usage(format!(
                "--style {}: A (American) or E (European) is needed",
                args.style
            ))
        })?,
        spot: number("--spot", args.spot)?,
        strike: number("--strike", args.strike)?,
        years: number("--years", args.years)?,
        rate: number("--rate", args.rate)?,
        dividend_yield: args.dividend_yield,
        value: number("--price", args.price)?,
    };
    let answers = batch::solve(&[row], precision(&args.source), Ask::Vols);
    let (vol, status) = (answers.iv[0], batch::word(answers.status[0]));
    let text = if args.source.json {
        json!({ "iv": vol, "status": status }).to_string()
    } else if args.source.csv {
        format!("iv,status\n{},{status}", digits::exact(vol))
    } else if vol.is_finite() {
        format!("implied volatility {:.4} % per year", 100.0 * vol)
    } else {
        format!("implied volatility n/a ({status})")
    };
    Ok(cli::done(&text))
}

/// Whoever reads our output may close it; that is no error.
fn broken_pipe(outcome: Result<(), Error>) -> Result<(), Error> {
    match outcome {
        Err(Error::ClosedPipe) => Ok(()),
        other => other,
    }
}

/// An error as programs get it.
fn error_json(error: &Error) -> Value {
    json!({ "kind": error.kind(), "message": error.to_string(), "exit_code": error.exit_code() })
}
