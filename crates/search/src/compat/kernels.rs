//! Descent, expansion and backup in lanes of 16 single-precision numbers.
//!
//! Everything is computed as XLA compiles mctx for a processor: a product that feeds a sum is fused with it, a division by
//! one number for all lanes is a product with its reciprocal, and the exponential is the polynomial of Cephes (S. Moshier)
//! that XLA uses. Lanes are always 16, so the answers do not depend on the vectors of the machine.
//!
//! Code here is `#[inline(always)]` up to `dispatch!` and has no closures that touch vectors: those would be compiled
//! without the wide instructions.

#![allow(clippy::too_many_arguments)] // Kernels take apart what their callers hold together.

use std::ops::Range;

use super::arena::{Arena, LANES, Node, Step};
use super::halving::Halving;
use super::{Config, EPSILON, Gumbel, Kind, Policy};
use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16, mask32x16};

/// What mctx's sequential halving scores at least while an action is considered.
const LOW_SCORE: f32 = -1e9;

/// Root, simulation, and what is wrong with the model's answer.
pub(super) type Refusal = (usize, usize, &'static str);

const ROUND: f32 = 12_582_912.0;
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Cephes `expf`.
const EXP: [f32; 6] = [
    1.987_569_1e-4,
    1.398_2e-3,
    8.333_452e-3,
    4.166_579_6e-2,
    1.666_666_6e-1,
    0.5,
];

type V<S> = f32x16<S>;

#[inline(always)]
fn splat<S: Simd>(simd: S, x: f32) -> V<S> {
    f32x16::splat(simd, x)
}

#[inline(always)]
fn load<S: Simd>(simd: S, row: &[f32], k: usize) -> V<S> {
    f32x16::from_slice(simd, &row[k * LANES..][..LANES])
}

#[inline(always)]
fn store<S: Simd>(x: V<S>, row: &mut [f32], k: usize) {
    x.store_slice(&mut row[k * LANES..][..LANES]);
}

/// `e^x` for `x <= 0`; below -87.8 it is 0.
#[inline(always)]
fn exp<S: Simd>(simd: S, x: V<S>) -> V<S> {
    let x = x.max(splat(simd, -87.8));
    let n = x
        .mul_add_precise(splat(simd, std::f32::consts::LOG2_E), splat(simd, 0.5))
        .floor();
    let r = n.mul_add_precise(splat(simd, -LN_2_HIGH), x);
    let r = n.mul_add_precise(splat(simd, -LN_2_LOW), r);
    let mut y = splat(simd, EXP[0]);
    y = y.mul_add_precise(r, splat(simd, EXP[1]));
    y = y.mul_add_precise(r, splat(simd, EXP[2]));
    y = y.mul_add_precise(r, splat(simd, EXP[3]));
    y = y.mul_add_precise(r, splat(simd, EXP[4]));
    y = y.mul_add_precise(r, splat(simd, EXP[5]));
    let y = y.mul_add_precise(r * r, r) + splat(simd, 1.0);
    // The low bits of `n + ROUND` are the whole number `n + 127`, which is the exponent field; -127 makes it 0.
    let field = (n + splat(simd, ROUND + 127.0)).to_bits() << 23;
    y * V::<S>::from_bits(field)
}

/// [`softmax`] for those who have no lanes at hand.
pub(super) fn probabilities(level: Level, logits: &[f32], out: &mut [f32]) -> f32 {
    dispatch!(level, simd => softmax(simd, logits, out))
}

/// Probabilities of `logits` into `out`; returns the sum before scaling. NaN and plus infinity must be ruled out before.
#[inline(always)]
fn softmax<S: Simd>(simd: S, logits: &[f32], out: &mut [f32]) -> f32 {
    let vectors = logits.len() / LANES;
    let mut top = load(simd, logits, 0);
    for k in 1..vectors {
        top = top.max(load(simd, logits, k));
    }
    let top = splat(simd, top.reduce_max());
    let mut sum = splat(simd, 0.0);
    for k in 0..vectors {
        let e = exp(simd, load(simd, logits, k) - top);
        sum += e;
        store(e, out, k);
    }
    let sum = sum.reduce_sum();
    let scale = splat(simd, 1.0 / sum);
    for k in 0..vectors {
        store(load(simd, out, k) * scale, out, k);
    }
    sum
}

/// The first lane that holds the largest score; 0 if there is none.
#[inline(always)]
fn first_largest<S: Simd>(simd: S, scores: &[f32], vectors: usize, top: V<S>) -> usize {
    let top = splat(simd, top.reduce_max());
    let mut group = 0;
    while group < vectors {
        let end = (group + 4).min(vectors);
        let mut bits = 0u64;
        let mut k = end;
        while k > group {
            k -= 1;
            bits = bits << LANES | load(simd, scores, k).simd_eq(top).to_bitmask();
        }
        if bits != 0 {
            return group * LANES + bits.trailing_zeros() as usize;
        }
        group = end;
    }
    0
}

#[inline(always)]
fn seen<S: Simd>(simd: S, visits: V<S>) -> mask32x16<S> {
    visits.simd_gt(splat(simd, 0.0))
}

/// PUCT; `allowed` is added to the scores at the root.
#[inline(always)]
fn puct<S: Simd>(
    simd: S,
    block: &[f32],
    vectors: usize,
    node: &Node,
    exploration: f32,
    bounds: Option<(f32, f32)>,
    allowed: Option<&[f32]>,
    scores: &mut [f32],
) -> usize {
    let lanes = vectors * LANES;
    let (prior, rest) = block.split_at(lanes);
    let (qs, visits) = rest.split_at(lanes);
    let (low, scale) = match bounds {
        Some((low, high)) => (low, 1.0 / (high - low)),
        None => {
            let value = splat(simd, node.value);
            let (mut low, mut high) = (value, value);
            for k in 0..vectors {
                let q = seen(simd, load(simd, visits, k)).select(load(simd, qs, k), value);
                low = low.min(q);
                high = high.max(q);
            }
            let (low, high) = (low.reduce_min(), high.reduce_max());
            (low, 1.0 / (high - low).max(EPSILON))
        }
    };
    let (low, scale, exploration) = (
        splat(simd, low),
        splat(simd, scale),
        splat(simd, exploration),
    );
    let mut top = splat(simd, f32::NEG_INFINITY);
    for k in 0..vectors {
        let n = load(simd, visits, k);
        let q = seen(simd, n).select(load(simd, qs, k), low);
        let policy = exploration * load(simd, prior, k) / (n + splat(simd, 1.0));
        let mut score = (q - low).mul_add_precise(scale, policy);
        if let Some(allowed) = allowed {
            score += load(simd, allowed, k);
        }
        top = top.max(score);
        store(score, scores, k);
    }
    first_largest(simd, scores, vectors, top)
}

/// The outcome that is short of visits.
#[inline(always)]
fn chance<S: Simd>(simd: S, block: &[f32], vectors: usize, scores: &mut [f32]) -> usize {
    let lanes = vectors * LANES;
    let (prior, visits) = (&block[..lanes], &block[2 * lanes..3 * lanes]);
    let mut top = splat(simd, f32::NEG_INFINITY);
    for k in 0..vectors {
        let score = load(simd, prior, k) / (load(simd, visits, k) + splat(simd, 1.0));
        top = top.max(score);
        store(score, scores, k);
    }
    first_largest(simd, scores, vectors, top)
}

/// Completed Qs as a linear function: `scale ((seen ? q : mixed) - low) inverse`.
#[derive(Clone, Copy)]
struct Completed {
    mixed: f32,
    low: f32,
    inverse: f32,
    scale: f32,
}

impl Completed {
    #[inline(always)]
    fn of<S: Simd>(
        simd: S,
        block: &[f32],
        vectors: usize,
        node: &Node,
        gumbel: &Gumbel,
        padding: &[f32],
    ) -> Completed {
        let lanes = vectors * LANES;
        let (prior, rest) = block.split_at(lanes);
        let (qs, visits) = rest.split_at(lanes);
        let zero = splat(simd, 0.0);
        let tiny = splat(simd, f32::MIN_POSITIVE);
        let (mut sum, mut most) = (zero, zero);
        for k in 0..vectors {
            let n = load(simd, visits, k);
            most = most.max(n);
            sum += seen(simd, n).select(load(simd, prior, k).max(tiny), zero);
        }
        let sum = splat(simd, sum.reduce_sum());
        let mut mixed = node.raw;
        if gumbel.use_mixed_value {
            let mut weighted = zero;
            for k in 0..vectors {
                let p = load(simd, prior, k).max(tiny);
                let part = p * load(simd, qs, k) / sum;
                weighted += seen(simd, load(simd, visits, k)).select(part, zero);
            }
            let count = node.visits - 1.0;
            mixed = count.mul_add(weighted.reduce_sum(), node.raw) / (count + 1.0);
        }
        let (mut low, mut inverse) = (0.0, 1.0);
        if gumbel.rescale_values {
            let value = splat(simd, mixed);
            let mut bottom = splat(simd, f32::INFINITY);
            let mut top = splat(simd, f32::NEG_INFINITY);
            for k in 0..vectors {
                let q = seen(simd, load(simd, visits, k)).select(load(simd, qs, k), value);
                let padding = load(simd, padding, k);
                bottom = bottom.min(q + padding);
                top = top.max(q - padding);
            }
            low = bottom.reduce_min();
            inverse = 1.0 / (top.reduce_max() - low).max(EPSILON);
        }
        Completed {
            mixed,
            low,
            inverse,
            scale: (gumbel.maxvisit_init + most.reduce_max()) * gumbel.value_scale,
        }
    }

    /// Before `scale`.
    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S, q: V<S>, visits: V<S>) -> V<S> {
        let q = seen(simd, visits).select(q, splat(simd, self.mixed));
        (q - splat(simd, self.low)) * splat(simd, self.inverse)
    }
}

