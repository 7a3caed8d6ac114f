//! The game: what the trader owns, what may be done with it, what the market then does to it, and how it is judged.
//!
//! * [`book`]: cash to the cent, shares, option lots; trades, assignment, expiry, dividends, interest.
//! * [`action`]: an action is a list of legs; legal ones come from quotes on a grid of delta and days.
//! * [`rules`]: when decisions fall due, how a situation travels to the next one, which contracts are exercised.
//! * [`utility`]: what a final wealth is worth to a risk-averse trader.
//! * [`encoding`]: a situation as 768 numbers.
//!
//! Deliberately absent: search, networks, and any view of where the market goes (that is `market::futures`).

pub mod action;
pub mod book;
pub mod encoding;
mod error;
pub mod rules;
pub mod utility;

pub use action::{Action, Kind, Leg, Limits, Offer, Refusal};
pub use book::{Book, Costs, Flows, Lot, SHARES_PER_CONTRACT};
pub use error::Error;
pub use rules::{Move, Rules, Situation};
pub use utility::Utility;
