//! The doors of the fuzz targets (docs/fuzzing.md): bytes go to a reader. Only a build for fuzzing has them.

use crate::account::Account;
use crate::config;
use std::path::Path;

/// An account file, alone and as a part of another file.
pub fn account(bytes: &[u8]) {
    let path = Path::new("account.toml");
    match Account::parse(path, bytes) {
        Ok(account) => {
            let text = toml::to_string(&account).expect("what was read can be written");
            let again = Account::parse(path, text.as_bytes()).expect("what was written");
            assert_eq!(again, account);
            account.symbols();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let value = std::str::from_utf8(bytes).ok().map(toml::from_str);
    if let Some(Ok(value)) = value {
        let _ = Account::inline(value, path);
    }
}

/// A configuration file.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match config::of_text(text) {
        Ok(loaded) => {
            let again = config::of_text(&loaded.show(true)).expect("what was shown");
            assert_eq!(again.config.canonical(), loaded.config.canonical());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

pub use crate::journal::fuzzing::journal;
