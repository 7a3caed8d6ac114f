//! What a plan takes from the ledger before it allocates, and `jarvis2 memory explain`, which shows it.

use std::time::Duration;

use hardware::ledger::{Ask, Ledger, Priority, Reservation};
use hardware::{Bytes, Machine, batch};
use serde_json::{Value, json};

use crate::config::Config;
use crate::error::Error;
use crate::learning::models::OFF;

/// Bytes of a tree per evaluation, with room to spare (about 700 were measured).
const BYTES_PER_EVALUATION: u64 = 1500;
/// What a plan holds whatever its size: chain, surface, simulated market, reports.
const BYTES_OF_A_PLAN: u64 = 100_000_000;
/// Bytes of a net as read and as laid out, and of the rows it judges at once: weights of 2.2 MB, twice, and room to spare.
const BYTES_PER_NET: u64 = 6_000_000;
/// Bytes of a path and day: spot, level of volatility, quotes index.
const BYTES_PER_PATH_DAY: u64 = 24;

/// Memory for plans that run at once, given back when they are over.
pub(crate) struct Taken {
    /// Never read: they are there to be dropped.
    _reservations: Vec<Reservation>,
    /// Evaluations of a main search that the budget holds.
    pub(crate) evaluations_max: u32,
}

/// The ledger of this process.
pub(crate) fn ledger(config: &Config, machine: &Machine) -> Ledger {
    let limit = config.hardware.memory_limit_bytes();
    Ledger::new(hardware::memory_budget(machine, limit))
}

/// What `plans` at once, each on so many threads, ask for.
fn asks(config: &Config, plans: usize, threads: usize) -> Vec<Ask> {
    let (search, plans) = (&config.search, plans as u64);
    let paths =
        u64::from(search.paths) * u64::from(config.objective.horizon_days) * BYTES_PER_PATH_DAY;
    let at_once = (threads as u64).min(u64::from(search.draws));
    let draws = at_once * u64::from(search.draw_evaluations) * BYTES_PER_EVALUATION;
    let tree = u64::from(search.evaluations) * BYTES_PER_EVALUATION;
    // One for each thread, and the one that was read.
    let nets = match config.nets.model.as_str() {
        OFF => 0,
        _ => (threads as u64 + 1) * BYTES_PER_NET,
    };
    let ask = |component: &str, each: u64| Ask::of(component, plans * each, Priority::Foreground);
    vec![
        ask("chain, fit and reports", BYTES_OF_A_PLAN),
        ask("simulated paths (search.paths)", paths),
        ask(
            "searches under drawn parameters (search.draw_evaluations)",
            draws,
        ),
        ask("nets (nets.model)", nets),
        // The last one, as `reserve` knows. Two trees are grown, one after the other.
        ask("search tree (search.evaluations)", tree),
    ]
}

/// Asks for all the memory of `plans` at once before any of it is taken.
pub(crate) fn reserve(
    ledger: &Ledger,
    config: &Config,
    plans: usize,
    threads: usize,
) -> Result<Taken, Error> {
    let asks = asks(config, plans, threads);
    let need = asks.iter().map(|ask| ask.bytes).sum();
    // In one sum first: three of four reservations help nobody.
    ledger.budget().check(
        need,
        "search.paths, search.evaluations and search.draw_evaluations",
    )?;
    let tree = asks.last().map_or(0, |ask| ask.bytes);
    let rest = need - tree;
    let reservations = asks
        .into_iter()
        .map(|ask| ledger.reserve(ask, Duration::ZERO))
        .collect::<Result<_, _>>()?;
    let room = ledger.budget().bytes.saturating_sub(rest);
    let most = room / BYTES_PER_EVALUATION / plans.max(1) as u64;
    Ok(Taken {
        _reservations: reservations,
        evaluations_max: u32::try_from(most).unwrap_or(u32::MAX),
    })
}

/// Budget, what a plan would hold of it, and how large batches may be: as text or JSON.
pub(crate) fn explain(
    config: &Config,
    machine: &Machine,
    threads: usize,
    as_json: bool,
) -> Result<String, Error> {
    let ledger = ledger(config, machine);
    let refused = reserve(&ledger, config, 1, threads);
    let now = ledger.explain();
    let room = batch::Room::of(machine);
    let item = BYTES_PER_EVALUATION;
    let batches = [("mcts", batch::Work::Mcts), ("gpu", batch::Work::Gpu)].map(|(name, work)| {
        (
            name,
            room.clone().map(|room| batch::batch(work, item, room)),
        )
    });
    if as_json {
        let batches: Value = batches
            .iter()
            .map(|(name, batch)| {
                let value = match batch.known() {
                    Some(batch) => json!(batch),
                    None => json!(batch.to_string()),
                };
                ((*name).to_owned(), value)
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        let holdings: Vec<Value> = now
            .holdings
            .iter()
            .map(|holding| json!({ "component": holding.component, "bytes": holding.bytes }))
            .collect();
        let explanation = json!({
            "budget_bytes": now.budget.bytes,
            "budget_origin": now.budget.limit.to_string(),
            "pressure": now.level.to_string(),
            "plan": {
                "reserved_bytes": now.reserved_bytes,
                "holdings": holdings,
                "refused": refused.as_ref().err().map(ToString::to_string),
                "evaluations_max": refused.as_ref().ok().map(|taken| taken.evaluations_max),
            },
            "batch_of_the_rule": batches,
            "batch_item_bytes": item,
        });
        return serde_json::to_string_pretty(&explanation)
            .map_err(|error| Error::Internal(error.to_string()));
    }
    let mut out =
        "What one `jarvis2 plan` with this configuration reserves, and of what:\n\n".to_owned();
    out += &now.to_string();
    match &refused {
        Ok(taken) => {
            out += &format!(
                "the budget holds a search of {} evaluations\n",
                taken.evaluations_max
            );
        }
        Err(error) => out += &format!("refused: {error}\n"),
    }
    out += &format!(
        "\nBatches by the rule (70 % of what is available, half above 80 % in use), items of {}:\n",
        Bytes(item)
    );
    for (name, batch) in batches {
        out += &format!("  {name:4}  {batch}\n");
    }
    Ok(out)
}
