//! `jarvis2 risk`: an account under moves of spot, volatility and date.
//!
//! Reference values. "mpmath": Black-Scholes at rate and yield 0, 40 digits, mpmath 1.3 (an American option without rate and
//! yield is a European one). "QuantLib": QuantLib 1.44, `QdFpAmericanEngine`, `highPrecisionScheme`, Actual/365.

use crate::chain::{HEADER, Market, Row};
use crate::look::{list, number, text};
use crate::run::{Desk, Run};
use pricing::Right;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "schema_version = 1\nkind = \"cash\"\n";

fn shares(symbol: &str, count: u32) -> String {
    format!("[[shares]]\nsymbol = \"{symbol}\"\ncount = {count}\n")
}

fn option(symbol: &str, right: &str, expiry: &str, strike: f64, contracts: i32) -> String {
    format!(
        "[[options]]\nsymbol = \"{symbol}\"\nright = \"{right}\"\nexpiry = \"{expiry}\"\nstrike_usd = {strike}\ncontracts = {contracts}\n"
    )
}

/// The chain with the exact price of each contract in the middle of bid and ask, but for those named here with another.
fn exact(market: &Market, named: &[(Right, &str, f64, f64)]) -> String {
    let mut text = format!("{HEADER}\n");
    for row in market.rows() {
        let price = named
            .iter()
            .find(|(right, expiry, strike, _)| {
                (*right, *strike) == (row.right, row.strike) && *expiry == row.expiry.to_string()
            })
            .map_or_else(
                || market.price(row.right, row.strike, row.expiry),
                |(_, _, _, price)| *price,
            );
        if price < 0.01 {
            continue;
        }
        let Row { expiry, strike, .. } = row;
        let right = if row.right == Right::Call { "C" } else { "P" };
        writeln!(
            text,
            "invented,{},{},{},{expiry},{strike},{right},A,{:?},{:?},,25,500,,,100",
            market.as_of,
            market.symbol,
            market.spot,
            price - 0.005,
            price + 0.005
        )
        .unwrap();
    }
    text
}

/// ZZT at $50 without interest.
fn free() -> Market {
    Market {
        rate: 0.0,
        ..Market::flat(0.30)
    }
}

const FREE: &[&str] = &["--rate", "0", "--set", "market.dividend_yield=0"];

fn run(chain: &str, account: &str, more: &[&str]) -> Run {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", chain);
    let account = desk.put("account.toml", account);
    desk.run(&[&["risk", "--chain", chain, "--account", account], more].concat())
}

fn risk(chain: &str, account: &str, more: &[&str]) -> Value {
    run(chain, account, &[more, &["--json"]].concat())
        .exits(0)
        .json()
}

/// Index of a number in a list of the grid.
#[track_caller]
fn at(risk: &Value, axis: &str, value: f64) -> usize {
    let place = list(risk, axis)
        .iter()
        .position(|x| (x.as_f64().unwrap() - value).abs() < 1e-12);
    place.unwrap_or_else(|| panic!("{value} is not in {axis}"))
}

/// The row of this name.
#[track_caller]
fn row<'a>(risk: &'a Value, name: &str) -> &'a Value {
    let rows = list(risk, "/rows");
    rows.iter()
        .find(|row| row["name"] == name)
        .unwrap_or_else(|| panic!("no row {name}"))
}

/// Change of a row: `days` from now, shares moved by `spot`, volatility by `vol`, both as fractions.
#[track_caller]
fn change(risk: &Value, name: &str, days: u32, spot: f64, vol: f64) -> f64 {
    let dates = list(risk, "/dates");
    let date = dates.iter().position(|date| date["days"] == days);
    let date = date.unwrap_or_else(|| panic!("no date {days} days from now: {dates:?}"));
    let (spot, vol) = (
        at(risk, "/spot_moves_fraction", spot),
        at(risk, "/vol_moves", vol),
    );
    number(row(risk, name), &format!("/change_usd/{date}/{vol}/{spot}"))
}

#[track_caller]
fn close(value: f64, expected: f64, tolerance: f64) {
    assert!(
        (value - expected).abs() <= tolerance,
        "{value}, expected {expected}"
    );
}

