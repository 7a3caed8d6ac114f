//! American options with a continuous dividend yield: price, Greeks, implied volatility and when to exercise.
//!
//! ```text
//! American = European + premium        premium: what exercise earns beyond the boundary, see `american/lanes.rs`
//! ```
//! The early-exercise boundary solves an integral equation; the premium is one more integral along it. Contracts go through
//! in lanes of the machine's vectors, one contract a lane; a contract alone has its nodes and points there instead. Every door gives the
//! same bits for the same contract, in any company and order.
//! Where the equation does not settle on the grids of a precision, finer ones answer. Where exercise pays only because rate
//! and yield are negative, a band of spots is exercised instead of all beyond one (Andersen & Lake, Wilmott 2021); there, and
//! where no grid settles, a binomial lattice answers (`american/lattice.rs`), with 400, 1,000 or 4,000 steps. In six cases it
//! came within 6e-6, 5e-6 and 3e-6 of the strike of QuantLib's finite differences (2,000 by 4,000 points, themselves good to
//! about 2e-6): there the precisions promise no more.
//! No answer lies below European or intrinsic value.
//! Sources: Kim (1990), Andersen, Lake & Offengenden (2016), Broadie & Detemple (1996), cited where used.
//!
//! Largest errors per dollar of strike, measured against QuantLib 1.44 (QdFp, high-precision scheme, where its schemes agree
//! to 2e-8):
//!
//! ```text
//!                                                       Fast      Standard  Precise
//! 600 options, 1 to 730 days, vol 8 to 90 %,
//!     rate 0 to 7 %, yield 0 to 5 %                     1.2e-6    2.7e-7    4.0e-8
//!     95 of 100 of them are within                      4.2e-7    3.2e-8    2.3e-10
//! 389 options, up to 10 years, vol 3 to 300 %,
//!     rate and yield 0 to 25 %                          6.7e-6    1.0e-6    9.1e-9
//! 198 options within 1e-8 to 1e-2 of the boundary,
//!     rate near yield, near 0, or without yield         2.4e-7    2.5e-8    1.1e-9
//! ```
//! Far outside of that, on 37,600 options of up to 55 years, vol 0 to 2,000 %, rate and yield -30 to 50 %, `Fast` was within 5e-4
//! and `Standard` within 3e-5 of `Precise`, per dollar of the larger of spot and strike; two in ten thousand, all with
//! more than 11 deviations to expiry, had no answer at `Precise` (at 400 steps, the lattice of `Fast` goes up to 15).
//! Where QuantLib's schemes differ by more (11 options of the second set, mostly calls with a spot of four times the strike),
//! against the one that integrates finest: 3e-5, 2.8e-6 and 5e-9 of the strike, which is 7e-6, 6e-7 and 1e-9 of the spot.
//! Greeks against those of a finer rule on 6,000 options of the first kind, scaled by the larger of spot and strike (delta by
//! 1, gamma by spot and deviation, theta by time as well), largest error and what 99 of 100 are within:
//!
//! ```text
//!            Fast               Standard           Precise
//! delta      6e-6     2e-6      8e-7     1e-7      4e-10    4e-11
//! gamma      7e-5     5e-6      9e-6     7e-7      9e-10    6e-11
//! vega       5e-5     6e-6      7e-6     7e-7      3e-9     2e-10
//! theta      3e-6     8e-7      5e-7     1e-7      2e-10    1e-11
//! rho        9e-4     2e-4      2e-4     4e-5      5e-8     5e-9
//! ```
//! Rho is worst where what is forgone (the yield of a put, the rate of a call) exceeds what is earned and that is near 0:
//! the boundary's slope in the rate is no polynomial there.
//!
//! Not for cash dividends: a call just before its ex-date is worth more than a yield can say.

mod boundary;
mod curve;
mod lanes;
mod lattice;
mod scheme;

pub use boundary::{Boundary, KERNEL_LEN};
pub use scheme::Precision;

