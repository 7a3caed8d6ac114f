use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Weekday, date};
use pricing::{Inputs, Right, european};

use super::calibration::{TARGETS, Target, measure, table};
use super::names::{CRASH, NAMES};
use super::path::{days_between, years};
use super::*;
use crate::calendar::is_trading_day;
use crate::events::read_events_bytes;
use crate::history::{Day, read_history_bytes};
use crate::ingest::{Format, Note, Options, read_chains_bytes};

fn committed() -> Vec<Row> {
    files::read_parquet(CHAIN_PARQUET).unwrap()
}

/// The rows of a name.
fn of<'a>(rows: &'a [Row], symbol: &str) -> Vec<&'a Row> {
    rows.iter()
        .filter(|row| row.quote.contract.symbol == symbol)
        .collect()
}

#[test]
fn the_committed_files_are_those_of_the_seed() {
    let sample = generate(SEED);
    assert!(
        committed() == sample.rows,
        "chain.parquet is stale: run `cargo xtask sample`"
    );
    let mut texts = vec![
        ("events.csv".to_owned(), EVENTS_CSV),
        ("account.toml".to_owned(), ACCOUNT_TOML),
        ("README.txt".to_owned(), README_TXT),
        (
            "calibration.txt".to_owned(),
            include_str!("../../sample/calibration.txt"),
        ),
    ];
    texts.extend(
        HISTORIES
            .iter()
            .map(|(symbol, text)| (format!("history_{symbol}.csv"), *text)),
    );
    let rendered: BTreeMap<String, Vec<u8>> = render(&sample).unwrap().into_iter().collect();
    for (name, text) in texts {
        assert!(
            rendered[&name] == text.as_bytes(),
            "{name} is stale: run `cargo xtask sample`"
        );
    }
    assert!(
        CHAIN_PARQUET.len() < 1_930_000,
        "the sample grows beyond what one may ship: {}",
        CHAIN_PARQUET.len()
    );
    assert!(
        generate(SEED + 1).rows != sample.rows,
        "the seed must matter"
    );
}

#[test]
fn the_sample_meets_its_calibration() {
    let lines = measure(&generate(SEED), &TARGETS);
    println!("{}", table(&lines));
    assert!(lines.iter().all(|line| line.fits()), "\n{}", table(&lines));
    assert!(lines.len() >= 40, "{} lines", lines.len());
}

/// A check that cannot fail proves nothing: every line notices a target that is well off.
#[test]
fn a_wrong_target_is_noticed() {
    let sample = generate(SEED);
    let mut wrong = TARGETS;
    for target in &mut wrong {
        let Target {
            realised,
            iv,
            iv_low,
            iv_high,
            skew,
            near,
            far,
            vol_of_iv,
            correlation,
            traded,
            ..
        } = target;
        for number in [realised, iv, near, far, traded] {
            *number *= 1.4;
        }
        for number in [iv_low, iv_high, vol_of_iv] {
            *number *= 1.8;
        }
        *skew += 0.02;
        *correlation += 0.3;
    }
    let vols = measure(&sample, &wrong)
        .into_iter()
        .filter(|line| !line.what.starts_with("put spread"));
    let deaf: Vec<String> = vols
        .filter(|line| line.fits())
        .map(|line| line.what)
        .collect();
    assert!(deaf.is_empty(), "not noticed: {deaf:?}");
    let mut wide = sample;
    for quote in wide.rows.iter_mut().map(|row| &mut row.quote) {
        quote.ask_usd = quote.ask_usd.map(|ask| ask + 0.05);
    }
    let spreads = measure(&wide, &TARGETS)
        .into_iter()
        .filter(|line| line.what.starts_with("put spread"));
    assert!(
        spreads.filter(|line| line.fits()).count() == 0,
        "wider spreads must be noticed"
    );
}

