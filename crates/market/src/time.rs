//! When does an option expire, to the second, and how much time is left?
//!
//! ```text
//! calendar clock   years = seconds / (365 * 86,400)
//! trading clock    years = seconds of open exchange / (252 * 23,400)
//! ```
//! No function here reads a clock: `now` is an argument, an instant of UTC ([`Timestamp`]). What New York's wall says is
//! turned into UTC by the law of the day: clocks go forward at 2:00 on the first Sunday of April (1987 to 2006) or the
//! second of March (from 2007, Energy Policy Act of 2005, section 110), back at 2:00 daylight time on the last Sunday of October or
//! the first of November; before, the Uniform Time Act of 1966 (last Sundays of April and October) with the exceptions of
//! 1974 and 1975. That is six lines, so no time zone database is carried.
//!
//! Sessions last from 9:30 to 16:00, on half days to 13:00. Right from 1985-09-30, when 9:30 became the opening; see
//! [`calendar`] for what is known of its days. Not for the night and pre-market sessions, and not for the quarter of an
//! hour that index and some fund options trade after the close: what they pay is settled at the close all the same.

use crate::calendar::{self, half_days, is_half_day, is_trading_day, trading_days_between};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday, time};
use jiff::tz::Offset;
use pricing::Years;

/// The opening bell.
const OPEN: Time = time(9, 30, 0, 0);
/// Seconds of a whole session, 9:30 to 16:00.
const SESSION_SECONDS: i64 = 23_400;
/// Trading days that make a year of the trading clock.
const SESSIONS_PER_YEAR: i64 = 252;

/// Which price settles a contract, and so when its life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Settlement {
    /// The close of the expiry day ("PM"): 16:00 New York, 13:00 on a half day. Every option on shares and funds, SPXW, XSP,
    /// and all that settle at the last price. It trades until then.
    Close,
    /// The opening prices of the expiry morning ("AM"): 9:30 New York. The monthly options on SPX, NDX, RUT and DJX, and
    /// those on VIX. The last day to trade is the trading day before.
    Open,
}

impl Settlement {
    /// How the contracts under this root settle. The root is what the ticker of the contract begins with: `SPX` and `SPXW`
    /// share an underlying and even expiry days, but not the hour. Today's rule, not that of decades ago.
    ///
    /// ```
    /// use market::Settlement;
    /// assert_eq!(Settlement::of_root("SPX"), Settlement::Open);
    /// assert_eq!(Settlement::of_root("SPXW"), Settlement::Close);
    /// assert_eq!(Settlement::of_root("KO"), Settlement::Close);
    /// ```
    pub fn of_root(root: &str) -> Settlement {
        match root {
            "SPX" | "NDX" | "RUT" | "DJX" | "VIX" | "VIXW" => Settlement::Open,
            _ => Settlement::Close,
        }
    }

    /// The instant at which the price is taken. A date on which the exchange is shut (a Saturday, as monthly options were
    /// dated until January 2015, or a holiday) stands for the trading day before.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use market::Settlement;
    /// let utc = |date, settlement: Settlement| settlement.expires_at(date).to_string();
    /// assert_eq!(utc(date(2026, 1, 16), Settlement::Close), "2026-01-16T21:00:00Z");
    /// assert_eq!(utc(date(2026, 7, 17), Settlement::Close), "2026-07-17T20:00:00Z");
    /// assert_eq!(utc(date(2026, 11, 27), Settlement::Close), "2026-11-27T18:00:00Z"); // the day after Thanksgiving
    /// assert_eq!(utc(date(2026, 1, 16), Settlement::Open), "2026-01-16T14:30:00Z");
    /// ```
    pub fn expires_at(self, expiry: Date) -> Timestamp {
        let day = calendar::trading_day_at_or_before(expiry);
        match self {
            Settlement::Close => new_york(day.to_datetime(close(day))),
            Settlement::Open => new_york(day.to_datetime(OPEN)),
        }
    }

