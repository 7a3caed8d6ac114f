//! `jarvis2 memory explain`: the figures of the ledger that long commands keep to.

use crate::run::Desk;

const MIB: u64 = 1 << 20;

#[test]
fn what_a_plan_reserves_adds_up_and_follows_the_settings() {
    let desk = Desk::new();
    let explain = |evaluations: &str| {
        let set = format!("search.evaluations={evaluations}");
        let run = desk
            .run(&["memory", "explain", "--json", "--set", &set])
            .exits(0);
        let shown = run.json();
        let holdings = shown["plan"]["holdings"]
            .as_array()
            .expect("a list")
            .clone();
        let sum: u64 = holdings
            .iter()
            .map(|one| one["bytes"].as_u64().expect("bytes"))
            .sum();
        assert_eq!(Some(sum), shown["plan"]["reserved_bytes"].as_u64());
        assert!(sum <= shown["budget_bytes"].as_u64().expect("bytes"));
        sum
    };
    assert_eq!(explain("50000") - explain("20000"), 30_000 * 1500);
}

#[test]
fn a_budget_that_is_too_small_refuses_the_plan_as_explained() {
    let desk = Desk::new();
    let limit = ["--set", "hardware.memory_limit_mb=64"];
    let explained = desk
        .run(&[&["memory", "explain"], &limit[..]].concat())
        .exits(0);
    assert!(explained.stdout.contains("refused: "), "{explained}");
    assert!(explained.stdout.contains("the user's limit"), "{explained}");
    let refused = desk
        .run(&[&["plan", "--no-files"], &limit[..]].concat())
        .exits(5);
    let reason = explained
        .stdout
        .split("refused: ")
        .nth(1)
        .expect("a reason");
    let reason = reason.lines().next().expect("a line");
    assert!(
        refused.stderr.contains(reason),
        "{refused}\nexplained: {reason}"
    );
}

#[test]
fn batches_keep_to_the_limits_of_the_rule() {
    let shown = Desk::new()
        .run(&["memory", "explain", "--json"])
        .exits(0)
        .json();
    for (work, most) in [("mcts", 2000), ("gpu", 256)] {
        match &shown["batch_of_the_rule"][work] {
            serde_json::Value::String(reason) => assert!(reason.starts_with("n/a"), "{reason}"),
            batch => {
                let batch = batch.as_u64().expect("a number");
                assert!((1..=most).contains(&batch), "{work}: {batch}");
                // Every machine that runs this test has room for so many items of 1,500 bytes.
                assert_eq!(batch, most.min(64 * MIB / 1500), "{work}");
            }
        }
    }
}

/// Each command's parts add up to its total, whichever is asked about.
#[test]
fn every_long_command_is_explained() {
    let desk = Desk::new();
    for (command, built) in [
        ("plan", true),
        ("train", cfg!(feature = "train")),
        ("index", cfg!(feature = "index")),
        ("ablate", true),
        ("bench", true),
    ] {
        let line = ["memory", "explain", "--json", "--for", command];
        if !built {
            let run = desk.run(&line).exits(2);
            assert!(run.stdout.contains("was built without"), "{run}");
            continue;
        }
        let shown = desk.run(&line).exits(0).json();
        let parts = shown[command]["holdings"].as_array().expect("a list");
        let sum: u64 = parts
            .iter()
            .map(|one| one["bytes"].as_u64().expect("bytes"))
            .sum();
        assert!(sum > MIB, "{shown}");
        assert_eq!(
            shown["totals_bytes"][command].as_u64(),
            Some(sum),
            "{shown}"
        );
        assert_eq!(shown["for"], command);
    }
}

/// 0 takes what the rule gives, and the plan says how it is repeated; another machine repeats it.
#[test]
fn a_batch_by_the_rule_is_written_into_the_plan() {
    let desk = Desk::new();
    let plain = desk.plan(&["--no-diary"]).exits(0).json();
    assert_eq!(plain["manifest"]["search_batch"], 256);
    let by_rule = desk.plan(&["--no-diary", "--set", "search.batch=0"]).json();
    assert_eq!(by_rule["manifest"]["search_batch"], 2000);
    let notices = by_rule["decision"]["notices"].to_string();
    assert!(notices.contains("--set search.batch=2000"), "{notices}");
    let mut named = desk
        .plan(&["--no-diary", "--set", "search.batch=2000"])
        .json();
    assert_eq!(named["manifest"], by_rule["manifest"]);
    named["decision"]["notices"] = by_rule["decision"]["notices"].clone();
    assert_eq!(named, by_rule);
}
