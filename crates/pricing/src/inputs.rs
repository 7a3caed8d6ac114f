//! What a price depends on, for one option and for many, and what comes back.

use crate::error::at_least;
use crate::{Error, Right};

/// Everything one price depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inputs {
    /// Call or put.
    pub right: Right,
    /// Price of one share now, in dollars. Zero is allowed: the company is gone.
    pub spot: f64,
    /// Exercise price of one share, in dollars. Positive.
    pub strike: f64,
    /// Time to expiry in years of 365 days. Not negative.
    pub years: f64,
    /// Risk-free rate with continuous compounding, fraction per year; any sign.
    pub rate: f64,
    /// Dividend yield with continuous compounding, fraction per year; any sign.
    pub dividend_yield: f64,
    /// Annualised volatility as a fraction: `0.25` is 25 %. Not negative.
    pub vol: f64,
}

impl Inputs {
    /// Names the first input that cannot be priced: not finite, of the wrong sign, or so large that a discount
    /// factor or a standard deviation overflows.
    pub fn check(&self) -> Result<(), Error> {
        at_least(0.0, "spot", self.spot)?;
        at_least(f64::MIN_POSITIVE, "strike", self.strike)?;
        at_least(0.0, "years to expiry", self.years)?;
        at_least(0.0, "volatility", self.vol)?;
        at_least(
            0.0,
            "volatility times the root of time",
            self.vol * self.years.sqrt(),
        )?;
        let moderate = |what, value: f64| {
            if (value * self.years).abs() <= 600.0 {
                Ok(())
            } else {
                Err(Error::BadInput { what, value })
            }
        };
        moderate("rate", self.rate)?;
        moderate("dividend yield", self.dividend_yield)?;
        at_least(0.0, "spot", self.discounted_spot())?;
        at_least(f64::MIN_POSITIVE, "strike", self.discounted_strike())
    }

    /// An option on a forward or future, discounted at `rate` (Black 1976): the share then yields what money does, so that its
    /// forward stays put. Delta and gamma are per dollar of the forward; theta holds the forward fixed. `rho` holds the yield
    /// fixed: with the forward fixed the slope in the rate is `-years * price`.
    ///
    /// ```
    /// use pricing::{Inputs, Right, european};
    /// let call = Inputs::on_forward(Right::Call, 100.0, 100.0, 1.0, 0.05, 0.2);
    /// assert!((european::price(&call) - 7.577_082_146_427_273).abs() < 1e-12);
    /// ```
    pub fn on_forward(
        right: Right,
        forward: f64,
        strike: f64,
        years: f64,
        rate: f64,
        vol: f64,
    ) -> Inputs {
        Inputs {
            right,
            spot: forward,
            strike,
            years,
            rate,
            dividend_yield: rate,
            vol,
        }
    }

    /// Today's price of one share delivered at expiry, without the dividends before: `S e^(-qT)`.
    pub fn discounted_spot(&self) -> f64 {
        self.spot * (-self.dividend_yield * self.years).exp()
    }

    /// Today's price of the strike paid at expiry: `K e^(-rT)`.
    pub fn discounted_strike(&self) -> f64 {
        self.strike * (-self.rate * self.years).exp()
    }

    /// The same option as columns of length one.
    pub(crate) fn as_columns(&self) -> InputsRef<'_> {
        let one = std::slice::from_ref;
        InputsRef {
            right: std::slice::from_ref(&self.right),
            spot: one(&self.spot),
            strike: one(&self.strike),
            years: one(&self.years),
            rate: one(&self.rate),
            dividend_yield: one(&self.dividend_yield),
            vol: one(&self.vol),
        }
    }

    /// What exercising now pays for one share, in dollars.
    pub fn intrinsic(&self) -> f64 {
        self.right.intrinsic(self.spot, self.strike)
    }

    /// The price as volatility vanishes and the option may be exercised at expiry only.
    pub fn european_floor(&self) -> f64 {
        self.right
            .intrinsic(self.discounted_spot(), self.discounted_strike())
    }
}

