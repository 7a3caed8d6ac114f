//! The batch of crate `pricing` as a program in Rust would ask it: what `benches/peers.py` holds the package's own doors against.

use crate::columns::{Asked, INPUTS, QUOTED, inputs_ref, quoted_ref};
use pricing::american::{self, Precision};
use pricing::{GreeksMut, Right, Status, european, implied};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// Columns that are there; answers and statuses get new room, one thread works. Whoever calls holds the clock.
#[pyclass(frozen, module = "jarvis2._jarvis2")]
pub(crate) struct _Batch {
    what: String,
    rights: Vec<Right>,
    numbers: [Vec<f64>; 6],
}

#[pymethods]
impl _Batch {
    #[new]
    fn new(
        what: String,
        right: &Bound<'_, PyAny>,
        numbers: [Bound<'_, PyAny>; 6],
    ) -> PyResult<_Batch> {
        let names = if what == "implied_vol" {
            &QUOTED
        } else {
            &INPUTS
        };
        let Asked::Many(arguments, shape) = Asked::of(right, numbers.each_ref(), names)? else {
            return Err(PyTypeError::new_err("arrays are needed"));
        };
        let (rights, numbers) = arguments.batch(shape.iter().product())?.plain();
        Ok(_Batch {
            what,
            rights,
            numbers,
        })
    }

    /// Answers all rows and throws the answers away.
    fn run(&self, py: Python<'_>) {
        py.detach(|| {
            let columns = self.numbers.each_ref().map(Vec::as_slice);
            let (rights, len) = (&self.rights, self.rights.len());
            let mut status = vec![Status::Ok; len];
            let mut out = vec![0.0; len];
            match self.what.as_str() {
                "implied_vol" => {
                    implied::implied_vols(quoted_ref(rights, columns), &mut out, &mut status);
                }
                "greeks" => {
                    let mut rest: [Vec<f64>; 6] = std::array::from_fn(|_| vec![0.0; len]);
                    let room = GreeksMut::from_columns(&mut rest);
                    european::greeks_batch(inputs_ref(rights, columns), room, &mut status);
                    std::hint::black_box(&rest);
                }
                "american_price" => {
                    let inputs = inputs_ref(rights, columns);
                    american::prices(inputs, Precision::Standard, &mut out, &mut status);
                }
                _ => european::prices(inputs_ref(rights, columns), &mut out, &mut status),
            }
            std::hint::black_box((&out, &status));
        });
    }
}
