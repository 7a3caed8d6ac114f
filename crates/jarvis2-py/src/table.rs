//! Tables of options by Arrow's C interface: Polars, pandas, DuckDB, PyArrow and others hand them over, and take the answer, without
//! copies of columns whose type is ours.
//!
//! Columns are those of `jarvis2 price --inputs`: `right`, `style` (optional), `spot`, `strike`, `years`, `rate`, `dividend_yield`
//! (optional: 0), and `vol` or `price`. The answer has all columns that came, then its own and `status`; one that is there already is
//! replaced. A row without an answer is null there, and its status says why. A table whose rows are null themselves (a struct with
//! nulls of its own) is refused: what stands beneath such a row is anything, and the answer's columns could not say so.

use crate::columns::{Batch, Column, Side, right_of};
use crate::errors::{WORDS, bad_input, guarded, of_kind};
use crate::model::{Ask, Model};
use crate::numbers::shown;
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayReader, ArrayRef, Float64Array, RecordBatch, RecordBatchIterator,
    RecordBatchOptions, StringArray, StructArray, make_array,
};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};
use pricing::{Right, Status};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::borrow::Cow;
use std::ffi::CStr;
use std::sync::Arc;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// Whether Arrow's programs would read it.
pub(crate) fn is_table(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.hasattr("__arrow_c_stream__")? || value.hasattr("__arrow_c_array__")?)
}

/// A table in Arrow's memory. Hand it to `pyarrow.table`, `polars.from_arrow`, DuckDB or any other that reads Arrow.
#[pyclass(frozen, module = "jarvis2")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Table {
    /// Arrow's C interface: a capsule with a stream of record batches.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface allows to answer with the columns as they are.
        let _ = requested_schema;
        guarded(py, || {
            let batches = self.batches.clone().into_iter().map(Ok);
            let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
            PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
        })
    }

    /// Rows.
    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Names of the columns, in order.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect()
    }

    fn __repr__(&self) -> String {
        format!(
            "Table({} rows: {})",
            self.__len__(),
            self.column_names().join(", ")
        )
    }
}

/// Takes the content of a capsule of Arrow's C interface.
///
/// What is left in the capsule is marked as released, as the interface asks of who takes it over.
macro_rules! taken {
    ($type:ty, $value:expr, $name:expr) => {{
        let value = $value;
        let capsule = value.cast::<PyCapsule>()?;
        let pointer = capsule.pointer_checked(Some($name))?;
        // SAFETY: a capsule of this name holds this struct, by the interface, and we hold the interpreter and the capsule: it
        // is alive and nobody else takes it meanwhile. `from_raw` moves it out and leaves a released one.
        #[allow(unsafe_code)]
        unsafe {
            <$type>::from_raw(pointer.as_ptr().cast())
        }
    }};
}

fn unreadable(py: Python<'_>, error: &ArrowError) -> PyErr {
    let message = format!(
        "the table cannot be read: {error}. A column of a type of its own, or of none (all null in Polars), has to be left out or cast"
    );
    of_kind(py, "data", message)
}

/// Every batch of what has `__arrow_c_stream__` or `__arrow_c_array__`.
fn read(value: &Bound<'_, PyAny>) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    let py = value.py();
    let failed = |error: ArrowError| unreadable(py, &error);
    if value.hasattr("__arrow_c_stream__")? {
        let stream = taken!(
            FFI_ArrowArrayStream,
            value.call_method0("__arrow_c_stream__")?,
            STREAM
        );
        // Who sends may need the interpreter in another thread before the next comes, as pyarrow does with a file of Python's.
        let sent = py.detach(|| {
            let reader = ArrayStreamReader::try_new(stream)?;
            let field = FieldRef::clone(reader.field());
            Ok((field, reader.collect::<Result<Vec<_>, _>>()?))
        });
        let (field, chunks) = sent.map_err(failed)?;
        let schema = schema_of(&field)?;
        let (mut batches, mut rows) = (Vec::new(), 0);
        for chunk in chunks {
            let batch = batch(py, &schema, &chunk, rows)?;
            rows += batch.num_rows();
            batches.push(batch);
        }
        return Ok((schema, batches));
    }
    let pair = value.call_method0("__arrow_c_array__")?;
    let Ok((schema, array)) = pair.extract::<(Bound<'_, PyCapsule>, Bound<'_, PyCapsule>)>() else {
        let message = format!(
            "__arrow_c_array__ gave {}: two capsules are needed",
            shown(&pair)
        );
        return Err(PyTypeError::new_err(message));
    };
    let schema = taken!(FFI_ArrowSchema, schema, SCHEMA);
    let array = taken!(FFI_ArrowArray, array, ARRAY);
    if schema.release().is_none() || array.is_released() {
        let message = "the table cannot be read: its capsules are released already; ask `__arrow_c_array__` for others";
        return Err(of_kind(py, "data", message.to_owned()));
    }
    let field = Arc::new(Field::try_from(&schema).map_err(failed)?);
    // SAFETY: both come from one call of `__arrow_c_array__`, so that the schema describes the array.
    #[allow(unsafe_code)]
    let data = unsafe { from_ffi(array, &schema) }.map_err(failed)?;
    let schema = schema_of(&field)?;
    let batch = batch(py, &schema, &make_array(data), 0)?;
    Ok((schema, vec![batch]))
}

