//! Large batches through a library's matrix product; on macOS `cblas_sgemm` of Accelerate, which has the matrix unit to itself.
//!
//! ```text
//! out = relu(x W' + b)        the product by the library, the rest here
//! ```
//! Source of the interface: BLAS Technical Forum Standard (2001), appendix B, as Accelerate's `cblas.h` declares it. The order of a
//! product's sums is the library's affair and may depend on the batch, so this is asked for by name
//! ([`Net::with_accelerate`](crate::Net::with_accelerate)) and only batches of [`FROM_ROWS`] or more go this way.
//! **No Mac has run this**: the call compiles for macOS, and all around it is tested with a plain product in its place.

#![allow(unsafe_code)] // One foreign function.

use crate::kernel::Aligned;
use crate::net::{BLOCK_ROWS, Verdict};
use crate::{Config, Weights};

/// Fewer rows are judged by our own kernel.
pub(crate) const FROM_ROWS: usize = 64;

/// `out[r][c] = sum over k of x[r][k] w[c][k]`, rows behind one another: (inputs, x, w, out).
pub(crate) type Multiply = fn(usize, &[f32], &[f32], &mut [f32]);

/// A product, and the weights as they are in files, for it.
pub(crate) struct Matrix {
    multiply: Multiply,
    /// The trunk, then both heads as one layer.
    layers: Vec<Dense>,
}

struct Dense {
    inputs: usize,
    relu: bool,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Matrix {
    pub(crate) fn new(weights: &Weights, multiply: Multiply) -> Matrix {
        let (trunk, heads) = weights.layers().split_at(weights.config().hidden.len());
        let mut layers: Vec<Dense> = Vec::new();
        for layer in trunk {
            layers.push(Dense {
                inputs: layer.inputs,
                relu: true,
                weight: layer.weight.clone(),
                bias: layer.bias.clone(),
            });
        }
        layers.push(Dense {
            inputs: heads[0].inputs,
            relu: false,
            weight: heads.iter().flat_map(|head| head.weight.clone()).collect(),
            bias: heads.iter().flat_map(|head| head.bias.clone()).collect(),
        });
        Matrix { multiply, layers }
    }

    /// Judges rows of finite inputs.
    pub(crate) fn blocks(
        &self,
        config: &Config,
        (room, other): (&mut Aligned<f32>, &mut Aligned<f32>),
        inputs: &[f32],
        values: &mut [f32],
        policies: &mut [f32],
    ) -> Verdict {
        let (width, logits) = (config.inputs, config.policies);
        let mut first = 0;
        while first < values.len() {
            let count = BLOCK_ROWS.min(values.len() - first);
            let (mut from, mut to) = (&mut *room, &mut *other);
            let mut x = &inputs[first * width..][..count * width];
            for layer in &self.layers {
                let outputs = layer.bias.len();
                let out = &mut to.as_mut_slice()[..count * outputs];
                (self.multiply)(layer.inputs, x, &layer.weight, out);
                for row in out.chunks_exact_mut(outputs) {
                    for (sum, bias) in row.iter_mut().zip(&layer.bias) {
                        *sum += bias;
                        // NaN stays, so that it is seen at the end.
                        if layer.relu && *sum < 0.0 {
                            *sum = 0.0;
                        }
                    }
                }
                std::mem::swap(&mut from, &mut to);
                x = &from.as_slice()[..count * outputs];
            }
            for (row, out) in x.chunks_exact(1 + logits).enumerate() {
                if out.iter().any(|x| !x.is_finite()) {
                    return Verdict::Output(first + row);
                }
                values[first + row] = out[0];
                policies[(first + row) * logits..][..logits].copy_from_slice(&out[1..]);
            }
            first += count;
        }
        Verdict::Fine
    }
}

/// Accelerate's product; none on other systems.
pub(crate) fn product() -> Option<Multiply> {
    #[cfg(target_os = "macos")]
    return Some(macos::multiply);
    #[cfg(not(target_os = "macos"))]
    None
}

#[cfg(target_os = "macos")]
mod macos {
    use std::ffi::c_int;

    const ROW_MAJOR: c_int = 101;
    const AS_IT_IS: c_int = 111;
    const TRANSPOSED: c_int = 112;

    #[link(name = "Accelerate", kind = "framework")]
    unsafe extern "C" {
        fn cblas_sgemm(
            order: c_int,
            transpose_a: c_int,
            transpose_b: c_int,
            m: c_int,
            n: c_int,
            k: c_int,
            alpha: f32,
            a: *const f32,
            lda: c_int,
            b: *const f32,
            ldb: c_int,
            beta: f32,
            c: *mut f32,
            ldc: c_int,
        );
    }

    pub(super) fn multiply(inputs: usize, x: &[f32], w: &[f32], out: &mut [f32]) {
        let (rows, columns) = (x.len() / inputs, w.len() / inputs);
        assert!(
            x.len() == rows * inputs && w.len() == columns * inputs && out.len() == rows * columns,
            "matrices that do not fit"
        );
        // A net has at most 2^28 weights and a block 96 rows, so every size fits.
        let [m, n, k] = [rows, columns, inputs].map(|size| size as c_int);
        // SAFETY: the slices hold m x k, n x k and m x n numbers, see the assert, and `out` overlaps neither.
        unsafe {
            cblas_sgemm(
                ROW_MAJOR,
                AS_IT_IS,
                TRANSPOSED,
                m,
                n,
                k,
                1.0,
                x.as_ptr(),
                k,
                w.as_ptr(),
                k,
                0.0,
                out.as_mut_ptr(),
                n,
            );
        }
    }
}
