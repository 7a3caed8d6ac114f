//! A run that is left or killed anywhere and taken up again ends where one that was not does.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use learn::lattice::LatticeField;
use learn::{Error, PlayConfig, Run, TrainConfig};
use nn::train::LearnConfig;
use search::problems::wheel_lattice::Lattice;
use search::problems::wheel_rolling::Rolling;
use search::{Root, SearchConfig};

fn field() -> LatticeField {
    LatticeField(Rolling {
        lattice: Lattice {
            cycles: 3,
            ..Lattice::reference()
        },
        life: 2,
        early: true,
    })
}

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

fn open<'f>(field: &'f LatticeField, folder: &Path) -> Run<'f, LatticeField> {
    Run::open(field, config(), folder, &about()).expect("the folder is in order")
}

fn weights(run: &Run<'_, LatticeField>) -> Vec<u8> {
    run.weights().to_bytes()
}

/// Five generations without a break, on so many threads.
fn whole(threads: usize) -> Vec<u8> {
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    let mut run = open(&field, folder.path());
    while run.generation() < 5 {
        run.advance(threads, &|_, _| true).expect("it learns");
    }
    weights(&run)
}

#[test]
fn threads_change_nothing() {
    assert_eq!(whole(1), whole(3));
}

/// Left in the middle of games and of steps, and between generations; opened again each time.
#[test]
fn a_run_that_was_left_ends_alike() {
    let expected = whole(2);
    for patience in [3, 7, 13, 17, 19] {
        let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
        let mut left = 0;
        let mut run = open(&field, folder.path());
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
            run = open(&field, folder.path());
        }
        assert!(left > 0, "it was never left");
        assert_eq!(weights(&run), expected, "left after {patience} questions");
    }
}

/// The newest checkpoint is damaged: the one before it leads to the same end.
#[test]
fn a_damaged_checkpoint_is_passed_over() {
    let expected = whole(2);
    for name in ["learner.safetensors", "standing.json", "SHA256SUMS"] {
        let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
        let mut run = open(&field, folder.path());
        while run.generation() < 4 {
            run.advance(2, &|_, _| true).expect("it learns");
        }
        drop(run);
        let path = folder.path().join("checkpoint-00000004").join(name);
        let mut bytes = std::fs::read(&path).expect("a checkpoint");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).expect("room");
        let mut run = open(&field, folder.path());
        assert_eq!(run.generation(), 3, "{name}");
        while run.generation() < 5 {
            run.advance(2, &|_, _| true).expect("it learns");
        }
        assert_eq!(weights(&run), expected, "{name}");
    }
}

/// Where the child of [`a_run_that_is_killed_ends_alike`] works.
const CHILD: &str = "LEARN_TESTS_CHILD";

/// Not a test of its own: the process that is killed.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let field = field();
    let mut run = open(&field, Path::new(&folder));
    while run.generation() < 5 {
        run.advance(2, &|_, _| true).expect("it learns");
    }
}

/// SIGKILL after ever more milliseconds, wherever that finds it: in games, steps, or half a checkpoint.
#[test]
fn a_run_that_is_killed_ends_alike() {
    let expected = whole(2);
    let folder = tempfile::tempdir().expect("a folder");
    let start = || {
        std::process::Command::new(std::env::current_exe().expect("this test"))
            .args(["child", "--exact", "--test-threads", "1"])
            .env(CHILD, folder.path())
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
    let run = open(&field, folder.path());
    assert_eq!(run.generation(), 5);
    assert_eq!(weights(&run), expected, "killed {killed} times");
}

#[test]
fn another_run_in_the_folder_is_refused() {
    let (field, folder) = (field(), tempfile::tempdir().expect("a folder"));
    open(&field, folder.path());
    let other = TrainConfig {
        seed: 4,
        ..config()
    };
    let refused = Run::open(&field, other, folder.path(), &about()).err();
    assert!(matches!(refused, Some(Error::Run { .. })), "{refused:?}");
}
