//! Layers in bf16 with the vectors of AVX512-BF16: `vdpbf16ps` adds 32 products to 16 sums.
//!
//! ```text
//! sum[c] = (sum[c] + x[2p+1] w[c][2p+1]) + x[2p] w[c][2p]        p = 0, 1, ... K/2 - 1        sum[c] starts as b[c]
//! ```
//! Source: Intel 64 and IA-32 Architectures Software Developer's Manual, vol. 2, "VDPBF16PS". Numbers below the normal ones count as
//! zero there. Tiles and panels are those of [`kernel`](crate::kernel), with pairs of inputs in place of inputs.

#![allow(unsafe_code)] // Loads, stores and casts of vectors, and calls into code for instructions that were looked for.
#![allow(clippy::needless_range_loop)] // Registers are named by two or three indices; iterators would hide which.

use std::arch::x86_64::{
    __m256bh, __m512, __m512bh, __m512i, _mm512_add_ps, _mm512_cmpord_ps_mask, _mm512_cvtne2ps_pbh,
    _mm512_cvtneps_pbh, _mm512_dpbf16_ps, _mm512_fmadd_ps, _mm512_max_ps, _mm512_set1_epi32,
    _mm512_setzero_ps,
};

use super::pairs::{Layer, TILE};
use crate::kernel::TILE_ROWS;

/// Proof that the machine has AVX-512 with bf16; only [`Avx512Bf16::detect`] makes one.
#[derive(Clone, Copy)]
pub(crate) struct Avx512Bf16(());

impl Avx512Bf16 {
    pub(crate) fn detect() -> Option<Avx512Bf16> {
        let has = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16");
        has.then_some(Avx512Bf16(()))
    }

    /// Rows of `width` numbers to rows of pairs, `stride` apart, the last group filled up with zeros.
    /// Are all numbers finite?
    pub(crate) fn round_rows(
        self,
        x: &[f32],
        width: usize,
        stride: usize,
        out: &mut [u32],
    ) -> bool {
        // SAFETY: `self` exists only on a machine with these instructions.
        unsafe { round_rows(x, width, stride, out) }
    }

    /// The same to tiles of 16 rows of 16 pairs; all tiles of 16 rows, then those of the next.
    pub(crate) fn round_tiles(self, x: &[f32], width: usize, out: &mut [u32]) -> bool {
        // SAFETY: `self` exists only on a machine with these instructions.
        unsafe { round_tiles(x, width, out) }
    }

    /// One layer for `count` rows of pairs: pairs again, or bits of `f32` if it is the last.
    pub(crate) fn run<const LAST: bool>(
        self,
        layer: &Layer,
        x: &[u32],
        count: usize,
        out: &mut [u32],
    ) {
        // SAFETY: `self` exists only on a machine with these instructions.
        unsafe { run::<LAST>(layer, x, count, out) }
    }

    /// Adds the bias to up to 16 rows of 32 sums and stores them as pairs, or as bits of `f32` if it is the last layer.
    pub(crate) fn finish_tile<const LAST: bool>(
        self,
        sums: &[[f32; 32]],
        bias: &[f32; 32],
        relu: bool,
        stride: usize,
        out: &mut [u32],
    ) {
        // SAFETY: `self` exists only on a machine with these instructions.
        unsafe { finish_tile::<LAST>(sums, bias, relu, stride, out) }
    }
}

#[inline(always)]
fn floats(from: &[f32; 16]) -> __m512 {
    // SAFETY: any 64 bytes are a vector, and both types have 64.
    unsafe { std::mem::transmute_copy(from) }
}

#[inline(always)]
fn pairs(from: &[u32; 16]) -> __m512bh {
    // SAFETY: any 64 bytes are a vector, and both types have 64.
    unsafe { std::mem::transmute_copy(from) }
}

#[inline(always)]
fn as_pairs(from: __m512i) -> __m512bh {
    // SAFETY: two types of the same vector.
    unsafe { std::mem::transmute(from) }
}

#[inline(always)]
fn store(from: __m512, to: &mut [u32; 16]) {
    // SAFETY: any vector is 64 bytes of integers.
    *to = unsafe { std::mem::transmute::<__m512, [u32; 16]>(from) };
}

#[inline(always)]
fn store_pairs(from: __m512bh, to: &mut [u32; 16]) {
    // SAFETY: any vector is 64 bytes of integers.
    *to = unsafe { std::mem::transmute::<__m512bh, [u32; 16]>(from) };
}

