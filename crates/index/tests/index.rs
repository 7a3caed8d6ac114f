//! The folder as a whole: near means near, what was taken out stays out, and no damage goes unnoticed.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use index::{
    Config, Error, Facet, Filter, Index, Lanes, Neighbour, Rerank, Route, Scalar, Test, Words,
};
use proptest::prelude::*;

/// splitmix64 (Steele, Lea & Flood 2014) as a stream of numbers around zero.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }

    /// Vectors near a plane of eight dimensions, as real ones are, of lengths between 0.1 and 10.
    fn vectors(&mut self, count: usize, dimensions: usize) -> Vec<Vec<f32>> {
        let mixing: Vec<f64> = (0..8 * dimensions).map(|_| self.next()).collect();
        (0..count)
            .map(|_| {
                let latent: [f64; 8] = std::array::from_fn(|_| self.next());
                let scale = 10.0_f64.powf(2.0 * self.next());
                (0..dimensions)
                    .map(|i| {
                        let mixed: f64 =
                            (0..8).map(|k| latent[k] * mixing[k * dimensions + i]).sum();
                        (scale * (mixed + 0.02 * self.next())) as f32
                    })
                    .collect()
            })
            .collect()
    }
}

/// Cosine distances in `f64`, term by term: the twin of everything here.
fn twin(rows: &[(i64, &[f32])], query: &[f32], count: usize) -> Vec<(i64, f64)> {
    let product = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| f64::from(x) * f64::from(y))
            .sum()
    };
    let mut all: Vec<(i64, f64)> = rows
        .iter()
        .map(|&(record, row)| {
            let lengths = (product(row, row) * product(query, query)).sqrt();
            (record, 1.0 - product(row, query) / lengths)
        })
        .collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    all.truncate(count);
    all
}

fn config(dimensions: usize) -> Config {
    Config {
        owner_wait: Duration::ZERO,
        ..Config::new(dimensions)
    }
}

fn fill(index: &mut Index, vectors: &[Vec<f32>], first: i64) {
    for (part, rows) in vectors.chunks(500).enumerate() {
        index
            .update(|change| {
                for (place, row) in rows.iter().enumerate() {
                    change.vector(first + (part * 500 + place) as i64, row)?;
                }
                Ok(())
            })
            .unwrap();
    }
}

fn records(neighbours: &[Neighbour]) -> Vec<i64> {
    neighbours.iter().map(|n| n.record).collect()
}

/// Share of the true nearest that were found, over all queries.
fn recall(index: &Index, queries: &[Vec<f32>], filter: &Filter) -> f64 {
    let mut hits = 0;
    for query in queries {
        let truth: HashSet<i64> = records(&index.nearest_exact(query, 10, filter).unwrap())
            .into_iter()
            .collect();
        let found = index.nearest(query, 10, filter).unwrap();
        hits += found
            .neighbours
            .iter()
            .filter(|n| truth.contains(&n.record))
            .count();
    }
    hits as f64 / (10 * queries.len()) as f64
}

#[test]
fn exact_search_agrees_with_its_twin_in_any_dimension() {
    for dimensions in [1, 3, 17, 100, 768] {
        for rerank in [Rerank::FromFile, Rerank::InMemory] {
            let folder = tempfile::tempdir().unwrap();
            let mut config = config(dimensions);
            config.rerank = rerank;
            let mut index = Index::open(folder.path(), &config).unwrap();
            let mut numbers = Numbers(dimensions as u64);
            let vectors = numbers.vectors(60, dimensions);
            fill(&mut index, &vectors, 1);
            let rows: Vec<(i64, &[f32])> = (1..).zip(vectors.iter().map(Vec::as_slice)).collect();
            for query in numbers.vectors(5, dimensions) {
                let expected = twin(&rows, &query, 7);
                let found = index.nearest_exact(&query, 7, &Filter::default()).unwrap();
                assert_eq!(found.len(), 7);
                for (neighbour, (_, distance)) in found.iter().zip(&expected) {
                    let gap = (f64::from(neighbour.distance) - distance).abs();
                    assert!(gap < 1e-6, "{neighbour:?} against {distance}");
                }
                if dimensions >= 17 {
                    let expected: Vec<i64> = expected.iter().map(|(record, _)| *record).collect();
                    assert_eq!(records(&found), expected);
                }
            }
            assert_eq!(index.vector(7).unwrap().unwrap(), vectors[6]);
        }
    }
}

