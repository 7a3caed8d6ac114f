//! The ledger: every decision with what was seen, looked at, filled, and how it ended; and the replay that training draws from.
//!
//! One SQLite file is the truth. Rows are added, never changed. An owner writes, others read beside it.
//!
//! ```
//! use experience::{Durability, Experience, Note, Options, Reader};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("experience.sqlite");
//! let mut experience = Experience::open(&path, &Options::default())?;
//! let note = Note {
//!     about: None,
//!     symbol: Some("KO".into()),
//!     written_at_ms: 1_766_000_000_000,
//!     kind: "note".into(),
//!     body: "earnings on Tuesday, no put before".into(),
//! };
//! // The id comes back once the note is on the disk.
//! let id = experience.write(Durability::Full, |page| page.note(&note))?;
//! assert_eq!(Reader::open(&path, &Options::default())?.note(id)?, note);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With the feature `recall` it also asks an index for precedents; without it nothing but SQLite is built.
//!
//! Deliberately absent: the market's types, clocks (every moment is an argument), and any change or removal of a row.

mod error;
mod ledger;
mod precedent;
#[cfg(feature = "recall")]
pub mod recall;
mod replay;
mod schema;
mod store;
mod sum_tree;

pub use error::Error;
pub use ledger::{
    CASH, Decision, ENCODING_LEN, Edge, Fill, FillKind, Kind, Label, LabelValue, Model, Note,
    Origin, Outcome, Page, Plan, RecordId, Recorded, Situation, TrainingRow, Visit,
};
pub use precedent::{Found, Precedent, Question};
pub use replay::{Draw, Ratio, Replay, ReplayConfig, Standing, Wait};
pub use store::{Durability, Experience, Options, Reader};