    /// The last instant at which the contract can be traded in the regular session.
    pub fn last_trade_at(self, expiry: Date) -> Timestamp {
        let day = calendar::trading_day_at_or_before(expiry);
        let last = match self {
            Settlement::Close => day,
            Settlement::Open => calendar::previous_trading_day(day),
        };
        new_york(last.to_datetime(close(last)))
    }
}

/// Which seconds count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// All of them: nights, weekends and holidays age an option as trading hours do. The convention of quoted volatilities,
    /// and the clock by which interest and dividends accrue.
    Calendar,
    /// Those of regular sessions only; 252 whole ones make a year. A volatility measured on this clock moves the price by
    /// day and not by night. Interest still accrues by the calendar: where a formula takes one time only, multiply rate and
    /// yield by calendar years over trading years.
    Trading,
}

impl Clock {
    /// Seconds of this clock from `now` until `then`; 0 if `then` is not after `now`. Parts of a second are cut off.
    pub fn seconds(self, now: Timestamp, then: Timestamp) -> i64 {
        let (now, then) = (now.as_second(), then.as_second());
        if then <= now {
            return 0;
        }
        match self {
            Clock::Calendar => then - now,
            Clock::Trading => trading_seconds(now, then),
        }
    }

    /// The time from `now` until `then` in years of this clock; zero if `then` is not after `now`.
    pub fn years(self, now: Timestamp, then: Timestamp) -> Years {
        let seconds = self.seconds(now, then);
        match self {
            Clock::Calendar => Years::from_seconds(seconds),
            Clock::Trading => {
                let years = seconds as f64 / (SESSIONS_PER_YEAR * SESSION_SECONDS) as f64;
                Years::new(years).unwrap_or(Years::ZERO)
            }
        }
    }
}

/// The time an option has left at the instant `now`; zero once it has expired.
///
/// ```
/// use jiff::civil::date;
/// use market::{Clock, Settlement, years_to_expiry};
/// // Ten in the morning of the expiry day: six hours are left.
/// let now = market::time::new_york(date(2026, 7, 17).at(10, 0, 0, 0));
/// let left = |clock| years_to_expiry(now, date(2026, 7, 17), Settlement::Close, clock).get();
/// assert_eq!(left(Clock::Calendar), 6.0 / (365.0 * 24.0));
/// assert_eq!(left(Clock::Trading), 6.0 / (252.0 * 6.5));
/// ```
pub fn years_to_expiry(
    now: Timestamp,
    expiry: Date,
    settlement: Settlement,
    clock: Clock,
) -> Years {
    clock.years(now, settlement.expires_at(expiry))
}

/// Opening and closing instant of this day's regular session; `None` if the exchange stays shut.
pub fn session(date: Date) -> Option<(Timestamp, Timestamp)> {
    is_trading_day(date).then(|| {
        (
            new_york(date.to_datetime(OPEN)),
            new_york(date.to_datetime(close(date))),
        )
    })
}

/// The instant at which New York's wall says `wall`.
///
/// Of the hour that occurs twice in autumn the first is meant; in the hour that spring skips the clock has not gone forward
/// yet (2:30 is 3:30 daylight time). Before 1967, when the law left it to the states, standard time all year. At the far ends
/// of the calendar (the years -9999 and 9999) the nearest instant there is.
pub fn new_york(wall: DateTime) -> Timestamp {
    let hour_before = wall.saturating_sub(jiff::Span::new().hours(1));
    let offset = if is_daylight(hour_before) {
        DAYLIGHT
    } else {
        STANDARD
    };
    let nearest = if wall.year() > 0 {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    };
    offset.to_timestamp(wall).unwrap_or(nearest)
}

/// What New York's wall says at this instant.
pub fn new_york_wall(instant: Timestamp) -> DateTime {
    let standard = STANDARD.to_datetime(instant);
    if is_daylight(standard) {
        DAYLIGHT.to_datetime(instant)
    } else {
        standard
    }
}

const STANDARD: Offset = Offset::constant(-5);
const DAYLIGHT: Offset = Offset::constant(-4);

