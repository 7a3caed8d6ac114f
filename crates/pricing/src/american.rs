//! American options with a continuous dividend yield: price, Greeks, implied volatility and when to exercise.
//!
//! ```text
//! American = European + premium        premium: what exercise earns beyond the boundary, see `american/curve.rs`
//! ```
//! The early-exercise boundary solves an integral equation; the premium is one more integral along it.
//! Where exercise pays only because rate and yield are negative, a band of spots is exercised instead of all beyond one
//! (Andersen & Lake, Wilmott 2021); there, and where the equation does not settle, a binomial lattice answers
//! (`american/lattice.rs`). No answer lies below European or intrinsic value.
//! Sources: Kim (1990), Andersen, Lake & Offengenden (2016), Broadie & Detemple (1996), cited where used.
//!
//! Largest errors per dollar of strike, measured against high-precision values of QuantLib 1.44 (QdFp scheme):
//!
//! ```text
//!                                                       Fast      Standard  Precise
//! 400 options, 1 to 730 days, vol 8 to 100 %            4.3e-5    3.5e-5    3.0e-8
//!     95 of 100 of them are within                      1.2e-6    1.2e-7    1.6e-10
//! 400 options with rate or yield near 0                 3.5e-5    5.9e-6    9.0e-9
//! 200 options, up to 10 years, vol 3 to 300 %,
//!     rate and yield 0 to 25 %                          3.3e-4    7.9e-5    4.2e-7
//! 35 reference rows of the tests, extremes included     1.2e-4    2.0e-5    1.2e-7
//! ```
//! Delta is good to 2e-3, vega and rho to 4e-3 of the strike, at `Standard` and at worst, which is near the boundary.
//!
//! Not for cash dividends: a call just before its ex-date is worth more than a yield can say.

mod boundary;
mod curve;
mod lattice;
mod scheme;

pub use boundary::Boundary;
pub use scheme::Precision;

use crate::error::settle;
use crate::implied::{Quoted, QuotedRef, implied_vol as european_implied_vol};
use crate::{Error, Greeks, GreeksMut, Inputs, InputsRef, Right, Status, european};
use curve::Curve;
use scheme::Scheme;

/// Steps of the lattice where it has to answer.
const LATTICE_STEPS: u32 = 400;

/// Below this standard deviation to expiry the spot is taken to follow its forward: off by at most 4e-8 of the spot.
const DEVIATION_MIN: f64 = 1e-7;

/// Price of one share's worth of option in dollars, at [`Precision::Standard`].
///
/// ```
/// use pricing::{Inputs, Right, american, european};
/// let put = Inputs { right: Right::Put, spot: 36.0, strike: 40.0, years: 1.0, rate: 0.06, dividend_yield: 0.0, vol: 0.2 };
/// let premium = american::price(&put).unwrap() - european::price(&put);
/// assert!((premium - 0.642_366_6).abs() < 1e-4);
/// ```
pub fn price(inputs: &Inputs) -> Result<f64, Error> {
    price_with(inputs, Precision::Standard)
}

/// Price of one share's worth of option in dollars.
pub fn price_with(inputs: &Inputs, precision: Precision) -> Result<f64, Error> {
    Ok(value(inputs, precision.scheme())?.price)
}

/// Prices many options: `out[i]` in dollars, or NaN with the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn prices(inputs: InputsRef, precision: Precision, out: &mut [f64], status: &mut [Status]) {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    for (i, (out, status)) in out.iter_mut().zip(status).enumerate() {
        settle(price_with(&inputs.get(i), precision), out, status);
    }
}

