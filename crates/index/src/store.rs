//! The folder: one SQLite file with the rows, snapshots of the graph beside it.
//!
//! One owner writes (an advisory lock on `index.lock`); readers open the same folder beside it, map the newest snapshot and look at
//! newer rows one by one.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};

use crate::device::Numbers;
use crate::facets::{Facet, Filter};
use crate::graph::Graph;
use crate::scan::Scan;
use crate::text::{self, TextHit, Words};
use crate::vectors::{self, Answer, Held, Neighbour, Vectors};
use crate::{Error, snapshot};
use compute::{Budget, Gpu};

/// "JRVI", in the header of the file.
const APPLICATION_ID: i64 = 0x4A52_5649;
const VERSION: i64 = 1;
/// Vectors put into the graph at a time while it is built.
const AT_ONCE: usize = 16_384;

/// How numbers are kept in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A byte, scaled by each vector's largest number: a quarter of the memory.
    I8,
    /// The upper half of an `f32`.
    Bf16,
    /// As they are.
    F32,
}

/// Where the full vectors come from when candidates are put into their exact order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rerank {
    /// Read from the file.
    FromFile,
    /// Kept in memory: four bytes a number.
    InMemory,
}

/// Shape and effort of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Numbers in a vector. Settled for a folder by its first vector.
    pub dimensions: usize,
    /// Neighbours kept for each vector (HNSW's M).
    pub connectivity: usize,
    /// Candidates looked at while a vector is added (efConstruction).
    pub expansion_add: usize,
    /// Candidates looked at while the nearest are sought (ef).
    pub expansion_search: usize,
    /// How numbers are kept in the graph.
    pub scalar: Scalar,
    /// How many of the graph's answers are measured exactly; at least as many as asked for are.
    pub candidates: usize,
    /// Where their full vectors come from.
    pub rerank: Rerank,
    /// A filter that passes at most this many times the square root of the number of vectors is answered one by one. A walk along
    /// the graph costs more the fewer pass, looking at each costs more the more pass; they meet where a share of about
    /// `1 / sqrt(vectors)` times this passes.
    pub exact_roots: f64,
    /// A filter that passes more than that, but at most this share of all vectors, is answered by sketches of 32 bytes, once
    /// questions of the kind have come often enough to pay for making them. For vectors of 128 numbers or more that are kept as
    /// bytes; 0 for never.
    pub sketch_share: f64,
    /// Threads that add, and searches at a time.
    pub threads: usize,
    /// Wait this long for another owner to end before [`Error::Locked`].
    pub owner_wait: Duration,
}

impl Config {
    /// The settings measured in `docs/benchmarks.md`, one thread.
    pub fn new(dimensions: usize) -> Config {
        Config {
            dimensions,
            connectivity: 16,
            expansion_add: 200,
            expansion_search: 80,
            scalar: Scalar::I8,
            candidates: 40,
            rerank: Rerank::FromFile,
            exact_roots: 12.0,
            sketch_share: 0.08,
            threads: 1,
            owner_wait: Duration::from_secs(2),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let refuse = |why: &str| Err(Error::Config { why: why.into() });
        if self.dimensions == 0 {
            return refuse("a vector has at least one number");
        }
        if self.connectivity < 2 || self.expansion_add == 0 || self.expansion_search == 0 {
            return refuse("connectivity must be at least 2, expansions at least 1");
        }
        if !(self.exact_roots.is_finite() && self.exact_roots >= 0.0) {
            return refuse("exact_roots is a number that is not negative");
        }
        if !(0.0..=1.0).contains(&self.sketch_share) {
            return refuse("sketch_share is a share, 0 to 1");
        }
        Ok(())
    }
}

/// How an index came into memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The snapshot that served, or `None` where the graph was built from the rows.
    pub generation: Option<i64>,
    /// Why newer or all snapshots did not serve, one sentence each; empty when the newest did or none was ever made.
    pub faults: Vec<String>,
    /// Vectors added from rows.
    pub replayed: u64,
    /// Vectors that the snapshot had and the rows have no more.
    pub dropped: u64,
}

/// What is in a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Vectors now.
    pub vectors: u64,
    /// Vectors ever taken out or replaced.
    pub ever_removed: u64,
    /// Texts of each kind.
    pub texts: Vec<(String, u64)>,
    /// Arrows of each kind.
    pub edges: Vec<(String, u64)>,
    /// Facets by name.
    pub facets: Vec<Shape>,
    /// Keys.
    pub keys: u64,
    /// Snapshots kept.
    pub snapshots: u64,
    /// Bytes of all files of the folder.
    pub disk_bytes: u64,
}

/// What a facet holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// Records for which it is a word.
    pub words: u64,
    /// Records for which it is a number.
    pub numbers: u64,
    /// Different words.
    pub distinct_words: u64,
    /// The least and the largest number.
    pub range: Option<(f64, f64)>,
}

