//! Every vendor's twin comes out as the same chain, and every habit of the vendors is told to the trader.

mod twins;

use jiff::civil::date;
use market::ingest::{
    Error, Format, Ingest, Note, Options, chain_stats, read_chains, read_chains_bytes,
    spot_from_parity,
};
use market::{Chain, Style};
use pricing::Right;
use twins::Dates;

fn read(name: &str, bytes: &[u8]) -> Ingest {
    read_chains_bytes(name, bytes, &Options::default()).unwrap()
}

fn with(name: &str, bytes: &[u8], options: Options) -> Ingest {
    read_chains_bytes(name, bytes, &options).unwrap()
}

/// The one chain must be ZZT's of 2025-03-06 with all 36 quotes, four of them without a bid.
fn check(ingest: &Ingest, format: Format) -> Chain {
    assert_eq!(ingest.format, format);
    assert_eq!(ingest.chains.len(), 1, "{format}");
    assert_eq!(ingest.refused, [], "{format}");
    let chain = ingest.chains[0].clone();
    let stats = chain_stats(&chain);
    assert_eq!(
        (chain.symbol.as_str(), chain.as_of),
        ("ZZT", date(2025, 3, 6)),
        "{format}"
    );
    assert_eq!(
        (
            stats.quotes,
            stats.expiries,
            stats.unquoted,
            stats.askless,
            stats.crossed
        ),
        (36, 2, 0, 0, 0),
        "{format}"
    );
    assert_eq!(
        stats.bidless,
        twins::rows().iter().filter(|row| row.bid == 0.0).count(),
        "{format}"
    );
    for (quote, row) in chain.quotes.iter().zip(twins::rows()) {
        assert_eq!(quote.contract.strike_usd, row.strike, "{format}");
        assert_eq!(quote.contract.expiry.to_string(), row.expiry, "{format}");
        assert_eq!(quote.contract.right == Right::Call, row.call, "{format}");
        assert_eq!(quote.contract.style, Style::American, "{format}");
        assert!((quote.ask_usd.unwrap() - row.ask).abs() < 1e-9, "{format}");
        assert_eq!(
            quote.bid_usd.is_some(),
            row.bid > 0.0,
            "{format}: a bid of zero is nobody's bid"
        );
        if let Some(iv) = quote.iv {
            assert!(
                (iv - row.iv).abs() < 1e-9,
                "{format}: {iv} is not {}",
                row.iv
            );
        }
    }
    chain
}

fn said(ingest: &Ingest, part: &str) -> bool {
    ingest
        .notes
        .iter()
        .any(|note| note.to_string().contains(part))
}

fn fails(bytes: &[u8], options: &Options, parts: &[&str]) {
    let error = read_chains_bytes("file.csv", bytes, options)
        .expect_err("must fail")
        .to_string();
    for part in parts {
        assert!(error.contains(part), "{error:?} lacks {part:?}");
    }
}

#[test]
fn the_common_schema_is_read_as_csv_and_as_gzip() {
    let text = twins::common_csv("2025-03-06");
    let chain = check(&read("a.csv", text.as_bytes()), Format::Common);
    assert_eq!(
        (chain.spot_usd, chain.source.as_str()),
        (Some(50.0), "twin")
    );
    let packed = read("misleading name.txt", &twins::gzip(text.as_bytes()));
    assert_eq!(check(&packed, Format::Common), chain);
    let semicolons = text.replace(',', ";");
    assert_eq!(
        check(&read("a.csv", semicolons.as_bytes()), Format::Common),
        chain
    );
    let with_mark = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(
        check(&read("a.csv", with_mark.as_bytes()), Format::Common),
        chain
    );
}

