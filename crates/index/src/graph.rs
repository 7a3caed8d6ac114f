//! Arrows between records: chains, lineage, islands, importance.
//!
//! ```text
//! rank(v) = (1 - d) / n + d (sum over u -> v of rank(u) w(u, v) / out(u) + what dead ends hold / n)
//! ```
//! Page rank after Brin & Page (1998) with the usual treatment of dead ends (Langville & Meyer, "Google's PageRank and Beyond",
//! 2006, section 4.5), by power iteration. The arrows are kept in SQLite; this is the copy in memory that questions are asked of.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;

/// The arrows in memory.
#[derive(Debug, Default)]
pub struct Graph {
    arrows: DiGraph<i64, Arrow>,
    places: HashMap<i64, NodeIndex>,
    kinds: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
struct Arrow {
    kind: u32,
    weight: f64,
}

impl Graph {
    /// Adds an arrow, or gives the one that is there another weight.
    pub fn add(&mut self, source: i64, target: i64, kind: &str, weight: f64) {
        let kind = match self.kind(kind) {
            Some(kind) => kind,
            None => {
                self.kinds.push(kind.to_owned());
                self.kinds.len() as u32 - 1
            }
        };
        let (from, to) = (self.place(source), self.place(target));
        match self.find(from, to, kind) {
            Some(edge) => self.arrows[edge].weight = weight,
            None => {
                self.arrows.add_edge(from, to, Arrow { kind, weight });
            }
        }
    }

    /// Takes an arrow out, if it is there.
    pub fn remove(&mut self, source: i64, target: i64, kind: &str) {
        let (Some(&from), Some(&to), Some(kind)) = (
            self.places.get(&source),
            self.places.get(&target),
            self.kind(kind),
        ) else {
            return;
        };
        if let Some(edge) = self.find(from, to, kind) {
            self.arrows.remove_edge(edge);
        }
    }

    /// Arrows in all.
    pub fn len(&self) -> usize {
        self.arrows.edge_count()
    }

    /// Whether there is no arrow.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the arrows from here lead; of one kind, or of all with `None`. In order of id, each once.
    pub fn targets(&self, from: i64, kind: Option<&str>) -> Vec<i64> {
        self.next(from, kind, Direction::Outgoing)
    }

    /// Where the arrows to here come from.
    pub fn sources(&self, to: i64, kind: Option<&str>) -> Vec<i64> {
        self.next(to, kind, Direction::Incoming)
    }

    /// Everything that can be reached from here, nearest first; a record is no descendant of itself.
    pub fn descendants(&self, from: i64, kind: Option<&str>) -> Vec<i64> {
        self.reach(from, kind, Direction::Outgoing)
    }

    /// Everything from where one gets here, nearest first.
    pub fn ancestors(&self, of: i64, kind: Option<&str>) -> Vec<i64> {
        self.reach(of, kind, Direction::Incoming)
    }

    /// Where chains of this kind that start here end: the records reached, here included, with no further arrow. A cycle has no
    /// end.
    pub fn ends(&self, from: i64, kind: &str) -> Vec<i64> {
        let mut ends = vec![from];
        ends.extend(self.descendants(from, Some(kind)));
        ends.retain(|&id| self.targets(id, Some(kind)).is_empty());
        ends
    }

    /// A way with the fewest arrows, both ends included; of ways of equal length the one over smaller ids.
    pub fn path(&self, from: i64, to: i64, kind: Option<&str>) -> Option<Vec<i64>> {
        let mut came_from = HashMap::from([(from, from)]);
        let mut waiting = VecDeque::from([from]);
        while let Some(here) = waiting.pop_front() {
            if here == to {
                let mut way = vec![to];
                let mut back = to;
                while back != from {
                    back = came_from[&back];
                    way.push(back);
                }
                way.reverse();
                return Some(way);
            }
            for next in self.targets(here, kind) {
                came_from.entry(next).or_insert_with(|| {
                    waiting.push_back(next);
                    here
                });
            }
        }
        None
    }

    /// Islands: records joined by arrows in whatever direction, largest island first, ids in order.
    pub fn islands(&self) -> Vec<Vec<i64>> {
        let mut joined = UnionFind::new(self.arrows.node_count());
        for edge in self.arrows.edge_references() {
            joined.union(edge.source().index(), edge.target().index());
        }
        let mut islands: HashMap<usize, Vec<i64>> = HashMap::new();
        for place in self.arrows.node_indices() {
            let island = joined.find(place.index());
            islands.entry(island).or_default().push(self.arrows[place]);
        }
        in_order(islands.into_values().collect())
    }

