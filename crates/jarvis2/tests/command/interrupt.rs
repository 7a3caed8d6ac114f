//! Ctrl-C ends a long plan soon, with code 130 and a sentence.
#![cfg(unix)]

use crate::run::{Desk, SMALL};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Starts a plan that takes minutes, interrupts it after `wait`, and looks at how it ends.
#[track_caller]
fn interrupted(settings: &[&str], wait: Duration) {
    let desk = Desk::new();
    desk.run(&["config", "init", "--portfolio", "p.toml"])
        .exits(0);
    let args = [&["plan", "--no-files", "--json"], SMALL, settings].concat();
    let mut command = desk.command(&args);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(wait);
    assert!(
        child.try_wait().unwrap().is_none(),
        "it was meant to take longer"
    );
    let sent = Instant::now();
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let patience = Duration::from_secs(4);
    while child.try_wait().unwrap().is_none() && sent.elapsed() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    if child.try_wait().unwrap().is_none() {
        child.kill().unwrap();
        panic!("{settings:?}: still running {patience:?} after the interrupt");
    }
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stdout}");
    let error: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(error["error"]["kind"], "interrupted");
    assert_eq!(error["error"]["exit_code"], 130);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    assert!(!desk.path("plan.json").exists());
}

#[test]
fn a_long_search_can_be_interrupted() {
    interrupted(&["--time-ms", "600000"], Duration::from_millis(1000));
}

#[test]
fn long_draws_can_be_interrupted() {
    interrupted(
        &[
            "--set",
            "search.draw_evaluations=400000",
            "--set",
            "hardware.threads=2",
        ],
        Duration::from_millis(2000),
    );
}

#[test]
fn a_long_portfolio_can_be_interrupted() {
    interrupted(
        &["--portfolio", "p.toml", "--time-ms", "600000"],
        Duration::from_millis(1000),
    );
}
