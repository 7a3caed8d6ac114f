use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// What can go wrong in `experience`. Every sentence says what to do; in no case is a row lost that was acknowledged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such file to read.
    #[error("there is no diary at {}: the first decision or note that is kept creates it", path.display())]
    Missing {
        /// The file asked for.
        path: PathBuf,
    },
    /// Another process is the writer.
    #[error(
        "{} is being written by another process{}: wait until it ends, or only read",
        path.display(), holder.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    Locked {
        /// The file asked for.
        path: PathBuf,
        /// The process that holds it, where it left its number.
        holder: Option<u32>,
    },
    /// A program that does not take our lock holds the database.
    #[error(
        "{} stayed locked by another program: close the tool that has it open and try again; nothing was written",
        path.display()
    )]
    Busy {
        /// The file asked for.
        path: PathBuf,
    },
    /// No room for the rows.
    #[error(
        "no space left for {}: free some and try again. The rows of this call were not kept; all earlier ones are safe",
        path.display()
    )]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// The file or its folder does not allow writing.
    #[error(
        "{} cannot be written: make the file and its folder writable, or name another file. Nothing was changed",
        path.display()
    )]
    ReadOnly {
        /// The file asked for.
        path: PathBuf,
    },
    /// Made by a later version of this program.
    #[error(
        "{} has schema {found}, this program knows up to {known}: use the newer program. The file was not touched",
        path.display()
    )]
    Newer {
        /// The file asked for.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest version that this program reads.
        known: i64,
    },
    /// Made by an earlier version of this program, and only asked to be read.
    #[error(
        "{} has schema {found}, not {known}: open it once for writing, which brings it up to date",
        path.display()
    )]
    Older {
        /// The file asked for.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The version that this program reads.
        known: i64,
    },
    /// A database of some other program.
    #[error("{} is a database of another program: name another file. It was not touched", path.display())]
    Foreign {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file does not read as a database any more.
    #[error(
        "{} is damaged, or no database of ours ({detail}). It was not touched. If another program made it, name another \
         file; else keep it and the -wal file beside it, and put an earlier copy of both in their place, or save what reads \
         with `sqlite3 FILE .recover`",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// A row that would make the ledger wrong.
    #[error("this {what} was refused: {why}")]
    Refused {
        /// Which kind of row.
        what: &'static str,
        /// Why, as a sentence.
        why: String,
    },
    /// A record that is not there.
    #[error("there is no {what} with id {id}")]
    NoSuchRecord {
        /// Which kind was looked for.
        what: &'static str,
        /// The id asked for.
        id: i64,
    },
    /// A row that must survive a power cut, in a call that only promises to survive a crash.
    #[error("a {what} must be written with Durability::Full")]
    NotDurable {
        /// Which kind of row.
        what: &'static str,
    },
    /// The file system failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The index derived from the ledger.
    #[cfg(feature = "recall")]
    #[error("the index: {0}")]
    Index(#[from] index::Error),
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
    /// Sorts what SQLite reports into the situations that a user can do something about.
    pub(crate) fn sqlite(path: &Path, source: rusqlite::Error) -> Error {
        let path = path.to_path_buf();
        let rusqlite::Error::SqliteFailure(failure, _) = &source else {
            return Error::Sqlite { path, source };
        };
        // No room for the shared-memory file is reported as an input/output error of its own.
        const NO_ROOM_FOR_SHARED_MEMORY: i32 = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Busy { path },
            ErrorCode::DiskFull => Error::DiskFull { path },
            _ if failure.extended_code == NO_ROOM_FOR_SHARED_MEMORY => Error::DiskFull { path },
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

    /// The same for the file system's own errors.
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
}
