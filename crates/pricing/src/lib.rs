//! What is a contract worth, and how does that move?
//!
//! Deliberately absent: dates, symbols, files.

pub mod units;

pub use units::{Right, Years};
