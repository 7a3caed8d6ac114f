//! Named columns of equal length, as CSV, JSON, Parquet and Arrow. What is missing is an empty cell or null.

use super::digits::exact;
use crate::error::Error;
use jiff::civil::{Date, date};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use serde_json::{Map, Value};
use std::path::Path;
use std::sync::Arc;

/// The cells of one column.
#[derive(Clone, Debug)]
pub(super) enum Cells {
    Texts(Vec<String>),
    Days(Vec<Date>),
    Counts(Vec<i32>),
    /// NaN is missing.
    Numbers(Vec<f64>),
}

/// A table of named columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) columns: Vec<(&'static str, Cells)>,
}

impl Columns {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        match self.columns.first() {
            Some((_, Cells::Texts(cells))) => cells.len(),
            Some((_, Cells::Days(cells))) => cells.len(),
            Some((_, Cells::Counts(cells))) => cells.len(),
            Some((_, Cells::Numbers(cells))) => cells.len(),
            None => 0,
        }
    }

    /// CSV with a header, numbers with 17 significant digits.
    pub(super) fn csv(&self) -> Result<Vec<u8>, Error> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let names = self.columns.iter().map(|(name, _)| *name);
        out.write_record(names)
            .map_err(|error| Error::Internal(error.to_string()))?;
        for i in 0..self.len() {
            let cells = self.columns.iter().map(|(_, cells)| match cells {
                Cells::Texts(cells) => cells[i].clone(),
                Cells::Days(cells) => cells[i].to_string(),
                Cells::Counts(cells) => cells[i].to_string(),
                Cells::Numbers(cells) => exact(cells[i]),
            });
            out.write_record(cells)
                .map_err(|error| Error::Internal(error.to_string()))?;
        }
        out.into_inner()
            .map_err(|error| Error::Internal(error.to_string()))
    }

    /// An array of objects.
    pub(super) fn json(&self) -> Value {
        let row = |i: usize| -> Value {
            let object: Map<String, Value> = self
                .columns
                .iter()
                .map(|(name, cells)| {
                    let value = match cells {
                        Cells::Texts(cells) => cells[i].clone().into(),
                        Cells::Days(cells) => cells[i].to_string().into(),
                        Cells::Counts(cells) => cells[i].into(),
                        Cells::Numbers(cells) => cells[i].into(),
                    };
                    ((*name).to_owned(), value)
                })
                .collect();
            object.into()
        };
        (0..self.len()).map(row).collect()
    }

    /// Writes a Parquet file, compressed with snappy.
    pub(super) fn write_parquet(&self, path: &Path) -> Result<(), Error> {
        let bytes = self
            .parquet()
            .map_err(|error| unwritable(path, &error.to_string()))?;
        std::fs::write(path, bytes).map_err(|error| unwritable(path, &error.to_string()))
    }

    fn parquet(&self) -> Result<Vec<u8>, ParquetError> {
        let fields = self
            .columns
            .iter()
            .map(|(name, cells)| Ok(Arc::new(field(name, cells)?)))
            .collect::<Result<Vec<_>, ParquetError>>()?;
        let schema = Type::group_type_builder("options")
            .with_fields(fields)
            .build()?;
        let properties = WriterProperties::builder()
            .set_created_by(format!("jarvis2 {}", env!("CARGO_PKG_VERSION")))
            .set_compression(Compression::SNAPPY)
            .build();
        let mut writer =
            SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
        let mut group = writer.next_row_group()?;
        for (_, cells) in &self.columns {
            let Some(mut column) = group.next_column()? else {
                break;
            };
            match cells {
                Cells::Texts(cells) => {
                    let bytes = |text: &String| Some(ByteArray::from(text.as_str()));
                    put::<ByteArrayType>(&mut column, cells.iter().map(bytes))
                }
                Cells::Days(cells) => {
                    put::<Int32Type>(&mut column, cells.iter().map(|&day| Some(since_1970(day))))
                }
                Cells::Counts(cells) => {
                    put::<Int32Type>(&mut column, cells.iter().copied().map(Some))
                }
                Cells::Numbers(cells) => put::<DoubleType>(
                    &mut column,
                    cells.iter().map(|&x| x.is_finite().then_some(x)),
                ),
            }?;
            column.close()?;
        }
        group.close()?;
        writer.into_inner()
    }

    /// Writes an Arrow IPC file.
    #[cfg(feature = "arrow")]
    pub(super) fn write_arrow(&self, path: &Path) -> Result<(), Error> {
        let failed = |error: arrow_schema::ArrowError| unwritable(path, &error.to_string());
        let batch = self.arrow().map_err(failed)?;
        let file =
            std::fs::File::create(path).map_err(|error| unwritable(path, &error.to_string()))?;
        let mut writer =
            arrow_ipc::writer::FileWriter::try_new(file, &batch.schema()).map_err(failed)?;
        writer.write(&batch).map_err(failed)?;
        writer.finish().map_err(failed)
    }

    #[cfg(feature = "arrow")]
    fn arrow(&self) -> Result<arrow_array::RecordBatch, arrow_schema::ArrowError> {
        use arrow_array::{ArrayRef, Date32Array, Float64Array, Int32Array, StringArray};
        let array = |cells: &Cells| -> ArrayRef {
            match cells {
                Cells::Texts(cells) => Arc::new(StringArray::from_iter_values(cells)),
                Cells::Days(cells) => Arc::new(Date32Array::from_iter_values(
                    cells.iter().map(|&day| since_1970(day)),
                )),
                Cells::Counts(cells) => {
                    Arc::new(Int32Array::from_iter_values(cells.iter().copied()))
                }
                Cells::Numbers(cells) => Arc::new(Float64Array::from_iter(
                    cells.iter().map(|&x| x.is_finite().then_some(x)),
                )),
            }
        };
        arrow_array::RecordBatch::try_from_iter_with_nullable(
            self.columns
                .iter()
                .map(|(name, cells)| (*name, array(cells), true)),
        )
    }

    /// Says what is missing from this build.
    #[cfg(not(feature = "arrow"))]
    pub(super) fn write_arrow(&self, path: &Path) -> Result<(), Error> {
        Err(Error::Usage(format!(
            "--arrow {}: this build writes no Arrow files; rebuild with `cargo build --release --features arrow`, or use --parquet",
            path.display()
        )))
    }
}

