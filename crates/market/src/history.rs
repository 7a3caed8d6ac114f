//! The daily prices of one underlying, the returns they make, and how much they moved.
//!
//! ```text
//! return(t) = ln( (close(t) + dividend(t)) * split(t) / close(t-1) )
//! realised  = sqrt( 252 / n * sum return(t)^2 )          standard error ~ realised / sqrt(2 n)
//! ```
//! The mean return is taken as zero: over the weeks that matter here it is smaller than its own error (Figlewski,
//! Forecasting Volatility, 1997). The weighted form is RiskMetrics (1996) with decay lambda. Closes are as traded, not adjusted;
//! `split` is new shares per old (7 for 7-for-1) and `dividend` dollars per new share, both on the day they take effect.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::fmt;
use std::path::Path;

use jiff::civil::Date;

use crate::Error;
use crate::calendar::{is_trading_day, trading_days_between};
use crate::ingest::splits::split_ratio;
use crate::ingest::table::{Content, open, read_file};
use crate::ingest::words::{Cell, Spelling, date, normal_name, number, ticker};

/// Trading days that make a year.
pub const TRADING_DAYS_PER_YEAR: f64 = 252.0;

/// Trading days between two rows above which the space between is called a gap.
const GAP_DAYS: u32 = 5;

/// One day.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// The trading day.
    pub date: Date,
    /// First price, dollars per share.
    pub open_usd: Option<f64>,
    /// Highest price.
    pub high_usd: Option<f64>,
    /// Lowest price.
    pub low_usd: Option<f64>,
    /// Last price as traded. Positive.
    pub close_usd: f64,
    /// Dividend that a buyer of this day no longer gets, dollars per share. Zero on most days.
    pub dividend_usd: f64,
    /// New shares for one old from this day on. One on most days.
    pub split: f64,
}

/// The days of one underlying.
///
/// Invariant: sorted by date, no date twice, every close positive.
#[derive(Clone, Debug)]
pub struct History {
    /// Ticker, if the file names it.
    pub symbol: Option<String>,
    /// The days.
    pub days: Vec<Day>,
    /// What should be known about them.
    pub notes: Vec<HistoryNote>,
    /// Rows read, of all symbols.
    pub rows_read: usize,
}

/// Something noticed in a price history.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HistoryNote {
    /// A row without a date, or with no positive close.
    BadRow {
        /// Line of a text file or record of a Parquet file, from 1.
        row: usize,
        /// What is wrong, with the value.
        what: String,
    },
    /// More bad rows than are listed.
    MoreBadRows {
        /// How many more.
        rows: usize,
    },
    /// A date that stands there twice; the first was kept.
    DuplicateDate {
        /// The date.
        date: Date,
        /// The row that was dropped.
        row: usize,
    },
    /// The rows were not in order of date and were sorted.
    Unsorted,
    /// Missing days.
    Gap {
        /// Last day before.
        from: Date,
        /// First day after.
        to: Date,
        /// Trading days between that are missing.
        missing: u32,
    },
    /// Rows on weekends and exchange holidays; they were kept.
    NotTradingDays {
        /// How many.
        rows: usize,
        /// The first of them.
        first: Date,
    },
    /// The prices came from the column of the symbol's name.
    ColumnOfSymbol {
        /// The column.
        name: String,
    },
    /// A column of adjusted closes was left aside.
    AdjustedCloseIgnored,
}

impl fmt::Display for HistoryNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HistoryNote::BadRow { row, what } => {
                write!(f, "row {row}: {what}; the row was left out")
            }
            HistoryNote::MoreBadRows { rows } => {
                write!(f, "{rows} more rows were left out for like reasons")
            }
            HistoryNote::DuplicateDate { date, row } => write!(
                f,
                "row {row}: {date} stands there twice; the first was kept"
            ),
            HistoryNote::Unsorted => {
                write!(f, "the rows were not in order of date and were sorted")
            }
            HistoryNote::Gap { from, to, missing } => {
                write!(
                    f,
                    "no prices between {from} and {to}: {missing} trading days are missing; fill them from another source"
                )
            }
            HistoryNote::NotTradingDays { rows, first } => {
                write!(
                    f,
                    "{rows} rows are of days on which the exchange was shut, the first {first}; drop them if they repeat a close"
                )
            }
            HistoryNote::ColumnOfSymbol { name } => {
                write!(
                    f,
                    "the closes are those of column `{name}`; if they are adjusted, give neither dividends nor splits"
                )
            }
            HistoryNote::AdjustedCloseIgnored => {
                write!(
                    f,
                    "the column of adjusted closes was left aside: closes as traded, with dividends and splits, are used"
                )
            }
        }
    }
}

