//! What the Metal devices of a Mac say of themselves. Nothing is opened, compiled or allocated.
//!
//! Checked by the compiler for macOS; not yet run on a Mac.

use objc2_metal::{MTLCopyAllDevices, MTLDevice};

use crate::gpu::Stated;

pub(crate) fn devices() -> Vec<Stated> {
    MTLCopyAllDevices()
        .iter()
        .map(|device| Stated {
            name: device.name().to_string(),
            unified: device.hasUnifiedMemory(),
            working_set_bytes: device.recommendedMaxWorkingSetSize(),
        })
        .collect()
}