use crate::error::settle;
use crate::implied::{Quoted, QuotedRef};
use crate::{Error, Greeks, GreeksMut, Inputs, InputsRef, Right, Status, european};
use curve::{Curve, Extra};
use scheme::Scheme;

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
    let mut found = Err(Error::Expired);
    answer::<false>(inputs.as_columns(), precision, &mut |_, answer| {
        found = answer.map(|answer| answer.greeks.price);
    });
    found
}

/// Prices many options: `out[i]` in dollars, or NaN with the reason in `status[i]`. Each slot is what [`price_with`]
/// returns for its row, to the last bit.
///
/// # Panics
/// If the lengths differ.
pub fn prices(inputs: InputsRef, precision: Precision, out: &mut [f64], status: &mut [Status]) {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    answer::<false>(inputs, precision, &mut |i, answer| {
        settle(
            answer.map(|answer| answer.greeks.price),
            &mut out[i],
            &mut status[i],
        );
    });
}

/// Price and sensitivities of one share's worth of option.
///
/// All are integrals along the boundary like the price, and the boundary's own slopes in rate and yield come from the
/// Jacobian that solved it; theta follows from the Black-Scholes equation, vega from the scaling of time. Where exercise is
/// due now, delta is plus or minus one and the rest is 0.
pub fn greeks(inputs: &Inputs, precision: Precision) -> Result<Greeks, Error> {
    let mut found = Err(Error::Expired);
    answer::<true>(inputs.as_columns(), precision, &mut |_, answer| {
        found = answer.map(|answer| answer.greeks);
    });
    found
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
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    answer::<true>(inputs, precision, &mut |i, answer| {
        let (greeks, outcome) = match answer {
            Ok(answer) => (answer.greeks, Status::Ok),
            Err(error) => (Greeks::NAN, error.into()),
        };
        out.set(i, greeks);
        status[i] = outcome;
    });
}

/// Where the holders of many options exercise now: `out[i]` is a spot in dollars, for a put at or below it and for a call
/// at or above; NaN with status `Ok` where early exercise never pays, or pays within a band of spots only.
///
/// # Panics
/// If the lengths differ.
pub fn boundaries(inputs: InputsRef, precision: Precision, out: &mut [f64], status: &mut [Status]) {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    answer::<false>(inputs, precision, &mut |i, answer| {
        settle(
            answer.map(|answer| answer.edge_usd),
            &mut out[i],
            &mut status[i],
        );
    });
}

/// What the doors hand out.
struct Answer {
    greeks: Greeks,
    /// NaN where there is no such spot.
    edge_usd: f64,
}

/// Answers every row once, in any order; with `SLOPES` all Greeks, else the price alone.
fn answer<const SLOPES: bool>(
    inputs: InputsRef,
    precision: Precision,
    out: &mut dyn FnMut(usize, Result<Answer, Error>),
) {
    /// Rows at a time: enough to fill the lanes, few enough to stay near.
    const ROWS: usize = 256;
    let mut waiting: [Vec<(usize, Inputs)>; 3] = std::array::from_fn(|_| Vec::new());
    for start in (0..inputs.len()).step_by(ROWS) {
        for i in start..inputs.len().min(start + ROWS) {
            let option = inputs.get(i);
            match kind(&option) {
                Err(error) => out(i, Err(error)),
                Ok(Kind::Beyond) if sharpness(&option) > SHARPNESS_MAX => {
                    out(i, singly::<SLOPES>(&option, precision));
                }
                Ok(Kind::Beyond) => {
                    waiting[grids_for(&option, precision) as usize].push((i, option));
                }
                Ok(_) => out(i, singly::<SLOPES>(&option, precision)),
            }
        }
        let grids = [Precision::Fast, Precision::Standard, Precision::Precise];
        for (grids, options) in grids.into_iter().zip(&mut waiting) {
            on_boundaries::<SLOPES>(options, precision, grids.schemes(), out);
            options.clear();
        }
    }
}

