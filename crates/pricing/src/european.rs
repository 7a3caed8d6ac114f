//! European options under Black-Scholes with a continuous dividend yield.
//!
//! ```text
//! d1   = (ln(S/K) + (r - q + vol^2/2) T) / (vol sqrt T)      d2 = d1 - vol sqrt T
//! call = S e^(-qT) N(d1) - K e^(-rT) N(d2)                   put = K e^(-rT) N(-d2) - S e^(-qT) N(-d1)
//! ```
//! Computed for the one of call and put that is out of the money; the other follows by put-call parity. With
//! `x = |ln F/K|`, `s = vol sqrt T`, `a` the lesser of discounted spot and strike, `Y` Mills' ratio and `n` the normal density:
//!
//! ```text
//! outer = m (Y(x/s - s/2) - Y(x/s + s/2))     m = a n(x/s - s/2)     below the middle, x/s >= s/2
//! outer = a - m (Y(s/2 - x/s) + Y(x/s + s/2))                        beyond it
//! ```
//! so the exponential stands outside of the difference, and the price far out of the money keeps its digits.
//! Source: Black & Scholes, J. Political Economy 81 (1973); the yield is Merton, Bell J. Economics 4 (1973); the price through
//! scaled tails is P. Jaeckel, "Let's Be Rational", Wilmott (2015), section 6.
//! Accuracy, against 50 digits: prices 2e-15 of the larger of discounted spot and discounted strike, and 1e-12 of themselves
//! down to 1e-100; the Greeks 1e-13 in their own scale. Without time or volatility the limits are returned: the payoff of the
//! forward, delta a half at the kink, and gamma 0 there instead of infinity.
//!
//! Columns are answered in lanes, to the same accuracy; they may differ from the scalar code in the last places. A row's answer
//! is the same bit for bit wherever it stands. In `f32` the price is within 1e-6 of the larger of spot and strike.
//! Black's model on a forward (1976) is the same formula with the yield at the rate: see [`Inputs::on_forward`].
//! Not for early exercise: see `american`. The scalar `f64` code is the reference for faster twins.
//!
//! ```
//! use pricing::{Inputs, Right, european};
//! let put = Inputs { right: Right::Put, spot: 36.0, strike: 40.0, years: 1.0, rate: 0.06, dividend_yield: 0.0, vol: 0.2 };
//! assert!((european::price(&put) - 3.844_307_791_596_8).abs() < 1e-12);
//! ```

mod lanes;
mod second_order;
mod single;

pub use second_order::{SecondOrder, SecondOrderMut, second_order, second_order_batch};
pub use single::{Greeks32Mut, Inputs32Ref, greeks_batch_f32, prices_f32};

use crate::error::settle;
use crate::normal::{cdf, mills, pdf};
use crate::simd::{Columns, for_each_block, level};
use crate::{Error, Greeks, GreeksMut, Inputs, InputsRef, Right, Status};
use fearless_simd::{Simd, dispatch};
use lanes::{Core, Domain, Row};

/// Half of `vol sqrt T` below which the difference of two tails is a series.
const NARROW: f64 = 0.01;

/// Price of one share's worth of option in dollars; NaN where [`Inputs::check`] objects.
pub fn price(inputs: &Inputs) -> f64 {
    try_price(inputs).unwrap_or(f64::NAN)
}

/// Price and sensitivities of one share's worth of option; NaN where [`Inputs::check`] objects.
pub fn greeks(inputs: &Inputs) -> Greeks {
    try_greeks(inputs).unwrap_or(Greeks::NAN)
}

/// Prices many options: `out[i]` in dollars, or NaN with the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn prices(inputs: InputsRef, out: &mut [f64], status: &mut [Status]) {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    dispatch!(level(), simd => prices_in(simd, columns(&inputs), out, status, |i| inputs.get(i)));
}

/// Prices many options with their sensitivities; a slot without an answer holds NaN and the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn greeks_batch(inputs: InputsRef, out: GreeksMut, status: &mut [Status]) {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    let GreeksMut {
        price,
        delta,
        gamma,
        vega,
        theta,
        rho,
    } = out;
    let mut out = [price, delta, gamma, vega, theta, rho];
    dispatch!(level(), simd => greeks_in(simd, columns(&inputs), &mut out, status, |i| inputs.get(i)));
}

