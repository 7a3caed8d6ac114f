//! `jarvis2 market validate` on made series, on planted files, on real ones, and what it must refuse; and whose forecast a plan takes.

use crate::chain::{AS_OF, Market};
use crate::run::{Desk, Run, real_file};
use jiff::civil::Date;
use serde_json::Value;
use std::fmt::Write;

/// Names beside one another, `days` trading days of closes each, to [`AS_OF`]; volatility comes in clusters.
fn closes(names: &[&str], days: usize) -> String {
    let mut dates: Vec<Date> = vec![AS_OF.parse().unwrap()];
    while dates.len() < days {
        dates.push(market::calendar::previous_trading_day(
            dates[dates.len() - 1],
        ));
    }
    let mut text = format!("date,{}\n", names.join(","));
    let (mut state, mut variances) = (9_u64, vec![1e-4_f64; names.len()]);
    let mut logs = vec![0.0; names.len()];
    for date in dates.iter().rev() {
        let _ = write!(text, "{date}");
        for (variance, log) in variances.iter_mut().zip(&mut logs) {
            let mut normal = -6.0;
            for _ in 0..12 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                normal += (state >> 11) as f64 / (1_u64 << 53) as f64;
            }
            let r = variance.sqrt() * normal;
            *variance = 0.03 * 1e-4 + 0.12 * r * r + 0.85 * *variance;
            *log += r;
            let _ = write!(text, ",{:.6}", 50.0 * log.exp());
        }
        text.push('\n');
    }
    text
}

/// The row of a forecaster at a horizon of a group.
fn row<'a>(group: &'a Value, days: u64, forecaster: &str) -> &'a Value {
    let horizons = group["horizons"].as_array().unwrap();
    let horizon = horizons.iter().find(|one| one["trading_days"] == days);
    let rows = horizon.unwrap()["rows"].as_array().unwrap();
    rows.iter()
        .find(|row| row["forecaster"] == forecaster)
        .unwrap_or_else(|| panic!("{forecaster}: {rows:?}"))
}

fn number(row: &Value, name: &str) -> f64 {
    row[name]
        .as_f64()
        .unwrap_or_else(|| panic!("{name}: {row}"))
}

#[test]
fn without_files_it_runs_on_made_series_and_says_so() {
    let desk = Desk::new();
    let run = desk.run(&["market", "validate"]).exits(0);
    for words in [
        "*** SYNTHETIC SERIES",
        "2 series without implied volatility",
        "2 series with implied volatility",
        "1 trading day ahead",
        "21 trading days ahead",
        "45 trading days ahead",
        "GARCH (default)",
        "VERDICT",
        "Kupiec",
    ] {
        assert!(run.stdout.contains(words), "{words}: {run}");
    }
    let again = desk.run(&["market", "validate"]).stdout;
    assert_eq!(run.stdout, again, "the same bytes");
    let json = desk.run(&["market", "validate", "--json"]).exits(0).json();
    assert!(json["watermark"].as_str().unwrap().contains("SYNTHETIC"));
    let groups = json["groups"].as_array().unwrap();
    // Made by GARCH with wild returns: EWMA, which never comes back to a mean, must lose to it at 45 days.
    let (garch, ewma) = (row(&groups[0], 45, "GARCH"), row(&groups[0], 45, "EWMA"));
    assert!(number(garch, "qlike") < number(ewma, "qlike"));
    // Implied volatility asks a tenth more: variance 1.21 times what is to be expected.
    let implied = number(row(&groups[1], 21, "implied"), "came_over_forecast");
    assert!((0.6..1.0).contains(&implied), "{implied}");
    assert!(
        groups[0]["verdict"]["text"]
            .as_str()
            .unwrap()
            .contains("21 days")
    );
}

