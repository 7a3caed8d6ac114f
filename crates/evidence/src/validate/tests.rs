use super::*;
use crate::uniform;
use jiff::ToSpan;
use jiff::civil::date;

/// GARCH(1,1) with normal returns; variance of a day in the long run `1e-4`.
fn series(days: usize, seed: u64) -> Series {
    let mut variance = 1e-4;
    let returns: Vec<f64> = (0..days as u64)
        .map(|day| {
            let r = f64::sqrt(variance) * normal::inverse_cdf(uniform(seed, day));
            variance = 0.04 * 1e-4 + 0.12 * r * r + 0.84 * variance;
            r
        })
        .collect();
    Series {
        name: "planted".to_owned(),
        dates: (0..days as i32)
            .map(|day| date(1990, 1, 1).saturating_add(day.days()))
            .collect(),
        returns,
        implied: None,
    }
}

fn question(horizons: &[usize]) -> Question {
    Question {
        horizons: horizons.to_vec(),
        default: FromReturns::Realised,
        errors: LogErrors {
            implied: 0.15,
            history: 0.20,
        },
        from: Date::MIN,
        to: Date::MAX,
    }
}

fn walked(series: &Series, question: &Question) -> Vec<Windows> {
    walk(series, question, &|_| true).unwrap()
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} {expected}");
}

#[test]
fn the_forecaster_of_the_planted_law_wins_and_its_law_holds() {
    let series = series(6000, 3);
    let question = question(&[1, 21]);
    let garch = question
        .forecasters(false)
        .iter()
        .position(|one| *one == Forecaster::Alone(FromReturns::Garch))
        .unwrap();
    for windows in walked(&series, &question) {
        assert_eq!(windows.came.len(), 6000 - 500 - windows.days + 1);
        let scores = windows.scores();
        assert_eq!(
            scores[0].qlike_test, None,
            "the default is not its own rival"
        );
        let test = scores[garch].qlike_test.unwrap();
        assert!(test.difference < 0.0 && test.p_value < 0.01, "{test:?}");
        near(
            test.difference,
            scores[garch].qlike - scores[0].qlike,
            1e-12,
        );
        near(scores[garch].came_over_forecast, 1.0, 0.06);
        let right = windows.calibration(garch, None).unwrap();
        assert_eq!(right.tenths.iter().sum::<usize>(), windows.came.len());
        for tail in right.tails {
            assert!(tail.coverage.share_p > 0.01, "{tail:?}");
        }
        // A law that is half as wide is told.
        let mut narrow = windows.clone();
        for variance in &mut narrow.forecasts[garch] {
            *variance /= 4.0;
        }
        let wrong = narrow.calibration(garch, None).unwrap();
        assert!(wrong.tails[1].share > 0.15, "{wrong:?}");
        assert!(wrong.tails[1].coverage.share_p < 1e-3, "{wrong:?}");
        assert!(wrong.tenths[0] > 2 * right.tenths[0]);
        assert_eq!(
            wrong.tails[0].coverage.days,
            windows.came.len().div_ceil(windows.days)
        );
    }
}

/// What comes after a day moves no forecast of it.
#[test]
fn no_forecast_sees_tomorrow() {
    let before = series(900, 5);
    let mut after = before.clone();
    for r in &mut after.returns[700..] {
        *r = 0.2;
    }
    let question = question(&[1, 21]);
    for (one, other) in walked(&before, &question)
        .iter()
        .zip(&walked(&after, &question))
    {
        for (row, changed) in one.forecasts.iter().zip(&other.forecasts) {
            // 500 returns are known first, so place 200 is the day with 700.
            assert_eq!(row[..=200], changed[..=200]);
            assert_ne!(row[201], changed[201]);
        }
    }
}

#[test]
fn days_and_series_are_chosen_as_asked() {
    let mut one = series(800, 7);
    let mut asked = question(&[21]);
    (asked.from, asked.to) = (one.dates[600], one.dates[699]);
    let windows = &walked(&one, &asked)[0];
    assert_eq!(windows.dates[0], one.dates[600]);
    assert_eq!(*windows.dates.last().unwrap(), one.dates[699 - 21]);
    // A day on which nothing is implied is left out for all.
    one.implied = Some((0..800).map(|day| (day != 620).then_some(0.16)).collect());
    let windows = &walked(&one, &asked)[0];
    assert_eq!(windows.left_out, 1);
    assert!(!windows.dates.contains(&one.dates[620]));
    let forecasters = asked.forecasters(true);
    assert_eq!(forecasters[0], Forecaster::Mix(FromReturns::Realised));
    let implied = forecasters
        .iter()
        .position(|one| *one == Forecaster::Implied)
        .unwrap();
    near(
        windows.forecasts[implied][0],
        0.16 * 0.16 * 21.0 / 252.0,
        1e-15,
    );
    assert!(walk(&one, &asked, &|_| false).is_none());
    assert!(walked(&series(510, 1), &asked)[0].scores().is_empty());
}

