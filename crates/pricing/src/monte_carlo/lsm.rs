//! A right that may be exercised at every step, bounded from both sides.
//!
//! ```text
//! lower = E[payoff at the time that a regression on training paths chooses], on paths of its own
//! upper = E[max over t of (payoff_t - M_t)],  M_t - M_(t-1) = V(t, X_t) - E[V(t, X_t) | X_(t-1)]
//! ```
//! Every payoff stands in today's dollars and less a `guide`: a claim without exercise whose value is known in every
//! state (the European option). Since the guide is a martingale, `value = guide_0 + value of (payoff - guide)`, which takes
//! its noise out of the regression and out of both bounds. `V` is the larger of payoff and fitted continuation; the
//! conditional expectation is a mean over one-step successors, so `M` is a martingale whatever the fit is worth, and
//! the upper bound is one in expectation whatever their number.
//!
//! Sources: F. A. Longstaff and E. S. Schwartz, Rev. Financial Studies 14 (2001), here with separate fits where exercise
//! pays and where it does not; L. C. G. Rogers, Mathematical Finance 12 (2002); M. B. Haugh and L. Kogan, Operations
//! Research 52 (2004). Accuracy: the bounds are the accuracy. They enclose the right exercisable at the steps, which is
//! worth less than one exercisable at any time. Not for one share's vanilla: see `american`.

use super::philox::{Stream, uniform32};
use super::{Estimate, Moments, Simulation, State, Walk, purpose, sobol};
use crate::Error;
use crate::normal::inverse_cdf;

/// How many paths the bounds may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Paths that teach the exercise rule, from 2; all are kept in memory, 16 bytes a step.
    pub training_paths: u32,
    /// Antithetic pairs of paths that try the rule, from 2.
    pub lower_pairs: u32,
    /// Antithetic pairs of paths with successors at every step, from 2.
    pub upper_pairs: u32,
    /// Successors of every state on them, from 1; a power of two is best.
    pub successors: u32,
}

impl Default for Effort {
    /// About a second for 50 steps.
    fn default() -> Effort {
        Effort {
            training_paths: 16_384,
            lower_pairs: 8_192,
            upper_pairs: 256,
            successors: 32,
        }
    }
}

/// The worth of a right, from below and from above, in dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// What a rule that can be followed earns: too low in expectation, if not perfect.
    pub lower: Estimate,
    /// What no rule can beat: too high in expectation.
    pub upper: Estimate,
}

impl Bounds {
    /// How much better a perfect rule could be at most, but for noise: upper less lower, in dollars.
    pub fn gap(&self) -> f64 {
        self.upper.value - self.lower.value
    }
}

impl Simulation {
    /// Bounds on the worth of the right to take `exercise(step, state)` dollars at one of the steps from 0 to the last,
    /// or nothing. `guide(step, state)` is the value in dollars, at that step, of a claim held to the end whose
    /// discounted value is a martingale, such as the European option; `|_, _| 0.0` where none is known. A wrong
    /// guide makes both bounds wrong. [`Simulation::sampling`] is not used.
    ///
    /// # Errors
    /// [`Error::BadInput`] and [`Error::OutOfRange`] name the first bad number.
    pub fn exercise_bounds(
        &self,
        exercise: impl Fn(usize, &State) -> f64,
        guide: impl Fn(usize, &State) -> f64,
        effort: &Effort,
    ) -> Result<Bounds, Error> {
        self.check_law()?;
        effort.check(self.steps)?;
        let claim = Claim {
            simulation: self,
            exercise,
            guide,
        };
        let rule = Rule::train(&claim, effort.training_paths);
        Ok(Bounds {
            lower: rule.lower(&claim, effort.lower_pairs),
            upper: rule.upper(&claim, effort),
        })
    }
}

impl Effort {
    fn check(&self, steps: u32) -> Result<(), Error> {
        let memory = f64::from(self.training_paths) * f64::from(steps + 1);
        for (what, value, least, most) in [
            (
                "number of training paths",
                self.training_paths.into(),
                2.0,
                1e9,
            ),
            ("training paths times steps", memory, 2.0, 1e9),
            (
                "number of pairs for the lower bound",
                self.lower_pairs.into(),
                2.0,
                1e9,
            ),
            (
                "number of pairs for the upper bound",
                self.upper_pairs.into(),
                2.0,
                1e9,
            ),
            ("number of successors", self.successors.into(), 1.0, 1e6),
        ] {
            if !(value >= least && value <= most) {
                return Err(Error::OutOfRange {
                    what,
                    value,
                    least,
                    most,
                });
            }
        }
        Ok(())
    }
}

