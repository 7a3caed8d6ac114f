//! A run that is left or killed anywhere and taken up again ends where one that was not does.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use compute::{Backend, Budget, Gpu};
use learn::lattice::{LatticeField, knowledge, standards};
use learn::{Bring, Error, Field, Leave, NetJudge, PlayConfig, Run, TrainConfig};
use nn::gpu::GpuNet;
use nn::train::LearnConfig;
use nn::{Net, Weights};
use search::problems::wheel_lattice::Lattice;
use search::problems::wheel_rolling::{Rolling, State};
use search::{Root, SearchConfig};

fn field() -> Kinds {
    Kinds(LatticeField(Rolling {
        lattice: Lattice {
            cycles: 3,
            ..Lattice::reference()
        },
        life: 2,
        early: true,
    }))
}

/// A lattice whose games are of three kinds.
struct Kinds(LatticeField);

impl Field for Kinds {
    type Game = Rolling;

    fn shape(&self) -> (usize, usize) {
        self.0.shape()
    }

    fn draw(&self, number: u64) -> (Rolling, State) {
        self.0.draw(number)
    }

    fn stratum(&self, number: u64) -> u32 {
        [5, 0, 5, 2][number as usize % 4]
    }
}

/// Without shares of strata, and with: every test of a run that goes on takes both.
const SHARES: [&[f64]; 2] = [&[], &[4.0, 1.0, 1.0, 1.0, 1.0, 2.0]];

fn config() -> TrainConfig {
    TrainConfig {
        hidden: vec![16, 16],
        play: PlayConfig {
            search: SearchConfig {
                evaluations: 24,
                root: Root::Gumbel {
                    considered: 4,
                    noise: 1.0,
                },
                ..SearchConfig::default()
            },
            lambda: 0.5,
            moves_max: 10,
        },
        games: 12,
        steps: 8,
        batch: 16,
        capacity: 40,
        alpha: 0.6,
        beta: 0.8,
        strata: Vec::new(),
        learn: LearnConfig {
            steps: 40,
            warmup_steps: 4,
            ..LearnConfig::default()
        },
        seed: 3,
    }
}

fn about() -> serde_json::Value {
    serde_json::json!({ "field": "a lattice of three cycles" })
}

fn open<'f>(field: &'f Kinds, strata: &[f64], folder: &Path) -> Run<'f, Kinds> {
    let config = TrainConfig {
        strata: strata.to_vec(),
        ..config()
    };
    Run::open(field, config, folder, &about()).expect("the folder is in order")
}

fn weights(run: &Run<'_, Kinds>) -> Vec<u8> {
    run.weights().to_bytes()
}

/// Five generations without a break, on so many threads.
fn whole(threads: usize, strata: &[f64]) -> Vec<u8> {
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let mut run = open(&field, strata, folder.path());
    while run.generation() < 5 {
        run.advance(threads, &|_, _| true).expect("it learns");
    }
    weights(&run)
}

#[test]
fn threads_change_nothing() {
    for strata in SHARES {
        assert_eq!(whole(1, strata), whole(3, strata));
    }
}

/// Lets now all, now one, now nobody work.
#[derive(Default)]
struct Fickle {
    asked: AtomicU64,
    entered: AtomicU64,
    judged: AtomicU64,
}

impl Leave for Fickle {
    fn workers(&self, threads: usize) -> usize {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) as usize;
        [threads, 1, 0, 2, 0, 0, threads][asked % 7]
    }

    fn enter(&self) {
        self.entered.fetch_add(1, Ordering::Relaxed);
    }

    fn judged(&self, states: u64) {
        self.judged.fetch_add(states, Ordering::Relaxed);
    }
}

