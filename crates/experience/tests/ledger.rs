//! What is written reads back, what would make the ledger wrong is refused, and files of the past open.

use std::path::Path;
use std::time::Duration;

use experience::{
    Decision, Durability, ENCODING_LEN, Edge, Error, Experience, Fill, FillKind, Kind, Label,
    LabelValue, Model, Note, Options, Origin, Outcome, Plan, Reader, RecordId, Recorded, Situation,
    Visit,
};
use proptest::prelude::*;

fn quick() -> Options {
    Options {
        owner_wait: Duration::ZERO,
        busy_wait: Duration::from_millis(50),
    }
}

fn situation() -> Situation {
    Situation {
        symbol: "KO".into(),
        as_of_ms: 1_766_000_000_000,
        source: "chain.csv".into(),
        facts: r#"{"spot":70.25}"#.into(),
    }
}

fn decision(situation: RecordId, model: Option<RecordId>) -> Decision {
    Decision {
        situation,
        made_at_ms: 1_766_000_001_000,
        origin: Origin::Live,
        action: "sell 1 KO 2026-01-16 P 67.5".into(),
        worth: Some(12.5),
        model,
        seed: Some(u64::MAX - 3),
        visits: vec![
            Visit {
                action: "hold".into(),
                visits: 40,
                prior: Some(0.25),
                worth: Some(0.0),
            },
            Visit {
                action: "sell 1 KO 2026-01-16 P 67.5".into(),
                visits: 360,
                prior: None,
                worth: Some(12.5),
            },
        ],
        plan: Some(Plan {
            text: "Sell one put.\nWhy: \"premium\"".into(),
            json: r#"{"decision":"act"}"#.into(),
        }),
    }
}

fn fill(decision: Option<RecordId>, broker_ref: Option<&str>) -> Fill {
    Fill {
        kind: FillKind::Trade,
        decision,
        filled_at_ms: 1_766_000_002_000,
        symbol: "KO".into(),
        contract: "KO    260116P00067500".into(),
        quantity: -1,
        price_per_share: 0.85,
        fees_cents: 65,
        cash_cents: 8_435,
        broker_ref: broker_ref.map(Into::into),
    }
}

fn note(about: Option<RecordId>) -> Note {
    Note {
        about,
        symbol: Some("KO".into()),
        written_at_ms: 1_766_000_003_000,
        kind: "note".into(),
        body: "vor den Quartalszahlen – 'quoted'; DROP TABLE notes".into(),
    }
}

fn encoding(seed: u32) -> Vec<f32> {
    (0..ENCODING_LEN)
        .map(|i| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 8) as f32 / 1e7)
        .collect()
}

/// One record of every kind, with the ids that they must have got.
fn write_all(experience: &mut Experience) {
    experience
        .write(Durability::Full, |page| {
            let model = Model {
                name: "first".into(),
                digest: vec![1, 2, 3],
                made_at_ms: 5,
                parent: None,
                facts: "{}".into(),
            };
            let model = page.model(&model)?.id();
            let seen = page.situation(&situation())?;
            page.encoding(seen, 1, &encoding(7))?;
            let made = page.decision(&decision(seen, Some(model)))?;
            let filled = page.fill(&fill(Some(made), Some("T-1")))?.id();
            let ended = page.outcome(&Outcome {
                decision: made,
                known_at_ms: 2_000,
                ending: "assigned".into(),
                realised_cents: Some(-12_000),
                facts: "{}".into(),
            })?;
            page.label(&Label {
                about: seen,
                name: "regime".into(),
                known_at_ms: 1_000,
                value: LabelValue::Word("calm".into()),
            })?;
            page.note(&note(Some(made)))?;
            page.edge(&Edge {
                source: made,
                target: ended,
                kind: "ended_in".into(),
                weight: 1.0,
            })?;
            assert_eq!((model.0, seen.0, made.0, filled.0), (1, 2, 3, 4));
            Ok(())
        })
        .unwrap();
}

