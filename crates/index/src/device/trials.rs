//! Small problems with known answers, by which a device proves itself before it answers anything.

use super::pack::{self, Packed};
use super::texts::{BYTES, HALVES, SELECT, Scorer};
use super::{Numbers, TILE};
use compute::{Argument, Trial};

/// Rows of a trial, not whole tiles.
const ROWS: usize = 700;
const DIMENSIONS: usize = 70;
/// What the kernels give for what is no row.
const NONE: f64 = -3.4e38;

/// A number between -1 and 1 from a counter (the finaliser of Stafford's mix 13).
fn noise(i: u64) -> f64 {
    let mut z = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as i64 as f64 / 2.0_f64.powi(63)
}

/// One trial for each kernel of this crate; expected numbers are in double precision, of the rows as they are held.
pub fn trials() -> Vec<Trial> {
    let halves = HALVES.iter().map(|scorer| score(Numbers::Halves, scorer));
    let bytes = BYTES.iter().map(|scorer| score(Numbers::Bytes, scorer));
    halves.chain(bytes).chain([select()]).collect()
}

fn score(numbers: Numbers, scorer: &Scorer) -> Trial {
    let rows: Vec<f32> = (0..ROWS * DIMENSIONS)
        .map(|i| (noise(i as u64) * (1 + i / DIMENSIONS % 5) as f64) as f32)
        .collect();
    let less: Vec<f32> = (0..ROWS)
        .map(|row| match row {
            333 => f32::NAN,
            _ => noise(1_000_000 + row as u64) as f32,
        })
        .collect();
    let queries: Vec<f32> = (0..scorer.wide * DIMENSIONS)
        .map(|i| (noise(2_000_000 + i as u64) * (0.1 + (i / DIMENSIONS) as f64)) as f32)
        .collect();
    let mut packed = Packed::default();
    packed.pack(numbers, DIMENSIONS, &rows, &less, TILE);
    let padded = packed.marks.len() / 2;
    let mut given = Vec::new();
    pack::pass(numbers, DIMENSIONS, &queries, scorer.wide, &mut given);
    let mut scores = Vec::new();
    for query in queries.chunks_exact(DIMENSIONS) {
        for row in 0..padded {
            let there = less.get(row).is_some_and(|less| !less.is_nan());
            scores.push(if there {
                let product: f64 = query
                    .iter()
                    .enumerate()
                    .map(|(i, &q)| f64::from(q) * packed.number(numbers, DIMENSIONS, row, i))
                    .sum();
                product - f64::from(less[row])
            } else {
                NONE
            });
        }
    }
    let tops: Vec<f64> = scores
        .chunks_exact(TILE)
        .map(|tile| tile.iter().copied().fold(NONE, f64::max))
        .collect();
    let shape = [
        padded / pack::GROUP,
        numbers.quads(DIMENSIONS),
        0,
        padded,
        padded / TILE,
        0,
    ];
    let answers = |expected| Argument::Answers {
        expected,
        // Seventy products of numbers up to 5 and 16.
        absolute: 2e-3,
        relative: 1e-6,
    };
    Trial {
        name: scorer.kernel.name.to_owned(),
        kernel: scorer.kernel,
        arguments: vec![
            Argument::Words(packed.words),
            Argument::Floats(packed.marks),
            Argument::Floats(given),
            answers(scores),
            answers(tops),
            Argument::Words(shape.map(|x| x as u32).to_vec()),
        ],
        invocations: padded.div_ceil(scorer.rows_each) as u64,
    }
}

/// Two queries, with equal scores and fewer rows than are asked for.
fn select() -> Trial {
    const TILES: usize = 5;
    const COUNT: usize = 40;
    let size = TILES * TILE;
    let mut scores: Vec<f32> = (0..2 * size as u64)
        // Zero has one sign.
        .map(|i| (noise(3_000_000 + i) * 50.0).round() as f32 + 0.0)
        .collect();
    // The second query has 17 rows, in two tiles.
    for (row, score) in scores[size..].iter_mut().enumerate() {
        if !(250..267).contains(&row) {
            *score = NONE as f32;
        }
    }
    let tops: Vec<f32> = scores
        .chunks_exact(TILE)
        .map(|tile| tile.iter().copied().fold(NONE as f32, f32::max))
        .collect();
    let mut expected = Vec::new();
    for scores in scores.chunks_exact(size) {
        let mut order: Vec<usize> = (0..size).filter(|&row| scores[row] > -3.2e38).collect();
        // The sort is stable: equal scores stay by place.
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        for place in 0..COUNT {
            let (row, score) = match order.get(place) {
                Some(&row) => (row as u32, scores[row]),
                None => (u32::MAX, NONE as f32),
            };
            expected.extend([row, score.to_bits()]);
        }
    }
    Trial {
        name: SELECT.name.to_owned(),
        kernel: SELECT,
        arguments: vec![
            Argument::Floats(scores),
            Argument::Floats(tops),
            Argument::AnswerWords(expected),
            Argument::Words([TILES, TILES, size, COUNT, 0, 2].map(|x| x as u32).to_vec()),
        ],
        invocations: 512,
    }
}