/// Every cell of a row, in order.
fn cells(row: &Value) -> Vec<f64> {
    let deep = row["change_usd"].as_array().unwrap().iter();
    deep.flat_map(|date| date.as_array().unwrap())
        .flat_map(|vol| vol.as_array().unwrap())
        .map(|cell| cell.as_f64().unwrap())
        .collect()
}

/// A covered call and two short puts.
fn wheel_account() -> String {
    format!(
        "{HEAD}cash_usd = 9000\n{}{}{}",
        shares("ZZT", 100),
        option("ZZT", "call", "2025-04-17", 55.0, -1),
        option("ZZT", "put", "2025-05-16", 45.0, -2)
    )
}

/// The chain whose quotes of these two are mpmath's.
fn wheel_chain() -> String {
    exact(
        &free(),
        &[
            (Right::Call, "2025-04-17", 55.0, 0.500_578_308_883_926),
            (Right::Put, "2025-05-16", 45.0, 0.758_402_851_208_656),
        ],
    )
}

const CALL: &str = "-1 ZZT 2025-04-17 55 call";
const PUTS: &str = "-2 ZZT 2025-05-16 45 put";
const SHARES: &str = "+100 ZZT shares";

/// Dollars of shares, call and puts, by mpmath: to the cent. The last two dates are the expiries: what exercise pays.
#[test]
fn a_small_account_by_hand() {
    let risk = risk(&wheel_chain(), &wheel_account(), FREE);
    #[rustfmt::skip]
    let expected = [
        // days, spot move, vol move, shares, call, puts
        (0, -0.05, 0.05, -250.0, 18.410_483_911_1, -201.872_192_049),
        (7, -0.20, 0.20, -1000.0, 44.781_539_651_2, -1_165.716_754_82),
        (35, 0.05, -0.05, 250.0, 42.345_518_129_6, 144.539_940_922),
        (42, 0.20, -0.10, 1000.0, -449.942_169_112, 151.680_552_314),
        (71, -0.30, 0.0, -1500.0, 50.057_830_888_4, -1_848.319_429_76),
    ];
    for (days, spot, vol, of_shares, of_call, of_puts) in expected {
        close(change(&risk, SHARES, days, spot, vol), of_shares, 1e-9);
        close(change(&risk, CALL, days, spot, vol), of_call, 0.005);
        close(change(&risk, PUTS, days, spot, vol), of_puts, 0.005);
        let total = of_shares + of_call + of_puts;
        close(change(&risk, "total", days, spot, vol), total, 0.005);
    }
    // Value: 100 shares at $50, less what is owed, and cash.
    let owed = 100.0 * 0.500_578_308_883_926 + 200.0 * 0.758_402_851_208_656;
    close(number(&risk, "/account_value_usd"), 14_000.0 - owed, 0.005);
}

/// Greeks of the same account by mpmath; delta in dollars, gamma per 1 %, vega per point, theta per day, rho per 1 %.
#[test]
fn dollar_greeks_by_hand() {
    let risk = risk(&wheel_chain(), &wheel_account(), FREE);
    let names = [
        "dollar_delta_usd",
        "gamma_usd_per_percent_move",
        "vega_usd_per_vol_point",
        "theta_usd_per_day",
        "rho_usd_per_percent",
    ];
    let call = [
        -939.466_251_92,
        -132.416_317_781,
        -4.571_083_846_68,
        1.632_529_945_24,
        -1.023_428_868_04,
    ];
    let puts = [
        1_942.195_430_19,
        -207.867_708_626,
        -12.130_362_174_6,
        2.562_752_572_11,
        4.073_019_069_33,
    ];
    for (index, name) in names.iter().enumerate() {
        let path = format!("/greeks/{name}");
        let of = |row_name: &str| number(row(&risk, row_name), &path);
        // Rho of an American option is the slope of prices that may be exercised early where the rate is not 0.
        let tolerance = if *name == "rho_usd_per_percent" {
            0.05
        } else {
            1e-4
        };
        close(of(CALL), call[index], tolerance);
        close(of(PUTS), puts[index], tolerance);
        let of_shares = if index == 0 { 5000.0 } else { 0.0 };
        close(of(SHARES), of_shares, 1e-9);
        for total in ["total", "ZZT"] {
            close(of(total), of_shares + of(CALL) + of(PUTS), 1e-9);
        }
    }
}

