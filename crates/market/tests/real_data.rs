//! The traps measured in real vendors' files. The files are not part of the project: `JARVIS2_REAL_DATA` names the
//! folder that holds them; without it every test here is skipped, visibly.

use std::io::Write;
use std::path::PathBuf;

use jiff::civil::date;
use market::Style;
use market::calendar::{is_holiday, is_trading_day};
use market::history::{HistoryNote, read_history, realised_vol};
use market::ingest::{
    ChainStats, Error, Format, Ingest, Note, Options, Split, chain_stats, read_chains,
    spot_from_parity,
};
use pricing::{Inputs, european};

fn file(path: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("JARVIS2_REAL_DATA") else {
        // Not `eprintln!`, which the test harness hides.
        let _ = writeln!(std::io::stderr(), "skipped: JARVIS2_REAL_DATA is not set");
        return None;
    };
    Some(PathBuf::from(root).join(path))
}

fn read(path: &str) -> Option<Ingest> {
    Some(read_chains(&file(path)?, &Options::default()).unwrap_or_else(|error| panic!("{error}")))
}

/// Do prices say that volatilities are in another unit than the vendor's? In no real file do they.
fn vols_doubted(ingest: &Ingest) -> bool {
    let doubt = |note: &Note| {
        matches!(
            note,
            Note::PercentVolatility { .. } | Note::VolatilityContradicted { .. }
        )
    };
    ingest.notes.iter().any(doubt)
}

fn total(ingest: &Ingest) -> ChainStats {
    ingest
        .chains
        .iter()
        .map(chain_stats)
        .fold(ChainStats::default(), |sum, stats| ChainStats {
            quotes: sum.quotes + stats.quotes,
            two_sided: sum.two_sided + stats.two_sided,
            bidless: sum.bidless + stats.bidless,
            askless: sum.askless + stats.askless,
            crossed: sum.crossed + stats.crossed,
            iv_missing: sum.iv_missing + stats.iv_missing,
            ..sum
        })
}

/// Name; rows; days and symbols; quotes kept; with both sides; with an ask and no bid; without volatility.
///
/// Counted once more with pandas: rows less the three holidays, a bid or ask above zero, and a volatility that is null, at
/// most 1e-4 or a midpoint of Yahoo's bisection.
const COMMON: [(&str, usize, usize, usize, usize, usize, usize); 26] = [
    ("cboe_SPX_2024-01-05", 21038, 1, 17858, 16687, 1039, 892),
    ("cboe_SPY_2025-09-25", 3716, 1, 3716, 3595, 121, 469),
    ("deribit_BTC", 976, 1, 488, 135, 178, 0),
    ("ivolatility_AAPL_2014-08", 3644, 2, 3644, 3280, 364, 0),
    ("lean_AAPL_2014-06", 4532, 2, 4532, 4177, 355, 4532),
    ("lean_universe_AAPL_2014-06", 43674, 13, 43674, 0, 0, 33934),
    ("riskalertsys_AAPL", 179428, 47, 168750, 0, 0, 9939),
    ("riskalertsys_AMD", 306436, 47, 290192, 0, 0, 9241),
    ("riskalertsys_HOOD", 103556, 47, 97284, 0, 0, 3398),
    ("riskalertsys_INTC", 125740, 47, 118870, 0, 0, 2618),
    ("riskalertsys_KO", 46838, 47, 43972, 0, 0, 2184),
    ("riskalertsys_NKE", 56144, 47, 52710, 0, 0, 3150),
    ("riskalertsys_PFE", 24726, 29, 23112, 0, 0, 924),
    ("riskalertsys_SOFI", 52506, 47, 49258, 0, 0, 2709),
    ("riskalertsys_SPY", 701202, 47, 659926, 0, 0, 38662),
    ("riskalertsys_SPY_2026-08-12_14", 43270, 3, 43270, 0, 0, 93),
    ("riskalertsys_TLT", 112494, 47, 105976, 0, 0, 12102),
    ("riskalertsys_TSLA", 303338, 47, 285264, 0, 0, 14924),
    ("riskalertsys_XLF", 85328, 47, 80506, 0, 0, 4311),
    ("tda_F", 494, 1, 494, 382, 112, 128),
    (
        "yfinance_IWM_session-2026-08-12",
        1836,
        1,
        1836,
        1612,
        222,
        49,
    ),
    (
        "yfinance_IWM_session-2026-08-13",
        1746,
        1,
        1746,
        1530,
        214,
        50,
    ),
    (
        "yfinance_IWM_session-2026-08-14",
        2089,
        1,
        2089,
        1831,
        256,
        79,
    ),
    (
        "yfinance_SPY_session-2026-08-12",
        5472,
        1,
        5472,
        5024,
        406,
        160,
    ),
    (
        "yfinance_SPY_session-2026-08-13",
        5231,
        1,
        5231,
        4809,
        380,
        160,
    ),
    (
        "yfinance_SPY_session-2026-08-14",
        6036,
        1,
        6036,
        5497,
        499,
        182,
    ),
];