/// Among the allowed actions with `considered` visits, the largest Gumbel number plus logit plus completed Q.
#[inline(always)]
fn halving_choice<S: Simd>(
    simd: S,
    block: &[f32],
    vectors: usize,
    completed: Completed,
    considered: f32,
    noisy: &[f32],
    allowed: &[f32],
    scores: &mut [f32],
) -> usize {
    let lanes = vectors * LANES;
    let (qs, visits) = (&block[lanes..2 * lanes], &block[2 * lanes..3 * lanes]);
    let mut top = splat(simd, f32::NEG_INFINITY);
    for k in 0..vectors {
        let n = load(simd, visits, k);
        let q = completed.lanes(simd, load(simd, qs, k), n);
        let score = q.mul_add_precise(splat(simd, completed.scale), load(simd, noisy, k));
        let score = score.max(splat(simd, LOW_SCORE)) + load(simd, allowed, k);
        let considers = n.simd_eq(splat(simd, considered));
        let score = considers.select(score, splat(simd, f32::NEG_INFINITY));
        top = top.max(score);
        store(score, scores, k);
    }
    first_largest(simd, scores, vectors, top)
}

/// The improved policy into `out`.
#[inline(always)]
fn improved<S: Simd>(
    simd: S,
    block: &[f32],
    vectors: usize,
    completed: Completed,
    out: &mut [f32],
) {
    let lanes = vectors * LANES;
    let (qs, rest) = block[lanes..].split_at(lanes);
    let (visits, logits) = rest.split_at(lanes);
    let mut top = splat(simd, f32::NEG_INFINITY);
    for k in 0..vectors {
        let q = completed.lanes(simd, load(simd, qs, k), load(simd, visits, k));
        let x = q.mul_add_precise(splat(simd, completed.scale), load(simd, logits, k));
        top = top.max(x);
        store(x, out, k);
    }
    let top = splat(simd, top.reduce_max());
    let mut sum = splat(simd, 0.0);
    for k in 0..vectors {
        let e = exp(simd, load(simd, out, k) - top);
        sum += e;
        store(e, out, k);
    }
    let scale = splat(simd, 1.0 / sum.reduce_sum());
    for k in 0..vectors {
        store(load(simd, out, k) * scale, out, k);
    }
}

