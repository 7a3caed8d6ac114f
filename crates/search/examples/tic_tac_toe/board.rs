//! Tic-tac-toe: two players in turn, the first to have three in a row wins.
//!
//! Every worth is told from the side of who is to move: 1 a win, 0 a draw, -1 a loss. A move passes the turn, so what is
//! worth `v` to the opponent afterwards is worth `-v` before: the discount of every move is -1.
//!
//! ```text
//! worth(board) = max over free squares  -worth(board after the move)
//! ```
//! That is negamax ([`Board::negamax`], which keeps nothing and shares nothing with the search). The whole game has 5,478
//! boards that play can reach, and is a draw.

use search::{Game, Outcome};

/// The rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TicTacToe;

/// Squares as bits, 0 to 8 row by row; crosses begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Board {
    pub(crate) crosses: u16,
    pub(crate) noughts: u16,
}

/// Rows, columns and diagonals.
const LINES: [u16; 8] = [
    0b000_000_111,
    0b000_111_000,
    0b111_000_000,
    0b001_001_001,
    0b010_010_010,
    0b100_100_100,
    0b100_010_001,
    0b001_010_100,
];

impl Board {
    /// Whether crosses are to move.
    pub(crate) fn crosses_move(self) -> bool {
        self.crosses.count_ones() == self.noughts.count_ones()
    }

    /// The squares without a mark.
    pub(crate) fn free(self) -> impl Iterator<Item = u32> {
        (0..9).filter(move |square| (self.crosses | self.noughts) >> square & 1 == 0)
    }

    /// The board after the mark of who is to move.
    pub(crate) fn after(self, square: u32) -> Board {
        let mut next = self;
        if self.crosses_move() {
            next.crosses |= 1 << square;
        } else {
            next.noughts |= 1 << square;
        }
        next
    }

    /// What a finished board is worth to who would be next: the last mark won, or nobody.
    pub(crate) fn end(self) -> Option<f64> {
        let last = if self.crosses_move() {
            self.noughts
        } else {
            self.crosses
        };
        if LINES.iter().any(|line| last & line == *line) {
            Some(-1.0)
        } else {
            (self.crosses | self.noughts == 0b111_111_111).then_some(0.0)
        }
    }

    /// The exact worth, by trying everything.
    pub(crate) fn negamax(self) -> f64 {
        self.end().unwrap_or_else(|| {
            self.free()
                .map(|square| -self.after(square).negamax())
                .fold(f64::NEG_INFINITY, f64::max)
        })
    }
}

impl Game for TicTacToe {
    type State = Board;
    /// The square to mark.
    type Action = u32;

    fn actions(&self, board: &Board, out: &mut Vec<u32>) {
        out.extend(board.free());
    }

    fn outcomes(&self, board: &Board, square: u32, out: &mut Vec<Outcome<Board>>) {
        out.push(Outcome {
            probability: 1.0,
            reward: 0.0,
            state: board.after(square),
        });
    }

    fn terminal_worth(&self, board: &Board) -> Option<f64> {
        board.end()
    }

    fn discount(&self, _: &Board, _: u32) -> f64 {
        -1.0
    }

    fn key(&self, board: &Board) -> Option<u128> {
        Some(u128::from(board.crosses) << 9 | u128::from(board.noughts))
    }
}
