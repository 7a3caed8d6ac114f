/// What can be wrong with paths that are not our own.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// States that do not make whole paths.
    #[error("{states} states do not make paths of {days} days: hand over every day of every path")]
    NotWhole {
        /// How many there are.
        states: usize,
        /// Days of a path.
        days: usize,
    },
    /// A path that does not go through the days of the first one, one after the other from the day after today.
    #[error(
        "path {path} stands on day {day} where day {expected} or a later one is due: all paths go through the same days, ascending"
    )]
    OtherDays {
        /// Which path.
        path: usize,
        /// The day of its state.
        day: u16,
        /// The day that should be there.
        expected: u16,
    },
    /// A state that no market has.
    #[error(
        "path {path} has a spot of ${spot} and a volatility factor of {vol_factor} on day {day}"
    )]
    NoState {
        /// Which path.
        path: usize,
        /// The day of its state.
        day: u16,
        /// Dollars.
        spot: f64,
        /// Logarithm of the volatility level.
        vol_factor: f64,
    },
    /// A world that cannot be.
    #[error("{name} is {value}, but should be {should}")]
    Parameter {
        /// Which parameter.
        name: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        should: &'static str,
    },
}
