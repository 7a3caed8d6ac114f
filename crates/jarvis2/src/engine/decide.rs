//! From a fitted market and an account to a choice: menu, search, fresh paths, parameter draws.
//!
//! The tree proposes, fresh paths dispose: the best finalists of the tree are ranked on one set of paths, and what is printed is
//! estimated on a second set that had no say in the choice.

use super::fit::{Fitted, day_offset};
use super::game::{WheelGame, beyond_nets};
use super::inputs::Inputs;
use super::judge::{HeldWorth, Judge, NetWorth, Nets};
use super::policy::{RuleTable, TreePolicy};
use super::settle::{Settling, Standing, best_two};
use crate::account::same_symbol;
use crate::config::{self, Config};
use crate::error::Error;
use crate::governor::Crew;
use crate::learning::models::Model;
use crate::learning::support;
use crate::progress::Progress;
use crate::report::units::usd;
use evidence::{
    FixedRule, Grade, Hold, Interval, Odds, Once, Paths, Walk, difference, odds, walk_all,
};
use market::futures::{Assumptions, Futures};
use market::{Cents, Style};
use pricing::normal;
use search::{Counts, EdgeId, Root, SearchConfig, StopReason, Tree};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use wheel::action::{Grid, Menu, Table as MenuTable};
use wheel::book::Ending;
use wheel::rules::{Exercise, Fill};
use wheel::{
    Action, Book, Costs, Kind, Leg, Limits, Lot, Move, Offer, Refusal, Rules, Situation, Utility,
};

/// The game as it stands today.
pub(crate) struct Table {
    pub(crate) rules: Arc<Rules>,
    pub(crate) today: Situation,
    pub(crate) fitted: FittedView,
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) notices: Vec<String>,
    pub(crate) rule_table: RuleTable,
    /// Half-width of intervals in standard errors.
    pub(crate) deviations: f64,
    pub(crate) indifference_usd: f64,
}

/// What explaining needs of the fit.
pub(crate) struct FittedView {
    pub(crate) quotes_assumed: bool,
    pub(crate) forecast_log_error: f64,
    pub(crate) implied_vol: f64,
    pub(crate) forecast_vol: f64,
    pub(crate) vols_by: super::vols::DoneBy,
    pub(crate) smiles: Vec<crate::plan::SmileView>,
    pub(crate) assumptions: Vec<crate::plan::Assumption>,
    pub(crate) notes: Vec<String>,
    pub(crate) contracts: usize,
}

impl Table {
    /// Lays the table: book, rules, menu.
    pub(crate) fn lay(inputs: &Inputs, fitted: Fitted) -> Result<Table, Error> {
        let config = &inputs.config;
        let mut notices = Vec::new();
        let costs = costs(config);
        let mut book = book(inputs, &fitted, &mut notices)?;
        let spot = Cents::from_usd(fitted.futures.spot);
        book.expire(0, spot, &costs, |lot, ending| {
            notices.push(settled_today(&lot, ending, spot))
        });
        let Fitted {
            futures,
            offers,
            style,
            ..
        } = fitted;
        let ground = Ground {
            futures,
            offers: &offers,
            style,
            implied_vol: fitted.implied_vol,
        };
        // The limit is for this symbol; what other symbols' puts may take is reserved beside it.
        let collateral_max_usd = inputs.collateral_max_usd.map(|most| {
            let account = inputs.owner.account.as_ref();
            most + account.map_or(0.0, |account| {
                account.pledged_usd(Some(&inputs.chain.symbol))
            })
        });
        let seat = Seat::take(config, ground, book, collateral_max_usd);
        let Seat {
            rules,
            today,
            refusals,
        } = seat.map_err(|wealth_usd| {
            let what = format!(
                "the account is worth {}: there is nothing to plan with; check cash and positions",
                usd(wealth_usd)
            );
            Error::Position {
                symbol: inputs.chain.symbol.clone(),
                what,
            }
        })?;
        let rule_table = RuleTable::new(&rules, &today);
        let fitted = FittedView {
            quotes_assumed: fitted.quotes_assumed,
            forecast_log_error: fitted.forecast_log_error,
            implied_vol: fitted.implied_vol,
            forecast_vol: fitted.forecast_vol,
            vols_by: fitted.vols_by,
            smiles: fitted.smiles,
            assumptions: fitted.assumptions,
            notes: fitted.notes,
            contracts: fitted.contracts,
        };
        Ok(Table {
            deviations: normal::inverse_cdf(0.5 + config.decision.confidence / 2.0),
            indifference_usd: config.decision.indifference_bps * 1e-4 * rules.utility.wealth_usd,
            rules,
            today,
            fitted,
            refusals,
            notices,
            rule_table,
        })
    }
}

/// A market in which one may trade: what training plays on, and what a plan fits.
pub(crate) struct Ground<'a> {
    pub(crate) futures: Futures,
    /// What can be traded today.
    pub(crate) offers: &'a [Offer],
    pub(crate) style: Style,
    /// At the money, at 30 days.
    pub(crate) implied_vol: f64,
}

/// The rules of one game and where it starts.
pub(crate) struct Seat {
    pub(crate) rules: Arc<Rules>,
    pub(crate) today: Situation,
    pub(crate) refusals: Vec<Refusal>,
}

