//! What can go wrong in `compute`.

use crate::Backend;
use hardware::Bytes;
use std::time::Duration;

/// What can go wrong in `compute`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This program was built without the backend.
    #[error("{backend} is not in this build: {remedy}")]
    NotBuilt {
        /// Which.
        backend: Backend,
        /// How to get it.
        remedy: &'static str,
    },
    /// The backend is built in, but this machine has no library, driver or adapter for it.
    #[error("{backend} has no device here: {why}; {remedy}")]
    Absent {
        /// Which.
        backend: Backend,
        /// What was missing.
        why: String,
        /// What to install.
        remedy: &'static str,
    },
    /// More memory is wanted than the budget allows.
    #[error(
        "{what}: needs {}, {} are held already, and at most {} may be taken ({origin}); ask for less at once, or raise the memory limit",
        Bytes(*need_bytes), Bytes(*held_bytes), Bytes(*limit_bytes)
    )]
    Budget {
        /// What the memory is for.
        what: String,
        /// Bytes asked for.
        need_bytes: u64,
        /// Bytes in use.
        held_bytes: u64,
        /// The limit in bytes.
        limit_bytes: u64,
        /// The rule behind the limit.
        origin: String,
    },
    /// One buffer above the device's own limit.
    #[error("{what}: {} in one buffer, but {device} takes at most {}; split the work", Bytes(*need_bytes), Bytes(*most_bytes))]
    TooLarge {
        /// What the memory is for.
        what: String,
        /// Bytes asked for.
        need_bytes: u64,
        /// The limit in bytes.
        most_bytes: u64,
        /// The device's name.
        device: String,
    },
    /// The device itself is out of memory.
    #[error("{what}: the device has no {} left ({why}); ask for less at once", Bytes(*need_bytes))]
    OutOfMemory {
        /// What the memory is for.
        what: String,
        /// Bytes asked for.
        need_bytes: u64,
        /// What the driver said.
        why: String,
    },
    /// The kernel's text was refused, or its compiler broke.
    #[error("kernel {kernel} does not compile: {why}")]
    Compile {
        /// The kernel's name.
        kernel: String,
        /// What the compiler said.
        why: String,
    },
    /// The caller's buffers do not fit the kernel.
    #[error("kernel {kernel}: {why}")]
    Arguments {
        /// The kernel's name.
        kernel: String,
        /// What does not fit.
        why: String,
    },
    /// The device did not answer in time. It is not used again.
    #[error("the device did not finish within {limit:?}")]
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// The device is gone: reset, unplugged or destroyed.
    #[error("the device is lost: {why}")]
    Lost {
        /// What the driver said.
        why: String,
    },
    /// Anything else that the driver said.
    #[error("{what}: {why}")]
    Driver {
        /// What was tried.
        what: &'static str,
        /// What the driver said.
        why: String,
    },
    /// A child process could not be run.
    #[error("the proof could not be run: {why}")]
    Child {
        /// Why not.
        why: String,
    },
    /// The file of verdicts cannot be written.
    #[error("{file}: {why}")]
    Record {
        /// The file.
        file: String,
        /// What the system said.
        why: String,
    },
}
