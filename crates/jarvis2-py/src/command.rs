//! Commands of the program, in this process: `jarvis2::ask` on a thread of its own, so that Ctrl-C is heard meanwhile.

use crate::errors::{of_kind, refusal};
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

/// How often the calling thread asks Python whether the user wishes to end.
const BEAT: Duration = Duration::from_millis(20);

/// As the main thread of the program has it on Linux and macOS; a thread gets 2 MiB else.
const STACK_BYTES: usize = 8 << 20;

/// Runs a command in words of the command line; gives what it would have printed, its exit code, and the exception for what went wrong
/// once that was there.
#[pyfunction]
pub(crate) fn _ask(
    py: Python<'_>,
    words: Vec<String>,
) -> PyResult<(String, u8, Option<Py<PyAny>>)> {
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    let (said, listener) = sync_channel(1);
    // One thread listens; the lock tells the compiler so.
    let listener = Mutex::new(listener);
    let listen = || {
        listener
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv_timeout(BEAT)
    };
    let work = move || {
        // Nobody listens any more only where this call has failed already.
        let _ = said.send(jarvis2::ask(words, &heard));
    };
    let hand = Builder::new()
        .name("jarvis2".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(work);
    if let Err(error) = hand {
        return Err(of_kind(
            py,
            "resources",
            format!("no thread could be started: {error}"),
        ));
    }
    let mut interrupted = None;
    let answered = loop {
        match py.detach(listen) {
            Ok(answered) => break Some(answered),
            Err(RecvTimeoutError::Disconnected) => break None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let (None, Err(signal)) = (&interrupted, py.check_signals()) {
            stop.store(true, Ordering::Relaxed);
            interrupted = Some(signal);
        }
    };
    match (interrupted, answered) {
        (Some(signal), _) => Err(signal),
        (None, Some(Ok(answer))) => {
            let failed = answer
                .failed
                .map(|failed| refusal(py, &failed).into_value(py));
            Ok((answer.text, answer.exit_code, failed.map(Py::into_any)))
        }
        (None, Some(Err(error))) => Err(refusal(py, &error)),
        (None, None) => Err(of_kind(
            py,
            "internal",
            "a bug; the lines above say where".to_owned(),
        )),
    }
}
