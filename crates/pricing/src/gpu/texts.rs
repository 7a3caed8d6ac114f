//! The kernels' texts with their buffers. `cargo run -p kernels` writes the texts; `docs/kernels.md` tells what each buffer is.

use compute::{Access, Kernel};

use Access::{Read, ReadWrite, Write};

macro_rules! kernel {
    ($name:literal, $per_invocation:literal, $buffers:expr) => {
        Kernel {
            name: $name,
            wgsl: include_str!(concat!("../../kernels/", $name, ".wgsl")),
            metal: include_str!(concat!("../../kernels/", $name, ".metal")),
            cuda: include_str!(concat!("../../kernels/", $name, ".cu")),
            workgroup: 256,
            per_invocation: $per_invocation,
            buffers: $buffers,
        }
    };
}

/// Spots, signed strikes, years, rates, yields, vols; prices; groups of four.
pub const BLACK_SCHOLES_PRICE: Kernel = kernel!(
    "black_scholes_price",
    4,
    &[Read, Read, Read, Read, Read, Read, Write, Read]
);

/// Spots, signed strikes, years, rates, yields, vols; prices, deltas, gammas, vegas, thetas, rhos; groups of four.
pub const BLACK_SCHOLES_GREEKS: Kernel = kernel!(
    "black_scholes_greeks",
    4,
    &[
        Read, Read, Read, Read, Read, Read, Write, Write, Write, Write, Write, Write, Read
    ]
);

/// Spots, strikes, years, rates, vols; prices of calls without dividends. It has no count: whole workgroups of rows.
pub const CALCULATE_BLACK_SCHOLES: Kernel = kernel!(
    "calculate_black_scholes",
    1,
    &[Read, Read, Read, Read, Read, Write]
);

/// Prices, spots, signed strikes, years, rates, yields; volatilities and statuses; groups of four.
pub const IMPLIED_VOL: Kernel = kernel!(
    "implied_vol",
    4,
    &[Read, Read, Read, Read, Read, Read, Write, Write, Read]
);

/// Spots, strikes, years, a boundary ([`for_kernel`](crate::american::Boundary::for_kernel)); premiums; groups of four.
pub const AMERICAN_PREMIUM: Kernel = kernel!(
    "american_premium",
    4,
    &[Read, Read, Read, Read, Write, Read]
);

/// Law, claim; sums; counts. One for each law; `crates/kernels/src/paths.rs` has the buffers.
pub const PATHS: [Kernel; 3] = [
    kernel!("paths_gbm", 1, &[Read, Read, Write, Read]),
    kernel!("paths_heston", 1, &[Read, Read, Write, Read]),
    kernel!("paths_merton", 1, &[Read, Read, Write, Read]),
];

/// Law, claim, tables, seeds, joints; sums; counts. One for each law.
pub const SOBOL: [Kernel; 3] = [
    kernel!("sobol_gbm", 1, &[Read, Read, Read, Read, Read, Write, Read]),
    kernel!(
        "sobol_heston",
        1,
        &[Read, Read, Read, Read, Read, Write, Read]
    ),
    kernel!(
        "sobol_merton",
        1,
        &[Read, Read, Read, Read, Read, Write, Read]
    ),
];

/// Law; spots, variances; counts. One for each law; `crates/kernels/src/paths.rs` has the buffers.
pub const STATES: [Kernel; 3] = [
    kernel!("states_gbm", 1, &[Read, Write, Write, Read]),
    kernel!("states_heston", 1, &[Read, Write, Write, Read]),
    kernel!("states_merton", 1, &[Read, Write, Write, Read]),
];

/// Spots, variances, rule, claim, pairs; cash, sums; counts. `crates/kernels/src/exercise.rs` has the buffers.
pub const EXERCISE_BACK: Kernel = kernel!(
    "exercise_back",
    1,
    &[Read, Read, Read, Read, Read, ReadWrite, Write, Read]
);

/// Spots, variances, rule, claim; sums; counts.
pub const EXERCISE_TRY: Kernel = kernel!("exercise_try", 1, &[Read, Read, Read, Read, Write, Read]);
