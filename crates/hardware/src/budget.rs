//! How many threads to start and how much memory to take at most.
//!
//! ```text
//! threads = min(online, affinity mask, what the system suggests, floor(container quota)), at least 1
//!
//! reserve = max(8 GiB, 35 % of the installed memory)                   left to the system and to other programs
//! rule    = max(installed - reserve, half of what is available now, an eighth of the installed memory)
//! budget  = min(rule, container limit - max(256 MiB, 10 % of it), working set - margin, the user's own limit)
//! margin  = min(2 GiB, a quarter of the working set)                   only of a GPU that computes in the machine's own memory
//! ```
//! The reserve follows what users of machine learning on unified memory settled on after frozen machines; a container has no
//! system to leave room for, but the kernel kills what reaches the limit, and stacks and code count too. The budget is an upper
//! limit on what we hold, not a promise that the memory is free: what others hold now can be paged out and is not subtracted.
//!
//! Apple's cores cannot be pinned, so there is no "fast cores only" count: the scheduler picks.

use std::fmt;

use crate::machine::{Bytes, Gpu, GpuMemory, Machine, PressureLevel, Reading};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Installed memory that is never ours, at least.
const RESERVE_BYTES_MIN: u64 = 8 * GIB;
/// What stays free below the working set of a GPU, at most.
const WORKING_SET_MARGIN_BYTES: u64 = 2 * GIB;
/// The budget on a machine that does not say how much memory it has.
const UNKNOWN_MACHINE_BYTES: u64 = GIB;

/// What can go wrong in `hardware`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More memory is wanted than the budget allows.
    #[error(
        "{what}: needs {}, but at most {} may be taken ({limit}); {}",
        Bytes(*need_bytes),
        Bytes(*budget_bytes),
        limit.remedy()
    )]
    MemoryRefused {
        /// What the memory is for.
        what: String,
        /// Bytes asked for.
        need_bytes: u64,
        /// Bytes in the budget.
        budget_bytes: u64,
        /// Which rule sets the budget.
        limit: Limit,
    },
    /// Others hold the memory now, or the system is short of it.
    #[error(
        "{what}: needs {}, but {} of the budget of {} may be taken now (memory pressure {level}; held by {holders}); wait for them, \
         ask for less, or raise the memory limit",
        Bytes(*need_bytes),
        Bytes(*free_bytes),
        Bytes(*budget_bytes)
    )]
    MemoryBusy {
        /// What the memory is for.
        what: String,
        /// The least that would do.
        need_bytes: u64,
        /// Bytes that could be taken now.
        free_bytes: u64,
        /// Bytes in the budget.
        budget_bytes: u64,
        /// How short of memory the system is.
        level: PressureLevel,
        /// The largest holders.
        holders: String,
    },
}

/// How many threads to start, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threads {
    /// At least 1.
    pub count: usize,
    /// The rule that gave the count, as half a sentence.
    pub origin: String,
}

impl fmt::Display for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.count, self.origin)
    }
}

/// All cores that we may use.
pub fn threads(machine: &Machine) -> Threads {
    let quota = machine
        .container
        .cpu_quota_cores
        .known()
        .map(|cores| (cores.floor() as usize).max(1));
    let bounds = [
        (machine.logical_cores.known().copied(), "all cores"),
        (machine.affinity_threads.known().copied(), "affinity mask"),
        (quota, "container quota"),
        (
            machine.schedulable_threads.known().copied(),
            "what the system suggests",
        ),
    ];
    // The first of equal bounds names the origin: the widest rule that explains the count.
    let tightest = bounds
        .into_iter()
        .filter_map(|(count, origin)| Some((count?, origin)))
        .min_by_key(|(count, _)| *count);
    match tightest {
        Some((count, origin)) => Threads {
            count: count.max(1),
            origin: origin.to_owned(),
        },
        None => Threads {
            count: 1,
            origin: "the number of cores is unknown".to_owned(),
        },
    }
}

/// The most memory that this program may hold at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryBudget {
    /// The most bytes to hold. Positive unless the user asked for nothing.
    pub bytes: u64,
    /// The rule that set it.
    pub limit: Limit,
}

