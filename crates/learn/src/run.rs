//! A run of training: generations of games, and the steps that are learned from them.
//!
//! ```text
//! generation   N games by the net as it stands  ->  rows on the disk  ->  rows in the replay  ->  M steps  ->  checkpoint
//! ```
//! Everything in it depends on the seed alone (not so in a run that plays freely, [`Run::free`]): games are numbered, draws are numbered, and the sums of a step do not depend on how
//! many threads play. So a run that was killed anywhere and goes on from its last checkpoint ends with the same bytes of
//! weights as one that was not.
//!
//! The folder of a run:
//!
//! | file | what |
//! | --- | --- |
//! | `run.json` | what is learned and how; a run goes on only with the same |
//! | `rows.bin` | every lesson of every game ([`crate::rows`]) |
//! | `checkpoint-00000012/` | `learner.safetensors`, in `standing.json` the replay's standing, and `SHA256SUMS` of both; written aside and renamed; the last two are kept |

mod free;
mod leave;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use experience::{Draw, Ratio, RecordId, Replay, ReplayConfig, Standing, Wait};
use nn::gpu::GpuNet;
use nn::train::{Batch, Device, LearnConfig, Learner, StepReport};
use nn::{Net, Weights};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::free::FreeConfig;
pub use self::leave::{Leave, Needs};
use crate::play::{Episode, ILLEGAL, PlayConfig, play, play_all};
use crate::rows::RowFile;
use crate::{Error, Field, Judging, dice};

/// How a run learns. `run.json` keeps its `Debug` text: see there before a field is added.
#[derive(Clone, PartialEq)]
pub struct TrainConfig {
    /// Sizes of the hidden layers.
    pub hidden: Vec<usize>,
    /// How games are played.
    pub play: PlayConfig,
    /// Games in a generation.
    pub games: u32,
    /// Steps of the learner after them.
    pub steps: u32,
    /// Rows in a step.
    pub batch: usize,
    /// Rows that the replay holds.
    pub capacity: usize,
    /// How much priorities matter when rows are drawn: 0 not at all, 1 in proportion.
    pub alpha: f64,
    /// How far the weights of rows make up for it: 1 fully.
    pub beta: f64,
    /// The share of the draws that each [`Field::stratum`] from 0 on is to have, in any unit, however few rows it has; the weights of
    /// rows leave it so ([`experience::ReplayConfig::groups`]). Empty: rows are drawn without regard to their stratum.
    pub strata: Vec<f64>,
    /// How a step is made.
    pub learn: LearnConfig,
    /// Same seed, same weights.
    pub seed: u64,
}

impl TrainConfig {
    fn check(&self) -> Result<(), Error> {
        let positive = [
            ("games", self.games as usize),
            ("steps", self.steps as usize),
            ("batch", self.batch),
            ("capacity", self.capacity),
            ("moves_max", self.play.moves_max),
        ];
        for (what, value) in positive {
            if value == 0 {
                return Err(Error::Config {
                    what,
                    value: "0".to_owned(),
                    why: "it must be at least 1",
                });
            }
        }
        let fractions = [
            ("lambda", self.play.lambda),
            ("beta", self.beta),
            ("alpha", self.alpha),
        ];
        for (what, value) in fractions {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::Config {
                    what,
                    value: value.to_string(),
                    why: "it must be from 0 to 1",
                });
            }
        }
        if !self.strata.iter().all(|x| x.is_finite() && *x > 0.0) {
            return Err(Error::Config {
                what: "strata",
                value: format!("{:?}", self.strata),
                why: "every share must be a positive number",
            });
        }
        Ok(())
    }
}

impl fmt::Debug for TrainConfig {
    /// As derived, but for fields that are younger than runs that may go on: they are left out while they are off.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TrainConfig {
            hidden,
            play,
            games,
            steps,
            batch,
            capacity,
            alpha,
            beta,
            strata,
            learn,
            seed,
        } = self;
        let mut text = f.debug_struct("TrainConfig");
        text.field("hidden", hidden)
            .field("play", play)
            .field("games", games)
            .field("steps", steps)
            .field("batch", batch)
            .field("capacity", capacity)
            .field("alpha", alpha)
            .field("beta", beta)
            .field("learn", learn)
            .field("seed", seed);
        if !strata.is_empty() {
            text.field("strata", strata);
        }
        text.finish()
    }
}

