//! Many symbols, one cash account, one limit of collateral: which symbol to trade, and how much of it.
//!
//! Each symbol is planned by itself, as if it had the account's free cash alone up to its own limit: its own chain, paths, search and
//! tests. What its plan would advise, and the alternatives and smaller sizes that pass the same tests, are its items; doing nothing is
//! always one. Where all plans' choices fit together, they are the answer. Where they do not, [`choose::best`] takes one item of each
//! symbol so that the sum of worths is greatest within cash and collateral: worths of the actions *held to their end*, because the later
//! decisions of each plan would spend the same cash again.
//!
//! The sum is an approximation, and the output says so: worth is a certainty equivalent of each symbol beside the cash, and how symbols
//! move together is not modelled. Symbols are shared out over threads, one at a time each; nothing depends on how many.

mod choose;
mod file;
mod view;

pub(crate) use file::{Error as FileError, Portfolio as PortfolioFile, SAMPLE};
pub(crate) use view::{ChoiceView, PortfolioRow, PortfolioView, RowStatus, Totals};

use self::choose::{Found, Item};
use self::file::{Read, Wanted};
use self::view::PortfolioManifest;
use crate::account::same_symbol;
use crate::config::Config;
use crate::devices::Place;
use crate::engine::explain::Choice;
use crate::engine::inputs::{self, Given, Request, sha256};
use crate::engine::{self, Part};
use crate::error::Error;
use crate::governor::Crew;
use crate::ingest::MappingArgs;
use crate::plan::{Assumption, Figure, Outcome, Plan};
use crate::progress::Progress;
use crate::report::units::usd;
use jiff::civil::Date;
use market::Cents;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What the user asked for besides the file.
pub(crate) struct Ask {
    pub(crate) as_of: Option<Date>,
    pub(crate) allow_synthetic: bool,
    /// For the chain files of every entry that names no mapping of its own.
    pub(crate) mapping: MappingArgs,
    /// Where each chain's volatilities are computed.
    pub(crate) place: Place,
    /// Said on each plan where `search.batch` is not what the configuration says.
    pub(crate) batch_note: Option<String>,
}

/// How the work is shared out.
#[derive(Clone)]
pub(crate) struct Share {
    /// Symbols planned at once.
    pub(crate) workers: Crew,
    /// Threads of each.
    pub(crate) threads: Crew,
    /// Evaluations whose tree fits in memory.
    pub(crate) evaluations_max: u32,
}

/// The answer, and the plan of each symbol that has one, with its folder.
pub(crate) struct Planned {
    pub(crate) view: PortfolioView,
    pub(crate) plans: Vec<(String, Plan)>,
    /// Was the run interrupted?
    pub(crate) interrupted: bool,
}

/// What became of one symbol.
type PartResult = Result<Part, Error>;

/// Reads the file; `share` says how many symbols are planned at once, given how many there are.
pub(crate) fn plan(
    path: &Path,
    ask: &Ask,
    config: &Config,
    share: impl FnOnce(usize) -> Result<Share, Error>,
    progress: &Progress,
) -> Result<Planned, Error> {
    let mut read = file::read(path)?;
    give_mapping(&mut read.symbols, &ask.mapping)?;
    let share = share(read.symbols.len())?;
    let results = plan_all(&read, ask, config, share, progress);
    let interrupted = progress.stopped();
    if interrupted && results.iter().all(Result::is_err) {
        return Err(Error::Interrupted {
            done: "no symbol was planned to its end".to_owned(),
        });
    }
    Ok(decide(&read, config, results, interrupted))
}

/// The mapping of the command line goes to the entries with files and without a mapping of their own.
fn give_mapping(symbols: &mut [Wanted], mapping: &MappingArgs) -> Result<(), Error> {
    let lacks = |wanted: &Wanted| wanted.mapping.is_none() && !wanted.chains.is_empty();
    let mapping = mapping.read(symbols.iter().any(lacks))?;
    for wanted in symbols.iter_mut().filter(|wanted| lacks(wanted)) {
        wanted.mapping.clone_from(&mapping);
    }
    Ok(())
}

/// Collateral that a symbol may take, in dollars: its own limit, or what the limit of all leaves beside the other symbols' open puts.
fn most(read: &Read, wanted: &Wanted) -> Option<f64> {
    let others = read.account.pledged_usd(Some(&wanted.symbol));
    let room = read
        .collateral_limit
        .as_ref()
        .map(|(usd, _)| (usd - others).max(0.0));
    match (wanted.collateral_max_usd, room) {
        (Some(own), Some(room)) => Some(own.min(room)),
        (own, room) => own.or(room),
    }
}

