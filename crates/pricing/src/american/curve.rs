//! The early-exercise boundary of a put on one dollar of strike, and the premium that follows from it.
//!
//! ```text
//! B(t)    = e^(-(r-q)t) N(t) / D(t)                       t: time left, B: spot per strike
//! N       = Phi(d-(t, B)) + r Int_0^t e^(ru) Phi(d-(t-u, B(t)/B(u))) du
//! D       = Phi(d+(t, B)) + q Int_0^t e^(qu) Phi(d+(t-u, B(t)/B(u))) du
//! d+-(t, z) = (ln z + (r-q) t) / (vol sqrt t) +- vol sqrt t / 2
//! premium = Int_0^t r e^(-ru) Phi(-d-(u, m/B(t-u))) - q m e^(-qu) Phi(-d+(u, m/B(t-u))) du      m: spot per strike
//! ```
//! Sources: the integral equation is Kim, Review of Financial Studies 3 (1990); the fixed point ("FP-B"), its Newton
//! step and the choice of `ln(B)^2` in `sqrt t` as the function to interpolate are Andersen, Lake & Offengenden,
//! J. Computational Finance 20 (2016). Holds for `r > 0`.
//! A call is a put with spot and strike, rate and yield exchanged (McDonald & Schroder, J. Computational Finance 1998).

use super::scheme::{Point, Scheme};
use crate::normal::{pdf, quick_cdf};
use std::f64::consts::PI;

/// The boundary below which a put is exercised, for all times left up to `years_max`.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    rate: f64,
    dividend_yield: f64,
    vol: f64,
    years_max: f64,
    /// Log of the boundary a moment before expiry.
    log_start: f64,
    /// Chebyshev coefficients in `2x - 1` of the square of the depth `log_start - ln B`.
    coefficients: Vec<f64>,
}

/// The premium over the European price of a put on one dollar of strike, and its slopes in spot per strike.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Premium {
    pub(super) value: f64,
    pub(super) slope: f64,
    pub(super) bend: f64,
}

/// The largest depth the boundary can have without meeting the smallest numbers.
const DEPTH_MAX: f64 = 100.0;

/// What may still move in the last sweep, in log of the boundary; where all of it is very deep, in parts of that.
const CHANGE_MAX: f64 = 0.03;

impl Curve {
    /// Solves the fixed point; `None` if it has not settled.
    pub(super) fn solve(
        rate: f64,
        dividend_yield: f64,
        vol: f64,
        years_max: f64,
        scheme: &Scheme,
    ) -> Option<Curve> {
        let log_start = if dividend_yield > rate {
            (rate / dividend_yield).ln()
        } else {
            0.0
        };
        let depth_max =
            (log_start - log_perpetual(rate, dividend_yield, vol)).clamp(0.0, DEPTH_MAX);
        let sweep = Sweep::new(rate, dividend_yield, vol, years_max, log_start, scheme);
        let guess = |x: &f64| sweep.first_depth(years_max * x * x, depth_max);
        // The unknowns are squares of depths, the very values that are interpolated.
        let mut squares: Vec<f64> = scheme.nodes.iter().map(|x| guess(x).powi(2)).collect();
        let mut next = squares.clone();
        let mut change = f64::INFINITY;
        for sweep_number in 1..=scheme.sweeps {
            // With rate near yield full steps may end in a cycle of two; a half step meets in its middle.
            let part = if sweep_number % 3 == 0 { 0.5 } else { 1.0 };
            change = 0.0;
            for (node, next) in next.iter_mut().enumerate() {
                let depth = squares[node].sqrt();
                let better =
                    (depth + part * sweep.correction(node, &squares)).clamp(0.0, depth_max);
                *next = better * better;
                // A moment before expiry nothing is earned, so what moves there hardly counts.
                change = (scheme.nodes[node] * (better - depth).abs()).max(change);
            }
            std::mem::swap(&mut squares, &mut next);
        }
        let usable = squares.iter().all(|square| square.is_finite());
        let coefficients = chebyshev(&squares);
        let curve = Curve {
            rate,
            dividend_yield,
            vol,
            years_max,
            log_start,
            coefficients,
        };
        (usable && change < CHANGE_MAX * depth_max.max(1.0)).then_some(curve)
    }

