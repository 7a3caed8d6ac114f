//! What lands on the disk.

use crate::chain::Market;
use crate::look::minus_zeros;
use crate::run::{Desk, SMALL};

#[test]
fn plan_json_is_what_json_prints_and_the_report_stands_alone() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let args = [&["plan", "--chain", chain, "--out", "deep/folder"], SMALL].concat();
    let run = desk.run(&[args.as_slice(), &["--json"]].concat()).exits(0);
    let written = std::fs::read_to_string(desk.path("deep/folder/plan.json")).unwrap();
    assert_eq!(written, run.stdout);
    let html = std::fs::read_to_string(desk.path("deep/folder/report.html")).unwrap();
    assert!(html.starts_with("<!doctype html>") || html.starts_with("<!DOCTYPE html>"));
    for outside in [
        "src=\"http",
        "href=\"http",
        "@import",
        "url(http",
        "<script src",
        "<link",
    ] {
        assert!(!html.contains(outside), "the report asks for {outside}");
    }
    assert!(html.contains("<svg") && html.contains("ZZT"));
    // The text says the same decision and where the files went.
    let text = desk.run(&args).exits(0);
    assert!(text.stdout.contains("ACTION"), "{text}");
    assert!(
        text.stderr.contains("report.html") && text.stderr.contains("plan.json"),
        "{text}"
    );
}

#[test]
fn no_files_writes_none_and_config_chooses() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    desk.plan(&["--chain", chain]).exits(0);
    assert!(!desk.path("plan.json").exists() && !desk.path("report.html").exists());
    let args = [
        &[
            "plan",
            "--quiet",
            "--chain",
            chain,
            "--set",
            "output.html=false",
            "--set",
            "output.dir=here",
        ],
        SMALL,
    ];
    desk.run(&args.concat()).exits(0);
    assert!(desk.path("here/plan.json").exists() && !desk.path("here/report.html").exists());
}

#[test]
fn years_of_the_sample_are_made_and_never_overwrite() {
    let desk = Desk::new();
    let years = |seed: &str| {
        desk.run(&[
            "sample", "--years", "1", "--symbol", "SYNDIV", "--seed", seed, "--out", "y",
        ])
    };
    let done = years("5").exits(0);
    assert!(
        done.stdout.starts_with("SYNTHETIC DATA") && done.stdout.contains("seed 5"),
        "{}",
        done.stdout
    );
    let readme = std::fs::read_to_string(desk.path("y/README.txt")).unwrap();
    assert!(
        readme.starts_with("Synthetic data (synthetic-v1)"),
        "{readme}"
    );
    let before = std::fs::read(desk.path("y/chain_SYNDIV.parquet")).unwrap();
    years("5").exits(0);
    let refused = years("6").exits(3);
    assert!(
        refused.stderr.contains("is there already"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        std::fs::read(desk.path("y/chain_SYNDIV.parquet")).unwrap(),
        before
    );
    // It is a chain like any other, and no real account is advised on it unasked.
    let plan = [
        "plan",
        "--chain",
        "y/chain_SYNDIV.parquet",
        "--events",
        "y/events.csv",
        "--history",
        "y/history_SYNDIV.csv",
        "--no-files",
        "--json",
    ];
    let plan = desk.run(&[&plan[..], SMALL].concat()).json();
    assert!(plan["watermark"].as_str().unwrap().contains("SYNTHETIC"));
    for wrong in [
        &["sample", "--years", "0", "--out", "z"][..],
        &["sample", "--years", "31", "--out", "z"],
        &["sample", "--symbol", "SYNDIV", "--out", "z"],
    ] {
        desk.run(wrong).exits(2);
    }
    let unknown = desk
        .run(&["sample", "--years", "1", "--symbol", "KO", "--out", "z"])
        .exits(3);
    assert!(
        unknown.stderr.contains("holds no KO; it holds: SYNIDX"),
        "{}",
        unknown.stderr
    );
    assert!(!desk.path("z").exists());
}

#[test]
fn the_sample_written_out_plans_like_the_embedded_one() {
    let desk = Desk::new();
    desk.run(&["sample", "--out", "s"]).exits(0);
    let embedded = desk.plan(&[]).json();
    let symbol = embedded["symbol"].as_str().unwrap();
    let history = format!("s/history_{symbol}.csv");
    let files = [
        "--chain",
        "s/chain.parquet",
        "--symbol",
        symbol,
        "--history",
        &history,
        "--events",
        "s/events.csv",
    ];
    let written = desk.plan(&files).json();
    // The same bytes as in the program.
    assert_eq!(
        embedded["manifest"]["data_sha256"],
        written["manifest"]["data_sha256"]
    );
    assert!(
        embedded["watermark"]
            .as_str()
            .unwrap()
            .contains("SYNTHETIC")
    );
    for same in ["watermark", "decision", "numbers", "spot_usd", "as_of"] {
        let strip = |plan: &serde_json::Value| {
            let mut part = plan[same].clone();
            // The embedded one also says which of its symbols was taken.
            part.as_object_mut().map(|fields| fields.remove("notices"));
            part
        };
        assert_eq!(strip(&embedded), strip(&written), "{same}");
    }
    let size: u64 = std::fs::read_dir(desk.path("s"))
        .unwrap()
        .map(|e| e.unwrap().metadata().unwrap().len())
        .sum();
    assert!(
        std::fs::metadata(desk.path("s/chain.parquet"))
            .unwrap()
            .len()
            <= 2_000_000,
        "{size}"
    );
    // A second time into the same folder is the same files, and changes nothing.
    desk.run(&["sample", "--out", "s"]).exits(0);
}

#[test]
fn no_figure_reads_minus_zero() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let account = "schema_version = 1\nkind = \"cash\"\ncash_usd = 30000\n[[shares]]\nsymbol = \"ZZT\"\ncount = 100\n";
    let account = desk.put("account.toml", account);
    let settings: [&[&str]; 3] = [
        &["--set", "market.forecast_vol=0.2"],
        &["--rate", "0"],
        &["--account", account],
    ];
    for more in settings {
        let plan = desk.plan(&[&["--chain", chain], more].concat()).json();
        let mut found = Vec::new();
        minus_zeros(&plan, "", &mut found);
        assert!(found.is_empty(), "{more:?}: {found:?}");
    }
}

#[test]
fn calls_and_puts_may_come_in_two_files() {
    let desk = Desk::new();
    let csv = Market::flat(0.30).csv();
    let (header, rows) = csv.split_once('\n').unwrap();
    let of_right = |right: &str| {
        let rows = rows.lines().filter(|row| row.contains(right));
        rows.fold(header.to_owned(), |text, row| text + "\n" + row)
    };
    let whole = desk.put("whole.csv", &csv);
    let calls = desk.put("calls.csv", of_right(",C,"));
    let puts = desk.put("puts.csv", of_right(",P,"));
    let plan = |args: &[&str]| {
        let mut plan = desk.plan(args).exits(0).json();
        plan["data"]["chain"].take();
        plan["manifest"]["data_sha256"].take();
        plan
    };
    let together = plan(&["--chain", whole]);
    assert_eq!(plan(&["--chain", calls, "--chain", puts]), together);
    assert_eq!(together["data"]["format"], "common");
}