#[test]
#[ignore = "long: tries every seed before the committed one"]
fn long_the_seed_is_the_first_that_fits() {
    let calm = |sample: &Sample| {
        let returns = sample.histories[1].log_returns();
        let quarter = crate::history::realised_vol(&returns[returns.len() - 63..]).unwrap();
        quarter.vol_per_year < 0.165
            && returns[returns.len() - 10..]
                .iter()
                .all(|value| value.abs() < 0.012)
    };
    let split_is_plain = |sample: &Sample| {
        let (date, history) = (NAMES[2].split.unwrap().0, &sample.histories[2]);
        let day = history
            .days
            .iter()
            .position(|day| day.date == date)
            .unwrap();
        history.log_returns()[day - 1].abs() < 0.025
    };
    let fits = |seed: &u64| {
        let sample = generate(*seed);
        calm(&sample)
            && split_is_plain(&sample)
            && measure(&sample, &TARGETS).iter().all(|line| line.fits())
    };
    let found = (1..).find(fits);
    println!("the first seed that fits: {found:?}");
    assert_eq!(found, Some(SEED));
}

/// What stands in the file is an arbitrage-free set of quotes on ticks around the price of its own volatility.
#[test]
fn quotes_are_consistent() {
    let rows = committed();
    let sample = generate(SEED);
    for row in &rows {
        let Row {
            date,
            spot_usd,
            quote,
        } = row;
        let contract = &quote.contract;
        let (bid, ask) = (quote.bid_usd.unwrap_or(0.0), quote.ask_usd.unwrap());
        let exercised = contract.right.intrinsic(*spot_usd, contract.strike_usd);
        assert!(
            bid < ask && (bid + ask) / 2.0 >= exercised - 1e-9,
            "{row:?}"
        );
        assert!(
            contract.expiry > *date && is_trading_day(contract.expiry),
            "{row:?}"
        );
        assert_eq!(quote.iv.is_some(), quote.delta.is_some());
        assert!(
            quote.last_usd.is_some() || quote.volume == Some(0),
            "{row:?}"
        );
        let Some(vol) = quote.iv else { continue };
        let due = sample
            .events
            .iter()
            .filter(|event| event.symbol == contract.symbol);
        let dividends: f64 = due
            .filter(|event| *date < event.date && event.date <= contract.expiry)
            .map(|event| match event.kind {
                EventKind::ExDividend { amount_usd } => {
                    amount_usd * (-RATE * years(*date, event.date)).exp()
                }
                _ => 0.0,
            })
            .sum();
        let inputs = Inputs {
            right: contract.right,
            spot: spot_usd - dividends,
            strike: contract.strike_usd,
            years: years(*date, contract.expiry),
            rate: RATE,
            dividend_yield: 0.0,
            vol,
        };
        let greeks = european::greeks(&inputs);
        assert!(
            bid - 1e-9 <= greeks.price && greeks.price <= ask + 1e-9,
            "{greeks:?} {row:?}"
        );
        let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 0.6e-4;
        assert!(
            close(quote.delta, greeks.delta) && close(quote.theta_per_day, greeks.theta / 365.0),
            "{row:?}"
        );
        assert!(
            close(quote.vega_per_point, greeks.vega / 100.0) && close(quote.gamma, greeks.gamma),
            "{row:?}"
        );
    }
}

#[test]
fn no_spread_can_be_bought_below_what_it_must_pay() {
    let rows = committed();
    let terms = rows.chunk_by(|a, b| {
        let key = |row: &Row| {
            (
                row.date,
                row.quote.contract.expiry,
                row.quote.contract.right,
            )
        };
        key(a) == key(b) && a.quote.contract.symbol == b.quote.contract.symbol
    });
    let mut triples = 0;
    for term in terms {
        assert!(
            term.is_sorted_by(|a, b| a.quote.contract.strike_usd < b.quote.contract.strike_usd)
        );
        let strike = |row: &Row| row.quote.contract.strike_usd;
        let bid = |row: &Row| row.quote.bid_usd.unwrap_or(0.0);
        let ask = |row: &Row| row.quote.ask_usd.unwrap_or(f64::INFINITY);
        for pair in term.windows(2) {
            let (long, short) = if pair[0].quote.contract.right == Right::Call {
                (0, 1)
            } else {
                (1, 0)
            };
            assert!(
                ask(&pair[long]) - bid(&pair[short]) > -1e-9,
                "a vertical for nothing: {pair:?}"
            );
        }
        for three in term.windows(3) {
            let weight =
                (strike(&three[2]) - strike(&three[1])) / (strike(&three[2]) - strike(&three[0]));
            let cost = weight * ask(&three[0]) + (1.0 - weight) * ask(&three[2]) - bid(&three[1]);
            assert!(cost > -1e-9, "a butterfly for nothing: {three:?}");
            triples += 1;
        }
    }
    assert!(triples > 100_000, "{triples}");
}

