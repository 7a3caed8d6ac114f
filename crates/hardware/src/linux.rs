//! Linux: the machine from the text files of `/proc` and `/sys`.
//!
//! Every function takes the files as a function from path to text, so a test can put any machine there.

use std::collections::BTreeSet;

use crate::machine::{Cache, CoreClass, Machine, NeuralEngine, Pressure, Reading};
use crate::{cgroup, simd};

/// Gives the text of a file, if it exists and may be read.
pub(crate) type Files<'a> = &'a dyn Fn(&str) -> Option<String>;

const CPU: &str = "/sys/devices/system/cpu";

/// Describes the machine behind `files`.
pub(crate) fn machine(files: Files<'_>) -> Machine {
    let mut machine = Machine::unknown("linux", "not offered by this kernel");
    let online = online(files);
    machine.cpu_brand = cpu_brand(files);
    machine.physical_cores = online
        .clone()
        .map(|cpus| physical_cores(files, &cpus))
        .flatten();
    machine.core_classes = online
        .known()
        .map(|cpus| core_classes(files, cpus))
        .unwrap_or_default();
    machine.logical_cores = online.map(|cpus| cpus.len());
    machine.simd = files("/proc/cpuinfo").map_or_else(
        || Reading::absent("no /proc/cpuinfo"),
        |text| simd::of_cpuinfo(&text),
    );
    machine.neural_engine = neural_engine(files);
    machine.affinity_threads = affinity_threads(files);
    machine.memory_total_bytes = meminfo_bytes(files, "MemTotal");
    machine.memory_available_bytes = meminfo_bytes(files, "MemAvailable");
    machine.memory_pressure = pressure(files);
    machine.container = cgroup::container(files, machine.memory_total_bytes.known().copied());
    machine
}

/// Notes where the values of a machine of this file come from.
pub(crate) fn note_sources(machine: &mut Machine) {
    let gpu = machine.gpus.known().and_then(|gpus| gpus.first());
    let gpu = gpu.map_or(String::new(), |gpu| gpu.source.clone());
    machine.note_sources(&[
        ("cpu", "/proc/cpuinfo"),
        ("logical cores", "/sys/devices/system/cpu/online"),
        ("physical cores", "/sys/devices/system/cpu/cpu*/topology"),
        (
            "core class",
            "/sys/devices/cpu_{core,atom,lowpower}/cpus, or cpu_capacity, cpufreq and cache below /sys/devices/system/cpu/cpu*",
        ),
        ("simd", "/proc/cpuinfo"),
        ("gpu", &gpu),
        ("neural engine", "/sys/class/accel"),
        ("affinity threads", "/proc/self/status"),
        ("memory", "/proc/meminfo"),
        ("memory available", "/proc/meminfo"),
        ("memory pressure", "/proc/pressure/memory"),
        ("control groups", "/proc/self/cgroup, /proc/self/mountinfo"),
        ("container memory", "limits of the control groups above us"),
        ("container room", "limits and use of the control groups above us"),
        ("container cores", "quotas of the control groups above us"),
    ]);
}

/// Expands a kernel list of numbers, "0-3,8", in order. `None` if it is not one.
pub(crate) fn number_list(text: &str) -> Option<Vec<usize>> {
    // A kernel numbers at most a few thousand processors; a larger range is no list of them.
    const NUMBER_MAX: usize = 1 << 16;
    let mut numbers = BTreeSet::new();
    for part in text.trim().split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if last > NUMBER_MAX {
            return None;
        }
        numbers.extend(first..=last);
    }
    Some(numbers.into_iter().collect())
}

fn online(files: Files<'_>) -> Reading<Vec<usize>> {
    let listed = files(&format!("{CPU}/online"))
        .and_then(|text| number_list(&text))
        .filter(|cpus| !cpus.is_empty());
    let counted = || {
        let cpus: Vec<usize> = files("/proc/cpuinfo")?
            .lines()
            .filter(|line| line.starts_with("processor"))
            .filter_map(|line| line.split_once(':')?.1.trim().parse().ok())
            .collect();
        (!cpus.is_empty()).then_some(cpus)
    };
    Reading::from_option(
        listed.or_else(counted),
        format!("neither {CPU}/online nor /proc/cpuinfo lists processors"),
    )
}