/// As lanes want them.
fn columns<'a>(inputs: &InputsRef<'a>) -> Columns<'a, f64> {
    Columns {
        right: inputs.right,
        numbers: inputs.columns(),
    }
}

/// Prices in lanes, `f64` or `f32`; the scalar code answers in `f64` what lanes leave to it.
#[inline(always)]
fn prices_in<S: Simd, P: Domain>(
    simd: S,
    columns: Columns<P>,
    out: &mut [P],
    status: &mut [Status],
    row: impl Fn(usize) -> Inputs,
) {
    status.fill(Status::Ok);
    for_each_block(
        simd,
        columns,
        &mut [out],
        #[inline(always)]
        |put, numbers| {
            let core = Core::new(simd, &Row::new(put, numbers));
            (core.usual, [core.price()])
        },
        |i, [out]| {
            let mut price = f64::NAN;
            settle(try_price(&row(i)), &mut price, &mut status[i]);
            out[i] = P::of(price);
        },
    );
}

/// The same with Greeks.
#[inline(always)]
fn greeks_in<S: Simd, P: Domain>(
    simd: S,
    columns: Columns<P>,
    out: &mut [&mut [P]; 6],
    status: &mut [Status],
    row: impl Fn(usize) -> Inputs,
) {
    status.fill(Status::Ok);
    for_each_block(
        simd,
        columns,
        out,
        #[inline(always)]
        |put, numbers| {
            let row = Row::new(put, numbers);
            let core = Core::new(simd, &row);
            (core.usual, core.greeks(simd, &row))
        },
        |i, out| {
            let (greeks, outcome) = match try_greeks(&row(i)) {
                Ok(greeks) => (greeks, Status::Ok),
                Err(error) => (Greeks::NAN, error.into()),
            };
            status[i] = outcome;
            let Greeks {
                price,
                delta,
                gamma,
                vega,
                theta,
                rho,
            } = greeks;
            for (column, value) in out.iter_mut().zip([price, delta, gamma, vega, theta, rho]) {
                column[i] = P::of(value);
            }
        },
    );
}

fn try_price(inputs: &Inputs) -> Result<f64, Error> {
    inputs.check()?;
    Ok(Terms::new(inputs).price)
}

fn try_greeks(inputs: &Inputs) -> Result<Greeks, Error> {
    inputs.check()?;
    let terms = Terms::new(inputs);
    let Inputs {
        spot,
        years,
        rate,
        dividend_yield,
        vol,
        ..
    } = *inputs;
    let Terms {
        price,
        with_share,
        with_cash,
        peak,
        ..
    } = terms;
    let decay = if years > 0.0 {
        peak * vol / (2.0 * years.sqrt())
    } else {
        0.0
    };
    Ok(Greeks {
        price,
        delta: terms.delta(inputs),
        gamma: terms.gamma(spot),
        vega: peak * years.sqrt(),
        theta: dividend_yield * with_share - rate * with_cash - decay,
        rho: years * with_cash,
    })
}

/// The numbers that price and Greeks share.
struct Terms {
    price: f64,
    /// The share's part in the price, with its sign.
    with_share: f64,
    /// What is paid or got in cash, with its sign.
    with_cash: f64,
    /// `S e^(-qT) n(d1)`, which is `K e^(-rT) n(d2)`.
    peak: f64,
    d1: f64,
    d2: f64,
    deviation: f64,
}

impl Terms {
    fn new(inputs: &Inputs) -> Terms {
        let Inputs {
            right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        } = *inputs;
        let sign = right.sign();
        let (share, cash) = (inputs.discounted_spot(), inputs.discounted_strike());
        let log_forward = ln_ratio(spot, strike) + (rate - dividend_yield) * years;
        let deviation = vol * years.sqrt();
        let lesser = if log_forward <= 0.0 { share } else { cash };
        let Outer {
            price: outer,
            with_lesser,
            with_greater,
            peak,
            near,
            far,
        } = Outer::new(log_forward.abs(), deviation, lesser);
        let (d1, d2, outer_share, outer_cash) = if log_forward <= 0.0 {
            (-near, -far, with_lesser, with_greater)
        } else {
            (far, near, with_greater, with_lesser)
        };
        // The outer option is the call up to the forward itself, and the put beyond it.
        let out = (right == Right::Call) == (log_forward <= 0.0);
        Terms {
            price: if out {
                outer
            } else {
                outer + (share - cash).abs()
            },
            with_share: sign
                * if out {
                    outer_share
                } else {
                    share - outer_share
                },
            with_cash: sign * if out { outer_cash } else { cash - outer_cash },
            peak,
            d1,
            d2,
            deviation,
        }
    }

