//! Draws a second from a full replay, and rows a second into it: `cargo bench -p experience --bench replay`.
//!
//! Beside cpprb (a Python package) in the same minute: `-- --peer PYTHON` runs `benches/replay_peer.py` in turn with ours. Times are
//! processor time of the thread, the median and the best of the rounds.

use std::process::Command;

use experience::{Draw, RecordId, Replay, ReplayConfig};
use rustix::time::{ClockId, clock_gettime};

const BATCH: usize = 256;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let peer = arguments
        .iter()
        .position(|argument| argument == "--peer")
        .and_then(|place| arguments.get(place + 1));
    println!(
        "batch {BATCH}, alpha 0.6, beta 0.4, one thread, processor time; draws a second: median (best) of rounds"
    );
    for round in 0..3 {
        println!("round {round}");
        indices(1_000_000, 8, 0);
        indices(1_000_000, 8, 5);
        rows(1_000_000, 8);
        rows(200_000, 768);
        if let Some(python) = peer {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/replay_peer.py");
            match Command::new(python).arg(script).status() {
                Ok(status) if status.success() => {}
                other => println!("cpprb: n/a ({other:?})"),
            }
        }
    }
}

/// With `groups` of even shares, each for every so many-th row; 0 for none.
fn full(capacity: usize, width: usize, groups: u32) -> Replay {
    let replay = Replay::new(ReplayConfig {
        capacity,
        width,
        alpha: 0.6,
        groups: vec![1.0; groups as usize],
        seed: 1,
        ratio: None,
    })
    .expect("a sound configuration");
    let ids: Vec<RecordId> = (0..1_000).map(RecordId).collect();
    let of: Vec<u32> = match groups {
        0 => Vec::new(),
        _ => (0..1_000).map(|i| i % groups).collect(),
    };
    let block: Vec<f32> = (0..1_000 * width).map(|i| (i % 97) as f32).collect();
    let before = seconds();
    for _ in 0..capacity / 1_000 {
        replay.try_add(&ids, &of, &block).expect("no ratio");
    }
    let rate = capacity as f64 / (seconds() - before);
    println!(
        "  ours, {capacity} x {width}: added {:.2} M rows a second (first touch of the memory included)",
        rate / 1e6
    );
    let turns: Vec<u64> = (0..capacity as u64).collect();
    let priorities: Vec<f64> = turns
        .iter()
        .map(|&turn| 0.01 + (turn.wrapping_mul(2_654_435_761) % 1_000) as f64 / 1_000.0)
        .collect();
    assert_eq!(replay.set_priorities(&turns, &priorities), capacity);
    replay
}

fn indices(capacity: usize, width: usize, groups: u32) {
    let replay = full(capacity, width, groups);
    measure(
        &format!("ours, indices and weights only, {groups} groups"),
        capacity,
        width,
        |number, draw| {
            replay
                .draw(number, BATCH, 0.4, draw)
                .expect("rows are there");
        },
    );
}

fn rows(capacity: usize, width: usize) {
    let replay = full(capacity, width, 0);
    measure("ours, with rows", capacity, width, |number, draw| {
        replay
            .draw_rows(number, BATCH, 0.4, draw)
            .expect("rows are there");
        assert_eq!(draw.rows.len(), BATCH * width);
    });
    measure(
        "ours, with rows and new priorities",
        capacity,
        width,
        |number, draw| {
            replay
                .draw_rows(number, BATCH, 0.4, draw)
                .expect("rows are there");
            let priorities: [f64; BATCH] = std::array::from_fn(|i| 0.01 + i as f64 / 256.0);
            assert_eq!(replay.set_priorities(&draw.turns, &priorities), BATCH);
        },
    );
}

fn measure(what: &str, capacity: usize, width: usize, mut step: impl FnMut(u64, &mut Draw)) {
    const STEPS: u64 = 300;
    let mut draw = Draw::default();
    let mut number = 0;
    let mut rates: Vec<f64> = (0..7)
        .map(|_| {
            let before = seconds();
            for _ in 0..STEPS {
                number += 1;
                step(number, &mut draw);
            }
            (STEPS as usize * BATCH) as f64 / (seconds() - before)
        })
        .collect();
    // What a draw is must not change while it is timed.
    assert!(draw.turns.len() == BATCH && draw.weights.iter().all(|w| (0.0..=1.0).contains(w)));
    rates.sort_by(f64::total_cmp);
    println!(
        "  {what}, {capacity} x {width}: {:.2} M ({:.2})",
        rates[3] / 1e6,
        rates[6] / 1e6
    );
}

fn seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
