//! The fit behind [`Svi::fit`].
//!
//! ```text
//! y = (k - m)/sigma,  s = sqrt(y^2 + 1):   w = a + u (s + y)/2 + v (s - y)/2
//! u = b sigma (1 + rho),  v = b sigma (1 - rho),   0 <= u, v <= 2 sigma
//! ```
//! With `m` and `sigma` given this is linear least squares in a box (b >= 0, |rho| <= 1 and Lee's bound in one), solved exactly; the
//! search is left with two dimensions. A residual of total variance counts as one of volatility: `dw = 2 vol T dvol`.

use super::super::SmilePoint;
use super::super::fit::median;
use super::{Svi, SviFit, WING_MAX, checked};
use crate::Error;

/// Fewer different strikes than parameters say nothing.
const STRIKES_MIN: usize = 5;

/// A usable point.
#[derive(Clone, Copy)]
struct Place {
    k: f64,
    vol: f64,
    variance: f64,
    /// Weight of a squared residual of total variance.
    weight: f64,
    /// The point's own weight, of a squared residual of volatility.
    vol_weight: f64,
}

pub(super) fn fit(points: &[SmilePoint], forward: f64, years: f64) -> Result<SviFit, Error> {
    let places = places(points, forward, years);
    let strikes = 1 + places
        .windows(2)
        .filter(|pair| pair[1].k > pair[0].k)
        .count();
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return Err(Error::NothingToFit {
            offered: points.len(),
        });
    };
    if strikes < STRIKES_MIN {
        return Err(Error::NothingToFit {
            offered: points.len(),
        });
    }
    let range = (first.k, last.k);
    let search = Search {
        places: &places,
        range,
    };
    let mut trust = vec![1.0; places.len()];
    let mut svi = search.everywhere(&trust);
    // Least absolute residuals first, which outliers hardly move; then the biweight.
    for _ in 0..6 {
        for (trust, residual) in trust.iter_mut().zip(residuals(&places, &svi, years)) {
            *trust = 1.0 / residual.max(1e-5);
        }
        svi = search.near(&svi, &trust);
    }
    let mut kept = (trust.clone(), svi);
    for _ in 0..8 {
        reweigh(&places, &svi, years, &mut trust);
        if trust.iter().filter(|&&trust| trust > 0.0).count() < STRIKES_MIN {
            break;
        }
        svi = search.near(&svi, &trust);
        kept = (trust.clone(), svi);
    }
    let (trust, near) = kept;
    let anew = search.everywhere(&trust);
    svi = if search.cost(&anew, &trust) < search.cost(&near, &trust) {
        anew
    } else {
        near
    };
    let (low, high) = checked(range);
    let unconstrained = svi.butterfly(low, high);
    let mut is_constrained = false;
    if !unconstrained.is_free()
        && let Some(free) = search.free(&svi, &trust)
    {
        (svi, is_constrained) = (free, true);
    }
    let total: f64 = places.iter().map(|place| place.vol_weight).sum();
    let squares = residuals(&places, &svi, years)
        .into_iter()
        .zip(&places)
        .map(|(residual, place)| place.vol_weight * residual * residual);
    Ok(SviFit {
        svi,
        rmse: (squares.sum::<f64>() / total).sqrt(),
        count: places.len(),
        range,
        is_constrained,
        unconstrained_worst_g: unconstrained.worst_g,
    })
}

/// The usable points in order of strike.
fn places(points: &[SmilePoint], forward: f64, years: f64) -> Vec<Place> {
    let positive = |x: f64| x > 0.0 && x.is_finite();
    let usable = points
        .iter()
        .filter(|p| positive(p.strike) && positive(p.vol) && positive(p.weight));
    let mut places: Vec<Place> = usable
        .map(|p| {
            let variance = p.vol * p.vol * years;
            Place {
                k: (p.strike / forward).ln(),
                vol: p.vol,
                variance,
                weight: p.weight / (4.0 * variance * years),
                vol_weight: p.weight,
            }
        })
        .collect();
    places.sort_by(|a, b| a.k.total_cmp(&b.k));
    places
}

