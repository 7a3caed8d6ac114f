//! The positions a wheel trader comes with.

use crate::chain::Market;
use crate::look::{check_plan, kinds, lines, list, number, text};
use crate::run::{Desk, Run, SMALL};
use jiff::civil::date;
use serde_json::Value;

const HEAD: &str = "schema_version = 1\nkind = \"cash\"\n";

fn cash(usd: f64) -> String {
    format!("{HEAD}cash_usd = {usd}\n")
}

fn shares(count: u32, basis: f64) -> String {
    format!("[[shares]]\nsymbol = \"ZZT\"\ncount = {count}\nbasis_usd_per_share = {basis}\n")
}

fn lot(right: &str, expiry: &str, strike: f64, contracts: i32) -> String {
    format!(
        "[[options]]\nsymbol = \"ZZT\"\nright = \"{right}\"\nexpiry = \"{expiry}\"\nstrike_usd = {strike}\ncontracts = {contracts}\npremium_usd_per_share = 0.8\n"
    )
}

fn run(market: &Market, account: &str, more: &[&str]) -> Run {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", market.csv());
    let account = desk.put("account.toml", account);
    let events = desk.put("events.csv", "symbol,date,kind,amount_usd\nZZT,2025-03-07,ex_dividend,0.90\nYYT,2025-03-07,ex_dividend,9\n");
    let args = ["--chain", chain, "--account", account, "--rate", "0.04"];
    let more: Vec<&str> = more
        .iter()
        .map(|arg| if *arg == "EVENTS" { events } else { arg })
        .collect();
    desk.plan(&[&args[..], &more].concat())
}

#[track_caller]
fn plan(market: &Market, account: &str, more: &[&str]) -> Value {
    let run = run(market, account, more);
    assert!(matches!(run.code, Some(0 | 4)), "{run}");
    let plan = run.json();
    assert_eq!(
        run.code == Some(4),
        plan["decision"]["outcome"] == "abstain",
        "{run}"
    );
    check_plan(&plan);
    plan
}

/// Was an action of this kind compared at all? Only the finalists are shown, so the menu is read off the verdicts and refusals.
fn shows(plan: &Value, kind: &str) -> bool {
    kinds(plan).contains(&kind)
}

#[test]
fn only_cash() {
    let plan = plan(
        &Market::flat(0.30),
        &cash(50_000.0),
        &["--set", "market.forecast_vol=0.2"],
    );
    assert_eq!(text(&plan, "/decision/action/kind"), "sell_put");
    let contracts = number(&plan, "/decision/action/legs/0/count");
    let strike = number(&plan, "/decision/action/legs/0/strike_usd");
    assert_eq!(
        number(&plan, "/decision/action/capital_locked_usd"),
        contracts * strike * 100.0
    );
    assert!(
        contracts * strike * 100.0 <= 50_000.0 + number(&plan, "/numbers/premium_after_fees_usd")
    );
    assert_eq!(number(&plan, "/account/wealth_usd"), 50_000.0);
    // The figures of the sale, by hand.
    let limit = number(&plan, "/decision/action/legs/0/limit_usd");
    let premium = contracts * (100.0 * limit - 0.65);
    let close = |path: &str, expected: f64| {
        let found = number(&plan, path);
        assert!(
            (found - expected).abs() < 1e-6,
            "{path}: {found}, not {expected}"
        );
    };
    close("/numbers/premium_after_fees_usd", premium);
    close(
        "/numbers/break_even_usd_per_share",
        strike - premium / contracts / 100.0,
    );
    close("/numbers/distance_fraction", (50.0 - strike) / 50.0);
    close("/numbers/max_profit_usd", premium);
    close(
        "/numbers/max_loss_usd",
        100.0 * contracts * strike - premium,
    );
    close(
        "/numbers/return_on_capital_fraction",
        premium / (100.0 * contracts * strike),
    );
    let days = number(&plan, "/decision/action/legs/0/dte_days");
    close(
        "/numbers/return_on_capital_annualised_simple_fraction",
        premium / (100.0 * contracts * strike) * 365.0 / days,
    );
    close(
        "/numbers/adjusted_basis_usd_per_share",
        strike - premium / contracts / 100.0,
    );
    // Sold at the bid, on the chain as it was written.
    close(
        "/decision/action/legs/0/limit_usd",
        number(&plan, "/decision/action/legs/0/bid_usd"),
    );
    // A short put: long delta, short gamma and vega, earning time.
    for (name, sign) in [
        ("delta_shares", 1.0),
        ("gamma_shares_per_usd", -1.0),
        ("theta_usd_per_day", 1.0),
        ("vega_usd_per_vol_point", -1.0),
    ] {
        let value = number(&plan, &format!("/numbers/{name}"));
        assert!(value * sign > 0.0, "{name} = {value}");
    }
}