    /// Records that lead to one another in circles, largest circle first. A chain of rolls has none: this finds entries that
    /// cannot be true.
    pub fn circles(&self) -> Vec<Vec<i64>> {
        let mut circles = Vec::new();
        for places in tarjan_scc(&self.arrows) {
            let alone = places.len() == 1 && self.arrows.find_edge(places[0], places[0]).is_none();
            if !alone {
                circles.push(places.iter().map(|&place| self.arrows[place]).collect());
            }
        }
        in_order(circles)
    }

    /// Page rank of every record, highest first; the ranks sum to one. Negative weights count as zero.
    pub fn page_rank(&self, damping: f64, tolerance: f64) -> Vec<(i64, f64)> {
        let n = self.arrows.node_count();
        if n == 0 {
            return Vec::new();
        }
        let mut out = vec![0.0; n];
        for edge in self.arrows.edge_references() {
            out[edge.source().index()] += edge.weight().weight.max(0.0);
        }
        let share = 1.0 / n as f64;
        let mut ranks = vec![share; n];
        // The distance to the solution falls by the damping each time, so this many steps are enough for any tolerance.
        for _ in 0..10_000 {
            let dead: f64 = (0..n).filter(|&u| out[u] <= 0.0).map(|u| ranks[u]).sum();
            let mut next = vec![(1.0 - damping) * share + damping * dead * share; n];
            for edge in self.arrows.edge_references() {
                let (from, to) = (edge.source().index(), edge.target().index());
                if out[from] > 0.0 {
                    next[to] += damping * ranks[from] * edge.weight().weight.max(0.0) / out[from];
                }
            }
            let moved: f64 = ranks.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
            ranks = next;
            if moved <= tolerance {
                break;
            }
        }
        let mut ranked: Vec<(i64, f64)> = self
            .arrows
            .node_indices()
            .map(|place| (self.arrows[place], ranks[place.index()]))
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    }

    fn place(&mut self, id: i64) -> NodeIndex {
        *self
            .places
            .entry(id)
            .or_insert_with(|| self.arrows.add_node(id))
    }

    fn kind(&self, kind: &str) -> Option<u32> {
        let place = self.kinds.iter().position(|known| known == kind)?;
        Some(place as u32)
    }

    fn find(&self, from: NodeIndex, to: NodeIndex, kind: u32) -> Option<EdgeIndex> {
        self.arrows
            .edges_connecting(from, to)
            .find(|edge| edge.weight().kind == kind)
            .map(|edge| edge.id())
    }

