//! Reads one cell of a vendor's table: numbers, dates in their many spellings, rights, option symbols.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, time};
use jiff::tz::Offset;
use pricing::Right;

use crate::calendar::{date_from_epoch, days_from_epoch};
use crate::time::new_york_wall;

/// One cell as the file gave it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Cell<'a> {
    /// Empty, null, or no such column.
    #[default]
    Missing,
    /// A typed number.
    Number(f64),
    /// A typed date.
    Day(Date),
    /// A typed timestamp that is a wall clock's: its milliseconds since 1970.
    Wall(i64),
    /// A typed timestamp that is an instant: milliseconds since 1970, UTC.
    Instant(i64),
    /// Text, trimmed and not empty.
    Text(&'a str),
    /// A number that stood with a percent sign, as a fraction.
    Percent(f64),
    /// Text that is no number in a column whose numbers have a decimal comma.
    Misfit(&'a str),
}

impl<'a> Cell<'a> {
    /// Text if there is any; a blank is nothing.
    pub(crate) fn from_text(text: &'a str) -> Cell<'a> {
        let text = text.trim();
        if text.is_empty() {
            Cell::Missing
        } else {
            Cell::Text(text)
        }
    }

    pub(crate) fn text(self) -> Option<&'a str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Does it say with a percent sign that it is a share?
    pub(crate) fn is_percent(self) -> bool {
        matches!(self, Cell::Percent(_)) || self.text().is_some_and(|text| text.ends_with('%'))
    }

    pub(crate) fn is_missing(self) -> bool {
        matches!(self, Cell::Missing)
    }

    /// The cell as a person would read it in a message.
    pub(crate) fn show(self) -> String {
        match self {
            Cell::Missing => "nothing".to_owned(),
            Cell::Number(number) => number.to_string(),
            Cell::Day(date) => date.to_string(),
            Cell::Wall(milliseconds) => Timestamp::from_millisecond(milliseconds).map_or_else(
                |_| milliseconds.to_string(),
                |wall| {
                    let wall = Offset::UTC.to_datetime(wall);
                    match milliseconds.rem_euclid(DAY_MS) {
                        0 => wall.date().to_string(),
                        _ => wall.to_string(),
                    }
                },
            ),
            Cell::Instant(milliseconds) => Timestamp::from_millisecond(milliseconds)
                .map_or_else(|_| milliseconds.to_string(), |instant| instant.to_string()),
            Cell::Text(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
            Cell::Percent(share) => format!("{} %", share * 100.0),
            Cell::Misfit(text) => {
                let text: String = text.chars().take(40).collect();
                format!("\"{text}\", under a mapping's decimal = \",\"")
            }
        }
    }
}

/// What vendors write where they have no number.
const NO_NUMBER: [&str; 10] = [
    "nan", "none", "null", "n/a", "na", "-", "--", "<na>", "#n/a", "unch",
];

/// A finite number, `None` where the vendor says it has none, or `Err` where the text is no number at all.
pub(crate) fn number(cell: Cell<'_>) -> Result<Option<f64>, ()> {
    let value = match cell {
        Cell::Missing => return Ok(None),
        Cell::Number(value) | Cell::Percent(value) => value,
        Cell::Day(_) | Cell::Wall(_) | Cell::Instant(_) | Cell::Misfit(_) => return Err(()),
        Cell::Text(text) => match text.parse::<f64>() {
            Ok(value) => value,
            Err(_) => return number_in_words(text),
        },
    };
    // -999 is a sentinel of older brokers' interfaces.
    Ok((value.is_finite() && value != -999.0).then_some(value))
}

/// `$1,234.50`, `89.07%` (a fraction then), `+3.1`, or one of the words for nothing.
fn number_in_words(text: &str) -> Result<Option<f64>, ()> {
    if is_no_number(text) {
        return Ok(None);
    }
    let (plain, scale) = bare_number(text);
    let plain = without_thousands(&plain).ok_or(())?;
    match plain.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Some(value * scale)),
        _ => Err(()),
    }
}

fn is_no_number(text: &str) -> bool {
    NO_NUMBER.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The number without `$`, `+`, blanks and a percent sign, and by what that sign multiplies it.
fn bare_number(text: &str) -> (String, f64) {
    let (body, scale) = match text.strip_suffix('%') {
        Some(body) => (body, 0.01),
        None => (text, 1.0),
    };
    let marks = |c: &char| !matches!(c, '$' | '+' | ' ' | '\u{a0}' | '\u{202f}');
    (body.chars().filter(marks).collect(), scale)
}

/// The number without its separators of thousands; `None` if a comma stands elsewhere, as the decimal comma of `50,00` does.
fn without_thousands(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(',') {
        return Some(Cow::Borrowed(text));
    }
    let (whole, _) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches('-').split(',');
    let first = groups.next()?;
    let fits = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3)
        && !text[whole.len()..].contains(',');
    fits.then(|| Cow::Owned(text.replace(',', "")))
}

/// `1.234,50`: a number with points between its thousands and a decimal comma, or with neither.
fn with_decimal_comma(text: &str) -> Option<f64> {
    let swapped: String = text
        .chars()
        .map(|c| match c {
            ',' => '.',
            '.' => ',',
            other => other,
        })
        .collect();
    without_thousands(&swapped)?.parse().ok()
}

/// A cell of a column whose numbers have a decimal comma: `25,5`, `$1.234,50`, `25,5 %`, or one of the words for nothing. Other text
/// is a misfit, and never read with a decimal point.
pub(crate) fn comma_cell(text: &str) -> Cell<'_> {
    let (plain, scale) = bare_number(text);
    match with_decimal_comma(&plain) {
        _ if is_no_number(text) => Cell::Text(text),
        Some(value) if scale == 1.0 => Cell::Number(value),
        Some(value) => Cell::Percent(value * scale),
        None => Cell::Misfit(text),
    }
}

