//! On the first adapter that opens, against the twins on the CPU: the same paths, so the same estimates but for rounding.

use super::super::tests::{budget, device};
use super::*;
use crate::monte_carlo::{Effort, State};
use crate::{Inputs, european};

const HESTON: Dynamics = Dynamics::Heston(heston::Model {
    v0: 0.04,
    kappa: 1.5,
    theta: 0.06,
    sigma: 0.8,
    rho: -0.6,
});
const MERTON: Dynamics = Dynamics::Merton {
    vol: 0.2,
    jumps_per_year: 3.0,
    jump_mean: -0.08,
    jump_deviation: 0.1,
};
const GBM: Dynamics = Dynamics::Gbm { vol: 0.25 };

fn simulation(dynamics: Dynamics, steps: u32, sampling: Sampling) -> Simulation {
    Simulation {
        spot: 80.0,
        years: 0.75,
        rate: 0.03,
        dividend_yield: 0.01,
        steps,
        dynamics,
        sampling,
        seed: 0x1234_5678_9abc,
    }
}

fn payoffs() -> Vec<Payoff> {
    let mut payoffs = Vec::new();
    for (right, strike) in [(Right::Call, 84.0), (Right::Put, 78.0)] {
        payoffs.extend([
            Payoff::European { right, strike },
            Payoff::Asian { right, strike },
            Payoff::Lookback { right, strike },
        ]);
    }
    payoffs
}

fn barriers() -> Vec<Payoff> {
    let barrier = |right, strike, barrier, knock| Payoff::Barrier {
        right,
        strike,
        barrier,
        knock,
    };
    vec![
        barrier(Right::Put, 82.0, 68.0, Knock::DownAndOut),
        barrier(Right::Put, 82.0, 68.0, Knock::DownAndIn),
        barrier(Right::Call, 78.0, 95.0, Knock::UpAndOut),
        barrier(Right::Call, 78.0, 95.0, Knock::UpAndIn),
    ]
}

fn samplings() -> [Sampling; 4] {
    [
        Sampling::Plain { paths: 3001 },
        Sampling::Antithetic { pairs: 1111 },
        Sampling::Sobol {
            points: 512,
            randomisations: 5,
        },
        // Fewer points than invocations in a workgroup, and no power of two.
        Sampling::Sobol {
            points: 100,
            randomisations: 16,
        },
    ]
}

/// Gap between two estimates, in their values and relative in their errors.
fn gaps(found: &Estimate, exact: &Estimate) -> [f64; 2] {
    assert_eq!((found.samples, found.paths), (exact.samples, exact.paths));
    [
        (found.value - exact.value).abs(),
        (found.standard_error / exact.standard_error - 1.0).abs(),
    ]
}

#[test]
fn gpu_estimates_are_those_of_the_cpu() {
    let Some(gpu) = device() else { return };
    for (name, dynamics) in [("Gbm", GBM), ("Heston", HESTON), ("Merton", MERTON)] {
        let mut worst = [[0.0_f64; 2]; 3];
        for sampling in samplings() {
            for steps in [1, 7, 12] {
                let simulation = simulation(dynamics, steps, sampling);
                for payoff in payoffs() {
                    let found = sensitivities(&gpu, &budget(), &simulation, &payoff).unwrap();
                    let exact = simulation.sensitivities(&payoff).unwrap();
                    assert_eq!(found.vega.is_some(), exact.vega.is_some());
                    let pairs = [
                        (Some(found.value), Some(exact.value)),
                        (found.delta, exact.delta),
                        (found.vega, exact.vega),
                    ];
                    for (worst, pair) in worst.iter_mut().zip(pairs) {
                        let (Some(found), Some(exact)) = pair else {
                            continue;
                        };
                        for (worst, gap) in worst.iter_mut().zip(gaps(&found, &exact)) {
                            *worst = worst.max(gap);
                            assert!(!gap.is_nan(), "{simulation:?} {payoff:?}");
                        }
                    }
                }
            }
        }
        println!("{name}: value, delta, vega and their errors within {worst:?}");
        let [value, delta, vega] = worst;
        assert!(value[0] < 1e-4 && value[1] < 1e-4, "{name}: {worst:?}");
        // One path on the other side of its strike is 1 in 1,600.
        assert!(delta[0] < 1e-3 && vega[0] < 0.05, "{name}: {worst:?}");
    }
}

