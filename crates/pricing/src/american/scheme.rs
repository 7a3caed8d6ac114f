//! Everything in the boundary's equation that no contract changes: nodes, quadrature and interpolation weights.
//!
//! Time is seen through `x = sqrt(time / years_max)`, in which the boundary is smooth. Collocation nodes are the
//! Chebyshev points `x = (1 + cos(pi j / n)) / 2`; `x = 0`, the last one, needs no equation. Integrals over `(0, t)` run
//! over an angle, `u = t sin^2 a`, so that the roots of `u` and of `t - u` are both smooth, with Gauss-Legendre points.
//! Source: Andersen, Lake & Offengenden, J. Computational Finance 20 (2016), sections 4 and 5 (the angle is ours).

use std::f64::consts::PI;
use std::sync::LazyLock;

/// How exactly an American option is priced; the module page of [`american`](super) has the measured errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// For leaves of a search and simulated paths: about 8 us, 5e-5 of the strike at worst.
    Fast,
    /// For everything a person reads: about 30 us, 4e-5 of the strike at worst and mostly below 1e-7.
    #[default]
    Standard,
    /// For references and tests: about 1.5 ms, 5e-8 of the strike at worst and mostly below 1e-9.
    Precise,
}

impl Precision {
    pub(super) fn scheme(self) -> &'static Scheme {
        static FAST: LazyLock<Scheme> = LazyLock::new(|| Scheme::new(5, 8, 16, 5));
        static STANDARD: LazyLock<Scheme> = LazyLock::new(|| Scheme::new(8, 12, 24, 10));
        static PRECISE: LazyLock<Scheme> = LazyLock::new(|| Scheme::new(24, 48, 96, 40));
        match self {
            Precision::Fast => &FAST,
            Precision::Standard => &STANDARD,
            Precision::Precise => &PRECISE,
        }
    }
}

/// One point of a rule for integrals over `(0, t)`.
#[derive(Clone, Copy)]
pub(super) struct Point {
    /// `sqrt(u / t)`.
    pub(super) sin: f64,
    /// `sqrt((t - u) / t)`.
    pub(super) cos: f64,
    /// Weight of the value there in the integral over `u / t`.
    pub(super) weight: f64,
}

/// Nodes and weights of one precision.
pub(super) struct Scheme {
    /// `x` of every collocation node from 1 downwards, without 0.
    pub(super) nodes: Vec<f64>,
    /// The rule inside the boundary's equation; here `u` is the time between two points of the boundary.
    pub(super) inner: Vec<Point>,
    /// Row `node * inner.len() + point`: weights that interpolate node values at `x = nodes[node] * cos`.
    pub(super) interpolation: Vec<Vec<f64>>,
    /// The rule for the premium; here `u` is the time from now.
    pub(super) premium: Vec<Point>,
    /// Sweeps over the boundary: always as many, so that the price is a smooth function of every input.
    pub(super) sweeps: u32,
}

impl Scheme {
    fn new(nodes: usize, inner: usize, premium: usize, sweeps: u32) -> Scheme {
        let x = |j: usize| 0.5 * (1.0 + (PI * j as f64 / nodes as f64).cos());
        let (nodes, inner): (Vec<f64>, _) = ((0..nodes).map(x).collect(), rule(inner));
        let places = nodes
            .iter()
            .flat_map(|node| inner.iter().map(move |point| node * point.cos));
        let interpolation = places.map(|x| interpolate(&nodes, x)).collect();
        Scheme {
            interpolation,
            nodes,
            inner,
            premium: rule(premium),
            sweeps,
        }
    }
}

/// Gauss-Legendre in the angle between 0 and a right angle.
fn rule(points: usize) -> Vec<Point> {
    let at = |(y, weight): (f64, f64)| {
        let (sin, cos) = (0.25 * PI * (1.0 + y)).sin_cos();
        Point {
            sin,
            cos,
            weight: weight * 0.25 * PI * 2.0 * sin * cos,
        }
    };
    gauss_legendre(points).map(at).collect()
}

/// Nodes and weights on (-1, 1): Newton's method on the Legendre polynomial from Tricomi's guess.
fn gauss_legendre(n: usize) -> impl Iterator<Item = (f64, f64)> {
    (0..n).map(move |i| {
        let mut y = (PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 0.0;
        for _ in 0..10 {
            let (mut before, mut value) = (1.0, y);
            for k in 2..=n {
                let k = k as f64;
                (before, value) = (
                    value,
                    ((2.0 * k - 1.0) * y * value - (k - 1.0) * before) / k,
                );
            }
            slope = n as f64 * (y * value - before) / (y * y - 1.0);
            y -= value / slope;
        }
        (y, 2.0 / ((1.0 - y * y) * slope * slope))
    })
}

/// Barycentric weights of the node values at `x`; the function is 0 at the node `x = 0` that `nodes` leaves out.
fn interpolate(nodes: &[f64], x: f64) -> Vec<f64> {
    if let Some(exact) = nodes.iter().position(|&node| node == x) {
        return (0..nodes.len())
            .map(|j| f64::from(u8::from(j == exact)))
            .collect();
    }
    let sign = |j: usize| if j.is_multiple_of(2) { 1.0 } else { -1.0 };
    let end = |j: usize| if j == 0 { 0.5 } else { 1.0 };
    let raw: Vec<f64> = nodes
        .iter()
        .enumerate()
        .map(|(j, node)| sign(j) * end(j) / (x - node))
        .collect();
    let total: f64 = raw.iter().sum::<f64>() + sign(nodes.len()) * 0.5 / x;
    raw.iter().map(|weight| weight / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_integrate_powers_and_roots_exactly() {
        let check = |f: fn(&Point) -> f64, expected: f64| {
            let sum: f64 = rule(24).iter().map(|point| point.weight * f(point)).sum();
            assert!((sum - expected).abs() < 1e-14, "{sum}, expected {expected}");
        };
        check(|_| 1.0, 1.0);
        check(|point| point.sin.powi(2), 0.5);
        check(|point| point.cos, 2.0 / 3.0);
        check(|point| point.sin.recip(), 2.0);
    }

    #[test]
    fn interpolation_is_exact_for_polynomials_through_zero() {
        let scheme = Scheme::new(5, 8, 8, 1);
        let f = |x: f64| x * (2.0 - x + 3.0 * x.powi(3));
        let weights = interpolate(&scheme.nodes, 0.3);
        let value: f64 = weights
            .iter()
            .zip(&scheme.nodes)
            .map(|(weight, &x)| weight * f(x))
            .sum();
        assert!((value - f(0.3)).abs() < 1e-14);
    }
}
