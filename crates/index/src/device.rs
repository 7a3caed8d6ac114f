//! Exact nearest on a GPU, the third way beside the graph of neighbours and the scan on the processor: rows stay in the device's
//! memory, many queries share one pass over them, and the best are chosen there.
//!
//! [`DeviceRows`] holds rows in halves or in bytes; its answers are exact for the rows *as held*. [`OnDevice`] is a [`Scan`] whose
//! answers are those of [`Lanes`], bit for bit: the device proposes, the `f32` rows decide, and a bound says whether a row that was
//! not proposed could matter:
//!
//! ```text
//! |q.x - score| <= |q| max |x - x held| + 2 n 2^-24 |q| max |x| + 2^-22 max less
//! ```
//! (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1, for both sums.) Where it could, more are asked
//! for, and at last the processor looks at every row for that query. What the device fails to do, the processor does.
//! [`Index::hold`](crate::Index::hold) keeps the vectors of a whole index on a device.
//!
//! Not for one query at a time over rows that have to be sent first: sending them costs more than the processor's scan.

mod pack;
mod texts;
mod trials;

pub use trials::trials;

use crate::Error;
use crate::dot::{dot, dots};
use crate::scan::{Block, Lanes, Scan, Scored};
use compute::{Budget, Buffer, Gpu, Task};
use pack::{Gap, Packed};
use std::collections::HashMap;
use std::time::Duration;
use texts::{BYTES, HALVES, SELECT, Scorer};

/// How long the passes of one submission may take before the device counts as lost.
const LIMIT: Duration = Duration::from_secs(60);
/// Rows whose best is known before the best of all are looked for.
const TILE: usize = 256;
/// Rows that are packed and sent at a time.
const PIECE: usize = 4096;
/// The most answers that are chosen on the device.
const CHOSEN_MAX: usize = 256;
/// Passes in one submission, so that none takes long.
const PASSES: usize = 4;
/// The most quads in one buffer: indices have 32 bits.
const QUADS_MAX: u64 = 1 << 31;
/// Candidates beyond those that are wanted, so that the bound decides.
const SPARE: usize = 24;

/// How rows are held on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Two bytes a number: eleven bits, with a scale for each row, so that rows of any length keep them all.
    Halves,
    /// One byte a number: 255 steps between a row's largest number and its negative.
    Bytes,
}

/// Rows in the memory of a GPU, answered exactly as held.
///
/// Equal scores come by place; rows with a number that is not finite are never among the best; scores beyond 3e38 count as that.
pub struct DeviceRows {
    gpu: Gpu,
    budget: Budget,
    numbers: Numbers,
    dimensions: usize,
    expected: usize,
    blocks: Vec<Piece>,
    /// Rows that were added.
    len: usize,
    /// The last of them, not yet a whole piece, and whether the device has them all.
    tail: Vec<f32>,
    tail_less: Vec<f32>,
    sent: bool,
    packed: Packed,
    gap: Gap,
    /// Small buffers that say how much there is to do, by what they hold.
    words: HashMap<[u32; 6], Buffer>,
    room: Option<Room>,
    device_time: Option<Duration>,
}

/// Rows in one buffer.
struct Piece {
    quads: Buffer,
    marks: Buffer,
    /// Rows that fit.
    most: usize,
    /// Rows that are there, whole pieces, and with the tail filled up to whole tiles.
    whole: usize,
    padded: usize,
}

/// What a submission works in.
struct Room {
    queries: Buffer,
    scores: Buffer,
    tops: Buffer,
    answers: Buffer,
}

/// One pass over all rows.
struct Pass<'a> {
    scorer: &'a Scorer,
    /// Queries that are real.
    queries: usize,
    /// Its first vector in the buffer of queries.
    first: usize,
}

