//! One question, five ways of knowing: which situations were like today's, had a note that earnings come, and began a chain of rolls
//! that ended in assignment, and how did the chains end in money, by regime?
//!
//! `cargo run -p experience --features recall --example precedents`; with `--features duckdb-system` DuckDB is asked the same SQL as
//! SQLite, on a library as `cargo xtask duckdb` gets one, and both must answer the same.
//!
//! Vectors say what was alike, text what was noted, arrows where chains of rolls led, SQL groups and counts, and the answer is kept
//! under a key. Days, prices and earnings come from the embedded synthetic sample: three names, nine months. What was done then is made
//! up, but by one rule, and its money follows from the prices:
//!
//! ```text
//! every day   sell 1 put at the money for 21 days;   premium = 0.4 vol sqrt(21/252) spot       Brenner & Subrahmanyam (1988)
//! 21 days on  close >= strike: expired;   else rolled to the spot of that day, once or twice, then assigned
//! realised    premium - max(strike - close, 0), each put of a chain by itself, no costs; vol is the realised one of 21 days
//! ```
//! Nothing here says that the wheel pays; the way from question to answer is the lesson.

use std::collections::HashSet;
use std::path::Path;

use analytics::{Database, Limits, Table, Type, Value};
use experience::recall::{Question, feed, recall};
use experience::{
    Decision, Durability, ENCODING_LEN, Edge, Error, Experience, Kind, Label, LabelValue, Note,
    Options, Origin, Outcome, Page, Reader, RecordId, Situation,
};
use index::{Config, Filter, Index, Words};
use jiff::civil::Date;
use market::events::{EventKind, read_events_bytes};
use market::history::{TRADING_DAYS_PER_YEAR, read_history_bytes};
use market::regimes::{Features, Regimes, RegimesConfig, features};
use market::sample;
use rusqlite::{Connection, params};

const DAY_MS: i64 = 86_400_000;
/// Trading days of a put.
const PUT_DAYS: usize = 21;
/// Calendar days of a put: earnings within them are worth a note.
const PUT_CALENDAR_DAYS: i64 = 30;

/// A day of one name, as the ledger will know it.
struct Day {
    symbol: &'static str,
    date: Date,
    moment_ms: i64,
    close_usd: f64,
    features: Features,
    note: Option<String>,
    /// By a fit to all the past days of the name, so it is known only after the last of them.
    regime: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut names = Vec::new();
    for (symbol, history) in sample::HISTORIES {
        names.push(days(symbol, history)?);
    }
    // The last name's last day is today; no name's last day is in the past.
    let lasts: Vec<Day> = names.iter_mut().filter_map(Vec::pop).collect();
    let today = lasts.last().ok_or("the sample has no day")?;

