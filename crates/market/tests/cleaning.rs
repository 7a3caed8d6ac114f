//! What is refused, what is dropped, what is corrected, and in which words.

mod twins;

use jiff::civil::date;
use market::ingest::{
    Error, FileMapping, Ingest, Note, Options, Split, adjust_for_splits, chain_stats,
    explain_chains_bytes, read_chains_bytes,
};
use pricing::{Inputs, Right};

const HEADER: &str =
    "quote_date,underlying,spot,expiry,strike,right,bid,ask,last,volume,iv,multiplier,currency\n";

fn read(text: &str) -> Result<Ingest, Error> {
    read_chains_bytes("a.csv", text.as_bytes(), &Options::default())
}

/// One good row and then `rows`.
fn after_a_good_row(rows: &str) -> Ingest {
    read(&format!(
        "{HEADER}2025-03-06,ZZT,50,2025-03-21,50,C,1.9,2.0,1.95,10,0.3,100,USD\n{rows}\n"
    ))
    .unwrap()
}

/// A second row must be refused with these words.
fn refused(row: &str, words: &str) {
    let ingest = after_a_good_row(row);
    assert_eq!(ingest.refused_total(), 1, "{row}");
    let refused = ingest.refused[0].to_string();
    assert!(
        refused.starts_with("row 3, ") && refused.contains(words),
        "{row} gives {refused:?}, not {words:?}"
    );
    assert_eq!(ingest.chains[0].quotes.len(), 1, "{row}");
}

#[test]
fn a_refused_row_says_why_with_its_value() {
    refused(
        "2025-03-06,ZZT,50,2025-03-05,50,C,1,2,1,1,0.3,100,USD",
        "it expired on 2025-03-05, before the quote of 2025-03-06",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,55,C,2.1,2.0,1,1,0.3,100,USD",
        "its bid $2.1 is above its ask $2",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,0,C,1,2,1,1,0.3,100,USD",
        "its strike is \"0\", not a positive number",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,,C,1,2,1,1,0.3,100,USD",
        "its strike is nothing",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,95%,C,1,2,1,1,0.3,100,USD",
        "its strike is \"95%\", not a number",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,55,C,1%,2,1,1,0.3,100,USD",
        "its bid is \"1%\", not a number",
    );
    refused(
        "2025-03-06,ZZT,50,2025-13-21,55,C,1,2,1,1,0.3,100,USD",
        "its expiry is \"2025-13-21\", not a date",
    );
    refused(
        "soon,ZZT,50,2025-03-21,55,C,1,2,1,1,0.3,100,USD",
        "its day is \"soon\", not a date",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,50,C,1,2,1,1,0.3,100,USD",
        "the contract stands in row 2 already",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,55,C,1,2,1,1,0.3,10,USD",
        "adjusted contract (multiplier 10)",
    );
    refused(
        "2025-03-06,ZZT1,50,2025-03-21,55,C,1,2,1,1,0.3,100,USD",
        "adjusted contract (root ZZT1)",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,55,,1,2,1,1,0.3,100,USD",
        "its right is nothing, neither call nor put",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,55,X,1,2,1,1,0.3,100,USD",
        "its right is \"X\"",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,55,C,-0.5,2,1,1,0.3,100,USD",
        "its bid is $-0.5, below zero",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21,55,C,one,2,1,1,0.3,100,USD",
        "its bid is \"one\", not a number",
    );
    refused(
        "2025-03-06,,50,2025-03-21,55,C,1,2,1,1,0.3,100,USD",
        "its symbol is nothing, not a ticker",
    );
    refused(
        "2025-03-06,BTC-9JUN20-9875-P,50,2025-03-21,55,C,1,2,1,1,0.3,100,USD",
        "not a ticker",
    );
    refused(
        "2025-03-06,ZZT,50,2025-03-21",
        "the line has 4 fields where the header has 13",
    );
}