/// Answers options that are exercised beyond one spot, in lanes by the first of the `schemes`; those whose boundary does not
/// settle there go on to the next, and from the last to the lattice.
fn on_boundaries<const SLOPES: bool>(
    options: &[(usize, Inputs)],
    precision: Precision,
    schemes: &[Scheme],
    out: &mut dyn FnMut(usize, Result<Answer, Error>),
) {
    let Some((scheme, finer)) = schemes.split_first() else {
        for &(i, ref option) in options {
            out(i, singly::<SLOPES>(option, precision));
        }
        return;
    };
    let mut unsettled = Vec::new();
    let mut extras = vec![Extra::default(); options.len()];
    curve::extras::<SLOPES>(options, scheme, &mut extras);
    for (&(i, ref option), extra) in options.iter().zip(&extras) {
        if !extra.settled {
            unsettled.push((i, *option));
            continue;
        }
        let greeks = if !SLOPES {
            Greeks {
                price: with_exercise(option, extra, european::price(option)),
                ..Greeks::default()
            }
        } else if extra.exercised {
            Greeks {
                price: option.intrinsic(),
                delta: option.right.sign(),
                ..Greeks::default()
            }
        } else {
            let greeks = with_premium(option, extra);
            beside_the_boundary(option, extra, greeks.price, scheme).unwrap_or(greeks)
        };
        let edge_usd = extra.edge_usd;
        out(i, Ok(Answer { greeks, edge_usd }));
    }
    if !unsettled.is_empty() {
        on_boundaries::<SLOPES>(&unsettled, precision, finer, out);
    }
}

fn with_premium(option: &Inputs, extra: &Extra) -> Greeks {
    let european = european::greeks(option);
    let more = &extra.premium;
    Greeks {
        price: with_exercise(option, extra, european.price),
        delta: european.delta + more.delta,
        gamma: european.gamma + more.gamma,
        vega: european.vega + more.vega,
        theta: european.theta + more.theta,
        rho: european.rho + more.rho,
    }
}

/// Sensitivities so near the boundary that the premium's rule does not resolve them: between those on it, which are known,
/// and those where the rule does. On the boundary the slope is that of exercise and nothing depends on time, volatility or
/// rate, so the Black-Scholes equation leaves `gamma = 2 |rK - qB| / (vol B)^2`.
fn beside_the_boundary(
    option: &Inputs,
    extra: &Extra,
    price: f64,
    scheme: &Scheme,
) -> Option<Greeks> {
    let Inputs {
        right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        vol,
    } = *option;
    let (sign, edge) = (right.sign(), extra.edge_usd);
    let deviation = vol * years.sqrt();
    if ((spot / edge).ln() * -sign) >= scheme.near * deviation {
        return None;
    }
    let away = Inputs {
        spot: edge * (-sign * scheme.near * deviation).exp(),
        ..*option
    };
    let mut known = [Extra::default()];
    curve::extras::<true>(&[(0, away)], scheme, &mut known);
    if known[0].exercised || !known[0].settled {
        return None;
    }
    let there = with_premium(&away, &known[0]);
    let share = (spot - edge) / (away.spot - edge);
    let at_edge = 2.0 * sign * (dividend_yield * edge - rate * strike) / (vol * edge).powi(2);
    let gamma = at_edge + (there.gamma - at_edge) * share;
    let delta = sign + (spot - edge) * 0.5 * (at_edge + gamma);
    Some(Greeks {
        price,
        delta,
        gamma,
        vega: there.vega * share,
        theta: rate * price
            - (rate - dividend_yield) * spot * delta
            - 0.5 * (vol * spot).powi(2) * gamma,
        rho: there.rho * share,
    })
}

