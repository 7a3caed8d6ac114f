//! Columns in `f32`: half the memory, twice the lanes, for screens, nets and searches.
//!
//! Formulas as in `european`. Accuracy as tested: prices within 1e-6 of the larger of spot and strike, now or discounted; vega
//! and rho 1e-5 in their own scale, delta 1e-5 over `min(1, vol sqrt T)`; gamma and theta follow the same numbers. That is for
//! `vol sqrt T` from 1e-3 to 30; rows beyond are answered by the `f64` code.
//! Not for second differences of prices, and not for implied volatility.

use super::{try_greeks, try_price};
use crate::simd::{exp_f32, level, ln_ratio_f32, mills_f32, splat32};
use crate::{Greeks, Inputs, Right, Status};
use fearless_simd::prelude::*;
use fearless_simd::{Simd, dispatch};

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

impl Inputs32Ref<'_> {
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

    fn columns(&self) -> [&[f32]; 6] {
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

/// Room for the [`Greeks`] of many options in `f32`; all columns have the same length.
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

/// Prices many options: `out[i]` in dollars, or NaN with the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn prices_f32(inputs: Inputs32Ref, out: &mut [f32], status: &mut [Status]) {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    dispatch!(level(), simd => prices_in(simd, &inputs, out, status));
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
    let mut columns = [price, delta, gamma, vega, theta, rho];
    let rows = inputs.len();
    assert!(
        status.len() == rows && columns.iter().all(|column| column.len() == rows),
        "columns differ in length"
    );
    dispatch!(level(), simd => greeks_in(simd, &inputs, &mut columns, status));
}

#[inline(always)]
fn prices_in<S: Simd>(simd: S, inputs: &Inputs32Ref, out: &mut [f32], status: &mut [Status]) {
    status.fill(Status::Ok);
    for_each_vector(
        simd,
        inputs,
        &mut [out],
        #[inline(always)]
        |row| {
            let core = Core::new(simd, row);
            (core.usual, [core.price])
        },
        |i, [out]| match try_price(&inputs.get(i)) {
            Ok(price) => out[i] = price as f32,
            Err(error) => (out[i], status[i]) = (f32::NAN, error.into()),
        },
    );
}

#[inline(always)]
fn greeks_in<S: Simd>(
    simd: S,
    inputs: &Inputs32Ref,
    out: &mut [&mut [f32]; 6],
    status: &mut [Status],
) {
    status.fill(Status::Ok);
    for_each_vector(
        simd,
        inputs,
        out,
        #[inline(always)]
        |row| {
            let [spot, _, years, rate, dividend_yield, vol] = row.numbers;
            let core = Core::new(simd, row);
            let per_spot = S::f32s::splat(simd, 1.0) / spot;
            let spread = core.peak * core.per_deviation;
            let decay = spread * (vol * vol) * S::f32s::splat(simd, 0.5);
            let theta = dividend_yield.mul_sub(core.with_share, decay);
            let greeks = [
                core.price,
                core.with_share * per_spot,
                spread * per_spot * per_spot,
                core.peak * core.root_years,
                theta - rate * core.with_cash,
                years * core.with_cash,
            ];
            (core.usual, greeks)
        },
        |i, out| {
            let (greeks, outcome) = match try_greeks(&inputs.get(i)) {
                Ok(greeks) => (greeks, Status::Ok),
                Err(error) => (Greeks::NAN, error.into()),
            };
            status[i] = outcome;
            let Greeks {
                price,
                delta,
                gamma,
                vega,
                theta,
                rho,
            } = greeks;
            for (column, value) in out.iter_mut().zip([price, delta, gamma, vega, theta, rho]) {
                column[i] = value as f32;
            }
        },
    );
}

struct Row<S: Simd> {
    /// `+1` for calls.
    sign: S::f32s,
    /// Spot, strike, years, rate, yield, volatility.
    numbers: [S::f32s; 6],
}

struct Core<S: Simd> {
    usual: S::mask32s,
    price: S::f32s,
    peak: S::f32s,
    per_deviation: S::f32s,
    root_years: S::f32s,
    with_share: S::f32s,
    with_cash: S::f32s,
}