fn check_all(reader: &Reader) {
    let id = RecordId;
    assert_eq!(reader.model(id(1)).unwrap().digest, [1, 2, 3]);
    assert_eq!(reader.situation(id(2)).unwrap(), situation());
    assert_eq!(reader.encoding(id(2), 1).unwrap().unwrap(), encoding(7));
    assert_eq!(reader.encoding(id(2), 2).unwrap(), None);
    assert_eq!(
        reader.decision(id(3)).unwrap(),
        decision(id(2), Some(id(1)))
    );
    assert_eq!(reader.decisions_in(id(2)).unwrap(), [id(3)]);
    assert_eq!(reader.fill(id(4)).unwrap(), fill(Some(id(3)), Some("T-1")));
    let outcome = reader.outcome(id(5)).unwrap();
    assert_eq!(
        (outcome.ending.as_str(), outcome.realised_cents),
        ("assigned", Some(-12_000))
    );
    assert_eq!(
        reader.label(id(6)).unwrap().value,
        LabelValue::Word("calm".into())
    );
    assert_eq!(reader.note(id(7)).unwrap(), note(Some(id(3))));
    assert_eq!(
        reader.notes_about(id(3)).unwrap(),
        [(id(7), note(Some(id(3))))]
    );
    let edge = reader.edge(id(8)).unwrap();
    assert_eq!((edge.source, edge.target, edge.weight), (id(3), id(5), 1.0));
    let kinds: Vec<Kind> = reader
        .records_after(id(0), 100)
        .unwrap()
        .into_iter()
        .map(|(_, kind)| kind)
        .collect();
    use Kind::{Decision, Edge, Fill, Label, Model, Note, Outcome, Situation};
    assert_eq!(
        kinds,
        [Model, Situation, Decision, Fill, Outcome, Label, Note, Edge]
    );
    let rows = reader.training_rows(1, id(0), 10).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].realised_cents, Some(-12_000));
    assert_eq!(rows[0].visits[1].visits, 360);
    assert_eq!(rows[0].encoding, encoding(7));
    assert!(reader.verify().unwrap().is_empty());
}

#[test]
fn every_kind_reads_back_as_written_also_in_another_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&path, &quick()).unwrap();
    write_all(&mut experience);
    check_all(experience.read());
    check_all(&Reader::open(&path, &quick()).unwrap());
    // The copy is whole, and an existing file is never overwritten by one.
    let copy = folder.path().join("copy.sqlite");
    experience.copy_to(&copy).unwrap();
    check_all(&Reader::open(&copy, &quick()).unwrap());
    assert!(matches!(
        experience.copy_to(&copy),
        Err(Error::Refused { .. })
    ));
    drop(experience);
    check_all(Experience::open(&path, &quick()).unwrap().read());
}

/// The files that every past version of the schema left behind. Each is written once and never again.
#[test]
fn the_files_of_all_versions_still_open() {
    for version in ["v1", "v2"] {
        let kept =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/past/{version}.sqlite"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("past.sqlite");
        std::fs::copy(&kept, &path).unwrap();
        if version == "v1" {
            // Who only reads does not change the file, and says what is to be done.
            let bytes = std::fs::read(&path).unwrap();
            let refused = Reader::open(&path, &quick()).unwrap_err();
            assert!(
                matches!(
                    refused,
                    Error::Older {
                        found: 1,
                        known: 2,
                        ..
                    }
                ),
                "{refused}"
            );
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
        let mut experience = Experience::open(&path, &quick()).unwrap();
        check_all(experience.read());
        assert!(experience.read().verify().unwrap().is_empty());
        // What version 2 brought works in a file that was brought up to date, and is there in its own.
        let (made, own) = (RecordId(3), version != "v1");
        experience
            .write(Durability::Full, |page| {
                let known = page.decision_with(b"inputs")?;
                assert_eq!(known, own.then_some(made));
                if !own {
                    page.digest(b"inputs", made)?;
                }
                page.look(made, 77)
            })
            .unwrap();
        let looks = if own { vec![50, 60, 77] } else { vec![77] };
        assert_eq!(experience.read().looks(made).unwrap(), looks);
    }
}

/// What version 2 of the schema brought, beside `write_all`.
fn write_more(experience: &mut Experience) {
    let looked = experience.write(Durability::Full, |page| {
        page.digest(b"inputs", RecordId(3))?;
        page.look(RecordId(3), 60)?;
        page.look(RecordId(3), 50)
    });
    looked.unwrap();
}

/// `cargo test -p experience --test ledger -- --ignored write_the_file` makes the tiny file of a new schema version.
#[test]
#[ignore = "makes a file of the repository"]
fn write_the_file_of_this_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("now.sqlite");
    let raw = rusqlite::Connection::open(&path).unwrap();
    // The smallest pages, so that the file stays tiny.
    raw.pragma_update(None, "page_size", 512).unwrap();
    raw.pragma_update(None, "journal_mode", "WAL").unwrap();
    drop(raw);
    let mut experience = Experience::open(&path, &quick()).unwrap();
    write_all(&mut experience);
    write_more(&mut experience);
    drop(experience);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/past/v2.sqlite");
    assert!(!kept.exists(), "a file of the past is never made again");
    std::fs::copy(&path, &kept).unwrap();
}

