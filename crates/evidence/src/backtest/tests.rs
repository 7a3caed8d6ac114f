use super::audit::{Auditor, Finding, foresight};
use super::traders::{Bills, BuyAndHold, BuyWrite, PutWrite, Random, Rule};
use super::*;
use jiff::civil::date;
use market::events::{EventKind, read_events_bytes};
use market::history::{History, read_history_bytes};
use market::ingest::{Options, read_chains_bytes};
use market::sample;
use market::tape::{Chains, Tape};
use wheel::action::{Grid, Limits};
use wheel::{Kind, Leg};

fn terms() -> Terms {
    Terms {
        capital: Cents(10_000_000),
        rate: 0.036,
        debit_spread: 0.05,
        costs: Costs {
            per_contract: Cents(65),
            per_share_usd: 0.0,
            per_assignment: Cents(0),
        },
        fills: Fills::default(),
        dividend_notice_days: 45,
    }
}

fn history(symbol: &str) -> History {
    let (_, text) = sample::HISTORIES
        .iter()
        .find(|(name, _)| *name == symbol)
        .unwrap();
    read_history_bytes("history.csv", text.as_bytes(), Some(symbol)).unwrap()
}

fn corporate(symbol: &str) -> Corporate {
    let history = history(symbol);
    let mut dividends: Vec<(Date, f64)> = history
        .days
        .iter()
        .filter(|day| day.dividend_usd > 0.0)
        .map(|day| (day.date, day.dividend_usd))
        .collect();
    let last = history.days.last().unwrap().date;
    let events = read_events_bytes("events.csv", sample::EVENTS_CSV.as_bytes()).unwrap();
    let later = events
        .iter()
        .filter(|event| event.symbol == symbol && event.date > last);
    dividends.extend(later.filter_map(|event| match event.kind {
        EventKind::ExDividend { amount_usd } => Some((event.date, amount_usd)),
        _ => None,
    }));
    let splits = history
        .days
        .iter()
        .filter(|day| day.split != 1.0)
        .map(|day| (day.date, day.split));
    Corporate {
        splits: splits.collect(),
        dividends,
        delisting: None,
    }
}

fn empty() -> History {
    History {
        symbol: None,
        days: Vec::new(),
        notes: Vec::new(),
        rows_read: 0,
    }
}

fn chains(symbol: &str) -> Vec<Chain> {
    let options = Options {
        symbol: Some(symbol.to_owned()),
        ..Options::default()
    };
    read_chains_bytes("sample", sample::CHAIN_PARQUET, &options)
        .unwrap()
        .chains
}

fn random(seed: u64) -> Random {
    let grid = Grid {
        put_deltas: vec![0.2, 0.3, 0.4],
        call_deltas: vec![0.2, 0.3],
        expiries: 3,
        sizes: vec![1.0, 0.5],
        stock_trades: true,
        actions_max: 64,
    };
    let limits = Limits {
        collateral_fraction: 1.0,
        concentration_fraction: 1.0,
        delta_fraction: 1.0,
        days: (7, 60),
        open_interest_min: 0,
        spread_fraction_max: 1.0,
    };
    Random::new(seed, grid, limits)
}

/// Lives through these days, audited.
fn lived(account: Account<'_>, symbol: &str, days: Vec<Chain>) -> (Run, Vec<Finding>) {
    let mut account = account;
    let mut auditor = Auditor::new(
        &terms_of(&account),
        &corporate(symbol),
        Some(&history(symbol)),
    );
    let mut tape = Chains::new(days);
    while let Some(chain) = tape.next_day().unwrap() {
        account.step(&chain).unwrap();
        auditor.see(&chain, account.run());
    }
    (account.finish(), auditor.close(Some(sample::LAST_DAY)))
}

fn terms_of(account: &Account<'_>) -> Terms {
    account.run().terms.clone()
}

fn account(trader: Box<dyn Trader>, symbol: &str) -> Account<'static> {
    Account::new(trader, terms(), corporate(symbol), empty())
}

