//! The volatility that a European price implies.
//!
//! ```text
//! x = -|ln(F/K)|      beta = time value / sqrt(S e^(-qT) K e^(-rT))      s = vol sqrt T
//! b(s) = e^(x/2) N(x/s + s/2) - e^(-x/2) N(x/s - s/2) = beta
//! ```
//! The price is first turned into that of the out-of-the-money side by put-call parity, so that no digit is spent on
//! intrinsic value. `b` rises from 0 to `e^(x/2)`; it is convex below its inflection `s = sqrt(2|x|)` and concave above.
//!
//! In units of the lesser asset, `g = b e^(x/2)`, Householder's third-order steps run on `ln g`, or on `ln(1 - g)` where
//! `g > 1/2`, from a guess that matches both limits and `g` at `min(|x|, sqrt(2|x|))`: three in plain `f64`; in columns two in
//! `f32` and the last in `f64`. Where those do not settle, or `g` is below 1e-303 or within 1e-14 of 1, Newton's method runs on
//! `1 / ln b` below the inflection and on `ln(e^(x/2) - b)` above, which are nearly straight there; a bracket holds the root at
//! all times and halves whenever a step would leave it.
//! Source: normalised price, inflection, objectives and steps: P. Jaeckel, "Let's Be Rational", Wilmott (2015); A. Householder
//! (1970) for the steps. The guess is ours.
//! Accuracy: out of the money `|vol / exact - 1|` is at most 4 roundings of 2^-52 times `1 + price / (vol vega)`, from 1e-300 of
//! an asset to 1e-13 below it; columns and single quotes alike. In the money the rounding of the price itself adds to it, and
//! the volatility reproduces the price to 1e-12 of the larger of spot and strike, discounted.
//! Not for American quotes: see `american::implied_vol`.

mod lanes;

use crate::error::at_least;
use crate::european::ln_ratio;
use crate::normal::{cdf, inverse_cdf, mills, pdf};
use crate::simd::level;
use crate::{Error, Inputs, Right, Status};
use fearless_simd::dispatch;
use lanes::implied_vols_in;

const ITERATIONS_MAX: u32 = 200;

/// Forward and strike further apart than `e^600` times: beyond any market and any exponent of a float.
const LOG_FORWARD_MAX: f64 = 600.0;

/// A European price and everything it depends on but the volatility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quoted {
    /// Call or put.
    pub right: Right,
    /// Price of one share's worth of option, in dollars.
    pub price_usd: f64,
    /// Price of one share now, in dollars.
    pub spot: f64,
    /// Exercise price, in dollars.
    pub strike: f64,
    /// Time to expiry in years of 365 days.
    pub years: f64,
    /// Risk-free rate, fraction per year.
    pub rate: f64,
    /// Dividend yield, fraction per year.
    pub dividend_yield: f64,
}

impl Quoted {
    /// The same option with a volatility in place of its price.
    pub fn with_vol(&self, vol: f64) -> Inputs {
        let Quoted {
            right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            ..
        } = *self;
        Inputs {
            right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        }
    }

    /// Objects to inputs that cannot be priced, and to an expired option.
    pub(crate) fn check(&self) -> Result<(), Error> {
        at_least(f64::NEG_INFINITY, "price", self.price_usd)?;
        self.with_vol(0.0).check()?;
        at_least(f64::MIN_POSITIVE, "spot", self.spot)?;
        if self.years == 0.0 {
            Err(Error::Expired)
        } else {
            Ok(())
        }
    }
}

/// Many quoted prices, one column per input; all columns have the same length. Units as in [`Quoted`].
#[derive(Clone, Copy, Debug)]
pub struct QuotedRef<'a> {
    /// Calls and puts.
    pub right: &'a [Right],
    /// Dollars.
    pub price_usd: &'a [f64],
    /// Dollars per share.
    pub spot: &'a [f64],
    /// Dollars per share.
    pub strike: &'a [f64],
    /// Years of 365 days.
    pub years: &'a [f64],
    /// Fractions per year.
    pub rate: &'a [f64],
    /// Fractions per year.
    pub dividend_yield: &'a [f64],
}