#[test]
fn a_run_that_pauses_and_is_held_back_ends_alike() {
    for strata in SHARES {
        let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
        let mut run = open(&field, strata, folder.path());
        let fickle = Arc::new(Fickle::default());
        run.heed(Some(fickle.clone()));
        let mut judged = 0;
        while run.generation() < 5 {
            let told = run.advance(3, &|_, _| true).expect("it learns");
            judged += told.expect("nobody stopped it").judged;
        }
        assert_eq!(weights(&run), whole(2, strata));
        assert_eq!(fickle.judged.load(Ordering::Relaxed), judged);
        assert_eq!(fickle.entered.load(Ordering::Relaxed), 5 * 3);
        // Every step asked at least once.
        assert!(fickle.asked.load(Ordering::Relaxed) >= 5 * 8);
    }
}

/// Nobody may work; the run hears a stop all the same, and goes on later.
#[test]
fn a_run_that_pauses_can_be_stopped() {
    struct Nobody(u64);
    impl Leave for Nobody {
        fn workers(&self, threads: usize) -> usize {
            if self.0 == 0 { 0 } else { threads }
        }
    }
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let mut run = open(&field, &[], folder.path());
    run.heed(Some(Arc::new(Nobody(0))));
    let asked = AtomicU64::new(0);
    let go_on = |games, _| {
        assert_eq!(games, 0, "nobody was to play");
        asked.fetch_add(1, Ordering::Relaxed) < 9
    };
    assert_eq!(run.advance(2, &go_on).expect("it was left"), None);
    run.heed(Some(Arc::new(Nobody(1))));
    while run.generation() < 5 {
        run.advance(2, &|_, _| true).expect("it learns");
    }
    assert_eq!(weights(&run), whole(2, &[]));
}

/// A device that is not there is given up, and nothing else changes; one that is judges all games, on any number of threads.
#[test]
fn gpu_games_are_judged_on_a_device() {
    let played = |threads: usize, bring: Bring| {
        let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
        let mut run = open(&field, &[], folder.path());
        run.play_on(Some(bring));
        while run.generation() < 5 {
            let told = run.advance(threads, &|_, _| true).expect("it learns");
            assert_eq!(told.expect("it was not stopped").games, 12);
        }
        (weights(&run), run.device_lost().map(str::to_owned))
    };
    let absent = || {
        let lost = compute::Error::Lost {
            why: "it was never there".to_owned(),
        };
        Err(nn::Error::Device(lost))
    };
    let (found, lost) = played(2, Box::new(move |_| absent()));
    assert_eq!(found, whole(2, &[]));
    assert!(lost.expect("it was given up").contains("never there"));

    let opened = [Backend::Vulkan, Backend::Metal, Backend::Cuda].map(|way| Gpu::open(way, 0));
    let Some(gpu) = opened.into_iter().find_map(Result::ok) else {
        let asked = std::env::var_os("JARVIS2_GPU_TESTS").is_some();
        assert!(!asked, "JARVIS2_GPU_TESTS asks for a GPU");
        return eprintln!("skipped: no GPU, not even in software");
    };
    let bring = || -> Bring {
        let gpu = gpu.clone();
        let budget = Budget {
            bytes: 64 << 20,
            origin: "a test".to_owned(),
        };
        Box::new(move |weights| GpuNet::new(&gpu, weights, &budget))
    };
    let (one, lost) = played(1, bring());
    assert_eq!(lost, None);
    assert_eq!(played(3, bring()), (one, None));
}

/// Left in the middle of games and of steps, and between generations; opened again each time.
#[test]
fn a_run_that_was_left_ends_alike() {
    for strata in SHARES {
        let expected = whole(2, strata);
        for patience in [3, 7, 13, 17, 19] {
            let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
            let mut left = 0;
            let mut run = open(&field, strata, folder.path());
            let mut allowed = patience;
            while run.generation() < 5 {
                let asked = AtomicU64::new(0);
                let go_on = |_, _| asked.fetch_add(1, Ordering::Relaxed) < allowed;
                let done = run.advance(2, &go_on).expect("it learns");
                if done.is_none() {
                    left += 1;
                    // Later each time, so that it ends.
                    allowed += 5;
                }
                drop(run);
                run = open(&field, strata, folder.path());
            }
            assert!(left > 0, "it was never left");
            assert_eq!(weights(&run), expected, "left after {patience} questions");
        }
    }
}

