//! The memory of many trees, taken once: columns over nodes, and one block of edges per node.
//!
//! Node `k` of root `r` is number `r * (simulations + 1) + k` in every column. Its edges are rows of lanes, padded to 16, side
//! by side so that a descent touches neighbouring cache lines: prior, Q, visits, and for Gumbel the logits. Padding has prior
//! 0, no visits and minus infinity as its logit, so that it never wins.

use std::ops::Range;

use super::halving::Halving;
use super::kernels::probabilities;
use super::{Answers, Config, Error, Kind, Leaves, Policy, Root};
use fearless_simd::Level;

/// Lanes of one vector; rows of edges are padded to a multiple.
pub(super) const LANES: usize = 16;
/// What mctx puts for the logit of an invalid action: the lowest finite number.
const INVALID_LOGIT: f32 = f32::MIN;

/// Sizes of the columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) roots: usize,
    /// Nodes per root.
    pub(super) nodes: usize,
    pub(super) actions: usize,
    /// Outcomes per action, in stochastic searches.
    pub(super) outcomes: Option<usize>,
    /// Vectors in a row of edges.
    pub(super) vectors: usize,
    /// Rows of edges per node.
    pub(super) rows: usize,
}

impl Shape {
    pub(super) fn new(config: &Config, roots: usize) -> Shape {
        let outcomes = match config.policy {
            Policy::Stochastic { outcomes, .. } => Some(outcomes),
            _ => None,
        };
        let widest = config.actions.max(outcomes.unwrap_or(0));
        Shape {
            roots,
            nodes: config.simulations + 1,
            actions: config.actions,
            outcomes,
            vectors: widest.div_ceil(LANES),
            rows: if matches!(config.policy, Policy::Gumbel(_)) {
                4
            } else {
                3
            },
        }
    }

    /// Numbers in all blocks of edges; `None` if memory cannot hold them.
    pub(super) fn numbers(&self) -> Option<usize> {
        let total = self
            .roots
            .checked_mul(self.nodes)?
            .checked_mul(self.vectors.checked_mul(LANES)?)?
            .checked_mul(self.rows)?;
        (total < isize::MAX as usize / 64).then_some(total)
    }

    /// Lanes in a row of edges.
    #[inline(always)]
    pub(super) fn lanes(&self) -> usize {
        self.vectors * LANES
    }

    /// Numbers in the block of one node.
    #[inline(always)]
    pub(super) fn block(&self) -> usize {
        self.rows * self.lanes()
    }

    /// How many logits a leaf has that was reached by `kind`.
    #[inline(always)]
    pub(super) fn width(&self, kind: Kind) -> usize {
        match (self.outcomes, kind) {
            (Some(outcomes), Kind::Action) => outcomes,
            _ => self.actions,
        }
    }
}

/// Numbers that begin at a cache line, so that no vector lies across two.
#[derive(Debug)]
pub(super) struct Aligned {
    data: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    fn new(len: usize) -> Aligned {
        let data = vec![0.0f32; len + LANES];
        let start = data.as_ptr().align_offset(64).min(LANES);
        Aligned { data, start, len }
    }

    #[inline(always)]
    pub(super) fn get(&self) -> &[f32] {
        &self.data[self.start..][..self.len]
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self) -> &mut [f32] {
        &mut self.data[self.start..][..self.len]
    }

    fn memory_bytes(&self) -> usize {
        self.data.capacity() * size_of::<f32>()
    }
}

/// What is known of one node and of the edge that leads to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    /// Mean over visits.
    pub(super) value: f32,
    /// The model's word.
    pub(super) raw: f32,
    /// Visits, its own expansion counted.
    pub(super) visits: f32,
    /// On the edge from the parent.
    pub(super) reward: f32,
    pub(super) discount: f32,
}

/// One step of the last descent: the node left, and by which edge.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    pub(super) node: u32,
    pub(super) edge: u32,
}

