use super::*;

/// A normal number (Box & Muller 1958).
fn normal(random: &mut Random) -> f64 {
    let radius = (-2.0 * (1.0 - random.unit()).ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * random.unit()).cos()
}

/// Days of planted regimes: volatility, trend and change around a middle, and which regime each day is of.
fn planted(middles: &[(f64, f64, f64)], days: usize, seed: u64) -> (Vec<Features>, Vec<usize>) {
    let mut random = Random(seed);
    (0..days)
        .map(|day| {
            let regime = day % middles.len();
            let (vol, trend, change) = middles[regime];
            let features = Features {
                vol_per_year: vol * (0.12 * normal(&mut random)).exp(),
                trend: trend + 0.35 * normal(&mut random),
                vol_change: change + 0.05 * normal(&mut random),
            };
            (features, regime)
        })
        .unzip()
}

const FOUR: [(f64, f64, f64); 4] = [
    (0.10, 1.2, -0.1),
    (0.16, 0.0, 0.0),
    (0.30, -1.5, 0.25),
    (0.65, -2.5, 0.1),
];

fn labels(regimes: &Regimes, days: &[Features]) -> Vec<usize> {
    days.iter().map(|day| regimes.label(day)).collect()
}

#[test]
fn planted_regimes_are_found_counted_and_named() {
    let config = RegimesConfig {
        fewest: 1,
        most: 5,
        ..RegimesConfig::default()
    };
    for (count, seed) in [(1, 1), (2, 2), (3, 3), (4, 4)] {
        let (days, truth) = planted(&FOUR[..count], 4_000, seed);
        let regimes = Regimes::fit(&days, &config).unwrap();
        assert_eq!(regimes.regimes.len(), count, "{:?}", regimes.bic);
        assert_eq!(regimes.are_separate(), count > 1);
        let found = labels(&regimes, &days);
        let alike = adjusted_rand_index(&found, &truth);
        assert!(alike > 0.97, "{count} regimes: {alike}");
        // Planted in order of volatility, so that labels are the truth itself.
        let right = found.iter().zip(&truth).filter(|(a, b)| a == b).count();
        assert!(right > 3_900, "{right}");
        for (regime, planted) in regimes.regimes.iter().zip(&FOUR) {
            assert!((regime.typical.vol_per_year / planted.0 - 1.0).abs() < 0.03);
            assert!((regime.typical.trend - planted.1).abs() < 0.05);
            assert!((regime.share - 1.0 / count as f64).abs() < 0.02);
        }
    }
    let (days, _) = planted(&FOUR, 4_000, 5);
    let regimes = Regimes::fit(&days, &config).unwrap();
    let names: Vec<&str> = regimes
        .regimes
        .iter()
        .map(|regime| regime.name.as_str())
        .collect();
    // The middle of all days lies between the second and the third.
    assert_eq!(
        names,
        [
            "calm rising",
            "calm flat",
            "high vol falling",
            "extreme vol falling"
        ]
    );
}

#[test]
fn one_cloud_is_one_regime_and_a_wrong_number_is_told_by_the_criterion() {
    let (days, _) = planted(&FOUR[1..2], 3_000, 9);
    let regimes = Regimes::fit(&days, &RegimesConfig::default()).unwrap();
    // Two at least, and it is said that they lie along no gap.
    assert_eq!(regimes.regimes.len(), 2);
    assert!(regimes.bic[0] < regimes.bic[1] && !regimes.are_separate());
    let exactly = RegimesConfig {
        exactly: Some(3),
        ..RegimesConfig::default()
    };
    assert_eq!(Regimes::fit(&days, &exactly).unwrap().regimes.len(), 3);
}

#[test]
fn order_of_days_changes_nothing_and_new_days_little() {
    let (days, _) = planted(&FOUR, 2_000, 11);
    let whole = Regimes::fit(&days, &RegimesConfig::default()).unwrap();
    let mut shuffled = days.clone();
    let mut random = Random(3);
    for last in (1..shuffled.len()).rev() {
        shuffled.swap(last, random.below(last + 1));
    }
    let again = Regimes::fit(&shuffled, &RegimesConfig::default()).unwrap();
    assert_eq!(again.regimes, whole.regimes);
    assert_eq!(again.bic, whole.bic);
    for day in &days {
        assert_eq!(again.odds(day), whole.odds(day));
    }
    let (early, _) = days.split_at(1_800);
    let before = Regimes::fit(early, &RegimesConfig::default()).unwrap();
    let same = labels(&before, early)
        .iter()
        .zip(labels(&whole, early))
        .filter(|(a, b)| **a == *b)
        .count();
    assert!(same > 1_780, "{same} of 1800");
    let other = Regimes::fit(
        &days,
        &RegimesConfig {
            seed: 77,
            ..RegimesConfig::default()
        },
    )
    .unwrap();
    assert!(adjusted_rand_index(&labels(&other, &days), &labels(&whole, &days)) > 0.99);
}

