//! Linux: sensors that are text files. Which there are is found once; a sample reads them again.
//!
//! The thermal state is ours, from what the kernel publishes (no such state exists on Linux), the worst sign first:
//!
//! ```text
//! critical   a zone at its "hot" or within 5 C of its "critical" trip, or a processor sensor at its critical temperature
//! serious    a zone at its "passive" trip (the kernel slows the processor there), a sensor within 3 C of critical, or the
//!            throttle counters have moved
//! fair       within 5 C of the passive trip, or within 10 C of critical
//! nominal    none of these
//! ```
//! Source: Linux kernel documentation, driver-api/thermal/sysfs-api, hwmon/sysfs-interface, power/powercap.

use std::path::{Path, PathBuf};

use super::{PowerValue, Raw, RawClass, RawPower, Temperature, Thermal, Ticks};
use crate::machine::Reading;
use crate::thermal::ThermalState;
use crate::{cgroup, linux};

const CPU: &str = "/sys/devices/system/cpu";
const HWMON: &str = "/sys/class/hwmon";
const ZONES: &str = "/sys/class/thermal";
const RAPL: &str = "/sys/class/powercap";
const SUPPLY: &str = "/sys/class/power_supply";

/// Ticks of `/proc/self/stat` in a second: the kernel's unit for programs, whatever its own clock is.
const TICKS_PER_SECOND: f64 = 100.0;

/// Drivers of hwmon whose temperatures are the processor's.
const PROCESSOR: [&str; 5] = [
    "coretemp",
    "k10temp",
    "zenpower",
    "cpu_thermal",
    "soc_thermal",
];

/// Zones that say nothing of the processor.
const OTHER_ZONES: [&str; 3] = ["iwlwifi", "nvme", "battery"];

/// A folder that stands for `/`.
struct Root(PathBuf);

impl Root {
    fn text(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.0.join(path.trim_start_matches('/'))).ok()
    }

    fn number(&self, path: &str) -> Option<f64> {
        self.text(path)?.trim().parse().ok()
    }

    fn word(&self, path: &str) -> Option<String> {
        self.text(path).map(|text| text.trim().to_owned())
    }

    /// Paths in a folder whose names begin with `prefix`, in order.
    fn paths(&self, folder: &str, prefix: &str) -> Vec<String> {
        let mut names = crate::names(
            &self
                .0
                .join(folder.trim_start_matches('/'))
                .to_string_lossy(),
        );
        names.retain(|name| name.starts_with(prefix));
        names.sort_by_key(|name| (name.len(), name.clone()));
        names
            .iter()
            .map(|name| format!("{folder}/{name}"))
            .collect()
    }
}

/// The sensors found below a root.
pub(super) struct Probe {
    root: Root,
    classes: Vec<(String, Vec<usize>)>,
    /// Files of clocks, by class.
    clocks: Vec<Vec<String>>,
    thermometers: Vec<Thermometer>,
    zones: Vec<Zone>,
    /// Files that count throttling, of cores and of packages.
    throttles: (Vec<String>, Vec<String>),
    rails: Vec<Rail>,
    batteries: Vec<String>,
}

/// One temperature of a chip.
struct Thermometer {
    name: String,
    file: String,
    /// The chip's own limit in C, if it is the processor and says one.
    critical: Option<f64>,
}

/// One thermal zone with the temperatures at which the kernel acts, in C.
struct Zone {
    name: String,
    file: String,
    passive: Option<f64>,
    hot: Option<f64>,
    critical: Option<f64>,
}

/// One counter of energy.
struct Rail {
    name: String,
    file: String,
    range_joules: f64,
}

