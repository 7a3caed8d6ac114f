//! Searches a second beside mctx and OpenSpiel, in one run: `taskset -c 0 cargo bench -p search`.
//!
//! One core, one thread on either side, processor time of the thread or process, ours and the peer's runs in turn, the best of
//! several each. Root visits are compared in the very runs that are timed. mctx runs as shipped, compiled before the clock starts,
//! with its noise at the root switched off; it keeps its tie-breaking noise of 1e-7, which can move a visit. Leaves are judged by
//! the crate `nn`, in `f32` as in mctx and, in rows that say so, in bf16: another net, so other visits.
//! The peers take part where `SEARCH_PEERS_PYTHON` (or `python3`) has them: `pip install mctx==0.0.71 open_spiel`.
//! Arguments after `--` pick rows by a part of their name.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock and the environment; the crate may not.

#[path = "toy/four.rs"]
mod four;
#[allow(dead_code)] // The other benchmark uses the rest.
#[path = "toy/peer.rs"]
mod peer;
#[path = "toy/table.rs"]
mod table;
#[path = "toy/world.rs"]
mod world;

use std::hint::black_box;

use four::{Position, Uct};
use nn::Precision;
use peer::Peer;
use search::compat::{Config, Model, Policy, Root, Searcher};
use table::Table;
use world::{ACTIONS, FEATURES, Judged, OUTCOMES, World};

/// Ours and the peer's runs in turn.
const ROUNDS: usize = 7;

/// Processor time of this thread, in nanoseconds.
fn now_ns() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    1e9 * t.tv_sec as f64 + t.tv_nsec as f64
}

/// What one row says.
struct Row {
    name: String,
    ours_ns: f64,
    peer: String,
    peer_ns: Result<f64, String>,
    agreement: String,
}

impl Row {
    fn print(&self) {
        let rate = |ns: f64| format!("{:.1}k", 1e6 / ns);
        let (theirs, ratio) = match &self.peer_ns {
            Ok(ns) => (rate(*ns), format!("**{:.1}**", ns / self.ours_ns)),
            Err(why) if why.is_empty() => (String::new(), String::new()),
            Err(why) => (format!("n/a ({why})"), String::new()),
        };
        println!(
            "| {} | {} | {:.2} us | {} | {theirs} | {ratio} | {} |",
            self.name,
            rate(self.ours_ns),
            self.ours_ns / 1e3,
            self.peer,
            self.agreement
        );
    }
}

struct Bench {
    peer: Result<Peer, String>,
    picks: Vec<String>,
}

impl Bench {
    /// Runs `ours`, which gives nanoseconds a simulation and root visits, in turn with the peer's `command`.
    fn row(
        &mut self,
        name: &str,
        peer: &str,
        command: &str,
        actions: usize,
        mut ours: impl FnMut() -> (f64, Vec<u32>),
    ) {
        if !self.picks.is_empty() && !self.picks.iter().any(|pick| name.contains(pick.as_str())) {
            return;
        }
        let mut peer_ns = Err(String::new());
        if !command.is_empty() {
            peer_ns = match &mut self.peer {
                Ok(peer) => peer
                    .ask(&format!("prepare {command}"))
                    .map(|_| f64::INFINITY),
                Err(why) => Err(why.clone()),
            };
        }
        let mut ours_ns = f64::INFINITY;
        let mut visits = Vec::new();
        ours(); // warm
        for _ in 0..ROUNDS {
            let (ns, found) = ours();
            ours_ns = ours_ns.min(ns);
            visits = found;
            if let (Ok(best), Ok(peer)) = (&mut peer_ns, &mut self.peer) {
                match peer.go() {
                    Ok(ns) => *best = best.min(ns),
                    Err(why) => peer_ns = Err(why),
                }
            }
        }
        let mut agreement = String::new();
        if let (Ok(_), Ok(peer), true) = (&peer_ns, &mut self.peer, actions > 0) {
            agreement = match peer.visits() {
                Ok(theirs) => {
                    let equal = visits
                        .chunks(actions)
                        .zip(theirs.chunks(actions))
                        .filter(|(a, b)| a == b)
                        .count();
                    format!("{equal}/{}", visits.len() / actions)
                }
                Err(why) => format!("n/a ({why})"),
            };
        }
        Row {
            name: name.to_owned(),
            ours_ns,
            peer: peer.to_owned(),
            peer_ns,
            agreement,
        }
        .print();
    }
}

/// A search that is run again and again: nanoseconds a simulation, and the root visits.
fn timed<M: Model<State = u32>>(
    searcher: &mut Searcher<u32>,
    judged: &[Judged],
    model: &mut M,
    passes: usize,
) -> (f64, Vec<u32>)
where
    M::Error: std::error::Error,
{
    let roots: Vec<Root<'_, u32>> = judged
        .iter()
        .map(|root| Root::new(root.state, root.value, &root.logits))
        .collect();
    let start = now_ns();
    for _ in 0..passes {
        if let Err(error) = searcher.run(black_box(&roots), model) {
            panic!("the search failed: {error}");
        }
    }
    let simulations = searcher.config().simulations * roots.len() * passes;
    let ns = (now_ns() - start) / simulations as f64;
    let visits = (0..roots.len())
        .flat_map(|root| searcher.answer(root).visits().iter().map(|&n| n as u32))
        .collect();
    (ns, visits)
}