/// Distances from the points to the curve, in volatility.
fn residuals(places: &[Place], svi: &Svi, years: f64) -> Vec<f64> {
    let vol = |place: &Place| svi.variance(place.k).max(0.0).sqrt() / years.sqrt();
    places
        .iter()
        .map(|place| (place.vol - vol(place)).abs())
        .collect()
}

/// Tukey's biweight of each residual over the median absolute one.
fn reweigh(places: &[Place], svi: &Svi, years: f64, trust: &mut [f64]) {
    /// Beaton & Tukey's constant: 95 % efficient when the errors are normal after all.
    const TUKEY: f64 = 4.685;
    let residuals = residuals(places, svi, years);
    let weighted = residuals.iter().zip(places);
    let weighted = weighted.map(|(&residual, place)| (residual, place.vol_weight));
    let scale = (1.4826 * median(weighted)).max(1e-5);
    for (trust, residual) in trust.iter_mut().zip(&residuals) {
        let u = residual / (TUKEY * scale);
        *trust = if u < 1.0 { (1.0 - u * u).powi(2) } else { 0.0 };
    }
}

/// The search over `m` and `sigma`.
struct Search<'a> {
    places: &'a [Place],
    range: (f64, f64),
}

impl Search<'_> {
    /// From a grid, then downhill from its best places.
    fn everywhere(&self, trust: &[f64]) -> Svi {
        const STARTS: usize = 3;
        let (low, high) = self.range;
        let width = high - low;
        let mut grid = Vec::new();
        for i in 0..=12 {
            for j in 0..=8 {
                let m = low + width * (-0.25 + 1.5 * f64::from(i) / 12.0);
                let x = [m, (width * 0.01 * 300.0_f64.powf(f64::from(j) / 8.0)).ln()];
                grid.push((self.value(x, trust), x));
            }
        }
        grid.sort_by(|a, b| a.0.total_cmp(&b.0));
        let step = [width / 12.0, 0.5];
        let found = grid[..STARTS].iter().map(|&(_, start)| {
            let (x, _) = downhill(start, step, 150, &|x| self.value(x, trust));
            downhill(x, step.map(|s| 0.2 * s), 150, &|x| self.value(x, trust))
        });
        let best = found.min_by(|a, b| a.1.total_cmp(&b.1));
        self.inner(best.map_or(grid[0].1, |(x, _)| x), trust)
    }

    /// Downhill from a known curve.
    fn near(&self, svi: &Svi, trust: &[f64]) -> Svi {
        let width = self.range.1 - self.range.0;
        let start = [svi.m, svi.sigma.ln()];
        let (x, _) = downhill(start, [0.05 * width, 0.2], 100, &|x| self.value(x, trust));
        self.inner(x, trust)
    }

    /// The best slice found near `svi` whose density is positive, by a penalty that grows until it is; `None` if it never is.
    fn free(&self, svi: &Svi, trust: &[f64]) -> Option<Svi> {
        /// Least g asked for, so that what lies between the places of the penalty is free too.
        const MARGIN: f64 = 1e-3;
        /// How many places the penalty looks at.
        const PLACES: u32 = 120;
        let (low, high) = checked(self.range);
        let at = |i: u32| low + (high - low) * f64::from(i) / f64::from(PLACES);
        let squares = self.places.iter().zip(trust);
        let scale: f64 = squares
            .map(|(place, trust)| place.weight * trust * place.variance.powi(2))
            .sum();
        let slice = |[a, b, rho, m, log_sigma]: [f64; 5]| Svi {
            a,
            b,
            rho,
            m,
            sigma: log_sigma.exp(),
        };
        let level = self.places.iter().map(|place| place.variance);
        let level = level.fold(0.0, f64::max);
        let width = self.range.1 - self.range.0;
        let step = [0.1 * level, 0.1 * svi.b + 0.01, 0.1, 0.1 * width, 0.3];
        let mut x = [svi.a, svi.b, svi.rho, svi.m, svi.sigma.ln()];
        for severity in [1e-2, 1.0, 1e2, 1e4] {
            let cost = |x: [f64; 5]| {
                let svi = slice(x);
                let wing = svi.b * (1.0 + svi.rho.abs());
                let is_slice = svi.b >= 0.0
                    && svi.rho.abs() < 1.0
                    && wing <= WING_MAX
                    && (1e-4 * width..=100.0 * width).contains(&svi.sigma);
                // A NaN must fail too.
                if !(is_slice && svi.variance_min() > 0.0) {
                    return f64::INFINITY;
                }
                let lacking = (0..=PLACES)
                    .map(|i| (MARGIN - svi.durrleman(at(i))).clamp(0.0, 1e6).powi(2))
                    .sum::<f64>();
                self.cost(&svi, trust) + severity * scale * lacking
            };
            for shrink in [1.0, 0.3, 0.1] {
                (x, _) = downhill(x, step.map(|step| shrink * step), 300, &cost);
            }
            let found = slice(x);
            // Where every place of the walk costs infinitely much, it may end outside of what a slice can be.
            if cost(x).is_finite() && found.butterfly(low, high).is_free() {
                return Some(found);
            }
        }
        None
    }

    /// Cost at `m` and `ln sigma`.
    fn value(&self, x: [f64; 2], trust: &[f64]) -> f64 {
        self.cost(&self.inner(x, trust), trust)
    }

    /// Weighted sum of squares.
    fn cost(&self, svi: &Svi, trust: &[f64]) -> f64 {
        self.places
            .iter()
            .zip(trust)
            .map(|(place, trust)| {
                place.weight * trust * (place.variance - svi.variance(place.k)).powi(2)
            })
            .sum()
    }

    /// The best slice with this vertex.
    fn inner(&self, [m, log_sigma]: [f64; 2], trust: &[f64]) -> Svi {
        let width = self.range.1 - self.range.0;
        // A sharper vertex than a thousandth of the quoted range, or a vertex far outside, is nothing that quotes could tell.
        let sigma = log_sigma.exp().clamp(1e-3 * width, 10.0 * width);
        let m = m.clamp(self.range.0 - 2.0 * width, self.range.1 + 2.0 * width);
        let features = |k: f64| {
            let y = (k - m) / sigma;
            let s = y.hypot(1.0);
            (0.5 * (s + y), 0.5 * (s - y))
        };
        let (mut total, mut p_mean, mut q_mean, mut w_mean) = (0.0, 0.0, 0.0, 0.0);
        for (place, trust) in self.places.iter().zip(trust) {
            let weight = place.weight * trust;
            let (p, q) = features(place.k);
            total += weight;
            p_mean += weight * p;
            q_mean += weight * q;
            w_mean += weight * place.variance;
        }
        (p_mean, q_mean, w_mean) = (p_mean / total, q_mean / total, w_mean / total);
        let mut moments = Moments::default();
        for (place, trust) in self.places.iter().zip(trust) {
            let weight = place.weight * trust / total;
            let (p, q) = features(place.k);
            let (p, q, w) = (p - p_mean, q - q_mean, place.variance - w_mean);
            moments.pp += weight * p * p;
            moments.pq += weight * p * q;
            moments.qq += weight * q * q;
            moments.pw += weight * p * w;
            moments.qw += weight * q * w;
        }
        let (u, v) = moments.least(WING_MAX * sigma);
        let b = 0.5 * (u + v) / sigma;
        let rho = if u + v > 0.0 { (u - v) / (u + v) } else { 0.0 };
        let a = w_mean - u * p_mean - v * q_mean;
        // The level that keeps the vertex above zero: sqrt(u v) = b sigma sqrt(1 - rho^2).
        let a = a.max(1e-9 * w_mean - (u * v).sqrt() * (1.0 - 1e-12));
        Svi {
            a,
            b,
            rho,
            m,
            sigma,
        }
    }
}

