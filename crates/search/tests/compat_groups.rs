//! Groups of roots in flight: a model that answers while the next descents are made sees other batches, and no answer changes.

#[allow(dead_code)] // The benchmark uses the rest.
#[path = "../benches/toy/flock.rs"]
mod flock;
#[allow(dead_code)]
#[path = "../benches/toy/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use flock::{Batch, Flock, Hear, OnDevice, OnThread};
use search::compat::{
    Answers, Config, Error, Kind, Leaves, Model, NodeView, Policy, Root, Searcher,
};
use world::{ACTIONS, FEATURES, Judged};

const OUTCOMES: usize = 3;

/// A world of hashes, where nothing is alike; `f32` holds every number exactly.
struct Hashes;

impl Model for Hashes {
    type State = u32;
    type Error = Infallible;

    fn step(
        &mut self,
        leaves: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), Infallible> {
        for i in 0..leaves.len() {
            let chance = u32::from(leaves.kinds[i] == Kind::Outcome);
            let state = (leaves.parents[i] ^ (leaves.moves[i] + 100 * chance + 1))
                .wrapping_mul(0x9e37_79b1)
                .rotate_left(13);
            let number = |k: u32| (state.wrapping_mul(2 * k + 1) >> 16) as f32 / 65536.0;
            answers.states[i] = state;
            answers.rewards[i] = number(1) - 0.5;
            answers.discounts[i] = if state.is_multiple_of(11) { 0.0 } else { 0.9 };
            answers.values[i] = number(2);
            for (a, logit) in answers.logits(i).iter_mut().enumerate() {
                *logit = 3.0 * number(3 + a as u32);
            }
        }
        Ok(())
    }
}

/// What a model was asked to do.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Begin(usize),
    Finish(usize),
}

/// Parents, moves and kinds.
type Flying = (Vec<u32>, Vec<u32>, Vec<Kind>);

/// A model in flight: keeps the leaves of every group, as a device would, and answers them when they are asked for.
struct Deferred {
    inner: Hashes,
    groups: usize,
    batch: usize,
    flying: Vec<Option<Flying>>,
    events: Vec<Event>,
    /// Answers the leaves of the next group instead: a defect to be noticed.
    mixed_up: bool,
    /// Fails at this event.
    fails_at: usize,
}

impl Deferred {
    fn new(inner: Hashes, groups: usize, batch: usize) -> Deferred {
        Deferred {
            inner,
            groups,
            batch,
            flying: vec![None; groups],
            events: Vec::new(),
            mixed_up: false,
            fails_at: usize::MAX,
        }
    }
}

impl Model for Deferred {
    type State = u32;
    type Error = &'static str;

    fn preferred_batch(&self) -> usize {
        self.batch
    }

    fn groups(&self) -> usize {
        self.groups
    }

    fn begin(&mut self, group: usize, leaves: Leaves<'_, u32>) -> Result<(), &'static str> {
        assert!(leaves.len() <= self.batch && !leaves.is_empty());
        self.events.push(Event::Begin(group));
        self.flying[group] = Some((
            leaves.parents.to_vec(),
            leaves.moves.to_vec(),
            leaves.kinds.to_vec(),
        ));
        Ok(())
    }

    fn finish(
        &mut self,
        group: usize,
        leaves: Leaves<'_, u32>,
        answers: Answers<'_, u32>,
    ) -> Result<(), &'static str> {
        self.events.push(Event::Finish(group));
        if self.events.len() > self.fails_at {
            return Err("it is gone");
        }
        let (parents, moves, kinds) = self.flying[group].take().ok_or("nothing is in flight")?;
        assert_eq!(leaves.parents, parents);
        assert_eq!(leaves.moves, moves);
        assert_eq!(leaves.kinds, kinds);
        let mut asked = (parents, moves);
        let next = &self.flying[(group + 1) % self.groups];
        if let (true, Some((parents, moves, _))) = (self.mixed_up, next)
            && parents.len() == leaves.len()
        {
            asked = (parents.clone(), moves.clone());
        }
        let leaves = Leaves {
            parents: &asked.0,
            moves: &asked.1,
            kinds: &kinds,
        };
        self.inner
            .step(leaves, answers)
            .map_err(|never| match never {})
    }

    fn step(&mut self, _: Leaves<'_, u32>, _: Answers<'_, u32>) -> Result<(), &'static str> {
        unreachable!("a search begins and finishes")
    }
}

/// All that a search answers.
#[derive(Debug, PartialEq)]
struct Found {
    action: usize,
    weights: Vec<f32>,
    visits: Vec<f32>,
    qs: Vec<Option<f32>>,
    nodes: Vec<(NodeView, u32)>,
}

