//! What is true of American options.

#![allow(clippy::excessive_precision)] // Reference values stay as their source prints them.

use super::*;
use crate::Right::{Call, Put};
use proptest::prelude::*;

/// `[spot, strike, years, rate, yield, vol]`.
fn option(right: Right, x: [f64; 6]) -> Inputs {
    let [spot, strike, years, rate, dividend_yield, vol] = x;
    Inputs {
        right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        vol,
    }
}

/// Prices at every precision, each with the error it promises per dollar of strike.
fn check(right: Right, x: [f64; 6], expected: f64) {
    let inputs = option(right, x);
    let promises = [
        (Precision::Fast, 1e-5),
        (Precision::Standard, 1e-6),
        (Precision::Precise, 1e-8),
    ];
    for (precision, tolerance) in promises {
        let value = price_with(&inputs, precision).unwrap();
        let error = (value - expected).abs() / inputs.strike;
        assert!(
            error < tolerance,
            "{value}, expected {expected}, {precision:?} error {error:e} at {inputs:?}"
        );
    }
}

const fn days(days: f64) -> f64 {
    days / 365.0
}

/// QuantLib 1.44, QdFp engine, high-precision scheme; the first is the example of Andersen, Lake & Offengenden (2016). For the
/// ten-year put QuantLib's two equations differ (FP-A 23.0003053856, FP-B 23.0002935413); both equations on 40 nodes and 128
/// points, in an independent program, give 23.000305382 and 23.000305384.
#[test]
fn agrees_with_an_independent_engine() {
    check(Put, [100.0, 100.0, 1.0, 0.05, 0.05, 0.25], 9.5694452989140);
    check(Put, [100.0, 95.0, 1.0, 0.075, 0.05, 0.25], 6.2786855456602);
    check(Put, [100.0, 120.0, 10.0, 0.10, 0.03, 0.25], 23.000305385);
    check(Call, [120.0, 100.0, 10.0, 0.03, 0.10, 0.25], 23.000305385);
    check(Call, [100.0, 100.0, 1.0, 0.0, 0.025, 0.25], 8.865365196673);
    check(Put, [36.0, 40.0, 1.0, 0.06, 0.0, 0.20], 4.4866744190271);
    check(Put, [36.0, 40.0, 2.0, 0.06, 0.0, 0.40], 8.5141849148088);
    check(Put, [44.0, 40.0, 1.0, 0.06, 0.0, 0.20], 1.1129621252798);
    check(
        Put,
        [100.0, 100.0, days(30.0), 0.03, 0.01, 0.20],
        2.2125263976816,
    );
    check(
        Put,
        [100.0, 110.0, days(45.0), 0.045, 0.013, 0.35],
        11.3482605970421,
    );
    check(
        Put,
        [100.0, 90.0, days(7.0), 0.045, 0.0, 0.60],
        0.3755974733083,
    );
    check(
        Put,
        [450.0, 450.0, days(1.0), 0.05, 0.013, 0.15],
        1.3889299731123,
    );
    check(
        Call,
        [100.0, 100.0, days(180.0), 0.05, 0.08, 0.30],
        7.6050239121805,
    );
}

/// Greeks at `Precise` against five-point differences of its prices, scaled by the larger of spot and strike (gamma by spot
/// and deviation).
fn check_slopes(right: Right, x: [f64; 6]) {
    let x = option(right, x);
    let precise = |x: Inputs| price_with(&x, Precision::Precise).unwrap();
    let five = |f: &dyn Fn(f64) -> f64, h: f64| {
        (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h)
    };
    let (scale, deviation) = (x.spot.max(x.strike), x.vol * x.years.sqrt());
    let found = greeks(&x, Precision::Precise).unwrap();
    let spot = |h: f64| {
        precise(Inputs {
            spot: x.spot + h,
            ..x
        })
    };
    let h = 0.01 * x.spot * deviation;
    let gamma = (16.0 * (spot(h) + spot(-h)) - (spot(2.0 * h) + spot(-2.0 * h)) - 30.0 * spot(0.0))
        / (12.0 * h * h);
    let vega = |h: f64| {
        precise(Inputs {
            vol: x.vol + h,
            ..x
        })
    };
    let theta = |h: f64| {
        precise(Inputs {
            years: x.years - h,
            ..x
        })
    };
    let rho = |h: f64| {
        precise(Inputs {
            rate: x.rate + h,
            ..x
        })
    };
    for (name, found, expected, scale) in [
        ("delta", found.delta, five(&spot, h), 1.0),
        ("gamma", found.gamma, gamma, 10.0 / (x.spot * deviation)),
        ("vega", found.vega, five(&vega, 0.02 * x.vol), scale),
        (
            "theta",
            found.theta,
            five(&theta, 0.02 * x.years),
            scale / x.years,
        ),
        ("rho", found.rho, five(&rho, 0.05 * x.rate), scale),
    ] {
        let error = (found - expected).abs() / scale;
        assert!(
            error < 1e-6,
            "{name} {found}, expected {expected}, error {error:e} at {x:?}"
        );
    }
}

