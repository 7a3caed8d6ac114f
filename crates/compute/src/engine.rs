//! What a backend can do. Two answer: `wgpu` (Vulkan and Metal) and `cuda`.

use crate::{Error, Kernel};
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
    /// Breaks the device on purpose, as a reset would; for tests of what follows.
    fn destroy(&self);
}
