//! What the market quotes for one underlying on one day.

use jiff::civil::Date;
use pricing::Right;

/// When the holder may exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// On any day up to expiry: every US equity and ETF option.
    American,
    /// At expiry only: most index options.
    European,
}

/// What trades: a right on `multiplier` shares.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    /// Ticker of the underlying, upper case, no `^` (`SPX`, not `^SPX`).
    pub symbol: String,
    /// Call or put.
    pub right: Right,
    /// American or European.
    pub style: Style,
    /// Last day on which it can be exercised.
    pub expiry: Date,
    /// Exercise price in dollars per share. Positive.
    pub strike_usd: f64,
    /// Shares per contract: 100 unless a corporate action changed it.
    pub multiplier: u32,
}

/// One row of a chain. What the vendor did not say is `None`, never 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// What is quoted.
    pub contract: Contract,
    /// Highest price a buyer offers, dollars per share. Positive: a bid of zero means nobody offers, so `None`.
    pub bid_usd: Option<f64>,
    /// Lowest price a seller asks, dollars per share. Positive and not below the bid.
    pub ask_usd: Option<f64>,
    /// Price of the last trade, dollars per share; may be days old.
    pub last_usd: Option<f64>,
    /// Contracts traded that day.
    pub volume: Option<u64>,
    /// Contracts open (as a rule: at the end of the day before).
    pub open_interest: Option<u64>,
    /// The vendor's implied volatility, fraction per year. We compute our own where there are quotes.
    pub iv: Option<f64>,
    /// The vendor's delta of the holder, one share.
    pub delta: Option<f64>,
    /// The vendor's gamma, per dollar, one share.
    pub gamma: Option<f64>,
    /// The vendor's theta in dollars per **calendar day**, one share.
    pub theta_per_day: Option<f64>,
    /// The vendor's vega in dollars per **vol point**, one share.
    pub vega_per_point: Option<f64>,
    /// The vendor's rho in dollars per **percent**, one share.
    pub rho_per_percent: Option<f64>,
}

impl Quote {
    /// Half-way between bid and ask, in dollars per share, where both exist.
    pub fn mid_usd(&self) -> Option<f64> {
        Some((self.bid_usd? + self.ask_usd?) / 2.0)
    }
}

/// Every usable row for one underlying on one day.
///
/// Invariant: quotes are sorted by (expiry, strike, right), no contract occurs twice, and none expires before `as_of`.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// Ticker of the underlying.
    pub symbol: String,
    /// The trading day of the quotes.
    pub as_of: Date,
    /// Price of one share at the time of the quotes, in dollars, if the file says it.
    pub spot_usd: Option<f64>,
    /// The vendor's own interest rate as a fraction per year, if the file says it (Schwab does).
    pub rate: Option<f64>,
    /// Where the rows came from: a vendor's name, or `synthetic-v1`.
    pub source: String,
    /// The usable rows.
    pub quotes: Vec<Quote>,
}

impl Chain {
    /// Was this chain made by our generator? Then no real account may be advised on it unasked.
    pub fn is_synthetic(&self) -> bool {
        self.source.starts_with("synthetic")
    }
}
