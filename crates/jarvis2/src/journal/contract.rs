//! Names of option contracts as brokers write them, and amounts as they write those; exact, without floating point.
//!
//! | who | how |
//! | --- | --- |
//! | OCC, tastytrade | `KO260918P00067500`, also with the root padded to six |
//! | Fidelity | `-KO260918P67.5` |
//! | Schwab | `KO 09/18/2026 67.50 P` |
//! | Robinhood | `KO 9/18/2026 Put $67.50`, after words such as `Option Expiration for` |
//! | ours | `KO 2026-09-18 67.5 put` |
//!
//! Kept in OCC's notation without padding; a class of shares stands there without its mark (`BRK.B`, `BRK/B` and `BRK-B` are `BRKB`). Not for options on futures or adjusted contracts: those are refused.

use crate::account::root;
use jiff::civil::Date;
use pricing::Right;

/// A standard option on 100 shares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OptionName {
    /// As OCC writes it: letters alone.
    pub(crate) symbol: String,
    pub(crate) expiry: Date,
    pub(crate) is_put: bool,
    /// Strike in thousandths of a dollar, as OCC counts.
    pub(crate) strike_milli: i64,
}

impl OptionName {
    /// OCC's notation without padding.
    pub(crate) fn occ(&self) -> String {
        format!(
            "{}{}{}{:08}",
            self.symbol,
            self.expiry.strftime("%y%m%d"),
            if self.is_put { 'P' } else { 'C' },
            self.strike_milli
        )
    }

    /// `KO 2026-09-18 67.5 put`.
    pub(crate) fn words(&self) -> String {
        let strike = self.strike_milli as f64 / 1000.0;
        let right = if self.is_put { "put" } else { "call" };
        format!("{} {} {strike} {right}", self.symbol, self.expiry)
    }

    /// From the parts that a plan knows.
    pub(crate) fn new(symbol: &str, expiry: Date, right: Right, strike_usd: f64) -> OptionName {
        OptionName {
            symbol: root(symbol),
            expiry,
            is_put: right == Right::Put,
            strike_milli: (strike_usd * 1000.0).round() as i64,
        }
    }

    /// The contract after a split of so many new shares for one: the strike is divided, to the cent, as OCC rounds it.
    pub(crate) fn split(&self, shares_for_one: i64) -> OptionName {
        let cents = (2 * self.strike_milli + 10 * shares_for_one) / (20 * shares_for_one);
        OptionName {
            strike_milli: 10 * cents.max(1),
            ..self.clone()
        }
    }

    /// Whether OCC's notation can say it: two digits of the year, eight of the strike.
    fn fits(&self) -> bool {
        (2000..=2099).contains(&self.expiry.year()) && (1..=99_999_999).contains(&self.strike_milli)
    }

    /// Reads any of the spellings.
    pub(crate) fn parse(text: &str) -> Option<OptionName> {
        let text = text.trim().to_uppercase();
        compact(&text).or_else(|| words(&text))
    }
}

/// A ticker: letters and digits, with a class after a dot, slash or hyphen.
pub(crate) fn is_ticker(text: &str) -> bool {
    let inner = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'-'));
    inner && text.len() <= 12 && text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
}

/// The root of a ticker of standard options: up to six letters, of which the class may stand after a mark. An adjusted contract has a digit.
fn listed_root(ticker: &str) -> Option<String> {
    let (name, class) = ticker.split_once(['.', '/', '-']).unwrap_or((ticker, ""));
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let fits = letters(name) && letters(class) && class.len() <= 2 && !name.is_empty();
    (fits && name.len() + class.len() <= 6).then(|| root(ticker))
}

/// `KO260918P00067500` and `-KO260918P67.5`.
fn compact(text: &str) -> Option<OptionName> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.trim_start_matches('-');
    if !text.is_ascii() {
        return None;
    }
    // The right stands after six digits, and those after a root.
    let at = (7..text.len()).find(|&at| {
        matches!(text.as_bytes()[at], b'P' | b'C')
            && text.as_bytes()[at - 6..at].iter().all(u8::is_ascii_digit)
    })?;
    let (symbol, day, strike) = (&text[..at - 6], &text[at - 6..at], &text[at + 1..]);
    let number = |part: &str| part.parse::<i8>().ok();
    let year = 2000 + i16::from(number(&day[..2])?);
    let expiry = Date::new(year, number(&day[2..4])?, number(&day[4..])?).ok()?;
    let strike_milli = match strike.len() {
        8 if strike.bytes().all(|b| b.is_ascii_digit()) => strike.parse().ok()?,
        _ => milli(strike)?,
    };
    let name = OptionName {
        symbol: listed_root(symbol)?,
        expiry,
        is_put: text.as_bytes()[at] == b'P',
        strike_milli,
    };
    name.fits().then_some(name)
}

