//! Exact nearest rows: scores of all rows for several queries in one pass, and the best of them.
//!
//! ```text
//! score(q, x) = (sum q_i x_i) scale(x) scale(q) - less(x)          between -3e38 and 3e38; no row at all: -3.4e38
//! best        = the largest scores, equal ones by the lower row
//! ```
//! Rows lie in groups of 32, one row a lane: word-quad `c` of row `r` of group `g` at `(g chunks + c) 32 + r`, so that 32
//! invocations read 512 bytes in a row and each has the product of its own rows alone, with nothing to add across invocations.
//! A quad holds eight halves or sixteen bytes, in the order that `halves` and `bytes` give; rows are padded with zeros to
//! whole turns of [`CHUNKS_AT_ONCE`] quads. `marks` has two numbers a row: `scale` and `less`; a `less` above 3.2e38 is no row.
//! A half becomes a number by shifting its bits, which leaves it 2^-112 too small: the queries make up for that. Subnormal halves
//! are not among the rows: see `index::device`, which also chooses the scales.
//!
//! Selection: a tile is 256 rows; every score kernel leaves the largest score of each. The best `count` rows lie in the best
//! `count` tiles (a tile before another has a row before all of the other's), so one workgroup a query looks at the tiles' best
//! and then at `count` tiles. Each round is a search for the largest over all invocations, each of which remembers its own best.
//! No NaN, no infinity.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]
// The dialect has no `div_ceil`.
#![allow(clippy::manual_div_ceil)]

use cubecl::prelude::*;

/// Rows have a multiple of so many quads: as many are read before their products are made, at most.
pub const CHUNKS_AT_ONCE: usize = 4;
/// Rows of a tile.
pub const TILE: usize = 256;
/// The most rows that one question can ask for.
pub const COUNT_MAX: usize = 256;
/// The score of what is no row.
pub const NONE: f32 = -3.4e38;
/// Words of the last buffer of the score kernels: groups (a multiple of eight), quads a row, first row, scores a query, tiles a
/// query, first vector of the queries.
pub const SHAPE_LEN: usize = 6;
/// Words of the last buffer of [`topk_select()`]: tiles, tiles a query, scores a query, how many are wanted, first answer, queries.
pub const WANTED_LEN: usize = 6;

type Four<T> = Vector<T, Const<4>>;

/// Numbers 0 to 3 of a quad of halves with `high` false, 4 to 7 with `high` true, times 2^-112.
#[cube]
fn halves(quad: Four<u32>, #[comptime] high: bool) -> Four<f32> {
    // Sign to the top, exponent and fraction behind the five bits that a number has and a half has not.
    let mask = Four::<u32>::new(0x8fff_e000u32);
    let three = Four::<i32>::new(3);
    let top = if comptime!(high) {
        quad
    } else {
        quad << Four::<u32>::new(16u32)
    };
    let moved = Four::<u32>::reinterpret(Four::<i32>::reinterpret(top) >> three);
    Four::<f32>::reinterpret(moved & mask)
}

/// Numbers `4 part` to `4 part + 3` of a quad of bytes, each stored with 128 added.
#[cube]
fn bytes(quad: Four<u32>, #[comptime] part: u32) -> Four<f32> {
    let byte = (quad >> Four::<u32>::new(8 * part)) & Four::<u32>::new(255u32);
    // 2^23 and a whole number below it, exactly.
    let bits = byte | Four::<u32>::new(0x4b00_0000u32);
    Four::<f32>::reinterpret(bits) - Four::<f32>::new(8_388_736.0)
}

