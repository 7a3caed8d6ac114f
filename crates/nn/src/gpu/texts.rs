//! The kernels' texts with their buffers. `cargo run -p kernels` writes the texts.

use compute::{Access, Kernel};

macro_rules! kernel {
    ($name:literal) => {
        Kernel {
            name: $name,
            wgsl: include_str!(concat!("../../kernels/", $name, ".wgsl")),
            metal: include_str!(concat!("../../kernels/", $name, ".metal")),
            cuda: include_str!(concat!("../../kernels/", $name, ".cu")),
            workgroup: 256,
            per_invocation: 1,
            buffers: &[
                Access::Read,
                Access::Read,
                Access::Read,
                Access::Write,
                Access::Read,
            ],
        }
    };
}

/// Rows; weights `[in][out]`; biases; answers; size. One workgroup makes 32 rows and columns of the answer.
pub const DENSE_SMALL: Kernel = kernel!("dense_small");
/// The same by 128 rows and columns.
pub const DENSE_WIDE: Kernel = kernel!("dense_wide");
/// As [`DENSE_SMALL`], but for weights `[out][in]`.
pub const DENSE_TURNED: Kernel = kernel!("dense_turned");
/// Gradients by output; weights `[out][in]`; what the layer read; gradients by input where that was positive; size.
pub const DENSE_BACKWARD: Kernel = kernel!("dense_backward");
/// What the layer read; gradients by output; four times a scale; gradients of the weights `[in][out]`; size.
pub const DENSE_GRADIENT: Kernel = kernel!("dense_gradient");
/// A first layer in bf16: rows in `f32`; weights in bf16 `[in][out]`, two in a word, the first in its lower half, with rows of zeros
/// up to a multiple of 128; biases; answers in bf16 or `f32`; size. Rows of bf16 are a multiple of eight long. One workgroup makes
/// 32 rows and columns of the answer.
pub const BF16_FIRST_SMALL: Kernel = kernel!("bf16_first_small");
/// The same by 64 rows and 128 columns.
pub const BF16_FIRST_MIDDLE: Kernel = kernel!("bf16_first_middle");
/// The same by 128 rows and 256 columns.
pub const BF16_FIRST_WIDE: Kernel = kernel!("bf16_first_wide");
/// As [`BF16_FIRST_SMALL`], but for rows in bf16.
pub const BF16_SMALL: Kernel = kernel!("bf16_small");
/// The same by 64 rows and 128 columns.
pub const BF16_MIDDLE: Kernel = kernel!("bf16_middle");
/// The same by 128 rows and 256 columns.
pub const BF16_WIDE: Kernel = kernel!("bf16_wide");
