//! The price as a function of the spot, carried back from expiry to now on a grid.
//!
//! ```text
//! u = ln S - (r - q) t         V_t + vol^2/2 (V_uu - V_u) = r V        between ex-dates, t from now
//! V_uu - V_u  ~  (e^(-h/2) (V[j+1] - V[j]) - e^(h/2) (V[j] - V[j-1])) / h^2        exact for cash and for the share
//! V(S, just before) = max(V(S - amount, just after), what exercise pays at S)
//! ```
//! Crank-Nicolson steps; the first two after expiry and after every ex-date are four implicit half steps (R. Rannacher,
//! Numerische Mathematik 43 (1984)). Exercise between ex-dates enters in the back substitution, from the exercised side
//! on (M. J. Brennan & E. S. Schwartz, J. Finance 32 (1977)). Every span between two ex-dates has a uniform grid of its
//! own, as wide as the law of the spot there, so that a day and a decade are equally well resolved. Kinks that fall
//! between nodes are given the area they have (the zeroth moment of the interpolated data is made exact). Where waiting
//! until the next ex-date is always best, the last span is the European formula and the others need no exercise.
//! The steps themselves run in eight lanes, see `dividends/stride.rs`. The error falls with the square of the spacings, so a grid of half the size takes most of it away (L. F. Richardson,
//! Phil. Trans. A 210 (1911)).

use super::stride::{self, Span};
use super::{CashDividend, Schedule};
use crate::simd::{self, cdf, level, splat};
use crate::{Inputs, Right, european};
use fearless_simd::prelude::*;
use fearless_simd::{Simd, dispatch};

/// Nodes and steps of a grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Intervals between nodes; a multiple of 16, or of 8 where nothing is extrapolated.
    pub(super) cells: usize,
    /// Time steps of the coarse grid, if the option's life were one span.
    pub(super) steps: f64,
    /// Steps taken for each of the coarse grid.
    pub(super) refinement: usize,
    /// Half of the grid's width in standard deviations of the spot.
    pub(super) deviations: f64,
}

impl Size {
    fn halved(self) -> Size {
        Size {
            cells: self.cells / 2,
            refinement: 1,
            ..self
        }
    }
}

/// Price and its slopes in the spot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Value {
    pub(super) price: f64,
    pub(super) delta: f64,
    pub(super) gamma: f64,
}

/// Columns of one option's grid, kept between solves: one number per node, `cells + 2` of them, from the side that is
/// exercised on.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    value: Vec<f64>,
    spot: Vec<f64>,
    /// What exercise pays more than waiting.
    gain: Vec<f64>,
    /// Values of the span before.
    later: Vec<f64>,
    /// Where the spots less the dividend lie among the nodes of the span before.
    place: Vec<f64>,
    rows: stride::Rows,
}

/// What exercise does to the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exercise {
    /// At expiry only.
    Never,
    /// Just before ex-dates and at expiry: between them waiting is always worth more.
    AtExDates,
    /// At any time.
    Always,
}

/// One option with the dividends of its life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Problem<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) schedule: &'a Schedule,
    pub(super) exercise: Exercise,
    /// Dividends that are set aside, one per date of the schedule, and handed out on exercise: the escrowed model.
    pub(super) aside: &'a [CashDividend],
}

/// What the walk meets just before each ex-date: the spot from which on exercise pays.
pub(super) type Criticals = Vec<Option<f64>>;

/// Where the nodes of one span lie: `ln S = first + step * j` at its end.
#[derive(Clone, Copy, Debug)]
struct Nodes {
    first: f64,
    step: f64,
}

/// The value just after an ex-date.
#[derive(Clone, Copy)]
enum After {
    /// The European formula with this many years left.
    Formula(f64),
    /// The grid in `Room::later`.
    Grid(Nodes),
}