#[test]
fn what_would_make_the_ledger_wrong_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&path, &quick()).unwrap();
    write_all(&mut experience);
    let before = experience.read().records_after(RecordId(0), 100).unwrap();
    let mut refused = |why: &str, row: &dyn Fn(&mut experience::Page<'_>) -> Result<(), Error>| {
        // A good row before the bad one goes with it.
        let answer = experience.write(Durability::Full, |page| {
            page.note(&note(None))?;
            row(page)
        });
        let message = answer.unwrap_err().to_string();
        assert!(message.contains(why), "{message:?} does not say {why:?}");
    };
    let id = RecordId;
    refused("767 numbers, not 768", &|page| {
        page.encoding(id(2), 3, &[0.5; 767])
    });
    refused("number 5 is NaN", &|page| {
        let mut bad = encoding(1);
        bad[5] = f32::NAN;
        page.encoding(id(2), 3, &bad)
    });
    refused("it is there already", &|page| {
        page.encoding(id(2), 1, &encoding(1))
    });
    refused("points at a record that is not there", &|page| {
        page.decision(&decision(id(999), None)).map(|_| ())
    });
    // A note is a record, but no situation.
    refused("points at a record that is not there", &|page| {
        page.decision(&decision(id(7), None)).map(|_| ())
    });
    refused("its worth is inf", &|page| {
        let mut bad = decision(id(2), None);
        bad.worth = Some(f64::INFINITY);
        page.decision(&bad).map(|_| ())
    });
    refused("json_valid", &|page| {
        let mut bad = situation();
        bad.facts = "{".into();
        page.situation(&bad).map(|_| ())
    });
    refused("quantity <> 0", &|page| {
        let mut bad = fill(None, None);
        bad.quantity = 0;
        page.fill(&bad).map(|_| ())
    });
    refused("its price is NaN", &|page| {
        let mut bad = fill(None, None);
        bad.price_per_share = f64::NAN;
        page.fill(&bad).map(|_| ())
    });
    refused("with other content", &|page| {
        let mut other = fill(None, Some("T-1"));
        other.cash_cents += 1;
        page.fill(&other).map(|_| ())
    });
    refused("it is empty", &|page| {
        let mut empty = note(None);
        empty.body = " \n".into();
        page.note(&empty).map(|_| ())
    });
    refused("same arrow with weight 1", &|page| {
        let edge = Edge {
            source: id(3),
            target: id(5),
            kind: "ended_in".into(),
            weight: 2.0,
        };
        page.edge(&edge).map(|_| ())
    });
    let after = experience.read().records_after(RecordId(0), 100).unwrap();
    assert_eq!(before, after, "a refused page left something behind");
}

#[test]
fn a_statement_read_twice_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut experience = Experience::open(&folder.path().join("e.sqlite"), &quick()).unwrap();
    let mut import = || {
        experience
            .write(Durability::Full, |page| page.fill(&fill(None, Some("T-9"))))
            .unwrap()
    };
    let first = import();
    assert_eq!(first, Recorded::New(RecordId(1)));
    assert_eq!(import(), Recorded::Known(RecordId(1)));
    assert_eq!(experience.read().count(Kind::Fill).unwrap(), 1);
}

#[test]
fn only_training_data_may_be_written_in_batches() {
    let folder = tempfile::tempdir().unwrap();
    let mut experience = Experience::open(&folder.path().join("e.sqlite"), &quick()).unwrap();
    let mut batch = |origin| {
        experience.write(Durability::Batch, |page| {
            let seen = page.situation(&situation())?;
            let mut made = decision(seen, None);
            made.origin = origin;
            page.decision(&made)
        })
    };
    batch(Origin::SelfPlay).unwrap();
    assert!(matches!(
        batch(Origin::Live),
        Err(Error::NotDurable {
            what: "live decision"
        })
    ));
    let answer = experience.write(Durability::Batch, |page| page.note(&note(None)));
    assert!(matches!(answer, Err(Error::NotDurable { what: "note" })));
    let answer = experience.write(Durability::Batch, |page| page.fill(&fill(None, None)));
    assert!(matches!(answer, Err(Error::NotDurable { what: "fill" })));
    experience
        .write(Durability::Full, |page| page.note(&note(None)))
        .unwrap();
}

