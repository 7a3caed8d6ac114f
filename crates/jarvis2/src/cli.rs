//! The front door: arguments in, text and files out. Only here do numbers become text.

use crate::aside::Aside;
use crate::asked;
use crate::config::{self, Config, Flag};
use crate::devices::{DeviceWord, Place};
use crate::engine::{self, inputs::Request, tree::TraceTo};
use crate::error::Error;
use crate::governor::{self, Crew, Governor};
use crate::ingest::MappingArgs;
use crate::memory::{Long, Question};
use crate::plan::{Outcome, Plan};
use crate::portfolio::{PortfolioFile, PortfolioView};
use crate::progress::Progress;
use crate::trace::Trace;
use crate::{account, help, journal, memory, portfolio, price, report, risk, sql};
use clap::{Args, Parser, Subcommand, ValueEnum};
use hardware::threads::Role;
use market::ingest::FileMapping;
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// What do I do now with this position? A decision engine for options sellers. It never places an order.
#[derive(Debug, Parser)]
#[command(name = "jarvis2", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what to do now, in dollars, with odds, reasons and evidence. Alone: on the embedded synthetic sample.
    Plan(Box<PlanArgs>),
    /// Fit a chain's implied volatilities (SVI, SSVI) and check them for static arbitrage.
    Surface(Box<crate::surface::SurfaceArgs>),
    /// Say what is understood of a vendor's file; with --explain column by column, units checked.
    Ingest(Box<crate::ingest::IngestArgs>),
    /// Show what becomes of an account if shares, volatilities and the date move, and its dollar Greeks.
    Risk(Box<RiskArgs>),
    /// Price options: value, Greeks, exercise boundary; of a plain table or of every quote of a chain.
    Price(Box<price::PriceArgs>),
    /// Implied volatilities of a plain table, of every quote of a chain, or of one option.
    Iv(Box<price::IvArgs>),
    /// Tell the kinds of market in a price history apart: calm, rising, high volatility, falling.
    Regimes(Box<crate::regimes::RegimesArgs>),
    /// The market model that plans rest on, held against prices that were.
    #[command(subcommand)]
    Market(crate::validate::MarketCommand),
    /// Near vectors, words and arrows over your own data: notes, embeddings, links.
    #[cfg(feature = "index")]
    #[command(subcommand)]
    Index(Box<crate::index::IndexCommand>),
    /// Near vectors, words and arrows over your own data (this program was built without it).
    #[cfg(not(feature = "index"))]
    Index {
        /// Anything.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<String>,
    },
    /// Ask the ledger, chains and prices in SQL. `--tables` lists what there is to ask.
    Sql(Box<sql::SqlArgs>),
    /// Write the ledger, chains and prices as Parquet, Arrow or CSV: the tables of `sql`.
    Export(Box<sql::ExportArgs>),
    /// Write, show or check the configuration, or write a sample account.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the JSON Schema of a file format.
    Schema {
        /// Which format.
        format: SchemaOf,
    },
    /// Days of a price history and situations of the diary that were like today, and what followed.
    Recall(Box<crate::recall::command::RecallArgs>),
    /// Keep notes, read in a broker's file of trades, report premium and profit to the cent.
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    /// List the decisions in the diary, and how they ended.
    History(crate::history::HistoryArgs),
    /// Write the embedded synthetic sample as files, or with --years a longer one that is made on the spot.
    Sample(crate::sample::SampleArgs),
    /// How a policy would have fared, night by night, beside what anybody could have done. Alone: on the embedded synthetic sample.
    Backtest(Box<crate::backtest::BacktestArgs>),
    /// Ask a backtest's question again: it must give the same bytes.
    Replay(crate::backtest::replay::ReplayArgs),
    /// What each part of a plan's play is worth: rule, search, nets, on frozen simulated markets.
    Ablate(Box<crate::learning::ablate::AblateArgs>),
    /// Train nets by self-play, in a folder that may be left at any moment.
    #[cfg(feature = "train")]
    Train(Box<crate::learning::train::TrainArgs>),
    /// Train nets by self-play (this program was built without it).
    #[cfg(not(feature = "train"))]
    Train {
        /// Anything.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<String>,
    },
    /// List, show, compare and choose the nets that plans use.
    #[command(subcommand)]
    Models(crate::learning::shelf::ModelsCommand),
    /// Measure how fast the parts are on this machine: pricing, the net, the search.
    Bench(Box<crate::bench::BenchArgs>),
    /// Run every part, compare it with what is known, and say what works on this machine and how to set it up.
    Doctor(Box<crate::doctor::DoctorArgs>),
    /// How much memory may be taken, why, and what long commands take of it.
    #[command(subcommand)]
    Memory(MemoryCommand),
    /// List the devices that can compute: the processor and GPUs, each proven by running every kernel, with measured figures.
    Devices(crate::devices::DevicesArgs),
    /// Watch the machine, its memory, running work and the last plans on this screen. `q` ends it, `p` pauses it.
    #[cfg(feature = "monitor")]
    Monitor(Box<crate::monitor::MonitorArgs>),
    /// Watch the machine and running work (this program was built without it).
    #[cfg(not(feature = "monitor"))]
    Monitor {
        /// Anything.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<String>,
    },
    /// Show the same as a page in the browser, for this machine alone unless a token says otherwise; Prometheus reads `/metrics`.
    #[cfg(feature = "serve")]
    Serve(Box<crate::serve::ServeArgs>),
    /// Show the machine and running work in the browser (this program was built without it).
    #[cfg(not(feature = "serve"))]
    Serve {
        /// Anything.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<String>,
    },
    /// Give language models tools that read: a server of the Model Context Protocol on standard input and output, or on loopback.
    #[cfg(feature = "mcp")]
    Mcp(Box<crate::mcp::McpArgs>),
    /// Give language models tools that read (this program was built without it).
    #[cfg(not(feature = "mcp"))]
    Mcp {
        /// Anything.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        rest: Vec<String>,
    },
    /// Print the script that completes the words of this program in your shell.
    Completions(help::CompletionsArgs),
    /// Write man pages, one for each command.
    Man(help::ManArgs),
    /// The child process of a proof.
    #[command(hide = true)]
    ProveDevice(crate::devices::ProveArgs),
    /// Show what this machine offers: cores, memory, limits.
    Machine {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct PlanArgs {
    /// Option chain: any supported vendor's file, plain or gzipped; give it twice where calls and puts come apart. Without it: the
    /// embedded synthetic sample.
    #[arg(long, value_name = "FILE")]
    chain: Vec<PathBuf>,
    #[command(flatten)]
    mapping: MappingArgs,
    /// Plan many symbols of one cash account together (TOML). `jarvis2 config init --portfolio FILE` writes a sample that runs as it
    /// stands.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["chain", "account", "history", "events", "symbol", "spot", "trace", "db"])]
    portfolio: Option<PathBuf>,
    /// Account (TOML). Without it: all cash is assumed. `jarvis2 config init --account FILE` writes a sample.
    #[arg(long, value_name = "FILE")]
    account: Option<PathBuf>,
    /// Daily prices (CSV or Parquet: date, open, high, low, close, dividend, split), for the forecast of volatility.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Ex-dates and earnings (CSV: symbol, date, kind, amount_usd).
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Which underlying, where the file holds several.
    #[arg(long, short)]
    symbol: Option<String>,
    /// Day of the decision; default: the last day of quotes. Earlier days count as history.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<jiff::civil::Date>,
    /// Price of one share, where the file has none.
    #[arg(long, value_name = "USD")]
    spot: Option<f64>,
    /// Interest rate that cash earns, fraction per year.
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true)]
    rate: Option<f64>,
    /// Random seed. Same seed and input: same bytes.
    #[arg(long)]
    seed: Option<u64>,
    /// Where the chain's implied volatilities are computed; all else is the processor's. A GPU answers in single precision and must
    /// have been proven by `jarvis2 devices`. Default: `compute.device` of the configuration, `auto` unless set.
    #[arg(long, value_enum)]
    device: Option<DeviceWord>,
    /// Stop searching after this many milliseconds instead of a fixed number of evaluations.
    #[arg(long, value_name = "MS")]
    time_ms: Option<u64>,
    /// Allow advice on synthetic data for a real account.
    #[arg(long)]
    allow_synthetic: bool,
    /// Print the plan as JSON.
    #[arg(long)]
    json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    /// Folder for report.html and plan.json.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write no report and no plan file.
    #[arg(long)]
    no_files: bool,
    /// The diary: where this plan is kept, and where situations like it are looked for. Default: `diary.file` of the configuration,
    /// else jarvis2/diary.sqlite in the user's data folder.
    #[arg(long, value_name = "FILE", conflicts_with = "no_diary")]
    db: Option<PathBuf>,
    /// Neither keep this plan in the diary nor look there (as with `diary.keep = false`).
    #[arg(long)]
    no_diary: bool,
    /// Also write the search tree as JSON (`jarvis2 schema trace` describes it).
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Decisions from the root that the trace holds; what is left out is counted in it. Default: all.
    #[arg(long, value_name = "DECISIONS", requires = "trace")]
    trace_depth: Option<u32>,
    /// Situations that the trace holds at most, the nearest to the root first; what is left out is counted in it.
    #[arg(long, value_name = "COUNT", requires = "trace", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    trace_nodes: u32,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Args)]