#[test]
fn the_year_holds_what_it_promises() {
    let sample = generate(SEED);
    let day = |place: usize, date: Date| {
        sample.histories[place]
            .days
            .iter()
            .position(|day| day.date == date)
            .unwrap()
    };
    // The crash, and the fear in it.
    let fund = &sample.histories[0];
    let (from, to) = (day(0, CRASH[0].0) - 1, day(0, CRASH[3].0));
    let fall = fund.days[to].close_usd / fund.days[from].close_usd - 1.0;
    assert!((-0.13..-0.11).contains(&fall), "{fall}");
    let atm = |symbol: &str, date: Date| {
        let rows = sample
            .rows
            .iter()
            .filter(|row| row.date == date && row.quote.contract.symbol == symbol);
        let near =
            rows.filter(|row| (20..45).contains(&days_between(date, row.quote.contract.expiry)));
        let best = near.min_by(|a, b| {
            let distance = |row: &Row| (row.quote.contract.strike_usd / row.spot_usd - 1.0).abs();
            distance(a).total_cmp(&distance(b))
        });
        best.and_then(|row| row.quote.iv).unwrap()
    };
    let (before, after) = (
        atm(SYMBOLS[0], fund.days[from].date),
        atm(SYMBOLS[0], fund.days[to].date),
    );
    assert!(after > 2.0 * before && after < 0.6, "{before} {after}");

    // The split: the price falls to a quarter, strikes follow to the cent, holders keep their contracts.
    let split = NAMES[2].split.unwrap().0;
    let volatile = &sample.histories[2];
    let Day {
        close_usd,
        open_usd,
        ..
    } = volatile.days[day(2, split)];
    let eve = &volatile.days[day(2, split) - 1];
    assert!((open_usd.unwrap() * 4.0 / eve.close_usd - 1.0).abs() < 0.1 && close_usd < 40.0);
    let strikes = |date: Date| -> BTreeSet<i64> {
        let rows = of(&sample.rows, SYMBOLS[2])
            .into_iter()
            .filter(|row| row.date == date);
        rows.map(|row| (100.0 * row.quote.contract.strike_usd).round() as i64)
            .collect()
    };
    let (old, new) = (strikes(eve.date), strikes(split));
    assert!(
        new.iter().any(|cents| cents % 50 != 0),
        "odd strikes after the split"
    );
    let lost = old
        .iter()
        .filter(|cents| !new.contains(&((**cents as f64 / 4.0).round() as i64)))
        .count();
    assert_eq!(lost, 0);

    // Dividends come off the price; what is left is an ordinary return.
    for history in &sample.histories {
        assert!(history.log_returns().iter().all(|value| value.abs() < 0.3));
        let ordered = |day: &Day| {
            let (low, high) = (day.low_usd.unwrap(), day.high_usd.unwrap());
            low <= day.close_usd
                && day.close_usd <= high
                && low <= day.open_usd.unwrap()
                && day.open_usd.unwrap() <= high
        };
        assert!(history.days.iter().all(ordered));
    }
    let paid: Vec<f64> = sample
        .histories
        .iter()
        .map(|h| h.days.iter().map(|day| day.dividend_usd).sum())
        .collect();
    assert!(
        (paid[0] - 1.14).abs() < 1e-9 && (paid[1] - 2.08).abs() < 1e-9 && paid[2] == 0.0,
        "{paid:?}"
    );

    // The payer's future: an ex-date in three weeks, no earnings for forty days, and a calm end.
    let coming: Vec<&Event> = sample
        .events
        .iter()
        .filter(|event| event.symbol == SYMBOLS[1] && event.date > LAST_DAY)
        .collect();
    assert_eq!((coming[0].date, coming.len()), (date(2026, 7, 21), 2));
    assert!(coming[1].kind == EventKind::Earnings && days_between(LAST_DAY, coming[1].date) > 40);
    let calm = atm(SYMBOLS[1], LAST_DAY);
    assert!((0.18..0.23).contains(&calm), "{calm}");
}

