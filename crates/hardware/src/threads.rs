//! Which cores a thread belongs on, by what it does.
//!
//! Work that the user waits for (search, pricing) goes to the fast cores; work that nobody waits for (learning, indexing) to those made
//! to save power, and behind everything else. A thread says so once, when it starts:
//!
//! ```
//! use hardware::threads::Role;
//! let machine = hardware::detect();
//! let workers = Role::Learning.threads(&machine);
//! std::thread::spawn(move || {
//!     let entered = Role::Learning.enter(&machine);
//!     println!("{entered}");
//!     // ... the work of one of `workers.count` threads
//! })
//! .join()
//! .unwrap();
//! # assert!(workers.count >= 1);
//! ```
//!
//! | system | fast | background |
//! | --- | --- | --- |
//! | macOS | quality of service "user initiated" | "background": efficiency cores only, slow discs |
//! | Linux | affinity to the fast tiers, where tiers differ | nice 10, and affinity to the efficiency tier, where there is one |
//!
//! macOS has no affinity: the scheduler picks. Linux lets a thread become nicer and never less so without a privilege, so a role is
//! for a thread's life. Affinity only narrows what the thread may use already. When nothing else runs, learning in its role leaves
//! fast cores idle: enter it only beside work that someone waits for.

use std::fmt;

use crate::budget::{self, Threads};
use crate::machine::{CoreClass, Machine, Reading};

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Grows a tree that someone waits for.
    Search,
    /// Prices what someone waits for.
    Pricing,
    /// Trains nets.
    Learning,
    /// Builds indexes.
    Indexing,
}

/// What became of entering a role. Nothing here is an error: a thread that stays where it was does the same work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Priority: the quality of service on macOS, "nice 10" on Linux.
    pub priority: Reading<String>,
    /// Hardware threads that it may use from now on.
    pub affinity: Reading<Vec<usize>>,
}

impl fmt::Display for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cpus = self.affinity.clone().map(|cpus| format!("{cpus:?}"));
        write!(f, "priority {}, affinity {cpus}", self.priority)
    }
}

impl Role {
    /// Whether nobody waits for it.
    pub fn is_background(self) -> bool {
        matches!(self, Role::Learning | Role::Indexing)
    }

    /// The tiers that it belongs on: those made to save power for background work, the others for the rest. All of them where a
    /// machine makes no such difference.
    pub fn classes(self, machine: &Machine) -> Vec<&CoreClass> {
        let classes = &machine.core_classes;
        let wanted = |class: &&CoreClass| class.efficiency == self.is_background();
        let chosen: Vec<&CoreClass> = classes.iter().filter(wanted).collect();
        if chosen.is_empty() || chosen.len() == classes.len() {
            classes.iter().collect()
        } else {
            chosen
        }
    }

    /// How many threads to start for it: as many as its tiers have, within [`crate::threads()`].
    pub fn threads(self, machine: &Machine) -> Threads {
        let all = budget::threads(machine);
        let classes = self.classes(machine);
        let count: usize = classes.iter().map(|class| class.logical).sum();
        if classes.len() == machine.core_classes.len() || count >= all.count {
            return all;
        }
        let names: Vec<&str> = classes.iter().map(|class| class.name.as_str()).collect();
        Threads {
            count: count.max(1),
            origin: format!("cores of {}", names.join(" and ")),
        }
    }

    /// Moves the calling thread to its role, as far as the system allows.
    pub fn enter(self, machine: &Machine) -> Entered {
        system::enter(self, machine)
    }

    /// Where it belongs: the numbers of its tiers, if that is not everywhere.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    fn cpus(self, machine: &Machine) -> Reading<Vec<usize>> {
        let classes = self.classes(machine);
        if classes.len() == machine.core_classes.len() {
            return Reading::absent("all cores suit it");
        }
        let mut cpus = Vec::new();
        for class in classes {
            match &class.cpus {
                Reading::Known(own) => cpus.extend_from_slice(own),
                Reading::Absent(reason) => return Reading::absent(reason.clone()),
            }
        }
        cpus.sort_unstable();
        Reading::Known(cpus)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::process::{getpriority_process, setpriority_process};
    use rustix::thread::{CpuSet, gettid, sched_getaffinity, sched_setaffinity};

