//! Days on which something happens to an underlying: a dividend goes ex, earnings are reported, shares are split, trading ends.
//!
//! ```text
//! symbol,date,kind,amount_usd,ratio
//! KO,2026-06-12,ex_dividend,0.53,
//! KO,2026-07-21,earnings,,
//! AAPL,2014-06-09,split,,7
//! TWTR,2022-10-27,delisting,54.20,
//! ```
//! The column `ratio` may be left away where there is no split. A split that is in a price history too is the same split.
//!
//! Lines that start with `#` and empty lines are skipped. Every line counts: one that cannot be understood is an error, since
//! a dividend left out in silence costs money.

use std::path::Path;

use jiff::civil::Date;

use crate::Error;
use crate::ingest::table::read_file;
use crate::ingest::words::{Cell, Spelling, date, number, ticker};

/// Something that happens to one underlying on a known day.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Ticker.
    pub symbol: String,
    /// The day: for a dividend the first day on which a buyer does not get it.
    pub date: Date,
    /// What happens.
    pub kind: EventKind,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// The stock trades without its next dividend from this day on.
    ExDividend {
        /// Dollars per share. Positive.
        amount_usd: f64,
    },
    /// The company reports.
    Earnings,
    /// The shares are split, or put together, from this day on.
    Split {
        /// New shares for one old: 7 for 7-for-1, 0.1 for one new share for ten. Positive, and not 1.
        ratio: f64,
    },
    /// The last day on which the shares trade.
    Delisting {
        /// What a holder is paid for a share, dollars: the price of a takeover, or 0 after a bankruptcy. Not negative.
        amount_usd: f64,
    },
}

/// Reads an events file.
pub fn read_events(path: &Path) -> Result<Vec<Event>, Error> {
    read_events_bytes(&path.display().to_string(), &read_file(path)?)
}

/// The same from memory, sorted by symbol and date; `name` is what messages call the file.
pub fn read_events_bytes(name: &str, bytes: &[u8]) -> Result<Vec<Event>, Error> {
    let text = std::str::from_utf8(bytes).map_err(|bad| {
        let line = bytes[..bad.valid_up_to()]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
            + 1;
        Error::NotUtf8 {
            file: name.to_owned(),
            line,
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Error::Empty {
            file: name.to_owned(),
        });
    }
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let header: Vec<String> = lines.next().map_or(Vec::new(), |(_, line)| {
        line.split(',').map(|name| name.trim().to_owned()).collect()
    });
    let place = |column: &'static str| {
        let missing = || Error::MissingColumn {
            file: name.to_owned(),
            column,
            seen: header.clone(),
        };
        header
            .iter()
            .position(|name| name.eq_ignore_ascii_case(column))
            .ok_or_else(missing)
    };
    let ratio = header
        .iter()
        .position(|name| name.eq_ignore_ascii_case("ratio"));
    let places = [
        Some(place("symbol")?),
        Some(place("date")?),
        Some(place("kind")?),
        Some(place("amount_usd")?),
        ratio,
    ];
    let mut events = Vec::new();
    for (index, line) in lines {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let cells = places.map(|place| {
            place
                .and_then(|place| fields.get(place))
                .map_or(Cell::Missing, |field| Cell::from_text(field))
        });
        let event = event(cells).map_err(|(what, remedy)| Error::BadEvent {
            file: name.to_owned(),
            line: index + 1,
            what,
            remedy,
        })?;
        events.push(event);
    }
    events.sort_by(|a: &Event, b: &Event| (&a.symbol, a.date).cmp(&(&b.symbol, b.date)));
    Ok(events)
}

