//! Thirty-two bytes of each vector, so that a filter that one in twenty passes need not walk a graph of those that do not.
//!
//! ```text
//! bit k = sign of (H D2 H D1 x)_k        H Hadamard, D1 and D2 random signs: random directions at the price of a sum
//! share of bits that differ = angle / pi
//! ```
//! Random hyperplanes are Charikar's ("Similarity estimation techniques from rounding algorithms", STOC 2002); the two rounds of signs
//! and Hadamard transforms in place of a full random matrix are Ailon & Chazelle's (SIAM J. Comput. 39, 2009). With 256 bits an
//! angle is known to about six degrees: enough to choose a thousand candidates, which are then measured; never an answer. Half a line
//! of the cache: more bits would tell more and take twice as long to fetch.
//!
//! Not stored: made from the vectors when first wanted.

use numkong::{Hamming, u1x8};

/// Bits of a sketch.
const BITS: usize = 256;
/// Bytes of a sketch.
pub(crate) const BYTES: usize = BITS / 8;

/// Sketches by the number of the vector.
#[derive(Debug)]
pub(crate) struct Sketches {
    directions: Directions,
    bytes: Vec<u1x8>,
}

impl Sketches {
    /// None yet, of vectors of so many numbers.
    pub(crate) fn new(dimensions: usize) -> Sketches {
        Sketches {
            directions: Directions::new(dimensions),
            bytes: Vec::new(),
        }
    }

    /// Keeps the sketch of vector `seq`.
    pub(crate) fn put(&mut self, seq: usize, row: &[f32], room: &mut Vec<f32>) {
        let end = (seq + 1) * BYTES;
        if self.bytes.len() < end {
            self.bytes.resize(end, u1x8(0));
        }
        self.directions
            .sketch(row, room, &mut self.bytes[end - BYTES..end]);
    }

    /// The `keep` vectors of `seqs` whose sketches are nearest to that of `query`, in no order; ties beyond `keep` are kept too.
    pub(crate) fn nearest(&self, query: &[f32], seqs: &[u64], keep: usize) -> Vec<u64> {
        let mut own = [u1x8(0); BYTES];
        self.directions.sketch(query, &mut Vec::new(), &mut own);
        let mut counts = [0_usize; BITS + 1];
        let mut apart = Vec::with_capacity(seqs.len());
        for &seq in seqs {
            let from = seq as usize * BYTES;
            // A vector without a sketch is looked at: as near as can be.
            let differ = self
                .bytes
                .get(from..from + BYTES)
                .and_then(|theirs| <u1x8 as Hamming>::hamming(&own, theirs))
                .unwrap_or(0) as usize;
            counts[differ] += 1;
            apart.push(differ as u16);
        }
        let mut sum = 0;
        let bound = counts.iter().position(|&count| {
            sum += count;
            sum >= keep
        });
        let bound = bound.unwrap_or(BITS) as u16;
        seqs.iter()
            .zip(&apart)
            .filter(|&(_, &apart)| apart <= bound)
            .map(|(&seq, _)| seq)
            .collect()
    }
}

/// The directions whose signs make a sketch.
#[derive(Debug)]
struct Directions {
    /// Numbers of a transform, a power of two.
    width: usize,
    /// Two rounds of signs for each transform, 1 or -1.
    signs: Vec<f32>,
}

impl Directions {
    fn new(dimensions: usize) -> Directions {
        let width = dimensions.next_power_of_two().max(64);
        let transforms = BITS.div_ceil(width);
        let mut state = 0x6A09_E667_F3BC_C908_u64;
        let signs = (0..2 * transforms * width)
            .map(|_| {
                // splitmix64 (Steele, Lea & Flood 2014).
                state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let x = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                if (x ^ (x >> 31)) & 1 == 0 { 1.0 } else { -1.0 }
            })
            .collect();
        Directions { width, signs }
    }

    fn sketch(&self, row: &[f32], room: &mut Vec<f32>, out: &mut [u1x8]) {
        for (signs, out) in self
            .signs
            .chunks_exact(2 * self.width)
            .zip(out.chunks_mut(self.width / 8))
        {
            let (first, second) = signs.split_at(self.width);
            room.clear();
            room.extend(row.iter().zip(first).map(|(x, sign)| x * sign));
            room.resize(self.width, 0.0);
            hadamard(room);
            room.iter_mut().zip(second).for_each(|(x, sign)| *x *= sign);
            hadamard(room);
            for (byte, eight) in out.iter_mut().zip(room.as_chunks::<8>().0) {
                let bits = eight
                    .iter()
                    .enumerate()
                    .map(|(place, &x)| u8::from(x >= 0.0) << place);
                *byte = u1x8(bits.sum());
            }
        }
    }
}