/// What is to be valued, in today's dollars and less the guide.
struct Claim<'a, E, G> {
    simulation: &'a Simulation,
    exercise: E,
    guide: G,
}

impl<E: Fn(usize, &State) -> f64, G: Fn(usize, &State) -> f64> Claim<'_, E, G> {
    fn discount(&self, step: usize) -> f64 {
        let years = self.simulation.years * step as f64 / f64::from(self.simulation.steps);
        (-self.simulation.rate * years).exp()
    }

    /// What exercise at `step` adds to the guide, if it pays at all.
    fn gain(&self, step: usize, state: &State) -> Option<f64> {
        let pays = (self.exercise)(step, state);
        (pays > 0.0).then(|| self.discount(step) * (pays - (self.guide)(step, state)))
    }

    /// What the right adds to the guide at the last step.
    fn end(&self, step: usize, state: &State) -> f64 {
        let pays = (self.exercise)(step, state).max(0.0);
        self.discount(step) * (pays - (self.guide)(step, state))
    }

    fn guide_now(&self) -> f64 {
        let simulation = self.simulation;
        (self.guide)(0, &simulation.dynamics.start(simulation.spot))
    }
}

/// Fitted continuation at every step but the last.
struct Rule {
    steps: Vec<[Fit; 2]>,
}

impl Rule {
    fn train<E: Fn(usize, &State) -> f64, G: Fn(usize, &State) -> f64>(
        claim: &Claim<E, G>,
        paths: u32,
    ) -> Rule {
        let stream = Stream::new(claim.simulation.seed, purpose::TRAIN);
        let last = claim.simulation.steps as usize;
        let count = paths as usize;
        // `[step][path]`: the regression works on one step at a time.
        let mut states = vec![State::default(); count * (last + 1)];
        let mut walk = Walk::new(claim.simulation, false);
        for path in 0..count {
            let walked = walk.independent(&stream, path as u64, false);
            for (step, state) in walked.iter().enumerate() {
                states[step * count + path] = *state;
            }
        }
        let at = |step: usize| &states[step * count..(step + 1) * count];
        let mut cash: Vec<f64> = at(last).iter().map(|s| claim.end(last, s)).collect();
        let mut steps = Vec::with_capacity(last);
        for step in (0..last).rev() {
            let gains: Vec<Option<f64>> = at(step).iter().map(|s| claim.gain(step, s)).collect();
            let rows = || at(step).iter().zip(&gains).zip(&cash);
            let part = |pays: bool| {
                let chosen = rows().filter(move |((_, gain), _)| gain.is_some() == pays);
                Fit::new(
                    &chosen
                        .map(|((state, _), cash)| (*state, *cash))
                        .collect::<Vec<_>>(),
                )
            };
            let fits = [part(false), part(true)];
            for ((state, gain), cash) in at(step).iter().zip(&gains).zip(&mut cash) {
                if let Some(gain) = gain
                    && *gain >= fits[1].at(state)
                {
                    *cash = *gain;
                }
            }
            steps.push(fits);
        }
        steps.reverse();
        Rule { steps }
    }

    fn lower<E: Fn(usize, &State) -> f64, G: Fn(usize, &State) -> f64>(
        &self,
        claim: &Claim<E, G>,
        pairs: u32,
    ) -> Estimate {
        let stream = Stream::new(claim.simulation.seed, purpose::LOWER);
        let mut walk = Walk::new(claim.simulation, false);
        let mut moments = Moments::default();
        let last = self.steps.len();
        let earned = |path: &[State]| {
            for (step, (fits, state)) in self.steps.iter().zip(path).enumerate() {
                if let Some(gain) = claim.gain(step, state)
                    && gain >= fits[1].at(state)
                {
                    return gain;
                }
            }
            claim.end(last, &path[last])
        };
        for pair in 0..pairs {
            let one = earned(walk.independent(&stream, pair.into(), false));
            let other = earned(walk.independent(&stream, pair.into(), true));
            moments.add(claim.guide_now() + 0.5 * (one + other));
        }
        Estimate::from_samples(&moments, 2)
    }