impl History {
    /// The closes as traded, in dollars per share.
    pub fn closes(&self) -> Vec<f64> {
        self.days.iter().map(|day| day.close_usd).collect()
    }

    /// Marks splits that the file does not: a jump of the close by a split's ratio on a day without one. Returns what was marked.
    ///
    /// Unadjusted closes without a split column would else show a split as a crash, and multiply volatility.
    pub fn mark_splits(&mut self) -> Vec<(Date, f64)> {
        let mut marked = Vec::new();
        for index in 1..self.days.len() {
            let before = self.days[index - 1].close_usd;
            let day = &mut self.days[index];
            if day.split == 1.0
                && let Some(ratio) = split_ratio(before, day.close_usd)
            {
                day.split = ratio;
                marked.push((day.date, ratio));
            }
        }
        marked
    }

    /// Log returns between neighbouring days, dividends included and splits undone; one fewer than days.
    ///
    /// A gap counts as one return: see the notes.
    pub fn log_returns(&self) -> Vec<f64> {
        let total = |pair: &[Day]| {
            ((pair[1].close_usd + pair[1].dividend_usd) * pair[1].split / pair[0].close_usd).ln()
        };
        self.days.windows(2).map(total).collect()
    }
}

/// Names that each column goes by, compared without case and punctuation.
const DATE: &[&str] = &["date", "quotedate", "tradedate", "timestamp", "day"];
const SYMBOL: &[&str] = &["symbol", "ticker", "underlying"];
const OPEN: &[&str] = &["open"];
const HIGH: &[&str] = &["high"];
const LOW: &[&str] = &["low"];
const CLOSE: &[&str] = &["close", "closelast", "last", "price", "spot"];
const ADJUSTED: &[&str] = &["adjclose", "adjustedclose", "closeadjusted"];
const DIVIDEND: &[&str] = &["dividend", "dividends", "dividendusd", "dividendamount"];
const SPLIT: &[&str] = &[
    "split",
    "splits",
    "stocksplits",
    "splitratio",
    "splitcoefficient",
];

/// Reads daily prices from CSV or Parquet. Only `date` and `close` are needed.
///
/// `symbol` chooses among several in a `symbol` column, or among columns named by symbol.
pub fn read_history(path: &Path, symbol: Option<&str>) -> Result<History, Error> {
    read_history_bytes(&path.display().to_string(), &read_file(path)?, symbol)
}

/// The same from memory; `name` is what messages call the file.
pub fn read_history_bytes(
    name: &str,
    bytes: &[u8],
    symbol: Option<&str>,
) -> Result<History, Error> {
    let wanted = symbol.map(ticker);
    let place = |names: &[String], aliases: &[&str]| {
        aliases
            .iter()
            .find_map(|alias| names.iter().position(|name| normal_name(name) == *alias))
    };
    let table = match open(name, bytes, |names| place(names, DATE).is_some())? {
        Content::Table(table) => table,
        Content::Json(_) => {
            let remedy = "give the prices as CSV or Parquet";
            return Err(Error::NotATable {
                file: name.to_owned(),
                what: "JSON",
                remedy,
            });
        }
    };
    let names = &table.names;
    let missing = |column| Error::MissingColumn {
        file: name.to_owned(),
        column,
        seen: names.clone(),
    };
    let mut notes = Vec::new();
    let date_place = place(names, DATE).ok_or_else(|| missing("date"))?;
    let close_place = match (place(names, CLOSE), &wanted) {
        (Some(close), _) => close,
        (None, Some(wanted)) => {
            let column = names
                .iter()
                .position(|name| ticker(name) == *wanted)
                .ok_or_else(|| missing("close"))?;
            notes.push(HistoryNote::ColumnOfSymbol {
                name: names[column].clone(),
            });
            column
        }
        (None, None) => return Err(missing("close")),
    };
    if place(names, ADJUSTED).is_some() {
        notes.push(HistoryNote::AdjustedCloseIgnored);
    }
    let places = [
        Some(date_place),
        Some(close_place),
        place(names, SYMBOL),
        place(names, OPEN),
        place(names, HIGH),
        place(names, LOW),
        place(names, DIVIDEND),
        place(names, SPLIT),
    ];
    let present: Vec<usize> = places.iter().flatten().copied().collect();
    let mut reader = Reader {
        wanted,
        seen: BTreeSet::new(),
        bad: Vec::new(),
        bad_more: 0,
        rows: Vec::new(),
        rows_read: 0,
    };
    table.for_each(&present, |row, found| {
        let mut cells = [Cell::Missing; 8];
        match found {
            Ok(found) => {
                let mut found = found.iter();
                for (cell, place) in cells.iter_mut().zip(places) {
                    if place.is_some() {
                        *cell = found.next().copied().unwrap_or_default();
                    }
                }
                reader.push(row, cells);
            }
            Err(reason) => {
                reader.rows_read += 1;
                reader.refuse(row, reason.to_string());
            }
        }
    })?;
    reader.finish(name, places[2].is_some(), notes)
}

