//! Days of a price history that were like its last one, and what followed.
//!
//! ```text
//! features of day t, from closes up to t:
//!   volatility over 10, 21, 63 days       ln sqrt(252/n sum r^2)              r: log total returns
//!   return over 5, 21, 63 days            sum r
//!   worst fall within 63 days             ln of the lowest close over the highest before it
//!   below the high of up to 252 days      ln(close / highest close)
//! z        = (feature - mean) / standard deviation, over the days that are compared and today
//! distance = sqrt(mean of (z_t - z_today)^2)
//! outcome  = close at the last trading day no later than t + days, over close at t
//! ```
//! A day is compared only if its outcome had ended by the day asked for, so nothing looks ahead; the mean and the deviation use no
//! later day either. A day is close if its distance is at most [`FARTHEST`]: for features that have nothing to do with one another,
//! about 2 in 1,000 days are that close by accident (chi-square with 8 degrees of freedom below 1; tested). Outcomes of neighbouring days overlap: of
//! the close days, the nearest is kept, and no other within its outcome's length, and so on; these are the independent ones, and only
//! they are counted. Not a forecast: a handful of days is a handful of days, which is why the interval stands beside the share.

use super::{Contract, FeatureView, OutcomeView, PriceDay, PriceRecall};
use crate::plan::Figure;
use crate::regimes::Told;
use jiff::ToSpan;
use jiff::civil::Date;
use market::calendar;
use market::history::History;

/// Root mean square difference in standard deviations up to which a day is close.
pub(crate) const FARTHEST: f64 = 0.5;
/// Days ahead that are looked at where no contract is proposed.
pub(crate) const DAYS_WITHOUT_CONTRACT: u32 = 30;
/// Precedents shown; all count.
const SHOWN: usize = 8;
/// Features named as most alike.
const NAMED: usize = 3;
/// Trading days before the first day that has all features.
const WARM_UP: usize = 63;
/// Days compared, at least: below that a standard deviation says little.
const COMPARED_MIN: usize = 30;
/// Trading days by which a history may end before the day asked for.
const STALE_DAYS: u32 = 5;
/// 97.5 % quantile of the normal law, for the interval of a share.
const DEVIATIONS: f64 = 1.959_963_984_540_054;

/// Names and units of the features, in the order of `Prices::features`.
const NAMES: [(&str, &str); 8] = [
    ("volatility over 10 days", "log of a fraction per year"),
    ("volatility over 21 days", "log of a fraction per year"),
    ("volatility over 63 days", "log of a fraction per year"),
    ("return over 5 days", "log return"),
    ("return over 21 days", "log return"),
    ("return over 63 days", "log return"),
    ("worst fall within 63 days", "log return"),
    ("distance from the high of up to 252 days", "log return"),
];

/// The prices of one underlying up to a day, splits undone.
#[derive(Clone, Debug)]
pub(crate) struct Prices {
    source: String,
    dates: Vec<Date>,
    /// Closes in today's shares, dividends not added.
    closes: Vec<f64>,
    /// Log total returns; the first is 0.
    returns: Vec<f64>,
}

impl Prices {
    /// The days of a history up to `as_of`. Splits that it does not list are taken from jumps of the close.
    pub(crate) fn until(history: &History, as_of: Date, source: &str) -> Prices {
        let mut past = history.clone();
        let count = past.days.iter().take_while(|day| day.date <= as_of).count();
        past.days.truncate(count);
        past.mark_splits();
        let mut shares = 1.0;
        let mut closes: Vec<f64> = past
            .days
            .iter()
            .rev()
            .map(|day| {
                let close = day.close_usd / shares;
                shares *= day.split;
                close
            })
            .collect();
        closes.reverse();
        let mut returns = vec![0.0];
        returns.extend(past.log_returns());
        returns.truncate(past.days.len());
        Prices {
            source: source.to_owned(),
            dates: past.days.iter().map(|day| day.date).collect(),
            closes,
            returns,
        }
    }