    fn upper<E: Fn(usize, &State) -> f64, G: Fn(usize, &State) -> f64>(
        &self,
        claim: &Claim<E, G>,
        effort: &Effort,
    ) -> Estimate {
        let stream = Stream::new(claim.simulation.seed, purpose::UPPER);
        let inner = Stream::new(claim.simulation.seed, purpose::INNER);
        let mut walk = Walk::new(claim.simulation, false);
        let factors = claim.simulation.dynamics.factors();
        let stepper = claim.simulation.stepper();
        let last = self.steps.len();
        let value = |step: usize, state: &State| match self.steps.get(step) {
            None => claim.end(last, state),
            Some(fits) => match claim.gain(step, state) {
                Some(gain) => gain.max(fits[1].at(state)),
                None => fits[0].at(state),
            },
        };
        let mut normals = vec![0.0; factors];
        let mut expected = |step: usize, state: &State, path: u64| {
            // The same Sobol points everywhere, each time under a fresh digital shift: unbiased and even.
            let shifts = inner.words(path, step as u32);
            let mut sum = 0.0;
            for index in 0..effort.successors {
                for (factor, normal) in normals.iter_mut().enumerate() {
                    let bits = sobol::coordinate(index, factor) ^ shifts[factor];
                    *normal = inverse_cdf(uniform32(bits));
                }
                sum += value(step, &stepper.step(state, &normals));
            }
            sum / f64::from(effort.successors)
        };
        let mut regret = |path: &[State], number: u64| {
            let mut martingale = 0.0;
            let mut best = claim.gain(0, &path[0]).unwrap_or(f64::NEG_INFINITY);
            for step in 1..=last {
                let mean = expected(step, &path[step - 1], number);
                martingale += value(step, &path[step]) - mean;
                let taken = if step == last {
                    Some(claim.end(last, &path[last]))
                } else {
                    claim.gain(step, &path[step])
                };
                best = taken.map_or(best, |gain| best.max(gain - martingale));
            }
            best
        };
        let mut moments = Moments::default();
        for pair in 0..u64::from(effort.upper_pairs) {
            let one = regret(walk.independent(&stream, pair, false), 2 * pair);
            let other = regret(walk.independent(&stream, pair, true), 2 * pair + 1);
            moments.add(claim.guide_now() + 0.5 * (one + other));
        }
        Estimate::from_samples(&moments, 2)
    }
}

/// Least squares in Chebyshev polynomials of the logarithm of the spot, and of the variance where it moves.
#[derive(Clone, Debug)]
struct Fit {
    spot: Range,
    variance: Range,
    coefficients: [f64; TERMS],
}

/// Degree 5 in the spot, then variance, its square, and two products.
pub(crate) const TERMS: usize = 10;
const SPOT_TERMS: usize = 6;

/// Maps what was seen to [-1, 1]; beyond it, the edge stands in, since polynomials run away there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) centre: f64,
    pub(crate) per_unit: f64,
}

impl Range {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Range {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        let half = 0.5 * (high - low);
        Range {
            centre: 0.5 * (high + low),
            per_unit: if half > 1e-9 { 1.0 / half } else { 0.0 },
        }
    }

    #[inline]
    pub(crate) fn map(&self, x: f64) -> f64 {
        ((x - self.centre) * self.per_unit).clamp(-1.0, 1.0)
    }
}

fn log_spot(state: &State) -> f64 {
    state.spot.clamp(f64::MIN_POSITIVE, f64::MAX).ln()
}

impl Fit {
    /// The fit of `rows`; the mean alone where they are few.
    fn new(rows: &[(State, f64)]) -> Fit {
        let constant = |value| {
            let mut coefficients = [0.0; TERMS];
            coefficients[0] = value;
            let still = Range {
                centre: 0.0,
                per_unit: 0.0,
            };
            Fit {
                spot: still,
                variance: still,
                coefficients,
            }
        };
        if rows.is_empty() {
            return constant(0.0);
        }
        let mean = rows.iter().map(|(_, y)| y).sum::<f64>() / rows.len() as f64;
        let mut fit = constant(mean);
        if rows.len() < 10 * TERMS {
            return fit;
        }
        fit.spot = Range::of(rows.iter().map(|(state, _)| log_spot(state)));
        fit.variance = Range::of(rows.iter().map(|(state, _)| state.variance));
        let mut matrix = [[0.0; TERMS]; TERMS];
        let mut right = [0.0; TERMS];
        for (state, y) in rows {
            let terms = fit.terms(state);
            for i in 0..TERMS {
                right[i] += terms[i] * (y - mean);
                for j in 0..=i {
                    matrix[i][j] += terms[i] * terms[j];
                }
            }
        }
        if let Some(mut solution) = solve(matrix, right) {
            solution[0] += mean;
            fit.coefficients = solution;
        }
        fit
    }

