//! A command asked by a program: the words of the command line in, what it would have printed out.
//!
//! The command runs on the caller's thread. What it prints is kept for the caller, it shows no progress bar, and Ctrl-C stays the
//! caller's: `stop` ends it instead.

use crate::cli;
use crate::error::Error;
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// What a command said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the program would have printed: JSON where the words hold `--json`.
    pub text: String,
    /// What the program would have said beside it on standard error: files written, and the like.
    pub notes: Vec<String>,
    /// 0, or 4 where a plan abstains, or 1 where a command found what it was asked to look for; that of `failed` if there is one.
    pub exit_code: u8,
    /// What went wrong once the answer was there: a diary that cannot be written, a file whose later rows cannot be read.
    pub failed: Option<Refusal>,
}

/// Why a command gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// `usage` (exit code 2), `data` (3), `resources` (5), `internal` (6) or `interrupted` (130).
    pub kind: &'static str,
    /// What, where, the value, the remedy.
    pub message: String,
    /// What the program would have ended with.
    pub exit_code: u8,
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Refusal {
        Refusal {
            kind: error.kind(),
            message: error.to_string(),
            exit_code: error.exit_code(),
        }
    }
}

/// Runs a command, such as `["plan", "--json", "--no-files"]`, in this process. Setting `stop` asks it to end early, as Ctrl-C does on
/// the command line.
///
/// # Errors
///
/// What the program would have said on standard error, with its exit code. `monitor`, `serve` and `mcp` have no answer and are refused.
pub fn ask<W: Into<String>>(
    words: impl IntoIterator<Item = W>,
    stop: &Arc<AtomicBool>,
) -> Result<Answer, Refusal> {
    let words: Vec<String> = words.into_iter().map(Into::into).collect();
    let asked = Asked {
        words: words.clone(),
        stop: Arc::clone(stop),
        ear: None,
        only_reads: false,
        text: Vec::new(),
        notes: Vec::new(),
    };
    let (result, text, notes) = attended(asked, || cli::answer(&words));
    told(result, text, notes)
}

/// The same for whoever wants to know how far it is, and wants no file of the user changed for it.
#[cfg(feature = "mcp")]
pub(crate) fn ask_quietly(
    words: Vec<String>,
    stop: &Arc<AtomicBool>,
    ear: &Arc<Ear>,
) -> Result<Answer, Refusal> {
    let asked = Asked::quiet(words.clone(), stop, ear);
    let (result, text, notes) = attended(asked, || cli::answer(&words));
    told(result, text, notes)
}

/// Does something else in the same manner: what came of it, and what it printed.
#[cfg(feature = "mcp")]
pub(crate) fn quietly<T>(
    words: Vec<String>,
    stop: &Arc<AtomicBool>,
    ear: &Arc<Ear>,
    work: impl FnOnce() -> T,
) -> (T, String) {
    let (result, text, _) = attended(Asked::quiet(words, stop, ear), work);
    (result, text)
}

/// What came of some work, what it printed, and what it said beside it.
fn attended<T>(asked: Asked, work: impl FnOnce() -> T) -> (T, String, Vec<String>) {
    let desk = Desk::open(asked);
    let result = work();
    let (text, notes) = desk.close();
    (result, String::from_utf8_lossy(&text).into_owned(), notes)
}

fn told(result: Result<u8, Error>, text: String, notes: Vec<String>) -> Result<Answer, Refusal> {
    let (exit_code, failed) = match result {
        Ok(exit_code) => (exit_code, None),
        Err(Error::Said(error)) => (error.exit_code(), Some(Refusal::from(&*error))),
        Err(error) => return Err(Refusal::from(&error)),
    };
    Ok(Answer {
        text,
        notes,
        exit_code,
        failed,
    })
}

/// A question under way.
struct Asked {
    words: Vec<String>,
    stop: Arc<AtomicBool>,
    ear: Option<Arc<Ear>>,
    /// Not even a diary of an earlier version is brought up to date.
    only_reads: bool,
    text: Vec<u8>,
    notes: Vec<String>,
}

