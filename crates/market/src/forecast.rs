//! How much will the price move? Forecasts of the variance of the next days, from what is known today.
//!
//! ```text
//! realised   mean of the last 63 squared returns
//! EWMA       s'^2 = 0.94 s^2 + 0.06 r^2                                      every later day alike
//! GARCH      s'^2 = (1 - a - b) V + a r^2 + b s^2     V the mean square      day k: V + (a + b)^(k-1) (s'^2 - V)
//! HAR        mean square of the next h days = c + d r^2 + w mean_5 r^2 + m mean_22 r^2
//! implied    vol^2 / 252
//! mix        ln vol = weighted mean of ln vol(history) and ln vol(implied), weights by precision; history alone where nothing is implied
//! ```
//! All per trading day; a forecast of h days is the sum, which for all but GARCH and HAR is h times the day's. `a` and `b` are of maximum
//! likelihood (normal) in the last 1,000 returns, `a + b` at most 0.999; `c` to `m` by least squares over the whole past, for each h
//! apart. A HAR forecast is held between the least and the greatest mean of 22 days seen so far: least squares knows no zero.
//! Both need 500 returns ([`FromReturns::returns_min`]); below that they have no forecast.
//!
//! A [`Past`] ends today: no forecaster can see a later return. None is fair to jumps, dividends or earnings days to come.
//!
//! Sources: J.P. Morgan, RiskMetrics (1996); Bollerslev, J. Econometrics 31 (1986); Francq, Horvath & Zakoian, J. Financial Econometrics 9
//! (2011), for the target V; Corsi, J. Financial Econometrics 7 (2009); Swanson & White, J. Business & Economic Statistics 15 (1997), for the bounds.

use crate::history::{TRADING_DAYS_PER_YEAR, realised_vol, realised_vol_weighted};
use std::fmt;

/// Returns that count for realised volatility: a quarter of trading.
pub const REALISED_RETURNS: usize = 63;
/// Fewest returns that say anything.
pub const RETURNS_MIN: usize = 10;
/// Fewest returns for GARCH and HAR.
pub const FITTED_RETURNS_MIN: usize = 500;
/// Decay of EWMA a day.
pub const EWMA_DECAY: f64 = 0.94;
/// Returns behind a GARCH fit, at most.
const GARCH_RETURNS: usize = 1000;
/// Days between fits.
pub const REFIT_DAYS: usize = 21;
/// Longest mean of HAR.
const MONTH: usize = 22;
const WEEK: usize = 5;

/// What is known at a close, and nothing later.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// Daily log returns, oldest first; the last is today's.
    pub returns: &'a [f64],
    /// What options imply today, a fraction per year.
    pub implied_vol: Option<f64>,
}

/// A forecast from past returns alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FromReturns {
    /// The last 63 returns.
    Realised,
    /// Weights that fall by 6 % a day.
    Ewma,
    /// GARCH(1,1).
    Garch,
    /// Means of a day, a week and a month.
    Har,
}

impl FromReturns {
    /// All of them.
    pub const ALL: [FromReturns; 4] = [
        FromReturns::Realised,
        FromReturns::Ewma,
        FromReturns::Garch,
        FromReturns::Har,
    ];

    /// Fewest returns that it needs.
    pub fn returns_min(self) -> usize {
        match self {
            FromReturns::Realised | FromReturns::Ewma => RETURNS_MIN,
            FromReturns::Garch | FromReturns::Har => FITTED_RETURNS_MIN,
        }
    }
}

impl fmt::Display for FromReturns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FromReturns::Realised => "realised",
            FromReturns::Ewma => "EWMA",
            FromReturns::Garch => "GARCH",
            FromReturns::Har => "HAR",
        })
    }
}

/// How well volatility is foretold: standard deviations of the log error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogErrors {
    /// Of implied volatility.
    pub implied: f64,
    /// Of a forecast from history, besides its sampling error.
    pub history: f64,
}

/// A volatility told from history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Fraction per year.
    pub vol_per_year: f64,
    /// Returns behind it.
    pub returns: usize,
    /// Variance of its logarithm by sampling alone; 0 where that is not told apart from the error of the forecast.
    pub log_variance: f64,
}

/// A forecast of volatility and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixed {
    /// Fraction per year.
    pub vol_per_year: f64,
    /// Standard deviation of its log error.
    pub log_error: f64,
    /// Weight of history; the rest is implied.
    pub history_weight: f64,
}

