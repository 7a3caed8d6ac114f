//! The calendar, day by day, against two that others keep.

use jiff::civil::{Date, date};
use market::calendar::{is_half_day, is_trading_day, is_weekend};

/// One line a year: weekdays on which the New York exchange stayed shut, then those that ended early, as `mmdd`.
///
/// What `exchange_calendars` 4.13.2 (calendar XNYS, Apache-2.0) and `pandas_market_calendars` 5.5.0 (calendar NYSE, MIT)
/// agree on; for November and December 2027 the second alone, which reaches that far. Left out: the sessions that the
/// second knows to have been cut short by accident (1994-02-11, 1996-01-08, 1997-10-27, 2005-06-01), and 1999-12-31, which
/// the first alone lets end early.
const PUBLISHED: &str = "
1990 0101 0219 0413 0528 0704 0903 1122 1225 | 1224
1991 0101 0218 0329 0527 0704 0902 1128 1225 | 1224
1992 0101 0217 0417 0525 0703 0907 1126 1225 | 1127 1224
1993 0101 0215 0409 0531 0705 0906 1125 1224 | 1126
1994 0221 0401 0427 0530 0704 0905 1124 1226 | 1125
1995 0102 0220 0414 0529 0704 0904 1123 1225 | 0703 1124
1996 0101 0219 0405 0527 0704 0902 1128 1225 | 0705 1129 1224
1997 0101 0217 0328 0526 0704 0901 1127 1225 | 0703 1128 1224 1226
1998 0101 0119 0216 0410 0525 0703 0907 1126 1225 | 1127 1224
1999 0101 0118 0215 0402 0531 0705 0906 1125 1224 | 1126
2000 0117 0221 0421 0529 0704 0904 1123 1225 | 0703 1124
2001 0101 0115 0219 0413 0528 0704 0903 0911 0912 0913 0914 1122 1225 | 0703 1123 1224
2002 0101 0121 0218 0329 0527 0704 0902 1128 1225 | 0705 1129 1224
2003 0101 0120 0217 0418 0526 0704 0901 1127 1225 | 0703 1128 1224 1226
2004 0101 0119 0216 0409 0531 0611 0705 0906 1125 1224 | 1126
2005 0117 0221 0325 0530 0704 0905 1124 1226 | 1125
2006 0102 0116 0220 0414 0529 0704 0904 1123 1225 | 0703 1124
2007 0101 0102 0115 0219 0406 0528 0704 0903 1122 1225 | 0703 1123 1224
2008 0101 0121 0218 0321 0526 0704 0901 1127 1225 | 0703 1128 1224
2009 0101 0119 0216 0410 0525 0703 0907 1126 1225 | 1127 1224
2010 0101 0118 0215 0402 0531 0705 0906 1125 1224 | 1126
2011 0117 0221 0422 0530 0704 0905 1124 1226 | 1125
2012 0102 0116 0220 0406 0528 0704 0903 1029 1030 1122 1225 | 0703 1123 1224
2013 0101 0121 0218 0329 0527 0704 0902 1128 1225 | 0703 1129 1224
2014 0101 0120 0217 0418 0526 0704 0901 1127 1225 | 0703 1128 1224
2015 0101 0119 0216 0403 0525 0703 0907 1126 1225 | 1127 1224
2016 0101 0118 0215 0325 0530 0704 0905 1124 1226 | 1125
2017 0102 0116 0220 0414 0529 0704 0904 1123 1225 | 0703 1124
2018 0101 0115 0219 0330 0528 0704 0903 1122 1205 1225 | 0703 1123 1224
2019 0101 0121 0218 0419 0527 0704 0902 1128 1225 | 0703 1129 1224
2020 0101 0120 0217 0410 0525 0703 0907 1126 1225 | 1127 1224
2021 0101 0118 0215 0402 0531 0705 0906 1125 1224 | 1126
2022 0117 0221 0415 0530 0620 0704 0905 1124 1226 | 1125
2023 0102 0116 0220 0407 0529 0619 0704 0904 1123 1225 | 0703 1124
2024 0101 0115 0219 0329 0527 0619 0704 0902 1128 1225 | 0703 1129 1224
2025 0101 0109 0120 0217 0418 0526 0619 0704 0901 1127 1225 | 0703 1128 1224
2026 0101 0119 0216 0403 0525 0619 0703 0907 1126 1225 | 1127 1224
2027 0101 0118 0215 0326 0531 0618 0705 0906 1125 1224 | 1126
";

/// Days of `year` named by words like `0704`.
fn days(year: i16, words: &str) -> Vec<Date> {
    let part =
        |word: &str, range: std::ops::Range<usize>| word.get(range).unwrap().parse().unwrap();
    words
        .split_whitespace()
        .map(|word| date(year, part(word, 0..2), part(word, 2..4)))
        .collect()
}

#[test]
fn every_day_from_1990_to_2027_is_as_published() {
    let (mut closures, mut halves) = (0, 0);
    for line in PUBLISHED.trim().lines() {
        let (year, rest) = line.split_once(' ').unwrap();
        let year = year.parse().unwrap();
        let (shut, half) = rest.split_once('|').unwrap();
        let (shut, half) = (days(year, shut), days(year, half));
        (closures, halves) = (closures + shut.len(), halves + half.len());
        let mut day = date(year, 1, 1);
        while day.year() == year {
            let open = !is_weekend(day) && !shut.contains(&day);
            assert_eq!(is_trading_day(day), open, "{day}");
            assert_eq!(is_half_day(day), half.contains(&day), "{day}");
            day = day.tomorrow().unwrap();
        }
    }
    assert_eq!((closures, halves), (346, 79), "the list is whole");
}

#[test]
fn a_half_day_is_a_trading_day() {
    let mut day = date(1990, 1, 1);
    while day.year() < 2101 {
        assert!(!is_half_day(day) || is_trading_day(day), "{day}");
        day = day.tomorrow().unwrap();
    }
}
