//! Fresh paths obey the law that the search believes in, and do not depend on how they are made.

use evidence::Paths;
use market::futures::{Assumptions, Futures, Spread};
use pricing::smile::{Expiry, SmilePoint};
use pricing::{Right, Smile, Surface};

fn futures(slope: f64, vol_of_vol: f64) -> Futures {
    let expiries = [10.0, 30.0, 60.0, 120.0].map(|days| {
        let years: f64 = days / 365.0;
        let points: Vec<SmilePoint> = [-2.0, -1.0, 0.0, 1.0, 2.0]
            .map(|z: f64| SmilePoint {
                strike: 100.0 * (z * 0.2 * years.sqrt()).exp(),
                vol: 0.2 - slope * z,
                weight: 1.0,
            })
            .to_vec();
        Expiry {
            years,
            forward: 100.0,
            smile: Smile::fit(&points, 100.0, years).unwrap(),
        }
    });
    let assumptions = Assumptions {
        drift: 0.04,
        forecast_over_implied: 0.9,
        half_life_days: 45.0,
        vol_of_vol,
        spot_vol_correlation: -0.2,
        jumps_per_year: 0.25,
        jump_mean: -0.08,
        jump_sd: 0.06,
    };
    let spread = Spread {
        fraction_of_mid: 0.04,
        minimum_usd: 0.02,
    };
    let days = (1..150).filter(|day| day % 7 < 5).collect();
    Futures::new(
        100.0,
        0.04,
        0.0,
        Vec::new(),
        Surface::new(expiries.to_vec()).unwrap(),
        assumptions,
        spread,
        days,
    )
}

/// What the closed form expects of an option is what the daily paths pay, to 4 % of the at-the-money price, on a flat and on a
/// skewed smile: an edge that exists in one and not in the other would be an edge out of nothing.
#[test]
fn daily_paths_pay_what_the_closed_form_expects() {
    for (slope, vol_of_vol) in [(0.0, 0.0), (0.0, 0.5), (0.02, 0.0), (0.02, 0.5)] {
        let futures = futures(slope, vol_of_vol);
        let paths = Paths::simulate(&futures, 60, 40_000, 3, 2);
        for day in [30_u16, 60] {
            let at = paths
                .path(0)
                .iter()
                .position(|state| state.day >= day)
                .unwrap();
            let day = paths.path(0)[at].day;
            let scale = futures.expected_payoff(&futures.today(), Right::Put, 100.0, day);
            for (right, strike) in [
                (Right::Put, 92.0),
                (Right::Put, 96.0),
                (Right::Put, 100.0),
                (Right::Call, 104.0),
                (Right::Call, 108.0),
            ] {
                let paid = paths
                    .iter()
                    .map(|path| right.intrinsic(path[at].spot, strike))
                    .sum::<f64>()
                    / paths.count() as f64;
                let expected = futures.expected_payoff(&futures.today(), right, strike, day);
                let gap = (paid - expected) / scale;
                println!(
                    "slope {slope} vol of vol {vol_of_vol} day {day} {right:?} {strike}: paid {paid:.4} expected {expected:.4} gap {:.2} %",
                    100.0 * gap
                );
                assert!(
                    gap.abs() < 0.04,
                    "slope {slope}, vol of vol {vol_of_vol}, day {day}, {right:?} {strike}: {paid} against {expected}"
                );
            }
        }
    }
}

#[test]
fn paths_do_not_depend_on_the_number_of_threads() {
    let futures = futures(0.02, 0.5);
    let states = |threads| {
        Paths::simulate(&futures, 40, 101, 9, threads)
            .iter()
            .flatten()
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(states(1), states(2));
    assert_eq!(states(1), states(7));
    assert_ne!(
        states(1),
        Paths::simulate(&futures, 40, 101, 10, 1)
            .iter()
            .flatten()
            .copied()
            .collect::<Vec<_>>()
    );
}
