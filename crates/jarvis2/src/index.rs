//! `jarvis2 index`: near vectors, words and arrows over anyone's own data.
//!
//! One folder holds it all. A record is a whole number or a name; it may have a vector, texts, facts to filter by, and arrows to
//! other records. Vectors of any one length are ranked by cosine. Rows are durable batch by batch, so that Ctrl-C keeps what is done
//! and the same command goes on from there.

mod ask;
mod fill;
mod ids;
mod import;
mod read;

use crate::devices::DeviceWord;
use crate::error::Error;
use crate::governor::Governor;
use crate::memory;
use crate::progress::Progress;
use clap::{Args, Subcommand};
use hardware::ledger::Reservation;
use hardware::threads::Role;
use index::{Config, Index};
use std::path::{Path, PathBuf};

/// What `jarvis2 index` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Add vectors, notes and facts.
    Add(AddArgs),
    /// Take over a whole file of vectors (NumPy, Parquet, FAISS), check its counts, and measure recall before and after.
    Import(ImportArgs),
    /// Add an arrow between two records, or many from a file.
    Link(LinkArgs),
    /// Take records out: their vectors, texts and facts.
    Remove(RemoveArgs),
    /// Ask: what is near, what says this, what leads there.
    Query(QueryArgs),
    /// Say what is in the index.
    Stats(StatsArgs),
}

/// Which folder, and how to answer.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// Folder of the index.
    #[arg(long, value_name = "DIR")]
    db: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

/// Whether a build stays behind other work.
#[derive(Debug, Args)]
pub(super) struct Behind {
    /// Stay behind other work: on the cores made to save power, where there are some, and behind every other program. Alone on a
    /// machine it is slower so.
    #[arg(long)]
    background: bool,
}

impl Place {
    /// What a build may take of the machine, and its bar with its word to those who watch; these commands take no configuration file of
    /// their own.
    fn govern(&self, command: &str, background: bool) -> (Governor, Progress) {
        let loaded = crate::config::load(None, &crate::config::environment(), &[]);
        let config = loaded.map(|loaded| loaded.config).unwrap_or_default();
        let machine = hardware::detect();
        let role = background.then_some(Role::Indexing);
        let threads = role.map_or_else(
            || hardware::threads(&machine),
            |role| role.threads(&machine),
        );
        let mut governor = Governor::new(&config, &machine, threads.count, role, true);
        governor.watch();
        governor.crew().enter();
        let progress = Progress::new(self.quiet || self.json).told(command, &config, &governor);
        (governor, progress)
    }
}

/// What rows of a file are called, and what to do with those that are there already.
#[derive(Debug, Args)]
pub(super) struct RowArgs {
    /// Ids of the rows: a text file with one a line. Without it: the file's own, else the number of the row.
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// Number of the first row, where rows are numbered.
    #[arg(long, value_name = "NUMBER", conflicts_with = "ids")]
    first_id: Option<i64>,
    /// Give records that have a vector already the new one. Without it they stay as they are, and are listed.
    #[arg(long)]
    replace: bool,
    /// Parquet: the column with the vectors.
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// Parquet: the column with the ids; default: `id`.
    #[arg(long, value_name = "NAME", conflicts_with = "ids")]
    id_column: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    #[command(flatten)]
    place: Place,
    /// Vectors: NumPy (.npy), Parquet (a column of lists) or a FAISS index file.
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    #[command(flatten)]
    rows: RowArgs,
    #[command(flatten)]
    behind: Behind,
    /// Text files, or folders of .txt and .md files. A text belongs to the record of the file's name without its ending; it takes
    /// the place of an earlier text of the same kind.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    text: Vec<PathBuf>,
    /// A text, for the record of --id.
    #[arg(long, value_name = "TEXT", requires = "id")]
    note: Option<String>,
    /// The record of --note.
    #[arg(long, value_name = "ID", requires = "note")]
    id: Option<String>,
    /// Kind of the texts.
    #[arg(long, value_name = "WORD", default_value = "note")]
    kind: String,
    /// Facts to filter by (CSV): a column `id`, and every other column a fact. Columns of numbers and of dates are compared as
    /// such.
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    place: Place,
    /// NumPy (.npy), Parquet (a column of lists), or FAISS (flat or HNSW, bare or within an id map).
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    rows: RowArgs,
    #[command(flatten)]
    behind: Behind,
    /// Rows that ask for their nearest, to measure recall; 0 measures nothing.
    #[arg(long, value_name = "ROWS", default_value_t = 200)]
    sample: usize,
    /// Where the scans run that recall is measured by: the answers are the same. A GPU must have been proven by `jarvis2 devices`.
    /// Default: the processor.
    #[arg(long, value_enum)]
    device: Option<DeviceWord>,
}

