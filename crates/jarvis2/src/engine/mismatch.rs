//! Planned under one model, lived in another: what a choice is worth where the market is not what the plan took it for.
//!
//! A policy is a choice with what manages it later, made under a model A. A market B is A itself, the model under other assumptions,
//! or a world of `evidence::worlds`. Every policy of a table walks the same paths of B, and all of B are quoted and traded by the
//! plan's own rules: what differs is how prices and volatilities move. What a cell shows is what the policy is worth over holding,
//! and its tail.
//!
//! ```text
//! level of a model         root of the mean of sum ln^2(S' / E[S' | S]) over its paths, a year
//! level of a world         that of the plan's model: as much variance, otherwise shared out
//! blocks with an index     that of the model if nothing were paid for risk x volatility of the returns / mean of the index
//! ```
//! On a skewed smile paths vary more than the volatility at the money says, as an index of implied volatility does; the last line puts
//! the premium of the history in the place of the plan's.

use super::decide::{self, Graded, Searched, Table, baselines, grade_of, line_of};
use super::explain;
use super::fit;
use super::inputs::Inputs;
use super::policy::TreePolicy;
use crate::error::Error;
use crate::plan::{Figure, MismatchRow, MismatchView, Outcome};
use crate::progress::Progress;
use crate::report::units;
use evidence::worlds::{Bootstrap, Garch, Heston, Regimes, World};
use evidence::{Grade, Hold, Interval, Once, Paths, difference, walk_all};
use market::futures::Assumptions;

/// Fewer returns make no market: what happens once in a year must be among them.
pub(crate) const RETURNS_MIN: usize = 250;
/// Mean length of a block of returns, in trading days.
const BLOCK_DAYS: f64 = 20.0;
/// A forecast may be wrong by as much.
const LOWER: f64 = 0.8;
const HIGHER: f64 = 1.25;

/// A plan walks other markets on this part of its paths.
const PART: u32 = 2;

/// A market to live in.
pub(crate) struct Market {
    pub(crate) name: String,
    /// Its volatility to the horizon, fraction per year.
    pub(crate) vol: f64,
    moves: Moves,
}

enum Moves {
    /// The model's, under these assumptions.
    Model(Box<Assumptions>),
    World(World),
}

/// A market that there is not, and why.
pub(crate) struct LeftOut {
    pub(crate) market: String,
    pub(crate) why: String,
}

/// Returns, and the index of their days.
pub(crate) type Indexed = (Vec<f64>, Vec<f64>);

/// Returns that were, oldest first, and an index of implied volatility of the same days, fraction per year.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    pub(crate) returns: Vec<f64>,
    /// Returns of the days on which the index is known, and the index; or why there are none.
    pub(crate) with_index: Option<Result<Indexed, String>>,
}

impl Market {
    /// So many paths that had no say in any choice: of the model's own those that grade the plan.
    fn paths(&self, table: &Table, inputs: &Inputs, count: u32) -> Result<Paths, String> {
        let rules = &table.rules;
        let (count, seed) = (count as usize, decide::seed(inputs, decide::GRADES));
        let (day, threads) = (rules.horizon_day, inputs.threads());
        match &self.moves {
            Moves::Model(assumptions) => {
                let futures = rules.futures.under(**assumptions);
                Ok(Paths::simulate(&futures, day, count, seed, threads))
            }
            Moves::World(world) => world
                .simulate(&rules.futures, self.vol, day, count, seed, threads)
                .map_err(|error| error.to_string()),
        }
    }

    /// Has the hedging control a mean of zero? Of a history in blocks the mean is known from today only.
    fn controlled(&self) -> bool {
        !matches!(self.moves, Moves::World(World::Bootstrap(_)))
    }

    fn model(name: &str, assumptions: Assumptions, table: &Table, inputs: &Inputs) -> Market {
        Market {
            name: name.to_owned(),
            vol: level(assumptions, table, inputs),
            moves: Moves::Model(Box::new(assumptions)),
        }
    }
}

