//! Many symbols and one purse, through the command.

use crate::chain::Market;
use crate::look::{list, number, text};
use crate::run::{Desk, Run};
use crate::schema::violations;
use serde_json::Value;
use std::path::Path;

/// A small budget: decisions, not their precision, are the point.
const TINY: &[&str] = &[
    "--set",
    "search.evaluations=1500",
    "--set",
    "search.draw_evaluations=400",
    "--set",
    "search.root_actions=12",
    "--set",
    "search.paths=256",
];

/// Three tickers, each with a premium of its own over a forecast of 20 %.
fn desk() -> Desk {
    let desk = Desk::new();
    for (name, symbol, vol) in [
        ("aaa.csv", "AAA", 0.26),
        ("bbb.csv", "BBB", 0.28),
        ("ccc.csv", "CCC", 0.30),
    ] {
        let market = Market {
            symbol,
            ..Market::flat(vol)
        };
        desk.put(name, market.csv());
    }
    desk.put(
        "account.toml",
        "schema_version = 1\nkind = \"cash\"\ncash_usd = 60000\n",
    );
    desk
}

fn file(limits: &str, symbols: &[&str]) -> String {
    let entries: String = symbols
        .iter()
        .map(|symbol| {
            format!(
                "[[symbols]]\nsymbol = \"{symbol}\"\nchain = \"{}.csv\"\n",
                symbol.to_lowercase()
            )
        })
        .collect();
    format!("schema_version = 1\naccount = \"account.toml\"\n{limits}\n{entries}")
}

fn run(desk: &Desk, portfolio: &str, more: &[&str]) -> Run {
    desk.put("p.toml", portfolio);
    let base = [
        "plan",
        "--portfolio",
        "p.toml",
        "--quiet",
        "--set",
        "market.forecast_vol=0.2",
    ];
    desk.run(&[&base, TINY, more].concat())
}

fn portfolio(desk: &Desk, text: &str, more: &[&str]) -> Value {
    run(desk, text, &[&["--json", "--no-files"], more].concat())
        .exits(0)
        .json()
}

fn row<'a>(view: &'a Value, symbol: &str) -> &'a Value {
    let rows = list(view, "/rows").iter();
    let mut found = rows.filter(|row| row["symbol"] == symbol);
    found.next().unwrap_or_else(|| panic!("no row {symbol}"))
}

/// The limit holds, what is reported adds up, and what does not fit says what it lacks.
#[test]
fn the_limit_of_collateral_holds_across_symbols() {
    let desk = desk();
    let text_of = file(
        "collateral_limit_usd = 40000\nmax_per_symbol_usd = 30000",
        &["CCC", "AAA", "BBB"],
    );
    let view = portfolio(&desk, &text_of, &[]);
    let rows = list(&view, "/rows");
    let sum = |field: &str| -> f64 { rows.iter().map(|row| number(row, field)).sum() };
    let collateral = sum("/collateral_usd");
    assert!(
        collateral > 20_000.0 && collateral <= 40_000.0,
        "{collateral}"
    );
    assert_eq!(number(&view, "/totals/collateral_after_usd"), collateral);
    assert_eq!(
        number(&view, "/totals/collateral_left_usd"),
        40_000.0 - collateral
    );
    let spent = number(&view, "/totals/free_cash_before_usd")
        - number(&view, "/totals/free_cash_after_usd");
    assert!((spent - sum("/cash_usd")).abs() < 0.005);
    for row in rows {
        assert!(number(row, "/collateral_usd") <= 30_000.0, "{row}");
    }
    let worths = rows
        .iter()
        .filter_map(|row| row.pointer("/worth_over_holding/value_usd")?.as_f64());
    let total = number(&view, "/totals/worth_over_holding_usd");
    assert!((worths.sum::<f64>() - total).abs() < 1e-9);
    let bound = number(&view, "/choice/upper_bound_usd");
    assert_eq!(view["choice"]["proven_best"], true);
    assert_eq!(view["choice"]["all_fit"], false);
    let held = number(&view, "/choice/held_worth_usd");
    assert!(bound - held < 0.01);
    assert!(held >= number(&view, "/choice/greedy_worth_usd"));
    let alone = rows.iter().filter_map(|row| row["held_worth_usd"].as_f64());
    assert!((alone.sum::<f64>() - held).abs() < 1e-9);
    // Three full sizes of 30,000 do not fit into 40,000: at least one is cut, and says by how much.
    let cut: Vec<&Value> = rows
        .iter()
        .filter(|row| ["reduced", "left_out"].contains(&text(row, "/status")))
        .collect();
    assert!(!cut.is_empty(), "{view}");
    for row in cut {
        let reason = text(row, "/reason");
        assert!(
            reason.contains("more collateral") || reason.contains("held to its end"),
            "{row}"
        );
        assert_ne!(row["own_plan"], row["action"]["text"]);
    }
    assert_eq!(text(&view, "/outcome"), "act");
    assert!(view["assumptions"].to_string().contains("worths add up"));
    let schema = desk.run(&["schema", "portfolio-plan"]).exits(0).json();
    let found = violations(&schema, &view);
    assert!(found.is_empty(), "{found:#?}");
    // The order of the file and the number of threads change nothing but the hash of the file.
    let turned = file(
        "collateral_limit_usd = 40000\nmax_per_symbol_usd = 30000",
        &["AAA", "BBB", "CCC"],
    );
    let mut other = portfolio(&desk, &turned, &["--set", "hardware.threads=3"]);
    for hash in ["portfolio_sha256", "config_sha256"] {
        other["manifest"][hash] = view["manifest"][hash].clone();
    }
    assert_eq!(other, view);
}

