//! How fast one core answers whole columns: `cargo run --release -p pricing --example columns`.

#![allow(clippy::disallowed_methods)] // An example may look at the clock; the crate may not.

use pricing::european::{self, Greeks32Mut, Inputs32Ref, SecondOrderMut};
use pricing::{GreeksMut, InputsRef, QuotedRef, Right, Status, implied_vol, implied_vols};
use std::hint::black_box;
use std::time::Instant;

const ROWS: usize = 8192;

/// Prints the least time per row of many short runs over all rows: a busy machine disturbs some of them, not all.
fn time(what: &str, runs: u32, mut f: impl FnMut()) {
    let mut best = f64::INFINITY;
    for _ in 0..runs {
        let start = Instant::now();
        f();
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{what:<40} {:>9.2} ns", best * 1e9 / ROWS as f64);
}

/// A number from 0 to 1 that looks random: a Weyl sequence.
fn weyl(i: usize, root: f64) -> f64 {
    ((i + 1) as f64 * root).fract()
}

fn main() {
    let column = |f: &dyn Fn(usize) -> f64| (0..ROWS).map(f).collect::<Vec<f64>>();
    let right: Vec<Right> = (0..ROWS)
        .map(|i| {
            if weyl(i, 0.754_877_666) < 0.5 {
                Right::Call
            } else {
                Right::Put
            }
        })
        .collect();
    let vol = column(&|i| 0.08 + 0.82 * weyl(i, 0.618_033_988));
    let years = column(&|i| (1.0 + 729.0 * weyl(i, 0.414_213_562)).floor() / 365.0);
    let spot = column(&|i| 20.0 * 30.0_f64.powf(weyl(i, 0.732_050_807)));
    let strike = column(&|i| {
        let far = 4.0 * weyl(i, 0.236_067_977) - 2.0;
        spot[i] * (far * vol[i] * years[i].sqrt()).clamp(-0.6, 0.6).exp()
    });
    let rate = column(&|i| 0.07 * weyl(i, 0.645_751_311));
    let dividend_yield = column(&|i| 0.05 * weyl(i, 0.316_624_790));
    let inputs = InputsRef {
        right: &right,
        spot: &spot,
        strike: &strike,
        years: &years,
        rate: &rate,
        dividend_yield: &dividend_yield,
        vol: &vol,
    };
    let mut status = vec![Status::Ok; ROWS];
    let mut prices = vec![0.0; ROWS];
    let mut out: [Vec<f64>; 9] = std::array::from_fn(|_| vec![0.0; ROWS]);
    time("European price", 400, || {
        european::prices(black_box(inputs), &mut prices, &mut status)
    });
    time("European price and 5 Greeks", 400, || {
        let [price, delta, gamma, vega, theta, rho, ..] = &mut out;
        let out = GreeksMut {
            price,
            delta,
            gamma,
            vega,
            theta,
            rho,
        };
        european::greeks_batch(black_box(inputs), out, &mut status);
    });
    time("European second order, 9 numbers", 400, || {
        let [vanna, volga, charm, veta, vera, speed, color, zomma, phi] = &mut out;
        let out = SecondOrderMut {
            vanna,
            volga,
            charm,
            veta,
            vera,
            speed,
            color,
            zomma,
            phi,
        };
        european::second_order_batch(black_box(inputs), out, &mut status);
    });
    let half = |column: &[f64]| column.iter().map(|&x| x as f32).collect::<Vec<f32>>();
    let columns = [&spot, &strike, &years, &rate, &dividend_yield, &vol].map(|column| half(column));
    let [spot32, strike32, years32, rate32, yield32, vol32] = &columns;
    let inputs32 = Inputs32Ref {
        right: &right,
        spot: spot32,
        strike: strike32,
        years: years32,
        rate: rate32,
        dividend_yield: yield32,
        vol: vol32,
    };
    let mut out32: [Vec<f32>; 6] = std::array::from_fn(|_| vec![0.0; ROWS]);
    time("European price, f32", 400, || {
        european::prices_f32(black_box(inputs32), &mut out32[0], &mut status);
    });
    let worst = (0..ROWS)
        .map(|i| {
            (f64::from(out32[0][i]) - european::price(&inputs32.get(i))).abs()
                / strike[i].max(spot[i])
        })
        .fold(0.0, f64::max);
    println!(
        "{:<40} {worst:>9.1e} of max(spot, strike)",
        "  its largest error"
    );
    time("European price and 5 Greeks, f32", 400, || {
        let [price, delta, gamma, vega, theta, rho] = &mut out32;
        let out = Greeks32Mut {
            price,
            delta,
            gamma,
            vega,
            theta,
            rho,
        };
        european::greeks_batch_f32(black_box(inputs32), out, &mut status);
    });
    time("European price, one at a time", 40, || {
        for (i, price) in prices.iter_mut().enumerate() {
            *price = european::price(black_box(&inputs.get(i)));
        }
    });
    let quoted = QuotedRef {
        right: &right,
        price_usd: &prices,
        spot: &spot,
        strike: &strike,
        years: &years,
        rate: &rate,
        dividend_yield: &dividend_yield,
    };
    let mut vols = vec![0.0; ROWS];
    time("European implied volatility", 40, || {
        implied_vols(black_box(quoted), &mut vols, &mut status)
    });
    time("European implied volatility, one at a time", 40, || {
        for (i, vol) in vols.iter_mut().enumerate() {
            *vol = implied_vol(black_box(&quoted.get(i))).unwrap_or(f64::NAN);
        }
    });
}