/// The price of an option on its boundary, never below exercise or European value.
fn with_exercise(inputs: &Inputs, extra: &Extra, european_usd: f64) -> f64 {
    if extra.exercised {
        inputs.intrinsic()
    } else {
        (european_usd + extra.premium.price)
            .max(inputs.intrinsic())
            .max(european_usd)
    }
}

/// An option that lanes do not answer.
fn singly<const SLOPES: bool>(inputs: &Inputs, precision: Precision) -> Result<Answer, Error> {
    let greeks = if SLOPES {
        greeks_by_differences(inputs, precision)?
    } else {
        Greeks {
            price: value_singly(inputs, precision)?.price,
            ..Greeks::default()
        }
    };
    let edge_usd = edge_singly(inputs);
    Ok(Answer { greeks, edge_usd })
}

/// The exercise boundary in dollars: at expiry the strike; without volatility where the interest on the strike equals the
/// dividends on the share, and never on the wrong side of the strike; NaN where there is no one boundary.
fn edge_singly(inputs: &Inputs) -> f64 {
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
        return strike;
    }
    if vol * years.sqrt() >= DEVIATION_MIN {
        let boundary = Boundary::new(right, rate, dividend_yield, vol, years).ok();
        return boundary
            .and_then(|boundary| boundary.spot_per_strike(years))
            .map_or(f64::NAN, |per_strike| per_strike * strike);
    }
    let level = rate / dividend_yield;
    match (Region::of(right, rate, dividend_yield), right) {
        (Region::Never | Region::Between, _) => f64::NAN,
        (Region::Beyond, Right::Put) if dividend_yield > 0.0 => strike * level.min(1.0),
        (Region::Beyond, Right::Put) => strike,
        (Region::Beyond, Right::Call) => strike * level.max(1.0),
    }
}

/// Sensitivities where no integral has them: delta and gamma from the method, theta from the Black-Scholes equation, vega
/// and rho as differences.
fn greeks_by_differences(inputs: &Inputs, precision: Precision) -> Result<Greeks, Error> {
    if Region::of(inputs.right, inputs.rate, inputs.dividend_yield) == Region::Never {
        inputs.check()?;
        return Ok(european::greeks(inputs));
    }
    let Value {
        price,
        delta,
        gamma,
    } = value_singly(inputs, precision)?;
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
        let high = value_singly(&high, precision)?.price;
        Ok((high - value_singly(&low, precision)?.price) / width)
    };
    let (wider, calmer) = (vol * 1.001, vol * 0.999);
    let vega = if vol > 0.0 {
        let with = |vol| Inputs { vol, ..*inputs };
        slope(with(calmer), with(wider), wider - calmer)?
    } else {
        european::greeks(inputs).vega
    };
    let (low, high) = rates_around(inputs);
    let with = |rate| Inputs { rate, ..*inputs };
    let rho = slope(with(low), with(high), high - low)?;
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

/// The volatility at which the American price is the quoted one, as a fraction per year.
///
/// Newton's method on the price and its own vega inside a bracket, on [`Precision::Fast`] first; the volatility gives the
/// price back to 1e-9 of the larger of spot and strike. At exercise value there is no single answer:
/// [`Error::AtIntrinsic`] then says up to which volatility the holder would exercise at once.
pub fn implied_vol(quoted: &Quoted, precision: Precision) -> Result<f64, Error> {
    if let Some(error) = invertible(quoted)? {
        return Err(match error {
            Error::AtIntrinsic { price_usd, .. } => Error::AtIntrinsic {
                price_usd,
                vol_max: vol_of_immediate_exercise(quoted, precision)?,
            },
            error => error,
        });
    }
    let mut found = Err(Error::Expired);
    invert(&[(0, *quoted)], precision, |_, vol| found = vol);
    found
}

