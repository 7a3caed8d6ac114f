//! Fitted volatilities across strikes and expiries: `pricing::smile`.

use crate::columns::floats;
use crate::errors::{bad_input, guarded, of_pricing};
use crate::numbers::Real;
use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArray1};
use pricing::smile::{Expiry, Smile, SmilePoint, Surface, svi::Svi};
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use pyo3::types::PyFloat;

/// Implied volatility for any strike and time, fitted to quotes.
#[pyclass(frozen, module = "jarvis2", name = "Surface")]
pub(crate) struct PySurface {
    surface: Surface,
}

/// One expiry of a surface.
#[pyclass(frozen, get_all, module = "jarvis2", name = "Expiry")]
pub(crate) struct PyExpiry {
    /// Years of 365 days.
    years: f64,
    /// Dollars per share.
    forward: f64,
    /// Volatility at the forward, fraction per year.
    atm_vol: f64,
    /// Relative change of volatility per standard deviation of log-moneyness, at the forward.
    skew: f64,
    /// The same per square of it.
    curvature: f64,
    /// Root of the mean square residual, fraction per year.
    rmse: f64,
    /// Points used.
    count: usize,
}

#[pymethods]
impl PyExpiry {
    fn __repr__(&self) -> String {
        format!(
            "Expiry(years={}, forward={}, atm_vol={}, skew={}, curvature={}, rmse={}, count={})",
            self.years,
            self.forward,
            self.atm_vol,
            self.skew,
            self.curvature,
            self.rmse,
            self.count
        )
    }
}

/// A flat column of an array of `float64`, in the order of C.
fn column<'py>(value: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArray1<'py, f64>> {
    let numpy = value.py().import("numpy")?;
    let array = numpy.call_method1("ravel", (value,))?;
    let array = numpy.call_method1("ascontiguousarray", (array, "f8"))?;
    Ok(array.cast_into::<PyArray1<f64>>()?.try_readonly()?)
}

/// Arrays of one shape, by numpy's rules.
fn broadcast<'py>(py: Python<'py>, arrays: impl PyCallArgs<'py>) -> PyResult<Bound<'py, PyAny>> {
    let numpy = py.import("numpy")?;
    let wide = numpy.getattr("broadcast_arrays")?.call1(arrays);
    wide.map_err(|error| {
        let message = format!("the shapes do not fit each other: {}", error.value(py));
        bad_input(py, &message, "shapes", "", None)
    })
}

/// Fits one smile to each expiry and joins them. `kind`: `parabola` (robust, the default) or `svi`. A point without a positive strike,
/// volatility and weight is left out; `Expiry.count` says how many were used.
#[pyfunction]
#[pyo3(signature = (strikes, years, vols, forwards, weights=None, *, kind="parabola"))]
pub(crate) fn surface<'py>(
    strikes: &Bound<'py, PyAny>,
    years: &Bound<'py, PyAny>,
    vols: &Bound<'py, PyAny>,
    forwards: &Bound<'py, PyAny>,
    weights: Option<&Bound<'py, PyAny>>,
    kind: &str,
) -> PyResult<PySurface> {
    guarded(strikes.py(), || {
        fitted(strikes, years, vols, forwards, weights, kind)
    })
}

fn fitted<'py>(
    strikes: &Bound<'py, PyAny>,
    years: &Bound<'py, PyAny>,
    vols: &Bound<'py, PyAny>,
    forwards: &Bound<'py, PyAny>,
    weights: Option<&Bound<'py, PyAny>>,
    kind: &str,
) -> PyResult<PySurface> {
    let py = strikes.py();
    let wide = broadcast(
        py,
        (
            floats("strikes", strikes)?,
            floats("years", years)?,
            floats("vols", vols)?,
            floats("forwards", forwards)?,
            match weights {
                Some(weights) => floats("weights", weights)?.into_any(),
                None => 1.0_f64.into_pyobject(py)?.into_any(),
            },
        ),
    )?;
    let columns: Vec<Bound<'py, PyAny>> = wide.try_iter()?.collect::<PyResult<_>>()?;
    let columns: Vec<PyReadonlyArray1<'py, f64>> =
        columns.iter().map(column).collect::<PyResult<_>>()?;
    let mut slices = [&[] as &[f64]; 5];
    for (slice, column) in slices.iter_mut().zip(&columns) {
        *slice = column.as_slice()?;
    }
    let [strikes, years, vols, forwards, weights] = slices;
    let fit = match kind {
        "parabola" => Smile::fit,
        "svi" => |points: &[SmilePoint], forward, years| {
            Smile::from_svi(&Svi::fit(points, forward, years)?, years)
        },
        other => {
            let message = format!("kind is {other:?}: write \"parabola\" or \"svi\"");
            return Err(bad_input(py, &message, "kind", other, None));
        }
    };
    let mut rows: Vec<usize> = (0..strikes.len()).collect();
    rows.sort_by(|&a, &b| years[a].total_cmp(&years[b]));
    // One expiry: its first row, its forward, its points.
    let mut groups: Vec<(usize, f64, Vec<SmilePoint>)> = Vec::new();
    for rows in rows.chunk_by(|&a, &b| years[a] == years[b]) {
        let (first, forward) = (rows[0], forwards[rows[0]]);
        if let Some(&row) = rows
            .iter()
            .find(|&&row| forwards[row] != forward && !forward.is_nan())
        {
            let message = format!(
                "row {row}: forward is {}, but {forward} in row {first} of the same expiry ({} years): one expiry has one forward",
                forwards[row], years[row]
            );
            return Err(bad_input(
                py,
                &message,
                "forward",
                &forwards[row].to_string(),
                Some(row),
            ));
        }
        let point = |&row: &usize| SmilePoint {
            strike: strikes[row],
            vol: vols[row],
            weight: weights[row],
        };
        groups.push((first, forward, rows.iter().map(point).collect()));
    }
    let expiry = |(first, forward, points): &(usize, f64, Vec<SmilePoint>)| {
        let (years, forward) = (years[*first], *forward);
        let smile = fit(points, forward, years).map_err(|error| (*first, error))?;
        Ok(Expiry {
            years,
            forward,
            smile,
        })
    };
    let expiries = py
        .detach(|| groups.iter().map(expiry).collect::<Result<Vec<_>, _>>())
        .map_err(|(first, error)| of_pricing(py, &error, Some(first)))?;
    let surface = Surface::new(expiries).map_err(|error| of_pricing(py, &error, None))?;
    Ok(PySurface { surface })
}

