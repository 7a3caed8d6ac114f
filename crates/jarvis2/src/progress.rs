//! What the user sees while we think, and how they stop us. On stderr only; silent where nobody watches.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A progress bar and the wish to stop.
pub(crate) struct Progress {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// Shows a bar if stderr is a terminal and `quiet` is false; Ctrl-C asks the work to end.
    pub(crate) fn new(quiet: bool) -> Progress {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        // A second handler cannot be set: then Ctrl-C simply ends the process, which is what it did before.
        let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
        let bar = if quiet || !std::io::stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(100)
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bar:30} {percent}%") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress { bar, stop }
    }

    /// The same wish to stop, with nothing to see: for work that several threads share out.
    pub(crate) fn silent(&self) -> Progress {
        Progress {
            bar: ProgressBar::hidden(),
            stop: Arc::clone(&self.stop),
        }
    }

    /// A new stage begins.
    pub(crate) fn stage(&self, name: &str) {
        self.bar.set_message(name.to_owned());
        self.bar.set_position(0);
    }

    /// The stage is this far.
    pub(crate) fn fraction(&self, done: f64) {
        self.bar.set_position((100.0 * done.clamp(0.0, 1.0)) as u64);
    }

    /// Has the user asked us to stop?
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