/// A path may be on the other side of a barrier by rounding: one of them at most here.
#[test]
fn gpu_barriers_are_those_of_the_cpu() {
    let Some(gpu) = device() else { return };
    for dynamics in [GBM, HESTON, MERTON] {
        for sampling in samplings() {
            let simulation = simulation(dynamics, 12, sampling);
            for payoff in barriers() {
                let found = sensitivities(&gpu, &budget(), &simulation, &payoff).unwrap();
                let exact = simulation.sensitivities(&payoff).unwrap();
                let [gap, error] = gaps(&found.value, &exact.value);
                assert!(
                    gap < 1e-4 + 30.0 / exact.value.paths as f64 && error < 0.1,
                    "{simulation:?} {payoff:?}: {found:?} {exact:?}"
                );
                assert!(found.delta.is_none() && found.vega.is_none());
            }
        }
    }
}

#[test]
fn gpu_control_takes_the_same_noise_out() {
    let Some(gpu) = device() else { return };
    let simulation = simulation(GBM, 12, Sampling::Plain { paths: 4096 });
    let payoff = Payoff::Asian {
        right: Right::Put,
        strike: 80.0,
    };
    let option = Payoff::European {
        right: Right::Put,
        strike: 80.0,
    };
    let known = european::price(&Inputs {
        right: Right::Put,
        spot: simulation.spot,
        strike: 80.0,
        years: simulation.years,
        rate: simulation.rate,
        dividend_yield: simulation.dividend_yield,
        vol: 0.25,
    });
    let control = (Right::Put, 80.0, known);
    let found = estimate_with_european(&gpu, &budget(), &simulation, &payoff, control).unwrap();
    let exact = simulation
        .estimate_with_control(|path| payoff.at(path), |path| option.at(path), known)
        .unwrap();
    let [gap, error] = gaps(&found, &exact);
    assert!(gap < 1e-4 && error < 1e-4, "{found:?} {exact:?}");
    let raw = estimate(&gpu, &budget(), &simulation, &payoff).unwrap();
    assert!(
        found.standard_error < 0.7 * raw.standard_error,
        "{found:?} {raw:?}"
    );
}

/// Work cut into several launches is the same work.
#[test]
fn launches_cover_every_sample_once() {
    let payoff = payoffs()[0];
    for (sampling, steps_max) in [
        (Sampling::Plain { paths: 1_000_003 }, 1 << 20),
        (Sampling::Antithetic { pairs: 70_000 }, 1 << 18),
        (
            Sampling::Sobol {
                points: 5000,
                randomisations: 33,
            },
            1 << 17,
        ),
        (
            Sampling::Sobol {
                points: 64,
                randomisations: 20_000,
            },
            1 << 30,
        ),
    ] {
        let simulation = simulation(GBM, 10, sampling);
        let plan = Plan::new(&simulation, &payoff, steps_max);
        let mut seen = 0_u64;
        for launch in plan.launches() {
            assert!(launch.from < launch.to && launch.to <= plan.samples);
            assert!(launch.groups() <= GROUPS_MAX.max(launch.randomisations));
            assert!(launch.groups_each > 0);
            let samples = u64::from(launch.randomisations) * u64::from(launch.to - launch.from);
            assert!(samples * 10 <= steps_max.max(2560));
            seen += samples;
        }
        assert_eq!(
            seen,
            u64::from(plan.randomisations) * u64::from(plan.samples)
        );
        let most = 1_u64 << (8 * plan.bytes);
        assert!(u64::from(plan.samples) <= most);
    }
}

