//! Raw SVI: one expiry's total variance as a hyperbola in log-moneyness, with its checks for static arbitrage.
//!
//! ```text
//! w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))        k = ln(K/F),  w = vol^2 T
//! g(k) = (1 - k w'/(2w))^2 - w'^2/4 (1/w + 1/4) + w''/2         density ~ g: butterfly arbitrage where g < 0
//! wings: b (1 + |rho|) <= 2                                     Lee's bound on the slope of total variance
//! calendar: w(k, T2) >= w(k, T1) for T2 > T1 at the same k
//! ```
//! Source: J. Gatheral, "A parsimonious arbitrage-free implied volatility parameterization" (2004); g as in Gatheral & Jacquier,
//! Quantitative Finance 14 (2014), section 2; wings: R. Lee, Mathematical Finance 14 (2004). The fit is the quasi-explicit reduction of
//! De Marco & Martini (Zeliade Systems, 2009), with Lee's bound in place of their box: see `fit`.
//! Points taken from a slice give the slice back to 1e-6 in volatility (tests).
//! Not for prices of far strikes: the wings are what a hyperbola says, not what anybody quotes.

mod fit;
mod ssvi;

pub use ssvi::{Ssvi, SsviArbitrage, SsviFit, SsviSlice};

use super::SmilePoint;
use crate::Error;
use crate::error::at_least;

/// The steepest wing of total variance that any distribution allows.
pub const WING_MAX: f64 = 2.0;

/// A slice of total variance. Any finite numbers may be put in; the checks say what they are worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Svi {
    /// Level, in total variance (no unit). May be negative.
    pub a: f64,
    /// Half the angle between the wings, total variance per unit of log-moneyness. Not negative.
    pub b: f64,
    /// Tilt, from -1 to 1.
    pub rho: f64,
    /// Log-moneyness of the vertex.
    pub m: f64,
    /// How round the vertex is, in log-moneyness. Positive.
    pub sigma: f64,
}

/// What the density of a slice says. A slice is free of butterfly arbitrage where `worst_g >= 0` and `wing <= 2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Butterfly {
    /// Least value of Durrleman's function over the range asked; `-inf` where total variance is not positive.
    pub worst_g: f64,
    /// Log-moneyness where that is.
    pub worst_at: f64,
    /// The steeper wing, `b (1 + |rho|)`; Lee's bound is 2.
    pub wing: f64,
    /// Least total variance of the whole slice; below 0 there is no volatility.
    pub variance_min: f64,
}

impl Butterfly {
    /// Neither a negative density in the range asked, nor a wing beyond Lee's bound, nor a negative variance. Rounding
    /// (1e-12) is forgiven.
    pub fn is_free(&self) -> bool {
        self.worst_g >= -1e-12 && self.wing <= WING_MAX + 1e-12 && self.variance_min >= 0.0
    }
}

/// The least distance between the total variances of two expiries at one log-moneyness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalendarGap {
    /// Later less earlier total variance, the least over the range asked. Negative: calendar arbitrage.
    pub gap: f64,
    /// Log-moneyness where that is.
    pub worst_at: f64,
}

impl CalendarGap {
    /// No arbitrage in the range asked; rounding (1e-12) is forgiven.
    pub fn is_free(&self) -> bool {
        self.gap >= -1e-12
    }
}

/// A fitted slice and how well it fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SviFit {
    /// The slice.
    pub svi: Svi,
    /// Root of the weighted mean square residual of all points, outliers too: vol as a fraction per year.
    pub rmse: f64,
    /// How many points were used.
    pub count: usize,
    /// Log-moneyness of the lowest and highest strike used.
    pub range: (f64, f64),
    /// Had the best curve butterfly arbitrage, so that the best one without it was taken?
    pub is_constrained: bool,
    /// The least g of the best curve before that, over the range of [`SviFit::checked_range`].
    pub unconstrained_worst_g: f64,
}

impl SviFit {
    /// Where the fit looks for butterfly arbitrage: the quoted strikes and as much again on either side.
    pub fn checked_range(&self) -> (f64, f64) {
        checked(self.range)
    }

    /// The butterfly check over [`SviFit::checked_range`].
    pub fn butterfly(&self) -> Butterfly {
        let (low, high) = self.checked_range();
        self.svi.butterfly(low, high)
    }
}

/// The quoted range and as much again on either side, around the forward at least.
fn checked((low, high): (f64, f64)) -> (f64, f64) {
    let width = (high - low).max(1e-6);
    ((low - width).min(-width), (high + width).max(width))
}

impl Svi {
    /// Total variance `vol^2 T` at a log-moneyness `ln(strike / forward)`.
    #[inline]
    pub fn variance(&self, k: f64) -> f64 {
        let x = k - self.m;
        self.a + self.b * (self.rho * x + x.hypot(self.sigma))
    }

    /// Slope of the total variance, per unit of log-moneyness.
    #[inline]
    pub fn slope(&self, k: f64) -> f64 {
        let x = k - self.m;
        self.b * (self.rho + x / x.hypot(self.sigma))
    }