impl DeviceRows {
    /// Room for rows of `dimensions` numbers; `expected` of them make the first buffers. `budget` is for all buffers of the device.
    ///
    /// # Errors
    /// [`Error::Config`] for rows without numbers.
    pub fn new(
        gpu: &Gpu,
        numbers: Numbers,
        dimensions: usize,
        expected: usize,
        budget: &Budget,
    ) -> Result<DeviceRows, Error> {
        if dimensions == 0 {
            return Err(Error::Config {
                why: "a vector has at least one number".to_owned(),
            });
        }
        Ok(DeviceRows {
            gpu: gpu.clone(),
            budget: budget.clone(),
            numbers,
            dimensions,
            expected,
            blocks: Vec::new(),
            len: 0,
            tail: Vec::new(),
            tail_less: Vec::new(),
            sent: true,
            packed: Packed::default(),
            gap: Gap::default(),
            words: HashMap::new(),
            room: None,
            device_time: None,
        })
    }

    /// Rows that were added.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes on the device that so many rows take, the room for questions not counted.
    pub fn bytes_needed(numbers: Numbers, dimensions: usize, rows: usize) -> u64 {
        let each = 16 * numbers.quads(dimensions) + 8;
        each as u64 * rows.next_multiple_of(PIECE) as u64
    }

    /// How long the device worked for the last answer of one submission, by its own clock; `None` where it has none.
    pub fn device_time(&self) -> Option<Duration> {
        self.device_time
    }

    /// Adds rows, one after another; `less` is what is taken off the score of each, empty is nothing.
    ///
    /// # Errors
    /// [`Error::Device`] for want of memory, or where the device failed; then these rows are of no use any more.
    ///
    /// # Panics
    /// If `rows` is no whole number of rows, or `less` is neither empty nor one number a row.
    pub fn add(&mut self, rows: &[f32], less: &[f32]) -> Result<(), Error> {
        assert!(rows.len().is_multiple_of(self.dimensions), "whole rows");
        let count = rows.len() / self.dimensions;
        assert!(
            less.is_empty() || less.len() == count,
            "nothing, or one number a row, is taken off"
        );
        let mut done = 0;
        while done < count {
            let held = self.tail_less.len();
            let take = (PIECE - held).min(count - done);
            let part = &rows[done * self.dimensions..(done + take) * self.dimensions];
            self.tail.extend_from_slice(part);
            match less {
                [] => self.tail_less.resize(held + take, 0.0),
                _ => self.tail_less.extend_from_slice(&less[done..done + take]),
            }
            done += take;
            self.len += take;
            self.sent = false;
            if self.tail_less.len() == PIECE {
                self.send()?;
                if let Some(block) = self.blocks.last_mut() {
                    block.whole += PIECE;
                }
                self.tail.clear();
                self.tail_less.clear();
            }
        }
        Ok(())
    }

    /// Sends the tail, filled up to whole tiles; it stays here until it is a whole piece.
    fn send(&mut self) -> Result<(), Error> {
        if self.sent {
            return Ok(());
        }
        let full = self
            .blocks
            .last()
            .is_none_or(|block| block.whole + PIECE > block.most);
        if full {
            let block = self.block()?;
            self.blocks.push(block);
        }
        self.packed.pack(
            self.numbers,
            self.dimensions,
            &self.tail,
            &self.tail_less,
            TILE,
        );
        let quads = self.numbers.quads(self.dimensions);
        if let Some(block) = self.blocks.last_mut() {
            let words = 4 * quads * block.whole;
            block.quads.write_at(words, &self.packed.words)?;
            block.marks.write_at(2 * block.whole, &self.packed.marks)?;
            block.padded = block.whole + self.packed.marks.len() / 2;
        }
        self.gap = self.gap.or(self.packed.gap);
        self.sent = true;
        Ok(())
    }

