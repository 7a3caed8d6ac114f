//! One value of the configuration: how it is read, what is allowed, how it is written.

use std::ops::RangeInclusive;

use serde_json::json;
use toml::de::DeValue;

/// A value as it stands in a file, an environment variable or a flag.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Integer(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    List(Vec<Value>),
    /// What no key takes: a date, a table, an integer too large.
    Other,
}

impl Value {
    /// The value behind TOML text that was parsed.
    pub(crate) fn from_toml(value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix())
                .map_or(Value::Other, Value::Integer),
            DeValue::Float(digits) => digits.as_str().parse().map_or(Value::Other, Value::Float),
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| Value::from_toml(item.get_ref()))
                    .collect(),
            ),
            DeValue::Datetime(_) | DeValue::Table(_) => Value::Other,
        }
    }

    /// What bare text from an environment variable or a flag may mean, likeliest first: TOML, the text itself, a list without
    /// its brackets.
    pub(crate) fn meanings(text: &str) -> Vec<Value> {
        let parse = |text: &str| {
            DeValue::parse(text)
                .ok()
                .map(|value| Value::from_toml(value.get_ref()))
        };
        let text = text.trim();
        [
            parse(text),
            Some(Value::Text(text.to_owned())),
            parse(&format!("[{text}]")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Why a value is refused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Refusal {
    WrongType,
    OutOfRange,
}

/// The smallest and the largest number allowed; `None` where any value of the type is fine.
pub(crate) type Range = Option<RangeInclusive<f64>>;

/// A type that a key of the configuration can have.
pub(crate) trait Setting: Sized {
    /// Takes `value` if its type and size are allowed.
    fn read(value: &Value, range: &Range) -> Result<Self, Refusal>;
    /// What is allowed, in words that follow "it takes".
    fn allowed(range: &Range) -> String;
    /// The value as TOML text; `None` if it is unset.
    fn write(&self) -> Option<String>;
    /// What is allowed, as JSON Schema.
    fn schema(range: &Range) -> serde_json::Value;
}

/// No list of the configuration is longer: each element multiplies the actions to search.
const LIST_LENGTH_MAX: usize = 32;

fn bounded(number: f64, range: &Range) -> Result<f64, Refusal> {
    let inside = number.is_finite() && range.as_ref().is_none_or(|range| range.contains(&number));
    if inside {
        Ok(number)
    } else {
        Err(Refusal::OutOfRange)
    }
}

/// A JSON Schema of this type, with the range as its bounds.
fn bounded_schema(name: &str, range: &Range) -> serde_json::Value {
    match range {
        Some(range) => json!({ "type": name, "minimum": range.start(), "maximum": range.end() }),
        None => json!({ "type": name }),
    }
}

fn span(range: &Range) -> String {
    range
        .as_ref()
        .map(|range| format!(" from {} to {}", range.start(), range.end()))
        .unwrap_or_default()
}

impl Setting for f64 {
    fn read(value: &Value, range: &Range) -> Result<f64, Refusal> {
        match value {
            Value::Float(number) => bounded(*number, range),
            Value::Integer(number) => bounded(*number as f64, range),
            _ => Err(Refusal::WrongType),
        }
    }

    fn allowed(range: &Range) -> String {
        format!("a number{}", span(range))
    }

    fn write(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }

    fn schema(range: &Range) -> serde_json::Value {
        bounded_schema("number", range)
    }
}

impl Setting for u64 {
    fn read(value: &Value, range: &Range) -> Result<u64, Refusal> {
        match value {
            Value::Integer(number) => {
                bounded(*number as f64, range)?;
                u64::try_from(*number).map_err(|_| Refusal::OutOfRange)
            }
            _ => Err(Refusal::WrongType),
        }
    }

    fn allowed(range: &Range) -> String {
        format!("a whole number{}", span(range))
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn schema(range: &Range) -> serde_json::Value {
        bounded_schema("integer", range)
    }
}

impl Setting for u32 {
    fn read(value: &Value, range: &Range) -> Result<u32, Refusal> {
        u32::try_from(u64::read(value, range)?).map_err(|_| Refusal::OutOfRange)
    }

    fn allowed(range: &Range) -> String {
        u64::allowed(range)
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn schema(range: &Range) -> serde_json::Value {
        bounded_schema("integer", range)
    }
}

impl Setting for bool {
    fn read(value: &Value, _range: &Range) -> Result<bool, Refusal> {
        match value {
            Value::Bool(value) => Ok(*value),
            _ => Err(Refusal::WrongType),
        }
    }

    fn allowed(_range: &Range) -> String {
        "true or false".to_owned()
    }

    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn schema(range: &Range) -> serde_json::Value {
        bounded_schema("boolean", range)
    }
}

impl Setting for String {
    fn read(value: &Value, _range: &Range) -> Result<String, Refusal> {
        match value {
            Value::Text(text) if text.is_empty() => Err(Refusal::OutOfRange),
            Value::Text(text) => Ok(text.clone()),
            _ => Err(Refusal::WrongType),
        }
    }

    fn allowed(_range: &Range) -> String {
        "text that is not empty".to_owned()
    }

    fn write(&self) -> Option<String> {
        Some(toml::Value::String(self.clone()).to_string())
    }

    fn schema(range: &Range) -> serde_json::Value {
        let _ = range;
        json!({ "type": "string", "minLength": 1 })
    }
}

impl Setting for Vec<f64> {
    fn read(value: &Value, range: &Range) -> Result<Vec<f64>, Refusal> {
        match value {
            Value::List(items) if items.is_empty() || items.len() > LIST_LENGTH_MAX => {
                Err(Refusal::OutOfRange)
            }
            Value::List(items) => items.iter().map(|item| f64::read(item, range)).collect(),
            _ => Err(Refusal::WrongType),
        }
    }

    fn allowed(range: &Range) -> String {
        format!("a list of 1 to {LIST_LENGTH_MAX} numbers{}", span(range))
    }

    fn write(&self) -> Option<String> {
        let items: Vec<String> = self.iter().map(|number| format!("{number:?}")).collect();
        Some(format!("[{}]", items.join(", ")))
    }

    fn schema(range: &Range) -> serde_json::Value {
        json!({ "type": "array", "minItems": 1, "maxItems": LIST_LENGTH_MAX, "items": f64::schema(range) })
    }
}

/// A number that may be unset. The word "none" unsets it, so that a flag can undo what a file sets.
impl<T: Setting> Setting for Option<T> {
    fn read(value: &Value, range: &Range) -> Result<Option<T>, Refusal> {
        match value {
            Value::Text(text) if text == "none" => Ok(None),
            value => T::read(value, range).map(Some),
        }
    }

    fn allowed(range: &Range) -> String {
        format!("{}, or \"none\"", T::allowed(range))
    }

    fn write(&self) -> Option<String> {
        self.as_ref().and_then(T::write)
    }

    fn schema(range: &Range) -> serde_json::Value {
        json!({ "anyOf": [T::schema(range), { "const": "none" }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Setting + PartialEq + std::fmt::Debug>(
        text: &str,
        range: Range,
        expected: Result<T, Refusal>,
    ) {
        let found = Value::meanings(text)
            .iter()
            .map(|value| T::read(value, &range))
            .find(Result::is_ok);
        match expected {
            Ok(expected) => assert_eq!(found, Some(Ok(expected)), "{text}"),
            Err(refusal) => {
                assert_eq!(found, None, "{text}");
                assert_eq!(
                    T::read(&Value::meanings(text)[0], &range),
                    Err(refusal),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn bare_text_is_read_by_the_type_of_its_key() {
        let unit = || Some(0.0..=1.0);
        check("0.5", unit(), Ok(0.5));
        check(" 1 ", unit(), Ok(1.0));
        check::<f64>("1.5", unit(), Err(Refusal::OutOfRange));
        check::<f64>("nan", None, Err(Refusal::OutOfRange));
        check::<f64>("inf", None, Err(Refusal::OutOfRange));
        check::<f64>("much", unit(), Err(Refusal::WrongType));
        check("7", Some(0.0..=10.0), Ok(7u64));
        check("1_000", None, Ok(1000u32));
        check::<u32>("-1", None, Err(Refusal::OutOfRange));
        check::<u32>("5000000000", None, Err(Refusal::OutOfRange));
        check::<u64>("1.5", None, Err(Refusal::WrongType));
        check("true", None, Ok(true));
        check::<bool>("1", None, Err(Refusal::WrongType));
        check("out/2026", None, Ok("out/2026".to_owned()));
        check("\"quoted\"", None, Ok("quoted".to_owned()));
        check("42", None, Ok("42".to_owned()));
        check("0.1, 0.2", unit(), Ok(vec![0.1, 0.2]));
        check("[0.1]", unit(), Ok(vec![0.1]));
        check("0.3", unit(), Ok(vec![0.3]));
        check::<Vec<f64>>("[]", unit(), Err(Refusal::OutOfRange));
        check::<Vec<f64>>("[0.1, 2]", unit(), Err(Refusal::OutOfRange));
        check("none", unit(), Ok(None::<f64>));
        check("0.04", unit(), Ok(Some(0.04)));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for number in [0.0, -0.05, 1e-9, 3.0, 1e17, f64::MIN_POSITIVE] {
            check(
                &number.write().expect("a number is written"),
                None,
                Ok(number),
            );
        }
        let text = "a \"b\" \\c".to_owned();
        check(
            &text.write().expect("text is written"),
            None,
            Ok(text.clone()),
        );
    }
}