#[test]
fn gpu_several_launches_make_one_estimate() {
    let Some(gpu) = device() else { return };
    // Over the limit of a software device in steps.
    let simulation = simulation(GBM, 2048, Sampling::Plain { paths: 40_000 });
    let payoff = payoffs()[1];
    let found = estimate(&gpu, &budget(), &simulation, &payoff).unwrap();
    let exact = simulation.sensitivities(&payoff).unwrap().value;
    let [gap, error] = gaps(&found, &exact);
    assert!(gap < 1e-4 && error < 1e-4, "{found:?} {exact:?}");
}

#[test]
fn gpu_bad_inputs_are_named() {
    let Some(gpu) = device() else { return };
    let good = simulation(GBM, 4, Sampling::Plain { paths: 100 });
    let bad = Simulation { spot: -1.0, ..good };
    let fails = |simulation, payoff: &Payoff| {
        estimate(&gpu, &budget(), &simulation, payoff)
            .unwrap_err()
            .to_string()
    };
    assert!(fails(bad, &payoffs()[0]).contains("spot"));
    let nowhere = Payoff::European {
        right: Right::Put,
        strike: f64::NAN,
    };
    assert!(fails(good, &nowhere).contains("strike"));
}

/// The put of Longstaff and Schwartz (2001), table 1, exercisable at 50 dates: 4.477811 by convolution (see the twin's tests), and
/// the twin's own lower bound from the same paths.
#[test]
fn gpu_lower_bounds_are_those_of_the_cpu() {
    let Some(gpu) = device() else { return };
    let simulation = Simulation {
        spot: 36.0,
        years: 1.0,
        rate: 0.06,
        dividend_yield: 0.0,
        steps: 50,
        dynamics: Dynamics::Gbm { vol: 0.2 },
        sampling: Sampling::Plain { paths: 2 },
        seed: 3,
    };
    let training = Training {
        paths: 16_384,
        pairs: 8192,
    };
    let found = lower_bound(&gpu, &budget(), &simulation, (Right::Put, 40.0), &training).unwrap();
    let later = |step: usize, state: &State| Inputs {
        right: Right::Put,
        spot: state.spot,
        strike: 40.0,
        years: 1.0 - step as f64 / 50.0,
        rate: 0.06,
        dividend_yield: 0.0,
        vol: 0.2,
    };
    let effort = Effort {
        training_paths: training.paths,
        lower_pairs: training.pairs,
        upper_pairs: 2,
        successors: 1,
    };
    let twin = simulation
        .exercise_bounds(
            |_, state| 40.0 - state.spot,
            |step, state| european::price(&later(step, state)),
            &effort,
        )
        .unwrap()
        .lower;
    println!("{found:?}\n{twin:?}");
    assert!(
        found.value - 3.0 * found.standard_error < 4.477_811,
        "{found:?}"
    );
    assert!((found.value - 4.477_811).abs() < 0.012, "{found:?}");
    // The same paths; only where the rule differs do they earn otherwise.
    assert!(
        (found.value - twin.value).abs() < 1.5 * twin.standard_error,
        "{found:?} {twin:?}"
    );
    assert!((found.standard_error / twin.standard_error - 1.0).abs() < 0.1);
}

/// Monthly exercise under Heston, without a guide: 8.6450 by finite differences (see the twin's tests).
#[test]
fn gpu_lower_bound_under_heston() {
    let Some(gpu) = device() else { return };
    let simulation = Simulation {
        spot: 100.0,
        years: 360.0 / 365.0,
        rate: 0.05,
        dividend_yield: 0.01,
        steps: 12,
        dynamics: Dynamics::Heston(heston::Model {
            v0: 0.06,
            kappa: 2.0,
            theta: 0.09,
            sigma: 0.6,
            rho: -0.7,
        }),
        sampling: Sampling::Plain { paths: 2 },
        seed: 42,
    };
    let training = Training {
        paths: 16_384,
        pairs: 16_384,
    };
    let found = lower_bound(&gpu, &budget(), &simulation, (Right::Put, 100.0), &training).unwrap();
    println!("{found:?}");
    assert!(
        found.value - 3.0 * found.standard_error < 8.645,
        "{found:?}"
    );
    assert!((found.value / 8.645 - 1.0).abs() < 0.02, "{found:?}");
}
