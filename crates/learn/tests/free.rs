//! A run that plays and learns at once: not the same twice, but it learns, nothing is lost, and everything adds up.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use learn::lattice::{LatticeField, standards};
use learn::{Error, Field, FreeConfig, Leave, NetJudge, PlayConfig, Run, TrainConfig};
use nn::Net;
use nn::train::LearnConfig;
use search::problems::wheel_lattice::Lattice;
use search::problems::wheel_rolling::{Rolling, State};
use search::{Root, SearchConfig};

/// A lattice that remembers which games were begun, and one of whose games may be wrong.
struct Watched {
    lattice: LatticeField,
    begun: Mutex<Vec<u64>>,
    wrong: Option<(u64, Wrong)>,
}

#[derive(Clone, Copy)]
enum Wrong {
    Fee,
    Panic,
}

impl Field for Watched {
    type Game = Rolling;

    fn shape(&self) -> (usize, usize) {
        self.lattice.shape()
    }

    fn draw(&self, number: u64) -> (Rolling, State) {
        self.begun.lock().expect("nobody panics here").push(number);
        let (mut game, state) = self.lattice.draw(number);
        match self.wrong {
            Some((at, Wrong::Fee)) if at == number => game.lattice.fee = f64::NAN,
            Some((at, Wrong::Panic)) if at == number => panic!("a game that panics"),
            _ => {}
        }
        (game, state)
    }

    fn stratum(&self, number: u64) -> u32 {
        (number % 3) as u32
    }
}

fn field() -> Watched {
    Watched {
        lattice: LatticeField(Rolling {
            lattice: Lattice {
                cycles: 3,
                fee: 0.45,
                ..Lattice::reference()
            },
            life: 1,
            early: true,
        }),
        begun: Mutex::default(),
        wrong: None,
    }
}

const STEPS: u64 = 60;
const BATCH: usize = 16;
const PACE: FreeConfig = FreeConfig {
    first_rows: 30,
    draws_per_row: 4.0,
};

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
        games: 1,
        steps: 8,
        batch: BATCH,
        capacity: 100,
        alpha: 0.6,
        beta: 0.8,
        strata: Vec::new(),
        learn: LearnConfig {
            steps: STEPS,
            warmup_steps: 4,
            ..LearnConfig::default()
        },
        seed: 3,
    }
}

fn about() -> serde_json::Value {
    serde_json::json!({ "field": "a lattice of three cycles" })
}

fn open<'f>(field: &'f Watched, folder: &Path) -> Run<'f, Watched> {
    open_with(field, config(), folder)
}

fn open_with<'f>(field: &'f Watched, config: TrainConfig, folder: &Path) -> Run<'f, Watched> {
    Run::open_free(field, config, PACE, folder, &about()).expect("the folder is in order")
}

/// Rows in the file of rows, by the heads of its blocks.
fn rows_on_disk(folder: &Path) -> u64 {
    let bytes = std::fs::read(folder.join("rows.bin")).expect("a file of rows");
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes"));
    let (mut at, mut rows) = (0, 0);
    while at < bytes.len() {
        rows += u64::from(word(at + 16));
        at += 56 + 4 * (word(at + 16) * word(at + 20)) as usize;
    }
    assert_eq!(at, bytes.len(), "the last block is whole");
    rows
}

/// Left after ever more questions, wherever that finds it, and opened again each time: no game that was begun is missing, none was
/// played twice, and every count is the sum of its parts.
#[test]
fn a_run_that_is_left_loses_no_game() {
    for (threads, strata) in [(1, vec![]), (3, vec![]), (2, vec![1.0, 2.0, 3.0])] {
        let config = TrainConfig { strata, ..config() };
        let open = |field, folder| open_with(field, config.clone(), folder);
        let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
        let (mut games, mut moves, mut left) = (0, 0, 0);
        let mut run = open(&field, folder.path());
        for patience in 0.. {
            let mut asked = 0;
            let mut go_on = |_, _| {
                asked += 1;
                asked <= patience
            };
            let mut told = |report: &learn::Generation, _: &nn::Weights| {
                games += report.games;
                moves += report.moves;
                let parts =
                    |of: fn(&learn::Stratum) -> u64| report.strata.iter().map(of).sum::<u64>();
                assert_eq!(parts(|stratum| stratum.games), report.games);
                assert_eq!(parts(|stratum| stratum.moves), report.moves);
            };
            run.free(threads, STEPS, &mut go_on, &mut told)
                .expect("it learns");
            let standing = (run.generation(), run.steps(), run.games_and_moves());
            assert_eq!(standing.2, (games, moves));
            let mut begun = field.begun.lock().expect("nobody panics").clone();
            begun.sort_unstable();
            assert_eq!(begun, (0..games).collect::<Vec<_>>(), "after {patience}");
            let weights = run.weights().to_bytes();
            drop(run);
            run = open(&field, folder.path());
            assert_eq!(
                (run.generation(), run.steps(), run.games_and_moves()),
                standing
            );
            assert_eq!(run.weights().to_bytes(), weights);
            assert_eq!(rows_on_disk(folder.path()), moves);
            if run.steps() == STEPS {
                break;
            }
            left += 1;
        }
        assert!(left > 3, "it was left {left} times only");
        // The pace, up to its slack and the games that came in ahead when it ended.
        let due = moves as f64 * PACE.draws_per_row - (STEPS * BATCH as u64) as f64;
        let first = PACE.draws_per_row * PACE.first_rows as f64;
        let slack = BATCH as f64 + 10.0 * PACE.draws_per_row;
        let ahead = 10.0 * PACE.draws_per_row * (2 * threads + 1) as f64;
        assert!(
            due >= first - slack && due <= first + slack + ahead,
            "due {due}"
        );
    }
}

