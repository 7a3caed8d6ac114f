//! What the tools answer: the commands' JSON, cut down. A field has the name that it has there, so that reading the command's
//! answer into these types is the cut.

use super::arguments::Question;
use crate::backtest::view::{Over, Told};
use crate::history::Past;
use crate::journal::Entry;
use crate::journal::report::{OpenRow, Period, Reconciliation, TradeRow};
use crate::plan::{
    ActionView, Assumption, Draws, Edge, Figure, Flip, IntervalUsd, MismatchRow, NetsView, Outcome,
    Plan, RefusalView,
};
use crate::recall::{ContractView, DiaryPrecedent, OutcomeView, PriceDay};
use crate::report::units::usd_signed;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// An answer has a short text beside its fields.
pub(super) trait Short {
    /// A few sentences.
    fn short(&self) -> String;
}

/// Where an answer comes from, so that it can be found again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Citation {
    /// `chain`, `inputs` (account, history and events together), `prices`, `data`, `configuration`, `nets`, `run`, `decision` or
    /// `diary`.
    kind: String,
    /// Name of the file, or number of the run or decision.
    name: String,
    /// Of its bytes, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

impl Citation {
    pub(super) fn new(kind: &str, name: &str, sha256: Option<&str>) -> Citation {
        Citation {
            kind: kind.to_owned(),
            name: name.to_owned(),
            sha256: sha256.map(str::to_owned),
        }
    }

    /// What a plan was made of.
    pub(super) fn of_plan(plan: &Plan) -> Vec<Citation> {
        let manifest = &plan.manifest;
        let inputs = "account, history and events";
        let mut all = vec![
            Citation::new("chain", &plan.data.chain, Some(&manifest.data_sha256)),
            Citation::new("inputs", inputs, Some(&manifest.inputs_sha256)),
            Citation::new("configuration", "all layers", Some(&manifest.config_sha256)),
        ];
        let nets = &plan.why.search.nets;
        if let Some(model) = nets.model.as_ref().filter(|_| nets.in_use) {
            all.push(Citation::new("nets", model, nets.sha256.as_deref()));
        }
        all
    }
}

/// `plan`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct PlanAnswer {
    /// Present where the chain was made by a generator: pass it on with any figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    watermark: Option<String>,
    /// Ticker.
    symbol: String,
    /// Trading day of the quotes.
    as_of: String,
    /// Price of one share.
    spot_usd: f64,
    /// How the plan ends.
    outcome: Outcome,
    /// 0 a decision (doing nothing is one), 4 abstain: everything was refused by a limit, or the evidence is too thin.
    exit_code: u8,
    /// What to do, with limit prices.
    action: ActionView,
    /// Why, in one sentence.
    because: String,
    /// What the trader must see: events in the window, assumptions, warnings.
    notices: Vec<String>,
    /// Certainty equivalent over holding everything to the horizon, on fresh simulated paths.
    #[serde(skip_serializing_if = "Option::is_none")]
    worth_over_holding: Option<IntervalUsd>,
    /// Confidence of every interval here.
    confidence_fraction: f64,
    /// Chances of the option sold, held to its end.
    odds: Odds,
    /// Premium, limits of gain and loss, tail.
    money: Money,
    /// The compared actions, best first.
    alternatives: Vec<AlternativeRow>,
    /// How many were compared.
    alternatives_total: usize,
    /// Where the worth comes from, and what would change the choice.
    reasons: Reasons,
    /// What limits kept off the menu.
    refusals: Vec<RefusalView>,
    /// What speaks for it, and what that is worth.
    evidence: EvidenceCut,
    /// What the account was taken to be.
    account: AccountCut,
    /// Random seed; the same seed and input give the same plan.
    seed: u64,
    /// Version of the program.
    version: String,
    /// What it was made of.
    citations: Vec<Citation>,
}

/// Shares of simulated paths; real-world but for the last.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Odds {
    profit: Figure,
    early_assignment: Figure,
    assignment_at_expiry: Figure,
    /// A daily close passes the strike before the end.
    touch: Figure,
    /// Risk-neutral chance of expiring in the money, from the smile.
    in_the_money_risk_neutral: Figure,
}

/// Dollars of the whole action.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Money {
    /// Negative: paid.
    premium_after_fees_usd: Figure,
    break_even_usd_per_share: Figure,
    max_profit_usd: Figure,
    max_loss_usd: Figure,
    /// Mean loss of the worst 5 % of paths, whole account; positive is a loss.
    cvar95_usd: Figure,
    return_on_capital_fraction: Figure,
}

