//! JSON as a table: rows are objects somewhere below the top, and nested keys become dotted names.
//!
//! ```text
//! { "symbol": "F", "data": { "close": 9.4, "options": [ { "bid": 1.2, "greeks": { "delta": 0.5 } } ] } }
//! rows at data.options:  bid, greeks.delta, symbol, data.close
//! ```
//! What stands on the way to the rows is repeated in each of them; a name that the rows have too is written `top.NAME` then.
//! The keys passed at a `*` become `key1`, `key2`. Lists inside a row are left out. Rows that are lists themselves
//! (ThetaData) are named by `header.format`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::words::normal_name;

/// Named columns and rows of plain values.
pub(crate) struct Records {
    pub names: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// Objects within objects looked into, and columns kept: beyond that it is no table.
const DEPTH_MAX: usize = 4;
const COLUMNS_MAX: usize = 1000;

/// One row before all names are known: its own cells, and those found on the way to it.
type Found<'v> = (&'v Value, Vec<(String, Value)>);

/// The rows at these paths together, or `None` if none of the paths leads anywhere.
pub(crate) fn records(root: &Value, paths: &[&[&str]]) -> Option<Records> {
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut leads = false;
    for path in paths {
        leads |= walk(root, path, &mut Vec::new(), String::new(), 0, &mut found);
    }
    leads.then(|| table(root, found))
}

/// The top-level keys, for messages.
pub(crate) fn keys(root: &Value) -> Vec<String> {
    match root {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(list) => vec![format!("a list of {}", list.len())],
        _ => Vec::new(),
    }
}

/// Follows the path; returns whether it leads to a list or an object.
fn walk<'v>(
    value: &'v Value,
    path: &[&str],
    way: &mut Vec<(String, Value)>,
    prefix: String,
    stars: usize,
    found: &mut Vec<Found<'v>>,
) -> bool {
    let Some((key, rest)) = path.split_first() else {
        match value {
            Value::Array(list) => found.extend(list.iter().map(|row| (row, way.clone()))),
            Value::Object(_) => found.push((value, way.clone())),
            _ => return false,
        }
        return true;
    };
    let passed = way.len();
    let mut leads = false;
    match (value, *key) {
        (Value::Object(map), "*") => {
            // The way is there, and nothing at its end.
            leads = map.is_empty();
            for (name, inner) in map {
                way.push((format!("key{}", stars + 1), Value::String(name.clone())));
                leads |= walk(inner, rest, way, String::new(), stars + 1, found);
                way.truncate(passed);
            }
        }
        (Value::Array(list), "*") => {
            leads = list.is_empty();
            for inner in list {
                let next = rest.first().copied().unwrap_or("");
                if let Value::Object(map) = inner {
                    gather(map, next, "", 0, way);
                }
                leads |= match (inner, rest.split_first()) {
                    (Value::Object(map), Some((key, rest))) => map
                        .get(*key)
                        .is_some_and(|inner| walk(inner, rest, way, String::new(), stars, found)),
                    _ => walk(inner, rest, way, String::new(), stars, found),
                };
                way.truncate(passed);
            }
        }
        (Value::Object(map), key) => {
            if let Some(inner) = map.get(key) {
                gather(map, key, &prefix, 0, way);
                leads = walk(inner, rest, way, format!("{prefix}{key}."), stars, found);
                way.truncate(passed);
            }
        }
        _ => {}
    }
    leads
}

/// Plain values of an object, except what lies under `skip`.
fn gather(
    map: &Map<String, Value>,
    skip: &str,
    prefix: &str,
    depth: usize,
    into: &mut Vec<(String, Value)>,
) {
    for (key, value) in map {
        match value {
            _ if depth == 0 && key == skip => {}
            Value::Array(_) => {}
            Value::Object(inner) if depth < DEPTH_MAX && into.len() < COLUMNS_MAX => {
                gather(inner, "", &format!("{prefix}{key}."), depth + 1, into);
            }
            Value::Object(_) => {}
            _ if into.len() >= COLUMNS_MAX => return,
            plain => into.push((format!("{prefix}{key}"), plain.clone())),
        }
    }
}

