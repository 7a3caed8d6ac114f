//! Estimates against closed forms, error bars against what they promise, and bounds against known values.

use std::cell::RefCell;

use super::*;
use crate::{Inputs, Right, american, european, heston};

const PLAIN: Sampling = Sampling::Plain { paths: 4096 };
const SOBOL: Sampling = Sampling::Sobol {
    points: 1024,
    randomisations: 16,
};

fn simulation(dynamics: Dynamics, steps: u32, sampling: Sampling) -> Simulation {
    Simulation {
        spot: 100.0,
        years: 1.0,
        rate: 0.01,
        dividend_yield: 0.02,
        steps,
        dynamics,
        sampling,
        seed: 42,
    }
}

/// A European option on the same share, held to expiry from `step` on, at the money of 100 dollars.
fn vanilla(simulation: &Simulation, right: Right, vol: f64) -> Inputs {
    Inputs {
        right,
        spot: simulation.spot,
        strike: 100.0,
        years: simulation.years,
        rate: simulation.rate,
        dividend_yield: simulation.dividend_yield,
        vol,
    }
}

fn end(path: &[State]) -> f64 {
    path[path.len() - 1].spot
}

fn put_payoff(path: &[State]) -> f64 {
    (100.0 - end(path)).max(0.0)
}

fn call_payoff(path: &[State]) -> f64 {
    (end(path) - 100.0).max(0.0)
}

/// Four standard errors: one in 16,000 by chance, and the seed is fixed.
fn check(estimate: Estimate, truth: f64) {
    let off = estimate.value - truth;
    assert!(
        off.abs() <= 4.0 * estimate.standard_error && estimate.standard_error > 0.0,
        "{estimate:?}, expected {truth}"
    );
}

#[test]
fn every_sampling_finds_the_closed_form() {
    for sampling in [PLAIN, Sampling::Antithetic { pairs: 2048 }, SOBOL] {
        for steps in [1, 12] {
            let simulation = simulation(Dynamics::Gbm { vol: 0.25 }, steps, sampling);
            for (right, payoff) in [
                (Right::Put, put_payoff as fn(&[State]) -> f64),
                (Right::Call, call_payoff),
            ] {
                let truth = european::price(&vanilla(&simulation, right, 0.25));
                check(simulation.estimate(payoff).unwrap(), truth);
            }
        }
    }
}

#[test]
fn sobol_points_beat_plain_paths_a_hundredfold() {
    let error = |sampling| {
        simulation(Dynamics::Gbm { vol: 0.25 }, 12, sampling)
            .estimate(put_payoff)
            .unwrap()
    };
    let (quasi, plain) = (error(SOBOL), error(Sampling::Plain { paths: 1024 * 16 }));
    assert_eq!(quasi.paths, plain.paths);
    // In variance; ten times in the error.
    assert!(
        10.0 * quasi.standard_error < plain.standard_error,
        "{quasi:?} {plain:?}"
    );
}

/// The series of Merton (1976), sixty terms with mpmath at 40 digits.
#[test]
fn jumps_find_the_series_of_merton() {
    let dynamics = Dynamics::Merton {
        vol: 0.2,
        jumps_per_year: 0.8,
        jump_mean: -0.1,
        jump_deviation: 0.15,
    };
    let call = 9.191_204_873_977_322;
    let put = call - 100.0 * ((-0.02_f64).exp() - (-0.01_f64).exp());
    for (steps, sampling) in [(1, SOBOL), (6, SOBOL), (6, PLAIN)] {
        let simulation = simulation(dynamics, steps, sampling);
        check(simulation.estimate(call_payoff).unwrap(), call);
        check(simulation.estimate(put_payoff).unwrap(), put);
    }
}