impl MemoryBudget {
    /// Refuses `need_bytes` for `what` if the budget does not hold them. Ask before allocating, not after.
    pub fn check(&self, need_bytes: u64, what: &str) -> Result<(), Error> {
        if need_bytes <= self.bytes {
            return Ok(());
        }
        Err(Error::MemoryRefused {
            what: what.to_owned(),
            need_bytes,
            budget_bytes: self.bytes,
            limit: self.limit.clone(),
        })
    }
}

impl fmt::Display for MemoryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", Bytes(self.bytes), self.limit)
    }
}

/// Which rule sets a memory budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The user's own limit.
    User,
    /// A container limit, less a margin.
    Container {
        /// The limit of the container.
        limit_bytes: u64,
        /// What stays below it.
        margin_bytes: u64,
    },
    /// What a GPU in the machine's own memory may hold at once, less a margin.
    WorkingSet {
        /// What the device recommends.
        working_set_bytes: u64,
        /// What stays below it.
        margin_bytes: u64,
    },
    /// Installed memory, less a reserve for the system.
    Installed {
        /// Installed memory.
        total_bytes: u64,
        /// What is left to the system.
        reserve_bytes: u64,
    },
    /// Half of what is available: on a small machine the reserve would leave less than that.
    HalfOfAvailable {
        /// What is available now.
        available_bytes: u64,
    },
    /// A small machine that has next to nothing available.
    EighthOfInstalled {
        /// Installed memory.
        total_bytes: u64,
    },
    /// The machine does not say how much memory it has.
    Unknown {
        /// Why not.
        reason: String,
    },
}

impl Limit {
    /// What the user can do about it.
    fn remedy(&self) -> &'static str {
        match self {
            Limit::User => "raise the memory limit or ask for less",
            Limit::Container { .. } => "raise the memory limit of the container or ask for less",
            // It follows a system setting that is the user's to change, not ours.
            Limit::WorkingSet { .. } => "ask for less or use a machine with more memory",
            Limit::Installed { .. } => "ask for less or use a machine with more memory",
            Limit::HalfOfAvailable { .. } | Limit::EighthOfInstalled { .. } => {
                "close other programs or ask for less"
            }
            Limit::Unknown { .. } => "set a memory limit yourself, or ask for less",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::User => write!(f, "the user's limit"),
            Limit::Container {
                limit_bytes,
                margin_bytes,
            } => {
                write!(
                    f,
                    "container limit {} less {}",
                    Bytes(*limit_bytes),
                    Bytes(*margin_bytes)
                )
            }
            Limit::WorkingSet {
                working_set_bytes,
                margin_bytes,
            } => {
                write!(
                    f,
                    "working set {} of the GPU less {}",
                    Bytes(*working_set_bytes),
                    Bytes(*margin_bytes)
                )
            }
            Limit::Installed {
                total_bytes,
                reserve_bytes,
            } => {
                write!(
                    f,
                    "{} installed less {} for the system",
                    Bytes(*total_bytes),
                    Bytes(*reserve_bytes)
                )
            }
            Limit::HalfOfAvailable { available_bytes } => {
                write!(f, "half of {} available", Bytes(*available_bytes))
            }
            Limit::EighthOfInstalled { total_bytes } => {
                write!(f, "an eighth of {} installed", Bytes(*total_bytes))
            }
            Limit::Unknown { reason } => write!(f, "assumed: {reason}"),
        }
    }
}

/// The most memory to take on `machine`; `user_limit_bytes` can only lower it, except where the machine says nothing.
pub fn memory_budget(machine: &Machine, user_limit_bytes: Option<u64>) -> MemoryBudget {
    let rule = match (&machine.memory_total_bytes, user_limit_bytes) {
        (Reading::Known(total_bytes), _) => rule_for(machine, *total_bytes),
        (Reading::Absent(_), Some(bytes)) => MemoryBudget {
            bytes,
            limit: Limit::User,
        },
        (Reading::Absent(reason), None) => MemoryBudget {
            bytes: UNKNOWN_MACHINE_BYTES,
            limit: Limit::Unknown {
                reason: reason.clone(),
            },
        },
    };
    let container = machine
        .container
        .memory_limit_bytes
        .known()
        .map(|&limit_bytes| {
            let margin_bytes = (256 * MIB).max(limit_bytes / 10).min(limit_bytes / 2);
            MemoryBudget {
                bytes: limit_bytes - margin_bytes,
                limit: Limit::Container {
                    limit_bytes,
                    margin_bytes,
                },
            }
        });
    let working_set = smallest_working_set(machine).map(|working_set_bytes| {
        let margin_bytes = WORKING_SET_MARGIN_BYTES.min(working_set_bytes / 4);
        MemoryBudget {
            bytes: working_set_bytes - margin_bytes,
            limit: Limit::WorkingSet {
                working_set_bytes,
                margin_bytes,
            },
        }
    });
    let user = user_limit_bytes.map(|bytes| MemoryBudget {
        bytes,
        limit: Limit::User,
    });
    [Some(rule), container, working_set, user]
        .into_iter()
        .flatten()
        .min_by_key(|budget| budget.bytes)
        .expect("the rule always gives a budget")
}

