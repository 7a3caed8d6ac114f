//! The index files of FAISS that hold full vectors: flat, HNSW over flat, and id maps around them.
//!
//! ```text
//! index   = word, i32 dimensions, i64 count, 2 x i64 unused, u8 trained, i32 metric (0 inner product, 1 L2), body
//! IxF2, IxFI   body = u64 numbers, f32 ...
//! IHNf         body = f64s, i32s neighbours up to a level, i32s levels, u64s where neighbours begin, i32s neighbours,
//!              i32 entry, i32 highest level, i32 efConstruction, i32 efSearch, i32 unused, index
//! IxMp, IxM2   body = index, i64s ids
//! ```
//! A list is its length as u64, then its entries; all little-endian. Source: `faiss/impl/index_write.cpp`, as of FAISS 1.15.1.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::path::Path;

use super::{Bytes, Metric, Scalar};
use crate::Error;
use crate::dot::dot;

const DAMAGED: &str = "the file is cut off or damaged: write it again with faiss.write_index";

/// What the file says, checked against itself.
pub(super) struct Head {
    pub(super) dimensions: usize,
    pub(super) count: u64,
    pub(super) metric: Metric,
    pub(super) ids: Option<Vec<i64>>,
    pub(super) vectors_at: u64,
    pub(super) graph: Option<Graph>,
}

/// Where the parts of a graph lie.
pub(super) struct Graph {
    up_to: Vec<i32>,
    levels_at: u64,
    begins_at: u64,
    neighbours: (u64, u64),
    entry: i32,
    highest: i32,
    expansion: usize,
}

struct Common {
    word: [u8; 4],
    dimensions: usize,
    count: u64,
    metric: i32,
}

pub(super) fn head(bytes: &mut Bytes) -> Result<Head, Error> {
    let outer = common(bytes)?;
    let mapped = matches!(&outer.word, b"IxMp" | b"IxM2");
    let stated = (outer.dimensions, outer.count);
    let inner = if mapped { common(bytes)? } else { outer };
    if (inner.dimensions, inner.count) != stated {
        return Err(bytes.refuse(
            format!(
                "its id map is over {} vectors of {} numbers, the index within over {} of {}",
                stated.1, stated.0, inner.count, inner.dimensions
            ),
            DAMAGED,
        ));
    }
    let mut head = body(bytes, inner)?;
    if mapped {
        let length = bytes.u64("the length of the ids")?;
        if length != head.count {
            return Err(bytes.refuse(
                format!("it has {length} ids for {} vectors", head.count),
                DAMAGED,
            ));
        }
        let ids = bytes.u64s(length, "the ids")?;
        head.ids = Some(ids.into_iter().map(u64::cast_signed).collect());
    }
    if bytes.left() > 0 {
        return Err(bytes.refuse(
            format!(
                "at byte {}: {} bytes are left after the end of the index",
                bytes.place(),
                bytes.left()
            ),
            DAMAGED,
        ));
    }
    Ok(head)
}

fn common(bytes: &mut Bytes) -> Result<Common, Error> {
    let at = bytes.place();
    let mut word = [0; 4];
    bytes.fill(&mut word, "the kind of the index")?;
    if !matches!(
        &word,
        b"IxF2" | b"IxFI" | b"IHNf" | b"IxMp" | b"IxM2" | b"IxFl"
    ) {
        let shown = word.escape_ascii();
        return Err(if at == 0 && !word.starts_with(b"I") {
            bytes.refuse(
                format!(
                    "it begins with {shown}: neither a NumPy array, nor Parquet, nor a FAISS index"
                ),
                "give one of these",
            )
        } else {
            bytes.refuse(
                format!("at byte {at}: it is a FAISS index of kind {shown}, which keeps no full vectors or is not known here"),
                "rebuild it in FAISS as IndexFlat or IndexHNSWFlat, or save the vectors with numpy.save",
            )
        });
    }
    let dimensions = bytes.i32("the dimensions")?;
    let count = bytes.u64("the count")?.cast_signed();
    bytes.skip(2, 8, "the head")?;
    bytes.skip(1, 1, "the head")?;
    let metric = bytes.i32("the metric")?;
    if !(1..=1 << 20).contains(&dimensions) || !(0..1 << 48).contains(&count) {
        return Err(bytes.refuse(
            format!("at byte {at}: it is said to have {count} vectors of {dimensions} numbers"),
            DAMAGED,
        ));
    }
    if !matches!(metric, 0 | 1) {
        return Err(bytes.refuse(
            format!("it ranks by metric {metric} of FAISS; inner product (0) and L2 (1) are known"),
            "save the vectors with numpy.save",
        ));
    }
    Ok(Common {
        word,
        dimensions: dimensions as usize,
        count: count.cast_unsigned(),
        metric,
    })
}

