//! The New York exchange calendar: which days trade, and which of them only until noon, by rule.
//!
//! Full-day holidays follow NYSE rule 7.2: New Year, Martin Luther King (from 1998), Presidents, Good Friday, Memorial,
//! Juneteenth (from 2022), Independence, Labor, Thanksgiving, Christmas. A holiday on a Sunday is observed on the Monday
//! after, one on a Saturday on the Friday before, except where that Friday ends a month or a year: a New Year on a
//! Saturday is not observed at all. Easter is the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, 1991,
//! chapter 8). Beside the rules stands a short list of days of mourning and disaster.
//!
//! Half days end at 13:00 (until 1992: 14:00): Christmas Eve from Monday to Thursday; the day after Thanksgiving, from
//! 1992; July 3 before an Independence Day on Tuesday, Wednesday or Friday, from 1995; beside one on Thursday July 5
//! until 2002 and July 3 from 2013; and the Fridays after Christmas 1997 and 2003.
//!
//! Right for 1990 to 2100 as far as rules can be; a closure announced after this was written is unknown to it. The closures
//! and half days of 1990 to 2027 are those of two independent calendars, day by day (`tests/calendar.rs`). They differ on
//! one day: `exchange_calendars` lets 1999-12-31 end at 13:00; `pandas_market_calendars` finds no source for that, and so
//! do we. Not for sessions that an accident began late or cut short (snow, the halt of 1997-10-27, minutes of silence), and
//! not for other exchanges. What the days mean in hours is in [`time`](crate::time).

use jiff::civil::{Date, Weekday};

/// Days on which the exchange stayed shut though no rule says so.
const CLOSURES: [(i16, i8, i8); 11] = [
    (1994, 4, 27), // Richard Nixon's funeral
    (2001, 9, 11), // attacks of September 11
    (2001, 9, 12),
    (2001, 9, 13),
    (2001, 9, 14),
    (2004, 6, 11),  // Ronald Reagan's funeral
    (2007, 1, 2),   // Gerald Ford's funeral
    (2012, 10, 29), // Hurricane Sandy
    (2012, 10, 30),
    (2018, 12, 5), // George H. W. Bush's funeral
    (2025, 1, 9),  // Jimmy Carter's funeral
];

/// Does the exchange open on this day?
pub fn is_trading_day(date: Date) -> bool {
    !is_weekend(date) && !is_holiday(date)
}

/// Is it a Saturday or a Sunday?
pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Is it a weekday on which the exchange stays shut all day?
pub fn is_holiday(date: Date) -> bool {
    !is_weekend(date) && holidays(date.year()).any(|holiday| holiday == date)
}

/// Does the session of this trading day end early?
///
/// ```
/// use jiff::civil::date;
/// assert!(market::calendar::is_half_day(date(2026, 11, 27)));
/// assert!(!market::calendar::is_half_day(date(2026, 7, 3)), "Independence Day is kept on it: shut all day");
/// ```
pub fn is_half_day(date: Date) -> bool {
    half_days(date.year()).any(|half| half == date)
}

/// The first trading day after `date`.
pub fn next_trading_day(date: Date) -> Date {
    let mut day = date;
    while let Ok(tomorrow) = day.tomorrow() {
        day = tomorrow;
        if is_trading_day(day) {
            break;
        }
    }
    day
}

/// The last trading day before `date`.
pub fn previous_trading_day(date: Date) -> Date {
    let mut day = date;
    while let Ok(yesterday) = day.yesterday() {
        day = yesterday;
        if is_trading_day(day) {
            break;
        }
    }
    day
}

/// The trading day itself, or the last one before a day on which the exchange stays shut.
pub fn trading_day_at_or_before(date: Date) -> Date {
    if is_trading_day(date) {
        date
    } else {
        previous_trading_day(date)
    }
}

