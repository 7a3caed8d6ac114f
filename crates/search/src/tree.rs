//! The tree that a search leaves behind: nodes are decisions, edges are actions, branches are outcomes.
//!
//! ```text
//! node --edges--> edge --branches--> branch --node--> node
//! node <--node--  edge <---edge---   branch <-parents- node        (a shared node has several parents)
//! ```
//! Rows live in flat arrays and are named by `u32`. The edges of a node are one block, and so are the branches of an
//! edge, both in the order in which the game produced them. States and actions are columns of their own.

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
    /// The next expansion would not fit in the evaluations left.
    Budget,
    /// As `Budget`, before every root action was expanded once: the ranking is incomplete.
    TooSmall,
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
/// evaluations` evaluations were made (a finished root needs none). Worths are finite.
pub struct Tree<G: Game> {
    pub(crate) states: Vec<G::State>,
    pub(crate) nodes: Vec<NodeRow>,
    pub(crate) actions: Vec<G::Action>,
    pub(crate) edges: Vec<EdgeRow>,
    pub(crate) branches: Vec<Branch>,
    pub(crate) known: HashMap<u128, NodeId, BuildHasherDefault<KeyHasher>>,
    pub(crate) counts: Counts,
    pub(crate) stop_reason: StopReason,
}

/// What the search keeps of a state.
pub(crate) struct NodeRow {
    /// The evaluator's word, or the exact worth of a finished state.
    pub(crate) judged: f64,
    /// The evaluator's weights, until the node is opened and its edges hold them.
    pub(crate) priors: Vec<f64>,
    /// The greatest worth of an expanded edge, or `judged` if that is greater while an edge with a prior is untried.
    pub(crate) worth: f64,
    pub(crate) visits: u32,
    pub(crate) status: Status,
    /// Length of the longest known line from the root: always more than that of any parent.
    pub(crate) depth: u32,
    /// Length of the shortest known line from the root, which the depth limit is held against.
    pub(crate) distance: u32,
    /// Empty until the node is opened.
    pub(crate) edges: Block,
    /// First of the branches that lead here.
    pub(crate) first_parent: Option<u32>,
}

/// What the search keeps of an action.
pub(crate) struct EdgeRow {
    pub(crate) node: NodeId,
    pub(crate) prior: f64,
    pub(crate) discount: f64,
    /// NaN until the first backup: not expanded, or expanded and still in flight.
    pub(crate) worth: f64,
    pub(crate) visits: u32,
    pub(crate) evaluations: u32,
    pub(crate) status: Status,
    /// Empty until the action is expanded.
    pub(crate) branches: Block,
}

/// Consecutive rows.
#[derive(Clone, Copy, Default)]
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

    /// The greatest worth of an expanded action; the evaluator's word, where there is none or where that is greater and
    /// an action that it gave any weight is still untried; the exact end of a finished state.
    pub fn worth(&self, node: NodeId) -> f64 {
        self.row(node).worth
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
        self.row(node).edges.ids().enumerate().map(|(index, id)| {
            let row = &self.edges[id as usize];
            Edge {
                id: EdgeId(id),
                index,
                action: self.actions[id as usize],
                worth: (!row.worth.is_nan()).then_some(row.worth),
                visits: row.visits,
                evaluations: row.evaluations,
                prior: row.prior,
                status: row.status,
            }
        })
    }

    /// The expanded action of greatest worth at a node; a tie goes to more visits, then to the lower index.
    pub fn best(&self, node: NodeId) -> Option<Edge<G::Action>> {
        let better =
            |a: &Edge<G::Action>, b: &Edge<G::Action>| (a.worth, a.visits) > (b.worth, b.visits);
        self.edges(node)
            .filter(Edge::expanded)
            .reduce(|best, edge| if better(&edge, &best) { edge } else { best })
    }

    /// The best action at the root, if any was expanded.
    pub fn best_action(&self) -> Option<G::Action> {
        self.best(self.root()).map(|edge| edge.action)
    }

    /// The outcomes of an action in the game's order; none until it is expanded.
    pub fn outcomes(&self, edge: EdgeId) -> &[Branch] {
        &self.branches[self.edges[edge.0 as usize].branches.rows()]
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

    pub(crate) fn edge(&self, edge: EdgeId) -> &EdgeRow {
        &self.edges[edge.0 as usize]
    }

    pub(crate) fn edge_mut(&mut self, edge: EdgeId) -> &mut EdgeRow {
        &mut self.edges[edge.0 as usize]
    }

    /// The place of an edge among the actions of its node.
    pub(crate) fn action_index(&self, edge: EdgeId) -> usize {
        (edge.0 - self.row(self.edge(edge).node).edges.start) as usize
    }

    /// The way from the root, for errors.
    pub(crate) fn path(&self, mut node: NodeId) -> NodePath {
        let mut hops = Vec::new();
        while let Some(branch) = self.row(node).first_parent {
            let edge = self.branches[branch as usize].edge;
            hops.push((
                self.action_index(edge),
                (branch - self.edge(edge).branches.start) as usize,
            ));
            node = self.edge(edge).node;
        }
        hops.reverse();
        NodePath(hops)
    }
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
