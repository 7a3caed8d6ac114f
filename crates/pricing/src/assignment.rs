//! How likely is a sold option to be assigned, before expiry and at expiry?
//!
//! ```text
//! early       P( spot meets the exercise boundary B(t) before the last day )
//! at expiry   P( it does not, and the option ends in the money )
//! u = ln(S / B) for a put, ln(B / S) for a call; the density p of u is carried from time to time:
//! p'(v) = int_0^inf p(u) phi((v - u - c) / s) / s (1 - exp(-2 u v / s^2)) du,      s = vol sqrt dt
//! ```
//! `c` is the drift of `u` over the step, and the last factor the chance that a Brownian bridge keeps clear of a straight line
//! (Siegmund, Sequential Analysis, 1985, chapter 3), so a boundary straight in the logarithm is met exactly, whatever the
//! step. The steps are equal in the square root of the time left, as is the boundary's table. The integral is a sum over
//! equal intervals: the integrand is even about 0 but for the bend of the boundary, so that the error falls with the
//! fourth power.
//!
//! The holder is taken to exercise the moment exercise pays, and not within the last day, when the exercise at the close
//! takes its place: notices are assigned once a day. A boundary that is watched at the close only is met a little less
//! often. Real holders are slower, and some never exercise early: this is what the rational holder does.
//!
//! Accuracy, tested: 1e-8 where the boundary is straight, 5e-5 with 96 equal steps on Daniels' curved boundary (J. Appl.
//! Probability 6, 1969). For seven puts and calls of a week to two years, against eight times as many steps: chances to
//! 7.1e-5, their total to 1e-5, the mean time to 3e-5 years; and within four deviations of 20,000 simulated paths.
//! The boundary's own error comes on top. Not for cash dividends, whose calls are exercised on the evening before the
//! ex-date.

use crate::american::Boundary;
use crate::error::at_least;
use crate::normal::{cdf, pdf};
use crate::{Error, Inputs, Right};

/// What counts as the expiry day, in years: within it exercise is no longer early.
pub const LAST_DAY_YEARS: f64 = 1.0 / 365.0;

/// Steps of time between now and the last day.
const STEPS: usize = 96;
/// Widths of the free density beyond which it is nothing: 8.5 of them leave out 1e-17.
const REACH: f64 = 8.5;
/// Distance of the nodes in widths of the step; the sum errs by about 2 exp(-pi^2 / NODE^2), here 2e-12.
const NODE: f64 = 0.6;

/// Chances that the seller is assigned. All are probabilities from 0 to 1 but the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assignment {
    /// Exercised before the last day, because the spot met the boundary.
    pub early: f64,
    /// Not exercised early, and in the money at expiry.
    pub at_expiry: f64,
    /// One or the other.
    pub total: f64,
    /// In the money at expiry, whether or not exercised before: what a European option would show.
    pub in_the_money: f64,
    /// Mean time from now to the early exercise, given that there is one, in years; `None` where its chance is below 1e-9.
    pub mean_years_to_early: Option<f64>,
}

/// The chances in the risk-neutral world, where the spot drifts at the rate less the dividend yield.
///
/// `boundary` is that of the same right, rate, yield and volatility, and reaches as far as `inputs.years` at least.
///
/// ```
/// use pricing::{Inputs, Right, american::Boundary, assignment};
/// let put = Inputs { right: Right::Put, spot: 95.0, strike: 100.0, years: 0.5, rate: 0.05, dividend_yield: 0.0, vol: 0.25 };
/// let boundary = Boundary::new(put.right, put.rate, put.dividend_yield, put.vol, put.years).unwrap();
/// let chances = assignment::probability(&put, &boundary).unwrap();
/// assert!(chances.early > 0.3 && chances.total > chances.in_the_money);
/// ```
pub fn probability(inputs: &Inputs, boundary: &Boundary) -> Result<Assignment, Error> {
    probability_with_drift(inputs, boundary, inputs.rate - inputs.dividend_yield)
}

