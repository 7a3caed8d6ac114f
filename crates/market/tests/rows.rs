//! Which of several rows of one contract counts, what a day's spot is, and what a row must not contradict.

mod twins;

use jiff::civil::date;
use market::ingest::{FileMapping, Ingest, Options, read_chains_bytes};

fn read(name: &str, text: &str) -> Ingest {
    read_chains_bytes(name, text.as_bytes(), &Options::default()).unwrap()
}

fn fails(text: &str, options: &Options, parts: &[&str]) {
    let error = read_chains_bytes("file.csv", text.as_bytes(), options)
        .expect_err("must fail")
        .to_string();
    for part in parts {
        assert!(error.contains(part), "{error:?} lacks {part:?}");
    }
}

fn said(ingest: &Ingest, part: &str) -> bool {
    ingest
        .notes
        .iter()
        .any(|note| note.to_string().contains(part))
}

/// Whatever the order of the rows, the quotes and the spot are those of the later ones. The columns are the text's first line.
fn later_counts(name: &str, text: &str, early: &str, late: &str) {
    let header = text.lines().next().unwrap();
    let alone = read(name, &format!("{header}\n{late}"));
    let expected = &alone.chains[0];
    let mut mixed = format!("{header}\n");
    for (late, early) in late.lines().zip(early.lines()) {
        mixed.push_str(&format!("{late}\n{early}\n"));
    }
    for text in [
        format!("{header}\n{early}{late}"),
        format!("{header}\n{late}{early}"),
        mixed,
    ] {
        let ingest = read(name, &text);
        assert_eq!(ingest.refused_counts.get("superseded"), Some(&36), "{name}");
        for refused in &ingest.refused {
            let reason = refused.to_string();
            assert!(reason.contains("has a later quote in row"), "{reason}");
        }
        assert_eq!(ingest.chains.len(), 1);
        assert!(ingest.chains[0].quotes == expected.quotes, "{header}");
        assert_eq!(ingest.chains[0].spot_usd, expected.spot_usd, "{header}");
        assert!(!said(&ingest, "the spot runs from"), "{:?}", ingest.notes);
    }
}

#[test]
fn of_several_snapshots_the_latest_counts_whatever_the_order_of_rows() {
    let columns = twins::common_csv("2025-03-06");
    for (early, late) in [
        ("2025-03-06 10:00", "2025-03-06 15:45"),
        ("2025-03-06T14:00:00Z", "2025-03-06T19:45:00Z"),
        // The same New York day, and the next one in UTC.
        ("2025-03-06T14:00:00Z", "2025-03-07T00:30:00Z"),
        ("3/6/2025 9:45 AM", "3/6/2025 3:45 PM"),
    ] {
        let early = twins::common_rows(early, "ZZT", 50.0);
        later_counts(
            "a.csv",
            &columns,
            &early,
            &twins::common_rows(late, "ZZT", 52.0),
        );
    }
    // The time in a column of its own.
    let timed = |spot, time: &str| -> String {
        let rows = twins::common_rows("2025-03-06", "ZZT", spot);
        rows.lines().map(|row| format!("{row},{time}\n")).collect()
    };
    let columns = columns.lines().next().unwrap().to_owned() + ",quote_time";
    later_counts(
        "a.csv",
        &columns,
        &timed(50.0, "9:45"),
        &timed(52.0, "15:45"),
    );
    let mapping = "schema_version = 1\n[columns]\nsymbol = \"underlying\"\ndate = \"quote_date\"\ntime = \"quote_time\"\n\
        expiry = \"expiry\"\nstrike = \"strike\"\nright = \"right\"\nbid = \"bid\"\nask = \"ask\"\nspot = \"spot\"\n";
    let mapped = Options {
        mapping: Some(FileMapping::parse("my.toml", mapping).unwrap().into()),
        ..Options::default()
    };
    let text = format!(
        "{columns}\n{}{}",
        timed(52.0, "15:45"),
        timed(50.0, "10:00")
    );
    let chain = &read_chains_bytes("a.csv", text.as_bytes(), &mapped)
        .unwrap()
        .chains[0];
    assert_eq!((chain.quotes.len(), chain.spot_usd), (36, Some(52.0)));

    // Vendors with a column of time; the earlier rows have another gamma, or a dearer ask.
    let rows_of = |text: String, change: &dyn Fn(&str) -> String| -> String {
        let rows = text.lines().skip(1).map(|row| change(row) + "\n");
        rows.collect()
    };
    let dx = |early: bool| {
        rows_of(twins::optionsdx(), &|row| match early {
            true => row
                .replace("2025-03-06 16:00", "2025-03-06 10:00")
                .replace("50.000000", "49.000000")
                .replace(" 0.01, 0.05", " 0.02, 0.05"),
            false => row.to_owned(),
        })
    };
    let columns = twins::optionsdx();
    later_counts("zzt_eod_202503.txt", &columns, &dx(true), &dx(false));
    let orats = |early: bool| {
        rows_of(twins::orats(), &|row| match early {
            true => format!("{},1000", row.replace(",0.01,", ",0.02,")),
            false => format!("{row},1545"),
        })
    };
    let columns = twins::orats().replacen(",phi", ",phi,snapShotEstTime", 1);
    later_counts("a.csv", &columns, &orats(true), &orats(false));
    for (text, clock, earlier) in [
        (twins::theta_v2(), "57600000", "36000000"),
        (twins::theta_v3(), "T17:15:02.1", "T10:15:02.1"),
    ] {
        let rows = |early: bool| {
            rows_of(text.clone(), &|row| match early {
                true => row.replace(clock, earlier).replace(",50,1,5,", ",50,1,5,9"),
                false => row.to_owned(),
            })
        };
        assert_ne!(rows(true).lines().next(), rows(false).lines().next());
        later_counts("a.csv", &text, &rows(true), &rows(false));
    }
}

