//! `jarvis2 train`: what is learned is told to the cent, and a run that was killed anywhere ends with the same bytes.

use crate::run::Desk;
use serde_json::Value;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

/// A lattice that is learned in seconds.
const LATTICE: &[&str] = &[
    "train",
    "--ground",
    "lattice",
    "--cycles",
    "6",
    "--games",
    "120",
    "--steps",
    "60",
    "--generations",
    "12",
    "--rate",
    "0.003",
    "--lambda",
    "0.5",
    "--capacity",
    "6000",
    "--json",
    "--quiet",
];

#[test]
fn a_lattice_is_learned_from_nothing() {
    let desk = Desk::new();
    let run = desk.run(&[LATTICE, &["--folder", "run"]].concat()).exits(0);
    let told = run.json();
    assert_eq!(told["finished"], true);
    assert_eq!(told["evaluations"], 32);
    for start in told["starts"].as_array().unwrap() {
        let share = start["share"].as_f64().unwrap();
        assert!(share >= 0.99, "{run}");
    }
    // Judged by nothing, more evaluations are needed for the same.
    let uniform = &told["rivals"][1]["evaluations_for_99_percent"];
    assert!(uniform.as_u64().is_none_or(|needed| needed > 32), "{run}");
    for file in ["log.jsonl", "log.parquet", "report.html", "net.safetensors"] {
        assert!(desk.path("run").join(file).exists(), "{file}");
    }
    let log = fs::read_to_string(desk.path("run/log.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 12);
}

/// The same run, killed again and again, and one that was left by the clock.
#[test]
fn a_run_that_is_killed_ends_with_the_same_weights() {
    let desk = Desk::new();
    let line = |folder: &'static str| {
        let mut line = LATTICE.to_vec();
        let at = line.iter().position(|word| *word == "--generations");
        line[at.unwrap() + 1] = "5";
        line.extend(["--folder", folder]);
        line
    };
    desk.run(&line("whole")).exits(0);
    let wanted = fs::read(desk.path("whole/net.safetensors")).unwrap();
    let mut kills = 0;
    let ended = (0..200_u64).any(|at| {
        let mut child = desk
            .command(&line("killed"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(150 + (at * 389) % 900));
        match child.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success());
                true
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
                false
            }
        }
    });
    assert!(ended && kills > 0, "{kills} kills");
    assert_eq!(
        fs::read(desk.path("killed/net.safetensors")).unwrap(),
        wanted
    );
    let log = |folder: &str| -> Vec<u64> {
        let text = fs::read_to_string(desk.path(folder).join("log.jsonl")).unwrap();
        let number = |line: &str| {
            serde_json::from_str::<Value>(line).unwrap()["generation"]
                .as_u64()
                .unwrap()
        };
        text.lines().map(number).collect()
    };
    assert_eq!(log("killed"), [1, 2, 3, 4, 5]);

    let left = [&line("left")[..], &["--minutes", "0"]].concat();
    let told = desk.run(&left).exits(0).json();
    assert_eq!(told["finished"], false);
    desk.run(&line("left")).exits(0);
    assert_eq!(fs::read(desk.path("left/net.safetensors")).unwrap(), wanted);
}

/// The wheel at a very small scale: the recipe of the shipped nets, end to end, into a plan.
#[test]
fn the_wheel_is_trained_and_a_plan_reads_the_net() {
    let desk = Desk::new();
    let line = [
        "train",
        "--folder",
        "tiny",
        "--generations",
        "2",
        "--games",
        "8",
        "--steps",
        "8",
        "--evaluations",
        "64",
        "--hidden",
        "32",
        "--support",
        "64",
        "--calibrate",
        "10",
        "--json",
        "--quiet",
    ];
    let told = desk.run(&line).exits(0).json();
    assert_eq!(told["steps"], 16);
    assert_eq!(told["calibration"]["markets"], 10);
    assert_eq!(told["matches"], Value::Null);
    let run = desk.plan(&["--no-diary", "--set", "nets.model=tiny/model.safetensors"]);
    let nets = &run.json()["why"]["search"]["nets"];
    // 64 games cannot have seen everything: either it judged, or it says what it has not seen.
    let because = nets["because"].as_str().unwrap_or("");
    assert!(
        nets["in_use"] == true || because.starts_with("out of distribution"),
        "{nets}"
    );
    // The same settings again: nothing is left to do, and nothing changes.
    let before = fs::read(desk.path("tiny/net.safetensors")).unwrap();
    desk.run(&line).exits(0);
    assert_eq!(fs::read(desk.path("tiny/net.safetensors")).unwrap(), before);
    // Other settings in the same folder are refused.
    let other = [&line[..], &["--lambda", "0.3"]].concat();
    desk.run(&other).exits(2);
}

/// Where a run does not fit it is refused before anything is written, with a size that fits; in the background it learns the same.
#[test]
fn training_asks_for_its_memory_first() {
    let desk = Desk::new();
    let mut small = LATTICE.to_vec();
    let at = small.iter().position(|word| *word == "--capacity");
    small[at.unwrap() + 1] = "2000000";
    small.extend(["--folder", "big", "--set", "hardware.memory_limit_mb=60"]);
    let run = desk.run(&small).exits(5);
    assert!(run.stdout.contains("--capacity "), "{run}");
    assert!(run.stdout.contains("the user's limit"), "{run}");
    assert!(!desk.path("big").exists());

    let line = |folder: &'static str| {
        let mut line = LATTICE.to_vec();
        let at = line.iter().position(|word| *word == "--generations");
        line[at.unwrap() + 1] = "2";
        line.extend(["--folder", folder]);
        line
    };
    desk.run(&line("front")).exits(0);
    desk.run(&[&line("behind")[..], &["--background"]].concat())
        .exits(0);
    let weights = |folder: &str| fs::read(desk.path(folder).join("net.safetensors")).unwrap();
    assert_eq!(weights("front"), weights("behind"));
}

/// Who watches sees what a run holds.
#[test]
fn the_status_of_a_run_has_the_rows_of_the_ledger() {
    let desk = Desk::new();
    let mut line = LATTICE.to_vec();
    let at = line.iter().position(|word| *word == "--generations");
    line[at.unwrap() + 1] = "100000";
    line.extend(["--folder", "long", "--set", "monitor.folder=\"running\""]);
    let mut child = desk
        .command(&line)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let path = desk.path(&format!("running/{}.json", child.id()));
    let until = std::time::Instant::now() + Duration::from_secs(60);
    let status = loop {
        if let Ok(text) = fs::read(&path) {
            break serde_json::from_slice::<Value>(&text).unwrap();
        }
        assert!(std::time::Instant::now() < until, "no status");
        std::thread::sleep(Duration::from_millis(50));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    let rows = status["memory"].as_array().unwrap();
    let held = |component: &str| {
        let of = rows.iter().find(|row| {
            row["component"]
                .as_str()
                .is_some_and(|name| name.starts_with(component))
        });
        of.and_then(|row| row["bytes"].as_u64())
    };
    // 6,000 rows of some dozens of numbers.
    assert!(
        held("replay").is_some_and(|bytes| bytes > 100_000),
        "{status}"
    );
    for component in ["learner", "games in flight", "games of a generation"] {
        assert!(held(component).is_some(), "{component}: {status}");
    }
}
