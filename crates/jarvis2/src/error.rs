//! What can stop a command, and the exit code that says so.

use std::path::PathBuf;

/// Why a command ended without its result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Config(#[from] crate::config::Error),
    #[error("{0}")]
    Account(#[from] crate::account::Error),
    #[error("{0}")]
    Portfolio(#[from] crate::portfolio::FileError),
    #[error("{0}")]
    Data(#[from] market::Error),
    #[error("{0}")]
    Fit(#[from] crate::engine::fit::Error),
    #[error("no symbol {wanted} in the chain file: it holds {there}")]
    NoSuchSymbol { wanted: String, there: String },
    #[error(
        "{chain} is synthetic data: advice on it means nothing for a real account; add --allow-synthetic to see it all the same"
    )]
    SyntheticWithAccount { chain: String },
    #[error("{symbol}: {what}")]
    Position { symbol: String, what: String },
    #[error("{0}")]
    Diary(#[from] experience::Error),
    #[error("{0}")]
    Resources(#[from] hardware::Error),
    #[error("{0}")]
    Device(#[from] compute::Error),
    #[error("{}: {why}", path.display())]
    Io { path: PathBuf, why: String },
    #[error("{}: cannot be written: {why}; choose another folder with --out", path.display())]
    Unwritable { path: PathBuf, why: String },
    #[error("{}: cannot be written: {why}; name another file", path.display())]
    UnwritableFile { path: PathBuf, why: String },
    #[error("{file}: {what}; {remedy}")]
    Table {
        file: String,
        what: String,
        remedy: String,
    },
    /// A query that cannot be answered as it stands.
    #[error("{why}")]
    Query { why: String, of_memory: bool },
    /// Whoever read our output wants no more of it; never shown.
    #[error("standard output was closed")]
    ClosedPipe,
    /// Was told in the output already.
    #[error("{0}")]
    Said(Box<Error>),
    #[error("interrupted: {done}; nothing was written")]
    Interrupted { done: String },
    #[cfg(feature = "index")]
    #[error("interrupted: {done}")]
    Kept { done: String },
    #[cfg(feature = "index")]
    #[error("{0}")]
    Index(#[from] index::Error),
    #[error("internal error, please report it: {0}")]
    Internal(String),
}

impl Error {
    /// The exit code of the process.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) | Error::Config(_) | Error::Account(_) | Error::NoSuchSymbol { .. } => {
                2
            }
            Error::Portfolio(_) => 2,
            Error::Query { of_memory, .. } => {
                if *of_memory {
                    5
                } else {
                    2
                }
            }
            Error::SyntheticWithAccount { .. } | Error::Position { .. } => 2,
            // A mapping is the user's own file of settings.
            Error::Data(market::Error::BadMapping { .. }) => 2,
            Error::Data(_) | Error::Fit(_) | Error::Io { .. } | Error::Table { .. } => 3,
            Error::Resources(_)
            | Error::Device(_)
            | Error::Unwritable { .. }
            | Error::UnwritableFile { .. }
            | Error::ClosedPipe => 5,
            Error::Diary(error) => diary_exit_code(error),
            Error::Said(error) => error.exit_code(),
            Error::Internal(_) => 6,
            Error::Interrupted { .. } => 130,
            #[cfg(feature = "index")]
            Error::Kept { .. } => 130,
            #[cfg(feature = "index")]
            Error::Index(error) => index_exit_code(error),
        }
    }

    /// A word for programs.
    pub(crate) fn kind(&self) -> &'static str {
        match self.exit_code() {
            2 => "usage",
            3 => "data",
            5 => "resources",
            130 => "interrupted",
            _ => "internal",
        }
    }
}

/// A file that cannot be written now is a matter of resources; one that cannot be read is a matter of data.
fn diary_exit_code(error: &experience::Error) -> u8 {
    match error {
        experience::Error::Locked { .. }
        | experience::Error::Busy { .. }
        | experience::Error::DiskFull { .. }
        | experience::Error::ReadOnly { .. }
        | experience::Error::Io { .. }
        | experience::Error::Sqlite { .. } => 5,
        experience::Error::NoSuchRecord { .. } => 2,
        experience::Error::NotDurable { .. } => 6,
        _ => 3,
    }
}

/// The same codes for what the index says.
#[cfg(feature = "index")]
fn index_exit_code(error: &index::Error) -> u8 {
    use index::Error as E;
    match error {
        E::Missing { .. } | E::Vector { .. } | E::Config { .. } => 2,
        E::File { .. } | E::Damaged { .. } | E::Foreign { .. } | E::Newer { .. } => 3,
        // A file that is not there is the user's, whatever the system calls it.
        E::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => 3,
        E::WouldLose { .. } | E::Neighbours { .. } => 6,
        _ => 5,
    }
}