    /// Second derivative of the total variance in log-moneyness.
    #[inline]
    pub fn bend(&self, k: f64) -> f64 {
        let root = (k - self.m).hypot(self.sigma);
        self.b * (self.sigma / root).powi(2) / root
    }

    /// Volatility at a log-moneyness, fraction per year; NaN where the total variance is negative.
    pub fn vol(&self, k: f64, years: f64) -> f64 {
        (self.variance(k) / years).sqrt()
    }

    /// Least total variance: `a + b sigma sqrt(1 - rho^2)`.
    pub fn variance_min(&self) -> f64 {
        self.a + self.b * self.sigma * ((1.0 - self.rho) * (1.0 + self.rho)).max(0.0).sqrt()
    }

    /// Durrleman's function: the risk-neutral density is `g(k) n(d2) / sqrt w`. `-inf` where total variance is not positive.
    pub fn durrleman(&self, k: f64) -> f64 {
        let (w, slope, bend) = (self.variance(k), self.slope(k), self.bend(k));
        // A NaN must fail too.
        if w.is_nan() || w <= 0.0 {
            return f64::NEG_INFINITY;
        }
        (1.0 - k * slope / (2.0 * w)).powi(2) - 0.25 * slope * slope * (1.0 / w + 0.25) + 0.5 * bend
    }

    /// The butterfly check between two log-moneynesses: a grid that follows the vertex, and a closer look at its worst place.
    ///
    /// ```
    /// use pricing::smile::svi::Svi;
    /// // Axel Vogt's example in Gatheral & Jacquier (2014), section 3.1: the parameters look tame, the density is negative.
    /// let vogt = Svi { a: -0.0410, b: 0.1331, rho: 0.3060, m: 0.3586, sigma: 0.4153 };
    /// let check = vogt.butterfly(-1.5, 1.5);
    /// assert!(!check.is_free() && check.worst_g < 0.0 && check.wing < 2.0);
    /// ```
    pub fn butterfly(&self, low: f64, high: f64) -> Butterfly {
        let (worst_at, worst_g) = least(self.places(low, high), |k| self.durrleman(k));
        Butterfly {
            worst_g,
            worst_at,
            wing: self.b * (1.0 + self.rho.abs()),
            variance_min: self.variance_min(),
        }
    }

    /// The calendar check against a later slice, between two log-moneynesses.
    pub fn calendar(&self, later: &Svi, low: f64, high: f64) -> CalendarGap {
        let mut places = self.places(low, high);
        places.extend(later.places(low, high));
        places.sort_by(f64::total_cmp);
        let (worst_at, gap) = least(places, |k| later.variance(k) - self.variance(k));
        CalendarGap { gap, worst_at }
    }

    /// Fits quoted volatilities of one expiry; `forward` in dollars and `years` to expiry, both positive.
    ///
    /// At least five different strikes are needed. A stale quote is outvoted (Tukey's biweight, as in [`super::Smile::fit`]). Lee's bound
    /// and a positive variance always hold; where the best curve has a negative density, the best one without is taken and
    /// [`SviFit::is_constrained`] says so. If none is found, the best curve stays and [`SviFit::butterfly`] tells. Same points, same bits.
    pub fn fit(points: &[SmilePoint], forward: f64, years: f64) -> Result<SviFit, Error> {
        at_least(f64::MIN_POSITIVE, "forward", forward)?;
        at_least(super::YEARS_MIN, "years to expiry", years)?;
        fit::fit(points, forward, years)
    }

    /// Places from `low` to `high`: even ones, and ones that crowd around the vertex.
    fn places(&self, low: f64, high: f64) -> Vec<f64> {
        const EVEN: u32 = 200;
        let even = (0..=EVEN).map(|i| low + (high - low) * f64::from(i) / f64::from(EVEN));
        let near = (-40..=40).map(|i| self.m + self.sigma * (0.1 * f64::from(i)).sinh());
        let mut places: Vec<f64> = even
            .chain(near.filter(|k| (low..=high).contains(k)))
            .collect();
        places.sort_by(f64::total_cmp);
        places
    }
}

/// Place and value of the least of `f` over sorted places, the worst one refined between its neighbours by golden section.
fn least(places: Vec<f64>, f: impl Fn(f64) -> f64) -> (f64, f64) {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let best = (0..places.len())
        .map(|i| (i, f(places[i])))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let Some((index, value)) = best else {
        return (f64::NAN, f64::NAN);
    };
    let (mut low, mut high) = (
        places[index.saturating_sub(1)],
        places[(index + 1).min(places.len() - 1)],
    );
    for _ in 0..40 {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if f(left) < f(right) {
            high = right;
        } else {
            low = left;
        }
    }
    let middle = 0.5 * (low + high);
    let refined = f(middle);
    if refined < value {
        (middle, refined)
    } else {
        (places[index], value)
    }
}

#[cfg(test)]
mod tests;