#[test]
fn the_graph_finds_what_exact_search_finds() {
    for (scalar, threads) in [(Scalar::I8, 2), (Scalar::Bf16, 1), (Scalar::F32, 1)] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(64);
        config.scalar = scalar;
        config.threads = threads;
        let mut index = Index::open(folder.path(), &config).unwrap();
        let mut numbers = Numbers(3);
        let mut vectors = numbers.vectors(1_530, 64);
        let queries = vectors.split_off(1_500);
        fill(&mut index, &vectors, 1);
        let found = recall(&index, &queries, &Filter::default());
        assert!(found >= 0.99, "{scalar:?}: recall {found}");
        let answer = index.nearest(&vectors[41], 3, &Filter::default()).unwrap();
        assert_eq!(
            (answer.route, answer.neighbours[0].record),
            (Route::Graph, 42)
        );
        assert!(answer.neighbours[0].distance < 1e-6);
    }
}

#[test]
fn more_may_be_asked_for_than_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::open(folder.path(), &config(8)).unwrap();
    let vectors = Numbers(5).vectors(30, 8);
    for held in [0, 30] {
        fill(&mut index, &vectors[..held], 1);
        for filter in [Filter::default(), Filter::default().word("none", "none")] {
            let passing = if filter.all.is_empty() { held } else { 0 };
            for count in [31, 1 << 40, usize::MAX] {
                let near = index.nearest(&vectors[0], count, &filter).unwrap();
                assert_eq!(near.neighbours.len(), passing, "of {held}, {count}");
                let exact = index.nearest_exact(&vectors[0], count, &filter).unwrap();
                assert_eq!(exact, near.neighbours);
            }
        }
    }
}

#[test]
fn filters_pass_only_what_they_say_whatever_the_route() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(32);
    config.exact_roots = 10.0;
    let mut index = Index::open(folder.path(), &config).unwrap();
    let mut numbers = Numbers(5);
    let mut vectors = numbers.vectors(4_030, 32);
    let queries = vectors.split_off(4_000);
    fill(&mut index, &vectors, 0);
    let symbol = |record: i64| ["KO", "PEP", "XOM"][(record % 3) as usize];
    index
        .update(|change| {
            for record in 0..4_000 {
                change.facet(record, "symbol", Some(&Facet::Word(symbol(record).into())))?;
                if record % 2 == 0 {
                    change.facet(record, "day", Some(&Facet::Number(record as f64)))?;
                }
            }
            Ok(())
        })
        .unwrap();
    let rows = |passes: &dyn Fn(i64) -> bool| -> Vec<(i64, &[f32])> {
        (0..)
            .zip(vectors.iter().map(Vec::as_slice))
            .filter(|(record, _)| passes(*record))
            .collect()
    };
    let check = |filter: &Filter, route: Route, passes: &dyn Fn(i64) -> bool| {
        let rows = rows(passes);
        let mut hits = 0;
        for query in &queries {
            let answer = index.nearest(query, 10, filter).unwrap();
            assert_eq!(answer.route, route, "{filter:?}");
            assert!(
                answer.neighbours.iter().all(|n| passes(n.record)),
                "{filter:?}"
            );
            let expected: Vec<i64> = twin(&rows, query, 10)
                .iter()
                .map(|(record, _)| *record)
                .collect();
            hits += records(&answer.neighbours)
                .iter()
                .filter(|r| expected.contains(r))
                .count();
            if route == Route::Exact {
                assert_eq!(answer.neighbours.len(), rows.len().min(10));
            }
        }
        let recall = hits as f64 / (queries.len() * rows.len().min(10)).max(1) as f64;
        assert!(
            recall >= 0.99 || route == Route::Nothing,
            "{filter:?}: {recall}"
        );
    };
    let any = Filter::default;
    check(&any(), Route::Graph, &|_| true);
    check(&any().word("symbol", "KO"), Route::FilteredGraph, &|r| {
        r % 3 == 0
    });
    check(
        &any().between("day", 0.0, 1e9),
        Route::FilteredGraph,
        &|r| r % 2 == 0,
    );
    check(
        &any().word("symbol", "PEP").between("day", 100.0, 400.0),
        Route::Exact,
        &|r| r % 3 == 1 && r % 2 == 0 && (100..=400).contains(&r),
    );
    check(&any().between("day", 17.0, 18.0), Route::Exact, &|r| {
        r == 18
    });
    let either = Filter {
        all: vec![(
            "symbol".into(),
            Test::Words(vec!["KO".into(), "XOM".into(), "?".into()]),
        )],
    };
    check(&either, Route::FilteredGraph, &|r| r % 3 != 1);
    check(&any().word("symbol", "MSFT"), Route::Nothing, &|_| false);
    check(&any().word("colour", "red"), Route::Nothing, &|_| false);
    check(
        &any().between("day", f64::NAN, 1.0),
        Route::Nothing,
        &|_| false,
    );
    // A facet that changes, one that goes, and a vector that comes after its facet.
    index
        .update(|change| {
            change.facet(18, "day", Some(&Facet::Number(17.5)))?;
            change.facet(20, "day", None)?;
            change.facet(9_000, "day", Some(&Facet::Number(17.25)))?;
            change.vector(9_000, &queries[0])
        })
        .unwrap();
    let near = |low, high| {
        let mut found = records(
            &index
                .nearest(&queries[1], 10, &any().between("day", low, high))
                .unwrap()
                .neighbours,
        );
        found.sort_unstable();
        found
    };
    assert_eq!(near(17.0, 20.0), [18, 9_000]);
    assert_eq!(index.facet(18, "day").unwrap(), Some(Facet::Number(17.5)));
    assert_eq!(index.facet(20, "day").unwrap(), None);
}

