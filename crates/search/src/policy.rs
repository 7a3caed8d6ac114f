//! What the search has learned about a whole policy, not only about the best action.
//!
//! ```text
//! improved policy = softmax(ln prior + (50 + most visits) / 10 * Q)      Q completed, then from 0 (worst) to 1 (best)
//! completed Q     = worth where expanded, else a mean of the evaluator's word and the expanded worths by prior
//! ```
//! Source: Danihelka, Guez, Schrittwieser & Silver, "Policy improvement by planning with Gumbel", ICLR 2022, sections 3.3
//! and 5 and appendix D; the constants are those of their program `mctx`. It uses `exp` and `ln`, whose last bit may differ
//! between platforms.

use crate::game::Game;
use crate::tree::{NodeId, Tree};

/// Visits that every action is credited with when worths are set against priors.
const VISITS_CREDITED: f64 = 50.0;
/// Weight of worths against the logarithm of priors.
const VALUE_SCALE: f64 = 0.1;

impl<G: Game> Tree<G> {
    /// The improved policy at a node: one probability per action, in the game's order; what a policy net is to learn.
    /// Empty where the search never chose.
    pub fn improved_policy(&self, node: NodeId) -> Vec<f64> {
        let mut policy = Vec::new();
        self.improve_policy(node, &mut policy);
        policy
    }

    /// The improved policy, into a list kept by the caller.
    pub(crate) fn improve_policy(&self, node: NodeId, out: &mut Vec<f64>) {
        self.improved_logits(node, out);
        let greatest = out.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for weight in out.iter_mut() {
            *weight = (*weight - greatest).exp();
            sum += *weight;
        }
        for weight in out.iter_mut() {
            *weight /= sum;
        }
    }

    /// `ln prior + sigma(Q)` of every action at a node.
    pub(crate) fn improved_logits(&self, node: NodeId, out: &mut Vec<f64>) {
        out.clear();
        let rows = self.row(node).edges.rows();
        let untried = self.worth_untried(node);
        let (mut low, mut high, mut visits_max) = (f64::INFINITY, f64::NEG_INFINITY, 0);
        for edge in rows.clone() {
            let worth = self.edges.worth[edge];
            let worth = if worth.is_nan() { untried } else { worth };
            (low, high) = (low.min(worth), high.max(worth));
            visits_max = visits_max.max(self.edges.visits[edge]);
            out.push(worth);
        }
        // By halves, which change no bit: a range may be more than the greatest number.
        let range = 0.5 * high - 0.5 * low;
        let scale = if range > 0.0 {
            VALUE_SCALE * (VISITS_CREDITED + f64::from(visits_max)) / range
        } else {
            0.0
        };
        for (score, edge) in out.iter_mut().zip(rows) {
            *score = self.edges.prior[edge].ln() + (0.5 * *score - 0.5 * low) * scale;
        }
    }

    /// What an action that was not tried is taken to be worth: the evaluator's word as one visit, and the expanded worths
    /// by prior as all others.
    fn worth_untried(&self, node: NodeId) -> f64 {
        let row = self.row(node);
        let (mut weights, mut worths, mut visits) = (0.0, 0.0, 0.0);
        for edge in row.edges.rows() {
            if !self.edges.worth[edge].is_nan() {
                weights += self.edges.prior[edge];
                worths += self.edges.prior[edge] * self.edges.worth[edge];
                visits += f64::from(self.edges.visits[edge]);
            }
        }
        if weights > 0.0 {
            (row.judged + visits * worths / weights) / (1.0 + visits)
        } else {
            row.judged
        }
    }
}