/// Every name of a file: its only one, each of a `symbol` column, or each column of closes that is named by its symbol.
pub fn read_histories(path: &Path) -> Result<Vec<History>, Error> {
    read_histories_bytes(&path.display().to_string(), &read_file(path)?)
}

/// The same from memory; `name` is what messages call the file.
pub fn read_histories_bytes(name: &str, bytes: &[u8]) -> Result<Vec<History>, Error> {
    let symbols = match read_history_bytes(name, bytes, None) {
        Ok(only) => return Ok(vec![only]),
        Err(Error::SeveralSymbols { seen, .. }) => seen,
        Err(Error::MissingColumn {
            file,
            column: "close",
            seen,
        }) => {
            let known = [DATE, OPEN, HIGH, LOW, ADJUSTED, DIVIDEND, SPLIT].concat();
            let of_symbols = seen
                .iter()
                .filter(|name| !known.contains(&normal_name(name).as_str()))
                .cloned()
                .collect::<Vec<String>>();
            if of_symbols.is_empty() {
                let column = "close";
                return Err(Error::MissingColumn { file, column, seen });
            }
            of_symbols
        }
        Err(other) => return Err(other),
    };
    let of = |symbol: &String| {
        let mut history = read_history_bytes(name, bytes, Some(symbol))?;
        history.symbol.get_or_insert_with(|| ticker(symbol));
        Ok(history)
    };
    symbols.iter().map(of).collect()
}

struct Reader {
    wanted: Option<String>,
    seen: BTreeSet<String>,
    bad: Vec<HistoryNote>,
    bad_more: usize,
    rows: Vec<(usize, Day)>,
    rows_read: usize,
}

