//! Rows of training data in memory: a ring that forgets the oldest, drawn by priority.
//!
//! ```text
//! P(i)   = q(i) p_i^alpha / sum_j p_j^alpha         the sum over the rows of i's group
//! q(i)   = share of i's group / shares of all groups with something to draw
//! group g of n draws has floor or ceil of n q_g, n q_g on average; exactly n q_g where that is a whole number
//! draw k of its m comes from the stretch [k, k + 1) / m of its running sum         (stratified)
//! weight = (N f(i) P(i) / q(i))^-beta / the largest weight of the draw
//! f(i)   = the part of all rows that can be drawn which is in i's group
//! ```
//! A group is whatever its rows have in common, such as the regime of their market; without shares all rows are one group, `q` and `f`
//! are 1, and the rest is as published. Shares are a wish and priorities a means, so the weights undo priorities alone: with `beta = 1` a
//! weighted mean over draws stands for `sum_g q_g mean_g`, the means of the groups in their shares and not in their numbers of rows.
//! Beware of a group with few rows: each of them is drawn as often as its share asks for.
//!
//! How many draws a group has is a systematic sample (Madow & Madow, Ann. Math. Stat. 15 (1944)): places `k + u`, one `u` for the draw,
//! over the running sum of `n q`. Priorities: Schaul, Quan, Antonoglou & Silver, "Prioritized Experience Replay" (2016), sections 3.3
//! and 3.4; a row that was never drawn has the largest priority seen so far. The ratio of draws to rows is held as in Cassirer et al.,
//! "Reverb" (2021), section 3.4. Draws are a function of (seed, draw number, place), so the same rows give the same draw on any thread.
//!
//! Memory only: the ledger is the truth, and [`Replay::refill`] reads it back after a restart, without the priorities. Whoever must go
//! on exactly as before keeps [`Replay::standing`] too, and gives it back to [`Replay::restore`].

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};

use crate::sum_tree::SumTree;
use crate::{Error, Reader, RecordId, TrainingRow};

/// Shape and rules of a [`Replay`].
#[derive(Clone, Debug)]
pub struct ReplayConfig {
    /// Rows kept; the oldest goes when a further one comes.
    pub capacity: usize,
    /// Numbers in a row.
    pub width: usize,
    /// How much priorities matter: 0 draws evenly, 1 in proportion.
    pub alpha: f64,
    /// The share of the draws that each group of rows is to have, in any unit: `[1.0, 1.0]` is half and half. A group with nothing to
    /// draw leaves its share to the others, in proportion. Empty: all rows are of group 0.
    pub groups: Vec<f64>,
    /// The seed of every draw.
    pub seed: u64,
    /// Keeps drawing and adding in step; `None` lets both run free.
    pub ratio: Option<Ratio>,
}

/// How many draws there are for a row added.
///
/// With `due = added * draws_per_row - drawn`, a draw of `n` waits until `due - n >= draws_per_row * first_rows - slack`, and adding
/// `n` waits until `due + n * draws_per_row <= draws_per_row * first_rows + slack`, once `first_rows` are there.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    /// No draw before this many rows were added.
    pub first_rows: u64,
    /// Draws for each row added, on average.
    pub draws_per_row: f64,
    /// How far drawing may run ahead or behind, in draws. At least one batch drawn and one added must fit into it.
    pub slack: f64,
}

/// Why a call did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wait {
    /// Nothing is there to draw from.
    #[error("the replay has no row with a priority yet")]
    Empty,
    /// Too few rows were added for this draw.
    #[error("draws are ahead of the rows added: add some first")]
    Rows,
    /// Too few draws were made for these rows.
    #[error("rows are ahead of the draws: draw some first")]
    Draws,
    /// [`Replay::close`] was called.
    #[error("the replay is closed")]
    Closed,
}

/// A draw. Reused from call to call, so that drawing allocates nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draw {
    /// Which row, as the number of rows added before it: still unique when its slot has a new row.
    pub turns: Vec<u64>,
    /// Whose row.
    pub ids: Vec<RecordId>,
    /// What to multiply the loss by, at most 1.
    pub weights: Vec<f32>,
    /// The rows, one after another; empty after [`Replay::draw`].
    pub rows: Vec<f32>,
}

