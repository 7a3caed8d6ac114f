//! The rows: what was seen, decided, filled, and how it ended; plain numbers and words, none of the market's types.
//!
//! Rows are added, never changed or removed: a correction is a new row. Every record has an id from one counter, so a reader
//! who remembers the last id it saw has seen everything before it. Facts that became known later than a decision carry
//! `known_at_ms`, so that whoever asks "as of" a moment can keep the future out.

use std::path::Path;

use rusqlite::{OptionalExtension, Row, ToSql, Transaction, params};

use crate::{Durability, Error, Reader};

/// How many numbers encode a situation.
pub const ENCODING_LEN: usize = 768;

/// A record's number, from one counter for all kinds. Positive, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub i64);

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// See [`Situation`].
    Situation = 1,
    /// See [`Decision`].
    Decision = 2,
    /// See [`Fill`].
    Fill = 3,
    /// See [`Outcome`].
    Outcome = 4,
    /// See [`Label`].
    Label = 5,
    /// See [`Note`].
    Note = 6,
    /// See [`Edge`].
    Edge = 7,
    /// See [`Model`].
    Model = 8,
}

impl Kind {
    const ALL: [(Kind, &'static str); 8] = [
        (Kind::Situation, "situation"),
        (Kind::Decision, "decision"),
        (Kind::Fill, "fill"),
        (Kind::Outcome, "outcome"),
        (Kind::Label, "label"),
        (Kind::Note, "note"),
        (Kind::Edge, "edge"),
        (Kind::Model, "model"),
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        Kind::ALL[self as usize - 1].1
    }

    fn from_number(number: i64) -> Option<Kind> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        Kind::ALL.get(place).map(|&(kind, _)| kind)
    }
}

/// A version of a network or of the rules that judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What people call it.
    pub name: String,
    /// A hash of its weights; the same weights are the same record.
    pub digest: Vec<u8>,
    /// When it was made, milliseconds since 1970 UTC.
    pub made_at_ms: i64,
    /// The version it was trained from.
    pub parent: Option<RecordId>,
    /// Anything else, as a JSON object.
    pub facts: String,
}

/// What was seen: chain, book and date, as words and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// The underlying.
    pub symbol: String,
    /// The moment it describes, milliseconds since 1970 UTC.
    pub as_of_ms: i64,
    /// Where it came from: a file, a simulation.
    pub source: String,
    /// Anything else, as a JSON object.
    pub facts: String,
}

/// Whose decision it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user's own account.
    Live = 1,
    /// A game that the program played against itself.
    SelfPlay = 2,
    /// A walk through history.
    Backtest = 3,
}

/// One action that the search looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// The action, in words that can be read back.
    pub action: String,
    /// How often the search went there.
    pub visits: u64,
    /// The probability it had before the search.
    pub prior: Option<f64>,
    /// What the search thought of it, in the unit of the search's worth.
    pub worth: Option<f64>,
}

/// A plan as it was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: String,
}

/// What was decided, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// In which situation.
    pub situation: RecordId,
    /// When, milliseconds since 1970 UTC.
    pub made_at_ms: i64,
    /// Whose.
    pub origin: Origin,
    /// The action chosen; also doing nothing is one.
    pub action: String,
    /// The worth of the choice, in the unit of the search's worth.
    pub worth: Option<f64>,
    /// Who judged.
    pub model: Option<RecordId>,
    /// The seed of the search.
    pub seed: Option<u64>,
    /// Every action looked at, in the order of the menu.
    pub visits: Vec<Visit>,
    /// The plan shown, if one was.
    pub plan: Option<Plan>,
}

/// What a [`Fill`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FillKind {
    /// Bought or sold at a price.
    Trade = 1,
    /// An option ended worthless.
    Expired = 2,
    /// A short option was exercised against us.
    Assigned = 3,
    /// We exercised a long option.
    Exercised = 4,
    /// A dividend, or tax withheld from one.
    Dividend = 5,
    /// Interest received or paid.
    Interest = 6,
    /// A fee that belongs to no trade.
    Fee = 7,
    /// Cash paid in or out by the owner.
    Transfer = 8,
}

impl FillKind {
    const ALL: [(FillKind, &'static str); 8] = [
        (FillKind::Trade, "trade"),
        (FillKind::Expired, "expired"),
        (FillKind::Assigned, "assigned"),
        (FillKind::Exercised, "exercised"),
        (FillKind::Dividend, "dividend"),
        (FillKind::Interest, "interest"),
        (FillKind::Fee, "fee"),
        (FillKind::Transfer, "transfer"),
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        FillKind::ALL[self as usize - 1].1
    }

    fn from_number(number: i64) -> Option<FillKind> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        FillKind::ALL.get(place).map(|&(kind, _)| kind)
    }
}