impl Reader {
    fn push(
        &mut self,
        row: usize,
        [day, close, symbol, open, high, low, dividend, split]: [Cell<'_>; 8],
    ) {
        self.rows_read += 1;
        if let Some(symbol) = symbol.text().map(ticker) {
            let other = self.wanted.as_ref().is_some_and(|wanted| *wanted != symbol);
            if self.seen.len() < 1000 {
                self.seen.insert(symbol);
            }
            if other {
                return;
            }
        }
        let Some(date) = date(
            day,
            &[
                Spelling::Iso,
                Spelling::Compact,
                Spelling::Us,
                Spelling::Words,
            ],
        ) else {
            return self.refuse(row, format!("its date is {}, not a date", day.show()));
        };
        let positive = |cell| number(cell).ok().flatten().filter(|&value| value > 0.0);
        let Some(close_usd) = positive(close) else {
            return self.refuse(
                row,
                format!(
                    "its close on {date} is {}, not a positive number",
                    close.show()
                ),
            );
        };
        let dividend_usd = match number(dividend) {
            Ok(amount) if amount.unwrap_or(0.0) >= 0.0 => amount.unwrap_or(0.0),
            _ => {
                return self.refuse(
                    row,
                    format!(
                        "its dividend on {date} is {}, not a number from 0",
                        dividend.show()
                    ),
                );
            }
        };
        let split = match number(split) {
            // Vendors write 0 on days without a split.
            Ok(ratio) if ratio.unwrap_or(0.0) >= 0.0 => {
                ratio.filter(|&ratio| ratio > 0.0).unwrap_or(1.0)
            }
            _ => {
                return self.refuse(
                    row,
                    format!("its split on {date} is {}, not a ratio", split.show()),
                );
            }
        };
        let (open_usd, high_usd, low_usd) = (positive(open), positive(high), positive(low));
        self.rows.push((
            row,
            Day {
                date,
                open_usd,
                high_usd,
                low_usd,
                close_usd,
                dividend_usd,
                split,
            },
        ));
    }

    fn refuse(&mut self, row: usize, what: String) {
        if self.bad.len() < 100 {
            self.bad.push(HistoryNote::BadRow { row, what });
        } else {
            self.bad_more += 1;
        }
    }

    fn finish(
        mut self,
        file: &str,
        has_symbols: bool,
        mut notes: Vec<HistoryNote>,
    ) -> Result<History, Error> {
        let file = file.to_owned();
        if let (true, Some(wanted)) = (has_symbols, &self.wanted)
            && !self.seen.contains(wanted)
        {
            return Err(Error::SymbolAbsent {
                file,
                symbol: wanted.clone(),
                seen: self.seen.into_iter().collect(),
            });
        }
        if self.wanted.is_none() && self.seen.len() > 1 {
            return Err(Error::SeveralSymbols {
                file,
                seen: self.seen.into_iter().collect(),
            });
        }
        notes.append(&mut self.bad);
        if self.bad_more > 0 {
            notes.push(HistoryNote::MoreBadRows {
                rows: self.bad_more,
            });
        }
        if self.rows.is_empty() {
            return Err(Error::NoHistory {
                file,
                rows: self.rows_read,
            });
        }
        if !self.rows.is_sorted_by_key(|(_, day)| day.date) {
            notes.push(HistoryNote::Unsorted);
        }
        let mut days: BTreeMap<Date, Day> = BTreeMap::new();
        for (row, day) in self.rows {
            match days.entry(day.date) {
                Entry::Vacant(free) => {
                    free.insert(day);
                }
                Entry::Occupied(_) => notes.push(HistoryNote::DuplicateDate {
                    date: day.date,
                    row,
                }),
            }
        }
        let days: Vec<Day> = days.into_values().collect();
        let mut shut = days
            .iter()
            .map(|day| day.date)
            .filter(|&date| !is_trading_day(date));
        if let Some(first) = shut.next() {
            notes.push(HistoryNote::NotTradingDays {
                rows: 1 + shut.count(),
                first,
            });
        }
        for pair in days.windows(2) {
            let between = trading_days_between(pair[0].date, pair[1].date);
            if between > GAP_DAYS {
                notes.push(HistoryNote::Gap {
                    from: pair[0].date,
                    to: pair[1].date,
                    missing: between - 1,
                });
            }
        }
        let symbol = if has_symbols {
            self.wanted.or_else(|| self.seen.into_iter().next())
        } else {
            None
        };
        Ok(History {
            symbol,
            days,
            notes,
            rows_read: self.rows_read,
        })
    }
}

/// How much a price moved, and how well that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Realised {
    /// Volatility as a fraction per year.
    pub vol_per_year: f64,
    /// Returns behind it.
    pub n: usize,
    /// Standard error of the volatility for normal returns, a fraction per year; fat tails make it larger.
    pub standard_error: f64,
}

/// Realised volatility of daily log returns, each with the same weight. `None` with fewer than two returns.
///
/// ```
/// // One percent up and down every day is 0.01 * sqrt(252) = 15.9 % a year.
/// let realised = market::history::realised_vol(&[0.01, -0.01, 0.01, -0.01]).unwrap();
/// assert!((realised.vol_per_year - 0.1587).abs() < 1e-4);
/// ```
pub fn realised_vol(returns: &[f64]) -> Option<Realised> {
    weighted(returns, 1.0)
}

/// The same with weights that fall by `decay` for every day into the past; RiskMetrics uses 0.94.
pub fn realised_vol_weighted(returns: &[f64], decay: f64) -> Option<Realised> {
    assert!(
        decay > 0.0 && decay <= 1.0,
        "a decay of {decay} is not in (0, 1]"
    );
    weighted(returns, decay)
}