    /// The next buffer: for all rows that are still expected, as far as the device allows.
    fn block(&self) -> Result<Piece, Error> {
        let quads = self.numbers.quads(self.dimensions);
        let most_bytes = self.gpu.facts().buffer_bytes_max.min(16 * QUADS_MAX);
        let most = (most_bytes / (16 * quads as u64)) as usize / PIECE * PIECE;
        let held: usize = self.blocks.iter().map(|block| block.whole).sum();
        // Beyond what was expected, half as many again.
        let wanted = self.expected.saturating_sub(held).max(held / 2);
        let rows = wanted.next_multiple_of(PIECE).clamp(PIECE, most.max(PIECE));
        Ok(Piece {
            quads: self.gpu.buffer("vectors", 4 * quads * rows, &self.budget)?,
            marks: self
                .gpu
                .buffer("scales of vectors", 2 * rows, &self.budget)?,
            most: rows,
            whole: 0,
            padded: 0,
        })
    }

    /// The best `count` rows for each query, one query after another in `queries`: best first, equal scores by place; `out` has one
    /// list a query and is emptied first.
    ///
    /// # Errors
    /// [`Error::Vector`] for numbers that are no whole count of queries; [`Error::Device`] where the device failed.
    pub fn best(
        &mut self,
        queries: &[f32],
        count: usize,
        out: &mut [Vec<Scored>],
    ) -> Result<(), Error> {
        let questions = queries.len() / self.dimensions;
        if !queries.len().is_multiple_of(self.dimensions) || questions != out.len() {
            return Err(Error::Vector {
                why: format!(
                    "{} numbers are not {} questions of {}",
                    queries.len(),
                    out.len(),
                    self.dimensions
                ),
            });
        }
        for best in out.iter_mut() {
            best.clear();
        }
        let count = count.min(self.len);
        if count == 0 {
            return Ok(());
        }
        self.send()?;
        let widest = self.widest();
        let at_once = if count > CHOSEN_MAX {
            widest
        } else {
            PASSES * widest
        };
        for (queries, out) in queries
            .chunks(at_once * self.dimensions)
            .zip(out.chunks_mut(at_once))
        {
            self.some(queries, count, out)?;
        }
        for (query, best) in queries.chunks_exact(self.dimensions).zip(out) {
            if query.iter().any(|x| !x.is_finite()) {
                best.clear();
            }
        }
        Ok(())
    }

