//! What `f64` and `f32` do differently: the tables, and the handling of exponents.

#![allow(clippy::excessive_precision)] // The digits of the fits, as they were computed.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, SimdFloat};

/// `f64` or `f32`, as far as the formulas in lanes care.
pub(crate) trait Precision: SimdElement + SimdFloatElement + Copy + 'static {
    /// The machine's vector of them.
    type Vector<S: Simd>: SimdFloat<S, Element = Self>;

    // Tables, each an array of its own length.
    type Exp: AsRef<[Self]>;
    type Ln: AsRef<[Self]>;
    type Mills: AsRef<[Self]>;
    type Spread: AsRef<[Self]>;

    /// Adding and subtracting this rounds to whole numbers, which are then the low bits.
    const ROUND: Self;
    /// The upper half of `ln 2`, whose products with exponents are exact, and the lower.
    const LN_2: [Self; 2];
    /// Where the exponential is a normal number, with some room above.
    const EXP_RANGE: [Self; 2];
    /// Logarithms are told from here up.
    const SMALLEST: f64;
    /// `P` of the parent: what is left of the exponential.
    const EXP: &'static Self::Exp;
    /// `Q`: what is left of the logarithm.
    const LN: &'static Self::Ln;
    /// `G`: Mills' ratio times `z + 1/sqrt 2`, in `(z - centre) / (z + centre)`.
    const MILLS: &'static Self::Mills;
    /// The centre of `G`.
    const MILLS_CENTRE: Self;
    /// The same from -0.75 up, for differences: Mills' ratio times `z + 3/2`, in `(z + 3/4 - C) / (z + 3/4 + C)`.
    const SPREAD: &'static Self::Spread;
    /// `C`.
    const SPREAD_CENTRE: f64;

    /// The number nearest to `value`.
    fn of(value: f64) -> Self;

    /// Whether every number is positive and from `2^from` to below `2^(from + 64)`.
    fn in_windows<S: Simd, const N: usize>(
        simd: S,
        numbers: [Self::Vector<S>; N],
        from: [i32; N],
    ) -> <Self::Vector<S> as SimdBase<S>>::Mask;

    /// `small` times two to the whole number in the low bits of `shifted`.
    fn scaled<S: Simd>(small: Self::Vector<S>, shifted: Self::Vector<S>) -> Self::Vector<S>;

    /// `a` times the power of two that brings it near to `b`, and `k`, the opposite power.
    fn aligned<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
    ) -> (Self::Vector<S>, Self::Vector<S>);
}

impl Precision for f64 {
    type Vector<S: Simd> = S::f64s;
    type Exp = [f64; 10];
    type Ln = [f64; 8];
    type Mills = [f64; 24];
    type Spread = [f64; 26];

    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
    const EXP_RANGE: [f64; 2] = [-708.39, 709.4];
    const SMALLEST: f64 = 1e-306;
    const EXP: &'static [f64; 10] = &[
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
    const LN: &'static [f64; 8] = &[
        0.666_666_666_666_666_6,
        0.400_000_000_000_097_2,
        0.285_714_285_664_897_1,
        0.222_222_231_769_251_75,
        0.181_817_277_090_089_4,
        0.153_892_573_913_616_6,
        0.132_021_696_102_307_27,
        0.136_660_146_137_590_3,
    ];
    const MILLS: &'static [f64; 24] = &super::MILLS;
    const MILLS_CENTRE: f64 = super::CENTRE;
    const SPREAD: &'static [f64; 26] = &[
        1.316_495_835_080_816_5,
        -0.561_415_563_026_761_7,
        0.367_121_932_221_885_44,
        -0.125_171_156_050_830_46,
        -0.064_322_443_299_665_45,
        0.145_900_117_992_740_2,
        -0.132_101_948_593_563_45,
        0.076_226_756_332_149_87,
        -0.026_801_191_644_883_37,
        0.002_451_400_424_538_024_4,
        0.002_794_112_064_626_040_7,
        -0.001_249_627_271_152_521,
        -0.000_109_395_985_459_853_89,
        0.000_225_681_566_803_204_89,
        -1.755_657_218_274_322_2e-5,
        -3.773_933_804_140_696_5e-5,
        6.149_093_755_052_394_5e-6,
        6.862_920_166_129_956e-6,
        -1.263_741_076_411_476_5e-6,
        -1.377_573_430_883_663e-6,
        2.009_579_008_781_019_8e-7,
        2.776_012_698_146_490_7e-7,
        -2.281_898_746_438_184_3e-8,
        -4.597_120_105_420_62e-8,
        1.349_300_383_020_804_4e-9,
        4.281_285_297_122_18e-9,
    ];
    const SPREAD_CENTRE: f64 = 4.5;

    #[inline(always)]
    fn of(value: f64) -> f64 {
        value
    }

    #[inline(always)]
    fn in_windows<S: Simd, const N: usize>(
        simd: S,
        numbers: [S::f64s; N],
        from: [i32; N],
    ) -> S::mask64s {
        // Below the window the difference is negative, above it one of the next bits is set: one comparison for all.
        let mut outside = S::i64s::splat(simd, 0);
        let mut i = 0;
        while i < N {
            let lowest = i64::from(from[i] + 1023) << 52;
            outside |= numbers[i].bitcast::<S::i64s>() - S::i64s::splat(simd, lowest);
            i += 1;
        }
        (outside & S::i64s::splat(simd, -1 << 58)).simd_eq(S::i64s::splat(simd, 0))
    }

    #[inline(always)]
    fn scaled<S: Simd>(small: S::f64s, shifted: S::f64s) -> S::f64s {
        S::f64s::from_bits(small.to_bits() + (shifted.to_bits() << 52))
    }

    #[inline(always)]
    fn aligned<S: Simd>(simd: S, a: S::f64s, b: S::f64s) -> (S::f64s, S::f64s) {
        /// Makes any difference of exponents positive, and rounds it.
        const BIAS: u64 = (1024 << 52) + (1 << 51);
        let splat = <S::f64s as SimdFloat<S>>::Bits::splat;
        let biased = (a.to_bits() - b.to_bits() + splat(simd, BIAS)) >> 52;
        let scaled = S::f64s::from_bits(a.to_bits() - ((biased - splat(simd, 1024)) << 52));
        // The exponent as the low bits of 2^52.
        let k = S::f64s::from_bits(biased | splat(simd, 0x4330_0000_0000_0000))
            - S::f64s::splat(simd, 4_503_599_627_370_496.0 + 1024.0);
        (scaled, k)
    }
}