/// The request for one symbol.
fn request(read: &Read, wanted: &Wanted, ask: &Ask) -> Request {
    Request {
        chains: wanted.chains.clone(),
        account: None,
        history: wanted.history.clone(),
        events: wanted.events.clone(),
        symbol: Some(wanted.symbol.clone()),
        as_of: ask.as_of,
        spot_usd: wanted.spot_usd,
        mapping: wanted.mapping.clone(),
        // Whoever writes "sample" knows what it is.
        allow_synthetic: ask.allow_synthetic || wanted.chains.is_empty(),
        given: Some(Given {
            account: read.account.clone(),
            source: read.account_source.clone(),
            bytes: read.account_bytes.clone(),
        }),
        collateral_max_usd: most(read, wanted),
        place: ask.place.clone(),
    }
}

/// Plans every symbol, one at a time on each worker. Results stand in the order of the symbols.
fn plan_all(
    read: &Read,
    ask: &Ask,
    config: &Config,
    share: Share,
    progress: &Progress,
) -> Vec<PartResult> {
    let count = read.symbols.len();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<Option<PartResult>>> = Mutex::new((0..count).map(|_| None).collect());
    let one = |wanted: &Wanted| {
        let request = request(read, wanted, ask);
        let mut inputs = inputs::read(
            &request,
            config.clone(),
            share.threads.clone(),
            share.evaluations_max,
        )?;
        inputs.notices.extend(ask.batch_note.clone());
        engine::part(&inputs, &progress.silent())
    };
    progress.stage(&format!("planning {count} symbols"));
    let over = || progress.stopped() || next.load(Ordering::Relaxed) >= count;
    thread::scope(|scope| {
        let (next, done, results, one, over) = (&next, &done, &results, &one, &over);
        let workers = &share.workers;
        for worker in 0..workers.most().clamp(1, count) {
            scope.spawn(move || {
                workers.enter();
                while workers.turn(worker, over) {
                    progress.breathe();
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || progress.stopped() {
                        return;
                    }
                    // A bug in one symbol must not lose the others.
                    let result = catch_unwind(AssertUnwindSafe(|| one(&read.symbols[index])));
                    let result = result.unwrap_or_else(|_| {
                        Err(Error::Internal(
                            "a bug; the lines above say where".to_owned(),
                        ))
                    });
                    results.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(result);
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    progress.fraction(done as f64 / count as f64);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results
        .into_iter()
        .map(|result| {
            result.unwrap_or_else(|| {
                Err(Error::Interrupted {
                    done: "it was not begun".to_owned(),
                })
            })
        })
        .collect()
}

/// Cash and collateral, in cents.
struct Purse {
    /// Free before.
    free: i64,
    /// Reserved before.
    reserved: i64,
    /// At most; none: as much as there is cash.
    limit: Option<i64>,
}

impl Purse {
    fn of(read: &Read, results: &[PartResult]) -> Purse {
        let cash = Cents::from_usd(read.account.cash_usd);
        let pledged = Cents::from_usd(read.account.pledged_usd(None));
        // What expires today is settled in the book of its symbol only: it may have freed cash or collateral.
        let (mut free, mut reserved) = (cash - pledged, pledged);
        for part in results.iter().flatten() {
            free += part.free - (cash - pledged);
            reserved += part.reserved - pledged;
        }
        Purse {
            free: free.0,
            reserved: reserved.0,
            limit: read
                .collateral_limit
                .as_ref()
                .map(|(usd, _)| Cents::from_usd(*usd).0),
        }
    }

    /// Collateral that may still be taken.
    fn room(&self) -> i64 {
        self.limit
            .map_or(i64::MAX / 4, |limit| limit - self.reserved)
    }
}

fn item(choice: &Choice) -> Item {
    Item {
        value: choice.held_usd,
        cash: choice.cash.0,
        collateral: choice.collateral.0,
    }
}

/// Every plan's own choice, if they fit together.
fn all_own(groups: &[Vec<Item>], purse: &Purse) -> Option<Found> {
    let picks: Vec<usize> = groups
        .iter()
        .map(|group| (group.len() - 1).min(1))
        .collect();
    let sum = |of: fn(&Item) -> i64| -> i64 {
        let picked = picks.iter().zip(groups);
        picked.map(|(&pick, group)| of(&group[pick])).sum()
    };
    let fits = sum(|item| item.cash) <= purse.free.max(0)
        && sum(|item| item.collateral) <= purse.room().max(0);
    fits.then(|| {
        let picked = picks.iter().zip(groups);
        let value = picked.fold(0.0, |sum, (&pick, group)| sum + group[pick].value);
        Found {
            value,
            bound: value,
            greedy: value,
            picks,
        }
    })
}

/// Chooses and says why.
fn decide(read: &Read, config: &Config, results: Vec<PartResult>, interrupted: bool) -> Planned {
    let purse = Purse::of(read, &results);
    let groups: Vec<Vec<Item>> = results
        .iter()
        .map(|result| {
            let choices = result.as_ref().map_or(&[][..], |part| &part.choices);
            std::iter::once(Item::NOTHING)
                .chain(choices.iter().map(item))
                .collect()
        })
        .collect();
    let own = all_own(&groups, &purse);
    let all_fit = own.is_some();
    let found = own.unwrap_or_else(|| choose::best(&groups, purse.free, purse.room()));
    let picked = |of: fn(&Item) -> i64| -> i64 {
        let picks = found.picks.iter().zip(&groups);
        picks.map(|(&pick, group)| of(&group[pick])).sum()
    };
    let (cash, collateral) = (picked(|item| item.cash), picked(|item| item.collateral));
    assert!(
        cash <= purse.free.max(0) && collateral <= purse.room().max(0),
        "a portfolio over its limits"
    );
    let left = Left {
        cash: purse.free.max(0) - cash,
        collateral: purse.room().max(0) - collateral,
    };
    let folders = folders(&read.symbols);
    let mut rows: Vec<PortfolioRow> = results
        .iter()
        .zip(&read.symbols)
        .zip(&found.picks)
        .zip(&folders)
        .map(|(((result, wanted), &pick), folder)| match result {
            Ok(part) => planned_row(part, pick, &left, folder),
            Err(error) => failed_row(&wanted.symbol, error),
        })
        .collect();
    rows.sort_by(|a, b| {
        let worth = |row: &PortfolioRow| {
            row.worth_over_holding
                .map_or(f64::NEG_INFINITY, |worth| worth.value_usd)
        };
        let taken = |row: &PortfolioRow| row.status.max(RowStatus::Reduced);
        taken(a)
            .cmp(&taken(b))
            .then(worth(b).total_cmp(&worth(a)))
            .then(a.symbol.cmp(&b.symbol))
    });
    let totals = totals(read, &purse, &rows, cash, collateral);
    let complete = results.iter().all(Result::is_ok);
    let view = PortfolioView {
        schema_version: 1,
        watermark: watermark(&results),
        outcome: outcome(&rows),
        complete,
        as_of: days(&results),
        account: read.account_source.clone(),
        notices: notices(read, &purse, &results, interrupted),
        totals,
        choice: choice_view(&found, &groups, all_fit),
        confidence_fraction: config.decision.confidence,
        assumptions: assumptions(read),
        manifest: PortfolioManifest {
            seed: config.search.seed,
            portfolio_sha256: sha256(&read.bytes),
            config_sha256: sha256(config.canonical().as_bytes()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        rows,
    };
    let plans = results
        .into_iter()
        .zip(folders)
        .zip(&read.symbols)
        .filter_map(|((result, folder), wanted)| {
            let mut plan = result.ok()?.plan;
            plan.decision
                .notices
                .insert(0, part_notice(most(read, wanted)));
            Some((folder, plan))
        })
        .collect();
    Planned {
        view,
        plans,
        interrupted,
    }
}

/// What the plan of one symbol says of being one of many.
fn part_notice(most_usd: Option<f64>) -> String {
    let limit = most_usd.map_or_else(String::new, |most| {
        format!(
            " of {} of collateral (where it refuses an action it is named limits.max_collateral_fraction)",
            usd(most)
        )
    });
    format!(
        "this plan is one of a portfolio: it is made as if this symbol had the free cash alone, up to its limit{limit}; what to do beside the others stands in portfolio.json"
    )
}

/// Cents that are left when all is done.
struct Left {
    cash: i64,
    collateral: i64,
}

fn dollars(cents: i64) -> f64 {
    Cents(cents).usd() + 0.0
}

fn planned_row(part: &Part, pick: usize, left: &Left, folder: &str) -> PortfolioRow {
    let plan = &part.plan;
    let taken = pick.checked_sub(1).map(|place| &part.choices[place]);
    let own = part.choices.first();
    let (status, reason) = match (pick, own, plan.decision.outcome) {
        (1, ..) => (RowStatus::Chosen, plan.decision.because.clone()),
        (_, Some(own), _) => {
            let text = &own.action.text;
            match (shortage(own, taken, left), taken) {
                (Some(short), Some(_)) => (
                    RowStatus::Reduced,
                    format!("its plan is \"{text}\", which would need {short}"),
                ),
                (Some(short), None) => (
                    RowStatus::LeftOut,
                    format!(
                        "\"{text}\" would need {short}; what else its plan would advise fits no better"
                    ),
                ),
                (None, _) => {
                    let gain = taken.map_or(0.0, |choice| choice.held_usd) - own.held_usd;
                    (
                        RowStatus::Reduced,
                        format!(
                            "its plan is \"{text}\", for what later decisions add; the purse is short of cash for those of every symbol, and held to its end this is worth {} more",
                            usd(gain)
                        ),
                    )
                }
            }
        }
        (_, None, Outcome::Abstain) => (RowStatus::Abstain, plan.decision.because.clone()),
        (_, None, _) => (RowStatus::DoNothing, plan.decision.because.clone()),
    };
    let nothing = plan
        .alternatives
        .iter()
        .find(|row| row.action.kind == "do_nothing")
        .map(|row| row.action.clone());
    let none = || Figure::missing("nothing is traded");
    let figure = |value: fn(&Choice) -> Figure| taken.map_or_else(none, value);
    PortfolioRow {
        symbol: plan.symbol.clone(),
        status,
        reason,
        action: taken.map(|choice| choice.action.clone()).or(nothing),
        own_plan: Some(match plan.decision.outcome {
            Outcome::Abstain => format!("ABSTAIN: {}", plan.decision.action.text),
            _ => plan.decision.action.text.clone(),
        }),
        worth_over_holding: taken.and_then(|choice| choice.numbers.worth_over_holding),
        held_worth_usd: figure(|choice| choice.held_usd.into()),
        probability_of_profit_real_world: figure(|choice| {
            choice.numbers.probability_of_profit_real_world.clone()
        }),
        premium_after_fees_usd: figure(|choice| choice.numbers.premium_after_fees_usd.clone()),
        collateral_usd: dollars(taken.map_or(0, |choice| choice.collateral.0)).into(),
        cash_usd: dollars(taken.map_or(0, |choice| choice.cash.0)).into(),
        alternatives: part.choices.len() as u32,
        exit_code: if plan.decision.outcome == Outcome::Abstain {
            4
        } else {
            0
        },
        folder: Some(folder.to_owned()),
    }
}

/// What is missing for the plan's own choice in place of what is taken; nothing if it would fit.
fn shortage(own: &Choice, taken: Option<&Choice>, left: &Left) -> Option<String> {
    let more = |own: i64, taken: i64, left: i64| own - taken - left;
    let collateral = more(
        own.collateral.0,
        taken.map_or(0, |choice| choice.collateral.0),
        left.collateral,
    );
    let cash = more(
        own.cash.0,
        taken.map_or(0, |choice| choice.cash.0),
        left.cash,
    );
    match (collateral > 0, cash > 0) {
        (true, true) => Some(format!(
            "{} more collateral than the limit leaves, and {} more cash",
            usd(dollars(collateral)),
            usd(dollars(cash))
        )),
        (true, false) => Some(format!(
            "{} more collateral than the limit leaves",
            usd(dollars(collateral))
        )),
        (false, true) => Some(format!("{} more cash than is left", usd(dollars(cash)))),
        (false, false) => None,
    }
}

fn failed_row(symbol: &str, error: &Error) -> PortfolioRow {
    let none = || Figure::missing("not planned");
    let interrupted = matches!(error, Error::Interrupted { .. });
    PortfolioRow {
        symbol: symbol.to_owned(),
        status: if interrupted {
            RowStatus::NotPlanned
        } else {
            RowStatus::Failed
        },
        reason: if interrupted {
            "the run was interrupted before it was planned".to_owned()
        } else {
            error.to_string()
        },
        action: None,
        own_plan: None,
        worth_over_holding: None,
        held_worth_usd: none(),
        probability_of_profit_real_world: none(),
        premium_after_fees_usd: none(),
        collateral_usd: none(),
        cash_usd: none(),
        alternatives: 0,
        exit_code: error.exit_code(),
        folder: None,
    }
}

fn totals(read: &Read, purse: &Purse, rows: &[PortfolioRow], cash: i64, collateral: i64) -> Totals {
    let after = purse.reserved + collateral;
    let worths = rows.iter().filter_map(|row| row.worth_over_holding);
    let premiums = rows
        .iter()
        .filter_map(|row| row.premium_after_fees_usd.known());
    let no_limit = || Figure::missing("no limit is set");
    Totals {
        worth_over_holding_usd: worths.map(|worth| worth.value_usd).sum::<f64>() + 0.0,
        premium_after_fees_usd: premiums.sum::<f64>() + 0.0,
        cash_usd: read.account.cash_usd,
        free_cash_before_usd: dollars(purse.free),
        free_cash_after_usd: dollars(purse.free - cash),
        collateral_before_usd: dollars(purse.reserved),
        collateral_after_usd: dollars(after),
        collateral_limit_usd: purse
            .limit
            .map_or_else(no_limit, |limit| dollars(limit).into()),
        collateral_left_usd: purse
            .limit
            .map_or_else(no_limit, |limit| dollars((limit - after).max(0)).into()),
    }
}

fn outcome(rows: &[PortfolioRow]) -> Outcome {
    let mut planned = rows
        .iter()
        .filter(|row| row.status < RowStatus::Failed)
        .peekable();
    let is_any = planned.peek().is_some();
    if rows.iter().any(|row| row.status <= RowStatus::Reduced) {
        Outcome::Act
    } else if is_any && planned.all(|row| row.status == RowStatus::Abstain) {
        Outcome::Abstain
    } else {
        Outcome::DoNothing
    }
}

fn choice_view(found: &Found, groups: &[Vec<Item>], all_fit: bool) -> ChoiceView {
    let proven = found.bound - found.value < 0.01;
    let items: usize = groups.iter().map(|group| group.len() - 1).sum();
    let many =
        |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let of = format!(
        "{} of {}, doing nothing besides",
        many(items, "action"),
        many(groups.len(), "symbol")
    );
    let weighed = |value: f64| match all_fit {
        true => Figure::missing("all fit, nothing had to be weighed up"),
        false => value.into(),
    };
    ChoiceView {
        method: if items == 0 {
            "no plan acts, so nothing has to be weighed up".to_owned()
        } else if all_fit {
            "every plan's own choice fits beside the others".to_owned()
        } else if proven {
            format!(
                "the best combination of {of}, by their worth held to the end: exact, by dynamic programming with bounds"
            )
        } else {
            format!(
                "a combination of {of}, by their worth held to the end: not proven best; another may be worth up to {} more",
                usd(found.bound - found.value)
            )
        },
        all_fit,
        held_worth_usd: found.value + 0.0,
        upper_bound_usd: weighed(found.bound),
        proven_best: proven,
        greedy_worth_usd: weighed(found.greedy),
    }
}

/// The tickers that do not exist, if any.
fn watermark(results: &[PartResult]) -> Option<String> {
    let parts = results.iter().flatten();
    let invented: Vec<&str> = parts
        .filter(|part| part.plan.watermark.is_some())
        .map(|part| part.plan.symbol.as_str())
        .collect();
    (!invented.is_empty()).then(|| {
        format!(
            "SYNTHETIC DATA: {} {} not exist; nothing here is advice or evidence",
            invented.join(", "),
            if invented.len() == 1 { "does" } else { "do" }
        )
    })
}

fn days(results: &[PartResult]) -> Vec<String> {
    let parts = results.iter().flatten();
    let mut days: Vec<String> = parts.map(|part| part.plan.as_of.clone()).collect();
    days.sort();
    days.dedup();
    days
}

fn notices(read: &Read, purse: &Purse, results: &[PartResult], interrupted: bool) -> Vec<String> {
    let mut notices = Vec::new();
    if interrupted {
        notices.push(
            "the run was interrupted: only the symbols that were planned by then took part"
                .to_owned(),
        );
    }
    let failed = results
        .iter()
        .filter(
            |result| matches!(result, Err(error) if !matches!(error, Error::Interrupted { .. })),
        )
        .count();
    if failed > 0 {
        notices.push(format!(
            "{failed} of {} symbols could not be planned and took no part: see their rows",
            results.len()
        ));
    }
    if purse.limit.is_some_and(|limit| purse.reserved > limit) {
        notices.push(format!(
            "the short puts that are open reserve {}, more than the limit of {}: nothing is taken that needs more collateral",
            usd(dollars(purse.reserved)),
            usd(dollars(purse.limit.unwrap_or(0)))
        ));
    }
    let days = days(results);
    if days.len() > 1 {
        notices.push(format!(
            "the chains are of different days ({}): prices that never stood side by side are compared",
            days.join(", ")
        ));
    }
    let planned = |symbol: &String| {
        read.symbols
            .iter()
            .any(|wanted| same_symbol(&wanted.symbol, symbol))
    };
    let others: Vec<String> = read
        .account
        .symbols()
        .into_iter()
        .filter(|symbol| !planned(symbol))
        .collect();
    if !others.is_empty() {
        notices.push(format!(
            "{}: in the account, not in the portfolio; cash that their short puts may take stays reserved",
            others.join(", ")
        ));
    }
    notices
}

fn assumptions(read: &Read) -> Vec<Assumption> {
    let row = |name: &str, value: String, source: &str| Assumption {
        name: name.to_owned(),
        value,
        source: source.to_owned(),
    };
    let mut rows = vec![
        row(
            "worths add up",
            "approximately: each symbol is judged alone, beside the cash. How symbols move together is not modelled; where they fall together, and stocks do, the whole is worth less than the sum and its tail is worse".to_owned(),
            "a simplification of ours",
        ),
        row(
            "later decisions",
            "each plan makes them as if it had the free cash alone, and its worth counts them: several plans may count on the same cash later. Where today's choices do not fit together, only worths held to the end decide; limits per symbol keep the cash apart".to_owned(),
            "a simplification of ours",
        ),
        row(
            "wealth",
            "that of a symbol is the account's cash and the symbol's own positions: shares and options of other symbols do not count, so limits that are fractions of wealth are a little tighter".to_owned(),
            "a simplification of ours",
        ),
        row(
            "limits and tests",
            "those of the configuration (tail, concentration, indifference, draws) hold for each symbol alone, not for the whole".to_owned(),
            "config limits.*, decision.*",
        ),
        row(
            "smaller sizes",
            "eighths of the contracts of a plan's put, held to their end and graded on the same paths; the draws of the market's parameters judge the plan's size for them".to_owned(),
            "a simplification of ours",
        ),
        row(
            "collateral",
            "100 times the strike of every short put, open ones included".to_owned(),
            "cash-secured puts",
        ),
    ];
    if let Some((limit_usd, words)) = &read.collateral_limit {
        rows.push(row("collateral limit", usd(*limit_usd), words));
    }
    rows
}

/// A folder name of each symbol: its ticker, with what a file system may not like replaced.
fn folders(symbols: &[Wanted]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for wanted in symbols {
        let plain: String = wanted
            .symbol
            .chars()
            .map(|letter| match letter {
                'A'..='Z' | '0'..='9' | '-' | '_' | '.' => letter,
                _ => '_',
            })
            .collect();
        let plain = match plain.strip_prefix('.') {
            Some(rest) => format!("_{rest}"),
            None => plain,
        };
        let mut name = plain.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{plain}-{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

/// The exit code of a portfolio.
///
/// 130 interrupted; else, where a symbol could not be planned, 3 (or 5 or 6, where the machine or a bug was the cause); else 4 where
/// every symbol abstains; else 0.
pub(crate) fn exit_code(planned: &Planned) -> u8 {
    if planned.interrupted {
        return 130;
    }
    let failed = planned
        .view
        .rows
        .iter()
        .filter(|row| row.status == RowStatus::Failed)
        .map(|row| row.exit_code.max(3))
        .max();
    match (failed, planned.view.outcome) {
        (Some(code), _) => code,
        (None, Outcome::Abstain) => 4,
        (None, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;
    use crate::report::fixture::{abstaining, fixture};
    use crate::report::{TextStyle, portfolio_html, portfolio_text};

    fn wanted(symbol: &str) -> Wanted {
        Wanted {
            symbol: symbol.to_owned(),
            chains: Vec::new(),
            mapping: None,
            history: None,
            events: None,
            spot_usd: None,
            collateral_max_usd: None,
        }
    }

    /// A plan that acts, with choices of so many contracts at $10,000 of collateral, worth so many dollars.
    fn acting(symbol: &str, choices: &[(i64, f64)]) -> PartResult {
        let mut plan = fixture();
        plan.symbol = symbol.to_owned();
        let choice = |&(contracts, worth): &(i64, f64)| {
            let mut action = plan.decision.action.clone();
            action.text = format!("sell {contracts} {symbol} 100 puts");
            let mut numbers = plan.numbers.clone();
            if let Some(over) = &mut numbers.worth_over_holding {
                over.value_usd = worth;
            }
            numbers.premium_after_fees_usd = (100.0 * contracts as f64).into();
            Choice {
                action,
                numbers,
                held_usd: worth,
                collateral: Cents(1_000_000 * contracts),
                cash: Cents(990_000 * contracts),
            }
        };
        let choices: Vec<Choice> = choices.iter().map(choice).collect();
        plan.decision.action.text = choices[0].action.text.clone();
        Ok(part(plan, choices))
    }

    fn part(plan: Plan, choices: Vec<Choice>) -> Part {
        Part {
            plan,
            choices,
            free: Cents::from_usd(100_000.0),
            reserved: Cents::ZERO,
        }
    }

    fn abstains(symbol: &str) -> PartResult {
        let mut plan = abstaining();
        plan.symbol = symbol.to_owned();
        Ok(part(plan, Vec::new()))
    }

    fn decided(limit_usd: f64, results: Vec<(&str, PartResult)>, interrupted: bool) -> Planned {
        let (symbols, results): (Vec<Wanted>, Vec<PartResult>) = results
            .into_iter()
            .map(|(symbol, result)| (wanted(symbol), result))
            .unzip();
        let text = "schema_version = 1\nkind = \"cash\"\ncash_usd = 100000";
        let read = Read {
            account: Account::inline(toml::from_str(text).unwrap(), Path::new("p.toml")).unwrap(),
            account_source: "account.toml".to_owned(),
            account_bytes: Vec::new(),
            bytes: b"portfolio".to_vec(),
            collateral_limit: Some((limit_usd, format!("collateral_limit_usd = {limit_usd}"))),
            symbols,
        };
        decide(&read, &Config::default(), results, interrupted)
    }

    fn row<'a>(planned: &'a Planned, symbol: &str) -> &'a PortfolioRow {
        let found = planned.view.rows.iter().find(|row| row.symbol == symbol);
        found.unwrap()
    }

    fn screens(view: &PortfolioView) -> [String; 2] {
        let style = TextStyle {
            color: false,
            unicode: true,
        };
        let text = portfolio_text(view, &style);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        [flat(&text), portfolio_html(view)]
    }

    #[test]
    fn the_choice_that_does_not_fit_is_cut_and_says_what_is_missing() {
        let planned = decided(
            50_000.0,
            vec![
                ("AAA", acting("AAA", &[(4, 100.0), (2, 60.0), (1, 35.0)])),
                ("BBB", acting("BBB", &[(3, 90.0)])),
                ("CCC", acting("CCC", &[(5, 40.0)])),
                ("DDD", abstains("DDD")),
            ],
            false,
        );
        let view = &planned.view;
        // 2 AAA and 3 BBB are worth 150; 4 AAA alone 100, and one contract is no help to CCC.
        assert_eq!(view.totals.worth_over_holding_usd, 150.0);
        assert_eq!(view.choice.greedy_worth_usd, Figure::Known(100.0));
        assert!(view.choice.proven_best && !view.choice.all_fit);
        let statuses: Vec<(&str, RowStatus)> = view
            .rows
            .iter()
            .map(|row| (row.symbol.as_str(), row.status))
            .collect();
        assert_eq!(
            statuses,
            [
                ("BBB", RowStatus::Chosen),
                ("AAA", RowStatus::Reduced),
                ("CCC", RowStatus::LeftOut),
                ("DDD", RowStatus::Abstain),
            ]
        );
        assert!(
            row(&planned, "AAA")
                .reason
                .contains("would need $20,000.00 more collateral"),
            "{}",
            row(&planned, "AAA").reason
        );
        assert!(
            row(&planned, "CCC")
                .reason
                .contains("would need $50,000.00 more collateral")
        );
        assert_eq!(view.totals.collateral_after_usd, 50_000.0);
        assert_eq!(view.totals.collateral_left_usd, Figure::Known(0.0));
        assert_eq!(view.totals.free_cash_after_usd, 50_500.0);
        assert_eq!(exit_code(&planned), 0);
        for shown in screens(view) {
            for present in [
                "sell 3 BBB 100 puts",
                "sell 2 AAA 100 puts",
                "$20,000.00 more collateral",
                "$150.00",
                "abstain",
                "would have brought $50.00 less",
            ] {
                assert!(shown.contains(present), "lacks {present}\n{shown}");
            }
        }
    }

    /// Where the purse is short, what a plan hopes for from later decisions does not count: every plan would spend the same cash.
    #[test]
    fn hopes_of_later_decisions_do_not_win_scarce_cash() {
        let mut hopeful = acting("AAA", &[(4, 10.0), (3, 25.0)]);
        if let Ok(part) = &mut hopeful
            && let Some(worth) = &mut part.choices[0].numbers.worth_over_holding
        {
            worth.value_usd = 500.0;
        }
        let planned = decided(
            50_000.0,
            vec![("AAA", hopeful), ("BBB", acting("BBB", &[(1, 9.0)]))],
            false,
        );
        // Both fit: each plan's own choice stands.
        assert!(planned.view.choice.all_fit);
        assert_eq!(row(&planned, "AAA").status, RowStatus::Chosen);
        let hopeful = acting("AAA", &[(4, 10.0), (3, 25.0)]);
        let rivals = acting("BBB", &[(1, 9.0)]);
        let third = acting("CCC", &[(4, 1.0)]);
        let planned = decided(
            50_000.0,
            vec![("AAA", hopeful), ("BBB", rivals), ("CCC", third)],
            false,
        );
        assert_eq!(row(&planned, "AAA").status, RowStatus::Reduced);
        let reason = &row(&planned, "AAA").reason;
        assert!(
            reason.contains("held to its end this is worth $15.00 more"),
            "{reason}"
        );
        assert_eq!(row(&planned, "BBB").status, RowStatus::Chosen);
        assert_eq!(row(&planned, "CCC").status, RowStatus::LeftOut);
    }

    #[test]
    fn cash_binds_where_no_limit_of_collateral_does() {
        let planned = decided(
            1_000_000.0,
            vec![
                ("AAA", acting("AAA", &[(9, 100.0)])),
                ("BBB", acting("BBB", &[(3, 90.0), (1, 31.0)])),
            ],
            false,
        );
        assert_eq!(planned.view.totals.worth_over_holding_usd, 131.0);
        let reason = &row(&planned, "BBB").reason;
        assert!(
            reason.contains("would need $18,800.00 more cash"),
            "{reason}"
        );
    }

    #[test]
    fn what_failed_is_listed_and_the_rest_is_planned() {
        let failed = |symbol: &str| {
            Err(Error::NoSuchSymbol {
                wanted: symbol.to_owned(),
                there: "KO".to_owned(),
            })
        };
        let planned = decided(
            50_000.0,
            vec![
                ("AAA", acting("AAA", &[(4, 100.0)])),
                ("BBB", failed("BBB")),
            ],
            false,
        );
        assert_eq!(exit_code(&planned), 3);
        assert!(!planned.view.complete);
        assert_eq!(planned.view.outcome, Outcome::Act);
        assert_eq!(planned.plans.len(), 1);
        assert_eq!(row(&planned, "BBB").status, RowStatus::Failed);
        for shown in screens(&planned.view) {
            assert!(shown.contains("no symbol BBB in the chain file"), "{shown}");
            assert!(
                shown.contains("1 of 2 symbols could not be planned"),
                "{shown}"
            );
        }
        let none = decided(50_000.0, vec![("BBB", failed("BBB"))], false);
        assert_eq!(
            (exit_code(&none), none.view.outcome),
            (3, Outcome::DoNothing)
        );
        let bug = Err(Error::Internal("a bug".to_owned()));
        assert_eq!(exit_code(&decided(1.0, vec![("BBB", bug)], false)), 6);
    }

    #[test]
    fn an_interrupted_run_keeps_what_is_done() {
        let stopped = Err(Error::Interrupted {
            done: "it was not begun".to_owned(),
        });
        let planned = decided(
            50_000.0,
            vec![("AAA", acting("AAA", &[(4, 100.0)])), ("BBB", stopped)],
            true,
        );
        assert_eq!(exit_code(&planned), 130);
        assert_eq!(row(&planned, "BBB").status, RowStatus::NotPlanned);
        assert_eq!(planned.plans.len(), 1);
        assert!(planned.view.notices[0].contains("interrupted"));
    }

    #[test]
    fn abstaining_is_the_answer_only_if_all_abstain() {
        let all = decided(
            9e4,
            vec![("AAA", abstains("AAA")), ("BBB", abstains("BBB"))],
            false,
        );
        assert_eq!((exit_code(&all), all.view.outcome), (4, Outcome::Abstain));
        let none = decided(
            0.0,
            vec![
                ("AAA", acting("AAA", &[(1, 5.0)])),
                ("BBB", abstains("BBB")),
            ],
            false,
        );
        assert_eq!(
            (exit_code(&none), none.view.outcome),
            (0, Outcome::DoNothing)
        );
        assert_eq!(row(&none, "AAA").status, RowStatus::LeftOut);
    }

    #[test]
    fn folders_are_plain_and_apart() {
        let symbols = ["..", "A B", "A/B", "A_B", "BRK.B"].map(wanted);
        assert_eq!(folders(&symbols), ["_.", "A_B", "A_B-2", "A_B-3", "BRK.B"]);
    }
}
