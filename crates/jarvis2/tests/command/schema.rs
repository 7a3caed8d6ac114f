//! The part of JSON Schema that our schemas use. A keyword it does not know is a failure, not a pass.

use serde_json::Value;

/// Everything that is wrong with `value`, as `path: what`.
pub(crate) fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Checker { root: schema }.check(schema, value, "", &mut found);
    found
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
        let keywords = match schema {
            Value::Bool(true) => return,
            Value::Bool(false) => return found.push(format!("{path}: not allowed")),
            Value::Object(keywords) => keywords,
            _ => panic!("{schema} is no schema"),
        };
        for (keyword, wanted) in keywords {
            let mut says = |good: bool| {
                if !good {
                    found.push(format!("{path}: {value} breaks {keyword} {wanted}"));
                }
            };
            match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "default" | "format"
                | "examples" => (),
                "$ref" => {
                    let pointer = wanted
                        .as_str()
                        .and_then(|name| name.strip_prefix('#'))
                        .unwrap();
                    let target = self
                        .root
                        .pointer(pointer)
                        .unwrap_or_else(|| panic!("no {wanted}"));
                    self.check(target, value, path, found);
                }
                "type" => says(match wanted {
                    Value::Array(names) => names.iter().any(|name| is(name, value)),
                    name => is(name, value),
                }),
                "const" => says(value == wanted),
                "enum" => says(wanted.as_array().unwrap().contains(value)),
                "anyOf" => says(self.passing(wanted, value) >= 1),
                "oneOf" => says(self.passing(wanted, value) == 1),
                "minimum" => says(compare(value, wanted, |a, b| a >= b)),
                "maximum" => says(compare(value, wanted, |a, b| a <= b)),
                "minLength" => says(
                    value
                        .as_str()
                        .is_none_or(|text| text.chars().count() >= size(wanted)),
                ),
                "minItems" => says(
                    value
                        .as_array()
                        .is_none_or(|list| list.len() >= size(wanted)),
                ),
                "maxItems" => says(
                    value
                        .as_array()
                        .is_none_or(|list| list.len() <= size(wanted)),
                ),
                "required" => {
                    for name in wanted.as_array().unwrap() {
                        let name = name.as_str().unwrap();
                        if value
                            .as_object()
                            .is_some_and(|fields| !fields.contains_key(name))
                        {
                            found.push(format!("{path}: {name} is required"));
                        }
                    }
                }
                "properties" => {
                    for (name, schema) in wanted.as_object().unwrap() {
                        if let Some(field) = value.get(name) {
                            self.check(schema, field, &format!("{path}/{name}"), found);
                        }
                    }
                }
                "additionalProperties" => {
                    let named = |name: &String| {
                        keywords
                            .get("properties")
                            .is_some_and(|known| known.get(name).is_some())
                    };
                    for (name, field) in value
                        .as_object()
                        .into_iter()
                        .flatten()
                        .filter(|(name, _)| !named(name))
                    {
                        self.check(wanted, field, &format!("{path}/{name}"), found);
                    }
                }
                "items" => {
                    for (at, entry) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(wanted, entry, &format!("{path}/{at}"), found);
                    }
                }
                other => panic!("this checker does not know the keyword {other}"),
            }
        }
    }

    fn passing(&self, schemas: &Value, value: &Value) -> usize {
        let passes = |schema: &&Value| {
            let mut found = Vec::new();
            self.check(schema, value, "", &mut found);
            found.is_empty()
        };
        schemas.as_array().unwrap().iter().filter(passes).count()
    }
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("no type {other}"),
    }
}

fn size(wanted: &Value) -> usize {
    wanted.as_u64().unwrap() as usize
}

fn compare(value: &Value, bound: &Value, holds: fn(f64, f64) -> bool) -> bool {
    value
        .as_f64()
        .is_none_or(|value| holds(value, bound.as_f64().unwrap()))
}
