//! The tree that a search leaves behind: nodes are decisions, edges are actions, branches are outcomes.
//!
//! ```text
//! node --edges--> edge --branches--> branch --node--> node
//! node <--node--  edge <---edge---   branch <-parents- node        (a shared node has several parents)
//! ```
//! Rows live in flat arrays and are named by `u32`. The edges of a node are one block, and so are the branches of an
//! edge, both in the order in which the game produced them. What a descent reads of edges is kept in columns, and states
//! and actions are columns of their own.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use crate::error::NodePath;
use crate::game::Game;

/// Names a node of one tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

/// Names an edge of one tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeId(pub(crate) u32);

impl NodeId {
    /// Its place in [`Tree::nodes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How far a part of the tree has been searched; ordered, and a whole is as far as its least part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// There is more to search below.
    Open,
    /// Searched down to the depth limit: exact but for the evaluator's word there.
    Horizon,
    /// Exhausted: the worth is exact.
    Solved,
}

impl Status {
    /// What an unfinished state without edges is.
    pub(crate) fn of_leaf(distance: u32, depth_max: u32) -> Status {
        if distance >= depth_max {
            Status::Horizon
        } else {
            Status::Open
        }
    }
}

/// Why a search stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The root is solved: its worth is exact.
    Solved,
    /// Every line reached the depth limit or the end of the game.
    Horizon,
    /// The next expansion would not fit in the evaluations left, or no simulation is left.
    Budget,
    /// As `Budget`, before every root action (with a Gumbel root: every considered one) was expanded once: the ranking
    /// is incomplete.
    TooSmall,
    /// The best action's interval stands clear of the others': see [`crate::SearchConfig::tolerance`].
    Settled,
    /// No action's interval reaches above the baseline's: see [`crate::SearchConfig::baseline`].
    Abstained,
    /// The caller's `keep_going` said so.
    Asked,
}

/// What was done, counted where it was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// States in the tree, terminal ones and the root included.
    pub nodes: u32,
    /// Descents with their backup; each expanded one action.
    pub simulations: u32,
    /// States handed to the evaluator, the root included.
    pub evaluations: u32,
    /// Calls of the evaluator.
    pub batches: u32,
    /// Outcomes whose state was already in the tree by its key.
    pub cache_hits: u32,
    /// States that the evaluator judged from memory ([`crate::Evaluator::recall`]): not among `evaluations`.
    pub recalled: u32,
    /// Most actions on a line from the root to a node.
    pub depth: u32,
}

/// An action at a node, as the tree knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge<A> {
    /// Its name, for [`Tree::outcomes`].
    pub id: EdgeId,
    /// Its place in the order of [`Game::actions`].
    pub index: usize,
    /// The action.
    pub action: A,
    /// Expected reward and discounted worth of what follows; `None` until the action is expanded.
    pub worth: Option<f64>,
    /// Standard deviation of the error of `worth`, as far as the evaluator knows its own; 0 once solved.
    pub spread: Option<f64>,
    /// Simulations that took it here.
    pub visits: u32,
    /// States handed to the evaluator by those simulations.
    pub evaluations: u32,
    /// Its share of the evaluator's priors; all priors at a node sum to 1.
    pub prior: f64,
    /// How far it is searched.
    pub status: Status,
}

impl<A> Edge<A> {
    /// Whether its outcomes are in the tree.
    pub fn expanded(&self) -> bool {
        self.worth.is_some()
    }

    /// Whether its worth is exact.
    pub fn solved(&self) -> bool {
        self.status == Status::Solved
    }
}

/// One outcome of an expanded action.
#[derive(Clone, Copy, Debug)]
pub struct Branch {
    /// As the game gave it.
    pub probability: f64,
    /// As the game gave it.
    pub reward: f64,
    /// The state reached.
    pub node: NodeId,
    /// Simulations that went on through it.
    pub visits: u32,
    /// The edge it belongs to.
    pub(crate) edge: EdgeId,
    /// The next branch, if any, that leads to the same node.
    pub(crate) next_parent: Option<u32>,
}

/// One action of the principal line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step<A> {
    /// Where the action is taken.
    pub node: NodeId,
    /// The best action there.
    pub action: A,
    /// Its worth.
    pub worth: f64,
    /// Probability of the outcome that the line goes on with: the likeliest, the first of several.
    pub probability: f64,
}

/// A searched game: ask it for the best action, or follow it as a policy.
///
/// Invariants, at every node and edge: `visits(node) = 1 + sum of its edges' visits`, and for an expanded edge
/// `visits = 1 + sum of its outcomes' visits`. The root has `1 + simulations` visits, and `1 + sum of its edges'
/// evaluations` states were handed to the evaluator (a finished or remembered root is none of them). Worths are finite.
/// After [`Tree::rooted_at`] an edge or branch may have less visits than what hangs below it.
pub struct Tree<G: Game> {
    pub(crate) states: Vec<G::State>,
    pub(crate) nodes: Vec<NodeRow>,
    /// The evaluator's weights, of every node that had an opinion.
    pub(crate) priors: Vec<f64>,
    pub(crate) actions: Vec<G::Action>,
    pub(crate) edges: Edges,
    pub(crate) branches: Vec<Branch>,
    pub(crate) known: HashMap<u128, NodeId, BuildHasherDefault<KeyHasher>>,
    pub(crate) counts: Counts,
    pub(crate) stop_reason: StopReason,
    pub(crate) choice: Option<EdgeId>,
}

