//! What a backtest says, as plain values: the JSON, and what the text and the page are made of.

use super::trials::{self, Trial, Trials as Log};
use super::{BacktestArgs, Outcome};
use crate::backtest::data::Past;
use crate::config::Config;
use crate::engine::inputs::sha256;
use crate::error::Error;
use crate::report::units::{decimal, percent, percent_signed, usd};
use evidence::backtest::forward::forward;
use evidence::backtest::score::{Scores, Trade, calibration};
use evidence::backtest::traders::Rule;
use evidence::backtest::{Cause, Run, Trader, What};
use evidence::record::{Record, Trials, overfitting};
use market::Cents;
use market::history::TRADING_DAYS_PER_YEAR;
use pricing::Right;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Version of this format.
const SCHEMA: u32 = 1;

/// Everything that a backtest says.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    #[serde(flatten)]
    pub(crate) body: Body,
    pub(crate) odds: OddsOfLuck,
    pub(crate) notes: Vec<String>,
}

/// The part of a report that depends on the question and the data alone: what a replay gives again, byte for byte.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) schema_version: u32,
    /// Of the manifest: the same question on the same data has the same id, and the same answer.
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) watermark: Option<String>,
    pub(crate) manifest: Manifest,
    /// The asked policy first, then what anybody could have done.
    pub(crate) policies: Vec<Policy>,
    /// The asked policy under worse terms; empty: not run.
    pub(crate) stress: Vec<Stress>,
    /// The rule, its delta and days chosen at the time; absent: not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) walk_forward: Option<ForwardView>,
}

/// A walk forward over variants of the rule.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ForwardView {
    /// Days between what is learnt from and what is judged on.
    pub(crate) gap_days: usize,
    pub(crate) variants: Vec<VariantView>,
    /// What was chosen for each fold; empty where the period is too short.
    pub(crate) folds: Vec<FoldView>,
    /// Sharpe ratio a year of the choices, out of sample.
    pub(crate) sharpe: Told,
    pub(crate) probabilistic_sharpe: Told,
    /// That of the variant that looks best over the same days afterwards: what a fit would have shown.
    pub(crate) best_in_sample: Told,
    /// How often the best of half of the blocks is below the median in the other half, among the variants.
    pub(crate) overfitting: Told,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct VariantView {
    pub(crate) name: String,
    pub(crate) sharpe: Told,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct FoldView {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) chosen: String,
}

/// Folds of a walk forward.
const FOLDS: usize = 8;
/// Trading days of the longest variant: 45 days on the calendar, rounded up.
const GAP: usize = 33;

fn walked(outcome: &Outcome) -> Option<ForwardView> {
    let year = TRADING_DAYS_PER_YEAR;
    let first = outcome.variants.first()?;
    let excess: Vec<Vec<f64>> = outcome
        .variants
        .iter()
        .map(|lived| lived.run.excess())
        .collect();
    let sharpe = |returns: &[f64]| match Record::of(returns) {
        Ok(record) => Told::of(Some(record.annual(year)), "not a number"),
        Err(error) => Told::of(None, &error.to_string()),
    };
    let variants = outcome.variants.iter().zip(&excess);
    let variants = variants.map(|(lived, returns)| VariantView {
        name: lived.label.clone(),
        sharpe: sharpe(returns),
    });
    let date = |place: usize| first.run.nights[place].date.to_string();
    let mut view = ForwardView {
        gap_days: GAP,
        variants: variants.collect(),
        folds: Vec::new(),
        sharpe: Told::of(None, ""),
        probabilistic_sharpe: Told::of(None, ""),
        best_in_sample: Told::of(None, ""),
        overfitting: match overfitting(&excess, 16) {
            Ok(found) => Told::of(Some(found.loses), "not a number"),
            Err(error) => Told::of(None, &error.to_string()),
        },
    };
    match forward(&excess, FOLDS, GAP) {
        Err(error) => {
            let none = Told::of(None, &error.to_string());
            view.sharpe.clone_from(&none);
            view.probabilistic_sharpe.clone_from(&none);
            view.best_in_sample = none;
        }
        Ok(found) => {
            let folds = found.folds.iter().map(|fold| FoldView {
                first: date(fold.first),
                last: date(fold.end - 1),
                chosen: outcome.variants[fold.chosen].label.clone(),
            });
            view.folds = folds.collect();
            view.sharpe = sharpe(&found.out);
            view.probabilistic_sharpe = match Record::of(&found.out) {
                Ok(record) => Told::of(Some(record.probabilistic(0.0)), "not a number"),
                Err(error) => Told::of(None, &error.to_string()),
            };
            let judged = found.folds.first().map_or(0, |fold| fold.first);
            let best = excess
                .iter()
                .filter_map(|returns| Some(Record::of(&returns[judged..]).ok()?.annual(year)))
                .max_by(f64::total_cmp);
            view.best_in_sample = Told::of(best, "no variant moved");
        }
    }
    Some(view)
}

