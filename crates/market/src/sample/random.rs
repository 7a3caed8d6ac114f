//! Random numbers that depend on a key and nothing else, so that one more strike does not move the others.
//!
//! ```text
//! bits(key) = SplitMix64's finaliser of key          uniform = (top 53 bits + 1/2) / 2^53          normal = inverse_cdf(uniform)
//! ```
//! Source: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. Not for secrets.

use pricing::normal::inverse_cdf;

/// A key from which streams and other keys are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u64);

impl Key {
    pub(super) fn new(seed: u64) -> Key {
        Key(finalise(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)))
    }

    /// The key of a part: a ticker's place, a day's number, a strike.
    pub(super) fn at(self, part: u64) -> Key {
        Key(finalise(
            self.0
                .wrapping_add(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(finalise(part ^ 0xd1b5_4a32_d192_ed03)),
        ))
    }

    /// A number strictly between 0 and 1.
    pub(super) fn uniform(self) -> f64 {
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// A standard normal number.
    pub(super) fn normal(self) -> f64 {
        inverse_cdf(self.uniform())
    }
}

fn finalise(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_have_their_moments_and_parts_differ() {
        let key = Key::new(7);
        let draws: Vec<f64> = (0..20_000).map(|i| key.at(i).normal()).collect();
        let moment = |k: i32| draws.iter().map(|x| x.powi(k)).sum::<f64>() / draws.len() as f64;
        assert!(
            moment(1).abs() < 0.03
                && (moment(2) - 1.0).abs() < 0.04
                && (moment(4) - 3.0).abs() < 0.3
        );
        let neighbours =
            draws.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / draws.len() as f64;
        assert!(neighbours.abs() < 0.03, "{neighbours}");
        assert_ne!(key.at(1).at(2), key.at(2).at(1));
    }

    /// The finaliser is that of the published generator: its first outputs for the seed 0.
    #[test]
    fn finaliser_is_the_published_one() {
        assert_eq!(finalise(0x9e37_79b9_7f4a_7c15), 0xe220_a839_7b1d_cdaf);
        assert_eq!(
            finalise(0x9e37_79b9_7f4a_7c15u64.wrapping_mul(2)),
            0x6e78_9e6a_a1b9_65f4
        );
    }
}
