//! Nets for the wheel: the ground they train on, and who plays better.

pub(crate) mod ablate;
pub(crate) mod arena;
pub(crate) mod calibration;
pub(crate) mod export;
pub(crate) mod gate;
#[cfg(feature = "train")]
pub(crate) mod log;
pub(crate) mod markets;
pub(crate) mod models;
pub(crate) mod real;
pub(crate) mod rivals;
pub(crate) mod shelf;
pub(crate) mod support;
#[cfg(feature = "train")]
pub(crate) mod train;
