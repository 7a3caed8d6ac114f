//! Tic-tac-toe: small enough to be exhausted, so the search must play it perfectly.
//!
//! The game is the example's. That play can reach 5,478 boards and that the game is a draw is common knowledge; both are
//! computed here again, by a negamax that shares nothing with the search.

#[path = "../examples/tic_tac_toe/board.rs"]
mod board;

use std::collections::BTreeMap;

use board::{Board, TicTacToe};
use search::{Each, Game, Outcome, SearchConfig, StopReason, Tree, run};

/// Every board that play can reach and its worth, by negamax that remembers.
fn solve(board: Board, known: &mut BTreeMap<Board, f64>) -> f64 {
    if let Some(worth) = known.get(&board) {
        return *worth;
    }
    let worth = board.end().unwrap_or_else(|| {
        let replies: Vec<u32> = board.free().collect();
        let worths = replies
            .iter()
            .map(|square| -solve(board.after(*square), known));
        worths.fold(f64::NEG_INFINITY, f64::max)
    });
    known.insert(board, worth);
    worth
}

fn solved() -> BTreeMap<Board, f64> {
    let mut known = BTreeMap::new();
    solve(Board::default(), &mut known);
    known
}

fn search<G: Game<State = Board, Action = u32>>(
    game: &G,
    board: Board,
    evaluations: u32,
) -> Tree<G> {
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    let mut judge = Each(|_: &Board| 0.0);
    run(game, &board, &mut judge, &config, &mut |_| true).expect("the rules are in order")
}

/// Whether the tree knows the worth of every board in it and plays none of them badly; if not, where.
fn grade<G: Game<State = Board, Action = u32>>(
    tree: &Tree<G>,
    known: &BTreeMap<Board, f64>,
) -> Result<(), String> {
    for node in tree.nodes() {
        let board = tree.state(node);
        let exact = known.get(board).ok_or(format!("unreachable: {board:?}"))?;
        if tree.worth(node) != *exact {
            return Err(format!("{} for {exact} at {board:?}", tree.worth(node)));
        }
        if let Some(best) = tree.best(node) {
            let after = known[&board.after(best.action)];
            if -after != *exact {
                return Err(format!("square {} at {board:?}", best.action));
            }
        }
    }
    Ok(())
}

/// One search from the empty board meets every board there is, and knows how to go on from each.
#[test]
fn the_whole_game_is_played_perfectly() {
    let known = solved();
    assert_eq!(known.len(), 5478);
    assert_eq!(known[&Board::default()], 0.0);
    assert_eq!(Board::default().after(0).negamax(), 0.0);
    let tree = search(&TicTacToe, Board::default(), 5478);
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    assert_eq!(tree.counts().nodes, 5478);
    assert_eq!(grade(&tree, &known), Ok(()));
}

/// A search of its own from every board finds its worth and plays as well.
#[test]
fn every_board_has_a_perfect_reply() {
    let known = solved();
    for (board, exact) in &known {
        if board.end().is_some() {
            continue;
        }
        let tree = search(&TicTacToe, *board, 5478);
        assert_eq!(tree.stop_reason(), StopReason::Solved);
        assert_eq!(tree.worth(tree.root()), *exact, "{board:?}");
        let best = tree.best_action().expect("ranked");
        assert_eq!(-known[&board.after(best)], *exact, "{board:?}");
    }
}

/// Rules with one mistake.
struct Wrong(Mistake);

enum Mistake {
    /// The turn passes but the worth does not: both want the same.
    NoTurn,
    /// A full board is a win for who filled it.
    NoDraw,
}

impl Game for Wrong {
    type State = Board;
    type Action = u32;

    fn actions(&self, board: &Board, out: &mut Vec<u32>) {
        TicTacToe.actions(board, out);
    }

    fn outcomes(&self, board: &Board, square: u32, out: &mut Vec<Outcome<Board>>) {
        TicTacToe.outcomes(board, square, out);
    }

    fn terminal_worth(&self, board: &Board) -> Option<f64> {
        match self.0 {
            Mistake::NoTurn => board.end(),
            Mistake::NoDraw => board.end().map(|_| -1.0),
        }
    }

    fn discount(&self, _: &Board, _: u32) -> f64 {
        match self.0 {
            Mistake::NoTurn => 1.0,
            Mistake::NoDraw => -1.0,
        }
    }

    fn key(&self, board: &Board) -> Option<u128> {
        TicTacToe.key(board)
    }
}

/// The grade can be failed: a search under wrong rules is found out.
#[test]
fn wrong_rules_are_found_out() {
    let known = solved();
    for mistake in [Mistake::NoTurn, Mistake::NoDraw] {
        let tree = search(&Wrong(mistake), Board::default(), 5478);
        let complaint = grade(&tree, &known).expect_err("the rules are wrong");
        assert!(complaint.contains("at Board"), "{complaint}");
    }
}