/// What a comma in a number shows where nobody said what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comma {
    /// Nothing, or thousands: `12`, `1,234.50`, `1,234,567`.
    Plain,
    /// Decimals: `50,00`, `0,500`, `1.234,50`.
    Decimal,
    /// Either: `12,180`.
    Doubt,
}

/// Thousands or decimals?
pub(crate) fn comma(text: &str) -> Comma {
    if !text.contains(',') {
        return Comma::Plain;
    }
    let (plain, _) = bare_number(text);
    match (number(Cell::Text(text)), with_decimal_comma(&plain)) {
        (Ok(Some(_)), Some(_)) => Comma::Doubt,
        (Err(()), Some(_)) => Comma::Decimal,
        _ => Comma::Plain,
    }
}

/// An amount of dollars; a percent sign makes it none: strikes are written so, as a share of the spot.
pub(crate) fn amount(cell: Cell<'_>) -> Result<Option<f64>, ()> {
    if cell.is_percent() {
        return Err(());
    }
    number(cell)
}

/// A count of contracts: whole and not negative. A part of one, of a coin, counts as one: it was traded.
pub(crate) fn count(cell: Cell<'_>) -> Result<Option<u64>, ()> {
    Ok(number(cell)?
        .filter(|&value| (0.0..9e15).contains(&value))
        .map(|value| (value.round() as u64).max(u64::from(value > 0.0))))
}

/// Shares of one contract: a number, or Yahoo's word for it.
pub(crate) fn shares(cell: Cell<'_>) -> Result<Option<f64>, ()> {
    let is = |word: &str| {
        cell.text()
            .is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    match () {
        () if is("regular") => Ok(Some(100.0)),
        () if is("mini") => Ok(Some(10.0)),
        () => number(cell),
    }
}

/// Call or put, in the vendors' words.
pub(crate) fn right(cell: Cell<'_>) -> Option<Right> {
    let text = cell.text()?;
    let is = |word: &&str| text.eq_ignore_ascii_case(word);
    if ["c", "call", "calls"].iter().any(is) {
        Some(Right::Call)
    } else if ["p", "put", "puts"].iter().any(is) {
        Some(Right::Put)
    } else {
        None
    }
}

/// How a vendor spells dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `2014-08-07`, with or without a time after it, as every text may have one.
    Iso,
    /// `20140807`, as text or as a number.
    Compact,
    /// Month first: `8/7/2014`, `08/07/2014`, `8/7/14`, `08-07-2014`.
    Us,
    /// Day first: `7/8/2014`, `07.08.2014`, `7/8/14`, `07-08-2014`.
    Dmy,
    /// `Fri Jan 05 2024`, `January 5, 2024 at 4:15 PM EST`, `18 oct 2024`.
    Words,
    /// Seconds, milli-, micro- or nanoseconds since 1970, told by their size; the day in New York.
    Stamp,
    /// The same, the day in UTC; then texts that say their offset are of UTC's day, too.
    StampUtc,
}

pub(crate) const DAY_MS: i64 = 86_400_000;

/// What a cell says of time.
#[derive(Clone, Copy, Debug)]
enum When {
    /// A day without a clock. Midnight sharp is how many write one.
    Day(Date),
    /// A day and the milliseconds of the exchange's own clock on it.
    Wall(Date, i64),
    /// An instant, in milliseconds since 1970, UTC.
    Instant(i64),
}

/// What the cell says of time in one of these spellings; `None` too where a text's offset from UTC cannot be read.
///
/// A text with a clock and its offset is an instant, as a time stamp is; a clock without one is the exchange's own.
fn when(cell: Cell<'_>, spellings: &[Spelling]) -> Option<When> {
    let stamped = |number: i64, spelling| match spelling {
        Spelling::Stamp | Spelling::StampUtc => stamp(number).and_then(instant),
        _ => None,
    };
    match cell {
        Cell::Missing | Cell::Percent(_) | Cell::Misfit(_) => None,
        Cell::Day(date) => Some(When::Day(date)),
        Cell::Wall(milliseconds) => {
            let day = date_from_epoch(milliseconds.div_euclid(DAY_MS))?;
            Some(wall(day, milliseconds.rem_euclid(DAY_MS)))
        }
        Cell::Instant(milliseconds) => instant(milliseconds),
        Cell::Number(number) => {
            let whole = number as i64;
            let spelled = |spelling: &Spelling| match spelling {
                Spelling::Compact => compact(whole).map(When::Day),
                other => stamped(whole, *other),
            };
            (whole as f64 == number)
                .then(|| spellings.iter().find_map(spelled))
                .flatten()
        }
        Cell::Text(text) => {
            // A day of so many letters, with or without a time after it.
            let head = text.split([' ', 'T']).next().unwrap_or("");
            let timed = |day: Option<Date>, letters| timed(text.get(letters..)?, day?);
            spellings.iter().find_map(|spelling| match spelling {
                Spelling::Iso => timed(iso(text), 10),
                Spelling::Compact => {
                    let digits = (head.len() == 8).then(|| head.parse().ok()).flatten();
                    timed(digits.and_then(compact), head.len())
                }
                Spelling::Stamp | Spelling::StampUtc => {
                    whole(text).and_then(|number| stamped(number, *spelling))
                }
                Spelling::Us => timed(us(text), head.len()),
                Spelling::Dmy => timed(dmy(text), head.len()),
                Spelling::Words => {
                    let colon = text.find(':').unwrap_or(0);
                    let clock = text[..colon].rfind(' ').unwrap_or(text.len());
                    timed(words(text), clock)
                }
            })
        }
    }
}

