//! The doors of crate `pricing`: European and American prices, Greeks, implied volatility, the boundary of exercise.
//!
//! Numbers in, a number out, without numpy; arrays in, arrays out, while other threads of Python go on. Units as on the command
//! line: dollars per share, years of 365 days, fractions per year; theta per day, vega per point, rho per percent.

use crate::columns::{Asked, INPUTS, QUOTED, Work, inputs_of, inputs_ref, quoted_of, quoted_ref};
use crate::errors::{bad_input, guarded, of_pricing};
use crate::table;
use numpy::{PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pricing::american::{self, Precision};
use pricing::{Error, Greeks, GreeksMut, InputsRef, QuotedRef, Right, Status, european, implied};
use pyo3::BoundObject;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// A point of volatility or a percent of rate, and a day: factors, because dividing a million numbers three times costs a quarter of their
/// Greeks.
const POINT: f64 = 0.01;
const DAY: f64 = 1.0 / 365.0;

/// When an option may be exercised, and how exactly it is to be priced.
#[derive(Clone, Copy)]
pub(crate) enum Model {
    European,
    American(Precision),
}

impl Model {
    pub(crate) fn american(py: Python<'_>, precision: &str) -> PyResult<Model> {
        Ok(Model::American(match precision {
            "fast" => Precision::Fast,
            "standard" => Precision::Standard,
            "precise" => Precision::Precise,
            other => {
                let message =
                    format!("precision is {other:?}: write \"fast\", \"standard\" or \"precise\"");
                return Err(bad_input(py, &message, "precision", other, None));
            }
        }))
    }

    pub(crate) fn price(self, right: Right, numbers: [f64; 6]) -> Result<f64, Error> {
        let inputs = inputs_of(right, numbers);
        match self {
            Model::European => {
                let price = european::price(&inputs);
                if price.is_nan() {
                    inputs.check()?;
                }
                Ok(price)
            }
            Model::American(precision) => american::price_with(&inputs, precision),
        }
    }

    fn greeks(self, right: Right, numbers: [f64; 6]) -> Result<Greeks, Error> {
        let inputs = inputs_of(right, numbers);
        match self {
            Model::European => {
                let greeks = european::greeks(&inputs);
                if greeks.price.is_nan() {
                    inputs.check()?;
                }
                Ok(greeks)
            }
            Model::American(precision) => american::greeks(&inputs, precision),
        }
    }

    pub(crate) fn implied_vol(self, right: Right, numbers: [f64; 6]) -> Result<f64, Error> {
        let quoted = quoted_of(right, numbers);
        match self {
            Model::European => implied::implied_vol(&quoted),
            Model::American(precision) => american::implied_vol(&quoted, precision),
        }
    }

    pub(crate) fn prices(self, inputs: InputsRef<'_>, out: &mut [f64], status: &mut [Status]) {
        match self {
            Model::European => european::prices(inputs, out, status),
            Model::American(precision) => american::prices(inputs, precision, out, status),
        }
    }

    /// Greeks of a column, in the units of people.
    pub(crate) fn greek_columns(
        self,
        inputs: InputsRef<'_>,
        out: [&mut [f64]; 6],
        status: &mut [Status],
    ) {
        let [price, delta, gamma, vega, theta, rho] = out;
        let room = GreeksMut {
            price,
            delta,
            gamma,
            vega: &mut *vega,
            theta: &mut *theta,
            rho: &mut *rho,
        };
        match self {
            Model::European => european::greeks_batch(inputs, room, status),
            Model::American(precision) => american::greeks_batch(inputs, precision, room, status),
        }
        for (column, unit) in [(vega, POINT), (theta, DAY), (rho, POINT)] {
            column.iter_mut().for_each(|number| *number *= unit);
        }
    }

    pub(crate) fn implied_vols(
        self,
        quoted: QuotedRef<'_>,
        out: &mut [f64],
        status: &mut [Status],
    ) {
        match self {
            Model::European => implied::implied_vols(quoted, out, status),
            Model::American(precision) => american::implied_vols(quoted, precision, out, status),
        }
    }
}

/// A price and what moves it, of one share's worth of option, for the holder.
#[pyclass(frozen, get_all, module = "jarvis2", name = "Greeks")]
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
    const MISSING: PyGreeks = PyGreeks {
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

#[pymethods]
impl GreekArrays {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!("GreekArrays(shape={:?})", self.price.bind(py).shape())
    }
}

/// How a batch is to be answered.
pub(crate) struct Manner<'a, 'py> {
    pub(crate) out: Option<&'a Bound<'py, PyAny>>,
    pub(crate) threads: usize,
    pub(crate) return_status: bool,
}

/// What the caller said, or as many as `hardware` lets us take where it said 0.
pub(crate) fn threads(said: usize) -> usize {
    match said {
        0 => hardware::threads(&hardware::detect()).count,
        said => said,
    }
}

/// Many answers: arrays, and where asked for the statuses as an array of bytes.
type Answered<'py, const N: usize> = (
    [Bound<'py, PyArrayDyn<f64>>; N],
    Option<Bound<'py, PyArrayDyn<u8>>>,
);

/// A new array of `float64` that nobody has cleared: every place of it is written.
fn empty<'py>(py: Python<'py>, shape: &[usize]) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    static EMPTY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let array = EMPTY
        .import(py, "numpy", "empty")?
        .call1((shape.to_vec(),))?;
    Ok(array.cast_into::<PyArrayDyn<f64>>()?)
}

