//! Numbers as Python has them, of any size: an argument that does not fit is refused by its name. Python's own conversion would name
//! neither the argument nor its value.

use crate::errors::bad_input;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// A whole number; as text where it fits neither an `i64` nor a `u64`.
pub(crate) struct Whole(Result<i128, String>);

impl<'a, 'py> FromPyObject<'a, 'py> for Whole {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Whole> {
        match value.extract::<i64>() {
            Ok(number) => Ok(Whole(Ok(number.into()))),
            Err(error) if too_large(value.py(), &error) => {
                Ok(Whole(match value.extract::<u64>() {
                    Ok(number) => Ok(number.into()),
                    Err(_) => Err(shown(&value)),
                }))
            }
            Err(error) => Err(error),
        }
    }
}

impl Whole {
    /// The number, if it is at least `least` and fits the type.
    pub(crate) fn at_least<T: TryFrom<i128> + Bounded>(
        self,
        py: Python<'_>,
        what: &str,
        least: T,
    ) -> PyResult<T> {
        self.within(py, what, least, T::MOST)
    }

    /// The number, if it lies in a range, ends included.
    pub(crate) fn within<T: TryFrom<i128> + Bounded>(
        self,
        py: Python<'_>,
        what: &str,
        least: T,
        most: T,
    ) -> PyResult<T> {
        let fits = |number: &i128| (least.into_i128()..=most.into_i128()).contains(number);
        let number = self.0.as_ref().ok().copied().filter(fits);
        number
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| {
                let value = self.0.map_or_else(|text| text, |number| number.to_string());
                let message = format!(
                    "{what} is {value}: give a whole number from {} to {}",
                    least.into_i128(),
                    most.into_i128()
                );
                bad_input(py, &message, what, &value, None)
            })
    }
}

/// A type of whole numbers and its greatest one.
pub(crate) trait Bounded: Copy {
    const MOST: Self;
    fn into_i128(self) -> i128;
}

macro_rules! bounded {
    ($($type:ty),*) => {$(
        impl Bounded for $type {
            const MOST: $type = <$type>::MAX;
            fn into_i128(self) -> i128 {
                self as i128
            }
        }
    )*};
}
bounded!(u32, u64, usize, i64);

/// A real number; infinite where it is too large for a float.
#[derive(Clone, Copy)]
pub(crate) struct Real(pub(crate) f64);

impl<'a, 'py> FromPyObject<'a, 'py> for Real {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Real> {
        match value.extract::<f64>() {
            Ok(number) => Ok(Real(number)),
            Err(error) if too_large(value.py(), &error) => Ok(Real(match value.lt(0)? {
                true => f64::NEG_INFINITY,
                false => f64::INFINITY,
            })),
            // A word that an array holds.
            Err(error) if error.is_instance_of::<PyValueError>(value.py()) => {
                Err(PyTypeError::new_err(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }
}

/// Two things in a tuple, such as `needed` says.
pub(crate) fn pair<'a, 'py, A, B>(
    what: &str,
    said: &'a Bound<'py, PyAny>,
    needed: &str,
) -> PyResult<(A, B)>
where
    A: FromPyObject<'a, 'py>,
    B: FromPyObject<'a, 'py>,
{
    said.extract().map_err(|error: PyErr| {
        let (py, seen) = (said.py(), shown(said));
        let refused = bad_input(
            py,
            &format!("{what} is {seen}: give a tuple {needed}"),
            what,
            &seen,
            None,
        );
        refused.set_cause(py, Some(error));
        refused
    })
}

fn too_large(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyOverflowError>(py)
}

/// An object as a message shows it: its `repr`, cut short.
pub(crate) fn shown(value: &Bound<'_, PyAny>) -> String {
    const LETTERS: usize = 120;
    let Ok(text) = value.repr() else {
        // Neither a whole number of thousands of digits nor a class with a mistake can be written out.
        return format!("one of {} that cannot be shown", value.get_type());
    };
    let text = text.to_string_lossy();
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into_owned(),
    }
}
