//! `jarvis2 train`: nets that learn by playing, in a folder that may be left at any moment.

use crate::cli::{self, ConfigArgs, done};
use crate::devices::{DeviceWord, Place};
use crate::error::Error;
use crate::governor::{Crew, Governor};
use crate::learning::arena::{self, Player};
use crate::learning::calibration;
use crate::learning::gate;
use crate::learning::log::{self, Log, LogRow};
use crate::learning::markets::Markets;
use crate::learning::models::{ENCODING, Manifest, Match, Model, Shelf, save};
use crate::learning::shelf::sentence;
use crate::learning::support::Support;
use crate::memory;
use crate::progress::Progress;
use clap::{Args, ValueEnum};
use hardware::threads::Role;
use learn::lattice::{LatticeField, Standard, standards};
use learn::{Field, FreeConfig, Generation, Leave, NetJudge, PlayConfig, Run, TrainConfig};
use nn::gpu::GpuNet;
use nn::train::{Batch, Device, LearnConfig, Learner, StepReport};
use nn::{Net, Weights};
use search::problems::wheel_lattice::Lattice;
use search::problems::wheel_rolling::Rolling;
use search::{Root, SearchConfig};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What the games are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ground {
    /// The wheel on simulated markets: the nets that plans can use.
    Wheel,
    /// The wheel on a lattice, whose best play is known: what the nets learn is told to the cent.
    Lattice,
}

#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    /// Folder of the run. A run that is there goes on where it was left, with the same settings.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// What to play.
    #[arg(long, value_enum, default_value_t = Ground::Wheel)]
    ground: Ground,
    /// Generations: games, and then steps of the learner. Default: 120 on the wheel, 60 on the lattice.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    generations: Option<u64>,
    /// Games in a generation. Default: 256 on the wheel, 400 on the lattice.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    games: Option<u32>,
    /// Steps in a generation. Default: 96 on the wheel, 300 on the lattice.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    steps: Option<u32>,
    /// Positions that the search before a move may judge. Default: 160 on the wheel, 32 on the lattice.
    #[arg(long, value_parser = clap::value_parser!(u32).range(16..))]
    evaluations: Option<u32>,
    /// How far outcomes reach back into what the value is to be, from 0 (the next search's word) to 1 (the end of the game). Default:
    /// 0.95 on the wheel, 1 on the lattice.
    #[arg(long)]
    lambda: Option<f64>,
    /// Highest learning rate; it falls by a cosine over the run. Default: 0.001 on the wheel, 0.008 on the lattice.
    #[arg(long)]
    rate: Option<f64>,
    /// Weight of the value's loss beside the policy's. Default: 10 on the wheel, 30 on the lattice.
    #[arg(long)]
    value_scale: Option<f64>,
    /// Decisions that the replay holds. Default: 60,000 on the wheel, 24,000 on the lattice.
    #[arg(long, value_parser = clap::value_parser!(u64).range(256..))]
    capacity: Option<u64>,
    /// Sizes of the hidden layers. Default: 512,256 on the wheel, 64,64 on the lattice.
    #[arg(long, value_delimiter = ',')]
    hidden: Option<Vec<usize>>,
    /// Same seed, same weights (not with --free).
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Play and learn at the same time: more games a second on many cores, and no two runs alike.
    #[arg(long)]
    free: bool,
    /// Wheel: learn from calm, ordinary and wild markets (implied volatility below 25 %, between, above 50 %) in equal parts.
    #[arg(long)]
    strata: bool,
    /// Stop after so many minutes; the next call with the same settings goes on.
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    minutes: Option<f64>,
    /// Name under which the net is put on the shelf (`jarvis2 models`). Default: the folder's.
    #[arg(long)]
    name: Option<String>,
    /// Frozen markets on which the finished net must beat the search without nets, and the champion, to become the champion itself;
    /// 0 plays no match and leaves the shelf alone.
    #[arg(long, default_value_t = 0, value_parser = gate_markets)]
    gate: u64,
    /// Games whose first situations tell what the net knows: what lies outside is out of distribution.
    #[arg(long, default_value_t = 2048, value_parser = clap::value_parser!(u64).range(1..))]
    support: u64,
    /// Frozen markets on which worths and odds are set beside what comes; 0: none.
    #[arg(long, default_value_t = 400)]
    calibrate: u64,
    /// Lattice: fee of a trade in dollars a share.
    #[arg(long, default_value_t = 0.45, value_parser = between(0.0, 10.0))]
    fee: f64,
    /// Lattice: growth of the share a year.
    #[arg(long, default_value_t = 0.03, allow_negative_numbers = true, value_parser = between(-1.0, 1.0))]
    growth: f64,
    /// Lattice: implied volatility.
    #[arg(long, default_value_t = 0.27, value_parser = between(0.01, 2.0))]
    implied_vol: f64,
    /// Lattice: cycles of a game.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=24))]
    cycles: u32,
    /// Lattice: cycles that an option lives.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2))]
    life: u32,
    /// Where gradients are found: a GPU by name, or `auto` for one that a few steps at the start show to be faster. On another device
    /// than before the weights get other last bits.
    #[arg(long, value_enum, default_value_t = DeviceWord::Cpu)]
    device: DeviceWord,
    /// The GPU of --device also judges the games, of which each thread plays up to 64 side by side. A net of the shipped size is a quarter
    /// of the time of a search, so there is little to gain with it. Not with --free.
    #[arg(long, requires = "device", conflicts_with = "free")]
    games_on_device: bool,
    /// Stay behind other work: on the cores made to save power, where there are some, and behind every other program. Alone on a
    /// machine it is slower so.
    #[arg(long)]
    background: bool,
    /// Print the end as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar and no lines of generations.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// No match, or one that decides something.