#[derive(Debug, Args)]
pub(super) struct LinkArgs {
    #[command(flatten)]
    place: Place,
    /// From here.
    #[arg(value_name = "A", requires = "to", conflicts_with = "file")]
    from: Option<String>,
    /// To here.
    #[arg(value_name = "B", requires = "kind")]
    to: Option<String>,
    /// Kind of the arrow.
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
    /// Its weight.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1.0,
        conflicts_with = "file",
        allow_negative_numbers = true
    )]
    weight: f64,
    /// Many arrows (CSV: source, target, kind, weight; the last two may be missing).
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Take the arrow out instead.
    #[arg(long, conflicts_with = "file")]
    remove: bool,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    #[command(flatten)]
    place: Place,
    /// Which records. Arrows stay: take those out with `link --remove`.
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct QueryArgs {
    #[command(flatten)]
    place: Place,
    /// The nearest to this vector: a NumPy file, or a text file of numbers; `-` is standard input.
    #[arg(long, value_name = "FILE", group = "near")]
    vector: Option<PathBuf>,
    /// The nearest to the vector of this record, itself left out.
    #[arg(long, value_name = "ID", group = "near")]
    like: Option<String>,
    /// Records whose text says this; with --vector or --like only these answer. "two words" is a phrase, assign* a beginning, -roll
    /// must be absent.
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    text: Option<String>,
    /// One of the words is enough.
    #[arg(long, requires = "text")]
    any: bool,
    /// A shortest way along the arrows.
    #[arg(long, value_names = ["A", "B"], num_args = 2, group = "walk")]
    path: Vec<String>,
    /// Everything from where arrows lead to this record, nearest first.
    #[arg(long, value_name = "ID", group = "walk")]
    ancestors: Option<String>,
    /// Everything that arrows from this record lead to, nearest first.
    #[arg(long, value_name = "ID", group = "walk")]
    descendants: Option<String>,
    /// Where the chains that begin at this record end.
    #[arg(long, value_name = "ID", group = "walk", requires = "kind")]
    ends: Option<String>,
    /// The records that most arrows lead to (page rank).
    #[arg(long, group = "walk")]
    rank: bool,
    /// Only arrows, or texts, of this kind.
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
    /// Only records with this fact: `symbol=KO`, `symbol=KO,PEP`, `day>=2024-01-02`, `vol=0.1..0.3`. May be repeated; all must
    /// hold.
    #[arg(long = "where", value_name = "FACT")]
    filter: Vec<String>,
    /// At most so many.
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 10)]
    count: usize,
    /// Look at every vector: slow, and certain.
    #[arg(long, requires = "near")]
    exact: bool,
    /// Nothing farther than this: 0 the same direction, 1 at right angles, 2 opposite.
    #[arg(long, value_name = "DISTANCE", requires = "near")]
    farthest: Option<f32>,
    /// Candidates measured exactly for each question; more finds more and takes longer.
    #[arg(long, value_name = "COUNT", requires = "near")]
    candidates: Option<usize>,
}

#[derive(Debug, Args)]
pub(super) struct StatsArgs {
    #[command(flatten)]
    place: Place,
}

impl IndexCommand {
    /// Whether JSON was asked for.
    pub(crate) fn json(&self) -> bool {
        match self {
            IndexCommand::Add(args) => args.place.json,
            IndexCommand::Import(args) => args.place.json,
            IndexCommand::Link(args) => args.place.json,
            IndexCommand::Remove(args) => args.place.json,
            IndexCommand::Query(args) => args.place.json,
            IndexCommand::Stats(args) => args.place.json,
        }
    }
}

/// Runs one of them, prints its answer and returns the exit code.
pub(crate) fn run(command: &IndexCommand) -> Result<u8, Error> {
    match command {
        IndexCommand::Add(args) => fill::add(args),
        IndexCommand::Import(args) => import::import(args),
        IndexCommand::Link(args) => fill::link(args),
        IndexCommand::Remove(args) => fill::remove(args),
        IndexCommand::Query(args) => ask::query(args).map(|text| crate::cli::done(&text)),
        IndexCommand::Stats(args) => ask::stats(args).map(|text| crate::cli::done(&text)),
    }
}

/// An index, and its memory.
struct Owned {
    index: Index,
    /// Never read: they are there to be dropped after the index.
    _held: Vec<Reservation>,
}

/// The index for writing; made where there is none. `coming` are the length and the number of the vectors to come, if any come.
fn open(db: &Path, coming: Option<(usize, u64)>, governor: &Governor) -> Result<Owned, Error> {
    let (dimensions, coming) = coming.unzip();
    let there = match Index::dimensions_of(db) {
        Ok(there) => there,
        Err(index::Error::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    if let (Some(there), Some(given)) = (there, dimensions)
        && there != given
    {
        return Err(Error::Usage(format!(
            "{} holds vectors of {there} numbers, these have {given}; name another folder with --db",
            db.display()
        )));
    }
    // Without any vector the length is not settled: the first one settles it.
    let dimensions = there.or(dimensions).unwrap_or(1);
    let config = Config {
        threads: governor.crew().most(),
        ..Config::new(dimensions)
    };
    let held = memory::reserve_index(
        governor.ledger(),
        &config,
        Index::vectors_in(db)?,
        coming.unwrap_or(0),
    )?;
    Ok(Owned {
        index: Index::open(db, &config)?,
        _held: held,
    })
}

/// The index for reading, beside a writer or without one.
fn open_reader(db: &Path, candidates: Option<usize>) -> Result<Index, Error> {
    let dimensions = dimensions_of(db)?.unwrap_or(1);
    let mut config = Config::new(dimensions);
    if let Some(candidates) = candidates {
        config.candidates = candidates;
        config.expansion_search = config.expansion_search.max(candidates);
    }
    Ok(Index::open_reader(db, &config)?)
}

/// The length of the vectors in a folder that must be there.
fn dimensions_of(db: &Path) -> Result<Option<usize>, Error> {
    Index::dimensions_of(db).map_err(|error| match error {
        index::Error::Missing { path } => Error::Usage(format!(
            "there is no index at {}; `jarvis2 index add --db {}` makes one",
            path.display(),
            path.display()
        )),
        error => error.into(),
    })
}

/// A count and its noun.
fn counted(count: u64, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!("{count} {word}")
}
