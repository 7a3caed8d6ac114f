//! What a leaf of a search costs: its encoding, its worth if held, and the outcomes of the way to the next decision.
//!
//! `cargo bench -p wheel --bench leaf`. Microseconds of the thread's CPU time a call, medians of several rounds, on day 30 of 91
//! of a skewed surface. "All leaves" are the outcomes of every move there, a leaf: encoded each alone, and by an `Encoder` that begins
//! with none of their states.

use std::hint::black_box;

use market::futures::{Assumptions, Dividend, Futures, Spread, State};
use market::{Cents, Style};
use pricing::smile::{Expiry, SmilePoint};
use pricing::{Right, Smile, Surface};
use wheel::rules::{Exercise, Fill};
use wheel::{Book, Costs, Lot, Rules, Situation, Utility, encoding};

fn main() {
    let rules = rules();
    println!(
        "{:<24} {:>8} {:>12} {:>7} {:>11} {:>11} {:>11} {:>9}",
        "book",
        "encode",
        "state known",
        "leaves",
        "all leaves",
        "by Encoder",
        "held worth",
        "journeys"
    );
    for (name, cash, shares, lots) in [
        ("cash", 50_000, 0, vec![]),
        ("shares", 40_000, 100, vec![]),
        (
            "shares and short call",
            40_000,
            100,
            vec![(Right::Call, 103.0)],
        ),
        ("short put", 50_000, 0, vec![(Right::Put, 95.0)]),
    ] {
        let lots: Vec<Lot> = lots
            .into_iter()
            .map(|(right, strike)| Lot {
                right,
                style: Style::American,
                strike: Cents::from_usd(strike),
                expiry_day: 52,
                contracts: -1,
            })
            .collect();
        let situation = Situation {
            state: State {
                day: 30,
                spot: 98.0,
                vol_factor: 0.1,
            },
            book: Book::new(Cents(cash * 100), Cents::ZERO, shares, &lots).expect("a covered book"),
        };
        let leaves = leaves(&rules, &situation);
        let mut code = [0.0; encoding::LEN];
        let mut encoder = encoding::Encoder::new(&rules);
        let (mut law, mut journeys) = (Vec::new(), Vec::new());
        println!(
            "{name:<24} {:>8.2} {:>12.2} {:>7} {:>11.2} {:>11.2} {:>11.2} {:>9.2}",
            micros(|| encoding::write(&rules, black_box(&situation), &mut code)),
            micros(|| encoder.write(black_box(&situation), &mut code)),
            leaves.len(),
            micros(|| {
                for leaf in &leaves {
                    encoding::write(&rules, black_box(leaf), &mut code);
                }
            }) / leaves.len() as f64,
            micros(|| {
                let mut encoder = encoding::Encoder::new(&rules);
                for leaf in &leaves {
                    encoder.write(black_box(leaf), &mut code);
                }
            }) / leaves.len() as f64,
            micros(|| {
                black_box(rules.held_worth(black_box(&situation), &mut law));
            }),
            micros(|| rules.journeys(black_box(&situation), &mut journeys)),
        );
    }
}

/// Every outcome of every move.
fn leaves(rules: &Rules, situation: &Situation) -> Vec<Situation> {
    let (mut moves, mut journeys, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
    rules.moves(situation, &mut moves);
    for choice in moves {
        let mut after = situation.clone();
        let action = rules.action(situation, choice).expect("a legal move");
        let traded = after.book.trade(&action, rules.style, &rules.costs);
        traded.expect("a legal move");
        rules.journeys(&after, &mut journeys);
        leaves.extend(journeys.drain(..).map(|(_, leaf)| leaf));
    }
    leaves
}

/// Median CPU time of a call in microseconds.
fn micros(mut call: impl FnMut()) -> f64 {
    const CALLS: u32 = 100;
    let mut rounds: Vec<f64> = (0..21)
        .map(|_| {
            let begin = cpu_seconds();
            (0..CALLS).for_each(|_| call());
            1e6 * (cpu_seconds() - begin) / f64::from(CALLS)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// CPU time of this thread.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn rules() -> Rules {
    let expiries = [10.0, 30.0, 60.0, 120.0].map(|days| {
        let years: f64 = days / 365.0;
        let points = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|z: f64| SmilePoint {
            strike: 100.0 * (z * 0.25 * years.sqrt()).exp(),
            vol: 0.25 - 0.02 * z,
            weight: 1.0,
        });
        Expiry {
            years,
            forward: 100.0,
            smile: Smile::fit(&points, 100.0, years).expect("a smile"),
        }
    });
    let assumptions = Assumptions {
        drift: 0.04,
        forecast_over_implied: 0.9,
        half_life_days: 45.0,
        vol_of_vol: 0.5,
        spot_vol_correlation: -0.3,
        jumps_per_year: 0.5,
        jump_mean: -0.1,
        jump_sd: 0.05,
    };
    let dividends = [20, 80].map(|ex_day| Dividend { ex_day, usd: 0.5 });
    let futures = Futures::new(
        100.0,
        0.04,
        0.0,
        dividends.to_vec(),
        Surface::new(expiries.to_vec()).expect("a surface"),
        assumptions,
        Spread {
            fraction_of_mid: 0.03,
            minimum_usd: 0.02,
        },
        (1..92).filter(|day| day % 7 < 5).collect(),
    );
    Rules {
        exercise: Exercise::new(futures.rate, futures.dividend_yield, 0.25, 200),
        futures,
        costs: Costs {
            per_contract: Cents(65),
            per_share_usd: 0.0,
            per_assignment: Cents::ZERO,
        },
        fill: Fill::BidAsk,
        slippage_usd: 0.0,
        horizon_day: 91,
        style: Style::American,
        cycle_days: 30,
        deltas: vec![0.15, 0.3, 0.45],
        collateral_fraction: 1.0,
        concentration_fraction: 1.0,
        utility: Utility {
            risk_aversion: 2.0,
            wealth_usd: 5e4,
        },
        menu: Vec::new(),
    }
}