#[test]
fn nobody_looks_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let mut experience = Experience::open(&folder.path().join("e.sqlite"), &quick()).unwrap();
    let made = experience
        .write(Durability::Full, |page| {
            let seen = page.situation(&situation())?;
            let made = page.decision(&decision(seen, None))?;
            for (known_at_ms, ending) in [(100, "open"), (300, "assigned"), (200, "rolled")] {
                page.outcome(&Outcome {
                    decision: made,
                    known_at_ms,
                    ending: ending.into(),
                    realised_cents: None,
                    facts: "{}".into(),
                })?;
                page.label(&Label {
                    about: seen,
                    name: "regime".into(),
                    known_at_ms,
                    value: LabelValue::Number(known_at_ms as f64),
                })?;
            }
            Ok(made)
        })
        .unwrap();
    let reader = experience.read();
    let seen = reader.decision(made).unwrap().situation;
    for (as_of, ending) in [
        (99, None),
        (100, Some("open")),
        (250, Some("rolled")),
        (i64::MAX, Some("assigned")),
    ] {
        let found = reader.outcome_of(made, as_of).unwrap();
        assert_eq!(
            found.map(|(_, o)| o.ending).as_deref(),
            ending,
            "at {as_of}"
        );
        let label = reader.label_of(seen, "regime", as_of).unwrap();
        assert_eq!(label.is_some(), ending.is_some());
    }
}

#[test]
fn one_owner_and_readers_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    assert!(matches!(
        Reader::open(&path, &quick()),
        Err(Error::Missing { .. })
    ));
    let mut experience = Experience::open(&path, &quick()).unwrap();
    let second = Experience::open(&path, &quick()).unwrap_err();
    assert!(
        second
            .to_string()
            .contains(&format!("(process {})", std::process::id())),
        "{second}"
    );
    let reader = Reader::open(&path, &quick()).unwrap();
    let id = experience
        .write(Durability::Full, |page| {
            let id = page.note(&note(None))?;
            // Not yet committed: nobody else sees it.
            assert_eq!(reader.count(Kind::Note)?, 0);
            Ok(id)
        })
        .unwrap();
    assert_eq!(reader.note(id).unwrap(), note(None));
    drop(experience);
    Experience::open(&path, &quick()).unwrap();
    assert!(matches!(
        reader.note(RecordId(99)),
        Err(Error::NoSuchRecord {
            what: "note",
            id: 99
        })
    ));
}

#[test]
fn a_program_that_holds_the_database_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&path, &quick()).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = experience.write(Durability::Full, |page| page.note(&note(None)));
    assert!(matches!(answer, Err(Error::Busy { .. })), "{answer:?}");
    other.execute_batch("ROLLBACK").unwrap();
    experience
        .write(Durability::Full, |page| page.note(&note(None)))
        .unwrap();
}

#[test]
fn a_full_disk_loses_nothing_that_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&path, &quick()).unwrap();
    write_all(&mut experience);
    // SQLite answers the same, SQLITE_FULL, when the file may not grow and when the disk is full.
    experience.limit_pages(Some(2)).unwrap();
    let fill_up = |experience: &mut Experience| {
        experience.write(Durability::Full, |page| {
            for version in 10..20 {
                page.encoding(RecordId(2), version, &encoding(1))?;
            }
            Ok(())
        })
    };
    let full = fill_up(&mut experience).unwrap_err();
    assert!(matches!(full, Error::DiskFull { .. }), "{full:?}");
    check_all(experience.read());
    experience.limit_pages(None).unwrap();
    fill_up(&mut experience).unwrap();
}

#[test]
fn a_file_that_may_not_be_written_says_so_and_still_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    write_all(&mut Experience::open(&path, &quick()).unwrap());
    let set = |readonly| {
        for path in [folder.path(), &path] {
            let mut permissions = std::fs::metadata(path).unwrap().permissions();
            permissions.set_readonly(readonly);
            std::fs::set_permissions(path, permissions).unwrap();
        }
    };
    set(true);
    let probe = std::fs::write(folder.path().join("probe"), "").is_ok();
    let opened = Experience::open(&path, &quick());
    let reader = Reader::open(&path, &quick());
    set(false);
    if probe {
        eprintln!("skipped: this user may write anywhere, as root does");
        return;
    }
    assert!(matches!(opened, Err(Error::ReadOnly { .. })), "{opened:?}");
    check_all(&reader.unwrap());
}