#[test]
fn the_chain_looks_like_a_chain() {
    let rows = committed();
    let share = |what: fn(&Row) -> bool| {
        rows.iter().filter(|row| what(row)).count() as f64 / rows.len() as f64
    };
    let bidless = share(|row| row.quote.bid_usd.is_none());
    let untraded = share(|row| row.quote.volume == Some(0));
    assert!(
        (0.05..0.20).contains(&bidless) && (0.10..0.35).contains(&untraded),
        "{bidless} {untraded}"
    );
    // Five-cent ticks from $3, except in the fund.
    let odd = |symbol| {
        let dear = of(&rows, symbol)
            .into_iter()
            .filter_map(|row| row.quote.bid_usd)
            .filter(|bid| *bid > 3.5);
        dear.filter(|bid| (100.0 * bid).round() as i64 % 5 != 0)
            .count()
    };
    assert!(odd(SYMBOLS[0]) > 1000 && odd(SYMBOLS[1]) == 0 && odd(SYMBOLS[2]) == 0);
    // Third Fridays, or the day before where the exchange is shut (2026-06-19).
    let expiries: BTreeSet<Date> = rows.iter().map(|row| row.quote.contract.expiry).collect();
    assert!(
        expiries.contains(&date(2026, 6, 18))
            && expiries.contains(&date(2026, 7, 17))
            && expiries.contains(&date(2026, 7, 2))
    );
    let friday = |expiry: &Date| {
        expiry.weekday() == Weekday::Friday || !is_trading_day(expiry.saturating_add(1.days()))
    };
    assert!(expiries.iter().all(friday));
    // What was quoted once is quoted until it expires.
    let mut seen: BTreeMap<(&str, Date), BTreeSet<Date>> = BTreeMap::new();
    for row in &rows {
        seen.entry((&row.quote.contract.symbol, row.quote.contract.expiry))
            .or_default()
            .insert(row.date);
    }
    for ((_, expiry), days) in seen {
        let (first, last) = (*days.first().unwrap(), *days.last().unwrap());
        assert_eq!(
            days.len() as u32,
            crate::calendar::trading_days_between(first, last) + 1
        );
        assert!(last == LAST_DAY || crate::calendar::next_trading_day(last) == expiry);
    }
}

