//! CUDA through the driver's own library; kernels are compiled by NVRTC.
//!
//! Both libraries are loaded at run time by `cudarc`: building needs no toolkit. One stream, so work runs in the order in which it
//! was given. `--use_fast_math` gives division, roots and exponentials the accuracy that WGSL has anyway.

// Kernel launches, raw allocation, and the question whether a library is there.
#![allow(unsafe_code)]

use crate::engine::{Engine, Lane, Launch, Load, Timing};
use crate::pool::lock;
use crate::{Backend, Error, Facts, Kernel};
use cudarc::driver::sys::{
    CUdevice_attribute_enum as Attribute, CUevent_flags,
    CUfunction_attribute_enum as FunctionAttribute, cuDriverGetVersion,
};
use cudarc::driver::{
    CudaContext, CudaEvent, CudaFunction, CudaSlice, CudaStream, DevicePtr, DriverError,
    LaunchConfig, PushKernelArg,
};
use cudarc::nvrtc::{CompileError, CompileOptions, compile_ptx_with_opts};
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const REMEDY: &str = "install NVIDIA's driver, and NVRTC (libnvrtc, of the CUDA toolkit)";
/// Waiting spins for so long, then sleeps between looks.
const SPIN: Duration = Duration::from_micros(300);
const NAP: Duration = Duration::from_micros(50);

fn absent(why: impl ToString) -> Error {
    Error::Absent {
        backend: Backend::Cuda,
        why: why.to_string(),
        remedy: REMEDY,
    }
}

/// Errors after which a context answers no more; the numbers are CUDA's.
fn failed(what: &'static str) -> impl Fn(DriverError) -> Error {
    move |error| {
        let why = error.to_string();
        const STICKY: [u32; 9] = [214, 700, 702, 709, 710, 715, 716, 718, 719];
        if STICKY.contains(&(error.0 as u32)) {
            Error::Lost { why }
        } else {
            Error::Driver { what, why }
        }
    }
}

/// Whether the libraries can be loaded. `cudarc` panics where they cannot.
fn libraries() -> Result<(), Error> {
    // SAFETY: loads a shared library by its well-known name and closes it again.
    if !unsafe { cudarc::driver::sys::is_culib_present() } {
        return Err(absent("no libcuda"));
    }
    // SAFETY: as above.
    if !unsafe { cudarc::nvrtc::sys::is_culib_present() } {
        return Err(absent("no libnvrtc"));
    }
    Ok(())
}

/// The CUDA devices.
pub(crate) fn adapters() -> Result<Vec<Facts>, Error> {
    guarded(|| {
        libraries()?;
        cudarc::driver::result::init().map_err(absent)?;
        let count = CudaContext::device_count().map_err(absent)?;
        if count == 0 {
            return Err(absent("the driver knows no device"));
        }
        (0..count as usize)
            .map(|at| facts(at, &*CudaContext::new(at).map_err(absent)?).map_err(absent))
            .collect()
    })
}

/// An old driver may lack a function that `cudarc` asks for, and then it panics.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(absent("the driver is too old for this program")))
}

fn facts(at: usize, context: &CudaContext) -> Result<Facts, DriverError> {
    let number = |attribute| Ok::<_, DriverError>(context.attribute(attribute)? as u32);
    let memory_bytes = context.total_mem()? as u64;
    let mut version = 0;
    // SAFETY: writes one integer.
    unsafe { cuDriverGetVersion(&raw mut version) }.result()?;
    let (major, minor) = context.compute_capability()?;
    Ok(Facts {
        backend: Backend::Cuda,
        adapter: at,
        name: context.name()?,
        driver: format!(
            "CUDA {}.{}, compute capability {major}.{minor}",
            version / 1000,
            version % 1000 / 10
        ),
        software: false,
        unified: number(Attribute::CU_DEVICE_ATTRIBUTE_INTEGRATED)? == 1,
        memory_bytes: Some(memory_bytes),
        buffer_bytes_max: memory_bytes,
        // Parameters: 4 KiB of pointers.
        buffers_max: 500,
        workgroup_max: number(Attribute::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK)?,
    })
}

/// Opens a device.
pub(crate) fn open(at: usize) -> Result<(Facts, Arc<dyn Engine>), Error> {
    guarded(|| {
        libraries()?;
        let context = CudaContext::new(at).map_err(absent)?;
        // SAFETY: all work goes through one stream, so nothing needs to be ordered by events.
        unsafe { context.disable_event_tracking() };
        let facts = facts(at, &context).map_err(absent)?;
        let (major, minor) = context.compute_capability().map_err(absent)?;
        let stream = context.new_stream().map_err(absent)?;
        let engine = Cuda {
            architecture: format!("--gpu-architecture=compute_{major}{minor}"),
            context,
            stream,
            buffers: Mutex::default(),
            next: AtomicU64::new(0),
            compiled: Mutex::default(),
            dead: AtomicBool::new(false),
        };
        Ok((facts, Arc::new(engine) as Arc<dyn Engine>))
    })
}