/// Where the child of [`a_run_that_is_killed_goes_on`] works.
const CHILD: &str = "LEARN_TESTS_FREE_CHILD";

/// Not a test of its own: the process that is killed.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let field = field();
    let mut run = open(&field, Path::new(&folder));
    run.free(2, STEPS, &mut |_, _| true, &mut |_, _| {})
        .expect("it learns");
}

/// SIGKILL after ever more milliseconds: what is there can be opened, never has less than before, and comes to its end.
#[test]
fn a_run_that_is_killed_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = || {
        std::process::Command::new(std::env::current_exe().expect("this test"))
            .args(["child", "--exact", "--test-threads", "1"])
            .env(CHILD, folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("a process")
    };
    let field = field();
    let (mut killed, mut before) = (0, (0, 0));
    for pause in 0..60 {
        let mut child = start();
        std::thread::sleep(std::time::Duration::from_millis(5 + 3 * pause));
        let over = child.try_wait().expect("a child").is_some();
        if !over {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            killed += 1;
        }
        let run = open(&field, folder.path());
        let (_, moves) = run.games_and_moves();
        assert_eq!(rows_on_disk(folder.path()), moves);
        assert!((run.steps(), moves) >= before, "{before:?}");
        before = (run.steps(), moves);
        if over {
            break;
        }
    }
    assert!(killed > 0, "it was never killed");
    assert!(start().wait().expect("a child").success());
    assert_eq!(open(&field, folder.path()).steps(), STEPS);
}

/// A game that goes wrong ends the run with its number, and the folder goes on from its last checkpoint.
#[test]
fn a_wrong_game_ends_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = Watched {
        wrong: Some((40, Wrong::Fee)),
        ..field()
    };
    let mut run = open(&wrong, folder.path());
    let ended = run.free(3, STEPS, &mut |_, _| true, &mut |_, _| {});
    assert!(
        matches!(
            ended,
            Err(Error::Search { game: 40, .. } | Error::Target { game: 40, .. })
        ),
        "{ended:?}"
    );
    let field = field();
    // Two in one folder would write into each other's rows.
    let second = Run::open_free(&field, config(), PACE, folder.path(), &about());
    let why = second.err().expect("the folder is taken").to_string();
    assert!(why.contains("another run is going on"), "{why}");
    drop(run);
    let mut run = open(&field, folder.path());
    assert!(run.steps() > 0);
    run.free(3, STEPS, &mut |_, _| true, &mut |_, _| {})
        .expect("it learns");
    assert_eq!(run.steps(), STEPS);
}

/// So does one of a stratum that has no share.
#[test]
fn a_stratum_without_a_share_ends_the_run() {
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let config = TrainConfig {
        strata: vec![1.0, 1.0],
        ..config()
    };
    let mut run = open_with(&field, config, folder.path());
    let ended = run.free(3, STEPS, &mut |_, _| true, &mut |_, _| {});
    assert!(
        matches!(ended, Err(Error::Config { what: "strata", .. })),
        "{ended:?}"
    );
}

/// A game that panics does so here, at once, and nobody waits for ever.
#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn a_panic_ends_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = Watched {
        wrong: Some((5, Wrong::Panic)),
        ..field()
    };
    let mut run = open(&wrong, folder.path());
    let _ = run.free(3, u64::MAX, &mut |_, _| true, &mut |_, _| {});
}

