//! What happens to a name on which days: dividends, earnings, crashes.
//!
//! The committed year has its dates by hand ([`super::names`]). A long history has them by rule: dividends on the third Friday
//! (the fund) or third Tuesday of their months, earnings on a Tuesday, each on the trading day before if the exchange is shut;
//! crashes of the same four days two to five years apart, at dates that depend on the seed and nothing else.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::names::{CRASH, CRASH_SHOCK, Dividend, Name};
use super::path::round;
use super::random::Key;
use crate::calendar::trading_day_at_or_before;

/// The known days of a name.
pub(super) struct Schedule {
    /// Dividends, the next one after the last day included.
    pub(super) dividends: Vec<Dividend>,
    /// Days before whose open earnings come out, the next one after the last day included.
    pub(super) earnings: Vec<Date>,
    /// Nobody knows these before they are there.
    pub(super) crash: BTreeMap<Date, CrashDay>,
}

/// What one day of a crash does to the fund.
#[derive(Clone, Copy)]
pub(super) struct CrashDay {
    pub(super) log_return: f64,
    /// What it adds to the logarithm of daily volatility.
    pub(super) shock: f64,
}

/// When something happens four times a year.
pub(super) struct Quarterly {
    /// The first month of the year in which it does, 1 to 3.
    pub(super) month: i8,
    pub(super) weekday: Weekday,
    /// Which of the month: the third Friday.
    pub(super) nth: i8,
}

impl Quarterly {
    /// The days from one to another, both included.
    pub(super) fn days(&self, first: Date, last: Date) -> Vec<Date> {
        let months = (first.year()..=last.year())
            .flat_map(|year| (0..4).map(move |quarter| (year, self.month + 3 * quarter)));
        let day = |(year, month)| {
            let first = Date::new(year, month, 1).ok()?;
            let day = first.nth_weekday_of_month(self.nth, self.weekday).ok()?;
            Some(trading_day_at_or_before(day))
        };
        months
            .filter_map(day)
            .filter(|day| first <= *day && *day <= last)
            .collect()
    }
}

impl Schedule {
    /// The committed year's.
    pub(super) fn of_year(name: &Name) -> Schedule {
        let dates: Vec<Date> = CRASH.iter().map(|(date, _)| *date).collect();
        Schedule {
            dividends: name.dividends.to_vec(),
            earnings: name.earnings.to_vec(),
            crash: crash(&dates),
        }
    }
}

/// Dividends that grew by `growth` a year (a fraction) up to the last one's `amount_usd`, in whole cents.
pub(super) fn dividends(ex_dates: &[Date], amount_usd: f64, growth: f64) -> Vec<Dividend> {
    let count = ex_dates.len();
    let years_ago = |place: usize| (count - 1 - place) as f64 / 4.0;
    ex_dates
        .iter()
        .enumerate()
        .map(|(place, ex_date)| Dividend {
            ex_date: *ex_date,
            amount_usd: round(amount_usd / (1.0 + growth).powf(years_ago(place)), 2),
        })
        .collect()
}

/// Crashes two to five years apart among these trading days, the first one after at most three.
pub(super) fn crashes(dates: &[Date], key: Key) -> BTreeMap<Date, CrashDay> {
    const DAYS_PER_YEAR: f64 = 252.0;
    let mut days = BTreeMap::new();
    let mut at = DAYS_PER_YEAR * 3.0 * key.at(0).uniform();
    for part in 1.. {
        let from = at as usize + 1;
        let Some(hit) = dates.get(from..from + CRASH.len()) else {
            break;
        };
        days.extend(crash(hit));
        at += DAYS_PER_YEAR * (2.0 + 3.0 * key.at(part).uniform());
    }
    days
}

/// One crash, on these four days.
fn crash(dates: &[Date]) -> BTreeMap<Date, CrashDay> {
    let days = dates.iter().zip(CRASH).zip(CRASH_SHOCK);
    days.map(|((date, (_, log_return)), shock)| (*date, CrashDay { log_return, shock }))
        .collect()
}