/// Vectors, texts, arrows and keys of one folder.
#[derive(Debug)]
pub struct Index {
    folder: PathBuf,
    database: PathBuf,
    config: Config,
    /// The owner's connection; a reader has none.
    writer: Option<Mutex<Connection>>,
    /// Connections that read, one for each thread that ever asked at the same time.
    idle: Mutex<Vec<Connection>>,
    vectors: Vectors,
    graph: Graph,
    opened: Opened,
    _lock: Option<File>,
}

impl Index {
    /// Bytes that an index with so many vectors holds in its owner's memory, about: the graph, the tables of records and, with
    /// [`Rerank::InMemory`], the full vectors. Not counted: facets, arrows, and sketches, which take 32 bytes a vector once they are made.
    /// A reader maps the graph ([`Index::open_reader`]): the system may take those pages back at any time.
    pub fn bytes_for(config: &Config, vectors: u64) -> u64 {
        Vectors::bytes_for(config, vectors)
    }

    /// Opens the folder as its owner and makes it where there is none. The newest sound snapshot is loaded and brought up to date
    /// with the rows; without one the graph is built from them.
    ///
    /// # Errors
    /// [`Error::Locked`] beside another owner, and what the file can be: [`Error::Newer`], [`Error::Foreign`],
    /// [`Error::Damaged`], [`Error::ReadOnly`], [`Error::DiskFull`]. [`Error::Config`] where the folder has other dimensions.
    pub fn open(folder: &Path, config: &Config) -> Result<Index, Error> {
        config.check()?;
        std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        let lock = own(folder, config.owner_wait)?;
        let database = folder.join("index.sqlite");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut writer = connect(&database, flags)?;
        let found = version(&writer, &database)?;
        let prepare = |writer: &mut Connection| -> rusqlite::Result<()> {
            writer.pragma_update(None, "journal_mode", "WAL")?;
            writer.pragma_update(None, "synchronous", "FULL")?;
            writer.pragma_update(None, "fullfsync", true)?;
            if found == 0 {
                let making = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
                making.execute_batch(include_str!("schema.sql"))?;
                making.execute(
                    "INSERT INTO shape VALUES (1, ?1, 0)",
                    [config.dimensions as i64],
                )?;
                making.pragma_update(None, "application_id", APPLICATION_ID)?;
                making.pragma_update(None, "user_version", VERSION)?;
                making.commit()?;
            } else if let (_, false) = shape(writer)? {
                writer.execute(
                    "UPDATE shape SET dimensions = ?1",
                    [config.dimensions as i64],
                )?;
            }
            Ok(())
        };
        prepare(&mut writer).map_err(|error| Error::sqlite(&database, error))?;
        Index::raise(folder, database, config, Some(writer), Some(lock))
    }

    /// Opens the folder for reading, beside an owner or without one, as it is at this moment. The newest sound snapshot is mapped
    /// into memory, not read; newer vectors are looked at one by one.
    ///
    /// # Errors
    /// [`Error::Missing`], and else as [`Index::open`].
    pub fn open_reader(folder: &Path, config: &Config) -> Result<Index, Error> {
        config.check()?;
        let database = folder.join("index.sqlite");
        if !database.exists() {
            return Err(Error::Missing {
                path: folder.to_path_buf(),
            });
        }
        Index::raise(folder, database, config, None, None)
    }

    fn raise(
        folder: &Path,
        database: PathBuf,
        config: &Config,
        writer: Option<Connection>,
        lock: Option<File>,
    ) -> Result<Index, Error> {
        let mut index = Index {
            vectors: Vectors::new(config)?,
            graph: Graph::default(),
            folder: folder.to_path_buf(),
            database,
            config: config.clone(),
            writer: writer.map(Mutex::new),
            idle: Mutex::default(),
            opened: Opened {
                generation: None,
                faults: Vec::new(),
                replayed: 0,
                dropped: 0,
            },
            _lock: lock,
        };
        let reader = index.borrow()?;
        // One moment for all that is read.
        let begin = reader.execute_batch("BEGIN");
        begin.map_err(|error| index.fail(error))?;
        index.check_shape(&reader)?;
        index.load_vectors(&reader)?;
        index.load_rest(&reader)?;
        let end = reader.execute_batch("COMMIT");
        end.map_err(|error| index.fail(error))?;
        index.give_back(reader);
        Ok(index)
    }

    /// How the index came into memory.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Searches wider or narrower from now on: see [`Config::expansion_search`] and [`Config::candidates`].
    pub fn set_effort(&mut self, expansion_search: usize, candidates: usize) {
        self.config.expansion_search = expansion_search.max(1);
        self.config.candidates = candidates;
        self.vectors.set_effort(&self.config);
    }

