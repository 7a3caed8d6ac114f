use std::fmt;
use std::path::PathBuf;

/// What can go wrong in `analytics`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// This build has no DuckDB.
    #[error(
        "this build has no SQL: rebuild with `--features duckdb-bundled` (takes half an hour), or with `--features \
         duckdb-system` and a DuckDB library that is there already (`cargo xtask duckdb` says how); `jarvis2 export` writes \
         the same tables as Parquet for any other tool"
    )]
    NotBuilt,
    /// A row or column that does not fit its table.
    #[error("table {table}: {why}")]
    Shape {
        /// The table.
        table: String,
        /// What does not fit.
        why: String,
    },
    /// A table that is not there.
    #[error("there is no table {name}{}", at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default())]
    NoSuchTable {
        /// The name asked for.
        name: String,
        /// Where the query asks for it.
        at: Option<Place>,
    },
    /// A name that a table cannot have.
    #[error("{name:?} cannot name a table: use letters, digits and _, and begin with a letter")]
    BadName {
        /// The name.
        name: String,
    },
    /// A file given as a table, of no known kind.
    #[error("{}: a table is read from .parquet or .csv files", path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
    },
    /// A file given as a table, that does not read as what its name says.
    #[error("{}: cannot be read as a table ({cause}); check the file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        cause: String,
    },
    /// A table of this name is there already.
    #[error("there is a table {name} already: name yours otherwise")]
    Twice {
        /// The name.
        name: String,
    },
    /// Anything but one question.
    #[error(
        "only one SELECT at a time is answered ({why}): the tables are a copy in memory, and nothing can be written through SQL"
    )]
    NotOneQuestion {
        /// What the query is instead.
        why: String,
    },
    /// What DuckDB has against the query.
    #[error("{}{message}", at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default())]
    Sql {
        /// Its sentence.
        message: String,
        /// Where in the query, where it says so.
        at: Option<Place>,
    },
    /// The query reaches for a file or the network.
    #[error(
        "{message}: a query reads no files and no network; give a Parquet or CSV file of your own a name with --table NAME=FILE"
    )]
    NoAccess {
        /// What DuckDB said.
        message: String,
    },
    /// The query needs more memory than it may have.
    #[error("the query needs more memory than its {limit_bytes} bytes: {message}")]
    OutOfMemory {
        /// The limit.
        limit_bytes: u64,
        /// What DuckDB said.
        message: String,
    },
    /// The user asked to stop.
    #[error("the query was stopped")]
    Stopped,
    /// The Parquet writer.
    #[error("table {table} as Parquet: {cause}")]
    Parquet {
        /// The table.
        table: String,
        /// What the writer said.
        cause: String,
    },
    /// Anything else that DuckDB reports.
    #[error("DuckDB: {0}")]
    DuckDb(String),
}

/// A place in a query, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which line.
    pub line: usize,
    /// Which character of it.
    pub column: usize,
    /// The rest of the line from there, at most 40 characters.
    pub rest: String,
}

impl Place {
    /// The place of a byte of the query.
    pub fn of_byte(query: &str, byte: usize) -> Place {
        let mut byte = byte.min(query.len());
        while !query.is_char_boundary(byte) {
            byte -= 1;
        }
        let (before, after) = query.split_at(byte);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            rest: after
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, character {}", self.line, self.column)?;
        if self.rest.is_empty() {
            write!(f, ", at the end")
        } else {
            write!(f, ", at `{}`", self.rest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let place = |byte| Place::of_byte("SELECT 'é',\n  wort", byte).to_string();
        assert_eq!(place(0), "line 1, character 1, at `SELECT 'é',`");
        // The second byte of the é.
        assert_eq!(place(9), "line 1, character 9, at `é',`");
        assert_eq!(place(15), "line 2, character 3, at `wort`");
        assert_eq!(place(99), "line 2, character 7, at the end");
    }
}
