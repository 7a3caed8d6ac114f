//! Sequential halving: which visit count is considered at each simulation of a Gumbel root.
//!
//! With `m` actions to consider and `n` simulations, each round visits `k` actions `max(1, n / (ceil(log2 m) k))` times and
//! then halves `k`, never below 2. Source: Karnin et al. (ICML 2013); Danihelka et al. (ICLR 2022), figure 1.

use super::{Config, Policy};

/// The sequences for every number of considered actions, back to back.
#[derive(Debug)]
pub(super) struct Halving {
    simulations: usize,
    table: Vec<f32>,
}

impl Halving {
    pub(super) fn new(config: &Config) -> Halving {
        let mut table = Vec::new();
        if let Policy::Gumbel(gumbel) = config.policy {
            let most = gumbel.max_considered.min(config.actions);
            for considered in 0..=most {
                push_sequence(considered, config.simulations, &mut table);
            }
            table.shrink_to_fit();
        }
        Halving {
            simulations: config.simulations,
            table,
        }
    }

    /// The visit count that simulation `simulation` considers, when `considered` actions are.
    #[inline(always)]
    pub(super) fn visits(&self, considered: usize, simulation: usize) -> f32 {
        self.table[considered * self.simulations + simulation]
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.table.capacity() * size_of::<f32>()
    }
}

/// Appends `simulations` visit counts.
fn push_sequence(considered: usize, simulations: usize, out: &mut Vec<f32>) {
    let end = out.len() + simulations;
    if considered <= 1 {
        out.extend((0..simulations).map(|visits| visits as f32));
        return;
    }
    let rounds = considered.next_power_of_two().ilog2() as usize;
    let mut left = considered;
    let mut visits = vec![0.0f32; considered];
    while out.len() < end {
        let extra = (simulations / (rounds * left)).max(1);
        for _ in 0..extra {
            if out.len() >= end {
                break;
            }
            for count in &mut visits[..left] {
                out.push(*count);
                *count += 1.0;
            }
        }
        left = (left / 2).max(2);
    }
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::push_sequence;

    fn check(considered: usize, simulations: usize, expected: &[u32]) {
        let mut out = Vec::new();
        push_sequence(considered, simulations, &mut out);
        let found: Vec<u32> = out.iter().map(|&visits| visits as u32).collect();
        assert_eq!(found, expected);
    }

    /// The sequences of mctx's `seq_halving_test.py`.
    #[test]
    fn the_sequences_of_mctx() {
        check(
            8,
            24,
            &[
                0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6,
            ],
        );
        let mut long = vec![0; 8];
        for visits in 1..=3 {
            long.extend([visits; 4]);
        }
        for visits in 4..=16 {
            long.extend([visits; 2]);
        }
        long.push(17);
        check(8, 47, &long);
        check(8, 2, &[0, 0]);
        check(8, 13, &[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2]);
        check(
            7,
            24,
            &[
                0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8,
            ],
        );
        let count_up: Vec<u32> = (0..16).collect();
        check(0, 16, &count_up);
        check(1, 16, &count_up);
    }
}
