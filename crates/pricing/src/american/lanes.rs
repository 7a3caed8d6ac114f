//! The early-exercise boundary of a put on one dollar of strike and the premium that follows, one contract in each lane, or, for
//! a contract alone, one node or point in each lane.
//!
//! ```text
//! B(t) = e^(-(r-q)t) N(t) / D(t)                                t: time left, B: spot per strike
//! N    = phi(d-(t, B)) / (vol sqrt t) + r Int_0^t e^(ru) phi(d-(t-u, B(t)/B(u))) / (vol sqrt(t-u)) du
//! D    = phi(d+(t, B)) / (vol sqrt t) + Phi(d+(t, B))
//!        + q Int_0^t e^(qu) [Phi(d+(t-u, B(t)/B(u))) + phi(d+(t-u, B(t)/B(u))) / (vol sqrt(t-u))] du
//! d+-(t, z) = (ln z + (r-q) t) / (vol sqrt t) +- vol sqrt t / 2
//! premium   = Int_0^t r e^(-ru) Phi(-d-(u, m/B(t-u))) - q m e^(-qu) Phi(-d+(u, m/B(t-u))) du      m: spot per strike
//! ```
//! The unknowns are the squares `y` of the depth `ln B(0+) - ln B` at the nodes of a grid, whose polynomial they define;
//! the equation is `F = ln N - ln D - (r-q) t - ln B = 0` at every node, and Newton's method with the full Jacobian solves
//! it. The same Jacobian yields the boundary's slopes in rate and yield.
//! Sources: the premium is Kim, Review of Financial Studies 3 (1990); the equation ("FP-A", smooth pasting) and the
//! function to interpolate are Andersen, Lake & Offengenden, J. Computational Finance 20 (2016). Holds for `r > 0`.
//! A call is a put with spot and strike, rate and yield exchanged (McDonald & Schroder, J. Computational Finance 1998).
//!
//! No lane looks at another, and what lies across lanes is added one after the other: a contract's result depends neither on its
//! neighbours, nor on whether it has any, nor on the width of the vectors.

use super::scheme::{Grid, Scheme};
use crate::simd::{ONE_OVER_SQRT_2PI, exp, mills, mills_of_two};
use fearless_simd::{Select, Simd, SimdBase, SimdFloat, SimdFrom};
use std::f64::consts::PI;

/// The largest depth the boundary can have without meeting the smallest numbers.
const DEPTH_MAX: f64 = 100.0;

/// Between nodes the polynomial may undershoot; no square falls below this part of the straight line to the node: much
/// while the boundary is but a guess, hardly anything after.
const FLOOR_FIRST: f64 = 0.3;
const FLOOR_LATER: f64 = 0.02;

/// After so many times the inverse of its pace the boundary rests: `e^-20` is 2e-9.
const REST: f64 = 20.0;

/// How far from the boundary the premium's rule still spreads out, in standard deviations to expiry.
const FAR: f64 = 5.0;

/// A number for each lane.
type V<S> = <S as Simd>::f64s;

/// Puts on one dollar of strike.
#[derive(Clone, Copy)]
pub(super) struct Puts<S: Simd> {
    pub(super) rate: V<S>,
    pub(super) dividend_yield: V<S>,
    pub(super) vol: V<S>,
    /// Time up to which the boundary is wanted.
    pub(super) years: V<S>,
}

impl<S: Simd> Puts<S> {
    /// Cuts the time where the boundary has long come to rest: it nears the perpetual one like `e^(-pace t)` with
    /// `pace = r + (r - q - vol^2/2)^2 / 2 vol^2`.
    #[inline(always)]
    pub(super) fn until_rest(self, s: S) -> Puts<S> {
        let variance = self.vol * self.vol;
        let lean = self.rate - self.dividend_yield - variance * 0.5;
        let pace = self.rate + lean * lean / (variance * 2.0);
        Puts {
            years: self.years.min(splat(s, REST) / pace),
            ..self
        }
    }
}

