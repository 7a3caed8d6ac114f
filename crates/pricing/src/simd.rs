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
//! Differences of `Y` come from divided differences of its polynomial (`Wide::mills_and_fall`): no digit is lost where the two
//! arguments are close. Horner's scheme run twice makes them.
//! Accuracy, relative, with fused multiply-add: `exp` 1 unit in the last place, `ln_ratio` 2, `mills` 3, a difference of it 4; in
//! `f32` 1e-7 for `exp` and 3e-7 for the rest.
//!
//! The same numbers come out at every level that fuses multiply and add (NEON, AVX2, AVX-512). Plain SSE and the fallback round
//! twice, so there the last digits may differ. Lanes never look at each other: an answer depends on its own row alone.
//! Code that calls these is `#[inline(always)]` all the way up to `dispatch!`, and has no plain closures that touch vectors (not in
//! `map` either): those are compiled without the wide instructions and cost ten times as much.
//! Not for arguments outside the ranges that each function states; nothing here checks them.

mod lanes;
mod precision;
mod wide;

pub(crate) use lanes::{Columns, for_each_block, in_lanes};
pub(crate) use precision::Precision;
pub(crate) use wide::{Flags, Wide};

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd};

/// `1 / sqrt(2 pi)`.
pub(crate) const ONE_OVER_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

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

/// Where the table for differences begins, and its pole.
pub(crate) const SPREAD_FROM: f64 = 0.75;
const SPREAD_POLE: f64 = 1.5;

/// What this machine can do; found once per process.
#[inline]
pub(crate) fn level() -> Level {
    Level::new()
}

/// Every level of this machine below its best: its name, and whether it fuses multiply and add as the best does.
#[cfg(test)]
pub(crate) fn levels() -> Vec<(&'static str, bool, Level)> {
    #[cfg(target_arch = "x86_64")]
    let others = {
        let best = level();
        [
            best.as_avx2().map(|token| ("AVX2", true, token.level())),
            best.as_sse4_2()
                .map(|token| ("SSE4.2", false, token.level())),
            best.as_sse2().map(|token| ("SSE2", false, token.level())),
        ]
    };
    #[cfg(not(target_arch = "x86_64"))]
    let others: [Option<(&'static str, bool, Level)>; 0] = [];
    others.into_iter().flatten().collect()
}

/// The exponential. Below -708.39 the answer is 0, above 709.4 that of 709.4; no NaN comes out unless one goes in.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    one::<S>(x).exp(simd).0[0]
}

/// One number in all lanes. A function and not a closure: closures are not inlined where the wide instructions are allowed.
#[inline(always)]
pub(crate) fn splat<S: Simd>(simd: S, value: f64) -> S::f64s {
    S::f64s::splat(simd, value)
}

/// `ln(a / b)` with no digit lost where `a` is close to `b`. Both are normal, positive, between 1e-306 and 1e306.
#[inline(always)]
pub(crate) fn ln_ratio<S: Simd>(simd: S, a: S::f64s, b: S::f64s) -> S::f64s {
    one::<S>(a).ln_ratio(simd, one::<S>(b)).0[0]
}

/// Probability that a standard normal is at most `x`, to about `x^2` times 1e-16; the lower tail keeps its digits.
#[inline(always)]
pub(crate) fn cdf<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    let density = exp(simd, x * x * splat(simd, -0.5)) * splat(simd, ONE_OVER_SQRT_2PI);
    let tail = density * mills(simd, x.abs());
    let above = x.simd_gt(splat(simd, 0.0));
    above.select(splat(simd, 1.0) - tail, tail)
}

/// The natural logarithm of a normal positive number between 1e-306 and 1e306.
#[inline(always)]
pub(crate) fn ln<S: Simd>(simd: S, x: S::f64s) -> S::f64s {
    one::<S>(x).ln_ratio(simd, Wide::splat(simd, 1.0)).0[0]
}

/// Mills' ratio `(1 - N(z)) / n(z)` for `z` from 0 to 1e70.
#[inline(always)]
pub(crate) fn mills<S: Simd>(simd: S, z: S::f64s) -> S::f64s {
    one::<S>(z).mills(simd).0[0]
}

/// [`mills`] of two arguments at the price of one division; `z` from 0 to 1e70.
#[inline(always)]
pub(crate) fn mills_of_two<S: Simd>(simd: S, z: [S::f64s; 2]) -> [S::f64s; 2] {
    let [first, second] = Wide::mills_of_two(simd, [one::<S>(z[0]), one::<S>(z[1])]);
    [first.0[0], second.0[0]]
}

#[inline(always)]
fn one<S: Simd>(x: S::f64s) -> Wide<S, f64, 1> {
    Wide([x])
}

#[cfg(test)]
mod tests;
