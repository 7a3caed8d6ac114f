//! What the machine is doing now: load, clocks, heat, power, memory.
//!
//! ```
//! let mut sensors = hardware::sensors::Sensors::open();
//! let sample = sensors.sample();
//! for (name, value) in sample.rows() {
//!     println!("{name:<22}  {value}");
//! }
//! ```
//! A sample is plain data. What the system counts up (time, energy, throttling) is given as a rate since the sample before, or since
//! the sensors were opened. A sensor that is missing is [`Reading::Absent`] and prints "n/a (reason)": a zero would look like a
//! measurement. Nothing needs a privilege and nothing is set.
//!
//! Sources. Linux: `/proc/stat`, `/proc/meminfo`, `/proc/pressure`, `/proc/self`, and below `/sys` cpufreq, hwmon, thermal zones,
//! throttle counters and RAPL; NVIDIA's library for its GPUs. macOS: `host_statistics`, `sysctl`, `proc_pidinfo` and
//! `NSProcessInfo.thermalState`, which are public; with the feature `macmon` also clocks, power and temperatures, which are not.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::machine::{Bytes, Pressure, PressureLevel, Reading};
use crate::thermal::ThermalState;

mod linux;
#[cfg(target_os = "macos")]
mod mach;
#[cfg(all(feature = "macmon", target_os = "macos"))]
mod macmon;
mod macos;

/// Two samples nearer to each other than this give no rate: the kernel counts in hundredths of a second.
const RATE_SECONDS_MIN: f64 = 0.05;

/// The machine's state at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Seconds over which rates are taken.
    pub seconds: f64,
    /// Busy share of all hardware threads, 0 to 1, by any program.
    pub cpu_load: Reading<f64>,
    /// The same by tier of cores, fastest first; empty where the number of cores is unknown.
    pub classes: Vec<ClassSample>,
    /// Heat by place; empty never: then the reading is absent.
    pub temperatures: Reading<Vec<Temperature>>,
    /// How hot the system takes itself to be.
    pub thermal: Reading<Thermal>,
    /// How often the processor held itself back for heat since the sample before.
    pub throttle_events: Reading<u64>,
    /// Power by place, mean since the sample before where the system counts energy.
    pub power: Reading<Vec<Power>>,
    /// Installed memory in bytes.
    pub memory_total_bytes: Reading<u64>,
    /// Memory in bytes that can be had without swapping.
    pub memory_available_bytes: Reading<u64>,
    /// Swap in use, in bytes.
    pub swap_used_bytes: Reading<u64>,
    /// Swap in all, in bytes.
    pub swap_total_bytes: Reading<u64>,
    /// How short of memory the system says it is.
    pub memory_pressure: Reading<Pressure>,
    /// The tightest limit of a container above us, in bytes.
    pub container_limit_bytes: Reading<u64>,
    /// What is left under such limits, in bytes.
    pub container_room_bytes: Reading<u64>,
    /// This program's part.
    pub own: Own,
    /// Graphics processors.
    pub gpus: Reading<Vec<GpuSample>>,
}

/// One tier of cores at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassSample {
    /// The tier's name, as in [`crate::CoreClass::name`].
    pub name: String,
    /// Hardware threads in it.
    pub logical: usize,
    /// Busy share, 0 to 1.
    pub load: Reading<f64>,
    /// Mean clock in MHz.
    pub clock_mhz: Reading<f64>,
}

/// Heat at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Temperature {
    /// The chip and the place on it, as the system names them.
    pub name: String,
    /// Degrees Celsius; absent where the sensor says what cannot be.
    pub celsius: Reading<f64>,
}

/// Power at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    /// What draws it.
    pub name: String,
    /// Watts.
    pub watts: Reading<f64>,
}

/// How hot the system takes itself to be, and by which sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thermal {
    /// The state.
    pub state: ThermalState,
    /// The sign that says so.
    pub why: String,
}

/// What this program takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// Hardware threads kept busy: 1.5 is one and a half.
    pub cpu_threads: Reading<f64>,
    /// Memory in RAM, in bytes.
    pub memory_bytes: Reading<u64>,
    /// Threads, asleep or not.
    pub threads: Reading<usize>,
}

