//! A table as text for people, as CSV, as JSON.
//!
//! What is missing is NULL for people, an empty cell in CSV and null in JSON. A moment is written as 2026-06-30T19:59:00.5Z; decimals
//! are exact in text and CSV.

use super::internal;
use crate::error::Error;
use analytics::{Column, Table, Type, Value};
use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, json};

/// Rows that a person is shown unless they ask for all.
pub(super) const ROWS_SHOWN: usize = 40;
/// Characters of one cell that a person is shown unless they ask for all.
const WIDTH_SHOWN: usize = 60;

/// The columns under one another, numbers to the right.
pub(super) fn text(table: &Table, all: bool) -> String {
    let rows = table.rows();
    let shown = if all { rows } else { rows.min(ROWS_SHOWN) };
    let cell = |column: &Column, row: usize| -> String {
        let text = match column.value(row) {
            Value::Missing => "NULL".to_owned(),
            value => plain(&value),
        };
        // One row stays one line.
        let text = text.replace(['\n', '\r', '\t'], " ");
        if all || text.chars().count() <= WIDTH_SHOWN {
            return text;
        }
        text.chars()
            .take(WIDTH_SHOWN - 1)
            .chain(std::iter::once('…'))
            .collect()
    };
    let columns: Vec<(bool, Vec<String>)> = table
        .columns
        .iter()
        .map(|column| {
            let right = matches!(
                column.cells.kind(),
                Type::Count | Type::Number | Type::Decimal { .. }
            );
            let mut cells = vec![column.name.clone()];
            cells.extend((0..shown).map(|row| cell(column, row)));
            (right, cells)
        })
        .collect();
    let mut out = String::new();
    for line in 0..=shown {
        let mut text = String::new();
        for (place, (right, cells)) in columns.iter().enumerate() {
            let width = cells.iter().map(|c| c.chars().count()).max().unwrap_or(0);
            let gap = " ".repeat(width - cells[line].chars().count());
            if place > 0 {
                text.push_str("  ");
            }
            if *right {
                text.push_str(&gap);
                text.push_str(&cells[line]);
            } else {
                text.push_str(&cells[line]);
                text.push_str(&gap);
            }
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    let s = if rows == 1 { "" } else { "s" };
    out.push_str(&format!("({rows} row{s}"));
    if shown < rows {
        out.push_str(&format!(
            "; the first {shown} are shown, --all shows every one, --csv, --json and --parquet write them"
        ));
    }
    out.push_str(")\n");
    out
}

/// CSV with a header.
pub(super) fn csv(table: &Table) -> Result<String, Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(table.columns.iter().map(|column| &column.name))
        .map_err(internal)?;
    for row in 0..table.rows() {
        out.write_record(table.columns.iter().map(|column| plain(&column.value(row))))
            .map_err(internal)?;
    }
    let bytes = out.into_inner().map_err(internal)?;
    String::from_utf8(bytes).map_err(internal)
}

/// Columns with their types, and rows as objects.
pub(super) fn json(table: &Table, notes: &[String]) -> serde_json::Value {
    let rows: Vec<serde_json::Value> = (0..table.rows())
        .map(|row| {
            let object: Map<String, serde_json::Value> = table
                .columns
                .iter()
                .map(|column| (column.name.clone(), json_value(&column.value(row))))
                .collect();
            object.into()
        })
        .collect();
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| json!({ "name": column.name, "type": column.cells.kind().sql() }))
        .collect();
    json!({ "columns": columns, "rows": rows, "notes": notes })
}

fn json_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Missing => serde_json::Value::Null,
        Value::Flag(x) => (*x).into(),
        Value::Count(x) => (*x).into(),
        // NaN and infinity have no JSON.
        Value::Number(x) => (*x).into(),
        Value::Decimal { digits, scale: 0 } if i64::try_from(*digits).is_ok() => {
            (*digits as i64).into()
        }
        // A number where a double holds every digit of it, else exact as text.
        Value::Decimal { digits, .. } if digits.unsigned_abs() < 1 << 53 => plain(value)
            .parse::<f64>()
            .map_or_else(|_| plain(value).into(), serde_json::Value::from),
        Value::Decimal { .. } | Value::Text(_) | Value::Day(_) | Value::Moment(_) => {
            plain(value).into()
        }
    }
}

/// A value in words; missing is empty.
fn plain(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Flag(x) => x.to_string(),
        Value::Count(x) => x.to_string(),
        Value::Number(x) => x.to_string(),
        Value::Text(x) => x.clone(),
        Value::Day(days) => date(1970, 1, 1).checked_add(days.days()).map_or_else(
            |_| format!("day {days} after 1970-01-01"),
            |x| x.to_string(),
        ),
        Value::Moment(us) => Timestamp::from_microsecond(*us).map_or_else(
            |_| format!("{us} µs after 1970-01-01"),
            |moment| moment.to_string(),
        ),
        Value::Decimal { digits, scale } => decimal(*digits, usize::from(*scale)),
    }
}

fn decimal(digits: i128, scale: usize) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, rest) = text.split_at(text.len() - scale);
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{rest}")
}

