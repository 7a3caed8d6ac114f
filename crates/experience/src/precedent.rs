//! Precedents without an index: every kept encoding is compared, one after the other.
//!
//! ```text
//! distance(a, b) = 1 - a.b / (|a| |b|)          cosine distance, 0 same direction, 1 unrelated, 2 opposite
//! ```
//! Exact, and fast enough for what one person decides in a lifetime: a thousand situations are a thousand products of 768 numbers. For
//! more, the module `recall` asks an index (feature `recall`).

use std::cmp::Ordering;

use crate::{Error, Outcome, Reader, RecordId, Situation};

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The situation now, as numbers.
    pub encoding: &'a [f32],
    /// Which version of the encoder made them: only the same is compared.
    pub encoder_version: i64,
    /// Only situations before this moment count, and outcomes known before it, milliseconds since 1970 UTC.
    pub as_of_ms: i64,
    /// At most so many.
    pub count: usize,
    /// Nothing farther than this: cosine distance, 0 to 2.
    pub farthest: f32,
}

/// A past situation, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Precedent {
    /// Which.
    pub situation: RecordId,
    /// Its underlying.
    pub symbol: String,
    /// Its moment, milliseconds since 1970 UTC.
    pub as_of_ms: i64,
    /// Cosine distance to the question.
    pub distance: f32,
    /// The decisions made in it, with their newest outcome that was known at the question's moment.
    pub decisions: Vec<(RecordId, String, Option<Outcome>)>,
}

/// The precedents found, and how many situations were compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Nearest first.
    pub precedents: Vec<Precedent>,
    /// Days of symbols that were compared, near or far.
    pub compared: usize,
}

impl Reader {
    /// The precedents nearest to the question among the situations that `counts`, nearest first; none where nothing is close. Of
    /// several situations of one symbol and moment the nearest stands for all. Neither a situation nor an outcome from the
    /// question's moment or later is among them; a decision belongs to the moment of its situation, whenever it was made.
    ///
    /// # Errors
    /// [`Error::Refused`] where the question has no direction; else where the ledger cannot be read.
    pub fn precedents(
        &self,
        question: &Question<'_>,
        mut counts: impl FnMut(RecordId, &Situation) -> bool,
    ) -> Result<Found, Error> {
        let own = dot(question.encoding, question.encoding);
        if !(own.is_finite() && own > 0.0) {
            return Err(Error::Refused {
                what: "question",
                why: "its numbers have no direction".into(),
            });
        }
        let mut near: Vec<(f32, RecordId, String, i64)> = Vec::new();
        let look = |id: RecordId, situation: &Situation, numbers: &[f32]| {
            let length = (own * dot(numbers, numbers)).sqrt();
            if numbers.len() != question.encoding.len()
                || !(length.is_finite() && length > 0.0)
                || !counts(id, situation)
            {
                return;
            }
            let distance = (1.0 - dot(question.encoding, numbers) / length).max(0.0) as f32;
            near.push((distance, id, situation.symbol.clone(), situation.as_of_ms));
        };
        self.each_encoding_before(question.encoder_version, question.as_of_ms, look)?;
        near.sort_by(|a, b| {
            let by_day = |x: &(f32, RecordId, String, i64)| (x.2.clone(), x.3);
            let order = by_day(a).cmp(&by_day(b));
            order
                .then(a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal))
                .then(a.1.cmp(&b.1))
        });
        near.dedup_by(|later, first| later.2 == first.2 && later.3 == first.3);
        let compared = near.len();
        near.retain(|(distance, ..)| *distance <= question.farthest);
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.3.cmp(&a.3)).then(a.1.cmp(&b.1)));
        near.truncate(question.count);
        let known = question.as_of_ms.saturating_sub(1);
        let mut precedents = Vec::new();
        for (distance, situation, symbol, as_of_ms) in near {
            let mut decisions = Vec::new();
            for decision in self.decisions_in(situation)? {
                let made = self.decision_alone(decision)?;
                let outcome = self.outcome_of(decision, known)?;
                decisions.push((decision, made.action, outcome.map(|(_, outcome)| outcome)));
            }
            precedents.push(Precedent {
                situation,
                symbol,
                as_of_ms,
                distance,
                decisions,
            });
        }
        Ok(Found {
            precedents,
            compared,
        })
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum()
}