/// A. L. Lewis's parameters and put (see `heston::tests`).
#[test]
fn heston_converges_to_the_closed_form() {
    let model = heston::Model {
        v0: 0.04,
        kappa: 4.0,
        theta: 0.25,
        sigma: 1.0,
        rho: -0.5,
    };
    let truth = 17.055_270_961_270_11;
    let off = |steps| {
        let estimate = simulation(Dynamics::Heston(model), steps, SOBOL)
            .estimate(put_payoff)
            .unwrap();
        (estimate.value - truth, estimate.margin_95())
    };
    let (coarse, coarse_margin) = off(4);
    let (fine, fine_margin) = off(32);
    // Four steps are visibly biased, 32 are not.
    assert!(
        coarse.abs() > coarse_margin && coarse.abs() < 0.2,
        "{coarse}"
    );
    assert!(
        fine.abs() < 2.0 * fine_margin && fine_margin < 0.08,
        "{fine} +- {fine_margin}"
    );
    // The martingale correction: the share itself has no bias however coarse the steps.
    let share = simulation(Dynamics::Heston(model), 4, SOBOL);
    check(
        share.estimate(end).unwrap(),
        100.0 * (-share.dividend_yield).exp(),
    );
}

/// Out of 200 intervals of 95 %, between 179 and 198 hold the truth but once in 1,000 (exact binomial, SciPy 1.17.1).
#[test]
fn error_bars_cover_the_truth() {
    for sampling in [
        Sampling::Plain { paths: 1024 },
        Sampling::Antithetic { pairs: 512 },
        Sampling::Sobol {
            points: 64,
            randomisations: 16,
        },
    ] {
        let mut covered = [0; 2];
        for seed in 0..200 {
            let simulation = Simulation {
                seed,
                ..simulation(Dynamics::Gbm { vol: 0.25 }, 4, sampling)
            };
            let truth = european::price(&vanilla(&simulation, Right::Put, 0.25));
            let raw = simulation.estimate(put_payoff).unwrap();
            // The share is worth itself less its dividends.
            let controlled = simulation
                .estimate_with_control(put_payoff, end, 100.0 * (-0.02_f64).exp())
                .unwrap();
            for (count, estimate) in covered.iter_mut().zip([raw, controlled]) {
                *count += u32::from((estimate.value - truth).abs() <= estimate.margin_95());
            }
        }
        for count in covered {
            assert!(
                (179..=198).contains(&count),
                "{sampling:?}: {covered:?} of 200"
            );
        }
    }
}

/// A put on the arithmetic mean, with the European put of the same volatility as control.
#[test]
fn a_control_takes_noise_out() {
    let simulation = simulation(Dynamics::Gbm { vol: 0.25 }, 12, PLAIN);
    let average = |path: &[State]| {
        let mean = path[1..].iter().map(|state| state.spot).sum::<f64>() / 12.0;
        (100.0 - mean).max(0.0)
    };
    let known = european::price(&vanilla(&simulation, Right::Put, 0.25));
    let raw = simulation.estimate(average).unwrap();
    let controlled = simulation
        .estimate_with_control(average, put_payoff, known)
        .unwrap();
    assert!(
        controlled.standard_error < 0.7 * raw.standard_error,
        "{controlled:?} {raw:?}"
    );
    let both = raw.standard_error.hypot(controlled.standard_error);
    assert!((raw.value - controlled.value).abs() < 4.0 * both);
    // The control itself leaves no noise but rounding.
    let itself = simulation
        .estimate_with_control(put_payoff, put_payoff, known)
        .unwrap();
    assert!((itself.value - known).abs() < 1e-9 && itself.standard_error < 1e-9);
    // One that does not move is of no use and does no harm.
    let still = simulation
        .estimate_with_control(average, |_| 1.0, (-0.01_f64).exp())
        .unwrap();
    assert!((still.value - raw.value).abs() < 1e-9);
}

#[test]
fn a_path_depends_on_its_number_alone() {
    let ends = |sampling| {
        let seen = RefCell::new(Vec::new());
        simulation(Dynamics::Gbm { vol: 0.25 }, 5, sampling)
            .estimate(|path| {
                seen.borrow_mut().push(end(path));
                end(path)
            })
            .unwrap();
        seen.into_inner()
    };
    let few = ends(Sampling::Plain { paths: 100 });
    let many = ends(Sampling::Plain { paths: 300 });
    assert_eq!(few[..], many[..100]);
    let pairs = ends(Sampling::Antithetic { pairs: 100 });
    assert!(few.iter().eq(pairs.iter().step_by(2)));
    let sobol = |points, randomisations| {
        ends(Sampling::Sobol {
            points,
            randomisations,
        })
    };
    assert_eq!(sobol(64, 3)[..], sobol(64, 5)[..192]);
    assert_eq!(sobol(32, 3)[..32], sobol(64, 3)[..32]);
}

