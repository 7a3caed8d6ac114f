//! Exit code 2: bad flags, a bad configuration, a bad account.

use crate::chain::Market;
use crate::run::{Desk, Run, SMALL};

/// Runs `plan` with these arguments twice, as text and as JSON: both must name the reason and the code.
#[track_caller]
pub(crate) fn fails(desk: &Desk, args: &[&str], code: i32, kind: &str, says: &[&str]) {
    let args = [&["plan", "--no-files"], SMALL, args].concat();
    let text = desk.run(&args).exits(code);
    assert_eq!(text.stdout, "", "{text}");
    check(&text, &text.stderr, says);
    let json = desk.run(&[&args[..], &["--json"]].concat()).exits(code);
    let error = &json.json()["error"];
    assert_eq!(error["kind"], kind, "{json}");
    assert_eq!(error["exit_code"], code, "{json}");
    check(&json, error["message"].as_str().unwrap(), says);
}

#[track_caller]
fn check(run: &Run, message: &str, says: &[&str]) {
    for words in says {
        assert!(message.contains(words), "not said: {words}\n{run}");
    }
}

#[test]
fn bad_flags() {
    let desk = Desk::new();
    for (args, says) in [
        (&["--chian", "x.csv"][..], "--chain"),
        (&["--as-of", "yesterday"], "--as-of"),
        (&["--spot", "-5"], "-5"),
        (&["--rate", "many"], "--rate"),
        (&["--seed", "soon"], "--seed"),
    ] {
        fails(&desk, args, 2, "usage", &[says]);
    }
}

#[test]
fn bad_settings() {
    let desk = Desk::new();
    for (setting, says) in [
        (
            "search.evaluatoins=5",
            &[
                "unknown key search.evaluatoins",
                "did you mean search.evaluations?",
            ][..],
        ),
        ("evaluations=5", &["did you mean search.evaluations?"]),
        (
            "search.evaluations=many",
            &["search.evaluations = many", "wrong type"],
        ),
        (
            "search.draws=2",
            &["search.draws = 2", "out of range", "16"],
        ),
        ("search.evaluations", &["KEY=VALUE"]),
        (
            "actions.min_days=90",
            &[
                "actions.min_days = 90",
                "must not exceed",
                "actions.max_days = 60",
            ],
        ),
        (
            "market.forecast_vol=25",
            &["market.forecast_vol = 25", "fraction per year"],
        ),
        ("costs.fill=best", &["bid_ask", "mid"]),
    ] {
        fails(&desk, &["--set", setting], 2, "usage", says);
    }
}

#[test]
fn a_bad_configuration_file_is_named_with_its_line() {
    let desk = Desk::new();
    let file = desk.put(
        "c.toml",
        "schema_version = 1\n\n[objective]\nrisk_averison = 2.0\n",
    );
    fails(
        &desk,
        &["--config", file],
        2,
        "usage",
        &["c.toml:4", "risk_averison", "did you mean", "risk_aversion"],
    );
    let old = desk.put("old.toml", "[objective]\nrisk_aversion = 2.0\n");
    fails(&desk, &["--config", old], 2, "usage", &["schema_version"]);
    let newer = desk.put("new.toml", "schema_version = 2\n");
    fails(
        &desk,
        &["--config", newer],
        2,
        "usage",
        &["schema_version = 2", "newer jarvis2"],
    );
    fails(
        &desk,
        &["--config", "none.toml"],
        2,
        "usage",
        &["none.toml", "config init"],
    );
    let env = desk
        .command(&["plan", "--no-files"])
        .env("JARVIS2__SEARCH__SEDE", "3")
        .output()
        .unwrap();
    assert_eq!(env.status.code(), Some(2));
    assert!(
        String::from_utf8(env.stderr)
            .unwrap()
            .contains("JARVIS2__SEARCH__SEED")
    );
}

const HEAD: &str = "schema_version = 1\nkind = \"cash\"\n";

