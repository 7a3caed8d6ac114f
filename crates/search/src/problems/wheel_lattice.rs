//! The wheel on a lattice: sell puts while holding cash, calls while holding a share, one option per cycle.
//!
//! ```text
//! u = e^(sigma sqrt(dt))      p = (e^(mu dt) - 1/u) / (u - 1/u)      dt = 1/48 year, four steps in a cycle of a month
//! Q(state, action) = cash now + sum over ups  P(ups) e^(-r/12) (cash at settlement + V(next state))
//! ```
//! Premiums are Black-Scholes at the implied volatility, less a fee; trading the share costs a fixed sum; an option is
//! settled in shares at the end of its cycle. Worths are dollars today, for one share, with linear utility; at the end
//! the share counts at its price. A state is (cycle, net up moves, cash or share), so the lattice recombines and
//! backward induction ([`Lattice::solve`]) is exact. It shares prices with the game but not the walk.
//!
//! Sources: Cox, Ross & Rubinstein, J. Financial Economics 7 (1979); Black & Scholes, J. Political Economy 81 (1973).
//! Not a market model: no dividends, no early assignment, no smile. [`super::wheel_rolling`] has options of two cycles that may be
//! assigned early.

use std::f64::consts::TAU;

use crate::game::{Each, Game, Outcome};

/// What a cycle lasts.
const CYCLE_YEARS: f64 = 1.0 / 12.0;
/// Steps of the lattice in a cycle.
pub const STEPS: i32 = 4;
/// An option this little in the money, in dollars, is at the money and expires.
pub const GUARD_USD: f64 = 1e-9;

/// Strikes of the puts on sale, as multiples of the spot.
pub const PUTS: [f64; 3] = [0.9, 0.95, 1.0];
/// Strikes of the calls on sale, as multiples of the spot.
pub const CALLS: [f64; 3] = [1.0, 1.05, 1.1];

/// The rules: rates and volatilities are fractions per year, sums are dollars per share.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    /// Price of the share at the start.
    pub spot: f64,
    /// Expected growth of the share.
    pub mu: f64,
    /// Volatility of the share.
    pub sigma: f64,
    /// Volatility in the premiums.
    pub implied_vol: f64,
    /// Interest on cash.
    pub rate: f64,
    /// Taken from every premium.
    pub fee: f64,
    /// Cost of trading the share, except by assignment.
    pub cost: f64,
    /// How many options may be sold one after the other.
    pub cycles: u32,
}

/// A place in the lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Cycles played.
    pub cycle: u32,
    /// Up moves less down moves since the start.
    pub level: i32,
    /// Whether a share is held; if not, cash.
    pub share: bool,
}

/// What to do for a cycle. Strikes are multiples of the spot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// Hold cash.
    Idle,
    /// Buy the share.
    Buy,
    /// Sell a put on cash.
    Put(f64),
    /// Hold the share.
    Hold,
    /// Sell the share.
    Sell,
    /// Sell a call on the share.
    Call(f64),
}

impl Action {
    /// As in "put 0.95".
    pub fn name(self) -> String {
        match self {
            Action::Idle => "idle".into(),
            Action::Buy => "buy".into(),
            Action::Put(moneyness) => format!("put {moneyness:?}"),
            Action::Hold => "hold".into(),
            Action::Sell => "sell".into(),
            Action::Call(moneyness) => format!("call {moneyness:?}"),
        }
    }
}

/// Everything about one state from backward induction.
#[derive(Clone, Debug)]
pub struct Solved<S = State, A = Action> {
    /// Which one.
    pub state: S,
    /// What it is worth, played well.
    pub worth: f64,
    /// The worth of every action; empty at the end.
    pub actions: Vec<(A, f64)>,
}

