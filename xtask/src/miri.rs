//! `cargo xtask miri`: tests run by Miri, which sees what undefined behaviour there would be, in our crates and in those below them.
//!
//! Our own `unsafe` is calls into C and processor instructions that Miri does not know: [`CANNOT`] says where, and what stands in.
//! What runs is the pure code of two crates, in minutes.

use crate::cross::{self, Stop};

/// A package, arguments of `cargo miri test`, and what of its tests runs.
struct Part {
    package: &'static str,
    arguments: &'static [&'static str],
    names: &'static [&'static str],
}

const PARTS: &[Part] = &[
    Part {
        package: "search",
        arguments: &["--lib"],
        // Their tests go over millions of numbers: not done within minutes.
        names: &["--skip", "compat::kernels"],
    },
    Part {
        package: "hardware",
        arguments: &["--lib", "--no-default-features"],
        // Without the ledger: eight threads that wait for one another 1,600 times are not done within minutes.
        names: &["batch::", "budget::", "cgroup::"],
    },
];

/// Where our crates say `unsafe`, and why Miri cannot run it.
const CANNOT: &[(&str, &str)] = &[
    (
        "compute/src/cuda.rs, compute/src/wgpu.rs",
        "calls into GPU drivers; their tests are named gpu_*",
    ),
    (
        "nn/src/bf16/amx.rs, nn/src/bf16/avx512.rs",
        "instructions of AMX and AVX512-BF16, which Miri does not know; each is compared with its twin in plain code (nn::bf16)",
    ),
    (
        "nn/src/accelerate.rs, nn/src/coreml/apple.rs",
        "calls into Apple's libraries",
    ),
    (
        "hardware/src/qos.rs, sysctl.rs, sensors/mach.rs",
        "calls into the macOS kernel; what they return is read by safe code",
    ),
    (
        "index/src/pages.rs",
        "madvise on memory that usearch (C++) owns; usearch itself is C++",
    ),
];

pub(crate) fn run(arguments: &[String]) -> Result<(), Stop> {
    if !arguments.is_empty() {
        return Err(Stop::Failed(format!(
            "unknown arguments {arguments:?}; there are none"
        )));
    }
    if !cross::starts("rustup", &["run", "nightly", "cargo-miri", "--version"]) {
        return Err(Stop::Missing(
            "Miri is missing; install it: rustup toolchain install nightly --component miri --component rust-src".into(),
        ));
    }
    for part in PARTS {
        let mut words = vec![
            "run",
            "nightly",
            "cargo",
            "miri",
            "test",
            "-p",
            part.package,
        ];
        words.extend(part.arguments);
        words.push("--");
        words.extend(part.names);
        cross::start("rustup", &words, &ENVIRONMENT)?;
    }
    println!("\nnot run by Miri:");
    for (place, why) in CANNOT {
        println!("  {place}: {why}");
    }
    Ok(())
}

/// The clock and folders of this machine are asked; properties are tried on few cases, because each takes a thousand times as long.
const ENVIRONMENT: [(&str, &str); 2] = [
    ("MIRIFLAGS", "-Zmiri-disable-isolation"),
    ("PROPTEST_CASES", "4"),
];
