//! What ingest refused, what it noticed, and how it says so.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use crate::calendar::{is_holiday, is_weekend};

/// Refused rows kept with their details, per reason; the counts are always exact.
pub const REFUSED_KEPT: usize = 100;

/// A row that is in no chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Line of a text file, or record of a Parquet or JSON file; from 1.
    pub row: usize,
    /// The contract as far as it could be read.
    pub contract: String,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}, {}: {}", self.row, self.contract, self.reason)
    }
}

/// Why a row was refused.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The contract was dead before the day of its quote.
    Expired {
        /// Its last day.
        expiry: Date,
        /// The day of the quote.
        as_of: Date,
    },
    /// The bid is above the ask.
    Crossed {
        /// Bid in dollars per share.
        bid_usd: f64,
        /// Ask in dollars per share.
        ask_usd: f64,
    },
    /// The strike is missing, zero or negative.
    BadStrike {
        /// What stood there.
        value: String,
    },
    /// The expiry is missing or no date.
    BadExpiry {
        /// What stood there.
        value: String,
    },
    /// The day of the quote is missing or no date.
    BadDate {
        /// What stood there.
        value: String,
    },
    /// The same contract on the same day once more.
    Duplicate {
        /// The row that was kept.
        kept_row: usize,
    },
    /// The same contract has a later quote: in a file of changes, or with the stamp of a later day.
    Superseded {
        /// The row of the later quote, which was kept.
        kept_row: usize,
    },
    /// The same contract has a later quote on the same day, which was refused.
    LaterRefused {
        /// The row of the later quote.
        row: usize,
    },
    /// The day has several snapshots of the chain, and the newest of them has no such contract.
    EarlierSnapshot,
    /// Priced in coin, and the row does not say what the coin is worth.
    NoCoinPrice {
        /// What stood there.
        value: String,
    },
    /// An exchange whose prices are in a unit that was never checked.
    UnknownExchange {
        /// The exchange.
        exchange: String,
    },
    /// The morning-settled twin of an evening-settled contract.
    MorningSettled {
        /// The row that was kept.
        kept_row: usize,
    },
    /// A corporate action changed what the contract delivers.
    Adjusted {
        /// What gives it away.
        sign: String,
    },
    /// The contract's own symbol says something else than the columns beside it.
    NameDiffers {
        /// Which: right, expiry or strike.
        what: &'static str,
        /// What the symbol says.
        named: String,
        /// What the column says.
        stated: String,
    },
    /// Neither call nor put.
    MissingRight {
        /// What stood there.
        value: String,
    },
    /// No symbol, or one that is no ticker of a US underlying.
    BadSymbol {
        /// What stood there.
        value: String,
    },
    /// A price below zero.
    NegativePrice {
        /// Which price.
        column: &'static str,
        /// Its value in dollars per share.
        value: f64,
    },
    /// Text where a number belongs.
    NotANumber {
        /// Which column.
        column: &'static str,
        /// What stood there.
        value: String,
    },
    /// Priced in another currency than the US dollar.
    ForeignCurrency {
        /// The currency.
        currency: String,
    },
    /// A strike in cents, or in thousandths of a dollar.
    StrikeScale {
        /// The strike as it stood there.
        strike: f64,
        /// What it was compared with: the spot, or the strike in the option's symbol.
        compared_usd: f64,
    },
    /// A strike in dollars where the vendor writes 1/1,000 of a dollar.
    DollarStrike {
        /// The strike as it stood there.
        strike: f64,
        /// What shows it, in words.
        sign: String,
    },
    /// A quote mark that its own line does not close, so that the lines after it ran together with it.
    UnclosedQuote {
        /// The line with the mark.
        line: usize,
    },
    /// More or fewer fields than the header.
    FieldCount {
        /// Fields of the header.
        expected: usize,
        /// Fields of this line.
        found: usize,
    },
}

