use std::collections::{BTreeMap, BTreeSet};

use pricing::Right;

use super::*;
use crate::Quote;
use crate::calendar::{is_trading_day, trading_days_between};
use crate::sample::path::{days_between, years};

/// What quotes of any year must satisfy: no vertical and no butterfly for less than it must pay, bid below ask around the
/// value, and nothing listed that has expired.
fn check_chain(chain: &Chain) {
    let spot = chain.spot_usd.unwrap();
    assert!(is_trading_day(chain.as_of), "{}", chain.as_of);
    let order = |quote: &Quote| {
        (
            quote.contract.expiry,
            (100.0 * quote.contract.strike_usd).round() as i64,
            quote.contract.right,
        )
    };
    assert!(
        chain.quotes.is_sorted_by(|a, b| order(a) < order(b)),
        "{}",
        chain.as_of
    );
    for quote in &chain.quotes {
        let contract = &quote.contract;
        let (bid, ask) = (quote.bid_usd.unwrap_or(0.0), quote.ask_usd.unwrap());
        let exercised = contract.right.intrinsic(spot, contract.strike_usd);
        assert!(
            bid < ask && (bid + ask) / 2.0 >= exercised - 1e-9,
            "{quote:?}"
        );
        assert!(
            contract.expiry > chain.as_of && is_trading_day(contract.expiry),
            "{quote:?}"
        );
    }
    for right in [Right::Call, Right::Put] {
        let side: Vec<&Quote> = chain
            .quotes
            .iter()
            .filter(|quote| quote.contract.right == right)
            .collect();
        for term in side.chunk_by(|a, b| a.contract.expiry == b.contract.expiry) {
            let strike = |quote: &Quote| quote.contract.strike_usd;
            let bid = |quote: &Quote| quote.bid_usd.unwrap_or(0.0);
            let ask = |quote: &Quote| quote.ask_usd.unwrap();
            for pair in term.windows(2) {
                let (long, short) = if right == Right::Call { (0, 1) } else { (1, 0) };
                assert!(
                    ask(pair[long]) - bid(pair[short]) > -1e-9,
                    "a vertical for nothing: {pair:?}"
                );
            }
            for three in term.windows(3) {
                let weight =
                    (strike(three[2]) - strike(three[1])) / (strike(three[2]) - strike(three[0]));
                let cost = weight * ask(three[0]) + (1.0 - weight) * ask(three[2]) - bid(three[1]);
                assert!(cost > -1e-9, "a butterfly for nothing: {three:?}");
            }
        }
    }
}

#[test]
fn every_day_of_some_years_is_a_chain_without_arbitrage() {
    let long = Long {
        seed: 5,
        years: 3,
        ..Long::default()
    };
    for symbol in SYMBOLS {
        let (mut days, mut before) = (0, None);
        // Expiry to the first and last day it was seen on, and the strikes of its last day.
        let mut listed: BTreeMap<Date, (Date, Date, BTreeSet<i64>)> = BTreeMap::new();
        let history = long.history(symbol).unwrap();
        for (chain, day) in long.chains(symbol).unwrap().zip(&history.days) {
            check_chain(&chain);
            assert_eq!(
                (chain.as_of, chain.spot_usd),
                (day.date, Some(day.close_usd))
            );
            assert!(before < Some(chain.as_of));
            let mut today: BTreeMap<Date, BTreeSet<i64>> = BTreeMap::new();
            for quote in &chain.quotes {
                let cents = (100.0 * quote.contract.strike_usd).round() as i64;
                today
                    .entry(quote.contract.expiry)
                    .or_default()
                    .insert(cents);
            }
            for (expiry, strikes) in today {
                let seen =
                    listed
                        .entry(expiry)
                        .or_insert((chain.as_of, chain.as_of, BTreeSet::new()));
                if day.split == 1.0 {
                    assert!(
                        seen.2.is_subset(&strikes),
                        "{symbol} {expiry} lost a strike on {}",
                        chain.as_of
                    );
                }
                (seen.1, seen.2) = (chain.as_of, strikes);
            }
            before = Some(chain.as_of);
            days += 1;
        }
        assert_eq!(before, Some(LAST_DAY));
        assert_eq!(
            days,
            trading_days_between(long.first_day(), LAST_DAY)
                + u32::from(is_trading_day(long.first_day()))
        );
        for (expiry, (first, last, _)) in listed {
            assert!(
                first < expiry
                    && (last == LAST_DAY || crate::calendar::next_trading_day(last) == expiry)
            );
        }
    }
}

