//! What an index says that it takes is what it takes. One test, alone in its process: it looks at the process's memory.
#![cfg(target_os = "linux")]

use index::{Config, Index, Rerank};

/// Memory of this process that no file backs, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("proc");
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    1024 * kb.expect("a number of kB")
}

fn row(number: u64, dimensions: usize) -> Vec<f32> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..dimensions).map(next).collect()
}

#[test]
fn an_index_takes_about_what_it_said() {
    const VECTORS: u64 = 24_000;
    for rerank in [Rerank::FromFile, Rerank::InMemory] {
        let dimensions = 256;
        let config = Config {
            rerank,
            expansion_add: 16,
            connectivity: 16,
            threads: 2,
            ..Config::new(dimensions)
        };
        let folder = tempfile::tempdir().expect("a folder");
        let said = Index::bytes_for(&config, VECTORS);
        let before = resident();
        let mut index = Index::open(folder.path(), &config).expect("a new folder");
        for first in (0..VECTORS).step_by(2000) {
            index.set_threads((first / 2000) as usize % 4);
            index
                .update(|change| {
                    (first..first + 2000).try_for_each(|number| {
                        change.vector(number as i64, &row(number, dimensions))
                    })
                })
                .expect("room on the disk");
        }
        let took = resident().saturating_sub(before);
        println!("{rerank:?}: took {took}, said {said}");
        // The allocator of the graph takes ever larger pieces, and SQLite keeps pages of its own (2 MB).
        assert!(
            took < said + said / 4 + (8 << 20),
            "took {took}, said {said}"
        );
        assert!(took > said / 2, "took {took}, said {said}");
        assert_eq!(
            Index::vectors_in(folder.path()).expect("it is there"),
            VECTORS
        );
    }
}