/// Extrapolates from a grid and one of half its size.
pub(super) fn solve(problem: &Problem, size: Size, room: &mut Room) -> Value {
    let fine = walk(problem, size, room, None);
    let coarse = walk(problem, size.halved(), room, None);
    let blend = |fine: f64, coarse: f64| fine + (fine - coarse) / 3.0;
    Value {
        price: blend(fine.price, coarse.price),
        delta: blend(fine.delta, coarse.delta),
        gamma: blend(fine.gamma, coarse.gamma),
    }
}

/// One walk from expiry to now. The spots from which on exercise pays are noted latest ex-date first.
pub(super) fn walk(
    problem: &Problem,
    size: Size,
    room: &mut Room,
    mut criticals: Option<&mut Criticals>,
) -> Value {
    let dates = &problem.schedule.dates;
    let years = problem.inputs.years;
    let path = problem.path();
    let mut after = After::Formula(0.0);
    // The span between the ex-dates number `span - 1` and `span`, latest first.
    for span in (0..=dates.len()).rev() {
        let begin = if span == 0 {
            0.0
        } else {
            dates[span - 1].years
        };
        let end = dates.get(span).map_or(years, |date| date.years);
        let is_last = span == dates.len();
        let length = end - begin;
        if is_last && span > 0 && (length == 0.0 || problem.exercise != Exercise::Always) {
            after = After::Formula(length);
            continue;
        }
        let nodes = problem.nodes(size, path[span], begin, end);
        room.place(nodes, size.cells + 2);
        if is_last {
            problem.pay(room);
        } else {
            problem.cross(after, span, nodes.step, room);
            if problem.exercise != Exercise::Never {
                let critical = problem.exercise_at_ex_date(span, nodes.step, room);
                if let Some(criticals) = criticals.as_deref_mut() {
                    criticals.push(critical);
                }
            }
        }
        problem.stride(size, span, length, years - end, nodes.step, room);
        after = After::Grid(Nodes {
            first: nodes.first - problem.drift() * length,
            step: nodes.step,
        });
    }
    problem.read(size, room)
}