impl QuotedRef<'_> {
    /// How many quotes there are.
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn len(&self) -> usize {
        let len = self.right.len();
        let columns = [
            self.price_usd,
            self.spot,
            self.strike,
            self.years,
            self.rate,
            self.dividend_yield,
        ];
        assert!(
            columns.iter().all(|column| column.len() == len),
            "columns of quotes differ in length"
        );
        len
    }

    /// Whether there is nothing to invert.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Row `i` as one quote.
    pub fn get(&self, i: usize) -> Quoted {
        Quoted {
            right: self.right[i],
            price_usd: self.price_usd[i],
            spot: self.spot[i],
            strike: self.strike[i],
            years: self.years[i],
            rate: self.rate[i],
            dividend_yield: self.dividend_yield[i],
        }
    }
}

/// The volatility at which Black-Scholes gives the quoted price, as a fraction per year.
///
/// ```
/// use pricing::{Right, european, implied::{Quoted, implied_vol}};
/// let quoted = Quoted { right: Right::Put, price_usd: 2.5, spot: 100.0, strike: 95.0, years: 0.125, rate: 0.045, dividend_yield: 0.013 };
/// let vol = implied_vol(&quoted).unwrap();
/// assert!((european::price(&quoted.with_vol(vol)) - 2.5).abs() < 1e-10);
/// ```
pub fn implied_vol(quoted: &Quoted) -> Result<f64, Error> {
    quoted.check()?;
    let without_vol = quoted.with_vol(0.0);
    let (share, cash) = (
        without_vol.discounted_spot(),
        without_vol.discounted_strike(),
    );
    let (floor_usd, price_usd) = (without_vol.european_floor(), quoted.price_usd);
    let time_value = price_usd - floor_usd;
    // In the money the subtraction leaves this much noise; out of the money it is exact.
    let noise = if floor_usd > 0.0 {
        8.0 * f64::EPSILON * share.max(cash)
    } else {
        0.0
    };
    let cap_usd = if quoted.right == Right::Call {
        share
    } else {
        cash
    };
    if time_value < -noise {
        return Err(Error::BelowIntrinsic {
            price_usd,
            floor_usd,
            short_usd: -time_value,
        });
    }
    if price_usd >= cap_usd {
        return Err(Error::AboveMaximum { price_usd, cap_usd });
    }
    if time_value <= noise {
        return Err(Error::NoVega { price_usd });
    }
    let log_forward =
        ln_ratio(quoted.spot, quoted.strike) + (quoted.rate - quoted.dividend_yield) * quoted.years;
    if log_forward.abs() > LOG_FORWARD_MAX {
        return Err(Error::NoVega { price_usd });
    }
    let lesser = if log_forward <= 0.0 { share } else { cash };
    if let Some(s) = outer_deviation(
        log_forward.abs(),
        time_value / lesser,
        (lesser - time_value) / lesser,
    ) {
        return Ok(s / quoted.years.sqrt());
    }
    // Bisection knows no corner it could not turn.
    let unit = share.sqrt() * cash.sqrt();
    let curve = Curve {
        x: -log_forward.abs(),
    };
    let deviation = curve.solve(time_value / unit, 1e-13 * share.max(cash) / unit)?;
    Ok(deviation / quoted.years.sqrt())
}

/// Inverts many prices: `out[i]` is a fraction per year, or NaN with the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn implied_vols(quoted: QuotedRef, out: &mut [f64], status: &mut [Status]) {
    assert!(
        quoted.len() == out.len() && quoted.len() == status.len(),
        "columns differ in length"
    );
    dispatch!(level(), simd => implied_vols_in(simd, &quoted, out, status));
}

/// The volatilities that a market implies: behind its bid and behind its ask.
#[derive(Clone, Debug, PartialEq)]
pub struct VolInterval {
    /// Behind the bid, fraction per year; or why there is none, as below intrinsic value.
    pub lower: Result<f64, Error>,
    /// Behind the ask, fraction per year; or why there is none.
    pub upper: Result<f64, Error>,
}

