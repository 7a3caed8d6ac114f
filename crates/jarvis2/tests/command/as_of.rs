//! Nothing later than the day of the decision is looked at.

use crate::chain::{HEADER, Market};
use crate::look::lines;
use crate::run::Desk;
use jiff::civil::date;
use serde_json::Value;

/// The chain of `day`, the spot a little further on.
fn day(market: &Market, day: jiff::civil::Date, spot: f64) -> String {
    let on_day = Market {
        as_of: day,
        spot,
        ..market.clone()
    };
    on_day.lines(&on_day.rows())
}

/// What a plan says, without what must differ: hash, count of rows, notes.
fn essence(plan: &Value) -> Value {
    let mut plan = plan.clone();
    plan["manifest"]["data_sha256"].take();
    plan["data"]["rows"].take();
    plan["data"]["notes"].take();
    plan["data"]["refused"].take();
    plan["data"]["chain"].take();
    plan
}

#[test]
fn a_poisoned_future_changes_nothing() {
    let market = Market::flat(0.28);
    let mut past = format!("{HEADER}\n");
    // Fourteen days of history: a realised volatility comes of it.
    let days = [
        (18, 2, 50.2),
        (19, 2, 50.9),
        (20, 2, 50.1),
        (21, 2, 49.6),
        (24, 2, 49.9),
        (25, 2, 50.6),
        (26, 2, 50.3),
        (27, 2, 49.5),
        (28, 2, 49.9),
        (3, 3, 50.4),
        (4, 3, 49.8),
        (5, 3, 50.5),
        (6, 3, 50.0),
    ];
    for (index, (of_month, month, spot)) in days.into_iter().enumerate() {
        let mut rows = day(&market, date(2025, month, of_month), spot);
        if index + 1 < days.len() {
            // Earlier days need only show their spot.
            rows = rows
                .lines()
                .filter(|line| line.contains("2025-04-17"))
                .map(|line| format!("{line}\n"))
                .collect();
        }
        past.push_str(&rows);
    }
    let poisons = [
        // Another price, a split, a crash, a spread, a doubled contract, nonsense, another symbol.
        day(
            &Market {
                vol: 0.90,
                ..market.clone()
            },
            date(2025, 3, 7),
            31.0,
        ),
        day(&market, date(2025, 3, 7), 12.5),
        day(&market, date(2025, 3, 10), 500.0).replace(",100\n", ",10\n"),
        day(&market, date(2025, 3, 7), 50.0).replace("ZZT", "YYT"),
        "invented,2025-03-07,ZZT,-1,nonsense,,,A,9,1,,,,,,100\n".to_owned(),
    ];
    let desk = Desk::new();
    let plan = |name: &'static str, text: &str| {
        let chain = desk.put(name, text);
        desk.plan(&["--chain", chain, "--symbol", "ZZT", "--as-of", "2025-03-06"])
            .exits(0)
            .json()
    };
    let honest = essence(&plan("honest.csv", &past));
    let forecast = honest["why"]["assumptions"].to_string();
    assert!(forecast.contains("realised"), "{forecast}");
    for poison in poisons {
        let poisoned = essence(&plan("poisoned.csv", &format!("{past}{poison}")));
        assert!(
            honest == poisoned,
            "seen:\n{}",
            poison.lines().next().unwrap()
        );
    }
}

#[test]
fn later_days_of_a_history_are_not_looked_at() {
    let market = Market::flat(0.28);
    let desk = Desk::new();
    let chain = desk.put("chain.csv", market.csv());
    let mut prices = String::from("date,open,high,low,close,dividend,split\n");
    let mut day = date(2024, 12, 2);
    let mut step = 0_u32;
    while day <= market.as_of {
        if market::calendar::is_trading_day(day) {
            let close = 50.0 * (0.01 * f64::from(step * 7 % 5) - 0.02).exp();
            step += 1;
            prices.push_str(&format!(
                "{day},{close:.2},{close:.2},{close:.2},{close:.2},0,1\n"
            ));
        }
        day = day.tomorrow().unwrap();
    }
    let honest = desk.put("h.csv", &prices);
    let poisoned = desk.put(
        "p.csv",
        format!("{prices}2025-03-07,5,5,5,5,0,1\n2025-03-10,90,90,90,90,40,1\n"),
    );
    let plan = |history: &str| {
        desk.plan(&["--chain", chain, "--history", history])
            .exits(0)
            .json()
    };
    let (honest, poisoned) = (plan(honest), plan(poisoned));
    assert!(
        honest["why"]["assumptions"]
            .to_string()
            .contains("the history file")
    );
    assert!(
        lines(&poisoned, "/data/notes").contains("2 later days of the history were not looked at")
    );
    let rest = |plan: &Value| {
        let mut plan = essence(plan);
        plan["manifest"]["inputs_sha256"].take();
        plan
    };
    assert!(rest(&honest) == rest(&poisoned));
}