#[test]
fn the_collectors_spot_is_the_close_before_unless_its_record_is_there() {
    let text = twins::yfinance_collector();
    let alone = read("ZZT.csv", text.as_bytes());
    let chain = check(&alone, Format::Yfinance);
    assert_eq!(chain.spot_usd, Some(49.5));
    assert!(
        said(&alone, "is the close before the quotes were taken"),
        "{:?}",
        alone.notes
    );
    assert!(said(
        &alone,
        "names the session of 2025-03-05 but holds trades of 2025-03-06"
    ));
    assert_eq!(chain_stats(&chain).iv_missing, 4, "1e-05 is no volatility");
    assert_eq!(chain.quotes[0].volume, None);

    let recorded = with(
        "ZZT.csv",
        text.as_bytes(),
        Options {
            capture_json: Some(twins::META.to_owned()),
            ..Options::default()
        },
    );
    assert_eq!(check(&recorded, Format::Yfinance).spot_usd, Some(50.0));
    assert!(said(
        &recorded,
        "the capture record says the quotes are of 2025-03-06 at $50.00"
    ));

    let corrected = with(
        "ZZT.csv",
        text.as_bytes(),
        Options {
            spot_usd: Some(50.1),
            ..Options::default()
        },
    );
    assert_eq!(check(&corrected, Format::Yfinance).spot_usd, Some(50.1));
}

