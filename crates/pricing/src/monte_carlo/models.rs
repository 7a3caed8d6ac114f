//! How spot and variance move over one step, under three laws.
//!
//! ```text
//! Gbm     ln S' = ln S + (r - q - vol^2/2) h + vol sqrt(h) Z                                          exact
//! Merton  ln S' = ln S + (r - q - vol^2/2 - lambda (e^(m + s^2/2) - 1)) h + vol sqrt(h) Z + N m + sqrt(N) s Z'   exact
//! Heston  v' by the quadratic-exponential scheme, then
//!         ln S' = ln S + (r - q) h + K0* + K1 v + K2 v' + sqrt(K3 (v + v')) Z                         biased
//! ```
//! `N` is Poisson with mean `lambda h`. Sources: R. C. Merton, J. Financial Economics 3 (1976); L. Andersen, J.
//! Computational Finance 11 (2008), sections 3.2 and 4.3: psi_c = 1.5, gamma = 1/2, and `K0*` that keeps the discounted
//! spot a martingale over every step (where the moment exists; else his uncorrected `K0`).
//! Accuracy: Gbm and Merton sample the exact law at the steps. Heston's prices are biased: see the measured figures at
//! [`Dynamics::Heston`].

use crate::error::at_least;
use crate::{Error, heston, normal};

/// The law of the spot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dynamics {
    /// Black and Scholes.
    Gbm {
        /// Fraction per year.
        vol: f64,
    },
    /// Stochastic variance. Measured bias of A. L. Lewis's put of 17.055 dollars (kappa 4, sigma 1, one year), standard
    /// errors below 0.003: -0.38 dollars with 2 steps a year, -0.10 with 4, -0.029 with 8, -0.007 with 16, none to be
    /// seen with 32.
    Heston(heston::Model),
    /// Black and Scholes with jumps of normal size in the logarithm.
    Merton {
        /// Volatility between jumps, fraction per year.
        vol: f64,
        /// Expected number of jumps a year.
        jumps_per_year: f64,
        /// Mean of a jump of the logarithm.
        jump_mean: f64,
        /// Standard deviation of a jump of the logarithm.
        jump_deviation: f64,
    },
}

/// Where a path is at one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// Dollars per share.
    pub spot: f64,
    /// Variance per year under [`Dynamics::Heston`]; otherwise the square of the volatility.
    pub variance: f64,
}

/// How many random numbers one step may take.
pub(super) const FACTORS_MAX: usize = 3;

impl Dynamics {
    /// Names the first number that is not finite or out of its range.
    pub fn check(&self) -> Result<(), Error> {
        match *self {
            Dynamics::Gbm { vol } => at_least(0.0, "volatility", vol),
            Dynamics::Heston(model) => model.check(),
            Dynamics::Merton {
                vol,
                jumps_per_year,
                jump_mean,
                jump_deviation,
            } => {
                at_least(0.0, "volatility", vol)?;
                at_least(0.0, "jumps per year", jumps_per_year)?;
                at_least(0.0, "deviation of a jump", jump_deviation)?;
                if jump_mean.abs() <= 10.0 {
                    Ok(())
                } else {
                    Err(Error::OutOfRange {
                        what: "mean of a jump",
                        value: jump_mean,
                        least: -10.0,
                        most: 10.0,
                    })
                }
            }
        }
    }

    /// Random numbers per step.
    pub(super) fn factors(&self) -> usize {
        match self {
            Dynamics::Gbm { .. } => 1,
            Dynamics::Heston(_) => 2,
            Dynamics::Merton { .. } => FACTORS_MAX,
        }
    }

    /// How many of them, from the first, are steps of a Brownian motion that a bridge may reorder.
    pub(super) fn bridged(&self) -> usize {
        match self {
            Dynamics::Gbm { .. } | Dynamics::Merton { .. } => 1,
            Dynamics::Heston(_) => 2,
        }
    }

    pub(super) fn start(&self, spot: f64) -> State {
        let variance = match *self {
            Dynamics::Gbm { vol } | Dynamics::Merton { vol, .. } => vol * vol,
            Dynamics::Heston(model) => model.v0,
        };
        State { spot, variance }
    }
}

/// One step of fixed length, everything that does not depend on the state computed.
#[derive(Clone, Debug)]
pub(super) enum Stepper {
    Gbm {
        drift: f64,
        deviation: f64,
    },
    Heston(Quadratic),
    Merton {
        drift: f64,
        deviation: f64,
        jumps: f64,
        jump_mean: f64,
        jump_deviation: f64,
    },
}

