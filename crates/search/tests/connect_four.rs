//! Connect Four: two players drop stones into columns; four in a row win. The search against a solver.
//!
//! The solver is alpha-beta with a table of bounds on bitboards (the representation is John Tromp's: each column has one
//! bit more than it has rows). It answers exactly, with the distance of the end. That the small boards here are draws is
//! in Tromp's table of results by board size, and is computed again.

use search::{Each, Game, Outcome, SearchConfig, StopReason, Tree, run};

/// The board's size.
#[derive(Clone, Copy, Debug)]
struct Rules {
    width: u32,
    height: u32,
}

/// Stones as bits, column by column from the bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Board {
    /// Of the player to move.
    mine: u64,
    /// Of both.
    all: u64,
}

impl Rules {
    /// A stone at the bottom of a column.
    fn bottom(&self, column: u32) -> u64 {
        1 << (column * (self.height + 1))
    }

    /// Where a stone dropped into a column comes to rest, if there is room.
    fn drop(&self, board: Board, column: u32) -> Option<u64> {
        let cells = ((1 << self.height) - 1) * self.bottom(column);
        let stone = (board.all + self.bottom(column)) & cells;
        (stone != 0).then_some(stone & !board.all)
    }

    /// The board after the player to move has dropped a stone; it is now the other's.
    fn after(&self, board: Board, stone: u64) -> Board {
        Board {
            mine: board.all & !board.mine,
            all: board.all | stone,
        }
    }

    /// Whether stones have four in a row.
    fn four(&self, stones: u64) -> bool {
        let up = self.height + 1;
        [1, up, up - 1, up + 1].iter().any(|step| {
            let pairs = stones & stones >> step;
            pairs & pairs >> (2 * step) != 0
        })
    }

    fn cells(&self) -> u32 {
        self.width * self.height
    }

    fn left(&self, board: Board) -> i32 {
        (self.cells() - board.all.count_ones()) as i32
    }

    /// Whether the player to move wins with a stone in this column.
    fn wins_now(&self, board: Board, column: u32) -> bool {
        let stone = self.drop(board, column);
        stone.is_some_and(|stone| self.four(board.mine | stone))
    }

    /// What a finished board is worth to the player to move: the last stone won, or nobody.
    fn end(&self, board: Board) -> Option<f64> {
        if self.four(board.all & !board.mine) {
            Some(-1.0)
        } else {
            (self.left(board) == 0).then_some(0.0)
        }
    }

    /// A judge without rollouts: cells that would complete a four, mine less theirs.
    fn threats(&self, board: Board) -> f64 {
        let count = |stones: u64| {
            let cells = (0..self.width)
                .flat_map(|column| (0..self.height).map(move |row| self.bottom(column) << row));
            let wins = |cell: &u64| board.all & cell == 0 && self.four(stones | cell);
            cells.filter(wins).count() as f64
        };
        let lead = count(board.mine) - count(board.all & !board.mine);
        lead / (1.0 + lead.abs()) * 0.5
    }
}

impl Game for Rules {
    type State = Board;
    /// The column.
    type Action = u32;

    fn actions(&self, board: &Board, out: &mut Vec<u32>) {
        out.extend((0..self.width).filter(|column| self.drop(*board, *column).is_some()));
    }

    fn outcomes(&self, board: &Board, column: u32, out: &mut Vec<Outcome<Board>>) {
        let stone = self.drop(*board, column);
        out.extend(stone.map(|stone| Outcome {
            probability: 1.0,
            reward: 0.0,
            state: self.after(*board, stone),
        }));
    }

    fn terminal_worth(&self, board: &Board) -> Option<f64> {
        self.end(*board)
    }

    fn discount(&self, _: &Board, _: u32) -> f64 {
        -1.0
    }

    fn key(&self, board: &Board) -> Option<u128> {
        Some(u128::from(board.mine) << 64 | u128::from(board.all))
    }
}

/// Exact scores: 0 a draw; else one more than the cells that are empty at the end, positive if the player to move wins.
struct Solver {
    rules: Rules,
    /// The last board stored at each place, and between what its score lies.
    table: Vec<(Board, i32, i32)>,
}

