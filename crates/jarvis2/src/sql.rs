//! `jarvis2 sql` and `jarvis2 export`: the ledger, chains, prices and events as tables, asked in SQL or written as files.
//!
//! Tables are read from their files on every call, those alone that are asked for, into a database in memory: nobody's file is
//! locked, and nothing that a query does is kept. `export` needs no DuckDB; `sql` does, and says so where the build has none.

mod fill;
mod print;
mod tables;

use crate::aside::Aside;
use crate::cli::done;
use crate::error::Error;
use crate::ingest::MappingArgs;
use crate::progress::Progress;
use analytics::{Database, Limits, OwnFile, Table};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};
use tables::{From, Spec, TABLES};

/// Where the rows come from.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    /// The ledger of decisions, fills and outcomes.
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Option chain: any supported vendor's file, plain or gzipped; may be repeated. With no file at all: the embedded synthetic
    /// sample.
    #[arg(long, value_name = "FILE")]
    chain: Vec<PathBuf>,
    #[command(flatten)]
    mapping: MappingArgs,
    /// Daily prices (CSV or Parquet); may be repeated.
    #[arg(long, value_name = "FILE")]
    history: Vec<PathBuf>,
    /// Ex-dates and earnings (CSV: symbol, date, kind, amount_usd).
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Only this underlying of the chain and price files; names it where a file does not.
    #[arg(long, short)]
    symbol: Option<String>,
}

impl Sources {
    fn is_empty(&self) -> bool {
        self.db.is_none()
            && self.chain.is_empty()
            && self.history.is_empty()
            && self.events.is_none()
    }

    /// Can tables of this kind be filled? Where no file is given the sample stands in, which has no ledger.
    fn has(&self, from: From) -> bool {
        match from {
            From::Ledger => self.db.is_some(),
            From::Chains => self.is_empty() || !self.chain.is_empty(),
            From::History => self.is_empty() || !self.history.is_empty(),
            From::Events => self.is_empty() || self.events.is_some(),
        }
    }
}

/// `jarvis2 sql`.
#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// One SELECT; `-` reads it from standard input.
    #[arg(required_unless_present = "tables")]
    query: Option<String>,
    /// List the tables, their columns and units instead.
    #[arg(long, conflicts_with = "query")]
    tables: bool,
    #[command(flatten)]
    sources: Sources,
    /// Give a Parquet or CSV file of your own a name to be asked by; may be repeated.
    #[arg(long = "table", value_name = "NAME=FILE")]
    files: Vec<String>,
    /// Print the answer as JSON.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print the answer as CSV.
    #[arg(long)]
    csv: bool,
    /// Also write the answer as a Parquet file.
    #[arg(long, value_name = "FILE")]
    parquet: Option<PathBuf>,
    /// Show people every row and the whole of every text.
    #[arg(long)]
    all: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

impl SqlArgs {
    /// Are errors wanted as JSON?
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

/// `jarvis2 export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Folder for the files, one for each table; files of the same names are replaced.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    sources: Sources,
    /// Only these tables, with commas between them. Default: all that the files given hold.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    /// What kind of files.
    #[arg(long, value_enum, default_value_t = Format::Parquet)]
    format: Format,
    /// Say what was written as JSON.
    #[arg(long)]
    json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

impl ExportArgs {
    /// Are errors wanted as JSON?
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Apache Parquet, compressed with zstd.
    Parquet,
    /// Arrow IPC.
    Arrow,
    /// Comma-separated text.
    Csv,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Arrow => "arrow",
            Format::Csv => "csv",
        }
    }
}

