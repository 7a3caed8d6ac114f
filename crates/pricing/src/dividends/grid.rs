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
//! The error falls with the square of the spacings, so a grid of half the size takes most of it away (L. F. Richardson,
//! Phil. Trans. A 210 (1911)).

use super::{CashDividend, Schedule};
use crate::{Inputs, Right, european};

/// Nodes and steps of a grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Intervals between nodes; even.
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

/// Columns of the grid, kept between solves.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// Value per node.
    value: Vec<f64>,
    /// Spot per node, at the present moment of the walk.
    spot: Vec<f64>,
    /// What exercise pays per node.
    payoff: Vec<f64>,
    /// Right-hand sides.
    right: Vec<f64>,
    /// Of the factorised matrix: reciprocal pivots, and pivots' share of the neighbours.
    pivot: Vec<f64>,
    towards: Vec<f64>,
    /// Value per node of the span before, and where its nodes lie.
    later: Vec<f64>,
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

/// One span without dividends.
#[derive(Clone, Copy)]
struct Leg {
    /// It begins just after the ex-date `span - 1`.
    span: usize,
    /// Years.
    length: f64,
    /// Years from its end to expiry.
    left: f64,
    /// Between nodes, in the logarithm of the spot.
    step: f64,
    /// Of the grid, per year.
    drift: f64,
}

/// Half a time step of the equation: what a node takes from its neighbours, and what waiting costs.
#[derive(Clone, Copy)]
struct Couple {
    up: f64,
    down: f64,
    discount: f64,
}

/// The value just after an ex-date.
#[derive(Clone, Copy)]
enum After {
    /// The European formula with this many years left.
    Formula(f64),
    /// The grid in `Room::later`.
    Grid(Nodes),
}