/// What a generation brought. A mean over nothing is NaN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generation {
    /// Its number, from 1.
    pub generation: u64,
    /// Games played in it.
    pub games: u64,
    /// Decisions in them.
    pub moves: u64,
    /// States that the net judged for them.
    pub judged: u64,
    /// Steps made so far.
    pub steps: u64,
    /// Mean loss of the value over its steps, in the net's units.
    pub value_loss: f64,
    /// Mean cross-entropy of the policy over its steps.
    pub policy_loss: f64,
    /// Mean size of the gradient before clipping.
    pub gradient_norm: f64,
    /// Of the last step; 0 without one.
    pub learning_rate: f64,
    /// Mean outcome of its games, as values at their starts.
    pub outcome: f64,
    /// The same less the luck of the dice.
    pub outcome_less_luck: f64,
    /// What the searches expected at the start of the games, on average.
    pub expected: f64,
    /// The games by [`Field::stratum`], in its order.
    pub strata: Vec<Stratum>,
}

/// What the games of one stratum brought.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stratum {
    /// Which one.
    pub stratum: u32,
    /// Games of it.
    pub games: u64,
    /// Decisions in them.
    pub moves: u64,
    /// Mean outcome, as values at the starts.
    pub outcome: f64,
    /// The same less the luck of the dice.
    pub outcome_less_luck: f64,
    /// What the searches expected at the start, on average.
    pub expected: f64,
}

/// Sums of what will be a [`Generation`].
#[derive(Default)]
struct Tally {
    judged: u64,
    steps: u64,
    value_loss: f64,
    policy_loss: f64,
    gradient_norm: f64,
    learning_rate: f64,
    /// Sums where the report has means.
    strata: BTreeMap<u32, Stratum>,
}

impl Tally {
    fn game(&mut self, episode: &Episode) {
        self.judged += episode.judged;
        let sums = self.strata.entry(episode.stratum).or_default();
        sums.stratum = episode.stratum;
        sums.games += 1;
        sums.moves += episode.lessons.len() as u64;
        sums.outcome += episode.outcome;
        sums.outcome_less_luck += episode.outcome_less_luck;
        sums.expected += episode.expected;
    }

    fn step(&mut self, told: &StepReport) {
        self.steps += 1;
        self.value_loss += told.value_loss.unwrap_or(0.0);
        self.policy_loss += told.policy_loss.unwrap_or(0.0);
        self.gradient_norm += told.gradient_norm;
        self.learning_rate = told.learning_rate;
    }

    fn is_empty(&self) -> bool {
        self.steps == 0 && self.strata.is_empty()
    }

    /// The report of generation `generation`, at whose end the learner has made `steps` steps in all.
    fn report(self, generation: u64, steps: u64) -> Generation {
        let of = |part: fn(&Stratum) -> f64| self.strata.values().map(part).sum::<f64>();
        let count = |part: fn(&Stratum) -> u64| self.strata.values().map(part).sum::<u64>();
        let games = count(|sums| sums.games);
        let (each_game, each_step) = (1.0 / games as f64, 1.0 / self.steps as f64);
        // 0 times an infinite share is NaN: nothing has no mean.
        Generation {
            generation,
            games,
            moves: count(|sums| sums.moves),
            judged: self.judged,
            steps,
            value_loss: each_step * self.value_loss,
            policy_loss: each_step * self.policy_loss,
            gradient_norm: each_step * self.gradient_norm,
            learning_rate: self.learning_rate,
            outcome: each_game * of(|sums| sums.outcome),
            outcome_less_luck: each_game * of(|sums| sums.outcome_less_luck),
            expected: each_game * of(|sums| sums.expected),
            strata: self
                .strata
                .values()
                .map(|sums| {
                    let each = 1.0 / sums.games as f64;
                    Stratum {
                        outcome: each * sums.outcome,
                        outcome_less_luck: each * sums.outcome_less_luck,
                        expected: each * sums.expected,
                        ..*sums
                    }
                })
                .collect(),
        }
    }
}