/// An Arrow IPC file.
#[cfg(feature = "arrow")]
pub(super) fn arrow(table: &Table) -> Result<Vec<u8>, Error> {
    use analytics::Cells;
    use arrow_array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
        RecordBatch, StringArray, TimestampMicrosecondArray,
    };
    use std::sync::Arc;
    let array = |cells: &Cells| -> Result<ArrayRef, arrow_schema::ArrowError> {
        Ok(match cells {
            Cells::Flags(cells) => Arc::new(BooleanArray::from_iter(cells.iter().copied())),
            Cells::Counts(cells) => Arc::new(Int64Array::from_iter(cells.iter().copied())),
            Cells::Numbers(cells) => Arc::new(Float64Array::from_iter(cells.iter().copied())),
            Cells::Texts(cells) => Arc::new(StringArray::from_iter(cells.iter())),
            Cells::Days(cells) => Arc::new(Date32Array::from_iter(cells.iter().copied())),
            Cells::Moments(cells) => {
                Arc::new(TimestampMicrosecondArray::from_iter(cells.iter().copied()))
            }
            Cells::Decimals { scale, cells } => Arc::new(
                Decimal128Array::from_iter(cells.iter().copied())
                    .with_precision_and_scale(38, i8::try_from(*scale).unwrap_or(38))?,
            ),
        })
    };
    let columns = table
        .columns
        .iter()
        .map(|column| Ok((&column.name, array(&column.cells)?, true)))
        .collect::<Result<Vec<_>, arrow_schema::ArrowError>>()
        .map_err(internal)?;
    let batch = RecordBatch::try_from_iter_with_nullable(columns).map_err(internal)?;
    let mut out = Vec::new();
    let mut writer =
        arrow_ipc::writer::FileWriter::try_new(&mut out, &batch.schema()).map_err(internal)?;
    writer.write(&batch).map_err(internal)?;
    writer.finish().map_err(internal)?;
    drop(writer);
    Ok(out)
}

/// Says what is missing from this build.
#[cfg(not(feature = "arrow"))]
pub(super) fn arrow(_: &Table) -> Result<Vec<u8>, Error> {
    Err(Error::Usage(
        "--format arrow: this build writes no Arrow files; rebuild with `cargo build --release --features arrow`, or take parquet"
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(
            "t",
            [
                ("word", Type::Text),
                ("cents", Type::Count),
                ("sum", Type::Decimal { scale: 2 }),
                ("day", Type::Day),
                ("at_utc", Type::Moment),
                ("x", Type::Number),
                ("yes", Type::Flag),
            ],
        );
        table
            .push([
                "a,\"b\"\nc".into(),
                (-5_i64).into(),
                Value::Decimal {
                    digits: -5,
                    scale: 2,
                },
                Value::Day(20_634),
                Value::Moment(1_500_000),
                0.1.into(),
                true.into(),
            ])
            .unwrap();
        table.push([const { Value::Missing }; 7]).unwrap();
        table
    }

    #[test]
    fn for_people() {
        assert_eq!(
            text(&table(), false),
            "word     cents    sum  day         at_utc                     x  yes\n\
             a,\"b\" c     -5  -0.05  2026-06-30  1970-01-01T00:00:01.5Z   0.1  true\n\
             NULL      NULL   NULL  NULL        NULL                    NULL  NULL\n\
             (2 rows)\n"
        );
    }

    #[test]
    fn a_long_answer_says_what_is_not_shown() {
        let mut table = Table::new("t", [("a", Type::Count), ("b", Type::Text)]);
        for row in 0..41_i64 {
            table.push([row.into(), "é".repeat(61).into()]).unwrap();
        }
        let short = text(&table, false);
        assert!(
            short.contains("(41 rows; the first 40 are shown"),
            "{short}"
        );
        assert!(short.contains(&format!("{}…\n", "é".repeat(59))), "{short}");
        let whole = text(&table, true);
        assert_eq!(whole.lines().count(), 43);
        assert!(whole.contains(&"é".repeat(61)));
    }

    #[test]
    fn for_programs() {
        assert_eq!(
            csv(&table()).unwrap(),
            "word,cents,sum,day,at_utc,x,yes\n\
             \"a,\"\"b\"\"\nc\",-5,-0.05,2026-06-30,1970-01-01T00:00:01.5Z,0.1,true\n\
             ,,,,,,\n"
        );
        let json = json(&table(), &["said".to_owned()]);
        assert_eq!(json["columns"][2]["type"], "DECIMAL(38,2)");
        assert_eq!(
            json["rows"][0],
            json!({"word": "a,\"b\"\nc", "cents": -5, "sum": -0.05, "day": "2026-06-30",
                   "at_utc": "1970-01-01T00:00:01.5Z", "x": 0.1, "yes": true})
        );
        assert_eq!(json["rows"][1]["x"], serde_json::Value::Null);
        assert_eq!(json["notes"][0], "said");
    }

    #[test]
    fn decimals_lose_no_digit() {
        let value = |digits, scale| json_value(&Value::Decimal { digits, scale });
        assert_eq!(value(12_300, 0), json!(12_300));
        // 2^64: beyond 64 bits, and beyond what a double holds.
        assert_eq!(value(1 << 64, 0), json!("18446744073709551616"));
        assert_eq!(decimal(1, 3), "0.001");
        assert_eq!(decimal(-1_234_567, 3), "-1234.567");
        assert_eq!(decimal(i128::MIN, 0), i128::MIN.to_string());
    }

    #[cfg(feature = "arrow")]
    #[test]
    fn arrow_is_read_back() {
        use arrow_array::Array;
        let bytes = std::io::Cursor::new(arrow(&table()).unwrap());
        let batches: Vec<_> = arrow_ipc::reader::FileReader::try_new(bytes, None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].num_rows(), 2);
        let types: Vec<String> = batches[0]
            .schema()
            .fields()
            .iter()
            .map(|field| field.data_type().to_string())
            .collect();
        assert_eq!(
            types[2..5],
            ["Decimal128(38, 2)", "Date32", "Timestamp(µs)"]
        );
        assert!(
            batches[0]
                .columns()
                .iter()
                .all(|c| c.is_null(1) && c.is_valid(0))
        );
    }
}
