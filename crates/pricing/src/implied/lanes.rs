//! The same steps in `f64` lanes, for columns.
//!
//! A row goes through here where the formulas hold and the steps settle; which rows those are depends on the row alone. The rest,
//! every row without an answer among them, is left to the scalar code.

use super::{CLOSE, NARROW_HALF, QuotedRef, SMALL_DISTANCE, STEPS, TERMS, implied_vol};
use crate::Status;
use crate::error::settle;
use crate::european::signs;
use crate::simd::{ONE_OVER_SQRT_2PI, exp, ln, ln_ratio, load, mills, mills_of_two, splat, store};
use fearless_simd::Simd;
use fearless_simd::prelude::*;

#[inline(always)]
pub(super) fn implied_vols_in<S: Simd>(
    simd: S,
    quoted: &QuotedRef,
    out: &mut [f64],
    status: &mut [Status],
) {
    status.fill(Status::Ok);
    let rows = out.len();
    let mut at = 0;
    while at < rows {
        // Two vectors side by side: the chain of one runs in the gaps of the other.
        let next = at + S::f64s::LEN;
        let places = [at, if next < rows { next } else { at }];
        let found = two_vectors(simd, quoted, places);
        for (at, (usual, vols)) in places.into_iter().zip(found) {
            store::<S>(vols, out, at);
            if usual.any_false() {
                let usual = usual.to_bitmask();
                for lane in 0..S::f64s::LEN.min(rows - at) {
                    if usual >> lane & 1 == 0 {
                        let i = at + lane;
                        settle(implied_vol(&quoted.get(i)), &mut out[i], &mut status[i]);
                    }
                }
            }
        }
        at = next + S::f64s::LEN;
    }
}

/// What the steps work on.
struct Outer<S: Simd> {
    usual: S::mask64s,
    distance: S::f64s,
    beta: S::f64s,
    left: S::f64s,
    root_years: S::f64s,
}

/// Volatilities from two rows on, and which of them to believe.
#[inline(always)]
fn two_vectors<S: Simd>(simd: S, quoted: &QuotedRef, at: [usize; 2]) -> [(S::mask64s, S::f64s); 2] {
    let outer = [
        Outer::new(simd, quoted, at[0]),
        Outer::new(simd, quoted, at[1]),
    ];
    let mut s = [
        first_guess(simd, outer[0].distance, outer[0].beta, outer[0].left),
        first_guess(simd, outer[1].distance, outer[1].beta, outer[1].left),
    ];
    let mut settled = [outer[0].usual, outer[1].usual];
    for _ in 0..STEPS {
        for i in 0..2 {
            let step = step(simd, outer[i].distance, outer[i].beta, outer[i].left, s[i]);
            settled[i] = outer[i].usual & step.abs().simd_le(s[i] * splat(simd, CLOSE));
            let (low, high) = (s[i] * splat(simd, 1.0 / 3.0), s[i] * splat(simd, 3.0));
            s[i] = (s[i] + step).max(low).min(high);
        }
    }
    [
        (settled[0], s[0] / outer[0].root_years),
        (settled[1], s[1] / outer[1].root_years),
    ]
}

#[inline(always)]
fn within<S: Simd>(simd: S, x: S::f64s, low: f64, high: f64) -> S::mask64s {
    x.simd_ge(splat(simd, low)) & x.simd_le(splat(simd, high))
}

impl<S: Simd> Outer<S> {
    /// The quotes from row `at` on.
    #[inline(always)]
    fn new(simd: S, quoted: &QuotedRef, at: usize) -> Outer<S> {
        let sign = signs(simd, quoted.right, at);
        let price = load(simd, quoted.price_usd, at);
        let spot = load(simd, quoted.spot, at);
        let strike = load(simd, quoted.strike, at);
        let years = load(simd, quoted.years, at);
        let rate = load(simd, quoted.rate, at);
        let dividend_yield = load(simd, quoted.dividend_yield, at);
        let (discount, leak) = (rate * years, dividend_yield * years);
        let usual = within(simd, spot, 1e-40, 1e40)
            & within(simd, strike, 1e-40, 1e40)
            & within(simd, years, 1e-12, 1e4)
            & discount.abs().simd_le(splat(simd, 600.0))
            & leak.abs().simd_le(splat(simd, 600.0));
        let share = spot * exp(simd, -leak);
        let cash = strike * exp(simd, -discount);
        let log_forward = (rate - dividend_yield).mul_add(years, ln_ratio(simd, spot, strike));
        let lesser = log_forward.simd_le(splat(simd, 0.0)).select(share, cash);
        let outside = (sign * log_forward).simd_le(splat(simd, 0.0));
        // In the money the subtraction leaves noise; near its bound the scalar code alone decides what is an answer.
        let inside = price - (share - cash).abs();
        let noise = share.max(cash) * splat(simd, 16.0 * f64::EPSILON);
        let time_value = outside.select(price, inside);
        let (beta, left) = (time_value / lesser, (lesser - time_value) / lesser);
        let usual = usual
            & (outside | inside.simd_gt(noise))
            & within(simd, beta, 1e-303, 1.0)
            & within(simd, left, 1e-14, 1.0)
            & log_forward.abs().simd_le(splat(simd, 300.0));
        let distance = log_forward.abs().max(splat(simd, 1e-100));
        Outer {
            usual,
            distance,
            beta,
            left,
            root_years: years.sqrt(),
        }
    }
}

