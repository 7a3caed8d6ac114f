//! The root: which actions are considered, when enough has been seen, and which move is final.
//!
//! Sequential halving (Karnin, Koren & Somekh, ICML 2013; with Gumbel scores Danihelka et al. 2022): `m` actions share the
//! first of `ceil(log2 m)` equal parts of the budget, the better half of them the second, and so on. An action's score is
//! `noise * Gumbel + ln prior + sigma(Q)`, as in `policy`. Within a part, the least visited comes first. The parts are
//! measured by what has been spent, since one simulation may need many evaluations or none.

use crate::config::Root;
use crate::game::Game;
use crate::run::Search;
use crate::tree::{EdgeId, Status, StopReason, mix};

/// Who is still considered at a Gumbel root.
#[derive(Debug, Default)]
pub(crate) struct Halving {
    considered: Vec<EdgeId>,
    /// Noise of each action of the root, in the game's order.
    noise: Vec<f64>,
    /// Scores of each action of the root, brought up to date at each halving.
    scores: Vec<f64>,
    parts: u32,
    parts_over: u32,
    /// What had been spent when the parts began.
    evaluations_begin: u32,
    simulations_begin: u32,
}

impl Halving {
    pub(crate) fn clear(&mut self) {
        self.considered.clear();
        self.noise.clear();
        self.scores.clear();
    }
}