/// Boundaries, and room for making them.
pub(super) struct Room<S: Simd> {
    /// All lanes hold the same put: the equation runs over nodes and the premium over points, as many at a time as there are lanes.
    pub(super) alone: bool,
    /// `ln B` a moment before expiry.
    pub(super) log_start: V<S>,
    /// Squares of depths at the nodes of the finest grid.
    squares: Vec<V<S>>,
    /// Chebyshev coefficients in `2x - 1` of the square of the depth.
    pub(super) coefficients: Vec<V<S>>,
    /// The same of its slopes in rate and yield.
    slopes: [Vec<V<S>>; 2],
    /// Largest last step, in log of the boundary; weighted by `x`, since what moves near expiry hardly counts.
    pub(super) unsettled: V<S>,
    depths: Vec<V<S>>,
    jacobian: Vec<V<S>>,
    /// Minus F, and its slopes in rate and yield.
    sides: [Vec<V<S>>; 3],
    /// Squares of depths at the points of the rule inside the equation.
    between: Vec<V<S>>,
    pulls: Vec<V<S>>,
    pulls_below: Vec<V<S>>,
    per_square: Vec<V<S>>,
    powers: Vec<V<S>>,
}

/// Where the equation is asked, and what it says there.
#[derive(Clone, Copy)]
struct Node<S: Simd> {
    x: V<S>,
    depth: V<S>,
    square: V<S>,
}

/// F, its slope in the node's own square beside what comes through the polynomial, its slopes in rate and yield.
#[derive(Clone, Copy)]
struct Equation<S: Simd> {
    value: V<S>,
    own: V<S>,
    in_rate: V<S>,
    in_yield: V<S>,
}

/// The premium over the European price of a put on one dollar of strike, and its slopes.
#[derive(Clone, Copy)]
pub(super) struct Premium<S: Simd> {
    pub(super) value: V<S>,
    /// First and second derivative in spot per strike.
    pub(super) slope: V<S>,
    pub(super) bend: V<S>,
    /// Slopes in rate and yield.
    pub(super) in_rate: V<S>,
    pub(super) in_yield: V<S>,
    /// `ln B` now.
    pub(super) log_boundary: V<S>,
}

/// What one point of the rule adds to a [`Premium`].
#[derive(Clone, Copy)]
struct Part<S: Simd> {
    interest: V<S>,
    below_minus: V<S>,
    /// Per unit of spot.
    lost: V<S>,
    slope: V<S>,
    bend: V<S>,
    in_rate: V<S>,
    in_yield: V<S>,
}

impl<S: Simd> Part<S> {
    /// One lane of it in every lane.
    #[inline(always)]
    fn of_lane<const SLOPES: bool>(self, s: S, lane: usize) -> Part<S> {
        let mut part = Part {
            interest: splat(s, self.interest[lane]),
            below_minus: splat(s, self.below_minus[lane]),
            lost: splat(s, self.lost[lane]),
            ..self
        };
        if SLOPES {
            part.slope = splat(s, self.slope[lane]);
            part.bend = splat(s, self.bend[lane]);
            part.in_rate = splat(s, self.in_rate[lane]);
            part.in_yield = splat(s, self.in_yield[lane]);
        }
        part
    }
}

impl<S: Simd> Premium<S> {
    #[inline(always)]
    fn add<const SLOPES: bool>(&mut self, part: &Part<S>, moneyness: V<S>) {
        self.value = part
            .interest
            .mul_add(part.below_minus, self.value - moneyness * part.lost);
        if SLOPES {
            self.slope += part.slope;
            self.bend += part.bend;
            self.in_rate += part.in_rate;
            self.in_yield += part.in_yield;
        }
    }
}

