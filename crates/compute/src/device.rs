//! Devices: the processor, and what Metal, Vulkan and CUDA offer.

use crate::engine::{Engine, Launch, Timing};
use crate::pool::{Buffer, Pool, lock};
use crate::times::{self, Tally};
use crate::{Budget, Error, Kernel};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A way to a GPU. All are known in every build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Apple's, on macOS.
    Metal,
    /// On Linux, with the feature `vulkan`; also in software.
    Vulkan,
    /// NVIDIA's own, with the feature `cuda`.
    Cuda,
}

impl Backend {
    /// All of them, in the order in which `auto` tries them.
    pub const ALL: [Backend; 3] = [Backend::Metal, Backend::Cuda, Backend::Vulkan];

    /// The word for it in flags and files.
    pub fn word(self) -> &'static str {
        match self {
            Backend::Metal => "metal",
            Backend::Vulkan => "vulkan",
            Backend::Cuda => "cuda",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Backend::Metal => "Metal",
            Backend::Vulkan => "Vulkan",
            Backend::Cuda => "CUDA",
        })
    }
}

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// A GPU where it is proven and measured to win, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The first device of this backend, or an error.
    Gpu(Backend),
}

impl Choice {
    /// `auto`, `cpu`, `metal`, `vulkan` or `cuda`.
    pub fn from_word(word: &str) -> Option<Choice> {
        match word {
            "auto" => Some(Choice::Auto),
            "cpu" => Some(Choice::Cpu),
            _ => Backend::ALL
                .into_iter()
                .find(|backend| backend.word() == word)
                .map(Choice::Gpu),
        }
    }
}

/// What an adapter says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The way to it.
    pub backend: Backend,
    /// Its number among the adapters of this backend.
    pub adapter: usize,
    /// Its name.
    pub name: String,
    /// Name and version of its driver.
    pub driver: String,
    /// True if a program on the processor plays a GPU.
    pub software: bool,
    /// True if it works in main memory, so that nothing needs to be copied to it.
    pub unified: bool,
    /// Its own memory in bytes, where the driver says.
    pub memory_bytes: Option<u64>,
    /// The largest buffer that a kernel can see, in bytes.
    pub buffer_bytes_max: u64,
    /// The most buffers that one kernel can see.
    pub buffers_max: u32,
    /// The most invocations in one workgroup.
    pub workgroup_max: u32,
}

/// Where work is done.
#[derive(Clone)]
pub enum Device {
    /// The processor: always there, and the reference.
    Cpu,
    /// A GPU.
    Gpu(Gpu),
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
            Device::Gpu(gpu) => write!(f, "{} {}", gpu.facts().backend.word(), gpu.facts().name),
        }
    }
}

/// An open GPU. Clones share it.
#[derive(Clone)]
pub struct Gpu(pub(crate) Arc<Inner>);

impl fmt::Debug for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gpu").field(self.facts()).finish()
    }
}

pub(crate) struct Inner {
    pub(crate) facts: Facts,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) pool: Mutex<Pool>,
    pub(crate) tally: Arc<Tally>,
}

/// One launch of a kernel.
pub struct Task<'a> {
    /// The kernel.
    pub kernel: &'a Kernel,
    /// Its buffers, in the order of the bindings.
    pub buffers: &'a [&'a Buffer],
    /// Invocations; rounded up to whole workgroups.
    pub invocations: u64,
}

/// What a search for adapters brought.
pub struct Found {
    /// The backend that was asked.
    pub backend: Backend,
    /// Its adapters, opened or not, or why there are none.
    pub adapters: Result<Vec<Facts>, Error>,
}

/// Asks every backend for its adapters. Opens none.
pub fn find() -> Vec<Found> {
    Backend::ALL
        .into_iter()
        .map(|backend| Found {
            backend,
            adapters: adapters(backend),
        })
        .collect()
}

fn adapters(backend: Backend) -> Result<Vec<Facts>, Error> {
    match backend {
        #[cfg(target_os = "macos")]
        Backend::Metal => crate::wgpu::adapters(backend),
        #[cfg(all(feature = "vulkan", not(target_os = "macos")))]
        Backend::Vulkan => crate::wgpu::adapters(backend),
        #[cfg(feature = "cuda")]
        Backend::Cuda => crate::cuda::adapters(),
        #[allow(unreachable_patterns)]
        _ => Err(not_built(backend)),
    }
}

fn engine(backend: Backend, adapter: usize) -> Result<(Facts, Arc<dyn Engine>), Error> {
    let _ = adapter;
    match backend {
        #[cfg(target_os = "macos")]
        Backend::Metal => crate::wgpu::open(backend, adapter),
        #[cfg(all(feature = "vulkan", not(target_os = "macos")))]
        Backend::Vulkan => crate::wgpu::open(backend, adapter),
        #[cfg(feature = "cuda")]
        Backend::Cuda => crate::cuda::open(adapter),
        #[allow(unreachable_patterns)]
        _ => Err(not_built(backend)),
    }
}

fn not_built(backend: Backend) -> Error {
    let remedy = match backend {
        Backend::Metal => "it needs macOS, where every build has it",
        Backend::Vulkan => {
            "on Linux or Windows, rebuild with --features gpu (or vulkan); macOS has Metal instead"
        }
        Backend::Cuda => "rebuild with --features gpu (or cuda)",
    };
    Error::NotBuilt { backend, remedy }
}

impl Gpu {
    /// Opens one adapter of [`find`].
    pub fn open(backend: Backend, adapter: usize) -> Result<Gpu, Error> {
        let (facts, engine) = engine(backend, adapter)?;
        Ok(Gpu(Arc::new(Inner {
            tally: Tally::of(times::shown(&facts)),
            facts,
            engine,
            pool: Mutex::default(),
        })))
    }

