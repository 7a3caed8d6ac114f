//! Nets in bfloat16: weights and the inputs of every layer are rounded to 8 significant bits, sums stay in `f32`.
//!
//! ```text
//! out[r][c] = b[c] + sum over k of bf16(x[r][k]) bf16(w[c][k])
//! ```
//! `bf16` rounds to the nearest, ties to even (IEEE 754 rules for the upper half of an `f32`). A product of two such numbers is
//! exact in `f32`, so only sums round. Three ways to compute it, the first that the machine has: tiles ([`amx`]), vectors of pairs
//! ([`avx512`]), and everywhere else the `f32` kernel over rounded numbers. They add in different orders, so their last bits
//! differ, and a sum that lies on the border of two bf16 numbers may go either way in the next layer. Within one of the ways a
//! row has the same bits for any batch size and place, because each output is one chain over k.
//!
//! The first two read weights as pairs of neighbouring inputs in one `u32`, the first of the pair in the lower half:
//! `weights[k / 2 * columns + c]` within a panel. Inputs and columns are filled up to multiples of 32 with zeros, so the outputs
//! of a layer are the inputs of the next as they lie.
//! Not the same net as in `f32`: its error is about 2^-8 of the sums inside. See [`Precision`](crate::Precision).

#[cfg(target_arch = "x86_64")]
pub(crate) mod amx;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "x86_64")]
pub(crate) mod pairs;

/// The bits of the nearest bf16 number, ties to even. Beyond the largest it is infinite.
#[inline(always)]
pub(crate) fn round(x: f32) -> u16 {
    let bits = x.to_bits();
    if x.is_nan() {
        // Rounding could carry a NaN over to infinity or zero.
        return (bits >> 16) as u16 | 0x40;
    }
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

/// The number of such bits.
#[inline(always)]
pub(crate) fn widen(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The nearest bf16 number.
#[inline(always)]
pub(crate) fn rounded(x: f32) -> f32 {
    widen(round(x))
}
