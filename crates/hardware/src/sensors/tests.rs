//! Sensors of recorded machines, laid out as folders.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::Recording;
use crate::thermal::Signs;

/// A recorded machine below a folder that goes when the test does.
struct Laid(PathBuf);

impl Laid {
    fn out(recording: &str) -> Laid {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sensors-{}-{number}", std::process::id()));
        Recording::parse(recording)
            .write_to(&folder)
            .expect("a folder of files");
        Laid(folder)
    }

    fn laptop() -> Laid {
        Laid::out(include_str!("../../tests/fixtures/intel-hybrid.txt"))
    }

    fn put(&self, path: &str, text: &str) {
        fs::write(self.0.join(path.trim_start_matches('/')), text).expect("a file");
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path.trim_start_matches('/'))).expect("a file")
    }

    fn remove(&self, path: &str) {
        fs::remove_dir_all(self.0.join(path.trim_start_matches('/'))).expect("a folder");
    }
}

impl Drop for Laid {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn rows(sample: &Sample) -> String {
    let lines: Vec<String> = sample
        .rows()
        .into_iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    lines.join("\n")
}

fn after(sensors: &Sensors, seconds: u64) -> Instant {
    sensors.before.0 + Duration::from_secs(seconds)
}

#[test]
fn a_laptop_with_everything() {
    let laptop = Laid::laptop();
    let mut sensors = Sensors::at(&laptop.0);
    // Two seconds later: core 0 busy for all of it, core 8 for half, the others idle.
    let stat: Vec<String> = (0..16)
        .map(|cpu| {
            let (busy, idle) = match cpu {
                0 => (200, 0),
                8 => (100, 100),
                _ => (0, 200),
            };
            format!(
                "cpu{cpu} {} 0 200 {} 100 0 10 0 0 0",
                1000 + busy,
                8000 + idle
            )
        })
        .collect();
    laptop.put(
        "/proc/stat",
        &format!("cpu  300 0 0 2900 0 0 0 0 0 0\n{}\n", stat.join("\n")),
    );
    let own = laptop.text("/proc/self/stat");
    laptop.put("/proc/self/stat", &own.replace("500 100", "750 150"));
    laptop.put("/sys/class/powercap/intel-rapl:0/energy_uj", "1056000000");
    // This one has passed its range of 262,143.32885 J, that one was set back.
    laptop.put("/sys/class/powercap/intel-rapl:0:0/energy_uj", "4000000");
    laptop.put("/sys/class/powercap/intel-rapl:0:1/energy_uj", "0");
    let sample = sensors.sample_at(after(&sensors, 2));
    let expected = "\
cpu load: 9 %
8 Performance: 12 %, 4035 MHz
8 Efficiency: 6 %, 2500 MHz
coretemp Package id 0: 71.0 C
coretemp Core 0: 69.0 C
nvme Composite: 41.9 C
broken temp1: n/a (the sensor says -128 C, which cannot be)
zone acpitz: 63.0 C
zone iwlwifi_1: 50.0 C
thermal state: nominal (coretemp Package id 0 71.0 C)
throttled: 0 times
power package-0: 28.0 W
power core: 5.0 W
power uncore: n/a (its counter began anew)
power whole machine (BAT0): 23.4 W
memory used: 6.7 GiB of 15.3 GiB
swap used: 256.0 MiB of 8.0 GiB
memory pressure: stalled 1.50 % of the last 10 s (all tasks 0.25 %)
container room: n/a (no memory limit is set)
own load: 1.50 threads
own memory: 200.0 MiB
own threads: 9
gpu: n/a (no GPU of this kind is measured)";
    assert_eq!(rows(&sample), expected);
    assert_eq!(sample.seconds, 2.0);
    // 3 of 32 seconds of 16 threads are busy: 1.5 threads, all of them ours.
    let signs = Signs::of(&sample, None);
    assert_eq!(signs.others_load, Reading::Known(0.0));
    assert_eq!(signs.state, Reading::Known(ThermalState::Nominal));
}

#[test]
fn a_virtual_machine_with_nearly_nothing() {
    let vm = Laid::out(include_str!("../../tests/fixtures/vm.txt"));
    let mut sensors = Sensors::at(&vm.0);
    let stat = vm.text("/proc/stat");
    vm.put(
        "/proc/stat",
        &stat
            .replace("cpu  2542887", "cpu  2542937")
            .replace("443716", "443866"),
    );
    let sample = sensors.sample_at(after(&sensors, 1));
    let text = rows(&sample);
    for line in [
        "cpu load: 25 %",
        "2 Uniform: n/a (too soon for a rate), n/a (no cpufreq)",
        "temperature: n/a (no thermometer below /sys/class/hwmon or /sys/class/thermal)",
        "thermal state: n/a (no thermal zone, no processor sensor with a limit, no throttle counter)",
        "throttled: n/a (no thermal_throttle below /sys/devices/system/cpu)",
        "power: n/a (no counter below /sys/class/powercap, no battery in use)",
        "swap used: n/a (no swap is set up)",
        "own load: 0.00 threads",
        "gpu: n/a (no GPU of this kind is measured)",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line}\nin\n{text}"
        );
    }
}