/// Scores of `wide` queries for `rows_each` rows an invocation, `at_once` quads of each at a time, and the largest score of every
/// tile. Many queries want several rows, because a number of a query is read once for all of them.
#[cube]
fn scores_of(
    rows: &[Four<u32>],
    marks: &[Vector<f32, Const<2>>],
    queries: &[Four<f32>],
    scores: &mut [f32],
    tops: &mut [f32],
    shape: &[u32],
    #[comptime] wide: usize,
    #[comptime] rows_each: usize,
    #[comptime] halved: bool,
    #[comptime] at_once: usize,
) {
    let groups = shape[0] as usize;
    let there = groups * 32;
    let chunks = shape[1] as usize;
    let first_row = shape[2] as usize;
    let score_stride = shape[3] as usize;
    let tile_stride = shape[4] as usize;
    let first_query = shape[5] as usize;
    // Vectors of four numbers in a quad.
    let parts = comptime!(if halved { 2usize } else { 4usize });

    let lane = ABSOLUTE_POS % 32;
    let first_group = ABSOLUTE_POS / 32 * rows_each;
    let mut sums = Array::<f32>::new(comptime!(wide * rows_each));
    let mut starts = Array::<usize>::new(rows_each);
    #[unroll]
    for r in 0..rows_each {
        // Beyond the end some group is read, and its scores are not used.
        let group = min(first_group + r, groups - 1);
        starts[r] = group * chunks * 32 + lane;
        #[unroll]
        for q in 0..wide {
            sums[q * rows_each + r] = f32::new(0.0);
        }
    }
    // The queries come through shared memory, so many quads of them at a time.
    let piece = comptime!(256 / (wide * parts));
    let mut shared = Shared::<[Four<f32>]>::new_slice(256usize);
    let own = UNIT_POS as usize;
    for at in 0..(chunks + piece - 1) / piece {
        let begin = at * piece;
        let part = begin * wide * parts + own;
        sync_cube();
        if part < chunks * wide * parts {
            shared[own] = queries[first_query + part];
        }
        sync_cube();
        let turns = min(piece, chunks - begin) / at_once;
        for turn in 0..turns {
            let first = turn * at_once;
            let mut quads = Array::<Four<u32>>::new(comptime!(at_once * rows_each));
            #[unroll]
            for c in 0..at_once {
                #[unroll]
                for r in 0..rows_each {
                    quads[c * rows_each + r] = rows[starts[r] + (begin + first + c) * 32];
                }
            }
            #[unroll]
            for c in 0..at_once {
                #[unroll]
                for part in 0..parts {
                    let mut numbers = Array::<Four<f32>>::new(rows_each);
                    #[unroll]
                    for r in 0..rows_each {
                        let quad = quads[c * rows_each + r];
                        numbers[r] = if comptime!(halved) {
                            halves(quad, comptime!(part == 1))
                        } else {
                            bytes(quad, comptime!(part as u32))
                        };
                    }
                    #[unroll]
                    for q in 0..wide {
                        let place = ((first + c) * wide + q) * parts + part;
                        let query = shared[place];
                        #[unroll]
                        for r in 0..rows_each {
                            sums[q * rows_each + r] += query.dot(numbers[r]);
                        }
                    }
                }
            }
        }
    }

    // The scales of the queries stand behind them, in vectors whose first number counts.
    let scales = first_query + chunks * wide * parts;
    let mut largest = Shared::<[f32]>::new_slice(comptime!(wide * 256));
    #[unroll]
    for q in 0..wide {
        let scale = queries[scales + q].extract(0usize);
        let mut best = f32::new(NONE);
        #[unroll]
        for r in 0..rows_each {
            let row = (first_group + r) * 32 + lane;
            if row < there {
                let mark = marks[row];
                let less = mark.extract(1usize);
                let score = sums[q * rows_each + r] * mark.extract(0usize) * scale - less;
                let kept = clamp(score, f32::new(-3e38), f32::new(3e38));
                let found = select(less > f32::new(3.2e38), f32::new(NONE), kept);
                scores[q * score_stride + first_row + row] = found;
                best = max(best, found);
            }
        }
        largest[q * 256 + own] = best;
    }
    // A tile is the work of so many invocations side by side.
    let share = comptime!(256 / rows_each);
    sync_cube();
    let levels = comptime!(share.ilog2());
    for level in 0..levels {
        let half = (comptime!(share as u32 / 2) >> level) as usize;
        if own % share < half {
            for q in 0..wide {
                let other = largest[q * 256 + own + half];
                largest[q * 256 + own] = max(largest[q * 256 + own], other);
            }
        }
        sync_cube();
    }
    let tile = first_group * 32 / 256;
    if own.is_multiple_of(share) && tile * 256 < there {
        for q in 0..wide {
            tops[q * tile_stride + first_row / 256 + tile] = largest[q * 256 + own];
        }
    }
}

macro_rules! scores {
    ($name:ident, $wide:expr, $rows_each:expr, $halved:expr, $at_once:expr) => {
        /// Scores of a block of rows: see the head of this file. `shape` has [`SHAPE_LEN`] words.
        #[cube(launch_unchecked, create_dummy_kernel)]
        pub fn $name(
            rows: &[Vector<u32, Const<4>>],
            marks: &[Vector<f32, Const<2>>],
            queries: &[Vector<f32, Const<4>>],
            scores: &mut [f32],
            tops: &mut [f32],
            shape: &[u32],
        ) {
            scores_of(
                rows, marks, queries, scores, tops, shape, $wide, $rows_each, $halved, $at_once,
            );
        }
    };
}

scores!(topk_halves_1, 1usize, 1usize, true, 4usize);
scores!(topk_halves_8, 8usize, 4usize, true, 1usize);
scores!(topk_halves_16, 16usize, 4usize, true, 1usize);
scores!(topk_bytes_1, 1usize, 1usize, false, 4usize);
scores!(topk_bytes_8, 8usize, 4usize, false, 1usize);
scores!(topk_bytes_16, 16usize, 4usize, false, 1usize);

