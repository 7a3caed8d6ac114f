//! The calls into macOS that fill a sample. Public interfaces, no privilege, nothing written. What the values mean is in `macos.rs`.
//!
//! Checked by the compiler for macOS; not yet run on a Mac.

use super::{Raw, RawClass, macos};
use crate::machine::Reading;
use crate::sysctl;

/// The sensors of this Mac.
pub(super) struct Probe {
    /// Name and hardware threads of each tier.
    classes: Vec<(String, usize)>,
    #[cfg(feature = "macmon")]
    more: super::macmon::Probe,
}

impl Probe {
    pub(super) fn open() -> Probe {
        let machine = crate::macos::machine(&sysctl::read);
        Probe {
            classes: machine
                .core_classes
                .into_iter()
                .map(|class| (class.name, class.logical))
                .collect(),
            #[cfg(feature = "macmon")]
            more: super::macmon::Probe::open(),
        }
    }

    pub(super) fn read(&self) -> Raw {
        const PRIVATE: &str = "Apple publishes no interface; build with the feature macmon";
        let machine = crate::macos::machine(&sysctl::read);
        let (swap_used_bytes, swap_total_bytes) = macos::swap(sysctl::read("vm.swapusage"));
        let task = task();
        let no_task = "proc_pidinfo gave nothing";
        #[cfg_attr(not(feature = "macmon"), allow(unused_mut))]
        let mut raw = Raw {
            cpu: Reading::from_option(
                cpu_ticks().map(macos::ticks),
                "host_statistics gave nothing",
            ),
            classes: self
                .classes
                .iter()
                .map(|(name, logical)| RawClass {
                    name: name.clone(),
                    logical: *logical,
                    ticks: Reading::absent("macOS does not say which core is in which tier"),
                    clock_mhz: Reading::absent(PRIVATE),
                    load: None,
                })
                .collect(),
            temperatures: Reading::absent(PRIVATE),
            thermal: macos::thermal(
                objc2_foundation::NSProcessInfo::processInfo()
                    .thermalState()
                    .0,
            ),
            throttle_count: Reading::absent("macOS counts no throttling"),
            power: Reading::absent(PRIVATE),
            memory_total_bytes: machine.memory_total_bytes,
            memory_available_bytes: machine.memory_available_bytes,
            swap_used_bytes,
            swap_total_bytes,
            memory_pressure: machine.memory_pressure,
            container_limit_bytes: machine.container.memory_limit_bytes,
            container_room_bytes: machine.container.memory_room_bytes,
            own_cpu_seconds: Reading::from_option(own_cpu_seconds(), "getrusage failed"),
            own_memory_bytes: Reading::from_option(
                task.map(|task| task.pti_resident_size),
                no_task,
            ),
            own_threads: Reading::from_option(
                task.and_then(|task| usize::try_from(task.pti_threadnum).ok()),
                no_task,
            ),
            gpus: Reading::absent(PRIVATE),
        };
        #[cfg(feature = "macmon")]
        self.more.add_to(&mut raw);
        raw
    }
}

/// Ticks of all processors in user, system, idle and nice time.
#[allow(unsafe_code)]
// `libc` points to another crate for this call; one call is not worth that.
#[allow(deprecated)]
fn cpu_ticks() -> Option<[u32; 4]> {
    let mut ticks = [0_u32; 4];
    let mut count = libc::HOST_CPU_LOAD_INFO_COUNT;
    // SAFETY: `ticks` is a live array of `count` integers of 4 bytes, which the kernel does not exceed, and `count` a live integer;
    // the host port is this task's own and need not be given back once for each call (it is one name per task).
    let status = unsafe {
        libc::host_statistics(
            libc::mach_host_self(),
            libc::HOST_CPU_LOAD_INFO,
            ticks.as_mut_ptr().cast(),
            &mut count,
        )
    };
    (status == libc::KERN_SUCCESS && count == libc::HOST_CPU_LOAD_INFO_COUNT).then_some(ticks)
}

/// What the kernel says of this process.
#[allow(unsafe_code)]
fn task() -> Option<libc::proc_taskinfo> {
    let size = size_of::<libc::proc_taskinfo>();
    // SAFETY: integers alone, for which zero bytes are a value.
    let mut info: libc::proc_taskinfo = unsafe { std::mem::zeroed() };
    // SAFETY: `info` is a live, exclusively borrowed structure of exactly `size` bytes, which the call does not exceed.
    let written = unsafe {
        libc::proc_pidinfo(
            std::process::id() as libc::c_int,
            libc::PROC_PIDTASKINFO,
            0,
            (&raw mut info).cast(),
            size as libc::c_int,
        )
    };
    (usize::try_from(written) == Ok(size)).then_some(info)
}

/// Seconds of processor time of this process, its own and the kernel's for it.
#[allow(unsafe_code)]
fn own_cpu_seconds() -> Option<f64> {
    // SAFETY: integers alone, for which zero bytes are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is a live, exclusively borrowed structure of the type that the call fills.
    let status = unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + f64::from(time.tv_usec) / 1e6;
    (status == 0).then(|| seconds(usage.ru_utime) + seconds(usage.ru_stime))
}
