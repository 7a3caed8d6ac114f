//! Estimates against closed forms, and error bars against what they promise.
use super::*;
use crate::{Inputs, Right, european, heston};

fn base(dynamics: Dynamics, steps: u32, sampling: Sampling) -> Simulation {
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

#[test]
fn probe() {
    let truth = 16.070_154_917_028_834;
    let model = heston::Model {
        v0: 0.04,
        kappa: 4.0,
        theta: 0.25,
        sigma: 1.0,
        rho: -0.5,
    };
    for steps in [4, 8, 16, 32, 64] {
        for sampling in [
            Sampling::Sobol {
                points: 4096,
                randomisations: 16,
            },
            Sampling::Plain { paths: 65536 },
        ] {
            let t = std::time::SystemTime::now();
            let e = base(Dynamics::Heston(model), steps, sampling)
                .estimate(|p| (p[p.len() - 1].spot - 100.0).max(0.0))
                .unwrap();
            println!(
                "{steps} {:?} {:.5} +- {:.5} {:?}",
                sampling,
                e.value - truth,
                e.standard_error,
                t.elapsed()
            );
        }
    }
    for (spot, vol, years, truth) in [
        (36.0, 0.2, 1.0, 4.4866744190271),
        (36.0, 0.4, 2.0, 8.5141849148088),
        (44.0, 0.2, 1.0, 1.1129621252798),
    ] {
        for steps in [50, 100] {
            let s = Simulation {
                spot,
                years,
                rate: 0.06,
                dividend_yield: 0.0,
                steps,
                dynamics: Dynamics::Gbm { vol },
                sampling: Sampling::Plain { paths: 2 },
                seed: 3,
            };
            let put = |t: usize, s: &State| {
                european::price(&Inputs {
                    right: Right::Put,
                    spot: s.spot,
                    strike: 40.0,
                    years: years * (1.0 - t as f64 / steps as f64),
                    rate: 0.06,
                    dividend_yield: 0.0,
                    vol,
                })
            };
            let t = std::time::SystemTime::now();
            let b = s
                .exercise_bounds(|_, s| 40.0 - s.spot, put, &Effort::default())
                .unwrap();
            println!(
                "{spot} {steps} guided {truth}: {:.5} +- {:.5}, {:.5} +- {:.5} {:?}",
                b.lower.value,
                b.lower.standard_error,
                b.upper.value,
                b.upper.standard_error,
                t.elapsed()
            );
            let t = std::time::SystemTime::now();
            let b = s
                .exercise_bounds(|_, s| 40.0 - s.spot, |_, _| 0.0, &Effort::default())
                .unwrap();
            println!(
                "{spot} {steps} free {truth}: {:.5} +- {:.5}, {:.5} +- {:.5} {:?}",
                b.lower.value,
                b.lower.standard_error,
                b.upper.value,
                b.upper.standard_error,
                t.elapsed()
            );
        }
    }
}