#[test]
fn planted_clusters_are_found_and_the_default_is_the_configured_one() {
    let desk = Desk::new();
    desk.put("h.csv", closes(&["AAA", "BBB"], 3000));
    let args = [
        "market",
        "validate",
        "--series",
        "h.csv",
        "--json",
        "--set",
        "market.forecast_from=realised",
    ];
    let json = desk.run(&args).exits(0).json();
    assert!(json["watermark"].is_null());
    let group = &json["groups"][0];
    assert_eq!(group["verdict"]["default"], "realised");
    assert_eq!(group["verdict"]["best"], "GARCH");
    let test = &row(group, 21, "GARCH")["diebold_mariano"];
    assert!(number(test, "statistic") < -2.0, "{test}");
    assert!(row(group, 21, "realised")["diebold_mariano"].is_null());
    let said = group["verdict"]["text"].as_str().unwrap();
    assert!(
        said.contains("GARCH") && said.contains("It should be the default"),
        "{said}"
    );
    let series = group["horizons"][1]["series"].as_array().unwrap();
    assert_eq!(series.len(), 2);
    assert_eq!(series[0]["forecasts"], 2999 - 500 - 20);
    // Part of it, one name of it.
    let part = desk
        .run(&[
            "market",
            "validate",
            "--series",
            "h.csv",
            "--symbol",
            "bbb",
            "--from",
            "2020-01-02",
            "--to",
            "2023-12-29",
            "--json",
        ])
        .exits(0)
        .json();
    let series = &part["groups"][0]["horizons"][0]["series"];
    assert_eq!(series.as_array().unwrap().len(), 1);
    assert_eq!(series[0]["name"], "BBB");
    assert_eq!(series[0]["first"], "2020-01-02");
    assert_eq!(
        series[0]["last"], "2023-12-28",
        "the last forecast has a day to be judged by"
    );
}