fn policy(name: &str) -> Policy {
    match name {
        "muzero" => Policy::muzero(),
        "gumbel" => Policy::gumbel(),
        _ => Policy::stochastic(OUTCOMES),
    }
}

/// One whole search with nets, roots already judged.
struct NetSearch {
    searcher: Searcher<u32>,
    world: World,
    judged: Vec<Judged>,
}

impl NetSearch {
    fn new(
        name: &str,
        precision: Precision,
        batch: usize,
        simulations: usize,
        width: usize,
    ) -> NetSearch {
        let config = Config {
            policy: policy(name),
            actions: ACTIONS,
            simulations,
            max_depth: None,
        };
        let mut world = World::new(
            width,
            name == "stochastic",
            precision,
            batch,
            simulations + 1,
        );
        let judged = world.roots(0, batch);
        NetSearch {
            searcher: Searcher::new(config, batch).expect("a good config"),
            world,
            judged,
        }
    }

    fn run(&mut self) -> (f64, Vec<u32>) {
        self.world.forget(self.judged.len());
        timed(&mut self.searcher, &self.judged, &mut self.world, 1)
    }
}

/// The mean depth of the leaves of the last run, in edges.
fn mean_depth(searcher: &Searcher<u32>, roots: usize) -> f64 {
    let nodes = searcher.config().simulations + 1;
    let (mut total, mut count) = (0.0, 0.0);
    for root in 0..roots {
        let answer = searcher.answer(root);
        let mut depth = vec![0u32; nodes];
        for node in 0..nodes {
            for edge in 0..searcher.config().actions {
                if let Some(child) = answer.child(node, edge) {
                    depth[child] = depth[node] + 1;
                    total += f64::from(depth[child]);
                    count += 1.0;
                }
            }
        }
    }
    total / count
}

fn main() {
    // `cargo bench` says `--bench`; `cargo test --all-targets` does not, and has no minutes to spare.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("skipped: run it by `cargo bench -p search`");
        return;
    }
    let picks = arguments
        .into_iter()
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let mut bench = Bench {
        peer: Peer::start(),
        picks,
    };
    match bench
        .peer
        .as_mut()
        .map_err(|why| why.clone())
        .and_then(|peer| peer.ask("versions"))
    {
        Ok(versions) => println!("peers: {versions}"),
        Err(why) => println!("peers: n/a ({why})"),
    }
    println!(
        "| what | ours, simulations a second | each | peer | its simulations a second | ours is faster by | roots with equal visits |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");

    // With the net, state of 768 or 48 numbers.
    for (name, batch, simulations, width) in [
        ("muzero", 64, 128, 768),
        ("gumbel", 64, 128, 48),
        ("gumbel", 64, 128, 768),
        ("stochastic", 64, 128, 48),
        ("muzero", 1, 128, 768),
        ("muzero", 1, 512, 48),
        ("gumbel", 1, 512, 48),
        ("stochastic", 1, 512, 48),
    ] {
        for precision in [Precision::F32, Precision::Bf16] {
            let mut ours = NetSearch::new(name, precision, batch, simulations, width);
            let title =
                format!("{name}, net in {precision}, {batch} roots x {simulations}, state {width}");
            let command = format!("mctx {name} {batch} {simulations} {width}");
            bench.row(&title, &format!("mctx {name}"), &command, ACTIONS, || {
                ours.run()
            });
        }
    }

    // The tree alone.
    for (name, batch, simulations) in [
        ("muzero", 64, 128),
        ("muzero", 1, 512),
        ("gumbel", 64, 128),
        ("gumbel", 1, 512),
    ] {
        tree_row(&mut bench, name, batch, simulations, ACTIONS, 0, true);
    }

    println!(
        "\nHow it grows (ours alone; the tree without a net, 64 roots x 128 simulations unless said otherwise)"
    );
    for actions in [4, 16, 32, 64, 128, 256] {
        tree_row(&mut bench, "muzero", 64, 128, actions, 0, false);
    }
    for depth in [1, 2, 4, 8, 16, 32] {
        tree_row(&mut bench, "muzero", 64, 128, ACTIONS, depth, false);
    }
    for (batch, simulations) in [
        (1, 128),
        (8, 128),
        (256, 128),
        (64, 512),
        (1, 4096),
        (1, 32768),
    ] {
        tree_row(&mut bench, "muzero", batch, simulations, ACTIONS, 0, false);
    }
    group_rows(&mut bench);
    net_alone(&bench);
    cores(&bench);

    println!();
    let simulations = 10_000;
    let mut uct = Uct::new(simulations, 7);
    bench.row(
        "Connect Four, UCT and random games",
        "OpenSpiel MCTSBot",
        &format!("connect_four {simulations}"),
        0,
        || {
            let start = now_ns();
            let visits = uct.search(black_box(Position::START), simulations);
            ((now_ns() - start) / simulations as f64, visits.to_vec())
        },
    );
}