    /// The days, oldest first.
    pub(crate) fn dates(&self) -> &[Date] {
        &self.dates
    }

    /// Log total returns: one for each day after the first.
    pub(crate) fn log_returns(&self) -> &[f64] {
        self.returns.get(1..).unwrap_or_default()
    }

    /// Index of the last day, unless it lies too far before the day asked for; else the reason.
    pub(crate) fn today(&self, as_of: Date) -> Result<usize, String> {
        let Some(today) = self.dates.len().checked_sub(1) else {
            return Err(format!("the history has no day up to {as_of}"));
        };
        let missing = calendar::trading_days_between(self.dates[today], as_of);
        if missing > STALE_DAYS {
            return Err(format!(
                "the history ends on {}, {missing} trading days before {as_of}",
                self.dates[today]
            ));
        }
        Ok(today)
    }

    fn features(&self, day: usize) -> Option<[f64; 8]> {
        if day < WARM_UP {
            return None;
        }
        let last = |count: usize| &self.returns[day + 1 - count..=day];
        let vol = |count: usize| {
            let sum: f64 = last(count).iter().map(|r| r * r).sum();
            // A share that stood still has no logarithm of a volatility.
            let floor = 1e-4;
            (sum * 252.0 / count as f64).sqrt().max(floor).ln()
        };
        let total = |count: usize| last(count).iter().sum::<f64>();
        let window = &self.closes[day - WARM_UP..=day];
        let (mut high, mut fall) = (f64::MIN_POSITIVE, 0.0_f64);
        for &close in window {
            high = high.max(close);
            fall = fall.min((close / high).ln());
        }
        let year = &self.closes[(day + 1).saturating_sub(252)..=day];
        let top = year.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let all = [
            vol(10),
            vol(21),
            vol(63),
            total(5),
            total(21),
            total(63),
            fall,
            (self.closes[day] / top).ln(),
        ];
        all.iter().all(|x| x.is_finite()).then_some(all)
    }

    /// Index of the last day no later than `days` after day `from`, if that moment had passed by `as_of` and prices reach there.
    fn end(&self, from: usize, days: u32, as_of: Date) -> Option<usize> {
        let due = self.dates[from].checked_add(i64::from(days).days()).ok()?;
        let last = *self.dates.last()?;
        // A history that ends on the Friday knows the outcome due on the Sunday.
        if due > as_of || calendar::trading_day_at_or_before(due) > last {
            return None;
        }
        let end = self.dates.partition_point(|date| *date <= due) - 1;
        (end > from).then_some(end)
    }
}

/// A day whose features and outcome are known.
struct Known {
    day: usize,
    end: usize,
    features: [f64; 8],
    return_fraction: f64,
}