/// Second moments of the two wings and the variance.
#[derive(Default)]
struct Moments {
    pp: f64,
    pq: f64,
    qq: f64,
    pw: f64,
    qw: f64,
}

impl Moments {
    /// The least of the quadratic form over `0 <= u, v <= most`.
    fn least(&self, most: f64) -> (f64, f64) {
        let determinant = self.pp * self.qq - self.pq * self.pq;
        if determinant > 1e-14 * self.pp * self.qq {
            let u = (self.pw * self.qq - self.qw * self.pq) / determinant;
            let v = (self.qw * self.pp - self.pw * self.pq) / determinant;
            if (0.0..=most).contains(&u) && (0.0..=most).contains(&v) {
                return (u, v);
            }
        }
        let along = |linear: f64, square: f64| {
            if square > 0.0 {
                (linear / square).clamp(0.0, most)
            } else {
                0.0
            }
        };
        let edges = [
            (along(self.pw, self.pp), 0.0),
            (along(self.pw - self.pq * most, self.pp), most),
            (0.0, along(self.qw, self.qq)),
            (most, along(self.qw - self.pq * most, self.qq)),
        ];
        let value = |&(u, v): &(f64, f64)| {
            u * u * self.pp + 2.0 * u * v * self.pq + v * v * self.qq
                - 2.0 * (u * self.pw + v * self.qw)
        };
        edges
            .into_iter()
            .min_by(|a, b| value(a).total_cmp(&value(b)))
            .unwrap_or((0.0, 0.0))
    }
}