struct Cuda {
    context: Arc<CudaContext>,
    stream: Arc<CudaStream>,
    architecture: String,
    buffers: Mutex<HashMap<u64, Arc<CudaSlice<u8>>>>,
    next: AtomicU64,
    /// With the shared memory that a launch asks for, in bytes.
    compiled: Mutex<HashMap<String, (CudaFunction, u32)>>,
    dead: AtomicBool,
}

impl Cuda {
    fn alive(&self) -> Result<(), Error> {
        if self.dead.load(Ordering::Acquire) {
            return Err(Error::Lost {
                why: "it failed or did not finish earlier".to_owned(),
            });
        }
        self.context
            .bind_to_thread()
            .map_err(failed("choosing the device"))
    }

    fn pointer(&self, id: u64) -> u64 {
        let buffers = lock(&self.buffers);
        let slice = buffers
            .get(&id)
            .expect("the pool hands out live buffers only");
        // No events are kept, so there is nothing that the guard would record.
        let (pointer, _guard) = slice.device_ptr(&self.stream);
        pointer
    }

    fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if matches!(result, Err(Error::Lost { .. } | Error::TimedOut { .. })) {
            self.dead.store(true, Ordering::Release);
        }
        result
    }

    /// Runs `work` on the stream between two events and waits for the second.
    fn timed(
        &self,
        work: impl FnOnce() -> Result<(), Error>,
        limit: Duration,
    ) -> Result<Timing, Error> {
        let flags = Some(CUevent_flags::CU_EVENT_DEFAULT);
        let failed_event = failed("making an event");
        let before = self.context.new_event(flags).map_err(&failed_event)?;
        let after = self.context.new_event(flags).map_err(&failed_event)?;
        let begin = Instant::now();
        before.record(&self.stream).map_err(failed("timing"))?;
        work()?;
        after.record(&self.stream).map_err(failed("timing"))?;
        wait(&after, begin, limit)?;
        let wall = begin.elapsed();
        let ms = before.elapsed_ms(&after).map_err(failed("timing"))?;
        Ok(Timing {
            wall,
            gpu: Some(Duration::from_secs_f64(f64::from(ms.max(0.0)) / 1e3)),
        })
    }

    /// Puts launches on the stream.
    fn launch(&self, launches: &[Launch<'_>]) -> Result<(), Error> {
        for launch in launches {
            let (function, shared_mem_bytes) = self.function(launch.kernel)?;
            let pointers: Vec<u64> = launch
                .bindings
                .iter()
                .map(|(id, _)| self.pointer(*id))
                .collect();
            let mut call = self.stream.launch_builder(&function);
            for pointer in &pointers {
                call.arg(pointer);
            }
            let shape = LaunchConfig {
                grid_dim: (launch.grid.0, launch.grid.1, 1),
                block_dim: (launch.kernel.workgroup, 1, 1),
                shared_mem_bytes,
            };
            // SAFETY: as many live pointers as the kernel has parameters; the kernel guards its indices (see `Kernel`).
            unsafe { call.launch(shape) }.map_err(failed("launching"))?;
        }
        Ok(())
    }

    fn function(&self, kernel: &Kernel) -> Result<(CudaFunction, u32), Error> {
        let mut compiled = lock(&self.compiled);
        if let Some(function) = compiled.get(kernel.name) {
            return Ok(function.clone());
        }
        let wrong = |why: String| Error::Compile {
            kernel: kernel.name.to_owned(),
            why,
        };
        let entry = kernel
            .cuda_entry()
            .ok_or_else(|| wrong("the text has no entry point".to_owned()))?;
        let options = CompileOptions {
            options: vec![self.architecture.clone(), "--use_fast_math".to_owned()],
            ..CompileOptions::default()
        };
        let ptx = compile_ptx_with_opts(kernel.cuda, options).map_err(|error| {
            wrong(match error {
                CompileError::CompileError { log, .. } => log.to_string_lossy().into_owned(),
                other => other.to_string(),
            })
        })?;
        let shared = kernel
            .cuda_shared_bytes()
            .ok_or_else(|| wrong("the text does not say how much shared memory".to_owned()))?;
        let allowed = FunctionAttribute::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
        let function = self
            .context
            .load_module(ptx)
            .and_then(|module| module.load_function(entry))
            .and_then(|function| {
                if shared > 0 {
                    function.set_attribute(allowed, shared as i32)?;
                }
                Ok(function)
            })
            .map_err(|error| wrong(error.to_string()))?;
        compiled.insert(kernel.name.to_owned(), (function.clone(), shared));
        Ok((function, shared))
    }
}