/// Midnight sharp in UTC is a day that was written without a time.
fn instant(milliseconds: i64) -> Option<When> {
    match milliseconds.rem_euclid(DAY_MS) {
        0 => date_from_epoch(milliseconds / DAY_MS).map(When::Day),
        _ => Some(When::Instant(milliseconds)),
    }
}

fn wall(day: Date, milliseconds: i64) -> When {
    match milliseconds {
        0 => When::Day(day),
        _ => When::Wall(day, milliseconds),
    }
}

/// The day of a text and what stands behind it: a clock, and perhaps its offset from UTC (`Z`, `-05:00`, ` +0000 UTC`, `GMT`).
fn timed(rest: &str, day: Date) -> Option<When> {
    let time = rest.trim_start_matches(['T', 't', ' ', ':']);
    let Some((clock, zone)) = clock(time).filter(|_| time.len() < rest.len()) else {
        let offset = time.trim_start_matches(|c: char| c.is_ascii_digit() || ":. ".contains(c));
        // A clock that cannot be read is none; with an offset the day itself is in doubt.
        let doubtful = time.len() < rest.len() && offset.starts_with(['Z', '+', '-']);
        return (!doubtful).then_some(When::Day(day));
    };
    let zone = zone.trim();
    let zone = ["UTC", "GMT"]
        .iter()
        .find_map(|name| zone.strip_prefix(name))
        .map_or(zone, |offset| if offset.is_empty() { "Z" } else { offset });
    // The zone's name after its offset.
    let zone = zone.split(' ').next().unwrap_or(zone);
    let hours_behind = match zone.trim_matches(['[', ']']) {
        "ET" | "EST" | "EDT" | "EST5EDT" | "America/New_York" | "US/Eastern" => Some(0),
        "CT" | "CST" | "CDT" | "CST6CDT" | "America/Chicago" | "US/Central" => Some(1),
        _ => None,
    };
    if let Some(hours) = hours_behind {
        let later = if clock == 0 { 0 } else { hours * 3_600_000 };
        return Some(wall(day, (clock + later).min(DAY_MS - 1)));
    }
    // Elsewhere the day may be another.
    let of_a_city = zone.contains('/') || zone.starts_with('[');
    let of_letters = (2..=4).contains(&zone.len()) && zone.bytes().all(|b| b.is_ascii_uppercase());
    if clock != 0 && !zone.starts_with(['Z', 'z', '+', '-']) && (of_a_city || of_letters) {
        return None;
    }
    if clock == 0 || !zone.starts_with(['Z', 'z', '+', '-']) {
        return Some(wall(day, clock));
    }
    let (minutes, milliseconds) = (clock / 60_000, clock % 60_000);
    let text = format!(
        "{day}T{:02}:{:02}:{:02}.{:03}{zone}",
        minutes / 60,
        minutes % 60,
        milliseconds / 1000,
        milliseconds % 1000
    );
    let instant: Timestamp = text.parse().ok()?;
    Some(When::Instant(instant.as_millisecond()))
}

/// The day, if the cell has it in one of these spellings: of an instant New York's, or UTC's with [`Spelling::StampUtc`].
pub(crate) fn date(cell: Cell<'_>, spellings: &[Spelling]) -> Option<Date> {
    match when(cell, spellings)? {
        When::Day(day) | When::Wall(day, _) => Some(day),
        When::Instant(milliseconds) if spellings.contains(&Spelling::StampUtc) => {
            date_from_epoch(milliseconds.div_euclid(DAY_MS))
        }
        When::Instant(milliseconds) => new_york_day(milliseconds),
    }
}

/// A whole number; pandas writes `1741294800.0` where a column has gaps.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && number.abs() < 9e18).then_some(number as i64)
    })
}

fn ymd(year: u32, month: u32, day: u32) -> Option<Date> {
    // Options are listed since 1973; a year far outside is a misread column.
    if !(1970..=2200).contains(&year) {
        return None;
    }
    Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}

fn digits(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + u32::from(byte - b'0'))
    })
}

