//! The diary, opened for reading: crate `experience`.

use crate::errors::{bad_input, guarded, of_kind};
use crate::numbers::{Real, Whole};
use experience::{
    Decision, Error, Fill, Note, Options, Origin, Outcome, Question, Reader, RecordId, Situation,
};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The diary of decisions and how they ended, read beside whoever writes it.
#[pyclass(frozen, module = "jarvis2", name = "Experience")]
pub(crate) struct PyExperience {
    // SQLite's connection may move between threads but not be used by two at a time.
    /// `None` once it was closed.
    reader: Mutex<Option<Reader>>,
    path: PathBuf,
}

fn refused(py: Python<'_>, error: &Error) -> PyErr {
    of_kind(py, "data", error.to_string())
}

/// A moment in milliseconds since 1970 UTC, or what stands for none.
fn moment(py: Python<'_>, what: &str, said: Option<Whole>, unless: i64) -> PyResult<i64> {
    said.map_or(Ok(unless), |said| said.at_least(py, what, i64::MIN))
}

fn outcome_dict<'py>(
    py: Python<'py>,
    id: RecordId,
    outcome: &Outcome,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("id", id.0)?;
    dict.set_item("decision", outcome.decision.0)?;
    dict.set_item("known_at_ms", outcome.known_at_ms)?;
    dict.set_item("ending", &outcome.ending)?;
    dict.set_item("realised_cents", outcome.realised_cents)?;
    dict.set_item("facts", &outcome.facts)?;
    Ok(dict)
}

fn situation_dict<'py>(
    py: Python<'py>,
    id: RecordId,
    situation: &Situation,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("id", id.0)?;
    dict.set_item("symbol", &situation.symbol)?;
    dict.set_item("as_of_ms", situation.as_of_ms)?;
    dict.set_item("source", &situation.source)?;
    dict.set_item("facts", &situation.facts)?;
    Ok(dict)
}

fn decision_dict<'py>(
    py: Python<'py>,
    id: RecordId,
    decision: &Decision,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("id", id.0)?;
    dict.set_item("situation", decision.situation.0)?;
    dict.set_item("made_at_ms", decision.made_at_ms)?;
    dict.set_item("origin", origin_word(decision.origin))?;
    dict.set_item("action", &decision.action)?;
    dict.set_item("worth", decision.worth)?;
    dict.set_item("model", decision.model.map(|model| model.0))?;
    dict.set_item("seed", decision.seed)?;
    Ok(dict)
}

fn fill_dict<'py>(py: Python<'py>, id: RecordId, fill: &Fill) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("id", id.0)?;
    dict.set_item("kind", fill.kind.name())?;
    dict.set_item("decision", fill.decision.map(|decision| decision.0))?;
    dict.set_item("filled_at_ms", fill.filled_at_ms)?;
    dict.set_item("symbol", &fill.symbol)?;
    dict.set_item("contract", &fill.contract)?;
    dict.set_item("quantity", fill.quantity)?;
    dict.set_item("price_per_share", fill.price_per_share)?;
    dict.set_item("fees_cents", fill.fees_cents)?;
    dict.set_item("cash_cents", fill.cash_cents)?;
    dict.set_item("broker_ref", &fill.broker_ref)?;
    Ok(dict)
}

fn note_dict<'py>(py: Python<'py>, id: RecordId, note: &Note) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("id", id.0)?;
    dict.set_item("about", note.about.map(|about| about.0))?;
    dict.set_item("symbol", &note.symbol)?;
    dict.set_item("written_at_ms", note.written_at_ms)?;
    dict.set_item("kind", &note.kind)?;
    dict.set_item("body", &note.body)?;
    Ok(dict)
}

fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Live => "live",
        Origin::SelfPlay => "self_play",
        Origin::Backtest => "backtest",
    }
}

impl PyExperience {
    fn reader(&self) -> MutexGuard<'_, Option<Reader>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the diary while other threads of Python go on.
    fn read<T: Send>(
        &self,
        py: Python<'_>,
        question: impl FnOnce(&Reader) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        guarded(py, || {
            let answer = py.detach(|| self.reader().as_ref().map(question));
            let Some(answer) = answer else {
                let message = format!(
                    "the diary {} was closed: open it again with jarvis2.Experience",
                    self.path.display()
                );
                return Err(of_kind(py, "usage", message));
            };
            answer.map_err(|error| refused(py, &error))
        })
    }
}

