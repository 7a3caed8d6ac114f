//! What this core can do at most in bf16: `vdpbf16ps` out of registers. n/a without AVX512-BF16; what tiles can do is not measured.

#![allow(unsafe_code)] // One call into code for instructions that were looked for.

/// GFLOP/s of the best of `rounds`, by a clock in nanoseconds.
#[cfg(target_arch = "x86_64")]
pub(crate) fn peak(rounds: usize, now_ns: fn() -> f64) -> Option<f64> {
    use std::hint::black_box;
    if !(is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16")) {
        return None;
    }
    let mut best = f64::INFINITY;
    for _ in 0..rounds {
        let start = now_ns();
        // SAFETY: the instructions were found above.
        black_box(unsafe { chains(black_box(0x3f80_3f80)) });
        best = best.min(now_ns() - start);
    }
    Some((2 * 32 * CHAINS * STEPS) as f64 / best)
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn peak(_: usize, _: fn() -> f64) -> Option<f64> {
    None
}

#[cfg(target_arch = "x86_64")]
const STEPS: usize = 100_000;
#[cfg(target_arch = "x86_64")]
const CHAINS: usize = 24;

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bf16")]
fn chains(pair: u32) -> f32 {
    use std::arch::x86_64::{
        __m512bh, __m512i, _mm512_add_ps, _mm512_dpbf16_ps, _mm512_reduce_add_ps,
        _mm512_set1_epi32, _mm512_setzero_ps,
    };
    // SAFETY: two types of the same vector.
    let x = unsafe { std::mem::transmute::<__m512i, __m512bh>(_mm512_set1_epi32(pair as i32)) };
    let mut sum = [_mm512_setzero_ps(); CHAINS];
    for _ in 0..STEPS {
        for sum in &mut sum {
            *sum = _mm512_dpbf16_ps(*sum, x, x);
        }
    }
    let mut total = sum[0];
    for sum in &sum[1..] {
        total = _mm512_add_ps(total, *sum);
    }
    _mm512_reduce_add_ps(total)
}
