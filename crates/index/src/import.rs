//! Vectors out of other people's files: `.npy`, Parquet, and the index files of FAISS.
//!
//! A [`Source`] is read a few thousand rows at a time. Every count that a file states is held against the length of the file before
//! memory is taken for it, and against what the file really holds; a file that lies is refused with the place and what was found
//! there.
//!
//! | file | read | refused, with a remedy |
//! | --- | --- | --- |
//! | `.npy` 1.0 to 3.0 | `f2`, `f4`, `f8`, either byte order, C order, one or two dimensions | Fortran order, other types |
//! | Parquet | a column of lists of `f16`, `f32` or `f64`; ids from a column of whole numbers or words | nested lists |
//! | FAISS | `IndexFlatL2`, `IndexFlatIP`, `IndexHNSWFlat`, each also within `IndexIDMap` or `IndexIDMap2` | all others |
//!
//! Sources: the NumPy format (NEP 1 and `numpy.lib.format`), the Parquet format, and FAISS's `index_write.cpp` as of 1.15.

mod faiss;
mod lists;
mod npy;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

pub use faiss::FaissGraph;

use crate::Error;

/// What ranks rows in the file they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Euclidean distance.
    L2,
    /// Inner product.
    InnerProduct,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// NumPy's array file.
    Npy,
    /// Parquet.
    Parquet,
    /// FAISS without a graph: every answer of it is exact.
    FaissFlat,
    /// FAISS with a graph of neighbours.
    FaissHnsw,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Format::Npy => "NumPy array",
            Format::Parquet => "Parquet",
            Format::FaissFlat => "FAISS flat index",
            Format::FaissHnsw => "FAISS HNSW index",
        })
    }
}

/// Which columns of a Parquet file are meant, where it does not go without saying.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The column of lists; needed where there are several.
    pub vectors: Option<String>,
    /// The column of ids; else one that is called `id`, or none.
    pub ids: Option<String>,
}

/// How a row is called in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowId {
    /// A whole number.
    Number(i64),
    /// A word.
    Name(String),
}

/// Some rows.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Place of the first in the file, from 0.
    pub first: u64,
    /// Their ids, where the file has any, else empty.
    pub ids: Vec<RowId>,
    /// Their numbers, one row after another. A row without numbers, or with a wrong count of them, is all NaN.
    pub values: Vec<f32>,
}

/// A file of vectors, opened and checked as far as that goes without reading it all.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    format: Format,
    dimensions: usize,
    count: u64,
    has_ids: bool,
    metric: Option<Metric>,
    done: u64,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Plain {
        bytes: Bytes,
        scalar: Scalar,
        ids: Option<Vec<i64>>,
    },
    Lists(Box<lists::Lists>),
}

impl Source {
    /// Opens a file; what it is, its first bytes tell.
    ///
    /// # Errors
    /// [`Error::File`] for a file that is none of these, is cut off, or contradicts itself; [`Error::Io`].
    pub fn open(path: &Path, columns: &Columns) -> Result<Source, Error> {
        let mut bytes = Bytes::open(path)?;
        let mut magic = [0; 6];
        let enough = bytes.length.min(6) as usize;
        bytes.fill(&mut magic[..enough], "the first bytes")?;
        bytes.seek(0)?;
        let named = columns.vectors.is_some() || columns.ids.is_some();
        if named && !magic.starts_with(b"PAR1") {
            return Err(bytes.refuse(
                "columns were named, but this is no Parquet file",
                "leave the names of columns away",
            ));
        }
        if magic.starts_with(b"PAR1") {
            let lists = lists::Lists::open(path, columns)?;
            return Ok(Source {
                path: path.to_owned(),
                format: Format::Parquet,
                dimensions: lists.dimensions(),
                count: lists.count(),
                has_ids: lists.has_ids(),
                metric: None,
                done: 0,
                inner: Inner::Lists(Box::new(lists)),
            });
        }
        if magic == *b"\x93NUMPY" {
            let head = npy::head(&mut bytes)?;
            return Ok(Source {
                path: path.to_owned(),
                format: Format::Npy,
                dimensions: head.dimensions,
                count: head.count,
                has_ids: false,
                metric: None,
                done: 0,
                inner: Inner::Plain {
                    bytes,
                    scalar: head.scalar,
                    ids: None,
                },
            });
        }
        let head = faiss::head(&mut bytes)?;
        bytes.seek(head.vectors_at)?;
        Ok(Source {
            path: path.to_owned(),
            format: if head.graph.is_some() {
                Format::FaissHnsw
            } else {
                Format::FaissFlat
            },
            dimensions: head.dimensions,
            count: head.count,
            has_ids: head.ids.is_some(),
            metric: Some(head.metric),
            done: 0,
            inner: Inner::Plain {
                bytes,
                scalar: Scalar::F32 { big: false },
                ids: head.ids,
            },
        })
    }