/// Answers columns into new arrays, or into `out`; a bad row is an exception unless statuses are asked for.
fn many<'py, const N: usize>(
    py: Python<'py>,
    arguments: &crate::columns::Arguments<'py>,
    shape: &[usize],
    manner: &Manner<'_, 'py>,
    work: Work<'_, N>,
    check: impl Fn(Right, [f64; 6]) -> Result<(), Error>,
) -> PyResult<Answered<'py, N>> {
    let len = shape.iter().product();
    let batch = arguments.batch(len)?;
    let arrays: [Bound<'py, PyArrayDyn<f64>>; N] = match manner.out {
        Some(out) => {
            let array = out.cast::<PyArrayDyn<f64>>();
            let fits = |array: &Bound<'py, PyArrayDyn<f64>>| {
                array.shape() == shape && array.is_c_contiguous()
            };
            match array {
                Ok(array) if fits(array) => std::array::from_fn(|_| array.clone()),
                _ => {
                    let message =
                        format!("out must be a contiguous array of float64 of shape {shape:?}");
                    return Err(bad_input(
                        py,
                        &message,
                        "out",
                        &out.get_type().to_string(),
                        None,
                    ));
                }
            }
        }
        None => {
            let mut arrays = Vec::with_capacity(N);
            for _ in 0..N {
                arrays.push(empty(py, shape)?);
            }
            match arrays.try_into() {
                Ok(arrays) => arrays,
                Err(_) => unreachable!("as many as were pushed"),
            }
        }
    };
    let status = manner
        .return_status
        .then(|| PyArrayDyn::<u8>::zeros(py, shape, false));
    {
        let mut guards = Vec::with_capacity(N);
        for array in &arrays {
            guards.push(array.try_readwrite()?);
        }
        let mut columns: [&mut [f64]; N] = std::array::from_fn(|_| <&mut [f64]>::default());
        for (column, guard) in columns.iter_mut().zip(&mut guards) {
            *column = guard.as_slice_mut()?;
        }
        let mut status = status.as_ref().map(|status| status.readwrite());
        let said: &mut [u8] = match &mut status {
            Some(status) => status.as_slice_mut()?,
            None => &mut [],
        };
        let threads = threads(manner.threads);
        let met = py.detach(|| batch.run(threads, columns, said, work));
        let bad = met.bad.filter(|_| !manner.return_status);
        if let Some(row) = met.unknown.or(bad) {
            return Err(batch.objection(py, row, check));
        }
    }
    Ok((arrays, status))
}