fn tree_row(
    bench: &mut Bench,
    name: &str,
    batch: usize,
    simulations: usize,
    actions: usize,
    depth: usize,
    beside: bool,
) {
    let config = Config {
        policy: policy(name),
        actions,
        simulations,
        max_depth: (depth > 0).then_some(depth),
    };
    let mut table = Table::new(actions);
    let judged = table.roots(batch);
    let mut searcher = Searcher::new(config, batch).expect("a good config");
    let passes = (200_000 / (batch * simulations)).max(1);
    timed(&mut searcher, &judged, &mut table, 1);
    let mean = mean_depth(&searcher, batch);
    let limit = if depth > 0 {
        format!(", depth up to {depth}")
    } else {
        String::new()
    };
    let title = format!(
        "{name}, tree alone, {batch} roots x {simulations}, {actions} actions{limit}, mean depth {mean:.1}"
    );
    let command = if beside {
        format!("table {name} {batch} {simulations} {actions} {depth}")
    } else {
        String::new()
    };
    let peer = if beside {
        format!("mctx {name}")
    } else {
        String::new()
    };
    bench.row(&title, &peer, &command, actions, || {
        timed(&mut searcher, &judged, &mut table, passes)
    });
}

/// How many roots are best searched together.
fn group_rows(bench: &mut Bench) {
    for group in [4, 8, 16, 32, 64] {
        let mut ours = NetSearch::new("muzero", Precision::F32, 64, 128, 48);
        ours.world.batch = group;
        let title = format!("muzero, net, 64 roots x 128, state 48, groups of {group} roots");
        bench.row(&title, "", "", 0, || ours.run());
    }
    for group in [1, 4, 8, 16, 32, 64] {
        let config = Config {
            policy: Policy::muzero(),
            actions: ACTIONS,
            simulations: 128,
            max_depth: None,
        };
        let mut table = Table::new(ACTIONS);
        table.batch = group;
        let judged = table.roots(64);
        let mut searcher = Searcher::new(config, 64).expect("a good config");
        let title = format!("muzero, tree alone, 64 roots x 128, groups of {group} roots");
        bench.row(&title, "", "", 0, || {
            timed(&mut searcher, &judged, &mut table, 20)
        });
    }
}

/// The net by itself, which bounds every search that asks it once a simulation.
fn net_alone(bench: &Bench) {
    if !bench.picks.is_empty()
        && !bench
            .picks
            .iter()
            .any(|pick| "the net alone".contains(pick.as_str()))
    {
        return;
    }
    println!("\nThe net alone, 768-512-256-33");
    for (precision, batch) in [Precision::F32, Precision::Bf16]
        .into_iter()
        .flat_map(|precision| [1, 8, 16, 64, 256].map(|batch| (precision, batch)))
    {
        let mut net = world::net(10, ACTIONS, precision);
        let inputs: Vec<f32> = (0..batch * FEATURES)
            .map(|i| world::uniform(9, i))
            .collect();
        let (mut values, mut logits) = (vec![0.0; batch], vec![0.0; batch * ACTIONS]);
        let passes = 2_000 / batch + 1;
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            let start = now_ns();
            for _ in 0..passes {
                let done = net.forward(black_box(&inputs), &mut values, &mut logits);
                done.expect("finite inputs");
            }
            best = best.min((now_ns() - start) / (passes * batch) as f64);
        }
        let flops = 2.0 * (768.0 * 512.0 + 512.0 * 256.0 + 256.0 * 33.0);
        println!(
            "| {precision}, {}, {batch} rows | {:.1}k states a second | {:.1} GFLOP/s |",
            net.instructions(),
            1e6 / best,
            flops / best
        );
    }
}

/// One searcher and one net per core, nothing shared. Processor time of each thread, so that other programs do not count: what is
/// left to lose is shared cache and clock.
fn cores(bench: &Bench) {
    if !bench.picks.is_empty()
        && !bench
            .picks
            .iter()
            .any(|pick| "cores".contains(pick.as_str()))
    {
        return;
    }
    println!(
        "\nCores (muzero, net, 64 roots x 128 a worker, state 48; simulations in a second of each worker's processor time, added)"
    );
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    for workers in [1, 2, 4, 8].into_iter().filter(|&workers| workers <= most) {
        let mut best = 0.0f64;
        let mut searches: Vec<NetSearch> = (0..workers)
            .map(|_| NetSearch::new("muzero", Precision::F32, 64, 128, 48))
            .collect();
        for _ in 0..5 {
            let together: f64 = std::thread::scope(|scope| {
                let threads: Vec<_> = searches
                    .iter_mut()
                    .map(|search| scope.spawn(|| 1e6 / search.run().0))
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().expect("a worker ended badly"))
                    .sum()
            });
            best = best.max(together);
        }
        println!("| {workers} workers | {best:.1}k simulations a second together |");
    }
}