/// The volatilities behind a bid and an ask in dollars; the price in `quoted` plays no part.
///
/// A bid below intrinsic value is common and no error of the data: then `lower` says so and `upper` still bounds the volatility.
///
/// ```
/// use pricing::{Quoted, Right, implied::implied_vol_interval};
/// let quoted = Quoted { right: Right::Put, price_usd: 2.5, spot: 100.0, strike: 95.0, years: 0.125, rate: 0.045, dividend_yield: 0.013 };
/// let vols = implied_vol_interval(&quoted, 2.4, 2.6);
/// assert!(vols.lower.unwrap() < vols.upper.unwrap());
/// ```
pub fn implied_vol_interval(quoted: &Quoted, bid_usd: f64, ask_usd: f64) -> VolInterval {
    let behind = |price_usd| {
        implied_vol(&Quoted {
            price_usd,
            ..*quoted
        })
    };
    VolInterval {
        lower: behind(bid_usd),
        upper: behind(ask_usd),
    }
}

/// One side of a market in columns: its prices in, volatilities and what became of each out.
#[derive(Debug)]
pub struct SideMut<'a> {
    /// Dollars.
    pub price_usd: &'a [f64],
    /// Fractions per year, or NaN.
    pub vol: &'a mut [f64],
    /// Why there is NaN.
    pub status: &'a mut [Status],
}

/// As [`implied_vol_interval`] for many markets; the prices in `quoted` play no part.
///
/// # Panics
/// If the lengths differ.
pub fn implied_vol_intervals(quoted: QuotedRef, bid: SideMut, ask: SideMut) {
    for SideMut {
        price_usd,
        vol,
        status,
    } in [bid, ask]
    {
        implied_vols(
            QuotedRef {
                price_usd,
                ..quoted
            },
            vol,
            status,
        );
    }
}

/// Half of `vol sqrt T`, and distance, below which the difference of two tails is a series.
const NARROW_HALF: f64 = 0.4;
const SMALL_DISTANCE: f64 = 1.0;
/// Of the series, even and odd.
const TERMS: usize = 20;
/// How many steps; the first guess is within a quarter, and each step leaves about the fourth power of the error.
const STEPS: usize = 3;
/// A last step no longer than this times the root leaves nothing to correct.
const CLOSE: f64 = 1e-5;

/// The `s` at which the outer option costs `beta` of its lesser asset; `left` is `1 - beta`, with its own digits.
fn outer_deviation(distance: f64, beta: f64, left: f64) -> Option<f64> {
    if !(beta >= 1e-303 && left >= 1e-14 && distance <= 300.0) {
        return None;
    }
    let distance = distance.max(1e-100);
    let anchor = distance.min((2.0 * distance).sqrt());
    let at_anchor = OuterValue::new(distance, anchor);
    let mut s = if beta < at_anchor.price {
        let depth = distance / anchor;
        distance / (depth * depth - 2.0 * (beta / at_anchor.price).ln()).sqrt()
    } else {
        let tail = (left / at_anchor.left).min(1.0);
        let tangent = (beta - at_anchor.price) / at_anchor.left * 1.253_314_137_315_500_3;
        anchor + 2.0 * tangent.max(-inverse_cdf(0.5 * tail))
    };
    for _ in 0..STEPS + 1 {
        let step = OuterValue::new(distance, s).step(distance, beta, left, s);
        let close = step.abs() <= CLOSE * s;
        s = (s + step).clamp(s / 3.0, s * 3.0);
        if close {
            return Some(s);
        }
    }
    None
}

/// The price of the outer option in units of its lesser asset, what is left to 1, and the slope.
struct OuterValue {
    price: f64,
    left: f64,
    peak: f64,
    near: f64,
    far: f64,
}

impl OuterValue {
    fn new(distance: f64, s: f64) -> OuterValue {
        let (centre, half) = (distance / s, 0.5 * s);
        let (near, far) = (centre - half, centre + half);
        let peak = pdf(near);
        let (price, left) = if half < NARROW_HALF && distance < SMALL_DISTANCE {
            let price = peak * spread(centre, half);
            (price, 1.0 - price)
        } else if near < 0.0 {
            let left = peak * (mills(-near) + mills(far));
            (1.0 - left, left)
        } else {
            let price = peak * (mills(near) - mills(far));
            (price, 1.0 - price)
        };
        OuterValue {
            price,
            left,
            peak,
            near,
            far,
        }
    }

