//! What can be asked of an option, and how each model answers: for one alone, or a column at a time.

use crate::columns::{INPUTS, QUOTED, inputs_of, inputs_ref, quoted_of, quoted_ref};
use crate::errors::bad_input;
use pricing::american::{self, Precision};
use pricing::{Error, Greeks, GreeksMut, InputsRef, QuotedRef, Right, Status, european, implied};
use pyo3::prelude::*;

/// A point of volatility or a percent of rate, and a day: factors, because dividing a million numbers three times costs a quarter of their
/// Greeks.
pub(crate) const POINT: f64 = 0.01;
pub(crate) const DAY: f64 = 1.0 / 365.0;

/// What is asked of each option.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ask {
    Price,
    Greeks,
    ImpliedVol,
}

impl Ask {
    /// The names of the answers.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Ask::Price => &["price"],
            Ask::Greeks => &[
                "price",
                "delta",
                "gamma",
                "vega_per_point",
                "theta_per_day",
                "rho_per_percent",
            ],
            Ask::ImpliedVol => &["iv"],
        }
    }

    /// The names of the six numbers that it needs, in the order of columns.
    pub(crate) fn inputs(self) -> &'static [&'static str; 6] {
        match self {
            Ask::ImpliedVol => &QUOTED,
            Ask::Price | Ask::Greeks => &INPUTS,
        }
    }
}

/// When an option may be exercised, and how exactly it is to be priced.
#[derive(Clone, Copy)]
pub(crate) enum Model {
    European,
    American(Precision),
}

impl Model {
    /// Of American options where a precision is named, else of European ones.
    pub(crate) fn of(py: Python<'_>, precision: Option<&str>) -> PyResult<Model> {
        Ok(match precision {
            Some(precision) => Model::American(precision_of(py, precision)?),
            None => Model::European,
        })
    }

    /// The answer of one number to `ask` for one option: a price or a volatility.
    pub(crate) fn number(self, ask: Ask, right: Right, numbers: [f64; 6]) -> Result<f64, Error> {
        match ask {
            Ask::ImpliedVol => self.implied_vol(right, numbers),
            Ask::Price | Ask::Greeks => self.price(right, numbers),
        }
    }

    /// The same for a column.
    pub(crate) fn numbers(
        self,
        ask: Ask,
        right: &[Right],
        numbers: [&[f64]; 6],
        out: &mut [f64],
        status: &mut [Status],
    ) {
        match ask {
            Ask::ImpliedVol => self.implied_vols(quoted_ref(right, numbers), out, status),
            Ask::Price | Ask::Greeks => self.prices(inputs_ref(right, numbers), out, status),
        }
    }

    fn price(self, right: Right, numbers: [f64; 6]) -> Result<f64, Error> {
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

    pub(crate) fn greeks(self, right: Right, numbers: [f64; 6]) -> Result<Greeks, Error> {
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

    fn implied_vol(self, right: Right, numbers: [f64; 6]) -> Result<f64, Error> {
        let quoted = quoted_of(right, numbers);
        match self {
            Model::European => implied::implied_vol(&quoted),
            Model::American(precision) => american::implied_vol(&quoted, precision),
        }
    }

    fn prices(self, inputs: InputsRef<'_>, out: &mut [f64], status: &mut [Status]) {
        match self {
            Model::European => european::prices(inputs, out, status),
            Model::American(precision) => american::prices(inputs, precision, out, status),
        }
    }

    /// Greeks of a column, in the units of people.
    pub(crate) fn greek_columns(
        self,
        right: &[Right],
        numbers: [&[f64]; 6],
        out: [&mut [f64]; 6],
        status: &mut [Status],
    ) {
        let inputs = inputs_ref(right, numbers);
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

    fn implied_vols(self, quoted: QuotedRef<'_>, out: &mut [f64], status: &mut [Status]) {
        match self {
            Model::European => implied::implied_vols(quoted, out, status),
            Model::American(precision) => american::implied_vols(quoted, precision, out, status),
        }
    }
}

/// A precision by its word.
pub(crate) fn precision_of(py: Python<'_>, word: &str) -> PyResult<Precision> {
    match word {
        "fast" => Ok(Precision::Fast),
        "standard" => Ok(Precision::Standard),
        "precise" => Ok(Precision::Precise),
        other => {
            let message =
                format!("precision is {other:?}: write \"fast\", \"standard\" or \"precise\"");
            Err(bad_input(py, &message, "precision", other, None))
        }
    }
}