#[test]
fn dividends_of_history_and_events_are_the_same_and_grow() {
    let long = Long::default();
    for (symbol, per_year) in SYMBOLS.into_iter().zip([4.0, 4.0, 0.0]) {
        let history = long.history(symbol).unwrap();
        let events = long.events(symbol).unwrap();
        let paid: Vec<(Date, f64)> = history
            .days
            .iter()
            .filter(|day| day.dividend_usd > 0.0)
            .map(|day| (day.date, day.dividend_usd))
            .collect();
        let due: Vec<(Date, f64)> = events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::ExDividend { amount_usd } => Some((event.date, amount_usd)),
                _ => None,
            })
            .collect();
        assert_eq!(paid.len() as f64, 10.0 * per_year, "{symbol}");
        let past: Vec<(Date, f64)> = due
            .iter()
            .copied()
            .filter(|(date, _)| *date <= LAST_DAY)
            .collect();
        assert_eq!(paid, past, "{symbol}");
        assert!(due.is_sorted_by(|a, b| a.1 <= b.1), "{symbol}");
        if per_year > 0.0 {
            assert_eq!(
                due.len(),
                past.len() + 1,
                "the next dividend is known: {symbol}"
            );
            assert!(due[0].1 < 0.8 * due[due.len() - 1].1, "{symbol}");
        }
        let returns = history.log_returns();
        assert!(returns.iter().all(|value| value.abs() < 0.35), "{symbol}");
        assert!(events.iter().all(|event| is_trading_day(event.date)));
    }
}

#[test]
fn a_seed_is_a_market_and_a_premium_changes_what_is_realised() {
    let long = Long {
        years: 1,
        seed: 3,
        ..Long::default()
    };
    let first = |long: &Long| long.chains("SYNVOL").unwrap().nth(100).unwrap();
    assert_eq!(first(&long), first(&long));
    assert_ne!(
        first(&long),
        first(&Long {
            seed: 4,
            ..long.clone()
        })
    );
    assert!(matches!(
        long.chains("SPY"),
        Err(Error::SymbolAbsent { .. })
    ));
    let realised = |premium| {
        let market = Long {
            premium: Some(premium),
            ..long.clone()
        };
        let returns = market.history("SYNDIV").unwrap().log_returns();
        returns.iter().map(|x| x * x).sum::<f64>()
    };
    // (1.3 / 1)^2, less the part of earnings, which stays.
    assert!(realised(0.0) > 1.4 * realised(0.3));
    // Fewer expiries are the same market with less in it.
    let few = Long {
        monthly_only: true,
        ..long.clone()
    };
    let (all, some) = (first(&long), first(&few));
    println!("{} of {} quotes", some.quotes.len(), all.quotes.len());
    assert!(4 * some.quotes.len() < 3 * all.quotes.len());
    let strip = |quote: &Quote| {
        (
            quote.contract.clone(),
            quote.bid_usd,
            quote.ask_usd,
            quote.iv,
        )
    };
    let all: Vec<_> = all.quotes.iter().map(strip).collect();
    assert!(some.quotes.iter().all(|quote| all.contains(&strip(quote))));
}