/// Sensors may be moved to a thread that watches.
#[test]
fn sensors_are_for_any_one_thread() {
    fn check<T: Send>(_: &T) {}
    check(&Sensors::open());
}

#[test]
fn nothing_at_all_is_reasons_alone() {
    let empty = Laid::out("");
    fs::create_dir_all(&empty.0).unwrap();
    let mut sensors = Sensors::at(&empty.0);
    let sample = sensors.sample_at(after(&sensors, 1));
    assert!(sample.classes.is_empty());
    for (name, value) in sample.rows() {
        assert!(value.starts_with("n/a ("), "{name}: {value}");
    }
    assert!(matches!(sample.others_cpu_threads(), Reading::Absent(_)));
    // And a system that we do not know.
    let raw = Raw::none("not here");
    for (name, value) in raw.since(&raw, Duration::from_secs(1)).rows() {
        assert_eq!(value, "n/a (not here)", "{name}");
    }
}

/// The thermal state after `change` to a laptop that is cool.
fn check_state(change: &[(&str, &str)], expected: &str) {
    let laptop = Laid::laptop();
    let mut sensors = Sensors::at(&laptop.0);
    for (path, text) in change {
        laptop.put(path, text);
    }
    let thermal = sensors.sample_at(after(&sensors, 1)).thermal;
    let text = thermal.map(|thermal| format!("{}, {}", thermal.state, thermal.why));
    assert_eq!(text.to_string(), expected, "{change:?}");
}

#[test]
fn heat_is_judged_by_the_worst_sign() {
    const ZONE: &str = "/sys/class/thermal/thermal_zone0/temp";
    const CHIP: &str = "/sys/class/hwmon/hwmon0/temp1_input";
    const COUNT: &str = "/sys/devices/system/cpu/cpu3/thermal_throttle/core_throttle_count";
    check_state(&[(ZONE, "84999")], "nominal, zone acpitz 85.0 C");
    check_state(&[(ZONE, "85000")], "fair, zone acpitz 85.0 C");
    check_state(&[(ZONE, "90000")], "serious, zone acpitz 90.0 C");
    check_state(&[(ZONE, "100000")], "critical, zone acpitz 100.0 C");
    check_state(&[(CHIP, "90000")], "fair, coretemp Package id 0 90.0 C");
    check_state(&[(CHIP, "97000")], "serious, coretemp Package id 0 97.0 C");
    check_state(
        &[(CHIP, "100000")],
        "critical, coretemp Package id 0 100.0 C",
    );
    check_state(
        &[(COUNT, "5")],
        "serious, the processor held itself back 5 times",
    );
    check_state(
        &[(COUNT, "5"), (ZONE, "101000")],
        "critical, zone acpitz 101.0 C",
    );
    // A broken sensor is no heat, and a hot disc is not the processor.
    check_state(
        &[
            (CHIP, "255000"),
            ("/sys/class/hwmon/hwmon1/temp1_input", "84850"),
        ],
        "nominal, coretemp Core 0 69.0 C",
    );
}

/// Counters alone are a state too.
#[test]
fn without_thermometers_the_throttle_counters_speak() {
    let laptop = Laid::laptop();
    laptop.remove("/sys/class/hwmon");
    laptop.remove("/sys/class/thermal");
    let mut sensors = Sensors::at(&laptop.0);
    let state = |sample: Sample| sample.thermal.known().map(|thermal| thermal.state);
    assert_eq!(
        state(sensors.sample_at(after(&sensors, 1))),
        Some(ThermalState::Nominal)
    );
    laptop.put(
        "/sys/devices/system/cpu/cpu9/thermal_throttle/core_throttle_count",
        "1",
    );
    assert_eq!(
        state(sensors.sample_at(after(&sensors, 1))),
        Some(ThermalState::Serious)
    );
    assert_eq!(
        state(sensors.sample_at(after(&sensors, 1))),
        Some(ThermalState::Nominal)
    );
}

