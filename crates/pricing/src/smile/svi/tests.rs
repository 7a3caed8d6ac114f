//! Reference values, known arbitrage, and fits to known curves.

#![allow(clippy::excessive_precision)] // Reference values stay as their source prints them.

use super::*;
use proptest::prelude::*;

const VOGT: Svi = Svi {
    a: -0.0410,
    b: 0.1331,
    rho: 0.3060,
    m: 0.3586,
    sigma: 0.4153,
};

/// A tame equity slice of a quarter.
const TAME: Svi = Svi {
    a: 0.004,
    b: 0.05,
    rho: -0.4,
    m: 0.02,
    sigma: 0.12,
};
const YEARS: f64 = 0.25;
const FORWARD: f64 = 100.0;

fn points(svi: &Svi, strikes: impl Iterator<Item = f64>) -> Vec<SmilePoint> {
    strikes
        .map(|strike| SmilePoint {
            strike,
            vol: svi.vol((strike / FORWARD).ln(), YEARS),
            weight: 1.0,
        })
        .collect()
}

fn strikes() -> impl Iterator<Item = f64> {
    (0..25).map(|i| 70.0 + 2.5 * f64::from(i))
}

/// Largest distance in volatility over the quoted strikes.
fn distance(fit: &SviFit, truth: &Svi) -> f64 {
    strikes()
        .map(|strike| {
            let k = (strike / FORWARD).ln();
            (fit.svi.vol(k, YEARS) - truth.vol(k, YEARS)).abs()
        })
        .fold(0.0, f64::max)
}

/// QuantLib's test of its SVI section (`svivolatility`): at the vertex the root is sigma alone.
#[test]
fn variance_at_the_vertex() {
    let svi = Svi {
        a: -0.0666,
        b: 0.229,
        rho: 0.439,
        m: 0.193,
        sigma: 0.337,
    };
    assert!((svi.variance(svi.m) - 0.010573).abs() < 1e-10);
}

/// Total variance and g of Vogt's slice: mpmath, 45 digits, derivatives by `mpmath.diff`.
#[test]
fn durrleman_of_vogts_slice() {
    let rows = [
        (-1.5, 0.13678196112229783108, 0.2478306952583731177),
        (-0.3, 0.035808666468340515618, 0.47654339277555431762),
        (0.0, 0.017426252555159122336, 1.0386497312817974642),
        (0.5, 0.023151565612194817422, 0.069379211300828865204),
        (0.9, 0.071869935049583071674, -0.032685130709022899862),
        (1.5, 0.16715169988636884937, 0.029123865658198584679),
    ];
    for (k, variance, g) in rows {
        assert!((VOGT.variance(k) - variance).abs() < 1e-15, "{k}");
        assert!((VOGT.durrleman(k) - g).abs() < 1e-13, "{k}");
    }
}

/// Where it is worst, and by how much: mpmath, root of g' at 45 digits.
#[test]
fn vogts_butterfly_arbitrage_is_caught() {
    let check = VOGT.butterfly(-1.5, 1.5);
    assert!(!check.is_free());
    assert!((check.worst_g + 0.032863573453623011497).abs() < 1e-12);
    assert!((check.worst_at - 0.87926254162206787049).abs() < 1e-6);
    // Neither the wings nor the variance give it away.
    assert!(check.wing < WING_MAX && check.variance_min > 0.0);
    assert!(TAME.butterfly(-2.0, 2.0).is_free());
}

#[test]
fn steep_wings_and_negative_variance_are_caught() {
    let steep = Svi {
        b: 1.9,
        rho: -0.4,
        ..TAME
    };
    assert!((steep.butterfly(-0.1, 0.1).wing - 2.66).abs() < 1e-12);
    assert!(!steep.butterfly(-0.1, 0.1).is_free());
    let sunk = Svi { a: -0.02, ..TAME };
    let check = sunk.butterfly(-0.5, 0.5);
    assert!(check.worst_g == f64::NEG_INFINITY && check.variance_min < 0.0 && !check.is_free());
    let nonsense = Svi {
        a: f64::NAN,
        ..TAME
    };
    assert!(!nonsense.butterfly(-0.5, 0.5).is_free());
}

