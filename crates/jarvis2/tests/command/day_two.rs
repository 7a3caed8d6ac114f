//! The day after: the fill goes into the account, the next plan says what changed, and the chain comes from the user's own script.

use crate::chain::{Market, Row};
use crate::look::{check_plan, list, number, text};
use crate::run::{Desk, SMALL};
use pricing::Right;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const ACCOUNT: &str = "schema_version = 1\nkind = \"cash\"\ncash_usd = 30000.0\n";

/// Implied volatility far above the forecast: a put is worth selling.
fn market(as_of: &str, spot: f64) -> Market {
    let mut market = Market::flat(0.40);
    market.as_of = as_of.parse().unwrap();
    market.spot = spot;
    market
}

fn plan(desk: &Desk, chain: &str, account: &str) -> Value {
    let words = [
        "--chain",
        chain,
        "--account",
        account,
        "--set",
        "market.forecast_vol=0.15",
        "--db",
        "diary.sqlite",
    ];
    let plan = desk.plan(&words).exits(0).json();
    check_plan(&plan);
    plan
}

#[test]
fn the_second_day_knows_the_first() {
    let desk = Desk::new();
    desk.put("monday.csv", market("2025-03-06", 50.0).csv());
    desk.put("tuesday.csv", market("2025-03-07", 51.0).csv());
    desk.put("one.toml", ACCOUNT);
    let first = plan(&desk, "monday.csv", "one.toml");
    assert_eq!(
        text(&first, "/decision/outcome"),
        "act",
        "the premise of this test"
    );
    assert!(
        text(&first, "/recall/since_note").starts_with("n/a ("),
        "{}",
        first["recall"]
    );
    assert!(first["recall"].get("since").is_none());

    // The plan's own words are the fill's, with the fees of the broker.
    let action = text(&first, "/decision/action/text");
    let words = format!("{action} fees 2.60");
    let apply = [
        "journal",
        "apply",
        "--account",
        "one.toml",
        "--out",
        "two.toml",
        "--fill",
        &words,
        "--on",
        "2025-03-06",
        "--db",
        "diary.sqlite",
    ];
    let applied = desk
        .run(&[&apply[..], &["--json"]].concat())
        .exits(0)
        .json();
    let leg = &list(&first, "/decision/action/legs")[0];
    let premium = 100.0 * number(leg, "/count") * number(leg, "/limit_usd");
    assert_eq!(
        number(&applied, "/cash_after_usd"),
        30_000.0 + premium - 2.60
    );
    // The same fill twice is caught, and no file is written over.
    let twice = desk.run(&apply).exits(2);
    assert!(twice.stderr.contains("exists already"), "{twice}");
    let mut again = apply.map(str::to_owned);
    again[5] = "three.toml".to_owned();
    let again = desk
        .run(&again.iter().map(String::as_str).collect::<Vec<_>>())
        .exits(2);
    assert!(
        again.stderr.contains("already") && again.stderr.contains("--again"),
        "{again}"
    );
    assert!(!desk.path("three.toml").exists());

    let second = plan(&desk, "tuesday.csv", "two.toml");
    let since = &second["recall"]["since"];
    assert_eq!(
        (text(since, "/date"), number(since, "/days")),
        ("2025-03-06", 1.0)
    );
    assert_eq!(text(since, "/action_then"), action);
    assert_eq!(text(since, "/followed"), "yes", "{since}");
    assert_eq!(list(since, "/fills").len(), 1, "{since}");
    let changes = list(since, "/changes");
    let change = |what: &str| {
        changes
            .iter()
            .find(|one| one["what"] == what)
            .unwrap_or_else(|| panic!("{what}: {since}"))
    };
    assert_eq!(text(change("share price"), "/difference"), "+2.0 %");
    assert_eq!(text(change("options"), "/then"), "none");
    assert!(text(change("options"), "/now").contains("put"), "{since}");
    let gained = format!("+${:.2}", premium - 2.60);
    assert_eq!(text(change("cash"), "/difference").replace(',', ""), gained);
    // What it says decides nothing.
    let words = [
        "--chain",
        "tuesday.csv",
        "--account",
        "two.toml",
        "--set",
        "market.forecast_vol=0.15",
        "--no-diary",
    ];
    let (mut with, mut without) = (second.clone(), desk.plan(&words).exits(0).json());
    with["recall"] = Value::Null;
    without["recall"] = Value::Null;
    assert_eq!(with, without);
    // A plan of the first day, asked for on the second, does not know it.
    let back = plan(&desk, "monday.csv", "one.toml");
    assert!(back["recall"].get("since").is_none(), "{}", back["recall"]);
}