/// Volatility to the horizon of the model's paths under these assumptions, jumps included, fraction per year.
fn level(assumptions: Assumptions, table: &Table, inputs: &Inputs) -> f64 {
    let rules = &table.rules;
    let futures = rules.futures.under(assumptions);
    let count = (inputs.config.search.paths as usize).min(LEVEL_PATHS);
    let seed = decide::seed(inputs, decide::GRADES);
    let paths = Paths::simulate(&futures, rules.horizon_day, count, seed, inputs.threads());
    let mut square = 0.0;
    for path in paths.iter() {
        let mut before = futures.today();
        for state in path {
            square += (state.spot / futures.mean_spot(&before, state.day))
                .ln()
                .powi(2);
            before = *state;
        }
    }
    let years = f64::from(rules.horizon_day) / 365.0;
    (square / paths.count() as f64 / years).sqrt()
}

/// Paths that a level is taken from, at most: it is known to a percent or two.
const LEVEL_PATHS: usize = 1024;

/// The worlds that are not the model's, with as much variance.
fn worlds(table: &Table, past: &Past, inputs: &Inputs) -> (Vec<Market>, Vec<LeftOut>) {
    let own = table.rules.futures.assumptions;
    let vol = level(own, table, inputs);
    let at = |name: &str, vol: f64, world: World| Market {
        name: name.to_owned(),
        vol,
        moves: Moves::World(world),
    };
    let mut worlds = vec![
        at(
            "Heston with jumps",
            vol,
            World::Heston(Heston::with_jumps()),
        ),
        at("calm and crisis", vol, World::Regimes(Regimes::default())),
        at("GARCH, Student-t", vol, World::Garch(Garch::default())),
    ];
    let mut left_out = Vec::new();
    let mut miss = |market: &str, why: String| {
        left_out.push(LeftOut {
            market: market.to_owned(),
            why,
        });
    };
    let few = |count: usize| format!("{count} daily returns; {RETURNS_MIN} are needed");
    let blocks = |returns: &[f64], implied: Option<Vec<f64>>| Bootstrap {
        returns: returns.to_vec(),
        block_days: BLOCK_DAYS,
        implied,
    };
    match past.returns.len() {
        0 => miss(BLOCKS, "no price history (--history)".to_owned()),
        count if count < RETURNS_MIN => miss(BLOCKS, few(count)),
        _ => {
            let world = World::Bootstrap(blocks(&past.returns, None));
            worlds.push(at(BLOCKS, vol, world));
        }
    }
    match &past.with_index {
        None => (),
        Some(Err(why)) => miss(BLOCKS_AND_INDEX, why.clone()),
        Some(Ok((returns, _))) if returns.len() < RETURNS_MIN => {
            miss(BLOCKS_AND_INDEX, few(returns.len()));
        }
        Some(Ok((returns, index))) => {
            let blocks = blocks(returns, Some(index.clone()));
            let paid = blocks.realised_over_implied().unwrap_or(f64::NAN);
            let unpaid = Assumptions {
                forecast_over_implied: 1.0,
                jumps_per_year: 0.0,
                ..own
            };
            let vol = paid * level(unpaid, table, inputs);
            worlds.push(at(BLOCKS_AND_INDEX, vol, World::Bootstrap(blocks)));
        }
    }
    (worlds, left_out)
}

/// The model had the forecast been as much higher: jumps are in multiples of it.
fn higher(own: &Assumptions) -> Assumptions {
    Assumptions {
        forecast_over_implied: HIGHER * own.forecast_over_implied,
        jump_mean: HIGHER * own.jump_mean,
        jump_sd: HIGHER * own.jump_sd,
        ..*own
    }
}

