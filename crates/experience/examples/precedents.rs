//! One question, five ways of knowing: which situations were like this one, had a note about earnings, and whose chain of rolls
//! ended in assignment, and how did they end in money?
//!
//! `cargo run -p experience --features recall --example precedents`
//!
//! The ledger here is made up: 400 situations in four regimes, each with a first put; some are rolled once or twice, some of the
//! chains are assigned. The numbers mean nothing; the way from question to answer is the lesson.

use std::collections::{BTreeMap, HashSet};

use experience::recall::{Question, feed, recall};
use experience::{
    Decision, Durability, ENCODING_LEN, Edge, Error, Experience, Label, LabelValue, Note, Options,
    Origin, Outcome, Page, RecordId, Situation,
};
use index::{Config, Filter, Index, Words};

const DAY_MS: i64 = 86_400_000;
const SITUATIONS: i64 = 400;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut experience = Experience::open(&folder.path().join("e.sqlite"), &Options::default())?;
    for first in (0..SITUATIONS).step_by(100) {
        experience.write(Durability::Full, |page| {
            (first..first + 100).try_for_each(|number| live_through(page, number))
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

    // Vectors: the hundred situations most like today's, all of them earlier.
    let today = SITUATIONS * DAY_MS;
    let encoding = encoding(SITUATIONS + 2);
    let question = Question {
        encoding: &encoding,
        as_of_ms: today,
        count: 100,
        farthest: 0.5,
        filter: Filter::default().word("symbol", "KO"),
    };
    let precedents = recall(reader, &index, &question)?;

    // Text: whose note says earnings.
    let hits = index.find_text("earnings -over", Words::All, Some("note"), 1_000)?;
    let noted: HashSet<i64> = hits.iter().map(|hit| hit.record).collect();

    // Graph: whose chain of rolls ended in a decision that was assigned.
    let graph = index.graph();
    let mut groups: BTreeMap<(String, &str), Vec<i64>> = BTreeMap::new();
    for precedent in &precedents {
        if !noted.contains(&precedent.situation.0) {
            continue;
        }
        for (decision, ..) in &precedent.decisions {
            for end in graph.ends(decision.0, "rolled_to") {
                let Some((_, outcome)) = reader.outcome_of(RecordId(end), today)? else {
                    continue;
                };
                if outcome.ending != "assigned" {
                    continue;
                }
                // SQL: how it ended, from the ledger, and in which regime.
                let regime = match reader.label_of(precedent.situation, "regime", today)? {
                    Some(Label {
                        value: LabelValue::Word(word),
                        ..
                    }) => word,
                    _ => "n/a (not labelled)".into(),
                };
                let cents = outcome.realised_cents.unwrap_or_default();
                let word = if cents >= 0 { "gained" } else { "lost" };
                groups.entry((regime, word)).or_default().push(cents);
            }
        }
    }
    println!(
        "{} precedents within {}, {} notes say earnings",
        precedents.len(),
        question.farthest,
        noted.len()
    );
    let mut answer = String::new();
    for ((regime, word), cents) in &groups {
        let mean = cents.iter().sum::<i64>() as f64 / cents.len() as f64 / 100.0;
        answer += &format!(
            "{regime:>8}  {word:>6}  {:>3} assigned  mean ${mean:.2}\n",
            cents.len()
        );
    }
    assert!(!groups.is_empty(), "the made-up ledger has such cases");

    // Key-value: the answer, kept beside what it was made from.
    index.update(|change| change.put("answer/KO earnings assigned", answer.as_bytes()))?;
    let kept = index
        .get("answer/KO earnings assigned")?
        .unwrap_or_default();
    print!("{}", String::from_utf8(kept)?);
    Ok(())
}

/// Four regimes, some distance apart, and small differences within.
fn encoding(number: i64) -> Vec<f32> {
    let regime = number.rem_euclid(4) as f32;
    (0..ENCODING_LEN)
        .map(|i| {
            let x = i as f32 * 0.01;
            (x * (1.0 + regime)).sin() + 0.3 * (x * (number % 29) as f32).cos()
        })
        .collect()
}

fn live_through(page: &mut Page<'_>, number: i64) -> Result<(), Error> {
    let now = number * DAY_MS;
    let situation = page.situation(&Situation {
        symbol: if number % 2 == 0 { "KO" } else { "PEP" }.into(),
        as_of_ms: now,
        source: "made up".into(),
        facts: "{}".into(),
    })?;
    page.encoding(situation, 1, &encoding(number))?;
    page.label(&Label {
        about: situation,
        name: "regime".into(),
        known_at_ms: now,
        value: LabelValue::Word(
            ["calm", "rising", "stormy", "falling"][(number % 4) as usize].into(),
        ),
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