#[test]
fn the_readers_take_every_file_without_complaint() {
    let sample = generate(SEED);
    let ingest = read_chains_bytes("chain.parquet", CHAIN_PARQUET, &Options::default()).unwrap();
    assert_eq!(
        (ingest.format, ingest.refused_total()),
        (Format::Common, 0),
        "{:?}",
        ingest.refused
    );
    assert_eq!(ingest.chains.len(), 3 * sample.histories[0].days.len());
    assert!(
        ingest
            .chains
            .iter()
            .all(|chain| chain.is_synthetic() && chain.spot_usd.is_some())
    );
    assert_eq!(
        ingest
            .chains
            .iter()
            .map(|chain| chain.quotes.len())
            .sum::<usize>(),
        sample.rows.len()
    );
    let splits = ingest.splits();
    assert!(
        splits.len() == 1 && splits[0].symbol == SYMBOLS[2],
        "{splits:?}"
    );
    let others: Vec<&Note> = ingest
        .notes
        .iter()
        .filter(|note| !matches!(note, Note::SplitLike(_)))
        .collect();
    assert!(others.is_empty(), "{others:?}");

    let csv = files::chain_csv(&sample.rows, CSV_DAYS);
    let text = read_chains_bytes("chain.csv", csv.as_bytes(), &Options::default()).unwrap();
    assert_eq!(
        (text.refused_total(), text.chains.len()),
        (0, 3 * CSV_DAYS),
        "{:?}",
        text.refused
    );
    let last = ingest
        .chains
        .iter()
        .rfind(|chain| chain.symbol == SYMBOLS[1])
        .unwrap();
    let same = text
        .chains
        .iter()
        .rfind(|chain| chain.symbol == SYMBOLS[1])
        .unwrap();
    assert_eq!(
        (last.as_of, last.quotes.len()),
        (same.as_of, same.quotes.len())
    );
    let money = |chain: &crate::Chain| -> Vec<(f64, Option<f64>, Option<f64>)> {
        chain
            .quotes
            .iter()
            .map(|quote| (quote.contract.strike_usd, quote.bid_usd, quote.ask_usd))
            .collect()
    };
    assert_eq!(money(last), money(same));

    for ((symbol, text), history) in HISTORIES.iter().zip(&sample.histories) {
        let read = read_history_bytes(symbol, text.as_bytes(), None).unwrap();
        assert_eq!(
            (&read.days, read.notes.len()),
            (&history.days, 0),
            "{:?}",
            read.notes
        );
    }
    assert_eq!(
        read_events_bytes("events.csv", EVENTS_CSV.as_bytes()).unwrap(),
        sample.events
    );
}

#[test]
fn the_account_holds_contracts_of_the_last_chain() {
    let rows = committed();
    let words: Vec<&str> = ACCOUNT_TOML
        .lines()
        .filter_map(|line| line.split(" = ").nth(1))
        .collect();
    let plain = |text: &str| text.trim_matches('"').to_owned();
    for option in ACCOUNT_TOML.split("[[options]]").skip(1) {
        let value = |key: &str| {
            let line = option.lines().find(|line| line.starts_with(key)).unwrap();
            plain(line.split(" = ").nth(1).unwrap())
        };
        let quoted = |row: &&Row| {
            let contract = &row.quote.contract;
            let right = if contract.right == Right::Call {
                "call"
            } else {
                "put"
            };
            contract.symbol == value("symbol")
                && right == value("right")
                && contract.expiry.to_string() == value("expiry")
                && format!("{:.2}", contract.strike_usd) == value("strike_usd")
        };
        let days: Vec<&Row> = rows.iter().filter(quoted).collect();
        assert_eq!(days.last().unwrap().date, LAST_DAY);
        let opened = days
            .iter()
            .find(|row| row.date.to_string() == value("opened"))
            .unwrap();
        assert_eq!(
            format!("{:.2}", opened.quote.bid_usd.unwrap()),
            value("premium_usd_per_share")
        );
    }
    assert_eq!(words[0], "1", "the schema version");
    assert_eq!(ACCOUNT_TOML.matches("[[options]]").count(), 2);
}

#[test]
fn writing_twice_is_fine_and_overwriting_is_not() {
    let folder = std::env::temp_dir().join(format!("jarvis2-sample-{}", std::process::id()));
    let paths = write(&folder).unwrap();
    assert_eq!(paths.len(), 8);
    assert_eq!(write(&folder).unwrap(), paths);
    let csv = folder.join("chain.csv");
    fs::write(&csv, "mine").unwrap();
    fs::remove_file(folder.join("README.txt")).unwrap();
    let refused = write(&folder).unwrap_err();
    assert!(
        matches!(&refused, Error::WouldOverwrite { file } if file.ends_with("chain.csv")),
        "{refused}"
    );
    assert_eq!(fs::read_to_string(&csv).unwrap(), "mine");
    assert!(
        !folder.join("README.txt").exists(),
        "nothing is written when something is refused"
    );
    fs::remove_dir_all(&folder).unwrap();
}