#[test]
fn no_quote_of_an_earlier_snapshot_stays_beside_the_spot_of_the_newest() {
    let columns = twins::common_csv("2025-03-06");
    let header = columns.lines().next().unwrap();
    let at = |time: &str, spot| twins::common_rows(&format!("2025-03-06 {time}"), "ZZT", spot);
    let early = at("10:00:00", 50.0);
    let late = at("15:45:00", 52.0);
    let mut late: Vec<&str> = late.lines().collect();
    // One contract is absent at 15:45, one is crossed there, and one has text for its bid.
    late.remove(0);
    let crossed = late[6].replacen(",A,", ",A,99", 1);
    let worded = late[8].replacen(",A,", ",A,x", 1);
    late[6] = &crossed;
    late[8] = &worded;
    let late = late.join("\n") + "\n";
    for rows in [format!("{early}{late}"), format!("{late}{early}")] {
        let ingest = read("a.csv", &format!("{header}\n{rows}"));
        let chain = &ingest.chains[0];
        assert_eq!((chain.quotes.len(), chain.spot_usd), (33, Some(52.0)));
        for (label, rows) in [
            ("superseded", 33),
            ("of an earlier snapshot", 1),
            ("later quote refused", 2),
            ("crossed", 1),
            ("not a number", 1),
        ] {
            assert_eq!(ingest.refused_counts.get(label), Some(&rows), "{label}");
        }
        let alone = read("a.csv", &format!("{header}\n{late}"));
        assert!(alone.chains[0].quotes == chain.quotes);
        assert!(!said(&ingest, "the newest snapshot"), "{:?}", ingest.notes);
    }
    // A newest snapshot that was cut off.
    let few: String = late
        .lines()
        .take(10)
        .map(|row| format!("{row}\n"))
        .collect();
    let ingest = read("a.csv", &format!("{header}\n{early}{few}"));
    assert_eq!(ingest.chains[0].quotes.len(), 8);
    assert!(
        said(
            &ingest,
            "holds less than half of the contracts of another: 10 and 36 on 2025-03-06"
        ),
        "{:?}",
        ingest.notes
    );
    // Each row with its own stamp, or calls and puts with theirs: no snapshots, and every contract stays.
    let stamped = |stamp: &dyn Fn(usize, &str) -> String| -> String {
        let rows = at("10:00:00", 50.0);
        let rows = rows.lines().enumerate();
        rows.map(|(at, row)| row.replacen("10:00:00", &stamp(at, row), 1) + "\n")
            .collect()
    };
    for rows in [
        stamped(&|at, _| format!("15:{:02}:00", at + 10)),
        stamped(&|_, row| format!("15:45:0{}", usize::from(row.contains(",P,")))),
        stamped(&|at, _| format!("15:{:02}:00", at + 10)) + early.lines().next().unwrap(),
    ] {
        let ingest = read("a.csv", &format!("{header}\n{rows}"));
        assert_eq!(ingest.chains[0].quotes.len(), 36, "{rows}");
    }
}

#[test]
fn a_refused_row_takes_the_older_rows_of_its_contract_with_it() {
    // A file that follows contracts through the day: the last row counts, or nothing.
    let text = twins::theta_v3();
    let mut rows: Vec<String> = text.lines().map(str::to_owned).collect();
    let first = rows[1].clone();
    rows.push(
        first
            .replace("T17:15:02.1", "T17:20:00.0")
            .replace(",50,1,5,", ",50,1,5,-9"),
    );
    assert_ne!(rows.last(), Some(&first));
    let ingest = read("a.csv", &rows.join("\n"));
    assert_eq!(
        ingest.chains[0].quotes.len(),
        35,
        "{:?}",
        ingest.refused_counts
    );
    assert_eq!(ingest.refused_counts["later quote refused"], 1);
    // An adjusted contract is another one than its namesake.
    let columns = twins::common_csv("2025-03-06");
    let adjusted = columns.lines().nth(1).unwrap().replace(",ZZT,", ",ZZT1,");
    let ingest = read("a.csv", &format!("{columns}{adjusted}\n"));
    assert_eq!(ingest.chains[0].quotes.len(), 36);
}