#[test]
fn counters_that_go_away_or_begin_anew_give_no_rate() {
    let laptop = Laid::laptop();
    let mut sensors = Sensors::at(&laptop.0);
    laptop.put(
        "/proc/self/stat",
        "1 (jarvis2) R 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20",
    );
    laptop.remove("/sys/class/powercap/intel-rapl:0");
    let too_soon = sensors.sample_at(sensors.before.0 + Duration::from_millis(1));
    assert_eq!(
        too_soon.own.cpu_threads,
        Reading::absent("too soon for a rate")
    );
    let sample = sensors.sample_at(after(&sensors, 1));
    assert_eq!(
        sample.own.cpu_threads,
        Reading::absent("its counter began anew")
    );
    assert_eq!(
        sample.power.known().expect("power")[0].watts,
        Reading::absent("energy_uj may be read by root alone")
    );
    assert_eq!(sample.cpu_load, Reading::absent("too soon for a rate"));
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn this_machine_sees_its_own_work() {
    let mut sensors = Sensors::open();
    let first = sensors.sample();
    assert!(first.memory_total_bytes.known().is_some());
    // Until the system says that we have worked for a tenth of a second, however long that takes it.
    let worked = |sensors: &Sensors| {
        let raw = sensors.source.read();
        raw.own_cpu_seconds.known().copied().expect("our own time")
    };
    let before = worked(&sensors);
    if !(0..5_000).any(|_| worked(&sensors) - before >= 0.1) {
        eprintln!("skipped: our own time is not counted here (an emulator?)");
        return;
    }
    let sample = sensors.sample();
    let own = sample.own.cpu_threads.known().copied().expect("own load");
    assert!(
        own * sample.seconds > 0.09,
        "{own} for {} s",
        sample.seconds
    );
    let load = sample.cpu_load.known().copied().expect("load");
    assert!((0.0..=1.0).contains(&load), "{load}");
    assert!(
        sample
            .own
            .memory_bytes
            .known()
            .is_some_and(|&bytes| bytes > 1 << 20)
    );
    assert!(sample.own.threads.known().is_some_and(|&count| count >= 1));
}

/// The level after `change` to a laptop with plenty of memory and no limit.
fn check_level(change: &[(&str, &str)], expected: PressureLevel) {
    let laptop = Laid::laptop();
    let mut sensors = Sensors::at(&laptop.0);
    for (path, text) in change {
        laptop.put(path, text);
    }
    let sample = sensors.sample_at(after(&sensors, 1));
    assert_eq!(
        sample.memory_level(),
        Reading::Known(expected),
        "{change:?}"
    );
}

#[test]
fn memory_runs_short_by_pressure_by_what_is_left_and_by_a_limit() {
    const PSI: &str = "/proc/pressure/memory";
    const FREE: &str = "/proc/meminfo";
    const LIMIT: &str = "/sys/fs/cgroup/user.slice/user-1000.slice/memory.max";
    const USED: &str = "/sys/fs/cgroup/user.slice/user-1000.slice/memory.current";
    let psi =
        |some: &str, full: &str| format!("some avg10={some} avg60=0\nfull avg10={full} avg60=0\n");
    let free = |kilobytes: u64| format!("MemTotal: 16079084 kB\nMemAvailable: {kilobytes} kB\n");
    check_level(&[], PressureLevel::Normal);
    check_level(&[(PSI, &psi("9.99", "0.00"))], PressureLevel::Normal);
    check_level(&[(PSI, &psi("10.00", "0.00"))], PressureLevel::Warning);
    check_level(&[(PSI, &psi("40.00", "25.00"))], PressureLevel::Critical);
    check_level(&[(FREE, &free(803_954))], PressureLevel::Warning);
    check_level(&[(FREE, &free(321_581))], PressureLevel::Critical);
    let limit = (LIMIT, "4000000000");
    check_level(&[limit, (USED, "3000000000")], PressureLevel::Normal);
    check_level(&[limit, (USED, "3850000000")], PressureLevel::Warning);
    check_level(&[limit, (USED, "3950000000")], PressureLevel::Critical);
}

/// Below 2 % of a core at one sample in a second: below 20 ms of processor time for each.
#[cfg(target_os = "linux")]
#[test]
fn watching_costs_little() {
    // The time that this thread has run, in nanoseconds; kernels without it have nothing to test.
    let ran = || -> Option<f64> {
        let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    let laptop = Laid::laptop();
    for (name, mut sensors) in [
        ("this machine", Sensors::open()),
        ("the laptop's files", Sensors::at(&laptop.0)),
    ] {
        let Some(before) = ran() else {
            eprintln!("skipped: no /proc/thread-self/schedstat");
            return;
        };
        for _ in 0..20 {
            std::hint::black_box(sensors.sample());
        }
        let milliseconds = (ran().expect("as before") - before) / 20.0 / 1e6;
        println!("{name}: {milliseconds:.3} ms of processor time for a sample");
        assert!(milliseconds < 20.0, "{name}: {milliseconds} ms");
    }
}
