//! A user's own mapping of columns (TOML), and what it makes of the sample that it comes with.
#![no_main]

mod hook;

use libfuzzer_sys::fuzz_target;
use market::ingest::{FileMapping, Options, explain_chains_bytes, read_chains_bytes};

fuzz_target!(init: hook::set(), |bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    hook::told(|| match FileMapping::parse("mapping.toml", text) {
        Ok(mapping) => {
            let options = Options {
                mapping: Some(mapping.into()),
                ..Options::default()
            };
            let file = FileMapping::SAMPLE_FILE.as_bytes();
            let _ = read_chains_bytes("sample.csv", file, &options);
            if let Ok(explained) = explain_chains_bytes("sample.csv", file, &options) {
                let _ = explained.check_units(0.04);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty(), "an error without words"),
    });
});