/// Inverts many American prices: `out[i]` is a fraction per year, or NaN with the reason in `status[i]`. Each slot is what
/// [`implied_vol`] returns for its row, to the last bit.
///
/// # Panics
/// If the lengths differ.
pub fn implied_vols(
    quoted: QuotedRef,
    precision: Precision,
    out: &mut [f64],
    status: &mut [Status],
) {
    /// Quotes at a time.
    const ROWS: usize = 1024;
    assert!(
        quoted.len() == out.len() && quoted.len() == status.len(),
        "columns differ in length"
    );
    let mut open = Vec::with_capacity(ROWS);
    for start in (0..quoted.len()).step_by(ROWS) {
        open.clear();
        for i in start..quoted.len().min(start + ROWS) {
            let quote = quoted.get(i);
            match invertible(&quote) {
                Ok(None) => open.push((i, quote)),
                Ok(Some(error)) | Err(error) => settle(Err(error), &mut out[i], &mut status[i]),
            }
        }
        invert(&open, precision, |i, vol| {
            settle(vol, &mut out[i], &mut status[i])
        });
    }
}

/// `Err` for bad input; `Some` says why a good quote has no volatility, with `vol_max` left at 0 for who wants it.
fn invertible(quoted: &Quoted) -> Result<Option<Error>, Error> {
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
    Ok(if price_usd < floor_usd - noise {
        Some(Error::BelowIntrinsic {
            price_usd,
            floor_usd,
            short_usd: floor_usd - price_usd,
        })
    } else if price_usd >= cap_usd {
        Some(Error::AboveMaximum { price_usd, cap_usd })
    } else if price_usd > floor_usd + noise {
        None
    } else if price_usd > noise && right.intrinsic(spot, strike) >= price_usd - noise {
        Some(Error::AtIntrinsic {
            price_usd,
            vol_max: 0.0,
        })
    } else {
        Some(Error::NoVega { price_usd })
    })
}

/// The most an American option can be worth: the share for a call, the strike for a put, taken or paid at the best time.
fn american_cap(inputs: &Inputs) -> f64 {
    match inputs.right {
        Right::Call => inputs.spot.max(inputs.discounted_spot()),
        Right::Put => inputs.strike.max(inputs.discounted_strike()),
    }
}

/// One quote on its way to its volatility.
struct Search {
    row: usize,
    quoted: Quoted,
    vol: f64,
    /// The price is too low at `low` and not at `high`.
    low: f64,
    high: f64,
    precision: Precision,
    iterations: u32,
}

/// What the next price decides.
enum Verdict {
    Found(f64),
    GoOn,
}

/// Finds the volatility of every quote, all of which must be invertible; the order of the answers is not that of the quotes.
fn invert(
    quotes: &[(usize, Quoted)],
    precision: Precision,
    mut out: impl FnMut(usize, Result<f64, Error>),
) {
    const ITERATIONS_MAX: u32 = 200;
    let start = |(&(row, quoted), vol): (&(usize, Quoted), f64)| Search {
        row,
        quoted,
        // An American price needs no more volatility than a European one does.
        vol: if vol.is_nan() {
            0.3
        } else {
            vol.clamp(0.001, 5.0)
        },
        low: 0.0,
        high: f64::INFINITY,
        precision: Precision::Fast,
        iterations: 0,
    };
    let european = as_european_vols(quotes);
    let mut searches: Vec<Search> = quotes.iter().zip(european).map(start).collect();
    let mut greeks: Vec<Result<Greeks, Error>> = Vec::new();
    while !searches.is_empty() {
        // Those that still look roughly go first, the rest after, each lot in lanes.
        searches.sort_by_key(|search| search.precision != Precision::Fast);
        let rough = searches.partition_point(|search| search.precision == Precision::Fast);
        greeks.clear();
        greeks.resize(searches.len(), Err(Error::Expired));
        for (range, precision) in [
            (0..rough, Precision::Fast),
            (rough..searches.len(), precision),
        ] {
            let part = &searches[range.clone()];
            let column = |f: fn(&Search) -> f64| -> Vec<f64> { part.iter().map(f).collect() };
            let right: Vec<Right> = part.iter().map(|search| search.quoted.right).collect();
            let inputs = InputsRef {
                right: &right,
                spot: &column(|search| search.quoted.spot),
                strike: &column(|search| search.quoted.strike),
                years: &column(|search| search.quoted.years),
                rate: &column(|search| search.quoted.rate),
                dividend_yield: &column(|search| search.quoted.dividend_yield),
                vol: &column(|search| search.vol),
            };
            let greeks = &mut greeks[range];
            answer::<true>(inputs, precision, &mut |i, found| {
                greeks[i] = found.map(|found| found.greeks);
            });
        }
        let mut answers = greeks.iter();
        searches.retain_mut(|search| {
            let verdict = match answers.next() {
                Some(Ok(greeks)) => search.judge(greeks, precision),
                Some(Err(error)) => {
                    out(search.row, Err(*error));
                    return false;
                }
                None => return true,
            };
            search.iterations += 1;
            match verdict {
                Verdict::Found(vol) => out(search.row, Ok(vol)),
                Verdict::GoOn if search.iterations == ITERATIONS_MAX => out(
                    search.row,
                    Err(Error::NotConverged {
                        iterations: ITERATIONS_MAX,
                    }),
                ),
                Verdict::GoOn => return true,
            }
            false
        });
    }
}

