//! What the user sees while we think, and how they stop us: a bar on stderr, silent where nobody watches, and a status file for
//! `jarvis2 monitor` and `jarvis2 serve`.

use crate::asked;
use crate::config::Config;
use crate::governor::{Crew, Governor, NAP};
use crate::status::{self, Teller};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A progress bar and the wish to stop.
pub(crate) struct Progress {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    /// Whoever asked in this process and wants to know.
    ear: Option<Arc<asked::Ear>>,
    /// Gone with the work; the parts that several threads share out have none.
    teller: Option<Teller>,
    /// Who works, and whether they may.
    crew: Crew,
    shown: Mutex<Shown>,
}

/// What stands beside the bar.
#[derive(Default)]
struct Shown {
    stage: String,
    paused: Option<String>,
}

impl Progress {
    /// Shows a bar if stderr is a terminal and `quiet` is false; Ctrl-C asks the work to end.
    pub(crate) fn new(quiet: bool) -> Progress {
        let asked = asked::stop();
        let quiet = quiet || asked.is_some();
        // Whoever asks in this process keeps Ctrl-C and says itself when to end.
        let stop = asked.unwrap_or_else(|| {
            let stop = Arc::new(AtomicBool::new(false));
            let flag = Arc::clone(&stop);
            // A second handler cannot be set: then Ctrl-C simply ends the process, which is what it did before.
            let _ = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
            stop
        });
        let bar = if quiet || !std::io::stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(100)
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bar:30} {percent}%") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress {
            bar,
            stop,
            ear: asked::ear(),
            teller: None,
            crew: Crew::fixed(1),
            shown: Mutex::default(),
        }
    }

    /// Heeds the governor: [`Progress::breathe`] pauses as it says.
    pub(crate) fn heeding(mut self, governor: &Governor) -> Progress {
        self.crew = governor.crew();
        self
    }

    /// Also leaves word for those who watch, as `command`, with the rows of the ledger, unless the configuration says not to.
    pub(crate) fn told(mut self, command: &str, config: &Config, governor: &Governor) -> Progress {
        if config.monitor.status
            && let Some(folder) = status::folder(config)
        {
            let ledger = governor.ledger().clone();
            self.teller = Some(Teller::start(command, folder, ledger));
        }
        self.heeding(governor)
    }

    /// The wish to stop, for a command that is asked within this one.
    pub(crate) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// The same wish to stop, with nothing to see: for work that several threads share out.
    pub(crate) fn silent(&self) -> Progress {
        Progress {
            bar: ProgressBar::hidden(),
            stop: Arc::clone(&self.stop),
            ear: None,
            teller: None,
            crew: self.crew.clone(),
            shown: Mutex::default(),
        }
    }

    /// A new stage begins.
    pub(crate) fn stage(&self, name: &str) {
        {
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            name.clone_into(&mut shown.stage);
            if shown.paused.is_none() {
                self.bar.set_message(name.to_owned());
            }
        }
        self.bar.set_position(0);
        if let Some(ear) = &self.ear {
            ear.stage(name);
        }
        if let Some(teller) = &self.teller {
            teller.phase(name);
        }
    }

    /// The stage is this far.
    pub(crate) fn fraction(&self, done: f64) {
        self.bar.set_position((100.0 * done.clamp(0.0, 1.0)) as u64);
        if let Some(ear) = &self.ear {
            ear.fraction(done);
        }
        if let Some(teller) = &self.teller {
            teller.done(done);
        }
    }

    /// So many of something were done in this stage so far: those who watch see the rate.
    pub(crate) fn count(&self, what: &str, count: f64) {
        if let Some(teller) = &self.teller {
            teller.count(what, count);
        }
    }

    /// A figure now, such as a loss: for those who watch.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    pub(crate) fn figure(&self, what: &str, value: f64) {
        if let Some(teller) = &self.teller {
            teller.figure(what, value);
        }
    }

    /// A line for those who watch.
    #[cfg_attr(not(feature = "train"), allow(dead_code))]
    pub(crate) fn message(&self, text: &str) {
        if let Some(teller) = &self.teller {
            teller.message(text);
        }
    }

    /// Shows that the work pauses, and why, or that it goes on. To be said as often as one likes. `true`: this is news.
    pub(crate) fn pause(&self, why: Option<&str>) -> bool {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.paused.as_deref() == why {
            return false;
        }
        shown.paused = why.map(str::to_owned);
        self.bar.set_message(match why {
            Some(why) => format!("paused: {why}"),
            None => shown.stage.clone(),
        });
        if let Some(teller) = &self.teller {
            teller.pause(why);
        }
        true
    }

    /// Workers for a batch that begins now.
    #[cfg_attr(not(feature = "index"), allow(dead_code))]
    pub(crate) fn workers(&self) -> usize {
        self.crew.now()
    }

    /// Between two batches: waits while the governor says that the work is to pause, or until the user wishes to stop.
    pub(crate) fn breathe(&self) {
        while let Some(why) = self.crew.halted() {
            if self.stopped() {
                break;
            }
            self.pause(Some(&why));
            std::thread::sleep(NAP);
        }
        self.pause(None);
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