/// `2025-03-06` or `2025/03/06`, alone or with more behind it.
fn iso(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let separated = bytes.len() >= 10 && matches!(bytes[4], b'-' | b'/') && bytes[7] == bytes[4];
    let ends = bytes
        .get(10)
        .is_none_or(|&after| matches!(after, b'T' | b' ' | b':'));
    (separated && ends)
        .then(|| {
            ymd(
                digits(&bytes[..4])?,
                digits(&bytes[5..7])?,
                digits(&bytes[8..10])?,
            )
        })
        .flatten()
}

fn compact(number: i64) -> Option<Date> {
    let number = u32::try_from(number).ok()?;
    ymd(number / 10_000, number / 100 % 100, number % 100)
}

fn us(text: &str) -> Option<Date> {
    let (mark, [month, day, year]) = year_last(text)?;
    (mark != '.').then(|| ymd(year, month, day)).flatten()
}

fn dmy(text: &str) -> Option<Date> {
    let (_, [day, month, year]) = year_last(text)?;
    ymd(year, month, day)
}

/// A date that is one with its day first and none with its month first: `21/3/2025`.
pub(crate) fn is_day_first(text: &str) -> bool {
    matches!(year_last(text), Some((_, [13..=31, 1..=12, _]))) && dmy(text).is_some()
}

/// The mark between the three numbers of a date with its year last, and the numbers as they stand.
fn year_last(text: &str) -> Option<(char, [u32; 3])> {
    let day_part = text.split([' ', 'T']).next()?;
    let mark = ['/', '.'].into_iter().find(|&mark| day_part.contains(mark));
    let mark = mark.unwrap_or('-');
    let mut parts = day_part.split(mark);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    let century = match year.len() {
        2 if mark != '-' => 2000,
        4 => 0,
        _ => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    let number = |part: &str| digits(part.as_bytes());
    Some((
        mark,
        [number(first)?, number(second)?, century + number(year)?],
    ))
}

/// Where a quote stands in the order of time: milliseconds since 1970, UTC. A day without a clock comes before every clock on it.
pub(crate) fn moment(cell: Cell<'_>, spellings: &[Spelling]) -> Option<i64> {
    // What New York's clocks are behind those of UTC, to the hour: neighbours of a change of the clocks keep their order.
    const BEHIND_MS: i64 = 5 * 60 * 60_000;
    Some(match when(cell, spellings)? {
        When::Day(day) => days_from_epoch(day) * DAY_MS,
        When::Wall(day, milliseconds) => days_from_epoch(day) * DAY_MS + milliseconds + BEHIND_MS,
        When::Instant(milliseconds) => milliseconds,
    })
}

/// The same of a column of times: `10:00`, `9:30:15.5 PM`, milliseconds of the day, hours, or a date with a clock.
pub(crate) fn time_of_day(cell: Cell<'_>) -> Option<i64> {
    let spellings = [Spelling::Iso, Spelling::Us];
    let text = cell.text().unwrap_or("");
    let number = || number(cell).ok().flatten();
    if text.contains(':') {
        return moment(cell, &spellings).or_else(|| Some(clock(text)?.0));
    }
    moment(cell, &[]).or_else(|| number().map(|value| (value * 1000.0) as i64))
}

/// Does the cell say a clock in New York before the open at 9:30? One without an offset is New York's.
pub(crate) fn is_before_open(cell: Cell<'_>, spellings: &[Spelling]) -> bool {
    const OPEN_MS: i64 = (9 * 60 + 30) * 60_000;
    match when(cell, spellings) {
        Some(When::Wall(_, milliseconds)) => milliseconds < OPEN_MS,
        Some(When::Instant(milliseconds)) => Timestamp::from_millisecond(milliseconds)
            .is_ok_and(|instant| new_york_wall(instant).time() < time(9, 30, 0, 0)),
        Some(When::Day(_)) | None => false,
    }
}

/// Milliseconds since midnight of the clock with which a text begins, and what follows it: `16:00`, `9:31:05.250`, `3:45 PM`, `153000`.
fn clock(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')));
    let (time, after) = text.split_at(end.unwrap_or(text.len()));
    let whole = time.split('.').next().unwrap_or(time);
    let (hours, minutes, seconds) = match time.split_once(':') {
        Some((hours, rest)) => {
            let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
            (hours, minutes, seconds)
        }
        // ISO 8601 without marks.
        None if matches!(whole.len(), 4 | 6) => {
            let seconds = time.get(4..).filter(|seconds| !seconds.is_empty());
            (&time[..2], &time[2..4], seconds.unwrap_or("0"))
        }
        None => return None,
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds: f64 = seconds.parse().ok()?;
    // Not the beginning of a word such as America.
    let half = after.trim_start().get(..2).unwrap_or("");
    let is_word = (after.trim_start().chars().nth(2)).is_some_and(char::is_lowercase);
    let half = if is_word { "" } else { half };
    let (hours, after) = match () {
        () if half.eq_ignore_ascii_case("pm") => (hours % 12 + 12, &after.trim_start()[2..]),
        () if half.eq_ignore_ascii_case("am") => (hours % 12, &after.trim_start()[2..]),
        () => (hours, after),
    };
    let fits =
        (0..24).contains(&hours) && (0..60).contains(&minutes) && (0.0..60.0).contains(&seconds);
    let milliseconds = || (hours * 60 + minutes) * 60_000 + (seconds * 1000.0) as i64;
    fits.then(|| (milliseconds(), after))
}

/// Finds a month's name with a day and a year after it.
fn words(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let mut parts = text.split([' ', ',', '-']).filter(|part| !part.is_empty());
    let mut before = None;
    let month = parts.by_ref().find_map(|part| {
        let head = part.get(..3).map(str::to_ascii_lowercase);
        let month = MONTHS
            .iter()
            .position(|month| Some(*month) == head.as_deref());
        if month.is_none() {
            before = digits(part.as_bytes());
        }
        month
    })?;
    let next = digits(parts.next()?.as_bytes())?;
    let (day, year) = match parts.next().map(|part| digits(part.as_bytes())) {
        Some(Some(year)) if next <= 31 => (next, year),
        // The day came first.
        _ => (before?, next),
    };
    ymd(year, month as u32 + 1, day)
}

/// Milliseconds of a time stamp whose unit its size tells: seconds reach the year 5138 before they look like milliseconds.
fn stamp(number: i64) -> Option<i64> {
    match number {
        100_000_000..100_000_000_000 => Some(number * 1000),
        100_000_000_000..100_000_000_000_000 => Some(number),
        100_000_000_000_000..100_000_000_000_000_000 => Some(number / 1000),
        100_000_000_000_000_000.. => Some(number / 1_000_000),
        _ => None,
    }
}

/// The day in New York of a time stamp in milliseconds since 1970, UTC.
pub(crate) fn new_york_day(milliseconds: i64) -> Option<Date> {
    let instant = Timestamp::from_millisecond(milliseconds).ok()?;
    Some(new_york_wall(instant).date())
}

/// What an option's symbol says: `SPY   260817C00580000` with or without blanks, or with `O:` before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Osi<'a> {
    /// Root, such as `SPXW`; a digit at its end marks an adjusted contract.
    pub root: &'a str,
    /// Last day.
    pub expiry: Date,
    /// Call or put.
    pub right: Right,
    /// Exercise price in dollars.
    pub strike_usd: f64,
}

/// Takes an option's symbol apart.
pub(crate) fn osi(text: &str) -> Option<Osi<'_>> {
    let text = text.strip_prefix("O:").unwrap_or(text).trim();
    let cut = text.len().checked_sub(15)?;
    let (root, tail) = (text.get(..cut)?.trim_end(), text.get(cut..)?.as_bytes());
    if root.is_empty() || root.len() > 6 || !root.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let right = match tail[6] {
        b'C' => Right::Call,
        b'P' => Right::Put,
        _ => return None,
    };
    let expiry = ymd(
        2000 + digits(&tail[..2])?,
        digits(&tail[2..4])?,
        digits(&tail[4..6])?,
    )?;
    Some(Osi {
        root,
        expiry,
        right,
        strike_usd: f64::from(digits(&tail[7..])?) / 1000.0,
    })
}