fn gate_markets(word: &str) -> Result<u64, String> {
    match word.parse() {
        Ok(markets @ (0 | gate::MARKETS_MIN..=1_000_000)) => Ok(markets),
        _ => Err(format!("0, or from {} to 1000000", gate::MARKETS_MIN)),
    }
}

/// Days beyond which nobody waits.
fn minutes(word: &str) -> Result<f64, String> {
    match word.parse() {
        Ok(minutes) if (0.0..=1e5).contains(&minutes) => Ok(minutes),
        _ => Err("minutes from 0 to 100000".to_owned()),
    }
}

fn between(low: f64, high: f64) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |word| match word.parse() {
        Ok(number) if (low..=high).contains(&number) => Ok(number),
        _ => Err(format!("a number from {low} to {high}")),
    }
}

/// Generations between two looks at how the net plays.
const LOOK_EVERY: u64 = 10;
/// Markets of such a look.
const LOOK_MARKETS: u64 = 48;

pub(crate) fn run(args: &TrainArgs) -> Result<u8, Error> {
    let loaded = cli::load(&args.config, vec![args.device.flag()])?;
    let machine = hardware::detect();
    let threads = cli::threads(&loaded.config, &machine);
    let mut place = Place::open(&loaded, &machine)?;
    let (threads, role) = if args.background {
        let role = Role::Learning;
        (threads.min(role.threads(&machine).count), Some(role))
    } else {
        (threads, None)
    };
    // Nobody waits for it: it pauses where a plan would go on.
    let mut governor = Governor::new(&loaded.config, &machine, threads, role, true);
    let shape = match args.ground {
        Ground::Wheel => Markets::SHAPE,
        Ground::Lattice => LatticeField(args.lattice()).shape(),
    };
    let (settings, _) = settings(args);
    let moves = 2.0 * args.moves_about();
    let taken = memory::reserve_training(governor.ledger(), &settings, shape, moves, threads)?;
    let _buffers = place.share(governor.ledger(), &machine);
    let crew = governor.crew().part(taken.threads);
    governor.watch();
    crew.enter();
    let progress = Progress::new(args.quiet).told("train", &loaded.config, &governor);
    let text = match args.ground {
        Ground::Wheel => wheel(args, &crew, &place, &progress),
        Ground::Lattice => lattice(args, &crew, &place, &progress),
    };
    drop(taken);
    progress.finish();
    // Ctrl-C keeps what is done, and says with its exit code that it was not all.
    let stopped = progress.stopped();
    text.map(|text| match (done(&text), stopped) {
        (0, true) => 130,
        (code, _) => code,
    })
}

/// Who may work: the governor's word for a run, shown on the way.
struct Heed<'a> {
    crew: Crew,
    progress: &'a Progress,
    quiet: bool,
}

impl Leave for Heed<'_> {
    fn workers(&self, threads: usize) -> usize {
        let halted = self.crew.halted();
        let news = self.progress.pause(halted.as_deref());
        match halted {
            Some(why) => {
                if news && !self.quiet {
                    eprintln!("paused: {why}");
                }
                0
            }
            None => self.crew.may().min(threads),
        }
    }

    fn enter(&self) {
        self.crew.enter();
    }

    fn judged(&self, states: u64) {
        self.crew.judged(states);
    }
}

