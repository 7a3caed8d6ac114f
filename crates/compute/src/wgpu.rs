//! Vulkan and Metal through wgpu.
//!
//! The texts are WGSL, compiled by naga for the driver. They are trusted: wgpu's own checks of every index are off, because the
//! kernels guard their indices and the start-up proof runs them. Where the device works in main memory, buffers are mapped and
//! no second copy is made; elsewhere data goes through one staging buffer.

// One use: a shader without wgpu's own index checks.
#![allow(unsafe_code)]

use crate::engine::{Engine, Lane, Launch, Load, Timing};
use crate::pool::lock;
use crate::{Access, Backend, Error, Facts, Kernel};
use ::wgpu::{self as w, BufferUsages};
use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Bytes that are read back in one piece where memory is not unified.
const STAGING_BYTES: u64 = 64 << 20;
/// How long to wait for what cannot take long, such as a mapping after the work is done.
const SHORTLY: Duration = Duration::from_secs(20);

fn instance(backend: Backend) -> w::Instance {
    let mut description = w::InstanceDescriptor::new_without_display_handle();
    description.backends = match backend {
        Backend::Metal => w::Backends::METAL,
        _ => w::Backends::VULKAN,
    };
    description.flags = w::InstanceFlags::empty();
    w::Instance::new(description)
}

fn list(backend: Backend) -> Result<Vec<w::Adapter>, Error> {
    let instance = instance(backend);
    let (flag, remedy) = match backend {
        Backend::Metal => (w::Backends::METAL, "it needs a Mac with a GPU"),
        _ => (
            w::Backends::VULKAN,
            "install the Vulkan loader and a driver (Debian: libvulkan1, and mesa-vulkan-drivers or the vendor's)",
        ),
    };
    let mut adapters = pollster::block_on(instance.enumerate_adapters(flag));
    if adapters.is_empty() {
        return Err(Error::Absent {
            backend,
            why: "no library, or no driver that offers an adapter".to_owned(),
            remedy,
        });
    }
    // Real ones first; the order among equals is the driver's.
    adapters.sort_by_key(|adapter| adapter.get_info().device_type == w::DeviceType::Cpu);
    Ok(adapters)
}

/// The adapters of Vulkan or Metal.
pub(crate) fn adapters(backend: Backend) -> Result<Vec<Facts>, Error> {
    Ok(list(backend)?
        .iter()
        .enumerate()
        .map(|(at, adapter)| facts(backend, at, adapter))
        .collect())
}

fn facts(backend: Backend, at: usize, adapter: &w::Adapter) -> Facts {
    let info = adapter.get_info();
    let limits = adapter.limits();
    let software = info.device_type == w::DeviceType::Cpu;
    Facts {
        backend,
        adapter: at,
        name: info.name,
        driver: format!("{} {}", info.driver, info.driver_info)
            .trim()
            .to_owned(),
        software,
        unified: software
            || info.device_type == w::DeviceType::IntegratedGpu
            || backend == Backend::Metal,
        // wgpu does not say.
        memory_bytes: None,
        buffer_bytes_max: limits
            .max_buffer_size
            .min(limits.max_storage_buffer_binding_size),
        buffers_max: limits.max_storage_buffers_per_shader_stage,
        workgroup_max: limits
            .max_compute_invocations_per_workgroup
            .min(limits.max_compute_workgroup_size_x),
    }
}

/// Opens an adapter.
pub(crate) fn open(backend: Backend, at: usize) -> Result<(Facts, Arc<dyn Engine>), Error> {
    let list = list(backend)?;
    let adapter = list.get(at).ok_or_else(|| Error::Absent {
        backend,
        why: format!("there is no adapter {at}, only {}", list.len()),
        remedy: "list them with `jarvis2 devices`",
    })?;
    let facts = facts(backend, at, adapter);
    let wanted = if facts.unified {
        w::Features::TIMESTAMP_QUERY | w::Features::MAPPABLE_PRIMARY_BUFFERS
    } else {
        w::Features::TIMESTAMP_QUERY
    };
    let features = adapter.features() & wanted;
    let (device, queue) = pollster::block_on(adapter.request_device(&w::DeviceDescriptor {
        label: Some("jarvis2"),
        required_features: features,
        required_limits: adapter.limits(),
        experimental_features: w::ExperimentalFeatures::disabled(),
        memory_hints: w::MemoryHints::Performance,
        trace: w::Trace::Off,
    }))
    .map_err(|error| Error::Driver {
        what: "opening the device",
        why: error.to_string(),
    })?;
    let health = Arc::new(Health::default());
    let of_device = Arc::clone(&health);
    device.set_device_lost_callback(move |reason, text| {
        of_device.lose(format!("{reason:?} {text}"));
    });
    let of_device = Arc::clone(&health);
    device.on_uncaptured_error(Arc::new(move |error: w::Error| {
        lock(&of_device.fault).get_or_insert(error.to_string());
    }));
    let engine = Wgpu {
        mappable: features.contains(w::Features::MAPPABLE_PRIMARY_BUFFERS),
        clock: features
            .contains(w::Features::TIMESTAMP_QUERY)
            .then(|| Clock::new(&device, &queue)),
        device,
        queue,
        health,
        buffers: Mutex::default(),
        next: AtomicU64::new(0),
        compiled: Mutex::default(),
        staging: Mutex::default(),
    };
    Ok((facts, Arc::new(engine)))
}