#[test]
fn the_spot_is_that_of_the_quotes_that_are_kept_also_on_days_that_are_not() {
    let columns = twins::common_csv("2025-03-06");
    let columns = columns.lines().next().unwrap();
    let day = |day: &str, first: f64, last: f64| {
        twins::common_rows(&format!("{day} 15:45"), "ZZT", last)
            + &twins::common_rows(&format!("{day} 10:00"), "ZZT", first)
    };
    let days = [
        ("2025-03-03", 50.0, 51.0),
        ("2025-03-04", 51.5, 52.0),
        ("2025-03-05", 50.5, 50.0),
        ("2025-03-06", 49.0, 50.25),
        ("2025-03-07", 49.5, 49.75),
    ];
    let rows: Vec<String> = days
        .iter()
        .map(|&(date, first, last)| day(date, first, last))
        .collect();
    let forward = format!("{columns}\n{}", rows.concat());
    let backward = format!(
        "{columns}\n{}",
        rows.iter().rev().cloned().collect::<String>()
    );
    for text in [forward, backward] {
        for last_day_only in [false, true] {
            let options = Options {
                last_day_only,
                ..Options::default()
            };
            let ingest = read_chains_bytes("a.csv", text.as_bytes(), &options).unwrap();
            let spots: Vec<f64> = ingest.spots.iter().map(|spot| spot.spot_usd).collect();
            assert_eq!(spots, days.map(|(.., last)| last), "{last_day_only}");
        }
    }
}

#[test]
fn one_bad_spot_among_many_is_pointed_at_and_not_used() {
    let text = twins::common_csv("2025-03-06").replacen(",ZZT,50,", ",ZZT,500,", 1);
    let ingest = read("a.csv", &text);
    assert_eq!(ingest.chains[0].spot_usd, Some(50.0));
    assert!(
        said(
            &ingest,
            "the spot runs from $50.00 to $500.00; the median $50.00 is used; 1 of 36 rows are more than 3 % from it"
        ),
        "{:?}",
        ingest.notes
    );
}

#[test]
fn a_contracts_symbol_is_held_against_its_columns() {
    let text = twins::common_csv("2025-03-06");
    let header = text.lines().next().unwrap().to_owned() + ",contract_symbol\n";
    let named: Vec<String> = twins::common_rows("2025-03-06", "ZZT", 50.0)
        .lines()
        .zip(twins::rows())
        .map(|(row, of)| format!("{row},{}\n", twins::osi("ZZT", &of)))
        .collect();
    let with_row = |row: String| {
        let rows: Vec<String> = std::iter::once(row)
            .chain(named[1..].iter().cloned())
            .collect();
        read("a.csv", &format!("{header}{}", rows.concat()))
    };
    let whole = with_row(named[0].clone());
    assert_eq!((whole.refused_total(), whole.notes.len()), (0, 0));
    let refused = |from: &str, to: &str, words: &str| {
        let changed = named[0].replacen(from, to, 1);
        assert_ne!(changed, named[0]);
        let ingest = with_row(changed);
        let counted = ingest.refused_counts.get("symbol contradicts columns");
        assert_eq!(counted, Some(&1), "{words}");
        let said = ingest.refused[0].to_string();
        assert!(said.contains(words), "{said}");
        assert_eq!(ingest.chains[0].quotes.len(), 35);
    };
    refused(
        ",C,",
        ",P,",
        "its right is put, and the contract's own symbol says call",
    );
    refused(
        "2025-03-21",
        "2025-09-19",
        "its expiry is 2025-09-19, and the contract's own symbol says 2025-03-21",
    );
    refused(
        ",40,",
        ",20,",
        "its strike is 20, and the contract's own symbol says 40",
    );
    // A day off, where the exchange was open on both.
    refused(
        "ZZT250321C00040000",
        "ZZT250320C00040000",
        "its expiry is 2025-03-21, and the contract's own symbol says 2025-03-20",
    );
    // Good Friday.
    let good_friday = named[0]
        .replace("2025-03-21", "2025-04-17")
        .replace(",40,", ",41,")
        .replace("ZZT250321C00040000", "ZZT250418C00041000");
    assert_eq!(with_row(good_friday).refused_total(), 0);
    // The Saturday of old chains; a strike that was rounded.
    for (from, to) in [
        ("ZZT250321C00040000", "ZZT250322C00040000"),
        (",40,", ",40.003,"),
    ] {
        assert_eq!(with_row(named[0].replacen(from, to, 1)).refused_total(), 0);
    }
    // Another company's contracts; a class of shares and an index under the roots of their options are not.
    let other = read(
        "a.csv",
        &format!("{header}{}", named.concat().replace(",ZZT,", ",YYT,")),
    );
    assert!(
        said(&other, "YYT: the contracts of 36 rows are named ZZT"),
        "{:?}",
        other.notes
    );
    for (symbol, root) in [("ZZ.T", "ZZT"), ("SPX", "SPXW"), ("^SPX", "SPX")] {
        let rows = named.concat();
        let rows = rows
            .replace(",ZZT,", &format!(",{symbol},"))
            .replace("ZZT25", &format!("{root}25"));
        let ingest = read("a.csv", &format!("{header}{rows}"));
        assert!(!said(&ingest, "are named"), "{:?}", ingest.notes);
    }
}