/// NaN where the time is none: a surface takes it for the shortest one.
fn known(years: f64, vol: f64) -> f64 {
    if years > 0.0 && years.is_finite() {
        vol
    } else {
        f64::NAN
    }
}

impl PySurface {
    fn one(&self, strike: f64, forward: f64, years: f64) -> f64 {
        let are_prices = [strike, forward].iter().all(|x| *x > 0.0 && x.is_finite());
        if !are_prices {
            return f64::NAN;
        }
        known(years, self.surface.vol(strike, forward, years))
    }

    fn vols<'py>(
        &self,
        strike: &Bound<'py, PyAny>,
        forward: &Bound<'py, PyAny>,
        years: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = strike.py();
        if let (Ok(strike), Ok(forward), Ok(years)) = (
            strike.cast::<PyFloat>(),
            forward.cast::<PyFloat>(),
            years.cast::<PyFloat>(),
        ) {
            let (strike, forward, years) = (strike.value(), forward.value(), years.value());
            let vol = self.one(strike, forward, years);
            return Ok(vol.into_pyobject(py)?.into_any());
        }
        let given = (
            floats("strike", strike)?,
            floats("forward", forward)?,
            floats("years", years)?,
        );
        let wide = broadcast(py, given)?;
        let shape: Vec<usize> = wide.get_item(0)?.getattr("shape")?.extract()?;
        let columns: Vec<Bound<'py, PyAny>> = wide.try_iter()?.collect::<PyResult<_>>()?;
        let columns: Vec<PyReadonlyArray1<'py, f64>> =
            columns.iter().map(column).collect::<PyResult<_>>()?;
        let (strike, forward, years) = (
            columns[0].as_slice()?,
            columns[1].as_slice()?,
            columns[2].as_slice()?,
        );
        if shape.is_empty() {
            let vol = self.one(strike[0], forward[0], years[0]);
            return Ok(vol.into_pyobject(py)?.into_any());
        }
        let out = PyArrayDyn::<f64>::zeros(py, shape, false);
        let mut guard = out.readwrite();
        let vols = guard.as_slice_mut()?;
        py.detach(|| {
            for (i, vol) in vols.iter_mut().enumerate() {
                *vol = self.one(strike[i], forward[i], years[i]);
            }
        });
        drop(guard);
        Ok(out.into_any())
    }
}

#[pymethods]
impl PySurface {
    /// The expiries in order of time.
    #[getter]
    fn expiries(&self) -> Vec<PyExpiry> {
        let expiry = |expiry: &Expiry| PyExpiry {
            years: expiry.years,
            forward: expiry.forward,
            atm_vol: expiry.smile.atm_vol(),
            skew: expiry.smile.skew(),
            curvature: expiry.smile.curvature(),
            rmse: expiry.smile.rmse(),
            count: expiry.smile.count(),
        };
        self.surface.expiries().iter().map(expiry).collect()
    }

    /// Volatility at a strike, so many years from now, where a share for delivery costs `forward`: fraction per year; NaN unless all
    /// three are positive and finite. Numbers give a number, arrays an array.
    fn vol<'py>(
        &self,
        strike: &Bound<'py, PyAny>,
        forward: &Bound<'py, PyAny>,
        years: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guarded(strike.py(), || self.vols(strike, forward, years))
    }

    /// Volatility at the forward, so many years from now (NaN unless positive and finite): fraction per year.
    fn atm_vol(&self, py: Python<'_>, years: Real) -> PyResult<f64> {
        guarded(py, || Ok(known(years.0, self.surface.atm_vol(years.0))))
    }

    fn __repr__(&self) -> String {
        format!("Surface({} expiries)", self.surface.expiries().len())
    }
}