#[test]
fn precise_greeks_are_slopes() {
    check_slopes(Put, [100.0, 100.0, 1.0, 0.05, 0.04, 0.25]);
    check_slopes(Put, [100.0, 95.0, 1.0, 0.075, 0.05, 0.25]);
    check_slopes(Put, [36.0, 40.0, 1.0, 0.06, 0.0, 0.20]);
    check_slopes(Put, [36.0, 40.0, 2.0, 0.06, 0.0, 0.40]);
    check_slopes(Put, [100.0, 110.0, days(45.0), 0.045, 0.013, 0.35]);
    check_slopes(Put, [100.0, 90.0, days(7.0), 0.045, 0.0, 0.60]);
    check_slopes(Call, [100.0, 100.0, days(180.0), 0.05, 0.08, 0.30]);
    check_slopes(Call, [100.0, 100.0, 1.0, 0.02, 0.06, 0.25]);
}

/// On the boundary the slope is that of exercise, and it meets it smoothly.
#[test]
fn delta_is_smooth_across_the_boundary() {
    for (right, rate, dividend_yield) in [(Put, 0.05, 0.02), (Put, 0.03, 0.06), (Call, 0.02, 0.05)]
    {
        let mut edge = [0.0];
        let mut status = [Status::BadInput];
        let x = option(right, [100.0, 100.0, 0.5, rate, dividend_yield, 0.3]);
        boundaries(x.as_columns(), Precision::Precise, &mut edge, &mut status);
        for step in [-1e-8, 1e-8] {
            let near = Inputs {
                spot: edge[0] * (1.0 + step),
                ..x
            };
            let found = greeks(&near, Precision::Precise).unwrap();
            assert!(
                (found.delta - right.sign()).abs() < 1e-5,
                "{found:?} at {near:?}"
            );
            assert!(
                (found.price - near.intrinsic()).abs() < 1e-8 * 100.0,
                "{found:?} at {near:?}"
            );
        }
    }
}

/// Close to the boundary, on both sides of where the premium's rule stops to resolve gamma, all Greeks are those of a far finer
/// rule; and at the boundary itself, 1e-8 beside it, gamma is what the Black-Scholes equation leaves.
#[test]
fn greeks_near_the_boundary() {
    let finest = Scheme::new(&[(10, 12, 3), (24, 32, 4)], 300, 2e-5);
    for (right, rate, dividend_yield) in [
        (Put, 0.05, 0.0),
        (Put, 0.05, 0.02),
        (Put, 0.03, 0.06),
        (Call, 0.02, 0.05),
        (Call, 0.05, 0.03),
    ] {
        let x = option(right, [100.0, 100.0, 0.5, rate, dividend_yield, 0.3]);
        for (precision, tolerance) in [(Precision::Precise, 1e-6), (Precision::Standard, 2e-5)] {
            let (mut edge, mut status) = ([0.0], [Status::BadInput]);
            boundaries(x.as_columns(), precision, &mut edge, &mut status);
            let deviation = x.vol * x.years.sqrt();
            for away in [
                1e-8 / deviation,
                3e-4,
                9e-4,
                1.1e-3,
                2.9e-3,
                3.1e-3,
                1e-2,
                0.1,
            ] {
                let spot = edge[0] * (-right.sign() * away * deviation).exp();
                let x = Inputs { spot, ..x };
                let found = greeks(&x, precision).unwrap();
                let expected = if away < 1e-6 {
                    let gamma = 2.0 * (rate * 100.0 - dividend_yield * edge[0]).abs()
                        / (x.vol * edge[0]).powi(2);
                    Greeks {
                        price: x.intrinsic(),
                        delta: right.sign(),
                        gamma,
                        ..Greeks::default()
                    }
                } else {
                    let mut extra = [Extra::default()];
                    curve::extras::<true>(&[(0, x)], &finest, &mut extra);
                    with_premium(&x, &extra[0])
                };
                for (name, found, expected, scale) in [
                    ("price", found.price, expected.price, 100.0),
                    ("delta", found.delta, expected.delta, 1.0),
                    (
                        "gamma",
                        found.gamma,
                        expected.gamma,
                        1.0 / (spot * deviation),
                    ),
                    ("vega", found.vega, expected.vega, 100.0),
                    ("theta", found.theta, expected.theta, 100.0),
                    ("rho", found.rho, expected.rho, 100.0),
                ] {
                    let error = (found - expected).abs() / scale;
                    assert!(
                        error < tolerance,
                        "{name} {found}, expected {expected}, error {error:e}, {away} from {edge:?}, {precision:?} {x:?}"
                    );
                }
            }
        }
    }
}

