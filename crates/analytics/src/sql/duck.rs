//! DuckDB behind the door: opening with everything closed, tables in and answers out as Arrow.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use duckdb::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    StringArray, TimestampMicrosecondArray,
};
use duckdb::arrow::compute::cast;
use duckdb::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, UInt64Type,
};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::arrow::util::display::{ArrayFormatter, FormatOptions};
use duckdb::{Config, Connection};
use serde_json::Value as Json;

use super::{Limits, Mentioned, OwnFile};
use crate::{Cells, Column, Error, Place, Table, Type};

/// Rows handed over at once: bounds what is held twice.
const ROWS_PER_BATCH: usize = 65_536;

/// How often the wish to stop is looked at.
const LOOK: Duration = Duration::from_millis(20);

pub(super) struct Engine {
    connection: Connection,
    /// For messages.
    memory_bytes: u64,
    /// In lower case, as DuckDB compares them.
    names: BTreeSet<String>,
}

impl Engine {
    pub(super) fn open(limits: &Limits, files: &[OwnFile]) -> Result<Engine, Error> {
        let config = || -> duckdb::Result<Config> {
            let mut config = Config::default().enable_autoload_extension(false)?;
            if let Some(bytes) = limits.memory_bytes {
                config = config.max_memory(&format!("{bytes}B"))?;
            }
            if let Some(threads) = limits.threads {
                config = config.threads(i64::try_from(threads).unwrap_or(i64::MAX).max(1))?;
            }
            Ok(config)
        };
        let connection = config()
            .and_then(Connection::open_in_memory_with_flags)
            .map_err(other)?;
        let mut engine = Engine {
            connection,
            memory_bytes: limits.memory_bytes.unwrap_or(0),
            names: BTreeSet::new(),
        };
        let mut allowed = Vec::new();
        for file in files {
            allowed.push(engine.name_file(file)?);
        }
        // What is left open is what was named; then the lock is turned.
        engine
            .connection
            .execute_batch(&format!(
                "SET allowed_paths = [{}]; SET temp_directory = ''; SET enable_external_access = false; \
                 SET errors_as_json = true; SET lock_configuration = true",
                allowed.join(", ")
            ))
            .map_err(other)?;
        Ok(engine)
    }

    /// Gives a file a name; returns its path in SQL.
    fn name_file(&mut self, file: &OwnFile) -> Result<String, Error> {
        let unreadable = |cause: String| Error::Unreadable {
            path: file.path.clone(),
            cause,
        };
        let reader = match file.path.extension().and_then(|end| end.to_str()) {
            Some("parquet") => "read_parquet",
            Some("csv") => "read_csv",
            _ => {
                return Err(Error::BadFile {
                    path: file.path.clone(),
                });
            }
        };
        let name = self.new_name(&file.name)?;
        let path = file
            .path
            .canonicalize()
            .map_err(|error| unreadable(error.to_string()))?;
        let path = path
            .to_str()
            .ok_or_else(|| unreadable("its path is not valid Unicode".to_owned()))?;
        if path.contains(['*', '?', '[']) {
            return Err(unreadable(
                "its path holds *, ? or [, which DuckDB takes for a pattern".to_owned(),
            ));
        }
        let path = format!("'{}'", path.replace('\'', "''"));
        self.connection
            .execute_batch(&format!(
                "CREATE VIEW \"{name}\" AS SELECT * FROM {reader}({path})"
            ))
            .map_err(|error| unreadable(first_line(&error.to_string())))?;
        self.names.insert(name);
        Ok(path)
    }

