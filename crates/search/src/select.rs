//! The descent: which action to look into next, and which of its outcomes.
//!
//! ```text
//! PUCT:    Q + c P sqrt(N) / (1 + n)      Q from 0 (worst expanded sibling) to 1 (best); P prior; n, N visits
//! Gumbel:  improved policy - n / (1 + sum n)
//! outcome: p / (1 + n)                    so that |n - p N| stays small without a random number
//! ```
//! Sources: PUCT of Silver et al. (2017) with a constant c, because a logarithm differs between platforms in its last
//! bit and a square root does not; Danihelka et al. (2022) for the second. Q is scaled among siblings (Schrittwieser et
//! al. 2020), so the unit of worth does not matter. Solved and in-flight parts are never entered, so every descent ends at
//! an action to expand.

use crate::config::{Interior, Root};
use crate::error::Error;
use crate::game::Game;
use crate::run::Search;
use crate::tree::{EdgeId, NodeId, Status, mix};

impl<G: Game> Search<'_, G> {
    /// Walks from the root to an action that is not expanded, leaving the branches passed in the path. `None` when the
    /// walk meets a node whose open actions are all in flight.
    pub(crate) fn descend(&mut self) -> Result<Option<EdgeId>, Error> {
        self.buffers.path.clear();
        let mut node = self.tree.root();
        loop {
            self.open(node)?;
            let at_root = node == self.tree.root();
            let choice = match (self.config.root, self.config.interior) {
                (Root::Gumbel { .. }, _) if at_root => self.choose_considered(),
                (Root::Puct, Interior::Gumbel) if at_root => self.choose_by_puct(node),
                (_, Interior::Puct) => self.choose_by_puct(node),
                (_, Interior::Gumbel) => self.choose_by_policy(node),
            };
            let Some(edge) = choice else {
                debug_assert!(
                    !self.buffers.in_flight.is_empty(),
                    "an open node has nothing open"
                );
                return Ok(None);
            };
            if self.tree.edges.branches[edge.0 as usize].is_empty() {
                return Ok(Some(edge));
            }
            let branch = self.choose_outcome(edge).expect(
                "an open action has an open outcome: statuses change only between descents",
            );
            self.buffers.path.push(branch);
            node = self.tree.branches[branch as usize].node;
        }
    }

    /// PUCT over the open actions; at the root, actions not yet expanded come first, the greatest prior leading.
    fn choose_by_puct(&self, node: NodeId) -> Option<EdgeId> {
        let row = self.tree.row(node);
        let edges = &self.tree.edges;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for worth in &edges.worth[row.edges.rows()] {
            // A comparison with NaN is false.
            if *worth < low {
                low = *worth;
            }
            if *worth > high {
                high = *worth;
            }
        }
        let scale = if high > low { 1.0 / (high - low) } else { 0.0 };
        // What was never tried is taken at the word of the evaluator, as far as its siblings bear it out.
        let untried = if low <= high {
            row.judged.clamp(low, high)
        } else {
            row.judged
        };
        let at_root = node == self.tree.root();
        let exploration = self.config.exploration * f64::from(row.visits).sqrt();
        let allowed = self.allowed(node);

        let mut best: Option<(bool, f64, usize)> = None;
        for edge in row.edges.rows() {
            let worth = edges.worth[edge];
            let expanded = !worth.is_nan();
            if edges.status[edge] != Status::Open
                || edges.rank[edge] >= allowed
                || (!expanded && !edges.branches[edge].is_empty())
            {
                continue;
            }
            let first = at_root && !expanded;
            let score = if first {
                edges.prior[edge]
            } else {
                let value = if scale > 0.0 {
                    (if expanded { worth } else { untried } - low) * scale
                } else {
                    0.0
                };
                value + exploration * edges.prior[edge] / (1.0 + f64::from(edges.visits[edge]))
            };
            let better = best.is_none_or(|(f, s, rival)| {
                if (first, score) == (f, s) {
                    self.lot(edge) > self.lot(rival)
                } else {
                    (first, score) > (f, s)
                }
            });
            if better {
                best = Some((first, score, edge));
            }
        }
        best.map(|(.., edge)| EdgeId(edge as u32))
    }

    /// The open action that is most behind its share of the improved policy.
    fn choose_by_policy(&mut self, node: NodeId) -> Option<EdgeId> {
        let mut policy = std::mem::take(&mut self.buffers.scores);
        self.tree.improve_policy(node, &mut policy);
        let allowed = self.allowed(node);
        let edges = &self.tree.edges;
        let rows = self.tree.row(node).edges.rows();
        let total: u32 = edges.visits[rows.clone()].iter().sum();
        let share = 1.0 / (1.0 + f64::from(total));
        let mut best: Option<(f64, usize)> = None;
        for (edge, target) in rows.zip(&policy) {
            if edges.status[edge] != Status::Open
                || edges.rank[edge] >= allowed
                || edges.in_flight(edge)
            {
                continue;
            }
            let score = target - f64::from(edges.visits[edge]) * share;
            let better = best.is_none_or(|(s, rival)| {
                score > s || (score == s && self.lot(edge) > self.lot(rival))
            });
            if better {
                best = Some((score, edge));
            }
        }
        self.buffers.scores = policy;
        best.map(|(_, edge)| EdgeId(edge as u32))
    }

    /// How many ranks of a node's actions may be looked at. Where all of those are searched through, the next one too.
    fn allowed(&self, node: NodeId) -> u32 {
        let Some(widening) = self.config.widening else {
            return u32::MAX;
        };
        let row = self.tree.row(node);
        if row.edges.rows().len() <= widening.from as usize {
            return u32::MAX;
        }
        let by_visits = f64::from(widening.from) * f64::from(row.visits).powf(widening.exponent);
        let edges = &self.tree.edges;
        let least_open = row
            .edges
            .rows()
            .filter(|edge| edges.status[*edge] == Status::Open)
            .map(|edge| edges.rank[edge])
            .min();
        (by_visits as u32).max(least_open.map_or(0, |rank| rank.saturating_add(1)))
    }

    /// Decides between what looks exactly alike.
    fn lot(&self, edge: usize) -> u64 {
        mix(self.config.seed ^ mix(edge as u64))
    }

    /// The open outcome that is most behind its probability; the first of equals.
    fn choose_outcome(&self, edge: EdgeId) -> Option<u32> {
        let ids = self.tree.edges.branches[edge.0 as usize].ids();
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