/// Price and sensitivities of one share's worth of option.
///
/// Delta and gamma are integrals like the price; theta follows from the Black-Scholes equation; vega and rho are
/// differences of prices. Where exercise is due now, delta is plus or minus one and the rest is 0.
pub fn greeks(inputs: &Inputs, precision: Precision) -> Result<Greeks, Error> {
    let scheme = precision.scheme();
    let Value {
        price,
        delta,
        gamma,
    } = value(inputs, scheme)?;
    let Inputs {
        spot,
        rate,
        dividend_yield,
        vol,
        ..
    } = *inputs;
    if price == inputs.intrinsic() && gamma == 0.0 {
        return Ok(Greeks {
            price,
            delta,
            ..Greeks::default()
        });
    }
    let theta =
        rate * price - (rate - dividend_yield) * spot * delta - 0.5 * (vol * spot).powi(2) * gamma;
    let slope = |low: Inputs, high: Inputs, width: f64| -> Result<f64, Error> {
        Ok((value(&high, scheme)?.price - value(&low, scheme)?.price) / width)
    };
    let (wider, calmer) = (vol * 1.001, vol * 0.999);
    let vega = if vol > 0.0 {
        slope(
            Inputs {
                vol: calmer,
                ..*inputs
            },
            Inputs {
                vol: wider,
                ..*inputs
            },
            wider - calmer,
        )?
    } else {
        european::greeks(inputs).vega
    };
    let (low, high) = rates_around(inputs);
    let rho = slope(
        Inputs {
            rate: low,
            ..*inputs
        },
        Inputs {
            rate: high,
            ..*inputs
        },
        high - low,
    )?;
    Ok(Greeks {
        price,
        delta,
        gamma,
        vega,
        theta,
        rho,
    })
}

/// Rates to take a slope between: never across a change of method, whose small errors the slope would magnify.
fn rates_around(inputs: &Inputs) -> (f64, f64) {
    const STEP: f64 = 1e-4;
    let Inputs {
        right,
        rate,
        dividend_yield,
        ..
    } = *inputs;
    let same =
        |other| Region::of(right, other, dividend_yield) == Region::of(right, rate, dividend_yield);
    let low = if same(rate - STEP) { rate - STEP } else { rate };
    let high = if same(rate + STEP) || low == rate {
        rate + STEP
    } else {
        rate
    };
    (low, high)
}

/// Prices many options with their sensitivities; a slot without an answer holds NaN and the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn greeks_batch(
    inputs: InputsRef,
    precision: Precision,
    mut out: GreeksMut,
    status: &mut [Status],
) {
    out.fill(inputs, status, |inputs| greeks(inputs, precision));
}

/// The volatility at which the American price is the quoted one, as a fraction per year.
///
/// At exercise value there is no single answer: [`Error::AtIntrinsic`] then says up to which volatility the holder
/// would exercise at once.
pub fn implied_vol(quoted: &Quoted, precision: Precision) -> Result<f64, Error> {
    quoted.check()?;
    let Quoted {
        right,
        price_usd,
        spot,
        strike,
        ..
    } = *quoted;
    let without_vol = quoted.with_vol(0.0);
    let floor_usd = without_movement(&without_vol).price;
    let noise = 1e-12 * spot.max(strike);
    let cap_usd = american_cap(&without_vol);
    if price_usd < floor_usd - noise {
        return Err(Error::BelowIntrinsic {
            price_usd,
            floor_usd,
            short_usd: floor_usd - price_usd,
        });
    }
    if price_usd >= cap_usd {
        return Err(Error::AboveMaximum { price_usd, cap_usd });
    }
    if price_usd <= floor_usd + noise {
        return Err(
            if price_usd > noise && right.intrinsic(spot, strike) >= price_usd - noise {
                Error::AtIntrinsic {
                    price_usd,
                    vol_max: vol_of_immediate_exercise(quoted, precision)?,
                }
            } else {
                Error::NoVega { price_usd }
            },
        );
    }
    solve(quoted, precision)
}

/// Inverts many American prices: `out[i]` is a fraction per year, or NaN with the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn implied_vols(
    quoted: QuotedRef,
    precision: Precision,
    out: &mut [f64],
    status: &mut [Status],
) {
    quoted.fill(out, status, |quoted| implied_vol(quoted, precision));
}

/// Where the holder exercises now, in dollars of spot: a put at or below `out[i]`, a call at or above it.
///
/// NaN where exercise before expiry never pays (`status[i]` is `Ok`), and where there is no single boundary (the reason is
/// in `status[i]`). At expiry it is the strike. Without volatility it is where the interest on the strike equals the dividends
/// on the share, and never on the wrong side of the strike. The spot plays no part. Good to 1e-3 of the strike, as
/// [`Boundary::spot_per_strike`] is.
///
/// # Panics
/// If the lengths differ.
pub fn boundaries(inputs: InputsRef, precision: Precision, out: &mut [f64], status: &mut [Status]) {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    // A boundary is solved at `Standard` whatever is asked: what limits it is the table it is read from.
    let _ = precision;
    for (i, (out, status)) in out.iter_mut().zip(status).enumerate() {
        settle(boundary_now(&inputs.get(i)), out, status);
    }
}