impl<G: Game> Search<'_, G> {
    /// Chooses the actions that a Gumbel root begins with.
    pub(crate) fn consider(&mut self) {
        let Root::Gumbel { noise, .. } = self.config.root else {
            return;
        };
        let halving = &mut self.buffers.halving;
        halving.clear();
        let rows = self.tree.row(self.tree.root()).edges.rows();
        for index in 0..rows.len() {
            // Uniform in (0, 1), from the seed and the action's place alone.
            let bits = mix(self.config.seed ^ mix(0x6775_6d62_656c ^ mix(index as u64))) >> 11;
            let uniform = (bits as f64 + 0.5) / (1u64 << 53) as f64;
            halving.noise.push(if noise > 0.0 {
                -noise * (-uniform.ln()).ln()
            } else {
                0.0
            });
        }
        self.begin_halving();
    }

    /// Takes the most promising open actions and starts to share out what is left of the budget.
    fn begin_halving(&mut self) {
        let Root::Gumbel { considered, .. } = self.config.root else {
            return;
        };
        self.score();
        let root = self.tree.root();
        let edges = &self.tree.edges;
        let halving = &mut self.buffers.halving;
        halving.considered.clear();
        let open = |edge: &usize| edges.status[*edge] == Status::Open;
        let rows = self.tree.row(root).edges.rows();
        let named = rows.filter(open).map(|edge| EdgeId(edge as u32));
        halving.considered.extend(named);
        let start = self.tree.row(root).edges.start;
        let scores = &halving.scores;
        let score = |edge: &EdgeId| scores[(edge.0 - start) as usize];
        halving
            .considered
            .sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.cmp(b)));
        // The action to beat is compared in any case.
        let baseline = self.config.baseline.map(|line| start + line.action as u32);
        let place = |edge: &EdgeId| Some(edge.0) == baseline;
        if let Some(place) = halving.considered.iter().position(place) {
            halving.considered[..=place].rotate_right(usize::from(place >= considered as usize));
        }
        halving.considered.truncate(considered as usize);
        halving.parts = (halving.considered.len().max(2) as f64).log2().ceil() as u32;
        halving.parts_over = 0;
        halving.evaluations_begin = self.tree.counts.evaluations;
        halving.simulations_begin = self.tree.counts.simulations;
    }

    /// Lets the worse half go, as often as parts of the budget are spent.
    pub(crate) fn halve(&mut self) {
        if !matches!(self.config.root, Root::Gumbel { .. }) {
            return;
        }
        self.drop_losers();
        let edges = &self.tree.edges;
        let open = |edge: &EdgeId| edges.status[edge.0 as usize] == Status::Open;
        if !self.buffers.halving.considered.iter().any(open) {
            // All that was considered is known exactly: what is left goes to the others.
            self.begin_halving();
        }
    }

    fn drop_losers(&mut self) {
        let halving = &self.buffers.halving;
        let spent = |now: u32, begin: u32, end: u32| {
            f64::from(now - begin) / f64::from((end - begin).max(1))
        };
        let counts = self.tree.counts;
        let fraction = f64::max(
            spent(
                counts.evaluations,
                halving.evaluations_begin,
                self.evaluations_end,
            ),
            spent(
                counts.simulations,
                halving.simulations_begin,
                self.simulations_end,
            ),
        );
        let over = ((fraction * f64::from(halving.parts)) as u32).min(halving.parts - 1);
        if over == halving.parts_over {
            return;
        }
        self.score();
        let start = self.tree.row(self.tree.root()).edges.start;
        let halving = &mut self.buffers.halving;
        while halving.parts_over < over && halving.considered.len() > 1 {
            let scores = &halving.scores;
            let score = |edge: &EdgeId| scores[(edge.0 - start) as usize];
            halving
                .considered
                .sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.cmp(b)));
            let half = halving.considered.len().div_ceil(2);
            halving.considered.truncate(half);
            halving.parts_over += 1;
        }
        halving.parts_over = over;
    }

    /// Brings the scores of the root's actions up to date.
    fn score(&mut self) {
        let mut scores = std::mem::take(&mut self.buffers.halving.scores);
        self.tree.improved_logits(self.tree.root(), &mut scores);
        for (score, noise) in scores.iter_mut().zip(&self.buffers.halving.noise) {
            *score += noise;
        }
        self.buffers.halving.scores = scores;
    }

    /// The least visited of the considered actions that can be looked into; the earlier by score of equals.
    pub(crate) fn choose_considered(&self) -> Option<EdgeId> {
        let edges = &self.tree.edges;
        let ready = |edge: &&EdgeId| {
            let row = edge.0 as usize;
            edges.status[row] == Status::Open && !edges.in_flight(row)
        };
        let considered = self.buffers.halving.considered.iter().filter(ready);
        considered
            .min_by_key(|edge| edges.visits[edge.0 as usize])
            .copied()
    }

    /// Whether every action that has to be compared was expanded.
    pub(crate) fn is_ranked(&self) -> bool {
        let expanded = |edge: usize| !self.tree.edges.worth[edge].is_nan();
        match self.config.root {
            Root::Puct => self.tree.row(self.tree.root()).edges.rows().all(expanded),
            Root::Gumbel { .. } => {
                let mut considered = self.buffers.halving.considered.iter();
                considered.all(|edge| expanded(edge.0 as usize))
            }
        }
    }

    /// Whether the intervals of the root's actions leave nothing to ask.
    pub(crate) fn seen_enough(&mut self) -> Option<StopReason> {
        if (self.config.tolerance.is_none() && self.config.baseline.is_none()) || !self.is_ranked()
        {
            return None;
        }
        let best = self.choose()?.0 as usize;
        let rows = || self.tree.row(self.tree.root()).edges.rows();
        let known = |edge: &usize| !self.tree.edges.worth[*edge].is_nan();
        let low = |edge: usize| self.interval(edge, -self.config.deviations);
        // An interval that is not known is not below anything: every comparison with NaN is false.
        let all_below = |than: usize, line: f64| {
            let mut others = rows().filter(known).filter(|edge| *edge != than);
            others.all(|edge| self.interval(edge, self.config.deviations) <= line)
        };
        if let Some(baseline) = self.config.baseline {
            let edge = rows().start + baseline.action;
            if all_below(edge, low(edge) + baseline.margin) {
                return Some(StopReason::Abstained);
            }
        }
        let tolerance = self.config.tolerance?;
        all_below(best, low(best) + tolerance).then_some(StopReason::Settled)
    }

    /// The worth of an expanded action and so many of its spreads.
    fn interval(&self, edge: usize, deviations: f64) -> f64 {
        self.tree.edges.worth[edge] + deviations * self.tree.edges.spread[edge]
    }

    /// The final move.
    pub(crate) fn choose(&mut self) -> Option<EdgeId> {
        if matches!(self.config.root, Root::Gumbel { .. }) {
            self.score();
        }
        let edges = &self.tree.edges;
        let rows = self.tree.row(self.tree.root()).edges.rows();
        let expanded = || rows.clone().filter(|edge| !edges.worth[*edge].is_nan());
        let by = |score: &dyn Fn(usize) -> f64| {
            let better =
                |a: usize, b: usize| (score(b), edges.visits[b]) > (score(a), edges.visits[a]);
            expanded()
                .reduce(|best, edge| if better(best, edge) { edge } else { best })
                .map(|edge| EdgeId(edge as u32))
        };
        let solved = self.tree.status(self.tree.root()) != Status::Open;
        match self.config.root {
            Root::Gumbel { noise, .. } if noise > 0.0 || !solved => {
                let most = expanded().map(|edge| edges.visits[edge]).max()?;
                let last = &self.buffers.halving.considered;
                let score = |edge: usize| {
                    let index = edge - rows.start;
                    let stays = last.contains(&EdgeId(edge as u32)) || edges.visits[edge] == most;
                    if stays || edges.status[edge] != Status::Open {
                        self.buffers.halving.scores[index]
                    } else {
                        f64::NEG_INFINITY
                    }
                };
                by(&score)
            }
            _ => {
                let known = expanded().all(|edge| !edges.spread[edge].is_nan());
                let deviations = if known { self.config.deviations } else { 0.0 };
                by(&|edge| {
                    if deviations > 0.0 {
                        self.interval(edge, -deviations)
                    } else {
                        edges.worth[edge]
                    }
                })
            }
        }
    }
}
