//! What can go wrong, one contract at a time (`Error`) and in a batch (`Status`).

/// Why a question about one contract has no number for an answer.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// An input is not a number, infinite, or of the wrong sign.
    #[error(
        "{what} is {value}: it must be finite, no price, time, volatility or weight may be negative, and no strike 0"
    )]
    BadInput {
        /// Which input.
        what: &'static str,
        /// What it was.
        value: f64,
    },
    /// A number of a model or of a simulation is outside its range.
    #[error("{what} is {value}: it must lie between {least} and {most}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// What it was.
        value: f64,
        /// The least it may be.
        least: f64,
        /// The most it may be.
        most: f64,
    },
    /// The price is lower than what the right pays without any volatility.
    #[error(
        "price ${price_usd} is ${short_usd} below ${floor_usd}, its worth without any movement: no volatility is that low"
    )]
    BelowIntrinsic {
        /// The price that was asked about.
        price_usd: f64,
        /// The least an option like this can be worth.
        floor_usd: f64,
        /// How much is missing.
        short_usd: f64,
    },
    /// The price is as high as the right could ever pay.
    #[error(
        "price ${price_usd} is not below ${cap_usd}, the most this option can be worth: no volatility is that high"
    )]
    AboveMaximum {
        /// The price that was asked about.
        price_usd: f64,
        /// The limit of the price as volatility grows.
        cap_usd: f64,
    },
    /// No time is left.
    #[error("the option has expired: its price says nothing about volatility")]
    Expired,
    /// The price has no time value that a number of 53 bits can hold.
    #[error("price ${price_usd} holds no time value: every low enough volatility gives it")]
    NoVega {
        /// The price that was asked about.
        price_usd: f64,
    },
    /// An American option quoted at what exercise pays now.
    #[error(
        "price ${price_usd} is what exercise pays now: every volatility up to {vol_max:.4} gives it"
    )]
    AtIntrinsic {
        /// The price that was asked about.
        price_usd: f64,
        /// The highest volatility at which the holder would still exercise at once, fraction per year.
        vol_max: f64,
    },
    /// The iteration did not settle; please report the inputs.
    #[error("no answer after {iterations} iterations")]
    NotConverged {
        /// How many were allowed.
        iterations: u32,
    },
    /// Exercise pays within a band of spots, so there is no one boundary to hand out.
    #[error(
        "with rate {rate} and yield {dividend_yield} exercise pays within a band of spots, not beyond one: there is no single boundary"
    )]
    DoubleBoundary {
        /// Risk-free rate, fraction per year.
        rate: f64,
        /// Dividend yield, fraction per year.
        dividend_yield: f64,
    },
    /// A fit was asked for without enough usable points.
    #[error(
        "too few of the {offered} points have a strike of their own and a positive strike, volatility and weight: there is nothing to fit (a parabola \
         needs one, SVI five)"
    )]
    NothingToFit {
        /// How many points were offered.
        offered: usize,
    },
}

/// What became of one slot of a batch; a slot that is not `Ok` holds NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// The slot holds the answer.
    #[default]
    Ok,
    /// An input is not finite or has the wrong sign.
    BadInput,
    /// The price is below what the right pays without any volatility.
    BelowIntrinsic,
    /// The price is as high as the right could ever pay.
    AboveMaximum,
    /// No time is left, so no volatility can be implied.
    Expired,
    /// Many volatilities give this price: no time value is left in it.
    NoVega,
    /// The iteration did not settle.
    NotConverged,
}

impl From<Error> for Status {
    fn from(error: Error) -> Status {
        match error {
            Error::BadInput { .. } | Error::OutOfRange { .. } | Error::NothingToFit { .. } => {
                Status::BadInput
            }
            Error::BelowIntrinsic { .. } => Status::BelowIntrinsic,
            Error::AboveMaximum { .. } => Status::AboveMaximum,
            Error::Expired => Status::Expired,
            Error::NoVega { .. } | Error::AtIntrinsic { .. } => Status::NoVega,
            Error::NotConverged { .. } | Error::DoubleBoundary { .. } => Status::NotConverged,
        }
    }
}

/// Fills one slot of a batch: the answer and `Ok`, or NaN and the reason.
pub(crate) fn settle(answer: Result<f64, Error>, out: &mut f64, status: &mut Status) {
    (*out, *status) = match answer {
        Ok(value) => (value, Status::Ok),
        Err(error) => (f64::NAN, error.into()),
    };
}

/// Lets only finite numbers from `least` upwards pass.
pub(crate) fn at_least(least: f64, what: &'static str, value: f64) -> Result<(), Error> {
    if value >= least && value < f64::INFINITY {
        Ok(())
    } else {
        Err(Error::BadInput { what, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_sentences_with_the_numbers() {
        let error = Error::BelowIntrinsic {
            price_usd: 4.9,
            floor_usd: 5.0,
            short_usd: 0.1,
        };
        assert_eq!(
            error.to_string(),
            "price $4.9 is $0.1 below $5, its worth without any movement: no volatility is that low"
        );
        assert_eq!(Status::from(error), Status::BelowIntrinsic);
    }
}
