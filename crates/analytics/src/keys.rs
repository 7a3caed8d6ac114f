//! The key-value interface of `index` over a DuckDB file of its own, as the founding document asked: for the comparison.
//!
//! One put goes through a prepared statement, many through a staging table and DuckDB's appender: each the faster way. DuckDB locks
//! its file for one process, so this is never a file that others need.

use std::path::Path;

use duckdb::{Config, Connection, OptionalExt, params};
use index::Keys;

use crate::Error;

/// From so many pairs on the staging table is faster.
const MANY: usize = 64;

/// Bytes under names in a DuckDB file.
pub struct DuckKeys {
    connection: Connection,
}

impl DuckKeys {
    /// Opens the file or makes it. Threads and memory stay small: a point read needs neither.
    ///
    /// # Errors
    /// [`Error::DuckDb`] where another process has it open, or it is no DuckDB file.
    pub fn open(path: &Path) -> Result<DuckKeys, Error> {
        let open = || -> duckdb::Result<Connection> {
            let config = Config::default()
                .enable_autoload_extension(false)?
                .threads(1)?;
            let connection = Connection::open_with_flags(path, config)?;
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS keys (name VARCHAR PRIMARY KEY, value BLOB NOT NULL);
                 CREATE TEMP TABLE staged (place BIGINT, name VARCHAR, value BLOB);
                 SET enable_external_access = false; SET lock_configuration = true",
            )?;
            Ok(connection)
        };
        open()
            .map(|connection| DuckKeys { connection })
            .map_err(other)
    }

    /// Brings the write-ahead log into the file.
    ///
    /// # Errors
    /// [`Error::DuckDb`].
    pub fn checkpoint(&self) -> Result<(), Error> {
        self.connection.execute_batch("CHECKPOINT").map_err(other)
    }

    /// Runs all of `steps` or none.
    fn all_or_none(
        &mut self,
        steps: impl FnOnce(&Connection) -> duckdb::Result<()>,
    ) -> Result<(), Error> {
        let run = || -> duckdb::Result<()> {
            self.connection.execute_batch("BEGIN")?;
            let done = steps(&self.connection);
            let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
            let ended = self.connection.execute_batch(end);
            done.and(ended)
        };
        run().map_err(other)
    }
}

impl Keys for DuckKeys {
    type Error = Error;

    fn get_many(&self, names: &[&str]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let run = || -> duckdb::Result<Vec<Option<Vec<u8>>>> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT value FROM keys WHERE name = ?")?;
            names
                .iter()
                .map(|name| statement.query_row([name], |row| row.get(0)).optional())
                .collect()
        };
        run().map_err(other)
    }

    fn put_many(&mut self, pairs: &[(&str, &[u8])]) -> Result<(), Error> {
        if pairs.len() < MANY {
            return self.all_or_none(|connection| {
                let mut statement =
                    connection.prepare_cached("INSERT OR REPLACE INTO keys VALUES (?, ?)")?;
                for (name, value) in pairs {
                    statement.execute(params![name, value])?;
                }
                Ok(())
            });
        }
        self.all_or_none(|connection| {
            let mut appender = connection.appender_to_catalog_and_db("staged", "temp", "main")?;
            for (place, (name, value)) in pairs.iter().enumerate() {
                appender.append_row(params![place as i64, name, value])?;
            }
            appender.flush()?;
            drop(appender);
            connection.execute_batch(
                "INSERT OR REPLACE INTO keys
                 SELECT name, arg_max(value, place) FROM staged GROUP BY name;
                 DELETE FROM staged",
            )
        })
    }

    fn remove_many(&mut self, names: &[&str]) -> Result<(), Error> {
        self.all_or_none(|connection| {
            let mut statement = connection.prepare_cached("DELETE FROM keys WHERE name = ?")?;
            for name in names {
                statement.execute([name])?;
            }
            Ok(())
        })
    }

    fn scan_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let run = || -> duckdb::Result<Vec<(String, Vec<u8>)>> {
            self.connection
                .prepare_cached(
                    "SELECT name, value FROM keys WHERE starts_with(name, ?) ORDER BY name LIMIT ?",
                )?
                .query_map(params![prefix, limit as i64], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect()
        };
        run().map_err(other)
    }
}

fn other(error: duckdb::Error) -> Error {
    Error::DuckDb(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_the_same_map() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.duckdb");
        let mut keys = DuckKeys::open(&path).unwrap();
        let names: Vec<String> = (0..200).map(|i| format!("k{:03}", i % 150)).collect();
        let pairs: Vec<(&str, &[u8])> = names
            .iter()
            .enumerate()
            .map(|(i, name)| {
                (
                    name.as_str(),
                    if i < 150 { &b"old"[..] } else { &b"new"[..] },
                )
            })
            .collect();
        keys.put_many(&pairs).unwrap();
        keys.put_many(&[("k003", b""), ("k004", b"x"), ("k004", b"\0y")])
            .unwrap();
        keys.remove_many(&["k005", "none"]).unwrap();
        drop(keys);
        let keys = DuckKeys::open(&path).unwrap();
        assert_eq!(
            keys.get_many(&["k000", "k003", "k004", "k005", "k100"])
                .unwrap(),
            [
                Some(b"new".to_vec()),
                Some(Vec::new()),
                Some(b"\0y".to_vec()),
                None,
                Some(b"old".to_vec())
            ]
        );
        let found = keys.scan_prefix("k00", 4).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["k000", "k001", "k002", "k003"]);
    }
}
