//! The arithmetic: an edge is the expectation of its outcomes, a node the maximum of its edges, and of the evaluator's
//! word while it has actions left to try.
//!
//! Changes climb from the deepest node to the root through *all* parents, so a shared node is never stale anywhere.
//! Depth orders the work: a parent is always shallower than its children, so each node settles once per batch.

use crate::error::Error;
use crate::game::Game;
use crate::run::Search;
use crate::tree::{EdgeId, EdgeRow, NodeId, Status, Tree};

impl<G: Game> Search<'_, G> {
    /// Brings every node up to date with what this batch has found.
    pub(crate) fn back_up(&mut self) -> Result<(), Error> {
        let tree = &mut self.tree;
        for edge in self.in_flight.drain(..) {
            let node = tree.refresh_edge(edge)?;
            self.dirty.push((tree.row(node).depth, node));
        }
        while let Some((_, node)) = self.dirty.pop() {
            if !tree.refresh_node(node, self.config.depth_max) {
                continue;
            }
            let mut parent = tree.row(node).first_parent;
            while let Some(branch) = parent {
                let branch = tree.branches[branch as usize];
                let above = tree.refresh_edge(branch.edge)?;
                self.dirty.push((tree.row(above).depth, above));
                parent = branch.next_parent;
            }
        }
        Ok(())
    }
}

impl<G: Game> Tree<G> {
    /// Recomputes an expanded edge from its outcomes; returns the node it belongs to.
    fn refresh_edge(&mut self, id: EdgeId) -> Result<NodeId, Error> {
        let discount = self.edge(id).discount;
        let mut worth = 0.0;
        let mut status = Status::Solved;
        for branch in self.outcomes(id) {
            worth += branch.probability * (branch.reward + discount * self.worth(branch.node));
            if branch.probability > 0.0 {
                status = status.min(self.status(branch.node));
            }
        }
        let node = self.edge(id).node;
        if !worth.is_finite() {
            return Err(Error::Overflow {
                path: self.path(node),
                action: self.action_index(id),
                worth,
            });
        }
        let edge = self.edge_mut(id);
        (edge.worth, edge.status) = (worth, status);
        Ok(node)
    }

    /// Recomputes a node from its edges, or its status from its depth while it has none; says whether it changed.
    fn refresh_node(&mut self, id: NodeId, depth_max: u32) -> bool {
        let row = self.row(id);
        let edges = &self.edges[row.edges.rows()];
        // The evaluator judged the best of all actions: that the one tried first is poor says little about the others.
        let untried = |edge: &EdgeRow| edge.worth.is_nan() && edge.prior > 0.0;
        let judged = (edges.is_empty() || edges.iter().any(untried)).then_some(row.judged);
        let known = edges.iter().map(|edge| edge.worth);
        let worths = known.filter(|worth| !worth.is_nan()).chain(judged);
        let worth = worths.reduce(f64::max).unwrap_or(row.judged);
        let status = edges
            .iter()
            .map(|edge| edge.status)
            .min()
            .unwrap_or(match row.status {
                Status::Solved => Status::Solved,
                _ => Status::of_leaf(row.distance, depth_max),
            });
        let changed = (worth, status) != (row.worth, row.status);
        let row = self.row_mut(id);
        (row.worth, row.status) = (worth, status);
        changed
    }

    /// A worth that is not finite is an error.
    pub(crate) fn check_worth(&self, node: NodeId) -> Result<(), Error> {
        let worth = self.worth(node);
        if worth.is_finite() {
            Ok(())
        } else {
            Err(Error::Worth {
                path: self.path(node),
                worth,
            })
        }
    }
}