#[inline(always)]
fn store_half(from: __m256bh, to: &mut [u32; 8]) {
    // SAFETY: any vector is 32 bytes of integers.
    *to = unsafe { std::mem::transmute::<__m256bh, [u32; 8]>(from) };
}

/// One row to pairs, `apart` from one group of 16 to the next. Adds to `seen` zero for each number, and NaN for what is not one.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn round_row(row: &[f32], apart: usize, out: &mut [u32], seen: &mut [__m512; 2]) {
    let zero = _mm512_setzero_ps();
    let (groups, rest) = row.as_chunks::<32>();
    let mut last = [0.0; 32];
    last[..rest.len()].copy_from_slice(rest);
    let last = if rest.is_empty() { None } else { Some(&last) };
    for (group, to) in groups.iter().chain(last).zip(out.chunks_mut(apart)) {
        let (halves, _) = group.as_chunks::<16>();
        let (lower, upper) = (floats(&halves[0]), floats(&halves[1]));
        seen[0] = _mm512_fmadd_ps(lower, zero, seen[0]);
        seen[1] = _mm512_fmadd_ps(upper, zero, seen[1]);
        let both = _mm512_cvtne2ps_pbh(upper, lower);
        store_pairs(both, &mut to.as_chunks_mut::<16>().0[0]);
    }
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn round_rows(x: &[f32], width: usize, stride: usize, out: &mut [u32]) -> bool {
    let mut seen = [_mm512_setzero_ps(); 2];
    for (row, out) in x.chunks_exact(width).zip(out.chunks_mut(stride)) {
        round_row(row, 16, out, &mut seen);
    }
    _mm512_cmpord_ps_mask(seen[0], seen[1]) == u16::MAX
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn round_tiles(x: &[f32], width: usize, out: &mut [u32]) -> bool {
    let stride = width.div_ceil(32) * TILE;
    let mut seen = [_mm512_setzero_ps(); 2];
    for (row, x) in x.chunks_exact(width).enumerate() {
        let out = &mut out[row / 16 * stride + row % 16 * 16..];
        round_row(x, TILE, out, &mut seen);
    }
    _mm512_cmpord_ps_mask(seen[0], seen[1]) == u16::MAX
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn finish_tile<const LAST: bool>(
    sums: &[[f32; 32]],
    bias: &[f32; 32],
    relu: bool,
    stride: usize,
    out: &mut [u32],
) {
    let (bias, _) = bias.as_chunks::<16>();
    let bias = [floats(&bias[0]), floats(&bias[1])];
    for (sums, out) in sums.iter().zip(out.chunks_mut(stride)) {
        let (sums, _) = sums.as_chunks::<16>();
        let mut both = [0, 1].map(|v: usize| floats(&sums[v]));
        for v in 0..2 {
            both[v] = _mm512_add_ps(both[v], bias[v]);
            if relu {
                both[v] = _mm512_max_ps(_mm512_setzero_ps(), both[v]);
            }
        }
        let (to, _) = out.as_chunks_mut::<16>();
        if LAST {
            store(both[0], &mut to[0]);
            store(both[1], &mut to[1]);
        } else {
            store_pairs(_mm512_cvtne2ps_pbh(both[1], both[0]), &mut to[0]);
        }
    }
}

/// Rectifies and stores one vector of sums at `to`, counted in vectors of columns.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn finish<const LAST: bool>(sum: __m512, relu: bool, to: &mut [u32], vector: usize) {
    // The second argument comes back if it is NaN, so that NaN is seen at the end.
    let sum = if relu {
        _mm512_max_ps(_mm512_setzero_ps(), sum)
    } else {
        sum
    };
    if LAST {
        store(sum, &mut to.as_chunks_mut::<16>().0[vector]);
    } else {
        store_half(
            _mm512_cvtneps_pbh(sum),
            &mut to.as_chunks_mut::<8>().0[vector],
        );
    }
}

/// A panel, or two of them, and the rows to multiply it with.
struct Task<'a> {
    weights: &'a [u32],
    bias: &'a [f32],
    relu: bool,
    x: &'a [u32],
    pairs: usize,
    x_stride: usize,
    out_stride: usize,
}