    /// Log of spot per strike at or below which the put is exercised with `years` left.
    pub(super) fn log_boundary(&self, years: f64) -> f64 {
        self.log_start - self.depth((years / self.years_max).sqrt())
    }

    /// The premium with `years` left at `moneyness`, spot per strike above the boundary.
    pub(super) fn premium(&self, moneyness: f64, years: f64, scheme: &Scheme) -> Premium {
        let Curve {
            rate,
            dividend_yield,
            vol,
            ..
        } = *self;
        let (root, x) = (years.sqrt(), (years / self.years_max).sqrt());
        let log_moneyness = moneyness.ln();
        let mut sum = Premium::default();
        for &Point { sin, cos, weight } in &scheme.premium {
            let u = years * sin * sin;
            let deviation = vol * root * sin;
            let log_ratio = log_moneyness - self.log_start + self.depth(x * cos);
            let d_minus = (log_ratio + (rate - dividend_yield) * u) / deviation - 0.5 * deviation;
            let d_plus = d_minus + deviation;
            let interest = weight * years * rate * (-rate * u).exp();
            let dividend = weight * years * dividend_yield * (-dividend_yield * u).exp();
            let (density_minus, density_plus) = (interest * pdf(d_minus), dividend * pdf(d_plus));
            let (below_minus, below_plus) = (
                interest * quick_cdf(-d_minus),
                dividend * quick_cdf(-d_plus),
            );
            sum.value += below_minus - moneyness * below_plus;
            sum.slope += (density_plus - density_minus / moneyness) / deviation - below_plus;
            sum.bend += density_minus / (moneyness * moneyness * deviation)
                * (1.0 + d_minus / deviation)
                + density_plus / (moneyness * deviation) * (1.0 - d_plus / deviation);
        }
        sum
    }

    /// Clenshaw's sum.
    fn depth(&self, x: f64) -> f64 {
        let twice = 4.0 * x - 2.0;
        let (mut one, mut two) = (0.0, 0.0);
        for &coefficient in self.coefficients.iter().skip(1).rev() {
            (one, two) = (twice * one - two + coefficient, one);
        }
        (0.5 * twice * one - two + self.coefficients[0])
            .max(0.0)
            .sqrt()
    }
}

/// Log of the boundary when no expiry is in sight: `beta / (beta - 1)` with `beta` the negative root of
/// `vol^2/2 beta (beta - 1) + (r - q) beta - r = 0` (Merton 1973).
fn log_perpetual(rate: f64, dividend_yield: f64, vol: f64) -> f64 {
    let half = 0.5 - (rate - dividend_yield) / (vol * vol);
    let double = 2.0 * rate / (vol * vol);
    let root = (half * half + double).sqrt();
    let beta = if half > 0.0 {
        -double / (half + root)
    } else {
        half - root
    };
    (beta / (beta - 1.0)).ln()
}

/// Chebyshev coefficients from the values at the points `cos(pi j / n)`, the last of which is 0.
fn chebyshev(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let half_at_ends = |k: usize| if k == 0 || k == n { 0.5 } else { 1.0 };
    let cosine = |j: usize, k: usize| (std::f64::consts::PI * (j * k) as f64 / n as f64).cos();
    let coefficient = |k| {
        let terms = values
            .iter()
            .enumerate()
            .map(|(j, value)| half_at_ends(j) * value * cosine(j, k));
        2.0 / n as f64 * half_at_ends(k) * terms.sum::<f64>()
    };
    (0..=n).map(coefficient).collect()
}

/// One contract's fixed point.
struct Sweep<'a> {
    rate: f64,
    dividend_yield: f64,
    vol: f64,
    years_max: f64,
    log_start: f64,
    scheme: &'a Scheme,
    /// Row `node * inner.len() + point`, as in the scheme's interpolation.
    terms: Vec<Term>,
}