/// Below the anchor `ln g` falls like `-x^2 / 2 s^2`; above, `1 - g` falls like a normal tail.
#[inline(always)]
fn first_guess<S: Simd>(simd: S, distance: S::f64s, beta: S::f64s, left: S::f64s) -> S::f64s {
    let anchor = distance.min((distance + distance).sqrt());
    let value = value(simd, distance, anchor);
    let below = beta.simd_lt(value.price);
    let tail = (left / value.left).min(splat(simd, 1.0));
    let ratio = below.select(beta / value.price, tail * (splat(simd, 2.0) - tail));
    let log = ln(simd, ratio.max(splat(simd, 1e-306)));
    // Below.
    let depth = distance / anchor;
    let inverse_square = depth.mul_sub(depth, log + log);
    let lower = distance / inverse_square.max(splat(simd, 1e-300)).sqrt();
    // Above: the inverse of the error function by S. Winitzki (2008), to 2e-3, and its tangent.
    let a = splat(simd, 0.147);
    let middle = log.mul_add(
        splat(simd, 0.5),
        splat(simd, 2.0 / (std::f64::consts::PI * 0.147)),
    );
    let square = middle.mul_add(middle, -(log / a)).sqrt() - middle;
    let root = (square.max(splat(simd, 0.0)) * splat(simd, 2.0)).sqrt();
    let tangent = (beta - value.price) / value.left * splat(simd, 1.253_314_137_315_500_3);
    let upper = root.max(tangent).mul_add(splat(simd, 2.0), anchor);
    below.select(lower, upper)
}

struct Value<S: Simd> {
    price: S::f64s,
    left: S::f64s,
    peak: S::f64s,
    near: S::f64s,
    far: S::f64s,
    per_s: S::f64s,
}

/// The price of the outer option in units of its lesser asset, what is left to 1, and the slope.
#[inline(always)]
fn value<S: Simd>(simd: S, distance: S::f64s, s: S::f64s) -> Value<S> {
    let per_s = splat(simd, 1.0) / s;
    let (centre, half) = (distance * per_s, s * splat(simd, 0.5));
    let (near, far) = (centre - half, centre + half);
    let peak = exp(simd, near * near * splat(simd, -0.5)) * splat(simd, ONE_OVER_SQRT_2PI);
    let narrow =
        half.simd_lt(splat(simd, NARROW_HALF)) & distance.simd_lt(splat(simd, SMALL_DISTANCE));
    let beyond = near.simd_lt(splat(simd, 0.0));
    let one = splat(simd, 1.0);
    let (mut price, mut left) = (one, one);
    if narrow.any_false() {
        let [near_ratio, far_ratio] = mills_of_two(simd, [near.abs(), far]);
        let tails = peak * (near_ratio + far_ratio);
        let apart = peak * (near_ratio - far_ratio);
        price = beyond.select(one - tails, apart);
        left = beyond.select(tails, one - apart);
    }
    if narrow.any_true() {
        let series = peak * spread(simd, centre, half);
        price = narrow.select(series, price);
        left = narrow.select(one - series, left);
    }
    Value {
        price,
        left,
        peak,
        near,
        far,
        per_s,
    }
}

/// `Y(centre - half) - Y(centre + half)`: twice the odd part of the Taylor series, the derivatives by recursion.
#[inline(always)]
fn spread<S: Simd>(simd: S, centre: S::f64s, half: S::f64s) -> S::f64s {
    let mut d = [splat(simd, 0.0); TERMS];
    d[0] = mills(simd, centre);
    d[1] = centre.mul_sub(d[0], splat(simd, 1.0));
    let mut k = 2;
    while k < TERMS {
        // One fused step per derivative in the chain; the product beside it has time.
        d[k] = centre.mul_add(d[k - 1], d[k - 2] * splat(simd, (k - 1) as f64));
        k += 1;
    }
    let square = half * half;
    let mut sum = d[TERMS - 1] * splat(simd, PER_FACTORIAL[TERMS / 2 - 1]);
    let mut k = TERMS - 1;
    while k > 1 {
        k -= 2;
        sum = sum.mul_add(square, d[k] * splat(simd, PER_FACTORIAL[k / 2]));
    }
    sum * half * splat(simd, -2.0)
}

/// `1 / (2 i + 1)!`.
const PER_FACTORIAL: [f64; TERMS / 2] = {
    let mut all = [1.0; TERMS / 2];
    let mut i = 1;
    while i < TERMS / 2 {
        all[i] = all[i - 1] / ((2 * i) * (2 * i + 1)) as f64;
        i += 1;
    }
    all
};

/// Householder's third-order step on `ln g`, or on `ln(1 - g)` where `g` is above a half.
#[inline(always)]
fn step<S: Simd>(simd: S, distance: S::f64s, beta: S::f64s, left: S::f64s, s: S::f64s) -> S::f64s {
    let value = value(simd, distance, s);
    let upper = beta.simd_gt(splat(simd, 0.5));
    let found = upper.select(value.left, value.price);
    let wanted = upper.select(left, beta);
    let tiny = splat(simd, 1e-306);
    let log = ln_ratio(simd, wanted.max(tiny), found.max(tiny));
    let slope = upper.select(-value.peak, value.peak);
    let newton = log * (found / slope);
    let v = slope / found;
    let w = value.near * value.far * value.per_s;
    let z = distance * value.per_s * value.per_s;
    let turn = (z * z).mul_add(splat(simd, -3.0), splat(simd, -0.25));
    let second = w - v;
    let third = w.mul_add(w, turn) + v * (v + v - w * splat(simd, 3.0));
    let above = (second * newton).mul_add(splat(simd, 0.5), splat(simd, 1.0));
    let below = newton.mul_add(
        (third * newton).mul_add(splat(simd, 1.0 / 6.0), second),
        splat(simd, 1.0),
    );
    newton * above / below
}