impl<S: Simd> Room<S> {
    #[inline(always)]
    pub(super) fn new(s: S, scheme: &Scheme) -> Room<S> {
        let zero = splat(s, 0.0);
        let n = scheme.finest().nodes.len();
        let points = scheme.grids.iter().map(|grid| grid.inner.len()).max();
        let column = |n: usize| vec![zero; n];
        Room {
            alone: false,
            log_start: zero,
            squares: column(n),
            coefficients: column(n + 1),
            slopes: [column(n + 1), column(n + 1)],
            unsettled: zero,
            depths: column(n),
            jacobian: column(n * n),
            sides: [column(n), column(n), column(n)],
            between: column(points.unwrap_or(0)),
            pulls: column(points.unwrap_or(0)),
            pulls_below: column(points.unwrap_or(0)),
            per_square: column(points.unwrap_or(0)),
            powers: column(scheme.premium.len()),
        }
    }

    /// Solves the boundaries; with `SLOPES` also how they move with rate and yield.
    #[inline(always)]
    pub(super) fn solve<const SLOPES: bool>(&mut self, s: S, puts: &Puts<S>, scheme: &Scheme) {
        let Puts {
            rate,
            dividend_yield,
            ..
        } = *puts;
        let zero = splat(s, 0.0);
        let split = dividend_yield.simd_gt(rate);
        let safe_yield = split.select(dividend_yield, splat(s, 1.0));
        self.log_start = split.select(ln(s, rate / safe_yield), zero);
        let depth_max = (self.log_start - log_perpetual(s, puts))
            .max(splat(s, 1e-14))
            .min(splat(s, DEPTH_MAX));
        let mut first = true;
        let mut known = 0;
        for grid in &scheme.grids {
            let n = grid.nodes.len();
            if first {
                for (square, &x) in self.squares.iter_mut().zip(&grid.nodes) {
                    let depth = first_depth(s, puts, x, depth_max);
                    *square = depth * depth;
                }
            } else {
                for (depth, row) in self.depths.iter_mut().zip(grid.refinement.chunks(known)) {
                    *depth = dot(s, row, &self.squares[..known]).max(splat(s, 1e-28));
                }
                self.squares[..n].copy_from_slice(&self.depths[..n]);
            }
            known = n;
            for _ in 0..grid.sweeps {
                self.assemble::<false>(s, puts, grid, first);
                self.step(s, grid, depth_max);
                first = false;
            }
        }
        let grid = scheme.finest();
        let n = grid.nodes.len();
        for (k, row) in scheme.chebyshev.chunks(n).enumerate() {
            self.coefficients[k] = dot(s, row, &self.squares);
        }
        if SLOPES {
            self.assemble::<true>(s, puts, grid, false);
            eliminate(&mut self.jacobian, &mut self.sides, n);
            for (slopes, side) in self.slopes.iter_mut().zip(&self.sides[1..]) {
                for (k, row) in scheme.chebyshev.chunks(n).enumerate() {
                    slopes[k] = dot(s, row, side);
                }
            }
        }
    }

    /// Jacobian of F in the squares, minus F, and with `SLOPES` minus the slopes of F in rate and yield.
    #[inline(always)]
    fn assemble<const SLOPES: bool>(&mut self, s: S, puts: &Puts<S>, grid: &Grid, first: bool) {
        let n = grid.nodes.len();
        let points = grid.inner.len();
        for (depth, &square) in self.depths.iter_mut().zip(&self.squares[..n]) {
            *depth = square.sqrt();
        }
        // Nodes at a time.
        let wide = if self.alone { S::f64s::LEN } else { 1 };
        for i in (0..n).step_by(wide) {
            let node = self.node(s, grid, i);
            let found = self.equation::<SLOPES>(s, puts, grid, node, first);
            if !self.alone {
                let row = i * points * n;
                for k in 0..n {
                    let weights = &grid.transposed[row + k * points..row + (k + 1) * points];
                    self.jacobian[i * n + k] = dot(s, weights, &self.pulls[..points]);
                }
                self.jacobian[i * n + i] += found.own;
                self.sides[0][i] = -found.value;
                if SLOPES {
                    self.sides[1][i] = found.in_rate;
                    self.sides[2][i] = found.in_yield;
                }
                continue;
            }
            let there = wide.min(n - i);
            for k in 0..n {
                let mut sum = splat(s, 0.0);
                for (j, &pull) in self.pulls[..points].iter().enumerate() {
                    sum = pull.mul_add(grid.lanes_of::<S>(s, j, k, i), sum);
                }
                for lane in 0..there {
                    self.jacobian[(i + lane) * n + k] = splat(s, sum[lane]);
                }
            }
            for lane in 0..there {
                let i = i + lane;
                self.jacobian[i * n + i] += splat(s, found.own[lane]);
                self.sides[0][i] = splat(s, -found.value[lane]);
                if SLOPES {
                    self.sides[1][i] = splat(s, found.in_rate[lane]);
                    self.sides[2][i] = splat(s, found.in_yield[lane]);
                }
            }
        }
    }

