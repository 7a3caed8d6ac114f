//! `jarvis2 surface`: the fit of an invented chain, its page, and its errors.

use crate::chain::{AS_OF, HEADER, Market};
use crate::look::{lines, list, minus_zeros, number, text};
use crate::run::{Desk, Run, real_file};
use serde_json::Value;

fn surface(desk: &Desk, args: &[&str]) -> Run {
    desk.run(&[&["surface", "--json"], args].concat())
}

/// Facts that hold of every surface.
fn check(surface: &Value) {
    let mut zeros = Vec::new();
    minus_zeros(surface, "", &mut zeros);
    assert!(zeros.is_empty(), "{zeros:?}");
    let mut years = 0.0;
    for expiry in list(surface, "/expiries") {
        assert!(number(expiry, "/years") > years);
        years = number(expiry, "/years");
        assert_eq!(
            number(expiry, "/points_used") as usize,
            list(expiry, "/points").len()
        );
        for part in ["svi", "calendar"] {
            let part = &expiry[part];
            assert!(
                part.get("missing_because").is_none_or(Value::is_string),
                "{part}"
            );
        }
        let svi = &expiry["svi"];
        if svi.get("a").is_some() {
            assert!(number(svi, "/butterfly/wing") <= 2.0 + 1e-9, "{svi}");
            assert!(number(svi, "/butterfly/variance_min") >= 0.0, "{svi}");
        }
        if expiry["plan_takes"]["form"] == "svi" {
            assert_eq!(svi["butterfly"]["is_free"], true, "{svi}");
        }
    }
}

/// The smile of the invented market is met at the forward, and nothing is missing without a reason.
#[test]
fn an_invented_chain_is_met() {
    let desk = Desk::new();
    let market = Market {
        skew: 0.1,
        ..Market::flat(0.25)
    };
    let chain = desk.put("chain.csv", market.csv());
    let found = surface(&desk, &[chain, "--rate", "0.04"]).exits(0).json();
    check(&found);
    assert_eq!(
        (text(&found, "/symbol"), text(&found, "/as_of")),
        ("ZZT", AS_OF)
    );
    assert!(found["watermark"].is_null());
    assert_eq!(list(&found, "/expiries").len(), market.expiries.len());
    let mut slices = 0;
    for expiry in list(&found, "/expiries") {
        let (vol, years) = (number(expiry, "/atm_vol"), number(expiry, "/years"));
        assert!((vol - 0.25).abs() < 0.004, "{vol} at {years}");
        let forward = 50.0 * (0.04 * years).exp();
        assert!((number(expiry, "/forward_usd") / forward - 1.0).abs() < 2e-3);
        assert!(number(expiry, "/implied_yield_per_year").abs() < 0.08);
        if expiry["svi"].get("rmse_vol").is_some() {
            slices += 1;
            assert!(number(expiry, "/svi/rmse_vol") < 0.01, "{expiry}");
        }
    }
    assert!(slices >= 3, "{slices}");
    assert!(number(&found, "/ssvi/rmse_vol") < 0.02);
    assert_eq!(
        text(&found, "/volatility_basis").split(',').next(),
        Some("our own")
    );
    // Same bytes again.
    let again = surface(&desk, &[chain, "--rate", "0.04"]).json();
    assert!(found == again);
}

/// A middle expiry at half the volatility: less total variance than the one before it.
#[test]
fn calendar_arbitrage_is_flagged() {
    let market = Market::flat(0.30);
    let calm = Market::flat(0.12);
    let dip = market.expiries[3];
    let rows: Vec<_> = market
        .rows()
        .into_iter()
        .filter(|row| row.expiry != dip)
        .chain(calm.rows().into_iter().filter(|row| row.expiry == dip))
        .collect();
    let desk = Desk::new();
    let chain = desk.put("chain.csv", format!("{HEADER}\n{}", market.lines(&rows)));
    let found = surface(&desk, &[chain, "--rate", "0.04"]).exits(0).json();
    check(&found);
    let gap = &list(&found, "/expiries")[3]["calendar"];
    assert_eq!(gap["is_free"], false, "{gap}");
    // 29 days at 12 % against 22 days at 30 %.
    let expected = (0.0144 * 29.0 - 0.09 * 22.0) / 365.0;
    assert!((number(gap, "/gap_total_variance") - expected).abs() < 0.15 * expected.abs());
    let shown = desk.run(&["surface", chain, "--rate", "0.04"]).exits(0);
    assert!(shown.stdout.contains("CALENDAR ARBITRAGE"), "{shown}");
    let plan = desk.plan(&["--chain", chain, "--rate", "0.04"]).json();
    assert!(lines(&plan, "/data/notes").contains("calendar arbitrage"));
}