    fn delta(&self, inputs: &Inputs) -> f64 {
        if inputs.spot > f64::MIN_POSITIVE {
            self.with_share / inputs.spot
        } else {
            let sign = inputs.right.sign();
            sign * (-inputs.dividend_yield * inputs.years).exp() * cdf(sign * self.d1)
        }
    }

    /// Where the density vanishes, so does all that volatility does; where only the deviation does, gamma is a spike.
    fn gamma(&self, spot: f64) -> f64 {
        let spike = self.peak / (spot * self.deviation) / spot;
        if self.peak > 0.0 && spike.is_finite() {
            spike
        } else {
            0.0
        }
    }
}

/// `ln(a / b)`, with no digit lost where the two are close.
pub(crate) fn ln_ratio(a: f64, b: f64) -> f64 {
    let ratio = a / b;
    if (0.5..=2.0).contains(&ratio) {
        ((a - b) / b).ln_1p()
    } else {
        ratio.ln()
    }
}

/// The one of call and put that is out of the money on the forward.
struct Outer {
    price: f64,
    /// What the lesser of the two assets contributes.
    with_lesser: f64,
    with_greater: f64,
    /// The density's peak times either asset.
    peak: f64,
    /// `x/s - s/2` and `x/s + s/2`.
    near: f64,
    far: f64,
}

impl Outer {
    /// `lesser` is `e^(-distance)` times the other; without deviation the limits.
    fn new(distance: f64, deviation: f64, lesser: f64) -> Outer {
        // No deviation: both d are infinite with the sign of the forward, and 0 at the kink.
        let centre = if distance == 0.0 {
            0.0
        } else {
            distance / deviation
        };
        let half = 0.5 * deviation;
        let (near, far) = (centre - half, centre + half);
        let peak = lesser * pdf(near);
        if centre > 1e9 {
            return Outer {
                price: 0.0,
                with_lesser: 0.0,
                with_greater: 0.0,
                peak: 0.0,
                near,
                far,
            };
        }
        let with_greater = if far > 1e9 { 0.0 } else { peak * mills(far) };
        let with_lesser = if near >= 0.0 {
            peak * mills(near)
        } else if near > -1e9 {
            lesser - peak * mills(-near)
        } else {
            lesser
        };
        let price = if half < NARROW {
            peak * spread(centre, half)
        } else if near >= 0.0 {
            peak * (mills(near) - mills(far))
        } else {
            with_lesser - with_greater
        };
        Outer {
            price: price.max(0.0),
            with_lesser,
            with_greater,
            peak,
            near,
            far,
        }
    }
}

/// `Y(centre - half) - Y(centre + half)` for a small half: the odd derivatives of Mills' ratio, `Y' = z Y - 1` and so on.
fn spread(centre: f64, half: f64) -> f64 {
    let ratio = mills(centre);
    let first = centre * ratio - 1.0;
    let second = ratio + centre * first;
    let third = 2.0 * first + centre * second;
    let fourth = 3.0 * second + centre * third;
    let fifth = 4.0 * third + centre * fourth;
    let square = half * half;
    -2.0 * half * (first + square * (third / 6.0 + square * (fifth / 120.0)))
}

/// Undiscounted price on a forward (Black, J. Financial Economics 3, 1976): the mean payoff of a lognormal.
///
/// `forward` and `strike` in dollars, `deviation` is the volatility times the root of the years to expiry; all positive and
/// finite, which the caller sees to. Accurate to 1e-15 of the larger of the two: meant for sums of many prices, not for the far
/// tails of one.
///
/// ```
/// use pricing::{Right, european::black};
/// let call = black(Right::Call, 100.0, 95.0, 0.1);
/// let put = black(Right::Put, 100.0, 95.0, 0.1);
/// assert!((call - put - 5.0).abs() < 1e-12);
/// ```
#[inline]
pub fn black(right: Right, forward: f64, strike: f64, deviation: f64) -> f64 {
    if deviation < 1e-9 {
        return right.intrinsic(forward, strike);
    }
    let sign = right.sign();
    let d1 = (forward / strike).ln() / deviation + deviation / 2.0;
    (sign * (forward * cdf(sign * d1) - strike * cdf(sign * (d1 - deviation)))).max(0.0)
}