impl Seat {
    /// The game that this market and book make under a configuration. `collateral_max_usd` is a limit beside the
    /// configuration's. Where the wealth is not positive there is no game; it is the error.
    pub(crate) fn take(
        config: &Config,
        ground: Ground<'_>,
        book: Book,
        collateral_max_usd: Option<f64>,
    ) -> Result<Seat, f64> {
        let Ground {
            futures,
            offers,
            style,
            implied_vol,
        } = ground;
        let today = Situation {
            state: futures.today(),
            book,
        };
        let horizon_day = horizon(&futures, config.objective.horizon_days as u16);
        let longest =
            horizon_day + 2 * config.actions.max_days.max(config.actions.interior_days) as u16;
        let exercise = Exercise::new(futures.rate, futures.dividend_yield, implied_vol, longest);
        let mut limits = limits(config);
        let mut rules = Rules {
            costs: costs(config),
            fill: match config.costs.fill {
                config::Fill::BidAsk => Fill::BidAsk,
                config::Fill::Mid => Fill::Mid,
            },
            slippage_usd: config.costs.extra_slippage_usd_per_share,
            horizon_day,
            style,
            cycle_days: config.actions.interior_days as u16,
            deltas: config.actions.interior_deltas.clone(),
            collateral_fraction: limits.collateral_fraction,
            concentration_fraction: limits.concentration_fraction,
            utility: Utility {
                risk_aversion: config.objective.risk_aversion,
                wealth_usd: 1.0,
            },
            menu: Vec::new(),
            exercise,
            futures,
        };
        let wealth_usd = rules.wealth(&today);
        if wealth_usd <= 0.0 {
            return Err(wealth_usd);
        }
        rules.utility.wealth_usd = wealth_usd;
        if let Some(most) = collateral_max_usd {
            limits.collateral_fraction = limits.collateral_fraction.min(most / wealth_usd);
            rules.collateral_fraction = limits.collateral_fraction;
        }
        let table = MenuTable {
            book: &today.book,
            offers,
            spot: Cents::from_usd(rules.futures.spot),
            wealth_usd,
            dollar_delta: rules.dollar_delta(&today),
            costs: &rules.costs,
        };
        let Menu {
            actions,
            mut refusals,
        } = table.menu(&grid(config), &limits);
        rules.menu = bearable(&rules, &today, actions, config, &mut refusals);
        Ok(Seat {
            rules: Arc::new(rules),
            today,
            refusals,
        })
    }
}

/// What trading costs.
pub(crate) fn costs(config: &Config) -> Costs {
    Costs {
        per_contract: Cents::from_usd(config.costs.fee_usd_per_contract),
        per_share_usd: config.costs.fee_usd_per_share,
        per_assignment: Cents::from_usd(config.costs.assignment_fee_usd),
    }
}

/// Leaves out actions whose tail, held to the horizon in closed form, breaks the limit and is worse than that of doing nothing. The
/// finalists' tails are looked at again on paths.
fn bearable(
    rules: &Rules,
    today: &Situation,
    actions: Vec<Action>,
    config: &Config,
    refusals: &mut Vec<Refusal>,
) -> Vec<Action> {
    let mut law = Vec::new();
    let bound = config.limits.max_cvar95_fraction;
    let standing = rules.held_tail(today, &mut law);
    let mut bearable = Vec::new();
    for action in actions {
        let mut after = today.clone();
        let traded = after.book.trade(&action, rules.style, &rules.costs).is_ok();
        let tail = rules.held_tail(&after, &mut law);
        let value = tail / rules.utility.wealth_usd;
        if traded && (action.legs().is_empty() || value <= bound || tail <= TAIL_SLACK * standing) {
            bearable.push(action);
        } else if let Some((right, strike, expiry_day, _, _)) = action.sold() {
            let what = wheel::action::Subject {
                kind: action.kind(),
                right,
                strike,
                expiry_day,
            };
            refusals.push(Refusal {
                limit: "limits.max_cvar95_fraction",
                what,
                value,
                bound,
            });
        }
    }
    bearable
}

/// A tail this much worse than that of doing nothing is not worse: it would forbid a trader in trouble to get out of it.
const TAIL_SLACK: f64 = 1.02;

fn settled_today(lot: &Lot, ending: Ending, spot: Cents) -> String {
    let what = match ending {
        Ending::Expired => "worthless",
        Ending::AssignedAtExpiry | Ending::AssignedEarly => "assigned",
        Ending::SettledInCash => "settled in cash",
    };
    format!(
        "{} {:?} {} expires today: taken as {what} at the spot of {spot}",
        lot.contracts, lot.right, lot.strike
    )
}

/// The last trading day of the horizon.
fn horizon(futures: &Futures, days: u16) -> u16 {
    futures
        .trading_days
        .iter()
        .copied()
        .take_while(|&day| day <= days)
        .last()
        .unwrap_or(days)
}

pub(crate) fn limits(config: &Config) -> Limits {
    Limits {
        collateral_fraction: config.limits.max_collateral_fraction,
        concentration_fraction: config.limits.max_concentration_fraction,
        delta_fraction: config.limits.max_delta_fraction,
        days: (
            config.actions.min_days as u16,
            config.actions.max_days as u16,
        ),
        open_interest_min: u64::from(config.limits.min_open_interest),
        spread_fraction_max: config.limits.max_spread_fraction,
    }
}

pub(crate) fn grid(config: &Config) -> Grid {
    Grid {
        put_deltas: config.actions.put_deltas.clone(),
        call_deltas: config.actions.call_deltas.clone(),
        expiries: config.actions.expiries as usize,
        sizes: config.actions.sizes.clone(),
        stock_trades: config.actions.allow_stock_trades,
        actions_max: config.search.root_actions as usize,
    }
}

