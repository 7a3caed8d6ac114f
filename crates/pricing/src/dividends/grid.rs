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

/// Columns of one option's grid, kept between solves.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    /// Value per node.
    value: Vec<f64>,
    /// Spot per node.
    spot: Vec<f64>,
    /// What exercise pays per node.
    payoff: Vec<f64>,
    /// What exercise pays more than waiting, per node.
    gain: Vec<f64>,
    /// Value per node of the span before.
    later: Vec<f64>,
}

/// Room for `LANES` options that share their dates: one row per node, one lane per option.
#[derive(Clone, Debug)]
pub(super) struct Rooms<const LANES: usize> {
    narrow: [Room; LANES],
    value: Vec<[f64; LANES]>,
    spot: Vec<[f64; LANES]>,
    /// Right-hand sides.
    right: Vec<[f64; LANES]>,
    /// Of the factorised matrix: reciprocal pivots, and pivots' share of the neighbours.
    pivot: Vec<[f64; LANES]>,
    towards: Vec<[f64; LANES]>,
}

impl<const LANES: usize> Default for Rooms<LANES> {
    fn default() -> Self {
        Rooms {
            narrow: std::array::from_fn(|_| Room::default()),
            value: Vec::new(),
            spot: Vec::new(),
            right: Vec::new(),
            pivot: Vec::new(),
            towards: Vec::new(),
        }
    }
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

/// Half a time step of the equation: what a node takes from its neighbours, and what waiting costs; per lane.
#[derive(Clone, Copy)]
struct Couple<const LANES: usize> {
    up: [f64; LANES],
    down: [f64; LANES],
    discount: [f64; LANES],
}

/// The value just after an ex-date.
#[derive(Clone, Copy)]
enum After {
    /// The European formula with this many years left.
    Formula(f64),
    /// The grid in `Room::later`.
    Grid(Nodes),
}

/// Extrapolates from a grid and one of half its size. All problems share the times of their dividends and their expiry, and
/// may be exercised alike; each lane's answer is what it would be alone.
pub(super) fn solve<const LANES: usize>(
    problems: &[Problem; LANES],
    size: Size,
    rooms: &mut Rooms<LANES>,
) -> [Value; LANES] {
    let fine = walk(problems, size, rooms, None);
    let coarse = walk(problems, size.halved(), rooms, None);
    let blend = |fine: f64, coarse: f64| fine + (fine - coarse) / 3.0;
    std::array::from_fn(|lane| {
        let (fine, coarse) = (fine[lane], coarse[lane]);
        Value {
            price: blend(fine.price, coarse.price),
            delta: blend(fine.delta, coarse.delta),
            gamma: blend(fine.gamma, coarse.gamma),
        }
    })
}

/// One walk from expiry to now. The spots from which on exercise pays are noted latest ex-date first, of the first lane.
pub(super) fn walk<const LANES: usize>(
    problems: &[Problem; LANES],
    size: Size,
    rooms: &mut Rooms<LANES>,
    mut criticals: Option<&mut Criticals>,
) -> [Value; LANES] {
    let dates = &problems[0].schedule.dates;
    let exercise = problems[0].exercise;
    let years = problems[0].inputs.years;
    let paths: [Vec<f64>; LANES] = std::array::from_fn(|lane| problems[lane].path());
    let mut after = [After::Formula(0.0); LANES];
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
        if is_last && span > 0 && (length == 0.0 || exercise != Exercise::Always) {
            after = [After::Formula(length); LANES];
            continue;
        }
        let mut steps = [0.0; LANES];
        for (lane, problem) in problems.iter().enumerate() {
            let room = &mut rooms.narrow[lane];
            let nodes = problem.nodes(size, paths[lane][span], begin, end);
            room.place(nodes, size.cells);
            if is_last {
                problem.pay(room);
            } else {
                problem.cross(after[lane], span, nodes.step, room);
                if exercise != Exercise::Never {
                    let critical = problem.exercise_at_ex_date(span, nodes.step, room);
                    if let (0, Some(criticals)) = (lane, criticals.as_deref_mut()) {
                        criticals.push(critical);
                    }
                }
            }
            steps[lane] = nodes.step;
            after[lane] = After::Grid(Nodes {
                first: nodes.first - problem.drift() * length,
                step: nodes.step,
            });
        }
        rooms.interleave(size.cells);
        stride(problems, size, span, length, years - end, steps, rooms);
        rooms.part();
    }
    std::array::from_fn(|lane| problems[lane].read(size, &rooms.narrow[lane]))
}

