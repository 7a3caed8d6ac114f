//! The standard normal density, distribution and its inverse.
//!
//! ```text
//! pdf(x) = e^(-x^2/2) / sqrt(2 pi)        cdf(x) = erfc(-x / sqrt 2) / 2        cdf(inverse_cdf(p)) = p
//! ```
//! Sources: `erfc` is the rational approximation of FreeBSD's msun (`libm`); the inverse is AS241, routine PPND16,
//! M. J. Wichura, Applied Statistics 37 (1988) 477-484.
//! Accuracy, relative and against 60 digits: `cdf` and `inverse_cdf` 1e-15 (`cdf` down to -37.5, where its value
//! leaves the normal numbers); `pdf` about x^2 times 1e-16.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

const ONE_OVER_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// Density of the standard normal at `x`.
#[inline]
pub fn pdf(x: f64) -> f64 {
    ONE_OVER_SQRT_2PI * (-0.5 * x * x).exp()
}

/// Probability that a standard normal is at most `x`.
#[inline]
pub fn cdf(x: f64) -> f64 {
    if x < -2.0 {
        lower_tail(x)
    } else {
        0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
    }
}

/// Mills' ratio `(1 - N(z)) / n(z)` for `z` from 0 upwards: the tail without its exponential, to 1e-15 of itself.
#[inline]
pub(crate) fn mills(z: f64) -> f64 {
    use crate::simd::{CENTRE, MILLS, POLE};
    let t = (z - CENTRE) / (z + CENTRE);
    let square = t * t;
    let (mut even, mut odd) = (0.0, 0.0);
    for pair in MILLS.chunks_exact(2).rev() {
        even = even * square + pair[0];
        odd = odd * square + pair[1];
    }
    (odd * t + even) / (z + POLE)
}

/// In the tail the rounding of `t = -x / sqrt 2` is magnified x^2 times, so what it lost is put back to first order.
fn lower_tail(x: f64) -> f64 {
    if x < -39.0 {
        return 0.0;
    }
    let t = -x * FRAC_1_SQRT_2;
    0.5 * libm::erfc(t) - lost(-x, t) * ONE_OVER_SQRT_2PI * (-t * t).exp()
}

/// `x - t sqrt 2`, far below the last place of `x`: halves of 26 bits multiply without rounding (T. J. Dekker,
/// Numerische Mathematik 18 (1971) 224-242).
fn lost(x: f64, t: f64) -> f64 {
    /// What the `f64` nearest to the square root of two leaves out.
    const SQRT_2_TAIL: f64 = -9.667_293_313_452_913e-17;
    let upper = |v: f64| f64::from_bits(v.to_bits() & !((1 << 27) - 1));
    let (t_high, root_high) = (upper(t), upper(SQRT_2));
    let (t_low, root_low) = (t - t_high, SQRT_2 - root_high);
    (((x - t_high * root_high) - t_high * root_low) - t_low * root_high)
        - t_low * root_low
        - t * SQRT_2_TAIL
}

/// The `x` below which a standard normal falls with probability `p`: minus infinity at 0, plus infinity at 1, NaN
/// outside [0, 1].
pub fn inverse_cdf(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180625 - centred * centred;
        return centred * ratio(r, &CENTRE);
    }
    let tail = if centred < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 || tail.is_nan() {
        return if tail == 0.0 {
            centred.signum() * f64::INFINITY
        } else {
            f64::NAN
        };
    }
    let r = (-tail.ln()).sqrt();
    let x = if r <= 5.0 {
        ratio(r - 1.6, &MIDDLE)
    } else {
        ratio(r - 5.0, &FAR)
    };
    x.copysign(centred)
}

/// A rational function; coefficients from the constant upwards.
struct Rational {
    above: [f64; 8],
    below: [f64; 8],
}

fn ratio(r: f64, rational: &Rational) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * r + c);
    horner(&rational.above) / horner(&rational.below)
}

// The three tables of AS241: |p - 1/2| <= 0.425, then sqrt(-ln tail) up to 5, then beyond.

const CENTRE: Rational = Rational {
    above: [
        3.387_132_872_796_366_6,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    below: [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
};

const MIDDLE: Rational = Rational {
    above: [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    below: [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
};

const FAR: Rational = Rational {
    above: [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_049e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    below: [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
};

#[cfg(test)]
#[allow(clippy::excessive_precision)] // Reference values stay as their source prints them.
mod tests {
    use super::*;

    fn check(value: f64, expected: f64) {
        let scale = expected.abs().max(f64::MIN_POSITIVE);
        assert!(
            (value - expected).abs() <= 2e-15 * scale,
            "{value:e}, expected {expected:e}"
        );
    }

    /// Values made with mpmath at 60 digits from the binary arguments.
    #[test]
    fn distribution_is_right_to_the_last_places() {
        check(cdf(-30.5), 1.3029379131780763509e-204);
        check(cdf(-20.25), 1.7761998649495700309e-91);
        check(cdf(-10.1), 2.7621094717645167894e-24);
        check(cdf(-5.3), 5.7901340399645941162e-8);
        check(cdf(-2.5), 0.006209665325776135167);
        check(cdf(-1.1), 0.13566606094638265582);
        check(cdf(-0.3), 0.38208857781104736693);
        check(cdf(0.0), 0.5);
        check(cdf(0.7), 0.75803634777692697138);
        check(cdf(3.3), 0.99951657585761622249);
        check(cdf(8.0), 0.9999999999999993779);
        check(cdf(f64::NEG_INFINITY), 0.0);
        check(cdf(f64::INFINITY), 1.0);
        assert!(cdf(f64::NAN).is_nan());
    }

    /// Values made with mpmath at 60 digits from the binary arguments.
    #[test]
    fn inverse_is_right_to_the_last_places() {
        check(inverse_cdf(1e-300), -37.047096299361199237);
        check(inverse_cdf(1e-100), -21.273453560965324294);
        check(inverse_cdf(1e-20), -9.2623400897984075796);
        check(inverse_cdf(1e-09), -5.9978070150076868614);
        check(inverse_cdf(1e-05), -4.2648907939228246102);
        check(inverse_cdf(0.02), -2.0537489106318230443);
        check(inverse_cdf(0.075), -1.4395314709384559349);
        check(inverse_cdf(0.3), -0.52440051270804081597);
        check(inverse_cdf(0.5), 0.0);
        check(inverse_cdf(0.6), 0.25334710313579974132);
        check(inverse_cdf(0.975), 1.9599639845400538556);
        check(inverse_cdf(0.999999), 4.7534243088170877657);
        assert_eq!(inverse_cdf(0.0), f64::NEG_INFINITY);
        assert_eq!(inverse_cdf(1.0), f64::INFINITY);
        assert!(
            inverse_cdf(-0.1).is_nan()
                && inverse_cdf(1.1).is_nan()
                && inverse_cdf(f64::NAN).is_nan()
        );
    }

    #[test]
    fn density_at_zero_and_one() {
        check(pdf(0.0), 0.39894228040143267794);
        check(pdf(-1.0), 0.2419707245191433498);
    }
}
