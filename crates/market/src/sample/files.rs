//! The sample as files: Parquet, CSV, TOML, and the page that says what it is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use jiff::civil::Date;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type};
use pricing::Right;

use super::names::{FIRST_DAY, LAST_DAY, NAMES, RATE};
use super::path::{days_between, round};
use super::{Row, SOURCE, Sample};
use crate::calendar::days_from_epoch;
use crate::events::{Event, EventKind};
use crate::history::History;
use crate::ingest::days::COLUMNS;
use crate::ingest::table::{Content, open};
use crate::ingest::words::{Cell, Spelling, count, date, number, right};
use crate::{Contract, Error, Quote, Style};

/// Stands in every file that can hold a sentence.
pub(super) const WATERMARK: &str =
    "Synthetic data (synthetic-v1): invented tickers, simulated prices, no evidence of anything.";

/// Decimals of volatilities and sensitivities.
const DECIMALS: i32 = 4;

/// What a column holds.
enum Values {
    Texts(Vec<String>),
    Days(Vec<Date>),
    /// Dollars with cents, stored as doubles: every reader gives back the same cents.
    Money(Vec<Option<f64>>),
    /// Four decimals, stored as decimals: half the size of doubles.
    Fractions(Vec<Option<f64>>),
    Counts(Vec<Option<u64>>),
}

/// The columns of the common schema in the order of [`COLUMNS`]. Nobody bidding is a bid of 0.
fn columns(rows: &[Row]) -> [Values; 20] {
    use Values::{Counts, Days, Fractions, Money, Texts};
    let quotes = || rows.iter().map(|row| &row.quote);
    let texts =
        |of: fn(&Quote) -> &str| Texts(quotes().map(|quote| of(quote).to_owned()).collect());
    let money = |of: fn(&Quote) -> Option<f64>| Money(quotes().map(of).collect());
    let fractions = |of: fn(&Quote) -> Option<f64>| Fractions(quotes().map(of).collect());
    [
        texts(|_| SOURCE),
        Days(rows.iter().map(|row| row.date).collect()),
        texts(|quote| &quote.contract.symbol),
        Money(rows.iter().map(|row| Some(row.spot_usd)).collect()),
        Days(quotes().map(|quote| quote.contract.expiry).collect()),
        money(|quote| Some(quote.contract.strike_usd)),
        texts(|quote| {
            if quote.contract.right == Right::Call {
                "C"
            } else {
                "P"
            }
        }),
        texts(|_| "A"),
        money(|quote| Some(quote.bid_usd.unwrap_or(0.0))),
        money(|quote| quote.ask_usd),
        money(|quote| quote.last_usd),
        Counts(quotes().map(|quote| quote.volume).collect()),
        Counts(quotes().map(|quote| quote.open_interest).collect()),
        fractions(|quote| quote.iv),
        fractions(|quote| quote.delta),
        fractions(|quote| quote.gamma),
        fractions(|quote| quote.theta_per_day),
        fractions(|quote| quote.vega_per_point),
        fractions(|quote| quote.rho_per_percent),
        Counts(
            quotes()
                .map(|quote| Some(u64::from(quote.contract.multiplier)))
                .collect(),
        ),
    ]
}

/// The chain as a Parquet file of one row group.
pub(super) fn parquet(sample: &Sample) -> Result<Vec<u8>, Error> {
    let unwritable = |cause: ParquetError| Error::Unwritable {
        file: "chain.parquet".to_owned(),
        cause: cause.to_string(),
    };
    let file = ChainFile::create(Vec::new(), sample.seed, SHIPPED_LEVEL);
    file.and_then(|mut file| {
        file.group(&sample.rows)?;
        file.finish()
    })
    .map_err(unwritable)
}

/// Packs as small as it goes: for what is committed.
const SHIPPED_LEVEL: i32 = 19;

/// A Parquet file of the common schema, written one row group after another.
pub(super) struct ChainFile<W: Write + Send> {
    writer: SerializedFileWriter<W>,
}