fn cpu_brand(files: Files<'_>) -> Reading<String> {
    let brand = files("/proc/cpuinfo").and_then(|text| {
        let values = |key: &'static str| {
            text.lines().filter_map(move |line| {
                let (name, value) = line.split_once(':')?;
                (name.trim() == key && !value.trim().is_empty()).then(|| value.trim().to_owned())
            })
        };
        // Arm's kernels name no model, but the design of each core.
        let arm = || {
            if values("CPU implementer").next()? != "0x41" {
                return None;
            }
            let parts: BTreeSet<String> = values("CPU part").collect();
            let names: Option<Vec<&str>> = parts.iter().rev().map(|part| arm_core(part)).collect();
            Some(format!("Arm {}", names?.join(" and ")))
        };
        let first = |key| values(key).next();
        first("model name").or_else(|| first("Model")).or_else(arm)
    });
    Reading::from_option(brand, "/proc/cpuinfo names no model")
}

/// Arm's own designs by part number. Source: Linux, arch/arm64/include/asm/cputype.h.
fn arm_core(part: &str) -> Option<&'static str> {
    Some(match part {
        "0xd03" => "Cortex-A53",
        "0xd04" => "Cortex-A35",
        "0xd05" => "Cortex-A55",
        "0xd07" => "Cortex-A57",
        "0xd08" => "Cortex-A72",
        "0xd09" => "Cortex-A73",
        "0xd0a" => "Cortex-A75",
        "0xd0b" => "Cortex-A76",
        "0xd0c" => "Neoverse-N1",
        "0xd0d" => "Cortex-A77",
        "0xd40" => "Neoverse-V1",
        "0xd41" => "Cortex-A78",
        "0xd44" => "Cortex-X1",
        "0xd46" => "Cortex-A510",
        "0xd47" => "Cortex-A710",
        "0xd48" => "Cortex-X2",
        "0xd49" => "Neoverse-N2",
        "0xd4d" => "Cortex-A715",
        "0xd4e" => "Cortex-X3",
        "0xd4f" => "Neoverse-V2",
        "0xd80" => "Cortex-A520",
        "0xd81" => "Cortex-A720",
        "0xd82" => "Cortex-X4",
        _ => return None,
    })
}

fn physical_cores(files: Files<'_>, cpus: &[usize]) -> Reading<usize> {
    let cores: Option<BTreeSet<(String, String)>> = cpus
        .iter()
        .map(|cpu| {
            let part = |name: &str| files(&format!("{CPU}/cpu{cpu}/topology/{name}"));
            Some((
                part("physical_package_id")?.trim().to_owned(),
                part("core_id")?.trim().to_owned(),
            ))
        })
        .collect();
    Reading::from_option(
        cores.map(|cores| cores.len()),
        format!("no topology below {CPU}"),
    )
}

/// A tier of cores by its numbers.
struct Tier {
    name: String,
    cpus: Vec<usize>,
    efficiency: bool,
}

/// Tiers of cores: Intel hybrids list theirs, Arm publishes a capacity for each core (1024 is the fastest); where neither tells
/// cores apart, their highest clocks may.
fn core_classes(files: Files<'_>, online: &[usize]) -> Vec<CoreClass> {
    let mut tiers = listed_tiers(files)
        .or_else(|| capacity_tiers(files, online))
        .or_else(|| clock_tiers(files, online))
        .unwrap_or_else(|| {
            vec![Tier {
                name: "Uniform".to_owned(),
                cpus: online.to_vec(),
                efficiency: false,
            }]
        });
    for tier in &mut tiers {
        tier.cpus.retain(|cpu| online.contains(cpu));
    }
    tiers.retain(|tier| !tier.cpus.is_empty());
    let several = tiers.len() > 1;
    tiers
        .into_iter()
        .enumerate()
        .map(|(level, tier)| CoreClass {
            level,
            name: tier.name,
            logical: tier.cpus.len(),
            physical: physical_cores(files, &tier.cpus),
            clock_mhz_max: Reading::from_option(
                tier.cpus
                    .iter()
                    .filter_map(|&cpu| clock_mhz_max(files, cpu))
                    .max_by(f64::total_cmp),
                format!("no cpufreq below {CPU}"),
            ),
            efficiency: several && tier.efficiency,
            caches: caches(files, tier.cpus[0]),
            cpus: Reading::Known(tier.cpus),
        })
        .collect()
}

