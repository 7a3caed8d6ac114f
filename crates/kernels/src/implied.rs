//! The volatility that a European price implies, in `f32` for screening, four quotes an invocation and no branch.
//!
//! ```text
//! x = -|ln(F/K)|     b(s) = time value / sqrt(S e^(-qT) K e^(-rT)) = e^(x/2) N(d1) - e^(-x/2) N(d2),   d = x/s +- s/2
//! f = n(d1) e^(x/2) = exp(-(x^2/s^2 + s^2/4) / 2) / sqrt(2 pi)          the slope of b
//! b = f (mills(-d1) - mills(-d2))                                        d1 < 0
//! b = f s (k + s^2/24 (2k - a M + a^2 k)),  a = -x/s, M = mills(a), k = 1 - a M       s < 0.1: the difference as a series
//! ```
//! `b` is convex below `s = sqrt(2|x|)` and concave above. Newton's method runs on `ln b` in `|x|/s` for small prices, on
//! `ln(e^(x/2) - b)` for large ones, and Halley's on `b` between. Four steps: in `f64` they end within 1e-9 of the root on
//! 359,000 random quotes (|x| to 8, s from 0.003 to 8), so rounding alone decides.
//! Source: normalised price, inflection and objectives: P. Jaeckel, "Let's Be Rational", Wilmott (2015). The starts are ours.
//!
//! Where no volatility exists the slot holds NaN, written as bits so that no compiler may assume it away, and `statuses` why:
//! 0 found, 1 bad input, 2 below intrinsic value, 3 at or above the most the right can pay, 4 no time left, 5 no time value
//! that `f32` can hold. In the money 4e-7 of the larger of discounted spot and strike is the least that counts; 2, 3 and 5
//! want the CPU's word where a cent matters.
//! Accuracy: the volatility reproduces the price; see `docs/kernels.md`. Not for American quotes.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]

use crate::normal::{DEVIATES_MAX, ONE_OVER_SQRT_2PI, all, ln, mills};
use cubecl::prelude::*;

/// What a start or a step needs.
#[derive(CubeType, Clone, Copy)]
struct Value<N: Size> {
    /// Normalised price.
    price: Vector<f32, N>,
    /// What is missing to the most it can be.
    rest: Vector<f32, N>,
    /// Its slope in `s`.
    slope: Vector<f32, N>,
}

#[cube]
fn value<N: Size>(x: Vector<f32, N>, most: Vector<f32, N>, s: Vector<f32, N>) -> Value<N> {
    let limit = all::<N>(DEVIATES_MAX);
    let one = all::<N>(1.0);
    let h = x / s;
    let half = s * all::<N>(0.5);
    let d1 = h + half;
    let d2 = h - half;
    let exponent = max(fma(h, h, half * half) * all::<N>(-0.5), all::<N>(-86.0));
    let slope = exponent.exp() * all::<N>(ONE_OVER_SQRT_2PI);
    let m1 = mills::<N>(min(d1.abs(), limit));
    let m2 = mills::<N>(min(d2.abs(), limit));
    let a = min(-h, limit);
    let product = a * mills::<N>(a);
    let k = one - product;
    let bend = fma(a * a, k, fma(k, all::<N>(2.0), -product));
    let series = s * fma(s * s * all::<N>(1.0 / 24.0), bend, k);
    let narrow = s.less_than(&all::<N>(0.1));
    let apart = slope * select_many(narrow, series, m1 - m2);
    let together = slope * (m1 + m2);
    // Below the middle, or so narrow that the series answers on both sides.
    let place = select_many(narrow, -one, d1);
    let below = place.less_than(&all::<N>(0.0));
    Value::<N> {
        price: select_many(below, apart, most - together),
        rest: select_many(below, most - apart, together),
        slope,
    }
}

/// Slowly varying part of `-ln b` in `y = |x|/s`.
#[cube]
fn slow<N: Size>(y: Vector<f32, N>) -> Vector<f32, N> {
    ln::<N>(y * fma(y, y + all::<N>(1.2533), all::<N>(1.0)))
}