/// The put of Longstaff and Schwartz (2001), table 1.
fn american_put(spot: f64, vol: f64, years: f64, steps: u32) -> (Simulation, Inputs) {
    let simulation = Simulation {
        spot,
        years,
        rate: 0.06,
        dividend_yield: 0.0,
        steps,
        dynamics: Dynamics::Gbm { vol },
        sampling: PLAIN,
        seed: 3,
    };
    let option = Inputs {
        right: Right::Put,
        spot,
        strike: 40.0,
        years,
        rate: 0.06,
        dividend_yield: 0.0,
        vol,
    };
    (simulation, option)
}

fn later(option: &Inputs, steps: u32, step: usize, state: &State) -> Inputs {
    Inputs {
        spot: state.spot,
        years: option.years * (1.0 - step as f64 / f64::from(steps)),
        ..*option
    }
}

/// Values of the put exercisable at 50 dates: convolution with the normal density on a grid of 100 points a deviation
/// (NumPy), equal to 2e-6 to half the grid. Values of the American put: QuantLib 1.44, QdFp in high precision.
#[test]
fn bounds_enclose_american_puts() {
    for (spot, vol, years, at_dates, american) in [
        (36.0, 0.2, 1.0, 4.477811, 4.4866744190271),
        (36.0, 0.4, 2.0, 8.499401, 8.5141849148088),
        (44.0, 0.2, 1.0, 1.109868, 1.1129621252798),
    ] {
        let (simulation, option) = american_put(spot, vol, years, 50);
        let bounds = simulation
            .exercise_bounds(
                |_, state| option.strike - state.spot,
                |step, state| european::price(&later(&option, 50, step, state)),
                &Effort::default(),
            )
            .unwrap();
        let Bounds { lower, upper } = bounds;
        assert!(
            lower.value - 3.0 * lower.standard_error <= at_dates,
            "{bounds:?}"
        );
        assert!(
            upper.value + 3.0 * upper.standard_error >= at_dates,
            "{bounds:?}"
        );
        // The holder of the American put has all other times as well: the rule at dates earns less.
        assert!(
            lower.value - 3.0 * lower.standard_error <= american,
            "{bounds:?}"
        );
        for estimate in [lower, upper] {
            assert!(
                (estimate.value / american - 1.0).abs() < 0.005,
                "{bounds:?}"
            );
        }
        assert!(bounds.gap() < 0.003 * american, "{bounds:?}");
    }
}

/// A right that no formula knows: sell at 40, but for no more than 5 dollars, and nothing in the first half year. It is
/// worth no more than the American put, and no more than 5 dollars.
#[test]
fn a_policy_without_a_guide_is_enclosed_too() {
    let (simulation, option) = american_put(36.0, 0.2, 1.0, 20);
    let bounds = simulation
        .exercise_bounds(
            |step, state| {
                if step < 10 {
                    0.0
                } else {
                    (option.strike - state.spot).min(5.0)
                }
            },
            |_, _| 0.0,
            &Effort::default(),
        )
        .unwrap();
    let noise = bounds
        .lower
        .standard_error
        .hypot(bounds.upper.standard_error);
    assert!(bounds.gap() > -3.0 * noise, "{bounds:?}");
    assert!(bounds.gap() < 0.02 * bounds.lower.value, "{bounds:?}");
    assert!(bounds.upper.value < american::price(&option).unwrap());
    assert!(bounds.lower.value > 2.5 && bounds.lower.value < 5.0);
}

/// Monthly exercise under Heston: 8.6450 from QuantLib 1.44's finite differences on 240 x 400 x 160 points (8.6431 on
/// half of each).
#[test]
fn bounds_enclose_a_put_under_heston() {
    let simulation = Simulation {
        years: 360.0 / 365.0,
        rate: 0.05,
        dividend_yield: 0.01,
        ..simulation(
            Dynamics::Heston(heston::Model {
                v0: 0.06,
                kappa: 2.0,
                theta: 0.09,
                sigma: 0.6,
                rho: -0.7,
            }),
            12,
            PLAIN,
        )
    };
    let bounds = simulation
        .exercise_bounds(
            |_, state| 100.0 - state.spot,
            |_, _| 0.0,
            &Effort::default(),
        )
        .unwrap();
    assert!(
        bounds.lower.value - 3.0 * bounds.lower.standard_error < 8.645,
        "{bounds:?}"
    );
    assert!(
        bounds.upper.value + 3.0 * bounds.upper.standard_error > 8.645,
        "{bounds:?}"
    );
    assert!(bounds.gap() < 0.03 * 8.645, "{bounds:?}");
}