/// The chances if the spot drifts at `drift` (of the price, without dividends; fraction per year, any sign) and moves with
/// `inputs.vol`, which may differ from the volatility in which the holder believes and for which `boundary` was solved.
pub fn probability_with_drift(
    inputs: &Inputs,
    boundary: &Boundary,
    drift: f64,
) -> Result<Assignment, Error> {
    with_steps(inputs, boundary, drift, STEPS)
}

fn with_steps(
    inputs: &Inputs,
    boundary: &Boundary,
    drift: f64,
    steps: usize,
) -> Result<Assignment, Error> {
    inputs.check()?;
    let Inputs {
        right,
        spot,
        strike,
        years,
        vol,
        ..
    } = *inputs;
    at_least(f64::MIN_POSITIVE, "spot", spot)?;
    at_least(f64::MIN_POSITIVE, "volatility", vol)?;
    at_least(0.0, "size of the drift times years", (drift * years).abs())?;
    let edge = |years_left: f64| boundary.spot_per_strike(years_left);
    let now = edge(years);
    if let Some(now) = now
        && boundary.exercises(0.5 * now, 1.0, years) != (right == Right::Put)
        && years > 0.0
    {
        return Err(Error::BadInput {
            what: "the boundary is that of the other right; its spot per strike",
            value: now,
        });
    }

    // From here on as for a put: up is away from exercise.
    let up = -right.sign();
    let log_drift = up * (drift - 0.5 * vol * vol);
    let log_strike = up * (spot / strike).ln();
    let in_the_money = ends_below(log_strike + log_drift * years, vol * years.sqrt());
    let not_early = Assignment {
        early: 0.0,
        at_expiry: in_the_money,
        total: in_the_money,
        in_the_money,
        mean_years_to_early: None,
    };
    let (Some(now), true) = (now, years > LAST_DAY_YEARS) else {
        return Ok(not_early);
    };
    if boundary.exercises(spot, strike, years) {
        return Ok(Assignment {
            early: 1.0,
            at_expiry: 0.0,
            total: 1.0,
            in_the_money,
            mean_years_to_early: Some(0.0),
        });
    }

    // Knots of the boundary, seen from its place now, equal in the square root of the time left.
    let (first, last) = (years.sqrt(), LAST_DAY_YEARS.sqrt());
    let knots: Vec<Knot> = (0..=steps)
        .map(|i| {
            let left = (first + (last - first) * i as f64 / steps as f64).powi(2);
            Knot {
                years: years - left,
                edge: up * (edge(left).unwrap_or(now) / now).ln(),
            }
        })
        .collect();
    let passage = Passage::new(log_strike - up * now.ln(), log_drift, vol, &knots);
    // The strike lies this far beyond the boundary when the last day begins.
    let strike_beyond = up * now.ln() + knots.last().map_or(0.0, |knot| knot.edge);
    let rest = years - knots.last().map_or(0.0, |knot| knot.years);
    let at_expiry = passage
        .density
        .integral(|u| ends_below(u + strike_beyond + log_drift * rest, vol * rest.sqrt()))
        .clamp(0.0, 1.0);
    let early = passage.met.clamp(0.0, 1.0);
    Ok(Assignment {
        early,
        at_expiry,
        total: (early + at_expiry).min(1.0),
        in_the_money,
        mean_years_to_early: (early > 1e-9).then(|| passage.met_years / passage.met),
    })
}

/// Chance that a normal number of this mean and deviation lies below 0.
fn ends_below(mean: f64, deviation: f64) -> f64 {
    match (deviation > 0.0, mean) {
        (true, _) => cdf(-mean / deviation),
        (false, 0.0) => 0.5,
        (false, _) => f64::from(mean < 0.0),
    }
}

/// The boundary at one moment.
#[derive(Clone, Copy)]
struct Knot {
    /// Time since now.
    years: f64,
    /// How far it has moved up, as a logarithm.
    edge: f64,
}

/// What becomes of a Brownian motion that starts above a moving boundary and is absorbed where it meets it.
struct Passage {
    /// Chance that it has met the boundary by the last knot.
    met: f64,
    /// Mean of the time of meeting, counted as 0 where it does not meet.
    met_years: f64,
    /// Density of the distance from the boundary at the last knot.
    density: Density,
}