#[test]
fn what_was_taken_out_stays_out_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut numbers = Numbers(9);
    let vectors = numbers.vectors(1_500, 48);
    let mut index = Index::open(folder.path(), &config(48)).unwrap();
    fill(&mut index, &vectors, 0);
    index.snapshot().unwrap();
    // A third goes, a third of that comes back elsewhere, and some change twice in one call.
    let moved = |record: usize| vectors[(record + 700) % 1_500].as_slice();
    index
        .update(|change| {
            for record in (0..1_500).step_by(3) {
                assert!(change.remove_vector(record)?);
                assert!(!change.remove_vector(record)?);
                if record % 9 == 0 {
                    change.vector(record, &vectors[1])?;
                    change.vector(record, moved(record as usize))?;
                }
            }
            Ok(())
        })
        .unwrap();
    let check = |index: &Index| {
        assert_eq!(index.len(), 1_167);
        let rows: Vec<(i64, &[f32])> = (0..1_500)
            .filter(|record| record % 3 != 0 || record % 9 == 0)
            .map(|record| {
                let row = if record % 9 == 0 {
                    moved(record)
                } else {
                    &vectors[record]
                };
                (record as i64, row)
            })
            .collect();
        let mut hits = 0;
        for query in vectors.iter().step_by(50) {
            let expected: Vec<i64> = twin(&rows, query, 10)
                .iter()
                .map(|(record, _)| *record)
                .collect();
            let found = index.nearest(query, 10, &Filter::default()).unwrap();
            let found = records(&found.neighbours);
            assert!(found.iter().all(|r| r % 3 != 0 || r % 9 == 0), "{found:?}");
            hits += found.iter().filter(|r| expected.contains(r)).count();
        }
        assert!(hits >= 297, "{hits} of 300");
    };
    check(&index);
    // A reader has the snapshot from before, and rows that say otherwise.
    let reader = Index::open_reader(folder.path(), &config(48)).unwrap();
    assert_eq!(
        (reader.opened().generation, reader.opened().replayed),
        (Some(1), 167)
    );
    check(&reader);
    drop(index);
    let mut index = Index::open(folder.path(), &config(48)).unwrap();
    assert_eq!(index.opened().dropped, 500);
    assert_eq!(index.opened().replayed, 167);
    check(&index);
    // Fewer than before, and deletes explain it.
    assert_eq!(index.snapshot().unwrap(), 2);
    drop(index);
    let index = Index::open(folder.path(), &config(48)).unwrap();
    assert_eq!(
        (
            index.opened().generation,
            index.opened().replayed,
            index.opened().dropped
        ),
        (Some(2), 0, 0)
    );
    check(&index);
    assert!(reader.nearest(&vectors[0], 1, &Filter::default()).is_ok());
}

