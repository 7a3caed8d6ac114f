//! What the checks for machines that we do not have share: tools that may be missing, and cargo for another target.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::cargo;

/// Why a check ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A tool is missing: nothing was checked, and nothing is known to be wrong.
    Missing(String),
    /// Something is wrong.
    Failed(String),
}

impl From<String> for Stop {
    fn from(message: String) -> Stop {
        Stop::Failed(message)
    }
}

/// Whether `--quick` was asked for; no other word is known.
pub(crate) fn quick(arguments: &[String]) -> Result<bool, Stop> {
    match arguments {
        [] => Ok(false),
        [word] if word == "--quick" => Ok(true),
        _ => Err(Stop::Failed(format!(
            "unknown arguments {arguments:?}; there is `--quick`"
        ))),
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    // By the cargo that runs this, since a target folder may serve several checkouts.
    let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let own = own.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    own.parent().map_or_else(|| own.join(".."), Path::to_owned)
}

/// Where cargo builds, absolute.
pub(crate) fn target_folder() -> Result<PathBuf, String> {
    let folder =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    fs::create_dir_all(&folder)
        .and_then(|()| folder.canonicalize())
        .map_err(|error| format!("{}: {error}", folder.display()))
}

/// Rust's standard library for a target.
pub(crate) fn need_target(target: &str) -> Result<(), Stop> {
    let out = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .output();
    let folder = out.ok().filter(|out| out.status.success());
    let folder = folder.map(|out| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()));
    match folder {
        Some(folder) if folder.is_dir() => Ok(()),
        _ => Err(Stop::Missing(format!(
            "the standard library for {target} is missing; install it: rustup target add {target}"
        ))),
    }
}

/// Whether a program starts and ends well.
pub(crate) fn starts(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a program in the workspace's folder; what it prints goes where ours goes.
pub(crate) fn start(
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), String> {
    let shown = format!("{program} {}", arguments.join(" "));
    eprintln!("==> {shown}");
    let status = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .envs(environment.iter().copied())
        // The compiler of this run must not stand in for another one.
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .status()
        .map_err(|error| format!("{shown}: cannot start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown}: {status}"))
    }
}

/// Cargo with an environment of its own.
pub(crate) struct Cargo {
    pub(crate) environment: Vec<(String, OsString)>,
}

impl Cargo {
    fn command(&self, arguments: &[&str]) -> Command {
        eprintln!("==> cargo {}", arguments.join(" "));
        let mut command = Command::new(cargo());
        command
            .args(arguments)
            .current_dir(root())
            .envs(self.environment.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Runs it; what it prints goes where ours goes.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<(), String> {
        let status = self.command(arguments).status();
        let status = status.map_err(|error| format!("cargo: cannot start: {error}"))?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("cargo {}: {status}", arguments.join(" ")))
        }
    }

    /// Runs it and hands over each line of its standard output; whether it ended well.
    pub(crate) fn lines(
        &self,
        arguments: &[&str],
        mut take: impl FnMut(&str),
    ) -> Result<bool, String> {
        let wrong = |error: std::io::Error| format!("cargo {}: {error}", arguments.join(" "));
        let mut child = self
            .command(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(wrong)?;
        let pipe = child.stdout.take().expect("it is piped");
        for line in BufReader::new(pipe).split(b'\n') {
            take(&String::from_utf8_lossy(&line.map_err(wrong)?));
        }
        Ok(child.wait().map_err(wrong)?.success())
    }
}