/// Weighs history against implied volatility, each by how well it is known to foretell. `None` where neither is there.
pub fn mix(history: Option<Estimate>, implied: Option<f64>, errors: LogErrors) -> Option<Mixed> {
    let implied_precision = 1.0 / errors.implied.powi(2).max(1e-8);
    let variance = |estimate: Estimate| estimate.log_variance + errors.history.powi(2);
    match (history, implied) {
        (Some(estimate), Some(implied)) => {
            let variance = variance(estimate);
            let weight = (1.0 / variance) / (1.0 / variance + implied_precision);
            let log_vol = weight * estimate.vol_per_year.ln() + (1.0 - weight) * implied.ln();
            Some(Mixed {
                vol_per_year: log_vol.exp(),
                log_error: (1.0 / (1.0 / variance + implied_precision)).sqrt(),
                history_weight: weight,
            })
        }
        (Some(estimate), None) => Some(Mixed {
            vol_per_year: estimate.vol_per_year,
            log_error: variance(estimate).sqrt(),
            history_weight: 1.0,
        }),
        (None, Some(implied)) => Some(Mixed {
            vol_per_year: implied,
            log_error: errors.implied,
            history_weight: 0.0,
        }),
        (None, None) => None,
    }
}

/// Who makes a forecast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Forecaster {
    /// From history alone.
    Alone(FromReturns),
    /// What options imply.
    Implied,
    /// Both; history alone where nothing is implied.
    Mix(FromReturns),
}

impl fmt::Display for Forecaster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Forecaster::Alone(history) => history.fmt(f),
            Forecaster::Implied => f.write_str("implied"),
            Forecaster::Mix(history) => write!(f, "{history} and implied"),
        }
    }
}

/// Forecasts along one series, with the fits that they rest on. A fit is made anew when the past has grown by [`REFIT_DAYS`], so hand over
/// pasts of one series only, in their order.
#[derive(Clone, Debug, Default)]
pub struct Fits {
    garch: Option<(usize, Option<Garch>)>,
    har: Vec<(usize, usize, Option<Har>)>,
}

impl Fits {
    /// The variance of the log return over the next `days` trading days. `None` where the past does not carry the forecast.
    pub fn variance(
        &mut self,
        forecaster: Forecaster,
        past: Past<'_>,
        days: usize,
        errors: LogErrors,
    ) -> Option<f64> {
        let years = days as f64 / TRADING_DAYS_PER_YEAR;
        let implied = past.implied_vol.filter(|vol| *vol > 0.0);
        let vol = match forecaster {
            Forecaster::Implied => implied?,
            Forecaster::Alone(history) => self.history(history, past.returns, days)?.vol_per_year,
            Forecaster::Mix(history) => {
                let estimate = self.history(history, past.returns, days)?;
                mix(Some(estimate), implied, errors)?.vol_per_year
            }
        };
        Some(vol * vol * years)
    }

    /// The volatility of the next `days` trading days from returns alone.
    pub fn history(&mut self, from: FromReturns, returns: &[f64], days: usize) -> Option<Estimate> {
        let all = returns.len();
        if all < RETURNS_MIN || days == 0 {
            return None;
        }
        let years = days as f64 / TRADING_DAYS_PER_YEAR;
        let fitted = |variance: f64, returns: usize| Estimate {
            vol_per_year: (variance / years).sqrt(),
            returns,
            log_variance: 0.0,
        };
        let estimate = match from {
            FromReturns::Realised => {
                let found = realised_vol(&returns[all.saturating_sub(REALISED_RETURNS)..])?;
                Estimate {
                    vol_per_year: found.vol_per_year,
                    returns: found.n,
                    log_variance: 1.0 / (2.0 * found.n as f64),
                }
            }
            FromReturns::Ewma => {
                // What is older weighs less than a millionth together.
                let found = realised_vol_weighted(&returns[all.saturating_sub(256)..], EWMA_DECAY)?;
                Estimate {
                    vol_per_year: found.vol_per_year,
                    returns: found.n,
                    log_variance: (found.standard_error / found.vol_per_year).powi(2),
                }
            }
            FromReturns::Garch => {
                let window = &returns[all.saturating_sub(GARCH_RETURNS)..];
                if !matches!(self.garch, Some((at, _)) if (at..at + REFIT_DAYS).contains(&all)) {
                    self.garch = Some((all, Garch::fit(window)));
                }
                let (_, fit) = self.garch.as_ref()?;
                fitted(fit.as_ref()?.variance(window, days), window.len())
            }
            FromReturns::Har => {
                let known = self
                    .har
                    .iter()
                    .position(|(of, at, _)| *of == days && (*at..*at + REFIT_DAYS).contains(&all));
                let place = known.unwrap_or_else(|| {
                    self.har.retain(|(of, _, _)| *of != days);
                    self.har.push((days, all, Har::fit(returns, days)));
                    self.har.len() - 1
                });
                fitted(self.har[place].2.as_ref()?.variance(returns), all)
            }
        };
        (estimate.vol_per_year > 0.0 && estimate.vol_per_year.is_finite()).then_some(estimate)
    }
}