/// Why a choice that never trades has no worst market.
const HOLDS: &str = "the best choice is to hold, which is what others are measured by";
const FORECAST_HIGHER: &str = "1.25 x forecast";
const OWN: &str = "the model's own";
const BLOCKS: &str = "history in blocks";
const BLOCKS_AND_INDEX: &str = "history in blocks, quotes by its index";

/// A choice, and what manages it later.
struct Policy<'a> {
    table: &'a Table,
    searched: &'a Searched,
    graded: &'a Graded,
}

impl Policy<'_> {
    /// Walks the paths of a market that `lived` rules.
    fn live(&self, lived: &Table, paths: &Paths, controlled: bool, threads: usize) -> Grade {
        let candidate = &self.graded.candidates[self.graded.chosen];
        let tree = &self.searched.tree;
        let mut edges = tree.edges(tree.root());
        let edge = edges.find(|edge| line_of(edge.action) == Some(candidate.line));
        let action = candidate.action.clone();
        let walks = match edge {
            Some(edge) if candidate.manages => {
                let policy = TreePolicy::new(tree, edge.id, action, &self.table.rule_table);
                walk_all(&lived.rules, &lived.today, paths, &policy, threads)
            }
            _ => walk_all(&lived.rules, &lived.today, paths, &Once(action), threads),
        };
        grade_of(lived, walks, controlled)
    }

    /// Does it do nothing, now and later?
    fn holds(&self) -> bool {
        let candidate = &self.graded.candidates[self.graded.chosen];
        candidate.line == 0 && !candidate.manages
    }
}

/// The choice of a plan in markets that are not its model's.
pub(crate) fn of_choice(
    inputs: &Inputs,
    table: &Table,
    searched: &Searched,
    graded: &Graded,
    outcome: Outcome,
    progress: &Progress,
) -> Result<MismatchView, Error> {
    let policy = Policy {
        table,
        searched,
        graded,
    };
    let action = &graded.candidates[graded.chosen].action;
    let words = explain::action_text(inputs, table, graded, action);
    let mut view = MismatchView {
        meaning: String::new(),
        worst_over_holding_usd: Figure::missing(""),
        worst_market: String::new(),
        rows: Vec::new(),
        left_out: Vec::new(),
    };
    let none = |why: &str| Figure::missing(why);
    if !inputs.config.evidence.mismatch {
        view.worst_over_holding_usd = none("evidence.mismatch = false");
        return Ok(view);
    }
    if policy.holds() {
        view.worst_over_holding_usd = none(HOLDS);
        return Ok(view);
    }
    let assumptions = higher(&table.rules.futures.assumptions);
    let wilder = Market::model(FORECAST_HIGHER, assumptions, table, inputs);
    let past = Past {
        returns: inputs.known.returns.clone(),
        with_index: None,
    };
    let (worlds, mut left_out) = worlds(table, &past, inputs);
    // A part of the plan's, so that this costs little beside it.
    let count = (inputs.config.search.paths / PART).max(64);
    let markets: Vec<Market> = std::iter::once(wilder).chain(worlds).collect();
    for (done, market) in markets.iter().enumerate() {
        progress.fraction(done as f64 / markets.len() as f64);
        progress.breathe();
        if progress.stopped() {
            return Err(Error::Interrupted {
                done: "the plan was done, other markets were not walked".to_owned(),
            });
        }
        let paths = match market.paths(table, inputs, count) {
            Ok(paths) => paths,
            Err(why) => {
                left_out.push(LeftOut {
                    market: market.name.clone(),
                    why,
                });
                continue;
            }
        };
        let (controlled, threads) = (market.controlled(), inputs.threads());
        let held = walk_all(&table.rules, &table.today, &paths, &Hold, threads);
        let holding = grade_of(table, held, controlled);
        let grade = policy.live(table, &paths, controlled, threads);
        view.rows.push(MismatchRow {
            market: market.name.clone(),
            over_holding: explain::interval(difference(&grade, &holding, table.deviations)),
            cvar95_usd: grade.cvar95_usd + 0.0,
        });
    }
    let whose = match outcome {
        Outcome::Act => "the plan",
        _ => "what the tree and fresh paths chose, which the plan does not advise",
    };
    view.meaning = format!(
        "{words} ({whose}), planned under the model above and lived in markets that are not it, with today's quotes and the same costs, {} paths each: worth over holding",
        units::count(u64::from(count))
    );
    view.left_out = left_out
        .into_iter()
        .map(|LeftOut { market, why }| format!("{market}: n/a ({why})"))
        .collect();
    let still =
        |row: &MismatchRow| row.over_holding.low_usd == 0.0 && row.over_holding.high_usd == 0.0;
    if !view.rows.is_empty() && view.rows.iter().all(still) {
        view.worst_over_holding_usd = none(HOLDS);
        return Ok(view);
    }
    let worst = view.rows.iter().min_by(|a, b| {
        a.over_holding
            .value_usd
            .total_cmp(&b.over_holding.value_usd)
    });
    match worst.map(|row| (row.over_holding.value_usd, row.market.clone())) {
        Some((value, market)) => {
            view.worst_over_holding_usd = Figure::from(value);
            view.worst_market = market;
        }
        None => view.worst_over_holding_usd = none("no other market could be walked"),
    }
    Ok(view)
}

