//! A peer: a Python process that holds the same weights and times its own calls.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use nn::Weights;

/// The running peer.
pub(crate) struct Peer {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    pub(crate) version: String,
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("nn-{}-{name}", std::process::id()))
}

impl Peer {
    /// Starts a script beside this file, or in the folder `NN_PEERS` for a bench that was carried to another machine, under `PYTHON`, else `python3`; what is missing otherwise, with the packages it needs.
    pub(crate) fn start(weights: &Weights, script: &str, packages: &str) -> Result<Peer, String> {
        let net = scratch("bench.safetensors");
        weights.save(&net).map_err(|error| error.to_string())?;
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
        let here = || Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
        let script = std::env::var_os("NN_PEERS")
            .map_or_else(here, PathBuf::from)
            .join(script);
        let mut child = Command::new(&python)
            .arg(script)
            .arg(net)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{python}: {error}"))?;
        let to = child.stdin.take().ok_or("no standard input")?;
        let from = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        let mut peer = Peer {
            child,
            to,
            from,
            version: String::new(),
        };
        let mut version = String::new();
        if !matches!(peer.from.read_line(&mut version), Ok(1..)) {
            let said = peer.child.stderr.take().map(BufReader::new);
            let said = said.and_then(|said| said.lines().map_while(Result::ok).last());
            let said = said.unwrap_or_else(|| "it ended at once".into());
            return Err(format!(
                "{python}: {said}; set PYTHON to one with {packages}"
            ));
        }
        peer.version = version.trim().to_owned();
        Ok(peer)
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.to, "{line}").expect("the peer has ended");
        let mut answer = String::new();
        self.from
            .read_line(&mut answer)
            .expect("the peer has ended");
        answer
    }

    /// Nanoseconds of one call, and of a call that does nothing.
    pub(crate) fn time(&mut self, batch: usize, calls: usize) -> (f64, f64) {
        let answer = self.ask(&format!("time {batch} {calls}"));
        let mut numbers = answer
            .split_whitespace()
            .map(|x| x.parse().expect("two numbers"));
        (
            numbers.next().expect("a time"),
            numbers.next().expect("a time"),
        )
    }

    /// Its outputs, rows of value and logits.
    pub(crate) fn outputs(&mut self, inputs: &[f32]) -> Vec<f32> {
        let (x, y) = (scratch("bench-inputs.f32"), scratch("bench-outputs.f32"));
        let bytes: Vec<u8> = inputs.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(&x, bytes).expect("a scratch file");
        self.ask(&format!("check {} {}", x.display(), y.display()));
        let bytes = std::fs::read(y).expect("the peer's outputs");
        let (numbers, _) = bytes.as_chunks::<4>();
        numbers
            .iter()
            .map(|&bytes| f32::from_le_bytes(bytes))
            .collect()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
