//! Nearest vectors by cosine: a graph of neighbours over small copies, then the exact order from the full ones.
//!
//! ```text
//! copy = round(127 x / max |x_i|)      one byte a number; the scale of a vector does not change its cosine
//! candidates by cosine of copies       exact order by 1 - a.b / (|a| |b|) in f32
//! ```
//! The graph is HNSW (Malkov & Yashunin, IEEE TPAMI 42, 2020) from `usearch`. Its own byte copies divide by the length and cut off,
//! which leaves a 768-number vector about ten of the 255 steps; dividing by the largest number uses them all.
//!
//! A filter that few vectors pass makes a graph walk far; where few pass ([`Config::exact_roots`]) they are looked
//! at one by one instead, and where a moderate share does ([`Config::sketch_share`]) their sketches are (`sketch.rs`).

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

use compute::{Budget, Gpu};
use numkong::Dot;
use usearch::{Index as Hnsw, IndexOptions, MetricKind, ScalarKind};

use crate::device::{DeviceRows, Numbers};
use crate::dot::{dot, dots};
use crate::facets::{Columns, Compiled, Facet, Filter};
use crate::pages;
use crate::scan::{Block, Scan, Scored};
use crate::sketch::Sketches;
use crate::{Config, Error, Rerank, Scalar};

/// A record and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Whose vector.
    pub record: i64,
    /// One minus the cosine: 0 the same direction, 1 at right angles, 2 opposite.
    pub distance: f32,
}

/// How an answer was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Along the graph.
    Graph,
    /// Along the graph, asking the filter at every vector met.
    FilteredGraph,
    /// The sketch of every vector that passes was looked at, and the vectors with the nearest ones.
    Sketched,
    /// Every vector that passes was looked at.
    Exact,
    /// No vector passes.
    Nothing,
}

/// Nearest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// At most as many as asked for.
    pub neighbours: Vec<Neighbour>,
    /// How they were found.
    pub route: Route,
}

/// Reads full vectors that are not in memory: `fetch(seqs, visit)`.
pub(crate) type Fetch<'a> = &'a dyn Fn(&[u64], &mut dyn FnMut(usize, &[f32])) -> Result<(), Error>;

/// What is in memory. Vectors go by `seq`, the number under which SQLite keeps them.
pub(crate) struct Vectors {
    config: Config,
    graph: Hnsw,
    /// Record of each `seq`; `None` once it was taken out.
    records: Vec<Option<i64>>,
    seqs: HashMap<i64, u64>,
    /// One bit for each `seq`: whether it is a vector now.
    live: Vec<u64>,
    pub(crate) columns: Columns,
    /// Full vectors of unit length, if they are kept in memory.
    full: Option<Slab>,
    /// Vectors that the graph does not have: all of a reader's news.
    tail: HashMap<u64, Vec<f32>>,
    /// Vectors taken out that the graph still has: only a reader's.
    stale: bool,
    seats: Seats,
    /// Threads that add: at most as many as there are seats.
    adders: usize,
    /// Made when questions that want them have come often enough.
    sketches: OnceLock<Sketches>,
    /// How many such questions have come.
    sketchable: AtomicU32,
    /// The size of the graph when large pages were last asked for.
    asked_bytes: usize,
}

/// Questions along the graph before sketches are made: making them reads every vector once. A choice, not a measured optimum.
const BEFORE_SKETCHES: u32 = 64;
/// Large pages are asked for anew whenever the graph has grown by so much.
const PAGES_EVERY_BYTES: usize = 4 << 20;
/// Vectors chosen by sketch for each that is measured exactly.
const SKETCHED_PER_CANDIDATE: usize = 32;

/// The vectors of an index in the memory of a GPU: see [`Index::hold`](crate::Index::hold).
#[derive(Debug)]
pub struct Held {
    rows: DeviceRows,
    /// Whose row is whose.
    seqs: Vec<u64>,
    of: (u64, usize),
    /// Questions that the device's candidates decided.
    pub decided: u64,
    /// Questions for which every vector was looked at.
    pub undecided: u64,
}

