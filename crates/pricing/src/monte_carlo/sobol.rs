//! The Sobol sequence in up to 1,024 dimensions, plain or with Owen scrambling from a hash.
//!
//! ```text
//! x(i, d)  = XOR of v(d, k) over the set bits k of i ^ (i >> 1)                        (Gray code order)
//! scrambled: every bit is flipped by a random bit that depends on the seed, d and all bits above it
//! ```
//! Sources: I. M. Sobol (1967); direction numbers "new-joe-kuo-6" of S. Joe and F. Y. Kuo, SIAM J. Sci. Comput. 30
//! (2008) 2635-2654; nested scrambling A. B. Owen (1995); by hash S. Laine and T. Karras (2011), B. Burley, J. Computer
//! Graphics Techniques 9 (2020), with the mixing constants of N. Vegdahl (2021). A random digital shift follows the
//! hash, so every single coordinate is exactly uniform over its 2^32 cells, whatever the quality of the hash.
//! Accuracy: plain points are exact, with 32 bits. Means over `n` scrambled points have the right expectation; their
//! error is known only from several scramblings. Use powers of two for `n`.

use std::sync::OnceLock;

use super::philox::{Stream, uniform32};

/// How many dimensions the table holds.
pub const DIMENSIONS_MAX: usize = 1024;

/// Coordinate `dimension` of plain point `index`, times 2^32. Point 0 is the origin.
///
/// # Panics
/// If `dimension` is not below [`DIMENSIONS_MAX`].
#[inline]
pub fn coordinate(index: u32, dimension: usize) -> u32 {
    combine(&directions()[dimension], index)
}

/// A random scrambling of the first dimensions of the sequence.
#[derive(Clone, Debug)]
pub struct Scrambled {
    seeds: Vec<[u32; 2]>,
}

impl Scrambled {
    /// Scrambling number `randomisation` of a stream; different numbers are independent.
    ///
    /// # Panics
    /// If there are more dimensions than [`DIMENSIONS_MAX`].
    pub fn new(stream: &Stream, randomisation: u32, dimensions: usize) -> Scrambled {
        assert!(dimensions <= DIMENSIONS_MAX, "more dimensions than tabled");
        let seeds = (0..dimensions)
            .map(|dimension| {
                let [hash, shift, ..] = stream.words(u64::from(randomisation), dimension as u32);
                [hash, shift]
            })
            .collect();
        Scrambled { seeds }
    }

    /// Fills `out[dimension]` with the coordinates of point `index`, midpoints of 2^32 cells, in (0, 1).
    pub fn uniforms(&self, index: u32, out: &mut [f64]) {
        let seeded = self.seeds.iter().zip(directions());
        for (out, (&[hash, shift], table)) in out.iter_mut().zip(seeded) {
            let bits = scramble(combine(table, index), hash) ^ shift;
            *out = uniform32(bits);
        }
    }
}

/// Owen's nested scrambling: in reversed bits, a permutation where no bit depends on a higher one.
#[inline]
fn scramble(bits: u32, seed: u32) -> u32 {
    let mut x = bits.reverse_bits();
    x ^= x.wrapping_mul(0x3d20_adea);
    x = x.wrapping_add(seed);
    x = x.wrapping_mul((seed >> 16) | 1);
    x ^= x.wrapping_mul(0x0552_6c56);
    x ^= x.wrapping_mul(0x53a2_2864);
    x.reverse_bits()
}

#[inline]
fn combine(table: &[u32; 32], index: u32) -> u32 {
    let mut gray = index ^ (index >> 1);
    let mut x = 0;
    while gray != 0 {
        x ^= table[gray.trailing_zeros() as usize];
        gray &= gray - 1;
    }
    x
}