/// Answers one query.
pub(crate) fn sql(args: &SqlArgs) -> Result<u8, Error> {
    if args.tables {
        return Ok(done(&list(args.json)?));
    }
    let query = match args.query.as_deref() {
        Some("-") => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| Error::Usage(format!("standard input: {error}")))?;
            text
        }
        Some(query) => query.to_owned(),
        None => String::new(),
    };
    let files = args
        .files
        .iter()
        .map(|pair| own_file(pair))
        .collect::<Result<Vec<_>, _>>()?;
    let machine = hardware::detect();
    let limits = Limits {
        memory_bytes: Some(hardware::memory_budget(&machine, None).bytes),
        threads: Some(hardware::threads(&machine).count.max(1)),
    };
    let mut database = Database::open(&limits, &files)?;
    let mentioned = database.mentioned(&query)?;
    let parquet = args.parquet.as_deref().map(Aside::create).transpose()?;
    let own = |spec: &Spec| files.iter().any(|f| f.name.eq_ignore_ascii_case(spec.name));
    let mut wanted = Vec::new();
    for spec in TABLES.iter().filter(|spec| mentioned.needs(spec.name)) {
        if own(spec) {
            continue;
        }
        if args.sources.has(spec.from) {
            wanted.push(spec.name);
        } else if mentioned.surely_needs(spec.name) {
            return Err(not_given(spec));
        }
    }
    let progress = Progress::new(args.quiet || args.json || args.csv);
    let filled = fill::fill(&wanted, &args.sources, &progress)?;
    for table in &filled.tables {
        database.fill(table)?;
    }
    progress.stage("asking");
    let answer = database.query(&query, &|| progress.stopped());
    progress.finish();
    let answer = answer.map_err(|error| with_tables(error, &args.sources))?;
    if let Some(mut aside) = parquet {
        let bytes = answer.parquet()?;
        aside.write(|out| out.write_all(&bytes))?;
        crate::asked::note(format!("written: {}", aside.commit()?.display()));
    }
    if args.json {
        let value = print::json(&answer, &filled.notes);
        let text = serde_json::to_string_pretty(&value).map_err(internal)?;
        return Ok(done(&text));
    }
    for note in &filled.notes {
        crate::asked::note(format!("note: {note}"));
    }
    Ok(done(&if args.csv {
        print::csv(&answer)?
    } else {
        print::text(&answer, args.all)
    }))
}

/// Writes tables as files.
pub(crate) fn export(args: &ExportArgs) -> Result<u8, Error> {
    let mut wanted = Vec::new();
    for name in &args.only {
        let name = name.trim().to_ascii_lowercase();
        let spec = tables::spec(&name).ok_or_else(|| {
            Error::Usage(format!(
                "--only {name}: there is no such table; {}",
                names()
            ))
        })?;
        if !args.sources.has(spec.from) {
            return Err(not_given(spec));
        }
        if !wanted.contains(&spec.name) {
            wanted.push(spec.name);
        }
    }
    if args.only.is_empty() {
        let given = TABLES.iter().filter(|spec| args.sources.has(spec.from));
        wanted.extend(given.map(|spec| spec.name));
    }
    std::fs::create_dir_all(&args.out).map_err(|error| Error::Unwritable {
        path: args.out.clone(),
        why: error.to_string(),
    })?;
    let progress = Progress::new(args.quiet || args.json);
    let filled = fill::fill(&wanted, &args.sources, &progress)?;
    progress.stage("writing");
    let mut written: Vec<(PathBuf, &Table)> = Vec::new();
    for (place, table) in filled.tables.iter().enumerate() {
        if progress.stopped() {
            progress.finish();
            let kept: Vec<String> = written
                .iter()
                .map(|(path, _)| path.display().to_string())
                .collect();
            crate::asked::note(format!(
                "written before the interruption: {}",
                kept.join(", ")
            ));
            return Err(Error::Interrupted {
                done: format!(
                    "{} of {} tables were written",
                    written.len(),
                    filled.tables.len()
                ),
            });
        }
        progress.fraction(place as f64 / filled.tables.len() as f64);
        let file = format!("{}.{}", table.name, args.format.ending());
        written.push((write(&args.out.join(file), table, args.format)?, table));
    }
    progress.finish();
    if args.json {
        let files: Vec<_> = written
            .iter()
            .map(|(path, table)| {
                json!({ "table": table.name, "file": path.display().to_string(), "rows": table.rows() })
            })
            .collect();
        let value = json!({ "written": files, "notes": filled.notes });
        let text = serde_json::to_string_pretty(&value).map_err(internal)?;
        return Ok(done(&text));
    }
    for note in &filled.notes {
        crate::asked::note(format!("note: {note}"));
    }
    let lines: String = written
        .iter()
        .map(|(path, table)| format!("{:>10} rows  {}\n", table.rows(), path.display()))
        .collect();
    Ok(done(&lines))
}

