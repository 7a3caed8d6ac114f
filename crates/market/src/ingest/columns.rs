//! Reads flat Parquet columns of any plain type as [`Cell`]s, a batch of rows at a time.

use std::sync::Arc;

use bytes::Bytes;
use jiff::civil::Date;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::words::{Cell, DAY_MS};
use crate::Error;
use crate::calendar::date_from_epoch;

/// Rows decoded at a time: large enough to be fast, small enough to stay in the cache's neighbourhood.
pub(super) const BATCH_ROWS: usize = 16_384;

/// An open Parquet file.
pub(crate) struct Columns {
    file: String,
    reader: SerializedFileReader<Bytes>,
}

/// One batch of one column.
pub(super) enum Values {
    /// Numbers; NaN is null.
    Numbers(Vec<f64>),
    /// Dates.
    Days(Vec<Option<Date>>),
    /// Timestamps that are instants: milliseconds since 1970, UTC.
    Instants(Vec<Option<i64>>),
    /// Timestamps of a wall clock, in milliseconds since 1970 of that clock.
    Walls(Vec<Option<i64>>),
    /// Text.
    Texts(Vec<Option<ByteArray>>),
    /// Nothing that we can read.
    Nothing,
}

/// What the stored numbers of a column mean.
#[derive(Clone, Copy)]
enum Meaning {
    /// The number times this.
    Number {
        scale: f64,
    },
    /// Days since 1970.
    Day,
    /// A wall clock, or an instant: this many of the unit make a second.
    Wall {
        units: i64,
    },
    Instant {
        units: i64,
    },
}

/// What a column holds, before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Numbers,
    Days,
    Instants,
    Texts,
    Nothing,
}

impl Columns {
    pub(crate) fn open(file: &str, bytes: Bytes) -> Result<Columns, Error> {
        let reader = SerializedFileReader::new(bytes).map_err(|cause| corrupt(file, &cause))?;
        Ok(Columns {
            file: file.to_owned(),
            reader,
        })
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        (0..schema.num_columns())
            .map(|column| schema.column(column).path().string())
            .collect()
    }

    /// Calls `row(number, cells)` for every record, counted from 1.
    pub(crate) fn for_each(
        &self,
        wanted: &[usize],
        mut row: impl FnMut(usize, &[Cell<'_>]),
    ) -> Result<(), Error> {
        let fail = |cause: ParquetError| corrupt(&self.file, &cause);
        let schema = self.reader.metadata().file_metadata().schema_descr_ptr();
        let mut done = 0;
        for group in 0..self.reader.num_row_groups() {
            let group = self.reader.get_row_group(group).map_err(fail)?;
            let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let mut readers = Vec::with_capacity(wanted.len());
            for &column in wanted {
                let reader = group.get_column_reader(column).map_err(fail)?;
                readers.push((schema.column(column), reader));
            }
            let mut left = rows;
            while left > 0 {
                let want = left.min(BATCH_ROWS);
                let mut batch = Vec::with_capacity(readers.len());
                for (descriptor, reader) in &mut readers {
                    let values = decode(descriptor, reader, want).map_err(fail)?;
                    if values.len().is_some_and(|got| got != want) {
                        let cause = format!("column {} ends early", descriptor.path());
                        return Err(Error::CorruptParquet {
                            file: self.file.clone(),
                            cause,
                        });
                    }
                    batch.push(values);
                }
                let mut cells = vec![Cell::Missing; batch.len()];
                for index in 0..want {
                    for (cell, values) in cells.iter_mut().zip(&batch) {
                        *cell = values.cell(index);
                    }
                    row(done + index + 1, &cells);
                }
                done += want;
                left -= want;
            }
        }
        Ok(())
    }
}

impl Values {
    /// Timestamps of a wall clock as their days.
    pub(super) fn into_days(self) -> Values {
        match self {
            Values::Walls(values) => {
                days(values, |wall: i64| date_from_epoch(wall.div_euclid(DAY_MS)))
            }
            other => other,
        }
    }

    /// Does a wall clock say more than the day?
    pub(super) fn has_clock(&self) -> bool {
        let timed = |wall: &Option<i64>| wall.is_some_and(|wall| wall.rem_euclid(DAY_MS) != 0);
        matches!(self, Values::Walls(values) if values.iter().any(timed))
    }

    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Values::Numbers(values) => Some(values.len()),
            Values::Days(values) => Some(values.len()),
            Values::Instants(values) | Values::Walls(values) => Some(values.len()),
            Values::Texts(values) => Some(values.len()),
            Values::Nothing => None,
        }
    }

