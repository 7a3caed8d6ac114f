//! The descent: which action to look into next, and which of its outcomes.
//!
//! ```text
//! action:  Q + c P sqrt(N) / (1 + n)      Q from 0 (worst expanded sibling) to 1 (best); P prior; n, N visits
//! outcome: p / (1 + n)                    so that |n - p N| stays small without a random number
//! ```
//! Source: PUCT of Silver et al. (2017) with a constant c, because a logarithm differs between platforms in its last
//! bit and a square root does not. Q is scaled among siblings (Schrittwieser et al. 2020), so the unit of worth does
//! not matter. Solved and in-flight parts are never entered, so every descent ends at an action to expand.

use crate::error::Error;
use crate::game::Game;
use crate::run::Search;
use crate::tree::{EdgeId, NodeId, Status, mix};

impl<G: Game> Search<'_, G> {
    /// Walks from the root to an action that is not expanded, leaving the branches passed in `self.path`. `None` when
    /// the walk meets a node whose open actions are all in flight.
    pub(crate) fn descend(&mut self) -> Result<Option<EdgeId>, Error> {
        self.path.clear();
        let mut node = self.tree.root();
        loop {
            self.open(node)?;
            let Some(edge) = self.choose_action(node) else {
                debug_assert!(!self.in_flight.is_empty(), "an open node has nothing open");
                return Ok(None);
            };
            if self.tree.edge(edge).branches.is_empty() {
                return Ok(Some(edge));
            }
            let branch = self.choose_outcome(edge).expect(
                "an open action has an open outcome: statuses change only between descents",
            );
            self.path.push(branch);
            node = self.tree.branches[branch as usize].node;
        }
    }

    /// PUCT over the open actions; at the root, actions not yet expanded come first, the greatest prior leading.
    fn choose_action(&self, node: NodeId) -> Option<EdgeId> {
        let row = self.tree.row(node);
        let edges = &self.tree.edges[row.edges.rows()];
        let known = || {
            edges
                .iter()
                .map(|edge| edge.worth)
                .filter(|worth| !worth.is_nan())
        };
        let low = known().fold(f64::INFINITY, f64::min);
        let high = known().fold(f64::NEG_INFINITY, f64::max);
        let spread = high - low;
        let at_root = node == self.tree.root();
        let exploration = self.config.exploration * f64::from(row.visits).sqrt();

        let mut best = None;
        for (id, edge) in row.edges.ids().zip(edges) {
            let expanded = !edge.branches.is_empty();
            if edge.status != Status::Open || (expanded && edge.worth.is_nan()) {
                continue;
            }
            // What was never tried is taken at the word of the evaluator, as far as its siblings bear it out.
            let worth = if expanded {
                edge.worth
            } else {
                row.judged.clamp(low.min(high), high.max(low))
            };
            let value = if spread > 0.0 {
                (worth - low) / spread
            } else {
                0.0
            };
            let urgency = exploration * edge.prior / (1.0 + f64::from(edge.visits));
            let first = at_root && !expanded;
            let score = if first { edge.prior } else { value + urgency };
            let lot = mix(self.config.seed ^ mix(u64::from(id)));
            if best.is_none_or(|(f, s, l, _)| (first, score, lot) > (f, s, l)) {
                best = Some((first, score, lot, EdgeId(id)));
            }
        }
        best.map(|(.., edge)| edge)
    }

    /// The open outcome that is most behind its probability; the first of equals.
    fn choose_outcome(&self, edge: EdgeId) -> Option<u32> {
        let ids = self.tree.edge(edge).branches.ids();
        let mut best = None;
        for (id, branch) in ids.zip(self.tree.outcomes(edge)) {
            let score = branch.probability / (1.0 + f64::from(branch.visits));
            let open = branch.probability > 0.0 && self.tree.status(branch.node) == Status::Open;
            if open && best.is_none_or(|(s, _)| score > s) {
                best = Some((score, id));
            }
        }
        best.map(|(_, id)| id)
    }
}