    let folder = tempfile::tempdir()?;
    let ledger = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&ledger, &Options::default())?;
    for days in &names {
        experience.write(Durability::Full, |page| live_through(page, days))?;
    }
    let reader = experience.read();

    // The index is derived: fed from the ledger, it can be thrown away and fed again.
    let mut index = Index::open(&folder.path().join("index"), &Config::new(ENCODING_LEN))?;
    let fed = feed(reader, &mut index, 1)?;
    println!(
        "fed {fed} records and encodings: {} vectors, {} arrows",
        index.len(),
        index.graph().len()
    );
    println!(
        "today     {} on {}, {}; {}",
        today.symbol,
        today.date,
        today.regime,
        today.note.as_deref().unwrap_or("no note")
    );

    // Vectors: the two hundred situations most like today's, of any name, all of them earlier.
    let encoding = encoding(&today.features);
    let question = Question {
        encoding: &encoding,
        as_of_ms: today.moment_ms,
        count: 200,
        farthest: 0.5,
        filter: Filter::default(),
    };
    let precedents = recall(reader, &index, &question)?;
    let farthest = precedents.last().map_or(0.0, |last| last.distance);
    println!(
        "vectors   {} of {} situations are like it, the farthest at {farthest:.3}",
        precedents.len(),
        index.len()
    );

    // Text: whose note says that earnings come, not that they are over.
    let hits = index.find_text("earnings -over", Words::All, Some("note"), 1_000)?;
    let noted: HashSet<i64> = hits.iter().map(|hit| hit.record).collect();
    let like_and_noted = precedents
        .iter()
        .filter(|precedent| noted.contains(&precedent.situation.0));

    // Arrows: the chains of rolls that began there, each of them once. A put that was never rolled is no chain, and a roll belongs to
    // the chain that began before it.
    let rolled = Some("rolled_to");
    let mut asked = Vec::new();
    let (mut situations, mut chains, mut seasons) = (0, 0, HashSet::new());
    for precedent in like_and_noted {
        situations += 1;
        for (RecordId(first), ..) in &precedent.decisions {
            let later = index.graph().descendants(*first, rolled);
            if later.is_empty() || !index.graph().sources(*first, rolled).is_empty() {
                continue;
            }
            chains += 1;
            for (_, note) in reader.notes_about(precedent.situation)? {
                seasons.insert((&precedent.symbol, note.body));
            }
            let ends = index.graph().ends(*first, "rolled_to");
            for decision in std::iter::once(*first).chain(later) {
                asked.push(Asked {
                    chain: *first,
                    situation: precedent.situation.0,
                    decision,
                    is_end: ends.contains(&decision),
                });
            }
        }
    }
    println!("text      {situations} of them have a note that earnings come");
    println!(
        "arrows    {chains} chains of rolls began there, before {} reports of earnings",
        seasons.len()
    );

    // SQL: which of the chains ended by now, how, and in what money.
    let query = question_in_sql(question.as_of_ms);
    let groups = in_sqlite(&ledger, &asked, &query)?;
    println!("SQL       asked of SQLite {}", rusqlite::version());
    let answer: String = groups.iter().map(Group::to_string).collect();
    if Database::is_built() {
        let (version, groups) = in_duckdb(reader, &asked, &query)?;
        let other: String = groups.iter().map(Group::to_string).collect();
        assert_eq!(other, answer, "DuckDB answers otherwise than SQLite");
        println!("SQL       DuckDB {version} answers the same");
    } else {
        println!("SQL       not asked of DuckDB: this build has none (feature duckdb-system)");
    }

    // Key-value: the answer, kept under the question and its day.
    let key = format!("answer/{}/earnings assigned by regime", today.date);
    index.update(|change| change.put(&key, answer.as_bytes()))?;
    let kept = index.get(&key)?.ok_or("the answer was not kept")?;
    println!("key-value {key}\n");
    println!("{HEADER}\n{}", String::from_utf8(kept)?);
    println!(
        "Money is that of whole chains, every put of them, per contract. Chains that began before the same report saw nearly the same
market: they are {} cases rather than {chains}.",
        seasons.len()
    );
    Ok(())
}

/// A decision of a chain that is asked about.
struct Asked {
    /// The decision that began the chain.
    chain: i64,
    /// The situation it began in.
    situation: i64,
    decision: i64,
    is_end: bool,
}

/// The question about `asked` in words that SQLite and DuckDB both read. Of outcomes and labels the newest counts that was known.
fn question_in_sql(as_of_ms: i64) -> String {
    format!(
        "WITH known AS (
             SELECT decision, ending, realised_cents,
                    row_number() OVER (PARTITION BY decision ORDER BY known_at_ms DESC, id DESC) AS age
             FROM outcomes WHERE known_at_ms < {as_of_ms}),
         named AS (
             SELECT about, word, row_number() OVER (PARTITION BY about ORDER BY known_at_ms DESC, id DESC) AS age
             FROM labels WHERE name = 'regime' AND known_at_ms < {as_of_ms}),
         ended AS (
             SELECT asked.chain, asked.situation, max(CASE WHEN asked.is_end = 1 THEN known.ending END) AS ending,
                    CASE WHEN count(known.realised_cents) = count(*) THEN sum(known.realised_cents) END AS cents
             FROM asked LEFT JOIN known ON known.decision = asked.decision AND known.age = 1
             GROUP BY asked.chain, asked.situation)
         SELECT coalesce(named.word, 'n/a (not labelled)'), count(*), count(*) FILTER (WHERE ending IS NULL),
                count(*) FILTER (WHERE ending = 'assigned'), count(*) FILTER (WHERE ending = 'assigned' AND cents < 0),
                avg(cents) FILTER (WHERE ending = 'assigned') / 100.0, avg(cents) FILTER (WHERE ending <> 'assigned') / 100.0
         FROM ended LEFT JOIN named ON named.about = ended.situation AND named.age = 1
         GROUP BY 1 ORDER BY 4 DESC, 1"
    )
}

const HEADER: &str =
    "regime when it began      chains  open  assigned  of them lost  mean if assigned  mean if not";

/// A row of the answer: the chains that began in one regime.
struct Group {
    regime: String,
    chains: i64,
    open: i64,
    assigned: i64,
    lost: i64,
    mean_assigned_usd: Option<f64>,
    mean_other_usd: Option<f64>,
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let usd = |mean: Option<f64>| mean.map_or("n/a (none)".into(), |mean| format!("{mean:.2}"));
        writeln!(
            f,
            "{:<24} {:>7}{:>6}{:>10}{:>14}{:>18}{:>13}",
            self.regime,
            self.chains,
            self.open,
            self.assigned,
            self.lost,
            usd(self.mean_assigned_usd),
            usd(self.mean_other_usd)
        )
    }
}

