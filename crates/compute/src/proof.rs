//! The proof that a device computes: every kernel on a small problem, in a child process.
//!
//! Outputs are poisoned first, so a kernel that silently does nothing shows; the answers are compared with numbers in double
//! precision; the child is killed at a time limit, so neither an endless loop nor a crash of a driver reaches us. The child
//! prints one line before each trial and one after it; a trial that has begun and not ended is the one that killed it.
//!
//! The caller owns the command: it runs the same program again, in a mode that calls [`serve`].

use crate::{Budget, Error, Gpu, Kernel, POISON, Task};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// A small problem with a known answer.
pub struct Trial {
    /// What is tried; unique among the trials of a program.
    pub name: String,
    /// The kernel.
    pub kernel: Kernel,
    /// Its arguments in the order of the bindings.
    pub arguments: Vec<Argument>,
    /// Invocations to launch.
    pub invocations: u64,
}

/// One buffer of a [`Trial`].
pub enum Argument {
    /// Numbers that the kernel reads.
    Floats(Vec<f32>),
    /// Words that the kernel reads.
    Words(Vec<u32>),
    /// Numbers that it must write, each within `absolute + relative |expected|`. A NaN is met by a NaN.
    Answers {
        /// In double precision.
        expected: Vec<f64>,
        /// In the unit of the numbers.
        absolute: f64,
        /// As a fraction.
        relative: f64,
    },
    /// Words that it must write, exactly.
    AnswerWords(Vec<u32>),
}

/// What a trial says of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every number is within its tolerance.
    Proven {
        /// The largest error as a fraction of its tolerance.
        worst: f64,
    },
    /// It wrote something else.
    Wrong {
        /// How many of the numbers are out of tolerance.
        wrong: usize,
        /// Of how many.
        of: usize,
        /// The first, in words.
        first: String,
    },
    /// It wrote nothing, or not everywhere, and said nothing.
    NotWritten {
        /// How many numbers still hold the poison.
        missing: usize,
        /// Of how many.
        of: usize,
    },
    /// The driver or its compiler refused the kernel.
    NotCompiled {
        /// What it said.
        why: String,
    },
    /// It ran beyond the limit and was killed.
    Hung {
        /// The limit in seconds.
        limit_s: f64,
    },
    /// It took the child process with it.
    Crashed {
        /// The signal or the exit status.
        why: String,
    },
    /// The device went away.
    Lost {
        /// What the driver said.
        why: String,
    },
    /// The trial could not be run: no memory, no device.
    Failed {
        /// Why not.
        why: String,
    },
    /// An earlier trial ended the child.
    NotTried,
}

