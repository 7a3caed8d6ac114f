//! The machine as plain data: every field that may be missing says why.

use std::collections::BTreeMap;
use std::fmt;

/// A value that was read, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading<T> {
    /// The system said so.
    Known(T),
    /// The system does not say, and this is why.
    Absent(String),
}

impl<T> Reading<T> {
    /// No value, for `reason`.
    pub fn absent(reason: impl Into<String>) -> Reading<T> {
        Reading::Absent(reason.into())
    }

    /// `value`, or no value for `reason`.
    pub fn from_option(value: Option<T>, reason: impl Into<String>) -> Reading<T> {
        value.map_or_else(|| Reading::absent(reason), Reading::Known)
    }

    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Reading::Known(value) => Some(value),
            Reading::Absent(_) => None,
        }
    }

    /// The same reading of another quantity.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Reading::Known(value) => Reading::Known(convert(value)),
            Reading::Absent(reason) => Reading::Absent(reason),
        }
    }
}

impl<T> Reading<Reading<T>> {
    /// A reading inside a reading is one reading.
    pub(crate) fn flatten(self) -> Reading<T> {
        match self {
            Reading::Known(inner) => inner,
            Reading::Absent(reason) => Reading::Absent(reason),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Reading<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reading::Known(value) => value.fmt(f),
            Reading::Absent(reason) => write!(f, "n/a ({reason})"),
        }
    }
}

/// A size in bytes that prints for people: `Bytes(25_769_803_776)` is "24.0 GiB".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, scale) = match self.0 {
            0..0x400 => return write!(f, "{} B", self.0),
            0x400..0x10_0000 => ("KiB", 1u64 << 10),
            0x10_0000..0x4000_0000 => ("MiB", 1 << 20),
            _ => ("GiB", 1 << 30),
        };
        write!(f, "{:.1} {unit}", self.0 as f64 / scale as f64)
    }
}

/// Everything we know about the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Operating system: "linux", "macos", ...
    pub os: String,
    /// Instruction set: "x86_64", "aarch64", ...
    pub arch: String,
    /// The processor's own name, for example "Apple M4 Pro".
    pub cpu_brand: Reading<String>,
    /// Hardware threads that are online.
    pub logical_cores: Reading<usize>,
    /// Physical cores that are online.
    pub physical_cores: Reading<usize>,
    /// Tiers of cores, fastest first. One class called "Uniform" where the system makes no difference; empty if the number of
    /// cores is unknown. The order is by speed and says nothing about core numbers.
    pub core_classes: Vec<CoreClass>,
    /// What one instruction can do at once, for example "AVX2" or "NEON", narrowest first.
    pub simd: Reading<Vec<String>>,
    /// Graphics processors that the system lists.
    pub gpus: Reading<Vec<Gpu>>,
    /// The unit for neural networks beside the cores.
    pub neural_engine: Reading<NeuralEngine>,
    /// Hardware threads that the affinity mask leaves us.
    pub affinity_threads: Reading<usize>,
    /// Threads that the system itself suggests to run at once. On Linux it knows the affinity mask and the quota.
    pub schedulable_threads: Reading<usize>,
    /// Installed memory in bytes.
    pub memory_total_bytes: Reading<u64>,
    /// Memory in bytes that can be had without swapping, on the whole host.
    pub memory_available_bytes: Reading<u64>,
    /// How short of memory the system is right now.
    pub memory_pressure: Reading<Pressure>,
    /// What a container or service limit leaves us.
    pub container: Container,
    /// Where the known values come from: a row's name (see [`Machine::rows`]), then a file or a counter.
    pub sources: BTreeMap<String, String>,
}

impl Machine {
    /// A machine of which nothing but its operating system and instruction set is known.
    pub(crate) fn unknown(os: &str, reason: &str) -> Machine {
        Machine {
            os: os.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            cpu_brand: Reading::absent(reason),
            logical_cores: Reading::absent(reason),
            physical_cores: Reading::absent(reason),
            core_classes: Vec::new(),
            simd: Reading::absent(reason),
            gpus: Reading::absent(reason),
            neural_engine: Reading::absent(reason),
            affinity_threads: Reading::absent(reason),
            schedulable_threads: Reading::absent(reason),
            memory_total_bytes: Reading::absent(reason),
            memory_available_bytes: Reading::absent(reason),
            memory_pressure: Reading::absent(reason),
            container: Container::none(reason),
            sources: BTreeMap::new(),
        }
    }

    /// Where the value of a row comes from, a file or a counter; `None` where the row has no value.
    pub fn source(&self, row: &str) -> Option<&str> {
        self.sources.get(row).map(String::as_str)
    }

