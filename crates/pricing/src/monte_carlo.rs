//! Prices of anything that a simulated path decides, each with its standard error.
//!
//! ```text
//! value = e^(-rT) mean of payoff(path)            standard error = deviation of m independent means / sqrt m
//! with a control of known value c:  value = mean of (payoff - b (control - c)),  b from a pilot of its own paths
//! ```
//! | question | answer |
//! | --- | --- |
//! | a payoff at expiry that may look at the whole path | [`Simulation::estimate`] |
//! | the same, with the noise of a claim of known value taken out | [`Simulation::estimate_with_control`] |
//! | value, delta and vega of a claim that has a name ([`Payoff`]) | [`Simulation::sensitivities`] |
//! | a right that may be exercised at every step: bounds from both sides | [`Simulation::exercise_bounds`] |
//!
//! Sources: P. Glasserman, Monte Carlo Methods in Financial Engineering (2004), chapters 4 and 5; randomised quasi-Monte
//! Carlo: A. B. Owen, SIAM J. Numerical Analysis 34 (1997). Everything is a function of the inputs and the seed: every
//! random number has an address (path, step, factor), sums run in the order of the paths.
//! Accuracy: see [`Estimate`]; the law of the path is exact at the steps but for Heston (see [`Dynamics`]).
//! Not for a vanilla: [`european`](crate::european), [`american`](crate::american) and [`heston`](crate::heston) are
//! exact and a thousand times faster.
//!
//! ```
//! use pricing::monte_carlo::{Dynamics, Sampling, Simulation};
//! let simulation = Simulation {
//!     spot: 100.0, years: 0.5, rate: 0.04, dividend_yield: 0.01, steps: 26,
//!     dynamics: Dynamics::Gbm { vol: 0.25 },
//!     sampling: Sampling::Sobol { points: 256, randomisations: 16 }, seed: 1,
//! };
//! // What a put on the average of 26 weekly closes is worth.
//! let average = simulation.estimate(|path| {
//!     let mean = path[1..].iter().map(|state| state.spot).sum::<f64>() / 26.0;
//!     (100.0 - mean).max(0.0)
//! }).unwrap();
//! // 3.7510 by two million independent paths with the geometric mean as control (NumPy).
//! assert!((average.value - 3.7510).abs() < average.margin_95() && average.standard_error < 0.015);
//! ```

pub mod bridge;
mod for_kernel;
mod lsm;
mod models;
mod payoff;
pub mod philox;
pub mod sobol;

#[cfg(test)]
mod tests;

use crate::Error;
use crate::error::at_least;
use crate::normal::inverse_cdf;
use bridge::Bridge;
use models::Stepper;
use philox::Stream;

pub(crate) use for_kernel::{Control, tables_for_kernel};
pub use lsm::{Bounds, Effort};
pub(crate) use lsm::{Range, Sums, TERMS, terms_at};
pub use models::{Dynamics, State};
pub use payoff::{Knock, Payoff, Sensitivities};

/// Everything that a simulation depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulation {
    /// Price of one share now, in dollars. Positive.
    pub spot: f64,
    /// Time to expiry in years of 365 days. Positive.
    pub years: f64,
    /// Risk-free rate with continuous compounding, fraction per year; any sign.
    pub rate: f64,
    /// Dividend yield with continuous compounding, fraction per year; any sign.
    pub dividend_yield: f64,
    /// Equal steps from now to expiry. A path has one state more: it begins with now.
    pub steps: u32,
    /// The law of the spot.
    pub dynamics: Dynamics,
    /// How many paths, and of which kind.
    pub sampling: Sampling,
    /// Same seed, same estimate.
    pub seed: u64,
}

/// Where the random numbers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Independent paths: the error falls like one over the root of their number.
    Plain {
        /// How many, from 2.
        paths: u32,
    },
    /// Independent pairs of a path and its mirror image; better where the payoff is nearly linear or monotone.
    Antithetic {
        /// How many pairs, from 2.
        pairs: u32,
    },
    /// Scrambled Sobol points through a Brownian bridge; steps times random numbers per step (1 for Gbm, 2 for Heston,
    /// 3 for Merton) may not exceed [`sobol::DIMENSIONS_MAX`].
    Sobol {
        /// Points in each randomisation; a power of two is best.
        points: u32,
        /// Independent randomisations, from 2; 16 to 32 give an error one can trust.
        randomisations: u32,
    },
}