#[test]
fn every_trader_leaves_books_that_a_second_pair_agrees_with() {
    for symbol in sample::SYMBOLS {
        let days = chains(symbol);
        let traders: Vec<Box<dyn Trader>> = vec![
            Box::new(Bills),
            Box::new(BuyAndHold),
            Box::new(Rule::default()),
            Box::new(Rule {
                delta: 0.45,
                days: 10,
            }),
            Box::new(PutWrite),
            Box::new(BuyWrite),
            Box::new(random(7)),
        ];
        for trader in traders {
            let (run, findings) = lived(account(trader, symbol), symbol, days.clone());
            assert_eq!(findings, [], "{symbol}, {}", run.name);
            assert_eq!(run.nights.len(), days.len());
            let traded = run
                .entries
                .iter()
                .filter(|e| matches!(e.why, Some(Cause::Order(..))))
                .count();
            let (_, last) = run.ends().unwrap();
            println!(
                "{symbol} {:40} {:>12} {:3} trades, {} unfilled {:?}",
                run.name,
                last.equity.to_string(),
                traded,
                run.unfilled.len(),
                run.notes
            );
            if !run.name.starts_with("T-bills") {
                assert!(
                    traded > 0,
                    "{symbol}, {} never traded: {:?}",
                    run.name,
                    run.unfilled
                );
            }
        }
    }
}

#[test]
fn bills_earn_the_rate_and_holding_the_share() {
    let (run, _) = lived(
        account(Box::new(Bills), "SYNDIV"),
        "SYNDIV",
        chains("SYNDIV"),
    );
    let (first, last) = run.ends().unwrap();
    let years = f64::from((last.date - first.date).get_days()) / 365.0;
    // A cent of rounding a day at most.
    assert!((last.equity.usd() - 100_000.0 * (0.036 * years).exp()).abs() < 2.6);
    let (run, _) = lived(
        account(Box::new(BuyAndHold), "SYNDIV"),
        "SYNDIV",
        chains("SYNDIV"),
    );
    let total: f64 = history("SYNDIV").log_returns().iter().sum();
    let (_, last) = run.ends().unwrap();
    assert!((last.equity.usd() / 100_000.0 / total.exp() - 1.0).abs() < 0.002);
}

#[test]
fn planted_defects_are_found() {
    let plant = |defect: Defect, trader: Box<dyn Trader>| {
        lived(
            account(trader, "SYNVOL").with(defect),
            "SYNVOL",
            chains("SYNVOL"),
        )
        .1
    };
    let rule = || {
        Box::new(Rule {
            delta: 0.45,
            days: 15,
        })
    };
    let stale = plant(Defect::StaleFills, rule());
    assert!(
        stale.iter().any(|f| matches!(f, Finding::Price { .. })),
        "{stale:?}"
    );
    let twice = plant(Defect::DoublePremium, rule());
    assert!(
        twice.iter().any(|f| matches!(f, Finding::Cash { .. })),
        "{twice:?}"
    );
    let cost = plant(Defect::UnmarkedShares, rule());
    assert!(
        cost.iter().any(|f| matches!(f, Finding::Mark { .. })),
        "{cost:?}"
    );
    let free = plant(Defect::FreeTrades, rule());
    assert!(
        free.iter().any(|f| matches!(f, Finding::Fee { .. })),
        "{free:?}"
    );
}

#[test]
fn a_day_late_and_a_share_that_vanished_are_found() {
    let mut late = chains("SYNIDX");
    late.truncate(60);
    for chain in &mut late {
        chain.as_of = market::calendar::next_trading_day(chain.as_of);
        let as_of = chain.as_of;
        chain.quotes.retain(|quote| quote.contract.expiry > as_of);
    }
    let (_, findings) = lived(account(Box::new(BuyAndHold), "SYNIDX"), "SYNIDX", late);
    assert!(
        findings.iter().any(|f| matches!(f, Finding::Date { .. })),
        "{findings:?}"
    );
    assert!(
        findings
            .iter()
            .any(|f| matches!(f, Finding::Vanished { .. })),
        "{findings:?}"
    );
}

/// Sells a put only where the next day's close is higher.
struct Seer {
    later: Vec<(Date, f64)>,
}

