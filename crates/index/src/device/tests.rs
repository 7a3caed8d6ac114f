//! On the first Vulkan (on macOS, Metal) adapter that opens, a software one if there is no other. Without any, the tests say so and
//! pass.

use super::*;
use compute::{Backend, Verdict};

fn budget() -> Budget {
    Budget {
        bytes: 512 << 20,
        origin: "half a gigabyte for a test".to_owned(),
    }
}

/// One for all tests, because software takes seconds to compile the kernels.
fn gpu() -> Option<Gpu> {
    static SHARED: std::sync::OnceLock<Option<Gpu>> = std::sync::OnceLock::new();
    SHARED.get_or_init(open).clone()
}

fn open() -> Option<Gpu> {
    let backend = if cfg!(target_os = "macos") {
        Backend::Metal
    } else {
        Backend::Vulkan
    };
    match Gpu::open(backend, 0) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            assert!(
                std::env::var_os("JARVIS2_GPU_TESTS").is_none(),
                "JARVIS2_GPU_TESTS asks for a GPU, but: {error}"
            );
            eprintln!("skipped: {error}");
            None
        }
    }
}

/// Numbers between -1 and 1 from a seed (splitmix64).
fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) as i64 as f32 / 2.0_f32.powi(63)
        })
        .collect()
}

/// The scores of all rows as they are held, in double precision; none for what is no row.
fn exact(
    numbers: Numbers,
    dimensions: usize,
    query: &[f32],
    rows: &[f32],
    less: &[f32],
) -> Vec<Option<f64>> {
    let mut packed = Packed::default();
    packed.pack(numbers, dimensions, rows, less, TILE);
    (0..rows.len() / dimensions)
        .map(|row| {
            let product: f64 = query
                .iter()
                .enumerate()
                .map(|(i, &q)| f64::from(q) * packed.number(numbers, dimensions, row, i))
                .sum();
            let off = packed.marks[2 * row + 1];
            (off < pack::NO_ROW).then(|| product - f64::from(off))
        })
        .collect()
}

/// The list is what sorting all rows gives, up to rows whose scores are closer than single precision tells.
fn check(found: &[Scored], exact: &[Option<f64>], count: usize, close: f64) {
    let there = exact.iter().flatten().count();
    assert_eq!(found.len(), count.min(there));
    let mut seen = vec![false; exact.len()];
    for pair in found.windows(2) {
        assert!(
            pair[0].score > pair[1].score
                || pair[0].score == pair[1].score && pair[0].row < pair[1].row,
            "out of order: {pair:?}"
        );
    }
    for scored in found {
        let expected = exact[scored.row].expect("a row that is none was found");
        let off = (f64::from(scored.score) - expected).abs();
        assert!(off <= close, "{scored:?} instead of {expected}");
        assert!(!std::mem::replace(&mut seen[scored.row], true), "twice");
    }
    let least = found
        .last()
        .map_or(f64::INFINITY, |last| f64::from(last.score));
    for (row, score) in exact.iter().enumerate() {
        if let Some(score) = score {
            assert!(
                seen[row] || *score <= least + close,
                "row {row} with {score} is missing; the last has {least}"
            );
        }
    }
}

#[test]
fn gpu_every_kernel_is_proven() {
    let Some(gpu) = gpu() else { return };
    for trial in trials() {
        let verdict = compute::try_one(&gpu, &trial, LIMIT);
        assert!(verdict.is_proven(), "{}: {verdict}", trial.name);
    }
    // A missing word of the answer is seen.
    let mut trial = trials().pop().expect("the last trial chooses");
    trial.invocations = 256;
    let verdict = compute::try_one(&gpu, &trial, LIMIT);
    assert!(matches!(verdict, Verdict::NotWritten { .. }), "{verdict}");
}

#[test]
fn gpu_the_best_rows_are_those_of_double_precision() {
    let Some(gpu) = gpu() else { return };
    for (dimensions, count_of_rows, questions) in [
        (1, 9_000, 2),
        (7, 40, 9),
        (70, 9_001, 5),
        (33, 256, 1),
        (129, 5_000, 21),
    ] {
        let mut rows = noise(dimensions * count_of_rows, 7);
        let mut less = noise(count_of_rows, 8);
        // Lengths far apart, rows that are none, and a row of zeros.
        for (place, row) in rows.chunks_exact_mut(dimensions).enumerate() {
            let scale = [1.0, 1e-3, 30.0][place % 3];
            row.iter_mut().for_each(|x| *x *= scale);
        }
        rows[5 * dimensions] = f32::NAN;
        rows[11 * dimensions] = f32::INFINITY;
        rows[17 * dimensions..18 * dimensions].fill(0.0);
        less[23] = f32::NAN;
        let queries = noise(dimensions * questions, 9);
        for numbers in [Numbers::Halves, Numbers::Bytes] {
            // Less is expected than comes, so that there are several buffers.
            let mut held = DeviceRows::new(&gpu, numbers, dimensions, 10, &budget()).unwrap();
            let cut = 5_000.min(count_of_rows - 1);
            held.add(&rows[..cut * dimensions], &less[..cut]).unwrap();
            let mut found = vec![Vec::new(); questions];
            held.best(&queries, 3, &mut found).unwrap();
            assert!(found.iter().flatten().all(|scored| scored.row < cut));
            held.add(&rows[cut * dimensions..], &less[cut..]).unwrap();
            assert_eq!(held.len(), count_of_rows);
            for count in [1, 10, 128, 256, 300] {
                held.best(&queries, count, &mut found).unwrap();
                for (query, found) in queries.chunks_exact(dimensions).zip(&found) {
                    let exact = exact(numbers, dimensions, query, &rows, &less);
                    // Sums of numbers up to 30.
                    check(found, &exact, count, 4e-6 * 30.0 * dimensions as f64);
                }
            }
        }
    }
}

