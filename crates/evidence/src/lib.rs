//! Does the advice beat doing nothing? Policies are graded on simulated futures that no search has seen.
//!
//! A policy is anything that answers a situation with an action ([`Policy`]); this room never learns whether a tree, a net or a
//! fixed rule stands behind it. Every policy walks the same paths ([`Paths`]), so differences are paired and sharp, and a
//! martingale control takes most of the remaining noise ([`Grade`]).
//!
//! [`worlds`] makes paths of markets that are not the model's, for judging a policy where the model is wrong.
//!
//! [`record`] says what a track record shows and what luck alone would show; [`coverage`] whether forecasts come true; [`validate`] whether those of
//! the market model did, on prices that were.
//!
//! [`backtest`] lets a policy live through the past: chains, fills, fees, assignments, every night marked.
//!
//! Deliberately absent: search, networks, files.

pub mod backtest;
mod baselines;
pub mod coverage;
mod error;
mod grade;
mod odds;
mod paths;
pub mod record;
pub mod validate;
mod walk;
pub mod worlds;

pub use baselines::{FixedRule, Hold, Once};
pub use error::Error;
pub use grade::{Grade, Interval, difference};
pub use odds::{Odds, odds};
pub use paths::{Paths, uniform};
pub use walk::{Policy, Walk, walk_all};
