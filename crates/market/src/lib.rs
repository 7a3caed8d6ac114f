//! What does the market quote, and how may it move?
//!
//! Chains and quotes ([`chain`]), money ([`cents`]), the exchange calendar ([`calendar`]), expiry instants and
//! clocks ([`time`]), vendors' files ([`ingest`]), and the stated real-world assumptions under which paths are simulated ([`futures`]).
//!
//! Deliberately absent: what the trader owns (that is `wheel`), and any formula for a price (that is `pricing`).

pub mod calendar;
pub mod cents;
pub mod chain;
mod error;
pub mod events;
pub mod forecast;
pub mod futures;
pub mod history;
pub mod ingest;
pub mod quantise;
pub mod rates;
pub mod regimes;
pub mod sample;
pub mod tape;
pub mod time;

pub use cents::Cents;
pub use chain::{Chain, Contract, Quote, Style};
pub use error::Error;
pub use time::{Clock, Settlement, years_to_expiry};
