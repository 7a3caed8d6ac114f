//! Priorities that can be drawn in proportion, a tree of sums with eight children to a node.
//!
//! ```text
//! sum(node) = sum of its eight children        find(mass): the leaf where the running sum first exceeds mass
//! ```
//! Source: the sum tree of Schaul, Quan, Antonoglou & Silver, "Prioritized Experience Replay" (2016), appendix B.2.1, there
//! with two children. Eight `f64` fill one cache line, so a million leaves are seven lines deep.
//! A sum is always computed anew from its children, never adjusted, so rounding does not gather.

/// Children of a node.
const FAN: usize = 8;

/// Leaves with a priority each.
///
/// Invariant: every inner value is the sum of its children in their order, every leaf is finite and not negative.
#[derive(Debug)]
pub(crate) struct SumTree {
    /// From the leaves up; each level padded with zeros to whole nodes.
    levels: Vec<Vec<f64>>,
}

impl SumTree {
    /// All priorities zero.
    pub(crate) fn new(leaves: usize) -> SumTree {
        let mut levels = Vec::new();
        let mut nodes = leaves.max(1);
        loop {
            nodes = nodes.next_multiple_of(FAN);
            levels.push(vec![0.0; nodes]);
            nodes /= FAN;
            if nodes == 1 {
                break;
            }
        }
        SumTree { levels }
    }

    /// Bytes of a tree of so many leaves: eight a leaf, and an eighth of that for each level above.
    pub(crate) fn bytes_for(leaves: usize) -> u64 {
        let (mut nodes, mut bytes) = (leaves.max(1), 0);
        loop {
            nodes = nodes.next_multiple_of(FAN);
            bytes += 8 * nodes as u64;
            nodes /= FAN;
            if nodes == 1 {
                return bytes;
            }
        }
    }

    /// The sum of all priorities.
    pub(crate) fn total(&self) -> f64 {
        self.levels
            .last()
            .map_or(0.0, |top| top.iter().sum::<f64>())
    }

    /// The priority of a leaf.
    pub(crate) fn get(&self, leaf: usize) -> f64 {
        self.levels[0][leaf]
    }

    /// Sets the priority of a leaf, and the sums above it.
    pub(crate) fn set(&mut self, leaf: usize, priority: f64) {
        debug_assert!(priority.is_finite() && priority >= 0.0);
        let mut place = leaf;
        let mut value = priority;
        for level in &mut self.levels {
            level[place] = value;
            let first = place / FAN * FAN;
            value = level[first..first + FAN].iter().sum();
            place /= FAN;
        }
    }

    /// The leaf whose stretch of `[0, total)` holds `mass`. Never a leaf of priority zero while any other is not.
    pub(crate) fn find(&self, mass: f64) -> usize {
        let mut mass = mass;
        let mut node = 0;
        for level in self.levels.iter().rev() {
            let first = node * FAN;
            let children = &level[first..first + FAN];
            let mut chosen = 0;
            for (child, &sum) in children.iter().enumerate() {
                if sum > 0.0 {
                    chosen = child;
                    if mass < sum {
                        break;
                    }
                    mass -= sum;
                }
            }
            // Rounding may leave a mass beyond the last child: then the last one that has any is meant.
            mass = mass.min(children[chosen]).max(0.0);
            node = first + chosen;
        }
        node
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against the running sum, term by term, with whole numbers so that no rounding can hide.
        #[test]
        fn find_agrees_with_the_running_sum(
            priorities in prop::collection::vec(0_u32..5, 1..700),
            changes in prop::collection::vec((0_usize..700, 0_u32..9), 0..50),
        ) {
            let mut priorities = priorities;
            let mut tree = SumTree::new(priorities.len());
            for (leaf, &priority) in priorities.iter().enumerate() {
                tree.set(leaf, f64::from(priority));
            }
            for (leaf, priority) in changes {
                let leaf = leaf % priorities.len();
                priorities[leaf] = priority;
                tree.set(leaf, f64::from(priority));
            }
            let total: u32 = priorities.iter().sum();
            prop_assert_eq!(tree.total(), f64::from(total));
            let mut mass = 0;
            for (leaf, &priority) in priorities.iter().enumerate() {
                for _ in 0..priority {
                    prop_assert_eq!(tree.find(f64::from(mass)), leaf);
                    prop_assert_eq!(tree.find(f64::from(mass) + 0.999), leaf);
                    mass += 1;
                }
            }
        }

        /// Also where rounding bites: whatever is drawn had a chance.
        #[test]
        fn a_leaf_without_priority_is_never_found(
            exponents in prop::collection::vec(prop::option::of(-60_i32..60), 1..300),
            share in 0.0_f64..=1.0,
        ) {
            let mut tree = SumTree::new(exponents.len());
            for (leaf, exponent) in exponents.iter().enumerate() {
                tree.set(leaf, exponent.map_or(0.0, |e| 1.1_f64.powi(e)));
            }
            if tree.total() > 0.0 {
                let found = tree.find(share * tree.total());
                prop_assert!(exponents[found].is_some(), "leaf {} has no priority", found);
            }
        }
    }
}