fn flip(path: &Path, place: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let place = place % bytes.len();
    bytes[place] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn one_flipped_bit_is_found_and_the_graph_comes_from_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut numbers = Numbers(11);
    let vectors = numbers.vectors(400, 24);
    let mut index = Index::open(folder.path(), &config(24)).unwrap();
    fill(&mut index, &vectors[..300], 0);
    assert_eq!(index.snapshot().unwrap(), 1);
    fill(&mut index, &vectors[300..], 300);
    assert_eq!(index.snapshot().unwrap(), 2);
    let answers = |index: &Index| -> Vec<Vec<i64>> {
        let near =
            |query: &Vec<f32>| records(&index.nearest_exact(query, 5, &Filter::default()).unwrap());
        assert!(recall(index, &vectors[..20], &Filter::default()) >= 0.99);
        vectors.iter().step_by(37).map(near).collect()
    };
    let before = answers(&index);
    drop(index);
    let path = |generation: i64| folder.path().join(format!("vectors-{generation}.usearch"));
    let sound: Vec<Vec<u8>> = (1..=2)
        .map(|generation| std::fs::read(path(generation)).unwrap())
        .collect();
    let open = || Index::open(folder.path(), &config(24)).unwrap();
    for place in [0, 70, 5_000, 20_011, sound[1].len() - 1] {
        std::fs::write(path(2), &sound[1]).unwrap();
        flip(&path(2), place);
        let index = open();
        assert_eq!(index.opened().generation, Some(1), "byte {place}");
        assert_eq!(index.opened().replayed, 100);
        assert!(
            index.opened().faults[0].contains("its hash is another"),
            "{:?}",
            index.opened()
        );
        assert_eq!(answers(&index), before);
    }
    // Cut short, and the one before it gone.
    std::fs::write(path(2), &sound[1][..sound[1].len() / 2]).unwrap();
    std::fs::remove_file(path(1)).unwrap();
    let mut index = open();
    assert_eq!(
        (index.opened().generation, index.opened().replayed),
        (None, 400)
    );
    assert_eq!(index.opened().faults.len(), 2);
    assert_eq!(answers(&index), before);
    // Written anew, it serves again; what a dying process left is swept.
    std::fs::write(folder.path().join("vectors-9.part"), "half").unwrap();
    assert_eq!(index.snapshot().unwrap(), 3);
    drop(index);
    let index = open();
    assert_eq!(index.opened().generation, Some(3));
    assert!(index.opened().faults.is_empty());
    assert!(!folder.path().join("vectors-9.part").exists());
    // Other settings cannot use it.
    drop(index);
    let mut other = config(24);
    other.scalar = Scalar::Bf16;
    let index = Index::open(folder.path(), &other).unwrap();
    assert_eq!(index.opened().generation, None);
    assert!(index.opened().faults[0].contains("other settings"));
    assert_eq!(answers(&index), before);
}

#[test]
fn a_snapshot_that_would_lose_vectors_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vectors = Numbers(13).vectors(50, 8);
    let mut index = Index::open(folder.path(), &config(8)).unwrap();
    fill(&mut index, &vectors, 0);
    index.snapshot().unwrap();
    // As if five more had been in the last one.
    let raw = rusqlite::Connection::open(folder.path().join("index.sqlite")).unwrap();
    raw.execute("UPDATE snapshots SET count = count + 5", [])
        .unwrap();
    let refused = index.snapshot().unwrap_err();
    assert!(
        matches!(
            refused,
            Error::WouldLose {
                new: 50,
                expected: 55
            }
        ),
        "{refused:?}"
    );
    assert!(folder.path().join("vectors-1.usearch").exists());
    assert!(!folder.path().join("vectors-2.usearch").exists());
    // Rows that the graph does not have, behind its back.
    raw.execute("UPDATE snapshots SET count = 50", []).unwrap();
    raw.execute(
        "INSERT INTO vectors (record, data) VALUES (999, zeroblob(32))",
        [],
    )
    .unwrap();
    assert!(matches!(
        index.snapshot(),
        Err(Error::WouldLose {
            new: 50,
            expected: 51
        })
    ));
}