/// Prices over decades, whatever the seed.
#[test]
fn decades_stay_plausible() {
    for (symbol, lowest, highest) in [
        ("SYNIDX", 5.0, 600.0),
        ("SYNDIV", 3.0, 600.0),
        ("SYNVOL", 0.5, 600.0),
    ] {
        const SEEDS: u64 = 200;
        let (mut lows, mut highs, mut closes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut splits, mut cuts) = (0, 0);
        for seed in 0..SEEDS {
            let long = Long {
                seed,
                ..Long::default()
            };
            let path = long.path(symbol).unwrap().1;
            let mut close = path.days.iter().map(|day| day.close_usd);
            lows.push(close.clone().fold(f64::INFINITY, f64::min));
            highs.push(close.clone().fold(0.0, f64::max));
            closes.extend(close.next_back());
            splits += path.days.iter().filter(|day| day.split != 1.0).count();
            let paid = &path.schedule.dividends;
            cuts += usize::from(!paid.is_sorted_by(|a, b| a.amount_usd <= b.amount_usd));
        }
        let pennies = lows.iter().filter(|low| **low < 1.0).count();
        for sorted in [&mut lows, &mut highs, &mut closes] {
            sorted.sort_by(f64::total_cmp);
        }
        let at = |sorted: &[f64]| {
            [0.0, 0.05, 0.5, 0.95, 1.0].map(|share| sorted[(share * 199.0) as usize])
        };
        println!(
            "{symbol} at 0, 5, 50, 95, 100 %: lowest {:?}, highest {:?}, last {:?}; {pennies} of {SEEDS} decades below $1, {splits} splits, {cuts} with a dividend cut",
            at(&lows),
            at(&highs),
            at(&closes)
        );
        assert!(lowest < lows[0] && highs[199] < highest, "{symbol}");
        assert!(
            pennies as u64 * 20 <= SEEDS,
            "{symbol}: {pennies} decades below $1"
        );
        assert_eq!(splits > 0, symbol == "SYNVOL");
    }
}