/// Visits in the long run as the improved policy wants them.
#[inline(always)]
fn interior_choice<S: Simd>(
    simd: S,
    block: &[f32],
    vectors: usize,
    node: &Node,
    completed: Completed,
    scores: &mut [f32],
) -> usize {
    let lanes = vectors * LANES;
    improved(simd, block, vectors, completed, scores);
    let visits = &block[2 * lanes..3 * lanes];
    let share = splat(simd, -1.0 / node.visits);
    let mut top = splat(simd, f32::NEG_INFINITY);
    for k in 0..vectors {
        let score = load(simd, visits, k).mul_add_precise(share, load(simd, scores, k));
        top = top.max(score);
        store(score, scores, k);
    }
    first_largest(simd, scores, vectors, top)
}

/// Roots whose descents are interleaved: while one waits for its argmax or its memory, the others compute.
const SIDE_BY_SIDE: usize = 8;

/// The edge that a descent takes at `index`, a node of `root` at depth `depth`.
#[inline(always)]
fn choose_edge<S: Simd>(
    simd: S,
    config: &Config,
    halving: &Halving,
    arena: &mut Arena,
    vectors: usize,
    root: usize,
    index: usize,
    depth: usize,
    simulation: usize,
) -> usize {
    let lanes = vectors * LANES;
    let size = arena.shape.rows * lanes;
    let at = root * arena.shape.nodes + index;
    let block = &arena.edges.get()[at * size..][..size];
    let node = &arena.nodes[at];
    let scores = &mut arena.scratch.get_mut()[..lanes];
    let allowed = &arena.allowed.get()[root * lanes..][..lanes];
    match config.policy {
        Policy::Stochastic { .. } if depth % 2 == 1 => chance(simd, block, vectors, scores),
        Policy::MuZero(limits) | Policy::Stochastic { puct: limits, .. } => {
            let exploration = arena.exploration[node.visits as usize];
            let allowed = (index == 0).then_some(allowed);
            puct(
                simd,
                block,
                vectors,
                node,
                exploration,
                limits.bounds,
                allowed,
                scores,
            )
        }
        Policy::Gumbel(gumbel) => {
            let padding = &arena.padding.get()[..lanes];
            let completed = Completed::of(simd, block, vectors, node, &gumbel, padding);
            if index == 0 {
                let considered = halving.visits(arena.considered[root] as usize, simulation);
                let noisy = &arena.noisy.get()[root * lanes..][..lanes];
                halving_choice(
                    simd, block, vectors, completed, considered, noisy, allowed, scores,
                )
            } else {
                interior_choice(simd, block, vectors, node, completed, scores)
            }
        }
    }
}

