//! How many items to take at once.
//!
//! ```text
//! usable = 0.7 available, halved where more than 80 % of the memory is in use
//! batch  = max(1, min(floor(usable / item), limit of the work))        2000 for simulations, 256 for a GPU
//! ```
//! This is the rule that the product was asked for, as it stands; how fast a batch is it does not know. [`flattening`] does: it takes
//! measured rates and names the batch after which they rise no more.

use crate::machine::{Machine, Reading};

/// What a batch is for: its own upper limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Simulations of a tree search: at most 2000.
    Mcts,
    /// Items on a GPU: at most 256.
    Gpu,
    /// Anything else: as many as memory holds.
    Other,
}

impl Work {
    /// Items at most, whatever memory there is.
    pub fn limit(self) -> Option<u64> {
        match self {
            Work::Mcts => Some(2000),
            Work::Gpu => Some(256),
            Work::Other => None,
        }
    }
}

/// How much memory the rule of batches sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Bytes that programs could take now.
    pub available_bytes: u64,
    /// Share of the memory in use, 0 to 1.
    pub in_use: f64,
}

impl Room {
    /// What the machine says; absent where it says nothing of its memory.
    pub fn of(machine: &Machine) -> Reading<Room> {
        let (available, total) = (&machine.memory_available_bytes, &machine.memory_total_bytes);
        match (available, total) {
            (Reading::Known(available), Reading::Known(total)) if *total > 0 => {
                Reading::Known(Room {
                    available_bytes: *available,
                    in_use: 1.0 - (*available as f64 / *total as f64).min(1.0),
                })
            }
            (Reading::Absent(reason), _) | (_, Reading::Absent(reason)) => {
                Reading::absent(reason.clone())
            }
            _ => Reading::absent("the system says that no memory is installed"),
        }
    }
}

/// The rule at the head of this file; `item_bytes` of zero counts as one.
pub fn batch(work: Work, item_bytes: u64, room: Room) -> u64 {
    let mut usable = room.available_bytes as f64 * 0.7;
    if room.in_use > 0.8 {
        usable *= 0.5;
    }
    let fits = (usable / item_bytes.max(1) as f64) as u64;
    fits.min(work.limit().unwrap_or(u64::MAX)).max(1)
}

/// The smallest batch whose rate is within `slack` (0.05 is 5 %) of the best of all measured ones; `None` without a finite rate.
///
/// `measured` holds batch and items per second, in any order.
pub fn flattening(measured: &[(u64, f64)], slack: f64) -> Option<u64> {
    let best = measured
        .iter()
        .map(|&(_, rate)| rate)
        .filter(|rate| rate.is_finite())
        .max_by(f64::total_cmp)?;
    measured
        .iter()
        .filter(|&&(_, rate)| rate.is_finite() && rate >= best * (1.0 - slack))
        .map(|&(batch, _)| batch)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// The rule as its source writes it, in megabytes.
    fn as_written(work: Work, available_mb: f64, in_use: f64, item_mb: f64) -> u64 {
        let mut usable = available_mb * 0.7;
        if in_use > 0.8 {
            usable *= 0.5;
        }
        let mut batch = (usable / item_mb) as u64;
        match work {
            Work::Mcts => batch = batch.min(2000),
            Work::Gpu => batch = batch.min(256),
            Work::Other => {}
        }
        batch.max(1)
    }

    #[test]
    fn the_rule_is_the_one_asked_for() {
        for work in [Work::Mcts, Work::Gpu, Work::Other] {
            for available_mb in [0_u64, 1, 3, 350, 1_000, 8_192, 16_384] {
                for in_use in [0.0, 0.5, 0.8, 0.81, 1.0] {
                    for item_mb in [1_u64, 2, 7, 64] {
                        let room = Room {
                            available_bytes: available_mb * MIB,
                            in_use,
                        };
                        assert_eq!(
                            batch(work, item_mb * MIB, room),
                            as_written(work, available_mb as f64, in_use, item_mb as f64),
                            "{work:?} {available_mb} MB, {in_use} in use, items of {item_mb} MB"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn by_hand() {
        let room = |mb: u64, in_use| Room {
            available_bytes: mb * MIB,
            in_use,
        };
        assert_eq!(batch(Work::Other, MIB, room(1_000, 0.5)), 700);
        assert_eq!(batch(Work::Other, MIB, room(1_000, 0.9)), 350);
        assert_eq!(batch(Work::Mcts, MIB, room(16_000, 0.3)), 2000);
        assert_eq!(batch(Work::Gpu, MIB, room(16_000, 0.3)), 256);
        assert_eq!(batch(Work::Gpu, 1 << 40, room(16_000, 0.3)), 1);
        assert_eq!(batch(Work::Other, 0, room(1, 0.0)), 7 * MIB / 10);
    }

    #[test]
    fn rates_flatten_at_the_first_batch_near_the_best() {
        let measured = [(1, 20.0), (8, 80.0), (64, 99.0), (256, 100.0), (512, 98.0)];
        assert_eq!(flattening(&measured, 0.05), Some(64));
        assert_eq!(flattening(&measured, 0.0), Some(256));
        assert_eq!(flattening(&[(1, f64::NAN)], 0.05), None);
        assert_eq!(flattening(&[], 0.05), None);
    }
}