/// What a contract's name says, in the spelling of whichever vendor: an option symbol, `BTC-13FEB21-37500-C` (Deribit),
/// `2026-06-12_94.00_Call` (riskalertsys, with an empty root).
pub(crate) fn contract_name(text: &str) -> Option<Osi<'_>> {
    osi(text).or_else(|| deribit(text)).or_else(|| dated(text))
}

fn deribit(text: &str) -> Option<Osi<'_>> {
    let mut parts = text.split('-');
    let (root, day, strike, side) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if root.is_empty() || parts.next().is_some() || !day.is_ascii() || day.len() < 6 {
        return None;
    }
    // `13FEB21`, `5MAR21`.
    let (number, rest) = day.split_at(day.len() - 5);
    let (month, year) = rest.split_at(3);
    Some(Osi {
        root,
        expiry: words(&format!("{month} {number} 20{year}"))?,
        right: right(Cell::from_text(side))?,
        // Contracts in USDC write `0d65` for 0.65.
        strike_usd: strike.replacen('d', ".", 1).parse().ok()?,
    })
}

fn dated(text: &str) -> Option<Osi<'_>> {
    let mut parts = text.split('_');
    let (day, strike, side) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(Osi {
        root: "",
        expiry: iso(day)?,
        right: right(Cell::from_text(side))?,
        strike_usd: strike.parse().ok()?,
    })
}

/// A ticker as we write it: upper case, without the vendors' marks of an index: `^SPX`, `$SPX.X`, `_SPX`, `I:SPX`.
pub(crate) fn ticker(text: &str) -> String {
    let text = text.trim().trim_start_matches(['^', '$', '_']);
    let text = text.strip_prefix("I:").unwrap_or(text);
    text.strip_suffix(".X").unwrap_or(text).to_ascii_uppercase()
}

/// The underlying of a root: the weekly index roots trade on the index itself.
pub(crate) fn underlying(root: &str) -> &str {
    match root {
        "SPXW" | "SP500" => "SPX",
        "NDXP" => "NDX",
        "RUTW" => "RUT",
        "VIXW" => "VIX",
        other => other,
    }
}

/// Do the options on this symbol exercise only at expiry? True of the cash-settled indices.
pub(crate) fn is_european(symbol: &str) -> bool {
    [
        "SPX", "NDX", "RUT", "VIX", "XSP", "DJX", "XEO", "MRUT", "XND", "BTC", "ETH",
    ]
    .contains(&symbol)
}