/// Realised over implied variance, thirty days ahead at the money: it is `expected` within its error over many seeds.
fn check(market: &dyn Fn(u64) -> Long, symbol: &str, seeds: u64, expected: f64) {
    let mut ratios = Vec::new();
    for seed in 0..seeds {
        let long = market(seed);
        let returns = long.history(symbol).unwrap().log_returns();
        let chains: Vec<Chain> = long.chains(symbol).unwrap().collect();
        let (mut own, mut free_from) = (Vec::new(), chains[0].as_of);
        for (t, chain) in chains
            .iter()
            .enumerate()
            .filter(|(_, chain)| chain.as_of < LAST_DAY)
        {
            let spot = chain.spot_usd.unwrap();
            let near = chain.quotes.iter().filter(|quote| {
                (28..=33).contains(&days_between(chain.as_of, quote.contract.expiry))
            });
            let at_the_money = near.filter(|quote| quote.iv.is_some()).min_by(|a, b| {
                let distance = |quote: &Quote| (quote.contract.strike_usd / spot).ln().abs();
                distance(a).total_cmp(&distance(b))
            });
            let Some(quote) = at_the_money
                .filter(|quote| chain.as_of >= free_from && quote.contract.expiry <= LAST_DAY)
            else {
                continue;
            };
            let days = trading_days_between(chain.as_of, quote.contract.expiry) as usize;
            let realised: f64 = returns[t..t + days].iter().map(|x| x * x).sum();
            let implied = quote.iv.unwrap().powi(2) * years(chain.as_of, quote.contract.expiry);
            own.push(realised / implied);
            free_from = quote.contract.expiry;
        }
        ratios.push(own.iter().sum::<f64>() / own.len() as f64);
    }
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n;
    let error = (ratios.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt();
    println!("{symbol}: realised / implied variance {mean:.4} +- {error:.4}");
    assert!(
        (mean - expected).abs() < 3.0 * error,
        "{symbol}: {mean} +- {error}"
    );
    assert!(error < 0.04, "{symbol}: {error}");
}

#[test]
fn without_a_premium_what_is_implied_is_realised() {
    for symbol in SYMBOLS {
        let years = |seed| Long {
            years: 1,
            monthly_only: true,
            ..Long::fair(seed)
        };
        check(&years, symbol, 50, 1.0);
    }
}

/// A check that cannot fail proves nothing: a premium of a quarter is seen as one.
#[test]
fn a_planted_premium_is_what_sellers_are_paid() {
    let years = |seed| Long {
        years: 1,
        monthly_only: true,
        premium: Some(0.25),
        ..Long::fair(seed)
    };
    check(&years, "SYNIDX", 60, 1.0 / 1.25f64.powi(2));
}

/// The same where volatility moves: its expectation is the generator's own. Crashes are in nobody's forecast: years without one.
#[test]
fn without_a_premium_moving_volatility_is_expected_rightly() {
    for symbol in SYMBOLS {
        let calm = |seed: &u64| {
            let long = Long {
                seed: *seed,
                years: 1,
                ..Long::default()
            };
            long.path(symbol).unwrap().1.schedule.crash.is_empty()
        };
        let seeds: Vec<u64> = (0..).filter(calm).take(50).collect();
        let years = |seed: u64| Long {
            seed: seeds[seed as usize],
            years: 1,
            monthly_only: true,
            premium: Some(0.0),
            drift: Some(RATE),
            ..Long::default()
        };
        check(&years, symbol, 50, 1.0);
    }
}

#[test]
fn a_long_history_is_written_once_and_read_by_every_reader() {
    let folder = std::env::temp_dir().join(format!("jarvis2-long-{}", std::process::id()));
    let long = Long {
        years: 2,
        seed: 11,
        ..Long::default()
    };
    let symbols = ["SYNDIV", "SYNVOL"];
    let mut fractions = Vec::new();
    let mut go_on = |_: &str, done: f64| {
        fractions.push(done);
        true
    };
    let paths = long.write(&folder, &symbols, &mut go_on).unwrap().unwrap();
    assert!(fractions.is_sorted() && fractions.last() == Some(&1.0));
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "README.txt",
            "chain_SYNDIV.parquet",
            "chain_SYNVOL.parquet",
            "events.csv",
            "history_SYNDIV.csv",
            "history_SYNVOL.csv"
        ]
    );
    assert_eq!(paths.len(), names.len());
    let events = crate::events::read_events(&folder.join("events.csv")).unwrap();
    for symbol in symbols {
        let path = folder.join(format!("history_{symbol}.csv"));
        let history = crate::history::read_history(&path, None).unwrap();
        assert_eq!(history.days, long.history(symbol).unwrap().days);
        let own: Vec<Event> = events
            .iter()
            .filter(|event| event.symbol == symbol)
            .cloned()
            .collect();
        assert_eq!(own, long.events(symbol).unwrap());
        let mut files = crate::tape::Files::open(
            std::slice::from_ref(&folder),
            &[symbol.to_owned()],
            Default::default(),
        )
        .unwrap();
        while files.next_day().unwrap().is_some() {}
        assert_eq!(files.counts().days, history.days.len());
        let splits = history.days.iter().filter(|day| day.split != 1.0).count();
        assert_eq!(files.splits_seen().len(), splits);
    }
    // Again: nothing to do. Another seed: refused. Stopped: nothing is left behind.
    assert_eq!(
        long.write(&folder, &symbols, &mut |_, _| true).unwrap(),
        Some(paths)
    );
    let other = Long { seed: 12, ..long };
    let refused = other
        .write(&folder, &symbols, &mut |_, _| true)
        .unwrap_err();
    assert!(
        matches!(&refused, Error::WouldOverwrite { .. }),
        "{refused}"
    );
    let stopped = folder.join("stopped");
    let answer = other.write(&stopped, &symbols, &mut |_, done| done < 0.7);
    assert_eq!(answer.unwrap(), None);
    assert_eq!(std::fs::read_dir(&stopped).unwrap().count(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
#[ignore = "long: prints how fast a year is made"]
fn long_a_year_of_one_name_is_quick() {
    for monthly_only in [false, true] {
        let started = std::time::Instant::now();
        let long = Long {
            monthly_only,
            ..Long::default()
        };
        let quotes: usize = long
            .chains("SYNIDX")
            .unwrap()
            .map(|chain| chain.quotes.len())
            .sum();
        println!(
            "ten years of SYNIDX, monthly only: {monthly_only}: {quotes} quotes in {:?}",
            started.elapsed()
        );
    }
}
