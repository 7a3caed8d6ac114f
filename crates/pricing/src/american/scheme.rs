//! Everything in the boundary's equation that no contract changes: nodes, quadrature and interpolation weights.
//!
//! Time is seen through `x = sqrt(time / years_max)`, in which the boundary is smooth. Collocation nodes are the
//! Chebyshev points `x = (1 + cos(pi j / n)) / 2`; `x = 0`, the last one, needs no equation. Integrals over `(0, t)` run
//! over an angle, `u = t sin^2 a`, so that the roots of `u` and of `t - u` are both smooth, with Gauss-Legendre points.
//! A scheme is a list of such grids, coarse to fine: Newton's steps on the coarse one make the start of the next.
//! Source: Andersen, Lake & Offengenden, J. Computational Finance 20 (2016), sections 4 and 5; the angle, the grids and
//! Newton's method on all nodes at once are ours.

use fearless_simd::{Simd, SimdBase};
use std::f64::consts::PI;
use std::sync::LazyLock;

/// How exactly an American option is priced, exercise within a band of spots apart; the module page of [`american`](super)
/// has the measured errors, and the extremes that miss these bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// For leaves of a search and simulated paths: errors below 1e-5 of the strike.
    Fast,
    /// For everything a person reads: errors below 1e-6 of the strike.
    #[default]
    Standard,
    /// For references and tests: errors about 1e-8 of the strike.
    Precise,
}