/// One graphics processor at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuSample {
    /// Its own name.
    pub name: String,
    /// Share of the time in which it computed, 0 to 1.
    pub load: Reading<f64>,
    /// Memory in use, in bytes, by any program.
    pub memory_used_bytes: Reading<u64>,
    /// Memory in all, in bytes.
    pub memory_total_bytes: Reading<u64>,
    /// Degrees Celsius.
    pub celsius: Reading<f64>,
    /// Clock of its cores in MHz.
    pub clock_mhz: Reading<f64>,
    /// Watts.
    pub watts: Reading<f64>,
    /// What holds its clocks down; empty if nothing does.
    pub throttled: Reading<Vec<String>>,
}

impl Sample {
    /// Memory in use, in bytes: what is not available.
    pub fn memory_used_bytes(&self) -> Reading<u64> {
        match (&self.memory_total_bytes, &self.memory_available_bytes) {
            (Reading::Known(total), Reading::Known(available)) => {
                Reading::Known(total.saturating_sub(*available))
            }
            (Reading::Absent(reason), _) | (_, Reading::Absent(reason)) => {
                Reading::absent(reason.clone())
            }
        }
    }

    /// How short of memory we are, for [`crate::ledger::Ledger::observe`]: the worst of what the system says and of what is left, of
    /// the machine or under a container's limit, where less than 5 % is a warning and less than 2 % is critical. A limit is not
    /// felt as pressure until it is reached, and then the kernel ends programs.
    pub fn memory_level(&self) -> Reading<PressureLevel> {
        let left = |left: &Reading<u64>, of: &Reading<u64>| {
            let share = *left.known()? as f64 / (*of.known()?).max(1) as f64;
            Some(match share {
                share if share < 0.02 => PressureLevel::Critical,
                share if share < 0.05 => PressureLevel::Warning,
                _ => PressureLevel::Normal,
            })
        };
        let worst = [
            self.memory_pressure
                .known()
                .map(|pressure| pressure.level()),
            left(&self.memory_available_bytes, &self.memory_total_bytes),
            left(&self.container_room_bytes, &self.container_limit_bytes),
        ]
        .into_iter()
        .flatten()
        .max();
        Reading::from_option(worst, "neither pressure nor memory is known")
    }

    /// Hardware threads that other programs keep busy. Absent where our own part or the whole is.
    pub fn others_cpu_threads(&self) -> Reading<f64> {
        let threads: usize = self.classes.iter().map(|class| class.logical).sum();
        match (&self.cpu_load, &self.own.cpu_threads) {
            (Reading::Known(load), Reading::Known(own)) => {
                Reading::Known((load * threads as f64 - own).max(0.0))
            }
            (Reading::Absent(reason), _) | (_, Reading::Absent(reason)) => {
                Reading::absent(reason.clone())
            }
        }
    }

    /// The sample as pairs of name and value with its unit, in a fixed order: the table of a screen.
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
        row("cpu load", percent(&self.cpu_load));
        for class in &self.classes {
            row(
                &format!("{} {}", class.logical, class.name),
                format!(
                    "{}, {}",
                    percent(&class.load),
                    unit(&class.clock_mhz, 0, "MHz")
                ),
            );
        }
        match &self.temperatures {
            Reading::Known(temperatures) => {
                for place in temperatures {
                    row(&place.name, unit(&place.celsius, 1, "C"));
                }
            }
            absent => row("temperature", unreadable(absent)),
        }
        row(
            "thermal state",
            self.thermal
                .clone()
                .map(|thermal| format!("{} ({})", thermal.state, thermal.why))
                .to_string(),
        );
        row("throttled", {
            let events = self.throttle_events.clone();
            events.map(|count| format!("{count} times")).to_string()
        });
        match &self.power {
            Reading::Known(places) => {
                for place in places {
                    row(&format!("power {}", place.name), unit(&place.watts, 1, "W"));
                }
            }
            absent => row("power", unreadable(absent)),
        }
        row(
            "memory used",
            of(&self.memory_used_bytes(), &self.memory_total_bytes),
        );
        row(
            "swap used",
            of(&self.swap_used_bytes, &self.swap_total_bytes),
        );
        row("memory pressure", self.memory_pressure.to_string());
        row(
            "container room",
            of(&self.container_room_bytes, &self.container_limit_bytes),
        );
        row("own load", unit(&self.own.cpu_threads, 2, "threads"));
        row(
            "own memory",
            self.own.memory_bytes.clone().map(Bytes).to_string(),
        );
        row("own threads", self.own.threads.to_string());
        match &self.gpus {
            Reading::Known(gpus) => {
                for (index, gpu) in gpus.iter().enumerate() {
                    row(&format!("gpu {index}"), gpu.name.clone());
                    let mut part = |name: &str, value| row(&format!("gpu {index} {name}"), value);
                    part("load", percent(&gpu.load));
                    part(
                        "memory",
                        of(&gpu.memory_used_bytes, &gpu.memory_total_bytes),
                    );
                    part("temperature", unit(&gpu.celsius, 0, "C"));
                    part("clock", unit(&gpu.clock_mhz, 0, "MHz"));
                    part("power", unit(&gpu.watts, 1, "W"));
                    let throttled = gpu
                        .throttled
                        .clone()
                        .map(|reasons| match reasons.as_slice() {
                            [] => "no".to_owned(),
                            reasons => reasons.join(", "),
                        });
                    part("throttled", throttled.to_string());
                }
            }
            absent => row("gpu", unreadable(absent)),
        }
        rows
    }
}

