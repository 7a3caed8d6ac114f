//! Fresh simulated futures: day by day, the same for every policy, and independent of how many threads make them.

use crate::Error;
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
        Paths::fill(futures, horizon_day, count, threads, |path, days, out| {
            simulate_one(futures, days, path, seed, out);
        })
    }

    /// Paths made elsewhere: all states of the first path, of `days` days each, then of the second, and so on.
    ///
    /// All go through the same days, ascending, without today; the last day is the horizon. A [`Grade`](crate::Grade) takes paths
    /// `2 i` and `2 i + 1` for one draw.
    pub fn from_states(days: usize, states: Vec<State>) -> Result<Paths, Error> {
        if days == 0 || states.is_empty() || !states.len().is_multiple_of(days) {
            return Err(Error::NotWhole {
                states: states.len(),
                days,
            });
        }
        for (path, own) in states.chunks(days).enumerate() {
            let mut before = 0;
            for (state, first) in own.iter().zip(&states) {
                let (day, spot, vol_factor) = (state.day, state.spot, state.vol_factor);
                if day != first.day || day <= before {
                    let expected = first.day.max(before.saturating_add(1));
                    return Err(Error::OtherDays {
                        path,
                        day,
                        expected,
                    });
                }
                if !(spot > 0.0 && spot.is_finite() && vol_factor.is_finite()) {
                    return Err(Error::NoState {
                        path,
                        day,
                        spot,
                        vol_factor,
                    });
                }
                before = day;
            }
        }
        Ok(Paths { days, states })
    }

    /// Whole pairs of paths, each made by `make` from its number and the days, on any number of threads.
    pub(crate) fn fill(
        futures: &Futures,
        horizon_day: u16,
        count: usize,
        threads: usize,
        make: impl Fn(u64, &[u16], &mut [State]) + Sync,
    ) -> Paths {
        let days = days_to(futures, horizon_day);
        let count = count.div_ceil(2) * 2;
        let mut states = vec![futures.today(); count * days.len()];
        let share = count.div_ceil(threads.max(1)).max(1);
        thread::scope(|scope| {
            for (worker, chunk) in states.chunks_mut(share * days.len()).enumerate() {
                let (days, make) = (&days, &make);
                scope.spawn(move || {
                    for (offset, path) in chunk.chunks_mut(days.len()).enumerate() {
                        make((worker * share + offset) as u64, days, path);
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

/// The trading days before the horizon, and the horizon.
pub(crate) fn days_to(futures: &Futures, horizon_day: u16) -> Vec<u16> {
    let before = futures.trading_days.iter().copied();
    let mut days: Vec<u16> = before.filter(|&day| day < horizon_day).collect();
    days.push(horizon_day);
    days
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