struct RiskArgs {
    /// Account (TOML); every symbol in it that the chain holds counts.
    #[arg(long, value_name = "FILE")]
    account: Option<PathBuf>,
    /// Option chain: any supported vendor's file, plain or gzipped; may be repeated, as for calls and puts apart.
    #[arg(long, value_name = "FILE")]
    chain: Vec<PathBuf>,
    #[command(flatten)]
    mapping: MappingArgs,
    /// Ex-dates and earnings (CSV: symbol, date, kind, amount_usd).
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Only this symbol of the account.
    #[arg(long, short)]
    symbol: Option<String>,
    /// Day of the quotes; default: the last one.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<jiff::civil::Date>,
    /// Price of one share, where the file has none and the account one symbol.
    #[arg(long, value_name = "USD")]
    spot: Option<f64>,
    /// Interest rate, fraction per year.
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true)]
    rate: Option<f64>,
    /// Allow a real account on synthetic data.
    #[arg(long)]
    allow_synthetic: bool,
    /// Print everything as JSON.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print every scenario of every row as CSV.
    #[arg(long)]
    csv: bool,
    /// Also write one HTML file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ConfigArgs {
    /// Configuration file (TOML).
    #[arg(long = "config", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Set one key: `--set objective.risk_aversion=2`. May be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl ConfigArgs {
    /// The same as words of the command line.
    #[cfg(feature = "mcp")]
    pub(crate) fn words(&self) -> Vec<String> {
        let file = self.file.as_ref();
        let file = file.map(|file| format!("--config={}", file.display()));
        let set = self.set.iter().map(|pair| format!("--set={pair}"));
        file.into_iter().chain(set).collect()
    }
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Write a commented configuration, or with --account, --portfolio or --mapping a sample of those. Never overwrites.
    Init {
        /// Write a sample account to this file instead.
        #[arg(long, value_name = "FILE")]
        account: Option<PathBuf>,
        /// Write a sample portfolio to this file instead.
        #[arg(long, value_name = "FILE", conflicts_with = "account")]
        portfolio: Option<PathBuf>,
        /// Write a sample mapping of a chain's columns to this file instead, and the file of quotes that it describes beside it.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["account", "portfolio"])]
        mapping: Option<PathBuf>,
        /// Where to write the configuration.
        #[arg(long = "config", value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print the configuration after all layers.
    Show {
        /// Say where each value comes from.
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Check the configuration and say what is wrong.
    Check {
        #[command(flatten)]
        config: ConfigArgs,
    },
}

#[derive(Debug, Subcommand)]
enum MemoryCommand {
    /// Print the budget with its origin, what a long command reserves, and batch sizes.
    Explain {
        /// Which command's parts to show.
        #[arg(long = "for", value_enum, default_value_t = Long::Plan, value_name = "COMMAND")]
        of: Long,
        /// Vectors of the index that is explained.
        #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
        vectors: u64,
        /// Numbers in each of them.
        #[arg(long, value_name = "COUNT", default_value_t = 768, value_parser = clap::value_parser!(u32).range(1..=65_536))]
        dimensions: u32,
        /// As JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchemaOf {
    /// The account file.
    Account,
    /// The configuration file.
    Config,
    /// `plan.json`.
    Plan,
    /// The file of `plan --trace`.
    Trace,
    /// The file that `plan --portfolio` reads.
    Portfolio,
    /// `portfolio.json`, its answer.
    PortfolioPlan,
}

/// Runs the command line and returns the exit code.
pub(crate) fn run() -> u8 {
    let cli = match help::parsed(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let as_json = wants_json(&cli);
    perform(cli).unwrap_or_else(|error| fail(&error, as_json))
}

/// Runs a command for a program that asks in words of the command line.
pub(crate) fn answer(words: &[String]) -> Result<u8, Error> {
    let name = std::iter::once("jarvis2");
    let cli = match help::parsed(name.chain(words.iter().map(String::as_str))) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            return Err(Error::Usage(error.to_string().trim_end().to_owned()));
        }
        Err(help) => return Ok(done(&help.to_string())),
    };
    let once = words.iter().any(|word| word == "--once");
    let endless = match cli.command {
        Command::Monitor { .. } => !once,
        Command::Serve { .. } | Command::Mcp { .. } | Command::ProveDevice(_) => true,
        _ => false,
    };
    if endless {
        return Err(Error::Usage(
            "this command has no answer to give: run it from the command line".to_owned(),
        ));
    }
    perform(cli)
}

/// The names of all commands.
pub(crate) fn commands() -> Vec<String> {
    let shown = |command: &&clap::Command| !command.is_hide_set();
    let cli = help::command();
    let all = cli.get_subcommands().filter(shown);
    all.map(|command| command.get_name().to_owned()).collect()
}

/// Whether the answer, and so an error too, is to be JSON.
fn wants_json(cli: &Cli) -> bool {
    matches!(&cli.command, Command::Plan(args) if args.json)
        || matches!(&cli.command, Command::Surface(args) if args.json)
        || matches!(&cli.command, Command::Ingest(args) if args.json)
        || matches!(&cli.command, Command::Risk(args) if args.json)
        || matches!(&cli.command, Command::Price(args) if args.json())
        || matches!(&cli.command, Command::Iv(args) if args.json())
        || matches!(&cli.command, Command::Bench(args) if args.json)
        || matches!(&cli.command, Command::Doctor(args) if args.json)
        || matches!(
            cli.command,
            Command::Memory(MemoryCommand::Explain { json: true, .. })
        )
        || matches!(&cli.command, Command::Recall(args) if args.json)
        || matches!(&cli.command, Command::Journal(command) if command.json())
        || matches!(&cli.command, Command::History(args) if args.json)
        || matches!(&cli.command, Command::Regimes(args) if args.json)
        || matches!(&cli.command, Command::Market(command) if command.json())
        || matches!(&cli.command, Command::Sql(args) if args.json())
        || matches!(&cli.command, Command::Export(args) if args.json())
        || matches!(&cli.command, Command::Devices(args) if args.json)
        || matches!(cli.command, Command::Machine { json: true })
        || matches!(&cli.command, Command::Ablate(args) if args.json)
        || matches!(&cli.command, Command::Backtest(args) if args.json)
        || matches!(&cli.command, Command::Replay(args) if args.json)
        || matches!(&cli.command, Command::Models(command) if command.json())
        || train_json(&cli.command)
        || index_json(&cli.command)
}

fn perform(cli: Cli) -> Result<u8, Error> {
    match cli.command {
        // A bug must still end as an error with its exit code, in JSON where JSON was asked for; its place is on stderr.
        Command::Plan(args) => caught(|| plan(&args)),
        Command::Surface(args) => caught(|| crate::surface::run(&args).map(|text| done(&text))),
        Command::Ingest(args) => caught(|| crate::ingest::run(&args)),
        Command::Risk(args) => caught(|| risk(&args)),
        Command::Price(args) => caught(|| price::price(&args)),
        Command::Iv(args) => caught(|| price::iv(&args)),
        Command::Bench(args) => caught(|| crate::bench::run(&args)),
        Command::Doctor(args) => caught(|| crate::doctor::run(&args)),
        Command::Backtest(args) => caught(std::panic::AssertUnwindSafe(|| crate::backtest::run(&args))),
        Command::Replay(args) => caught(std::panic::AssertUnwindSafe(|| crate::backtest::replay::run(&args))),
        Command::Ablate(args) => caught(|| crate::learning::ablate::run(&args)),
        #[cfg(feature = "train")]
        Command::Train(args) => caught(|| crate::learning::train::run(&args)),
        #[cfg(not(feature = "train"))]
        Command::Train { .. } => Err(Error::Usage(
            "this program was built without training; build it with `cargo install --path crates/jarvis2 --features train`".to_owned(),
        )),
        Command::Models(command) => caught(|| crate::learning::shelf::run(&command)),
        Command::Recall(args) => caught(|| crate::recall::command::run(&args)),
        Command::Journal(command) => caught(|| journal::run(&command)),
        Command::History(args) => caught(|| crate::history::run(&args)),
        Command::Regimes(args) => caught(|| crate::regimes::run(&args).map(|text| done(&text))),
        Command::Market(command) => caught(|| crate::validate::run(&command)),
        #[cfg(feature = "index")]
        Command::Index(command) => caught(|| crate::index::run(&command)),
        #[cfg(not(feature = "index"))]
        Command::Index { .. } => Err(Error::Usage(
            "this program was built without the index; build it with `cargo install --path crates/jarvis2 --features index`".to_owned(),
        )),
        Command::Sql(args) => caught(|| sql::sql(&args)),
        Command::Export(args) => caught(|| sql::export(&args)),
        Command::Config(command) => config_command(command).map(|text| done(&text)),
        Command::Schema { format } => schema(format).map(|text| done(&text)),
        Command::Sample(args) => crate::sample::run(&args).map(|text| done(&text)),
        Command::Memory(MemoryCommand::Explain {
            of,
            vectors,
            dimensions,
            json,
            config,
        }) => {
            let question = Question {
                of,
                vectors,
                dimensions: dimensions as usize,
            };
            memory_explain(&question, json, &config).map(|text| done(&text))
        }
        Command::Devices(args) => caught(|| {
            let config = load(&args.config, Vec::new())?.config;
            crate::devices::devices(&args, &config).map(|text| done(&text))
        }),
        #[cfg(feature = "monitor")]
        Command::Monitor(args) => caught(|| crate::monitor::run(&args)),
        #[cfg(not(feature = "monitor"))]
        Command::Monitor { .. } => Err(Error::Usage(
            "this program was built without the monitor; build it with `cargo install --path crates/jarvis2 --features monitor`".to_owned(),
        )),
        #[cfg(feature = "serve")]
        Command::Serve(args) => caught(|| crate::serve::run(&args)),
        #[cfg(not(feature = "serve"))]
        Command::Serve { .. } => Err(Error::Usage(
            "this program was built without the page; build it with `cargo install --path crates/jarvis2 --features serve`".to_owned(),
        )),
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => caught(|| crate::mcp::run(&args)),
        #[cfg(not(feature = "mcp"))]
        Command::Mcp { .. } => Err(Error::Usage(
            "this program was built without the tools for language models; build it with `cargo install --path crates/jarvis2 --features mcp`".to_owned(),
        )),
        Command::Completions(args) => Ok(done(&help::completions(&args))),
        Command::Man(args) => help::man(&args).map(|text| done(&text)),
        Command::ProveDevice(args) => Ok(crate::devices::prove(&args)),
        Command::Machine { json } => machine(json).map(|text| done(&text)),
    }
}

#[cfg(feature = "index")]
fn index_json(command: &Command) -> bool {
    matches!(command, Command::Index(command) if command.json())
}

#[cfg(feature = "train")]
fn train_json(command: &Command) -> bool {
    matches!(command, Command::Train(args) if args.json)
}

#[cfg(not(feature = "train"))]
fn train_json(command: &Command) -> bool {
    matches!(command, Command::Train { rest } if rest.iter().any(|word| word == "--json"))
}

#[cfg(not(feature = "index"))]
fn index_json(command: &Command) -> bool {
    matches!(command, Command::Index { rest } if rest.iter().any(|word| word == "--json"))
}

fn caught(
    command: impl FnOnce() -> Result<u8, Error> + std::panic::UnwindSafe,
) -> Result<u8, Error> {
    std::panic::catch_unwind(command).unwrap_or_else(|_| {
        Err(Error::Internal(
            "a bug; the lines above say where".to_owned(),
        ))
    })
}

/// Prints what clap says; with `--json` on the line its errors are JSON too.
fn usage(error: &clap::Error) -> u8 {
    let is_help = !error.use_stderr();
    if !is_help && std::env::args().any(|arg| arg == "--json") {
        return fail(&Error::Usage(error.to_string().trim_end().to_owned()), true);
    }
    let _ = error.print();
    if is_help { 0 } else { 2 }
}

fn fail(error: &Error, as_json: bool) -> u8 {
    let code = error.exit_code();
    if matches!(error, Error::Said(_)) {
        return code;
    }
    if as_json {
        done(&json!({ "error": { "kind": error.kind(), "message": error.to_string(), "exit_code": code } }).to_string());
    } else {
        eprintln!("jarvis2: {error}");
    }
    code
}

/// Prints a result; a closed pipe is the reader's right.
pub(crate) fn done(text: &str) -> u8 {
    let mut out = asked::out();
    let _ = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
    0
}

pub(crate) fn load(args: &ConfigArgs, mut flags: Vec<Flag>) -> Result<config::Loaded, Error> {
    for pair in &args.set {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Error::Usage(format!(
                "--set {pair}: write KEY=VALUE, such as --set objective.risk_aversion=2"
            ))
        })?;
        flags.push(Flag {
            name: "--set".to_owned(),
            key: key.trim().to_owned(),
            value: value.trim().to_owned(),
        });
    }
    Ok(config::load(
        args.file.as_deref(),
        &config::environment(),
        &flags,
    )?)
}