fn percent(share: &Reading<f64>) -> String {
    let share = share.clone();
    share
        .map(|share| format!("{:.0} %", share * 100.0))
        .to_string()
}

fn unit(value: &Reading<f64>, digits: usize, unit: &str) -> String {
    let value = value.clone();
    value
        .map(|value| format!("{value:.digits$} {unit}"))
        .to_string()
}

fn of(used: &Reading<u64>, total: &Reading<u64>) -> String {
    match (used, total) {
        (Reading::Known(used), Reading::Known(total)) => {
            format!("{} of {}", Bytes(*used), Bytes(*total))
        }
        _ => used.clone().map(Bytes).to_string(),
    }
}

fn unreadable<T>(reading: &Reading<T>) -> String {
    match reading {
        Reading::Known(_) => String::new(),
        Reading::Absent(reason) => format!("n/a ({reason})"),
    }
}

/// The sensors of one machine, kept open.
pub struct Sensors {
    source: Source,
    #[cfg(all(feature = "nvml", target_os = "linux"))]
    nvidia: Option<crate::nvidia::Probe>,
    before: (Instant, Raw),
}

enum Source {
    Linux(linux::Probe),
    #[cfg(target_os = "macos")]
    Mac(mach::Probe),
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    None,
}

impl Sensors {
    /// Finds the sensors of the machine that we run on. It never fails; what is missing says so in each sample.
    pub fn open() -> Sensors {
        #[allow(unused_mut)]
        let mut sensors = Sensors::open_without_gpus();
        #[cfg(all(feature = "nvml", target_os = "linux"))]
        {
            sensors.nvidia = Some(crate::nvidia::Probe::open());
        }
        sensors
    }

    /// The same without NVIDIA's library, whose driver takes its time: for those who watch the processor and memory.
    pub fn open_without_gpus() -> Sensors {
        #[cfg(target_os = "linux")]
        let source = Source::Linux(linux::Probe::open(Path::new("/")));
        #[cfg(target_os = "macos")]
        let source = Source::Mac(mach::Probe::open());
        #[cfg(not(any(target_os = "linux", target_os = "macos")))]
        let source = Source::None;
        Sensors::over(source)
    }

    /// The sensors of a Linux machine whose `/proc` and `/sys` lie below `root`: a recording (see [`crate::Recording::write_to`]).
    pub fn at(root: &Path) -> Sensors {
        Sensors::over(Source::Linux(linux::Probe::open(root)))
    }

    fn over(source: Source) -> Sensors {
        let raw = source.read();
        Sensors {
            source,
            #[cfg(all(feature = "nvml", target_os = "linux"))]
            nvidia: None,
            before: (Instant::now(), raw),
        }
    }

    /// The state now, and rates since the sample before. Meant for about one call in a second.
    pub fn sample(&mut self) -> Sample {
        self.sample_at(Instant::now())
    }

