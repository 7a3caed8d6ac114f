//! Searches whose leaves a device judges, beside mctx on the same card: `cargo bench -p search --features gpu --bench device`.
//!
//! First the toy environment of `mctx.rs`: 32 actions, 128 simulations a root, a net 768-512-256-33 in `f32`, states of 768 or 48 numbers
//! (48 are repeated sixteen times). Each thread has a share of the roots, its own trees and its own batches in flight; features
//! are written by these threads straight into the memory that the device reads. Wall time from the roots to the last visit, the
//! roots judged before; the best of several runs. "net on" says who judges: the processor's net on the same threads, or a device.
//! Then the exact planner, [`search::run_all`], on a game of dice (`toy/dice.rs`) with the same net, beside the processor.
//!
//! Arguments after `--`: a backend (`vulkan`, `cuda`, `metal`; else all that are found), parts of names that rows must have, and
//! settings: `roots=1,64`, `threads=1,4`, `groups=2` (batches in flight on each thread), `rows=128` (rows of a batch, at most),
//! `simulations=128`; several values of `rows` and `groups` make several rows. `bound=1` adds rows without a net, answers drawn
//! at once: what trees and features alone take. mctx takes part where `SEARCH_PEERS_PYTHON` (or `python3`) has it, on whatever
//! device its jax finds and in the precision of its products there; its visits are those of the timed runs.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock and the environment; the crate may not.

#[path = "toy/dice.rs"]
mod dice;
#[path = "toy/flock.rs"]
mod flock;
#[allow(dead_code)] // The other benchmark uses the rest.
#[path = "toy/peer.rs"]
mod peer;
#[allow(dead_code)]
#[path = "toy/world.rs"]
mod world;

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use dice::{Dice, Judge};
use flock::{Batch, Drawn, Flock, OnThread};
use peer::Peer;
use search::compat::{Config, Policy, Root, Searcher};
use search::{SearchConfig, run_all};
use world::{ACTIONS, FEATURES, Judged};

/// Runs of one row: at least so many, then until the time is spent.
const RUNS_MIN: usize = 2;
const RUNS_MAX: usize = 15;
const SPENT_S: f64 = 0.8;
/// The processor's net is not asked about more roots than this: its rate stays what it is.
const ROOTS_ON_CPU: usize = 256;

/// What one row is about.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    roots: usize,
    simulations: usize,
    width: usize,
}

/// How the work is cut.
#[derive(Clone, Copy)]
struct Cut {
    threads: usize,
    groups: usize,
    rows: usize,
}

/// Seconds, and the visits of every action of every root.
type Found = Result<(f64, Vec<u32>), String>;

/// One thread's share of the roots.
struct Share<B> {
    searcher: Searcher<u32>,
    world: Flock<B>,
    judged: Vec<Judged>,
}

impl<B: Batch> Share<B> {
    fn new(
        case: Case,
        first: usize,
        roots: usize,
        rows: usize,
        batches: Vec<B>,
    ) -> Result<Share<B>, String> {
        let config = Config {
            policy: match case.name {
                "muzero" => Policy::muzero(),
                _ => Policy::gumbel(),
            },
            actions: ACTIONS,
            simulations: case.simulations,
            max_depth: None,
        };
        let mut world = Flock::new(case.width, roots, case.simulations + 1, rows, batches);
        Ok(Share {
            judged: world.roots(first, roots)?,
            searcher: Searcher::new(config, roots).map_err(|error| error.to_string())?,
            world,
        })
    }

    fn run(&mut self) -> Result<(), String> {
        self.world.forget(self.judged.len());
        let roots: Vec<Root<'_, u32>> = self
            .judged
            .iter()
            .map(|root| Root::new(root.state, root.value, &root.logits))
            .collect();
        let done = self.searcher.run(black_box(&roots), &mut self.world);
        done.map_err(|error| error.to_string())
    }
}

/// Where a search of so many roots is cut: the first root of each thread's share, and how many it has.
fn shares(roots: usize, threads: usize) -> impl Iterator<Item = (usize, usize)> {
    let share = roots.div_ceil(threads);
    let firsts = (0..roots).step_by(share);
    firsts.map(move |first| (first, share.min(roots - first)))
}