/// The newest checkpoint is damaged: the one before it leads to the same end.
#[test]
fn a_damaged_checkpoint_is_passed_over() {
    let expected = SHARES.map(|strata| whole(2, strata));
    for (name, which) in [
        ("learner.safetensors", 0),
        ("standing.json", 0),
        ("standing.json", 1),
        ("SHA256SUMS", 1),
    ] {
        let (strata, expected) = (SHARES[which], &expected[which]);
        let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
        let mut run = open(&field, strata, folder.path());
        while run.generation() < 4 {
            run.advance(2, &|_, _| true).expect("it learns");
        }
        drop(run);
        let path = folder.path().join("checkpoint-00000004").join(name);
        let mut bytes = std::fs::read(&path).expect("a checkpoint");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).expect("room");
        let mut run = open(&field, strata, folder.path());
        assert_eq!(run.generation(), 3, "{name}");
        while run.generation() < 5 {
            run.advance(2, &|_, _| true).expect("it learns");
        }
        assert_eq!(&weights(&run), expected, "{name}");
    }
}

/// Where the child of [`a_run_that_is_killed_ends_alike`] works.
const CHILD: &str = "LEARN_TESTS_CHILD";
/// Which of [`SHARES`] it has.
const CHILD_SHARES: &str = "LEARN_TESTS_CHILD_SHARES";

/// Not a test of its own: the process that is killed.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let which = std::env::var(CHILD_SHARES).expect("a number");
    let strata = SHARES[which.parse::<usize>().expect("a number")];
    let field = field();
    let mut run = open(&field, strata, Path::new(&folder));
    while run.generation() < 5 {
        run.advance(2, &|_, _| true).expect("it learns");
    }
}

/// SIGKILL after ever more milliseconds, wherever that finds it: in games, steps, or half a checkpoint.
#[test]
fn a_run_that_is_killed_ends_alike() {
    for (which, strata) in SHARES.into_iter().enumerate() {
        let expected = whole(2, strata);
        let folder = tempfile::tempdir().expect("a folder");
        let start = || {
            std::process::Command::new(std::env::current_exe().expect("this test"))
                .args(["child", "--exact", "--test-threads", "1"])
                .env(CHILD, folder.path())
                .env(CHILD_SHARES, which.to_string())
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("a process")
        };
        let mut killed = 0;
        for pause in 0..60 {
            let mut child = start();
            std::thread::sleep(std::time::Duration::from_millis(5 + 3 * pause));
            if child.try_wait().expect("a child").is_some() {
                break;
            }
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            killed += 1;
        }
        assert!(killed > 0, "it was never killed");
        assert!(start().wait().expect("a child").success());
        let field = field();
        let run = open(&field, strata, folder.path());
        assert_eq!(run.generation(), 5);
        assert_eq!(weights(&run), expected, "killed {killed} times");
    }
}

/// What `run.json` of a run without shares of strata said before there were any: such a run goes on.
#[test]
fn a_run_from_before_strata_goes_on() {
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("run.json");
    let before = serde_json::json!({
        "schema": 1,
        "about": about(),
        "config": "TrainConfig { hidden: [16, 16], play: PlayConfig { search: SearchConfig { evaluations: 24, \
            simulations: 4294967295, batch: 64, root: Gumbel { considered: 4, noise: 1.0 }, interior: Puct, backup: Max, \
            exploration: 1.25, depth_max: 4294967295, widening: None, deviations: 2.0, tolerance: None, baseline: None, seed: 0 }, \
            lambda: 0.5, moves_max: 10 }, games: 12, steps: 8, batch: 16, capacity: 40, alpha: 0.6, beta: 0.8, \
            learn: LearnConfig { learning_rate: 0.001, learning_rate_floor: 1e-5, warmup_steps: 4, steps: 40, \
            value_scale: 1.0, policy_scale: 1.0, huber_delta: 1.0, l2: 0.0, decay: 0.0, beta1: 0.9, beta2: 0.999, \
            epsilon: 1e-8, gradient_norm_max: 10.0 }, seed: 3 }",
    });
    std::fs::write(&path, before.to_string()).expect("room");
    let mut run = open(&field, &[], folder.path());
    run.advance(2, &|_, _| true).expect("it learns");
    // Nor do strata add anything to its checkpoint.
    let standing = std::fs::read(folder.path().join("checkpoint-00000001/standing.json"));
    let standing: serde_json::Value =
        serde_json::from_slice(&standing.expect("a checkpoint")).expect("JSON");
    let mut keys: Vec<_> = standing.as_object().expect("an object").keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "added",
            "drawn",
            "draws",
            "generation",
            "largest_bits",
            "last",
            "priorities_bits",
            "rows_bytes",
            "schema"
        ]
    );
}