fn plan(args: &PlanArgs) -> Result<u8, Error> {
    let flag = |name: &str, key: &str, value: String| Flag {
        name: name.to_owned(),
        key: key.to_owned(),
        value,
    };
    let mut flags = Vec::new();
    flags.extend(
        args.rate
            .map(|rate| flag("--rate", "market.rate_per_year", format!("{rate:?}"))),
    );
    flags.extend(
        args.seed
            .map(|seed| flag("--seed", "search.seed", seed.to_string())),
    );
    flags.extend(
        args.time_ms
            .map(|ms| flag("--time-ms", "search.time_ms", ms.to_string())),
    );
    flags.extend(args.device.map(DeviceWord::flag));
    let loaded = load(&args.config, flags)?;
    let machine = hardware::detect();
    let mut place = Place::open(&loaded, &machine)?;
    let mut config = loaded.config;
    let threads = threads(&config, &machine);
    let role = governor::role_for(Role::Search, &machine, threads);
    let mut governor = Governor::new(&config, &machine, threads, role, false);
    let batch_note = memory::settle_batch(&mut config, &machine);
    if let Some(path) = &args.portfolio {
        let ask = portfolio::Ask {
            as_of: args.as_of,
            allow_synthetic: args.allow_synthetic,
            mapping: args.mapping.clone(),
            place,
            batch_note,
        };
        return plan_portfolio(path, args, &ask, &config, &mut governor);
    }
    let taken = memory::reserve(governor.ledger(), &config, 1, threads)?;
    let _buffers = place.share(governor.ledger(), &machine);
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
        place,
        ..Request::default()
    };
    if let Some(spot) = args.spot.filter(|spot| !(spot.is_finite() && *spot > 0.0)) {
        return Err(Error::Usage(format!(
            "--spot {spot}: a price in dollars is needed"
        )));
    }
    let mut trace = match &args.trace {
        Some(path) => Some(TraceTo {
            aside: Aside::create(path)?,
            depth_max: args.trace_depth.unwrap_or(u32::MAX),
            nodes_max: args.trace_nodes,
        }),
        None => None,
    };
    governor.watch();
    let crew = governor.crew();
    crew.enter();
    let progress = shown(args, &config, &governor);
    let mut inputs = engine::inputs::read(&request, config, crew, taken.evaluations_max)?;
    inputs.notices.extend(batch_note);
    let made = engine::plan(&inputs, &progress, trace.as_mut());
    progress.finish();
    let mut made = made?;
    made.plan.evidence.quote(&inputs.config);
    let diary = journal::Diary::of_plan(args.db.as_deref(), args.no_diary, &inputs.config);
    diary.recall(&mut made, inputs.chain.as_of);
    let plan = &made.plan;
    let mut written = if args.no_files {
        Vec::new()
    } else {
        write(plan, &inputs.config, args.out.as_deref())?
    };
    if let Some(trace) = trace {
        written.push(trace.aside.commit()?);
    }
    let json = pretty(plan)?;
    if args.json {
        done(&json);
    } else {
        let style = report::TextStyle {
            color: wants_color(),
            unicode: wants_unicode(),
        };
        done(&report::text(plan, &style));
    }
    for path in written {
        crate::asked::note(format!("written: {}", path.display()));
    }
    // The answer is out before the diary is waited for.
    diary.keep(&made, &json)?;
    Ok(if made.plan.decision.outcome == Outcome::Abstain {
        4
    } else {
        0
    })
}

