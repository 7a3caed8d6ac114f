//! The gate: a candidate takes a champion's place only by beating it.
//!
//! Both play the same frozen markets on the same dice, at equal processor time: a pilot measures what a decision costs each, and the
//! side that is cheaper gets more evaluations. The candidate is promoted where the lower end of the 95 % interval of its gain, paired
//! by market, is above zero. The markets have a seed of their own, and no training draws from it.

use crate::error::Error;
use crate::governor::Crew;
use crate::learning::arena::{self, Player, Score};
use crate::learning::markets::Markets;
use crate::learning::models::{CHAMPION, Match, Model, OFF, SHIPPED, Shelf};
use std::sync::Arc;

/// Markets that no training sees.
pub(crate) const FROZEN: Markets = Markets {
    seed: 0xf40_2e17,
    strata: false,
};
/// Fewest markets of a match that decides something.
pub(crate) const MARKETS_MIN: u64 = 200;
/// Markets of the pilot that compares costs; they do not count.
const PILOT: u64 = 24;
/// Where the pilot's markets begin: far from those that count.
const PILOT_FROM: u64 = 1 << 40;

/// A side of a match.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) name: String,
    pub(crate) sha256: String,
    net: Option<Arc<nn::Weights>>,
}

impl Side {
    /// A model, or the search without nets.
    pub(crate) fn of(model: Option<&Model>) -> Side {
        match model {
            Some(model) => Side {
                name: model.name.clone(),
                sha256: model.manifest.sha256.clone(),
                net: Some(Arc::clone(&model.weights)),
            },
            None => Side {
                name: OFF.to_owned(),
                sha256: String::new(),
                net: None,
            },
        }
    }

    pub(crate) fn player(&self, evaluations: u32) -> Player {
        Player::Search {
            evaluations,
            net: self.net.clone(),
        }
    }
}

/// Mean processor time of a decision in milliseconds.
pub(crate) fn milliseconds(scores: &[Vec<Score>], at: usize) -> f64 {
    let seconds: f64 = scores.iter().map(|row| row[at].seconds).sum();
    let decisions: u64 = scores.iter().map(|row| row[at].decisions).sum();
    1e3 * seconds / decisions.max(1) as f64
}

/// What a decision of a player costs in the pilot, in milliseconds of processor time.
pub(crate) fn cost(
    player: &Player,
    crew: &Crew,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Option<f64> {
    let numbers = PILOT_FROM..PILOT_FROM + PILOT;
    let players = std::slice::from_ref(player);
    let scores = arena::play(&FROZEN, numbers, players, None, crew, go_on)?;
    Some(milliseconds(&scores, 0))
}

/// Evaluations with which `player` takes as long over a decision as `milliseconds`, and what it then takes.
pub(crate) fn equal_time(
    milliseconds_wanted: f64,
    player: &dyn Fn(u32) -> Player,
    crew: &Crew,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Option<u32> {
    let mut evaluations = 256_u32;
    // What a decision costs is not quite in proportion: twice is near enough.
    for _ in 0..2 {
        let ratio = milliseconds_wanted / cost(&player(evaluations), crew, go_on)?.max(1e-6);
        evaluations = (f64::from(evaluations) * ratio).clamp(16.0, 1e6) as u32;
    }
    Some(evaluations)
}

/// Plays `candidate` against `champion` on `markets` frozen markets from number `from` on. `None` where `go_on` said no.
pub(crate) fn play(
    candidate: &Side,
    champion: &Side,
    from: u64,
    markets: u64,
    evaluations: u32,
    crew: &Crew,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Option<Match> {
    let own = cost(&candidate.player(evaluations), crew, go_on)?;
    let others = equal_time(
        own,
        &|evaluations| champion.player(evaluations),
        crew,
        go_on,
    )?;
    let players = [candidate.player(evaluations), champion.player(others)];
    let scores = arena::play(&FROZEN, from..from + markets, &players, None, crew, go_on)?;
    let gain = arena::compare(&scores, 0, 1, true);
    let spent = (milliseconds(&scores, 0), milliseconds(&scores, 1));
    Some(Match {
        candidate: (candidate.name.clone(), candidate.sha256.clone()),
        champion: (champion.name.clone(), champion.sha256.clone()),
        markets,
        evaluations: (evaluations, others),
        milliseconds: spent,
        gain_bps: [gain.value, gain.low, gain.high].map(|part| 1e4 * part),
        better: gain.low > 0.0 && spent.0 <= TIME_MOST * spent.1,
    })
}

/// A candidate that took more than this much of the other's time is not better, whatever it gained.
const TIME_MOST: f64 = 1.1;
/// Every challenge has markets of its own, so that trying again is no second look at the same.
const CHALLENGE_MARKETS: u64 = 1 << 20;

/// Plays a candidate against the search without nets and then, where it won and there is a champion with nets, against that one;
/// records every match, and, if it beat all, puts the candidate on the shelf and crowns it. `None` where `go_on` said no: the champion
/// stays.
///
/// # Errors
/// Where the candidate is the champion already, has played before, or its name is not free.
pub(crate) fn challenge(
    shelf: &Shelf,
    candidate: &Model,
    markets: u64,
    evaluations: u32,
    crew: &Crew,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Option<Vec<Match>>, Error> {
    let sha256 = &candidate.manifest.sha256;
    if candidate.name != SHIPPED {
        shelf.free(&candidate.name, sha256)?;
    }
    let mut rivals = vec![Side::of(None)];
    // A champion that cannot be read is no rival.
    if let Ok(Some(champion)) = shelf.find(CHAMPION) {
        if champion.manifest.sha256 == *sha256 {
            return Err(Error::Usage(format!(
                "{} is the champion already",
                candidate.name
            )));
        }
        rivals.push(Side::of(Some(&champion)));
    }
    let side = Side::of(Some(candidate));
    let mut record = shelf.matches();
    let mut matches = Vec::new();
    for rival in rivals {
        let played = |one: &&Match| one.candidate.1 == *sha256 && one.champion.1 == rival.sha256;
        if let Some(before) = record.iter().find(played) {
            return Err(Error::Usage(format!(
                "{} has played {} before, and a second try would not be a test: {}",
                candidate.name,
                rival.name,
                crate::learning::shelf::sentence(before)
            )));
        }
        let from = record.len() as u64 * CHALLENGE_MARKETS;
        let played = play(&side, &rival, from, markets, evaluations, crew, go_on);
        let Some(played) = played else {
            return Ok(None);
        };
        shelf.record(&played)?;
        record.push(played.clone());
        let won = played.better;
        matches.push(played);
        if !won {
            return Ok(Some(matches));
        }
    }
    if candidate.name != SHIPPED {
        shelf.put(candidate)?;
    }
    shelf.crown(&candidate.name)?;
    Ok(Some(matches))
}