    /// The node `i`, or alone that and the ones behind it, the last again where there are no more; fills `between`.
    #[inline(always)]
    fn node(&mut self, s: S, grid: &Grid, i: usize) -> Node<S> {
        let n = grid.nodes.len();
        let points = grid.inner.len();
        if !self.alone {
            let row = i * points * n;
            for (j, between) in self.between[..points].iter_mut().enumerate() {
                let weights = &grid.interpolation[row + j * n..row + (j + 1) * n];
                *between = dot(s, weights, &self.squares[..n]);
            }
            return Node {
                x: splat(s, grid.nodes[i]),
                depth: self.depths[i],
                square: self.squares[i],
            };
        }
        for (j, between) in self.between[..points].iter_mut().enumerate() {
            let mut sum = splat(s, 0.0);
            for (k, &square) in self.squares[..n].iter().enumerate() {
                sum = square.mul_add(grid.lanes_of::<S>(s, j, k, i), sum);
            }
            *between = sum;
        }
        let at = |lane: usize| (i + lane).min(n - 1);
        Node {
            x: V::<S>::from_fn(s, |lane| grid.nodes[at(lane)]),
            depth: V::<S>::from_fn(s, |lane| self.depths[at(lane)][0]),
            square: V::<S>::from_fn(s, |lane| self.squares[at(lane)][0]),
        }
    }

