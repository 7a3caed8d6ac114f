//! `jarvis2 backtest` and `replay`: what is promised of every run, on the embedded sample and, where there are any, on real chains.

use crate::run::{Desk, Run, real_file};
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

/// The rule on the sample, as JSON.
fn rule(desk: &Desk, more: &[&str]) -> Value {
    let args = [
        &[
            "backtest", "--policy", "rule", "--symbol", "SYNDIV", "--json",
        ],
        more,
    ]
    .concat();
    desk.run(&args).exits(0).json()
}

fn cents(value: &Value) -> i64 {
    (100.0 * value.as_f64().unwrap()).round() as i64
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name}: {value}"))
}

/// Every night of every policy adds up from what stands in the report, to the cent.
#[test]
fn the_statement_makes_the_cash_and_the_parts_the_equity() {
    let report = rule(&Desk::new(), &[]);
    let capital = cents(&report["manifest"]["capital_usd"]);
    let names: Vec<&str> = list(&report, "policies")
        .iter()
        .map(|policy| policy["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "rule: 30 delta, 45 days",
            "buy and hold",
            "T-bills",
            "put-write, monthly at the money",
            "buy-write, monthly at the money",
            "random legal policy"
        ]
    );
    for policy in list(&report, "policies") {
        let mut entries = list(policy, "entries").iter().peekable();
        let mut cash = capital;
        for night in list(policy, "nights") {
            cash += cents(&night["interest_usd"]);
            while let Some(entry) = entries.next_if(|entry| entry["date"] == night["date"]) {
                cash += cents(&entry["cash_usd"]);
            }
            assert_eq!(
                cash,
                cents(&night["cash_usd"]),
                "{} on {}",
                policy["name"],
                night["date"]
            );
            let held = night["shares"].as_i64().unwrap() * cents(&night["spot_usd"]);
            assert_eq!(
                cash + held + cents(&night["options_usd"]),
                cents(&night["equity_usd"]),
                "{} on {}",
                policy["name"],
                night["date"]
            );
        }
        assert!(entries.next().is_none());
    }
    assert_eq!(list(&report, "stress").len(), 8);
}

/// What happened later changes nothing of what was decided before: the plan on a past that is cut off, night by night.
#[test]
fn a_shorter_past_is_the_beginning_of_a_longer_one() {
    let desk = Desk::new();
    let plan = |to: &str| {
        let args = [
            "backtest",
            "--symbol",
            "SYNDIV",
            "--to",
            to,
            "--json",
            "--set",
            "search.evaluations=600",
            "--set",
            "search.draw_evaluations=600",
            "--set",
            "search.root_actions=24",
        ];
        desk.run(&args).exits(0).json()["policies"][0].clone()
    };
    let (long, short) = (plan("2025-12-12"), plan("2025-11-14"));
    let nights = list(&short, "nights").len();
    assert!(nights > 90, "{nights}");
    // It did something in that time, so that there is something to be the same.
    assert!(
        !list(&short, "entries").is_empty(),
        "{}",
        short["decisions"]
    );
    assert_eq!(
        list(&long, "entries")[..list(&short, "entries").len()],
        *list(&short, "entries")
    );
    assert_eq!(list(&long, "nights")[..nights], *list(&short, "nights"));
    let decided = list(&short, "decisions").len();
    assert!(decided > 3, "{decided}");
    assert_eq!(
        list(&long, "decisions")[..decided],
        *list(&short, "decisions")
    );
    assert!(list(&long, "decisions").len() > decided);
}

#[test]
fn mistakes_are_planted_and_found() {
    let run = Desk::new()
        .run(&["backtest", "--self-test", "--seeds", "40"])
        .exits(0);
    assert!(
        !run.stdout.contains("FAILED") && !run.stdout.contains("NOT CAUGHT"),
        "{run}"
    );
    assert_eq!(
        run.stdout
            .lines()
            .filter(|line| line.starts_with("ok "))
            .count(),
        11,
        "{run}"
    );
}

fn id(run: &Run) -> String {
    let last = run.stdout.lines().last().unwrap();
    last.strip_prefix("run ")
        .unwrap_or_else(|| panic!("{run}"))
        .to_owned()
}

