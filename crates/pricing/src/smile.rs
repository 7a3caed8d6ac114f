//! Implied volatility across strikes (`Smile`) and across strikes and expiries (`Surface`), and the forward that
//! put-call parity implies.
//!
//! ```text
//! z      = ln(K/F) / (atm_vol sqrt T)
//! vol(z) = atm_vol m(z)      m = 1 + skew z + curvature z^2, inside the quoted range of z
//! beyond = m(edge) + m'(edge) d / (1 + |d|),  d = z - edge: same slope at the edge, level far out
//! svi    : m^2 = w(z sqrt(w0)) / w0 with w0 = w(0), the whole hyperbola, for a smile made by `from_svi`
//! w(z,T) = vol(z)^2 T, linear in T between expiries at the same z; vol flat in T outside them
//! ```
//! `m` is kept between 1/5 and 5. The fit is least squares weighted by Tukey's biweight of each residual over the median
//! absolute residual (Beaton & Tukey, Technometrics 16 (1974)), so one stale quote does not bend the curve.
//! A description of what is quoted, for pricing near it: the parabola does not exclude arbitrage between far strikes; `svi` checks it.

mod fit;
mod parity;
mod surface;
pub mod svi;

pub use fit::SmilePoint;
pub use parity::{ParityForward, ParityPair, forward_from_parity};
pub use surface::{Expiry, Surface};

use crate::Error;

/// How far `m` may leave 1 in either direction.
const MULTIPLE_MAX: f64 = 5.0;

/// One expiry's implied volatilities as a function of standardised log-moneyness `z`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smile {
    atm_vol: f64,
    skew: f64,
    curvature: f64,
    z_min: f64,
    z_max: f64,
    rmse: f64,
    count: usize,
    /// Absent: the parabola.
    hyperbola: Option<Hyperbola>,
}

/// `m(z)^2 = level + b (rho (z - centre) + sqrt((z - centre)^2 + width^2))`, 1 at the forward.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hyperbola {
    level: f64,
    b: f64,
    rho: f64,
    centre: f64,
    width: f64,
}

impl Hyperbola {
    #[inline]
    fn multiple(&self, z: f64) -> f64 {
        let x = z - self.centre;
        let root = (x * x + self.width * self.width).sqrt();
        (self.level + self.b * (self.rho * x + root))
            .max(0.0)
            .sqrt()
    }
}

impl Smile {
    /// The same volatility (positive, fraction per year) at every strike.
    pub fn flat(vol: f64) -> Result<Smile, Error> {
        crate::error::at_least(f64::MIN_POSITIVE, "volatility", vol)?;
        Ok(Smile {
            atm_vol: vol,
            skew: 0.0,
            curvature: 0.0,
            z_min: 0.0,
            z_max: 0.0,
            rmse: 0.0,
            count: 1,
            hyperbola: None,
        })
    }

    /// The smile of a fitted SVI slice, at the `years` of its fit. Beyond the quotes it follows the hyperbola, which is free of butterfly
    /// arbitrage as far as [`svi::SviFit::butterfly`] says so.
    pub fn from_svi(fit: &svi::SviFit, years: f64) -> Result<Smile, Error> {
        crate::error::at_least(YEARS_MIN, "years to expiry", years)?;
        let at_forward = fit.svi.variance(0.0);
        crate::error::at_least(
            f64::MIN_POSITIVE,
            "total variance at the forward",
            at_forward,
        )?;
        let unit = at_forward.sqrt();
        let half_slope = fit.svi.slope(0.0) / (2.0 * unit);
        Ok(Smile {
            atm_vol: unit / years.sqrt(),
            skew: half_slope,
            curvature: 0.25 * fit.svi.bend(0.0) - 0.5 * half_slope * half_slope,
            z_min: (fit.range.0 / unit).min(0.0),
            z_max: (fit.range.1 / unit).max(0.0),
            rmse: fit.rmse,
            count: fit.count,
            hyperbola: Some(Hyperbola {
                level: fit.svi.a / at_forward,
                b: fit.svi.b / unit,
                rho: fit.svi.rho,
                centre: fit.svi.m / unit,
                width: fit.svi.sigma / unit,
            }),
        })
    }