/// Whether the first pair stands before the second.
#[cube]
fn before(score: f32, place: u32, other: f32, other_place: u32) -> bool {
    score > other || (score == other && place < other_place)
}

#[derive(CubeType, Clone, Copy)]
struct Found {
    score: f32,
    place: u32,
}

/// The largest of what every invocation brings, the lower place among equals, known to all of them.
#[cube]
fn first_of_all(
    own_score: f32,
    own_place: u32,
    scores: &mut Shared<[f32]>,
    places: &mut Shared<[u32]>,
) -> Found {
    let own = UNIT_POS as usize;
    let mut score = own_score;
    let mut place = own_place;
    scores[own] = score;
    places[own] = place;
    sync_cube();
    // Sixteen look at sixteen each, then everybody at the sixteen.
    if own < 16 {
        for i in 1..16usize {
            let other = scores[own + 16 * i];
            let there = places[own + 16 * i];
            let wins = before(other, there, score, place);
            score = select(wins, other, score);
            place = select(wins, there, place);
        }
        scores[own] = score;
        places[own] = place;
    }
    sync_cube();
    score = scores[0];
    place = places[0];
    for i in 1..16usize {
        let other = scores[i];
        let there = places[i];
        let wins = before(other, there, score, place);
        score = select(wins, other, score);
        place = select(wins, there, place);
    }
    sync_cube();
    Found { score, place }
}

/// The best rows for each query: two words an answer, the row and the bits of its score; no row is `0xffffffff`. One workgroup a
/// query. `wanted` has [`WANTED_LEN`] words.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn topk_select(scores: &[f32], tops: &[f32], answers: &mut [u32], wanted: &[u32]) {
    let tiles = wanted[0] as usize;
    let tile_stride = wanted[1] as usize;
    let score_stride = wanted[2] as usize;
    let count = wanted[3] as usize;
    let first_answer = wanted[4] as usize;
    let queries = wanted[5] as usize;
    let own = UNIT_POS as usize;
    // A workgroup beyond the last query repeats its work and writes nothing.
    let query = min(CUBE_POS, queries - 1);
    let writes = own == 0 && CUBE_POS < queries;
    let mut shared_scores = Shared::<[f32]>::new_slice(256usize);
    let mut shared_places = Shared::<[u32]>::new_slice(256usize);
    let mut chosen = Shared::<[u32]>::new_slice(COUNT_MAX);

    // The best tiles.
    let from = query * tile_stride;
    let turns = (tiles + 255) / 256;
    let mut taken_score = f32::new(3.4e38);
    let mut taken_place = 0u32;
    let mut best_score = f32::new(NONE);
    let mut best_place = 0xffff_ffffu32;
    let mut stale = true;
    for round in 0..count {
        if stale {
            best_score = f32::new(NONE);
            best_place = 0xffff_ffffu32;
            for turn in 0..turns {
                let tile = turn * 256 + own;
                if tile < tiles {
                    let score = tops[from + tile];
                    let wins = before(taken_score, taken_place, score, tile as u32)
                        && before(score, tile as u32, best_score, best_place);
                    best_score = select(wins, score, best_score);
                    best_place = select(wins, tile as u32, best_place);
                }
            }
        }
        let first = first_of_all(
            best_score,
            best_place,
            &mut shared_scores,
            &mut shared_places,
        );
        stale = first.place == best_place;
        taken_score = first.score;
        taken_place = first.place;
        if own == 0 {
            chosen[round] = first.place;
        }
    }
    sync_cube();

    // The best rows in them.
    let rows_from = query * score_stride;
    taken_score = f32::new(3.4e38);
    taken_place = 0u32;
    stale = true;
    for round in 0..count {
        if stale {
            best_score = f32::new(NONE);
            best_place = 0xffff_ffffu32;
            for at in 0..count {
                let tile = chosen[at];
                if tile != 0xffff_ffffu32 {
                    let row = tile as usize * 256 + own;
                    let score = scores[rows_from + row];
                    let wins = before(taken_score, taken_place, score, row as u32)
                        && before(score, row as u32, best_score, best_place);
                    best_score = select(wins, score, best_score);
                    best_place = select(wins, row as u32, best_place);
                }
            }
        }
        let first = first_of_all(
            best_score,
            best_place,
            &mut shared_scores,
            &mut shared_places,
        );
        stale = first.place == best_place;
        taken_score = first.score;
        taken_place = first.place;
        if writes {
            let none = first.score < f32::new(-3.2e38);
            let answer = 2 * (first_answer + query * count + round);
            answers[answer] = select(none, 0xffff_ffffu32, first.place);
            answers[answer + 1] = u32::reinterpret(first.score);
        }
    }
}
