//! Does what is expected come true? Worths and odds at the start of frozen games beside what the games brought.
//!
//! ```text
//! worth   what the search thinks its best line adds to holding, against what its play added on fresh paths
//! odds    of the lot sold first, from 512 paths of the model, against a pair of another world: Heston, GARCH, calm and crisis in turn
//! Brier   mean of (p - o)^2; beside it that of the base rate, which knows nothing of the game (Brier, Monthly Weather Review 78, 1950)
//! ```

use crate::engine::game::WheelGame;
use crate::governor::Crew;
use crate::learning::arena::{self, Player};
use crate::learning::markets::Markets;
use evidence::worlds::{Garch, Heston, Regimes, World};
use evidence::{Paths, odds};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use wheel::Lot;

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Calibration {
    /// Frozen markets.
    pub(crate) markets: u64,
    /// Worth over holding in hundredths of a percent of wealth, by fifths of what was expected.
    pub(crate) worth: Vec<Bin>,
    /// The sold lot made money.
    pub(crate) profit: Odds,
    /// It was assigned, early or at expiry.
    pub(crate) assigned: Odds,
}

/// Games that expected about the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bin {
    pub(crate) count: u64,
    pub(crate) expected: f64,
    pub(crate) realised: f64,
    /// Standard error of what was realised.
    pub(crate) error: f64,
}

/// A probability beside what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Odds {
    /// Lots.
    pub(crate) count: u64,
    pub(crate) brier: f64,
    /// Of always saying how often it happens.
    pub(crate) brier_of_base_rate: f64,
    /// By fifths of the probability.
    pub(crate) bins: Vec<Bin>,
}

/// One game.
#[derive(Clone, Copy, Debug)]
struct Seen {
    expected: f64,
    realised: f64,
    /// Probability and share of the pair, of profit and of assignment; none where nothing was sold or it outlives the paths.
    lot: Option<[(f64, f64); 2]>,
}

const PATHS: usize = 512;

/// Where the frozen markets of calibration begin: not those of matches.
pub(crate) const FROM: u64 = 1 << 32;

/// Plays `markets` by a search with or without nets. `None` where `go_on` said no.
pub(crate) fn measure(
    ground: &Markets,
    numbers: std::ops::Range<u64>,
    player: &Player,
    crew: &Crew,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Option<Calibration> {
    let seen = arena::each(numbers, crew, go_on, |number| one(ground, number, player))?;
    Some(summed(seen))
}

fn one(ground: &Markets, number: u64, player: &Player) -> Seen {
    let seat = ground.seat(number);
    let rules = &seat.rules;
    let game = WheelGame(Arc::clone(rules));
    let pair = arena::pair(ground.seed, number, rules, None);
    let (expected, choice) = arena::expectation(&game, &seat.today, player);
    let realised = arena::gain(&game, &seat.today, &pair, player);
    let action = choice.and_then(|choice| rules.action(&seat.today, choice));
    let lot = action.and_then(|action| action.sold()).and_then(
        |(right, strike, expiry_day, contracts, price)| {
            let lot = Lot {
                right,
                style: rules.style,
                strike,
                expiry_day,
                contracts: -contracts,
            };
            let fee = rules.costs.per_contract.usd() / wheel::SHARES_PER_CONTRACT as f64;
            let seed = learn::dice::hash(ground.seed, &[number, 78]);
            let many = Paths::simulate(&rules.futures, rules.horizon_day, PATHS, seed, 1);
            let told = odds(rules, &many, &lot, price.usd() - fee)?;
            // Against the model's own paths its odds are right by construction.
            let other = arena::pair(ground.seed, number, rules, Some(&world(number)));
            let came = odds(rules, &other, &lot, price.usd() - fee)?;
            let assigned = |odds: &evidence::Odds| odds.assigned_early + odds.assigned_at_expiry;
            Some([
                (told.profit, came.profit),
                (assigned(&told), assigned(&came)),
            ])
        },
    );
    Seen {
        expected: 1e4 * expected,
        realised: 1e4 * realised,
        lot,
    }
}

/// The worlds in turn.
fn world(number: u64) -> World {
    match number % 3 {
        0 => World::Heston(Heston::default()),
        1 => World::Garch(Garch::default()),
        _ => World::Regimes(Regimes::default()),
    }
}

fn summed(seen: Vec<Seen>) -> Calibration {
    let worth: Vec<(f64, f64)> = seen
        .iter()
        .map(|one| (one.expected, one.realised))
        .collect();
    let lots = |which: usize| -> Vec<(f64, f64)> {
        seen.iter()
            .filter_map(|one| Some(one.lot?[which]))
            .collect()
    };
    Calibration {
        markets: seen.len() as u64,
        worth: bins(worth),
        profit: brier(lots(0)),
        assigned: brier(lots(1)),
    }
}

/// A share of a pair stands for two outcomes of 0 or 1.
fn brier(lots: Vec<(f64, f64)>) -> Odds {
    let count = lots.len() as f64;
    let base = lots.iter().map(|(_, share)| share).sum::<f64>() / count.max(1.0);
    let of = |p: f64, share: f64| p * p - 2.0 * p * share + share;
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| lots.iter().map(f).sum::<f64>() / count.max(1.0);
    Odds {
        count: lots.len() as u64,
        brier: mean(&|&(p, share)| of(p, share)),
        brier_of_base_rate: mean(&|&(_, share)| of(base, share)),
        bins: bins(lots),
    }
}

/// Fifths by what was expected.
fn bins(mut pairs: Vec<(f64, f64)>) -> Vec<Bin> {
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let share = pairs.len().div_ceil(5).max(1);
    pairs
        .chunks(share)
        .map(|part| {
            let count = part.len() as f64;
            let mean = |f: &dyn Fn(&(f64, f64)) -> f64| part.iter().map(f).sum::<f64>() / count;
            let realised = mean(&|pair| pair.1);
            let square = mean(&|pair| (pair.1 - realised).powi(2));
            Bin {
                count: part.len() as u64,
                expected: mean(&|pair| pair.0),
                realised,
                error: (square / (count - 1.0).max(1.0)).sqrt(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pair that came out once and once not is two outcomes: the score by hand.
    #[test]
    fn brier_by_hand() {
        let odds = brier(vec![(0.8, 1.0), (0.6, 0.5)]);
        // (0.2^2) ; ((0.4^2 + 0.6^2) / 2)
        assert!((odds.brier - (0.04 + 0.26) / 2.0).abs() < 1e-12);
        // base rate 0.75: (0.0625 ; (0.0625 + 0.5625) / 2)
        assert!((odds.brier_of_base_rate - (0.0625 + 0.3125) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn fifths_are_in_order_and_hold_everything() {
        let bins = bins(
            (0..23)
                .rev()
                .map(|i| (f64::from(i), 2.0 * f64::from(i)))
                .collect(),
        );
        assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 23);
        assert!(
            bins.windows(2)
                .all(|pair| pair[0].expected < pair[1].expected)
        );
        assert!(
            bins.iter()
                .all(|bin| (bin.realised - 2.0 * bin.expected).abs() < 1e-12)
        );
    }
}
