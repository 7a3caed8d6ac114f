//! Large pages for large memory, where the system gives them.
//!
//! A walk along the graph reads a thousand vectors from all over a gigabyte. With pages of 4 KiB the processor looks up nearly every
//! one in the page tables, inside a virtual machine in two of them; with pages of 2 MiB it seldom does. Linux gives
//! them to anonymous memory that asks (`madvise`), on most systems only then. Asking changes no content, and where the
//! answer is no, all works as before. Other systems: nothing is asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Asks for large pages for what is yet to be touched of this process's large regions.
pub(crate) fn ask() {
    #[cfg(target_os = "linux")]
    linux::advise();
}

/// Asks again and again while `work` takes memory and fills it, so that new regions are asked for before they are full: what was
/// touched before keeps its small pages.
pub(crate) fn asking<T>(work: impl FnOnce() -> T) -> T {
    if !cfg!(target_os = "linux") {
        return work();
    }
    let done = AtomicBool::new(false);
    /// Also a panic must end the asking.
    struct End<'a>(&'a AtomicBool);
    impl Drop for End<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    thread::scope(|scope| {
        let _end = End(&done);
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                ask();
                thread::sleep(EVERY);
            }
        });
        work()
    })
}

/// Filling a region of 2 MiB takes about as long.
const EVERY: Duration = Duration::from_millis(1);

#[cfg(target_os = "linux")]
mod linux {
    // One call into the system.
    #![allow(unsafe_code)]

    use std::ops::Range;

    /// Smaller regions are not worth a page of 2 MiB.
    const FROM_BYTES: usize = 4 << 20;

    pub(super) fn advise() {
        // Without the list there is nothing to ask for, and nothing is lost.
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        for region in maps.lines().filter_map(private_anonymous) {
            // SAFETY: the advice does not change what the memory holds, whoever owns it, and an address that is no longer mapped is
            // refused by the system. The answer is not needed: no large pages are no fault.
            unsafe {
                libc::madvise(
                    std::ptr::with_exposed_provenance_mut(region.start),
                    region.len(),
                    libc::MADV_HUGEPAGE,
                );
            }
        }
    }

    /// The region of a line of `/proc/self/maps`, if it is large, private, writable and of no file (`proc(5)`).
    pub(super) fn private_anonymous(line: &str) -> Option<Range<usize>> {
        let mut words = line.split_ascii_whitespace();
        let (from, to) = words.next()?.split_once('-')?;
        let rights = words.next()?;
        let (_offset, _device, inode) = (words.next()?, words.next()?, words.next()?);
        let region = usize::from_str_radix(from, 16).ok()?..usize::from_str_radix(to, 16).ok()?;
        let ours = rights == "rw-p" && inode == "0" && words.next().is_none();
        (ours && region.len() >= FROM_BYTES).then_some(region)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_large_private_memory_of_no_file_is_asked_for() {
            let check = |line: &str, expected: Option<Range<usize>>| {
                assert_eq!(private_anonymous(line), expected, "{line}");
            };
            check(
                "7f0000000000-7f0000400000 rw-p 00000000 00:00 0 ",
                Some(0x7f00_0000_0000..0x7f00_0040_0000),
            );
            check("7f0000000000-7f00003ff000 rw-p 00000000 00:00 0 ", None);
            check("7f0000000000-7f0000400000 r--p 00000000 00:00 0 ", None);
            check("7f0000000000-7f0000400000 rw-s 00000000 00:00 0 ", None);
            check(
                "7f0000000000-7f0000400000 rw-p 00000000 fe:00 77 /a b",
                None,
            );
            check(
                "7ffc00000000-7ffc00800000 rw-p 00000000 00:00 0 [stack]",
                None,
            );
            check("no line at all", None);
        }

        /// What is asked for keeps what it holds.
        #[test]
        fn content_stays() {
            let fill = || (0..4 << 20).collect::<Vec<u64>>();
            let numbers = super::super::asking(fill);
            super::super::ask();
            assert!(numbers.iter().copied().eq(0..4 << 20));
        }
    }
}
