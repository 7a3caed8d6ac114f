//! Parquet: a column of lists of numbers, and perhaps one of ids beside it.
//!
//! Read in record order through the levels of the format (Melnik et al., "Dremel", 2010): a value at repetition level 0 begins a
//! row; one below the highest definition level is missing.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::{Columns, RowId, Rows, from_half};
use crate::Error;

const DAMAGED: &str = "the file is damaged: write it again";
/// Rows decoded at a time.
const AT_ONCE: usize = 1_024;

/// A row, or `None` where it is missing or has a hole; and its id.
type Read = (Option<Vec<f32>>, Option<RowId>);

pub(super) struct Lists {
    path: PathBuf,
    file: SerializedFileReader<File>,
    /// Places of the columns, and the definition levels of what is there.
    vectors: (usize, i16),
    ids: Option<(usize, i16)>,
    dimensions: usize,
    count: u64,
    /// The next row group.
    group: usize,
    open: Option<Open>,
    /// Rows read ahead, to learn their length.
    ahead: Vec<Read>,
}

/// The columns of a row group being read.
struct Open {
    vectors: ColumnReader,
    ids: Option<ColumnReader>,
    left: usize,
}

impl Lists {
    pub(super) fn open(path: &Path, columns: &Columns) -> Result<Lists, Error> {
        let file = File::open(path).map_err(|error| Error::io(path, error))?;
        let file = guard(path, || SerializedFileReader::new(file))?;
        let refuse = |what: String, remedy| {
            Err(Error::File {
                path: path.to_owned(),
                what,
                remedy,
            })
        };
        let about = file.metadata().file_metadata();
        let schema = about.schema_descr_ptr();
        let leaves: Vec<_> = (0..schema.num_columns())
            .map(|i| schema.column(i))
            .collect();
        let name =
            |leaf: &ColumnDescriptor| leaf.path().parts().first().cloned().unwrap_or_default();
        let numbers = |leaf: &ColumnDescriptor| {
            leaf.max_rep_level() == 1
                && leaf.path().parts().len() <= 3
                && (matches!(leaf.physical_type(), Physical::FLOAT | Physical::DOUBLE)
                    || is_half(leaf))
        };
        let lists: Vec<usize> = (0..leaves.len()).filter(|&i| numbers(&leaves[i])).collect();
        let names = |places: &[usize]| {
            let names: Vec<String> = places.iter().map(|&i| name(&leaves[i])).collect();
            names.join(", ")
        };
        let all: Vec<usize> = (0..leaves.len()).collect();
        let vectors = match (&columns.vectors, lists.as_slice()) {
            (Some(wanted), _) => match lists.iter().find(|&&i| name(&leaves[i]) == *wanted) {
                Some(&found) => found,
                None => {
                    return refuse(
                        format!(
                            "it has no column of lists of numbers called {wanted}; its columns are {}",
                            names(&all)
                        ),
                        "name one that it has",
                    );
                }
            },
            (None, &[only]) => only,
            (None, []) => {
                return refuse(
                    format!(
                        "it has no column of lists of floating-point numbers; its columns are {}",
                        names(&all)
                    ),
                    "write each vector as one list",
                );
            }
            (None, several) => {
                return refuse(
                    format!("it has several columns of lists: {}", names(several)),
                    "name one with --column",
                );
            }
        };
        let id_like = |leaf: &ColumnDescriptor| {
            leaf.max_rep_level() == 0
                && leaf.path().parts().len() == 1
                && (matches!(leaf.physical_type(), Physical::INT32 | Physical::INT64)
                    || is_text(leaf))
        };
        let wanted = columns.ids.as_deref().unwrap_or("id");
        let ids = all
            .iter()
            .copied()
            .find(|&i| id_like(&leaves[i]) && name(&leaves[i]) == wanted);
        if ids.is_none() && columns.ids.is_some() {
            return refuse(
                format!(
                    "it has no column of whole numbers or words called {wanted}; its columns are {}",
                    names(&all)
                ),
                "name one that it has",
            );
        }
        let Ok(count) = u64::try_from(about.num_rows()) else {
            return refuse(
                format!("it is said to have {} rows", about.num_rows()),
                DAMAGED,
            );
        };
        let mut found = Lists {
            path: path.to_owned(),
            vectors: (vectors, leaves[vectors].max_def_level()),
            ids: ids.map(|place| (place, leaves[place].max_def_level())),
            dimensions: 0,
            count,
            group: 0,
            open: None,
            ahead: Vec::new(),
            file,
        };
        // The first row that has numbers says how many a row has.
        while found.dimensions == 0 {
            let rows = found.decode()?;
            if rows.is_empty() {
                return refuse("there is no vector in it".into(), "give one with rows");
            }
            found.dimensions = rows
                .iter()
                .find_map(|(row, _)| row.as_ref().map(Vec::len).filter(|&width| width > 0))
                .unwrap_or(0);
            found.ahead.extend(rows);
        }
        Ok(found)
    }

    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn has_ids(&self) -> bool {
        self.ids.is_some()
    }

    pub(super) fn next(&mut self, most: usize, rows: &mut Rows) -> Result<usize, Error> {
        if self.ahead.is_empty() {
            self.ahead = self.decode()?;
        }
        let read = most.min(self.ahead.len());
        for (row, id) in self.ahead.drain(..read) {
            match row {
                Some(row) if row.len() == self.dimensions => rows.values.extend(row),
                _ => rows
                    .values
                    .extend(std::iter::repeat_n(f32::NAN, self.dimensions)),
            }
            if self.ids.is_some() {
                rows.ids
                    .push(id.unwrap_or_else(|| RowId::Name(String::new())));
            }
        }
        Ok(read)
    }