/// The columns of a table, as the field of its rows names them.
fn schema_of(rows: &FieldRef) -> PyResult<SchemaRef> {
    match rows.data_type() {
        DataType::Struct(columns) => Ok(Arc::new(Schema::new_with_metadata(
            columns.clone(),
            rows.metadata().clone(),
        ))),
        other => Err(PyTypeError::new_err(format!(
            "a table is needed, not a column of {other}"
        ))),
    }
}

/// A part of a table before which there were so many rows; none of its rows may be null itself.
fn batch(
    py: Python<'_>,
    schema: &SchemaRef,
    rows: &ArrayRef,
    before: usize,
) -> PyResult<RecordBatch> {
    let rows: &StructArray = rows.as_struct();
    if rows.null_count() > 0
        && let Some(row) = (0..rows.len()).find(|&row| rows.is_null(row))
    {
        let row = before + row;
        let message = format!(
            "row {row}: the row itself is null; a table's columns may have nulls, its rows may not: drop such rows, or give the columns as a table of their own"
        );
        return Err(bad_input(py, &message, "table", "null", Some(row)));
    }
    let columns = rows.columns().to_vec();
    let count = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &count)
        .map_err(|error| unreadable(py, &error))
}

/// Answers every row.
pub(crate) fn answer(
    value: &Bound<'_, PyAny>,
    ask: Ask,
    model: Model,
    threads: usize,
) -> PyResult<Py<PyAny>> {
    let py = value.py();
    let (schema, batches) = read(value)?;
    let places =
        Places::find(&schema, ask).map_err(|message| bad_input(py, &message, "table", "", None))?;
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    let mut answers = Vec::new();
    for name in ask.names().iter().chain(&["status"]) {
        let kind = if *name == "status" {
            DataType::Utf8
        } else {
            DataType::Float64
        };
        let field = Arc::new(Field::new(*name, kind, true));
        let place = fields.iter().position(|field| field.name() == *name);
        match place {
            Some(place) => fields[place] = field,
            None => fields.push(field),
        }
        answers.push(place.unwrap_or(fields.len() - 1));
    }
    let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
    let solve = || -> Result<Vec<RecordBatch>, String> {
        batches
            .iter()
            .map(|batch| {
                let mut columns = batch.columns().to_vec();
                for (&place, column) in answers
                    .iter()
                    .zip(solve(batch, &places, ask, model, threads)?)
                {
                    match columns.get_mut(place) {
                        Some(old) => *old = column,
                        None => columns.push(column),
                    }
                }
                RecordBatch::try_new(Arc::clone(&schema), columns)
                    .map_err(|error| error.to_string())
            })
            .collect()
    };
    let batches = py
        .detach(solve)
        .map_err(|message| bad_input(py, &message, "table", "", None))?;
    Ok(Table { schema, batches }
        .into_pyobject(py)?
        .into_any()
        .unbind())
}

/// Where the columns stand.
struct Places {
    right: usize,
    style: Option<usize>,
    /// `None`: the dividend yield, which is 0 then.
    numbers: [Option<usize>; 6],
}

