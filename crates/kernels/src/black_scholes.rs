//! European price and Greeks under Black-Scholes with a continuous dividend yield, four options an invocation.
//!
//! ```text
//! s  = vol sqrt T      d1 = (ln(S/K) + (r - q) T) / s + s/2      d2 = d1 - s
//! A  = S e^(-qT) n(d1) = K e^(-rT) n(d2)                         one density serves both tails
//! U  = S e^(-qT) N(+-d1),  W = K e^(-rT) N(+-d2):                A mills(|d|), or the rest to the whole
//! price = +-(U - W)    delta = +-U / S      gamma = A / (s S^2)
//! vega  = A sqrt T     theta = +-(q U - r W) - A vol / (2 sqrt T)        rho = +-T W
//! ```
//! Source: Black & Scholes, J. Political Economy 81 (1973); the yield is Merton, Bell J. Economics 4 (1973).
//! Columns are `f32`, dollars per share, years of 365 days and fractions per year, in the holder's sign. **The sign of
//! `strikes` tells the right: positive a call, negative a put of the same size.** So a price moves 28 bytes and the
//! price with five Greeks 48.
//!
//! Rows that nobody should ask about get finite numbers, which mean nothing (the host refuses such rows): spot and strike
//! are taken to be at least 1e-18, time and volatility at least 0, `vol sqrt T` at most 100, rate and yield times `T` within
//! 80. Where `vol sqrt T` is below 1e-7 (no time, no volatility) the answer is the payoff of the forward, delta a half at its
//! kink, gamma and vega 0. A put of strike 0 cannot be told from a call.
//! Accuracy: see `docs/kernels.md`. Not for early exercise; not for money that is booked: that is `f64` on the CPU.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]

use crate::normal::{DEVIATES_MAX, ONE_OVER_SQRT_2PI, all, ln, mills};
use cubecl::prelude::*;

/// Below it an option does not move before expiry.
pub const DEVIATION_MIN: f32 = 1e-7;

/// What price and Greeks share.
#[derive(CubeType, Clone, Copy)]
pub struct Parts<N: Size> {
    /// Positive spot.
    spot: Vector<f32, N>,
    years: Vector<f32, N>,
    vol: Vector<f32, N>,
    /// 1 for a call, -1 for a put.
    sign: Vector<f32, N>,
    root_years: Vector<f32, N>,
    /// `vol sqrt T` before it is kept from 0.
    deviation: Vector<f32, N>,
    /// `A` of the formulas.
    peak: Vector<f32, N>,
    /// `U`.
    share: Vector<f32, N>,
    /// `W`.
    cash: Vector<f32, N>,
}

/// All but the last few operations; `sign` is 1 or -1 and `strike` positive.
#[cube]
pub fn parts_of<N: Size>(
    spot: Vector<f32, N>,
    strike: Vector<f32, N>,
    sign: Vector<f32, N>,
    years: Vector<f32, N>,
    rate: Vector<f32, N>,
    dividend_yield: Vector<f32, N>,
    vol: Vector<f32, N>,
) -> Parts<N> {
    let spot = max(spot, all::<N>(1e-18));
    let strike = max(strike, all::<N>(1e-18));
    let years = max(years, all::<N>(0.0));
    let vol = max(vol, all::<N>(0.0));
    let growth = clamp(rate * years, all::<N>(-80.0), all::<N>(80.0));
    let dilution = clamp(dividend_yield * years, all::<N>(-80.0), all::<N>(80.0));
    let root_years = years.sqrt();
    let deviation = min(vol * root_years, all::<N>(100.0));
    let moving = max(deviation, all::<N>(DEVIATION_MIN));

    let ratio = clamp(spot / strike, all::<N>(1e-30), all::<N>(1e30));
    let log_forward = ln::<N>(ratio) + (growth - dilution);
    let middle = log_forward / moving;
    let half = moving * all::<N>(0.5);
    let most = all::<N>(DEVIATES_MAX);
    let least = all::<N>(-DEVIATES_MAX);
    let d1 = clamp(middle + half, least, most);
    let d2 = clamp(middle - half, least, most);

    let held = spot * (-dilution).exp();
    let owed = strike * (-growth).exp();
    let peak = held * (d1 * d1 * all::<N>(-0.5)).exp() * all::<N>(ONE_OVER_SQRT_2PI);
    let tail1 = peak * mills::<N>(d1.abs());
    let tail2 = peak * mills::<N>(d2.abs());
    let zero = all::<N>(0.0);
    let share = select_many((sign * d1).greater_than(&zero), held - tail1, tail1);
    let cash = select_many((sign * d2).greater_than(&zero), owed - tail2, tail2);
    Parts::<N> {
        spot,
        years,
        vol,
        sign,
        root_years,
        deviation,
        peak,
        share,
        cash,
    }
}