impl Verdict {
    /// Whether the device may be used for this kernel.
    pub fn is_proven(&self) -> bool {
        matches!(self, Verdict::Proven { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Proven { worst } => {
                write!(
                    f,
                    "proven (worst error {:.0} % of the tolerance)",
                    100.0 * worst
                )
            }
            Verdict::Wrong { wrong, of, first } => {
                write!(f, "wrong: {wrong} of {of} numbers, first {first}")
            }
            Verdict::NotWritten { missing, of } => {
                write!(f, "no output written: {missing} of {of} numbers")
            }
            Verdict::NotCompiled { why } => write!(f, "failed to compile: {why}"),
            Verdict::Hung { limit_s } => write!(f, "hung: killed after {limit_s} s"),
            Verdict::Crashed { why } => write!(f, "crashed: {why}"),
            Verdict::Lost { why } => write!(f, "lost: {why}"),
            Verdict::Failed { why } => write!(f, "could not be tried: {why}"),
            Verdict::NotTried => f.write_str("not tried: an earlier trial ended the proof"),
        }
    }
}

/// Memory for a trial: they are small.
fn budget() -> Budget {
    Budget {
        bytes: 256 << 20,
        origin: "the limit of a trial".to_owned(),
    }
}

/// Runs one trial in this process. `limit` is for the driver; an endless loop may ignore it.
pub fn try_one(gpu: &Gpu, trial: &Trial, limit: Duration) -> Verdict {
    match run(gpu, trial, limit) {
        Ok(answers) => judge(trial, &answers),
        Err(Error::Compile { why, .. }) => Verdict::NotCompiled { why },
        Err(Error::Lost { why }) => Verdict::Lost { why },
        Err(Error::TimedOut { limit }) => Verdict::Hung {
            limit_s: limit.as_secs_f64(),
        },
        Err(error) => Verdict::Failed {
            why: error.to_string(),
        },
    }
}

/// The words of every argument after the run.
fn run(gpu: &Gpu, trial: &Trial, limit: Duration) -> Result<Vec<Vec<u32>>, Error> {
    let mut buffers = Vec::new();
    for argument in &trial.arguments {
        let elements = match argument {
            Argument::Floats(values) => values.len(),
            Argument::Words(values) | Argument::AnswerWords(values) => values.len(),
            Argument::Answers { expected, .. } => expected.len(),
        };
        let buffer = gpu.buffer(&trial.name, elements, &budget())?;
        match argument {
            Argument::Floats(values) => buffer.write(values)?,
            Argument::Words(values) => buffer.write(values)?,
            Argument::Answers { .. } | Argument::AnswerWords(_) => buffer.poison()?,
        }
        buffers.push(buffer);
    }
    let task = Task {
        kernel: &trial.kernel,
        buffers: &buffers.iter().collect::<Vec<_>>(),
        invocations: trial.invocations,
    };
    gpu.run(&[task], limit)?;
    buffers
        .iter()
        .map(|buffer| {
            let mut words = vec![0_u32; buffer.elements()];
            buffer.read(&mut words, limit)?;
            Ok(words)
        })
        .collect()
}

fn judge(trial: &Trial, answers: &[Vec<u32>]) -> Verdict {
    let (mut missing, mut wrong, mut of, mut worst) = (0, 0, 0, 0.0_f64);
    let mut first = None;
    for (at, (argument, words)) in trial.arguments.iter().zip(answers).enumerate() {
        for (row, &word) in words.iter().enumerate() {
            let (fraction, found, expected) = match argument {
                Argument::Floats(_) | Argument::Words(_) => continue,
                Argument::Answers {
                    expected,
                    absolute,
                    relative,
                } => {
                    let (found, expected) = (f64::from(f32::from_bits(word)), expected[row]);
                    let fraction = if found.is_nan() && expected.is_nan() || found == expected {
                        0.0
                    } else {
                        (found - expected).abs() / (absolute + relative * expected.abs())
                    };
                    (fraction, found, expected)
                }
                Argument::AnswerWords(expected) => {
                    let same = word == expected[row];
                    let fraction = if same { 0.0 } else { f64::INFINITY };
                    (fraction, f64::from(word), f64::from(expected[row]))
                }
            };
            of += 1;
            if word == POISON {
                missing += 1;
            } else if fraction <= 1.0 {
                worst = worst.max(fraction);
            } else {
                wrong += 1;
                first.get_or_insert_with(|| {
                    format!("{found} instead of {expected} (buffer {at}, element {row})")
                });
            }
        }
    }
    match first {
        _ if missing > 0 => Verdict::NotWritten { missing, of },
        Some(first) => Verdict::Wrong { wrong, of, first },
        None if of == 0 => Verdict::Failed {
            why: "the trial expects nothing".to_owned(),
        },
        None => Verdict::Proven { worst },
    }
}

/// What the child says, a line each, behind a mark, because others may print too.
const MARK: &str = "jarvis2-proof ";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Begin { name: String },
    End { name: String, verdict: Verdict },
    Extra { text: String },
}