#[cube]
fn ln_safe<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    ln::<N>(max(x, all::<N>(1e-37)))
}

/// Total deviation `vol sqrt T` behind the normalised price `target`, `rest` short of `most = e^(x/2)`.
#[cube]
fn deviation<N: Size>(
    x: Vector<f32, N>,
    most: Vector<f32, N>,
    target: Vector<f32, N>,
    rest: Vector<f32, N>,
) -> Vector<f32, N> {
    let one = all::<N>(1.0);
    let depth = -x;
    let inflection = (depth * all::<N>(2.0)).sqrt();
    let pivot = min(depth, inflection);
    let at_pivot = value::<N>(x, most, pivot);
    let at_inflection = value::<N>(x, most, inflection);
    let log_target = ln_safe::<N>(target);
    let log_rest = ln_safe::<N>(rest);
    let low = target.less_than(&at_pivot.price);
    let short = rest.less_than(&(at_inflection.rest * all::<N>(0.5)));

    // Small prices: from the pivot's y along y^2/2 and the slow part.
    let y0 = depth / pivot;
    let fall = max(ln_safe::<N>(at_pivot.price) - log_target, all::<N>(0.0));
    let square = y0 * y0;
    let slow0 = slow::<N>(y0);
    let first = fma(fall, all::<N>(2.0), square).sqrt();
    let second = max(
        fma(fall - (slow::<N>(first) - slow0), all::<N>(2.0), square),
        square,
    )
    .sqrt();
    let third = max(
        fma(fall - (slow::<N>(second) - slow0), all::<N>(2.0), square),
        square,
    )
    .sqrt();
    let start_low = depth / third;
    // sqrt(2 pi) b is a lower bound of s.
    let straight = max(inflection, target * all::<N>(2.506_628_3));
    let start_middle = select_many(target.less_than(&at_inflection.price), inflection, straight);
    let gap = max(ln_safe::<N>(at_inflection.rest) - log_rest, all::<N>(0.0));
    let start_short = max(
        start_middle,
        fma(inflection, inflection, gap * all::<N>(8.0)).sqrt() * all::<N>(0.7),
    );
    let start_above = select_many(short, start_short, start_middle);
    let mut s = select_many(low, start_low, start_above);

    for _ in 0..4 {
        let now = value::<N>(x, most, s);
        let per_slope = one / max(now.slope, all::<N>(1e-37));
        let y = depth / s;
        let log_step = (ln_safe::<N>(now.price) - log_target) * now.price * y * y * per_slope;
        let next_low = depth / max(y + log_step / depth, y * all::<N>(0.25));
        let newton = (target - now.price) * per_slope;
        let bend = x * x / (s * s * s) - s * all::<N>(0.25);
        let halley = newton / max(fma(newton * bend, all::<N>(0.5), one), all::<N>(0.5));
        let next_middle = s + halley;
        let next_short = s + (ln_safe::<N>(now.rest) - log_rest) * now.rest * per_slope;
        let next_above = select_many(short, next_short, next_middle);
        let next = select_many(low, next_low, next_above);
        s = clamp(
            next,
            max(s * all::<N>(0.25), all::<N>(1e-6)),
            min(s * all::<N>(4.0), all::<N>(60.0)),
        );
    }
    s
}

/// Not a number or infinite, told by its bits.
#[cube]
fn infinite<N: Size>(x: Vector<f32, N>) -> Vector<u32, N> {
    let exponent = Vector::<u32, N>::new(0x7f80_0000u32);
    let bits = Vector::<u32, N>::reinterpret(x) & exponent;
    select_many(
        bits.equal(&exponent),
        Vector::<u32, N>::new(1u32),
        Vector::<u32, N>::new(0u32),
    )
}

#[cube]
fn unless<N: Size>(
    condition: Vector<bool, N>,
    #[comptime] code: u32,
    otherwise: Vector<u32, N>,
) -> Vector<u32, N> {
    select_many(condition, Vector::<u32, N>::new(code), otherwise)
}