    /// Notes where rows come from; "core class" names all of them. A row without a value comes from nowhere.
    pub(crate) fn note_sources(&mut self, sources: &[(&str, &str)]) {
        for (row, value) in self.rows() {
            let source = sources.iter().find(|(name, _)| {
                row.trim_end_matches(|c: char| c.is_numeric() || c == ' ') == *name
            });
            if let Some((_, source)) = source
                && !value.starts_with("n/a")
            {
                self.sources.insert(row, (*source).to_owned());
            }
        }
    }

    /// The description as pairs of name and value, in a fixed order: the table of a screen, the keys of a file.
    pub fn rows(&self) -> Vec<(String, String)> {
        let bytes = |reading: &Reading<u64>| reading.clone().map(Bytes).to_string();
        let mut rows = vec![
            ("os".to_owned(), format!("{} {}", self.os, self.arch)),
            ("cpu".to_owned(), self.cpu_brand.to_string()),
            ("logical cores".to_owned(), self.logical_cores.to_string()),
            ("physical cores".to_owned(), self.physical_cores.to_string()),
        ];
        for class in &self.core_classes {
            rows.push((format!("core class {}", class.level), class.to_string()));
        }
        let simd = self.simd.clone().map(|levels| levels.join(", "));
        rows.push(("simd".to_owned(), simd.to_string()));
        match &self.gpus {
            Reading::Known(gpus) => {
                for (index, gpu) in gpus.iter().enumerate() {
                    rows.push((format!("gpu {index}"), gpu.to_string()));
                }
            }
            Reading::Absent(reason) => rows.push(("gpu".to_owned(), format!("n/a ({reason})"))),
        }
        rows.push(("neural engine".to_owned(), self.neural_engine.to_string()));
        rows.extend([
            (
                "affinity threads".to_owned(),
                self.affinity_threads.to_string(),
            ),
            ("memory".to_owned(), bytes(&self.memory_total_bytes)),
            (
                "memory available".to_owned(),
                bytes(&self.memory_available_bytes),
            ),
            (
                "memory pressure".to_owned(),
                self.memory_pressure.to_string(),
            ),
            (
                "control groups".to_owned(),
                self.container.version.to_string(),
            ),
            (
                "container memory".to_owned(),
                bytes(&self.container.memory_limit_bytes),
            ),
            (
                "container room".to_owned(),
                bytes(&self.container.memory_room_bytes),
            ),
            (
                "container cores".to_owned(),
                self.container.cpu_quota_cores.to_string(),
            ),
        ]);
        rows
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.rows().iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{name:<18}  {value}")?;
        }
        Ok(())
    }
}

/// One tier of cores.
#[derive(Clone, Debug, PartialEq)]
pub struct CoreClass {
    /// 0 is the fastest tier.
    pub level: usize,
    /// The system's name for it, for example "Performance", "Efficiency" or "Super"; "Uniform" if there is only one.
    pub name: String,
    /// Hardware threads in this tier.
    pub logical: usize,
    /// Physical cores in this tier.
    pub physical: Reading<usize>,
    /// Numbers of its hardware threads, in the system's own count.
    pub cpus: Reading<Vec<usize>>,
    /// Highest clock in MHz.
    pub clock_mhz_max: Reading<f64>,
    /// Made to save power: work that nobody waits for belongs there. A machine's only tier never is.
    pub efficiency: bool,
    /// Caches seen by one core of this tier, nearest first.
    pub caches: Reading<Vec<Cache>>,
}

impl fmt::Display for CoreClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.logical, self.name)?;
        if let Reading::Known(mhz) = self.clock_mhz_max {
            write!(f, ", up to {mhz:.0} MHz")?;
        }
        match &self.caches {
            Reading::Known(caches) => {
                for cache in caches {
                    write!(f, ", {cache}")?;
                }
                Ok(())
            }
            Reading::Absent(reason) => write!(f, ", caches n/a ({reason})"),
        }
    }
}

/// One cache as one core sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    /// 1 is nearest to the core.
    pub level: u8,
    /// "data", "instruction" or "unified".
    pub kind: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Hardware threads that share it.
    pub shared_by: Reading<usize>,
}

impl fmt::Display for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.kind.as_str() {
            "data" => "d",
            "instruction" => "i",
            _ => "",
        };
        write!(f, "L{}{letter} {}", self.level, Bytes(self.bytes))?;
        match self.shared_by {
            Reading::Known(threads) if threads > 1 => write!(f, " for {threads}"),
            _ => Ok(()),
        }
    }
}

/// One graphics processor, as the system lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
    /// Its own name, for example "Apple M4 Pro" or "NVIDIA H200".
    pub name: String,
    /// Cores as its maker counts them: Apple's cores, NVIDIA's CUDA cores. Never to be compared between makers.
    pub cores: Reading<usize>,
    /// Whose memory it computes in.
    pub memory: Reading<GpuMemory>,
    /// Bytes that it may hold at once before it slows down (Metal: `recommendedMaxWorkingSetSize`). Only the device says so, and
    /// the rule behind it changes between systems: it is asked for, never computed.
    pub working_set_bytes: Reading<u64>,
    /// Where this comes from.
    pub source: String,
}

