//! Files of option quotes. The first byte picks the name, because some vendors' names say something.
#![no_main]

mod hook;

use libfuzzer_sys::fuzz_target;
use market::events::read_events_bytes;
use market::history::read_histories_bytes;
use market::ingest::{Options, read_chains_bytes};

const NAMES: [&str; 8] = [
    "chain.csv",
    "chain.csv.gz",
    "20250306_quote_american.zip",
    "chain.json",
    "chain.parquet",
    "zzt-options-exp-2025-03-21_eod_zzt_2025-03-06.txt",
    "zzt.csv.zip",
    "chain",
];

fuzz_target!(init: hook::set(), |bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else {
        return;
    };
    let name = NAMES[usize::from(first) % NAMES.len()];
    // Above the names: a second kind of reading, and the files that lie beside a chain.
    hook::told(|| match first / 8 % 4 {
        3 => {
            let _ = read_events_bytes(name, rest);
            let _ = read_histories_bytes(name, rest);
        }
        kind => {
            let options = Options {
                last_day_only: kind == 1,
                symbol: (kind == 2).then(|| "ZZT".to_owned()),
                as_of: (kind == 2).then(|| "2025-03-06".parse().expect("a date")),
                ..Options::default()
            };
            match read_chains_bytes(name, rest, &options) {
                Ok(ingest) => {
                    assert!(!ingest.chains.is_empty(), "chains");
                    ingest.notes.iter().for_each(|note| assert!(!note.to_string().is_empty()));
                    ingest.refused.iter().for_each(|row| assert!(!row.to_string().is_empty()));
                }
                Err(error) => assert!(!error.to_string().is_empty(), "an error without words"),
            }
        }
    });
});
