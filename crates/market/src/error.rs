//! What can go wrong in `market`, each case with what, where, the value and the remedy.

use jiff::civil::Date;

/// What can go wrong while a file is read. Bad *rows* are no errors: they are refused one by one, with a reason.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The path leads nowhere.
    #[error("{file}: no such file; check the path")]
    Missing {
        /// Path as given.
        file: String,
    },
    /// The path is a folder.
    #[error("{file}: is a folder, not a file; name one file in it")]
    Folder {
        /// Path as given.
        file: String,
    },
    /// The operating system said no.
    #[error("{file}: cannot be read ({cause}); check the permissions and the disk")]
    Unreadable {
        /// Path as given.
        file: String,
        /// What the operating system said.
        cause: String,
    },
    /// Nothing inside.
    #[error("{file}: is empty; fetch it again")]
    Empty {
        /// Name of the file.
        file: String,
    },
    /// Unpacks to more than one may read into memory.
    #[error("{file}: unpacks to more than {limit_bytes} bytes; split it by symbol or by year")]
    TooLarge {
        /// Name of the file.
        file: String,
        /// The limit.
        limit_bytes: u64,
    },
    /// A damaged gzip file.
    #[error("{file}: is a damaged or truncated gzip file ({cause}); fetch it again")]
    CorruptGzip {
        /// Name of the file.
        file: String,
        /// What the unpacker said.
        cause: String,
    },
    /// A damaged zip archive, or one of a kind that this program does not read.
    #[error(
        "{file}: cannot be read as a zip archive ({cause}); fetch it again, or unpack it and name one file"
    )]
    CorruptZip {
        /// Name of the file.
        file: String,
        /// What is wrong with it.
        cause: &'static str,
    },
    /// A damaged Parquet file, or one with an encoding that this program does not read.
    #[error(
        "{file}: cannot be read as Parquet ({cause}); fetch it again, or rewrite it with snappy or zstd compression"
    )]
    CorruptParquet {
        /// Name of the file.
        file: String,
        /// What the Parquet reader said.
        cause: String,
    },
    /// Damaged JSON.
    #[error("{file}: is damaged or truncated JSON ({cause}); fetch it again")]
    CorruptJson {
        /// Name of the file.
        file: String,
        /// What the JSON reader said, with line and column.
        cause: String,
    },
    /// Text that is not UTF-8.
    #[error("{file}, line {line}: is not UTF-8 text; save it as \"CSV UTF-8\"")]
    NotUtf8 {
        /// Name of the file.
        file: String,
        /// First line with a bad byte.
        line: usize,
    },
    /// Neither text nor Parquet nor gzip.
    #[error("{file}: is {what}, not a CSV, JSON or Parquet file; {remedy}")]
    NotATable {
        /// Name of the file.
        file: String,
        /// What it looks like.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// No known vendor writes such columns.
    #[error(
        "{file}: its columns fit no known vendor; seen: {}; the closest is {closest}, which lacks: {}; \
         rename the columns, name them in a mapping (--mapping), or export as one of: {}",
        list(seen),
        list(missing),
        crate::ingest::known_formats()
    )]
    UnknownColumns {
        /// Name of the file.
        file: String,
        /// The columns of the file.
        seen: Vec<String>,
        /// The vendor whose columns come closest.
        closest: &'static str,
        /// What that vendor's files have and this one has not.
        missing: Vec<String>,
    },
    /// JSON, but of no known vendor.
    #[error(
        "{file}: its JSON fits no known vendor; top-level keys seen: {}; rows are looked for at: {}; \
         name their place and keys in a mapping (--mapping)",
        list(seen),
        crate::ingest::json_places()
    )]
    UnknownKeys {
        /// Name of the file.
        file: String,
        /// The top-level keys.
        seen: Vec<String>,
    },
    /// A needed column is absent.
    #[error(
        "{file}: column `{column}` is missing; seen: {}; add or rename it",
        list(seen)
    )]
    MissingColumn {
        /// Name of the file.
        file: String,
        /// The column that is needed.
        column: &'static str,
        /// The columns of the file.
        seen: Vec<String>,
    },
    /// The file does not say of which day its quotes are.
    #[error(
        "{file}: a file of {format} does not say of which day its quotes are; say it with --as-of YYYY-MM-DD{}",
        newest_trade.map(|date| format!(" (its newest trade is of {date})")).unwrap_or_default()
    )]
    AsOfMissing {
        /// Name of the file.
        file: String,
        /// The vendor.
        format: &'static str,
        /// Day of the newest trade in the file.
        newest_trade: Option<Date>,
    },
    /// The file does not name the underlying.
    #[error("{file}: a file of {format} does not name its underlying; say it with --symbol")]
    SymbolMissing {
        /// Name of the file.
        file: String,
        /// The vendor.
        format: &'static str,
    },
    /// The file does not say when its contracts expire.
    #[error(
        "{file}: a file of {format} does not say when its contracts expire; keep the name that the vendor gives it, such as {name}"
    )]
    ExpiryMissing {
        /// Name of the file.
        file: String,
        /// The vendor.
        format: &'static str,
        /// A name that says it.
        name: &'static str,
    },
    /// An option vendor's file that holds nothing to quote from.
    #[error("{file}: is {what}: {why}; {remedy}")]
    NoPrices {
        /// Name of the file.
        file: String,
        /// What it is.
        what: &'static str,
        /// Why it cannot be read as a chain.
        why: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A mapping that cannot be understood.
    #[error("{file}, line {line}: {what}; {remedy}")]
    BadMapping {
        /// Name of the mapping's file.
        file: String,
        /// Line in it, from 1.
        line: usize,
        /// What is wrong, with the value.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// The symbol asked for is not in the file.
    #[error(
        "{file}: holds no {symbol}; it holds: {}; choose one with --symbol",
        list(seen)
    )]
    SymbolAbsent {
        /// Name of the file.
        file: String,
        /// The symbol asked for.
        symbol: String,
        /// Symbols in the file.
        seen: Vec<String>,
    },
    /// Several symbols where only one makes sense.
    #[error(
        "{file}: holds several symbols ({}); choose one with --symbol",
        list(seen)
    )]
    SeveralSymbols {
        /// Name of the file.
        file: String,
        /// Symbols in the file.
        seen: Vec<String>,
    },
    /// Two names of one company on one day.
    #[error(
        "{file}: {date} has quotes of {first} and of {second}, which were said to be one company's names over time; \
         leave out the one that is another company's, or the file that repeats the day"
    )]
    TwoNames {
        /// Name of the file.
        file: String,
        /// The day.
        date: Date,
        /// One symbol.
        first: String,
        /// The other.
        second: String,
    },
    /// Two files contradict each other about a day.
    #[error("{second} and {first} differ about {date}: {what}; leave one of the two files out")]
    FilesDiffer {
        /// The day.
        date: Date,
        /// The file that was read first.
        first: String,
        /// The other file.
        second: String,
        /// What differs, with both values.
        what: String,
    },
    /// No day of the symbol within the dates asked for.
    #[error(
        "no day of {symbol} lies {}; the files hold {first} to {last}; choose other dates",
        range(*from, *to)
    )]
    NoDayInRange {
        /// The symbol asked for.
        symbol: String,
        /// First day asked for.
        from: Option<Date>,
        /// Last day asked for.
        to: Option<Date>,
        /// First day there is.
        first: Date,
        /// Last day there is.
        last: Date,
    },
    /// A folder, or a list of paths, without a file of option quotes.
    #[error("{paths}: no file of option quotes; {left}; name a file, or a folder that holds some")]
    NoQuoteFiles {
        /// The paths as given.
        paths: String,
        /// What became of the files that are there.
        left: String,
    },
    /// Prices in two currencies cannot stand in one chain.
    #[error(
        "{file}, row {row}: prices are in {second}, while earlier rows are in {first}; split the file by currency and keep USD"
    )]
    MixedCurrencies {
        /// Name of the file.
        file: String,
        /// First row in the second currency.
        row: usize,
        /// The currency of the earlier rows.
        first: String,
        /// The currency of this row.
        second: String,
    },
    /// Dates with their day first where the month was taken for the first: those up to the 12th would be misread.
    #[error(
        "{file}, row {row}: \"{value}\"{} does not fit with its month first: these dates are day first; write them as YYYY-MM-DD, or name the \
         columns in a mapping with dates = [\"dmy\"] (--mapping)",
        contract.as_ref().map(|contract| format!(" of {contract}")).unwrap_or_default()
    )]
    DayFirst {
        /// Name of the file.
        file: String,
        /// First row with such a date.
        row: usize,
        /// The date as it stands there.
        value: String,
        /// The contract whose symbol says so, where the date alone does not.
        contract: Option<String>,
    },
    /// Prices such as 12,180 where a comma may stand before decimals: read as thousands they would be a thousand times too dear.
    #[error(
        "{file}, row {row}: \"{value}\" may have a decimal comma, for {because}; write decimal points, or name the columns in a mapping \
         that says decimal = \",\" or decimal = \".\" (--mapping)"
    )]
    DecimalComma {
        /// Name of the file.
        file: String,
        /// First row with such a price.
        row: usize,
        /// The price as it stands there.
        value: String,
        /// What in the file speaks for decimals.
        because: String,
    },
    /// Rows there are, but not one usable chain.
    #[error("{file}: yields no chain: {why}; {remedy}")]
    NoChain {
        /// Name of the file.
        file: String,
        /// What became of the rows.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A history without one usable day.
    #[error(
        "{file}: yields no day with a positive close ({rows} rows read); check the columns `date` and `close`"
    )]
    NoHistory {
        /// Name of the file.
        file: String,
        /// Rows read.
        rows: usize,
    },
    /// Too few days for regimes.
    #[error(
        "{days} days with a look back of 63 are too few for regimes: {needed} are needed; give a longer history, or ask for fewer regimes"
    )]
    FewDays {
        /// Days that have all features.
        days: usize,
        /// Days needed.
        needed: usize,
    },
    /// A line of an events file that cannot be understood.
    #[error("{file}, line {line}: {what}; {remedy}")]
    BadEvent {
        /// Name of the file.
        file: String,
        /// Line in the file, from 1.
        line: usize,
        /// What is wrong, with the value.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A file of the sample cannot be written.
    #[error(
        "{file}: cannot be written ({cause}); check the permissions and the disk, or name another folder"
    )]
    Unwritable {
        /// Path of the file.
        file: String,
        /// What the operating system said.
        cause: String,
    },
    /// A file of the sample would replace another one.
    #[error("{file}: is there already with other content; move it away, or name another folder")]
    WouldOverwrite {
        /// Path of the file.
        file: String,
    },
}

/// "between 2020-01-02 and 2020-02-03".
fn range(from: Option<Date>, to: Option<Date>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("between {from} and {to}"),
        (Some(from), None) => format!("on or after {from}"),
        (None, Some(to)) => format!("on or before {to}"),
        (None, None) => "in them".to_owned(),
    }
}

/// The first two dozen names, so that a wide file does not fill the screen.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 24;
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown = names
        .iter()
        .take(SHOWN)
        .map(|name| name.chars().take(40).collect::<String>())
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
