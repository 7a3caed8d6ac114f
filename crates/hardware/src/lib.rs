//! What machine is this, how hot is it, and how much of its memory and how many of its cores may we take?
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
//! real machines ([`Recording`]); only the calls into the macOS kernel (`sysctl.rs`, `sensors/mach.rs`, `metal.rs`, `qos.rs`) need a Mac.
//!
//! Beside the machine: [`sensors`] says what it does now, [`thermal`] how many workers a hot one may run, [`mod@threads`] on which
//! cores a thread belongs, [`ledger`] and [`batch`] who holds how much memory.
//!
//! Deliberately absent: any use of the machine. Nothing here computes or changes a setting of the system; a thread alone may ask to be
//! moved ([`threads::Role::enter`]).

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod batch;
mod budget;
mod cgroup;
mod gpu;
pub mod ledger;
mod linux;
mod machine;
mod macos;
#[cfg(target_os = "macos")]
mod metal;
#[cfg(all(feature = "nvml", target_os = "linux"))]
mod nvidia;
#[cfg(target_os = "macos")]
mod qos;
mod recording;
pub mod sensors;
mod simd;
mod sysctl;
pub mod thermal;
pub mod threads;

use std::sync::OnceLock;

pub use budget::{Error, Limit, MemoryBudget, Threads, memory_budget, threads};
pub use machine::{
    Bytes, Cache, CgroupVersion, Container, CoreClass, Gpu, GpuMemory, Machine, NeuralEngine,
    Pressure, PressureLevel, Reading,
};
pub use recording::Recording;

/// Reads the machine we run on. It never fails: what cannot be read is [`Reading::Absent`], with the reason.
pub fn detect() -> Machine {
    // Cards do not come and go while a program runs, and asking for them takes longest.
    static GPUS: OnceLock<Reading<Vec<Gpu>>> = OnceLock::new();
    let schedulable = std::thread::available_parallelism().map(|count| count.get());
    let files = |path: &str| std::fs::read_to_string(path).ok();
    let mut machine = match std::env::consts::OS {
        "linux" => linux::machine(&files),
        "macos" => macos::machine(&sysctl::read),
        other => Machine::unknown(other, &format!("not read on {other}")),
    };
    machine.schedulable_threads = match schedulable {
        Ok(count) => Reading::Known(count),
        Err(error) => Reading::absent(format!("the system does not say: {error}")),
    };
    machine.gpus = GPUS.get_or_init(detect_gpus).clone();
    match std::env::consts::OS {
        "linux" => linux::note_sources(&mut machine),
        "macos" => macos::note_sources(&mut machine),
        _ => {}
    }
    machine
}

fn detect_gpus() -> Reading<Vec<Gpu>> {
    match std::env::consts::OS {
        "linux" => {
            let listed = gpu::of_linux(&|path| std::fs::read_to_string(path).ok(), &names);
            #[cfg(all(feature = "nvml", target_os = "linux"))]
            let listed = nvidia::refine(listed);
            listed
        }
        "macos" => {
            let listed = macos::gpus(&macos::print);
            #[cfg(target_os = "macos")]
            let listed = gpu::with_stated(listed, metal::devices());
            listed
        }
        other => Reading::absent(format!("not read on {other}")),
    }
}

/// The names of files and folders in a folder; none if it cannot be read.
fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.collect()
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
