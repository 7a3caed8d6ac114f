//! What a backend can do. Two answer: `wgpu` (Vulkan and Metal) and `cuda`.

use crate::{Error, Kernel};
use std::sync::Arc;
use std::time::Duration;

/// How long a run took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// From the submission to the answer, launch and wait included.
    pub wall: Duration,
    /// On the device, by its own clock; `None` where it has none.
    pub gpu: Option<Duration>,
}

/// One launch, buffers by number. A build without a backend makes some and reads none.
#[cfg_attr(
    not(any(feature = "vulkan", feature = "cuda", target_os = "macos")),
    allow(dead_code)
)]
pub(crate) struct Launch<'a> {
    pub(crate) kernel: &'a Kernel,
    /// Number of the buffer and how many of its bytes the kernel sees.
    pub(crate) bindings: Vec<(u64, u64)>,
    pub(crate) grid: (u32, u32),
}

/// A device that can hold numbers and run kernels. Every call but `submit`less ones returns when its work is done.
pub(crate) trait Engine: Send + Sync {
    /// A new buffer of so many bytes, by number.
    fn allocate(&self, bytes: u64) -> Result<u64, Error>;
    /// Forgets a buffer.
    fn free(&self, buffer: u64);
    /// Copies bytes to the device; length and offset are multiples of 4.
    fn write(&self, buffer: u64, offset: u64, bytes: &[u8]) -> Result<(), Error>;
    /// Copies bytes from the device; length and offset are multiples of 4.
    fn read(&self, buffer: u64, offset: u64, out: &mut [u8], limit: Duration) -> Result<(), Error>;
    /// Copies between two buffers `times` times and waits.
    fn copy(
        &self,
        from: u64,
        to: u64,
        bytes: u64,
        times: u32,
        limit: Duration,
    ) -> Result<Timing, Error>;
    /// Compiles a kernel, unless that was done before.
    fn compile(&self, kernel: &Kernel) -> Result<(), Error>;
    /// Runs launches one after another and waits.
    fn run(&self, launches: &[Launch<'_>], limit: Duration) -> Result<Timing, Error>;
    /// Host memory for trips of so many bytes up and down at most; see [`crate::Shuttle`].
    fn lane(self: Arc<Self>, up_bytes: u64, down_bytes: u64) -> Result<Box<dyn Lane>, Error>;
    /// Breaks the device on purpose, as a reset would; for tests of what follows.
    fn destroy(&self);
}

/// Copies a number of bytes between a lane and the start of a buffer, by number; none are copied for 0.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(any(feature = "vulkan", feature = "cuda", target_os = "macos")),
    allow(dead_code)
)]
pub(crate) struct Load {
    pub(crate) buffer: u64,
    pub(crate) bytes: u64,
}

/// A device's side of a [`crate::Shuttle`]. `begin` and `finish` come in turns; `input` is left alone between them.
pub(crate) trait Lane: Send + Sync {
    /// What goes up.
    fn input(&mut self) -> &mut [u8];
    /// What came down.
    fn output(&self) -> &[u8];
    /// Submits copies and launches, and returns.
    fn begin(&mut self, up: Load, launches: &[Launch<'_>], down: Load) -> Result<(), Error>;
    /// Waits for what was begun.
    fn finish(&mut self, limit: Duration) -> Result<(), Error>;
}