/// One policy in one market.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// Worth over holding everything to the horizon, in dollars.
    pub(crate) over_holding: Interval,
    /// Mean loss of the worst 5 % of paths, in dollars.
    pub(crate) cvar95_usd: f64,
}

/// One policy of the matrix.
pub(crate) struct Row {
    pub(crate) name: String,
    /// What it does today; absent for what anybody could do.
    pub(crate) action: Option<String>,
    /// The market it was planned under: its place among the markets.
    pub(crate) planned_under: usize,
    /// In the order of the markets.
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    /// The worst market off the diagonal.
    pub(crate) fn worst(&self) -> Option<usize> {
        let others = (0..self.cells.len()).filter(|&at| at != self.planned_under);
        others.min_by(|&a, &b| {
            let value = |at: usize| self.cells[at].over_holding.value;
            value(a).total_cmp(&value(b))
        })
    }
}

/// Every policy in every market.
pub(crate) struct Matrix {
    pub(crate) markets: Vec<Market>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) rows: Vec<Row>,
    pub(crate) paths: usize,
    pub(crate) horizon_day: u16,
    pub(crate) implied_vol: f64,
    pub(crate) forecast_vol: f64,
}

/// One plan of the matrix.
struct Planned {
    name: &'static str,
    market: &'static str,
    table: Table,
    searched: Searched,
    graded: Graded,
}

/// Plans that the matrix grows: memory is asked for as many.
pub(crate) const PLANS: usize = 4;

