//! What each kernel took on its device, by the device's own clock, since the program began.
//!
//! A submission of one kernel is timed as a whole. One of several tells nothing of each, nor does a trip of a [`crate::Shuttle`], so now
//! and then (the first, those with a kernel that is new, and one in 256) its launches are submitted one by one. Answers are the same
//! either way.

use crate::engine::{Engine, Launch, Timing};
use crate::pool::lock;
use crate::{Error, Facts};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Of so many submissions that tell nothing of one kernel one is taken apart.
const ONE_IN: u64 = 256;

/// What one kernel took on one device.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelTime {
    /// The device's name, with its backend.
    pub device: String,
    /// The kernel's name.
    pub kernel: &'static str,
    /// Launches since the program began.
    pub launches: u64,
    /// Launches that were timed.
    pub timed: u64,
    /// What those took on the device, added; `None` where it has no clock or none was timed.
    pub gpu: Option<Duration>,
}

impl KernelTime {
    /// Mean time of a launch on the device.
    pub fn mean(&self) -> Option<Duration> {
        Some(self.gpu?.div_f64(self.timed.max(1) as f64))
    }
}

#[derive(Clone, Copy, Default)]
struct Sum {
    launches: u64,
    timed: u64,
    gpu: Duration,
}

/// The sums of one device.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Sums>);

#[derive(Default)]
struct Sums {
    kernels: BTreeMap<&'static str, Sum>,
    /// Submissions whose time tells nothing of one kernel.
    untold: u64,
}

/// Sums of devices that are closed, and of those that are open.
static ALL: Mutex<Vec<(String, Arc<Tally>)>> = Mutex::new(Vec::new());

/// Of all devices that this program has used, by device and kernel.
pub fn kernel_times() -> Vec<KernelTime> {
    let mut sums: BTreeMap<(String, &'static str), Sum> = BTreeMap::new();
    for (device, tally) in lock(&ALL).iter() {
        for (kernel, sum) in &lock(&tally.0).kernels {
            let all = sums.entry((device.clone(), kernel)).or_default();
            all.launches += sum.launches;
            all.timed += sum.timed;
            all.gpu += sum.gpu;
        }
    }
    sums.into_iter()
        .map(|((device, kernel), sum)| KernelTime {
            device,
            kernel,
            launches: sum.launches,
            timed: sum.timed,
            gpu: (sum.timed > 0).then_some(sum.gpu),
        })
        .collect()
}

impl Tally {
    /// A device's; it is in [`kernel_times`] from now on, also when the device is gone.
    pub(crate) fn of(device: String) -> Arc<Tally> {
        let tally = Arc::new(Tally::default());
        lock(&ALL).push((device, tally.clone()));
        tally
    }

    /// Whether the launches that come now, whose time as a whole tells nothing of each, are to be timed one by one.
    pub(crate) fn takes_apart(&self, launches: &[Launch<'_>]) -> bool {
        let mut sums = lock(&self.0);
        let turn = sums.untold;
        sums.untold += 1;
        turn.is_multiple_of(ONE_IN)
            || launches
                .iter()
                .any(|launch| !sums.kernels.contains_key(launch.kernel.name))
    }

    /// Counts launches that were not timed, or launches of one kernel that were.
    pub(crate) fn count(&self, launches: &[Launch<'_>], timing: Option<Timing>) {
        let mut sums = lock(&self.0);
        for launch in launches {
            sums.kernels.entry(launch.kernel.name).or_default().launches += 1;
        }
        if let (Some(gpu), Some(launch)) = (timing.and_then(|timing| timing.gpu), launches.first())
        {
            let sum = sums.kernels.entry(launch.kernel.name).or_default();
            sum.timed += launches.len() as u64;
            sum.gpu += gpu;
        }
    }

    /// Runs launches, counted, one by one when it is time for that.
    pub(crate) fn run(
        &self,
        engine: &dyn Engine,
        launches: &[Launch<'_>],
        limit: Duration,
    ) -> Result<Timing, Error> {
        let one_kernel = launches
            .windows(2)
            .all(|two| two[0].kernel.name == two[1].kernel.name);
        if !one_kernel && self.takes_apart(launches) {
            return self.one_by_one(engine, launches, limit);
        }
        let timing = engine.run(launches, limit)?;
        self.count(launches, one_kernel.then_some(timing));
        Ok(timing)
    }

    /// Runs launches one by one, within `limit` in all.
    pub(crate) fn one_by_one(
        &self,
        engine: &dyn Engine,
        launches: &[Launch<'_>],
        limit: Duration,
    ) -> Result<Timing, Error> {
        let begin = Instant::now();
        let mut all = Timing {
            wall: Duration::ZERO,
            gpu: Some(Duration::ZERO),
        };
        for launch in launches {
            let one = std::slice::from_ref(launch);
            let timing = engine.run(one, limit.saturating_sub(begin.elapsed()))?;
            self.count(one, Some(timing));
            all.wall += timing.wall;
            all.gpu = all.gpu.zip(timing.gpu).map(|(sum, gpu)| sum + gpu);
        }
        Ok(all)
    }
}

/// A device's name in [`kernel_times`].
pub(crate) fn shown(facts: &Facts) -> String {
    format!("{} {}", facts.backend, facts.name)
}