/// Implied volatilities, fractions per year, as the bits of an `f32`; NaN unless the status is 0. The sign of `strikes`
/// tells the right: positive a call, negative a put. `counts[0]` is the number of groups of four; invocations beyond it do
/// nothing.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn implied_vol<N: Size>(
    prices: &[Vector<f32, N>],
    spots: &[Vector<f32, N>],
    strikes: &[Vector<f32, N>],
    years: &[Vector<f32, N>],
    rates: &[Vector<f32, N>],
    yields: &[Vector<f32, N>],
    vols: &mut [Vector<u32, N>],
    statuses: &mut [Vector<u32, N>],
    counts: &[u32],
) {
    let i = ABSOLUTE_POS;
    if i < counts[0] as usize {
        let zero = all::<N>(0.0);
        let price = prices[i];
        let spot_given = spots[i];
        let signed = strikes[i];
        let years_given = years[i];
        let rate = rates[i];
        let dividend_yield = yields[i];
        let strike_given = signed.abs();
        let put = signed.less_than(&zero);

        let spot = clamp(spot_given, all::<N>(1e-18), all::<N>(1e18));
        let strike = clamp(strike_given, all::<N>(1e-18), all::<N>(1e18));
        let time = clamp(years_given, all::<N>(1e-12), all::<N>(1e6));
        let growth = clamp(rate * time, all::<N>(-40.0), all::<N>(40.0));
        let dilution = clamp(dividend_yield * time, all::<N>(-40.0), all::<N>(40.0));
        let held = spot * (-dilution).exp();
        let owed = strike * (-growth).exp();
        let ratio = clamp(spot / strike, all::<N>(1e-30), all::<N>(1e30));
        let log_forward = ln::<N>(ratio) + (growth - dilution);
        let x = clamp(-log_forward.abs(), all::<N>(-60.0), all::<N>(-1e-7));

        let apart = held - owed;
        let inside = select_many(put, -apart, apart);
        let worth = max(inside, zero);
        let excess = price - worth;
        let larger = max(held, owed);
        let unsure = select_many(inside.greater_than(&zero), larger * all::<N>(4e-7), zero);
        let most = (x * all::<N>(0.5)).exp();
        let per_unit = most / min(held, owed);
        let target = excess * per_unit;
        let rest = most - target;
        let s = deviation::<N>(
            x,
            most,
            clamp(target, all::<N>(1e-30), most),
            clamp(rest, all::<N>(1e-7), most),
        );
        let vol = s / time.sqrt();

        // The later word counts more.
        let found = Vector::<u32, N>::new(0u32);
        let status = unless::<N>(
            rest.less_than(&(larger * per_unit * all::<N>(4e-7))),
            3u32,
            found,
        );
        let status = unless::<N>(excess.less_equal(&unsure), 5u32, status);
        let status = unless::<N>(target.less_than(&all::<N>(1e-30)), 5u32, status);
        let status = unless::<N>(excess.less_than(&-unsure), 2u32, status);
        let status = unless::<N>(years_given.less_equal(&zero), 4u32, status);
        let status = unless::<N>(years_given.less_than(&zero), 1u32, status);
        let status = unless::<N>(spot_given.less_equal(&zero), 1u32, status);
        let status = unless::<N>(strike_given.less_equal(&zero), 1u32, status);
        let broken = infinite::<N>(price)
            | infinite::<N>(spot_given)
            | infinite::<N>(signed)
            | infinite::<N>(years_given)
            | infinite::<N>(rate)
            | infinite::<N>(dividend_yield);
        let status = select_many(broken.greater_than(&found), broken, status);
        statuses[i] = status;
        vols[i] = select_many(
            status.equal(&found),
            Vector::<u32, N>::reinterpret(vol),
            Vector::<u32, N>::new(0x7fc0_0000u32),
        );
    }
}
