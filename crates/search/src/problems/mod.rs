//! Games with known answers, for tests of planners and of what learns from them.
//!
//! Each is solved by backward induction that shares the game's figures but not its walk, so a planner that misreads the game is
//! found out.

pub mod wheel_lattice;
pub mod wheel_rolling;
