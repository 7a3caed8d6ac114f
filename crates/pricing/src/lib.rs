//! What is a contract worth, and how does that move?
//!
//! | question | answer |
//! | --- | --- |
//! | price and Greeks, exercise at expiry only | [`european`] |
//! | price and Greeks, exercise at any time; when to exercise | [`american`], [`american::Boundary`] |
//! | the same with dividends paid in cash on known days; exercise before an ex-date | [`dividends`] |
//! | the volatility behind a quote | [`implied_vol`] (European), [`american::implied_vol`] |
//! | volatility at any strike and time; the forward behind calls and puts | [`smile`] |
//! | European price when volatility itself is random | [`heston`] |
//! | anything that a simulated path decides, with its error | [`monte_carlo`] |
//! | how likely a sold option is assigned, early and at expiry | [`assignment`] |
//! | chances under the normal law | [`normal`] |
//! | many positions in many scenarios, as one product | [`scenarios`] |
//! | hundreds of thousands of options at once, in `f32` on a GPU | [`gpu`] |
//!
//! One option at a time the answer is a number or an [`Error`] that says why there is none. Many at a time the columns of
//! an [`InputsRef`] or [`QuotedRef`] go in, a column comes out, and a [`Status`] beside each slot tells what became of it.
//! Units everywhere: dollars per share, years of 365 days, fractions per year, the holder's sign.
//!
//! ```
//! use pricing::{Inputs, Quoted, Right, american, american::Precision};
//! let put = Inputs { right: Right::Put, spot: 61.2, strike: 60.0, years: 45.0 / 365.0, rate: 0.045, dividend_yield: 0.03, vol: 0.18 };
//! let price_usd = american::price(&put).unwrap();
//! let quoted = Quoted { right: put.right, price_usd, spot: 61.2, strike: 60.0, years: put.years, rate: 0.045, dividend_yield: 0.03 };
//! let vol = american::implied_vol(&quoted, Precision::Standard).unwrap();
//! assert!((vol - 0.18).abs() < 1e-4);
//! ```
//!
//! Batches go through the widest vectors of the machine, chosen at run time (NEON, SSE, AVX2, AVX-512). The bits of a row
//! depend on neither the size nor the order of its batch, nor on threads. Levels that fuse multiply and add agree with each
//! other; the others may differ in the last digits. An American option alone is a batch of one; a European one alone goes
//! through plain `f64` code, the reference that its columns are tested against, and may differ in the last digits.
//!
//! When not to use it: barriers and averages in closed form, stochastic rates, calibration of Heston's model, dates and
//! calendars (see `market`). A dividend paid in cash on a known day is not a yield: [`dividends`] has it.
//!
//! Deliberately absent: dates, symbols, files.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod american;
pub mod assignment;
pub mod dividends;
pub mod error;
pub mod european;
pub mod gpu;
pub mod heston;
pub mod implied;
pub mod inputs;
pub mod monte_carlo;
pub mod normal;
pub mod scenarios;
mod simd;
pub mod smile;
pub mod units;

pub use dividends::CashDividend;
pub use error::{Error, Status};
pub use implied::{Quoted, QuotedRef, implied_vol, implied_vol_interval, implied_vols};
pub use inputs::{Greeks, GreeksMut, Inputs, InputsRef};
pub use smile::{Smile, Surface};
pub use units::{Right, Years};
