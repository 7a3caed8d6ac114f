//! Nets that get better by playing: self-play over any [`search::Game`], what is to be learned from it, and runs that lose
//! nothing.
//!
//! * [`View`], [`Field`]: a game as numbers, and a family of games;
//! * [`NetJudge`]: a net as the judge of a search's leaves;
//! * [`play()`]: one game, and its lessons;
//! * [`lattice`]: a ground whose best play is known;
//! * [`Run`]: generations of games and steps, in a folder that may be left at any moment.
//!
//! Deliberately absent: markets, options but for the lattice, and the arithmetic of a step, which is [`nn::train`]'s.

pub mod dice;
mod error;
pub mod lattice;
mod play;
mod rows;
mod run;
mod view;

pub use error::Error;
pub use play::{Episode, ILLEGAL, Lesson, PlayConfig, play};
pub use run::{Generation, Run, TrainConfig};
pub use view::{Field, NetJudge, Scale, View};