/// The best of several runs, in seconds: each share on a thread of its own, the first run not counted.
fn best_of<T: Send>(
    shares: &mut [T],
    run: impl Fn(&mut T) -> Result<(), String> + Sync,
) -> Result<f64, String> {
    let mut once = || {
        let start = Instant::now();
        match &mut *shares {
            [alone] => run(alone)?,
            shares => thread::scope(|scope| {
                let run = &run;
                let workers: Vec<_> = shares
                    .iter_mut()
                    .map(|share| scope.spawn(move || run(share)))
                    .collect();
                let mut ended = workers.into_iter().map(|worker| worker.join());
                ended.try_for_each(|end| {
                    end.unwrap_or_else(|_| Err("a thread ended badly".to_owned()))
                })
            })?,
        }
        Ok::<f64, String>(start.elapsed().as_secs_f64())
    };
    once()?;
    let (mut best, mut spent) = (f64::INFINITY, 0.0);
    for runs in 0..RUNS_MAX {
        if runs >= RUNS_MIN && spent > SPENT_S {
            break;
        }
        let seconds = once()?;
        spent += seconds;
        best = best.min(seconds);
    }
    Ok(best)
}

/// Seconds of one search of all roots, and the root visits.
fn timed<B: Batch + Send>(
    case: Case,
    cut: Cut,
    mut batch: impl FnMut(usize) -> Result<B, String>,
) -> Found {
    let mut parts = Vec::new();
    for (first, roots) in shares(case.roots, cut.threads) {
        let rows = roots.div_ceil(cut.groups).min(cut.rows);
        let groups = cut.groups.min(roots);
        let batches = (0..groups).map(|_| batch(rows)).collect::<Result<_, _>>()?;
        parts.push(Share::new(case, first, roots, rows, batches)?);
    }
    let best = best_of(&mut parts, Share::run)?;
    let visits = parts.iter().flat_map(|share| {
        let answers = (0..share.judged.len()).map(|root| share.searcher.answer(root));
        answers.flat_map(|answer| answer.visits().iter().map(|&n| n as u32))
    });
    Ok((best, visits.collect()))
}

/// Evaluations of the exact planner for each root, and leaves of a root in a batch: one action with its outcomes.
const EVALUATIONS: u32 = 1025;
const LEAVES: u32 = 8;

/// The same of the exact planner; rows of a batch are leaves.
fn exact<B: Batch + Send>(
    roots: usize,
    cut: Cut,
    mut batch: impl FnMut(usize) -> Result<B, String>,
) -> Found {
    let config = SearchConfig {
        evaluations: EVALUATIONS,
        batch: LEAVES,
        ..SearchConfig::default()
    };
    let mut parts = Vec::new();
    for (first, roots) in shares(roots, cut.threads) {
        let groups = cut.groups.min(roots);
        let rows = (roots.div_ceil(groups) * LEAVES as usize).min(cut.rows);
        let batches = (0..groups).map(|_| batch(rows)).collect::<Result<_, _>>()?;
        let words: Vec<u32> = (first as u32..).take(roots).map(|root| root << 8).collect();
        parts.push((words, Judge::new(rows, batches), Vec::new()));
    }
    let best = best_of(&mut parts, |(words, judge, visits)| {
        let trees = run_all(&Dice, black_box(words), judge, &config, &mut |_, _| true);
        visits.clear();
        for tree in trees.map_err(|error| error.to_string())? {
            let tree = tree.map_err(|error| error.to_string())?;
            visits.extend(tree.edges(tree.root()).map(|edge| edge.visits));
        }
        Ok(())
    })?;
    Ok((
        best,
        parts
            .into_iter()
            .flat_map(|(_, _, visits)| visits)
            .collect(),
    ))
}

/// The same of mctx.
fn theirs(peer: &mut Peer, case: Case) -> Found {
    let Case {
        name,
        roots,
        simulations,
        width,
    } = case;
    peer.ask(&format!(
        "prepare mctx {name} {roots} {simulations} {width}"
    ))?;
    let (mut best, mut spent) = (f64::INFINITY, 0.0);
    for runs in 0..RUNS_MAX {
        if runs >= RUNS_MIN && spent > SPENT_S {
            break;
        }
        let seconds = peer.wall()?;
        spent += seconds;
        best = best.min(seconds);
    }
    Ok((best, peer.visits()?))
}