/// All that a replay knows beside its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Rows ever added.
    pub added: u64,
    /// Draws ever made.
    pub drawn: u64,
    /// The largest priority seen, to the power of alpha.
    pub largest: f64,
    /// The priorities of the rows held, oldest first, to the power of alpha.
    pub priorities: Vec<f64>,
    /// Their groups; empty where the replay has no shares.
    pub groups: Vec<u32>,
}

/// The buffer. Share it between threads by reference: any of them may add and draw.
#[derive(Debug)]
pub struct Replay {
    config: ReplayConfig,
    ring: RwLock<Ring>,
    pace: Mutex<Pace>,
    changed: Condvar,
}

#[derive(Debug)]
struct Ring {
    rows: Vec<f32>,
    ids: Vec<RecordId>,
    /// The group of each slot.
    groups: Vec<u32>,
    lots: Vec<Lot>,
    /// Rows ever added; the next goes to slot `added % capacity`.
    added: u64,
    /// To the power of alpha already.
    largest: f64,
}

/// The rows of one group.
///
/// Invariant: a leaf of `tree` is above zero only where the slot is of this group, and `drawable` counts those.
#[derive(Debug)]
struct Lot {
    share: f64,
    /// Over the slots of all groups.
    tree: SumTree,
    drawable: u64,
}

#[derive(Debug, Default)]
struct Pace {
    /// Rows let through, before they are in the ring.
    admitted: u64,
    /// Rows in the ring: only these can be drawn.
    added: u64,
    drawn: u64,
    closed: bool,
}

impl Replay {
    /// Bytes that a buffer of this shape takes at once; a buffer without shares of groups is one group.
    pub fn bytes_for(config: &ReplayConfig) -> u64 {
        let row = 4 * config.width as u64 + size_of::<RecordId>() as u64 + 4;
        let lots = config.groups.len().max(1) as u64;
        config.capacity as u64 * row + lots * SumTree::bytes_for(config.capacity)
    }

    /// An empty buffer; its memory is taken at once: see [`Replay::bytes_for`].
    ///
    /// # Errors
    /// [`Error::Refused`] for a capacity or width of zero, an `alpha` that is negative or not finite, a share that is not positive and
    /// finite, or a ratio that could never let anything through.
    pub fn new(config: ReplayConfig) -> Result<Replay, Error> {
        let refuse = |why: &str| {
            Err(Error::Refused {
                what: "replay",
                why: why.into(),
            })
        };
        if config.capacity == 0 || config.width == 0 {
            return refuse("its capacity and width must be at least one");
        }
        if !(config.alpha.is_finite() && config.alpha >= 0.0) {
            return refuse("alpha must be a number that is not negative");
        }
        let sound = |x: f64| x.is_finite() && x > 0.0;
        if !config.groups.iter().all(|&share| sound(share)) {
            return refuse("the shares of groups must be positive numbers");
        }
        if let Some(ratio) = config.ratio
            && !(sound(ratio.draws_per_row) && sound(ratio.slack))
        {
            return refuse("draws per row and slack must be positive numbers");
        }
        let Some(numbers) = config.capacity.checked_mul(config.width) else {
            return refuse("capacity times width is more than any memory");
        };
        let lot = |share: f64| Lot {
            share,
            tree: SumTree::new(config.capacity),
            drawable: 0,
        };
        let lots = match &config.groups[..] {
            [] => vec![lot(1.0)],
            shares => shares.iter().map(|&share| lot(share)).collect(),
        };
        Ok(Replay {
            ring: RwLock::new(Ring {
                rows: vec![0.0; numbers],
                ids: vec![RecordId(0); config.capacity],
                groups: vec![0; config.capacity],
                lots,
                added: 0,
                largest: 1.0,
            }),
            pace: Mutex::default(),
            changed: Condvar::new(),
            config,
        })
    }

