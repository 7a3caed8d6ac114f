//! One question, five ways of knowing: which situations were like this one, had a note about earnings, and whose chain of rolls
//! ended in assignment, and how did they end in money, by regime?
//!
//! `cargo run -p experience --features recall --example precedents`; with `--features duckdb-system` DuckDB answers the SQL, on a
//! library as `cargo xtask duckdb` gets one, else SQLite does.
//!
//! Vectors say what was alike, text what was noted, arrows where chains of rolls led, SQL groups and counts, and the answer is kept
//! under a key. Both engines are asked the same text. Days and regimes come from the embedded synthetic history; situations, notes and endings are made up: each day a
//! first put, some rolled once or twice, some of the chains assigned. The numbers mean nothing; the way from question to answer is
//! the lesson.

use std::collections::HashSet;
use std::path::Path;

use analytics::{Database, Limits, Table, Type, Value};
use experience::recall::{Question, feed, recall};
use experience::{
    Decision, Durability, ENCODING_LEN, Edge, Error, Experience, Kind, Label, LabelValue, Note,
    Options, Origin, Outcome, Page, Reader, RecordId, Situation,
};
use index::{Config, Filter, Index, Words};
use market::regimes::{Features, Regimes, RegimesConfig, features};
use rusqlite::{Connection, params};

const DAY_MS: i64 = 86_400_000;

/// A day of the history, as the ledger will know it.
struct Day {
    number: i64,
    features: Features,
    regime: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (past, today) = days()?;
    let folder = tempfile::tempdir()?;
    let ledger = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&ledger, &Options::default())?;
    for part in past.chunks(100) {
        experience.write(Durability::Full, |page| {
            part.iter().try_for_each(|day| live_through(page, day))
        })?;
    }
    let reader = experience.read();

    // The index is derived: fed from the ledger, it can be thrown away and fed again.
    let mut index = Index::open(&folder.path().join("index"), &Config::new(ENCODING_LEN))?;
    let fed = feed(reader, &mut index, 1)?;
    println!(
        "fed {fed} records and encodings, {} vectors, {} arrows",
        index.len(),
        index.graph().len()
    );

    // Vectors: the two hundred situations most like today's, all of them earlier.
    let encoding = encoding(&today.features);
    let question = Question {
        encoding: &encoding,
        as_of_ms: today.number * DAY_MS,
        count: 200,
        farthest: 0.5,
        filter: Filter::default().word("symbol", "SYNVOL"),
    };
    let precedents = recall(reader, &index, &question)?;

    // Text: whose note says earnings.
    let hits = index.find_text("earnings -over", Words::All, Some("note"), 1_000)?;
    let noted: HashSet<i64> = hits.iter().map(|hit| hit.record).collect();

    // Arrows: the decision at which each chain of rolls ended.
    let mut ends = Vec::new();
    for precedent in &precedents {
        if noted.contains(&precedent.situation.0) {
            for (decision, ..) in &precedent.decisions {
                for end in index.graph().ends(decision.0, "rolled_to") {
                    ends.push((precedent.situation.0, end));
                }
            }
        }
    }

    // SQL: those that were assigned by now, grouped by regime.
    let query = question_in_sql(question.as_of_ms);
    let (engine, groups) = if Database::is_built() {
        let (version, groups) = in_duckdb(reader, &ends, &query)?;
        (format!("DuckDB {version}"), groups)
    } else {
        let engine = format!(
            "SQLite {}, as this build has no DuckDB",
            rusqlite::version()
        );
        (engine, in_sqlite(&ledger, &ends, &query)?)
    };
    let answer: String = groups.iter().map(Group::to_string).collect();
    println!(
        "{} precedents within {}, {} notes say earnings, {} chains; today is {}",
        precedents.len(),
        question.farthest,
        noted.len(),
        ends.len(),
        today.regime
    );
    println!("asked in SQL by {engine}:");
    assert!(!answer.is_empty(), "the made-up ledger has such cases");

    // Key-value: the answer, kept beside what it was made from.
    index.update(|change| change.put("answer/earnings assigned", answer.as_bytes()))?;
    let kept = index.get("answer/earnings assigned")?.unwrap_or_default();
    print!("{}", String::from_utf8(kept)?);
    Ok(())
}