/// What training takes unasked: the wheel.
pub(crate) fn usual_needs(threads: usize) -> learn::Needs {
    let (settings, shape) = usual_settings();
    settings.needs(
        shape,
        threads,
        2.0 * moves_about(Ground::Wheel, 0),
        memory::BYTES_PER_EVALUATION,
    )
}

/// Its settings unasked, and the shape of its games.
pub(crate) fn usual_settings() -> (TrainConfig, (usize, usize)) {
    /// A parser for the arguments alone.
    #[derive(Debug, clap::Parser)]
    struct Alone {
        #[command(flatten)]
        args: TrainArgs,
    }
    let alone = <Alone as clap::Parser>::parse_from(["train", "--folder", "run"]);
    (settings(&alone.args).0, Markets::SHAPE)
}

/// Decisions of a game, about.
fn moves_about(ground: Ground, cycles: u32) -> f64 {
    match ground {
        Ground::Wheel => 8.0,
        Ground::Lattice => f64::from(cycles) / 2.0 + 1.0,
    }
}

impl TrainArgs {
    /// The lattice that is asked for.
    fn lattice(&self) -> Rolling {
        Rolling {
            lattice: Lattice {
                mu: self.growth,
                implied_vol: self.implied_vol,
                fee: self.fee,
                cycles: self.cycles,
                ..Lattice::reference()
            },
            life: self.life,
            early: true,
        }
    }

    /// Decisions of a game, about.
    fn moves_about(&self) -> f64 {
        moves_about(self.ground, self.cycles)
    }
}

/// Every setting that decides which weights come out, and the generations.
fn settings(args: &TrainArgs) -> (TrainConfig, u64) {
    let wheel = args.ground == Ground::Wheel;
    // What differs between the grounds, the wheel first.
    let count = |asked: Option<u32>, wheels: u32, lattices: u32| {
        asked.unwrap_or(if wheel { wheels } else { lattices })
    };
    let number = |asked: Option<f64>, wheels: f64, lattices: f64| {
        asked.unwrap_or(if wheel { wheels } else { lattices })
    };
    let hidden = if wheel { vec![512, 256] } else { vec![64, 64] };
    let steps = count(args.steps, 96, 300);
    let generations = args.generations.unwrap_or(if wheel { 120 } else { 60 });
    let rate = number(args.rate, 1e-3, 8e-3);
    let config = TrainConfig {
        hidden: args.hidden.clone().unwrap_or(hidden),
        play: PlayConfig {
            search: SearchConfig {
                evaluations: count(args.evaluations, 160, 32),
                root: Root::Gumbel {
                    considered: 8,
                    noise: 1.0,
                },
                ..SearchConfig::default()
            },
            lambda: number(args.lambda, 0.95, 1.0),
            moves_max: count(None, 60, 200) as usize,
        },
        games: count(args.games, 256, 400),
        steps,
        batch: 256,
        capacity: args
            .capacity
            .unwrap_or(u64::from(count(None, 60_000, 24_000))) as usize,
        strata: if args.strata {
            vec![1.0; 3]
        } else {
            Vec::new()
        },
        alpha: 0.6,
        beta: 1.0,
        learn: LearnConfig {
            learning_rate: rate,
            learning_rate_floor: (0.01 * rate).min(1e-5),
            warmup_steps: 50.min(generations * u64::from(steps)),
            value_scale: number(args.value_scale, 10.0, 30.0),
            steps: generations * u64::from(steps),
            ..LearnConfig::default()
        },
        seed: args.seed,
    };
    (config, generations)
}

/// What a look at the net's play adds to its row.
type Look<'a> = &'a dyn Fn(u64, &Weights, &mut LogRow) -> Result<(), Error>;

/// A run that came to its end, or was left.
struct Trained {
    weights: Weights,
    /// Generations done in all.
    generation: u64,
    steps: u64,
    games: u64,
    moves: u64,
    finished: bool,
}