impl Solver {
    fn new(rules: Rules) -> Solver {
        let nothing = Board { mine: 1, all: 0 };
        Solver {
            rules,
            table: vec![(nothing, 0, 0); 1 << 16],
        }
    }

    fn score(&mut self, board: Board) -> i32 {
        let most = self.rules.left(board);
        self.within(board, -most, most)
    }

    /// The score if it lies between the bounds; else a bound beyond the nearer one.
    fn within(&mut self, board: Board, mut low: i32, mut high: i32) -> i32 {
        let rules = self.rules;
        let left = rules.left(board);
        if left == 0 {
            return 0;
        }
        if (0..rules.width).any(|column| rules.wins_now(board, column)) {
            return left;
        }
        let hash = (board.mine ^ board.all.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = (hash >> 48) as usize;
        let (stored, least, most) = self.table[place];
        let (mut least, mut most) = if stored == board {
            (least, most)
        } else {
            (1 - left, left - 2)
        };
        low = low.max(least);
        high = high.min(most);
        if low >= high {
            return if low == least { low } else { high };
        }
        let (from, mut best) = (low, i32::MIN);
        let middle = rules.width as i32 / 2;
        for turn in 0..rules.width as i32 {
            // From the middle outwards.
            let side = if turn % 2 == 0 { 1 } else { -1 };
            let column = middle + side * ((turn + 1) / 2);
            let Ok(column) = u32::try_from(column) else {
                continue;
            };
            if column >= rules.width {
                continue;
            }
            let Some(stone) = rules.drop(board, column) else {
                continue;
            };
            let score = -self.within(rules.after(board, stone), -high, -low);
            best = best.max(score);
            low = low.max(score);
            if low >= high {
                break;
            }
        }
        if best > from {
            least = best;
        }
        if best < high {
            most = best;
        }
        self.table[place] = (board, least, most);
        best
    }

    /// What each column is worth to who drops a stone there: 1, 0 or -1.
    fn columns(&mut self, board: Board) -> Vec<(u32, f64)> {
        let mut worths = Vec::new();
        for column in 0..self.rules.width {
            if let Some(stone) = self.rules.drop(board, column) {
                let worth = if self.rules.wins_now(board, column) {
                    1
                } else {
                    -self.score(self.rules.after(board, stone)).signum()
                };
                worths.push((column, f64::from(worth)));
            }
        }
        worths
    }
}

/// Plays stones at random from the empty board; `None` if that ends the game.
fn random_board(rules: Rules, stones: u32, seed: u64) -> Option<Board> {
    let mut x = seed;
    let mut board = Board::default();
    while board.all.count_ones() < stones {
        x = x
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        let column = (x >> 33) as u32 % rules.width;
        if let Some(stone) = rules.drop(board, column) {
            board = rules.after(board, stone);
            if rules.end(board).is_some() {
                return None;
            }
        }
    }
    Some(board)
}

/// So many boards with so many stones.
fn random_boards(rules: Rules, stones: u32, count: usize) -> Vec<Board> {
    let seeds = 0..;
    let boards = seeds.filter_map(|seed| random_board(rules, stones, seed));
    boards.take(count).collect()
}

fn search(rules: Rules, board: Board, evaluations: u32) -> Tree<Rules> {
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    let mut judge = Each(|board: &Board| rules.threats(*board));
    run(&rules, &board, &mut judge, &config, &mut |_| true).expect("the rules are in order")
}

const FULL: Rules = Rules {
    width: 7,
    height: 6,
};

/// Exact by trying everything: slow, plain, and the solver's own judge.
fn negamax(rules: Rules, board: Board) -> f64 {
    rules.end(board).unwrap_or_else(|| {
        let stones = (0..rules.width).filter_map(|column| rules.drop(board, column));
        stones
            .map(|stone| -negamax(rules, rules.after(board, stone)))
            .fold(f64::NEG_INFINITY, f64::max)
    })
}

/// Whether the player to move can force a four with so many own stones.
fn mates_in(rules: Rules, board: Board, stones: u32) -> bool {
    let moves = |board: Board| {
        let stone = move |column| rules.drop(board, column);
        (0..rules.width).filter_map(stone)
    };
    if stones == 0 {
        return false;
    }
    moves(board).any(|stone| {
        let theirs = rules.after(board, stone);
        let lost = |reply| mates_in(rules, rules.after(theirs, reply), stones - 1);
        match rules.end(theirs) {
            Some(worth) => worth < 0.0,
            None => {
                let wins = (0..rules.width).any(|column| rules.wins_now(theirs, column));
                stones > 1 && !wins && moves(theirs).all(lost)
            }
        }
    })
}

/// Whether the search's column is one of the best, and its worth exact where it says so; if not, what it should have been.
fn grade<G: Game<Action = u32>>(tree: &Tree<G>, columns: &[(u32, f64)]) -> Result<(), String> {
    let exact = columns.iter().map(|column| column.1).fold(-1.0, f64::max);
    let best = tree.best_action().ok_or("no column")?;
    if !columns.contains(&(best, exact)) {
        return Err(format!("column {best} of {columns:?}"));
    }
    let found = tree.worth(tree.root());
    let off = (found - exact).abs();
    if off > 0.5 || (off > 0.0 && tree.stop_reason() == StopReason::Solved) {
        return Err(format!("{found} for {exact}"));
    }
    Ok(())
}

#[test]
fn the_solver_is_exact() {
    let rules = Rules {
        width: 4,
        height: 4,
    };
    let mut solver = Solver::new(rules);
    let mut seen = [0; 3];
    for board in random_boards(rules, 6, 60) {
        let exact = negamax(rules, board);
        assert_eq!(f64::from(solver.score(board).signum()), exact, "{board:?}");
        seen[(exact + 1.0) as usize] += 1;
    }
    assert!(seen.iter().all(|count| *count > 1), "{seen:?}");
    // The score tells the distance: a mate with n own stones, and no sooner, leaves this many cells empty.
    let mut solver = Solver::new(FULL);
    for board in random_boards(FULL, 28, 40) {
        let score = solver.score(board);
        for stones in 1..=3 {
            let least = FULL.left(board) - 2 * (stones as i32 - 1);
            assert_eq!(mates_in(FULL, board, stones), score >= least, "{board:?}");
        }
    }
}

#[test]
fn small_boards_are_draws() {
    for (width, height) in [(4, 4), (5, 4), (4, 5), (5, 5)] {
        let rules = Rules { width, height };
        assert_eq!(Solver::new(rules).score(Board::default()), 0, "{rules:?}");
    }
}

/// The whole of four by four: a draw, in 161,029 boards, which is the count in Tromp's table.
#[test]
fn four_by_four_is_exhausted() {
    let rules = Rules {
        width: 4,
        height: 4,
    };
    let tree = search(rules, Board::default(), 161_029);
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    assert_eq!(tree.counts().nodes, 161_029);
    assert_eq!(tree.worth(tree.root()), 0.0);
    let mut solver = Solver::new(rules);
    for node in tree.nodes().step_by(101) {
        let board = *tree.state(node);
        if rules.end(board).is_none() {
            let exact = f64::from(solver.score(board).signum());
            assert_eq!(tree.worth(node), exact, "{board:?}");
        }
    }
}

/// Boards of the full size near their end: the solver's value and one of its columns.
#[test]
fn late_boards_are_played_perfectly() {
    let mut solver = Solver::new(FULL);
    let mut values = [0; 3];
    for (stones, count, evaluations) in [(24, 5, 16_384), (28, 16, 4096), (32, 24, 1024)] {
        for board in random_boards(FULL, stones, count) {
            let columns = solver.columns(board);
            let tree = search(FULL, board, evaluations);
            assert_eq!(grade(&tree, &columns), Ok(()), "{stones} stones: {board:?}");
            let exact = columns.iter().map(|column| column.1).fold(-1.0, f64::max);
            values[(exact + 1.0) as usize] += 1;
        }
    }
    // Wins, draws and losses all occur.
    assert!(values.iter().all(|count| *count > 0), "{values:?}");
}

/// Boards of the full size where the player to move mates with so many stones and no fewer.
fn puzzles(stones: u32, sizes: std::ops::Range<u32>, count: usize) -> Vec<Board> {
    let of_size = |size: u32| {
        let boards = (0..4000).filter_map(move |seed| random_board(FULL, size, seed));
        let puzzle =
            |board: &Board| mates_in(FULL, *board, stones) && !mates_in(FULL, *board, stones - 1);
        boards.filter(puzzle).take(count).collect::<Vec<Board>>()
    };
    sizes.flat_map(of_size).collect()
}

/// Mates in one and two are found and proven from eight stones on; mates in three from eighteen on, where one in ten may
/// still lack the proof. The column chosen always wins, in five stones at most: a win is a win, and the search does not count
/// moves.
#[test]
fn mates_are_found() {
    for (stones, sizes, evaluations) in [(1, 8..22, 4096), (2, 8..22, 4096), (3, 18..28, 8192)] {
        let boards = puzzles(stones, sizes, 1);
        assert!(boards.len() >= 10, "{} of {stones}", boards.len());
        let mut proven = 0;
        for board in &boards {
            let config = SearchConfig {
                evaluations,
                batch: 8,
                exploration: 2.5,
                ..SearchConfig::default()
            };
            let mut judge = Each(|board: &Board| FULL.threats(*board));
            let tree = run(&FULL, board, &mut judge, &config, &mut |_| true);
            let tree = tree.expect("the rules are in order");
            proven += usize::from(tree.worth(tree.root()) == 1.0);
            let column = tree.best_action().expect("ranked");
            let stone = FULL.drop(*board, column).expect("a legal column");
            let theirs = FULL.after(*board, stone);
            let replies = (0..FULL.width).filter_map(|column| FULL.drop(theirs, column));
            let mut boards = replies.map(|reply| FULL.after(theirs, reply));
            assert!(
                FULL.wins_now(*board, column) || boards.all(|board| mates_in(FULL, board, 4)),
                "{column} loses the mate in {stones} at {board:?}"
            );
        }
        let least = if stones == 3 {
            boards.len() * 9 / 10
        } else {
            boards.len()
        };
        assert!(proven >= least, "{proven} of {} in {stones}", boards.len());
    }
}

/// Rules with one mistake.
struct Wrong {
    /// Whether a four on a diagonal counts.
    diagonals: bool,
    /// Worth of what follows a move.
    discount: f64,
}

impl Game for Wrong {
    type State = Board;
    type Action = u32;

