//! The doors of crate `pricing`: European and American prices, Greeks, implied volatility, the boundary of exercise.
//!
//! Numbers in, a number out, without numpy; arrays in, arrays out, while other threads of Python go on. Units as on the command
//! line: dollars per share, years of 365 days, fractions per year; theta per day, vega per point, rho per percent.

use crate::columns::{Arguments, Asked, INPUTS, Work, inputs_of, inputs_ref};
use crate::errors::{bad_input, guarded, of_pricing};
use crate::greeks::{GreekArrays, PyGreeks};
use crate::model::{Ask, Model, precision_of};
use crate::numbers::Whole;
use crate::table;
use numpy::{PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pricing::american;
use pricing::{Error, Right, Status};
use pyo3::BoundObject;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// More threads than any machine has.
const MOST_THREADS: usize = 4096;

/// How a batch is to be answered.
struct Manner<'a, 'py> {
    out: Option<&'a Bound<'py, PyAny>>,
    /// 0 for as many as the machine lets us take.
    threads: usize,
    return_status: bool,
}

/// How many threads the caller wants: 1 unless said.
fn threads_said(py: Python<'_>, said: Option<Whole>) -> PyResult<usize> {
    said.map_or(Ok(1), |said| said.within(py, "threads", 0, MOST_THREADS))
}

/// As many, or as many as `hardware` lets us take for 0.
fn threads(said: usize) -> usize {
    match said {
        0 => hardware::threads(&hardware::detect()).count,
        said => said,
    }
}

/// The threads of an object that keeps them.
#[cfg(feature = "index")]
pub(crate) fn threads_of(py: Python<'_>, said: Option<Whole>) -> PyResult<usize> {
    threads_said(py, said).map(threads)
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
    arguments: &Arguments<'py>,
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
            guards.push(array.try_readwrite().map_err(|error| {
                let message = format!(
                    "out cannot be written: {error}; give an array of its own, which is no input"
                );
                bad_input(py, &message, "out", &error.to_string(), None)
            })?);
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
    ask: Ask,
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
    names: &'static [&'static str; 6],
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
        let is_table = table::is_table(first)?;
        if is_table && given.iter().all(Option::is_none) {
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
            "missing: {}; or give a table alone (anything with __arrow_c_stream__ or __arrow_c_array__){}",
            missing.join(", "),
            if is_table {
                ": this one brings all of it in columns, a yield too"
            } else {
                ""
            }
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

/// Answers one option, arrays of them, or a table. In each door by itself, so that one option alone pays for no other question.
#[inline(always)]
fn answer<'py>(
    ask: Ask,
    model: Model,
    right: &Bound<'py, PyAny>,
    given: Given<'_, 'py>,
    manner: &Manner<'_, 'py>,
) -> PyResult<Py<PyAny>> {
    let py = right.py();
    match question(right, given, ask.inputs())? {
        Question::Options(Asked::One(right, numbers)) => match ask {
            Ask::Greeks => {
                let greeks = model.greeks(right, numbers).map(PyGreeks::from);
                single(py, greeks, PyGreeks::MISSING, manner)
            }
            Ask::Price | Ask::ImpliedVol => {
                single(py, model.number(ask, right, numbers), f64::NAN, manner)
            }
        },
        Question::Options(Asked::Many(arguments, shape)) => {
            columns(py, ask, model, &arguments, &shape, manner)
        }
        Question::Table => tabled(right, ask, model, manner),
    }
}

/// Answers arrays.
#[inline(never)]
fn columns<'py>(
    py: Python<'py>,
    ask: Ask,
    model: Model,
    arguments: &Arguments<'py>,
    shape: &[usize],
    manner: &Manner<'_, 'py>,
) -> PyResult<Py<PyAny>> {
    let check = |right, numbers| match ask {
        Ask::Greeks => model.greeks(right, numbers).map(drop),
        Ask::Price | Ask::ImpliedVol => model.number(ask, right, numbers).map(drop),
    };
    if ask != Ask::Greeks {
        let work: Work<'_, 1> = &|right, numbers, [out], status| {
            model.numbers(ask, right, numbers, out, status);
        };
        return handed(py, many(py, arguments, shape, manner, work, check)?);
    }
    let work: Work<'_, 6> = &|right, numbers, out, status| {
        model.greek_columns(right, numbers, out, status);
    };
    let (arrays, status) = many(py, arguments, shape, manner, work, check)?;
    let greeks = GreekArrays::from(arrays);
    Ok(match status {
        Some(status) => (greeks, status).into_pyobject(py)?.into_any().unbind(),
        None => greeks.into_pyobject(py)?.into_any().unbind(),
    })
}

/// What the functions have in common in their documentation.
macro_rules! units {
    (vol) => {
        "`right`: `\"c\"` or `\"p\"`. `spot`, `strike`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`, `vol`: fractions per\nyear, continuously compounded. Numbers give a number, arrays an array, a table a table. See `help(jarvis2)` for the rest."
    };
    (price) => {
        "`right`: `\"c\"` or `\"p\"`. `spot`, `strike`, `price`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`: fractions per\nyear, continuously compounded. Numbers give a number, arrays an array, a table a table. See `help(jarvis2)` for the rest."
    };
}