#[test]
fn newer_foreign_and_damaged_files_are_told_apart_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, prepare: &dyn Fn(&Path), kind: &dyn Fn(&Error) -> bool| {
        let path = folder.path().join(name);
        write_all(&mut Experience::open(&path, &quick()).unwrap());
        prepare(&path);
        let before = std::fs::read(&path).unwrap();
        let owner = Experience::open(&path, &quick()).unwrap_err();
        assert!(kind(&owner), "{name}: {owner:?}");
        let reader = Reader::open(&path, &quick()).unwrap_err();
        assert!(kind(&reader), "{name}: {reader:?}");
        assert!(
            before == std::fs::read(&path).unwrap(),
            "{name} was changed"
        );
    };
    let pragma = |path: &Path, name: &str, value: i64| {
        let raw = rusqlite::Connection::open(path).unwrap();
        raw.pragma_update(None, name, value).unwrap();
    };
    refused(
        "newer",
        &|path| pragma(path, "user_version", 1_000),
        &|error| matches!(error, Error::Newer { found: 1_000, .. }),
    );
    refused(
        "foreign",
        &|path| pragma(path, "application_id", 42),
        &|error| matches!(error, Error::Foreign { .. }),
    );
    refused(
        "text",
        &|path| std::fs::write(path, "not a database, ".repeat(1_000)).unwrap(),
        &|error| matches!(error, Error::Damaged { .. }),
    );
    refused(
        "cut",
        &|path| {
            let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(100).unwrap();
        },
        &|error| matches!(error, Error::Damaged { .. }),
    );
}

#[test]
fn damage_inside_the_file_is_found_by_verify() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    write_all(&mut Experience::open(&path, &quick()).unwrap());
    let mut damaged = std::fs::read(&path).unwrap();
    // The head of the page that holds the note.
    let note = b"vor den Quartalszahlen";
    let place = damaged
        .windows(note.len())
        .position(|bytes| bytes == note)
        .unwrap();
    let page = place / 4_096 * 4_096;
    damaged[page..page + 16].fill(0xA5);
    std::fs::write(&path, &damaged).unwrap();
    let reader = Reader::open(&path, &quick()).unwrap();
    assert!(!reader.verify().unwrap().is_empty());
    assert!(matches!(
        reader.note(RecordId(7)),
        Err(Error::Damaged { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Any text and any finite number survives, whatever quotes, nulls or scripts it holds.
    #[test]
    fn any_note_and_number_reads_back(body in "\\PC*[a-z]\\PC*", worth in proptest::num::f64::NORMAL, cents: i64) {
        let folder = tempfile::tempdir().unwrap();
        let mut experience = Experience::open(&folder.path().join("e.sqlite"), &quick()).unwrap();
        let mut written = note(None);
        written.body = body;
        let mut made = decision(RecordId(2), None);
        made.worth = Some(worth);
        let mut filled = fill(None, None);
        filled.cash_cents = cents;
        let (n, d, f) = experience.write(Durability::Full, |page| {
            let n = page.note(&written)?;
            page.situation(&situation())?;
            Ok((n, page.decision(&made)?, page.fill(&filled)?.id()))
        }).unwrap();
        let reader = experience.read();
        prop_assert_eq!(reader.note(n).unwrap(), written);
        prop_assert_eq!(reader.decision(d).unwrap(), made);
        prop_assert_eq!(reader.fill(f).unwrap(), filled);
    }
}

/// The same inputs are one decision, and a digest has one decision.
#[test]
fn a_digest_finds_its_decision_and_takes_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&path, &quick()).unwrap();
    write_all(&mut experience);
    write_more(&mut experience);
    for (digest, decision, why) in [
        (b"inputs".as_slice(), 3, "it is there already"),
        (b"others".as_slice(), 3, "it is there already"),
        (
            b"others".as_slice(),
            2,
            "points at a record that is not there",
        ),
    ] {
        let refused = experience.write(Durability::Full, |page| {
            page.digest(digest, RecordId(decision))
        });
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(why), "{digest:?} {decision}: {message}");
    }
    assert_eq!(experience.read().looks(RecordId(3)).unwrap(), [50, 60]);
    let listed = experience
        .read()
        .decisions(Origin::Live, Some("KO"), 10)
        .unwrap();
    assert_eq!(listed, [RecordId(3)]);
    assert!(
        experience
            .read()
            .decisions(Origin::Live, Some("PEP"), 10)
            .unwrap()
            .is_empty()
    );
    assert!(
        experience
            .read()
            .decisions(Origin::Backtest, None, 10)
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        experience.read().targets(RecordId(3), "ended_in").unwrap(),
        [RecordId(5)]
    );
    assert_eq!(
        experience.read().sources(RecordId(5), "ended_in").unwrap(),
        [RecordId(3)]
    );
    let moment = note(None).written_at_ms;
    assert_eq!(
        experience.read().notes(moment, moment + 1).unwrap().len(),
        1
    );
    assert!(
        experience
            .read()
            .notes(moment + 1, i64::MAX)
            .unwrap()
            .is_empty()
    );
}