#[derive(Default)]
struct Slab {
    rows: Vec<f32>,
    slots: HashMap<u64, usize>,
    free: Vec<usize>,
}

impl Vectors {
    pub(crate) fn new(config: &Config) -> Result<Vectors, Error> {
        let graph = Hnsw::new(&IndexOptions {
            dimensions: config.dimensions,
            metric: MetricKind::Cos,
            quantization: match config.scalar {
                Scalar::I8 => ScalarKind::I8,
                Scalar::Bf16 => ScalarKind::BF16,
                Scalar::F32 => ScalarKind::F32,
            },
            connectivity: config.connectivity,
            expansion_add: config.expansion_add,
            expansion_search: config.expansion_search,
            multi: false,
        })
        .map_err(Error::neighbours)?;
        let seats = config.threads.max(1);
        graph
            .reserve_capacity_and_threads(64, seats)
            .map_err(Error::neighbours)?;
        Ok(Vectors {
            graph,
            records: Vec::new(),
            seqs: HashMap::new(),
            live: Vec::new(),
            columns: Columns::default(),
            full: matches!(config.rerank, Rerank::InMemory).then(Slab::default),
            tail: HashMap::new(),
            stale: false,
            seats: Seats::new(seats),
            adders: seats,
            sketches: OnceLock::new(),
            sketchable: AtomicU32::new(0),
            asked_bytes: 0,
            config: config.clone(),
        })
    }

    /// What a snapshot must have been made with to serve.
    pub(crate) fn settings(config: &Config) -> String {
        format!(
            "usearch 2, cosine, {} numbers of {:?}, connectivity {}, expansion {}",
            config.dimensions, config.scalar, config.connectivity, config.expansion_add
        )
    }

    /// See [`crate::Index::bytes_for`].
    pub(crate) fn bytes_for(config: &Config, vectors: u64) -> u64 {
        let dimensions = config.dimensions as u64;
        let copy = match config.scalar {
            Scalar::I8 => dimensions,
            Scalar::Bf16 => 2 * dimensions,
            Scalar::F32 => 4 * dimensions,
        };
        let links = config.connectivity as u64;
        // At the bottom twice as many neighbours of four bytes; of M vectors one is also a level higher up. Key and level beside them.
        let node = copy + 4 * (2 * links + 1) + 4 * (links + 1) / (links - 1).max(1) + 10;
        // Where each node lies, with room to grow by half, which node has which key, and what the pieces of its allocator leave idle:
        // a million vectors of 768 numbers were measured at 1,090 bytes each, all in all (docs/benchmarks.md).
        let places = 12 + 40 + 64;
        // The record of each vector, the vector of each record, a bit.
        let records = 16 + 40 + 1;
        let full = match config.rerank {
            Rerank::FromFile => 0,
            Rerank::InMemory => 4 * dimensions + 40,
        };
        // A table that is full is copied into a larger one.
        vectors * (node + places + records + full) + vectors * full / 2
    }

    pub(crate) fn set_effort(&mut self, config: &Config) {
        self.config.expansion_search = config.expansion_search;
        self.config.candidates = config.candidates;
        self.graph.change_expansion_search(config.expansion_search);
    }

    pub(crate) fn set_adders(&mut self, threads: usize) {
        self.adders = threads.clamp(1, self.config.threads.max(1));
    }

    pub(crate) fn len(&self) -> usize {
        self.seqs.len()
    }

    pub(crate) fn last_seq(&self) -> u64 {
        self.records.len().saturating_sub(1) as u64
    }

    pub(crate) fn in_graph(&self) -> usize {
        self.graph.size()
    }

    pub(crate) fn seq_of(&self, record: i64) -> Option<u64> {
        self.seqs.get(&record).copied()
    }

    pub(crate) fn has(&self, seq: u64) -> bool {
        self.graph.contains(seq)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.graph.memory_usage()
    }

    /// Says that `seq` is a vector of `record`; its numbers come by [`Vectors::put`] or are in the graph.
    pub(crate) fn announce(&mut self, seq: u64, record: i64) {
        let place = seq as usize;
        if self.records.len() <= place {
            self.records.resize(place + 1, None);
        }
        self.records[place] = Some(record);
        self.live.resize(self.records.len().div_ceil(64), 0);
        self.live[place / 64] |= 1 << (place % 64);
        self.seqs.insert(record, seq);
    }

