//! The same equation in lanes, for columns.
//!
//! ```text
//! F = Y(x/s - s/2) - Y(x/s + s/2)     where g <= 1/2            g     = n(x/s - s/2) F
//! F = Y(s/2 - x/s) + Y(x/s + s/2)     beyond, for 1 - g         1 - g = n(x/s - s/2) F
//! L = ln(sqrt(2 pi) wanted / F) + (x/s - s/2)^2 / 2             L = 0 at the root
//! ```
//! with `Y` Mills' ratio: no exponential is needed, and the difference comes without cancellation (`Wide::mills_and_fall`).
//! The guess and two of Householder's steps are made in `f32`, where a vector has twice as many lanes; a step in `f64` brings the
//! last digits. It is repeated for rows where it was not short, among them those whose numbers leave `f32`.
//!
//! A row goes through here where the formulas hold and the steps settle; which rows those are depends on the row alone. The rest,
//! every row without an answer among them, is left to the scalar code.

use super::{CLOSE, QuotedRef, implied_vol};
use crate::Status;
use crate::error::settle;
use crate::simd::{Columns, Flags, ONE_OVER_SQRT_2PI, Precision, Wide, for_each_block};
use fearless_simd::Simd;

/// Steps in `f32`, and at most so many in `f64`.
const STEPS_NARROW: usize = 2;
const STEPS_MAX: usize = 4;
/// Smaller parts of an asset are left to `f64`.
const SMALLEST_NARROW: f64 = 1e-28;

/// Spot and strike from 2^-32 to 2^32 dollars, years from 2^-44 to 2^20.
const WINDOWS: [i32; 3] = [-32, -32, -44];

const SQRT_2PI: f64 = 2.506_628_274_631_000_5;

#[inline(always)]
pub(super) fn implied_vols_in<S: Simd>(
    simd: S,
    quoted: &QuotedRef,
    out: &mut [f64],
    status: &mut [Status],
) {
    status.fill(Status::Ok);
    let columns = Columns {
        right: quoted.right,
        numbers: [
            quoted.price_usd,
            quoted.spot,
            quoted.strike,
            quoted.years,
            quoted.rate,
            quoted.dividend_yield,
        ],
    };
    for_each_block(
        simd,
        columns,
        &mut [out],
        #[inline(always)]
        |put, numbers| {
            let [first_put, last_put] = put.halves();
            let (mut first, mut last) = ([Wide::splat(simd, 0.0); 6], [Wide::splat(simd, 0.0); 6]);
            let mut i = 0;
            while i < 6 {
                [first[i], last[i]] = numbers[i].halves();
                i += 1;
            }
            let first = read(simd, first_put, first);
            let last = read(simd, last_put, last);
            let narrow = Outer {
                distance: Wide::join([first.outer.distance, last.outer.distance]).narrow(),
                beta: Wide::join([first.outer.beta, last.outer.beta]).narrow(),
                left: Wide::join([first.outer.left, last.outer.left]).narrow(),
            };
            let mut guess = narrow.guess(simd);
            let upper = narrow.upper(simd);
            for _ in 0..STEPS_NARROW {
                guess = narrow.step(simd, upper, guess).0;
            }
            let [first_guess, last_guess] = guess.widen().halves();
            let (first_settled, first_vol) = first.finish(simd, first_guess);
            let (last_settled, last_vol) = last.finish(simd, last_guess);
            (
                Flags::join([first_settled, last_settled]),
                [Wide::join([first_vol, last_vol])],
            )
        },
        |i, [out]| settle(implied_vol(&quoted.get(i)), &mut out[i], &mut status[i]),
    );
}

/// The option that is out of the money, in units of its lesser asset.
struct Outer<S: Simd, P: Precision, const W: usize> {
    /// `|ln F/K|`.
    distance: Wide<S, P, W>,
    /// Its price.
    beta: Wide<S, P, W>,
    /// `1 - beta`, with its own digits.
    left: Wide<S, P, W>,
}

