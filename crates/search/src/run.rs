//! The loop: select, expand, evaluate, back up.

use std::collections::BinaryHeap;

use crate::config::SearchConfig;
use crate::error::Error;
use crate::game::{Evaluator, Game, Judgement, Outcome};
use crate::root::Halving;
use crate::tree::{EdgeId, NodeId, Status, StopReason, Tree};

/// Plans from `root` until the budget is spent, the game is solved, the question is settled, or `keep_going` says no.
///
/// `keep_going` sees the tree after every batch. With [`crate::Root::Puct`] every legal action of the root is expanded
/// once before any is looked into, so that the ranking is complete; if the budget is too small even for that,
/// [`Tree::stop_reason`] says so.
pub fn run<G: Game, E: Evaluator<G::State>>(
    game: &G,
    root: &G::State,
    evaluator: &mut E,
    config: &SearchConfig,
    keep_going: &mut dyn FnMut(&Tree<G>) -> bool,
) -> Result<Tree<G>, Error> {
    let mut planner = Planner::new();
    planner.run(game, root, evaluator, config, keep_going)?;
    Ok(planner.tree)
}

/// Goes on with a tree, as after [`Tree::rooted_at`] when a day has passed. The budget is what may be added to it.
///
/// The rules of the game must be those that grew the tree; the evaluator and the config may differ, and the worths are
/// recomputed first. The final move and the stop rules see old and new alike.
pub fn run_from<G: Game, E: Evaluator<G::State>>(
    game: &G,
    tree: Tree<G>,
    evaluator: &mut E,
    config: &SearchConfig,
    keep_going: &mut dyn FnMut(&Tree<G>) -> bool,
) -> Result<Tree<G>, Error> {
    let mut planner = Planner {
        tree,
        buffers: Buffers::default(),
    };
    planner.go_on(game, evaluator, config, keep_going)?;
    Ok(planner.tree)
}

/// Plans from many roots in lock step: each call of the evaluator holds the leaves of all of them, so that a device which
/// likes large batches gets them from small searches. An evaluator that works while this thread goes on
/// ([`Evaluator::groups`]) gets the roots in groups: while it judges the leaves of one, the others grow.
///
/// Every tree is, bit for bit, what [`run`] would have grown alone, whatever the company, its order and its groups, as long as
/// the evaluator judges a state alike in any batch. `keep_going` hears the number of a root and sees its tree after each of
/// its batches; its no stops that root alone. A game that breaks its rules spoils its own root; a failing evaluator, all.
pub fn run_all<G: Game, E: Evaluator<G::State>>(
    game: &G,
    roots: &[G::State],
    evaluator: &mut E,
    config: &SearchConfig,
    keep_going: &mut dyn FnMut(usize, &Tree<G>) -> bool,
) -> Result<Vec<Result<Tree<G>, Error>>, Error> {
    let roots = roots.iter().map(|root| (root, config));
    lock_step(game, roots, evaluator, keep_going)
}

/// As [`run_all`], each root by its own config: other seeds and budgets.
pub fn run_each<G: Game, E: Evaluator<G::State>>(
    game: &G,
    roots: &[(G::State, SearchConfig)],
    evaluator: &mut E,
    keep_going: &mut dyn FnMut(usize, &Tree<G>) -> bool,
) -> Result<Vec<Result<Tree<G>, Error>>, Error> {
    let roots = roots.iter().map(|(root, config)| (root, config));
    lock_step(game, roots, evaluator, keep_going)
}