impl Passage {
    /// Starts `start` above the first knot (positive), drifts by `drift` a year, with standard deviation `vol` in a year.
    fn new(start: f64, drift: f64, vol: f64, knots: &[Knot]) -> Passage {
        let mut density = Density::Point(start);
        let (mut free, mut met_years) = (1.0, 0.0);
        for (i, pair) in knots.windows(2).enumerate() {
            let [from, to] = [pair[0], pair[1]];
            let step = Step::new(from, to, drift, vol);
            // Those who stay clear vanish at the boundary as the density does; those who meet it would not.
            let still_free = density.sum(|u| 1.0 - step.meets(u)).min(free);
            met_years += (free - still_free) * 0.5 * (from.years + to.years);
            free = still_free;
            // Where the free motion may be by then, and nodes as close as the next step needs them.
            let centre = start + drift * to.years - to.edge;
            let reach = REACH * vol * to.years.sqrt();
            let width = match knots.get(i + 2) {
                Some(&next) => Step::new(to, next, drift, vol).deviation,
                // The last density is integrated against anything, so it is finer.
                None => 0.25 * step.deviation,
            };
            density = density.after(&step, centre - reach, centre + reach, NODE * width);
        }
        Passage {
            met: 1.0 - free,
            met_years,
            density,
        }
    }
}

/// One step of time, along which the boundary is straight.
struct Step {
    /// Drift away from the boundary.
    away: f64,
    deviation: f64,
}

impl Step {
    fn new(from: Knot, to: Knot, drift: f64, vol: f64) -> Step {
        let years = to.years - from.years;
        Step {
            away: drift * years - (to.edge - from.edge),
            deviation: vol * years.sqrt(),
        }
    }

    /// Density of ending at `v` without meeting the boundary, having begun at `u`.
    fn passes(&self, u: f64, v: f64) -> f64 {
        let s = self.deviation;
        pdf((v - u - self.away) / s) / s * -(-2.0 * u * v / (s * s)).exp_m1()
    }

    /// Chance of meeting the boundary within the step, having begun at `u`.
    fn meets(&self, u: f64) -> f64 {
        let s = self.deviation;
        // exp(-2 c u / s^2) N((c - u) / s), with the exponents joined.
        let far = (u - self.away) / s;
        let bridge = if far < 25.0 {
            (-2.0 * self.away * u / (s * s)).exp() * cdf(-far)
        } else {
            let z = far.powi(-2);
            pdf((u + self.away) / s) / far * (1.0 - z * (1.0 - z * (3.0 - 15.0 * z)))
        };
        cdf(-(u + self.away) / s) + bridge
    }
}

/// Where the motion is, as a distance above the boundary, if it has not met it.
enum Density {
    /// Surely here.
    Point(f64),
    /// `values[i]` at `first + i width`; 0 outside, and at 0.
    Nodes {
        first: f64,
        width: f64,
        values: Vec<f64>,
    },
}

impl Density {
    /// The density after a step, on nodes `width` apart from `low` (or 0) to `high`.
    fn after(&self, step: &Step, low: f64, high: f64, width: f64) -> Density {
        // The node at 0 holds nothing, so the first lies one width above.
        let first = low.max(width);
        let count = ((high - first) / width).ceil().max(0.0) as usize + 1;
        let values = (0..count)
            .map(|i| {
                let v = first + width * i as f64;
                let near = v - step.away;
                let reach = REACH * step.deviation;
                self.sum_within(near - reach, near + reach, |u| step.passes(u, v))
            })
            .collect();
        Density::Nodes {
            first,
            width,
            values,
        }
    }

    /// Integral against a function that vanishes at the boundary, as the density does.
    fn sum(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.sum_within(0.0, f64::INFINITY, f)
    }