fn table(root: &Value, found: Vec<Found<'_>>) -> Records {
    let format: Vec<&str> = root
        .get("header")
        .and_then(|header| header.get("format"))
        .and_then(Value::as_array)
        .map_or(Vec::new(), |names| {
            names.iter().filter_map(Value::as_str).collect()
        });
    let mut columns = Names::default();
    let own: Vec<Vec<(usize, Value)>> = found
        .iter()
        .map(|(row, _)| match row {
            Value::Array(cells) => cells
                .iter()
                .zip(&format)
                .map(|(cell, name)| (columns.of(name), cell.clone()))
                .collect(),
            Value::Object(map) => {
                let mut cells = Vec::new();
                gather(map, "\0", "", 0, &mut cells);
                cells
                    .into_iter()
                    .map(|(name, cell)| (columns.of(&name), cell))
                    .collect()
            }
            _ => Vec::new(),
        })
        .collect();
    let taken: Vec<String> = columns.names.iter().map(|name| normal_name(name)).collect();
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(found.len());
    for ((_, way), own) in found.iter().zip(own) {
        let mut row = vec![Value::Null; columns.names.len()];
        for (at, cell) in own {
            row[at] = cell;
        }
        for (name, cell) in way {
            let at = if taken.contains(&normal_name(name)) {
                columns.of(&format!("top.{name}"))
            } else {
                columns.of(name)
            };
            if row.len() <= at {
                row.resize(at + 1, Value::Null);
            }
            row[at] = cell.clone();
        }
        rows.push(row);
    }
    for row in &mut rows {
        row.resize(columns.names.len(), Value::Null);
    }
    Records {
        names: columns.names,
        rows,
    }
}

/// Names in the order in which they were met.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Names {
    fn of(&mut self, name: &str) -> usize {
        if let Some(&at) = self.places.get(name) {
            return at;
        }
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, paths: &[&[&str]], names: &str, rows: &str) {
        let records = records(&serde_json::from_str(text).unwrap(), paths).unwrap();
        assert_eq!(records.names.join(","), names);
        assert_eq!(serde_json::to_string(&records.rows).unwrap(), rows);
    }

    #[test]
    fn rows_carry_what_stands_above_them() {
        check(
            r#"{"symbol":"F","data":{"close":9.4,"options":[{"bid":1.2,"greeks":{"delta":0.5}},{"bid":1,"sizes":[1]}]}}"#,
            &[&["data", "options"]],
            "bid,greeks.delta,symbol,data.close",
            r#"[[1.2,0.5,"F",9.4],[1,null,"F",9.4]]"#,
        );
        check(r#"[{"a":1},{"b":2}]"#, &[&[]], "a,b", "[[1,null],[null,2]]");
        check(r#"{"result":{"a":1}}"#, &[&["result"]], "a", "[[1]]");
    }

    #[test]
    fn stars_pass_keys_and_elements_and_their_names_are_kept() {
        check(
            r#"{"symbol":"F","calls":{"2025-03-21:4":{"9.0":[{"symbol":"F_1","bid":1}]}},"puts":{"2025-03-21:4":{"9.0":[{"bid":2}]}}}"#,
            &[&["calls", "*", "*"], &["puts", "*", "*"]],
            "bid,symbol,top.symbol,key1,key2",
            r#"[[1,"F_1","F","2025-03-21:4","9.0"],[2,null,"F","2025-03-21:4","9.0"]]"#,
        );
        check(
            r#"{"header":{"format":["bid","ask"]},"response":[{"ticks":[[1,2],[3,4]],"contract":{"root":"F"}}]}"#,
            &[&["response", "*", "ticks"]],
            "bid,ask,contract.root",
            r#"[[1,2,"F"],[3,4,"F"]]"#,
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_is_no_table_and_an_empty_one_is() {
        let value: Value = serde_json::from_str(r#"{"results":[],"status":"OK"}"#).unwrap();
        assert!(records(&value, &[&["data"]]).is_none());
        assert!(records(&value, &[&["status"]]).is_none());
        assert_eq!(records(&value, &[&["results"]]).unwrap().rows.len(), 0);
    }
}
