//! Runs the program in a folder of its own, away from the user's configuration.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A budget that suffices where a decision, not its precision, is the point.
pub(crate) const SMALL: &[&str] = &[
    "--set",
    "search.evaluations=3000",
    "--set",
    "search.draw_evaluations=1200",
    "--set",
    "search.root_actions=32",
    "--set",
    "search.paths=512",
];

/// A folder with the files of one test.
pub(crate) struct Desk {
    dir: TempDir,
}

/// What a run left behind.
pub(crate) struct Run {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) line: String,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file and gives back its name: the program runs in this folder.
    pub(crate) fn put<'a>(&self, name: &'a str, content: impl AsRef<[u8]>) -> &'a str {
        std::fs::write(self.path(name), content).unwrap();
        name
    }

    /// The command with these arguments, not yet started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jarvis2"));
        command.args(args).current_dir(self.dir.path());
        self.alone(&mut command);
        command
    }

    /// Keeps the user's settings and files from a command.
    fn alone(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("JARVIS2") {
                command.env_remove(name);
            }
        }
        command
            .env("HOME", self.dir.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_STATE_HOME")
            .stdin(Stdio::null());
    }

    /// Runs the program. Whatever happens, it must not panic.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let output = self.command(args).output().unwrap();
        let run = Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            line: args.join(" "),
        };
        assert!(!run.stderr.contains("panicked"), "{run}");
        run
    }

    /// Runs lines of a shell in this folder, `jarvis2` being the program and its budgets [`SMALL`]; it ends at the first that fails.
    #[cfg(unix)]
    pub(crate) fn shell(&self, lines: &str) -> Run {
        let program = Path::new(env!("CARGO_BIN_EXE_jarvis2"));
        let mut paths = vec![program.parent().unwrap().to_owned()];
        paths.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        let mut command = Command::new("sh");
        command.args(["-euc", lines]).current_dir(self.dir.path());
        self.alone(&mut command);
        command.env("PATH", std::env::join_paths(paths).unwrap());
        for pair in SMALL.iter().filter_map(|word| word.split_once('=')) {
            let key = pair.0.to_uppercase().replace('.', "__");
            command.env(format!("JARVIS2__{key}"), pair.1);
        }
        let output = command.output().unwrap();
        let run = Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            line: format!("(in a shell)\n{lines}"),
        };
        assert!(!run.stderr.contains("panicked"), "{run}");
        run
    }

    /// Runs `jarvis2 plan --json --no-files` with a small budget and these arguments.
    pub(crate) fn plan(&self, args: &[&str]) -> Run {
        self.run(&[&["plan", "--json", "--no-files"], SMALL, args].concat())
    }
}

impl Run {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// The JSON on stdout, whole and nothing else.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let head: String = self.stdout.chars().take(1500).collect();
        write!(
            f,
            "jarvis2 {}\nexit {:?}\n--- stderr\n{}\n--- stdout\n{head}",
            self.line, self.code, self.stderr
        )
    }
}

/// Where the real files lie; says that the test is skipped where nobody says.
pub(crate) fn real_file(path: &str) -> Option<PathBuf> {
    use std::io::Write;
    let Some(root) = std::env::var_os("JARVIS2_REAL_DATA") else {
        // Not `eprintln!`, which the test harness hides.
        let _ = writeln!(std::io::stderr(), "skipped: JARVIS2_REAL_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join(path))
}

/// A NumPy file, version 1.0, `f4`.
pub(crate) fn npy(rows: &[Vec<f32>]) -> Vec<u8> {
    let head = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}",
        rows.len(),
        rows[0].len()
    );
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((head.len() as u16).to_le_bytes());
    bytes.extend(head.as_bytes());
    bytes.extend(rows.iter().flatten().flat_map(|x| x.to_le_bytes()));
    bytes
}