/// The account's positions in this symbol.
fn book(inputs: &Inputs, fitted: &Fitted, notices: &mut Vec<String>) -> Result<Book, Error> {
    let symbol = &inputs.chain.symbol;
    let wrong = |what: String| Error::Position {
        symbol: symbol.clone(),
        what,
    };
    let Some(account) = &inputs.owner.account else {
        let one = fitted.futures.spot * 110.0;
        let mut cash = inputs.config.account.assumed_cash_usd;
        if cash < one {
            cash = (one / 100_000.0).ceil() * 100_000.0;
        }
        notices.push(format!(
            "no account was given: {} of cash and no positions are assumed",
            usd(cash)
        ));
        return Book::new(Cents::from_usd(cash), Cents::ZERO, 0, &[])
            .map_err(|error| wrong(error.to_string()));
    };
    let shares = account
        .shares
        .iter()
        .filter(|s| same_symbol(&s.symbol, symbol))
        .map(|s| s.count)
        .sum();
    let mut lots = Vec::new();
    for position in account
        .options
        .iter()
        .filter(|o| same_symbol(&o.symbol, symbol))
    {
        let (Some(right), Some(expiry)) = (position.right(), position.expiry()) else {
            continue;
        };
        if expiry < inputs.chain.as_of {
            let say = "expired before the chain's day: remove it, and book what became of it";
            return Err(wrong(format!(
                "the {expiry} {} {} of the account {say} ({})",
                position.strike_usd, position.right, inputs.chain.as_of
            )));
        }
        if (expiry - inputs.chain.as_of).get_days() > YEARS_TEN {
            return Err(wrong(format!(
                "the expiry {expiry} of the account is more than ten years away: check the year"
            )));
        }
        let expiry_day = day_offset(inputs.chain.as_of, expiry).unwrap_or(0);
        let strike = Cents::from_usd(position.strike_usd);
        if !fitted
            .offers
            .iter()
            .any(|o| (o.right, o.strike, o.expiry_day) == (right, strike, expiry_day))
            && expiry_day > 0
        {
            notices.push(format!("the {expiry} {} {} of the account is not in the chain: it is valued by the smile and cannot be closed at a quote", position.strike_usd, position.right));
        }
        lots.push(Lot {
            right,
            style: fitted.style,
            strike,
            expiry_day,
            contracts: position.contracts as i32,
        });
    }
    let pledged = Cents::from_usd(account.pledged_usd(Some(symbol)));
    Book::new(Cents::from_usd(account.cash_usd), pledged, shares, &lots)
        .map_err(|error| wrong(error.to_string()))
}

/// Days beyond which an expiry is a slip of the pen.
const YEARS_TEN: i32 = 3653;

/// What the main search found.
pub(crate) struct Searched {
    pub(crate) tree: Tree<WheelGame>,
    pub(crate) counts: Counts,
    pub(crate) stopped: StopReason,
    /// How the best action settled while the tree grew.
    pub(crate) settling: Settling,
    /// Who judged its leaves.
    pub(crate) judged: Judged,
}

/// The root as it stands now.
fn standing(tree: &Tree<WheelGame>) -> Standing {
    let (best, second, tried) = best_two(tree.edges(tree.root()));
    Standing {
        simulations: tree.counts().simulations,
        evaluations: tree.counts().evaluations,
        root: tree.worth(tree.root()),
        best,
        second,
        tried,
    }
}

/// Who judged the leaves of the tree.
pub(crate) enum Judged {
    /// Nets; beside them the best line of the tree that the closed form alone grew, and what that line, managed by that tree, is
    /// worth over holding on the paths that grade.
    ByNets {
        name: String,
        sha256: String,
        without: Option<(usize, Interval)>,
    },
    /// The closed form, and why not nets.
    InClosedForm { because: String },
}

