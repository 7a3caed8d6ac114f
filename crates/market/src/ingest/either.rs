//! Dates that may be read month first or day first, in files where the month is taken for the first: what the calendar says of them.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::report::Note;
use super::words::{Cell, Spelling, date};
use crate::Error;
use crate::calendar::is_trading_day;

/// Expiries from which on Fridays alone are taken for proof.
const EXPIRIES_MIN: usize = 3;

/// Different dates that are looked at.
const DATES_MAX: usize = 500;

/// What was seen of a file.
#[derive(Default)]
pub(super) struct Either {
    /// A date has its month first for sure.
    month_first: bool,
    /// By the text: its row, the two days, and whether it is an expiry.
    seen: BTreeMap<String, Seen>,
}

struct Seen {
    row: usize,
    month_first: Date,
    day_first: Date,
    is_expiry: bool,
}

impl Either {
    /// Looks at a date as it stands in the file.
    pub(super) fn look(&mut self, row: usize, text: &str, is_expiry: bool) {
        let text = text.split([' ', 'T']).next().unwrap_or(text);
        let has_marks = text.as_bytes().get(4).is_some_and(|&mark| mark != b'-');
        if self.month_first
            || !has_marks
            || self.seen.len() >= DATES_MAX
            || self.seen.contains_key(text)
        {
            return;
        }
        let as_one = |spelling| date(Cell::Text(text), &[spelling]);
        match (as_one(Spelling::Us), as_one(Spelling::Dmy)) {
            (Some(_), None) => self.month_first = true,
            (Some(month_first), Some(day_first)) if month_first != day_first => {
                let seen = Seen {
                    row,
                    month_first,
                    day_first,
                    is_expiry,
                };
                self.seen.insert(text.to_owned(), seen);
            }
            _ => {}
        }
    }

    /// Refuses expiries that month first fall on days without trading while no date does day first, and three expiries that are all Fridays day
    /// first and none month first. One or two such expiries are a note. Quotes may be dated on a weekend, by whoever took them then.
    pub(super) fn judge(self, file: &str) -> Result<Option<Note>, Error> {
        if self.month_first || self.seen.is_empty() {
            return Ok(None);
        }
        // Until 2015 options expired on Saturdays.
        let is_day = |day: Date| {
            is_trading_day(day) || (day.year() < 2016 && day.weekday() == Weekday::Saturday)
        };
        let refused = |text: &String, seen: &Seen| Error::DayFirst {
            file: file.to_owned(),
            row: seen.row,
            value: text.chars().take(40).collect(),
            contract: None,
        };
        if self.seen.values().all(|seen| is_day(seen.day_first))
            && let Some((text, seen)) = self
                .seen
                .iter()
                .find(|(_, seen)| seen.is_expiry && !is_day(seen.month_first))
        {
            return Err(refused(text, seen));
        }
        let mut expiries = self.seen.iter().filter(|(_, seen)| seen.is_expiry);
        let is_friday = |day: Date| day.weekday() == Weekday::Friday;
        let suspect = |seen: &Seen| is_friday(seen.day_first) && !is_friday(seen.month_first);
        let count = expiries.clone().count();
        if !expiries.clone().all(|(_, seen)| suspect(seen)) {
            return Ok(None);
        }
        let Some((text, seen)) = expiries.next() else {
            return Ok(None);
        };
        if count >= EXPIRIES_MIN {
            return Err(refused(text, seen));
        }
        Ok(Some(Note::MonthFirst {
            value: text.chars().take(40).collect(),
            taken: seen.month_first,
            other: seen.day_first,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(expiries: &[&str], days: &[&str]) -> Result<Option<Note>, Error> {
        let mut either = Either::default();
        for (row, text) in days.iter().enumerate() {
            either.look(row, text, false);
        }
        for (row, text) in expiries.iter().enumerate() {
            either.look(row, text, true);
        }
        either.judge("f.csv")
    }

    #[test]
    fn the_calendar_tells_days_from_months() {
        // 10 April, 5 June and 7 August 2026; 4 October 2026 is a Sunday.
        let error = judged(&["05/06/2026", "07/08/2026", "10/04/2026"], &[]);
        assert!(
            matches!(&error, Err(Error::DayFirst { value, .. }) if value == "10/04/2026"),
            "{error:?}"
        );
        // Fridays day first, none month first: three prove it, one is a word.
        let fridays = ["04/09/2026", "05/06/2026", "07/08/2026"];
        assert!(judged(&fridays, &[]).is_err());
        let note = judged(&fridays[..1], &[]).unwrap();
        assert!(matches!(note, Some(Note::MonthFirst { .. })), "{note:?}");
        // One date that can only be month first settles it, wherever it stands.
        assert_eq!(judged(&fridays, &["03/20/2026"]).unwrap(), None);
        // Taken on a Saturday.
        assert_eq!(judged(&["02/06/2026"], &["01/10/2026"]).unwrap(), None);
        // American weeklies.
        assert_eq!(
            judged(&["04/10/2026", "06/05/2026"], &["03/06/2026"]).unwrap(),
            None
        );
    }
}