    /// The equation at a node between whose depth and the start `between` lies; leaves in `pulls` how it moves with each of these.
    #[inline(always)]
    fn equation<const SLOPES: bool>(
        &mut self,
        s: S,
        puts: &Puts<S>,
        grid: &Grid,
        node: Node<S>,
        first: bool,
    ) -> Equation<S> {
        let Puts {
            rate,
            dividend_yield,
            vol,
            years,
        } = *puts;
        let Node { x, depth, square } = node;
        let c = |value: f64| splat(s, value);
        let (zero, one) = (c(0.0), c(1.0));
        let carry = rate - dividend_yield;
        let root = vol * years.sqrt();
        let floor = if first { FLOOR_FIRST } else { FLOOR_LATER };
        let split = dividend_yield.simd_gt(rate);
        // Slopes of `log_start` in rate and yield.
        let start_in_rate = split.select(one / rate, zero);
        let start_in_yield = split.select(c(-1.0) / split.select(dividend_yield, one), zero);
        let t = years * (x * x);
        let (deviation, inverse) = (root * x, (one / root) * (one / x));
        let log_boundary = self.log_start - depth;
        let drift = carry * t * inverse - deviation * 0.5;
        let d_minus = log_boundary * inverse + drift;
        let d_plus = d_minus + deviation;
        let density_minus = pdf(s, d_minus);
        let (below_plus, density_plus) = cdf_pdf(s, d_plus);
        let mut above = density_minus * inverse;
        let mut below = density_plus * inverse + below_plus;
        // Slopes of the sums in rate and yield, at fixed squares.
        let (mut above_r, mut above_q, mut below_r, mut below_q) = (zero, zero, zero, zero);
        if SLOPES {
            let (in_r, in_q) = (start_in_rate + t, start_in_yield - t);
            let pull_above = -(d_minus * density_minus * inverse * inverse);
            let pull_below = (density_plus - d_plus * density_plus * inverse) * inverse;
            above_r = pull_above * in_r;
            above_q = pull_above * in_q;
            below_r = pull_below * in_r;
            below_q = pull_below * in_q;
        }
        for (j, point) in grid.inner.iter().enumerate() {
            let raw = self.between[j];
            let least = square * (floor * point.cos * point.cos);
            let inside = raw.simd_gt(least);
            let there = inside.select(raw, least).sqrt();
            let spread = deviation * point.sin;
            let inverse_spread = inverse * (1.0 / point.sin);
            let d_minus = (there - depth).mul_add(inverse_spread, drift * point.sin);
            let d_plus = d_minus + spread;
            let u = t * (point.cos * point.cos);
            let t_weight = t * point.weight;
            let interest = exp(s, (d_minus * -0.5).mul_add(d_minus, rate * u));
            let unit = (t_weight * ONE_OVER_SQRT_2PI) * inverse_spread * interest;
            let gain = unit * rate;
            let (below_plus, density_plus) = cdf_pdf(s, d_plus);
            let grown = t_weight * exp(s, dividend_yield * u);
            let density = grown * density_plus;
            let kernel = density.mul_add(inverse_spread, grown * below_plus);
            above += gain;
            below = dividend_yield.mul_add(kernel, below);
            let steep = (-(d_plus * density)).mul_add(inverse_spread, density);
            let pull_above = -(d_minus * gain * inverse_spread);
            let pull_below = dividend_yield * steep * inverse_spread;
            if SLOPES {
                let shift = t * inverse * point.sin;
                let moved = d_minus * gain * shift;
                above_r += unit * (one + rate * u) - moved;
                above_q += moved;
                below_r += dividend_yield * steep * shift;
                below_q += kernel * (one + dividend_yield * u) - dividend_yield * steep * shift;
            }
            // Where the polynomial undershoots, the value hangs on the node's own depth instead.
            let per_square = c(0.5) / there;
            self.pulls[j] = pull_above;
            self.pulls_below[j] = pull_below;
            self.per_square[j] = inside.select(per_square, zero);
        }
        let (per_above, per_below) = (one / above, one / below);
        let (mut all, mut own_part) = (zero, zero);
        for (j, point) in grid.inner.iter().enumerate() {
            let pull = self.pulls[j] * per_above - self.pulls_below[j] * per_below;
            all += pull;
            let per_square = self.per_square[j];
            let outside = per_square.simd_le(zero);
            own_part += outside.select(pull * (floor.sqrt() * point.cos), zero);
            self.pulls[j] = pull * per_square;
        }
        let own = d_minus * density_minus * inverse * inverse * per_above
            - (d_plus * density_plus * inverse - density_plus) * inverse * per_below;
        let mut found = Equation {
            value: ln(s, above * per_below) - carry * t - log_boundary,
            own: (one + own - all + own_part) * (c(0.5) / depth),
            in_rate: zero,
            in_yield: zero,
        };
        if SLOPES {
            found.in_rate = t + start_in_rate - above_r * per_above + below_r * per_below;
            found.in_yield = start_in_yield - t - above_q * per_above + below_q * per_below;
        }
        found
    }

    /// Newton's step, no longer than a factor of two of any depth.
    #[inline(always)]
    fn step(&mut self, s: S, grid: &Grid, depth_max: V<S>) {
        let n = grid.nodes.len();
        {
            let [side, ..] = &mut self.sides;
            eliminate(&mut self.jacobian, std::slice::from_mut(side), n);
        }
        self.unsettled = splat(s, 0.0);
        for i in 0..n {
            let depth = self.depths[i];
            let square = self.squares[i] + self.sides[0][i];
            let next = square
                .max(splat(s, 0.0))
                .sqrt()
                .max(depth * 0.5)
                .min(depth * 2.0)
                .min(depth_max);
            self.unsettled = self.unsettled.max((next - depth).abs() * grid.nodes[i]);
            self.squares[i] = next * next;
        }
    }

