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
