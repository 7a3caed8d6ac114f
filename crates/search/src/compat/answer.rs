//! Reading the trees of the last run.

use super::Config;
use super::arena::{Arena, Node, States};

/// What the search of one root found.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a, S> {
    config: &'a Config,
    arena: &'a Arena,
    states: &'a States<S>,
    root: usize,
}

/// One node of a tree: a state, and the edge that leads to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeView {
    /// Visits, its own expansion counted.
    pub visits: u32,
    /// Mean over visits, in units of the model's values.
    pub value: f32,
    /// The model's word.
    pub raw_value: f32,
    /// Reward on the way to it; 0 at the root.
    pub reward: f32,
    /// Factor of what comes after; 0 at the root.
    pub discount: f32,
}

impl<'a, S> Answer<'a, S> {
    pub(super) fn new(
        config: &'a Config,
        arena: &'a Arena,
        states: &'a States<S>,
        root: usize,
    ) -> Answer<'a, S> {
        Answer {
            config,
            arena,
            states,
            root,
        }
    }

    /// The action to take. MuZero and stochastic: most visited, the lowest on a tie. Gumbel: among the most visited, the
    /// largest Gumbel number plus logit plus completed Q.
    pub fn action(&self) -> usize {
        self.arena.choice[self.root] as usize
    }

    /// Visits of each action at the root: whole numbers.
    pub fn visits(&self) -> &'a [f32] {
        &self.row(2)[..self.config.actions]
    }

    /// Reward plus discounted value of an action at the root; `None` if it was never visited.
    ///
    /// # Panics
    /// If there is no such action.
    pub fn q(&self, action: usize) -> Option<f32> {
        let child = self.child(0, action)?;
        let child = self.node(child);
        // As mctx's summary has it: the product is rounded before the sum.
        let later = child.discount * child.value;
        Some(child.reward + later)
    }

    /// The root's value: the mean of the model's first word and of all that came back.
    pub fn value(&self) -> f32 {
        self.node(0).value
    }

    /// What to train a policy with: shares of visits, or the improved policy of Gumbel MuZero. Sums to 1.
    pub fn weights(&self) -> &'a [f32] {
        let lanes = self.arena.shape.lanes();
        &self.arena.weights.get()[self.root * lanes..][..self.config.actions]
    }

    /// Node `node` of the tree; 0 is the root, `k` the node that simulation `k - 1` made.
    ///
    /// # Panics
    /// If there is no such number. A simulation that met the depth limit made no node.
    pub fn node(&self, node: usize) -> NodeView {
        let Node {
            value,
            raw,
            visits,
            reward,
            discount,
        } = self.arena.nodes[self.at(node)];
        NodeView {
            visits: visits as u32,
            value,
            raw_value: raw,
            reward,
            discount,
        }
    }

    /// The state at node `node`.
    ///
    /// # Panics
    /// As [`Answer::node`].
    pub fn state(&self, node: usize) -> &'a S {
        self.states.get(self.at(node))
    }

    /// The node that edge `edge` (an action, or an outcome) of node `node` leads to, if it was visited.
    ///
    /// # Panics
    /// If there is no such node or edge.
    pub fn child(&self, node: usize, edge: usize) -> Option<usize> {
        let lanes = self.arena.shape.lanes();
        assert!(edge < lanes, "edge {edge} of {lanes}");
        match self.arena.children[self.at(node) * lanes + edge] {
            0 => None,
            child => Some(child as usize),
        }
    }

    fn at(&self, node: usize) -> usize {
        let nodes = self.arena.shape.nodes;
        assert!(node < nodes, "node {node} of {nodes}");
        self.root * nodes + node
    }

    fn row(&self, row: usize) -> &'a [f32] {
        let (lanes, block) = (self.arena.shape.lanes(), self.arena.shape.block());
        &self.arena.edges.get()[self.at(0) * block + row * lanes..][..lanes]
    }
}
