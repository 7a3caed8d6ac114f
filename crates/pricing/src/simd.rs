//! Exponential, logarithm and normal law in lanes as wide as the machine has, without branches.
//!
//! ```text
//! exp x   = 2^n (1 + r + r^2 P(r))                    n = round(x / ln 2), |r| <= ln 2 / 2
//! ln a/b  = k ln 2 + 2 f + f^3 Q(f^2)                 f = (2^-k a - b) / (2^-k a + b), |f| <= 0.2
//! Y(z)    = (1 - N(z)) / n(z) = G(t) / (z + 1/sqrt 2)   t = (z - 5) / (z + 5), z >= 0
//! ```
//! `P`, `Q` and `G` are Chebyshev interpolants of this crate's own making, from 60 digits; `G` is 1 where `z` is infinite.
//! `Y` is Mills' ratio, `sqrt(pi/2) erfcx(z / sqrt 2)`: the normal law without its exponential, which is what differences of
//! far tails need. The mapping to `t` follows M. Shepherd & J. Laframboise, Mathematics of Computation 36 (1981) 249-253.
//! Accuracy, relative, with fused multiply-add: `exp` 1 unit in the last place, `ln_ratio` 2, `mills` 3, the lower tail of
//! `cdf_pdf` 4; in `f32` 1e-7 for `exp` and 3e-7 for the rest.
//!
//! The same numbers come out at every level that fuses multiply and add (NEON, AVX2, AVX-512). Plain SSE and the fallback round
//! twice, so there the last digits may differ. Lanes never look at each other: an answer depends on its own row alone.
//! Code that calls these is `#[inline(always)]` all the way up to `dispatch!`, and has no plain closures that touch vectors (not in
//! `map` either): those are compiled without the wide instructions and cost ten times as much.
//! Not for arguments outside the ranges that each function states; nothing here checks them.

#![allow(dead_code)] // Several doors share this room and not each needs every function at every time.

mod lanes;
mod single;

#[allow(unused_imports)]
pub(crate) use lanes::{WIDEST, in_lanes, load, store};
#[allow(unused_imports)]
pub(crate) use single::{cdf_pdf_f32, exp_f32, ln_ratio_f32, mills_f32, splat32};

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd};

/// `1 / sqrt(2 pi)`.
pub(crate) const ONE_OVER_SQRT_2PI: f64 = 0.398_942_280_401_432_7;
/// Adding and subtracting this rounds to whole numbers, which are then the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// The upper half of `ln 2`: its products with exponents are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `P`: what is left of the exponential.
const EXP: [f64; 10] = [
    0.500_000_000_000_000_1,
    0.166_666_666_666_666_7,
    0.041_666_666_666_623_82,
    0.008_333_333_333_326_082,
    0.001_388_888_891_736_896_4,
    0.000_198_412_698_750_039_73,
    2.480_152_105_536_420_5e-5,
    2.755_725_516_812_306_3e-6,
    2.762_020_263_131_59e-7,
    2.510_531_342_307_852_4e-8,
];

/// `Q`: what is left of the logarithm.
const LN: [f64; 8] = [
    0.666_666_666_666_666_6,
    0.400_000_000_000_097_2,
    0.285_714_285_664_897_1,
    0.222_222_231_769_251_75,
    0.181_817_277_090_089_4,
    0.153_892_573_913_616_6,
    0.132_021_696_102_307_27,
    0.136_660_146_137_590_3,
];

/// `G`: Mills' ratio times `z + 1/sqrt 2`.
pub(crate) const MILLS: [f64; 24] = [
    1.100_376_441_888_504_5,
    -0.124_164_670_287_090_33,
    -0.007_433_154_210_171_107,
    0.084_455_053_280_712_57,
    -0.101_311_776_464_474_47,
    0.078_694_932_737_900_36,
    -0.044_627_826_478_945_1,
    0.018_094_717_965_735_318,
    -0.004_362_478_859_277_5,
    -7.905_198_526_830_149e-5,
    0.000_501_408_199_645_699_8,
    -0.000_135_080_050_193_378_93,
    -2.968_386_777_753_599e-5,
    2.364_209_923_878_882_6e-5,
    3.189_659_631_680_536e-7,
    -3.456_041_831_693_590_2e-6,
    2.644_525_303_630_356_6e-7,
    5.209_422_804_844_939e-7,
    -5.834_047_059_314_361e-8,
    -8.199_229_912_606_61e-8,
    8.055_875_244_566_699e-9,
    1.160_652_293_705_776_4e-8,
    -6.150_237_155_392_738e-10,
    -1.002_086_639_110_100_6e-9,
];

/// Where the mapping of `z` has its centre, and where its pole is.
pub(crate) const CENTRE: f64 = 5.0;
pub(crate) const POLE: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// What this machine can do; found once per process.
#[inline]
pub(crate) fn level() -> Level {
    Level::new()
}

/// One number in all lanes. A function and not a closure: closures are not inlined where the wide instructions are allowed.
#[inline(always)]
pub(crate) fn splat<S: Simd>(simd: S, value: f64) -> S::f64s {
    S::f64s::splat(simd, value)
}

#[inline(always)]
fn bits<S: Simd>(simd: S, value: u64) -> <S::f64s as SimdFloat<S>>::Bits {
    <S::f64s as SimdFloat<S>>::Bits::splat(simd, value)
}

