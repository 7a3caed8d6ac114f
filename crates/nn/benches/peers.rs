//! The house net beside onnxruntime, on one core, in one run: `PYTHON=/path/to/python cargo bench -p nn`.
//!
//! Random weights and dense random inputs. The process pins itself and its peer to the core it starts on; both count the
//! processor time of their own thread. They take turns, and the best of the rounds counts. The outputs of the timed
//! batch are compared with the peer's and with our `f64` reference. Beside each figure stands what the core can do at most,
//! measured in the same rounds: fused multiply-adds out of registers, and reading as many bytes as the net has weights.
//!
//! The peer is called from Python, as its users do. What the call itself costs is measured on a model that does nothing;
//! the last column takes it off.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock and the environment; the crate may not.

#[path = "peers/limits.rs"]
mod limits;
#[path = "peers/onnx.rs"]
mod onnx;

use std::hint::black_box;

use nn::{Config, Net, Weights};
use onnx::Onnx;

const ROUNDS: usize = 25;
const BATCHES: [usize; 7] = [1, 2, 4, 8, 16, 64, 256];
/// Rows in a turn; 20 ms or so.
const ROWS_IN_TURN: usize = 1536;

/// Processor time of this thread, in nanoseconds.
fn now_ns() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    1e9 * t.tv_sec as f64 + t.tv_nsec as f64
}

/// Nanoseconds of one call, mean over `calls`.
fn timed(calls: usize, mut call: impl FnMut()) -> f64 {
    let start = now_ns();
    for _ in 0..calls {
        call();
    }
    (now_ns() - start) / calls as f64
}

/// Stays on the core it is on; a child inherits that. Only Linux allows it.
#[cfg(target_os = "linux")]
fn pin() -> Option<usize> {
    let core = rustix::thread::sched_getcpu();
    let mut set = rustix::thread::CpuSet::new();
    set.set(core);
    rustix::thread::sched_setaffinity(None, &set).ok()?;
    Some(core)
}

#[cfg(not(target_os = "linux"))]
fn pin() -> Option<usize> {
    None
}

fn main() {
    // `cargo bench` says `--bench`; `cargo test --all-targets` does not, and has no minute to spare.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("skipped: run it by `cargo bench -p nn`");
        return;
    }
    match pin() {
        Some(core) => println!("core {core}"),
        None => println!("core: n/a (the system refused to pin)"),
    }
    let weights = Weights::seeded(Config::default(), 1).expect("the house net");
    let config = weights.config().clone();
    let mut net = Net::new(&weights);
    println!(
        "net {}, {} of weights, {}",
        config.architecture(),
        bytes(net.weight_bytes()),
        net.instructions()
    );
    let mut peer = match Onnx::start(&weights) {
        Ok(peer) => {
            println!("peer: {} from Python, one thread", peer.version);
            Some(peer)
        }
        Err(why) => {
            println!("peer: onnxruntime n/a ({why})");
            None
        }
    };

    let noise = Weights::seeded(
        Config {
            inputs: 1 << 15,
            hidden: vec![],
            policies: 5,
        },
        2,
    );
    let noise = noise.expect("random numbers").layers()[1].weight.clone();
    let largest = noise.iter().fold(0.0, |a: f32, x| a.max(x.abs()));
    let stream = vec![1.0f32; net.weight_bytes() / 4 + 16];
    let start = stream.as_ptr().align_offset(64);
    let stream = &stream[start..start + net.weight_bytes() / 4];

    let (mut peak, mut bandwidth) = (0.0, [0.0; 4]);
    let mut lines = Vec::new();
    for batch in BATCHES {
        let inputs = noise.iter().cycle().take(batch * config.inputs);
        let inputs: Vec<f32> = inputs.map(|x| x / largest).collect();
        let mut values = vec![f32::NAN; batch];
        let mut policies = vec![f32::NAN; batch * config.policies];
        let calls = (ROWS_IN_TURN / batch.max(2)).max(1);
        let (mut ours, mut theirs, mut idle) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
        for _ in 0..ROUNDS {
            ours = ours.min(timed(calls, || {
                net.forward(black_box(&inputs), &mut values, &mut policies)
                    .expect("a batch");
            }));
            if let Some(peer) = &mut peer {
                let (run, nothing) = peer.time(batch, calls);
                theirs = theirs.min(run);
                idle = idle.min(nothing);
            }
            peak = f64::max(peak, limits::operations() / timed(1, limits::multiply_add));
            for (streams, best) in [1, 2, 4, 8].into_iter().zip(&mut bandwidth) {
                let ns = timed(10, || limits::read(black_box(stream), streams));
                *best = f64::max(*best, net.weight_bytes() as f64 / ns);
            }
        }
        let (mut to_exact, mut to_peer) = (0.0f64, 0.0f64);
        let peers = peer.as_mut().map(|peer| peer.outputs(&inputs));
        for row in 0..batch {
            let exact = weights.reference(&inputs[row * config.inputs..][..config.inputs]);
            let exact = exact.expect("a row");
            let logits = &policies[row * config.policies..][..config.policies];
            for (i, &ours) in std::iter::once(&values[row]).chain(logits).enumerate() {
                to_exact = to_exact.max((f64::from(ours) - exact[i].exact).abs());
                if let Some(peers) = &peers {
                    let theirs = peers[row * (1 + config.policies) + i];
                    to_peer = to_peer.max(f64::from((ours - theirs).abs()));
                }
            }
        }
        // NaN, a missing answer, would pass a comparison for "larger".
        assert!(
            to_exact < 1e-5 && to_peer < 1e-5,
            "{to_exact:e} {to_peer:e}"
        );
        lines.push((batch, ours, theirs, idle, to_exact));
    }

    println!("\nfused multiply-adds out of registers: {peak:.1} GFLOP/s");
    let each = bandwidth.map(|best: f64| format!("{best:.1}"));
    let bandwidth = bandwidth.into_iter().fold(0.0, f64::max);
    println!(
        "reading {} in 1, 2, 4, 8 streams: {} GB/s; at best {:.1} us\n",
        bytes(net.weight_bytes()),
        each.join(", "),
        net.weight_bytes() as f64 / bandwidth / 1e3
    );
    println!(
        "| batch | ours | states/s | of the multiply-add peak | of the reading peak | worst error to f64 | onnxruntime | ours is faster by | without its call |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (batch, ours, theirs, idle, error) in lines {
        let flops = 2.0 * (config.products() * batch) as f64 / ours;
        let blocks = batch.div_ceil(96);
        let read = (blocks * net.weight_bytes()) as f64 / ours;
        let beside = if theirs.is_finite() {
            format!(
                "{:.1} us | **{:.2}** | {:.2}",
                theirs / 1e3,
                theirs / ours,
                (theirs - idle) / ours
            )
        } else {
            "n/a | n/a | n/a".into()
        };
        println!(
            "| {batch} | {:.1} us | {:.0} | {:.0} % | {:.0} % | {error:.1e} | {beside} |",
            ours / 1e3,
            batch as f64 / ours * 1e9,
            100.0 * flops / peak,
            100.0 * read / bandwidth,
        );
    }
}

fn bytes(count: usize) -> String {
    format!("{:.2} MB", count as f64 / 1e6)
}
