//! Other people's files of vectors: NumPy arrays, lists in Parquet, indexes of FAISS with and without a graph.
//!
//! The snapshots of our own graph are not here: `usearch` reads them in C++, and no byte reaches it before the whole file has the
//! hash that the database holds (`index::snapshot::fault`).
#![no_main]

mod hook;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use index::import::{Columns, FaissGraph, Rows, Source};
use libfuzzer_sys::fuzz_target;

/// One file in memory, written anew for every input.
fn file() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        folder.join(format!("jarvis2-fuzz-{}", std::process::id()))
    })
}

fuzz_target!(init: hook::set(), |bytes: &[u8]| {
    let path = file();
    std::fs::write(path, bytes).expect("a file in memory");
    hook::told(|| {
        match Source::open(path, &Columns::default()) {
            Ok(mut source) => {
                let mut rows = Rows::default();
                // A head may promise more than an input can hold; a reader that stops by itself does so soon.
                while let Ok(true) = source.next(64, &mut rows) {
                    assert_eq!(rows.values.len() % source.dimensions(), 0);
                }
            }
            Err(error) => assert!(!error.to_string().is_empty(), "an error without words"),
        }
        if !bytes.starts_with(b"PAR1") && !bytes.starts_with(b"\x93NUMPY") {
            if let Ok(graph) = FaissGraph::open(path) {
                let query = vec![0.5; graph.dimensions()];
                let _ = graph.nearest(&query, 4);
            }
            let _ = FaissGraph::bytes_needed(path);
        }
    });
});