/// What cash is called where a contract is named: a [`Fill`] of cash counts cents.
pub const CASH: &str = "USD";

/// A trade that the user reports, or another change of cash.
#[derive(Clone, Debug, PartialEq)]
pub struct Fill {
    /// What it is.
    pub kind: FillKind,
    /// The decision it followed, where known.
    pub decision: Option<RecordId>,
    /// When, milliseconds since 1970 UTC.
    pub filled_at_ms: i64,
    /// The underlying.
    pub symbol: String,
    /// The contract in OCC notation, the symbol for shares, or [`CASH`].
    pub contract: String,
    /// Contracts, shares or cents: positive bought or received, negative sold or paid.
    pub quantity: i64,
    /// Dollars per share.
    pub price_per_share: f64,
    /// Fees in cents, positive when paid.
    pub fees_cents: i64,
    /// Change of cash in cents, fees taken off: positive received.
    pub cash_cents: i64,
    /// The broker's number; the same number is the same fill.
    pub broker_ref: Option<String>,
}

/// How a decision ended, or how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Which decision.
    pub decision: RecordId,
    /// When this became known, milliseconds since 1970 UTC.
    pub known_at_ms: i64,
    /// A word: `assigned`, `expired`, `closed`, `rolled`.
    pub ending: String,
    /// Gain or loss in cents, where it is known.
    pub realised_cents: Option<i64>,
    /// Anything else, as a JSON object.
    pub facts: String,
}

/// A value put on a record afterwards: a regime, a target for training.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Which record.
    pub about: RecordId,
    /// Which label.
    pub name: String,
    /// When this became known, milliseconds since 1970 UTC.
    pub known_at_ms: i64,
    /// The value.
    pub value: LabelValue,
}

/// What a [`Label`] says.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelValue {
    /// A word.
    Word(String),
    /// A finite number.
    Number(f64),
}

/// Words of the user, or reasons of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The record it is about.
    pub about: Option<RecordId>,
    /// The underlying it is about.
    pub symbol: Option<String>,
    /// When, milliseconds since 1970 UTC.
    pub written_at_ms: i64,
    /// `note`, `reason` or another word.
    pub kind: String,
    /// The text.
    pub body: String,
}

/// An arrow from record to record.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// From.
    pub source: RecordId,
    /// To.
    pub target: RecordId,
    /// A word: `rolled_to`, `ended_in`, `led_to`.
    pub kind: String,
    /// Finite; 1 where nothing else is meant.
    pub weight: f64,
}

/// A record that may have been there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is new.
    New(RecordId),
    /// The same broker's number, digest or arrow is there already, with the same content.
    Known(RecordId),
}

impl Recorded {
    /// The id, new or not.
    pub fn id(self) -> RecordId {
        match self {
            Recorded::New(id) | Recorded::Known(id) => id,
        }
    }
}

/// A page being written: see [`crate::Experience::write`].
pub struct Page<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) path: &'a Path,
    pub(crate) durability: Durability,
}

