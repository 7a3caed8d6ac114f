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
    use index::{Config, Error, Facet, Filter, Index, Test, Words};
    use numpy::{PyReadonlyArray1, PyReadonlyArray2};
    use pyo3::types::PyDict;
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};

    /// Vectors, texts and arrows over record ids, in a folder.
    #[pyclass(frozen, module = "jarvis2", name = "Index")]
    pub(crate) struct PyIndex {
        index: Mutex<Index>,
        folder: PathBuf,
    }

    #[derive(FromPyObject)]
    enum Fact {
        Word(String),
        Number(f64),
    }

    impl PyIndex {
        /// Asks or changes the index while other threads of Python go on.
        fn with<T: Send>(
            &self,
            py: Python<'_>,
            work: impl FnOnce(&mut Index) -> Result<T, Error> + Send,
        ) -> PyResult<T> {
            py.detach(|| work(&mut self.index.lock().unwrap_or_else(PoisonError::into_inner)))
                .map_err(|error| of_kind(py, "data", error.to_string()))
        }
    }

    #[pymethods]
    impl PyIndex {
        /// Opens a folder, or makes it.
        #[new]
        #[pyo3(signature = (folder, dimensions, *, read_only=false, threads=1))]
        fn new(
            py: Python<'_>,
            folder: PathBuf,
            dimensions: usize,
            read_only: bool,
            threads: usize,
        ) -> PyResult<PyIndex> {
            let config = Config {
                threads,
                ..Config::new(dimensions)
            };
            let open = || match read_only {
                true => Index::open_reader(&folder, &config),
                false => Index::open(&folder, &config),
            };
            let index = py
                .detach(open)
                .map_err(|error| of_kind(py, "data", error.to_string()))?;
            Ok(PyIndex {
                index: Mutex::new(index),
                folder,
            })
        }

        /// Keeps the vectors (one row of `float32` each) of records, durably, all or none.
        fn add(
            &self,
            py: Python<'_>,
            records: PyReadonlyArray1<'_, i64>,
            vectors: PyReadonlyArray2<'_, f32>,
        ) -> PyResult<()> {
            let (records, array) = (records.as_slice()?, vectors.as_array());
            if array.nrows() != records.len() {
                let message = format!(
                    "{} records and {} vectors: one for each is needed",
                    records.len(),
                    array.nrows()
                );
                return Err(of_kind(py, "usage", message));
            }
            let width = array.ncols();
            let numbers = vectors.as_slice()?;
            self.with(py, |index| {
                index.update(|change| {
                    let rows = records.iter().zip(numbers.chunks_exact(width.max(1)));
                    rows.into_iter()
                        .try_for_each(|(&record, vector)| change.vector(record, vector))
                })
            })
        }

        /// Keeps facts about a record, a text or a number each.
        fn add_facts(
            &self,
            py: Python<'_>,
            record: i64,
            facts: BTreeMap<String, Fact>,
        ) -> PyResult<()> {
            self.with(py, |index| {
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
        fn add_text(&self, py: Python<'_>, record: i64, kind: &str, body: &str) -> PyResult<()> {
            self.with(py, |index| {
                index.update(|change| change.text(record, kind, body))
            })
        }

        /// Draws an arrow between records.
        #[pyo3(signature = (source, target, kind, weight=1.0))]
        fn add_edge(
            &self,
            py: Python<'_>,
            source: i64,
            target: i64,
            kind: &str,
            weight: f64,
        ) -> PyResult<()> {
            self.with(py, |index| {
                index.update(|change| change.edge(source, target, kind, weight))
            })
        }

        /// The records nearest to a vector: `(record, distance)`, one minus the cosine, nearest first. `words` and `between` leave only
        /// records with such facts.
        #[pyo3(signature = (vector, count=10, *, words=None, between=None, exact=false))]
        fn nearest(
            &self,
            py: Python<'_>,
            vector: PyReadonlyArray1<'_, f32>,
            count: usize,
            words: Option<BTreeMap<String, Vec<String>>>,
            between: Option<BTreeMap<String, (f64, f64)>>,
            exact: bool,
        ) -> PyResult<Vec<(i64, f32)>> {
            let mut filter = Filter::default();
            for (name, words) in words.unwrap_or_default() {
                filter.all.push((name, Test::Words(words)));
            }
            for (name, (low, high)) in between.unwrap_or_default() {
                filter.all.push((name, Test::Between(low, high)));
            }
            let query = vector.as_slice()?;
            let near = self.with(py, |index| match exact {
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
        #[pyo3(signature = (words, *, any=false, kind=None, limit=10))]
        fn find_text<'py>(
            &self,
            py: Python<'py>,
            words: &str,
            any: bool,
            kind: Option<&str>,
            limit: usize,
        ) -> PyResult<Vec<Bound<'py, PyDict>>> {
            let which = if any { Words::Any } else { Words::All };
            let hits = self.with(py, |index| index.find_text(words, which, kind, limit))?;
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
        fn targets(&self, py: Python<'_>, record: i64, kind: Option<&str>) -> PyResult<Vec<i64>> {
            self.with(py, |index| Ok(index.graph().targets(record, kind)))
        }

        /// The vector of a record.
        fn vector<'py>(
            &self,
            py: Python<'py>,
            record: i64,
        ) -> PyResult<Option<Bound<'py, numpy::PyArray1<f32>>>> {
            let vector = self.with(py, |index| index.vector(record))?;
            Ok(vector.map(|vector| numpy::PyArray1::from_vec(py, vector)))
        }

        /// Writes the graph of neighbours aside, so that the folder opens quickly; gives its generation.
        fn snapshot(&self, py: Python<'_>) -> PyResult<i64> {
            self.with(py, Index::snapshot)
        }

        fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
            self.with(py, |index| Ok(index.len()))
        }

        fn __repr__(&self) -> String {
            format!("Index({:?})", self.folder)
        }
    }
}

#[cfg(feature = "index")]
pub(crate) use present::PyIndex;