    #[inline]
    fn at(&self, state: &State) -> f64 {
        let terms = self.terms(state);
        terms
            .iter()
            .zip(&self.coefficients)
            .map(|(t, c)| t * c)
            .sum()
    }

    #[inline]
    fn terms(&self, state: &State) -> [f64; TERMS] {
        let x = self.spot.map(log_spot(state));
        let moves = self.variance.per_unit > 0.0;
        terms_at(x, moves.then(|| self.variance.map(state.variance)))
    }
}

/// The terms at places within [-1, 1]; no variance, no terms of it.
#[inline]
pub(crate) fn terms_at(x: f64, variance: Option<f64>) -> [f64; TERMS] {
    let mut terms = [0.0; TERMS];
    terms[0] = 1.0;
    terms[1] = x;
    for n in 2..SPOT_TERMS {
        terms[n] = 2.0 * x * terms[n - 1] - terms[n - 2];
    }
    if let Some(y) = variance {
        let rest = [y, 2.0 * y * y - 1.0, x * y, x * x * y];
        terms[SPOT_TERMS..].copy_from_slice(&rest);
    }
    terms
}

/// Sums of a regression that was added up elsewhere, in `f64`: all pairs of terms, and of a term and the cash.
pub(crate) struct Sums {
    /// Of terms `i` and `j`, for `j` up to `i`.
    pub(crate) matrix: [[f64; TERMS]; TERMS],
    /// Of term and cash.
    pub(crate) right: [f64; TERMS],
}

impl Sums {
    /// Coefficients of the fit, by the rules of [`Fit::new`].
    pub(crate) fn coefficients(&self) -> [f64; TERMS] {
        let mut constant = [0.0; TERMS];
        let rows = self.matrix[0][0];
        if rows < 0.5 {
            return constant;
        }
        let mean = self.right[0] / rows;
        constant[0] = mean;
        if rows < 10.0 * TERMS as f64 {
            return constant;
        }
        // The first term is one, so its row holds the sums of all others.
        let right = std::array::from_fn(|i| self.right[i] - mean * self.matrix[i][0]);
        solve(self.matrix, right).map_or(constant, |mut solution| {
            solution[0] += mean;
            solution
        })
    }
}

/// Solves the symmetric equations by Cholesky; terms that others explain, or that vanish, get no weight.
fn solve(mut matrix: [[f64; TERMS]; TERMS], mut x: [f64; TERMS]) -> Option<[f64; TERMS]> {
    let sizes: [f64; TERMS] = std::array::from_fn(|i| matrix[i][i]);
    for i in 0..TERMS {
        for j in 0..=i {
            for k in 0..j {
                matrix[i][j] -= matrix[i][k] * matrix[j][k];
            }
            if i == j {
                // Less than 1e-11 of the term is its own: a pivot of infinity silences it.
                matrix[i][i] = if matrix[i][i] > 1e-11 * sizes[i] {
                    matrix[i][i].sqrt()
                } else {
                    f64::INFINITY
                };
            } else {
                matrix[i][j] /= matrix[j][j];
            }
        }
    }
    for i in 0..TERMS {
        for k in 0..i {
            x[i] -= matrix[i][k] * x[k];
        }
        x[i] /= matrix[i][i];
    }
    for i in (0..TERMS).rev() {
        for k in i + 1..TERMS {
            x[i] -= matrix[k][i] * x[k];
        }
        x[i] /= matrix[i][i];
    }
    x.iter().all(|value| value.is_finite()).then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_finds_its_own_polynomial() {
        let rows: Vec<(State, f64)> = (0..400)
            .map(|i| {
                let state = State {
                    spot: 80.0 + f64::from(i % 40),
                    variance: 0.01 * f64::from(i / 40),
                };
                let x = state.spot.ln();
                (state, 3.0 + x * x - 2.0 * x * state.variance)
            })
            .collect();
        let fit = Fit::new(&rows);
        for (state, y) in &rows {
            assert!((fit.at(state) - y).abs() < 1e-9, "{state:?}");
        }
    }

    #[test]
    fn a_still_variance_and_few_rows_do_no_harm() {
        let row = |i: u32| {
            let spot = 80.0 + f64::from(i);
            let state = State {
                spot,
                variance: 0.04,
            };
            (state, spot.ln())
        };
        let fit = Fit::new(&(0..200).map(row).collect::<Vec<_>>());
        assert!((fit.at(&row(77).0) - row(77).1).abs() < 1e-9);
        assert_eq!(Fit::new(&[row(3)]).at(&row(8).0), row(3).1);
        assert_eq!(Fit::new(&[]).at(&row(8).0), 0.0);
    }
}