impl Page<'_> {
    /// Keeps a version of a model. The same digest again is the same record.
    ///
    /// # Errors
    /// [`Error::Refused`] where the facts are no JSON, the parent is no model or the digest has another name.
    pub fn model(&mut self, model: &Model) -> Result<Recorded, Error> {
        let known: Option<(i64, String)> = self
            .transaction
            .prepare_cached("SELECT id, name FROM models WHERE digest = ?1")
            .and_then(|mut s| {
                s.query_row([&model.digest], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(|error| self.fail("model", error))?;
        if let Some((id, name)) = known {
            if name != model.name {
                return Err(Error::Refused {
                    what: "model",
                    why: format!("the same weights are kept under the name {name:?}"),
                });
            }
            return Ok(Recorded::Known(RecordId(id)));
        }
        self.record(
            Kind::Model,
            "INSERT INTO models VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                &model.name,
                &model.digest,
                &model.made_at_ms,
                &model.parent.map(|id| id.0),
                &model.facts,
            ],
        )
        .map(Recorded::New)
    }

    /// Keeps what was seen.
    ///
    /// # Errors
    /// [`Error::Refused`] where the facts are no JSON.
    pub fn situation(&mut self, situation: &Situation) -> Result<RecordId, Error> {
        self.record(
            Kind::Situation,
            "INSERT INTO situations VALUES (?1, ?2, ?3, ?4, ?5)",
            &[
                &situation.symbol,
                &situation.as_of_ms,
                &situation.source,
                &situation.facts,
            ],
        )
    }

    /// Keeps the numbers that encode a situation, for one version of the encoder.
    ///
    /// # Errors
    /// [`Error::Refused`] unless they are [`ENCODING_LEN`] finite numbers, and new for this version.
    pub fn encoding(
        &mut self,
        situation: RecordId,
        version: i64,
        encoding: &[f32],
    ) -> Result<(), Error> {
        if encoding.len() != ENCODING_LEN {
            return Err(Error::Refused {
                what: "encoding",
                why: format!("it has {} numbers, not {ENCODING_LEN}", encoding.len()),
            });
        }
        if let Some(place) = encoding.iter().position(|x| !x.is_finite()) {
            return Err(Error::Refused {
                what: "encoding",
                why: format!("number {place} is {}", encoding[place]),
            });
        }
        let bytes: Vec<u8> = encoding.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.insert(
            "encoding",
            "INSERT INTO encodings VALUES (?1, ?2, ?3)",
            &[&situation.0, &version, &bytes],
        )
    }

    /// Keeps a decision with all that was looked at.
    ///
    /// # Errors
    /// [`Error::NotDurable`] for a live decision in a batch; [`Error::Refused`] where it points at nothing or a number is not
    /// finite.
    pub fn decision(&mut self, decision: &Decision) -> Result<RecordId, Error> {
        if decision.origin == Origin::Live {
            self.must_be_durable("live decision")?;
        }
        finite("decision", "worth", decision.worth)?;
        let id = self.record(
            Kind::Decision,
            "INSERT INTO decisions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            &[
                &decision.situation.0,
                &decision.made_at_ms,
                &(decision.origin as i64),
                &decision.action,
                &decision.worth,
                &decision.model.map(|id| id.0),
                // SQLite's integers are signed: the same 64 bits.
                &decision.seed.map(u64::cast_signed),
            ],
        )?;
        for (place, visit) in decision.visits.iter().enumerate() {
            finite("decision", "prior", visit.prior)?;
            finite("decision", "worth", visit.worth)?;
            let visits = i64::try_from(visit.visits).map_err(|_| Error::Refused {
                what: "decision",
                why: format!("{} visits are too many", visit.visits),
            })?;
            self.insert(
                "decision",
                "INSERT INTO visits VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                &[
                    &id.0,
                    &(place as i64),
                    &visit.action,
                    &visits,
                    &visit.prior,
                    &visit.worth,
                ],
            )?;
        }
        if let Some(plan) = &decision.plan {
            self.insert(
                "plan",
                "INSERT INTO plans VALUES (?1, ?2, ?3)",
                &[&id.0, &plan.text, &plan.json],
            )?;
        }
        Ok(id)
    }

    /// Keeps a reported trade. The broker's number again is the same fill, so a statement may be read twice.
    ///
    /// # Errors
    /// [`Error::NotDurable`] in a batch; [`Error::Refused`] for a quantity of zero, a price that is not finite, or the broker's
    /// number with another content.
    pub fn fill(&mut self, fill: &Fill) -> Result<Recorded, Error> {
        self.must_be_durable("fill")?;
        finite("fill", "price", Some(fill.price_per_share))?;
        if let Some(broker_ref) = &fill.broker_ref {
            let known = self
                .transaction
                .prepare_cached("SELECT * FROM fills WHERE broker_ref = ?1")
                .and_then(|mut s| s.query_row([broker_ref], fill_from).optional())
                .map_err(|error| self.fail("fill", error))?;
            if let Some((id, mut known)) = known {
                // Which decision it followed may be learned later and is no part of the statement.
                known.decision = fill.decision;
                if known == *fill {
                    return Ok(Recorded::Known(id));
                }
                return Err(Error::Refused {
                    what: "fill",
                    why: format!(
                        "record {id} has the broker's number {broker_ref:?} with other content"
                    ),
                });
            }
        }
        self.record(
            Kind::Fill,
            "INSERT INTO fills VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            &[
                &fill.decision.map(|id| id.0),
                &fill.filled_at_ms,
                &fill.symbol,
                &fill.contract,
                &fill.quantity,
                &fill.price_per_share,
                &fill.fees_cents,
                &fill.cash_cents,
                &fill.broker_ref,
                &(fill.kind as i64),
            ],
        )
        .map(Recorded::New)
    }

    /// Keeps how a decision ended. Several for one decision are a history; the newest counts.
    ///
    /// # Errors
    /// [`Error::Refused`] where it points at no decision or the facts are no JSON.
    pub fn outcome(&mut self, outcome: &Outcome) -> Result<RecordId, Error> {
        self.record(
            Kind::Outcome,
            "INSERT INTO outcomes VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                &outcome.decision.0,
                &outcome.known_at_ms,
                &outcome.ending,
                &outcome.realised_cents,
                &outcome.facts,
            ],
        )
    }

    /// Keeps a label.
    ///
    /// # Errors
    /// [`Error::Refused`] where it points at nothing or its number is not finite.
    pub fn label(&mut self, label: &Label) -> Result<RecordId, Error> {
        let (word, number) = match &label.value {
            LabelValue::Word(word) => (Some(word), None),
            LabelValue::Number(number) => (None, Some(*number)),
        };
        finite("label", "value", number)?;
        self.record(
            Kind::Label,
            "INSERT INTO labels VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                &label.about.0,
                &label.name,
                &label.known_at_ms,
                &word,
                &number,
            ],
        )
    }

    /// Keeps a note.
    ///
    /// # Errors
    /// [`Error::NotDurable`] in a batch; [`Error::Refused`] where it points at nothing or is empty.
    pub fn note(&mut self, note: &Note) -> Result<RecordId, Error> {
        self.must_be_durable("note")?;
        if note.body.trim().is_empty() {
            return Err(Error::Refused {
                what: "note",
                why: "it is empty".into(),
            });
        }
        self.record(
            Kind::Note,
            "INSERT INTO notes VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                &note.about.map(|id| id.0),
                &note.symbol,
                &note.written_at_ms,
                &note.kind,
                &note.body,
            ],
        )
    }

    /// Keeps an arrow. The same source, target and kind again is the same arrow.
    ///
    /// # Errors
    /// [`Error::Refused`] where an end points at nothing, the weight is not finite, or the arrow is there with another weight.
    pub fn edge(&mut self, edge: &Edge) -> Result<Recorded, Error> {
        finite("edge", "weight", Some(edge.weight))?;
        let known: Option<(i64, f64)> = self
            .transaction
            .prepare_cached(
                "SELECT id, weight FROM edges WHERE source = ?1 AND target = ?2 AND kind = ?3",
            )
            .and_then(|mut s| {
                s.query_row(params![edge.source.0, edge.target.0, edge.kind], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()
            })
            .map_err(|error| self.fail("edge", error))?;
        if let Some((id, weight)) = known {
            if weight != edge.weight {
                return Err(Error::Refused {
                    what: "edge",
                    why: format!("record {id} is the same arrow with weight {weight}"),
                });
            }
            return Ok(Recorded::Known(RecordId(id)));
        }
        self.record(
            Kind::Edge,
            "INSERT INTO edges VALUES (?1, ?2, ?3, ?4, ?5)",
            &[&edge.source.0, &edge.target.0, &edge.kind, &edge.weight],
        )
        .map(Recorded::New)
    }

    /// Remembers what a decision was made from, so that the same again is found by [`Page::decision_with`].
    ///
    /// # Errors
    /// [`Error::Refused`] where the digest or the decision has a partner already, or the decision is not there.
    pub fn digest(&mut self, digest: &[u8], decision: RecordId) -> Result<(), Error> {
        self.insert(
            "digest",
            "INSERT INTO digests VALUES (?1, ?2)",
            &[&digest, &decision.0],
        )
    }

    /// The decision made from the same.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn decision_with(&self, digest: &[u8]) -> Result<Option<RecordId>, Error> {
        self.transaction
            .prepare_cached("SELECT decision FROM digests WHERE digest = ?1")
            .and_then(|mut s| s.query_row([digest], |row| row.get(0)).optional())
            .map(|found| found.map(RecordId))
            .map_err(|error| self.fail("digest", error))
    }

    /// Keeps that a decision was looked at: the making of it is the first time.
    ///
    /// # Errors
    /// [`Error::Refused`] where the decision is not there.
    pub fn look(&mut self, decision: RecordId, at_ms: i64) -> Result<(), Error> {
        self.insert(
            "look",
            "INSERT INTO looks VALUES (?1, ?2)",
            &[&decision.0, &at_ms],
        )
    }

    fn must_be_durable(&self, what: &'static str) -> Result<(), Error> {
        match self.durability {
            Durability::Full => Ok(()),
            Durability::Batch => Err(Error::NotDurable { what }),
        }
    }

    /// Draws an id, then inserts the row under it.
    fn record(&mut self, kind: Kind, sql: &str, values: &[&dyn ToSql]) -> Result<RecordId, Error> {
        self.transaction
            .prepare_cached("INSERT INTO records (kind) VALUES (?1)")
            .and_then(|mut statement| statement.insert([kind as i64]))
            .map_err(|error| self.fail(kind.name(), error))
            .and_then(|id| {
                let mut row: Vec<&dyn ToSql> = vec![&id];
                row.extend(values);
                self.insert(kind.name(), sql, &row)?;
                Ok(RecordId(id))
            })
    }

    fn insert(&self, what: &'static str, sql: &str, row: &[&dyn ToSql]) -> Result<(), Error> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(row))
            .map(|_| ())
            .map_err(|error| self.fail(what, error))
    }

    fn fail(&self, what: &'static str, error: rusqlite::Error) -> Error {
        use rusqlite::ffi;
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Error::sqlite(self.path, error);
        };
        let why = match failure.extended_code {
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => "it points at a record that is not there".into(),
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
                "it is there already".into()
            }
            _ if failure.code == rusqlite::ErrorCode::ConstraintViolation => {
                message.clone().unwrap_or_else(|| error.to_string())
            }
            _ => return Error::sqlite(self.path, error),
        };
        Error::Refused { what, why }
    }
}

