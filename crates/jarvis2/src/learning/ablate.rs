//! `jarvis2 ablate`: what each part of a plan's play is worth, on frozen markets, at equal time.
//!
//! Every player plays the same markets on the same dice. Search, search with nets and the rivals that think get the same processor time
//! for a decision, measured in the same run; hold, the rule, one step ahead and the policy net alone take what they take. Beside
//! the model's own paths stand worlds that no training draws from, and what of it holds in which kind of market.

use crate::cli::{self, ConfigArgs, done};
use crate::error::Error;
use crate::governor::{self, Governor};
use crate::ingest::MappingArgs;
use crate::learning::arena::{self, Player, Score};
use crate::learning::gate::{self, FROZEN};
use crate::learning::markets::{Kind, Markets};
use crate::learning::models::{CHAMPION, OFF, SHIPPED, Shelf};
use crate::learning::real;
use crate::memory;
use crate::progress::Progress;
use clap::Args;
use evidence::Interval;
use evidence::worlds::{Bootstrap, Garch, Heston, Regimes, World};
use hardware::threads::Role;
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct AblateArgs {
    /// The model to look at: a name of `jarvis2 models list`, a file, `champion`, or `off`. If plans use none: the shipped one.
    #[arg(long, default_value = CHAMPION)]
    net: String,
    /// Frozen markets, an antithetic pair of paths each.
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(2..))]
    markets: u64,
    /// Evaluations before each decision of the search with nets; the others get the same time.
    #[arg(long, default_value_t = EVALUATIONS, value_parser = clap::value_parser!(u32).range(16..))]
    evaluations: u32,
    /// Worlds beside the model's own: each plays this many of the markets. 0: none.
    #[arg(long, default_value_t = 100)]
    world_markets: u64,
    /// Daily prices (CSV or Parquet): a further world of their returns, in blocks. May be repeated.
    #[arg(long, value_name = "FILE")]
    history: Vec<PathBuf>,
    /// Option chains of many days (any supported vendor's file): real starts and the prices that followed, four weeks each. May be
    /// repeated.
    #[arg(long, value_name = "FILE")]
    chain: Vec<PathBuf>,
    #[command(flatten)]
    mapping: MappingArgs,
    /// Leave out the rivals that think: rollout and fitted Q.
    #[arg(long)]
    no_rivals: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Evaluations before a decision, unasked.
pub(crate) const EVALUATIONS: u32 = 256;

/// One player's row.
struct Row {
    name: String,
    player: Player,
}

/// What one player did in one world.
struct Told {
    name: String,
    over_hold: Interval,
    over_rule: Interval,
    over_search: Interval,
    milliseconds: f64,
}

/// What one world brought.
struct Table {
    world: String,
    markets: u64,
    rows: Vec<Told>,
}

