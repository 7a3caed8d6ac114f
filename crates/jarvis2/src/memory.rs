//! What each long command takes from the ledger before it allocates, how large its batches may be, and `jarvis2 memory explain`, which
//! shows both.
//!
//! Rooms say how much they take (`Replay::bytes_for`, `Index::bytes_for`, `TrainConfig::needs`); here it is asked for, under names that
//! a user understands. What can do with less takes less: fewer threads, fewer symbols at once. What decides a result is never made
//! smaller unasked; it is refused, with the size that would fit.

use std::time::Duration;

use clap::ValueEnum;
use hardware::batch::{self, Room, Work};
use hardware::ledger::{Ask, Ledger, Priority, Reservation};
use hardware::{Bytes, Machine, Reading};
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::error::Error;
use crate::learning::models::OFF;

/// Bytes of a tree per evaluation, with room to spare (about 700 were measured).
pub(crate) const BYTES_PER_EVALUATION: u64 = 1500;
/// What a plan holds whatever its size: chain, surface, simulated market, reports.
const BYTES_OF_A_PLAN: u64 = 100_000_000;
/// Bytes of a net as read and as laid out, and of the rows it judges at once: weights of 2.2 MB, twice, and room to spare.
const BYTES_PER_NET: u64 = 6_000_000;
/// Bytes of a path and day: spot, level of volatility, quotes index.
const BYTES_PER_PATH_DAY: u64 = 24;
/// Bytes of a leaf in a batch: the state's 768 numbers, a value and 64 logits in single precision, and what the tree keeps of it.
pub(crate) const LEAF_BYTES: u64 = 4 * (768 + 1 + 64) + BYTES_PER_EVALUATION;
/// Columns of options that `bench` holds at once, in and out.
const BYTES_OF_BENCH: u64 = 300_000_000;

/// Memory for plans that run at once, given back when they are over.
pub(crate) struct Taken {
    /// Never read: they are there to be dropped.
    _reservations: Vec<Reservation>,
    /// Evaluations of a main search that the budget holds.
    pub(crate) evaluations_max: u32,
}

/// A long command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Long {
    /// `jarvis2 plan`.
    Plan,
    /// `jarvis2 train`, the wheel with its default settings.
    Train,
    /// `jarvis2 index import` of --vectors vectors into an empty index.
    Index,
    /// `jarvis2 ablate` with its default settings.
    Ablate,
    /// `jarvis2 bench`.
    Bench,
}

impl Long {
    const ALL: [Long; 5] = [
        Long::Plan,
        Long::Train,
        Long::Index,
        Long::Ablate,
        Long::Bench,
    ];

    fn word(self) -> &'static str {
        match self {
            Long::Plan => "plan",
            Long::Train => "train",
            Long::Index => "index",
            Long::Ablate => "ablate",
            Long::Bench => "bench",
        }
    }
}

fn ask(component: &str, bytes: u64) -> Ask {
    Ask::of(component, bytes, Priority::Foreground)
}

/// The same for what may wait.
#[cfg(any(feature = "train", feature = "index"))]
fn ask_behind(component: &str, bytes: u64) -> Ask {
    Ask::of(component, bytes, Priority::Background)
}

/// What `plans` at once, each on so many threads, ask for.
fn plan_asks(config: &Config, plans: usize, threads: usize) -> Vec<Ask> {
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
    vec![
        ask("chain, fit and reports", plans * BYTES_OF_A_PLAN),
        ask("simulated paths (search.paths)", plans * paths),
        ask(
            "searches under drawn parameters (search.draw_evaluations)",
            plans * draws,
        ),
        ask("nets (nets.model)", plans * nets),
        // The last one, as `reserve` knows. Two trees are grown, one after the other.
        ask("search tree (search.evaluations)", plans * tree),
    ]
}

/// What a run of training asks for.
#[cfg(feature = "train")]
fn train_asks(needs: &learn::Needs) -> Vec<Ask> {
    vec![
        ask_behind("replay (--capacity)", needs.replay),
        ask_behind("learner: weights, optimiser, a step", needs.learner),
        ask_behind(
            "games in flight: a net and a tree a thread (hardware.threads, --evaluations)",
            needs.games,
        ),
        ask_behind("games of a generation (--games)", needs.rows),
    ]
}

/// Vectors of which rows are read and written at a time.
#[cfg(feature = "index")]
pub(crate) const ROWS_AT_ONCE: usize = 2_048;