/// Four words: ticker, date, and strike and right in either order; the last four of the text.
fn words(text: &str) -> Option<OptionName> {
    let all: Vec<&str> = text.split_whitespace().collect();
    let [.., symbol, day, a, b] = all.as_slice() else {
        return None;
    };
    let right = |word: &str| match word {
        "P" | "PUT" | "PUTS" => Some(true),
        "C" | "CALL" | "CALLS" => Some(false),
        _ => None,
    };
    let (is_put, strike) = match (right(a), right(b)) {
        (Some(is_put), None) => (is_put, b),
        (None, Some(is_put)) => (is_put, a),
        _ => return None,
    };
    let strike_milli = milli(strike.trim_start_matches('$'))?;
    let name = OptionName {
        symbol: listed_root(symbol)?,
        expiry: date(day)?,
        is_put,
        strike_milli,
    };
    name.fits().then_some(name)
}

fn milli(text: &str) -> Option<i64> {
    let micros = micros(text)?;
    (micros % 1000 == 0).then(|| i64::try_from(micros / 1000).ok())?
}

/// A day as `2026-09-18`, `9/18/2026`, `09-18-2026` or `9/18/26`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.trim().split(['-', '/']).collect();
    let [a, b, c] = parts.as_slice() else {
        return None;
    };
    if ![a, b, c]
        .iter()
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty())
    {
        return None;
    }
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, a, b) };
    let year: i16 = match year.len() {
        4 => year.parse().ok()?,
        2 => 2000 + year.parse::<i16>().ok()?,
        _ => return None,
    };
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A date in a text whose day stands before its month, and which shows it: `15/06/2026`, not `02/06/2026`.
pub(crate) fn day_first(text: &str) -> Option<&str> {
    let shows_it = |word: &&str| {
        let parts: Vec<&str> = word.split(['-', '/']).collect();
        let number = |at: usize| parts[at].parse::<u8>().ok();
        parts.len() == 3
            && matches!(parts[2].len(), 2 | 4)
            && parts[2].bytes().all(|b| b.is_ascii_digit())
            && number(0).is_some_and(|day| (13..=31).contains(&day))
            && number(1).is_some_and(|month| (1..=12).contains(&month))
    };
    text.split_whitespace().find(shows_it)
}

/// New shares for one old of a split in words: `2:1`, `2-for-1`, `2 for 1`. An error says what to do about a split that is no whole number.
pub(crate) fn shares_for_one(text: &str) -> Result<i64, String> {
    let plain = text.trim().to_lowercase().replace(' ', "");
    let plain = plain.replace("-for-", ":").replace("for", ":");
    let parts = plain.split_once(':');
    let number = |part: &str| part.parse::<i64>().ok().filter(|n| (1..=1000).contains(n));
    let ratio = parts.and_then(|(new, old)| Some((number(new)?, number(old)?)));
    match ratio {
        Some((new, 1)) if new > 1 => Ok(new),
        Some(_) => Err(format!(
            "a split of {} makes adjusted contracts or parts of shares: set counts, bases and strikes in the account file by hand, as your broker shows them; whole-number splits such as 2:1 can be entered",
            text.trim()
        )),
        None => Err(format!(
            "{:?} is no split: write new shares for old ones, such as 2:1",
            text.trim()
        )),
    }
}

