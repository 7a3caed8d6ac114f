//! The same formulas in lanes, for columns of `f64` and of `f32`.
//!
//! Rows that any lane can price go through here. The rest, no time or volatility left, absurd sizes, bad inputs, are left to the
//! scalar code row by row; which rows those are depends on the row alone, so its answer never depends on its neighbours.

use super::NARROW;
use crate::simd::{Flags, ONE_OVER_SQRT_2PI, Precision, Wide};
use fearless_simd::Simd;

/// Vectors side by side. Two keep the units of the processor busy, three would not fit its registers.
pub(super) const SIDE_BY_SIDE: usize = 2;

type V<S, P> = Wide<S, P, SIDE_BY_SIDE>;
type F<S, P> = Flags<S, P, SIDE_BY_SIDE>;

/// What the formulas hold for.
pub(super) trait Domain: Precision {
    /// `vol sqrt T`.
    const DEVIATION: [f64; 2];
    /// The largest rate or yield times years.
    const LOG_MAX: f64;
    /// Half of `vol sqrt T` below which the difference of two tails is a series.
    const NARROW: f64;
}

/// Spot and strike from 2^-32 to 2^32 dollars, years from 2^-44 to 2^20.
const WINDOWS: [i32; 3] = [-32, -32, -44];

impl Domain for f64 {
    const DEVIATION: [f64; 2] = [1e-12, 1e3];
    const LOG_MAX: f64 = 600.0;
    const NARROW: f64 = NARROW;
}

impl Domain for f32 {
    const DEVIATION: [f64; 2] = [1e-3, 30.0];
    const LOG_MAX: f64 = 10.0;
    // Seven digits of the money need no series.
    const NARROW: f64 = 0.0;
}

/// One block of options.
pub(super) struct Row<S: Simd, P: Precision> {
    pub put: F<S, P>,
    pub spot: V<S, P>,
    pub strike: V<S, P>,
    pub years: V<S, P>,
    pub rate: V<S, P>,
    pub dividend_yield: V<S, P>,
    pub vol: V<S, P>,
}

impl<S: Simd, P: Precision> Row<S, P> {
    #[inline(always)]
    pub(super) fn new(put: F<S, P>, numbers: [V<S, P>; 6]) -> Row<S, P> {
        let [spot, strike, years, rate, dividend_yield, vol] = numbers;
        Row {
            put,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        }
    }
}

/// What price and Greeks share.
pub(super) struct Core<S: Simd, P: Precision> {
    /// Rows that the formulas hold for.
    pub usual: F<S, P>,
    pub share: V<S, P>,
    pub cash: V<S, P>,
    /// Options that are out of the money, on the forward.
    pub out: F<S, P>,
    /// The price of the one of call and put that is out of the money.
    pub outer: V<S, P>,
    /// `S e^(-qT) n(d1)`.
    pub peak: V<S, P>,
    pub d1: V<S, P>,
    pub d2: V<S, P>,
    /// `1 / (vol sqrt T)`.
    pub per_deviation: V<S, P>,
    pub root_years: V<S, P>,
    /// The share's part in the price, with its sign.
    pub with_share: V<S, P>,
    /// What is paid or got in cash, with its sign.
    pub with_cash: V<S, P>,
}