    fn scorers(&self) -> &'static [Scorer] {
        match self.numbers {
            Numbers::Halves => &HALVES,
            Numbers::Bytes => &BYTES,
        }
    }

    /// Rows with those that fill up tiles.
    fn padded(&self) -> usize {
        self.blocks.iter().map(|block| block.padded).sum()
    }

    /// Queries that one pass can take: as many as the device has room for scores.
    fn widest(&self) -> usize {
        let bytes = 4 * self.padded() as u64;
        let most = self.gpu.facts().buffer_bytes_max;
        self.scorers()
            .iter()
            .map(|scorer| scorer.wide)
            .filter(|&wide| wide as u64 * bytes <= most)
            .max()
            .unwrap_or(1)
    }

    /// As few passes as their widths allow.
    fn passes(&self, questions: usize) -> Vec<Pass<'static>> {
        let widest = self.widest();
        let vectors = self.numbers.quads(self.dimensions) * self.numbers.in_a_quad() / 4 + 1;
        let (mut passes, mut left, mut first) = (Vec::new(), questions, 0);
        while left > 0 {
            let fits = |scorer: &&Scorer| scorer.wide >= left.min(widest);
            let Some(scorer) = self.scorers().iter().find(fits) else {
                break;
            };
            passes.push(Pass {
                scorer,
                queries: left.min(scorer.wide),
                first,
            });
            left -= left.min(scorer.wide);
            first += scorer.wide * vectors;
        }
        passes
    }

    /// Answers queries of one submission.
    fn some(
        &mut self,
        queries: &[f32],
        count: usize,
        out: &mut [Vec<Scored>],
    ) -> Result<(), Error> {
        let questions = out.len();
        let passes = self.passes(questions);
        let mut numbers = Vec::new();
        let mut rest = queries;
        for pass in &passes {
            let (own, after) = rest.split_at(pass.queries * self.dimensions);
            pack::pass(
                self.numbers,
                self.dimensions,
                own,
                pass.scorer.wide,
                &mut numbers,
            );
            rest = after;
        }
        let padded = self.padded();
        let tiles = padded / TILE;
        let wide = passes
            .iter()
            .map(|pass| pass.scorer.wide)
            .max()
            .unwrap_or(1);
        let chosen = count <= CHOSEN_MAX;
        self.make_room(
            numbers.len(),
            wide * padded,
            wide * tiles,
            2 * questions * count.min(CHOSEN_MAX),
        )?;

        let quads = self.numbers.quads(self.dimensions);
        let mut keys = Vec::new();
        let mut answered = 0;
        for pass in &passes {
            let mut first_row = 0;
            for block in &self.blocks {
                let key = [
                    block.padded / pack::GROUP,
                    quads,
                    first_row,
                    padded,
                    tiles,
                    pass.first,
                ];
                keys.push(key.map(|x| x as u32));
                first_row += block.padded;
            }
            let key = [tiles, tiles, padded, count, answered * count, pass.queries];
            keys.push(key.map(|x| x as u32));
            answered += pass.queries;
        }
        if self.words.len() > 256 {
            self.words.clear();
        }
        for key in &keys {
            if !self.words.contains_key(key) {
                let buffer = self.gpu.buffer("sizes", key.len(), &self.budget)?;
                buffer.write(key)?;
                self.words.insert(*key, buffer);
            }
        }

        let Some(room) = &self.room else {
            return Ok(());
        };
        room.queries.write(&numbers)?;
        let mut launches: Vec<(&compute::Kernel, Vec<&Buffer>, u64)> = Vec::new();
        let mut keys = keys.iter();
        for pass in &passes {
            for block in &self.blocks {
                let shape = &self.words[keys.next().expect("one for each")];
                launches.push((
                    &pass.scorer.kernel,
                    vec![
                        &block.quads,
                        &block.marks,
                        &room.queries,
                        &room.scores,
                        &room.tops,
                        shape,
                    ],
                    block.padded.div_ceil(pass.scorer.rows_each) as u64,
                ));
            }
            let wanted = &self.words[keys.next().expect("one for each")];
            if chosen {
                launches.push((
                    &SELECT,
                    vec![&room.scores, &room.tops, &room.answers, wanted],
                    256 * pass.queries as u64,
                ));
            }
        }
        let tasks: Vec<Task> = launches
            .iter()
            .map(|(kernel, buffers, invocations)| Task {
                kernel,
                buffers,
                invocations: *invocations,
            })
            .collect();
        self.device_time = self.gpu.run(&tasks, LIMIT)?.gpu;
        if !chosen {
            // So many that nothing is saved by choosing on the device; one pass then.
            let mut scores = vec![0.0_f32; questions * padded];
            room.scores.read(&mut scores, LIMIT)?;
            for (scores, best) in scores.chunks_exact(padded).zip(out) {
                choose(scores, count, best);
            }
            return Ok(());
        }
        let mut words = vec![0_u32; 2 * questions * count];
        room.answers.read(&mut words, LIMIT)?;
        for (words, best) in words.chunks_exact(2 * count).zip(out) {
            let (pairs, _) = words.as_chunks::<2>();
            best.extend(
                pairs
                    .iter()
                    // A device that names a row that is none is not believed.
                    .filter(|[row, _]| (*row as usize) < self.len)
                    .map(|&[row, bits]| Scored {
                        row: row as usize,
                        score: f32::from_bits(bits),
                    }),
            );
        }
        Ok(())
    }

    fn make_room(
        &mut self,
        queries: usize,
        scores: usize,
        tops: usize,
        answers: usize,
    ) -> Result<(), Error> {
        let wanted = [queries, scores, tops, answers];
        let enough = self.room.as_ref().is_some_and(|room| {
            let held = [&room.queries, &room.scores, &room.tops, &room.answers];
            held.iter()
                .zip(wanted)
                .all(|(buffer, wanted)| buffer.elements() >= wanted)
        });
        if enough {
            return Ok(());
        }
        // The old room first, so that the pool can hand it out again.
        self.room = None;
        let buffer = |what, elements| self.gpu.buffer(what, elements, &self.budget);
        self.room = Some(Room {
            queries: buffer("queries", queries)?,
            scores: buffer("scores", scores)?,
            tops: buffer("scores of tiles", tops)?,
            answers: buffer("answers", answers)?,
        });
        Ok(())
    }
}

