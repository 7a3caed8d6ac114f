//! What happened before in situations like this one: the ledger feeds an index, and the index finds precedents.
//!
//! The index is derived. [`feed`] brings it up to date from wherever it is; an empty one is filled from the start. What it gets:
//!
//! | from the ledger | in the index |
//! | --- | --- |
//! | situation | facets `symbol`, `as_of_ms` |
//! | its encoding | its vector |
//! | decision | arrow `decided` from its situation; the text of its plan, kind `plan` |
//! | outcome | arrow `ended_in` from its decision; facets `ending` and `ending_known_ms` of the situation |
//! | label | a facet of its name on the record it is about |
//! | note | a text of the record it is about, or of its own id |
//! | edge | the same arrow |
//!
//! Facets hold what is known now. Whoever must not look ahead uses [`recall`], which reads outcomes from the ledger as of a moment.

use index::{Facet, Filter, Index};

pub use crate::precedent::Precedent;
use crate::{Error, Kind, LabelValue, Reader, RecordId};

/// The key under which the index remembers how far it was fed.
const FED: &str = "experience/fed";
/// Records and encodings at a time.
const AT_ONCE: usize = 1_000;

/// Brings `index` up to date with the ledger; returns how many records and encodings were new. Feeding again changes nothing.
///
/// # Errors
/// Where the ledger cannot be read or the index cannot be written: nothing of the last thousand records was fed then.
pub fn feed(reader: &Reader, index: &mut Index, encoder_version: i64) -> Result<u64, Error> {
    let mut fed = 0;
    loop {
        let (record, row) = how_far(index)?;
        let records = reader.records_after(record, AT_ONCE)?;
        let encodings = reader.encodings_after(encoder_version, row, AT_ONCE)?;
        if records.is_empty() && encodings.is_empty() {
            return Ok(fed);
        }
        fed += (records.len() + encodings.len()) as u64;
        let last_record = records.last().map_or(record, |&(id, _)| id);
        let last_row = encodings.last().map_or(row, |&(row, ..)| row);
        let mut problem = None;
        // Rows and the place reached go in together or not at all, so nothing is ever fed twice or left out.
        let written = index.update(|change| {
            for (_, situation, encoding) in &encodings {
                change.vector(situation.0, encoding)?;
            }
            for &(id, kind) in &records {
                if let Err(error) = entry(reader, change, id, kind) {
                    let why = format!("record {id} could not be fed");
                    problem = Some(error);
                    return Err(index::Error::Config { why });
                }
            }
            let far = [last_record.0.to_le_bytes(), last_row.to_le_bytes()].concat();
            change.put(FED, &far)
        });
        if let Some(problem) = problem {
            return Err(problem);
        }
        written?;
    }
}

fn how_far(index: &Index) -> Result<(RecordId, i64), Error> {
    let bytes = index.get(FED)?.unwrap_or_default();
    let number = |part: Option<&[u8]>| {
        part.and_then(|part| part.try_into().ok())
            .map_or(0, i64::from_le_bytes)
    };
    Ok((RecordId(number(bytes.get(..8))), number(bytes.get(8..16))))
}

fn entry(
    reader: &Reader,
    change: &mut index::Update<'_>,
    id: RecordId,
    kind: Kind,
) -> Result<(), Error> {
    let word = |word: &str| Some(Facet::Word(word.to_owned()));
    let number = |number: i64| Some(Facet::Number(number as f64));
    match kind {
        Kind::Situation => {
            let situation = reader.situation(id)?;
            change.facet(id.0, "symbol", word(&situation.symbol).as_ref())?;
            change.facet(id.0, "as_of_ms", number(situation.as_of_ms).as_ref())?;
        }
        Kind::Decision => {
            let decision = reader.decision(id)?;
            change.edge(decision.situation.0, id.0, "decided", 1.0)?;
            if let Some(plan) = decision.plan {
                change.text(id.0, "plan", &plan.text)?;
            }
        }
        Kind::Outcome => {
            let outcome = reader.outcome(id)?;
            change.edge(outcome.decision.0, id.0, "ended_in", 1.0)?;
            let newest = reader.outcome_of(outcome.decision, i64::MAX)?;
            if newest.is_some_and(|(newest, _)| newest == id) {
                let situation = reader.decision(outcome.decision)?.situation.0;
                change.facet(situation, "ending", word(&outcome.ending).as_ref())?;
                let known = number(outcome.known_at_ms);
                change.facet(situation, "ending_known_ms", known.as_ref())?;
            }
        }
        Kind::Label => {
            let label = reader.label(id)?;
            let facet = match label.value {
                LabelValue::Word(word) => Facet::Word(word),
                LabelValue::Number(number) => Facet::Number(number),
            };
            change.facet(label.about.0, &label.name, Some(&facet))?;
        }
        Kind::Note => {
            let note = reader.note(id)?;
            change.text(note.about.unwrap_or(id).0, &note.kind, &note.body)?;
        }
        Kind::Edge => {
            let edge = reader.edge(id)?;
            change.edge(edge.source.0, edge.target.0, &edge.kind, edge.weight)?;
        }
        Kind::Fill | Kind::Model => {}
    }
    Ok(())
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The situation now, as numbers.
    pub encoding: &'a [f32],
    /// Only what was known before this moment counts, milliseconds since 1970 UTC.
    pub as_of_ms: i64,
    /// At most so many.
    pub count: usize,
    /// Nothing farther than this: cosine distance, 0 to 2.
    pub farthest: f32,
    /// Further conditions on facets.
    pub filter: Filter,
}

/// The precedents nearest to the question, nearest first; none where nothing is close. Neither a situation nor an outcome from the
/// question's moment or later is among them.
///
/// # Errors
/// Where ledger or index cannot be read, or the encoding is no direction of the index's length.
pub fn recall(
    reader: &Reader,
    index: &Index,
    question: &Question<'_>,
) -> Result<Vec<Precedent>, Error> {
    let before = question.as_of_ms.saturating_sub(1);
    let filter = question
        .filter
        .clone()
        .between("as_of_ms", f64::NEG_INFINITY, before as f64);
    let mut precedents = Vec::new();
    for near in index
        .nearest(question.encoding, question.count, &filter)?
        .neighbours
    {
        if near.distance > question.farthest {
            break;
        }
        let situation = RecordId(near.record);
        let seen = reader.situation(situation)?;
        let mut decisions = Vec::new();
        for decision in reader.decisions_in(situation)? {
            let made = reader.decision(decision)?;
            if made.made_at_ms <= before {
                let outcome = reader.outcome_of(decision, before)?;
                decisions.push((decision, made.action, outcome.map(|(_, outcome)| outcome)));
            }
        }
        precedents.push(Precedent {
            situation,
            symbol: seen.symbol,
            as_of_ms: seen.as_of_ms,
            distance: near.distance,
            decisions,
        });
    }
    Ok(precedents)
}
