//! Tables of options by Arrow's C interface: Polars, pandas, DuckDB, PyArrow and others hand them over, and take the answer, without
//! copies of columns whose type is ours.
//!
//! Columns are those of `jarvis2 price --inputs`: `right`, `style` (optional), `spot`, `strike`, `years`, `rate`, `dividend_yield`
//! (optional: 0), and `vol` or `price`. The answer has all columns that came, then its own and `status`; one that is there already is
//! replaced. A row without an answer is null there, and its status says why.

use crate::columns::{Batch, Column, Side, inputs_ref, quoted_ref, right_of};
use crate::errors::{WORDS, bad_input, of_kind};
use crate::pricing::Model;
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::types::{Float32Type, Float64Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, Float64Array, RecordBatch, RecordBatchIterator, StringArray, StructArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pricing::{Right, Status};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use std::borrow::Cow;
use std::ffi::CStr;
use std::sync::Arc;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// What is asked of each row.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ask {
    Price,
    Greeks,
    ImpliedVol,
}

impl Ask {
    fn names(self) -> &'static [&'static str] {
        match self {
            Ask::Price => &["price"],
            Ask::Greeks => &[
                "price",
                "delta",
                "gamma",
                "vega_per_point",
                "theta_per_day",
                "rho_per_percent",
            ],
            Ask::ImpliedVol => &["iv"],
        }
    }

    /// The last of the six numbers.
    fn last(self) -> &'static str {
        match self {
            Ask::ImpliedVol => "price",
            _ => "vol",
        }
    }
}

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
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
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
    of_kind(py, "data", format!("the table cannot be read: {error}"))
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
        let reader = RecordBatchStreamReader::try_new(stream).map_err(failed)?;
        let schema = arrow_array::RecordBatchReader::schema(&reader);
        let batches: Result<Vec<RecordBatch>, ArrowError> = reader.collect();
        return Ok((schema, batches.map_err(failed)?));
    }
    let pair = value.call_method0("__arrow_c_array__")?;
    let pair = pair.cast::<PyTuple>()?;
    let schema = taken!(FFI_ArrowSchema, pair.get_item(0)?, SCHEMA);
    let array = taken!(FFI_ArrowArray, pair.get_item(1)?, ARRAY);
    // SAFETY: both come from one call of `__arrow_c_array__`, so that the schema describes the array.
    #[allow(unsafe_code)]
    let data = unsafe { from_ffi(array, &schema) }.map_err(failed)?;
    match data.data_type() {
        DataType::Struct(_) => {
            let rows = StructArray::from(data);
            if rows.null_count() > 0 {
                let row = (0..rows.len()).find(|&row| rows.is_null(row));
                let message = format!(
                    "row {}: the row itself is null, {} of {} rows are: a table's columns may have nulls, its rows may not; drop them",
                    row.unwrap_or(0),
                    rows.null_count(),
                    rows.len()
                );
                return Err(bad_input(py, &message, "table", "null", row));
            }
            let batch = RecordBatch::from(rows);
            Ok((batch.schema(), vec![batch]))
        }
        other => Err(PyTypeError::new_err(format!(
            "a table is needed, not a column of {other}"
        ))),
    }
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
        let find = |name: &str| {
            schema
                .fields()
                .iter()
                .position(|field| field.name() == name)
        };
        let need = |name: &str| {
            find(name).ok_or_else(|| {
                let seen: Vec<&str> = schema
                    .fields()
                    .iter()
                    .map(|field| field.name().as_str())
                    .collect();
                format!(
                    "the table has no column `{name}`; seen: {}",
                    seen.join(", ")
                )
            })
        };
        Ok(Places {
            right: need("right")?,
            style: find("style"),
            numbers: [
                Some(need("spot")?),
                Some(need("strike")?),
                Some(need("years")?),
                Some(need("rate")?),
                find("dividend_yield"),
                Some(need(ask.last())?),
            ],
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
        |call| Some(if call { Right::Call } else { Right::Put }),
    )?;
    let style = match places.style {
        Some(place) => Some(words(
            batch.column(place),
            "style",
            &|word| is_american(word),
            |_| None,
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
                &|right, numbers, out, status| {
                    model.greek_columns(inputs_ref(right, numbers), out, status);
                },
            );
        }
        [first, ..] => {
            batch.run(
                threads,
                [first],
                status,
                &|right, numbers, [out], status| match ask {
                    Ask::ImpliedVol => model.implied_vols(quoted_ref(right, numbers), out, status),
                    _ => model.prices(inputs_ref(right, numbers), out, status),
                },
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
    let numbers: Vec<f64> = match array.data_type() {
        DataType::Float64 => {
            let array = array.as_primitive::<Float64Type>();
            if array.null_count() == 0 {
                return Ok(Cow::Borrowed(array.values()));
            }
            array.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect()
        }
        DataType::Float32 => {
            let cells = array.as_primitive::<Float32Type>().iter();
            cells.map(|cell| cell.map_or(f64::NAN, f64::from)).collect()
        }
        DataType::Int32 => {
            let cells = array.as_primitive::<Int32Type>().iter();
            cells.map(|cell| cell.map_or(f64::NAN, f64::from)).collect()
        }
        DataType::Int64 => {
            let cells = array.as_primitive::<Int64Type>().iter();
            cells
                .map(|cell| cell.map_or(f64::NAN, |cell| cell as f64))
                .collect()
        }
        other => {
            return Err(format!(
                "column `{name}` is of type {other}: cast it to float64 (float32, int32 and int64 will do too)"
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
    truth: fn(bool) -> Option<T>,
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
        DataType::Boolean => array.as_boolean().iter().map(|cell| truth(cell?)).collect(),
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
