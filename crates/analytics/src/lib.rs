//! SQL over exported columns: tables of typed columns, written as Parquet, and questions to them in DuckDB.
//!
//! Tables and their Parquet files exist in every build. SQL needs DuckDB, which is half an hour of C++ to build or a library of 70
//! MB to link, so it is a feature: `duckdb-system` links a library that is there already, `duckdb-bundled` builds it in. Without
//! either, [`Database::open`] exists all the same and answers with [`Error::NotBuilt`], which says what to do.
//!
//! ```
//! use analytics::{Column, Database, Error, Limits, Table, Type, Value};
//!
//! let mut fills = Table::new("fills", [("symbol", Type::Text), ("cash_cents", Type::Count)]);
//! fills.push([Value::from("KO"), Value::from(12_300_i64)])?;
//! fills.push([Value::from("KO"), Value::Missing])?;
//! match Database::open(&Limits::default(), &[]) {
//!     Ok(mut database) => {
//!         database.fill(&fills)?;
//!         let answer = database.query("SELECT sum(cash_cents) AS cents FROM fills", &|| false)?;
//!         assert_eq!(answer.columns[0].value(0), Value::Decimal { digits: 12_300, scale: 0 });
//!     }
//!     Err(error) => assert!(matches!(error, Error::NotBuilt)),
//! }
//! # Ok::<(), Error>(())
//! ```
//!
//! The database lives in memory and is a copy: nothing that a query does reaches a file, another process or the network.
//!
//! Deliberately absent: what the columns mean, and where they come from.

mod error;
#[cfg(feature = "keys")]
mod keys;
mod parquet;
mod sql;
mod table;

pub use error::{Error, Place};
#[cfg(feature = "keys")]
pub use keys::DuckKeys;
pub use parquet::COLUMNS_VERSION;
pub use sql::{Database, Limits, Mentioned, OwnFile};
pub use table::{Cells, Column, Table, Type, Value};
