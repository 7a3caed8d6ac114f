//! The risk of an account as plain data: what the terminal, JSON, CSV and the HTML page all show.
//!
//! Field names carry their units; signs are the trader's own position. A figure that could not be computed is a sentence,
//! `"n/a (reason)"`, never 0.

use crate::plan::{Assumption, Figure};
use serde::Serialize;

/// Change in dollars by date, in it by volatility move, in it by spot move.
pub(crate) type Changes = Vec<Vec<Vec<Figure>>>;

/// Everything that `jarvis2 risk` says.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Risk {
    /// Version of this format.
    pub(crate) schema_version: u32,
    /// Where the chain was made by our generator; absent on real data.
    pub(crate) watermark: Option<String>,
    /// Trading day of the quotes, `YYYY-MM-DD`.
    pub(crate) as_of: String,
    /// Name of the account file.
    pub(crate) account: String,
    /// Cash, which no scenario moves.
    pub(crate) cash_usd: f64,
    /// Cash, shares and options at the middle.
    pub(crate) account_value_usd: Figure,
    /// What each symbol's quotes say.
    pub(crate) symbols: Vec<SymbolView>,
    /// The grid: moves of every share.
    pub(crate) spot_moves_fraction: Vec<f64>,
    /// The grid: points added to every volatility, as fractions (0.05 is five points).
    pub(crate) vol_moves: Vec<f64>,
    /// The grid: dates.
    pub(crate) dates: Vec<DateView>,
    /// The cell of the grid in which the account loses most.
    pub(crate) worst: Option<CellView>,
    /// The cell in which it gains most.
    pub(crate) best: Option<CellView>,
    /// Each position, then each symbol, each expiry, and the total.
    pub(crate) rows: Vec<Row>,
    /// What the account holds that no number here covers.
    pub(crate) left_out: Vec<LeftOut>,
    /// Every assumption with its source.
    pub(crate) assumptions: Vec<Assumption>,
    /// What was noticed.
    pub(crate) notes: Vec<String>,
}

/// What one symbol's quotes say.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SymbolView {
    pub(crate) symbol: String,
    /// Name of the chain's file.
    pub(crate) chain: String,
    /// Price of one share.
    pub(crate) spot_usd: f64,
    /// Interest rate, fraction per year, continuously compounded.
    pub(crate) rate: f64,
    /// At the money, fraction per year.
    pub(crate) implied_vol_30_days: f64,
    /// Contracts in the chain.
    pub(crate) quotes: u32,
}

/// One date of the grid.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DateView {
    /// `YYYY-MM-DD`.
    pub(crate) date: String,
    /// Calendar days from the quotes.
    pub(crate) days: u32,
    /// `today`, `in a week`, `half-way to the last expiry`, `expiry`.
    pub(crate) name: String,
}

/// One cell of the grid.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CellView {
    /// `YYYY-MM-DD`.
    pub(crate) date: String,
    /// Move of every share.
    pub(crate) spot_move_fraction: f64,
    /// Points added to every volatility, as a fraction.
    pub(crate) vol_move: f64,
    /// Change of the account's value.
    pub(crate) change_usd: f64,
}

/// What a row adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowKind {
    /// One entry of the account.
    Position,
    /// Everything in one symbol.
    Symbol,
    /// Every option of one expiry, or all shares.
    Expiry,
    /// Everything.
    Total,
}

/// One row of the positions matrix with what the product says.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) kind: RowKind,
    pub(crate) name: String,
    pub(crate) symbol: Option<String>,
    /// `YYYY-MM-DD`; absent for shares and sums over several.
    pub(crate) expiry: Option<String>,
    /// For a single position.
    pub(crate) position: Option<PositionView>,
    pub(crate) greeks: GreeksView,
    pub(crate) change_usd: Changes,
}

/// One entry of the account.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PositionView {
    /// `shares`, `call` or `put`.
    pub(crate) instrument: String,
    /// Shares or contracts; negative: short.
    pub(crate) count: i64,
    /// Shares behind one contract; 1 for shares.
    pub(crate) multiplier_shares: u32,
    pub(crate) strike_usd: Option<f64>,
    /// `american` or `european`; absent for shares.
    pub(crate) style: Option<String>,
    /// Today's model price per share.
    pub(crate) price_usd: Figure,
    /// Middle of bid and ask per share.
    pub(crate) mid_usd: Figure,
    /// Volatility, fraction per year.
    pub(crate) vol: Figure,
    /// Where it comes from.
    pub(crate) vol_source: String,
}

/// Value and sensitivities of a row in dollars, with the sign of the trader's position.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct GreeksView {
    /// What it is worth: negative for what is owed.
    pub(crate) value_usd: Figure,
    /// `delta * spot`: dollars per 100 % move of the shares, to first order; the shares that it moves like, in dollars.
    pub(crate) dollar_delta_usd: Figure,
    /// `gamma * spot^2 / 100`: change of the dollar delta per 1 % move of the shares.
    pub(crate) gamma_usd_per_percent_move: Figure,
    /// Dollars per vol point.
    pub(crate) vega_usd_per_vol_point: Figure,
    /// Dollars per calendar day.
    pub(crate) theta_usd_per_day: Figure,
    /// Dollars per percent of rate.
    pub(crate) rho_usd_per_percent: Figure,
}

/// What the account holds that no number here covers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LeftOut {
    pub(crate) name: String,
    /// `n/a (reason)`.
    pub(crate) reason: String,
}

impl Row {
    /// A row without numbers.
    pub(super) fn new(
        kind: RowKind,
        name: &str,
        symbol: Option<String>,
        expiry: Option<String>,
    ) -> Row {
        let none = || Figure::missing("not computed");
        Row {
            kind,
            name: name.to_owned(),
            symbol,
            expiry,
            position: None,
            greeks: GreeksView {
                value_usd: none(),
                dollar_delta_usd: none(),
                gamma_usd_per_percent_move: none(),
                vega_usd_per_vol_point: none(),
                theta_usd_per_day: none(),
                rho_usd_per_percent: none(),
            },
            change_usd: Vec::new(),
        }
    }

    /// Takes its line of both products: six sensitivities, and the changes by date, volatility and spot.
    pub(super) fn fill(
        &mut self,
        sensitivities: &[f64],
        changes: &[f64],
        [vols, spots]: [usize; 2],
    ) {
        let figure = |value: &f64| {
            if value.is_finite() {
                Figure::from(*value)
            } else {
                Figure::missing("an option of it has no price here")
            }
        };
        let mut greeks = sensitivities.iter().map(figure);
        let mut next = || greeks.next().unwrap_or_else(|| Figure::missing("none"));
        self.greeks = GreeksView {
            value_usd: next(),
            dollar_delta_usd: next(),
            gamma_usd_per_percent_move: next(),
            vega_usd_per_vol_point: next(),
            theta_usd_per_day: next(),
            rho_usd_per_percent: next(),
        };
        self.change_usd = changes
            .chunks(vols * spots)
            .map(|date| {
                date.chunks(spots)
                    .map(|vol| vol.iter().map(figure).collect())
                    .collect()
            })
            .collect();
    }
}

impl GreeksView {
    /// In the order of the columns of every table.
    pub(crate) fn columns(&self) -> [&Figure; 6] {
        [
            &self.value_usd,
            &self.dollar_delta_usd,
            &self.gamma_usd_per_percent_move,
            &self.vega_usd_per_vol_point,
            &self.theta_usd_per_day,
            &self.rho_usd_per_percent,
        ]
    }
}
