use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

/// Written by `tests/import/make.py`: the same 60 rows of 5 numbers in every file.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/import")
        .join(name)
}

fn columns(vectors: &str, ids: &str) -> Columns {
    let some = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    Columns {
        vectors: some(vectors),
        ids: some(ids),
    }
}

/// All rows, seven at a time.
fn read(path: &Path, columns: &Columns) -> Result<(Source, Vec<RowId>, Vec<f32>), Error> {
    let mut source = Source::open(path, columns)?;
    let (mut ids, mut values, mut rows) = (Vec::new(), Vec::new(), Rows::default());
    while source.next(7, &mut rows)? {
        ids.append(&mut rows.ids);
        values.append(&mut rows.values);
    }
    Ok((source, ids, values))
}

fn plain(name: &str) -> (Source, Vec<RowId>, Vec<f32>) {
    read(&fixture(name), &Columns::default()).unwrap()
}

#[track_caller]
fn refused(name: &str, columns: &Columns, expected: &str) {
    let said = read(&fixture(name), columns).unwrap_err().to_string();
    assert!(said.contains(expected), "{said}");
}

#[test]
fn every_format_gives_the_same_numbers() {
    let (source, ids, truth) = plain("v1.npy");
    assert_eq!(
        (source.format(), source.count(), source.dimensions()),
        (Format::Npy, 60, 5)
    );
    assert_eq!((truth.len(), ids.len()), (300, 0));
    assert_eq!(plain("v2.npy").2, truth, "f8, other byte order");
    let near = |found: &[f32]| {
        assert_eq!(found.len(), 300);
        for (found, truth) in found.iter().zip(&truth) {
            // Half of the last of eleven bits.
            assert!((found - truth).abs() <= truth.abs() * 2.0_f32.powi(-11) + 1e-7);
        }
    };
    near(&plain("v3.npy").2);
    for (name, format, metric, mapped) in [
        ("flat_l2.faiss", Format::FaissFlat, Metric::L2, false),
        (
            "flat_ip.faiss",
            Format::FaissFlat,
            Metric::InnerProduct,
            false,
        ),
        ("hnsw_l2.faiss", Format::FaissHnsw, Metric::L2, false),
        (
            "hnsw_ip.faiss",
            Format::FaissHnsw,
            Metric::InnerProduct,
            false,
        ),
        ("map_flat.faiss", Format::FaissFlat, Metric::L2, true),
        ("map2_hnsw.faiss", Format::FaissHnsw, Metric::L2, true),
    ] {
        let (source, ids, values) = plain(name);
        assert_eq!((source.format(), source.metric()), (format, Some(metric)));
        assert_eq!(values, truth, "{name}");
        let expected: Vec<RowId> = (0..60)
            .filter(|_| mapped)
            .map(|i| RowId::Number(i * 3 + 1000))
            .collect();
        assert_eq!(ids, expected, "{name}");
    }
    let (source, ids, values) = read(&fixture("fixed.parquet"), &columns("a", "n")).unwrap();
    assert_eq!((source.format(), source.count()), (Format::Parquet, 60));
    assert_eq!(values, truth);
    assert_eq!(
        (&ids[0], &ids[59]),
        (&RowId::Number(100), &RowId::Number(159))
    );
    let (source, ids, values) = read(&fixture("fixed.parquet"), &columns("b", "")).unwrap();
    assert!(ids.is_empty() && !source.has_ids());
    near(&values);
    // Three row groups; rows 7, 8 and 9 are missing, empty and with a hole.
    let (_, ids, values) = plain("holes.parquet");
    assert_eq!(ids[31], RowId::Name("row 31".into()));
    for (row, (found, truth)) in values.chunks(5).zip(truth.chunks(5)).enumerate() {
        if (7..10).contains(&row) {
            assert!(found.iter().all(|x| x.is_nan()), "row {row}: {found:?}");
        } else {
            assert_eq!(found, truth, "row {row}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_told_with_a_remedy() {
    let none = Columns::default();
    refused("fortran.npy", &none, "numpy.ascontiguousarray");
    refused("ints.npy", &none, "its numbers are of type <i8");
    refused("l1.faiss", &none, "metric 2 of FAISS");
    refused("pq.faiss", &none, "kind IxPT");
    refused("make.py", &none, "neither a NumPy array");
    refused(
        "fixed.parquet",
        &none,
        "several columns of lists: a, b; name one with --column",
    );
    refused(
        "fixed.parquet",
        &columns("c", ""),
        "called c; its columns are n, a, b",
    );
    refused("fixed.parquet", &columns("a", "m"), "words called m");
    refused("v1.npy", &columns("a", ""), "no Parquet file");
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Source::open(folder.path(), &none),
        Err(Error::File { .. } | Error::Io { .. })
    ));
    assert!(matches!(
        Source::open(&folder.path().join("none"), &none),
        Err(Error::Io { .. })
    ));
}

/// `answers.txt` is what FAISS itself found with its graph, efSearch 16, six nearest to rows moved by 0.25.
#[test]
fn the_graph_of_a_file_answers_as_faiss_does() {
    let (_, _, truth) = plain("v1.npy");
    let answers = std::fs::read_to_string(fixture("answers.txt")).unwrap();
    let mut same = 0;
    for (line, answer) in answers.lines().enumerate() {
        let mut words = answer.split(' ');
        let name = words.next().unwrap();
        let graph = FaissGraph::open(&fixture(&format!("{name}.faiss"))).unwrap();
        assert_eq!((graph.expansion(), graph.len()), (16, 60));
        let query: Vec<f32> = truth[line % 20 * 5..][..5]
            .iter()
            .map(|x| x + 0.25)
            .collect();
        let found = graph.nearest(&query, 6).unwrap();
        let expected: Vec<usize> = words.map(|word| word.parse().unwrap()).collect();
        same += found.iter().zip(&expected).filter(|(a, b)| a == b).count();
    }
    // All 40 times 6; FAISS stops a little differently, so one answer may differ.
    assert!(same >= 234, "{same} of 240");
    let flat = FaissGraph::open(&fixture("flat_l2.faiss")).unwrap_err();
    assert!(flat.to_string().contains("no graph"));
}

#[test]
fn half_precision_is_widened_exactly() {
    for (half, expected) in [
        (0x0000, 0.0),
        (0x8000, -0.0),
        (0x3C00, 1.0),
        (0xC000, -2.0),
        (0x7BFF, 65504.0),
        (0x0400, 6.103_515_6e-5),
        (0x0001, 5.960_464_5e-8),
        (0x83FF, -6.097_555e-5),
        (0x3555, 0.333_251_95),
        (0x7C00, f32::INFINITY),
    ] {
        assert_eq!(
            from_half(half).to_bits(),
            f32::to_bits(expected),
            "{half:x}"
        );
    }
    assert!(from_half(0x7E00).is_nan());
}

/// Every cut of a small file is refused, and none says that a cut file is whole.
#[test]
fn every_cut_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut");
    for name in [
        "v1.npy",
        "flat_ip.faiss",
        "map2_hnsw.faiss",
        "holes.parquet",
    ] {
        let whole = std::fs::read(fixture(name)).unwrap();
        for length in (0..whole.len()).step_by(if name.ends_with("y") { 1 } else { 17 }) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let error = read(&path, &Columns::default()).unwrap_err();
            assert!(
                matches!(error, Error::File { .. }),
                "{name} {length}: {error:?}"
            );
        }
        // And one byte too many, where the format has no footer to look for.
        if !name.ends_with("parquet") {
            std::fs::write(&path, [whole.as_slice(), &[0]].concat()).unwrap();
            let said = read(&path, &Columns::default()).unwrap_err().to_string();
            assert!(said.contains("1 bytes are left"), "{said}");
        }
    }
}