fn finite(what: &'static str, name: &str, value: Option<f64>) -> Result<(), Error> {
    match value {
        Some(value) if !value.is_finite() => Err(Error::Refused {
            what,
            why: format!("its {name} is {value}"),
        }),
        _ => Ok(()),
    }
}

/// What a network learns from: one decision with its situation's numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingRow {
    /// The decision.
    pub decision: RecordId,
    /// The situation's numbers.
    pub encoding: Vec<f32>,
    /// The worth that the search found.
    pub worth: Option<f64>,
    /// The newest known outcome in cents.
    pub realised_cents: Option<i64>,
    /// Every action looked at.
    pub visits: Vec<Visit>,
}

impl Reader {
    /// Ids and kinds of the records after `after`, in order, at most `limit`. Whoever remembers the last one misses none.
    ///
    /// # Errors
    /// Where the file cannot be read, as everywhere below.
    pub fn records_after(
        &self,
        after: RecordId,
        limit: usize,
    ) -> Result<Vec<(RecordId, Kind)>, Error> {
        self.many(
            "SELECT id, kind FROM records WHERE id > ?1 ORDER BY id LIMIT ?2",
            params![after.0, limit as i64],
            |row| {
                let kind = Kind::from_number(row.get(1)?)
                    .ok_or_else(|| outside(1, format!("kind {:?}", row.get_ref(1))))?;
                Ok((RecordId(row.get(0)?), kind))
            },
        )
    }