#[test]
fn every_file_of_the_common_schema_has_the_counted_rows() {
    for (name, rows, chains, quotes, two_sided, bidless, iv_missing) in COMMON {
        let Some(ingest) = read(&format!("chains/{name}.parquet")) else {
            return;
        };
        let stats = total(&ingest);
        assert_eq!(ingest.format, Format::Common, "{name}");
        assert!(!vols_doubted(&ingest), "{name}: {:?}", ingest.notes);
        assert_eq!(
            (ingest.rows_read, ingest.chains.len(), stats.quotes),
            (rows, chains, quotes),
            "{name}"
        );
        assert_eq!(
            (
                stats.two_sided,
                stats.bidless,
                stats.iv_missing,
                stats.crossed
            ),
            (two_sided, bidless, iv_missing, 0),
            "{name}"
        );
        let dropped: usize = ingest
            .notes
            .iter()
            .map(|note| {
                if let Note::HolidayDropped { rows, .. } = note {
                    *rows
                } else {
                    0
                }
            })
            .sum();
        assert_eq!(
            quotes + ingest.refused_total() + dropped,
            rows,
            "{name}: every row is kept, refused or dropped with its day"
        );
        for chain in &ingest.chains {
            let traded_every_day = name.starts_with("deribit");
            assert!(
                traded_every_day || is_trading_day(chain.as_of),
                "{name}: {}",
                chain.as_of
            );
            assert!(
                chain
                    .quotes
                    .iter()
                    .all(|quote| quote.contract.expiry >= chain.as_of),
                "{name}"
            );
        }
    }
}