impl Probe {
    pub(super) fn open(root: &Path) -> Probe {
        let root = Root(root.to_owned());
        let machine = linux::machine(&|path| root.text(path));
        let classes: Vec<(String, Vec<usize>)> = machine
            .core_classes
            .into_iter()
            .map(|class| (class.name, class.cpus.known().cloned().unwrap_or_default()))
            .collect();
        let all: Vec<usize> = classes.iter().flat_map(|(_, cpus)| cpus.clone()).collect();
        let existing = |cpus: &[usize], name: &str| -> Vec<String> {
            cpus.iter()
                .map(|cpu| format!("{CPU}/cpu{cpu}/{name}"))
                .filter(|path| root.text(path).is_some())
                .collect()
        };
        Probe {
            clocks: classes
                .iter()
                .map(|(_, cpus)| existing(cpus, "cpufreq/scaling_cur_freq"))
                .collect(),
            throttles: (
                existing(&all, "thermal_throttle/core_throttle_count"),
                existing(&all, "thermal_throttle/package_throttle_count"),
            ),
            thermometers: thermometers(&root),
            zones: zones(&root),
            rails: rails(&root),
            batteries: root
                .paths(SUPPLY, "")
                .into_iter()
                .filter(|path| root.text(&format!("{path}/power_now")).is_some())
                .collect(),
            classes,
            root,
        }
    }

    pub(super) fn read(&self) -> Raw {
        let root = &self.root;
        let files = |path: &str| root.text(path);
        let stat = root.text("/proc/stat");
        let temperatures = self.temperatures();
        let (swap_total, swap_free) = (
            linux::meminfo_bytes(&files, "SwapTotal"),
            linux::meminfo_bytes(&files, "SwapFree"),
        );
        let swap_total_bytes = match swap_total {
            Reading::Known(0) => Reading::absent("no swap is set up"),
            other => other,
        };
        let own_stat = root.text("/proc/self/stat");
        let own_status = root.text("/proc/self/status");
        let own = |key: &str| {
            let line = own_status.as_deref()?.lines();
            let mut values = line.filter_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            values
                .next()?
                .split_whitespace()
                .next()?
                .parse::<u64>()
                .ok()
        };
        let memory_total_bytes = linux::meminfo_bytes(&files, "MemTotal");
        let container = cgroup::container(&files, memory_total_bytes.known().copied());
        Raw {
            cpu: Reading::from_option(
                stat.as_deref().and_then(|text| ticks(text, "cpu")),
                "no /proc/stat",
            ),
            classes: self
                .classes
                .iter()
                .zip(&self.clocks)
                .map(|((name, cpus), clocks)| RawClass {
                    name: name.clone(),
                    logical: cpus.len(),
                    ticks: Reading::from_option(
                        stat.as_deref().and_then(|text| ticks_of(text, cpus)),
                        "/proc/stat does not list its cores",
                    ),
                    clock_mhz: Reading::from_option(self.clock_mhz(clocks), "no cpufreq"),
                    load: None,
                })
                .collect(),
            thermal: self.heat(),
            temperatures: Reading::from_option(
                (!temperatures.is_empty()).then_some(temperatures),
                format!("no thermometer below {HWMON} or {ZONES}"),
            ),
            throttle_count: self.throttle_count(),
            power: self.power(),
            memory_total_bytes,
            memory_available_bytes: linux::meminfo_bytes(&files, "MemAvailable"),
            swap_used_bytes: match (&swap_total_bytes, &swap_free) {
                (Reading::Known(total), Reading::Known(free)) => {
                    Reading::Known(total.saturating_sub(*free))
                }
                (Reading::Absent(reason), _) | (_, Reading::Absent(reason)) => {
                    Reading::absent(reason.clone())
                }
            },
            swap_total_bytes,
            memory_pressure: linux::pressure(&files),
            container_limit_bytes: container.memory_limit_bytes,
            container_room_bytes: container.memory_room_bytes,
            own_cpu_seconds: Reading::from_option(
                own_stat.as_deref().and_then(own_cpu_seconds),
                "no /proc/self/stat",
            ),
            own_memory_bytes: Reading::from_option(
                own("VmRSS").map(|kilobytes| kilobytes << 10),
                "/proc/self/status has no VmRSS",
            ),
            own_threads: Reading::from_option(
                own("Threads").map(|count| count as usize),
                "/proc/self/status has no Threads",
            ),
            gpus: Reading::absent("no GPU of this kind is measured"),
        }
    }

    /// The mean of the clocks that can be read, in MHz.
    fn clock_mhz(&self, files: &[String]) -> Option<f64> {
        let clocks: Vec<f64> = files
            .iter()
            .filter_map(|file| self.root.number(file))
            .collect();
        (!clocks.is_empty()).then(|| clocks.iter().sum::<f64>() / clocks.len() as f64 / 1000.0)
    }