/// The contracts of N. Ju & R. Zhong, J. Derivatives 7 (1999), exhibit 6; values as above. The figures often quoted for
/// them (2.605, 5.182, ...) are those of an approximation.
#[test]
fn long_calls_on_high_yields() {
    for (rate, dividend_yield, vol, expected) in [
        (
            0.03,
            0.07,
            0.2,
            [
                2.579955341,
                5.166965229,
                9.066031771,
                14.443401729,
                21.413876555,
            ],
        ),
        (
            0.03,
            0.07,
            0.4,
            [
                11.325682584,
                15.721971881,
                20.793329815,
                26.494431436,
                32.780987340,
            ],
        ),
        (
            0.07,
            0.03,
            0.3,
            [
                12.145208291,
                17.368319015,
                23.348408172,
                29.963503026,
                37.103344693,
            ],
        ),
    ] {
        for (spot, expected) in [80.0, 90.0, 100.0, 110.0, 120.0].into_iter().zip(expected) {
            check(
                Call,
                [spot, 100.0, 3.0, rate, dividend_yield, vol],
                expected,
            );
        }
    }
}

/// J. Huang, M. Subrahmanyam & G. Yu, Review of Financial Studies 9 (1996), table 1: a binomial tree of 10,000 steps.
#[test]
fn short_puts_without_dividends() {
    let printed = |strike, years, vol, expected: f64| {
        let value = price(&option(Put, [40.0, strike, years, 0.0488, 0.0, vol])).unwrap();
        assert!(
            (value - expected).abs() < 3e-4,
            "{value}, printed {expected}"
        );
    };
    printed(45.0, 0.3333, 0.2, 5.0883);
    printed(45.0, 0.5833, 0.2, 5.2670);
    printed(45.0, 0.3333, 0.3, 5.7056);
    printed(45.0, 0.5833, 0.3, 6.2436);
    printed(45.0, 0.3333, 0.4, 6.5099);
    printed(45.0, 0.5833, 0.4, 7.3830);
    printed(40.0, 0.0833, 0.3, 1.3099);
    printed(40.0, 0.3333, 0.3, 2.4825);
    printed(40.0, 0.5833, 0.3, 3.1696);
    printed(35.0, 0.3333, 0.2, 0.2004);
}

/// Limits that are known exactly, and the extremes of QuantLib's test list, priced with the QdFp engine.
#[test]
fn limits_and_extremes() {
    check(
        Call,
        [100.0, 100.0, 1.0, 0.05, 0.0, 0.25],
        12.3359989303687243,
    );
    check(
        Call,
        [100.0, 50.0, 1.0, 0.05, 0.01, 0.0],
        51.4435121498811085,
    );
    check(
        Put,
        [100.0, 120.0, 1.0, 0.0, 0.05, 0.0],
        24.8770575499286082,
    );
    check(
        Put,
        [1e-9, 120.0, 1.0, -0.075, 0.05, 0.25],
        129.346098106155779,
    );
    check(Call, [100.0, 100.0, 1.0, 0.01, 0.05, 100.0], 99.987487944);
    check(Call, [100.0, 100.0, 1.0, 0.10, 10.0, 0.25], 0.11593779755);
    check(
        Call,
        [100.0, 100.0, 170.0, 0.01, 0.002, 0.25],
        80.39024996704,
    );
    check(Put, [0.0, 100.0, 1.0, 0.05, 0.0, 0.25], 100.0);
    check(Put, [90.0, 100.0, 0.0, 0.05, 0.0, 0.25], 10.0);
    assert!(price(&option(Put, [-1.0, 100.0, 1.0, 0.05, 0.0, 0.25])).is_err());
}

