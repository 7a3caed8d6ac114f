//! Named columns of equal length, each of one type, any cell of which may be missing.

use crate::Error;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Flag,
    /// A whole number of 64 bits.
    Count,
    /// A number.
    Number,
    /// Words, in UTF-8.
    Text,
    /// A day, counted from 1970-01-01.
    Day,
    /// A moment in UTC, in microseconds since 1970.
    Moment,
    /// An exact number with this many digits after the point, at most 38 digits in all.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
}

impl Type {
    /// Its name in SQL.
    pub fn sql(self) -> String {
        match self {
            Type::Flag => "BOOLEAN".to_owned(),
            Type::Count => "BIGINT".to_owned(),
            Type::Number => "DOUBLE".to_owned(),
            Type::Text => "VARCHAR".to_owned(),
            Type::Day => "DATE".to_owned(),
            Type::Moment => "TIMESTAMP".to_owned(),
            Type::Decimal { scale } => format!("DECIMAL(38,{scale})"),
        }
    }
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Of [`Type::Flag`].
    Flags(Vec<Option<bool>>),
    /// Of [`Type::Count`].
    Counts(Vec<Option<i64>>),
    /// Of [`Type::Number`].
    Numbers(Vec<Option<f64>>),
    /// Of [`Type::Text`].
    Texts(Vec<Option<String>>),
    /// Of [`Type::Day`]: days since 1970-01-01.
    Days(Vec<Option<i32>>),
    /// Of [`Type::Moment`]: microseconds since 1970 UTC.
    Moments(Vec<Option<i64>>),
    /// Of [`Type::Decimal`]: the digits without the point.
    Decimals {
        /// Digits after the point.
        scale: u8,
        /// The cells.
        cells: Vec<Option<i128>>,
    },
}

/// One cell by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Missing,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(i64),
    /// A number.
    Number(f64),
    /// Words.
    Text(String),
    /// Days since 1970-01-01.
    Day(i32),
    /// Microseconds since 1970 UTC.
    Moment(i64),
    /// `digits / 10^scale`, exactly.
    Decimal {
        /// The digits without the point.
        digits: i128,
        /// Digits after the point.
        scale: u8,
    },
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Flag(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Count(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Missing, Into::into)
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name, with the unit where it has one.
    pub name: String,
    /// Its cells.
    pub cells: Cells,
}

/// A table.
///
/// Invariant: all columns have the same length, as long as rows come in by [`Table::push`].
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl Cells {
    /// No cells yet.
    pub fn new(kind: Type) -> Cells {
        match kind {
            Type::Flag => Cells::Flags(Vec::new()),
            Type::Count => Cells::Counts(Vec::new()),
            Type::Number => Cells::Numbers(Vec::new()),
            Type::Text => Cells::Texts(Vec::new()),
            Type::Day => Cells::Days(Vec::new()),
            Type::Moment => Cells::Moments(Vec::new()),
            Type::Decimal { scale } => Cells::Decimals {
                scale,
                cells: Vec::new(),
            },
        }
    }

    /// What they are.
    pub fn kind(&self) -> Type {
        match self {
            Cells::Flags(_) => Type::Flag,
            Cells::Counts(_) => Type::Count,
            Cells::Numbers(_) => Type::Number,
            Cells::Texts(_) => Type::Text,
            Cells::Days(_) => Type::Day,
            Cells::Moments(_) => Type::Moment,
            Cells::Decimals { scale, .. } => Type::Decimal { scale: *scale },
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Cells::Flags(cells) => cells.len(),
            Cells::Counts(cells) | Cells::Moments(cells) => cells.len(),
            Cells::Numbers(cells) => cells.len(),
            Cells::Texts(cells) => cells.len(),
            Cells::Days(cells) => cells.len(),
            Cells::Decimals { cells, .. } => cells.len(),
        }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Does a value belong here? A missing one always does.
    fn takes(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Missing)
            | (Cells::Flags(_), Value::Flag(_))
            | (Cells::Counts(_), Value::Count(_))
            | (Cells::Numbers(_), Value::Number(_))
            | (Cells::Texts(_), Value::Text(_))
            | (Cells::Days(_), Value::Day(_))
            | (Cells::Moments(_), Value::Moment(_)) => true,
            (Cells::Decimals { scale, .. }, Value::Decimal { scale: own, .. }) => scale == own,
            _ => false,
        }
    }

    /// Adds a cell; one of another type is missing, so [`Cells::takes`] is asked before.
    fn add(&mut self, value: Value) {
        match (self, value) {
            (Cells::Flags(cells), Value::Flag(x)) => cells.push(Some(x)),
            (Cells::Counts(cells), Value::Count(x)) => cells.push(Some(x)),
            (Cells::Numbers(cells), Value::Number(x)) => cells.push(Some(x)),
            (Cells::Texts(cells), Value::Text(x)) => cells.push(Some(x)),
            (Cells::Days(cells), Value::Day(x)) => cells.push(Some(x)),
            (Cells::Moments(cells), Value::Moment(x)) => cells.push(Some(x)),
            (Cells::Decimals { cells, .. }, Value::Decimal { digits, .. }) => {
                cells.push(Some(digits));
            }
            (Cells::Flags(cells), _) => cells.push(None),
            (Cells::Counts(cells) | Cells::Moments(cells), _) => cells.push(None),
            (Cells::Numbers(cells), _) => cells.push(None),
            (Cells::Texts(cells), _) => cells.push(None),
            (Cells::Days(cells), _) => cells.push(None),
            (Cells::Decimals { cells, .. }, _) => cells.push(None),
        }
    }
}