impl Precision for f32 {
    type Vector<S: Simd> = S::f32s;
    type Exp = [f32; 5];
    type Ln = [f32; 3];
    type Mills = [f32; 11];
    type Spread = [f32; 12];

    const ROUND: f32 = 12_582_912.0;
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const EXP_RANGE: [f32; 2] = [-87.3, 88.3];
    const SMALLEST: f64 = 1e-30;
    const EXP: &'static [f32; 5] = &[
        0.500_000_001_4,
        0.166_665_766_4,
        0.041_666_464_17,
        0.008_363_235_385,
        0.001_393_373_322,
    ];
    const LN: &'static [f32; 3] = &[0.666_667_182_7, 0.399_776_107, 0.300_011_908_1];
    const MILLS: &'static [f32; 11] = &[
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
    const MILLS_CENTRE: f32 = 4.0;
    const SPREAD: &'static [f32; 12] = &[
        1.350_815_3,
        -0.603_747_666,
        0.349_354_267,
        -0.060_148_213_1,
        -0.127_352_953,
        0.166_536_808,
        -0.109_847_873,
        0.039_071_001_1,
        -0.000_760_097_115,
        -0.005_189_303_31,
        0.000_855_852_209,
        0.000_412_995_316,
    ];
    const SPREAD_CENTRE: f64 = 4.0;

    #[inline(always)]
    fn of(value: f64) -> f32 {
        value as f32
    }

    #[inline(always)]
    fn in_windows<S: Simd, const N: usize>(
        simd: S,
        numbers: [S::f32s; N],
        from: [i32; N],
    ) -> S::mask32s {
        // Below the window the difference is negative, above it one of the next bits is set: one comparison for all.
        let mut outside = S::i32s::splat(simd, 0);
        let mut i = 0;
        while i < N {
            let lowest = (from[i] + 127) << 23;
            outside |= numbers[i].bitcast::<S::i32s>() - S::i32s::splat(simd, lowest);
            i += 1;
        }
        (outside & S::i32s::splat(simd, -1 << 29)).simd_eq(S::i32s::splat(simd, 0))
    }

    #[inline(always)]
    fn scaled<S: Simd>(small: S::f32s, shifted: S::f32s) -> S::f32s {
        S::f32s::from_bits(small.to_bits() + (shifted.to_bits() << 23))
    }

    #[inline(always)]
    fn aligned<S: Simd>(simd: S, a: S::f32s, b: S::f32s) -> (S::f32s, S::f32s) {
        const BIAS: u32 = (128 << 23) + (1 << 22);
        let splat = <S::f32s as SimdFloat<S>>::Bits::splat;
        let biased = (a.to_bits() - b.to_bits() + splat(simd, BIAS)) >> 23;
        let scaled = S::f32s::from_bits(a.to_bits() - ((biased - splat(simd, 128)) << 23));
        let k = S::f32s::from_bits(biased | splat(simd, 0x4b00_0000))
            - S::f32s::splat(simd, 8_388_608.0 + 128.0);
        (scaled, k)
    }
}
