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

/// Reads every number once, in `streams` places at a time; the numbers begin on a cache line. How many streams the machine
/// fetches ahead best is its own affair: try several.
pub(crate) fn read(numbers: &[f32], streams: usize) {
    black_box(dispatch!(Level::new(), simd => match streams {
        1 => total::<_, 1>(simd, numbers),
        2 => total::<_, 2>(simd, numbers),
        4 => total::<_, 4>(simd, numbers),
        _ => total::<_, 8>(simd, numbers),
    }));
}

#[inline(always)]
#[allow(clippy::needless_range_loop)] // Registers are named by indices.
fn total<S: Simd, const STREAMS: usize>(simd: S, numbers: &[f32]) -> f32 {
    let step = 4 * S::f32s::LEN;
    let each = numbers.len() / STREAMS / step * step;
    let mut sum = [[S::f32s::splat(simd, 0.0); 4]; STREAMS];
    let mut streams = [numbers; STREAMS];
    for (i, stream) in streams.iter_mut().enumerate() {
        *stream = &numbers[i * each..][..each];
    }
    let mut at = 0;
    while at < each {
        for i in 0..STREAMS {
            let chunk = &streams[i][at..at + step];
            for v in 0..4 {
                let from = v * S::f32s::LEN;
                sum[i][v] += S::f32s::from_slice(simd, &chunk[from..from + S::f32s::LEN]);
            }
        }
        at += step;
    }
    let mut all = S::f32s::splat(simd, 0.0);
    for sum in sum.as_flattened() {
        all += *sum;
    }
    all.as_slice().iter().sum()
}