#[test]
fn neither_kind_of_run_goes_on_as_the_other() {
    let field = field();
    let refused = |result: Option<Error>, word: &str| {
        let text = result.expect("refused").to_string();
        assert!(text.contains(word), "{text}");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut free = open(&field, folder.path());
    refused(free.advance(1, &|_, _| true).err(), "free run");
    let json = std::fs::read(folder.path().join("run.json")).expect("a description");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["reproducible"], false);
    let opened = Run::open(&field, config(), folder.path(), &about());
    refused(opened.err(), "holds a free run");
    let other = FreeConfig {
        draws_per_row: 5.0,
        ..PACE
    };
    let opened = Run::open_free(&field, config(), other, folder.path(), &about());
    refused(opened.err(), "other settings");

    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::open(&field, config(), folder.path(), &about()).expect("a folder");
    let freed = run.free(1, STEPS, &mut |_, _| true, &mut |_, _| {});
    refused(freed.err(), "not opened as a free run");
    let opened = Run::open_free(&field, config(), PACE, folder.path(), &about());
    refused(opened.err(), "run of generations");
    for wrong in [(0, 4.0), (1, 0.0), (1, f64::NAN)] {
        let pace = FreeConfig {
            first_rows: wrong.0,
            draws_per_row: wrong.1,
        };
        let folder = tempfile::tempdir().expect("a folder");
        let opened = Run::open_free(&field, config(), pace, folder.path(), &about());
        assert!(opened.is_err(), "{wrong:?}");
    }
}

/// From nothing to nearly all that best play gains; before it learns, the net loses.
#[test]
fn it_learns_the_lattice() {
    let field = LatticeField(Rolling {
        lattice: Lattice {
            cycles: 6,
            fee: 0.45,
            ..Lattice::reference()
        },
        life: 1,
        early: true,
    });
    let config = TrainConfig {
        hidden: vec![64, 64],
        play: PlayConfig {
            search: SearchConfig {
                evaluations: 32,
                root: Root::Gumbel {
                    considered: 8,
                    noise: 1.0,
                },
                ..SearchConfig::default()
            },
            lambda: 0.5,
            moves_max: 200,
        },
        games: 1,
        steps: 200,
        batch: 256,
        capacity: 6_000,
        alpha: 0.6,
        beta: 1.0,
        strata: Vec::new(),
        learn: LearnConfig {
            learning_rate: 3e-3,
            learning_rate_floor: 1e-5,
            warmup_steps: 50,
            steps: 2_000,
            ..LearnConfig::default()
        },
        seed: 1,
    };
    let pace = FreeConfig {
        first_rows: 600,
        draws_per_row: 60.0,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::open_free(&field, config, pace, folder.path(), &about()).expect("a folder");
    let worst = |weights: &nn::Weights| {
        let search = SearchConfig {
            evaluations: 32,
            ..SearchConfig::default()
        };
        let mut net = Net::new(weights);
        let mut judge = NetJudge::new(&field.0, &mut net).expect("it fits");
        let told = standards(&field.0, &mut judge, &search).expect("it plays");
        told.map(|standard| standard.share().expect("something to gain"))
            .into_iter()
            .fold(f64::INFINITY, f64::min)
    };
    let before = worst(run.weights());
    assert!(before < 0.5, "{before}");
    let mut last = None;
    run.free(2, 2_000, &mut |_, _| true, &mut |report, _| {
        assert!(report.value_loss.is_finite(), "{report:?}");
        last = Some(report.generation);
    })
    .expect("it learns");
    assert_eq!(last, Some(10));
    let after = worst(run.weights());
    println!(
        "{before} before, {after} after {:?} games and moves",
        run.games_and_moves()
    );
    assert!(after > 0.9, "{after}");
}

#[test]
fn a_run_that_need_not_begin_does_not() {
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let mut run = open(&field, folder.path());
    run.free(2, STEPS, &mut |_, _| false, &mut |_, _| {})
        .expect("it stands");
    run.free(2, 0, &mut |_, _| true, &mut |_, _| {})
        .expect("it stands");
    assert_eq!((run.generation(), run.games_and_moves()), (0, (0, 0)));
    assert!(!folder.path().join("checkpoint-00000001").exists());
}

/// Held back and paused now and then, a free run still makes all its steps; one that pauses for good hears a stop.
#[test]
fn a_free_run_heeds_who_may_work() {
    struct Fickle(AtomicU64, bool);
    impl Leave for Fickle {
        fn workers(&self, threads: usize) -> usize {
            let asked = self.0.fetch_add(1, Ordering::Relaxed);
            match asked % 5 {
                _ if self.1 => 0,
                0 => 0,
                1 => 1,
                _ => threads,
            }
        }
    }
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let mut run = open(&field, folder.path());
    let mut patience = 5;
    run.heed(Some(Arc::new(Fickle(AtomicU64::new(0), true))));
    let mut stop = |_, _| {
        patience -= 1;
        patience > 0
    };
    run.free(2, STEPS, &mut stop, &mut |_, _| {}).expect("left");
    assert_eq!(run.steps(), 0);
    run.heed(Some(Arc::new(Fickle(AtomicU64::new(0), false))));
    run.free(2, STEPS, &mut |_, _| true, &mut |_, _| {})
        .expect("it learns");
    assert_eq!(run.steps(), STEPS);
}