/// One compared action.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct AlternativeRow {
    action: String,
    chosen: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    worth_over_holding: Option<IntervalUsd>,
    probability_of_profit_real_world: Figure,
    premium_after_fees_usd: Figure,
    capital_locked_usd: f64,
    cvar95_usd: Figure,
    /// Why it lost, or won.
    verdict: String,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Reasons {
    /// What is maximised.
    objective: String,
    /// The action that edge, draws and flips speak of: the choice, or, where nothing is done, the best other action.
    subject: String,
    /// Where its worth over holding comes from; the parts add up to the total.
    edge: Edge,
    /// How the choice stands under other draws of the market's parameters.
    draws: Draws,
    /// Inputs that would flip it, and where.
    flips: Vec<Flip>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EvidenceCut {
    /// What these rows are and are not.
    meaning: String,
    /// The plan and simple policies on the same simulated futures.
    policies: Vec<PolicyRow>,
    /// The least worth over holding in markets that are not the model's.
    mismatch_worst_over_holding_usd: Figure,
    /// In which market.
    mismatch_worst_market: String,
    /// Out of sample, on real prices: the chance that the true Sharpe ratio is above zero.
    real_history: Figure,
    /// The same in a sentence; empty where there is no record.
    real_history_record: String,
    /// What followed on earlier days like this one, in one sentence.
    recall: String,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PolicyRow {
    policy: String,
    worth: IntervalUsd,
    mean_gain_usd: f64,
    cvar95_usd: f64,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct AccountCut {
    source: String,
    cash_usd: f64,
    shares: i64,
    options: Vec<String>,
    wealth_usd: f64,
    reserved_usd: f64,
}

fn alternatives(plan: &Plan, most: usize) -> Vec<AlternativeRow> {
    let rows = plan.alternatives.iter().take(most);
    rows.map(|one| AlternativeRow {
        action: one.action.text.clone(),
        chosen: one.chosen,
        worth_over_holding: one.numbers.worth_over_holding,
        probability_of_profit_real_world: one.numbers.probability_of_profit_real_world.clone(),
        premium_after_fees_usd: one.numbers.premium_after_fees_usd.clone(),
        capital_locked_usd: one.action.capital_locked_usd,
        cvar95_usd: one.numbers.cvar95_usd.clone(),
        verdict: one.verdict.clone(),
    })
    .collect()
}

impl PlanAnswer {
    pub(super) fn of(plan: &Plan, exit_code: u8, most: usize) -> PlanAnswer {
        let (numbers, why, evidence) = (&plan.numbers, &plan.why, &plan.evidence);
        let mismatch = evidence.mismatch.as_ref();
        let account = &plan.account;
        PlanAnswer {
            watermark: plan.watermark.clone(),
            symbol: plan.symbol.clone(),
            as_of: plan.as_of.clone(),
            spot_usd: plan.spot_usd,
            outcome: plan.decision.outcome,
            exit_code,
            action: plan.decision.action.clone(),
            because: plan.decision.because.clone(),
            notices: plan.decision.notices.clone(),
            worth_over_holding: numbers.worth_over_holding,
            confidence_fraction: plan.decision.confidence_fraction,
            odds: Odds {
                profit: numbers.probability_of_profit_real_world.clone(),
                early_assignment: numbers.probability_of_early_assignment_real_world.clone(),
                assignment_at_expiry: numbers
                    .probability_of_assignment_at_expiry_real_world
                    .clone(),
                touch: numbers.probability_of_touch_real_world.clone(),
                in_the_money_risk_neutral: numbers.probability_in_the_money_risk_neutral.clone(),
            },
            money: Money {
                premium_after_fees_usd: numbers.premium_after_fees_usd.clone(),
                break_even_usd_per_share: numbers.break_even_usd_per_share.clone(),
                max_profit_usd: numbers.max_profit_usd.clone(),
                max_loss_usd: numbers.max_loss_usd.clone(),
                cvar95_usd: numbers.cvar95_usd.clone(),
                return_on_capital_fraction: numbers.return_on_capital_fraction.clone(),
            },
            alternatives: alternatives(plan, most),
            alternatives_total: plan.alternatives.len(),
            reasons: Reasons {
                objective: why.objective.clone(),
                subject: why.subject.clone(),
                edge: why.edge.clone(),
                draws: why.draws.clone(),
                flips: why.flips.clone(),
            },
            refusals: why.refusals.clone(),
            evidence: EvidenceCut {
                meaning: evidence.meaning.clone(),
                policies: evidence
                    .rows
                    .iter()
                    .map(|row| PolicyRow {
                        policy: row.policy.clone(),
                        worth: row.worth,
                        mean_gain_usd: row.mean_gain_usd,
                        cvar95_usd: row.cvar95_usd,
                    })
                    .collect(),
                mismatch_worst_over_holding_usd: mismatch.map_or_else(
                    || Figure::missing("evidence.mismatch is off"),
                    |mismatch| mismatch.worst_over_holding_usd.clone(),
                ),
                mismatch_worst_market: mismatch
                    .map_or_else(String::new, |mismatch| mismatch.worst_market.clone()),
                real_history: evidence.real_history.clone(),
                real_history_record: evidence.real_history_record.clone(),
                recall: plan.recall.prices_note.clone(),
            },
            account: AccountCut {
                source: account.source.clone(),
                cash_usd: account.cash_usd,
                shares: account.shares,
                options: account.options.clone(),
                wealth_usd: account.wealth_usd,
                reserved_usd: account.reserved_usd,
            },
            seed: plan.manifest.seed,
            version: plan.manifest.version.clone(),
            citations: Citation::of_plan(plan),
        }
    }
}

/// The watermark on a line of its own, first of all.
fn marked(watermark: Option<&String>) -> String {
    watermark.map_or_else(String::new, |mark| format!("*** {mark}\n"))
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Act => "act",
        Outcome::DoNothing => "do nothing",
        Outcome::Abstain => "abstain",
    }
}

fn worth(worth: Option<IntervalUsd>, confidence: f64) -> String {
    worth.map_or_else(
        || "n/a (not estimated)".to_owned(),
        |worth| {
            format!(
                "{} ({:.0} % interval {} to {})",
                usd_signed(worth.value_usd),
                100.0 * confidence,
                usd_signed(worth.low_usd),
                usd_signed(worth.high_usd)
            )
        },
    )
}

impl Short for PlanAnswer {
    fn short(&self) -> String {
        let mut text = marked(self.watermark.as_ref());
        text += &format!(
            "{} at ${:.2} on {}: {}. Action: {}. Worth over holding {}. {}\n",
            self.symbol,
            self.spot_usd,
            self.as_of,
            outcome_word(self.outcome).to_uppercase(),
            self.action.text,
            worth(self.worth_over_holding, self.confidence_fraction),
            self.because
        );
        for notice in &self.notices {
            text += &format!("! {notice}\n");
        }
        text
    }
}

/// `explain`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct ExplainAnswer {
    /// Present where the chain was made by a generator: pass it on with any figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    watermark: Option<String>,
    /// Ticker.
    symbol: String,
    /// Trading day of the quotes.
    as_of: String,
    /// How the plan ends.
    outcome: Outcome,
    /// What to do.
    action: String,
    /// Why, in one sentence.
    because: String,
    /// What is maximised.
    objective: String,
    /// Confidence of every interval here.
    confidence_fraction: f64,
    /// The finalists with why they lost or won, best first.
    menu: Vec<AlternativeRow>,
    /// What limits kept off the menu: which limit, how many actions, the nearest miss.
    refusals: Vec<RefusalView>,
    /// The action that edge, draws and flips speak of.
    subject: String,
    /// Where its worth over holding comes from; the parts add up to the total.
    edge: Edge,
    /// How the choice stands under other draws of the market's parameters.
    draws: Draws,
    /// Inputs that would flip it, and where.
    flips: Vec<Flip>,
    /// Every assumption with its source.
    assumptions: Vec<Assumption>,
    /// What the search did, counted where it was done.
    search: SearchCut,
    /// The top of the search tree.
    tree: TreeCut,
    /// The choice in markets that are not the model's.
    mismatch: Vec<MismatchRow>,
    /// What it was made of.
    citations: Vec<Citation>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct SearchCut {
    simulations: u64,
    evaluations: u64,
    situations: u64,
    depth_max: u32,
    stopped: String,
    /// Best line: action, likeliest outcome, and so on.
    principal_line: Vec<String>,
    /// Who judged the positions, and what the other judge would do.
    nets: NetsView,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct TreeCut {
    /// What a worth in it means.
    meaning: String,
    /// Parents before their children.
    parts: Vec<PartRow>,
    /// How many parts the plan's own report holds.
    parts_total: usize,
    /// Evaluations after which the best action stayed what it is.
    settled_at_evaluations: Figure,
}

/// Today, an action, or what may come of one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PartRow {
    /// Its place in the whole tree of the report.
    id: usize,
    /// That of its parent; today has itself.
    parent: u32,
    /// Steps from today: actions are odd, situations even.
    level: u32,
    text: String,
    /// Of an action its visits among its siblings', of an outcome its probability.
    share_fraction: f64,
    visits: u32,
    worth_over_holding_usd: Figure,
}

impl ExplainAnswer {
    pub(super) fn of(plan: &Plan, tree_parts: usize, decision: Option<i64>) -> ExplainAnswer {
        let (why, search, tree) = (&plan.why, &plan.why.search, &plan.tree);
        let mut parts: Vec<(usize, &crate::trace::TreePart)> =
            tree.parts.iter().enumerate().collect();
        // The nearest to today; among equals those that were looked at most. In the tree's order again.
        parts.sort_by_key(|(id, part)| (part.level, std::cmp::Reverse(part.visits), *id));
        parts.truncate(tree_parts);
        parts.sort_by_key(|(id, _)| *id);
        let mut citations = Citation::of_plan(plan);
        if let Some(id) = decision {
            citations.insert(0, Citation::new("decision", &id.to_string(), None));
        }
        ExplainAnswer {
            watermark: plan.watermark.clone(),
            symbol: plan.symbol.clone(),
            as_of: plan.as_of.clone(),
            outcome: plan.decision.outcome,
            action: plan.decision.action.text.clone(),
            because: plan.decision.because.clone(),
            objective: why.objective.clone(),
            confidence_fraction: plan.decision.confidence_fraction,
            menu: alternatives(plan, usize::MAX),
            refusals: why.refusals.clone(),
            subject: why.subject.clone(),
            edge: why.edge.clone(),
            draws: why.draws.clone(),
            flips: why.flips.clone(),
            assumptions: why.assumptions.clone(),
            search: SearchCut {
                simulations: search.simulations,
                evaluations: search.evaluations,
                situations: search.nodes,
                depth_max: search.depth_max,
                stopped: search.stopped.clone(),
                principal_line: search.principal_line.clone(),
                nets: search.nets.clone(),
            },
            tree: TreeCut {
                meaning: tree.meaning.clone(),
                parts: parts
                    .into_iter()
                    .map(|(id, part)| PartRow {
                        id,
                        parent: part.parent,
                        level: part.level,
                        text: part.text.clone(),
                        share_fraction: part.share_fraction,
                        visits: part.visits,
                        worth_over_holding_usd: part.worth_over_holding_usd.clone(),
                    })
                    .collect(),
                parts_total: tree.parts.len(),
                settled_at_evaluations: tree.settling.settled_at_evaluations.clone(),
            },
            mismatch: plan
                .evidence
                .mismatch
                .as_ref()
                .map_or_else(Vec::new, |mismatch| mismatch.rows.clone()),
            citations,
        }
    }
}

impl Short for ExplainAnswer {
    fn short(&self) -> String {
        let mut text = marked(self.watermark.as_ref());
        text += &format!(
            "{} on {}: {}. {}\nIt maximises: {}.\n",
            self.symbol, self.as_of, self.action, self.because, self.objective
        );
        text += &format!(
            "Of {} draws of the market's parameters, this kind of action stays best in {:.0} %; {:.0} % are required.\n",
            self.draws.count,
            100.0 * self.draws.stays_best_fraction,
            100.0 * self.draws.required_fraction
        );
        for refusal in &self.refusals {
            text += &format!(
                "Refused by {}: {} actions; nearest miss: {}\n",
                refusal.limit, refusal.count, refusal.nearest_miss
            );
        }
        text
    }
}

/// `price_chain`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct PriceAnswer {
    /// Present where the chain was made by a generator: pass it on with any figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) watermark: Option<String>,
    /// Vendor format that was recognised.
    format: String,
    /// Rows of the file.
    rows_read: u64,
    /// Rows of the file that could not be used.
    rows_refused: u64,
    /// Quotes of the day and symbol asked for.
    #[serde(default)]
    pub(super) quotes_total: usize,
    /// Of them, those that pass the filter.
    #[serde(default)]
    pub(super) quotes_passing: usize,
    /// Those passing that were left out before the first one shown.
    #[serde(default)]
    pub(super) skipped: usize,
    /// Assumptions: rate, spot, dividend yield, each with its source.
    notes: Vec<String>,
    /// Prices in dollars per share, of the holder; in the order of the chain.
    pub(super) rows: Vec<PriceRow>,
    /// What it was made of.
    #[serde(default)]
    pub(super) citations: Vec<Citation>,
}

/// One quote. What is null could not be computed; `status` says why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct PriceRow {
    symbol: String,
    as_of: String,
    pub(super) expiry: String,
    /// Calendar days to expiry.
    pub(super) days: i32,
    /// C or P.
    pub(super) right: String,
    /// A or E.
    style: String,
    pub(super) strike: f64,
    spot: f64,
    /// Of the middle of bid and ask.
    price: Option<f64>,
    bid: Option<f64>,
    ask: Option<f64>,
    /// Implied volatility of the middle, fraction per year.
    iv: Option<f64>,
    iv_bid: Option<f64>,
    iv_ask: Option<f64>,
    pub(super) delta: Option<f64>,
    gamma: Option<f64>,
    vega_per_point: Option<f64>,
    theta_per_day: Option<f64>,
    /// Price of the share at which exercise pays; null where none does.
    boundary: Option<f64>,
    /// `ok`, or why there is no volatility.
    status: String,
}

