//! Every setting at both ends of its range, and accounts of every size: an answer or an error, never a panic.

use crate::chain::Market;
use crate::look::check_plan;
use crate::run::Desk;

const TINY: &[&str] = &[
    "--set",
    "search.evaluations=600",
    "--set",
    "search.draw_evaluations=600",
    "--set",
    "search.paths=64",
    "--set",
    "search.root_actions=8",
    "--set",
    "objective.horizon_days=42",
];

/// A chain of two expiries, and a trader who owns something of everything.
fn desk() -> Desk {
    let desk = Desk::new();
    let mut market = Market::flat(0.30);
    market
        .expiries
        .retain(|expiry| ["2025-03-21", "2025-04-17"].contains(&expiry.to_string().as_str()));
    desk.put("chain.csv", market.csv());
    desk.put(
        "account.toml",
        "schema_version = 1\nkind = \"cash\"\ncash_usd = 30000\n[[shares]]\nsymbol = \"ZZT\"\ncount = 250\nbasis_usd_per_share = 51\n\
         [[options]]\nsymbol = \"ZZT\"\nright = \"call\"\nexpiry = \"2025-03-21\"\nstrike_usd = 52\ncontracts = -1\n\
         [[options]]\nsymbol = \"ZZT\"\nright = \"put\"\nexpiry = \"2025-03-21\"\nstrike_usd = 53\ncontracts = -1\n\
         [[options]]\nsymbol = \"ZZT\"\nright = \"put\"\nexpiry = \"2025-04-17\"\nstrike_usd = 45\ncontracts = 2\n",
    );
    desk
}

fn survives(desk: &Desk, more: &[&str]) {
    let files = [
        "plan",
        "--json",
        "--no-files",
        "--chain",
        "chain.csv",
        "--account",
        "account.toml",
    ];
    let run = desk.run(&[&files[..], TINY, more].concat());
    match run.code {
        Some(0 | 4) => {
            let plan = run.json();
            let checked = std::panic::catch_unwind(|| check_plan(&plan));
            assert!(checked.is_ok(), "{more:?}");
        }
        Some(2 | 3 | 5) => assert!(run.json()["error"]["message"].is_string(), "{run}"),
        _ => panic!("{run}"),
    }
}

#[test]
fn every_setting_at_both_ends_of_its_range() {
    // More of these only takes longer.
    const SLOW: [&str; 5] = [
        "search.evaluations",
        "search.draw_evaluations",
        "search.paths",
        "search.draws",
        "search.time_ms",
    ];
    let desk = desk();
    let schema = desk.run(&["schema", "config"]).exits(0).json();
    let mut tried = 0;
    for (section, keys) in schema["properties"].as_object().unwrap() {
        let keys = keys["properties"].as_object();
        for (name, key) in keys.into_iter().flatten() {
            let dotted = format!("{section}.{name}");
            let range = if key["type"] == "array" {
                &key["items"]
            } else {
                key
            };
            for end in ["minimum", "maximum"] {
                let Some(value) = range[end].as_f64() else {
                    continue;
                };
                if end == "maximum" && SLOW.contains(&dotted.as_str()) {
                    continue;
                }
                let value = if key["type"] == "array" {
                    format!("[{value}]")
                } else {
                    value.to_string()
                };
                survives(&desk, &["--set", &format!("{dotted}={value}")]);
                tried += 1;
            }
        }
    }
    assert!(tried > 80, "{tried} settings tried");
}

#[test]
fn fortunes_from_a_dollar_to_a_billion() {
    let desk = desk();
    for cash in ["0.01", "1", "4999.99", "5000", "123456.78", "1e9", "1e12"] {
        desk.put(
            "account.toml",
            format!("schema_version = 1\nkind = \"cash\"\ncash_usd = {cash}\n"),
        );
        survives(&desk, &[]);
    }
    let wide = "[[shares]]\nsymbol = \"ZZT\"\ncount = 100000000\n";
    desk.put(
        "account.toml",
        format!("schema_version = 1\nkind = \"cash\"\ncash_usd = 1\n{wide}"),
    );
    survives(&desk, &[]);
}

#[test]
fn shares_from_pennies_to_fortunes() {
    for spot in [0.35, 3.0, 700.0, 7000.0] {
        let desk = Desk::new();
        let market = Market {
            spot,
            strike_step: spot / 50.0,
            spread: (0.05, 0.01),
            ..Market::flat(0.40)
        };
        desk.put("chain.csv", market.csv());
        desk.put(
            "account.toml",
            "schema_version = 1\nkind = \"cash\"\ncash_usd = 100000\n",
        );
        survives(&desk, &[]);
    }
}
