//! The one call that sets a thread's quality of service on macOS (`<pthread/qos.h>`, public).

use std::ffi::{c_int, c_uint};

/// Work that the user waits for.
pub(crate) const USER_INITIATED: c_uint = 0x19;
/// Work that nobody waits for; on Apple silicon it runs on efficiency cores.
pub(crate) const BACKGROUND: c_uint = 0x09;

#[allow(unsafe_code)]
// SAFETY: the declaration of <pthread/qos.h>, whose `qos_class_t` is an unsigned int.
unsafe extern "C" {
    fn pthread_set_qos_class_self_np(class: c_uint, relative_priority: c_int) -> c_int;
}

/// Whether the calling thread now has this class.
#[allow(unsafe_code)]
pub(crate) fn set(class: c_uint) -> bool {
    // SAFETY: it takes plain numbers, concerns the calling thread alone, and refuses a class that does not exist.
    unsafe { pthread_set_qos_class_self_np(class, 0) == 0 }
}
