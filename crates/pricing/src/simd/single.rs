//! The same functions in `f32`, twice as many lanes.

#![allow(clippy::excessive_precision)] // The digits of the fits, as they were computed.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

const ROUND: f32 = 12_582_912.0;
/// The upper half of `ln 2`: its products with exponents are exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

const EXP: [f32; 5] = [
    0.500_000_001_4,
    0.166_665_766_4,
    0.041_666_464_17,
    0.008_363_235_385,
    0.001_393_373_322,
];

const LN: [f32; 3] = [0.666_667_182_7, 0.399_776_107, 0.300_011_908_1];

/// Mills' ratio times `z + 1/sqrt 2`, in `(z - 4) / (z + 4)`.
const MILLS: [f32; 11] = [
    1.113_948_03,
    -0.117_297_689,
    -0.056_223_418_7,
    0.124_329_445,
    -0.103_377_327,
    0.051_232_969_1,
    -0.012_871_331_7,
    -0.001_279_173_57,
    0.001_796_910_39,
    -9.904_130_99e-5,
    -0.000_159_405_86,
];
const CENTRE: f32 = 4.0;
const POLE: f32 = std::f32::consts::FRAC_1_SQRT_2;

#[inline(always)]
pub(crate) fn splat32<S: Simd>(simd: S, value: f32) -> S::f32s {
    S::f32s::splat(simd, value)
}

#[inline(always)]
fn bits32<S: Simd>(simd: S, value: u32) -> <S::f32s as SimdFloat<S>>::Bits {
    <S::f32s as SimdFloat<S>>::Bits::splat(simd, value)
}

#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, x: S::f32s, c: &[f32; N]) -> S::f32s {
    let mut sum = S::f32s::splat(simd, c[N - 1]);
    let mut i = N - 1;
    while i > 0 {
        i -= 1;
        sum = sum.mul_add(x, S::f32s::splat(simd, c[i]));
    }
    sum
}

/// The exponential. Below -87.3 the answer is 0, above 88.3 that of 88.3.
#[inline(always)]
pub(crate) fn exp_f32<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let lost = x.simd_lt(splat32(simd, -87.3));
    let x = x.max(splat32(simd, -87.3)).min(splat32(simd, 88.3));
    let shifted = x.mul_add(
        splat32(simd, std::f32::consts::LOG2_E),
        splat32(simd, ROUND),
    );
    let n = shifted - splat32(simd, ROUND);
    let r = n.mul_add(splat32(simd, -LN_2_HIGH), x);
    let r = n.mul_add(splat32(simd, -LN_2_LOW), r);
    let small = (r * r).mul_add(polynomial(simd, r, &EXP), r) + splat32(simd, 1.0);
    let scaled = small.to_bits() + (shifted.to_bits() << 23);
    lost.select(splat32(simd, 0.0), S::f32s::from_bits(scaled))
}

/// `ln(a / b)`; both normal, positive, between 1e-30 and 1e30.
#[inline(always)]
pub(crate) fn ln_ratio_f32<S: Simd>(simd: S, a: S::f32s, b: S::f32s) -> S::f32s {
    const BIAS: u32 = (128 << 23) + (1 << 22);
    let biased = (a.to_bits() - b.to_bits() + bits32(simd, BIAS)) >> 23;
    let scaled = S::f32s::from_bits(a.to_bits() - ((biased - bits32(simd, 128)) << 23));
    let k =
        S::f32s::from_bits(biased | bits32(simd, 0x4b00_0000)) - splat32(simd, 8_388_608.0 + 128.0);
    let f = (scaled - b) / (scaled + b);
    let square = f * f;
    let rest = (f * square).mul_add(polynomial(simd, square, &LN), k * splat32(simd, LN_2_LOW));
    k.mul_add(splat32(simd, LN_2_HIGH), f + (f + rest))
}

/// Mills' ratio `(1 - N(z)) / n(z)` of two arguments from 0 to 1e4.
#[inline(always)]
pub(crate) fn mills_f32<S: Simd>(simd: S, z: [S::f32s; 2]) -> [S::f32s; 2] {
    let above = [z[0] + splat32(simd, CENTRE), z[1] + splat32(simd, CENTRE)];
    let pole = [z[0] + splat32(simd, POLE), z[1] + splat32(simd, POLE)];
    let below = [above[0] * pole[0], above[1] * pole[1]];
    let share = splat32(simd, 1.0) / (below[0] * below[1]);
    let share = [share * below[1], share * below[0]];
    let t = [
        (z[0] - splat32(simd, CENTRE)) * (pole[0] * share[0]),
        (z[1] - splat32(simd, CENTRE)) * (pole[1] * share[1]),
    ];
    [
        polynomial(simd, t[0], &MILLS) * (above[0] * share[0]),
        polynomial(simd, t[1], &MILLS) * (above[1] * share[1]),
    ]
}

/// Probability to be at most `x` and density at `x` of the standard normal.
#[inline(always)]
pub(crate) fn cdf_pdf_f32<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let density = exp_f32(simd, x * x * splat32(simd, -0.5)) * splat32(simd, 0.398_942_3);
    let tail = density * mills_f32(simd, [x.abs(); 2])[0];
    let above = x.simd_gt(splat32(simd, 0.0));
    (above.select(splat32(simd, 1.0) - tail, tail), density)
}
