//! The American put on a binomial lattice: at every step the holder exercises or waits.
//!
//! ```text
//! u = e^(vol sqrt(dt))      p = (e^(r dt) - 1/u) / (u - 1/u)      dt = years / steps
//! worth = max(K - S, e^(-r dt) (p worth(up) + (1 - p) worth(down)))
//! ```
//! Source: Cox, Ross & Rubinstein, J. Financial Economics 7 (1979). No dividends; the holder decides at the steps only, so
//! 50 steps are within two cents of the price with a decision at every moment. Not a pricer: `pricing` has those.

use pricing::{Inputs, Right, european};
use search::{Game, Outcome};

/// A put that may be exercised at every step.
#[derive(Clone, Debug)]
pub(crate) struct Put {
    /// Dollars per share.
    pub(crate) strike: f64,
    /// Price of the share at the start, in dollars.
    pub(crate) spot: f64,
    /// Interest, a fraction per year.
    pub(crate) rate: f64,
    /// Volatility of the share, a fraction per year.
    pub(crate) vol: f64,
    /// Length of a step.
    pub(crate) step_years: f64,
    /// Steps to expiry.
    pub(crate) steps: u32,
    /// Growth of the share in an up move; a down move is its inverse.
    pub(crate) up: f64,
    /// Risk-neutral probability of an up move.
    pub(crate) probability: f64,
    /// What a dollar after a step is worth before it.
    pub(crate) discount: f64,
    /// Whether equal (step, up moves) share a node. Without, the lattice is a tree of 2^steps lines.
    pub(crate) graph: bool,
}

/// A place in the lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) step: u32,
    /// Up moves since the start.
    pub(crate) ups: u32,
    pub(crate) exercised: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Action {
    Exercise,
    Wait,
}

/// Where the lattice begins.
pub(crate) const TODAY: Moment = Moment {
    step: 0,
    ups: 0,
    exercised: false,
};

impl Put {
    /// A put with strike 40 at a rate of 6 %, as in the table of Longstaff & Schwartz, Review of Financial Studies 14 (2001).
    pub(crate) fn new(spot: f64, vol: f64, years: f64, steps: u32) -> Put {
        let rate: f64 = 0.06;
        let step_years = years / f64::from(steps);
        let up = (vol * step_years.sqrt()).exp();
        Put {
            strike: 40.0,
            spot,
            rate,
            vol,
            step_years,
            steps,
            up,
            probability: ((rate * step_years).exp() - 1.0 / up) / (up - 1.0 / up),
            discount: (-rate * step_years).exp(),
            graph: true,
        }
    }

    /// The first case of that table.
    pub(crate) fn reference() -> Put {
        Put::new(36.0, 0.2, 1.0, 50)
    }

    /// Price of the share.
    pub(crate) fn share(&self, step: u32, ups: u32) -> f64 {
        self.spot * self.up.powi(2 * ups as i32 - step as i32)
    }

    /// What exercising pays.
    pub(crate) fn intrinsic(&self, step: u32, ups: u32) -> f64 {
        (self.strike - self.share(step, ups)).max(0.0)
    }

    /// The price of the same put without the right to exercise early: a judge that never promises too much, but for the
    /// cent or two by which 50 steps differ from continuous time.
    pub(crate) fn european(&self, moment: &Moment) -> f64 {
        european::price(&Inputs {
            right: Right::Put,
            spot: self.share(moment.step, moment.ups),
            strike: self.strike,
            years: f64::from(self.steps - moment.step) * self.step_years,
            rate: self.rate,
            dividend_yield: 0.0,
            vol: self.vol,
        })
    }

    /// What waiting at (step, ups) is worth, given the worths of the next step.
    pub(crate) fn wait(&self, next: &[f64], ups: usize) -> f64 {
        self.discount * (self.probability * next[ups + 1] + (1.0 - self.probability) * next[ups])
    }

    /// Backward induction: `worths[step][ups]`.
    pub(crate) fn solve(&self) -> Vec<Vec<f64>> {
        let mut worths: Vec<Vec<f64>> = (0..=self.steps)
            .map(|step| (0..=step).map(|ups| self.intrinsic(step, ups)).collect())
            .collect();
        for step in (0..self.steps as usize).rev() {
            for ups in 0..=step {
                let wait = self.wait(&worths[step + 1], ups);
                worths[step][ups] = worths[step][ups].max(wait);
            }
        }
        worths
    }
}

impl Game for Put {
    type State = Moment;
    type Action = Action;

    fn actions(&self, _: &Moment, out: &mut Vec<Action>) {
        out.extend([Action::Exercise, Action::Wait]);
    }

    fn outcomes(&self, moment: &Moment, action: Action, out: &mut Vec<Outcome<Moment>>) {
        let Moment { step, ups, .. } = *moment;
        match action {
            Action::Exercise => out.push(Outcome {
                probability: 1.0,
                reward: self.intrinsic(step, ups),
                state: Moment {
                    exercised: true,
                    ..*moment
                },
            }),
            Action::Wait => {
                let chances = [(0, 1.0 - self.probability), (1, self.probability)];
                out.extend(chances.map(|(up, probability)| Outcome {
                    probability,
                    reward: 0.0,
                    state: Moment {
                        step: step + 1,
                        ups: ups + up,
                        exercised: false,
                    },
                }));
            }
        }
    }

    fn terminal_worth(&self, moment: &Moment) -> Option<f64> {
        if moment.exercised {
            Some(0.0)
        } else {
            (moment.step == self.steps).then(|| self.intrinsic(moment.step, moment.ups))
        }
    }

    fn discount(&self, _: &Moment, action: Action) -> f64 {
        match action {
            Action::Exercise => 1.0,
            Action::Wait => self.discount,
        }
    }

    fn key(&self, moment: &Moment) -> Option<u128> {
        let key = u128::from(moment.step) << 33
            | u128::from(moment.ups) << 1
            | u128::from(moment.exercised);
        self.graph.then_some(key)
    }
}
