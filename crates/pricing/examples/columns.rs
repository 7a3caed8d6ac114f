//! How fast one core answers whole columns: `cargo run --release -p pricing --example columns`.
//!
//! On x86 a lower level than the machine's can be had by `RUSTFLAGS`: `--cfg disable_dispatch_avx512` gives AVX2, with
//! `--cfg disable_dispatch_avx2` beside it SSE4.2, and with `--cfg disable_dispatch_sse4_2` too SSE2.

#![allow(clippy::disallowed_methods)] // An example may look at the clock; the crate may not.

#[path = "../benches/peers/clock.rs"]
mod clock;
#[allow(dead_code)] // The bench needs more of it.
#[path = "../benches/peers/options.rs"]
mod options;

use options::{Options, Singles, room};
use pricing::european::{self, Greeks32Mut, SecondOrderMut};
use pricing::{GreeksMut, Status, implied_vol, implied_vols};
use std::hint::black_box;

const ROWS: usize = 8192;
const SEED: u64 = 20_260_101;

/// Prints the least time per row of many short runs over all rows.
fn time(what: &str, runs: u32, f: impl FnMut()) {
    println!("{what:<46} {:>9.2} ns", clock::timed(ROWS, runs, f));
}

fn main() {
    let options = Options::new(SEED, ROWS);
    let inputs = options.as_ref();
    let singles = Singles::new(&options);
    let singles = singles.as_ref();
    let mut status = vec![Status::Ok; ROWS];
    let mut prices = vec![0.0; ROWS];
    time("European price", 400, || {
        european::prices(black_box(inputs), &mut prices, &mut status)
    });
    let mut out = room(ROWS, 0.0);
    time("European price and 5 Greeks", 400, || {
        let out = GreeksMut::from_columns(&mut out);
        european::greeks_batch(black_box(inputs), out, &mut status);
    });
    let mut out = room(ROWS, 0.0);
    time("European second order, 9 numbers", 400, || {
        let out = SecondOrderMut::from_columns(&mut out);
        european::second_order_batch(black_box(inputs), out, &mut status);
    });
    let mut out32 = room(ROWS, 0.0);
    time("European price, f32", 400, || {
        european::prices_f32(black_box(singles), &mut out32[0], &mut status);
    });
    let worst = (0..ROWS)
        .map(|i| {
            let x = singles.get(i);
            (f64::from(out32[0][i]) - european::price(&x)).abs() / x.strike.max(x.spot)
        })
        .fold(0.0, f64::max);
    println!(
        "{:<46} {worst:>9.1e} of max(spot, strike)",
        "  its largest error"
    );
    time("European price and 5 Greeks, f32", 400, || {
        let out = Greeks32Mut::from_columns(&mut out32);
        european::greeks_batch_f32(black_box(singles), out, &mut status);
    });
    time("European price, one at a time", 40, || {
        for (i, price) in prices.iter_mut().enumerate() {
            *price = european::price(black_box(&inputs.get(i)));
        }
    });
    let quoted = options.quoted(&prices);
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
