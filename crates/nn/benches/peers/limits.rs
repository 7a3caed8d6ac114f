//! What this core can do at most: fused multiply-adds out of registers, and reading of weights.

use std::hint::black_box;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

const CHAINS: usize = 16;
const STEPS: usize = 100_000;

/// Floating-point operations of one call of [`multiply_add`].
pub(crate) fn operations() -> f64 {
    let lanes = dispatch!(Level::new(), simd => lanes(simd));
    (2 * lanes * CHAINS * STEPS) as f64
}

#[inline(always)]
fn lanes<S: Simd>(_: S) -> usize {
    S::f32s::LEN
}

/// Multiplies and adds in sixteen independent chains that stay in registers.
pub(crate) fn multiply_add() {
    black_box(dispatch!(Level::new(), simd => chains(simd)));
}

#[inline(always)]
fn chains<S: Simd>(simd: S) -> f32 {
    let factor = S::f32s::splat(simd, black_box(0.999));
    let term = S::f32s::splat(simd, black_box(0.001));
    let mut sum = [term; CHAINS];
    for _ in 0..STEPS {
        for sum in &mut sum {
            *sum = factor.mul_add(*sum, term);
        }
    }
    let mut total = sum[0];
    for sum in &sum[1..] {
        total += *sum;
    }
    total.as_slice().iter().sum()
}

/// Reads every number once, in eight streams of sums; the numbers begin on a cache line.
pub(crate) fn read(numbers: &[f32]) {
    black_box(dispatch!(Level::new(), simd => total(simd, numbers)));
}

#[inline(always)]
fn total<S: Simd>(simd: S, numbers: &[f32]) -> f32 {
    let lanes = S::f32s::LEN;
    let mut sum = [S::f32s::splat(simd, 0.0); 8];
    for chunk in numbers.chunks_exact(8 * lanes) {
        for (v, sum) in sum.iter_mut().enumerate() {
            *sum += S::f32s::from_slice(simd, &chunk[v * lanes..(v + 1) * lanes]);
        }
    }
    let mut all = sum[0];
    for sum in &sum[1..] {
        all += *sum;
    }
    all.as_slice().iter().sum()
}
