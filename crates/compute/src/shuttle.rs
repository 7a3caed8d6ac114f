//! Trips to a device that nobody waits for: numbers up, kernels, numbers down, in one submission.

use crate::device::Inner;
use crate::engine::{Lane, Load};
use crate::{Buffer, Error, Gpu, Task};
use std::sync::Arc;
use std::time::Duration;

/// Host memory beside a device, and one trip at a time.
///
/// Write into [`Shuttle::input`], [`Shuttle::begin`], do something else, [`Shuttle::finish`]. Several shuttles are several trips
/// under way; a device makes them in the order in which they were begun. Through CUDA the memory is pinned, so that the device
/// copies from it and to it directly; elsewhere one copy is made on each side.
///
/// A shuttle that is dropped under way waits for its device, for ten seconds at most.
pub struct Shuttle {
    gpu: Gpu,
    lane: Box<dyn Lane>,
    up: usize,
    down: usize,
    under_way: Option<usize>,
}

/// How long a dropped shuttle waits for its device.
const LEAVING: Duration = Duration::from_secs(10);

impl Gpu {
    /// A shuttle for at most so many numbers up and down. Its memory is the host's and no part of the device's budget.
    pub fn shuttle(&self, up: usize, down: usize) -> Result<Shuttle, Error> {
        let bytes = |elements: usize| 4 * elements as u64;
        let engine = Arc::clone(&self.0.engine);
        Ok(Shuttle {
            gpu: self.clone(),
            lane: engine.lane(bytes(up), bytes(down))?,
            up,
            down,
            under_way: None,
        })
    }
}

impl Shuttle {
    /// What the next trip takes up, to be written.
    ///
    /// # Panics
    /// If a trip is under way.
    pub fn input(&mut self) -> &mut [f32] {
        assert!(self.under_way.is_none(), "a trip is under way");
        let bytes = 4 * self.up;
        bytemuck::cast_slice_mut(&mut self.lane.input()[..bytes])
    }

    /// Sends the first `up.1` numbers to the start of a buffer, runs the tasks, and lets the first `down.1` numbers of another one
    /// come back; either may be none. Returns at once, but for the few trips that [`crate::kernel_times`] takes apart.
    ///
    /// # Panics
    /// If a trip is under way, for more numbers than the shuttle or a buffer holds, or for a buffer of another device.
    pub fn begin(
        &mut self,
        up: (&Buffer, usize),
        tasks: &[Task<'_>],
        down: (&Buffer, usize),
    ) -> Result<(), Error> {
        assert!(self.under_way.is_none(), "a trip is under way");
        let load = |(buffer, elements): (&Buffer, usize), most: usize| {
            let inner: &Arc<Inner> = &self.gpu.0;
            assert!(buffer.belongs_to(inner), "a buffer of another device");
            assert!(
                elements <= most && elements <= buffer.elements(),
                "more numbers than there is room for"
            );
            Load {
                buffer: buffer.id,
                bytes: 4 * elements as u64,
            }
        };
        let (from, to) = (load(up, self.up), load(down, self.down));
        let launches = tasks
            .iter()
            .map(|task| self.gpu.launch(task))
            .collect::<Result<Vec<_>, _>>()?;
        let (engine, tally) = (&self.gpu.0.engine, &self.gpu.0.tally);
        if tally.takes_apart(&launches) {
            // Up, the launches one by one, and down: the same numbers in three trips.
            let nothing = |load: Load| Load { bytes: 0, ..load };
            self.lane.begin(from, &[], nothing(to))?;
            self.lane.finish(LEAVING)?;
            tally.one_by_one(&**engine, &launches, LEAVING)?;
            self.lane.begin(nothing(from), &[], to)?;
        } else {
            self.lane.begin(from, &launches, to)?;
            tally.count(&launches, None);
        }
        self.under_way = Some(down.1);
        Ok(())
    }

    /// Waits for the trip and gives what came down. After [`Error::TimedOut`] or [`Error::Lost`] the device answers no more.
    ///
    /// # Panics
    /// If no trip is under way.
    pub fn finish(&mut self, limit: Duration) -> Result<&[f32], Error> {
        let down = self.under_way.take().expect("a trip is under way");
        self.lane.finish(limit)?;
        Ok(bytemuck::cast_slice(&self.lane.output()[..4 * down]))
    }

    /// Whether a trip is under way.
    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }
}

impl Drop for Shuttle {
    fn drop(&mut self) {
        if self.is_under_way() {
            // Nobody asks for the answer any more; what went wrong shows in the next call.
            let _ = self.finish(LEAVING);
        }
    }
}