/// Nelder & Mead, Computer Journal 7 (1965), with a fixed first simplex and no randomness. Returns the best place and its value.
pub(super) fn downhill<const N: usize>(
    start: [f64; N],
    step: [f64; N],
    most: u32,
    f: &impl Fn([f64; N]) -> f64,
) -> ([f64; N], f64) {
    let mut simplex: Vec<([f64; N], f64)> = vec![(start, f(start))];
    for i in 0..N {
        let mut x = start;
        x[i] += step[i];
        simplex.push((x, f(x)));
    }
    for _ in 0..most {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (best, worst) = (simplex[0].1, simplex[N]);
        let small = |i: usize| {
            let far = simplex.iter().map(|(x, _)| (x[i] - simplex[0].0[i]).abs());
            far.fold(0.0, f64::max) <= 1e-10 * step[i]
        };
        if (0..N).all(small) {
            break;
        }
        let mut centre = [0.0; N];
        for (x, _) in &simplex[..N] {
            for i in 0..N {
                centre[i] += x[i] / N as f64;
            }
        }
        let towards = |t: f64| {
            let mut x = centre;
            for i in 0..N {
                x[i] += t * (worst.0[i] - centre[i]);
            }
            (x, f(x))
        };
        let mirrored = towards(-1.0);
        if mirrored.1 < best {
            let further = towards(-2.0);
            simplex[N] = if further.1 < mirrored.1 {
                further
            } else {
                mirrored
            };
        } else if mirrored.1 < simplex[N - 1].1 {
            simplex[N] = mirrored;
        } else {
            let closer = towards(if mirrored.1 < worst.1 { -0.5 } else { 0.5 });
            if closer.1 < worst.1.min(mirrored.1) {
                simplex[N] = closer;
            } else {
                let anchor = simplex[0].0;
                for (x, value) in &mut simplex[1..] {
                    for i in 0..N {
                        x[i] = 0.5 * (x[i] + anchor[i]);
                    }
                    *value = f(*x);
                }
            }
        }
    }
    simplex
        .into_iter()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((start, f64::NAN))
}