/// An account of $20,000 with one entry.
fn with(entry: &str) -> String {
    format!("{HEAD}cash_usd = 20000\n{entry}\n")
}

fn option(right: &str, expiry: &str, strike: &str, contracts: &str) -> String {
    format!(
        "[[options]]\nsymbol = \"ZZT\"\nright = \"{right}\"\nexpiry = \"{expiry}\"\nstrike_usd = {strike}\ncontracts = {contracts}\n"
    )
}

#[test]
fn bad_accounts() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.25).csv());
    let shares = |count: i32| format!("[[shares]]\nsymbol = \"ZZT\"\ncount = {count}\n");
    let cases: Vec<(String, &[&str])> = vec![
        (
            format!("{HEAD}cash_usd = -5\n"),
            &["cash_usd = -5", "cannot owe money"],
        ),
        (format!("{HEAD}cash_usd = 0\n"), &["worth $0.00"]),
        (
            format!("{HEAD}cash = 5\n"),
            &["unknown field `cash`", "cash_usd"],
        ),
        (
            format!("{HEAD}cash_usd = \"many\"\n"),
            &["account.toml", "line 3"],
        ),
        (
            "kind = \"cash\"\ncash_usd = 5\n".to_owned(),
            &["schema_version"],
        ),
        (
            "schema_version = 2\nkind = \"cash\"\ncash_usd = 5\n".to_owned(),
            &["schema_version = 2"],
        ),
        (
            "schema_version = 1\nkind = \"reg_t\"\ncash_usd = 5\n".to_owned(),
            &["kind = \"reg_t\"", "only \"cash\""],
        ),
        (
            "schema_version = 1\nkind = \"ira_margin\"\ncash_usd = 5\n".to_owned(),
            &["ira_margin", "out of scope"],
        ),
        (
            with(&option("call", "2025-04-17", "55", "-1")),
            &["ZZT: short calls need 100 shares", "holds 0", "uncovered"],
        ),
        (
            with(&(option("call", "2025-04-17", "55", "-2") + &shares(150))),
            &["need 200 shares", "holds 150"],
        ),
        (
            with(&option("put", "2025-04-17", "50", "-5")),
            &["does not secure", "25000"],
        ),
        (
            with(&option("put", "2025-04-17", "50", "-1.5")),
            &["contracts = -1.5", "whole number"],
        ),
        (
            with(&option("put", "2025-04-17", "50", "0")),
            &["contracts = 0"],
        ),
        (
            with(&option("puts", "2025-04-17", "50", "-1")),
            &["right = \"puts\""],
        ),
        (
            with(&option("put", "04/17/2025", "50", "-1")),
            &["expiry = \"04/17/2025\"", "YYYY-MM-DD"],
        ),
        (
            with(&option("put", "2025-02-30", "50", "-1")),
            &["2025-02-30"],
        ),
        (
            with(&option("put", "2025-02-21", "50", "-1")),
            &["2025-02-21", "expired before the chain's day", "2025-03-06"],
        ),
        (
            with(&option("put", "2025-04-17", "-50", "-1")),
            &["strike_usd = -50"],
        ),
        (
            with(&(option("put", "2025-04-17", "50", "-1") + "opened = \"2025-05-01\"\n")),
            &["2025-05-01", "after the expiry"],
        ),
        (
            with(&(option("put", "2025-04-17", "50", "-1") + "premium_usd_per_share = -1\n")),
            &["premium_usd_per_share = -1"],
        ),
        (
            with(&(option("put", "2025-04-17", "50", "-1") + "premium = 1\n")),
            &["unknown field `premium`"],
        ),
        (with(&shares(-100)), &["count = -100", "short stock"]),
        (
            with("[[shares]]\nsymbol = \"ZZT\"\ncount = 100.5\n"),
            &["count", "line 6"],
        ),
        (
            with(&(shares(100) + &shares(50))),
            &["ZZT stands there twice"],
        ),
        (
            with("[[shares]]\nsymbol = \"ZZT\"\ncount = 100\nbasis_usd_per_share = 0\n"),
            &["basis_usd_per_share = 0"],
        ),
        (
            with("[[shares]]\nsymbol = \" \"\ncount = 100\n"),
            &["symbol is empty"],
        ),
        ("cash_usd = = 5".to_owned(), &["account.toml", "line 1"]),
        (String::new(), &["schema_version"]),
    ];
    for (account, says) in cases {
        let file = desk.put("account.toml", &account);
        fails(
            &desk,
            &["--chain", chain, "--account", file],
            2,
            "usage",
            says,
        );
    }
    fails(
        &desk,
        &["--chain", chain, "--account", "nowhere.toml"],
        2,
        "usage",
        &["nowhere.toml", "config init --account"],
    );
    fails(
        &desk,
        &["--chain", chain, "--account", "."],
        2,
        "usage",
        &["cannot be read"],
    );
    let binary = desk.put("b.toml", [0xff, 0xfe, 0x00]);
    fails(
        &desk,
        &["--chain", chain, "--account", binary],
        2,
        "usage",
        &["not UTF-8"],
    );
}