/// What an index asks for that holds so many vectors, of which so many are only coming.
#[cfg(feature = "index")]
fn index_asks(config: &index::Config, there: u64, coming: u64) -> Vec<Ask> {
    // As read, as written, as handed to the graph; and a record for each row of the file.
    let row = 4 * config.dimensions as u64;
    let buffers = 3 * ROWS_AT_ONCE as u64 * row + 24 * coming;
    let mut asks = vec![ask_behind(
        "graph and tables of the index",
        index::Index::bytes_for(config, there + coming),
    )];
    if coming > 0 {
        asks.push(ask_behind("rows on their way into the index", buffers));
    }
    asks
}

/// What frozen markets ask for: on each thread two players with nets, one of which searches; the others may take a few times as many
/// evaluations for the same time.
fn ablate_asks(evaluations: u32, threads: usize) -> Vec<Ask> {
    let tree = 4 * u64::from(evaluations) * BYTES_PER_EVALUATION;
    let threads = threads as u64;
    vec![
        ask("nets of the players", (2 * threads + 1) * BYTES_PER_NET),
        ask("trees of the players (--evaluations)", threads * tree),
        ask("markets and scores", BYTES_OF_A_PLAN / 2),
    ]
}

fn bench_asks(config: &Config, threads: usize) -> Vec<Ask> {
    let mut asks = plan_asks(config, 1, threads);
    asks.push(ask("columns of options", BYTES_OF_BENCH));
    asks
}

/// All of it or nothing, before any of it is taken. `remedy` names what would make it smaller.
fn take(ledger: &Ledger, asks: Vec<Ask>, remedy: &str) -> Result<Vec<Reservation>, Error> {
    // In one sum first: three of four reservations help nobody.
    ledger
        .budget()
        .check(asks.iter().map(|ask| ask.bytes).sum(), remedy)?;
    let held = asks
        .into_iter()
        .filter(|ask| ask.bytes > 0)
        .map(|ask| ledger.reserve(ask, Duration::ZERO))
        .collect::<Result<_, _>>()?;
    Ok(held)
}

const PLAN_REMEDY: &str = "search.paths, search.evaluations and search.draw_evaluations";

/// Asks for all the memory of `plans` at once before any of it is taken.
pub(crate) fn reserve(
    ledger: &Ledger,
    config: &Config,
    plans: usize,
    threads: usize,
) -> Result<Taken, Error> {
    let asks = plan_asks(config, plans, threads);
    let tree = asks.last().map_or(0, |ask| ask.bytes);
    let rest = asks.iter().map(|ask| ask.bytes).sum::<u64>() - tree;
    let reservations = take(ledger, asks, PLAN_REMEDY)?;
    let room = ledger.budget().bytes.saturating_sub(rest);
    let most = room / BYTES_PER_EVALUATION / plans.max(1) as u64;
    Ok(Taken {
        _reservations: reservations,
        evaluations_max: u32::try_from(most).unwrap_or(u32::MAX),
    })
}

/// What training may take: memory, and the threads for which there is some.
#[cfg(feature = "train")]
pub(crate) struct TrainTaken {
    _reservations: Vec<Reservation>,
    pub(crate) threads: usize,
}

/// Asks for a run of training, with fewer threads where fewer fit: they change nothing of what comes out. The replay is not made
/// smaller unasked, because its size does.
#[cfg(feature = "train")]
pub(crate) fn reserve_training(
    ledger: &Ledger,
    config: &learn::TrainConfig,
    shape: (usize, usize),
    moves: f64,
    threads: usize,
) -> Result<TrainTaken, Error> {
    let needs = |config: &learn::TrainConfig, threads: usize| {
        config.needs(shape, threads, moves, BYTES_PER_EVALUATION)
    };
    let budget = ledger.budget();
    let fits = |threads: &usize| needs(config, *threads).total() <= budget.bytes;
    let threads = (1..=threads.max(1)).rev().find(fits).unwrap_or(1);
    let asks = train_asks(&needs(config, threads));
    let remedy = format!(
        "training{}",
        smaller_replay(config, budget, &|config| { needs(config, 1).total() })
    );
    Ok(TrainTaken {
        _reservations: take(ledger, asks, &remedy)?,
        threads,
    })
}

