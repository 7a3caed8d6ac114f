//! What a memory of judgements says that it takes is what it takes. One test, alone in its process: it looks at the process's memory.
#![cfg(target_os = "linux")]

use search::{Cached, Each, Evaluator, Judgement};

/// Memory of this process in RAM, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("proc");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    1024 * kb.expect("a number of kB")
}

#[test]
fn a_full_memory_takes_what_it_said() {
    const CAPACITY: usize = 300_000;
    let said = Cached::<(), ()>::bytes_for(CAPACITY, 0);
    let before = resident();
    let key =
        |x: &u64| Some(u128::from(*x).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
    let mut judge = Cached::new(Each(|x: &u64| *x as f64), CAPACITY, key);
    let mut out = vec![Judgement::default(); 1000];
    for first in (0..3 * CAPACITY as u64).step_by(1000) {
        let leaves: Vec<u64> = (first..first + 1000).collect();
        judge.evaluate(&leaves, &mut out).expect("it always judges");
    }
    let took = resident() - before;
    println!("took {took}, said {said}");
    // Slots that were never written are not there, and the allocator may give back what tables left as they grew.
    assert!(took < said + (4 << 20), "took {took}, said {said}");
    assert!(took > said / 2, "took {took}, said {said}");
}