    /// Adds on fewer threads from now on, or on as many as [`Config::threads`] says again: more it never takes.
    pub fn set_threads(&mut self, threads: usize) {
        self.vectors.set_adders(threads);
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.vectors.len()
    }

    /// Whether there is no vector.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory that the graph of neighbours says it has taken, in bytes.
    pub fn graph_bytes(&self) -> usize {
        self.vectors.bytes()
    }

    /// Whether a record has a vector.
    pub fn contains(&self, record: i64) -> bool {
        self.vectors.seq_of(record).is_some()
    }

    /// The arrows.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The nearest vectors to `query` among those that pass. Any thread may ask.
    ///
    /// # Errors
    /// [`Error::Vector`] for a query that is no direction of the right length; where full vectors cannot be read.
    pub fn nearest(&self, query: &[f32], count: usize, filter: &Filter) -> Result<Answer, Error> {
        self.vectors
            .nearest(query, count, filter, &|seqs, visit| self.fetch(seqs, visit))
    }

    /// The nearest by looking at every vector: slow, and what [`Index::nearest`] is judged by.
    ///
    /// # Errors
    /// As [`Index::nearest`].
    pub fn nearest_exact(
        &self,
        query: &[f32],
        count: usize,
        filter: &Filter,
    ) -> Result<Vec<Neighbour>, Error> {
        self.vectors
            .exact(query, count, filter, &|seqs, visit| self.fetch(seqs, visit))
    }

    /// The nearest for many questions at once by looking at every vector, each read once for all of them, with `scan` doing the
    /// products: on [`Lanes`](crate::Lanes) or on a device. `queries` holds one question after another; the answers come in their
    /// order.
    ///
    /// # Errors
    /// As [`Index::nearest`], and what `scan` reports.
    pub fn nearest_exact_many(
        &self,
        queries: &[f32],
        count: usize,
        filter: &Filter,
        scan: &mut dyn Scan,
    ) -> Result<Vec<Vec<Neighbour>>, Error> {
        self.vectors
            .exact_many(queries, count, filter, scan, &|seqs, visit| {
                self.fetch(seqs, visit)
            })
    }

    /// Gives all vectors to a device, which keeps them until [`Held`] is dropped.
    ///
    /// # Errors
    /// [`Error::Device`] for want of memory, or where the device failed; where full vectors cannot be read.
    pub fn hold(&self, gpu: &Gpu, numbers: Numbers, budget: &Budget) -> Result<Held, Error> {
        self.vectors
            .hold(gpu, numbers, budget, &|seqs, visit| self.fetch(seqs, visit))
    }

    /// The nearest for many questions at once, with the vectors that a device holds: exact, as [`Index::nearest_exact`] is. The
    /// device proposes and the full vectors decide; a question that they cannot decide is answered by looking at every vector.
    ///
    /// # Errors
    /// As [`Index::nearest`]; [`Error::Device`] where the device failed; [`Error::Config`] if vectors have come or gone since.
    pub fn nearest_held(
        &self,
        held: &mut Held,
        queries: &[f32],
        count: usize,
    ) -> Result<Vec<Vec<Neighbour>>, Error> {
        self.vectors
            .nearest_held(held, queries, count, &|seqs, visit| self.fetch(seqs, visit))
    }

    /// The nearest among these records, each looked at; one without a vector is passed over.
    ///
    /// # Errors
    /// As [`Index::nearest`].
    pub fn nearest_among(
        &self,
        query: &[f32],
        count: usize,
        records: &[i64],
    ) -> Result<Answer, Error> {
        self.vectors
            .nearest_among(query, count, records, &|seqs, visit| {
                self.fetch(seqs, visit)
            })
    }