#[test]
fn the_greeks_are_those_of_the_position() {
    let market = Market::flat(0.25);
    let account = cash(4_000.0) + &shares(100, 48.0) + &lot("call", "2025-04-17", 53.0, -1);
    let plan = plan(&market, &account, &["--set", "market.forecast_vol=0.25"]);
    let hold = list(&plan, "/alternatives")
        .iter()
        .find(|row| row["action"]["kind"] == "hold_to_horizon")
        .unwrap();
    let price = |spot: f64, days: i64| {
        let bumped = Market {
            spot,
            as_of: market.as_of + jiff::Span::new().days(days),
            ..market.clone()
        };
        bumped.price(pricing::Right::Call, 53.0, date(2025, 4, 17))
    };
    let delta = 100.0 - 100.0 * (price(50.05, 0) - price(49.95, 0)) / 0.10;
    let theta = -100.0 * (price(50.0, 1) - price(50.0, 0));
    let found = number(hold, "/numbers/delta_shares");
    assert!(
        (found - delta).abs() < 1.0,
        "delta {found}, by bumping {delta}"
    );
    let found = number(hold, "/numbers/theta_usd_per_day");
    assert!(
        (found - theta).abs() < 0.1 * theta.abs(),
        "theta {found}, by waiting a day {theta}"
    );
}

#[test]
fn shares_above_their_basis() {
    let plan = plan(
        &Market::flat(0.30),
        &(cash(1_000.0) + &shares(100, 42.0)),
        &["--set", "market.forecast_vol=0.2"],
    );
    assert_eq!(text(&plan, "/decision/action/kind"), "sell_call");
    assert_eq!(number(&plan, "/account/shares"), 100.0);
    assert_eq!(number(&plan, "/account/basis_usd_per_share"), 42.0);
    let premium = number(&plan, "/numbers/premium_after_fees_usd");
    let basis = number(&plan, "/numbers/adjusted_basis_usd_per_share");
    assert!((basis - (42.0 - premium / 100.0)).abs() < 1e-6, "{basis}");
    let strike = number(&plan, "/decision/action/legs/0/strike_usd");
    assert!(strike > 42.0);
    assert!(!lines(&plan, "/decision/notices").contains("below the cost basis"));
    let most = premium + 100.0 * (strike - 50.0);
    assert!((number(&plan, "/numbers/max_profit_usd") - most).abs() < 1e-6);
}

#[test]
fn shares_below_their_basis_are_warned_of() {
    let plan = plan(
        &Market::flat(0.30),
        &(cash(1_000.0) + &shares(100, 70.0)),
        &["--set", "market.forecast_vol=0.2"],
    );
    assert_eq!(text(&plan, "/decision/action/kind"), "sell_call");
    let notices = lines(&plan, "/decision/notices");
    assert!(
        notices.contains("below the cost basis of $70.00"),
        "{notices}"
    );
}

#[test]
fn a_basis_that_is_not_known_is_not_invented() {
    let account = cash(1_000.0) + "[[shares]]\nsymbol = \"ZZT\"\ncount = 100\n";
    let plan = plan(
        &Market::flat(0.30),
        &account,
        &["--set", "market.forecast_vol=0.2"],
    );
    assert!(text(&plan, "/account/basis_usd_per_share").starts_with("n/a ("));
    assert!(text(&plan, "/numbers/adjusted_basis_usd_per_share").contains("no cost basis"));
}