/// The device that finds gradients, and why it is this one; `None` is the processor.
fn teacher(
    args: &TrainArgs,
    place: &Place,
    weights: &Weights,
    learn: LearnConfig,
    batch: usize,
) -> Result<Option<(Device, String)>, Error> {
    let Some(gpu) = place.gpu() else {
        return Ok(None);
    };
    let name = format!("{} {}", gpu.facts().backend, gpu.facts().name);
    let told = |error| match error {
        nn::Error::Device(error) => Error::Device(error),
        other => failed(other.into()),
    };
    let mut device = Device::new(&gpu, weights.config(), &place.budget).map_err(told)?;
    if args.device != DeviceWord::Auto {
        return Ok(Some((device, name)));
    }
    let [here, there] = race(weights, learn, batch, &mut device).map_err(told)?;
    let faster = there < here;
    let why = format!("{name}: a step takes {there:.1?} there and {here:.1?} on the processor");
    Ok(faster.then_some((device, why)))
}

/// The median time of a step on the processor and on a device, on rows without a meaning.
fn race(
    weights: &Weights,
    learn: LearnConfig,
    rows: usize,
    device: &mut Device,
) -> Result<[Duration; 2], nn::Error> {
    const STEPS: usize = 5;
    let config = weights.config();
    let features: Vec<f32> = (0..rows * config.inputs)
        .map(|at| (at as f32).sin())
        .collect();
    let policies = vec![1.0 / config.policies as f32; rows * config.policies];
    let batch = Batch {
        features: &features,
        values: &vec![Some(0.5); rows],
        policies: &policies,
        legal: &vec![true; policies.len()],
        weights: &vec![1.0; rows],
    };
    let mut learner = Learner::from_weights(weights.clone(), learn)?;
    let mut median = |step: &mut dyn FnMut(&mut Learner) -> Result<StepReport, nn::Error>| {
        let mut times = Vec::new();
        // The first one finds its memory and its compiled kernels.
        for _ in 0..=STEPS {
            let begin = Instant::now();
            step(&mut learner)?;
            times.push(begin.elapsed());
        }
        times.remove(0);
        times.sort_unstable();
        Ok::<_, nn::Error>(times[STEPS / 2])
    };
    Ok([
        median(&mut |learner| learner.step(&batch))?,
        median(&mut |learner| learner.step_on(device, &batch))?,
    ])
}

