//! Does the market model foretell? Forecasts of variance, and the law that stands on them, walked forward over daily returns.
//!
//! ```text
//! came       sum of the h squared returns after the day                     the variance that a forecast of h days is held against
//! losses     QLIKE (`coverage::qlike`) and squared error, every day; overlapping days go to Diebold-Mariano with h
//! PIT        F(log return of h days), F normal with the forecast variance and a mean return of nothing, or the same with the plan's jump
//! tails      1, 5, 95, 99 %: passed below, or above; Kupiec and Christoffersen on windows that do not overlap: the first, and every h-th after it
//! together   losses of one day averaged over the series that have it, then Diebold-Mariano: series of one day are not independent
//! ```
//! Walk-forward only: a forecast gets a [`Past`], which ends on its day. All forecasters are judged on the same days, those on which every one of
//! them has an answer. The jump is that of `market::futures`: at most one to the horizon, of two sizes, its mean taken off.
//!
//! What is graded is a flat volatility to the horizon; the plan spreads the same level over a smile and lets it move, which fattens tails more.
//! Sources: Patton (2011); Diebold & Mariano (1995); Diebold, Gunther & Tay, International Economic Review 39 (1998), for the PIT.

use crate::coverage::{Better, Coverage, better, coverage, qlike};
use crate::uniform;
use jiff::civil::Date;
use market::calendar::next_trading_day;
use market::forecast::{FITTED_RETURNS_MIN, Fits, Forecaster, FromReturns, LogErrors, Past};
use market::history::TRADING_DAYS_PER_YEAR;
use pricing::normal;
use std::collections::BTreeMap;

/// Daily returns of one name.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it is called.
    pub name: String,
    /// The day on which each return ended, ascending.
    pub dates: Vec<Date>,
    /// Log returns.
    pub returns: Vec<f64>,
    /// What options implied at the close of each of these days, a fraction per year; nothing where no implied series goes with it.
    pub implied: Option<Vec<Option<f64>>>,
}

impl Series {
    /// Made, not measured: GARCH(1,1) with Student-t returns of 5 degrees on 2,600 trading days, and an implied volatility that knows what is to be expected
    /// of the next 21 days and asks a tenth more. It shows how a table reads and proves nothing.
    pub fn synthetic(number: u64) -> Series {
        const DAYS: usize = 2600;
        let (target, shock, memory) = (1.6e-4, 0.08, 0.90);
        let mut variance: f64 = target;
        let mut day = Date::constant(2010, 1, 4);
        let mut made = Series {
            name: format!("synthetic {}", number + 1),
            dates: Vec::new(),
            returns: Vec::new(),
            implied: Some(Vec::new()),
        };
        for step in 0..DAYS as u64 {
            let normal = |part: u64| {
                let address = 8 * (number * DAYS as u64 + step) + part;
                normal::inverse_cdf(uniform(SEED, address))
            };
            let chi: f64 = (1..=5).map(|part| normal(part).powi(2)).sum();
            let r = (variance * 3.0 / chi).sqrt() * normal(0);
            let innovation = (1.0 - shock - memory) * target + shock * r * r;
            variance = innovation + memory * variance;
            let persistence: f64 = shock + memory;
            let ahead = (1.0 - persistence.powi(21)) / (21.0 * (1.0 - persistence));
            let expected = target + ahead * (variance - target);
            made.dates.push(day);
            made.returns.push(r);
            if let Some(implied) = &mut made.implied {
                implied.push(Some(1.1 * (TRADING_DAYS_PER_YEAR * expected).sqrt()));
            }
            day = next_trading_day(day);
        }
        made
    }
}

/// Of [`Series::synthetic`].
const SEED: u64 = 10;

/// What is asked of each series.
#[derive(Clone, Debug)]
pub struct Question {
    /// Trading days ahead.
    pub horizons: Vec<usize>,
    /// The history in today's default forecast.
    pub default: FromReturns,
    /// How the mix weighs.
    pub errors: LogErrors,
    /// The first day on which a forecast is judged, if there is enough past.
    pub from: Date,
    /// No return later than this is looked at.
    pub to: Date,
}

impl Question {
    /// Those that are compared, the default first.
    pub fn forecasters(&self, implied: bool) -> Vec<Forecaster> {
        let others = || FromReturns::ALL.into_iter().filter(|h| *h != self.default);
        if !implied {
            let all = std::iter::once(self.default).chain(others());
            return all.map(Forecaster::Alone).collect();
        }
        let mut all = vec![Forecaster::Mix(self.default)];
        all.extend(others().map(Forecaster::Mix));
        all.push(Forecaster::Implied);
        all.extend(FromReturns::ALL.map(Forecaster::Alone));
        all
    }
}

/// Forecasts of one series at one horizon, and what came.
#[derive(Clone, Debug)]
pub struct Windows {
    /// Trading days ahead.
    pub days: usize,
    /// The day of each forecast.
    pub dates: Vec<Date>,
    /// Sum of the squared returns that followed.
    pub came: Vec<f64>,
    /// The log return that followed.
    pub moved: Vec<f64>,
    /// Variances, a row for each forecaster.
    pub forecasts: Vec<Vec<f64>>,
    /// Days with enough past and future on which some forecaster had no answer.
    pub left_out: usize,
}