/// What the device said when nobody asked.
#[derive(Default)]
struct Health {
    lost: AtomicBool,
    why_lost: Mutex<String>,
    fault: Mutex<Option<String>>,
}

impl Health {
    fn lose(&self, why: String) {
        // The text first: whoever sees the flag reads it.
        *lock(&self.why_lost) = why;
        self.lost.store(true, Ordering::Release);
    }

    fn check(&self, what: &'static str) -> Result<(), Error> {
        if self.lost.load(Ordering::Acquire) {
            return Err(Error::Lost {
                why: lock(&self.why_lost).clone(),
            });
        }
        match lock(&self.fault).take() {
            Some(why) => Err(Error::Driver { what, why }),
            None => Ok(()),
        }
    }
}

struct Clock {
    queries: w::QuerySet,
    raw: w::Buffer,
    readable: w::Buffer,
    ns_per_tick: f64,
}

impl Clock {
    fn new(device: &w::Device, queue: &w::Queue) -> Clock {
        let buffer = |usage| {
            device.create_buffer(&w::BufferDescriptor {
                label: Some("ticks"),
                size: 16,
                usage,
                mapped_at_creation: false,
            })
        };
        Clock {
            queries: device.create_query_set(&w::QuerySetDescriptor {
                label: None,
                ty: w::QueryType::Timestamp,
                count: 2,
            }),
            raw: buffer(BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC),
            readable: buffer(BufferUsages::COPY_DST | BufferUsages::MAP_READ),
            ns_per_tick: f64::from(queue.get_timestamp_period()),
        }
    }
}

struct Wgpu {
    device: w::Device,
    queue: w::Queue,
    health: Arc<Health>,
    mappable: bool,
    clock: Option<Clock>,
    buffers: Mutex<HashMap<u64, w::Buffer>>,
    next: AtomicU64,
    compiled: Mutex<HashMap<String, Arc<Compiled>>>,
    staging: Mutex<Option<w::Buffer>>,
}

struct Compiled {
    pipeline: w::ComputePipeline,
    layout: w::BindGroupLayout,
}

impl Wgpu {
    fn buffer(&self, id: u64) -> w::Buffer {
        lock(&self.buffers)
            .get(&id)
            .expect("the pool hands out live buffers only")
            .clone()
    }

    fn submit_and_wait(&self, commands: w::CommandBuffer, limit: Duration) -> Result<(), Error> {
        let index = self.queue.submit([commands]);
        self.wait(Some(index), limit)
    }

    fn wait(&self, index: Option<w::SubmissionIndex>, limit: Duration) -> Result<(), Error> {
        let polled = self.device.poll(w::PollType::Wait {
            submission_index: index,
            timeout: Some(limit),
        });
        self.health.check("running")?;
        match polled {
            Ok(_) => Ok(()),
            Err(w::PollError::Timeout) => {
                self.health
                    .lose(format!("it did not finish within {limit:?}"));
                Err(Error::TimedOut { limit })
            }
            // The work was not taken: the device went between the submission and the wait, before it could say so.
            Err(error @ w::PollError::WrongSubmissionIndex(..)) => {
                let _ = self.device.poll(w::PollType::Poll);
                self.health.check("running")?;
                self.health.lose(error.to_string());
                self.health.check("running")
            }
        }
    }