impl Lattice {
    /// The case that the reference figures belong to, with a growth of 3 %.
    pub fn reference() -> Lattice {
        Lattice {
            spot: 100.0,
            mu: 0.03,
            sigma: 0.25,
            implied_vol: 0.27,
            rate: 0.03,
            fee: 0.01,
            cost: 0.02,
            cycles: 12,
        }
    }

    /// Price of the share.
    pub fn price(&self, level: i32) -> f64 {
        self.spot * (self.sigma * self.step_years().sqrt() * f64::from(level)).exp()
    }

    /// Probability of an up move; a lattice needs it inside (0, 1).
    pub fn up_probability(&self) -> f64 {
        let up = (self.sigma * self.step_years().sqrt()).exp();
        ((self.mu * self.step_years()).exp() - 1.0 / up) / (up - 1.0 / up)
    }

    /// Backward induction over the whole lattice, from the end; the two states at the start come last, cash first.
    pub fn solve(&self) -> Vec<Solved> {
        let discount = self.cycle_discount();
        let up = self.up_probability();
        let choose = [1.0, 4.0, 6.0, 4.0, 1.0];
        let mut solved = Vec::new();
        let mut next: Vec<[f64; 2]> = Vec::new();
        for cycle in (0..=self.cycles).rev() {
            let reach = STEPS * cycle as i32;
            let mut here = Vec::new();
            for level in (-reach..=reach).step_by(2) {
                let price = self.price(level);
                let mut worths = [0.0, price];
                for share in [false, true] {
                    let state = State {
                        cycle,
                        level,
                        share,
                    };
                    let mut actions = Vec::new();
                    if cycle < self.cycles {
                        self.actions(&state, &mut actions);
                    }
                    let row = ((level + reach) / 2) as usize;
                    let worth_of = |action: Action| {
                        let mut later = 0.0;
                        for (ups, ways) in choose.iter().enumerate() {
                            let downs = STEPS - ups as i32;
                            let chance = ways * up.powi(ups as i32) * (1.0 - up).powi(downs);
                            let end = self.price(level + 2 * ups as i32 - STEPS);
                            let [cash, stock] = next[row + ups];
                            later += chance
                                * match action {
                                    Action::Idle | Action::Sell => cash,
                                    Action::Hold | Action::Buy => stock,
                                    Action::Put(m) if end < m * price - GUARD_USD => {
                                        stock - m * price
                                    }
                                    Action::Put(_) => cash,
                                    Action::Call(m) if end > m * price + GUARD_USD => {
                                        cash + m * price
                                    }
                                    Action::Call(_) => stock,
                                };
                        }
                        self.cash_now(price, action) + discount * later
                    };
                    let actions: Vec<(Action, f64)> = actions
                        .into_iter()
                        .map(|action| (action, worth_of(action)))
                        .collect();
                    let side = usize::from(share);
                    if let Some(best) = actions.iter().map(|(_, worth)| *worth).reduce(f64::max) {
                        worths[side] = best;
                    }
                    solved.push(Solved {
                        state,
                        worth: worths[side],
                        actions,
                    });
                }
                here.push(worths);
            }
            next = here;
        }
        solved
    }

    /// Paid or received when the action is taken.
    fn cash_now(&self, price: f64, action: Action) -> f64 {
        match action {
            Action::Idle | Action::Hold => 0.0,
            Action::Buy => -price - self.cost,
            Action::Sell => price - self.cost,
            Action::Put(moneyness) => self.premium(price, moneyness * price, 1, -1.0) - self.fee,
            Action::Call(moneyness) => self.premium(price, moneyness * price, 1, 1.0) - self.fee,
        }
    }

    /// Black-Scholes price of a call (sign 1) or a put (sign -1) with so many cycles to live.
    pub fn premium(&self, price: f64, strike: f64, cycles: u32, sign: f64) -> f64 {
        let years = CYCLE_YEARS * f64::from(cycles);
        let deviation = self.implied_vol * years.sqrt();
        let d1 = (self.rate * years - (strike / price).ln()) / deviation + deviation / 2.0;
        let d2 = d1 - deviation;
        let strike = strike * (-self.rate * years).exp();
        sign * (price * normal(sign * d1) - strike * normal(sign * d2))
    }