    use super::{Entered, Role};
    use crate::machine::{Machine, Reading};

    /// Behind everything of the default priority, before what the machine does when it is idle.
    const NICE: i32 = 10;

    pub(super) fn enter(role: Role, machine: &Machine) -> Entered {
        Entered {
            priority: if role.is_background() {
                nicer()
            } else {
                Reading::absent("it keeps the priority of the program")
            },
            affinity: role.cpus(machine).map(|cpus| narrow(&cpus)).flatten(),
        }
    }

    /// On Linux the priority of a process, asked for by the number of a thread, is that thread's. Never less nice than it was.
    fn nicer() -> Reading<String> {
        let thread = Some(gettid());
        let nice = getpriority_process(thread).unwrap_or(0).max(NICE);
        match setpriority_process(thread, nice) {
            Ok(()) => Reading::Known(format!("nice {nice}")),
            Err(error) => Reading::absent(format!("setpriority failed: {error}")),
        }
    }

    /// Affinity to those of `cpus` that the thread may use already.
    fn narrow(cpus: &[usize]) -> Reading<Vec<usize>> {
        let allowed = match sched_getaffinity(None) {
            Ok(allowed) => allowed,
            Err(error) => return Reading::absent(format!("sched_getaffinity failed: {error}")),
        };
        let (mut set, mut kept) = (CpuSet::new(), Vec::new());
        for &cpu in cpus {
            if cpu < CpuSet::MAX_CPU && allowed.is_set(cpu) {
                set.set(cpu);
                kept.push(cpu);
            }
        }
        if kept.is_empty() {
            return Reading::absent("the affinity mask leaves none of its cores");
        }
        match sched_setaffinity(None, &set) {
            Ok(()) => Reading::Known(kept),
            Err(error) => Reading::absent(format!("sched_setaffinity failed: {error}")),
        }
    }
}

/// Checked by the compiler for macOS; not yet run on a Mac.
#[cfg(target_os = "macos")]
mod system {
    use super::{Entered, Role};
    use crate::machine::{Machine, Reading};
    use crate::qos;