/// Plans under the plan's own model and three others, and lets each live in all of them and in the worlds.
///
/// A plan here is the choice of tree and fresh paths with what manages it later: draws, which only veto, are left out.
pub(crate) fn matrix(
    inputs: &mut Inputs,
    past: &Past,
    progress: &Progress,
) -> Result<Matrix, Error> {
    let own = planned("the plan", OWN, inputs, progress)?;
    let base = inputs.config.clone();
    let forecast = own.table.fitted.forecast_vol;
    let mut plans = vec![own];
    for (name, market, vol, jumps) in [
        (
            "planned at 0.8 x forecast",
            "0.8 x forecast",
            Some(LOWER),
            true,
        ),
        (
            "planned at 1.25 x forecast",
            FORECAST_HIGHER,
            Some(HIGHER),
            true,
        ),
        ("planned without jumps", "without jumps", None, false),
    ] {
        inputs.config = base.clone();
        if let Some(factor) = vol {
            inputs.config.market.forecast_vol = Some(factor * forecast);
        }
        if !jumps {
            inputs.config.market.jumps_per_year = 0.0;
        }
        plans.push(planned(name, market, inputs, progress)?);
    }
    inputs.config = base;

    let lived = &plans[0].table;
    let (worlds, mut left_out) = worlds(lived, past, inputs);
    let of_plans = plans.iter().map(|plan| {
        let assumptions = plan.table.rules.futures.assumptions;
        Market::model(plan.market, assumptions, lived, inputs)
    });
    let mut markets: Vec<Market> = Vec::new();
    let mut grades: Vec<(Grade, Vec<Grade>)> = Vec::new();
    let mut names = Vec::new();
    for market in of_plans.chain(worlds) {
        progress.stage(&format!("living in: {}", market.name));
        progress.breathe();
        if progress.stopped() {
            return Err(interrupted());
        }
        let paths = match market.paths(lived, inputs, inputs.config.search.paths) {
            Ok(paths) => paths,
            Err(why) => {
                left_out.push(LeftOut {
                    market: market.name,
                    why,
                });
                continue;
            }
        };
        let (controlled, threads) = (market.controlled(), inputs.threads());
        let held = walk_all(&lived.rules, &lived.today, &paths, &Hold, threads);
        let holding = grade_of(lived, held, controlled);
        let simple = baselines(lived, &paths, threads, controlled);
        names = simple.iter().map(|(name, _)| name.clone()).collect();
        let mut all = vec![holding.clone()];
        all.extend(simple.into_iter().map(|(_, grade)| grade));
        for (done, plan) in plans.iter().enumerate() {
            progress.fraction(done as f64 / plans.len() as f64);
            let policy = Policy {
                table: &plan.table,
                searched: &plan.searched,
                graded: &plan.graded,
            };
            all.push(policy.live(lived, &paths, controlled, threads));
        }
        grades.push((holding, all));
        markets.push(market);
    }
    let deviations = lived.deviations;
    let cells = |row: usize| {
        let cell = |(holding, all): &(Grade, Vec<Grade>)| Cell {
            over_holding: difference(&all[row], holding, deviations),
            cvar95_usd: all[row].cvar95_usd,
        };
        grades.iter().map(cell).collect::<Vec<_>>()
    };
    let simple = std::iter::once("hold: do nothing to the horizon".to_owned()).chain(names);
    let simple = simple.map(|name| (name, None, 0));
    let planned = plans.iter().enumerate().map(|(at, plan)| {
        let candidate = &plan.graded.candidates[plan.graded.chosen];
        let action = explain::action_text(inputs, &plan.table, &plan.graded, &candidate.action);
        let later = match (candidate.manages, candidate.line) {
            (true, _) => "then the searched policy",
            (false, 0) => "now or later",
            (false, _) => "then held to its end",
        };
        (plan.name.to_owned(), Some(format!("{action}, {later}")), at)
    });
    let rows = simple.chain(planned).enumerate();
    let rows: Vec<Row> = rows
        .map(|(row, (name, action, planned_under))| Row {
            name,
            action,
            planned_under,
            cells: cells(row),
        })
        .collect();
    Ok(Matrix {
        rows,
        left_out,
        paths: inputs.config.search.paths as usize,
        horizon_day: lived.rules.horizon_day,
        implied_vol: lived.fitted.implied_vol,
        forecast_vol: forecast,
        markets,
    })
}

fn interrupted() -> Error {
    Error::Interrupted {
        done: "not every market was walked".to_owned(),
    }
}

fn planned(
    name: &'static str,
    market: &'static str,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<Planned, Error> {
    progress.stage(&format!("planning: {market}"));
    let fitted = fit::fit(&inputs.chain, &inputs.known, &inputs.config, &inputs.place)?;
    let table = Table::lay(inputs, fitted)?;
    let searched = decide::search(&table, inputs, progress)?;
    let graded = decide::grade(&table, &searched, inputs, progress)?;
    Ok(Planned {
        name,
        market,
        table,
        searched,
        graded,
    })
}
