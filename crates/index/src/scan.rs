//! Exact nearest, many questions at a time: a scan over blocks of rows, on whatever does the products.
//!
//! ```text
//! score(q, x) = q.x - less(x)
//! cosine of unit vectors: less = 0      inner product: less = 0      Euclid: less = |x|^2 / 2, because |q - x|^2 = |q|^2 - 2 score
//! ```
//! This is a product of matrices with a running top-k, which is why it is a trait: [`Lanes`] does it in the lanes of this processor,
//! [`OnDevice`](crate::device::OnDevice) on a GPU. A block of rows is read once for all questions. Not for one question at a time where a graph
//! of neighbours is at hand.

use crate::Error;
use crate::dot::dots;

/// Rows against questions.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Numbers in a row and in a question.
    pub dimensions: usize,
    /// The questions, one after another.
    pub queries: &'a [f32],
    /// The rows, one after another.
    pub rows: &'a [f32],
    /// What is taken off the score of each row; empty is nothing.
    pub less: &'a [f32],
}

/// A row of a block and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Place in the block.
    pub row: usize,
    /// Higher is nearer.
    pub score: f32,
}

/// Finds the best rows of a block for each question.
pub trait Scan {
    /// Puts the best `count` rows for each question into `out`, best first, equal scores by place; `out` has one list a question and
    /// is emptied first.
    ///
    /// # Errors
    /// Where the device failed; the processor never does.
    fn best(
        &mut self,
        block: Block<'_>,
        count: usize,
        out: &mut [Vec<Scored>],
    ) -> Result<(), Error>;
}

/// The lanes of this processor, one thread.
#[derive(Debug, Default)]
pub struct Lanes {
    scores: Vec<f32>,
}

/// Rows that stay in the nearest cache while all questions pass over them.
const ROWS_AT_ONCE: usize = 32;

impl Scan for Lanes {
    fn best(
        &mut self,
        block: Block<'_>,
        count: usize,
        out: &mut [Vec<Scored>],
    ) -> Result<(), Error> {
        for best in out.iter_mut() {
            best.clear();
        }
        if count == 0 || block.dimensions == 0 {
            return Ok(());
        }
        for (part, rows) in block
            .rows
            .chunks(ROWS_AT_ONCE * block.dimensions)
            .enumerate()
        {
            let first = part * ROWS_AT_ONCE;
            for (query, best) in block
                .queries
                .chunks_exact(block.dimensions)
                .zip(out.iter_mut())
            {
                dots(query, rows, &mut self.scores);
                for (place, &product) in self.scores.iter().enumerate() {
                    let row = first + place;
                    let score = product - block.less.get(row).copied().unwrap_or(0.0);
                    keep(best, Scored { row, score }, count);
                }
            }
        }
        Ok(())
    }
}

/// Keeps the best `count` in order; a later row of an equal score comes after.
fn keep(best: &mut Vec<Scored>, found: Scored, count: usize) {
    // A score that is no number is never among the best.
    if found.score.is_nan() {
        return;
    }
    if best.len() == count {
        if best.last().is_some_and(|last| found.score <= last.score) {
            return;
        }
        best.pop();
    }
    let place = best.partition_point(|other| other.score >= found.score);
    best.insert(place, found);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All products in `f64`, sorted.
    struct Plain;

    impl Scan for Plain {
        fn best(
            &mut self,
            block: Block<'_>,
            count: usize,
            out: &mut [Vec<Scored>],
        ) -> Result<(), Error> {
            for (query, best) in block.queries.chunks_exact(block.dimensions).zip(out) {
                let rows = block.rows.chunks_exact(block.dimensions).enumerate();
                let mut all: Vec<(usize, f64)> = rows
                    .map(|(row, x)| {
                        let product: f64 = query
                            .iter()
                            .zip(x)
                            .map(|(&q, &x)| f64::from(q) * f64::from(x))
                            .sum();
                        let less = block.less.get(row).copied().unwrap_or(0.0);
                        // Zero has one sign in an order.
                        (row, product - f64::from(less) + 0.0)
                    })
                    .collect();
                all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                all.truncate(count);
                *best = all
                    .into_iter()
                    .map(|(row, score)| Scored {
                        row,
                        score: score as f32,
                    })
                    .collect();
            }
            Ok(())
        }
    }

    proptest! {
        /// Small whole numbers, so that both sums are exact and ties are ties.
        #[test]
        fn lanes_agree_with_the_plain_scan(
            dimensions in 1_usize..40,
            numbers in prop::collection::vec(-4_i8..5, 200..4_000),
            less in prop::collection::vec(-3_i8..4, 0..60),
            count in 0_usize..12,
        ) {
            let numbers: Vec<f32> = numbers.into_iter().map(f32::from).collect();
            let less: Vec<f32> = less.into_iter().map(f32::from).collect();
            let questions = (numbers.len() / dimensions / 4).min(5);
            let (queries, rows) = numbers.split_at(questions * dimensions);
            let rows = &rows[..rows.len() / dimensions * dimensions];
            let block = Block { dimensions, queries, rows, less: &less };
            let (mut found, mut expected) = (vec![Vec::new(); questions], vec![Vec::new(); questions]);
            Lanes::default().best(block, count, &mut found).unwrap();
            Plain.best(block, count, &mut expected).unwrap();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_no_number_is_never_best() {
        let block = Block {
            dimensions: 1,
            queries: &[1.0],
            rows: &[f32::NAN, 2.0, f32::NAN, 3.0],
            less: &[],
        };
        let mut out = vec![Vec::new()];
        Lanes::default().best(block, 4, &mut out).unwrap();
        let rows: Vec<usize> = out[0].iter().map(|scored| scored.row).collect();
        assert_eq!(rows, [3, 1]);
    }
}