    /// The premium with `x = sqrt(years left / years)`, at `log_moneyness` (log of spot per strike) above the boundary;
    /// beyond its years the boundary rests.
    #[inline(always)]
    pub(super) fn premium<const SLOPES: bool>(
        &mut self,
        s: S,
        puts: &Puts<S>,
        scheme: &Scheme,
        x: V<S>,
        log_moneyness: V<S>,
    ) -> Premium<S> {
        let Puts {
            rate,
            dividend_yield,
            vol,
            years,
        } = *puts;
        let c = |value: f64| splat(s, value);
        let (zero, one) = (c(0.0), c(1.0));
        let years = years * x * x;
        let root = vol * years.sqrt();
        let carry = rate - dividend_yield;
        let moneyness = exp(s, log_moneyness);
        let log_boundary =
            self.log_start - clenshaw(s, &self.coefficients, x.min(one)).max(zero).sqrt();
        let split = dividend_yield.simd_gt(rate);
        let start_in_rate = split.select(one / rate, zero);
        let start_in_yield = split.select(c(-1.0) / split.select(dividend_yield, one), zero);
        // The integrand turns within `near` of now: the rule condenses there, a = near sinh(turn z).
        let near = ((log_moneyness - log_boundary) / root)
            .max(c(scheme.near))
            .min(c(FAR));
        let ratio = c(PI / 2.0) / near;
        let turn = ln(s, ratio + (ratio * ratio + 1.0).sqrt());
        let count = scheme.premium.len();
        // Points at a time; where there are no more, lanes hold the last one and are left out of the sum.
        let wide = if self.alone { S::f64s::LEN } else { 1 };
        let at = |j: usize| j.min(count - 1);
        for j in (0..count).step_by(wide) {
            if self.alone {
                let place = V::<S>::from_fn(s, |lane| scheme.premium[at(j + lane)].0);
                let power = exp(s, turn * place);
                for lane in 0..wide.min(count - j) {
                    self.powers[j + lane] = splat(s, power[lane]);
                }
            } else {
                self.powers[j] = exp(s, turn * scheme.premium[j].0);
            }
        }
        let all = exp(s, -turn);
        let mut sum = Premium {
            value: zero,
            slope: zero,
            bend: zero,
            in_rate: zero,
            in_yield: zero,
            log_boundary,
        };
        let inverse_moneyness = one / moneyness;
        let above_start = log_moneyness - self.log_start;
        for j in (0..count).step_by(wide) {
            // The places are pairs around the middle, so one power is the other's inverse but for a factor.
            let (grown, mirrored, weight) = if self.alone {
                (
                    V::<S>::from_fn(s, |lane| self.powers[at(j + lane)][0]),
                    V::<S>::from_fn(s, |lane| self.powers[count - 1 - at(j + lane)][0]),
                    V::<S>::from_fn(s, |lane| scheme.premium[at(j + lane)].1),
                )
            } else {
                let weight = splat(s, scheme.premium[j].1);
                (self.powers[j], self.powers[count - 1 - j], weight)
            };
            let shrunk = mirrored * all;
            let angle = near * 0.5 * (grown - shrunk);
            let width = near * turn * (weight * 0.5) * (grown + shrunk);
            let (sin, cos) = sin_cos(s, angle);
            let weight = width * sin * cos * 2.0 * years;
            let u = years * sin * sin;
            let deviation = root * sin;
            let inverse = one / deviation;
            let place = (x * cos).min(one);
            let square = clenshaw(s, &self.coefficients, place).max(c(1e-28));
            let depth = square.sqrt();
            let d_minus =
                (carry.mul_add(u, above_start) + depth).mul_add(inverse, deviation * -0.5);
            let d_plus = d_minus + deviation;
            let (density_minus, density_plus) = (pdf(s, d_minus), pdf(s, d_plus));
            let [mills_minus, mills_plus] = mills_of_two(s, [d_minus.abs(), d_plus.abs()]);
            let below_minus = below(s, -d_minus, density_minus, mills_minus);
            let below_plus = below(s, -d_plus, density_plus, mills_plus);
            let discount = weight * exp(s, -(rate * u));
            let dilution = weight * exp(s, -(dividend_yield * u));
            let interest = discount * rate;
            let dividend = dilution * dividend_yield;
            let lost = dividend * below_plus;
            let mut part = Part {
                interest,
                below_minus,
                lost,
                slope: zero,
                bend: zero,
                in_rate: zero,
                in_yield: zero,
            };
            if SLOPES {
                let (i_density, d_density) = (interest * density_minus, dividend * density_plus);
                let i_per = i_density * inverse_moneyness * inverse;
                let d_per = d_density * inverse;
                part.slope = d_per - i_per - lost;
                part.bend = i_per * inverse_moneyness * (one + d_minus * inverse)
                    + d_per * inverse_moneyness * (one - d_plus * inverse);
                let pull = moneyness * d_density - i_density;
                let per_square = c(0.5) / depth;
                let rate_moves = clenshaw(s, &self.slopes[0], place) * per_square;
                let yield_moves = clenshaw(s, &self.slopes[1], place) * per_square;
                part.in_rate = discount * below_minus * (one - rate * u)
                    + pull * (u - start_in_rate + rate_moves) * inverse;
                part.in_yield = -(moneyness * dilution * below_plus * (one - dividend_yield * u))
                    + pull * (yield_moves - u - start_in_yield) * inverse;
            }
            if self.alone {
                for lane in 0..wide.min(count - j) {
                    sum.add::<SLOPES>(&part.of_lane::<SLOPES>(s, lane), moneyness);
                }
            } else {
                sum.add::<SLOPES>(&part, moneyness);
            }
        }
        sum
    }
}