impl<S: Simd> Core<S> {
    #[inline(always)]
    fn new(simd: S, row: &Row<S>) -> Core<S> {
        let zero = splat32(simd, 0.0);
        let [spot, strike, years, rate, dividend_yield, vol] = row.numbers;
        let root_years = years.sqrt();
        let deviation = vol * root_years;
        let discount = rate * years;
        let leak = dividend_yield * years;
        let usual = within(simd, spot, 1e-9, 1e9)
            & within(simd, strike, 1e-9, 1e9)
            & within(simd, years, 1e-7, 1e4)
            & within(simd, deviation, 1e-3, 30.0)
            & discount.abs().simd_le(splat32(simd, 10.0))
            & leak.abs().simd_le(splat32(simd, 10.0));
        let share = spot * exp_f32(simd, -leak);
        let cash = strike * exp_f32(simd, -discount);
        let log_forward = (rate - dividend_yield).mul_add(years, ln_ratio_f32(simd, spot, strike));
        let per_deviation = splat32(simd, 1.0) / deviation;
        let call_out = log_forward.simd_le(zero);
        let centre = log_forward.abs() * per_deviation;
        let half = deviation * splat32(simd, 0.5);
        let (near, far) = (centre - half, centre + half);
        let lesser = call_out.select(share, cash);
        let peak =
            lesser * exp_f32(simd, near * near * splat32(simd, -0.5)) * splat32(simd, 0.398_942_3);
        let [near_ratio, far_ratio] = mills_f32(simd, [near.abs(), far]);
        let tail = peak * near_ratio;
        let with_lesser = near.simd_lt(zero).select(lesser - tail, tail);
        let with_greater = peak * far_ratio;
        let outer = (with_lesser - with_greater).max(zero);
        // The outer option is the call up to the forward itself, and the put beyond it.
        let side = call_out.select(splat32(simd, -1.0), splat32(simd, 1.0));
        let out = (row.sign * side).simd_lt(zero);
        let outer_share = call_out.select(with_lesser, with_greater);
        let outer_cash = call_out.select(with_greater, with_lesser);
        Core {
            usual,
            price: out.select(outer, outer + (share - cash).abs()),
            peak,
            per_deviation,
            root_years,
            with_share: row.sign * out.select(outer_share, share - outer_share),
            with_cash: row.sign * out.select(outer_cash, cash - outer_cash),
        }
    }
}

#[inline(always)]
fn within<S: Simd>(simd: S, x: S::f32s, low: f32, high: f32) -> S::mask32s {
    x.simd_ge(splat32(simd, low)) & x.simd_le(splat32(simd, high))
}

/// The numbers from row `at` on; behind the end the last is repeated.
#[inline(always)]
fn load32<S: Simd>(simd: S, column: &[f32], at: usize) -> S::f32s {
    if let Some(rows) = column.get(at..at + S::f32s::LEN) {
        S::f32s::from_slice(simd, rows)
    } else {
        let mut rows = [column[column.len() - 1]; 16];
        rows[..column.len() - at].copy_from_slice(&column[at..]);
        S::f32s::from_slice(simd, &rows[..S::f32s::LEN])
    }
}

/// `+1` for calls, `-1` for puts.
#[inline(always)]
fn signs32<S: Simd>(simd: S, right: &[Right], at: usize) -> S::f32s {
    let mut rows = [1.0; 16];
    if let Some(right) = right.get(at..at + S::f32s::LEN) {
        for (sign, right) in rows.iter_mut().zip(right) {
            *sign = (1 - 2 * (*right as i32)) as f32;
        }
    } else {
        for (sign, right) in rows.iter_mut().zip(&right[at..]) {
            *sign = right.sign() as f32;
        }
    }
    S::f32s::from_slice(simd, &rows[..S::f32s::LEN])
}

/// As the twin in `f64`.
#[inline(always)]
fn for_each_vector<S: Simd, const OUT: usize>(
    simd: S,
    inputs: &Inputs32Ref,
    out: &mut [&mut [f32]; OUT],
    kernel: impl Fn(&Row<S>) -> (S::mask32s, [S::f32s; OUT]),
    mut odd: impl FnMut(usize, &mut [&mut [f32]; OUT]),
) {
    let rows = inputs.right.len();
    let columns = inputs.columns();
    let mut at = 0;
    while at < rows {
        let left = S::f32s::LEN.min(rows - at);
        let row = Row {
            sign: signs32(simd, inputs.right, at),
            numbers: [
                load32(simd, columns[0], at),
                load32(simd, columns[1], at),
                load32(simd, columns[2], at),
                load32(simd, columns[3], at),
                load32(simd, columns[4], at),
                load32(simd, columns[5], at),
            ],
        };
        let (usual, answers) = kernel(&row);
        for (column, answer) in out.iter_mut().zip(answers) {
            column[at..at + left].copy_from_slice(&answer.as_slice()[..left]);
        }
        if usual.any_false() {
            let usual = usual.to_bitmask();
            for lane in 0..left {
                if usual >> lane & 1 == 0 {
                    odd(at + lane, out);
                }
            }
        }
        at += S::f32s::LEN;
    }
}
