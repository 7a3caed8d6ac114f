//! Nets that get better by playing: self-play over any [`search::Game`], what is to be learned from it, and runs that lose
//! nothing.
//!
//! * [`View`], [`Field`]: a game as numbers, and a family of games;
//! * [`NetJudge`]: a net as the judge of a search's leaves;
//! * [`play()`]: one game, and its lessons;
//! * [`lattice`]: a ground whose best play is known;
//! * `Run`: games and steps, in a folder that may be left at any moment. Behind the feature `train`, on by default: whoever only
//!   judges and plays builds neither a learner nor a replay.
//!
//! Deliberately absent: markets, options but for the lattice, and the arithmetic of a step, which is `nn::train`'s.

pub mod dice;
mod error;
pub mod lattice;
mod play;
#[cfg(feature = "train")]
mod rows;
#[cfg(feature = "train")]
mod run;
mod view;

pub use error::Error;
pub use play::{Episode, ILLEGAL, Lesson, PlayConfig, play, play_all};
#[cfg(feature = "train")]
pub use run::{Bring, FreeConfig, Generation, Leave, Needs, Run, Stratum, TrainConfig};
pub use view::{Field, Judging, Many, NetJudge, Scale, View};