#[test]
fn the_collectors_record_is_found_beside_its_file() {
    let folder = std::env::temp_dir().join(format!("jarvis2-market-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("ZZT_2025-03-05.csv.gz");
    std::fs::write(&file, twins::gzip(twins::yfinance_collector().as_bytes())).unwrap();
    std::fs::write(folder.join("collector_2025-03-05_meta.json"), twins::META).unwrap();
    std::fs::write(
        folder.join("collector_2025-03-04_meta.json"),
        "another day's",
    )
    .unwrap();
    let ingest = read_chains(&file, &Options::default()).unwrap();
    assert_eq!(check(&ingest, Format::Yfinance).spot_usd, Some(50.0));

    let parquet = folder.join("ZZT_2025.parquet");
    std::fs::write(
        &parquet,
        twins::philippdubach(&["2025-03-05", "2025-03-06"], Dates::Text),
    )
    .unwrap();
    std::fs::write(
        folder.join("underlying_prices.csv"),
        "symbol,date,close\nZZT,2025-03-05,50.2\nZZT,2025-03-06,51.2\n",
    )
    .unwrap();
    let ingest = read_chains(&parquet, &Options::default()).unwrap();
    assert_eq!(ingest.chains[1].spot_usd, Some(51.2));
    assert!(
        said(
            &ingest,
            "the spot of 2 days comes from underlying_prices.csv"
        ),
        "{:?}",
        ingest.notes
    );

    assert!(matches!(
        read_chains(&folder, &Options::default()),
        Err(Error::Folder { .. })
    ));
    assert!(matches!(
        read_chains(&folder.join("none"), &Options::default()),
        Err(Error::Missing { .. })
    ));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn plain_yfinance_needs_a_day_and_its_two_frames_merge() {
    let (calls, puts) = (twins::yfinance_raw(true), twins::yfinance_raw(false));
    fails(
        calls.as_bytes(),
        &Options::default(),
        &[
            "does not say of which day",
            "--as-of",
            "newest trade is of 2025-03-06",
        ],
    );
    let on_the_day = Options {
        as_of: Some(date(2025, 3, 6)),
        ..Options::default()
    };
    let calls = with("calls.csv", calls.as_bytes(), on_the_day.clone());
    assert_eq!(calls.chains[0].spot_usd, None);
    assert!(said(&calls, "give it with --spot"));
    let both = calls.merge(with("puts.csv", puts.as_bytes(), on_the_day));
    let chain = check(&both, Format::Yfinance);
    assert!(
        (chain.spot_usd.unwrap() - 50.0).abs() < 0.02,
        "parity gives the spot: {:?}",
        chain.spot_usd
    );
    assert!(
        said(&both, "assumed from put-call parity") && !said(&both, "no spot on"),
        "{:?}",
        both.notes
    );
}

#[test]
fn the_cboe_table_is_read_with_both_spellings_of_its_date() {
    for day in ["March 6, 2025", "March 6 2025", "March 06, 2025"] {
        let ingest = read("quotedata.csv", twins::cboe(day).as_bytes());
        let chain = check(&ingest, Format::CboeTable);
        assert_eq!(chain.spot_usd, Some(50.0), "{day}");
        assert_eq!(
            chain.quotes[1].delta,
            Some(-0.5 - 0.1 * -2.0),
            "the put's delta, not the call's"
        );
        assert_eq!(
            chain_stats(&chain).iv_missing,
            chain_stats(&chain).bidless,
            "a volatility of 0 is none"
        );
    }
    let saturday = read("quotedata.csv", twins::cboe("March 8, 2025").as_bytes());
    assert_eq!(saturday.chains[0].as_of, date(2025, 3, 7));
    assert!(said(&saturday, "36 rows are dated 2025-03-08, a weekend"));
}

#[test]
fn ivolatility_holds_several_symbols_and_us_dates() {
    let text = twins::ivolatility();
    let both = read("a.csv", text.as_bytes());
    assert_eq!(
        both.chains
            .iter()
            .map(|chain| chain.symbol.as_str())
            .collect::<Vec<_>>(),
        ["YYT", "ZZT"]
    );
    let one = with(
        "a.csv",
        text.as_bytes(),
        Options {
            symbol: Some("zzt".to_owned()),
            ..Options::default()
        },
    );
    let chain = check(&one, Format::Ivolatility);
    assert_eq!(
        (chain.spot_usd, chain.quotes[0].theta_per_day),
        (Some(50.0), Some(-0.02))
    );
    assert!(said(&one, "36 rows of other symbols than ZZT"));
    fails(
        text.as_bytes(),
        &Options {
            symbol: Some("XXT".to_owned()),
            ..Options::default()
        },
        &["holds no XXT", "YYT, ZZT"],
    );
}

#[test]
fn schwab_speaks_percent_and_nan() {
    let ingest = read("chain.json", twins::schwab().as_bytes());
    assert_eq!(ingest.format, Format::Schwab);
    assert_eq!(ingest.refused_counts.get("adjusted"), Some(&4));
    assert!(
        ingest.refused[0]
            .to_string()
            .contains("non-standard: 99 ZZT"),
        "{}",
        ingest.refused[0]
    );
    let chain = &ingest.chains[0];
    assert_eq!(
        (chain.as_of, chain.spot_usd, chain.rate),
        (date(2025, 3, 6), Some(50.0), Some(0.0425))
    );
    assert_eq!(chain.quotes.len(), 32);
    let atm = chain
        .quotes
        .iter()
        .find(|quote| quote.contract.strike_usd == 50.0)
        .unwrap();
    assert!((atm.iv.unwrap() - 0.30).abs() < 1e-12);
    assert_eq!((atm.theta_per_day, atm.last_usd), (None, None));
    assert!(
        chain
            .quotes
            .iter()
            .filter(|quote| quote.bid_usd.is_none())
            .all(|quote| quote.iv.is_none() && quote.delta.is_none())
    );
    assert!(said(&ingest, "quotes are delayed"));
    fails(
        br#"{"status": "FAILED"}"#,
        &Options::default(),
        &["top-level keys seen: status"],
    );
}

#[test]
fn optionsdx_takes_its_symbol_from_the_user_or_the_files_name() {
    let text = twins::optionsdx();
    let named = read("data/zzt_eod_202503.txt", text.as_bytes());
    check(&named, Format::OptionsDx);
    assert!(
        said(&named, "the file's name suggests ZZT")
            && said(&named, "units of the greeks in optionsdx")
    );
    let told = with(
        "x.txt",
        text.as_bytes(),
        Options {
            symbol: Some("ZZT".to_owned()),
            ..Options::default()
        },
    );
    let chain = check(&told, Format::OptionsDx);
    assert_eq!(chain.quotes[1].volume, None, "empty is missing, not zero");
    assert_eq!(told.rows_read, 36);
    fails(
        text.as_bytes(),
        &Options::default(),
        &["does not name its underlying", "--symbol"],
    );
}

#[test]
fn dolthub_has_no_spot_and_parity_gives_one() {
    let ingest = read("a.csv", twins::dolthub().as_bytes());
    let chain = check(&ingest, Format::DoltHub);
    assert!((chain.spot_usd.unwrap() - 50.0).abs() < 0.02);
    assert_eq!(
        (chain.quotes[0].volume, chain.quotes[0].open_interest),
        (None, None)
    );
    assert!(spot_from_parity(&chain).unwrap().deviation_usd < 0.02);
    let told = with(
        "a.csv",
        twins::dolthub().as_bytes(),
        Options {
            spot_usd: Some(50.3),
            ..Options::default()
        },
    );
    assert_eq!(told.chains[0].spot_usd, Some(50.3));
}

#[test]
fn deltaneutrals_theta_is_per_year_and_comes_out_per_day() {
    let chain = check(
        &read("a.csv", twins::deltaneutral().as_bytes()),
        Format::DeltaNeutral,
    );
    assert!((chain.quotes[0].theta_per_day.unwrap() - -0.02).abs() < 1e-12);
}

#[test]
fn philippdubachs_parquet_is_read_with_text_or_typed_dates() {
    let mut chains = Vec::new();
    for dates in [Dates::Text, Dates::Days, Dates::Nanoseconds] {
        let ingest = read(
            "2025.parquet",
            &twins::philippdubach(&["2025-03-06"], dates),
        );
        chains.push(check(&ingest, Format::Philippdubach));
        assert!(
            said(&ingest, "assumed from put-call parity"),
            "{:?}",
            ingest.notes
        );
    }
    assert!((chains[0].spot_usd.unwrap() - 50.0).abs() < 0.02);
    assert_eq!(chains[0].quotes[34].volume, None);
    assert_eq!((&chains[0], &chains[0]), (&chains[1], &chains[2]));
}

#[test]
fn the_last_day_alone_keeps_the_spots_of_all_days() {
    let days = [
        "2025-02-27",
        "2025-02-28",
        "2025-03-03",
        "2025-03-04",
        "2025-03-05",
        "2025-03-06",
    ];
    let file = twins::philippdubach(&days, Dates::Text);
    let all = read("2025.parquet", &file);
    let last = with(
        "2025.parquet",
        &file,
        Options {
            last_day_only: true,
            ..Options::default()
        },
    );
    assert_eq!((all.chains.len(), last.chains.len()), (6, 1));
    assert_eq!(last.chains[0], all.chains[5]);
    assert_eq!(last.spots, all.spots);
    assert_eq!(last.spots.len(), 6);
    let earlier = Options {
        last_day_only: true,
        as_of: Some(date(2025, 3, 4)),
        ..Options::default()
    };
    let earlier = with("2025.parquet", &file, earlier);
    assert_eq!(
        earlier.chains[0], all.chains[3],
        "nothing after the day asked for is seen"
    );
    assert_eq!(earlier.spots, all.spots[..4]);
    assert!(
        matches!(earlier.notes[0], Note::LaterRowsIgnored { rows: 72, .. }),
        "{:?}",
        earlier.notes
    );
}

#[test]
fn quotes_of_a_later_day_are_never_backdated() {
    let earlier = Options {
        as_of: Some(date(2025, 3, 5)),
        ..Options::default()
    };
    let files = [
        twins::cboe("March 6, 2025"),
        twins::schwab(),
        twins::common_csv("2025-03-06"),
    ];
    for text in files {
        fails(
            text.as_bytes(),
            &earlier,
            &["later than the day asked for", "choose a later --as-of"],
        );
    }
    let later = Options {
        as_of: Some(date(2025, 3, 11)),
        ..Options::default()
    };
    let old = with("a.csv", twins::cboe("March 6, 2025").as_bytes(), later);
    assert_eq!(old.chains[0].as_of, date(2025, 3, 6));
    assert!(said(
        &old,
        "the last day in the file is 2025-03-06, before 2025-03-11"
    ));
}