impl<W: Write + Send> ChainFile<W> {
    /// `level` is zstd's, 1 to 22.
    pub(super) fn create(sink: W, seed: u64, level: i32) -> Result<ChainFile<W>, ParquetError> {
        let said = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let mut properties = WriterProperties::builder()
            .set_created_by(SOURCE.to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(level)?))
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true)
            .set_key_value_metadata(Some(vec![
                said("source", SOURCE),
                said("seed", &seed.to_string()),
                said("warning", WATERMARK),
            ]));
        let mut fields = Vec::new();
        for (name, values) in COLUMNS.iter().zip(&columns(&[])) {
            if matches!(values, Values::Fractions(_) | Values::Counts(_)) {
                // Of these a dictionary would be longer than the numbers.
                properties =
                    properties.set_column_dictionary_enabled(ColumnPath::from(*name), false);
            }
            fields.push(Arc::new(field(name, values)?));
        }
        let schema = Type::group_type_builder("chain")
            .with_fields(fields)
            .build()?;
        let writer =
            SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties.build()))?;
        Ok(ChainFile { writer })
    }

    /// Writes these rows as one row group.
    pub(super) fn group(&mut self, rows: &[Row]) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for values in &columns(rows) {
            let Some(mut column) = group.next_column()? else {
                break;
            };
            put_values(&mut column, values)?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<W, ParquetError> {
        self.writer.into_inner()
    }
}

fn field(name: &str, values: &Values) -> Result<Type, ParquetError> {
    let of = |physical| {
        Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL)
    };
    match values {
        Values::Texts(_) => of(Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String))
            .build(),
        Values::Days(_) => of(Physical::INT32)
            .with_logical_type(Some(LogicalType::Date))
            .build(),
        Values::Money(_) => of(Physical::DOUBLE).build(),
        Values::Fractions(_) => {
            let decimal = LogicalType::decimal(DECIMALS, 9);
            of(Physical::INT32)
                .with_logical_type(Some(decimal))
                .with_precision(9)
                .with_scale(DECIMALS)
                .build()
        }
        Values::Counts(_) => of(Physical::INT32).build(),
    }
}

fn put_values(
    column: &mut SerializedColumnWriter<'_>,
    values: &Values,
) -> Result<(), ParquetError> {
    match values {
        Values::Texts(texts) => put::<ByteArrayType>(
            column,
            texts
                .iter()
                .map(|text| Some(ByteArray::from(text.as_str()))),
        ),
        Values::Days(days) => put::<Int32Type>(
            column,
            days.iter().map(|day| Some(days_from_epoch(*day) as i32)),
        ),
        Values::Money(dollars) => put::<DoubleType>(column, dollars.iter().copied()),
        Values::Fractions(numbers) => {
            let scaled = |number: f64| (number * 10f64.powi(DECIMALS)).round() as i32;
            put::<Int32Type>(column, numbers.iter().map(|number| number.map(scaled)))
        }
        Values::Counts(counts) => put::<Int32Type>(
            column,
            counts.iter().map(|count| count.map(|count| count as i32)),
        ),
    }
}

/// Writes one optional column.
fn put<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let (mut levels, mut present) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    column
        .typed::<T>()
        .write_batch(&present, Some(&levels), None)?;
    Ok(())
}

/// The rows of a file that [`parquet()`] wrote.
pub(super) fn read_parquet(bytes: &[u8]) -> Result<Vec<Row>, Error> {
    let file = "chain.parquet";
    let corrupt = |cause: &str| Error::CorruptParquet {
        file: file.to_owned(),
        cause: cause.to_owned(),
    };
    let Content::Table(table) = open(file, bytes, |_| true)? else {
        return Err(corrupt("it is JSON"));
    };
    if table.names != COLUMNS {
        return Err(corrupt("its columns are not those of the sample"));
    }
    let mut rows = Vec::new();
    let mut bad = 0;
    let all: Vec<usize> = (0..COLUMNS.len()).collect();
    table.for_each(&all, |_, cells| match cells.ok().and_then(row) {
        Some(row) => rows.push(row),
        None => bad += 1,
    })?;
    if bad > 0 {
        Err(corrupt("a row cannot be understood"))
    } else {
        Ok(rows)
    }
}

