//! The plan as plain data: what the terminal, `plan.json` and `report.html` all show.
//!
//! Field names carry their units; fractions, dollars per share and dollars per position are never mixed. A figure that could not be
//! computed is a sentence, `"n/a (reason)"`, never 0. The plan holds no time of day, duration or thread count: the same input
//! and seed give the same bytes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number, or `"n/a (reason)"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Figure {
    /// The number, in the unit of the field's name.
    Known(f64),
    /// Why there is none.
    Missing(String),
}

impl Figure {
    /// There is no number, for this reason.
    pub fn missing(reason: &str) -> Figure {
        Figure::Missing(format!("n/a ({reason})"))
    }

    /// The number, if there is one.
    pub fn known(&self) -> Option<f64> {
        match self {
            Figure::Known(value) => Some(*value),
            Figure::Missing(_) => None,
        }
    }
}

impl From<f64> for Figure {
    fn from(value: f64) -> Figure {
        if value.is_finite() {
            Figure::Known(value)
        } else {
            Figure::missing("not a finite number")
        }
    }
}

/// A value with a two-sided interval, in dollars.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IntervalUsd {
    /// The estimate.
    pub value_usd: f64,
    /// Lower end.
    pub low_usd: f64,
    /// Upper end.
    pub high_usd: f64,
}

/// Everything that `jarvis2 plan` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Version of this format.
    pub schema_version: u32,
    /// `"SYNTHETIC DATA: ..."` where the chain was made by our generator; absent on real data.
    pub watermark: Option<String>,
    /// Ticker.
    pub symbol: String,
    /// Trading day of the quotes, `YYYY-MM-DD`.
    pub as_of: String,
    /// Price of one share.
    pub spot_usd: f64,
    /// What is to be done.
    pub decision: Decision,
    /// The chosen action in figures.
    pub numbers: Numbers,
    /// The chosen action and what it was compared with, best first.
    pub alternatives: Vec<Alternative>,
    /// Why.
    pub why: Why,
    /// What becomes of the position if the market moves.
    pub what_if: WhatIf,
    /// How simple policies do on the same simulated futures.
    pub evidence: Evidence,
    /// What the account was taken to be.
    pub account: AccountView,
    /// What was read, refused and assumed.
    pub data: DataView,
    /// What would repeat this plan.
    pub manifest: Manifest,
}

/// How the plan ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Do the action.
    Act,
    /// Nothing is better than doing nothing today. Exit code 0.
    DoNothing,
    /// Something looked better, or might have, but a limit or the evidence forbids it. Exit code 4.
    Abstain,
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// How the plan ends.
    pub outcome: Outcome,
    /// The action (doing nothing is one).
    pub action: ActionView,
    /// In one sentence, why.
    pub because: String,
    /// Notices that the trader must see: events in the window, assumptions, warnings.
    pub notices: Vec<String>,
}

/// An action as people say it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActionView {
    /// `do_nothing`, `sell_put`, `sell_call`, `close`, `roll`, `buy_shares`, `sell_shares`, `hold_to_horizon`.
    pub kind: String,
    /// One line, such as `sell 2 KO 2026-09-18 70 put at 1.25 or better`.
    pub text: String,
    /// Its trades.
    pub legs: Vec<LegView>,
    /// Cash that the action locks: the strike of puts sold less nothing; 0 for calls on shares held.
    pub capital_locked_usd: f64,
    /// Last day on which the limit prices are meant, `YYYY-MM-DD`.
    pub valid_until: String,
}

/// One trade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LegView {
    /// `buy` or `sell`.
    pub side: String,
    /// `call`, `put` or `shares`.
    pub instrument: String,
    /// `YYYY-MM-DD`; absent for shares.
    pub expiry: Option<String>,
    /// Calendar days to expiry; absent for shares.
    pub dte_days: Option<u32>,
    /// Exercise price; absent for shares.
    pub strike_usd: Option<f64>,
    /// Contracts, or shares.
    pub count: i64,
    /// Quoted bid per share.
    pub bid_usd: Figure,
    /// Middle of bid and ask per share.
    pub mid_usd: Figure,
    /// Quoted ask per share.
    pub ask_usd: Figure,
    /// Limit price per share: the price that the plan assumes.
    pub limit_usd: f64,
    /// Where that price comes from.
    pub price_basis: String,
}

