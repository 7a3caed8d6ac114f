//! Earlier situations of the diary like this one, by the cosine distance of their 768 numbers.
//!
//! Only days before the day asked for count, and only outcomes known by then; invented markets and real ones never mix. The numbers
//! describe account, menu and smile together, so the distance says "a decision like this one", not "a market like this one": that is
//! what the days of the price history are for.

use super::{DiaryPrecedent, RecallView};
use crate::journal::store::{date_of, midnight_ms};
use crate::plan::Figure;
use crate::report::units::decimal;
use experience::{LabelValue, Question, Reader, RecordId};
use jiff::civil::Date;
use std::ops::Range;
use wheel::encoding;

/// Version of the encoder of `wheel::encoding`: another layout of the 768 numbers is another version.
pub(crate) const ENCODER_VERSION: i64 = 1;
/// Cosine distance up to which a situation is close. Measured on the sample's symbols, an account of cash, equal settings: one symbol a day
/// apart 0.01, three weeks apart 0.02 to 0.09; calm symbols with one another 0.02 to 0.09, calm with wild 0.10 to 0.23.
pub(crate) const FARTHEST: f32 = 0.05;
/// The label under which a situation's regime is kept.
pub(crate) const REGIME: &str = "regime";
/// Precedents shown.
const SHOWN: usize = 8;

/// Parts of the 768 numbers.
const PARTS: [(Range<usize>, &str); 5] = [
    (encoding::ACCOUNT, "account and assumptions"),
    (encoding::LOTS, "open options"),
    (encoding::TERMS, "term structure of volatility"),
    (encoding::MENU, "menu of actions"),
    (encoding::EVENTS, "dividends to come"),
];

/// Whether a source of a situation is an invented market.
fn is_synthetic(source: &str) -> bool {
    source.starts_with("synthetic")
}

/// The regime that a situation's plan named, as far as it was known before a moment.
fn regime_of(
    reader: &Reader,
    situation: RecordId,
    before_ms: i64,
) -> Result<Option<String>, experience::Error> {
    let label = reader.label_of(situation, REGIME, before_ms - 1)?;
    Ok(match label.map(|label| label.value) {
        Some(LabelValue::Word(name)) => Some(name),
        _ => None,
    })
}

/// Fills the diary's part of the view. Where the view is of one regime, only situations count whose plan named it.
pub(crate) fn recall(
    view: &mut RecallView,
    reader: &Reader,
    numbers: &[f32],
    as_of: Date,
    source: &str,
) -> Result<(), experience::Error> {
    let question = Question {
        encoding: numbers,
        encoder_version: ENCODER_VERSION,
        as_of_ms: midnight_ms(as_of),
        count: SHOWN,
        farthest: FARTHEST,
    };
    let synthetic = is_synthetic(source);
    let mut unread = None;
    let found = reader.precedents(&question, |id, situation| {
        let counts = match &view.only_regime {
            None => Ok(true),
            only => regime_of(reader, id, question.as_of_ms).map(|regime| regime == *only),
        };
        let counts = counts.unwrap_or_else(|error| {
            unread = Some(error);
            false
        });
        counts && is_synthetic(&situation.source) == synthetic
    })?;
    if let Some(error) = unread {
        return Err(error);
    }
    let rule = format!(
        "close is a cosine distance of the 768 numbers of at most {}",
        decimal(f64::from(FARTHEST), 2)
    );
    view.diary_note = match (found.compared, found.precedents.len()) {
        (0, _) => match &view.only_regime {
            None => format!("n/a (the diary has no earlier day than {as_of})"),
            Some(only) => {
                format!("n/a (the diary has no day before {as_of} whose plan named {only})")
            }
        },
        (compared, 0) => format!("n/a (none of {compared} earlier situations is close; {rule})"),
        (compared, near) => format!("{near} of {compared} earlier situations are close; {rule}"),
    };
    view.diary.clear();
    for precedent in found.precedents {
        let before = reader.encoding(precedent.situation, ENCODER_VERSION)?;
        let regime = regime_of(reader, precedent.situation, question.as_of_ms)?;
        for (decision, action, outcome) in precedent.decisions {
            view.diary.push(DiaryPrecedent {
                situation: precedent.situation.0,
                decision: decision.0,
                symbol: precedent.symbol.clone(),
                date: date_of(precedent.as_of_ms).to_string(),
                regime: regime.clone(),
                distance: f64::from(precedent.distance),
                differs_in: before
                    .as_deref()
                    .map_or("n/a (no numbers)", |before| differs(numbers, before))
                    .to_owned(),
                action,
                realised_usd: outcome
                    .as_ref()
                    .and_then(|outcome| outcome.realised_cents)
                    .map_or_else(
                        || Figure::missing("not known on that day"),
                        |cents| (cents as f64 / 100.0).into(),
                    ),
                ending: outcome.map(|outcome| outcome.ending),
            });
        }
    }
    Ok(())
}

/// The part in which two situations differ most, by the squares of the differences.
fn differs(now: &[f32], before: &[f32]) -> &'static str {
    let square = |part: &Range<usize>| -> f64 {
        now[part.clone()]
            .iter()
            .zip(&before[part.clone()])
            .map(|(a, b)| f64::from(a - b).powi(2))
            .sum()
    };
    PARTS
        .iter()
        .map(|(part, name)| (square(part), *name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(
            "nothing",
            |(most, name)| if most > 0.0 { name } else { "nothing" },
        )
}

/// The numbers of a kept decision's situation with its day and source: what `jarvis2 recall --decision` asks about.
pub(crate) fn numbers_of(
    reader: &Reader,
    decision: RecordId,
) -> Result<Option<(Vec<f32>, Date, String)>, experience::Error> {
    let made = reader.decision(decision)?;
    let situation = reader.situation(made.situation)?;
    let numbers = reader.encoding(made.situation, ENCODER_VERSION)?;
    Ok(numbers.map(|numbers| (numbers, date_of(situation.as_of_ms), situation.source)))
}