fn event(
    [symbol, day, kind, amount, ratio]: [Cell<'_>; 5],
) -> Result<Event, (String, &'static str)> {
    let symbol = symbol
        .text()
        .map(ticker)
        .ok_or(("the symbol is missing".to_owned(), "write the ticker first"))?;
    let date = date(day, &[Spelling::Iso]).ok_or_else(|| {
        (
            format!("the date is {}", day.show()),
            "write it as YYYY-MM-DD",
        )
    })?;
    let amount_usd = number(amount).map_err(|()| {
        (
            format!("the amount is {}", amount.show()),
            "write dollars per share, such as 0.53",
        )
    })?;
    let split = number(ratio).map_err(|()| {
        (
            format!("the ratio is {}", ratio.show()),
            "write new shares per old, such as 4",
        )
    })?;
    if split.is_some() && kind.text() != Some("split") {
        return Err((
            format!("the ratio is {}, and this is no split", ratio.show()),
            "leave the ratio empty",
        ));
    }
    let kind = match (kind.text(), amount_usd) {
        (Some("ex_dividend"), Some(amount_usd)) if amount_usd > 0.0 => {
            EventKind::ExDividend { amount_usd }
        }
        (Some("ex_dividend"), _) => {
            return Err((
                format!("the dividend is {}", amount.show()),
                "write a positive amount in dollars per share",
            ));
        }
        (Some("earnings"), None) => EventKind::Earnings,
        (Some("earnings"), Some(_)) => {
            return Err((
                format!("earnings with the amount {}", amount.show()),
                "leave the amount empty",
            ));
        }
        (Some("split"), None) => match split {
            Some(ratio) if ratio > 0.0 && ratio != 1.0 => EventKind::Split { ratio },
            _ => {
                return Err((
                    format!("the ratio of the split is {}", ratio.show()),
                    "write new shares per old in the column `ratio`, such as 4 or 0.1",
                ));
            }
        },
        (Some("split"), Some(_)) => {
            return Err((
                format!("a split with the amount {}", amount.show()),
                "write new shares per old in the column `ratio`, and leave the amount empty",
            ));
        }
        (Some("delisting"), Some(amount_usd)) if amount_usd >= 0.0 => {
            EventKind::Delisting { amount_usd }
        }
        (Some("delisting"), _) => {
            return Err((
                format!("the amount of the delisting is {}", amount.show()),
                "write what a share is paid in dollars, 0 if nothing",
            ));
        }
        _ => {
            return Err((
                format!("the kind is {}", kind.show()),
                "write ex_dividend, earnings, split or delisting",
            ));
        }
    };
    Ok(Event { symbol, date, kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    fn check(text: &str, expected: &str) {
        let got = match read_events_bytes("events.csv", text.as_bytes()) {
            Ok(events) => format!("{} events", events.len()),
            Err(error) => error.to_string(),
        };
        assert!(
            got.contains(expected),
            "{text:?} gives {got:?}, not {expected:?}"
        );
    }

    #[test]
    fn events_are_sorted_by_symbol_and_day() {
        let text = "symbol,date,kind,amount_usd\n# a comment\nzz,2024-03-01,earnings,\nZZ,2024-02-01,ex_dividend,0.5\n\nAA,2024-05-01,earnings\n";
        let events = read_events_bytes("events.csv", text.as_bytes()).unwrap();
        let aa = Event {
            symbol: "AA".to_owned(),
            date: day(2024, 5, 1),
            kind: EventKind::Earnings,
        };
        assert_eq!(events[0], aa);
        assert_eq!(events[1].kind, EventKind::ExDividend { amount_usd: 0.5 });
        assert_eq!(
            (events[2].symbol.as_str(), events[2].date),
            ("ZZ", day(2024, 3, 1))
        );
    }

    #[test]
    fn splits_and_delistings_are_read() {
        let text = "symbol,date,kind,amount_usd,ratio\nAA,2024-05-01,split,,7\nAA,2024-05-02,split,,0.1\nAA,2024-05-03,delisting,54.20,\nAA,2024-05-04,delisting,0\n";
        let events = read_events_bytes("events.csv", text.as_bytes()).unwrap();
        let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
        assert_eq!(
            kinds,
            [
                EventKind::Split { ratio: 7.0 },
                EventKind::Split { ratio: 0.1 },
                EventKind::Delisting { amount_usd: 54.2 },
                EventKind::Delisting { amount_usd: 0.0 },
            ]
        );
    }

    #[test]
    fn every_bad_line_is_an_error_that_names_it() {
        let with =
            |line: &str| format!("symbol,date,kind,amount_usd\nAA,2024-05-01,earnings,\n{line}\n");
        check(
            &with("AA,2024-05-32,earnings,"),
            "line 3: the date is \"2024-05-32\"; write it as YYYY-MM-DD",
        );
        check(
            &with("AA,2024-05-03,merger,"),
            "line 3: the kind is \"merger\"; write ex_dividend, earnings, split or delisting",
        );
        check(
            &with("AA,2024-05-03,ex_dividend,"),
            "line 3: the dividend is nothing",
        );
        check(
            &with("AA,2024-05-03,ex_dividend,-1"),
            "the dividend is \"-1\"",
        );
        check(
            &with("AA,2024-05-03,ex_dividend,half"),
            "the amount is \"half\"",
        );
        check(&with("AA,2024-05-03,earnings,2"), "leave the amount empty");
        let wide = |line: &str| format!("symbol,date,kind,amount_usd,ratio\n{line}\n");
        check(
            &wide("AA,2024-05-03,split,,1"),
            "the ratio of the split is \"1\"",
        );
        check(
            &wide("AA,2024-05-03,split,,-4"),
            "the ratio of the split is \"-4\"",
        );
        check(
            &wide("AA,2024-05-03,split,4,"),
            "a split with the amount \"4\"",
        );
        check(
            &wide("AA,2024-05-03,split,,4:1"),
            "the ratio is \"4:1\"; write new shares per old",
        );
        check(
            &with("AA,2024-05-03,split,"),
            "line 3: the ratio of the split is nothing",
        );
        check(
            &wide("AA,2024-05-03,earnings,,4"),
            "and this is no split; leave the ratio empty",
        );
        check(
            &wide("AA,2024-05-03,delisting,,"),
            "the amount of the delisting is nothing",
        );
        check(
            &wide("AA,2024-05-03,delisting,-1,"),
            "the amount of the delisting is \"-1\"",
        );
        check(&with(",2024-05-03,earnings,"), "the symbol is missing");
        check("", "is empty");
        check("ticker,date\n", "column `symbol` is missing");
        check("symbol,date,kind,amount_usd\n", "0 events");
    }
}