    fn sum_within(&self, low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
        match self {
            Density::Point(u) => f(*u),
            Density::Nodes {
                first,
                width,
                values,
            } => {
                let index = |u: f64| ((u - first) / width).ceil().max(0.0) as usize;
                let from = index(low).min(values.len());
                let to = index(high).clamp(from, values.len());
                let terms = values[from..to].iter().enumerate();
                let sum: f64 = terms
                    .map(|(i, p)| p * f(first + width * (from + i) as f64))
                    .sum();
                sum * width
            }
        }
    }

    /// Integral against any smooth function: the sum, and the end correction of Euler and Maclaurin at the boundary, where
    /// the density begins with a slope.
    fn integral(&self, f: impl Fn(f64) -> f64) -> f64 {
        let corner = match self {
            Density::Nodes {
                first,
                width,
                values,
            } if first == width && values.len() >= 4 => {
                // Width times the slope at 0, through the value 0 there and four nodes.
                let at = |i: usize| values[i] * f(first + width * i as f64);
                let rise = 4.0 * at(0) - 3.0 * at(1) + 4.0 / 3.0 * at(2) - 0.25 * at(3);
                width * rise / 12.0
            }
            _ => 0.0,
        };
        self.sum(&f) + corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn knots(count: usize, years: f64, edge: impl Fn(f64) -> f64) -> Vec<Knot> {
        (0..=count)
            .map(|i| years * i as f64 / count as f64)
            .map(|years| Knot {
                years,
                edge: edge(years),
            })
            .collect()
    }

    /// A straight boundary `slope t`, `start` below: the closed form of Bachelier and Levy.
    fn check_straight([start, drift, vol, years, slope]: [f64; 5], steps: usize) {
        let found = Passage::new(start, drift, vol, &knots(steps, years, |t| slope * t)).met;
        let (away, deviation) = ((drift - slope) * years, vol * years.sqrt());
        let mirror = (-2.0 * (drift - slope) * start / (vol * vol)).exp();
        let expected = cdf(-(start + away) / deviation) + mirror * cdf(-(start - away) / deviation);
        assert!(
            (found - expected).abs() < 1e-8,
            "{found}, expected {expected}, from {start} with drift {drift}, vol {vol}, {years} years, slope {slope}, {steps} steps"
        );
    }

    #[test]
    fn a_straight_boundary_is_met_as_the_closed_form_says() {
        for steps in [1, 2, 17, 96] {
            check_straight([0.1, 0.0, 0.2, 1.0, 0.0], steps);
            check_straight([0.1, -0.3, 0.2, 1.0, 0.0], steps);
            check_straight([0.02, 0.3, 0.25, 0.25, 0.0], steps);
            check_straight([0.5, 0.05, 0.3, 2.0, 0.1], steps);
            check_straight([0.001, 0.05, 0.3, 2.0, -0.2], steps);
            // Where the closed form overflows: 40 digits of mpmath.
            let steep = Passage::new(0.5, -0.5, 0.01, &knots(steps, 1.0, |_| 0.0)).met;
            assert!((steep - 0.503_989_023_983_0).abs() < 1e-8, "{steep}");
        }
    }

    /// Daniels (1969): two images at 1 and 2, half each. Upwards there, so mirrored here.
    #[test]
    fn a_curved_boundary_is_met_as_daniels_says() {
        let edge = |t: f64| match t > 0.0 {
            true => {
                let image = (-1.0 / t).exp();
                0.5 + t * (2.0 / (0.5 + (0.25 + 2.0 * image).sqrt())).ln()
            }
            false => 0.5,
        };
        let survives = |t: f64| {
            let (b, s) = (edge(t), t.sqrt());
            cdf(b / s) - 0.5 * cdf((b - 1.0) / s) - 0.5 * cdf((b - 2.0) / s)
        };
        // A polygon of equal steps: four times as many leave a sixteenth of the error.
        for (steps, tolerance) in [(96, 5e-5), (384, 4e-6)] {
            for years in [0.2, 1.0, 4.0] {
                let knots = knots(steps, years, |t| 0.5 - edge(t));
                let found = Passage::new(0.5, 0.0, 1.0, &knots).met;
                let expected = 1.0 - survives(years);
                assert!(
                    (found - expected).abs() < tolerance,
                    "{found}, expected {expected}, {years} years, {steps} steps"
                );
            }
        }
    }

    fn put() -> Inputs {
        Inputs {
            right: Right::Put,
            spot: 95.0,
            strike: 100.0,
            years: 0.5,
            rate: 0.05,
            dividend_yield: 0.0,
            vol: 0.25,
        }
    }

    fn boundary(inputs: &Inputs) -> Boundary {
        let Inputs {
            right,
            years,
            rate,
            dividend_yield,
            vol,
            ..
        } = *inputs;
        Boundary::new(right, rate, dividend_yield, vol, years).unwrap()
    }

    /// Puts and calls on either side, short and long.
    fn examples() -> [Inputs; 7] {
        let call = Inputs {
            right: Right::Call,
            spot: 108.0,
            dividend_yield: 0.06,
            rate: 0.03,
            ..put()
        };
        [
            put(),
            Inputs {
                spot: 110.0,
                years: 2.0,
                ..put()
            },
            Inputs {
                spot: 97.0,
                years: 7.0 / 365.0,
                vol: 0.4,
                ..put()
            },
            Inputs {
                rate: 0.03,
                dividend_yield: 0.06,
                ..put()
            },
            Inputs {
                spot: 83.0,
                years: 1.0,
                ..put()
            },
            call,
            Inputs {
                spot: 90.0,
                years: 1.0,
                ..call
            },
        ]
    }

    #[test]
    fn more_steps_change_little() {
        for inputs in examples() {
            let boundary = boundary(&inputs);
            let drift = inputs.rate - inputs.dividend_yield;
            let found = probability(&inputs, &boundary).unwrap();
            let fine = with_steps(&inputs, &boundary, drift, 8 * STEPS).unwrap();
            assert!((found.early - fine.early).abs() < 2e-4, "{inputs:?}");
            assert!(
                (found.at_expiry - fine.at_expiry).abs() < 2e-4,
                "{inputs:?}"
            );
        }
    }

    /// Uniform numbers of `splitmix64` (Steele, Lea & Flood 2014).
    fn uniform(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + 1e-17
    }

    #[test]
    fn simulated_paths_are_assigned_as_often() {
        const PATHS: u32 = 20_000;
        for (seed, inputs) in examples().into_iter().enumerate() {
            let boundary = boundary(&inputs);
            let Inputs {
                right,
                spot,
                strike,
                years,
                vol,
                ..
            } = inputs;
            let drift = inputs.rate - inputs.dividend_yield + 0.04;
            let expected = probability_with_drift(&inputs, &boundary, drift).unwrap();
            let mut random = seed as u64;
            let (mut early, mut at_expiry, mut waited) = (0, 0, 0.0);
            let steps = 60;
            let dt = (years - LAST_DAY_YEARS) / f64::from(steps);
            let edge = |t: f64| (strike * boundary.spot_per_strike(years - t).unwrap()).ln();
            'path: for _ in 0..PATHS {
                let mut x = spot.ln();
                let mut t = 0.0;
                for _ in 0..steps {
                    let deviation = vol * dt.sqrt();
                    let y = x
                        + (drift - 0.5 * vol * vol) * dt
                        + deviation * crate::normal::inverse_cdf(uniform(&mut random));
                    let (before, after) = (x - edge(t), y - edge(t + dt));
                    // Beyond at the end, or a bridge that touched in between.
                    let beyond = right.sign() * after >= 0.0;
                    let touch = (-2.0 * before * after / (deviation * deviation)).exp();
                    if beyond || uniform(&mut random) < touch {
                        early += 1;
                        waited += t + 0.5 * dt;
                        continue 'path;
                    }
                    (x, t) = (y, t + dt);
                }
                let y = x
                    + (drift - 0.5 * vol * vol) * LAST_DAY_YEARS
                    + vol
                        * LAST_DAY_YEARS.sqrt()
                        * crate::normal::inverse_cdf(uniform(&mut random));
                at_expiry += u32::from(right.intrinsic(y.exp(), strike) > 0.0);
            }
            let check = |count: u32, expected: f64| {
                let found = f64::from(count) / f64::from(PATHS);
                let error = (expected * (1.0 - expected) / f64::from(PATHS)).sqrt();
                assert!(
                    (found - expected).abs() < 4.0 * error + 1e-3,
                    "{found} simulated, {expected} computed, for {inputs:?}"
                );
            };
            check(early, expected.early);
            check(at_expiry, expected.at_expiry);
            if early > 1_000 {
                let mean = waited / f64::from(early);
                let computed = expected.mean_years_to_early.unwrap();
                assert!(
                    (mean / computed - 1.0).abs() < 0.05,
                    "{mean} years simulated, {computed} computed, for {inputs:?}"
                );
            }
        }
    }