fn body(bytes: &mut Bytes, index: Common) -> Result<Head, Error> {
    let graph = match &index.word {
        b"IHNf" => Some(graph(bytes, &index)?),
        b"IxMp" | b"IxM2" => {
            return Err(bytes.refuse(
                "it is an id map within an id map",
                "unwrap one of them in FAISS",
            ));
        }
        _ => None,
    };
    let stated = (index.dimensions, index.count);
    let metric = index.metric;
    let flat = if graph.is_some() {
        common(bytes)?
    } else {
        index
    };
    if !matches!(&flat.word, b"IxF2" | b"IxFI" | b"IxFl") {
        return Err(bytes.refuse(
            format!(
                "its vectors are kept as {}, not in full",
                flat.word.escape_ascii()
            ),
            "rebuild it in FAISS as IndexHNSWFlat",
        ));
    }
    if (flat.dimensions, flat.count, flat.metric) != (stated.0, stated.1, metric) {
        return Err(bytes.refuse(
            format!(
                "the graph is over {} vectors of {} numbers by metric {metric}, but {} of {} by metric {} are kept",
                stated.1, stated.0, flat.count, flat.dimensions, flat.metric
            ),
            DAMAGED,
        ));
    }
    let numbers = bytes.u64("the length of the vectors")?;
    if Some(numbers) != flat.count.checked_mul(flat.dimensions as u64) {
        return Err(bytes.refuse(
            format!(
                "it keeps {numbers} numbers for {} vectors of {}",
                flat.count, flat.dimensions
            ),
            DAMAGED,
        ));
    }
    let vectors_at = bytes.place();
    bytes.skip(numbers, 4, "the vectors")?;
    Ok(Head {
        dimensions: flat.dimensions,
        count: flat.count,
        metric: if metric == 0 {
            Metric::InnerProduct
        } else {
            Metric::L2
        },
        ids: None,
        vectors_at,
        graph,
    })
}

fn graph(bytes: &mut Bytes, index: &Common) -> Result<Graph, Error> {
    let length = bytes.u64("the length of the level shares")?;
    bytes.skip(length, 8, "the level shares")?;
    let length = bytes.u64("the length of the neighbours up to a level")?;
    let up_to = bytes.i32s(length, "the neighbours up to a level")?;
    if up_to.len() < 2 || up_to[0] != 0 || !up_to.is_sorted() {
        return Err(bytes.refuse("its neighbours up to a level do not grow from 0", DAMAGED));
    }
    let mut list = |width: u64, what: &str| -> Result<(u64, u64), Error> {
        let length = bytes.u64(what)?;
        let at = bytes.place();
        bytes.skip(length, width, what)?;
        Ok((at, length))
    };
    let (levels_at, levels) = list(4, "the levels")?;
    let (begins_at, begins) = list(8, "where neighbours begin")?;
    let neighbours = list(4, "the neighbours")?;
    if levels != index.count || begins != index.count + 1 {
        return Err(bytes.refuse(
            format!(
                "its graph has {levels} levels and {begins} beginnings for {} vectors",
                index.count
            ),
            DAMAGED,
        ));
    }
    let (entry, highest) = (bytes.i32("the entry")?, bytes.i32("the highest level")?);
    let _construction = bytes.i32("efConstruction")?;
    let expansion = bytes.i32("efSearch")?;
    bytes.skip(1, 4, "the head of the graph")?;
    Ok(Graph {
        up_to,
        levels_at,
        begins_at,
        neighbours,
        entry,
        highest,
        expansion: expansion.max(1) as usize,
    })
}

/// The graph of neighbours of a FAISS file, to be walked as it stands, so that what its owner had can be measured.
///
/// Walked as in Malkov & Yashunin (2020), algorithms 2 and 5, with the file's own `efSearch`: what FAISS does, not its code. All of
/// it is in memory.
pub struct FaissGraph {
    dimensions: usize,
    metric: Metric,
    up_to: Vec<i32>,
    begins: Vec<u64>,
    neighbours: Vec<i32>,
    levels: Vec<i32>,
    entry: i32,
    highest: i32,
    expansion: usize,
    rows: Vec<f32>,
}