/// Brings a net's weights to a device, such as [`GpuNet::new`] with a device and a budget.
pub type Bring = Box<dyn Fn(&Weights) -> Result<GpuNet, nn::Error> + Send + Sync>;

/// Games that a thread plays side by side, at most, where a device judges, in two groups that are in flight in turn.
const TOGETHER: u64 = 64;
const GROUPS: usize = 2;
/// States in a batch for a device, at most.
const BATCH_MAX: usize = 1024;

/// A run in its folder.
pub struct Run<'f, F: Field> {
    field: &'f F,
    config: TrainConfig,
    folder: PathBuf,
    learner: Learner,
    replay: Replay,
    rows: RowFile,
    generation: u64,
    draws: u64,
    /// Of a free run: its pace, the games it has begun and those that are in `rows`.
    free: Option<FreeConfig>,
    begun: u64,
    games: u64,
    last: Option<Generation>,
    /// Where gradients are found, if not on the processor, and why that has ended.
    device: Option<Device>,
    lost: Option<String>,
    /// Brings the net to the device where games are judged, if not on the processor.
    bring: Option<Bring>,
    /// Who says how many threads may work now; nobody: all.
    leave: Option<Arc<dyn Leave + 'f>>,
    /// Held as long as the run is.
    lock: Lock,
}

/// A thread that may not play now, or a run that pauses, asks again after so long.
const NAP: Duration = Duration::from_millis(20);

/// Waits until thread number `me` of `threads` may play. `false`: the run is to stop.
fn turn(leave: Option<&dyn Leave>, me: usize, threads: usize, go_on: &dyn Fn() -> bool) -> bool {
    loop {
        if !go_on() {
            return false;
        }
        if leave.is_none_or(|leave| me < leave.workers(threads)) {
            return true;
        }
        std::thread::sleep(NAP);
    }
}

/// What came of it, or nothing and the reason kept.
fn give_up<T, E: fmt::Display>(done: Result<T, E>, lost: &Mutex<Option<String>>) -> Option<T> {
    let told = |why: E| {
        let mut lost = lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.get_or_insert(why.to_string());
    };
    done.map_err(told).ok()
}

/// The lock on a run's folder. It is given back and not just closed: a process that another thread is starting
/// has a copy of the file until its own program begins, and a lock lasts as long as any copy.
#[derive(Debug)]
struct Lock(fs::File);

impl Drop for Lock {
    fn drop(&mut self) {
        // One that cannot be given back is closed.
        let _ = self.0.unlock();
    }
}

/// What a checkpoint says beside the learner.
#[derive(Serialize, Deserialize)]
struct StandingFile {
    schema: u32,
    generation: u64,
    draws: u64,
    rows_bytes: u64,
    /// Of a free run: games begun, and games in the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    free_games: Option<(u64, u64)>,
    added: u64,
    drawn: u64,
    /// Numbers by their bits: JSON's decimals are read back exactly by us, but not by everyone.
    largest_bits: u64,
    priorities_bits: Vec<u64>,
    /// The strata of the rows held, where they have shares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    strata: Vec<u32>,
    /// What the generation brought that ends here: a [`Generation`], where all its numbers are numbers.
    #[serde(default)]
    last: serde_json::Value,
}

const SCHEMA: u32 = 1;
const FILES: [&str; 2] = ["learner.safetensors", "standing.json"];
const SUMS: &str = "SHA256SUMS";