/// An action in figures. Amounts are for the whole position of the action; per-share figures say so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Numbers {
    /// Net premium received (negative: paid), after fees.
    pub premium_after_fees_usd: Figure,
    /// Price of the share at expiry at which the option sold neither gains nor loses, after fees.
    pub break_even_usd_per_share: Figure,
    /// Distance from spot to strike as a fraction of spot; negative: in the money.
    pub distance_fraction: Figure,
    /// The same in standard deviations of the real-world move until expiry.
    pub distance_in_expected_moves: Figure,
    /// Real-world probability that the option sold, held to its end, makes money after costs (share of simulated paths).
    pub probability_of_profit_real_world: Figure,
    /// Real-world probability of early assignment, held to its end (share of simulated paths).
    pub probability_of_early_assignment_real_world: Figure,
    /// Real-world probability of assignment at expiry, held to its end (share of simulated paths).
    pub probability_of_assignment_at_expiry_real_world: Figure,
    /// Real-world probability that a daily close passes the strike before the end (share of simulated paths).
    pub probability_of_touch_real_world: Figure,
    /// Risk-neutral probability of expiring in the money, from the smile.
    pub probability_in_the_money_risk_neutral: Figure,
    /// Most that the option sold can make by its expiry, after fees (for a call: with the shares moving to the strike).
    pub max_profit_usd: Figure,
    /// Most that it can lose by its expiry, after fees (share price to zero).
    pub max_loss_usd: Figure,
    /// Premium after fees over capital locked (for calls: over the value of the shares), to expiry, not annualised.
    pub return_on_capital_fraction: Figure,
    /// The same, simple, scaled to 365 days. Not a forecast: it assumes that the sale can be repeated.
    pub return_on_capital_annualised_simple_fraction: Figure,
    /// Mean loss of the worst 5 % of paths to the horizon, whole account, real-world; positive is a loss.
    pub cvar95_usd: Figure,
    /// Shares that the position moves like after the action.
    pub delta_shares: Figure,
    /// Change of that delta per dollar of spot.
    pub gamma_shares_per_usd: Figure,
    /// Dollars per calendar day.
    pub theta_usd_per_day: Figure,
    /// Dollars per vol point.
    pub vega_usd_per_vol_point: Figure,
    /// Dollars per percent of rate.
    pub rho_usd_per_percent: Figure,
    /// Cost basis of the shares if the option sold is assigned (put), or now (call), premium included.
    pub adjusted_basis_usd_per_share: Figure,
    /// Certainty equivalent of the final wealth less the wealth today, under this action and the policy found, on fresh paths.
    pub worth: Option<IntervalUsd>,
    /// The same less that of holding everything to the horizon, on the same paths.
    pub worth_over_holding: Option<IntervalUsd>,
    /// Mean final wealth less the wealth today.
    pub mean_gain_usd: Figure,
}

/// One row of the comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    /// The action.
    pub action: ActionView,
    /// In figures.
    pub numbers: Numbers,
    /// Is it the plan's choice?
    pub chosen: bool,
    /// Why it lost; for the choice, why it won.
    pub verdict: String,
}

/// Why the plan says what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Why {
    /// What is maximised, in one sentence.
    pub objective: String,
    /// What the search did.
    pub search: SearchView,
    /// Where the worth over holding comes from.
    pub edge: Edge,
    /// How the choice stands under other draws of the market's parameters.
    pub draws: Draws,
    /// Which input would flip the choice.
    pub flips: Vec<Flip>,
    /// What limits kept off the menu.
    pub refusals: Vec<RefusalView>,
    /// Every assumption with its source.
    pub assumptions: Vec<Assumption>,
}

/// What the search did: counts performed, not asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchView {
    /// Descents and backups in the tree of the plan.
    pub simulations: u64,
    /// States handed to the evaluator in the tree of the plan.
    pub evaluations: u64,
    /// Situations in the tree.
    pub nodes: u64,
    /// Decisions on the longest line.
    pub depth_max: u32,
    /// Why it stopped.
    pub stopped: String,
    /// Actions compared at the root.
    pub actions: u32,
    /// Simulations in the trees of the parameter draws, all together.
    pub draw_simulations: u64,
    /// Evaluations in the trees of the parameter draws, all together.
    pub draw_evaluations: u64,
    /// Fresh paths on which each worth was estimated.
    pub paths: u64,
    /// Share of later decisions on those paths that the tree answered; the rest follow the rule table.
    pub tree_answered_fraction: Figure,
    /// Best line: action, likeliest outcome, and so on.
    pub principal_line: Vec<String>,
}

/// The worth over holding, taken apart. Dollars; the parts add up to the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edge {
    /// Mid price sold over the expected payoff at the forecast: implied against forecast volatility.
    pub volatility_usd: Figure,
    /// Expected gain because the drift differs from the rate.
    pub drift_usd: Figure,
    /// Interest on the premium until expiry, dividends gained or given up.
    pub carry_usd: Figure,
    /// Half the spread and the fees of today's trades.
    pub costs_usd: Figure,
    /// What the change of risk is worth to a trader of this risk aversion.
    pub risk_usd: Figure,
    /// What later decisions add to holding the option to its end.
    pub later_decisions_usd: Figure,
    /// Worth over holding on the fresh paths.
    pub total_usd: Figure,
}

/// The choice under draws of the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Draws {
    /// How many draws.
    pub count: u32,
    /// Share of draws in which no alternative beats the choice by more than the indifference.
    pub stays_best_fraction: f64,
    /// Share of draws in which it beats doing nothing.
    pub beats_doing_nothing_fraction: f64,
    /// Below this share the plan does nothing.
    pub required_fraction: f64,
    /// Worths closer than this count as equal.
    pub indifference_usd: f64,
    /// What was drawn.
    pub parameters: String,
}