#[test]
fn a_contracts_symbol_shows_that_dates_have_their_day_first() {
    // All numbers up to 12, so that no date alone gives it away: of 2 March, expiring on 6 March and 10 April.
    let columns = "symbol,quote_date,spot,expiry,strike,right,bid,ask,option_symbol\n";
    let row =
        |expiry: &str, contract: &str| format!("ZZT,2/3/2026,50,{expiry},50,C,1,2,{contract}\n");
    let (march, april) = ("ZZT260306C00050000", "ZZT260410C00050000");
    let day_first = row("6/3/2026", march) + &row("10/4/2026", april);
    fails(
        &format!("{columns}{day_first}"),
        &Options::default(),
        &[
            "file.csv, row 2",
            "\"6/3/2026\" of ZZT260306C00050000 does not fit with its month first",
            "dates = [\"dmy\"]",
        ],
    );
    // Where another row speaks for the month first, only the odd one is refused.
    let mixed = row("4/10/2026", april) + &row("6/3/2026", march);
    // So does one that no reading with the day first makes a date.
    let third_week =
        row("4/17/2026", "ZZT260417C00050000") + &row("5/4/2026", "ZZT260405C00050000");
    for rows in [mixed, third_week] {
        let ingest = read("a.csv", &format!("{columns}{rows}"));
        assert_eq!(ingest.refused_counts["symbol contradicts columns"], 1);
        assert_eq!(ingest.chains[0].quotes.len(), 1);
    }
}

/// Columns in a mapping's words, and the rest of it.
fn mapped(rest: &str) -> Options {
    let text = format!(
        "schema_version = 1\n{rest}[columns]\nsymbol = \"symbol\"\ndate = \"date\"\nspot = \"spot\"\nexpiry = \"expiry\"\n\
         strike = \"strike\"\nright = \"right\"\nbid = \"bid\"\nask = \"ask\"\niv = \"iv\"\n"
    );
    Options {
        mapping: Some(FileMapping::parse("my.toml", &text).unwrap().into()),
        ..Options::default()
    }
}

#[test]
fn three_decimals_after_a_comma_are_never_thousands_where_something_speaks_against_it() {
    let columns = "symbol;date;spot;expiry;strike;right;bid;ask;iv\n";
    let row = |spot: &str, strike: &str, bid: &str, ask: &str, iv: &str| {
        format!("ZZT;2025-03-06;{spot};2025-03-21;{strike};C;{bid};{ask};{iv}\n")
    };
    let plain = Options::default();
    let remedy = "decimal = \",\" or decimal = \".\"";
    // Another number has decimals behind its comma.
    for (text, sure) in [
        (
            row("50,000", "45,000", "5,950", "6,050", "0,300"),
            "\"0,300\" in row 2",
        ),
        (
            row("50.0", "45.0", "5,950", "6,05", "0.3"),
            "\"6,05\" in row 2",
        ),
        (
            row("50.0", "45.0", "5,950", "6,050", "0.3")
                + &row("50.0", "60.0", "0,015", "0,020", ""),
            "\"0,015\" in row 3",
        ),
    ] {
        let parts = ["\"5,950\" may have a decimal comma", sure, remedy];
        fails(&format!("{columns}{text}"), &plain, &parts);
        // The same between commas, in quotes.
        let quoted: String = format!("{columns}{text}")
            .lines()
            .map(|line| format!("\"{}\"\n", line.replace(';', "\",\"")))
            .collect();
        fails(&quoted, &plain, &parts);
    }
    // Nothing but semicolons speaks for decimals, and then a point speaks against them, or a mapping.
    let bare = format!("{columns}{}", row("5,600", "5,700", "1,950", "2,050", ""));
    fails(&bare, &plain, &["semicolons separate the fields", remedy]);
    let read_as = |text: &str, options: &Options| {
        let ingest = read_chains_bytes("a.csv", text.as_bytes(), options).unwrap();
        let quote = &ingest.chains[0].quotes[0];
        (quote.contract.strike_usd, quote.bid_usd)
    };
    let pointed = bare.replace("2,050", "2,050.50");
    assert_eq!(read_as(&pointed, &plain), (5700.0, Some(1950.0)));
    assert_eq!(
        read_as(&bare, &mapped("decimal = \".\"\n")),
        (5700.0, Some(1950.0))
    );
    assert_eq!(
        read_as(&bare, &mapped("decimal = \",\"\n")),
        (5.7, Some(1.95))
    );
    fails(&bare, &mapped(""), &["semicolons separate the fields"]);
}

