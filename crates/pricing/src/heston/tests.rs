//! Heston against published values, its limits, and the laws every European price obeys.

use super::*;
use proptest::prelude::*;

const LEWIS: Model = Model {
    v0: 0.04,
    kappa: 4.0,
    theta: 0.25,
    sigma: 1.0,
    rho: -0.5,
};

fn lewis_option(right: Right, strike: f64) -> Vanilla {
    Vanilla {
        right,
        spot: 100.0,
        strike,
        years: 1.0,
        rate: 0.01,
        dividend_yield: 0.02,
    }
}

/// A. L. Lewis, "Heston vanilla option values to 40 digits" (Wilmott forum), as kept in QuantLib's test suite.
#[test]
fn forty_digit_values_of_lewis() {
    for (strike, put, call) in [
        (80.0, 7.958878113256768285213, 26.774758743998854221382),
        (90.0, 12.017966707346304987710, 20.933349000596710388139),
        (100.0, 17.055270961270109413523, 16.070154917028834278213),
        (110.0, 23.017825898442800538909, 12.132211516709844867861),
        (120.0, 29.811026202682471843341, 9.024913483457835636553),
    ] {
        for (right, expected) in [(Right::Put, put), (Right::Call, call)] {
            let value = price(&LEWIS, &lewis_option(right, strike)).unwrap();
            assert!(
                (value - expected).abs() < 2e-13 * 200.0,
                "{strike} {right:?}: {value}, expected {expected}"
            );
        }
    }
}

struct Case {
    model: [f64; 5],
    spot: f64,
    strike: f64,
    years: f64,
    rate: f64,
    dividend_yield: f64,
    call: f64,
}

impl Case {
    fn solve(&self) -> f64 {
        let [v0, kappa, theta, sigma, rho] = self.model;
        let model = Model {
            v0,
            kappa,
            theta,
            sigma,
            rho,
        };
        let option = Vanilla {
            right: Right::Call,
            spot: self.spot,
            strike: self.strike,
            years: self.years,
            rate: self.rate,
            dividend_yield: self.dividend_yield,
        };
        price(&model, &option).unwrap()
    }
}

/// Values made with mpmath at 40 digits from Heston's two probabilities, an integral other than the one tested. The
/// first is C. Kahl and P. Jaeckel's, Wilmott (2005), who print 4.95212; the second is QuantLib's "cached" 0.0404774515.
#[test]
fn two_integrals_at_forty_digits() {
    let case = |model, [spot, strike, years, rate, dividend_yield]: [f64; 5], call| Case {
        model,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        call,
    };
    for case in [
        case(
            [0.16, 1.0, 0.16, 2.0, -0.8],
            [100.0, 200.0, 10.0, 0.0, 0.0],
            4.952114720879764730422,
        ),
        case(
            [0.1, 3.16, 0.09, 0.4, -0.2],
            [1.0, 1.05, 5.0 / 366.0 + 86.0 / 365.0, 0.0225, 0.02],
            0.04047745149137451489156,
        ),
        case(
            [0.09, 2.0, 0.06, 0.5, -0.7],
            [100.0, 103.0, 0.02, 0.045, 0.013],
            0.587734869297461586972,
        ),
        case(
            [0.04, 1.5, 0.05, 0.9, -0.95],
            [100.0, 80.0, 0.25, 0.04, 0.0],
            21.21857010698779118698,
        ),
        case(
            [0.02, 0.5, 0.3, 0.001, 0.3],
            [50.0, 60.0, 2.0, -0.01, 0.03],
            4.955526061271352517829,
        ),
    ] {
        let value = case.solve();
        let scale = case.spot + case.strike;
        assert!(
            (value - case.call).abs() < 1e-12 * scale,
            "{:?}: {value}, expected {}",
            case.model,
            case.call
        );
    }
}

#[test]
fn vanishing_volatility_of_variance_is_black_scholes() {
    let option = lewis_option(Right::Put, 95.0);
    for kappa in [0.0, 1e-9, 4.0] {
        let calm = Model {
            sigma: 0.0,
            kappa,
            ..LEWIS
        };
        let expected = european::price(&option.with_vol(calm.total_variance(1.0).sqrt()));
        for sigma in [0.0, 1e-12, 1e-9, 1e-7] {
            let value = price(&Model { sigma, ..calm }, &option).unwrap();
            assert!(
                (value - expected).abs() < 1e-10 + 10.0 * sigma,
                "{kappa} {sigma}: {value}, expected {expected}"
            );
        }
    }
}

#[test]
fn corners() {
    let put = lewis_option(Right::Put, 120.0);
    let expired = Vanilla { years: 0.0, ..put };
    assert_eq!(price(&LEWIS, &expired), Ok(20.0));
    let gone = Vanilla { spot: 0.0, ..put };
    assert!((price(&LEWIS, &gone).unwrap() - 120.0 * (-0.01_f64).exp()).abs() < 1e-12);
    let still = Model {
        v0: 0.0,
        theta: 0.0,
        ..LEWIS
    };
    assert_eq!(price(&still, &put), Ok(put.with_vol(0.0).european_floor()));
    for bad in [
        Model { v0: -0.1, ..LEWIS },
        Model { rho: 1.1, ..LEWIS },
        Model {
            rho: f64::NAN,
            ..LEWIS
        },
        Model {
            sigma: f64::INFINITY,
            ..LEWIS
        },
    ] {
        assert!(price(&bad, &put).is_err(), "{bad:?}");
    }
    let nowhere = Vanilla {
        spot: f64::NAN,
        ..put
    };
    assert!(price(&LEWIS, &nowhere).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Between floor and cap, falling and convex in the strike: no arbitrage.
    #[test]
    fn calls_fall_and_bend_in_the_strike(
        v0 in 0.001..0.5_f64, kappa in 0.0..6.0_f64, theta in 0.001..0.5_f64, sigma in 0.01..2.0_f64,
        rho in -0.95..0.95_f64, years in 0.02..5.0_f64, moneyness in -0.4..0.4_f64, rate in -0.02..0.08_f64,
    ) {
        let model = Model { v0, kappa, theta, sigma, rho };
        let at = |strike| {
            let option = Vanilla { right: Right::Call, spot: 100.0, strike, years, rate, dividend_yield: 0.01 };
            (price(&model, &option).unwrap(), option.with_vol(0.0))
        };
        let strike = 100.0 * moneyness.exp();
        let (low, middle, high) = (at(strike - 1.0).0, at(strike), at(strike + 1.0).0);
        prop_assert!(middle.0 >= middle.1.european_floor() && middle.0 <= middle.1.discounted_spot());
        prop_assert!(low - middle.0 >= -1e-10 && middle.0 - high >= -1e-10);
        prop_assert!(low + high - 2.0 * middle.0 >= -1e-10);
    }
}