/// QuantLib's test suite, QD+ boundary: an approximation, here good to three tenths of a percent.
#[test]
fn boundary_agrees_with_published_points() {
    let boundary = Boundary::new(Put, 0.10, 0.03, 0.25, 5.0).unwrap();
    let near = |years, expected: f64| {
        let spot = 120.0 * boundary.spot_per_strike(years).unwrap();
        assert!(
            (spot / expected - 1.0).abs() < 3e-3,
            "{spot}, expected {expected}"
        );
    };
    near(4.9, 87.76960949965387);
    near(4.0, 88.39053003614612);
    near(2.5, 90.14327315762256);
    near(1.0, 94.49793803095984);
    near(0.1, 106.2588964442338);
}

#[test]
fn boundary_knows_where_exercise_never_pays() {
    assert_eq!(
        Boundary::new(Call, 0.05, 0.0, 0.2, 1.0)
            .unwrap()
            .spot_per_strike(0.5),
        None
    );
    assert_eq!(
        Boundary::new(Put, 0.0, 0.02, 0.2, 1.0)
            .unwrap()
            .spot_per_strike(0.5),
        None
    );
    let split = Boundary::new(Put, -0.01, -0.02, 0.2, 1.0).unwrap_err();
    assert_eq!(
        split,
        Error::DoubleBoundary {
            rate: -0.01,
            dividend_yield: -0.02
        }
    );
    assert!(Boundary::new(Put, f64::NAN, 0.0, 0.2, 1.0).is_err());
    let puts = Boundary::new(Put, 0.05, 0.10, 0.2, 1.0).unwrap();
    assert!((puts.spot_per_strike(1e-12).unwrap() - 0.5).abs() < 1e-4);
    assert_eq!(puts.spot_per_strike(0.0), Some(1.0));
    assert_eq!(puts.spot_per_strike(2.0), puts.spot_per_strike(1.0));
    assert!(puts.exercises(40.0, 100.0, 1.0) && !puts.exercises(60.0, 100.0, 1.0));
}

#[test]
fn implied_vol_says_why_there_is_none() {
    let deep = Quoted {
        right: Put,
        price_usd: 40.0,
        spot: 60.0,
        strike: 100.0,
        years: 0.25,
        rate: 0.05,
        dividend_yield: 0.0,
    };
    let Err(Error::AtIntrinsic { vol_max, .. }) = implied_vol(&deep, Precision::Standard) else {
        panic!("a put at its exercise value has no single volatility")
    };
    assert!(price(&deep.with_vol(vol_max - 0.001)).unwrap() == 40.0);
    assert!(price(&deep.with_vol(vol_max + 0.001)).unwrap() > 40.0);
    let below = implied_vol(
        &Quoted {
            price_usd: 39.5,
            ..deep
        },
        Precision::Standard,
    );
    assert_eq!(
        below,
        Err(Error::BelowIntrinsic {
            price_usd: 39.5,
            floor_usd: 40.0,
            short_usd: 0.5
        })
    );
    let above = implied_vol(
        &Quoted {
            price_usd: 100.0,
            ..deep
        },
        Precision::Standard,
    );
    assert_eq!(
        above,
        Err(Error::AboveMaximum {
            price_usd: 100.0,
            cap_usd: 100.0
        })
    );
    let nothing = implied_vol(
        &Quoted {
            price_usd: 0.0,
            spot: 120.0,
            ..deep
        },
        Precision::Standard,
    );
    assert_eq!(nothing, Err(Error::NoVega { price_usd: 0.0 }));
    assert_eq!(
        implied_vol(&Quoted { years: 0.0, ..deep }, Precision::Standard),
        Err(Error::Expired)
    );
}