    pub(super) fn cell(&self, index: usize) -> Cell<'_> {
        match self {
            Values::Numbers(values) if values[index].is_nan() => Cell::Missing,
            Values::Numbers(values) => Cell::Number(values[index]),
            Values::Days(values) => values[index].map_or(Cell::Missing, Cell::Day),
            Values::Instants(values) => values[index].map_or(Cell::Missing, Cell::Instant),
            Values::Walls(values) => values[index].map_or(Cell::Missing, Cell::Wall),
            Values::Texts(values) => {
                let text = values[index]
                    .as_ref()
                    .and_then(|bytes| std::str::from_utf8(bytes.data()).ok());
                text.map_or(Cell::Missing, Cell::from_text)
            }
            Values::Nothing => Cell::Missing,
        }
    }
}

pub(super) fn corrupt(file: &str, cause: &ParquetError) -> Error {
    Error::CorruptParquet {
        file: file.to_owned(),
        cause: cause.to_string(),
    }
}

/// What [`decode`] will make of a column.
pub(super) fn holds(descriptor: &ColumnDescriptor) -> Holds {
    if descriptor.max_rep_level() > 0 {
        return Holds::Nothing;
    }
    let meaning = meaning(descriptor);
    match descriptor.physical_type() {
        Physical::BOOLEAN | Physical::FLOAT | Physical::DOUBLE => Holds::Numbers,
        Physical::INT96 => Holds::Instants,
        Physical::INT32 | Physical::INT64 => match meaning {
            Some(Meaning::Day | Meaning::Wall { .. }) => Holds::Days,
            Some(Meaning::Instant { .. }) => Holds::Instants,
            _ => Holds::Numbers,
        },
        Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => match meaning {
            Some(Meaning::Number { .. }) => Holds::Numbers,
            _ => Holds::Texts,
        },
    }
}

/// The next `want` values of a column.
pub(super) fn decode(
    descriptor: &Arc<ColumnDescriptor>,
    reader: &mut ColumnReader,
    want: usize,
) -> Result<Values, ParquetError> {
    // Lists and maps hold no quote of ours.
    if descriptor.max_rep_level() > 0 {
        return Ok(Values::Nothing);
    }
    let meaning = meaning(descriptor);
    Ok(match reader {
        ColumnReader::BoolColumnReader(reader) => {
            numbers(read(reader, descriptor, want)?, |value: bool| {
                f64::from(u8::from(value))
            })
        }
        ColumnReader::Int32ColumnReader(reader) => {
            integers(read(reader, descriptor, want)?, meaning, i64::from)
        }
        ColumnReader::Int64ColumnReader(reader) => {
            integers(read(reader, descriptor, want)?, meaning, |value: i64| value)
        }
        ColumnReader::Int96ColumnReader(reader) => {
            // Old writers' timestamps say no zone; Spark's are UTC's.
            let values = read(reader, descriptor, want)?;
            let instants = values
                .into_iter()
                .map(|value| value.map(|value: Int96| value.to_millis()));
            Values::Instants(instants.collect())
        }
        ColumnReader::FloatColumnReader(reader) => {
            // The shortest decimal of the f32, so that 0.05 stays 0.05.
            numbers(read(reader, descriptor, want)?, |value: f32| {
                value.to_string().parse().unwrap_or(f64::NAN)
            })
        }
        ColumnReader::DoubleColumnReader(reader) => {
            numbers(read(reader, descriptor, want)?, |value: f64| value)
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            let values = read(reader, descriptor, want)?;
            match meaning {
                Some(Meaning::Number { scale }) => {
                    numbers(values, |value: ByteArray| big_endian(value.data()) * scale)
                }
                _ => Values::Texts(values),
            }
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            let values = read(reader, descriptor, want)?;
            match meaning {
                Some(Meaning::Number { scale }) => numbers(values, |value: FixedLenByteArray| {
                    big_endian(value.data()) * scale
                }),
                _ => Values::Texts(
                    values
                        .into_iter()
                        .map(|value| value.map(ByteArray::from))
                        .collect(),
                ),
            }
        }
    })
}

