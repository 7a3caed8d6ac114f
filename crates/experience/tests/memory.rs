//! What a buffer says that it takes is what it takes. One test, alone in its process: it looks at the process's memory.
#![cfg(target_os = "linux")]

use experience::{RecordId, Replay, ReplayConfig};

/// Memory of this process in RAM, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("proc");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    1024 * kb.expect("a number of kB")
}

#[test]
fn a_full_buffer_takes_what_it_said() {
    for (capacity, width, groups) in [(60_000, 300, vec![]), (400_000, 4, vec![1.0; 3])] {
        let config = ReplayConfig {
            capacity,
            width,
            alpha: 0.6,
            groups,
            seed: 1,
            ratio: None,
        };
        let said = Replay::bytes_for(&config);
        let before = resident();
        let replay = Replay::new(config).expect("a sound shape");
        let rows = vec![1.0; 1000 * width];
        for first in (0..capacity).step_by(1000) {
            let ids: Vec<RecordId> = (0..1000).map(|at| RecordId((first + at) as i64)).collect();
            let groups: Vec<u32> = (0..1000).map(|at| at % 3).collect();
            let groups = if width == 4 { &groups[..] } else { &[] };
            replay.add(&ids, groups, &rows).expect("it is open");
        }
        let took = resident() - before;
        // 3 %, and the pages of one step and of the allocator.
        let slack = said / 33 + (4 << 20);
        assert!(took.abs_diff(said) < slack, "took {took}, said {said}");
    }
}