impl fmt::Display for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, cores {}, memory {}",
            self.name, self.cores, self.memory
        )?;
        match self.working_set_bytes {
            Reading::Known(bytes) => write!(f, ", working set {}", Bytes(bytes)),
            Reading::Absent(_) => Ok(()),
        }
    }
}

/// Whose memory a graphics processor computes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GpuMemory {
    /// The machine's own: one memory, counted once.
    Unified,
    /// Its own, in bytes.
    Own(u64),
}

impl fmt::Display for GpuMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GpuMemory::Unified => f.write_str("unified"),
            GpuMemory::Own(bytes) => write!(f, "{}", Bytes(*bytes)),
        }
    }
}

/// A unit for neural networks beside the cores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeuralEngine {
    /// Its name.
    pub name: String,
    /// Its cores.
    pub cores: Reading<usize>,
}

impl fmt::Display for NeuralEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, cores {}", self.name, self.cores)
    }
}

/// How short of memory the system is. The two systems measure different things, so there are two variants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pressure {
    /// Linux: fractions of the last ten seconds.
    Stalled {
        /// Fraction of the time in which at least one task waited for memory.
        some_10s: f64,
        /// Fraction of the time in which every task waited for memory.
        full_10s: f64,
    },
    /// macOS: the kernel's own level.
    Level(PressureLevel),
}

impl Pressure {
    /// As one of macOS's levels. Linux has none: ours is a warning once some task waits for memory a tenth of the time, and critical
    /// once all of them do for a quarter of it (systemd-oomd ends programs at 60 %).
    pub fn level(self) -> PressureLevel {
        match self {
            Pressure::Level(level) => level,
            Pressure::Stalled { full_10s, .. } if full_10s >= 0.25 => PressureLevel::Critical,
            Pressure::Stalled { some_10s, .. } if some_10s >= 0.1 => PressureLevel::Warning,
            Pressure::Stalled { .. } => PressureLevel::Normal,
        }
    }
}

impl fmt::Display for Pressure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pressure::Stalled { some_10s, full_10s } => {
                write!(
                    f,
                    "stalled {:.2} % of the last 10 s (all tasks {:.2} %)",
                    some_10s * 100.0,
                    full_10s * 100.0
                )
            }
            Pressure::Level(level) => write!(f, "{level}"),
        }
    }
}

/// The kernel's memory pressure level on macOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PressureLevel {
    /// Nothing to do.
    Normal,
    /// Stop growing.
    Warning,
    /// Pause new work.
    Critical,
}

impl fmt::Display for PressureLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PressureLevel::Normal => "normal",
            PressureLevel::Warning => "warning",
            PressureLevel::Critical => "critical",
        })
    }
}

/// What a container, a service manager or a batch system allows us (Linux control groups).
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// Which generation of control groups governs our memory.
    pub version: Reading<CgroupVersion>,
    /// The tightest memory limit above us, in bytes.
    pub memory_limit_bytes: Reading<u64>,
    /// What is left under the memory limits above us, in bytes; file pages that the kernel can drop count as free.
    pub memory_room_bytes: Reading<u64>,
    /// The tightest processor quota above us, in cores: 1.5 is one and a half.
    pub cpu_quota_cores: Reading<f64>,
}

impl Container {
    /// No limits, for `reason`.
    pub(crate) fn none(reason: &str) -> Container {
        Container {
            version: Reading::absent(reason),
            memory_limit_bytes: Reading::absent(reason),
            memory_room_bytes: Reading::absent(reason),
            cpu_quota_cores: Reading::absent(reason),
        }
    }
}

/// Generations of Linux control groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CgroupVersion {
    /// One tree per controller.
    V1,
    /// One unified tree.
    V2,
    /// Both are mounted, and the memory controller is in the old one.
    Hybrid,
}

impl fmt::Display for CgroupVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CgroupVersion::V1 => "v1",
            CgroupVersion::V2 => "v2",
            CgroupVersion::Hybrid => "hybrid (memory in v1)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_prints_its_reason_and_a_size_its_unit() {
        assert_eq!(
            Reading::<u64>::absent("no such file").to_string(),
            "n/a (no such file)"
        );
        assert_eq!(Reading::Known(3).to_string(), "3");
        assert_eq!(Bytes(0).to_string(), "0 B");
        assert_eq!(Bytes(49_152).to_string(), "48.0 KiB");
        assert_eq!(Bytes(25_769_803_776).to_string(), "24.0 GiB");
    }

    #[test]
    fn an_unknown_machine_prints_only_reasons() {
        let text = Machine::unknown("plan9", "not read on plan9").to_string();
        for line in text.lines().skip(1) {
            assert!(line.ends_with("n/a (not read on plan9)"), "{line:?}");
        }
    }
}
