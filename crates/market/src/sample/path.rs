//! One name's prices, and what the generator itself expects of the days to come.
//!
//! ```text
//! return(t)  = drift - s^2/2 + s z(t) + earnings move,        s = L e^(y(t-1) + c(t-1)) / sqrt 252
//! y(t)       = persistence y(t-1) + vol_of_vol (leverage z(t) + sqrt(1 - leverage^2) w(t))
//! c(t)       = 0.93 c(t-1), plus the shock of a crash day (whose return is given instead of drawn)
//! E[s^2(t+h)] = L^2/252 exp(2 persistence^(h-1) y + 2 0.93^(h-1) c + 2 v),     v = the variance of y(t+h-1) seen from t
//! ```
//! A discrete stochastic volatility model after Taylor, Modelling Financial Time Series (1986), with leverage. The `z` and `w`
//! of the committed year are shifted and scaled to mean 0 and variance 1, so that one year shows the volatility it was made
//! with, and its prices are laid backwards from the last close, so that it ends where it should. Either would give away the
//! future of a longer history, which does neither: see [`super::long`].

use jiff::civil::Date;

use super::names::{CRASH_DECAY, FIRST_DAY, LAST_DAY, NAMES, Name, RATE};
use super::random::Key;
use super::schedule::Schedule;
use crate::calendar::{days_from_epoch, is_trading_day, next_trading_day, trading_days_between};
use crate::history::{Day, TRADING_DAYS_PER_YEAR};

/// A name's prices, and the state of its volatility at the close of each day.
pub(super) struct Path {
    pub(super) name: Name,
    pub(super) schedule: Schedule,
    pub(super) days: Vec<Day>,
    /// Log return of each day, dividends included and splits undone; 0 on the first.
    pub(super) returns: Vec<f64>,
    states: Vec<State>,
    /// Daily volatility when `y` and `c` are zero, a fraction per year.
    level: f64,
}

/// What is known at a close about the volatility of the days after.
#[derive(Clone, Copy, Default)]
struct State {
    y: f64,
    c: f64,
}

/// The committed year of all names; their returns are correlated through the first.
pub(super) fn paths(seed: u64) -> Vec<Path> {
    let key = Key::new(seed);
    let dates = trading_days(FIRST_DAY, LAST_DAY);
    let draw = |part: u64| {
        standardised(
            (0..dates.len() as u64)
                .map(|day| key.at(part).at(day).normal())
                .collect(),
        )
    };
    let market = draw(0);
    let path = |(i, name): (usize, &'static Name)| {
        let place = 16 * i as u64;
        let own = draw(place + 1);
        let z = market
            .iter()
            .zip(&own)
            .map(|(all, own)| mix(name.market, *all, *own))
            .collect();
        let key = key.at(place + 3);
        let mut path = Path::new(
            *name,
            Schedule::of_year(name),
            &dates,
            &standardised(z),
            &draw(place + 2),
            key,
        );
        path.days = prices(name, &dates, &path.returns, key);
        path
    };
    NAMES.iter().enumerate().map(path).collect()
}

/// The trading days from one day to another, both included.
pub(super) fn trading_days(first: Date, last: Date) -> Vec<Date> {
    let mut dates = vec![if is_trading_day(first) {
        first
    } else {
        next_trading_day(first)
    }];
    while next_trading_day(dates[dates.len() - 1]) <= last {
        dates.push(next_trading_day(dates[dates.len() - 1]));
    }
    dates
}

impl Path {
    /// Returns and volatility of these days, from standard normal numbers; there are no prices yet.
    pub(super) fn new(
        name: Name,
        schedule: Schedule,
        dates: &[Date],
        z: &[f64],
        w: &[f64],
        key: Key,
    ) -> Path {
        let level = level(&name);
        let mut states = vec![State::default()];
        let mut returns = vec![0.0];
        for t in 1..dates.len() {
            let State { y, c } = states[t - 1];
            let s = level * (y + c).exp() / TRADING_DAYS_PER_YEAR.sqrt();
            let crash = schedule.crash.get(&dates[t]);
            let z = if crash.is_some() { 0.0 } else { z[t] };
            let move_ = if schedule.earnings.contains(&dates[t]) {
                name.earnings_move
            } else {
                0.0
            };
            let drawn = name.drift / TRADING_DAYS_PER_YEAR - 0.5 * (s * s + move_ * move_)
                + s * z
                + move_ * key.at(t as u64).at(0).normal();
            returns.push(round(
                crash.map_or(drawn, |day| day.log_return * name.crash_return),
                6,
            ));
            let shock = crash.map_or(0.0, |day| day.shock * name.crash_shock);
            states.push(State {
                y: round(
                    name.persistence * y + name.vol_of_vol * mix(name.leverage, z, w[t]),
                    6,
                ),
                c: round(CRASH_DECAY * c + shock, 6),
            });
        }
        Path {
            name,
            schedule,
            days: Vec::new(),
            returns,
            states,
            level,
        }
    }

