//! The plan as plain data: what the terminal, `plan.json` and `report.html` all show.
//!
//! Field names carry their units; fractions, dollars per share and dollars per position are never mixed. A figure that could not be
//! computed is a sentence, `"n/a (reason)"`, never 0. The plan holds no time of day, duration or thread count: the same input
//! and seed give the same bytes.

use crate::trace::TreeView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number, or `"n/a (reason)"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Figure {
    /// The number, in the unit of the field's name.
    Known(f64),
    /// Why there is none.
    Missing(String),
}

impl Figure {
    /// There is no number, for this reason.
    pub(crate) fn missing(reason: &str) -> Figure {
        Figure::Missing(format!("n/a ({reason})"))
    }

    /// The number, if there is one.
    pub(crate) fn known(&self) -> Option<f64> {
        match self {
            Figure::Known(value) => Some(*value),
            Figure::Missing(_) => None,
        }
    }
}

impl From<f64> for Figure {
    fn from(value: f64) -> Figure {
        if value.is_finite() {
            // Minus zero is no figure for people.
            Figure::Known(value + 0.0)
        } else {
            Figure::missing("not a finite number")
        }
    }
}

/// A value with a two-sided interval, in dollars.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct IntervalUsd {
    /// The estimate.
    pub(crate) value_usd: f64,
    /// Lower end.
    pub(crate) low_usd: f64,
    /// Upper end.
    pub(crate) high_usd: f64,
}

/// Everything that `jarvis2 plan` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Plan {
    /// Version of this format.
    pub(crate) schema_version: u32,
    /// `"SYNTHETIC DATA: ..."` where the chain was made by our generator; absent on real data.
    pub(crate) watermark: Option<String>,
    /// Ticker.
    pub(crate) symbol: String,
    /// Trading day of the quotes, `YYYY-MM-DD`.
    pub(crate) as_of: String,
    /// Price of one share.
    pub(crate) spot_usd: f64,
    /// What is to be done.
    pub(crate) decision: Decision,
    /// The chosen action in figures.
    pub(crate) numbers: Numbers,
    /// The chosen action and what it was compared with, best first.
    pub(crate) alternatives: Vec<Alternative>,
    /// Why.
    pub(crate) why: Why,
    /// The top of the search tree, and how the choice settled as it grew.
    pub(crate) tree: TreeView,
    /// What becomes of the position if the market moves.
    pub(crate) what_if: WhatIf,
    /// How simple policies do on the same simulated futures.
    pub(crate) evidence: Evidence,
    /// What followed on earlier days like this one.
    pub(crate) recall: crate::recall::RecallView,
    /// What the account was taken to be.
    pub(crate) account: AccountView,
    /// What was read, refused and assumed.
    pub(crate) data: DataView,
    /// What would repeat this plan.
    pub(crate) manifest: Manifest,
}

/// How the plan ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Do the action.
    Act,
    /// Nothing is better than doing nothing today. Exit code 0.
    DoNothing,
    /// Something looked better, or might have, but a limit or the evidence forbids it. Exit code 4.
    Abstain,
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Decision {
    /// How the plan ends.
    pub(crate) outcome: Outcome,
    /// The action (doing nothing is one).
    pub(crate) action: ActionView,
    /// In one sentence, why.
    pub(crate) because: String,
    /// Confidence of every interval in this plan, as a fraction.
    pub(crate) confidence_fraction: f64,
    /// Notices that the trader must see: events in the window, assumptions, warnings.
    pub(crate) notices: Vec<String>,
}

/// An action as people say it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ActionView {
    /// `do_nothing`, `sell_put`, `sell_call`, `close`, `roll`, `buy_shares`, `sell_shares`, `hold_to_horizon`.
    pub(crate) kind: String,
    /// One line, such as `sell 2 KO 2026-09-18 70 put at 1.25 or better`.
    pub(crate) text: String,
    /// Its trades.
    pub(crate) legs: Vec<LegView>,
    /// Cash that the action locks: the strike of puts sold less nothing; 0 for calls on shares held.
    pub(crate) capital_locked_usd: f64,
    /// Last day on which the limit prices are meant, `YYYY-MM-DD`.
    pub(crate) valid_until: String,
}

/// One trade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct LegView {
    /// `buy` or `sell`.
    pub(crate) side: String,
    /// `call`, `put` or `shares`.
    pub(crate) instrument: String,
    /// `YYYY-MM-DD`; absent for shares.
    pub(crate) expiry: Option<String>,
    /// Calendar days to expiry; absent for shares.
    pub(crate) dte_days: Option<u32>,
    /// Exercise price; absent for shares.
    pub(crate) strike_usd: Option<f64>,
    /// Contracts, or shares.
    pub(crate) count: i64,
    /// Shares behind one contract; 1 for shares.
    pub(crate) multiplier_shares: u32,
    /// Delta of the holder of one share's worth, signed; 1 for shares.
    pub(crate) delta: Figure,
    /// Implied volatility of the smile at this strike, fraction per year.
    pub(crate) implied_vol: Figure,
    /// Quoted bid per share.
    pub(crate) bid_usd: Figure,
    /// Middle of bid and ask per share.
    pub(crate) mid_usd: Figure,
    /// Quoted ask per share.
    pub(crate) ask_usd: Figure,
    /// Limit price per share: the price that the plan assumes.
    pub(crate) limit_usd: f64,
    /// Where that price comes from.
    pub(crate) price_basis: String,
}

/// An action in figures. Amounts are for the whole position of the action; per-share figures say so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Numbers {
    /// Net premium received (negative: paid), after fees.
    pub(crate) premium_after_fees_usd: Figure,
    /// Price of the share at expiry at which the option sold neither gains nor loses, after fees.
    pub(crate) break_even_usd_per_share: Figure,
    /// Distance from spot to strike as a fraction of spot; negative: in the money.
    pub(crate) distance_fraction: Figure,
    /// The same in standard deviations of the real-world move until expiry.
    pub(crate) distance_in_expected_moves: Figure,
    /// Real-world probability that the option sold, held to its end, makes money after costs (share of simulated paths).
    pub(crate) probability_of_profit_real_world: Figure,
    /// Real-world probability of early assignment, held to its end (share of simulated paths).
    pub(crate) probability_of_early_assignment_real_world: Figure,
    /// Real-world probability of assignment at expiry, held to its end (share of simulated paths).
    pub(crate) probability_of_assignment_at_expiry_real_world: Figure,
    /// Real-world probability that a daily close passes the strike before the end (share of simulated paths).
    pub(crate) probability_of_touch_real_world: Figure,
    /// Risk-neutral probability of expiring in the money, from the smile.
    pub(crate) probability_in_the_money_risk_neutral: Figure,
    /// Most that the option sold can make by its expiry, after fees (for a call: with the shares moving to the strike).
    pub(crate) max_profit_usd: Figure,
    /// Most that it can lose by its expiry, after fees (share price to zero).
    pub(crate) max_loss_usd: Figure,
    /// Premium after fees over capital locked (for calls: over the value of the shares), to expiry, not annualised.
    pub(crate) return_on_capital_fraction: Figure,
    /// The same, simple, scaled to 365 days. Not a forecast: it assumes that the sale can be repeated.
    pub(crate) return_on_capital_annualised_simple_fraction: Figure,
    /// Mean loss of the worst 5 % of paths to the horizon, whole account, real-world; positive is a loss.
    pub(crate) cvar95_usd: Figure,
    /// Shares that the position moves like after the action.
    pub(crate) delta_shares: Figure,
    /// Change of that delta per dollar of spot.
    pub(crate) gamma_shares_per_usd: Figure,
    /// Dollars per calendar day.
    pub(crate) theta_usd_per_day: Figure,
    /// Dollars per vol point.
    pub(crate) vega_usd_per_vol_point: Figure,
    /// Dollars per percent of rate.
    pub(crate) rho_usd_per_percent: Figure,
    /// Cost basis of the shares if the option sold is assigned (put), or now (call), premium included.
    pub(crate) adjusted_basis_usd_per_share: Figure,
    /// Certainty equivalent of the final wealth less the wealth today, under this action and the policy found, on fresh paths.
    pub(crate) worth: Option<IntervalUsd>,
    /// The same less that of holding everything to the horizon, on the same paths.
    pub(crate) worth_over_holding: Option<IntervalUsd>,
    /// Mean final wealth less the wealth today.
    pub(crate) mean_gain_usd: Figure,
}

/// One row of the comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Alternative {
    /// The action.
    pub(crate) action: ActionView,
    /// In figures.
    pub(crate) numbers: Numbers,
    /// Is it the plan's choice?
    pub(crate) chosen: bool,
    /// Why it lost; for the choice, why it won.
    pub(crate) verdict: String,
}

/// Why the plan says what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Why {
    /// What is maximised, in one sentence.
    pub(crate) objective: String,
    /// What the search did.
    pub(crate) search: SearchView,
    /// The action that edge, draws and flips speak of: the choice, or, where nothing is done, the best other action.
    pub(crate) subject: String,
    /// Where its worth over holding comes from.
    pub(crate) edge: Edge,
    /// How the choice stands under other draws of the market's parameters.
    pub(crate) draws: Draws,
    /// Which input would flip the choice.
    pub(crate) flips: Vec<Flip>,
    /// What limits kept off the menu.
    pub(crate) refusals: Vec<RefusalView>,
    /// Every assumption with its source.
    pub(crate) assumptions: Vec<Assumption>,
}

/// What the search did: counts performed, not asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SearchView {
    /// Descents and backups in the tree of the plan.
    pub(crate) simulations: u64,
    /// States handed to the evaluator in the tree of the plan.
    pub(crate) evaluations: u64,
    /// Situations in the tree.
    pub(crate) nodes: u64,
    /// Decisions on the longest line.
    pub(crate) depth_max: u32,
    /// Why it stopped.
    pub(crate) stopped: String,
    /// Actions compared at the root.
    pub(crate) actions: u32,
    /// Simulations in the trees of the parameter draws, all together.
    pub(crate) draw_simulations: u64,
    /// Evaluations in the trees of the parameter draws, all together.
    pub(crate) draw_evaluations: u64,
    /// Fresh paths on which each worth was estimated.
    pub(crate) paths: u64,
    /// Share of later decisions on those paths that the tree answered; the rest follow the rule table.
    pub(crate) tree_answered_fraction: Figure,
    /// Best line: action, likeliest outcome, and so on.
    pub(crate) principal_line: Vec<String>,
    /// Who judged the positions, and what the other judge would do.
    pub(crate) nets: NetsView,
}

/// What nets had to do with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NetsView {
    /// Did nets judge the positions of the tree? Otherwise the closed form did: the rule is in use.
    pub(crate) in_use: bool,
    /// Name of the model; absent where none was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    /// Checksum of its weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// Why they are not in use; absent where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
    /// What the fresh paths chose of the finalists of the tree that nets judged, limits and draws aside; absent where none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) with_nets: Option<NetsChoice>,
    /// The best action of the tree that the closed form judged, managed later by that tree, on the same paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) without_nets: Option<NetsChoice>,
    /// What the two trees do not have alike; absent where nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// What a tree would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NetsChoice {
    /// The action.
    pub(crate) action: String,
    /// Its worth over holding on the fresh paths; n/a where it was not among the finalists.
    pub(crate) over_holding_usd: Figure,
}

/// The worth over holding, taken apart. Dollars; the parts add up to the total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Edge {
    /// Mid price sold over the expected payoff at the forecast: implied against forecast volatility.
    pub(crate) volatility_usd: Figure,
    /// Expected gain because the drift differs from the rate.
    pub(crate) drift_usd: Figure,
    /// Interest on the premium to the horizon.
    pub(crate) carry_usd: Figure,
    /// What of the edge is not earned by the horizon, fees of assignment, dividends of shares that change hands.
    pub(crate) other_usd: Figure,
    /// Half the spread and the fees of today's trades.
    pub(crate) costs_usd: Figure,
    /// What the change of risk is worth to a trader of this risk aversion.
    pub(crate) risk_usd: Figure,
    /// What later decisions add to holding the option to its end.
    pub(crate) later_decisions_usd: Figure,
    /// Worth over holding on the fresh paths.
    pub(crate) total_usd: Figure,
}

/// The choice under draws of the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Draws {
    /// How many draws.
    pub(crate) count: u32,
    /// Share of draws in which no other kind of action, doing nothing among them, beats the choice by more than the indifference.
    pub(crate) stays_best_fraction: f64,
    /// The same against every other action: other strikes, expiries and sizes of the same kind count too.
    pub(crate) same_contract_fraction: f64,
    /// Share of draws in which it beats doing nothing.
    pub(crate) beats_doing_nothing_fraction: f64,
    /// Below this share the plan does nothing.
    pub(crate) required_fraction: f64,
    /// Worths closer than this count as equal.
    pub(crate) indifference_usd: f64,
    /// What was drawn.
    pub(crate) parameters: String,
}

/// An input that would change the choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Flip {
    /// Which input.
    pub(crate) input: String,
    /// Its value now.
    pub(crate) now: f64,
    /// Value at which the action stops beating holding, the option held to its end.
    pub(crate) flips_at: Figure,
    /// Unit of both.
    pub(crate) unit: String,
}

/// Actions that a limit refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RefusalView {
    /// Which limit.
    pub(crate) limit: String,
    /// How many actions.
    pub(crate) count: u32,
    /// The nearest miss, in words.
    pub(crate) nearest_miss: String,
}

/// One stated assumption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Assumption {
    /// Its name.
    pub(crate) name: String,
    /// Its value in words, with unit.
    pub(crate) value: String,
    /// Where it comes from.
    pub(crate) source: String,
}

/// Profit tables of the option legs and the shares after the action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct WhatIf {
    /// What the tables show, in one sentence.
    pub(crate) meaning: String,
    /// Columns: `YYYY-MM-DD`; the last is the first expiry, or the horizon where no option is open.
    pub(crate) dates: Vec<String>,
    /// Rows, ascending.
    pub(crate) spots_usd: Vec<f64>,
    /// `profit_usd[row][column]` against the wealth today.
    pub(crate) profit_usd: Vec<Vec<f64>>,
    /// A finer line: profit now and at the (first) expiry.
    pub(crate) payoff: Vec<PayoffPoint>,
}

/// One point of the payoff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PayoffPoint {
    /// Price of the share.
    pub(crate) spot_usd: f64,
    /// Profit if the spot moved there today.
    pub(crate) now_usd: f64,
    /// Profit at the first expiry (or the horizon, with no option).
    pub(crate) at_expiry_usd: f64,
}

/// Simple policies on the same futures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Evidence {
    /// What these rows are and are not.
    pub(crate) meaning: String,
    /// The plan and the baselines.
    pub(crate) rows: Vec<EvidenceRow>,
    /// Record on real history, out of sample: the chance that its true Sharpe ratio is above zero.
    pub(crate) real_history: Figure,
    /// The same in a sentence: what, when, against what, and the run that says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) real_history_record: String,
    /// The choice in markets that are not the model's. Absent in plans of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mismatch: Option<MismatchView>,
}

/// Planned under the model, lived in markets that are not it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct MismatchView {
    /// Which choice, and what the rows are; empty where there are none.
    pub(crate) meaning: String,
    /// The least worth over holding of the rows, in dollars.
    pub(crate) worst_over_holding_usd: Figure,
    /// In which market; empty where there is none.
    pub(crate) worst_market: String,
    /// One for each market.
    pub(crate) rows: Vec<MismatchRow>,
    /// Markets that there are not, each with its reason.
    pub(crate) left_out: Vec<String>,
}

/// The choice in one market.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct MismatchRow {
    /// Its name.
    pub(crate) market: String,
    /// Certainty equivalent less that of holding everything to the horizon, on the same paths.
    pub(crate) over_holding: IntervalUsd,
    /// Mean loss of the worst 5 % of paths; negative is a gain.
    pub(crate) cvar95_usd: f64,
}

impl Evidence {
    /// Quotes what the log of backtests holds of this version of the policy.
    pub(crate) fn quote(&mut self, config: &crate::config::Config) {
        match crate::backtest::trials::quoted(config) {
            Ok((chance, record)) => {
                self.real_history = Figure::from(chance);
                self.real_history_record = record;
            }
            Err(why) => self.real_history = Figure::missing(&why),
        }
    }
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EvidenceRow {
    /// Its name.
    pub(crate) policy: String,
    /// Certainty equivalent less the wealth today.
    pub(crate) worth: IntervalUsd,
    /// Mean final wealth less the wealth today.
    pub(crate) mean_gain_usd: f64,
    /// Mean loss of the worst 5 % of paths.
    pub(crate) cvar95_usd: f64,
    /// Mean premium received less paid.
    pub(crate) premium_usd: f64,
    /// Mean fees.
    pub(crate) fees_usd: f64,
    /// Mean assignments per path before expiry.
    pub(crate) assignments_early: f64,
    /// Mean assignments per path at expiry.
    pub(crate) assignments_at_expiry: f64,
    /// Final wealth less the wealth today at 5, 25, 50, 75 and 95 %.
    pub(crate) quantiles_usd: [f64; 5],
    /// Share of paths that end above the wealth today. The trap figure: read it last.
    pub(crate) share_of_gains: f64,
}

/// The account as it was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AccountView {
    /// Where it comes from.
    pub(crate) source: String,
    /// Cash.
    pub(crate) cash_usd: f64,
    /// Shares of the symbol.
    pub(crate) shares: i64,
    /// Their cost basis.
    pub(crate) basis_usd_per_share: Figure,
    /// Option lots of the symbol, in words.
    pub(crate) options: Vec<String>,
    /// Cash, shares and options at mid.
    pub(crate) wealth_usd: f64,
    /// Cash reserved for short puts, other symbols included.
    pub(crate) reserved_usd: f64,
    /// What is in the account but not in this plan.
    pub(crate) left_out: Vec<String>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DataView {
    /// Name of the chain file, or of the embedded sample.
    pub(crate) chain: String,
    /// Vendor format that was recognised.
    pub(crate) format: String,
    /// Rows read.
    pub(crate) rows: u64,
    /// Contracts of this symbol and day that were used.
    pub(crate) contracts: u64,
    /// Refused rows by reason.
    pub(crate) refused: Vec<RefusedRows>,
    /// Notes of the ingest and of the fit.
    pub(crate) notes: Vec<String>,
    /// Fitted expiries.
    pub(crate) smiles: Vec<SmileView>,
}

/// Rows refused for one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RefusedRows {
    /// The reason.
    pub(crate) reason: String,
    /// How many.
    pub(crate) count: u64,
    /// The first ones, with their place in the file.
    pub(crate) examples: Vec<String>,
}

/// One fitted expiry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SmileView {
    /// `YYYY-MM-DD`.
    pub(crate) expiry: String,
    /// Calendar days.
    pub(crate) dte_days: u32,
    /// Forward price.
    pub(crate) forward_usd: f64,
    /// Whether the forward comes from put-call parity or from rate and dividends.
    pub(crate) forward_basis: String,
    /// At-the-money implied volatility, fraction per year.
    pub(crate) atm_vol: f64,
    /// Contracts that the fit used.
    pub(crate) points: u32,
    /// Root mean square error of the fit, in volatility.
    pub(crate) rmse_vol: f64,
}

/// What would repeat this plan, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Manifest {
    /// Random seed.
    pub(crate) seed: u64,
    /// SHA-256 of the chain file's bytes.
    pub(crate) data_sha256: String,
    /// SHA-256 of the hexadecimal SHA-256 of the account, history and events files, a line each; an absent file counts as empty.
    pub(crate) inputs_sha256: String,
    /// SHA-256 of the configuration after all layers.
    pub(crate) config_sha256: String,
    /// Leaf states evaluated at once: `search.batch`, or less where memory was short (then a notice says so).
    pub(crate) search_batch: u32,
    /// SHA-256 of the situation's 768 numbers.
    pub(crate) encoding_sha256: String,
    /// Version of the program.
    pub(crate) version: String,
    /// Device that found the chain's implied volatilities; all else is computed by the processor in double precision.
    pub(crate) device: String,
    /// Why that one.
    pub(crate) device_because: String,
}
