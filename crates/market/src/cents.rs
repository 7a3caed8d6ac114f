//! Cash in whole cents: the book adds up to the last one.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

/// An amount of US dollars in whole cents. Negative means owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Cents = Cents(0);

    /// Rounds dollars to the nearest cent, half away from zero.
    pub fn from_usd(usd: f64) -> Cents {
        assert!(
            usd.is_finite() && usd.abs() < 1e15,
            "an amount of ${usd} is not money"
        );
        Cents((usd * 100.0).round() as i64)
    }

    /// The amount in dollars.
    pub fn usd(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

impl Add for Cents {
    type Output = Cents;
    fn add(self, other: Cents) -> Cents {
        Cents(self.0 + other.0)
    }
}

impl Sub for Cents {
    type Output = Cents;
    fn sub(self, other: Cents) -> Cents {
        Cents(self.0 - other.0)
    }
}

impl Neg for Cents {
    type Output = Cents;
    fn neg(self) -> Cents {
        Cents(-self.0)
    }
}

impl Mul<i64> for Cents {
    type Output = Cents;
    fn mul(self, count: i64) -> Cents {
        Cents(self.0 * count)
    }
}

impl AddAssign for Cents {
    fn add_assign(&mut self, other: Cents) {
        self.0 += other.0;
    }
}

impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Cents) {
        self.0 -= other.0;
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Cents>>(amounts: I) -> Cents {
        amounts.fold(Cents::ZERO, Add::add)
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}${}.{:02}", cents / 100, cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_and_prints() {
        assert_eq!(
            Cents::from_usd(0.125),
            Cents(13),
            "0.125 is exact in binary: the half goes away from zero"
        );
        assert_eq!(
            Cents::from_usd(-1.005),
            Cents(-100),
            "-1.005 is below the half in binary"
        );
        assert_eq!(Cents(-5).to_string(), "-$0.05");
        assert_eq!(Cents(123_456).to_string(), "$1234.56");
    }
}
