//! `jarvis2 ingest` and `--mapping`: what is understood of a file, and the user's own columns.

use crate::look::{list, text};
use crate::run::{Desk, real_file};

/// The path that the README shows: sample mapping, its file explained, planned, priced, fitted.
#[test]
fn a_sample_mapping_reads_the_sample_file() {
    let desk = Desk::new();
    let written = desk
        .run(&["config", "init", "--mapping", "m.toml"])
        .exits(0);
    assert!(written.stdout.contains("m.csv"), "{written}");
    let again = desk
        .run(&["config", "init", "--mapping", "m.toml"])
        .exits(2);
    assert!(again.stderr.contains("exists already"), "{again}");

    let mapped = ["m.csv", "--mapping", "m.toml"];
    let found = desk
        .run(&[&["ingest", "--explain", "--json"], &mapped[..]].concat())
        .exits(0)
        .json();
    assert_eq!(text(&found, "/format"), "mapped");
    assert_eq!(text(&found, "/chains/0/symbol"), "ZZT");
    assert_eq!(list(&found, "/unused_columns")[0]["name"], "Remark");
    let strike = list(&found, "/columns")
        .iter()
        .find(|column| column["field"] == "strike")
        .unwrap();
    assert_eq!(
        (&strike["factor"], &strike["sample_read"]),
        (&0.01.into(), &"42.5".into())
    );
    for check in list(&found, "/units/checks") {
        let there = check["field"] != "rho";
        assert_eq!(check["as_read"] == true, there, "{check}");
        assert_eq!(check["missing_because"].is_null(), there, "{check}");
    }
    assert_eq!(found["absent_fields"], serde_json::json!(["spot", "rho"]));

    let screen = desk
        .run(&[&["ingest", "--explain"], &mapped[..]].concat())
        .exits(0);
    for part in [
        "Strike (cents)",
        "cents, times 0.0100 gives",
        "per year",
        "n/a (the file has none)",
        "28 read, 0 refused",
    ] {
        assert!(screen.stdout.contains(part), "{part}: {screen}");
    }
    assert!(
        screen.stdout.lines().all(|line| line.chars().count() <= 80),
        "{screen}"
    );

    let plan = desk.plan(&["--chain", "m.csv", "--mapping", "m.toml"]);
    assert!(matches!(plan.code, Some(0 | 4)), "{plan}");
    assert_eq!(text(&plan.json(), "/symbol"), "ZZT");
    for command in ["price", "iv", "surface"] {
        desk.run(&[&[command, "--json"], &mapped[..]].concat())
            .exits(0);
    }
}

#[test]
fn without_its_mapping_a_strange_file_is_refused_and_a_wrong_mapping_named_by_line() {
    let desk = Desk::new();
    desk.run(&["config", "init", "--mapping", "m.toml"])
        .exits(0);
    let strange = desk.run(&["ingest", "m.csv"]).exits(3);
    assert!(strange.stderr.contains("--mapping"), "{strange}");
    let sample = std::fs::read_to_string(desk.path("m.toml")).unwrap();
    desk.put(
        "key.toml",
        sample.replace("vega = \"Vega\"", "vegga = \"Vega\""),
    );
    let wrong = desk
        .run(&["ingest", "m.csv", "--mapping", "key.toml"])
        .exits(2);
    assert!(
        wrong.stderr.contains("key.toml, line ") && wrong.stderr.contains("did you mean `vega`?"),
        "{wrong}"
    );
    desk.put("name.toml", sample.replace("\"Delta\"", "\"Detla\""));
    for words in [
        &["ingest", "m.csv"][..],
        &["price", "m.csv"],
        &["plan", "--no-files", "--chain", "m.csv"],
    ] {
        let absent = desk
            .run(&[words, &["--mapping", "name.toml"]].concat())
            .exits(2);
        assert!(
            absent.stderr.contains("did you mean \"Delta\"?"),
            "{absent}"
        );
    }
    desk.run(&["plan", "--mapping", "m.toml"]).exits(2);
}

