//! Decisions on real files. `JARVIS2_REAL_DATA` names the folder that holds them; without it every test here is skipped,
//! visibly. The files are not part of the project.

use crate::look::{check_plan, lines, list, number, text};
use crate::run::{Desk, real_file};
use serde_json::Value;

/// Plans on a real file; `None` where there are no real files.
#[track_caller]
fn plan(file: &str, more: &[&str]) -> Option<Value> {
    plan_with(&Desk::new(), file, more)
}

#[track_caller]
fn plan_with(desk: &Desk, file: &str, more: &[&str]) -> Option<Value> {
    let path = real_file(file)?;
    let run = desk.run(
        &[
            &[
                "plan",
                "--json",
                "--no-files",
                "--chain",
                path.to_str().unwrap(),
            ],
            more,
        ]
        .concat(),
    );
    assert!(matches!(run.code, Some(0 | 4)), "{run}");
    let plan = run.json();
    assert_eq!(
        run.code == Some(4),
        plan["decision"]["outcome"] == "abstain"
    );
    check_plan(&plan);
    assert!(plan["watermark"].is_null(), "this is real data");
    Some(plan)
}

/// The 30-day volatility that the market asks for, as the plan says it.
fn implied(plan: &Value) -> f64 {
    let assumption = |name: &str| {
        let rows = list(plan, "/why/assumptions").iter();
        rows.filter(|row| text(row, "/name").starts_with(name))
            .map(|row| text(row, "/value"))
            .next()
            .unwrap()
            .to_owned()
    };
    let value = assumption("implied volatility");
    value.split(' ').next().unwrap().parse::<f64>().unwrap() / 100.0
}

/// Symbol, day, spot to a percent, and a band for the implied volatility.
#[track_caller]
fn check(
    plan: Option<Value>,
    symbol: &str,
    as_of: &str,
    spot: f64,
    vols: (f64, f64),
) -> Option<Value> {
    let plan = plan?;
    assert_eq!(
        (text(&plan, "/symbol"), text(&plan, "/as_of")),
        (symbol, as_of)
    );
    let found = number(&plan, "/spot_usd");
    assert!(
        (found / spot - 1.0).abs() < 0.01,
        "spot {found}, not about {spot}"
    );
    let vol = implied(&plan);
    assert!((vols.0..vols.1).contains(&vol), "implied volatility {vol}");
    assert!(number(&plan, "/data/contracts") > 20.0);
    assert!(list(&plan, "/data/smiles").len() >= 2);
    Some(plan)
}

/// No history comes with these files, so no premium is assumed, and nothing is sold for the sake of selling.
#[track_caller]
fn idle(plan: Option<Value>) {
    let Some(plan) = plan else { return };
    assert_eq!(
        text(&plan, "/decision/outcome"),
        "do_nothing",
        "{}",
        text(&plan, "/decision/because")
    );
    assert!(text(&plan, "/decision/because").contains("implied volatility"));
    // The nearest rival is a put out of the money, as a seller of the wheel would have it.
    let rival = &list(&plan, "/alternatives")[1];
    assert_eq!(text(rival, "/action/kind"), "sell_put");
    assert!(number(rival, "/numbers/distance_fraction") > 0.0);
    assert!(number(rival, "/numbers/probability_of_profit_real_world") > 0.5);
}

#[test]
fn real_cboe_spy() {
    let band = (0.08, 0.20);
    idle(check(
        plan("chains/cboe_SPY_2025-09-25.parquet", &[]),
        "SPY",
        "2025-09-25",
        658.05,
        band,
    ));
    idle(check(
        plan("vendor/cboe_quotedata_SPY_2025-09-25.csv.gz", &[]),
        "SPY",
        "2025-09-25",
        658.05,
        band,
    ));
}

#[test]
fn real_yfinance() {
    let spy = plan("chains/yfinance_SPY_session-2026-08-14.parquet", &[]);
    idle(check(spy, "SPY", "2026-08-17", 775.24, (0.08, 0.20)));
    let iwm = plan("vendor/yfinance_collector_IWM_2026-08-12.csv.gz", &[]);
    idle(check(iwm, "IWM", "2026-08-13", 302.92, (0.10, 0.25)));
}

#[test]
fn real_ivolatility_aapl() {
    for file in [
        "chains/ivolatility_AAPL_2014-08.parquet",
        "vendor/ivolatility_AAPL_2014-08.csv.gz",
    ] {
        idle(check(
            plan(file, &["--symbol", "AAPL"]),
            "AAPL",
            "2014-08-07",
            94.48,
            (0.15, 0.35),
        ));
    }
}

#[test]
fn real_schwab_ford() {
    let band = (0.25, 0.55);
    idle(check(
        plan("chains/tda_F.parquet", &[]),
        "F",
        "2020-12-09",
        9.43,
        band,
    ));
    let json = check(
        plan("vendor/tda_schwab_F_option_chain.json.gz", &[]),
        "F",
        "2020-12-09",
        9.43,
        band,
    );
    if let Some(plan) = &json {
        assert!(
            plan["why"]["assumptions"]
                .to_string()
                .contains("the chain file"),
            "Schwab says its rate"
        );
    }
    idle(json);
}