impl Places {
    fn find(schema: &Schema, ask: Ask) -> Result<Places, String> {
        let columns = || schema.fields().iter().map(|field| field.name().as_str());
        let find = |name: &str| {
            let mut places = columns()
                .enumerate()
                .filter(|(_, column)| *column == name)
                .map(|(place, _)| place);
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => Err(format!(
                    "the table has more than one column `{name}`: rename or drop all but one"
                )),
                (place, _) => Ok(place),
            }
        };
        let need = |name: &str| {
            find(name)?.ok_or_else(|| {
                let seen: Vec<&str> = columns().collect();
                format!(
                    "the table has no column `{name}`; seen: {}",
                    seen.join(", ")
                )
            })
        };
        let mut numbers = [None; 6];
        for (place, name) in numbers.iter_mut().zip(ask.inputs()) {
            *place = match *name {
                "dividend_yield" => find(name)?,
                _ => Some(need(name)?),
            };
        }
        // Answers take the place of a column of their name: of one.
        for name in ask.names().iter().chain(&["status"]) {
            find(name)?;
        }
        Ok(Places {
            right: need("right")?,
            style: find("style")?,
            numbers,
        })
    }
}

/// The columns of answers, `status` last.
fn solve(
    batch: &RecordBatch,
    places: &Places,
    ask: Ask,
    model: Model,
    threads: usize,
) -> Result<Vec<ArrayRef>, String> {
    let len = batch.num_rows();
    let mut numbers = [const { Cow::Borrowed(&[] as &[f64]) }; 6];
    for (number, place) in numbers.iter_mut().zip(places.numbers) {
        if let Some(place) = place {
            *number = floats(batch.column(place), batch.schema_ref().field(place).name())?;
        }
    }
    // A row whose right or style is no word that we know has no spot either, and so becomes bad input.
    let right = words(
        batch.column(places.right),
        "right",
        &|word| right_of(word),
        Some(|call| if call { Right::Call } else { Right::Put }),
    )?;
    let style = match places.style {
        Some(place) => Some(words(
            batch.column(place),
            "style",
            &|word| is_american(word),
            None,
        )?),
        None => None,
    };
    for row in 0..len {
        let known = right[row].is_some() && style.as_ref().is_none_or(|style| style[row].is_some());
        if !known {
            numbers[0].to_mut()[row] = f64::NAN;
        }
    }
    let right: Vec<Right> = right
        .into_iter()
        .map(|right| right.unwrap_or(Right::Call))
        .collect();
    let count = ask.names().len();
    let mut columns = vec![vec![f64::NAN; len]; count];
    let mut status = vec![Status::BadInput as u8; len];
    let column = |i: usize| match places.numbers[i] {
        Some(_) => Column::Many(&numbers[i]),
        None => Column::One(0.0),
    };
    let all = std::array::from_fn(column);
    match style {
        None => run(ask, model, &right, all, threads, &mut columns, &mut status),
        Some(style) => {
            for american in [false, true] {
                let model = match (american, model) {
                    (false, _) => Model::European,
                    (true, Model::American(precision)) => Model::American(precision),
                    (true, Model::European) => Model::American(Default::default()),
                };
                let rows: Vec<usize> = (0..len)
                    .filter(|&row| style[row].unwrap_or(false) == american)
                    .collect();
                if rows.len() == len {
                    run(ask, model, &right, all, threads, &mut columns, &mut status);
                    continue;
                }
                let right: Vec<Right> = rows.iter().map(|&row| right[row]).collect();
                let some: [Vec<f64>; 6] = all.map(|column| match column {
                    Column::One(_) => Vec::new(),
                    Column::Many(column) => rows.iter().map(|&row| column[row]).collect(),
                });
                let part = std::array::from_fn(|i| match all[i] {
                    Column::One(number) => Column::One(number),
                    Column::Many(_) => Column::Many(&some[i]),
                });
                let mut answers = vec![vec![f64::NAN; rows.len()]; count];
                let mut said = vec![0; rows.len()];
                run(ask, model, &right, part, threads, &mut answers, &mut said);
                for (place, &row) in rows.iter().enumerate() {
                    status[row] = said[place];
                    for (column, answer) in columns.iter_mut().zip(&answers) {
                        column[row] = answer[place];
                    }
                }
            }
        }
    }
    let answered = |i: usize| status[i] == Status::Ok as u8;
    let all_answered = (0..len).all(answered);
    let mut arrays: Vec<ArrayRef> = columns
        .into_iter()
        .map(|column| -> ArrayRef {
            if all_answered {
                Arc::new(Float64Array::from(column))
            } else {
                let cells = column
                    .into_iter()
                    .enumerate()
                    .map(|(i, number)| answered(i).then_some(number));
                Arc::new(Float64Array::from_iter(cells))
            }
        })
        .collect();
    let said = status.iter().map(|&status| WORDS[usize::from(status)]);
    arrays.push(Arc::new(StringArray::from_iter_values(said)));
    Ok(arrays)
}