impl<'f, F: Field> Run<'f, F> {
    /// Goes on with the run in `folder`, or starts one there. `about` says what is learned; a folder that says something else is
    /// refused.
    ///
    /// # Errors
    /// Where the configuration makes no sense, or the folder is of another run, damaged or not writable.
    pub fn open(
        field: &'f F,
        config: TrainConfig,
        folder: &Path,
        about: &serde_json::Value,
    ) -> Result<Run<'f, F>, Error> {
        Run::open_as(field, config, None, folder, about)
    }

    fn open_as(
        field: &'f F,
        config: TrainConfig,
        free: Option<FreeConfig>,
        folder: &Path,
        about: &serde_json::Value,
    ) -> Result<Run<'f, F>, Error> {
        config.check()?;
        if free.is_some_and(|free| free.first_rows == 0) {
            return Err(Error::Config {
                what: "first_rows",
                value: "0".to_owned(),
                why: "it must be at least 1",
            });
        }
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let mut described = serde_json::json!({
            "schema": SCHEMA,
            "about": about,
            // Everything that decides which weights come out.
            "config": format!("{config:?}"),
        });
        if let Some(free) = free {
            // And here the machine decides with it.
            described["free"] = format!("{free:?}").into();
            described["reproducible"] = false.into();
        }
        let path = folder.join("run.json");
        match fs::read(&path) {
            Ok(bytes) => {
                let found: serde_json::Value =
                    serde_json::from_slice(&bytes).unwrap_or(serde_json::Value::Null);
                if found != described {
                    let why = match (found.get("free").is_some(), free.is_some()) {
                        (true, false) => {
                            "the folder holds a free run, whose weights cannot be repeated: go on freely, or use another folder"
                        }
                        (false, true) => {
                            "the folder holds a run of generations: go on with those, or use another folder"
                        }
                        _ => {
                            "the folder holds a run with other settings; use them again, or another folder"
                        }
                    };
                    return Err(Error::Run {
                        path,
                        why: why.to_owned(),
                    });
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                write_whole(&path, format!("{described:#}\n").as_bytes())?;
            }
            Err(error) => return Err(Error::file(&path)(error)),
        }
        // Two runs in one folder would write into each other's rows.
        let lock = fs::File::open(&path).map_err(Error::file(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(Error::Run {
                    path,
                    why:
                        "another run is going on in the folder; wait for it, or use another folder"
                            .to_owned(),
                });
            }
            Err(fs::TryLockError::Error(error)) => return Err(Error::file(&path)(error)),
        }
        let lock = Lock(lock);
        let (inputs, policies) = field.shape();
        let width = width(inputs, policies);
        let shape = config.net((inputs, policies));
        let ratio = free.map(|free| Ratio {
            first_rows: free.first_rows,
            draws_per_row: free.draws_per_row,
            // A batch and the longest game: one of the two always fits.
            slack: config.batch as f64 + config.play.moves_max as f64 * free.draws_per_row,
        });
        let replay = || {
            let seed = dice::hash(config.seed, &[1]);
            Replay::new(ReplayConfig {
                ratio,
                ..config.replay((inputs, policies), seed)
            })
            .map_err(|error| Error::Replay(error.to_string()))
        };
        let rows_path = folder.join("rows.bin");
        let mut damaged = Vec::new();
        for path in checkpoints(folder)?.into_iter().rev() {
            match read_checkpoint(&path, &shape, &config.learn) {
                Ok((learner, standing)) => {
                    let mut rows = RowFile::open(&rows_path, width, standing.rows_bytes)?;
                    let replay = replay()?;
                    restore(&replay, &mut rows, &standing)?;
                    let (begun, games) = standing.free_games.unwrap_or_default();
                    return Ok(Run {
                        field,
                        folder: folder.to_owned(),
                        learner,
                        replay,
                        rows,
                        generation: standing.generation,
                        draws: standing.draws,
                        free,
                        begun,
                        games,
                        config,
                        last: serde_json::from_value(standing.last).ok(),
                        device: None,
                        bring: None,
                        leave: None,
                        lost: None,
                        lock,
                    });
                }
                // The one before it leads to the same weights, a little later.
                Err(why) => damaged.push(format!("{}: {why}", path.display())),
            }
        }
        if !damaged.is_empty() {
            return Err(Error::Run {
                path: folder.to_owned(),
                why: format!(
                    "no checkpoint can be read ({}); start a new run in another folder",
                    damaged.join("; ")
                ),
            });
        }
        let learner = Learner::new(shape, config.learn.clone(), dice::hash(config.seed, &[2]))?;
        Ok(Run {
            field,
            folder: folder.to_owned(),
            learner,
            replay: replay()?,
            rows: RowFile::open(&rows_path, width, 0)?,
            generation: 0,
            draws: 0,
            free,
            begun: 0,
            games: 0,
            config,
            last: None,
            device: None,
            bring: None,
            leave: None,
            lost: None,
            lock,
        })
    }

    /// Asks `leave` from now on how many threads may work; without one all do.
    pub fn heed(&mut self, leave: Option<Arc<dyn Leave + 'f>>) {
        self.leave = leave;
    }

    /// Generations done.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What the last generation brought, as far as its checkpoint says: a caller that was killed before it heard can ask.
    pub fn last(&self) -> Option<&Generation> {
        self.last.as_ref()
    }

    /// Finds gradients on a device from now on, or on the processor again. The files know nothing of it; the weights have other last
    /// bits than those of a run that learned elsewhere. A device that fails is given up, and the run goes on on the processor.
    pub fn learn_on(&mut self, device: Option<Device>) {
        self.device = device;
        self.lost = None;
    }

    /// Has games judged on a device from now on, or on the processor again: each thread plays up to 64 games side by side
    /// ([`play_all`]). As [`Run::learn_on`] otherwise, and for [`Run::advance`] alone. It pays where the net is most of the work: large nets, many
    /// threads.
    pub fn play_on(&mut self, bring: Option<Bring>) {
        self.bring = bring;
        self.lost = None;
    }

    /// Why the device of [`Run::learn_on`] or [`Run::play_on`] was given up, if it was.
    #[must_use]
    pub fn device_lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    /// Steps of the learner done.
    pub fn steps(&self) -> u64 {
        self.learner.steps()
    }

    /// Games learned from, and their decisions.
    pub fn games_and_moves(&self) -> (u64, u64) {
        let games = match self.free {
            Some(_) => self.games,
            None => self.generation * u64::from(self.config.games),
        };
        (games, self.replay.counts().0)
    }

    /// The net as it stands.
    pub fn weights(&self) -> &Weights {
        self.learner.weights()
    }

    /// One generation, and its checkpoint. `None` where `go_on` said no before it was done: then nothing has changed.
    ///
    /// `go_on` is asked with the games and steps done, from several threads.
    ///
    /// # Errors
    /// As [`play`], and where the learner or the disk fails; the folder is then as it was at the last checkpoint.
    pub fn advance(
        &mut self,
        threads: usize,
        go_on: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Result<Option<Generation>, Error> {
        if self.free.is_some() {
            return Err(self.other_kind("it was opened as a free run"));
        }
        let Some(episodes) = self.play_games(threads, go_on)? else {
            return Ok(None);
        };
        let number = self.generation + 1;
        let mut tally = Tally::default();
        let (mut ids, mut groups, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let (first, _) = self.replay.counts();
        for episode in &episodes {
            tally.game(episode);
            write_rows(episode, first, &mut ids, &mut rows);
            self.write_groups(episode, &mut groups)?;
        }
        self.rows.append(number, &rows)?;
        self.replay
            .add(&ids, &groups, &rows)
            .map_err(|wait| Error::Replay(wait.to_string()))?;
        let games = episodes.len() as u64;
        let mut room = Room::default();
        for step in 0..self.config.steps {
            // A step is whole or not at all, and of one size: it waits or it is made.
            let asked = || go_on(games, u64::from(step));
            if !turn(self.leave.as_deref(), 0, threads, &asked) {
                // Half a generation cannot be kept: go back to where the folder is.
                return self.back();
            }
            match self.step(&mut room)? {
                Some(told) => tally.step(&told),
                None => return Err(Error::Replay(Wait::Rows.to_string())),
            }
        }
        self.generation = number;
        let report = tally.report(number, self.learner.steps());
        self.last = Some(report.clone());
        self.checkpoint()?;
        Ok(Some(report))
    }

    /// The strata of a game's lessons as groups of the replay, behind `groups`; none where strata have no shares.
    fn write_groups(&self, episode: &Episode, groups: &mut Vec<u32>) -> Result<(), Error> {
        let shares = &self.config.strata;
        if shares.is_empty() {
            return Ok(());
        }
        if episode.stratum as usize >= shares.len() {
            return Err(Error::Config {
                what: "strata",
                value: format!("{shares:?}, and a game is of stratum {}", episode.stratum),
                why: "every stratum of the games needs a share, from stratum 0 on",
            });
        }
        groups.extend(episode.lessons.iter().map(|lesson| lesson.stratum));
        Ok(())
    }

    /// One step of the learner on rows of the replay; `None` where the pace of the replay wants more rows first.
    fn step(&mut self, room: &mut Room) -> Result<Option<StepReport>, Error> {
        let (inputs, policies) = self.field.shape();
        let (number, config) = (self.draws, &self.config);
        match self
            .replay
            .try_draw_rows(number, config.batch, config.beta, &mut room.draw)
        {
            Ok(()) => {}
            Err(Wait::Rows) => return Ok(None),
            Err(wait) => return Err(Error::Replay(wait.to_string())),
        }
        self.draws += 1;
        let batch = room.batch(inputs, policies);
        let told = match &mut self.device {
            None => self.learner.step(&batch),
            Some(device) => match self.learner.step_on(device, &batch) {
                Err(nn::Error::Device(error)) => {
                    self.lost = Some(error.to_string());
                    self.device = None;
                    self.learner.step(&batch)
                }
                told => told,
            },
        }?;
        // Every row has a value target; a surprise of none must not be drawn never.
        let priorities = told.priorities.iter();
        let priorities: Vec<f64> = priorities
            .map(|surprise| f64::from(surprise.unwrap_or(0.0)) + LEAST_PRIORITY)
            .collect();
        self.replay.set_priorities(&room.draw.turns, &priorities);
        Ok(Some(told))
    }

    /// Plays the games of the next generation on so many threads, in the order of their numbers.
    fn play_games(
        &mut self,
        threads: usize,
        go_on: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Result<Option<Vec<Episode>>, Error> {
        let weights = self.learner.weights();
        let count = u64::from(self.config.games);
        let first = self.generation * count;
        let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
        let seed = dice::hash(self.config.seed, &[3]);
        let lost = Mutex::new(None);
        let there = self
            .bring
            .as_ref()
            .and_then(|bring| give_up(bring(weights), &lost));
        let (leave, field, config) = (self.leave.as_deref(), self.field, &self.config);
        let side_by_side = |net: &GpuNet, games: std::ops::Range<u64>| {
            let judging = Judging::Device {
                net,
                groups: GROUPS,
                rows_max: BATCH_MAX,
            };
            let numbers = first + games.start..first + games.end;
            play_all(field, numbers, seed, judging, &config.play)
        };
        let share = count.div_ceil(threads.max(1) as u64);
        let together = there.as_ref().map_or(1, |_| share.clamp(1, TOGETHER));
        let worker = |me: usize| {
            if let Some(leave) = leave {
                leave.enter();
            }
            let mut net = Net::new(weights);
            let mut played = Vec::new();
            loop {
                // One that waits is not waited for: the others take its games.
                let asked = || {
                    next.load(Ordering::Relaxed) < count && go_on(done.load(Ordering::Relaxed), 0)
                };
                if !turn(leave, me, threads, &asked) {
                    return Ok(played);
                }
                let at = next.fetch_add(together, Ordering::Relaxed);
                if at >= count {
                    return Ok(played);
                }
                let end = (at + together).min(count);
                let games = at..end;
                let episodes = there.as_ref().and_then(|net| {
                    // A device that fails is given up; these games are played here.
                    give_up(side_by_side(net, games.clone()), &lost)
                });
                match episodes {
                    Some(episodes) => played.extend(games.zip(episodes)),
                    None => {
                        for at in games {
                            let number = first + at;
                            let game = play(field, number, seed, &mut net, &config.play);
                            played.push((at, game?));
                        }
                    }
                }
                done.fetch_add(end - at, Ordering::Relaxed);
                if let Some(leave) = leave {
                    let just = played.iter().rev().take((end - at) as usize);
                    leave.judged(just.map(|(_, episode)| episode.judged).sum());
                }
            }
        };
        let played: Result<Vec<_>, Error> = std::thread::scope(|scope| {
            let worker = &worker;
            let workers: Vec<_> = (0..threads.max(1))
                .map(|me| scope.spawn(move || worker(me)))
                .collect();
            let joined = workers.into_iter().map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            joined.collect()
        });
        let lost = lost.into_inner().unwrap_or_else(PoisonError::into_inner);
        if lost.is_some() {
            (self.bring, self.lost) = (None, lost);
        }
        let mut played: Vec<(u64, Episode)> = played?.into_iter().flatten().collect();
        if (played.len() as u64) < count {
            return Ok(None);
        }
        played.sort_by_key(|(at, _)| *at);
        Ok(Some(
            played.into_iter().map(|(_, episode)| episode).collect(),
        ))
    }

    /// Forgets what is not in the folder.
    fn back(&mut self) -> Result<Option<Generation>, Error> {
        let described = self.folder.join("run.json");
        let bytes = fs::read(&described).map_err(Error::file(&described))?;
        let found: serde_json::Value =
            serde_json::from_slice(&bytes).unwrap_or(serde_json::Value::Null);
        // Ours, and about to be taken again.
        self.lock.0.unlock().map_err(Error::file(&described))?;
        let (device, lost) = (self.device.take(), self.lost.take());
        let (bring, leave) = (self.bring.take(), self.leave.take());
        *self = Run::open(
            self.field,
            self.config.clone(),
            &self.folder,
            &found["about"],
        )?;
        (self.device, self.lost) = (device, lost);
        (self.bring, self.leave) = (bring, leave);
        Ok(None)
    }

    fn other_kind(&self, why: &str) -> Error {
        Error::Run {
            path: self.folder.clone(),
            why: format!(
                "{why}; `Run::open` and `advance` belong together, `Run::open_free` and `free` do"
            ),
        }
    }

    fn checkpoint(&self) -> Result<(), Error> {
        let standing = self.replay.standing();
        let learner = self.learner.to_bytes();
        let file = StandingFile {
            schema: SCHEMA,
            generation: self.generation,
            draws: self.draws,
            rows_bytes: self.rows.bytes(),
            free_games: self.free.map(|_| (self.begun, self.games)),
            added: standing.added,
            drawn: standing.drawn,
            largest_bits: standing.largest.to_bits(),
            priorities_bits: standing.priorities.iter().map(|x| x.to_bits()).collect(),
            strata: standing.groups,
            last: serde_json::to_value(&self.last).unwrap_or_default(),
        };
        let name = format!("checkpoint-{:08}", self.generation);
        let aside = self.folder.join(format!("{name}.part"));
        let place = self.folder.join(&name);
        // What an earlier attempt left half done.
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(Error::file(&aside))?;
        }
        if place.exists() {
            fs::remove_dir_all(&place).map_err(Error::file(&place))?;
        }
        fs::create_dir(&aside).map_err(Error::file(&aside))?;
        let json = serde_json::to_vec(&file).map_err(|error| Error::Replay(error.to_string()))?;
        let mut sums = String::new();
        for (name, bytes) in FILES.iter().zip([&learner, &json]) {
            write_whole(&aside.join(name), bytes)?;
            sums += &sum_of(name, bytes);
        }
        write_whole(&aside.join(SUMS), sums.as_bytes())?;
        sync_folder(&aside)?;
        fs::rename(&aside, &place).map_err(Error::file(&place))?;
        sync_folder(&self.folder)?;
        let all = checkpoints(&self.folder)?;
        for old in all.iter().rev().skip(2) {
            fs::remove_dir_all(old).map_err(Error::file(old))?;
        }
        Ok(())
    }
}

/// Added to every row's surprise, in the net's units.
const LEAST_PRIORITY: f64 = 1e-3;

/// The lessons of a game as rows behind `rows`, and their ids; `first` rows lie before all of them.
fn write_rows(episode: &Episode, first: u64, ids: &mut Vec<RecordId>, rows: &mut Vec<f32>) {
    for lesson in &episode.lessons {
        ids.push(RecordId((first as usize + ids.len() + 1) as i64));
        rows.extend(&lesson.encoding);
        rows.extend(&lesson.policy);
        rows.push(lesson.value);
    }
}

/// Rows of the replay, taken apart for the learner.
#[derive(Default)]
struct Room {
    draw: Draw,
    features: Vec<f32>,
    values: Vec<Option<f32>>,
    policies: Vec<f32>,
    legal: Vec<bool>,
}

impl Room {
    fn batch(&mut self, inputs: usize, policies: usize) -> Batch<'_> {
        self.features.clear();
        self.values.clear();
        self.policies.clear();
        self.legal.clear();
        for row in self.draw.rows.chunks_exact(width(inputs, policies)) {
            self.features.extend(&row[..inputs]);
            let policy = &row[inputs..inputs + policies];
            self.policies.extend(policy.iter().map(|x| x.max(0.0)));
            self.legal.extend(policy.iter().map(|&x| x != ILLEGAL));
            self.values.push(Some(row[inputs + policies]));
        }
        Batch {
            features: &self.features,
            values: &self.values,
            policies: &self.policies,
            legal: &self.legal,
            weights: &self.draw.weights,
        }
    }
}