/// From the roots `first..first + count` to the leaves of simulation `simulation`, level by level.
#[inline(always)]
fn descend<S: Simd>(
    simd: S,
    config: &Config,
    halving: &Halving,
    arena: &mut Arena,
    vectors: usize,
    first: usize,
    count: usize,
    simulation: usize,
) {
    let lanes = vectors * LANES;
    let nodes = arena.shape.nodes;
    let limit = config.max_depth.unwrap_or(usize::MAX);
    // Roots still on their way, and the nodes they are at.
    let mut under_way = [(0usize, 0usize); SIDE_BY_SIDE];
    for (slot, root) in under_way.iter_mut().zip(first..first + count) {
        slot.0 = root;
    }
    let (mut left, mut depth) = (count, 0);
    while left > 0 {
        let mut kept = 0;
        for slot in 0..left {
            let (root, index) = under_way[slot];
            let edge = choose_edge(
                simd, config, halving, arena, vectors, root, index, depth, simulation,
            );
            let base = root * nodes;
            arena.path[base + depth] = Step {
                node: index as u32,
                edge: edge as u32,
            };
            let child = arena.children[(base + index) * lanes + edge];
            if child == 0 || depth + 1 >= limit {
                arena.set_leaf(root, index, edge, depth + 1);
            } else {
                under_way[kept] = (root, child as usize);
                kept += 1;
            }
        }
        left = kept;
        depth += 1;
    }
}