/// The days most like the last one; with `only`, those in that regime alone. `Err` is the reason why there is nothing to compare.
///
/// Distances do not depend on `only`: means and deviations are always over all days.
pub(crate) fn recall(
    prices: &Prices,
    contract: Option<Contract>,
    as_of: Date,
    told: Option<&Told>,
    only: Option<&str>,
) -> Result<PriceRecall, String> {
    let days = contract.map_or(DAYS_WITHOUT_CONTRACT, |contract| contract.days);
    let today = prices.today(as_of)?;
    let regime = |day: usize| told.and_then(|told| told.on(prices.dates[day]));
    let Some(now) = prices.features(today) else {
        return Err(format!(
            "the history has {} days up to {as_of}; the features of a day need the {WARM_UP} before it",
            today + 1
        ));
    };
    let mut known: Vec<Known> = (0..today)
        .filter_map(|day| {
            let end = prices.end(day, days, as_of)?;
            Some(Known {
                day,
                end,
                features: prices.features(day)?,
                return_fraction: prices.closes[end] / prices.closes[day] - 1.0,
            })
        })
        .collect();
    if known.len() < COMPARED_MIN {
        return Err(format!(
            "only {} earlier days have features and a known outcome {days} days later; {COMPARED_MIN} are the least",
            known.len()
        ));
    }
    let rows: Vec<[f64; 8]> = known.iter().map(|day| day.features).collect();
    let scale = Scale::of(&rows, &now);
    if let Some(only) = only {
        known.retain(|known| regime(known.day) == Some(only));
        if known.is_empty() {
            return Err(format!(
                "no earlier day with a known outcome was in the regime {only}"
            ));
        }
    }
    let distances: Vec<f64> = known
        .iter()
        .map(|day| scale.distance(&day.features, &now))
        .collect();
    let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
    let mut order: Vec<(f64, usize)> = distances
        .into_iter()
        .zip(0..)
        .filter(|(distance, _)| *distance <= FARTHEST)
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let close_days = order.len();
    let apart = independent(order.iter().map(|&(_, at)| at), &known);
    let distance_of = |at: usize| scale.distance(&known[at].features, &now);
    let after_close: Vec<&Known> = apart.iter().map(|&at| &known[at]).collect();
    let after_any: Vec<&Known> = known.iter().collect();
    Ok(PriceRecall {
        source: prices.source.clone(),
        from: prices.dates[0].to_string(),
        today: prices.dates[today].to_string(),
        features: scale.view(&now),
        rule: format!(
            "each feature less its mean, over its standard deviation; distance is the root mean square difference; close is at most {FARTHEST}; a day counts if its outcome, {days} calendar days later, was known by {as_of}{}; of overlapping outcomes the nearest day's counts",
            only.map_or_else(String::new, |only| format!(
                ", and if it was in the regime {only}"
            ))
        ),
        farthest: FARTHEST,
        nearest,
        close_days: close_days as u32,
        precedents: apart
            .iter()
            .take(SHOWN)
            .map(|&at| {
                let day = &known[at];
                let names = scale.alike(&day.features, &now);
                PriceDay {
                    date: prices.dates[day.day].to_string(),
                    end: prices.dates[day.end].to_string(),
                    regime: regime(day.day).map(str::to_owned),
                    distance: distance_of(at),
                    most_alike: names.iter().take(NAMED).map(|n| (*n).to_owned()).collect(),
                    least_alike: names.last().map_or("", |name| *name).to_owned(),
                    return_fraction: day.return_fraction,
                    worst_close_fraction: worst(prices, day, contract),
                    past_strike: contract.map(|c| c.past_strike(day.return_fraction)),
                }
            })
            .collect(),
        after_close: outcome(&after_close, apart.len(), contract),
        after_any: outcome(
            &after_any,
            independent(0..known.len(), &known).len(),
            contract,
        ),
    })
}

/// Of these days, in this order, those whose outcomes overlap with none taken before.
fn independent(order: impl Iterator<Item = usize>, known: &[Known]) -> Vec<usize> {
    let mut taken: Vec<usize> = Vec::new();
    for at in order {
        let day = &known[at];
        let overlaps = |&other: &usize| day.day < known[other].end && known[other].day < day.end;
        if !taken.iter().any(overlaps) {
            taken.push(at);
        }
    }
    taken
}

/// The worst close on the way for whoever sold the contract; without one, the lowest.
fn worst(prices: &Prices, day: &Known, contract: Option<Contract>) -> f64 {
    let way = &prices.closes[day.day + 1..=day.end];
    let call = contract.is_some_and(|contract| contract.right == pricing::Right::Call);
    let extreme = if call {
        way.iter().copied().fold(f64::MIN, f64::max)
    } else {
        way.iter().copied().fold(f64::MAX, f64::min)
    };
    extreme / prices.closes[day.day] - 1.0
}