#[test]
fn sentinels_are_no_prices_and_no_volatilities() {
    for (bid, ask) in [("0", "2"), ("-1", "2"), ("NaN", "2"), ("", "2")] {
        let quote = &after_a_good_row(&format!(
            "2025-03-06,ZZT,50,2025-03-21,55,C,{bid},{ask},0,NaN,0.3,100,USD"
        ))
        .chains[0]
            .quotes[1];
        assert_eq!(
            (quote.bid_usd, quote.ask_usd, quote.last_usd, quote.volume),
            (None, Some(2.0), None, None)
        );
    }
    for iv in [
        "0",
        "1e-7",
        "1.0000000000000003e-05",
        "0.500005",
        "0.2500075",
        "NaN",
        "-999.0",
        "",
    ] {
        let quote = &after_a_good_row(&format!(
            "2025-03-06,ZZT,50,2025-03-21,55,C,1,2,0,5,{iv},100,USD"
        ))
        .chains[0]
            .quotes[1];
        assert_eq!(quote.iv, None, "{iv}");
    }
    let odd = after_a_good_row("2025-03-06,ZZT,50,2025-03-21,55,C,1,2,0,12 x 14,0.3,100,USD");
    assert_eq!(
        odd.chains[0].quotes.len(),
        2,
        "text where a volume belongs costs the volume, not the row"
    );
    assert!(
        odd.notes[0]
            .to_string()
            .contains("no number as volume (the first is \"12 x 14\")")
    );
}

#[test]
fn foreign_and_mixed_currencies_are_not_read_as_dollars() {
    let rupees = read(&format!(
        "{HEADER}2025-03-06,ZZT,50,2025-03-21,50,C,1.9,2.0,1.95,10,0.3,100,INR\n"
    ));
    assert!(
        rupees
            .unwrap_err()
            .to_string()
            .contains("1 refused: foreign currency")
    );
    let mixed = "2025-03-06,ZZT,50,2025-03-21,50,C,1,2,1,1,0.3,100,USD\n2025-03-06,ZZT,50,2025-03-21,55,C,1,2,1,1,0.3,100,EUR\n";
    let error = read(&format!("{HEADER}{mixed}")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a.csv, row 3: prices are in EUR, while earlier rows are in USD; split the file by currency and keep USD"
    );
}

#[test]
fn strikes_in_cents_are_refused() {
    let rows: String = (40..60)
        .map(|k| format!("2025-03-06,ZZT,50,2025-03-21,{k}000,C,1,2,1,1,0.3,100,USD\n"))
        .collect();
    let error = read(&format!("{HEADER}{rows}")).unwrap_err().to_string();
    assert!(error.contains("20 refused: strike scale"), "{error}");
}

#[test]
fn percent_volatilities_are_divided_by_a_hundred() {
    let rows: String = (45..56)
        .map(|k| {
            format!(
                "2025-03-06,ZZT,50,2025-03-21,{k},C,1,2,1,1,{}.5,100,USD\n",
                k - 20
            )
        })
        .collect();
    let ingest = read(&format!("{HEADER}{rows}")).unwrap();
    assert!((ingest.chains[0].quotes[0].iv.unwrap() - 0.255).abs() < 1e-12);
    let note = ingest.notes[0].to_string();
    for part in [
        "volatilities are in percent on 1 days from 2025-03-06 (median 31.0 near the money, ",
        " times what the prices imply) and were divided by 100",
    ] {
        assert!(note.contains(part), "{note:?} lacks {part:?}");
    }
}

/// Quotes of a market with this volatility, 44 days out; `iv` is what the file writes of it, `price` by what prices are multiplied.
fn priced(vol: f64, iv: &str, price: f64) -> String {
    let mut text = HEADER.to_owned();
    for strike in 46..55 {
        for (side, right) in [("C", Right::Call), ("P", Right::Put)] {
            let value = pricing::european::price(&Inputs {
                right,
                spot: 50.0,
                strike: f64::from(strike),
                years: 44.0 / 365.0,
                rate: 0.04,
                dividend_yield: 0.01,
                vol,
            });
            let (bid, ask) = (price * (value - 0.005).max(0.001), price * (value + 0.005));
            text.push_str(&format!(
                "2025-03-06,ZZT,50,2025-04-19,{strike},{side},{bid:.6},{ask:.6},,10,{iv},100,USD\n"
            ));
        }
    }
    text
}