/// The same number in every lane.
#[inline(always)]
pub(super) fn splat<S: Simd>(s: S, value: f64) -> V<S> {
    V::<S>::simd_from(s, value)
}

/// The natural logarithm; arguments beyond 1e-280 and 1e280 are taken for these.
#[inline(always)]
fn ln<S: Simd>(s: S, x: V<S>) -> V<S> {
    crate::simd::ln(s, x.max(splat(s, 1e-280)).min(splat(s, 1e280)))
}

/// Density of the standard normal to about `x^2` times 1e-16.
#[inline(always)]
fn pdf<S: Simd>(s: S, x: V<S>) -> V<S> {
    exp(s, x * x * -0.5) * ONE_OVER_SQRT_2PI
}

/// From density and Mills' ratio of the size of `x`, the probability to be at most `x`.
#[inline(always)]
fn below<S: Simd>(s: S, x: V<S>, density: V<S>, mills: V<S>) -> V<S> {
    let tail = density * mills;
    x.simd_gt(splat(s, 0.0)).select(splat(s, 1.0) - tail, tail)
}

/// Probability to be at most `x` and density at `x` of the standard normal.
#[inline(always)]
fn cdf_pdf<S: Simd>(s: S, x: V<S>) -> (V<S>, V<S>) {
    let density = pdf(s, x);
    (below(s, x, density, mills(s, x.abs())), density)
}

/// Log of the boundary when no expiry is in sight: `beta / (beta - 1)` with `beta` the negative root of
/// `vol^2/2 beta (beta - 1) + (r - q) beta - r = 0` (Merton 1973).
#[inline(always)]
fn log_perpetual<S: Simd>(s: S, puts: &Puts<S>) -> V<S> {
    let zero = splat(s, 0.0);
    let per_variance = splat(s, 1.0) / (puts.vol * puts.vol);
    let half = splat(s, 0.5) - (puts.rate - puts.dividend_yield) * per_variance;
    let double = puts.rate * per_variance * 2.0;
    let root = (half * half + double).sqrt();
    let calm = half.simd_gt(zero);
    let beta = calm.select(
        -double / calm.select(half + root, splat(s, 1.0)),
        half - root,
    );
    ln(s, beta / (beta - 1.0))
}