/// The volatilities that European options at these prices would imply; NaN where there is none.
fn as_european_vols(quotes: &[(usize, Quoted)]) -> Vec<f64> {
    let column = |f: fn(&Quoted) -> f64| -> Vec<f64> { quotes.iter().map(|(_, q)| f(q)).collect() };
    let right: Vec<Right> = quotes.iter().map(|(_, quoted)| quoted.right).collect();
    let quoted = QuotedRef {
        right: &right,
        price_usd: &column(|quoted| quoted.price_usd),
        spot: &column(|quoted| quoted.spot),
        strike: &column(|quoted| quoted.strike),
        years: &column(|quoted| quoted.years),
        rate: &column(|quoted| quoted.rate),
        dividend_yield: &column(|quoted| quoted.dividend_yield),
    };
    let mut vols = vec![f64::NAN; quotes.len()];
    let mut status = vec![Status::Ok; quotes.len()];
    crate::implied_vols(quoted, &mut vols, &mut status);
    vols
}

impl Search {
    /// Newton's step where it stays inside the bracket, else half of the bracket, or twice the volatility.
    fn judge(&mut self, greeks: &Greeks, precision: Precision) -> Verdict {
        /// A step so small, as a part of the volatility, leaves an error of its square; near exercise value, where vega
        /// breaks off, it has to be smaller.
        const LAST_STEP: f64 = 1e-4;
        const LAST_STEP_NEAR_EXERCISE: f64 = 1e-6;
        const ROUGH_STEP: f64 = 5e-3;
        let scale = self.quoted.spot.max(self.quoted.strike);
        let gap = greeks.price - self.quoted.price_usd;
        if gap < 0.0 {
            self.low = self.vol;
        } else {
            self.high = self.vol;
        }
        let step = -gap / greeks.vega;
        let next = self.vol + step;
        let inside = next > self.low && next < self.high && next < 3.0 * self.vol;
        let fine = self.precision == precision;
        let closed = self.high.is_finite() && self.high - self.low <= 1e-13 * self.high;
        if fine && (gap.abs() <= 1e-13 * scale || closed) {
            return Verdict::Found(self.vol);
        }
        let Quoted {
            right,
            price_usd,
            spot,
            strike,
            ..
        } = self.quoted;
        let last = if price_usd - right.intrinsic(spot, strike) > 1e-3 * scale {
            LAST_STEP
        } else {
            LAST_STEP_NEAR_EXERCISE
        };
        if fine && inside && step.abs() <= last * self.vol {
            return Verdict::Found(next);
        }
        let near = inside && step.abs() <= ROUGH_STEP * self.vol;
        let before = self.vol;
        self.vol = if inside && self.iterations % 8 < 7 {
            next
        } else if self.high.is_infinite() {
            2.0 * self.vol
        } else {
            0.5 * (self.low + self.high)
        };
        if !fine && (near || closed || (self.vol - before).abs() <= ROUGH_STEP * before) {
            (self.low, self.high) = (0.0, f64::INFINITY);
            self.precision = precision;
        }
        Verdict::GoOn
    }
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

/// How an option has to be priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Without a share price, or with no movement left.
    Still,
    /// Waiting is always worth more: a European option.
    Never,
    /// Exercise pays on the far side of one spot: the boundary's integral equation.
    Beyond,
    /// Exercise pays between two spots.
    Between,
}