/// One column of answers as Python gets it.
fn handed<'py>(py: Python<'py>, (arrays, status): Answered<'py, 1>) -> PyResult<Py<PyAny>> {
    let [array] = arrays;
    Ok(match status {
        Some(status) => (array, status).into_pyobject(py)?.into_any().unbind(),
        None => array.into_any().unbind(),
    })
}

/// One answer, with its status where it was asked for: then what cannot be answered is `missing` and says why there.
fn single<'py, T>(
    py: Python<'py>,
    answer: Result<T, Error>,
    missing: T,
    manner: &Manner<'_, 'py>,
) -> PyResult<Py<PyAny>>
where
    T: IntoPyObject<'py>,
{
    if manner.out.is_some() {
        let message = "out: a single option gives a number; leave `out` away, or give arrays";
        return Err(bad_input(py, message, "out", "", None));
    }
    if manner.return_status {
        let status = answer
            .as_ref()
            .err()
            .map_or(Status::Ok, |&error| error.into());
        let pair = (answer.unwrap_or(missing), status as u8);
        return Ok(pair.into_pyobject(py)?.into_any().unbind());
    }
    answer
        .map_err(|error| of_pricing(py, &error, None))?
        .into_pyobject(py)
        .map(|answer| answer.into_any().unbind())
        .map_err(Into::into)
}

/// The answer to a table: new columns, its own `status` among them.
fn tabled<'py>(
    table: &Bound<'py, PyAny>,
    ask: table::Ask,
    model: Model,
    manner: &Manner<'_, 'py>,
) -> PyResult<Py<PyAny>> {
    let py = table.py();
    for (what, given) in [
        ("out", manner.out.is_some()),
        ("return_status", manner.return_status),
    ] {
        if given {
            let message = format!(
                "{what}: the answer to a table is a new table with a column `status`; leave `{what}` away"
            );
            return Err(bad_input(py, &message, what, "", None));
        }
    }
    table::answer(table, ask, model, threads(manner.threads))
}

/// The arguments of an option, in the order of the functions: spot, strike, years, rate, volatility or price, dividend yield.
type Given<'a, 'py> = [Option<&'a Bound<'py, PyAny>>; 6];

/// What was asked, by arguments or by a table.
enum Question<'py> {
    Options(Asked<'py>),
    Table,
}

#[inline]
fn question<'py>(
    first: &Bound<'py, PyAny>,
    given: Given<'_, 'py>,
    names: &[&'static str; 6],
) -> PyResult<Question<'py>> {
    let [
        Some(spot),
        Some(strike),
        Some(years),
        Some(rate),
        Some(last),
        dividend_yield,
    ] = given
    else {
        if given.iter().all(Option::is_none) && table::is_table(first)? {
            return Ok(Question::Table);
        }
        let order = [names[0], names[1], names[2], names[3], names[5]];
        let missing: Vec<&str> = order
            .into_iter()
            .zip(&given)
            .filter(|(_, value)| value.is_none())
            .map(|(name, _)| name)
            .collect();
        return Err(PyTypeError::new_err(format!(
            "missing: {}; or give a table alone (anything with __arrow_c_stream__ or __arrow_c_array__)",
            missing.join(", ")
        )));
    };
    let py = first.py();
    let none;
    let dividend_yield = match dividend_yield {
        Some(dividend_yield) => dividend_yield,
        None => {
            none = pyo3::types::PyFloat::new(py, 0.0).into_any();
            &none
        }
    };
    Ok(Question::Options(Asked::of(
        first,
        [spot, strike, years, rate, dividend_yield, last],
        names,
    )?))
}