/// Steps back over one span without dividends, `length` years that end `left` years before expiry; `step` between nodes.
fn stride<const LANES: usize>(
    problems: &[Problem; LANES],
    size: Size,
    span: usize,
    length: f64,
    left: f64,
    step: [f64; LANES],
    rooms: &mut Rooms<LANES>,
) {
    let exercise = problems[0].exercise;
    let years = problems[0].inputs.years;
    let signs: [f64; LANES] = std::array::from_fn(|lane| problems[lane].inputs.right.sign());
    let mut now = years - left;
    // Steps in proportion to the root of the time to expiry that the span covers: prices change with it.
    let share = ((left + length).sqrt() - left.sqrt()) / years.sqrt();
    let quarter = size.refinement * (0.25 * size.steps * share).ceil().max(1.0) as usize;
    let blocks: &[(f64, usize)] = if left == 0.0 && exercise == Exercise::Always {
        &[(0.0625, 1), (0.1875, 1), (0.75, 2)]
    } else {
        &[(1.0, 4)]
    };
    for (number, &(part, quarters)) in blocks.iter().enumerate() {
        let steps = quarters * quarter;
        let dt = part * length / steps as f64;
        let half = 0.5 * dt;
        let couple = Couple::new(problems, half, step);
        rooms.factorise(couple);
        // The first two steps are four implicit halves, with the same matrix.
        let halves = if number == 0 { 4.min(2 * steps) } else { 0 };
        for number in 0..halves + steps - halves / 2 {
            let taken = if number < halves { half } else { dt };
            if number < halves {
                rooms.right.clone_from(&rooms.value);
            } else {
                rooms.explicit(couple);
            }
            rooms.eliminate(couple);
            if exercise == Exercise::Always {
                now -= taken;
                let back = std::array::from_fn(|lane| (-problems[lane].drift() * taken).exp());
                let strikes = std::array::from_fn(|lane| problems[lane].strike_at(span, now));
                rooms.back_substitute_exercising(back, signs, strikes);
            } else {
                rooms.back_substitute();
            }
        }
    }
}

impl<const LANES: usize> Couple<LANES> {
    fn new(problems: &[Problem; LANES], half: f64, step: [f64; LANES]) -> Couple<LANES> {
        let diffusion = |lane: usize| {
            let vol = problems[lane].inputs.vol;
            half * 0.5 * vol * vol / (step[lane] * step[lane])
        };
        Couple {
            up: std::array::from_fn(|lane| diffusion(lane) * (-0.5 * step[lane]).exp()),
            down: std::array::from_fn(|lane| diffusion(lane) * (0.5 * step[lane]).exp()),
            discount: std::array::from_fn(|lane| half * problems[lane].inputs.rate),
        }
    }
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