#[test]
fn a_replay_gives_the_same_bytes_and_other_data_do_not() {
    let desk = Desk::new();
    desk.run(&["sample", "--out", "s"]).exits(0);
    let words = [
        "backtest",
        "--policy",
        "putwrite",
        "--data",
        "s/chain.parquet",
        "--history",
        "s/history_SYNIDX.csv",
        "--symbol",
        "SYNIDX",
    ];
    let run = desk.run(&words).exits(0);
    let id = id(&run);
    let again = desk.run(&["replay", &id]).exits(0);
    assert!(again.stdout.contains("the same"), "{again}");
    // Another history is other data, even where it says the same.
    let history = std::fs::read_to_string(desk.path("s/history_SYNIDX.csv")).unwrap();
    desk.put("s/history_SYNIDX.csv", history + "\n");
    let other = desk.run(&["replay", &id]).exits(3);
    assert!(
        other.stderr.contains("the data are not those of the run"),
        "{other}"
    );
    desk.run(&["replay", "0123456789abcdef"]).exits(2);
    desk.run(&["replay", "../x"]).exits(2);
}

#[test]
fn every_run_is_counted_and_a_cut_log_is_told_on() {
    let desk = Desk::new();
    let first = rule(&desk, &[]);
    assert_eq!(
        (&first["odds"]["trials"], &first["odds"]["runs_counted"]),
        (&1.into(), &1.into())
    );
    // The same question again is no new trial, another delta is.
    rule(&desk, &[]);
    let third = rule(&desk, &["--delta", "0.2"]);
    assert_eq!(
        (&third["odds"]["trials"], &third["odds"]["runs_counted"]),
        (&2.into(), &3.into())
    );
    assert!(
        third["odds"]["deflated_sharpe"].is_number(),
        "{}",
        third["odds"]
    );
    std::fs::remove_file(desk.path(".local/share/jarvis2/trials.jsonl")).unwrap();
    let fourth = rule(&desk, &[]);
    assert_eq!(fourth["odds"]["runs_counted"], 4);
    let notes = fourth["notes"].to_string();
    assert!(
        notes.contains("cannot be trusted") && notes.contains("3"),
        "{notes}"
    );
}

#[test]
fn a_frozen_period_is_left_out_until_it_is_opened() {
    let desk = Desk::new();
    let frozen = ["--set", "evidence.frozen_from=2026-03-02"];
    let before = rule(&desk, &frozen);
    // 60 days lie between: as long as a position may live by `actions.max_days`.
    let last = before["manifest"]["last"].as_str().unwrap();
    assert!(("2025-12-01".."2026-01-01").contains(&last), "{last}");
    let opened = rule(&desk, &[&frozen[..], &["--open-frozen"]].concat());
    assert_eq!(opened["manifest"]["first"], "2026-03-02");
    assert!(!opened["notes"].to_string().contains("not out of sample"));
    let again = rule(&desk, &[&frozen[..], &["--open-frozen"]].concat());
    assert!(
        again["notes"].to_string().contains("not out of sample"),
        "{}",
        again["notes"]
    );
    let run = desk
        .run(&["backtest", "--policy", "rule", "--open-frozen"])
        .exits(2);
    assert!(run.stderr.contains("evidence.frozen_from"), "{run}");
    let run = desk
        .run(&[
            "backtest",
            "--policy",
            "rule",
            "--from",
            "2026-02-02",
            "--set",
            "evidence.frozen_from=2026-03-02",
        ])
        .exits(2);
    assert!(run.stderr.contains("--from"), "{run}");
    // Synthetic data are no record of anything.
    let plan = desk.plan(&[]).exits(0).json();
    assert!(
        plan["evidence"]["real_history"]
            .as_str()
            .unwrap()
            .contains("no backtest of this version"),
        "{}",
        plan["evidence"]
    );
}

