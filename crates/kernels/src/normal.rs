//! Logarithm and normal law as every kernel computes them: few instructions, no branch, one exponential outside.
//!
//! ```text
//! ln x    = e ln 2 + 2 z P(z^2)        z = (m - 1) / (m + 1), x = m 2^e, m between sqrt(1/2) and sqrt(2)
//! mills z = (1 - N(z)) / n(z) = w Q(1 - 6 w),   w = 1 / (z + 3),   z from 0 to 13
//! ```
//! P (degree 3) and Q (degree 8) are our own fits, smallest largest relative error, by reweighted least squares.
//! Accuracy: P 7e-10, Q 4.2e-8 of itself; as computed in `f32`, 6e-8 absolute near one and 3.3e-7 relative, and a tail
//! `n(z) mills(z)` 1.5e-7 absolute. The built-in `log` of WGSL may be off by 5e-7 near one, and its `erf` does not exist.
//! Not for negative or subnormal arguments: callers clamp first, and nothing here makes or expects NaN or infinity.

// What the macro writes around a function has no words of its own.
#![allow(missing_docs)]

use cubecl::prelude::*;

/// `1 / sqrt(2 pi)`.
pub const ONE_OVER_SQRT_2PI: f32 = 0.398_942_3;
/// Beyond so many deviations nothing is left: the density is 8e-38.
pub const DEVIATES_MAX: f32 = 13.0;

const SQRT_HALF_BITS: i32 = 0x3f35_04f3;

/// The number in every component.
#[cube]
pub fn all<N: Size>(#[comptime] value: f32) -> Vector<f32, N> {
    Vector::new(value)
}

/// Natural logarithm of positive normal numbers.
#[cube]
pub fn ln<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    let bits = Vector::<i32, N>::reinterpret(x);
    let exponent = (bits - Vector::new(SQRT_HALF_BITS)) >> Vector::new(23i32);
    let mantissa = Vector::<f32, N>::reinterpret(bits - (exponent << Vector::new(23i32)));
    let z = (mantissa - all::<N>(1.0)) / (mantissa + all::<N>(1.0));
    let square = z * z;
    let p = fma(square, all::<N>(0.299_286_4), all::<N>(0.399_746_87));
    let p = fma(p, square, all::<N>(0.666_668_2));
    let p = fma(p, square, all::<N>(2.0));
    fma(
        Vector::<f32, N>::cast_from(exponent),
        all::<N>(core::f32::consts::LN_2),
        z * p,
    )
}

/// Mills' ratio for `z` from 0 to [`DEVIATES_MAX`].
#[cube]
pub fn mills<N: Size>(z: Vector<f32, N>) -> Vector<f32, N> {
    let w = all::<N>(1.0) / (z + all::<N>(3.0));
    let t = fma(w, all::<N>(-6.0), all::<N>(1.0));
    let p = fma(t, all::<N>(-6.783_763e-4), all::<N>(-2.278_598_5e-3));
    let p = fma(p, t, all::<N>(2.699_94e-3));
    let p = fma(p, t, all::<N>(1.736_566_2e-2));
    let p = fma(p, t, all::<N>(-2.626_861_8e-2));
    let p = fma(p, t, all::<N>(-0.118_455_49));
    let p = fma(p, t, all::<N>(0.576_572_84));
    let p = fma(p, t, all::<N>(-1.276_706_6));
    let p = fma(p, t, all::<N>(1.827_541_7));
    p * w
}

/// Density of the standard normal.
#[cube]
pub fn density<N: Size>(z: Vector<f32, N>) -> Vector<f32, N> {
    let half = z * all::<N>(-0.5);
    (half * z).exp() * all::<N>(ONE_OVER_SQRT_2PI)
}