/// Two vectors of quotes, as lanes see them.
struct Quotes<S: Simd> {
    /// Rows that the formulas hold for.
    usual: Flags<S, f64, 2>,
    outer: Outer<S, f64, 2>,
    root_years: Wide<S, f64, 2>,
}

impl<S: Simd> Quotes<S> {
    /// From a guess in `f32`: the volatilities, and which of them to believe.
    #[inline(always)]
    fn finish(&self, simd: S, guess: Wide<S, f64, 2>) -> (Flags<S, f64, 2>, Wide<S, f64, 2>) {
        let mut s = guess;
        let fits = Wide::splat(simd, SMALLEST_NARROW).le(self.outer.beta) | !self.usual;
        if !fits.all() {
            s = fits.select(s, self.outer.guess(simd));
        }
        let upper = self.outer.upper(simd);
        let mut settled = !self.usual;
        for _ in 0..STEPS_MAX {
            let (next, close) = self.outer.step(simd, upper, s);
            s = settled.select(s, next);
            settled = settled | close;
            if settled.all() {
                break;
            }
        }
        (self.usual & settled, s / self.root_years)
    }
}

#[inline(always)]
fn read<S: Simd>(simd: S, put: Flags<S, f64, 2>, numbers: [Wide<S, f64, 2>; 6]) -> Quotes<S> {
    let [price, spot, strike, years, rate, dividend_yield] = numbers;
    let zero = Wide::splat(simd, 0.0);
    let (discount, leak) = (rate * years, dividend_yield * years);
    let usual = Wide::in_windows(simd, [spot, strike, years], WINDOWS);
    let ([share, cash], in_range) =
        Wide::exp_of_two(simd, [-leak, -discount], Wide::splat(simd, 600.0));
    let (share, cash) = (spot * share, strike * cash);
    let log_forward = (rate - dividend_yield).mul_add(years, spot.ln_ratio(simd, strike));
    let call_out = log_forward.le(zero);
    let lesser = call_out.select(share, cash);
    let outside = (call_out & !put) | (zero.le(log_forward) & put);
    // In the money the subtraction leaves noise; near its bound the scalar code alone decides what is an answer.
    let inside = price - (share - cash).abs();
    let noise = share.max(cash) * Wide::splat(simd, 16.0 * f64::EPSILON);
    let time_value = outside.select(price, inside);
    let per_lesser = Wide::splat(simd, 1.0) / lesser;
    let (beta, left) = (time_value * per_lesser, (lesser - time_value) * per_lesser);
    let distance = log_forward.abs();
    let usual = usual
        & in_range
        & (outside | noise.lt(inside))
        & beta.within(simd, 1e-303, 1.0)
        & left.within(simd, 1e-14, 1.0)
        & distance.le(Wide::splat(simd, 300.0));
    let outer = Outer {
        distance: distance.max(Wide::splat(simd, 1e-30)),
        beta,
        left,
    };
    Quotes {
        usual,
        outer,
        root_years: years.sqrt(),
    }
}

impl<S: Simd, P: Precision, const W: usize> Outer<S, P, W> {
    /// Where `1 - g` is solved for and not `g`.
    #[inline(always)]
    fn upper(&self, simd: S) -> Flags<S, P, W> {
        Wide::splat(simd, 0.5).lt(self.beta)
    }