impl<S: Simd, P: Domain> Core<S, P> {
    #[inline(always)]
    pub(super) fn new(simd: S, row: &Row<S, P>) -> Core<S, P> {
        let zero = V::<S, P>::splat(simd, 0.0);
        let root_years = row.years.sqrt();
        let deviation = row.vol * root_years;
        let discount = row.rate * row.years;
        let leak = row.dividend_yield * row.years;
        let per_deviation = V::<S, P>::splat(simd, 1.0) / deviation;
        let log_money = row.spot.ln_ratio(simd, row.strike);
        let log_forward = (row.rate - row.dividend_yield).mul_add(row.years, log_money);
        let usual = V::<S, P>::in_windows(simd, [row.spot, row.strike, row.years], WINDOWS)
            & deviation.within(simd, P::DEVIATION[0], P::DEVIATION[1]);
        let logs = V::<S, P>::splat(simd, P::LOG_MAX);
        let ([share, cash], in_range) = V::<S, P>::exp_of_two(simd, [-leak, -discount], logs);
        let usual = usual & in_range;
        let (share, cash) = (row.spot * share, row.strike * cash);
        let call_out = log_forward.le(zero);
        let centre = log_forward.abs() * per_deviation;
        let half = deviation * V::<S, P>::splat(simd, 0.5);
        let (near, far) = (centre - half, centre + half);
        let lesser = call_out.select(share, cash);
        let peak = lesser
            * (near * near * V::<S, P>::splat(simd, -0.5)).exp_of_negative(simd)
            * V::<S, P>::splat(simd, ONE_OVER_SQRT_2PI);
        let [near_ratio, far_ratio] = V::<S, P>::mills_of_two(simd, [near.abs(), far]);
        // What the lesser asset is worth where it is delivered; beyond the middle all but a tail of it.
        let tail = peak * near_ratio;
        let beyond = near.lt(zero);
        let with_lesser = beyond.select(lesser - tail, tail);
        let with_greater = peak * far_ratio;
        let apart = beyond.select(with_lesser - with_greater, peak * (near_ratio - far_ratio));
        let narrow = half.lt(V::<S, P>::splat(simd, P::NARROW));
        let outer = if P::NARROW > 0.0 && (narrow & usual).any() {
            let series = spread(simd, centre, half);
            narrow.select(peak * series, apart)
        } else {
            apart
        };
        let outer = outer.max(zero);
        // The outer option is the call up to the forward itself, and the put beyond it.
        let out = (call_out & !row.put) | (!call_out & row.put);
        let outer_share = call_out.select(with_lesser, with_greater);
        let outer_cash = call_out.select(with_greater, with_lesser);
        let with_share = out.select(outer_share, share - outer_share);
        let with_cash = out.select(outer_cash, cash - outer_cash);
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
            with_share: row.put.select(-with_share, with_share),
            with_cash: row.put.select(-with_cash, with_cash),
        }
    }

    #[inline(always)]
    pub(super) fn price(&self) -> V<S, P> {
        let inner = self.outer + (self.share - self.cash).abs();
        self.out.select(self.outer, inner)
    }

    /// Price, delta, gamma, vega, theta, rho.
    #[inline(always)]
    pub(super) fn greeks(&self, simd: S, row: &Row<S, P>) -> [V<S, P>; 6] {
        let per_spot = V::<S, P>::splat(simd, 1.0) / row.spot;
        let spread = self.peak * self.per_deviation;
        let decay = spread * (row.vol * row.vol) * V::<S, P>::splat(simd, 0.5);
        let theta = row.dividend_yield.mul_sub(self.with_share, decay);
        [
            self.price(),
            self.with_share * per_spot,
            spread * per_spot * per_spot,
            self.peak * self.root_years,
            theta - row.rate * self.with_cash,
            row.years * self.with_cash,
        ]
    }
}

/// `Y(centre - half) - Y(centre + half)` for a small half.
#[inline(always)]
fn spread<S: Simd, P: Precision>(simd: S, centre: V<S, P>, half: V<S, P>) -> V<S, P> {
    let ratio = centre.mills(simd);
    let first = centre.mul_sub(ratio, V::<S, P>::splat(simd, 1.0));
    let second = centre.mul_add(first, ratio);
    let third = centre.mul_add(second, first * V::<S, P>::splat(simd, 2.0));
    let fourth = centre.mul_add(third, second * V::<S, P>::splat(simd, 3.0));
    let fifth = centre.mul_add(fourth, third * V::<S, P>::splat(simd, 4.0));
    let square = half * half;
    let rest = square.mul_add(
        fifth * V::<S, P>::splat(simd, 1.0 / 120.0),
        third * V::<S, P>::splat(simd, 1.0 / 6.0),
    );
    square.mul_add(rest, first) * (half * V::<S, P>::splat(simd, -2.0))
}