#[test]
fn the_page_needs_nothing_else() {
    let desk = Desk::new();
    let run = desk.run(&["surface", "--html", "out.html"]).exits(0);
    assert!(run.stdout.contains("SYNTHETIC DATA") && run.stderr.contains("written: out.html"));
    for line in run.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let page = std::fs::read_to_string(desk.path("out.html")).unwrap();
    assert!(page.contains("SYNTHETIC DATA") && page.ends_with("</html>\n"));
    for loaded in ["<script", "http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(loaded), "{loaded}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf"));
    let (plots, opened, closed) = (
        page.matches("class=\"payoff\"").count(),
        page.matches("<svg").count(),
        page.matches("</svg>").count(),
    );
    assert!(plots >= 3 && opened == closed, "{plots} {opened} {closed}");
    assert!(page.matches("<circle").count() > 30 && page.contains("class=\"quote\""));
}

#[test]
fn thin_expiries_say_what_they_lack() {
    let market = Market::flat(0.25);
    let thin = market.expiries[1];
    let rows: Vec<_> = market
        .rows()
        .into_iter()
        .filter(|row| row.expiry != thin || [49.0, 50.0, 51.0].contains(&row.strike))
        .collect();
    let desk = Desk::new();
    let chain = desk.put("chain.csv", format!("{HEADER}\n{}", market.lines(&rows)));
    let found = surface(&desk, &[chain, "--rate", "0.04"]).exits(0).json();
    check(&found);
    let expiry = &list(&found, "/expiries")[1];
    assert!(text(expiry, "/svi/missing_because").contains("at least 5"));
    assert_eq!(text(expiry, "/calendar/missing_because"), "no slice");
    let shown = desk.run(&["surface", chain, "--rate", "0.04"]).exits(0);
    assert!(shown.stdout.contains("SVI n/a ("), "{shown}");
}

#[track_caller]
fn fails(desk: &Desk, args: &[&str], code: i32, kind: &str, says: &str) {
    let run = surface(desk, args).exits(code);
    let error = run.json();
    assert_eq!(text(&error, "/error/kind"), kind);
    assert!(text(&error, "/error/message").contains(says), "{error}");
}

#[test]
fn errors_have_their_codes() {
    let desk = Desk::new();
    let chain = desk.put("chain.csv", Market::flat(0.25).csv());
    fails(&desk, &["nowhere.csv"], 3, "data", "no such file");
    fails(&desk, &[chain, "--symbol", "AAA"], 3, "data", "AAA");
    fails(&desk, &[chain, "--spot", "0"], 2, "usage", "--spot");
    fails(&desk, &[chain, "--unheard-of"], 2, "usage", "--unheard-of");
    let page = &[chain, "--html", "no/such/folder/out.html"];
    fails(&desk, page, 5, "resources", "name another file");
    let broken = desk.put("broken.csv", "a,b,c\n1,2,3\n");
    fails(&desk, &[broken], 3, "data", "fit no known vendor");
}

/// Real chains, where there are any: fitted, checked, and close to their quotes.
#[test]
fn real_chains_are_fitted() {
    for file in [
        "chains/yfinance_SPY_session-2026-08-13.parquet",
        "chains/cboe_SPX_2024-01-05.parquet",
        "chains/riskalertsys_KO.parquet",
    ] {
        let Some(path) = real_file(file) else { return };
        let found = surface(&Desk::new(), &[path.to_str().unwrap()])
            .exits(0)
            .json();
        check(&found);
        assert!(
            list(&found, "/expiries")
                .iter()
                .any(|e| e["plan_takes"]["form"] == "svi")
        );
    }
}