    /// Maps a part of a buffer and waits until it is mapped.
    fn map(
        &self,
        slice: w::BufferSlice<'_>,
        mode: w::MapMode,
        limit: Duration,
    ) -> Result<(), Error> {
        let (tell, told) = mpsc::channel();
        slice.map_async(mode, move |result| {
            // Nobody listens if the wait has failed.
            let _ = tell.send(result);
        });
        self.wait(None, limit)?;
        match told.try_recv() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Error::Driver {
                what: "mapping",
                why: error.to_string(),
            }),
            Err(_) => Err(Error::Driver {
                what: "mapping",
                why: "the driver did not answer".to_owned(),
            }),
        }
    }

    fn read_mapped(
        &self,
        buffer: &w::Buffer,
        offset: u64,
        out: &mut [u8],
        limit: Duration,
    ) -> Result<(), Error> {
        let slice = buffer.slice(offset..offset + out.len() as u64);
        self.map(slice, w::MapMode::Read, limit)?;
        let result = slice
            .get_mapped_range()
            .map(|view| out.copy_from_slice(&view));
        buffer.unmap();
        result.map_err(|error| Error::Driver {
            what: "reading",
            why: error.to_string(),
        })
    }

    fn encoder(&self) -> w::CommandEncoder {
        self.device
            .create_command_encoder(&w::CommandEncoderDescriptor::default())
    }

    fn compiled(&self, kernel: &Kernel) -> Result<Arc<Compiled>, Error> {
        self.health.check("compiling")?;
        if let Some(compiled) = lock(&self.compiled).get(kernel.name) {
            return Ok(Arc::clone(compiled));
        }
        let wrong = |why: String| Error::Compile {
            kernel: kernel.name.to_owned(),
            why,
        };
        let built = guarded(|| self.build(kernel));
        self.health.check("compiling")?;
        let compiled = Arc::new(built.map_err(wrong)?);
        lock(&self.compiled).insert(kernel.name.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
    }

    fn build(&self, kernel: &Kernel) -> Result<Compiled, String> {
        let scope = self.device.push_error_scope(w::ErrorFilter::Validation);
        let internal = self.device.push_error_scope(w::ErrorFilter::Internal);
        let description = w::ShaderModuleDescriptor {
            label: Some(kernel.name),
            source: w::ShaderSource::Wgsl(kernel.wgsl.into()),
        };
        // SAFETY: the kernel's text guards its indices, which is its contract (see `Kernel`), and was proven at start.
        let module = unsafe {
            self.device
                .create_shader_module_trusted(description, w::ShaderRuntimeChecks::unchecked())
        };
        let entries: Vec<_> = kernel
            .buffers
            .iter()
            .enumerate()
            .map(|(at, access)| w::BindGroupLayoutEntry {
                binding: at as u32,
                visibility: w::ShaderStages::COMPUTE,
                ty: w::BindingType::Buffer {
                    ty: w::BufferBindingType::Storage {
                        // What the text says counts: a generator may declare all of them writable.
                        read_only: *access == Access::Read
                            && kernel
                                .wgsl
                                .contains(&format!("@binding({at}) var<storage, read>")),
                    },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let layout = self
            .device
            .create_bind_group_layout(&w::BindGroupLayoutDescriptor {
                label: Some(kernel.name),
                entries: &entries,
            });
        let pipeline_layout = self
            .device
            .create_pipeline_layout(&w::PipelineLayoutDescriptor {
                label: Some(kernel.name),
                bind_group_layouts: &[Some(&layout)],
                ..Default::default()
            });
        let pipeline = self
            .device
            .create_compute_pipeline(&w::ComputePipelineDescriptor {
                label: Some(kernel.name),
                layout: Some(&pipeline_layout),
                module: &module,
                // The only one of the text.
                entry_point: None,
                compilation_options: w::PipelineCompilationOptions {
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: None,
            });
        let internal = pollster::block_on(internal.pop());
        let validation = pollster::block_on(scope.pop());
        match validation.or(internal) {
            Some(error) => Err(error.to_string()),
            None => Ok(Compiled { pipeline, layout }),
        }
    }

    fn bind(&self, compiled: &Compiled, launch: &Launch<'_>) -> w::BindGroup {
        let buffers: Vec<_> = launch
            .bindings
            .iter()
            .map(|(id, bytes)| (self.buffer(*id), *bytes))
            .collect();
        let entries: Vec<_> = buffers
            .iter()
            .enumerate()
            .map(|(at, (buffer, bytes))| w::BindGroupEntry {
                binding: at as u32,
                resource: w::BindingResource::Buffer(w::BufferBinding {
                    buffer,
                    offset: 0,
                    size: w::BufferSize::new(*bytes),
                }),
            })
            .collect();
        self.device.create_bind_group(&w::BindGroupDescriptor {
            label: None,
            layout: &compiled.layout,
            entries: &entries,
        })
    }

    /// Submits and waits; the device's own time where it has a clock and the caller let it tick.
    fn timed(
        &self,
        mut encoder: w::CommandEncoder,
        clock: Option<&Clock>,
        limit: Duration,
    ) -> Result<Timing, Error> {
        if let Some(clock) = clock {
            encoder.resolve_query_set(&clock.queries, 0..2, &clock.raw, 0);
            encoder.copy_buffer_to_buffer(&clock.raw, 0, &clock.readable, 0, 16);
        }
        let begin = Instant::now();
        self.submit_and_wait(encoder.finish(), limit)?;
        let wall = begin.elapsed();
        let gpu = match clock {
            None => None,
            Some(clock) => {
                let mut ticks = [0_u64; 2];
                let bytes = bytemuck::cast_slice_mut(&mut ticks);
                self.read_mapped(&clock.readable, 0, bytes, SHORTLY)?;
                let ns = ticks[1].wrapping_sub(ticks[0]) as f64 * clock.ns_per_tick;
                Some(Duration::from_nanos(ns as u64))
            }
        };
        Ok(Timing { wall, gpu })
    }
}

/// A launch with its pipeline and its buffers bound.
#[derive(Clone)]
struct Prepared {
    compiled: Arc<Compiled>,
    group: w::BindGroup,
    grid: (u32, u32),
}

impl Wgpu {
    /// As `Health::check`, but a device that is going says so first: its errors until then look like ours.
    fn settled(&self, what: &'static str) -> Result<(), Error> {
        if lock(&self.health.fault).is_some() {
            let _ = self.device.poll(w::PollType::Poll);
        }
        self.health.check(what)
    }

    fn prepare(&self, launch: &Launch<'_>) -> Result<Prepared, Error> {
        let compiled = self.compiled(launch.kernel)?;
        let group = self.bind(&compiled, launch);
        Ok(Prepared {
            compiled,
            group,
            grid: launch.grid,
        })
    }
}

/// One pass with all launches in their order.
fn pass(encoder: &mut w::CommandEncoder, prepared: &[Prepared], clock: Option<&Clock>) {
    let mut pass = encoder.begin_compute_pass(&w::ComputePassDescriptor {
        label: None,
        timestamp_writes: clock.map(|clock| w::ComputePassTimestampWrites {
            query_set: &clock.queries,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        }),
    });
    for one in prepared {
        let (x, y) = one.grid;
        pass.set_pipeline(&one.compiled.pipeline);
        pass.set_bind_group(0, &one.group, &[]);
        pass.dispatch_workgroups(x, y, 1);
    }
}

/// The trips of a [`crate::Shuttle`].
struct Trips {
    engine: Arc<Wgpu>,
    /// Words, so that they are aligned for numbers.
    input: Vec<u32>,
    output: Vec<u32>,
    staging: w::Buffer,
    /// Launches of earlier trips, bound: kernel, buffers and grid are their key.
    known: Vec<(Known, Prepared)>,
    under_way: Option<UnderWay>,
}

type Known = (&'static str, Vec<(u64, u64)>, (u32, u32));

/// More different launches than one shuttle is ever asked for; beyond it they are bound anew.
const KNOWN_MAX: usize = 64;

struct UnderWay {
    index: w::SubmissionIndex,
    down_bytes: u64,
    /// In a mutex only because a receiver must not be shared.
    told: Mutex<mpsc::Receiver<Result<(), w::BufferAsyncError>>>,
}

impl Trips {
    fn prepared(&mut self, launch: &Launch<'_>) -> Result<Prepared, Error> {
        let key = (launch.kernel.name, &launch.bindings, launch.grid);
        let known = self
            .known
            .iter()
            .find(|((name, bindings, grid), _)| (*name, bindings, *grid) == key);
        if let Some((_, prepared)) = known {
            return Ok(prepared.clone());
        }
        let prepared = self.engine.prepare(launch)?;
        if self.known.len() == KNOWN_MAX {
            self.known.clear();
        }
        let key = (launch.kernel.name, launch.bindings.clone(), launch.grid);
        self.known.push((key, prepared.clone()));
        Ok(prepared)
    }
}

impl Lane for Trips {
    fn input(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.input)
    }

    fn output(&self) -> &[u8] {
        bytemuck::cast_slice(&self.output)
    }

    fn begin(&mut self, up: Load, launches: &[Launch<'_>], down: Load) -> Result<(), Error> {
        self.engine.health.check("launching")?;
        let prepared = launches
            .iter()
            .map(|launch| self.prepared(launch))
            .collect::<Result<Vec<_>, Error>>()?;
        let engine = &self.engine;
        if up.bytes > 0 {
            let bytes = &bytemuck::cast_slice(&self.input)[..up.bytes as usize];
            engine
                .queue
                .write_buffer(&engine.buffer(up.buffer), 0, bytes);
        }
        let mut encoder = engine.encoder();
        pass(&mut encoder, &prepared, None);
        if down.bytes > 0 {
            let from = engine.buffer(down.buffer);
            encoder.copy_buffer_to_buffer(&from, 0, &self.staging, 0, down.bytes);
        }
        let index = engine.queue.submit([encoder.finish()]);
        let (tell, told) = mpsc::channel();
        self.staging
            .slice(..down.bytes.next_multiple_of(8).max(8))
            .map_async(w::MapMode::Read, move |result| {
                // Nobody listens if the wait has failed.
                let _ = tell.send(result);
            });
        self.under_way = Some(UnderWay {
            index,
            down_bytes: down.bytes,
            told: Mutex::new(told),
        });
        engine.settled("launching")
    }

    fn finish(&mut self, limit: Duration) -> Result<(), Error> {
        let Some(way) = self.under_way.take() else {
            return Ok(());
        };
        self.engine.wait(Some(way.index), limit)?;
        match lock(&way.told).try_recv() {
            Ok(Ok(())) => {}
            told => {
                return Err(Error::Driver {
                    what: "mapping",
                    why: match told {
                        Ok(Err(error)) => error.to_string(),
                        _ => "the driver did not answer".to_owned(),
                    },
                });
            }
        }
        let bytes = way.down_bytes as usize;
        let result = self
            .staging
            .slice(..(way.down_bytes.next_multiple_of(8).max(8)))
            .get_mapped_range()
            .map(|view| {
                bytemuck::cast_slice_mut(&mut self.output)[..bytes].copy_from_slice(&view[..bytes]);
            });
        self.staging.unmap();
        result.map_err(|error| Error::Driver {
            what: "reading",
            why: error.to_string(),
        })
    }
}

/// A compiler that panics must not look like one that did its work.
fn guarded<T>(build: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(build))
        .unwrap_or_else(|panic| Err(format!("the compiler panicked: {}", panic_text(&*panic))))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "without a word".to_owned())
}

impl Engine for Wgpu {
    fn allocate(&self, bytes: u64) -> Result<u64, Error> {
        self.health.check("allocating")?;
        let mut usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
        if self.mappable {
            usage |= BufferUsages::MAP_READ | BufferUsages::MAP_WRITE;
        }
        let scope = self.device.push_error_scope(w::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&w::BufferDescriptor {
            label: None,
            size: bytes,
            usage,
            mapped_at_creation: false,
        });
        if let Some(error) = pollster::block_on(scope.pop()) {
            return Err(Error::OutOfMemory {
                what: String::new(),
                need_bytes: bytes,
                why: error.to_string(),
            });
        }
        self.health.check("allocating")?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.buffers).insert(id, buffer);
        Ok(id)
    }

    fn free(&self, buffer: u64) {
        if let Some(buffer) = lock(&self.buffers).remove(&buffer) {
            buffer.destroy();
        }
    }

    fn write(&self, buffer: u64, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        self.health.check("writing")?;
        let buffer = self.buffer(buffer);
        if self.mappable {
            // Maps are aligned to 8 bytes; the few bytes of a padding go the other way.
            let aligned = offset.is_multiple_of(8) && bytes.len().is_multiple_of(8);
            if aligned {
                // An earlier small write still waits for a submission; it must not come after this one.
                self.queue.submit([]);
                let slice = buffer.slice(offset..offset + bytes.len() as u64);
                self.map(slice, w::MapMode::Write, SHORTLY)?;
                let result = slice
                    .get_mapped_range_mut()
                    .map(|mut view| view.copy_from_slice(bytes));
                buffer.unmap();
                return result.map_err(|error| Error::Driver {
                    what: "writing",
                    why: error.to_string(),
                });
            }
        }
        self.queue.write_buffer(&buffer, offset, bytes);
        self.health.check("writing")
    }

    fn read(&self, buffer: u64, offset: u64, out: &mut [u8], limit: Duration) -> Result<(), Error> {
        self.health.check("reading")?;
        let buffer = self.buffer(buffer);
        if self.mappable && offset.is_multiple_of(8) && out.len().is_multiple_of(8) {
            // What `write_buffer` was given is on its way only after a submission.
            self.queue.submit([]);
            return self.read_mapped(&buffer, offset, out, limit);
        }
        let mut staging = lock(&self.staging);
        let staging = staging.get_or_insert_with(|| {
            self.device.create_buffer(&w::BufferDescriptor {
                label: Some("staging"),
                size: STAGING_BYTES,
                usage: BufferUsages::COPY_DST | BufferUsages::MAP_READ,
                mapped_at_creation: false,
            })
        });
        let mut from = offset;
        for piece in out.chunks_mut(STAGING_BYTES as usize) {
            let bytes = piece.len() as u64;
            let mut encoder = self.encoder();
            encoder.copy_buffer_to_buffer(&buffer, from, staging, 0, bytes);
            self.queue.submit([encoder.finish()]);
            let whole = bytes.next_multiple_of(8);
            if whole == bytes {
                self.read_mapped(staging, 0, piece, limit)?;
            } else {
                let mut padded = vec![0; whole as usize];
                self.read_mapped(staging, 0, &mut padded, limit)?;
                piece.copy_from_slice(&padded[..piece.len()]);
            }
            from += bytes;
        }
        self.health.check("reading")
    }

    fn copy(
        &self,
        from: u64,
        to: u64,
        bytes: u64,
        times: u32,
        limit: Duration,
    ) -> Result<Timing, Error> {
        self.health.check("copying")?;
        let (from, to) = (self.buffer(from), self.buffer(to));
        let mut encoder = self.encoder();
        for _ in 0..times {
            encoder.copy_buffer_to_buffer(&from, 0, &to, 0, bytes);
        }
        // Timestamps stand at the ends of passes only, and a copy is none.
        self.timed(encoder, None, limit)
    }

    fn compile(&self, kernel: &Kernel) -> Result<(), Error> {
        self.compiled(kernel).map(|_| ())
    }

    fn run(&self, launches: &[Launch<'_>], limit: Duration) -> Result<Timing, Error> {
        self.health.check("launching")?;
        let prepared = launches
            .iter()
            .map(|launch| self.prepare(launch))
            .collect::<Result<Vec<_>, Error>>()?;
        let mut encoder = self.encoder();
        pass(&mut encoder, &prepared, self.clock.as_ref());
        self.timed(encoder, self.clock.as_ref(), limit)
    }

    fn lane(self: Arc<Self>, up_bytes: u64, down_bytes: u64) -> Result<Box<dyn Lane>, Error> {
        self.health.check("allocating")?;
        // A map ends on a multiple of 8 bytes.
        let down_bytes = down_bytes.next_multiple_of(8).max(8);
        let staging = self.device.create_buffer(&w::BufferDescriptor {
            label: Some("way down"),
            size: down_bytes,
            usage: BufferUsages::COPY_DST | BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        self.settled("allocating")?;
        Ok(Box::new(Trips {
            input: vec![0; up_bytes.div_ceil(4) as usize],
            output: vec![0; (down_bytes / 4) as usize],
            staging,
            known: Vec::new(),
            under_way: None,
            engine: self,
        }))
    }

    fn destroy(&self) {
        self.device.destroy();
    }
}

impl Drop for Wgpu {
    fn drop(&mut self) {
        if self.health.lost.load(Ordering::Acquire) {
            // A device that hangs would be waited for without end: leave what it holds to the system.
            std::mem::forget(self.device.clone());
            std::mem::forget(self.queue.clone());
            for (_, buffer) in lock(&self.buffers).drain() {
                std::mem::forget(buffer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panicking_compiler_is_an_error() {
        let error = guarded::<()>(|| panic!("unroll.rs: {}", 8)).expect_err("a panic");
        assert_eq!(error, "the compiler panicked: unroll.rs: 8");
        assert_eq!(guarded(|| Ok(1)), Ok(1));
    }
}