    /// Householder's third-order step on `ln g`, or on `ln(1 - g)` where `g` is above a half.
    fn step(&self, distance: f64, beta: f64, left: f64, s: f64) -> f64 {
        let (found, wanted, slope) = if beta > 0.5 {
            (self.left, left, -self.peak)
        } else {
            (self.price, beta, self.peak)
        };
        let newton = ln_ratio(wanted, found) * (found / slope);
        let v = slope / found;
        let w = self.near * self.far / s;
        let z = distance / (s * s);
        let second = w - v;
        let third = w * w - 3.0 * z * z - 0.25 + v * (2.0 * v - 3.0 * w);
        newton * (1.0 + 0.5 * second * newton) / (1.0 + newton * (second + third * newton / 6.0))
    }
}

/// `Y(centre - half) - Y(centre + half)`: twice the odd part of the Taylor series, its coefficients by recursion.
fn spread(centre: f64, half: f64) -> f64 {
    let mut c = [0.0; TERMS];
    c[0] = mills(centre);
    c[1] = centre * c[0] - 1.0;
    for k in 2..TERMS {
        c[k] = (c[k - 2] + centre * c[k - 1]) / k as f64;
    }
    let odd = c.iter().skip(1).step_by(2).rev();
    -2.0 * half * odd.fold(0.0, |sum, c| sum * half * half + c)
}

/// The normalised out-of-the-money price as a function of `s = vol sqrt T`.
struct Curve {
    /// Minus the absolute log of forward over strike.
    x: f64,
}

impl Curve {
    /// The root of `b(s) = beta`; where `b` has lost its digits to underflow, any `s` within `tolerance` of `beta`.
    fn solve(&self, beta: f64, tolerance: f64) -> Result<f64, Error> {
        let inflection = (-2.0 * self.x).sqrt();
        let middle = self.value(inflection);
        // At the upper end d1 is 10, and what is missing to the limit is below the last place.
        let (mut low, mut high) = (0.0, 10.0 + (100.0 - 2.0 * self.x).sqrt());
        let below = beta < middle;
        if below {
            high = inflection
        } else {
            low = inflection
        }
        let mut step_before = f64::INFINITY;
        let mut s = self.first_guess(beta, middle, inflection).clamp(low, high);
        for _ in 0..ITERATIONS_MAX {
            let value = self.value(s);
            if value < beta {
                low = s
            } else {
                high = s
            }
            let step = if below {
                self.lower_step(s, value, beta)
            } else {
                self.upper_step(s, value, beta)
            };
            // Newton's steps shrink until they are rounding; such a one may fall on the bracket itself and must not be
            // taken for a failure.
            let rounding = step.abs() <= 4.0 * f64::EPSILON * s
                || (step.abs() <= 1e-8 * s && step.abs() >= step_before);
            if rounding {
                break;
            }
            step_before = step.abs();
            s = if s + step > low && s + step < high {
                s + step
            } else {
                0.5 * (low + high)
            };
        }
        // Where digits of b are lost the steps never settle and the bracket closes instead; the price decides.
        let found = (self.value(s) - beta).abs() <= tolerance;
        if found {
            Ok(s)
        } else {
            Err(Error::NotConverged {
                iterations: ITERATIONS_MAX,
            })
        }
    }

    /// `b(s)`; rounding may not push it below nothing.
    fn value(&self, s: f64) -> f64 {
        let (centre, half) = (self.centre(s), 0.5 * s);
        let growth = (0.5 * self.x).exp();
        (growth * cdf(centre + half) - cdf(centre - half) / growth).max(0.0)
    }

    /// `b'(s)`: the density that both terms share.
    fn slope(&self, s: f64) -> f64 {
        (0.5 * self.x).exp() * pdf(self.centre(s) + 0.5 * s)
    }

    fn centre(&self, s: f64) -> f64 {
        if self.x == 0.0 { 0.0 } else { self.x / s }
    }

    /// Below the inflection `ln b` falls like `-x^2 / 2 s^2`; above, `limit - b` falls like a normal tail.
    fn first_guess(&self, beta: f64, middle: f64, inflection: f64) -> f64 {
        if beta < middle {
            let inverse_square =
                1.0 / (inflection * inflection) - 2.0 * (beta / middle).ln() / (self.x * self.x);
            return inverse_square.sqrt().recip();
        }
        let limit = (0.5 * self.x).exp();
        let left = ((limit - beta) / (limit - middle)).clamp(1e-17, 1.0);
        inflection - 2.0 * inverse_cdf(0.5 * left)
    }