/// What Intel hybrids list, fastest first.
fn listed_tiers(files: Files<'_>) -> Option<Vec<Tier>> {
    let tier = |name: &str, device: &str, efficiency: bool| {
        let cpus = number_list(&files(&format!("/sys/devices/{device}/cpus"))?)?;
        Some(Tier {
            name: name.to_owned(),
            cpus,
            efficiency,
        })
    };
    let mut tiers = vec![
        tier("Performance", "cpu_core", false)?,
        tier("Efficiency", "cpu_atom", true)?,
    ];
    tiers.extend(tier("Low power", "cpu_lowpower", true));
    Some(tiers)
}

/// By `cpu_capacity`. Firmware that prefers one core among equals gives it a few points more, which is no tier.
fn capacity_tiers(files: Files<'_>, online: &[usize]) -> Option<Vec<Tier>> {
    let capacity = |cpu: usize| {
        let text = files(&format!("{CPU}/cpu{cpu}/cpu_capacity"))?;
        text.trim().parse::<f64>().ok()
    };
    let capacities: Option<Vec<f64>> = online.iter().map(|&cpu| capacity(cpu)).collect();
    // A core of Arm's small line has less than half of the large one's capacity; the middle line has 0.7 or more.
    grouped(online, &capacities?, 0.95, 0.5, |top| {
        format!("Capacity {top:.0}")
    })
}

/// By highest clock, where small cores are clocked much lower than large ones.
fn clock_tiers(files: Files<'_>, online: &[usize]) -> Option<Vec<Tier>> {
    let clocks: Option<Vec<f64>> = online
        .iter()
        .map(|&cpu| clock_mhz_max(files, cpu))
        .collect();
    grouped(online, &clocks?, 0.85, 0.85, |top| {
        format!("Up to {top:.0} MHz")
    })
}

fn clock_mhz_max(files: Files<'_>, cpu: usize) -> Option<f64> {
    let text = files(&format!("{CPU}/cpu{cpu}/cpufreq/cpuinfo_max_freq"))?;
    text.trim().parse::<f64>().ok().map(|khz| khz / 1000.0)
}

/// Cores by a measure of speed: those within `alike` of the fastest of a tier belong to it, and a tier below `small` of the fastest
/// core is one of efficiency. `None` where all are alike.
fn grouped(
    cpus: &[usize],
    speeds: &[f64],
    alike: f64,
    small: f64,
    name: impl Fn(f64) -> String,
) -> Option<Vec<Tier>> {
    let mut order: Vec<(f64, usize)> = speeds.iter().copied().zip(cpus.iter().copied()).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let fastest = order.first()?.0;
    let mut tiers: Vec<(f64, Vec<usize>)> = Vec::new();
    for (speed, cpu) in order {
        match tiers.last_mut() {
            Some((top, cpus)) if speed >= *top * alike => cpus.push(cpu),
            _ => tiers.push((speed, vec![cpu])),
        }
    }
    if tiers.len() < 2 {
        return None;
    }
    let tiers = tiers.into_iter().map(|(top, mut cpus)| {
        cpus.sort_unstable();
        Tier {
            name: name(top),
            cpus,
            efficiency: top < fastest * small,
        }
    });
    Some(tiers.collect())
}