/// Reads up to `want` records and puts the nulls back in their places.
fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    descriptor: &ColumnDescriptor,
    want: usize,
) -> Result<Vec<Option<T::T>>, ParquetError> {
    let full = descriptor.max_def_level();
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let mut records = 0;
    while records < want {
        let (got, _, _) =
            reader.read_records(want - records, Some(&mut levels), None, &mut values)?;
        if got == 0 {
            break;
        }
        records += got;
    }
    if full == 0 {
        return Ok(values.into_iter().map(Some).collect());
    }
    let mut values = values.into_iter();
    Ok(levels
        .into_iter()
        .map(|level| if level == full { values.next() } else { None })
        .collect())
}

fn numbers<T>(values: Vec<Option<T>>, convert: impl Fn(T) -> f64) -> Values {
    Values::Numbers(
        values
            .into_iter()
            .map(|value| value.map_or(f64::NAN, &convert))
            .collect(),
    )
}

fn days<T>(values: Vec<Option<T>>, convert: impl Fn(T) -> Option<Date>) -> Values {
    Values::Days(
        values
            .into_iter()
            .map(|value| value.and_then(&convert))
            .collect(),
    )
}

fn integers<T>(
    values: Vec<Option<T>>,
    meaning: Option<Meaning>,
    widen: impl Fn(T) -> i64,
) -> Values {
    match meaning {
        Some(Meaning::Day) => days(values, |value| date_from_epoch(widen(value))),
        Some(Meaning::Instant { units }) => Values::Instants(milliseconds(values, units, widen)),
        Some(Meaning::Wall { units }) => Values::Walls(milliseconds(values, units, widen)),
        Some(Meaning::Number { scale }) => numbers(values, |value| widen(value) as f64 * scale),
        None => numbers(values, |value| widen(value) as f64),
    }
}

/// Of which so many units make a second; finer than a millisecond no day is told.
fn milliseconds<T>(
    values: Vec<Option<T>>,
    units: i64,
    widen: impl Fn(T) -> i64,
) -> Vec<Option<i64>> {
    let values = values.into_iter();
    values
        .map(|value| value.map(|value| widen(value).div_euclid(units / 1000)))
        .collect()
}

/// A decimal of up to 16 bytes, two's complement.
fn big_endian(bytes: &[u8]) -> f64 {
    if bytes.is_empty() || bytes.len() > 16 {
        return f64::NAN;
    }
    let start = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
    bytes
        .iter()
        .fold(start, |sum: i128, &byte| (sum << 8) | i128::from(byte)) as f64
}

fn meaning(descriptor: &ColumnDescriptor) -> Option<Meaning> {
    let numeric = !matches!(
        descriptor.physical_type(),
        Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY
    );
    if let Some(logical) = descriptor.logical_type_ref() {
        return match logical {
            LogicalType::Date => Some(Meaning::Day),
            LogicalType::Timestamp(stamp) => {
                let units = match stamp.unit {
                    TimeUnit::MILLIS => 1_000,
                    TimeUnit::MICROS => 1_000_000,
                    TimeUnit::NANOS => 1_000_000_000,
                };
                // Whatever the zone, the stored number is then UTC's.
                Some(if stamp.is_adjusted_to_u_t_c {
                    Meaning::Instant { units }
                } else {
                    Meaning::Wall { units }
                })
            }
            LogicalType::Decimal(decimal) => Some(Meaning::Number {
                scale: 10f64.powi(-decimal.scale),
            }),
            _ => numeric.then_some(Meaning::Number { scale: 1.0 }),
        };
    }
    match descriptor.converted_type() {
        ConvertedType::DATE => Some(Meaning::Day),
        // By the format's own words these are adjusted to UTC.
        ConvertedType::TIMESTAMP_MILLIS => Some(Meaning::Instant { units: 1_000 }),
        ConvertedType::TIMESTAMP_MICROS => Some(Meaning::Instant { units: 1_000_000 }),
        ConvertedType::DECIMAL => Some(Meaning::Number {
            scale: 10f64.powi(-descriptor.type_scale()),
        }),
        _ => None,
    }
}
