//! What machine is this, and how much of its memory and how many of its cores may we take?
//!
//! ```
//! let machine = hardware::detect();
//! let threads = hardware::threads(&machine);
//! let budget = hardware::memory_budget(&machine, None);
//! assert!(threads.count >= 1 && budget.bytes > 0);
//! println!("{machine}");
//! println!("threads  {threads}");
//! println!("memory   {budget}");
//! ```
//!
//! A counter that this machine does not offer is [`Reading::Absent`] and prints "n/a (reason)": a zero would look like a
//! measurement. The parsers are pure functions over text and bytes, compiled and tested on every system with values seen on
//! real machines; only the call into the macOS kernel (`sysctl.rs`) needs a Mac.
//!
//! Deliberately absent: any use of the machine. Nothing here computes, pins, allocates or writes a setting.

pub mod batch;
mod budget;
mod cgroup;
pub mod ledger;
mod linux;
mod machine;
mod macos;
mod sysctl;

pub use budget::{Error, Limit, MemoryBudget, Threads, memory_budget, threads};
pub use machine::{
    Bytes, Cache, CgroupVersion, Container, CoreClass, Machine, Pressure, PressureLevel, Reading,
};

/// Reads the machine we run on. It never fails: what cannot be read is [`Reading::Absent`], with the reason.
pub fn detect() -> Machine {
    let schedulable = std::thread::available_parallelism().map(|count| count.get());
    let mut machine = match std::env::consts::OS {
        "linux" => linux::machine(&|path| std::fs::read_to_string(path).ok()),
        "macos" => macos::machine(&sysctl::read),
        other => Machine::unknown(other, &format!("not read on {other}")),
    };
    machine.schedulable_threads = match schedulable {
        Ok(count) => Reading::Known(count),
        Err(error) => Reading::absent(format!("the system does not say: {error}")),
    };
    machine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_described_without_a_zero() {
        let machine = detect();
        let text = machine.to_string();
        assert!(text.starts_with("os "), "{text}");
        for line in text.lines() {
            let value = line.get(20..).unwrap_or_default().trim();
            assert!(
                !value.is_empty() && !value.starts_with("0 "),
                "a missing counter must say n/a: {line:?}"
            );
        }
        assert!(threads(&machine).count >= 1);
        assert!(memory_budget(&machine, None).bytes > 0);
    }

    #[cfg(any(target_os = "linux", target_os = "macos"))]
    #[test]
    fn a_supported_system_knows_its_memory_and_cores() {
        let machine = detect();
        assert!(*machine.memory_total_bytes.known().expect("memory") > 1 << 28);
        assert!(*machine.logical_cores.known().expect("cores") >= 1);
        assert!(!machine.core_classes.is_empty());
    }
}