/// Units of volatility are those that the prices speak of, whatever the size of the numbers.
#[test]
fn volatilities_are_held_against_the_prices() {
    let options = |mapping: Option<&str>| Options {
        mapping: mapping.map(|text| FileMapping::parse("m.toml", text).unwrap().into()),
        ..Options::default()
    };
    let check = |text: &str, mapping: Option<&str>, iv: f64, words: Option<&str>| {
        let ingest = read_chains_bytes("a.csv", text.as_bytes(), &options(mapping)).unwrap();
        let found = ingest.chains[0].quotes[0].iv.unwrap();
        assert!((found - iv).abs() < 1e-12, "{found} is not {iv}");
        let notes: Vec<String> = ingest.notes.iter().map(ToString::to_string).collect();
        let of_vols = |note: &&String| note.contains("volatilities");
        match words {
            None => assert_eq!(notes.iter().find(of_vols), None),
            Some(words) => {
                let note = notes.iter().find(of_vols).expect("a note");
                assert!(note.contains(words), "{note:?} lacks {words:?}");
            }
        }
    };
    // A calm bond fund in percent: the numbers might be fractions, the prices say they are not.
    let calm = priced(0.04, "4.0", 1.0);
    check(
        &calm,
        None,
        0.04,
        Some("times what the prices imply) and were divided by 100"),
    );
    check(&priced(0.04, "4.0%", 1.0), None, 0.04, None);
    // A share that does move 600 % a year.
    check(&priced(6.0, "6.0", 1.0), None, 6.0, None);
    check(&priced(0.3, "0.3", 1.0), None, 0.3, None);
    // No price tells: the size does, from 500 % on.
    let silent = |iv: &str| {
        let lines = calm.lines().skip(1).map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            (cells[6], cells[7], cells[10]) = ("", "", iv);
            cells.join(",") + "\n"
        });
        HEADER.to_owned() + &lines.collect::<String>()
    };
    check(
        &silent("25.0"),
        None,
        0.25,
        Some("and no prices to compare with"),
    );
    check(&silent("4.0"), None, 4.0, None);
    // Prices that fit neither unit: the size does not overrule them.
    check(&priced(1.25, "25.0", 1.0), None, 25.0, None);
    // Prices in cents that are taken for dollars, or the reverse, make no fractions of percent and no percent of fractions.
    check(&priced(0.3, "0.3", 0.01), None, 0.3, None);
    check(&priced(0.3, "0.3", 100.0), None, 0.3, None);
    // A unit that was said is kept, and contradicted.
    let [fraction, percent] = ["fraction", "percent"].map(|unit| {
        format!(
            "schema_version = 1\n[columns]\ndate = \"quote_date\"\nsymbol = \"underlying\"\nspot = \"spot\"\nexpiry = \"expiry\"\n\
             strike = \"strike\"\nright = \"right\"\nbid = \"bid\"\nask = \"ask\"\niv = \"iv\"\n[units]\niv = \"{unit}\"\n"
        )
    });
    check(&calm, Some(&percent), 0.04, None);
    check(&calm, Some(&fraction), 4.0, Some("400 % near the money, 9"));
    check(
        &priced(0.3, "0.3", 1.0),
        Some(&percent),
        0.003,
        Some("0.3 % near the money, 0.0"),
    );
}

/// A column has one unit: days, and symbols, without prices take that of those with them.
#[test]
fn the_unit_of_volatilities_is_one_for_the_file() {
    let day = |date: &str, symbol: &str, iv: &str, quoted: bool| -> String {
        let rows = priced(0.04, iv, 1.0);
        let rows = rows.lines().skip(1).map(|line| {
            let line = line.replace("2025-03-06", date).replace("ZZT", symbol);
            let mut cells: Vec<&str> = line.split(',').collect();
            if !quoted {
                (cells[6], cells[7]) = ("", "");
            }
            cells.join(",") + "\n"
        });
        rows.collect()
    };
    let ivs = |rows: &[String]| -> Vec<f64> {
        let ingest = read(&format!("{HEADER}{}", rows.concat())).unwrap();
        let of = |chain: &market::Chain| chain.quotes[0].iv.unwrap();
        ingest.chains.iter().map(of).collect()
    };
    let same = |found: Vec<f64>, expected: &[f64]| {
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
        assert!(
            found.len() == expected.len() && found.iter().zip(expected).all(near),
            "{found:?}"
        );
    };
    let quoted = day("2025-03-06", "ZZT", "4.0", true);
    let after = day("2025-03-07", "ZZT", "4.1", false);
    let before = day("2025-03-05", "ZZT", "4.2", false);
    let other = day("2025-03-06", "AAT", "4.3", false);
    same(ivs(&[quoted.clone(), after.clone()]), &[0.04, 0.041]);
    same(
        ivs(&[quoted, before, after, other]),
        &[0.043, 0.042, 0.04, 0.041],
    );
    // Fractions, and a day of 600 % without prices.
    let calm = day("2025-03-06", "ZZT", "0.04", true);
    same(
        ivs(&[calm, day("2025-03-07", "ZZT", "6.0", false)]),
        &[0.04, 6.0],
    );
}