impl Problem<'_> {
    /// Of the spot, but for volatility and dividends, per year.
    fn drift(&self) -> f64 {
        self.inputs.rate - self.inputs.dividend_yield
    }

    fn path(&self) -> Vec<f64> {
        self.schedule.path(self.inputs.spot, self.drift()).collect()
    }

    /// Nodes at the end of a span. Node `cells / 2` is on the path at its beginning; the grid drifts with the walk.
    fn nodes(&self, size: Size, path: f64, begin: f64, end: f64) -> Nodes {
        let direction = -self.inputs.right.sign();
        let half_width = size.deviations * self.inputs.vol * end.sqrt();
        Nodes {
            first: path.ln() - direction * half_width + self.drift() * (end - begin),
            step: direction * 2.0 * half_width / size.cells as f64,
        }
    }

    /// Steps back over one span without dividends, `length` years that end `left` years before expiry; `step` between
    /// nodes.
    fn stride(&self, size: Size, span: usize, length: f64, left: f64, step: f64, room: &mut Room) {
        let years = self.inputs.years;
        // Steps in proportion to the root of the time to expiry that the span covers: prices change with it.
        let share = ((left + length).sqrt() - left.sqrt()) / years.sqrt();
        let quarter = size.refinement * (0.25 * size.steps * share).ceil().max(1.0) as usize;
        let always = self.exercise == Exercise::Always;
        // Where exercise pays at the end of the span, its boundary moves like the root of time from there on.
        let starts = left == 0.0 || self.inputs.right == Right::Call;
        let blocks: &[(f64, usize)] = if starts && always {
            &[(0.0625, 1), (0.1875, 1), (0.75, 2)]
        } else {
            &[(1.0, 4)]
        };
        let strike = |now: f64| self.strike_at(span, now);
        let described = Span {
            inputs: self.inputs,
            step,
            begin: years - left - length,
            length,
            blocks,
            quarter,
            strike: always.then_some(&strike),
        };
        let Room {
            value,
            spot,
            later,
            rows,
            ..
        } = room;
        stride::back(&described, spot, value, rows);
        std::mem::swap(value, later);
        let back = (-self.drift() * length).exp();
        for spot in spot.iter_mut() {
            *spot *= back;
        }
    }

    /// Fills the nodes with what expiry pays.
    fn pay(&self, room: &mut Room) {
        let (sign, strike) = (self.inputs.right.sign(), self.inputs.strike);
        let Room {
            value, spot, gain, ..
        } = room;
        gain.clear();
        gain.extend(spot.iter().map(|spot| sign * (spot - strike)));
        value.clear();
        value.extend(gain.iter().map(|gain| gain.max(0.0)));
        hinge(value, gain);
    }

    /// Fills the nodes with the value just after the ex-date, at the spot less the amount.
    fn cross(&self, after: After, span: usize, step: f64, room: &mut Room) {
        let CashDividend { years, amount_usd } = self.schedule.dates[span];
        let left = self.inputs.years - years;
        let Inputs {
            right,
            strike,
            rate,
            vol,
            ..
        } = *self.inputs;
        let Room {
            value,
            spot,
            later,
            place,
            ..
        } = room;
        value.resize(spot.len(), 0.0);
        match after {
            After::Formula(left) if left > 0.0 => {
                dispatch!(level(), s => formula(s, self.inputs, left, amount_usd, spot, value));
                // A kink sharper than the grid: the mean over the cell says more than its middle.
                let width = step.abs();
                if vol * left.sqrt() < 2.0 * width {
                    for (value, &spot) in value.iter_mut().zip(&*spot) {
                        if ((spot - amount_usd - strike) / spot).abs() < 6.0 * width {
                            *value = self.mean_over_cell(left, spot, amount_usd, width);
                        }
                    }
                }
            }
            After::Formula(_) => {
                let width = step.abs();
                for (value, &spot) in value.iter_mut().zip(&*spot) {
                    let rest = spot - amount_usd;
                    *value = if ((rest - strike) / spot).abs() < 6.0 * width {
                        self.mean_over_cell(0.0, spot, amount_usd, width)
                    } else {
                        right.intrinsic(rest.max(0.0), strike)
                    };
                }
            }
            After::Grid(nodes) => {
                let worthless = match right {
                    Right::Call => 0.0,
                    Right::Put => {
                        let paid_at_expiry = strike * (-rate * left).exp();
                        if self.exercise == Exercise::Never {
                            paid_at_expiry
                        } else {
                            paid_at_expiry.max(strike)
                        }
                    }
                };
                place.resize(spot.len(), 0.0);
                dispatch!(level(), s => places(s, nodes, amount_usd, spot, place));
                let line = Line::new(later, nodes, worthless);
                for ((value, &place), &spot) in value.iter_mut().zip(&*place).zip(&*spot) {
                    *value = line.at(place, spot - amount_usd);
                }
            }
        }
    }

    /// The European value, `left` years before expiry and just after the dividend, averaged over a cell.
    fn mean_over_cell(&self, left: f64, spot: f64, amount_usd: f64, width: f64) -> f64 {
        let at = |i: u32| {
            let spot = spot * (width * ((f64::from(i) + 0.5) / 16.0 - 0.5)).exp() - amount_usd;
            european::price(&Inputs {
                spot: spot.max(0.0),
                years: left,
                ..*self.inputs
            })
        };
        (0..16).map(at).sum::<f64>() / 16.0
    }

    /// Lets the holder exercise just before the ex-date, and says from which spot on that pays.
    fn exercise_at_ex_date(&self, span: usize, step: f64, room: &mut Room) -> Option<f64> {
        let sign = self.inputs.right.sign();
        let strike = self.strike_at(span, self.schedule.dates[span].years);
        let Room {
            value, gain, spot, ..
        } = room;
        gain.clear();
        let pairs = spot.iter().zip(&*value);
        gain.extend(pairs.map(|(spot, value)| sign * (spot - strike) - value));
        let crossing = crossing(gain);
        for (value, gain) in value.iter_mut().zip(&*gain) {
            *value += gain.max(0.0);
        }
        hinge(value, gain);
        crossing.map(|(j, part)| spot[j] * (part * step).exp())
    }

    /// What exercise costs in this span, less the dividends still set aside.
    fn strike_at(&self, span: usize, now: f64) -> f64 {
        let carry = self.drift();
        let rest = self.aside.get(span..).unwrap_or_default().iter();
        let set_aside = rest.map(|date| date.amount_usd * (-carry * (date.years - now)).exp());
        self.inputs.strike - set_aside.sum::<f64>()
    }

    /// Price and slopes at the spot, which is the middle node.
    fn read(&self, size: Size, room: &Room) -> Value {
        let Inputs {
            right,
            spot,
            vol,
            years,
            ..
        } = *self.inputs;
        let v = &room.later;
        let strike = self.strike_at(0, 0.0);
        let middle = size.cells / 2;
        let end = self.schedule.dates.first().map_or(years, |date| date.years);
        let h = -right.sign() * 2.0 * size.deviations * vol * end.sqrt() / size.cells as f64;
        let price = v[middle];
        // What exercise pays, but for rounding.
        let noise = 1e-13 * spot.max(strike);
        let pays = |j: usize| right.sign() * (room.spot[j] - strike);
        if self.exercise == Exercise::Always
            && (middle - 2..=middle + 2).all(|j| v[j] <= pays(j) + noise)
        {
            return Value {
                price: right.sign() * (spot - strike),
                delta: right.sign(),
                gamma: 0.0,
            };
        }
        let (a, b, c, d) = (v[middle - 2], v[middle - 1], v[middle + 1], v[middle + 2]);
        let slope = (a - 8.0 * b + 8.0 * c - d) / (12.0 * h);
        let bend = (-a + 16.0 * b - 30.0 * price + 16.0 * c - d) / (12.0 * h * h);
        Value {
            price,
            delta: slope / spot,
            gamma: (bend - slope) / (spot * spot),
        }
    }
}

