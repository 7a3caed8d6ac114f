//! Rows as the device reads them: interleaved, in halves or in bytes, each with its own scale.
//!
//! ```text
//! halves: round(x / scale) to 11 bits, scale a power of two that puts the largest number between 2^14 and 2^15; below 2^-14: 0
//! bytes:  round(127 x / max |x_i|), scale = max |x_i| / 127; numbers below 1e-30 have fewer steps
//! ```
//! Groups of 32 rows; quad `c` of row `r` of group `g` stands at `(g quads + c) 32 + r`, a quad being sixteen bytes: word `j` holds
//! the halves `j` and `j + 4`, or the bytes `j`, `j + 4`, `j + 8`, `j + 12`, each plus 128.

use super::Numbers;

/// Rows of a group.
pub(super) const GROUP: usize = 32;
/// What no row takes off its score.
pub(super) const NO_ROW: f32 = 3.4e38;
/// Scores and what is taken off them stay within this.
pub(super) const LARGEST: f32 = 3e38;

/// Packed rows, and how far they may be from what they were.
#[derive(Default)]
pub(super) struct Packed {
    /// Quads of all rows, as words.
    pub(super) words: Vec<u32>,
    /// Two numbers a row: its scale and what is taken off.
    pub(super) marks: Vec<f32>,
    pub(super) gap: Gap,
}

/// The largest of what packed rows have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Gap {
    /// `|x - x as held|`.
    pub(super) rounding: f64,
    /// `|x|`.
    pub(super) length: f64,
    /// Size of what is taken off.
    pub(super) less: f64,
}

impl Gap {
    pub(super) fn or(self, other: Gap) -> Gap {
        Gap {
            rounding: self.rounding.max(other.rounding),
            length: self.length.max(other.length),
            less: self.less.max(other.less),
        }
    }
}

impl Numbers {
    /// Numbers in a quad.
    pub(super) fn in_a_quad(self) -> usize {
        match self {
            Numbers::Halves => 8,
            Numbers::Bytes => 16,
        }
    }

    /// Quads of a row of so many numbers: whole turns of four.
    pub(super) fn quads(self, dimensions: usize) -> usize {
        dimensions.div_ceil(self.in_a_quad()).next_multiple_of(4)
    }
}

impl Packed {
    /// Packs `rows` and, with zeros that are no rows, fills up to whole tiles. A row with a number that is not finite is no row.
    pub(super) fn pack(
        &mut self,
        numbers: Numbers,
        dimensions: usize,
        rows: &[f32],
        less: &[f32],
        tile: usize,
    ) {
        let quads = numbers.quads(dimensions);
        let count = (rows.len() / dimensions).next_multiple_of(tile);
        self.words.clear();
        self.words.resize(4 * quads * count, 0);
        self.marks.clear();
        self.marks.resize(2 * count, NO_ROW);
        self.gap = Gap::default();
        for mark in self.marks.chunks_exact_mut(2) {
            mark[0] = 0.0;
        }
        for (place, row) in rows.chunks_exact(dimensions).enumerate() {
            let less = less.get(place).copied().unwrap_or(0.0);
            if less.is_nan() || row.iter().any(|x| !x.is_finite()) {
                continue;
            }
            let from = (place / GROUP * quads * GROUP + place % GROUP) * 4;
            let (scale, gap) = match numbers {
                Numbers::Halves => halves(row, &mut self.words[from..]),
                Numbers::Bytes => bytes(row, &mut self.words[from..]),
            };
            let less = less.clamp(-LARGEST, LARGEST);
            self.marks[2 * place] = scale;
            self.marks[2 * place + 1] = less;
            self.gap = self.gap.or(Gap {
                less: f64::from(less.abs()),
                ..gap
            });
        }
    }
}