#[test]
fn texts_arrows_and_keys_are_there_after_a_restart_and_gone_when_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::open(folder.path(), &config(2)).unwrap();
    index
        .update(|change| {
            change.text(1, "note", "earnings on Tuesday")?;
            change.text(2, "reason", "earnings are over")?;
            change.edge(1, 2, "rolled_to", 1.0)?;
            change.edge(2, 3, "ended_in", 0.5)?;
            change.put("a/1", b"one")?;
            change.put("a/2", b"two")?;
            change.put("a0", b"other")?;
            change.put("a/1", b"ONE")
        })
        .unwrap();
    let check = |index: &Index| {
        let find = |typed: &str, kind| -> Vec<i64> {
            let hits = index.find_text(typed, Words::All, kind, 10).unwrap();
            hits.iter().map(|hit| hit.record).collect()
        };
        assert_eq!(find("earnings", Some("note")), [1]);
        assert_eq!(find("earnings", None).len(), 2);
        assert_eq!(find("'; DROP TABLE texts; --", None), [0_i64; 0]);
        assert_eq!(index.graph().descendants(1, None), [2, 3]);
        assert_eq!(index.get("a/1").unwrap().unwrap(), b"ONE");
        assert_eq!(index.get("a/3").unwrap(), None);
        let names: Vec<String> = index
            .scan("a/", 10)
            .unwrap()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["a/1", "a/2"]);
    };
    check(&index);
    // A call that fails leaves nothing, neither in the file nor in memory.
    let refused = index.update(|change| {
        change.edge(3, 4, "x", 1.0)?;
        change.put("b", b"")?;
        change.vector(1, &[0.0, 0.0])
    });
    assert!(matches!(refused, Err(Error::Vector { .. })), "{refused:?}");
    check(&index);
    check(&Index::open_reader(folder.path(), &config(2)).unwrap());
    drop(index);
    let mut index = Index::open(folder.path(), &config(2)).unwrap();
    check(&index);
    index
        .update(|change| {
            change.remove_texts(1)?;
            change.remove_edge(1, 2, "rolled_to")?;
            change.remove("a/1")
        })
        .unwrap();
    assert_eq!(
        index
            .find_text("earnings", Words::All, None, 10)
            .unwrap()
            .len(),
        1
    );
    assert_eq!(index.graph().descendants(1, None), [0_i64; 0]);
    assert_eq!(index.get("a/1").unwrap(), None);
}

#[test]
fn vectors_without_direction_or_of_another_length_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::open(folder.path(), &config(3)).unwrap();
    for (bad, why) in [
        (&[1.0, 2.0][..], "2 numbers, not 3"),
        (&[1.0, f32::NAN, 0.0], "number 1 is NaN"),
        (&[0.0, 0.0, 0.0], "no direction"),
        (&[1e-30, 0.0, 0.0], "out of range"),
        (&[1e30, 0.0, 0.0], "out of range"),
    ] {
        let added = index
            .update(|change| change.vector(1, bad))
            .unwrap_err()
            .to_string();
        assert!(added.contains(why), "{added}");
        let asked = index
            .nearest(bad, 1, &Filter::default())
            .unwrap_err()
            .to_string();
        assert!(asked.contains(why), "{asked}");
    }
    assert_eq!(
        index
            .nearest(&[1.0, 0.0, 0.0], 5, &Filter::default())
            .unwrap()
            .route,
        Route::Nothing
    );
    let bad = index.update(|change| change.facet(1, "x", Some(&Facet::Number(f64::NAN))));
    assert!(matches!(bad, Err(Error::Config { .. })));
}