impl Room {
    /// Puts the spots on the nodes: eight at a time, each the eighth one before times a ratio.
    fn place(&mut self, nodes: Nodes, count: usize) {
        let ratio = (8.0 * nodes.step).exp();
        let mut eight: [f64; 8] =
            std::array::from_fn(|i| (nodes.first + nodes.step * i as f64).exp());
        self.spot.clear();
        while self.spot.len() < count {
            self.spot.extend_from_slice(&eight);
            eight = eight.map(|spot| spot * ratio);
        }
        self.spot.truncate(count);
    }
}

/// The European value of every spot less the amount, `left` (positive) years before expiry.
#[inline(always)]
fn formula<S: Simd>(
    s: S,
    inputs: &Inputs,
    left: f64,
    amount_usd: f64,
    spots: &[f64],
    out: &mut [f64],
) {
    s.vectorize(
        #[inline(always)]
        || {
            let Inputs {
                right,
                strike,
                rate,
                dividend_yield,
                vol,
                ..
            } = *inputs;
            let sign = right.sign();
            let deviation = vol * left.sqrt();
            let shift = splat(
                s,
                (rate - dividend_yield) * left / deviation + 0.5 * deviation,
            );
            let per_deviation = splat(s, 1.0 / deviation);
            let share = splat(s, sign * (-dividend_yield * left).exp());
            let paid = splat(s, sign * strike * (-rate * left).exp());
            let zero = splat(s, 0.0);
            simd::in_lanes(
                s,
                [spots],
                [out],
                #[inline(always)]
                |[spot]| {
                    let rest = spot - splat(s, amount_usd);
                    let alive = rest.simd_gt(zero);
                    let some = alive.select(rest, splat(s, strike));
                    let log = simd::ln_ratio(s, some, splat(s, strike));
                    let above = log.mul_add(per_deviation, shift);
                    let below = above - splat(s, deviation);
                    let above = cdf(s, above * splat(s, sign));
                    let below = cdf(s, below * splat(s, sign));
                    let value = (some * share).mul_sub(above, paid * below).max(zero);
                    [alive.select(value, (zero - paid).max(zero))]
                },
            );
        },
    );
}