    fn actions(&self, board: &Board, out: &mut Vec<u32>) {
        FULL.actions(board, out);
    }

    fn outcomes(&self, board: &Board, column: u32, out: &mut Vec<Outcome<Board>>) {
        FULL.outcomes(board, column, out);
    }

    fn terminal_worth(&self, board: &Board) -> Option<f64> {
        let last = board.all & !board.mine;
        let straight = |step: u32| {
            let pairs = last & last >> step;
            pairs & pairs >> (2 * step) != 0
        };
        if self.diagonals || straight(1) || straight(FULL.height + 1) {
            FULL.end(*board)
        } else {
            (FULL.left(*board) == 0).then_some(0.0)
        }
    }

    fn discount(&self, _: &Board, _: u32) -> f64 {
        self.discount
    }

    fn key(&self, board: &Board) -> Option<u128> {
        FULL.key(board)
    }
}

/// The grade can be failed: a search that overlooks diagonals, or that does not turn the worth round with the move, is
/// found out on the same boards.
#[test]
fn wrong_rules_are_found_out() {
    let mut solver = Solver::new(FULL);
    let mut caught = |wrong: &Wrong| {
        let boards = random_boards(FULL, 32, 24).into_iter();
        let failed = boards.filter(|board| {
            let columns = solver.columns(*board);
            let mut judge = Each(|board: &Board| FULL.threats(*board));
            let config = SearchConfig::default();
            let tree = run(wrong, board, &mut judge, &config, &mut |_| true);
            let tree = tree.expect("the rules are in order");
            grade(&tree, &columns).is_err()
        });
        failed.count()
    };
    let right = Wrong {
        diagonals: true,
        discount: -1.0,
    };
    assert_eq!(caught(&right), 0);
    assert!(
        caught(&Wrong {
            diagonals: false,
            ..right
        }) > 2
    );
    assert!(
        caught(&Wrong {
            discount: 1.0,
            ..right
        }) > 2
    );
}
