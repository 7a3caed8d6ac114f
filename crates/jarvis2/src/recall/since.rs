//! What changed since the last plan for the same symbol on an earlier day: prices, assumptions, the account, the choice.
//!
//! The earlier plan is read as it was kept, so the two are compared by what each said. It explains; no figure of a plan depends on it.

use crate::account::same_symbol;
use crate::engine::Made;
use crate::error::Error;
use crate::journal::contract::OptionName;
use crate::journal::keep::Order;
use crate::journal::lots::Split;
use crate::journal::store::{self, date_of, is_brought, midnight_ms};
use crate::plan::{ActionView, Figure, LegView, Outcome, Plan};
use crate::report::units::{decimal, percent_signed, usd, usd_signed};
use experience::{CASH, Fill, FillKind, Reader, RecordId};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Earlier decisions that are looked through, the newest first.
const LOOKED_THROUGH: usize = 5_000;

/// The last plan of an earlier day, and what is otherwise today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SinceView {
    /// The earlier decision in the diary.
    pub(crate) decision: i64,
    /// Day of its quotes, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// Calendar days since.
    pub(crate) days: i64,
    /// What it said to do.
    pub(crate) action_then: String,
    /// Whether today's choice is of the same kind and on the same contracts, be it of another number of them.
    pub(crate) same_choice: bool,
    /// Its worth over holding then, in dollars.
    pub(crate) worth_then_usd: Figure,
    /// Worth over holding of the same kind on the same contracts today, in dollars, where it is among today's alternatives.
    pub(crate) worth_now_usd: Figure,
    /// That alternative of today: its number of contracts and price may be others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) action_now: Option<String>,
    /// What is otherwise.
    pub(crate) changes: Vec<ChangeView>,
    /// Fills of the journal in this symbol from that day to this one, oldest first.
    pub(crate) fills: Vec<String>,
    /// Whether they carried out what the earlier plan said: `yes`, `in part (1 of 6)`, `late (6 of 6, ...)` after the day until which its
    /// prices were meant, `no`, or `n/a (reason)`.
    pub(crate) followed: String,
}

/// One thing that is otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ChangeView {
    /// What.
    pub(crate) what: String,
    /// As it was.
    pub(crate) then: String,
    /// As it is.
    pub(crate) now: String,
    /// The difference in words, where it is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) difference: Option<String>,
}

/// Looks for it: the view, and one sentence.
pub(crate) fn find(
    made: &Made,
    reader: &Reader,
    as_of: Date,
) -> Result<(Option<SinceView>, String), Error> {
    let plan = &made.plan;
    let symbol = &plan.symbol;
    let Some((id, date)) = last_before(reader, symbol, as_of, &made.source)? else {
        return Ok((None, none(symbol, as_of)));
    };
    let kept = reader.decision(id)?.plan;
    let then: Option<Plan> = kept.and_then(|kept| serde_json::from_str(&kept.json).ok());
    let Some(then) = then else {
        let why = format!(
            "n/a (decision {id} of {date} was kept by a version whose plans this one does not read)"
        );
        return Ok((None, why));
    };
    let fills: Vec<String> = reader
        .fills(midnight_ms(date), midnight_ms(as_of) + 86_400_000)?
        .into_iter()
        .filter(|(_, fill)| same_symbol(&fill.symbol, symbol) && fill.contract != CASH)
        .filter(|(_, fill)| !is_brought(fill))
        .map(|(_, fill)| {
            let name = OptionName::parse(&fill.contract);
            let what = name.map_or_else(|| format!("shares of {symbol}"), |name| name.words());
            let day = date_of(fill.filled_at_ms);
            let (kind, price) = (fill.kind.name(), usd(fill.price_per_share));
            format!("{day}: {kind} {:+} {what} at {price}", fill.quantity)
        })
        .collect();
    let followed = followed(reader, id, &then, [date, as_of])?;
    let splits = splits(made, reader, [date, as_of])?;
    let since = compare(id, [date, as_of], [&then, plan], &splits, fills, followed);
    let note = sentence(&since, plan);
    Ok((Some(since), note))
}