/// The bar of a plan, and its word to those who watch.
fn shown(args: &PlanArgs, config: &Config, governor: &Governor) -> Progress {
    let progress = Progress::new(args.quiet || args.json);
    if args.no_files {
        return progress.heeding(governor);
    }
    progress.told("plan", config, governor)
}

fn plan_portfolio(
    path: &Path,
    args: &PlanArgs,
    ask: &portfolio::Ask,
    config: &Config,
    governor: &mut Governor,
) -> Result<u8, Error> {
    governor.watch();
    let crew = governor.crew();
    crew.enter();
    let threads = crew.most();
    let progress = shown(args, config, governor);
    let mut held = None;
    let share = |symbols: usize| {
        // As many symbols at once as there are threads and memory for, one at least.
        let mut workers = threads.min(symbols).max(1);
        loop {
            let each = (threads / workers).max(1);
            match memory::reserve(governor.ledger(), config, workers, each) {
                Ok(taken) => {
                    // Where several symbols are planned at once, a hot machine takes fewer of them; else fewer threads.
                    let threads = match workers {
                        1 => crew.part(each),
                        _ => Crew::fixed(each),
                    };
                    let share = portfolio::Share {
                        workers: crew.part(workers),
                        threads,
                        evaluations_max: taken.evaluations_max,
                    };
                    held = Some(taken);
                    return Ok(share);
                }
                Err(error) if workers == 1 => return Err(error),
                Err(_) => workers -= 1,
            }
        }
    };
    let planned = portfolio::plan(path, ask, config, share, &progress);
    progress.finish();
    let planned = planned?;
    drop(held);
    let written = if args.no_files {
        Vec::new()
    } else {
        write_portfolio(&planned, config, args.out.as_deref())?
    };
    if args.json {
        done(&pretty(&planned.view)?);
    } else {
        let style = report::TextStyle {
            color: wants_color(),
            unicode: wants_unicode(),
        };
        done(&report::portfolio_text(&planned.view, &style));
    }
    for path in written {
        crate::asked::note(format!("written: {}", path.display()));
    }
    Ok(portfolio::exit_code(&planned))
}