    fn temperatures(&self) -> Vec<Temperature> {
        let chips = self
            .thermometers
            .iter()
            .map(|place| (&place.name, &place.file));
        let zones = self.zones.iter().map(|zone| (&zone.name, &zone.file));
        chips
            .chain(zones)
            .map(|(name, file)| Temperature {
                name: name.clone(),
                celsius: match self.root.number(file) {
                    Some(milli) => plausible(milli / 1000.0),
                    None => Reading::absent("its file cannot be read"),
                },
            })
            .collect()
    }

    /// The worst sign of heat; absent where nothing says at which temperature it is hot.
    fn heat(&self) -> Reading<Thermal> {
        let now = |file: &str| plausible(self.root.number(file)? / 1000.0).known().copied();
        let zones = self.zones.iter().filter_map(|zone| {
            zone.passive.or(zone.hot).or(zone.critical)?;
            let celsius = now(&zone.file)?;
            let reached =
                |trip: Option<f64>, before: f64| trip.is_some_and(|at| celsius >= at - before);
            let state = if reached(zone.hot, 0.0) || reached(zone.critical, 5.0) {
                ThermalState::Critical
            } else if reached(zone.passive, 0.0) {
                ThermalState::Serious
            } else if reached(zone.passive, 5.0) || reached(zone.critical, 10.0) {
                ThermalState::Fair
            } else {
                ThermalState::Nominal
            };
            Some((state, celsius, &zone.name))
        });
        let chips = self.thermometers.iter().filter_map(|place| {
            let room = place.critical? - now(&place.file)?;
            let state = match room {
                room if room <= 0.0 => ThermalState::Critical,
                room if room <= 3.0 => ThermalState::Serious,
                room if room <= 10.0 => ThermalState::Fair,
                _ => ThermalState::Nominal,
            };
            Some((state, place.critical? - room, &place.name))
        });
        let worst = zones
            .chain(chips)
            .max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        Reading::from_option(
            worst.map(|(state, celsius, name)| Thermal {
                state,
                why: format!("{name} {celsius:.1} C"),
            }),
            "no thermal zone, no processor sensor with a limit, no throttle counter",
        )
    }

    /// Events of all cores, and those of the package that counts most: its cores repeat them.
    fn throttle_count(&self) -> Reading<u64> {
        let read = |files: &[String]| -> Vec<u64> {
            let counts = files.iter().filter_map(|file| self.root.number(file));
            counts.map(|count| count as u64).collect()
        };
        let (cores, packages) = (read(&self.throttles.0), read(&self.throttles.1));
        Reading::from_option(
            (!cores.is_empty() || !packages.is_empty())
                .then(|| cores.iter().sum::<u64>() + packages.iter().max().copied().unwrap_or(0)),
            format!("no thermal_throttle below {CPU}"),
        )
    }

    fn power(&self) -> Reading<Vec<RawPower>> {
        let rails = self.rails.iter().map(|rail| RawPower {
            name: rail.name.clone(),
            value: Reading::from_option(
                self.root
                    .number(&rail.file)
                    .map(|microjoules| PowerValue::Joules {
                        count: microjoules / 1e6,
                        range: rail.range_joules,
                    }),
                "energy_uj may be read by root alone",
            ),
        });
        let batteries = self.batteries.iter().filter_map(|path| {
            // A full or charging battery says nothing of what the machine draws.
            if self.root.word(&format!("{path}/status"))? != "Discharging" {
                return None;
            }
            let name = path.rsplit('/').next()?;
            let microwatts = self.root.number(&format!("{path}/power_now"))?;
            Some(RawPower {
                name: format!("whole machine ({name})"),
                value: Reading::Known(PowerValue::Watts(microwatts.abs() / 1e6)),
            })
        });
        let places: Vec<RawPower> = rails.chain(batteries).collect();
        Reading::from_option(
            (!places.is_empty()).then_some(places),
            format!("no counter below {RAPL}, no battery in use"),
        )
    }
}

