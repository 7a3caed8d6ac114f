//! What do I do now with this position? A decision engine for options sellers. It never places an order.

mod account;
mod aside;
mod bench;
mod cli;
mod config;
mod devices;
mod doctor;
mod engine;
mod error;
mod history;
#[cfg(feature = "index")]
mod index;
mod journal;
mod learning;
mod memory;
mod plan;
mod portfolio;
mod price;
mod progress;
mod recall;
mod regimes;
mod report;
mod risk;
mod sql;
mod surface;
mod trace;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::run())
}
