//! Which records are like this one, say this, lead there: vectors, texts, arrows and keys over record ids.
//!
//! One folder: a SQLite file with the rows, and snapshots of the graph of neighbours. Whoever has the rows elsewhere may delete the
//! folder at any time and build it again; on its own it serves anyone's vectors, of any dimension.
//!
//! ```
//! use index::{Config, Facet, Filter, Index, Words};
//!
//! let folder = tempfile::tempdir()?;
//! let mut index = Index::open(folder.path(), &Config::new(3))?;
//! index.update(|change| {
//!     for (record, vector) in [(1, [1.0, 0.0, 0.1]), (2, [0.9, 0.1, 0.0]), (3, [0.0, 1.0, 0.0])] {
//!         change.vector(record, &vector)?;
//!         change.facet(record, "symbol", Some(&Facet::Word("KO".into())))?;
//!     }
//!     change.text(2, "note", "earnings on Tuesday")?;
//!     change.edge(2, 3, "rolled_to", 1.0)
//! })?;
//! let near = index.nearest(&[1.0, 0.0, 0.0], 2, &Filter::default().word("symbol", "KO"))?;
//! assert_eq!(near.neighbours[0].record, 1);
//! assert_eq!(index.find_text("earnings", Words::All, None, 10)?[0].record, 2);
//! assert_eq!(index.graph().ends(2, "rolled_to"), [3]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Deliberately absent: what the records mean.

pub mod device;
mod dot;
mod error;
mod facets;
mod graph;
pub mod import;
mod keys;
mod pages;
mod scan;
mod sketch;
mod snapshot;
mod store;
mod text;
mod vectors;

pub use error::Error;
pub use facets::{Facet, Filter, Test};
pub use graph::Graph;
pub use keys::Keys;
pub use scan::{Block, Lanes, Scan, Scored};
pub use store::{Config, Counts, Index, Opened, Rerank, Scalar, Shape, Update};
pub use text::{TextHit, Words};
pub use vectors::{Answer, Held, Neighbour, Route};