    /// Newton on `1 / ln b`.
    fn lower_step(&self, s: f64, value: f64, beta: f64) -> f64 {
        let (log_value, log_beta) = (value.ln(), beta.ln());
        log_value * (log_beta - log_value) / log_beta * value / self.slope(s)
    }

    /// Newton on `ln(limit - b)`.
    fn upper_step(&self, s: f64, value: f64, beta: f64) -> f64 {
        let limit = (0.5 * self.x).exp();
        let left = limit - value;
        -((limit - beta) / left).ln() * left / self.slope(s)
    }
}

#[cfg(test)]
#[allow(clippy::excessive_precision)] // Reference values stay as their source prints them.
mod tests {
    use super::*;
    use crate::Right::{Call, Put};
    use crate::european::price;
    use proptest::prelude::*;

    /// An at-the-forward year without rates: the price is all there is to choose.
    fn quoted(right: Right, price_usd: f64) -> Quoted {
        Quoted {
            right,
            price_usd,
            spot: 100.0,
            strike: 100.0,
            years: 1.0,
            rate: 0.0,
            dividend_yield: 0.0,
        }
    }

    fn check(quoted: Quoted, expected: Result<f64, Error>) {
        match (implied_vol(&quoted), expected) {
            (Ok(vol), Ok(expected)) => {
                assert!(
                    (vol - expected).abs() < 1e-12 * expected,
                    "{vol}, expected {expected} at {quoted:?}"
                );
            }
            (found, expected) => assert_eq!(found, expected),
        }
    }

    /// Prices made with mpmath at 60 digits (the European table of `european`).
    #[test]
    fn finds_the_vol_behind_exact_prices() {
        let base = quoted(Call, 10.450583572185567);
        check(Quoted { rate: 0.05, ..base }, Ok(0.2));
        let put = Quoted {
            price_usd: 2.5777108679457083,
            strike: 95.0,
            years: 0.125,
            rate: 0.045,
            ..quoted(Put, 0.0)
        };
        check(
            Quoted {
                dividend_yield: 0.013,
                ..put
            },
            Ok(0.35),
        );
        let far = Quoted {
            spot: 450.0,
            strike: 600.0,
            years: 0.0625,
            rate: 0.05,
            ..quoted(Call, 3.3938647472645586e-14)
        };
        check(
            Quoted {
                dividend_yield: 0.013,
                ..far
            },
            Ok(0.15),
        );
    }

    #[test]
    fn says_why_there_is_none() {
        let in_the_money = Quoted {
            spot: 105.0,
            ..quoted(Call, 4.0)
        };
        check(
            in_the_money,
            Err(Error::BelowIntrinsic {
                price_usd: 4.0,
                floor_usd: 5.0,
                short_usd: 1.0,
            }),
        );
        check(
            Quoted {
                price_usd: 5.0,
                ..in_the_money
            },
            Err(Error::NoVega { price_usd: 5.0 }),
        );
        check(
            quoted(Put, 100.0),
            Err(Error::AboveMaximum {
                price_usd: 100.0,
                cap_usd: 100.0,
            }),
        );
        check(
            Quoted {
                years: 0.0,
                ..quoted(Put, 1.0)
            },
            Err(Error::Expired),
        );
        check(quoted(Put, 0.0), Err(Error::NoVega { price_usd: 0.0 }));
        check(
            Quoted {
                spot: -1.0,
                ..quoted(Put, 1.0)
            },
            Err(Error::BadInput {
                what: "spot",
                value: -1.0,
            }),
        );
        assert!(matches!(
            implied_vol(&quoted(Put, f64::NAN)),
            Err(Error::BadInput { what: "price", .. })
        ));
    }

