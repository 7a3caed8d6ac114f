//! Philox4x32-10: random words that are a function of their address, so no state is carried and no order matters.
//!
//! ```text
//! ten rounds of   (c0, c1, c2, c3) -> (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^ k1, lo(M0 c0))
//! between them    k0 += 0x9e3779b9, k1 += 0xbb67ae85
//! ```
//! Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11
//! (2011); tested against the known answers that the authors publish with Random123.
//! Accuracy: bits are exact on every machine. Uniforms are the midpoints of 2^32 or 2^52 cells, so they are symmetric
//! about a half and never 0 or 1. Not for secrets.

/// Four random words at `counter` under `key`.
#[inline]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let product0 = 0xd251_1f53_u64 * u64::from(c0);
        let product1 = 0xcd9e_8d57_u64 * u64::from(c2);
        (c0, c1, c2, c3) = (
            (product1 >> 32) as u32 ^ c1 ^ k0,
            product1 as u32,
            (product0 >> 32) as u32 ^ c3 ^ k1,
            product0 as u32,
        );
        k0 = k0.wrapping_add(0x9e37_79b9);
        k1 = k1.wrapping_add(0xbb67_ae85);
    }
    [c0, c1, c2, c3]
}

/// The midpoint of the cell that `bits` names, in (0, 1): `(bits + 1/2) / 2^32`.
#[inline]
pub fn uniform32(bits: u32) -> f64 {
    (f64::from(bits) + 0.5) * (1.0 / 4_294_967_296.0)
}

/// As [`uniform32`], from the upper 52 of 64 bits: a midpoint of 2^52 cells needs 53 bits and is exact.
#[inline]
pub fn uniform52(high: u32, low: u32) -> f64 {
    let bits = (u64::from(high) << 20) | u64::from(low >> 12);
    (bits as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

/// An endless table of random numbers: one seed and one purpose name it, path and dimension are the address inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
    purpose: u32,
}

impl Stream {
    /// The table of `purpose` under `seed`. Tables of different purposes are independent.
    pub fn new(seed: u64, purpose: u32) -> Stream {
        Stream {
            key: [seed as u32, (seed >> 32) as u32],
            purpose,
        }
    }

    /// Four words at (`path`, `block`).
    #[inline]
    pub fn words(&self, path: u64, block: u32) -> [u32; 4] {
        philox4x32(
            [path as u32, (path >> 32) as u32, block, self.purpose],
            self.key,
        )
    }

    /// Fills `out[dimension]` with the uniforms of `path`, 52 bits each. Two dimensions share a block.
    pub fn uniforms(&self, path: u64, out: &mut [f64]) {
        for (block, pair) in out.chunks_mut(2).enumerate() {
            let [a, b, c, d] = self.words(path, block as u32);
            pair[0] = uniform52(a, b);
            if let Some(second) = pair.get_mut(1) {
                *second = uniform52(c, d);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// File `kat_vectors` of Random123, lines "philox4x32 10".
    #[test]
    fn known_answers_of_random123() {
        assert_eq!(
            philox4x32([0; 4], [0; 2]),
            [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
        );
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
        );
        assert_eq!(
            philox4x32(
                [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
                [0xa4093822, 0x299f31d0]
            ),
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        );
    }

    #[test]
    fn uniforms_are_symmetric_and_open() {
        for bits in [0, 1, 77, 0x8000_0000, u32::MAX - 1, u32::MAX] {
            assert_eq!(uniform32(bits) + uniform32(!bits), 1.0);
            assert_eq!(uniform52(bits, 5 << 12) + uniform52(!bits, !(5 << 12)), 1.0);
        }
        assert!(uniform32(0) > 0.0 && uniform32(u32::MAX) < 1.0);
        assert!(uniform52(0, 0) > 0.0 && uniform52(u32::MAX, u32::MAX) < 1.0);
    }

    #[test]
    fn address_alone_decides() {
        let stream = Stream::new(7, 1);
        let mut long = [0.0; 9];
        let mut short = [0.0; 4];
        stream.uniforms(1 << 40, &mut long);
        stream.uniforms(1 << 40, &mut short);
        assert_eq!(long[..4], short);
        stream.uniforms(0, &mut short);
        assert_ne!(long[..4], short);
        Stream::new(7, 2).uniforms(1 << 40, &mut short);
        assert_ne!(long[..4], short);
    }
}