/// The Walsh-Hadamard transform without its scale, in place.
fn hadamard(x: &mut [f32]) {
    let mut half = 1;
    while half < x.len() {
        for pair in x.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: u64, count: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x2545_F491_4F6C_DD1D) | 1;
        let mut uniform = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64 + 1e-12
        };
        (0..count)
            .map(|_| {
                let radius = (-2.0 * uniform().ln()).sqrt();
                (radius * (std::f64::consts::TAU * uniform()).cos()) as f32
            })
            .collect()
    }

    /// Bits that differ between two vectors.
    fn differ(a: &[f32], b: &[f32]) -> u32 {
        let directions = Directions::new(a.len());
        let mut sketches = [[u1x8(0); BYTES]; 2];
        for (row, out) in [a, b].iter().zip(&mut sketches) {
            directions.sketch(row, &mut Vec::new(), out);
        }
        <u1x8 as Hamming>::hamming(&sketches[0], &sketches[1]).expect("equal lengths")
    }

    #[test]
    fn the_transform_is_its_own_inverse_up_to_its_length() {
        let x = numbers(3, 64);
        let mut y = x.clone();
        hadamard(&mut y);
        assert!((y[0] - x.iter().sum::<f32>()).abs() < 1e-4);
        hadamard(&mut y);
        for (x, y) in x.iter().zip(y) {
            assert!((64.0 * x - y).abs() < 1e-4);
        }
    }

    /// The share of bits that differ is the angle, also for vectors of few numbers that are not zero.
    #[test]
    fn bits_tell_the_angle() {
        for width in [3, 64, 100, 768, 1000] {
            let (mut worst, mut sum) = (0.0_f64, 0.0);
            for seed in 0..40 {
                let a = numbers(2 * seed + 1, width);
                let noise = numbers(2 * seed + 2, width);
                let mix = seed as f32 / 20.0;
                let b: Vec<f32> = a.iter().zip(&noise).map(|(a, n)| a + mix * n).collect();
                let dot = |x: &[f32], y: &[f32]| -> f64 {
                    x.iter().zip(y).map(|(x, y)| f64::from(x * y)).sum()
                };
                let cosine = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
                let angle = cosine.clamp(-1.0, 1.0).acos() / std::f64::consts::PI;
                let error = f64::from(differ(&a, &b)) / BITS as f64 - angle;
                worst = worst.max(error.abs());
                sum += error;
            }
            // One deviation is at most sqrt(1/4 / 256) = 0.031 for independent directions.
            assert!(worst < 0.13, "{width} numbers: off by {worst}");
            assert!(
                (sum / 40.0).abs() < 0.02,
                "{width} numbers: biased by {}",
                sum / 40.0
            );
        }
        let mut sparse = vec![0.0; 768];
        sparse[5] = 1.0;
        let mut other = vec![0.0; 768];
        other[6] = -2.0;
        let share = f64::from(differ(&sparse, &other)) / BITS as f64;
        assert!((share - 0.5).abs() < 0.13, "{share}");
        assert_eq!(differ(&sparse, &sparse), 0);
    }

    #[test]
    fn the_nearest_are_kept_and_ties_too() {
        let mut sketches = Sketches::new(16);
        let mut room = Vec::new();
        let query = numbers(1, 16);
        for seq in 0..50 {
            let noise = numbers(100 + seq as u64, 16);
            let row: Vec<f32> = query
                .iter()
                .zip(noise)
                .map(|(x, n)| x + n * seq as f32 / 25.0)
                .collect();
            sketches.put(seq, &row, &mut room);
        }
        sketches.put(50, &query, &mut room);
        sketches.put(51, &query, &mut room);
        let kept = sketches.nearest(&query, &(0..52).collect::<Vec<u64>>(), 2);
        assert_eq!(kept, [0, 50, 51]);
        // A vector that has no sketch is not lost.
        assert!(sketches.nearest(&query, &[7, 40, 99], 1).contains(&99));
        assert_eq!(sketches.nearest(&query, &[3, 4], 10), [3, 4]);
    }
}
