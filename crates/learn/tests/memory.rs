//! What a run says that it takes is about what it takes. One test, alone in its process: it looks at the process's memory.
#![cfg(target_os = "linux")]

use learn::lattice::LatticeField;
use learn::{Field, PlayConfig, Run, TrainConfig};
use nn::train::LearnConfig;
use search::problems::wheel_lattice::Lattice;
use search::problems::wheel_rolling::Rolling;
use search::{Root, SearchConfig};

/// A row of `/proc/self/status`, in bytes.
fn memory(row: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("proc");
    let line = status.lines().find(|line| line.starts_with(row));
    let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    1024 * kb.expect("a number of kB")
}

/// The lattice of the tests with a net of the size of the wheel's: then nets, optimiser and steps are most of it.
#[test]
fn a_run_takes_about_what_it_said() {
    let field = LatticeField(Rolling {
        lattice: Lattice {
            cycles: 6,
            ..Lattice::reference()
        },
        life: 1,
        early: true,
    });
    let config = TrainConfig {
        hidden: vec![1024, 1024],
        play: PlayConfig {
            search: SearchConfig {
                evaluations: 64,
                root: Root::Gumbel {
                    considered: 4,
                    noise: 1.0,
                },
                ..SearchConfig::default()
            },
            lambda: 0.5,
            moves_max: 10,
        },
        games: 40,
        steps: 4,
        batch: 256,
        capacity: 100_000,
        alpha: 0.6,
        beta: 0.8,
        strata: Vec::new(),
        learn: LearnConfig {
            steps: 40,
            warmup_steps: 4,
            ..LearnConfig::default()
        },
        seed: 3,
    };
    let needs = config.needs(field.shape(), 2, 10.0, 1500);
    let folder = tempfile::tempdir().expect("a folder");
    let before = memory("VmRSS:");
    let about = serde_json::json!({});
    let mut run = Run::open(&field, config, folder.path(), &about).expect("a new folder");
    for _ in 0..2 {
        run.advance(2, &|_, _| true).expect("it learns");
    }
    let took = memory("VmHWM:") - before;
    println!("took {took}, said {needs:?}, {} in all", needs.total());
    // The replay's rows are not touched before games fill them.
    let said = needs.total();
    assert!(took < said + (16 << 20), "took {took}, said {said}");
    assert!(took > (said - needs.replay) / 2, "took {took}, said {said}");
}
