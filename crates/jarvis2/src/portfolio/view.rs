//! The answer of `jarvis2 plan --portfolio` as plain data. Like the plan it holds no time of day, duration or thread count.

use crate::plan::{ActionView, Assumption, Figure, IntervalUsd, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that a portfolio says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PortfolioView {
    /// Version of this format: 1.
    pub(crate) schema_version: u32,
    /// `"SYNTHETIC DATA: ..."` where a chain was made by our generator; absent on real data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) watermark: Option<String>,
    /// `act` if any symbol acts; `abstain` if every symbol that was planned abstains.
    pub(crate) outcome: Outcome,
    /// Was every symbol planned? Otherwise a file could not be used, or the run was interrupted: see the rows.
    pub(crate) complete: bool,
    /// Days of the quotes, `YYYY-MM-DD`, earliest first.
    pub(crate) as_of: Vec<String>,
    /// Where the account comes from.
    pub(crate) account: String,
    /// What the trader must see.
    pub(crate) notices: Vec<String>,
    /// The symbols, best first.
    pub(crate) rows: Vec<PortfolioRow>,
    /// All together.
    pub(crate) totals: Totals,
    /// How the combination was found.
    pub(crate) choice: ChoiceView,
    /// Confidence of every interval, as a fraction.
    pub(crate) confidence_fraction: f64,
    /// What the portfolio takes for granted besides the assumptions of each plan.
    pub(crate) assumptions: Vec<Assumption>,
    /// What would repeat it.
    pub(crate) manifest: PortfolioManifest,
}

/// What becomes of a symbol.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowStatus {
    /// Its own plan's choice is taken.
    Chosen,
    /// Another action of its plan is taken: the choice does not fit.
    Reduced,
    /// Nothing of it fits beside the others.
    LeftOut,
    /// Its own plan does nothing.
    DoNothing,
    /// Its own plan abstains.
    Abstain,
    /// It could not be planned.
    Failed,
    /// The run was interrupted before it was planned.
    NotPlanned,
}

/// One symbol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PortfolioRow {
    /// Ticker.
    pub(crate) symbol: String,
    /// What becomes of it.
    pub(crate) status: RowStatus,
    /// Why.
    pub(crate) reason: String,
    /// What is to be done; absent where it was not planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) action: Option<ActionView>,
    /// What its own plan says, as if it had the free cash alone; absent where it was not planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) own_plan: Option<String>,
    /// Worth of the action over holding, on fresh paths that had no say; absent where nothing is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) worth_over_holding: Option<IntervalUsd>,
    /// Worth over holding of the action alone, held to its end, in closed form: what decides where cash or collateral is short.
    pub(crate) held_worth_usd: Figure,
    /// Real-world probability that the option sold, held to its end, makes money after costs.
    pub(crate) probability_of_profit_real_world: Figure,
    /// Net premium after fees.
    pub(crate) premium_after_fees_usd: Figure,
    /// Change of the cash reserved for short puts.
    pub(crate) collateral_usd: Figure,
    /// Free cash that it takes: collateral less premium after fees; negative: it frees some.
    pub(crate) cash_usd: Figure,
    /// Alternatives of its plan that might have been taken, the choice among them.
    pub(crate) alternatives: u32,
    /// Exit code that the symbol alone would have ended with.
    pub(crate) exit_code: u8,
    /// Folder of its own report below that of the portfolio; absent where it was not planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<String>,
}

/// All symbols together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Totals {
    /// Sum of the worths over holding: see the assumption on sums.
    pub(crate) worth_over_holding_usd: f64,
    /// Net premium after fees.
    pub(crate) premium_after_fees_usd: f64,
    /// Cash in the account.
    pub(crate) cash_usd: f64,
    /// Cash that nothing is reserved for, before.
    pub(crate) free_cash_before_usd: f64,
    /// And after all actions.
    pub(crate) free_cash_after_usd: f64,
    /// Cash reserved for short puts, before.
    pub(crate) collateral_before_usd: f64,
    /// And after all actions.
    pub(crate) collateral_after_usd: f64,
    /// At most; `n/a` where no limit is set.
    pub(crate) collateral_limit_usd: Figure,
    /// Left under the limit.
    pub(crate) collateral_left_usd: Figure,
}

/// How the combination was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ChoiceView {
    /// In one sentence.
    pub(crate) method: String,
    /// Do all plans' own choices fit together? Then they are taken, and nothing has to be weighed up.
    pub(crate) all_fit: bool,
    /// Sum of the worths of the actions alone, held to their end.
    pub(crate) held_worth_usd: f64,
    /// Where not all fit: no combination of the alternatives has a greater sum.
    pub(crate) upper_bound_usd: Figure,
    /// Is the sum within a cent of that, or do all fit?
    pub(crate) proven_best: bool,
    /// Where not all fit: what taking the dearest that still fits, symbol by symbol, would have been worth.
    pub(crate) greedy_worth_usd: Figure,
}

/// What would repeat the portfolio, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PortfolioManifest {
    /// Random seed.
    pub(crate) seed: u64,
    /// SHA-256 of the portfolio file.
    pub(crate) portfolio_sha256: String,
    /// SHA-256 of the configuration after all layers.
    pub(crate) config_sha256: String,
    /// Version of the program.
    pub(crate) version: String,
}