/// 1 where `strikes` is positive, -1 where it is negative.
#[cube]
pub fn sign_of<N: Size>(strikes: Vector<f32, N>) -> Vector<f32, N> {
    select_many(
        strikes.less_than(&all::<N>(0.0)),
        all::<N>(-1.0),
        all::<N>(1.0),
    )
}

/// Prices, dollars. `counts[0]` is the number of groups of as many rows as an invocation takes; invocations beyond it do nothing.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn black_scholes_price<N: Size>(
    spots: &[Vector<f32, N>],
    strikes: &[Vector<f32, N>],
    years: &[Vector<f32, N>],
    rates: &[Vector<f32, N>],
    yields: &[Vector<f32, N>],
    vols: &[Vector<f32, N>],
    prices: &mut [Vector<f32, N>],
    counts: &[u32],
) {
    let i = ABSOLUTE_POS;
    if i < counts[0] as usize {
        let signed = strikes[i];
        let parts = parts_of::<N>(
            spots[i],
            signed.abs(),
            sign_of::<N>(signed),
            years[i],
            rates[i],
            yields[i],
            vols[i],
        );
        prices[i] = max(parts.sign * (parts.share - parts.cash), all::<N>(0.0));
    }
}

/// Prices and five Greeks: dollars; per dollar of spot; per dollar squared; per 1.00 of volatility; per year of time
/// passing; per 1.00 of rate. `counts[0]` is the number of groups of as many rows as an invocation takes; invocations beyond it do nothing.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn black_scholes_greeks<N: Size>(
    spots: &[Vector<f32, N>],
    strikes: &[Vector<f32, N>],
    years: &[Vector<f32, N>],
    rates: &[Vector<f32, N>],
    yields: &[Vector<f32, N>],
    vols: &[Vector<f32, N>],
    prices: &mut [Vector<f32, N>],
    deltas: &mut [Vector<f32, N>],
    gammas: &mut [Vector<f32, N>],
    vegas: &mut [Vector<f32, N>],
    thetas: &mut [Vector<f32, N>],
    rhos: &mut [Vector<f32, N>],
    counts: &[u32],
) {
    let i = ABSOLUTE_POS;
    if i < counts[0] as usize {
        let signed = strikes[i];
        let rate = rates[i];
        let dividend_yield = yields[i];
        let parts = parts_of::<N>(
            spots[i],
            signed.abs(),
            sign_of::<N>(signed),
            years[i],
            rate,
            dividend_yield,
            vols[i],
        );
        let zero = all::<N>(0.0);
        let least = all::<N>(DEVIATION_MIN);
        let per_spot = all::<N>(1.0) / parts.spot;
        let per_deviation = all::<N>(1.0) / max(parts.deviation, least);
        // Without movement the kink of the payoff is no Greek.
        let peak = select_many(parts.deviation.less_than(&least), zero, parts.peak);
        let curve = peak * per_deviation;
        prices[i] = max(parts.sign * (parts.share - parts.cash), zero);
        deltas[i] = parts.sign * parts.share * per_spot;
        gammas[i] = curve * per_spot * per_spot;
        vegas[i] = peak * parts.root_years;
        let carry = parts.sign * fma(dividend_yield, parts.share, -(rate * parts.cash));
        // A vol / (2 sqrt T) = (A / s) vol^2 / 2.
        thetas[i] = fma(curve * parts.vol * parts.vol, all::<N>(-0.5), carry);
        rhos[i] = parts.sign * parts.years * parts.cash;
    }
}

/// European calls without dividends, one an invocation, under the name and with the buffers of the first design:
/// `S, K, T, r, sigma, prices`. There is no count: launch exactly one invocation a row, or pad the buffers.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn calculate_black_scholes(
    spots: &[Vector<f32, Const<1>>],
    strikes: &[Vector<f32, Const<1>>],
    years: &[Vector<f32, Const<1>>],
    rates: &[Vector<f32, Const<1>>],
    vols: &[Vector<f32, Const<1>>],
    prices: &mut [Vector<f32, Const<1>>],
) {
    let i = ABSOLUTE_POS;
    let parts = parts_of::<Const<1>>(
        spots[i],
        strikes[i],
        all::<Const<1>>(1.0),
        years[i],
        rates[i],
        all::<Const<1>>(0.0),
        vols[i],
    );
    prices[i] = max(parts.share - parts.cash, all::<Const<1>>(0.0));
}
