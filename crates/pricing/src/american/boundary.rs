//! When the holder of an American option exercises, as a value of its own.

use super::curve::{Curve, Extra};
use super::{Precision, Region, SHARPNESS_OF_STANDARD, price, put_curve, sharpness, with_exercise};
use crate::error::at_least;
use crate::{Error, Inputs, Right, european};

/// Intervals of the table, equal in the square root of time.
const INTERVALS: usize = 512;

/// Coefficients of a boundary, and points of the rule, that the GPU kernel has room for.
const KERNEL_COEFFICIENTS: usize = 12;
const KERNEL_POINTS: usize = 28;

/// Numbers that the GPU kernel `american_premium` reads of a boundary.
pub const KERNEL_LEN: usize = 8 + KERNEL_COEFFICIENTS + 2 * KERNEL_POINTS;

/// Whose rule integrates premiums along a boundary of `Standard`: prices need no finer one, only Greeks do.
const RULE: Precision = Precision::Fast;

/// The early-exercise boundary of every option with the same right, rate, yield and volatility, per unit of strike.
///
/// It depends on neither spot nor strike, so one boundary serves every strike and every simulated path. Building one
/// costs as much as one price; a lookup is one square root and one interpolation, good to 1e-3 of the spot at worst (high
/// volatility over years) and to 1e-4 as a rule.
///
/// ```
/// use pricing::{Right, american::Boundary};
/// let puts = Boundary::new(Right::Put, 0.05, 0.0, 0.25, 1.0).unwrap();
/// let spot_usd = 100.0 * puts.spot_per_strike(0.5).unwrap();
/// assert!(spot_usd > 75.0 && spot_usd < 85.0);
/// ```
#[derive(Clone, Debug)]
pub struct Boundary {
    right: Right,
    rate: f64,
    dividend_yield: f64,
    vol: f64,
    years_max: f64,
    /// `None` where early exercise never pays.
    known: Option<Known>,
}

#[derive(Clone, Debug)]
struct Known {
    curve: Curve,
    /// Spot per strike at `years = years_max (i / INTERVALS)^2`.
    table: Vec<f64>,
    /// `INTERVALS^2 / years_max`.
    squares_per_year: f64,
}

impl Boundary {
    /// Solves the boundary up to `years_max` (positive) before expiry; rate, yield and volatility (positive) are
    /// fractions per year.
    pub fn new(
        right: Right,
        rate: f64,
        dividend_yield: f64,
        vol: f64,
        years_max: f64,
    ) -> Result<Boundary, Error> {
        at_least(f64::MIN_POSITIVE, "volatility", vol)?;
        at_least(f64::MIN_POSITIVE, "years to expiry", years_max)?;
        Inputs {
            right,
            spot: 1.0,
            strike: 1.0,
            years: years_max,
            rate,
            dividend_yield,
            vol,
        }
        .check()?;
        let known = match Region::of(right, rate, dividend_yield) {
            Region::Never => None,
            Region::Between => {
                return Err(Error::DoubleBoundary {
                    rate,
                    dividend_yield,
                });
            }
            Region::Beyond => {
                let precision = Precision::Standard;
                let solved = put_curve(right, rate, dividend_yield, vol, years_max, precision);
                let curve = solved.ok_or(Error::NotConverged {
                    iterations: precision.scheme().sweeps(),
                })?;
                Some(Known::new(curve, right, years_max))
            }
        };
        Ok(Boundary {
            right,
            rate,
            dividend_yield,
            vol,
            years_max,
            known,
        })
    }

    /// Spot per strike at or beyond which the holder exercises: for a put at or below it, for a call at or above.
    ///
    /// `None` where early exercise never pays. At expiry (`years_left` not above 0) it is 1, whatever it was a moment
    /// before; beyond `years_max` it stays what it is there.
    #[inline]
    pub fn spot_per_strike(&self, years_left: f64) -> Option<f64> {
        if years_left <= 0.0 {
            return Some(1.0);
        }
        let Known {
            table,
            squares_per_year,
            ..
        } = self.known.as_ref()?;
        let place = (years_left * squares_per_year).sqrt().min(INTERVALS as f64);
        let below = (place as usize).min(INTERVALS - 1);
        Some(table[below] + (place - below as f64) * (table[below + 1] - table[below]))
    }

    /// Whether the holder exercises now.
    #[inline]
    pub fn exercises(&self, spot: f64, strike: f64, years_left: f64) -> bool {
        self.spot_per_strike(years_left)
            .is_some_and(|edge| match self.right {
                Right::Put => spot <= edge * strike,
                Right::Call => spot >= edge * strike,
            })
    }

    /// Price in dollars of an option with this boundary, at a fraction of the cost of [`price`](super::price): the
    /// boundary need not be solved again. NaN for inputs that cannot be priced; `years_left` may not exceed `years_max`.
    pub fn price(&self, spot: f64, strike: f64, years_left: f64) -> f64 {
        let Boundary {
            right,
            rate,
            dividend_yield,
            vol,
            ..
        } = *self;
        let inputs = Inputs {
            right,
            spot,
            strike,
            years: years_left,
            rate,
            dividend_yield,
            vol,
        };
        if inputs.check().is_err() || years_left > self.years_max {
            return f64::NAN;
        }
        match &self.known {
            Some(_) if is_beyond_the_rule(&inputs) => price(&inputs).unwrap_or(f64::NAN),
            Some(known) if spot > 0.0 && years_left > 0.0 => {
                let mut extra = [Extra::default()];
                known.curve.extras(&[inputs], RULE.scheme(), &mut extra);
                with_exercise(&inputs, &extra[0], european::price(&inputs))
            }
            Some(_) => inputs.intrinsic(),
            None => european::price(&inputs),
        }
    }

