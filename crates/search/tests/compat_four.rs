//! The Connect Four of the benchmark plays Connect Four.

#[path = "../benches/toy/four.rs"]
mod four;

use four::{Position, Uct, after};

fn best(moves: &[u32], simulations: usize) -> usize {
    let visits = Uct::new(simulations, 3).search(after(moves), simulations);
    // The first simulation judges the root itself.
    assert_eq!(visits.iter().sum::<u32>() as usize, simulations - 1);
    (0..7).max_by_key(|&column| visits[column]).unwrap()
}

#[test]
fn the_centre_opens() {
    assert_eq!(after(&[]), Position::START);
    assert_eq!(best(&[], 20_000), 3);
}

#[test]
fn four_in_a_row_is_seen_in_every_direction() {
    // Upright, level, and both diagonals: three stones stand, the fourth wins.
    assert_eq!(best(&[2, 5, 2, 5, 2, 6], 2_000), 2);
    assert_eq!(best(&[0, 0, 1, 1, 2, 2], 2_000), 3);
    assert_eq!(best(&[0, 1, 1, 2, 2, 3, 2, 3, 3, 6], 4_000), 3);
    assert_eq!(best(&[6, 5, 5, 4, 4, 3, 4, 3, 3, 0], 4_000), 3);
}

#[test]
fn threats_are_answered() {
    // Three of the other player's stones stand upright in column 5.
    assert_eq!(best(&[5, 0, 5, 1, 5], 4_000), 5);
}