/// A mean, and how far it may be from what it estimates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Dollars.
    pub value: f64,
    /// Standard deviation of `value` over seeds, itself estimated from `samples` independent numbers.
    pub standard_error: f64,
    /// Independent numbers behind the standard error: paths, pairs or randomisations.
    pub samples: u32,
    /// Paths simulated in all.
    pub paths: u64,
}

impl Estimate {
    /// Half the width of the interval around `value` that holds the truth 95 times in 100, in dollars: Student's law,
    /// by the expansion of Abramowitz and Stegun 26.7.5, within 0.1 % from 10 samples up. Bias is not in it.
    pub fn margin_95(&self) -> f64 {
        const Z: f64 = 1.959_963_984_540_054;
        let freedom = f64::from(self.samples.saturating_sub(1));
        let (z3, z5, z7) = (Z.powi(3), Z.powi(5), Z.powi(7));
        let first = (z3 + Z) / 4.0;
        let second = (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / 96.0;
        let third = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / 384.0;
        let quantile = Z + (first + (second + third / freedom) / freedom) / freedom;
        quantile * self.standard_error
    }

    /// From the moments of independent samples, each the mean of `paths_each` paths.
    pub(crate) fn from_samples(moments: &Moments, paths_each: u32) -> Estimate {
        let count = f64::from(moments.count);
        Estimate {
            value: moments.mean,
            standard_error: (moments.squares / (count - 1.0) / count).sqrt(),
            samples: moments.count,
            paths: u64::from(moments.count) * u64::from(paths_each),
        }
    }
}

/// Purposes of the random streams; different numbers are independent.
pub(crate) mod purpose {
    pub(crate) const ESTIMATE: u32 = 0;
    pub(crate) const PILOT: u32 = 1;
    pub(crate) const TRAIN: u32 = 2;
    pub(crate) const LOWER: u32 = 3;
    pub(crate) const UPPER: u32 = 4;
    pub(crate) const INNER: u32 = 5;
}

/// Paths behind the coefficient of a control.
pub(crate) const PILOT_PATHS: u32 = 1024;

/// What some paths of their own say beforehand.
pub(crate) struct Pilot {
    /// Mean of the payoff, dollars at expiry.
    pub(crate) payoff: f64,
    /// Mean of the control, dollars at expiry.
    pub(crate) control: f64,
    /// Payoff regressed on control.
    pub(crate) coefficient: f64,
}

impl Simulation {
    /// Names the first input that cannot be simulated.
    pub fn check(&self) -> Result<(), Error> {
        self.check_law()?;
        let within = |what, value: f64, least: f64, most: f64| {
            if value >= least && value <= most {
                Ok(())
            } else {
                Err(Error::OutOfRange {
                    what,
                    value,
                    least,
                    most,
                })
            }
        };
        let most = f64::from(u32::MAX);
        match self.sampling {
            Sampling::Plain { paths } => within("number of paths", paths.into(), 2.0, most),
            Sampling::Antithetic { pairs } => within("number of pairs", pairs.into(), 2.0, most),
            Sampling::Sobol {
                points,
                randomisations,
            } => {
                within("number of points", points.into(), 1.0, most)?;
                within("number of randomisations", randomisations.into(), 2.0, most)?;
                within(
                    "number of Sobol dimensions, steps times random numbers per step",
                    self.dimensions() as f64,
                    1.0,
                    sobol::DIMENSIONS_MAX as f64,
                )
            }
        }
    }

    /// All but the sampling.
    pub(crate) fn check_law(&self) -> Result<(), Error> {
        at_least(f64::MIN_POSITIVE, "spot", self.spot)?;
        at_least(f64::MIN_POSITIVE, "time", self.years)?;
        for (what, value) in [("rate", self.rate), ("dividend yield", self.dividend_yield)] {
            let most = 600.0 / self.years;
            if value.is_nan() || value.abs() > most {
                return Err(Error::OutOfRange {
                    what,
                    value,
                    least: -most,
                    most,
                });
            }
        }
        if self.steps == 0 || self.steps > 100_000 {
            return Err(Error::OutOfRange {
                what: "number of steps",
                value: self.steps.into(),
                least: 1.0,
                most: 100_000.0,
            });
        }
        self.dynamics.check()
    }

