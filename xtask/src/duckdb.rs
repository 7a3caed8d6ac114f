//! `cargo xtask duckdb`: how to build `jarvis2 sql` on a DuckDB library that is there already. It downloads nothing.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version that the crate `duckdb` in `crates/analytics/Cargo.toml` was made for.
const VERSION: &str = "1.5.6";

const LIBRARIES: [&str; 3] = ["libduckdb.so", "libduckdb.dylib", "duckdb.dll"];

/// Without a folder: says what to get. With one: builds the program on the library in it, or tests SQL with it.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    match arguments {
        [] => {
            print!("{}", instructions());
            Ok(())
        }
        [folder] => build(&library(folder)?),
        [folder, word] if word == "test" => test(&library(folder)?),
        _ => Err("usage: cargo xtask duckdb [FOLDER [test]]".to_owned()),
    }
}

fn instructions() -> String {
    let (system, archive) = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "aarch64") => ("linux-arm64", "libduckdb-linux-arm64.zip"),
        ("macos", "aarch64") => ("darwin-arm64", "libduckdb-osx-universal.zip"),
        ("macos", _) => ("darwin-x64", "libduckdb-osx-universal.zip"),
        ("windows", _) => ("win32-x64", "libduckdb-windows-amd64.zip"),
        _ => ("linux-x64", "libduckdb-linux-amd64.zip"),
    };
    format!(
        "\
`jarvis2 sql` needs DuckDB {VERSION}, which the default build leaves out. Two ways:

1. Built in: about half an hour of C++; cargo gets the source with the crate.
     cargo build --release -p jarvis2 --features duckdb-bundled

2. A library that is there already (MIT licence). DuckDB publishes it for Node.js, about 24 MB packed:
     npm pack @duckdb/node-bindings-{system}@{VERSION}-r.1
     tar xzf duckdb-node-bindings-{system}-{VERSION}-r.1.tgz        # makes the folder `package`
   or as {archive} on the release page v{VERSION} of github.com/duckdb/duckdb. Then:
     cargo xtask duckdb package          # builds target/release/jarvis2 on it
     cargo xtask duckdb package test     # tests SQL with it
   The program looks for the library where it lay when it was built: leave it there.
   Tried on Linux x86-64 with the package for Node.js; the other systems and the release page are not tried.
"
    )
}

/// The folder, absolute, if a library is in it.
fn library(folder: &str) -> Result<PathBuf, String> {
    let path = Path::new(folder)
        .canonicalize()
        .map_err(|error| format!("{folder}: {error}"))?;
    if LIBRARIES.iter().any(|name| path.join(name).is_file()) {
        return Ok(path);
    }
    Err(format!(
        "{folder}: holds no {}; `cargo xtask duckdb` says where to get one",
        LIBRARIES.join(", ")
    ))
}

fn build(folder: &Path) -> Result<(), String> {
    let rpath = format!("-Clink-arg=-Wl,-rpath,{}", folder.display());
    let mut command = cargo(folder);
    command.args([
        "rustc",
        "--release",
        "-p",
        "jarvis2",
        "--bin",
        "jarvis2",
        "--features",
        "duckdb-system",
    ]);
    if cfg!(unix) {
        command.args(["--", &rpath]);
    }
    finish(command)
}

/// Tests of `analytics` and of the commands `sql` and `export`, and the example that asks DuckDB.
pub(crate) fn test(folder: &Path) -> Result<(), String> {
    for arguments in [
        "test -p analytics --features keys",
        "test -p jarvis2 --features duckdb-system --test command sql::",
        "run -p experience --features duckdb-system --example precedents",
    ] {
        let mut command = cargo(folder);
        command.args(arguments.split(' '));
        finish(command)?;
    }
    Ok(())
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(super::cargo());
    command
        .env("DUCKDB_LIB_DIR", folder)
        .env("DUCKDB_INCLUDE_DIR", folder);
    let name = match env::consts::OS {
        "macos" => "DYLD_LIBRARY_PATH",
        "windows" => "PATH",
        _ => "LD_LIBRARY_PATH",
    };
    let before = env::var_os(name).unwrap_or_default();
    let paths = std::iter::once(folder.to_owned()).chain(env::split_paths(&before));
    if let Ok(paths) = env::join_paths(paths) {
        command.env(name, paths);
    }
    command
}

fn finish(mut command: Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    eprintln!("==> {shown}");
    let status = command
        .status()
        .map_err(|error| format!("{shown}: cannot start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown}: {status}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_library_is_refused() {
        let here = env!("CARGO_MANIFEST_DIR");
        assert!(library(here).unwrap_err().contains("libduckdb.so"));
        assert!(library("no/such/folder").is_err());
        assert!(run(&["a".into(), "b".into()]).is_err());
    }

    /// What we tell people to get is what the crate links.
    #[test]
    fn the_version_is_that_of_the_crate() {
        let manifest = include_str!("../../crates/analytics/Cargo.toml");
        let [major, minor, patch] = *VERSION.split('.').collect::<Vec<_>>() else {
            panic!("{VERSION}");
        };
        let number = |word: &str| word.parse::<u32>().unwrap();
        // 1.5.6 is numbered 1.10506 by the crate.
        let ours = number(major) * 10_000 + number(minor) * 100 + number(patch);
        assert!(manifest.contains(&format!("version = \"~1.{ours}\"")));
    }
}