#[inline]
fn price_by<'py>(
    model: Model,
    right: &Bound<'py, PyAny>,
    given: Given<'_, 'py>,
    manner: &Manner<'_, 'py>,
) -> PyResult<Py<PyAny>> {
    let py = right.py();
    match question(right, given, &INPUTS)? {
        Question::Options(Asked::One(right, numbers)) => {
            single(py, model.price(right, numbers), f64::NAN, manner)
        }
        Question::Options(Asked::Many(arguments, shape)) => {
            let work = |right: &[Right],
                        numbers: [&[f64]; 6],
                        [out]: [&mut [f64]; 1],
                        status: &mut [Status]| {
                model.prices(inputs_ref(right, numbers), out, status);
            };
            let check = |right, numbers| model.price(right, numbers).map(drop);
            handed(py, many(py, &arguments, &shape, manner, &work, check)?)
        }
        Question::Table => tabled(right, table::Ask::Price, model, manner),
    }
}

fn greeks_by<'py>(
    model: Model,
    right: &Bound<'py, PyAny>,
    given: Given<'_, 'py>,
    manner: &Manner<'_, 'py>,
) -> PyResult<Py<PyAny>> {
    let py = right.py();
    match question(right, given, &INPUTS)? {
        Question::Options(Asked::One(right, numbers)) => {
            let greeks = model.greeks(right, numbers).map(PyGreeks::from);
            single(py, greeks, PyGreeks::MISSING, manner)
        }
        Question::Options(Asked::Many(arguments, shape)) => {
            let work = |right: &[Right],
                        numbers: [&[f64]; 6],
                        out: [&mut [f64]; 6],
                        status: &mut [Status]| {
                model.greek_columns(inputs_ref(right, numbers), out, status);
            };
            let check = |right, numbers| model.greeks(right, numbers).map(drop);
            let (arrays, status) = many(py, &arguments, &shape, manner, &work, check)?;
            let [price, delta, gamma, vega, theta, rho] = arrays.map(Bound::unbind);
            let greeks = GreekArrays {
                price,
                delta,
                gamma,
                vega_per_point: vega,
                theta_per_day: theta,
                rho_per_percent: rho,
            };
            Ok(match status {
                Some(status) => (greeks, status).into_pyobject(py)?.into_any().unbind(),
                None => greeks.into_pyobject(py)?.into_any().unbind(),
            })
        }
        Question::Table => tabled(right, table::Ask::Greeks, model, manner),
    }
}

fn implied_vol_by<'py>(
    model: Model,
    right: &Bound<'py, PyAny>,
    given: Given<'_, 'py>,
    manner: &Manner<'_, 'py>,
) -> PyResult<Py<PyAny>> {
    let py = right.py();
    match question(right, given, &QUOTED)? {
        Question::Options(Asked::One(right, numbers)) => {
            single(py, model.implied_vol(right, numbers), f64::NAN, manner)
        }
        Question::Options(Asked::Many(arguments, shape)) => {
            let work = |right: &[Right],
                        numbers: [&[f64]; 6],
                        [out]: [&mut [f64]; 1],
                        status: &mut [Status]| {
                model.implied_vols(quoted_ref(right, numbers), out, status);
            };
            let check = |right, numbers| model.implied_vol(right, numbers).map(drop);
            handed(py, many(py, &arguments, &shape, manner, &work, check)?)
        }
        Question::Table => tabled(right, table::Ask::ImpliedVol, model, manner),
    }
}