/// The largest replay that fits, as half a sentence; nothing where none does.
#[cfg(feature = "train")]
fn smaller_replay(
    config: &learn::TrainConfig,
    budget: &hardware::MemoryBudget,
    total: &dyn Fn(&learn::TrainConfig) -> u64,
) -> String {
    let with = |capacity: usize| {
        total(&learn::TrainConfig {
            capacity,
            ..config.clone()
        })
    };
    const LEAST: usize = 256;
    if with(config.capacity) <= budget.bytes || with(LEAST) > budget.bytes {
        return String::new();
    }
    // What one more row takes is the same for all of them, but for rounding.
    let each = (with(config.capacity) - with(LEAST)) / (config.capacity - LEAST).max(1) as u64 + 1;
    let most = LEAST as u64 + (budget.bytes - with(LEAST)) / each;
    format!(
        " (--capacity {} would fit, for a new run)",
        most / 100 * 100
    )
}

/// Asks for an index that holds `there` vectors and is to take `coming` more.
#[cfg(feature = "index")]
pub(crate) fn reserve_index(
    ledger: &Ledger,
    config: &index::Config,
    there: u64,
    coming: u64,
) -> Result<Vec<Reservation>, Error> {
    let what = match (there, coming) {
        (there, 0) => format!("an index of {there} vectors"),
        (0, coming) => format!("an index of {coming} vectors"),
        (there, coming) => format!("an index of {there} vectors and {coming} more"),
    };
    take(ledger, index_asks(config, there, coming), &what)
}

/// Asks for matches on frozen markets, with fewer threads where fewer fit; gives the threads.
pub(crate) fn reserve_ablation(
    ledger: &Ledger,
    evaluations: u32,
    threads: usize,
) -> Result<(Vec<Reservation>, usize), Error> {
    let total = |threads| {
        let asks = ablate_asks(evaluations, threads);
        asks.iter().map(|ask| ask.bytes).sum::<u64>()
    };
    let fits = |threads: &usize| total(*threads) <= ledger.budget().bytes;
    let threads = (1..=threads.max(1)).rev().find(fits).unwrap_or(1);
    let held = take(ledger, ablate_asks(evaluations, threads), "--evaluations")?;
    Ok((held, threads))
}

/// Asks for a benchmark.
pub(crate) fn reserve_bench(
    ledger: &Ledger,
    config: &Config,
    threads: usize,
) -> Result<Vec<Reservation>, Error> {
    take(ledger, bench_asks(config, threads), "bench")
}

/// How many leaves are evaluated at once, by [`batch::batch`] for simulations; absent where the machine does not say what it has left.
fn leaves_by_rule(machine: &Machine) -> Reading<u64> {
    Room::of(machine).map(|room| batch::batch(Work::Mcts, LEAF_BYTES, room))
}

/// Settles `search.batch`, once, before anything is planned: 0 is what the rule allows, and no batch is larger than that. Gives a
/// sentence for the plan where it is not what the configuration says: another batch grows another tree.
pub(crate) fn settle_batch(config: &mut Config, machine: &Machine) -> Option<String> {
    settled(&mut config.search.batch, &leaves_by_rule(machine))
}

fn settled(batch: &mut u32, rule: &Reading<u64>) -> Option<String> {
    /// The default of the configuration.
    const USUAL: u32 = 256;
    let rule = match rule {
        Reading::Known(rule) => u32::try_from(*rule).unwrap_or(u32::MAX),
        Reading::Absent(_) if *batch == 0 => USUAL,
        Reading::Absent(_) => *batch,
    };
    let asked = *batch;
    if asked == 0 {
        *batch = rule;
        return Some(format!(
            "search.batch = 0: {rule} leaf states are evaluated at once on this machine now; \
             `--set search.batch={rule}` repeats this plan"
        ));
    }
    if asked <= rule {
        return None;
    }
    *batch = rule;
    Some(format!(
        "memory is short: {rule} leaf states are evaluated at once and not {asked} (search.batch); \
         with more memory this plan may come out differently"
    ))
}

/// Options that are priced at once, by the rule: `rows` of so many bytes at most, and fewer where memory is short. Answers do not
/// depend on it.
pub(crate) fn rows_at_once(machine: &Machine, rows: usize, row_bytes: u64) -> usize {
    let rule = Room::of(machine).map(|room| batch::batch(Work::Other, row_bytes, room));
    let rule = rule.known().map_or(usize::MAX, |&rule| {
        usize::try_from(rule).unwrap_or(usize::MAX)
    });
    rows.min(rule)
}

/// What to explain, and how large an index would be.
pub(crate) struct Question {
    pub(crate) of: Long,
    pub(crate) vectors: u64,
    pub(crate) dimensions: usize,
}

