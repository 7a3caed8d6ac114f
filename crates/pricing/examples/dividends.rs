//! How fast and how right options with cash dividends are: `cargo run --release -p pricing --example dividends`.

#![allow(clippy::disallowed_methods)] // An example may look at the clock; the crate may not.

use pricing::american::Precision;
use pricing::dividends::{self, DividendsRef, Style, escrowed};
use pricing::{CashDividend, Inputs, InputsRef, Right, Status};
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Instant;

#[path = "../src/dividends/tests/reference.rs"]
mod reference;

struct Case {
    inputs: Inputs,
    dividends: Vec<CashDividend>,
    style: Style,
}

fn case(row: &reference::Row) -> Case {
    let [spot, strike, days, rate, dividend_yield, vol] = row.option;
    let dividend = |&(days, amount_usd): &(f64, f64)| CashDividend {
        years: days / 365.0,
        amount_usd,
    };
    Case {
        inputs: Inputs {
            right: if row.call { Right::Call } else { Right::Put },
            spot,
            strike,
            years: days / 365.0,
            rate,
            dividend_yield,
            vol,
        },
        dividends: row.dividends.iter().map(dividend).collect(),
        style: if row.american {
            Style::American
        } else {
            Style::European
        },
    }
}

/// Processor time of this thread where Linux tells it, so that a busy machine does not count; time of day elsewhere.
fn seconds() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|text| text.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |ns: f64| ns * 1e-9)
}

/// Microseconds per call of `f` over all cases, best of 5 rounds of `repeats`.
fn time(cases: &[Case], repeats: u32, f: impl Fn(&Case) -> f64) -> f64 {
    let round = || {
        let start = seconds();
        for _ in 0..repeats {
            for case in cases {
                black_box(f(black_box(case)));
            }
        }
        (seconds() - start) * 1e6 / (f64::from(repeats) * cases.len() as f64)
    };
    (0..5).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn main() {
    let cases: Vec<Case> = reference::ROWS.iter().map(case).collect();
    let price = |precision| {
        move |case: &Case| {
            dividends::price(&case.inputs, &case.dividends, case.style, precision).unwrap()
        }
    };
    let precisions = [Precision::Fast, Precision::Standard, Precision::Precise];
    println!("error per dollar of strike against QuantLib 1.44, 2000 x 4000");
    println!(
        "{:<52} {:>10} {:>9} {:>9} {:>9} {:>9}",
        "option", "price", "Fast", "Standard", "Precise", "QL100x400"
    );
    let mut worst = [0.0_f64; 4];
    let mut worst_delta = 0.0_f64;
    for (row, case) in reference::ROWS.iter().zip(&cases) {
        let mut errors = [0.0; 4];
        for (error, precision) in errors.iter_mut().zip(precisions) {
            *error = (price(precision)(case) - row.price) / case.inputs.strike;
        }
        errors[3] = (row.coarse - row.price) / case.inputs.strike;
        let name = format!(
            "{:?} {:?} {:?}, {} dividends",
            case.style,
            case.inputs.right,
            row.option,
            row.dividends.len()
        );
        print!("{name:<52} {:>10.6}", row.price);
        for (error, worst) in errors.iter().zip(&mut worst) {
            print!(" {error:>9.1e}");
            *worst = worst.max(error.abs());
        }
        println!();
        let Case {
            inputs,
            dividends,
            style,
        } = case;
        let greeks = dividends::greeks(inputs, dividends, *style, Precision::Standard).unwrap();
        worst_delta = worst_delta.max((greeks.delta - row.delta).abs());
    }
    let [fast, standard, precise, coarse] = worst;
    println!("worst: {fast:.1e} {standard:.1e} {precise:.1e}, QuantLib 100 x 400 {coarse:.1e}");
    println!("worst delta, Standard: {worst_delta:.1e}");
    for precision in precisions {
        // Long enough for a clock that ticks every few milliseconds.
        let repeats = if precision == Precision::Precise {
            2
        } else {
            50
        };
        println!(
            "spot model, {precision:?}: {:.1} us per option",
            time(&cases, repeats, price(precision))
        );
    }
    let rest = |case: &Case| {
        escrowed::price(&case.inputs, &case.dividends, case.style, Precision::Fast).unwrap()
    };
    println!(
        "escrowed, Fast: {:.1} us per option",
        time(&cases, 1000, rest)
    );
    chain();
}

/// Times one expiry: 100 strikes, calls and puts, one list of dividends.
fn chain() {
    let n = 200;
    let dividends: Vec<CashDividend> = [20.0, 111.0]
        .map(|days| CashDividend {
            years: days / 365.0,
            amount_usd: 0.7,
        })
        .to_vec();
    let of = |value: f64| vec![value; n];
    let right: Vec<Right> = (0..n)
        .map(|i| if i < n / 2 { Right::Call } else { Right::Put })
        .collect();
    let strike: Vec<f64> = (0..n).map(|i| 75.0 + 0.5 * (i % 100) as f64).collect();
    let (spot, years, rate, dividend_yield, vol) =
        (of(100.0), of(0.4), of(0.04), of(0.0), of(0.25));
    let options = DividendsRef {
        inputs: InputsRef {
            right: &right,
            spot: &spot,
            strike: &strike,
            years: &years,
            rate: &rate,
            dividend_yield: &dividend_yield,
            vol: &vol,
        },
        dividends: &vec![&dividends[..]; n],
    };
    let (mut out, mut status) = (of(0.0), vec![Status::Ok; n]);
    for precision in [Precision::Fast, Precision::Standard] {
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let start = seconds();
            for _ in 0..20 {
                dividends::prices(options, Style::American, precision, &mut out, &mut status);
            }
            best = best.min((seconds() - start) * 1e6 / (20 * n) as f64);
        }
        let start = seconds();
        for _ in 0..20 {
            for (i, out) in out.iter_mut().enumerate() {
                let inputs = options.inputs.get(i);
                *out = dividends::price(&inputs, &dividends, Style::American, precision).unwrap();
            }
        }
        let alone = (seconds() - start) * 1e6 / (20 * n) as f64;
        println!(
            "chain of {n}, spot model, {precision:?}: {best:.1} us per option, one by one {alone:.1} us"
        );
    }
}