/// g < 0 is where call prices stop being convex in the strike: the same place by second differences of Black's formula.
#[test]
fn g_has_the_sign_of_the_density() {
    let call = |strike: f64| {
        let inputs = crate::Inputs {
            right: crate::Right::Call,
            spot: 1.0,
            strike,
            years: 1.0,
            vol: VOGT.vol(strike.ln(), 1.0),
            rate: 0.0,
            dividend_yield: 0.0,
        };
        crate::european::price(&inputs)
    };
    for i in -20..=30 {
        let k = 0.05 * f64::from(i);
        let (strike, h) = (k.exp(), 1e-3 * k.exp());
        let density = (call(strike + h) - 2.0 * call(strike) + call(strike - h)) / (h * h);
        let g = VOGT.durrleman(k);
        if g.abs() > 2e-3 {
            assert_eq!(density > 0.0, g > 0.0, "k {k}: {density}, g {g}");
        }
    }
}

#[test]
fn calendar_gap_by_hand() {
    let later = Svi {
        a: TAME.a + 0.002,
        ..TAME
    };
    let gap = TAME.calendar(&later, -0.5, 0.5);
    assert!((gap.gap - 0.002).abs() < 1e-15 && gap.is_free());
    // A flatter later slice is below in the wings: far down both are lines, whose slopes are -b (1 - rho).
    let flat = Svi { b: 0.02, ..later };
    let gap = TAME.calendar(&flat, -1.0, 1.0);
    assert!(gap.gap < 0.0 && !gap.is_free());
    assert_eq!(gap.worst_at, -1.0);
    let at = |svi: &Svi| svi.variance(-1.0);
    assert!((gap.gap - (at(&flat) - at(&TAME))).abs() < 1e-15);
}

#[test]
fn known_slices_come_back() {
    let slices = [
        TAME,
        Svi { rho: 0.3, ..TAME },
        Svi {
            sigma: 0.03,
            ..TAME
        },
        Svi { m: -0.1, ..TAME },
        Svi {
            a: 0.0,
            b: 0.12,
            rho: -0.75,
            m: 0.05,
            sigma: 0.08,
        },
    ];
    for truth in slices {
        let fit = Svi::fit(&points(&truth, strikes()), FORWARD, YEARS).unwrap();
        let off = distance(&fit, &truth);
        assert!(off < 1e-6 && fit.rmse < 1e-6, "{off} of {truth:?}: {fit:?}");
        assert_eq!(fit.count, 25);
    }
}

#[test]
fn noise_is_smoothed_and_outliers_outvoted() {
    let mut noisy = points(&TAME, strikes());
    // Vol points that add up to nothing: +- 20 basis points by a fixed pattern.
    for (i, point) in noisy.iter_mut().enumerate() {
        point.vol += [0.002, -0.001, -0.002, 0.001, 0.0][i % 5];
    }
    let fit = Svi::fit(&noisy, FORWARD, YEARS).unwrap();
    assert!(distance(&fit, &TAME) < 0.003, "{}", distance(&fit, &TAME));
    assert!((0.0005..0.002).contains(&fit.rmse), "{}", fit.rmse);
    // Two stale quotes on top.
    noisy[6].vol = 0.6;
    noisy[17].vol = 0.05;
    let fit = Svi::fit(&noisy, FORWARD, YEARS).unwrap();
    assert!(distance(&fit, &TAME) < 0.004, "{}", distance(&fit, &TAME));
    assert!(fit.rmse > 0.05, "outliers count in the rmse: {}", fit.rmse);
}

#[test]
fn arbitrage_in_the_quotes_is_fitted_around_and_said() {
    let strikes = (-15..=15).map(|i| FORWARD * (0.1 * f64::from(i)).exp());
    let fit = Svi::fit(&points(&VOGT, strikes), FORWARD, YEARS).unwrap();
    assert!(fit.is_constrained && fit.unconstrained_worst_g < -0.03);
    assert!(fit.butterfly().is_free(), "{:?}", fit.butterfly());
    // The price of freedom from arbitrage.
    assert!(fit.rmse > 1e-4, "{}", fit.rmse);
}

