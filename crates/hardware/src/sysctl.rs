//! The one call into the macOS kernel: a named counter as raw bytes. Elsewhere no counter exists.
//!
//! Reading needs no privilege. Nothing is ever written.

/// The bytes of counter `name`, or `None` if this machine does not have it.
#[cfg(target_os = "macos")]
#[allow(unsafe_code)]
pub(crate) fn read(name: &str) -> Option<Vec<u8>> {
    use std::ptr::null_mut;

    let name = std::ffi::CString::new(name).ok()?;
    let mut size_bytes: libc::size_t = 0;
    // SAFETY: `name` ends in NUL and outlives the call; a null value pointer asks only for the size, which is written to a
    // live `size_t`; a null new value of length 0 makes this a read.
    let status =
        unsafe { libc::sysctlbyname(name.as_ptr(), null_mut(), &mut size_bytes, null_mut(), 0) };
    if status != 0 {
        return None;
    }
    let mut value = vec![0u8; size_bytes];
    // SAFETY: as above, and `value` is a live, exclusively borrowed buffer of exactly `size_bytes` bytes, which the kernel
    // does not exceed; it stores the number of bytes written in `size_bytes`.
    let status = unsafe {
        libc::sysctlbyname(
            name.as_ptr(),
            value.as_mut_ptr().cast(),
            &mut size_bytes,
            null_mut(),
            0,
        )
    };
    if status != 0 {
        return None;
    }
    value.truncate(size_bytes);
    Some(value)
}

/// Elsewhere than on macOS there are no such counters.
#[cfg(not(target_os = "macos"))]
pub(crate) fn read(_name: &str) -> Option<Vec<u8>> {
    None
}
