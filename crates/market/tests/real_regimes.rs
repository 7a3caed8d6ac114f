//! Regimes of real prices. `JARVIS2_REAL_DATA` names the folder that holds them; without it the test is skipped, visibly.

use std::io::Write;

use jiff::civil::{Date, date};
use market::history::read_history;
use market::regimes::{Features, Regimes, RegimesConfig, adjusted_rand_index, features};

#[test]
fn crises_are_told_from_calm_and_later_days_change_little() {
    let Some(root) = std::env::var_os("JARVIS2_REAL_DATA") else {
        let _ = writeln!(std::io::stderr(), "skipped: JARVIS2_REAL_DATA is not set");
        return;
    };
    let path =
        std::path::Path::new(&root).join("series/skfolio_sp500_20stocks_adjclose_1990_2022.csv.gz");
    for symbol in ["JPM", "KO"] {
        let history = read_history(&path, Some(symbol)).unwrap();
        let days: Vec<(Date, Features)> = features(&history.log_returns())
            .into_iter()
            .zip(&history.days[1..])
            .filter_map(|(features, day)| Some((day.date, features?)))
            .collect();
        let all: Vec<Features> = days.iter().map(|&(_, features)| features).collect();
        let regimes = Regimes::fit(&all, &RegimesConfig::default()).unwrap();
        let labels: Vec<usize> = all.iter().map(|day| regimes.label(day)).collect();
        let on = |wanted: Date| {
            let place = days.iter().position(|&(day, _)| day == wanted).unwrap();
            labels[place]
        };
        let wildest = regimes.regimes.len() - 1;
        assert!(wildest >= 1);
        for crisis in [date(2008, 10, 15), date(2020, 3, 20)] {
            assert_eq!(on(crisis), wildest, "{symbol} on {crisis}");
        }
        assert!(on(date(2017, 6, 1)) < wildest, "{symbol} in a calm summer");
        // Two years that were not known yet.
        let early = all.len() - 500;
        let before = Regimes::fit(&all[..early], &RegimesConfig::default()).unwrap();
        let then: Vec<usize> = all[..early].iter().map(|day| before.label(day)).collect();
        let alike = adjusted_rand_index(&then, &labels[..early]);
        assert!(alike > 0.8, "{symbol}: {alike}");
    }
}