#[test]
fn the_three_holidays_of_the_archive_are_dropped() {
    let Some(ingest) = read("chains/riskalertsys_KO.parquet") else {
        return;
    };
    let holidays: Vec<_> = ingest
        .notes
        .iter()
        .filter_map(|note| {
            if let Note::HolidayDropped { date, rows, .. } = note {
                Some((*date, *rows))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(
        holidays,
        [
            (date(2026, 5, 25), 920),
            (date(2026, 6, 19), 980),
            (date(2026, 7, 3), 966)
        ]
    );
    assert!(ingest.notes.contains(&Note::NoQuotes {
        symbol: "KO".to_owned(),
        days: 47,
        priceless: 0
    }));
}

#[test]
fn a_day_without_a_spot_stays_without() {
    let Some(ingest) = read("chains/riskalertsys_HOOD.parquet") else {
        return;
    };
    assert_eq!((ingest.chains.len(), ingest.spots.len()), (47, 46));
    assert!(ingest.notes.contains(&Note::SpotMissing {
        symbol: "HOOD".to_owned(),
        date: date(2026, 6, 24),
        days: 1
    }));
}

#[test]
fn the_last_day_of_a_large_file_is_the_same_read_alone() {
    let Some(path) = file("chains/riskalertsys_SPY.parquet") else {
        return;
    };
    let all = read_chains(&path, &Options::default()).unwrap();
    let last = read_chains(
        &path,
        &Options {
            last_day_only: true,
            ..Options::default()
        },
    )
    .unwrap();
    assert_eq!(
        (last.chains.len(), last.chains.last()),
        (1, all.chains.last())
    );
    assert_eq!((&last.spots, last.rows_read), (&all.spots, 701_202));
}

#[test]
fn the_split_of_apple_is_seen_in_spot_and_strikes() {
    let Some(ingest) = read("chains/lean_AAPL_2014-06.parquet") else {
        return;
    };
    assert_eq!(
        ingest.splits(),
        [Split {
            symbol: "AAPL".to_owned(),
            date: date(2014, 6, 9),
            ratio: 7.0
        }]
    );
    assert_eq!(
        (ingest.chains[0].spot_usd, ingest.chains[1].spot_usd),
        (Some(645.57), Some(93.70))
    );
}

#[test]
fn the_dirty_universe_is_called_dirty() {
    let Some(ingest) = read("chains/lean_universe_AAPL_2014-06.parquet") else {
        return;
    };
    let frozen = Note::SpotFrozen {
        symbol: "AAPL".to_owned(),
        first: date(2014, 6, 10),
        last: date(2014, 6, 13),
        spot_usd: 93.77,
    };
    assert!(ingest.notes.contains(&frozen), "{:?}", ingest.notes);
    assert!(
        ingest
            .notes
            .iter()
            .any(|note| matches!(note, Note::StrikesStraddle { days: 9, .. })),
        "{:?}",
        ingest.notes
    );
}

#[test]
fn two_snapshots_of_a_coin_are_duplicates() {
    let Some(ingest) = read("chains/deribit_BTC.parquet") else {
        return;
    };
    assert_eq!(ingest.refused_counts.get("duplicate"), Some(&488));
    assert!(ingest.notes.contains(&Note::OtherMultiplier {
        symbol: "BTC".to_owned(),
        multiplier: 1
    }));
    assert!(
        ingest
            .notes
            .iter()
            .any(|note| matches!(note, Note::SpotVaries { .. }))
    );
}

#[test]
fn the_spx_roots_join_and_the_evening_ones_stay() {
    let Some(ingest) = read("chains/cboe_SPX_2024-01-05.parquet") else {
        return;
    };
    assert_eq!(
        ingest.refused_counts.get("morning-settled twin"),
        Some(&3180)
    );
    let chain = &ingest.chains[0];
    assert_eq!(
        (chain.symbol.as_str(), chain.quotes[0].contract.style),
        ("SPX", Style::European)
    );
    assert_eq!(
        chain_stats(chain).askless,
        2,
        "two bids stand beside an ask of zero"
    );
}

#[test]
fn the_vendor_sample_of_spy_is_a_relabelled_apple() {
    for path in [
        "chains/ivolatility_AAPL_2014-08.parquet",
        "vendor/ivolatility_AAPL_2014-08.csv.gz",
    ] {
        let Some(ingest) = read(path) else { return };
        let named: Vec<_> = ingest
            .chains
            .iter()
            .map(|chain| (chain.symbol.as_str(), chain.as_of, chain.quotes.len()))
            .collect();
        assert_eq!(
            named,
            [
                ("AAPL", date(2014, 8, 7), 1822),
                ("SPY", date(2014, 8, 8), 1822)
            ]
        );
        assert!(
            ingest
                .notes
                .iter()
                .any(|note| matches!(note, Note::SymbolCopy { share, .. } if *share == 1.0)),
            "{:?}",
            ingest.notes
        );
    }
}

#[test]
fn a_vendors_original_gives_the_same_chain_as_its_conversion() {
    let pairs = [
        (
            "vendor/ivolatility_AAPL_2014-08.csv.gz",
            "chains/ivolatility_AAPL_2014-08.parquet",
        ),
        (
            "vendor/cboe_quotedata_SPY_2025-09-25.csv.gz",
            "chains/cboe_SPY_2025-09-25.parquet",
        ),
        (
            "vendor/yfinance_collector_IWM_2026-08-12.csv.gz",
            "chains/yfinance_IWM_session-2026-08-12.parquet",
        ),
        (
            "vendor/tda_schwab_F_option_chain.json.gz",
            "chains/tda_F.parquet",
        ),
    ];
    for (original, conversion) in pairs {
        let (Some(original), Some(conversion)) = (read(original), read(conversion)) else {
            return;
        };
        for (a, b) in original.chains.iter().zip(&conversion.chains) {
            assert_eq!(
                (&a.symbol, a.as_of, a.spot_usd),
                (&b.symbol, b.as_of, b.spot_usd),
                "{}",
                original.format
            );
            assert_eq!(a.quotes.len(), b.quotes.len(), "{}", original.format);
            for (x, y) in a.quotes.iter().zip(&b.quotes) {
                assert_eq!(
                    (&x.contract, x.bid_usd, x.ask_usd),
                    (&y.contract, y.bid_usd, y.ask_usd),
                    "{}",
                    original.format
                );
                assert_eq!(
                    (x.open_interest, x.delta),
                    (y.open_interest, y.delta),
                    "{}",
                    original.format
                );
                assert!(
                    (x.iv.unwrap_or(0.0) - y.iv.unwrap_or(0.0)).abs() < 1e-9,
                    "{}: {x:?} {y:?}",
                    original.format
                );
            }
        }
    }
}

#[test]
fn the_collectors_spot_is_live_with_its_record_and_stale_without() {
    let Some(path) = file("vendor/yfinance_collector_IWM_2026-08-12.csv.gz") else {
        return;
    };
    let with_record = read_chains(&path, &Options::default()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let alone =
        market::ingest::read_chains_bytes("IWM.csv.gz", &bytes, &Options::default()).unwrap();
    let gap_bps = |ingest: &Ingest| {
        let chain = &ingest.chains[0];
        (spot_from_parity(chain).unwrap().spot_usd / chain.spot_usd.unwrap() - 1.0) * 1e4
    };
    assert!(
        (-11.0..23.0).contains(&gap_bps(&with_record)),
        "{}",
        gap_bps(&with_record)
    );
    assert!(
        gap_bps(&alone) > gap_bps(&with_record) + 5.0,
        "{}",
        gap_bps(&alone)
    );
    assert_eq!(
        alone.chains[0].as_of,
        date(2026, 8, 13),
        "its newest trades are of the day after the session"
    );
    assert!(
        alone
            .notes
            .iter()
            .any(|note| matches!(note, Note::PreviousCloseSpot { .. }))
    );
    assert!(
        with_record
            .notes
            .iter()
            .any(|note| matches!(note, Note::CaptureRecord { .. }))
    );
}

#[test]
fn two_raw_frames_make_one_chain_with_a_spot_from_parity() {
    let (Some(calls), Some(puts)) = (
        read("vendor/yfinance_raw_SPX_calls_20250919.csv"),
        read("vendor/yfinance_raw_SPX_puts_20250919.csv"),
    ) else {
        return;
    };
    assert_eq!((calls.rows_read, puts.rows_read), (472, 458));
    assert!(calls.notes.contains(&Note::WeekendDate {
        from: date(2025, 9, 6),
        to: date(2025, 9, 5),
        rows: 472
    }));
    assert_eq!(
        (
            chain_stats(&calls.chains[0]).iv_missing,
            calls.chains[0].spot_usd
        ),
        (90, None)
    );
    let both = calls.merge(puts);
    let chain = &both.chains[0];
    assert_eq!((chain.symbol.as_str(), chain.quotes.len()), ("SPX", 930));
    // The index closed at 6481.50 that Friday.
    assert!(
        (chain.spot_usd.unwrap() / 6481.5 - 1.0).abs() < 0.003,
        "{:?}",
        chain.spot_usd
    );
}

#[test]
fn schwab_tells_its_rate_and_its_day() {
    let Some(ingest) = read("vendor/tda_schwab_F_option_chain.json.gz") else {
        return;
    };
    let chain = &ingest.chains[0];
    assert_eq!(
        (
            chain.symbol.as_str(),
            chain.as_of,
            chain.spot_usd,
            chain.rate
        ),
        ("F", date(2020, 12, 9), Some(9.425), Some(0.001))
    );
    assert_eq!(
        (
            chain.quotes.len(),
            chain_stats(chain).bidless,
            chain_stats(chain).iv_missing
        ),
        (494, 112, 128)
    );
}

#[test]
fn deltaneutrals_greeks_come_out_per_day_and_point() {
    let Some(ingest) = read("vendor/deltaneutral_SPX_2017.csv") else {
        return;
    };
    assert_eq!((ingest.rows_read, ingest.chains.len()), (392, 96));
    let theta = ingest.chains[0].quotes[0].theta_per_day.unwrap();
    assert!((theta - 34.053 / 365.0).abs() < 1e-9, "{theta}");
    // Against the formula, at the vendor's own volatility: the file has puts far out alone, and they will do for a unit.
    let mut ratios: Vec<[f64; 2]> = Vec::new();
    for chain in &ingest.chains {
        for quote in &chain.quotes {
            let contract = &quote.contract;
            let ours = european::greeks(&Inputs {
                right: contract.right,
                spot: chain.spot_usd.unwrap(),
                strike: contract.strike_usd,
                years: f64::from((contract.expiry - chain.as_of).get_days()) / 365.0,
                rate: 0.0,
                dividend_yield: 0.0,
                vol: quote.iv.unwrap_or(0.0),
            });
            if let (Some(vega), Some(theta)) = (quote.vega_per_point, quote.theta_per_day)
                && ours.vega > 5.0
            {
                ratios.push([vega * 100.0 / ours.vega, theta * 365.0 / ours.theta]);
            }
        }
    }
    assert_eq!(ratios.len(), 18);
    for ratio in ratios.as_flattened() {
        assert!((0.8..1.2).contains(ratio), "{ratio}");
    }
}

#[test]
fn parity_agrees_with_the_spot_that_a_file_states() {
    for path in [
        "chains/ivolatility_AAPL_2014-08",
        "chains/cboe_SPY_2025-09-25",
        "chains/cboe_SPX_2024-01-05",
        "chains/lean_AAPL_2014-06",
        "chains/tda_F",
    ] {
        let Some(ingest) = read(&format!("{path}.parquet")) else {
            return;
        };
        for chain in &ingest.chains {
            let (parity, spot) = (spot_from_parity(chain).unwrap(), chain.spot_usd.unwrap());
            assert!(
                (parity.spot_usd / spot - 1.0).abs() < 0.003,
                "{path} {}: {parity:?} beside {spot}",
                chain.as_of
            );
        }
    }
}

#[test]
fn what_is_not_read_is_named() {
    let check = |path: &str, words: &str| {
        let Some(path) = file(path) else { return };
        let error = read_chains(&path, &Options::default())
            .expect_err("must fail")
            .to_string();
        assert!(error.contains(words), "{error}");
    };
    // Renamed, it has lost what only its name says.
    check(
        "vendor/barchart_AMD_2025-10-22.csv",
        "does not name its underlying",
    );
    check(
        "vendor/optionstratlib_SP500_2024-10-18.csv",
        "of which day its quotes are",
    );
    check(
        "vendor/SP500-18-oct-2024-5781.88.json",
        "of which day its quotes are",
    );
    check(
        "vendor/nse_bhavcopy_RELIANCE_2026-03-24.csv.gz",
        "in rupees (INR) and it has no bid and no ask",
    );
    check(
        "vendor/deribit_http_get_instrument_option.json",
        "a description of Deribit contracts: it has no prices",
    );
    check(
        "vendor/yfinance_collector_2026-08-12_meta.json",
        "the record of a collector of quotes",
    );
    check("vendor", "is a folder");
    if let Some(path) = file("series/vix_daily.parquet") {
        assert!(matches!(
            read_chains(&path, &Options::default()),
            Err(Error::UnknownColumns { .. })
        ));
    }
}

#[test]
fn daily_prices_agree_with_the_calendar_over_decades() {
    let Some(path) = file("series/lean_daily_ohlcv.parquet") else {
        return;
    };
    assert!(matches!(
        read_history(&path, None),
        Err(Error::SeveralSymbols { .. })
    ));
    let spy = read_history(&path, Some("spy")).unwrap();
    assert_eq!(
        (spy.days[0].date, spy.days[0].close_usd),
        (date(1998, 1, 2), 97.36)
    );
    assert_eq!(spy.days.last().unwrap().date, date(2021, 3, 31));
    assert_eq!(
        spy.days.len(),
        1 + market::calendar::trading_days_between(date(1998, 1, 2), date(2021, 3, 31)) as usize
    );
    assert!(
        spy.days.iter().all(|day| is_trading_day(day.date)),
        "23 years of days, and not one on a holiday of our calendar"
    );
    assert!(
        !spy.notes
            .iter()
            .any(|note| matches!(note, HistoryNote::Gap { .. })),
        "{:?}",
        spy.notes
    );
    let vol = realised_vol(&spy.log_returns()).unwrap();
    assert!(
        (0.18..0.22).contains(&vol.vol_per_year) && vol.standard_error < 0.003,
        "{vol:?}"
    );
    let Some(path) = file("series/vix_daily.parquet") else {
        return;
    };
    let vix = read_history(&path, None).unwrap();
    let odd: Vec<_> = vix
        .days
        .iter()
        .filter(|day| !is_trading_day(day.date))
        .map(|day| day.date)
        .collect();
    // The index is computed on holidays too since 2022, and was on the day of a president's funeral.
    assert_eq!(
        (vix.days.len(), odd.len(), odd[0]),
        (9235, 33, date(2004, 6, 11))
    );
    assert!(
        odd[1..]
            .iter()
            .all(|&day| day >= date(2022, 5, 30) && is_holiday(day)),
        "{odd:?}"
    );
    assert!(
        vix.notes.contains(&HistoryNote::NotTradingDays {
            rows: 33,
            first: date(2004, 6, 11)
        }),
        "{:?}",
        vix.notes
    );
    let expected =
        1 + market::calendar::trading_days_between(date(1990, 1, 2), vix.days[9234].date) as usize;
    let holes = expected - (vix.days.len() - odd.len());
    assert_eq!(
        holes, 4,
        "the file lacks 1991-03-01, 1997-01-31, 1997-11-26 and 1999-12-31, and no other trading day"
    );
    let Some(path) = file("series/skfolio_sp500_20stocks_adjclose_1990_2022.csv.gz") else {
        return;
    };
    let ko = read_history(&path, Some("KO")).unwrap();
    assert_eq!(ko.days[0].close_usd, 2.235);
    assert!(
        ko.days.iter().all(|day| is_trading_day(day.date)),
        "33 years of trading days"
    );
}

/// Symbol, day, spot, quotes, quotes with both sides, quotes with a volatility.
type Opened = (&'static str, jiff::civil::Date, f64, usize, usize, usize);

/// Counted once more with Python's csv and json modules.
#[test]
fn every_original_opens_with_the_counted_rows() {
    let check = |name: &str, format: Format, rows: usize, refused: usize, chains: &[Opened]| {
        let Some(ingest) = read(&format!("vendor/{name}")) else {
            return;
        };
        assert_eq!(
            (ingest.format, ingest.rows_read, ingest.refused_total()),
            (format, rows, refused),
            "{name}: {:?}",
            ingest.refused_counts
        );
        assert_eq!(ingest.chains.len(), chains.len(), "{name}");
        assert!(!vols_doubted(&ingest), "{name}: {:?}", ingest.notes);
        for (chain, &(symbol, day, spot, quotes, two_sided, vols)) in
            ingest.chains.iter().zip(chains)
        {
            let stats = chain_stats(chain);
            assert_eq!(
                (chain.symbol.as_str(), chain.as_of),
                (symbol, day),
                "{name}"
            );
            let found = chain.spot_usd.unwrap();
            assert!(
                (found / spot - 1.0).abs() < 1e-6,
                "{name}: {found} is not {spot}"
            );
            assert_eq!(
                (
                    stats.quotes,
                    stats.two_sided,
                    stats.quotes - stats.iv_missing
                ),
                (quotes, two_sided, vols),
                "{name}"
            );
        }
    };
    check(
        "massive_polygon_chain_snapshot_AAPL.json",
        Format::Massive,
        1,
        0,
        &[("AAPL", date(2022, 4, 29), 159.9606, 1, 1, 1)],
    );
    // Two looks at the book: the later one counts, and the spot is the median of the index over that one.
    check(
        "deribit_BTC_2021-02-11.csv.gz",
        Format::Deribit,
        976,
        488,
        &[("BTC", date(2021, 2, 11), 47759.205, 488, 135, 488)],
    );
    check(
        "tardis_options_chain.csv",
        Format::Tardis,
        7,
        1,
        &[
            ("BTC", date(2020, 6, 7), 9756.36, 1, 1, 1),
            ("BTC", date(2020, 6, 8), 9758.37, 3, 2, 3),
            ("ETH", date(2020, 6, 8), 245.17345, 2, 1, 2),
        ],
    );
    // The spots are put-call parity's; AAPL closed at 645.57 and, split 7 for 1, at 93.70.
    check(
        "lean_daily_aapl_2014_quote_american.zip",
        Format::Lean,
        4532,
        0,
        &[
            ("AAPL", date(2014, 6, 6), 645.625, 2352, 2195, 0),
            ("AAPL", date(2014, 6, 9), 93.675, 2180, 1982, 0),
        ],
    );
    check(
        "lean_universe_spy_20240104.csv",
        Format::Lean,
        36,
        0,
        &[("SPY", date(2024, 1, 4), 467.28, 36, 0, 13)],
    );
    check(
        "riskalertsys_KO_2026-06-12.json",
        Format::Riskalertsys,
        1006,
        0,
        &[("KO", date(2026, 6, 12), 82.62, 1006, 0, 846)],
    );
}

#[test]
fn pages_of_one_expiry_open_under_their_own_names() {
    let with = |path: &str, name: &str, as_of| {
        let bytes = std::fs::read(file(path)?).unwrap();
        let options = Options {
            as_of,
            ..Options::default()
        };
        Some(market::ingest::read_chains_bytes(name, &bytes, &options).unwrap())
    };
    let name = "amd-options-exp-2025-12-19-monthly-show-all-stacked-10-22-2025.csv";
    let Some(barchart) = with("vendor/barchart_AMD_2025-10-22.csv", name, None) else {
        return;
    };
    let chain = &barchart.chains[0];
    assert_eq!(
        (
            barchart.format,
            chain.symbol.as_str(),
            chain.as_of,
            barchart.rows_read
        ),
        (
            Format::Barchart,
            "AMD",
            date(2025, 10, 22),
            chain.quotes.len() + barchart.refused_total()
        )
    );
    // The moneyness of the put at 480, +109.85 %, puts the share at 480 / 2.0985 = 228.73.
    assert!(
        (chain.spot_usd.unwrap() / 228.73 - 1.0).abs() < 2e-4,
        "{:?}",
        chain.spot_usd
    );
    assert!((chain.quotes[0].iv.unwrap() - 2.1122).abs() < 1e-12);

    let day = Some(date(2024, 10, 1));
    let (csv, json) = (
        "SP500-18-oct-2024-5781.88.csv",
        "vendor/SP500-18-oct-2024-5781.88.json",
    );
    let csv = with("vendor/optionstratlib_SP500_2024-10-18.csv", csv, day).unwrap();
    let json = with(json, "a.json", day).unwrap();
    for ingest in [&csv, &json] {
        let chain = &ingest.chains[0];
        assert_eq!(
            (
                ingest.format,
                chain.symbol.as_str(),
                chain.spot_usd,
                chain.quotes.len()
            ),
            (
                Format::OptionStratLib,
                "SPX",
                Some(5781.88),
                ingest.rows_read
            )
        );
        assert_eq!(chain.quotes[0].contract.expiry, date(2024, 10, 18));
        assert!((chain.quotes[0].iv.unwrap() - 0.1631).abs() < 1e-12);
    }
}

#[test]
fn units_of_the_originals_are_those_they_were_read_in() {
    // Medians over the quotes nearest to the money, at 4 % where the file names no rate.
    let check = |name: &str, fields: &[&str]| {
        let Some(path) = file(&format!("vendor/{name}")) else {
            return;
        };
        let explained = market::ingest::explain_chains(&path, &Options::default()).unwrap();
        let units = explained.check_units(0.04).unwrap();
        let agreed: Vec<&str> = units
            .checks
            .iter()
            .filter(|check| check.as_read == Some(true))
            .map(|check| check.field)
            .collect();
        assert_eq!(agreed, fields, "{name}: {:?}", units.checks);
        assert!(
            units
                .checks
                .iter()
                .all(|check| check.as_read != Some(false)),
            "{name}: {:?}",
            units.checks
        );
    };
    let all = ["iv", "delta", "gamma", "theta", "vega", "rho"];
    check("ivolatility_AAPL_2014-08.csv.gz", &all);
    check("tda_schwab_F_option_chain.json.gz", &all);
    check("deribit_BTC_2021-02-11.csv.gz", &all);
    check(
        "cboe_quotedata_SPY_2025-09-25.csv.gz",
        &["iv", "delta", "gamma"],
    );
    check("yfinance_collector_IWM_2026-08-12.csv.gz", &["iv"]);
    check("riskalertsys_KO_2026-06-12.json", &["delta"]);
}