/// What the search keeps of a state.
#[derive(Clone)]
pub(crate) struct NodeRow {
    /// The evaluator's word, or the exact worth of a finished state.
    pub(crate) judged: f64,
    /// What the evaluator thinks of its own error; NaN if it does not say.
    pub(crate) judged_spread: f64,
    /// What the expanded edges, and `judged` while an edge with a prior is untried, amount to.
    pub(crate) worth: f64,
    /// Standard deviation of its error; NaN if not known.
    pub(crate) spread: f64,
    pub(crate) visits: u32,
    /// Length of the longest known line from the root: always more than that of any parent.
    pub(crate) depth: u32,
    /// Length of the shortest known line from the root, which the depth limit is held against.
    pub(crate) distance: u32,
    /// The evaluator's weights; empty if it had none.
    pub(crate) priors: Block,
    /// Empty until the node is opened.
    pub(crate) edges: Block,
    /// First of the branches that lead here.
    pub(crate) first_parent: Option<u32>,
    pub(crate) status: Status,
}

/// What the search keeps of actions, in columns of equal length.
#[derive(Clone, Default)]
pub(crate) struct Edges {
    /// NaN until the first backup: not expanded, or expanded and still in flight.
    pub(crate) worth: Vec<f64>,
    /// NaN if not known.
    pub(crate) spread: Vec<f64>,
    pub(crate) prior: Vec<f64>,
    pub(crate) visits: Vec<u32>,
    pub(crate) status: Vec<Status>,
    /// Place among the actions of the node by falling prior, where the node is widened step by step; else 0.
    pub(crate) rank: Vec<u32>,
    pub(crate) node: Vec<NodeId>,
    pub(crate) discount: Vec<f64>,
    pub(crate) evaluations: Vec<u32>,
    /// Empty until the action is expanded.
    pub(crate) branches: Vec<Block>,
}

impl Edges {
    pub(crate) fn len(&self) -> usize {
        self.node.len()
    }

    /// An action that is not expanded.
    pub(crate) fn push(&mut self, node: NodeId, prior: f64, discount: f64) {
        self.worth.push(f64::NAN);
        self.spread.push(f64::NAN);
        self.prior.push(prior);
        self.visits.push(0);
        self.status.push(Status::Open);
        self.rank.push(0);
        self.node.push(node);
        self.discount.push(discount);
        self.evaluations.push(0);
        self.branches.push(Block::default());
    }

    pub(crate) fn clear(&mut self) {
        self.worth.clear();
        self.spread.clear();
        self.prior.clear();
        self.visits.clear();
        self.status.clear();
        self.rank.clear();
        self.node.clear();
        self.discount.clear();
        self.evaluations.clear();
        self.branches.clear();
    }

    /// Whether its outcomes wait for the evaluator.
    pub(crate) fn in_flight(&self, edge: usize) -> bool {
        self.worth[edge].is_nan() && !self.branches[edge].is_empty()
    }
}

/// Consecutive rows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Block {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Block {
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    pub(crate) fn rows(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }

    pub(crate) fn ids(self) -> Range<u32> {
        self.start..self.start + self.len
    }
}

impl<G: Game> Tree<G> {
    /// A tree without a root.
    pub(crate) fn empty() -> Tree<G> {
        Tree {
            states: Vec::new(),
            nodes: Vec::new(),
            priors: Vec::new(),
            actions: Vec::new(),
            edges: Edges::default(),
            branches: Vec::new(),
            known: HashMap::default(),
            counts: Counts::default(),
            stop_reason: StopReason::Budget,
            choice: None,
        }
    }

