//! A policy walks a path: day by day, with every assignment, dividend and cent.

use crate::Paths;
use market::futures::{Futures, State};
use std::thread;
use wheel::book::Ending;
use wheel::{Action, Rules, SHARES_PER_CONTRACT, Situation};

/// Answers situations with actions. One memory serves one path.
pub trait Policy: Sync {
    /// What the policy remembers along a path.
    type Memory: Send;

    /// The memory at the start of a path.
    fn begin(&self) -> Self::Memory;

    /// What to do in this decision. An action that the book cannot carry out counts as doing nothing.
    fn decide(&self, memory: &mut Self::Memory, rules: &Rules, situation: &Situation) -> Action;
}

/// What came of one path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Walk {
    /// Cash, shares and options at mid on the last day, in dollars.
    pub wealth_usd: f64,
    /// Gain of hedging the position with shares every day at their mean: zero on average, whatever the policy.
    pub control_usd: f64,
    /// Lots assigned before their expiry.
    pub assigned_early: u16,
    /// Lots assigned at their expiry.
    pub assigned_at_expiry: u16,
    /// Trades that a decision asked for and the book refused.
    pub refused: u16,
    /// Premium received less premium paid, in dollars.
    pub premium_usd: f64,
    /// Commissions and assignment fees, in dollars.
    pub fees_usd: f64,
}

/// Walks every path from `start` and returns the outcomes in the order of the paths.
pub fn walk_all<P: Policy>(
    rules: &Rules,
    start: &Situation,
    paths: &Paths,
    policy: &P,
    threads: usize,
) -> Vec<Walk> {
    let mut walks = vec![Walk::default(); paths.count()];
    let share = paths.count().div_ceil(threads.max(1)).max(1);
    thread::scope(|scope| {
        for (worker, chunk) in walks.chunks_mut(share).enumerate() {
            scope.spawn(move || {
                for (offset, walk) in chunk.iter_mut().enumerate() {
                    *walk = walk_one(rules, start, paths.path(worker * share + offset), policy);
                }
            });
        }
    });
    walks
}

fn walk_one<P: Policy>(rules: &Rules, start: &Situation, path: &[State], policy: &P) -> Walk {
    let mut memory = policy.begin();
    let mut situation = start.clone();
    let mut walk = Walk::default();
    decide(rules, policy, &mut memory, &mut situation, &mut walk);
    let closed = rules.first_close(&situation, |_, _| walk.assigned_early += 1);
    situation = closed.unwrap_or(situation);
    let mut decision_day = rules.next_day(&situation);
    for &state in path {
        walk.control_usd += hedge(rules, &situation, &state);
        let lots = situation.book.lots().len();
        situation = rules.arrive(&situation, state, |_, ending| match ending {
            Ending::AssignedEarly => walk.assigned_early += 1,
            Ending::AssignedAtExpiry => walk.assigned_at_expiry += 1,
            Ending::Expired | Ending::SettledInCash => (),
        });
        let lots_ended = situation.book.lots().len() < lots;
        if (state.day >= decision_day || lots_ended) && !rules.is_over(&situation) {
            decide(rules, policy, &mut memory, &mut situation, &mut walk);
            decision_day = rules.next_day(&situation);
        }
    }
    debug_assert!(
        situation.book.adds_up(),
        "the cash identity broke on a path"
    );
    let flows = situation.book.flows();
    walk.wealth_usd = rules.wealth(&situation);
    walk.premium_usd = (flows.premium_received - flows.premium_paid).usd();
    walk.fees_usd = flows.fees.usd();
    walk
}

fn decide<P: Policy>(
    rules: &Rules,
    policy: &P,
    memory: &mut P::Memory,
    situation: &mut Situation,
    walk: &mut Walk,
) {
    let action = policy.decide(memory, rules, situation);
    if situation
        .book
        .trade(&action, rules.style, &rules.costs)
        .is_err()
    {
        walk.refused += 1;
    }
}

/// Gain over its mean of holding the position's delta in shares until the next day, carried to the horizon.
fn hedge(rules: &Rules, situation: &Situation, next: &State) -> f64 {
    let futures: &Futures = &rules.futures;
    let now = &situation.state;
    let options: f64 = situation
        .book
        .lots()
        .iter()
        .map(|lot| {
            let delta = futures.delta(now, lot.right, lot.strike_usd(), lot.expiry_day);
            f64::from(lot.contracts) * SHARES_PER_CONTRACT as f64 * delta
        })
        .sum();
    let shares = situation.book.shares() as f64 + options;
    shares * (next.spot - futures.mean_spot(now, next.day))
}