fn lock_step<'a, G: Game<State: 'a>, E: Evaluator<G::State>>(
    game: &'a G,
    roots: impl ExactSizeIterator<Item = (&'a G::State, &'a SearchConfig)>,
    evaluator: &mut E,
    keep_going: &mut dyn FnMut(usize, &Tree<G>) -> bool,
) -> Result<Vec<Result<Tree<G>, Error>>, Error> {
    let mut entries: Vec<Entry<G>> = Vec::with_capacity(roots.len());
    for (root, config) in roots {
        config.check()?;
        let mut search = Search::new(game, config, Tree::empty(), Buffers::default());
        let planted = search.plant(root, evaluator);
        entries.push(Entry {
            search,
            grows: false,
            end: planted.err().map(Err),
        });
    }
    let share = entries.len().div_ceil(evaluator.groups().max(1)).max(1);
    let mut groups: Vec<Group<G>> = (entries.chunks_mut(share).enumerate())
        .map(|(number, entries)| Group {
            number,
            first: number * share,
            entries,
            leaves: Vec::new(),
            judgements: Vec::new(),
        })
        .collect();
    for group in &mut groups {
        group.begin(evaluator)?;
    }
    while groups.iter().any(Group::is_open) {
        for group in groups.iter_mut().filter(|group| group.is_open()) {
            group.finish(evaluator)?;
            group.advance(evaluator, keep_going);
            group.begin(evaluator)?;
        }
    }
    let finished = entries.into_iter();
    Ok(finished
        .map(|entry| entry.end.unwrap_or(Ok(())).map(|()| entry.search.tree))
        .collect())
}

/// One of many searches.
struct Entry<'a, G: Game> {
    search: Search<'a, G>,
    /// Its root is judged.
    grows: bool,
    end: Option<Result<(), Error>>,
}

/// Roots whose leaves are judged together.
struct Group<'e, 'a, G: Game> {
    number: usize,
    /// The number of its first root.
    first: usize,
    entries: &'e mut [Entry<'a, G>],
    /// The new states of all its searches.
    leaves: Vec<G::State>,
    judgements: Vec<Judgement>,
}

impl<G: Game> Group<'_, '_, G> {
    fn is_open(&self) -> bool {
        self.entries.iter().any(|entry| entry.end.is_none())
    }

    /// Collects the new states and begins to have them judged. Of more than the evaluator takes at once it begins the first.
    fn begin<E: Evaluator<G::State>>(&mut self, evaluator: &mut E) -> Result<(), Error> {
        self.leaves.clear();
        for entry in self.entries.iter().filter(|entry| entry.end.is_none()) {
            let search = &entry.search;
            let leaves = search.buffers.leaves.iter();
            self.leaves
                .extend(leaves.map(|leaf| search.tree.state(*leaf).clone()));
        }
        match self.leaves.chunks(most(evaluator)).next() {
            Some(leaves) => evaluator.begin(self.number, leaves),
            None => Ok(()),
        }
    }

    /// Waits until all new states are judged.
    fn finish<E: Evaluator<G::State>>(&mut self, evaluator: &mut E) -> Result<(), Error> {
        let judgements = slots(&mut self.judgements, self.leaves.len());
        let batch = most(evaluator);
        let calls = self.leaves.chunks(batch).zip(judgements.chunks_mut(batch));
        for (call, (leaves, out)) in calls.enumerate() {
            if call > 0 {
                evaluator.begin(self.number, leaves)?;
            }
            evaluator.finish(self.number, leaves, out)?;
        }
        Ok(())
    }

    /// Gives every search its judgements, and has it find the next states.
    fn advance<E: Evaluator<G::State>>(
        &mut self,
        evaluator: &mut E,
        keep_going: &mut dyn FnMut(usize, &Tree<G>) -> bool,
    ) {
        let mut rest = &mut self.judgements[..];
        for (number, entry) in (self.first..).zip(self.entries.iter_mut()) {
            if entry.end.is_some() {
                continue;
            }
            let (mine, others) = rest.split_at_mut(entry.search.buffers.leaves.len());
            rest = others;
            match entry.advance(mine, evaluator, &mut |tree| keep_going(number, tree)) {
                Ok(None) => {}
                Ok(Some(reason)) => {
                    entry.search.finish(reason);
                    entry.end = Some(Ok(()));
                }
                Err(error) => entry.end = Some(Err(error)),
            }
        }
    }
}

impl<G: Game> Entry<'_, G> {
    fn advance<E: Evaluator<G::State>>(
        &mut self,
        judgements: &mut [Judgement],
        evaluator: &mut E,
        keep_going: &mut dyn FnMut(&Tree<G>) -> bool,
    ) -> Result<Option<StopReason>, Error> {
        let search = &mut self.search;
        search.accept(judgements, search.config.batch.min(evaluator.batch()))?;
        if std::mem::replace(&mut self.grows, true) {
            search.back_up()?;
            if !keep_going(&search.tree) && search.is_open() {
                return Ok(Some(StopReason::Asked));
            }
        } else {
            search.open_root()?;
        }
        search.next_batch(evaluator)
    }
}