    /// Value of `payoff`, dollars at expiry as a function of the path: `steps + 1` states, now first.
    ///
    /// # Errors
    /// [`Error::BadInput`] and [`Error::OutOfRange`] name the first bad number.
    pub fn estimate(&self, payoff: impl Fn(&[State]) -> f64) -> Result<Estimate, Error> {
        self.check()?;
        let discount = (-self.rate * self.years).exp();
        Ok(self.run(|path| discount * payoff(path)))
    }

    /// As [`estimate`](Simulation::estimate), less the noise that `payoff` shares with `control`, another payoff at
    /// expiry whose value now is known to be `control_value` dollars (such as the European closed form). Unbiased: the
    /// coefficient comes from 1,024 paths of its own.
    ///
    /// # Errors
    /// [`Error::BadInput`] and [`Error::OutOfRange`] name the first bad number.
    pub fn estimate_with_control(
        &self,
        payoff: impl Fn(&[State]) -> f64,
        control: impl Fn(&[State]) -> f64,
        control_value: f64,
    ) -> Result<Estimate, Error> {
        self.check()?;
        let discount = (-self.rate * self.years).exp();
        let coefficient = self.pilot(PILOT_PATHS, &payoff, &control).coefficient;
        Ok(self.run(|path| {
            discount * payoff(path) - coefficient * (discount * control(path) - control_value)
        }))
    }

    /// A look at both payoffs on paths that nothing else uses; the inputs have been checked.
    pub(crate) fn pilot(
        &self,
        paths: u32,
        payoff: impl Fn(&[State]) -> f64,
        control: impl Fn(&[State]) -> f64,
    ) -> Pilot {
        let stream = Stream::new(self.seed, purpose::PILOT);
        let mut walk = Walk::new(self, false);
        let (mut mean_x, mut mean_y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0);
        for path in 0..paths {
            let path = walk.independent(&stream, path.into(), false);
            let (x, y) = (control(path), payoff(path));
            mean_x += x;
            mean_y += y;
            xx += x * x;
            xy += x * y;
        }
        let count = f64::from(paths);
        let spread = xx - mean_x * mean_x / count;
        Pilot {
            payoff: mean_y / count,
            control: mean_x / count,
            // A control that does not move explains nothing.
            coefficient: if spread > 0.0 {
                (xy - mean_x * mean_y / count) / spread
            } else {
                0.0
            },
        }
    }

    /// Mean of `value` under the chosen sampling; the inputs have been checked.
    fn run(&self, value: impl Fn(&[State]) -> f64) -> Estimate {
        let [estimate] = self.run_many(|path| [value(path)]);
        estimate
    }

    /// As [`run`](Simulation::run), of several numbers that each path gives.
    pub(crate) fn run_many<const N: usize>(
        &self,
        value: impl Fn(&[State]) -> [f64; N],
    ) -> [Estimate; N] {
        let stream = Stream::new(self.seed, purpose::ESTIMATE);
        let mut moments = [Moments::default(); N];
        let mut add = |sample: [f64; N]| {
            for (moments, x) in moments.iter_mut().zip(sample) {
                moments.add(x);
            }
        };
        let paths_each = match self.sampling {
            Sampling::Plain { paths } => {
                let mut walk = Walk::new(self, false);
                for path in 0..paths {
                    add(value(walk.independent(&stream, path.into(), false)));
                }
                1
            }
            Sampling::Antithetic { pairs } => {
                let mut walk = Walk::new(self, false);
                for pair in 0..pairs {
                    let one = value(walk.independent(&stream, pair.into(), false));
                    let other = value(walk.independent(&stream, pair.into(), true));
                    add(std::array::from_fn(|k| 0.5 * (one[k] + other[k])));
                }
                2
            }
            Sampling::Sobol {
                points,
                randomisations,
            } => {
                let mut walk = Walk::new(self, true);
                for randomisation in 0..randomisations {
                    let scrambled =
                        sobol::Scrambled::new(&stream, randomisation, self.dimensions());
                    let mut sum = [0.0; N];
                    for index in 0..points {
                        let found = value(walk.quasi(&scrambled, index));
                        for (sum, x) in sum.iter_mut().zip(found) {
                            *sum += x;
                        }
                    }
                    add(sum.map(|sum| sum / f64::from(points)));
                }
                points
            }
        };
        moments.map(|moments| Estimate::from_samples(&moments, paths_each))
    }

