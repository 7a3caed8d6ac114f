//! The robust least squares behind [`Smile::fit`].
//!
//! In `y = ln(K/F) / sqrt T` the smile is a plain polynomial, `vol = a + b y + c y^2`, so the fit is linear; then
//! `atm_vol = a`, `skew = b` and `curvature = a c`.

use super::Smile;
use crate::Error;
use crate::error::at_least;

/// One quoted volatility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmilePoint {
    /// Exercise price in dollars.
    pub strike: f64,
    /// Implied volatility, fraction per year.
    pub vol: f64,
    /// How much to trust it against its neighbours, for example vega over spread. Only ratios matter.
    pub weight: f64,
}

/// A usable point, in the coordinate where the fit is linear.
#[derive(Clone, Copy)]
struct Place {
    y: f64,
    vol: f64,
    weight: f64,
}

pub(super) fn fit(points: &[SmilePoint], forward: f64, years: f64) -> Result<Smile, Error> {
    at_least(f64::MIN_POSITIVE, "forward", forward)?;
    at_least(super::YEARS_MIN, "years to expiry", years)?;
    let positive = |x: f64| x > 0.0 && x.is_finite();
    let usable = points
        .iter()
        .filter(|p| positive(p.strike) && positive(p.vol) && positive(p.weight));
    let mut places: Vec<Place> = usable
        .map(|p| Place {
            y: (p.strike / forward).ln() / years.sqrt(),
            vol: p.vol,
            weight: p.weight,
        })
        .collect();
    places.sort_by(|a, b| a.y.total_cmp(&b.y));
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return Err(Error::NothingToFit {
            offered: points.len(),
        });
    };
    let (y_min, y_max) = (first.y, last.y);
    let distinct = 1 + places
        .windows(2)
        .filter(|pair| pair[1].y > pair[0].y)
        .count();
    // A parabola through one wing says nothing about the forward: there a line must do.
    let terms = if y_min < 0.0 && y_max > 0.0 {
        distinct.min(3)
    } else {
        distinct.min(2)
    };
    let [a, b, c] = (1..=terms)
        .rev()
        .map(|terms| robust(&places, terms))
        .find(|fitted| is_sane(fitted, &places))
        .unwrap_or_else(|| {
            [
                median(places.iter().map(|place| (place.vol, place.weight))),
                0.0,
                0.0,
            ]
        });
    let total: f64 = places.iter().map(|place| place.weight).sum();
    let square = |place: &Place| place.weight * (place.vol - value(&[a, b, c], place.y)).powi(2);
    let rmse = (places.iter().map(square).sum::<f64>() / total).sqrt();
    Ok(Smile {
        atm_vol: a,
        skew: b,
        curvature: a * c,
        z_min: (y_min / a).min(0.0),
        z_max: (y_max / a).max(0.0),
        rmse,
        count: places.len(),
        hyperbola: None,
    })
}

fn value([a, b, c]: &[f64; 3], y: f64) -> f64 {
    a + y * (b + y * c)
}

/// A fit that leaves the neighbourhood of its quotes between them, or at the forward, is worse than a simpler one.
fn is_sane(fitted: &[f64; 3], places: &[Place]) -> bool {
    let vols = places.iter().map(|place| place.vol);
    let (low, high) = vols.fold((f64::MAX, 0.0_f64), |(low, high), vol| {
        (low.min(vol), high.max(vol))
    });
    let near = |y: f64| (0.5 * low..=2.0 * high).contains(&value(fitted, y));
    near(0.0) && places.iter().all(|place| near(place.y))
}

