//! Kernels that know nothing of any trade: random numbers by address, and sums.
//!
//! Their texts are printed from `crates/kernels`, whose pages have the formulas and papers; the scalar twins of their trials are
//! here. Philox4x32-10 is Salmon, Moraes, Dror & Shaw, SC'11 (2011).

use crate::{Access, Argument, Kernel, Trial};

use Access::{Read, Write};

macro_rules! kernel {
    ($name:literal, $per_invocation:literal, $buffers:expr) => {
        Kernel {
            name: $name,
            wgsl: include_str!(concat!("../kernels/", $name, ".wgsl")),
            metal: include_str!(concat!("../kernels/", $name, ".metal")),
            cuda: include_str!(concat!("../kernels/", $name, ".cu")),
            workgroup: 256,
            per_invocation: $per_invocation,
            buffers: $buffers,
        }
    };
}

/// Random words, four an invocation; then an address of seven words: counters, the key's two, the counter of invocation 0.
pub const PHILOX_WORDS: Kernel = kernel!("philox_words", 4, &[Write, Read]);
/// Uniforms in (0, 1), 23 bits each; address as in [`PHILOX_WORDS`].
pub const PHILOX_UNIFORMS: Kernel = kernel!("philox_uniforms", 4, &[Write, Read]);
/// Standard normals, by Box and Muller; address as in [`PHILOX_WORDS`].
pub const PHILOX_NORMALS: Kernel = kernel!("philox_normals", 4, &[Write, Read]);
/// Values; partial sums, minima and maxima, one an invocation; rows and invocations. The last step is the caller's, in `f64`.
pub const REDUCE: Kernel = kernel!("reduce", 1, &[Read, Write, Write, Write, Read]);

/// Counters, and invocations of the reduction, in a trial.
const COUNTERS: usize = 512;

/// One trial for each kernel of this file.
pub fn generic_trials() -> Vec<Trial> {
    let address = [COUNTERS as u32, 7, 11, 5, 1, 2, 3];
    let words: Vec<u32> = (0..COUNTERS as u32)
        .flat_map(|i| philox([address[3] + i, 1, 2, 3], [7, 11]))
        .collect();
    let uniforms = words
        .iter()
        .map(|word| (f64::from(word >> 9) + 0.5) / f64::from(1 << 23))
        .collect();
    let normals = words
        .chunks_exact(2)
        .flat_map(|pair| {
            let radius = (-2.0 * ((f64::from(pair[0]) + 0.5) / 4_294_967_296.0).ln()).sqrt();
            let angle = std::f64::consts::PI * f64::from(pair[1] as i32) / 2_147_483_648.0;
            [radius * angle.cos(), radius * angle.sin()]
        })
        .collect();
    let random = |kernel: Kernel, answer: Argument| Trial {
        name: kernel.name.to_string(),
        kernel,
        arguments: vec![answer, Argument::Words(address.to_vec())],
        invocations: COUNTERS as u64,
    };
    let numbers = |expected: Vec<f64>, absolute: f64| Argument::Answers {
        expected,
        absolute,
        relative: 0.0,
    };
    vec![
        random(PHILOX_WORDS, Argument::AnswerWords(words.clone())),
        random(PHILOX_UNIFORMS, numbers(uniforms, 1e-9)),
        random(PHILOX_NORMALS, numbers(normals, 2e-5)),
        reduction(&words),
    ]
}

fn reduction(words: &[u32]) -> Trial {
    let values: Vec<f32> = words
        .iter()
        .map(|&word| word as i32 as f32 * 1e-9)
        .collect();
    let rows = values.len() - 3;
    let each = |fold: fn(f64, f64) -> f64, first: f64| -> Vec<f64> {
        let column = |i: usize| values[..rows].iter().skip(i).step_by(COUNTERS);
        (0..COUNTERS)
            .map(|i| column(i).fold(first, |sum, &value| fold(sum, f64::from(value))))
            .collect()
    };
    let answers = |expected: Vec<f64>, absolute: f64| Argument::Answers {
        expected,
        absolute,
        relative: 0.0,
    };
    Trial {
        name: "reduce".to_string(),
        kernel: REDUCE,
        arguments: vec![
            Argument::Floats(values.clone()),
            answers(each(|sum, value| sum + value, 0.0), 2e-6),
            answers(each(f64::min, f64::INFINITY), 0.0),
            answers(each(f64::max, f64::NEG_INFINITY), 0.0),
            Argument::Words(vec![rows as u32, COUNTERS as u32]),
        ],
        invocations: COUNTERS as u64,
    }
}

/// Four words at `counter` under `key`.
fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let product0 = 0xd251_1f53_u64 * u64::from(c0);
        let product1 = 0xcd9e_8d57_u64 * u64::from(c2);
        (c0, c1, c2, c3) = (
            (product1 >> 32) as u32 ^ c1 ^ k0,
            product1 as u32,
            (product0 >> 32) as u32 ^ c3 ^ k1,
            product0 as u32,
        );
        k0 = k0.wrapping_add(0x9e37_79b9);
        k1 = k1.wrapping_add(0xbb67_ae85);
    }
    [c0, c1, c2, c3]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// File `kat_vectors` of Random123, lines "philox4x32 10".
    #[test]
    fn known_answers_of_random123() {
        assert_eq!(
            philox([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
    }

    #[test]
    fn trials_fit_their_kernels() {
        for trial in generic_trials() {
            assert_eq!(
                trial.arguments.len(),
                trial.kernel.buffers.len(),
                "{}",
                trial.name
            );
        }
    }

    #[test]
    #[cfg(any(feature = "vulkan", target_os = "macos"))]
    fn gpu_generic_trials_are_passed() {
        let backend = if cfg!(target_os = "macos") {
            crate::Backend::Metal
        } else {
            crate::Backend::Vulkan
        };
        let gpu = match crate::Gpu::open(backend, 0) {
            Ok(gpu) => gpu,
            Err(error) => return eprintln!("skipped: {error}"),
        };
        for trial in generic_trials() {
            let verdict = crate::try_one(&gpu, &trial, std::time::Duration::from_secs(20));
            assert!(verdict.is_proven(), "{}: {verdict:?}", trial.name);
        }
    }
}