/// Searches the game from today under the forecast: by the closed form, and then by nets where there are some that know such a
/// situation.
pub(crate) fn search(
    table: &Table,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<Searched, Error> {
    let game = WheelGame(Arc::clone(&table.rules));
    let model = match usable(table, inputs) {
        Ok(model) => model,
        Err(because) => {
            let mut judge = HeldWorth::new(&table.rules, inputs.crew.clone());
            return grow(&game, table, inputs, progress, &mut judge, 1.0).map(|mut searched| {
                searched.judged = Judged::InClosedForm { because };
                searched
            });
        }
    };
    let mut judge = HeldWorth::new(&table.rules, inputs.crew.clone());
    let closed = grow(&game, table, inputs, progress, &mut judge, CLOSED_PART)?;
    let without = best_alone(table, &closed, inputs);
    // One tree at a time is what memory was asked for.
    drop(closed);
    let mut nets = Nets::new(&model.weights, inputs.crew.most());
    let mut judge = NetWorth::new(&game, &mut nets, inputs.crew.clone())
        .map_err(|error| Error::Internal(error.to_string()))?;
    let mut searched = grow(
        &game,
        table,
        inputs,
        progress,
        &mut judge,
        1.0 - CLOSED_PART,
    )?;
    searched.judged = Judged::ByNets {
        name: model.name.clone(),
        sha256: model.manifest.sha256.clone(),
        without,
    };
    Ok(searched)
}

/// The best line of a tree, and what it is worth over holding on the paths that grade, managed by the tree or held, whichever does
/// better on the paths that rank.
fn best_alone(table: &Table, searched: &Searched, inputs: &Inputs) -> Option<(usize, Interval)> {
    let tree = &searched.tree;
    let edge = tree.best(tree.root())?;
    let line = line_of(edge.action)?;
    let rules = &table.rules;
    let action = &rules.menu[line];
    let managed = TreePolicy::new(tree, edge.id, action.clone(), &table.rule_table);
    let held = Once(action.clone());
    let grades = |salt: u64| {
        let paths = paths(table, inputs, salt);
        let grade = |walks: Vec<Walk>| Grade::new(&walks, &rules.utility, table.deviations);
        let threads = inputs.threads();
        [
            grade(walk_all(rules, &table.today, &paths, &managed, threads)),
            grade(walk_all(rules, &table.today, &paths, &held, threads)),
            grade(walk_all(rules, &table.today, &paths, &Hold, threads)),
        ]
    };
    let [by_tree, once, _] = grades(1);
    let better = usize::from(by_tree.worth_usd.value < once.worth_usd.value);
    let graded = grades(GRADES);
    Some((
        line,
        difference(&graded[better], &graded[2], table.deviations),
    ))
}

/// Salt of the paths that grade; those of salt 1 rank.
pub(crate) const GRADES: u64 = 2;

/// The seed of fresh paths.
pub(crate) fn seed(inputs: &Inputs, salt: u64) -> u64 {
    inputs.config.search.seed.wrapping_mul(2).wrapping_add(salt)
}

/// Fresh paths: those of salt 1 rank, those of [`GRADES`] grade.
fn paths(table: &Table, inputs: &Inputs, salt: u64) -> Paths {
    Paths::simulate(
        &table.rules.futures,
        table.rules.horizon_day,
        inputs.config.search.paths as usize,
        seed(inputs, salt),
        inputs.threads(),
    )
}

/// The closed form's share of a limit of time, where nets have the rest.
const CLOSED_PART: f64 = 0.25;

pub(crate) fn line_of(choice: Move) -> Option<usize> {
    match choice {
        Move::Menu(line) => Some(usize::from(line)),
        _ => None,
    }
}

/// The nets for this situation, or why there are none.
fn usable<'a>(table: &Table, inputs: &'a Inputs) -> Result<&'a Model, String> {
    let model = match &inputs.nets {
        Ok(Some(model)) => model,
        Ok(None) => return Err("nets.model is \"off\"".to_owned()),
        Err(why) => return Err(why.clone()),
    };
    if let Some(why) = beyond_nets(&table.rules) {
        return Err(why);
    }
    let Some(support) = &model.manifest.support else {
        return Err(format!(
            "the manifest of {} does not say what situations it was trained on",
            model.name
        ));
    };
    let rows = support::rows(&table.rules, &table.today);
    let outside = support.outside(&rows);
    match outside.farthest {
        None => Ok(model),
        Some(far) => Err(format!(
            "out of distribution: {} of {} inputs lie outside of what {} was trained on; the farthest, {}, is {:.3}, trained from {:.3} to {:.3}",
            outside.count,
            rows.len(),
            model.name,
            far.name,
            far.value,
            far.low,
            far.high
        )),
    }
}

fn grow(
    game: &WheelGame,
    table: &Table,
    inputs: &Inputs,
    progress: &Progress,
    judge: &mut impl Judge,
    part: f64,
) -> Result<Searched, Error> {
    let config = &inputs.config.search;
    let begun = Instant::now();
    let time = config
        .time_ms
        .map(|ms| Duration::from_millis(ms).mul_f64(part));
    let until = time.map(|time| begun + time);
    // By the clock, as many evaluations as memory holds; else the fixed number, so that runs repeat.
    let evaluations = if until.is_some() {
        inputs.evaluations_max
    } else {
        config.evaluations
    };
    let settings = settings(evaluations, config);
    let mut settling = Settling::default();
    let mut keep_going = |so_far: &Tree<WheelGame>| {
        settling.note(standing(so_far));
        let spent = f64::from(so_far.counts().evaluations);
        progress.fraction(match time {
            Some(time) => begun.elapsed().as_secs_f64() / time.as_secs_f64(),
            None => spent / f64::from(config.evaluations),
        });
        progress.count("evaluations", spent);
        progress.count("simulations", f64::from(so_far.counts().simulations));
        progress.breathe();
        !progress.stopped() && until.is_none_or(|until| Instant::now() < until)
    };
    let tree =
        search::run(game, &table.today, judge, &settings, &mut keep_going).map_err(internal)?;
    if progress.stopped() {
        return Err(Error::Interrupted {
            done: format!("{} evaluations were done", judge.judged()),
        });
    }
    if tree.stop_reason() == StopReason::TooSmall {
        return Err(too_small(
            "search.evaluations",
            evaluations,
            tree.edges(tree.root()).len(),
        ));
    }
    settling.note(standing(&tree));
    settling.end();
    let counts = tree.counts();
    assert_eq!(
        judge.judged(),
        u64::from(counts.evaluations),
        "the tree and the evaluator count differently"
    );
    Ok(Searched {
        counts,
        stopped: tree.stop_reason(),
        settling,
        judged: Judged::InClosedForm {
            because: String::new(),
        },
        tree,
    })
}

/// A budget that does not reach every action of the menu would rank some of them unseen.
fn too_small(key: &str, evaluations: u32, actions: usize) -> Error {
    Error::Usage(format!(
        "{key} = {evaluations} does not suffice to look at each of {actions} actions once: about 14 evaluations an action are needed; raise it, or shorten the menu (search.root_actions)"
    ))
}

fn settings(evaluations: u32, config: &config::Search) -> SearchConfig {
    SearchConfig {
        evaluations,
        batch: config.batch,
        seed: config.seed,
        exploration: config.exploration,
        root: match config.root {
            config::RootRule::Puct => Root::Puct,
            // Every line is to be ranked: none is left out at the start, whatever a net's priors say.
            config::RootRule::Gumbel => Root::Gumbel {
                considered: u32::MAX,
                noise: 0.0,
            },
        },
        ..SearchConfig::default()
    }
}

fn internal(error: search::Error) -> Error {
    Error::Internal(error.to_string())
}