#[cfg(test)]
#[allow(clippy::excessive_precision)] // Reference values stay as their source prints them.
mod tests {
    use super::*;
    use crate::Right::{self, Call, Put};
    use proptest::prelude::*;

    /// `[spot, strike, years, rate, yield, vol]`.
    fn option(right: Right, x: [f64; 6]) -> Inputs {
        let [spot, strike, years, rate, dividend_yield, vol] = x;
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

    /// `expected` is price, delta, gamma, vega, theta, rho.
    fn check(right: Right, x: [f64; 6], expected: [f64; 6]) {
        let inputs = option(right, x);
        let Greeks {
            price: value,
            delta,
            gamma,
            vega,
            theta,
            rho,
        } = greeks(&inputs);
        let found = [value, delta, gamma, vega, theta, rho];
        let money = inputs.spot.max(inputs.strike);
        let scales = [
            money,
            1.0,
            expected[2].max(1.0 / inputs.spot),
            money,
            money.max(expected[4].abs()),
            money,
        ];
        for ((found, expected), scale) in found.iter().zip(expected).zip(scales) {
            assert!(
                (found - expected).abs() <= 1e-12 * scale,
                "{found:e}, expected {expected:e} at {inputs:?}"
            );
        }
        assert_eq!(price(&inputs), value);
    }

    /// Exactly at the forward a put is not out of the money by the call's parts: each right has its own.
    #[test]
    fn both_rights_at_the_forward() {
        let x = [100.0, 100.0, 1.0, 0.05, 0.05, 0.25];
        let carry = f64::exp(-0.05);
        let (call, put) = (greeks(&option(Call, x)), greeks(&option(Put, x)));
        assert!((call.delta - carry * cdf(0.125)).abs() < 1e-15);
        assert!((put.delta + carry * cdf(-0.125)).abs() < 1e-15);
        assert!((put.rho + 100.0 * carry * cdf(0.125)).abs() < 1e-12);
        let (near_call, near_put) = (
            second_order(&option(Call, x)),
            second_order(&option(Put, x)),
        );
        assert!((near_call.phi + 100.0 * call.delta).abs() < 1e-12);
        assert!((near_put.phi + 100.0 * put.delta).abs() < 1e-12);
        let right = [Call, Put, Call, Put, Call, Put, Call, Put, Put];
        let numbers = x.map(|value| [value; 9]);
        let inputs = InputsRef::from_columns(&right, numbers.each_ref().map(|x| &x[..]));
        let mut out = std::array::from_fn(|_| vec![0.0; 9]);
        let mut status = [Status::BadInput; 9];
        greeks_batch(inputs, GreeksMut::from_columns(&mut out), &mut status);
        for (i, right) in right.iter().enumerate() {
            let alone = if *right == Call { call } else { put };
            for (found, expected) in [
                (out[1][i], alone.delta),
                (out[4][i], alone.theta),
                (out[5][i], alone.rho),
            ] {
                assert!(
                    (found - expected).abs() < 1e-12,
                    "{found}, expected {expected}"
                );
            }
        }
    }

    /// Values made with mpmath at 60 digits from the binary arguments.
    #[test]
    #[rustfmt::skip]
    fn agrees_with_sixty_digits() {
        check(Call, [100.0, 100.0, 1.0, 0.05, 0.0, 0.2], [10.450583572185567, 0.63683065117561907, 0.018762017345846893, 37.524034691693788, -6.4140275464381961, 53.23248154537634]);
        check(Put, [100.0, 95.0, 0.125, 0.045, 0.013, 0.35], [2.5777108679457083, -0.30498205885060787, 0.028280484151464913, 12.372711816265898, -16.229856965392755, -4.134489594125812]);
        check(Put, [36.0, 40.0, 1.0, 0.06, 0.0, 0.2], [3.8443077915968415, -0.55045167248338491, 0.054964980970803798, 14.246923067632345, -0.0050582267033127647, -23.660568000998698]);
        check(Call, [450.0, 600.0, 0.0625, 0.05, 0.013, 0.15], [3.3938647472645586e-14, 1.5846526198899232e-14, 7.2481955620895236e-15, 1.376024626240433e-11, -1.6774443243723235e-11, 4.4356238387700056e-13]);
        check(Put, [450.0, 600.0, 0.0625, 0.05, 0.013, 0.15], [148.49340314318877, -0.99918782998873115, 7.2481955620895236e-15, 1.376024626240433e-11, 24.061147526455302, -37.382995414882362]);
        check(Call, [100.0, 100.0, 0.00390625, -0.01, 0.03, 0.6], [1.4880882569873276, 0.5057584300042537, 0.106360831218855, 2.4928319816919139, -189.44134335649184, 0.19174904196655485]);
        check(Put, [100.0, 20.0, 2.0, -0.02, -0.05, 1.5], [9.0801110834815309, -0.035727042845532782, 0.00037708663730631984, 11.312599119189595, -4.3166457628291305, -25.305630736069618]);
        check(Call, [1.0, 3000.0, 30.0, 0.03, 0.01, 0.4], [0.0036242739888089607, 0.0082630567987049704, 0.0099115923211327676, 0.11893910785359322, -0.00084946030200045208, 0.13916348429688029]);
    }

    #[test]
    fn limits_are_closed() {
        check(
            Call,
            [110.0, 100.0, 0.0, 0.05, 0.0, 0.2],
            [10.0, 1.0, 0.0, 0.0, -5.0, 0.0],
        );
        check(
            Put,
            [100.0, 100.0, 0.0, 0.0, 0.0, 0.2],
            [0.0, -0.5, 0.0, 0.0, 0.0, 0.0],
        );
        check(
            Put,
            [0.0, 100.0, 0.0, 0.0, 0.0, 0.2],
            [100.0, -1.0, 0.0, 0.0, 0.0, 0.0],
        );
        check(Call, [90.0, 100.0, 1.0, 0.0, 0.0, 0.0], [0.0; 6]);
        assert!(price(&option(Call, [f64::NAN, 1.0, 1.0, 0.0, 0.0, 0.2])).is_nan());
        assert!(price(&option(Call, [1.0, 1.0, -1.0, 0.0, 0.0, 0.2])).is_nan());
    }

    #[test]
    fn a_bad_row_does_not_spoil_its_neighbours() {
        let right = [Call, Put];
        let numbers = [
            [100.0, -1.0],
            [100.0; 2],
            [1.0; 2],
            [0.05; 2],
            [0.0; 2],
            [0.2; 2],
        ];
        let (mut out, mut status) = ([0.0; 2], [Status::Ok; 2]);
        let inputs = InputsRef::from_columns(&right, numbers.each_ref().map(|x| &x[..]));
        prices(inputs, &mut out, &mut status);
        assert!((out[0] - price(&inputs.get(0))).abs() < 1e-14);
        assert!(out[1].is_nan());
        assert_eq!(status, [Status::Ok, Status::BadInput]);
    }

    /// Levels of this machine that fuse multiply and add give the same bits, the others the same price to the last digits.
    #[test]
    fn levels_agree() {
        let rows = 333;
        let weyl = |i: usize, root: f64| ((i + 1) as f64 * root).fract();
        let right: Vec<Right> = (0..rows)
            .map(|i| if i % 3 == 0 { Call } else { Put })
            .collect();
        let column = |f: &dyn Fn(usize) -> f64| (0..rows).map(f).collect::<Vec<f64>>();
        let years = column(&|i| 1e-4 * 1e5_f64.powf(weyl(i, 0.414_213_562)));
        let vol = column(&|i| 0.02 * 100_f64.powf(weyl(i, 0.618_033_988)));
        let spot = column(&|i| {
            if i == 70 {
                -1.0
            } else {
                20.0 * 30.0_f64.powf(weyl(i, 0.732_050_807))
            }
        });
        let strike = column(&|i| {
            spot[i] * ((10.0 * weyl(i, 0.236_067_977) - 5.0) * vol[i] * years[i].sqrt()).exp()
        });
        let rate = column(&|i| 0.2 * weyl(i, 0.645_751_311) - 0.05);
        let leak = column(&|i| {
            if i == 200 {
                f64::NAN
            } else {
                0.1 * weyl(i, 0.316_624_790)
            }
        });
        let inputs = InputsRef::from_columns(&right, [&spot, &strike, &years, &rate, &leak, &vol]);
        let at = |level: fearless_simd::Level| {
            let mut out: [Vec<f64>; 6] = std::array::from_fn(|_| vec![0.0; rows]);
            let mut status = vec![Status::Ok; rows];
            let [a, b, c, d, e, f] = &mut out;
            let mut columns_out: [&mut [f64]; 6] = [a, b, c, d, e, f];
            dispatch!(level, simd => greeks_in(simd, columns(&inputs), &mut columns_out, &mut status, |i| inputs.get(i)));
            assert_eq!(
                (status[70], status[200]),
                (Status::BadInput, Status::BadInput)
            );
            out
        };
        let widest = at(level());
        for (name, fuses, level) in crate::simd::levels() {
            let found = at(level);
            for (column, (found, widest)) in found.iter().zip(&widest).enumerate() {
                let largest = widest.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
                for (found, widest) in found.iter().zip(widest) {
                    let same = found.to_bits() == widest.to_bits();
                    let near = (found - widest).abs() <= 1e-12 * largest;
                    assert!(
                        same || (!fuses && near),
                        "{name}, {column}: {found:e}, {widest:e}"
                    );
                }
            }
        }
    }

    prop_compose! {
        fn inputs()(
            right in prop_oneof![Just(Call), Just(Put)],
            log_spot in -3.0..3.0, strike in 0.1..1e4, years in 0.0..30.0,
            rate in -0.1..0.3, dividend_yield in -0.1..0.3, vol in prop_oneof![Just(0.0), 1e-3..5.0],
        ) -> Inputs {
            Inputs { right, spot: strike * f64::exp(log_spot), strike, years, rate, dividend_yield, vol }
        }
    }

    proptest! {
        /// A call minus a put is a forward, whatever the volatility; so are their Greeks.
        #[test]
        fn put_call_parity(x in inputs()) {
            let (call, put) = (greeks(&Inputs { right: Call, ..x }), greeks(&Inputs { right: Put, ..x }));
            let scale = x.discounted_spot().max(x.discounted_strike());
            let forward = x.discounted_spot() - x.discounted_strike();
            prop_assert!((call.price - put.price - forward).abs() < 1e-13 * scale);
            prop_assert!((call.delta - put.delta - x.discounted_spot() / x.spot).abs() < 1e-12);
            prop_assert!((call.rho - put.rho - x.years * x.discounted_strike()).abs() < 1e-12 * scale * (1.0 + x.years));
            prop_assert_eq!((call.gamma, call.vega), (put.gamma, put.vega));
        }

        /// Prices stay between the forward's payoff and the asset they can deliver, and grow with volatility.
        #[test]
        fn bounds_and_vol(x in inputs(), more in 0.0..1.0) {
            let value = price(&x);
            let cap = if x.right == Call { x.discounted_spot() } else { x.discounted_strike() };
            prop_assert!(value >= x.european_floor() && value <= cap * (1.0 + 1e-14));
            let wider = price(&Inputs { vol: x.vol + more, ..x });
            prop_assert!(wider >= value - 1e-14 * x.discounted_spot().max(x.discounted_strike()));
        }

        /// Each Greek is the slope of the price, and theta obeys the Black-Scholes equation.
        #[test]
        fn greeks_are_slopes(x in inputs()) {
            prop_assume!(x.vol > 0.05 && x.years > 0.05);
            let g = greeks(&x);
            let scale = x.discounted_spot().max(x.discounted_strike()).max(x.spot);
            let slope = |up: Inputs, down: Inputs, width: f64| (price(&up) - price(&down)) / width;
            let h = 1e-5;
            let delta = slope(Inputs { spot: x.spot * (1.0 + h), ..x }, Inputs { spot: x.spot * (1.0 - h), ..x }, 2.0 * h * x.spot);
            let vega = slope(Inputs { vol: x.vol + h, ..x }, Inputs { vol: x.vol - h, ..x }, 2.0 * h);
            let rho = slope(Inputs { rate: x.rate + h, ..x }, Inputs { rate: x.rate - h, ..x }, 2.0 * h);
            prop_assert!((delta - g.delta).abs() < 1e-6 * (scale / x.spot).max(1.0));
            prop_assert!((vega - g.vega).abs() < 1e-6 * scale);
            prop_assert!((rho - g.rho).abs() < 1e-6 * scale * (1.0 + x.years * x.years));
            let carry = x.rate - x.dividend_yield;
            let equation = g.theta + carry * x.spot * g.delta + 0.5 * (x.vol * x.spot).powi(2) * g.gamma - x.rate * g.price;
            prop_assert!(equation.abs() < 1e-11 * scale * (1.0 + x.vol * x.vol));
        }
    }
}