    #[test]
    fn the_corners_have_their_own_answers() {
        let put = put();
        let boundary = boundary(&put);
        // Already beyond the boundary.
        let beyond = Inputs { spot: 60.0, ..put };
        let now = probability(&beyond, &boundary).unwrap();
        assert_eq!(
            (now.early, now.at_expiry, now.mean_years_to_early),
            (1.0, 0.0, Some(0.0))
        );
        // A call without dividends is never exercised early.
        let call = Inputs {
            right: Right::Call,
            ..put
        };
        let never = Boundary::new(Right::Call, 0.05, 0.0, 0.25, 0.5).unwrap();
        let call = probability(&call, &never).unwrap();
        assert_eq!((call.early, call.mean_years_to_early), (0.0, None));
        assert_eq!(call.at_expiry, call.in_the_money);
        // The last day, and no time at all.
        let today = Inputs {
            years: 0.5 / 365.0,
            ..put
        };
        assert_eq!(probability(&today, &boundary).unwrap().early, 0.0);
        for (spot, chance) in [(99.0, 1.0), (100.0, 0.5), (101.0, 0.0)] {
            let over = Inputs {
                spot,
                years: 0.0,
                ..put
            };
            assert_eq!(probability(&over, &boundary).unwrap().total, chance);
        }
    }