impl Reason {
    /// The reason in a word or two, the same for all its values: the key of the counts.
    pub fn label(&self) -> &'static str {
        match self {
            Reason::Expired { .. } => "expired",
            Reason::Crossed { .. } => "crossed",
            Reason::BadStrike { .. } => "bad strike",
            Reason::BadExpiry { .. } => "bad expiry",
            Reason::BadDate { .. } => "bad date",
            Reason::Duplicate { .. } => "duplicate",
            Reason::Superseded { .. } => "superseded",
            Reason::LaterRefused { .. } => "later quote refused",
            Reason::EarlierSnapshot => "of an earlier snapshot",
            Reason::NoCoinPrice { .. } => "no coin price",
            Reason::UnknownExchange { .. } => "unknown exchange",
            Reason::MorningSettled { .. } => "morning-settled twin",
            Reason::Adjusted { .. } => "adjusted",
            Reason::NameDiffers { .. } => "symbol contradicts columns",
            Reason::MissingRight { .. } => "missing right",
            Reason::BadSymbol { .. } => "bad symbol",
            Reason::NegativePrice { .. } => "negative price",
            Reason::NotANumber { .. } => "not a number",
            Reason::ForeignCurrency { .. } => "foreign currency",
            Reason::StrikeScale { .. } | Reason::DollarStrike { .. } => "strike scale",
            Reason::UnclosedQuote { .. } => "unclosed quote mark",
            Reason::FieldCount { .. } => "field count",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Expired { expiry, as_of } => {
                write!(f, "it expired on {expiry}, before the quote of {as_of}")
            }
            Reason::Crossed { bid_usd, ask_usd } => {
                write!(f, "its bid ${bid_usd} is above its ask ${ask_usd}")
            }
            Reason::BadStrike { value } => {
                write!(f, "its strike is {value}, not a positive number")
            }
            Reason::BadExpiry { value } => write!(f, "its expiry is {value}, not a date"),
            Reason::BadDate { value } => write!(f, "its day is {value}, not a date"),
            Reason::Duplicate { kept_row } => write!(
                f,
                "the contract stands in row {kept_row} already, for the same day"
            ),
            Reason::Superseded { kept_row } => write!(
                f,
                "the contract has a later quote in row {kept_row}, which was kept"
            ),
            Reason::LaterRefused { row } => write!(
                f,
                "the contract has a later quote in row {row}, which was refused"
            ),
            Reason::EarlierSnapshot => f.write_str(
                "it is of an earlier snapshot of the chain, and the day's newest has no such contract",
            ),
            Reason::NoCoinPrice { value } => write!(
                f,
                "it is priced in coin and the price of the coin is {value}"
            ),
            Reason::UnknownExchange { exchange } => write!(
                f,
                "it trades on {exchange}, whose unit of price was never checked; only deribit's was"
            ),
            Reason::MorningSettled { kept_row } => {
                write!(
                    f,
                    "it settles in the morning; its evening-settled twin in row {kept_row} was kept"
                )
            }
            Reason::Adjusted { sign } => write!(
                f,
                "it is an adjusted contract ({sign}) and does not deliver 100 shares"
            ),
            Reason::NameDiffers {
                what,
                named,
                stated,
            } => write!(
                f,
                "its {what} is {stated}, and the contract's own symbol says {named}"
            ),
            Reason::MissingRight { value } => {
                write!(f, "its right is {value}, neither call nor put")
            }
            Reason::BadSymbol { value } => write!(f, "its symbol is {value}, not a ticker"),
            Reason::NegativePrice { column, value } => {
                write!(f, "its {column} is ${value}, below zero")
            }
            Reason::NotANumber { column, value } => {
                write!(f, "its {column} is {value}, not a number")?;
                // Digits around a comma that separates no thousands.
                let digits = |c: char| c.is_ascii_digit() || matches!(c, '"' | '-' | '.' | ',');
                if value.contains(',') && value.chars().all(digits) {
                    f.write_str(
                        "; if it is a decimal comma, write a point, or a mapping with decimal = \",\"",
                    )?;
                }
                Ok(())
            }
            Reason::ForeignCurrency { currency } => {
                write!(f, "it is priced in {currency}, not in USD")
            }
            Reason::StrikeScale {
                strike,
                compared_usd,
            } => {
                write!(
                    f,
                    "its strike {strike} beside ${compared_usd} looks like cents or thousandths of a dollar"
                )
            }
            Reason::DollarStrike { strike, sign } => write!(
                f,
                "its strike {strike} is in dollars ({sign}), and this vendor's are in 1/1,000 of a dollar; name the columns in a mapping"
            ),
            Reason::UnclosedQuote { line } => write!(
                f,
                "a quote mark in line {line} is never closed, or only lines later"
            ),
            Reason::FieldCount { expected, found } => {
                write!(
                    f,
                    "the line has {found} fields where the header has {expected}"
                )
            }
        }
    }
}