/// What `--explain` says of volatilities is what the file has.
#[test]
fn judged_volatilities_are_explained_as_the_file_has_them() {
    for (vol, text, unit, ratio) in [
        (0.04, "4.0", "percent per year, as the prices say", 100.0),
        (0.3, "0.3", "fraction per year, as the prices say", 1.0),
        (0.3, "30%", "percent per year, by its own sign", 100.0),
    ] {
        let file = priced(vol, text, 1.0);
        let explained =
            explain_chains_bytes("a.csv", file.as_bytes(), &Options::default()).unwrap();
        let column = explained
            .columns
            .iter()
            .find(|column| column.field == "iv")
            .unwrap();
        assert_eq!(
            (column.unit, column.factor, column.sample.as_deref()),
            (unit, Some(1.0 / ratio), Some(text))
        );
        assert_eq!(column.sample_read, Some(vol.to_string()));
        let units = explained.check_units(0.04).unwrap();
        let check = &units.checks[0];
        assert!(
            (check.ratio.unwrap() / ratio - 1.0).abs() < 0.05,
            "{check:?}"
        );
        assert_eq!(
            (check.unit, check.as_read),
            (unit.split(' ').next(), Some(true))
        );
    }
}

/// Prices are last trades only where there are any.
#[test]
fn a_day_without_quotes_says_what_its_prices_are() {
    let note = |rows: &str| {
        let ingest = read(&format!("{HEADER}{rows}")).unwrap();
        let note = ingest
            .notes
            .iter()
            .find(|note| matches!(note, Note::NoQuotes { .. }));
        note.map(ToString::to_string)
    };
    let with_last = "2025-03-05,ZZT,50,2025-03-21,50,C,,,1.95,10,0.3,100,USD\n";
    let without = "2025-03-06,ZZT,51,2025-03-21,50,C,0,0,,10,0.31,100,USD\n";
    let quoted = "2025-03-07,ZZT,50,2025-03-21,50,C,1,2,,10,0.32,100,USD\n";
    assert_eq!(note(quoted), None);
    let said = note(with_last).unwrap();
    assert!(
        said.ends_with("on 1 days: prices are last trades, which may be days old"),
        "{said}"
    );
    let said = note(without).unwrap();
    assert!(
        said.ends_with("no last trade on 1 days: nothing there has a price"),
        "{said}"
    );
    let said = note(&[with_last, without, quoted].concat()).unwrap();
    assert!(
        said.contains("on 2 days") && said.ends_with("on 1 of them there is not even one"),
        "{said}"
    );
}

/// A contract's symbol and the columns beside it are one contract, or none.
#[test]
fn a_symbol_that_contradicts_its_columns_is_refused() {
    let read = |rows: &str| {
        let text = format!(
            "quote_date,underlying,spot,contract,expiry,strike,right,bid,ask\n\
             2025-03-06,ZZT,50,ZZT250321C00050000,2025-03-21,50,C,1.9,2.0\n{rows}\n"
        );
        read_chains_bytes("a.csv", text.as_bytes(), &Options::default()).unwrap()
    };
    let refused = |row: &str, words: &str| {
        let refused = read(row).refused[0].to_string();
        assert!(refused.contains(words), "{refused:?} lacks {words:?}");
    };
    refused(
        "2025-03-06,ZZT,50,ZZT250321C00045000,2025-03-21,45,P,1.9,2.0",
        "its right is put, and the contract's own symbol says call",
    );
    refused(
        "2025-03-06,ZZT,50,ZZT250321C00045000,2025-04-21,45,C,1.9,2.0",
        "its expiry is 2025-04-21, and the contract's own symbol says 2025-03-21",
    );
    // Until 2015 options expired on Saturdays, and vendors write the Friday.
    let saturday = read("2025-03-06,ZZT,50,ZZT250322C00045000,2025-03-21,45,C,1.9,2.0");
    assert_eq!(
        (saturday.refused_total(), saturday.chains[0].quotes.len()),
        (0, 2)
    );
}