/// Walks one series: all windows of every horizon. `go_on` hears the part that is done; `None` where it said no.
///
/// The first forecast is made with 500 returns known.
pub fn walk(
    series: &Series,
    question: &Question,
    go_on: &dyn Fn(f64) -> bool,
) -> Option<Vec<Windows>> {
    assert_eq!(series.dates.len(), series.returns.len(), "a date each");
    let forecasters = question.forecasters(series.implied.is_some());
    let until = series.dates.partition_point(|date| *date <= question.to);
    let mut all: Vec<Windows> = question
        .horizons
        .iter()
        .map(|&days| Windows {
            days,
            dates: Vec::new(),
            came: Vec::new(),
            moved: Vec::new(),
            forecasts: vec![Vec::new(); forecasters.len()],
            left_out: 0,
        })
        .collect();
    let mut fits = Fits::default();
    for known in FITTED_RETURNS_MIN..until {
        if known % 64 == 0 && !go_on(known as f64 / until as f64) {
            return None;
        }
        let date = series.dates[known - 1];
        if date < question.from {
            continue;
        }
        let past = Past {
            returns: &series.returns[..known],
            implied_vol: series.implied.as_ref().and_then(|all| all[known - 1]),
        };
        for windows in &mut all {
            if known + windows.days > until {
                continue;
            }
            let said: Option<Vec<f64>> = forecasters
                .iter()
                .map(|one| {
                    // A mix of nothing with history would be history under another name.
                    let needs = matches!(one, Forecaster::Mix(_));
                    (!needs || past.implied_vol.is_some())
                        .then(|| fits.variance(*one, past, windows.days, question.errors))?
                })
                .collect();
            let Some(said) = said else {
                windows.left_out += 1;
                continue;
            };
            let next = &series.returns[known..known + windows.days];
            windows.dates.push(date);
            windows.came.push(next.iter().map(|r| r * r).sum());
            windows.moved.push(next.iter().sum());
            for (row, variance) in windows.forecasts.iter_mut().zip(said) {
                row.push(variance);
            }
        }
    }
    Some(all)
}

/// How one forecaster did on one series at one horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Mean QLIKE.
    pub qlike: f64,
    /// Mean squared error of the variance per year.
    pub mse: f64,
    /// Mean variance that came over mean variance that was forecast.
    pub came_over_forecast: f64,
    /// Mean and standard deviation of ln(volatility that came / forecast); none where on some day nothing moved.
    pub log_error: Option<(f64, f64)>,
    /// QLIKE against the default's; none for the default, or where it cannot be told.
    pub qlike_test: Option<Better>,
    /// Squared error against the default's.
    pub mse_test: Option<Better>,
}

impl Windows {
    /// Losses by QLIKE, day by day.
    fn qlikes(&self, forecaster: usize) -> Vec<f64> {
        let pairs = self.forecasts[forecaster].iter().zip(&self.came);
        pairs.map(|(f, came)| qlike(*f, *came)).collect()
    }

    fn squares(&self, forecaster: usize) -> Vec<f64> {
        let per_year = TRADING_DAYS_PER_YEAR / self.days as f64;
        let pairs = self.forecasts[forecaster].iter().zip(&self.came);
        pairs
            .map(|(f, came)| (per_year * (f - came)).powi(2))
            .collect()
    }

    /// A score for each forecaster; the first is the default. Nothing where there is no window.
    pub fn scores(&self) -> Vec<Score> {
        if self.came.is_empty() {
            return Vec::new();
        }
        let (default_qlikes, default_squares) = (self.qlikes(0), self.squares(0));
        let score = |at: usize| {
            let (qlikes, squares) = (self.qlikes(at), self.squares(at));
            let test = |own: &[f64], default: &[f64]| {
                (at > 0).then(|| better(own, default, self.days).ok())?
            };
            let still = self.came.iter().any(|came| *came <= 0.0);
            let errors = || -> Vec<f64> {
                let pairs = self.forecasts[at].iter().zip(&self.came);
                pairs.map(|(f, came)| 0.5 * (came / f).ln()).collect()
            };
            Score {
                qlike: mean(&qlikes),
                mse: mean(&squares),
                came_over_forecast: mean(&self.came) / mean(&self.forecasts[at]),
                log_error: (!still).then(|| {
                    let errors = errors();
                    let centre = mean(&errors);
                    let square = errors.iter().map(|e| (e - centre).powi(2)).sum::<f64>();
                    (centre, (square / errors.len() as f64).sqrt())
                }),
                qlike_test: test(&qlikes, &default_qlikes),
                mse_test: test(&squares, &default_squares),
            }
        };
        (0..self.forecasts.len()).map(score).collect()
    }
}

