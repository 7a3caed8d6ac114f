//! Which fill followed which decision, and how that decision ended: only where it is certain.
//!
//! A fill follows a decision if the decision asked for that contract on that side, the fill lies between the decision's day and the last
//! day of its prices, came into the journal after the decision, and no more was filled than was asked for; what was there before the journal
//! follows none. Of plans of several days the newest counts; where plans of that day asked
//! for it in different words, none is named; where they said the same, the last one made stands for all. A decision has ended when
//! everything that its fills opened is closed. Rows are only added: an arrow `followed_by` from decision to fill, and an outcome.

use super::keep::Order;
use super::lots::{Books, Link, Trade};
use super::store::{self, date_of, midnight_ms};
use crate::account::{root, same_symbol};
use crate::error::Error;
use experience::{Durability, Edge, Experience, FillKind, Origin, Outcome, Reader, RecordId};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The arrow from a decision to a fill.
pub(crate) const FOLLOWED_BY: &str = "followed_by";

/// What was recognised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Matched {
    /// Fills that follow a decision, newly recognised.
    pub(crate) fills: usize,
    /// Decisions that ended, newly recognised.
    pub(crate) outcomes: usize,
}

/// A decision that asked for trades.
struct Asked {
    id: RecordId,
    action: String,
    from: Date,
    until: Date,
    legs: Vec<(String, i64)>,
}

fn asked(reader: &Reader) -> Result<Vec<Asked>, Error> {
    let mut all = Vec::new();
    for id in reader.decisions(Origin::Live, None, usize::MAX)? {
        let Some(order) = Order::read(reader, id)? else {
            continue;
        };
        let made = reader.decision_alone(id)?;
        let from = date_of(reader.situation(made.situation)?.as_of_ms);
        if order.outcome == "act"
            && let Ok(until) = order.valid_until.parse::<Date>()
        {
            all.push(Asked {
                id,
                action: made.action,
                from,
                until: until.max(from),
                legs: order.legs,
            });
        }
    }
    Ok(all)
}

/// Draws the arrows and writes the outcomes that are new.
pub(crate) fn link(diary: &mut Experience) -> Result<Matched, Error> {
    let reader = diary.read();
    let fills = reader.fills(i64::MIN, i64::MAX)?;
    let asked = asked(reader)?;
    // How much of each leg is filled already.
    let mut filled: BTreeMap<(RecordId, String), i64> = BTreeMap::new();
    let mut followed: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
    let mut free = Vec::new();
    for (id, fill) in fills
        .iter()
        .filter(|(_, fill)| fill.kind == FillKind::Trade && !store::is_brought(fill))
    {
        let sources = reader.sources(*id, FOLLOWED_BY)?;
        for &decision in &sources {
            *filled.entry((decision, root(&fill.contract))).or_insert(0) += fill.quantity;
            followed.entry(decision).or_default().insert(*id);
        }
        if sources.is_empty() {
            free.push((*id, fill));
        }
    }
    let mut arrows = Vec::new();
    for (id, fill) in free {
        let day = date_of(fill.filled_at_ms);
        let takes = |asked: &&Asked| {
            let room = |(contract, count): &(String, i64)| {
                let before = filled.get(&(asked.id, root(contract))).copied();
                let after = before.unwrap_or(0) + fill.quantity;
                same_symbol(contract, &fill.contract)
                    && count.signum() == fill.quantity.signum()
                    && after.abs() <= count.abs()
            };
            // Numbers are of one counter: what was kept before the plan was made cannot follow it.
            id > asked.id
                && (asked.from..=asked.until).contains(&day)
                && asked.legs.iter().any(room)
        };
        // The prices of a plan hold until the next day: whoever trades today follows today's plan, if there is one.
        let mut candidates: Vec<&Asked> = asked.iter().filter(takes).collect();
        let newest = candidates.iter().map(|asked| asked.from).max();
        candidates.retain(|asked| Some(asked.from) == newest);
        let same = |asked: &&Asked| asked.action == candidates[0].action;
        if candidates.is_empty() || !candidates.iter().all(same) {
            continue;
        }
        // Newest first: the first is the newest.
        let decision = candidates[0].id;
        *filled.entry((decision, root(&fill.contract))).or_insert(0) += fill.quantity;
        followed.entry(decision).or_default().insert(id);
        arrows.push((decision, id));
    }
    let books = Books::of(&fills, &store::splits(reader)?);
    let mut outcomes = Vec::new();
    for (decision, own) in &followed {
        if let Some(outcome) = ended(*decision, own, &books) {
            let before = reader.outcome_of(*decision, i64::MAX)?;
            let known = before.is_some_and(|(_, before)| {
                (before.known_at_ms, &before.ending, before.realised_cents)
                    == (outcome.known_at_ms, &outcome.ending, outcome.realised_cents)
            });
            if !known {
                outcomes.push(outcome);
            }
        }
    }
    let matched = Matched {
        fills: arrows.len(),
        outcomes: outcomes.len(),
    };
    if matched.fills + matched.outcomes > 0 {
        diary.write(Durability::Full, |page| {
            for &(source, target) in &arrows {
                page.edge(&Edge {
                    source,
                    target,
                    kind: FOLLOWED_BY.to_owned(),
                    weight: 1.0,
                })?;
            }
            for outcome in &outcomes {
                page.outcome(outcome)?;
            }
            Ok(())
        })?;
    }
    Ok(matched)
}

/// How a decision ended, if everything that its fills opened is closed.
fn ended(decision: RecordId, own: &BTreeSet<RecordId>, books: &Books) -> Option<Outcome> {
    if books.lots.iter().any(|lot| own.contains(&lot.opened_by)) {
        return None;
    }
    let opened = |trade: &&Trade| own.contains(&trade.lot.opened_by);
    let mut trades: Vec<&Trade> = books.trades.iter().filter(opened).collect();
    if trades.is_empty() {
        // It only closed what was there.
        trades = books
            .trades
            .iter()
            .filter(|trade| own.contains(&trade.closed_by))
            .collect();
    }
    let last = trades.iter().map(|trade| trade.closed_ms).max()?;
    let chains = books.chains();
    let rolled = |trade: &Trade| {
        chains.iter().any(|chain| {
            let closed = |link: &Link<'_>| matches!(link, Link::Closed(other) if std::ptr::eq(*other, trade));
            chain[..chain.len() - 1].iter().any(closed)
        })
    };
    let word = |trade: &&Trade| {
        if rolled(trade) {
            "rolled"
        } else {
            trade.ending_word()
        }
    };
    let endings: BTreeSet<&str> = trades.iter().map(word).collect();
    let ending = match endings.len() {
        1 => endings.first().copied().unwrap_or_default(),
        _ => "mixed",
    };
    Some(Outcome {
        decision,
        // Known when that day is over.
        known_at_ms: midnight_ms(date_of(last)) + 86_399_999,
        ending: ending.to_owned(),
        realised_cents: Some(trades.iter().map(|trade| trade.realised_cents()).sum()),
        facts: json!({ "trades": trades.len(), "fees_cents": trades.iter().map(|t| t.fees_cents()).sum::<i64>() })
            .to_string(),
    })
}