    /// What it says about itself.
    pub fn facts(&self) -> &Facts {
        &self.0.facts
    }

    /// Room for `elements` of 32 bits, from the pool. What it holds is left over from others.
    pub fn buffer(&self, what: &str, elements: usize, budget: &Budget) -> Result<Buffer, Error> {
        Buffer::new(&self.0, what, elements, budget)
    }

    /// Bytes of buffers in use, and of idle ones that the pool keeps.
    pub fn held_bytes(&self) -> (u64, u64) {
        lock(&self.0.pool).bytes()
    }

    /// Gives idle buffers back to the device.
    pub fn trim(&self) {
        lock(&self.0.pool).release(&self.0);
    }

    /// Compiles a kernel ahead of its first launch.
    pub fn compile(&self, kernel: &Kernel) -> Result<(), Error> {
        self.0.engine.compile(kernel)
    }

    /// Runs tasks one after another and waits. After [`Error::TimedOut`] or [`Error::Lost`] the device answers no more.
    pub fn run(&self, tasks: &[Task<'_>], limit: Duration) -> Result<Timing, Error> {
        let launches = tasks
            .iter()
            .map(|task| self.launch(task))
            .collect::<Result<Vec<_>, _>>()?;
        self.0.tally.run(&*self.0.engine, &launches, limit)
    }

    pub(crate) fn launch<'a>(&self, task: &Task<'a>) -> Result<Launch<'a>, Error> {
        let wrong = |why: String| Error::Arguments {
            kernel: task.kernel.name.to_owned(),
            why,
        };
        if task.buffers.len() != task.kernel.buffers.len() {
            return Err(wrong(format!(
                "{} buffers given, {} needed",
                task.buffers.len(),
                task.kernel.buffers.len()
            )));
        }
        if task.buffers.len() > self.facts().buffers_max as usize {
            return Err(wrong(format!(
                "{} buffers, but {} takes {} at most",
                task.buffers.len(),
                self.facts().name,
                self.facts().buffers_max
            )));
        }
        if task
            .buffers
            .iter()
            .any(|buffer| !buffer.belongs_to(&self.0))
        {
            return Err(wrong("a buffer of another device".to_owned()));
        }
        let grid = task
            .kernel
            .grid(task.invocations)
            .ok_or_else(|| wrong(format!("{} invocations are too many", task.invocations)))?;
        Ok(Launch {
            kernel: task.kernel,
            bindings: task
                .buffers
                .iter()
                .map(|buffer| (buffer.id, buffer.bytes()))
                .collect(),
            grid,
        })
    }

    /// Copies one buffer into another of the same size, `times` times, and waits.
    pub fn copy(
        &self,
        from: &Buffer,
        to: &Buffer,
        times: u32,
        limit: Duration,
    ) -> Result<Timing, Error> {
        assert!(
            from.belongs_to(&self.0) && to.belongs_to(&self.0),
            "buffers of another device"
        );
        let bytes = from.bytes().min(to.bytes());
        self.0.engine.copy(from.id, to.id, bytes, times, limit)
    }

    /// Breaks the device as a reset would. For tests of what follows.
    pub fn destroy(&self) {
        self.0.engine.destroy();
    }
}

/// An answer and how it came to be.
#[derive(Debug)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// Why it does not come from the GPU that was asked, to be told to the user.
    pub fell_back: Option<Error>,
}

/// Does `gpu_work` if `device` is a GPU; if that fails for whatever reason, or the device is the processor, does `cpu_work` from
/// the beginning.
pub fn with_fallback<T>(
    device: &Device,
    gpu_work: impl FnOnce(&Gpu) -> Result<T, Error>,
    cpu_work: impl FnOnce() -> T,
) -> Answer<T> {
    let fell_back = match device {
        Device::Cpu => None,
        Device::Gpu(gpu) => match gpu_work(gpu) {
            Ok(value) => {
                return Answer {
                    value,
                    fell_back: None,
                };
            }
            Err(error) => Some(error),
        },
    };
    Answer {
        value: cpu_work(),
        fell_back,
    }
}

/// Opens the device of a choice. `wins` says of an adapter why it should not be used, judged by proof and measurement; a device
/// asked for by name is refused for want of proof too. The text says why it is not a GPU, where `auto` ends at the processor.
pub fn choose(
    choice: Choice,
    why_not: &mut dyn FnMut(&Facts) -> Option<String>,
) -> Result<(Device, String), Error> {
    let backends: &[Backend] = match &choice {
        Choice::Cpu => return Ok((Device::Cpu, "asked for".to_owned())),
        Choice::Auto => &Backend::ALL,
        Choice::Gpu(backend) => std::slice::from_ref(backend),
    };
    let mut reasons = Vec::new();
    for &backend in backends {
        match adapters(backend) {
            Ok(list) => {
                for facts in list {
                    match why_not(&facts) {
                        Some(reason) => reasons.push(format!("{backend} {}: {reason}", facts.name)),
                        None => match Gpu::open(backend, facts.adapter) {
                            Ok(gpu) => {
                                return Ok((Device::Gpu(gpu), format!("{backend} {}", facts.name)));
                            }
                            Err(error) => reasons.push(error.to_string()),
                        },
                    }
                }
            }
            Err(error) if matches!(choice, Choice::Gpu(_)) => return Err(error),
            Err(error) => reasons.push(error.to_string()),
        }
    }
    match choice {
        Choice::Gpu(backend) => Err(Error::Absent {
            backend,
            why: reasons.join("; "),
            remedy: "use --device cpu, or prove it again with `jarvis2 devices --fresh`",
        }),
        _ => Ok((Device::Cpu, reasons.join("; "))),
    }
}
