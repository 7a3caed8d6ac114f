//! Buffers from one pool a device: size classes, reuse, a budget.
//!
//! A class is a power of two or one of three steps up to the next, so that at most a fifth of a large buffer is idle; small ones
//! share the class of 256 bytes. A buffer that is dropped goes back to the pool and is handed out again as it is: read nothing
//! that was not written. Before an allocation is refused, idle buffers of other classes are given back to the device.

use crate::device::Inner;
use crate::{Budget, Error};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What poisoned memory holds: as `f32` a NaN, as `u32` a number that no kernel makes by chance.
pub const POISON: u32 = 0x7fc0_dead;

const SMALLEST_BYTES: u64 = 256;

/// A number of 32 bits that buffers hold.
pub trait Word: bytemuck::Pod {}
impl Word for f32 {}
impl Word for u32 {}

/// Memory on a device. Dropping it gives it back to the pool.
pub struct Buffer {
    inner: Arc<Inner>,
    pub(crate) id: u64,
    elements: usize,
    class_bytes: u64,
}

#[derive(Default)]
pub(crate) struct Pool {
    idle: BTreeMap<u64, Vec<u64>>,
    used_bytes: u64,
    idle_bytes: u64,
}

/// The size that is allocated for `bytes`; `most` is the device's limit for one buffer.
fn class(bytes: u64, most: u64) -> u64 {
    let bytes = bytes.max(SMALLEST_BYTES);
    let step = (bytes.next_power_of_two() / 8).max(1);
    (bytes.div_ceil(step) * step).min(most.max(bytes))
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The pool and the tables are consistent between statements; a panic elsewhere does not spoil them.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Buffer {
    /// Room for `elements` of 32 bits, padded to 16 bytes.
    pub(crate) fn new(
        inner: &Arc<Inner>,
        what: &str,
        elements: usize,
        budget: &Budget,
    ) -> Result<Buffer, Error> {
        let need_bytes = padded_bytes(elements);
        let most_bytes = inner.facts.buffer_bytes_max;
        if need_bytes > most_bytes {
            return Err(Error::TooLarge {
                what: what.to_owned(),
                need_bytes,
                most_bytes,
                device: inner.facts.name.clone(),
            });
        }
        let class_bytes = class(need_bytes, most_bytes);
        let mut pool = lock(&inner.pool);
        let reused = pool.idle.get_mut(&class_bytes).and_then(Vec::pop);
        let id = if let Some(id) = reused {
            // An idle buffer was counted when it was made; a smaller budget may have come since.
            if let Err(error) = budget.check(what, class_bytes, pool.used_bytes) {
                pool.idle.entry(class_bytes).or_default().push(id);
                return Err(error);
            }
            pool.idle_bytes -= class_bytes;
            id
        } else {
            budget.check(what, class_bytes, pool.used_bytes)?;
            if pool.used_bytes + pool.idle_bytes + class_bytes > budget.bytes {
                pool.release(inner);
            }
            match inner.engine.allocate(class_bytes) {
                Err(Error::OutOfMemory { .. }) if pool.idle_bytes > 0 => {
                    pool.release(inner);
                    inner.engine.allocate(class_bytes)
                }
                other => other,
            }
            .map_err(|error| error.with_what(what))?
        };
        pool.used_bytes += class_bytes;
        Ok(Buffer {
            inner: Arc::clone(inner),
            id,
            elements,
            class_bytes,
        })
    }

    /// How many elements were asked for.
    pub fn elements(&self) -> usize {
        self.elements
    }

    /// The bytes that a kernel sees: a multiple of 16.
    pub fn bytes(&self) -> u64 {
        padded_bytes(self.elements)
    }

    pub(crate) fn belongs_to(&self, inner: &Arc<Inner>) -> bool {
        Arc::ptr_eq(&self.inner, inner)
    }

    /// Copies `values` to the start of the buffer and repeats the last one up to a multiple of four, so that a kernel that takes
    /// four rows at a time finds numbers.
    pub fn write<T: Word>(&self, values: &[T]) -> Result<(), Error> {
        assert!(values.len() <= self.elements, "more values than elements");
        let Some(last) = values.last() else {
            return Ok(());
        };
        let engine = &self.inner.engine;
        engine.write(self.id, 0, bytemuck::cast_slice(values))?;
        let pad = vec![*last; values.len().next_multiple_of(4) - values.len()];
        if pad.is_empty() {
            return Ok(());
        }
        let offset = 4 * values.len() as u64;
        engine.write(self.id, offset, bytemuck::cast_slice(&pad))
    }

    /// Copies `values` to a place inside the buffer, `offset` elements from its start; nothing is padded.
    pub fn write_at<T: Word>(&self, offset: usize, values: &[T]) -> Result<(), Error> {
        assert!(
            offset + values.len() <= self.elements,
            "more values than elements"
        );
        if values.is_empty() {
            return Ok(());
        }
        self.inner
            .engine
            .write(self.id, 4 * offset as u64, bytemuck::cast_slice(values))
    }

    /// Fills `out` from the start of the buffer.
    pub fn read<T: Word>(&self, out: &mut [T], limit: Duration) -> Result<(), Error> {
        assert!(out.len() <= self.elements, "more values than elements");
        if out.is_empty() {
            return Ok(());
        }
        self.inner
            .engine
            .read(self.id, 0, bytemuck::cast_slice_mut(out), limit)
    }

    /// Fills the whole buffer with [`POISON`], so that what a kernel does not write is seen.
    pub fn poison(&self) -> Result<(), Error> {
        let block = vec![POISON; (1 << 18).min(self.bytes() as usize / 4)];
        let mut offset = 0;
        while offset < self.bytes() {
            let words = ((self.bytes() - offset) / 4).min(block.len() as u64) as usize;
            self.inner
                .engine
                .write(self.id, offset, bytemuck::cast_slice(&block[..words]))?;
            offset += 4 * words as u64;
        }
        Ok(())
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut pool = lock(&self.inner.pool);
        pool.used_bytes -= self.class_bytes;
        pool.idle_bytes += self.class_bytes;
        pool.idle.entry(self.class_bytes).or_default().push(self.id);
    }
}

impl Pool {
    /// Gives every idle buffer back to the device.
    pub(crate) fn release(&mut self, inner: &Inner) {
        for id in std::mem::take(&mut self.idle).into_values().flatten() {
            inner.engine.free(id);
        }
        self.idle_bytes = 0;
    }

    /// Bytes in use and bytes idle.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        (self.used_bytes, self.idle_bytes)
    }
}

pub(crate) fn padded_bytes(elements: usize) -> u64 {
    (4 * elements as u64).next_multiple_of(16).max(16)
}

impl Error {
    fn with_what(self, name: &str) -> Error {
        match self {
            Error::OutOfMemory {
                need_bytes, why, ..
            } => Error::OutOfMemory {
                what: name.to_owned(),
                need_bytes,
                why,
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn classes_are_few_and_tight() {
        assert_eq!(class(1, u64::MAX), 256);
        assert_eq!(class(1 << 20, u64::MAX), 1 << 20);
        assert_eq!(class((1 << 20) + 1, u64::MAX), (1 << 20) + (1 << 18));
        // The device's largest buffer is its own class.
        assert_eq!(class((1 << 27) - 16, (1 << 27) - 8), (1 << 27) - 8);
    }

    proptest! {
        #[test]
        fn a_class_holds_its_bytes_and_wastes_a_fifth_at_most(bytes in 256_u64..(1 << 40)) {
            let class = class(bytes, u64::MAX);
            prop_assert!(class >= bytes);
            prop_assert!((class - bytes) as f64 <= 0.2 * class as f64 + 1.0);
        }
    }
}