fn weighted(returns: &[f64], decay: f64) -> Option<Realised> {
    if returns.len() < 2 || returns.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let (mut weight, mut sum, mut weights, mut squares) = (1.0, 0.0, 0.0, 0.0);
    for value in returns.iter().rev() {
        sum += weight * value * value;
        weights += weight;
        squares += weight * weight;
        weight *= decay;
    }
    let vol_per_year = (TRADING_DAYS_PER_YEAR * sum / weights).sqrt();
    // Unequal weights leave fewer returns in effect (Kish 1965).
    let effective = weights * weights / squares;
    Some(Realised {
        vol_per_year,
        n: returns.len(),
        standard_error: vol_per_year / (2.0 * effective).sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    fn read(text: &str) -> History {
        read_history_bytes("test.csv", text.as_bytes(), None).unwrap()
    }

    #[test]
    fn returns_include_dividends_and_undo_splits() {
        let history = read(
            "Date,Close,Dividends,Stock Splits\n2024-01-02,100,0,0\n2024-01-03,99,1,0\n2024-01-04,49.5,0,2\n",
        );
        assert_eq!(history.closes(), [100.0, 99.0, 49.5]);
        assert!(
            history
                .log_returns()
                .iter()
                .all(|value| value.abs() < 1e-12),
            "{:?}",
            history.log_returns()
        );
    }

    #[test]
    fn disorder_gaps_and_bad_rows_are_noted_by_line() {
        let history = read(
            "date,close,extra\n2024-01-03,101,x\n2024-01-02,100,x\n2024-01-03,7,x\n2024-01-04,0,x\n2024-02-01,99,x\n2024-02-02\n",
        );
        let notes: Vec<String> = history.notes.iter().map(ToString::to_string).collect();
        assert_eq!(history.closes(), [100.0, 101.0, 99.0]);
        assert_eq!(notes.len(), 5, "{notes:?}");
        assert!(
            notes[0].starts_with("row 5: its close on 2024-01-04 is \"0\""),
            "{notes:?}"
        );
        assert!(
            notes[1].starts_with("row 7: the line has 1 fields"),
            "{notes:?}"
        );
        assert!(
            notes[4].contains("19 trading days are missing"),
            "{notes:?}"
        );
    }

    #[test]
    fn the_traded_close_is_preferred_to_the_adjusted_one() {
        let history = read("Date,Adj Close,Close\n1/2/2024,90,100\n1/3/2024,91,101\n");
        assert_eq!(history.closes(), [100.0, 101.0]);
        assert_eq!(history.notes, [HistoryNote::AdjustedCloseIgnored]);
        assert_eq!(history.days[0].date, day(2024, 1, 2));
    }

    #[test]
    fn a_symbol_is_chosen_or_asked_for() {
        let text = b"symbol,date,close\nAAA,2024-01-02,1\nbbb,2024-01-02,2\n";
        assert_eq!(
            read_history_bytes("t", text, Some("BBB")).unwrap().closes(),
            [2.0]
        );
        assert!(matches!(
            read_history_bytes("t", text, None),
            Err(Error::SeveralSymbols { .. })
        ));
        assert!(matches!(
            read_history_bytes("t", text, Some("CCC")),
            Err(Error::SymbolAbsent { .. })
        ));
        let wide = b"Date,AAA,BBB\n2024-01-02,1,2\n";
        assert_eq!(
            read_history_bytes("t", wide, Some("BBB")).unwrap().closes(),
            [2.0]
        );
        assert!(matches!(
            read_history_bytes("t", wide, None),
            Err(Error::MissingColumn {
                column: "close",
                ..
            })
        ));
        assert!(matches!(
            read_history_bytes("t", b"date,close\n", None),
            Err(Error::NoHistory { .. })
        ));
    }

    #[test]
    fn every_name_of_a_file_is_read() {
        let names = |text: &str| -> Vec<(Option<String>, Vec<f64>)> {
            let all = read_histories_bytes("t", text.as_bytes()).unwrap();
            all.into_iter()
                .map(|one| (one.symbol.clone(), one.closes()))
                .collect()
        };
        let two = [
            (Some("AAA".to_owned()), vec![1.0]),
            (Some("BBB".to_owned()), vec![2.0]),
        ];
        assert_eq!(
            names("symbol,date,close\nAAA,2024-01-02,1\nbbb,2024-01-02,2\n"),
            two
        );
        assert_eq!(names("Date,aaa,BBB\n2024-01-02,1,2\n"), two);
        assert_eq!(names("date,close\n2024-01-02,3\n"), [(None, vec![3.0])]);
        assert!(matches!(
            read_histories_bytes("t", b"date,open\n2024-01-02,1\n"),
            Err(Error::MissingColumn {
                column: "close",
                ..
            })
        ));
    }

    #[test]
    fn weighted_volatility_looks_at_the_recent_past() {
        let calm_then_wild = [0.001; 50]
            .into_iter()
            .chain([0.03; 10])
            .collect::<Vec<_>>();
        let plain = realised_vol(&calm_then_wild).unwrap();
        let recent = realised_vol_weighted(&calm_then_wild, 0.94).unwrap();
        assert!(recent.vol_per_year > 1.3 * plain.vol_per_year);
        assert!(
            recent.standard_error / recent.vol_per_year > plain.standard_error / plain.vol_per_year
        );
        assert!(
            (plain.standard_error / plain.vol_per_year - (1.0f64 / 120.0).sqrt()).abs() < 1e-12
        );
        assert_eq!(realised_vol(&[0.01]), None);
    }
}
