//! The escrowed model: the share is its dividends, set aside, and a lognormal rest.
//!
//! ```text
//! rest  X = S - sum amount_i e^(-(r - q) t_i)  over ex-dates up to the exercise considered
//! European = Black-Scholes(X)
//! American = max(American(X, T), European call just before each ex-date t_i with the dividends before it, S - K now)
//! ```
//! Sources: F. Black, Financial Analysts Journal 31 (1975) for the American call ("pseudo-American"); J. C. Hull,
//! Options, Futures, and Other Derivatives, chapter on Black-Scholes-Merton, for both. For calls without a yield the
//! maximum is a lower bound within this model: the holder is made to choose the day of exercise now. For puts it is
//! the continuous-yield engine on the rest, whose exercise pays `K - X` instead of `K - S`: too high when deep in the
//! money, so it is cut to what the best exercise can pay.
//!
//! This is not the spot model at the same volatility: here the rest moves, and the share moves less by `X / S`.
//! [`vol_of_rest`] converts. A rest that is not positive is worth 0.

use super::{CashDividend, Schedule, Style};
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
    match inputs.right {
        Right::Call => {
            let before = |i: usize| {
                european::price(&Inputs {
                    spot: rest(inputs, &dates[..i]),
                    years: dates[i].years,
                    ..*inputs
                })
            };
            let best = (0..dates.len()).map(before).fold(at_expiry, f64::max);
            Ok(best.max(inputs.intrinsic()))
        }
        Right::Put => Ok(at_expiry.max(inputs.intrinsic())),
    }
}