    /// What the GPU kernel `american_premium` reads: [`KERNEL_LEN`] numbers, in the order that its source tells. `None`
    /// where early exercise never pays.
    pub fn for_kernel(&self) -> Option<[f32; KERNEL_LEN]> {
        let (head, coefficients) = self.known.as_ref()?.curve.numbers();
        let scheme = RULE.scheme();
        assert!(
            coefficients.len() <= KERNEL_COEFFICIENTS && scheme.premium.len() == KERNEL_POINTS,
            "the kernel's sizes are those of the schemes"
        );
        let mut numbers = head.to_vec();
        numbers.extend([scheme.near, -self.right.sign(), 0.0]);
        numbers.extend(coefficients);
        numbers.resize(8 + KERNEL_COEFFICIENTS, 0.0);
        numbers.extend(scheme.premium.iter().map(|&(place, _)| place));
        numbers.extend(scheme.premium.iter().map(|&(_, weight)| weight));
        Some(std::array::from_fn(|i| numbers[i] as f32))
    }

    /// An option on this boundary.
    pub(crate) fn option(&self, spot: f64, strike: f64, years: f64) -> Inputs {
        Inputs {
            right: self.right,
            spot,
            strike,
            years,
            rate: self.rate,
            dividend_yield: self.dividend_yield,
            vol: self.vol,
        }
    }

    /// Whether the premium's usual rule answers this option.
    pub(crate) fn is_plain(&self, inputs: &Inputs) -> bool {
        inputs.check().is_ok()
            && self.known.is_some()
            && inputs.years <= self.years_max
            && inputs.spot > 0.0
            && inputs.years > 0.0
            && !is_beyond_the_rule(inputs)
    }

    /// Prices many options on this boundary: row `i` of the columns is one option, dollars and years; `out[i]` in dollars,
    /// NaN as in [`Boundary::price`], to the last bit.
    ///
    /// # Panics
    /// If the lengths differ.
    pub fn prices(&self, spots: &[f64], strikes: &[f64], years_left: &[f64], out: &mut [f64]) {
        let len = out.len();
        assert!(
            spots.len() == len && strikes.len() == len && years_left.len() == len,
            "columns differ in length"
        );
        let (mut rows, mut options) = (Vec::new(), Vec::new());
        for (i, out) in out.iter_mut().enumerate() {
            let inputs = self.option(spots[i], strikes[i], years_left[i]);
            if self.is_plain(&inputs) {
                rows.push(i);
                options.push(inputs);
            } else {
                *out = self.price(inputs.spot, inputs.strike, inputs.years);
            }
        }
        if let Some(known) = &self.known {
            let mut extras = vec![Extra::default(); options.len()];
            known.curve.extras(&options, RULE.scheme(), &mut extras);
            for ((i, inputs), extra) in rows.into_iter().zip(&options).zip(&extras) {
                out[i] = with_exercise(inputs, extra, european::price(inputs));
            }
        }
    }
}

/// Whether the premium's usual rule is too coarse.
fn is_beyond_the_rule(inputs: &Inputs) -> bool {
    sharpness(inputs) > SHARPNESS_OF_STANDARD
}

impl Known {
    fn new(curve: Curve, right: Right, years_max: f64) -> Known {
        let at = |i: usize| {
            let x = i as f64 / INTERVALS as f64;
            (curve.log_boundary(years_max * x * x) * -right.sign()).exp()
        };
        let table = (0..=INTERVALS).map(at).collect();
        Known {
            curve,
            table,
            squares_per_year: (INTERVALS * INTERVALS) as f64 / years_max,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest distance of the lookups, between the table's points, from a precise solution.
    fn check(right: Right, [rate, dividend_yield, vol, years]: [f64; 4], tolerance: f64) {
        let boundary = Boundary::new(right, rate, dividend_yield, vol, years).unwrap();
        let precision = Precision::Precise;
        let precise = put_curve(right, rate, dividend_yield, vol, years, precision).unwrap();
        for i in 1..1000 {
            let left = years * f64::from(i) / 1000.0;
            let expected = (precise.log_boundary(left) * -right.sign()).exp();
            let found = boundary.spot_per_strike(left).unwrap();
            let error = (found / expected - 1.0).abs();
            assert!(
                error < tolerance,
                "{found}, expected {expected} with {left} years left"
            );
        }
    }

    #[test]
    fn lookups_meet_a_precise_solution() {
        check(Right::Put, [0.045, 0.0, 0.25, 45.0 / 365.0], 3e-4);
        check(Right::Put, [0.045, 0.013, 0.35, 1.0], 5e-4);
        check(Right::Put, [0.03, 0.06, 0.20, 1.0], 3e-4);
        check(Right::Call, [0.045, 0.03, 0.18, 0.5], 3e-4);
        check(Right::Put, [0.045, 0.0, 0.9, 2.0], 1e-3);
    }
}
