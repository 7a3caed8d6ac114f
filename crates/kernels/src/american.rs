//! What early exercise adds to a European option, along a boundary solved once on the CPU.
//!
//! ```text
//! premium = Int_0^t r e^(-ru) N(-d-(u, m/B(t-u))) - q m e^(-qu) N(-d+(u, m/B(t-u))) du         m: spot per strike
//! d+-(u, z) = (ln z + (r - q) u) / (vol sqrt u) +- vol sqrt u / 2
//! u = t sin^2 a,   a = near sinh(turn z)                         28 points of Gauss and Legendre in z from 0 to 1
//! (ln B(0+) - ln B(t))^2 = sum c_k T_k(2 sqrt(t / years_max) - 1)
//! ```
//! A call is a put with spot and strike, rate and yield exchanged (McDonald & Schroder 1998).
//! Sources: Kim, Review of Financial Studies 3 (1990); Andersen, Lake & Offengenden, J. Computational Finance 20 (2016). The
//! rule in `a` is that of `pricing::american`, whose `f64` code is the twin.
//!
//! The premium is `f32`; **the European part is the caller's**, in `f64` for prices that people read. One boundary holds for
//! one right, rate, yield and volatility, and for every spot, strike and time. `boundary` is [`BOUNDARY_LEN`] numbers: rate
//! and yield of the put, vol, years_max, ln B(0+), the least `near`, 1 for a put or -1 for a call, 0; twelve coefficients (the
//! rest 0); 28 places in (0, 1); their 28 weights.
//! Accuracy: see `docs/kernels.md`. Spot and strike are taken to be at least 1e-18, time at least 1e-9 years.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]

use crate::normal::{DEVIATES_MAX, all, density, ln, mills};
use cubecl::prelude::*;

/// Points of the rule.
pub const POINTS: usize = 28;
/// Coefficients of the boundary.
pub const COEFFICIENTS: usize = 12;
/// Numbers before the coefficients.
pub const HEAD: usize = 8;
/// Numbers in a boundary.
pub const BOUNDARY_LEN: usize = HEAD + COEFFICIENTS + 2 * POINTS;

/// Sine between minus and plus a right angle, 1e-7.
#[cube]
pub fn sine<N: Size>(a: Vector<f32, N>) -> Vector<f32, N> {
    let square = a * a;
    let p = fma(square, all::<N>(-2.386_831_4e-8), all::<N>(2.752_397e-6));
    let p = fma(p, square, all::<N>(-1.984_083_2e-4));
    let p = fma(p, square, all::<N>(8.333_331e-3));
    let p = fma(p, square, all::<N>(-0.166_666_67));
    fma(p * square, a, a)
}

/// Square of the boundary's depth at `x = sqrt(time left / years_max)`, by Clenshaw.
#[cube]
fn depth_squared<N: Size>(boundary: &[f32], x: Vector<f32, N>) -> Vector<f32, N> {
    let twice = fma(x, all::<N>(4.0), all::<N>(-2.0));
    let mut one = all::<N>(0.0);
    let mut two = all::<N>(0.0);
    #[unroll]
    for step in 1..COEFFICIENTS {
        let next = fma(
            twice,
            one,
            Vector::<f32, N>::new(boundary[HEAD + COEFFICIENTS - step]) - two,
        );
        two = one;
        one = next;
    }
    fma(
        twice * all::<N>(0.5),
        one,
        Vector::<f32, N>::new(boundary[HEAD]) - two,
    )
}

/// Probability to be at most `x`, from -13 to 13.
#[cube]
fn below<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    let tail = density::<N>(x) * mills::<N>(x.abs());
    select_many(x.greater_than(&all::<N>(0.0)), all::<N>(1.0) - tail, tail)
}

/// Premiums in dollars, not negative; -1 where the holder exercises now. `counts[0]` is the number of groups of four;
/// invocations beyond it do nothing.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn american_premium<N: Size>(
    spots: &[Vector<f32, N>],
    strikes: &[Vector<f32, N>],
    years: &[Vector<f32, N>],
    boundary: &[f32],
    premiums: &mut [Vector<f32, N>],
    counts: &[u32],
) {
    let i = ABSOLUTE_POS;
    if i < counts[0] as usize {
        let zero = all::<N>(0.0);
        let half = all::<N>(0.5);
        let one = all::<N>(1.0);
        let limit = all::<N>(DEVIATES_MAX);
        let rate = Vector::<f32, N>::new(boundary[0]);
        let dividend_yield = Vector::<f32, N>::new(boundary[1]);
        let vol = Vector::<f32, N>::new(boundary[2]);
        let years_max = Vector::<f32, N>::new(boundary[3]);
        let log_start = Vector::<f32, N>::new(boundary[4]);
        let near_min = Vector::<f32, N>::new(boundary[5]);
        let put = Vector::<f32, N>::new(boundary[6]).greater_than(&zero);

        let spot = max(spots[i], all::<N>(1e-18));
        let strike = max(strikes[i], all::<N>(1e-18));
        let time = max(years[i], all::<N>(1e-9));
        let top = select_many(put, spot, strike);
        let unit = select_many(put, strike, spot);
        let moneyness = clamp(top / unit, all::<N>(1e-18), all::<N>(1e18));
        let log_moneyness = ln::<N>(moneyness);
        let carry = rate - dividend_yield;
        let root = vol * time.sqrt();
        let x = (time / years_max).sqrt();
        let here = max(depth_squared::<N>(boundary, min(x, one)), zero).sqrt();
        let log_boundary = log_start - here;
        let near = clamp(
            (log_moneyness - log_boundary) / root,
            near_min,
            all::<N>(5.0),
        );
        let ratio = all::<N>(core::f32::consts::FRAC_PI_2) / near;
        let turn = ln::<N>(ratio + fma(ratio, ratio, one).sqrt());
        let scale = near * half;
        let above_start = log_moneyness - log_start;
        let mut sum = zero;
        for j in 0..POINTS {
            let place = Vector::<f32, N>::new(boundary[HEAD + COEFFICIENTS + j]);
            let share = Vector::<f32, N>::new(boundary[HEAD + COEFFICIENTS + POINTS + j]);
            let grown = (turn * place).exp();
            let shrunk = one / grown;
            let angle = min(
                scale * (grown - shrunk),
                all::<N>(core::f32::consts::FRAC_PI_2),
            );
            let width = scale * turn * share * (grown + shrunk);
            let sin = max(sine::<N>(angle), all::<N>(1e-9));
            let cos = sine::<N>(all::<N>(core::f32::consts::FRAC_PI_2) - angle);
            let weight = width * sin * cos * all::<N>(2.0) * time;
            let u = time * sin * sin;
            let spread = root * sin;
            let at = clamp(x * cos, zero, one);
            let depth = max(depth_squared::<N>(boundary, at), all::<N>(1e-14)).sqrt();
            let d_minus = (fma(carry, u, above_start) + depth) / spread - spread * half;
            let d_plus = d_minus + spread;
            let interest = rate * (-(rate * u)).exp() * below::<N>(clamp(-d_minus, -limit, limit));
            let dividend = dividend_yield
                * moneyness
                * (-(dividend_yield * u)).exp()
                * below::<N>(clamp(-d_plus, -limit, limit));
            sum = fma(weight, interest - dividend, sum);
        }
        premiums[i] = select_many(
            log_moneyness.less_equal(&log_boundary),
            -one,
            unit * max(sum, zero),
        );
    }
}