/// With `rate` below 0 and yield below that, exercise pays inside a band: more steps must not change the answer.
#[test]
fn lattice_has_converged_where_it_answers() {
    for (rate, dividend_yield, vol) in [
        (-0.01, -0.02, 0.2),
        (-0.02, -0.06, 0.1),
        (-0.005, -0.04, 0.5),
    ] {
        let inputs = option(Put, [95.0, 100.0, 1.0, rate, dividend_yield, vol]);
        let (value, fine) = (
            price(&inputs).unwrap(),
            lattice::value(&inputs, 3000).unwrap().price,
        );
        assert!(
            (value - fine).abs() < 3e-5 * inputs.strike,
            "{value}, {fine} with many steps"
        );
        assert!(value > european::price(&inputs) && value >= inputs.intrinsic());
        let mirrored = option(Call, [100.0, 95.0, 1.0, dividend_yield, rate, vol]);
        assert!((price(&mirrored).unwrap() - value).abs() < 3e-5 * inputs.strike);
    }
}

/// At the boundary and beyond it the holder exercises; one step before, the price leaves smoothly.
#[test]
fn price_is_smooth_across_the_boundary() {
    let boundary = Boundary::new(Put, 0.06, 0.0, 0.3, 0.5).unwrap();
    let edge = 100.0 * boundary.spot_per_strike(0.5).unwrap();
    let at = |spot| {
        greeks(
            &option(Put, [spot, 100.0, 0.5, 0.06, 0.0, 0.3]),
            Precision::Precise,
        )
        .unwrap()
    };
    let (inside, outside) = (at(edge - 0.05), at(edge + 0.05));
    assert_eq!(
        inside,
        Greeks {
            price: 100.0 - (edge - 0.05),
            delta: -1.0,
            ..Greeks::default()
        }
    );
    assert!(
        (outside.price - (100.0 - edge - 0.05)).abs() < 1e-3 && (outside.delta + 1.0).abs() < 0.01
    );
}

#[test]
fn batch_reports_each_slot() {
    let right = [Put, Put];
    let (spot, strike, years) = ([36.0, 36.0], [40.0, f64::NAN], [1.0; 2]);
    let (rate, dividend_yield, vol) = ([0.06; 2], [0.0; 2], [0.2; 2]);
    let inputs = InputsRef {
        right: &right,
        spot: &spot,
        strike: &strike,
        years: &years,
        rate: &rate,
        dividend_yield: &dividend_yield,
        vol: &vol,
    };
    let (mut out, mut status) = ([0.0; 2], [Status::Ok; 2]);
    prices(inputs, Precision::Standard, &mut out, &mut status);
    assert_eq!(out[0], price(&inputs.get(0)).unwrap());
    assert!(out[1].is_nan());
    assert_eq!(status, [Status::Ok, Status::BadInput]);
}

/// Newton's method does not settle on the coarse grids here, and no lattice can resolve deviations this large: finer grids
/// answer, the same in any company.
#[test]
fn finer_grids_answer_where_coarse_ones_do_not_settle() {
    let x = option(
        Call,
        [
            100.0,
            100.0,
            31.37746151330673,
            -0.275464632668162,
            0.3842907521496932,
            1.7712401926725787,
        ],
    );
    let precise = price_with(&x, Precision::Precise).unwrap();
    for precision in [Precision::Fast, Precision::Standard] {
        let value = price_with(&x, precision).unwrap();
        assert!(
            (value - precise).abs() < 1e-5 * x.strike,
            "{value} {precise}"
        );
        let near = option(Call, [100.0, 100.0, 1.0, 0.02, 0.05, 0.3]);
        let rows = [near, x, near, x, x];
        let column = |f: fn(&Inputs) -> f64| rows.map(|x| f(&x));
        let inputs = InputsRef {
            right: &rows.map(|x| x.right),
            spot: &column(|x| x.spot),
            strike: &column(|x| x.strike),
            years: &column(|x| x.years),
            rate: &column(|x| x.rate),
            dividend_yield: &column(|x| x.dividend_yield),
            vol: &column(|x| x.vol),
        };
        let (mut out, mut status) = ([0.0; 5], [Status::NoVega; 5]);
        prices(inputs, precision, &mut out, &mut status);
        assert_eq!(out, rows.map(|x| price_with(&x, precision).unwrap()));
        assert_eq!(greeks(&x, precision).unwrap().price, value);
    }
    assert!(Boundary::new(x.right, x.rate, x.dividend_yield, x.vol, x.years).is_ok());
}