/// Many options, one column per input; all columns have the same length. Units as in [`Inputs`].
#[derive(Clone, Copy, Debug)]
pub struct InputsRef<'a> {
    /// Calls and puts.
    pub right: &'a [Right],
    /// Dollars per share.
    pub spot: &'a [f64],
    /// Dollars per share.
    pub strike: &'a [f64],
    /// Years of 365 days.
    pub years: &'a [f64],
    /// Fractions per year.
    pub rate: &'a [f64],
    /// Fractions per year.
    pub dividend_yield: &'a [f64],
    /// Fractions per year.
    pub vol: &'a [f64],
}

impl<'a> InputsRef<'a> {
    /// From columns in the order of the fields.
    pub fn from_columns(right: &'a [Right], numbers: [&'a [f64]; 6]) -> InputsRef<'a> {
        let [spot, strike, years, rate, dividend_yield, vol] = numbers;
        InputsRef {
            right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        }
    }

    /// The numbers as columns, in the order of the fields.
    pub(crate) fn columns(&self) -> [&'a [f64]; 6] {
        [
            self.spot,
            self.strike,
            self.years,
            self.rate,
            self.dividend_yield,
            self.vol,
        ]
    }

    /// How many options there are.
    ///
    /// # Panics
    /// If the columns differ in length: that is a mistake in the program, not in the data.
    pub fn len(&self) -> usize {
        let len = self.right.len();
        assert!(
            self.columns().iter().all(|column| column.len() == len),
            "columns of inputs differ in length"
        );
        len
    }

    /// Whether there is nothing to price.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Row `i` as one option.
    pub fn get(&self, i: usize) -> Inputs {
        Inputs {
            right: self.right[i],
            spot: self.spot[i],
            strike: self.strike[i],
            years: self.years[i],
            rate: self.rate[i],
            dividend_yield: self.dividend_yield[i],
            vol: self.vol[i],
        }
    }
}

/// Price and first sensitivities of one share's worth of option, with the holder's sign.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Greeks {
    /// Dollars.
    pub price: f64,
    /// Dollars per dollar of spot.
    pub delta: f64,
    /// Delta per dollar of spot.
    pub gamma: f64,
    /// Dollars per 1.00 of volatility (100 points).
    pub vega: f64,
    /// Dollars per year of calendar time passing; negative where waiting costs.
    pub theta: f64,
    /// Dollars per 1.00 of rate (100 percent), the spot held fixed.
    pub rho: f64,
}

impl Greeks {
    /// What stands in a slot without an answer.
    pub const NAN: Greeks = Greeks {
        price: f64::NAN,
        delta: f64::NAN,
        gamma: f64::NAN,
        vega: f64::NAN,
        theta: f64::NAN,
        rho: f64::NAN,
    };
}

/// Room for the [`Greeks`] of many options, one column per number; all columns have the same length.
#[derive(Debug)]
pub struct GreeksMut<'a> {
    /// Dollars.
    pub price: &'a mut [f64],
    /// Dollars per dollar of spot.
    pub delta: &'a mut [f64],
    /// Delta per dollar of spot.
    pub gamma: &'a mut [f64],
    /// Dollars per 1.00 of volatility.
    pub vega: &'a mut [f64],
    /// Dollars per year.
    pub theta: &'a mut [f64],
    /// Dollars per 1.00 of rate.
    pub rho: &'a mut [f64],
}

impl<'a> GreeksMut<'a> {
    /// From columns in the order of the fields.
    pub fn from_columns(columns: &'a mut [Vec<f64>; 6]) -> GreeksMut<'a> {
        let [price, delta, gamma, vega, theta, rho] = columns;
        GreeksMut {
            price,
            delta,
            gamma,
            vega,
            theta,
            rho,
        }
    }

    /// How many options there is room for.
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn len(&self) -> usize {
        let len = self.price.len();
        let rest = [
            &*self.delta,
            &*self.gamma,
            &*self.vega,
            &*self.theta,
            &*self.rho,
        ];
        assert!(
            rest.iter().all(|column| column.len() == len),
            "columns of Greeks differ in length"
        );
        len
    }

    /// Whether there is no room at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills row `i`.
    pub fn set(&mut self, i: usize, greeks: Greeks) {
        self.price[i] = greeks.price;
        self.delta[i] = greeks.delta;
        self.gamma[i] = greeks.gamma;
        self.vega[i] = greeks.vega;
        self.theta[i] = greeks.theta;
        self.rho[i] = greeks.rho;
    }
}