/// `count` simulations or evaluations in all; `beside` is what it is compared with.
fn print_row(
    title: &str,
    device: &str,
    cut: &str,
    count: usize,
    found: &Found,
    beside: Option<&Found>,
) {
    let head = format!("| {title} | {device} | {cut} |");
    let (seconds, visits) = match found {
        Ok(found) => found,
        Err(why) => return println!("{head} n/a ({why}) | | | |"),
    };
    let (ratio, equal) = match beside {
        Some(Ok((other_seconds, other_visits))) => {
            let pairs = visits.chunks(ACTIONS).zip(other_visits.chunks(ACTIONS));
            let equal = pairs.filter(|(a, b)| a == b).count();
            let ratio = format!("**{:.1}**", other_seconds / seconds);
            (ratio, format!("{equal}/{}", visits.len() / ACTIONS))
        }
        _ => Default::default(),
    };
    let rate = count as f64 / seconds / 1e3;
    println!(
        "{head} {rate:.1}k | {:.2} | {ratio} | {equal} |",
        1e3 * seconds
    );
}

impl Cut {
    /// For a table: threads, and batches in flight on each; a root has so many rows in a batch.
    fn text(self, roots: usize, leaves: usize) -> String {
        let share = roots.div_ceil(self.threads);
        let groups = self.groups.min(share);
        let rows = (share.div_ceil(groups) * leaves).min(self.rows);
        format!("{} | {groups} x {rows}", self.threads)
    }
}

/// Numbers after `name=`, or these.
fn setting(words: &[String], name: &str, or: &[usize]) -> Vec<usize> {
    let found = words.iter().find_map(|word| {
        word.strip_prefix(name)
            .and_then(|word| word.strip_prefix('='))
    });
    match found {
        Some(list) => list
            .split(',')
            .map(|word| word.parse().expect("a number"))
            .collect(),
        None => or.to_vec(),
    }
}

fn main() {
    // `cargo bench` says `--bench`; `cargo test --all-targets` does not, and has no minutes to spare.
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--bench") {
        println!("skipped: run it by `cargo bench -p search --features gpu --bench device`");
        return;
    }
    let devices = device::found(&words);
    let picks: Vec<&String> = words
        .iter()
        .filter(|word| !word.starts_with("--") && !word.contains('='))
        .filter(|word| !device::is_backend(word))
        .collect();
    let mut peer = Peer::start_on_device();
    match peer.as_mut().map_err(|why| why.clone()).and_then(|peer| {
        Ok(format!(
            "{}; {}",
            peer.ask("versions")?,
            peer.ask("device")?
        ))
    }) {
        Ok(versions) => println!("peer: {versions}"),
        Err(why) => println!("peer: n/a ({why})"),
    }
    let bound = words.iter().any(|word| word == "bound=1");
    let simulations = setting(&words, "simulations", &[128])[0];
    let threads = setting(&words, "threads", &[1, 4]);
    let groups = setting(&words, "groups", &[2]);
    let rows = setting(&words, "rows", &[128]);
    let roots = setting(&words, "roots", &[1, 64, 256, 1024, 4096]);
    let cuts = |threads: usize| {
        let groups = groups.clone().into_iter();
        let rows = rows.clone();
        groups.flat_map(move |groups| {
            rows.clone().into_iter().map(move |rows| Cut {
                threads,
                groups,
                rows,
            })
        })
    };
    let on_cpu = |threads| Cut {
        threads,
        groups: 1,
        rows: 64,
    };
    let picked = |title: &str| picks.iter().all(|pick| title.contains(pick.as_str()));

    println!(
        "\n| what | net on | threads | batches in flight on each | simulations a second | all, ms | faster than mctx by | roots with equal visits |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let cases = [
        ("muzero", FEATURES),
        ("muzero", 48),
        ("gumbel", FEATURES),
        ("gumbel", 48),
    ];
    for (&(name, width), &roots) in cases
        .iter()
        .flat_map(|case| roots.iter().map(move |roots| (case, roots)))
    {
        let case = Case {
            name,
            roots,
            simulations,
            width,
        };
        let title = format!("{name}, {roots} x {simulations}, state {width}");
        if !picked(&title) {
            continue;
        }
        let theirs = match &mut peer {
            Ok(peer) => theirs(peer, case),
            Err(why) => Err(why.clone()),
        };
        let count = roots * simulations;
        print_row(&title, "mctx", " | ", count, &theirs, None);
        for &threads in threads.iter().filter(|&&threads| threads <= roots) {
            if roots <= ROOTS_ON_CPU {
                let cut = on_cpu(threads);
                let weights = world::weights(10, ACTIONS);
                let ours = timed(case, cut, |rows| Ok(OnThread::new(&weights, rows)));
                let text = cut.text(roots, 1);
                print_row(&title, "processor", &text, count, &ours, Some(&theirs));
            }
            for cut in cuts(threads) {
                let text = cut.text(roots, 1);
                if bound {
                    let ours = timed(case, cut, |rows| Ok(Drawn::new(rows)));
                    print_row(&title, "nothing", &text, count, &ours, None);
                }
                for device in &devices {
                    let ours = timed(case, cut, |rows| device.batch(rows));
                    print_row(&title, device.name(), &text, count, &ours, Some(&theirs));
                }
            }
        }
    }

    println!(
        "\n| what | net on | threads | batches in flight on each | evaluations a second | all, ms | faster than the processor by | roots with equal visits |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for &roots in &roots {
        let title = format!("exact planner, {roots} x {EVALUATIONS} evaluations");
        if !picked(&title) {
            continue;
        }
        let count = roots * EVALUATIONS as usize;
        for &threads in threads.iter().filter(|&&threads| threads <= roots) {
            let leaves = LEAVES as usize;
            let cut = on_cpu(threads);
            let weights = world::weights(10, ACTIONS);
            let here = if roots <= ROOTS_ON_CPU {
                exact(roots, cut, |rows| Ok(OnThread::new(&weights, rows)))
            } else {
                Err("not asked about so many".to_owned())
            };
            let text = cut.text(roots, leaves);
            print_row(&title, "processor", &text, count, &here, None);
            for cut in cuts(threads) {
                for device in &devices {
                    let ours = exact(roots, cut, |rows| device.batch(rows));
                    let text = cut.text(roots, leaves);
                    print_row(&title, device.name(), &text, count, &ours, Some(&here));
                }
            }
        }
    }
}