    /// Empties the tree and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.states.clear();
        self.nodes.clear();
        self.priors.clear();
        self.actions.clear();
        self.edges.clear();
        self.branches.clear();
        self.known.clear();
        self.counts = Counts::default();
        self.stop_reason = StopReason::Budget;
        self.choice = None;
    }

    /// The state the search began with.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// Every node, in the order in which they were found.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeId> {
        (0..self.counts.nodes).map(NodeId)
    }

    /// The state at a node.
    pub fn state(&self, node: NodeId) -> &G::State {
        &self.states[node.0 as usize]
    }

    /// The greatest worth of an expanded action (softened, if [`crate::Backup`] says so). While an action that the
    /// evaluator gave any weight is untried: its word, if it says how far it errs; the greater of both, if it does not.
    /// The exact end of a finished state.
    pub fn worth(&self, node: NodeId) -> f64 {
        self.row(node).worth
    }

    /// Standard deviation of the error of that worth, as far as the evaluator knows its own.
    pub fn spread(&self, node: NodeId) -> Option<f64> {
        known(self.row(node).spread)
    }

    /// One for being found, and one for every simulation that chose an action here.
    pub fn visits(&self, node: NodeId) -> u32 {
        self.row(node).visits
    }

    /// How far the node is searched.
    pub fn status(&self, node: NodeId) -> Status {
        self.row(node).status
    }

    /// The legal actions of a node in the game's order; none where the search never chose (leaves and finished states).
    pub fn edges(&self, node: NodeId) -> impl ExactSizeIterator<Item = Edge<G::Action>> {
        self.row(node)
            .edges
            .ids()
            .enumerate()
            .map(|(index, id)| self.view(EdgeId(id), index))
    }

    fn view(&self, id: EdgeId, index: usize) -> Edge<G::Action> {
        let row = id.0 as usize;
        Edge {
            id,
            index,
            action: self.actions[row],
            worth: known(self.edges.worth[row]),
            spread: known(self.edges.spread[row]),
            visits: self.edges.visits[row],
            evaluations: self.edges.evaluations[row],
            prior: self.edges.prior[row],
            status: self.edges.status[row],
        }
    }

    /// The expanded action of greatest worth at a node; a tie goes to more visits, then to the lower index.
    pub fn best(&self, node: NodeId) -> Option<Edge<G::Action>> {
        let better =
            |a: &Edge<G::Action>, b: &Edge<G::Action>| (a.worth, a.visits) > (b.worth, b.visits);
        self.edges(node)
            .filter(Edge::expanded)
            .reduce(|best, edge| if better(&edge, &best) { edge } else { best })
    }

    /// The final move: what the search would play at its root, by the rule of its config. With [`crate::Root::Puct`] the
    /// action whose interval ends highest at its low end, which is the best where errors are not known; with
    /// [`crate::Root::Gumbel`] the one that came out first of the halving. `None` where nothing was expanded.
    pub fn choice(&self) -> Option<Edge<G::Action>> {
        self.choice
            .map(|edge| self.view(edge, self.action_index(edge)))
    }

    /// The best action at the root, if any was expanded.
    pub fn best_action(&self) -> Option<G::Action> {
        self.best(self.root()).map(|edge| edge.action)
    }

    /// The outcomes of an action in the game's order; none until it is expanded.
    pub fn outcomes(&self, edge: EdgeId) -> &[Branch] {
        &self.branches[self.edges.branches[edge.0 as usize].rows()]
    }

    /// Best action, likeliest outcome, and so on, as far as the tree goes.
    pub fn principal_line(&self) -> Vec<Step<G::Action>> {
        let mut line = Vec::new();
        let mut node = self.root();
        while let Some(edge) = self.best(node) {
            let likelier = |a: &Branch, b: &Branch| a.probability > b.probability;
            let next = self
                .outcomes(edge.id)
                .iter()
                .reduce(|a, b| if likelier(b, a) { b } else { a });
            let (Some(next), Some(worth)) = (next, edge.worth) else {
                break;
            };
            line.push(Step {
                node,
                action: edge.action,
                worth,
                probability: next.probability,
            });
            node = next.node;
        }
        line
    }

    /// What was done to grow the tree.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Why the search stopped.
    pub fn stop_reason(&self) -> StopReason {
        self.stop_reason
    }

    pub(crate) fn row(&self, node: NodeId) -> &NodeRow {
        &self.nodes[node.0 as usize]
    }

    pub(crate) fn row_mut(&mut self, node: NodeId) -> &mut NodeRow {
        &mut self.nodes[node.0 as usize]
    }

    pub(crate) fn node_of(&self, edge: EdgeId) -> NodeId {
        self.edges.node[edge.0 as usize]
    }

    /// The place of an edge among the actions of its node.
    pub(crate) fn action_index(&self, edge: EdgeId) -> usize {
        (edge.0 - self.row(self.node_of(edge)).edges.start) as usize
    }

    /// The way from the root, for errors.
    pub(crate) fn path(&self, mut node: NodeId) -> NodePath {
        let mut hops = Vec::new();
        while let Some(branch) = self.row(node).first_parent {
            let edge = self.branches[branch as usize].edge;
            hops.push((
                self.action_index(edge),
                (branch - self.edges.branches[edge.0 as usize].start) as usize,
            ));
            node = self.node_of(edge);
        }
        hops.reverse();
        NodePath(hops)
    }
}

/// What NaN stands for in a column is "not known".
fn known(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

/// Hashes the game's keys alike in every process, where the standard hasher is seeded at random.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write_u128(&mut self, key: u128) {
        self.0 = mix(mix(key as u64) ^ (key >> 64) as u64);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A bijection of 64 bits that looks random: the output step of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
pub(crate) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
