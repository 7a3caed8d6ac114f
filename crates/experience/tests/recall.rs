//! Precedents come from the past only, the index follows the ledger, and may be thrown away.

use experience::recall::{Precedent, Question, feed, recall};
use experience::{
    Decision, Durability, ENCODING_LEN, Edge, Experience, Label, LabelValue, Note, Options, Origin,
    Outcome, RecordId, Situation,
};
use index::{Config, Facet, Filter, Index, Words};

/// Angles in a plane: the distance of two is one minus the cosine of their difference.
fn encoding(angle: f64) -> Vec<f32> {
    let mut numbers = vec![0.0; ENCODING_LEN];
    numbers[0] = angle.cos() as f32;
    numbers[700] = angle.sin() as f32;
    numbers
}

/// Situation `n` at angle `0.1 n` and moment `1000 n`, one decision, its outcome known 5,000 later.
fn live_through(
    experience: &mut Experience,
    numbers: std::ops::Range<i64>,
) -> Vec<(RecordId, RecordId)> {
    experience
        .write(Durability::Full, |page| {
            let mut made = Vec::new();
            for n in numbers {
                let situation = page.situation(&Situation {
                    symbol: ["KO", "PEP"][(n % 2) as usize].into(),
                    as_of_ms: 1_000 * n,
                    source: String::new(),
                    facts: "{}".into(),
                })?;
                page.encoding(situation, 1, &encoding(0.1 * n as f64))?;
                let decision = page.decision(&Decision {
                    situation,
                    made_at_ms: 1_000 * n,
                    origin: Origin::Live,
                    action: "sell".into(),
                    worth: None,
                    model: None,
                    seed: None,
                    visits: Vec::new(),
                    plan: None,
                })?;
                page.outcome(&Outcome {
                    decision,
                    known_at_ms: 1_000 * n + 5_000,
                    ending: ["assigned", "expired"][(n % 3 == 0) as usize].into(),
                    realised_cents: Some(n),
                    facts: "{}".into(),
                })?;
                made.push((situation, decision));
            }
            Ok(made)
        })
        .unwrap()
}

#[test]
fn precedents_are_near_earlier_and_followed_by_what_was_known() {
    let folder = tempfile::tempdir().unwrap();
    let mut experience =
        Experience::open(&folder.path().join("e.sqlite"), &Options::default()).unwrap();
    let at = folder.path().join("index");
    let mut index = Index::open(&at, &Config::new(ENCODING_LEN)).unwrap();
    let mut made = live_through(&mut experience, 0..15);
    assert_eq!(feed(experience.read(), &mut index, 1).unwrap(), 60);
    // Fed while the ledger grows, and once more for nothing.
    made.extend(live_through(&mut experience, 15..30));
    assert_eq!(feed(experience.read(), &mut index, 1).unwrap(), 60);
    assert_eq!(feed(experience.read(), &mut index, 1).unwrap(), 0);
    let now = encoding(1.0);
    let question = Question {
        encoding: &now,
        as_of_ms: 12_000,
        count: 4,
        farthest: 0.1,
        filter: Filter::default(),
    };
    let ask = |index: &Index, question: &Question<'_>| {
        recall(experience.read(), index, question).unwrap()
    };
    let numbers = |precedents: &[Precedent]| -> Vec<i64> {
        precedents.iter().map(|p| p.as_of_ms / 1_000).collect()
    };
    let precedents = ask(&index, &question);
    // 12 and later had not happened yet.
    let mut found = numbers(&precedents);
    assert_eq!(found[0], 10);
    found.sort_unstable();
    assert!(found == [8, 9, 10, 11], "{found:?}");
    for precedent in &precedents {
        let n = precedent.as_of_ms / 1_000;
        assert_eq!(precedent.situation, made[n as usize].0);
        let expected = 1.0 - (1.0 - 0.1 * n as f64).cos();
        assert!((f64::from(precedent.distance) - expected).abs() < 1e-6);
        let [(decision, _, outcome)] = &precedent.decisions[..] else {
            panic!("{precedent:?}");
        };
        assert_eq!(*decision, made[n as usize].1);
        // Known 5,000 later: at 12,000 nothing of these was.
        assert_eq!(
            outcome.is_some(),
            n * 1_000 + 5_000 < 12_000,
            "{precedent:?}"
        );
    }
    // Later, outcomes are known; a filter and a distance keep others out.
    let question = Question {
        as_of_ms: 1_000_000,
        count: 100,
        farthest: 0.006,
        filter: Filter::default().word("symbol", "KO"),
        ..question
    };
    let precedents = ask(&index, &question);
    assert_eq!(numbers(&precedents), [10]);
    assert_eq!(
        precedents[0].decisions[0].2.as_ref().unwrap().ending,
        "assigned"
    );
    let far = encoding(-1.5);
    assert!(
        ask(
            &index,
            &Question {
                encoding: &far,
                ..question.clone()
            }
        )
        .is_empty()
    );
    let ended = Question {
        filter: Filter::default().word("ending", "expired"),
        farthest: 0.05,
        ..question
    };
    let mut found = numbers(&ask(&index, &ended));
    found.sort_unstable();
    assert_eq!(found, [9, 12]);
    // Thrown away and fed again, it answers the same.
    let before = ask(&index, &ended);
    drop(index);
    std::fs::remove_dir_all(&at).unwrap();
    let mut index = Index::open(&at, &Config::new(ENCODING_LEN)).unwrap();
    assert_eq!(feed(experience.read(), &mut index, 1).unwrap(), 120);
    assert_eq!(ask(&index, &ended), before);
}