/// `c[0] + c[1] x + ...`, even and odd powers apart so that two chains run side by side.
#[inline(always)]
pub(crate) fn polynomial<S: Simd, const N: usize>(simd: S, x: S::f64s, c: &[f64; N]) -> S::f64s {
    const { assert!(N >= 4 && N.is_multiple_of(2)) };
    let square = x * x;
    let mut even = S::f64s::splat(simd, c[N - 2]);
    let mut odd = S::f64s::splat(simd, c[N - 1]);
    let mut i = N - 2;
    while i >= 2 {
        i -= 2;
        even = even.mul_add(square, S::f64s::splat(simd, c[i]));
        odd = odd.mul_add(square, S::f64s::splat(simd, c[i + 1]));
    }
    odd.mul_add(x, even)
}

/// The exponential. Below -708.39 the answer is 0, above 709.4 that of 709.4; no NaN comes out unless one goes in.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let lost = x.simd_lt(splat(simd, -708.39));
    let x = x.max(splat(simd, -708.39)).min(splat(simd, 709.4));
    let shifted = x.mul_add(splat(simd, std::f64::consts::LOG2_E), splat(simd, ROUND));
    let n = shifted - splat(simd, ROUND);
    let r = n.mul_add(splat(simd, -LN_2_HIGH), x);
    let r = n.mul_add(splat(simd, -LN_2_LOW), r);
    let small = (r * r).mul_add(polynomial(simd, r, &EXP), r) + splat(simd, 1.0);
    let scaled = small.to_bits() + (shifted.to_bits() << 52);
    lost.select(splat(simd, 0.0), S::f64s::from_bits(scaled))
}

/// `ln(a / b)` with no digit lost where `a` is close to `b`. Both are normal, positive, between 1e-306 and 1e306.
#[inline(always)]
pub(crate) fn ln_ratio<S: Simd>(simd: S, a: S::f64s, b: S::f64s) -> S::f64s {
    /// Makes any difference of exponents positive, and rounds it.
    const BIAS: u64 = (1024 << 52) + (1 << 51);
    let biased = (a.to_bits() - b.to_bits() + bits(simd, BIAS)) >> 52;
    let scaled = S::f64s::from_bits(a.to_bits() - ((biased - bits(simd, 1024)) << 52));
    // The exponent as the low bits of 2^52.
    let k = S::f64s::from_bits(biased | bits(simd, 0x4330_0000_0000_0000))
        - splat(simd, 4_503_599_627_370_496.0 + 1024.0);
    let f = (scaled - b) / (scaled + b);
    let square = f * f;
    let rest = (f * square).mul_add(polynomial(simd, square, &LN), k * splat(simd, LN_2_LOW));
    k.mul_add(splat(simd, LN_2_HIGH), f + (f + rest))
}

/// The natural logarithm of a normal positive number between 1e-306 and 1e306.
#[inline(always)]
pub(crate) fn ln<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    ln_ratio(simd, x, S::f64s::splat(simd, 1.0))
}

/// Mills' ratio `(1 - N(z)) / n(z)` for `z` from 0 to 1e70.
#[inline(always)]
pub(crate) fn mills<S: Simd>(simd: S, z: S::f64s) -> S::f64s {
    let (above, pole) = (z + splat(simd, CENTRE), z + splat(simd, POLE));
    let share = splat(simd, 1.0) / (above * pole);
    let t = (z - splat(simd, CENTRE)) * (pole * share);
    polynomial(simd, t, &MILLS) * (above * share)
}

/// [`mills`] of two arguments at the price of one division; `z` from 0 to 1e70.
#[inline(always)]
pub(crate) fn mills_of_two<S: Simd>(simd: S, z: [S::f64s; 2]) -> [S::f64s; 2] {
    let above = [z[0] + splat(simd, CENTRE), z[1] + splat(simd, CENTRE)];
    let pole = [z[0] + splat(simd, POLE), z[1] + splat(simd, POLE)];
    let below = [above[0] * pole[0], above[1] * pole[1]];
    let share = splat(simd, 1.0) / (below[0] * below[1]);
    let share = [share * below[1], share * below[0]];
    let t = [
        (z[0] - splat(simd, CENTRE)) * (pole[0] * share[0]),
        (z[1] - splat(simd, CENTRE)) * (pole[1] * share[1]),
    ];
    [
        polynomial(simd, t[0], &MILLS) * (above[0] * share[0]),
        polynomial(simd, t[1], &MILLS) * (above[1] * share[1]),
    ]
}

/// Density of the standard normal; 0 beyond 37.6, where its values leave the normal numbers.
#[inline(always)]
pub(crate) fn pdf<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    // What the rounding of the square lost is put back to first order.
    let square = x * x;
    let lost = x.mul_sub(x, square);
    let tall = exp(simd, square * splat(simd, -0.5)) * splat(simd, ONE_OVER_SQRT_2PI);
    (tall * splat(simd, -0.5)).mul_add(lost, tall)
}

/// Probability to be at most `x` and density at `x` of the standard normal; the lower tail keeps its digits.
#[inline(always)]
pub(crate) fn cdf_pdf<S: Simd>(simd: S, x: S::f64s) -> (S::f64s, S::f64s) {
    let density = pdf(simd, x);
    let tail = density * mills(simd, x.abs());
    let above = x.simd_gt(splat(simd, 0.0));
    (above.select(splat(simd, 1.0) - tail, tail), density)
}

/// Probability that a standard normal is at most `x`.
#[inline(always)]
pub(crate) fn cdf<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    cdf_pdf(simd, x).0
}

#[cfg(test)]
mod tests;