    /// Hands independent paths of a purpose to `look`, one after the other.
    pub(crate) fn look(&self, purpose: u32, paths: u32, mut look: impl FnMut(&[State])) {
        let stream = Stream::new(self.seed, purpose);
        let mut walk = Walk::new(self, false);
        for path in 0..paths {
            look(walk.independent(&stream, path.into(), false));
        }
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.steps as usize * self.dynamics.factors()
    }

    fn stepper(&self) -> Stepper {
        let years = self.years / f64::from(self.steps);
        Stepper::new(&self.dynamics, self.rate - self.dividend_yield, years)
    }
}

/// Running mean and sum of squared deviations (B. P. Welford, Technometrics 4 (1962)).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moments {
    pub(crate) count: u32,
    pub(crate) mean: f64,
    /// Sum of squared deviations.
    pub(crate) squares: f64,
}

impl Moments {
    pub(crate) fn add(&mut self, x: f64) {
        self.count += 1;
        let off = x - self.mean;
        self.mean += off / f64::from(self.count);
        self.squares += off * (x - self.mean);
    }
}

/// Turns random numbers into paths, one at a time.
struct Walk {
    stepper: Stepper,
    factors: usize,
    bridged: usize,
    bridge: Option<Bridge>,
    /// `[step][factor]`.
    numbers: Vec<f64>,
    column: Vec<f64>,
    scratch: Vec<f64>,
    path: Vec<State>,
}

impl Walk {
    fn new(simulation: &Simulation, with_bridge: bool) -> Walk {
        let steps = simulation.steps as usize;
        Walk {
            stepper: simulation.stepper(),
            factors: simulation.dynamics.factors(),
            bridged: simulation.dynamics.bridged(),
            bridge: with_bridge.then(|| Bridge::new(steps)),
            numbers: vec![0.0; simulation.dimensions()],
            column: vec![0.0; steps],
            scratch: Vec::new(),
            path: vec![simulation.dynamics.start(simulation.spot); steps + 1],
        }
    }

    /// Path number `path` of a stream, or its mirror image.
    fn independent(&mut self, stream: &Stream, path: u64, mirrored: bool) -> &[State] {
        stream.uniforms(path, &mut self.numbers);
        for number in &mut self.numbers {
            let normal = inverse_cdf(*number);
            *number = if mirrored { -normal } else { normal };
        }
        self.go()
    }

    /// The path of one quasi-random point.
    fn quasi(&mut self, scrambled: &sobol::Scrambled, index: u32) -> &[State] {
        scrambled.uniforms(index, &mut self.numbers);
        for number in &mut self.numbers {
            *number = inverse_cdf(*number);
        }
        if let Some(bridge) = &self.bridge {
            for factor in 0..self.bridged {
                let of_factor = self.numbers.iter().skip(factor).step_by(self.factors);
                for (slot, number) in self.column.iter_mut().zip(of_factor) {
                    *slot = *number;
                }
                bridge.steps(&mut self.column, &mut self.scratch);
                let of_factor = self.numbers.iter_mut().skip(factor).step_by(self.factors);
                for (number, slot) in of_factor.zip(&self.column) {
                    *number = *slot;
                }
            }
        }
        self.go()
    }

    fn go(&mut self) -> &[State] {
        let mut state = self.path[0];
        let steps = self.numbers.chunks_exact(self.factors);
        for (slot, normals) in self.path[1..].iter_mut().zip(steps) {
            state = self.stepper.step(&state, normals);
            *slot = state;
        }
        &self.path
    }
}