/// What a long command asks for, or why that is not known.
fn asks_of(
    of: Long,
    question: &Question,
    config: &Config,
    threads: usize,
) -> Result<Vec<Ask>, String> {
    Ok(match of {
        Long::Plan => plan_asks(config, 1, threads),
        #[cfg(feature = "train")]
        Long::Train => train_asks(&crate::learning::train::usual_needs(threads)),
        #[cfg(not(feature = "train"))]
        Long::Train => return Err("n/a (this program was built without training)".to_owned()),
        #[cfg(feature = "index")]
        Long::Index => {
            let config = index::Config::new(question.dimensions.max(1));
            index_asks(&config, 0, question.vectors)
        }
        #[cfg(not(feature = "index"))]
        Long::Index => {
            let _ = (question.vectors, question.dimensions);
            return Err("n/a (this program was built without the index)".to_owned());
        }
        Long::Ablate => ablate_asks(crate::learning::ablate::EVALUATIONS, threads),
        Long::Bench => bench_asks(config, threads),
    })
}

/// Budget, what a long command would hold of it, what the others would, and how large batches may be: as text or JSON.
pub(crate) fn explain(
    config: &Config,
    machine: &Machine,
    threads: usize,
    question: &Question,
    as_json: bool,
) -> Result<String, Error> {
    let limit = config.hardware.memory_limit_bytes();
    let ledger = Ledger::new(hardware::memory_budget(machine, limit));
    let word = question.of.word();
    let asked = asks_of(question.of, question, config, threads)
        .map_err(|why| Error::Usage(format!("--for {word}: {why}")))?;
    // The same words as the command itself would say.
    let refused = match question.of {
        Long::Plan => reserve(&ledger, config, 1, threads)
            .map(|taken| (taken._reservations, Some(taken.evaluations_max))),
        _ => take(&ledger, asked, word).map(|held| (held, None)),
    };
    let now = ledger.explain();
    let totals: Vec<(&str, Result<u64, String>)> = Long::ALL
        .into_iter()
        .map(|of| {
            let asks = asks_of(of, question, config, threads);
            let total = asks.map(|asks| asks.iter().map(|ask| ask.bytes).sum());
            (of.word(), total)
        })
        .collect();
    let room = Room::of(machine);
    let batches = [("mcts", Work::Mcts), ("gpu", Work::Gpu)].map(|(name, work)| {
        let rule = |room: Room| batch::batch(work, LEAF_BYTES, room);
        (name, room.clone().map(rule))
    });
    let mut used = config.search.batch;
    let note = settled(&mut used, &leaves_by_rule(machine));
    if as_json {
        let number = |reading: &Reading<u64>| match reading.known() {
            Some(number) => json!(number),
            None => json!(reading.to_string()),
        };
        let batches: Map<String, Value> = batches
            .iter()
            .map(|(name, batch)| ((*name).to_owned(), number(batch)))
            .collect();
        let holdings: Vec<Value> = now
            .holdings
            .iter()
            .map(|holding| json!({ "component": holding.component, "bytes": holding.bytes }))
            .collect();
        let totals: Map<String, Value> = totals
            .into_iter()
            .map(|(name, total)| {
                let total = total.map_or_else(|why| json!(why), |total| json!(total));
                (name.to_owned(), total)
            })
            .collect();
        let mut explanation = json!({
            "budget_bytes": now.budget.bytes,
            "budget_origin": now.budget.limit.to_string(),
            "pressure": now.level.to_string(),
            "for": word,
            "totals_bytes": totals,
            "batch_of_the_rule": batches,
            "batch_item_bytes": LEAF_BYTES,
            "search_batch": used,
            "search_batch_note": note,
        });
        explanation[word] = json!({
            "reserved_bytes": now.reserved_bytes,
            "holdings": holdings,
            "refused": refused.as_ref().err().map(ToString::to_string),
        });
        if let Long::Plan = question.of {
            let most = refused.as_ref().ok().and_then(|(_, most)| *most);
            explanation[word]["evaluations_max"] = json!(most);
        }
        return serde_json::to_string_pretty(&explanation)
            .map_err(|error| Error::Internal(error.to_string()));
    }
    let mut out = format!(
        "What one `jarvis2 {word}` with this configuration reserves, and of what:\n\n{now}"
    );
    match &refused {
        Ok((_, Some(most))) => {
            out += &format!("the budget holds a search of {most} evaluations\n");
        }
        Ok(_) => {}
        Err(error) => out += &format!("refused: {error}\n"),
    }
    out += &format!(
        "\nEach long command by itself (index: {} vectors of {} numbers; `--for` shows the parts):\n",
        question.vectors, question.dimensions
    );
    for (name, total) in totals {
        let total = total.map_or_else(|why| why, |total| Bytes(total).to_string());
        out += &format!("  {name:6}  {total}\n");
    }
    out += &format!(
        "\nBatches by the rule (70 % of what is available, half above 80 % in use), items of {}:\n",
        Bytes(LEAF_BYTES)
    );
    for (name, batch) in batches {
        out += &format!("  {name:4}  {batch}\n");
    }
    out += &format!("a plan evaluates {used} leaf states at once (search.batch)\n");
    if let Some(note) = note {
        out += &format!("  {note}\n");
    }
    out += "`jarvis2 doctor` measures the batch at which the net's speed flattens on this machine, and `--write-config` writes it\n";
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(rule: u64) -> Reading<u64> {
        Reading::Known(rule)
    }

    /// The batch that is used, and whether the plan says something of it.
    #[track_caller]
    fn check(asked: u32, rule: Reading<u64>, used: u32, said: Option<&str>) {
        let mut batch = asked;
        let note = settled(&mut batch, &rule);
        assert_eq!(batch, used);
        match (note, said) {
            (Some(note), Some(said)) => assert!(note.contains(said), "{note}"),
            (note, said) => assert_eq!(note.as_deref(), said),
        }
    }

    /// The default never moves while there is memory: the same plan on any machine.
    #[test]
    fn a_batch_is_settled_once_and_said() {
        check(256, known(2000), 256, None);
        check(256, known(256), 256, None);
        check(
            256,
            known(12),
            12,
            Some("12 leaf states are evaluated at once and not 256"),
        );
        check(5000, known(2000), 2000, Some("not 5000"));
        check(0, known(2000), 2000, Some("--set search.batch=2000"));
        check(
            0,
            Reading::absent("no sensor"),
            256,
            Some("search.batch=256"),
        );
        check(5000, Reading::absent("no sensor"), 5000, None);
    }

    fn budget(bytes: u64) -> Ledger {
        Ledger::new(hardware::MemoryBudget {
            bytes,
            limit: hardware::Limit::User,
        })
    }

    #[test]
    fn what_does_not_fit_leaves_nothing_reserved() {
        let ledger = budget(1000);
        let asks = || vec![ask("one", 600), ask("two", 600)];
        let error = take(&ledger, asks(), "both").unwrap_err();
        assert_eq!(error.exit_code(), 5);
        assert_eq!(ledger.reserved_bytes(), 0);
        let ledger = budget(1200);
        let held = take(&ledger, asks(), "both").unwrap();
        assert_eq!(ledger.reserved_bytes(), 1200);
        drop(held);
        assert_eq!(ledger.reserved_bytes(), 0);
    }

    #[test]
    fn matches_take_as_many_threads_as_fit() {
        let all = |threads| ablate_asks(256, threads).iter().map(|ask| ask.bytes).sum();
        let (_held, threads) = reserve_ablation(&budget(all(8)), 256, 8).unwrap();
        assert_eq!(threads, 8);
        let (_held, threads) = reserve_ablation(&budget(all(3) + 1), 256, 8).unwrap();
        assert_eq!(threads, 3);
        assert!(reserve_ablation(&budget(all(1) - 1), 256, 8).is_err());
    }

    #[cfg(feature = "train")]
    #[test]
    fn training_takes_fewer_threads_or_names_a_replay_that_fits() {
        let (config, shape) = crate::learning::train::usual_settings();
        let total = |threads| {
            config
                .needs(shape, threads, 16.0, BYTES_PER_EVALUATION)
                .total()
        };
        let taken = reserve_training(&budget(total(4)), &config, shape, 16.0, 8).unwrap();
        assert_eq!(taken.threads, 4);
        let small = total(1) - 50_000_000;
        let error = reserve_training(&budget(small), &config, shape, 16.0, 8)
            .err()
            .expect("a refusal");
        assert_eq!(error.exit_code(), 5);
        let said = error.to_string();
        let capacity = said
            .split("--capacity ")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok())
            .unwrap_or_else(|| panic!("no capacity in {said}"));
        let fits = learn::TrainConfig {
            capacity,
            ..config.clone()
        };
        assert!(reserve_training(&budget(small), &fits, shape, 16.0, 8).is_ok());
        let more = learn::TrainConfig {
            capacity: capacity + 300,
            ..config
        };
        assert!(reserve_training(&budget(small), &more, shape, 16.0, 8).is_err());
    }
}