/// Writes the portfolio's files, and those of each symbol into a folder of its own.
fn write_portfolio(
    planned: &portfolio::Planned,
    config: &Config,
    out: Option<&Path>,
) -> Result<Vec<PathBuf>, Error> {
    let dir = out.map_or_else(|| PathBuf::from(&config.output.dir), Path::to_path_buf);
    let mut files = Vec::new();
    if config.output.html {
        files.push(("portfolio.html", report::portfolio_html(&planned.view)));
    }
    if config.output.json {
        files.push(("portfolio.json", pretty(&planned.view)? + "\n"));
    }
    let written = put(&dir, files)?;
    for (folder, plan) in &planned.plans {
        write(plan, config, Some(&dir.join(folder)))?;
    }
    Ok(written)
}

fn risk(args: &RiskArgs) -> Result<u8, Error> {
    let rate = args.rate.map(|rate| Flag {
        name: "--rate".to_owned(),
        key: "market.rate_per_year".to_owned(),
        value: format!("{rate:?}"),
    });
    let config = load(&args.config, rate.into_iter().collect())?.config;
    if let Some(spot) = args.spot.filter(|spot| !(spot.is_finite() && *spot > 0.0)) {
        return Err(Error::Usage(format!(
            "--spot {spot}: a price in dollars is needed"
        )));
    }
    let request = Request {
        chains: args.chain.clone(),
        account: args.account.clone(),
        history: None,
        events: args.events.clone(),
        symbol: args.symbol.clone(),
        as_of: args.as_of,
        spot_usd: args.spot,
        mapping: args.mapping.read(!args.chain.is_empty())?,
        allow_synthetic: args.allow_synthetic,
        ..Request::default()
    };
    let risk = risk::risk(&request, &config, threads(&config, &hardware::detect()))?;
    if let Some(path) = &args.html {
        std::fs::write(path, report::risk_html(&risk)).map_err(|error| Error::UnwritableFile {
            path: path.clone(),
            why: error.to_string(),
        })?;
        crate::asked::note(format!("written: {}", path.display()));
    }
    if args.json {
        let json = serde_json::to_string_pretty(&risk);
        done(&json.map_err(|error| Error::Internal(error.to_string()))?);
    } else if args.csv {
        done(&report::risk_csv(&risk));
    } else {
        let style = report::TextStyle {
            color: wants_color(),
            unicode: wants_unicode(),
        };
        done(&report::risk_text(&risk, &style));
    }
    Ok(0)
}