/// Searches one root after another in the same memory: once it has grown to what the largest search needed, it asks the
/// system for no more, as far as the game and the evaluator ask for none themselves.
///
/// ```
/// # use search::{Each, Game, Outcome, Planner, SearchConfig};
/// # struct Countdown;
/// # impl Game for Countdown {
/// #     type State = u32;
/// #     type Action = u32;
/// #     fn actions(&self, left: &u32, out: &mut Vec<u32>) { out.extend(1..=2.min(*left)); }
/// #     fn outcomes(&self, left: &u32, take: u32, out: &mut Vec<Outcome<u32>>) {
/// #         out.push(Outcome { probability: 1.0, reward: f64::from(take * take), state: left - take });
/// #     }
/// #     fn terminal_worth(&self, left: &u32) -> Option<f64> { (*left == 0).then_some(0.0) }
/// # }
/// let mut planner = Planner::new();
/// for start in 1..100 {
///     let tree = planner.run(&Countdown, &start, &mut Each(|_: &u32| 0.0), &SearchConfig::default(), &mut |_| true)?;
///     assert!(tree.choice().is_some());
/// }
/// # Ok::<(), search::Error>(())
/// ```
pub struct Planner<G: Game> {
    tree: Tree<G>,
    buffers: Buffers<G>,
}

impl<G: Game> Default for Planner<G> {
    fn default() -> Planner<G> {
        Planner::new()
    }
}

impl<G: Game> Planner<G> {
    /// Without any memory yet.
    pub fn new() -> Planner<G> {
        Planner {
            tree: Tree::empty(),
            buffers: Buffers::default(),
        }
    }

    /// The tree of the last search; empty before the first.
    pub fn tree(&self) -> &Tree<G> {
        &self.tree
    }

    /// As [`run`]. The tree stays until the next search.
    pub fn run<E: Evaluator<G::State>>(
        &mut self,
        game: &G,
        root: &G::State,
        evaluator: &mut E,
        config: &SearchConfig,
        keep_going: &mut dyn FnMut(&Tree<G>) -> bool,
    ) -> Result<&Tree<G>, Error> {
        self.tree.clear();
        self.with(game, config, |search| {
            search.plant(root, evaluator)?;
            search.evaluate(evaluator)?;
            search.grow(evaluator, keep_going)
        })
    }

    fn go_on<E: Evaluator<G::State>>(
        &mut self,
        game: &G,
        evaluator: &mut E,
        config: &SearchConfig,
        keep_going: &mut dyn FnMut(&Tree<G>) -> bool,
    ) -> Result<&Tree<G>, Error> {
        if self.tree.nodes.is_empty() {
            return Err(Error::NoRoot);
        }
        self.with(game, config, |search| {
            search.recompute()?;
            search.grow(evaluator, keep_going)
        })
    }

    /// Lends tree and buffers to a search and takes them back, also after an error.
    fn with(
        &mut self,
        game: &G,
        config: &SearchConfig,
        work: impl FnOnce(&mut Search<'_, G>) -> Result<(), Error>,
    ) -> Result<&Tree<G>, Error> {
        config.check()?;
        let tree = std::mem::replace(&mut self.tree, Tree::empty());
        let buffers = std::mem::take(&mut self.buffers);
        let mut search = Search::new(game, config, tree, buffers);
        let done = work(&mut search);
        (self.tree, self.buffers) = (search.tree, search.buffers);
        done.map(|()| &self.tree)
    }
}

/// A search under way: the tree, and what waits for the evaluator.
pub(crate) struct Search<'a, G: Game> {
    pub(crate) game: &'a G,
    pub(crate) config: &'a SearchConfig,
    pub(crate) tree: Tree<G>,
    pub(crate) buffers: Buffers<G>,
    /// Counts at which the budget is spent.
    pub(crate) evaluations_end: u32,
    pub(crate) simulations_end: u32,
}

