//! The same formulas in `f64` lanes, for columns.
//!
//! Rows that any lane can price go through here. The rest, no time or volatility left, absurd sizes, bad inputs, are left to the
//! scalar code row by row; which rows those are depends on the row alone, so its answer never depends on its neighbours.

use crate::simd::{WIDEST, exp, ln_ratio, load, mills, mills_of_two, splat, store};
use crate::{InputsRef, Right};
use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::NARROW;

/// One vector of options.
pub(super) struct Row<S: Simd> {
    /// `+1` for calls.
    pub sign: S::f64s,
    pub spot: S::f64s,
    pub strike: S::f64s,
    pub years: S::f64s,
    pub rate: S::f64s,
    pub dividend_yield: S::f64s,
    pub vol: S::f64s,
}

impl<S: Simd> Row<S> {
    /// The options from row `at` on; behind the end the last row is repeated.
    #[inline(always)]
    pub(super) fn load(simd: S, inputs: &InputsRef, at: usize) -> Row<S> {
        Row {
            sign: signs(simd, inputs.right, at),
            spot: load(simd, inputs.spot, at),
            strike: load(simd, inputs.strike, at),
            years: load(simd, inputs.years, at),
            rate: load(simd, inputs.rate, at),
            dividend_yield: load(simd, inputs.dividend_yield, at),
            vol: load(simd, inputs.vol, at),
        }
    }
}

/// `+1` for calls, `-1` for puts.
#[inline(always)]
pub(crate) fn signs<S: Simd>(simd: S, right: &[Right], at: usize) -> S::f64s {
    let mut rows = [1.0; WIDEST];
    if let Some(right) = right.get(at..at + S::f64s::LEN) {
        for (sign, right) in rows.iter_mut().zip(right) {
            *sign = f64::from(1 - 2 * (*right as i32));
        }
    } else {
        for (sign, right) in rows.iter_mut().zip(&right[at..]) {
            *sign = right.sign();
        }
    }
    S::f64s::from_slice(simd, &rows[..S::f64s::LEN])
}

/// What price and Greeks share.
pub(super) struct Core<S: Simd> {
    /// Rows that the formulas hold for.
    pub usual: S::mask64s,
    pub share: S::f64s,
    pub cash: S::f64s,
    /// Options that are out of the money, on the forward.
    pub out: S::mask64s,
    /// The price of the one of call and put that is out of the money.
    pub outer: S::f64s,
    /// `S e^(-qT) n(d1)`.
    pub peak: S::f64s,
    pub d1: S::f64s,
    pub d2: S::f64s,
    /// `1 / (vol sqrt T)`.
    pub per_deviation: S::f64s,
    pub root_years: S::f64s,
    /// The share's part in the price, with its sign.
    pub with_share: S::f64s,
    /// What is paid or got in cash, with its sign.
    pub with_cash: S::f64s,
}