/// Is daylight time in force when New York's standard time is `standard`?
fn is_daylight(standard: DateTime) -> bool {
    let (month, nth) = match standard.year() {
        ..1967 => return false,
        // Emergency Daylight Saving Time Energy Conservation Act of 1973: from January 6, 1974 and February 23, 1975.
        1974 => (1, 1),
        1975 => (2, -1),
        1967..1987 => (4, -1),
        1987..2007 => (4, 1),
        2007.. => (3, 2),
    };
    let (last_month, last_nth) = if standard.year() < 2007 {
        (10, -1)
    } else {
        (11, 1)
    };
    // Both at two on the wall; in autumn the wall shows daylight time.
    let change = |month, nth, hour| {
        let first = Date::new(standard.year(), month, 1).ok()?;
        let sunday = first.nth_weekday_of_month(nth, Weekday::Sunday).ok()?;
        Some(sunday.at(hour, 0, 0, 0))
    };
    match (change(month, nth, 2), change(last_month, last_nth, 1)) {
        (Some(forward), Some(back)) => forward <= standard && standard < back,
        _ => false,
    }
}

/// When the session of a trading day ends.
fn close(date: Date) -> Time {
    match (is_half_day(date), date.year() <= 1992) {
        (false, _) => time(16, 0, 0, 0),
        (true, true) => time(14, 0, 0, 0),
        (true, false) => time(13, 0, 0, 0),
    }
}

/// Seconds of the session that lie after the wall time `from` on this day; 0 if the exchange stays shut.
fn session_seconds_after(date: Date, from: Time) -> i64 {
    if !is_trading_day(date) {
        return 0;
    }
    let seconds = |time: Time| {
        i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
    };
    (seconds(close(date)) - seconds(from.max(OPEN))).max(0)
}

