use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// What can go wrong in `index`. Everything here is derived: where nothing else helps, delete the folder and build it again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such index to read.
    #[error("there is no index at {}: open it for writing once", path.display())]
    Missing {
        /// The folder asked for.
        path: PathBuf,
    },
    /// Another process is the writer.
    #[error(
        "{} is being written by another process{}: wait until it ends, or only read",
        path.display(), holder.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    Locked {
        /// The folder asked for.
        path: PathBuf,
        /// The process that holds it, where it left its number.
        holder: Option<u32>,
    },
    /// A program that does not take our lock holds the database.
    #[error("{} stayed locked by another program: close it and try again; nothing was written", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// No room.
    #[error("no space left for {}: free some and try again; what was there before is untouched", path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// The folder does not allow writing.
    #[error("{} cannot be written: make the folder writable or name another", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// Made by a later version of this program.
    #[error("{} has schema {found}, this program knows up to {known}: use the newer program, or delete the folder and build it again", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest version that this program reads.
        known: i64,
    },
    /// A database of some other program.
    #[error("{} is a database of another program: name another folder", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The rows do not read any more. A damaged snapshot is no error: it is built again from them.
    #[error("{} is damaged ({detail}): delete the folder and build it again from the ledger", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A vector that does not fit.
    #[error("this vector was refused: {why}")]
    Vector {
        /// Why, as a sentence.
        why: String,
    },
    /// Settings that do not go together.
    #[error("these settings were refused: {why}")]
    Config {
        /// Why, as a sentence.
        why: String,
    },
    /// A file of vectors that cannot be read as one.
    #[error("{}: {what}; {remedy}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was found, and where.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A snapshot with fewer vectors than the last one, and no deletes that explain it.
    #[error(
        "the new snapshot has {new} vectors where {expected} are expected: it was thrown away and the last good one stays"
    )]
    WouldLose {
        /// Vectors in the new one.
        new: u64,
        /// Vectors that the rows have.
        expected: u64,
    },
    /// The graph of neighbours reported a failure.
    #[error("nearest neighbours: {what}")]
    Neighbours {
        /// What it said.
        what: String,
    },
    /// The device failed, or has no memory left.
    #[error("exact search on a device: {0}")]
    Device(#[from] compute::Error),
    /// The file system failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Anything else that SQLite reports.
    #[error("{}: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl Error {
    pub(crate) fn sqlite(path: &Path, source: rusqlite::Error) -> Error {
        let path = path.to_path_buf();
        let rusqlite::Error::SqliteFailure(failure, _) = &source else {
            return Error::Sqlite { path, source };
        };
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Busy { path },
            ErrorCode::DiskFull => Error::DiskFull { path },
            _ if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => {
                Error::DiskFull { path }
            }
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
                Error::ReadOnly { path }
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Error::Damaged {
                path,
                detail: source.to_string(),
            },
            _ => Error::Sqlite { path, source },
        }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Error {
        let path = path.to_path_buf();
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Error::DiskFull { path }
            }
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Error::ReadOnly { path }
            }
            _ => Error::Io { path, source },
        }
    }

    pub(crate) fn neighbours(error: impl std::fmt::Display) -> Error {
        Error::Neighbours {
            what: error.to_string(),
        }
    }
}