#[test]
fn real_ko_has_no_bid_and_ask_and_says_what_it_assumed() {
    let plan = plan("chains/riskalertsys_KO.parquet", &[]);
    let Some(plan) = check(plan, "KO", "2026-07-31", 87.59, (0.12, 0.35)) else {
        return;
    };
    assert!(
        lines(&plan, "/data/notes").contains("no bid and ask"),
        "{}",
        lines(&plan, "/data/notes")
    );
    let assumptions = plan["why"]["assumptions"].to_string();
    assert!(
        assumptions.contains("the file has no bid and ask") && assumptions.contains("realised"),
        "{assumptions}"
    );
    for row in list(&plan, "/alternatives") {
        for leg in list(row, "/action/legs") {
            assert!(text(leg, "/price_basis").starts_with("assumed"), "{leg}");
            assert!(text(leg, "/bid_usd").starts_with("n/a ("), "{leg}");
        }
    }
}

/// AAPL split 7:1 between the two days of this file.
#[test]
fn real_lean_aapl_across_the_split() {
    const FILE: &str = "chains/lean_AAPL_2014-06.parquet";
    idle(check(
        plan(FILE, &[]),
        "AAPL",
        "2014-06-09",
        93.70,
        (0.12, 0.35),
    ));
    let before = plan(FILE, &["--as-of", "2014-06-06"]);
    check(before, "AAPL", "2014-06-06", 645.57, (0.12, 0.35));
    let Some(history) = real_file("series/lean_daily_ohlcv.parquet") else {
        return;
    };
    let plan = plan(FILE, &["--history", history.to_str().unwrap()]).unwrap();
    let forecast = list(&plan, "/why/assumptions")
        .iter()
        .find(|row| text(row, "/name").starts_with("forecast"))
        .unwrap();
    assert!(
        text(forecast, "/source").contains("% GARCH (")
            && text(forecast, "/source").contains("the history file"),
        "{forecast}"
    );
    let vol: f64 = text(forecast, "/value")
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        (12.0..35.0).contains(&vol),
        "a split taken for a crash? {forecast}"
    );
}

fn aapl(account: &str, more: &[&str]) -> Option<Value> {
    let desk = Desk::new();
    let head = "schema_version = 1\nkind = \"cash\"\n";
    let account = desk.put("account.toml", format!("{head}{account}"));
    let account = desk.path(account);
    let args = ["--symbol", "AAPL", "--account", account.to_str().unwrap()];
    plan_with(
        &desk,
        "chains/ivolatility_AAPL_2014-08.parquet",
        &[&args[..], more].concat(),
    )
}

fn shows(plan: &Value, kind: &str) -> bool {
    list(plan, "/alternatives")
        .iter()
        .any(|row| text(row, "/action/kind") == kind)
}

#[test]
fn real_account_of_cash() {
    let Some(plan) = aapl("cash_usd = 25000\n", &[]) else {
        return;
    };
    assert_eq!(number(&plan, "/account/wealth_usd"), 25_000.0);
    assert!(shows(&plan, "sell_put"));
}

#[test]
fn real_account_of_shares_above_and_below_basis() {
    for (basis, warned) in [(80.0, false), (110.0, true)] {
        let account = format!(
            "cash_usd = 2000\n[[shares]]\nsymbol = \"AAPL\"\ncount = 100\nbasis_usd_per_share = {basis}\n"
        );
        // A forecast far below implied volatility, so that a call is sold.
        let Some(plan) = aapl(&account, &["--set", "market.forecast_vol=0.16"]) else {
            return;
        };
        assert_eq!(text(&plan, "/decision/action/kind"), "sell_call");
        let strike = number(&plan, "/decision/action/legs/0/strike_usd");
        let notices = lines(&plan, "/decision/notices");
        assert_eq!(
            notices.contains("below the cost basis"),
            warned && strike < basis,
            "{strike}: {notices}"
        );
    }
}

#[test]
fn real_account_with_a_short_put_about_to_end() {
    for (strike, in_the_money) in [(90.0, false), (100.0, true)] {
        let account = format!(
            "cash_usd = 12000\n[[options]]\nsymbol = \"AAPL\"\nright = \"put\"\nexpiry = \"2014-08-15\"\nstrike_usd = {strike}\ncontracts = -1\npremium_usd_per_share = 1.1\n"
        );
        let Some(plan) = aapl(&account, &[]) else {
            return;
        };
        assert!(shows(&plan, "do_nothing") && shows(&plan, "hold_to_horizon"));
        assert!(!lines(&plan, "/decision/notices").contains("not in the chain"));
        if in_the_money {
            assert!(shows(&plan, "close") || shows(&plan, "roll"));
        }
    }
}

/// Apple went ex 47 cents on 2014-08-07; the day after is taken here, so that it is still to come.
#[test]
fn real_account_with_a_covered_call_before_an_ex_date() {
    let desk = Desk::new();
    let account = "schema_version = 1\nkind = \"cash\"\ncash_usd = 20000\n[[shares]]\nsymbol = \"AAPL\"\ncount = 100\nbasis_usd_per_share = 80\n[[options]]\nsymbol = \"AAPL\"\nright = \"call\"\nexpiry = \"2014-08-16\"\nstrike_usd = 85\ncontracts = -1\n";
    let account = desk.put("account.toml", account);
    let events = desk.put(
        "events.csv",
        "symbol,date,kind,amount_usd\nAAPL,2014-08-08,ex_dividend,0.47\n",
    );
    let (account, events) = (desk.path(account), desk.path(events));
    let args = [
        "--symbol",
        "AAPL",
        "--account",
        account.to_str().unwrap(),
        "--events",
        events.to_str().unwrap(),
    ];
    let Some(plan) = plan_with(&desk, "chains/ivolatility_AAPL_2014-08.parquet", &args) else {
        return;
    };
    let notices = lines(&plan, "/decision/notices");
    assert!(
        notices.contains("ex-dividend $0.47 on 2014-08-08")
            && notices.contains("should exercise now"),
        "{notices}"
    );
}