/// Takes the model's answer for the leaf of `root` into its tree, and carries it up.
#[inline(always)]
fn absorb<S: Simd>(
    simd: S,
    arena: &mut Arena,
    vectors: usize,
    root: usize,
    simulation: usize,
) -> Result<(), Refusal> {
    let lanes = vectors * LANES;
    let shape = arena.shape;
    let size = shape.rows * lanes;
    let base = root * shape.nodes;
    let kind = arena.leaf_kind(root);
    let value = arena.leaf_values[root];
    // Between an action and its outcome nothing is earned and no time passes.
    let (reward, discount) = if shape.outcomes.is_some() && kind == Kind::Action {
        (0.0, 1.0)
    } else {
        (arena.leaf_rewards[root], arena.leaf_discounts[root])
    };
    if !value.is_finite() {
        return Err((root, simulation, "value is not finite"));
    }
    if !reward.is_finite() {
        return Err((root, simulation, "reward is not finite"));
    }
    if !discount.is_finite() {
        return Err((root, simulation, "discount is not finite"));
    }

    let depth = arena.depth[root] as usize;
    let path = &arena.path[base..][..depth];
    let last = path[depth - 1];
    let slot = &mut arena.children[(base + last.node as usize) * lanes + last.edge as usize];
    if *slot == 0 {
        *slot = simulation as u32 + 1;
    }
    let index = *slot as usize;
    let at = base + index;

    let width = shape.width(kind);
    let logits = &mut arena.leaf_logits.get_mut()[root * lanes..][..lanes];
    logits[width..].fill(f32::NEG_INFINITY);
    let infinity = splat(simd, f32::INFINITY);
    let mut fit = true;
    let mut some = false;
    for k in 0..vectors {
        let x = load(simd, logits, k);
        fit &= x.simd_lt(infinity).to_bitmask() == 0xffff;
        some |= x.simd_gt(splat(simd, f32::NEG_INFINITY)).to_bitmask() != 0;
    }
    if !fit {
        return Err((root, simulation, "logits hold NaN or plus infinity"));
    }
    if !some {
        return Err((root, simulation, "logits are all minus infinity"));
    }
    let block = &mut arena.edges.get_mut()[at * size..][..size];
    let (prior, rest) = block.split_at_mut(lanes);
    softmax(simd, logits, prior);
    let zero = splat(simd, 0.0);
    for k in 0..2 * vectors {
        store(zero, rest, k);
    }
    if shape.rows == 4 {
        rest[2 * lanes..].copy_from_slice(logits);
    }
    arena.children[at * lanes..][..lanes].fill(0);
    let node = &mut arena.nodes[at];
    // A leaf at the depth limit is expanded again and again; it has no children to lose.
    let visits = if index == simulation + 1 {
        1.0
    } else {
        node.visits + 1.0
    };
    *node = Node {
        value,
        raw: value,
        visits,
        reward,
        discount,
    };
    arena.leaf_slot[root] = index as u32;

    let nodes = &mut arena.nodes[base..][..shape.nodes];
    let edges = &mut arena.edges.get_mut()[base * size..][..shape.nodes * size];
    let mut gain = value;
    let mut child = nodes[index];
    for step in path.iter().rev() {
        gain = child.discount.mul_add(gain, child.reward);
        let node = &mut nodes[step.node as usize];
        node.value = node.value.mul_add(node.visits, gain) / (node.visits + 1.0);
        node.visits += 1.0;
        let row = &mut edges[step.node as usize * size..][..size];
        row[lanes + step.edge as usize] = child.discount.mul_add(child.value, child.reward);
        row[2 * lanes + step.edge as usize] += 1.0;
        child = *node;
    }
    Ok(())
}