/// One finalist on fresh paths.
pub(crate) struct Candidate {
    /// Line of the menu.
    pub(crate) line: usize,
    pub(crate) action: Action,
    /// Graded on the paths that had no say in the choice.
    pub(crate) grade: Grade,
    /// Against holding everything to the horizon, on the same paths.
    pub(crate) over_holding: Interval,
    /// Against doing nothing today, on the same paths.
    pub(crate) over_waiting: Interval,
    /// Of the watched lot, held to its end.
    pub(crate) odds: Option<Odds>,
    /// Worth over holding of the action alone, held to its end, in closed form, in dollars. What only later decisions would make pay
    /// is not a reason to act today: they can be taken later, and small errors of the model add up in them.
    pub(crate) alone_usd: f64,
    /// Would it break the tail limit?
    pub(crate) tail_refused: bool,
    /// CVaR95 on the ranking paths, in dollars: what the tail limit looks at.
    pub(crate) tail_usd: f64,
    /// Does the searched policy manage the position later on? Otherwise it is held: that did better on the ranking paths.
    pub(crate) manages: bool,
    /// Certainty equivalent on the ranking paths, in dollars.
    pub(crate) ranking_usd: f64,
}

/// Everything that fresh paths say.
pub(crate) struct Graded {
    /// The finalists, the tree's best first; doing nothing is among them.
    pub(crate) candidates: Vec<Candidate>,
    /// Which one was chosen on the ranking paths.
    pub(crate) chosen: usize,
    /// The choice, or, where that is doing nothing, the best of the others: what edge, draws and flips speak of.
    pub(crate) subject: usize,
    pub(crate) holding: Grade,
    /// Certainty equivalent of holding on the ranking paths, in dollars.
    pub(crate) held_ranking_usd: f64,
    /// Name and grade of each baseline.
    pub(crate) baselines: Vec<(String, Grade)>,
    /// Later decisions answered by the tree, and all.
    pub(crate) tree_answered: (u64, u64),
    pub(crate) paths: usize,
}

/// Finalists besides doing nothing, and the most of them in one expiry.
const FINALISTS: usize = 7;
const PER_EXPIRY: usize = 3;