impl Packed {
    /// A number as it is held, for tests and trials.
    pub(super) fn number(&self, numbers: Numbers, dimensions: usize, row: usize, i: usize) -> f64 {
        let quads = numbers.quads(dimensions);
        let (c, i) = (i / numbers.in_a_quad(), i % numbers.in_a_quad());
        let quad = (row / GROUP * quads + c) * GROUP + row % GROUP;
        let word = self.words[4 * quad + i % 4];
        let scale = f64::from(self.marks[2 * row]);
        match numbers {
            Numbers::Halves => {
                let half = (word >> (16 * (i / 4))) & 0xffff;
                let size = f64::from((half & 0x3ff) + 0x400) / 1024.0;
                let exponent = (half >> 10) & 0x1f;
                let size = match exponent {
                    0 => 0.0,
                    _ => size * 2.0_f64.powi(exponent as i32 - 15),
                };
                scale * if half & 0x8000 == 0 { size } else { -size }
            }
            Numbers::Bytes => scale * (f64::from((word >> (8 * (i / 4))) & 0xff) - 128.0),
        }
    }
}

fn largest(row: &[f32]) -> f32 {
    row.iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// Exponent of the power of two that is not above `x`; none far below what vectors have.
fn exponent(x: f32) -> i32 {
    ((x.to_bits() >> 23) as i32 - 127).max(-100)
}

/// Two to a power that a normal number can have.
pub(super) fn power(exponent: i32) -> f32 {
    f32::from_bits(((exponent + 127) as u32) << 23)
}

/// What sums in `f32` may hide of a length.
const SUMMED: f64 = 1.001;

fn gap(off: &[f32], square: &[f32], scale: f32) -> Gap {
    let length = |squares: &[f32]| {
        let sum: f64 = squares.iter().map(|&x| f64::from(x)).sum();
        SUMMED * sum.sqrt() * f64::from(scale)
    };
    Gap {
        rounding: length(off),
        length: length(square),
        less: 0.0,
    }
}

fn halves(row: &[f32], out: &mut [u32]) -> (f32, Gap) {
    let top = exponent(largest(row));
    let (up, scale) = (power(14 - top), power(top - 14));
    let (mut off, mut square) = ([0.0_f32; 8], [0.0_f32; 8]);
    for (c, numbers) in row.chunks(8).enumerate() {
        let mut raised = [0.0; 8];
        raised[..numbers.len()].copy_from_slice(numbers);
        let mut bits = [0; 8];
        for i in 0..8 {
            raised[i] *= up;
            let (half, held) = half(raised[i]);
            bits[i] = half;
            let gap = raised[i] - held;
            off[i] += gap * gap;
            square[i] += raised[i] * raised[i];
        }
        for (i, word) in out[4 * GROUP * c..][..4].iter_mut().enumerate() {
            *word = bits[i] | bits[i + 4] << 16;
        }
    }
    (scale, gap(&off, &square, scale))
}

/// The half nearest to a number below 2^15, and what it stands for; ties to even, no subnormals.
fn half(x: f32) -> (u32, f32) {
    let bits = x.to_bits();
    let (sign, size) = (bits & 0x8000_0000, bits & 0x7fff_ffff);
    // 2^-14.
    let there = if size < 0x3880_0000 { 0 } else { u32::MAX };
    let rounded = (size + 0xfff + ((size >> 13) & 1)) & !0x1fff;
    (
        ((sign >> 16) | (rounded.wrapping_sub(0x3800_0000) >> 13)) & there,
        f32::from_bits((sign | rounded) & there),
    )
}

fn bytes(row: &[f32], out: &mut [u32]) -> (f32, Gap) {
    let most = largest(row).max(1e-30);
    let (up, scale) = (127.0 / most, most / 127.0);
    let (mut off, mut square) = ([0.0_f32; 16], [0.0_f32; 16]);
    for (c, numbers) in row.chunks(16).enumerate() {
        let mut raised = [0.0; 16];
        raised[..numbers.len()].copy_from_slice(numbers);
        let mut steps = [0; 16];
        for i in 0..16 {
            raised[i] *= up;
            // To the nearest whole number, by rounding to the unit of a large one.
            const LARGE: f32 = 12_582_912.0;
            let step = ((raised[i] + LARGE) - LARGE).clamp(-127.0, 127.0);
            steps[i] = (step as i32 + 128) as u32;
            let gap = raised[i] - step;
            off[i] += gap * gap;
            square[i] += raised[i] * raised[i];
        }
        for (i, word) in out[4 * GROUP * c..][..4].iter_mut().enumerate() {
            *word = steps[i] | steps[i + 4] << 8 | steps[i + 8] << 16 | steps[i + 12] << 24;
        }
    }
    (scale, gap(&off, &square, scale))
}

/// Queries as a pass of `wide` reads them: `wide` times four numbers after one another for every four of a row, then a vector with
/// the scale of each. A query that is missing, or has a number that is not finite, is zeros.
pub(super) fn pass(
    numbers: Numbers,
    dimensions: usize,
    queries: &[f32],
    wide: usize,
    out: &mut Vec<f32>,
) {
    let quads = numbers.quads(dimensions);
    let parts = numbers.in_a_quad() / 4;
    let from = out.len();
    out.resize(from + 4 * wide * (quads * parts + 1), 0.0);
    let out = &mut out[from..];
    for (q, query) in queries.chunks_exact(dimensions).enumerate() {
        if query.iter().any(|x| !x.is_finite()) {
            continue;
        }
        let top = exponent(largest(query));
        // The bits of a half, moved to their place in a number, leave it 2^-112 too small.
        let raised = match numbers {
            Numbers::Halves => 112,
            Numbers::Bytes => 0,
        };
        let (first, second) = (
            power(raised / 2 - top / 2),
            power(raised - raised / 2 - (top - top / 2)),
        );
        for (i, &x) in query.iter().enumerate() {
            let (quad, part) = (i / (4 * parts), i / 4 % parts);
            out[4 * ((quad * wide + q) * parts + part) + i % 4] = x * first * second;
        }
        out[4 * (quads * wide * parts + q)] = power(top);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_those_of_the_standard() {
        // Half-precision values from IEEE 754-2008, table 3.5: 5 bits of exponent, 10 of fraction.
        let check = |x: f32, bits: u32, held: f32| assert_eq!(half(x), (bits, held), "{x}");
        check(1.0, 0x3c00, 1.0);
        check(-2.0, 0xc000, -2.0);
        check(0.333_251_95, 0x3555, 0.333_251_95);
        check(2.0_f32.powi(-14), 0x0400, 2.0_f32.powi(-14));
        check(2.0_f32.powi(-15), 0, 0.0);
        // Between 1 and 1 + 2^-10: to even.
        check(1.0 + 2.0_f32.powi(-11), 0x3c00, 1.0);
        check(
            1.0 + 3.0 * 2.0_f32.powi(-11),
            0x3c02,
            1.0 + 2.0_f32.powi(-9),
        );
        check(32_767.9, 0x7800, 32_768.0);
    }

    #[test]
    fn a_row_keeps_its_numbers_within_half_a_step() {
        let row: Vec<f32> = (0..40).map(|i| (i as f32 * 0.7).sin() * 3e-5).collect();
        for (numbers, step) in [
            (Numbers::Halves, 2.0_f64.powi(-11)),
            (Numbers::Bytes, 0.5 / 127.0),
        ] {
            let mut packed = Packed::default();
            packed.pack(numbers, 40, &row, &[0.5], 256);
            assert_eq!(packed.marks[..4], [packed.marks[0], 0.5, 0.0, NO_ROW]);
            let bound = step * f64::from(largest(&row)) * 40_f64.sqrt();
            assert!(packed.gap.rounding > 0.0 && packed.gap.rounding <= bound);
        }
    }
}