impl std::ops::Deref for Report {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.body
    }
}

/// What the numbers depend on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Manifest {
    pub(crate) program: String,
    pub(crate) policy: String,
    pub(crate) symbol: String,
    pub(crate) files: Vec<String>,
    pub(crate) data_sha256: String,
    pub(crate) config_sha256: String,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) trading_days: usize,
    pub(crate) capital_usd: f64,
    pub(crate) rate_per_year: f64,
    pub(crate) fills: String,
    pub(crate) fee_usd_per_contract: f64,
    pub(crate) fee_usd_per_share: f64,
    pub(crate) fee_usd_per_assignment: f64,
    pub(crate) seed: u64,
    /// What was asked for besides: `stress`, `walk_forward`.
    pub(crate) besides: Vec<String>,
    /// Of each plan: search, each draw, paths; empty for other policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<Budget>,
    /// Days whose quotes were made from implied volatility and a table of spreads.
    pub(crate) days_with_made_quotes: usize,
}

/// What each plan may take.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Budget {
    pub(crate) evaluations: u32,
    pub(crate) draws: u32,
    pub(crate) draw_evaluations: u32,
    pub(crate) paths: u32,
    pub(crate) root_actions: u32,
    pub(crate) plans: usize,
    pub(crate) evaluations_done: u64,
    pub(crate) simulations_done: u64,
}

/// A number, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Told {
    Value(f64),
    Missing { missing: String },
}

impl Told {
    fn of(value: Option<f64>, why: &str) -> Told {
        match value {
            Some(value) if value.is_finite() => Told::Value(value),
            _ => Told::Missing {
                missing: why.to_owned(),
            },
        }
    }

    pub(crate) fn show(&self, how: impl Fn(f64) -> String) -> String {
        match self {
            Told::Value(value) => how(*value),
            Told::Missing { missing } => format!("n/a ({missing})"),
        }
    }
}