#[test]
fn too_few_strikes_are_an_error() {
    let few = points(&TAME, strikes().take(4));
    assert_eq!(
        Svi::fit(&few, FORWARD, YEARS),
        Err(Error::NothingToFit { offered: 4 })
    );
    assert!(Svi::fit(&[], FORWARD, YEARS).is_err());
    assert!(Svi::fit(&few, f64::NAN, YEARS).is_err());
    assert!(Svi::fit(&few, FORWARD, 0.0).is_err());
    let mut same = points(&TAME, strikes());
    for point in &mut same {
        point.strike = 95.0;
    }
    assert!(Svi::fit(&same, FORWARD, YEARS).is_err());
}

/// The surface of section 5 of the paper in kind: power-law phi, rho -0.7.
const SURFACE: Ssvi = Ssvi {
    rho: -0.7,
    eta: 1.0,
    gamma: 0.4,
};

#[test]
fn ssvi_is_svi_slice_by_slice() {
    for theta in [0.002, 0.04, 0.3] {
        let slice = SURFACE.slice(theta);
        for i in -10..=10 {
            let k = 0.1 * f64::from(i);
            let (one, other) = (slice.variance(k), SURFACE.variance(k, theta));
            assert!((one - other).abs() < 1e-15, "{one} {other}");
        }
        assert!((slice.variance(0.0) - theta).abs() < 1e-16);
    }
}

#[test]
fn ssvi_conditions() {
    let thetas = [0.01, 0.03, 0.09];
    let check = SURFACE.arbitrage(&thetas);
    assert!(check.is_free(), "{check:?}");
    assert!((check.theta_step - 0.02).abs() < 1e-15);
    for theta in thetas {
        assert!(SURFACE.slice(theta).butterfly(-2.0, 2.0).is_free());
    }
    for pair in thetas.windows(2) {
        let gap = SURFACE
            .slice(pair[0])
            .calendar(&SURFACE.slice(pair[1]), -3.0, 3.0);
        assert!(gap.is_free());
    }
    assert!(!SURFACE.arbitrage(&[0.03, 0.01]).is_free());
    let bent = Ssvi {
        eta: 9.0,
        ..SURFACE
    };
    assert!(!bent.arbitrage(&thetas).is_free());
    assert!(!bent.slice(0.01).butterfly(-2.0, 2.0).is_free());
}

#[test]
fn known_surface_comes_back() {
    let slices: Vec<SsviSlice> = [(0.5, 0.03), (0.1, 0.01), (1.0, 0.05)]
        .map(|(years, theta)| SsviSlice {
            years,
            forward: FORWARD,
            points: strikes()
                .map(|strike| SmilePoint {
                    strike,
                    vol: (SURFACE.variance((strike / FORWARD).ln(), theta) / years).sqrt(),
                    weight: 1.0,
                })
                .collect(),
        })
        .to_vec();
    let fit = Ssvi::fit(&slices).unwrap();
    assert_eq!((fit.count, fit.thetas.len(), fit.thetas[0].0), (75, 3, 0.1));
    assert!(fit.rmse < 1e-6, "{fit:?}");
    let Ssvi { rho, eta, gamma } = fit.ssvi;
    for (found, truth) in [
        (rho, SURFACE.rho),
        (eta, SURFACE.eta),
        (gamma, SURFACE.gamma),
    ] {
        assert!((found - truth).abs() < 1e-5, "{fit:?}");
    }
    assert!(Ssvi::fit(&[]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever is quoted: a positive variance, Lee's wings, the same bits twice, and no arbitrage where that is claimed.
    #[test]
    fn any_quotes_give_a_sane_slice(
        quotes in prop::collection::vec((40.0..250.0, 0.01..3.0), 5..25),
        years in 1e-3..3.0,
    ) {
        let points: Vec<SmilePoint> = quotes
            .iter()
            .map(|&(strike, vol)| SmilePoint { strike, vol, weight: 1.0 })
            .collect();
        let fit = Svi::fit(&points, FORWARD, years).unwrap();
        prop_assert_eq!(fit, Svi::fit(&points, FORWARD, years).unwrap());
        let check = fit.butterfly();
        prop_assert!(check.wing <= WING_MAX + 1e-9 && check.variance_min >= 0.0);
        prop_assert!(fit.svi.rho.abs() <= 1.0 && fit.svi.b >= 0.0 && fit.svi.sigma > 0.0, "{fit:?}");
        prop_assert!(!fit.is_constrained || check.is_free());
        prop_assert!(fit.rmse.is_finite());
    }
}