fn row(cells: &[Cell<'_>]) -> Option<Row> {
    let [
        _,
        day,
        symbol,
        spot,
        expiry,
        strike,
        side,
        _,
        bid,
        ask,
        last,
        volume,
        open,
        iv,
        delta,
        gamma,
        theta,
        vega,
        rho,
        multiplier,
    ] = *cells
    else {
        return None;
    };
    let number = |cell| {
        number(cell)
            .ok()
            .map(|found| found.map(|value| round(value, DECIMALS)))
    };
    let count = |cell| count(cell).ok();
    Some(Row {
        date: date(day, &[Spelling::Iso])?,
        spot_usd: number(spot)??,
        quote: Quote {
            contract: Contract {
                symbol: symbol.text()?.to_owned(),
                right: right(side)?,
                style: Style::American,
                expiry: date(expiry, &[Spelling::Iso])?,
                strike_usd: number(strike)??,
                multiplier: u32::try_from(count(multiplier)??).ok()?,
            },
            bid_usd: number(bid)?.filter(|bid| *bid > 0.0),
            ask_usd: number(ask)?,
            last_usd: number(last)?,
            volume: count(volume)?,
            open_interest: count(open)?,
            iv: number(iv)?,
            delta: number(delta)?,
            gamma: number(gamma)?,
            theta_per_day: number(theta)?,
            vega_per_point: number(vega)?,
            rho_per_percent: number(rho)?,
        },
    })
}

/// The last days of the chain as text that a spreadsheet opens.
pub(super) fn chain_csv(rows: &[Row], days: usize) -> String {
    let dates: BTreeSet<Date> = rows.iter().map(|row| row.date).collect();
    let from = dates
        .iter()
        .nth_back(days - 1)
        .copied()
        .unwrap_or(FIRST_DAY);
    let rows: Vec<Row> = rows
        .iter()
        .filter(|row| row.date >= from)
        .cloned()
        .collect();
    let columns = columns(&rows);
    let mut text = COLUMNS.join(",") + "\n";
    for i in 0..rows.len() {
        let cells = columns.iter().map(|values| match values {
            Values::Texts(texts) => texts[i].clone(),
            Values::Days(days) => days[i].to_string(),
            Values::Money(dollars) => dollars[i].map_or(String::new(), |usd| format!("{usd:.2}")),
            Values::Fractions(numbers) => {
                numbers[i].map_or(String::new(), |number| format!("{number:.4}"))
            }
            Values::Counts(counts) => counts[i].map_or(String::new(), |count| count.to_string()),
        });
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

/// A name's prices.
pub(super) fn history_csv(history: &History) -> String {
    let mut text = "date,open,high,low,close,dividend,split\n".to_owned();
    for day in &history.days {
        let price = |usd: Option<f64>| usd.map_or(String::new(), |usd| format!("{usd:.2}"));
        let (open, high, low) = (price(day.open_usd), price(day.high_usd), price(day.low_usd));
        let _ = writeln!(
            text,
            "{},{open},{high},{low},{:.2},{:.2},{}",
            day.date, day.close_usd, day.dividend_usd, day.split
        );
    }
    text
}

/// What happens to the names, past and to come.
pub(super) fn events_csv(events: &[Event]) -> String {
    let splits = |event: &Event| matches!(event.kind, EventKind::Split { .. });
    // Files from before there were splits have no such column.
    let (ratio, none) = if events.iter().any(splits) {
        (",ratio", ",")
    } else {
        ("", "")
    };
    let mut text = format!("# {WATERMARK}\nsymbol,date,kind,amount_usd{ratio}\n");
    for Event { symbol, date, kind } in events {
        let _ = match kind {
            EventKind::ExDividend { amount_usd } => {
                writeln!(text, "{symbol},{date},ex_dividend,{amount_usd:.2}{none}")
            }
            EventKind::Earnings => writeln!(text, "{symbol},{date},earnings,{none}"),
            EventKind::Split { ratio } => writeln!(text, "{symbol},{date},split,,{ratio}"),
            EventKind::Delisting { amount_usd } => {
                writeln!(text, "{symbol},{date},delisting,{amount_usd:.2}{none}")
            }
        };
    }
    text
}

/// An account that could have been built from the sample: some shares, a covered call on them, and a put that cash secures.
pub(super) fn account_toml(rows: &[Row]) -> String {
    let dates: BTreeSet<Date> = rows.iter().map(|row| row.date).collect();
    let opened = dates.iter().nth_back(8).copied().unwrap_or(FIRST_DAY);
    let mut text = format!(
        "# {WATERMARK}
# Contracts are negative where they were sold; their premiums are the bids of the day on which they were opened.
schema_version = 1
kind = \"cash\"
cash_usd = 93400.00

[[shares]]
symbol = \"SYNDIV\"
count = 100
basis_usd_per_share = 59.80
"
    );
    for (symbol, right, word) in [
        ("SYNDIV", Right::Call, "call"),
        ("SYNIDX", Right::Put, "put"),
    ] {
        // Nearest to a delta of a quarter and to five weeks.
        let distance = |quote: &Quote| {
            let days = days_between(opened, quote.contract.expiry) as f64;
            quote.delta.map_or(9.0, |delta| (delta.abs() - 0.25).abs()) + (days - 35.0).abs() / 35.0
        };
        let quotes = rows
            .iter()
            .filter(|row| row.date == opened)
            .map(|row| &row.quote);
        let offered =
            quotes.filter(|quote| quote.contract.symbol == symbol && quote.contract.right == right);
        let sold = offered.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        if let Some((quote, bid_usd)) = sold.and_then(|quote| Some((quote, quote.bid_usd?))) {
            let Contract {
                expiry, strike_usd, ..
            } = quote.contract;
            let _ = write!(
                text,
                "
[[options]]
symbol = \"{symbol}\"
right = \"{word}\"
expiry = \"{expiry}\"
strike_usd = {strike_usd:.2}
contracts = -1
premium_usd_per_share = {bid_usd:.2}
opened = \"{opened}\"
"
            );
        }
    }
    text
}

/// What the sample is, and what it must not be used for.
pub(super) fn readme(sample: &Sample, table: &str) -> String {
    let mut text = format!(
        "{WATERMARK}

Three invented tickers (no US stock has six letters), {FIRST_DAY} to {LAST_DAY}, {} quotes, seed {}.

",
        sample.rows.len(),
        sample.seed
    );
    for name in &NAMES {
        let _ = writeln!(
            text,
            "{}  {}; implied volatility is made {:.0} % above the forecast",
            name.symbol,
            name.about,
            100.0 * name.premium
        );
    }
    let _ = write!(
        text,
        "
Files
  chain.parquet        every quote of the year; chain.csv the last five days of it
  history_SYMBOL.csv   daily prices as traded, with dividends (dollars per share) and splits (new shares per old)
  events.csv           ex-dividend days and earnings, past and to come
  account.toml         an account to try it with
Columns: prices in dollars per share; iv a fraction per year; theta per calendar day, vega per vol point, rho per percent, of
one share; a bid of 0 means that nobody bids; empty means unknown; open interest is that of the evening before. The last price
is that of the last trade and may be old. Volatility and sensitivities are empty where nobody bids and where the price is what
exercising pays. In chain.parquet they are decimals, the prices doubles.

How it is made
  Daily returns have a volatility of their own, which shocks push about and which falls back; the shocks go with the returns
  (down days raise it). The generator knows the variance to expect until any day, and quotes
    iv = forecast x (1 + premium) x term structure, tilted and bent in strike (skew and smile),
  as Black-Scholes prices of European options at a rate of {:.1} % on the spot less the dividends to come, never below what
  exercising pays. That is a simplification: the contracts are American. Bid and ask stand around that price on ticks.
  There is one crash of 12 % in the fund (2025-11-10 to 2025-11-13), one 4-for-1 split (SYNVOL, 2025-09-08, strikes divided to
  the cent), quarterly dividends (SYNIDX, SYNDIV) and earnings with a bump of implied volatility before them (SYNDIV, SYNVOL).
  Earnings come out before the open of their day.

What it must not be used for
  To judge whether a strategy earns money. The premium above is put in by hand, so sellers of options win on average here
  because we said so (except through the crash); a backtest on this sample shows that the program runs, and nothing about markets. Nor for training
  a model that is to trade, nor for any advice on a real account.

Calibration, achieved against real chains of 2026-05-26 to 2026-07-31 (47 trading days) and quoted spreads of several dates.
The days from the crash until it has faded are left out, since the real window had none. Realised volatility is held to
implied / (1 + premium) and not to the table, where implied and realised belong to one quarter and contradict any premium.

{table}",
        100.0 * RATE,
    );
    text
}
