//! Filters that a moderate share passes: answered by sketches once they pay, right before and after, and after changes too.

use std::time::Duration;

use index::{Config, Facet, Filter, Index, Route};

const WIDTH: usize = 128;
const ROWS: i64 = 6_000;

/// splitmix64 (Steele, Lea & Flood 2014), around zero.
fn number(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f32 / (1_u64 << 53) as f32 - 0.5
}

/// Near a plane of twelve dimensions.
fn row(record: i64) -> Vec<f32> {
    let mut state = record as u64 + 77;
    let latent: [f32; 12] = std::array::from_fn(|_| number(&mut state));
    let mut mixing = 5;
    (0..WIDTH)
        .map(|_| {
            let mixed: f32 = latent.iter().map(|z| z * number(&mut mixing)).sum();
            mixed + 0.02 * number(&mut state)
        })
        .collect()
}

fn nearest_by_hand(
    query: &[f32],
    passes: &dyn Fn(i64) -> bool,
    rows: &[(i64, Vec<f32>)],
) -> Vec<i64> {
    let product = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| f64::from(x) * f64::from(y))
            .sum()
    };
    let mut all: Vec<(f64, i64)> = rows
        .iter()
        .filter(|(record, _)| passes(*record))
        .map(|(record, row)| (-product(query, row) / product(row, row).sqrt(), *record))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all.truncate(10);
    all.into_iter().map(|(_, record)| record).collect()
}

#[test]
fn sketches_answer_what_the_graph_answered() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        owner_wait: Duration::ZERO,
        exact_roots: 2.0,
        candidates: 10,
        sketch_share: 0.2,
        ..Config::new(WIDTH)
    };
    let mut index = Index::open(folder.path(), &config).unwrap();
    let mut rows: Vec<(i64, Vec<f32>)> = (0..ROWS).map(|record| (record, row(record))).collect();
    let put = |index: &mut Index, rows: &[(i64, Vec<f32>)]| {
        index
            .update(|change| {
                for (record, row) in rows {
                    change.vector(*record, row)?;
                    let facet = Facet::Number((record % 6) as f64);
                    change.facet(*record, "sixth", Some(&facet))?;
                }
                Ok(())
            })
            .unwrap();
    };
    put(&mut index, &rows);
    index.snapshot().unwrap();
    let filter = Filter::default().between("sixth", 2.0, 2.0);
    let passes = |record: i64| record % 6 == 2;
    let queries: Vec<Vec<f32>> = (0..50).map(|place| row(1_000_000 + place)).collect();
    let recall = |index: &Index, rows: &[(i64, Vec<f32>)], route: Route| {
        let mut hits = 0;
        for query in &queries {
            let answer = index.nearest(query, 10, &filter).unwrap();
            assert_eq!(answer.route, route);
            let expected = nearest_by_hand(query, &passes, rows);
            hits += answer
                .neighbours
                .iter()
                .inspect(|near| assert!(passes(near.record)))
                .filter(|near| expected.contains(&near.record))
                .count();
        }
        hits as f64 / (10 * queries.len()) as f64
    };
    // Sketches cost more than a few walks: the first questions go along the graph.
    assert!(recall(&index, &rows, Route::FilteredGraph) >= 0.97);
    for query in &queries[..14] {
        index.nearest(query, 10, &filter).unwrap();
    }
    assert!(recall(&index, &rows, Route::Sketched) >= 0.99);

    // A third goes, and as many come, close to the questions.
    index
        .update(|change| {
            for record in (2..ROWS).step_by(18) {
                change.remove_vector(record)?;
            }
            Ok(())
        })
        .unwrap();
    rows.retain(|(record, _)| *record < 2 || (record - 2) % 18 != 0);
    let news: Vec<(i64, Vec<f32>)> = (0..50)
        .map(|place| {
            let mut near = row(1_000_000 + place);
            near[3] += 0.05;
            (6 * (10_000 + place) + 2, near)
        })
        .collect();
    put(&mut index, &news);
    rows.extend(news.iter().cloned());
    assert!(recall(&index, &rows, Route::Sketched) >= 0.99);
    for (query, (record, _)) in queries.iter().zip(&news) {
        let answer = index.nearest(query, 1, &filter).unwrap();
        assert_eq!(answer.neighbours[0].record, *record);
    }

    // A reader has the news beside its snapshot.
    let reader = Index::open_reader(folder.path(), &config).unwrap();
    for _ in 0..2 {
        for query in &queries {
            reader.nearest(query, 10, &filter).unwrap();
        }
    }
    assert!(recall(&reader, &rows, Route::Sketched) >= 0.99);

    // Few passing are looked at one by one all the same, and half goes along the graph.
    let few = Filter::default().word("sixth", "none");
    assert_eq!(
        index.nearest(&queries[0], 10, &few).unwrap().route,
        Route::Nothing
    );
    let half = Filter::default().between("sixth", 0.0, 2.0);
    assert_eq!(
        index.nearest(&queries[0], 10, &half).unwrap().route,
        Route::FilteredGraph
    );
}