/// Whoever reads files of quotes takes a mapping of them, and calls one without a file a slip.
#[test]
fn every_command_that_reads_quotes_takes_a_mapping() {
    let desk = Desk::new();
    desk.run(&["config", "init", "--mapping", "m.toml"])
        .exits(0);
    let mapped = ["--mapping", "m.toml"];
    for command in [
        &["plan", "--no-files"][..],
        &["surface"],
        &["price", "--sample"],
        &["iv", "--sample"],
        &["export", "--out", "tables"],
        &["backtest"],
        &["backtest", "--self-test"],
        &["market", "mismatch"],
        &["ablate"],
    ] {
        let slip = desk.run(&[command, &mapped].concat()).exits(2);
        let told = "m.toml: it describes a file of quotes, and none is named";
        assert!(slip.stderr.contains(told), "{slip}");
    }
    for command in [
        &["risk", "--help"][..],
        &["sql", "--help"],
        &["ingest", "--help"],
    ] {
        let help = desk.run(command).exits(0);
        assert!(help.stdout.contains("--mapping"), "{help}");
    }
}

/// Tables, a night of a backtest and the risk of an account, each out of a file that no vendor writes.
#[test]
fn tables_backtests_and_risks_are_made_under_a_mapping() {
    let desk = Desk::new();
    desk.run(&["config", "init", "--mapping", "m.toml"])
        .exits(0);
    let mapped = ["--chain", "m.csv", "--mapping", "m.toml"];
    let export = [
        "export", "--out", "tables", "--format", "csv", "--only", "chains",
    ];
    desk.run(&[&export[..], &mapped].concat()).exits(0);
    let table = std::fs::read_to_string(desk.path("tables/chains.csv")).unwrap();
    assert_eq!(table.lines().count(), 29, "{table}");
    assert!(
        table.lines().skip(1).all(|line| line.contains("ZZT")),
        "{table}"
    );

    let backtest = ["backtest", "--policy", "hold", "--json", "--data", "m.csv"];
    let alone = desk.run(&backtest).exits(3);
    assert!(alone.stdout.contains("fit no known vendor"), "{alone}");
    let report = desk
        .run(&[&backtest[..], &mapped[2..]].concat())
        .exits(0)
        .json();
    assert_eq!(text(&report, "/manifest/symbol"), "ZZT");
    // Another mapping is other data.
    let sample = std::fs::read_to_string(desk.path("m.toml")).unwrap();
    desk.put(
        "other.toml",
        sample.replace("ask = [\"Best Ask\", \"Best Offer\"]", "ask = \"Best Ask\""),
    );
    let other = desk
        .run(&[&backtest[..], &["--mapping", "other.toml"]].concat())
        .exits(0)
        .json();
    let hash = |report: &serde_json::Value| text(report, "/manifest/data_sha256").to_owned();
    assert_ne!(hash(&report), hash(&other));

    desk.put(
        "a.toml",
        "schema_version = 1\nkind = \"cash\"\ncash_usd = 10000.0\n[[shares]]\nsymbol = \"ZZT\"\ncount = 100\nbasis_usd_per_share = 48.0\n",
    );
    let risk = desk
        .run(&[&["risk", "--account", "a.toml", "--json"], &mapped[..]].concat())
        .exits(0);
    assert!(risk.stdout.contains("ZZT"), "{risk}");
}

/// In a portfolio every symbol may have a file of its own kind.
#[test]
fn a_portfolio_takes_a_mapping_for_all_or_one_of_each() {
    let desk = Desk::new();
    desk.run(&["config", "init", "--mapping", "m.toml"])
        .exits(0);
    let portfolio = |entry: &str| {
        format!(
            "schema_version = 1\n[account]\nschema_version = 1\nkind = \"cash\"\ncash_usd = 10000.0\n\
             [[symbols]]\nsymbol = \"ZZT\"\n{entry}\n"
        )
    };
    let plan = |entry: &str, more: &[&str]| {
        desk.put("p.toml", portfolio(entry));
        desk.plan(&[&["--portfolio", "p.toml"], more].concat())
    };
    let chain = "chain = \"m.csv\"\n";
    let own = plan(&format!("{chain}mapping = \"m.toml\""), &[]);
    let all = plan(chain, &["--mapping", "m.toml"]);
    for planned in [&own, &all] {
        assert!(matches!(planned.code, Some(0 | 4)), "{planned}");
        assert_eq!(list(&planned.json(), "/rows")[0]["symbol"], "ZZT");
    }
    plan(chain, &[]).exits(3);
    let slip = plan("chain = \"sample\"\nmapping = \"m.toml\"", &[]).exits(2);
    assert!(
        slip.stdout.contains("the embedded sample needs none"),
        "{slip}"
    );
    plan("chain = \"sample\"", &["--mapping", "m.toml"]).exits(2);
    desk.put("bad.toml", "schema_version = 2\n");
    let bad = plan(&format!("{chain}mapping = \"bad.toml\""), &[]).exits(2);
    assert!(bad.stdout.contains("bad.toml, line 1"), "{bad}");
}