/// One policy's figures, curve and statement.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) figures: Figures,
    /// Mean return a year over each other policy of this report.
    pub(crate) over: Vec<Over>,
    pub(crate) nights: Vec<NightView>,
    pub(crate) entries: Vec<EntryView>,
    pub(crate) trades: Vec<TradeView>,
    /// Orders that were not carried out, by reason.
    pub(crate) unfilled: BTreeMap<String, usize>,
    pub(crate) partly_filled: u32,
    pub(crate) calibration: Vec<Bin>,
    pub(crate) brier: Told,
    /// What a plan decided; empty for other policies.
    pub(crate) decisions: Vec<DecisionView>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) last_equity_usd: f64,
    pub(crate) growth_per_year: Told,
    pub(crate) volatility_per_year: f64,
    pub(crate) drawdown: f64,
    pub(crate) cvar95_day: f64,
    pub(crate) sharpe: Told,
    pub(crate) sharpe_standard_error: Told,
    /// Chance that the true Sharpe ratio is above zero.
    pub(crate) probabilistic_sharpe: Told,
    /// Years of such a record that would tell its Sharpe ratio from zero at 95 %.
    pub(crate) shortest_record_years: Told,
    /// Mean a year of what is left without the share's part: yesterday's exposure times what the share returned over bills.
    pub(crate) net_per_year: Told,
    pub(crate) net_sharpe: Told,
    pub(crate) net_probabilistic_sharpe: Told,
    pub(crate) turnover_per_year: f64,
    pub(crate) exposure: f64,
    pub(crate) premium_received_usd: f64,
    pub(crate) premium_paid_usd: f64,
    pub(crate) fees_usd: f64,
    pub(crate) dividends_usd: f64,
    pub(crate) interest_usd: f64,
    pub(crate) assigned_early: usize,
    pub(crate) assigned_at_expiry: usize,
    pub(crate) expired_worthless: usize,
    pub(crate) marks_not_of_quotes: usize,
    pub(crate) marks: usize,
    pub(crate) trades_ended: usize,
    /// Last, because it says least.
    pub(crate) trades_won: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Over {
    pub(crate) name: String,
    /// Per year, with an interval at 95 % by blocks.
    pub(crate) mean: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Over {
    /// In words, by the interval alone.
    pub(crate) fn verdict(&self) -> &'static str {
        if self.low > 0.0 {
            "better"
        } else if self.high < 0.0 {
            "worse"
        } else {
            "not told apart"
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct NightView {
    pub(crate) date: String,
    pub(crate) spot_usd: f64,
    pub(crate) cash_usd: f64,
    pub(crate) shares: i64,
    pub(crate) options_usd: f64,
    pub(crate) interest_usd: f64,
    pub(crate) equity_usd: f64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct EntryView {
    pub(crate) date: String,
    pub(crate) what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contract: Option<ContractView>,
    /// Contracts or shares; negative: sold.
    pub(crate) count: i64,
    pub(crate) price_usd: f64,
    pub(crate) fees_usd: f64,
    pub(crate) cash_usd: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bid_usd: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ask_usd: Option<f64>,
    pub(crate) spot_usd: f64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ContractView {
    pub(crate) right: String,
    pub(crate) strike_usd: f64,
    pub(crate) expiry: String,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TradeView {
    pub(crate) decided: String,
    pub(crate) opened: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closed: Option<String>,
    pub(crate) ending: String,
    pub(crate) right: String,
    pub(crate) strike_usd: f64,
    pub(crate) expiry: String,
    pub(crate) days: i32,
    pub(crate) contracts: i32,
    pub(crate) premium_usd: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost_usd: Option<f64>,
    pub(crate) fees_usd: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gain_usd: Option<f64>,
    pub(crate) spot_usd: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delta: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Bin {
    pub(crate) trades: usize,
    pub(crate) mean_delta: f64,
    pub(crate) in_the_money: f64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct DecisionView {
    pub(crate) date: String,
    pub(crate) outcome: String,
    pub(crate) action: String,
    pub(crate) because: String,
    pub(crate) over_holding_usd: Told,
    pub(crate) over_holding_low_usd: Told,
    pub(crate) over_holding_high_usd: Told,
    pub(crate) chance_of_profit: Told,
    pub(crate) chance_of_assignment: Told,
    pub(crate) stays_best: Told,
    pub(crate) implied_vol: Told,
    pub(crate) forecast_vol: Told,
    pub(crate) evaluations: u64,
    pub(crate) simulations: u64,
    pub(crate) others: Vec<OtherView>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct OtherView {
    pub(crate) action: String,
    pub(crate) over_holding_usd: f64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stress {
    pub(crate) name: String,
    pub(crate) figures: Figures,
}

/// How much of the best of these policies luck alone would show.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OddsOfLuck {
    /// How often the best policy of half of the blocks is below the median in the other half.
    pub(crate) overfitting: Told,
    pub(crate) overfitting_of: usize,
    /// Chance that the asked policy's Sharpe ratio is more than the best of the trials shows by luck.
    pub(crate) deflated_sharpe: Told,
    /// Different questions asked of these data so far, this one among them.
    pub(crate) trials: usize,
    /// Backtests that were ever run here, of whatever data.
    pub(crate) runs_counted: u64,
}

/// Puts together what depends on the question and the data alone.
pub(crate) fn body(args: &BacktestArgs, config: &Config, past: &Past, outcome: &Outcome) -> Body {
    let manifest = manifest(args, config, past, outcome);
    let id = sha256(format!("{manifest:?}").as_bytes())[..16].to_owned();
    let policies = outcome
        .runs
        .iter()
        .enumerate()
        .map(|(place, lived)| {
            let others = outcome
                .runs
                .iter()
                .filter(|other| other.label != lived.label);
            let over = others.filter_map(|other| {
                let interval = lived.run.over(&other.run, args.seed).ok()?;
                Some(Over {
                    name: other.label.clone(),
                    mean: interval.value,
                    low: interval.low,
                    high: interval.high,
                })
            });
            let decisions = if place == 0 {
                decisions(outcome)
            } else {
                Vec::new()
            };
            // Intervals against everybody: of the asked policy alone.
            let over = if place == 0 {
                over.collect()
            } else {
                Vec::new()
            };
            policy(&lived.label, &lived.run, over, decisions)
        })
        .collect();
    let stress = outcome
        .stress
        .iter()
        .map(|lived| Stress {
            name: lived.label.clone(),
            figures: figures(&lived.run.scores()),
        })
        .collect();
    Body {
        schema_version: SCHEMA,
        id,
        watermark: past.synthetic.then(|| {
            format!(
                "SYNTHETIC DATA: {} does not exist; nothing here is evidence",
                past.symbol
            )
        }),
        manifest,
        policies,
        stress,
        walk_forward: walked(outcome),
    }
}

/// Adds what depends on what was asked before, and counts the run.
pub(crate) fn report(
    args: &BacktestArgs,
    config: &Config,
    past: &Past,
    outcome: &Outcome,
    body: Body,
    log: &mut Log,
) -> Result<Report, Error> {
    let asked = &outcome.runs[0];
    let (id, manifest) = (&body.id, &body.manifest);
    let mut notes = outcome.notes.clone();
    let opened = log.openings(&past.sha256);
    if args.open_frozen && opened > 0 {
        notes.push(format!("the frozen period of these data had been opened {opened} times before: this is not out of sample"));
    }
    let record = asked.run.scores().record.ok();
    let over = |name: &str| {
        let other = outcome.runs.iter().find(|other| other.label == name)?;
        let interval = asked.run.over(&other.run, args.seed).ok()?;
        Some([interval.value, interval.low, interval.high])
    };
    // What is asked besides is no other trial.
    let bare = Manifest {
        besides: Vec::new(),
        ..manifest.clone()
    };
    log.add(Trial {
        number: 0,
        question: sha256(format!("{bare:?}").as_bytes())[..16].to_owned(),
        at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        run: id.clone(),
        policy: asked.label.clone(),
        version: trials::version(config),
        symbol: past.symbol.clone(),
        data_sha256: past.sha256.clone(),
        synthetic: past.synthetic,
        first: manifest.first.clone(),
        last: manifest.last.clone(),
        trading_days: manifest.trading_days,
        sharpe_per_day: record.as_ref().map(Record::sharpe),
        probabilistic_sharpe: record.as_ref().map(|record| record.probabilistic(0.0)),
        over_holding: over("buy and hold"),
        over_rule: over(&Rule::default().name()),
        opened: args.open_frozen,
        before: String::new(),
    })?;
    if let Some(broken) = &log.broken {
        notes.push(format!("the log of trials cannot be trusted: {broken}"));
    }
    Ok(Report {
        body,
        odds: odds(outcome, &asked.run, &log.ratios(&past.sha256), log.counted),
        notes,
    })
}

fn manifest(args: &BacktestArgs, config: &Config, past: &Past, outcome: &Outcome) -> Manifest {
    let asked = &outcome.runs[0].run;
    let date = |night: Option<&evidence::backtest::Night>| {
        night.map_or_else(String::new, |night| night.date.to_string())
    };
    let fills = &asked.terms.fills;
    let costs = &asked.terms.costs;
    let plans = outcome.decisions.len();
    Manifest {
        program: format!("jarvis2 {}", env!("CARGO_PKG_VERSION")),
        policy: outcome.runs[0].label.clone(),
        symbol: past.symbol.clone(),
        files: past.names(),
        data_sha256: past.sha256.clone(),
        config_sha256: sha256(
            format!(
                "{:?}",
                (
                    &config.objective,
                    &config.decision,
                    &config.market,
                    &config.limits,
                    &config.actions,
                    &config.costs,
                    &config.search,
                    &config.nets
                )
            )
            .as_bytes(),
        ),
        first: date(asked.nights.first()),
        last: date(asked.nights.last()),
        trading_days: asked.nights.len(),
        capital_usd: asked.terms.capital.usd(),
        rate_per_year: asked.terms.rate,
        fills: format!("{fills:?}"),
        fee_usd_per_contract: costs.per_contract.usd(),
        fee_usd_per_share: costs.per_share_usd,
        fee_usd_per_assignment: costs.per_assignment.usd(),
        seed: args.seed,
        besides: args.besides(),
        budget: (plans > 0).then(|| Budget {
            evaluations: config.search.evaluations,
            draws: config.search.draws,
            draw_evaluations: config.search.draw_evaluations,
            paths: config.search.paths,
            root_actions: config.search.root_actions,
            plans,
            evaluations_done: outcome
                .decisions
                .iter()
                .map(|decided| decided.advice.evaluations)
                .sum(),
            simulations_done: outcome
                .decisions
                .iter()
                .map(|decided| decided.advice.simulations)
                .sum(),
        }),
        days_with_made_quotes: outcome.made.0,
    }
}

fn policy(name: &str, run: &Run, over: Vec<Over>, decisions: Vec<DecisionView>) -> Policy {
    let trades = run.trades();
    let calibrated = calibration(&trades);
    let mut unfilled = BTreeMap::new();
    for order in &run.unfilled {
        *unfilled.entry(order.why.to_string()).or_insert(0) += 1;
    }
    Policy {
        name: name.to_owned(),
        figures: figures(&run.scores()),
        over,
        nights: run.nights.iter().map(night).collect(),
        entries: run.entries.iter().map(entry).collect(),
        trades: trades.iter().map(trade).collect(),
        unfilled,
        partly_filled: run.partly,
        calibration: calibrated
            .bins
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(trades, mean_delta, in_the_money)| Bin {
                trades,
                mean_delta,
                in_the_money,
            })
            .collect(),
        brier: Told::of(calibrated.brier, "no trade was held to its end"),
        decisions,
    }
}

pub(crate) fn figures(scores: &Scores) -> Figures {
    let year = TRADING_DAYS_PER_YEAR;
    let record = scores.record.as_ref();
    let why = scores.record.as_ref().err().map_or("", String::as_str);
    let of = |value: Option<f64>| Told::of(value, why);
    let record = record.ok();
    let (net, net_why) = match &scores.net {
        Ok(net) => (Some(net), ""),
        Err(why) => (None, why.as_str()),
    };
    let net_of = |value: Option<f64>| Told::of(value, net_why);
    Figures {
        last_equity_usd: scores.last.usd(),
        growth_per_year: Told::of(scores.cagr, "less than a month, or nothing is left"),
        volatility_per_year: scores.volatility,
        drawdown: scores.drawdown,
        cvar95_day: scores.cvar95_day,
        sharpe: of(record.map(|record| record.annual(year))),
        sharpe_standard_error: of(record.map(|record| record.standard_error() * year.sqrt())),
        probabilistic_sharpe: of(record.map(|record| record.probabilistic(0.0))),
        shortest_record_years: match record.map(|record| record.shortest(0.0, 0.95) / year) {
            Some(years) if years.is_infinite() => Told::of(None, "the ratio is not above zero"),
            years => of(years),
        },
        net_per_year: net_of(net.map(|net| net.mean * year)),
        net_sharpe: net_of(net.map(|net| net.annual(year))),
        net_probabilistic_sharpe: net_of(net.map(|net| net.probabilistic(0.0))),
        turnover_per_year: scores.turnover,
        exposure: scores.exposure,
        premium_received_usd: scores.sums.premium_received.usd(),
        premium_paid_usd: scores.sums.premium_paid.usd(),
        fees_usd: scores.sums.fees.usd(),
        dividends_usd: scores.sums.dividends.usd(),
        interest_usd: scores.sums.interest.usd(),
        assigned_early: scores.sums.assigned_early,
        assigned_at_expiry: scores.sums.assigned_at_expiry,
        expired_worthless: scores.sums.expired,
        marks_not_of_quotes: scores.marked_otherwise.0,
        marks: scores.marked_otherwise.1,
        trades_ended: scores.ended.0,
        trades_won: scores.ended.1,
    }
}

fn night(night: &evidence::backtest::Night) -> NightView {
    NightView {
        date: night.date.to_string(),
        spot_usd: night.spot.usd(),
        cash_usd: night.cash.usd(),
        shares: night.shares,
        options_usd: night.options.usd(),
        interest_usd: night.interest.usd(),
        equity_usd: night.equity.usd(),
    }
}

pub(crate) fn right(right: Right) -> String {
    if right == Right::Put { "put" } else { "call" }.to_owned()
}

fn entry(entry: &evidence::backtest::Entry) -> EntryView {
    let (contract, count) = match entry.what {
        What::Contracts {
            right: side,
            strike,
            expiry,
            count,
        } => (
            Some(ContractView {
                right: right(side),
                strike_usd: strike.usd(),
                expiry: expiry.to_string(),
            }),
            i64::from(count),
        ),
        What::Shares(count) => (None, count),
        What::Dividend | What::Split(_) => (None, 0),
    };
    let what = match (entry.what, entry.why) {
        (What::Dividend, _) => "dividend".to_owned(),
        (What::Split(ratio), _) => format!("split {ratio} for 1"),
        (What::Shares(count), Some(Cause::Order(..))) => {
            let verb = if count < 0 { "sell" } else { "buy" };
            format!("{verb} shares")
        }
        (
            What::Contracts {
                right: side, count, ..
            },
            Some(Cause::Order(..)),
        ) => {
            let verb = if count < 0 { "sell" } else { "buy" };
            format!("{verb} {}", right(side))
        }
        (_, Some(Cause::Ended(ending))) => format!("{ending:?}").to_lowercase(),
        (_, Some(Cause::UnevenSplit)) => "closed before an uneven split".to_owned(),
        (_, Some(Cause::Delisted)) => "delisted".to_owned(),
        (_, None) => "n/a (no cause was written down)".to_owned(),
    };
    let (bid_usd, ask_usd) = entry.quote.unwrap_or((None, None));
    EntryView {
        date: entry.date.to_string(),
        what,
        contract,
        count,
        price_usd: entry.price.usd(),
        fees_usd: entry.fees.usd(),
        cash_usd: entry.cash.usd(),
        bid_usd,
        ask_usd,
        spot_usd: entry.spot.usd(),
    }
}

pub(crate) fn kind_words(kind: wheel::Kind) -> &'static str {
    match kind {
        wheel::Kind::DoNothing => "do nothing",
        wheel::Kind::SellPut => "sell put",
        wheel::Kind::SellCall => "sell call",
        wheel::Kind::Close => "close",
        wheel::Kind::Roll => "roll",
        wheel::Kind::BuyShares => "buy shares",
        wheel::Kind::SellShares => "sell shares",
    }
}

fn trade(trade: &Trade) -> TradeView {
    TradeView {
        decided: trade.decided.to_string(),
        opened: trade.opened.to_string(),
        closed: trade.closed.map(|date| date.to_string()),
        ending: trade
            .ending
            .map_or("still open", |how| how.words())
            .to_owned(),
        right: right(trade.right),
        strike_usd: trade.strike.usd(),
        expiry: trade.expiry.to_string(),
        days: (trade.expiry - trade.opened).get_days(),
        contracts: trade.contracts,
        premium_usd: trade.premium.usd(),
        cost_usd: trade.cost.map(Cents::usd),
        fees_usd: trade.fees.usd(),
        gain_usd: trade.gain.map(Cents::usd),
        spot_usd: trade.spot.usd(),
        delta: trade.delta,
    }
}

/// An action in a line; its days count from the date of the decision.
fn words(action: &wheel::Action, date: jiff::civil::Date) -> String {
    let legs: Vec<String> = action
        .legs()
        .iter()
        .map(|leg| match *leg {
            wheel::Leg::Option {
                right: side,
                strike,
                expiry_day,
                contracts,
                price,
            } => {
                let verb = if contracts < 0 { "sell" } else { "buy" };
                let expiry = date.saturating_add(jiff::Span::new().days(i64::from(expiry_day)));
                format!(
                    "{verb} {} {expiry} {strike} {} at {price}",
                    contracts.abs(),
                    right(side)
                )
            }
            wheel::Leg::Shares { count, price } => {
                let verb = if count < 0 { "sell" } else { "buy" };
                format!("{verb} {} shares at {price}", count.abs())
            }
        })
        .collect();
    if legs.is_empty() {
        kind_words(action.kind()).to_owned()
    } else {
        legs.join(", ")
    }
}

fn decisions(outcome: &Outcome) -> Vec<DecisionView> {
    let view = |decided: &super::planner::Decided| {
        let advice = &decided.advice;
        let none = "the chain carried no decision";
        DecisionView {
            date: decided.date.to_string(),
            outcome: advice
                .outcome
                .map_or("none", |outcome| match outcome {
                    crate::plan::Outcome::Act => "act",
                    crate::plan::Outcome::DoNothing => "do_nothing",
                    crate::plan::Outcome::Abstain => "abstain",
                })
                .to_owned(),
            action: advice
                .action
                .as_ref()
                .map_or_else(|| "n/a".to_owned(), |action| words(action, decided.date)),
            because: advice.because.clone(),
            over_holding_usd: Told::of(advice.over_holding.map(|interval| interval.value), none),
            over_holding_low_usd: Told::of(advice.over_holding.map(|interval| interval.low), none),
            over_holding_high_usd: Told::of(
                advice.over_holding.map(|interval| interval.high),
                none,
            ),
            chance_of_profit: Told::of(advice.odds.map(|odds| odds.0), "no lot is watched"),
            chance_of_assignment: Told::of(advice.odds.map(|odds| odds.1), "no lot is watched"),
            stays_best: Told::of(advice.stays_best, "clear before the draws"),
            implied_vol: Told::of(Some(advice.implied_vol), none),
            forecast_vol: Told::of(Some(advice.forecast_vol), none),
            evaluations: advice.evaluations,
            simulations: advice.simulations,
            others: advice
                .others
                .iter()
                .map(|(action, worth)| OtherView {
                    action: words(action, decided.date),
                    over_holding_usd: *worth,
                })
                .collect(),
        }
    };
    outcome.decisions.iter().map(view).collect()
}

/// `ratios`: Sharpe ratios per day of the different questions asked of these data so far, this one among them.
fn odds(
    outcome: &Outcome,
    asked: &Run,
    ratios: &BTreeMap<String, f64>,
    counted: u64,
) -> OddsOfLuck {
    let excess: Vec<Vec<f64>> = outcome
        .runs
        .iter()
        .map(|lived| lived.run.excess())
        .collect();
    let moving: Vec<Vec<f64>> = excess
        .iter()
        .filter(|returns| returns.iter().any(|r| r.abs() > 1e-9))
        .cloned()
        .collect();
    let overfitting = overfitting(&moving, 16)
        .map(|found| found.loses)
        .map_err(|error| error.to_string());
    let tried: Vec<f64> = ratios.values().copied().collect();
    let deflated = match (asked.scores().record, tried.len() > 1) {
        (Ok(record), true) => Told::of(Some(record.deflated(&Trials::of(&tried))), "not a number"),
        (Err(why), _) => Told::of(None, &why),
        _ => Told::of(None, "the only question asked of these data so far"),
    };
    OddsOfLuck {
        overfitting: match overfitting {
            Ok(share) => Told::Value(share),
            Err(why) => Told::Missing { missing: why },
        },
        overfitting_of: moving.len(),
        deflated_sharpe: deflated,
        trials: tried.len(),
        runs_counted: counted,
    }
}

/// The report in a terminal.
pub(crate) fn text(report: &Report) -> String {
    let mut out = String::new();
    let manifest = &report.manifest;
    if let Some(watermark) = &report.watermark {
        let _ = writeln!(out, "*** {watermark}\n");
    }
    let _ = writeln!(
        out,
        "{} on {}, {} to {}: {} trading days, {} of capital",
        manifest.policy,
        manifest.symbol,
        manifest.first,
        manifest.last,
        manifest.trading_days,
        usd(manifest.capital_usd)
    );
    let _ = writeln!(
        out,
        "\n{:<36} {:>12} {:>8} {:>7} {:>8} {:>15} {:>6} {:>7}",
        "", "last equity", "a year", "vol", "drawdown", "Sharpe", "PSR", "trades"
    );
    for policy in &report.policies {
        let _ = writeln!(out, "{}", row(&policy.name, &policy.figures));
    }
    if report.stress.is_empty() {
        let _ = writeln!(out, "\nunder worse terms: n/a (not run: --stress)");
    } else {
        let _ = writeln!(out, "\n{} under worse terms:", manifest.policy);
        for stress in &report.stress {
            let _ = writeln!(out, "{}", row(&stress.name, &stress.figures));
        }
    }
    let asked = &report.policies[0];
    let _ = writeln!(
        out,
        "\nmean return a year over what anybody could have done (95 % interval, blocks of days):"
    );
    for over in &asked.over {
        let _ = writeln!(
            out,
            "  {:<36} {:>8} ({} to {}): {}",
            over.name,
            percent_signed(over.mean),
            percent_signed(over.low),
            percent_signed(over.high),
            over.verdict()
        );
    }
    if let Some(walk) = &report.walk_forward {
        let _ = writeln!(
            out,
            "\nthe rule, chosen at the time out of {} by the days before (the last {} left out), {} folds: Sharpe {} out of sample (above zero with a chance of {}); the one that looks best afterwards: {}; overfitting among them: {}",
            walk.variants.len(),
            walk.gap_days,
            walk.folds.len(),
            walk.sharpe.show(|sharpe| decimal(sharpe, 2)),
            walk.probabilistic_sharpe.show(percent),
            walk.best_in_sample.show(|sharpe| decimal(sharpe, 2)),
            walk.overfitting.show(percent)
        );
        for fold in &walk.folds {
            let _ = writeln!(out, "  {} to {}: {}", fold.first, fold.last, fold.chosen);
        }
    }
    let figures = &asked.figures;
    let _ = writeln!(
        out,
        "\npremium {} received, {} paid; fees {}; dividends {}; interest {}; {} lots expired worthless, {} assigned at expiry, {} early",
        usd(figures.premium_received_usd),
        usd(figures.premium_paid_usd),
        usd(figures.fees_usd),
        usd(figures.dividends_usd),
        usd(figures.interest_usd),
        figures.expired_worthless,
        figures.assigned_at_expiry,
        figures.assigned_early
    );
    let _ = writeln!(
        out,
        "without the share's part: {} a year, Sharpe {}, chance that it is above zero {}",
        figures.net_per_year.show(percent_signed),
        figures.net_sharpe.show(|sharpe| decimal(sharpe, 2)),
        figures.net_probabilistic_sharpe.show(percent)
    );
    let _ = writeln!(
        out,
        "turnover {} a year, exposure {}; years that would tell this Sharpe ratio from zero: {}; deflated for {} questions asked of these data ({} runs counted in all): {}; overfitting among the {} policies above: {}",
        decimal(figures.turnover_per_year, 2),
        percent(figures.exposure),
        figures
            .shortest_record_years
            .show(|years| decimal(years, 1)),
        report.odds.trials,
        report.odds.runs_counted,
        report.odds.deflated_sharpe.show(percent),
        report.odds.overfitting_of,
        report.odds.overfitting.show(percent)
    );
    if let Some(budget) = &manifest.budget {
        let acted = asked
            .decisions
            .iter()
            .filter(|decision| decision.outcome == "act")
            .count();
        let _ = writeln!(
            out,
            "{} plans of {} evaluations and {} draws: {acted} acted; {} evaluations and {} simulations done in their main searches",
            budget.plans,
            budget.evaluations,
            budget.draws,
            budget.evaluations_done,
            budget.simulations_done
        );
    }
    let unfilled: usize = asked.unfilled.values().sum();
    if unfilled > 0 || asked.partly_filled > 0 {
        let reasons: Vec<String> = asked
            .unfilled
            .iter()
            .map(|(why, count)| format!("{count} {why}"))
            .collect();
        let _ = writeln!(
            out,
            "orders not filled: {unfilled} ({}); filled in part: {}",
            reasons.join(", "),
            asked.partly_filled
        );
    }
    for note in &report.notes {
        let _ = writeln!(out, "note: {note}");
    }
    let _ = writeln!(
        out,
        "of {} trades that ended, {} made money (which says little)",
        figures.trades_ended, figures.trades_won
    );
    let _ = writeln!(out, "run {}", report.id);
    out
}

fn row(name: &str, figures: &Figures) -> String {
    let sharpe = match (&figures.sharpe, &figures.sharpe_standard_error) {
        (Told::Value(sharpe), Told::Value(error)) => format!("{sharpe:.2} +- {error:.2}"),
        _ => "n/a".to_owned(),
    };
    format!(
        "{:<36} {:>12} {:>8} {:>7} {:>8} {:>15} {:>6} {:>7}",
        name,
        usd(figures.last_equity_usd),
        figures.growth_per_year.show(percent_signed),
        percent(figures.volatility_per_year),
        percent(figures.drawdown),
        sharpe,
        match &figures.probabilistic_sharpe {
            Told::Value(psr) => percent(*psr),
            Told::Missing { .. } => "n/a".to_owned(),
        },
        figures.trades_ended
    )
}