#[test]
fn a_number_is_no_ticker_and_marks_of_an_index_are_none() {
    refused(
        "2025-03-06,50.12,50,2025-03-21,55,C,1,2,1,1,0.3,100,USD",
        "its symbol is \"50.12\", not a ticker",
    );
    for symbol in ["I:SPX", "_SPX", "$SPX.X", "^spx"] {
        let row = format!("2025-03-06,{symbol},5000,2025-03-21,5000,C,10,11,10,1,0.2,100,USD\n");
        let chain = &read(&format!("{HEADER}{row}")).unwrap().chains[0];
        let style = chain.quotes[0].contract.style;
        assert_eq!(
            (chain.symbol.as_str(), style),
            ("SPX", market::Style::European)
        );
    }
}

#[test]
fn tickers_are_upper_case_and_weekly_roots_join_their_index() {
    let rows = "2025-03-06,^SPX,5000,2025-03-21,5000,C,10,11,10,1,0.2,100,USD\n2025-03-06,spxw,5000,2025-03-21,5000,C,10.5,11.5,10,1,0.2,100,USD\n2025-03-06,SPX,5000,2025-03-21,5100,C,5,6,5,1,0.2,100,USD\n";
    let ingest = read(&format!("{HEADER}{rows}")).unwrap();
    let chain = &ingest.chains[0];
    assert_eq!((chain.symbol.as_str(), chain.quotes.len()), ("SPX", 2));
    assert_eq!(
        chain.quotes[0].bid_usd,
        Some(10.5),
        "the evening-settled twin stays"
    );
    assert_eq!(chain.quotes[0].contract.style, market::Style::European);
    assert_eq!(ingest.refused_counts.get("morning-settled twin"), Some(&1));
    assert!(ingest.notes.contains(&Note::MorningTwins {
        symbol: "SPX".to_owned(),
        pairs: 1
    }));
}

#[test]
fn days_that_never_traded_are_dropped_whole() {
    let mut text = twins::common_csv("2025-03-05");
    text.push_str(&twins::common_rows("2025-03-06", "ZZT", 50.0));
    text.push_str(&twins::common_rows("2025-03-07", "ZZT", 51.0));
    text.push_str(&twins::common_rows("2025-02-17", "ZZT", 49.0));
    let ingest = read(&text).unwrap();
    let days: Vec<_> = ingest.chains.iter().map(|chain| chain.as_of).collect();
    assert_eq!(days, [date(2025, 3, 5), date(2025, 3, 7)]);
    assert_eq!(ingest.spots.len(), 2, "a dropped day leaves no spot behind");
    let notes: Vec<String> = ingest.notes.iter().map(ToString::to_string).collect();
    assert!(
        notes[0].contains("2025-02-17 was an exchange holiday: its 36 rows"),
        "{notes:?}"
    );
    assert!(
        notes[1].contains("100 % of the prices of 2025-03-06 are those of 2025-03-05"),
        "{notes:?}"
    );
}

#[test]
fn a_weekend_copy_of_friday_is_a_duplicate() {
    let mut text = twins::common_csv("2025-03-07");
    text.push_str(&twins::common_rows("2025-03-08", "ZZT", 50.0));
    let ingest = read(&text).unwrap();
    assert_eq!(
        (ingest.chains.len(), ingest.refused_counts["duplicate"]),
        (1, 36)
    );
    assert_eq!(ingest.chains[0].as_of, date(2025, 3, 7));
}

#[test]
fn two_symbols_with_the_same_quotes_are_suspicious() {
    let mut text = twins::common_csv("2025-03-06");
    text.push_str(&twins::common_rows("2025-03-07", "YYT", 50.0));
    let ingest = read(&text).unwrap();
    assert!(
        ingest.notes[0]
            .to_string()
            .contains("100 % of the quotes of 2025-03-06 are those of YYT"),
        "{:?}",
        ingest.notes
    );
}

#[test]
fn a_split_is_told_from_a_crash_by_its_strikes() {
    let row = |day: &str, spot: f64, strike: f64| {
        format!("{day},ZZT,{spot},2025-03-21,{strike},C,1,2,1,1,0.3,100,USD\n")
    };
    let split = read(&format!(
        "{HEADER}{}{}",
        row("2025-03-05", 700.0, 700.0),
        row("2025-03-06", 101.0, 100.0)
    ))
    .unwrap();
    assert_eq!(
        split.splits(),
        [Split {
            symbol: "ZZT".to_owned(),
            date: date(2025, 3, 6),
            ratio: 7.0
        }]
    );
    let mut spots = split.spots.clone();
    adjust_for_splits(&mut spots, &split.splits());
    assert_eq!([spots[0].spot_usd, spots[1].spot_usd], [100.0, 101.0]);
    let crash = read(&format!(
        "{HEADER}{}{}",
        row("2025-03-05", 100.0, 100.0),
        row("2025-03-06", 50.0, 100.0)
    ))
    .unwrap();
    assert_eq!(crash.splits(), []);
}