    fn new_name(&self, name: &str) -> Result<String, Error> {
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !begins || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(Error::BadName {
                name: name.to_owned(),
            });
        }
        let name = name.to_ascii_lowercase();
        if self.names.contains(&name) {
            return Err(Error::Twice { name });
        }
        Ok(name)
    }

    pub(super) fn version(&self) -> Result<String, Error> {
        self.connection.version().map_err(other)
    }

    /// DuckDB's own parser, through a function that takes nothing but SELECT.
    pub(super) fn mentioned(&self, query: &str) -> Result<Mentioned, Error> {
        let text: String = self
            .connection
            .query_row("SELECT json_serialize_sql(?::VARCHAR)", [query], |row| {
                row.get(0)
            })
            .map_err(|error| self.understood(&error, query))?;
        let tree: Json =
            serde_json::from_str(&text).map_err(|error| Error::DuckDb(error.to_string()))?;
        if tree["error"] == true {
            let message = tree["error_message"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            return Err(match tree["error_type"].as_str() {
                Some("not implemented") => Error::NotOneQuestion { why: message },
                _ => Error::Sql {
                    at: place(&tree["position"], query),
                    message,
                },
            });
        }
        match tree["statements"].as_array().map_or(0, Vec::len) {
            1 => {}
            0 => {
                return Err(Error::NotOneQuestion {
                    why: "this is empty".to_owned(),
                });
            }
            count => {
                return Err(Error::NotOneQuestion {
                    why: format!("these are {count}"),
                });
            }
        }
        let mut mentioned = Mentioned::default();
        look(&tree["statements"], &mut mentioned);
        Ok(mentioned)
    }

    pub(super) fn fill(&mut self, table: &Table) -> Result<(), Error> {
        let name = self.new_name(&table.name)?;
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| {
                let name = column.name.replace('"', "\"\"");
                format!("\"{name}\" {}", column.cells.kind().sql())
            })
            .collect();
        let create = format!("CREATE TABLE \"{name}\" ({})", columns.join(", "));
        self.connection
            .execute_batch(&create)
            .map_err(|error| self.understood(&error, &create))?;
        self.names.insert(name.clone());
        let append = || -> duckdb::Result<()> {
            let mut appender = self.connection.appender(&name)?;
            let rows = table.rows();
            for from in (0..rows).step_by(ROWS_PER_BATCH) {
                let until = (from + ROWS_PER_BATCH).min(rows);
                let batch = RecordBatch::try_from_iter_with_nullable(
                    table
                        .columns
                        .iter()
                        .map(|column| (&column.name, array(&column.cells, from..until), true)),
                )
                .map_err(|error| duckdb::Error::ToSqlConversionFailure(Box::new(error)))?;
                appender.append_record_batch(batch)?;
            }
            appender.flush()
        };
        append().map_err(|error| self.understood(&error, ""))
    }

    pub(super) fn query(
        &mut self,
        query: &str,
        stopped: &(dyn Fn() -> bool + Sync),
    ) -> Result<Table, Error> {
        self.mentioned(query)?;
        let interrupt = self.connection.interrupt_handle();
        let (done, was_stopped) = (AtomicBool::new(false), AtomicBool::new(false));
        let answer = std::thread::scope(|scope| {
            let watch = scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    if stopped() {
                        was_stopped.store(true, Ordering::Release);
                        // Again and again: a query that has not begun yet does not hear it.
                        interrupt.interrupt();
                    }
                    std::thread::park_timeout(LOOK);
                }
            });
            let answer = self.answer(query);
            done.store(true, Ordering::Release);
            watch.thread().unpark();
            answer
        });
        match answer {
            Err(_) if was_stopped.load(Ordering::Acquire) => Err(Error::Stopped),
            other => other,
        }
    }

    fn answer(&self, query: &str) -> Result<Table, Error> {
        let fail = |error: duckdb::Error| self.understood(&error, query);
        let mut statement = self.connection.prepare(query).map_err(fail)?;
        if statement.parameter_count() > 0 {
            return Err(Error::Sql {
                message: "a parameter (? or $1) has no value here: write the value itself"
                    .to_owned(),
                at: None,
            });
        }
        statement.execute([]).map_err(fail)?;
        let schema = statement.schema();
        let mut columns: Vec<Column> = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            columns.push(Column {
                name: unused(field.name(), &columns),
                cells: Cells::new(kind(field.data_type())),
            });
        }
        while let Some(batch) = statement.step().map_err(fail)? {
            for (column, array) in columns.iter_mut().zip(batch.columns()) {
                take(&mut column.cells, array)?;
            }
        }
        Ok(Table {
            name: "answer".to_owned(),
            columns,
        })
    }

    /// Sorts what DuckDB reports into the situations that a user can do something about.
    fn understood(&self, error: &duckdb::Error, query: &str) -> Error {
        let text = error.to_string();
        // "Binder Error: {...}", as `errors_as_json` has it.
        let facts: Option<Json> = text
            .find('{')
            .and_then(|at| serde_json::from_str(&text[at..]).ok());
        let Some(facts) = facts else {
            return Error::DuckDb(text);
        };
        let word = |key: &str| facts[key].as_str().unwrap_or_default();
        let message = word("exception_message").to_owned();
        let at = place(&facts["position"], query);
        match (word("exception_type"), word("error_subtype"), word("type")) {
            ("Catalog", "MISSING_ENTRY", "Table") => Error::NoSuchTable {
                name: word("name").to_owned(),
                at,
            },
            ("Permission", ..) => Error::NoAccess { message },
            ("Out of Memory", ..) => Error::OutOfMemory {
                limit_bytes: self.memory_bytes,
                message: first_line(&message),
            },
            _ => Error::Sql { message, at },
        }
    }
}