    /// Fits quoted volatilities of one expiry; `forward` in dollars and `years` to expiry, both positive.
    ///
    /// One strike gives a flat smile, two a line, three and more the full form. Points without a positive finite strike,
    /// volatility and weight are passed over.
    ///
    /// ```
    /// use pricing::smile::{Smile, SmilePoint};
    /// let quotes = [(90.0, 0.27), (100.0, 0.25), (110.0, 0.24)];
    /// let points = quotes.map(|(strike, vol)| SmilePoint { strike, vol, weight: 1.0 });
    /// let smile = Smile::fit(&points, 100.0, 0.25).unwrap();
    /// assert!((smile.vol(90.0, 100.0, 0.25) - 0.27).abs() < 1e-12);
    /// ```
    pub fn fit(points: &[SmilePoint], forward: f64, years: f64) -> Result<Smile, Error> {
        fit::fit(points, forward, years)
    }

    /// Volatility at a strike, fraction per year; `forward` in the strike's unit. Positive for any positive arguments.
    #[inline]
    pub fn vol(&self, strike: f64, forward: f64, years: f64) -> f64 {
        self.vol_at((strike / forward).ln() / (self.atm_vol * years.max(YEARS_MIN).sqrt()))
    }

    /// Volatility at a standardised log-moneyness, fraction per year.
    #[inline]
    pub fn vol_at(&self, z: f64) -> f64 {
        self.atm_vol * self.multiple(z)
    }

    /// `m(z)`.
    #[inline]
    fn multiple(&self, z: f64) -> f64 {
        if let Some(hyperbola) = &self.hyperbola {
            let far = z.clamp(-1e9, 1e9);
            return hyperbola
                .multiple(far)
                .clamp(1.0 / MULTIPLE_MAX, MULTIPLE_MAX);
        }
        let inside = z.clamp(self.z_min, self.z_max);
        let beyond = (z - inside).clamp(-1e9, 1e9);
        let level = 1.0 + inside * (self.skew + inside * self.curvature);
        let slope = self.skew + 2.0 * self.curvature * inside;
        (level + slope * beyond / (1.0 + beyond.abs())).clamp(1.0 / MULTIPLE_MAX, MULTIPLE_MAX)
    }

    /// Volatility at the forward, fraction per year.
    pub fn atm_vol(&self) -> f64 {
        self.atm_vol
    }

    /// Relative change of volatility per unit of `z` at the forward; negative for equities as a rule.
    pub fn skew(&self) -> f64 {
        self.skew
    }

    /// Relative change of volatility per unit of `z^2`.
    pub fn curvature(&self) -> f64 {
        self.curvature
    }

    /// The range of `z` that was quoted; beyond it the wings of a parabola level off, and those of SVI go on.
    pub fn range(&self) -> (f64, f64) {
        (self.z_min, self.z_max)
    }

    /// Root of the weighted mean square residual of all points, outliers too: vol as a fraction per year.
    pub fn rmse(&self) -> f64 {
        self.rmse
    }

    /// How many points were used.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// About a second: shorter times are taken for this, so that `z` stays a number.
const YEARS_MIN: f64 = 3e-8;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORWARD: f64 = 100.0;
    const YEARS: f64 = 0.25;

    fn points(quotes: &[(f64, f64)]) -> Vec<SmilePoint> {
        quotes
            .iter()
            .map(|&(strike, vol)| SmilePoint {
                strike,
                vol,
                weight: 1.0,
            })
            .collect()
    }

    /// Fits the quotes and expects a volatility at one strike.
    fn check(quotes: &[(f64, f64)], strike: f64, expected: f64) {
        let smile = Smile::fit(&points(quotes), FORWARD, YEARS).unwrap();
        let vol = smile.vol(strike, FORWARD, YEARS);
        assert!(
            (vol - expected).abs() < 1e-9,
            "{vol}, expected {expected} from {smile:?}"
        );
    }

    #[test]
    fn one_two_and_three_strikes_are_met_exactly() {
        check(&[(90.0, 0.3)], 120.0, 0.3);
        check(&[(90.0, 0.3), (110.0, 0.24)], 90.0, 0.3);
        check(&[(90.0, 0.3), (110.0, 0.24)], 110.0, 0.24);
        check(&[(90.0, 0.3), (100.0, 0.26), (110.0, 0.24)], 100.0, 0.26);
        check(&[(90.0, 0.3), (90.0, 0.3), (90.0, 0.3)], 100.0, 0.3);
        check(
            &[(90.0, 0.3), (f64::NAN, 0.1), (95.0, -1.0), (0.0, 0.2)],
            100.0,
            0.3,
        );
    }

