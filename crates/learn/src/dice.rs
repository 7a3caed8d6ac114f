//! Numbers that look random and depend on nothing but where they stand.
//!
//! The finaliser of splitmix64 (Steele, Lea & Flood, OOPSLA 2014) over a seed and a list of places.

/// A uniform number in `[0, 1)` of 53 bits for this seed and these places.
pub fn uniform(seed: u64, places: &[u64]) -> f64 {
    (hash(seed, places) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number of 64 bits for this seed and these places.
pub fn hash(seed: u64, places: &[u64]) -> u64 {
    places.iter().fold(mix(seed), |state, &place| {
        mix(state ^ mix(place.wrapping_add(0x9e37_79b9_7f4a_7c15)))
    })
}

fn mix(z: u64) -> u64 {
    let z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
