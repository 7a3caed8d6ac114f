//! `cargo xtask package-check`: that the crates which other people's programs can use are packages: `hardware`, `compute`, `pricing`,
//! `search`. What it does, and what is left to the day of publication: `docs/crates.md`.

use std::fs;
use std::path::Path;
use std::process::Command;

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
    packages(&each(&["package"]))?;
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

/// Packs the committed files: each package is unpacked and built from what it holds.
///
/// Cargo takes a package for a dependency of the next only where it may be published, and none of ours may. So this works on a copy of the
/// commit that lacks `publish` in these four.
fn packages(arguments: &[&str]) -> Result<(), Stop> {
    let git = |folder: &Path, words: &[&str]| -> Result<String, String> {
        let out = Command::new("git")
            .args(words)
            .current_dir(folder)
            .output()
            .map_err(|error| format!("git: cannot start: {error}"))?;
        if out.status.success() {
            return Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned());
        }
        let why = String::from_utf8_lossy(&out.stderr);
        Err(format!("git {}: {}", words.join(" "), why.trim()))
    };
    let root = cross::root();
    let changed = git(&root, &["status", "--porcelain"])?;
    if !changed.is_empty() {
        return Err(Stop::Failed(format!(
            "a package is made of a commit; commit these first:\n{changed}"
        )));
    }
    let target = cross::target_folder()?;
    let copy = target.join("package-check");
    let wrong = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    if copy.exists() {
        fs::remove_dir_all(&copy).map_err(|error| wrong(&copy, error))?;
    }
    let from = root.canonicalize().map_err(|error| wrong(&root, error))?;
    let [from, to] = [&from, &copy].map(|path| path.display().to_string());
    git(&root, &["clone", "--quiet", "--local", &from, &to])?;
    for name in PACKAGES {
        let path = copy.join("crates").join(name).join("Cargo.toml");
        let text = fs::read_to_string(&path).map_err(|error| wrong(&path, error))?;
        let text = text.replace("publish.workspace = true\n", "");
        fs::write(&path, text).map_err(|error| wrong(&path, error))?;
    }
    let who = ["-c", "user.name=package-check", "-c", "user.email=none"];
    let commit = ["commit", "--quiet", "--all", "--message", "publishable"];
    git(&copy, &[&who[..], &commit[..]].concat())?;
    let mut words = arguments.to_vec();
    words.push("--locked");
    let cargo = Command::new(crate::cargo())
        .args(&words)
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .map_err(|error| format!("cargo: cannot start: {error}"))?;
    if !cargo.success() {
        return Err(Stop::Failed(format!("cargo {}: {cargo}", words.join(" "))));
    }
    for name in PACKAGES {
        let version = env!("CARGO_PKG_VERSION");
        let path = target
            .join("package")
            .join(format!("{name}-{version}.crate"));
        let bytes = fs::metadata(&path)
            .map_err(|error| wrong(&path, error))?
            .len();
        println!("{name}: {} kB packed", bytes.div_ceil(1000));
        if bytes > LARGEST_BYTES {
            return Err(Stop::Failed(format!(
                "{name}: {bytes} bytes packed; {LARGEST_BYTES} are allowed: see `cargo package --list -p {name}` and `exclude` in its Cargo.toml"
            )));
        }
    }
    fs::remove_dir_all(&copy).map_err(|error| wrong(&copy, error))?;
    Ok(())
}