#[test]
fn a_portfolio_of_one_symbol_is_its_plan() {
    let desk = desk();
    let view = portfolio(&desk, &file("", &["CCC"]), &[]);
    let single = desk.run(
        &[
            &[
                "plan",
                "--json",
                "--no-files",
                "--chain",
                "ccc.csv",
                "--account",
                "account.toml",
                "--set",
                "market.forecast_vol=0.2",
            ],
            TINY,
        ]
        .concat(),
    );
    let plan = single.exits(0).json();
    assert_eq!(text(&plan, "/decision/outcome"), "act");
    let row = row(&view, "CCC");
    assert_eq!(text(row, "/status"), "chosen");
    assert_eq!(row["action"], plan["decision"]["action"]);
    assert_eq!(
        row["worth_over_holding"],
        plan["numbers"]["worth_over_holding"]
    );
    assert_eq!(
        row["premium_after_fees_usd"],
        plan["numbers"]["premium_after_fees_usd"]
    );
    assert_eq!(
        number(row, "/collateral_usd"),
        number(&plan, "/decision/action/capital_locked_usd")
    );
    assert_eq!(row["reason"], plan["decision"]["because"]);
}

/// A plan without a premium does nothing, and so does its portfolio, whatever room there is.
#[test]
fn what_a_plan_does_not_advise_never_enters() {
    let desk = desk();
    let text_of = file("", &["AAA", "CCC"]);
    desk.put("p.toml", &text_of);
    let args = [
        &["plan", "--portfolio", "p.toml", "--json", "--no-files"],
        TINY,
    ];
    let view = desk.run(&args.concat()).exits(0).json();
    assert_eq!(text(&view, "/outcome"), "do_nothing");
    for row in list(&view, "/rows") {
        assert_eq!(text(row, "/status"), "do_nothing", "{row}");
        assert_eq!(number(row, "/alternatives"), 0.0);
    }
    assert_eq!(number(&view, "/totals/collateral_after_usd"), 0.0);
}

/// One file that cannot be used is listed with its error; the others are planned and written; the exit code says it.
#[test]
fn one_bad_symbol_does_not_lose_the_others() {
    let desk = desk();
    desk.put("bbb.csv", "nothing,of,use\n1,2,3\n");
    let text_of = file("", &["AAA", "BBB", "CCC"]).replace("ccc.csv", "none.csv");
    let run = run(&desk, &text_of, &["--out", "out"]).exits(3);
    for says in [
        "* AAA: sell",
        "- BBB: n/a",
        "- CCC: n/a",
        "none.csv",
        "2 of 3 symbols could not be planned",
    ] {
        assert!(run.stdout.contains(says), "{says}\n{run}");
    }
    for there in [
        "portfolio.html",
        "portfolio.json",
        "AAA/report.html",
        "AAA/plan.json",
    ] {
        assert!(desk.path("out").join(there).exists(), "{there}");
    }
    assert!(!desk.path("out/BBB").exists());
    let html = std::fs::read_to_string(desk.path("out/portfolio.html")).unwrap();
    assert!(html.contains("href=\"AAA/report.html\"") && !html.contains("http"));
    let plan = std::fs::read_to_string(desk.path("out/AAA/plan.json")).unwrap();
    assert!(plan.contains("one of a portfolio"));
    let written: Value =
        serde_json::from_str(&std::fs::read_to_string(desk.path("out/portfolio.json")).unwrap())
            .unwrap();
    assert_eq!(written["complete"], false);
    assert_eq!(number(row(&written, "CCC"), "/exit_code"), 3.0);
}