/// A column's name without case, blanks, brackets and punctuation: `[C_IV]` and `c iv` are one name.
pub(crate) fn normal_name(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn a_named_zone_is_new_yorks_or_no_date() {
        let at = |text: &str| date(Cell::Text(text), &[Spelling::Iso]);
        for zone in [
            "EST",
            "ET",
            "America/New_York",
            "[America/New_York]",
            "CT",
            "AM EST",
        ] {
            let text = format!("2026-03-05 09:00 {zone}");
            assert_eq!(at(&text), Some(day(2026, 3, 5)), "{zone}");
        }
        for zone in [
            "JST",
            "CET",
            "PST",
            "Asia/Tokyo",
            "[Asia/Tokyo]",
            "Europe/Berlin",
        ] {
            assert_eq!(at(&format!("2026-03-05 06:00 {zone}")), None, "{zone}");
        }
    }

    #[test]
    fn dates_are_read_in_every_spelling_of_the_vendors() {
        let all = [
            Spelling::Iso,
            Spelling::Compact,
            Spelling::Us,
            Spelling::Words,
        ];
        let check = |text, expected| assert_eq!(date(Cell::Text(text), &all), expected, "{text}");
        for text in [
            "2014-08-07",
            "2014-08-07T16:00:00",
            "20140807",
            "08/07/2014",
            "8/7/2014",
            "8/7/14",
            "Thu Aug 07 2014",
        ] {
            check(text, Some(day(2014, 8, 7)));
        }
        check(
            "Date: September 25, 2025 at 9:05 PM EDT",
            Some(day(2025, 9, 25)),
        );
        check(
            "Date: September 25 2025 at 9:05 PM EDT",
            Some(day(2025, 9, 25)),
        );
        check("18 oct 2024", Some(day(2024, 10, 18)));
        check("08-07-2014", Some(day(2014, 8, 7)));
        check("20140807 00:00", Some(day(2014, 8, 7)));
        for text in [
            "13/7/2014",
            "2014-02-30",
            "07.08.2014",
            "2014-8-7",
            "1/1/1",
            "May",
            "1e7",
            "２０１４-08-07",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn stamps_tell_their_unit_by_their_size() {
        // 2022-04-29 17:44 UTC, and five minutes past midnight in UTC, which is the evening before in New York.
        for text in [
            "1651254260",
            "1651254260800",
            "1651254260800059",
            "1651254260800059648",
        ] {
            assert_eq!(
                date(Cell::Text(text), &[Spelling::Stamp]),
                Some(day(2022, 4, 29)),
                "{text}"
            );
        }
        let midnight = Cell::Number(1_651_190_700_000.0);
        assert_eq!(
            date(midnight, &[Spelling::StampUtc]),
            Some(day(2022, 4, 29))
        );
        assert_eq!(date(midnight, &[Spelling::Stamp]), Some(day(2022, 4, 28)));
        for text in ["20140807", "0", "-1", "9e99"] {
            assert_eq!(date(Cell::Text(text), &[Spelling::Stamp]), None, "{text}");
        }
    }

    #[test]
    fn the_day_of_an_instant_is_new_yorks_in_summer_and_winter() {
        let check = |text, spelling, expected| {
            assert_eq!(
                date(Cell::Text(text), &[spelling]),
                Some(expected),
                "{text}"
            );
        };
        // 00:30 of July 2 and 23:30 of January 1 in New York; 00:30 of March 11, 2006, when summer began in April.
        check("1719894600", Spelling::Stamp, day(2024, 7, 2));
        check("1704169800", Spelling::Stamp, day(2024, 1, 1));
        check("1143433800", Spelling::Stamp, day(2006, 3, 26));
        check("1175056200", Spelling::Stamp, day(2007, 3, 28));
        for (text, expected) in [
            ("2025-03-07T01:30:00+00:00", day(2025, 3, 6)),
            ("2025-03-07T01:30:00Z", day(2025, 3, 6)),
            ("2025-03-07 01:30:00.125+0000", day(2025, 3, 6)),
            ("2025-03-06T20:30:00-05:00", day(2025, 3, 6)),
            ("2025/03/06", day(2025, 3, 6)),
            ("2025/03/06 16:00", day(2025, 3, 6)),
            ("2025-03-07T04:59:59Z", day(2025, 3, 6)),
            ("2025-07-07T04:00:01Z", day(2025, 7, 7)),
            // A day written as midnight, and a wall clock.
            ("2025-03-21T00:00:00+00:00", day(2025, 3, 21)),
            ("2025-03-21 00:00:00.000Z", day(2025, 3, 21)),
            ("2025-03-07T01:30:00", day(2025, 3, 7)),
        ] {
            check(text, Spelling::Iso, expected);
        }
        // 23:30 in New York, in winter and in summer, is the next day in UTC.
        for (text, spelling) in [
            ("2025-01-16T04:30:00Z", Spelling::Iso),
            ("2025-01-15 23:30:00-05:00", Spelling::Iso),
            ("2025-01-16 04:30:00 UTC", Spelling::Iso),
            // As Go prints it, and .NET.
            ("2025-01-16 04:30:00 +0000 UTC", Spelling::Iso),
            ("2025-01-15 23:30:00.5 -0500 EST", Spelling::Iso),
            ("1/16/2025 4:30:00 +00:00", Spelling::Us),
            ("1/16/2025 4:30:00 AM +00:00", Spelling::Us),
            ("1/15/2025 9:45:00 -05:00", Spelling::Us),
            ("2025-01-16 04:30:00+00", Spelling::Iso),
            ("2025-01-16T04:30Z", Spelling::Iso),
            ("2025-01-15T23:30:00-05:00[America/New_York]", Spelling::Iso),
            ("20250116T043000Z", Spelling::Compact),
            ("20250116 04:30:00 +0000", Spelling::Compact),
            ("1/16/2025 04:30:00 +00:00", Spelling::Us),
            ("16.01.2025 05:30:00 +01:00", Spelling::Dmy),
            ("Thu, 16 Jan 2025 04:30:00 GMT", Spelling::Words),
            ("1737001800", Spelling::Stamp),
            ("1737001800000.0", Spelling::Stamp),
        ] {
            check(text, spelling, day(2025, 1, 15));
        }
        for (text, spelling) in [
            ("2025-07-16T03:30:00.000Z", Spelling::Iso),
            ("2025-07-15 23:30:00-0400", Spelling::Iso),
            ("2025-07-16T03:30:00+00:00", Spelling::Iso),
            ("1752636600000", Spelling::Stamp),
            // The exchange's own clock.
            ("2025-07-15T23:30:00", Spelling::Iso),
            ("2025-07-15 23:30:00 EDT", Spelling::Iso),
            ("7/15/2025 23:30", Spelling::Us),
            // A day without a time.
            ("1752537600", Spelling::Stamp),
            ("2025-07-15T00:00:00-04:00", Spelling::Iso),
        ] {
            check(text, spelling, day(2025, 7, 15));
        }
        let typed = |milliseconds, spelling| date(Cell::Instant(milliseconds), &[spelling]);
        for (milliseconds, expected) in [
            (1_737_001_800_000, day(2025, 1, 15)),
            (1_752_636_600_000, day(2025, 7, 15)),
            (1_752_537_600_000, day(2025, 7, 15)),
        ] {
            assert_eq!(typed(milliseconds, Spelling::Us), Some(expected));
        }
        let coin = typed(1_752_636_600_000, Spelling::StampUtc);
        assert_eq!(coin, Some(day(2025, 7, 16)));
        // An offset that nobody can read is no date, rather than the wrong one.
        for text in ["2025-03-07T01:30:00+0x", "2025-03-07T01:30:00Zulu"] {
            assert_eq!(date(Cell::Text(text), &[Spelling::Iso]), None, "{text}");
        }
        let of_utc = [Spelling::Iso, Spelling::StampUtc];
        let coins = date(Cell::Text("2025-03-07T01:30:00Z"), &of_utc);
        assert_eq!(coins, Some(day(2025, 3, 7)));
    }

    #[test]
    fn times_stand_in_the_order_of_the_clock() {
        let spellings = [
            Spelling::Iso,
            Spelling::Compact,
            Spelling::Us,
            Spelling::Stamp,
        ];
        let check = |early: &str, late: &str| {
            let of = |text| moment(Cell::Text(text), &spellings).unwrap();
            assert!(of(early) < of(late), "{early} is not before {late}");
        };
        check("2025-03-06", "2025-03-06 10:00:00");
        check("2025/03/06", "2025/03/06 10:00:00");
        check("2025-03-06 10:00:00", "2025-03-06T15:45");
        check("2025-03-06T14:00:00Z", "2025-03-06T19:45:00.5Z");
        check("2025-03-06T23:59:59.250Z", "2025-03-07T00:30:00Z");
        check("3/6/2025 9:45 AM", "3/6/2025 3:45 PM");
        check("3/6/2025 12:30 AM", "3/6/2025 12:30 PM");
        check("20250306 10:00", "20250306 15:45");
        check("20250306T100000Z", "20250306T154500Z");
        check("1741294800", "1741294800001");
        let check = |early: Cell<'_>, late: Cell<'_>| {
            let (early, late) = (time_of_day(early), time_of_day(late));
            assert!(early.is_some() && early < late, "{early:?} {late:?}");
        };
        check(Cell::Text("9:45"), Cell::Text("10:00:00"));
        check(Cell::Text("9:45 AM"), Cell::Text("1:00 PM"));
        check(Cell::Text("10.25"), Cell::Text("10.5"));
        check(Cell::Text("1000"), Cell::Text("1545"));
        check(Cell::Number(34_200_000.0), Cell::Number(57_600_000.0));
        check(
            Cell::Text("2025-03-06T14:00:00Z"),
            Cell::Text("2025-03-06T19:00:00Z"),
        );
        for (text, early) in [
            ("2026-03-10 06:00:00", true),
            ("2026-03-10 09:30:00", false),
            ("2026-03-10T13:00:00Z", true),
            ("2026-03-10T14:00:00Z", false),
            ("2026-03-10 13:00:00 UTC", true),
            ("2026-03-10 14:00:00 UTC", false),
            ("2026-03-10 13:00:00 GMT", true),
            ("2026-03-10 13:00:00 +0000 UTC", true),
            ("1773147600", true),
            ("1773151200000", false),
            ("2026-03-10 14:00:00+01:00", true),
            ("3/10/2026 6:00 PM", false),
            ("2026-03-10 00:00:00", false),
            ("2026-03-10", false),
        ] {
            assert_eq!(
                is_before_open(Cell::Text(text), &spellings),
                early,
                "{text}"
            );
        }
        let typed = |milliseconds| is_before_open(Cell::Instant(milliseconds), &[]);
        assert!(typed(1_773_147_600_000) && !typed(1_773_151_200_000));
        assert!(is_before_open(Cell::Wall(1_773_126_000_000), &[]));
        for text in [
            "soon",
            "",
            "25:00",
            "10:75",
            "10:00:60",
            "10:00:99999999999999999999",
        ] {
            assert_eq!(time_of_day(Cell::from_text(text)), None, "{text}");
        }
    }

    #[test]
    fn names_of_contracts_come_apart_in_every_spelling() {
        let check = |text, root, expiry, right, strike_usd| {
            assert_eq!(
                contract_name(text),
                Some(Osi {
                    root,
                    expiry,
                    right,
                    strike_usd
                }),
                "{text}"
            );
        };
        check(
            "BTC-13FEB21-37500-C",
            "BTC",
            day(2021, 2, 13),
            Right::Call,
            37500.0,
        );
        check(
            "ETH-5MAR21-1480-P",
            "ETH",
            day(2021, 3, 5),
            Right::Put,
            1480.0,
        );
        check(
            "XRP_USDC-30AUG24-0d65-P",
            "XRP_USDC",
            day(2024, 8, 30),
            Right::Put,
            0.65,
        );
        check(
            "2026-06-12_94.00_Call",
            "",
            day(2026, 6, 12),
            Right::Call,
            94.0,
        );
        for text in [
            "BTC-PERPETUAL",
            "BTC-13FEB21",
            "BTC-32FEB21-1-C",
            "2026-06-12_x_Call",
            "-13FEB21-1-C",
        ] {
            assert_eq!(contract_name(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_vendors_write_them() {
        let check = |text, expected| assert_eq!(number(Cell::Text(text)), expected, "{text}");
        check("1.5", Ok(Some(1.5)));
        check("62,498", Ok(Some(62498.0)));
        check("$0.05", Ok(Some(0.05)));
        check("+12.5%", Ok(Some(0.125)));
        for text in ["NaN", "n/a", "--", "-999.0", "inf", "None"] {
            check(text, Ok(None));
        }
        check("1,234,567.5", Ok(Some(1_234_567.5)));
        check("-$1,234", Ok(Some(-1234.0)));
        for text in [
            "50,00",
            "1,95",
            "0,500",
            "1.234,50",
            "1234,567",
            "1,23,456",
            "1,234.5,6",
            ",500",
            "1,234,",
        ] {
            check(text, Err(()));
        }
        check("abc", Err(()));
        check("12 x 14", Err(()));
        for (text, expected) in [
            ("12,180", Comma::Doubt),
            ("$12,180", Comma::Doubt),
            ("12,180 %", Comma::Doubt),
            ("50,00", Comma::Decimal),
            ("0,500", Comma::Decimal),
            ("-1.234,50", Comma::Decimal),
            ("25,25%", Comma::Decimal),
            ("1,234.50", Comma::Plain),
            ("1,234,567", Comma::Plain),
            ("1,23,456", Comma::Plain),
            ("12180", Comma::Plain),
        ] {
            assert_eq!(comma(text), expected, "{text}");
        }
        let with_comma = |text| number(comma_cell(text));
        for (text, expected) in [
            ("12,180", 12.18),
            ("$60,125", 60.125),
            ("1.234,50", 1234.5),
            ("+3,1", 3.1),
            ("1\u{a0}234,5", 1234.5),
            ("12", 12.0),
            ("12.180", 12180.0),
        ] {
            assert_eq!(with_comma(text), Ok(Some(expected)), "{text}");
        }
        let share = comma_cell("25,125%");
        assert!(share.is_percent() && (number(share).unwrap().unwrap() - 0.25125).abs() < 1e-15);
        assert_eq!(with_comma("NaN"), Ok(None));
        assert_eq!(with_comma("--"), Ok(None));
        for text in ["1,234.50", "12.5", "1,2,3", "12 x 14"] {
            assert_eq!(with_comma(text), Err(()), "{text}");
        }
        assert_eq!(amount(Cell::Text("95%")), Err(()));
        assert_eq!(amount(Cell::Text("$1,234.5")), Ok(Some(1234.5)));
        for (text, expected) in [("0", 0), ("0.1", 1), ("1.4", 1), ("17.0", 17)] {
            assert_eq!(count(Cell::Text(text)), Ok(Some(expected)), "{text}");
        }
    }

    #[test]
    fn option_symbols_come_apart() {
        let expected = Osi {
            root: "SPXW",
            expiry: day(2026, 8, 17),
            right: Right::Call,
            strike_usd: 580.5,
        };
        for text in [
            "SPXW260817C00580500",
            "SPXW  260817C00580500",
            "O:SPXW260817C00580500",
        ] {
            assert_eq!(osi(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "F_121120C.5",
            "260817C00580500",
            "AÖ260817C00580500",
            "SPXW261317C00580500",
            "ö60817C0058050",
        ] {
            assert_eq!(osi(text), None, "{text}");
        }
    }
}
