//! Chores of the repository, in Rust so that they run on every system: `cargo xtask ci`, `cargo xtask long`,
//! `cargo xtask mac-check`, `cargo xtask arm-check`, `cargo xtask miri`, `cargo xtask package-check`, `cargo xtask python-check`,
//! `cargo xtask dist` and `cargo xtask sample`.

mod arm;
mod cross;
mod dist;
mod duckdb;
mod load;
mod mac;
mod mach;
mod miri;
mod package;
mod python;

use cross::Stop;
use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The exit code of a check whose tools are missing, as in GNU's automake.
const NOTHING_CHECKED: u8 = 77;

const HELP: &str = "\
usage: cargo xtask <task>

  ci     what a change must pass: format, lints, docs, licences, tests
  long   the tests named long_*, which are ignored otherwise, in release mode
  duckdb how to build `jarvis2 sql` on a DuckDB library that is there already; with a folder: builds it, or tests it
  load   PROGRAM [--vectors N] [--limit-mb M] [--folder DIR]: vectors, training, plans and prices at once, in that much memory
  mac-check [--quick]
         the whole workspace for aarch64-apple-darwin, from Linux: types, lints, C and C++ through zig, and the program linked;
         quick: types of what needs no C compiler
  arm-check [--quick]
         the CPU code for aarch64 Linux: its tests run under qemu, its numbers compared with x86-64 bit for bit;
         quick: hardware, nn and search
  python-check [--quick] [--peers] [--index]
         the Python package: builds its wheel, installs it in a fresh virtual environment, runs its tests and the page of examples,
         checks its types, and asks the tools of `jarvis2 mcp` with the reference client; quick: built as tests are;
         peers: installs QuantLib, py_vollib and DuckDB too, and compares with them; index: with `jarvis2.Index`, and its tests
         mac-check, arm-check and this one end with 77 where a tool is missing, and say which.
  miri   tests that Miri can run, and where it cannot (docs/fuzzing.md); 77 without Miri
  package-check [REVISION]
         the crates for other people's programs as packages (docs/crates.md): contents, examples, the oldest compiler, and their interfaces
         compared with a git revision (HEAD~1); 77 where a tool is missing
  dist [--target TRIPLE] [--out DIR]
         the program for a target with licences, completions and man pages, as one archive with its SHA-256 (target/dist-files);
         for x86_64-unknown-linux-musl: one static file. With --source: the committed files
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
    let arguments: Vec<String> = env::args().skip(2).collect();
    let done = match task.as_str() {
        "ci" => run(LINTS)
            .and_then(|()| cargo_deny())
            .and_then(|()| run(TESTS))
            .map_err(Stop::from),
        "long" => run(LONG).and_then(|()| long_sql()).map_err(Stop::from),
        "duckdb" => duckdb::run(&arguments).map_err(Stop::from),
        "load" => load::run(&arguments).map_err(Stop::from),
        "mac-check" => mac::check(&arguments),
        "arm-check" => arm::check(&arguments),
        "miri" => miri::run(&arguments),
        "package-check" => package::check(&arguments),
        "dist" => dist::run(&arguments),
        "python-check" => python::check(&arguments),
        "sample" => run(SAMPLE).map_err(Stop::from),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Stop::Failed(format!("unknown task {task:?}\n\n{HELP}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Failed(message)) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
        Err(Stop::Missing(message)) => {
            eprintln!("SKIPPED {task}: {message}");
            ExitCode::from(NOTHING_CHECKED)
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

/// An example of the crate that it belongs to: so these chores build in seconds, of nothing but themselves.
const SAMPLE: &[Step] = &[step(&["run", "-p", "market", "--example", "sample"])];

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