/// One contract of several is not the plan carried out.
#[test]
fn a_part_of_a_plan_is_a_part() {
    let desk = Desk::new();
    desk.put("monday.csv", market("2025-03-06", 50.0).csv());
    desk.put("tuesday.csv", market("2025-03-07", 51.0).csv());
    desk.put("one.toml", ACCOUNT);
    let first = plan(&desk, "monday.csv", "one.toml");
    let leg = &list(&first, "/decision/action/legs")[0];
    let count = number(leg, "/count");
    assert!(count > 1.0, "the premise of this test: {leg}");
    let (expiry, strike) = (text(leg, "/expiry"), number(leg, "/strike_usd"));
    let right = text(leg, "/instrument");
    let fill = format!("sell 1 ZZT {expiry} {strike} {right} at 1.00");
    let apply = [
        "journal",
        "apply",
        "--account",
        "one.toml",
        "--out",
        "two.toml",
        "--fill",
        &fill,
        "--on",
        "2025-03-06",
        "--db",
        "diary.sqlite",
    ];
    desk.run(&apply).exits(0);
    let second = plan(&desk, "tuesday.csv", "two.toml");
    let since = &second["recall"]["since"];
    assert_eq!(
        text(since, "/followed"),
        format!("in part (1 of {count})"),
        "{since}"
    );
    let note = text(&second, "/recall/since_note");
    assert!(note.contains("carried out in part"), "{note}");
}

#[test]
fn a_broker_s_file_is_applied_as_it_is_imported() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    desk.put(
        "fills.csv",
        "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n\
         2025-03-06,sell_to_open,,ZZT 2025-03-21 48 put,2,0.90,1.30,,a\n\
         2025-03-21,assigned,,ZZT 2025-03-21 48 put,1,,,,b\n\
         2025-03-21,buy,ZZT,,100,48,0,,c\n\
         2025-03-21,expired,,ZZT 2025-03-21 48 put,1,,,,d\n\
         2025-03-24,dividend,ZZT,,,,,25.00,e\n",
    );
    let apply = [
        "journal",
        "apply",
        "fills.csv",
        "--account",
        "one.toml",
        "--out",
        "two.toml",
    ];
    let applied = desk
        .run(&[&apply[..], &["--json"]].concat())
        .exits(0)
        .json();
    assert_eq!(
        number(&applied, "/cash_after_usd"),
        30_000.0 + 180.0 - 1.30 - 4_800.0 + 25.0
    );
    let written = std::fs::read_to_string(desk.path("two.toml")).unwrap();
    assert!(
        written.contains("count = 100")
            && written.contains("basis_usd_per_share = 48.0")
            && !written.contains("[[options]]"),
        "{written}"
    );
    // What the account cannot carry is refused, and nothing is written.
    desk.put(
        "poor.toml",
        "schema_version = 1\nkind = \"cash\"\ncash_usd = 100.0\n",
    );
    let poor = [
        "journal",
        "apply",
        "--account",
        "poor.toml",
        "--out",
        "x.toml",
        "--fill",
        "sell 1 ZZT 2025-03-21 48 put at 0.90",
        "--on",
        "2025-03-06",
        "--no-diary",
    ];
    let poor = desk.run(&poor).exits(2);
    assert!(poor.stderr.contains("does not secure"), "{poor}");
    assert!(!desk.path("x.toml").exists());
}

/// The same trade from another source is known; a second one is a second one only where it is said to be.
#[test]
fn the_journal_knows_a_fill_whoever_wrote_it_down() {
    let desk = Desk::new();
    desk.put("one.toml", ACCOUNT);
    let words = |out: &str, more: &[&str]| {
        let fill = "sell 1 ZZT 2025-03-21 48 put at 0.90";
        let apply = [
            "journal",
            "apply",
            "--account",
            "one.toml",
            "--out",
            out,
            "--fill",
            fill,
            "--on",
            "2025-03-06",
        ];
        desk.run(&[&apply[..], more].concat())
    };
    words("two.toml", &[]).exits(0);
    desk.put(
        "fills.csv",
        "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n\
         2025-03-06,sell_to_open,,ZZT 2025-03-21 48 put,1,0.90,0,,a\n",
    );
    let file = [
        "journal",
        "apply",
        "fills.csv",
        "--account",
        "one.toml",
        "--out",
        "three.toml",
    ];
    let refused = desk.run(&file).exits(2);
    assert!(refused.stderr.contains("--again"), "{refused}");
    words("three.toml", &[]).exits(2);
    let again = words("three.toml", &["--again", "--json"]).exits(0).json();
    assert!(
        text(&again, "/journal").starts_with("1 kept, 0 kept before"),
        "{again}"
    );
    let report = desk.run(&["journal", "report", "--json"]).exits(0).json();
    assert!(
        report.to_string().contains("18000"),
        "two sales of $90: {report}"
    );
    // A diary that was named and cannot be is told by the exit code; the account is there.
    let lost = words("four.toml", &["--db", "/nowhere/diary.sqlite"]).exits(5);
    assert!(lost.stdout.contains("n/a (not kept"), "{lost}");
    assert!(desk.path("four.toml").exists());
}