/// The first accelerator that the kernel lists, by its driver.
fn neural_engine(files: Files<'_>) -> Reading<NeuralEngine> {
    let driver = (0..4).find_map(|number| {
        let text = files(&format!("/sys/class/accel/accel{number}/device/uevent"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("DRIVER="))?;
        Some(line.trim().to_owned())
    });
    Reading::from_option(
        driver.map(|name| NeuralEngine {
            name,
            cores: Reading::absent("its driver gives no cores"),
        }),
        "none below /sys/class/accel",
    )
}

/// The caches of one processor; those of its tier are alike.
fn caches(files: Files<'_>, cpu: usize) -> Reading<Vec<Cache>> {
    let caches: Vec<Cache> = (0..16)
        .map_while(|index| {
            let field = |name: &str| {
                files(&format!("{CPU}/cpu{cpu}/cache/index{index}/{name}"))
                    .map(|text| text.trim().to_owned())
            };
            let kilobytes: u64 = field("size")?.strip_suffix('K')?.parse().ok()?;
            Some(Cache {
                level: field("level")?.parse().ok()?,
                kind: field("type")?.to_lowercase(),
                bytes: kilobytes << 10,
                shared_by: Reading::from_option(
                    field("shared_cpu_list")
                        .and_then(|text| number_list(&text))
                        .map(|cpus| cpus.len()),
                    "no shared_cpu_list",
                ),
            })
        })
        .collect();
    Reading::from_option(
        (!caches.is_empty()).then_some(caches),
        format!("no cache folder below {CPU}"),
    )
}

fn affinity_threads(files: Files<'_>) -> Reading<usize> {
    let count = files("/proc/self/status").and_then(|text| {
        let list = text
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
        number_list(list)
            .map(|cpus| cpus.len())
            .filter(|&count| count > 0)
    });
    Reading::from_option(count, "/proc/self/status has no Cpus_allowed_list")
}

pub(crate) fn meminfo_bytes(files: Files<'_>, key: &str) -> Reading<u64> {
    let bytes = files("/proc/meminfo").and_then(|text| {
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        value
            .trim()
            .strip_suffix("kB")?
            .trim()
            .parse::<u64>()
            .ok()?
            .checked_mul(1024)
    });
    Reading::from_option(bytes, format!("/proc/meminfo has no {key}"))
}

/// Pressure stall information: "some avg10=0.12 ..." in percent.
pub(crate) fn pressure(files: Files<'_>) -> Reading<Pressure> {
    let stalled = files("/proc/pressure/memory").and_then(|text| {
        let fraction = |kind: &str| {
            let line = text
                .lines()
                .find_map(|line| line.strip_prefix(kind)?.strip_prefix(" avg10="))?;
            line.split(' ')
                .next()?
                .parse::<f64>()
                .ok()
                .map(|percent| percent / 100.0)
        };
        Some(Pressure::Stalled {
            some_10s: fraction("some")?,
            full_10s: fraction("full")?,
        })
    });
    Reading::from_option(stalled, "no /proc/pressure/memory")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::machine::CgroupVersion;

    /// A tree of files written as lines of "path = text", where "|" in the text stands for a new line.
    pub(crate) fn files(tree: &str) -> impl Fn(&str) -> Option<String> {
        let entries: Vec<(String, String)> = tree
            .lines()
            .filter_map(|line| line.trim().split_once(" = "))
            .map(|(path, text)| (path.to_owned(), text.replace('|', "\n")))
            .collect();
        move |path| {
            entries
                .iter()
                .find(|(name, _)| name == path)
                .map(|(_, text)| text.clone())
        }
    }

    /// A virtual machine: 2 threads, 24 GB, both generations of control groups, no limits.
    pub(crate) const VM_24_GB: &str = "
        /sys/devices/system/cpu/online = 0-1
        /proc/cpuinfo = processor\t: 0|model name\t: Intel(R) Xeon(R) Processor|flags\t\t: fpu|processor\t: 1
        /sys/devices/system/cpu/cpu0/cpu_capacity = 1024
        /sys/devices/system/cpu/cpu1/cpu_capacity = 1024
        /sys/devices/system/cpu/cpu0/topology/physical_package_id = 0
        /sys/devices/system/cpu/cpu0/topology/core_id = 0
        /sys/devices/system/cpu/cpu1/topology/physical_package_id = 0
        /sys/devices/system/cpu/cpu1/topology/core_id = 1
        /sys/devices/system/cpu/cpu0/cache/index0/size = 48K
        /sys/devices/system/cpu/cpu0/cache/index0/level = 1
        /sys/devices/system/cpu/cpu0/cache/index0/type = Data
        /sys/devices/system/cpu/cpu0/cache/index0/shared_cpu_list = 0
        /sys/devices/system/cpu/cpu0/cache/index1/size = 491520K
        /sys/devices/system/cpu/cpu0/cache/index1/level = 3
        /sys/devices/system/cpu/cpu0/cache/index1/type = Unified
        /sys/devices/system/cpu/cpu0/cache/index1/shared_cpu_list = 0-1
        /proc/self/status = Name:\tjarvis2|Cpus_allowed:\t3|Cpus_allowed_list:\t0-1|
        /proc/meminfo = MemTotal:       24684084 kB|MemFree:        23455084 kB|MemAvailable:   24089392 kB
        /proc/pressure/memory = some avg10=1.50 avg60=0.00 avg300=0.00 total=0|full avg10=0.25 avg60=0.00 avg300=0.00 total=0
        /proc/self/cgroup = 9:name=systemd:/|4:memory:/service/a|3:cpuset:/|2:cpuacct:/|1:cpu:/|0::/|
        /proc/self/mountinfo = 32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu|35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory|41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        /sys/fs/cgroup/memory/service/a/memory.limit_in_bytes = 9223372036854771712
        /sys/fs/cgroup/memory/memory.limit_in_bytes = 9223372036854771712
        /sys/fs/cgroup/cpu/cpu.cfs_quota_us = -1
        /sys/fs/cgroup/cpu/cpu.cfs_period_us = 100000";

    #[test]
    fn a_virtual_machine_is_read_in_full() {
        let machine = machine(&files(VM_24_GB));
        assert_eq!(
            machine.cpu_brand,
            Reading::Known("Intel(R) Xeon(R) Processor".to_owned())
        );
        assert_eq!(machine.logical_cores, Reading::Known(2));
        assert_eq!(machine.physical_cores, Reading::Known(2));
        assert_eq!(machine.affinity_threads, Reading::Known(2));
        assert_eq!(machine.memory_total_bytes, Reading::Known(24_684_084 << 10));
        assert_eq!(
            machine.memory_pressure,
            Reading::Known(Pressure::Stalled {
                some_10s: 0.015,
                full_10s: 0.0025
            })
        );
        assert_eq!(machine.core_classes.len(), 1);
        assert_eq!(
            machine.core_classes[0].to_string(),
            "2 Uniform, L1d 48.0 KiB, L3 480.0 MiB for 2"
        );
        assert_eq!(
            machine.container.version,
            Reading::Known(CgroupVersion::Hybrid)
        );
        assert_eq!(
            machine.container.memory_limit_bytes,
            Reading::absent("no memory limit is set")
        );
        assert_eq!(
            machine.container.cpu_quota_cores,
            Reading::absent("no processor quota is set")
        );
    }

    fn check_tiers(tree: &str, expected: &[(&str, usize)]) {
        let machine = machine(&files(tree));
        let tiers: Vec<(&str, usize)> = machine
            .core_classes
            .iter()
            .map(|tier| (tier.name.as_str(), tier.logical))
            .collect();
        assert_eq!(tiers, expected);
    }

    #[test]
    fn tiers_come_fastest_first() {
        check_tiers(
            "/sys/devices/system/cpu/online = 0-7,16-19
             /sys/devices/cpu_core/cpus = 0-7
             /sys/devices/cpu_atom/cpus = 16-23",
            &[("Performance", 8), ("Efficiency", 4)],
        );
        check_tiers(
            "/sys/devices/system/cpu/online = 0-2
             /sys/devices/system/cpu/cpu0/cpu_capacity = 446
             /sys/devices/system/cpu/cpu1/cpu_capacity = 446
             /sys/devices/system/cpu/cpu2/cpu_capacity = 1024",
            &[("Capacity 1024", 1), ("Capacity 446", 2)],
        );
        check_tiers(
            "/proc/cpuinfo = processor : 0|processor : 1|processor : 2",
            &[("Uniform", 3)],
        );
        // A preferred core is no tier, a small core is one.
        check_tiers(
            "/sys/devices/system/cpu/online = 0-2
             /sys/devices/system/cpu/cpu0/cpu_capacity = 1024
             /sys/devices/system/cpu/cpu1/cpu_capacity = 1009
             /sys/devices/system/cpu/cpu2/cpu_capacity = 1024",
            &[("Uniform", 3)],
        );
        check_tiers(
            "/sys/devices/system/cpu/online = 0-2
             /sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq = 3300000
             /sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq = 5100000
             /sys/devices/system/cpu/cpu2/cpufreq/cpuinfo_max_freq = 5000000",
            &[("Up to 5100 MHz", 2), ("Up to 3300 MHz", 1)],
        );
    }

    #[test]
    fn an_empty_system_gives_reasons_and_no_panic() {
        let machine = machine(&|_| None);
        assert!(machine.core_classes.is_empty());
        assert_eq!(
            machine.memory_total_bytes.to_string(),
            "n/a (/proc/meminfo has no MemTotal)"
        );
        assert_eq!(
            machine.memory_pressure.to_string(),
            "n/a (no /proc/pressure/memory)"
        );
        assert_eq!(
            machine.container.version.to_string(),
            "n/a (no /proc/self/cgroup)"
        );
    }

    #[test]
    fn lists_of_numbers() {
        assert_eq!(number_list("0-3,8\n"), Some(vec![0, 1, 2, 3, 8]));
        assert_eq!(number_list(""), Some(vec![]));
        assert_eq!(number_list("a-b"), None);
        assert_eq!(number_list("0-99999999999"), None);
    }
}
