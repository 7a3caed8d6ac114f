//! Columns through lanes: whole vectors first, then what is left over, filled up with the last row.

use fearless_simd::Simd;
use fearless_simd::prelude::*;

/// Lanes of `f64` in the widest vector there is.
pub(crate) const WIDEST: usize = 8;

/// The rows of `column` from `at` on as one vector; behind the end the last row is repeated.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, column: &[f64], at: usize) -> S::f64s {
    if let Some(rows) = column.get(at..at + S::f64s::LEN) {
        S::f64s::from_slice(simd, rows)
    } else {
        let mut rows = [column[column.len() - 1]; WIDEST];
        rows[..column.len() - at].copy_from_slice(&column[at..]);
        S::f64s::from_slice(simd, &rows[..S::f64s::LEN])
    }
}

/// Runs `kernel` over the rows of `columns` and stores what it answers into `out`. A row's answer is the same bit for bit wherever
/// it stands and however many rows there are.
///
/// The caller is inside `dispatch!`, and marks the closure `#[inline(always)]` or calls nothing but such functions in it.
///
/// # Panics
/// If the columns differ in length.
#[inline(always)]
pub(crate) fn in_lanes<S: Simd, const IN: usize, const OUT: usize>(
    simd: S,
    columns: [&[f64]; IN],
    mut out: [&mut [f64]; OUT],
    kernel: impl Fn([S::f64s; IN]) -> [S::f64s; OUT],
) {
    let rows = columns[0].len();
    assert!(
        columns.iter().all(|column| column.len() == rows)
            && out.iter().all(|column| column.len() == rows),
        "columns differ in length"
    );
    let mut at = 0;
    while at < rows {
        let mut row = [S::f64s::splat(simd, 0.0); IN];
        for (vector, column) in row.iter_mut().zip(columns) {
            *vector = load(simd, column, at);
        }
        let answers = kernel(row);
        for (column, answer) in out.iter_mut().zip(answers) {
            store::<S>(answer, column, at);
        }
        at += S::f64s::LEN;
    }
}

/// Writes the lanes that are rows of `column`.
#[inline(always)]
pub(crate) fn store<S: Simd>(answer: S::f64s, column: &mut [f64], at: usize) {
    const { assert!(S::f64s::LEN <= WIDEST) };
    if let Some(rows) = column.get_mut(at..at + S::f64s::LEN) {
        answer.store_slice(rows);
    } else {
        let left = column.len() - at;
        column[at..].copy_from_slice(&answer.as_slice()[..left]);
    }
}
