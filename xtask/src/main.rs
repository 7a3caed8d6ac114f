//! Chores of the repository, in Rust so that they run on every system: `cargo xtask ci`, `cargo xtask long`,
//! `cargo xtask mac-check` and `cargo xtask sample`.

mod duckdb;
mod load;
mod mac;

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

const HELP: &str = "\
usage: cargo xtask <task>

  ci     what a change must pass: format, lints, docs, licences, tests
  long   the tests named long_*, which are ignored otherwise, in release mode
  duckdb how to build `jarvis2 sql` on a DuckDB library that is there already; with a folder: builds it, or tests it
  load   PROGRAM [--vectors N] [--limit-mb M] [--folder DIR]: vectors, training, plans and prices at once, in that much memory
  mac-check
         the whole workspace for aarch64-apple-darwin, from Linux: types, lints, C and C++ through zig
  sample makes the committed synthetic sample anew: crates/market/sample
";

/// One command, and what is set in its environment.
struct Step {
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const fn step(arguments: &'static [&'static str]) -> Step {
    Step {
        arguments,
        environment: &[],
    }
}

const LINTS: &[Step] = &[
    step(&["fmt", "--all", "--check"]),
    step(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]),
    Step {
        arguments: &["doc", "--workspace", "--no-deps"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
];

/// Without the advisories: their list is fetched by git from another host, and its news would fail an unchanged commit. Run
/// `cargo deny check advisories` by hand before a release.
const DENY: &[Step] = &[step(&[
    "deny",
    "check",
    "--hide-inclusion-graph",
    "bans",
    "licenses",
    "sources",
])];

const TESTS: &[Step] = &[
    step(&["test", "--workspace"]),
    // Precedents from an index are a feature, so that the ledger alone builds without C++.
    step(&[
        "test",
        "-p",
        "experience",
        "--features",
        "recall",
        "--test",
        "recall",
    ]),
    // The learner is a feature, so that judging needs none of its crates.
    step(&["test", "-p", "nn", "--features", "train", "train"]),
];

const LONG: &[Step] = &[step(&[
    "test",
    "--release",
    "--workspace",
    "--",
    "--ignored",
    "long_",
])];

fn main() -> ExitCode {
    let task = env::args().nth(1).unwrap_or_default();
    let done = match task.as_str() {
        "ci" => run(LINTS)
            .and_then(|()| cargo_deny())
            .and_then(|()| run(TESTS)),
        "long" => run(LONG).and_then(|()| long_sql()),
        "duckdb" => duckdb::run(&env::args().skip(2).collect::<Vec<_>>()),
        "load" => load::run(&env::args().skip(2).collect::<Vec<_>>()),
        "mac-check" => mac::check(),
        "sample" => write_sample(),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown task {task:?}\n\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Checks licences and sources, after installing the tool if it is missing.
fn cargo_deny() -> Result<(), String> {
    let probe = Command::new(cargo()).args(["deny", "--version"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        run(&[step(&["install", "cargo-deny", "--locked"])])?;
    }
    run(DENY)
}

/// SQL is tested where a library is named.
fn long_sql() -> Result<(), String> {
    match env::var_os("DUCKDB_LIB_DIR") {
        Some(folder) => duckdb::test(Path::new(&folder)),
        None => {
            eprintln!(
                "skipped: SQL, since DUCKDB_LIB_DIR names no DuckDB library; see `cargo xtask duckdb`"
            );
            Ok(())
        }
    }
}

/// Makes the committed sample anew from its seed. Build again afterwards: the files are part of the program.
fn write_sample() -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/market/sample");
    let sample = market::sample::generate(market::sample::SEED);
    let files = market::sample::render(&sample).map_err(|error| error.to_string())?;
    for (name, content) in files {
        let path = folder.join(name);
        fs::write(&path, &content).map_err(|error| format!("{}: {error}", path.display()))?;
        eprintln!("{:9} bytes  {}", content.len(), path.display());
    }
    Ok(())
}

/// Runs each step and stops at the first that fails.
fn run(steps: &[Step]) -> Result<(), String> {
    for step in steps {
        let shown = format!("cargo {}", step.arguments.join(" "));
        eprintln!("==> {shown}");
        let status = Command::new(cargo())
            .args(step.arguments)
            .envs(step.environment.iter().copied())
            .status()
            .map_err(|error| format!("{shown}: cannot start: {error}"))?;
        if !status.success() {
            return Err(format!("{shown}: {status}"));
        }
    }
    Ok(())
}

/// The cargo that runs us.
fn cargo() -> String {
    env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
