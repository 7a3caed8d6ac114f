//! No premium, no trade; a planted premium is found, and found smaller where trading costs more.

use crate::chain::Market;
use crate::look::{check_plan, number, text};
use crate::run::Desk;
use serde_json::Value;

/// Enough for intervals that mean something; the tests below are about telling an edge from noise.
const FAIR: &[&str] = &[
    "--set",
    "search.evaluations=6000",
    "--set",
    "search.paths=2048",
];

fn plan(market: &Market, forecast: f64, seed: u64, account: &str) -> Value {
    plan_with(market, forecast, seed, account, &[])
}

fn plan_with(market: &Market, forecast: f64, seed: u64, account: &str, more: &[&str]) -> Value {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", market.csv());
    let (rate, forecast) = (
        market.rate.to_string(),
        format!("market.forecast_vol={forecast}"),
    );
    let seed = seed.to_string();
    let mut args = vec![
        "--chain", chain, "--rate", &rate, "--set", &forecast, "--seed", &seed,
    ];
    args.extend(FAIR);
    args.extend(more);
    if !account.is_empty() {
        args.extend(["--account", desk.put("account.toml", account)]);
    }
    let run = desk.plan(&args).exits(0);
    let plan = run.json();
    check_plan(&plan);
    plan
}

/// Implied is forecast, drift is the rate, costs are on: nothing to earn.
#[track_caller]
fn does_nothing(market: Market, seeds: &[u64]) {
    for &seed in seeds {
        let plan = plan(&market, market.vol, seed, "");
        let because = text(&plan, "/decision/because");
        assert_eq!(
            text(&plan, "/decision/outcome"),
            "do_nothing",
            "seed {seed}: {because}"
        );
        let costs = number(&plan, "/why/edge/costs_usd");
        assert!(costs < 0.0, "costs of {costs}");
    }
}

#[test]
fn no_premium_at_15_percent_is_left_alone() {
    does_nothing(Market::flat(0.15), &[7, 8]);
}

#[test]
fn no_premium_at_25_percent_is_left_alone() {
    does_nothing(Market::flat(0.25), &[7, 8, 9]);
}

#[test]
fn no_premium_at_60_percent_is_left_alone() {
    does_nothing(Market::flat(0.60), &[7, 8]);
}

#[test]
fn a_skewed_smile_alone_is_no_premium() {
    let skewed = Market {
        skew: 0.08,
        ..Market::flat(0.25)
    };
    does_nothing(skewed, &[7, 8, 9]);
}

#[test]
fn a_dividend_yield_alone_is_no_premium() {
    let payer = Market {
        dividend_yield: 0.05,
        ..Market::flat(0.25)
    };
    does_nothing(payer, &[7]);
}

/// Whoever asks for the highest mean sells no call for its fair price less costs.
#[test]
fn shares_without_a_premium_are_left_alone() {
    for count in [100, 300] {
        let indifferent = ["--set", "objective.risk_aversion=0"];
        let plan = plan_with(&Market::flat(0.25), 0.25, 7, &shares(count), &indifferent);
        assert_eq!(
            text(&plan, "/decision/outcome"),
            "do_nothing",
            "{count} shares"
        );
        assert_eq!(number(&plan, "/why/edge/risk_usd"), 0.0);
    }
}

/// Whoever fears risk and holds little else may sell calls to shed some; the plan must then say that this is why.
#[test]
fn calls_sold_to_shed_risk_are_not_passed_off_as_premium() {
    let account = shares(300).replace("20000", "1000");
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.25).csv());
    let account = desk.put("account.toml", &account);
    let args = [
        "--chain",
        chain,
        "--account",
        account,
        "--rate",
        "0.04",
        "--set",
        "market.forecast_vol=0.25",
    ];
    let run = desk.plan(&[&args[..], FAIR].concat());
    assert!(matches!(run.code, Some(0 | 4)), "{run}");
    let plan = run.json();
    check_plan(&plan);
    assert!(number(&plan, "/why/edge/volatility_usd") <= 0.0);
    assert!(number(&plan, "/why/edge/risk_usd") > 0.0);
}

/// An account of `count` shares and enough cash not to be all in shares.
fn shares(count: u32) -> String {
    format!(
        "schema_version = 1\nkind = \"cash\"\ncash_usd = 20000\n[[shares]]\nsymbol = \"ZZT\"\ncount = {count}\nbasis_usd_per_share = 48\n"
    )
}

#[test]
fn a_planted_premium_in_puts_is_found_and_costs_eat_it() {
    let tight = Market::flat(0.30);
    let wide = Market {
        spread: (0.06, 0.12),
        ..tight.clone()
    };
    let worth = |market: &Market| {
        let plan = plan(market, 0.20, 7, "");
        assert_eq!(text(&plan, "/decision/outcome"), "act");
        assert_eq!(text(&plan, "/decision/action/kind"), "sell_put");
        assert!(number(&plan, "/numbers/worth_over_holding/low_usd") > 0.0);
        assert!(number(&plan, "/why/edge/volatility_usd") > 0.0);
        assert!(number(&plan, "/numbers/premium_after_fees_usd") > 0.0);
        number(&plan, "/numbers/worth_over_holding/value_usd")
    };
    let (cheap, dear) = (worth(&tight), worth(&wide));
    assert!(
        dear < cheap,
        "worth {dear} where the spread is six times {cheap}'s"
    );
}

#[test]
fn twice_the_spread_is_worth_less() {
    let spread = |width: f64| Market {
        spread: (0.0, width),
        ..Market::flat(0.30)
    };
    let worth = |width| {
        number(
            &plan(&spread(width), 0.20, 7, ""),
            "/numbers/worth_over_holding/value_usd",
        )
    };
    let (once, twice) = (worth(0.10), worth(0.20));
    assert!(twice < once, "{twice} at twice the spread, {once} at once");
}

#[test]
fn a_planted_premium_with_shares_sells_calls() {
    for count in [100, 500] {
        let market = Market::flat(0.30);
        // Cash that secures no put, so that only calls can earn the premium.
        let account = shares(count).replace("20000", "1000");
        let plan = plan(&market, 0.20, 7, &account);
        assert_eq!(text(&plan, "/decision/outcome"), "act", "{count} shares");
        assert_eq!(
            text(&plan, "/decision/action/kind"),
            "sell_call",
            "{count} shares"
        );
        let sold = number(&plan, "/decision/action/legs/0/count");
        assert!(
            sold >= 1.0 && 100.0 * sold <= f64::from(count),
            "{sold} calls on {count} shares"
        );
        assert_eq!(number(&plan, "/decision/action/capital_locked_usd"), 0.0);
    }
}

#[test]
fn a_forecast_above_implied_volatility_sells_nothing() {
    let plan = plan(&Market::flat(0.20), 0.30, 7, "");
    assert_eq!(text(&plan, "/decision/outcome"), "do_nothing");
}