fn unwritable(path: &Path, why: &str) -> Error {
    Error::Unwritable {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}

fn since_1970(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}

fn field(name: &str, cells: &Cells) -> Result<Type, ParquetError> {
    let (physical, logical) = match cells {
        Cells::Texts(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Cells::Days(_) => (Physical::INT32, Some(LogicalType::Date)),
        Cells::Counts(_) => (Physical::INT32, None),
        Cells::Numbers(_) => (Physical::DOUBLE, None),
    };
    Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
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

    fn table() -> Columns {
        Columns {
            columns: vec![
                ("name", Cells::Texts(vec!["a,b".into(), String::new()])),
                (
                    "day",
                    Cells::Days(vec![date(2025, 3, 6), date(1969, 12, 31)]),
                ),
                ("days", Cells::Counts(vec![8, 0])),
                ("vol", Cells::Numbers(vec![0.1, f64::NAN])),
            ],
        }
    }

    #[test]
    fn text_forms() {
        assert_eq!(
            String::from_utf8(table().csv().unwrap()).unwrap(),
            "name,day,days,vol\n\"a,b\",2025-03-06,8,0.10000000000000001\n,1969-12-31,0,\n"
        );
        assert_eq!(
            table().json(),
            serde_json::json!([
                {"name": "a,b", "day": "2025-03-06", "days": 8, "vol": 0.1},
                {"name": "", "day": "1969-12-31", "days": 0, "vol": null},
            ])
        );
    }

    /// The bytes are read back by the `parquet` and `arrow-ipc` crates' own readers.
    #[test]
    fn parquet_is_read_back() {
        use parquet::file::reader::{FileReader, SerializedFileReader};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        table().write_parquet(&path).unwrap();
        let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
        let rows: Vec<String> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().to_string())
            .collect();
        assert_eq!(
            rows,
            [
                "{name: \"a,b\", day: 2025-03-06, days: 8, vol: 0.1}",
                "{name: \"\", day: 1969-12-31, days: 0, vol: null}",
            ]
        );
    }

    #[test]
    #[cfg(feature = "arrow")]
    fn arrow_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.arrow");
        table().write_arrow(&path).unwrap();
        let file = std::fs::File::open(path).unwrap();
        let mut reader = arrow_ipc::reader::FileReader::try_new(file, None).unwrap();
        let batch = reader.next().unwrap().unwrap();
        assert_eq!(batch, table().arrow().unwrap());
        assert_eq!(batch.column(3).null_count(), 1);
        assert!(reader.next().is_none());
    }
}
