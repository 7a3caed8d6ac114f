//! Runs that play and learn at the same time, for the most games a second; no two are alike.
//!
//! ```text
//! actors    games by the newest weights  --queue-->  learner    rows in the replay, steps, new weights after each, checkpoints
//! ```
//! Which weights play a game, and in which order games come in, is the operating system's to say. So a free run promises less than
//! [`Run::advance`]: no finished game is lost when it is told to stop, every count adds up, and a run that is killed goes on from
//! its last checkpoint; but not to the same weights.
//!
//! The replay keeps the two in step ([`experience::Ratio`]): where games are ahead, actors wait; where the learner is, it does. The
//! slack is a batch and the longest game, so that one of the two may always go on.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use experience::{RecordId, Replay, Wait};
use nn::{Net, Weights};

use super::{Generation, Leave, Room, Run, Tally, TrainConfig, turn, write_rows};
use crate::play::{Episode, PlayConfig, play};
use crate::{Error, Field, dice};

/// How playing and learning keep in step in a run that plays freely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FreeConfig {
    /// Rows to play before the first step; at least 1.
    pub first_rows: u64,
    /// How often each row is drawn, on average. A run of generations has `steps * batch / (games * moves of a game)`.
    pub draws_per_row: f64,
}

/// Asks this often whether to go on while no game comes in.
const PATIENCE: Duration = Duration::from_millis(20);

/// What actors and the learner share.
struct Ground<'a, F> {
    field: &'a F,
    /// Who says how many of so many threads may play.
    leave: Option<Arc<dyn Leave + 'a>>,
    threads: usize,
    play: &'a PlayConfig,
    seed: u64,
    /// The number of the next game to begin.
    next: AtomicU64,
    stop: AtomicBool,
    /// The newest weights, and how many were published before them.
    newest: Mutex<(u64, Arc<Weights>)>,
}

