//! Every vendor's twin comes out as the same chain, and every habit of the vendors is told to the trader.

mod twins;

use jiff::civil::date;
use market::ingest::{
    Error, FileMapping, Format, Ingest, Note, Options, chain_stats, explain_chains_bytes,
    read_chains, read_chains_bytes, spot_from_parity,
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

/// The one chain must be ZZT's of 2025-03-06 with all 36 quotes, two of them without a bid.
fn check(ingest: &Ingest, format: Format) -> Chain {
    assert_eq!(ingest.refused, [], "{format}");
    check_rows(ingest, format, Style::American, &twins::rows())
}

/// The one chain must have these rows, in this order.
fn check_rows(ingest: &Ingest, format: Format, style: Style, rows: &[twins::Row]) -> Chain {
    assert_eq!(ingest.format, format);
    assert_eq!(ingest.chains.len(), 1, "{format}");
    let chain = ingest.chains[0].clone();
    let stats = chain_stats(&chain);
    assert_eq!(
        (chain.symbol.as_str(), chain.as_of),
        ("ZZT", date(2025, 3, 6)),
        "{format}"
    );
    assert_eq!(
        (stats.quotes, stats.unquoted, stats.askless, stats.crossed),
        (rows.len(), 0, 0, 0),
        "{format}"
    );
    assert_eq!(stats.expiries, if rows.len() == 36 { 2 } else { 1 });
    assert_eq!(
        stats.bidless,
        rows.iter().filter(|row| row.bid == 0.0).count(),
        "{format}"
    );
    for (quote, row) in chain.quotes.iter().zip(rows) {
        assert_eq!(quote.contract.strike_usd, row.strike, "{format}");
        assert_eq!(quote.contract.expiry.to_string(), row.expiry, "{format}");
        assert_eq!(quote.contract.right == Right::Call, row.call, "{format}");
        assert_eq!(quote.contract.style, style, "{format}");
        assert!((quote.ask_usd.unwrap() - row.ask).abs() < 1e-9, "{format}");
        assert_eq!(
            quote.bid_usd.is_some(),
            row.bid > 0.0,
            "{format}: a bid of zero is nobody's bid"
        );
        if let Some(bid) = quote.bid_usd {
            assert!(
                (bid - row.bid).abs() < 1e-9,
                "{format}: {bid} is not {}",
                row.bid
            );
        }
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
    // A pipe, at which a reader waits for ever.
    let pipe = folder.join("a_2025-03-05_meta.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(!cfg!(unix) || made.unwrap().success());
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

/// Frames of which columns were left out are yfinance's still; its word for a contract's size is a number of shares.
#[test]
fn trimmed_yfinance_frames_are_told_and_sizes_are_shares() {
    let on_the_day = Options {
        as_of: Some(date(2025, 3, 6)),
        ..Options::default()
    };
    let without = |left_out: &[&str]| {
        let text = twins::yfinance_raw(true);
        let names: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        let line = |line: &str| {
            let cells = line.split(',').zip(&names);
            let kept = cells.filter(|(_, name)| !left_out.contains(name));
            kept.map(|(cell, _)| cell).collect::<Vec<_>>().join(",") + "\n"
        };
        text.lines().map(line).collect::<String>()
    };
    for left_out in [
        &["lastPrice"][..],
        &["lastPrice", "lastTradeDate", "inTheMoney", "change"],
        &["impliedVolatility"],
        &["lastPrice", "impliedVolatility", "percentChange"],
    ] {
        let calls = with(
            "calls.csv",
            without(left_out).as_bytes(),
            on_the_day.clone(),
        );
        assert_eq!(
            (calls.format, calls.refused_total()),
            (Format::Yfinance, 0),
            "{left_out:?}"
        );
        assert_eq!(calls.chains[0].quotes[0].contract.multiplier, 100);
    }
    let sized = |word: &str| {
        let text = twins::yfinance_raw(true).replacen("REGULAR", word, 1);
        let calls = with("calls.csv", text.as_bytes(), on_the_day.clone());
        calls.refused.first().map(ToString::to_string)
    };
    assert_eq!(sized("regular"), None);
    assert!(
        sized("MINI")
            .unwrap()
            .contains("adjusted contract (multiplier 10)")
    );
    assert!(
        sized("ODD")
            .unwrap()
            .contains("adjusted contract (contract size \"ODD\")")
    );
    // Under anybody's names, too.
    let common = "quote_date,underlying,spot,expiry,strike,right,bid,ask,contract size\n\
                  2025-03-06,ZZT,50,2025-03-21,50,C,1.9,2.0,REGULAR\n2025-03-06,ZZT,50,2025-03-21,55,C,1,1.1,MINI\n";
    let common = read("a.csv", common.as_bytes());
    assert_eq!(common.chains[0].quotes[0].contract.multiplier, 100);
    assert!(common.refused[0].to_string().contains("(multiplier 10)"));
    let explained =
        explain_chains_bytes("calls.csv", without(&[]).as_bytes(), &on_the_day).unwrap();
    let size = explained
        .columns
        .iter()
        .find(|column| column.name == "contractSize")
        .unwrap();
    assert_eq!(
        (size.sample_read.as_deref(), size.unreadable),
        (Some("100"), 0)
    );
}

/// A typed timestamp that is UTC's is of New York's day; one without a zone, and midnight sharp, of the day as it is stored.
#[test]
fn typed_timestamps_are_of_the_exchanges_day() {
    use twins::{Data, Written};
    let text =
        |words: &[&str]| Data::Text(words.iter().map(|word| Some((*word).to_owned())).collect());
    let file = |quoted: Data, expiry: &str| {
        let midnight: jiff::Timestamp = format!("{expiry}T00:00Z").parse().unwrap();
        let expiries = vec![midnight.as_millisecond(); 2];
        twins::parquet(vec![
            ("quote_date", quoted),
            ("underlying", text(&["ZZT", "ZZT"])),
            ("spot", Data::Double(vec![Some(50.0); 2])),
            ("expiry", Data::Instants(expiries, Written::New)),
            ("strike", Data::Double(vec![Some(50.0); 2])),
            ("right", text(&["C", "P"])),
            ("bid", Data::Double(vec![Some(1.9); 2])),
            ("ask", Data::Double(vec![Some(2.0); 2])),
        ])
    };
    for (late, day, expiry) in [
        ("2025-01-15T23:30:00-05:00", date(2025, 1, 15), "2025-02-21"),
        ("2025-07-15T23:30:00-04:00", date(2025, 7, 15), "2025-08-15"),
    ] {
        let instant: jiff::Timestamp = late.parse().unwrap();
        let milliseconds = vec![instant.as_millisecond(); 2];
        for quoted in [
            Data::Instants(milliseconds.clone(), Written::New),
            Data::Instants(milliseconds, Written::Old),
            // A wall clock at the same hour.
            Data::Nanos(vec![
                day.at(23, 30, 0, 0)
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .unwrap()
                    .timestamp()
                    .as_nanosecond() as i64;
                2
            ]),
        ] {
            let chain = &read("a.parquet", &file(quoted, expiry)).chains[0];
            assert_eq!(chain.as_of, day, "{late}");
            assert_eq!(chain.quotes[0].contract.expiry.to_string(), expiry);
        }
    }
}

/// Where a file follows a contract through the day, its last quote counts, and so does the price of the share beside it.
#[test]
fn the_spot_is_that_of_the_quotes_that_are_kept() {
    let late = twins::theta_v3();
    let header = late.lines().next().unwrap().to_owned() + ",underlying_price\n";
    let at = |spot: f64| -> String {
        let rows = late.lines().skip(1);
        rows.map(|row| format!("{row},{spot}\n")).collect()
    };
    let day = [header.clone(), at(46.0), at(47.0), at(50.0)].concat();
    let ingest = read("a.csv", day.as_bytes());
    assert_eq!(ingest.chains[0].spot_usd, Some(50.0));
    assert_eq!(ingest.refused_counts["superseded"], 72);
    assert!(!said(&ingest, "the spot runs from"), "{:?}", ingest.notes);
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
fn the_cboe_table_is_read_in_any_order_of_its_sides() {
    let text = twins::cboe("March 6, 2025");
    let plain = read("quotedata.csv", text.as_bytes()).chains;
    let (preamble, table) = text.split_at(text.find("Expiration Date").unwrap());
    let turned: String = table
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let puts_first = [&cells[..1], &cells[12..], &cells[11..12], &cells[1..11]].concat();
            format!("{}\n", puts_first.join(","))
        })
        .collect();
    let turned = read("quotedata.csv", format!("{preamble}{turned}").as_bytes());
    assert_eq!(turned.chains, plain);
    // As pandas writes it again: names that come twice are numbered.
    let heads = table.lines().next().unwrap();
    let (calls, puts) = heads.split_once(",Strike,").unwrap();
    let again = puts.replace(',', ".1,").replacen("Puts.1", "Puts", 1) + ".1";
    let saved = text.replace(heads, &format!("{calls},Strike,{again}"));
    assert_eq!(read("quotedata.csv", saved.as_bytes()).chains, plain);
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
        &[
            "top-level keys seen: status",
            "callExpDateMap.*.*",
            "options.option",
            "--mapping",
        ],
    );
    fails(
        br#"{"status": "FAILED", "callExpDateMap": {}, "putExpDateMap": {}}"#,
        &Options::default(),
        &["0 rows read"],
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
fn deltaneutrals_greeks_are_per_year_and_unit_and_come_out_per_day_and_point() {
    let chain = check(
        &read("a.csv", twins::deltaneutral().as_bytes()),
        Format::DeltaNeutral,
    );
    assert!((chain.quotes[0].theta_per_day.unwrap() - -0.02).abs() < 1e-12);
    assert!((chain.quotes[0].vega_per_point.unwrap() - 0.05).abs() < 1e-12);
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

#[test]
fn tradier_is_dated_by_its_newest_quote_and_its_spot_is_parity() {
    let ingest = read("chain.json", twins::tradier().as_bytes());
    let chain = check(&ingest, Format::Tradier);
    assert!((chain.spot_usd.unwrap() - 50.0).abs() < 0.02);
    assert!(said(&ingest, "assumed from put-call parity") && said(&ingest, "never checked"));
    let (first, bidless) = (&chain.quotes[0], chain_stats(&chain).bidless);
    assert_eq!((first.theta_per_day, first.delta), (Some(-0.02), Some(0.7)));
    assert_eq!(
        chain_stats(&chain).iv_missing,
        bidless,
        "no Greeks, no volatility"
    );
    let told = Options {
        spot_usd: Some(50.3),
        ..Options::default()
    };
    assert_eq!(
        with("chain.json", twins::tradier().as_bytes(), told).chains[0].spot_usd,
        Some(50.3)
    );
}

#[test]
fn massive_opens_as_snapshot_and_as_quotes_but_not_as_aggregates() {
    let ingest = read("snapshot.json", twins::massive().as_bytes());
    let chain = check(&ingest, Format::Massive);
    assert_eq!(
        (chain.spot_usd, chain.quotes[0].vega_per_point),
        (Some(50.0), Some(0.05))
    );
    assert!(said(&ingest, "delayed"), "{:?}", ingest.notes);
    let quotes = read(
        "2025-03-06.csv.gz",
        &twins::gzip(twins::massive_quotes().as_bytes()),
    );
    check_rows(&quotes, Format::Massive, Style::American, &twins::rows());
    assert_eq!(
        quotes.refused_counts["superseded"], 36,
        "the last quote of the day counts"
    );
    fails(
        twins::MASSIVE_AGGREGATES.as_bytes(),
        &Options::default(),
        &[
            "aggregates",
            "trades only: no bid, no ask",
            "chain snapshot",
        ],
    );
}

#[test]
fn coins_prices_become_dollars_with_the_coin_of_their_row() {
    let coin = |ingest: &Ingest, format| {
        let chain = check_rows(ingest, format, Style::European, &twins::rows());
        assert!(
            chain
                .quotes
                .iter()
                .all(|quote| quote.contract.multiplier == 1)
        );
        assert!(said(ingest, "prices in coin were turned into dollars"));
        assert!(
            said(ingest, "not for a wheel on shares"),
            "{:?}",
            ingest.notes
        );
        chain
    };
    let book = read("book.csv", twins::deribit().as_bytes());
    let chain = coin(&book, Format::Deribit);
    assert_eq!(
        (chain.spot_usd, chain.quotes[0].theta_per_day),
        (Some(50.0), Some(-0.02))
    );
    assert_eq!(
        book.refused_counts["superseded"], 36,
        "the later look at the book counts"
    );
    let summary = read("summary.json", twins::deribit_summary().as_bytes());
    coin(&summary, Format::Deribit);
    assert_eq!(
        summary.refused_counts["foreign currency"], 1,
        "a contract in USDC"
    );
    let updates = read("deribit.csv", twins::tardis().as_bytes());
    let chain = coin(&updates, Format::Tardis);
    assert_eq!(
        chain.spot_usd,
        Some(50.25),
        "half-way between the two forwards"
    );
    assert_eq!(
        (
            updates.refused_counts["superseded"],
            updates.refused_counts["unknown exchange"]
        ),
        (35, 1)
    );
    fails(
        twins::DERIBIT_INSTRUMENT.as_bytes(),
        &Options::default(),
        &[
            "a description of Deribit contracts",
            "no prices",
            "get_book_summary_by_currency",
        ],
    );
    let spotless = twins::deribit().replace("\n50,SYN", "\n0,SYN");
    let ingest = read("book.csv", spotless.as_bytes());
    assert_eq!(ingest.refused_counts["no coin price"], 36);
}

#[test]
fn barchart_takes_expiry_and_symbol_from_its_name_and_the_day_from_its_last_line() {
    let name = "zzt-options-exp-2025-03-21-monthly-show-all-stacked-03-06-2025.csv";
    let ingest = read(name, twins::barchart().as_bytes());
    let chain = check_rows(
        &ingest,
        Format::Barchart,
        Style::American,
        &twins::first_expiry(),
    );
    assert_eq!(ingest.refused, [], "the sentence at the end is no row");
    assert!(
        said(&ingest, "the file's name says 2025-03-21"),
        "{:?}",
        ingest.notes
    );
    assert_eq!(chain.quotes[0].open_interest, Some(1100));
    let spot = chain.spot_usd.unwrap();
    assert!(
        (spot - 50.0).abs() < 1e-9,
        "{spot}: the spot behind the strikes' moneyness"
    );
    let named = Options {
        symbol: Some("ZZT".to_owned()),
        ..Options::default()
    };
    fails(
        twins::barchart().as_bytes(),
        &Options::default(),
        &["--symbol"],
    );
    fails(
        twins::barchart().as_bytes(),
        &named,
        &[
            "does not say when its contracts expire",
            "-options-exp-2025-11-21",
        ],
    );
}

#[test]
fn the_data_shops_tables_are_read() {
    let orats = check(&read("a.csv", twins::orats().as_bytes()), Format::Orats);
    assert_eq!(
        (orats.spot_usd, orats.quotes[0].delta, orats.quotes[1].delta),
        (Some(50.0), Some(0.7), None)
    );
    let shop = read("a.csv", twins::datashop(true).as_bytes());
    assert_eq!(check(&shop, Format::CboeDataShop).spot_usd, Some(50.0));
    assert!(said(&shop, "15:45"));
    let index = check(
        &read("a.csv", twins::datashop(false).as_bytes()),
        Format::CboeDataShop,
    );
    assert_eq!(
        index.spot_usd,
        Some(50.0),
        "half-way between the underlying's bid and ask"
    );
    let delayed = read("_ZZT.json", twins::cboe_delayed().as_bytes());
    assert_eq!(check(&delayed, Format::CboeDelayed).spot_usd, Some(50.0));
    for (name, text) in [
        ("a.csv", twins::theta_v2()),
        ("a.json", twins::theta_v2_json()),
        ("a.csv", twins::theta_v3()),
    ] {
        let chain = check(&read(name, text.as_bytes()), Format::ThetaData);
        assert!((chain.spot_usd.unwrap() - 50.0).abs() < 0.02);
    }
}

/// A page without its signs is in percent all the same, and of a file that follows the day its end counts.
#[test]
fn habits_of_barchart_and_optionsdx_are_not_read_as_something_else() {
    let signless: String = twins::barchart()
        .lines()
        .map(|line| match line.rsplit_once("%,") {
            Some((head, tail)) if tail.contains("ET") => format!("{head},{tail}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let name = "zzt-options-exp-2025-03-21-show-all-stacked-03-06-2025.csv";
    let [signed, signless] = [twins::barchart(), signless].map(|text| {
        let ingest = read(name, text.as_bytes());
        ingest.chains[0]
            .quotes
            .iter()
            .map(|quote| quote.iv)
            .collect::<Vec<_>>()
    });
    assert_eq!(signed, signless);

    let end = twins::optionsdx();
    let header = end.lines().next().unwrap();
    let morning = end
        .replace("50.000000", "46.000000")
        .replace("16:00", "10:00");
    let day = [header, &morning[header.len()..], &end[header.len()..]].concat();
    let ingest = read("zzt_eod_202503.txt", day.replace("\n\n", "\n").as_bytes());
    let chain = check_rows(&ingest, Format::OptionsDx, Style::American, &twins::rows());
    assert_eq!(chain.spot_usd, Some(50.0));
}

#[test]
fn lean_opens_as_archive_of_quotes_and_as_universe() {
    for minutes in [false, true] {
        let ingest = read("zzt_2025_quote_american.zip", &twins::lean_zip(minutes));
        let chain = check_rows(&ingest, Format::Lean, Style::American, &twins::rows());
        assert!((chain.spot_usd.unwrap() - 50.0).abs() < 0.02);
        let earlier = if minutes { 36 } else { 0 };
        assert_eq!(ingest.refused_total(), earlier, "the last minute counts");
    }
    let universe = twins::lean_universe();
    let ingest = read("universes/zzt/20250306.csv", universe.as_bytes());
    let chain = &ingest.chains[0];
    assert_eq!(ingest.rows_read, 36, "the underlying's row is no contract");
    assert_eq!(
        (chain.symbol.as_str(), chain.as_of, chain.spot_usd),
        ("ZZT", date(2025, 3, 6), Some(50.0))
    );
    let stats = chain_stats(chain);
    let dead = twins::rows().iter().filter(|row| row.bid == 0.0).count();
    assert_eq!(
        (stats.quotes, stats.unquoted, stats.iv_missing),
        (36, 36, dead)
    );
    assert!(said(&ingest, "the file's name suggests ZZT") && said(&ingest, "no bid and no ask"));
    fails(universe.as_bytes(), &Options::default(), &["--as-of"]);
}

#[test]
fn archives_hold_one_file_or_are_told_apart() {
    let csv = twins::common_csv("2025-03-06");
    let one = twins::zip(&[("folder/chain.csv", csv.as_bytes())]);
    check(&read("chain.zip", &one), Format::Common);
    let empty = Options::default();
    fails(
        &twins::zip(&[("a.csv", csv.as_bytes()), ("b.csv", b"x")]),
        &empty,
        &["none or several", "unpack it"],
    );
    fails(
        &twins::zip(&[("[Content_Types].xml", b"<x/>"), ("b.xml", b"x")]),
        &empty,
        &["an Excel file"],
    );
    let trades = [(
        "zzt_trade_american_call_500000_20250321.csv",
        &b"20250306 00:00,1,1,1,1,1"[..],
    )];
    fails(
        &twins::zip(&trades),
        &empty,
        &["trades or open interest", "_quote_"],
    );
    let mut damaged = one.clone();
    damaged[60] ^= 1;
    fails(&damaged, &empty, &["checksum"]);
    fails(
        &one[..one.len() - 30],
        &empty,
        &["zip archive", "directory"],
    );
}

#[test]
fn one_expiry_of_optionstratlib_needs_a_day_and_in_csv_its_own_name() {
    let on_the_day = Options {
        as_of: Some(date(2025, 3, 6)),
        ..Options::default()
    };
    let rows = twins::first_expiry();
    let named = with(
        "ZZT-21-mar-2025-50.csv",
        twins::stratlib_csv().as_bytes(),
        on_the_day.clone(),
    );
    let chain = check_rows(&named, Format::OptionStratLib, Style::American, &rows);
    assert_eq!(
        (chain.spot_usd, chain.quotes[1].delta),
        (Some(50.0), Some(rows[1].delta)),
        "the second Delta is the put's"
    );
    let json = with("a.json", twins::stratlib_json().as_bytes(), on_the_day);
    let chain = check_rows(&json, Format::OptionStratLib, Style::American, &rows);
    assert_eq!(
        (chain.spot_usd, chain.quotes[1].delta),
        (Some(50.0), Some(rows[1].delta))
    );
    fails(
        twins::stratlib_json().as_bytes(),
        &Options::default(),
        &["of which day", "--as-of"],
    );
}

#[test]
fn riskalertsys_has_volatilities_and_no_quotes() {
    let ingest = read("ZZT_2025-03-06.json", twins::riskalertsys().as_bytes());
    let chain = &ingest.chains[0];
    assert_eq!(
        (
            ingest.format,
            chain.symbol.as_str(),
            chain.as_of,
            chain.spot_usd
        ),
        (Format::Riskalertsys, "ZZT", date(2025, 3, 6), Some(50.0))
    );
    let stats = chain_stats(chain);
    let dead = twins::rows().iter().filter(|row| row.bid == 0.0).count();
    assert_eq!(
        (stats.quotes, stats.unquoted, stats.iv_missing),
        (36, 36, dead)
    );
    assert!((chain.quotes[0].iv.unwrap() - twins::rows()[0].iv).abs() < 1e-12);
    fails(
        twins::riskalertsys().as_bytes(),
        &Options::default(),
        &["--as-of"],
    );
}

#[test]
fn rupees_are_refused_with_the_file() {
    fails(
        twins::NSE.as_bytes(),
        &Options::default(),
        &["NSE bhavcopy", "rupees", "no bid and no ask"],
    );
}

#[test]
fn lists_of_rows_are_read_from_json_whatever_the_vendor() {
    let rows: Vec<String> = twins::rows()
        .iter()
        .map(|row| {
            format!(
                r#"{{"act_symbol": "ZZT", "date": "2025-03-06", "expiration": "{}", "strike": "{}", "call_put": "{}", "bid": "{}", "ask": "{}", "vol": "{}"}}"#,
                row.expiry, row.strike, if row.call { "Call" } else { "Put" }, row.bid, row.ask, row.iv
            )
        })
        .collect();
    check(
        &read("a.json", format!("[{}]", rows.join(",")).as_bytes()),
        Format::DoltHub,
    );
    check(
        &read(
            "a.json",
            format!(r#"{{"rows": [{}]}}"#, rows.join(",")).as_bytes(),
        ),
        Format::DoltHub,
    );
    check(
        &read("a.jsonl", rows.join("\n").as_bytes()),
        Format::DoltHub,
    );
}

#[test]
fn a_mapping_reads_what_no_vendor_writes() {
    let options = |mapping: &str| Options {
        mapping: Some(FileMapping::parse("my.toml", mapping).unwrap().into()),
        ..Options::default()
    };
    let sample = with(
        "sample.csv",
        FileMapping::SAMPLE_FILE.as_bytes(),
        options(FileMapping::SAMPLE),
    );
    assert_eq!(
        (
            sample.format,
            sample.refused_total(),
            sample.chains[0].quotes.len()
        ),
        (Format::Mapped, 0, 28)
    );
    let chain = &sample.chains[0];
    let first = &chain.quotes[0];
    assert_eq!(
        (
            chain.symbol.as_str(),
            chain.as_of,
            chain.spot_usd,
            first.contract.strike_usd
        ),
        ("ZZT", date(2025, 3, 6), Some(50.0), 42.5)
    );
    assert!((first.theta_per_day.unwrap() - -2.275 / 365.0).abs() < 1e-12);

    let head = "schema_version = 1\n[columns]\nexpiry = \"expiry\"\nstrike = \"strike\"\nbid = \"bid\"\nask = \"ask\"\nright = \"rihgt\"\n";
    fails(
        twins::common_csv("2025-03-06").as_bytes(),
        &options(head),
        &[
            "my.toml, line 7",
            "no column \"rihgt\" for `right`",
            "did you mean \"right\"?",
        ],
    );
    let nested = "schema_version = 1\nrows = \"a.*\"\n[columns]\nexpiry = \"key1\"\nstrike = \"k\"\n[calls]\nbid = \"c.b\"\nask = \"c.a\"\n[puts]\nbid = \"p.b\"\nask = \"p.a\"\n[units]\nprice = 0.01\n[constants]\nsymbol = \"ZZT\"\ndate = 2025-03-06\nspot = 50";
    let file = r#"{"a": {"2025-03-21": [{"k": 50, "c": {"b": 195, "a": 205}, "p": {"b": 195, "a": 205}}]}}"#;
    let ingest = with("a.json", file.as_bytes(), options(nested));
    let quotes = &ingest.chains[0].quotes;
    assert_eq!(
        (quotes.len(), quotes[1].contract.right, quotes[1].bid_usd),
        (2, Right::Put, Some(1.95))
    );
    fails(
        file.replace("\"a\":", "\"z\":").as_bytes(),
        &options(nested),
        &["top-level keys seen: z"],
    );
}

#[test]
fn a_file_is_explained_column_by_column_with_its_units() {
    let explain = |name: &str, bytes: &[u8], mapping: Option<&str>| {
        let mapping = mapping.map(|text| FileMapping::parse("m.toml", text).unwrap().into());
        let options = Options {
            mapping,
            ..Options::default()
        };
        explain_chains_bytes(name, bytes, &options).unwrap()
    };
    let sample = explain(
        "sample.csv",
        FileMapping::SAMPLE_FILE.as_bytes(),
        Some(FileMapping::SAMPLE),
    );
    let column = |name: &str| {
        sample
            .columns
            .iter()
            .find(|column| column.name == name)
            .unwrap()
    };
    let strike = column("Strike (cents)");
    assert_eq!(
        (
            strike.field,
            strike.unit,
            strike.factor,
            strike.sample.as_deref(),
            strike.sample_read.as_deref()
        ),
        ("strike", "cents", Some(0.01), Some("4250"), Some("42.5"))
    );
    assert_eq!(
        column("Best Bid").missing,
        sample
            .result
            .as_ref()
            .unwrap()
            .chains
            .iter()
            .map(|chain| chain_stats(chain).bidless)
            .sum::<usize>()
    );
    assert_eq!(
        sample
            .unused
            .iter()
            .map(|column| column.name.as_str())
            .collect::<Vec<_>>(),
        ["Remark"]
    );
    let units = sample.check_units(0.04).unwrap();
    for check in &units.checks {
        match check.field {
            "rho" => assert_eq!(check.missing.as_deref(), Some("the file has none")),
            field => assert_eq!(
                (check.as_read, check.rows > 4),
                (Some(true), true),
                "{field}: {check:?}"
            ),
        }
    }
    assert_eq!(units.checks[3].unit, Some("per year"));
    assert!(
        (units.checks[3].ratio.unwrap() - 1.0).abs() < 0.02,
        "{:?}",
        units.checks[3]
    );

    // The same file under a mapping that takes theta for one of days, and percent for fractions.
    let wrong = FileMapping::SAMPLE
        .replace("theta = \"year\"", "theta = \"day\"")
        .replace("iv = \"percent\"", "iv = \"fraction\"");
    let units = explain(
        "sample.csv",
        FileMapping::SAMPLE_FILE.as_bytes(),
        Some(&wrong),
    )
    .check_units(0.04)
    .unwrap();
    let verdict = |at: usize| (units.checks[at].as_read, units.checks[at].unit);
    assert_eq!(verdict(0), (Some(false), Some("percent")));
    assert_eq!(verdict(3), (Some(false), Some("per year")));
    assert_eq!(verdict(4), (Some(true), Some("per vol point")));

    let schwab = explain("a.json", twins::schwab().as_bytes(), None);
    assert_eq!(schwab.told_by, ["key1", "key2", "putCall", "bid", "ask"]);
    let volatility = schwab
        .columns
        .iter()
        .find(|column| column.field == "iv")
        .unwrap();
    assert_eq!(
        (volatility.unit, volatility.factor),
        ("percent per year", Some(0.01))
    );
    let barchart = explain("barchart.csv", twins::barchart().as_bytes(), None);
    assert!(barchart.result.is_err() && barchart.check_units(0.04).is_none());
    assert_eq!(barchart.rows, 18);
}

#[test]
fn decimal_commas_are_refused_and_never_read_as_thousands() {
    let text = "symbol;date;spot;expiry;strike;right;bid;ask\n\
        ZZT;2025-03-06;1000;2025-03-21;1,050.00;call;1.95;2.05\n\
        ZZT;2025-03-06;1000;2025-03-21;50,00;call;1.95;2.05\n\
        ZZT;2025-03-06;1000;2025-03-21;50;call;1,95;2,05\n";
    let ingest = read("a.csv", text.as_bytes());
    let quotes = &ingest.chains[0].quotes;
    assert_eq!((quotes.len(), quotes[0].contract.strike_usd), (1, 1050.0));
    assert_eq!(ingest.refused_counts["not a number"], 2);
    for (refused, column) in ingest.refused.iter().zip(["strike", "bid"]) {
        let said = refused.to_string();
        assert!(
            said.contains(column) && said.contains("decimal comma"),
            "{said}"
        );
    }
}

#[test]
fn a_stray_quote_mark_refuses_every_line_that_it_swallows() {
    let common = twins::common_csv("2025-03-06");
    let whole = read("a.csv", common.as_bytes());
    // The last field of line 11 opens a quotation that nothing ends.
    let mut lines: Vec<String> = common.lines().map(str::to_owned).collect();
    let (before, last) = lines[10].rsplit_once(',').unwrap();
    lines[10] = format!("{before},\"{last}");
    let text = lines.join("\n");
    let ingest = read("a.csv", text.as_bytes());
    let swallowed = lines.len() - 10;
    assert_eq!(ingest.rows_read, whole.rows_read);
    assert_eq!(ingest.refused_counts["unclosed quote mark"], swallowed);
    assert_eq!(ingest.chains[0].quotes.len(), 36 - swallowed);
    let first = ingest.refused[0].to_string();
    assert!(
        first.contains("row 11") && first.contains("a quote mark in line 11 is never closed"),
        "{first}"
    );
    // A second mark ends it three lines later; what follows is read again.
    lines[13] = format!("{}\"", lines[13]);
    let ingest = read("a.csv", lines.join("\n").as_bytes());
    assert_eq!(ingest.refused_counts["unclosed quote mark"], 4);
    assert_eq!(ingest.chains[0].quotes.len(), 32);
    // In the header it swallows all rows.
    let (head, rows) = common.split_once('\n').unwrap();
    fails(
        format!("{},\"note\n{rows}", head).as_bytes(),
        &Options::default(),
        &["36 rows read", "a quote mark in line 1 is never closed"],
    );
}

#[test]
fn dates_with_their_day_first_are_refused_or_mapped() {
    // The quotes' day, March 6, reads as June 3 when the month comes first.
    let common = twins::common_csv("06/03/2025")
        .replace("2025-03-21", "21/03/2025")
        .replace("2025-04-17", "17/04/2025");
    for as_of in [None, Some(date(2025, 3, 7))] {
        let options = Options {
            as_of,
            ..Options::default()
        };
        fails(
            common.as_bytes(),
            &options,
            &[
                "file.csv, row 2",
                "\"21/03/2025\"",
                "these dates are day first",
                "dates = [\"dmy\"]",
            ],
        );
    }
    let mapping = |dates: &str| {
        Options {
        mapping: Some(
            FileMapping::parse(
                "my.toml",
                &format!(
                    "schema_version = 1\ndates = {dates}\n[columns]\nsymbol = \"underlying\"\ndate = \"quote_date\"\nspot = \"spot\"\n\
                     expiry = \"expiry\"\nstrike = \"strike\"\nright = \"right\"\nbid = \"bid\"\nask = \"ask\"\n"
                ),
            )
            .unwrap()
            .into(),
        ),
        ..Options::default()
    }
    };
    for text in [common.clone(), common.replace('/', ".")] {
        let ingest = with("a.csv", text.as_bytes(), mapping("[\"dmy\", \"us\"]"));
        check(&ingest, Format::Mapped);
    }
    fails(
        common.as_bytes(),
        &mapping("\"us\""),
        &["these dates are day first"],
    );
}

#[test]
fn a_mappings_day_is_the_quotes_and_its_spot_that_of_one_day() {
    let mapping = |constants: &str, columns: &str, as_of| {
        Options {
        mapping: Some(
            FileMapping::parse(
                "my.toml",
                &format!(
                    "schema_version = 1\n[columns]\n{columns}expiry = \"expiry\"\nstrike = \"strike\"\nright = \"right\"\n\
                     bid = \"bid\"\nask = \"ask\"\n[constants]\n{constants}"
                ),
            )
            .unwrap()
            .into(),
        ),
        as_of,
        ..Options::default()
    }
    };
    let file = twins::common_csv("2025-03-06");
    let constants = "symbol = \"ZZT\"\ndate = 2025-03-06\nspot = 50\n";
    for as_of in [None, Some(date(2025, 3, 6)), Some(date(2025, 3, 12))] {
        let options = mapping(constants, "", as_of);
        let chain = check(&with("a.csv", file.as_bytes(), options), Format::Mapped);
        assert_eq!(chain.spot_usd, Some(50.0));
    }
    fails(
        file.as_bytes(),
        &mapping(constants, "", Some(date(2025, 3, 5))),
        &["later than the day asked for", "choose a later --as-of"],
    );
    let two_days = file.clone() + &twins::common_rows("2025-03-07", "ZZT", 51.0);
    let two_symbols = file.clone() + &twins::common_rows("2025-03-06", "ZZU", 20.0);
    let columns = "symbol = \"underlying\"\ndate = \"quote_date\"\n";
    let spot = mapping("spot = 50\n", columns, None);
    assert_eq!(with("a.csv", file.as_bytes(), spot.clone()).chains.len(), 1);
    for (text, count) in [
        (&two_days, "2 days and 1 symbols"),
        (&two_symbols, "1 days and 2 symbols"),
    ] {
        fails(
            text.as_bytes(),
            &spot,
            &[
                "my.toml, line 11",
                "`spot` is one price for all rows",
                count,
            ],
        );
    }
    let one = Options {
        symbol: Some("ZZT".to_owned()),
        ..spot
    };
    assert_eq!(with("a.csv", two_symbols.as_bytes(), one).chains.len(), 1);
}

#[test]
fn of_a_contract_with_stamps_of_two_days_the_newer_row_counts() {
    // Three days old and dearer, before and after the row of the newest day.
    let text = twins::tradier();
    let row = text.split("{\"symbol\"").nth(2).unwrap();
    let row = format!("{{\"symbol\"{}", row.trim_end_matches([',', '\n']));
    let stamp = row.split("\"bid_date\": ").nth(1).unwrap();
    let stamp: i64 = stamp.split(',').next().unwrap().parse().unwrap();
    let old = row
        .replace(&stamp.to_string(), &(stamp - 3 * 86_400_000).to_string())
        .replace("\"ask\": ", "\"ask\": 9");
    for text in [
        text.replacen('[', &format!("[{old},\n"), 1),
        text.replacen(']', &format!(",\n{old}]"), 1),
    ] {
        let ingest = read("chain.json", text.as_bytes());
        assert_eq!(ingest.refused_counts["superseded"], 1);
        let said = ingest.refused[0].to_string();
        assert!(said.contains("has a later quote in row"), "{said}");
        check_rows(&ingest, Format::Tradier, Style::American, &twins::rows());
    }
}

#[test]
fn schwabs_roots_tell_morning_from_evening() {
    let option = |root: &str, bid: f64| {
        format!(
            r#"{{"putCall": "CALL", "symbol": "{root:<6}250321C05700000", "optionRoot": "{root}", "bid": {bid}, "ask": {}, "last": 0.0,
                "strikePrice": 5700.0, "quoteTimeInLong": 1741294800000, "multiplier": 100.0}}"#,
            bid + 1.0
        )
    };
    let file = |options: &[String]| {
        format!(
            r#"{{"symbol": "$SPX", "underlyingPrice": 5740.0, "callExpDateMap": {{"2025-03-21:15": {{"5700.0": [{}]}}}}, "putExpDateMap": {{}}}}"#,
            options.join(", ")
        )
    };
    let without_root = |text: String| {
        let parts: Vec<&str> = text.split("\"optionRoot\": ").collect();
        parts.join("\"was\": ")
    };
    let both = file(&[option("SPX", 110.0), option("SPXW", 120.0)]);
    for text in [both.clone(), without_root(both)] {
        let ingest = read("spx.json", text.as_bytes());
        assert_eq!(ingest.refused_counts["morning-settled twin"], 1);
        let quotes = &ingest.chains[0].quotes;
        assert_eq!((quotes.len(), quotes[0].bid_usd), (1, Some(120.0)));
        assert_eq!(ingest.chains[0].symbol, "SPX");
        assert!(
            ingest
                .notes
                .iter()
                .any(|note| matches!(note, Note::MorningTwins { pairs: 1, .. })),
            "{:?}",
            ingest.notes
        );
    }
}

#[test]
fn a_file_without_a_chain_shows_its_first_refused_row() {
    let text = twins::common_csv("2025-05-06");
    fails(
        text.as_bytes(),
        &Options::default(),
        &[
            "36 rows read, 36 refused: expired",
            "the first is row 2, ZZT 2025-03-21",
            "it expired on 2025-03-21, before the quote of 2025-05-06",
        ],
    );
    for (word, value) in [("NaN", "NaN"), ("Infinity", "-Infinity")] {
        let text = twins::schwab().replacen("\"NaN\"", value, 1);
        fails(
            text.as_bytes(),
            &Options::default(),
            &[
                "JSON",
                &format!("{word} is no JSON; write null in its place"),
            ],
        );
    }
    fails(b"{\"a\": NULL}", &Options::default(), &["JSON"]);
}

#[test]
fn a_mapping_reads_decimal_commas() {
    let options = |decimal: &str| {
        Options {
        mapping: Some(
            FileMapping::parse(
                "my.toml",
                &format!(
                    "schema_version = 1\ndates = \"dmy\"\n{decimal}[columns]\nexpiry = \"Verfall\"\nstrike = \"Basis\"\n\
                     right = \"Typ\"\nbid = \"Geld\"\nask = \"Brief\"\n[constants]\nsymbol = \"ZZT\"\ndate = 2025-03-06\n"
                ),
            )
            .unwrap()
            .into(),
        ),
        ..Options::default()
    }
    };
    let text = "Verfall;Basis;Typ;Geld;Brief\n21.03.2025;1.050,50;Call;1,950;2,05\n21.03.2025;1055;Call;1,25;2\n";
    let ingest = with("a.csv", text.as_bytes(), options("decimal = \",\"\n"));
    assert_eq!(ingest.refused, []);
    let read: Vec<_> = ingest.chains[0]
        .quotes
        .iter()
        .map(|quote| (quote.contract.strike_usd, quote.bid_usd, quote.ask_usd))
        .collect();
    assert_eq!(
        read,
        [
            (1050.5, Some(1.95), Some(2.05)),
            (1055.0, Some(1.25), Some(2.0))
        ]
    );
    fails(
        text.as_bytes(),
        &options(""),
        &[
            "file.csv, row 2: \"1,950\" may have a decimal comma",
            "\"2,05\" in row 2 has one",
            "decimal = \",\"",
        ],
    );
}