#[test]
fn a_mappings_decimal_comma_holds_beside_signs_and_never_gives_way_to_a_point() {
    let columns = "symbol;date;spot;expiry;strike;right;bid;ask;iv\n";
    let row = |spot: &str, bid: &str, iv: &str| {
        format!("ZZT;2025-03-06;{spot};2025-03-21;60,5;C;{bid};1,50;{iv}\n")
    };
    for (unit, iv) in [
        ("percent", "25,125%"),
        ("fraction", "25,125 %"),
        ("percent", "25,125"),
        ("fraction", "0,25125"),
    ] {
        let options = mapped(&format!("decimal = \",\"\n[units]\niv = \"{unit}\"\n"));
        let text = format!("{columns}{}", row("$60,125", "+1,25", iv));
        let ingest = read_chains_bytes("a.csv", text.as_bytes(), &options).unwrap();
        let (chain, quote) = (&ingest.chains[0], &ingest.chains[0].quotes[0]);
        assert_eq!((chain.spot_usd, quote.bid_usd), (Some(60.125), Some(1.25)));
        assert!(
            (quote.iv.unwrap() - 0.25125).abs() < 1e-12,
            "{iv}: {:?}",
            quote.iv
        );
    }
    let options = mapped("decimal = \",\"\n");
    let odd = format!(
        "{columns}{}{}",
        row("60,125", "1,25", ""),
        row("60,125", "1,234.50", "").replace("60,5", "65")
    );
    let ingest = read_chains_bytes("a.csv", odd.as_bytes(), &options).unwrap();
    assert_eq!(
        (ingest.chains[0].quotes.len(), ingest.refused_total()),
        (1, 1)
    );
    let said = ingest.refused[0].to_string();
    assert!(
        said.ends_with("its bid is \"1,234.50\", under a mapping's decimal = \",\", not a number"),
        "{said}"
    );
}

#[test]
fn massives_index_is_its_ticker_with_its_own_spot_style_and_settlements() {
    let option = |root: &str, side: &str, bid: f64| {
        let letter = side[..1].to_uppercase();
        format!(
            r#"{{"details": {{"contract_type": "{side}", "expiration_date": "2025-03-21", "shares_per_contract": 100, "strike_price": 5700,
                "ticker": "O:{root}250321{letter}05700000"}}, "last_quote": {{"bid": {bid}, "ask": {}, "last_updated": 1741294800000000000}},
                "underlying_asset": {{"ticker": "I:SPX", "value": 5740.5}}}}"#,
            bid + 1.0
        )
    };
    let rows = [
        option("SPX", "call", 110.0),
        option("SPXW", "call", 120.0),
        option("SPXW", "put", 80.0),
        option("SPX", "put", 70.0),
    ];
    let text = format!(r#"{{"results": [{}]}}"#, rows.join(","));
    for symbol in [None, Some("SPX"), Some("I:SPX")] {
        let options = Options {
            symbol: symbol.map(str::to_owned),
            ..Options::default()
        };
        let ingest = read_chains_bytes("a.json", text.as_bytes(), &options).unwrap();
        let chain = &ingest.chains[0];
        assert_eq!(
            (chain.symbol.as_str(), chain.spot_usd),
            ("SPX", Some(5740.5))
        );
        assert_eq!(ingest.refused_counts["morning-settled twin"], 2);
        let read: Vec<_> = chain
            .quotes
            .iter()
            .map(|quote| (quote.contract.style, quote.bid_usd))
            .collect();
        let european = market::Style::European;
        assert_eq!(read, [(european, Some(120.0)), (european, Some(80.0))]);
    }
}

