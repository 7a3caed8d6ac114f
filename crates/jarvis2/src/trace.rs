//! The search tree as plain data: the file of `jarvis2 plan --trace FILE`, and what the plan keeps of it.
//!
//! Worths are the tree's own: what a simulated trader who decides well later on expects. They chose the finalists; the plan's
//! figures come from fresh paths. The file holds no time of day or duration: the same input and seed give the same bytes.

use crate::plan::Figure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file of `--trace`. `N` is the list of nodes, which is made while it is written.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Trace<N = Vec<TraceNode>> {
    /// Version of this format: 1.
    pub(crate) schema_version: u32,
    /// `"SYNTHETIC DATA: ..."` where the chain was made by our generator; absent on real data.
    pub(crate) watermark: Option<String>,
    /// Ticker.
    pub(crate) symbol: String,
    /// Trading day of the quotes, `YYYY-MM-DD`.
    pub(crate) as_of: String,
    /// What a worth means, in one sentence.
    pub(crate) meaning: String,
    /// Wealth today: cash, shares and options at mid.
    pub(crate) wealth_usd: f64,
    /// Worth over the wealth today of holding everything to the horizon, in closed form: the yardstick.
    pub(crate) holding_worth_usd: f64,
    /// Settings of the search after all layers, as TOML text; those without a value are absent.
    pub(crate) config: BTreeMap<String, String>,
    /// SHA-256 of the chain file's bytes.
    pub(crate) data_sha256: String,
    /// SHA-256 of the account, history and events files, as in the plan.
    pub(crate) inputs_sha256: String,
    /// What was done, counted where it was done.
    pub(crate) counts: TraceCounts,
    /// Why the search stopped.
    pub(crate) stopped: String,
    /// The action that the search by itself would play; the plan ranks its finalists on fresh paths.
    pub(crate) choice: String,
    /// How the choice settled as the search grew.
    pub(crate) settling: Settling,
    /// Nodes that this file leaves out.
    pub(crate) left_out: LeftOut,
    /// Situations, the root first, then by distance from it.
    pub(crate) nodes: N,
}

/// What the search did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TraceCounts {
    /// Situations in the tree, finished ones and the root included.
    pub(crate) nodes: u32,
    /// Descents with their backup.
    pub(crate) simulations: u32,
    /// Situations handed to the evaluator.
    pub(crate) evaluations: u32,
    /// Calls of the evaluator.
    pub(crate) batches: u32,
    /// Outcomes whose situation was in the tree already.
    pub(crate) cache_hits: u32,
    /// Situations whose judgement was remembered, so that no evaluation was spent on them.
    pub(crate) recalled: u32,
    /// Most actions on a line from the root.
    pub(crate) depth: u32,
}

/// Nodes that are in the tree and not in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct LeftOut {
    /// More decisions from the root than `--trace-depth`.
    pub(crate) nodes_beyond_depth: u64,
    /// Beyond the number of `--trace-nodes`, those farthest from the root.
    pub(crate) nodes_beyond_limit: u64,
}

/// A situation: the market and the book on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TraceNode {
    /// Names it in this file; the root is 0.
    pub(crate) id: u32,
    /// Decisions from the root, by the shortest line.
    pub(crate) depth: u32,
    /// `YYYY-MM-DD`.
    pub(crate) date: String,
    /// Calendar days from today.
    pub(crate) day: u32,
    /// Price of one share.
    pub(crate) spot_usd: f64,
    /// Log of the volatility level over that of today's smile: 0.1 is about 10 % above.
    pub(crate) vol_factor: f64,
    /// At-the-money implied volatility at 30 days there, fraction per year.
    pub(crate) implied_vol: f64,
    /// The book in words.
    pub(crate) book: String,
    /// Cash.
    pub(crate) cash_usd: f64,
    /// Cash that nothing is reserved for.
    pub(crate) free_cash_usd: f64,
    /// Shares held.
    pub(crate) shares: i64,
    /// Visits: one for being found, one for every simulation that decided here.
    pub(crate) visits: u32,
    /// Certainty equivalent of the final wealth less the wealth today.
    pub(crate) worth_usd: Figure,
    /// The same less that of holding everything from today.
    pub(crate) worth_over_holding_usd: Figure,
    /// Standard deviation of the evaluator's error in that worth, or `n/a (...)` where it does not say.
    pub(crate) error_usd: Figure,
    /// The tree's own number: expected utility in dollars near today's wealth.
    pub(crate) worth_utility: f64,
    /// `open`: more to search below; `horizon`: down to the depth limit; `solved`: exact.
    pub(crate) status: String,
    /// Legal actions in the game's order; empty where the search never decided, or beyond the depth of this file.
    pub(crate) actions: Vec<TraceAction>,
    /// Actions that the depth of this file leaves out.
    pub(crate) actions_left_out: u32,
}

