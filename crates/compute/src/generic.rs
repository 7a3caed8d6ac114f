//! Kernels that any room may use: random numbers and reductions. Their one source, with formulas and papers, is `crates/kernels`.
//!
//! Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC'11, 2011) is a function of counter and key, so a number does not depend on
//! grid, order or device. [`REDUCE`] leaves partial answers, summed on the processor in double precision.
//! Uniforms are exact in `f32`; normals are within 5e-6 of double precision, up to 6.7 deviations.

use crate::proof::{Argument, Trial};
use crate::{Access, Kernel};
use std::f64::consts::PI;

macro_rules! kernel {
    ($name:literal, $buffers:expr) => {
        Kernel {
            name: $name,
            wgsl: include_str!(concat!("../kernels/", $name, ".wgsl")),
            metal: include_str!(concat!("../kernels/", $name, ".metal")),
            cuda: include_str!(concat!("../kernels/", $name, ".cu")),
            workgroup: 256,
            per_invocation: 4,
            buffers: $buffers,
        }
    };
}

const MADE: &[Access] = &[Access::Write, Access::Read];

/// Random words. Buffers: words out; an address of seven words: how many counters, two of the key, four of the first counter.
pub const PHILOX_WORDS: Kernel = kernel!("philox_words", MADE);
/// Uniform numbers between 0 and 1, neither included. Buffers as for [`PHILOX_WORDS`].
pub const PHILOX_UNIFORMS: Kernel = kernel!("philox_uniforms", MADE);
/// Standard normal numbers. Buffers as for [`PHILOX_WORDS`].
pub const PHILOX_NORMALS: Kernel = kernel!("philox_normals", MADE);
/// Sums, least and largest of strided parts of a column. Buffers: values; sums, minima, maxima, one a worker; rows and workers.
/// One invocation is one worker, whatever `per_invocation` says of columns.
pub const REDUCE: Kernel = Kernel {
    per_invocation: 1,
    ..kernel!(
        "reduce",
        &[
            Access::Read,
            Access::Write,
            Access::Write,
            Access::Write,
            Access::Read
        ]
    )
};

/// The four words of a counter under a key: the twin of the kernels, bit for bit.
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let [a, b, c, d] = counter;
        let first = u64::from(a) * 0xd251_1f53;
        let second = u64::from(c) * 0xcd9e_8d57;
        counter = [
            (second >> 32) as u32 ^ b ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ d ^ key[1],
            first as u32,
        ];
        key[0] = key[0].wrapping_add(0x9e37_79b9);
        key[1] = key[1].wrapping_add(0xbb67_ae85);
    }
    counter
}

/// A trial for each kernel of this page.
pub(crate) fn trials() -> Vec<Trial> {
    const COUNTERS: u32 = 500;
    let (key, from) = ([0xa409_3822, 0x299f_31d0], [7, 0x1319_8a2e, 3, u32::MAX]);
    let address = [COUNTERS, key[0], key[1], from[0], from[1], from[2], from[3]];
    let words: Vec<u32> = (0..COUNTERS)
        .flat_map(|i| philox([from[0] + i, from[1], from[2], from[3]], key))
        .collect();
    let uniforms = words
        .iter()
        .map(|word| (f64::from(word >> 9) + 0.5) / f64::from(1_u32 << 23))
        .collect();
    let normals = words
        .chunks_exact(2)
        .flat_map(|pair| {
            let radius = (-2.0 * ((f64::from(pair[0]) + 0.5) / 4_294_967_296.0).ln()).sqrt();
            let angle = PI * f64::from(pair[1] as i32) / 2_147_483_648.0;
            [radius * angle.cos(), radius * angle.sin()]
        })
        .collect();
    let random = |kernel: Kernel, out: Argument| Trial {
        name: kernel.name.to_owned(),
        kernel,
        arguments: vec![out, Argument::Words(address.to_vec())],
        invocations: u64::from(COUNTERS),
    };
    let answers = |expected, absolute| Argument::Answers {
        expected,
        absolute,
        relative: 0.0,
    };
    vec![
        random(PHILOX_WORDS, Argument::AnswerWords(words)),
        random(PHILOX_UNIFORMS, answers(uniforms, 0.0)),
        random(PHILOX_NORMALS, answers(normals, 5e-6)),
        reduce(),
    ]
}

fn reduce() -> Trial {
    const ROWS: usize = 10_003;
    const WORKERS: usize = 300;
    let values: Vec<f32> = (0..ROWS as u32)
        .map(|i| philox([i, 0, 0, 0], [1, 2])[0] as i32 as f32 / 1e9)
        .collect();
    let of = |fold: &dyn Fn(f64, f64) -> f64, from: f64| -> Argument {
        let expected = (0..WORKERS)
            .map(|worker| {
                let mine = values[worker..].iter().step_by(WORKERS);
                mine.fold(from, |so_far, &x| fold(so_far, f64::from(x)))
            })
            .collect();
        Argument::Answers {
            expected,
            // 34 additions of numbers up to 2.2.
            absolute: 1e-4,
            relative: 0.0,
        }
    };
    Trial {
        name: REDUCE.name.to_owned(),
        kernel: REDUCE,
        arguments: vec![
            Argument::Floats(values.clone()),
            of(&|a, b| a + b, 0.0),
            of(&f64::min, f64::INFINITY),
            of(&f64::max, f64::NEG_INFINITY),
            Argument::Words(vec![ROWS as u32, WORKERS as u32]),
        ],
        invocations: WORKERS as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// File `kat_vectors` of Random123, lines "philox4x32 10".
    #[test]
    fn philox_gives_the_known_answers() {
        let check = |counter, key, expected| assert_eq!(philox(counter, key), expected);
        let zeros = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8];
        check([0; 4], [0; 2], zeros);
        let ones = [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd];
        check([u32::MAX; 4], [u32::MAX; 2], ones);
    }
}