/// The boundary of one option in dollars, NaN where exercise never pays.
fn boundary_now(inputs: &Inputs) -> Result<f64, Error> {
    inputs.check()?;
    let Inputs {
        right,
        strike,
        years,
        rate,
        dividend_yield,
        vol,
        ..
    } = *inputs;
    if years == 0.0 {
        return Ok(strike);
    }
    if vol * years.sqrt() >= DEVIATION_MIN {
        let boundary = Boundary::new(right, rate, dividend_yield, vol, years)?;
        return Ok(boundary
            .spot_per_strike(years)
            .map_or(f64::NAN, |per_strike| per_strike * strike));
    }
    match Region::of(right, rate, dividend_yield) {
        Region::Never => Ok(f64::NAN),
        Region::Between => Err(Error::DoubleBoundary {
            rate,
            dividend_yield,
        }),
        Region::Beyond => {
            let level = rate / dividend_yield;
            Ok(strike
                * match right {
                    Right::Put if dividend_yield > 0.0 => level.min(1.0),
                    Right::Put => 1.0,
                    Right::Call => level.max(1.0),
                })
        }
    }
}

/// The most an American option can be worth: the share for a call, the strike for a put, taken or paid at the best time.
fn american_cap(inputs: &Inputs) -> f64 {
    match inputs.right {
        Right::Call => inputs.spot.max(inputs.discounted_spot()),
        Right::Put => inputs.strike.max(inputs.discounted_strike()),
    }
}

/// Secant steps inside a bracket, from the European answer: an American price needs no more volatility than that.
///
/// The price is a smooth function of volatility only down to its own error, so the bracket may close on a small jump.
fn solve(quoted: &Quoted, precision: Precision) -> Result<f64, Error> {
    const ITERATIONS_MAX: u32 = 200;
    let tolerance = 1e-9 * quoted.spot.max(quoted.strike);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut vol = european_implied_vol(quoted)
        .unwrap_or(0.5)
        .clamp(0.001, 5.0);
    let mut before: Option<(f64, f64)> = None;
    for iteration in 0..ITERATIONS_MAX {
        let gap = price_with(&quoted.with_vol(vol), precision)? - quoted.price_usd;
        if gap.abs() <= tolerance || high - low <= 1e-10 {
            return Ok(vol);
        }
        if gap < 0.0 {
            low = vol
        } else {
            high = vol
        }
        let slope = match before {
            Some((other, other_gap)) => (gap - other_gap) / (vol - other),
            None => european::greeks(&quoted.with_vol(vol)).vega,
        };
        before = Some((vol, gap));
        let next = vol - gap / slope;
        vol = if high.is_infinite() {
            if next > vol && next < 3.0 * vol {
                next
            } else {
                2.0 * vol
            }
        } else if next > low && next < high && iteration % 4 < 3 {
            next
        } else {
            0.5 * (low + high)
        };
    }
    Err(Error::NotConverged {
        iterations: ITERATIONS_MAX,
    })
}

/// The highest volatility at which exercising now is still best, by bisection to a hundredth of a vol point.
fn vol_of_immediate_exercise(quoted: &Quoted, precision: Precision) -> Result<f64, Error> {
    let (mut low, mut high) = (0.0, 10.0);
    while high - low > 1e-4 {
        let vol = 0.5 * (low + high);
        let inputs = quoted.with_vol(vol);
        let at_once = price_with(&inputs, precision)? <= inputs.intrinsic() + 1e-9 * quoted.strike;
        if at_once { low = vol } else { high = vol }
    }
    Ok(low)
}

/// What the methods agree to return: a price and its slopes in the spot.
#[derive(Clone, Copy, Debug)]
struct Value {
    price: f64,
    delta: f64,
    gamma: f64,
}

