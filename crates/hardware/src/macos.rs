//! macOS: the machine from `sysctl` counters.
//!
//! The tiers of cores come from `hw.nperflevels` and their names from the system, because the names change: an M4 has
//! "Performance" and "Efficiency", an M5 Pro "Super" and "Performance", an M6 three tiers. Level 0 is the fastest. Core numbers
//! run the other way on some machines, so a tier is a count and never a range of numbers.
//!
//! Widths differ between counters (`hw.memsize` has 8 bytes, most have 4), so an integer is read by its length.

use crate::machine::{
    Cache, Container, CoreClass, Gpu, Machine, NeuralEngine, Pressure, PressureLevel, Reading,
};
use crate::{gpu, simd};

/// Gives the raw bytes of a counter, if this machine has it.
type Counters<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// Describes the machine behind `counters`.
pub(crate) fn machine(counters: Counters<'_>) -> Machine {
    let count = |name: &str| number(counters, name).map(|value| value as usize);
    let mut machine = Machine::unknown("macos", "no such counter on this Mac");
    machine.cpu_brand = text(counters, "machdep.cpu.brand_string");
    machine.logical_cores = match count("hw.logicalcpu") {
        Reading::Absent(_) => count("hw.ncpu"),
        known => known,
    };
    machine.physical_cores = count("hw.physicalcpu");
    machine.core_classes = core_classes(counters, &machine);
    machine.simd =
        simd::of_counters(|name| number(counters, name).known().copied().unwrap_or(0) == 1);
    machine.neural_engine = neural_engine(counters);
    machine.affinity_threads = Reading::absent("macOS has no affinity mask");
    machine.memory_total_bytes = number(counters, "hw.memsize");
    machine.memory_available_bytes = available_bytes(counters);
    machine.memory_pressure = pressure(counters);
    machine.container = Container::none("macOS has no control groups");
    machine
}

/// The GPUs from what two commands print; `print` runs one and gives its text. The quick one is asked first.
pub(crate) fn gpus(print: &dyn Fn(&str) -> Option<String>) -> Reading<Vec<Gpu>> {
    if let Some(found) = print("ioreg AGXAccelerator").map(|text| gpu::of_ioreg(&text))
        && let Reading::Known(gpus) = &found
        && gpus.iter().all(|gpu| gpu.cores.known().is_some())
    {
        return found;
    }
    match print("system_profiler SPDisplaysDataType") {
        Some(json) => gpu::of_system_profiler(&json),
        None => Reading::absent("neither ioreg nor system_profiler answered"),
    }
}