/// The question about `asked`, the ends of the chains, in words that SQLite and DuckDB both read.
fn question_in_sql(as_of_ms: i64) -> String {
    format!(
        "SELECT coalesce(regime.word, 'n/a (not labelled)'), count(*), count(*) FILTER (WHERE outcome.realised_cents < 0),
                avg(outcome.realised_cents) / 100.0
         FROM asked
         JOIN outcomes outcome ON outcome.decision = asked.decision
         LEFT JOIN labels regime ON regime.about = asked.situation AND regime.name = 'regime'
         WHERE outcome.ending = 'assigned' AND outcome.known_at_ms < {as_of_ms}
         GROUP BY 1 ORDER BY 2 DESC, 1"
    )
}

/// A row of the answer.
struct Group {
    regime: String,
    assigned: i64,
    lost: i64,
    mean_usd: f64,
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{:<24} {:>3} assigned, {:>3} at a loss, mean ${:.2}",
            self.regime, self.assigned, self.lost, self.mean_usd
        )
    }
}

/// From the ledger's own tables.
fn in_sqlite(
    ledger: &Path,
    ends: &[(i64, i64)],
    query: &str,
) -> Result<Vec<Group>, Box<dyn std::error::Error>> {
    let mut sql = Connection::open_in_memory()?;
    sql.execute("ATTACH ?1 AS ledger", [ledger.to_string_lossy()])?;
    sql.execute_batch("CREATE TABLE asked (situation INTEGER, decision INTEGER)")?;
    let filling = sql.transaction()?;
    for (situation, decision) in ends {
        filling.execute(
            "INSERT INTO asked VALUES (?1, ?2)",
            params![situation, decision],
        )?;
    }
    filling.commit()?;
    let mut statement = sql.prepare(query)?;
    let groups = statement.query_map([], |row| {
        Ok(Group {
            regime: row.get(0)?,
            assigned: row.get(1)?,
            lost: row.get(2)?,
            mean_usd: row.get(3)?,
        })
    })?;
    Ok(groups.collect::<Result<_, _>>()?)
}

/// From columns copied out of the ledger into a database in memory. Returns DuckDB's version too.
fn in_duckdb(
    reader: &Reader,
    ends: &[(i64, i64)],
    query: &str,
) -> Result<(String, Vec<Group>), Box<dyn std::error::Error>> {
    let mut asked = Table::new(
        "asked",
        [("situation", Type::Count), ("decision", Type::Count)],
    );
    for &(situation, decision) in ends {
        asked.push([situation.into(), decision.into()])?;
    }
    let mut outcomes = Table::new(
        "outcomes",
        [
            ("decision", Type::Count),
            ("known_at_ms", Type::Count),
            ("ending", Type::Text),
            ("realised_cents", Type::Count),
        ],
    );
    let mut labels = Table::new(
        "labels",
        [
            ("about", Type::Count),
            ("name", Type::Text),
            ("word", Type::Text),
        ],
    );
    for (id, kind) in reader.records_after(RecordId(0), usize::MAX >> 1)? {
        if kind == Kind::Outcome {
            let outcome = reader.outcome(id)?;
            outcomes.push([
                outcome.decision.0.into(),
                outcome.known_at_ms.into(),
                outcome.ending.into(),
                outcome.realised_cents.into(),
            ])?;
        } else if kind == Kind::Label {
            let label = reader.label(id)?;
            let word = match label.value {
                LabelValue::Word(word) => Some(word),
                LabelValue::Number(_) => None,
            };
            labels.push([label.about.0.into(), label.name.into(), word.into()])?;
        }
    }
    let mut database = Database::open(&Limits::default(), &[])?;
    for table in [&asked, &outcomes, &labels] {
        database.fill(table)?;
    }
    let answer = database.query(query, &|| false)?;
    let groups = (0..answer.rows()).map(|row| {
        let mut cells = answer.columns.iter().map(|column| column.value(row));
        match [(); 4].map(|()| cells.next()) {
            [
                Some(Value::Text(regime)),
                Some(Value::Count(assigned)),
                Some(Value::Count(lost)),
                Some(Value::Number(mean_usd)),
            ] => Ok(Group {
                regime,
                assigned,
                lost,
                mean_usd,
            }),
            other => Err(format!("a row of other types: {other:?}").into()),
        }
    });
    let groups = groups.collect::<Result<_, Box<dyn std::error::Error>>>()?;
    Ok((database.version()?, groups))
}