#[test]
fn a_bad_portfolio_file_is_usage() {
    let desk = desk();
    for (bad, says) in [
        ("schema_version = 2", "schema_version = 2"),
        ("collateral_limit_usd = -5", "collateral_limit_usd = -5"),
        (
            "colateral_limit_usd = 5",
            "unknown field `colateral_limit_usd`",
        ),
    ] {
        let text_of = file("", &["AAA"]);
        let text_of = if bad.starts_with("schema") {
            text_of.replace("schema_version = 1", bad)
        } else {
            text_of.replacen('\n', &format!("\n{bad}\n"), 1)
        };
        let run = run(&desk, &text_of, &["--json"]).exits(2);
        let error = run.json();
        assert!(text(&error, "/error/message").contains(says), "{run}");
    }
    let account = "schema_version = 1\nkind = \"cash\"\ncash_usd = 50000.0\n";
    let mistaken = run(&desk, account, &[]).exits(2);
    assert!(
        mistaken.stderr.contains("this is an account file"),
        "{mistaken}"
    );
    let missing = desk.run(&["plan", "--portfolio", "none.toml"]).exits(2);
    assert!(
        missing.stderr.contains("config init --portfolio"),
        "{missing}"
    );
    for with in [
        ["--chain", "aaa.csv"],
        ["--symbol", "AAA"],
        ["--trace", "t.json"],
    ] {
        let run = desk
            .run(&[&["plan", "--portfolio", "p.toml"][..], &with].concat())
            .exits(2);
        assert!(run.stderr.contains("cannot be used with"), "{run}");
    }
}

/// A new key of the configuration changes its hash and nothing that a reader looks at.
fn without_hashes(text: &str) -> String {
    let is_hash = |word: &str| {
        let word = word.trim_end_matches(',');
        word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let line = |line: &str| {
        let words = line.split(' ').map(|word| match is_hash(word) {
            true => "(sha256)",
            false => word,
        });
        words.collect::<Vec<_>>().join(" ") + "\n"
    };
    text.lines().map(line).collect()
}

/// The sample file runs as it stands, on the sample. After a change that is meant:
/// `JARVIS2_BLESS=1 cargo test -p jarvis2 --test command portfolio`, and read the difference.
#[test]
fn the_sample_portfolio_reads_like_this() {
    let desk = Desk::new();
    desk.run(&["config", "init", "--portfolio", "p.toml"])
        .exits(0);
    let again = desk
        .run(&["config", "init", "--portfolio", "p.toml"])
        .exits(2);
    assert!(again.stderr.contains("exists already"), "{again}");
    let args = [&["plan", "--portfolio", "p.toml", "--no-files"], TINY].concat();
    let found = without_hashes(&desk.run(&args).exits(0).stdout);
    assert!(found.lines().all(|line| line.chars().count() <= 80));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/golden/portfolio.txt");
    if std::env::var_os("JARVIS2_BLESS").is_some_and(|wish| wish == "1") {
        std::fs::write(&path, &found).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == found,
        "the golden text is\n{golden}\nbut the screen says\n{found}"
    );
    let schema = desk.run(&["schema", "portfolio"]).exits(0).json();
    let sample = std::fs::read_to_string(desk.path("p.toml")).unwrap();
    let value: toml::Value = toml::from_str(&sample).unwrap();
    let found = violations(&schema, &serde_json::to_value(value).unwrap());
    assert!(found.is_empty(), "{found:#?}");
}