fn width(inputs: usize, policies: usize) -> usize {
    inputs + policies + 1
}

/// A line of a file of sums, as `sha256sum` reads it.
fn sum_of(name: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}  {name}\n")
}

/// The finished checkpoints of a folder, oldest first.
fn checkpoints(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| name.strip_prefix("checkpoint-")?.parse::<u64>().ok());
        found.extend(number.map(|number| (number, path.clone())));
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

fn read_checkpoint(
    path: &Path,
    shape: &nn::Config,
    learn: &LearnConfig,
) -> Result<(Learner, StandingFile), String> {
    let read = |name: &str| fs::read(path.join(name)).map_err(|error| format!("{name}: {error}"));
    let [learner, standing] = FILES.map(read);
    let (learner, standing) = (learner?, standing?);
    let sums = sum_of(FILES[0], &learner) + &sum_of(FILES[1], &standing);
    if read(SUMS)? != sums.as_bytes() {
        return Err(format!(
            "it is damaged: `sha256sum -c {SUMS}` there says which file"
        ));
    }
    let standing: StandingFile =
        serde_json::from_slice(&standing).map_err(|error| format!("standing.json: {error}"))?;
    if standing.schema != SCHEMA {
        return Err(format!(
            "standing.json has schema {}, this program reads {SCHEMA}",
            standing.schema
        ));
    }
    let learner = Learner::from_bytes(&learner, shape).map_err(|error| error.to_string())?;
    if learner.learn() != learn {
        return Err("learner.safetensors was made with other settings".to_owned());
    }
    Ok((learner, standing))
}

fn restore(replay: &Replay, rows: &mut RowFile, standing: &StandingFile) -> Result<(), Error> {
    let held = standing.priorities_bits.len();
    let numbers = rows.last(held)?;
    let ids: Vec<RecordId> = (standing.added - (held as u64).min(standing.added)..standing.added)
        .map(|turn| RecordId(turn as i64 + 1))
        .collect();
    let standing = Standing {
        added: standing.added,
        drawn: standing.drawn,
        largest: f64::from_bits(standing.largest_bits),
        priorities: standing
            .priorities_bits
            .iter()
            .map(|&bits| f64::from_bits(bits))
            .collect(),
        groups: standing.strata.clone(),
    };
    replay
        .restore(&ids, &numbers, &standing)
        .map_err(|error| Error::Replay(error.to_string()))
}

/// Writes a file aside, waits for the disk, and renames it.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    use std::io::Write;
    let aside = path.with_extension("part");
    let mut file = fs::File::create(&aside).map_err(Error::file(&aside))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(Error::file(&aside))?;
    fs::rename(&aside, path).map_err(Error::file(path))
}

/// A rename is durable once its folder is.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(Error::file(folder))
}
