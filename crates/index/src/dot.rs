//! Products of vectors in lanes: what exact search and rerank are made of.
//!
//! ```text
//! dot = sum a_i b_i        cosine distance = 1 - a.b / (|a| |b|)
//! ```
//! Four running sums of `f32` lanes hide the latency of the fused multiply-add. The result differs from the exact sum by at most
//! `n 2^-24 sum |a_i b_i|` (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1), here far less, because
//! each lane sums only `n / 16` to `n / 64` products. The plain `f64` twin is in the tests.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

/// `a.b`.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    debug_assert_eq!(a.len(), b.len());
    dispatch!(level(), simd => dot_in(simd, a, b))
}

/// `query.row` for each row.
pub(crate) fn dots(query: &[f32], rows: &[f32], out: &mut Vec<f32>) {
    out.clear();
    dispatch!(level(), simd => dots_in(simd, query, rows, out));
}

fn level() -> Level {
    static LEVEL: std::sync::OnceLock<Level> = std::sync::OnceLock::new();
    *LEVEL.get_or_init(Level::new)
}

#[inline(always)]
fn dots_in<S: Simd>(simd: S, query: &[f32], rows: &[f32], out: &mut Vec<f32>) {
    for row in rows.chunks_exact(query.len()) {
        out.push(dot_in(simd, query, row));
    }
}

#[inline(always)]
fn dot_in<S: Simd>(simd: S, a: &[f32], b: &[f32]) -> f32 {
    let lanes = S::f32s::LEN;
    let mut sums = [S::f32s::splat(simd, 0.0); 4];
    let mut at = 0;
    let whole = a.len().min(b.len());
    while at + 4 * lanes <= whole {
        for (part, sum) in sums.iter_mut().enumerate() {
            let from = at + part * lanes;
            let x = S::f32s::from_slice(simd, &a[from..from + lanes]);
            let y = S::f32s::from_slice(simd, &b[from..from + lanes]);
            *sum = x.mul_add(y, *sum);
        }
        at += 4 * lanes;
    }
    while at + lanes <= whole {
        let x = S::f32s::from_slice(simd, &a[at..at + lanes]);
        let y = S::f32s::from_slice(simd, &b[at..at + lanes]);
        sums[0] = x.mul_add(y, sums[0]);
        at += lanes;
    }
    let sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    let mut total: f32 = sum.as_slice().iter().sum();
    for place in at..whole {
        total += a[place] * b[place];
    }
    total
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against the plain sum in `f64`, within the bound of the head of this file.
        #[test]
        fn lanes_agree_with_the_plain_sum(pairs in prop::collection::vec((-1e3_f32..1e3, -1e3_f32..1e3), 1..900)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let products = || a.iter().zip(&b).map(|(&x, &y)| f64::from(x) * f64::from(y));
            let exact: f64 = products().sum();
            let size: f64 = products().map(f64::abs).sum();
            let bound = a.len() as f64 * size * 2.0_f64.powi(-24) + 1e-30;
            prop_assert!((f64::from(dot(&a, &b)) - exact).abs() <= bound);
            let mut out = Vec::new();
            dots(&a, &[b.as_slice(), b.as_slice()].concat(), &mut out);
            prop_assert_eq!(out, vec![dot(&a, &b); 2]);
        }
    }
}
