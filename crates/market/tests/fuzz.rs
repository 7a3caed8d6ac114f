//! Whatever the bytes, ingest answers with chains or a sentence, and never panics.

mod twins;

use market::events::read_events_bytes;
use market::history::read_history_bytes;
use market::ingest::{FileMapping, Options, explain_chains_bytes, read_chains_bytes};
use proptest::prelude::*;

fn fixtures() -> Vec<Vec<u8>> {
    vec![
        twins::common_csv("2025-03-06").into_bytes(),
        twins::yfinance_collector().into_bytes(),
        twins::yfinance_raw(true).into_bytes(),
        twins::cboe("March 6, 2025").into_bytes(),
        twins::ivolatility().into_bytes(),
        twins::schwab().into_bytes(),
        twins::optionsdx().into_bytes(),
        twins::dolthub().into_bytes(),
        twins::deltaneutral().into_bytes(),
        twins::philippdubach(&["2025-03-05", "2025-03-06"], twins::Dates::Nanoseconds),
        twins::gzip(&twins::common_csv("2025-03-06").into_bytes()),
        twins::tradier().into_bytes(),
        twins::massive().into_bytes(),
        twins::massive_quotes().into_bytes(),
        twins::deribit().into_bytes(),
        twins::deribit_summary().into_bytes(),
        twins::tardis().into_bytes(),
        twins::barchart().into_bytes(),
        twins::orats().into_bytes(),
        twins::lean_zip(false),
        twins::lean_zip(true),
        twins::lean_universe().into_bytes(),
        twins::datashop(false).into_bytes(),
        twins::cboe_delayed().into_bytes(),
        twins::theta_v2().into_bytes(),
        twins::theta_v2_json().into_bytes(),
        twins::theta_v3().into_bytes(),
        twins::stratlib_csv().into_bytes(),
        twins::stratlib_json().into_bytes(),
        twins::riskalertsys().into_bytes(),
        FileMapping::SAMPLE_FILE.as_bytes().to_vec(),
    ]
}

/// Everything that reads bytes, and the promises that every result keeps.
fn read_all(bytes: &[u8]) {
    // The name says something to every vendor that listens.
    const NAME: &str = "zzt-options-exp-2025-03-21_eod_zzt_2025-03-06.txt";
    let sample = FileMapping::parse("sample.toml", FileMapping::SAMPLE).unwrap();
    for (last_day_only, mapping) in [(false, None), (true, None), (false, Some(sample.into()))] {
        let options = Options {
            last_day_only,
            mapping,
            symbol: None,
            ..Options::default()
        };
        if let Ok(explained) = explain_chains_bytes(NAME, bytes, &options) {
            let _ = explained.check_units(0.04);
        }
        match read_chains_bytes(NAME, bytes, &options) {
            Err(error) => assert!(!error.to_string().is_empty()),
            Ok(ingest) => {
                assert!(!ingest.chains.is_empty());
                ingest
                    .notes
                    .iter()
                    .for_each(|note| assert!(!note.to_string().is_empty()));
                ingest
                    .refused
                    .iter()
                    .for_each(|refused| assert!(!refused.to_string().is_empty()));
                for chain in &ingest.chains {
                    let key = |quote: &market::Quote| {
                        (
                            quote.contract.expiry,
                            quote.contract.strike_usd,
                            quote.contract.right,
                        )
                    };
                    assert!(
                        chain
                            .quotes
                            .windows(2)
                            .all(|pair| key(&pair[0]) < key(&pair[1])),
                        "sorted, each contract once"
                    );
                    for quote in &chain.quotes {
                        assert!(
                            quote.contract.expiry >= chain.as_of && quote.contract.strike_usd > 0.0
                        );
                        assert!(quote.bid_usd.is_none_or(
                            |bid| bid > 0.0 && quote.ask_usd.is_none_or(|ask| ask >= bid)
                        ));
                        assert!(quote.iv.is_none_or(|iv| iv > 0.0 && iv.is_finite()));
                    }
                }
            }
        }
    }
    let _ = read_history_bytes("history.csv", bytes, Some("ZZT"));
    let _ = read_events_bytes("events.csv", bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_answered_with_a_sentence(bytes in prop::collection::vec(any::<u8>(), 0..400), magic in 0..5usize) {
        let start: &[u8] = [&b""[..], b"PAR1", b"\x1f\x8b\x08\0", b"{", b"PK\x03\x04"][magic];
        read_all(&[start, &bytes].concat());
    }

    #[test]
    fn random_words_in_a_table_are_answered(cells in prop::collection::vec("[-0-9a-zA-Z.,/%$ \"é]{0,12}", 8..64)) {
        let mut text = String::from("quote_date,underlying,spot,expiry,strike,right,bid,ask\n");
        for row in cells.chunks(8) {
            text.push_str(&row.join(","));
            text.push('\n');
        }
        read_all(text.as_bytes());
    }

    #[test]
    fn truncated_and_mutated_files_are_answered(
        which in 0..31usize,
        cut in 0.0..1.0f64,
        whole in any::<bool>(),
        hits in prop::collection::vec((0.0..1.0f64, any::<u8>()), 0..6),
    ) {
        let mut bytes = fixtures().swap_remove(which);
        if !whole {
            bytes.truncate((bytes.len() as f64 * cut) as usize);
        }
        for (at, byte) in hits {
            if !bytes.is_empty() {
                let at = ((bytes.len() - 1) as f64 * at) as usize;
                bytes[at] = byte;
            }
        }
        read_all(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_mappings_are_answered_with_a_line(
        cut in 0.0..1.0f64,
        hits in prop::collection::vec((0.0..1.0f64, "[a-z0-9\\[\\]\"=. \n]"), 0..6),
    ) {
        let mut text = FileMapping::SAMPLE.to_owned();
        if cut > 0.3 {
            text.truncate((text.len() as f64 * cut) as usize);
        }
        for (at, letter) in hits {
            let at = (text.len().saturating_sub(1) as f64 * at) as usize;
            text.replace_range(at..(at + 1).min(text.len()), &letter);
        }
        if let Err(error) = FileMapping::parse("m.toml", &text) {
            prop_assert!(error.to_string().contains("m.toml, line "), "{error}");
        }
    }
}

/// Writes the twins to the folder that `JARVIS2_SEEDS` names, each behind the byte that picks a name in `fuzz/`: for `fuzz/seeds.sh`.
#[test]
#[ignore = "writes files: run by fuzz/seeds.sh"]
fn twins_as_seeds() {
    let folder = std::env::var("JARVIS2_SEEDS").expect("JARVIS2_SEEDS names a folder");
    for (number, bytes) in fixtures().into_iter().enumerate() {
        let name = match bytes.as_slice() {
            [0x1f, 0x8b, ..] => 1,
            [b'P', b'K', ..] => 2,
            [b'{' | b'[', ..] => 3,
            [b'P', b'A', b'R', b'1', ..] => 4,
            _ => 5,
        };
        let path = std::path::Path::new(&folder).join(format!("twin-{number:02}"));
        std::fs::write(path, [&[name][..], &bytes].concat()).unwrap();
    }
}