/// The answer of the service for this market, in the shape that yfinance gives.
fn answer(market: &Market) -> Value {
    let side = |rows: &[Row], right: Right| -> Vec<Value> {
        let one = |row: &&Row| {
            let letter = if right == Right::Call { 'C' } else { 'P' };
            let osi = format!(
                "{}{}{letter}{:08}",
                market.symbol,
                row.expiry.strftime("%y%m%d"),
                (row.strike * 1000.0) as i64
            );
            json!({
                "contractSymbol": osi, "lastTradeDate": "2025-03-06 20:45:00+00:00", "strike": row.strike, "lastPrice": row.ask,
                "bid": row.bid, "ask": row.ask, "change": 0.0, "percentChange": 0.0, "volume": 25, "openInterest": 500,
                "impliedVolatility": row.vol, "inTheMoney": false, "contractSize": "REGULAR", "currency": "USD",
            })
        };
        rows.iter()
            .filter(|row| row.right == right)
            .map(|row| one(&row))
            .collect()
    };
    let rows = market.rows();
    let chains: serde_json::Map<String, Value> = market
        .expiries
        .iter()
        .map(|&expiry| {
            let rows: Vec<Row> = rows
                .iter()
                .filter(|row| row.expiry == expiry)
                .cloned()
                .collect();
            let chain =
                json!({ "calls": side(&rows, Right::Call), "puts": side(&rows, Right::Put) });
            (expiry.to_string(), chain)
        })
        .collect();
    // 2025-03-06, 15:55 in New York.
    json!({ market.symbol: { "underlying": { "regularMarketPrice": market.spot, "regularMarketTime": 1_741_294_500 }, "chains": chains } })
}

/// `examples/get_chain.py` against a recorded answer, and the plan on what it wrote.
#[test]
fn the_user_s_own_script_feeds_the_plan() {
    let Ok(version) = Command::new("python3").arg("--version").output() else {
        eprintln!("skipped: no python3 here");
        return;
    };
    assert!(version.status.success());
    let desk = Desk::new();
    let market = market("2025-03-06", 50.0);
    let mut answers = answer(&market);
    answers["NONE"] = json!({ "underlying": {}, "chains": {} });
    desk.put("answer.json", answers.to_string());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("../../examples/get_chain.py");
    let lines = std::fs::read_to_string(&script).unwrap();
    assert!(
        lines.lines().filter(|line| !line.trim().is_empty()).count() <= 20,
        "the script is to be read at a glance"
    );
    let fetch = |symbol: &str| {
        Command::new("python3")
            .arg(&script)
            .args([symbol, "chain.csv"])
            .current_dir(desk.path(""))
            .env("PYTHONPATH", root.join("tests/fake"))
            .env("YFINANCE_ANSWER", desk.path("answer.json"))
            .output()
            .unwrap()
    };
    let run = fetch("zzt");
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.success(), "{said}");
    // A fetch that brings nothing leaves what was there.
    let before = std::fs::read(desk.path("chain.csv")).unwrap();
    let nothing = fetch("none");
    let said = String::from_utf8_lossy(&nothing.stderr).into_owned();
    assert!(
        !nothing.status.success() && said.contains("no options"),
        "{said}"
    );
    assert_eq!(std::fs::read(desk.path("chain.csv")).unwrap(), before);
    let plan = desk
        .plan(
            &[
                &[
                    "--chain",
                    "chain.csv",
                    "--set",
                    "market.forecast_vol=0.15",
                    "--no-diary",
                ],
                SMALL,
            ]
            .concat(),
        )
        .exits(0)
        .json();
    check_plan(&plan);
    assert_eq!(
        (
            text(&plan, "/symbol"),
            text(&plan, "/as_of"),
            number(&plan, "/spot_usd")
        ),
        ("ZZT", "2025-03-06", 50.0)
    );
    assert_eq!(text(&plan, "/data/format"), "yfinance");
    // The same market by our own columns is the same decision.
    desk.put("own.csv", market.csv());
    let own = desk
        .plan(
            &[
                &[
                    "--chain",
                    "own.csv",
                    "--set",
                    "market.forecast_vol=0.15",
                    "--no-diary",
                ],
                SMALL,
            ]
            .concat(),
        )
        .exits(0)
        .json();
    assert_eq!(
        text(&plan, "/decision/action/text"),
        text(&own, "/decision/action/text")
    );
}
