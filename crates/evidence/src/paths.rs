//! Fresh simulated futures: day by day, the same for every policy, and independent of how many threads make them.

use market::futures::{Futures, State};
use std::thread;

/// Simulated states on every trading day up to the horizon.
///
/// Paths `2 i` and `2 i + 1` are antithetic: their spot shocks are mirror images.
pub struct Paths {
    days: usize,
    states: Vec<State>,
}

impl Paths {
    /// Simulates `count` paths (rounded up to whole pairs) to `horizon_day`. The numbers depend on `seed` alone.
    pub fn simulate(
        futures: &Futures,
        horizon_day: u16,
        count: usize,
        seed: u64,
        threads: usize,
    ) -> Paths {
        let mut days: Vec<u16> = futures
            .trading_days
            .iter()
            .copied()
            .filter(|&day| day < horizon_day)
            .collect();
        days.push(horizon_day);
        let count = count.div_ceil(2) * 2;
        let mut states = vec![futures.today(); count * days.len()];
        let share = count.div_ceil(threads.max(1)).max(1);
        thread::scope(|scope| {
            for (worker, chunk) in states.chunks_mut(share * days.len()).enumerate() {
                let days = &days;
                scope.spawn(move || {
                    for (offset, path) in chunk.chunks_mut(days.len()).enumerate() {
                        simulate_one(futures, days, (worker * share + offset) as u64, seed, path);
                    }
                });
            }
        });
        Paths {
            days: days.len(),
            states,
        }
    }

    /// How many paths there are.
    pub fn count(&self) -> usize {
        self.states.len() / self.days
    }

    /// One path: its states from the first trading day after today to the horizon.
    pub fn path(&self, index: usize) -> &[State] {
        &self.states[index * self.days..(index + 1) * self.days]
    }

    /// Every path.
    pub fn iter(&self) -> impl Iterator<Item = &[State]> {
        self.states.chunks(self.days)
    }
}

fn simulate_one(futures: &Futures, days: &[u16], path: u64, seed: u64, out: &mut [State]) {
    let mirrored = path % 2 == 1;
    let mut state = futures.today();
    for (step, &day) in days.iter().enumerate() {
        let address = |dimension: u64| ((path / 2) << 24) | ((step as u64) << 2) | dimension;
        let mut shock = uniform(seed, address(0));
        if mirrored {
            shock = 1.0 - shock;
        }
        // The jump and the volatility of the two paths of a pair are drawn apart.
        let own = address(1) ^ ((path % 2) << 62);
        let volatility = address(2) ^ ((path % 2) << 62);
        state = futures.step(
            &state,
            day,
            [shock, uniform(seed, own), uniform(seed, volatility)],
        );
        out[step] = state;
    }
}

/// A uniform number strictly between 0 and 1 at an address of the stream `seed`.
///
/// The finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), applied to a counter: no state, so no order.
pub fn uniform(seed: u64, address: u64) -> f64 {
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let bits = mix(mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(address.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    ((bits >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}
