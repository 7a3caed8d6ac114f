//! Vectors, texts and arrows over record ids: crate `index`.

use crate::errors::of_kind;
use pyo3::prelude::*;
use std::path::PathBuf;

#[cfg(not(feature = "index"))]
mod absent {
    use super::*;

    /// Vectors, texts and arrows over record ids. This build has none.
    #[pyclass(frozen, module = "jarvis2", name = "Index")]
    pub(crate) struct PyIndex;

    #[pymethods]
    impl PyIndex {
        #[new]
        #[pyo3(signature = (folder, dimensions, *, read_only=false, threads=1))]
        fn new(
            py: Python<'_>,
            folder: PathBuf,
            dimensions: usize,
            read_only: bool,
            threads: usize,
        ) -> PyResult<PyIndex> {
            let _ = (folder, dimensions, read_only, threads);
            let message = "this package was built without the index; build it with `maturin build --release --features jarvis2-py/index` in crates/jarvis2-py (C and C++ compilers, about three minutes)";
            Err(of_kind(py, "usage", message.to_owned()))
        }
    }
}

#[cfg(not(feature = "index"))]
pub(crate) use absent::PyIndex;

#[cfg(feature = "index")]
mod present {
    use super::*;
    use crate::columns::{floats, is_masked};
    use crate::errors::{bad_input, guarded};
    use crate::numbers::{Real, Whole, pair, shown};
    use crate::pricing::threads_of;
    use index::{Config, Error, Facet, Filter, Index, Test, Words};
    use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
    use pyo3::types::PyDict;
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};

    /// Longest vector.
    const MOST_DIMENSIONS: usize = 1 << 16;

    /// Vectors, texts and arrows over record ids, in a folder.
    #[pyclass(frozen, module = "jarvis2", name = "Index")]
    pub(crate) struct PyIndex {
        /// `None` once it was closed.
        index: Mutex<Option<Index>>,
        folder: PathBuf,
        read_only: bool,
    }

    #[derive(FromPyObject)]
    enum Fact {
        Word(String),
        Number(f64),
    }

    /// What an index objects to: to an argument, for want of room, or to its files.
    fn refused(py: Python<'_>, what: &str, row: Option<usize>, error: &Error) -> PyErr {
        let message = match row {
            Some(row) => format!("row {row}: {error}"),
            None => error.to_string(),
        };
        match error {
            Error::Vector { why } | Error::Config { why } => {
                bad_input(py, &message, what, why, row)
            }
            Error::DiskFull { .. } => of_kind(py, "resources", message),
            _ => of_kind(py, "data", message),
        }
    }

    /// Numbers of `float32`, in the order of C: the array that came, or a copy. What is masked is NaN, which an index refuses.
    fn singles<'py>(
        what: &str,
        value: &Bound<'py, PyAny>,
        dimensions: usize,
    ) -> PyResult<Bound<'py, PyArrayDyn<f32>>> {
        let array = match value.cast::<PyArrayDyn<f32>>() {
            Ok(_) if !is_masked(value)? => value.clone(),
            _ => floats(what, value)?.into_any(),
        };
        required(what, &array, "f4", dimensions)
    }

    /// Record ids: whole numbers that fit an `i64`.
    fn ids<'py>(what: &str, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<i64>>> {
        let py = value.py();
        let refuse = |seen: &str| {
            let message = format!(
                "{what}: an array of whole numbers from {} to {} is needed, not {seen}",
                i64::MIN,
                i64::MAX
            );
            bad_input(py, &message, what, seen, None)
        };
        if is_masked(value)? {
            return Err(refuse("a masked array"));
        }
        let array = py.import("numpy")?.call_method1("asarray", (value,));
        let array = array.map_err(|_| refuse(&shown(value)))?;
        let dtype = array.getattr("dtype")?;
        let kind: String = dtype.getattr("kind")?.extract()?;
        let empty = array.getattr("size")?.extract::<usize>()? == 0;
        let too_large = || -> PyResult<bool> { array.call_method0("max")?.gt(i64::MAX) };
        match kind.as_str() {
            _ if empty => {}
            "i" => {}
            "u" if !too_large()? => {}
            "u" => return Err(refuse("one of them above that")),
            _ => return Err(refuse(&format!("{dtype} of kind {kind:?}"))),
        }
        required(what, &array, "i8", 1)
    }

    /// An array of a type and a number of dimensions, contiguous.
    fn required<'py, T: numpy::Element>(
        what: &str,
        array: &Bound<'py, PyAny>,
        kind: &str,
        dimensions: usize,
    ) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
        let py = array.py();
        let shape: Vec<usize> = array.getattr("shape")?.extract()?;
        if shape.len() != dimensions {
            let needed = match dimensions {
                1 => "one dimension",
                _ => "two dimensions, a row for each record,",
            };
            let message = format!("{what}: an array of {needed} is needed, not of shape {shape:?}");
            return Err(bad_input(py, &message, what, &format!("{shape:?}"), None));
        }
        let plain = py
            .import("numpy")?
            .call_method1("require", (array, kind, ["C", "A"]))?;
        Ok(plain.cast_into()?)
    }

    impl PyIndex {
        /// Works on the index while other threads of Python go on.
        fn open<T: Send>(
            &self,
            py: Python<'_>,
            work: impl FnOnce(&mut Index) -> T + Send,
        ) -> PyResult<T> {
            guarded(py, || {
                let answer = py.detach(|| {
                    let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
                    index.as_mut().map(work)
                });
                answer.ok_or_else(|| {
                    let message = format!(
                        "the index at {} was closed: open it again with jarvis2.Index",
                        self.folder.display()
                    );
                    of_kind(py, "usage", message)
                })
            })
        }

        /// Asks the index; `what` is the argument that may be at fault.
        fn ask<T: Send>(
            &self,
            py: Python<'_>,
            what: &str,
            work: impl FnOnce(&mut Index) -> Result<T, Error> + Send,
        ) -> PyResult<T> {
            self.open(py, work)?
                .map_err(|error| refused(py, what, None, &error))
        }

        /// Refuses to change what was opened to be read.
        fn writable(&self, py: Python<'_>) -> PyResult<()> {
            match self.read_only {
                false => Ok(()),
                true => {
                    let message = format!(
                        "the index at {} was opened with read_only=True: open it without to change it",
                        self.folder.display()
                    );
                    Err(of_kind(py, "usage", message))
                }
            }
        }
    }

    #[pymethods]
    impl PyIndex {
        /// Opens a folder, or makes it. One may write at a time; any number may read beside it.
        #[new]
        #[pyo3(signature = (folder, dimensions, *, read_only=false, threads=None), text_signature = "(folder, dimensions, *, read_only=False, threads=1)")]
        fn new(
            py: Python<'_>,
            folder: PathBuf,
            dimensions: Whole,
            read_only: bool,
            threads: Option<Whole>,
        ) -> PyResult<PyIndex> {
            let dimensions = dimensions.within(py, "dimensions", 1, MOST_DIMENSIONS)?;
            let config = Config {
                threads: threads_of(py, threads)?,
                ..Config::new(dimensions)
            };
            let open = || match read_only {
                true => Index::open_reader(&folder, &config),
                false => Index::open(&folder, &config),
            };
            let index = guarded(py, || {
                py.detach(open)
                    .map_err(|error| refused(py, "dimensions", None, &error))
            })?;
            Ok(PyIndex {
                index: Mutex::new(Some(index)),
                folder,
                read_only,
            })
        }

        /// Keeps the vectors (one row each, as `float32`) of records, durably, all or none.
        fn add(
            &self,
            py: Python<'_>,
            records: &Bound<'_, PyAny>,
            vectors: &Bound<'_, PyAny>,
        ) -> PyResult<()> {
            let (records, vectors) = (ids("records", records)?, singles("vectors", vectors, 2)?);
            let (count, width) = (vectors.shape()[0], vectors.shape()[1]);
            if count != records.len() {
                let message = format!(
                    "{} records and {count} vectors: one for each is needed",
                    records.len()
                );
                return Err(bad_input(
                    py,
                    &message,
                    "vectors",
                    &format!("[{count}, {width}]"),
                    None,
                ));
            }
            let (records, vectors) = (records.try_readonly()?, vectors.try_readonly()?);
            let (records, numbers) = (records.as_slice()?, vectors.as_slice()?);
            let mut bad = None;
            self.writable(py)?;
            self.open(py, |index| {
                index.update(|change| {
                    for (row, &record) in records.iter().enumerate() {
                        let vector = &numbers[row * width..(row + 1) * width];
                        change
                            .vector(record, vector)
                            .inspect_err(|_| bad = Some(row))?;
                    }
                    Ok(())
                })
            })?
            .map_err(|error| refused(py, "vectors", bad, &error))
        }

        /// Keeps facts about a record, a text or a number each.
        fn add_facts(
            &self,
            py: Python<'_>,
            record: Whole,
            facts: BTreeMap<String, Fact>,
        ) -> PyResult<()> {
            let record = record.at_least(py, "record", i64::MIN)?;
            self.writable(py)?;
            self.ask(py, "facts", |index| {
                index.update(|change| {
                    facts.into_iter().try_for_each(|(name, fact)| {
                        let fact = match fact {
                            Fact::Word(word) => Facet::Word(word),
                            Fact::Number(number) => Facet::Number(number),
                        };
                        change.facet(record, &name, Some(&fact))
                    })
                })
            })
        }

        /// Keeps a text of a record.
        fn add_text(&self, py: Python<'_>, record: Whole, kind: &str, body: &str) -> PyResult<()> {
            let record = record.at_least(py, "record", i64::MIN)?;
            self.writable(py)?;
            self.ask(py, "body", |index| {
                index.update(|change| change.text(record, kind, body))
            })
        }

        /// Draws an arrow between records.
        #[pyo3(signature = (source, target, kind, weight=Real(1.0)), text_signature = "($self, source, target, kind, weight=1.0)")]
        fn add_edge(
            &self,
            py: Python<'_>,
            source: Whole,
            target: Whole,
            kind: &str,
            weight: Real,
        ) -> PyResult<()> {
            let source = source.at_least(py, "source", i64::MIN)?;
            let target = target.at_least(py, "target", i64::MIN)?;
            self.writable(py)?;
            self.ask(py, "weight", |index| {
                index.update(|change| change.edge(source, target, kind, weight.0))
            })
        }

        /// The records nearest to a vector: `(record, distance)`, one minus the cosine, nearest first; fewer than `count` where there are
        /// fewer. `words` and `between` (both ends included) leave only records with such facts; `exact` looks at every vector.
        #[pyo3(signature = (vector, count=None, *, words=None, between=None, exact=false), text_signature = "($self, vector, count=10, *, words=None, between=None, exact=False)")]
        fn nearest(
            &self,
            py: Python<'_>,
            vector: &Bound<'_, PyAny>,
            count: Option<Whole>,
            words: Option<BTreeMap<String, Vec<String>>>,
            between: Option<BTreeMap<String, Bound<'_, PyAny>>>,
            exact: bool,
        ) -> PyResult<Vec<(i64, f32)>> {
            let count = count.map_or(Ok(10), |count| count.at_least(py, "count", 0))?;
            let mut filter = Filter::default();
            for (name, words) in words.unwrap_or_default() {
                filter.all.push((name, Test::Words(words)));
            }
            for (name, ends) in between.unwrap_or_default() {
                let (Real(low), Real(high)) =
                    pair(&format!("between[{name:?}]"), &ends, "(lowest, highest)")?;
                // Which NaN is not.
                let in_order = low <= high;
                if !in_order {
                    let message = format!(
                        "between: the range of {name:?} is ({low}, {high}): give the low end, then the high one"
                    );
                    let value = format!("({low}, {high})");
                    return Err(bad_input(py, &message, "between", &value, None));
                }
                filter.all.push((name, Test::Between(low, high)));
            }
            let vector = singles("vector", vector, 1)?.try_readonly()?;
            let query = vector.as_slice()?;
            let near = self.ask(py, "vector", |index| match exact {
                true => index.nearest_exact(query, count, &filter),
                false => index
                    .nearest(query, count, &filter)
                    .map(|answer| answer.neighbours),
            })?;
            Ok(near
                .iter()
                .map(|near| (near.record, near.distance))
                .collect())
        }

        /// Records whose texts have all the words (or any of them), best first.
        #[pyo3(signature = (words, *, any=false, kind=None, limit=None), text_signature = "($self, words, *, any=False, kind=None, limit=10)")]
        fn find_text<'py>(
            &self,
            py: Python<'py>,
            words: &str,
            any: bool,
            kind: Option<&str>,
            limit: Option<Whole>,
        ) -> PyResult<Vec<Bound<'py, PyDict>>> {
            let limit = limit.map_or(Ok(10), |limit| limit.at_least(py, "limit", 0))?;
            let which = if any { Words::Any } else { Words::All };
            let hits = self.ask(py, "words", |index| {
                index.find_text(words, which, kind, limit)
            })?;
            let mut rows = Vec::new();
            for hit in hits {
                let row = PyDict::new(py);
                row.set_item("record", hit.record)?;
                row.set_item("kind", hit.kind)?;
                row.set_item("score", hit.score)?;
                row.set_item("excerpt", hit.excerpt)?;
                rows.push(row);
            }
            Ok(rows)
        }

        /// The records that arrows of a kind, or of any, lead to from here.
        #[pyo3(signature = (record, kind=None))]
        fn targets(&self, py: Python<'_>, record: Whole, kind: Option<&str>) -> PyResult<Vec<i64>> {
            let record = record.at_least(py, "record", i64::MIN)?;
            self.ask(py, "record", |index| {
                Ok(index.graph().targets(record, kind))
            })
        }

        /// The vector of a record, `None` where it has none.
        fn vector<'py>(
            &self,
            py: Python<'py>,
            record: Whole,
        ) -> PyResult<Option<Bound<'py, PyArray1<f32>>>> {
            let record = record.at_least(py, "record", i64::MIN)?;
            let vector = self.ask(py, "record", |index| index.vector(record))?;
            Ok(vector.map(|vector| PyArray1::from_vec(py, vector)))
        }

        /// Writes the graph of neighbours aside, so that the folder opens quickly; gives its generation.
        fn snapshot(&self, py: Python<'_>) -> PyResult<i64> {
            self.writable(py)?;
            self.ask(py, "folder", Index::snapshot)
        }

        /// Lets go of the folder: another may write to it. Nothing that was added is lost without it.
        fn close(&self, py: Python<'_>) -> PyResult<()> {
            guarded(py, || {
                py.detach(|| {
                    let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
                    *index = None;
                });
                Ok(())
            })
        }

        fn __enter__(this: Py<PyIndex>) -> Py<PyIndex> {
            this
        }

        /// Closes it.
        fn __exit__(
            &self,
            py: Python<'_>,
            kind: &Bound<'_, PyAny>,
            error: &Bound<'_, PyAny>,
            trace: &Bound<'_, PyAny>,
        ) -> PyResult<()> {
            let _ = (kind, error, trace);
            self.close(py)
        }

        fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
            self.ask(py, "folder", |index| Ok(index.len()))
        }

        fn __repr__(&self) -> String {
            format!("Index({:?})", self.folder)
        }
    }
}

#[cfg(feature = "index")]
pub(crate) use present::PyIndex;