#[test]
fn fewer_than_a_hundred_shares_cover_no_call() {
    let plan = plan(
        &Market::flat(0.30),
        &(cash(1_000.0) + &shares(99, 42.0)),
        &["--set", "market.forecast_vol=0.2"],
    );
    assert!(!shows(&plan, "sell_call"), "{:?}", kinds(&plan));
    assert_eq!(text(&plan, "/decision/action/kind"), "do_nothing");
}

/// A chain with an expiry five days out (Tuesday to Friday would be three; the 11th is a Tuesday).
fn five_days_out() -> Market {
    let mut market = Market::flat(0.30);
    market.expiries.insert(0, date(2025, 3, 11));
    market.strike_step = 0.5;
    market
}

#[test]
fn a_short_put_out_of_the_money_with_five_days_left() {
    let account = cash(20_000.0) + &lot("put", "2025-03-11", 47.0, -2);
    let plan = plan(&five_days_out(), &account, &[]);
    assert!(shows(&plan, "do_nothing"));
    assert!(
        shows(&plan, "close") || shows(&plan, "roll"),
        "{:?}",
        kinds(&plan)
    );
    assert_eq!(number(&plan, "/account/reserved_usd"), 9_400.0);
    assert!(lines(&plan, "/account/options").contains("-2 ZZT 2025-03-11 47 put"));
    // It will most likely expire worthless, and closing costs a spread: leave it alone, or sell more besides.
    assert!(
        !["close", "roll"].contains(&text(&plan, "/decision/action/kind")),
        "{}",
        text(&plan, "/decision/action/text")
    );
}

#[test]
fn a_short_put_in_the_money_with_five_days_left() {
    let account = cash(12_000.0) + &lot("put", "2025-03-11", 54.0, -2);
    let plan = plan(&five_days_out(), &account, &[]);
    assert!(shows(&plan, "do_nothing") && shows(&plan, "hold_to_horizon"));
    assert!(shows(&plan, "close"), "{:?}", kinds(&plan));
    assert!(shows(&plan, "roll"), "{:?}", kinds(&plan));
    let roll = list(&plan, "/alternatives")
        .iter()
        .find(|row| row["action"]["kind"] == "roll")
        .unwrap();
    let legs = list(roll, "/action/legs");
    assert_eq!(
        (text(&legs[0], "/side"), text(&legs[1], "/side")),
        ("buy", "sell")
    );
    assert_eq!(
        (number(&legs[0], "/strike_usd"), number(&legs[0], "/count")),
        (54.0, 2.0)
    );
    assert!(text(&legs[1], "/expiry") > text(&legs[0], "/expiry"));
}

#[test]
fn a_covered_call_before_an_ex_date_is_likely_called_away() {
    // Four dollars in the money, a time value of cents, a dividend of 90 cents tomorrow: its holder exercises.
    let mut market = Market::flat(0.15);
    market.strike_step = 0.5;
    let account = cash(30_000.0) + &shares(100, 44.0) + &lot("call", "2025-03-21", 45.0, -1);
    let with = plan(&market, &account, &["--events", "EVENTS"]);
    let notices = lines(&with, "/decision/notices");
    assert!(
        notices.contains("ex-dividend $0.90 on 2025-03-07"),
        "{notices}"
    );
    assert!(notices.contains("should exercise now"), "{notices}");
    assert!(
        !notices.contains("$9.00"),
        "events of other symbols: {notices}"
    );
    let early = |plan: &Value| {
        let hold = list(plan, "/evidence/rows")
            .iter()
            .find(|row| text(row, "/policy").starts_with("do nothing"))
            .unwrap();
        number(hold, "/assignments_early")
    };
    assert!(early(&with) > 0.9, "assigned early in {}", early(&with));
    let without = plan(&market, &account, &[]);
    assert!(
        early(&without) < 0.05,
        "assigned early in {} without a dividend",
        early(&without)
    );
    assert!(!lines(&without, "/decision/notices").contains("should exercise now"));
}