/// Counts that would need more memory than there is are refused by arithmetic.
#[test]
fn huge_counts_take_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge");
    let write = |name: &str, at: usize, with: &[u8]| {
        let mut bytes = std::fs::read(fixture(name)).unwrap();
        bytes[at..at + with.len()].copy_from_slice(with);
        std::fs::write(&path, bytes).unwrap();
        let error = read(&path, &Columns::default()).unwrap_err();
        assert!(matches!(error, Error::File { .. }), "{error:?}");
        error.to_string()
    };
    let huge = (1_u64 << 47).to_le_bytes();
    assert!(write("flat_l2.faiss", 8, &huge).contains("it keeps 300 numbers for 140737488355328"));
    assert!(write("flat_l2.faiss", 37, &huge).contains("it keeps"));
    assert!(
        write("hnsw_l2.faiss", 37, &huge).contains("level shares is said to have 140737488355328")
    );
    assert!(write("flat_l2.faiss", 8, &u64::MAX.to_le_bytes()).contains("-1 vectors"));
    let shape = b"(9999999999, 5), ";
    let bytes = std::fs::read(fixture("v1.npy")).unwrap();
    let at = bytes
        .windows(7)
        .position(|part| part == b"(60, 5)")
        .unwrap();
    assert!(write("v1.npy", at, shape).contains("9999999999 entries of 20 bytes"));
    assert!(write("v1.npy", 8, &[0xFF, 0xFF]).contains("the head is said to have"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever bytes are changed: an answer or an error, never a panic, and memory no larger than the file warrants.
    #[test]
    fn damaged_files_end_as_errors_or_rows(
        which in 0_usize..9,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
        near_head in any::<bool>(),
    ) {
        let name = [
            "v1.npy", "v2.npy", "v3.npy", "flat_l2.faiss", "hnsw_ip.faiss", "map2_hnsw.faiss", "map_flat.faiss",
            "holes.parquet", "fixed.parquet",
        ][which];
        let mut bytes = std::fs::read(fixture(name)).unwrap();
        for (place, byte) in changes {
            let reach = if near_head { bytes.len().min(160) } else { bytes.len() };
            bytes[place.index(reach)] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("damaged");
        std::fs::write(&path, &bytes).unwrap();
        let columns = if name == "fixed.parquet" { columns("a", "n") } else { Columns::default() };
        if let Ok((source, _, values)) = read(&path, &columns) {
            prop_assert_eq!(values.len() as u64, source.count() * source.dimensions() as u64);
        }
        if let Ok(graph) = FaissGraph::open(&path) {
            let query = vec![0.5; graph.dimensions()];
            prop_assert!(graph.nearest(&query, 5).unwrap().len() <= 5);
        }
    }
}