/// Here Newton's last step on the grids of Standard is still long, and what it leaves was once off by 16 % of the strike;
/// expected values by the lattice of 8,000 steps, or 1,000 where it has no more.
#[test]
fn what_has_not_settled_is_not_used() {
    for (right, x, expected) in [
        (
            Put,
            [
                87.81556093044915,
                100.0,
                25.466273339430504,
                0.005715391221692091,
                -0.28933651871375987,
                0.4093375837409636,
            ],
            16.875385950940526,
        ),
        (
            Put,
            [
                58.31489240525255,
                100.0,
                30.9148629744181,
                0.04683937920697702,
                -0.27314314286726815,
                0.6077436774619842,
            ],
            42.91996790030881,
        ),
        (
            Call,
            [
                31.737932256239727,
                100.0,
                52.76581970979828,
                -0.20474655188514077,
                0.10125138292234287,
                0.9354449174410551,
            ],
            9.716419751873886,
        ),
    ] {
        let x = option(right, x);
        for precision in [Precision::Fast, Precision::Standard, Precision::Precise] {
            let value = price_with(&x, precision).unwrap();
            assert!(
                (value - expected).abs() < 5e-5 * x.strike,
                "{value} {expected} {precision:?} {x:?}"
            );
        }
    }
}

/// Hardly any volatility and a forward that leads into exercise: the premium's integrand is a step. Without volatility the
/// holder waits until the dividends exceed the interest, `q S e^(-qt) = r K e^(-rt)`.
#[test]
fn a_forward_that_leads_into_exercise() {
    for (sharp, tolerance) in [
        (8.0, 2e-5),
        (12.0, 2e-5),
        (25.0, 2e-5),
        (40.0, 4e-5),
        (200.0, 4e-5),
        (5000.0, 4e-5),
    ] {
        let (rate, dividend_yield, years) = (0.08, 0.2, 30.0);
        let vol = (dividend_yield - rate) * f64::sqrt(years) / sharp;
        let x = option(Put, [80.0, 100.0, years, rate, dividend_yield, vol]);
        let tree = lattice::value(&x, 2000).unwrap().price;
        for precision in [Precision::Fast, Precision::Standard] {
            let value = price_with(&x, precision).unwrap();
            assert!(
                (value - tree).abs() < tolerance * x.strike,
                "{value} {tree} {precision:?} sharp {sharp}"
            );
            let boundary = Boundary::new(Put, rate, dividend_yield, vol, years).unwrap();
            assert!((boundary.price(80.0, 100.0, years) - tree).abs() < tolerance * x.strike);
        }
        if sharp == 5000.0 {
            let still = without_movement(&x).price;
            assert!((tree - still).abs() < 1e-4 * x.strike, "{tree} {still}");
        }
    }
}

prop_compose! {
    /// Listed options: up to two years, within two deviations.
    fn listed()(
        right in prop_oneof![Just(Call), Just(Put)],
        log_years in -6.0..0.7, deviations in -2.0..2.0, rate in -0.02..0.10,
        dividend_yield in prop_oneof![Just(0.0), -0.02..0.10], log_vol in -2.5..0.0,
    ) -> Inputs {
        let (years, vol) = (f64::exp(log_years), f64::exp(log_vol));
        let spot = 100.0 * f64::exp(deviations * vol * years.sqrt());
        Inputs { right, spot, strike: 100.0, years, rate, dividend_yield, vol }
    }
}