fn value(inputs: &Inputs, scheme: &Scheme) -> Result<Value, Error> {
    inputs.check()?;
    let Inputs {
        right,
        spot,
        years,
        rate,
        dividend_yield,
        vol,
        ..
    } = *inputs;
    if spot == 0.0 || vol * years.sqrt() < DEVIATION_MIN {
        return Ok(without_movement(inputs));
    }
    match Region::of(right, rate, dividend_yield) {
        Region::Never => Ok(as_european(inputs)),
        Region::Between => lattice::value(inputs, LATTICE_STEPS),
        Region::Beyond => match put_curve(right, rate, dividend_yield, vol, years, scheme) {
            Some(curve) => Ok(along(&curve, inputs, scheme)),
            None => lattice::value(inputs, LATTICE_STEPS),
        },
    }
}

/// Where exercise can pay at all, ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Region {
    /// Waiting is always worth more.
    Never,
    /// On the far side of one spot.
    Beyond,
    /// Between two spots: nothing is earned by it, but even more would be lost.
    Between,
}

impl Region {
    /// Exercising a put early earns interest on the strike and forgoes dividends; a call, the reverse.
    fn of(right: Right, rate: f64, dividend_yield: f64) -> Region {
        let (earned, forgone) = as_put(right, rate, dividend_yield);
        if earned > 0.0 {
            Region::Beyond
        } else if forgone < earned {
            Region::Between
        } else {
            Region::Never
        }
    }
}

/// Rate and yield of the put that this right amounts to.
fn as_put(right: Right, rate: f64, dividend_yield: f64) -> (f64, f64) {
    match right {
        Right::Put => (rate, dividend_yield),
        Right::Call => (dividend_yield, rate),
    }
}

fn put_curve(
    right: Right,
    rate: f64,
    dividend_yield: f64,
    vol: f64,
    years: f64,
    scheme: &Scheme,
) -> Option<Curve> {
    let (rate, dividend_yield) = as_put(right, rate, dividend_yield);
    Curve::solve(rate, dividend_yield, vol, years, scheme)
}

/// European value plus the premium along a boundary that was solved for at least as many years.
fn along(curve: &Curve, inputs: &Inputs, scheme: &Scheme) -> Value {
    let Inputs {
        right,
        spot,
        strike,
        years,
        ..
    } = *inputs;
    let intrinsic = inputs.intrinsic();
    let moneyness = if right == Right::Put {
        spot / strike
    } else {
        strike / spot
    };
    if moneyness.ln() <= curve.log_boundary(years) {
        return Value {
            price: intrinsic,
            delta: right.sign(),
            gamma: 0.0,
        };
    }
    let european = as_european(inputs);
    let premium = curve.premium(moneyness, years, scheme);
    let (price, delta, gamma) = match right {
        Right::Put => (strike * premium.value, premium.slope, premium.bend / strike),
        // spot * premium(strike / spot), by the chain rule.
        Right::Call => (
            spot * premium.value,
            premium.value - moneyness * premium.slope,
            moneyness * moneyness * premium.bend / spot,
        ),
    };
    Value {
        price: (european.price + price).max(intrinsic).max(european.price),
        delta: european.delta + delta,
        gamma: european.gamma + gamma,
    }
}

fn as_european(inputs: &Inputs) -> Value {
    let Greeks {
        price,
        delta,
        gamma,
        ..
    } = european::greeks(inputs);
    Value {
        price,
        delta,
        gamma,
    }
}

/// Without volatility the spot follows its forward, and the holder picks the best moment: now, expiry, or where the
/// dividend earned equals the interest paid, `q S e^(-qt) = r K e^(-rt)`.
fn without_movement(inputs: &Inputs) -> Value {
    let Inputs {
        right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        ..
    } = *inputs;
    let turn = (dividend_yield * spot / (rate * strike)).ln() / (dividend_yield - rate);
    let mut best = Value {
        price: 0.0,
        delta: 0.0,
        gamma: 0.0,
    };
    for moment in [0.0, turn, years] {
        if !(0.0..=years).contains(&moment) {
            continue;
        }
        let share = (-dividend_yield * moment).exp();
        let price = right.intrinsic(spot * share, strike * (-rate * moment).exp());
        if price > best.price {
            best = Value {
                price,
                delta: right.sign() * share,
                gamma: 0.0,
            };
        }
    }
    best
}

#[cfg(test)]
mod tests;