/// Trains on a field, and tells every generation.
fn trained<F: Field>(
    field: &F,
    about: &serde_json::Value,
    args: &TrainArgs,
    (crew, place): (&Crew, &Place),
    progress: &Progress,
    look: Look<'_>,
) -> Result<(Trained, Log), Error> {
    let (settings, generations) = settings(args);
    let (learn, batch) = (settings.learn.clone(), settings.batch);
    let (steps, games) = (settings.learn.steps, settings.games);
    let steps_each = settings.steps;
    let free = FreeConfig {
        first_rows: 4 * settings.batch as u64,
        draws_per_row: f64::from(steps_each) * settings.batch as f64
            / (args.moves_about() * f64::from(games)),
    };
    let mut run = if args.free {
        Run::open_free(field, settings, free, &args.folder, about)
    } else {
        Run::open(field, settings, &args.folder, about)
    }
    .map_err(failed)?;
    let threads = crew.most();
    run.heed(Some(Arc::new(Heed {
        crew: crew.clone(),
        progress,
        quiet: args.quiet,
    })));
    if let Some((device, why)) = teacher(args, place, run.weights(), learn, batch)? {
        if !args.quiet {
            eprintln!("learning on {why}");
        }
        run.learn_on(Some(device));
    }
    if let (true, Some(gpu)) = (args.games_on_device, place.gpu()) {
        let budget = place.budget.clone();
        run.play_on(Some(Box::new(move |weights| {
            GpuNet::new(&gpu, weights, &budget)
        })));
    }
    let mut log = Log::open(&args.folder)?;
    log.keep_until(run.generation())?;
    // Killed between a checkpoint and its line: the checkpoint knows what the line would have said, but for the time.
    if let Some(last) = run.last()
        && log
            .rows()
            .last()
            .is_none_or(|row| row.generation < last.generation)
    {
        log.add(&row(last, f64::NAN))?;
    }
    let until = args
        .minutes
        .map(|minutes| Instant::now() + Duration::from_secs_f64(60.0 * minutes.max(0.0)));
    let go_on = || !progress.stopped() && until.is_none_or(|until| Instant::now() < until);
    let begun = Instant::now();
    let steps_before = run.steps();
    let tell = |report: &Generation, weights: &Weights, seconds: f64, log: &mut Log| {
        let mut row = row(report, seconds);
        progress.figure("value loss", row.value_loss);
        progress.figure("policy loss", row.policy_loss);
        progress.message(&format!("generation {} is done", report.generation));
        look(report.generation, weights, &mut row)?;
        log.add(&row)?;
        if !args.quiet {
            let made = (report.steps - steps_before).max(1) as f64;
            let left = (steps.saturating_sub(report.steps)) as f64;
            eprintln!(
                "{}",
                line(&row, begun.elapsed().as_secs_f64() * left / made)
            );
        }
        save_weights(&args.folder, weights)
    };
    if args.free {
        let state = RefCell::new((Instant::now(), log));
        let mut wrong = None;
        // Without its log a run need not go on.
        let broken = Cell::new(false);
        run.free(
            threads,
            steps,
            &mut |_, made| {
                progress.stage("playing and learning");
                progress.fraction(made as f64 / steps as f64);
                progress.count("steps", made as f64);
                go_on() && !broken.get()
            },
            &mut |report, weights| {
                let mut state = state.borrow_mut();
                let seconds = state.0.elapsed().as_secs_f64();
                if let Err(error) = tell(report, weights, seconds, &mut state.1) {
                    broken.set(true);
                    wrong.get_or_insert(error);
                }
                state.0 = Instant::now();
            },
        )
        .map_err(failed)?;
        if let Some(error) = wrong {
            return Err(error);
        }
        log = state.into_inner().1;
    } else {
        while run.generation() < generations && go_on() {
            let at = Instant::now();
            let generation = run.generation() + 1;
            let played = AtomicU64::new(0);
            let told = run
                .advance(threads, &|games_done, steps_done| {
                    // Asked from several threads; the bar need not be exact.
                    if played.fetch_max(games_done, Ordering::Relaxed) <= games_done {
                        let part = (games_done as f64 / f64::from(games)
                            + steps_done as f64 / f64::from(steps_each))
                            / 2.0;
                        progress.fraction((generation as f64 - 1.0 + part) / generations as f64);
                        let before = generation as f64 - 1.0;
                        progress.count("games", before * f64::from(games) + games_done as f64);
                        let made = before * f64::from(steps_each) + steps_done as f64;
                        progress.count("steps", made);
                    }
                    go_on()
                })
                .map_err(failed)?;
            let Some(report) = told else { break };
            tell(&report, run.weights(), at.elapsed().as_secs_f64(), &mut log)?;
        }
    }
    if let Some(why) = run.device_lost() {
        eprintln!("the device was given up, and the run went on on the processor: {why}");
    }
    let (games, moves) = run.games_and_moves();
    let trained = Trained {
        weights: run.weights().clone(),
        generation: run.generation(),
        steps: run.steps(),
        games,
        moves,
        finished: run.steps() >= steps,
    };
    save_weights(&args.folder, &trained.weights)?;
    log.write_parquet(&args.folder.join("log.parquet"))?;
    write(
        &args.folder.join("report.html"),
        log::html(log.rows(), about).as_bytes(),
    )?;
    Ok((trained, log))
}