    pub(crate) fn facet(&mut self, record: i64, name: &str, facet: Option<&Facet>) {
        if let Some(seq) = self.seq_of(record) {
            self.columns.set(seq as usize, name, facet);
        }
    }

    /// Puts numbers of announced vectors into the graph, on as many threads as configured. A vector that the graph refuses is kept
    /// beside it and still found.
    pub(crate) fn put(&mut self, rows: Vec<(u64, Vec<f32>)>) -> Result<(), Error> {
        let mut room = Vec::new();
        for (seq, row) in &rows {
            self.keep_full(*seq, row);
            if let Some(sketches) = self.sketches.get_mut() {
                sketches.put(*seq as usize, row, &mut room);
            }
        }
        let needed = self.graph.size() + rows.len();
        if needed > self.graph.capacity() {
            let capacity = needed.max(self.graph.capacity() * 3 / 2);
            self.graph
                .reserve_capacity_and_threads(capacity, self.config.threads.max(1))
                .map_err(Error::neighbours)?;
        }
        let threads = self.adders.clamp(1, rows.len().div_ceil(32).max(1));
        let refused: Vec<u64> = if threads == 1 {
            self.add_all(&rows)
        } else {
            let share = rows.len().div_ceil(threads);
            std::thread::scope(|scope| {
                let workers: Vec<_> = rows
                    .chunks(share)
                    .map(|part| scope.spawn(|| self.add_all(part)))
                    .collect();
                workers
                    .into_iter()
                    .flat_map(|worker| match worker.join() {
                        Ok(refused) => refused,
                        Err(panic) => std::panic::resume_unwind(panic),
                    })
                    .collect()
            })
        };
        // The graph takes memory in ever larger pieces: most of a new one is still untouched.
        let bytes = self.graph.memory_usage();
        if bytes > self.asked_bytes + PAGES_EVERY_BYTES {
            self.asked_bytes = bytes;
            pages::ask();
        }
        for seq in refused {
            if let Some((_, row)) = rows.iter().find(|(known, _)| *known == seq) {
                self.tail.insert(seq, unit(row));
            }
        }
        Ok(())
    }

    fn add_all(&self, rows: &[(u64, Vec<f32>)]) -> Vec<u64> {
        let mut refused = Vec::new();
        let mut copy = Vec::new();
        for (seq, row) in rows {
            let added = match self.config.scalar {
                Scalar::I8 => {
                    bytes_of(row, &mut copy);
                    self.graph.add(*seq, &copy)
                }
                Scalar::Bf16 | Scalar::F32 => self.graph.add(*seq, row),
            };
            if added.is_err() {
                refused.push(*seq);
            }
        }
        refused
    }

    /// Keeps a vector beside the graph, as a reader does with what is newer than its snapshot.
    pub(crate) fn put_beside(&mut self, seq: u64, row: &[f32]) {
        self.keep_full(seq, row);
        if let Some(sketches) = self.sketches.get_mut() {
            sketches.put(seq as usize, row, &mut Vec::new());
        }
        self.tail.insert(seq, unit(row));
    }

    /// Keeps the full numbers of a vector that is in the graph already, if they are kept in memory.
    pub(crate) fn keep_full(&mut self, seq: u64, row: &[f32]) {
        if let Some(full) = &mut self.full {
            full.put(seq, &unit(row));
        }
    }

    pub(crate) fn take_out(&mut self, seq: u64) -> Result<(), Error> {
        if let Some(record) = self
            .records
            .get_mut(seq as usize)
            .and_then(Option::take)
            .filter(|record| self.seqs.get(record) == Some(&seq))
        {
            self.seqs.remove(&record);
        }
        if let Some(word) = self.live.get_mut(seq as usize / 64) {
            *word &= !(1 << (seq % 64));
        }
        if let Some(full) = &mut self.full {
            full.remove(seq);
        }
        if self.tail.remove(&seq).is_none() && self.graph.contains(seq) {
            self.graph.remove(seq).map_err(Error::neighbours)?;
        }
        Ok(())
    }