impl Column {
    /// The cell of a row; beyond the last row it is missing.
    pub fn value(&self, row: usize) -> Value {
        fn at<T: Clone>(cells: &[Option<T>], row: usize, value: fn(T) -> Value) -> Value {
            cells
                .get(row)
                .cloned()
                .flatten()
                .map_or(Value::Missing, value)
        }
        match &self.cells {
            Cells::Flags(cells) => at(cells, row, Value::Flag),
            Cells::Counts(cells) => at(cells, row, Value::Count),
            Cells::Numbers(cells) => at(cells, row, Value::Number),
            Cells::Texts(cells) => at(cells, row, Value::Text),
            Cells::Days(cells) => at(cells, row, Value::Day),
            Cells::Moments(cells) => at(cells, row, Value::Moment),
            Cells::Decimals { scale, cells } => match cells.get(row) {
                Some(&Some(digits)) => Value::Decimal {
                    digits,
                    scale: *scale,
                },
                _ => Value::Missing,
            },
        }
    }
}

impl Table {
    /// A table without rows.
    pub fn new<'a>(name: &str, columns: impl IntoIterator<Item = (&'a str, Type)>) -> Table {
        Table {
            name: name.to_owned(),
            columns: columns
                .into_iter()
                .map(|(name, kind)| Column {
                    name: name.to_owned(),
                    cells: Cells::new(kind),
                })
                .collect(),
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Error::Shape`] where it has another number of cells or one of another type: nothing was added then.
    pub fn push<const N: usize>(&mut self, row: [Value; N]) -> Result<(), Error> {
        if N != self.columns.len() {
            return Err(Error::Shape {
                table: self.name.clone(),
                why: format!("{N} cells for {} columns", self.columns.len()),
            });
        }
        if let Some((column, value)) = self
            .columns
            .iter()
            .zip(&row)
            .find(|(column, value)| !column.cells.takes(value))
        {
            return Err(Error::Shape {
                table: self.name.clone(),
                why: format!(
                    "{value:?} in the column {}, which holds {}",
                    column.name,
                    column.cells.kind().sql()
                ),
            });
        }
        for (column, value) in self.columns.iter_mut().zip(row) {
            column.cells.add(value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_wrong_shape_leaves_the_table_as_it_was() {
        let mut table = Table::new("t", [("a", Type::Count), ("b", Type::Text)]);
        table.push([Value::from(1), Value::from("x")]).unwrap();
        table.push([Value::Missing, Value::Missing]).unwrap();
        let before = table.clone();
        let short = table.push([Value::from(1)]).unwrap_err().to_string();
        assert!(short.contains("1 cells for 2 columns"), "{short}");
        let typed = table
            .push([Value::from(1), Value::from(2)])
            .unwrap_err()
            .to_string();
        assert!(typed.contains("Count(2) in the column b, which holds VARCHAR"));
        assert_eq!(table, before);
        assert_eq!(table.rows(), 2);
        assert_eq!(table.columns[1].value(0), Value::from("x"));
        assert_eq!(table.columns[1].value(1), Value::Missing);
        assert_eq!(table.columns[1].value(9), Value::Missing);
    }

    #[test]
    fn a_decimal_of_another_scale_is_another_type() {
        let mut table = Table::new("t", [("a", Type::Decimal { scale: 2 })]);
        let value = |scale| Value::Decimal { digits: 150, scale };
        table.push([value(2)]).unwrap();
        assert!(table.push([value(3)]).is_err());
        assert_eq!(table.columns[0].value(0), value(2));
    }
}