fn write(path: &Path, table: &Table, format: Format) -> Result<PathBuf, Error> {
    let mut aside = Aside::create(path)?;
    let bytes = match format {
        Format::Parquet => table.parquet()?,
        Format::Arrow => print::arrow(table)?,
        Format::Csv => print::csv(table)?.into_bytes(),
    };
    aside.write(|out| out.write_all(&bytes))?;
    aside.commit()
}

/// What `sql --tables` prints.
fn list(as_json: bool) -> Result<String, Error> {
    if as_json {
        let tables: Vec<_> = TABLES
            .iter()
            .map(|spec| {
                let columns: Vec<_> = spec
                    .columns
                    .iter()
                    .map(|(name, kind, about)| json!({ "name": name, "type": kind.sql(), "about": about }))
                    .collect();
                json!({ "name": spec.name, "from": spec.from.flag(), "about": spec.about, "columns": columns })
            })
            .collect();
        return serde_json::to_string_pretty(&json!({ "tables": tables })).map_err(internal);
    }
    let mut out = String::new();
    for spec in &TABLES {
        out.push_str(&format!(
            "{}  ({})  {}\n",
            spec.name,
            spec.from.flag(),
            spec.about
        ));
        for (name, kind, about) in spec.columns {
            out.push_str(&format!("    {name:16} {:9} {about}\n", kind.sql()));
        }
        out.push('\n');
    }
    if !Database::is_built() {
        out.push_str(&format!("{}\n", analytics::Error::NotBuilt));
    }
    Ok(out)
}

fn own_file(pair: &str) -> Result<OwnFile, Error> {
    let (name, path) = pair.split_once('=').ok_or_else(|| {
        Error::Usage(format!(
            "--table {pair}: write NAME=FILE, such as --table mine=mine.parquet"
        ))
    })?;
    Ok(OwnFile {
        name: name.trim().to_owned(),
        path: PathBuf::from(path),
    })
}

fn not_given(spec: &Spec) -> Error {
    Error::Usage(format!(
        "the table {} ({}) comes from {}: add it",
        spec.name,
        spec.about,
        spec.from.flag()
    ))
}

fn names() -> String {
    let names: Vec<&str> = TABLES.iter().map(|spec| spec.name).collect();
    format!(
        "the tables are {} (`jarvis2 sql --tables`)",
        names.join(", ")
    )
}

/// A missing table is told with those that are there.
fn with_tables(error: analytics::Error, sources: &Sources) -> Error {
    match error {
        analytics::Error::NoSuchTable { .. } => {
            let absent = if sources.is_empty() {
                "; those of the ledger need --db FILE"
            } else {
                ""
            };
            Error::Usage(format!("{error}: {}{absent}", names()))
        }
        error => error.into(),
    }
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

impl std::convert::From<analytics::Error> for Error {
    fn from(error: analytics::Error) -> Error {
        use analytics::Error as Sql;
        match &error {
            Sql::Unreadable { path, cause } => Error::Table {
                file: path.display().to_string(),
                what: format!("cannot be read as a table ({cause})"),
                remedy: "check the file".to_owned(),
            },
            Sql::Stopped => Error::Interrupted {
                done: error.to_string(),
            },
            Sql::OutOfMemory { .. } => Error::Query {
                why: error.to_string(),
                of_memory: true,
            },
            Sql::Shape { .. } | Sql::Parquet { .. } | Sql::DuckDb(_) => {
                Error::Internal(error.to_string())
            }
            _ => Error::Query {
                why: error.to_string(),
                of_memory: false,
            },
        }
    }
}