/// A place that is powered on is warmer than this and colder than that; broken sensors say 0, -128 or 255.
fn plausible(celsius: f64) -> Reading<f64> {
    if celsius > 0.0 && celsius < 150.0 {
        Reading::Known(celsius)
    } else {
        Reading::absent(format!("the sensor says {celsius:.0} C, which cannot be"))
    }
}

fn thermometers(root: &Root) -> Vec<Thermometer> {
    let mut found = Vec::new();
    for chip in root.paths(HWMON, "hwmon") {
        let chip_name = root
            .word(&format!("{chip}/name"))
            .unwrap_or_else(|| chip.clone());
        for file in root.paths(&chip, "temp") {
            let Some(place) = file.strip_suffix("_input") else {
                continue;
            };
            let short = place.rsplit('/').next().unwrap_or(place).to_owned();
            let label = root.word(&format!("{place}_label")).unwrap_or(short);
            let critical = root
                .number(&format!("{place}_crit"))
                .map(|milli| milli / 1000.0);
            found.push(Thermometer {
                name: format!("{chip_name} {label}"),
                critical: critical
                    .filter(|&at| PROCESSOR.contains(&chip_name.as_str()) && at > 0.0),
                file,
            });
        }
    }
    found
}

fn zones(root: &Root) -> Vec<Zone> {
    let zone = |path: String| {
        let kind = root.word(&format!("{path}/type"))?;
        let judged = !OTHER_ZONES.iter().any(|other| kind.starts_with(other));
        let trip = |wanted: &str| {
            let trips = (0..32).map_while(|index| {
                let kind = root.word(&format!("{path}/trip_point_{index}_type"))?;
                Some((
                    kind,
                    root.number(&format!("{path}/trip_point_{index}_temp")),
                ))
            });
            trips
                .filter(|(kind, _)| judged && kind == wanted)
                .filter_map(|(_, milli)| milli.map(|milli| milli / 1000.0))
                // A trip that is switched off stands at zero or far below.
                .filter(|&celsius| celsius > 0.0)
                .min_by(f64::total_cmp)
        };
        Some(Zone {
            name: format!("zone {kind}"),
            passive: trip("passive"),
            hot: trip("hot"),
            critical: trip("critical"),
            file: format!("{path}/temp"),
        })
    };
    root.paths(ZONES, "thermal_zone")
        .into_iter()
        .filter_map(zone)
        .collect()
}

fn rails(root: &Root) -> Vec<Rail> {
    let rail = |path: String| {
        // Zones of other drivers lie beside them; each has a name, and only counters of energy a range.
        let range = root.number(&format!("{path}/max_energy_range_uj"))?;
        Some(Rail {
            name: root.word(&format!("{path}/name"))?,
            file: format!("{path}/energy_uj"),
            range_joules: range / 1e6,
        })
    };
    // The same counters once more, through memory instead of registers, are "intel-rapl-mmio".
    root.paths(RAPL, "intel-rapl:")
        .into_iter()
        .filter_map(rail)
        .collect()
}

/// The times of one line of `/proc/stat`: user nice system idle iowait irq softirq steal (guests are in user and nice).
/// Waiting for a disk is idle; what a host takes from a guest is busy.
fn ticks(stat: &str, name: &str) -> Option<Ticks> {
    let line = stat
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    let times: Vec<f64> = line
        .split_whitespace()
        .take(8)
        .map_while(|time| time.parse().ok())
        .collect();
    let all: f64 = times.iter().sum();
    let idle = times.get(3)? + times.get(4).unwrap_or(&0.0);
    Some(Ticks {
        busy: all - idle,
        all,
    })
}

/// The sum over the cores of a tier.
fn ticks_of(stat: &str, cpus: &[usize]) -> Option<Ticks> {
    cpus.iter().try_fold(Ticks::default(), |sum, cpu| {
        let one = ticks(stat, &format!("cpu{cpu}"))?;
        Some(Ticks {
            busy: sum.busy + one.busy,
            all: sum.all + one.all,
        })
    })
}

/// Time in programs and in the kernel on our behalf. The name in brackets may hold anything, so fields count from the last one.
fn own_cpu_seconds(stat: &str) -> Option<f64> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}