fn found(searcher: &Searcher<u32>, root: usize) -> Found {
    let answer = searcher.answer(root);
    let nodes = searcher.config().simulations + 1;
    let reached = (0..nodes).flat_map(|node| {
        let edges = searcher.config().actions;
        (0..edges).filter_map(move |edge| answer.child(node, edge))
    });
    let reached = std::iter::once(0).chain(reached);
    Found {
        action: answer.action(),
        weights: answer.weights().to_vec(),
        visits: answer.visits().to_vec(),
        qs: (0..searcher.config().actions)
            .map(|a| answer.q(a))
            .collect(),
        nodes: reached
            .map(|node| (answer.node(node), *answer.state(node)))
            .collect(),
    }
}

const ROOTS: usize = 11;

fn searched<M: Model<State = u32>>(
    policy: Policy,
    model: &mut M,
) -> Result<Vec<Found>, Error<M::Error>> {
    let config = Config {
        policy,
        actions: 5,
        simulations: 60,
        max_depth: Some(6),
    };
    let logits: Vec<[f32; 5]> = (0..ROOTS)
        .map(|root| std::array::from_fn(|a| ((root * 7 + a * 3) % 5) as f32))
        .collect();
    let roots: Vec<Root<'_, u32>> = (logits.iter().zip(0..))
        .map(|(logits, state)| Root::new(state, 0.25, logits))
        .collect();
    let mut searcher = Searcher::new(config, ROOTS).unwrap();
    searcher.run(&roots, model)?;
    Ok((0..ROOTS).map(|root| found(&searcher, root)).collect())
}

#[test]
fn groups_change_no_answer() {
    for policy in [
        Policy::muzero(),
        Policy::gumbel(),
        Policy::stochastic(OUTCOMES),
    ] {
        let plain = searched(policy, &mut Hashes).unwrap();
        for groups in [1, 2, 3, 5, 11, 40] {
            for batch in [1, 2, 4, 7, usize::MAX] {
                let mut model = Deferred::new(Hashes, groups, batch);
                let together = searched(policy, &mut model).unwrap();
                assert_eq!(together, plain, "{policy:?}, {groups} groups of {batch}");
            }
        }
        // The comparison has teeth.
        let mut model = Deferred::new(Hashes, 11, usize::MAX);
        model.mixed_up = true;
        assert_ne!(searched(policy, &mut model).unwrap(), plain);
    }
}

/// While one group is waited for, all others are in flight.
#[test]
fn the_other_groups_are_in_flight() {
    use Event::{Begin, Finish};
    let mut model = Deferred::new(Hashes, 3, 2);
    searched(Policy::muzero(), &mut model).unwrap();
    // Eleven roots: three groups of two, then two of two and one of one.
    assert_eq!(model.events.len(), 2 * 60 * 6);
    for half in model.events.chunks(2 * 60 * 3) {
        assert_eq!(half[..3], [Begin(0), Begin(1), Begin(2)]);
        for turn in half[3..half.len() - 3].chunks(6) {
            let expected = [
                Finish(0),
                Begin(0),
                Finish(1),
                Begin(1),
                Finish(2),
                Begin(2),
            ];
            assert_eq!(turn, expected);
        }
        assert_eq!(half[half.len() - 3..], [Finish(0), Finish(1), Finish(2)]);
    }
    // By default the roots are shared out evenly.
    let mut model = Deferred::new(Hashes, 2, usize::MAX);
    searched(Policy::muzero(), &mut model).unwrap();
    assert_eq!(model.events.len(), 2 * 60 * 2);
}

/// A model that fails ends the search and spoils nothing: batches left in flight are begun anew.
#[test]
fn a_failure_in_flight_ends_the_search() {
    let plain = searched(Policy::gumbel(), &mut Hashes).unwrap();
    let mut model = Deferred::new(Hashes, 2, usize::MAX);
    model.fails_at = 100;
    let error = searched(Policy::gumbel(), &mut model).unwrap_err();
    assert_eq!(error, Error::Model("it is gone"));
    assert!(model.flying.iter().any(Option::is_some));
    model.fails_at = usize::MAX;
    assert_eq!(searched(Policy::gumbel(), &mut model).unwrap(), plain);
}

/// A device on another thread: rows of features go there, answers come back.
struct OtherThread {
    inputs: Vec<f32>,
    send: Option<Sender<Vec<f32>>>,
    receive: Receiver<(Vec<f32>, Vec<f32>)>,
    in_flight: bool,
    worker: Option<JoinHandle<()>>,
}

impl OtherThread {
    fn new(weights: &nn::Weights, rows_max: usize) -> OtherThread {
        let (send, work) = channel::<Vec<f32>>();
        let (done, receive) = channel();
        let mut net = nn::Net::new(weights);
        let worker = thread::spawn(move || {
            for inputs in work {
                let rows = inputs.len() / FEATURES;
                let (mut values, mut logits) = (vec![0.0; rows], vec![0.0; rows * ACTIONS]);
                net.forward(&inputs, &mut values, &mut logits).unwrap();
                if done.send((values, logits)).is_err() {
                    return;
                }
            }
        });
        OtherThread {
            inputs: vec![0.0; rows_max * FEATURES],
            send: Some(send),
            receive,
            in_flight: false,
            worker: Some(worker),
        }
    }
}