impl FaissGraph {
    /// Reads a file of kind `IHNf`, bare or within an id map.
    ///
    /// # Errors
    /// [`Error::File`] where it is another kind, is cut off or points outside itself.
    pub fn open(path: &Path) -> Result<FaissGraph, Error> {
        let mut bytes = Bytes::open(path)?;
        let head = head(&mut bytes)?;
        let Some(graph) = head.graph else {
            return Err(bytes.refuse("it has no graph of neighbours", "its answers are exact"));
        };
        bytes.seek(graph.levels_at)?;
        let levels = bytes.i32s(head.count, "the levels")?;
        bytes.seek(graph.begins_at)?;
        let begins = bytes.u64s(head.count + 1, "where neighbours begin")?;
        bytes.seek(graph.neighbours.0)?;
        let neighbours = bytes.i32s(graph.neighbours.1, "the neighbours")?;
        bytes.seek(head.vectors_at)?;
        let mut rows = Vec::new();
        let numbers = head.count as usize * head.dimensions;
        Scalar::F32 { big: false }.read(&mut bytes, numbers, &mut rows)?;
        let known = |node: i32| u64::try_from(node).is_ok_and(|node| node < head.count);
        let within = begins.is_sorted() && begins.last() == Some(&(neighbours.len() as u64));
        let empty = head.count == 0;
        if !within
            || !(neighbours.iter().all(|&node| node == -1 || known(node)))
            || !(empty || known(graph.entry))
            || graph.highest >= graph.up_to.len() as i32
        {
            return Err(bytes.refuse("its graph points outside itself", DAMAGED));
        }
        Ok(FaissGraph {
            dimensions: head.dimensions,
            metric: head.metric,
            up_to: graph.up_to,
            begins,
            neighbours,
            levels,
            entry: graph.entry,
            highest: graph.highest,
            expansion: graph.expansion,
            rows,
        })
    }

    /// Memory that the graph of this file will take, in bytes, from its length.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn bytes_needed(path: &Path) -> Result<u64, Error> {
        Ok(Bytes::open(path)?.left())
    }

    /// Candidates that the file wants looked at (`efSearch`).
    pub fn expansion(&self) -> usize {
        self.expansion
    }

    /// Numbers in a vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How many vectors it is over.
    pub fn len(&self) -> usize {
        self.levels.len()
    }

    /// Whether it is over none.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// The nearest rows by the file's own metric, nearest first, as the file's graph finds them.
    ///
    /// # Errors
    /// [`Error::Vector`] for a query of another length.
    pub fn nearest(&self, query: &[f32], count: usize) -> Result<Vec<usize>, Error> {
        if query.len() != self.dimensions {
            return Err(Error::Vector {
                why: format!("it has {} numbers, not {}", query.len(), self.dimensions),
            });
        }
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let mut here = self.entry as usize;
        let mut distance = self.distance(query, here);
        for level in (1..=self.highest.max(0)).rev() {
            loop {
                let before = here;
                for next in self.next(before, level) {
                    let far = self.distance(query, next);
                    if far < distance {
                        (here, distance) = (next, far);
                    }
                }
                if here == before {
                    break;
                }
            }
        }
        let keep = self.expansion.max(count);
        let mut seen = vec![false; self.len()];
        seen[here] = true;
        let mut waiting = BinaryHeap::from([Reverse(Far(distance, here))]);
        let mut best = BinaryHeap::from([Far(distance, here)]);
        while let Some(Reverse(Far(distance, here))) = waiting.pop() {
            if best.len() >= keep && best.peek().is_some_and(|worst| distance > worst.0) {
                break;
            }
            for next in self.next(here, 0) {
                if std::mem::replace(&mut seen[next], true) {
                    continue;
                }
                let far = self.distance(query, next);
                if best.len() < keep || best.peek().is_some_and(|worst| far < worst.0) {
                    waiting.push(Reverse(Far(far, next)));
                    best.push(Far(far, next));
                    if best.len() > keep {
                        best.pop();
                    }
                }
            }
        }
        let found = best.into_sorted_vec();
        Ok(found
            .into_iter()
            .take(count)
            .map(|Far(_, row)| row)
            .collect())
    }

    fn next(&self, node: usize, level: i32) -> impl Iterator<Item = usize> + '_ {
        let level = level as usize;
        let span = match (self.up_to.get(level), self.up_to.get(level + 1)) {
            (Some(&from), Some(&to)) => from as u64..to as u64,
            _ => 0..0,
        };
        let (begin, end) = (self.begins[node], self.begins[node + 1]);
        let from = (begin + span.start).min(end) as usize;
        let to = (begin + span.end).min(end) as usize;
        self.neighbours[from..to]
            .iter()
            .take_while(|&&next| next >= 0)
            .map(|&next| next as usize)
    }

    fn distance(&self, query: &[f32], row: usize) -> f32 {
        let row = &self.rows[row * self.dimensions..][..self.dimensions];
        match self.metric {
            Metric::InnerProduct => -dot(query, row),
            Metric::L2 => query.iter().zip(row).map(|(a, b)| (a - b) * (a - b)).sum(),
        }
    }
}

impl std::fmt::Debug for FaissGraph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaissGraph")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// A distance and whose; in order of distance.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Far(f32, usize);

impl Eq for Far {}

impl Ord for Far {
    fn cmp(&self, other: &Far) -> Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

impl PartialOrd for Far {
    fn partial_cmp(&self, other: &Far) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
