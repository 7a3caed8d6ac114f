//! European options under Black-Scholes with a continuous dividend yield.
//!
//! ```text
//! d1   = (ln(S/K) + (r - q + vol^2/2) T) / (vol sqrt T)      d2 = d1 - vol sqrt T
//! call = S e^(-qT) N(d1) - K e^(-rT) N(d2)                   put = K e^(-rT) N(-d2) - S e^(-qT) N(-d1)
//! ```
//! Source: Black & Scholes, J. Political Economy 81 (1973); the yield is Merton, Bell J. Economics 4 (1973).
//! Accuracy: 1e-13 of the larger of discounted spot and discounted strike, the Greeks likewise in their own scale,
//! against 60 digits. Without time or volatility the limits are returned: the payoff of the forward, delta a half at
//! the kink, and gamma 0 there instead of infinity.
//! Not for early exercise: see `american`. This scalar `f64` code is the reference for faster twins.
//!
//! ```
//! use pricing::{Inputs, Right, european};
//! let put = Inputs { right: Right::Put, spot: 36.0, strike: 40.0, years: 1.0, rate: 0.06, dividend_yield: 0.0, vol: 0.2 };
//! assert!((european::price(&put) - 3.844_307_791_596_8).abs() < 1e-12);
//! ```

use crate::error::settle;
use crate::normal::{cdf, pdf};
use crate::{Error, Greeks, GreeksMut, Inputs, InputsRef, Right, Status};

/// Price of one share's worth of option in dollars; NaN where [`Inputs::check`] objects.
pub fn price(inputs: &Inputs) -> f64 {
    if inputs.check().is_err() {
        return f64::NAN;
    }
    let terms = Terms::new(inputs);
    terms.price().max(inputs.european_floor())
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
    for (i, (out, status)) in out.iter_mut().zip(status).enumerate() {
        let inputs = inputs.get(i);
        settle(inputs.check().map(|()| price(&inputs)), out, status);
    }
}

/// Prices many options with their sensitivities; a slot without an answer holds NaN and the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn greeks_batch(inputs: InputsRef, mut out: GreeksMut, status: &mut [Status]) {
    out.fill(inputs, status, try_greeks);
}

fn try_greeks(inputs: &Inputs) -> Result<Greeks, Error> {
    inputs.check()?;
    let Terms {
        sign,
        share,
        cash,
        d1,
        d2,
        ..
    } = Terms::new(inputs);
    let Inputs {
        spot,
        years,
        rate,
        dividend_yield,
        vol,
        ..
    } = *inputs;
    let price = Terms::new(inputs).price().max(inputs.european_floor());
    let (with_share, with_cash) = (sign * share * cdf(sign * d1), sign * cash * cdf(sign * d2));
    let carry = (-dividend_yield * years).exp();
    let density = pdf(d1);
    // Where the density vanishes, so does all that volatility does; where only the deviation does, gamma is a spike.
    let spike = density / (spot * vol * years.sqrt());
    let gamma = if density > 0.0 && spike.is_finite() {
        carry * spike
    } else {
        0.0
    };
    let decay = if years > 0.0 {
        share * density * vol / (2.0 * years.sqrt())
    } else {
        0.0
    };
    Ok(Greeks {
        price,
        delta: sign * carry * cdf(sign * d1),
        gamma,
        vega: share * density * years.sqrt(),
        theta: dividend_yield * with_share - rate * with_cash - decay,
        rho: years * with_cash,
    })
}

/// The numbers that price and Greeks share.
struct Terms {
    sign: f64,
    /// `S e^(-qT)`.
    share: f64,
    /// `K e^(-rT)`.
    cash: f64,
    d1: f64,
    d2: f64,
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
        let log_forward = (spot / strike).ln() + (rate - dividend_yield) * years;
        let deviation = vol * years.sqrt();
        // No deviation: both d are infinite with the sign of the forward, and 0 at the kink.
        let centre = if log_forward == 0.0 {
            0.0
        } else {
            log_forward / deviation
        };
        Terms {
            sign: right.sign(),
            share: inputs.discounted_spot(),
            cash: inputs.discounted_strike(),
            d1: centre + 0.5 * deviation,
            d2: centre - 0.5 * deviation,
        }
    }

    fn price(&self) -> f64 {
        let Terms {
            sign,
            share,
            cash,
            d1,
            d2,
        } = *self;
        sign * (share * cdf(sign * d1) - cash * cdf(sign * d2))
    }
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
        let (spot, strike) = ([100.0, -1.0], [100.0; 2]);
        let (years, rate, dividend_yield, vol) = ([1.0; 2], [0.05; 2], [0.0; 2], [0.2; 2]);
        let (mut out, mut status) = ([0.0; 2], [Status::Ok; 2]);
        let inputs = InputsRef {
            right: &right,
            spot: &spot,
            strike: &strike,
            years: &years,
            rate: &rate,
            dividend_yield: &dividend_yield,
            vol: &vol,
        };
        prices(inputs, &mut out, &mut status);
        assert_eq!(out[0], price(&inputs.get(0)));
        assert!(out[1].is_nan());
        assert_eq!(status, [Status::Ok, Status::BadInput]);
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