/// The first leaf of each of `roots`.
pub(super) fn descend_all(
    level: Level,
    config: &Config,
    halving: &Halving,
    arena: &mut Arena,
    roots: Range<usize>,
) {
    dispatch!(level, simd => start(simd, config, halving, arena, roots));
}

/// Takes in the answers of simulation `simulation`, then finds the next leaves (or, after the last, the choice).
pub(super) fn advance_all(
    level: Level,
    config: &Config,
    halving: &Halving,
    arena: &mut Arena,
    roots: Range<usize>,
    simulation: usize,
) -> Result<(), Refusal> {
    // The widths of most games are known to the compiler, so that their loops unroll.
    match arena.shape.vectors {
        1 => dispatch!(level, simd => advance(simd, config, halving, arena, roots, simulation, 1)),
        2 => dispatch!(level, simd => advance(simd, config, halving, arena, roots, simulation, 2)),
        vectors => {
            dispatch!(level, simd => advance(simd, config, halving, arena, roots, simulation, vectors))
        }
    }
}

#[inline(always)]
fn start<S: Simd>(
    simd: S,
    config: &Config,
    halving: &Halving,
    arena: &mut Arena,
    roots: Range<usize>,
) {
    let vectors = arena.shape.vectors;
    for first in roots.clone().step_by(SIDE_BY_SIDE) {
        let group = SIDE_BY_SIDE.min(roots.end - first);
        descend(simd, config, halving, arena, vectors, first, group, 0);
    }
}

#[inline(always)]
fn advance<S: Simd>(
    simd: S,
    config: &Config,
    halving: &Halving,
    arena: &mut Arena,
    roots: Range<usize>,
    simulation: usize,
    vectors: usize,
) -> Result<(), Refusal> {
    // A few roots at a time, so that their trees are still in the cache when the next descent begins.
    for first in roots.clone().step_by(SIDE_BY_SIDE) {
        let group = SIDE_BY_SIDE.min(roots.end - first);
        for root in first..first + group {
            absorb(simd, arena, vectors, root, simulation)?;
        }
        if simulation + 1 < config.simulations {
            descend(
                simd,
                config,
                halving,
                arena,
                vectors,
                first,
                group,
                simulation + 1,
            );
            continue;
        }
        for root in first..first + group {
            choose(simd, config, arena, vectors, root);
        }
    }
    Ok(())
}

