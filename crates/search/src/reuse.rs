//! What a search leaves to the next one: the part of the tree below the state that came to be.

use std::collections::HashMap;

use crate::game::Game;
use crate::tree::{
    Block, Branch, Counts, EdgeId, Edges, NodeId, NodeRow, Status, StopReason, Tree,
};

impl<G: Game> Tree<G> {
    /// The tree below a node, with that node as its root, to go on from with [`crate::run_from`].
    ///
    /// Worths, visits and judgements stay. The counts become those of what is left: simulations and evaluations as the new
    /// root has seen them, no batches. Nothing outside can be reached from it, and it holds no memory of it.
    pub fn rooted_at(&self, node: NodeId) -> Tree<G> {
        let mut tree = Tree::empty();
        let mut names: Vec<Option<NodeId>> = vec![None; self.nodes.len()];
        let mut kept = vec![node];
        names[node.0 as usize] = Some(NodeId(0));
        // In order of discovery from the new root; `kept[i]` is the old name of node `i`.
        let mut next = 0;
        while let Some(&old) = kept.get(next) {
            for child in self.children(old) {
                let name = &mut names[child.0 as usize];
                if name.is_none() {
                    *name = Some(NodeId(kept.len() as u32));
                    kept.push(child);
                }
            }
            next += 1;
        }

        for &old in &kept {
            let row = self.row(old);
            let priors = Block {
                start: tree.priors.len() as u32,
                len: row.priors.len,
            };
            tree.priors
                .extend_from_slice(&self.priors[row.priors.rows()]);
            tree.states.push(self.state(old).clone());
            tree.nodes.push(NodeRow {
                depth: 0,
                distance: u32::MAX,
                priors,
                edges: Block::default(),
                first_parent: None,
                ..row.clone()
            });
        }
        for (new, &old) in kept.iter().enumerate() {
            self.copy_edges(old, NodeId(new as u32), &names, &mut tree);
        }
        let known = self.known.iter();
        tree.known = known
            .filter_map(|(key, old)| Some((*key, names[old.0 as usize]?)))
            .collect::<HashMap<_, _, _>>();
        tree.measure(&kept, self);

        let root = tree.root();
        let edges = tree.row(root).edges.rows();
        let finished = edges.is_empty() && tree.status(root) == Status::Solved;
        tree.counts = Counts {
            nodes: tree.nodes.len() as u32,
            simulations: tree.visits(root) - 1,
            evaluations: u32::from(!finished) + tree.edges.evaluations[edges].iter().sum::<u32>(),
            depth: tree.nodes.iter().map(|row| row.depth).max().unwrap_or(0),
            ..Counts::default()
        };
        tree.stop_reason = StopReason::Asked;
        tree
    }

    fn copy_edges(&self, old: NodeId, new: NodeId, names: &[Option<NodeId>], tree: &mut Tree<G>) {
        let rows = self.row(old).edges;
        tree.nodes[new.0 as usize].edges = Block {
            start: tree.edges.len() as u32,
            len: rows.len,
        };
        for edge in rows.rows() {
            let id = EdgeId(tree.edges.len() as u32);
            tree.actions.push(self.actions[edge]);
            tree.edges.copy(&self.edges, edge, new);
            let block = self.edges.branches[edge];
            tree.edges.branches[id.0 as usize] = Block {
                start: tree.branches.len() as u32,
                len: block.len,
            };
            for branch in &self.branches[block.rows()] {
                let child = names[branch.node.0 as usize].expect("children were kept");
                let row = tree.branches.len() as u32;
                let next_parent = tree.nodes[child.0 as usize].first_parent.replace(row);
                tree.branches.push(Branch {
                    node: child,
                    edge: id,
                    next_parent,
                    ..*branch
                });
            }
        }
    }

    /// Finds depth and distance of every node from the new root. The old depth is an order in which parents come first.
    fn measure(&mut self, kept: &[NodeId], old: &Tree<G>) {
        self.nodes[0].distance = 0;
        let mut order: Vec<usize> = (0..kept.len()).collect();
        order.sort_by_key(|new| old.row(kept[*new]).depth);
        for new in order {
            let (depth, distance) = (self.nodes[new].depth, self.nodes[new].distance);
            let edges = self.nodes[new].edges.rows();
            for branch in edges.flat_map(|edge| self.edges.branches[edge].rows()) {
                let child = &mut self.nodes[self.branches[branch].node.0 as usize];
                child.depth = child.depth.max(depth + 1);
                child.distance = child.distance.min(distance + 1);
            }
        }
    }
}

impl Edges {
    /// Adds a row of another list, for another node, with no branches.
    fn copy(&mut self, from: &Edges, row: usize, node: NodeId) {
        self.push(node, from.prior[row], from.discount[row]);
        let last = self.len() - 1;
        self.worth[last] = from.worth[row];
        self.spread[last] = from.spread[row];
        self.visits[last] = from.visits[row];
        self.status[last] = from.status[row];
        self.rank[last] = from.rank[row];
        self.evaluations[last] = from.evaluations[row];
    }
}