macro_rules! greeks_about {
    ($which:literal) => {
        concat!(
            "Price of ",
            $which,
            " options and what moves it.\n\n",
            "`price`: dollars per share; `delta`, `gamma`: per dollar of spot; `vega_per_point`: dollars per 0.01 of volatility; `theta_per_day`:\n",
            "dollars per calendar day; `rho_per_percent`: dollars per 0.01 of rate. The holder's signs."
        )
    };
}

/// A function of Python: what it asks, its last number, whether it takes a precision (then its options are American) and a place for the
/// answer, its first lines, and its signature as Python shows it.
macro_rules! door {
    (
        $name:ident, $ask:expr, $last:ident, [$($precision:ident)?], [$($out:ident)?],
        $about:expr, $signature:tt
    ) => {
        #[doc = $about]
        #[doc = ""]
        #[doc = units!($last)]
        #[pyfunction]
        #[pyo3(signature = (right, spot=None, strike=None, years=None, rate=None, $last=None, dividend_yield=None, *, $($precision="standard",)? $($out=None,)? threads=None, return_status=false), text_signature = $signature)]
        #[allow(clippy::too_many_arguments)] // Python names them.
        pub(crate) fn $name<'py>(
            right: &Bound<'py, PyAny>,
            spot: Option<&Bound<'py, PyAny>>,
            strike: Option<&Bound<'py, PyAny>>,
            years: Option<&Bound<'py, PyAny>>,
            rate: Option<&Bound<'py, PyAny>>,
            $last: Option<&Bound<'py, PyAny>>,
            dividend_yield: Option<&Bound<'py, PyAny>>,
            $($precision: &str,)?
            $($out: Option<&Bound<'py, PyAny>>,)?
            threads: Option<Whole>,
            return_status: bool,
        ) -> PyResult<Py<PyAny>> {
            let py = right.py();
            guarded(py, || {
                let given = [spot, strike, years, rate, $last, dividend_yield];
                let model = Model::of(py, None$(.or(Some($precision)))?)?;
                let manner = Manner {
                    out: None$(.or($out))?,
                    threads: threads_said(py, threads)?,
                    return_status,
                };
                answer($ask, model, right, given, &manner)
            })
        }
    };
}

door!(
    price,
    Ask::Price,
    vol,
    [],
    [out],
    "Price of European options in dollars per share.",
    "(right, spot=..., strike=..., years=..., rate=..., vol=..., dividend_yield=0.0, *, out=None, threads=1, return_status=False)"
);
door!(
    greeks,
    Ask::Greeks,
    vol,
    [],
    [],
    greeks_about!("European"),
    "(right, spot=..., strike=..., years=..., rate=..., vol=..., dividend_yield=0.0, *, threads=1, return_status=False)"
);
door!(
    implied_vol,
    Ask::ImpliedVol,
    price,
    [],
    [out],
    "The volatility behind the price of European options, as a fraction per year.",
    "(right, spot=..., strike=..., years=..., rate=..., price=..., dividend_yield=0.0, *, out=None, threads=1, return_status=False)"
);
door!(
    american_price,
    Ask::Price,
    vol,
    [precision],
    [out],
    "Price of American options in dollars per share.",
    "(right, spot=..., strike=..., years=..., rate=..., vol=..., dividend_yield=0.0, *, precision='standard', out=None, threads=1, return_status=False)"
);
door!(
    american_greeks,
    Ask::Greeks,
    vol,
    [precision],
    [],
    greeks_about!("American"),
    "(right, spot=..., strike=..., years=..., rate=..., vol=..., dividend_yield=0.0, *, precision='standard', threads=1, return_status=False)"
);
door!(
    american_implied_vol,
    Ask::ImpliedVol,
    price,
    [precision],
    [out],
    "The volatility behind the price of American options, as a fraction per year.",
    "(right, spot=..., strike=..., years=..., rate=..., price=..., dividend_yield=0.0, *, precision='standard', out=None, threads=1, return_status=False)"
);

/// The spot in dollars at which the holder of an American option exercises now: a put at or below it, a call at or above.
///
/// `right`: `"c"` or `"p"`. `strike`: dollars per share. `years`: of 365 days. `rate`, `dividend_yield`, `vol`: fractions per year,
/// continuously compounded. `None` (NaN in an array) where early exercise never pays, or pays within a band of spots only.
#[pyfunction]
#[pyo3(signature = (right, strike, years, rate, vol, dividend_yield=None, *, precision="standard", threads=None, return_status=false), text_signature = "(right, strike, years, rate, vol, dividend_yield=0.0, *, precision='standard', threads=1, return_status=False)")]
#[allow(clippy::too_many_arguments)]
pub(crate) fn boundary<'py>(
    right: &Bound<'py, PyAny>,
    strike: &Bound<'py, PyAny>,
    years: &Bound<'py, PyAny>,
    rate: &Bound<'py, PyAny>,
    vol: &Bound<'py, PyAny>,
    dividend_yield: Option<&Bound<'py, PyAny>>,
    precision: &str,
    threads: Option<Whole>,
    return_status: bool,
) -> PyResult<Py<PyAny>> {
    let py = right.py();
    let manner = Manner {
        out: None,
        threads: threads_said(py, threads)?,
        return_status,
    };
    let precision = precision_of(py, precision)?;
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