fn other(error: duckdb::Error) -> Error {
    Error::DuckDb(error.to_string())
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// DuckDB counts bytes from 0 and writes them as text.
fn place(position: &Json, query: &str) -> Option<Place> {
    let byte = position.as_str()?.parse().ok()?;
    (!query.is_empty()).then(|| Place::of_byte(query, byte))
}

/// Finds tables in a syntax tree.
fn look(node: &Json, mentioned: &mut Mentioned) {
    match node {
        Json::Array(nodes) => nodes.iter().for_each(|node| look(node, mentioned)),
        Json::Object(fields) => {
            let word = |key: &str| fields.get(key).and_then(Json::as_str).unwrap_or_default();
            match word("type") {
                "BASE_TABLE" => {
                    let name = word("table_name").to_ascii_lowercase();
                    // Catalogues list tables.
                    let catalogue = ["duckdb_", "sqlite_", "pg_"]
                        .iter()
                        .any(|start| name.starts_with(start));
                    let schema = word("schema_name").to_ascii_lowercase();
                    mentioned.any |= catalogue || !matches!(schema.as_str(), "" | "main");
                    mentioned.tables.insert(name);
                }
                // `SHOW TABLES` has no query inside, `DESCRIBE t` has one.
                "SHOW_REF" => mentioned.any |= fields.get("query").is_none_or(Json::is_null),
                // `query('...')` and others hide names in texts.
                "TABLE_FUNCTION" => {
                    let function = fields
                        .get("function")
                        .and_then(|function| function.get("function_name"))
                        .and_then(Json::as_str);
                    mentioned.any |=
                        !matches!(function, Some("generate_series" | "range" | "unnest"));
                }
                _ => {}
            }
            if let Some(Json::Array(entries)) = fields.get("cte_map").map(|map| &map["map"]) {
                for key in entries.iter().filter_map(|entry| entry["key"].as_str()) {
                    mentioned.own.insert(key.to_ascii_lowercase());
                }
            }
            fields.values().for_each(|node| look(node, mentioned));
        }
        _ => {}
    }
}

/// The name, or the name with a number where it is taken.
fn unused(name: &str, columns: &[Column]) -> String {
    let taken = |name: &str| columns.iter().any(|column| column.name == name);
    let mut new = name.to_owned();
    let mut number = 0;
    while taken(&new) {
        number += 1;
        new = format!("{name}_{number}");
    }
    new
}

fn array(cells: &Cells, rows: std::ops::Range<usize>) -> ArrayRef {
    match cells {
        Cells::Flags(cells) => Arc::new(BooleanArray::from(cells[rows].to_vec())),
        Cells::Counts(cells) => Arc::new(Int64Array::from(cells[rows].to_vec())),
        Cells::Numbers(cells) => Arc::new(Float64Array::from(cells[rows].to_vec())),
        Cells::Texts(cells) => Arc::new(StringArray::from_iter(cells[rows].iter())),
        Cells::Days(cells) => Arc::new(Date32Array::from(cells[rows].to_vec())),
        Cells::Moments(cells) => Arc::new(TimestampMicrosecondArray::from(cells[rows].to_vec())),
        Cells::Decimals { scale, cells } => Arc::new(
            Decimal128Array::from(cells[rows].to_vec())
                .with_data_type(DataType::Decimal128(38, i8::try_from(*scale).unwrap_or(38))),
        ),
    }
}

/// What of ours holds an Arrow type.
fn kind(data: &DataType) -> Type {
    match data {
        DataType::Boolean => Type::Flag,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Type::Count,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => Type::Count,
        DataType::UInt64 => Type::Decimal { scale: 0 },
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Type::Number,
        DataType::Date32 => Type::Day,
        DataType::Timestamp(..) => Type::Moment,
        DataType::Decimal128(_, scale) if *scale >= 0 => Type::Decimal {
            scale: scale.unsigned_abs(),
        },
        _ => Type::Text,
    }
}

fn take(cells: &mut Cells, array: &ArrayRef) -> Result<(), Error> {
    let wrong = |error: duckdb::arrow::error::ArrowError| Error::DuckDb(error.to_string());
    let to = |data: DataType| cast(array, &data).map_err(wrong);
    match cells {
        Cells::Flags(cells) => cells.extend(array.as_boolean().iter()),
        Cells::Counts(cells) => {
            cells.extend(to(DataType::Int64)?.as_primitive::<Int64Type>().iter());
        }
        Cells::Numbers(cells) => {
            cells.extend(to(DataType::Float64)?.as_primitive::<Float64Type>().iter());
        }
        Cells::Days(cells) => cells.extend(array.as_primitive::<Date32Type>().iter()),
        Cells::Moments(cells) => {
            let array = to(DataType::Timestamp(TimeUnit::Microsecond, None))?;
            cells.extend(array.as_primitive::<TimestampMicrosecondType>().iter());
        }
        Cells::Decimals { cells, .. } => match array.data_type() {
            DataType::UInt64 => cells.extend(
                array
                    .as_primitive::<UInt64Type>()
                    .iter()
                    .map(|cell| cell.map(i128::from)),
            ),
            _ => cells.extend(array.as_primitive::<Decimal128Type>().iter()),
        },
        Cells::Texts(cells) => {
            let options = FormatOptions::default();
            let words = ArrayFormatter::try_new(array, &options).map_err(wrong)?;
            for row in 0..array.len() {
                let missing = array.is_null(row) || *array.data_type() == DataType::Null;
                cells.push((!missing).then(|| words.value(row).to_string()));
            }
        }
    }
    Ok(())
}