#[test]
fn folders_that_do_not_fit_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Index::open_reader(&folder.path().join("none"), &config(3));
    assert!(matches!(reader, Err(Error::Missing { .. })));
    let mut index = Index::open(folder.path(), &config(3)).unwrap();
    fill(&mut index, &[vec![1.0, 2.0, 3.0]], 1);
    let second = Index::open(folder.path(), &config(3))
        .unwrap_err()
        .to_string();
    assert!(
        second.contains(&format!("(process {})", std::process::id())),
        "{second}"
    );
    let mut reader = Index::open_reader(folder.path(), &config(3)).unwrap();
    assert!(matches!(
        reader.update(|change| change.put("x", b"")),
        Err(Error::ReadOnly { .. })
    ));
    assert!(matches!(reader.snapshot(), Err(Error::ReadOnly { .. })));
    drop((index, reader));
    let other = Index::open(folder.path(), &config(4))
        .unwrap_err()
        .to_string();
    assert!(other.contains("vectors of 3 numbers, not 4"), "{other}");
    let database = folder.path().join("index.sqlite");
    let pragma = |name: &str, value: i64| {
        let raw = rusqlite::Connection::open(&database).unwrap();
        raw.pragma_update(None, name, value).unwrap();
        Index::open(folder.path(), &config(3)).unwrap_err()
    };
    assert!(matches!(
        pragma("user_version", 9),
        Error::Newer { found: 9, .. }
    ));
    assert!(matches!(pragma("application_id", 9), Error::Foreign { .. }));
    std::fs::write(&database, "no database at all, ".repeat(500)).unwrap();
    let damaged = Index::open(folder.path(), &config(3)).unwrap_err();
    assert!(matches!(damaged, Error::Damaged { .. }), "{damaged:?}");
}

#[test]
fn the_first_vector_settles_the_length() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Index::dimensions_of(folder.path()),
        Err(Error::Missing { .. })
    ));
    let mut index = Index::open(folder.path(), &config(1)).unwrap();
    index
        .update(|change| change.text(7, "note", "no vector yet"))
        .unwrap();
    drop(index);
    assert_eq!(Index::dimensions_of(folder.path()).unwrap(), None);
    let mut index = Index::open(folder.path(), &config(5)).unwrap();
    fill(&mut index, &[vec![1.0; 5]], 7);
    drop(index);
    assert_eq!(Index::dimensions_of(folder.path()).unwrap(), Some(5));
    // Also once it is taken out again: a snapshot may know it.
    let mut index = Index::open(folder.path(), &config(5)).unwrap();
    index.update(|change| change.remove_vector(7)).unwrap();
    drop(index);
    assert!(matches!(
        Index::open(folder.path(), &config(4)),
        Err(Error::Config { .. })
    ));
}

#[test]
fn many_questions_in_one_scan_get_the_answers_of_each() {
    for rerank in [Rerank::FromFile, Rerank::InMemory] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(24);
        config.rerank = rerank;
        let mut index = Index::open(folder.path(), &config).unwrap();
        let mut numbers = Numbers(5);
        let vectors = numbers.vectors(6_000, 24);
        fill(&mut index, &vectors, 0);
        index
            .update(|change| {
                change.remove_vector(17)?;
                (0..6_000).step_by(3).try_for_each(|record| {
                    change.facet(record, "third", Some(&Facet::Word("yes".into())))
                })
            })
            .unwrap();
        let queries = numbers.vectors(9, 24);
        let third = Filter::default().word("third", "yes");
        for filter in [
            Filter::default(),
            third,
            Filter::default().word("none", "x"),
        ] {
            let found = index
                .nearest_exact_many(&queries.concat(), 7, &filter, &mut Lanes::default())
                .unwrap();
            assert_eq!(found.len(), 9);
            for (query, found) in queries.iter().zip(&found) {
                let one = index.nearest_exact(query, 7, &filter).unwrap();
                assert_eq!(records(found), records(&one));
                for (a, b) in found.iter().zip(&one) {
                    assert!((a.distance - b.distance).abs() < 1e-6);
                }
            }
        }
        let many =
            index.nearest_exact_many(&[1.0; 25], 7, &Filter::default(), &mut Lanes::default());
        assert!(matches!(many, Err(Error::Vector { .. })));
        // Among a few: the nearest of those that are there.
        let among = [5, 17, 9, 5, 123_456];
        let answer = index.nearest_among(&queries[0], 7, &among).unwrap();
        let mut of = records(&answer.neighbours);
        of.sort_unstable();
        assert_eq!((of, answer.route), (vec![5, 9], Route::Exact));
        assert!(answer.neighbours.is_sorted_by_key(|near| near.distance));
        let none = index.nearest_among(&queries[0], 7, &[17]).unwrap();
        assert_eq!(none.route, Route::Nothing);
    }
}