    /// How far the share may move in a cycle, up moves less down moves, and the probability of each.
    pub fn chances(&self) -> impl Iterator<Item = (i32, f64)> + use<> {
        let up = self.up_probability();
        let mut chances = vec![1.0];
        for _ in 0..STEPS {
            let mut wider = vec![0.0; chances.len() + 1];
            for (ups, chance) in chances.iter().enumerate() {
                wider[ups] += chance * (1.0 - up);
                wider[ups + 1] += chance * up;
            }
            chances = wider;
        }
        (-STEPS..).step_by(2).zip(chances)
    }

    /// What a dollar at the end of a cycle is worth at its start.
    pub fn cycle_discount(&self) -> f64 {
        (-self.rate * CYCLE_YEARS).exp()
    }

    fn step_years(&self) -> f64 {
        CYCLE_YEARS / f64::from(STEPS)
    }
}

impl Game for Lattice {
    type State = State;
    type Action = Action;

    fn actions(&self, state: &State, out: &mut Vec<Action>) {
        if state.share {
            out.extend([Action::Hold, Action::Sell]);
            out.extend(CALLS.map(Action::Call));
        } else {
            out.extend([Action::Idle, Action::Buy]);
            out.extend(PUTS.map(Action::Put));
        }
    }

    fn outcomes(&self, state: &State, action: Action, out: &mut Vec<Outcome<State>>) {
        let price = self.price(state.level);
        let now = self.cash_now(price, action);
        for (moved, probability) in self.chances() {
            let level = state.level + moved;
            let end = self.price(level);
            let (share, settlement) = match action {
                Action::Idle | Action::Sell => (false, 0.0),
                Action::Hold | Action::Buy => (true, 0.0),
                Action::Put(moneyness) => {
                    let strike = moneyness * price;
                    let assigned = strike - end > GUARD_USD;
                    (assigned, if assigned { -strike } else { 0.0 })
                }
                Action::Call(moneyness) => {
                    let strike = moneyness * price;
                    let assigned = end - strike > GUARD_USD;
                    (!assigned, if assigned { strike } else { 0.0 })
                }
            };
            out.push(Outcome {
                probability,
                reward: now + self.cycle_discount() * settlement,
                state: State {
                    cycle: state.cycle + 1,
                    level,
                    share,
                },
            });
        }
    }

    fn terminal_worth(&self, state: &State) -> Option<f64> {
        (state.cycle == self.cycles).then(|| self.liquidation(state))
    }

    fn discount(&self, _: &State, _: Action) -> f64 {
        self.cycle_discount()
    }

    fn key(&self, state: &State) -> Option<u128> {
        let level = (state.level + STEPS * self.cycles as i32) as u128;
        Some(u128::from(state.cycle) << 33 | level << 1 | u128::from(state.share))
    }
}

impl Lattice {
    /// What the state would fetch now: the poor judge of leaves, which knows nothing of premiums.
    pub fn liquidation(&self, state: &State) -> f64 {
        if state.share {
            self.price(state.level)
        } else {
            0.0
        }
    }

    /// [`Lattice::liquidation`] as an evaluator.
    pub fn evaluator(&self) -> Each<impl FnMut(&State) -> f64> {
        Each(|state: &State| self.liquidation(state))
    }
}

/// Standard normal distribution function, within 1e-15: the series `1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...)` of
/// Marsaglia, J. Statistical Software 11 (2004), whose terms all have one sign.
fn normal(x: f64) -> f64 {
    if x.abs() > 9.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut sum, mut term, mut n) = (x, x, 1.0);
    while term.abs() > 1e-18 * sum.abs() {
        n += 2.0;
        term *= x * x / n;
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / TAU.sqrt()
}
