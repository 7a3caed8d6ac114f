//! Smiles of several expiries, joined in time.

use super::{Smile, YEARS_MIN};
use crate::Error;
use crate::error::at_least;

/// One expiry of a [`Surface`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expiry {
    /// Time to expiry in years of 365 days. Positive.
    pub years: f64,
    /// Price of one share delivered then, in dollars. Positive.
    pub forward: f64,
    /// Its volatilities.
    pub smile: Smile,
}

/// Implied volatility for any strike and time.
///
/// Invariant: at least one expiry, in order of time, no two at the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    expiries: Vec<Expiry>,
}

impl Surface {
    /// Joins smiles given in any order; of two with the same time the first stays.
    pub fn new(mut expiries: Vec<Expiry>) -> Result<Surface, Error> {
        if expiries.is_empty() {
            return Err(Error::NothingToFit { offered: 0 });
        }
        for expiry in &expiries {
            at_least(YEARS_MIN, "years to expiry", expiry.years)?;
            at_least(f64::MIN_POSITIVE, "forward", expiry.forward)?;
        }
        expiries.sort_by(|a, b| a.years.total_cmp(&b.years));
        expiries.dedup_by(|later, earlier| later.years == earlier.years);
        Ok(Surface { expiries })
    }

    /// The expiries in order of time.
    pub fn expiries(&self) -> &[Expiry] {
        &self.expiries
    }

    /// Volatility at a strike, `years` from now, where a share for delivery costs `forward`: fraction per year.
    #[inline]
    pub fn vol(&self, strike: f64, forward: f64, years: f64) -> f64 {
        self.vol_at_log((strike / forward).ln(), years)
    }

    /// The same for `log_moneyness = ln(strike / forward)`.
    #[inline]
    pub fn vol_at_log(&self, log_moneyness: f64, years: f64) -> f64 {
        let span = self.span(years);
        let z = log_moneyness / span.variance(Smile::atm_vol).sqrt();
        (span.variance(|smile| smile.vol_at(z)) / span.years).sqrt()
    }

    /// Volatility at the forward, `years` from now: fraction per year.
    pub fn atm_vol(&self, years: f64) -> f64 {
        let span = self.span(years);
        (span.variance(Smile::atm_vol) / span.years).sqrt()
    }

    /// The smiles around a time; outside the expiries, the nearest one alone.
    #[inline]
    fn span(&self, years: f64) -> Span<'_> {
        let years = if years > YEARS_MIN { years } else { YEARS_MIN };
        let later = self
            .expiries
            .partition_point(|expiry| expiry.years <= years);
        let far = &self.expiries[later.min(self.expiries.len() - 1)];
        if later == 0 || later == self.expiries.len() {
            return Span {
                near: &far.smile,
                far: &far.smile,
                near_years: 0.0,
                far_years: years,
                years,
            };
        }
        let near = &self.expiries[later - 1];
        let part = (years - near.years) / (far.years - near.years);
        Span {
            near: &near.smile,
            far: &far.smile,
            near_years: (1.0 - part) * near.years,
            far_years: part * far.years,
            years,
        }
    }
}

/// The smiles around a time, each with the years that its variance counts for.
struct Span<'a> {
    near: &'a Smile,
    far: &'a Smile,
    near_years: f64,
    far_years: f64,
    years: f64,
}

impl Span<'_> {
    /// Total variance from volatilities taken at the same place of both smiles.
    #[inline]
    fn variance(&self, vol: impl Fn(&Smile) -> f64) -> f64 {
        let (near, far) = (vol(self.near), vol(self.far));
        near * near * self.near_years + far * far * self.far_years
    }
}

#[cfg(test)]
mod tests {
    use super::super::SmilePoint;
    use super::*;

    fn expiry(years: f64, quotes: [(f64, f64); 3]) -> Expiry {
        let points = quotes.map(|(strike, vol)| SmilePoint {
            strike,
            vol,
            weight: 1.0,
        });
        Expiry {
            years,
            forward: 100.0,
            smile: Smile::fit(&points, 100.0, years).unwrap(),
        }
    }

    fn surface() -> Surface {
        let far = expiry(1.0, [(80.0, 0.28), (100.0, 0.24), (120.0, 0.22)]);
        let near = expiry(0.25, [(90.0, 0.24), (100.0, 0.20), (110.0, 0.19)]);
        Surface::new(vec![far, near, near]).unwrap()
    }

    /// Volatility of `surface` at strike and time.
    fn check(strike: f64, years: f64, expected: f64) {
        let vol = surface().vol(strike, 100.0, years);
        assert!(
            (vol - expected).abs() < 1e-9,
            "{vol}, expected {expected} at {strike}, {years}"
        );
    }

    #[test]
    fn meets_its_expiries_and_is_flat_outside() {
        check(90.0, 0.25, 0.24);
        check(120.0, 1.0, 0.22);
        check(100.0, 0.01, 0.20);
        check(100.0, 3.0, 0.24);
        check(100.0, 0.0, 0.20);
        assert_eq!(surface().expiries().len(), 2);
        assert_eq!(
            Surface::new(vec![]),
            Err(Error::NothingToFit { offered: 0 })
        );
    }

    /// Half way, total variance is the mean of 0.2^2 / 4 and 0.24^2.
    #[test]
    fn variance_is_linear_between() {
        let variance: f64 = 0.5 * (0.04 * 0.25 + 0.0576);
        check(100.0, 0.625, (variance / 0.625).sqrt());
        assert_eq!(surface().atm_vol(0.625), surface().vol(100.0, 100.0, 0.625));
    }
}