/// Runs one of the two commands of [`gpus`]. Fixed names, no input, nothing written.
pub(crate) fn print(command: &str) -> Option<String> {
    let (program, arguments): (&str, &[&str]) = match command {
        "ioreg AGXAccelerator" => (
            "/usr/sbin/ioreg",
            &["-rc", "AGXAccelerator", "-d", "1", "-w", "0"],
        ),
        _ => (
            "/usr/sbin/system_profiler",
            &["SPDisplaysDataType", "-json"],
        ),
    };
    let output = std::process::Command::new(program)
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Notes where the values of a machine of this file come from.
pub(crate) fn note_sources(machine: &mut Machine) {
    let gpu = machine.gpus.known().and_then(|gpus| gpus.first());
    let gpu = gpu.map_or(String::new(), |gpu| gpu.source.clone());
    machine.note_sources(&[
        ("cpu", "sysctl machdep.cpu.brand_string"),
        ("logical cores", "sysctl hw.logicalcpu"),
        ("physical cores", "sysctl hw.physicalcpu"),
        ("core class", "sysctl hw.perflevel*"),
        ("simd", "sysctl hw.optional.*"),
        ("gpu", &gpu),
        (
            "neural engine",
            "every Apple silicon Mac has one (sysctl hw.optional.arm64)",
        ),
        ("memory", "sysctl hw.memsize"),
        ("memory available", "sysctl vm.page_*"),
        (
            "memory pressure",
            "sysctl kern.memorystatus_vm_pressure_level",
        ),
    ]);
}

/// Every Mac with Apple's own processor has one; a guest on it does not see it.
fn neural_engine(counters: Counters<'_>) -> Reading<NeuralEngine> {
    let is_set = |name: &str| number(counters, name).known() == Some(&1);
    if is_set("kern.hv_vmm_present") {
        return Reading::absent("a virtual machine does not see it");
    }
    if !is_set("hw.optional.arm64") {
        return Reading::absent("only Macs with Apple silicon have one");
    }
    Reading::Known(NeuralEngine {
        name: "Apple Neural Engine".to_owned(),
        cores: Reading::absent("macOS publishes no count"),
    })
}

fn core_classes(counters: Counters<'_>, machine: &Machine) -> Vec<CoreClass> {
    let levels = number(counters, "hw.nperflevels")
        .known()
        .copied()
        .unwrap_or(0)
        .min(16) as usize;
    let tiers: Vec<CoreClass> = (0..levels)
        .filter_map(|level| {
            let key = |name: &str| format!("hw.perflevel{level}.{name}");
            let logical = number(counters, &key("logicalcpu"));
            let physical = number(counters, &key("physicalcpu")).map(|count| count as usize);
            let name = match text(counters, &key("name")) {
                Reading::Known(name) => name,
                Reading::Absent(_) => format!("Level {level}"),
            };
            Some(CoreClass {
                level,
                efficiency: levels > 1 && name == "Efficiency",
                name,
                logical: logical
                    .known()
                    .map(|count| *count as usize)
                    .or(physical.known().copied())?,
                physical,
                cpus: Reading::absent("macOS does not say which core is in which tier"),
                clock_mhz_max: Reading::absent("macOS publishes no clock of Apple silicon"),
                caches: caches(
                    counters,
                    &format!("hw.perflevel{level}."),
                    number(counters, &key("cpusperl2")),
                ),
            })
        })
        .collect();
    if !tiers.is_empty() {
        return tiers;
    }
    // Macs without tiers (Intel, old systems) still count their cores.
    machine
        .logical_cores
        .known()
        .map(|&logical| CoreClass {
            level: 0,
            name: "Uniform".to_owned(),
            logical,
            physical: machine.physical_cores.clone(),
            cpus: Reading::absent("macOS does not say which core is in which tier"),
            clock_mhz_max: number(counters, "hw.cpufrequency_max").map(|hz| hz as f64 / 1e6),
            efficiency: false,
            caches: caches(counters, "hw.", Reading::absent("no tiers on this Mac")),
        })
        .into_iter()
        .collect()
}

fn caches(counters: Counters<'_>, prefix: &str, cores_per_l2: Reading<u64>) -> Reading<Vec<Cache>> {
    let one = |name: &str, level: u8, kind: &str, shared_by: Reading<usize>| {
        let bytes = *number(counters, &format!("{prefix}{name}")).known()?;
        Some(Cache {
            level,
            kind: kind.to_owned(),
            bytes,
            shared_by,
        })
    };
    let found: Vec<Cache> = [
        one("l1icachesize", 1, "instruction", Reading::Known(1)),
        one("l1dcachesize", 1, "data", Reading::Known(1)),
        one(
            "l2cachesize",
            2,
            "unified",
            cores_per_l2.map(|count| count as usize),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    Reading::from_option(
        (!found.is_empty()).then_some(found),
        "no cache sizes on this Mac",
    )
}

/// Free, purgeable and file-backed pages: a low estimate, because inactive and compressible pages are left out.
fn available_bytes(counters: Counters<'_>) -> Reading<u64> {
    let pages = [
        "vm.page_free_count",
        "vm.page_purgeable_count",
        "vm.page_pageable_external_count",
    ]
    .iter()
    .map(|name| number(counters, name).known().copied())
    .sum::<Option<u64>>();
    let page_bytes = number(counters, "hw.pagesize").known().copied();
    Reading::from_option(
        pages
            .zip(page_bytes)
            .map(|(pages, bytes)| pages.saturating_mul(bytes)),
        "no page counters on this Mac",
    )
}

fn pressure(counters: Counters<'_>) -> Reading<Pressure> {
    match number(counters, "kern.memorystatus_vm_pressure_level") {
        Reading::Known(1) => Reading::Known(Pressure::Level(PressureLevel::Normal)),
        Reading::Known(2) => Reading::Known(Pressure::Level(PressureLevel::Warning)),
        Reading::Known(4) => Reading::Known(Pressure::Level(PressureLevel::Critical)),
        Reading::Known(other) => {
            Reading::absent(format!("pressure level {other} has no known meaning"))
        }
        Reading::Absent(reason) => Reading::Absent(reason),
    }
}

/// A counter as an integer of 4 or 8 bytes in the machine's order. Negative values mean nothing here and are refused.
fn number(counters: Counters<'_>, name: &str) -> Reading<u64> {
    let Some(bytes) = counters(name) else {
        return Reading::absent(format!("{name} is not offered"));
    };
    let value = if let Ok(four) = <[u8; 4]>::try_from(bytes.as_slice()) {
        u64::try_from(i32::from_ne_bytes(four)).ok()
    } else if let Ok(eight) = <[u8; 8]>::try_from(bytes.as_slice()) {
        u64::try_from(i64::from_ne_bytes(eight)).ok()
    } else {
        None
    };
    Reading::from_option(value, format!("{name} is no count ({} bytes)", bytes.len()))
}

/// A counter as text; the kernel ends it with NUL.
fn text(counters: Counters<'_>, name: &str) -> Reading<String> {
    let Some(bytes) = counters(name) else {
        return Reading::absent(format!("{name} is not offered"));
    };
    let end = bytes
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(bytes.len());
    let value = String::from_utf8_lossy(&bytes[..end]).trim().to_owned();
    Reading::from_option(
        (!value.is_empty()).then_some(value),
        format!("{name} is empty"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recording;

    /// The machine that `sysctl -a` described so.
    fn from_text(listing: &str) -> Machine {
        Recording::parse(listing).machine()
    }

    #[test]
    fn what_a_mac_does_not_offer_is_absent_with_the_name_of_the_counter() {
        let machine = from_text("hw.ncpu = 12\nhw.nperflevels = 1\nhw.perflevel0.logicalcpu = 12");
        assert_eq!(
            machine.memory_total_bytes.to_string(),
            "n/a (hw.memsize is not offered)"
        );
        assert_eq!(
            machine.memory_available_bytes.to_string(),
            "n/a (no page counters on this Mac)"
        );
        assert_eq!(
            machine.core_classes[0].caches,
            Reading::absent("no cache sizes on this Mac")
        );
        let odd = from_text("kern.memorystatus_vm_pressure_level = 3\nhw.ncpu = -1");
        assert_eq!(
            odd.memory_pressure.to_string(),
            "n/a (pressure level 3 has no known meaning)"
        );
        assert_eq!(
            odd.logical_cores.to_string(),
            "n/a (hw.ncpu is no count (4 bytes))"
        );
        assert!(odd.core_classes.is_empty());
    }
}