impl Asked {
    /// For whoever only listens and lets nothing be written.
    #[cfg(feature = "mcp")]
    fn quiet(words: Vec<String>, stop: &Arc<AtomicBool>, ear: &Arc<Ear>) -> Asked {
        Asked {
            words,
            stop: Arc::clone(stop),
            ear: Some(Arc::clone(ear)),
            only_reads: true,
            text: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// Hears how far a command is.
#[derive(Debug, Default)]
pub(crate) struct Ear(Mutex<(String, f64)>);

impl Ear {
    /// A new stage begins.
    pub(crate) fn stage(&self, name: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (name.to_owned(), 0.0);
    }

    /// The stage is this far.
    pub(crate) fn fraction(&self, done: f64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = done;
    }

    /// The stage, and how far it is; empty before the first.
    #[cfg(feature = "mcp")]
    pub(crate) fn heard(&self) -> (String, f64) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

thread_local! {
    static ASKED: RefCell<Option<Asked>> = const { RefCell::new(None) };
}

/// Takes the question down again, however the command ends; the question that was there before, if any, comes back.
struct Desk {
    before: Option<Asked>,
}

impl Desk {
    fn open(asked: Asked) -> Desk {
        Desk {
            before: ASKED.replace(Some(asked)),
        }
    }

    fn close(self) -> (Vec<u8>, Vec<String>) {
        ASKED
            .take()
            .map(|asked| (asked.text, asked.notes))
            .unwrap_or_default()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        ASKED.set(self.before.take());
    }
}

/// Where a command asked by a program looks for the wish to end; `None`: nobody but the command line asked.
pub(crate) fn stop() -> Option<Arc<AtomicBool>> {
    ASKED.with_borrow(|asked| asked.as_ref().map(|asked| Arc::clone(&asked.stop)))
}

/// Who wants to know how far the command on this thread is.
pub(crate) fn ear() -> Option<Arc<Ear>> {
    ASKED.with_borrow(|asked| asked.as_ref().and_then(|asked| asked.ear.clone()))
}

/// Whether the command on this thread may change no file.
pub(crate) fn only_reads() -> bool {
    ASKED.with_borrow(|asked| asked.as_ref().is_some_and(|asked| asked.only_reads))
}

/// The words of the command that runs on this thread, without the program's name.
pub(crate) fn words() -> Vec<String> {
    ASKED
        .with_borrow(|asked| asked.as_ref().map(|asked| asked.words.clone()))
        .unwrap_or_else(|| std::env::args().skip(1).collect())
}

/// Where a command's answer goes: standard output, or to whoever asked.
pub(crate) fn out() -> Box<dyn Write> {
    if stop().is_some() {
        return Box::new(Kept);
    }
    Box::new(io::stdout().lock())
}

/// Says something beside the answer: on standard error, or to whoever asked.
pub(crate) fn note(words: String) {
    ASKED.with_borrow_mut(|asked| match asked {
        Some(asked) => asked.notes.push(words),
        None => eprintln!("{words}"),
    });
}

/// Keeps what is written for whoever asked.
struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        ASKED.with_borrow_mut(|asked| match asked {
            Some(asked) => {
                asked.text.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::BrokenPipe.into()),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Result<Answer, Refusal> {
        ask(words.iter().copied(), &Arc::default())
    }

    #[test]
    fn a_command_answers_without_standard_output() -> Result<(), Refusal> {
        let answer = asked(&["machine", "--json"])?;
        assert_eq!((answer.exit_code, answer.notes.len()), (0, 0));
        let machine: serde_json::Value = serde_json::from_str(&answer.text).unwrap_or_default();
        assert!(machine["threads"].is_string(), "{}", answer.text);
        let one = [
            "iv", "--right", "P", "--spot", "36", "--strike", "40", "--years", "1", "--rate",
            "0.06", "--price", "4.49", "--json",
        ];
        let answer = asked(&one)?;
        assert!(answer.text.contains("0.2"), "{}", answer.text);
        Ok(())
    }

    #[test]
    fn what_is_said_beside_the_answer_comes_apart_from_it() -> Result<(), Refusal> {
        let folder = tempfile::tempdir().map_err(|error| Refusal {
            kind: "internal",
            message: error.to_string(),
            exit_code: 6,
        })?;
        let out = folder.path().display().to_string();
        let answer = asked(&["export", "--only", "events", "--out", &out])?;
        assert!(!answer.text.contains("note:"), "{}", answer.text);
        let synthetic = |note: &String| note.contains("SYNTHETIC DATA");
        assert!(answer.notes.iter().any(synthetic), "{:?}", answer.notes);
        Ok(())
    }

    #[test]
    fn what_the_command_line_would_refuse_is_refused_with_its_code() {
        for (words, kind) in [
            (&["plan", "--chain"] as &[&str], "usage"),
            (&["plan", "--chain", "/nowhere/chain.csv"], "data"),
            (&["nonsense"], "usage"),
            (&["serve"], "usage"),
        ] {
            let refusal = asked(words);
            assert!(
                matches!(&refusal, Err(refusal) if refusal.kind == kind && !refusal.message.is_empty()),
                "{words:?}: {refusal:?}"
            );
        }
    }

    #[test]
    fn a_wish_to_end_is_heard() {
        let stop = Arc::new(AtomicBool::new(true));
        let words = ["plan", "--no-files", "--no-diary", "--json"];
        assert_eq!(
            ask(words, &stop).map_err(|refusal| refusal.kind),
            Err("interrupted")
        );
    }
}
