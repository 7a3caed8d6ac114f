//! `jarvis2 doctor`: what works here, what suits this machine, and how Python packages fare.

use crate::run::{Desk, Run};
use serde_json::Value;
use std::path::Path;
use std::time::Instant;

/// A short examination; GPUs are not proven.
fn doctor(desk: &Desk, more: &[&str]) -> Run {
    desk.run(&[&["doctor", "--quick", "--json"], more].concat())
}

fn finding<'a>(report: &'a Value, part: &str) -> &'a Value {
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .find(|finding| finding["part"] == part)
        .unwrap_or_else(|| panic!("no part {part}: {findings:?}"))
}

#[test]
fn every_part_is_run_and_this_machine_is_described_as_elsewhere() {
    let desk = Desk::new();
    let started = Instant::now();
    let report = doctor(&desk, &["--html", "doctor.html"]).exits(0).json();
    let outside = started.elapsed().as_secs_f64();
    assert!(report["seconds"].as_f64().expect("a number") <= outside);
    assert!(
        ["works", "works_with_care"].contains(&report["verdict"].as_str().unwrap()),
        "{report}"
    );
    for part in [
        "configuration",
        "European prices",
        "American prices",
        "implied volatilities",
        "Monte Carlo",
        "net, f32",
        "net, bf16",
        "the net of plans",
        "search",
        "experience",
        "diary",
        "clock",
        "terminal",
    ] {
        assert_eq!(
            finding(&report, part)["rating"],
            "works",
            "{}",
            finding(&report, part)
        );
    }
    for (part, built) in [
        ("index", cfg!(feature = "index")),
        (
            "SQL",
            cfg!(any(feature = "duckdb-system", feature = "duckdb-bundled")),
        ),
    ] {
        let rating = if built { "works" } else { "absent" };
        assert_eq!(
            finding(&report, part)["rating"],
            rating,
            "{}",
            finding(&report, part)
        );
    }
    for finding in report["findings"].as_array().unwrap() {
        assert!(!finding["why"].as_str().unwrap().is_empty(), "{finding}");
        let must_act =
            ["works_with_care", "unusable"].contains(&finding["rating"].as_str().unwrap());
        assert!(!must_act || finding["remedy"].is_string(), "{finding}");
        for figure in finding["figures"].as_array().unwrap() {
            assert!(figure["value"].as_f64().unwrap() > 0.0, "{finding}");
        }
    }
    // Field by field as `jarvis2 machine` says, but for what changes from one moment to the next.
    let machine = desk.run(&["machine", "--json"]).exits(0).json();
    for fact in report["machine"].as_array().unwrap() {
        let name = fact["name"].as_str().unwrap();
        if !["memory available", "memory pressure", "container room"].contains(&name) {
            assert_eq!(fact["value"], machine[name.replace(' ', "_")], "{name}");
        }
    }
    let page = std::fs::read_to_string(desk.path("doctor.html")).unwrap();
    assert!(
        page.contains("European prices") && !page.contains("http"),
        "{page}"
    );
    // Nothing is left behind.
    let left: Vec<_> = std::fs::read_dir(desk.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != "doctor.html" && name != ".cache")
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_unusable_has_an_exit_code_of_its_own() {
    let desk = Desk::new();
    let report = doctor(&desk, &["--set", "hardware.memory_limit_mb=64"])
        .exits(7)
        .json();
    assert_eq!(report["verdict"], "unusable");
    assert_eq!(finding(&report, "memory")["rating"], "unusable");

    desk.put("file", "");
    let report = doctor(&desk, &["--set", "output.dir=file/reports"])
        .exits(7)
        .json();
    assert_eq!(
        finding(&report, "folder of the reports")["rating"],
        "unusable"
    );

    desk.put(
        "diary.sqlite",
        "this is no database, however long it goes on about being one",
    );
    let report = doctor(&desk, &["--set", "diary.file=diary.sqlite"])
        .exits(7)
        .json();
    assert_eq!(finding(&report, "diary")["rating"], "unusable");
    assert_eq!(finding(&report, "experience")["rating"], "works");
}

#[test]
fn a_broken_configuration_is_a_finding_and_a_wrong_flag_is_not() {
    let desk = Desk::new();
    let file = desk.put("mine.toml", "schema_version = 1\n[search]\nsede = 3\n");
    let report = doctor(&desk, &["--config", file]).exits(7).json();
    let broken = finding(&report, "configuration");
    assert_eq!(broken["rating"], "unusable");
    assert!(
        broken["why"].as_str().unwrap().contains("mine.toml:3"),
        "{broken}"
    );
    doctor(&desk, &["--set", "search.sede=3"]).exits(2);
    doctor(&desk, &["--config", "missing.toml"]).exits(2);
}

#[test]
fn settings_are_written_once_and_load() {
    let desk = Desk::new();
    let home = |args: &[&str]| desk.run(args).exits(0);
    // A limit far below what the machine allows: the user's own, so it stays.
    let own = "schema_version = 1\n[hardware]\nmemory_limit_mb = 900\nthreads = 1\n";
    let file = desk.put("mine.toml", own);
    let run = desk.run(&["doctor", "--quick", "--write-config", "--config", file]);
    let text = std::fs::read_to_string(desk.path(file)).unwrap();
    assert!(
        text.contains("memory_limit_mb = 900\n") && text.contains("threads = 1\n"),
        "{text}"
    );
    assert!(
        run.stderr.contains("kept: hardware.memory_limit_mb = 900"),
        "{run}"
    );
    home(&["config", "check", "--config", file]);
    let first = home(&["doctor", "--quick", "--write-config"]);
    let standard = desk.path(".config/jarvis2/config.toml");
    if first.stderr.contains("nothing to write") {
        assert!(!standard.exists(), "{first}");
    } else {
        home(&["config", "check"]);
        assert!(
            std::fs::read_to_string(standard)
                .unwrap()
                .starts_with("# Settings that")
        );
    }
}

/// A project of the kind that the product grew from.
const REQUIREMENTS: &str = "numpy>=1.26.4\npandas==1.5.3  # old\ntorch>=2.0.0\nmlx; sys_platform == 'darwin'\nfaiss-cpu\nlmdb\n\
                            cupy-cuda12x\nof-our-own\n";

#[test]
fn packages_are_rated_by_the_table() {
    let desk = Desk::new();
    let file = desk.put("requirements.txt", REQUIREMENTS);
    let rate = |platform: &str| {
        let run = desk.run(&["doctor", "--deps", file, "--platform", platform]);
        let problematic = run.stdout.contains("\nproblematic ");
        run.exits(if problematic { 7 } else { 0 }).stdout
    };
    let found = ["macos-arm64", "linux-x86_64", "linux-aarch64+nvidia"]
        .map(rate)
        .join("\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/golden/deps.txt");
    if std::env::var_os("JARVIS2_BLESS").is_some_and(|wish| wish == "1") {
        std::fs::write(&path, &found).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert!(
        found == golden,
        "after a change that is meant: JARVIS2_BLESS=1\n{found}"
    );
    assert!(
        found
            .lines()
            .filter(|line| !line.contains("source:"))
            .all(|line| line.len() <= 100)
    );
}

#[test]
fn lines_that_cannot_be_read_are_told() {
    let desk = Desk::new();
    let file = desk.put("requirements.txt", "numpy\nnumpy=>1\n");
    let report = desk
        .run(&["doctor", "--json", "--deps", file])
        .exits(3)
        .json();
    assert_eq!(report["packages"][0]["rating"], "works");
    assert_eq!(report["faults"][0]["line"], 2);
    desk.run(&["doctor", "--deps", "missing.txt"]).exits(3);
    desk.run(&["doctor", "--platform", "macos-arm64"]).exits(2);
    desk.run(&["doctor", "--deps", file, "--platform", "amiga"])
        .exits(2);
    let project = desk.put(
        "pyproject.toml",
        "[project]\ndependencies = [\"duckdb>=0.10\"]\n",
    );
    let run = desk
        .run(&["doctor", "--json", "--deps", project, "--html", "deps.html"])
        .exits(0);
    assert_eq!(run.json()["packages"][0]["package"], "duckdb");
    assert!(desk.path("deps.html").exists());
}

/// Every statement of the seed is run; what can run here must come out as it should, speeds aside: they depend on who else is here.
#[test]
fn every_statement_of_the_seed_is_run() {
    let desk = Desk::new();
    let run = doctor(&desk, &["--seed"]);
    let answer = run.json();
    let lines = answer["lines"].as_array().expect("lines");
    assert!(lines.len() > 70, "{run}");
    for line in lines {
        let id = line["id"].as_str().expect("an id");
        let of_speed = ["4-6", "6-1", "6-2", "6-3", "6-4", "6-5", "8-5"].contains(&id);
        assert!(of_speed || line["verdict"] != "not_met", "{line}");
        for measured in line["measured"].as_array().expect("measured") {
            assert!(
                measured.as_str().is_some_and(|words| words.len() > 3),
                "{line}"
            );
        }
    }
    let met = |id: &str| {
        lines
            .iter()
            .any(|line| line["id"] == id && line["verdict"] == "met")
    };
    for id in ["1-2", "1-4", "1-10", "2-1", "2-3", "7-6", "7-7"] {
        assert!(met(id), "{id}: {run}");
    }
    // A part of them is shown elsewhere, and said to be.
    for id in ["2-7", "3-3", "3-6"] {
        assert!(!met(id), "{id}: {run}");
    }
    // What it wrote to try things is gone.
    let left: Vec<_> = std::fs::read_dir(desk.path(""))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name == "tree.json" || name == "tables"),
        "{left:?}"
    );
}