impl Short for PriceAnswer {
    fn short(&self) -> String {
        let mut text = marked(self.watermark.as_ref());
        text += &format!(
            "{} of {} quotes pass the filter; {} are shown, from number {} on.\n",
            self.quotes_passing,
            self.quotes_total,
            self.rows.len(),
            self.skipped + 1
        );
        let show = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.digits$}"))
        };
        /// Rows of the short text; all are in the structured answer.
        const SHORT: usize = 5;
        for row in self.rows.iter().take(SHORT) {
            text += &format!(
                "{} {} {}{}: bid {} ask {} iv {} delta {} ({})\n",
                row.symbol,
                row.expiry,
                row.strike,
                row.right,
                show(row.bid, 2),
                show(row.ask, 2),
                show(row.iv, 4),
                show(row.delta, 3),
                row.status
            );
        }
        text
    }
}

/// A number or `n/a (reason)`, from what a backtest says.
fn told<'de, D: Deserializer<'de>>(from: D) -> Result<Figure, D::Error> {
    Ok(match Told::deserialize(from)? {
        Told::Value(value) => Figure::from(value),
        Told::Missing { missing } => Figure::missing(&missing),
    })
}

/// `backtest`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct BacktestAnswer {
    /// Present where the chains were made by a generator: pass it on with any figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watermark: Option<String>,
    /// The run: `jarvis2 replay ID` gives the same bytes again.
    pub(super) id: String,
    /// What was asked.
    pub(super) manifest: ManifestCut,
    /// The asked policy first, then what anybody could have done.
    policies: Vec<PolicyCut>,
    /// The asked policy under worse terms; empty: not run.
    stress: Vec<StressCut>,
    /// The rule, its delta and days chosen at the time; absent: not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walk_forward: Option<ForwardCut>,
    /// How much of the best of these policies luck alone would show. This run was counted.
    odds: OddsCut,
    /// What should be known about it.
    notes: Vec<String>,
    /// What it was made of.
    #[serde(default)]
    pub(super) citations: Vec<Citation>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct ManifestCut {
    policy: String,
    symbol: String,
    pub(super) files: Vec<String>,
    pub(super) data_sha256: String,
    pub(super) config_sha256: String,
    first: String,
    last: String,
    trading_days: usize,
    capital_usd: f64,
    rate_per_year: f64,
    fills: String,
    seed: u64,
    /// Days whose quotes were made from implied volatility and a table of spreads.
    days_with_made_quotes: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct PolicyCut {
    name: String,
    figures: FiguresCut,
    /// Mean return a year over each other policy, with an interval at 95 %; of the asked policy alone.
    over: Vec<Over>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct FiguresCut {
    last_equity_usd: f64,
    #[serde(deserialize_with = "told")]
    growth_per_year: Figure,
    volatility_per_year: f64,
    /// Largest fall from a high, fraction.
    drawdown: f64,
    #[serde(deserialize_with = "told")]
    sharpe: Figure,
    #[serde(deserialize_with = "told")]
    sharpe_standard_error: Figure,
    /// Chance that the true Sharpe ratio is above zero.
    #[serde(deserialize_with = "told")]
    probabilistic_sharpe: Figure,
    /// Years of such a record that would tell its Sharpe ratio from zero at 95 %.
    #[serde(deserialize_with = "told")]
    shortest_record_years: Figure,
    premium_received_usd: f64,
    premium_paid_usd: f64,
    fees_usd: f64,
    assigned_early: usize,
    assigned_at_expiry: usize,
    trades_ended: usize,
    /// Last, because it says least.
    trades_won: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct StressCut {
    name: String,
    figures: StressFigures,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct StressFigures {
    #[serde(deserialize_with = "told")]
    growth_per_year: Figure,
    #[serde(deserialize_with = "told")]
    sharpe: Figure,
    drawdown: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct ForwardCut {
    /// Sharpe ratio a year of the choices, out of sample.
    #[serde(deserialize_with = "told")]
    sharpe: Figure,
    #[serde(deserialize_with = "told")]
    probabilistic_sharpe: Figure,
    /// That of the variant that looks best afterwards: what a fit would have shown.
    #[serde(deserialize_with = "told")]
    best_in_sample: Figure,
    /// How often the best of half of the blocks is below the median in the other half.
    #[serde(deserialize_with = "told")]
    overfitting: Figure,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct OddsCut {
    /// How often the best policy of half of the blocks is below the median in the other half.
    #[serde(deserialize_with = "told")]
    overfitting: Figure,
    /// Chance that the asked policy's Sharpe ratio is more than the best of the trials shows by luck.
    #[serde(deserialize_with = "told")]
    deflated_sharpe: Figure,
    /// Different questions asked of these data so far, this one among them.
    trials: usize,
    /// Backtests that were ever run here, of whatever data.
    runs_counted: u64,
}

impl Short for BacktestAnswer {
    fn short(&self) -> String {
        let percent = |figure: &Figure| match figure {
            Figure::Known(value) => format!("{:+.1} %", 100.0 * value),
            Figure::Missing(why) => why.clone(),
        };
        let mut text = marked(self.watermark.as_ref());
        text += &format!(
            "Run {}: {}, {} from {} to {} ({} trading days). Trial {} of these data, run {} of all.\n",
            self.id,
            self.manifest.policy,
            self.manifest.symbol,
            self.manifest.first,
            self.manifest.last,
            self.manifest.trading_days,
            self.odds.trials,
            self.odds.runs_counted
        );
        for policy in &self.policies {
            text += &format!(
                "{}: {} a year, largest fall {:.1} %\n",
                policy.name,
                percent(&policy.figures.growth_per_year),
                100.0 * policy.figures.drawdown
            );
        }
        let asked = self.policies.first();
        for over in asked.map_or(&[] as &[Over], |policy| &policy.over) {
            text += &format!(
                "Over {}: {:+.1} % a year ({:+.1} to {:+.1}): {}\n",
                over.name,
                100.0 * over.mean,
                100.0 * over.low,
                100.0 * over.high,
                over.verdict()
            );
        }
        for note in &self.notes {
            text += &format!("! {note}\n");
        }
        text
    }
}

/// `recall`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct RecallAnswer {
    /// Present where the prices were made by a generator: pass it on with any figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) watermark: Option<String>,
    /// What this is and is not.
    meaning: String,
    /// The contract whose fate is asked for.
    contract: Option<ContractView>,
    /// The kind of market of the day, or `n/a (reason)`.
    regime_note: String,
    /// Only days in this regime were looked at; null: all were.
    only_regime: Option<String>,
    /// Days of the price history; null where the note says why.
    pub(super) prices: Option<PriceCut>,
    /// What the days say, or `n/a (reason)`.
    prices_note: String,
    /// Earlier situations of the diary, nearest first.
    pub(super) diary: Vec<DiaryPrecedent>,
    /// How they were chosen, or `n/a (reason)`.
    diary_note: String,
    /// What it was made of.
    #[serde(default)]
    pub(super) citations: Vec<Citation>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct PriceCut {
    pub(super) source: String,
    from: String,
    today: String,
    /// How distance and closeness are defined.
    rule: String,
    /// Days farther than this are not close.
    farthest: f64,
    /// Distance of the nearest day, close or not.
    nearest: f64,
    /// Days that were close. Their outcomes overlap.
    close_days: u32,
    /// The nearest of them whose outcomes do not overlap, nearest first.
    pub(super) precedents: Vec<PriceDay>,
    /// What followed on all of those.
    after_close: OutcomeView,
    /// What followed on every day whose outcome is known: the yardstick.
    after_any: OutcomeView,
}

impl Short for RecallAnswer {
    fn short(&self) -> String {
        format!(
            "{}{}\nRegime: {}\nDiary: {}\n",
            marked(self.watermark.as_ref()),
            self.prices_note,
            self.regime_note,
            self.diary_note
        )
    }
}

/// `journal_query`. Only the rows of the question that was asked are there. Money is in whole cents.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct JournalAnswer {
    /// Present where a row stems from synthetic data: pass it on with any figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) watermark: Option<String>,
    pub(super) question: Question,
    /// Why there are no rows, where there is no diary yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    /// Rows that there are.
    pub(super) rows_total: usize,
    /// Of them, how many are shown: the latest.
    pub(super) rows_shown: usize,
    /// By `YYYY-MM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) months: Option<BTreeMap<String, Period>>,
    /// All months together, also those not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<Period>,
    /// Both sides of the books; the difference is always 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reconciliation: Option<Reconciliation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lots: Option<Vec<OpenRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trades: Option<Vec<TradeRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decisions: Option<Vec<Past>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fills: Option<Vec<Entry>>,
    /// The diary, and the decisions shown.
    pub(super) citations: Vec<Citation>,
}

impl JournalAnswer {
    /// It was read in this diary, if there is one.
    pub(super) fn of_diary(&mut self, path: &str) {
        match std::path::Path::new(path).exists() {
            true => self.citations.push(Citation::new("diary", path, None)),
            false => {
                self.note = Some(format!(
                    "n/a (there is no diary at {path} yet: the first plan or note of the command line makes it)"
                ));
            }
        }
    }
}

impl Short for JournalAnswer {
    fn short(&self) -> String {
        use crate::journal::report::dollars;
        let mut text = marked(self.watermark.as_ref());
        text += &match &self.note {
            Some(note) => format!("{note}\n"),
            None => format!("{} rows, {} shown.\n", self.rows_total, self.rows_shown),
        };
        if let Some(total) = &self.total {
            text += &format!(
                "Options sold {}, bought {}, fees {}; realised by options that ended {}, by shares {}.\n",
                dollars(total.premium_received_cents),
                dollars(total.premium_paid_cents),
                dollars(total.trade_fees_cents),
                dollars(total.options_realised_cents),
                dollars(total.shares_realised_cents)
            );
        }
        text
    }
}

/// `hardware`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct HardwareAnswer {
    /// What the machine offers, each in words with its unit, or `n/a (reason)`.
    pub(super) machine: BTreeMap<String, String>,
    pub(super) memory: MemoryCut,
    /// What can compute besides the processor. Nothing is proven or measured by this question.
    pub(super) devices: Vec<DeviceRow>,
    pub(super) notes: Vec<String>,
    /// Version of the program.
    pub(super) version: String,
}

/// What may be taken.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct MemoryCut {
    pub(super) budget_bytes: u64,
    pub(super) budget_origin: String,
    /// How short memory is now.
    pub(super) pressure: String,
    /// What one plan reserves; null: more than there is.
    #[serde(default)]
    pub(super) plan_reserved_bytes: Option<u64>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct DeviceRow {
    /// `metal`, `cuda` or `vulkan`.
    pub(super) backend: String,
    /// Its name; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// Whether every kernel has been run on it and gave the right answer.
    pub(super) proven: bool,
    /// What is known, or why there is none.
    pub(super) verdict: String,
}

impl Short for HardwareAnswer {
    fn short(&self) -> String {
        let row = |name: &str| {
            self.machine
                .get(name)
                .map_or("n/a (not told)", String::as_str)
        };
        let proven = self.devices.iter().filter(|device| device.proven).count();
        format!(
            "{}, {} threads, memory {}, budget {}; {proven} proven GPUs.\n",
            row("cpu"),
            row("threads"),
            row("memory"),
            row("memory_budget")
        )
    }
}
