//! Tic-tac-toe: a game of two players, searched and solved.
//!
//! ```text
//! cargo run --release -p search --example tic_tac_toe
//! ```
//! The lesson is the discount of -1: one game trait serves one player and two. The judge knows nothing (every unfinished
//! board is called a draw); small budgets show how far that goes, and a large one exhausts the game.

mod board;

use board::{Board, TicTacToe};
use search::{Each, Error, SearchConfig, Tree, run};

fn main() -> Result<(), Error> {
    let empty = Board::default();
    println!(
        "The empty board is worth {:+} to crosses by trying everything.\n",
        empty.negamax() + 0.0 // a draw may come out as -0
    );
    println!("evaluations   boards   worth   stopped");
    for evaluations in [16, 256, 1024, 8192] {
        let tree = search(empty, evaluations)?;
        println!(
            "{:>11}   {:>6}   {:>+5.1}   {:?}",
            tree.counts().evaluations,
            tree.counts().nodes,
            tree.worth(tree.root()),
            tree.stop_reason()
        );
    }

    let corner = empty.after(0);
    println!("\nCrosses took a corner. What each reply is worth to noughts, searched and exact:\n");
    let tree = search(corner, 8192)?;
    for edge in tree.edges(tree.root()) {
        let worth = edge
            .worth
            .map_or("n/a (not reached)".into(), |worth| format!("{worth:+.1}"));
        let exact = -corner.after(edge.action).negamax();
        println!("square {}   {worth}   {exact:+.1}", edge.action);
    }

    println!("\nThe game as the search would play it on, both sides:\n");
    let mut board = corner;
    while board.end().is_none() {
        let Some(square) = search(board, 8192)?.best_action() else {
            break;
        };
        board = board.after(square);
        println!("{}\n", drawn(board));
    }
    Ok(())
}

/// Plans from a board with a judge that calls everything a draw.
fn search(board: Board, evaluations: u32) -> Result<Tree<TicTacToe>, Error> {
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    let mut judge = Each(|_: &Board| 0.0);
    run(&TicTacToe, &board, &mut judge, &config, &mut |_| true)
}

fn drawn(board: Board) -> String {
    let mark = |square: u32| match (board.crosses >> square & 1, board.noughts >> square & 1) {
        (1, _) => 'x',
        (_, 1) => 'o',
        _ => '.',
    };
    let row = |row: u32| (0..3).map(|column| mark(3 * row + column)).collect();
    let rows: Vec<String> = (0..3).map(row).collect();
    rows.join("\n")
}