/// Of the GPUs that compute in the machine's own memory and said how much they may hold.
fn smallest_working_set(machine: &Machine) -> Option<u64> {
    let gpus = machine.gpus.known()?;
    let unified = |gpu: &&Gpu| gpu.memory == Reading::Known(GpuMemory::Unified);
    gpus.iter()
        .filter(unified)
        .filter_map(|gpu| gpu.working_set_bytes.known().copied())
        .min()
}

/// The greatest of three: a large machine keeps its reserve, a small one is still of use.
fn rule_for(machine: &Machine, total_bytes: u64) -> MemoryBudget {
    let reserve_bytes = RESERVE_BYTES_MIN.max(total_bytes / 20 * 7);
    let installed = MemoryBudget {
        bytes: total_bytes.saturating_sub(reserve_bytes),
        limit: Limit::Installed {
            total_bytes,
            reserve_bytes,
        },
    };
    let eighth = MemoryBudget {
        bytes: total_bytes / 8,
        limit: Limit::EighthOfInstalled { total_bytes },
    };
    let room_bytes = machine
        .container
        .memory_room_bytes
        .known()
        .copied()
        .unwrap_or(u64::MAX);
    let half = machine.memory_available_bytes.known().map(|&host_bytes| {
        let available_bytes = host_bytes.min(room_bytes).min(total_bytes);
        MemoryBudget {
            bytes: available_bytes / 2,
            limit: Limit::HalfOfAvailable { available_bytes },
        }
    });
    [Some(eighth), half, Some(installed)]
        .into_iter()
        .flatten()
        .max_by_key(|budget| budget.bytes)
        .expect("two are always there")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::tests::{VM_24_GB, files};
    use crate::{Recording, linux};

    fn m4_pro() -> Machine {
        Recording::parse(include_str!("../tests/fixtures/m4-pro-12.txt")).machine()
    }

    fn bare(total_bytes: u64, available_bytes: u64) -> Machine {
        let mut machine = Machine::unknown("test", "simulated host");
        machine.memory_total_bytes = Reading::Known(total_bytes);
        machine.memory_available_bytes = Reading::Known(available_bytes);
        machine
    }

    fn check(machine: &Machine, user_mib: Option<u64>, expected: &str) {
        assert_eq!(
            memory_budget(machine, user_mib.map(|mib| mib * MIB)).to_string(),
            expected
        );
    }

    #[test]
    fn the_budget_on_simulated_hosts() {
        let mut mac = m4_pro();
        check(
            &mac,
            None,
            "15.6 GiB (24.0 GiB installed less 8.4 GiB for the system)",
        );
        check(&mac, Some(4096), "4.0 GiB (the user's limit)");
        // Two thirds of 24 GiB, as an M2 of that size reports; and three quarters, as newer systems may.
        let Reading::Known(gpus) = &mut mac.gpus else {
            panic!("a Mac has a GPU");
        };
        gpus[0].working_set_bytes = Reading::Known(17_179_869_184);
        check(
            &mac,
            None,
            "14.0 GiB (working set 16.0 GiB of the GPU less 2.0 GiB)",
        );
        check(&mac, Some(4096), "4.0 GiB (the user's limit)");
        let Reading::Known(gpus) = &mut mac.gpus else {
            panic!("a Mac has a GPU");
        };
        gpus[0].working_set_bytes = Reading::Known(19_327_352_832);
        check(
            &mac,
            Some(65_536),
            "15.6 GiB (24.0 GiB installed less 8.4 GiB for the system)",
        );

        let vm = linux::machine(&files(VM_24_GB));
        check(
            &vm,
            None,
            "15.3 GiB (23.5 GiB installed less 8.2 GiB for the system)",
        );

        let mut container = bare(64 * GIB, 60 * GIB);
        container.container.memory_limit_bytes = Reading::Known(4 * GIB);
        container.container.memory_room_bytes = Reading::Known(3 * GIB);
        check(
            &container,
            None,
            "3.6 GiB (container limit 4.0 GiB less 409.6 MiB)",
        );
        check(&container, Some(1024), "1.0 GiB (the user's limit)");
        container.memory_total_bytes = Reading::Known(8 * GIB);
        check(&container, None, "1.5 GiB (half of 3.0 GiB available)");

        check(
            &bare(16 * GIB, 4 * GIB),
            None,
            "8.0 GiB (16.0 GiB installed less 8.0 GiB for the system)",
        );
        check(
            &bare(8 * GIB, 6 * GIB),
            None,
            "3.0 GiB (half of 6.0 GiB available)",
        );
        check(
            &bare(8 * GIB, 0),
            None,
            "1.0 GiB (an eighth of 8.0 GiB installed)",
        );
        check(
            &bare(128 * GIB, 100 * GIB),
            None,
            "83.2 GiB (128.0 GiB installed less 44.8 GiB for the system)",
        );

        let unknown = Machine::unknown("plan9", "not read on plan9");
        check(&unknown, None, "1.0 GiB (assumed: not read on plan9)");
        check(&unknown, Some(4096), "4.0 GiB (the user's limit)");
    }

    #[test]
    fn a_refusal_says_need_have_limit_and_remedy() {
        let budget = memory_budget(&bare(16 * GIB, 4 * GIB), None);
        assert_eq!(budget.check(budget.bytes, "everything"), Ok(()));
        assert_eq!(
            budget
                .check(9 * GIB, "search tree")
                .unwrap_err()
                .to_string(),
            "search tree: needs 9.0 GiB, but at most 8.0 GiB may be taken (16.0 GiB installed less 8.0 GiB for the system); \
             ask for less or use a machine with more memory"
        );
        let capped = memory_budget(&bare(16 * GIB, 4 * GIB), Some(GIB));
        assert!(
            capped
                .check(2 * GIB, "paths")
                .unwrap_err()
                .to_string()
                .ends_with("raise the memory limit or ask for less")
        );
    }

    /// More memory, or a higher limit, never lowers the budget; and it never exceeds a limit.
    #[test]
    fn the_budget_grows_with_the_machine() {
        for total in 1..200 {
            let (small, large) = (
                bare(total * GIB, total * GIB / 2),
                bare((total + 1) * GIB, (total + 1) * GIB / 2),
            );
            let bytes = memory_budget(&small, None).bytes;
            assert!(bytes <= memory_budget(&large, None).bytes, "{total} GiB");
            assert!(bytes > 0 && bytes < total * GIB);
            for cap in [1, GIB, 300 * GIB] {
                assert_eq!(memory_budget(&small, Some(cap)).bytes, bytes.min(cap));
            }
        }
    }

    fn check_threads(logical: usize, affinity: usize, quota: Option<f64>, expected: &str) {
        let mut machine = Machine::unknown("test", "simulated host");
        machine.logical_cores = Reading::Known(logical);
        machine.affinity_threads = Reading::Known(affinity);
        machine.container.cpu_quota_cores = Reading::from_option(quota, "none");
        assert_eq!(threads(&machine).to_string(), expected);
    }

    #[test]
    fn threads_are_the_cores_that_we_may_use() {
        check_threads(12, 12, None, "12 (all cores)");
        check_threads(64, 8, None, "8 (affinity mask)");
        check_threads(64, 8, Some(2.5), "2 (container quota)");
        check_threads(64, 8, Some(0.5), "1 (container quota)");
        assert_eq!(threads(&m4_pro()).count, 12);
        assert_eq!(
            threads(&Machine::unknown("plan9", "?")).to_string(),
            "1 (the number of cores is unknown)"
        );
    }
}