pub(crate) fn threads(config: &Config, machine: &hardware::Machine) -> usize {
    let found = hardware::threads(machine).count;
    match config.hardware.threads {
        0 => found.max(1),
        wanted => wanted as usize,
    }
}

pub(crate) fn pretty(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(value).map_err(|error| Error::Internal(error.to_string()))
}

/// Writes the files that the configuration asks for.
fn write(plan: &Plan, config: &Config, out: Option<&Path>) -> Result<Vec<PathBuf>, Error> {
    let dir = out.map_or_else(|| PathBuf::from(&config.output.dir), Path::to_path_buf);
    let mut files = Vec::new();
    if config.output.html {
        files.push(("report.html", report::html(plan)));
    }
    if config.output.json {
        files.push(("plan.json", pretty(plan)? + "\n"));
    }
    put(&dir, files)
}

/// Writes files into a folder, which is made if need be.
fn put(dir: &Path, files: Vec<(&str, String)>) -> Result<Vec<PathBuf>, Error> {
    let unwritable = |path: &Path, error: std::io::Error| Error::Unwritable {
        path: path.to_owned(),
        why: error.to_string(),
    };
    std::fs::create_dir_all(dir).map_err(|error| unwritable(dir, error))?;
    let mut written = Vec::new();
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
        written.push(path);
    }
    Ok(written)
}