impl<'f, F: Field> Run<'f, F> {
    /// Like [`Run::open`], for [`Run::free`]. `run.json` says that the run is free and cannot be repeated; neither kind of run goes
    /// on as the other. Of `config`, `games` is not used, and `steps` is how many steps lie between checkpoints.
    ///
    /// # Errors
    /// As [`Run::open`], and where the pace makes no sense.
    pub fn open_free(
        field: &'f F,
        config: TrainConfig,
        free: FreeConfig,
        folder: &Path,
        about: &serde_json::Value,
    ) -> Result<Run<'f, F>, Error> {
        Run::open_as(field, config, Some(free), folder, about)
    }

    /// Plays on `threads` threads and learns beside them, until the learner has made `steps` steps in all or `go_on` says no; then
    /// games that are being played are played to their end, kept, and a checkpoint written. So it ends at most one game late.
    ///
    /// `go_on` is asked with the games and steps done in all; `told` hears each generation, which is what lies between two
    /// checkpoints, with the weights at its end. Both are called by the calling thread.
    ///
    /// # Errors
    /// As [`Run::advance`], and for a run that was not opened by [`Run::open_free`]. After an error the folder is as at the last
    /// checkpoint: open it again.
    ///
    /// # Panics
    /// Where a game does.
    pub fn free(
        &mut self,
        threads: usize,
        steps: u64,
        go_on: &mut dyn FnMut(u64, u64) -> bool,
        told: &mut dyn FnMut(&Generation, &Weights),
    ) -> Result<(), Error> {
        if self.free.is_none() {
            return Err(self.other_kind("it was not opened as a free run"));
        }
        if self.learner.steps() >= steps || !go_on(self.games, self.learner.steps()) {
            return Ok(());
        }
        let play = self.config.play.clone();
        let threads = threads.max(1);
        let ground = Ground {
            field: self.field,
            leave: self.leave.clone(),
            threads,
            play: &play,
            seed: dice::hash(self.config.seed, &[3]),
            next: AtomicU64::new(self.begun),
            stop: AtomicBool::new(false),
            newest: Mutex::new((0, Arc::new(self.learner.weights().clone()))),
        };
        std::thread::scope(|scope| {
            let (done, games) = sync_channel(threads);
            for me in 0..threads {
                let (ground, done) = (&ground, done.clone());
                scope.spawn(move || ground.act(me, &done));
            }
            drop(done);
            let learned = self.learn_beside(&ground, &games, steps, go_on, told);
            // After an error somebody may still play, and wait for room in the queue, which goes here.
            ground.stop.store(true, Ordering::Relaxed);
            drop(games);
            learned
        })
    }

    fn learn_beside(
        &mut self,
        ground: &Ground<'_, F>,
        games: &Receiver<Result<Episode, Error>>,
        steps: u64,
        go_on: &mut dyn FnMut(u64, u64) -> bool,
        told: &mut dyn FnMut(&Generation, &Weights),
    ) -> Result<(), Error> {
        let mut room = Room::default();
        let mut since = Since::default();
        // A game that is ahead of the draws.
        let mut waiting = None;
        while self.learner.steps() < steps
            && go_on(self.games, self.learner.steps())
            && !ground.stop.load(Ordering::Relaxed)
        {
            while let Some(episode) = waiting.take().or_else(|| games.try_recv().ok()) {
                let episode = episode?;
                if !self.take(&episode, &mut since, Replay::try_add)? {
                    waiting = Some(Ok(episode));
                    break;
                }
            }
            // While the run pauses only what was played already comes in.
            if ground.pauses() {
                std::thread::sleep(PATIENCE);
                continue;
            }
            match self.step(&mut room)? {
                Some(report) => {
                    since.tally.step(&report);
                    ground.publish(self.learner.weights());
                    // The last one waits for the games that are still being played.
                    let last = self.learner.steps() == steps;
                    if since.tally.steps == u64::from(self.config.steps) && !last {
                        self.close_generation(ground, &mut since, told)?;
                    }
                }
                // Too few rows: then no game waits for draws.
                None => match games.recv_timeout(PATIENCE) {
                    Ok(episode) => waiting = Some(episode),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                },
            }
        }
        ground.stop.store(true, Ordering::Relaxed);
        for episode in waiting.into_iter().chain(games) {
            self.take(&episode?, &mut since, Replay::add_ahead)?;
        }
        if !since.tally.is_empty() {
            self.close_generation(ground, &mut since, told)?;
        }
        Ok(())
    }

    /// Takes a game into the replay and the rows; `false` where the pace wants draws first.
    fn take(&mut self, episode: &Episode, since: &mut Since, add: Add) -> Result<bool, Error> {
        let (mut ids, from) = (Vec::new(), since.rows.len());
        let (first, _) = self.replay.counts();
        let mut groups = Vec::new();
        self.write_groups(episode, &mut groups)?;
        write_rows(episode, first, &mut ids, &mut since.rows);
        match add(&self.replay, &ids, &groups, &since.rows[from..]) {
            Ok(()) => {
                since.tally.game(episode);
                self.games += 1;
                Ok(true)
            }
            Err(Wait::Draws) => {
                since.rows.truncate(from);
                Ok(false)
            }
            Err(wait) => Err(Error::Replay(wait.to_string())),
        }
    }

    /// Rows on the disk, then the checkpoint that speaks of them.
    fn close_generation(
        &mut self,
        ground: &Ground<'_, F>,
        since: &mut Since,
        told: &mut dyn FnMut(&Generation, &Weights),
    ) -> Result<(), Error> {
        let Since { rows, tally } = std::mem::take(since);
        let number = self.generation + 1;
        self.rows.append(number, &rows)?;
        self.generation = number;
        // A game that is being played now is lost if the run is killed; its number is not used again.
        self.begun = ground.next.load(Ordering::Relaxed);
        let report = tally.report(number, self.learner.steps());
        self.last = Some(report.clone());
        self.checkpoint()?;
        told(&report, self.learner.weights());
        Ok(())
    }
}

/// [`Replay::try_add`] or [`Replay::add_ahead`].
type Add = fn(&Replay, &[RecordId], &[u32], &[f32]) -> Result<(), Wait>;

/// What has come since the last checkpoint.
#[derive(Default)]
struct Since {
    tally: Tally,
    rows: Vec<f32>,
}

impl<F: Field> Ground<'_, F> {
    fn pauses(&self) -> bool {
        let leave = self.leave.as_deref();
        leave.is_some_and(|leave| leave.workers(self.threads) == 0)
    }

    /// Plays game after game, each by the newest weights at its beginning.
    fn act(&self, me: usize, done: &SyncSender<Result<Episode, Error>>) {
        // A panic here ends the run, as one in the learner does.
        let _guard = StopOnPanic(&self.stop);
        let leave = self.leave.as_deref();
        if let Some(leave) = leave {
            leave.enter();
        }
        let mut held: Option<(u64, Net)> = None;
        let go_on = || !self.stop.load(Ordering::Relaxed);
        while turn(leave, me, self.threads, &go_on) {
            let (version, weights) = self.newest();
            let net = match &mut held {
                Some((of, net)) if *of == version => net,
                stale => &mut stale.insert((version, Net::new(&weights))).1,
            };
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let episode = play(self.field, number, self.seed, net, self.play);
            if let (Some(leave), Ok(episode)) = (leave, &episode) {
                leave.judged(episode.judged);
            }
            if done.send(episode).is_err() {
                return;
            }
        }
    }

    fn newest(&self) -> (u64, Arc<Weights>) {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        (newest.0, Arc::clone(&newest.1))
    }

    fn publish(&self, weights: &Weights) {
        let weights = Arc::new(weights.clone());
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = (newest.0 + 1, weights);
    }
}

struct StopOnPanic<'a>(&'a AtomicBool);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