/// GARCH(1,1) around a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Garch {
    /// Long-run variance of a day.
    pub target: f64,
    /// Weight of the last squared return.
    pub shock: f64,
    /// Weight of the last variance; less than 1 together with `shock`.
    pub memory: f64,
}

/// Persistence is kept below this.
const PERSISTENCE_MAX: f64 = 0.999;

impl Garch {
    /// Of greatest likelihood. `None` below 500 returns, or where they do not move.
    pub fn fit(returns: &[f64]) -> Option<Garch> {
        if returns.len() < FITTED_RETURNS_MIN || returns.iter().any(|r| !r.is_finite()) {
            return None;
        }
        let target = returns.iter().map(|r| r * r).sum::<f64>() / returns.len() as f64;
        if target <= 0.0 {
            return None;
        }
        let at = |[persistence, share]: [f64; 2]| {
            let squeeze = |x: f64| 1.0 / (1.0 + (-x).exp());
            let persistence = PERSISTENCE_MAX * squeeze(persistence);
            let shock = persistence * squeeze(share);
            Garch {
                target,
                shock,
                memory: persistence - shock,
            }
        };
        let loss = |place: [f64; 2]| -at(place).log_likelihood(returns);
        // Some windows have two summits: begin at the best of a grid.
        let unsqueeze = |share: f64| (share / (1.0 - share)).ln();
        let grid = [0.3, 0.7, 0.9, 0.96, 0.985, 0.997]
            .into_iter()
            .flat_map(|persistence| {
                [0.01, 0.03, 0.07, 0.15, 0.35].map(|share| [persistence, share].map(unsqueeze))
            });
        let starts = grid.map(|place| (place, loss(place)));
        let (start, _) = starts.min_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(at(least(loss, start)))
    }

    /// Of normal returns; the variance of the first day is the target.
    pub fn log_likelihood(&self, returns: &[f64]) -> f64 {
        let constant = (1.0 - self.shock - self.memory) * self.target;
        let mut variance = self.target;
        let (mut squares, mut product, mut logs) = (0.0, 1.0_f64, 0.0);
        for (day, r) in returns.iter().enumerate() {
            squares += r * r / variance;
            // One logarithm for eight days.
            product *= variance / self.target;
            if day % 8 == 7 {
                logs += product.ln();
                product = 1.0;
            }
            variance = constant + self.shock * r * r + self.memory * variance;
        }
        logs += product.ln();
        let days = returns.len() as f64;
        -0.5 * (days * (std::f64::consts::TAU.ln() + self.target.ln()) + logs + squares)
    }

    /// Of the next `days` together, after these returns.
    pub fn variance(&self, returns: &[f64], days: usize) -> f64 {
        let persistence = self.shock + self.memory;
        let constant = (1.0 - persistence) * self.target;
        let next = returns.iter().fold(self.target, |variance, r| {
            constant + self.shock * r * r + self.memory * variance
        });
        let mut apart = next - self.target;
        let mut sum = 0.0;
        for _ in 0..days {
            sum += self.target + apart;
            apart *= persistence;
        }
        sum
    }
}