impl Problem<'_> {
    /// Extrapolates from a grid and one of half its size.
    pub(super) fn solve(&self, size: Size, room: &mut Room) -> Value {
        let fine = self.walk(size, room, None);
        let coarse = self.walk(size.halved(), room, None);
        let blend = |fine: f64, coarse: f64| fine + (fine - coarse) / 3.0;
        Value {
            price: blend(fine.price, coarse.price),
            delta: blend(fine.delta, coarse.delta),
            gamma: blend(fine.gamma, coarse.gamma),
        }
    }

    /// One walk from expiry to now. The spots from which on exercise pays are noted latest ex-date first.
    pub(super) fn walk(
        &self,
        size: Size,
        room: &mut Room,
        mut criticals: Option<&mut Criticals>,
    ) -> Value {
        let Inputs {
            right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        } = *self.inputs;
        let dates = &self.schedule.dates;
        let drift = rate - dividend_yield;
        let paths: Vec<f64> = self.schedule.path(spot, drift).collect();
        let direction = -right.sign();
        let mut after = After::Formula(0.0);
        // The span between the ex-dates number `span - 1` and `span`, latest first.
        for span in (0..=dates.len()).rev() {
            let (begin, end) = (
                if span == 0 {
                    0.0
                } else {
                    dates[span - 1].years
                },
                dates.get(span).map_or(years, |date| date.years),
            );
            let is_last = span == dates.len();
            let length = end - begin;
            if is_last && span > 0 && (length == 0.0 || self.exercise != Exercise::Always) {
                after = After::Formula(length);
                continue;
            }
            let half_width = size.deviations * vol * end.sqrt();
            let step = direction * 2.0 * half_width / size.cells as f64;
            // Node `cells / 2` is on the path at the beginning of the span; the grid drifts with the walk.
            let first = paths[span].ln() - direction * half_width + drift * length;
            let nodes = Nodes { first, step };
            room.place(nodes, size.cells);
            if is_last {
                room.payoff(right, strike);
                room.value.clear();
                room.value
                    .extend(room.payoff.iter().map(|payoff| payoff.max(0.0)));
                hinge(&mut room.value, &room.payoff);
            } else {
                let left = years - end;
                self.cross(after, dates[span].amount_usd, left, step, room);
                if self.exercise != Exercise::Never {
                    let critical = self.exercise_at_ex_date(span, end, step, room);
                    if let Some(criticals) = criticals.as_deref_mut() {
                        criticals.push(critical);
                    }
                }
            }
            let leg = Leg {
                span,
                length,
                left: years - end,
                step,
                drift,
            };
            self.walk_leg(size, leg, room);
            std::mem::swap(&mut room.value, &mut room.later);
            after = After::Grid(Nodes {
                first: first - drift * length,
                step,
            });
        }
        self.read(size, room, direction)
    }

    /// Steps back over one span without dividends.
    fn walk_leg(&self, size: Size, leg: Leg, room: &mut Room) {
        let Leg {
            span,
            length,
            left,
            step,
            drift,
        } = leg;
        let Inputs {
            right,
            years,
            rate,
            vol,
            ..
        } = *self.inputs;
        let mut now = years - left;
        // Steps in proportion to the root of the time to expiry that the span covers: prices change with it.
        let share = ((left + length).sqrt() - left.sqrt()) / years.sqrt();
        let quarter = size.refinement * (0.25 * size.steps * share).ceil().max(1.0) as usize;
        let blocks: &[(f64, usize)] = if left == 0.0 && self.exercise == Exercise::Always {
            &[(0.0625, 1), (0.1875, 1), (0.75, 2)]
        } else {
            &[(1.0, 4)]
        };
        let diffusion = 0.5 * vol * vol / (step * step);
        for (number, &(part, quarters)) in blocks.iter().enumerate() {
            let steps = quarters * quarter;
            let dt = part * length / steps as f64;
            let half = 0.5 * dt;
            let couple = Couple {
                up: half * diffusion * (-0.5 * step).exp(),
                down: half * diffusion * (0.5 * step).exp(),
                discount: half * rate,
            };
            room.factorise(couple);
            let mut implicit = if number == 0 { 4 } else { 0 };
            let mut done = 0.0;
            while done + 0.25 < steps as f64 {
                let taken = if implicit > 0 { half } else { dt };
                if self.exercise == Exercise::Always {
                    let back = (-drift * taken).exp();
                    room.spot.iter_mut().for_each(|spot| *spot *= back);
                    now -= taken;
                    room.payoff(right, self.strike_at(span, now));
                }
                if implicit > 0 {
                    room.right.clear();
                    room.right.extend_from_slice(&room.value);
                    implicit -= 1;
                    done += 0.5;
                } else {
                    room.explicit(couple);
                    done += 1.0;
                }
                if self.exercise == Exercise::Always {
                    room.back_substitute_exercising(couple);
                } else {
                    room.back_substitute(couple);
                }
            }
        }
    }

    /// Fills the nodes with the value just after the ex-date, at the spot less the amount.
    fn cross(&self, after: After, amount_usd: f64, left: f64, step: f64, room: &mut Room) {
        let Inputs {
            right,
            strike,
            rate,
            vol,
            ..
        } = *self.inputs;
        let Room {
            value, spot, later, ..
        } = room;
        value.clear();
        match after {
            After::Formula(left) => {
                let formula = |spot: f64| {
                    european::price(&Inputs {
                        spot: spot.max(0.0),
                        years: left,
                        ..*self.inputs
                    })
                };
                let blur = vol * left.sqrt();
                let width = step.abs();
                value.extend(spot.iter().map(|&spot| {
                    let rest = spot - amount_usd;
                    // A kink sharper than the grid: the mean over the cell says more than its middle.
                    if blur < 2.0 * width && ((rest - strike) / spot).abs() < 6.0 * width {
                        let at = |i: u32| {
                            formula(
                                spot * (width * ((f64::from(i) + 0.5) / 16.0 - 0.5)).exp()
                                    - amount_usd,
                            )
                        };
                        (0..16).map(at).sum::<f64>() / 16.0
                    } else {
                        formula(rest)
                    }
                }));
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
                value.extend(
                    spot.iter()
                        .map(|&spot| interpolate(later, nodes, spot - amount_usd, worthless)),
                );
            }
        }
    }

    /// Lets the holder exercise just before the ex-date, and says from which spot on that pays.
    fn exercise_at_ex_date(
        &self,
        span: usize,
        now: f64,
        step: f64,
        room: &mut Room,
    ) -> Option<f64> {
        room.payoff(self.inputs.right, self.strike_at(span, now));
        let Room {
            value,
            payoff,
            right,
            spot,
            ..
        } = room;
        right.clear();
        right.extend(
            payoff
                .iter()
                .zip(&*value)
                .map(|(payoff, value)| payoff - value),
        );
        let crossing = crossing(right);
        for (value, payoff) in value.iter_mut().zip(&*payoff) {
            *value = value.max(*payoff);
        }
        hinge(value, right);
        crossing.map(|(j, part)| spot[j] * (part * step).exp())
    }

    /// What exercise costs in this span, less the dividends still set aside.
    fn strike_at(&self, span: usize, now: f64) -> f64 {
        let carry = self.inputs.rate - self.inputs.dividend_yield;
        let rest = self.aside.get(span..).unwrap_or_default().iter();
        let set_aside = rest.map(|date| date.amount_usd * (-carry * (date.years - now)).exp());
        self.inputs.strike - set_aside.sum::<f64>()
    }

    /// Price and slopes at the spot, which is the middle node.
    fn read(&self, size: Size, room: &Room, direction: f64) -> Value {
        let Inputs {
            right,
            spot,
            vol,
            years,
            ..
        } = *self.inputs;
        let v = &room.later;
        let middle = size.cells / 2;
        let end = self.schedule.dates.first().map_or(years, |date| date.years);
        let h = direction * 2.0 * size.deviations * vol * end.sqrt() / size.cells as f64;
        let price = v[middle];
        if self.exercise == Exercise::Always
            && (middle - 2..=middle + 2).all(|j| v[j] == room.payoff[j])
        {
            return Value {
                price,
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
    fn place(&mut self, nodes: Nodes, cells: usize) {
        let ratio = nodes.step.exp();
        let mut spot = nodes.first.exp();
        self.spot.clear();
        self.spot.extend((0..=cells).map(|_| {
            let here = spot;
            spot *= ratio;
            here
        }));
    }

    /// What exercise pays at every node; negative where it costs.
    fn payoff(&mut self, right: Right, strike: f64) {
        let sign = right.sign();
        self.payoff.clear();
        self.payoff
            .extend(self.spot.iter().map(|spot| sign * (spot - strike)));
    }

    /// Factorises `1 - dt/2 A`, from the side that is never exercised. At both ends the value is a line in the spot, which
    /// only the discount moves.
    fn factorise(&mut self, couple: Couple) {
        let Couple { up, down, discount } = couple;
        let n = self.spot.len() - 1;
        self.pivot.resize(n + 1, 0.0);
        self.towards.resize(n + 1, 0.0);
        let middle = 1.0 + up + down + discount;
        let mut carried = 0.0;
        for j in (1..n).rev() {
            let pivot = 1.0 / (middle - up * carried);
            carried = down * pivot;
            self.pivot[j] = pivot;
            self.towards[j] = carried;
        }
        for end in [0, n] {
            self.pivot[end] = 1.0 / (1.0 + discount);
            self.towards[end] = 0.0;
        }
    }

    /// `right = (1 + dt/2 A) value`.
    fn explicit(&mut self, couple: Couple) {
        let Couple { up, down, discount } = couple;
        let n = self.spot.len() - 1;
        let middle = 1.0 - up - down - discount;
        let v = &self.value[..=n];
        self.right.resize(n + 1, 0.0);
        let right = &mut self.right[..=n];
        for (right, v) in right[1..n].iter_mut().zip(v.windows(3)) {
            *right = middle * v[1] + down * v[0] + up * v[2];
        }
        right[0] = (1.0 - discount) * v[0];
        right[n] = (1.0 - discount) * v[n];
    }

    /// Eliminates downwards: `right[j]` becomes the row's value but for the share of `value[j - 1]`.
    fn eliminate(&mut self, couple: Couple) {
        let n = self.spot.len() - 1;
        let (right, pivot, towards) = (
            &mut self.right[..=n],
            &self.pivot[..=n],
            &self.towards[..=n],
        );
        let turned = couple.up / couple.down;
        let mut carried = right[n] * pivot[n];
        right[n] = carried;
        for j in (0..n).rev() {
            // towards = down * pivot, so this is (right + up * carried) * pivot.
            carried = right[j] * pivot[j] + (towards[j] * turned) * carried;
            right[j] = carried;
        }
    }

    fn back_substitute(&mut self, couple: Couple) {
        self.eliminate(couple);
        let n = self.spot.len() - 1;
        let (value, right, towards) = (
            &mut self.value[..=n],
            &self.right[..=n],
            &self.towards[..=n],
        );
        let mut before = right[0];
        value[0] = before;
        for j in 1..=n {
            before = right[j] + towards[j] * before;
            value[j] = before;
        }
    }

    fn back_substitute_exercising(&mut self, couple: Couple) {
        self.eliminate(couple);
        let n = self.spot.len() - 1;
        let (value, right, towards, payoff) = (
            &mut self.value[..=n],
            &self.right[..=n],
            &self.towards[..=n],
            &self.payoff[..=n],
        );
        let larger = |a: f64, b: f64| if a > b { a } else { b };
        let mut before = larger(right[0], payoff[0]);
        value[0] = before;
        for j in 1..=n {
            before = larger(right[j] + towards[j] * before, payoff[j]);
            value[j] = before;
        }
    }
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

/// The value at `spot` from four nodes around; a line in the spot beyond the grid, down to `worthless` at 0.
fn interpolate(values: &[f64], nodes: Nodes, spot: f64, worthless: f64) -> f64 {
    if spot <= 0.0 {
        return worthless;
    }
    let cells = values.len() - 1;
    let place = (spot.ln() - nodes.first) / nodes.step;
    let spot_at = |j: usize| (nodes.first + nodes.step * j as f64).exp();
    let line = |a: usize, b: usize| {
        let (x, y) = (spot_at(a), spot_at(b));
        values[a] + (values[b] - values[a]) * (spot - x) / (y - x)
    };
    if place < 0.0 || place > cells as f64 {
        let (edge, inner) = if place < 0.0 {
            (0, 1)
        } else {
            (cells, cells - 1)
        };
        let low = spot_at(edge);
        return if spot < low {
            worthless + (values[edge] - worthless) * spot / low
        } else {
            line(edge, inner)
        };
    }
    let j = (place as usize).clamp(1, cells - 2);
    let t = place - j as f64;
    let (a, b, c, d) = (values[j - 1], values[j], values[j + 1], values[j + 2]);
    -t * (t - 1.0) * (t - 2.0) / 6.0 * a + (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0 * b
        - (t + 1.0) * t * (t - 2.0) / 2.0 * c
        + (t + 1.0) * t * (t - 1.0) / 6.0 * d
}