#[test]
fn cash_too_small_for_one_put_abstains_and_names_the_limit() {
    let plan = plan(
        &Market::flat(0.30),
        &cash(1_500.0),
        &["--set", "market.forecast_vol=0.2"],
    );
    assert_eq!(text(&plan, "/decision/outcome"), "abstain");
    assert_eq!(text(&plan, "/decision/action/kind"), "do_nothing");
    let refusals = list(&plan, "/why/refusals");
    assert!(!refusals.is_empty());
    let limits: Vec<&str> = refusals
        .iter()
        .map(|refusal| text(refusal, "/limit"))
        .collect();
    assert!(
        limits.contains(&"cash") || limits.iter().any(|limit| limit.starts_with("limits.")),
        "{limits:?}"
    );
    assert!(
        limits
            .iter()
            .any(|limit| text(&plan, "/decision/because").contains(limit)),
        "{limits:?}"
    );
}

#[test]
fn each_limit_is_named_when_it_forbids_everything() {
    for setting in [
        "limits.max_concentration_fraction=0.01",
        "limits.max_collateral_fraction=0.01",
        "limits.max_delta_fraction=0.0001",
        "limits.min_open_interest=501",
        "limits.max_spread_fraction=0.000001",
        "limits.max_cvar95_fraction=0.0",
    ] {
        let run = run(
            &Market::flat(0.30),
            &cash(50_000.0),
            &["--set", "market.forecast_vol=0.2", "--set", setting],
        );
        let limit = setting.split('=').next().unwrap();
        let plan = run.exits(4).json();
        check_plan(&plan);
        assert!(
            text(&plan, "/decision/because").contains(limit),
            "{setting}: {}",
            text(&plan, "/decision/because")
        );
        let refused = list(&plan, "/why/refusals")
            .iter()
            .find(|refusal| refusal["limit"] == limit)
            .unwrap_or_else(|| panic!("{setting}"));
        assert!(
            number(refused, "/count") >= 1.0 && !text(refused, "/nearest_miss").is_empty(),
            "{refused}"
        );
    }
}

#[test]
fn a_position_that_is_not_in_the_chain_is_valued_and_said() {
    let account = cash(20_000.0) + &lot("put", "2025-04-11", 48.25, -1);
    let plan = plan(&Market::flat(0.25), &account, &[]);
    let notices = lines(&plan, "/decision/notices");
    assert!(
        notices.contains("2025-04-11 48.25 put") && notices.contains("not in the chain"),
        "{notices}"
    );
    assert!(lines(&plan, "/why/refusals").contains("no quote to close at"));
}

#[test]
fn a_second_symbol_keeps_its_cash_and_is_said_to_be_left_out() {
    let other = "[[options]]\nsymbol = \"YYT\"\nright = \"put\"\nexpiry = \"2025-04-17\"\nstrike_usd = 150\ncontracts = -2\n[[shares]]\nsymbol = \"XXT\"\ncount = 10\n";
    let plan = plan(
        &Market::flat(0.30),
        &(cash(40_000.0) + other),
        &["--set", "market.forecast_vol=0.2"],
    );
    assert_eq!(number(&plan, "/account/reserved_usd"), 30_000.0);
    let left_out = lines(&plan, "/account/left_out");
    assert!(
        left_out.contains("YYT") && left_out.contains("XXT"),
        "{left_out}"
    );
    let locked = number(&plan, "/decision/action/capital_locked_usd");
    assert!(locked <= 10_000.0, "{locked} of the free 10,000");
}

#[test]
fn long_options_can_be_sold() {
    let account =
        cash(2_000.0) + &lot("call", "2025-04-17", 50.0, 2) + &lot("put", "2025-05-16", 45.0, 1);
    let plan = plan(
        &Market::flat(0.30),
        &account,
        &["--set", "market.forecast_vol=0.2"],
    );
    assert!(number(&plan, "/account/wealth_usd") > 2_000.0);
    assert!(lines(&plan, "/account/options").contains("2 ZZT 2025-04-17 50 call"));
    // Overpriced options that one holds are for selling.
    assert_eq!(
        text(&plan, "/decision/action/kind"),
        "close",
        "{}",
        text(&plan, "/decision/because")
    );
    assert_eq!(text(&plan, "/decision/action/legs/0/side"), "sell");
    let hold = list(&plan, "/alternatives")
        .iter()
        .find(|row| row["action"]["kind"] == "hold_to_horizon")
        .unwrap();
    assert!(
        number(hold, "/numbers/theta_usd_per_day") < 0.0,
        "a holder of options pays for time"
    );
}