/// Whether the fills up to this day carried out what the earlier plan said: its contracts on its sides, while its prices were meant or
/// later. What the journal knew before the plan was kept cannot follow it.
fn followed(
    reader: &Reader,
    decision: RecordId,
    then: &Plan,
    [date, as_of]: [Date; 2],
) -> Result<String, experience::Error> {
    match then.decision.outcome {
        Outcome::Act => (),
        Outcome::DoNothing => return Ok("n/a (the plan said to do nothing)".to_owned()),
        Outcome::Abstain => return Ok("n/a (the plan abstained)".to_owned()),
    }
    let order = Order::of(then);
    let until = order
        .valid_until
        .parse()
        .map_or(as_of, |until: Date| until.min(as_of));
    let fills: Vec<Fill> = reader
        .fills(midnight_ms(date), midnight_ms(as_of) + 86_400_000)?
        .into_iter()
        .filter(|(id, fill)| *id > decision && fill.kind == FillKind::Trade && !is_brought(fill))
        .map(|(_, fill)| fill)
        .collect();
    let (mut wanted, mut done, mut late) = (0, 0, 0);
    let mut last = date;
    for (contract, count) in &order.legs {
        let (mut filled, mut after) = (0, 0);
        let of_it = |fill: &&Fill| {
            same_symbol(&fill.contract, contract) && fill.quantity.signum() == count.signum()
        };
        for fill in fills.iter().filter(of_it) {
            let day = date_of(fill.filled_at_ms);
            if day <= until {
                filled += fill.quantity.abs();
            } else if filled + after < count.abs() {
                after += fill.quantity.abs();
                last = last.max(day);
            }
        }
        let (all, in_time) = (count.abs(), filled.min(count.abs()));
        wanted += all;
        done += in_time;
        late += after.min(all - in_time);
    }
    let expired = format!("{last}, after its prices had expired on {until}");
    Ok(match (done, late) {
        (0, 0) => "no".to_owned(),
        (0, late) => format!("late ({late} of {wanted}, on {expired})"),
        (done, _) if done == wanted => "yes".to_owned(),
        (done, 0) => format!("in part ({done} of {wanted})"),
        (done, late) => format!("in part ({done} of {wanted}, and {late} on {expired})"),
    })
}

/// What is said where there is no earlier plan, nor a diary yet.
pub(crate) fn none(symbol: &str, as_of: Date) -> String {
    format!("n/a (the diary has no plan for {symbol} before {as_of})")
}

/// The splits of the plan's symbol after one day and up to another, by the market's files and the journal: day and new shares for one old.
fn splits(
    made: &Made,
    reader: &Reader,
    [date, as_of]: [Date; 2],
) -> Result<Vec<(Date, f64)>, Error> {
    let split = |&(day, ratio): &(Date, f64)| Split {
        at_ms: midnight_ms(day),
        symbol: made.plan.symbol.clone(),
        shares_for_one: ratio as i64,
    };
    let told: Vec<Split> = made.splits.iter().map(split).collect();
    let kept = store::splits(reader)?.into_iter().filter(|kept| {
        same_symbol(&kept.symbol, &made.plan.symbol) && !told.iter().any(|told| told.is(kept))
    });
    let kept = kept.map(|kept| (date_of(kept.at_ms), kept.shares_for_one as f64));
    let mut splits: Vec<_> = made.splits.iter().copied().chain(kept).collect();
    splits.retain(|(day, _)| date < *day && *day <= as_of);
    splits.sort_by_key(|(day, _)| *day);
    Ok(splits)
}

/// The newest plan for a symbol, however it was spelled, on the last day before this one. `source` says whether the market is invented:
/// invented and real ones are never compared.
fn last_before(
    reader: &Reader,
    symbol: &str,
    as_of: Date,
    source: &str,
) -> Result<Option<(RecordId, Date)>, experience::Error> {
    let invented = |source: &str| source.starts_with("synthetic");
    let mut best: Option<(RecordId, Date)> = None;
    let decisions = store::decisions(reader, Some(symbol))?;
    for id in decisions.into_iter().take(LOOKED_THROUGH) {
        let made = reader.decision_alone(id)?;
        let situation = reader.situation(made.situation)?;
        let date = date_of(situation.as_of_ms);
        let counts = date < as_of && invented(&situation.source) == invented(source);
        // Newest first: of one day the first that comes stays.
        if counts && best.is_none_or(|(_, other)| date > other) {
            best = Some((id, date));
        }
    }
    Ok(best)
}

/// What an action is about, without counts and prices: its kind, then its contracts as they are called after `times` shares came of one.
fn gist(action: &ActionView, times: f64) -> Vec<String> {
    let leg = |leg: &LegView| {
        // To the cent, as strikes are rounded after a split.
        let strike = leg
            .strike_usd
            .map(|strike| (100.0 * strike / times).round() as i64);
        format!(
            "{} {} {:?} {strike:?}",
            leg.side, leg.instrument, leg.expiry
        )
    };
    let mut legs: Vec<String> = action.legs.iter().map(leg).collect();
    legs.sort();
    legs.insert(0, action.kind.clone());
    legs
}