#[test]
fn mixed_ladders_and_frozen_spots_are_noted() {
    let day = |day: &str| -> String {
        let old = (500..520).map(|k| {
            format!(
                "{day},ZZT,93,2025-03-21,{k},C,1,2,{}{k},1,0.3,100,USD\n",
                &day[9..]
            )
        });
        let new = (80..100).map(|k| {
            format!(
                "{day},ZZT,93,2025-03-21,{k},C,1,2,{}{k},1,0.3,100,USD\n",
                &day[9..]
            )
        });
        // Prices differ from day to day, or the days would be copies.
        old.chain(new)
            .map(|row| row.replace(",1,2,", &format!(",1,2.{},", &day[9..])))
            .collect()
    };
    let text = format!(
        "{HEADER}{}{}{}",
        day("2025-03-04"),
        day("2025-03-05"),
        day("2025-03-06")
    );
    let notes: Vec<String> = read(&text)
        .unwrap()
        .notes
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        notes
            .iter()
            .any(|note| note.contains("spot stands at $93.00 from 2025-03-04 to 2025-03-06")),
        "{notes:?}"
    );
    assert!(
        notes
            .iter()
            .any(|note| note.contains("on 3 days from 2025-03-04 50 % of the strikes")),
        "{notes:?}"
    );
}

#[test]
fn details_are_capped_and_counts_are_exact() {
    let rows: String = (0..500)
        .map(|k| {
            format!(
                "2025-03-06,ZZT,50,2025-03-01,{},C,1,2,1,1,0.3,100,USD\n",
                50 + k
            )
        })
        .collect();
    let ingest = after_a_good_row(&rows);
    assert_eq!(
        (ingest.refused.len(), ingest.refused_counts["expired"]),
        (100, 500)
    );
    assert_eq!(ingest.refused[99].row, 102);
}

#[test]
fn a_file_that_is_no_chain_says_what_it_is() {
    let check = |bytes: &[u8], words: &str| {
        let error = read_chains_bytes("file", bytes, &Options::default())
            .expect_err("must fail")
            .to_string();
        assert!(error.contains(words), "{error:?} lacks {words:?}");
    };
    check(b"", "is empty");
    check(b" \n\n", "is empty");
    check(
        b"a,b,c\n1,2,3\n",
        "seen: a, b, c; the closest is common, which lacks: expiry, strike, right, bid and ask",
    );
    check(
        b"impliedVolatility,lastPrice,bid,ask\n",
        "the closest is yfinance, which lacks: contractsymbol",
    );
    check(HEADER.as_bytes(), "0 rows read");
    check(b"PK\x03\x04rest", "a zip archive");
    check(b"SQLite format 3\0", "an SQLite database");
    check(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
        "a Git LFS pointer",
    );
    check(b"\x00\x01\x02\x03", "binary data");
    check(b"\xff\xfeq\0u\0", "not UTF-8");
    check(
        b"quote_date,strike\n2025-03-06,\xe9\n",
        "line 2: is not UTF-8",
    );
    check(b"{\"callExpDateMap\": {", "damaged or truncated JSON");
    check(b"{\"a\": 1}", "top-level keys seen: a");
    check(b"[1, 2]", "top-level keys seen: a list of 2");
    check(b"PAR1", "cannot be read as Parquet");
    check(b"\x1f\x8b\x08", "damaged or truncated gzip");
    let packed = twins::gzip(twins::common_csv("2025-03-06").as_bytes());
    check(&packed[..packed.len() / 2], "damaged or truncated gzip");
    let parquet = twins::philippdubach(&["2025-03-06"], twins::Dates::Text);
    check(&parquet[..parquet.len() - 9], "cannot be read as Parquet");
    check(
        twins::common_csv("2025-07-04").as_bytes(),
        "2025-07-04 was an exchange holiday",
    );
}

#[test]
fn stats_count_what_is_there() {
    let ingest = read(&twins::common_csv("2025-03-06")).unwrap();
    let stats = chain_stats(&ingest.chains[0]);
    assert_eq!(
        (
            stats.quotes,
            stats.two_sided + stats.bidless,
            stats.iv_missing,
            stats.dead
        ),
        (36, 36, 0, 0)
    );
}