#[test]
fn strikes_in_dollars_where_thousandths_belong_are_refused() {
    let text = twins::theta_v2();
    let (header, rows) = text.split_once('\n').unwrap();
    // The fraction of a strike, such as 42.5, shows it; so does a whole one below 500.
    let row = |strike: &str, bid: f64, side: &str| {
        let ask = bid + 0.1;
        format!("ZZT,20250321,{strike},{side},57600000,1,5,{bid:.2},50,1,5,{ask:.2},50,20250306\n")
    };
    for (strike, sign) in [
        ("42.5", "it is not whole"),
        ("1042.5", "it is not whole"),
        ("40", "none is listed below half a dollar"),
    ] {
        let ingest = read(
            "a.csv",
            &format!("{header}\n{}{rows}", row(strike, 1.0, "C")),
        );
        assert_eq!(ingest.refused_counts["strike scale"], 1, "{strike}");
        let said = ingest.refused[0].to_string();
        let words = format!("its strike {strike} is in dollars ({sign})");
        assert!(said.contains(&words) && said.contains("mapping"), "{said}");
        assert_eq!(ingest.chains[0].quotes.len(), 36);
    }
    // Whole strikes of an index: calls would cost more than the share of $5 or so.
    let index: String = (0..9)
        .flat_map(|step| {
            let (strike, away) = (5000 + 100 * step, f64::from(100 * step - 400));
            let time = 150.0 - 0.1 * away.abs();
            [
                row(&strike.to_string(), (-away).max(0.0) + time, "C"),
                row(&strike.to_string(), away.max(0.0) + time, "P"),
            ]
        })
        .collect();
    fails(
        &format!("{header}\n{index}"),
        &Options::default(),
        &[
            "18 refused: strike scale",
            "9 calls are bid above the share's",
            "mapping",
        ],
    );
}

#[test]
fn quotes_taken_on_a_holiday_or_before_the_open_are_of_the_trading_day_before() {
    let capture = |at: &str| {
        let text = twins::yfinance_raw(true);
        let rows = text.lines().enumerate().map(|(line, row)| match line {
            0 => format!("{row},Fetched_At\n"),
            _ => format!("{}\n", row.replace("2025-03-06", "2025-02-14") + "," + at),
        });
        rows.collect::<String>()
    };
    let day = |ingest: &Ingest| ingest.chains[0].as_of.to_string();
    // Presidents' Day, and a weekend, after Friday 14; the Tuesday after, before its open and then at work.
    for (at, expected, why) in [
        (
            "2025-02-17 12:00:00",
            "2025-02-14",
            "2025-02-17, an exchange holiday",
        ),
        ("2025-02-15 12:00:00", "2025-02-14", "2025-02-15, a weekend"),
        (
            "2025-02-18 06:00:00",
            "2025-02-14",
            "2025-02-18, before the open",
        ),
        (
            "2025-02-18T11:00:00Z",
            "2025-02-14",
            "2025-02-18, before the open",
        ),
        (
            "2025-02-18 11:00:00 UTC",
            "2025-02-14",
            "2025-02-18, before the open",
        ),
        ("2025-02-18 15:00:00 +0000 UTC", "2025-02-18", ""),
        ("2025-02-18 10:00:00", "2025-02-18", ""),
        ("2025-02-18 00:00:00", "2025-02-18", ""),
        ("2025-02-14 06:00:00", "2025-02-14", ""),
    ] {
        for as_of in [None, Some(expected.parse().unwrap())] {
            let options = Options {
                as_of,
                ..Options::default()
            };
            let ingest = read_chains_bytes("a.csv", capture(at).as_bytes(), &options).unwrap();
            assert_eq!(day(&ingest), expected, "{at}");
            assert_eq!(said(&ingest, "read as quotes of"), !why.is_empty(), "{at}");
            assert!(said(&ingest, why) || why.is_empty(), "{:?}", ingest.notes);
        }
    }
    // An archive's holiday is a copy of the day before, and dropped; alone it says what to do.
    fails(
        &twins::common_csv("2025-02-17"),
        &Options::default(),
        &[
            "2025-02-17 was an exchange holiday",
            "if they are quotes of the trading day before, correct the date in the file",
        ],
    );
}

#[test]
fn a_column_of_roots_tells_adjusted_contracts() {
    let plain = twins::common_csv("2025-03-06");
    let expected = read("a.csv", &plain);
    for name in ["root", "Option Root", "tradingClass"] {
        let mut lines = plain.lines();
        let mut text = format!("{},{name}\n", lines.next().unwrap());
        // The adjusted ones first, at other prices.
        for line in plain.lines().skip(1) {
            let mut cells: Vec<&str> = line.split(',').collect();
            (cells[8], cells[9]) = ("0.01", "0.02");
            text += &format!("{},ZZT1\n", cells.join(","));
        }
        for line in lines {
            text += &format!("{line},ZZT\n");
        }
        let ingest = read("a.csv", &text);
        assert_eq!(ingest.chains, expected.chains, "{name}");
        assert_eq!(ingest.refused_counts["adjusted"], 36, "{name}");
    }
}

