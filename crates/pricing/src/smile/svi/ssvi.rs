//! SSVI: a whole surface in three numbers and the variance at the forward of each expiry.
//!
//! ```text
//! w(k, theta) = theta/2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2))       phi = eta / (theta^gamma (1 + theta)^(1-gamma))
//! butterfly free if  theta phi (1 + |rho|) < 4  and  theta phi^2 (1 + |rho|) <= 4              at every theta
//! calendar free if   theta never falls in time  and  0 <= d(theta phi)/dtheta <= (1 + sqrt(1 - rho^2)) phi / rho^2
//! ```
//! Source: Gatheral & Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14 (2014), theorems 4.1 and 4.2 and
//! equation (4.5). The butterfly conditions are sufficient; the checks of each slice (`Svi::butterfly`) are the sharper ones.
//! Points taken from a surface give its three numbers back to 1e-6 (tests). Coarse by design: one skew for all expiries.

use super::super::SmilePoint;
use super::fit::downhill;
use super::{Svi, SviFit};
use crate::Error;

/// The parameters of a surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ssvi {
    /// Correlation of spot and volatility, from -1 to 1.
    pub rho: f64,
    /// Size of phi. Positive.
    pub eta: f64,
    /// How fast phi falls with variance, from 0 to 1.
    pub gamma: f64,
}

/// One expiry's quotes.
#[derive(Clone, Debug)]
pub struct SsviSlice {
    /// Time to expiry in years of 365 days. Positive.
    pub years: f64,
    /// Price of one share delivered then, in dollars. Positive.
    pub forward: f64,
    /// Its quoted volatilities.
    pub points: Vec<SmilePoint>,
}

/// A fitted surface.
#[derive(Clone, Debug, PartialEq)]
pub struct SsviFit {
    /// The three parameters.
    pub ssvi: Ssvi,
    /// `(years, theta)`: total variance at the forward, in order of time, of the expiries that had points enough.
    pub thetas: Vec<(f64, f64)>,
    /// Root of the weighted mean square residual of all points: vol as a fraction per year.
    pub rmse: f64,
    /// How many points were used.
    pub count: usize,
}

/// The conditions for the absence of static arbitrage, as numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SsviArbitrage {
    /// Largest `theta phi (1 + |rho|)`; below 4 is free.
    pub butterfly_wing: f64,
    /// Largest `theta phi^2 (1 + |rho|)`; at most 4 is free.
    pub butterfly_bend: f64,
    /// Least step of theta from one expiry to the next; negative is calendar arbitrage. Infinite with one expiry.
    pub theta_step: f64,
    /// Largest `d(theta phi)/dtheta rho^2 / (phi (1 + sqrt(1 - rho^2)))`; at most 1 is free.
    pub calendar_ratio: f64,
}

impl SsviArbitrage {
    /// Do all conditions hold at the thetas asked?
    pub fn is_free(&self) -> bool {
        self.butterfly_wing < 4.0
            && self.butterfly_bend <= 4.0
            && self.theta_step >= 0.0
            && self.calendar_ratio <= 1.0
    }
}

impl Ssvi {
    /// `phi(theta)`.
    pub fn phi(&self, theta: f64) -> f64 {
        self.eta / (theta.powf(self.gamma) * (1.0 + theta).powf(1.0 - self.gamma))
    }

    /// Total variance at a log-moneyness, where that at the forward is `theta`.
    pub fn variance(&self, k: f64, theta: f64) -> f64 {
        let x = self.phi(theta) * k;
        let root = (x + self.rho).powi(2) + (1.0 - self.rho) * (1.0 + self.rho);
        0.5 * theta * (1.0 + self.rho * x + root.sqrt())
    }

    /// The same slice as raw SVI (Gatheral & Jacquier 2014, section 4).
    pub fn slice(&self, theta: f64) -> Svi {
        let phi = self.phi(theta);
        let rest = (1.0 - self.rho) * (1.0 + self.rho);
        Svi {
            a: 0.5 * theta * rest,
            b: 0.5 * theta * phi,
            rho: self.rho,
            m: -self.rho / phi,
            sigma: rest.sqrt() / phi,
        }
    }