pub(crate) fn run(args: &AblateArgs) -> Result<u8, Error> {
    let config = cli::load(&args.config, Vec::new())?.config;
    let mapping = args.mapping.read(!args.chain.is_empty())?;
    let machine = hardware::detect();
    let threads = cli::threads(&config, &machine);
    let role = governor::role_for(Role::Search, &machine, threads);
    let mut governor = Governor::new(&config, &machine, threads, role, false);
    let (_held, threads) = memory::reserve_ablation(governor.ledger(), args.evaluations, threads)?;
    let crew = &governor.crew().part(threads);
    governor.watch();
    let progress = Progress::new(args.quiet).told("ablate", &config, &governor);
    let interrupted = || Error::Interrupted {
        done: "the games were not all played".to_owned(),
    };
    let worlds = worlds(args)?;
    let shelf = Shelf::of_user();
    let word = if args.net == CHAMPION && shelf.champion() == OFF {
        SHIPPED
    } else {
        args.net.as_str()
    };
    let model = shelf
        .find(word)
        .map_err(|why| Error::Usage(format!("model {word}: {why}")))?;

    progress.stage("what a decision costs");
    let go_on = |_: u64| {
        progress.breathe();
        !progress.stopped()
    };
    let mut rows = vec![
        row("hold", Player::Hold),
        row("rule: 30 delta, 45 days", Player::Rule),
        row("one step ahead, closed form", Player::OneStep),
    ];
    let closed = |evaluations| Player::Search {
        evaluations,
        net: None,
    };
    let search = rows.len();
    match &model {
        None => rows.push(row("search", closed(args.evaluations))),
        Some(model) => {
            let net = Arc::clone(&model.weights);
            let with = |evaluations| Player::Search {
                evaluations,
                net: Some(Arc::clone(&net)),
            };
            let own = gate::cost(&with(args.evaluations), crew, &go_on).ok_or_else(interrupted)?;
            let alike = |make: &dyn Fn(u32) -> Player| {
                gate::equal_time(own, make, crew, &go_on).ok_or_else(interrupted)
            };
            let evaluations = alike(&closed)?;
            rows.push(row(
                &format!("search, {evaluations} evaluations"),
                closed(evaluations),
            ));
            if !args.no_rivals {
                let paths = alike(&|paths| Player::Rollout { paths })?;
                rows.push(row(
                    &format!("rollout of rules, {paths} paths"),
                    Player::Rollout { paths },
                ));
                let states = alike(&|states| Player::FittedValue { states })?;
                rows.push(row(
                    &format!("fitted values, {states} states"),
                    Player::FittedValue { states },
                ));
            }
            rows.push(row(
                "policy net alone",
                Player::Policy {
                    net: Arc::clone(&net),
                },
            ));
            rows.push(row(
                &format!("search and nets, {} evaluations", args.evaluations),
                with(args.evaluations),
            ));
        }
    }
    progress.stage("playing");
    let list: Vec<Player> = rows.iter().map(|row| row.player.clone()).collect();
    let mut tables = Vec::new();
    let mut kinds = Vec::new();
    for (name, world) in &worlds {
        let name: &String = name;
        let markets = if world.is_some() {
            args.world_markets
        } else {
            args.markets
        };
        if markets < 2 {
            continue;
        }
        progress.stage(name);
        let scores = arena::play(
            &FROZEN,
            FROM..FROM + markets,
            &list,
            world.as_ref(),
            crew,
            &|played| {
                progress.fraction(played as f64 / markets as f64);
                progress.count("markets", played as f64);
                progress.breathe();
                !progress.stopped()
            },
        )
        .ok_or_else(interrupted)?;
        if world.is_none() {
            kinds = by_kind(&scores, &rows, search);
        }
        // Of a history in blocks the mean is known from today only.
        let controlled = !matches!(world, Some(World::Bootstrap(_)));
        tables.push(table(name.clone(), &scores, &rows, search, controlled));
    }
    if !args.chain.is_empty() {
        progress.stage("real chains");
        let (mut starts, mut left_out) = (Vec::new(), 0);
        for file in &args.chain {
            let (found, reasons) = real::starts(file, mapping.as_ref(), &config, threads)?;
            starts.extend(found);
            left_out += reasons.values().sum::<usize>();
        }
        let all = starts.len() as f64;
        let scores = real::play(&starts, &list, &|done| {
            progress.fraction(done as f64 / all);
            !progress.stopped()
        })
        .ok_or_else(interrupted)?;
        if scores.len() < TICKERS_MIN {
            return Err(Error::Usage(format!(
                "--chain: {} starts of {} tickers ({left_out} days could not be planned): at least {TICKERS_MIN} tickers with four weeks of days are needed for an interval",
                starts.len(),
                scores.len()
            )));
        }
        let world = format!(
            "real chains, the prices that followed, quotes of later days by the model: {} starts from cash ({left_out} days left out); a ticker counts once, though all lived through the same weeks",
            starts.len()
        );
        tables.push(table(world, &scores, &rows, search, false));
    }
    progress.finish();
    let model = model.map(|model| (model.name, model.manifest.sha256));
    let text = if args.json {
        as_json(model, &tables, &kinds)
    } else {
        as_text(model, &tables, &kinds)
    };
    Ok(done(&text))
}

fn table(
    world: String,
    scores: &[Vec<Score>],
    rows: &[Row],
    search: usize,
    controlled: bool,
) -> Table {
    let told = rows.iter().enumerate().map(|(at, row)| {
        let over = |other: usize| arena::compare(scores, at, other, controlled);
        Told {
            name: row.name.clone(),
            over_hold: over(HOLD),
            over_rule: over(RULE),
            over_search: over(search),
            milliseconds: gate::milliseconds(scores, at),
        }
    });
    Table {
        world,
        markets: scores.len() as u64,
        rows: told.collect(),
    }
}

fn row(name: &str, player: Player) -> Row {
    Row {
        name: name.to_owned(),
        player,
    }
}

/// The model's own paths, the worlds of `evidence`, and one for each history.
fn worlds(args: &AblateArgs) -> Result<Vec<(String, Option<World>)>, Error> {
    let mut worlds = vec![
        ("the model's own paths".to_owned(), None),
        ("Heston".to_owned(), Some(World::Heston(Heston::default()))),
        (
            "GARCH, Student-t".to_owned(),
            Some(World::Garch(Garch::default())),
        ),
        (
            "calm and crisis".to_owned(),
            Some(World::Regimes(Regimes::default())),
        ),
    ];
    for path in &args.history {
        let history = market::history::read_history(path, None)?;
        let returns = history.log_returns();
        if returns.iter().all(|one| *one == returns[0]) {
            return Err(Error::Usage(format!(
                "{}: its prices never change: there is no world in them",
                path.display()
            )));
        }
        if returns.len() < 60 {
            return Err(Error::Usage(format!(
                "{}: {} daily returns: a world of blocks needs at least 60",
                path.display(),
                returns.len()
            )));
        }
        let world = World::Bootstrap(Bootstrap {
            returns,
            block_days: 20.0,
            implied: None,
        });
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        worlds.push((format!("{name}, in blocks"), Some(world)));
    }
    Ok(worlds)
}