/// Seconds of regular sessions between two instants, given in seconds of Unix time, `now < then`.
fn trading_seconds(now: i64, then: i64) -> i64 {
    let wall = |second| Timestamp::from_second(second).map(new_york_wall);
    let (Ok(now), Ok(then)) = (wall(now), wall(then)) else {
        return 0;
    };
    let (first, last) = (now.date(), then.date());
    // Whole sessions after the first day, up to and with the last one; half days are shorter.
    let whole = i64::from(trading_days_between(first, last)) * SESSION_SECONDS;
    let missing: i64 = (first.year()..=last.year())
        .flat_map(half_days)
        .filter(|&half| first < half && half <= last)
        .map(|half| SESSION_SECONDS - session_seconds_after(half, OPEN))
        .sum();
    session_seconds_after(first, now.time()) + whole
        - missing
        - session_seconds_after(last, then.time())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn utc(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The wall clock of New York at an instant, both ways.
    fn check(instant: &str, wall: &str) {
        assert_eq!(
            new_york_wall(utc(instant)),
            wall.parse().unwrap(),
            "{instant}"
        );
        assert_eq!(new_york(wall.parse().unwrap()), utc(instant), "{wall}");
    }

    #[test]
    fn the_wall_follows_the_law_of_each_year() {
        // The tz database (IANA, public domain), America/New_York: the second before and the second of each change.
        for [before, wall_before, after, wall_after] in [
            [
                "1967-04-30T06:59:59Z",
                "1967-04-30T01:59:59",
                "1967-04-30T07:00:00Z",
                "1967-04-30T03:00:00",
            ],
            [
                "1974-01-06T06:59:59Z",
                "1974-01-06T01:59:59",
                "1974-01-06T07:00:00Z",
                "1974-01-06T03:00:00",
            ],
            [
                "1975-02-23T06:59:59Z",
                "1975-02-23T01:59:59",
                "1975-02-23T07:00:00Z",
                "1975-02-23T03:00:00",
            ],
            [
                "1986-04-27T06:59:59Z",
                "1986-04-27T01:59:59",
                "1986-04-27T07:00:00Z",
                "1986-04-27T03:00:00",
            ],
            [
                "1987-04-05T06:59:59Z",
                "1987-04-05T01:59:59",
                "1987-04-05T07:00:00Z",
                "1987-04-05T03:00:00",
            ],
            [
                "2006-04-02T06:59:59Z",
                "2006-04-02T01:59:59",
                "2006-04-02T07:00:00Z",
                "2006-04-02T03:00:00",
            ],
            [
                "2007-03-11T06:59:59Z",
                "2007-03-11T01:59:59",
                "2007-03-11T07:00:00Z",
                "2007-03-11T03:00:00",
            ],
            [
                "2026-03-08T06:59:59Z",
                "2026-03-08T01:59:59",
                "2026-03-08T07:00:00Z",
                "2026-03-08T03:00:00",
            ],
        ] {
            check(before, wall_before);
            check(after, wall_after);
        }
        // In autumn an hour occurs twice, so only the way from UTC is unique.
        for (change, until, after) in [
            (
                "1974-10-27T06:00:00Z",
                "1974-10-27T01:59:59",
                "1974-10-27T01:00:00",
            ),
            (
                "2006-10-29T06:00:00Z",
                "2006-10-29T01:59:59",
                "2006-10-29T01:00:00",
            ),
            (
                "2007-11-04T06:00:00Z",
                "2007-11-04T01:59:59",
                "2007-11-04T01:00:00",
            ),
            (
                "2026-11-01T06:00:00Z",
                "2026-11-01T01:59:59",
                "2026-11-01T01:00:00",
            ),
        ] {
            let change = utc(change);
            let before = Timestamp::from_second(change.as_second() - 1).unwrap();
            assert_eq!(new_york_wall(before), until.parse().unwrap());
            assert_eq!(new_york_wall(change), after.parse().unwrap());
            assert_eq!(
                new_york(until.parse().unwrap()),
                before,
                "the first of the two hours"
            );
        }
        check("1966-07-01T17:00:00Z", "1966-07-01T12:00:00");
    }

    #[test]
    fn every_change_of_the_clocks_until_2100_is_that_of_the_tz_database() {
        let (mut changes, mut sum) = (0, 0);
        let mut before = 0;
        let first = utc("1967-01-01T00:00:00Z").as_second();
        let end = utc("2100-01-01T00:00:00Z").as_second();
        for second in (first..end).step_by(3_600) {
            let instant = Timestamp::from_second(second).unwrap();
            let wall = Offset::UTC.to_timestamp(new_york_wall(instant)).unwrap();
            let offset = wall.as_second() - second;
            if second > first && offset != before {
                (changes, sum) = (changes + 1, sum + second);
            }
            before = offset;
        }
        // How many, and their instants added up: America/New_York of the tz database 2026f, read with Python's zoneinfo.
        assert_eq!((changes, sum), (266, 533_254_755_600));
    }

    #[test]
    fn an_expiry_is_an_instant() {
        let close = |expiry| Settlement::Close.expires_at(expiry);
        // Saturday 2014-01-18 stands for the Friday; Good Friday 2019-04-19 for the Thursday.
        assert_eq!(close(date(2014, 1, 18)), utc("2014-01-17T21:00:00Z"));
        assert_eq!(close(date(2019, 4, 19)), utc("2019-04-18T20:00:00Z"));
        assert_eq!(close(date(1992, 12, 24)), utc("1992-12-24T19:00:00Z"));
        assert_eq!(close(date(2025, 12, 24)), utc("2025-12-24T18:00:00Z"));
        // SPX of Good Friday week: settled on Thursday morning, traded until Wednesday.
        let open = Settlement::Open;
        assert_eq!(
            open.expires_at(date(2019, 4, 18)),
            utc("2019-04-18T13:30:00Z")
        );
        assert_eq!(
            open.last_trade_at(date(2019, 4, 18)),
            utc("2019-04-17T20:00:00Z")
        );
        // Third Friday of November 2026, and the Friday a half day later.
        assert_eq!(
            open.last_trade_at(date(2026, 11, 20)),
            utc("2026-11-19T21:00:00Z")
        );
        assert_eq!(
            Settlement::Close.last_trade_at(date(2026, 11, 27)),
            utc("2026-11-27T18:00:00Z")
        );
    }

    #[test]
    fn both_clocks_tell_hand_counted_times() {
        let check = |now: &str, then: &str, calendar: i64, trading: i64| {
            let (now, then) = (utc(now), utc(then));
            assert_eq!(Clock::Calendar.seconds(now, then), calendar, "{now} {then}");
            assert_eq!(Clock::Trading.seconds(now, then), trading, "{now} {then}");
        };
        let (hour, day) = (3_600, 86_400);
        // Friday 15:00 to Monday 10:00 across the change to summer time: one hour less on the calendar.
        check(
            "2026-03-06T20:00:00Z",
            "2026-03-09T14:00:00Z",
            66 * hour,
            hour + hour / 2,
        );
        // The evening before Thanksgiving to Monday's bell: only the half day trades.
        check(
            "2026-11-25T21:00:00Z",
            "2026-11-30T14:30:00Z",
            4 * day + 17 * hour + hour / 2,
            12_600,
        );
        // Within one session, and within one night.
        check(
            "2026-07-17T14:00:00Z",
            "2026-07-17T20:00:00Z",
            6 * hour,
            6 * hour,
        );
        check("2026-07-17T20:00:00Z", "2026-07-18T08:00:00Z", 12 * hour, 0);
        // From the half day's close on, nothing.
        check(
            "2025-12-24T18:00:00Z",
            "2025-12-26T14:30:00Z",
            44 * hour + hour / 2,
            0,
        );
        // Backwards: nothing.
        check("2026-07-17T20:00:00Z", "2026-07-17T14:00:00Z", 0, 0);
    }

    #[test]
    fn a_year_of_sessions_is_the_days_times_the_hours() {
        // 2024: 252 trading days, of which three end at 13:00 (July 3, November 29, December 24).
        let (now, then) = (utc("2024-01-01T05:00:00Z"), utc("2025-01-01T05:00:00Z"));
        let expected = 252 * 23_400 - 3 * 10_800;
        assert_eq!(Clock::Trading.seconds(now, then), expected);
        let years = Clock::Trading.years(now, then).get();
        assert!((years - expected as f64 / 5_896_800.0).abs() < 1e-15);
    }

    #[test]
    fn counting_agrees_with_walking_through_the_sessions() {
        // From an odd instant, through four years, to instants at odd hours of every day.
        let now = utc("2019-06-28T17:23:45Z");
        let mut closed = 0;
        let mut day = date(2019, 6, 28);
        while day < date(2023, 8, 1) {
            for hour in [0, 11, 14, 18, 22] {
                let then = new_york(day.at(hour, 7, 11, 0));
                let within = session(day).map_or(0, |(open, close)| {
                    (then.min(close).as_second() - now.max(open).as_second()).max(0)
                });
                let expected = if then > now { closed + within } else { 0 };
                assert_eq!(Clock::Trading.seconds(now, then), expected, "{then}");
            }
            closed += session(day).map_or(0, |(open, close)| {
                (close.as_second() - now.max(open).as_second()).max(0)
            });
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn what_has_expired_has_no_time_left_and_whole_days_are_whole_days() {
        let expiry = date(2026, 7, 17);
        let at = |text| years_to_expiry(utc(text), expiry, Settlement::Close, Clock::Calendar);
        assert_eq!(at("2026-07-17T20:00:00Z"), Years::ZERO);
        assert_eq!(at("2030-01-01T00:00:00Z"), Years::ZERO);
        // From close to close is the whole-day count of the plan, unless a half day or summer time lies between.
        assert_eq!(at("2026-06-17T20:00:00Z"), Years::from_days(30));
        assert_eq!(at("2026-07-17T19:59:59Z"), Years::from_seconds(1));
    }

    #[test]
    fn the_far_ends_of_time_do_not_panic() {
        for date in [Date::MIN, Date::MAX] {
            for settlement in [Settlement::Close, Settlement::Open] {
                settlement.expires_at(date);
                settlement.last_trade_at(date);
                for now in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
                    for clock in [Clock::Calendar, Clock::Trading] {
                        years_to_expiry(now, date, settlement, clock);
                    }
                }
            }
        }
    }
}
