//! The shape of the file: one SQL text for each version, applied in order in one transaction.
//!
//! A file is ours when its `application_id` says so; `user_version` is its schema version. `tests/past` keeps a tiny file of
//! every version, and all of them must still open.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::Error;

/// "JRV2", in the header of every file of ours.
pub(crate) const APPLICATION_ID: i64 = 0x4A52_5632;

/// Step `n` brings a file of version `n` to version `n + 1`. Never change a step that was released: add one.
const STEPS: [&str; 2] = [include_str!("schema/v1.sql"), include_str!("schema/v2.sql")];

/// The version that this program writes.
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// Tells whether the file is empty, ours, someone else's or too new, without changing it. Returns its version.
pub(crate) fn version(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let number = |sql: &str| -> Result<i64, Error> {
        connection
            .query_row(sql, [], |row| row.get(0))
            .map_err(|error| Error::sqlite(path, error))
    };
    let application = number("PRAGMA application_id")?;
    let found = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    let path = path.to_path_buf();
    match (application, found, tables) {
        (0, 0, 0) => Ok(0),
        (APPLICATION_ID, ..) if found > VERSION => Err(Error::Newer {
            path,
            found,
            known: VERSION,
        }),
        (APPLICATION_ID, 1.., _) => Ok(found),
        _ => Err(Error::Foreign { path }),
    }
}

/// Brings the file to [`VERSION`]: all steps or none.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let found = version(connection, path)?;
    if found == VERSION {
        return Ok(());
    }
    let run = |connection: &mut Connection| -> rusqlite::Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for step in &STEPS[found as usize..] {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()
    };
    run(connection).map_err(|error| Error::sqlite(path, error))
}
