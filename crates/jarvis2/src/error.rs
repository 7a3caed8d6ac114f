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
    /// Whoever read our output wants no more of it; never shown.
    #[error("standard output was closed")]
    ClosedPipe,
    /// Was told in the output already.
    #[error("{0}")]
    Said(Box<Error>),
    #[error("interrupted: {done}; nothing was written")]
    Interrupted { done: String },
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
            Error::SyntheticWithAccount { .. } | Error::Position { .. } => 2,
            Error::Data(_) | Error::Fit(_) | Error::Io { .. } | Error::Table { .. } => 3,
            Error::Resources(_)
            | Error::Device(_)
            | Error::Unwritable { .. }
            | Error::UnwritableFile { .. }
            | Error::ClosedPipe => 5,
            Error::Said(error) => error.exit_code(),
            Error::Internal(_) => 6,
            Error::Interrupted { .. } => 130,
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