/// Devices with the net on them.
mod device {
    use super::{ACTIONS, world};
    use compute::{Backend, Budget, Gpu};
    use nn::gpu::GpuNet;

    use crate::flock::OnDevice;

    pub(crate) struct Device {
        name: String,
        net: GpuNet,
    }

    pub(crate) fn is_backend(word: &str) -> bool {
        Backend::ALL.iter().any(|backend| backend.word() == word)
    }

    /// Opens the adapters of the backends that `words` name, or all.
    pub(crate) fn found(words: &[String]) -> Vec<Device> {
        let named = words.iter().any(|word| is_backend(word));
        let mut devices = Vec::new();
        for found in compute::find() {
            if named && !words.iter().any(|word| word == found.backend.word()) {
                continue;
            }
            match found.adapters {
                Err(error) => println!("{error}"),
                Ok(list) => {
                    for facts in list {
                        println!("{} {} ({})", facts.backend, facts.name, facts.driver);
                        match open(facts.backend, facts.adapter) {
                            Ok(net) => devices.push(Device {
                                name: format!("{} {}", facts.backend, facts.name),
                                net,
                            }),
                            Err(error) => println!("n/a ({error})"),
                        }
                    }
                }
            }
        }
        devices
    }

    fn open(backend: Backend, adapter: usize) -> Result<GpuNet, String> {
        let gpu = Gpu::open(backend, adapter).map_err(|error| error.to_string())?;
        let budget = Budget {
            bytes: 4 << 30,
            origin: "of this benchmark".to_owned(),
        };
        let net = GpuNet::new(&gpu, &world::weights(10, ACTIONS), &budget);
        net.map_err(|error| error.to_string())
    }

    impl Device {
        pub(crate) fn name(&self) -> &str {
            &self.name
        }

        /// A batch in flight of up to so many rows.
        pub(crate) fn batch(&self, rows: usize) -> Result<OnDevice, String> {
            let slot = self.net.slot(rows).map_err(|error| error.to_string())?;
            Ok(OnDevice::new(slot))
        }
    }
}