    /// Below the anchor `ln g` falls like `-x^2 / 2 s^2`; above, `1 - g` falls like a normal tail.
    #[inline(always)]
    fn guess(&self, simd: S) -> Wide<S, P, W> {
        let one = Wide::splat(simd, 1.0);
        let anchor = self.distance.min((self.distance + self.distance).sqrt());
        let depth = self.distance / anchor;
        let near = depth - anchor * Wide::splat(simd, 0.5);
        let [_, fall] = Wide::mills_and_fall(simd, near, anchor);
        let density = (near * near * Wide::splat(simd, -0.5)).exp_of_negative(simd);
        let price = density * fall * Wide::splat(simd, ONE_OVER_SQRT_2PI);
        let below = self.beta.lt(price);
        let rest = one - price;
        let share = one / (rest * price);
        let tail = (self.left * (price * share)).min(one);
        let ratio = below.select(
            self.beta * (rest * share),
            tail * (Wide::splat(simd, 2.0) - tail),
        );
        let log = ratio
            .max(Wide::splat(simd, P::SMALLEST))
            .ln_ratio(simd, one);
        // Above: the inverse of the error function by S. Winitzki (2008), to 2e-3, and its tangent where it is flat.
        let a = 0.147;
        let middle = log.mul_add(
            Wide::splat(simd, 0.5),
            Wide::splat(simd, 2.0 / (std::f64::consts::PI * a)),
        );
        let more = log * Wide::splat(simd, -1.0 / a);
        let square = more / (middle.mul_add(middle, more).sqrt() + middle);
        let root = (square + square).sqrt();
        let height = (self.beta - price) * (price * share);
        let tangent = height * Wide::splat(simd, SQRT_2PI / 2.0);
        let flat = height.lt(Wide::splat(simd, 0.02));
        let upper = flat
            .select(tangent, root)
            .mul_add(Wide::splat(simd, 2.0), anchor);
        // Below.
        let inverse_square = depth.mul_sub(depth, log + log);
        let lower = self.distance / inverse_square.max(Wide::splat(simd, P::SMALLEST)).sqrt();
        below.select(lower, upper)
    }

    /// Householder's third-order step on `L`: where it leads, and whether it was so short that nothing is left to correct.
    #[inline(always)]
    fn step(
        &self,
        simd: S,
        upper: Flags<S, P, W>,
        s: Wide<S, P, W>,
    ) -> (Wide<S, P, W>, Flags<S, P, W>) {
        let one = Wide::splat(simd, 1.0);
        let half = Wide::splat(simd, 0.5);
        let per_s = one / s;
        let (centre, half_s) = (self.distance * per_s, s * half);
        let (near, far) = (centre - half_s, centre + half_s);
        // Near the root no lower row is further beyond the middle, nor an upper one this side of it.
        let from = upper
            .select(-near, near)
            .max(Wide::splat(simd, -crate::simd::SPREAD_FROM));
        let gap = upper.select(centre + centre, s);
        let [ratio, fall] = Wide::mills_and_fall(simd, from, gap);
        let found = upper
            .select(ratio + (ratio - fall), fall)
            .max(Wide::splat(simd, P::SMALLEST.sqrt()));
        let wanted = upper.select(self.left, self.beta) * Wide::splat(simd, SQRT_2PI);
        let [log, per_found] = wanted
            .max(Wide::splat(simd, P::SMALLEST))
            .ln_ratio_and_inverse(simd, found);
        let log = near.mul_add(near * half, log);
        let newton = log * upper.select(-found, found);
        let v = upper.select(-per_found, per_found);
        let w = near * far * per_s;
        let z = centre * per_s;
        let turn = (z * z).mul_add(Wide::splat(simd, -3.0), Wide::splat(simd, -0.25));
        let second = w - v;
        let third = w.mul_add(w, turn) + v * (v + v - w * Wide::splat(simd, 3.0));
        let above = (second * newton).mul_add(half, one);
        let below = newton.mul_add(
            (third * newton).mul_add(Wide::splat(simd, 1.0 / 6.0), second),
            one,
        );
        let step = newton * above / below;
        let (low, high) = (s * Wide::splat(simd, 1.0 / 3.0), s * Wide::splat(simd, 3.0));
        (
            (s + step).max(low).min(high),
            step.abs().le(s * Wide::splat(simd, CLOSE)),
        )
    }
}