/// The action of `root` and the weights to train a policy with.
#[inline(always)]
fn choose<S: Simd>(simd: S, config: &Config, arena: &mut Arena, vectors: usize, root: usize) {
    let lanes = vectors * LANES;
    let size = arena.shape.rows * lanes;
    let at = root * arena.shape.nodes;
    let block = &arena.edges.get()[at * size..][..size];
    let visits = &block[2 * lanes..3 * lanes];
    let scores = &mut arena.scratch.get_mut()[..lanes];
    let weights = &mut arena.weights.get_mut()[root * lanes..][..lanes];
    let mut most = load(simd, visits, 0);
    for k in 1..vectors {
        most = most.max(load(simd, visits, k));
    }
    let action = if let Policy::Gumbel(gumbel) = config.policy {
        let node = &arena.nodes[at];
        let padding = &arena.padding.get()[..lanes];
        let completed = Completed::of(simd, block, vectors, node, &gumbel, padding);
        improved(simd, block, vectors, completed, weights);
        let noisy = &arena.noisy.get()[root * lanes..][..lanes];
        let allowed = &arena.allowed.get()[root * lanes..][..lanes];
        let considered = most.reduce_max();
        halving_choice(
            simd, block, vectors, completed, considered, noisy, allowed, scores,
        )
    } else {
        let total = splat(simd, 1.0 / config.simulations as f32);
        for k in 0..vectors {
            store(load(simd, visits, k) * total, weights, k);
        }
        first_largest(simd, visits, vectors, most)
    };
    arena.choice[root] = action as u32;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(always)]
    fn exponentials<S: Simd>(simd: S, x: &[f32; LANES]) -> [f32; LANES] {
        exp(simd, load(simd, x, 0)).to_array()
    }

    #[test]
    fn the_exponential_is_good_to_two_units_in_the_last_place() {
        let level = Level::new();
        for step in 0..4000 {
            let x = std::array::from_fn(|lane| -(step as f32 + lane as f32 / 16.0) * 0.022);
            let found = dispatch!(level, simd => exponentials(simd, &x));
            for (x, found) in x.iter().zip(found) {
                let exact = f64::from(*x).exp();
                if *x > -87.0 {
                    let gap = (f64::from(found) / exact - 1.0).abs();
                    assert!(gap < 2.4e-7, "{x}: {found} {exact}");
                } else {
                    assert!(f64::from(found) <= 1.7e-38, "{x}: {found}");
                }
            }
        }
        let ends = [f32::NEG_INFINITY, 0.0, -1e30, -0.0, -88.0]
            .map(|x| dispatch!(level, simd => exponentials(simd, &[x; LANES]))[3]);
        assert_eq!(ends, [0.0, 1.0, 0.0, 1.0, 0.0]);
    }

    /// `qtransforms_test.py` of mctx 0.0.71.
    #[test]
    fn the_mixed_value_is_that_of_mctx() {
        let (e1, e2) = ((-1.0f32).exp(), 2.0f32.exp());
        let prior = [0.0, e1 / (e1 + e2), e2 / (e1 + e2), 0.0];
        let qs = [20.0f32, 3.0, -1.0, 10.0].map(|q| 10.0 / 54.0 * q);
        let mixed = |visits: [f32; 4]| {
            let mut block = [0.0f32; 4 * LANES];
            block[..4].copy_from_slice(&prior);
            block[LANES..LANES + 4].copy_from_slice(&qs);
            block[2 * LANES..2 * LANES + 4].copy_from_slice(&visits);
            let mut padding = [f32::INFINITY; LANES];
            padding[..4].fill(0.0);
            let node = Node {
                raw: -0.8,
                visits: 1.0 + visits.iter().sum::<f32>(),
                ..Node::default()
            };
            let gumbel = Gumbel::default();
            let level = Level::new();
            dispatch!(level, simd => Completed::of(simd, &block, 1, &node, &gumbel, &padding)).mixed
        };
        let expected = (-0.8 + 8.0 * (prior[1] * qs[1] + prior[2] * qs[2])) / 9.0;
        assert!((mixed([0.0, 4.0, 4.0, 0.0]) - expected).abs() < 1e-7);
        assert_eq!(mixed([0.0; 4]), -0.8);
    }

    #[test]
    fn the_first_of_equals_wins() {
        let level = Level::new();
        let winner = |winners: &[usize], vectors: usize| {
            let mut scores = vec![0.5f32; vectors * LANES];
            for &at in winners {
                scores[at] = 2.0;
            }
            let top = [2.0f32; LANES];
            dispatch!(level, simd => first_largest(simd, &scores, vectors, load(simd, &top, 0)))
        };
        for vectors in 1..7 {
            for at in 0..vectors * LANES {
                assert_eq!(winner(&[vectors * LANES - 1, at], vectors), at);
            }
        }
    }
}
