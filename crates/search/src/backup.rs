//! The arithmetic: an edge is the expectation of its outcomes, a node the maximum (or a softened one) of its edges, and of
//! the evaluator's word while it has actions left to try.
//!
//! ```text
//! worth(edge)  = sum p (reward + discount worth(child))       spread(edge)^2 = sum (p discount spread(child))^2
//! worth(node)  = max worth(edge)                              or   sum w worth(edge) / sum w
//!                                                                  w = exp(-((max - worth(edge)) / (temperature spread of the max))^2 / 2)
//! ```
//! An action that was never tried may be the best. Until all are tried the evaluator's word stands: alone, if it says how
//! far it errs (then it errs both ways, and must only not contradict what is known); as the least that the node is worth, if
//! it does not.
//!
//! Changes climb from the deepest node to the root through *all* parents, so a shared node is never stale anywhere.
//! Depth orders the work: a parent is always shallower than its children, so each node settles once per batch.

use crate::config::{Backup, SearchConfig};
use crate::error::Error;
use crate::game::{Game, Judgement};
use crate::run::Search;
use crate::tree::{Block, EdgeId, NodeId, Status, Tree};

impl<G: Game> Search<'_, G> {
    /// Brings every node up to date with what this batch has found.
    pub(crate) fn back_up(&mut self) -> Result<(), Error> {
        let tree = &mut self.tree;
        for edge in self.buffers.in_flight.drain(..) {
            let node = tree.refresh_edge(edge)?;
            self.buffers.dirty.push((tree.row(node).depth, node));
        }
        while let Some((_, node)) = self.buffers.dirty.pop() {
            if !tree.refresh_node(node, self.config) {
                continue;
            }
            let mut parent = tree.row(node).first_parent;
            while let Some(branch) = parent {
                let branch = tree.branches[branch as usize];
                let above = tree.refresh_edge(branch.edge)?;
                self.buffers.dirty.push((tree.row(above).depth, above));
                parent = branch.next_parent;
            }
        }
        Ok(())
    }

    /// Brings a whole tree up to date with a config that it was not grown under.
    pub(crate) fn recompute(&mut self) -> Result<(), Error> {
        let tree = &mut self.tree;
        let mut order: Vec<(u32, NodeId)> = tree
            .nodes()
            .map(|node| (tree.row(node).depth, node))
            .collect();
        order.sort_unstable();
        for (_, node) in order.into_iter().rev() {
            for edge in tree.row(node).edges.ids().map(EdgeId) {
                if !tree.outcomes(edge).is_empty() {
                    tree.refresh_edge(edge)?;
                }
            }
            tree.refresh_node(node, self.config);
        }
        Ok(())
    }
}

impl<G: Game> Tree<G> {
    /// Writes down what the evaluator says of a new state.
    pub(crate) fn judge(&mut self, node: NodeId, judgement: &Judgement) -> Result<(), Error> {
        let priors = Block {
            start: crate::expand::row_id(self.priors.len())?,
            len: crate::expand::row_id(judgement.priors.len())?,
        };
        crate::expand::row_id(self.priors.len() + judgement.priors.len())?;
        self.priors.extend_from_slice(&judgement.priors);
        let spread = judgement.spread.unwrap_or(f64::NAN);
        let row = self.row_mut(node);
        (row.judged, row.worth) = (judgement.worth, judgement.worth);
        (row.judged_spread, row.spread) = (spread, spread);
        row.priors = priors;
        self.check_worth(node)?;
        match judgement.spread {
            Some(spread) if !(spread.is_finite() && spread >= 0.0) => Err(Error::Spread {
                path: self.path(node),
                spread,
            }),
            _ => Ok(()),
        }
    }

    /// Recomputes an expanded edge from its outcomes; returns the node it belongs to.
    fn refresh_edge(&mut self, id: EdgeId) -> Result<NodeId, Error> {
        let edge = id.0 as usize;
        let discount = self.edges.discount[edge];
        let (mut worth, mut variance) = (0.0, 0.0);
        let mut status = Status::Solved;
        for branch in self.outcomes(id) {
            let child = self.row(branch.node);
            worth += branch.probability * (branch.reward + discount * child.worth);
            if branch.probability > 0.0 {
                let spread = branch.probability * discount * child.spread;
                variance += spread * spread;
                status = status.min(child.status);
            }
        }
        let node = self.node_of(id);
        if !worth.is_finite() {
            return Err(Error::Overflow {
                path: self.path(node),
                action: self.action_index(id),
                worth,
            });
        }
        self.edges.worth[edge] = worth;
        self.edges.spread[edge] = variance.sqrt();
        self.edges.status[edge] = status;
        Ok(node)
    }

    /// Recomputes a node from its edges, or its status from its depth while it has none; says whether it changed.
    fn refresh_node(&mut self, id: NodeId, config: &SearchConfig) -> bool {
        let row = self.row(id);
        let edges = row.edges.rows();
        if edges.is_empty() && row.status == Status::Solved {
            return false;
        }
        // The evaluator judged the best of all actions: that the one tried first is poor says little about the others.
        let (mut untried, mut status) = (edges.is_empty(), Status::Solved);
        let (mut worth, mut spread) = (f64::NEG_INFINITY, f64::NAN);
        for edge in edges.clone() {
            let known = self.edges.worth[edge];
            if known > worth {
                (worth, spread) = (known, self.edges.spread[edge]);
            }
            untried |= known.is_nan() && self.edges.prior[edge] > 0.0;
            status = status.min(self.edges.status[edge]);
        }
        if edges.is_empty() {
            status = Status::of_leaf(row.distance, config.depth_max);
        }
        if untried && !row.judged_spread.is_nan() {
            // A maximum of what is known and of a word that errs both ways would keep the errors upward.
            worth = f64::max(row.judged, worth - config.deviations * row.judged_spread);
            spread = row.judged_spread;
        } else if untried && row.judged > worth {
            (worth, spread) = (row.judged, row.judged_spread);
        } else if let Backup::Soft { temperature } = config.backup
            && temperature * spread > 0.0
        {
            let judged = untried.then_some((row.judged, row.judged_spread));
            let known = edges.map(|edge| (self.edges.worth[edge], self.edges.spread[edge]));
            let options = known.filter(|(worth, _)| !worth.is_nan()).chain(judged);
            (worth, spread) = soften(options, worth, temperature * spread);
        }
        let changed =
            (worth, status) != (row.worth, row.status) || spread.to_bits() != row.spread.to_bits();
        let row = self.row_mut(id);
        (row.worth, row.spread, row.status) = (worth, spread, status);
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

/// The weighted mean of worths and its spread, where weights fall below the greatest as a normal density of deviation
/// `scale` does. Worths are taken relative to the greatest, so that large ones lose nothing.
fn soften(options: impl Iterator<Item = (f64, f64)>, greatest: f64, scale: f64) -> (f64, f64) {
    let (mut weights, mut below, mut variance) = (0.0, 0.0, 0.0);
    for (worth, spread) in options {
        let distance = (worth - greatest) / scale;
        let weight = (-0.5 * distance * distance).exp();
        weights += weight;
        if weight > 0.0 {
            below += weight * (worth - greatest);
            let spread = weight * spread;
            variance += spread * spread;
        }
    }
    (greatest + below / weights, variance.sqrt() / weights)
}
