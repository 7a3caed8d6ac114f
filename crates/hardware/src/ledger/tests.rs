use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use proptest::prelude::*;

use super::book::{Book, Poll};
use super::*;
use crate::Limit;

const MIB: u64 = 1 << 20;

fn budget(bytes: u64) -> MemoryBudget {
    MemoryBudget {
        bytes,
        limit: Limit::User,
    }
}

fn cache(rebuild_seconds: f64, reuse: f64) -> Eviction {
    Eviction {
        rebuild_seconds,
        reuse,
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn now_or_never(ledger: &Ledger, ask: Ask) -> Result<Reservation, Error> {
    ledger.reserve(ask, Duration::ZERO)
}

#[test]
fn what_is_reserved_comes_back() {
    let ledger = Ledger::new(budget(100 * MIB));
    let mut tree = now_or_never(&ledger, Ask::of("tree", 60 * MIB, Priority::Foreground)).unwrap();
    let refused = now_or_never(&ledger, Ask::of("net", 60 * MIB, Priority::Foreground));
    let said = refused.unwrap_err().to_string();
    for part in ["net", "60.0 MiB", "40.0 MiB", "100.0 MiB", "tree"] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    tree.shrink(20 * MIB);
    let net = now_or_never(&ledger, Ask::of("net", 60 * MIB, Priority::Foreground)).unwrap();
    assert_eq!(ledger.reserved_bytes(), 80 * MIB);
    drop((tree, net));
    assert_eq!(ledger.reserved_bytes(), 0);
    assert_eq!(ledger.peak_bytes(), 80 * MIB);
    assert!(ledger.explain().holdings.is_empty());
}

#[test]
fn what_never_fits_is_refused_at_once_whoever_waits() {
    let ledger = Ledger::new(budget(100 * MIB));
    let ask = Ask::of("moon", 101 * MIB, Priority::Foreground);
    let refused = ledger.reserve(ask, seconds(3600)).unwrap_err();
    assert!(matches!(refused, Error::MemoryRefused { .. }), "{refused}");
}

#[test]
fn less_is_granted_where_less_will_do() {
    let ledger = Ledger::new(budget(100 * MIB));
    let _tree = now_or_never(&ledger, Ask::of("tree", 70 * MIB, Priority::Foreground)).unwrap();
    let ask = Ask::of("batch", 60 * MIB, Priority::Foreground);
    let batch = now_or_never(&ledger, ask.clone().or_at_least(10 * MIB)).unwrap();
    assert_eq!(batch.bytes(), 30 * MIB);
    drop(batch);
    assert!(now_or_never(&ledger, ask.or_at_least(31 * MIB)).is_err());
}

#[test]
fn the_cheapest_goes_first_and_nothing_goes_for_nothing() {
    let ledger = Ledger::new(budget(100 * MIB));
    let gone = |name: &str, size: u64, eviction: Eviction| {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        let ask = Ask::of(name, size * MIB, Priority::Background);
        let evict = move || set.store(true, Ordering::Relaxed);
        let held = ledger
            .reserve_evictable(ask, eviction, evict, Duration::ZERO)
            .unwrap();
        (held, flag)
    };
    // Per byte: dear costs 10, cheap 0.1, unused next to nothing although it takes longest.
    let (_dear, dear) = gone("dear", 20, cache(200.0, 1.0));
    let (cheap_held, cheap) = gone("cheap", 20, cache(2.0, 1.0));
    let (_unused, unused) = gone("unused", 20, cache(1000.0, 0.0001));
    let all = || [&dear, &cheap, &unused].map(|flag| flag.load(Ordering::Relaxed));
    // 60 are held; 140 can never be had, whoever goes.
    assert!(now_or_never(&ledger, Ask::of("moon", 140 * MIB, Priority::Foreground)).is_err());
    assert_eq!(all(), [false; 3]);
    // 20 fit below the soft limit of 85.
    let a = now_or_never(&ledger, Ask::of("a", 20 * MIB, Priority::Foreground)).unwrap();
    assert_eq!(all(), [false; 3]);
    // 20 more do not: one must go, and that is `unused`.
    let b = now_or_never(&ledger, Ask::of("b", 20 * MIB, Priority::Foreground)).unwrap();
    assert_eq!(all(), [false, false, true]);
    let c = now_or_never(&ledger, Ask::of("c", 20 * MIB, Priority::Foreground)).unwrap();
    assert_eq!(all(), [false, true, true]);
    assert!(cheap_held.is_gone());
    assert_eq!(ledger.reserved_bytes(), 80 * MIB);
    drop((a, b, c));
}

#[test]
fn background_work_takes_nothing_from_the_foreground() {
    let ledger = Ledger::new(budget(100 * MIB));
    let ask = Ask::of("cache", 90 * MIB, Priority::Foreground);
    let _held = ledger
        .reserve_evictable(ask, cache(0.1, 1.0), || panic!("evicted"), Duration::ZERO)
        .unwrap();
    let learner = Ask::of("learner", 50 * MIB, Priority::Background);
    assert!(now_or_never(&ledger, learner).is_err());
}

#[test]
fn who_waits_gets_what_others_give_back() {
    let ledger = Ledger::new(budget(100 * MIB));
    let held = now_or_never(&ledger, Ask::of("tree", 90 * MIB, Priority::Foreground)).unwrap();
    let waits = ledger.clone();
    let waiter = std::thread::spawn(move || {
        waits
            .reserve(Ask::of("net", 50 * MIB, Priority::Foreground), seconds(60))
            .map(|reservation| reservation.bytes())
    });
    while ledger.explain().waiting.is_empty() {
        std::thread::yield_now();
    }
    drop(held);
    assert_eq!(waiter.join().unwrap().unwrap(), 50 * MIB);
}

#[test]
fn many_threads_never_hold_more_than_the_budget() {
    let ledger = Ledger::new(budget(1000));
    let (held, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let start = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8_u64)
        .map(|thread| {
            let (ledger, held, most, start) = (
                ledger.clone(),
                Arc::clone(&held),
                Arc::clone(&most),
                Arc::clone(&start),
            );
            std::thread::spawn(move || {
                start.wait();
                for turn in 0..200_u64 {
                    let bytes = 1 + (thread * 131 + turn * 37) % 400;
                    let ask = Ask::of("work", bytes, Priority::Foreground);
                    let got = ledger.reserve(ask, seconds(60)).expect("it fits in time");
                    let now = held.fetch_add(got.bytes(), Ordering::SeqCst) + got.bytes();
                    most.fetch_max(now, Ordering::SeqCst);
                    held.fetch_sub(got.bytes(), Ordering::SeqCst);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(most.load(Ordering::SeqCst) <= 1000);
    assert_eq!(ledger.reserved_bytes(), 0);
}

#[test]
fn pressure_rises_at_once_and_falls_slowly() {
    let mut book = Book::new(1000);
    let hold = |book: &mut Book, bytes, now| {
        let ticket = book.ask(Ask::of("x", bytes, Priority::Foreground), now);
        match book.poll(ticket, now) {
            Poll::Granted(id) => Some(id),
            _ => {
                book.give_up(ticket, now);
                None
            }
        }
    };
    let id = hold(&mut book, 400, seconds(0)).unwrap();
    book.observe(PressureLevel::Warning, seconds(1));
    assert_eq!(book.batch_share(), 0.5);
    assert_eq!(hold(&mut book, 1, seconds(1)), None, "no growth");
    book.release(id);
    let id = hold(&mut book, 400, seconds(1)).expect("what was held may come back");
    book.observe(PressureLevel::Critical, seconds(2));
    book.release(id);
    assert_eq!(hold(&mut book, 1, seconds(2)), None, "nothing new");
    assert_eq!(book.batch_share(), 0.0);
    // Readings that jump about change nothing.
    for second in 3..60 {
        let level = if second % 8 == 0 {
            PressureLevel::Critical
        } else {
            PressureLevel::Normal
        };
        book.observe(level, seconds(second));
        assert_eq!(book.level(), PressureLevel::Critical, "second {second}");
    }
    let mut levels = Vec::new();
    for second in 60..90 {
        book.observe(PressureLevel::Normal, seconds(second));
        levels.push(book.level());
    }
    // Calm since second 57: a step after ten seconds, and one after ten more.
    assert_eq!(levels[6], PressureLevel::Critical);
    assert_eq!(levels[7], PressureLevel::Warning);
    assert_eq!(levels[16], PressureLevel::Warning);
    assert_eq!(levels[17], PressureLevel::Normal);
    let changes = levels.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(changes <= 2, "{levels:?}");
    assert!(hold(&mut book, 1000, seconds(90)).is_some());
}

/// One step of a random host.
#[derive(Clone, Debug)]
enum Step {
    Ask {
        bytes: u64,
        least: u64,
        foreground: bool,
        evictable: bool,
    },
    Release(usize),
    Shrink(usize, u64),
    Observe(u8),
    GiveUp(usize),
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let step = prop_oneof![
        4 => (1_u64..1300, 0_u64..1300, any::<bool>(), any::<bool>()).prop_map(
            |(bytes, least, foreground, evictable)| Step::Ask { bytes, least, foreground, evictable }
        ),
        3 => any::<usize>().prop_map(Step::Release),
        1 => (any::<usize>(), 0_u64..500).prop_map(|(which, bytes)| Step::Shrink(which, bytes)),
        1 => (0_u8..3).prop_map(Step::Observe),
        1 => any::<usize>().prop_map(Step::GiveUp),
    ];
    proptest::collection::vec((0_u64..20_000, step), 1..120)
}

/// Runs every wish until nothing changes; gives the names of what was granted.
fn settle(book: &mut Book, tickets: &mut Vec<u64>, now: Duration) -> Vec<u64> {
    let mut granted = Vec::new();
    loop {
        let before = granted.len();
        let mut evicted = false;
        tickets.retain(|&ticket| match book.poll(ticket, now) {
            Poll::Granted(id) => {
                granted.push(id);
                false
            }
            Poll::Evict(victims) => {
                for id in victims {
                    book.goes(id);
                    book.release(id);
                }
                evicted = true;
                true
            }
            Poll::Wait => true,
        });
        if granted.len() == before && !evicted {
            return granted;
        }
    }
}

proptest! {
    /// Whatever comes: never more than the budget, nothing new under critical pressure, and in the end everybody is served.
    #[test]
    fn random_hosts(steps in steps()) {
        const BUDGET: u64 = 1000;
        let level = |number: u8| match number {
            0 => PressureLevel::Normal,
            1 => PressureLevel::Warning,
            _ => PressureLevel::Critical,
        };
        let mut book = Book::new(BUDGET);
        let (mut now, mut tickets, mut held) = (Duration::ZERO, Vec::new(), Vec::new());
        let (mut changes, mut last, mut readings) = (0_u32, PressureLevel::Normal, 0_u32);
        for (wait_ms, step) in steps {
            now += Duration::from_millis(wait_ms);
            match step {
                Step::Ask { bytes, least, foreground, evictable } => {
                    let priority = if foreground { Priority::Foreground } else { Priority::Background };
                    let mut ask = Ask::of("x", bytes, priority).or_at_least(least);
                    if evictable {
                        ask.eviction = Some(cache(bytes as f64, 0.5));
                    }
                    if ask.bytes <= BUDGET {
                        tickets.push(book.ask(ask, now));
                    }
                }
                Step::Release(which) => if !held.is_empty() {
                    book.release(held.swap_remove(which % held.len()));
                },
                Step::Shrink(which, bytes) => if !held.is_empty() {
                    book.shrink(held[which % held.len()], bytes);
                },
                Step::Observe(number) => { book.observe(level(number), now); readings += 1; },
                Step::GiveUp(which) => if !tickets.is_empty() {
                    let ticket = tickets.swap_remove(which % tickets.len());
                    held.extend(book.give_up(ticket, now));
                },
            }
            let before = book.reserved_bytes();
            held.extend(settle(&mut book, &mut tickets, now));
            held.retain(|&id| book.holding(id).is_some());
            let sum: u64 = book.holdings().map(|holding| holding.bytes).sum();
            prop_assert_eq!(sum, book.reserved_bytes());
            prop_assert!(sum <= BUDGET);
            if book.level() == PressureLevel::Critical {
                prop_assert!(sum <= before, "grew under critical pressure");
            }
            if book.level() != last {
                changes += 1;
                last = book.level();
            }
        }
        prop_assert!(changes <= readings, "the level moves only when it is read");
        // Everybody gives back, and the system calms down: nobody is left waiting.
        for _ in 0..40 {
            now += seconds(1);
            book.observe(PressureLevel::Normal, now);
        }
        let waiting = tickets.len();
        for _ in 0..=waiting {
            for id in held.drain(..) {
                book.release(id);
            }
            now += seconds(31);
            held.extend(settle(&mut book, &mut tickets, now));
        }
        prop_assert!(tickets.is_empty(), "{} of {} still wait", tickets.len(), waiting);
    }
}

/// A stream of urgent small wishes does not starve a patient large one.
#[test]
fn nobody_waits_for_ever() {
    let mut book = Book::new(1000);
    let mut now = Duration::ZERO;
    let mut small = Vec::new();
    let take = |book: &mut Book, now: Duration, small: &mut Vec<u64>| {
        let ticket = book.ask(Ask::of("small", 300, Priority::Foreground), now);
        match book.poll(ticket, now) {
            Poll::Granted(id) => small.push(id),
            _ => assert_eq!(book.give_up(ticket, now), None),
        }
    };
    for _ in 0..3 {
        take(&mut book, now, &mut small);
    }
    let large = book.ask(Ask::of("large", 900, Priority::Background), now);
    let mut granted_after = None;
    for second in 1..120 {
        now += seconds(1);
        if !small.is_empty() {
            book.release(small.remove(0));
        }
        if let Poll::Granted(_) = book.poll(large, now) {
            granted_after = Some(second);
            break;
        }
        take(&mut book, now, &mut small);
    }
    let after = granted_after.expect("the large one was starved");
    assert!((30..40).contains(&after), "granted after {after} s");
}