    /// What is in the folder.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn counts(&self) -> Result<Counts, Error> {
        let number = |reader: &Connection, sql: &str| {
            reader.query_row(sql, [], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))
        };
        self.read(|reader| {
            Ok(Counts {
                vectors: self.len() as u64,
                ever_removed: number(reader, "SELECT deletes FROM shape")?,
                texts: reader
                    .prepare("SELECT kind, count(*) FROM texts GROUP BY kind ORDER BY kind")?
                    .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?
                    .collect::<rusqlite::Result<_>>()?,
                edges: reader
                    .prepare("SELECT kind, count(*) FROM edges GROUP BY kind ORDER BY kind")?
                    .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?
                    .collect::<rusqlite::Result<_>>()?,
                facets: reader
                    .prepare(
                        "SELECT name, count(word), count(number), count(DISTINCT word), min(number), max(number)
                         FROM facets GROUP BY name ORDER BY name",
                    )?
                    .query_map([], |row| {
                        let count = |place| row.get::<_, i64>(place).map(i64::cast_unsigned);
                        Ok(Shape {
                            name: row.get(0)?,
                            words: count(1)?,
                            numbers: count(2)?,
                            distinct_words: count(3)?,
                            range: row.get::<_, Option<f64>>(4)?.zip(row.get(5)?),
                        })
                    })?
                    .collect::<rusqlite::Result<_>>()?,
                keys: number(reader, "SELECT count(*) FROM keys")?,
                snapshots: number(reader, "SELECT count(*) FROM snapshots")?,
                disk_bytes: 0,
            })
        })
        .map(|counts| Counts {
            disk_bytes: disk_bytes(&self.folder),
            ..counts
        })
    }

    /// The length of the vectors in a folder; `None` where none was ever kept: then it takes any.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is no index; what the file can be, as in [`Index::open`].
    pub fn dimensions_of(folder: &Path) -> Result<Option<usize>, Error> {
        let database = folder.join("index.sqlite");
        if !database.exists() {
            return Err(Error::Missing {
                path: folder.to_path_buf(),
            });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = connect(&database, flags)?;
        if version(&reader, &database)? == 0 {
            return Err(Error::Missing {
                path: folder.to_path_buf(),
            });
        }
        let (dimensions, used) = shape(&reader).map_err(|error| Error::sqlite(&database, error))?;
        Ok(used.then_some(dimensions))
    }

    /// How many vectors a folder holds, without reading them; none where there is no index.
    ///
    /// # Errors
    /// What the file can be, as in [`Index::open`].
    pub fn vectors_in(folder: &Path) -> Result<u64, Error> {
        let database = folder.join("index.sqlite");
        if !database.exists() {
            return Ok(0);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = connect(&database, flags)?;
        if version(&reader, &database)? == 0 {
            return Ok(0);
        }
        // The unique index on `record` answers this.
        let count = reader.query_row("SELECT count(*) FROM vectors", [], |row| {
            row.get::<_, i64>(0)
        });
        count
            .map(i64::cast_unsigned)
            .map_err(|error| Error::sqlite(&database, error))
    }

    /// The texts of a record, with their kinds.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn texts(&self, record: i64) -> Result<Vec<(String, String)>, Error> {
        self.read(|reader| {
            reader
                .prepare_cached("SELECT kind, body FROM texts WHERE record = ?1 ORDER BY id")?
                .query_map([record], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// The texts that say this, best first; of one kind, or of all with `None`.
    ///
    /// # Errors
    /// Where the file cannot be read; never for what was typed.
    pub fn find_text(
        &self,
        typed: &str,
        words: Words,
        kind: Option<&str>,
        limit: usize,
    ) -> Result<Vec<TextHit>, Error> {
        self.read(|reader| text::query(reader, typed, words, kind, limit))
    }

    /// A facet of a record.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn facet(&self, record: i64, name: &str) -> Result<Option<Facet>, Error> {
        self.read(|reader| {
            reader
                .prepare_cached("SELECT word, number FROM facets WHERE record = ?1 AND name = ?2")?
                .query_row(params![record, name], |row| facet_from(row, 0))
                .optional()
        })
    }

    /// The full vector of a record, as it was given.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn vector(&self, record: i64) -> Result<Option<Vec<f32>>, Error> {
        let Some(seq) = self.vectors.seq_of(record) else {
            return Ok(None);
        };
        let mut found = None;
        self.fetch(&[seq], &mut |_, row| found = Some(row.to_vec()))?;
        Ok(found)
    }

    /// The value of a key.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.read(|reader| {
            reader
                .prepare_cached("SELECT value FROM keys WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()
        })
    }

    /// Keys that begin with `prefix`, in order, with their values, at most `limit`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn scan(&self, prefix: &str, limit: usize) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.read(|reader| {
            reader
                .prepare_cached(
                    "SELECT name, value FROM keys WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1
                     ORDER BY name LIMIT ?2",
                )?
                .query_map(params![prefix, limit as i64], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect()
        })
    }

    /// Writes all that `changes` asks for or nothing, durably, and then makes it known to the searches.
    ///
    /// # Errors
    /// What `changes` refuses; [`Error::ReadOnly`] for a reader; [`Error::DiskFull`], [`Error::Busy`] and the like.
    pub fn update<T>(
        &mut self,
        changes: impl FnOnce(&mut Update<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let database = self.database.clone();
        let Some(writer) = &mut self.writer else {
            return Err(Error::ReadOnly { path: database });
        };
        let writer = writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        let fail = |error| Error::sqlite(&database, error);
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        let mut update = Update {
            transaction: &transaction,
            database: &database,
            dimensions: self.config.dimensions,
            changes: Vec::new(),
        };
        let value = changes(&mut update)?;
        let changes = update.changes;
        transaction.commit().map_err(fail)?;
        self.apply(changes)?;
        Ok(value)
    }

    /// Writes the graph of neighbours aside, flushes it, renames it and records its hash; returns its generation. Rows need no
    /// snapshot to be safe: it makes opening fast.
    ///
    /// # Errors
    /// [`Error::WouldLose`] where it would have fewer vectors than the last one without deletes that explain it;
    /// [`Error::DiskFull`] and the like. The last snapshot stays then.
    pub fn snapshot(&mut self) -> Result<i64, Error> {
        let database = self.database.clone();
        let Some(writer) = &mut self.writer else {
            return Err(Error::ReadOnly { path: database });
        };
        let writer = writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (rows, deletes) = writer
            .query_row(
                "SELECT (SELECT count(*) FROM vectors), deletes FROM shape",
                [],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
            )
            .map_err(|error| Error::sqlite(&database, error))?;
        let (rows, deletes) = (rows.cast_unsigned(), deletes.cast_unsigned());
        let count = self.vectors.in_graph() as u64;
        if count != rows {
            return Err(Error::WouldLose {
                new: count,
                expected: rows,
            });
        }
        let settings = Vectors::settings(&self.config);
        let content = (self.vectors.last_seq(), count, deletes);
        let vectors = &self.vectors;
        snapshot::write(&self.folder, writer, &settings, content, |path| {
            vectors.save(path)
        })
    }

    fn check_shape(&self, reader: &Connection) -> Result<(), Error> {
        let (found, used) = shape(reader).map_err(|error| self.fail(error))?;
        // A reader of a folder without vectors has nothing that could have another length.
        if found == self.config.dimensions || !used {
            return Ok(());
        }
        Err(Error::Config {
            why: format!(
                "{} holds vectors of {found} numbers, not {}",
                self.folder.display(),
                self.config.dimensions
            ),
        })
    }

    fn load_vectors(&mut self, reader: &Connection) -> Result<(), Error> {
        let owner = self.writer.is_some();
        let snapshots = snapshot::recorded(reader).map_err(|error| self.fail(error))?;
        let settings = Vectors::settings(&self.config);
        let mut last_seq = 0;
        for known in &snapshots {
            let fault = if known.settings == settings {
                snapshot::fault(&self.folder, known)
            } else {
                Some(format!(
                    "snapshot {} was made with other settings ({})",
                    known.generation, known.settings
                ))
            };
            let fault = fault.or_else(|| {
                let path = snapshot::path(&self.folder, known.generation);
                match self.vectors.load(&path, !owner) {
                    Ok(()) if self.vectors.in_graph() as u64 == known.count => None,
                    Ok(()) => Some(format!(
                        "snapshot {} has {} vectors where {} were written",
                        known.generation,
                        self.vectors.in_graph(),
                        known.count
                    )),
                    Err(error) => Some(error.to_string()),
                }
            });
            match fault {
                None => {
                    self.opened.generation = Some(known.generation);
                    last_seq = known.last_seq;
                    break;
                }
                Some(fault) => {
                    self.opened.faults.push(fault);
                    self.vectors = Vectors::new(&self.config)?;
                }
            }
        }
        // The unique index on `record` answers this without touching a vector.
        let rows = || -> rusqlite::Result<Vec<(i64, i64)>> {
            reader
                .prepare("SELECT seq, record FROM vectors")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        };
        let mut rows = rows().map_err(|error| self.fail(error))?;
        rows.sort_unstable();
        for &(seq, record) in &rows {
            self.vectors.announce(seq.cast_unsigned(), record);
        }
        if owner {
            self.opened.dropped = self.vectors.drop_unannounced(last_seq)?;
        } else if self.opened.generation.is_some() {
            self.vectors.mark_stale();
        }
        let in_memory = self.config.rerank == Rerank::InMemory;
        for part in rows.chunks(AT_ONCE) {
            let seqs: Vec<u64> = part.iter().map(|&(seq, _)| seq.cast_unsigned()).collect();
            let (known, new): (Vec<u64>, Vec<u64>) =
                seqs.into_iter().partition(|&seq| self.vectors.has(seq));
            let read = |seqs: &[u64]| -> Result<Vec<(u64, Vec<f32>)>, Error> {
                let mut rows = Vec::with_capacity(seqs.len());
                fetch_with(
                    reader,
                    &self.database,
                    self.config.dimensions,
                    seqs,
                    &mut |place, row| {
                        rows.push((seqs[place], row.to_vec()));
                    },
                )?;
                Ok(rows)
            };
            let new = read(&new)?;
            let known = if in_memory { read(&known)? } else { Vec::new() };
            for (seq, row) in known {
                self.vectors.keep_full(seq, &row);
            }
            self.opened.replayed += new.len() as u64;
            if owner {
                self.vectors.put(new)?;
            } else {
                for (seq, row) in new {
                    self.vectors.put_beside(seq, &row);
                }
            }
        }
        if owner {
            let newest = snapshots.first().map_or(0, |known| known.generation);
            snapshot::sweep(&self.folder, newest - 2);
        }
        Ok(())
    }

    fn load_rest(&mut self, reader: &Connection) -> Result<(), Error> {
        let vectors = &mut self.vectors;
        let graph = &mut self.graph;
        let mut load = || -> rusqlite::Result<()> {
            let mut statement = reader.prepare("SELECT record, name, word, number FROM facets")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let name = row.get_ref(1)?.as_str()?;
                vectors.facet(row.get(0)?, name, Some(&facet_from(row, 2)?));
            }
            let mut statement = reader.prepare("SELECT source, target, kind, weight FROM edges")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let kind = row.get_ref(2)?.as_str()?;
                graph.add(row.get(0)?, row.get(1)?, kind, row.get(3)?);
            }
            Ok(())
        };
        load().map_err(|error| Error::sqlite(&self.database, error))
    }

    /// After the rows are durable. Vectors are put into the graph together, on all threads.
    fn apply(&mut self, changes: Vec<Change>) -> Result<(), Error> {
        let mut rows: Vec<(u64, Vec<f32>)> = Vec::new();
        for change in changes {
            match change {
                Change::Vector {
                    seq,
                    record,
                    row,
                    facets,
                } => {
                    self.vectors.announce(seq, record);
                    for (name, facet) in facets {
                        self.vectors.facet(record, &name, Some(&facet));
                    }
                    rows.push((seq, row));
                }
                Change::Gone { seq } => {
                    // Added and taken out in one call: it never comes to the graph.
                    if let Ok(place) = rows.binary_search_by_key(&seq, |&(known, _)| known) {
                        rows.remove(place);
                    }
                    self.vectors.take_out(seq)?;
                }
                Change::Facet {
                    record,
                    name,
                    facet,
                } => self.vectors.facet(record, &name, facet.as_ref()),
                Change::Edge {
                    source,
                    target,
                    kind,
                    weight: Some(weight),
                } => self.graph.add(source, target, &kind, weight),
                Change::Edge {
                    source,
                    target,
                    kind,
                    weight: None,
                } => self.graph.remove(source, target, &kind),
            }
        }
        self.vectors.put(rows)
    }

    fn fetch(&self, seqs: &[u64], visit: &mut dyn FnMut(usize, &[f32])) -> Result<(), Error> {
        let reader = self.borrow()?;
        // One transaction for all: SQLite would else lock and unlock the file for every row, which costs more than the row.
        let moment = reader
            .unchecked_transaction()
            .map_err(|error| self.fail(error))?;
        fetch_with(&moment, &self.database, self.config.dimensions, seqs, visit)?;
        moment.finish().map_err(|error| self.fail(error))?;
        self.give_back(reader);
        Ok(())
    }

    fn read<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let reader = self.borrow()?;
        let answer = ask(&reader).map_err(|error| self.fail(error))?;
        self.give_back(reader);
        Ok(answer)
    }

    fn borrow(&self) -> Result<Connection, Error> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        // Read-write, because a reader must be able to make the shared-memory file; `query_only` keeps it from writing rows.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = connect(&self.database, flags)?;
        let prepare = || -> rusqlite::Result<()> {
            connection.pragma_update(None, "query_only", true)?;
            // Full vectors are read where they lie in the page cache of the system.
            connection.pragma_update_and_check(None, "mmap_size", 1_i64 << 40, |_| Ok(()))
        };
        prepare().map_err(|error| self.fail(error))?;
        if version(&connection, &self.database)? == 0 {
            return Err(Error::Missing {
                path: self.folder.clone(),
            });
        }
        Ok(connection)
    }

    /// A connection that failed is not given back.
    fn give_back(&self, connection: Connection) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
    }

    fn fail(&self, error: rusqlite::Error) -> Error {
        Error::sqlite(&self.database, error)
    }
}