#[test]
fn a_lot_that_expires_on_the_day_of_the_chain_is_settled() {
    let account =
        cash(20_000.0) + &lot("put", "2025-03-06", 55.0, -1) + &lot("put", "2025-03-06", 45.0, -1);
    let plan = plan(&Market::flat(0.25), &account, &[]);
    let notices = lines(&plan, "/decision/notices");
    assert!(
        notices.contains("taken as assigned") && notices.contains("taken as worthless"),
        "{notices}"
    );
    assert_eq!(number(&plan, "/account/shares"), 100.0);
    assert_eq!(number(&plan, "/account/cash_usd"), 14_500.0);
}

#[test]
fn events_in_the_window_are_said() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let events = desk.put("e.csv", "symbol,date,kind,amount_usd\nZZT,2025-03-12,earnings,\nZZT,2025-03-13,ex_dividend,0.25\nZZT,2025-09-12,earnings,\n");
    let plan = desk
        .plan(&[
            "--chain",
            chain,
            "--events",
            events,
            "--set",
            "market.forecast_vol=0.2",
        ])
        .exits(0)
        .json();
    let notices = lines(&plan, "/decision/notices");
    assert!(
        notices.contains("earnings on 2025-03-12")
            && notices.contains("ex-dividend $0.25 on 2025-03-13"),
        "{notices}"
    );
    assert!(
        !notices.contains("2025-09-12"),
        "beyond the window: {notices}"
    );
}

#[test]
fn without_an_account_the_cash_is_assumed_and_said() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.25).csv());
    let plan = desk
        .plan(&["--chain", chain, "--set", "account.assumed_cash_usd=30000"])
        .exits(0)
        .json();
    assert_eq!(number(&plan, "/account/cash_usd"), 30_000.0);
    assert!(lines(&plan, "/decision/notices").contains("no account was given: $30,000.00 of cash"));
    assert!(text(&plan, "/account/source").contains("assumed"));
}

#[test]
fn an_account_from_before_a_split_is_not_valued_after_it() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.25).csv());
    let events = desk.put(
        "events.csv",
        "symbol,date,kind,amount_usd,ratio\nZZT,2025-03-05,split,,2\nZZT,2024-06-05,split,,3\nYYT,2025-03-05,split,,5\n",
    );
    let opened = |strike: f64, day: &str| {
        let lot = lot("put", "2025-04-17", strike, -1);
        let account = format!("{}{lot}opened = \"{day}\"\n", cash(20_000.0));
        desk.put("account.toml", account);
        let args = [
            "--chain",
            chain,
            "--account",
            "account.toml",
            "--events",
            events,
        ];
        desk.plan(&[&args[..], SMALL].concat())
    };
    // A strike of the old shares, which the chain does not list.
    let old = opened(95.0, "2025-02-20");
    assert_eq!(old.code, Some(2), "{old}");
    for word in [
        "95 put",
        "2025-02-20",
        "split of 2025-03-05",
        "2 new shares",
        "divided by 2",
    ] {
        assert!(old.stdout.contains(word), "{word}: {old}");
    }
    // Turned already; and told that it is taken so.
    for run in [opened(47.0, "2025-02-20"), opened(47.0, "2025-03-06")] {
        assert!(matches!(run.code, Some(0 | 4)), "{run}");
        let notices = lines(&run.json(), "/decision/notices");
        assert!(
            notices.contains("ZZT was split on 2025-03-05 (2 new shares"),
            "{notices}"
        );
        assert!(!notices.contains("2024-06-05"), "{notices}");
    }
    // Who holds nothing has nothing to turn.
    desk.put("account.toml", cash(20_000.0));
    let args = [
        "--chain",
        chain,
        "--account",
        "account.toml",
        "--events",
        events,
    ];
    let plan = desk.plan(&[&args[..], SMALL].concat()).json();
    assert!(!lines(&plan, "/decision/notices").contains("was split"));
}