/// An American put with interest, by QuantLib: early exercise counts.
#[test]
fn an_american_put_by_quantlib() {
    let today = 3.093_685_688_853_849_3;
    let chain = exact(
        &Market::flat(0.30),
        &[(Right::Put, "2025-04-17", 52.0, today)],
    );
    let account = format!(
        "{HEAD}cash_usd = 5200\n{}",
        option("ZZT", "put", "2025-04-17", 52.0, -1)
    );
    let more = ["--rate", "0.04", "--set", "market.dividend_yield=0"];
    let risk = risk(&chain, &account, &more);
    let name = "-1 ZZT 2025-04-17 52 put";
    for (days, spot, vol, price) in [
        (0, -0.10, 0.0, 7.062_442_368_796_344),
        (0, -0.05, 0.10, 5.377_314_072_646_565),
        (7, -0.10, 0.05, 7.118_700_022_230_424),
        (7, 0.10, -0.05, 0.523_044_987_198_228_2),
        (7, -0.20, 0.20, 12.044_948_085_486_308),
        (42, -0.20, 0.20, 12.0),
        (42, 0.05, 0.0, 0.0),
    ] {
        let expected = -100.0 * (price - today);
        close(change(&risk, name, days, spot, vol), expected, 0.005);
    }
}

/// Where nothing bears interest, shares less a call are cash less the put of the same strike, in every cell.
#[test]
fn a_covered_call_is_a_short_put_with_cash() {
    let chain = exact(&free(), &[]);
    let expiry = "2025-04-17";
    let covered = format!(
        "{HEAD}cash_usd = 0\n{}{}",
        shares("ZZT", 100),
        option("ZZT", "call", expiry, 52.0, -1)
    );
    let secured = format!(
        "{HEAD}cash_usd = 5200\n{}",
        option("ZZT", "put", expiry, 52.0, -1)
    );
    let covered = risk(&chain, &covered, FREE);
    let secured = risk(&chain, &secured, FREE);
    let (a, b) = (cells(row(&covered, "total")), cells(row(&secured, "total")));
    assert_eq!(a.len(), 4 * 6 * 13);
    for (a, b) in a.iter().zip(&b) {
        close(*a, *b, 0.005);
    }
    // The same amount of money at work: shares less call, and cash less put.
    close(
        number(&covered, "/account_value_usd"),
        number(&secured, "/account_value_usd"),
        0.005,
    );
}

/// The sample's account: two symbols, shares, a covered call, a short put.
fn sample(more: &[&str]) -> Run {
    let desk = Desk::new();
    desk.run(&["sample", "--out", "s"]).exits(0);
    #[rustfmt::skip]
    let args = [
        "risk", "--account", "s/account.toml", "--chain", "s/chain.parquet", "--events", "s/events.csv", "--allow-synthetic",
    ];
    desk.run(&[&args, more].concat())
}

#[test]
fn totals_add_up_and_no_move_is_no_change() {
    let risk = sample(&["--json"]).exits(0).json();
    let of_kind = |kind: &str| -> Vec<&Value> {
        let rows = list(&risk, "/rows").iter();
        rows.filter(|row| row["kind"] == kind).collect()
    };
    let total = of_kind("total")[0];
    let size = list(&risk, "/dates").len() * 6 * 13;
    assert_eq!(cells(total).len(), size);
    for kind in ["position", "symbol", "expiry"] {
        let rows = of_kind(kind);
        assert!(rows.len() >= 2, "{kind}");
        for (place, whole) in cells(total).iter().enumerate() {
            let sum: f64 = rows.iter().map(|row| cells(row)[place]).sum();
            close(sum, *whole, 1e-8);
        }
        for greek in ["value_usd", "dollar_delta_usd", "vega_usd_per_vol_point"] {
            let path = format!("/greeks/{greek}");
            let sum: f64 = rows.iter().map(|row| number(row, &path)).sum();
            close(sum, number(total, &path), 1e-8);
        }
    }
    let unmoved = (
        at(&risk, "/vol_moves", 0.0),
        at(&risk, "/spot_moves_fraction", 0.0),
    );
    for row in list(&risk, "/rows") {
        let path = format!("/change_usd/0/{}/{}", unmoved.0, unmoved.1);
        assert_eq!(number(row, &path), 0.0, "{}", row["name"]);
    }
    let worst = number(&risk, "/worst/change_usd");
    let least = cells(total).into_iter().fold(f64::INFINITY, f64::min);
    close(worst, least, 0.01);
    assert!(text(&risk, "/watermark").contains("SYNDIV, SYNIDX"));
}