/// Lists that are filled and emptied over and over, and kept for their memory.
pub(crate) struct Buffers<G: Game> {
    /// Expanded in this batch, not backed up yet.
    pub(crate) in_flight: Vec<EdgeId>,
    /// New states of this batch, not evaluated yet.
    pub(crate) leaves: Vec<NodeId>,
    /// Nodes to recompute, the deepest first.
    pub(crate) dirty: BinaryHeap<(u32, NodeId)>,
    /// Branches passed by the current descent.
    pub(crate) path: Vec<u32>,
    /// Nodes still to be told of a new depth or distance.
    pub(crate) work: Vec<(NodeId, u32)>,
    pub(crate) keys: Vec<u128>,
    pub(crate) actions: Vec<G::Action>,
    pub(crate) outcomes: Vec<Outcome<G::State>>,
    pub(crate) order: Vec<u32>,
    /// Scores of the actions of one node.
    pub(crate) scores: Vec<f64>,
    /// How the root shares its budget, if by halving.
    pub(crate) halving: Halving,
    states: Vec<G::State>,
    judgements: Vec<Judgement>,
}

impl<G: Game> Default for Buffers<G> {
    fn default() -> Buffers<G> {
        Buffers {
            in_flight: Vec::new(),
            leaves: Vec::new(),
            dirty: BinaryHeap::new(),
            path: Vec::new(),
            work: Vec::new(),
            keys: Vec::new(),
            actions: Vec::new(),
            outcomes: Vec::new(),
            order: Vec::new(),
            scores: Vec::new(),
            halving: Halving::default(),
            states: Vec::new(),
            judgements: Vec::new(),
        }
    }
}