    /// Fills the nodes with what expiry pays.
    fn pay(&self, room: &mut Room) {
        room.payoff(self.inputs.right, self.inputs.strike);
        room.value.clear();
        let payoff = room.payoff.iter();
        room.value.extend(payoff.map(|payoff| payoff.max(0.0)));
        hinge(&mut room.value, &room.payoff);
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
    fn exercise_at_ex_date(&self, span: usize, step: f64, room: &mut Room) -> Option<f64> {
        let now = self.schedule.dates[span].years;
        room.payoff(self.inputs.right, self.strike_at(span, now));
        let Room {
            value,
            payoff,
            gain,
            spot,
            ..
        } = room;
        gain.clear();
        gain.extend(
            payoff
                .iter()
                .zip(&*value)
                .map(|(payoff, value)| payoff - value),
        );
        let crossing = crossing(gain);
        for (value, payoff) in value.iter_mut().zip(&*payoff) {
            *value = value.max(*payoff);
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
        if self.exercise == Exercise::Always
            && (middle - 2..=middle + 2).all(|j| v[j] == right.sign() * (room.spot[j] - strike))
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
}

impl<const LANES: usize> Rooms<LANES> {
    /// Brings the lanes together.
    fn interleave(&mut self, cells: usize) {
        self.value.resize(cells + 1, [0.0; LANES]);
        self.spot.resize(cells + 1, [0.0; LANES]);
        for (lane, room) in self.narrow.iter().enumerate() {
            for (row, &value) in self.value.iter_mut().zip(&room.value) {
                row[lane] = value;
            }
            for (row, &spot) in self.spot.iter_mut().zip(&room.spot) {
                row[lane] = spot;
            }
        }
    }

    /// Hands every lane its own column.
    fn part(&mut self) {
        for (lane, room) in self.narrow.iter_mut().enumerate() {
            room.later.clear();
            room.later.extend(self.value.iter().map(|row| row[lane]));
            room.spot.clear();
            room.spot.extend(self.spot.iter().map(|row| row[lane]));
        }
    }

    /// Factorises `1 - dt/2 A`, from the side that is never exercised. At both ends the value is a line in the spot, which
    /// only the discount moves.
    fn factorise(&mut self, couple: Couple<LANES>) {
        let Couple { up, down, discount } = couple;
        let n = self.value.len() - 1;
        self.pivot.resize(n + 1, [0.0; LANES]);
        self.towards.resize(n + 1, [0.0; LANES]);
        let mut carried = [0.0; LANES];
        let rows = self.pivot[1..n].iter_mut().zip(&mut self.towards[1..n]);
        for (pivot, towards) in rows.rev() {
            for lane in 0..LANES {
                let middle = 1.0 + up[lane] + down[lane] + discount[lane];
                pivot[lane] = 1.0 / (middle - up[lane] * carried[lane]);
                carried[lane] = down[lane] * pivot[lane];
                towards[lane] = carried[lane];
            }
        }
        for end in [0, n] {
            self.pivot[end] = discount.map(|discount| 1.0 / (1.0 + discount));
            self.towards[end] = [0.0; LANES];
        }
    }

    /// `right = (1 + dt/2 A) value`.
    fn explicit(&mut self, couple: Couple<LANES>) {
        let Couple { up, down, discount } = couple;
        let n = self.value.len() - 1;
        let v = &self.value[..=n];
        self.right.resize(n + 1, [0.0; LANES]);
        let right = &mut self.right[..=n];
        for (right, v) in right[1..n].iter_mut().zip(v.windows(3)) {
            for lane in 0..LANES {
                let middle = 1.0 - up[lane] - down[lane] - discount[lane];
                right[lane] = middle * v[1][lane] + down[lane] * v[0][lane] + up[lane] * v[2][lane];
            }
        }
        for end in [0, n] {
            for lane in 0..LANES {
                right[end][lane] = (1.0 - discount[lane]) * v[end][lane];
            }
        }
    }

    /// Eliminates downwards: `right[j]` becomes the row's value but for the share of `value[j - 1]`.
    fn eliminate(&mut self, couple: Couple<LANES>) {
        let turned: [f64; LANES] = std::array::from_fn(|lane| couple.up[lane] / couple.down[lane]);
        let mut carried = [0.0; LANES];
        let rows = self.right.iter_mut().zip(&self.pivot).zip(&self.towards);
        for ((right, pivot), towards) in rows.rev() {
            for lane in 0..LANES {
                // towards = down * pivot, so this is (right + up * carried) * pivot.
                carried[lane] =
                    right[lane] * pivot[lane] + (towards[lane] * turned[lane]) * carried[lane];
                right[lane] = carried[lane];
            }
        }
    }

    fn back_substitute(&mut self) {
        let mut before = [0.0; LANES];
        let rows = self.value.iter_mut().zip(&self.right).zip(&self.towards);
        for ((value, right), towards) in rows {
            for lane in 0..LANES {
                before[lane] = right[lane] + towards[lane] * before[lane];
                value[lane] = before[lane];
            }
        }
    }

    /// The same with the right to exercise; spots drift back with the step.
    fn back_substitute_exercising(
        &mut self,
        back: [f64; LANES],
        signs: [f64; LANES],
        strikes: [f64; LANES],
    ) {
        let mut before = [0.0; LANES];
        let rows = self.value.iter_mut().zip(&mut self.spot);
        let rows = rows.zip(&self.right).zip(&self.towards);
        for (((value, spot), right), towards) in rows {
            for lane in 0..LANES {
                spot[lane] *= back[lane];
                let payoff = signs[lane] * (spot[lane] - strikes[lane]);
                let waiting = right[lane] + towards[lane] * before[lane];
                before[lane] = if waiting > payoff { waiting } else { payoff };
                value[lane] = before[lane];
            }
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
