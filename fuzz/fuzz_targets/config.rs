//! Configuration files (TOML).
#![no_main]

mod hook;

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: hook::set(), |bytes: &[u8]| hook::told(|| jarvis2::fuzzing::config(bytes)));