/// How many trading days lie after `a`, up to and including `b`? Zero if `b` is not after `a`.
///
/// ```
/// use jiff::civil::date;
/// // Friday to Monday is one trading day; Independence Day 2025 was a Friday.
/// assert_eq!(market::calendar::trading_days_between(date(2025, 6, 27), date(2025, 6, 30)), 1);
/// assert_eq!(market::calendar::trading_days_between(date(2025, 7, 3), date(2025, 7, 7)), 1);
/// ```
pub fn trading_days_between(a: Date, b: Date) -> u32 {
    if b <= a {
        return 0;
    }
    let weekdays = weekdays_to(b) - weekdays_to(a);
    let shut = (a.year()..=b.year())
        .flat_map(holidays)
        .filter(|&day| a < day && day <= b)
        .count();
    u32::try_from(weekdays).unwrap_or(0) - u32::try_from(shut).unwrap_or(0)
}

/// Weekdays from Monday 1970-01-05 up to and including `date`; negative before it.
fn weekdays_to(date: Date) -> i64 {
    let days = days_from_epoch(date) - 4; // 1970-01-05 is day 4 of the Unix epoch
    days.div_euclid(7) * 5 + (days.rem_euclid(7) + 1).min(5)
}

/// Days since 1970-01-01.
pub(crate) fn days_from_epoch(date: Date) -> i64 {
    // Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The day that lies `days` after 1970-01-01, if it is in the years -9999 to 9999.
pub(crate) fn date_from_epoch(days: i64) -> Option<Date> {
    // The same source, civil_from_days.
    if !(-4_500_000..=3_000_000).contains(&days) {
        return None;
    }
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}

/// The weekdays of `year` on which the exchange stays shut, in no particular order.
fn holidays(year: i16) -> impl Iterator<Item = Date> {
    let new_year = day(year, 1, 1);
    let by_rule = [
        // A New Year on a Saturday would close the last Friday of the old year: it is not observed.
        new_year
            .filter(|date| date.weekday() != Weekday::Saturday)
            .and_then(observed),
        if year >= 1998 {
            nth(year, 1, Weekday::Monday, 3)
        } else {
            None
        },
        nth(year, 2, Weekday::Monday, 3),
        easter(year).and_then(|sunday| date_from_epoch(days_from_epoch(sunday) - 2)),
        nth(year, 5, Weekday::Monday, -1),
        if year >= 2022 {
            day(year, 6, 19).and_then(observed)
        } else {
            None
        },
        day(year, 7, 4).and_then(observed),
        nth(year, 9, Weekday::Monday, 1),
        nth(year, 11, Weekday::Thursday, 4),
        day(year, 12, 25).and_then(observed),
    ];
    let special = CLOSURES
        .into_iter()
        .filter(move |closure| closure.0 == year)
        .filter_map(|(year, month, date)| day(year, month, date));
    by_rule.into_iter().flatten().chain(special)
}

/// The trading days of `year` that end early, in no particular order.
pub(crate) fn half_days(year: i16) -> impl Iterator<Item = Date> {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let independence = day(year, 7, 4).and_then(|fourth| match fourth.weekday() {
        Tuesday | Wednesday | Friday if year >= 1995 => fourth.yesterday().ok(),
        Thursday if year >= 2013 => fourth.yesterday().ok(),
        Thursday if (1995..=2002).contains(&year) => fourth.tomorrow().ok(),
        _ => None,
    });
    let thanksgiving = (year >= 1992)
        .then(|| nth(year, 11, Thursday, 4)?.tomorrow().ok())
        .flatten();
    let christmas_eve = day(year, 12, 24).filter(|eve| match eve.weekday() {
        Monday | Tuesday | Wednesday | Thursday => year >= 1990,
        Friday | Saturday | Sunday => false,
    });
    let boxing_day = matches!(year, 1997 | 2003)
        .then(|| day(year, 12, 26))
        .flatten();
    [independence, thanksgiving, christmas_eve, boxing_day]
        .into_iter()
        .flatten()
}

fn day(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

fn nth(year: i16, month: i8, weekday: Weekday, nth: i32) -> Option<Date> {
    let within = i8::try_from(nth).ok()?;
    day(year, month, 1)?
        .nth_weekday_of_month(within, weekday)
        .ok()
}

/// Saturday's holiday is kept on Friday, Sunday's on Monday.
fn observed(date: Date) -> Option<Date> {
    match date.weekday() {
        Weekday::Saturday => date.yesterday().ok(),
        Weekday::Sunday => date.tomorrow().ok(),
        _ => Some(date),
    }
}

/// Easter Sunday of the Gregorian calendar.
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    day(
        year,
        i8::try_from(n / 31).ok()?,
        i8::try_from(n % 31 + 1).ok()?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn shut_weekdays(year: i16) -> Vec<String> {
        let mut shut: Vec<Date> = holidays(year).collect();
        shut.sort();
        shut.dedup();
        shut.iter()
            .map(|date| date.strftime("%m-%d").to_string())
            .collect()
    }

    #[test]
    fn holidays_are_those_the_exchange_published() {
        // Published by the exchange, year by year.
        assert_eq!(
            shut_weekdays(2026),
            [
                "01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26",
                "12-25"
            ]
        );
        assert_eq!(
            shut_weekdays(2025),
            [
                "01-01", "01-09", "01-20", "02-17", "04-18", "05-26", "06-19", "07-04", "09-01",
                "11-27", "12-25"
            ]
        );
        // New Year 2022 was a Saturday: nothing was shut for it, on either side.
        assert_eq!(
            shut_weekdays(2022),
            [
                "01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"
            ]
        );
        assert!(is_trading_day(date(2021, 12, 31)));
        assert_eq!(
            shut_weekdays(2021),
            [
                "01-01", "01-18", "02-15", "04-02", "05-31", "07-05", "09-06", "11-25", "12-24"
            ]
        );
        assert_eq!(
            shut_weekdays(2027)[5],
            "06-18",
            "Juneteenth on a Saturday is kept on the Friday"
        );
        assert!(
            is_trading_day(date(1997, 1, 20)),
            "no Martin Luther King Day before 1998"
        );
        assert!(!is_trading_day(date(1998, 1, 19)));
    }

    #[test]
    fn years_have_the_known_number_of_trading_days() {
        for (year, days) in [
            (2001, 248),
            (2012, 250),
            (2018, 251),
            (2020, 253),
            (2022, 251),
            (2023, 250),
            (2024, 252),
            (2025, 250),
        ] {
            let last = date(year, 12, 31);
            assert_eq!(
                trading_days_between(date(year - 1, 12, 31), last),
                days,
                "{year}"
            );
        }
    }

    #[test]
    fn counting_agrees_with_walking() {
        let mut day = date(1999, 12, 24);
        let (start, mut count) = (day, 0);
        while day < date(2027, 2, 1) {
            day = day.tomorrow().unwrap();
            count += u32::from(is_trading_day(day));
            assert_eq!(trading_days_between(start, day), count, "{day}");
            assert_eq!(date_from_epoch(days_from_epoch(day)), Some(day));
        }
        assert_eq!(trading_days_between(day, start), 0);
    }

    #[test]
    fn neighbours_step_over_weekends_and_holidays() {
        assert_eq!(next_trading_day(date(2026, 7, 2)), date(2026, 7, 6));
        assert_eq!(previous_trading_day(date(2026, 7, 6)), date(2026, 7, 2));
        assert_eq!(next_trading_day(date(2001, 9, 10)), date(2001, 9, 17));
    }

    #[test]
    fn the_far_ends_of_the_calendar_do_not_panic() {
        for date in [Date::MIN, Date::MAX] {
            is_trading_day(date);
            next_trading_day(date);
            previous_trading_day(date);
        }
    }
}
