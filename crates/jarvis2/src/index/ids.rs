//! What people call records, and the numbers that the index knows them by.
//!
//! A whole number is its own. A name gets a number at the bottom of the range, where nobody's own numbers are, and is kept in both
//! directions among the index's keys.

use crate::error::Error;
use index::{Index, Update};

/// The numbers of names begin here.
const FIRST_NAME: i64 = i64::MIN;
/// Own numbers begin here.
const FIRST_NUMBER: i64 = i64::MIN / 2;
const NEXT: &str = "ids/next";

fn key(name: &str) -> String {
    format!("ids/of/{name}")
}

fn key_back(record: i64) -> String {
    format!("ids/name/{record}")
}

fn number(bytes: Option<Vec<u8>>) -> Option<i64> {
    Some(i64::from_le_bytes(bytes?.try_into().ok()?))
}

/// A whole number as it would be printed; `007` and `+7` are names.
fn own(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number >= FIRST_NUMBER && number.to_string() == text).then_some(number)
}

/// The record of an id, which is made where it is a new name; `None` for an empty one and for a number that names use.
pub(super) fn record_or_new(
    change: &mut Update<'_>,
    id: &str,
) -> Result<Option<i64>, index::Error> {
    let id = id.trim();
    if id.is_empty() || id.parse::<i64>().is_ok_and(|number| number < FIRST_NUMBER) {
        return Ok(None);
    }
    if let Some(number) = own(id) {
        return Ok(Some(number));
    }
    if let Some(known) = number(change.get(&key(id))?) {
        return Ok(Some(known));
    }
    let record = number(change.get(NEXT)?).unwrap_or(FIRST_NAME);
    change.put(NEXT, &(record + 1).to_le_bytes())?;
    change.put(&key(id), &record.to_le_bytes())?;
    change.put(&key_back(record), id.as_bytes())?;
    Ok(Some(record))
}

/// The record of an id that is there.
pub(super) fn record(index: &Index, id: &str) -> Result<i64, Error> {
    let id = id.trim();
    if let Some(number) = own(id) {
        return Ok(number);
    }
    number(index.get(&key(id))?).ok_or_else(|| {
        Error::Usage(format!(
            "no record is called {id:?}; `jarvis2 index query --text WORDS` finds names"
        ))
    })
}

/// What a record is called.
pub(super) fn name(index: &Index, record: i64) -> Result<String, Error> {
    if record >= FIRST_NUMBER {
        return Ok(record.to_string());
    }
    let name = index.get(&key_back(record))?;
    Ok(name.map_or_else(
        || record.to_string(),
        |name| String::from_utf8_lossy(&name).into_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use index::Config;

    #[test]
    fn names_and_numbers_keep_apart_and_last() {
        let folder = tempfile::tempdir().unwrap();
        let ids = ["7", "-7", "007", "ko 2024", " ko 2024 ", "7 ", "", "+1"];
        let found = {
            let mut index = Index::open(folder.path(), &Config::new(1)).unwrap();
            index
                .update(|change| {
                    ids.iter()
                        .map(|id| record_or_new(change, id))
                        .collect::<Result<Vec<_>, _>>()
                })
                .unwrap()
        };
        assert_eq!(found[..2], [Some(7), Some(-7)]);
        assert_eq!(found[2], Some(FIRST_NAME));
        assert_eq!(found[3], Some(FIRST_NAME + 1));
        assert_eq!(found[3..6], [found[3], found[3], Some(7)]);
        assert_eq!(found[6..], [None, Some(FIRST_NAME + 2)]);
        let mut index = Index::open(folder.path(), &Config::new(1)).unwrap();
        assert_eq!(record(&index, "007").unwrap(), FIRST_NAME);
        assert_eq!(name(&index, FIRST_NAME + 1).unwrap(), "ko 2024");
        assert_eq!(name(&index, -7).unwrap(), "-7");
        assert!(
            record(&index, "nobody")
                .unwrap_err()
                .to_string()
                .contains("\"nobody\"")
        );
        // Numbers at the very bottom would be taken for names.
        let low = i64::MIN.to_string();
        assert_eq!(
            index.update(|change| record_or_new(change, &low)).unwrap(),
            None
        );
    }
}