impl Batch for OtherThread {
    fn inputs(&mut self) -> &mut [f32] {
        &mut self.inputs
    }

    fn submit(&mut self, rows: usize) -> Result<(), String> {
        if std::mem::replace(&mut self.in_flight, true) {
            self.receive.recv().map_err(|error| error.to_string())?;
        }
        let inputs = self.inputs[..rows * FEATURES].to_vec();
        let send = self.send.as_ref().ok_or("closed")?;
        send.send(inputs).map_err(|error| error.to_string())
    }

    fn wait(&mut self, hear: Hear<'_>) -> Result<(), String> {
        self.in_flight = false;
        let (values, logits) = self.receive.recv().map_err(|error| error.to_string())?;
        let rows = values.iter().zip(logits.chunks_exact(ACTIONS));
        for (row, (value, logits)) in rows.enumerate() {
            hear(row, *value, logits);
        }
        Ok(())
    }
}

impl Drop for OtherThread {
    fn drop(&mut self) {
        drop(self.send.take());
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

/// Root visits, one line per root.
fn visits<B: Batch>(
    policy: Policy,
    roots: usize,
    simulations: usize,
    world: &mut Flock<B>,
) -> Vec<String> {
    let config = Config {
        policy,
        actions: ACTIONS,
        simulations,
        max_depth: None,
    };
    let judged: Vec<Judged> = world.roots(0, roots).unwrap();
    let planted: Vec<Root<'_, u32>> = judged
        .iter()
        .map(|root| Root::new(root.state, root.value, &root.logits))
        .collect();
    let mut searcher = Searcher::new(config, roots).unwrap();
    searcher.run(&planted, world).unwrap();
    let line = |root| {
        let visits = searcher.answer(root).visits().iter();
        visits.map(f32::to_string).collect::<Vec<_>>().join(" ")
    };
    (0..roots).map(line).collect()
}

/// The visits of mctx, whatever is in flight: one net on this thread, one for every group on threads of their own.
#[test]
fn groups_have_the_visits_of_mctx() {
    let golden: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("golden/toy.json")).unwrap();
    let weights = world::weights(10, ACTIONS);
    for (name, policy) in [("muzero", Policy::muzero()), ("gumbel", Policy::gumbel())] {
        let expected = &golden[&format!("{name} 64 128")];
        for (groups, rows) in [(1, 64), (2, 32), (3, 9)] {
            let here = (0..groups).map(|_| OnThread::new(&weights, rows)).collect();
            let mut world = Flock::new(FEATURES, 64, 129, rows, here);
            assert_eq!(&visits(policy, 64, 128, &mut world), expected);
            let there = (0..groups)
                .map(|_| OtherThread::new(&weights, rows))
                .collect();
            let mut world = Flock::new(FEATURES, 64, 129, rows, there);
            assert_eq!(&visits(policy, 64, 128, &mut world), expected);
        }
    }
}

/// A device judges in sums of another order: the visits of mctx but for a root in sixteen, where two scores are all but equal.
#[test]
fn gpu_searches_have_the_visits_of_mctx() {
    use compute::{Backend, Budget, Gpu};
    let opened =
        [Backend::Vulkan, Backend::Metal, Backend::Cuda].map(|backend| Gpu::open(backend, 0));
    let mut reasons = Vec::new();
    let found = opened
        .into_iter()
        .find_map(|gpu| gpu.map_err(|error| reasons.push(error.to_string())).ok());
    let Some(gpu) = found else {
        let asked = std::env::var_os("JARVIS2_GPU_TESTS").is_some();
        assert!(!asked, "JARVIS2_GPU_TESTS asks for a GPU, but: {reasons:?}");
        return eprintln!("skipped: no GPU, not even in software: {reasons:?}");
    };
    let budget = Budget {
        bytes: 256 << 20,
        origin: "a test".to_owned(),
    };
    let net = nn::gpu::GpuNet::new(&gpu, &world::weights(10, ACTIONS), &budget).unwrap();
    let golden: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("golden/toy.json")).unwrap();
    for (name, policy) in [("muzero", Policy::muzero()), ("gumbel", Policy::gumbel())] {
        let expected = &golden[&format!("{name} 64 128")][..16];
        let slots = (0..2).map(|_| OnDevice::new(net.slot(8).unwrap()));
        let mut world = Flock::new(FEATURES, 16, 129, 8, slots.collect());
        let found = visits(policy, 16, 128, &mut world);
        let equal = found.iter().zip(expected).filter(|(a, b)| a == b).count();
        assert!(equal >= 15, "{name}: {equal} of 16");
    }
}