    /// What the file is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Numbers in a row.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Rows that the file says it has; fewer or more are an error at the end of [`Source::next`].
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether rows have ids of their own.
    pub fn has_ids(&self) -> bool {
        self.has_ids
    }

    /// What ranked the rows in their file, where it says so.
    pub fn metric(&self) -> Option<Metric> {
        self.metric
    }

    /// The next rows, at most `most`; none are left where it returns `false`.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn next(&mut self, most: usize, rows: &mut Rows) -> Result<bool, Error> {
        rows.first = self.done;
        rows.ids.clear();
        rows.values.clear();
        let read = match &mut self.inner {
            Inner::Lists(lists) => lists.next(most, rows)?,
            Inner::Plain { bytes, scalar, ids } => {
                let left = usize::try_from(self.count - self.done).unwrap_or(usize::MAX);
                let read = most.min(left);
                scalar.read(bytes, read * self.dimensions, &mut rows.values)?;
                if let Some(ids) = ids {
                    let first = self.done as usize;
                    let some = ids.get(first..first + read).unwrap_or_default();
                    rows.ids
                        .extend(some.iter().map(|&number| RowId::Number(number)));
                }
                read
            }
        };
        self.done += read as u64;
        if read == 0 && self.done != self.count {
            return Err(Error::File {
                path: self.path.clone(),
                what: format!("it holds {} rows where it says {}", self.done, self.count),
                remedy: "write it again",
            });
        }
        Ok(read > 0)
    }
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    F16 { big: bool },
    F32 { big: bool },
    F64 { big: bool },
}

impl Scalar {
    pub(crate) fn bytes(self) -> u64 {
        match self {
            Scalar::F16 { .. } => 2,
            Scalar::F32 { .. } => 4,
            Scalar::F64 { .. } => 8,
        }
    }

    fn read(self, bytes: &mut Bytes, count: usize, out: &mut Vec<f32>) -> Result<(), Error> {
        // Bounded, so that a row of any length needs no second copy of itself.
        let mut buffer = [0_u8; 8 * 1_024];
        let width = self.bytes() as usize;
        let mut left = count;
        out.reserve(count);
        while left > 0 {
            let now = left.min(buffer.len() / width);
            let part = &mut buffer[..now * width];
            bytes.fill(part, "the vectors")?;
            out.extend(part.chunks_exact(width).map(|raw| self.value(raw)));
            left -= now;
        }
        Ok(())
    }

    fn value(self, raw: &[u8]) -> f32 {
        let mut bytes = [0; 8];
        let width = raw.len().min(8);
        bytes[..width].copy_from_slice(&raw[..width]);
        let (Scalar::F16 { big } | Scalar::F32 { big } | Scalar::F64 { big }) = self;
        if big {
            bytes[..width].reverse();
        }
        let bits = u64::from_le_bytes(bytes);
        match self {
            Scalar::F16 { .. } => from_half(bits as u16),
            Scalar::F32 { .. } => f32::from_bits(bits as u32),
            Scalar::F64 { .. } => f64::from_bits(bits) as f32,
        }
    }
}

