//! The escrowed model: the share is its dividends, set aside, and a lognormal rest.
//!
//! ```text
//! rest  X = S - sum amount_i e^(-(r - q) t_i)         over the ex-dates up to expiry
//! European        = Black-Scholes(X, K, T)
//! American call   = max(American(X, K, T), European(X, K - A_i, t_i) just before each ex-date, S - K now)
//!                   A_i = worth at t_i of the dividends from i on: exercise then still collects them
//! American put    = max(American(X, K, T), K - S now)
//! ```
//! Sources: J. C. Hull, Options, Futures, and Other Derivatives, chapter on the Black-Scholes-Merton model; the call after
//! F. Black, Financial Analysts Journal 31 (1975) ("pseudo-American"), with one law of the rest for all days of exercise.
//! For calls the maximum is a lower bound within this model, as the holder is made to choose the day of exercise now. For
//! puts exercise before the last ex-date is taken to pay `K - X` instead of `K - S`, which is too much.
//! [`price_on_grid`] has neither flaw, at the cost of the spot model.
//!
//! This is not the spot model at the same volatility: here the rest moves, and the share moves less by `X / S`.
//! [`vol_of_rest`] converts. A rest that is not positive is worth 0.

use super::grid::{self, Problem, Room};
use super::{CashDividend, Schedule, Style, can_move, exercise, size};
use crate::american::{self, Precision};
use crate::{Error, Inputs, Right, european};

/// What is left of the spot when today's worth of the dividends until expiry is set aside, in dollars; never below 0.
pub fn rest_of_spot(inputs: &Inputs, dividends: &[CashDividend]) -> Result<f64, Error> {
    inputs.check()?;
    let schedule = Schedule::new(dividends, inputs.years)?;
    Ok(rest(inputs, &schedule.dates))
}

fn rest(inputs: &Inputs, dates: &[CashDividend]) -> f64 {
    let carry = inputs.rate - inputs.dividend_yield;
    let aside = |date: &CashDividend| date.amount_usd * (-carry * date.years).exp();
    (inputs.spot - dates.iter().map(aside).sum::<f64>()).max(0.0)
}

/// The volatility of the rest at which the share has the volatility in `inputs` today: `vol S / X`.
///
/// The usual first-order match of the two models; exact for neither price. [`Error::BadInput`] if nothing rests.
pub fn vol_of_rest(inputs: &Inputs, dividends: &[CashDividend]) -> Result<f64, Error> {
    let rest = rest_of_spot(inputs, dividends)?;
    if rest > 0.0 {
        Ok(inputs.vol * inputs.spot / rest)
    } else {
        Err(Error::BadInput {
            what: "spot less dividends",
            value: rest,
        })
    }
}

/// Price of one share's worth of option in dollars; `inputs.vol` is the volatility of the rest.
pub fn price(
    inputs: &Inputs,
    dividends: &[CashDividend],
    style: Style,
    precision: Precision,
) -> Result<f64, Error> {
    inputs.check()?;
    let dates = Schedule::new(dividends, inputs.years)?.dates;
    let of_rest = Inputs {
        spot: rest(inputs, &dates),
        ..*inputs
    };
    if style == Style::European {
        return Ok(european::price(&of_rest));
    }
    let at_expiry = american::price_with(&of_rest, precision)?;
    let best = match inputs.right {
        Right::Put => at_expiry,
        Right::Call => {
            let carry = inputs.rate - inputs.dividend_yield;
            let before = |i: usize| {
                let years = dates[i].years;
                let worth =
                    |date: &CashDividend| date.amount_usd * (-carry * (date.years - years)).exp();
                let strike = inputs.strike - dates[i..].iter().map(worth).sum::<f64>();
                let exercised = Inputs {
                    years,
                    strike: strike.max(f64::MIN_POSITIVE),
                    ..of_rest
                };
                // A strike below nothing is cash besides the share.
                european::price(&exercised) - strike.min(0.0) * (-inputs.rate * years).exp()
            };
            (0..dates.len()).map(before).fold(at_expiry, f64::max)
        }
    };
    Ok(best.max(inputs.intrinsic()))
}

/// Price of one share's worth of American option in dollars, exercised for the whole share `X + dividends set aside` at
/// the best time; `inputs.vol` is the volatility of the rest. As exact and as slow as [`super::price`].
pub fn price_on_grid(
    inputs: &Inputs,
    dividends: &[CashDividend],
    precision: Precision,
) -> Result<f64, Error> {
    inputs.check()?;
    let aside = Schedule::new(dividends, inputs.years)?.dates;
    let of_rest = Inputs {
        spot: rest(inputs, &aside),
        ..*inputs
    };
    if aside.is_empty() || !can_move(&of_rest) {
        return price(inputs, dividends, Style::American, precision);
    }
    let nothing_paid = |date: &CashDividend| CashDividend {
        amount_usd: 0.0,
        ..*date
    };
    let problem = Problem {
        inputs: &of_rest,
        schedule: &Schedule {
            dates: aside.iter().map(nothing_paid).collect(),
        },
        exercise: exercise(inputs, Style::American),
        aside: &aside,
    };
    let value = grid::solve(&problem, size(precision), &mut Room::default());
    Ok(value.price.max(inputs.intrinsic()))
}