/// Situations at angles in a plane: the distance of two is one minus the cosine of their difference.
#[test]
fn precedents_are_near_and_past_or_they_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&path, &quick()).unwrap();
    let plane = |angle: f64| {
        let mut numbers = vec![0.0_f32; ENCODING_LEN];
        (numbers[3], numbers[500]) = (angle.cos() as f32, angle.sin() as f32);
        numbers
    };
    // Moments 0, 10, ... 90 at angles 0, 0.1, ... 0.9; each decision ends 25 later. Moment 40 is there twice.
    let moments = [0, 10, 20, 30, 40, 40, 50, 60, 70, 80, 90];
    experience
        .write(Durability::Full, |page| {
            for moment in moments {
                let seen = page.situation(&Situation {
                    symbol: "KO".into(),
                    as_of_ms: moment,
                    source: if moment == 20 { "invented" } else { "file" }.into(),
                    facts: "{}".into(),
                })?;
                page.encoding(seen, 1, &plane(moment as f64 / 100.0))?;
                let mut made = decision(seen, None);
                // Whoever plans on old quotes does so later: the decision belongs to the moment of the quotes.
                made.made_at_ms = 1_000_000;
                let made = page.decision(&made)?;
                page.outcome(&Outcome {
                    decision: made,
                    known_at_ms: moment + 25,
                    ending: "expired".into(),
                    realised_cents: Some(moment),
                    facts: "{}".into(),
                })?;
            }
            Ok(())
        })
        .unwrap();
    let ask = |angle: f64, as_of_ms: i64, farthest: f32| {
        let question = experience::Question {
            encoding: &plane(angle),
            encoder_version: 1,
            as_of_ms,
            count: 3,
            farthest,
        };
        let real = |_, situation: &Situation| situation.source != "invented";
        experience.read().precedents(&question, real).unwrap()
    };
    let moments = |found: &experience::Found| -> Vec<i64> {
        found.precedents.iter().map(|p| p.as_of_ms).collect()
    };
    let found = ask(0.42, 60, 1.0);
    assert_eq!(moments(&found), [40, 50, 30]);
    assert_eq!(
        found.compared, 5,
        "invented, doubled and later ones do not count"
    );
    for (precedent, angle) in found.precedents.iter().zip([0.40, 0.50, 0.30]) {
        let expected = 1.0 - (0.42_f64 - angle).cos();
        assert!((f64::from(precedent.distance) - expected).abs() < 1e-6);
    }
    // At moment 60 the outcome of 30 (known at 55) is known, those of 40 and 50 are not.
    let ends: Vec<bool> = found
        .precedents
        .iter()
        .map(|p| p.decisions[0].2.is_some())
        .collect();
    assert_eq!(ends, [false, false, true]);
    // Its own moment and what follows are never among them, however near.
    assert_eq!(moments(&ask(0.9, 90, 1.0)), [80, 70, 60]);
    // Nothing is close, or nothing was before.
    assert!(ask(2.5, 100, 0.05).precedents.is_empty());
    assert!(ask(0.0, 0, 2.0).precedents.is_empty());
    let nothing = experience::Question {
        encoding: &[0.0; ENCODING_LEN],
        encoder_version: 1,
        as_of_ms: 100,
        count: 1,
        farthest: 2.0,
    };
    assert!(matches!(
        experience.read().precedents(&nothing, |_, _| true),
        Err(Error::Refused { .. })
    ));
}
