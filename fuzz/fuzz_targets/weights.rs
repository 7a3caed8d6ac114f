//! Weights of nets, as safetensors. What is read must be what would be written.
#![no_main]

mod hook;

use libfuzzer_sys::fuzz_target;
use nn::Weights;

fuzz_target!(init: hook::set(), |bytes: &[u8]| {
    hook::told(|| match Weights::from_bytes(bytes) {
        Ok(weights) => {
            let again = Weights::from_bytes(&weights.to_bytes()).expect("what was written");
            assert_eq!(again.sha256(), weights.sha256());
        }
        Err(error) => assert!(!error.to_string().is_empty(), "an error without words"),
    });
});