/// Price of European options in dollars per share.
///
/// `right`: `"c"` or `"p"`. `spot`, `strike`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`, `vol`: fractions per
/// year, continuously compounded. Numbers give a number, arrays an array, a table a table. See `help(jarvis2)` for the rest.
#[pyfunction]
#[pyo3(signature = (right, spot=None, strike=None, years=None, rate=None, vol=None, dividend_yield=None, *, out=None, threads=1, return_status=false), text_signature = "(right, spot=..., strike=..., years=..., rate=..., vol=..., dividend_yield=0.0, *, out=None, threads=1, return_status=False)")]
#[allow(clippy::too_many_arguments)] // Python names them.
pub(crate) fn price<'py>(
    right: &Bound<'py, PyAny>,
    spot: Option<&Bound<'py, PyAny>>,
    strike: Option<&Bound<'py, PyAny>>,
    years: Option<&Bound<'py, PyAny>>,
    rate: Option<&Bound<'py, PyAny>>,
    vol: Option<&Bound<'py, PyAny>>,
    dividend_yield: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    threads: usize,
    return_status: bool,
) -> PyResult<Py<PyAny>> {
    let manner = Manner {
        out,
        threads,
        return_status,
    };
    guarded(right.py(), || {
        price_by(
            Model::European,
            right,
            [spot, strike, years, rate, vol, dividend_yield],
            &manner,
        )
    })
}

/// Price of European options and what moves it.
///
/// `price`: dollars per share; `delta`, `gamma`: per dollar of spot; `vega_per_point`: dollars per 0.01 of volatility; `theta_per_day`:
/// dollars per calendar day; `rho_per_percent`: dollars per 0.01 of rate. The holder's signs.
///
/// `right`: `"c"` or `"p"`. `spot`, `strike`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`, `vol`: fractions per
/// year, continuously compounded. Numbers give a number, arrays an array, a table a table. See `help(jarvis2)` for the rest.
#[pyfunction]
#[pyo3(signature = (right, spot=None, strike=None, years=None, rate=None, vol=None, dividend_yield=None, *, threads=1, return_status=false), text_signature = "(right, spot=..., strike=..., years=..., rate=..., vol=..., dividend_yield=0.0, *, threads=1, return_status=False)")]
#[allow(clippy::too_many_arguments)]
pub(crate) fn greeks<'py>(
    right: &Bound<'py, PyAny>,
    spot: Option<&Bound<'py, PyAny>>,
    strike: Option<&Bound<'py, PyAny>>,
    years: Option<&Bound<'py, PyAny>>,
    rate: Option<&Bound<'py, PyAny>>,
    vol: Option<&Bound<'py, PyAny>>,
    dividend_yield: Option<&Bound<'py, PyAny>>,
    threads: usize,
    return_status: bool,
) -> PyResult<Py<PyAny>> {
    let manner = Manner {
        out: None,
        threads,
        return_status,
    };
    guarded(right.py(), || {
        greeks_by(
            Model::European,
            right,
            [spot, strike, years, rate, vol, dividend_yield],
            &manner,
        )
    })
}

/// The volatility behind the price of European options, as a fraction per year.
///
/// `right`: `"c"` or `"p"`. `spot`, `strike`, `price`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`: fractions per
/// year, continuously compounded. Numbers give a number, arrays an array, a table a table. See `help(jarvis2)` for the rest.
#[pyfunction]
#[pyo3(signature = (right, spot=None, strike=None, years=None, rate=None, price=None, dividend_yield=None, *, out=None, threads=1, return_status=false), text_signature = "(right, spot=..., strike=..., years=..., rate=..., price=..., dividend_yield=0.0, *, out=None, threads=1, return_status=False)")]
#[allow(clippy::too_many_arguments)]
pub(crate) fn implied_vol<'py>(
    right: &Bound<'py, PyAny>,
    spot: Option<&Bound<'py, PyAny>>,
    strike: Option<&Bound<'py, PyAny>>,
    years: Option<&Bound<'py, PyAny>>,
    rate: Option<&Bound<'py, PyAny>>,
    price: Option<&Bound<'py, PyAny>>,
    dividend_yield: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    threads: usize,
    return_status: bool,
) -> PyResult<Py<PyAny>> {
    let manner = Manner {
        out,
        threads,
        return_status,
    };
    guarded(right.py(), || {
        implied_vol_by(
            Model::European,
            right,
            [spot, strike, years, rate, price, dividend_yield],
            &manner,
        )
    })
}

