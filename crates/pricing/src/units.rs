//! The two words every formula shares: which right, and how long.

/// Which way the right goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// The right to buy at the strike.
    Call,
    /// The right to sell at the strike.
    Put,
}

impl Right {
    /// `+1` for a call, `-1` for a put: the sign of the spot in the payoff.
    pub fn sign(self) -> f64 {
        match self {
            Right::Call => 1.0,
            Right::Put => -1.0,
        }
    }

    /// What exercising now pays for one share, in the unit of the arguments.
    pub fn intrinsic(self, spot: f64, strike: f64) -> f64 {
        (self.sign() * (spot - strike)).max(0.0)
    }
}

/// A span of time in years of 365 calendar days. Finite and never negative.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Years(f64);

impl Years {
    /// No time at all.
    pub const ZERO: Years = Years(0.0);

    /// Checks that the span is finite and not negative.
    pub fn new(years: f64) -> Option<Years> {
        (years.is_finite() && years >= 0.0).then_some(Years(years))
    }

    /// Converts calendar days; no other type knows 365.
    pub fn from_days(days: u32) -> Years {
        Years(f64::from(days) / 365.0)
    }

    /// The span as a plain number of years.
    pub fn get(self) -> f64 {
        self.0
    }
}
