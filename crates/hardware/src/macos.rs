//! macOS: the machine from `sysctl` counters.
//!
//! The tiers of cores come from `hw.nperflevels` and their names from the system, because the names change: an M4 has
//! "Performance" and "Efficiency", an M5 Pro "Super" and "Performance", an M6 three tiers. Level 0 is the fastest. Core numbers
//! run the other way on some machines, so a tier is a count and never a range of numbers.
//!
//! Widths differ between counters (`hw.memsize` has 8 bytes, most have 4), so an integer is read by its length.

use crate::machine::{Cache, Container, CoreClass, Machine, Pressure, PressureLevel, Reading};

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
    machine.affinity_threads = Reading::absent("macOS has no affinity mask");
    machine.memory_total_bytes = number(counters, "hw.memsize");
    machine.memory_available_bytes = available_bytes(counters);
    machine.memory_pressure = pressure(counters);
    machine.container = Container::none("macOS has no control groups");
    machine
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
                name,
                logical: logical
                    .known()
                    .map(|count| *count as usize)
                    .or(physical.known().copied())?,
                physical,
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
pub(crate) mod tests {
    use super::*;

    /// M4 Pro, 8 + 4 cores, 24 GB. The counts are Apple's; cache and page figures stand in for real ones.
    pub(crate) const M4_PRO_12: &str = "machdep.cpu.brand_string: Apple M4 Pro\nhw.ncpu: 12\nhw.logicalcpu: 12\nhw.physicalcpu: 12\n\
        hw.memsize: 25769803776\nhw.pagesize: 16384\nhw.nperflevels: 2\n\
        hw.perflevel0.name: Performance\nhw.perflevel0.logicalcpu: 8\nhw.perflevel0.physicalcpu: 8\n\
        hw.perflevel0.l1icachesize: 196608\nhw.perflevel0.l1dcachesize: 131072\nhw.perflevel0.l2cachesize: 16777216\n\
        hw.perflevel0.cpusperl2: 4\n\
        hw.perflevel1.name: Efficiency\nhw.perflevel1.logicalcpu: 4\nhw.perflevel1.physicalcpu: 4\n\
        hw.perflevel1.l2cachesize: 4194304\nhw.perflevel1.cpusperl2: 4\n\
        vm.page_free_count: 100000\nvm.page_purgeable_count: 20000\nvm.page_pageable_external_count: 300000\n\
        kern.memorystatus_vm_pressure_level: 1";

    const M4_PRO_14: &str = "machdep.cpu.brand_string: Apple M4 Pro\nhw.ncpu: 14\nhw.memsize: 51539607552\nhw.nperflevels: 2\n\
        hw.perflevel0.name: Performance\nhw.perflevel0.logicalcpu: 10\nhw.perflevel1.name: Efficiency\nhw.perflevel1.logicalcpu: 4";

    const M5_PRO: &str = "machdep.cpu.brand_string: Apple M5 Pro\nhw.ncpu: 15\nhw.nperflevels: 2\n\
        hw.perflevel0.name: Super\nhw.perflevel0.logicalcpu: 5\nhw.perflevel1.name: Performance\nhw.perflevel1.logicalcpu: 10";

    const M6: &str = "machdep.cpu.brand_string: Apple M6\nhw.ncpu: 12\nhw.nperflevels: 3\n\
        hw.perflevel0.name: Super\nhw.perflevel0.logicalcpu: 2\nhw.perflevel1.name: Performance\nhw.perflevel1.logicalcpu: 4\n\
        hw.perflevel2.name: Efficiency\nhw.perflevel2.logicalcpu: 6";

    const INTEL: &str = "machdep.cpu.brand_string: Intel(R) Core(TM) i9-9880H CPU @ 2.30GHz\nhw.ncpu: 16\nhw.logicalcpu: 16\n\
        hw.physicalcpu: 8\nhw.memsize: 17179869184\nhw.l1dcachesize: 32768\nhw.l2cachesize: 262144";

    /// The machine that `sysctl -a` described so. Widths are those of the kernel: sizes have 8 bytes, counts 4.
    pub(crate) fn from_text(listing: &str) -> Machine {
        machine(&|name| {
            let value = listing
                .lines()
                .find_map(|line| line.split_once(": ").filter(|(key, _)| *key == name))?
                .1;
            Some(match value.parse::<i64>() {
                Ok(size) if name.contains("size") => size.to_ne_bytes().to_vec(),
                Ok(count) => i32::try_from(count)
                    .expect("counts fit in 4 bytes")
                    .to_ne_bytes()
                    .to_vec(),
                Err(_) => [value.as_bytes(), b"\0"].concat(),
            })
        })
    }

    fn check_tiers(listing: &str, brand: &str, expected: &[(&str, usize)]) {
        let machine = from_text(listing);
        let tiers: Vec<(&str, usize)> = machine
            .core_classes
            .iter()
            .map(|tier| (tier.name.as_str(), tier.logical))
            .collect();
        assert_eq!(tiers, expected, "{brand}");
        assert_eq!(machine.cpu_brand, Reading::Known(brand.to_owned()));
        let logical: usize = machine.core_classes.iter().map(|tier| tier.logical).sum();
        assert_eq!(
            machine.logical_cores,
            Reading::Known(logical),
            "{brand}: the tiers add up"
        );
        assert!(
            machine
                .core_classes
                .iter()
                .enumerate()
                .all(|(index, tier)| tier.level == index)
        );
    }

    #[test]
    fn tiers_are_read_by_name_fastest_first() {
        check_tiers(
            M4_PRO_12,
            "Apple M4 Pro",
            &[("Performance", 8), ("Efficiency", 4)],
        );
        check_tiers(
            M4_PRO_14,
            "Apple M4 Pro",
            &[("Performance", 10), ("Efficiency", 4)],
        );
        check_tiers(M5_PRO, "Apple M5 Pro", &[("Super", 5), ("Performance", 10)]);
        check_tiers(
            M6,
            "Apple M6",
            &[("Super", 2), ("Performance", 4), ("Efficiency", 6)],
        );
        check_tiers(
            INTEL,
            "Intel(R) Core(TM) i9-9880H CPU @ 2.30GHz",
            &[("Uniform", 16)],
        );
    }

    #[test]
    fn memory_pressure_and_caches_of_the_24_gb_machine() {
        let machine = from_text(M4_PRO_12);
        assert_eq!(machine.memory_total_bytes, Reading::Known(24 << 30));
        assert_eq!(
            machine.memory_available_bytes,
            Reading::Known(420_000 * 16_384)
        );
        assert_eq!(
            machine.memory_pressure,
            Reading::Known(Pressure::Level(PressureLevel::Normal))
        );
        assert_eq!(
            machine.core_classes[0].to_string(),
            "8 Performance, L1i 192.0 KiB, L1d 128.0 KiB, L2 16.0 MiB for 4"
        );
    }

    #[test]
    fn what_a_mac_does_not_offer_is_absent_with_the_name_of_the_counter() {
        let machine = from_text(M6);
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
        let odd = from_text("kern.memorystatus_vm_pressure_level: 3\nhw.ncpu: -1");
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