/// The days of the synthetic history that have features, the last of them apart. Regimes are fitted to the past alone.
fn days() -> Result<(Vec<Day>, Day), Box<dyn std::error::Error>> {
    let (name, text) = market::sample::HISTORIES[2];
    let history = market::history::read_history_bytes(name, text.as_bytes(), None)?;
    let all: Vec<Features> = features(&history.log_returns())
        .into_iter()
        .flatten()
        .collect();
    let (&last, past) = all.split_last().ok_or("the sample has no history")?;
    let regimes = Regimes::fit(past, &RegimesConfig::default())?;
    let day = |(number, &features): (usize, &Features)| Day {
        number: number as i64,
        features,
        regime: regimes.regimes[regimes.label(&features)].name.clone(),
    };
    let today = day((past.len(), &last));
    Ok((past.iter().enumerate().map(day).collect(), today))
}

/// Waves whose phases are the features: days that are alike point the same way.
fn encoding(features: &Features) -> Vec<f32> {
    (0..ENCODING_LEN)
        .map(|i| {
            let x = i as f64 * 0.01;
            let level = (x + 2.0 * features.vol_per_year.ln()).sin();
            let trend = (3.0 * x + 0.8 * features.trend).sin();
            let change = (7.0 * x + 2.0 * features.vol_change).sin();
            (level + trend + change) as f32
        })
        .collect()
}

fn live_through(page: &mut Page<'_>, day: &Day) -> Result<(), Error> {
    let number = day.number;
    let now = number * DAY_MS;
    let situation = page.situation(&Situation {
        symbol: "SYNVOL".into(),
        as_of_ms: now,
        source: "made up".into(),
        facts: "{}".into(),
    })?;
    page.encoding(situation, 1, &encoding(&day.features))?;
    page.label(&Label {
        about: situation,
        name: "regime".into(),
        known_at_ms: now,
        value: LabelValue::Word(day.regime.clone()),
    })?;
    if number % 3 == 0 {
        page.note(&Note {
            about: Some(situation),
            symbol: None,
            written_at_ms: now,
            kind: "note".into(),
            body: if number % 9 == 0 {
                "earnings are over"
            } else {
                "earnings next week"
            }
            .into(),
        })?;
    }
    let mut last = None;
    for roll in 0..=(number % 5) / 2 {
        let decision = page.decision(&Decision {
            situation,
            made_at_ms: now + roll,
            origin: Origin::Backtest,
            action: if roll == 0 {
                "sell 1 put"
            } else {
                "roll the put"
            }
            .into(),
            worth: None,
            model: None,
            seed: None,
            visits: Vec::new(),
            plan: None,
        })?;
        if let Some(before) = last {
            page.edge(&Edge {
                source: before,
                target: decision,
                kind: "rolled_to".into(),
                weight: 1.0,
            })?;
        }
        last = Some(decision);
    }
    if let Some(last) = last {
        page.outcome(&Outcome {
            decision: last,
            known_at_ms: now + 30 * DAY_MS,
            ending: if number % 7 < 4 {
                "assigned"
            } else {
                "expired"
            }
            .into(),
            realised_cents: Some((number * 37 % 200 - 90) * 100),
            facts: "{}".into(),
        })?;
    }
    Ok(())
}