impl Precision {
    /// The scheme of this precision.
    pub(super) fn scheme(self) -> &'static Scheme {
        &self.schemes()[0]
    }

    /// The scheme of this precision and all finer ones, to try one after the other until the boundary settles; the last is
    /// that of `Precise` again with more steps on more grids.
    pub(super) fn schemes(self) -> &'static [Scheme] {
        static ALL: LazyLock<[Scheme; 4]> = LazyLock::new(|| {
            [
                Scheme::new(&[(4, 4, 2), (7, 7, 1)], 28, 0.003),
                Scheme::new(&[(5, 6, 2), (10, 12, 2)], 40, 0.003),
                Scheme::new(&[(10, 12, 3), (24, 32, 4)], 80, 0.001),
                Scheme::new(&[(4, 4, 8), (7, 7, 6), (12, 16, 6), (24, 32, 8)], 80, 0.001),
            ]
        });
        let first = match self {
            Precision::Fast => 0,
            Precision::Standard => 1,
            Precision::Precise => 2,
        };
        &ALL[first..]
    }

    /// Steps of the lattice where it has to answer.
    pub(super) fn lattice_steps(self) -> u32 {
        match self {
            Precision::Fast => 400,
            Precision::Standard => 1000,
            Precision::Precise => 4000,
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

/// Grids from coarse to fine, and the rule for the premium.
pub(super) struct Scheme {
    pub(super) grids: Vec<Grid>,
    /// Places in (0, 1) and weights of Gauss and Legendre, in pairs around the middle.
    pub(super) premium: Vec<(f64, f64)>,
    /// How near the boundary the premium's rule still condenses, in standard deviations to expiry.
    pub(super) near: f64,
    /// Row `k` of `n + 1`: what each node value of the finest grid adds to Chebyshev coefficient `k`.
    pub(super) chebyshev: Vec<f64>,
}

/// Nodes of one grid and the weights that belong to them.
pub(super) struct Grid {
    /// `x` of every collocation node from 1 downwards, without 0.
    pub(super) nodes: Vec<f64>,
    /// The rule inside the boundary's equation; here `u` is the time between two points of the boundary.
    pub(super) inner: Vec<Point>,
    /// `[node][point][k]`: weights that interpolate node values at `x = nodes[node] * cos`.
    pub(super) interpolation: Vec<f64>,
    /// The same, `[node][k][point]`.
    pub(super) transposed: Vec<f64>,
    /// The same, `[point][k][node]`, the last node repeated to [`Grid::room`].
    across: Vec<f64>,
    /// `[node][k]`: weights that carry the values of the grid before to these nodes; empty for the first grid.
    pub(super) refinement: Vec<f64>,
    /// Newton's steps: always as many, so that the price is a smooth function of every input.
    pub(super) sweeps: u32,
}

impl Scheme {
    /// `grids` are (nodes, inner points, sweeps); `premium` points of its rule, which condenses up to `near` the boundary.
    pub(super) fn new(grids: &[(usize, usize, u32)], premium: usize, near: f64) -> Scheme {
        let mut made: Vec<Grid> = Vec::new();
        for &(nodes, inner, sweeps) in grids {
            let before = made.last().map(|grid| grid.nodes.clone());
            made.push(Grid::new(nodes, inner, sweeps, before));
        }
        let n = grids[grids.len() - 1].0;
        Scheme {
            grids: made,
            premium: gauss_legendre(premium)
                .map(|(y, weight)| (0.5 * (1.0 - y), 0.5 * weight))
                .collect(),
            near,
            chebyshev: chebyshev(n),
        }
    }

    /// Newton's steps in all.
    pub(super) fn sweeps(&self) -> u32 {
        self.grids.iter().map(|grid| grid.sweeps).sum()
    }

    /// The grid that the boundary is known on.
    pub(super) fn finest(&self) -> &Grid {
        &self.grids[self.grids.len() - 1]
    }
}

impl Grid {
    /// Nodes and as many more as fill the widest vectors.
    fn room(nodes: usize) -> usize {
        nodes.next_multiple_of(8)
    }

    /// The weights that node value `k` has at `point`, for `node` in the first lane and those behind it in the others.
    #[inline(always)]
    pub(super) fn lanes_of<S: Simd>(&self, s: S, point: usize, k: usize, node: usize) -> S::f64s {
        let n = self.nodes.len();
        let from = (point * n + k) * Grid::room(n) + node;
        S::f64s::from_slice(s, &self.across[from..from + S::f64s::LEN])
    }

    fn new(n: usize, inner: usize, sweeps: u32, before: Option<Vec<f64>>) -> Grid {
        let x = |j: usize| 0.5 * (1.0 + (PI * j as f64 / n as f64).cos());
        let (nodes, inner): (Vec<f64>, _) = ((0..n).map(x).collect(), rule(inner));
        let (mut interpolation, mut transposed) = (Vec::new(), Vec::new());
        for node in &nodes {
            let rows: Vec<Vec<f64>> = inner
                .iter()
                .map(|point| interpolate(&nodes, node * point.cos))
                .collect();
            interpolation.extend(rows.iter().flatten());
            transposed.extend((0..n).flat_map(|k| rows.iter().map(move |row| row[k])));
        }
        let across = (0..inner.len() * n)
            .flat_map(|at| (0..Grid::room(n)).map(move |node| (at, node.min(n - 1))))
            .map(|(at, node)| interpolation[node * inner.len() * n + at])
            .collect();
        let refinement = before.map_or(Vec::new(), |before| {
            nodes
                .iter()
                .flat_map(|&x| interpolate(&before, x))
                .collect()
        });
        Grid {
            nodes,
            inner,
            interpolation,
            transposed,
            across,
            refinement,
            sweeps,
        }
    }
}

/// What turns values at the points `cos(pi j / n)`, the last of which is 0, into Chebyshev coefficients.
fn chebyshev(n: usize) -> Vec<f64> {
    let half_at_ends = |k: usize| if k == 0 || k == n { 0.5 } else { 1.0 };
    let entry = |k: usize, j: usize| {
        let cosine = (PI * (j * k) as f64 / n as f64).cos();
        2.0 / n as f64 * half_at_ends(k) * half_at_ends(j) * cosine
    };
    (0..=n)
        .flat_map(|k| (0..n).map(move |j| entry(k, j)))
        .collect()
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
    if let Some(exact) = nodes.iter().position(|&node| (node - x).abs() < 1e-15) {
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

    /// A polynomial through zero is met by interpolation, by the next grid and by its Chebyshev coefficients.
    #[test]
    fn polynomials_through_zero_are_exact() {
        let f = |x: f64| x * (2.0 - x + 3.0 * x.powi(3));
        let sum = |weights: &[f64], nodes: &[f64]| -> f64 {
            weights
                .iter()
                .zip(nodes)
                .map(|(weight, &x)| weight * f(x))
                .sum()
        };
        let scheme = Scheme::new(&[(5, 8, 1), (7, 8, 1)], 8, 0.1);
        let [coarse, fine] = &scheme.grids[..] else {
            panic!("two grids were asked for")
        };
        assert!((sum(&interpolate(&coarse.nodes, 0.3), &coarse.nodes) - f(0.3)).abs() < 1e-14);
        for (row, &x) in fine.refinement.chunks(5).zip(&fine.nodes) {
            assert!((sum(row, &coarse.nodes) - f(x)).abs() < 1e-14);
        }
        let twice = 4.0 * 0.3 - 2.0;
        let (mut one, mut two) = (0.0, 0.0);
        let coefficients: Vec<f64> = scheme
            .chebyshev
            .chunks(7)
            .map(|row| sum(row, &fine.nodes))
            .collect();
        for &coefficient in coefficients[1..].iter().rev() {
            (one, two) = (twice * one - two + coefficient, one);
        }
        assert!((0.5 * twice * one - two + coefficients[0] - f(0.3)).abs() < 1e-13);
    }
}