/// Strata change what is learned, in any unit alike; a checkpoint says the stratum of each row that the replay holds.
#[test]
fn strata_are_learned_in_their_shares() {
    let expected = whole(2, SHARES[1]);
    assert_ne!(expected, whole(2, &[]));
    assert_ne!(expected, whole(2, &[1.0; 6]));
    assert_eq!(
        expected,
        whole(2, &SHARES[1].iter().map(|x| 8.0 * x).collect::<Vec<_>>())
    );

    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let mut run = open(&field, SHARES[1], folder.path());
    let report = run.advance(2, &|_, _| true).expect("it learns");
    let report = report.expect("a generation");
    let standing = std::fs::read(folder.path().join("checkpoint-00000001/standing.json"));
    let standing: serde_json::Value =
        serde_json::from_slice(&standing.expect("a checkpoint")).expect("JSON");
    let held = standing["strata"].as_array().expect("strata");
    assert_eq!(held.len(), 40.min(report.moves as usize));
    let count = |stratum: u64| {
        held.iter()
            .filter(|of| of.as_u64() == Some(stratum))
            .count()
    };
    assert_eq!(count(0) + count(2) + count(5), held.len());
    assert!(count(0) > 0 && count(2) > 0 && count(5) > 0, "{held:?}");
}

/// A game of a stratum without a share ends the run before it has learned from it; shares that make no sense never begin one.
#[test]
fn a_stratum_without_a_share_is_refused() {
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let mut run = open(&field, &[1.0, 1.0], folder.path());
    let refused = run
        .advance(2, &|_, _| true)
        .expect_err("stratum 5")
        .to_string();
    assert!(refused.contains("a game is of stratum 5"), "{refused}");
    assert_eq!((run.generation(), run.games_and_moves()), (0, (0, 0)));
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let folder = tempfile::tempdir().expect("a folder");
        let config = TrainConfig {
            strata: vec![1.0, wrong],
            ..config()
        };
        let refused = Run::open(&field, config, folder.path(), &about()).err();
        assert!(
            matches!(refused, Some(Error::Config { what: "strata", .. })),
            "{refused:?}"
        );
        assert!(!folder.path().join("run.json").exists());
    }
}

#[test]
fn another_run_in_the_folder_is_refused() {
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    open(&field, &[], folder.path());
    let seed = TrainConfig {
        seed: 4,
        ..config()
    };
    let strata = TrainConfig {
        strata: SHARES[1].to_vec(),
        ..config()
    };
    for other in [seed, strata] {
        let refused = Run::open(&field, other, folder.path(), &about()).err();
        assert!(matches!(refused, Some(Error::Run { .. })), "{refused:?}");
    }
}

