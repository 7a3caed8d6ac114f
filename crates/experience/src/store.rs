//! The file: one owner that writes, any number of processes that read beside it.
//!
//! SQLite in write-ahead mode. The owner holds an advisory lock on `FILE.lock` for as long as it lives (the system frees it
//! when the process dies, however it dies); readers need no lock and never wait for the writer.
//!
//! What a call that returned has promised: with [`Durability::Full`] the rows are on the disk (`synchronous=FULL`, and
//! `fullfsync` where the system has it); with [`Durability::Batch`] they survive the death of the process, and a power cut may
//! take the newest batches, never a part of one.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::ledger::Page;
use crate::{Error, schema};

/// How long to be patient with others.
#[derive(Clone, Debug)]
pub struct Options {
    /// Wait this long for another owner to end before [`Error::Locked`].
    pub owner_wait: Duration,
    /// Wait this long inside SQLite for another program's lock before [`Error::Busy`].
    pub busy_wait: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            owner_wait: Duration::from_secs(2),
            busy_wait: Duration::from_secs(10),
        }
    }
}

/// What a returned call has promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// On the disk: survives a power cut. For decisions, notes and fills.
    Full,
    /// With the operating system: survives the death of the process. For training data, which is made in bulk and can be
    /// made again.
    Batch,
}

/// The ledger, opened by its one owner.
#[derive(Debug)]
pub struct Experience {
    reader: Reader,
    durability: Durability,
    // Held until drop.
    _lock: File,
}

/// The ledger, opened for reading; also how the owner reads.
#[derive(Debug)]
pub struct Reader {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
}

impl Experience {
    /// Opens the file as its owner, creates it where there is none, and brings an older schema up to date.
    ///
    /// # Errors
    /// [`Error::Locked`] beside another owner, and what a file can be: [`Error::Newer`], [`Error::Foreign`],
    /// [`Error::Damaged`], [`Error::ReadOnly`], [`Error::DiskFull`].
    pub fn open(path: &Path, options: &Options) -> Result<Experience, Error> {
        let lock = own(path, options.owner_wait)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = connect(path, flags, options)?;
        // Look before anything is written: a newer or foreign file stays as it is.
        schema::version(&connection, path)?;
        let prepare = |connection: &Connection| -> rusqlite::Result<()> {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "fullfsync", true)?;
            connection.pragma_update(None, "checkpoint_fullfsync", true)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.pragma_update(None, "journal_size_limit", 64 << 20)
        };
        prepare(&connection).map_err(|error| Error::sqlite(path, error))?;
        if connection
            .is_readonly("main")
            .map_err(|error| Error::sqlite(path, error))?
        {
            return Err(Error::ReadOnly {
                path: path.to_path_buf(),
            });
        }
        schema::migrate(&mut connection, path)?;
        Ok(Experience {
            reader: Reader {
                connection,
                path: path.to_path_buf(),
            },
            durability: Durability::Full,
            _lock: lock,
        })
    }

    /// Reads through the owner's own connection.
    pub fn read(&self) -> &Reader {
        &self.reader
    }

    /// Writes what `rows` puts on the page, all of it or nothing, and returns what `rows` returned once it is as durable as
    /// asked. An id that is shown to a user comes out of this function and from nowhere else.
    ///
    /// # Errors
    /// What `rows` refuses, and [`Error::DiskFull`], [`Error::Busy`] and the like: nothing of the page was kept then.
    pub fn write<T>(
        &mut self,
        durability: Durability,
        rows: impl FnOnce(&mut Page<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Reader { connection, path } = &mut self.reader;
        let fail = |error| Error::sqlite(path, error);
        if durability != self.durability {
            let level = match durability {
                Durability::Full => "FULL",
                Durability::Batch => "NORMAL",
            };
            connection
                .pragma_update(None, "synchronous", level)
                .map_err(fail)?;
            self.durability = durability;
        }
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        let mut page = Page {
            transaction: &transaction,
            path,
            durability,
        };
        // An error drops the transaction, which rolls it back.
        let value = rows(&mut page)?;
        transaction.commit().map_err(fail)?;
        Ok(value)
    }

    /// Lets the file grow by at most so many more pages, or freely again: a quota, and how tests meet a full disk.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn limit_pages(&mut self, more: Option<u32>) -> Result<(), Error> {
        let Reader { connection, path } = &self.reader;
        let limit = || -> rusqlite::Result<()> {
            let now: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            // SQLite's own default.
            let most = more.map_or(0xFFFF_FFFE, |more| now + i64::from(more));
            connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))
        };
        limit().map_err(|error| Error::sqlite(path, error))
    }

    /// Writes a compact copy of the whole ledger to a new file, while others go on reading.
    ///
    /// # Errors
    /// [`Error::Refused`] where the file exists already, else as [`Experience::write`].
    pub fn copy_to(&self, to: &Path) -> Result<(), Error> {
        if to.exists() {
            return Err(Error::Refused {
                what: "copy",
                why: format!("{} exists already", to.display()),
            });
        }
        let Reader { connection, path } = &self.reader;
        let Some(name) = to.to_str() else {
            return Err(Error::Refused {
                what: "copy",
                why: "its path is not valid Unicode".into(),
            });
        };
        connection
            .execute("VACUUM INTO ?1", [name])
            .map_err(|error| Error::sqlite(path, error))?;
        File::open(to)
            .and_then(|file| file.sync_all())
            .map_err(|error| Error::io(to, error))
    }
}