    fn next(&self, id: i64, kind: Option<&str>, direction: Direction) -> Vec<i64> {
        let wanted = kind.map(|kind| self.kind(kind));
        let Some(&place) = self.places.get(&id) else {
            return Vec::new();
        };
        let mut found: Vec<i64> = self
            .arrows
            .edges_directed(place, direction)
            .filter(|edge| wanted.is_none_or(|kind| kind == Some(edge.weight().kind)))
            .map(|edge| match direction {
                Direction::Outgoing => self.arrows[edge.target()],
                Direction::Incoming => self.arrows[edge.source()],
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn reach(&self, id: i64, kind: Option<&str>, direction: Direction) -> Vec<i64> {
        let mut seen = HashSet::from([id]);
        let mut found = Vec::new();
        let mut waiting = VecDeque::from([id]);
        while let Some(here) = waiting.pop_front() {
            for next in self.next(here, kind, direction) {
                if seen.insert(next) {
                    found.push(next);
                    waiting.push_back(next);
                }
            }
        }
        found
    }
}

fn in_order(mut groups: Vec<Vec<i64>>) -> Vec<Vec<i64>> {
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_by(|a, b| b.len().cmp(&a.len()).then(a[0].cmp(&b[0])));
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graph(arrows: &[(i64, i64, &str)]) -> Graph {
        let mut graph = Graph::default();
        for &(source, target, kind) in arrows {
            graph.add(source, target, kind, 1.0);
        }
        graph
    }

    #[test]
    fn chains_lineage_and_ways() {
        let graph = graph(&[
            (1, 2, "rolled_to"),
            (2, 3, "rolled_to"),
            (3, 9, "ended_in"),
            (1, 8, "like"),
            (8, 9, "like"),
            (20, 21, "like"),
        ]);
        assert_eq!(graph.ends(1, "rolled_to"), [3]);
        assert_eq!(graph.ends(20, "rolled_to"), [20]);
        assert_eq!(graph.descendants(1, None), [2, 8, 3, 9]);
        assert_eq!(graph.descendants(1, Some("rolled_to")), [2, 3]);
        assert_eq!(graph.descendants(1, Some("unknown")), [0_i64; 0]);
        assert_eq!(graph.ancestors(9, None), [3, 8, 2, 1]);
        assert_eq!(graph.path(1, 9, None).unwrap(), [1, 8, 9]);
        assert_eq!(graph.path(1, 3, Some("rolled_to")).unwrap(), [1, 2, 3]);
        assert_eq!(graph.path(9, 1, None), None);
        assert_eq!(graph.path(5, 6, None), None);
        assert_eq!(graph.islands(), [vec![1, 2, 3, 8, 9], vec![20, 21]]);
        assert!(graph.circles().is_empty());
    }

    #[test]
    fn arrows_come_go_and_turn_in_circles() {
        let mut graph = graph(&[
            (1, 2, "a"),
            (2, 3, "a"),
            (3, 1, "a"),
            (1, 2, "b"),
            (5, 5, "a"),
        ]);
        assert_eq!(graph.circles(), [vec![1, 2, 3], vec![5]]);
        assert_eq!(graph.ends(1, "a"), [0_i64; 0]);
        assert_eq!(graph.descendants(1, Some("a")), [2, 3]);
        graph.remove(3, 1, "a");
        graph.remove(3, 1, "a");
        graph.remove(77, 1, "a");
        assert_eq!((graph.len(), graph.circles()), (4, vec![vec![5]]));
        assert_eq!(graph.targets(1, None), [2]);
        graph.remove(1, 2, "a");
        assert_eq!(graph.targets(1, Some("b")), [2]);
    }

    /// Solved by hand. 1 <-> 2, 3 -> 1 with damping 0.85: r3 = 0.05, r1 = 0.05 + 0.85 (r2 + r3), r2 = 0.05 + 0.85 r1.
    #[test]
    fn page_rank_solves_its_equations() {
        let ranks = graph(&[(1, 2, "x"), (2, 1, "x"), (3, 1, "x")]).page_rank(0.85, 1e-14);
        let first = (0.05 + 0.85 * 0.05 + 0.85 * 0.05) / (1.0 - 0.85 * 0.85);
        for ((id, rank), (expected_id, expected)) in
            ranks
                .into_iter()
                .zip([(1, first), (2, 0.05 + 0.85 * first), (3, 0.05)])
        {
            assert_eq!(id, expected_id);
            assert!(
                (rank - expected).abs() < 1e-12,
                "{id}: {rank} against {expected}"
            );
        }
        // A dead end gives to all: 1 -> 2, r1 = (0.15 + 0.85 r2) / 2, r2 = r1 + 0.85 r1.
        let ranks = graph(&[(1, 2, "x")]).page_rank(0.85, 1e-14);
        assert!((ranks[1].1 - 1.0 / 2.85).abs() < 1e-12);
        assert!(Graph::default().page_rank(0.85, 1e-9).is_empty());
    }

    proptest! {
        /// Ranks sum to one; ancestors are descendants seen from the other end; a way is made of arrows.
        #[test]
        fn what_must_hold_in_any_graph(arrows in prop::collection::vec((0_i64..12, 0_i64..12, 0.0_f64..3.0), 1..40)) {
            let mut graph = Graph::default();
            for &(source, target, weight) in &arrows {
                graph.add(source, target, "x", weight);
            }
            let sum: f64 = graph.page_rank(0.85, 1e-13).iter().map(|(_, rank)| rank).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
            for a in 0..12 {
                for b in graph.descendants(a, None) {
                    prop_assert!(graph.ancestors(b, None).contains(&a));
                    let way = graph.path(a, b, None).unwrap();
                    for step in way.windows(2) {
                        prop_assert!(graph.targets(step[0], None).contains(&step[1]));
                    }
                }
            }
        }
    }
}