/// A legal action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TraceAction {
    /// Its place in the game's order.
    pub(crate) index: u32,
    /// As a broker would hear it.
    pub(crate) text: String,
    /// Its share of the evaluator's priors.
    pub(crate) prior: f64,
    /// Simulations that took it here.
    pub(crate) visits: u32,
    /// Situations handed to the evaluator by those simulations.
    pub(crate) evaluations: u32,
    /// Certainty equivalent of the final wealth less the wealth today.
    pub(crate) worth_usd: Figure,
    /// The same less that of holding everything from today.
    pub(crate) worth_over_holding_usd: Figure,
    /// Standard deviation of the evaluator's error in that worth, or `n/a (...)` where it does not say.
    pub(crate) error_usd: Figure,
    /// The tree's own number: the sum over its outcomes of probability times (reward + worth of the situation reached).
    pub(crate) worth_utility: Figure,
    /// `untried`, `open`, `horizon` or `solved`.
    pub(crate) status: String,
    /// What may come of it; empty until it is tried.
    pub(crate) outcomes: Vec<TraceOutcome>,
}

/// One way an action may turn out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TraceOutcome {
    /// Real-world, from 0 to 1; the outcomes of an action sum to 1.
    pub(crate) probability: f64,
    /// Paid on the way, in the unit of `worth_utility`.
    pub(crate) reward_utility: f64,
    /// Simulations that went on through it.
    pub(crate) visits: u32,
    /// The situation reached.
    pub(crate) node: u32,
    /// Is that situation in this file?
    pub(crate) written: bool,
}

/// How the choice settled as the search grew. Worths are over holding everything to the horizon, as the tree sees them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Settling {
    /// The root after a batch of evaluations, in their order: thinned to some 256 where there were more; the last is there.
    pub(crate) points: Vec<SettlePoint>,
    /// Where the best action became another; the first point at which any was known counts. The last 64 are kept.
    pub(crate) changes: Vec<SettlePoint>,
    /// How often the best action became another, the first not counted.
    pub(crate) changed: u32,
    /// Evaluations after which the best action stayed what it is.
    pub(crate) settled_at_evaluations: Figure,
}

/// The root at one moment of the search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SettlePoint {
    /// Simulations done.
    pub(crate) simulations: u32,
    /// Evaluations done.
    pub(crate) evaluations: u32,
    /// Actions tried at least once.
    pub(crate) actions_tried: u32,
    /// The best action, or `n/a (...)`.
    pub(crate) best: String,
    /// Its worth.
    pub(crate) best_worth_over_holding_usd: Figure,
    /// The next best, or `n/a (...)`.
    pub(crate) runner_up: String,
    /// Its worth.
    pub(crate) runner_up_worth_over_holding_usd: Figure,
    /// Worth of the root: at least that of its best action, while untried ones are believed to be better.
    pub(crate) root_worth_over_holding_usd: Figure,
}

/// The top of the tree, as the plan keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TreeView {
    /// What it shows, in one sentence.
    pub(crate) meaning: String,
    /// Parts of the tree, parents before their children. The first is today.
    pub(crate) parts: Vec<TreePart>,
    /// How the choice settled as the search grew.
    pub(crate) settling: Settling,
}

/// What a part of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartKind {
    /// Where the search began.
    Today,
    /// A decision of the trader.
    Action,
    /// One way it may turn out.
    Outcome,
}

/// A situation or an action near the root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TreePart {
    /// What it is.
    pub(crate) kind: PartKind,
    /// Place of its parent in the list; the first has itself.
    pub(crate) parent: u32,
    /// Steps from the root: actions are odd, situations even.
    pub(crate) level: u32,
    /// A few letters for a drawing: the action without ticker and price, or the price of a share.
    pub(crate) label: String,
    /// The action, or the day, price and book.
    pub(crate) text: String,
    /// Share of its parent: of an action its visits among its siblings', of an outcome its probability.
    pub(crate) share_fraction: f64,
    /// Visits of the search.
    pub(crate) visits: u32,
    /// Worth over holding everything from today, as the tree sees it.
    pub(crate) worth_over_holding_usd: Figure,
    /// Standard deviation of the evaluator's error in that worth, or `n/a (...)` where it does not say.
    pub(crate) error_usd: Figure,
    /// `untried`, `open`, `horizon` or `solved`.
    pub(crate) status: String,
    /// Children that are too small to be shown, untried actions among them.
    pub(crate) hidden: u32,
}