/// `v(d, k)`, the bit of weight one half highest.
fn directions() -> &'static [[u32; 32]] {
    static TABLE: OnceLock<Vec<[u32; 32]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let first = std::array::from_fn(|k| 1 << (31 - k));
        let lines = include_str!("joe_kuo_1024.txt").lines();
        let rest = lines.filter(|line| !line.starts_with('#')).map(expand);
        std::iter::once(first).chain(rest).collect()
    })
}

/// One line of the table carried on by the recurrence of its polynomial (Joe & Kuo 2003, equation 2).
fn expand(line: &str) -> [u32; 32] {
    let numbers: Vec<u32> = line
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("the table holds whole numbers"))
        .collect();
    let (degree, inner, starts) = (numbers[1] as usize, numbers[2], &numbers[3..]);
    let mut v = [0_u32; 32];
    for k in 0..32 {
        v[k] = if k < degree {
            starts[k] << (31 - k)
        } else {
            let back = v[k - degree];
            (1..degree)
                .filter(|j| inner >> (degree - 1 - j) & 1 == 1)
                .fold(back ^ (back >> degree), |sum, j| sum ^ v[k - j])
        };
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.qmc.Sobol(1000, scramble=False)` of SciPy 1.17.1: the first 65,536 points times 2^16, each row
    /// summed with the weights (2 d + 1) 0x9e3779b97f4a7c15, the sums chained as in FNV-1a, all modulo 2^64.
    #[test]
    fn equals_scipy_in_a_thousand_dimensions() {
        let mut point = [0_u32; 1000];
        let mut sum = 0_u64;
        for index in 0..1_u32 << 16 {
            if index > 0 {
                // Gray code: one direction turns a point into the next.
                let turned = index.trailing_zeros() as usize;
                for (x, table) in point.iter_mut().zip(directions()) {
                    *x ^= table[turned];
                }
            }
            let row = point.iter().enumerate().fold(0_u64, |row, (d, &x)| {
                let weight = (2 * d as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                row.wrapping_add(u64::from(x >> 16).wrapping_mul(weight))
            });
            sum = (sum ^ row).wrapping_mul(0x100_0000_01b3);
            if index % 4099 == 1234 {
                for (d, &x) in point.iter().enumerate() {
                    assert_eq!(coordinate(index, d), x);
                }
            }
        }
        assert_eq!(sum, 0xcbcd19c09be67000);
    }

    /// From the same SciPy, times 2^16.
    #[test]
    fn single_coordinates_equal_scipy() {
        assert_eq!(coordinate(3, 2) >> 16, 49152);
        assert_eq!(coordinate(1234, 0) >> 16, 56672);
        assert_eq!(coordinate(1234, 1) >> 16, 27488);
        assert_eq!(coordinate(1234, 2) >> 16, 54176);
        assert_eq!(coordinate(1234, 500) >> 16, 36384);
        assert_eq!(coordinate(1234, 999) >> 16, 9376);
        assert_eq!(coordinate(2047, 700) >> 16, 2016);
    }

    #[test]
    fn scrambling_keeps_every_elementary_interval() {
        let scrambled = Scrambled::new(&Stream::new(5, 0), 3, 40);
        let mut seen = vec![[false; 256]; 40];
        let mut point = [0.0; 40];
        for index in 0..256 {
            scrambled.uniforms(index, &mut point);
            for (seen, u) in seen.iter_mut().zip(point) {
                let cell = &mut seen[(u * 256.0) as usize];
                assert!(!*cell, "two of 256 points in one cell of 256");
                *cell = true;
            }
        }
    }

    #[test]
    fn scramblings_differ_and_are_reproducible() {
        let point = |seed, randomisation| {
            let mut out = [0.0; 1024];
            Scrambled::new(&Stream::new(seed, 0), randomisation, 1024).uniforms(77, &mut out);
            out
        };
        assert_eq!(point(1, 0), point(1, 0));
        assert_ne!(point(1, 0), point(1, 1));
        assert_ne!(point(1, 0), point(2, 0));
    }
}
