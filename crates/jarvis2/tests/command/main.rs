//! The program as its user meets it: arguments and files in, text, JSON and an exit code out.
//!
//! Every chain here is invented and written by the test that reads it ([`chain`]); real files take part only where
//! `JARVIS2_REAL_DATA` names a folder that holds them. Budgets are small wherever precision is not the point.

mod accounts;
mod as_of;
mod backtest;
mod bench;
#[cfg(all(unix, feature = "monitor", feature = "serve"))]
mod browser;
mod chain;
mod data_errors;
mod day_two;
mod devices;
mod diary;
mod doctor;
mod extremes;
mod files;
mod golden;
mod guide;
mod help;
#[cfg(feature = "index")]
mod index;
mod ingest;
mod interrupt;
mod journal;
mod look;
#[cfg(feature = "mcp")]
mod mcp;
mod memory;
mod mismatch;
mod nets;
mod portfolio;
mod premium;
mod price;
mod real_data;
mod regimes;
mod repeat;
mod risk;
mod run;
mod schema;
mod schemas;
mod sql;
mod surface;
mod trace;
#[cfg(feature = "train")]
mod train;
mod twins;
mod usage_errors;
mod validate;
#[cfg(all(unix, feature = "monitor", feature = "serve"))]
mod watch;