fn wheel(
    args: &TrainArgs,
    crew: &Crew,
    place: &Place,
    progress: &Progress,
) -> Result<String, Error> {
    if args.seed == gate::FROZEN.seed {
        return Err(Error::Usage(format!(
            "--seed {}: that is the seed of the frozen markets, on which nets are judged; take another",
            args.seed
        )));
    }
    let name = name(args)?;
    let shelf = Shelf::of_user();
    let markets = Markets {
        seed: args.seed,
        strata: args.strata,
    };
    let (settings, generations) = settings(args);
    let evaluations = settings.play.search.evaluations;
    let about = json!({ "ground": "wheel", "encoding": ENCODING });
    let look = |generation: u64, weights: &Weights, row: &mut LogRow| {
        if !generation.is_multiple_of(LOOK_EVERY) {
            return Ok(());
        }
        let net = Some(Arc::new(weights.clone()));
        let players = [Player::Search { evaluations, net }, Player::Rule];
        let numbers = calibration::FROM..calibration::FROM + LOOK_MARKETS;
        let scores = arena::play(&gate::FROZEN, numbers, &players, None, crew, &|_| {
            progress.breathe();
            !progress.stopped()
        });
        if let Some(scores) = scores {
            let gain = arena::compare(&scores, 0, 1, true);
            let won = scores.iter().filter(|row| row[0].utility > row[1].utility);
            row.won_over_rule = Some(won.count() as f64 / scores.len() as f64);
            row.gain_over_rule_bps = Some([gain.value, gain.low, gain.high].map(|x| 1e4 * x));
        }
        Ok(())
    };
    progress.stage("playing and learning");
    let (trained, log) = trained(&markets, &about, args, (crew, place), progress, &look)?;
    if !trained.finished {
        return left(args, &trained, &log);
    }
    progress.stage("what the net knows");
    let support = Support::of(&markets, args.support);
    let net = Arc::new(trained.weights.clone());
    let player = Player::Search {
        evaluations,
        net: Some(Arc::clone(&net)),
    };
    let numbers = calibration::FROM..calibration::FROM + args.calibrate;
    let calibration = if args.calibrate == 0 {
        None
    } else {
        calibration::measure(&gate::FROZEN, numbers, &player, crew, &|done| {
            progress.fraction(done as f64 / args.calibrate as f64);
            progress.breathe();
            !progress.stopped()
        })
    };
    if progress.stopped() {
        return left(args, &trained, &log);
    }
    let model = Model {
        name,
        manifest: Manifest {
            schema: 1,
            encoding: ENCODING.to_owned(),
            architecture: trained.weights.config().architecture(),
            sha256: trained.weights.sha256(),
            ground: "simulated markets of `jarvis2 train`".to_owned(),
            steps: trained.steps,
            games: trained.games,
            moves: trained.moves,
            seed: args.seed,
            settings: described(args, &settings, generations),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            support: Some(support),
            calibration,
        },
        weights: net,
    };
    let path = args.folder.join("model.safetensors");
    save(&path, &model)?;
    let mut matches: Option<Vec<Match>> = None;
    if args.gate > 0 {
        progress.stage("matches for the champion's place");
        matches = gate::challenge(&shelf, &model, args.gate, evaluations, crew, &|done| {
            progress.fraction(done as f64 / args.gate as f64);
            progress.breathe();
            !progress.stopped()
        })?;
    }
    if args.json {
        let all = json!({
            "finished": true, "generations": trained.generation, "steps": trained.steps, "games": trained.games,
            "moves": trained.moves, "sha256": model.manifest.sha256, "model": path, "calibration": model.manifest.calibration,
            "matches": matches, "last": log.rows().last(),
        });
        return Ok(format!("{all:#}"));
    }
    let mut text = format!(
        "{}: {} generations, {} steps, {} games, {} decisions\nweights {}\nlog.parquet and report.html in {} say how it went\n",
        path.display(),
        trained.generation,
        trained.steps,
        trained.games,
        trained.moves,
        model.manifest.sha256,
        args.folder.display()
    );
    match &matches {
        Some(matches) => {
            for one in matches {
                text += &format!("{}\n", sentence(one));
            }
            let crowned = matches.iter().all(|one| one.better);
            text += if crowned {
                "it is the champion now: plans use it\n"
            } else {
                "the champion stays\n"
            };
        }
        None if args.gate > 0 => {
            text += "the matches were left before their end: the champion stays\n"
        }
        None => {
            text += "no match was played (--gate MARKETS): plans do not use it unless nets.model names the file\n"
        }
    }
    Ok(text)
}