/// From the ledger's own tables.
fn in_sqlite(
    ledger: &Path,
    asked: &[Asked],
    query: &str,
) -> Result<Vec<Group>, Box<dyn std::error::Error>> {
    let mut sql = Connection::open_in_memory()?;
    sql.execute("ATTACH ?1 AS ledger", [ledger.to_string_lossy()])?;
    sql.execute_batch(
        "CREATE TABLE asked (chain INTEGER, situation INTEGER, decision INTEGER, is_end INTEGER)",
    )?;
    let filling = sql.transaction()?;
    for row in asked {
        filling.execute(
            "INSERT INTO asked VALUES (?1, ?2, ?3, ?4)",
            params![row.chain, row.situation, row.decision, row.is_end],
        )?;
    }
    filling.commit()?;
    let mut statement = sql.prepare(query)?;
    let groups = statement.query_map([], |row| {
        Ok(Group {
            regime: row.get(0)?,
            chains: row.get(1)?,
            open: row.get(2)?,
            assigned: row.get(3)?,
            lost: row.get(4)?,
            mean_assigned_usd: row.get(5)?,
            mean_other_usd: row.get(6)?,
        })
    })?;
    Ok(groups.collect::<Result<_, _>>()?)
}

/// From columns copied out of the ledger into a database in memory. Returns DuckDB's version too.
fn in_duckdb(
    reader: &Reader,
    asked: &[Asked],
    query: &str,
) -> Result<(String, Vec<Group>), Box<dyn std::error::Error>> {
    let columns = ["chain", "situation", "decision", "is_end"];
    let mut table = Table::new("asked", columns.map(|name| (name, Type::Count)));
    for row in asked {
        table.push([
            row.chain.into(),
            row.situation.into(),
            row.decision.into(),
            i64::from(row.is_end).into(),
        ])?;
    }
    let mut outcomes = Table::new(
        "outcomes",
        [
            ("id", Type::Count),
            ("decision", Type::Count),
            ("known_at_ms", Type::Count),
            ("ending", Type::Text),
            ("realised_cents", Type::Count),
        ],
    );
    let mut labels = Table::new(
        "labels",
        [
            ("id", Type::Count),
            ("about", Type::Count),
            ("name", Type::Text),
            ("known_at_ms", Type::Count),
            ("word", Type::Text),
        ],
    );
    for (id, kind) in reader.records_after(RecordId(0), usize::MAX >> 1)? {
        if kind == Kind::Outcome {
            let outcome = reader.outcome(id)?;
            outcomes.push([
                id.0.into(),
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
            labels.push([
                id.0.into(),
                label.about.0.into(),
                label.name.into(),
                label.known_at_ms.into(),
                word.into(),
            ])?;
        }
    }
    let mut database = Database::open(&Limits::default(), &[])?;
    for table in [&table, &outcomes, &labels] {
        database.fill(table)?;
    }
    let answer = database.query(query, &|| false)?;
    let groups = (0..answer.rows()).map(|row| {
        let cell = |column: usize| match answer.columns.get(column) {
            Some(column) => column.value(row),
            None => Value::Missing,
        };
        let count = |column: usize| match cell(column) {
            Value::Count(count) => Ok(count),
            other => Err(format!("a count came back as {other:?}")),
        };
        let mean = |column: usize| match cell(column) {
            Value::Number(mean) => Ok(Some(mean)),
            Value::Missing => Ok(None),
            other => Err(format!("a mean came back as {other:?}")),
        };
        let Value::Text(regime) = cell(0) else {
            return Err(format!("a regime came back as {:?}", cell(0)));
        };
        Ok(Group {
            regime,
            chains: count(1)?,
            open: count(2)?,
            assigned: count(3)?,
            lost: count(4)?,
            mean_assigned_usd: mean(5)?,
            mean_other_usd: mean(6)?,
        })
    });
    let groups = groups.collect::<Result<_, String>>()?;
    Ok((database.version()?, groups))
}

/// The days of a name that have features; its only split lies before them. Regimes are fitted to all of them but the last.
fn days(symbol: &'static str, history: &str) -> Result<Vec<Day>, Box<dyn std::error::Error>> {
    let history = read_history_bytes(symbol, history.as_bytes(), Some(symbol))?;
    let earnings: Vec<Date> = read_events_bytes("events.csv", sample::EVENTS_CSV.as_bytes())?
        .into_iter()
        .filter(|event| event.symbol == symbol && event.kind == EventKind::Earnings)
        .map(|event| event.date)
        .collect();
    // A return belongs to the later one of its two days.
    let described: Vec<_> = history.days[1..]
        .iter()
        .zip(features(&history.log_returns()))
        .filter_map(|(day, features)| Some((day, features?)))
        .collect();
    let (_, past) = described
        .split_last()
        .ok_or_else(|| format!("{symbol}: no day of the sample has features"))?;
    let past: Vec<Features> = past.iter().map(|(_, features)| *features).collect();
    let regimes = Regimes::fit(&past, &RegimesConfig::default())?;
    let days = described.into_iter().map(|(day, features)| Day {
        symbol,
        date: day.date,
        moment_ms: day_of(day.date) * DAY_MS,
        close_usd: day.close_usd,
        features,
        note: note(day.date, &earnings),
        regime: regimes.regimes[regimes.label(&features)].name.clone(),
    });
    Ok(days.collect())
}

/// Days since 1970.
fn day_of(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

/// What a trader would have noted that day: earnings within the life of a put, or just behind.
fn note(date: Date, earnings: &[Date]) -> Option<String> {
    earnings
        .iter()
        .find_map(|&reported| match day_of(reported) - day_of(date) {
            0..=PUT_CALENDAR_DAYS => Some(format!("earnings on {reported}, within the put")),
            -7..0 => Some("earnings are over".to_owned()),
            _ => None,
        })
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

/// A put that was sold and is open, for one share.
struct Put {
    decision: RecordId,
    strike_usd: f64,
    premium_usd: f64,
    /// Which of the days.
    expires: usize,
    rolls_left: usize,
}

/// One name's days: what was seen and noted each day, the puts that fell due, and the put that was sold. Regimes are added at the end.
fn live_through(page: &mut Page<'_>, days: &[Day]) -> Result<(), Error> {
    let mut open: Vec<Put> = Vec::new();
    let mut seen = Vec::new();
    for (now, day) in days.iter().enumerate() {
        let situation = page.situation(&Situation {
            symbol: day.symbol.into(),
            as_of_ms: day.moment_ms,
            source: "made up".into(),
            facts: "{}".into(),
        })?;
        seen.push((situation, &day.regime));
        page.encoding(situation, 1, &encoding(&day.features))?;
        if let Some(body) = &day.note {
            page.note(&Note {
                about: Some(situation),
                symbol: None,
                written_at_ms: day.moment_ms,
                kind: "note".into(),
                body: body.clone(),
            })?;
        }
        let (due, kept): (Vec<Put>, Vec<Put>) =
            open.into_iter().partition(|put| put.expires == now);
        open = kept;
        for put in due {
            let loss_usd = (put.strike_usd - day.close_usd).max(0.0);
            let ending = match put.rolls_left {
                _ if loss_usd == 0.0 => "expired",
                0 => "assigned",
                _ => "rolled",
            };
            page.outcome(&Outcome {
                decision: put.decision,
                known_at_ms: day.moment_ms,
                ending: ending.into(),
                realised_cents: Some(((put.premium_usd - loss_usd) * 100.0 * 100.0).round() as i64),
                facts: "{}".into(),
            })?;
            if ending == "rolled" {
                let next = sell(
                    page,
                    situation,
                    day,
                    now,
                    "roll the put",
                    put.rolls_left - 1,
                )?;
                page.edge(&Edge {
                    source: put.decision,
                    target: next.decision,
                    kind: "rolled_to".into(),
                    weight: 1.0,
                })?;
                open.push(next);
            }
        }
        open.push(sell(page, situation, day, now, "sell 1 put", 1 + now % 2)?);
    }
    let known_at_ms = days.last().map_or(0, |day| day.moment_ms);
    for (situation, regime) in seen {
        page.label(&Label {
            about: situation,
            name: "regime".into(),
            known_at_ms,
            value: LabelValue::Word(regime.clone()),
        })?;
    }
    Ok(())
}

/// Sells a put at the money.
fn sell(
    page: &mut Page<'_>,
    situation: RecordId,
    day: &Day,
    now: usize,
    action: &str,
    rolls_left: usize,
) -> Result<Put, Error> {
    let decision = page.decision(&Decision {
        situation,
        made_at_ms: day.moment_ms,
        origin: Origin::Backtest,
        action: action.into(),
        worth: None,
        model: None,
        seed: None,
        visits: Vec::new(),
        plan: None,
    })?;
    let years = PUT_DAYS as f64 / TRADING_DAYS_PER_YEAR;
    Ok(Put {
        decision,
        strike_usd: day.close_usd,
        premium_usd: 0.4 * day.features.vol_per_year * years.sqrt() * day.close_usd,
        expires: now + PUT_DAYS,
        rolls_left,
    })
}