/// Changes being written: see [`Index::update`].
pub struct Update<'a> {
    transaction: &'a Transaction<'a>,
    database: &'a Path,
    dimensions: usize,
    changes: Vec<Change>,
}

enum Change {
    Vector {
        seq: u64,
        record: i64,
        row: Vec<f32>,
        facets: Vec<(String, Facet)>,
    },
    Gone {
        seq: u64,
    },
    Facet {
        record: i64,
        name: String,
        facet: Option<Facet>,
    },
    Edge {
        source: i64,
        target: i64,
        kind: String,
        weight: Option<f64>,
    },
}

impl Update<'_> {
    /// Gives a record a vector, or another one.
    ///
    /// # Errors
    /// [`Error::Vector`] unless it has the right length, only finite numbers and a direction.
    pub fn vector(&mut self, record: i64, vector: &[f32]) -> Result<(), Error> {
        vectors::check(vector, self.dimensions)?;
        self.remove_vector(record)?;
        let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
        let write = || -> rusqlite::Result<(i64, Vec<(String, Facet)>)> {
            let seq = self
                .transaction
                .prepare_cached("INSERT INTO vectors (record, data) VALUES (?1, ?2)")?
                .insert(params![record, bytes])?;
            let facets = self
                .transaction
                .prepare_cached("SELECT name, word, number FROM facets WHERE record = ?1")?
                .query_map([record], |row| Ok((row.get(0)?, facet_from(row, 1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok((seq, facets))
        };
        let (seq, facets) = write().map_err(|error| self.fail(error))?;
        self.changes.push(Change::Vector {
            seq: seq.cast_unsigned(),
            record,
            row: vector.to_vec(),
            facets,
        });
        Ok(())
    }

    /// Takes a record's vector out; its texts, facets and arrows stay. Returns whether there was one.
    ///
    /// # Errors
    /// Where the file cannot be written, as everywhere below.
    pub fn remove_vector(&mut self, record: i64) -> Result<bool, Error> {
        let write = || -> rusqlite::Result<Option<i64>> {
            let seq = self
                .transaction
                .prepare_cached("DELETE FROM vectors WHERE record = ?1 RETURNING seq")?
                .query_row([record], |row| row.get::<_, i64>(0))
                .optional()?;
            if seq.is_some() {
                self.transaction
                    .prepare_cached("UPDATE shape SET deletes = deletes + 1")?
                    .execute([])?;
            }
            Ok(seq)
        };
        let seq = write().map_err(|error| self.fail(error))?;
        self.changes.extend(seq.map(|seq| Change::Gone {
            seq: seq.cast_unsigned(),
        }));
        Ok(seq.is_some())
    }

    /// Gives a record a facet, or takes it away with `None`.
    ///
    /// # Errors
    /// [`Error::Config`] for a number that is not finite.
    pub fn facet(&mut self, record: i64, name: &str, facet: Option<&Facet>) -> Result<(), Error> {
        let (word, number) = match facet {
            Some(Facet::Word(word)) => (Some(word), None),
            Some(&Facet::Number(number)) if !number.is_finite() => {
                return Err(Error::Config {
                    why: format!("facet {name} of record {record} is {number}"),
                });
            }
            Some(&Facet::Number(number)) => (None, Some(number)),
            None => {
                self.execute(
                    "DELETE FROM facets WHERE record = ?1 AND name = ?2",
                    params![record, name],
                )?;
                self.note_facet(record, name, None);
                return Ok(());
            }
        };
        self.execute(
            "INSERT INTO facets VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET word = excluded.word, number = excluded.number",
            params![record, name, word, number],
        )?;
        self.note_facet(record, name, facet.cloned());
        Ok(())
    }

    /// Adds a text to a record.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn text(&mut self, record: i64, kind: &str, body: &str) -> Result<(), Error> {
        self.execute(
            "INSERT INTO texts (record, kind, body) VALUES (?1, ?2, ?3)",
            params![record, kind, body],
        )
    }

    /// Takes all texts of a record out.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn remove_texts(&mut self, record: i64) -> Result<(), Error> {
        self.execute("DELETE FROM texts WHERE record = ?1", [record])
    }

    /// Takes the texts of one kind of a record out.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn remove_texts_of(&mut self, record: i64, kind: &str) -> Result<(), Error> {
        self.execute(
            "DELETE FROM texts WHERE record = ?1 AND kind = ?2",
            params![record, kind],
        )
    }

    /// The value of a key, as it is within this update.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.transaction
            .prepare_cached("SELECT value FROM keys WHERE name = ?1")
            .and_then(|mut statement| statement.query_row([name], |row| row.get(0)).optional())
            .map_err(|error| self.fail(error))
    }

    /// The full vector of a record, as it is within this update.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn vector_of(&self, record: i64) -> Result<Option<Vec<f32>>, Error> {
        let bytes: Option<Vec<u8>> = self
            .transaction
            .prepare_cached("SELECT data FROM vectors WHERE record = ?1")
            .and_then(|mut statement| statement.query_row([record], |row| row.get(0)).optional())
            .map_err(|error| self.fail(error))?;
        Ok(bytes.map(|bytes| {
            bytes
                .chunks_exact(4)
                .map(|raw| f32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]))
                .collect()
        }))
    }

    /// Adds an arrow, or gives the one that is there another weight.
    ///
    /// # Errors
    /// [`Error::Config`] for a weight that is not finite.
    pub fn edge(&mut self, source: i64, target: i64, kind: &str, weight: f64) -> Result<(), Error> {
        if !weight.is_finite() {
            return Err(Error::Config {
                why: format!("the arrow from {source} to {target} has weight {weight}"),
            });
        }
        self.execute(
            "INSERT INTO edges VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET weight = excluded.weight",
            params![source, target, kind, weight],
        )?;
        self.changes.push(Change::Edge {
            source,
            target,
            kind: kind.into(),
            weight: Some(weight),
        });
        Ok(())
    }

    /// Takes an arrow out.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn remove_edge(&mut self, source: i64, target: i64, kind: &str) -> Result<(), Error> {
        self.execute(
            "DELETE FROM edges WHERE source = ?1 AND target = ?2 AND kind = ?3",
            params![source, target, kind],
        )?;
        self.changes.push(Change::Edge {
            source,
            target,
            kind: kind.into(),
            weight: None,
        });
        Ok(())
    }

    /// Sets a key.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn put(&mut self, name: &str, value: &[u8]) -> Result<(), Error> {
        self.execute(
            "INSERT INTO keys VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
            params![name, value],
        )
    }

    /// Removes a key.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn remove(&mut self, name: &str) -> Result<(), Error> {
        self.execute("DELETE FROM keys WHERE name = ?1", [name])
    }

    fn note_facet(&mut self, record: i64, name: &str, facet: Option<Facet>) {
        self.changes.push(Change::Facet {
            record,
            name: name.into(),
            facet,
        });
    }

    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), Error> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values))
            .map(|_| ())
            .map_err(|error| self.fail(error))
    }

    fn fail(&self, error: rusqlite::Error) -> Error {
        Error::sqlite(self.database, error)
    }
}