fn lattice(
    args: &TrainArgs,
    crew: &Crew,
    place: &Place,
    progress: &Progress,
) -> Result<String, Error> {
    let game = args.lattice();
    let about = json!({
        "ground": "lattice", "growth": args.growth, "implied_vol": args.implied_vol, "fee": args.fee,
        "cycles": args.cycles, "life": args.life,
    });
    let judging = SearchConfig {
        evaluations: JUDGED_AT,
        ..SearchConfig::default()
    };
    let told = |weights: &Weights| -> Result<[Standard; 2], Error> {
        let mut net = Net::new(weights);
        let mut judge = NetJudge::new(&game, &mut net).map_err(failed)?;
        standards(&game, &mut judge, &judging).map_err(failed)
    };
    let look = |_: u64, weights: &Weights, row: &mut LogRow| {
        let [cash, share] = told(weights)?;
        row.share_of_optimum = cash.share().zip(share.share()).map(|(a, b)| [a, b]);
        Ok(())
    };
    let field = LatticeField(game.clone());
    progress.stage("playing and learning");
    let (trained, log) = trained(&field, &about, args, (crew, place), progress, &look)?;
    if !trained.finished {
        return left(args, &trained, &log);
    }
    let by_net = told(&trained.weights)?;
    // The cheap judges on the same lattice: how many evaluations do they need for the same?
    let mut rivals = Vec::new();
    for (name, uniform) in [("liquidation value", false), ("nothing", true)] {
        let mut needed = None;
        for evaluations in (5..=11).map(|power| 1_u32 << power) {
            let config = SearchConfig {
                evaluations,
                ..SearchConfig::default()
            };
            let played = if uniform {
                standards(&game, &mut search::Each(|_: &_| 0.0), &config)
            } else {
                standards(&game, &mut game.evaluator(), &config)
            }
            .map_err(failed)?;
            let good = |one: &Standard| one.share().is_some_and(|share| share >= 0.99);
            if played.iter().all(good) {
                needed = Some(evaluations);
                break;
            }
        }
        rivals.push((name, needed));
    }
    if args.json {
        let starts: Vec<_> = ["cash", "share"]
            .iter()
            .zip(&by_net)
            .map(|(start, one)| {
                json!({
                    "start": start, "optimum_usd": one.optimum_usd, "liquidation_usd": one.liquidation_usd,
                    "played_usd": one.played_usd, "share": one.share(),
                })
            })
            .collect();
        let rivals: Vec<_> = rivals
            .iter()
            .map(|(name, needed)| json!({ "judge": name, "evaluations_for_99_percent": needed }))
            .collect();
        let all = json!({
            "finished": true, "generations": trained.generation, "steps": trained.steps, "games": trained.games,
            "evaluations": JUDGED_AT, "starts": starts, "rivals": rivals, "sha256": trained.weights.sha256(),
        });
        return Ok(format!("{all:#}"));
    }
    let mut text = format!(
        "{} generations, {} steps, {} games\n",
        trained.generation, trained.steps, trained.games
    );
    for (start, one) in ["cash", "a share"].iter().zip(&by_net) {
        let share = one.share().map_or_else(
            || "nothing to gain".to_owned(),
            |share| format!("{:.2} % of what best play gains", 100.0 * share),
        );
        text += &format!(
            "from {start}: ${:.4} by the net at {JUDGED_AT} evaluations, ${:.4} at best, ${:.4} by liquidating: {share}\n",
            one.played_usd, one.optimum_usd, one.liquidation_usd
        );
    }
    let nothing = by_net.iter().any(|one| one.share().is_none());
    for (name, needed) in rivals {
        let needed = match needed {
            _ if nothing => "n/a (nothing to gain)".to_owned(),
            Some(needed) => needed.to_string(),
            None => "more than 2,048".to_owned(),
        };
        text += &format!("judged by {name}, 99 % needs {needed} evaluations\n");
    }
    Ok(text)
}

/// Evaluations at which play on the lattice is judged.
const JUDGED_AT: u32 = 32;

/// What is said of a run that is not at its end.
fn left(args: &TrainArgs, trained: &Trained, log: &Log) -> Result<String, Error> {
    if trained.finished && !args.json {
        return Ok(format!(
            "trained to the end and left before its net was looked at; the same command goes on in {}",
            args.folder.display()
        ));
    }
    if args.json {
        let all = json!({
            "finished": false, "generations": trained.generation, "steps": trained.steps, "games": trained.games,
            "last": log.rows().last(),
        });
        return Ok(format!("{all:#}"));
    }
    Ok(format!(
        "left after {} of {} generations ({} steps, {} games); the same command goes on in {}",
        trained.generation,
        settings(args).1,
        trained.steps,
        trained.games,
        args.folder.display()
    ))
}

fn row(report: &Generation, seconds: f64) -> LogRow {
    LogRow {
        generation: report.generation,
        steps: report.steps,
        games: report.games,
        moves: report.moves,
        judged: report.judged,
        value_loss: report.value_loss,
        policy_loss: report.policy_loss,
        gradient_norm: report.gradient_norm,
        learning_rate: report.learning_rate,
        outcome: report.outcome,
        outcome_less_luck: report.outcome_less_luck,
        expected: report.expected,
        seconds,
        evaluations_per_s: report.judged as f64 / seconds.max(1e-9),
        won_over_rule: None,
        gain_over_rule_bps: None,
        share_of_optimum: None,
    }
}

