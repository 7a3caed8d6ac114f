//! `cargo xtask python-check`: the Python package as a user gets it. In a fresh virtual environment it builds the wheel (release
//! profile; `--quick`: as tests are built; `--index`: with `jarvis2.Index`), installs it, runs its tests and the page of examples, and checks its types with mypy and
//! stubtest; then the reference client of the Model Context Protocol asks the program's tools.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cross::{self, Stop};

/// The oldest Python that the wheel is for.
const OLDEST: (u32, u32) = (3, 10);

/// A client of the MCP server: run with the program's path.
const MCP_CLIENT: &str = "crates/jarvis2/tests/mcp_client.py";
/// The packages that it needs.
const MCP_NEEDS: &str = "crates/jarvis2/tests/mcp_client.txt";

pub(crate) fn check(arguments: &[String]) -> Result<(), Stop> {
    let (mut peers, mut quick, mut index) = (false, false, false);
    for word in arguments {
        match word.as_str() {
            "--peers" => peers = true,
            "--quick" => quick = true,
            "--index" => index = true,
            _ => {
                return Err(Stop::Failed(format!(
                    "unknown argument {word:?}; there are `--quick`, `--peers` and `--index`"
                )));
            }
        }
    }
    let package = cross::root().join("crates/jarvis2-py");
    let folder = cross::target_folder()?.join("python-check");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let wheels = folder.join("wheels");
    fs::create_dir_all(&wheels).map_err(|error| format!("{}: {error}", wheels.display()))?;
    let venv = Venv::make(&folder.join("venv"))?;
    venv.need(&["-r", &shown(&package.join("tests/requirements.txt"))])?;
    if peers {
        venv.need(&["-r", &shown(&package.join("tests/requirements-beside.txt"))])?;
    }
    let wheels_folder = shown(&wheels);
    let mut build = vec!["build", "--locked", "--out", &wheels_folder];
    if !quick {
        build.push("--release");
    }
    if index {
        build.extend(["--features", "jarvis2-py/index"]);
    }
    venv.run(&package, "maturin", &build)?;
    let wheel = fs::read_dir(&wheels)
        .map_err(|error| format!("{}: {error}", wheels.display()))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == "whl"))
        .ok_or_else(|| format!("{}: maturin left no wheel", wheels.display()))?;
    let size = fs::metadata(&wheel).map_or(0, |wheel| wheel.len());
    eprintln!("wheel: {} ({size} bytes)", wheel.display());
    venv.run(
        &package,
        "pip",
        &[
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            &shown(&wheel),
        ],
    )?;
    // Away from the sources, so that what is imported is the wheel.
    let tests = shown(&package.join("tests"));
    venv.run(&folder, "pytest", &["-q", "--rootdir", &tests, &tests])?;
    let uses = shown(&package.join("tests/uses.py"));
    venv.run(&folder, "mypy", &["--strict", &uses])?;
    let allowed = shown(&package.join("tests/stubtest-allow.txt"));
    let stubs = [
        "jarvis2",
        "--allowlist",
        &allowed,
        "--ignore-unused-allowlist",
    ];
    venv.run(&folder, "mypy.stubtest", &stubs)?;
    mcp(&venv, &folder, quick)
}

/// The reference client against the program: the one that JARVIS2_PROGRAM names, else one that is built with its tools.
fn mcp(venv: &Venv, folder: &Path, quick: bool) -> Result<(), Stop> {
    venv.need(&["-r", &shown(&cross::root().join(MCP_NEEDS))])?;
    let program = match env::var_os("JARVIS2_PROGRAM") {
        Some(program) => PathBuf::from(program),
        None => {
            let cargo = cross::Cargo {
                environment: Vec::new(),
            };
            let mut build = vec!["build", "--locked", "-p", "jarvis2", "--features", "mcp"];
            if !quick {
                build.push("--release");
            }
            cargo.run(&build)?;
            let profile = if quick { "debug" } else { "release" };
            let name = format!("jarvis2{}", env::consts::EXE_SUFFIX);
            cross::target_folder()?.join(profile).join(name)
        }
    };
    let client = cross::root().join(MCP_CLIENT);
    venv.python(folder, &[&shown(&client), &shown(&program)])
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// A virtual environment.
struct Venv {
    python: PathBuf,
}

impl Venv {
    fn make(folder: &Path) -> Result<Venv, Stop> {
        let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let (major, minor) = OLDEST;
        let question = format!("import sys; sys.exit(sys.version_info < ({major}, {minor}))");
        if !cross::starts(&python, &["-c", &question]) {
            return Err(Stop::Missing(format!(
                "{python} is missing or older than {major}.{minor}; install Python, or name one: PYTHON=/path/to/python3"
            )));
        }
        if !cross::starts(&python, &["-m", "venv", &shown(folder)]) {
            return Err(Stop::Missing(format!(
                "`{python} -m venv` fails; on Debian: apt-get install python3-venv"
            )));
        }
        let inside = if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        };
        Ok(Venv {
            python: folder.join(inside),
        })
    }

    /// Installs packages, or says that they cannot be had.
    fn need(&self, packages: &[&str]) -> Result<(), Stop> {
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ];
        let arguments = [&pip[..], packages].concat();
        self.python(&cross::root(), &arguments)
            .map_err(|stop| match stop {
                Stop::Failed(why) | Stop::Missing(why) => {
                    Stop::Missing(format!("packages could not be installed: {why}"))
                }
            })
    }

    /// Runs a module of the environment.
    fn run(&self, place: &Path, module: &str, arguments: &[&str]) -> Result<(), Stop> {
        self.python(place, &[&["-m", module], arguments].concat())
    }

    fn python(&self, place: &Path, arguments: &[&str]) -> Result<(), Stop> {
        eprintln!("==> python {}", arguments.join(" "));
        let status = Command::new(&self.python)
            .args(arguments)
            .current_dir(place)
            // What is imported is what is installed here.
            .env_remove("PYTHONPATH")
            .status()
            .map_err(|error| format!("{}: cannot start: {error}", self.python.display()))?;
        match status.success() {
            true => Ok(()),
            false => Err(Stop::Failed(format!(
                "python {}: {status}",
                arguments.join(" ")
            ))),
        }
    }
}