fn outcome(days: &[&Known], independent: usize, contract: Option<Contract>) -> OutcomeView {
    let none = || Figure::missing("no such day");
    let returns = || days.iter().map(|day| day.return_fraction);
    let fold = |with: fn(f64, f64) -> f64| returns().reduce(with).map_or_else(none, Figure::from);
    let share = contract.filter(|_| !days.is_empty()).map(|contract| {
        let past = returns().filter(|&r| contract.past_strike(r)).count();
        past as f64 / days.len() as f64
    });
    let why = if days.is_empty() {
        "no such day"
    } else {
        "no option is proposed"
    };
    let (low, high) = match share {
        Some(share) => {
            let (low, high) = wilson(share, independent);
            (low.into(), high.into())
        }
        None => (Figure::missing(why), Figure::missing(why)),
    };
    OutcomeView {
        days: days.len() as u32,
        independent: independent as u32,
        mean_return_fraction: match days.len() {
            0 => none(),
            count => (returns().sum::<f64>() / count as f64).into(),
        },
        lowest_return_fraction: fold(f64::min),
        highest_return_fraction: fold(f64::max),
        past_strike_fraction: share.map_or_else(|| Figure::missing(why), Figure::from),
        past_strike_low_fraction: low,
        past_strike_high_fraction: high,
    }
}

/// The 95 % interval of a share seen in a sample (Wilson, J. American Statistical Association 22 (1927)).
pub(super) fn wilson(share: f64, sample: usize) -> (f64, f64) {
    let (n, z2) = (sample.max(1) as f64, DEVIATIONS * DEVIATIONS);
    let middle = share + z2 / (2.0 * n);
    let half = DEVIATIONS * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z2 / n;
    (
        ((middle - half) / whole).max(0.0),
        ((middle + half) / whole).min(1.0),
    )
}

/// Means and standard deviations of the features.
pub(super) struct Scale {
    mean: [f64; 8],
    deviation: [f64; 8],
}

impl Scale {
    /// Over all rows and today.
    pub(super) fn of(rows: &[[f64; 8]], now: &[f64; 8]) -> Scale {
        let all = || rows.iter().chain(std::iter::once(now));
        let count = (rows.len() + 1) as f64;
        let mut scale = Scale {
            mean: [0.0; 8],
            deviation: [0.0; 8],
        };
        for at in 0..8 {
            let mean = all().map(|row| row[at]).sum::<f64>() / count;
            let square = all().map(|row| (row[at] - mean).powi(2)).sum::<f64>();
            scale.mean[at] = mean;
            let deviation = (square / (count - 1.0).max(1.0)).sqrt();
            // Rounding aside, a feature that never moves tells no day from another.
            scale.deviation[at] = if deviation > 1e-12 { deviation } else { 0.0 };
        }
        scale
    }

    fn differences(&self, row: &[f64; 8], now: &[f64; 8]) -> impl Iterator<Item = (usize, f64)> {
        let pairs: Vec<(usize, f64)> = (0..8)
            .filter(|&at| self.deviation[at] > 0.0)
            .map(|at| (at, (row[at] - now[at]) / self.deviation[at]))
            .collect();
        pairs.into_iter()
    }

    /// Root mean square difference in standard deviations.
    pub(super) fn distance(&self, row: &[f64; 8], now: &[f64; 8]) -> f64 {
        let squares: Vec<f64> = self.differences(row, now).map(|(_, z)| z * z).collect();
        (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt()
    }

    /// Names of the features, the most alike first.
    fn alike(&self, row: &[f64; 8], now: &[f64; 8]) -> Vec<&'static str> {
        let mut order: Vec<(usize, f64)> = self.differences(row, now).collect();
        order.sort_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        order.into_iter().map(|(at, _)| NAMES[at].0).collect()
    }

    fn view(&self, now: &[f64; 8]) -> Vec<FeatureView> {
        let one = |(at, (name, unit)): (usize, &(&str, &str))| FeatureView {
            name: (*name).to_owned(),
            today: now[at],
            mean: self.mean[at],
            deviation: self.deviation[at],
            unit: (*unit).to_owned(),
        };
        NAMES.iter().enumerate().map(one).collect()
    }
}