/// What the games of each kind brought is told, and without shares nothing is learned differently for it.
#[test]
fn games_are_told_by_stratum() {
    let (plain, folder) = (field().0, tempfile::tempdir().expect("a folder"));
    let mut run = Run::open(&plain, config(), folder.path(), &about()).expect("a folder");
    let report = run.advance(2, &|_, _| true).expect("it learns");
    let one = report.expect("a generation").strata;
    assert_eq!(
        one.iter()
            .map(|of| (of.stratum, of.games))
            .collect::<Vec<_>>(),
        [(0, 12)]
    );

    let (kinds, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let mut told = Run::open(&kinds, config(), folder.path(), &about()).expect("a folder");
    let report = told.advance(2, &|_, _| true).expect("it learns");
    let report = report.expect("a generation");
    let games: Vec<_> = report
        .strata
        .iter()
        .map(|of| (of.stratum, of.games))
        .collect();
    assert_eq!(games, [(0, 3), (2, 3), (5, 6)]);
    assert_eq!(told.weights(), run.weights());

    // Each stratum against its games, played once more by the weights that the run began with.
    let begun = Weights::seeded(run.weights().config().clone(), learn::dice::hash(3, &[2]));
    let mut net = Net::new(&begun.expect("a shape"));
    for (place, numbers) in [vec![1, 5, 9], vec![3, 7, 11], vec![0, 2, 4, 6, 8, 10]]
        .iter()
        .enumerate()
    {
        let seed = learn::dice::hash(3, &[3]);
        let episodes: Vec<_> = numbers
            .iter()
            .map(|&number| {
                learn::play(&kinds, number, seed, &mut net, &config().play).expect("a game")
            })
            .collect();
        let mean = |of: fn(&learn::Episode) -> f64| {
            episodes.iter().map(of).sum::<f64>() / episodes.len() as f64
        };
        let found = &report.strata[place];
        let lessons = episodes.iter().flat_map(|episode| &episode.lessons);
        assert!(
            lessons
                .clone()
                .all(|lesson| lesson.stratum == found.stratum)
        );
        assert_eq!(lessons.count() as u64, found.moves);
        for (expected, found) in [
            (mean(|episode| episode.outcome), found.outcome),
            (
                mean(|episode| episode.outcome_less_luck),
                found.outcome_less_luck,
            ),
            (mean(|episode| episode.expected), found.expected),
        ] {
            assert!((expected - found).abs() < 1e-9, "{expected} {found}");
        }
    }
}

/// From nothing to nearly all that best play gains where options live two cycles and may be rolled; and the net keeps in mind what
/// the states are worth that its play no longer comes to.
#[test]
fn options_of_two_cycles_are_learned() {
    let field = LatticeField(Rolling {
        lattice: Lattice {
            cycles: 5,
            fee: 0.01,
            ..Lattice::reference()
        },
        life: 2,
        early: true,
    });
    let search = SearchConfig {
        evaluations: 32,
        ..SearchConfig::default()
    };
    let config = TrainConfig {
        hidden: vec![64, 64],
        play: PlayConfig {
            search: SearchConfig {
                root: Root::Gumbel {
                    considered: 8,
                    noise: 1.0,
                },
                ..search.clone()
            },
            lambda: 0.9,
            moves_max: 200,
        },
        games: 200,
        steps: 150,
        batch: 256,
        capacity: 6_000,
        alpha: 0.6,
        beta: 1.0,
        strata: Vec::new(),
        learn: LearnConfig {
            learning_rate: 6e-3,
            learning_rate_floor: 1e-5,
            warmup_steps: 50,
            steps: 15 * 150,
            ..LearnConfig::default()
        },
        seed: 1,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::open(&field, config, folder.path(), &about()).expect("a folder");
    let told = |weights: &Weights| {
        let mut net = Net::new(weights);
        let mut judge = NetJudge::new(&field.0, &mut net).expect("it fits");
        let played = standards(&field.0, &mut judge, &search).expect("it plays");
        let shares = played.map(|standard| standard.share().expect("something to gain"));
        let known = knowledge(&field.0, &mut judge).expect("it judges");
        (shares[0].min(shares[1]), known)
    };
    let (share, known) = told(run.weights());
    assert!(share < 0.9 && known.error > 0.5, "{share}, {known:?}");
    while run.generation() < 15 {
        run.advance(2, &|_, _| true).expect("it learns");
    }
    let (share, known) = told(run.weights());
    println!("{share}, {known:?}");
    assert!(share > 0.99, "{share}, {known:?}");
    // Twice what it should be; games that start without options only leave 0.10.
    assert!(known.error < 0.07, "{share}, {known:?}");
}
