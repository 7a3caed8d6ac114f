//! Philox4x32-10 as words, uniforms and normals: invocation `i` makes the four numbers of one counter, whatever the grid.
//!
//! ```text
//! ten rounds of   (c0, c1, c2, c3) -> (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^ k1, lo(M0 c0))
//! between them    k0 += 0x9e3779b9, k1 += 0xbb67ae85
//! uniform = (w >> 9 + 1/2) / 2^23            exact in f32, symmetric about a half, never 0 or 1
//! normals = sqrt(-2 ln((w0 + 1/2) / 2^32)) (cos a, sin a),   a = pi w1 / 2^31, w1 signed       (Box & Muller 1958)
//! ```
//! Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11 (2011); tested against the known
//! answers published with Random123. The words are those of `pricing::monte_carlo`, bit for bit.
//! `address` is seven words: how many counters, the key's two, then the counter of invocation 0; its first word grows by one
//! an invocation and must not pass 2^32 in one launch.
//! Normals reach 6.7 deviations; their error against `f64` is in `docs/kernels.md`. Not for secrets.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]

use crate::american::sine;
use crate::normal::{all, ln};
use cubecl::prelude::*;

/// Words in an address.
pub const ADDRESS_LEN: usize = 7;

/// Four random words.
#[derive(CubeType, Clone, Copy)]
pub struct Words {
    /// The first.
    pub w0: u32,
    /// The second.
    pub w1: u32,
    /// The third.
    pub w2: u32,
    /// The fourth.
    pub w3: u32,
}

#[cube]
fn words_at(i: u32, address: &[u32]) -> Words {
    let k0 = address[1];
    let k1 = address[2];
    let c0 = address[3] + i;
    let c1 = address[4];
    let c2 = address[5];
    let c3 = address[6];
    philox(c0, c1, c2, c3, k0, k1, true)
}

/// The words of one counter under one key; a text is shorter with its rounds rolled up.
#[cube]
pub fn philox(
    from0: u32,
    from1: u32,
    from2: u32,
    from3: u32,
    key0: u32,
    key1: u32,
    #[comptime] unrolled: bool,
) -> Words {
    let mut k0 = key0;
    let mut k1 = key1;
    let mut c0 = from0;
    let mut c1 = from1;
    let mut c2 = from2;
    let mut c3 = from3;
    #[unroll(unrolled)]
    for _ in 0..10 {
        let high0 = u32::mul_hi(0xd251_1f53u32, c0);
        let low0 = 0xd251_1f53u32 * c0;
        let high1 = u32::mul_hi(0xcd9e_8d57u32, c2);
        let low1 = 0xcd9e_8d57u32 * c2;
        c0 = high1 ^ c1 ^ k0;
        c1 = low1;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += 0x9e37_79b9u32;
        k1 += 0xbb67_ae85u32;
    }
    Words {
        w0: c0,
        w1: c1,
        w2: c2,
        w3: c3,
    }
}

/// Random words, four an invocation.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn philox_words(words: &mut [u32], address: &[u32]) {
    let i = ABSOLUTE_POS;
    if i < address[0] as usize {
        let made = words_at(i as u32, address);
        words[4 * i] = made.w0;
        words[4 * i + 1] = made.w1;
        words[4 * i + 2] = made.w2;
        words[4 * i + 3] = made.w3;
    }
}

#[cube]
fn uniform(word: u32) -> f32 {
    (f32::cast_from(word >> 9u32) + f32::new(0.5)) * f32::new(1.192_092_9e-7)
}

/// Uniform numbers between 0 and 1, four an invocation.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn philox_uniforms(uniforms: &mut [f32], address: &[u32]) {
    let i = ABSOLUTE_POS;
    if i < address[0] as usize {
        let made = words_at(i as u32, address);
        uniforms[4 * i] = uniform(made.w0);
        uniforms[4 * i + 1] = uniform(made.w1);
        uniforms[4 * i + 2] = uniform(made.w2);
        uniforms[4 * i + 3] = uniform(made.w3);
    }
}

#[derive(CubeType, Clone, Copy)]
struct Pair {
    across: f32,
    up: f32,
}

/// Two normals from two words.
#[cube]
fn normals_of(first: u32, second: u32) -> Pair {
    let chance = fma(
        Vector::<f32, Const<1>>::cast_from(Vector::<u32, Const<1>>::new(first)),
        all::<Const<1>>(2.328_306_4e-10),
        all::<Const<1>>(1.164_153_2e-10),
    );
    let radius = max(
        ln::<Const<1>>(chance) * all::<Const<1>>(-2.0),
        all::<Const<1>>(0.0),
    )
    .sqrt();
    let angle = Vector::<i32, Const<1>>::reinterpret(Vector::<u32, Const<1>>::new(second));
    let turn = Vector::<f32, Const<1>>::cast_from(angle) * all::<Const<1>>(4.656_613e-10);
    let size = turn.abs();
    let pi = all::<Const<1>>(core::f32::consts::PI);
    let low = min(size, all::<Const<1>>(1.0) - size);
    let up = sine::<Const<1>>(low * pi) * radius;
    let across = sine::<Const<1>>((all::<Const<1>>(0.5) - size) * pi) * radius;
    let signed = select_many(turn.less_than(&all::<Const<1>>(0.0)), -up, up);
    Pair {
        across: across.extract(0usize),
        up: signed.extract(0usize),
    }
}

/// Standard normal numbers, four an invocation.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn philox_normals(normals: &mut [f32], address: &[u32]) {
    let i = ABSOLUTE_POS;
    if i < address[0] as usize {
        let made = words_at(i as u32, address);
        let first = normals_of(made.w0, made.w1);
        let second = normals_of(made.w2, made.w3);
        normals[4 * i] = first.across;
        normals[4 * i + 1] = first.up;
        normals[4 * i + 2] = second.across;
        normals[4 * i + 3] = second.up;
    }
}
