//! The odds of one short lot that is held to its end, whatever the rest of the account does. Real-world.

use crate::Paths;
use wheel::{Lot, Rules};

/// What became of a short lot over all paths. Probabilities are real-world shares of paths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Odds {
    /// It made money after costs.
    pub profit: f64,
    /// It was exercised before expiry.
    pub assigned_early: f64,
    /// It was exercised at expiry.
    pub assigned_at_expiry: f64,
    /// The close touched the strike at least once.
    pub touched: f64,
}

/// Follows `lot`, sold for `net_usd` per share after costs, to its end on every path; `None` if it outlives the paths.
pub fn odds(rules: &Rules, paths: &Paths, lot: &Lot, net_usd: f64) -> Option<Odds> {
    if lot.expiry_day > rules.horizon_day {
        return None;
    }
    let assignment_usd = rules.costs.per_assignment.usd() / lot.shares() as f64;
    let (mut profit, mut early, mut at_expiry, mut touched) = (0_u32, 0_u32, 0_u32, 0_u32);
    let today = rules.futures.today();
    for path in paths.iter() {
        let mut was_touched = false;
        // This evening's close is the first on which the holder may exercise.
        for state in std::iter::once(&today).chain(path) {
            let intrinsic = lot.right.intrinsic(state.spot, lot.strike_usd());
            was_touched |= intrinsic > 0.0;
            let ends = state.day >= lot.expiry_day;
            if ends || rules.is_exercised(lot, state) {
                let fee = if intrinsic >= 0.005 {
                    assignment_usd
                } else {
                    0.0
                };
                profit += u32::from(intrinsic + fee < net_usd);
                at_expiry += u32::from(ends && intrinsic >= 0.005);
                early += u32::from(!ends);
                break;
            }
        }
        touched += u32::from(was_touched);
    }
    let share = |count: u32| f64::from(count) / paths.count() as f64;
    Some(Odds {
        profit: share(profit),
        assigned_early: share(early),
        assigned_at_expiry: share(at_expiry),
        touched: share(touched),
    })
}
