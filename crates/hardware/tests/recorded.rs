//! Machines that we do not have, from what they print: `tests/fixtures`.

use hardware::{Limit, Machine, Reading, Recording, memory_budget};

macro_rules! machine {
    ($name:literal) => {
        Recording::parse(include_str!(concat!("fixtures/", $name, ".txt"))).machine()
    };
}

/// "cores name, ...; gpu cores; memory in GiB", with "?" for what the recording does not hold.
fn summary(machine: &Machine) -> String {
    let classes: Vec<String> = machine
        .core_classes
        .iter()
        .map(|class| {
            format!(
                "{} {}{}",
                class.logical,
                class.name,
                if class.efficiency { "*" } else { "" }
            )
        })
        .collect();
    let known = |value: Option<String>| value.unwrap_or_else(|| "?".to_owned());
    let gpu = machine.gpus.known().and_then(|gpus| gpus[0].cores.known());
    let memory = machine.memory_total_bytes.known();
    format!(
        "{}; gpu {}; {} GiB",
        classes.join(", "),
        known(gpu.map(usize::to_string)),
        known(memory.map(|bytes| (bytes >> 30).to_string()))
    )
}

/// What every recording must hold: tiers in order, that add up to the cores.
fn check(machine: &Machine, brand: &str, expected: &str) {
    assert_eq!(summary(machine), expected, "{brand}");
    assert_eq!(machine.cpu_brand, Reading::Known(brand.to_owned()));
    let logical: usize = machine.core_classes.iter().map(|class| class.logical).sum();
    assert_eq!(machine.logical_cores, Reading::Known(logical), "{brand}");
    for (index, class) in machine.core_classes.iter().enumerate() {
        assert_eq!(class.level, index, "{brand}");
    }
    for (row, value) in machine.rows() {
        assert!(!value.is_empty(), "{brand}: {row}");
        assert_eq!(
            machine.source(&row).is_some(),
            row != "os" && !value.starts_with("n/a"),
            "{brand}: a value has a source, a missing one none: {row}: {value}"
        );
    }
}

#[test]
fn macs() {
    check(
        &machine!("m1"),
        "Apple M1",
        "4 Performance, 4 Efficiency*; gpu 7; ? GiB",
    );
    check(
        &machine!("m1-pro"),
        "Apple M1 Pro",
        "8 Performance, 2 Efficiency*; gpu 16; ? GiB",
    );
    check(
        &machine!("m2-ultra"),
        "Apple M2 Ultra",
        "16 Performance, 8 Efficiency*; gpu ?; 192 GiB",
    );
    check(
        &machine!("m3-pro"),
        "Apple M3 Pro",
        "5 Performance, 6 Efficiency*; gpu 14; ? GiB",
    );
    check(
        &machine!("m3-max"),
        "Apple M3 Max",
        "12 Performance, 4 Efficiency*; gpu 40; ? GiB",
    );
    check(
        &machine!("m4"),
        "Apple M4",
        "4 Performance, 6 Efficiency*; gpu 10; 16 GiB",
    );
    check(
        &machine!("m4-pro-12"),
        "Apple M4 Pro",
        "8 Performance, 4 Efficiency*; gpu 16; 24 GiB",
    );
    check(
        &machine!("m4-pro-14"),
        "Apple M4 Pro",
        "10 Performance, 4 Efficiency*; gpu 20; 48 GiB",
    );
    check(
        &machine!("m5-pro"),
        "Apple M5 Pro",
        "5 Super, 10 Performance; gpu ?; ? GiB",
    );
    check(
        &machine!("m6"),
        "Apple M6",
        "2 Super, 4 Performance, 6 Efficiency*; gpu ?; ? GiB",
    );
    check(
        &machine!("mac-intel"),
        "Intel(R) Core(TM) i9-9880H CPU @ 2.30GHz",
        "16 Uniform; gpu ?; 16 GiB",
    );
    check(
        &machine!("mac-guest"),
        "Apple M1 (Virtual)",
        "3 Level 0; gpu ?; 7 GiB",
    );
}