#[test]
fn what_is_in_the_folder_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::open(folder.path(), &config(3)).unwrap();
    fill(&mut index, &Numbers(1).vectors(4, 3), 1);
    index
        .update(|change| {
            change.remove_vector(4)?;
            change.text(1, "note", "a")?;
            change.text(1, "plan", "b")?;
            change.text(2, "note", "c")?;
            change.remove_texts_of(1, "note")?;
            change.edge(1, 2, "to", 1.0)?;
            change.facet(1, "symbol", Some(&Facet::Word("KO".into())))?;
            change.facet(2, "symbol", Some(&Facet::Word("KO".into())))?;
            change.facet(1, "vol", Some(&Facet::Number(0.5)))?;
            change.facet(2, "vol", Some(&Facet::Number(0.25)))?;
            change.put("k", b"v")?;
            // Within an update its own changes are seen.
            assert_eq!(change.get("k")?, Some(b"v".to_vec()));
            assert_eq!(change.vector_of(4)?, None);
            Ok(())
        })
        .unwrap();
    index.snapshot().unwrap();
    let counts = index.counts().unwrap();
    assert_eq!(
        (counts.vectors, counts.ever_removed, counts.snapshots),
        (3, 1, 1)
    );
    assert_eq!(
        counts.texts,
        [("note".to_owned(), 1), ("plan".to_owned(), 1)]
    );
    assert_eq!(counts.edges, [("to".to_owned(), 1)]);
    assert_eq!(counts.keys, 1);
    let [symbol, vol] = counts.facets.as_slice() else {
        panic!("{:?}", counts.facets);
    };
    assert_eq!(
        (symbol.words, symbol.distinct_words, symbol.range),
        (2, 1, None)
    );
    assert_eq!((vol.numbers, vol.range), (2, Some((0.25, 0.5))));
    assert!(counts.disk_bytes > 10_000);
    assert_eq!(
        index.texts(2).unwrap(),
        [("note".to_owned(), "c".to_owned())]
    );
}

#[test]
fn many_threads_ask_at_once_and_get_the_same_answers() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(40);
    // More threads ask than there are places in the graph.
    config.threads = 2;
    let mut index = Index::open(folder.path(), &config).unwrap();
    let vectors = Numbers(17).vectors(800, 40);
    fill(&mut index, &vectors, 0);
    let ask = |index: &Index| -> Vec<Vec<i64>> {
        let near = |query: &Vec<f32>| {
            records(
                &index
                    .nearest(query, 10, &Filter::default())
                    .unwrap()
                    .neighbours,
            )
        };
        vectors.iter().step_by(10).map(near).collect()
    };
    let alone = ask(&index);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(|| ask(&index))).collect();
        for worker in workers {
            assert_eq!(worker.join().unwrap(), alone);
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// Any sequence of adding, replacing, taking out, snapshots and restarts: memory, file and a plain map agree.
    #[test]
    fn any_history_leaves_what_a_map_would_hold(steps in prop::collection::vec((0_u8..10, 0_i64..12, 1_u8..4, 1_u8..4), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let mut index = Index::open(folder.path(), &config(2)).unwrap();
        let mut map = std::collections::BTreeMap::new();
        for (what, record, x, y) in steps {
            match what {
                0..=4 => {
                    let row = vec![f32::from(x), f32::from(y)];
                    index.update(|change| change.vector(record, &row)).unwrap();
                    map.insert(record, row);
                }
                5 | 6 => {
                    let there = index.update(|change| change.remove_vector(record)).unwrap();
                    prop_assert_eq!(there, map.remove(&record).is_some());
                }
                7 => { index.snapshot().unwrap(); }
                _ => {
                    drop(index);
                    index = Index::open(folder.path(), &config(2)).unwrap();
                }
            }
            prop_assert_eq!(index.len(), map.len());
            let mut found = records(&index.nearest(&[1.0, 1.0], 100, &Filter::default()).unwrap().neighbours);
            found.sort_unstable();
            prop_assert_eq!(found, map.keys().copied().collect::<Vec<_>>());
            for (&record, row) in &map {
                prop_assert_eq!(&index.vector(record).unwrap().unwrap(), row);
            }
        }
    }
}
