//! Whole decisions on twins of three vendors' files, rounded. After a change that is meant:
//! `JARVIS2_BLESS=1 cargo test -p jarvis2 --test command golden`, and read the difference.

use crate::look::{check_plan, kinds, lines, number, text};
use crate::run::Desk;
use crate::twins;
use serde_json::{Value, json};
use std::path::Path;

/// Three significant digits: other machines' exponentials may differ in the last bit.
fn rounded(value: &Value) -> Value {
    match value.as_f64() {
        Some(x) if x != 0.0 => {
            let scale = 10_f64.powi(2 - x.abs().log10().floor() as i32);
            json!((x * scale).round() / scale)
        }
        _ => value.clone(),
    }
}

fn essence(plan: &Value) -> Value {
    let figures = |path: &str, names: &[&str]| {
        let part = plan.pointer(path).unwrap();
        let pairs = names
            .iter()
            .map(|name| ((*name).to_owned(), rounded(&part[*name])));
        Value::Object(pairs.collect())
    };
    json!({
        "symbol": plan["symbol"],
        "as_of": plan["as_of"],
        "spot_usd": plan["spot_usd"],
        "outcome": plan["decision"]["outcome"],
        "action": plan["decision"]["action"]["text"],
        "valid_until": plan["decision"]["action"]["valid_until"],
        "alternatives": kinds(plan),
        "numbers": figures("/numbers", &[
            "premium_after_fees_usd", "break_even_usd_per_share", "distance_fraction", "probability_of_profit_real_world",
            "probability_of_assignment_at_expiry_real_world", "probability_in_the_money_risk_neutral", "max_profit_usd",
            "max_loss_usd", "return_on_capital_fraction", "cvar95_usd", "delta_shares",
        ]),
        "worth_over_holding": figures("/numbers/worth_over_holding", &["value_usd", "low_usd", "high_usd"]),
        "edge": figures("/why/edge", &["volatility_usd", "costs_usd"]),
        "format": plan["data"]["format"],
        "contracts": plan["data"]["contracts"],
        "smiles": plan["data"]["smiles"].as_array().unwrap().iter().map(|smile| rounded(&smile["atm_vol"])).collect::<Vec<_>>(),
    })
}

#[track_caller]
fn check(name: &str, plan: &Value) {
    check_plan(plan);
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/command/golden/{name}.json"));
    let found = serde_json::to_string_pretty(&essence(plan)).unwrap() + "\n";
    if std::env::var_os("JARVIS2_BLESS").is_some_and(|wish| wish == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == found,
        "{} says\n{golden}\nbut the plan says\n{found}\nif that is meant, bless it: JARVIS2_BLESS=1",
        path.display()
    );
}

/// Cash against a planted premium, shares under water, and no premium at all.
#[test]
fn golden_yfinance() {
    let desk = Desk::new();
    desk.put("zzt_2025-03-06_meta.json", twins::YFINANCE_META);
    let chain = desk.put("zzt_2025-03-06.csv", twins::yfinance(&twins::market()));
    let plan = desk
        .plan(&[
            "--chain",
            chain,
            "--rate",
            "0.04",
            "--set",
            "market.forecast_vol=0.22",
        ])
        .exits(0)
        .json();
    assert_eq!(
        number(&plan, "/spot_usd"),
        50.0,
        "the spot of the capture, not the close before"
    );
    check("yfinance", &plan);
}

#[test]
fn golden_cboe() {
    let desk = Desk::new();
    let chain = desk.put("quotedata.csv", twins::cboe(&twins::market()));
    let account = "schema_version = 1\nkind = \"cash\"\ncash_usd = 2000\n[[shares]]\nsymbol = \"ZZT\"\ncount = 300\nbasis_usd_per_share = 56\n";
    let account = desk.put("account.toml", account);
    let args = [
        "--chain",
        chain,
        "--symbol",
        "ZZT",
        "--account",
        account,
        "--rate",
        "0.04",
        "--set",
        "market.forecast_vol=0.22",
    ];
    let plan = desk.plan(&args).exits(0).json();
    check("cboe", &plan);
}

#[test]
fn golden_schwab() {
    let desk = Desk::new();
    let chain = desk.put("chain.json", twins::schwab(&twins::market()));
    let plan = desk.plan(&["--chain", chain]).exits(0).json();
    assert_eq!(
        text(&plan, "/decision/outcome"),
        "do_nothing",
        "no forecast of its own, so no premium"
    );
    assert!(lines(&plan, "/data/notes").contains("delayed"));
    assert!(
        plan["why"]["assumptions"]
            .to_string()
            .contains("the chain file"),
        "Schwab says its rate"
    );
    check("schwab", &plan);
}