#[test]
fn exercise_now_is_among_the_choices() {
    // So deep in the money that waiting only costs interest.
    let (simulation, option) = american_put(10.0, 0.2, 1.0, 10);
    let effort = Effort {
        training_paths: 1024,
        lower_pairs: 64,
        upper_pairs: 64,
        successors: 16,
    };
    let bounds = simulation
        .exercise_bounds(
            |_, state| option.strike - state.spot,
            |step, state| european::price(&later(&option, 10, step, state)),
            &effort,
        )
        .unwrap();
    assert!((bounds.lower.value - 30.0).abs() < 1e-9, "{bounds:?}");
    assert!((bounds.upper.value - 30.0).abs() < 0.01, "{bounds:?}");
    // And a right that never pays is worth nothing.
    let nothing = simulation
        .exercise_bounds(|_, _| -1.0, |_, _| 0.0, &effort)
        .unwrap();
    assert_eq!((nothing.lower.value, nothing.upper.value), (0.0, 0.0));
}

#[test]
fn same_seed_same_bounds() {
    let effort = Effort {
        training_paths: 512,
        lower_pairs: 64,
        upper_pairs: 16,
        successors: 8,
    };
    let bounds = |seed| {
        let simulation = Simulation {
            seed,
            ..american_put(36.0, 0.2, 1.0, 10).0
        };
        simulation
            .exercise_bounds(|_, state| 40.0 - state.spot, |_, _| 0.0, &effort)
            .unwrap()
    };
    assert_eq!(bounds(1), bounds(1));
    assert_ne!(bounds(1), bounds(2));
}

#[test]
fn bad_inputs_are_named() {
    let good = simulation(Dynamics::Gbm { vol: 0.25 }, 12, PLAIN);
    let fails = |bad: Simulation, word: &str| {
        let error = bad.estimate(end).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    };
    fails(
        Simulation {
            spot: f64::NAN,
            ..good
        },
        "spot",
    );
    fails(Simulation { years: 0.0, ..good }, "time");
    fails(
        Simulation {
            rate: f64::INFINITY,
            ..good
        },
        "rate",
    );
    fails(Simulation { steps: 0, ..good }, "steps");
    fails(
        Simulation {
            dynamics: Dynamics::Gbm { vol: -0.1 },
            ..good
        },
        "volatility",
    );
    fails(
        Simulation {
            sampling: Sampling::Plain { paths: 1 },
            ..good
        },
        "paths",
    );
    fails(
        Simulation {
            sampling: SOBOL,
            steps: 1025,
            ..good
        },
        "Sobol dimensions",
    );
    let effort = Effort {
        lower_pairs: 0,
        ..Effort::default()
    };
    assert!(
        good.exercise_bounds(|_, _| 1.0, |_, _| 0.0, &effort)
            .is_err()
    );
}

/// Student's quantiles at 97.5 %: 2.262157 with 9 degrees of freedom, 2.039513 with 31 (SciPy 1.17.1).
#[test]
fn margins_follow_student() {
    let margin = |samples| {
        Estimate {
            value: 0.0,
            standard_error: 1.0,
            samples,
            paths: 0,
        }
        .margin_95()
    };
    assert!((margin(10) / 2.262_157 - 1.0).abs() < 1e-3);
    assert!((margin(32) / 2.039_513 - 1.0).abs() < 1e-4);
    assert!((margin(1_000_000) / 1.959_964 - 1.0).abs() < 1e-5);
}

fn named() -> Vec<Payoff> {
    [Right::Call, Right::Put]
        .into_iter()
        .flat_map(|right| {
            // Not the spot, where a lookback has its kink.
            let strike = 100.0 + 2.0 * right.sign();
            [
                Payoff::European { right, strike },
                Payoff::Asian { right, strike },
                Payoff::Lookback { right, strike },
            ]
        })
        .collect()
}