    /// Levels of this machine that fuse multiply and add give the same bits, the others what the price tells.
    #[test]
    fn levels_agree() {
        let rows = 333;
        let weyl = |i: usize, root: f64| ((i + 1) as f64 * root).fract();
        let deviation = |i: usize| 5e-3 * 500_f64.powf(weyl(i, 0.618_033_988));
        let right: Vec<Right> = (0..rows)
            .map(|i| if i % 3 == 0 { Call } else { Put })
            .collect();
        let column = |f: &dyn Fn(usize) -> f64| (0..rows).map(f).collect::<Vec<f64>>();
        let years = column(&|i| 1e-3 * 1e4_f64.powf(weyl(i, 0.414_213_562)));
        let spot = column(&|i| 20.0 * 30.0_f64.powf(weyl(i, 0.732_050_807)));
        let strike = column(&|i| {
            let out = 5.0 * weyl(i, 0.236_067_977) * deviation(i);
            spot[i]
                * if right[i] == Call {
                    out.exp()
                } else {
                    (-out).exp()
                }
        });
        let none = vec![0.0; rows];
        let exact: Vec<f64> = (0..rows).map(|i| deviation(i) / years[i].sqrt()).collect();
        let mut price_usd = column(&|i| {
            price(&Inputs {
                right: right[i],
                spot: spot[i],
                strike: strike[i],
                years: years[i],
                rate: 0.0,
                dividend_yield: 0.0,
                vol: exact[i],
            })
        });
        price_usd[111] = f64::NAN;
        let quoted = QuotedRef {
            right: &right,
            price_usd: &price_usd,
            spot: &spot,
            strike: &strike,
            years: &years,
            rate: &none,
            dividend_yield: &none,
        };
        let at = |level: fearless_simd::Level| {
            let (mut out, mut status) = (vec![0.0; rows], vec![Status::Ok; rows]);
            dispatch!(level, simd => implied_vols_in(simd, &quoted, &mut out, &mut status));
            assert_eq!(status[111], Status::BadInput);
            out
        };
        let widest = at(level());
        for (name, fuses, level) in crate::simd::levels() {
            for (i, (found, widest)) in at(level).iter().zip(&widest).enumerate() {
                let same = found.to_bits() == widest.to_bits();
                let near = (found / widest - 1.0).abs() <= 1e-13;
                assert!(
                    same || (!fuses && near),
                    "{name}, row {i}: {found:e}, {widest:e}"
                );
            }
        }
        for (i, (found, exact)) in widest.iter().zip(&exact).enumerate() {
            assert!(
                i == 111 || (found / exact - 1.0).abs() <= 1e-12,
                "{found}, {exact}"
            );
        }
    }

    prop_compose! {
        fn domain()(
            right in prop_oneof![Just(Call), Just(Put)],
            log_spot in prop_oneof![-0.3..0.3, -8.0..8.0], log_years in -9.0..4.0, log_vol in -5.0..2.0,
            rate in -0.05..0.2, dividend_yield in -0.05..0.2,
        ) -> Inputs {
            let (years, vol) = (f64::exp(log_years), f64::exp(log_vol));
            Inputs { right, spot: 100.0 * f64::exp(log_spot), strike: 100.0, years, rate, dividend_yield, vol }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        /// Whatever price the formula can make, its volatility is found, or the time value is truly lost.
        #[test]
        fn round_trip(x in domain()) {
            let Inputs { right, spot, strike, years, rate, dividend_yield, .. } = x;
            let price_usd = price(&x);
            let q = Quoted { right, price_usd, spot, strike, years, rate, dividend_yield };
            let scale = x.discounted_spot().max(x.discounted_strike());
            match implied_vol(&q) {
                Ok(vol) => {
                    let gap = price(&q.with_vol(vol)) - price_usd;
                    prop_assert!(gap.abs() < 1e-12 * scale, "gap {gap:e}, vol {vol}");
                    // Where the price pins the volatility down, it is the same one.
                    let vega = crate::european::greeks(&x).vega;
                    prop_assert!((vol - x.vol).abs() * vega < 1e-11 * scale);
                }
                Err(Error::NoVega { .. }) => prop_assert!(price_usd - x.european_floor() < 1e-14 * scale),
                Err(Error::AboveMaximum { cap_usd, .. }) => prop_assert!(price_usd >= cap_usd),
                Err(error) => prop_assert!(false, "{error}"),
            }
        }

        /// Any numbers at all get an answer or a reason.
        #[test]
        fn never_panics(price_usd: f64, spot: f64, strike: f64, years: f64, rate: f64, dividend_yield: f64) {
            let q = Quoted { right: Call, price_usd, spot, strike, years, rate, dividend_yield };
            if let Ok(vol) = implied_vol(&q) {
                prop_assert!(vol >= 0.0 && vol.is_finite());
            }
        }
    }
}
