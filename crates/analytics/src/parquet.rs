//! A table as a Parquet file, compressed with zstd, in row groups of 131,072 rows.
//!
//! Texts are UTF-8, days DATE, moments TIMESTAMP in microseconds without a zone (they are UTC and their names end in `_utc`),
//! decimals DECIMAL(38, scale). The file's metadata names the table and the version of its columns.
//!
//! Source: Apache Parquet format, LogicalTypes.md.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray,
    FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type as Field;

use crate::{Cells, Error, Table};

/// The version of the columns, kept in every file: it goes up when a column changes its meaning.
pub const COLUMNS_VERSION: u32 = 1;

const ROWS_PER_GROUP: usize = 131_072;

impl Table {
    /// The bytes of a Parquet file.
    ///
    /// # Errors
    /// [`Error::Parquet`] where the writer refuses, such as two columns of one name.
    pub fn parquet(&self) -> Result<Vec<u8>, Error> {
        write(self).map_err(|error| Error::Parquet {
            table: self.name.clone(),
            cause: error.to_string(),
        })
    }
}

fn write(table: &Table) -> Result<Vec<u8>, ParquetError> {
    let fields = table
        .columns
        .iter()
        .map(|column| field(&column.name, &column.cells).map(Arc::new))
        .collect::<Result<Vec<_>, _>>()?;
    let schema = Field::group_type_builder("table")
        .with_fields(fields)
        .build()?;
    let fact = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    let properties = WriterProperties::builder()
        .set_created_by(format!("jarvis2 {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(vec![
            fact("jarvis2.table", table.name.clone()),
            fact("jarvis2.columns_version", COLUMNS_VERSION.to_string()),
        ]))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let rows = table.rows();
    let mut from = 0;
    while from < rows {
        let until = (from + ROWS_PER_GROUP).min(rows);
        let mut group = writer.next_row_group()?;
        for column in &table.columns {
            let Some(mut out) = group.next_column()? else {
                break;
            };
            put_cells(&mut out, &column.cells, from..until)?;
            out.close()?;
        }
        group.close()?;
        from = until;
    }
    writer.into_inner()
}

fn field(name: &str, cells: &Cells) -> Result<Field, ParquetError> {
    let (physical, logical) = match cells {
        Cells::Flags(_) => (Physical::BOOLEAN, None),
        Cells::Counts(_) => (Physical::INT64, None),
        Cells::Numbers(_) => (Physical::DOUBLE, None),
        Cells::Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Cells::Days(_) => (Physical::INT32, Some(LogicalType::Date)),
        Cells::Moments(_) => (
            Physical::INT64,
            Some(LogicalType::timestamp(false, TimeUnit::MICROS)),
        ),
        Cells::Decimals { scale, .. } => (
            Physical::FIXED_LEN_BYTE_ARRAY,
            Some(LogicalType::decimal(i32::from(*scale), 38)),
        ),
    };
    let field = Field::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    match cells {
        Cells::Decimals { scale, .. } => field
            .with_length(16)
            .with_precision(38)
            .with_scale(i32::from(*scale))
            .build(),
        _ => field.build(),
    }
}

fn put_cells(
    out: &mut SerializedColumnWriter<'_>,
    cells: &Cells,
    rows: std::ops::Range<usize>,
) -> Result<(), ParquetError> {
    match cells {
        Cells::Flags(cells) => put::<BoolType>(out, cells[rows].iter().copied()),
        Cells::Counts(cells) | Cells::Moments(cells) => {
            put::<Int64Type>(out, cells[rows].iter().copied())
        }
        Cells::Numbers(cells) => put::<DoubleType>(out, cells[rows].iter().copied()),
        Cells::Texts(cells) => put::<ByteArrayType>(
            out,
            cells[rows]
                .iter()
                .map(|text| text.as_deref().map(ByteArray::from)),
        ),
        Cells::Days(cells) => put::<Int32Type>(out, cells[rows].iter().copied()),
        Cells::Decimals { cells, .. } => put::<FixedLenByteArrayType>(
            out,
            cells[rows].iter().map(|digits| {
                let bytes = digits.as_ref()?.to_be_bytes().to_vec();
                Some(FixedLenByteArray::from(bytes))
            }),
        ),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Type, Value};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field as Read;
    use proptest::prelude::*;

    fn table() -> Table {
        let mut table = Table::new(
            "t",
            [
                ("flag", Type::Flag),
                ("cents", Type::Count),
                ("number", Type::Number),
                ("word", Type::Text),
                ("day", Type::Day),
                ("at_utc", Type::Moment),
                ("sum", Type::Decimal { scale: 2 }),
            ],
        );
        table
            .push([
                Value::Flag(true),
                Value::Count(i64::MIN),
                Value::Number(-0.1),
                Value::from("a,\"é\n"),
                Value::Day(-1),
                Value::Moment(1_766_000_000_123_000),
                Value::Decimal {
                    digits: -12_345,
                    scale: 2,
                },
            ])
            .unwrap();
        table.push([const { Value::Missing }; 7]).unwrap();
        table
    }

    /// The bytes are read back by the `parquet` crate's own record reader.
    #[test]
    fn every_type_is_read_back() {
        let reader =
            SerializedFileReader::new(bytes::Bytes::from(table().parquet().unwrap())).unwrap();
        let facts = reader.metadata().file_metadata().key_value_metadata();
        assert_eq!(
            facts.unwrap()[1],
            KeyValue::new("jarvis2.columns_version".to_owned(), "1".to_owned())
        );
        let rows: Vec<_> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                row.unwrap()
                    .into_columns()
                    .into_iter()
                    .map(|(_, field)| field)
                    .collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(
            rows[0][..6],
            [
                Read::Bool(true),
                Read::Long(i64::MIN),
                Read::Double(-0.1),
                Read::Str("a,\"é\n".into()),
                Read::Date(-1),
                Read::TimestampMicros(1_766_000_000_123_000),
            ]
        );
        assert_eq!(rows[0][6].to_string(), "-123.45");
        assert_eq!(rows[1], vec![Read::Null; 7]);
    }

    #[test]
    fn no_rows_and_two_columns_of_one_name() {
        let mut empty = Table::new("t", [("a", Type::Count)]);
        let reader =
            SerializedFileReader::new(bytes::Bytes::from(empty.parquet().unwrap())).unwrap();
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
        // Readers that look columns up by name would see one of them.
        empty = Table::new("t", [("a", Type::Count), ("a", Type::Text)]);
        empty.push([Value::from(1), Value::from("x")]).unwrap();
        let again = SerializedFileReader::new(bytes::Bytes::from(empty.parquet().unwrap()));
        assert_eq!(
            again
                .unwrap()
                .metadata()
                .file_metadata()
                .schema_descr()
                .num_columns(),
            2
        );
    }

    proptest! {
        /// Rows keep their order and gaps across row groups.
        #[test]
        fn counts_come_back_in_order(cells in prop::collection::vec(prop::option::of(any::<i64>()), 0..200)) {
            let mut table = Table::new("t", [("a", Type::Count)]);
            for &cell in &cells {
                table.push([Value::from(cell)]).unwrap();
            }
            let reader = SerializedFileReader::new(bytes::Bytes::from(table.parquet().unwrap())).unwrap();
            let read: Vec<Option<i64>> = reader.get_row_iter(None).unwrap().map(|row| {
                match row.unwrap().into_columns().remove(0).1 {
                    Read::Long(x) => Some(x),
                    _ => None,
                }
            }).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