/// Refused rows: details up to [`REFUSED_KEPT`] per reason, and exact counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals {
    pub list: Vec<Refused>,
    pub counts: BTreeMap<&'static str, usize>,
}

impl Refusals {
    /// Counts the row, and keeps its details while there is room. `contract` is only asked for then.
    pub(crate) fn add(&mut self, row: usize, reason: Reason, contract: impl FnOnce() -> String) {
        let count = self.counts.entry(reason.label()).or_insert(0);
        *count += 1;
        if *count <= REFUSED_KEPT {
            self.list.push(Refused {
                row,
                contract: contract(),
                reason,
            });
        }
    }

    pub(crate) fn merge(&mut self, other: Refusals) {
        for (label, count) in other.counts {
            *self.counts.entry(label).or_insert(0) += count;
        }
        self.list.extend(other.list);
    }

    /// Sorts by row and keeps the first of each reason.
    pub(crate) fn finish(&mut self) {
        self.list.sort_by_key(|refused| refused.row);
        let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
        self.list.retain(|refused| {
            let count = seen.entry(refused.reason.label()).or_insert(0);
            *count += 1;
            *count <= REFUSED_KEPT
        });
    }
}

/// Something that looks like a split: shares multiplied by `ratio` before the open of `date`.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The stock.
    pub symbol: String,
    /// First day at the new price.
    pub date: Date,
    /// New shares for one old: 7 for a 7-for-1 split, 0.1 for a 1-for-10 reverse split.
    pub ratio: f64,
}