/// Iteratively reweighted least squares with Tukey's biweight.
fn robust(places: &[Place], terms: usize) -> [f64; 3] {
    /// Beaton & Tukey's constant: 95 % efficient when the errors are normal after all.
    const TUKEY: f64 = 4.685;
    let mut trust = vec![1.0; places.len()];
    let mut fitted = start(places, terms);
    for _ in 0..20 {
        let residuals: Vec<f64> = places
            .iter()
            .map(|place| (place.vol - value(&fitted, place.y)).abs())
            .collect();
        let weighted = residuals
            .iter()
            .zip(places)
            .map(|(&residual, place)| (residual, place.weight));
        // A thousandth of a vol point is beyond any quote: below it every residual is as good as none.
        let scale = (1.4826 * median(weighted)).max(1e-5);
        for (trust, residual) in trust.iter_mut().zip(&residuals) {
            let u = residual / (TUKEY * scale);
            *trust = if u < 1.0 { (1.0 - u * u).powi(2) } else { 0.0 };
        }
        // Too few points left to carry the curve: keep the last one.
        if trust.iter().filter(|&&trust| trust > 0.0).count() < terms {
            break;
        }
        fitted = least_squares(places, &trust, terms);
    }
    fitted
}

/// Where the reweighting starts: least absolute residuals, which outliers hardly move.
fn start(places: &[Place], terms: usize) -> [f64; 3] {
    let mut trust = vec![1.0; places.len()];
    let mut fitted = least_squares(places, &trust, terms);
    for _ in 0..20 {
        for (trust, place) in trust.iter_mut().zip(places) {
            *trust = 1.0 / (place.vol - value(&fitted, place.y)).abs().max(1e-5);
        }
        fitted = least_squares(places, &trust, terms);
    }
    fitted
}

/// Weighted least squares by the normal equations, in `y` scaled to the quoted range.
fn least_squares(places: &[Place], trust: &[f64], terms: usize) -> [f64; 3] {
    let scale = places
        .iter()
        .map(|place| place.y.abs())
        .fold(f64::MIN_POSITIVE, f64::max);
    let total: f64 = places
        .iter()
        .zip(trust)
        .map(|(place, trust)| place.weight * trust)
        .sum();
    let (mut matrix, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
    for (place, trust) in places.iter().zip(trust) {
        let weight = place.weight * trust / total;
        let powers = [1.0, place.y / scale, (place.y / scale).powi(2)];
        for row in 0..terms {
            right[row] += weight * powers[row] * place.vol;
            for column in 0..terms {
                matrix[row][column] += weight * powers[row] * powers[column];
            }
        }
    }
    for (row, line) in matrix.iter_mut().enumerate().skip(terms) {
        line[row] = 1.0;
    }
    let [a, b, c] = solve(matrix, right);
    [a, b / scale, c / (scale * scale)]
}

/// Gaussian elimination of a positive matrix; a direction that nothing determines gets 0.
fn solve(mut matrix: [[f64; 3]; 3], mut right: [f64; 3]) -> [f64; 3] {
    for pivot in 0..3 {
        let line = matrix[pivot];
        for row in pivot + 1..3 {
            let factor = if line[pivot] > 1e-14 {
                matrix[row][pivot] / line[pivot]
            } else {
                0.0
            };
            for (column, above) in line.iter().enumerate() {
                matrix[row][column] -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    let mut solution = [0.0; 3];
    for row in (0..3).rev() {
        let known: f64 = (row + 1..3)
            .map(|column| matrix[row][column] * solution[column])
            .sum();
        solution[row] = if matrix[row][row] > 1e-14 {
            (right[row] - known) / matrix[row][row]
        } else {
            0.0
        };
    }
    solution
}

/// The value at which half the weight lies below; the middle of the two candidates where it falls between.
pub(super) fn median(weighted: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut sorted: Vec<(f64, f64)> = weighted.collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * sorted.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut below = 0.0;
    for (i, &(value, weight)) in sorted.iter().enumerate() {
        below += weight;
        if below == half && i + 1 < sorted.len() {
            return 0.5 * (value + sorted[i + 1].0);
        }
        if below > half {
            return value;
        }
    }
    sorted.last().map_or(f64::NAN, |&(value, _)| value)
}
