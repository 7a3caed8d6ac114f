//! `cargo xtask package-check`: that the crates which other people's programs can use are packages: `hardware`, `compute`, `pricing`,
//! `search`. What it does, and what is left to the day of publication: `docs/crates.md`.

use std::fs;

use crate::cross::{self, Cargo, Stop};

/// In the order of their dependencies.
const PACKAGES: [&str; 4] = ["hardware", "compute", "pricing", "search"];
/// One that runs in a moment, of each.
const EXAMPLES: [(&str, &str, &[&str]); 4] = [
    ("hardware", "watch", &["1"]),
    ("compute", "saxpy", &[]),
    ("pricing", "price", &[]),
    ("search", "wheel_lattice", &[]),
];
/// The oldest compiler, as `rust-version` in Cargo.toml says.
const OLDEST: &str = "1.95.0";
/// A package as it is uploaded; crates.io takes 10 MB.
const LARGEST_BYTES: u64 = 1 << 20;

/// Arguments: a git revision that the interfaces are compared with; else the last commit but one of this branch.
pub(crate) fn check(arguments: &[String]) -> Result<(), Stop> {
    let baseline = match arguments {
        [] => "HEAD~1",
        [revision] => revision.as_str(),
        _ => {
            return Err(Stop::Failed(format!(
                "unknown arguments {arguments:?}; there is one: a git revision"
            )));
        }
    };
    let cargo = Cargo {
        environment: Vec::new(),
    };
    let each = |first: &[&'static str]| -> Vec<&'static str> {
        let packages = PACKAGES.iter().flat_map(|name| ["-p", name]);
        first.iter().copied().chain(packages).collect()
    };
    // Each is unpacked and built from what it holds; what is not committed is refused by cargo.
    cargo.run(&each(&["package"]))?;
    for name in PACKAGES {
        size(&cargo, name)?;
    }
    cargo.run(&each(&["test", "--doc"]))?;
    for (package, example, words) in EXAMPLES {
        let mut run = vec!["run", "--quiet", "-p", package, "--example", example];
        if !words.is_empty() {
            run.push("--");
            run.extend(words);
        }
        cargo.run(&run)?;
    }
    let mut missing = Vec::new();
    if cross::starts("rustup", &["run", OLDEST, "rustc", "--version"]) {
        let check = each(&["run", OLDEST, "cargo", "check", "--locked"]);
        cross::start("rustup", &check, &[])?;
    } else {
        missing.push(format!(
            "Rust {OLDEST} is missing; install it: rustup toolchain install {OLDEST} --profile minimal"
        ));
    }
    if cross::starts("cargo-semver-checks", &["semver-checks", "--version"]) {
        let mut semver = each(&["semver-checks"]);
        semver.extend(["--baseline-rev", baseline]);
        cargo.run(&semver)?;
    } else {
        missing.push(
            "the interfaces were compared with no earlier ones; install the tool: cargo install cargo-semver-checks --locked"
                .to_owned(),
        );
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Stop::Missing(format!(
            "the packages are good, but not all was checked: {}",
            missing.join("; ")
        )))
    }
}

/// Prints how many files a package has and its size, and refuses one that has grown beyond reason.
fn size(cargo: &Cargo, name: &str) -> Result<(), String> {
    let mut files = 0;
    cargo.lines(&["package", "--list", "-p", name], |_| files += 1)?;
    let folder = cross::target_folder()?.join("package");
    let version = env!("CARGO_PKG_VERSION");
    let path = folder.join(format!("{name}-{version}.crate"));
    let bytes = fs::metadata(&path)
        .map_err(|error| format!("{}: {error}", path.display()))?
        .len();
    println!("{name}: {files} files, {} kB packed", bytes.div_ceil(1000));
    if bytes > LARGEST_BYTES {
        return Err(format!(
            "{name}: {bytes} bytes packed; {LARGEST_BYTES} are allowed: see `cargo package --list -p {name}` and `exclude` in its Cargo.toml"
        ));
    }
    Ok(())
}