/// The child's side: runs all trials and tells `out`; then `afterwards`, whose text is handed to the parent (measurements, say).
pub fn serve(
    gpu: Result<Gpu, Error>,
    trials: &[Trial],
    limit: Duration,
    out: &mut dyn Write,
    afterwards: impl FnOnce(&Gpu) -> String,
) -> std::io::Result<()> {
    let mut say = |line: &Line| {
        let text = serde_json::to_string(line)?;
        writeln!(out, "{MARK}{text}")?;
        out.flush()
    };
    let mut all_proven = true;
    for trial in trials {
        say(&Line::Begin {
            name: trial.name.clone(),
        })?;
        let verdict = match &gpu {
            Ok(gpu) => try_one(gpu, trial, limit),
            Err(error) => Verdict::Failed {
                why: error.to_string(),
            },
        };
        all_proven &= verdict.is_proven();
        say(&Line::End {
            name: trial.name.clone(),
            verdict,
        })?;
    }
    if let (Ok(gpu), true) = (&gpu, all_proven) {
        let text = afterwards(gpu);
        say(&Line::Extra { text })?;
    }
    Ok(())
}

/// A verdict for each trial by name, and what the child said at its end, if it came so far.
pub type Proof = (Vec<(String, Verdict)>, Option<String>);

/// The parent's side: runs `child`, which must call [`serve`], and gives it `limit` for each step. Returns a verdict for each of
/// `names` and the text that `afterwards` gave, if it came so far.
pub fn prove(mut child: Command, names: &[String], limit: Duration) -> Result<Proof, Error> {
    let failed = |error: std::io::Error| Error::Child {
        why: error.to_string(),
    };
    let mut child = child
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let stdout = child.stdout.take().ok_or_else(|| Error::Child {
        why: "no pipe".to_owned(),
    })?;
    // A thread reads, so that the wait for a line can have a limit. It ends with the child.
    let (tell, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let parsed = line
                .find(MARK)
                .and_then(|at| serde_json::from_str::<Line>(&line[at + MARK.len()..]).ok());
            if let Some(parsed) = parsed
                && tell.send(parsed).is_err()
            {
                return;
            }
        }
    });
    let mut verdicts: Vec<(String, Verdict)> = names
        .iter()
        .map(|name| (name.clone(), Verdict::NotTried))
        .collect();
    let mut set = |wanted: &str, verdict: Verdict| {
        for (name, slot) in &mut verdicts {
            if name == wanted {
                *slot = verdict.clone();
            }
        }
    };
    let (mut begun, mut extra, mut hung) = (None::<String>, None, false);
    loop {
        match lines.recv_timeout(limit) {
            Ok(Line::Begin { name }) => begun = Some(name),
            Ok(Line::End { name, verdict }) => {
                begun = None;
                set(&name, verdict);
            }
            Ok(Line::Extra { text }) => extra = Some(text),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                hung = true;
                break;
            }
        }
    }
    if hung {
        child.kill().map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    // The pipe is closed now, so the reader is at its end.
    let _ = reader.join();
    let end = if hung {
        Some(Verdict::Hung {
            limit_s: limit.as_secs_f64(),
        })
    } else if status.success() {
        None
    } else {
        Some(Verdict::Crashed {
            why: how_it_ended(status),
        })
    };
    if let Some(end) = end {
        // Before the first trial it is the opening of the device; after the last, the measurement.
        let name = begun.or_else(|| {
            let next = verdicts_next(&verdicts);
            next.map(str::to_owned)
        });
        if let Some(name) = name {
            for (of, slot) in &mut verdicts {
                if *of == name {
                    *slot = end.clone();
                }
            }
        }
    }
    Ok((verdicts, extra))
}

fn verdicts_next(verdicts: &[(String, Verdict)]) -> Option<&str> {
    verdicts
        .iter()
        .find(|(_, verdict)| *verdict == Verdict::NotTried)
        .map(|(name, _)| name.as_str())
}

fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return format!("signal {signal}");
        }
    }
    status.to_string()
}