    /// Takes out of the graph what is no vector any more.
    pub(crate) fn drop_unannounced(&mut self, up_to: u64) -> Result<u64, Error> {
        let mut dropped = 0;
        for seq in 0..=up_to {
            let there = matches!(self.records.get(seq as usize), Some(Some(_)));
            if !there && self.graph.contains(seq) {
                self.graph.remove(seq).map_err(Error::neighbours)?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    /// For a reader, who cannot take anything out.
    pub(crate) fn mark_stale(&mut self) {
        self.stale = true;
    }

    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        let name = path.to_str().ok_or_else(|| Error::Config {
            why: format!("{} is not valid Unicode", path.display()),
        })?;
        self.graph.save(name).map_err(Error::neighbours)
    }

    /// Reads a checked snapshot into memory, or maps it with `view`.
    pub(crate) fn load(&mut self, path: &Path, view: bool) -> Result<(), Error> {
        let name = path.to_str().ok_or_else(|| Error::Config {
            why: format!("{} is not valid Unicode", path.display()),
        })?;
        if view {
            self.graph.view(name).map_err(Error::neighbours)?;
        } else {
            pages::asking(|| self.graph.load(name)).map_err(Error::neighbours)?;
            self.asked_bytes = self.graph.memory_usage();
            self.graph
                .reserve_capacity_and_threads(self.graph.size().max(64), self.config.threads.max(1))
                .map_err(Error::neighbours)?;
        }
        self.graph
            .change_expansion_search(self.config.expansion_search);
        self.graph.change_expansion_add(self.config.expansion_add);
        Ok(())
    }

    /// The nearest vectors that pass.
    pub(crate) fn nearest(
        &self,
        query: &[f32],
        count: usize,
        filter: &Filter,
        fetch: Fetch<'_>,
    ) -> Result<Answer, Error> {
        check(query, self.config.dimensions)?;
        let query = unit(query);
        let nothing = Answer {
            neighbours: Vec::new(),
            route: Route::Nothing,
        };
        let Some(compiled) = self.columns.compile(filter) else {
            return Ok(nothing);
        };
        if count == 0 || self.seqs.is_empty() {
            return Ok(nothing);
        }
        // The graph makes room for as many as it is asked for.
        let count = count.min(self.seqs.len());
        let few = if filter.all.is_empty() {
            None
        } else {
            self.few(&compiled)
        };
        if let Some((mut seqs, route)) = few {
            if seqs.is_empty() {
                return Ok(nothing);
            }
            if route == Route::Sketched {
                let keep = SKETCHED_PER_CANDIDATE * count.max(self.config.candidates);
                seqs = self.sketches().nearest(&query, &seqs, keep);
            }
            let neighbours = self.exact_among(&query, count, &seqs, fetch)?;
            return Ok(Answer { neighbours, route });
        }
        let filtered = !filter.all.is_empty();
        let wanted = count.max(self.config.candidates);
        let live = |seq: u64| matches!(self.records.get(seq as usize), Some(Some(_)));
        let passes = |seq: u64| live(seq) && compiled.passes(seq as usize);
        let mut copy = Vec::new();
        let seat = self.seats.take();
        let matches = match (self.config.scalar, filtered || self.stale) {
            (Scalar::I8, false) => {
                bytes_of(&query, &mut copy);
                self.graph.search(&copy, wanted)
            }
            (Scalar::I8, true) => {
                bytes_of(&query, &mut copy);
                self.graph.filtered_search(&copy, wanted, passes)
            }
            (_, false) => self.graph.search(&query, wanted),
            (_, true) => self.graph.filtered_search(&query, wanted, passes),
        }
        .map_err(Error::neighbours)?;
        drop(seat);
        let seqs: Vec<u64> = matches.keys.into_iter().filter(|&seq| live(seq)).collect();
        let mut found = self.measure(&query, &seqs, fetch)?;
        for (&seq, row) in &self.tail {
            if passes(seq) {
                found.push(self.neighbour(seq, 1.0 - dot(&query, row)));
            }
        }
        Ok(Answer {
            neighbours: best(found, count),
            route: if filtered {
                Route::FilteredGraph
            } else {
                Route::Graph
            },
        })
    }

    /// The nearest of all vectors by looking at each: what the graph is judged by.
    pub(crate) fn exact(
        &self,
        query: &[f32],
        count: usize,
        filter: &Filter,
        fetch: Fetch<'_>,
    ) -> Result<Vec<Neighbour>, Error> {
        check(query, self.config.dimensions)?;
        let query = unit(query);
        let Some(compiled) = self.columns.compile(filter) else {
            return Ok(Vec::new());
        };
        let seqs: Vec<u64> = (0..self.records.len())
            .filter(|&seq| self.records[seq].is_some() && compiled.passes(seq))
            .map(|seq| seq as u64)
            .collect();
        let mut found = Vec::new();
        // A million candidates need not be held to find ten.
        for part in seqs.chunks(8_192) {
            found.extend(self.measure(&query, part, fetch)?);
            found = best(found, count);
        }
        Ok(found)
    }

    /// The nearest of all vectors for many questions, block after block.
    pub(crate) fn exact_many(
        &self,
        queries: &[f32],
        count: usize,
        filter: &Filter,
        scan: &mut dyn Scan,
        fetch: Fetch<'_>,
    ) -> Result<Vec<Vec<Neighbour>>, Error> {
        let dimensions = self.config.dimensions;
        let units = self.units(queries)?;
        let questions = queries.len() / dimensions;
        let mut found = vec![Vec::new(); questions];
        let Some(compiled) = self.columns.compile(filter) else {
            return Ok(found);
        };
        let seqs: Vec<u64> = (0..self.records.len())
            .filter(|&seq| self.records[seq].is_some() && compiled.passes(seq))
            .map(|seq| seq as u64)
            .collect();
        let mut best_of_block = vec![Vec::new(); questions];
        let (mut rows, mut places) = (Vec::new(), Vec::new());
        for part in seqs.chunks(4_096) {
            rows.clear();
            places.clear();
            self.each_row(part, fetch, &mut |place, row| {
                rows.extend_from_slice(row);
                places.push(part[place]);
            })?;
            let block = Block {
                dimensions,
                queries: &units,
                rows: &rows,
                less: &[],
            };
            scan.best(block, count, &mut best_of_block)?;
            for (found, scored) in found.iter_mut().zip(&best_of_block) {
                found.extend(
                    // A device that names a row that is none is not believed.
                    scored.iter().filter_map(|scored| {
                        let &seq = places.get(scored.row)?;
                        Some(self.neighbour(seq, 1.0 - scored.score))
                    }),
                );
                *found = best(std::mem::take(found), count);
            }
        }
        Ok(found)
    }

    /// Questions of unit length, one after another.
    fn units(&self, queries: &[f32]) -> Result<Vec<f32>, Error> {
        let dimensions = self.config.dimensions;
        if !queries.len().is_multiple_of(dimensions) {
            return Err(Error::Vector {
                why: format!(
                    "{} numbers are no whole count of questions of {dimensions}",
                    queries.len()
                ),
            });
        }
        let mut units = Vec::with_capacity(queries.len());
        for query in queries.chunks_exact(dimensions) {
            check(query, dimensions)?;
            units.extend(unit(query));
        }
        Ok(units)
    }

    /// The full vectors, of unit length, from memory or from where they are kept.
    fn each_row(
        &self,
        seqs: &[u64],
        fetch: Fetch<'_>,
        visit: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), Error> {
        let Some(full) = &self.full else {
            return fetch(seqs, &mut |place, row| visit(place, &unit(row)));
        };
        for (place, &seq) in seqs.iter().enumerate() {
            if let Some(row) = full.get(seq, self.config.dimensions) {
                visit(place, row);
            }
        }
        Ok(())
    }

    /// All vectors on a device.
    pub(crate) fn hold(
        &self,
        gpu: &Gpu,
        numbers: Numbers,
        budget: &Budget,
        fetch: Fetch<'_>,
    ) -> Result<Held, Error> {
        let live: Vec<u64> = (0..self.records.len())
            .filter(|&seq| self.records[seq].is_some())
            .map(|seq| seq as u64)
            .collect();
        let dimensions = self.config.dimensions;
        let mut rows = DeviceRows::new(gpu, numbers, dimensions, live.len(), budget)?;
        let (mut seqs, mut some) = (Vec::with_capacity(live.len()), Vec::new());
        for part in live.chunks(4_096) {
            some.clear();
            self.each_row(part, fetch, &mut |place, row| {
                some.extend_from_slice(row);
                seqs.push(part[place]);
            })?;
            rows.add(&some, &[])?;
        }
        Ok(Held {
            rows,
            seqs,
            of: self.moment(),
            decided: 0,
            undecided: 0,
        })
    }

    /// What changes with every vector that comes or goes.
    fn moment(&self) -> (u64, usize) {
        (self.last_seq(), self.len())
    }

    /// The nearest of all vectors by the device's candidates; where those do not decide, by looking at every vector.
    pub(crate) fn nearest_held(
        &self,
        held: &mut Held,
        queries: &[f32],
        count: usize,
        fetch: Fetch<'_>,
    ) -> Result<Vec<Vec<Neighbour>>, Error> {
        if held.of != self.moment() {
            return Err(Error::Config {
                why: "vectors have come or gone since the device was given them: hold the index again"
                    .to_owned(),
            });
        }
        let dimensions = self.config.dimensions;
        let units = self.units(queries)?;
        let mut found = vec![Vec::new(); queries.len() / dimensions];
        let seqs = &held.seqs;
        let mut some = Vec::new();
        let decided = held.rows.decide(
            &units,
            count,
            &mut found,
            &mut |candidates, query, scored| {
                some.clear();
                some.extend(candidates.iter().map(|candidate| seqs[candidate.row]));
                scored.clear();
                self.each_row(&some, fetch, &mut |place, row| {
                    scored.push(Scored {
                        row: candidates[place].row,
                        score: dot(query, row),
                    });
                })
            },
        )?;
        let mut answers = Vec::with_capacity(found.len());
        for ((scored, decided), query) in found
            .iter()
            .zip(decided)
            .zip(queries.chunks_exact(dimensions))
        {
            answers.push(if decided {
                held.decided += 1;
                let near = scored
                    .iter()
                    .map(|scored| self.neighbour(seqs[scored.row], 1.0 - scored.score))
                    .collect();
                best(near, count)
            } else {
                held.undecided += 1;
                self.exact(query, count, &Filter::default(), fetch)?
            });
        }
        Ok(answers)
    }

    /// The nearest of these records.
    pub(crate) fn nearest_among(
        &self,
        query: &[f32],
        count: usize,
        records: &[i64],
        fetch: Fetch<'_>,
    ) -> Result<Answer, Error> {
        check(query, self.config.dimensions)?;
        let mut seqs: Vec<u64> = records
            .iter()
            .filter_map(|&record| self.seq_of(record))
            .collect();
        seqs.sort_unstable();
        seqs.dedup();
        let neighbours = self.exact_among(&unit(query), count, &seqs, fetch)?;
        Ok(Answer {
            route: if neighbours.is_empty() {
                Route::Nothing
            } else {
                Route::Exact
            },
            neighbours,
        })
    }

    /// All that pass, when they are few enough to be looked at one by one or by their sketches, and which of the two.
    fn few(&self, compiled: &Compiled<'_>) -> Option<(Vec<u64>, Route)> {
        /// Vectors asked before all are.
        const SAMPLE: usize = 2_048;
        let all = self.records.len();
        let by_roots = (self.config.exact_roots * (self.len() as f64).sqrt()) as usize;
        let by_share = (self.config.sketch_share * self.len() as f64) as usize;
        // Sketches stand for byte copies: with full vectors or other copies at hand they are not kept.
        let sketches = self.config.scalar == Scalar::I8
            && by_share > by_roots
            && self.config.dimensions >= 4 * crate::sketch::BYTES;
        let most = if sketches { by_share } else { by_roots };
        let live = |seq: usize| self.records[seq].is_some();
        if all > 16 * SAMPLE {
            let step = all / SAMPLE;
            let hits = (0..SAMPLE)
                .map(|i| i * step)
                .filter(|&seq| live(seq) && compiled.passes(seq))
                .count();
            // Twice the limit in a sample of two thousand is beyond chance.
            if hits * self.len() > 2 * most * SAMPLE {
                return None;
            }
        }
        let mut seqs = Vec::new();
        let passing = compiled.passing(all);
        for (word, (&passing, &live)) in passing.iter().zip(&self.live).enumerate() {
            let mut bits = passing & live;
            while bits != 0 {
                if seqs.len() == most {
                    return None;
                }
                seqs.push(64 * word as u64 + u64::from(bits.trailing_zeros()));
                bits &= bits - 1;
            }
        }
        // Once there are sketches they serve earlier: one is 32 bytes, a copy is as many bytes as there are numbers.
        let made = self.sketches.get().is_some();
        let one_by_one = if made {
            by_roots.min(SKETCHED_PER_CANDIDATE * self.config.candidates)
        } else {
            by_roots
        };
        if seqs.len() <= one_by_one {
            return Some((seqs, Route::Exact));
        }
        if made || self.sketchable.fetch_add(1, Ordering::Relaxed) >= BEFORE_SKETCHES {
            return Some((seqs, Route::Sketched));
        }
        (seqs.len() <= by_roots).then_some((seqs, Route::Exact))
    }

    /// The sketches of all vectors, made now if they are not there.
    fn sketches(&self) -> &Sketches {
        self.sketches.get_or_init(|| {
            let mut sketches = Sketches::new(self.config.dimensions);
            let mut copy = vec![0_i8; self.config.dimensions];
            let (mut row, mut room) = (Vec::new(), Vec::new());
            for (seq, record) in self.records.iter().enumerate() {
                let from_graph =
                    record.is_some() && self.graph.get(seq as u64, &mut copy).unwrap_or(0) > 0;
                if from_graph {
                    row.clear();
                    row.extend(copy.iter().map(|&x| f32::from(x)));
                    sketches.put(seq, &row, &mut room);
                } else if let Some(row) = self.tail.get(&(seq as u64)) {
                    sketches.put(seq, row, &mut room);
                }
            }
            sketches
        })
    }

    fn exact_among(
        &self,
        query: &[f32],
        count: usize,
        seqs: &[u64],
        fetch: Fetch<'_>,
    ) -> Result<Vec<Neighbour>, Error> {
        // Without full vectors in memory, byte copies choose whom to read: they are at hand and thirty times faster.
        let keep = count.max(self.config.candidates);
        let by_copies = self.full.is_none() && self.config.scalar == Scalar::I8;
        if !by_copies || seqs.len() <= keep {
            return self
                .measure(query, seqs, fetch)
                .map(|found| best(found, count));
        }
        let mut own = Vec::new();
        bytes_of(query, &mut own);
        let mut copy = vec![0_i8; query.len()];
        let mut near: Vec<(f32, u64)> = Vec::with_capacity(seqs.len());
        let mut others = Vec::new();
        for &seq in seqs {
            if self.graph.get(seq, &mut copy).unwrap_or(0) == 0 {
                others.push(seq);
                continue;
            }
            let product = <i8 as Dot>::dot(&own, &copy).unwrap_or(0) as f32;
            let length = (<i8 as Dot>::dot(&copy, &copy).unwrap_or(0) as f32).sqrt();
            near.push((-product / length, seq));
        }
        if near.len() > keep {
            near.select_nth_unstable_by(keep, |a, b| a.0.total_cmp(&b.0));
            near.truncate(keep);
        }
        others.extend(near.into_iter().map(|(_, seq)| seq));
        self.measure(query, &others, fetch)
            .map(|found| best(found, count))
    }

    /// Exact distances.
    fn measure(
        &self,
        query: &[f32],
        seqs: &[u64],
        fetch: Fetch<'_>,
    ) -> Result<Vec<Neighbour>, Error> {
        if let Some(full) = &self.full {
            return Ok(seqs
                .iter()
                .filter_map(|&seq| {
                    Some(self.neighbour(seq, 1.0 - dot(query, full.get(seq, query.len())?)))
                })
                .collect());
        }
        let mut found = Vec::with_capacity(seqs.len());
        let mut one = Vec::new();
        fetch(seqs, &mut |place, row| {
            dots(query, row, &mut one);
            let length = dot(row, row).sqrt();
            found.push(self.neighbour(seqs[place], 1.0 - one[0] / length));
        })?;
        Ok(found)
    }

    fn neighbour(&self, seq: u64, distance: f32) -> Neighbour {
        Neighbour {
            record: self
                .records
                .get(seq as usize)
                .copied()
                .flatten()
                .unwrap_or_default(),
            distance: distance.max(0.0),
        }
    }
}

impl Slab {
    fn put(&mut self, seq: u64, row: &[f32]) {
        let slot = match self.slots.get(&seq) {
            Some(&slot) => slot,
            None => self.free.pop().unwrap_or_else(|| {
                let slot = self.rows.len() / row.len();
                self.rows.resize(self.rows.len() + row.len(), 0.0);
                slot
            }),
        };
        self.slots.insert(seq, slot);
        self.rows[slot * row.len()..][..row.len()].copy_from_slice(row);
    }

    fn get(&self, seq: u64, width: usize) -> Option<&[f32]> {
        let slot = *self.slots.get(&seq)?;
        self.rows.get(slot * width..(slot + 1) * width)
    }

    fn remove(&mut self, seq: u64) {
        self.free.extend(self.slots.remove(&seq));
    }
}

/// A vector has the right length, only finite numbers, and a direction.
pub(crate) fn check(vector: &[f32], dimensions: usize) -> Result<(), Error> {
    let refuse = |why: String| Err(Error::Vector { why });
    if vector.len() != dimensions {
        return refuse(format!("it has {} numbers, not {dimensions}", vector.len()));
    }
    if let Some(place) = vector.iter().position(|x| !x.is_finite()) {
        return refuse(format!("number {place} is {}", vector[place]));
    }
    let square: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    // Lengths whose squares leave the range of `f32` cannot be compared.
    if !(1e-30..=1e30).contains(&square) {
        return refuse(if square == 0.0 {
            "all its numbers are zero, so it has no direction".into()
        } else {
            format!("its length {:e} is out of range", square.sqrt())
        });
    }
    Ok(())
}

fn unit(vector: &[f32]) -> Vec<f32> {
    let square: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    let scale = 1.0 / square.sqrt();
    vector
        .iter()
        .map(|&x| (f64::from(x) * scale) as f32)
        .collect()
}

/// The copy of the head of this file.
fn bytes_of(vector: &[f32], copy: &mut Vec<i8>) {
    let largest = vector.iter().fold(0.0_f32, |a, &x| a.max(x.abs()));
    let scale = 127.0 / largest;
    copy.clear();
    copy.extend(vector.iter().map(|&x| (x * scale).round() as i8));
}

/// The nearest `count`, equal distances by record, each record once.
fn best(mut found: Vec<Neighbour>, count: usize) -> Vec<Neighbour> {
    let order = |a: &Neighbour, b: &Neighbour| {
        a.distance
            .total_cmp(&b.distance)
            .then(a.record.cmp(&b.record))
    };
    if found.len() > count.max(16).saturating_mul(4) {
        found.select_nth_unstable_by(count, order);
        found.truncate(count);
    }
    found.sort_unstable_by(order);
    found.dedup_by_key(|neighbour| neighbour.record);
    found.truncate(count);
    found
}

/// As many searches at a time as the graph has places for.
struct Seats {
    free: Mutex<usize>,
    changed: Condvar,
}

struct Seat<'a>(&'a Seats);

impl Seats {
    fn new(count: usize) -> Seats {
        Seats {
            free: Mutex::new(count),
            changed: Condvar::new(),
        }
    }

    fn take(&self) -> Seat<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self
                .changed
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Seat(self)
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.changed.notify_one();
    }
}

impl std::fmt::Debug for Vectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vectors")
            .field("len", &self.len())
            .field("in_graph", &self.in_graph())
            .finish_non_exhaustive()
    }
}