/// Price of American options in dollars per share.
///
/// `right`: `"c"` or `"p"`. `spot`, `strike`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`, `vol`: fractions per
/// year, continuously compounded. Numbers give a number, arrays an array, a table a table. See `help(jarvis2)` for the rest.
#[pyfunction]
#[pyo3(signature = (right, spot=None, strike=None, years=None, rate=None, vol=None, dividend_yield=None, *, precision="standard", out=None, threads=1, return_status=false), text_signature = "(right, spot=..., strike=..., years=..., rate=..., vol=..., dividend_yield=0.0, *, precision='standard', out=None, threads=1, return_status=False)")]
#[allow(clippy::too_many_arguments)]
pub(crate) fn american_price<'py>(
    right: &Bound<'py, PyAny>,
    spot: Option<&Bound<'py, PyAny>>,
    strike: Option<&Bound<'py, PyAny>>,
    years: Option<&Bound<'py, PyAny>>,
    rate: Option<&Bound<'py, PyAny>>,
    vol: Option<&Bound<'py, PyAny>>,
    dividend_yield: Option<&Bound<'py, PyAny>>,
    precision: &str,
    out: Option<&Bound<'py, PyAny>>,
    threads: usize,
    return_status: bool,
) -> PyResult<Py<PyAny>> {
    let manner = Manner {
        out,
        threads,
        return_status,
    };
    let model = Model::american(right.py(), precision)?;
    guarded(right.py(), || {
        price_by(
            model,
            right,
            [spot, strike, years, rate, vol, dividend_yield],
            &manner,
        )
    })
}

/// Price of American options and what moves it.
///
/// `price`: dollars per share; `delta`, `gamma`: per dollar of spot; `vega_per_point`: dollars per 0.01 of volatility; `theta_per_day`:
/// dollars per calendar day; `rho_per_percent`: dollars per 0.01 of rate. The holder's signs.
///
/// `right`: `"c"` or `"p"`. `spot`, `strike`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`, `vol`: fractions per
/// year, continuously compounded. Numbers give a number, arrays an array, a table a table. See `help(jarvis2)` for the rest.
#[pyfunction]
#[pyo3(signature = (right, spot=None, strike=None, years=None, rate=None, vol=None, dividend_yield=None, *, precision="standard", threads=1, return_status=false), text_signature = "(right, spot=..., strike=..., years=..., rate=..., vol=..., dividend_yield=0.0, *, precision='standard', threads=1, return_status=False)")]
#[allow(clippy::too_many_arguments)]
pub(crate) fn american_greeks<'py>(
    right: &Bound<'py, PyAny>,
    spot: Option<&Bound<'py, PyAny>>,
    strike: Option<&Bound<'py, PyAny>>,
    years: Option<&Bound<'py, PyAny>>,
    rate: Option<&Bound<'py, PyAny>>,
    vol: Option<&Bound<'py, PyAny>>,
    dividend_yield: Option<&Bound<'py, PyAny>>,
    precision: &str,
    threads: usize,
    return_status: bool,
) -> PyResult<Py<PyAny>> {
    let manner = Manner {
        out: None,
        threads,
        return_status,
    };
    let model = Model::american(right.py(), precision)?;
    guarded(right.py(), || {
        greeks_by(
            model,
            right,
            [spot, strike, years, rate, vol, dividend_yield],
            &manner,
        )
    })
}

