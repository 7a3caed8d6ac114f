//! `jarvis2 memory explain`: the figures of the ledger that a plan keeps to.

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