/// Answers columns of one style.
fn run(
    ask: Ask,
    model: Model,
    right: &[Right],
    numbers: [Column<'_>; 6],
    threads: usize,
    out: &mut [Vec<f64>],
    status: &mut [u8],
) {
    let batch = Batch {
        right: Side::Many(right),
        numbers,
        len: right.len(),
    };
    match out {
        [price, delta, gamma, vega, theta, rho] => {
            batch.run(
                threads,
                [price, delta, gamma, vega, theta, rho],
                status,
                &|right, numbers, out, status| model.greek_columns(right, numbers, out, status),
            );
        }
        [first, ..] => {
            batch.run(
                threads,
                [first],
                status,
                &|right, numbers, [out], status| model.numbers(ask, right, numbers, out, status),
            );
        }
        [] => {}
    }
}

fn is_american(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "a" | "american" => Some(true),
        "e" | "european" => Some(false),
        _ => None,
    }
}

/// A column of numbers: where it lies if it is `float64` without nulls, else copied; a null is NaN.
fn floats<'a>(array: &'a ArrayRef, name: &str) -> Result<Cow<'a, [f64]>, String> {
    /// Copies a column of a type that `f64` takes as it is, or by a cast.
    macro_rules! copied {
        ($type:ty, $number:expr) => {
            array
                .as_primitive::<$type>()
                .iter()
                .map(|cell| cell.map_or(f64::NAN, $number))
                .collect()
        };
    }
    let numbers: Vec<f64> = match array.data_type() {
        DataType::Float64 if array.null_count() == 0 => {
            return Ok(Cow::Borrowed(array.as_primitive::<Float64Type>().values()));
        }
        DataType::Float64 => copied!(Float64Type, |number| number),
        DataType::Float32 => copied!(Float32Type, f64::from),
        DataType::Int8 => copied!(Int8Type, f64::from),
        DataType::Int16 => copied!(Int16Type, f64::from),
        DataType::Int32 => copied!(Int32Type, f64::from),
        DataType::Int64 => copied!(Int64Type, |number| number as f64),
        DataType::UInt8 => copied!(UInt8Type, f64::from),
        DataType::UInt16 => copied!(UInt16Type, f64::from),
        DataType::UInt32 => copied!(UInt32Type, f64::from),
        DataType::UInt64 => copied!(UInt64Type, |number| number as f64),
        // What a literal such as 100.0 is in SQL. Correctly rounded up to 15 digits and 22 places.
        &DataType::Decimal128(_, scale) => {
            let unit = 10_f64.powi(i32::from(scale));
            copied!(Decimal128Type, |number| number as f64 / unit)
        }
        DataType::Null => vec![f64::NAN; array.len()],
        other => {
            return Err(format!(
                "column `{name}` is of type {other}: cast it to float64 (float32, whole numbers and decimal128 will do too)"
            ));
        }
    };
    Ok(Cow::Owned(numbers))
}

/// A column of words of any of Arrow's types of text, of categories, or of truth values.
fn words<T: Copy>(
    array: &ArrayRef,
    name: &str,
    word: &dyn Fn(&str) -> Option<T>,
    truth: Option<fn(bool) -> T>,
) -> Result<Vec<Option<T>>, String> {
    Ok(match array.data_type() {
        DataType::Utf8 => array
            .as_string::<i32>()
            .iter()
            .map(|cell| word(cell?))
            .collect(),
        DataType::LargeUtf8 => array
            .as_string::<i64>()
            .iter()
            .map(|cell| word(cell?))
            .collect(),
        DataType::Utf8View => array
            .as_string_view()
            .iter()
            .map(|cell| word(cell?))
            .collect(),
        DataType::Null => vec![None; array.len()],
        DataType::Boolean if truth.is_some() => array
            .as_boolean()
            .iter()
            .map(|cell| Some(truth?(cell?)))
            .collect(),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let values = words(dictionary.values(), name, word, truth)?;
            // Without words all rows are null; arrow would panic.
            if values.is_empty() {
                return Ok(vec![None; array.len()]);
            }
            let cell = |(row, key): (usize, usize)| match array.is_null(row) {
                true => None,
                false => values.get(key).copied().flatten(),
            };
            dictionary
                .normalized_keys()
                .into_iter()
                .enumerate()
                .map(cell)
                .collect()
        }
        other => {
            return Err(format!(
                "column `{name}` is of type {other}: text is needed"
            ));
        }
    })
}