impl Stepper {
    pub(super) fn new(dynamics: &Dynamics, carry: f64, years: f64) -> Stepper {
        match *dynamics {
            Dynamics::Gbm { vol } => Stepper::Gbm {
                drift: (carry - 0.5 * vol * vol) * years,
                deviation: vol * years.sqrt(),
            },
            Dynamics::Heston(model) => Stepper::Heston(Quadratic::new(&model, carry, years)),
            Dynamics::Merton {
                vol,
                jumps_per_year,
                jump_mean,
                jump_deviation,
            } => {
                let growth = (jump_mean + 0.5 * jump_deviation * jump_deviation).exp_m1();
                Stepper::Merton {
                    drift: (carry - 0.5 * vol * vol - jumps_per_year * growth) * years,
                    deviation: vol * years.sqrt(),
                    jumps: jumps_per_year * years,
                    jump_mean,
                    jump_deviation,
                }
            }
        }
    }

    /// The numbers of a step of `years` as `crates/kernels/src/paths.rs` lists them; `start` is the variance now.
    pub(super) fn for_kernel(&self, start: f64, years: f64) -> [f64; 12] {
        let mut law = [0.0; 12];
        match self {
            Stepper::Gbm { drift, deviation } => {
                law[..4].copy_from_slice(&[*drift, *deviation, years.sqrt(), start.sqrt() * years]);
            }
            Stepper::Heston(q) => {
                law = [
                    start,
                    q.theta,
                    q.decay,
                    q.noise_state,
                    q.noise_level,
                    q.k0,
                    q.k1,
                    q.k2,
                    q.k3,
                    q.k2 + 0.5 * q.k3,
                    q.k1 + 0.5 * q.k3,
                    q.carried,
                ];
            }
            Stepper::Merton {
                drift,
                deviation,
                jumps,
                jump_mean,
                jump_deviation,
            } => {
                law[..7].copy_from_slice(&[
                    *drift,
                    *deviation,
                    *jumps,
                    (-jumps).exp(),
                    *jump_mean,
                    *jump_deviation,
                    10.0 * jumps + 60.0,
                ]);
            }
        }
        law
    }

    /// The state one step later; `normals` are independent and standard, as many as the law has factors.
    #[inline]
    pub(super) fn step(&self, state: &State, normals: &[f64]) -> State {
        match self {
            Stepper::Gbm { drift, deviation } => State {
                spot: state.spot * (drift + deviation * normals[0]).exp(),
                ..*state
            },
            Stepper::Heston(quadratic) => quadratic.step(state, normals[0], normals[1]),
            Stepper::Merton {
                drift,
                deviation,
                jumps,
                jump_mean,
                jump_deviation,
            } => {
                let count = poisson(*jumps, normal::cdf(normals[1]));
                let jump = count * jump_mean + count.sqrt() * jump_deviation * normals[2];
                State {
                    spot: state.spot * (drift + deviation * normals[0] + jump).exp(),
                    ..*state
                }
            }
        }
    }
}

/// The count below which a Poisson law with `mean` falls with probability `u`: the inverse of its distribution.
fn poisson(mean: f64, u: f64) -> f64 {
    let mut chance = (-mean).exp();
    let (mut below, mut count) = (chance, 0.0);
    // The sum may stop short of one by rounding, and `chance` underflows for means that no market has.
    while u > below && count < 10.0 * mean + 60.0 {
        count += 1.0;
        chance *= mean / count;
        below += chance;
    }
    count
}

/// Andersen's scheme for one step of Heston.
#[derive(Clone, Debug)]
pub(super) struct Quadratic {
    theta: f64,
    decay: f64,
    /// Conditional variance of `v'` is `noise_state v + noise_level`.
    noise_state: f64,
    noise_level: f64,
    k0: f64,
    k1: f64,
    k2: f64,
    k3: f64,
    carried: f64,
}

impl Quadratic {
    fn new(model: &heston::Model, carry: f64, years: f64) -> Quadratic {
        let heston::Model {
            kappa,
            theta,
            sigma,
            rho,
            ..
        } = *model;
        let gone = -(-kappa * years).exp_m1();
        let lasting = if kappa * years < 1e-12 {
            years
        } else {
            gone / kappa
        };
        // Without noise in the variance there is nothing to correlate with.
        let slope = if sigma > 0.0 { rho / sigma } else { 0.0 };
        let free = if sigma > 0.0 { 1.0 - rho * rho } else { 1.0 };
        let half = 0.5 * years * (kappa * slope - 0.5);
        Quadratic {
            theta,
            decay: 1.0 - gone,
            noise_state: sigma * sigma * (1.0 - gone) * lasting,
            noise_level: 0.5 * theta * sigma * sigma * gone * lasting,
            k0: -slope * kappa * theta * years,
            k1: half - slope,
            k2: half + slope,
            k3: 0.5 * years * free,
            carried: carry * years,
        }
    }

