//! The door to DuckDB: a database in memory, filled by us, asked one question at a time.
//!
//! What a query may do: read the tables that were filled in, and the files that were given a name on opening. What it may not do,
//! enforced by DuckDB's own settings, which are locked before the first query: read or write any other file, load or install an
//! extension, attach a database, reach the network, spill to disk, or change a setting. Settings: duckdb.org/docs,
//! "Securing DuckDB".

#[cfg_attr(feature = "duckdb-system", path = "sql/duck.rs")]
#[cfg_attr(not(feature = "duckdb-system"), path = "sql/absent.rs")]
mod engine;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::{Error, Table};

/// What a database may take of the machine. `None` leaves it to DuckDB: 80 % of the memory, every core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory for tables and queries together.
    pub memory_bytes: Option<u64>,
    /// Threads of a query.
    pub threads: Option<usize>,
}

/// A file of the user's that a query may read under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFile {
    /// The name of the table.
    pub name: String,
    /// The file: its name ends in `.parquet` or `.csv`.
    pub path: PathBuf,
}

/// The tables that a query speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentioned {
    /// Their names in lower case; also of those that the query makes itself.
    pub tables: BTreeSet<String>,
    /// Names that the query makes itself, by WITH.
    pub own: BTreeSet<String>,
    /// It may look at any table, as `SHOW TABLES` does.
    pub any: bool,
}

impl Mentioned {
    /// Does the query need this table? `name` in lower case.
    pub fn needs(&self, name: &str) -> bool {
        self.any || self.tables.contains(name)
    }

    /// Can the query only mean the table of this name, and not one of its own?
    pub fn surely_needs(&self, name: &str) -> bool {
        self.tables.contains(name) && !self.own.contains(name)
    }
}

/// A database in memory. Dropped, it leaves nothing behind.
pub struct Database {
    engine: engine::Engine,
}

impl Database {
    /// Can this build answer SQL?
    pub fn is_built() -> bool {
        cfg!(feature = "duckdb-system")
    }

    /// Opens an empty database in memory. `files` can be read under their names by every query; nothing else can.
    ///
    /// # Errors
    /// [`Error::NotBuilt`] in a build without DuckDB; [`Error::BadName`], [`Error::Twice`], [`Error::BadFile`] and
    /// [`Error::Unreadable`] for the files.
    pub fn open(limits: &Limits, files: &[OwnFile]) -> Result<Database, Error> {
        engine::Engine::open(limits, files).map(|engine| Database { engine })
    }

    /// DuckDB's own version, such as `v1.5.6`.
    ///
    /// # Errors
    /// [`Error::DuckDb`] where it does not tell.
    pub fn version(&self) -> Result<String, Error> {
        self.engine.version()
    }

    /// Which tables does the query speak of? Reads its syntax only, so that tables can be filled as they are needed.
    ///
    /// # Errors
    /// [`Error::Sql`] where the syntax is wrong, with the place, and [`Error::NotOneQuestion`].
    pub fn mentioned(&self, query: &str) -> Result<Mentioned, Error> {
        self.engine.mentioned(query)
    }

    /// Copies a table into the database.
    ///
    /// # Errors
    /// [`Error::BadName`], [`Error::Twice`], [`Error::OutOfMemory`].
    pub fn fill(&mut self, table: &Table) -> Result<(), Error> {
        self.engine.fill(table)
    }

    /// Answers one question. `stopped` is asked every few milliseconds, from another thread, whether to give up.
    ///
    /// Columns of one name are numbered (`id`, `id_1`). A whole number that may pass 64 bits, as a sum of BIGINT may, comes back as
    /// [`crate::Type::Decimal`] with scale 0. A list, a structure and whatever else [`crate::Type`] does not have come back as text.
    ///
    /// # Errors
    /// [`Error::Sql`] with the place in the query, [`Error::NoSuchTable`], [`Error::NotOneQuestion`], [`Error::NoAccess`],
    /// [`Error::OutOfMemory`], [`Error::Stopped`].
    pub fn query(
        &mut self,
        query: &str,
        stopped: &(dyn Fn() -> bool + Sync),
    ) -> Result<Table, Error> {
        self.engine.query(query, stopped)
    }
}
