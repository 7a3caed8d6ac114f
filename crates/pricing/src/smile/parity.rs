//! The forward price that calls and puts of one expiry agree on.
//!
//! ```text
//! F = K + (call - put) e^(rT)        q = r - ln(F/S) / T
//! ```
//! Source: put-call parity, H. R. Stoll, J. Finance 24 (1969). It is exact for European options. American quotes hold
//! an early-exercise premium on either side, which biases this slightly; near the money the premium is small and largely
//! cancels, so only the strikes nearest to the spot are asked, and the weighted median ignores the odd one.

use super::fit::median;

/// How many strikes are asked, the nearest to the spot first.
const PAIRS_MAX: usize = 8;

/// How far they may lie from the spot, in log; the nearest is asked however far it is.
const LOG_DISTANCE_MAX: f64 = 0.10;

/// A call and a put with the same strike and expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParityPair {
    /// Exercise price in dollars.
    pub strike: f64,
    /// Middle of the call's bid and ask, in dollars.
    pub call_mid: f64,
    /// Middle of the put's bid and ask, in dollars.
    pub put_mid: f64,
    /// How much to trust it, for example one over the sum of both spreads. Only ratios matter.
    pub weight: f64,
}

/// What put-call parity says about one expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParityForward {
    /// Price of one share delivered at expiry, in dollars.
    pub forward_usd: f64,
    /// How far the strikes disagree: 1.4826 times the weighted median distance from the forward, in dollars.
    pub dispersion_usd: f64,
    /// The dividend yield (net of borrowing costs) that explains the forward, fraction per year.
    pub dividend_yield: f64,
    /// How many strikes were asked.
    pub count: usize,
}

/// The forward implied by calls and puts near the money; `None` without a usable pair, spot or time.
///
/// `spot` in dollars, `years` to expiry, `rate` as a fraction per year. American quotes bias the result slightly: see
/// the top of this file. Pairs with an unusable number are passed over.
pub fn forward_from_parity(
    pairs: &[ParityPair],
    spot: f64,
    years: f64,
    rate: f64,
) -> Option<ParityForward> {
    let positive = |x: f64| x > 0.0 && x.is_finite();
    if !(positive(spot) && positive(years) && rate.is_finite()) {
        return None;
    }
    let quoted = |p: &&ParityPair| {
        p.call_mid.is_finite() && p.put_mid.is_finite() && positive(p.strike) && positive(p.weight)
    };
    let distance = |p: &ParityPair| (p.strike / spot).ln().abs();
    let mut near: Vec<ParityPair> = pairs.iter().filter(quoted).copied().collect();
    near.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    near.truncate(PAIRS_MAX);
    let asked = near
        .iter()
        .filter(|p| distance(p) <= LOG_DISTANCE_MAX)
        .count()
        .max(1);
    near.truncate(asked);

    let growth = (rate * years).exp();
    let forwards = || {
        near.iter()
            .map(|p| (p.strike + (p.call_mid - p.put_mid) * growth, p.weight))
    };
    let forward_usd = median(forwards());
    let dispersion_usd = 1.4826
        * median(forwards().map(|(forward, weight)| ((forward - forward_usd).abs(), weight)));
    positive(forward_usd).then(|| ParityForward {
        forward_usd,
        dispersion_usd,
        dividend_yield: rate - (forward_usd / spot).ln() / years,
        count: near.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Right::{Call, Put};
    use crate::{Inputs, american, european};

    const YEARS: f64 = 45.0 / 365.0;

    /// Quotes made by `price` at a yield of 2 % and a rate of 5 %, and the largest error of the forward in dollars.
    fn check(price: impl Fn(&Inputs) -> f64, spoiled: Option<usize>, tolerance_usd: f64) {
        let quote = |right, strike| {
            price(&Inputs {
                right,
                spot: 100.0,
                strike,
                years: YEARS,
                rate: 0.05,
                dividend_yield: 0.02,
                vol: 0.25,
            })
        };
        let pair = |strike: f64| ParityPair {
            strike,
            call_mid: quote(Call, strike),
            put_mid: quote(Put, strike),
            weight: 1.0,
        };
        let mut pairs: Vec<ParityPair> = (70..=130)
            .step_by(5)
            .map(|strike| pair(f64::from(strike)))
            .collect();
        if let Some(i) = spoiled {
            pairs[i].call_mid += 3.0;
        }
        let found = forward_from_parity(&pairs, 100.0, YEARS, 0.05).unwrap();
        let truth = 100.0 * (0.03 * YEARS).exp();
        assert!(
            (found.forward_usd - truth).abs() < tolerance_usd,
            "{found:?}, true forward {truth}"
        );
        assert!((found.dividend_yield - 0.02).abs() < 1e-6 + tolerance_usd / (100.0 * YEARS));
        assert!(found.dispersion_usd < 1e-9 + 2.0 * tolerance_usd);
    }

    #[test]
    fn finds_the_forward() {
        check(european::price, None, 1e-9);
        check(european::price, Some(6), 1e-9);
        check(|inputs| american::price(inputs).unwrap(), None, 0.05);
    }

    #[test]
    fn nothing_usable_is_none() {
        let pair = ParityPair {
            strike: 100.0,
            call_mid: f64::NAN,
            put_mid: 1.0,
            weight: 1.0,
        };
        assert_eq!(forward_from_parity(&[], 100.0, 1.0, 0.0), None);
        assert_eq!(forward_from_parity(&[pair], 100.0, 1.0, 0.0), None);
        assert_eq!(
            forward_from_parity(
                &[ParityPair {
                    call_mid: 1.0,
                    ..pair
                }],
                100.0,
                0.0,
                0.0
            ),
            None
        );
        assert_eq!(
            forward_from_parity(
                &[ParityPair {
                    call_mid: 1.0,
                    ..pair
                }],
                100.0,
                1.0,
                0.0
            )
            .unwrap()
            .forward_usd,
            100.0
        );
    }
}