/// What one point of an inner integral needs besides the boundary.
struct Term {
    /// `weight t r e^(ru)` and `weight t q e^(qu)`.
    earned: f64,
    forgone: f64,
    /// `d- = ln(B(t)/B(u)) per_log + shift` and `d+ = d- + spread`.
    per_log: f64,
    shift: f64,
    spread: f64,
}

impl<'a> Sweep<'a> {
    fn new(
        rate: f64,
        dividend_yield: f64,
        vol: f64,
        years_max: f64,
        log_start: f64,
        scheme: &'a Scheme,
    ) -> Sweep<'a> {
        let term = |x: f64, point: &Point| {
            let years = years_max * x * x;
            let spread = vol * years.sqrt() * point.sin;
            let (elapsed, u) = (years * point.sin.powi(2), years * point.cos.powi(2));
            Term {
                earned: point.weight * years * rate * (rate * u).exp(),
                forgone: point.weight * years * dividend_yield * (dividend_yield * u).exp(),
                per_log: spread.recip(),
                shift: (rate - dividend_yield) * elapsed / spread - 0.5 * spread,
                spread,
            }
        };
        let at_node = |&x: &f64| scheme.inner.iter().map(move |point| term(x, point));
        let terms = scheme.nodes.iter().flat_map(at_node).collect();
        Sweep {
            rate,
            dividend_yield,
            vol,
            years_max,
            log_start,
            scheme,
            terms,
        }
    }

    /// The depth near expiry, bent towards the perpetual one. As t vanishes the square of depth per deviation tends to
    /// `ln(vol^2 / 8 pi t (r-q)^2)` for `r > q`, `2 ln(1 / 4 sqrt(pi) r t)` for `r = q`, and 0.82 for `r < q` (Evans,
    /// Kuske & Keller, Mathematical Finance 12 (2002)). The two constants below were found to settle soonest.
    fn first_depth(&self, years: f64, depth_max: f64) -> f64 {
        let Sweep {
            rate,
            dividend_yield,
            vol,
            ..
        } = *self;
        let carry = rate - dividend_yield;
        let square = if carry < 0.0 {
            2.0
        } else {
            let apart = (vol * vol / (8.0 * PI * years * carry * carry)).ln();
            let equal = -2.0 * (4.0 * PI.sqrt() * rate * years).ln();
            apart.min(equal).max(1.3)
        };
        let near = vol * (years * square).sqrt();
        depth_max * (1.0 - (-near / depth_max).exp())
    }

    /// What Newton's step adds to the depth at a node; the integrals are held fixed in the derivative.
    fn correction(&self, node: usize, squares: &[f64]) -> f64 {
        let x = self.scheme.nodes[node];
        let years = self.years_max * x * x;
        let (carry, deviation) = (self.rate - self.dividend_yield, self.vol * years.sqrt());
        let depth = squares[node].sqrt();
        let log_boundary = self.log_start - depth;
        let d_minus = (log_boundary + carry * years) / deviation - 0.5 * deviation;
        let d_plus = d_minus + deviation;
        let (mut above, mut below) = (quick_cdf(d_minus), quick_cdf(d_plus));
        let points = self.scheme.inner.len();
        let rows = &self.scheme.interpolation[node * points..];
        for (term, row) in self.terms[node * points..].iter().zip(rows).take(points) {
            let square: f64 = row
                .iter()
                .zip(squares)
                .map(|(weight, square)| weight * square)
                .sum();
            let d_minus = (square.max(0.0).sqrt() - depth) * term.per_log + term.shift;
            above += term.earned * quick_cdf(d_minus);
            if self.dividend_yield != 0.0 {
                below += term.forgone * quick_cdf(d_minus + term.spread);
            }
        }
        let target = (above / below).ln() - carry * years;
        let slope = (pdf(d_minus) / above - pdf(d_plus) / below) / deviation;
        (log_boundary - target) / (1.0 - slope)
    }
}