    #[test]
    fn bad_inputs_are_errors() {
        let put = put();
        let boundary = boundary(&put);
        for bad in [
            Inputs {
                spot: f64::NAN,
                ..put
            },
            Inputs { spot: 0.0, ..put },
            Inputs { vol: 0.0, ..put },
            Inputs { years: -1.0, ..put },
            Inputs {
                right: Right::Call,
                ..put
            },
        ] {
            assert!(
                matches!(probability(&bad, &boundary), Err(Error::BadInput { .. })),
                "{bad:?}"
            );
        }
        assert!(probability_with_drift(&put, &boundary, f64::NAN).is_err());
        assert!(probability_with_drift(&put, &boundary, f64::INFINITY).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Probabilities are probabilities, and a lower spot makes the assignment of a put likelier.
        #[test]
        fn chances_are_chances(
            spot in 40.0..200.0_f64, days in 1.0..900.0_f64, rate in 0.001..0.1_f64, dividend_yield in 0.0..0.1_f64,
            vol in 0.03..1.5_f64, drift in -0.5..0.5_f64,
        ) {
            let inputs = Inputs { spot, years: days / 365.0, rate, dividend_yield, vol, ..put() };
            let boundary = boundary(&inputs);
            let found = probability_with_drift(&inputs, &boundary, drift).unwrap();
            for chance in [found.early, found.at_expiry, found.total, found.in_the_money] {
                prop_assert!((0.0..=1.0).contains(&chance), "{found:?}");
            }
            // Not exercised and in the money is less than in the money.
            prop_assert!(found.at_expiry <= found.in_the_money + 2e-4, "{found:?}");
            let lower = Inputs { spot: 0.99 * spot, ..inputs };
            let lower = probability_with_drift(&lower, &boundary, drift).unwrap();
            prop_assert!(lower.early >= found.early - 2e-4, "{lower:?} {found:?}");
            if let Some(mean) = found.mean_years_to_early {
                prop_assert!((0.0..=inputs.years).contains(&mean), "{found:?}");
            }
        }
    }
}
