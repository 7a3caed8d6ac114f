//! Errors as Python's exceptions. The classes are Python's own (`python/jarvis2/_errors.py`), so that their fields have types.

use pricing::Status;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Finds a class of `jarvis2._errors` once.
macro_rules! class {
    ($py:expr, $name:literal) => {{
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        CLASS.import($py, "jarvis2._errors", $name)
    }};
}

/// An instance, or whatever went wrong on the way to it.
fn raised<'py, A: pyo3::call::PyCallArgs<'py>>(
    class: PyResult<&Bound<'py, PyType>>,
    arguments: A,
) -> PyErr {
    match class.and_then(|class| class.call1(arguments)) {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// An argument that cannot be used: `what` it is, its `value` as text, and its row where it is one of many.
pub(crate) fn bad_input(
    py: Python<'_>,
    message: &str,
    what: &str,
    value: &str,
    row: Option<usize>,
) -> PyErr {
    raised(class!(py, "BadInput"), (message, what, value, row))
}

/// What `pricing` objects to; `row` where the option is one of many.
pub(crate) fn of_pricing(py: Python<'_>, error: &pricing::Error, row: Option<usize>) -> PyErr {
    let message = match row {
        Some(row) => format!("row {row}: {error}"),
        None => error.to_string(),
    };
    match error {
        pricing::Error::BadInput { what, value }
        | pricing::Error::OutOfRange { what, value, .. } => {
            bad_input(py, &message, what, &value.to_string(), row)
        }
        _ => raised(
            class!(py, "NoAnswer"),
            (message, WORDS[Status::from(*error) as usize], row),
        ),
    }
}

/// What a command refused.
pub(crate) fn refusal(py: Python<'_>, refusal: &jarvis2::Refusal) -> PyErr {
    let class = match refusal.kind {
        "usage" => class!(py, "UsageError"),
        "data" => class!(py, "DataError"),
        "resources" => class!(py, "ResourceError"),
        "interrupted" => class!(py, "Interrupted"),
        _ => class!(py, "InternalError"),
    };
    raised(class, (refusal.message.as_str(),))
}

/// A file or argument of another part: `kind` is that of the command line.
pub(crate) fn of_kind(py: Python<'_>, kind: &'static str, message: String) -> PyErr {
    refusal(
        py,
        &jarvis2::Refusal {
            kind,
            message,
            exit_code: 0,
        },
    )
}

/// Work in which a panic is `InternalError`: PyO3's own exception for it is none of Python's `Exception`s and would end a program that
/// catches those. The lines that the panic writes to standard error say where.
pub(crate) fn guarded<T>(py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    // What the work held is dropped, or is an array of answers that the caller gets an exception for.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no reason given");
        Err(of_kind(py, "internal", format!("a bug: {said}")))
    })
}

/// The words for [`Status`], by its number, as the command line writes them.
pub(crate) const WORDS: [&str; 7] = [
    "ok",
    "bad_input",
    "below_intrinsic",
    "above_maximum",
    "expired",
    "no_vega",
    "not_converged",
];

// The numbers that Python sees.
const _: () = assert!(Status::Ok as usize == 0 && Status::NotConverged as usize == 6);