impl std::fmt::Debug for DeviceRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceRows")
            .field("len", &self.len)
            .field("numbers", &self.numbers)
            .finish_non_exhaustive()
    }
}

/// The best `count` of scores, on the processor.
fn choose(scores: &[f32], count: usize, best: &mut Vec<Scored>) {
    let mut all: Vec<Scored> = scores
        .iter()
        .enumerate()
        .filter(|(_, score)| **score >= -pack::LARGEST)
        .map(|(row, &score)| Scored { row, score })
        .collect();
    let order = |a: &Scored, b: &Scored| {
        // Zero has one sign in an order.
        (b.score + 0.0)
            .total_cmp(&(a.score + 0.0))
            .then(a.row.cmp(&b.row))
    };
    if all.len() > count {
        all.select_nth_unstable_by(count, order);
        all.truncate(count);
    }
    all.sort_unstable_by(order);
    *best = all;
}

/// A [`Scan`] on a GPU whose answers are those of [`Lanes`], bit for bit. See the head of this file.
#[derive(Debug)]
pub struct OnDevice {
    gpu: Gpu,
    budget: Budget,
    lanes: Lanes,
    /// Queries of a block that the device's candidates decided, and those that the processor had to look at every row for.
    pub decided: u64,
    /// See `decided`.
    pub undecided: u64,
    /// Why the processor does the rest, if the device failed.
    pub fell_back: Option<Error>,
}

impl OnDevice {
    /// A scan on this GPU.
    pub fn new(gpu: &Gpu, budget: &Budget) -> OnDevice {
        OnDevice {
            gpu: gpu.clone(),
            budget: budget.clone(),
            lanes: Lanes::default(),
            decided: 0,
            undecided: 0,
            fell_back: None,
        }
    }

    /// Candidates of the device for every query, decided by the rows themselves; false where they could not.
    fn propose(
        &self,
        block: Block<'_>,
        count: usize,
        out: &mut [Vec<Scored>],
    ) -> Result<Vec<bool>, Error> {
        let rows = block.rows.len() / block.dimensions;
        let mut held = DeviceRows::new(
            &self.gpu,
            Numbers::Halves,
            block.dimensions,
            rows,
            &self.budget,
        )?;
        held.add(block.rows, block.less)?;
        held.decide(
            block.queries,
            count,
            out,
            &mut |candidates, query, scored| {
                score(block, query, candidates, scored);
                Ok(())
            },
        )
    }
}

/// The scores of candidates as [`Lanes`] would give them.
fn score(block: Block<'_>, query: &[f32], candidates: &[Scored], scored: &mut Vec<Scored>) {
    let mut product = Vec::new();
    scored.clear();
    for candidate in candidates {
        let row = candidate.row;
        dots(
            query,
            &block.rows[row * block.dimensions..(row + 1) * block.dimensions],
            &mut product,
        );
        scored.push(Scored {
            row,
            score: product[0] - block.less.get(row).copied().unwrap_or(0.0),
        });
    }
}