    /// The shock of the crash that is left at the close of day `t`, in logarithm of volatility.
    pub(super) fn shock(&self, t: usize) -> f64 {
        self.states[t].c
    }

    /// The variance that the generator expects of the log returns after day `t` up to and with `until`; not annualised.
    pub(super) fn expected_variance(&self, t: usize, until: Date) -> f64 {
        let today = self.days[t].date;
        let days = trading_days_between(today, until);
        let earnings = self
            .schedule
            .earnings
            .iter()
            .filter(|&&date| today < date && date <= until)
            .count();
        self.level.powi(2) * relative_variance(&self.name, self.states[t], days)
            / TRADING_DAYS_PER_YEAR
            + self.name.earnings_move.powi(2) * earnings as f64
    }

    /// Price now of the share without the dividends up to and with `until`, dollars.
    pub(super) fn spot_without_dividends(&self, t: usize, until: Date) -> f64 {
        let Day {
            date: today,
            close_usd,
            ..
        } = self.days[t];
        let due = self
            .schedule
            .dividends
            .iter()
            .filter(|due| today < due.ex_date && due.ex_date <= until);
        close_usd
            - due
                .map(|due| due.amount_usd * (-RATE * years(today, due.ex_date)).exp())
                .sum::<f64>()
    }
}

/// Years of 365 days from one day to a later one.
pub(super) fn years(from: Date, to: Date) -> f64 {
    days_between(from, to) as f64 / 365.0
}

/// Calendar days from one day to another.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    days_from_epoch(to) - days_from_epoch(from)
}

/// `x` with so many decimals: what is stored must not depend on the last bit of an `exp`.
pub(super) fn round(x: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    // Plus zero: no minus zero is ever stored.
    (x * scale).round() / scale + 0.0
}

/// The level at which a quiet day's 30-day implied volatility is the name's `iv`.
fn level(name: &Name) -> f64 {
    const DAYS: u32 = 21;
    let total = relative_variance(name, State::default(), DAYS) / TRADING_DAYS_PER_YEAR;
    name.iv / (1.0 + name.premium) * (30.0 / 365.0 / total).sqrt()
}

/// The sum of `E[s^2]` over the next `days`, in units of the squared level per day.
fn relative_variance(name: &Name, state: State, days: u32) -> f64 {
    let (mut y, mut c, mut uncertain) = (state.y, state.c, 0.0);
    let mut sum = 0.0;
    for _ in 0..days {
        sum += (2.0 * (y + c + uncertain)).exp();
        y *= name.persistence;
        c *= CRASH_DECAY;
        uncertain = uncertain * name.persistence.powi(2) + name.vol_of_vol.powi(2);
    }
    sum
}

/// Closes backwards from the last one, and the other three prices of each day around them.
fn prices(name: &Name, dates: &[Date], returns: &[f64], key: Key) -> Vec<Day> {
    let mut days = Vec::new();
    let mut close_usd = name.last_usd;
    for t in (0..dates.len()).rev() {
        let date = dates[t];
        let split = name
            .split
            .filter(|(day, _)| *day == date)
            .map_or(1.0, |(_, ratio)| f64::from(ratio));
        let dividend_usd = name
            .dividends
            .iter()
            .find(|paid| paid.ex_date == date)
            .map_or(0.0, |paid| paid.amount_usd);
        let before = (close_usd + dividend_usd) * split / returns[t].exp();
        days.push(day(
            name,
            key.at(t as u64),
            date,
            (before / split - dividend_usd, close_usd),
            returns[t],
            (dividend_usd, split),
        ));
        close_usd = round(before, 2);
    }
    days.reverse();
    days
}

/// A day whose close is known, and whose other three prices lie around it; `from_usd` is the close before, in today's shares
/// and without today's dividend.
pub(super) fn day(
    name: &Name,
    key: Key,
    date: Date,
    (from_usd, close_usd): (f64, f64),
    log_return: f64,
    (dividend_usd, split): (f64, f64),
) -> Day {
    let noise = |part| key.at(part).normal();
    let width = name.iv / TRADING_DAYS_PER_YEAR.sqrt();
    let gap = 0.35 * log_return + 0.3 * width * noise(1);
    let open = round(from_usd * gap.exp(), 2);
    let high = round(
        open.max(close_usd) * (0.35 * width * noise(2).abs()).exp(),
        2,
    );
    let low = round(
        open.min(close_usd) * (-0.35 * width * noise(3).abs()).exp(),
        2,
    );
    Day {
        date,
        open_usd: Some(open),
        high_usd: Some(high),
        low_usd: Some(low),
        close_usd,
        dividend_usd,
        split,
    }
}

/// A standard normal number that correlates with `a`.
pub(super) fn mix(correlation: f64, a: f64, b: f64) -> f64 {
    correlation * a + (1.0 - correlation * correlation).sqrt() * b
}

fn standardised(mut draws: Vec<f64>) -> Vec<f64> {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let deviation = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    draws.iter_mut().for_each(|x| *x = (*x - mean) / deviation);
    draws
}