impl<'a, G: Game> Search<'a, G> {
    fn new(
        game: &'a G,
        config: &'a SearchConfig,
        tree: Tree<G>,
        buffers: Buffers<G>,
    ) -> Search<'a, G> {
        let counts = tree.counts;
        let mut search = Search {
            game,
            config,
            tree,
            buffers,
            evaluations_end: counts.evaluations.saturating_add(config.evaluations),
            simulations_end: counts.simulations.saturating_add(config.simulations),
        };
        // What an earlier search left behind when it failed.
        search.buffers.in_flight.clear();
        search.buffers.leaves.clear();
        search.buffers.dirty.clear();
        search.buffers.halving.clear();
        search
    }

    /// Puts the root into an empty tree.
    fn plant<E: Evaluator<G::State>>(
        &mut self,
        root: &G::State,
        evaluator: &mut E,
    ) -> Result<(), Error> {
        self.add_node(root.clone(), self.game.key(root), None, evaluator)?;
        Ok(())
    }

    /// From a tree whose root is judged to the end of the search.
    fn grow<E: Evaluator<G::State>>(
        &mut self,
        evaluator: &mut E,
        keep_going: &mut dyn FnMut(&Tree<G>) -> bool,
    ) -> Result<(), Error> {
        self.open_root()?;
        let reason = loop {
            if let Some(reason) = self.next_batch(evaluator)? {
                break reason;
            }
            self.evaluate(evaluator)?;
            self.back_up()?;
            if !keep_going(&self.tree) && self.is_open() {
                break StopReason::Asked;
            }
        };
        self.finish(reason);
        Ok(())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.tree.status(self.tree.root()) == Status::Open
    }

    /// Lists the actions of an unfinished root, and decides which are considered.
    fn open_root(&mut self) -> Result<(), Error> {
        let root = self.tree.root();
        self.tree.check_worth(root)?;
        if !self.is_open() {
            return Ok(());
        }
        self.open(root)?;
        let actions = self.tree.row(root).edges.rows().len();
        match self.config.baseline {
            Some(line) if line.action >= actions => {
                return Err(Error::Config {
                    what: "baseline.action",
                    value: line.action as f64,
                    why: "it is not among the actions of the root, which are counted from 0",
                });
            }
            _ => {}
        }
        self.consider();
        Ok(())
    }

    /// Fills the next batch, or says why there is none.
    fn next_batch<E: Evaluator<G::State>>(
        &mut self,
        evaluator: &mut E,
    ) -> Result<Option<StopReason>, Error> {
        match self.tree.status(self.tree.root()) {
            Status::Solved => return Ok(Some(StopReason::Solved)),
            Status::Horizon => return Ok(Some(StopReason::Horizon)),
            Status::Open => {}
        }
        if let Some(reason) = self.seen_enough() {
            return Ok(Some(reason));
        }
        self.halve();
        self.gather(evaluator)?;
        Ok(self.buffers.in_flight.is_empty().then(|| {
            if self.is_ranked() {
                StopReason::Budget
            } else {
                StopReason::TooSmall
            }
        }))
    }

    /// Descends and expands until a batch is full, the next expansion does not fit, or all in sight is in flight.
    ///
    /// A visit counts as soon as it is under way, which sends the next descent elsewhere (Liu et al. 2020).
    fn gather<E: Evaluator<G::State>>(&mut self, evaluator: &mut E) -> Result<(), Error> {
        let batch = self.config.batch as usize;
        while self.buffers.leaves.len() < batch
            && self.buffers.in_flight.len() < batch
            && self.tree.counts.simulations < self.simulations_end
        {
            match self.descend()? {
                Some(edge) if self.expand(edge, evaluator, batch)? => {}
                _ => break,
            }
        }
        Ok(())
    }

    /// Has the new states judged.
    fn evaluate<E: Evaluator<G::State>>(&mut self, evaluator: &mut E) -> Result<(), Error> {
        let mut states = std::mem::take(&mut self.buffers.states);
        let mut judgements = std::mem::take(&mut self.buffers.judgements);
        states.clear();
        let leaves = self.buffers.leaves.iter();
        states.extend(leaves.map(|leaf| self.tree.state(*leaf).clone()));
        let done = judge(evaluator, self.config.batch, &states, &mut judgements)
            .and_then(|()| self.accept(&mut judgements, self.config.batch.min(evaluator.batch())));
        states.clear();
        (self.buffers.states, self.buffers.judgements) = (states, judgements);
        done
    }

    /// Takes the judgements of the new states, in their order, as they came in calls of `batch`.
    fn accept(&mut self, judgements: &mut [Judgement], batch: u32) -> Result<(), Error> {
        let leaves = std::mem::take(&mut self.buffers.leaves);
        self.tree.counts.batches += leaves.len().div_ceil(batch.max(1) as usize) as u32;
        self.tree.counts.evaluations += leaves.len() as u32;
        let done = leaves
            .iter()
            .zip(judgements)
            .try_for_each(|(leaf, judgement)| self.tree.judge(*leaf, judgement));
        self.buffers.leaves = leaves;
        self.buffers.leaves.clear();
        done
    }

    /// Leaves the tree as the caller gets it.
    fn finish(&mut self, reason: StopReason) {
        self.tree.stop_reason = reason;
        self.tree.choice = self.choose();
    }
}

/// Has states judged in calls of at most `batch`, or what the evaluator likes if that is less.
fn judge<S, E: Evaluator<S>>(
    evaluator: &mut E,
    batch: u32,
    states: &[S],
    judgements: &mut Vec<Judgement>,
) -> Result<(), Error> {
    let judgements = slots(judgements, states.len());
    let batch = most(evaluator).min(batch as usize);
    for (leaves, out) in states.chunks(batch).zip(judgements.chunks_mut(batch)) {
        evaluator.evaluate(leaves, out)?;
    }
    Ok(())
}

/// The most states that one call may hold.
fn most<S, E: Evaluator<S>>(evaluator: &E) -> usize {
    evaluator.batch().max(1) as usize
}

/// So many slots that are not judged yet. They keep the memory of their priors from one call to the next; those past the last
/// are old.
fn slots(judgements: &mut Vec<Judgement>, count: usize) -> &mut [Judgement] {
    if judgements.len() < count {
        judgements.resize_with(count, Judgement::default);
    }
    let judgements = &mut judgements[..count];
    for judgement in judgements.iter_mut() {
        (judgement.worth, judgement.spread) = (f64::NAN, None);
        judgement.priors.clear();
    }
    judgements
}
