//! A program on the other side of a pipe, which runs mctx and OpenSpiel: `benches/peers/peer.py`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub(crate) struct Peer {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts the program under the Python named by `SEARCH_PEERS_PYTHON`, or `python3`, on one thread.
    pub(crate) fn start() -> Result<Peer, String> {
        Peer::start_with(&[
            ("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false"),
            ("OMP_NUM_THREADS", "1"),
        ])
    }

    /// The same on the best device that its jax finds, which it shares with us.
    pub(crate) fn start_on_device() -> Result<Peer, String> {
        Peer::start_with(&[("XLA_PYTHON_CLIENT_PREALLOCATE", "false")])
    }

    fn start_with(settings: &[(&str, &str)]) -> Result<Peer, String> {
        let python = std::env::var("SEARCH_PEERS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let built = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/peer.py");
        // On another machine than the one that built this: from the root of the repository.
        let script = if std::path::Path::new(built).exists() {
            built
        } else {
            "crates/search/benches/peers/peer.py"
        };
        let mut child = Command::new(&python)
            .arg(script)
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{python}: {error}"))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(ask), Some(answer)) => Ok(Peer {
                child,
                ask,
                answer: BufReader::new(answer),
            }),
            _ => Err("no pipe to the peer".to_owned()),
        }
    }

    /// One line out, one line back.
    pub(crate) fn ask(&mut self, line: &str) -> Result<String, String> {
        let mut answer = String::new();
        writeln!(self.ask, "{line}").map_err(|error| error.to_string())?;
        let read = self
            .answer
            .read_line(&mut answer)
            .map_err(|error| error.to_string())?;
        let answer = answer.trim();
        if read == 0 {
            return Err("the peer ended".to_owned());
        }
        match answer.strip_prefix("error ") {
            Some(why) => Err(why.to_owned()),
            None => Ok(answer.to_owned()),
        }
    }

    /// Runs once: nanoseconds of its processor time for one simulation.
    pub(crate) fn go(&mut self) -> Result<f64, String> {
        let answer = self.ask("go")?;
        let numbers: Vec<f64> = answer
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        match numbers.as_slice() {
            [seconds, simulations] => Ok(1e9 * seconds / simulations),
            _ => Err(format!("the peer said \"{answer}\"")),
        }
    }

    /// Runs once: seconds on the clock from the call to the visits.
    pub(crate) fn wall(&mut self) -> Result<f64, String> {
        let answer = self.ask("wall")?;
        answer
            .parse()
            .map_err(|_| format!("the peer said \"{answer}\""))
    }

    /// Root visits of its last run.
    pub(crate) fn visits(&mut self) -> Result<Vec<u32>, String> {
        let answer = self.ask("visits")?;
        let read: Result<_, _> = answer.split(' ').map(str::parse).collect();
        read.map_err(|_| format!("the peer said \"{answer}\""))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The peer ends by itself when its input does; killing it spares the wait.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