    pub(super) fn enter(role: Role, _machine: &Machine) -> Entered {
        let (class, name) = if role.is_background() {
            (qos::BACKGROUND, "background")
        } else {
            (qos::USER_INITIATED, "user initiated")
        };
        Entered {
            priority: Reading::from_option(
                qos::set(class).then(|| format!("quality of service {name}")),
                "the system refused the quality of service",
            ),
            affinity: Reading::absent("macOS has no affinity"),
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use super::{Entered, Role};
    use crate::machine::{Machine, Reading};

    pub(super) fn enter(_role: Role, _machine: &Machine) -> Entered {
        let reason = "set on Linux and macOS only";
        Entered {
            priority: Reading::absent(reason),
            affinity: Reading::absent(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recording;

    fn check(recording: &str, role: Role, threads: usize, cpus: &str) {
        let machine = Recording::parse(recording).machine();
        assert_eq!(role.threads(&machine).count, threads, "{role:?}");
        let found = role.cpus(&machine).map(|cpus| format!("{cpus:?}"));
        assert_eq!(found.to_string(), cpus, "{role:?}");
    }

    #[test]
    fn roles_on_recorded_machines() {
        let m4 = include_str!("../tests/fixtures/m4-pro-12.txt");
        let unnumbered = "n/a (macOS does not say which core is in which tier)";
        check(m4, Role::Search, 8, unnumbered);
        check(m4, Role::Learning, 4, unnumbered);
        // Two tiers, none of which is made to save power: all for everyone.
        let m5 = include_str!("../tests/fixtures/m5-pro.txt");
        check(m5, Role::Search, 15, "n/a (all cores suit it)");
        check(m5, Role::Indexing, 15, "n/a (all cores suit it)");
        let m6 = include_str!("../tests/fixtures/m6.txt");
        check(m6, Role::Pricing, 6, unnumbered);
        check(m6, Role::Learning, 6, unnumbered);
        let hybrid = include_str!("../tests/fixtures/intel-hybrid.txt");
        check(hybrid, Role::Search, 8, "[0, 1, 2, 3, 4, 5, 6, 7]");
        check(hybrid, Role::Learning, 8, "[8, 9, 10, 11, 12, 13, 14, 15]");
        let board = include_str!("../tests/fixtures/arm-big-little.txt");
        check(board, Role::Pricing, 4, "[4, 5, 6, 7]");
        check(board, Role::Indexing, 4, "[0, 1, 2, 3]");
        let vm = include_str!("../tests/fixtures/vm.txt");
        check(vm, Role::Search, 2, "n/a (all cores suit it)");
        check(vm, Role::Learning, 2, "n/a (all cores suit it)");
    }

    /// A mask or quota that leaves less than a tier has binds.
    #[test]
    fn a_tier_is_bound_by_what_the_program_may_use() {
        let hybrid = include_str!("../tests/fixtures/intel-hybrid.txt");
        let narrow = hybrid.replace("Cpus_allowed_list:\t0-15", "Cpus_allowed_list:\t0-2");
        let machine = Recording::parse(&narrow).machine();
        assert_eq!(
            Role::Search.threads(&machine).to_string(),
            "3 (affinity mask)"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_background_thread_is_nice_and_the_others_are_not() {
        use rustix::process::getpriority_process;
        use rustix::thread::gettid;

        let vm = Recording::parse(include_str!("../tests/fixtures/vm.txt")).machine();
        let before = getpriority_process(Some(gettid())).unwrap();
        let thread = std::thread::spawn(move || {
            let entered = Role::Learning.enter(&vm);
            (entered, getpriority_process(Some(gettid())).unwrap())
        });
        let (entered, nice) = thread.join().unwrap();
        assert_eq!(nice, before.max(10));
        assert_eq!(
            entered.to_string(),
            format!("priority nice {nice}, affinity n/a (all cores suit it)")
        );
        assert_eq!(getpriority_process(Some(gettid())).unwrap(), before);
    }

    /// With tiers made up of this machine's own cores, a thread is really moved; and never to cores that it may not use.
    #[cfg(target_os = "linux")]
    #[test]
    fn affinity_narrows_to_the_tier() {
        let mut machine = crate::detect();
        let mask = machine.affinity_threads.known().copied().unwrap_or(1);
        let allowed = rustix::thread::sched_getaffinity(None).unwrap();
        let first = (0..1024).find(|&cpu| allowed.is_set(cpu)).unwrap();
        let class = machine.core_classes[0].clone();
        let tier = |level, cpus: Vec<usize>, efficiency| CoreClass {
            level,
            logical: cpus.len(),
            cpus: Reading::Known(cpus),
            efficiency,
            ..class.clone()
        };
        machine.core_classes = vec![tier(0, vec![first], false), tier(1, vec![1023], true)];
        let moved = machine.clone();
        let thread = std::thread::spawn(move || {
            let entered = Role::Search.enter(&moved);
            let now = rustix::thread::sched_getaffinity(None).unwrap();
            (entered, now.count())
        });
        let (entered, count) = thread.join().unwrap();
        assert_eq!(entered.affinity, Reading::Known(vec![first]));
        assert_eq!(count, 1);
        let thread = std::thread::spawn(move || {
            let entered = Role::Learning.enter(&machine);
            let now = rustix::thread::sched_getaffinity(None).unwrap();
            (entered, now.count())
        });
        let (entered, count) = thread.join().unwrap();
        assert_eq!(
            entered.affinity,
            Reading::absent("the affinity mask leaves none of its cores")
        );
        assert_eq!(count as usize, mask);
    }
}