#[test]
fn what_cannot_be_lived_through_is_refused() {
    let desk = Desk::new();
    desk.run(&["sample", "--out", "s"]).exits(0);
    for (args, words) in [
        (&["--fill", "best"][..], "--fill best"),
        (&["--capital", "-5"], "--capital -5"),
        (&["--data", "s/chain.parquet"], "name one with --symbol"),
        (&["--data", "s/chain.parquet", "--symbol", "XYZ"], "XYZ"),
        (
            &["--data", "s/none.parquet", "--symbol", "SYNIDX"],
            "none.parquet",
        ),
        (&["--from", "2030-01-01"], "--from"),
    ] {
        let run = desk.run(&[&["backtest", "--policy", "rule"][..], args].concat());
        assert!(
            matches!(run.code, Some(2 | 3)) && run.stderr.contains(words),
            "{run}"
        );
    }
}

/// Real chains without quotes: every policy lives through them, three copies of the day before are no days, and the books agree.
#[test]
fn real_histories_run_through_all_policies() {
    let Some(folder) = real_file("chains") else {
        return;
    };
    let desk = Desk::new();
    for (symbol, spreads) in [("AAPL", "share"), ("KO", "share"), ("XLF", "fund")] {
        let file = folder.join(format!("riskalertsys_{symbol}.parquet"));
        for policy in ["rule", "hold", "tbill", "putwrite", "buywrite", "random"] {
            let args = [
                "backtest",
                "--data",
                file.to_str().unwrap(),
                "--symbol",
                symbol,
                "--policy",
                policy,
                "--spreads",
                spreads,
                "--rate",
                "0.036",
                "--json",
            ];
            let report = desk.run(&args).exits(0).json();
            let nights = list(&report["policies"][0], "nights");
            assert_eq!(nights.len(), 47, "{symbol}, {policy}");
            let copied = |night: &Value| {
                ["2026-05-25", "2026-06-19", "2026-07-03"]
                    .contains(&night["date"].as_str().unwrap())
            };
            assert!(!nights.iter().any(copied));
            assert_eq!(report["manifest"]["days_with_made_quotes"], 47);
        }
    }
}

/// The files say what the terminal says; there is nothing else in the folder, and what was there before is replaced.
#[test]
fn files_beside_the_answer() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("out")).unwrap();
    std::fs::write(desk.path("out/report.html"), "before").unwrap();
    let args = [
        "backtest",
        "--policy",
        "rule",
        "--symbol",
        "SYNDIV",
        "--out",
        "out",
        "--html",
        "page.html",
        "--json",
    ];
    let run = desk.run(&args).exits(0);
    let report = run.json();
    let names = [
        "entries.parquet",
        "nights.parquet",
        "report.html",
        "report.json",
        "trades.parquet",
    ];
    let mut found: Vec<String> = std::fs::read_dir(desk.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, names);
    assert_eq!(run.stderr.matches("written: ").count(), 6, "{run}");
    let read = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap();
    let kept: Value = serde_json::from_str(&read("out/report.json")).unwrap();
    assert_eq!(kept, report);
    let page = read("out/report.html");
    assert_eq!(page, read("page.html"));
    assert!(page.contains("SYNTHETIC DATA") && page.contains("rule: 30 delta, 45 days"));
    assert!(page.contains(report["id"].as_str().unwrap()));
    for forbidden in ["NaN", "null", "http", "<script"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for table in ["nights", "entries", "trades"] {
        let rows: usize = list(&report, "policies")
            .iter()
            .map(|policy| list(policy, table).len())
            .sum();
        let file = std::fs::File::open(desk.path(&format!("out/{table}.parquet"))).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let kept = reader.metadata().file_metadata().num_rows();
        assert_eq!(kept as usize, rows, "{table}");
        assert!(rows > 0, "{table}");
    }
    // A place that cannot be is said before the first day.
    desk.put("file", "");
    let refused = desk.run(&["backtest", "--policy", "rule", "--out", "file"]);
    assert_ne!(refused.code, Some(0), "{refused}");
    assert!(
        refused.stderr.contains("file") && refused.stdout.is_empty(),
        "{refused}"
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let desk = Desk::new();
    let run = desk.run(&["backtest", "--policy", "rule", "--data", "nowhere.csv"]);
    assert!(run.stderr.contains("nowhere.csv"), "{run}");
    run.exits(3);
}