/// An input that would change the choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Flip {
    /// Which input.
    pub input: String,
    /// Its value now.
    pub now: f64,
    /// Value at which the action stops beating holding, the option held to its end.
    pub flips_at: Figure,
    /// Unit of both.
    pub unit: String,
}

/// Actions that a limit refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefusalView {
    /// Which limit.
    pub limit: String,
    /// How many actions.
    pub count: u32,
    /// The nearest miss, in words.
    pub nearest_miss: String,
}

/// One stated assumption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assumption {
    /// Its name.
    pub name: String,
    /// Its value in words, with unit.
    pub value: String,
    /// Where it comes from.
    pub source: String,
}

/// Profit tables of the option legs and the shares after the action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhatIf {
    /// What the tables show, in one sentence.
    pub meaning: String,
    /// Columns: `YYYY-MM-DD`.
    pub dates: Vec<String>,
    /// Rows, ascending.
    pub spots_usd: Vec<f64>,
    /// `profit_usd[row][column]` against the wealth today.
    pub profit_usd: Vec<Vec<f64>>,
    /// A finer line: profit now and at the (first) expiry.
    pub payoff: Vec<PayoffPoint>,
}

/// One point of the payoff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PayoffPoint {
    /// Price of the share.
    pub spot_usd: f64,
    /// Profit if the spot moved there today.
    pub now_usd: f64,
    /// Profit at the first expiry (or the horizon, with no option).
    pub at_expiry_usd: f64,
}

/// Simple policies on the same futures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What these rows are and are not.
    pub meaning: String,
    /// The plan and the baselines.
    pub rows: Vec<EvidenceRow>,
    /// Record on real history, out of sample.
    pub real_history: Figure,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceRow {
    /// Its name.
    pub policy: String,
    /// Certainty equivalent less the wealth today.
    pub worth: IntervalUsd,
    /// Mean final wealth less the wealth today.
    pub mean_gain_usd: f64,
    /// Mean loss of the worst 5 % of paths.
    pub cvar95_usd: f64,
    /// Mean premium received less paid.
    pub premium_usd: f64,
    /// Mean fees.
    pub fees_usd: f64,
    /// Mean assignments per path, early and at expiry together.
    pub assignments: f64,
    /// Final wealth less the wealth today at 5, 25, 50, 75 and 95 %.
    pub quantiles_usd: [f64; 5],
    /// Share of paths that end above the wealth today. The trap figure: read it last.
    pub share_of_gains: f64,
}

/// The account as it was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountView {
    /// Where it comes from.
    pub source: String,
    /// Cash.
    pub cash_usd: f64,
    /// Shares of the symbol.
    pub shares: i64,
    /// Their cost basis.
    pub basis_usd_per_share: Figure,
    /// Option lots of the symbol, in words.
    pub options: Vec<String>,
    /// Cash, shares and options at mid.
    pub wealth_usd: f64,
    /// Cash reserved for short puts, other symbols included.
    pub reserved_usd: f64,
    /// What is in the account but not in this plan.
    pub left_out: Vec<String>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DataView {
    /// Name of the chain file, or of the embedded sample.
    pub chain: String,
    /// Vendor format that was recognised.
    pub format: String,
    /// Rows read.
    pub rows: u64,
    /// Contracts of this symbol and day that were used.
    pub contracts: u64,
    /// Refused rows by reason.
    pub refused: Vec<RefusedRows>,
    /// Notes of the ingest and of the fit.
    pub notes: Vec<String>,
    /// Fitted expiries.
    pub smiles: Vec<SmileView>,
}

/// Rows refused for one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedRows {
    /// The reason.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// The first ones, with their place in the file.
    pub examples: Vec<String>,
}

/// One fitted expiry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SmileView {
    /// `YYYY-MM-DD`.
    pub expiry: String,
    /// Calendar days.
    pub dte_days: u32,
    /// Forward price.
    pub forward_usd: f64,
    /// Whether the forward comes from put-call parity or from rate and dividends.
    pub forward_basis: String,
    /// At-the-money implied volatility, fraction per year.
    pub atm_vol: f64,
    /// Contracts that the fit used.
    pub points: u32,
    /// Root mean square error of the fit, in volatility.
    pub rmse_vol: f64,
}

/// What would repeat this plan, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Random seed.
    pub seed: u64,
    /// SHA-256 of the chain file's bytes.
    pub data_sha256: String,
    /// SHA-256 of the account, history and events files' bytes, in that order; of nothing where none was given.
    pub inputs_sha256: String,
    /// SHA-256 of the configuration after all layers.
    pub config_sha256: String,
    /// SHA-256 of the situation's 768 numbers.
    pub encoding_sha256: String,
    /// Version of the program.
    pub version: String,
    /// Device that evaluated.
    pub device: String,
}