impl Trader for Seer {
    fn name(&self) -> String {
        "seer".to_owned()
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error> {
        let tomorrow = self
            .later
            .iter()
            .find(|(day, _)| *day > today.date())
            .map(|(_, close)| *close);
        if tomorrow.is_some_and(|close| close > today.spot.usd()) {
            Rule::default().decide(today)
        } else {
            Ok(None)
        }
    }
}

#[test]
fn foresight_is_found_and_hindsight_is_not() {
    let days = chains("SYNVOL");
    let until = days[120].as_of;
    // Another future: everything after that day a tenth dearer.
    let mut other = days.clone();
    for chain in other.iter_mut().filter(|chain| chain.as_of > until) {
        chain.spot_usd = chain.spot_usd.map(|spot| 0.8 * spot);
    }
    let closes = |days: &[Chain]| {
        days.iter()
            .map(|chain| (chain.as_of, chain.spot_usd.unwrap()))
            .collect::<Vec<_>>()
    };
    let run = |trader: Box<dyn Trader>, days: &[Chain]| {
        lived(account(trader, "SYNVOL"), "SYNVOL", days.to_vec()).0
    };
    let honest = |days: &[Chain]| run(Box::<Rule>::default(), days);
    assert_eq!(foresight(&honest(&days), &honest(&other), until), None);
    let mut caught = 0;
    // A seer is caught where the futures differ enough to change what it does: on the eve of the change.
    for cut in 100..125 {
        let until = days[cut].as_of;
        let mut other = days.clone();
        for chain in other.iter_mut().filter(|chain| chain.as_of > until) {
            chain.spot_usd = chain.spot_usd.map(|spot| 0.8 * spot);
        }
        let seer = |days: &[Chain]| {
            run(
                Box::new(Seer {
                    later: closes(days),
                }),
                days,
            )
        };
        caught += usize::from(foresight(&seer(&days), &seer(&other), until).is_some());
    }
    assert!(
        caught > 0,
        "a trader that knows tomorrow's close was not found"
    );
}

/// Buys shares on the first day, sells a call on the second, and then waits.
struct Scripted(Vec<(Date, Action)>);

impl Trader for Scripted {
    fn name(&self) -> String {
        "scripted".to_owned()
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error> {
        Ok(self
            .0
            .iter()
            .find(|(on, _)| *on == today.date())
            .map(|(_, action)| action.clone()))
    }
}

fn quote(right: Right, strike: f64, expiry: Date, bid: f64, ask: f64) -> Quote {
    Quote {
        contract: market::Contract {
            symbol: "X".to_owned(),
            right,
            style: Style::American,
            expiry,
            strike_usd: strike,
            multiplier: 100,
        },
        bid_usd: Some(bid),
        ask_usd: Some(ask),
        last_usd: None,
        volume: None,
        open_interest: None,
        iv: None,
        delta: None,
        gamma: None,
        theta_per_day: None,
        vega_per_point: None,
        rho_per_percent: None,
    }
}

fn chain(on: Date, spot: f64, quotes: Vec<Quote>) -> Chain {
    Chain {
        symbol: "X".to_owned(),
        as_of: on,
        spot_usd: Some(spot),
        rate: None,
        source: "by hand".to_owned(),
        quotes,
    }
}

fn short(right: Right, strike: i64, expiry_day: u16, contracts: i32) -> Action {
    let kind = if right == Right::Put {
        Kind::SellPut
    } else {
        Kind::SellCall
    };
    Action::new(
        kind,
        &[Leg::Option {
            right,
            strike: Cents(strike),
            expiry_day,
            contracts: -contracts,
            price: Cents::ZERO,
        }],
    )
}

fn step_all(account: &mut Account<'_>, days: Vec<Chain>) {
    for day in days {
        account.step(&day).unwrap();
    }
}

/// One put, three nights, every cent by hand.
#[test]
fn a_put_by_hand() {
    // Monday to Friday, 2026-01-05 to 01-09.
    let day = |d: i8| date(2026, 1, d);
    let put = |bid, ask| quote(Right::Put, 100.0, day(9), bid, ask);
    let days = vec![
        chain(day(5), 101.0, vec![put(1.50, 1.60)]),
        chain(day(6), 99.0, vec![put(2.40, 2.60)]),
        chain(day(9), 97.0, vec![]),
    ];
    let script = Scripted(vec![(day(5), short(Right::Put, 10_000, 4, 2))]);
    let mut account = Account::new(Box::new(script), terms(), Corporate::default(), empty());
    step_all(&mut account, days);
    let run = account.finish();
    // Sold two at the bid, 65 cents each: 100,000 + 300 - 1.30; marked at 1.55.
    assert_eq!(
        (run.nights[0].cash, run.nights[0].options),
        (Cents(10_029_870), Cents(-31_000))
    );
    assert_eq!(run.nights[0].equity, Cents(9_998_870));
    // A night of interest: 100,298.70 (e^(0.036/365) - 1) = 9.893; marked at 2.50.
    assert_eq!(
        (run.nights[1].interest, run.nights[1].equity),
        (Cents(989), Cents(10_030_859 - 50_000))
    );
    // Three nights on 100,308.59: 29.6847; assigned 200 shares at 100, worth 97.
    assert_eq!(
        (run.nights[2].interest, run.nights[2].shares),
        (Cents(2_968), 200)
    );
    assert_eq!(run.nights[2].cash, Cents(10_030_859 + 2_968 - 2_000_000));
    assert_eq!(
        run.nights[2].equity,
        run.nights[2].cash + Cents(9_700) * 200
    );
}

/// A call deep in the money is called away on the eve of an ex-date whose dividend is more than its time value, and not a day before.
#[test]
fn a_call_is_called_away_for_its_dividend() {
    let day = |d: i8| date(2026, 1, d);
    let calls = |spot: f64| {
        let call = quote(Right::Call, 90.0, day(23), spot - 90.0, spot - 89.9);
        vec![call, quote(Right::Put, 90.0, day(23), 0.02, 0.04)]
    };
    let days: Vec<Chain> = [5, 6, 7, 8]
        .map(|d| chain(day(d), 100.0, calls(100.0)))
        .into();
    let buy = Action::new(
        Kind::BuyShares,
        &[Leg::Shares {
            count: 100,
            price: Cents::ZERO,
        }],
    );
    let script = || {
        Scripted(vec![
            (day(5), buy.clone()),
            (day(6), short(Right::Call, 9_000, 18, 1)),
        ])
    };
    let run = |dividend: f64| {
        let corporate = Corporate {
            dividends: vec![(day(8), dividend)],
            ..Corporate::default()
        };
        let mut account = Account::new(Box::new(script()), terms(), corporate, empty());
        step_all(&mut account, days.clone());
        account.finish()
    };
    let early = run(0.80);
    let called = early
        .entries
        .iter()
        .find(|e| e.why == Some(Cause::Ended(Ending::AssignedEarly)));
    assert_eq!(called.map(|e| e.date), Some(day(7)));
    assert!(
        !early.entries.iter().any(|e| e.what == What::Dividend),
        "shares were gone before the ex-date"
    );
    // A dividend of a cent is not worth the interest on the strike.
    let kept = run(0.01);
    assert!(
        !kept
            .entries
            .iter()
            .any(|e| e.why == Some(Cause::Ended(Ending::AssignedEarly)))
    );
    assert_eq!(
        kept.entries
            .iter()
            .find(|e| e.what == What::Dividend)
            .map(|e| e.cash),
        Some(Cents(100))
    );
}

/// Deep in the money a put is exercised for the interest on its strike, unless a dividend is still to come.
#[test]
fn a_put_is_exercised_for_interest() {
    let day = |d: i8| date(2026, 1, d);
    let quotes = |spot: f64, call: f64| {
        vec![
            quote(
                Right::Put,
                100.0,
                day(23),
                100.0 - spot - 0.2,
                100.0 - spot + 0.2,
            ),
            quote(Right::Call, 100.0, day(23), call, call + 0.01),
        ]
    };
    let days = vec![
        chain(day(5), 98.0, quotes(98.0, 2.0)),
        chain(day(6), 60.0, quotes(60.0, 0.01)),
        chain(day(7), 60.0, quotes(60.0, 0.01)),
    ];
    let run = |dividends: Vec<(Date, f64)>| {
        let script = Scripted(vec![(day(5), short(Right::Put, 10_000, 18, 1))]);
        let corporate = Corporate {
            dividends,
            ..Corporate::default()
        };
        let mut account = Account::new(Box::new(script), terms(), corporate, empty());
        step_all(&mut account, days.clone());
        account.finish()
    };
    let early = |run: &Run| {
        run.entries
            .iter()
            .find(|e| e.why == Some(Cause::Ended(Ending::AssignedEarly)))
            .map(|e| e.date)
    };
    assert_eq!(early(&run(Vec::new())), Some(day(6)));
    assert_eq!(early(&run(vec![(day(20), 1.0)])), None);
}

#[test]
fn splits_delistings_and_orders_that_wait() {
    let day = |d: i8| date(2026, 1, d);
    let put = |strike: f64, bid: f64| quote(Right::Put, strike, day(23), bid, bid + 0.1);
    // 4 for 1 on the 7th, gone on the 8th at $5.
    let days = vec![
        chain(day(5), 100.0, vec![put(100.0, 3.0)]),
        chain(day(6), 100.0, vec![put(100.0, 3.0)]),
        chain(day(7), 24.0, vec![put(25.0, 1.5)]),
        chain(day(8), 10.0, vec![]),
    ];
    let script = Scripted(vec![(day(5), short(Right::Put, 10_000, 18, 1))]);
    let corporate = Corporate {
        splits: vec![(day(7), 4.0)],
        delisting: Some((day(8), 5.0)),
        ..Corporate::default()
    };
    let mut account = Account::new(Box::new(script), terms(), corporate, empty());
    step_all(&mut account, days.clone());
    let run = account.finish();
    assert_eq!(
        (
            run.nights[2].marks[0].lot.contracts,
            run.nights[2].marks[0].lot.strike
        ),
        (-4, Cents(2_500))
    );
    // 300.00 - 0.65 of premium, four assigned at 25 and paid 5 a share.
    let interest: Cents = run.nights.iter().map(|night| night.interest).sum();
    assert_eq!(
        run.nights[3].equity,
        Cents(10_000_000 + 29_935 - 400 * 2_000) + interest
    );
    assert_eq!((run.nights[3].shares, run.nights[3].marks.len()), (0, 0));
    // One for ten: bought back on the eve at the ask.
    let script = Scripted(vec![(day(5), short(Right::Put, 10_000, 18, 1))]);
    let corporate = Corporate {
        splits: vec![(day(7), 0.1)],
        ..Corporate::default()
    };
    let mut account = Account::new(Box::new(script), terms(), corporate, empty());
    step_all(&mut account, days[..3].to_vec());
    let run = account.finish();
    let closed = run
        .entries
        .iter()
        .find(|e| e.why == Some(Cause::UnevenSplit))
        .unwrap();
    assert_eq!((closed.date, closed.price), (day(6), Cents(310)));
    // An order that waits a day trades at the next day's quotes.
    let script = Scripted(vec![(day(5), short(Right::Put, 10_000, 18, 1))]);
    let slow = Terms {
        fills: Fills {
            delay: 1,
            ..Fills::default()
        },
        ..terms()
    };
    let mut account = Account::new(Box::new(script), slow, Corporate::default(), empty());
    step_all(
        &mut account,
        vec![days[0].clone(), chain(day(6), 100.0, vec![put(100.0, 2.0)])],
    );
    let run = account.finish();
    assert_eq!(
        run.entries
            .iter()
            .map(|e| (e.date, e.price))
            .collect::<Vec<_>>(),
        [(day(6), Cents(200))]
    );
}

#[test]
fn uncovered_orders_and_small_markets_are_refused() {
    let day = |d: i8| date(2026, 1, d);
    let mut thin = quote(Right::Put, 100.0, day(23), 3.0, 3.1);
    thin.volume = Some(9);
    let days = vec![chain(day(5), 100.0, vec![thin])];
    let run = |action: Action| {
        let mut account = Account::new(
            Box::new(Scripted(vec![(day(5), action)])),
            terms(),
            Corporate::default(),
            empty(),
        );
        step_all(&mut account, days.clone());
        account.finish()
    };
    // A quarter of nine contracts.
    let part = run(short(Right::Put, 10_000, 18, 5));
    assert_eq!(
        (part.partly, part.nights[0].marks[0].lot.contracts),
        (1, -2)
    );
    assert_eq!(
        run(short(Right::Call, 10_000, 18, 1)).unfilled[0].why,
        NoFill::NotQuoted
    );
    let naked = Terms {
        capital: Cents(500_000),
        ..terms()
    };
    let mut account = Account::new(
        Box::new(Scripted(vec![(day(5), short(Right::Put, 10_000, 18, 1))])),
        naked,
        Corporate::default(),
        empty(),
    );
    step_all(&mut account, days.clone());
    assert_eq!(account.finish().unfilled[0].why, NoFill::NotCovered);
}