#[test]
fn a_symbol_that_is_not_there() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.25).csv());
    let code = desk.run(&["plan", "--no-files", "--chain", chain, "--symbol", "QQQ"]);
    assert!(matches!(code.code, Some(2 | 3)), "{code}");
    assert!(
        code.stderr.contains("QQQ") && code.stderr.contains("ZZT"),
        "{code}"
    );
}

#[test]
fn synthetic_data_is_refused_for_a_real_account() {
    let desk = Desk::new();
    let account = desk.put("account.toml", format!("{HEAD}cash_usd = 50000\n"));
    fails(
        &desk,
        &["--account", account],
        2,
        "usage",
        &["synthetic data", "--allow-synthetic"],
    );
    let allowed = desk.plan(&["--account", account, "--allow-synthetic"]);
    assert!(matches!(allowed.code, Some(0 | 4)), "{allowed}");
    assert!(
        allowed.json()["watermark"]
            .as_str()
            .unwrap()
            .contains("SYNTHETIC")
    );
    // Written out, renamed and read back it is still synthetic.
    desk.run(&["sample", "--out", "s"]).exits(0);
    std::fs::rename(desk.path("s/chain.csv"), desk.path("mine.csv")).unwrap();
    fails(
        &desk,
        &["--chain", "mine.csv", "--account", account],
        2,
        "usage",
        &["synthetic data", "--allow-synthetic"],
    );
}

#[test]
fn resources_that_are_not_there() {
    let desk = Desk::new();
    fails(
        &desk,
        &["--set", "hardware.memory_limit_mb=1"],
        5,
        "resources",
        &["search.evaluations"],
    );
    desk.put("in-the-way", "a file where a folder should be");
    for out in ["in-the-way", "in-the-way/deeper"] {
        let args = [&["plan", "--out", out, "--json"], SMALL].concat();
        let run = desk.run(&args).exits(5);
        let error = &run.json()["error"];
        assert_eq!(error["kind"], "resources");
        assert!(
            error["message"].as_str().unwrap().contains("--out"),
            "{run}"
        );
    }
    desk.run(&["config", "init", "--account", "a.toml"])
        .exits(0);
    let again = desk
        .run(&["config", "init", "--account", "a.toml"])
        .exits(2);
    assert!(again.stderr.contains("exists already"), "{again}");
}

#[test]
fn a_budget_too_small_for_a_decision_is_said() {
    let desk = Desk::new();
    for key in ["search.evaluations", "search.draw_evaluations"] {
        let setting = format!("{key}=50");
        fails(
            &desk,
            &["--set", &setting],
            2,
            "usage",
            &[&format!("{key} = 50"), "does not suffice"],
        );
    }
}