/// The states of all trees, of the caller's own type. Nothing is computed with them: they are copied in and out.
#[derive(Debug)]
pub(super) struct States<S> {
    nodes: Vec<S>,
    parents: Vec<S>,
    leaves: Vec<S>,
}

impl<S: Clone + Default> States<S> {
    pub(super) fn new(shape: Shape) -> States<S> {
        States {
            nodes: vec![S::default(); shape.roots * shape.nodes],
            parents: vec![S::default(); shape.roots],
            leaves: vec![S::default(); shape.roots],
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let states = self.nodes.capacity() + self.parents.capacity() + self.leaves.capacity();
        states * size_of::<S>()
    }

    pub(super) fn plant(&mut self, arena: &Arena, root: usize, state: &S) {
        self.nodes[root * arena.shape.nodes].clone_from(state);
    }

    /// Keeps the states that the model gave for the leaves.
    pub(super) fn absorb(&mut self, arena: &Arena, roots: Range<usize>) {
        for root in roots {
            let slot = root * arena.shape.nodes + arena.leaf_slot[root] as usize;
            self.nodes[slot].clone_from(&self.leaves[root]);
        }
    }

    /// Lays out the states that the next leaves are reached from.
    pub(super) fn lay_out(&mut self, arena: &Arena, roots: Range<usize>) {
        for root in roots {
            let from = root * arena.shape.nodes + arena.leaf_from[root] as usize;
            self.parents[root].clone_from(&self.nodes[from]);
        }
    }
}

impl<S> States<S> {
    pub(super) fn get(&self, at: usize) -> &S {
        &self.nodes[at]
    }
}

/// All trees.
#[derive(Debug)]
pub(super) struct Arena {
    pub(super) shape: Shape,
    /// Rows of edges, a block per node.
    pub(super) edges: Aligned,
    /// Node reached by each edge, within its root; 0 for none.
    pub(super) children: Vec<u32>,
    pub(super) nodes: Vec<Node>,
    /// The last descent of each root.
    pub(super) path: Vec<Step>,
    pub(super) depth: Vec<u32>,
    /// Per root and lane: 0, or minus infinity where the action is invalid or padding.
    pub(super) allowed: Aligned,
    /// Per root and lane, Gumbel number plus logit from its maximum down.
    pub(super) noisy: Aligned,
    /// How many actions sequential halving considers, per root.
    pub(super) considered: Vec<u32>,
    /// `sqrt(n) (c1 + ln((n + c2 + 1) / c2))` by visits of the node.
    pub(super) exploration: Vec<f32>,
    /// 0 in lanes that are actions, infinity in padding.
    pub(super) padding: Aligned,
    /// One row to work in.
    pub(super) scratch: Aligned,
    /// Per root, when the search is done: the action, and per lane what to train a policy with.
    pub(super) choice: Vec<u32>,
    pub(super) weights: Aligned,
    /// The leaves and answers of one step.
    /// Node that each leaf is reached from, and the node that it became.
    pub(super) leaf_from: Vec<u32>,
    pub(super) leaf_slot: Vec<u32>,
    pub(super) leaf_moves: Vec<u32>,
    leaf_kinds: Vec<Kind>,
    pub(super) leaf_rewards: Vec<f32>,
    pub(super) leaf_discounts: Vec<f32>,
    pub(super) leaf_values: Vec<f32>,
    pub(super) leaf_logits: Aligned,
}

impl Arena {
    /// `shape` must have passed [`Shape::numbers`].
    pub(super) fn new(config: &Config, shape: Shape) -> Arena {
        let nodes = shape.roots * shape.nodes;
        let lanes = shape.lanes();
        let exploration = match config.policy {
            Policy::MuZero(puct) | Policy::Stochastic { puct, .. } => {
                let of = |visits: usize| {
                    let n = visits as f32;
                    n.sqrt() * (puct.c_init + ((n + puct.c_base + 1.0) / puct.c_base).ln())
                };
                (0..=shape.nodes).map(of).collect()
            }
            Policy::Gumbel(_) => Vec::new(),
        };
        let mut padding = Aligned::new(lanes);
        padding.get_mut()[shape.actions..].fill(f32::INFINITY);
        Arena {
            shape,
            edges: Aligned::new(nodes * shape.block()),
            children: vec![0; nodes * lanes],
            nodes: vec![Node::default(); nodes],
            path: vec![Step::default(); nodes],
            depth: vec![0; shape.roots],
            allowed: Aligned::new(shape.roots * lanes),
            noisy: Aligned::new(shape.roots * lanes),
            considered: vec![0; shape.roots],
            exploration,
            padding,
            scratch: Aligned::new(lanes),
            choice: vec![0; shape.roots],
            weights: Aligned::new(shape.roots * lanes),
            leaf_from: vec![0; shape.roots],
            leaf_slot: vec![0; shape.roots],
            leaf_moves: vec![0; shape.roots],
            leaf_kinds: vec![Kind::Action; shape.roots],
            leaf_rewards: vec![0.0; shape.roots],
            leaf_discounts: vec![0.0; shape.roots],
            leaf_values: vec![0.0; shape.roots],
            leaf_logits: Aligned::new(shape.roots * lanes),
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let aligned = [
            &self.edges,
            &self.allowed,
            &self.noisy,
            &self.padding,
            &self.scratch,
            &self.weights,
            &self.leaf_logits,
        ];
        let words = self.children.capacity()
            + self.depth.capacity()
            + self.choice.capacity()
            + self.considered.capacity()
            + self.exploration.capacity()
            + self.leaf_moves.capacity()
            + self.leaf_from.capacity()
            + self.leaf_slot.capacity()
            + self.leaf_rewards.capacity()
            + self.leaf_discounts.capacity()
            + self.leaf_values.capacity();
        aligned
            .iter()
            .map(|column| column.memory_bytes())
            .sum::<usize>()
            + words * size_of::<u32>()
            + self.nodes.capacity() * size_of::<Node>()
            + self.path.capacity() * size_of::<Step>()
            + self.leaf_kinds.capacity() * size_of::<Kind>()
    }

    /// Makes node 0 of root `index`.
    pub(super) fn plant<S, E: std::fmt::Display>(
        &mut self,
        config: &Config,
        halving: &Halving,
        index: usize,
        root: &Root<'_, S>,
    ) -> Result<(), Error<E>> {
        let shape = self.shape;
        let actions = shape.actions;
        let columns = [
            ("logits", root.logits.len(), false),
            ("marks of invalid actions", root.invalid.len(), true),
            ("Gumbel numbers", root.gumbel.len(), true),
        ];
        for (what, found, may_lack) in columns {
            if found != actions && !(may_lack && found == 0) {
                return Err(Error::RootLength {
                    root: index,
                    what,
                    found,
                    expected: actions,
                });
            }
        }
        let wrong = |what| Error::RootNumbers { root: index, what };
        if !root.value.is_finite() {
            return Err(wrong("its value is not finite"));
        }
        if root.gumbel.iter().any(|number| !number.is_finite()) {
            return Err(wrong("a Gumbel number is not finite"));
        }
        if root
            .logits
            .iter()
            .any(|&logit| logit.is_nan() || logit == f32::INFINITY)
        {
            return Err(wrong("a logit is NaN or plus infinity"));
        }

        let lanes = shape.lanes();
        let level = Level::new();
        let padding = self.padding.get();
        let allowed = &mut self.allowed.get_mut()[index * lanes..][..lanes];
        for (a, slot) in allowed.iter_mut().enumerate() {
            let invalid = root.invalid.get(a).copied().unwrap_or(a >= actions);
            *slot = if invalid { f32::NEG_INFINITY } else { 0.0 };
        }
        let logits = &mut self.leaf_logits.get_mut()[index * lanes..][..lanes];
        logits[..actions].copy_from_slice(root.logits);
        logits[actions..].fill(f32::NEG_INFINITY);
        let usable = logits.iter().any(|logit| logit.is_finite());
        let all_invalid = !allowed.contains(&0.0);
        if !usable && !all_invalid {
            return Err(wrong("no logit is finite"));
        }
        // mctx goes from logits to probabilities and back before it masks: Dirichlet noise would come between.
        let scratch = self.scratch.get_mut();
        if usable && !matches!(config.policy, Policy::Gumbel(_)) {
            probabilities(level, logits, scratch);
            for (logit, probability) in logits.iter_mut().zip(&*scratch) {
                *logit = probability.max(f32::MIN_POSITIVE).ln();
            }
            logits[actions..].fill(f32::NEG_INFINITY);
        }
        let valid = (0..actions).filter(|&a| allowed[a] == 0.0).count();
        if valid < actions {
            let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for (logit, allowed) in logits.iter_mut().zip(&*allowed).take(actions) {
                *logit = if *allowed == 0.0 {
                    *logit - top
                } else {
                    INVALID_LOGIT
                };
            }
        }
        let total = probabilities(level, logits, scratch);
        if !(total.is_finite() && total > 0.0) {
            return Err(wrong("no allowed action has a finite logit"));
        }
        debug_assert!(padding.len() == lanes);
        let first = index * shape.nodes;
        let block = &mut self.edges.get_mut()[first * shape.block()..][..shape.block()];
        let (prior, rest) = block.split_at_mut(lanes);
        prior.copy_from_slice(scratch);
        rest[..2 * lanes].fill(0.0);
        if let Policy::Gumbel(gumbel) = config.policy {
            rest[2 * lanes..].copy_from_slice(logits);
            let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let noisy = &mut self.noisy.get_mut()[index * lanes..][..lanes];
            for (a, slot) in noisy.iter_mut().enumerate() {
                *slot = root.gumbel.get(a).copied().unwrap_or(0.0) + (logits[a] - top);
            }
            self.considered[index] = valid.min(gumbel.max_considered) as u32;
            debug_assert!(halving.visits(self.considered[index] as usize, 0) == 0.0);
        }
        self.children[first * lanes..][..lanes].fill(0);
        self.nodes[first] = Node {
            value: root.value,
            raw: root.value,
            visits: 1.0,
            reward: 0.0,
            discount: 0.0,
        };
        Ok(())
    }

    /// Leaf `root`: from node `parent` by `edge`, which leads to depth `depth`.
    #[inline(always)]
    pub(super) fn set_leaf(&mut self, root: usize, parent: usize, edge: usize, depth: usize) {
        self.leaf_from[root] = parent as u32;
        self.leaf_moves[root] = edge as u32;
        let kind = if self.shape.outcomes.is_some() && depth.is_multiple_of(2) {
            Kind::Outcome
        } else {
            Kind::Action
        };
        self.leaf_kinds[root] = kind;
        self.depth[root] = depth as u32;
    }

    /// By which kind of edge leaf `root` was reached.
    #[inline(always)]
    pub(super) fn leaf_kind(&self, root: usize) -> Kind {
        self.leaf_kinds[root]
    }

    /// The leaves of this step, and room for the answers.
    pub(super) fn batch<'a, S>(
        &'a mut self,
        states: &'a mut States<S>,
        config: &Config,
        roots: Range<usize>,
    ) -> (Leaves<'a, S>, Answers<'a, S>) {
        let lanes = self.shape.lanes();
        let kinds = &self.leaf_kinds[roots.clone()];
        let leaves = Leaves {
            parents: &states.parents[roots.clone()],
            moves: &self.leaf_moves[roots.clone()],
            kinds,
        };
        let answers = Answers {
            states: &mut states.leaves[roots.clone()],
            rewards: &mut self.leaf_rewards[roots.clone()],
            discounts: &mut self.leaf_discounts[roots.clone()],
            values: &mut self.leaf_values[roots.clone()],
            logits: &mut self.leaf_logits.get_mut()[roots.start * lanes..roots.end * lanes],
            stride: lanes,
            actions: config.actions,
            outcomes: self.shape.outcomes,
            kinds,
        };
        (leaves, answers)
    }
}