    /// Rows held now.
    pub fn len(&self) -> usize {
        let added = self.ring().added;
        usize::try_from(added).map_or(self.config.capacity, |n| n.min(self.config.capacity))
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows ever added, and draws ever made.
    pub fn counts(&self) -> (u64, u64) {
        let pace = self.pace();
        (pace.added, pace.drawn)
    }

    /// Adds rows, waiting while they are too far ahead of the draws. `groups` says whose share each row is drawn in; empty, all are of
    /// group 0.
    ///
    /// # Errors
    /// [`Wait::Closed`] once [`Replay::close`] was called.
    ///
    /// # Panics
    /// If `rows` is not `ids.len()` rows of the configured width, or `groups` neither empty nor as many groups that have a share.
    pub fn add(&self, ids: &[RecordId], groups: &[u32], rows: &[f32]) -> Result<(), Wait> {
        self.pass(|pace| pace.admit_rows(&self.config, ids.len()), true)?;
        self.put(ids, groups, rows);
        self.count_added(ids.len());
        Ok(())
    }

    /// Adds rows, or answers at once that they are too far ahead.
    ///
    /// # Errors
    /// [`Wait::Draws`] or [`Wait::Closed`]: nothing was added.
    ///
    /// # Panics
    /// As [`Replay::add`].
    pub fn try_add(&self, ids: &[RecordId], groups: &[u32], rows: &[f32]) -> Result<(), Wait> {
        self.pass(|pace| pace.admit_rows(&self.config, ids.len()), false)?;
        self.put(ids, groups, rows);
        self.count_added(ids.len());
        Ok(())
    }

    /// Adds rows however far they are ahead of the draws: at the end of a run, where nobody draws any more and nothing must be lost.
    /// They count like others: whoever goes on from there owes their draws.
    ///
    /// # Errors
    /// [`Wait::Closed`]: nothing was added.
    ///
    /// # Panics
    /// As [`Replay::add`].
    pub fn add_ahead(&self, ids: &[RecordId], groups: &[u32], rows: &[f32]) -> Result<(), Wait> {
        let mut pace = self.pace();
        if pace.closed {
            return Err(Wait::Closed);
        }
        pace.admitted += ids.len() as u64;
        drop(pace);
        self.put(ids, groups, rows);
        self.count_added(ids.len());
        Ok(())
    }

    /// Draws `count` rows by priority into `draw`, without the rows' numbers. `number` is the number of the draw: the same number
    /// from the same rows is the same draw. Waits while draws are too far ahead of the rows.
    ///
    /// # Errors
    /// [`Wait::Closed`], or [`Wait::Empty`] when there is no ratio to wait for.
    pub fn draw(&self, number: u64, count: usize, beta: f64, draw: &mut Draw) -> Result<(), Wait> {
        self.pass(|pace| pace.admit_draws(&self.config, count), true)?;
        draw.rows.clear();
        self.pick(&self.ring(), number, count, beta, draw)
    }

    /// The same, with the rows' numbers.
    ///
    /// # Errors
    /// As [`Replay::draw`].
    pub fn draw_rows(
        &self,
        number: u64,
        count: usize,
        beta: f64,
        draw: &mut Draw,
    ) -> Result<(), Wait> {
        self.pass(|pace| pace.admit_draws(&self.config, count), true)?;
        self.pick_rows(number, count, beta, draw)
    }

    /// The same, or the answer at once that there are too few rows.
    ///
    /// # Errors
    /// [`Wait::Rows`], [`Wait::Empty`] or [`Wait::Closed`]: nothing was drawn.
    pub fn try_draw_rows(
        &self,
        number: u64,
        count: usize,
        beta: f64,
        draw: &mut Draw,
    ) -> Result<(), Wait> {
        self.pass(|pace| pace.admit_draws(&self.config, count), false)?;
        self.pick_rows(number, count, beta, draw)
    }

    /// Gives rows of a draw new priorities, such as the size of their error. A row that is no longer there, or whose priority is
    /// not a number at least zero, is left as it is. Returns how many were changed.
    ///
    /// # Panics
    /// If the two slices differ in length.
    pub fn set_priorities(&self, turns: &[u64], priorities: &[f64]) -> usize {
        assert_eq!(turns.len(), priorities.len(), "a priority for each row");
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let capacity = self.config.capacity as u64;
        let mut changed = 0;
        for (&turn, &priority) in turns.iter().zip(priorities) {
            let there = turn < ring.added && ring.added - turn <= capacity;
            let powered = priority.powf(self.config.alpha);
            if there && priority >= 0.0 && powered.is_finite() {
                ring.set((turn % capacity) as usize, powered);
                ring.largest = ring.largest.max(powered);
                changed += 1;
            }
        }
        changed
    }

    /// What must be kept beside the rows to go on exactly as now. Not while others add or draw.
    pub fn standing(&self) -> Standing {
        let (ring, pace) = (self.ring(), self.pace());
        let capacity = self.config.capacity as u64;
        let held = ring.added.min(capacity);
        let slots = (ring.added - held..ring.added).map(|turn| (turn % capacity) as usize);
        Standing {
            added: ring.added,
            drawn: pace.drawn,
            largest: ring.largest,
            priorities: slots.clone().map(|slot| ring.get(slot)).collect(),
            groups: match self.config.groups[..] {
                [] => Vec::new(),
                _ => slots.map(|slot| ring.groups[slot]).collect(),
            },
        }
    }

    /// Makes an empty replay stand as another did; `ids` and `rows` are what that one held, oldest first.
    ///
    /// # Errors
    /// [`Error::Refused`] where rows, ids, standing and shares do not belong together, or this replay is not empty.
    pub fn restore(
        &self,
        ids: &[RecordId],
        rows: &[f32],
        standing: &Standing,
    ) -> Result<(), Error> {
        let capacity = self.config.capacity as u64;
        let refuse = |why: String| {
            Err(Error::Refused {
                what: "replay",
                why,
            })
        };
        let held = standing.added.min(capacity);
        let counts = [
            ids.len(),
            standing.priorities.len(),
            rows.len() / self.config.width,
        ];
        if counts != [held as usize; 3] || !rows.len().is_multiple_of(self.config.width) {
            return refuse(format!(
                "of {} rows ever added it holds {held}, but there are {} ids, {} priorities and {} numbers in rows of {}",
                standing.added,
                ids.len(),
                standing.priorities.len(),
                rows.len(),
                self.config.width
            ));
        }
        let shares = self.config.groups.len();
        let expected = if shares == 0 { 0 } else { ids.len() };
        if standing.groups.len() != expected {
            return refuse(format!(
                "{} rows and shares for {shares} groups, but {} rows say their group",
                ids.len(),
                standing.groups.len()
            ));
        }
        if let Some(wrong) = standing.groups.iter().find(|&&of| of as usize >= shares) {
            return refuse(format!(
                "a row is of group {wrong}, but there are shares for {shares}"
            ));
        }
        let sound = |x: f64| x.is_finite() && x >= 0.0;
        let all = standing.priorities.iter().chain([&standing.largest]);
        if let Some(wrong) = all.copied().find(|&x| !sound(x)) {
            return refuse(format!("a priority is {wrong}"));
        }
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        if ring.added > 0 {
            return refuse(format!("{} rows were added before", ring.added));
        }
        ring.added = standing.added - held;
        drop(ring);
        self.put(ids, &standing.groups, rows);
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        for (turn, &priority) in (standing.added - held..).zip(&standing.priorities) {
            ring.set((turn % capacity) as usize, priority);
        }
        ring.largest = standing.largest;
        drop(ring);
        let mut pace = self.pace();
        (pace.admitted, pace.added, pace.drawn) = (standing.added, standing.added, standing.drawn);
        Ok(())
    }

    /// Lets everybody who waits go, and nobody wait again: the end of training.
    pub fn close(&self) {
        self.pace().closed = true;
        self.changed.notify_all();
    }

    /// Adds the decisions of the ledger after `after`, oldest first, as `to_row` writes them; it returns the row's group, or `None` to
    /// leave one out. Returns the last record seen, for the next call, and how many were added. Does not wait: a restart does not owe
    /// draws for old rows, so they count as added and drawn alike.
    ///
    /// # Errors
    /// Where the ledger cannot be read.
    ///
    /// # Panics
    /// If a group has no share.
    pub fn refill(
        &self,
        reader: &Reader,
        encoder_version: i64,
        after: RecordId,
        mut to_row: impl FnMut(&TrainingRow, &mut [f32]) -> Option<u32>,
    ) -> Result<(RecordId, u64), Error> {
        const AT_ONCE: usize = 1_024;
        let (mut last, mut added) = (after, 0);
        let width = self.config.width;
        let (mut ids, mut groups, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            let page = reader.training_rows(encoder_version, last, AT_ONCE)?;
            let Some(end) = page.last() else {
                return Ok((last, added));
            };
            last = end.decision;
            ids.clear();
            groups.clear();
            rows.clear();
            for row in &page {
                let from = rows.len();
                rows.resize(from + width, 0.0);
                if let Some(group) = to_row(row, &mut rows[from..]) {
                    ids.push(row.decision);
                    groups.push(group);
                } else {
                    rows.truncate(from);
                }
            }
            self.put(&ids, &groups, &rows);
            added += ids.len() as u64;
            let mut pace = self.pace();
            pace.admitted += ids.len() as u64;
            pace.added += ids.len() as u64;
            if let Some(ratio) = self.config.ratio {
                let beyond = pace.added.saturating_sub(ratio.first_rows) as f64;
                let owed = (beyond * ratio.draws_per_row) as u64;
                pace.drawn = pace.drawn.max(owed);
            }
            drop(pace);
            self.changed.notify_all();
        }
    }

    fn count_added(&self, count: usize) {
        self.pace().added += count as u64;
        self.changed.notify_all();
    }

    fn put(&self, ids: &[RecordId], groups: &[u32], rows: &[f32]) {
        let width = self.config.width;
        assert_eq!(rows.len(), ids.len() * width, "a row for each id");
        assert!(
            groups.is_empty() || groups.len() == ids.len(),
            "a group for each id, or none"
        );
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let lots = ring.lots.len();
        assert!(
            groups.iter().all(|&group| (group as usize) < lots),
            "a share for each group"
        );
        for (at, (&id, row)) in ids.iter().zip(rows.chunks_exact(width)).enumerate() {
            let slot = (ring.added % self.config.capacity as u64) as usize;
            ring.rows[slot * width..][..width].copy_from_slice(row);
            ring.ids[slot] = id;
            let group = groups.get(at).copied().unwrap_or(0);
            if group != ring.groups[slot] {
                // The old row leaves its group.
                ring.set(slot, 0.0);
                ring.groups[slot] = group;
            }
            let largest = ring.largest;
            ring.set(slot, largest);
            ring.added += 1;
        }
    }

    fn pick_rows(&self, number: u64, count: usize, beta: f64, draw: &mut Draw) -> Result<(), Wait> {
        let ring = self.ring();
        draw.rows.clear();
        self.pick(&ring, number, count, beta, draw)?;
        let (width, capacity) = (self.config.width, self.config.capacity as u64);
        for &turn in &draw.turns {
            let slot = (turn % capacity) as usize;
            draw.rows
                .extend_from_slice(&ring.rows[slot * width..][..width]);
        }
        Ok(())
    }

    fn pick(
        &self,
        ring: &Ring,
        number: u64,
        count: usize,
        beta: f64,
        draw: &mut Draw,
    ) -> Result<(), Wait> {
        draw.turns.clear();
        draw.ids.clear();
        draw.weights.clear();
        let (mut shares, mut drawable) = (0.0, 0);
        for lot in ring.lots.iter().filter(|lot| lot.tree.total() > 0.0) {
            shares += lot.share;
            drawable += lot.drawable;
        }
        if drawable == 0 {
            return Err(Wait::Empty);
        }
        let capacity = self.config.capacity as u64;
        let held = ring.added.min(capacity) as f64;
        let offset = uniform(self.config.seed, number, u64::MAX);
        let (mut begin, mut running) = (0, 0.0);
        let mut largest = 0.0_f32;
        for lot in ring.lots.iter().filter(|lot| lot.tree.total() > 0.0) {
            running += lot.share;
            // Places k with k + offset below this are of this group or an earlier one; the last group takes what is left.
            let end = if running < shares {
                ((count as f64 * (running / shares) - offset).ceil() as usize).min(count)
            } else {
                count
            };
            let total = lot.tree.total();
            let stretch = total / (end - begin) as f64;
            // What the rows of this group would be if all rows that can be drawn were `held`.
            let rows = held * (lot.drawable as f64 / drawable as f64);
            for place in begin..end {
                let within = uniform(self.config.seed, number, place as u64);
                let slot = lot.tree.find(((place - begin) as f64 + within) * stretch);
                // The turn of the newest row in this slot.
                let behind = (ring.added - 1 + capacity - slot as u64) % capacity;
                draw.turns.push(ring.added - 1 - behind);
                draw.ids.push(ring.ids[slot]);
                let probability = lot.tree.get(slot) / total;
                let weight = (rows * probability).powf(-beta) as f32;
                largest = largest.max(weight);
                draw.weights.push(weight);
            }
            begin = end;
        }
        for weight in &mut draw.weights {
            *weight /= largest;
        }
        Ok(())
    }

    /// Takes part in the pace: `admit` counts and lets through, or says why not.
    fn pass(
        &self,
        mut admit: impl FnMut(&mut Pace) -> Result<(), Wait>,
        patient: bool,
    ) -> Result<(), Wait> {
        let mut pace = self.pace();
        loop {
            match admit(&mut pace) {
                Ok(()) => break,
                Err(Wait::Rows | Wait::Draws) if patient => {
                    pace = self
                        .changed
                        .wait(pace)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Err(wait) => return Err(wait),
            }
        }
        drop(pace);
        // Rows notify once they are in the ring.
        if self.config.ratio.is_some() {
            self.changed.notify_all();
        }
        Ok(())
    }

    fn ring(&self) -> std::sync::RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    /// The priority of a slot.
    fn get(&self, slot: usize) -> f64 {
        self.lots[self.groups[slot] as usize].tree.get(slot)
    }

    /// Sets it.
    fn set(&mut self, slot: usize, priority: f64) {
        let lot = &mut self.lots[self.groups[slot] as usize];
        lot.drawable -= u64::from(lot.tree.get(slot) > 0.0);
        lot.drawable += u64::from(priority > 0.0);
        lot.tree.set(slot, priority);
    }
}

impl Pace {
    fn admit_rows(&mut self, config: &ReplayConfig, count: usize) -> Result<(), Wait> {
        if self.closed {
            return Err(Wait::Closed);
        }
        let after = self.admitted + count as u64;
        if let Some(ratio) = config.ratio {
            let due = after as f64 * ratio.draws_per_row - self.drawn as f64;
            let most = ratio.draws_per_row * ratio.first_rows as f64 + ratio.slack;
            if after > ratio.first_rows && due > most {
                return Err(Wait::Draws);
            }
        }
        self.admitted = after;
        Ok(())
    }

    fn admit_draws(&mut self, config: &ReplayConfig, count: usize) -> Result<(), Wait> {
        if self.closed {
            return Err(Wait::Closed);
        }
        let after = self.drawn + count as u64;
        if let Some(ratio) = config.ratio {
            let due = self.added as f64 * ratio.draws_per_row - after as f64;
            let least = ratio.draws_per_row * ratio.first_rows as f64 - ratio.slack;
            if self.added < ratio.first_rows.max(1) || due < least {
                return Err(Wait::Rows);
            }
        }
        self.drawn = after;
        Ok(())
    }
}

/// A number in `[0, 1)`, a function of its three arguments: splitmix64's finaliser (Steele, Lea & Flood 2014) over their mix.
fn uniform(seed: u64, number: u64, place: u64) -> f64 {
    let mix = |x: u64| {
        let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    };
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let bits = mix(mix(seed.wrapping_add(number.wrapping_mul(GOLDEN)))
        .wrapping_add(place.wrapping_mul(GOLDEN)));
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}