/// A decimal number in millionths: `-$1,234.56`, `($1.28)`, `+0.65`, `.5`. `None` if it is anything else.
pub(crate) fn micros(text: &str) -> Option<i128> {
    let text = text.trim();
    let (text, bracketed) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let (mut negative, mut digits) = (bracketed, text);
    // Sign and currency stand in either order.
    for _ in 0..2 {
        digits = match digits.as_bytes().first()? {
            b'-' => {
                negative = !negative;
                &digits[1..]
            }
            b'+' | b'$' => &digits[1..],
            _ => digits,
        };
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1
        || (groups[0].len() <= 3
            && !groups[0].is_empty()
            && groups[1..].iter().all(|g| g.len() == 3));
    let whole: String = groups.concat();
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !grouped
        || !is_number(&whole)
        || !is_number(part)
        || (whole.is_empty() && part.is_empty())
        || whole.len() > 15
        || part.len() > 12
    {
        return None;
    }
    let whole: i128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    // Twelve places, then rounded to six, half away from zero.
    let part: i128 = format!("{part:0<12}").parse().ok()?;
    let value = whole * 1_000_000 + (part + 500_000) / 1_000_000;
    Some(if negative { -value } else { value })
}

/// Millionths of a dollar to whole cents, half away from zero.
pub(crate) fn cents(micros: i128) -> i64 {
    let half = if micros < 0 { -5_000 } else { 5_000 };
    i64::try_from((micros + half) / 10_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_contract() {
        for text in [
            "KO260918P00067500",
            "KO    260918P00067500",
            " -KO260918P67.5",
            "KO 09/18/2026 67.50 P",
            "KO 9/18/2026 Put $67.50",
            "Option Expiration for KO 9/18/2026 Put $67.50",
            "KO 2026-09-18 67.5 put",
            "ko 9/18/26 67.5 PUT",
        ] {
            let name = OptionName::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(name.occ(), "KO260918P00067500", "{text}");
            assert_eq!(name.words(), "KO 2026-09-18 67.5 put");
            assert_eq!(OptionName::parse(&name.words()), Some(name));
        }
        for text in [
            "BRK.B 2026-09-18 71.5 put",
            "BRK/B 09/18/2026 71.50 P",
            "BRK-B260918P71.5",
            "BRK.B260918P00071500",
            "BRKB  260918P00071500",
        ] {
            let name = OptionName::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(name.occ(), "BRKB260918P00071500", "{text}");
        }
        let wide = OptionName::parse("BRKB  270115C01234567").unwrap();
        assert_eq!((wide.strike_milli, wide.is_put), (1_234_567, false));
    }

    #[test]
    fn what_is_no_standard_contract_is_none() {
        for text in [
            "",
            "KO",
            "COCA COLA CO",
            "KO1260918P00067500",
            "./ESZ6 E3AU6 260918P5000",
            "KO 2026-09-31 67.5 put",
            "KO 2026-09-18 0 put",
            "KO 2026-09-18 67.5",
            "KO 2026-09-18 put call",
            "KO260918P",
            "Ünit260918P00067500",
            "BRK.B.C 2026-09-18 67.5 put",
            ".KO 2026-09-18 67.5 put",
            "KO.1 2026-09-18 67.5 put",
            // OCC's notation has no digits for them: they would come back as another contract.
            "KO 1999-09-18 67.5 put",
            "KO 2026-09-18 100000 put",
            "KO260918P100000",
        ] {
            assert_eq!(OptionName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_before_its_month_shows_beyond_the_12th() {
        for text in ["15/06/2026", "KO 18-9-2026 67.5 put", "31/12/26"] {
            assert!(day_first(text).is_some(), "{text}");
        }
        for text in [
            "02/06/2026",
            "06/15/2026",
            "2026-06-15",
            "2026-15-06",
            "15/13/2026",
            "15/06",
            "15/06/2026/1",
        ] {
            assert_eq!(day_first(text), None, "{text}");
        }
    }

    #[test]
    fn a_split_is_a_whole_number_for_one() {
        for text in ["2:1", "2-for-1", "2 for 1"] {
            assert_eq!(shares_for_one(text), Ok(2), "{text}");
        }
        for (text, says) in [
            ("3:2", "by hand"),
            ("1:10", "by hand"),
            ("1:1", "by hand"),
            ("2", "such as 2:1"),
            ("0:1", "such as 2:1"),
            ("", "such as 2:1"),
        ] {
            let said = shares_for_one(text).unwrap_err();
            assert!(said.contains(says), "{text}: {said}");
        }
        let strike = |text: &str, n| OptionName::parse(text).unwrap().split(n).strike_milli;
        assert_eq!(strike("KO 2026-09-18 71.5 put", 2), 35_750);
        // Tesla's 710 of August 2022, three for one: 236.67.
        assert_eq!(strike("TSLA 2026-09-18 710 put", 3), 236_670);
    }

    #[test]
    fn amounts_are_exact() {
        for (text, expected) in [
            ("$1,027.99", 1_027_990_000),
            ("-$23.34", -23_340_000),
            ("$-23.34", -23_340_000),
            ("($1.28)", -1_280_000),
            ("($44,000.00)", -44_000_000_000),
            ("-10,300.00", -10_300_000_000),
            ("0.0166", 16_600),
            (".5", 500_000),
            ("7.", 7_000_000),
            ("0.151999999999", 152_000),
        ] {
            assert_eq!(micros(text), Some(expected), "{text}");
        }
        for text in [
            "", "-", "$", "--", "1e3", "1,2", "12,34.5", "NaN", "1.2.3", "0x10", "(5", ",",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
        for (value, expected) in [
            (5_000, 1),
            (4_999, 0),
            (-5_000, -1),
            (-4_999, 0),
            (10_000, 1),
        ] {
            assert_eq!(cents(value), expected, "{value}");
        }
    }
}