/// Looks at an event until it has happened; `begin` is when the limit began.
fn wait(event: &CudaEvent, begin: Instant, limit: Duration) -> Result<(), Error> {
    while !event.try_is_complete().map_err(failed("running"))? {
        let waited = begin.elapsed();
        if waited > limit {
            return Err(Error::TimedOut { limit });
        }
        if waited > SPIN {
            std::thread::sleep(NAP);
        } else {
            std::hint::spin_loop();
        }
    }
    Ok(())
}

/// Host memory that the device copies from and to directly.
struct Pinned {
    context: Arc<CudaContext>,
    at: NonNull<u8>,
    bytes: usize,
}

// SAFETY: memory of the process, owned by one value.
unsafe impl Send for Pinned {}
// SAFETY: read through `&self`, written through `&mut self`.
unsafe impl Sync for Pinned {}

impl Pinned {
    fn new(context: &Arc<CudaContext>, bytes: u64) -> Result<Pinned, Error> {
        // Anything aligned, also where there is nothing to hold.
        let bytes = bytes.max(16) as usize;
        let refused = |why: String| Error::OutOfMemory {
            what: "pinned memory of the host".to_owned(),
            need_bytes: bytes as u64,
            why,
        };
        // SAFETY: an allocation; any thread and context may use it (flag "portable").
        let at = unsafe { cudarc::driver::result::malloc_host(bytes, 1) }
            .map_err(|error| refused(error.to_string()))?
            .cast::<u8>();
        let at = NonNull::new(at).ok_or_else(|| refused("no address".to_owned()))?;
        // SAFETY: so many bytes were allocated; they are numbers from now on.
        unsafe { at.write_bytes(0, bytes) };
        Ok(Pinned {
            context: Arc::clone(context),
            at,
            bytes,
        })
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: allocated and initialised in `new`; a trip that writes here is waited for before anybody looks (`Lane`).
        unsafe { std::slice::from_raw_parts(self.at.as_ptr(), self.bytes) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and `self` is borrowed alone.
        unsafe { std::slice::from_raw_parts_mut(self.at.as_ptr(), self.bytes) }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // SAFETY: allocated in `new`; nothing is under way, see the drop of `Trips`. A context that is gone has freed it.
        let _ = self
            .context
            .bind_to_thread()
            .and_then(|()| unsafe { cudarc::driver::result::free_host(self.at.as_ptr().cast()) });
    }
}

/// The trips of a [`crate::Shuttle`].
struct Trips {
    engine: Arc<Cuda>,
    input: ManuallyDrop<Pinned>,
    output: ManuallyDrop<Pinned>,
    done: CudaEvent,
    under_way: bool,
}

impl Trips {
    fn submit(&mut self, up: Load, launches: &[Launch<'_>], down: Load) -> Result<(), Error> {
        let engine = &self.engine;
        let stream = engine.stream.cu_stream();
        if up.bytes > 0 {
            let bytes = &self.input.bytes()[..up.bytes as usize];
            // SAFETY: the buffer holds them (`Shuttle::begin`); they stay until the trip is over.
            unsafe {
                cudarc::driver::result::memcpy_htod_async(engine.pointer(up.buffer), bytes, stream)
            }
            .map_err(failed("writing"))?;
        }
        engine.launch(launches)?;
        if down.bytes > 0 {
            let bytes = &mut self.output.bytes_mut()[..down.bytes as usize];
            // SAFETY: as above.
            unsafe {
                cudarc::driver::result::memcpy_dtoh_async(
                    bytes,
                    engine.pointer(down.buffer),
                    stream,
                )
            }
            .map_err(failed("reading"))?;
        }
        self.done.record(&engine.stream).map_err(failed("running"))
    }
}

impl Lane for Trips {
    fn input(&mut self) -> &mut [u8] {
        self.input.bytes_mut()
    }

    fn output(&self) -> &[u8] {
        self.output.bytes()
    }