/// What the terminal can show.
pub(crate) fn text_style() -> report::TextStyle {
    report::TextStyle {
        color: wants_color(),
        unicode: wants_unicode(),
    }
}

pub(crate) fn wants_color() -> bool {
    std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

pub(crate) fn wants_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    cfg!(target_os = "macos")
        || locale.is_some_and(|value| value.to_lowercase().replace('-', "").contains("utf8"))
}

fn config_command(command: ConfigCommand) -> Result<String, Error> {
    match command {
        ConfigCommand::Init {
            account: Some(path),
            ..
        } => {
            write_sample(&path, account::SAMPLE)?;
            Ok(format!(
                "{}: a sample account was written; edit it, then run `jarvis2 plan --chain FILE --account {}`",
                path.display(),
                path.display()
            ))
        }
        ConfigCommand::Init {
            portfolio: Some(path),
            ..
        } => {
            write_sample(&path, portfolio::SAMPLE)?;
            Ok(format!(
                "{}: a sample portfolio was written; it runs as it stands: `jarvis2 plan --portfolio {}`",
                path.display(),
                path.display()
            ))
        }
        ConfigCommand::Init {
            mapping: Some(path),
            ..
        } => {
            let quotes = path.with_extension("csv");
            write_sample(&path, FileMapping::SAMPLE)?;
            write_sample(&quotes, FileMapping::SAMPLE_FILE)?;
            Ok(format!(
                "{}: a sample mapping was written, and beside it {}, which it describes; try `jarvis2 ingest {} --mapping {} --explain`",
                path.display(),
                quotes.display(),
                quotes.display(),
                path.display()
            ))
        }
        ConfigCommand::Init { file, .. } => {
            Ok(config::init(file.as_deref(), &config::environment())?)
        }
        ConfigCommand::Show { origin, config } => Ok(load(&config, Vec::new())?.show(origin)),
        ConfigCommand::Check { config } => {
            load(&config, Vec::new())?;
            Ok(config::check(
                config.file.as_deref(),
                &config::environment(),
                &[],
            )?)
        }
    }
}

