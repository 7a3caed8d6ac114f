//! Real starts: the chains of a file, day by day, and the prices that really followed.
//!
//! What is real: the chain of the first day with its quotes, and the closes to the horizon. What is not: quotes of later days, which
//! are the fitted model's at the real spot and at its own volatility. Four weeks, because files of chains are short. Starts a few days
//! apart share most of their weeks, so a ticker counts once, by the mean of its starts.

use crate::config::Config;
use crate::engine::decide::Table;
use crate::engine::fit::{self, date_after};
use crate::engine::game::WheelGame;
use crate::engine::inputs::{self, Request};
use crate::error::Error;
use crate::governor::Crew;
use crate::learning::arena::{self, Player, Score};
use evidence::Paths;
use jiff::civil::Date;
use market::futures::State;
use market::ingest::{FileMapping, Options, read_chains};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wheel::Situation;

/// Calendar days that are played.
const HORIZON_DAYS: u32 = 28;
/// Trading days between starts.
const EVERY: usize = 4;

/// A price this many calendar days old is no price of the day.
const GAP_DAYS: i32 = 4;
/// A move of the logarithm beyond this is taken for a split.
const JUMP: f64 = 0.35;

/// A chain, an account of cash, and what then came.
pub(crate) struct Start {
    symbol: String,
    game: WheelGame,
    today: Situation,
    path: Paths,
}

/// The starts of a file, and why days were left out, by reason.
pub(crate) fn starts(
    file: &Path,
    mapping: Option<&Arc<FileMapping>>,
    config: &Config,
    threads: usize,
) -> Result<(Vec<Start>, BTreeMap<String, usize>), Error> {
    let options = Options {
        last_day_only: true,
        mapping: mapping.cloned(),
        ..Options::default()
    };
    let mut days: BTreeMap<String, BTreeMap<Date, f64>> = BTreeMap::new();
    for spot in read_chains(file, &options)?.spots {
        let known = days.entry(spot.symbol).or_default();
        known.insert(spot.date, spot.spot_usd);
    }
    let mut config = config.clone();
    config.objective.horizon_days = HORIZON_DAYS;
    config.nets.model = crate::learning::models::OFF.to_owned();
    let (mut found, mut left_out) = (Vec::new(), BTreeMap::new());
    for (symbol, spots) in &days {
        let last = spots.keys().next_back().copied();
        let in_time =
            |day: &&Date| last.is_some_and(|last| date_after(**day, HORIZON_DAYS as u16) <= last);
        for &as_of in spots.keys().filter(in_time).step_by(EVERY) {
            match start(file, mapping, symbol, as_of, spots, &config, threads) {
                Ok(start) => found.push(start),
                Err(why) => *left_out.entry(why.to_string()).or_default() += 1,
            }
        }
    }
    Ok((found, left_out))
}

fn start(
    file: &Path,
    mapping: Option<&Arc<FileMapping>>,
    symbol: &str,
    as_of: Date,
    spots: &BTreeMap<Date, f64>,
    config: &Config,
    threads: usize,
) -> Result<Start, Error> {
    let request = Request {
        chains: vec![PathBuf::from(file)],
        account: None,
        history: None,
        events: None,
        symbol: Some(symbol.to_owned()),
        as_of: Some(as_of),
        spot_usd: None,
        mapping: mapping.cloned(),
        allow_synthetic: true,
        given: None,
        collateral_max_usd: None,
        place: Default::default(),
    };
    let inputs = inputs::read(&request, config.clone(), Crew::fixed(threads), u32::MAX)?;
    let fitted = fit::fit(&inputs.chain, &inputs.known, &inputs.config, &inputs.place)?;
    let table = Table::lay(&inputs, fitted)?;
    let rules = Arc::clone(&table.rules);
    let before = rules.futures.trading_days.iter().copied();
    let mut days: Vec<u16> = before.filter(|&day| day < rules.horizon_day).collect();
    days.push(rules.horizon_day);
    let mut before = rules.futures.spot;
    let states = days.iter().map(|&day| {
        let date = date_after(as_of, day);
        let (&known, &spot) = spots.range(..=date).next_back()?;
        // A gap in the file, or a split: that is not what the share did.
        let apart = (date - known).get_days() > GAP_DAYS;
        let jumped = (spot / std::mem::replace(&mut before, spot)).ln().abs() > JUMP;
        (!apart && !jumped).then_some(State {
            day,
            spot,
            // The level that the model takes as its own: no shock.
            vol_factor: 0.0,
        })
    });
    let states: Option<Vec<State>> = states.collect();
    let states = states.ok_or_else(|| Error::Usage("a gap or a split in its prices".to_owned()))?;
    let path = Paths::from_states(days.len(), states)
        .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Start {
        symbol: symbol.to_owned(),
        game: WheelGame(rules),
        today: table.today,
        path,
    })
}

/// For each ticker the mean score of every player over its starts.
pub(crate) fn play(
    starts: &[Start],
    players: &[Player],
    go_on: &dyn Fn(u64) -> bool,
) -> Option<Vec<Vec<Score>>> {
    let mut by_symbol: BTreeMap<&str, Vec<Vec<Score>>> = BTreeMap::new();
    for (done, start) in starts.iter().enumerate() {
        if !go_on(done as u64) {
            return None;
        }
        let scores = players
            .iter()
            .map(|player| arena::walk(&start.game, &start.today, &start.path, player));
        by_symbol
            .entry(&start.symbol)
            .or_default()
            .push(scores.collect());
    }
    let told = by_symbol
        .into_values()
        .map(|rows| {
            (0..players.len())
                .map(|at| {
                    let share = 1.0 / rows.len() as f64;
                    let mean = |of: fn(&Score) -> f64| -> f64 {
                        rows.iter().map(|row| share * of(&row[at])).sum()
                    };
                    Score {
                        utility: mean(|score| score.utility),
                        // The real drift is not the model's: there is no control whose mean is known.
                        control: 0.0,
                        seconds: rows.iter().map(|row| row[at].seconds).sum(),
                        decisions: rows.iter().map(|row| row[at].decisions).sum(),
                    }
                })
                .collect()
        })
        .collect();
    Some(told)
}