    /// The next rows of this row group or the one after; none at the end.
    fn decode(&mut self) -> Result<Vec<Read>, Error> {
        let path = self.path.clone();
        guard(&path, || {
            loop {
                if let Some(open) = self.open.as_mut().filter(|open| open.left > 0) {
                    let most = open.left.min(AT_ONCE);
                    let rows = lists(&mut open.vectors, self.vectors.1, most)?;
                    if rows.is_empty() {
                        return Err(ParquetError::General(
                            "a row group ends before its last row".into(),
                        ));
                    }
                    let ids = match (&mut open.ids, self.ids) {
                        (Some(reader), Some((_, full))) => {
                            let ids = ids(reader, full, rows.len())?;
                            if ids.len() != rows.len() {
                                return Err(ParquetError::General(format!(
                                    "{} ids stand beside {} rows",
                                    ids.len(),
                                    rows.len()
                                )));
                            }
                            ids
                        }
                        _ => vec![None; rows.len()],
                    };
                    open.left -= rows.len().min(open.left);
                    return Ok(rows.into_iter().zip(ids).collect());
                }
                if self.group == self.file.num_row_groups() {
                    return Ok(Vec::new());
                }
                let group = self.file.get_row_group(self.group)?;
                self.group += 1;
                self.open = Some(Open {
                    vectors: group.get_column_reader(self.vectors.0)?,
                    ids: match self.ids {
                        Some((place, _)) => Some(group.get_column_reader(place)?),
                        None => None,
                    },
                    left: usize::try_from(group.metadata().num_rows()).unwrap_or(0),
                });
            }
        })
    }
}

impl std::fmt::Debug for Lists {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lists")
            .field("path", &self.path)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

fn is_half(leaf: &ColumnDescriptor) -> bool {
    leaf.physical_type() == Physical::FIXED_LEN_BYTE_ARRAY
        && leaf.type_length() == 2
        && matches!(leaf.logical_type_ref(), Some(LogicalType::Float16))
}

fn is_text(leaf: &ColumnDescriptor) -> bool {
    leaf.physical_type() == Physical::BYTE_ARRAY
        && (leaf.converted_type() == ConvertedType::UTF8
            || matches!(leaf.logical_type_ref(), Some(LogicalType::String)))
}

/// Rows of one list column, at most so many; `None` is a list that is missing or has a hole. `full` is the definition level of a
/// number that is there.
fn lists(
    reader: &mut ColumnReader,
    full: i16,
    most: usize,
) -> Result<Vec<Option<Vec<f32>>>, ParquetError> {
    match reader {
        ColumnReader::FloatColumnReader(reader) => rows(reader, full, most, |&x| x),
        ColumnReader::DoubleColumnReader(reader) => rows(reader, full, most, |&x| x as f32),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            rows(reader, full, most, |raw| match *raw.data() {
                [low, high] => from_half(u16::from_le_bytes([low, high])),
                _ => f32::NAN,
            })
        }
        _ => Err(ParquetError::General(
            "the column is of another type than the schema says".into(),
        )),
    }
}

fn rows<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    full: i16,
    most: usize,
    number: impl Fn(&T::T) -> f32,
) -> Result<Vec<Option<Vec<f32>>>, ParquetError> {
    let (mut def, mut rep, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut records = 0;
    while records < most {
        let (got, ..) =
            reader.read_records(most - records, Some(&mut def), Some(&mut rep), &mut values)?;
        if got == 0 {
            break;
        }
        records += got;
    }
    let mut values = values.iter();
    let mut rows: Vec<Option<Vec<f32>>> = Vec::with_capacity(records);
    for (def, rep) in def.into_iter().zip(rep) {
        if rep == 0 {
            rows.push(Some(Vec::new()));
        }
        let Some(row) = rows.last_mut() else {
            return Err(ParquetError::General(
                "a list goes on that never began".into(),
            ));
        };
        if def == full {
            let value = values.next().map_or(f32::NAN, &number);
            if let Some(row) = row {
                row.push(value);
            }
        } else {
            *row = None;
        }
    }
    Ok(rows)
}

fn ids(
    reader: &mut ColumnReader,
    full: i16,
    count: usize,
) -> Result<Vec<Option<RowId>>, ParquetError> {
    match reader {
        ColumnReader::Int32ColumnReader(reader) => {
            cells(reader, full, count, |&x| RowId::Number(i64::from(x)))
        }
        ColumnReader::Int64ColumnReader(reader) => {
            cells(reader, full, count, |&x| RowId::Number(x))
        }
        ColumnReader::ByteArrayColumnReader(reader) => cells(reader, full, count, |x| {
            RowId::Name(String::from_utf8_lossy(x.data()).into_owned())
        }),
        _ => Err(ParquetError::General(
            "the column of ids is of another type than the schema says".into(),
        )),
    }
}

fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    full: i16,
    count: usize,
    id: impl Fn(&T::T) -> RowId,
) -> Result<Vec<Option<RowId>>, ParquetError> {
    let (mut def, mut values) = (Vec::new(), Vec::new());
    let mut records = 0;
    while records < count {
        let (got, ..) = reader.read_records(count - records, Some(&mut def), None, &mut values)?;
        if got == 0 {
            break;
        }
        records += got;
    }
    let mut values = values.iter().map(id);
    if full == 0 {
        return Ok(values.map(Some).collect());
    }
    Ok(def
        .into_iter()
        .map(|level| if level == full { values.next() } else { None })
        .collect())
}

/// The reader of Parquet panics on some damaged files: that is an error here like any other.
fn guard<T>(path: &Path, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, Error> {
    let what = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "its pages contradict one another".into(),
    };
    Err(Error::File {
        path: path.to_owned(),
        what,
        remedy: DAMAGED,
    })
}