#[pymethods]
impl PyExperience {
    /// Opens a diary, such as `jarvis2/diary.sqlite` in the user's data folder.
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<PyExperience> {
        let reader = guarded(py, || {
            py.detach(|| Reader::open(&path, &Options::default()))
                .map_err(|error| refused(py, &error))
        })?;
        Ok(PyExperience {
            reader: Mutex::new(Some(reader)),
            path,
        })
    }

    /// Lets go of the file.
    fn close(&self, py: Python<'_>) {
        py.detach(|| *self.reader() = None);
    }

    fn __enter__(this: Py<PyExperience>) -> Py<PyExperience> {
        this
    }

    /// Closes it.
    fn __exit__(
        &self,
        py: Python<'_>,
        kind: &Bound<'_, PyAny>,
        error: &Bound<'_, PyAny>,
        trace: &Bound<'_, PyAny>,
    ) {
        let _ = (kind, error, trace);
        self.close(py);
    }

    /// Decisions, newest first: of an origin (`live`, `self_play`, `backtest`) and, if one is named, a symbol.
    #[pyo3(signature = (symbol=None, *, origin="live", limit=None), text_signature = "($self, symbol=None, *, origin='live', limit=50)")]
    fn decisions<'py>(
        &self,
        py: Python<'py>,
        symbol: Option<String>,
        origin: &str,
        limit: Option<Whole>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let limit = limit.map_or(Ok(50), |limit| limit.at_least(py, "limit", 0))?;
        let origin = match origin {
            "live" => Origin::Live,
            "self_play" => Origin::SelfPlay,
            "backtest" => Origin::Backtest,
            other => {
                let message =
                    format!("origin is {other:?}: write \"live\", \"self_play\" or \"backtest\"");
                return Err(bad_input(py, &message, "origin", other, None));
            }
        };
        let found = self.read(py, |reader| {
            let ids = reader.decisions(origin, symbol.as_deref(), limit)?;
            ids.into_iter()
                .map(|id| Ok((id, reader.decision_alone(id)?)))
                .collect::<Result<Vec<_>, Error>>()
        })?;
        found
            .iter()
            .map(|(id, decision)| decision_dict(py, *id, decision))
            .collect()
    }

    /// One decision with every action that was looked at, and the plan that was shown, if one was.
    fn decision<'py>(&self, py: Python<'py>, id: Whole) -> PyResult<Bound<'py, PyDict>> {
        let id = RecordId(id.at_least(py, "id", i64::MIN)?);
        let decision = self.read(py, |reader| reader.decision(id))?;
        let dict = decision_dict(py, id, &decision)?;
        let mut visits = Vec::new();
        for visit in &decision.visits {
            let row = PyDict::new(py);
            row.set_item("action", &visit.action)?;
            row.set_item("visits", visit.visits)?;
            row.set_item("prior", visit.prior)?;
            row.set_item("worth", visit.worth)?;
            visits.push(row);
        }
        dict.set_item("visits", visits)?;
        dict.set_item("plan_text", decision.plan.as_ref().map(|plan| &plan.text))?;
        dict.set_item("plan_json", decision.plan.as_ref().map(|plan| &plan.json))?;
        Ok(dict)
    }

    /// What was seen when a decision was made.
    fn situation<'py>(&self, py: Python<'py>, id: Whole) -> PyResult<Bound<'py, PyDict>> {
        let id = RecordId(id.at_least(py, "id", i64::MIN)?);
        let situation = self.read(py, |reader| reader.situation(id))?;
        situation_dict(py, id, &situation)
    }

    /// The numbers that encode a situation, `None` where that version of the encoder kept none.
    fn encoding<'py>(
        &self,
        py: Python<'py>,
        situation: Whole,
        version: Whole,
    ) -> PyResult<Option<Bound<'py, PyArray1<f32>>>> {
        let situation = RecordId(situation.at_least(py, "situation", i64::MIN)?);
        let version = version.at_least(py, "version", i64::MIN)?;
        let numbers = self.read(py, |reader| {
            reader.situation(situation)?;
            reader.encoding(situation, version)
        })?;
        Ok(numbers.map(|numbers| PyArray1::from_vec(py, numbers)))
    }

    /// How a decision ended, as known at a moment (milliseconds since 1970 UTC; default: now), or `None`.
    #[pyo3(signature = (decision, *, as_of_ms=None), text_signature = "($self, decision, *, as_of_ms=...)")]
    fn outcome<'py>(
        &self,
        py: Python<'py>,
        decision: Whole,
        as_of_ms: Option<Whole>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let decision = RecordId(decision.at_least(py, "decision", i64::MIN)?);
        let as_of_ms = moment(py, "as_of_ms", as_of_ms, i64::MAX)?;
        let outcome = self.read(py, |reader| {
            reader.decision(decision)?;
            reader.outcome_of(decision, as_of_ms)
        })?;
        outcome
            .map(|(id, outcome)| outcome_dict(py, id, &outcome))
            .transpose()
    }

    /// Fills in `[from_ms, until_ms)`, by time.
    #[pyo3(signature = (*, from_ms=None, until_ms=None), text_signature = "($self, *, from_ms=..., until_ms=...)")]
    fn fills<'py>(
        &self,
        py: Python<'py>,
        from_ms: Option<Whole>,
        until_ms: Option<Whole>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let from_ms = moment(py, "from_ms", from_ms, i64::MIN)?;
        let until_ms = moment(py, "until_ms", until_ms, i64::MAX)?;
        let fills = self.read(py, |reader| reader.fills(from_ms, until_ms))?;
        fills
            .iter()
            .map(|(id, fill)| fill_dict(py, *id, fill))
            .collect()
    }

    /// Notes in `[from_ms, until_ms)`, by time.
    #[pyo3(signature = (*, from_ms=None, until_ms=None), text_signature = "($self, *, from_ms=..., until_ms=...)")]
    fn notes<'py>(
        &self,
        py: Python<'py>,
        from_ms: Option<Whole>,
        until_ms: Option<Whole>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let from_ms = moment(py, "from_ms", from_ms, i64::MIN)?;
        let until_ms = moment(py, "until_ms", until_ms, i64::MAX)?;
        let notes = self.read(py, |reader| reader.notes(from_ms, until_ms))?;
        notes
            .iter()
            .map(|(id, note)| note_dict(py, *id, note))
            .collect()
    }

    /// Past situations like one of the diary, nearest first, each with its decisions and how they ended by then.
    #[pyo3(signature = (situation, version, *, count=None, farthest=Real(2.0)), text_signature = "($self, situation, version, *, count=10, farthest=2.0)")]
    fn precedents<'py>(
        &self,
        py: Python<'py>,
        situation: Whole,
        version: Whole,
        count: Option<Whole>,
        farthest: Real,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let id = RecordId(situation.at_least(py, "situation", i64::MIN)?);
        let version = version.at_least(py, "version", i64::MIN)?;
        let count = count.map_or(Ok(10), |count| count.at_least(py, "count", 0))?;
        let Real(farthest) = farthest;
        if farthest.is_nan() {
            let message = "farthest is NaN: give a distance, 0 (the same) to 2 (opposite)";
            return Err(bad_input(py, message, "farthest", "NaN", None));
        }
        let found = self.read(py, |reader| {
            let as_of_ms = reader.situation(id)?.as_of_ms;
            let Some(encoding) = reader.encoding(id, version)? else {
                return Ok(None);
            };
            let question = Question {
                encoding: &encoding,
                encoder_version: version,
                as_of_ms,
                count,
                farthest: farthest as f32,
            };
            reader.precedents(&question, |_, _| true).map(Some)
        })?;
        let Some(found) = found else {
            let message = format!("situation {} has no encoding of version {version}", id.0);
            return Err(of_kind(py, "data", message));
        };
        let mut rows = Vec::new();
        for precedent in &found.precedents {
            let row = PyDict::new(py);
            row.set_item("situation", precedent.situation.0)?;
            row.set_item("symbol", &precedent.symbol)?;
            row.set_item("as_of_ms", precedent.as_of_ms)?;
            row.set_item("distance", precedent.distance)?;
            let mut decisions = Vec::new();
            for (decision, action, outcome) in &precedent.decisions {
                let made = PyDict::new(py);
                made.set_item("id", decision.0)?;
                made.set_item("action", action)?;
                made.set_item("ending", outcome.as_ref().map(|outcome| &outcome.ending))?;
                made.set_item(
                    "realised_cents",
                    outcome.as_ref().and_then(|outcome| outcome.realised_cents),
                )?;
                decisions.push(made);
            }
            row.set_item("decisions", decisions)?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// Looks at every page and reference of the file; empty means sound.
    fn verify(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.read(py, Reader::verify)
    }

    fn __repr__(&self) -> String {
        format!("Experience({:?})", self.path)
    }
}