    #[test]
    fn nothing_usable_is_an_error() {
        assert_eq!(
            Smile::fit(&[], FORWARD, YEARS),
            Err(Error::NothingToFit { offered: 0 })
        );
        assert_eq!(
            Smile::fit(&points(&[(90.0, 0.0)]), FORWARD, YEARS),
            Err(Error::NothingToFit { offered: 1 })
        );
        assert!(Smile::fit(&points(&[(90.0, 0.2)]), -1.0, YEARS).is_err());
        assert!(Smile::flat(0.0).is_err());
    }

    #[test]
    fn one_stale_quote_does_not_bend_the_curve() {
        let truth = |strike: f64| {
            0.25 - 0.2 * (strike / FORWARD).ln() + 0.5 * (strike / FORWARD).ln().powi(2)
        };
        let mut quotes: Vec<_> = (80..=120)
            .step_by(4)
            .map(|k| (f64::from(k), truth(f64::from(k))))
            .collect();
        quotes[3].1 = 0.6;
        let smile = Smile::fit(&points(&quotes), FORWARD, YEARS).unwrap();
        for strike in [82.0, 100.0, 118.0] {
            let vol = smile.vol(strike, FORWARD, YEARS);
            assert!(
                (vol - truth(strike)).abs() < 1e-3,
                "{vol} at {strike}, {smile:?}"
            );
        }
        assert!(smile.rmse() > 0.05 && smile.count() == 11);
    }

    /// Volatility, slope and bend of a smile made of an SVI slice are those of the slice; derivatives by central differences.
    #[test]
    fn an_svi_slice_as_a_smile() {
        let truth = svi::Svi {
            a: 0.004,
            b: 0.05,
            rho: -0.4,
            m: 0.02,
            sigma: 0.12,
        };
        let quotes: Vec<_> = (70..=130)
            .step_by(5)
            .map(|k| {
                let k = f64::from(k);
                (k, truth.vol((k / FORWARD).ln(), YEARS))
            })
            .collect();
        let fit = svi::Svi::fit(&points(&quotes), FORWARD, YEARS).unwrap();
        let smile = Smile::from_svi(&fit, YEARS).unwrap();
        for strike in [40.0, 70.0, 98.0, 100.0, 125.0, 200.0] {
            let expected = fit.svi.vol((strike / FORWARD).ln(), YEARS);
            let vol = smile.vol(strike, FORWARD, YEARS);
            assert!((vol - expected).abs() < 1e-14, "{vol} {expected}");
        }
        let (h, atm) = (1e-4, smile.atm_vol());
        let (up, down) = (smile.vol_at(h) / atm, smile.vol_at(-h) / atm);
        assert!((smile.vol_at(0.0) / atm - 1.0).abs() < 1e-14);
        assert!(((up - down) / (2.0 * h) - smile.skew()).abs() < 1e-7);
        assert!(((up - 2.0 + down) / (2.0 * h * h) - smile.curvature()).abs() < 1e-6);
        let (low, high) = smile.range();
        assert!(((atm * low * YEARS.sqrt()).exp() * FORWARD - 70.0).abs() < 1e-9);
        assert!(((atm * high * YEARS.sqrt()).exp() * FORWARD - 130.0).abs() < 1e-9);
        assert!(Smile::from_svi(&fit, 0.0).is_err());
    }

    proptest! {
        /// Whatever is quoted, the wings stay positive, bounded, and monotone beyond the quotes.
        #[test]
        fn wings_are_tame(quotes in prop::collection::vec((20.0..500.0, 0.01..3.0), 1..12), years in 1e-4..3.0) {
            let smile = Smile::fit(&points(&quotes), FORWARD, years).unwrap();
            let vol = |strike: f64| smile.vol(strike, FORWARD, years);
            for strike in [1e-9, 1.0, 50.0, 100.0, 200.0, 1e4, 1e9] {
                let ratio = vol(strike) / smile.atm_vol();
                prop_assert!((0.19..=5.01).contains(&ratio));
            }
            let (low, high) = quotes.iter().fold((f64::MAX, 0.0_f64), |(low, high), q| (low.min(q.0), high.max(q.0)));
            let outwards = |edge: f64, factor: f64| -> Vec<f64> { (0..20).map(|i| vol(edge * f64::powi(factor, i))).collect() };
            for wing in [outwards(low, 0.8), outwards(high, 1.25)] {
                let rises = wing.windows(2).all(|pair| pair[1] >= pair[0] - 1e-12);
                let falls = wing.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12);
                prop_assert!(rises || falls, "{wing:?}");
            }
        }
    }
}
