//! Prices and what moves them, as Python gets them: of one option, or in arrays.

use crate::model::{DAY, POINT};
use numpy::{PyArrayDyn, PyUntypedArrayMethods};
use pricing::Greeks;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A price and what moves it, of one share's worth of option, for the holder.
#[pyclass(frozen, eq, get_all, module = "jarvis2", name = "Greeks")]
#[derive(PartialEq)]
pub(crate) struct PyGreeks {
    /// Dollars per share.
    price: f64,
    /// Dollars per dollar of spot.
    delta: f64,
    /// Delta per dollar of spot.
    gamma: f64,
    /// Dollars per point of volatility (0.01 per year).
    vega_per_point: f64,
    /// Dollars per calendar day that passes.
    theta_per_day: f64,
    /// Dollars per percent of rate (0.01 per year), the spot held fixed.
    rho_per_percent: f64,
}

impl PyGreeks {
    /// Of an option that cannot be priced.
    pub(crate) const MISSING: PyGreeks = PyGreeks {
        price: f64::NAN,
        delta: f64::NAN,
        gamma: f64::NAN,
        vega_per_point: f64::NAN,
        theta_per_day: f64::NAN,
        rho_per_percent: f64::NAN,
    };
}

impl From<Greeks> for PyGreeks {
    fn from(greeks: Greeks) -> PyGreeks {
        PyGreeks {
            price: greeks.price,
            delta: greeks.delta,
            gamma: greeks.gamma,
            vega_per_point: greeks.vega * POINT,
            theta_per_day: greeks.theta * DAY,
            rho_per_percent: greeks.rho * POINT,
        }
    }
}

#[pymethods]
impl PyGreeks {
    #[new]
    fn new(
        price: f64,
        delta: f64,
        gamma: f64,
        vega_per_point: f64,
        theta_per_day: f64,
        rho_per_percent: f64,
    ) -> PyGreeks {
        PyGreeks {
            price,
            delta,
            gamma,
            vega_per_point,
            theta_per_day,
            rho_per_percent,
        }
    }

    /// Copies, also into other processes, are made of the same numbers.
    fn __getnewargs__(&self) -> (f64, f64, f64, f64, f64, f64) {
        (
            self.price,
            self.delta,
            self.gamma,
            self.vega_per_point,
            self.theta_per_day,
            self.rho_per_percent,
        )
    }

    fn __repr__(&self) -> String {
        format!(
            "Greeks(price={}, delta={}, gamma={}, vega_per_point={}, theta_per_day={}, rho_per_percent={})",
            self.price,
            self.delta,
            self.gamma,
            self.vega_per_point,
            self.theta_per_day,
            self.rho_per_percent
        )
    }
}

/// Prices and what moves them: arrays of one shape, each in the unit that `Greeks` has.
#[pyclass(frozen, get_all, module = "jarvis2")]
pub(crate) struct GreekArrays {
    /// Dollars per share.
    price: Py<PyArrayDyn<f64>>,
    /// Dollars per dollar of spot.
    delta: Py<PyArrayDyn<f64>>,
    /// Delta per dollar of spot.
    gamma: Py<PyArrayDyn<f64>>,
    /// Dollars per point of volatility.
    vega_per_point: Py<PyArrayDyn<f64>>,
    /// Dollars per calendar day that passes.
    theta_per_day: Py<PyArrayDyn<f64>>,
    /// Dollars per percent of rate.
    rho_per_percent: Py<PyArrayDyn<f64>>,
}

impl From<[Bound<'_, PyArrayDyn<f64>>; 6]> for GreekArrays {
    /// From columns in the order of the fields.
    fn from(columns: [Bound<'_, PyArrayDyn<f64>>; 6]) -> GreekArrays {
        let [price, delta, gamma, vega, theta, rho] = columns.map(Bound::unbind);
        GreekArrays {
            price,
            delta,
            gamma,
            vega_per_point: vega,
            theta_per_day: theta,
            rho_per_percent: rho,
        }
    }
}

#[pymethods]
impl GreekArrays {
    #[new]
    fn new(
        price: Py<PyArrayDyn<f64>>,
        delta: Py<PyArrayDyn<f64>>,
        gamma: Py<PyArrayDyn<f64>>,
        vega_per_point: Py<PyArrayDyn<f64>>,
        theta_per_day: Py<PyArrayDyn<f64>>,
        rho_per_percent: Py<PyArrayDyn<f64>>,
    ) -> GreekArrays {
        GreekArrays {
            price,
            delta,
            gamma,
            vega_per_point,
            theta_per_day,
            rho_per_percent,
        }
    }

    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let arrays = [
            &self.price,
            &self.delta,
            &self.gamma,
            &self.vega_per_point,
            &self.theta_per_day,
            &self.rho_per_percent,
        ];
        PyTuple::new(py, arrays)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("GreekArrays(shape={:?})", self.price.bind(py).shape())
    }
}