prop_compose! {
    /// Anything that [`Inputs::check`] lets pass, within reason.
    fn extreme()(
        right in prop_oneof![Just(Call), Just(Put)],
        log_spot in -3.0..3.0, log_years in -12.0..4.0, rate in -0.3..0.5, dividend_yield in -0.3..0.5, log_vol in -9.0..3.0,
    ) -> Inputs {
        let (years, vol) = (f64::exp(log_years), f64::exp(log_vol));
        Inputs { right, spot: 100.0 * f64::exp(log_spot), strike: 100.0, years, rate, dividend_yield, vol }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// The boundary's integral and the lattice know nothing of each other.
    #[test]
    fn two_methods_agree(x in listed()) {
        let (integral, tree) = (price(&x).unwrap(), lattice::value(&x, 400).unwrap().price);
        prop_assert!((integral - tree).abs() < 2e-4 * x.spot.max(x.strike), "{integral} and {tree}");
    }

    /// The right to exercise early is worth something, never more than the asset, and finite for any input.
    #[test]
    fn bounds(x in extreme()) {
        let Ok(value) = price_with(&x, Precision::Fast) else {
            // No grid has settled, and the lattice, here of 400 steps, refuses deviations that it could not resolve.
            prop_assert!(x.vol * x.years.sqrt() > 15.0, "no answer at {x:?}");
            return Ok(());
        };
        prop_assert!(value >= european::price(&x) && value >= x.intrinsic());
        prop_assert!(value <= american_cap(&x) * (1.0 + 1e-12), "{value}");
    }

    /// More volatility and more time never make an option cheaper.
    #[test]
    fn monotone(x in listed(), more in 1.0..1.5) {
        let value = price(&x).unwrap();
        let slack = 2e-6 * x.strike;
        let wilder = price(&Inputs { vol: x.vol * more, ..x }).unwrap();
        let longer = price(&Inputs { years: x.years * more, ..x }).unwrap();
        prop_assert!(wilder >= value - slack && longer >= value - slack, "{value}, {wilder}, {longer}");
    }

    /// A call is the put with spot and strike, rate and yield exchanged.
    #[test]
    fn put_call_symmetry(x in listed()) {
        let other = if x.right == Put { Call } else { Put };
        let mirror = Inputs { right: other, spot: x.strike, strike: x.spot, rate: x.dividend_yield, dividend_yield: x.rate, ..x };
        let (one, two) = (price(&x).unwrap(), price(&mirror).unwrap());
        prop_assert!((one - two).abs() <= 1e-12 * x.spot.max(x.strike), "{one} {two}");
    }

    /// Each precision keeps its promise against the most exact one.
    #[test]
    fn precisions_keep_their_promises(x in listed()) {
        prop_assume!(Region::of(x.right, x.rate, x.dividend_yield) != Region::Between);
        let precise = price_with(&x, Precision::Precise).unwrap();
        for (precision, promise) in [(Precision::Fast, 1e-5), (Precision::Standard, 1e-6)] {
            let error = (price_with(&x, precision).unwrap() - precise).abs() / x.strike;
            prop_assert!(error <= promise, "{precision:?} {error:e}");
        }
    }

    /// The standard Greeks are the slopes of the precise price.
    #[test]
    fn greeks_are_slopes(x in listed()) {
        prop_assume!(x.years > 0.02);
        prop_assume!(Region::of(x.right, x.rate - 0.002, x.dividend_yield) == Region::of(x.right, x.rate + 0.002, x.dividend_yield));
        prop_assume!(Region::of(x.right, x.rate, x.dividend_yield) != Region::Between);
        let g = greeks(&x, Precision::Standard).unwrap();
        // On the boundary itself vega and gamma jump, and a difference straddles the jump.
        prop_assume!(g.price - x.intrinsic() > 2e-3 * x.spot * x.vol * x.years.sqrt());
        let precise = |x: Inputs| price_with(&x, Precision::Precise).unwrap();
        let slope = |low: Inputs, high: Inputs, width: f64| (precise(high) - precise(low)) / width;
        let deviation = x.vol * x.years.sqrt();
        let (h, scale) = (0.002 * x.spot * deviation, x.spot.max(x.strike));
        let (low, high) = (Inputs { spot: x.spot - h, ..x }, Inputs { spot: x.spot + h, ..x });
        let delta = slope(low, high, 2.0 * h);
        let gamma = (precise(low) + precise(high) - 2.0 * precise(x)) / (h * h);
        let vega = slope(Inputs { vol: x.vol * 0.999, ..x }, Inputs { vol: x.vol * 1.001, ..x }, 0.002 * x.vol);
        let rho = slope(Inputs { rate: x.rate - 1e-4, ..x }, Inputs { rate: x.rate + 1e-4, ..x }, 2e-4);
        let theta = -slope(Inputs { years: x.years * 0.999, ..x }, Inputs { years: x.years * 1.001, ..x }, 0.002 * x.years);
        prop_assert!((g.delta - delta).abs() < 2e-3, "delta {} {delta}", g.delta);
        prop_assert!((g.gamma - gamma).abs() * x.spot * deviation < 1e-2, "gamma {} {gamma}", g.gamma);
        prop_assert!((g.vega - vega).abs() < 2e-3 * scale, "vega {} {vega}", g.vega);
        prop_assert!((g.rho - rho).abs() < 4e-3 * scale, "rho {} {rho}", g.rho);
        prop_assert!((g.theta - theta).abs() < 4e-3 * scale * (x.vol / x.years.sqrt()).max(0.25), "theta {} {theta}", g.theta);
    }

    /// A price above exercise value gives its volatility back.
    #[test]
    fn implied_vol_round_trip(x in listed()) {
        let price_usd = price(&x).unwrap();
        let Inputs { right, spot, strike, years, rate, dividend_yield, .. } = x;
        let quoted = Quoted { right, price_usd, spot, strike, years, rate, dividend_yield };
        match implied_vol(&quoted, Precision::Standard) {
            Ok(vol) => {
                let back = price(&Inputs { vol, ..x }).unwrap();
                prop_assert!((back - price_usd).abs() < 1e-6 * spot.max(strike), "{vol}, {back} for {price_usd}");
            }
            Err(Error::AtIntrinsic { vol_max, .. }) => prop_assert!(vol_max > x.vol - 1e-3),
            Err(Error::NoVega { .. }) => prop_assert!(price_usd < 1e-9 * strike || price_usd - without_movement(&x).price < 1e-9 * strike),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    /// A boundary solved once prices like a fresh one, at any time before.
    #[test]
    fn boundary_prices_every_strike(x in listed(), part in 0.05..1.0) {
        if let Ok(boundary) = Boundary::new(x.right, x.rate, x.dividend_yield, x.vol, x.years) {
            let years = x.years * part;
            let fresh = price(&Inputs { years, ..x }).unwrap();
            prop_assert!((boundary.price(x.spot, x.strike, years) - fresh).abs() < 2e-6 * x.strike);
            let mut out = [0.0; 11];
            boundary.prices(&[x.spot; 11], &[x.strike; 11], &[years; 11], &mut out);
            prop_assert_eq!(out, [boundary.price(x.spot, x.strike, years); 11]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// No contract's answer depends on its neighbours, its place or the size of the batch.
    #[test]
    fn same_bits_in_any_company(options in prop::collection::vec(listed(), 1..40), shift in 0_usize..40) {
        let n = options.len();
        let turned: Vec<Inputs> = (0..n).map(|i| options[(i + shift) % n]).collect();
        let column = |f: fn(&Inputs) -> f64| -> Vec<f64> { turned.iter().map(f).collect() };
        let right: Vec<Right> = turned.iter().map(|x| x.right).collect();
        let inputs = InputsRef {
            right: &right, spot: &column(|x| x.spot), strike: &column(|x| x.strike), years: &column(|x| x.years),
            rate: &column(|x| x.rate), dividend_yield: &column(|x| x.dividend_yield), vol: &column(|x| x.vol),
        };
        for precision in [Precision::Fast, Precision::Standard] {
            let (mut out, mut status) = (vec![0.0; n], vec![Status::BadInput; n]);
            let mut columns = vec![vec![0.0; n]; 6];
            prices(inputs, precision, &mut out, &mut status);
            if let [price, delta, gamma, vega, theta, rho] = &mut columns[..] {
                greeks_batch(inputs, precision, GreeksMut { price, delta, gamma, vega, theta, rho }, &mut status);
            }
            let quoted = QuotedRef {
                right: &right, price_usd: &out, spot: inputs.spot, strike: inputs.strike, years: inputs.years,
                rate: inputs.rate, dividend_yield: inputs.dividend_yield,
            };
            let mut vols = vec![0.0; n];
            implied_vols(quoted, precision, &mut vols, &mut status);
            for (i, x) in turned.iter().enumerate() {
                let alone = greeks(x, precision).unwrap();
                prop_assert_eq!(out[i], price_with(x, precision).unwrap());
                prop_assert_eq!(alone.price, out[i]);
                let found: Vec<f64> = columns.iter().map(|column| column[i]).collect();
                prop_assert_eq!(found, vec![alone.price, alone.delta, alone.gamma, alone.vega, alone.theta, alone.rho]);
                match implied_vol(&quoted.get(i), precision) {
                    Ok(vol) => prop_assert_eq!(vol, vols[i]),
                    Err(error) => prop_assert_eq!(Status::from(error), status[i]),
                }
            }
        }
    }
}