/// A generation on the terminal.
fn line(row: &LogRow, left_s: f64) -> String {
    let mut text = format!(
        "{:>4}: loss of value {:.4}, of policy {:.4}; games brought {:.2} less luck, {:.2} expected; {:.0} evaluations/s; {:.0} min left",
        row.generation,
        row.value_loss,
        row.policy_loss,
        row.outcome_less_luck,
        row.expected,
        row.evaluations_per_s,
        left_s / 60.0
    );
    if let (Some(won), Some([gain, low, high])) = (row.won_over_rule, row.gain_over_rule_bps) {
        text += &format!(
            "; over the rule {gain:+.0} bp ({low:+.0} to {high:+.0}), {:.0} % of markets",
            100.0 * won
        );
    }
    if let Some([cash, share]) = row.share_of_optimum {
        text += &format!(
            "; {:.2} and {:.2} % of the optimum",
            100.0 * cash,
            100.0 * share
        );
    }
    text
}

fn described(args: &TrainArgs, settings: &TrainConfig, generations: u64) -> String {
    format!(
        "{generations} generations of {} games and {} steps of {} rows, {} evaluations before a move, lambda {}, rate {}, value scale {}, replay {}{}",
        settings.games,
        settings.steps,
        settings.batch,
        settings.play.search.evaluations,
        settings.play.lambda,
        settings.learn.learning_rate,
        settings.learn.value_scale,
        settings.capacity,
        if args.free { ", free-running" } else { "" }
    )
}

/// The name on the shelf.
fn name(args: &TrainArgs) -> Result<String, Error> {
    let name = args.name.clone().or_else(|| {
        let full = std::path::absolute(&args.folder).ok()?;
        Some(full.file_name()?.to_str()?.to_owned())
    });
    let name = name.unwrap_or_default();
    // Only a net that plays for the champion's place needs one that the shelf takes.
    if args.gate > 0 {
        Shelf::of_user().free(&name, "")?;
    }
    Ok(name)
}

fn save_weights(folder: &Path, weights: &Weights) -> Result<(), Error> {
    let path = folder.join("net.safetensors");
    weights.save(&path).map_err(|error| Error::UnwritableFile {
        path,
        why: error.to_string(),
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let aside = path.with_extension("part");
    std::fs::write(&aside, bytes)
        .and_then(|()| std::fs::rename(&aside, path))
        .map_err(|error| Error::UnwritableFile {
            path: path.to_owned(),
            why: error.to_string(),
        })
}

/// What went wrong in a run, by whose fault it is.
fn failed(error: learn::Error) -> Error {
    match error {
        learn::Error::File { path, source } => Error::UnwritableFile {
            path,
            why: source.to_string(),
        },
        learn::Error::Config { .. } | learn::Error::Run { .. } => Error::Usage(error.to_string()),
        learn::Error::Net(nn::Error::Learn { .. } | nn::Error::Config { .. }) => {
            Error::Usage(error.to_string())
        }
        other => Error::Internal(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::governor::simulated;
    use hardware::PressureLevel;
    use hardware::thermal::ThermalState;

    /// A run on a machine that is out of memory, or too hot, plays nothing, says why, and hears that it is to stop.
    #[test]
    fn a_run_pauses_with_the_machine_and_can_be_left() {
        let (cool, hot) = (ThermalState::Nominal, ThermalState::Critical);
        let (enough, none) = (PressureLevel::Normal, PressureLevel::Critical);
        for (state, memory, why) in [
            (cool, none, "memory is critically short"),
            (hot, enough, "heat is critical: the system says critical"),
        ] {
            let host = move || simulated(state, memory);
            let config = crate::config::Config::default();
            let machine = hardware::detect();
            let mut governor = Governor::new(&config, &machine, 2, None, true);
            governor.watch_by(Box::new(host), Duration::from_millis(1));
            let crew = governor.crew();
            while crew.halted().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(crew.halted().as_deref(), Some(why));
            let progress = Progress::new(true).heeding(&governor);
            let field = LatticeField(Rolling {
                lattice: Lattice {
                    cycles: 3,
                    ..Lattice::reference()
                },
                life: 1,
                early: true,
            });
            let folder = tempfile::tempdir().unwrap();
            let (settings, _) = usual_settings();
            let mut run = Run::open(&field, settings, folder.path(), &json!({})).unwrap();
            run.heed(Some(Arc::new(Heed {
                crew,
                progress: &progress,
                quiet: true,
            })));
            let asked = AtomicU64::new(0);
            let go_on = |games, _| {
                assert_eq!(games, 0, "nobody was to play");
                asked.fetch_add(1, Ordering::Relaxed) < 4
            };
            assert!(run.advance(2, &go_on).unwrap().is_none());
            // It was shown already.
            assert!(!progress.pause(Some(why)));
        }
    }
}