    /// How many records of a kind there are.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn count(&self, kind: Kind) -> Result<u64, Error> {
        self.one(
            "SELECT count(*) FROM records WHERE kind = ?1",
            [kind as i64],
            |row| row.get::<_, i64>(0),
        )
        .map(|count| count.unwrap_or(0).cast_unsigned())
    }

    /// A model by id.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`], as for every reading by id.
    pub fn model(&self, id: RecordId) -> Result<Model, Error> {
        self.by_id("model", "SELECT * FROM models WHERE id = ?1", id, |row| {
            Ok(Model {
                name: row.get(1)?,
                digest: row.get(2)?,
                made_at_ms: row.get(3)?,
                parent: row.get::<_, Option<i64>>(4)?.map(RecordId),
                facts: row.get(5)?,
            })
        })
    }

    /// A situation by id.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`].
    pub fn situation(&self, id: RecordId) -> Result<Situation, Error> {
        self.by_id(
            "situation",
            "SELECT * FROM situations WHERE id = ?1",
            id,
            |row| {
                Ok(Situation {
                    symbol: row.get(1)?,
                    as_of_ms: row.get(2)?,
                    source: row.get(3)?,
                    facts: row.get(4)?,
                })
            },
        )
    }

    /// The numbers of a situation under one version of the encoder, if they were kept.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn encoding(&self, situation: RecordId, version: i64) -> Result<Option<Vec<f32>>, Error> {
        self.one(
            "SELECT vector FROM encodings WHERE situation = ?1 AND version = ?2",
            params![situation.0, version],
            |row| numbers(row, 0),
        )
    }

    /// Encodings of one version in the order they were kept: their place in that order, situation and numbers, after a place, at
    /// most `limit`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn encodings_after(
        &self,
        version: i64,
        place: i64,
        limit: usize,
    ) -> Result<Vec<(i64, RecordId, Vec<f32>)>, Error> {
        self.many(
            "SELECT rowid, situation, vector FROM encodings
             WHERE rowid > ?1 AND version = ?2 ORDER BY rowid LIMIT ?3",
            params![place, version, limit as i64],
            |row| Ok((row.get(0)?, RecordId(row.get(1)?), numbers(row, 2)?)),
        )
    }

    /// A decision by id, with its visits and plan.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`].
    pub fn decision(&self, id: RecordId) -> Result<Decision, Error> {
        let mut decision = self.decision_alone(id)?;
        decision.visits = self.visits(id)?;
        decision.plan = self.one(
            "SELECT text, json FROM plans WHERE decision = ?1",
            [id.0],
            |row| {
                Ok(Plan {
                    text: row.get(0)?,
                    json: row.get(1)?,
                })
            },
        )?;
        Ok(decision)
    }

    /// The same without its visits and its plan, which are most of it: for lists.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`].
    pub fn decision_alone(&self, id: RecordId) -> Result<Decision, Error> {
        self.by_id(
            "decision",
            "SELECT * FROM decisions WHERE id = ?1",
            id,
            |row| {
                let origin = match row.get::<_, i64>(3)? {
                    1 => Origin::Live,
                    2 => Origin::SelfPlay,
                    3 => Origin::Backtest,
                    other => return Err(outside(3, format!("origin {other}"))),
                };
                Ok(Decision {
                    situation: RecordId(row.get(1)?),
                    made_at_ms: row.get(2)?,
                    origin,
                    action: row.get(4)?,
                    worth: row.get(5)?,
                    model: row.get::<_, Option<i64>>(6)?.map(RecordId),
                    seed: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
                    visits: Vec::new(),
                    plan: None,
                })
            },
        )
    }

    /// The decisions made in a situation, in order.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn decisions_in(&self, situation: RecordId) -> Result<Vec<RecordId>, Error> {
        self.many(
            "SELECT id FROM decisions WHERE situation = ?1 ORDER BY id",
            [situation.0],
            |row| row.get(0).map(RecordId),
        )
    }

    /// Every decision of an origin, newest first, at most `limit`; of one symbol if it is named.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn decisions(
        &self,
        origin: Origin,
        symbol: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordId>, Error> {
        self.many(
            "SELECT d.id FROM decisions d JOIN situations s ON s.id = d.situation
             WHERE d.origin = ?1 AND (?2 IS NULL OR s.symbol = ?2) ORDER BY d.id DESC LIMIT ?3",
            params![
                origin as i64,
                symbol,
                i64::try_from(limit).unwrap_or(i64::MAX)
            ],
            |row| row.get(0).map(RecordId),
        )
    }

    /// Every symbol that a situation is about, as it was spelled.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn symbols(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT DISTINCT symbol FROM situations ORDER BY symbol";
        self.many(sql, [], |row| row.get(0))
    }

    /// When a decision was looked at, milliseconds since 1970 UTC, in order. Files of version 1 kept none.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn looks(&self, decision: RecordId) -> Result<Vec<i64>, Error> {
        self.many(
            "SELECT at_ms FROM looks WHERE decision = ?1 ORDER BY at_ms",
            [decision.0],
            |row| row.get(0),
        )
    }

    /// A fill by id.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`].
    pub fn fill(&self, id: RecordId) -> Result<Fill, Error> {
        self.by_id("fill", "SELECT * FROM fills WHERE id = ?1", id, fill_from)
            .map(|(_, fill)| fill)
    }

    /// Every fill filled in `[from_ms, until_ms)`, by time.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn fills(&self, from_ms: i64, until_ms: i64) -> Result<Vec<(RecordId, Fill)>, Error> {
        self.many(
            "SELECT * FROM fills WHERE filled_at_ms >= ?1 AND filled_at_ms < ?2 ORDER BY filled_at_ms, id",
            [from_ms, until_ms],
            fill_from,
        )
    }

    /// An outcome by id.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`].
    pub fn outcome(&self, id: RecordId) -> Result<Outcome, Error> {
        self.by_id(
            "outcome",
            "SELECT * FROM outcomes WHERE id = ?1",
            id,
            outcome_from,
        )
    }

    /// The newest outcome of a decision that was known at `as_of_ms`, so that nobody looks ahead.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn outcome_of(
        &self,
        decision: RecordId,
        as_of_ms: i64,
    ) -> Result<Option<(RecordId, Outcome)>, Error> {
        self.one(
            "SELECT * FROM outcomes WHERE decision = ?1 AND known_at_ms <= ?2
             ORDER BY known_at_ms DESC, id DESC LIMIT 1",
            [decision.0, as_of_ms],
            |row| Ok((RecordId(row.get(0)?), outcome_from(row)?)),
        )
    }

    /// A label by id.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`].
    pub fn label(&self, id: RecordId) -> Result<Label, Error> {
        self.by_id(
            "label",
            "SELECT * FROM labels WHERE id = ?1",
            id,
            label_from,
        )
    }

    /// The newest label of this name on a record that was known at `as_of_ms`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn label_of(
        &self,
        about: RecordId,
        name: &str,
        as_of_ms: i64,
    ) -> Result<Option<Label>, Error> {
        self.one(
            "SELECT * FROM labels WHERE about = ?1 AND name = ?2 AND known_at_ms <= ?3
             ORDER BY known_at_ms DESC, id DESC LIMIT 1",
            params![about.0, name, as_of_ms],
            label_from,
        )
    }

    /// A note by id.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`].
    pub fn note(&self, id: RecordId) -> Result<Note, Error> {
        self.by_id("note", "SELECT * FROM notes WHERE id = ?1", id, note_from)
    }

    /// Every note written in `[from_ms, until_ms)`, by time.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn notes(&self, from_ms: i64, until_ms: i64) -> Result<Vec<(RecordId, Note)>, Error> {
        self.many(
            "SELECT * FROM notes WHERE written_at_ms >= ?1 AND written_at_ms < ?2 ORDER BY written_at_ms, id",
            [from_ms, until_ms],
            |row| Ok((RecordId(row.get(0)?), note_from(row)?)),
        )
    }

    /// The notes about a record, in order.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn notes_about(&self, about: RecordId) -> Result<Vec<(RecordId, Note)>, Error> {
        self.many(
            "SELECT * FROM notes WHERE about = ?1 ORDER BY id",
            [about.0],
            |row| Ok((RecordId(row.get(0)?), note_from(row)?)),
        )
    }

    /// An arrow by id.
    ///
    /// # Errors
    /// [`Error::NoSuchRecord`].
    pub fn edge(&self, id: RecordId) -> Result<Edge, Error> {
        self.by_id("edge", "SELECT * FROM edges WHERE id = ?1", id, |row| {
            Ok(Edge {
                source: RecordId(row.get(1)?),
                target: RecordId(row.get(2)?),
                kind: row.get(3)?,
                weight: row.get(4)?,
            })
        })
    }

    /// The records that arrows of a kind lead to from here, in the order they were drawn.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn targets(&self, source: RecordId, kind: &str) -> Result<Vec<RecordId>, Error> {
        self.many(
            "SELECT target FROM edges WHERE source = ?1 AND kind = ?2 ORDER BY id",
            params![source.0, kind],
            |row| row.get(0).map(RecordId),
        )
    }

    /// The records that arrows of a kind come from.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn sources(&self, target: RecordId, kind: &str) -> Result<Vec<RecordId>, Error> {
        self.many(
            "SELECT source FROM edges WHERE target = ?1 AND kind = ?2 ORDER BY id",
            params![target.0, kind],
            |row| row.get(0).map(RecordId),
        )
    }

    /// Looks at every encoding of one version whose situation lies before `before_ms`, one after the other: situation, symbol,
    /// moment, source, numbers.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn each_encoding_before(
        &self,
        version: i64,
        before_ms: i64,
        mut look: impl FnMut(RecordId, &Situation, &[f32]),
    ) -> Result<(), Error> {
        self.many(
            "SELECT s.*, e.vector FROM encodings e JOIN situations s ON s.id = e.situation
             WHERE e.version = ?1 AND s.as_of_ms < ?2 ORDER BY s.id",
            [version, before_ms],
            |row| {
                let situation = Situation {
                    symbol: row.get(1)?,
                    as_of_ms: row.get(2)?,
                    source: row.get(3)?,
                    facts: row.get(4)?,
                };
                look(RecordId(row.get(0)?), &situation, &numbers(row, 5)?);
                Ok(())
            },
        )
        .map(|_| ())
    }

    /// Decisions after `after` that have an encoding of this version, in order, at most `limit`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn training_rows(
        &self,
        encoder_version: i64,
        after: RecordId,
        limit: usize,
    ) -> Result<Vec<TrainingRow>, Error> {
        let mut rows = self.many(
            "SELECT d.id, e.vector, d.worth,
                    (SELECT o.realised_cents FROM outcomes o WHERE o.decision = d.id
                     ORDER BY o.known_at_ms DESC, o.id DESC LIMIT 1)
             FROM decisions d JOIN encodings e ON e.situation = d.situation AND e.version = ?1
             WHERE d.id > ?2 ORDER BY d.id LIMIT ?3",
            params![encoder_version, after.0, limit as i64],
            |row| {
                Ok(TrainingRow {
                    decision: RecordId(row.get(0)?),
                    encoding: numbers(row, 1)?,
                    worth: row.get(2)?,
                    realised_cents: row.get(3)?,
                    visits: Vec::new(),
                })
            },
        )?;
        for row in &mut rows {
            row.visits = self.visits(row.decision)?;
        }
        Ok(rows)
    }

    fn visits(&self, decision: RecordId) -> Result<Vec<Visit>, Error> {
        self.many(
            "SELECT action, visits, prior, worth FROM visits WHERE decision = ?1 ORDER BY place",
            [decision.0],
            |row| {
                Ok(Visit {
                    action: row.get(0)?,
                    visits: row.get::<_, i64>(1)?.cast_unsigned(),
                    prior: row.get(2)?,
                    worth: row.get(3)?,
                })
            },
        )
    }

    fn by_id<T>(
        &self,
        what: &'static str,
        sql: &str,
        id: RecordId,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.one(sql, [id.0], map)?
            .ok_or(Error::NoSuchRecord { what, id: id.0 })
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(values, map).optional())
            .map_err(|error| Error::sqlite(&self.path, error))
    }

    fn many<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(values, map)?.collect())
            .map_err(|error| Error::sqlite(&self.path, error))
    }
}

