//! The loop: select, expand, evaluate, back up.

use std::collections::{BinaryHeap, HashMap};

use crate::error::Error;
use crate::game::{Evaluator, Game, Judgement, Outcome};
use crate::tree::{Counts, EdgeId, NodeId, Status, StopReason, Tree};

/// How hard to think.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchConfig {
    /// States that may be handed to the evaluator, the root included; at least 1. Never exceeded.
    pub evaluations: u32,
    /// Most states in one call of the evaluator; at least 1. Descents run on while earlier ones wait for their call, so
    /// it changes the order of the search, which is why it is a constant and not a number of cores.
    pub batch: u32,
    /// The constant c of PUCT, for worths scaled to [0, 1] among siblings. More looks wider, less looks deeper.
    pub exploration: f64,
    /// States this many actions from the root are judged but not opened. Where several lines lead to a state, the
    /// shortest counts.
    pub depth_max: u32,
    /// Decides between actions that look exactly alike.
    pub seed: u64,
}

impl Default for SearchConfig {
    fn default() -> SearchConfig {
        SearchConfig {
            evaluations: 4096,
            batch: 64,
            exploration: 1.25,
            depth_max: u32::MAX,
            seed: 0,
        }
    }
}

/// How far the search is, after every batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// What was done so far.
    pub counts: Counts,
    /// What the root is worth so far.
    pub worth: f64,
}

/// Plans from `root` until the budget is spent, the game is solved, or `keep_going` says no.
///
/// Every legal action of the root is expanded once before any is looked into, so that the ranking is complete; if the
/// budget is too small even for that, [`Tree::stop_reason`] says so. `keep_going` is asked after every batch.
pub fn run<G: Game, E: Evaluator<G::State>>(
    game: &G,
    root: &G::State,
    evaluator: &mut E,
    config: &SearchConfig,
    keep_going: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Tree<G>, Error> {
    let mut search = Search::plant(game, root, config)?;
    search.evaluate(evaluator)?;
    search.tree.check_worth(search.tree.root())?;
    let stop_reason = loop {
        match search.tree.status(search.tree.root()) {
            Status::Solved => break StopReason::Solved,
            Status::Horizon => break StopReason::Horizon,
            Status::Open => {}
        }
        search.gather()?;
        if search.in_flight.is_empty() {
            let ranked = search
                .tree
                .edges(search.tree.root())
                .all(|edge| edge.expanded());
            break if ranked {
                StopReason::Budget
            } else {
                StopReason::TooSmall
            };
        }
        search.evaluate(evaluator)?;
        search.back_up()?;
        let open = search.tree.status(search.tree.root()) == Status::Open;
        if !keep_going(&search.progress()) && open {
            break StopReason::Asked;
        }
    };
    search.tree.stop_reason = stop_reason;
    Ok(search.tree)
}

/// A search under way: the tree, what waits for the evaluator, and buffers kept between descents.
pub(crate) struct Search<'a, G: Game> {
    pub(crate) game: &'a G,
    pub(crate) config: &'a SearchConfig,
    pub(crate) tree: Tree<G>,
    /// Expanded in this batch, not backed up yet.
    pub(crate) in_flight: Vec<EdgeId>,
    /// New states of this batch, not evaluated yet.
    pub(crate) leaves: Vec<NodeId>,
    /// Nodes to recompute, the deepest first.
    pub(crate) dirty: BinaryHeap<(u32, NodeId)>,
    /// Branches passed by the current descent.
    pub(crate) path: Vec<u32>,
    pub(crate) actions: Vec<G::Action>,
    pub(crate) outcomes: Vec<Outcome<G::State>>,
    states: Vec<G::State>,
    judgements: Vec<Judgement>,
}

impl<'a, G: Game> Search<'a, G> {
    /// A tree that is all root.
    fn plant(
        game: &'a G,
        root: &G::State,
        config: &'a SearchConfig,
    ) -> Result<Search<'a, G>, Error> {
        if config.evaluations == 0 || config.batch == 0 {
            return Err(Error::Config("evaluations and batch must be at least 1"));
        }
        if !(config.exploration.is_finite() && config.exploration >= 0.0) {
            return Err(Error::Config("exploration must be finite and not negative"));
        }
        let tree = Tree {
            states: Vec::new(),
            nodes: Vec::new(),
            actions: Vec::new(),
            edges: Vec::new(),
            branches: Vec::new(),
            known: HashMap::default(),
            counts: Counts::default(),
            stop_reason: StopReason::Budget,
        };
        let mut search = Search {
            game,
            config,
            tree,
            in_flight: Vec::new(),
            leaves: Vec::new(),
            dirty: BinaryHeap::new(),
            path: Vec::new(),
            actions: Vec::new(),
            outcomes: Vec::new(),
            states: Vec::new(),
            judgements: Vec::new(),
        };
        search.add_node(root.clone(), game.key(root), None)?;
        Ok(search)
    }

    /// Descends and expands until a batch is full, the next expansion does not fit, or all in sight is in flight.
    ///
    /// A visit counts as soon as it is under way, which sends the next descent elsewhere (Liu et al. 2020).
    fn gather(&mut self) -> Result<(), Error> {
        let batch = self.config.batch as usize;
        while self.leaves.len() < batch && self.in_flight.len() < batch {
            match self.descend()? {
                Some(edge) if self.expand(edge)? => {}
                _ => break,
            }
        }
        Ok(())
    }

    /// Has the new states judged.
    fn evaluate<E: Evaluator<G::State>>(&mut self, evaluator: &mut E) -> Result<(), Error> {
        for leaves in self.leaves.chunks(self.config.batch as usize) {
            self.states.clear();
            self.states
                .extend(leaves.iter().map(|leaf| self.tree.state(*leaf).clone()));
            self.judgements.clear();
            self.judgements
                .resize_with(leaves.len(), Judgement::default);
            evaluator.evaluate(&self.states, &mut self.judgements)?;
            self.tree.counts.batches += 1;
            self.tree.counts.evaluations += leaves.len() as u32;
            for (leaf, judgement) in leaves.iter().zip(self.judgements.drain(..)) {
                let row = self.tree.row_mut(*leaf);
                (row.judged, row.worth) = (judgement.worth, judgement.worth);
                row.priors = judgement.priors;
                self.tree.check_worth(*leaf)?;
            }
        }
        self.leaves.clear();
        Ok(())
    }

    fn progress(&self) -> Progress {
        Progress {
            counts: self.tree.counts,
            worth: self.tree.worth(self.tree.root()),
        }
    }
}