/// IEEE 754 binary16 to binary32, which holds every value of it: 1 sign, 5 exponent (bias 15) and 10 fraction bits.
pub(crate) fn from_half(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let exponent = u32::from(half >> 10) & 0x1F;
    let fraction = u32::from(half) & 0x3FF;
    match exponent {
        // A fraction of 2^-24.
        0 => {
            let size = fraction as f32 * 2.0_f32.powi(-24);
            f32::from_bits(size.to_bits() | sign)
        }
        0x1F => f32::from_bits(sign | 0x7F80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 127 - 15) << 23 | fraction << 13),
    }
}

/// A file with a place, which knows how long it is.
#[derive(Debug)]
pub(crate) struct Bytes {
    path: PathBuf,
    file: BufReader<File>,
    length: u64,
    place: u64,
}

impl Bytes {
    pub(crate) fn open(path: &Path) -> Result<Bytes, Error> {
        let fail = |error| Error::io(path, error);
        let file = File::open(path).map_err(fail)?;
        let about = file.metadata().map_err(fail)?;
        let bytes = Bytes {
            path: path.to_owned(),
            file: BufReader::with_capacity(1 << 16, file),
            length: about.len(),
            place: 0,
        };
        if !about.is_file() {
            return Err(bytes.refuse("it is no regular file", "name a file"));
        }
        Ok(bytes)
    }

    pub(crate) fn place(&self) -> u64 {
        self.place
    }

    pub(crate) fn left(&self) -> u64 {
        self.length.saturating_sub(self.place)
    }

    pub(crate) fn refuse(&self, what: impl Into<String>, remedy: &'static str) -> Error {
        Error::File {
            path: self.path.clone(),
            what: what.into(),
            remedy,
        }
    }

    /// Refuses what the file cannot hold, before memory is taken for it.
    pub(crate) fn need(&self, count: u64, width: u64, what: &str) -> Result<(), Error> {
        match count.checked_mul(width) {
            Some(bytes) if bytes <= self.left() => Ok(()),
            _ => Err(self.refuse(
                format!(
                    "at byte {}: {what} is said to have {count} entries of {width} bytes, but {} bytes are left",
                    self.place,
                    self.left()
                ),
                "the file is cut off or damaged: write it again",
            )),
        }
    }

    pub(crate) fn seek(&mut self, place: u64) -> Result<(), Error> {
        self.file
            .seek(SeekFrom::Start(place))
            .map_err(|error| Error::io(&self.path, error))?;
        self.place = place;
        Ok(())
    }

    pub(crate) fn skip(&mut self, count: u64, width: u64, what: &str) -> Result<(), Error> {
        self.need(count, width, what)?;
        self.seek(self.place + count * width)
    }

    pub(crate) fn fill(&mut self, out: &mut [u8], what: &str) -> Result<(), Error> {
        self.need(out.len() as u64, 1, what)?;
        self.file
            .read_exact(out)
            .map_err(|error| Error::io(&self.path, error))?;
        self.place += out.len() as u64;
        Ok(())
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], Error> {
        let mut out = [0; N];
        self.fill(&mut out, what)?;
        Ok(out)
    }

    pub(crate) fn u8(&mut self, what: &str) -> Result<u8, Error> {
        Ok(self.array::<1>(what)?[0])
    }

    pub(crate) fn u16(&mut self, what: &str) -> Result<u16, Error> {
        Ok(u16::from_le_bytes(self.array(what)?))
    }

    pub(crate) fn i32(&mut self, what: &str) -> Result<i32, Error> {
        Ok(i32::from_le_bytes(self.array(what)?))
    }

    pub(crate) fn u32(&mut self, what: &str) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    pub(crate) fn u64(&mut self, what: &str) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    /// `count` numbers of 4 bytes.
    pub(crate) fn i32s(&mut self, count: u64, what: &str) -> Result<Vec<i32>, Error> {
        self.need(count, 4, what)?;
        (0..count).map(|_| self.i32(what)).collect()
    }

    /// `count` numbers of 8 bytes.
    pub(crate) fn u64s(&mut self, count: u64, what: &str) -> Result<Vec<u64>, Error> {
        self.need(count, 8, what)?;
        (0..count).map(|_| self.u64(what)).collect()
    }
}

#[cfg(test)]
mod tests;