    /// The conditions at the thetas of a surface, given in order of time.
    pub fn arbitrage(&self, thetas: &[f64]) -> SsviArbitrage {
        let most = |f: &dyn Fn(f64) -> f64| thetas.iter().map(|&t| f(t)).fold(0.0, f64::max);
        let side = 1.0 + self.rho.abs();
        // d(theta phi)/dtheta over phi is (1 - gamma) / (1 + theta) for this phi: never negative.
        let growth = |theta: f64| (1.0 - self.gamma) / (1.0 + theta);
        let bound = 1.0 + ((1.0 - self.rho) * (1.0 + self.rho)).sqrt();
        SsviArbitrage {
            butterfly_wing: most(&|t| t * self.phi(t) * side),
            butterfly_bend: most(&|t| t * self.phi(t).powi(2) * side),
            theta_step: thetas
                .windows(2)
                .map(|pair| pair[1] - pair[0])
                .fold(f64::INFINITY, f64::min),
            calendar_ratio: most(&|t| growth(t) * self.rho * self.rho / bound),
        }
    }

    /// Fits a whole surface: theta from the SVI slice of each expiry, then the three parameters through all points, with Huber's loss
    /// at one vol point so that a stale quote counts little. Expiries with fewer than five strikes are passed over.
    pub fn fit(slices: &[SsviSlice]) -> Result<SsviFit, Error> {
        let mut order: Vec<&SsviSlice> = slices.iter().collect();
        order.sort_by(|a, b| a.years.total_cmp(&b.years));
        let (mut thetas, mut quotes) = (Vec::new(), Vec::new());
        for slice in order {
            let Ok(SviFit { svi, .. }) = Svi::fit(&slice.points, slice.forward, slice.years) else {
                continue;
            };
            let theta = svi.variance(0.0);
            if !(theta > 0.0 && theta.is_finite()) {
                continue;
            }
            thetas.push((slice.years, theta));
            let positive = |x: f64| x > 0.0 && x.is_finite();
            let usable =
                |p: &&SmilePoint| positive(p.strike) && positive(p.vol) && positive(p.weight);
            // Every expiry has the same say, however dense its strikes are.
            let total: f64 = slice.points.iter().filter(usable).map(|p| p.weight).sum();
            quotes.extend(slice.points.iter().filter(usable).map(|p| Quote {
                k: (p.strike / slice.forward).ln(),
                theta,
                years: slice.years,
                vol: p.vol,
                weight: p.weight / total,
            }));
        }
        if quotes.is_empty() {
            return Err(Error::NothingToFit {
                offered: slices.iter().map(|slice| slice.points.len()).sum(),
            });
        }
        let total: f64 = quotes.iter().map(|quote| quote.weight).sum();
        let mean = |x: [f64; 3], loss: &dyn Fn(f64) -> f64| {
            let ssvi = Ssvi::from_free(x);
            let residual = |q: &Quote| q.vol - (ssvi.variance(q.k, q.theta) / q.years).sqrt();
            quotes
                .iter()
                .map(|q| q.weight * loss(residual(q)))
                .sum::<f64>()
                / total
        };
        let huber = |r: f64| {
            const POINT: f64 = 0.01;
            if r.abs() <= POINT {
                r * r
            } else {
                POINT * (2.0 * r.abs() - POINT)
            }
        };
        let cost = |x: [f64; 3]| mean(x, &huber);
        let step = [0.3, 0.5, 0.5];
        let found = [-0.8, 0.0, 0.5].map(|start| {
            let (x, _) = downhill([start, 0.0, 0.0], step, 300, &cost);
            downhill(x, step.map(|s| 0.1 * s), 300, &cost)
        });
        let best = found.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let (x, _) = best.unwrap_or(([0.0; 3], f64::NAN));
        Ok(SsviFit {
            ssvi: Ssvi::from_free(x),
            thetas,
            rmse: mean(x, &|r| r * r).sqrt(),
            count: quotes.len(),
        })
    }

    /// Parameters from three free numbers.
    fn from_free([x, y, z]: [f64; 3]) -> Ssvi {
        Ssvi {
            rho: x.tanh(),
            eta: y.clamp(-20.0, 20.0).exp(),
            gamma: 1.0 / (1.0 + (-z).exp()),
        }
    }
}

/// A quoted point of the whole surface.
struct Quote {
    k: f64,
    theta: f64,
    years: f64,
    vol: f64,
    weight: f64,
}