/// After a change that is meant: `JARVIS2_BLESS=1 cargo test -p jarvis2 --test command risk`, and read the difference.
#[test]
fn the_sample_reads_like_this() {
    let found = sample(&[]).exits(0).stdout;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/golden/risk.txt");
    if std::env::var_os("JARVIS2_BLESS").is_some_and(|wish| wish == "1") {
        std::fs::write(&path, &found).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == found,
        "the golden text is\n{golden}\nbut the screen says\n{found}"
    );
    assert!(found.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn csv_and_html_hold_every_scenario() {
    let csv = sample(&["--csv"]).exits(0).stdout;
    let json = sample(&["--json"]).exits(0).json();
    let rows = list(&json, "/rows").len();
    assert_eq!(
        csv.lines().count(),
        1 + rows * list(&json, "/dates").len() * 78
    );
    let first = csv.lines().nth(1).unwrap();
    let value: f64 = first.rsplit(',').next().unwrap().parse().unwrap();
    assert_eq!(value, cells(&json["rows"][0])[0]);

    let desk = Desk::new();
    let chain = desk.put("chain.csv", wheel_chain());
    let account = desk.put("a<b.toml", wheel_account());
    let args = [
        "risk",
        "--chain",
        chain,
        "--account",
        account,
        "--html",
        "risk.html",
    ];
    desk.run(&[&args, FREE].concat()).exits(0);
    let page = std::fs::read_to_string(desk.path("risk.html")).unwrap();
    assert!(page.contains("class=\"n5\"") && page.contains("class=\"p1\""));
    assert!(page.contains("a&lt;b.toml") && !page.contains("a<b.toml"));
    for outside in ["http", "<script", "src="] {
        assert!(!page.contains(outside), "{outside}");
    }
    // One map by date, and two for each of five dates.
    assert_eq!(page.matches("<table class=\"heat\"").count(), 11);
}

/// A contract that is not quoted takes the fitted smile, and says so; what has no chain is left out, and says so.
#[test]
fn what_is_not_quoted_says_where_its_volatility_comes_from() {
    let account = format!(
        "{HEAD}cash_usd = 10000\n{}{}{}",
        option("ZZT", "put", "2025-05-16", 45.25, -1),
        option("ZZT", "put", "2025-04-25", 45.0, -1),
        shares("YYT", 10),
    );
    let run = run(&wheel_chain(), &account, FREE).exits(0);
    assert!(
        run.stdout
            .contains("left out of every number here: +10 YYT shares: n/a"),
        "{run}"
    );
    let risk = risk(&wheel_chain(), &account, FREE);
    let source = |name: &str| text(row(&risk, name), "/position/vol_source").to_owned();
    let strange = source("-1 ZZT 2025-05-16 45.25 put");
    assert_eq!(strange, "the fitted surface (not in the chain)");
    let between = source("-1 ZZT 2025-04-25 45 put");
    assert!(between.contains("no smile of 2025-04-25"), "{between}");
    for name in ["-1 ZZT 2025-05-16 45.25 put", "-1 ZZT 2025-04-25 45 put"] {
        close(number(row(&risk, name), "/position/vol"), 0.30, 1e-3);
        assert_eq!(
            text(row(&risk, name), "/position/mid_usd"),
            "n/a (not in the chain)"
        );
    }
    assert_eq!(text(&risk, "/left_out/0/name"), "+10 YYT shares");
}

#[test]
fn what_expires_today_is_worth_what_exercise_pays() {
    let account = format!(
        "{HEAD}cash_usd = 10000\n{}",
        option("ZZT", "put", "2025-03-06", 52.0, -1)
    );
    let risk = risk(&wheel_chain(), &account, FREE);
    let name = "-1 ZZT 2025-03-06 52 put";
    close(number(row(&risk, name), "/greeks/value_usd"), -200.0, 1e-9);
    close(change(&risk, name, 0, -0.10, 0.20), -500.0, 1e-9);
    close(change(&risk, name, 7, 0.10, 0.0), 200.0, 1e-9);
    assert_eq!(
        text(row(&risk, name), "/position/vol"),
        "n/a (expires today)"
    );
}

/// Runs with these arguments as text and as JSON: both must name the reason and the code.
#[track_caller]
fn refused(desk: &Desk, args: &[&str], code: i32, kind: &str, says: &str) {
    let args = [&["risk"], args].concat();
    let run = desk.run(&args).exits(code);
    assert!(run.stdout.is_empty() && run.stderr.contains(says), "{run}");
    let json = desk.run(&[&args[..], &["--json"]].concat()).exits(code);
    assert_eq!(json.json()["error"]["kind"], kind, "{json}");
    assert!(
        json.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains(says),
        "{json}"
    );
}

#[test]
fn refusals_name_what_is_missing() {
    let desk = Desk::new();
    desk.put("chain.csv", wheel_chain());
    desk.put("account.toml", wheel_account());
    desk.put("cash.toml", format!("{HEAD}cash_usd = 100\n"));
    let other = format!("{HEAD}cash_usd = 1\n{}", shares("YYT", 5));
    desk.put("other.toml", other);
    let two = wheel_account() + &shares("YYT", 5);
    desk.put("two.toml", two);
    let old = option("ZZT", "put", "2025-03-01", 45.0, -1);
    desk.put("old.toml", format!("{HEAD}cash_usd = 9000\n{old}"));
    desk.put(
        "naked.toml",
        format!(
            "{HEAD}cash_usd = 9\n{}",
            option("ZZT", "call", "2025-05-16", 50.0, -1)
        ),
    );
    let on = |account: &'static str| ["--chain", "chain.csv", "--account", account];
    refused(
        &desk,
        &["--chain", "chain.csv"],
        2,
        "usage",
        "--account FILE is missing",
    );
    refused(
        &desk,
        &["--account", "account.toml"],
        2,
        "usage",
        "--chain FILE is missing",
    );
    refused(
        &desk,
        &on("cash.toml"),
        2,
        "usage",
        "neither shares nor options",
    );
    refused(
        &desk,
        &on("other.toml"),
        2,
        "usage",
        "no symbol YYT in the chain file: it holds ZZT",
    );
    refused(
        &desk,
        &on("old.toml"),
        2,
        "usage",
        "expired before the chain's day",
    );
    refused(
        &desk,
        &on("naked.toml"),
        2,
        "usage",
        "uncovered calls are refused",
    );
    refused(&desk, &on("nowhere.toml"), 2, "usage", "cannot be read");
    refused(
        &desk,
        &[&on("two.toml")[..], &["--spot", "50"]].concat(),
        2,
        "usage",
        "name one with --symbol",
    );
    refused(
        &desk,
        &[&on("account.toml")[..], &["--spot", "0"]].concat(),
        2,
        "usage",
        "a price in dollars is needed",
    );
    refused(
        &desk,
        &[&on("account.toml")[..], &["--symbol", "QQT"]].concat(),
        2,
        "usage",
        "the account holds nothing in QQT: it holds ZZT",
    );
    refused(
        &desk,
        &[&on("account.toml")[..], &["--spot", "70"]].concat(),
        3,
        "data",
        "does not fit the chain",
    );
    refused(
        &desk,
        &["--chain", "no.csv", "--account", "account.toml"],
        3,
        "data",
        "no.csv",
    );
    refused(
        &desk,
        &[&on("account.toml")[..], &["--html", "no/where.html"]].concat(),
        5,
        "resources",
        "name another file",
    );
    sample(&["--json", "--csv"]).exits(2);
    let desk = Desk::new();
    desk.run(&["sample", "--out", "s"]).exits(0);
    refused(
        &desk,
        &["--account", "s/account.toml", "--chain", "s/chain.parquet"],
        2,
        "usage",
        "synthetic data",
    );
}