#[test]
fn gpu_equal_scores_come_by_place() {
    let Some(gpu) = gpu() else { return };
    // Ten directions again and again: whole numbers, so that sums are exact in either form.
    let dimensions = 20;
    let row = |i: usize| (0..dimensions).map(move |k| if k == i % 10 { 127.0 } else { 0.0 });
    let rows: Vec<f32> = (0..3_000).flat_map(row).collect();
    let mut query = vec![0.0; dimensions];
    query[..10].copy_from_slice(&[1.0, 3.0, 2.0, 3.0, 0.0, -1.0, 3.0, 1.0, 0.0, 2.0]);
    let block = Block {
        dimensions,
        queries: &query,
        rows: &rows,
        less: &[],
    };
    for numbers in [Numbers::Halves, Numbers::Bytes] {
        let mut held = DeviceRows::new(&gpu, numbers, dimensions, 3_000, &budget()).unwrap();
        held.add(&rows, &[]).unwrap();
        for count in [5, 200, 1_000] {
            let (mut found, mut expected) = (vec![Vec::new()], vec![Vec::new()]);
            held.best(&query, count, &mut found).unwrap();
            Lanes::default().best(block, count, &mut expected).unwrap();
            assert_eq!(found, expected);
        }
    }
}

fn agree(gpu: &Gpu, block: Block<'_>, count: usize) -> OnDevice {
    let mut scan = OnDevice::new(gpu, &budget());
    let questions = block.queries.len() / block.dimensions;
    let (mut found, mut expected) = (vec![Vec::new(); questions], vec![Vec::new(); questions]);
    scan.best(block, count, &mut found).unwrap();
    Lanes::default().best(block, count, &mut expected).unwrap();
    assert_eq!(found, expected);
    scan
}

#[test]
fn gpu_a_scan_gives_the_bits_of_the_processor() {
    let Some(gpu) = gpu() else { return };
    let dimensions = 100;
    let rows = noise(dimensions * 6_000, 1);
    let less = noise(6_000, 2);
    let queries = noise(dimensions * 19, 3);
    let mut block = Block {
        dimensions,
        queries: &queries,
        rows: &rows,
        less: &less,
    };
    for count in [1, 10, 300] {
        let scan = agree(&gpu, block, count);
        assert!(scan.fell_back.is_none(), "{:?}", scan.fell_back);
        assert_eq!(scan.decided, 19, "random rows are far enough apart");
    }
    // Fewer rows than are asked for.
    block.rows = &rows[..dimensions * 7];
    block.less = &less[..7];
    assert_eq!(agree(&gpu, block, 10).decided, 19);

    // Copies that differ by less than a half tells: the candidates cannot decide, and the processor does.
    let near: Vec<f32> = (0..2_000)
        .flat_map(|i| {
            rows[..dimensions].iter().enumerate().map(move |(k, &x)| {
                if k == i % dimensions {
                    x * (1.0 + 1e-5 * i as f32 / 2_000.0)
                } else {
                    x
                }
            })
        })
        .collect();
    block.rows = &near;
    block.less = &[];
    block.queries = &rows[..dimensions];
    let scan = agree(&gpu, block, 10);
    assert_eq!((scan.decided, scan.undecided), (0, 1));
}

#[test]
fn gpu_a_lost_device_is_finished_by_the_processor() {
    let Some(gpu) = open() else { return };
    let rows = noise(30 * 500, 1);
    let block = Block {
        dimensions: 30,
        queries: &rows[..60],
        rows: &rows,
        less: &[],
    };
    gpu.destroy();
    let scan = agree(&gpu, block, 10);
    assert!(matches!(scan.fell_back, Some(Error::Device(_))));
}

#[test]
fn gpu_an_index_on_a_device_answers_as_its_own_scan_does() {
    let Some(gpu) = gpu() else { return };
    use crate::{Config, Filter, Index, Rerank};
    for rerank in [Rerank::FromFile, Rerank::InMemory] {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            rerank,
            ..Config::new(48)
        };
        let mut index = Index::open(folder.path(), &config).unwrap();
        let vectors = noise(48 * 700, 5);
        index
            .update(|change| {
                for (i, vector) in vectors.chunks_exact(48).enumerate() {
                    change.vector(i as i64, vector)?;
                }
                Ok(())
            })
            .unwrap();
        index
            .update(|change| change.remove_vector(3).map(|_| ()))
            .unwrap();
        let queries = &vectors[..48 * 5];
        let all = Filter::default();
        let expected = index
            .nearest_exact_many(queries, 10, &all, &mut Lanes::default())
            .unwrap();
        let mut on_device = OnDevice::new(&gpu, &budget());
        let scanned = index
            .nearest_exact_many(queries, 10, &all, &mut on_device)
            .unwrap();
        assert_eq!(scanned, expected);
        for numbers in [Numbers::Halves, Numbers::Bytes] {
            let mut held = index.hold(&gpu, numbers, &budget()).unwrap();
            let found = index.nearest_held(&mut held, queries, 10).unwrap();
            assert_eq!(found, expected);
            assert_eq!(held.decided + held.undecided, 5);
        }
        let mut held = index.hold(&gpu, Numbers::Halves, &budget()).unwrap();
        index
            .update(|change| change.remove_vector(4).map(|_| ()))
            .unwrap();
        assert!(index.nearest_held(&mut held, queries, 10).is_err());
    }
}
