//! Connect Four on bit boards with UCT and random rollouts, as OpenSpiel's `MCTSBot` with `RandomRolloutEvaluator(1)` does it.
//!
//! ```text
//! choose the child with the largest  wins / visits + 2 sqrt(ln N / visits), unvisited ones first, in random order
//! ```
//! A node is expanded at its second visit; each simulation ends in one random game (or at once where the game is over).
//! The board is Pons' (seven columns of seven bits, the top one always empty), http://blog.gamesolver.org, our own code.

/// Bits of one column, and of the lowest row.
const HEIGHT: u32 = 6;
const COLUMN: u64 = (1 << (HEIGHT + 1)) - 1;
const BOTTOM: u64 = {
    let mut bits = 0;
    let mut column = 0;
    while column < 7 {
        bits |= 1 << (column * (HEIGHT + 1));
        column += 1;
    }
    bits
};
const BOARD: u64 = BOTTOM * ((1 << HEIGHT) - 1);
/// OpenSpiel's `uct_c` in the comparison.
const EXPLORATION: f32 = 2.0;

/// The stones of the player to move, and all stones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Position {
    mine: u64,
    all: u64,
}

impl Position {
    pub(crate) const START: Position = Position { mine: 0, all: 0 };

    /// The cells a stone can fall into.
    #[inline]
    fn cells(self) -> u64 {
        (self.all + BOTTOM) & BOARD
    }

    /// After a stone falls into `cell`; the other player is to move.
    #[inline]
    fn play(self, cell: u64) -> Position {
        Position {
            mine: self.mine ^ self.all,
            all: self.all | cell,
        }
    }

    /// Whether the player who moved last has four in a row.
    #[inline]
    fn lost(self) -> bool {
        let stones = self.mine ^ self.all;
        let line = |shift: u32| {
            let pairs = stones & (stones >> shift);
            pairs & (pairs >> (2 * shift))
        };
        line(1) | line(HEIGHT) | line(HEIGHT + 1) | line(HEIGHT + 2) != 0
    }

    /// The game as it stands for the player to move: lost (-1), drawn (0), or going on.
    #[inline]
    fn over(self) -> Option<f32> {
        if self.lost() {
            Some(-1.0)
        } else if self.all == BOARD {
            Some(0.0)
        } else {
            None
        }
    }
}

/// Pseudo-random bits (xorshift64*, S. Vigna 2016).
struct Random(u64);

impl Random {
    /// Below `n`, for small `n`.
    #[inline]
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) * u64::from(n);
        (bits >> 32) as u32
    }

    /// One of the bits of `cells`.
    #[inline]
    fn pick(&mut self, mut cells: u64) -> u64 {
        for _ in 0..self.below(cells.count_ones()) {
            cells &= cells - 1;
        }
        cells & cells.wrapping_neg()
    }
}

#[derive(Clone, Copy)]
struct Node {
    position: Position,
    /// Sum of results for the player who moved into this node.
    total: f32,
    visits: u32,
    first: u32,
    children: u32,
}

/// One search tree, used again for every search.
pub(crate) struct Uct {
    nodes: Vec<Node>,
    path: Vec<u32>,
    random: Random,
}

impl Uct {
    /// Room for searches of so many simulations.
    pub(crate) fn new(simulations: usize, seed: u64) -> Uct {
        Uct {
            nodes: Vec::with_capacity(7 * simulations + 8),
            path: Vec::with_capacity(43),
            random: Random(seed | 1),
        }
    }

    /// Visits of each column after `simulations` simulations.
    pub(crate) fn search(&mut self, root: Position, simulations: usize) -> [u32; 7] {
        self.nodes.clear();
        self.push(root);
        for _ in 0..simulations {
            self.simulate();
        }
        let mut visits = [0; 7];
        let top = self.nodes[0];
        for child in &self.nodes[top.first as usize..][..top.children as usize] {
            let cell = child.position.all ^ root.all;
            visits[(cell.trailing_zeros() / (HEIGHT + 1)) as usize] = child.visits;
        }
        visits
    }

    fn push(&mut self, position: Position) {
        self.nodes.push(Node {
            position,
            total: 0.0,
            visits: 0,
            first: 0,
            children: 0,
        });
    }

    fn simulate(&mut self) {
        self.path.clear();
        self.path.push(0);
        let mut index = 0;
        let result = loop {
            let node = self.nodes[index];
            if let Some(result) = node.position.over() {
                break result;
            }
            if node.visits == 0 {
                break self.rollout(node.position);
            }
            if node.children == 0 {
                self.expand(index);
            }
            index = self.choose(index);
            self.path.push(index as u32);
        };
        // `result` is for the player to move at the end of the path; a node's total is for the other one.
        let mut result = -result;
        for &index in self.path.iter().rev() {
            let node = &mut self.nodes[index as usize];
            node.visits += 1;
            node.total += result;
            result = -result;
        }
    }

    fn expand(&mut self, index: usize) {
        let position = self.nodes[index].position;
        let first = self.nodes.len();
        let mut cells = position.cells();
        while cells != 0 {
            let cell = self.random.pick(cells);
            cells ^= cell;
            self.push(position.play(cell));
        }
        let children = self.nodes.len() - first;
        let node = &mut self.nodes[index];
        node.first = first as u32;
        node.children = children as u32;
    }

    fn choose(&self, index: usize) -> usize {
        let node = self.nodes[index];
        let (first, children) = (node.first as usize, node.children as usize);
        let log = (node.visits as f32).ln();
        let mut best = (f32::NEG_INFINITY, first);
        for (at, child) in self.nodes[first..first + children].iter().enumerate() {
            if child.visits == 0 {
                return first + at;
            }
            let inverse = 1.0 / child.visits as f32;
            let score = child.total * inverse + EXPLORATION * (log * inverse).sqrt();
            if score > best.0 {
                best = (score, first + at);
            }
        }
        best.1
    }

    /// A random game from `position`: the result for the player to move there.
    fn rollout(&mut self, mut position: Position) -> f32 {
        let mut sign = 1.0;
        loop {
            let cell = self.random.pick(position.cells());
            position = position.play(cell);
            sign = -sign;
            if let Some(result) = position.over() {
                return sign * result;
            }
        }
    }
}

/// Plays the columns of `moves`, each below 7 and not full.
#[allow(dead_code)] // The benchmark starts from the empty board.
pub(crate) fn after(moves: &[u32]) -> Position {
    moves.iter().fold(Position::START, |position, column| {
        let cells = position.cells() & (COLUMN << (column * (HEIGHT + 1)));
        assert!(cells != 0, "column {column} is full");
        position.play(cells)
    })
}