impl Reader {
    /// Opens the file for reading, beside an owner or without one.
    ///
    /// # Errors
    /// [`Error::Missing`], and [`Error::Newer`], [`Error::Foreign`], [`Error::Damaged`] as for the owner. A file of an older
    /// schema is refused until an owner has opened it once.
    pub fn open(path: &Path, options: &Options) -> Result<Reader, Error> {
        if !path.exists() {
            return Err(Error::Missing {
                path: path.to_path_buf(),
            });
        }
        // Read-write, because a reader must be able to make the shared-memory file; `query_only` keeps it from writing rows.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = |name: &Path, flags| -> Result<(Connection, i64), Error> {
            let connection = connect(name, flags, options)?;
            connection
                .pragma_update(None, "query_only", true)
                .map_err(|error| Error::sqlite(path, error))?;
            let found = schema::version(&connection, path)?;
            Ok((connection, found))
        };
        let (connection, found) = match open(path, flags) {
            // A folder that we may not write has no place for shared memory. With no log beside the file nobody is writing it,
            // and it can be read as it is.
            Err(Error::ReadOnly { .. }) if log_is_empty(path) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
                    | OpenFlags::SQLITE_OPEN_URI
                    | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                open(&immutable(path), flags)?
            }
            other => other?,
        };
        if found != schema::VERSION {
            return Err(Error::Older {
                path: path.to_path_buf(),
                found,
                known: schema::VERSION,
            });
        }
        Ok(Reader {
            connection,
            path: path.to_path_buf(),
        })
    }

    /// Looks at every page and reference of the file; empty means sound. Takes time in proportion to the file. SQLite keeps no
    /// checksum of values: a flipped bit inside a number is not found.
    ///
    /// # Errors
    /// Where the file cannot even be read.
    pub fn verify(&self) -> Result<Vec<String>, Error> {
        let run = || -> rusqlite::Result<Vec<String>> {
            let mut faults = Vec::new();
            let mut check = self.connection.prepare("PRAGMA integrity_check")?;
            for line in check.query_map([], |row| row.get::<_, String>(0))? {
                faults.push(line?);
            }
            faults.retain(|line| line != "ok");
            let mut check = self.connection.prepare("PRAGMA foreign_key_check")?;
            for table in check.query_map([], |row| row.get::<_, String>(0))? {
                faults.push(format!("a row of {} points at nothing", table?));
            }
            Ok(faults)
        };
        match run().map_err(|error| Error::sqlite(&self.path, error)) {
            Err(Error::Damaged { detail, .. }) => Ok(vec![detail]),
            other => other,
        }
    }
}

fn connect(path: &Path, flags: OpenFlags, options: &Options) -> Result<Connection, Error> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(options.busy_wait)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    };
    open().map_err(|error| Error::sqlite(path, error))
}

/// Whether all rows are in the file itself.
fn log_is_empty(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).map_or(true, |log| log.len() == 0)
}

/// The file's name in SQLite's URI notation (sqlite.org/uri.html), as a file that nobody changes.
fn immutable(path: &Path) -> PathBuf {
    let mut uri = String::from("file:");
    for character in path.to_string_lossy().chars() {
        match character {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            other => uri.push(other),
        }
    }
    uri.push_str("?immutable=1");
    uri.into()
}

/// Takes the owner's lock and leaves our process number in it, for the message that others show.
fn own(path: &Path, patience: Duration) -> Result<File, Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock_path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Io {
                path: path.to_path_buf(),
                source: error,
            },
            _ => Error::io(path, error),
        })?;
    const STEP: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if waited < patience => {
                std::thread::sleep(STEP);
                waited += STEP;
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = lock.read_to_string(&mut holder);
                return Err(Error::Locked {
                    path: path.to_path_buf(),
                    holder: holder.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io(&lock_path, error)),
        }
    }
    let note = |lock: &mut File| -> std::io::Result<()> {
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{}", std::process::id())
    };
    note(&mut lock).map_err(|error| Error::io(&lock_path, error))?;
    Ok(lock)
}