/// The volatility behind the price of American options, as a fraction per year.
///
/// `right`: `"c"` or `"p"`. `spot`, `strike`, `price`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`: fractions per
/// year, continuously compounded. Numbers give a number, arrays an array, a table a table. See `help(jarvis2)` for the rest.
#[pyfunction]
#[pyo3(signature = (right, spot=None, strike=None, years=None, rate=None, price=None, dividend_yield=None, *, precision="standard", out=None, threads=1, return_status=false), text_signature = "(right, spot=..., strike=..., years=..., rate=..., price=..., dividend_yield=0.0, *, precision='standard', out=None, threads=1, return_status=False)")]
#[allow(clippy::too_many_arguments)]
pub(crate) fn american_implied_vol<'py>(
    right: &Bound<'py, PyAny>,
    spot: Option<&Bound<'py, PyAny>>,
    strike: Option<&Bound<'py, PyAny>>,
    years: Option<&Bound<'py, PyAny>>,
    rate: Option<&Bound<'py, PyAny>>,
    price: Option<&Bound<'py, PyAny>>,
    dividend_yield: Option<&Bound<'py, PyAny>>,
    precision: &str,
    out: Option<&Bound<'py, PyAny>>,
    threads: usize,
    return_status: bool,
) -> PyResult<Py<PyAny>> {
    let manner = Manner {
        out,
        threads,
        return_status,
    };
    let model = Model::american(right.py(), precision)?;
    guarded(right.py(), || {
        implied_vol_by(
            model,
            right,
            [spot, strike, years, rate, price, dividend_yield],
            &manner,
        )
    })
}

/// The spot in dollars at which the holder of an American option exercises now: a put at or below it, a call at or above.
///
/// `right`: `"c"` or `"p"`. `strike`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`, `vol`: fractions per year,
/// continuously compounded. `None` (NaN in an array) where early exercise never pays, or pays within a band of spots only.
#[pyfunction]
#[pyo3(signature = (right, strike, years, rate, vol, dividend_yield=None, *, precision="standard", threads=1, return_status=false), text_signature = "(right, strike, years, rate, vol, dividend_yield=0.0, *, precision='standard', threads=1, return_status=False)")]
#[allow(clippy::too_many_arguments)]
pub(crate) fn boundary<'py>(
    right: &Bound<'py, PyAny>,
    strike: &Bound<'py, PyAny>,
    years: &Bound<'py, PyAny>,
    rate: &Bound<'py, PyAny>,
    vol: &Bound<'py, PyAny>,
    dividend_yield: Option<&Bound<'py, PyAny>>,
    precision: &str,
    threads: usize,
    return_status: bool,
) -> PyResult<Py<PyAny>> {
    let py = right.py();
    let manner = Manner {
        out: None,
        threads,
        return_status,
    };
    let Model::American(precision) = Model::american(py, precision)? else {
        unreachable!("`Model::american` gives no other");
    };
    let work =
        |right: &[Right], numbers: [&[f64]; 6], [out]: [&mut [f64]; 1], status: &mut [Status]| {
            american::boundaries(inputs_ref(right, numbers), precision, out, status);
        };
    let check =
        |right, numbers| american::price_with(&inputs_of(right, numbers), precision).map(drop);
    // It depends on no spot: the strike stands in.
    let given = [
        Some(strike),
        Some(strike),
        Some(years),
        Some(rate),
        Some(vol),
        dividend_yield,
    ];
    guarded(py, || match question(right, given, &INPUTS)? {
        Question::Options(Asked::One(right, numbers)) => {
            let edge = check(right, numbers).map(|()| {
                let mut edge = [f64::NAN];
                let columns = numbers.each_ref().map(std::slice::from_ref);
                work(&[right], columns, [&mut edge], &mut [Status::Ok]);
                Some(edge[0]).filter(|edge| !edge.is_nan())
            });
            single(py, edge, None, &manner)
        }
        Question::Options(Asked::Many(arguments, shape)) => {
            handed(py, many(py, &arguments, &shape, &manner, &work, check)?)
        }
        Question::Table => Err(PyTypeError::new_err(
            "strike: a number or an array is needed",
        )),
    })
}

/// Columns for the batch of crate `pricing`, asked as a program in Rust would: they are there, answers and statuses get new room, one
/// thread works. For the benchmark of this package alone, which holds the clock.
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
