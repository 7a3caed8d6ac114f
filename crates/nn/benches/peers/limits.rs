//! What this core can do at most: fused multiply-adds out of registers, and reading of weights.

use std::hint::black_box;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

const STEPS: usize = 100_000;

/// Floating-point operations of one call of [`multiply_add`].
pub(crate) fn operations() -> f64 {
    let (lanes, chains) = dispatch!(Level::new(), simd => shape(simd));
    (2 * lanes * chains * STEPS) as f64
}

/// Lanes of a vector, and as many chains as the registers hold beside two constants.
#[inline(always)]
fn shape<S: Simd>(_: S) -> (usize, usize) {
    let many_registers = S::f32s::LEN == 16 || cfg!(target_arch = "aarch64");
    (S::f32s::LEN, if many_registers { 24 } else { 12 })
}

/// Multiplies and adds in independent chains that stay in registers.
pub(crate) fn multiply_add() {
    black_box(dispatch!(Level::new(), simd => chains(simd)));
}

#[inline(always)]
fn chains<S: Simd>(simd: S) -> f32 {
    if shape(simd).1 == 24 {
        chains_of::<S, 24>(simd)
    } else {
        chains_of::<S, 12>(simd)
    }
}

#[inline(always)]
fn chains_of<S: Simd, const CHAINS: usize>(simd: S) -> f32 {
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
