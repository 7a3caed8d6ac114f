//! The past, one day after another: chains of one underlying in the order in which they happened.
//!
//! A tape cannot be wound forward: what it has not handed out yet is in nobody's reach, so a backtest that holds a tape cannot
//! see tomorrow.
//!
//! Days come out of [`files`], or out of memory ([`Chains`], [`crate::sample::long`]). [`made`] puts quotes where there are none,
//! [`crash`] lets the share fall on a day. Each is a tape and takes one, so they stack.

pub mod crash;
pub mod files;
pub mod made;

use crate::{Chain, Error};

pub use self::crash::Crash;
pub use self::files::Files;
pub use self::made::Made;

/// Chains of one underlying, oldest first.
pub trait Tape {
    /// The next day with quotes, or `None` after the last.
    ///
    /// Days strictly increase. Days on which the exchange was shut, and copies of the day before, have been left out.
    fn next_day(&mut self) -> Result<Option<Chain>, Error>;
}

/// A tape of chains that are in memory already.
#[derive(Clone, Debug, Default)]
pub struct Chains {
    days: std::collections::VecDeque<Chain>,
}

impl Chains {
    /// A tape of these days, which are sorted by date.
    pub fn new(mut days: Vec<Chain>) -> Chains {
        days.sort_by_key(|chain| chain.as_of);
        Chains { days: days.into() }
    }
}

impl Tape for Chains {
    fn next_day(&mut self) -> Result<Option<Chain>, Error> {
        Ok(self.days.pop_front())
    }
}
