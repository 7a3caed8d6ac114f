//! `jarvis2 sample`: the synthetic sample as files, the embedded year or many years made on the spot.

use crate::engine;
use crate::error::Error;
use crate::progress::Progress;
use clap::Args;
use market::sample::long::Long;
use std::path::PathBuf;

/// What `sample` writes.
#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Folder to write to. A file that is there with other content is never replaced.
    #[arg(long)]
    out: PathBuf,
    /// This many years of daily chains up to the sample's last day, 1 to 30, in place of the embedded year. Ten are about 22 MB.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(market::sample::long::YEARS_MAX)))]
    years: Option<u32>,
    /// Same seed, same files.
    #[arg(long, value_name = "N", requires = "years", default_value_t = market::sample::SEED)]
    seed: u64,
    /// Only this name: SYNIDX, SYNDIV or SYNVOL.
    #[arg(long, value_name = "SYMBOL", requires = "years")]
    symbol: Option<String>,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

/// Runs the command.
pub(crate) fn run(args: &SampleArgs) -> Result<String, Error> {
    if let Some(years) = args.years {
        return long_sample(args, years);
    }
    let out = &args.out;
    let written = market::sample::write(out)?;
    let names: Vec<String> = written
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let symbol = engine::inputs::DEFAULT_SYMBOL;
    Ok(format!(
        "SYNTHETIC DATA, made by our own generator: it proves nothing about any market.\n{}\nTry: jarvis2 plan --chain {} --symbol {symbol} --history {} --events {} --account {} --allow-synthetic",
        names.join("\n"),
        out.join("chain.parquet").display(),
        out.join(format!("history_{symbol}.csv")).display(),
        out.join("events.csv").display(),
        out.join("account.toml").display()
    ))
}

/// Ten years take a few seconds.
fn long_sample(args: &SampleArgs, years: u32) -> Result<String, Error> {
    let long = Long {
        seed: args.seed,
        years,
        ..Long::default()
    };
    let symbols: Vec<&str> = match &args.symbol {
        Some(symbol) => vec![symbol],
        None => market::sample::SYMBOLS.to_vec(),
    };
    let progress = Progress::new(args.quiet);
    let mut at = String::new();
    let written = long.write(&args.out, &symbols, &mut |symbol, fraction| {
        if at != symbol {
            symbol.clone_into(&mut at);
            progress.stage(&format!("making {years} years of {symbol}"));
        }
        progress.fraction(fraction);
        !progress.stopped()
    });
    progress.finish();
    let written = written?.ok_or_else(|| Error::Interrupted {
        done: format!("{at} was being made"),
    })?;
    let names: Vec<String> = written
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    Ok(format!(
        "SYNTHETIC DATA, made by our own generator (seed {}): it proves nothing about any market.\n{}",
        args.seed,
        names.join("\n")
    ))
}