/// Where the spots less the amount lie among the nodes; 0 where nothing is left of them.
#[inline(always)]
fn places<S: Simd>(s: S, nodes: Nodes, amount_usd: f64, spots: &[f64], out: &mut [f64]) {
    s.vectorize(
        #[inline(always)]
        || {
            let per_step = splat(s, 1.0 / nodes.step);
            simd::in_lanes(
                s,
                [spots],
                [out],
                #[inline(always)]
                |[spot]| {
                    let rest = spot - splat(s, amount_usd);
                    let some = rest.max(splat(s, 1e-290));
                    [(simd::ln(s, some) - splat(s, nodes.first)) * per_step]
                },
            );
        },
    );
}

/// The first place where `gain` turns from positive to negative: the node before it, and the part of a cell beyond.
fn crossing(gain: &[f64]) -> Option<(usize, f64)> {
    let j = gain
        .windows(2)
        .position(|pair| pair[0] > 0.0 && pair[1] <= 0.0)?;
    Some((j, gain[j] / (gain[j] - gain[j + 1])))
}

/// Data that hold `max(gain, 0)` at nodes overstate the area of the cell with the kink by `slope step^2 p (1 - p) / 2`;
/// takes it from the two nodes around, so that its centre stays where it is.
fn hinge(value: &mut [f64], gain: &[f64]) {
    if let Some((j, part)) = crossing(gain) {
        let excess = 0.5 * (gain[j] - gain[j + 1]) * part * (1.0 - part);
        value[j] -= excess * (1.0 - part);
        value[j + 1] -= excess * part;
    }
}

/// Values between the nodes of a grid and beyond it.
struct Line<'a> {
    values: &'a [f64],
    /// Spots at the first two nodes and the last two.
    spots: [f64; 4],
    /// At a spot of 0.
    worthless: f64,
}

impl Line<'_> {
    fn new(values: &[f64], nodes: Nodes, worthless: f64) -> Line<'_> {
        let last = values.len() - 1;
        let spot_at = |j: usize| (nodes.first + nodes.step * j as f64).exp();
        Line {
            values,
            spots: [0, 1, last - 1, last].map(spot_at),
            worthless,
        }
    }

    /// The value at `spot`, `place` steps from the first node: from four nodes around; a line in the spot beyond the grid,
    /// down to `worthless` at 0.
    #[inline(always)]
    fn at(&self, place: f64, spot: f64) -> f64 {
        let values = self.values;
        let cells = values.len() - 1;
        if !(spot > 0.0 && place >= 0.0 && place <= cells as f64) {
            return self.beyond(place, spot);
        }
        let j = (place as usize).clamp(1, cells - 2);
        let t = place - j as f64;
        let &[a, b, c, d] = &values[j - 1..j + 3] else {
            return f64::NAN;
        };
        let cube = (d - a) / 6.0 + 0.5 * (b - c);
        let square = 0.5 * (a + c) - b;
        let slope = c - b - square - cube;
        b + t * (slope + t * (square + t * cube))
    }

    fn beyond(&self, place: f64, spot: f64) -> f64 {
        if spot <= 0.0 {
            return self.worthless;
        }
        let [first, second, last_but_one, last] = self.spots;
        let cells = self.values.len() - 1;
        let (edge, x, inner, y) = if place < 0.0 {
            (self.values[0], first, self.values[1], second)
        } else {
            (
                self.values[cells],
                last,
                self.values[cells - 1],
                last_but_one,
            )
        };
        if spot < x {
            self.worthless + (edge - self.worthless) * spot / x
        } else {
            edge + (inner - edge) * (spot - x) / (y - x)
        }
    }
}
