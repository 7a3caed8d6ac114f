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

    /// Seconds in one year: 365 days of 86,400 seconds.
    pub const SECONDS: i64 = 365 * 86_400;

    /// Checks that the span is finite and not negative.
    pub fn new(years: f64) -> Option<Years> {
        (years.is_finite() && years >= 0.0).then_some(Years(years))
    }

    /// Converts calendar days; no other type knows 365.
    pub fn from_days(days: u32) -> Years {
        Years(f64::from(days) / 365.0)
    }

    /// Converts seconds, a year being 365 days of 86,400 of them. What is past (negative) is no time at all.
    ///
    /// An option that expires today has its hours left, not zero days. Rounded once.
    ///
    /// ```
    /// use pricing::Years;
    /// assert_eq!(Years::from_seconds(45 * 86_400), Years::from_days(45));
    /// assert_eq!(Years::from_seconds(6 * 3_600).get() * 365.0, 0.25); // opened at ten, expires at four
    /// assert_eq!(Years::from_seconds(-1), Years::ZERO);
    /// ```
    pub fn from_seconds(seconds: i64) -> Years {
        Years(seconds.max(0) as f64 / Years::SECONDS as f64)
    }

    /// The span as a plain number of years.
    pub fn get(self) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_days_are_the_same_time() {
        for days in [0, 1, 7, 45, 365, 730, 36_500, u32::MAX] {
            assert_eq!(
                Years::from_seconds(i64::from(days) * 86_400),
                Years::from_days(days),
                "{days}"
            );
        }
    }

    #[test]
    fn no_number_of_seconds_is_a_negative_or_infinite_time() {
        assert_eq!(Years::from_seconds(i64::MIN), Years::ZERO);
        assert_eq!(Years::from_seconds(0), Years::ZERO);
        assert!(Years::from_seconds(1) > Years::ZERO);
        let longest = Years::from_seconds(i64::MAX).get();
        assert!(Years::new(longest).is_some() && longest > 2.9e11);
    }
}