fn kind(inputs: &Inputs) -> Result<Kind, Error> {
    inputs.check()?;
    if inputs.spot == 0.0 || inputs.vol * inputs.years.sqrt() < DEVIATION_MIN {
        return Ok(Kind::Still);
    }
    Ok(
        match Region::of(inputs.right, inputs.rate, inputs.dividend_yield) {
            Region::Never => Kind::Never,
            Region::Between => Kind::Between,
            Region::Beyond => Kind::Beyond,
        },
    )
}

/// Whether the boundary comes to rest long before expiry: then a coarse grid over all of its time misses the part that
/// moves, and [`Precision::Fast`] would break its promise.
fn is_stiff(inputs: &Inputs) -> bool {
    let (rate, dividend_yield) = as_put(inputs.right, inputs.rate, inputs.dividend_yield);
    let variance = inputs.vol * inputs.vol;
    let lean = rate - dividend_yield - 0.5 * variance;
    (rate + lean * lean / (2.0 * variance)) * inputs.years > 4.0
}

/// How suddenly a share that follows its forward reaches the boundary, as parts of the option's life: the premium's integrand
/// is a step as narrow as the inverse. Not above 0 where the forward leads away from the boundary.
fn sharpness(inputs: &Inputs) -> f64 {
    let (rate, dividend_yield) = as_put(inputs.right, inputs.rate, inputs.dividend_yield);
    (dividend_yield - rate) * inputs.years.sqrt() / inputs.vol
}

/// Beyond the first the premium needs the finest rule, beyond the second the lattice is better than any: at 20 `Standard` was
/// off by 2e-4 of the strike, at 50 `Precise` by 6e-5. Listed options stay below 2.
const SHARPNESS_OF_STANDARD: f64 = 10.0;
const SHARPNESS_MAX: f64 = 30.0;

/// The precision whose grids keep the promise of the one asked for.
fn grids_for(inputs: &Inputs, asked: Precision) -> Precision {
    if sharpness(inputs) > SHARPNESS_OF_STANDARD {
        Precision::Precise
    } else if asked == Precision::Fast && is_stiff(inputs) {
        Precision::Standard
    } else {
        asked
    }
}

/// The methods for one option at a time; where the boundary has not settled, the lattice.
fn value_singly(inputs: &Inputs, precision: Precision) -> Result<Value, Error> {
    match kind(inputs)? {
        Kind::Still => Ok(without_movement(inputs)),
        Kind::Never => Ok(as_european(inputs)),
        Kind::Between | Kind::Beyond => lattice::value(inputs, precision.lattice_steps()),
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

/// The boundary of the put that this right amounts to, on the grids of `precision` or, where it does not settle there, on
/// the next finer ones that it does.
fn put_curve(
    right: Right,
    rate: f64,
    dividend_yield: f64,
    vol: f64,
    years: f64,
    precision: Precision,
) -> Option<Curve> {
    let (rate, dividend_yield) = as_put(right, rate, dividend_yield);
    let mut solved = precision
        .schemes()
        .iter()
        .map(|scheme| Curve::solve(rate, dividend_yield, vol, years, scheme));
    solved.find_map(|curve| curve)
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