fn fill_from(row: &Row<'_>) -> rusqlite::Result<(RecordId, Fill)> {
    let fill = Fill {
        kind: FillKind::from_number(row.get(10)?)
            .ok_or_else(|| outside(10, format!("kind of fill {:?}", row.get_ref(10))))?,
        decision: row.get::<_, Option<i64>>(1)?.map(RecordId),
        filled_at_ms: row.get(2)?,
        symbol: row.get(3)?,
        contract: row.get(4)?,
        quantity: row.get(5)?,
        price_per_share: row.get(6)?,
        fees_cents: row.get(7)?,
        cash_cents: row.get(8)?,
        broker_ref: row.get(9)?,
    };
    Ok((RecordId(row.get(0)?), fill))
}

fn outcome_from(row: &Row<'_>) -> rusqlite::Result<Outcome> {
    Ok(Outcome {
        decision: RecordId(row.get(1)?),
        known_at_ms: row.get(2)?,
        ending: row.get(3)?,
        realised_cents: row.get(4)?,
        facts: row.get(5)?,
    })
}

fn label_from(row: &Row<'_>) -> rusqlite::Result<Label> {
    let value = match (
        row.get::<_, Option<String>>(4)?,
        row.get::<_, Option<f64>>(5)?,
    ) {
        (Some(word), None) => LabelValue::Word(word),
        (None, Some(number)) => LabelValue::Number(number),
        _ => return Err(outside(4, "a label without one value".into())),
    };
    Ok(Label {
        about: RecordId(row.get(1)?),
        name: row.get(2)?,
        known_at_ms: row.get(3)?,
        value,
    })
}

fn note_from(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note {
        about: row.get::<_, Option<i64>>(1)?.map(RecordId),
        symbol: row.get(2)?,
        written_at_ms: row.get(3)?,
        kind: row.get(4)?,
        body: row.get(5)?,
    })
}

fn numbers(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<f32>> {
    let bytes = row.get_ref(column)?.as_blob()?;
    let (parts, rest) = bytes.as_chunks::<4>();
    if parts.len() != ENCODING_LEN || !rest.is_empty() {
        return Err(outside(column, format!("{} bytes", bytes.len())));
    }
    Ok(parts.iter().map(|&part| f32::from_le_bytes(part)).collect())
}

/// A value that the schema does not allow and the file has all the same.
fn outside(column: usize, what: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        rusqlite::types::Type::Null,
        format!("unexpected {what}").into(),
    )
}
