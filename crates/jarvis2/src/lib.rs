//! What do I do now with this position? A decision engine for options sellers. It never places an order.
//!
//! The library is the command line: [`main`] is the program, and [`ask`] gives another program the answer of any command, in this
//! process, without a word on standard output.

mod account;
mod aside;
mod asked;
mod backtest;
mod bench;
mod cli;
mod config;
mod devices;
mod doctor;
mod engine;
mod error;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod governor;
#[cfg(test)]
mod guide;
mod help;
mod history;
#[cfg(feature = "index")]
mod index;
mod ingest;
mod journal;
mod learning;
#[cfg(feature = "mcp")]
mod mcp;
mod memory;
mod mismatch;
#[cfg(feature = "monitor")]
mod monitor;
mod plan;
mod portfolio;
mod price;
mod progress;
mod recall;
mod regimes;
mod report;
mod risk;
mod sample;
#[cfg(feature = "serve")]
mod serve;
mod sql;
// What nobody reads in a build without both.
#[cfg_attr(not(any(feature = "monitor", feature = "serve")), allow(dead_code))]
mod status;
mod surface;
mod trace;
mod validate;
#[cfg(any(feature = "monitor", feature = "serve"))]
#[cfg_attr(not(all(feature = "monitor", feature = "serve")), allow(dead_code))]
mod watch;

pub use asked::{Answer, Refusal, ask};

use std::process::ExitCode;

/// The program: arguments from the command line, the answer on standard output.
pub fn main() -> ExitCode {
    ExitCode::from(cli::run())
}
