//! The house net beside onnxruntime in `f32` and PyTorch in bf16, on one core, in one run: `PYTHON=/path/to/python cargo bench -p nn`.
//!
//! Random weights and dense random inputs. The process pins itself and its peers to the core it starts on; all count the
//! processor time of their own thread. They take turns, and the best of the rounds counts. The outputs of the timed
//! batch are compared with the peer's and with our `f64` reference. Beside each figure stands what the core can do at most,
//! measured in the same rounds: fused multiply-adds out of registers, and reading as many bytes as the net has weights.
//!
//! The peers are called from Python, as their users do. What the call itself costs is measured on a model that does nothing;
//! the last column takes it off. PyTorch gets its inputs as bf16 and leaves its outputs so; ours rounds `f32` inputs itself.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock and the environment; the crate may not.

#[path = "peers/limits.rs"]
mod limits;
#[path = "peers/limits16.rs"]
mod limits16;
#[path = "peers/peer.rs"]
mod peer;

use std::hint::black_box;

use nn::{Config, Net, Precision, Weights};
use peer::Peer;

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

/// What one precision did at one batch size.
struct Line {
    batch: usize,
    ours: f64,
    theirs: f64,
    idle: f64,
    error: f64,
}

/// A precision, our net in it, and the peer that has it.
struct Side {
    net: Net,
    peer: Option<Peer>,
    lines: Vec<Line>,
}

impl Side {
    fn new(weights: &Weights, precision: Precision, script: &str, packages: &str) -> Side {
        let net = Net::with(weights, precision);
        println!(
            "{precision}: net {}, {} of weights, {}",
            net.config().architecture(),
            bytes(net.weight_bytes()),
            net.instructions()
        );
        let peer = match Peer::start(weights, script, packages) {
            Ok(peer) => {
                println!("{precision}: peer {} from Python, one thread", peer.version);
                Some(peer)
            }
            Err(why) => {
                println!("{precision}: peer n/a ({why})");
                None
            }
        };
        Side {
            net,
            peer,
            lines: Vec::new(),
        }
    }

    /// One turn each.
    fn turn(&mut self, line: &mut Line, inputs: &[f32], values: &mut [f32], policies: &mut [f32]) {
        let calls = (ROWS_IN_TURN / line.batch.max(2)).max(1);
        let net = &mut self.net;
        line.ours = line.ours.min(timed(calls, || {
            let done = net.forward(black_box(inputs), values, policies);
            done.expect("good inputs");
            black_box(&mut *values);
        }));
        if let Some(peer) = &mut self.peer {
            let (run, nothing) = peer.time(line.batch, calls);
            line.theirs = line.theirs.min(run);
            line.idle = line.idle.min(nothing);
        }
    }

    /// The largest difference to `f64`, after comparing with the peer and with what the precision allows.
    fn check(
        &mut self,
        weights: &Weights,
        inputs: &[f32],
        values: &[f32],
        policies: &[f32],
    ) -> f64 {
        let (config, precision) = (weights.config(), self.net.precision());
        let tolerance = match precision {
            Precision::F32 => 1e-5,
            _ => 5e-2,
        };
        let peers = self.peer.as_mut().map(|peer| peer.outputs(inputs));
        let (mut to_exact, mut to_peer) = (0.0f64, 0.0f64);
        for row in 0..values.len() {
            let x = &inputs[row * config.inputs..][..config.inputs];
            let exact = weights.reference(x).expect("a row");
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
            to_exact < tolerance && to_peer < tolerance,
            "{precision}: {to_exact:e} {to_peer:e}"
        );
        to_exact
    }
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
    let mut sides = [
        Side::new(
            &weights,
            Precision::F32,
            "onnx_peer.py",
            "onnxruntime, onnx and numpy",
        ),
        Side::new(
            &weights,
            Precision::Bf16,
            "torch_peer.py",
            "torch and numpy",
        ),
    ];

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
    let size = sides[0].net.weight_bytes();
    let stream = vec![1.0f32; size / 4 + 16];
    let start = stream.as_ptr().align_offset(64);
    let stream = &stream[start..start + size / 4];