/// A series beside itself tells no more than alone; another one does.
#[test]
fn series_of_the_same_days_are_tested_together() {
    let question = question(&[21]);
    let one = walked(&series(2500, 11), &question).remove(0);
    let other = walked(&series(2500, 12), &question).remove(0);
    let alone = one.scores();
    let twice = together(&[&one, &one]);
    let both = together(&[&one, &other]);
    assert_eq!(twice[0], None);
    for at in 1..4 {
        let (alone, twice) = (alone[at].qlike_test.unwrap(), twice[at].unwrap());
        near(twice.statistic, alone.statistic, 1e-9);
        let mean = 0.5 * (alone.difference + other.scores()[at].qlike_test.unwrap().difference);
        near(both[at].unwrap().difference, mean, 1e-12);
    }
}

/// By `scipy.stats.norm` 1.17.1: 45 days of 30 % a year; a quarter jump a year of -0.4 +- 0.3 volatilities; and without.
#[test]
fn the_law_is_that_of_scipy() {
    let jumps = Jumps {
        per_year: 0.25,
        mean_vols: -0.4,
        sd_vols: 0.3,
    };
    let variance = 0.09 * 45.0 / 252.0;
    let (with, without) = (
        Law::new(variance, 45, Some(jumps)),
        Law::new(variance, 45, None),
    );
    for (x, jumping, plain) in [
        (-0.3, 0.014_975_604_751_330, 0.010_638_145_986_558),
        (-0.1, 0.237_249_726_380_741, 0.234_095_955_906_300),
        (0.0, 0.521_924_763_013_802, 0.525_270_658_977_150),
        (0.2, 0.947_202_700_687_883, 0.949_602_106_593_366),
    ] {
        near(with.cdf(x), jumping, 1e-7);
        near(without.cdf(x), plain, 1e-7);
    }
    // The price is expected to stay: the mean of e^x over narrow steps.
    let grown: f64 = (-4000..4000)
        .map(|step| {
            let at = |step: i32| f64::from(step) * 5e-4;
            let mass = with.cdf(at(step + 1)) - with.cdf(at(step));
            mass * (at(step) + 2.5e-4).exp()
        })
        .sum();
    near(grown, 1.0, 1e-5);
}

/// 28 of 500 days, two in a row every 37: the same likelihood ratios in Python with `scipy.stats.chi2` 1.17.1; and Diebold-Mariano against the
/// HAC error of `statsmodels` 0.15 (Bartlett, 4 lags, no correction), times the correction of Harvey, Leybourne & Newbold.
#[test]
fn the_tests_are_those_of_scipy_and_statsmodels() {
    let days: Vec<bool> = (0..500).map(|day| day % 37 < 2).collect();
    let found = coverage(&days, 0.05).unwrap();
    assert_eq!(found.passed, 28);
    near(found.share_p, 0.545_525_831_711_2, 1e-6);
    near(found.clusters_p.unwrap(), 4.947_137e-13, 1e-15);
    near(found.both_p.unwrap(), 3.801_571e-12, 1e-15);
    let losses: Vec<f64> = (0..300)
        .map(f64::from)
        .map(|day| (0.7 * day).sin() + 0.2 * (day * day).cos() + 0.1)
        .collect();
    let found = better(&losses, &[0.0; 300], 5).unwrap();
    near(found.statistic, 2.129_907_93, 1e-6);
}

/// By `scipy.stats.binom.sf`.
#[test]
fn some_tests_reject_by_chance() {
    for (count, expected) in [
        (0, 1.0),
        (1, 0.641_514_077_6),
        (3, 0.075_483_673_8),
        (4, 0.015_901_526_0),
    ] {
        near(chance_of_rejections(count, 20), expected, 1e-9);
    }
    near(chance_of_rejections(1, 1), 0.05, 1e-12);
}

/// What is made has the volatility it was made with, and the same number makes the same series.
#[test]
fn the_synthetic_series_is_what_it_says() {
    let made = Series::synthetic(0);
    assert_eq!(made.returns, Series::synthetic(0).returns);
    assert_ne!(made.returns, Series::synthetic(1).returns);
    assert_eq!((made.dates.len(), made.returns.len()), (2600, 2600));
    let square = made.returns.iter().map(|r| r * r).sum::<f64>() / 2600.0;
    assert!((0.6..1.6).contains(&(square / 1.6e-4)), "{square}");
}