/// A coin's option is read and priced, and refused where a wheel on shares is planned.
#[test]
fn contracts_on_coins_are_priced_and_not_planned() {
    let desk = Desk::new();
    let mut book = String::from(
        "instrument_name,timestamp,underlying_price,underlying_index,index_price,mark_price,mark_iv,best_bid_price,best_ask_price\n",
    );
    for strike in [40_000, 45_000, 50_000, 55_000, 60_000] {
        for side in ["C", "P"] {
            let inside = if side == "C" {
                50_000.0 - f64::from(strike)
            } else {
                f64::from(strike) - 50_000.0
            };
            let coin = (inside.max(0.0) + 3_000.0) / 50_000.0;
            book.push_str(&format!(
                "ZZC-25APR25-{strike}-{side},1741294800000,50000,ZZC-25APR25,50000,{coin},60,{},{}\n",
                coin - 0.001,
                coin + 0.001
            ));
        }
    }
    desk.put("book.csv", book);
    let priced = desk.run(&["price", "book.csv", "--json"]).exits(0);
    assert!(priced.stdout.contains("ZZC"), "{priced}");
    let plan = desk
        .run(&["plan", "--no-files", "--chain", "book.csv"])
        .exits(3);
    assert!(
        plan.stderr.contains("on 1 shares or coins, not on 100"),
        "{plan}"
    );
}

/// Where the expiry stands in the name alone, a renamed file still shows its columns, and fails with the reason.
#[test]
fn a_refused_file_shows_its_columns_first() {
    let desk = Desk::new();
    desk.put(
        "page.csv",
        "Strike,Moneyness,Bid,Ask,\"Open Int\",IV,Type\n50.00,+1.00%,1.00,1.10,\"1,100\",30.00%,Call\n\
         \"Downloaded from Barchart.com as of 03-06-2025 12:27pm CDT\"\n",
    );
    let shown = desk
        .run(&["ingest", "page.csv", "--explain", "--symbol", "ZZT"])
        .exits(3);
    assert!(
        shown.stdout.contains("Open Int") && shown.stdout.contains("1100"),
        "{shown}"
    );
    assert!(
        shown
            .stderr
            .contains("does not say when its contracts expire"),
        "{shown}"
    );
    let shown = desk
        .run(&[
            "ingest",
            "page.csv",
            "--explain",
            "--json",
            "--symbol",
            "ZZT",
        ])
        .exits(3)
        .json();
    assert!(text(&shown, "/error").contains("expire"), "{shown}");
}

/// Real files, if they are at hand: units are those of the vendor's convention.
#[test]
fn units_of_a_real_file_are_recognised() {
    let Some(path) = real_file("vendor/tda_schwab_F_option_chain.json.gz") else {
        return;
    };
    let desk = Desk::new();
    let found = desk
        .run(&["ingest", "--explain", "--json", path.to_str().unwrap()])
        .exits(0)
        .json();
    let units: Vec<&str> = list(&found, "/units/checks")
        .iter()
        .map(|check| check["unit"].as_str().unwrap_or("n/a"))
        .collect();
    assert_eq!(
        units,
        [
            "percent",
            "per dollar",
            "per dollar",
            "per calendar day",
            "per vol point",
            "per percent"
        ]
    );
}
