//! Processor time of this thread: other programs on the machine do not count.

/// In nanoseconds.
pub(crate) fn now_ns() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    1e9 * t.tv_sec as f64 + t.tv_nsec as f64
}

/// Nanoseconds per item: the best of `passes` runs over `count` items.
pub(crate) fn timed(count: usize, passes: u32, mut pass: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..passes {
        let start = now_ns();
        pass();
        best = best.min((now_ns() - start) / count as f64);
    }
    best
}
