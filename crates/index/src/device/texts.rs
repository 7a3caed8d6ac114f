//! The kernels' texts with their buffers. `cargo run -p kernels` writes the texts; their source, with formulas, is
//! `crates/kernels/src/topk.rs`.

use compute::{Access, Kernel};

use Access::{Read, Write};

macro_rules! kernel {
    ($name:literal, $buffers:expr) => {
        Kernel {
            name: $name,
            wgsl: include_str!(concat!("../../kernels/", $name, ".wgsl")),
            metal: include_str!(concat!("../../kernels/", $name, ".metal")),
            cuda: include_str!(concat!("../../kernels/", $name, ".cu")),
            workgroup: 256,
            per_invocation: 1,
            buffers: $buffers,
        }
    };
}

/// A kernel that scores a block of rows. Buffers: rows, marks, queries; scores, tops; shape.
pub(super) struct Scorer {
    pub(super) kernel: Kernel,
    /// Queries that one launch takes.
    pub(super) wide: usize,
    /// Rows of one invocation.
    pub(super) rows_each: usize,
}

macro_rules! scorer {
    ($name:literal, $wide:literal, $rows_each:literal) => {
        Scorer {
            kernel: kernel!($name, &[Read, Read, Read, Write, Write, Read]),
            wide: $wide,
            rows_each: $rows_each,
        }
    };
}

/// Rows of halves, the narrowest first.
pub(super) const HALVES: [Scorer; 3] = [
    scorer!("topk_halves_1", 1, 1),
    scorer!("topk_halves_8", 8, 4),
    scorer!("topk_halves_16", 16, 4),
];

/// Rows of bytes, the narrowest first.
pub(super) const BYTES: [Scorer; 3] = [
    scorer!("topk_bytes_1", 1, 1),
    scorer!("topk_bytes_8", 8, 4),
    scorer!("topk_bytes_16", 16, 4),
];

/// The best rows of each query. Buffers: scores, tops; answers; wanted.
pub(super) const SELECT: Kernel = kernel!("topk_select", &[Read, Read, Write, Read]);