    /// As [`Sensors::sample`], but the sample is taken to be made at `now`: for recordings.
    pub fn sample_at(&mut self, now: Instant) -> Sample {
        let raw = self.source.read();
        let elapsed = now.saturating_duration_since(self.before.0);
        let mut sample = raw.since(&self.before.1, elapsed);
        #[cfg(all(feature = "nvml", target_os = "linux"))]
        if let Some(nvidia) = &self.nvidia {
            sample.gpus = nvidia.sample();
        }
        // A rate over too short a time is none: the next sample then looks back further.
        if elapsed.as_secs_f64() >= RATE_SECONDS_MIN {
            self.before = (now, raw);
        }
        sample.seconds = elapsed.as_secs_f64();
        sample
    }
}

impl Source {
    fn read(&self) -> Raw {
        match self {
            Source::Linux(probe) => probe.read(),
            #[cfg(target_os = "macos")]
            Source::Mac(probe) => probe.read(),
            #[cfg(not(any(target_os = "linux", target_os = "macos")))]
            Source::None => Raw::none("sensors are read on Linux and macOS only"),
        }
    }
}

/// What the system says at one moment, with its counters as they stand.
#[derive(Clone, Debug)]
struct Raw {
    cpu: Reading<Ticks>,
    classes: Vec<RawClass>,
    temperatures: Reading<Vec<Temperature>>,
    /// Heat alone; throttling since the sample before is added when the counters are compared.
    thermal: Reading<Thermal>,
    throttle_count: Reading<u64>,
    power: Reading<Vec<RawPower>>,
    memory_total_bytes: Reading<u64>,
    memory_available_bytes: Reading<u64>,
    swap_used_bytes: Reading<u64>,
    swap_total_bytes: Reading<u64>,
    memory_pressure: Reading<Pressure>,
    container_limit_bytes: Reading<u64>,
    container_room_bytes: Reading<u64>,
    own_cpu_seconds: Reading<f64>,
    own_memory_bytes: Reading<u64>,
    own_threads: Reading<usize>,
    gpus: Reading<Vec<GpuSample>>,
}

/// Time that a set of hardware threads has spent, in any unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Ticks {
    busy: f64,
    all: f64,
}

#[derive(Clone, Debug)]
struct RawClass {
    name: String,
    logical: usize,
    ticks: Reading<Ticks>,
    clock_mhz: Reading<f64>,
    /// For a source that gives a load instead of times.
    load: Option<f64>,
}

#[derive(Clone, Debug)]
struct RawPower {
    name: String,
    value: Reading<PowerValue>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum PowerValue {
    /// The system says watts.
    Watts(f64),
    /// The system counts joules up to `range` and begins again.
    Joules { count: f64, range: f64 },
}

impl Raw {
    /// Nothing but `reason`.
    #[cfg(any(test, not(any(target_os = "linux", target_os = "macos"))))]
    fn none(reason: &str) -> Raw {
        Raw {
            cpu: Reading::absent(reason),
            classes: Vec::new(),
            temperatures: Reading::absent(reason),
            thermal: Reading::absent(reason),
            throttle_count: Reading::absent(reason),
            power: Reading::absent(reason),
            memory_total_bytes: Reading::absent(reason),
            memory_available_bytes: Reading::absent(reason),
            swap_used_bytes: Reading::absent(reason),
            swap_total_bytes: Reading::absent(reason),
            memory_pressure: Reading::absent(reason),
            container_limit_bytes: Reading::absent(reason),
            container_room_bytes: Reading::absent(reason),
            own_cpu_seconds: Reading::absent(reason),
            own_memory_bytes: Reading::absent(reason),
            own_threads: Reading::absent(reason),
            gpus: Reading::absent(reason),
        }
    }

