//! The three invented names: what each is like, and everything that is set by hand about it.
//!
//! Numbers marked *table* are the measured ones to which the name is calibrated (47 trading days of 2026); the others were
//! chosen so that the generated rows, measured in the same way, come out at the table.

use jiff::civil::{Date, date};

/// First trading day.
pub const FIRST_DAY: Date = date(2025, 7, 1);
/// Last trading day.
pub const LAST_DAY: Date = date(2026, 6, 30);

/// Continuously compounded rate at which everything is priced, a fraction per year.
pub const RATE: f64 = 0.036;

/// The crash: its days, and the log return of the index-like fund on each (-12 % in all).
pub(super) const CRASH: [(Date, f64); 4] = [
    (date(2025, 11, 10), -0.021),
    (date(2025, 11, 11), -0.043),
    (date(2025, 11, 12), -0.016),
    (date(2025, 11, 13), -0.048),
];
/// What each crash day adds to the logarithm of the fund's daily volatility.
pub(super) const CRASH_SHOCK: [f64; 4] = [0.35, 0.55, 0.10, 0.60];
/// What is left of that the next day.
pub(super) const CRASH_DECAY: f64 = 0.93;
/// First day on which the shock has faded below a tenth: calibration leaves out the days from the first of the crash up to it.
pub const CRASH_OVER: Date = date(2026, 1, 8);

/// A dividend in the schedule.
#[derive(Clone, Copy)]
pub(super) struct Dividend {
    pub(super) ex_date: Date,
    pub(super) amount_usd: f64,
}

const fn pays(ex_date: Date, amount_usd: f64) -> Dividend {
    Dividend {
        ex_date,
        amount_usd,
    }
}

/// Everything that makes one name different from another.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) symbol: &'static str,
    pub(super) about: &'static str,
    /// Close of the last day comes out near this, dollars per share.
    pub(super) last_usd: f64,
    /// Growth of total return, log per year, crash left out.
    pub(super) drift: f64,
    /// At-the-money implied volatility for 30 days when nothing is the matter, a fraction per year.
    pub(super) iv: f64,
    /// Implied volatility over the forecast, less one: the variance risk premium on the level.
    pub(super) premium: f64,
    /// What is left the next day of a shock to the logarithm of daily volatility.
    pub(super) persistence: f64,
    /// Standard deviation of those shocks.
    pub(super) vol_of_vol: f64,
    /// Correlation of those shocks with the return of the day.
    pub(super) leverage: f64,
    /// Correlation of the returns with those of the first name.
    pub(super) market: f64,
    /// Tilt of the smile, between -1 and 1.
    pub(super) rho: f64,
    /// Bend of the smile.
    pub(super) eta: f64,
    /// What the term structure multiplies implied volatility by at 7, 30 and 100 days.
    pub(super) term: [f64; 3],
    /// The fund's crash returns times this.
    pub(super) crash_return: f64,
    /// The fund's crash shocks times this.
    pub(super) crash_shock: f64,
    /// Days of the year before whose open earnings come out, the next one after the last day included.
    pub(super) earnings: &'static [Date],
    /// Standard deviation of the return that earnings add.
    pub(super) earnings_move: f64,
    /// Dividends of the year, the next one after the last day included.
    pub(super) dividends: &'static [Dividend],
    /// New shares per old in the year, and the day from which they trade.
    pub(super) split: Option<(Date, u32)>,
    /// Median quoted spread in dollars at the mid prices [`super::quotes::MIDS_USD`]: *table*.
    pub(super) spreads_usd: [f64; 7],
    /// Does the tick grow from a cent to five from $3?
    pub(super) nickels: bool,
    /// Contracts traded a day in a good at-the-money option.
    pub(super) contracts_per_day: f64,
}

pub(super) const NAMES: [Name; 3] = [
    Name {
        symbol: "SYNIDX",
        about: "a fund on a broad index, calibrated to SPY",
        last_usd: 102.0,
        drift: 0.13,
        iv: 0.140,
        premium: 0.12,
        persistence: 0.85,
        vol_of_vol: 0.245,
        leverage: -0.985,
        market: 1.0,
        rho: -0.6,
        eta: 0.8,
        term: [0.90, 1.0, 1.08],
        crash_return: 1.0,
        crash_shock: 1.0,
        earnings: &[],
        earnings_move: 0.0,
        dividends: &[
            pays(date(2025, 9, 19), 0.27),
            pays(date(2025, 12, 19), 0.30),
            pays(date(2026, 3, 20), 0.28),
            pays(date(2026, 6, 18), 0.29),
            pays(date(2026, 9, 18), 0.29),
        ],
        split: None,
        spreads_usd: [0.01, 0.01, 0.02, 0.02, 0.02, 0.04, 0.05],
        nickels: false,
        contracts_per_day: 270.0,
    },
    Name {
        symbol: "SYNDIV",
        about: "a calm payer of dividends, calibrated to KO",
        last_usd: 60.5,
        drift: 0.07,
        iv: 0.197,
        premium: 0.25,
        persistence: 0.88,
        vol_of_vol: 0.115,
        leverage: -0.27,
        market: 0.45,
        rho: -0.07,
        eta: 0.5,
        term: [1.01, 1.0, 0.965],
        crash_return: 0.5,
        crash_shock: 0.6,
        earnings: &[
            date(2025, 8, 12),
            date(2025, 11, 18),
            date(2026, 2, 17),
            date(2026, 5, 12),
            date(2026, 8, 18),
        ],
        earnings_move: 0.025,
        dividends: &[
            pays(date(2025, 7, 22), 0.51),
            pays(date(2025, 10, 21), 0.51),
            pays(date(2026, 1, 20), 0.53),
            pays(date(2026, 4, 21), 0.53),
            pays(date(2026, 7, 21), 0.53),
        ],
        split: None,
        spreads_usd: [0.05, 0.055, 0.05, 0.06, 0.07, 0.12, 0.25],
        nickels: true,
        contracts_per_day: 18.0,
    },
    Name {
        symbol: "SYNVOL",
        about: "a volatile stock without dividends, calibrated to SOFI",
        last_usd: 22.0,
        drift: 0.10,
        iv: 0.61,
        premium: 0.10,
        persistence: 0.88,
        vol_of_vol: 0.115,
        leverage: -0.02,
        market: 0.5,
        rho: -0.005,
        eta: 0.5,
        term: [1.02, 1.0, 0.995],
        crash_return: 1.5,
        crash_shock: 0.45,
        earnings: &[
            date(2025, 7, 29),
            date(2025, 10, 28),
            date(2026, 1, 27),
            date(2026, 4, 28),
            date(2026, 7, 28),
        ],
        earnings_move: 0.07,
        dividends: &[],
        split: Some((date(2025, 9, 8), 4)),
        spreads_usd: [0.02, 0.03, 0.04, 0.05, 0.07, 0.10, 0.20],
        nickels: true,
        contracts_per_day: 75.0,
    },
];
