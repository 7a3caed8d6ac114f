//! Claims with a name, and how their value moves with spot and volatility along the same paths.
//!
//! ```text
//! payoff = max(side (level - strike), 0)       level: the spot at the end, the mean over the steps, the highest or lowest so far
//! delta  = e^(-rT) mean of  side (level / spot)               where it pays
//! vega   = e^(-rT) mean of  side d level / d vol,   d S(t) / d vol = S(t) ((ln(S(t)/S(0)) - (r - q) t) / vol - vol t / 2)
//! ```
//! Source: M. Broadie and P. Glasserman, Management Science 42 (1996), the pathwise method. Accuracy: both are unbiased where the payoff
//! is continuous in the path, so not at a barrier, whose crossing is a jump; there they are absent. (A
//! lookback whose strike is the spot has a kink now: its delta is that of one side.) A barrier is watched at the steps,
//! now included, and so are highest and lowest; the mean leaves now out. Not for second derivatives.

use super::{Dynamics, Estimate, Simulation, State};
use crate::error::at_least;
use crate::{Error, Right};

/// What a path pays at expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Payoff {
    /// On the spot at the end.
    European {
        /// Call or put.
        right: Right,
        /// Dollars per share.
        strike: f64,
    },
    /// On the mean of the spot over all steps after now.
    Asian {
        /// Call or put.
        right: Right,
        /// Dollars per share.
        strike: f64,
    },
    /// A call on the highest spot, a put on the lowest, now included.
    Lookback {
        /// Call or put.
        right: Right,
        /// Dollars per share; 0 makes a call pay the maximum itself.
        strike: f64,
    },
    /// On the spot at the end, if the path met the barrier, or if it did not.
    Barrier {
        /// Call or put.
        right: Right,
        /// Dollars per share.
        strike: f64,
        /// Dollars per share.
        barrier: f64,
        /// Where the barrier stands and what it does.
        knock: Knock,
    },
}

/// What a barrier does to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knock {
    /// It ends at or below the barrier.
    DownAndOut,
    /// It begins at or below the barrier.
    DownAndIn,
    /// It ends at or above the barrier.
    UpAndOut,
    /// It begins at or above the barrier.
    UpAndIn,
}

impl Knock {
    /// Whether the barrier stands below the spot.
    pub fn is_down(self) -> bool {
        matches!(self, Knock::DownAndOut | Knock::DownAndIn)
    }

    /// Whether the claim begins at the barrier.
    pub fn is_in(self) -> bool {
        matches!(self, Knock::DownAndIn | Knock::UpAndIn)
    }
}

/// A value and its slopes, each with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sensitivities {
    /// Dollars.
    pub value: Estimate,
    /// Dollars per dollar of spot; `None` at a barrier.
    pub delta: Option<Estimate>,
    /// Dollars per 1.00 of volatility; under [`Dynamics::Gbm`] alone, and not at a barrier.
    pub vega: Option<Estimate>,
}

impl Payoff {
    /// Names the first number that is not finite or out of its range.
    pub fn check(&self) -> Result<(), Error> {
        at_least(0.0, "strike", self.strike())?;
        match *self {
            Payoff::Barrier { barrier, .. } => at_least(f64::MIN_POSITIVE, "barrier", barrier),
            _ => Ok(()),
        }
    }

    /// Call or put.
    pub fn right(&self) -> Right {
        match *self {
            Payoff::European { right, .. }
            | Payoff::Asian { right, .. }
            | Payoff::Lookback { right, .. }
            | Payoff::Barrier { right, .. } => right,
        }
    }

    /// Dollars per share.
    pub fn strike(&self) -> f64 {
        match *self {
            Payoff::European { strike, .. }
            | Payoff::Asian { strike, .. }
            | Payoff::Lookback { strike, .. }
            | Payoff::Barrier { strike, .. } => strike,
        }
    }

    /// Dollars at expiry: `path` is all states, now first.
    pub fn at(&self, path: &[State]) -> f64 {
        let (level, counts) = self.level(path);
        let pays = self.right().sign() * (level - self.strike());
        if counts { pays.max(0.0) } else { 0.0 }
    }