/// Writes a sample file; never over another.
fn write_sample(path: &Path, text: &str) -> Result<(), Error> {
    if path.exists() {
        return Err(Error::Usage(format!(
            "{}: exists already and is left as it is; name another file",
            path.display()
        )));
    }
    std::fs::write(path, text).map_err(|error| Error::Unwritable {
        path: path.to_owned(),
        why: error.to_string(),
    })
}

fn schema(format: SchemaOf) -> Result<String, Error> {
    let value = match format {
        SchemaOf::Account => schemars::schema_for!(account::Account).to_value(),
        SchemaOf::Plan => schemars::schema_for!(Plan).to_value(),
        SchemaOf::Portfolio => schemars::schema_for!(PortfolioFile).to_value(),
        SchemaOf::PortfolioPlan => schemars::schema_for!(PortfolioView).to_value(),
        SchemaOf::Trace => schemars::schema_for!(Trace).to_value(),
        SchemaOf::Config => config::json_schema(),
    };
    serde_json::to_string_pretty(&value).map_err(|error| Error::Internal(error.to_string()))
}

fn memory_explain(question: &Question, as_json: bool, args: &ConfigArgs) -> Result<String, Error> {
    let config = load(args, Vec::new())?.config;
    let machine = hardware::detect();
    let threads = threads(&config, &machine);
    memory::explain(&config, &machine, threads, question, as_json)
}

fn machine(as_json: bool) -> Result<String, Error> {
    let machine = hardware::detect();
    let mut rows = machine.rows();
    rows.push((
        "threads".to_owned(),
        hardware::threads(&machine).to_string(),
    ));
    rows.push((
        "memory budget".to_owned(),
        hardware::memory_budget(&machine, None).to_string(),
    ));
    if as_json {
        let object: serde_json::Map<String, serde_json::Value> = rows
            .into_iter()
            .map(|(name, value)| (name.replace(' ', "_"), value.into()))
            .collect();
        return serde_json::to_string_pretty(&object)
            .map_err(|error| Error::Internal(error.to_string()));
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    Ok(rows
        .iter()
        .map(|(name, value)| format!("{name:width$}  {value}\n"))
        .collect())
}