/// QLIKE of each forecaster against the first over many series: the mean over the series that have the day, tested over days.
pub fn together(all: &[&Windows]) -> Vec<Option<Better>> {
    let Some(first) = all.first() else {
        return Vec::new();
    };
    let mut days: BTreeMap<Date, (f64, Vec<f64>)> = BTreeMap::new();
    for windows in all {
        for at in 0..windows.forecasts.len() {
            for (date, loss) in windows.dates.iter().zip(windows.qlikes(at)) {
                let none = || (0.0, vec![0.0; windows.forecasts.len()]);
                let day = days.entry(*date).or_insert_with(none);
                day.1[at] += loss;
                day.0 += f64::from(u8::from(at == 0));
            }
        }
    }
    let row = |at: usize| -> Vec<f64> { days.values().map(|(n, sums)| sums[at] / n).collect() };
    let default = row(0);
    (0..first.forecasts.len())
        .map(|at| (at > 0).then(|| better(&row(at), &default, first.days).ok())?)
        .collect()
}

/// The plan's crash jump: sizes are multiples of the volatility forecast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jumps {
    /// How often a year.
    pub per_year: f64,
    /// Mean log jump.
    pub mean_vols: f64,
    /// A jump is the mean plus or minus this.
    pub sd_vols: f64,
}

/// The law of the log return to a horizon: normal laws of one variance, mixed. The price itself is expected to stay where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law {
    /// Chance and mean of each part.
    parts: [(f64, f64); 3],
    deviation: f64,
}

impl Law {
    /// With `variance` over `days` trading days, and a jump on top of it if there is one.
    pub fn new(variance: f64, days: usize, jumps: Option<Jumps>) -> Law {
        let years = days as f64 / TRADING_DAYS_PER_YEAR;
        let vol = (variance / years).sqrt();
        let centre = -0.5 * variance;
        let parts = match jumps {
            None => [(1.0, centre), (0.0, centre), (0.0, centre)],
            Some(jumps) => {
                let chance = 1.0 - (-jumps.per_year * years).exp();
                let sizes = [-1.0, 1.0].map(|side| (jumps.mean_vols + side * jumps.sd_vols) * vol);
                let grown = sizes[0].exp() + sizes[1].exp();
                let centre = centre - (1.0 - chance + 0.5 * chance * grown).ln();
                [
                    (1.0 - chance, centre),
                    (0.5 * chance, centre + sizes[0]),
                    (0.5 * chance, centre + sizes[1]),
                ]
            }
        };
        Law {
            parts,
            deviation: variance.sqrt(),
        }
    }

    /// Chance of a log return up to `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        let part = |(chance, mean): &(f64, f64)| chance * normal::cdf((x - mean) / self.deviation);
        self.parts.iter().map(part).sum()
    }
}

/// Quantiles whose passing is tested.
pub const QUANTILES: [f64; 4] = [0.01, 0.05, 0.95, 0.99];

/// One tail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// The quantile.
    pub quantile: f64,
    /// Share of all windows, overlapping ones too, beyond it: below a low quantile, above a high one.
    pub share: f64,
    /// Kupiec and Christoffersen on windows that do not overlap.
    pub coverage: Coverage,
}

/// What the law made of what came.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Windows of each tenth of the law; all alike where it is right.
    pub tenths: [usize; 10],
    /// [`QUANTILES`].
    pub tails: [Tail; 4],
}

impl Windows {
    /// The law on one forecaster's variances, against what came. `None` where there is no window.
    pub fn calibration(&self, forecaster: usize, jumps: Option<Jumps>) -> Option<Calibration> {
        let pairs = self.forecasts[forecaster].iter().zip(&self.moved);
        let pit: Vec<f64> = pairs
            .map(|(variance, moved)| Law::new(*variance, self.days, jumps).cdf(*moved))
            .collect();
        let mut tenths = [0; 10];
        for one in &pit {
            tenths[((10.0 * one) as usize).min(9)] += 1;
        }
        let tail = |quantile: f64| {
            let low = quantile < 0.5;
            let passed = |pit: &f64| {
                if low {
                    *pit < quantile
                } else {
                    *pit > quantile
                }
            };
            let apart: Vec<bool> = pit.iter().step_by(self.days).map(passed).collect();
            let chance = if low { quantile } else { 1.0 - quantile };
            Some(Tail {
                quantile,
                share: pit.iter().filter(|pit| passed(pit)).count() as f64 / pit.len() as f64,
                coverage: coverage(&apart, chance).ok()?,
            })
        };
        let [a, b, c, d] = QUANTILES.map(tail);
        Some(Calibration {
            tenths,
            tails: [a?, b?, c?, d?],
        })
    }
}

/// The chance that at least `count` of `of` tests at 5 % reject where nothing is wrong, were they independent.
pub fn chance_of_rejections(count: usize, of: usize) -> f64 {
    let mut term = 0.95_f64.powi(of as i32);
    let mut below = 0.0;
    for k in 0..count.min(of + 1) {
        below += term;
        term *= (of - k) as f64 / (k + 1) as f64 * 0.05 / 0.95;
    }
    (1.0 - below).max(0.0)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests;