#[test]
fn features_are_what_they_say() {
    // One percent up and down is 15.9 % a year without a trend; then two percent a day.
    let mut returns: Vec<f64> = (0..70)
        .map(|day| if day % 2 == 0 { 0.01 } else { -0.01 })
        .collect();
    returns.extend([0.02; 21]);
    let found = features(&returns);
    assert_eq!(found.len(), 91);
    assert!(found[..62].iter().all(Option::is_none));
    let calm = found[69].unwrap();
    assert!((calm.vol_per_year - 0.01 * 252.0_f64.sqrt()).abs() < 1e-12);
    // Of 63 returns one is left over, here the last but none: -0.01.
    assert!(
        (calm.trend.abs() - 1.0 / 63.0_f64.sqrt()).abs() < 1e-9,
        "{calm:?}"
    );
    assert!(calm.vol_change.abs() < 1e-12);
    let wild = found[90].unwrap();
    let long = ((42.0 * 1e-4 + 21.0 * 4e-4) / 63.0_f64).sqrt();
    assert!((wild.vol_change - (0.02 / long - 1.0)).abs() < 1e-12);
    assert!((wild.trend - 0.42 / (long * 63.0_f64.sqrt())).abs() < 1e-9);
    assert!(
        features(&[0.0; 80]).iter().all(Option::is_none),
        "nothing moved"
    );
    let mut broken = returns;
    broken[80] = f64::NAN;
    assert!(features(&broken)[80..].iter().all(Option::is_none));
}

#[test]
fn too_few_days_are_refused() {
    let (days, _) = planted(&FOUR, FEWEST_DAYS - 1, 1);
    let said = Regimes::fit(&days, &RegimesConfig::default())
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("62") && said.contains("63 are needed"),
        "{said}"
    );
    // Days that are all the same are one regime and no division by zero.
    let same = vec![days[0]; 400];
    let config = RegimesConfig {
        fewest: 1,
        ..RegimesConfig::default()
    };
    let regimes = Regimes::fit(&same, &config).unwrap();
    assert_eq!(regimes.regimes.len(), 1);
    assert!((regimes.odds(&days[0])[0] - 1.0).abs() < 1e-12);
}

#[test]
fn names_are_unique_whatever_the_clusters() {
    let (days, _) = planted(
        &[(0.2, 0.0, 0.0), (0.21, 0.1, 0.0), (0.2, -0.1, 0.05)],
        3_000,
        2,
    );
    let exactly = RegimesConfig {
        exactly: Some(6),
        ..RegimesConfig::default()
    };
    let regimes = Regimes::fit(&days, &exactly).unwrap().regimes;
    let mut names: Vec<&str> = regimes.iter().map(|regime| regime.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 6, "{names:?}");
}

/// By hand: pairs together in both 2 of 15, so (2 - 4*3/15) / (3.5 - 4*3/15).
#[test]
fn the_rand_index_is_adjusted() {
    let (a, b) = ([0, 0, 0, 1, 1, 2], [5, 5, 6, 6, 7, 7]);
    let (in_a, in_b, both) = (3.0 + 1.0, 1.0 + 1.0 + 1.0, 1.0);
    let chance = in_a * in_b / 15.0;
    let expected = (both - chance) / ((in_a + in_b) / 2.0 - chance);
    assert!((adjusted_rand_index(&a, &b) - expected).abs() < 1e-12);
    assert_eq!(adjusted_rand_index(&a, &[9, 9, 9, 3, 3, 4]), 1.0);
}

#[test]
fn strata_are_even_and_stays_are_counted() {
    let labels: Vec<usize> = (0..1_000)
        .map(|row| if row % 50 == 0 { 2 } else { row % 2 })
        .collect();
    let drawn = stratified(&labels, 90, 7);
    for regime in 0..3 {
        assert_eq!(
            drawn.iter().filter(|&&row| labels[row] == regime).count(),
            30
        );
    }
    let rare: std::collections::HashSet<_> =
        drawn.iter().filter(|&&row| labels[row] == 2).collect();
    assert_eq!(rare.len(), 20, "all twenty came before one came twice");
    assert_eq!(drawn, stratified(&labels, 90, 7));
    assert_ne!(drawn, stratified(&labels, 90, 8));
    assert!(stratified(&[], 5, 1).is_empty());
    assert_eq!(
        mean_stay_days(&[0, 0, 1, 0, 0, 0, 0], 3),
        [Some(3.0), Some(1.0), None]
    );
}