impl<S: Simd> Core<S> {
    #[inline(always)]
    pub(super) fn new(simd: S, row: &Row<S>) -> Core<S> {
        let zero = splat(simd, 0.0);
        let root_years = row.years.sqrt();
        let deviation = row.vol * root_years;
        let discount = row.rate * row.years;
        let leak = row.dividend_yield * row.years;
        let usual = within(simd, row.spot, 1e-40, 1e40)
            & within(simd, row.strike, 1e-40, 1e40)
            & within(simd, row.years, 1e-12, 1e4)
            & within(simd, deviation, 1e-12, 1e3)
            & discount.abs().simd_le(splat(simd, 600.0))
            & leak.abs().simd_le(splat(simd, 600.0));
        let share = row.spot * exp(simd, -leak);
        let cash = row.strike * exp(simd, -discount);
        let log_forward = (row.rate - row.dividend_yield)
            .mul_add(row.years, ln_ratio(simd, row.spot, row.strike));
        let per_deviation = splat(simd, 1.0) / deviation;
        let call_out = log_forward.simd_le(zero);
        let centre = log_forward.abs() * per_deviation;
        let half = deviation * splat(simd, 0.5);
        let (near, far) = (centre - half, centre + half);
        let lesser = call_out.select(share, cash);
        let peak = lesser
            * exp(simd, near * near * splat(simd, -0.5))
            * splat(simd, crate::simd::ONE_OVER_SQRT_2PI);
        let [near_ratio, far_ratio] = mills_of_two(simd, [near.abs(), far]);
        // What the lesser asset is worth where it is delivered; beyond the middle all but a tail of it.
        let tail = peak * near_ratio;
        let beyond = near.simd_lt(zero);
        let with_lesser = beyond.select(lesser - tail, tail);
        let with_greater = peak * far_ratio;
        let apart = beyond.select(with_lesser - with_greater, peak * (near_ratio - far_ratio));
        let narrow = half.simd_lt(splat(simd, NARROW));
        let outer = if (narrow & usual).any_true() {
            let series = spread(simd, centre, half);
            narrow.select(peak * series, apart)
        } else {
            apart
        };
        let outer = outer.max(zero);
        // The outer option is the call up to the forward itself, and the put beyond it.
        let side = call_out.select(splat(simd, -1.0), splat(simd, 1.0));
        let out = (row.sign * side).simd_lt(zero);
        let outer_share = call_out.select(with_lesser, with_greater);
        let outer_cash = call_out.select(with_greater, with_lesser);
        Core {
            usual,
            share,
            cash,
            out,
            outer,
            peak,
            d1: call_out.select(-near, far),
            d2: call_out.select(-far, near),
            per_deviation,
            root_years,
            with_share: row.sign * out.select(outer_share, share - outer_share),
            with_cash: row.sign * out.select(outer_cash, cash - outer_cash),
        }
    }

    #[inline(always)]
    pub(super) fn price(&self) -> S::f64s {
        let inner = self.outer + (self.share - self.cash).abs();
        self.out.select(self.outer, inner)
    }
}

#[inline(always)]
fn within<S: Simd>(simd: S, x: S::f64s, low: f64, high: f64) -> S::mask64s {
    x.simd_ge(splat(simd, low)) & x.simd_le(splat(simd, high))
}

/// `Y(centre - half) - Y(centre + half)` for a small half.
#[inline(always)]
fn spread<S: Simd>(simd: S, centre: S::f64s, half: S::f64s) -> S::f64s {
    let ratio = mills(simd, centre);
    let first = centre.mul_sub(ratio, splat(simd, 1.0));
    let second = centre.mul_add(first, ratio);
    let third = centre.mul_add(second, first * splat(simd, 2.0));
    let fourth = centre.mul_add(third, second * splat(simd, 3.0));
    let fifth = centre.mul_add(fourth, third * splat(simd, 4.0));
    let square = half * half;
    let rest = square.mul_add(
        fifth * splat(simd, 1.0 / 120.0),
        third * splat(simd, 1.0 / 6.0),
    );
    square.mul_add(rest, first) * (half * splat(simd, -2.0))
}

/// Stores what `kernel` answers for every vector, and calls `odd(i, out)` for every row that it could not answer.
#[inline(always)]
pub(super) fn for_each_vector<S: Simd, const OUT: usize>(
    simd: S,
    inputs: &InputsRef,
    out: &mut [&mut [f64]; OUT],
    kernel: impl Fn(&Row<S>) -> (S::mask64s, [S::f64s; OUT]),
    mut odd: impl FnMut(usize, &mut [&mut [f64]; OUT]),
) {
    let rows = inputs.right.len();
    let mut at = 0;
    while at < rows {
        let (usual, answers) = kernel(&Row::load(simd, inputs, at));
        for (column, answer) in out.iter_mut().zip(answers) {
            store::<S>(answer, column, at);
        }
        if usual.any_false() {
            let usual = usual.to_bitmask();
            for lane in 0..S::f64s::LEN.min(rows - at) {
                if usual >> lane & 1 == 0 {
                    odd(at + lane, out);
                }
            }
        }
        at += S::f64s::LEN;
    }
}