#[test]
fn linux_machines() {
    let laptop = machine!("intel-hybrid");
    check(
        &laptop,
        "12th Gen Intel(R) Core(TM) i7-1260P",
        "8 Performance, 8 Efficiency*; gpu ?; 15 GiB",
    );
    assert_eq!(laptop.physical_cores, Reading::Known(12));
    assert_eq!(
        laptop.core_classes[0].to_string(),
        "8 Performance, up to 4700 MHz, L1d 48.0 KiB for 2, L1i 32.0 KiB for 2, L2 1.2 MiB for 2, L3 18.0 MiB for 16"
    );
    assert_eq!(
        laptop.core_classes[1].to_string(),
        "8 Efficiency, up to 3400 MHz, L1d 32.0 KiB, L1i 64.0 KiB, L2 2.0 MiB for 4, L3 18.0 MiB for 16"
    );
    let board = machine!("arm-big-little");
    check(
        &board,
        "Arm Cortex-A76 and Cortex-A55",
        "4 Capacity 1024, 4 Capacity 414*; gpu ?; 15 GiB",
    );
    assert_eq!(board.core_classes[0].cpus, Reading::Known(vec![4, 5, 6, 7]));
    assert_eq!(
        board.simd.map(|levels| levels.join(" ")).to_string(),
        "NEON FP16 DotProd"
    );
    check(&machine!("vm"), "AMD EPYC", "2 Uniform; gpu ?; 23 GiB");
}

#[test]
fn the_24_gb_mac_in_full() {
    let machine = machine!("m4-pro-12");
    let expected = "\
os                  macos aarch64
cpu                 Apple M4 Pro
logical cores       12
physical cores      12
core class 0        8 Performance, L1i 192.0 KiB, L1d 128.0 KiB, L2 16.0 MiB for 4
core class 1        4 Efficiency, L2 4.0 MiB for 4
simd                NEON, FP16, DotProd, BF16, I8MM, SME, SME2
gpu 0               Apple M4 Pro, cores 16, memory unified
neural engine       Apple Neural Engine, cores n/a (macOS publishes no count)
affinity threads    n/a (macOS has no affinity mask)
memory              24.0 GiB
memory available    6.4 GiB
memory pressure     normal
control groups      n/a (macOS has no control groups)
container memory    n/a (macOS has no control groups)
container room      n/a (macOS has no control groups)
container cores     n/a (macOS has no control groups)";
    assert_eq!(machine.to_string(), expected);
    assert_eq!(machine.source("memory"), Some("sysctl hw.memsize"));
    assert_eq!(machine.source("core class 1"), Some("sysctl hw.perflevel*"));
    assert_eq!(
        machine.source("gpu 0"),
        Some("system_profiler SPDisplaysDataType")
    );
}

#[test]
fn a_device_says_what_it_may_hold() {
    assert_eq!(
        machine!("m4").gpus.known().expect("a GPU")[0].to_string(),
        "Apple M4, cores 10, memory unified, working set 11.8 GiB"
    );
    assert_eq!(
        machine!("m4").source("gpu 0"),
        Some("system_profiler SPDisplaysDataType, Metal")
    );
}

/// Whatever the device says it may hold, the budget stays below; and never above what the system needs for itself.
#[test]
fn a_budget_that_the_working_set_allows() {
    for (mut machine, installed) in [
        (machine!("m4-pro-12"), 24_u64 << 30),
        (machine!("m4-pro-14"), 48 << 30),
    ] {
        let without = memory_budget(&machine, None).bytes;
        for share in [0.5, 2.0 / 3.0, 0.74, 0.9] {
            let working_set = (installed as f64 * share) as u64;
            let Reading::Known(gpus) = &mut machine.gpus else {
                panic!("a Mac has a GPU");
            };
            gpus[0].working_set_bytes = Reading::Known(working_set);
            let budget = memory_budget(&machine, None);
            assert!(budget.bytes + (2 << 30) <= working_set, "{share}");
            assert!(budget.bytes <= without, "{share}");
            let binds = working_set - (2 << 30) < without;
            assert_eq!(
                matches!(budget.limit, Limit::WorkingSet { .. }),
                binds,
                "{share}"
            );
        }
    }
}

#[test]
fn neural_engines_are_where_apple_puts_them() {
    let engine = |machine: Machine| machine.neural_engine.to_string();
    assert_eq!(
        engine(machine!("m1")),
        "Apple Neural Engine, cores n/a (macOS publishes no count)"
    );
    assert_eq!(
        engine(machine!("mac-intel")),
        "n/a (only Macs with Apple silicon have one)"
    );
    assert_eq!(
        engine(machine!("mac-guest")),
        "n/a (a virtual machine does not see it)"
    );
    assert_eq!(engine(machine!("vm")), "n/a (none below /sys/class/accel)");
}

/// A recording is of a machine, not of its owner.
#[test]
fn no_recording_names_its_machine() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).unwrap()
    {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap().to_lowercase();
        for word in ["serial", "uuid", "hostname", "hw.uuid"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}