/// The place of the least value near `start`: a simplex of three points (Nelder & Mead, Computer Journal 7, 1965).
fn least(value: impl Fn([f64; 2]) -> f64, start: [f64; 2]) -> [f64; 2] {
    let of = |place: [f64; 2]| (place, value(place));
    let mut points = [
        of(start),
        of([start[0] + 0.4, start[1]]),
        of([start[0], start[1] + 0.4]),
    ];
    for _ in 0..200 {
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [best, middle, worst] = points;
        if worst.1 - best.1 < 1e-9 * (1.0 + best.1.abs()) {
            break;
        }
        let along = |t: f64| {
            let mean = |axis: usize| 0.5 * (best.0[axis] + middle.0[axis]);
            let step = |axis: usize| {
                // Far out the squeezed values no longer change.
                (mean(axis) + t * (mean(axis) - worst.0[axis])).clamp(-12.0, 12.0)
            };
            of([step(0), step(1)])
        };
        let mirrored = along(1.0);
        points[2] = if mirrored.1 < best.1 {
            let further = along(2.0);
            if further.1 < mirrored.1 {
                further
            } else {
                mirrored
            }
        } else if mirrored.1 < middle.1 {
            mirrored
        } else {
            let nearer = if mirrored.1 < worst.1 {
                along(0.5)
            } else {
                along(-0.5)
            };
            if nearer.1 < worst.1.min(mirrored.1) {
                nearer
            } else {
                let half = |a: f64, b: f64| 0.5 * (a + b);
                let shrunk = |p: [f64; 2]| of([half(p[0], best.0[0]), half(p[1], best.0[1])]);
                points[1] = shrunk(middle.0);
                shrunk(worst.0)
            }
        };
    }
    points.sort_by(|a, b| a.1.total_cmp(&b.1));
    points[0].0
}

/// Mean squares of a day, a week and a month, weighed by what followed them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Har {
    /// Days ahead.
    pub days: usize,
    /// Constant, variance of a day; weights of the last day, the last 5, the last 22.
    pub weights: [f64; 4],
    /// Least and greatest mean square of 22 days before the fit.
    pub seen: (f64, f64),
}

impl Har {
    /// By least squares on windows that had ended. `None` below 500 returns, or where the three means do not differ.
    pub fn fit(returns: &[f64], days: usize) -> Option<Har> {
        if returns.len() < FITTED_RETURNS_MIN.max(MONTH + days) || days == 0 {
            return None;
        }
        // Sums before each day.
        let mut before = vec![0.0];
        for r in returns {
            before.push(before[before.len() - 1] + r * r);
        }
        let mean = |from: usize, to: usize| (before[to] - before[from]) / (to - from) as f64;
        let scale = mean(0, returns.len());
        if !(scale > 0.0 && scale.is_finite()) {
            return None;
        }
        let mut seen = (f64::INFINITY, 0.0_f64);
        let mut equations = [[0.0; 5]; 4];
        for today in MONTH..=returns.len() {
            let month = mean(today - MONTH, today);
            seen = (seen.0.min(month), seen.1.max(month));
            if today + days > returns.len() {
                continue;
            }
            let causes = [
                1.0,
                mean(today - 1, today) / scale,
                mean(today - WEEK, today) / scale,
                month / scale,
            ];
            let came = mean(today, today + days) / scale;
            for (row, cause) in equations.iter_mut().zip(causes) {
                for (cell, other) in row.iter_mut().zip(causes.into_iter().chain([came])) {
                    *cell += cause * other;
                }
            }
        }
        let mut weights = solved(equations)?;
        weights[0] *= scale;
        Some(Har {
            days,
            weights,
            seen,
        })
    }

    /// Of the next days together, after these returns.
    pub fn variance(&self, returns: &[f64]) -> f64 {
        let mean = |count: usize| {
            let last = &returns[returns.len().saturating_sub(count)..];
            last.iter().map(|r| r * r).sum::<f64>() / last.len() as f64
        };
        let [constant, day, week, month] = self.weights;
        let a_day = constant + day * mean(1) + week * mean(WEEK) + month * mean(MONTH);
        // Prices that stood still for a month would allow nothing.
        let low = self.seen.0.max(1e-3 * self.seen.1);
        self.days as f64 * a_day.clamp(low, self.seen.1)
    }
}

/// Four linear equations, by elimination with the greatest pivot. `None` where they say no more than three would.
fn solved(mut rows: [[f64; 5]; 4]) -> Option<[f64; 4]> {
    // Causes are of the order of 1, so the first cell is the number of equations.
    let least = 1e-10 * rows[0][0];
    for at in 0..4 {
        let best = (at..4).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()))?;
        rows.swap(at, best);
        let pivot = rows[at];
        if pivot[at].abs() <= least {
            return None;
        }
        for (place, row) in rows.iter_mut().enumerate() {
            if place != at {
                let times = row[at] / pivot[at];
                for (cell, from) in row.iter_mut().zip(pivot) {
                    *cell -= times * from;
                }
            }
        }
    }
    Some([0, 1, 2, 3].map(|at| rows[at][4] / rows[at][at]))
}

#[cfg(test)]
mod tests;