/// Ranks finalists on one set of fresh paths and grades them on another.
pub(crate) fn grade(
    table: &Table,
    searched: &Searched,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<Graded, Error> {
    let rules = &table.rules;
    let paths = |salt: u64| paths(table, inputs, salt);
    let finalists = finalists(table, searched);
    let grade_of = |walks: &[Walk]| Grade::new(walks, &rules.utility, table.deviations);
    let mut done = 0.0;
    let mut work = |progress: &Progress| {
        done += 1.0;
        progress.fraction(done / (2 * finalists.len() + 4) as f64);
        progress.breathe();
        if progress.stopped() {
            Err(Error::Interrupted {
                done: "the search was done, the grading was not".to_owned(),
            })
        } else {
            Ok(())
        }
    };
    let policy = |line: usize, edge: EdgeId| {
        TreePolicy::new(
            &searched.tree,
            edge,
            rules.menu[line].clone(),
            &table.rule_table,
        )
    };

    let first = paths(1);
    let mut ranking = Vec::new();
    for &(line, edge) in &finalists {
        let searched = grade_of(&walk_all(
            rules,
            &table.today,
            &first,
            &policy(line, edge),
            inputs.threads(),
        ));
        let once = grade_of(&walk_all(
            rules,
            &table.today,
            &first,
            &Once(rules.menu[line].clone()),
            inputs.threads(),
        ));
        ranking.push(if searched.worth_usd.value >= once.worth_usd.value {
            (searched, true)
        } else {
            (once, false)
        });
        work(progress)?;
    }
    let held_ranking = grade_of(&walk_all(
        rules,
        &table.today,
        &first,
        &Hold,
        inputs.threads(),
    ));
    drop(first);

    let second = paths(GRADES);
    let holding = grade_of(&walk_all(
        rules,
        &table.today,
        &second,
        &Hold,
        inputs.threads(),
    ));
    let mut grades = Vec::new();
    let mut answered = (0, 0);
    for (&(line, edge), &(_, manages)) in finalists.iter().zip(&ranking) {
        let policy = policy(line, edge);
        grades.push(grade_of(&match manages {
            true => walk_all(rules, &table.today, &second, &policy, inputs.threads()),
            false => walk_all(
                rules,
                &table.today,
                &second,
                &Once(rules.menu[line].clone()),
                inputs.threads(),
            ),
        }));
        let (by_tree, asked) = policy.counts();
        answered = (answered.0 + by_tree, answered.1 + asked);
        work(progress)?;
    }
    let waiting = finalists
        .iter()
        .position(|&(line, _)| line == 0)
        .expect("doing nothing is a finalist");
    let tail_limit = inputs.config.limits.max_cvar95_fraction * rules.utility.wealth_usd;
    let tail_of_holding = held_ranking.cvar95_usd;
    let waited = grades[waiting].clone();
    let candidates: Vec<Candidate> = finalists
        .iter()
        .zip(grades)
        .zip(&ranking)
        .map(|((&(line, _), grade), (ranked, manages))| {
            let action = rules.menu[line].clone();
            let tail = ranked.cvar95_usd;
            Candidate {
                over_holding: difference(&grade, &holding, table.deviations),
                over_waiting: difference(&grade, &waited, table.deviations),
                odds: watched_odds(table, &second, &action),
                tail_refused: line != 0 && tail > tail_limit && tail > TAIL_SLACK * tail_of_holding,
                alone_usd: alone(table, &action),
                tail_usd: tail,
                ranking_usd: ranked.worth_usd.value,
                manages: *manages,
                line,
                action,
                grade,
            }
        })
        .collect();
    let best = (0..candidates.len())
        .filter(|&i| !candidates[i].tail_refused)
        .filter(|&i| candidates[i].line == 0 || candidates[i].alone_usd > 0.0)
        .max_by(|&a, &b| {
            candidates[a]
                .ranking_usd
                .total_cmp(&candidates[b].ranking_usd)
        })
        .unwrap_or(waiting);
    // Trading for less than what counts as equal is churning.
    let chosen =
        if candidates[best].ranking_usd - held_ranking.worth_usd.value < table.indifference_usd {
            waiting
        } else {
            best
        };
    let others = (0..candidates.len()).filter(|&i| candidates[i].line != 0);
    let nearest = others.max_by(|&a, &b| {
        candidates[a]
            .over_waiting
            .value
            .total_cmp(&candidates[b].over_waiting.value)
    });
    let subject = if candidates[chosen].line != 0 {
        chosen
    } else {
        nearest.unwrap_or(chosen)
    };
    let baselines = baselines(table, &second, inputs.threads(), true);
    Ok(Graded {
        candidates,
        chosen,
        subject,
        holding,
        held_ranking_usd: held_ranking.worth_usd.value,
        baselines,
        tree_answered: answered,
        paths: second.count(),
    })
}

/// Fewer contracts of the put that was chosen, held to their end, on the same two sets of paths: for a purse that the choice does not
/// fit. Eighths of its contracts, whole ones; none for any other kind of action.
pub(crate) fn ladder(
    table: &Table,
    graded: &Graded,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<Vec<Candidate>, Error> {
    const STEPS: i32 = 8;
    let rules = &table.rules;
    let chosen = &graded.candidates[graded.chosen];
    let (Kind::SellPut, Some((right, strike, expiry_day, contracts, price))) =
        (chosen.action.kind(), chosen.action.sold())
    else {
        return Ok(Vec::new());
    };
    let known = |count: i32| {
        graded.candidates.iter().any(|other| {
            other.action.kind() == Kind::SellPut
                && other.action.sold() == Some((right, strike, expiry_day, count, price))
        })
    };
    let mut counts: Vec<i32> = (1..STEPS)
        .map(|step| contracts * step / STEPS)
        .filter(|&count| count >= 1 && !known(count))
        .collect();
    counts.dedup();
    let actions: Vec<Action> = counts
        .into_iter()
        .rev()
        .map(|count| {
            let leg = Leg::Option {
                right,
                strike,
                expiry_day,
                contracts: -count,
                price,
            };
            Action::new(Kind::SellPut, &[leg])
        })
        .collect();
    if actions.is_empty() {
        return Ok(Vec::new());
    }
    let grades = |salt: u64| -> Result<(Vec<Grade>, Vec<Option<Odds>>), Error> {
        let paths = paths(table, inputs, salt);
        let mut grades = Vec::new();
        let mut odds = Vec::new();
        for action in &actions {
            if progress.stopped() {
                return Err(Error::Interrupted {
                    done: "the plan was done, its smaller sizes were not".to_owned(),
                });
            }
            let once = Once(action.clone());
            let walks = walk_all(rules, &table.today, &paths, &once, inputs.threads());
            grades.push(Grade::new(&walks, &rules.utility, table.deviations));
            odds.push(watched_odds(table, &paths, action));
        }
        Ok((grades, odds))
    };
    let (ranked, _) = grades(1)?;
    let (graded_anew, odds) = grades(GRADES)?;
    let waiting = graded
        .candidates
        .iter()
        .find(|candidate| candidate.line == 0)
        .expect("doing nothing is a finalist");
    let tail_limit = inputs.config.limits.max_cvar95_fraction * rules.utility.wealth_usd;
    let rungs = actions
        .into_iter()
        .zip(ranked)
        .zip(graded_anew)
        .zip(odds)
        .map(|(((action, ranked), grade), odds)| Candidate {
            line: chosen.line,
            over_holding: difference(&grade, &graded.holding, table.deviations),
            over_waiting: difference(&grade, &waiting.grade, table.deviations),
            odds,
            alone_usd: alone(table, &action),
            tail_refused: ranked.cvar95_usd > tail_limit,
            tail_usd: ranked.cvar95_usd,
            manages: false,
            ranking_usd: ranked.worth_usd.value,
            action,
            grade,
        });
    Ok(rungs.collect())
}

/// The best lines of the menu by the tree's worth, spread over expiries, and always doing nothing.
fn finalists(table: &Table, searched: &Searched) -> Vec<(usize, EdgeId)> {
    let tree = &searched.tree;
    let mut edges: Vec<(usize, EdgeId, f64)> = tree
        .edges(tree.root())
        .filter_map(|edge| match edge.action {
            Move::Menu(0) => Some((0, edge.id, edge.worth.unwrap_or(f64::NEG_INFINITY))),
            Move::Menu(line) => Some((usize::from(line), edge.id, edge.worth?)),
            _ => None,
        })
        .collect();
    edges.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
    let expiry = |line: usize| {
        let action = &table.rules.menu[line];
        (
            action.kind(),
            action.sold().map(|(_, _, expiry_day, _, _)| expiry_day),
        )
    };
    let mut chosen: Vec<(usize, EdgeId)> = Vec::new();
    for &(line, id, _) in edges.iter().filter(|&&(line, _, _)| line != 0) {
        let alike = chosen
            .iter()
            .filter(|&&(other, _)| expiry(other) == expiry(line))
            .count();
        if chosen.len() < FINALISTS && alike < PER_EXPIRY {
            chosen.push((line, id));
        }
    }
    // What would be done without nets is looked at on the same paths.
    if let Judged::ByNets {
        without: Some((without, _)),
        ..
    } = searched.judged
    {
        let known = |line: usize| line == 0 || chosen.iter().any(|&(other, _)| other == line);
        if !known(without) {
            // Looked into or not.
            let mut all = tree.edges(tree.root());
            let found = all.find(|edge| line_of(edge.action) == Some(without));
            chosen.extend(found.map(|edge| (without, edge.id)));
        }
    }
    chosen.extend(
        edges
            .iter()
            .filter(|&&(line, _, _)| line == 0)
            .map(|&(line, id, _)| (line, id)),
    );
    chosen
}

/// Certainty equivalent of holding after an action less that of holding without it, in closed form, in dollars.
fn alone(table: &Table, action: &Action) -> f64 {
    let rules = &table.rules;
    let mut law = Vec::new();
    let mut after = table.today.clone();
    if after.book.trade(action, rules.style, &rules.costs).is_err() {
        return f64::NEG_INFINITY;
    }
    let mut certain =
        |situation: &Situation| rules.utility.certain(rules.held_worth(situation, &mut law));
    certain(&after) - certain(&table.today)
}

/// The short lot that a trader would ask about after an action: the one it sells, else the one that ends first.
pub(crate) fn watched(table: &Table, action: &Action) -> Option<Lot> {
    let rules = &table.rules;
    if let Some((right, strike, expiry_day, contracts, _)) = action.sold() {
        return Some(Lot {
            right,
            style: rules.style,
            strike,
            expiry_day,
            contracts: -contracts,
        });
    }
    let mut after = table.today.book.clone();
    after.trade(action, rules.style, &rules.costs).ok()?;
    let short = after.lots().iter().filter(|lot| lot.contracts < 0).copied();
    short.min_by_key(|lot| lot.expiry_day)
}

/// Commissions of an action in dollars.
pub(crate) fn fees(rules: &Rules, action: &Action) -> f64 {
    let leg = |leg: &Leg| match *leg {
        Leg::Option { contracts, .. } => {
            rules.costs.per_contract.usd() * f64::from(contracts.abs())
        }
        Leg::Shares { count, .. } => rules.costs.per_share_usd * count.abs() as f64,
    };
    action.legs().iter().map(leg).sum()
}

/// Odds of the watched lot. Of a lot sold earlier the premium is not known here, so neither is its profit.
fn watched_odds(table: &Table, paths: &Paths, action: &Action) -> Option<Odds> {
    let rules = &table.rules;
    let fee = rules.costs.per_contract.usd() / wheel::SHARES_PER_CONTRACT as f64;
    let net_usd = action
        .sold()
        .map_or(f64::NAN, |(.., price)| price.usd() - fee);
    odds(rules, paths, &watched(table, action)?, net_usd)
}

/// Sums up walks. `controlled`: the hedging control has a mean of zero on these paths, and may sharpen the interval.
pub(crate) fn grade_of(table: &Table, mut walks: Vec<Walk>, controlled: bool) -> Grade {
    if !controlled {
        for walk in &mut walks {
            walk.control_usd = 0.0;
        }
    }
    Grade::new(&walks, &table.rules.utility, table.deviations)
}

/// What anybody could do with the same capital at the same costs.
///
/// `controlled` as in [`grade_of`].
pub(crate) fn baselines(
    table: &Table,
    paths: &Paths,
    threads: usize,
    controlled: bool,
) -> Vec<(String, Grade)> {
    let rules = &table.rules;
    let all_cash = Situation {
        state: table.today.state,
        book: Book::new(
            Cents::from_usd(rules.utility.wealth_usd),
            Cents::ZERO,
            0,
            &[],
        )
        .expect("cash alone is secured"),
    };
    let price = Cents::from_usd(table.today.state.spot);
    let affordable =
        (all_cash.book.cash().usd() / (price.usd() + rules.costs.per_share_usd)).floor() as i64;
    let buy = Once(Action::new(
        Kind::BuyShares,
        &[Leg::Shares {
            count: affordable,
            price,
        }],
    ));
    let rule = FixedRule {
        delta: 0.30,
        days: 45,
    };
    let grade = |walks: Vec<Walk>| grade_of(table, walks, controlled);
    vec![
        (
            "fixed rule: 30 delta, 45 days".to_owned(),
            grade(walk_all(rules, &table.today, paths, &rule, threads)),
        ),
        (
            "buy and hold (all in shares)".to_owned(),
            grade(walk_all(rules, &all_cash, paths, &buy, threads)),
        ),
        (
            "T-bills (all in cash)".to_owned(),
            grade(walk_all(rules, &all_cash, paths, &Hold, threads)),
        ),
    ]
}

/// How the choice stands when the market's parameters are drawn from their uncertainty.
pub(crate) struct Drawn {
    pub(crate) count: u32,
    /// Share of draws in which no other kind of action, doing nothing among them, is better by more than the indifference.
    pub(crate) stays_best: f64,
    /// The same against every other action, neighbouring strikes and sizes included.
    pub(crate) same_contract: f64,
    pub(crate) beats_nothing: f64,
    /// `stays_best` of every candidate, in their order.
    pub(crate) stays_best_of: Vec<f64>,
    pub(crate) simulations: u64,
    pub(crate) evaluations: u64,
}

impl Drawn {
    /// No draws were made.
    pub(crate) const NONE: Drawn = Drawn {
        count: 0,
        stays_best: 0.0,
        same_contract: 0.0,
        beats_nothing: 0.0,
        stays_best_of: Vec::new(),
        simulations: 0,
        evaluations: 0,
    };
}

/// Searches again under each draw of the parameters and counts how often the subject stays best.
pub(crate) fn draws(
    table: &Table,
    graded: &Graded,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<Drawn, Error> {
    let config = &inputs.config.search;
    let count = config.draws as usize;
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Result<OneDraw, Error>>>> =
        Mutex::new((0..count).map(|_| None).collect());
    let lines: Vec<usize> = graded.candidates.iter().map(|c| c.line).collect();
    let over = || progress.stopped() || next.load(Ordering::Relaxed) >= count;
    thread::scope(|scope| {
        let (next, results, lines, over) = (&next, &results, &lines[..], &over);
        for worker in 0..inputs.crew.most().clamp(1, count) {
            scope.spawn(move || {
                inputs.crew.enter();
                // Whoever may not begin one now leaves it to the others.
                while inputs.crew.turn(worker, over) {
                    progress.breathe();
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || progress.stopped() {
                        return;
                    }
                    progress.fraction(index as f64 / count as f64);
                    let result = one_draw(table, lines, graded.subject, index, inputs, progress);
                    results.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    if progress.stopped() {
        return Err(Error::Interrupted {
            done: "search and grading were done, the draws were not".to_owned(),
        });
    }
    let mut drawn = Drawn {
        count: config.draws,
        stays_best: 0.0,
        same_contract: 0.0,
        beats_nothing: 0.0,
        stays_best_of: vec![0.0; lines.len()],
        simulations: 0,
        evaluations: 0,
    };
    for result in results {
        let Some(one) = result else {
            return Err(Error::Interrupted {
                done: "search and grading were done, the draws were not".to_owned(),
            });
        };
        let one = one?;
        drawn.stays_best += f64::from(u8::from(one.stays_best[graded.subject])) / count as f64;
        for (share, stays) in drawn.stays_best_of.iter_mut().zip(&one.stays_best) {
            *share += f64::from(u8::from(*stays)) / count as f64;
        }
        drawn.same_contract += f64::from(u8::from(one.same_contract)) / count as f64;
        drawn.beats_nothing += f64::from(u8::from(one.beats_nothing)) / count as f64;
        drawn.simulations += u64::from(one.counts.simulations);
        drawn.evaluations += u64::from(one.counts.evaluations);
    }
    Ok(drawn)
}

struct OneDraw {
    /// Of every line asked for.
    stays_best: Vec<bool>,
    same_contract: bool,
    beats_nothing: bool,
    counts: Counts,
}

fn one_draw(
    table: &Table,
    lines: &[usize],
    subject: usize,
    index: usize,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<OneDraw, Error> {
    let config = &inputs.config;
    let mut rules = Rules::clone(&table.rules);
    rules.futures = rules.futures.under(draw(
        &rules.futures.assumptions,
        table.fitted.forecast_log_error,
        index,
        config,
    ));
    let game = WheelGame(Arc::new(rules));
    let rules = &*game.0;
    let mut evaluator = HeldWorth::new(rules, Crew::fixed(1));
    let settings = settings(config.search.draw_evaluations, &config.search);
    let tree = search::run(&game, &table.today, &mut evaluator, &settings, &mut |_| {
        !progress.stopped()
    })
    .map_err(internal)?;
    if tree.stop_reason() == StopReason::TooSmall {
        let actions = tree.edges(tree.root()).len();
        return Err(too_small(
            "search.draw_evaluations",
            config.search.draw_evaluations,
            actions,
        ));
    }
    // Doing nothing is worth at least what holding is, which the tree may not have looked into far enough.
    let held = rules.held_worth(&table.today, &mut Vec::new());
    let dollars = |utility: f64| rules.utility.certain(utility);
    let worths: Vec<(usize, f64)> = tree
        .edges(tree.root())
        .filter_map(|edge| match (edge.action, edge.worth) {
            (Move::Menu(0), Some(worth)) => Some((0, dollars(worth.max(held)))),
            (Move::Menu(line), Some(worth)) => Some((usize::from(line), dollars(worth))),
            _ => None,
        })
        .collect();
    let best = |accept: &dyn Fn(usize) -> bool| {
        worths
            .iter()
            .filter(|(other, _)| accept(*other))
            .map(|(_, worth)| *worth)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let line = lines[subject];
    let own = best(&|other| other == line);
    let kind = |other: usize| table.rules.menu[other].kind();
    let stays_best = |line: usize| {
        let own = best(&|other| other == line);
        own.is_finite() && own >= best(&|other| kind(other) != kind(line)) - table.indifference_usd
    };
    Ok(OneDraw {
        stays_best: lines.iter().map(|&line| stays_best(line)).collect(),
        same_contract: own.is_finite() && own >= best(&|_| true) - table.indifference_usd,
        beats_nothing: line != 0 && own > best(&|other| other == 0),
        counts: tree.counts(),
    })
}

/// Draw number `index`: the forecast's error is stratified over its whole distribution, the rest is random.
fn draw(base: &Assumptions, forecast_log_error: f64, index: usize, config: &Config) -> Assumptions {
    let count = config.search.draws as usize;
    let deviate = |dimension: u64| {
        normal::inverse_cdf(evidence::uniform(
            config.search.seed ^ 0x5eed_d7a3,
            (index as u64) << 8 | dimension,
        ))
    };
    let level = normal::inverse_cdf((index as f64 + 0.5) / count as f64);
    let factor = (forecast_log_error * level).exp();
    Assumptions {
        drift: base.drift + config.market.drift_error_per_year * deviate(1),
        forecast_over_implied: base.forecast_over_implied * factor,
        half_life_days: base.half_life_days * (0.3 * deviate(2)).exp(),
        vol_of_vol: base.vol_of_vol * (0.3 * deviate(3)).exp(),
        spot_vol_correlation: base.spot_vol_correlation,
        jumps_per_year: base.jumps_per_year * (0.7 * deviate(4)).exp(),
        jump_mean: base.jump_mean * factor,
        jump_sd: base.jump_sd * factor,
    }
}

/// European contracts are said so on the plan.
pub(crate) fn style_words(style: Style) -> &'static str {
    match style {
        Style::American => "American: holders may exercise on any day",
        Style::European => "European: exercise at expiry only, settled in cash",
    }
}
