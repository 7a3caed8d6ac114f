//! How fast one core answers: `cargo run --release -p pricing --example speed`.

#![allow(clippy::disallowed_methods)] // An example may look at the clock; the crate may not.

use pricing::american::{self, Boundary, Precision};
use pricing::smile::{Expiry, Smile, SmilePoint};
use pricing::{Inputs, Quoted, Right, Surface, european, implied_vol, normal};
use std::hint::black_box;
use std::time::Instant;

/// Prints the mean time of `f(i)` for `i` below `count`, after a warm-up of a tenth.
fn time<T>(what: &str, count: u32, f: impl Fn(u32) -> T) {
    for i in 0..count / 10 {
        black_box(f(i));
    }
    let start = Instant::now();
    for i in 0..count {
        black_box(f(i));
    }
    println!(
        "{what:<44} {:>12.1} ns",
        start.elapsed().as_secs_f64() * 1e9 / f64::from(count)
    );
}

/// A 45-day put whose strike walks from 80 to 120 dollars.
fn put(i: u32) -> Inputs {
    let strike = 80.0 + f64::from(i % 401) / 10.0;
    let years = 45.0 / 365.0;
    Inputs {
        right: Right::Put,
        spot: 100.0,
        strike,
        years,
        rate: 0.045,
        dividend_yield: 0.013,
        vol: 0.25,
    }
}

/// The same put with a price in place of its volatility.
fn quoted(i: u32, price: impl Fn(&Inputs) -> f64) -> Quoted {
    let x = put(i);
    let Inputs {
        right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        ..
    } = x;
    Quoted {
        right,
        price_usd: price(&x),
        spot,
        strike,
        years,
        rate,
        dividend_yield,
    }
}

fn surface() -> Surface {
    let expiry = |years: f64| {
        let quotes = [
            (80.0, 0.30),
            (90.0, 0.27),
            (100.0, 0.25),
            (110.0, 0.24),
            (120.0, 0.24),
        ];
        let points = quotes.map(|(strike, vol)| SmilePoint {
            strike,
            vol,
            weight: 1.0,
        });
        Expiry {
            years,
            forward: 100.0,
            smile: Smile::fit(&points, 100.0, years).unwrap(),
        }
    };
    Surface::new((1..=10).map(|i| expiry(0.1 * f64::from(i))).collect()).unwrap()
}

fn main() {
    time("normal cdf", 5_000_000, |i| {
        normal::cdf(f64::from(i % 1000) * 0.01 - 5.0)
    });
    time("normal inverse", 5_000_000, |i| {
        normal::inverse_cdf((f64::from(i % 1000) + 0.5) / 1000.0)
    });
    time("European price", 2_000_000, |i| european::price(&put(i)));
    time("European price and Greeks", 2_000_000, |i| {
        european::greeks(&put(i))
    });
    let european_quotes: Vec<Quoted> = (0..401).map(|i| quoted(i, european::price)).collect();
    time("European implied volatility", 500_000, |i| {
        implied_vol(&european_quotes[i as usize % 401])
    });
    for precision in [Precision::Fast, Precision::Standard, Precision::Precise] {
        let count = if precision == Precision::Precise {
            500
        } else {
            20_000
        };
        time(&format!("American price, {precision:?}"), count, |i| {
            american::price_with(&put(i), precision)
        });
    }
    let american_quotes: Vec<Quoted> = (0..401)
        .map(|i| quoted(i, |x| american::price(x).unwrap()))
        .collect();
    for precision in [Precision::Fast, Precision::Standard] {
        time(
            &format!("American price and Greeks, {precision:?}"),
            5_000,
            |i| american::greeks(&put(i), precision),
        );
        let invert = |i: u32| american::implied_vol(&american_quotes[i as usize % 401], precision);
        time(
            &format!("American implied volatility, {precision:?}"),
            5_000,
            invert,
        );
    }
    let boundary = Boundary::new(Right::Put, 0.045, 0.013, 0.25, 45.0 / 365.0).unwrap();
    time("Boundary, new", 5_000, |i| {
        Boundary::new(
            Right::Put,
            0.045,
            0.013,
            0.25,
            f64::from(i % 100 + 1) / 365.0,
        )
    });
    time("Boundary, lookup", 50_000_000, |i| {
        boundary.spot_per_strike(f64::from(i % 1000) * 1e-4)
    });
    time("Boundary, price", 200_000, |i| {
        boundary.price(100.0, put(i).strike, 0.1)
    });
    let surface = surface();
    time("Surface, vol", 20_000_000, |i| {
        surface.vol(put(i).strike, 100.0, f64::from(i % 1000) * 1e-3)
    });
}