#[test]
fn slopes_of_a_vanilla_find_the_closed_form() {
    for sampling in [PLAIN, Sampling::Antithetic { pairs: 2048 }, SOBOL] {
        let simulation = simulation(Dynamics::Gbm { vol: 0.25 }, 12, sampling);
        for right in [Right::Call, Right::Put] {
            let exact = european::greeks(&vanilla(&simulation, right, 0.25));
            let strike = 100.0;
            let found = simulation
                .sensitivities(&Payoff::European { right, strike })
                .unwrap();
            check(found.value, exact.price);
            check(found.delta.unwrap(), exact.delta);
            check(found.vega.unwrap(), exact.vega);
        }
    }
}

/// Along the same paths a small bump of spot or volatility moves every payoff as its slope says; under the other laws the spot
/// alone.
#[test]
fn slopes_are_those_of_small_bumps() {
    let heston = heston::Model {
        v0: 0.04,
        kappa: 1.5,
        theta: 0.06,
        sigma: 0.5,
        rho: -0.6,
    };
    let merton = Dynamics::Merton {
        vol: 0.2,
        jumps_per_year: 0.8,
        jump_mean: -0.1,
        jump_deviation: 0.15,
    };
    for dynamics in [
        Dynamics::Gbm { vol: 0.25 },
        Dynamics::Heston(heston),
        merton,
    ] {
        let simulation = simulation(dynamics, 6, PLAIN);
        for payoff in named() {
            let found = simulation.sensitivities(&payoff).unwrap();
            let value =
                |simulation: Simulation| simulation.estimate(|path| payoff.at(path)).unwrap().value;
            let h = 1e-4;
            let spot = |change| Simulation {
                spot: 100.0 + change,
                ..simulation
            };
            let bump = (value(spot(h)) - value(spot(-h))) / (2.0 * h);
            let delta = found.delta.unwrap().value;
            // A path whose payoff begins within the bump counts half.
            assert!((delta - bump).abs() < 5e-4, "{payoff:?}: {delta} {bump}");
            let Dynamics::Gbm { vol } = dynamics else {
                assert_eq!(found.vega, None);
                continue;
            };
            let vol = |change| Simulation {
                dynamics: Dynamics::Gbm { vol: vol + change },
                ..simulation
            };
            let bump = (value(vol(1e-6)) - value(vol(-1e-6))) / 2e-6;
            let vega = found.vega.unwrap().value;
            assert!((vega - bump).abs() < 0.05, "{payoff:?}: {vega} {bump}");
        }
    }
}

/// What begins at a barrier and what ends there make the claim without one, path by path; and one that is never met changes nothing.
#[test]
fn barriers_share_out_the_vanilla() {
    let simulation = simulation(Dynamics::Gbm { vol: 0.25 }, 12, PLAIN);
    let strike = 100.0;
    for right in [Right::Call, Right::Put] {
        let value = |payoff: Payoff| {
            let found = simulation.sensitivities(&payoff).unwrap();
            assert!(matches!(payoff, Payoff::European { .. }) || found.delta.is_none());
            found.value.value
        };
        let whole = value(Payoff::European { right, strike });
        let at = |barrier, knock| {
            value(Payoff::Barrier {
                right,
                strike,
                barrier,
                knock,
            })
        };
        for (out, begins, barrier) in [
            (Knock::DownAndOut, Knock::DownAndIn, 85.0),
            (Knock::UpAndOut, Knock::UpAndIn, 115.0),
        ] {
            let (out, begins) = (at(barrier, out), at(barrier, begins));
            assert!((out + begins - whole).abs() < 1e-9 && out > 0.01 && begins > 0.01);
        }
        assert_eq!(at(1e-3, Knock::DownAndOut), whole);
        assert_eq!(at(1e6, Knock::UpAndIn), 0.0);
        // Now is a state of the path.
        assert_eq!(at(100.0, Knock::DownAndOut), 0.0);
    }
    let nowhere = Payoff::Barrier {
        right: Right::Put,
        strike,
        barrier: -1.0,
        knock: Knock::DownAndIn,
    };
    let error = simulation.sensitivities(&nowhere).unwrap_err();
    assert!(error.to_string().contains("barrier"), "{error}");
}