#[test]
fn an_implied_series_joins_by_date() {
    let desk = Desk::new();
    desk.put("h.csv", closes(&["AAA", "BBB"], 900));
    let mut vix = "date,close\n".to_owned();
    for line in closes(&["AAA"], 700).lines().skip(1) {
        let _ = writeln!(vix, "{},16", line.split(',').next().unwrap());
    }
    desk.put("vix.csv", vix);
    let json = desk
        .run(&[
            "market",
            "validate",
            "--series",
            "h.csv",
            "--implied",
            "BBB=vix.csv",
            "--json",
        ])
        .exits(0)
        .json();
    let groups = json["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    let (alone, with) = (&groups[0]["horizons"][0], &groups[1]["horizons"][0]);
    assert_eq!(alone["series"][0]["name"], "AAA");
    assert_eq!(with["series"][0]["name"], "BBB");
    assert_eq!(with["rows"][0]["forecaster"], "GARCH and implied");
    assert_eq!(
        with["series"][0]["days_left_out"], 0,
        "implied from day 200 on, judged from day 500"
    );
    desk.run(&[
        "market",
        "validate",
        "--series",
        "h.csv",
        "--implied",
        "CCC=vix.csv",
    ])
    .exits(2);
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let desk = Desk::new();
    desk.put("short.csv", closes(&["AAA"], 300));
    let run = desk
        .run(&["market", "validate", "--series", "short.csv"])
        .exits(3);
    assert!(run.stderr.contains("299 returns"), "{run}");
    desk.run(&["market", "validate", "--series", "nowhere.csv"])
        .exits(3);
    desk.run(&[
        "market",
        "validate",
        "--series",
        "short.csv",
        "--symbol",
        "KO",
    ])
    .exits(2);
    desk.run(&["market", "validate", "--symbol", "KO"]).exits(2);
    let run = desk
        .run(&["market", "validate", "--series", "short.csv", "--json"])
        .exits(3);
    assert_eq!(run.json()["error"]["kind"], "data");
    desk.put(
        "flat.csv",
        "date,close\n".to_owned()
            + &closes(&["AAA"], 900)
                .lines()
                .skip(1)
                .fold(String::new(), |all, line| {
                    all + line.split(',').next().unwrap() + ",50\n"
                }),
    );
    desk.run(&["market", "validate", "--series", "flat.csv"])
        .exits(3);
}

/// What looks like a split that nobody listed is pointed at.
#[test]
fn a_jump_that_may_be_a_split_is_pointed_at() {
    let desk = Desk::new();
    let mut text = "date,close\n".to_owned();
    for (day, line) in closes(&["AAA"], 900).lines().skip(1).enumerate() {
        let (date, close) = line.split_once(',').unwrap();
        let close: f64 = close.parse().unwrap();
        let _ = writeln!(
            text,
            "{date},{}",
            if day < 700 { close } else { 0.6 * close }
        );
    }
    desk.put("jump.csv", text);
    let run = desk
        .run(&["market", "validate", "--series", "jump.csv"])
        .exits(0);
    assert!(run.stdout.contains("if it is a split, list it"), "{run}");
}

#[cfg(unix)]
#[test]
fn it_can_be_interrupted() {
    let desk = Desk::new();
    let names: Vec<String> = (0..60).map(|number| format!("S{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    desk.put("h.csv", closes(&names, 6000));
    let mut command = desk.command(&["market", "validate", "--series", "h.csv", "--json"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert!(
        child.try_wait().unwrap().is_none(),
        "it was meant to take longer"
    );
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stdout}");
    let error: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(error["error"]["kind"], "interrupted");
}

/// What a plan says about its forecast.
fn forecast(run: Run) -> String {
    let plan = run.json();
    let rows = plan["why"]["assumptions"].as_array().unwrap();
    let row = rows.iter().find(|row| {
        row["name"]
            .as_str()
            .unwrap()
            .starts_with("forecast volatility")
    });
    row.unwrap()["source"].as_str().unwrap().to_owned()
}

/// GARCH where the history carries it; what was asked for, if something was; and realised, with the reason, where it is too short.
#[test]
fn a_plan_says_what_its_forecast_is_made_of() {
    let desk = Desk::new();
    let chain = desk.put("c.csv", Market::flat(0.25).csv());
    let header = |text: String| text.replacen("AAA", "close", 1);
    desk.put("long.csv", header(closes(&["AAA"], 700)));
    desk.put("short.csv", header(closes(&["AAA"], 200)));
    let plan = |history: &str, from: &[&str]| {
        forecast(desk.plan(&[&["--chain", chain, "--history", history], from].concat()))
    };
    let said = plan("long.csv", &[]);
    assert!(
        said.contains("% GARCH (") && said.contains("over 699 returns"),
        "{said}"
    );
    let said = plan("long.csv", &["--set", "market.forecast_from=realised"]);
    assert!(
        said.contains("% realised (") && said.contains("over 63 returns, the history file)"),
        "{said}"
    );
    let said = plan("long.csv", &["--set", "market.forecast_from=har"]);
    assert!(said.contains("% HAR ("), "{said}");
    let said = plan("short.csv", &[]);
    assert!(
        said.contains("% realised (") && said.contains("GARCH needs 500 returns and has 199"),
        "{said}"
    );
    let said = plan("short.csv", &["--set", "market.forecast_from=ewma"]);
    assert!(said.contains("% EWMA ("), "{said}");
    desk.plan(&["--chain", chain, "--set", "market.forecast_from=arch"])
        .exits(2);
}

/// Docs/validation.md: what decided the default, on real prices.
#[test]
fn on_real_prices_the_default_is_no_worse_than_realised() {
    let (Some(stocks), Some(spy), Some(vix)) = (
        real_file("series/skfolio_sp500_20stocks_adjclose_1990_2022.csv.gz"),
        real_file("series/lean_daily_ohlcv.parquet"),
        real_file("series/vix_daily.parquet"),
    ) else {
        return;
    };
    let desk = Desk::new();
    let [stocks, spy] = [stocks, spy].map(|path| path.display().to_string());
    let vix = format!("SPY={}", vix.display());
    let judged = |args: &[&str]| {
        let old = [
            "market",
            "validate",
            "--json",
            "--set",
            "market.forecast_from=realised",
        ];
        desk.run(&[&old, args].concat()).exits(0).json()
    };
    let stocks = judged(&["--series", &stocks]);
    let index = judged(&["--series", &spy, "--symbol", "SPY", "--implied", &vix]);
    let (stocks, index) = (&stocks["groups"][0], &index["groups"][0]);
    for days in [1, 21, 45] {
        for (group, new, old) in [
            (stocks, "GARCH", "realised"),
            (index, "GARCH and implied", "realised and implied"),
        ] {
            let (new, old) = (row(group, days, new), row(group, days, old));
            assert!(
                number(new, "qlike") < number(old, "qlike"),
                "{days}: {new} {old}"
            );
            assert!(number(new, "mse_over_default") < 1.0, "{days}: {new}");
            assert_eq!(new["worse_in_series"], 0, "{days}: {new}");
        }
    }
    assert_eq!(
        stocks["horizons"][1]["series"].as_array().unwrap().len(),
        20
    );
    let month = number(row(stocks, 21, "GARCH"), "qlike");
    assert!((month - 0.304).abs() < 0.01, "{month}");
    // One day is fatter than normal on every stock, and the program says so.
    let fails = stocks["horizons"][0]["laws"][0]["fails"].to_string();
    assert!(fails.contains("rejected in 20 of 20"), "{fails}");
}