/// The depth near expiry, bent towards the perpetual one. As t vanishes the square of depth per deviation tends to
/// `ln(vol^2 / 8 pi t (r-q)^2)` for `r > q`, `2 ln(1 / 4 sqrt(pi) r t)` for `r = q`, and 0.82 for `r < q` (Evans,
/// Kuske & Keller, Mathematical Finance 12 (2002)). The two constants below were found to settle soonest.
#[inline(always)]
fn first_depth<S: Simd>(s: S, puts: &Puts<S>, x: f64, depth_max: V<S>) -> V<S> {
    let c = |value: f64| splat(s, value);
    let t = puts.years * (x * x);
    let carry = puts.rate - puts.dividend_yield;
    let variance = puts.vol * puts.vol;
    let ratio = variance / (t * carry * carry * (8.0 * PI)).max(c(1e-290));
    let apart = ln(s, ratio.min(c(1e290)).max(c(1e-290)));
    let equal = ln(s, (puts.rate * t * (4.0 * PI.sqrt())).max(c(1e-290))) * -2.0;
    let early = apart.min(equal).max(c(1.3));
    let square = carry.simd_lt(c(0.0)).select(c(2.0), early);
    let near = puts.vol * (t * square).sqrt();
    depth_max * (c(1.0) - exp(s, -(near / depth_max)))
}

/// Sum of scalar weights times lanes.
#[inline(always)]
fn dot<S: Simd>(s: S, weights: &[f64], values: &[V<S>]) -> V<S> {
    weights
        .iter()
        .zip(values)
        .fold(splat(s, 0.0), |sum, (&weight, &value)| {
            value.mul_add(splat(s, weight), sum)
        })
}

/// Clenshaw's sum of Chebyshev polynomials in `2x - 1`.
#[inline(always)]
fn clenshaw<S: Simd>(s: S, coefficients: &[V<S>], x: V<S>) -> V<S> {
    let twice = x * 4.0 - 2.0;
    let (mut one, mut two) = (splat(s, 0.0), splat(s, 0.0));
    for &coefficient in coefficients[1..].iter().rev() {
        (one, two) = (twice.mul_add(one, coefficient - two), one);
    }
    (twice * 0.5).mul_add(one, coefficients[0] - two)
}

/// Gaussian elimination in place, lane by lane; `sides` become the solutions. Rows are taken from the last, the time
/// nearest to expiry, on which all others hang.
#[inline(always)]
fn eliminate<T>(matrix: &mut [T], sides: &mut [Vec<T>], n: usize)
where
    T: Copy + std::ops::Mul<Output = T> + std::ops::Sub<Output = T> + std::ops::Div<Output = T>,
{
    for pivot in (0..n).rev() {
        let (above, line) = matrix.split_at_mut(pivot * n);
        let line = &line[..n];
        for row in 0..pivot {
            let other = &mut above[row * n..(row + 1) * n];
            let factor = other[pivot] / line[pivot];
            for column in 0..pivot {
                other[column] = other[column] - factor * line[column];
            }
            for side in sides.iter_mut() {
                side[row] = side[row] - factor * side[pivot];
            }
        }
    }
    for row in 0..n {
        let line = &matrix[row * n..(row + 1) * n];
        for side in sides.iter_mut() {
            let mut value = side[row];
            for column in 0..row {
                value = value - line[column] * side[column];
            }
            side[row] = value / line[row];
        }
    }
}

/// Sine and cosine between 0 and a right angle by their series, to the last place.
#[inline(always)]
fn sin_cos<S: Simd>(s: S, angle: V<S>) -> (V<S>, V<S>) {
    let square = angle * angle;
    let series = |first: u32| {
        // 1 - a^2/((k+1)(k+2)) (1 - ...), innermost first.
        let mut sum = splat(s, 1.0);
        for k in (0..10).rev() {
            let place = f64::from(first + 2 * k);
            let factor = -1.0 / ((place + 1.0) * (place + 2.0));
            sum = (square * factor).mul_add(sum, splat(s, 1.0));
        }
        sum
    };
    (angle * series(1), series(0))
}