fn compare(
    id: RecordId,
    [date, as_of]: [Date; 2],
    [then, now]: [&Plan; 2],
    splits: &[(Date, f64)],
    fills: Vec<String>,
    followed: String,
) -> SinceView {
    let times: f64 = splits.iter().map(|(_, ratio)| ratio).product();
    let wanted = gist(&then.decision.action, times);
    let over_holding = |worth: Option<crate::plan::IntervalUsd>| {
        worth.map_or_else(
            || Figure::missing("not compared with holding"),
            |worth| worth.value_usd.into(),
        )
    };
    let again = now
        .alternatives
        .iter()
        .find(|one| gist(&one.action, 1.0) == wanted);
    // In today's shares, so that the two can be compared.
    let turned = |after: String, before: String| match splits {
        [] => after,
        _ => format!("{after} ({before} before the split)"),
    };
    let spot_then = then.spot_usd / times;
    let mut changes = vec![ChangeView {
        what: "share price".to_owned(),
        then: turned(usd(spot_then), usd(then.spot_usd)),
        now: usd(now.spot_usd),
        difference: Some(percent_signed(now.spot_usd / spot_then - 1.0)),
    }];
    for (day, ratio) in splits {
        changes.push(ChangeView {
            what: format!("split of {day}"),
            then: "1 share".to_owned(),
            now: format!("{ratio} shares"),
            difference: None,
        });
    }
    for one in &now.why.assumptions {
        let before = then
            .why
            .assumptions
            .iter()
            .find(|other| other.name == one.name);
        if let Some(before) = before.filter(|before| before.value != one.value) {
            changes.push(ChangeView {
                what: one.name.clone(),
                then: before.value.clone(),
                now: one.value.clone(),
                difference: None,
            });
        }
    }
    for (what, before, after) in [
        ("cash", then.account.cash_usd, now.account.cash_usd),
        ("wealth", then.account.wealth_usd, now.account.wealth_usd),
        (
            "cash reserved for puts",
            then.account.reserved_usd,
            now.account.reserved_usd,
        ),
    ] {
        if (before - after).abs() >= 0.005 {
            changes.push(ChangeView {
                what: what.to_owned(),
                then: usd(before),
                now: usd(after),
                difference: Some(usd_signed(after - before)),
            });
        }
    }
    let shares_then = times * then.account.shares as f64;
    if shares_then != now.account.shares as f64 {
        let before = then.account.shares.to_string();
        changes.push(ChangeView {
            what: "shares".to_owned(),
            then: turned(shares_then.to_string(), before),
            now: now.account.shares.to_string(),
            difference: Some(format!("{:+}", now.account.shares as f64 - shares_then)),
        });
    }
    let options = |plan: &Plan| match plan.account.options.as_slice() {
        [] => "none".to_owned(),
        all => all.join(", "),
    };
    if options(then) != options(now) {
        changes.push(ChangeView {
            what: "options".to_owned(),
            then: options(then),
            now: options(now),
            difference: None,
        });
    }
    SinceView {
        decision: id.0,
        date: date.to_string(),
        days: i64::from(as_of.since(date).map_or(0, |span| span.get_days())),
        action_then: then.decision.action.text.clone(),
        same_choice: gist(&now.decision.action, 1.0) == wanted,
        worth_then_usd: over_holding(then.numbers.worth_over_holding),
        worth_now_usd: again.map_or_else(
            || Figure::missing("not among today's alternatives"),
            |one| over_holding(one.numbers.worth_over_holding),
        ),
        action_now: again.map(|one| one.action.text.clone()),
        changes,
        fills,
        followed,
    }
}

/// The view in one sentence.
fn sentence(since: &SinceView, now: &Plan) -> String {
    let worth = |figure: &Figure| match figure {
        Figure::Known(value) => usd_signed(*value),
        Figure::Missing(why) => why.clone(),
    };
    let share = &since.changes[0];
    let days = match since.days {
        1 => "1 day".to_owned(),
        days => format!("{} days", decimal(days as f64, 0)),
    };
    let action = &now.decision.action.text;
    let choice = match (since.same_choice, &since.action_now) {
        (true, _) if *action == since.action_then => "today's choice is the same".to_owned(),
        (true, _) => format!("today's choice is of the same contracts: {action}"),
        (false, Some(then)) => format!(
            "today: {action}; what was chosen then ({then} now) is worth {} over holding",
            worth(&since.worth_now_usd)
        ),
        (false, None) => {
            format!("today: {action}; what was chosen then is not among today's alternatives")
        }
    };
    let followed = match since.followed.as_str() {
        "yes" => " (carried out)".to_owned(),
        "no" => " (no fill of it in the journal)".to_owned(),
        part if part.starts_with("in part") || part.starts_with("late") => {
            format!(" (carried out {part})")
        }
        _ => String::new(),
    };
    format!(
        "{days} ago ({}, decision {}) the share stood at {} and the plan said: {}{followed}, worth {} over holding; the share is at {} ({}), and {choice}",
        since.date,
        since.decision,
        share.then,
        since.action_then,
        worth(&since.worth_then_usd),
        share.now,
        share.difference.as_deref().unwrap_or("n/a"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::fixture;

    /// After a split of two for one the contract of then has half its strike, to the cent.
    #[test]
    fn an_action_is_about_the_same_contracts_after_a_split() {
        let before = fixture().decision.action;
        let mut after = before.clone();
        let mut options = 0;
        for leg in &mut after.legs {
            if let Some(strike) = &mut leg.strike_usd {
                *strike = (100.0 * *strike / 2.0).round() / 100.0;
                options += 1;
            }
        }
        assert!(options > 0, "the premise of this test: {before:?}");
        assert_eq!(gist(&before, 2.0), gist(&after, 1.0));
        assert_ne!(gist(&before, 1.0), gist(&after, 1.0));
    }
}