/// Fewer tickers make no interval.
const TICKERS_MIN: usize = 5;
/// Where the frozen markets of this command begin: no match is decided on them.
const FROM: u64 = 2 << 32;

/// Where these stand among the players.
const HOLD: usize = 0;
const RULE: usize = 1;
const ONE_STEP: usize = 2;

/// What the last player gains over search and search over one step ahead, by kind of market: kind, markets, both gains.
type ByKind = (String, u64, Interval, Interval);

fn by_kind(scores: &[Vec<Score>], rows: &[Row], search: usize) -> Vec<ByKind> {
    let of_market: Vec<Vec<Kind>> = (0..scores.len() as u64)
        .map(|number| Markets::kinds(&FROZEN.seat(FROM + number)))
        .collect();
    let told = |kind: Kind| {
        let of: Vec<Vec<Score>> = scores
            .iter()
            .zip(&of_market)
            .filter(|(_, kinds)| kinds.contains(&kind))
            .map(|(row, _)| row.clone())
            .collect();
        (of.len() >= KIND_MIN).then(|| {
            (
                kind.word().to_owned(),
                of.len() as u64,
                arena::compare(&of, rows.len() - 1, search, true),
                arena::compare(&of, search, ONE_STEP, true),
            )
        })
    };
    Kind::ALL.into_iter().filter_map(told).collect()
}

/// Fewer markets of a kind are not told apart.
const KIND_MIN: usize = 20;

fn bps(gap: &Interval) -> String {
    format!(
        "{:+7.1} ({:+.1} to {:+.1})",
        1e4 * gap.value,
        1e4 * gap.low,
        1e4 * gap.high
    )
}

fn as_text(model: Option<(String, String)>, tables: &[Table], kinds: &[ByKind]) -> String {
    let mut text = match &model {
        Some((name, sha256)) => format!("model {name} ({sha256})\n"),
        None => "no nets\n".to_owned(),
    };
    text += "gains in hundredths of a percent of wealth over the horizon, with 95 % intervals, paired by market; simulated markets\n";
    for table in tables {
        let _ = writeln!(text, "\n{}: {} markets", table.world, table.markets);
        let _ = writeln!(
            text,
            "{:<34}{:>29}{:>29}{:>29}{:>8}",
            "player", "over holding", "over the rule", "over search", "ms"
        );
        for told in &table.rows {
            let _ = writeln!(
                text,
                "{:<34}{:>29}{:>29}{:>29}{:>8.2}",
                told.name,
                bps(&told.over_hold),
                bps(&told.over_rule),
                bps(&told.over_search),
                told.milliseconds
            );
        }
    }
    if !kinds.is_empty() {
        let _ = writeln!(
            text,
            "\n{:<36}{:>8}{:>32}{:>32}\n(each interval is 95 % by itself; of so many one in twenty misses)",
            "where it pays", "markets", "nets over search", "search over one step"
        );
        for (kind, markets, nets, depth) in kinds {
            let nets = if model.is_some() {
                bps(nets)
            } else {
                "n/a (no nets)".to_owned()
            };
            let _ = writeln!(text, "{kind:<36}{markets:>8}{nets:>32}{:>32}", bps(depth));
        }
    }
    text
}

fn as_json(model: Option<(String, String)>, tables: &[Table], kinds: &[ByKind]) -> String {
    let gap = |gap: &Interval| json!({ "bps": 1e4 * gap.value, "low": 1e4 * gap.low, "high": 1e4 * gap.high });
    let worlds: Vec<_> = tables
        .iter()
        .map(|table| {
            let players: Vec<_> = table
                .rows
                .iter()
                .map(|told| {
                    json!({
                        "player": told.name, "over_holding": gap(&told.over_hold), "over_the_rule": gap(&told.over_rule),
                        "over_search": gap(&told.over_search), "milliseconds_a_decision": told.milliseconds,
                    })
                })
                .collect();
            json!({ "world": table.world, "markets": table.markets, "players": players })
        })
        .collect();
    let with_nets = model.is_some();
    let kinds: Vec<_> = kinds
        .iter()
        .map(|(kind, markets, nets, depth)| {
            json!({
                "kind": kind, "markets": markets, "nets_over_search": with_nets.then(|| gap(nets)),
                "search_over_one_step": gap(depth),
            })
        })
        .collect();
    let model = model.map(|(name, sha256)| json!({ "name": name, "sha256": sha256 }));
    format!(
        "{:#}",
        json!({ "model": model, "worlds": worlds, "kinds": kinds })
    )
}
