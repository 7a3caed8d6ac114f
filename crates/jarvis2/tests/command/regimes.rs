//! `jarvis2 regimes` on the sample, on a planted history, and on what it must refuse.

use crate::run::Desk;

/// A calm rising year, a wild falling half year, again and again; the same noise every time.
fn history() -> String {
    let mut text = "date,close\n".to_owned();
    let (mut price, mut state) = (100.0_f64, 9_u64);
    let mut day = jiff::civil::date(2010, 1, 4);
    for number in 0..1_500 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
        let wild = number % 375 >= 250;
        price *= if wild {
            1.0 - 0.004 + 0.09 * noise
        } else {
            1.0 + 0.001 + 0.02 * noise
        };
        text += &format!("{day},{price:.6}\n");
        day = day.tomorrow().unwrap();
        while matches!(
            day.weekday(),
            jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday
        ) {
            day = day.tomorrow().unwrap();
        }
    }
    text
}

#[test]
fn planted_kinds_of_market_are_named_and_the_last_day_is_placed() {
    let desk = Desk::new();
    desk.put("h.csv", history());
    let json = desk
        .run(&["regimes", "--history", "h.csv", "--count", "2", "--json"])
        .exits(0)
        .json();
    let names: Vec<&str> = json["regimes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|regime| regime["name"].as_str().unwrap())
        .collect();
    assert!(
        names[0].ends_with("rising") && names[1].ends_with("falling"),
        "{names:?}"
    );
    let days = json["days"].as_array().unwrap();
    assert_eq!(days.len(), 1_500 - 63);
    assert_eq!(
        days.last().unwrap()["regime"],
        names[1],
        "it ends in a wild half year"
    );
    // The same days in another order of rows, and to a day: the same regimes up to then.
    let again = desk
        .run(&["regimes", "--history", "h.csv", "--count", "2"])
        .exits(0);
    assert_eq!(
        again.stdout,
        desk.run(&["regimes", "--history", "h.csv", "--count", "2"])
            .stdout
    );
    assert!(again.stdout.contains("it predicts nothing"));
    let early = desk
        .run(&[
            "regimes",
            "--history",
            "h.csv",
            "--as-of",
            "2012-01-03",
            "--json",
        ])
        .exits(0)
        .json();
    assert_eq!(
        early["days"].as_array().unwrap().last().unwrap()["date"],
        "2012-01-03"
    );
    let csv = desk
        .run(&["regimes", "--history", "h.csv", "--csv"])
        .exits(0)
        .stdout;
    assert!(csv.starts_with("id,day,regime,odds,vol_per_year\n"));
    assert_eq!(csv.lines().count(), 1 + 1_500 - 63);
}

#[test]
fn the_sample_says_that_it_is_synthetic_and_short_histories_are_refused() {
    let desk = Desk::new();
    let run = desk.run(&["regimes"]).exits(0);
    assert!(run.stdout.starts_with("SYNTHETIC DATA"), "{run}");
    let short: String = history()
        .lines()
        .take(100)
        .map(|line| format!("{line}\n"))
        .collect();
    desk.put("short.csv", short);
    let run = desk.run(&["regimes", "--history", "short.csv"]).exits(3);
    assert!(
        run.stderr.contains("36 days") && run.stderr.contains("63 are needed"),
        "{run}"
    );
    desk.run(&["regimes", "--symbol", "KO"]).exits(2);
}