    #[inline]
    fn step(&self, state: &State, spot_normal: f64, variance_normal: f64) -> State {
        let v = state.variance;
        let mean = self.theta + (v - self.theta) * self.decay;
        let noise = self.noise_state * v + self.noise_level;
        // E[e^(a v')] with this `a` turns into the drift that the martingale needs.
        let a = self.k2 + 0.5 * self.k3;
        let (next, log_moment) = if mean <= 0.0 {
            (0.0, Some(0.0))
        } else {
            let psi = noise / (mean * mean);
            if psi <= 1e-14 {
                (mean, Some(a * mean))
            } else if psi <= 1.5 {
                let two = 2.0 / psi;
                let b2 = two - 1.0 + two.sqrt() * (two - 1.0).sqrt();
                let scale = mean / (1.0 + b2);
                let root = b2.sqrt() + variance_normal;
                let rest = 1.0 - 2.0 * a * scale;
                let moment = (rest > 0.0).then(|| a * b2 * scale / rest - 0.5 * rest.ln());
                (scale * root * root, moment)
            } else {
                let nothing = (psi - 1.0) / (psi + 1.0);
                let beta = (1.0 - nothing) / mean;
                // The upper tail from the normal itself: 1 - u would lose it.
                let above = normal::cdf(-variance_normal);
                let next = if above >= 1.0 - nothing {
                    0.0
                } else {
                    ((1.0 - nothing) / above).ln() / beta
                };
                let moment =
                    (a < beta).then(|| (nothing + beta * (1.0 - nothing) / (beta - a)).ln());
                (next, moment)
            }
        };
        let level = log_moment.map_or(self.k0, |m| -m - (self.k1 + 0.5 * self.k3) * v);
        let deviation = (self.k3 * (v + next)).max(0.0).sqrt();
        let growth = self.carried + level + self.k1 * v + self.k2 * next + deviation * spot_normal;
        State {
            spot: state.spot * growth.exp(),
            variance: next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_inverts_its_distribution() {
        // 1 - e^-2 (1 + 2 + 2) = 0.32332; three jumps or more.
        assert_eq!(poisson(2.0, 0.13), 0.0);
        assert_eq!(poisson(2.0, 0.14), 1.0);
        assert_eq!(poisson(2.0, 0.6766), 2.0);
        assert_eq!(poisson(2.0, 0.6767), 3.0);
        assert_eq!(poisson(0.0, 0.999_999), 0.0);
        assert!(poisson(3.0, 1.0).is_finite());
    }

    /// One step by quadrature over both normals: the discounted spot must be a martingale, and the variance must have
    /// its exact mean and second moment, whichever branch the scheme takes.
    #[test]
    fn a_heston_step_keeps_the_moments() {
        let model = heston::Model {
            v0: 0.04,
            kappa: 1.5,
            theta: 0.06,
            sigma: 0.8,
            rho: -0.6,
        };
        let (carry, years) = (0.03, 0.1);
        let quadratic = Quadratic::new(&model, carry, years);
        for variance in [0.0, 0.001, 0.02, 0.2, 0.6] {
            let start = State {
                spot: 1.0,
                variance,
            };
            let (mut spot, mut mean, mut square, mut weight) = (0.0, 0.0, 0.0, 0.0);
            for i in -4000..=4000 {
                let z = f64::from(i) * 0.002;
                let w = normal::pdf(z) * 0.002;
                let end = quadratic.step(&start, 0.0, z);
                let deviation2 = quadratic.k3 * (variance + end.variance);
                spot += w * end.spot * (0.5 * deviation2).exp();
                mean += w * end.variance;
                square += w * end.variance * end.variance;
                weight += w;
            }
            assert!((weight - 1.0).abs() < 1e-12);
            let expected = model.theta + (variance - model.theta) * (-model.kappa * years).exp();
            let noise = quadratic.noise_state * variance + quadratic.noise_level;
            assert!(
                (spot - (carry * years).exp()).abs() < 1e-6,
                "{variance}: {spot}"
            );
            assert!(
                (mean - expected).abs() < 1e-6,
                "{variance}: {mean} {expected}"
            );
            assert!(
                (square - mean * mean - noise).abs() < 1e-5,
                "{variance}: {square} {noise}"
            );
        }
    }
}