    /// The sample that this and what was `before` make.
    fn since(&self, before: &Raw, elapsed: Duration) -> Sample {
        let seconds = elapsed.as_secs_f64();
        let rate = |now: &Reading<f64>, then: Option<&Reading<f64>>| match (now, then) {
            (Reading::Absent(reason), _) => Reading::absent(reason.clone()),
            _ if seconds < RATE_SECONDS_MIN => Reading::absent("too soon for a rate"),
            (Reading::Known(now), Some(Reading::Known(then))) if now >= then => {
                Reading::Known((now - then) / seconds)
            }
            _ => Reading::absent("its counter began anew"),
        };
        let throttle_events = match (&self.throttle_count, &before.throttle_count) {
            (Reading::Known(now), Reading::Known(then)) => {
                Reading::from_option(now.checked_sub(*then), "its counter began anew")
            }
            (Reading::Absent(reason), _) | (_, Reading::Absent(reason)) => {
                Reading::absent(reason.clone())
            }
        };
        let power = self.power.clone().map(|places| {
            let before = before.power.known();
            let then = |name: &str| {
                let place = before?.iter().find(|place| place.name == name)?;
                place.value.known().copied()
            };
            let watts = |place: RawPower| Power {
                watts: match (place.value, then(&place.name)) {
                    (Reading::Known(PowerValue::Watts(watts)), _) => Reading::Known(watts),
                    (
                        Reading::Known(PowerValue::Joules { count, range }),
                        Some(PowerValue::Joules { count: then, .. }),
                    ) => {
                        // A wrap is a small step over the end of the range; anything else began anew.
                        let wrapped = count < then && then - count > range / 2.0;
                        let count = if wrapped { count + range } else { count };
                        rate(&Reading::Known(count), Some(&Reading::Known(then)))
                    }
                    (Reading::Known(_), _) => Reading::absent("its counter is new"),
                    (Reading::Absent(reason), _) => Reading::Absent(reason),
                },
                name: place.name,
            };
            places.into_iter().map(watts).collect()
        });
        Sample {
            seconds,
            cpu_load: load(&self.cpu, Some(&before.cpu)),
            classes: self
                .classes
                .iter()
                .map(|class| {
                    let then = before.classes.iter().find(|then| then.name == class.name);
                    ClassSample {
                        name: class.name.clone(),
                        logical: class.logical,
                        load: match class.load {
                            Some(load) => Reading::Known(load),
                            None => load(&class.ticks, then.map(|then| &then.ticks)),
                        },
                        clock_mhz: class.clock_mhz.clone(),
                    }
                })
                .collect(),
            temperatures: self.temperatures.clone(),
            thermal: thermal(&self.thermal, &throttle_events),
            throttle_events,
            power,
            memory_total_bytes: self.memory_total_bytes.clone(),
            memory_available_bytes: self.memory_available_bytes.clone(),
            swap_used_bytes: self.swap_used_bytes.clone(),
            swap_total_bytes: self.swap_total_bytes.clone(),
            memory_pressure: self.memory_pressure.clone(),
            container_limit_bytes: self.container_limit_bytes.clone(),
            container_room_bytes: self.container_room_bytes.clone(),
            own: Own {
                cpu_threads: rate(&self.own_cpu_seconds, Some(&before.own_cpu_seconds)),
                memory_bytes: self.own_memory_bytes.clone(),
                threads: self.own_threads.clone(),
            },
            gpus: self.gpus.clone(),
        }
    }
}

/// Busy share between two readings of the same clock.
fn load(now: &Reading<Ticks>, then: Option<&Reading<Ticks>>) -> Reading<f64> {
    match (now, then) {
        (Reading::Absent(reason), _) | (_, Some(Reading::Absent(reason))) => {
            Reading::absent(reason.clone())
        }
        (Reading::Known(now), Some(Reading::Known(then))) => {
            let (busy, all) = (now.busy - then.busy, now.all - then.all);
            // Idle time may step back by a tick on some kernels.
            Reading::from_option(
                (all > 0.0).then(|| (busy / all).clamp(0.0, 1.0)),
                "too soon for a rate",
            )
        }
        (Reading::Known(_), None) => Reading::absent("a new tier of cores"),
    }
}

/// A processor that held itself back is at least in a serious state, whatever its thermometers say.
fn thermal(heat: &Reading<Thermal>, throttle_events: &Reading<u64>) -> Reading<Thermal> {
    let throttled = throttle_events
        .known()
        .filter(|count| **count > 0)
        .map(|count| Thermal {
            state: ThermalState::Serious,
            why: format!("the processor held itself back {count} times"),
        });
    match (heat, throttled) {
        (Reading::Known(heat), Some(throttled)) if throttled.state > heat.state => {
            Reading::Known(throttled)
        }
        (Reading::Absent(_), Some(throttled)) => Reading::Known(throttled),
        // Counters that stand still say that there is no throttling, and that is what nominal means.
        (Reading::Absent(_), None) if throttle_events.known().is_some() => {
            Reading::Known(Thermal {
                state: ThermalState::Nominal,
                why: "the processor does not hold itself back".to_owned(),
            })
        }
        (heat, _) => heat.clone(),
    }
}

#[cfg(test)]
mod tests;