    let (mut peak, mut peak16, mut bandwidth) = (0.0, None, [0.0; 4]);
    for batch in BATCHES {
        let inputs = noise.iter().cycle().take(batch * config.inputs);
        let inputs: Vec<f32> = inputs.map(|x| x / largest).collect();
        let mut outputs = [0, 1].map(|_| {
            (
                vec![f32::NAN; batch],
                vec![f32::NAN; batch * config.policies],
            )
        });
        let mut lines = [0, 1].map(|_| Line {
            batch,
            ours: f64::INFINITY,
            theirs: f64::INFINITY,
            idle: f64::INFINITY,
            error: f64::NAN,
        });
        for _ in 0..ROUNDS {
            for ((side, line), (values, policies)) in
                sides.iter_mut().zip(&mut lines).zip(&mut outputs)
            {
                side.turn(line, &inputs, values, policies);
            }
            peak = f64::max(peak, limits::operations() / timed(1, limits::multiply_add));
            if let Some(found) = limits16::peak(1, now_ns) {
                peak16 = Some(f64::max(peak16.unwrap_or(0.0), found));
            }
            for (streams, best) in [1, 2, 4, 8].into_iter().zip(&mut bandwidth) {
                let ns = timed(10, || limits::read(black_box(stream), streams));
                *best = f64::max(*best, size as f64 / ns);
            }
        }
        for ((side, mut line), (values, policies)) in sides.iter_mut().zip(lines).zip(&outputs) {
            line.error = side.check(&weights, &inputs, values, policies);
            side.lines.push(line);
        }
    }

    println!("\nfused multiply-adds out of registers: {peak:.1} GFLOP/s");
    if !sides[1].net.instructions().starts_with("AMX") {
        println!("AMX: n/a (the processor has none, or the system does not lend it)");
    }
    match peak16 {
        Some(peak) => println!("vdpbf16ps out of registers: {peak:.1} GFLOP/s"),
        None => println!("vdpbf16ps: n/a (the processor does not have it)"),
    }
    let each = bandwidth.map(|best: f64| format!("{best:.1}"));
    let bandwidth = bandwidth.into_iter().fold(0.0, f64::max);
    println!(
        "reading {} in 1, 2, 4, 8 streams: {} GB/s; at best {:.1} us",
        bytes(size),
        each.join(", "),
        size as f64 / bandwidth / 1e3
    );
    let singles: Vec<f64> = sides[0].lines.iter().map(|line| line.ours).collect();
    for side in &sides {
        let precision = side.net.precision();
        let block = if side.net.instructions().starts_with("AMX") {
            64
        } else {
            96
        };
        let peer = side.peer.as_ref().map_or("peer", |peer| &peer.version);
        println!("\n{precision}, {}", side.net.instructions());
        println!(
            "| batch | ours | states/s | GFLOP/s | of the f32 multiply-add peak | of the reading peak | worst error to f64 | {peer} | ours is faster by | without its call | faster than ours in f32 by |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (line, single) in side.lines.iter().zip(&singles) {
            let flops = 2.0 * (config.products() * line.batch) as f64 / line.ours;
            let read = (line.batch.div_ceil(block) * side.net.weight_bytes()) as f64 / line.ours;
            let beside = if line.theirs.is_finite() {
                format!(
                    "{:.1} us | **{:.2}** | {:.2}",
                    line.theirs / 1e3,
                    line.theirs / line.ours,
                    (line.theirs - line.idle) / line.ours
                )
            } else {
                "n/a | n/a | n/a".into()
            };
            println!(
                "| {} | {:.1} us | {:.0} | {flops:.0} | {:.0} % | {:.0} % | {:.1e} | {beside} | {:.2} |",
                line.batch,
                line.ours / 1e3,
                line.batch as f64 / line.ours * 1e9,
                100.0 * flops / peak,
                100.0 * read / bandwidth,
                line.error,
                single / line.ours
            );
        }
    }
}

fn bytes(count: usize) -> String {
    format!("{:.2} MB", count as f64 / 1e6)
}