/// Something the trader should know about a file that was read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// The spot is the close of the session before the quotes.
    PreviousCloseSpot {
        /// The underlying.
        symbol: String,
        /// That close.
        spot_usd: f64,
    },
    /// A capture record beside the file gave spot and day.
    CaptureRecord {
        /// The underlying.
        symbol: String,
        /// Day of capture.
        as_of: Date,
        /// Spot at capture.
        spot_usd: f64,
        /// What the file itself says.
        file_spot_usd: Option<f64>,
    },
    /// The file names a session, but holds trades of a later day.
    TradesAfterSession {
        /// The session that the file names.
        session: Date,
        /// Day of its newest trade, taken as the day of the quotes.
        newest: Date,
    },
    /// Quotes of a weekend, and quotes taken on a holiday or before the open, belong to the trading day before.
    WeekendDate {
        /// As in the file.
        from: Date,
        /// The trading day before.
        to: Date,
        /// Rows.
        rows: usize,
    },
    /// A day on which the exchange was shut.
    HolidayDropped {
        /// The underlying.
        symbol: String,
        /// The day.
        date: Date,
        /// Rows dropped.
        rows: usize,
    },
    /// A day whose prices are those of the day before.
    StaleCopyDropped {
        /// The underlying.
        symbol: String,
        /// The day.
        date: Date,
        /// The day it copies.
        copies: Date,
        /// Share of contracts with the same price, 0 to 1.
        share: f64,
        /// Rows dropped.
        rows: usize,
    },
    /// Rows later than the day asked for were not looked at.
    LaterRowsIgnored {
        /// The day asked for.
        as_of: Date,
        /// Rows.
        rows: usize,
    },
    /// The file ends before the day asked for.
    EndsBefore {
        /// The underlying.
        symbol: String,
        /// The day asked for.
        as_of: Date,
        /// The last day in the file.
        last: Date,
    },
    /// Rows of other symbols were not looked at.
    OtherSymbolsIgnored {
        /// The symbol asked for.
        symbol: String,
        /// Rows of others.
        rows: usize,
    },
    /// The file is one page of a longer answer.
    MorePages {
        /// The vendor.
        format: &'static str,
    },
    /// Two files of one day have different spots.
    FilesSpotDiffers {
        /// The underlying.
        symbol: String,
        /// The day.
        date: Date,
        /// Spot of the later file, or of the first where no clock tells; it is used.
        used_usd: f64,
        /// Spot of the other.
        other_usd: f64,
    },
    /// Two files of one day quote the same contracts.
    FilesOverlap {
        /// The underlying.
        symbol: String,
        /// The day.
        date: Date,
        /// Contracts in both.
        contracts: usize,
        /// Contracts of the earlier file alone, which were left out: the later one is a newer snapshot of the chain.
        left_out: usize,
        /// Clocks tell which is later, and its quotes are used; else those of the file that was named first.
        by_clock: bool,
    },
    /// Contracts whose own symbol names another underlying than their column does.
    OtherRoot {
        /// The column's.
        symbol: String,
        /// The contracts' root.
        root: String,
        /// Rows.
        rows: usize,
    },
    /// The newest snapshot of a day, whose quotes alone are taken, holds less than half of the contracts of another.
    ThinSnapshot {
        /// The underlying.
        symbol: String,
        /// The first such day.
        date: Date,
        /// Contracts of its newest snapshot.
        contracts: usize,
        /// Contracts of its largest snapshot.
        largest: usize,
        /// Days.
        days: usize,
    },
    /// Volatilities in percent were divided by 100.
    PercentVolatility {
        /// The underlying.
        symbol: String,
        /// The days.
        dates: Vec<Date>,
        /// Median near the money of the first day, before the division.
        median: f64,
        /// How many times the volatility that the prices imply, on the file's first day whose prices told; `None` where the size
        /// alone did.
        over_prices: Option<f64>,
    },
    /// Volatilities that prices contradict by a factor of about 100; they stay as they were read.
    VolatilityContradicted {
        /// The underlying.
        symbol: String,
        /// First day.
        date: Date,
        /// Median near the money of that day, as read: a fraction per year.
        median: f64,
        /// How many times the volatility that the prices of that day imply.
        over_prices: f64,
        /// Days.
        days: usize,
    },
    /// One day has several spots.
    SpotVaries {
        /// The underlying.
        symbol: String,
        /// The day.
        date: Date,
        /// Lowest spot.
        low_usd: f64,
        /// Highest spot.
        high_usd: f64,
        /// The median of the rows, which is used.
        used_usd: f64,
        /// Rows with a spot.
        rows: usize,
        /// Those of them whose spot is more than 3 % from the median.
        far_rows: usize,
    },
    /// Spots came from a price file beside the chain file.
    SpotFromFile {
        /// The underlying.
        symbol: String,
        /// The price file.
        file: String,
        /// Days filled.
        days: usize,
    },
    /// Spots came from put-call parity.
    SpotFromParity {
        /// The underlying.
        symbol: String,
        /// Last such day.
        date: Date,
        /// The spot of that day.
        spot_usd: f64,
        /// Pairs of call and put behind it.
        pairs: usize,
        /// Days filled.
        days: usize,
    },
    /// Expiries whose month was taken for the first number, though the other reading falls on Fridays and this one does not.
    MonthFirst {
        /// As in the file.
        value: String,
        /// The day it was taken for.
        taken: Date,
        /// The day it is with its day first.
        other: Date,
    },
    /// The user gave the spot.
    SpotGiven {
        /// The underlying.
        symbol: String,
        /// The day it was used for.
        date: Date,
        /// The spot.
        spot_usd: f64,
    },
    /// No spot to be had.
    SpotMissing {
        /// The underlying.
        symbol: String,
        /// First day without.
        date: Date,
        /// Days without.
        days: usize,
    },
    /// The spot stands still over several days.
    SpotFrozen {
        /// The underlying.
        symbol: String,
        /// First day with this spot.
        first: Date,
        /// Last day with it.
        last: Date,
        /// The spot.
        spot_usd: f64,
    },
    /// Two symbols have the very same quotes.
    SymbolCopy {
        /// One of them.
        symbol: String,
        /// Its day.
        date: Date,
        /// The other.
        copies: String,
        /// Share of contracts with the same quotes, 0 to 1.
        share: f64,
    },
    /// Strikes from before and after a split stand side by side.
    StrikesStraddle {
        /// The underlying.
        symbol: String,
        /// First such day.
        date: Date,
        /// Spot of that day.
        spot_usd: f64,
        /// Share of strikes above three times or below a quarter of the spot, 0 to 1.
        share_far: f64,
        /// Days.
        days: usize,
    },
    /// Spot and strikes jump together by the ratio of a split.
    SplitLike(Split),
    /// Morning- and evening-settled contracts of one key.
    MorningTwins {
        /// The underlying.
        symbol: String,
        /// Pairs.
        pairs: usize,
    },
    /// The symbol was taken from the file's name.
    SymbolFromFileName {
        /// The symbol.
        symbol: String,
    },
    /// Something was taken from the file's name.
    FromFileName {
        /// What: day, expiry, spot.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// What holds for every file of this vendor.
    Remark {
        /// The vendor.
        format: &'static str,
        /// The remark.
        text: &'static str,
    },
    /// A column occurs twice.
    RepeatedColumn {
        /// Its name.
        name: String,
    },
    /// No row has a bid or an ask.
    NoQuotes {
        /// The underlying.
        symbol: String,
        /// Days.
        days: usize,
        /// Days of them without any last trade.
        priceless: usize,
    },
    /// The vendor's units were never checked against known values.
    UnitsUnchecked {
        /// The vendor.
        format: &'static str,
    },
    /// Contracts on another asset than US shares.
    OtherMultiplier {
        /// The underlying.
        symbol: String,
        /// Units per contract.
        multiplier: u32,
    },
    /// Text where an optional number belongs; the rows stay without it.
    UnreadableCells {
        /// Which column.
        column: &'static str,
        /// Rows.
        rows: usize,
        /// The first such text.
        example: String,
    },
    /// The vendor says the quotes are delayed.
    Delayed {
        /// The underlying.
        symbol: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::PreviousCloseSpot { symbol, spot_usd } => write!(
                f,
                "{symbol}: the file's spot ${spot_usd:.2} is the close before the quotes were taken, up to 1 % off; \
                 put the collector's *_meta.json beside the file, or give --spot"
            ),
            Note::CaptureRecord {
                symbol,
                as_of,
                spot_usd,
                file_spot_usd,
            } => {
                write!(
                    f,
                    "{symbol}: the capture record says the quotes are of {as_of} at ${spot_usd:.2}"
                )?;
                match file_spot_usd {
                    Some(old) => write!(
                        f,
                        "; the file's own ${old:.2} is the close before and was not used"
                    ),
                    None => Ok(()),
                }
            }
            Note::TradesAfterSession { session, newest } => write!(
                f,
                "the file names the session of {session} but holds trades of {newest}: the quotes are dated {newest}; \
                 correct it with --as-of"
            ),
            Note::WeekendDate { from, to, rows } => {
                let why = match () {
                    () if is_weekend(*from) => "a weekend",
                    () if is_holiday(*from) => "an exchange holiday",
                    () => "before the open and without a trade of that day",
                };
                write!(
                    f,
                    "{rows} rows are dated {from}, {why}: they are read as quotes of {to}"
                )
            }
            Note::HolidayDropped { symbol, date, rows } => {
                write!(
                    f,
                    "{symbol}: {date} was an exchange holiday: its {rows} rows are a copy and were dropped"
                )
            }
            Note::StaleCopyDropped {
                symbol,
                date,
                copies,
                share,
                rows,
            } => write!(
                f,
                "{symbol}: {:.0} % of the prices of {date} are those of {copies}: its {rows} rows are a stale copy and were dropped; \
                 fetch that day again",
                share * 100.0
            ),
            Note::LaterRowsIgnored { as_of, rows } => {
                write!(f, "{rows} rows later than {as_of} were not looked at")
            }
            Note::EndsBefore {
                symbol,
                as_of,
                last,
            } => {
                write!(
                    f,
                    "{symbol}: the last day in the file is {last}, before {as_of}; fetch a newer file for fresh quotes"
                )
            }
            Note::OtherSymbolsIgnored { symbol, rows } => write!(
                f,
                "{rows} rows of other symbols than {symbol} were not looked at"
            ),
            Note::MorePages { format } => write!(
                f,
                "{format}: the file names a next page (next_url), so the chain is cut off; fetch the others, put their results into one list and leave next_url out"
            ),
            Note::FilesSpotDiffers {
                symbol,
                date,
                used_usd,
                other_usd,
            } => write!(
                f,
                "{symbol}: of {date} one file says the spot ${used_usd:.2} and another ${other_usd:.2}: they are of different times; \
                 ${used_usd:.2} is used"
            ),
            Note::FilesOverlap {
                symbol,
                date,
                contracts,
                left_out,
                by_clock,
            } => {
                write!(
                    f,
                    "{symbol}: {contracts} contracts of {date} stand in two files"
                )?;
                match (by_clock, left_out) {
                    (true, 0) => f.write_str("; the later quotes are used"),
                    (true, _) => write!(
                        f,
                        "; the later quotes are used, and {left_out} contracts of the earlier file alone are left out"
                    ),
                    (false, _) => f.write_str(
                        " and no clock tells which is later; those of the file that was named first are used",
                    ),
                }
            }
            Note::OtherRoot { symbol, root, rows } => write!(
                f,
                "{symbol}: the contracts of {rows} rows are named {root}: unless one company had both names, correct the column of symbols"
            ),
            Note::ThinSnapshot {
                symbol,
                date,
                contracts,
                largest,
                days,
            } => write!(
                f,
                "{symbol}: on {days} days the newest snapshot holds less than half of the contracts of another: {contracts} and {largest} on {date}; \
                 only the newest is read: fetch it again, or take its rows out of the file"
            ),
            Note::PercentVolatility {
                symbol,
                dates,
                median,
                over_prices,
            } => {
                write!(
                    f,
                    "{symbol}: volatilities are in percent on {} days from {} (median {median:.1} near the money",
                    dates.len(),
                    dates.first().copied().unwrap_or_default()
                )?;
                match over_prices {
                    Some(ratio) => write!(f, ", {ratio:.0} times what the prices imply)")?,
                    None => f.write_str(", and no prices to compare with)")?,
                }
                f.write_str(" and were divided by 100")
            }
            Note::VolatilityContradicted {
                symbol,
                date,
                median,
                over_prices,
                days,
            } => write!(
                f,
                "{symbol}: on {days} days from {date} the volatilities are not those of the prices: {} % near the money, {} times \
                 what the prices imply. One of the two is in another unit than it was read in; \
                 `jarvis2 ingest FILE --explain` shows both, and a mapping says which (units.iv, units.price)",
                short(median * 100.0),
                short(*over_prices)
            ),
            Note::SpotVaries {
                symbol,
                date,
                low_usd,
                high_usd,
                used_usd,
                rows,
                far_rows,
            } => {
                write!(
                    f,
                    "{symbol}: on {date} the spot runs from ${low_usd:.2} to ${high_usd:.2}; the median ${used_usd:.2} is used"
                )?;
                match far_rows {
                    0 => Ok(()),
                    _ => write!(
                        f,
                        "; {far_rows} of {rows} rows are more than 3 % from it: check their spot"
                    ),
                }
            }
            Note::SpotFromFile { symbol, file, days } => {
                write!(f, "{symbol}: the spot of {days} days comes from {file}")
            }
            Note::SpotFromParity {
                symbol,
                date,
                spot_usd,
                pairs,
                days,
            } => write!(
                f,
                "{symbol}: the file has no spot; that of {days} days is assumed from put-call parity \
                 (${spot_usd:.2} on {date}, from {pairs} pairs, rate and dividends ignored); correct it with --spot"
            ),
            Note::MonthFirst {
                value,
                taken,
                other,
            } => write!(
                f,
                "expiry \"{value}\" is taken for {taken} ({}), month first; day first it would be {other} ({}): write dates as YYYY-MM-DD, or name \
                 the columns in a mapping with dates = [\"dmy\"] (--mapping)",
                taken.strftime("%A"),
                other.strftime("%A")
            ),
            Note::SpotGiven {
                symbol,
                date,
                spot_usd,
            } => write!(
                f,
                "{symbol}: spot ${spot_usd:.2} on {date} as given by --spot"
            ),
            Note::SpotMissing { symbol, date, days } => {
                write!(
                    f,
                    "{symbol}: no spot on {days} days from {date}; give it with --spot"
                )
            }
            Note::SpotFrozen {
                symbol,
                first,
                last,
                spot_usd,
            } => write!(
                f,
                "{symbol}: the spot stands at ${spot_usd:.2} from {first} to {last}; compare those days with another source"
            ),
            Note::SymbolCopy {
                symbol,
                date,
                copies,
                share,
            } => write!(
                f,
                "{symbol}: {:.0} % of the quotes of {date} are those of {copies}: one of the two is mislabelled; \
                 compare the spot with another source",
                share * 100.0
            ),
            Note::StrikesStraddle {
                symbol,
                date,
                spot_usd,
                share_far,
                days,
            } => write!(
                f,
                "{symbol}: on {days} days from {date} {:.0} % of the strikes lie above three times or below a quarter of \
                 the spot ${spot_usd:.2}: strikes from both sides of a split; do not trade on these days",
                share_far * 100.0
            ),
            Note::SplitLike(Split {
                symbol,
                date,
                ratio,
            }) => write!(
                f,
                "{symbol}: spot and strikes jump on {date} as in a split of {ratio} new shares for one; earlier prices need dividing by it"
            ),
            Note::MorningTwins { symbol, pairs } => write!(
                f,
                "{symbol}: {pairs} contracts trade twice, settled in the morning and in the evening; the evening ones were kept"
            ),
            Note::SymbolFromFileName { symbol } => {
                write!(
                    f,
                    "the columns do not name the underlying; the file's name suggests {symbol}; correct it with --symbol"
                )
            }
            Note::FromFileName { what, value } => write!(
                f,
                "the columns do not say the {what}; the file's name says {value}"
            ),
            Note::Remark { format, text } => write!(f, "{format}: {text}"),
            Note::RepeatedColumn { name } => write!(
                f,
                "column `{name}` occurs more than once; the first is used; rename the others"
            ),
            Note::NoQuotes {
                symbol,
                days,
                priceless,
            } if priceless == days => write!(
                f,
                "{symbol}: no bid, no ask and no last trade on {days} days: nothing there has a price"
            ),
            Note::NoQuotes {
                symbol,
                days,
                priceless,
            } => {
                write!(
                    f,
                    "{symbol}: no bid and no ask on {days} days: prices are last trades, which may be days old"
                )?;
                match priceless {
                    0 => Ok(()),
                    _ => write!(f, "; on {priceless} of them there is not even one"),
                }
            }
            Note::UnitsUnchecked { format } => {
                write!(
                    f,
                    "the units of the greeks in {format} files were never checked; they are taken per day, point and percent"
                )
            }
            Note::OtherMultiplier { symbol, multiplier } => {
                write!(
                    f,
                    "{symbol}: a contract is {multiplier} unit(s), not 100 shares; not for a wheel on shares"
                )
            }
            Note::UnreadableCells {
                column,
                rows,
                example,
            } => {
                write!(
                    f,
                    "{rows} rows have no number as {column} (the first is {example}); they stay without it"
                )
            }
            Note::Delayed { symbol } => write!(
                f,
                "{symbol}: the vendor says its quotes are delayed; fetch live ones before trading"
            ),
        }
    }
}

/// A number in three digits, whatever its size.
fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    rounded.to_string()
}