    /// What the payoff is about, in dollars, and whether it counts at all.
    fn level(&self, path: &[State]) -> (f64, bool) {
        let end = path[path.len() - 1].spot;
        match *self {
            Payoff::European { .. } => (end, true),
            Payoff::Asian { .. } => {
                let sum: f64 = path[1..].iter().map(|state| state.spot).sum();
                (sum / (path.len() - 1) as f64, true)
            }
            Payoff::Lookback { right, .. } => (path[extreme(path, right)].spot, true),
            Payoff::Barrier { barrier, knock, .. } => {
                let met = path.iter().any(|state| {
                    if knock.is_down() {
                        state.spot <= barrier
                    } else {
                        state.spot >= barrier
                    }
                });
                (end, met == knock.is_in())
            }
        }
    }

    /// Whether a path's slope is the slope of the value.
    pub(crate) fn is_smooth(&self) -> bool {
        !matches!(self, Payoff::Barrier { .. })
    }

    /// Dollars at expiry, and their slopes in spot and volatility; `log_slope(step, state)` is `d ln S / d vol`.
    fn with_slopes(&self, path: &[State], log_slope: impl Fn(usize, &State) -> f64) -> [f64; 3] {
        let value = self.at(path);
        if value <= 0.0 {
            return [0.0; 3];
        }
        let side = self.right().sign();
        let (level, _) = self.level(path);
        let slope_at = |step: usize| path[step].spot * log_slope(step, &path[step]);
        let slope = match *self {
            Payoff::Asian { .. } => {
                (1..path.len()).map(slope_at).sum::<f64>() / (path.len() - 1) as f64
            }
            Payoff::Lookback { right, .. } => slope_at(extreme(path, right)),
            Payoff::European { .. } | Payoff::Barrier { .. } => slope_at(path.len() - 1),
        };
        [value, side * level / path[0].spot, side * slope]
    }
}

/// The first step at which the spot is highest, or for a put lowest.
fn extreme(path: &[State], right: Right) -> usize {
    let better = |a: f64, b: f64| (a - b) * right.sign() > 0.0;
    (1..path.len()).fold(0, |best, step| {
        if better(path[step].spot, path[best].spot) {
            step
        } else {
            best
        }
    })
}

impl Simulation {
    /// Value, delta and vega of a claim, from the same paths.
    ///
    /// # Errors
    /// [`Error::BadInput`] and [`Error::OutOfRange`] name the first bad number.
    pub fn sensitivities(&self, payoff: &Payoff) -> Result<Sensitivities, Error> {
        self.check()?;
        payoff.check()?;
        let discount = (-self.rate * self.years).exp();
        let [value, delta, vega] =
            self.run_many(|path| self.slopes(payoff, path).map(|x| discount * x));
        Ok(self.known(payoff, [value, delta, vega]))
    }

    /// Payoff and slopes of one path, undiscounted; zero where there is no slope.
    pub(crate) fn slopes(&self, payoff: &Payoff, path: &[State]) -> [f64; 3] {
        let carry = self.rate - self.dividend_yield;
        let Dynamics::Gbm { vol } = self.dynamics else {
            return payoff.with_slopes(path, |_, _| 0.0);
        };
        if vol == 0.0 {
            return payoff.with_slopes(path, |_, _| 0.0);
        }
        payoff.with_slopes(path, |step, state| {
            let years = self.years * step as f64 / f64::from(self.steps);
            ((state.spot / self.spot).ln() - carry * years) / vol - 0.5 * vol * years
        })
    }

    /// Leaves out what a path cannot tell.
    pub(crate) fn known(
        &self,
        payoff: &Payoff,
        [value, delta, vega]: [Estimate; 3],
    ) -> Sensitivities {
        let moves = matches!(self.dynamics, Dynamics::Gbm { vol } if vol > 0.0);
        Sensitivities {
            value,
            delta: payoff.is_smooth().then_some(delta),
            vega: (payoff.is_smooth() && moves).then_some(vega),
        }
    }
}