#[test]
fn notes_labels_arrows_and_late_encodings_come_along() {
    let folder = tempfile::tempdir().unwrap();
    let mut experience =
        Experience::open(&folder.path().join("e.sqlite"), &Options::default()).unwrap();
    let mut index = Index::open(&folder.path().join("index"), &Config::new(ENCODING_LEN)).unwrap();
    let made = live_through(&mut experience, 1..3);
    let late = experience
        .write(Durability::Full, |page| {
            page.note(&Note {
                about: Some(made[0].0),
                symbol: None,
                written_at_ms: 0,
                kind: "note".into(),
                body: "earnings next week".into(),
            })?;
            page.label(&Label {
                about: made[0].0,
                name: "regime".into(),
                known_at_ms: 0,
                value: LabelValue::Word("calm".into()),
            })?;
            page.edge(&Edge {
                source: made[0].1,
                target: made[1].1,
                kind: "rolled_to".into(),
                weight: 1.0,
            })?;
            page.situation(&Situation {
                symbol: "KO".into(),
                as_of_ms: 7,
                source: String::new(),
                facts: "{}".into(),
            })
        })
        .unwrap();
    feed(experience.read(), &mut index, 1).unwrap();
    assert!(!index.contains(late.0));
    // The encoding of a situation that was fed already.
    experience
        .write(Durability::Full, |page| {
            page.encoding(late, 1, &encoding(2.0))
        })
        .unwrap();
    assert_eq!(feed(experience.read(), &mut index, 1).unwrap(), 1);
    assert!(index.contains(late.0));
    let seven = Filter::default().between("as_of_ms", 7.0, 7.0);
    assert_eq!(
        index
            .nearest(&encoding(2.0), 5, &seven)
            .unwrap()
            .neighbours
            .len(),
        1
    );
    let hits = index.find_text("earnings", Words::All, None, 5).unwrap();
    assert_eq!((hits.len(), hits[0].record), (1, made[0].0.0));
    assert_eq!(
        index.facet(made[0].0.0, "regime").unwrap(),
        Some(Facet::Word("calm".into()))
    );
    assert_eq!(index.graph().ends(made[0].1.0, "rolled_to"), [made[1].1.0]);
    assert_eq!(
        index.graph().targets(made[0].0.0, Some("decided")),
        [made[0].1.0]
    );
}

#[test]
fn a_ledger_that_cannot_be_read_feeds_nothing_in_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&path, &Options::default()).unwrap();
    let mut index = Index::open(&folder.path().join("index"), &Config::new(ENCODING_LEN)).unwrap();
    let note = Note {
        about: None,
        symbol: None,
        written_at_ms: 0,
        kind: "note".into(),
        body: "earnings".into(),
    };
    let second = experience
        .write(Durability::Full, |page| {
            page.note(&note)?;
            page.note(&note)
        })
        .unwrap();
    // A record without its row, as damage would leave it.
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("DELETE FROM notes WHERE id = ?1", [second.0])
        .unwrap();
    assert!(feed(experience.read(), &mut index, 1).is_err());
    assert!(
        index
            .find_text("earnings", Words::All, None, 5)
            .unwrap()
            .is_empty()
    );
    raw.execute(
        "INSERT INTO notes VALUES (?1, NULL, NULL, 0, 'note', 'earnings')",
        [second.0],
    )
    .unwrap();
    assert_eq!(feed(experience.read(), &mut index, 1).unwrap(), 2);
    assert_eq!(
        index
            .find_text("earnings", Words::All, None, 5)
            .unwrap()
            .len(),
        2
    );
}