/// The length of a vector, and whether it is settled: by a first vector.
fn shape(reader: &Connection) -> rusqlite::Result<(usize, bool)> {
    reader.query_row(
        "SELECT dimensions, deletes > 0 OR EXISTS (SELECT 1 FROM vectors) FROM shape",
        [],
        |row| Ok((row.get::<_, i64>(0)?.unsigned_abs() as usize, row.get(1)?)),
    )
}

fn disk_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .map(|about| about.len())
        .sum()
}

fn facet_from(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Facet> {
    Ok(match row.get::<_, Option<String>>(at)? {
        Some(word) => Facet::Word(word),
        None => Facet::Number(row.get(at + 1)?),
    })
}

/// Full vectors by number; those that are gone are passed over.
fn fetch_with(
    reader: &Connection,
    database: &Path,
    dimensions: usize,
    seqs: &[u64],
    visit: &mut dyn FnMut(usize, &[f32]),
) -> Result<(), Error> {
    let fail = |error| Error::sqlite(database, error);
    let mut statement = reader
        .prepare_cached("SELECT data FROM vectors WHERE seq = ?1")
        .map_err(fail)?;
    let mut numbers = vec![0.0; dimensions];
    for (place, seq) in seqs.iter().enumerate() {
        let mut rows = statement.query([seq.cast_signed()]).map_err(fail)?;
        let Some(row) = rows.next().map_err(fail)? else {
            continue;
        };
        let bytes = row
            .get_ref(0)
            .and_then(|value| Ok(value.as_blob()?))
            .map_err(fail)?;
        let (parts, rest) = bytes.as_chunks::<4>();
        if parts.len() != dimensions || !rest.is_empty() {
            return Err(Error::Damaged {
                path: database.to_path_buf(),
                detail: format!("vector {seq} has {} bytes", bytes.len()),
            });
        }
        for (number, &part) in numbers.iter_mut().zip(parts) {
            *number = f32::from_le_bytes(part);
        }
        visit(place, &numbers);
    }
    Ok(())
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    };
    open().map_err(|error| Error::sqlite(path, error))
}

/// The schema version of the file, zero where it is empty.
fn version(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let number = |sql: &str| -> Result<i64, Error> {
        connection
            .query_row(sql, [], |row| row.get(0))
            .map_err(|error| Error::sqlite(path, error))
    };
    let application = number("PRAGMA application_id")?;
    let found = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    let path = path.to_path_buf();
    match (application, found, tables) {
        (0, 0, 0) => Ok(0),
        (APPLICATION_ID, VERSION, _) => Ok(found),
        (APPLICATION_ID, ..) if found > VERSION => Err(Error::Newer {
            path,
            found,
            known: VERSION,
        }),
        _ => Err(Error::Foreign { path }),
    }
}

/// Takes the owner's lock and leaves our process number in it, for the message that others show.
fn own(folder: &Path, patience: Duration) -> Result<File, Error> {
    let path = folder.join("index.lock");
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| Error::io(&path, error))?;
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
                    path: folder.to_path_buf(),
                    holder: holder.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io(&path, error)),
        }
    }
    let note = |lock: &mut File| -> std::io::Result<()> {
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{}", std::process::id())
    };
    note(&mut lock).map_err(|error| Error::io(&path, error))?;
    Ok(lock)
}
