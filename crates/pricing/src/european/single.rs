//! Columns in `f32`: half the memory, twice the lanes, for screens, nets and searches.
//!
//! Formulas as in `european`. Accuracy as tested: prices within 1e-6 of the larger of spot and strike, now or discounted; vega
//! and rho 1e-5 in their own scale, delta 1e-5 over `min(1, vol sqrt T)`; gamma and theta follow the same numbers. That is for
//! `vol sqrt T` from 1e-3 to 30; rows beyond are answered by the `f64` code.
//! Not for second differences of prices, and not for implied volatility.

use super::{greeks_in, prices_in};
use crate::simd::{Columns, level};
use crate::{Inputs, Right, Status};
use fearless_simd::dispatch;

/// Many options in `f32`, one column per input; all columns have the same length. Units as in [`Inputs`].
#[derive(Clone, Copy, Debug)]
pub struct Inputs32Ref<'a> {
    /// Calls and puts.
    pub right: &'a [Right],
    /// Dollars per share.
    pub spot: &'a [f32],
    /// Dollars per share.
    pub strike: &'a [f32],
    /// Years of 365 days.
    pub years: &'a [f32],
    /// Fractions per year.
    pub rate: &'a [f32],
    /// Fractions per year.
    pub dividend_yield: &'a [f32],
    /// Fractions per year.
    pub vol: &'a [f32],
}

impl<'a> Inputs32Ref<'a> {
    /// How many options there are.
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn len(&self) -> usize {
        let len = self.right.len();
        assert!(
            self.columns().iter().all(|column| column.len() == len),
            "columns of inputs differ in length"
        );
        len
    }

    /// Whether there is nothing to price.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Row `i` as one option in `f64`.
    pub fn get(&self, i: usize) -> Inputs {
        let [spot, strike, years, rate, dividend_yield, vol] =
            self.columns().map(|column| f64::from(column[i]));
        Inputs {
            right: self.right[i],
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        }
    }

    fn in_lanes(&self) -> Columns<'a, f32> {
        Columns {
            right: self.right,
            numbers: self.columns(),
        }
    }

    fn columns(&self) -> [&'a [f32]; 6] {
        [
            self.spot,
            self.strike,
            self.years,
            self.rate,
            self.dividend_yield,
            self.vol,
        ]
    }
}

/// Room for the [`crate::Greeks`] of many options in `f32`; all columns have the same length.
#[derive(Debug)]
pub struct Greeks32Mut<'a> {
    /// Dollars.
    pub price: &'a mut [f32],
    /// Dollars per dollar of spot.
    pub delta: &'a mut [f32],
    /// Delta per dollar of spot.
    pub gamma: &'a mut [f32],
    /// Dollars per 1.00 of volatility.
    pub vega: &'a mut [f32],
    /// Dollars per year.
    pub theta: &'a mut [f32],
    /// Dollars per 1.00 of rate.
    pub rho: &'a mut [f32],
}

impl<'a> Greeks32Mut<'a> {
    /// From columns in the order of the fields.
    pub fn from_columns(columns: &'a mut [Vec<f32>; 6]) -> Greeks32Mut<'a> {
        let [price, delta, gamma, vega, theta, rho] = columns;
        Greeks32Mut {
            price,
            delta,
            gamma,
            vega,
            theta,
            rho,
        }
    }
}

/// Prices many options: `out[i]` in dollars, or NaN with the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn prices_f32(inputs: Inputs32Ref, out: &mut [f32], status: &mut [Status]) {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    dispatch!(level(), simd => prices_in(simd, inputs.in_lanes(), out, status, |i| inputs.get(i)));
}

/// Prices many options with their sensitivities; a slot without an answer holds NaN and the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn greeks_batch_f32(inputs: Inputs32Ref, out: Greeks32Mut, status: &mut [Status]) {
    let Greeks32Mut {
        price,
        delta,
        gamma,
        vega,
        theta,
        rho,
    } = out;
    let mut out = [price, delta, gamma, vega, theta, rho];
    let rows = inputs.len();
    assert!(
        status.len() == rows && out.iter().all(|column| column.len() == rows),
        "columns differ in length"
    );
    dispatch!(level(), simd => greeks_in(simd, inputs.in_lanes(), &mut out, status, |i| inputs.get(i)));
}