#[test]
fn no_price_and_no_strike_is_beyond_all_money() {
    let plain = twins::common_csv("2025-03-06");
    let heads: Vec<&str> = plain.lines().next().unwrap().split(',').collect();
    for (column, huge, reason) in [
        ("strike", "1e15", "bad strike"),
        ("strike", "1e-300", "bad strike"),
        ("bid", "1e308", "not a number"),
    ] {
        let at = heads.iter().position(|head| *head == column).unwrap();
        let mut cells: Vec<&str> = plain.lines().nth(1).unwrap().split(',').collect();
        cells[at] = huge;
        let ingest = read("a.csv", &format!("{plain}{}\n", cells.join(",")));
        let counts = &ingest.refused_counts;
        assert!(counts.contains_key(reason), "{column}: {counts:?}");
    }
}

#[test]
fn small_signs_are_seen() {
    // A contract is adjusted if either of its roots says so, or a flag in the newer spelling.
    let option = |strike: &str, root: &str, more: &str| {
        format!(
            r#""{strike}": [{{"putCall": "CALL", "symbol": "{root:<6}250321C000{strike}000", "optionRoot": "ZZT", "bid": 1.0, "ask": 1.1,
                "strikePrice": {strike}.0, "quoteTimeInLong": 1741294800000, "multiplier": 100.0, {more}}}]"#
        )
    };
    let text = format!(
        r#"{{"symbol": "ZZT", "underlyingPrice": 50.0, "callExpDateMap": {{"2025-03-21:15": {{{}, {}, {}, {}}}}}, "putExpDateMap": {{}}}}"#,
        option("50", "ZZT", r#""isNonStandard": false"#),
        option("51", "ZZT1", r#""isNonStandard": false"#),
        option("52", "ZZT", r#""isNonStandard": true"#),
        option("53", "ZZT", r#""isMini": true"#),
    );
    let ingest = read("a.json", &text);
    assert_eq!(
        (
            ingest.chains[0].quotes.len(),
            ingest.refused_counts["adjusted"]
        ),
        (1, 3)
    );
    for (refused, words) in ingest
        .refused
        .iter()
        .zip(["root ZZT1", "non-standard", "mini"])
    {
        assert!(refused.to_string().contains(words), "{refused}");
    }

    // The first page of an answer.
    let massive = twins::massive();
    assert!(!said(&read("a.json", &massive), "next page"));
    let page = massive.replacen('{', r#"{"next_url": "https://example.com/?cursor=1", "#, 1);
    assert!(said(&read("a.json", &page), "the chain is cut off"));

    // Calls and puts of one day, taken at different times.
    let side = |spot: f64, letter: &str| {
        let text = twins::common_csv("2025-03-06");
        let rows = twins::common_rows("2025-03-06", "ZZT", spot);
        let rows = rows.lines().filter(|row| row.contains(letter));
        let rows: Vec<&str> = text.lines().take(1).chain(rows).collect();
        read("a.csv", &rows.join("\n"))
    };
    let apart = side(50.0, ",C,").merge(side(52.0, ",P,"));
    assert_eq!(apart.chains[0].spot_usd, Some(50.0));
    assert!(
        said(
            &apart,
            "ZZT: of 2025-03-06 one file says the spot $50.00 and another $52.00"
        ),
        "{:?}",
        apart.notes
    );
    let together = side(50.0, ",C,").merge(side(50.05, ",P,"));
    assert_eq!(together.notes, []);

    // An archive that a Mac's finder made.
    let csv = twins::common_csv("2025-03-06");
    let archive = twins::zip(&[
        ("chain.csv", csv.as_bytes()),
        ("__MACOSX/._chain.csv", b"\0\x05\x16\x07"),
        (".DS_Store", b"\0\0\0\x01"),
    ]);
    let ingest = read_chains_bytes("a.zip", &archive, &Options::default()).unwrap();
    assert_eq!(ingest.chains[0].quotes.len(), 36);
}

#[test]
fn of_two_files_of_one_day_the_later_counts_by_the_clock() {
    let columns = twins::common_csv("2025-03-06");
    let header = columns.lines().next().unwrap().to_owned();
    let file = |at: &str, spot: f64, wanted: &dyn Fn(usize, &str) -> bool| {
        let rows = twins::common_rows(at, "ZZT", spot);
        let rows = rows.lines().enumerate();
        let rows = rows
            .filter(|(line, row)| wanted(*line, row))
            .map(|(_, row)| row);
        let lines: Vec<&str> = std::iter::once(header.as_str()).chain(rows).collect();
        read("a.csv", &lines.join("\n"))
    };
    let all = |_: usize, _: &str| true;
    // The second file lacks two contracts: they stay behind with the first one's spot.
    for (early, late) in [
        ("2025-03-06 10:00:00", "2025-03-06 15:45:00"),
        // The exchange's clock beside UTC's.
        ("2025-03-06 10:00:00", "2025-03-06T20:45:00Z"),
    ] {
        let files = [
            file(early, 50.0, &all),
            file(late, 52.0, &|line, _| line > 1),
        ];
        let [first, second] = files.clone();
        let expected = second.chains[0].quotes.clone();
        for both in [first.clone().merge(second.clone()), second.merge(first)] {
            let chain = &both.chains[0];
            assert_eq!((both.chains.len(), chain.spot_usd), (1, Some(52.0)));
            assert!(chain.quotes == expected, "{early} {late}");
            assert_eq!(both.spots.len(), 1);
            assert_eq!(both.spots[0].spot_usd, 52.0);
            assert!(
                said(
                    &both,
                    "34 contracts of 2025-03-06 stand in two files; the later quotes are used, and 2 contracts"
                ),
                "{:?}",
                both.notes
            );
        }
    }
    // Without a clock the first file's count.
    let day = |spot| file("2025-03-06", spot, &all);
    let both = day(50.0).merge(day(52.0));
    assert_eq!(both.chains[0].quotes, day(50.0).chains[0].quotes);
    assert!(said(&both, "no clock tells which is later"));
    // Calls and puts overlap nowhere, and the later spot is used.
    let early = file("2025-03-06 10:00:00", 50.0, &|_, row| row.contains(",C,"));
    let late = file("2025-03-06 10:05:00", 50.5, &|_, row| row.contains(",P,"));
    let both = early.merge(late);
    let chain = &both.chains[0];
    assert_eq!((chain.quotes.len(), chain.spot_usd), (36, Some(50.5)));
    assert!(!said(&both, "stand in two files"));
    assert!(said(&both, "$50.50 is used"), "{:?}", both.notes);
}

#[test]
fn two_files_without_a_spot_have_one_by_parity_together() {
    let without_spot = |wanted: &dyn Fn(&str) -> bool| {
        let text = twins::common_csv("2025-03-06").replace(",ZZT,50,", ",ZZT,,");
        let lines = text.lines().enumerate();
        let lines = lines.filter(|(line, row)| *line == 0 || wanted(row));
        let lines: Vec<&str> = lines.map(|(_, row)| row).collect();
        read("a.csv", &lines.join("\n"))
    };
    let near = without_spot(&|row| row.contains("2025-03-21"));
    let far = without_spot(&|row| row.contains("2025-04-17"));
    let both = near.merge(far);
    let together = without_spot(&|_| true);
    let (chain, expected) = (&both.chains[0], &together.chains[0]);
    assert_eq!(
        (chain.quotes.len(), chain.spot_usd),
        (36, expected.spot_usd)
    );
    assert!(!said(&both, "different times"), "{:?}", both.notes);
    let notes: Vec<_> = both.notes.iter().map(ToString::to_string).collect();
    let expected: Vec<_> = together.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes, expected);
}

#[test]
fn typed_timestamps_tell_snapshots_apart_too() {
    use twins::{Data, Written};
    let clock = |hour: i8| date(2025, 3, 6).at(hour, 45, 0, 0);
    let wall = |hour| {
        let utc = clock(hour).to_zoned(jiff::tz::TimeZone::UTC).unwrap();
        utc.timestamp().as_millisecond()
    };
    let (early, late) = (wall(10), wall(15));
    let nanoseconds = |times: [i64; 4]| Data::Nanos(times.map(|time| time * 1_000_000).to_vec());
    for times in [[early, early, late, late], [late, early, late, early]] {
        for quoted in [
            nanoseconds(times),
            Data::Instants(
                times.map(|time| time + 5 * 3_600_000).to_vec(),
                Written::New,
            ),
        ] {
            let of = |early_usd: f64, late_usd: f64| {
                let prices =
                    times.map(|time| Some(if time == early { early_usd } else { late_usd }));
                Data::Double(prices.to_vec())
            };
            let text =
                |words: [&str; 4]| Data::Text(words.map(|word| Some(word.to_owned())).to_vec());
            let bytes = twins::parquet(vec![
                ("quote_date", quoted),
                ("underlying", text(["ZZT"; 4])),
                ("spot", of(50.0, 52.0)),
                ("expiry", text(["2025-03-21"; 4])),
                ("strike", Data::Double(vec![Some(50.0); 4])),
                ("right", text(["C", "P", "P", "C"])),
                ("bid", of(1.9, 2.9)),
                ("ask", of(2.0, 3.0)),
            ]);
            let ingest = read_chains_bytes("a.parquet", &bytes, &Options::default()).unwrap();
            let chain = &ingest.chains[0];
            let bids: Vec<_> = chain.quotes.iter().map(|quote| quote.bid_usd).collect();
            assert_eq!(
                (chain.as_of, chain.spot_usd),
                (date(2025, 3, 6), Some(52.0))
            );
            assert_eq!(bids, [Some(2.9); 2]);
            assert_eq!(ingest.refused_counts["superseded"], 2);
        }
    }
}