/// Scores candidates of a query anew: `(candidates, query, scored)`.
type Judge<'a> = &'a mut dyn FnMut(&[Scored], &[f32], &mut Vec<Scored>) -> Result<(), Error>;

impl DeviceRows {
    /// The best rows by `judge`, who knows the full numbers, among candidates of the device. False for a query where a row that is
    /// no candidate may belong to the best; its list then holds what was found.
    pub(crate) fn decide(
        &mut self,
        queries: &[f32],
        count: usize,
        out: &mut [Vec<Scored>],
        judge: Judge<'_>,
    ) -> Result<Vec<bool>, Error> {
        let mut decided = vec![false; out.len()];
        let mut open: Vec<usize> = (0..out.len()).collect();
        let mut asked = (count + SPARE).max(2 * SPARE).next_multiple_of(16);
        let (mut some, mut found, mut scored) = (Vec::new(), Vec::new(), Vec::new());
        while !open.is_empty() {
            some.clear();
            for &q in &open {
                some.extend_from_slice(&queries[q * self.dimensions..(q + 1) * self.dimensions]);
            }
            found.resize(open.len(), Vec::new());
            self.best(&some, asked, &mut found)?;
            let mut still = Vec::new();
            for (&q, candidates) in open.iter().zip(&found) {
                let query = &queries[q * self.dimensions..(q + 1) * self.dimensions];
                judge(candidates, query, &mut scored)?;
                scored.sort_by(|a, b| {
                    (b.score + 0.0)
                        .total_cmp(&(a.score + 0.0))
                        .then(a.row.cmp(&b.row))
                });
                scored.truncate(count);
                let all = candidates.len() == self.len;
                let least = scored.last().map(|last| f64::from(last.score));
                let next = candidates.last().map(|last| f64::from(last.score));
                decided[q] = all
                    || scored.len() == count
                        && least
                            .zip(next)
                            .is_some_and(|(least, next)| least > next + self.doubt(query));
                out[q].clear();
                out[q].extend_from_slice(&scored);
                if !decided[q] && asked < CHOSEN_MAX && candidates.len() == asked {
                    still.push(q);
                }
            }
            open = still;
            if asked >= CHOSEN_MAX {
                break;
            }
            asked = CHOSEN_MAX;
        }
        Ok(decided)
    }

    /// The bound of the head of this file.
    fn doubt(&self, query: &[f32]) -> f64 {
        let length = f64::from(dot(query, query)).sqrt() * (1.0 + 1e-3);
        let sums = 2.0 * (self.dimensions + 4) as f64 * 2.0_f64.powi(-24);
        length * (self.gap.rounding + sums * self.gap.length)
            + 2.0_f64.powi(-22) * (self.gap.less + length * self.gap.length)
    }
}

impl Scan for OnDevice {
    fn best(
        &mut self,
        block: Block<'_>,
        count: usize,
        out: &mut [Vec<Scored>],
    ) -> Result<(), Error> {
        for best in out.iter_mut() {
            best.clear();
        }
        if count == 0 || block.dimensions == 0 || block.rows.is_empty() || out.is_empty() {
            return Ok(());
        }
        let finite =
            block.rows.iter().all(|x| x.is_finite()) && block.less.iter().all(|x| x.is_finite());
        if self.fell_back.is_some() || !finite {
            return self.lanes.best(block, count, out);
        }
        let decided = match self.propose(block, count, out) {
            Ok(decided) => decided,
            Err(error) => {
                self.fell_back = Some(error);
                return self.lanes.best(block, count, out);
            }
        };
        for ((decided, query), best) in decided
            .into_iter()
            .zip(block.queries.chunks_exact(block.dimensions))
            .zip(out.chunks_mut(1))
        {
            self.decided += u64::from(decided);
            self.undecided += u64::from(!decided);
            if !decided {
                self.lanes.best(
                    Block {
                        queries: query,
                        ..block
                    },
                    count,
                    best,
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
