//! Columns through lanes: whole blocks first, then what is left over, filled up with the last row.

use super::precision::Precision;
use super::wide::{Flags, Wide};
use crate::Right;
use fearless_simd::Simd;
use fearless_simd::prelude::*;

/// Rows in the largest block there is: two vectors of sixteen.
const LARGEST: usize = 32;

/// Rights, and six columns of numbers beside them.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a, P> {
    pub(crate) right: &'a [Right],
    pub(crate) numbers: [&'a [P]; 6],
}

/// Runs `kernel` over blocks of rows, and stores what it answers. It also says which rows it could not answer; for these, and
/// with their place, `odd` is called. A row's answer is the same bit for bit wherever it stands and however many rows there are.
///
/// The caller is inside `dispatch!` and marks the closure of `kernel` `#[inline(always)]`.
///
/// # Panics
/// If the columns differ in length.
#[inline(always)]
pub(crate) fn for_each_block<S: Simd, P: Precision, const W: usize, const OUT: usize>(
    simd: S,
    columns: Columns<P>,
    out: &mut [&mut [P]; OUT],
    kernel: impl Fn(Flags<S, P, W>, [Wide<S, P, W>; 6]) -> (Flags<S, P, W>, [Wide<S, P, W>; OUT]),
    mut odd: impl FnMut(usize, &mut [&mut [P]; OUT]),
) {
    const { assert!(Wide::<S, P, W>::LEN <= LARGEST) };
    let block = Wide::<S, P, W>::LEN;
    let Columns { right, numbers } = columns;
    let rows = right.len();
    assert!(
        numbers.iter().all(|column| column.len() == rows)
            && out.iter().all(|column| column.len() == rows),
        "columns differ in length"
    );
    let whole = rows - rows % block;
    // The rest as a block of its own, so that there is one loop and one way to compute.
    let mut rest_right = [Right::Call; LARGEST];
    let mut rest = [[P::of(0.0); LARGEST]; 6];
    let mut rest_out = [[P::of(0.0); LARGEST]; OUT];
    if whole < rows {
        rest_right.fill(right[rows - 1]);
        rest_right[..rows - whole].copy_from_slice(&right[whole..]);
        for (rest, column) in rest.iter_mut().zip(numbers) {
            rest.fill(column[rows - 1]);
            rest[..rows - whole].copy_from_slice(&column[whole..]);
        }
    }
    let mut at = 0;
    while at < rows {
        let is_rest = at == whole;
        let (right, numbers, from) = if is_rest {
            (
                &rest_right[..],
                rest.each_ref().map(|column| &column[..]),
                0,
            )
        } else {
            (right, numbers, at)
        };
        let puts = Flags::puts(simd, &right[from..from + block]);
        let mut row = [Wide::splat(simd, 0.0); 6];
        for (vector, column) in row.iter_mut().zip(numbers) {
            *vector = Wide::load(simd, &column[from..from + block]);
        }
        let (usual, answers) = kernel(puts, row);
        let left = if is_rest {
            for (column, answer) in rest_out.iter_mut().zip(answers) {
                answer.store(&mut column[..block]);
            }
            for (column, rest) in out.iter_mut().zip(&rest_out) {
                column[whole..].copy_from_slice(&rest[..rows - whole]);
            }
            rows - whole
        } else {
            for (column, answer) in out.iter_mut().zip(answers) {
                answer.store(&mut column[at..at + block]);
            }
            block
        };
        if !usual.all() {
            let usual = usual.bits();
            for lane in 0..left {
                if usual >> lane & 1 == 0 {
                    odd(at + lane, out);
                }
            }
        }
        at += block;
    }
}

/// Runs `kernel` over the rows of `columns` and stores what it answers into `out`.
#[inline(always)]
pub(crate) fn in_lanes<S: Simd, const IN: usize, const OUT: usize>(
    simd: S,
    columns: [&[f64]; IN],
    mut out: [&mut [f64]; OUT],
    kernel: impl Fn([S::f64s; IN]) -> [S::f64s; OUT],
) {
    let rows = columns[0].len();
    let block = S::f64s::LEN;
    let mut at = 0;
    while at < rows {
        let left = block.min(rows - at);
        let mut row = [S::f64s::splat(simd, 0.0); IN];
        for (vector, column) in row.iter_mut().zip(columns) {
            let mut padded = [column[rows - 1]; LARGEST];
            padded[..left].copy_from_slice(&column[at..at + left]);
            *vector = S::f64s::from_slice(simd, &padded[..block]);
        }
        for (column, answer) in out.iter_mut().zip(kernel(row)) {
            column[at..at + left].copy_from_slice(&answer.as_slice()[..left]);
        }
        at += block;
    }
}