#[target_feature(enable = "avx512f,avx512bf16")]
fn run<const LAST: bool>(layer: &Layer, x: &[u32], count: usize, out: &mut [u32]) {
    let few = count <= 2;
    let panels = if few { &layer.doubles } else { &layer.panels };
    for panel in panels {
        let task = Task {
            weights: layer.weights(panel),
            bias: layer.bias(panel),
            relu: layer.relu,
            x,
            pairs: layer.pairs,
            x_stride: layer.stride(),
            out_stride: layer.out_stride::<LAST>(),
        };
        let column = panel.first_column;
        let out = &mut out[if LAST { column } else { column / 2 }..];
        match (panel.vectors, panel.panels) {
            (4, 2) => few_rows::<4, 2, LAST>(&task, count, out),
            (2, 2) => few_rows::<2, 2, LAST>(&task, count, out),
            (4, _) if few => few_rows::<4, 1, LAST>(&task, count, out),
            (_, _) if few => few_rows::<2, 1, LAST>(&task, count, out),
            (4, _) => many_rows::<4, LAST>(&task, count, out),
            _ => many_rows::<2, LAST>(&task, count, out),
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn few_rows<const P: usize, const N: usize, const LAST: bool>(
    task: &Task,
    count: usize,
    out: &mut [u32],
) {
    match count {
        1 => tile_1::<P, N, LAST>(task, 0, out),
        _ => tile_2::<P, N, LAST>(task, 0, out),
    }
}

/// A panel for three rows or more, in tiles of nearly equal height.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn many_rows<const P: usize, const LAST: bool>(task: &Task, count: usize, out: &mut [u32]) {
    let tiles = count.div_ceil(TILE_ROWS);
    let mut at = 0;
    for tile in 0..tiles {
        let rows = (count - at).div_ceil(tiles - tile);
        match rows {
            6 => tile_6::<P, 1, LAST>(task, at, out),
            5 => tile_5::<P, 1, LAST>(task, at, out),
            4 => tile_4::<P, 1, LAST>(task, at, out),
            // Seven rows are four and three, and more rows make higher tiles.
            _ => tile_3::<P, 1, LAST>(task, at, out),
        }
        at += rows;
    }
}

/// Functions for tiles of so many rows, from row `at` on, by `N` panels of `P` vectors; spelled out as in `kernel`.
macro_rules! tile {
    ($name:ident, $count:literal: $($r:literal)+) => {
        #[inline]
        #[target_feature(enable = "avx512f,avx512bf16")]
        fn $name<const P: usize, const N: usize, const LAST: bool>(
            task: &Task,
            at: usize,
            out: &mut [u32],
        ) {
            let pairs = task.pairs;
            let x = &task.x[at * task.x_stride..];
            let rows: [&[u32]; $count] = [$(&x[$r * task.x_stride..][..pairs]),+];
            let (weights, _) = task.weights.as_chunks::<16>();
            let (weights, _) = weights.as_chunks::<P>();
            let mut panels = [weights; N];
            let mut first = [[_mm512_setzero_ps(); P]; N];
            let (bias, _) = task.bias.as_chunks::<16>();
            for n in 0..N {
                panels[n] = &weights[n * pairs..][..pairs];
                for v in 0..P {
                    first[n][v] = floats(&bias[n * P + v]);
                }
            }
            let mut sum = [first; $count];
            for k in 0..pairs {
                let mut w = [[as_pairs(_mm512_set1_epi32(0)); P]; N];
                for n in 0..N {
                    for v in 0..P {
                        w[n][v] = self::pairs(&panels[n][k][v]);
                    }
                }
                $(
                    let x = as_pairs(_mm512_set1_epi32(rows[$r][k] as i32));
                    for n in 0..N {
                        for v in 0..P {
                            sum[$r][n][v] = _mm512_dpbf16_ps(sum[$r][n][v], w[n][v], x);
                        }
                    }
                )+
            }
            $(
                let to = &mut out[(at + $r) * task.out_stride..];
                for n in 0..N {
                    for v in 0..P {
                        finish::<LAST>(sum[$r][n][v], task.relu, to, n * P + v);
                    }
                }
            )+
        }
    };
}

tile!(tile_1, 1: 0);
tile!(tile_2, 2: 0 1);
tile!(tile_3, 3: 0 1 2);
tile!(tile_4, 4: 0 1 2 3);
tile!(tile_5, 5: 0 1 2 3 4);
tile!(tile_6, 6: 0 1 2 3 4 5);