    fn begin(&mut self, up: Load, launches: &[Launch<'_>], down: Load) -> Result<(), Error> {
        self.engine.alive()?;
        // Whatever fails half-way may have begun to copy.
        self.under_way = true;
        let result = self.submit(up, launches, down);
        self.engine.note(result)
    }

    fn finish(&mut self, limit: Duration) -> Result<(), Error> {
        self.engine.alive()?;
        let result = wait(&self.done, Instant::now(), limit);
        self.engine.note(result)?;
        self.under_way = false;
        Ok(())
    }
}

impl Drop for Trips {
    fn drop(&mut self) {
        // Memory that a device may still copy from or to is left alone.
        if self.under_way {
            let ended = self
                .engine
                .alive()
                .and_then(|()| self.engine.stream.synchronize().map_err(failed("leaving")));
            if ended.is_err() {
                return;
            }
        }
        // SAFETY: nobody uses them after the drop.
        unsafe {
            ManuallyDrop::drop(&mut self.input);
            ManuallyDrop::drop(&mut self.output);
        }
    }
}

impl Engine for Cuda {
    fn allocate(&self, bytes: u64) -> Result<u64, Error> {
        self.alive()?;
        // SAFETY: the memory is not read before it is written, by a copy or by a kernel: see `Buffer`.
        let slice = unsafe { self.stream.alloc::<u8>(bytes as usize) }.map_err(|error| {
            Error::OutOfMemory {
                what: String::new(),
                need_bytes: bytes,
                why: error.to_string(),
            }
        })?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.buffers).insert(id, Arc::new(slice));
        Ok(id)
    }

    fn free(&self, buffer: u64) {
        lock(&self.buffers).remove(&buffer);
    }

    fn write(&self, buffer: u64, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        self.alive()?;
        let to = self.pointer(buffer) + offset;
        // SAFETY: the pool sees to it that offset and length lie in the buffer; `bytes` outlives the synchronisation below.
        let result = unsafe {
            cudarc::driver::result::memcpy_htod_async(to, bytes, self.stream.cu_stream())
        }
        .and_then(|()| self.stream.synchronize())
        .map_err(failed("writing"));
        self.note(result)
    }

    fn read(&self, buffer: u64, offset: u64, out: &mut [u8], limit: Duration) -> Result<(), Error> {
        self.alive()?;
        let from = self.pointer(buffer) + offset;
        // Kernels are waited for where they are run, so a copy waits for nothing but itself and needs no limit of its own.
        let _ = limit;
        // SAFETY: the pool sees to it that offset and length lie in the buffer; `out` outlives the synchronisation below.
        let result = unsafe {
            cudarc::driver::result::memcpy_dtoh_async(out, from, self.stream.cu_stream())
        }
        .and_then(|()| self.stream.synchronize())
        .map_err(failed("reading"));
        self.note(result)
    }

    fn copy(
        &self,
        from: u64,
        to: u64,
        bytes: u64,
        times: u32,
        limit: Duration,
    ) -> Result<Timing, Error> {
        self.alive()?;
        let (from, to) = (self.pointer(from), self.pointer(to));
        let work = || {
            for _ in 0..times {
                // SAFETY: both buffers hold `bytes`; they are two.
                unsafe {
                    cudarc::driver::result::memcpy_dtod_async(
                        to,
                        from,
                        bytes as usize,
                        self.stream.cu_stream(),
                    )
                }
                .map_err(failed("copying"))?;
            }
            Ok(())
        };
        self.note(self.timed(work, limit))
    }

    fn compile(&self, kernel: &Kernel) -> Result<(), Error> {
        self.alive()?;
        self.function(kernel).map(|_| ())
    }

    fn run(&self, launches: &[Launch<'_>], limit: Duration) -> Result<Timing, Error> {
        self.alive()?;
        // Compiling is no part of the time.
        for launch in launches {
            self.function(launch.kernel)?;
        }
        self.note(self.timed(|| self.launch(launches), limit))
    }

    fn lane(self: Arc<Self>, up_bytes: u64, down_bytes: u64) -> Result<Box<dyn Lane>, Error> {
        self.alive()?;
        let pinned = |bytes| Pinned::new(&self.context, bytes).map(ManuallyDrop::new);
        Ok(Box::new(Trips {
            input: pinned(up_bytes)?,
            output: pinned(down_bytes)?,
            done: self
                .context
                .new_event(None)
                .map_err(failed("making an event"))?,
            under_way: false,
            engine: self,
        }))
    }

    fn destroy(&self) {
        self.dead.store(true, Ordering::Release);
    }
}

impl Drop for Cuda {
    fn drop(&mut self) {
        if self.dead.load(Ordering::Acquire) {
            // Freeing would wait for a device that may hang.
            for (_, slice) in lock(&self.buffers).drain() {
                std::mem::forget(slice);
            }
            std::mem::forget(Arc::clone(&self.stream));
            std::mem::forget(Arc::clone(&self.context));
        }
    }
}
