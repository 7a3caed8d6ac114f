//! Our prices beside those of QuantLib and of the crate `implied-vol`, in one run: `cargo bench -p pricing`.
//!
//! 200,000 options, made from a fixed seed: spot log-uniform between 20 and 600 dollars, volatility 8 to 90 %, 1 to 730
//! whole days, `ln(K/S)` normal with 1.2 standard deviations of the share and cut at 0.6, rate 0 to 7 %, yield 0 to 5 %,
//! half of them calls. One thread; processor time of that thread; the best of several passes, with the peers in turn.
//! Every figure stands beside an error measured on the answers of the timed pass itself.
//!
//! QuantLib's American implied volatility is that of its Python package: `JARVIS2_PYTHON` names an interpreter that has it
//! (`python3` otherwise), on the same 500 puts.
//! QuantLib in C++ takes part where `g++` and `libQuantLib` are found (`apt install g++ libquantlib0-dev`); it gets the very same
//! options through a file. Without it its columns read "n/a" and the run says why.

#![allow(clippy::disallowed_methods)] // A benchmark may look at the clock and the environment; the crate may not.

#[path = "peers/clock.rs"]
mod clock;
#[path = "peers/options.rs"]
mod options;
#[path = "peers/python.rs"]
mod python;
#[path = "peers/quantlib.rs"]
mod quantlib;
#[path = "peers/table.rs"]
mod table;

use std::hint::black_box;

use clock::timed;
use implied_vol::{DefaultSpecialFn, ImpliedBlackVolatility, solver};
use options::{Options, Singles, room};
use pricing::american::{self, Boundary, Precision};
use pricing::dividends::{self, DividendsRef, Style};
use pricing::european::SecondOrderMut;
use pricing::{CashDividend, GreeksMut, Inputs, InputsRef, Right, Status, european, implied_vols};
use quantlib::QuantLib;
use table::{Row, Table, worst};

const COUNT: usize = 200_000;
const SEED: u64 = 20_260_101;

/// How many slots hold no answer.
fn missing(status: &[Status]) -> usize {
    status
        .iter()
        .filter(|&&status| status != Status::Ok)
        .count()
}

fn main() {
    // `cargo bench` says `--bench`; `cargo test --all-targets` does not, and has no minute to spare.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("skipped: run it by `cargo bench -p pricing`");
        return;
    }
    let options = Options::new(SEED, COUNT);
    let european = options.european_long_hand();
    let mut table = Table::default();
    println!("{COUNT} options, checksum {:016x}", options.checksum());
    let peer = QuantLib::run(&options, &european);
    match &peer {
        Ok(peer) => println!("peer: QuantLib {} (C++)", peer.version),
        Err(why) => println!("peer: QuantLib n/a ({why})"),
    }
    let peer = peer.ok();

    european_prices(&options, peer.as_ref(), &mut table);
    european_further(&options, peer.as_ref(), &mut table);
    european_implied(&options, &european, peer.as_ref(), &mut table);
    american_prices(&options, peer.as_ref(), &mut table);
    american_inverse(&options, &mut table);
    cash_dividends(&options, peer.as_ref(), &mut table);
    boundaries(&options, &mut table);
    along_a_path(&mut table);
    chain(&mut table);
    table.print();
}

fn european_prices(options: &Options, peer: Option<&QuantLib>, table: &mut Table) {
    let inputs = options.as_ref();
    let n = options.len();
    let scale: Vec<f64> = (0..n)
        .map(|i| {
            let x = inputs.get(i);
            x.discounted_spot().max(x.discounted_strike())
        })
        .collect();
    let exact = peer.map(|peer| peer.values("long_double"));
    let error = |ours: &[f64]| exact.map(|exact| worst(ours, exact, &scale));

    let mut out = vec![f64::NAN; n];
    let mut status = vec![Status::Ok; n];
    let ns = timed(n, 7, || {
        european::prices(black_box(inputs), &mut out, &mut status)
    });
    table.push(
        Row::new("European price", n, ns)
            .checked(&out, missing(&status))
            .error("of max(S,K) discounted, to 80 bits", error(&out))
            .beside("blackFormula", peer, "black_formula", |values| {
                error(values)
            }),
    );

    let mut columns = room(n, f64::NAN);
    let ns = timed(n, 7, || {
        european::greeks_batch(
            black_box(inputs),
            GreeksMut::from_columns(&mut columns),
            &mut status,
        )
    });
    // The peer's rows are price, delta, gamma, vega, theta, rho; each is compared on the scale of its largest value.
    let gap = peer.map(|peer| {
        let rows = peer.values("calculator_greeks");
        let gaps = columns.iter().enumerate().map(|(k, ours)| {
            let theirs: Vec<f64> = rows.iter().skip(k).step_by(6).copied().collect();
            let largest = ours.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
            worst(ours, &theirs, &vec![largest; n])
        });
        gaps.fold(0.0, f64::max)
    });
    table.push(
        Row::new("European price and 5 Greeks", n, ns)
            .checked(&columns[4], missing(&status))
            .error("of each column's largest, to the peer", gap)
            .beside("BlackScholesCalculator", peer, "calculator_greeks", |_| {
                None
            }),
    );
}

/// Sensitivities of the second order, and prices in single precision.
fn european_further(options: &Options, peer: Option<&QuantLib>, table: &mut Table) {
    let inputs = options.as_ref();
    let n = options.len();
    let mut status = vec![Status::Ok; n];
    let mut columns = room(n, f64::NAN);
    let ns = timed(n, 7, || {
        let out = SecondOrderMut::from_columns(&mut columns);
        european::second_order_batch(black_box(inputs), out, &mut status);
    });
    table.push(
        Row::new("European second order, 9 numbers", n, ns).checked(&columns[0], missing(&status)),
    );

    let singles = Singles::new(options);
    let singles = singles.as_ref();
    let mut out = vec![f32::NAN; n];
    let ns = timed(n, 7, || {
        european::prices_f32(black_box(singles), &mut out, &mut status)
    });
    // Judged by the same rounded inputs in `f64`.
    let ours: Vec<f64> = out.iter().map(|&price| f64::from(price)).collect();
    let exact: Vec<f64> = (0..n).map(|i| european::price(&singles.get(i))).collect();
    let error = worst(&ours, &exact, inputs.strike);
    table.push(
        Row::new("European price, f32", n, ns)
            .checked(&ours, missing(&status))
            .error("of the strike, to f64", Some(error))
            .beside("blackFormula (f64)", peer, "black_formula", |_| None),
    );
}

fn european_implied(options: &Options, prices: &[f64], peer: Option<&QuantLib>, table: &mut Table) {
    let inputs = options.as_ref();
    let n = options.len();
    let quoted = options.quoted(prices);
    // A volatility is right if it gives the price back: far from the money many of them do.
    let scale: Vec<f64> = (0..n)
        .map(|i| {
            let x = inputs.get(i);
            x.discounted_spot().max(x.discounted_strike())
        })
        .collect();
    let again = |vols: &[f64]| {
        let found = (0..vols.len()).filter(|&i| vols[i].is_finite());
        let gaps = found.map(|i| {
            let vol = vols[i];
            let back = european::price(&pricing::Inputs {
                vol,
                ..inputs.get(i)
            });
            (back - prices[i]).abs() / scale[i]
        });
        gaps.fold(0.0, f64::max)
    };
    let not_found = |vols: &[f64]| vols.iter().filter(|vol| !vol.is_finite()).count();

    let mut vols = vec![f64::NAN; n];
    let mut status = vec![Status::Ok; n];
    // What `implied-vol` needs, undiscounted, is made ready outside its time; ours starts from the quote.
    let ready: Vec<(f64, f64)> = (0..n)
        .map(|i| {
            let x = inputs.get(i);
            let grown = (x.rate * x.years).exp();
            (prices[i] * grown, x.discounted_spot() * grown)
        })
        .collect();
    let invert = |i: usize| {
        ImpliedBlackVolatility::builder()
            .option_price(ready[i].0)
            .forward(ready[i].1)
            .strike(inputs.strike[i])
            .expiry(inputs.years[i])
            .is_call(inputs.right[i] == Right::Call)
            .build()
    };
    let (mut hybrid, mut fastest) = (vec![f64::NAN; n], vec![f64::NAN; n]);
    let [mut ns, mut hybrid_ns, mut fastest_ns] = [f64::INFINITY; 3];
    for _ in 0..5 {
        ns = ns.min(timed(n, 1, || {
            implied_vols(black_box(quoted), &mut vols, &mut status)
        }));
        hybrid_ns = hybrid_ns.min(timed(n, 1, || {
            for (i, out) in hybrid.iter_mut().enumerate() {
                *out = invert(i)
                    .and_then(|x| x.calculate::<DefaultSpecialFn>())
                    .unwrap_or(f64::NAN);
            }
        }));
        fastest_ns = fastest_ns.min(timed(n, 1, || {
            for (i, out) in fastest.iter_mut().enumerate() {
                *out = invert(i)
                    .and_then(|x| x.calculate_with::<solver::Experimental>())
                    .unwrap_or(f64::NAN);
            }
        }));
    }
    let row = || {
        Row::new("European implied volatility", n, ns)
            .checked(&vols, missing(&status))
            .error("of max(S,K) discounted, priced again", Some(again(&vols)))
    };
    let theirs = |vols: &[f64]| Some((again(vols), not_found(vols)));
    table.push(row().against("implied-vol 2.1 Hybrid", hybrid_ns, theirs(&hybrid)));
    table.push(row().against("implied-vol 2.1 Experimental", fastest_ns, theirs(&fastest)));
    table.push(row().beside(
        "blackFormulaImpliedStdDev",
        peer,
        "implied_std_dev",
        |vols| Some(again(vols)),
    ));
}

fn american_prices(options: &Options, peer: Option<&QuantLib>, table: &mut Table) {
    let puts = options.puts(2000);
    let inputs = puts.as_ref();
    let best = peer.map_or(&[][..], |peer| peer.values("qdfp_high_precision"));

    // The precise prices come first: the faster ones, ours and the peer's, are judged by them, and they by the peer's
    // best on the first 200.
    let mut exact = vec![f64::NAN; puts.len()];
    let mut status = vec![Status::Ok; puts.len()];
    let ns = timed(puts.len(), 1, || {
        american::prices(
            black_box(inputs),
            Precision::Precise,
            &mut exact,
            &mut status,
        )
    });
    let error = |answers: &[f64]| {
        let upto = answers.len();
        let none = upto == 0;
        (!none).then(|| worst(answers, &exact[..upto], &inputs.strike[..upto]))
    };
    let gap = error(best);
    let mut rows = vec![
        Row::new("American price, Precise", puts.len(), ns)
            .checked(&exact, missing(&status))
            .error("of the strike, to QdFp high precision (200)", gap)
            .beside("QdFp high precision", peer, "qdfp_high_precision", |_| None),
    ];

    let mut columns = room(puts.len(), f64::NAN);
    for (precision, name, engine) in [
        (Precision::Standard, "QdFp accurate", "qdfp_accurate"),
        (Precision::Fast, "QdFp fast", "qdfp_fast"),
    ] {
        let measure = "of the strike, to Precise";
        let n = puts.len();
        let ns = timed(n, 2, || {
            american::greeks_batch(
                black_box(inputs),
                precision,
                GreeksMut::from_columns(&mut columns),
                &mut status,
            )
        });
        rows.push(
            Row::new(
                &format!("American price and 5 Greeks, {precision:?}"),
                n,
                ns,
            )
            .checked(&columns[4], missing(&status))
            .error(measure, error(&columns[0]))
            .bumped(name, peer, engine, 11.0),
        );
        let mut out = vec![f64::NAN; n];
        let ns = timed(n, 5, || {
            american::prices(black_box(inputs), precision, &mut out, &mut status)
        });
        rows.push(
            Row::new(&format!("American price, {precision:?}"), n, ns)
                .checked(&out, missing(&status))
                .error(measure, error(&out))
                .beside(name, peer, engine, error),
        );
    }
    rows.into_iter().rev().for_each(|row| table.push(row));
    if let Some(peer) = peer {
        let values = peer.values("fd_100x400");
        println!(
            "FdBlackScholesVanillaEngine 100x400, {} puts: {:.2} ms each, error {:.1e} of the strike",
            values.len(),
            peer.nanoseconds("fd_100x400") / 1e6,
            error(values).unwrap_or(f64::NAN)
        );
    }
}

fn american_inverse(options: &Options, table: &mut Table) {
    let puts = options.puts(500);
    let inputs = puts.as_ref();
    let n = puts.len();
    let peer = python::american_iv(&puts);
    match &peer {
        Ok(peer) => println!(
            "peer: QuantLib {} (Python), American implied volatility; median error of its volatility {:.1e}",
            peer.version, peer.vol_median
        ),
        Err(why) => println!("peer: QuantLib (Python) n/a ({why})"),
    }
    for (precision, passes) in [(Precision::Fast, 2), (Precision::Standard, 2)] {
        let mut prices = vec![f64::NAN; n];
        let mut status = vec![Status::Ok; n];
        american::prices(inputs, precision, &mut prices, &mut status);
        let mut vols = vec![f64::NAN; n];
        let ns = timed(n, passes, || {
            american::implied_vols(
                black_box(puts.quoted(&prices)),
                precision,
                &mut vols,
                &mut status,
            )
        });
        let gaps = (0..n).filter(|&i| vols[i].is_finite()).map(|i| {
            let vol = vols[i];
            let back = american::price_with(
                &pricing::Inputs {
                    vol,
                    ..inputs.get(i)
                },
                precision,
            );
            (back.unwrap_or(f64::NAN) - prices[i]).abs() / inputs.strike[i]
        });
        let gap = gaps.fold(0.0, f64::max);
        let row = Row::new(
            &format!("American implied volatility, {precision:?}"),
            n,
            ns,
        )
        .checked(&vols, missing(&status))
        .error("of the strike, priced again", Some(gap));
        table.push(match &peer {
            Ok(peer) => {
                let judged = Some((peer.worst, peer.refused));
                row.against("impliedVolatility (Python)", peer.ns, judged)
            }
            Err(_) => row,
        });
    }
}

/// The first options of 10 days and more with 0.5 % of the spot every 91 days, and a yield besides for each third.
fn with_dividends(options: &Options, count: usize) -> (Options, Vec<Vec<CashDividend>>) {
    let mut paying = options.of_days(10, count);
    let inputs = paying.as_ref();
    let lists = (0..paying.len())
        .map(|k| {
            let x = inputs.get(k);
            let days = (x.years * 365.0).round() as usize;
            let ex_days = (1 + 37 * k % 91.min(days - 1)..days).step_by(91);
            ex_days
                .map(|day| CashDividend {
                    years: day as f64 / 365.0,
                    amount_usd: 0.005 * x.spot,
                })
                .collect()
        })
        .collect();
    paying.keep_yields(|k| k % 3 == 0);
    (paying, lists)
}

/// American options on shares that pay cash, spot model, beside finite differences.
fn cash_dividends(options: &Options, peer: Option<&QuantLib>, table: &mut Table) {
    let (paying, lists) = with_dividends(options, 200);
    let inputs = paying.as_ref();
    let n = paying.len();
    let borrowed: Vec<&[CashDividend]> = lists.iter().map(Vec::as_slice).collect();
    let columns = DividendsRef {
        inputs,
        dividends: &borrowed,
    };
    let style = Style::American;
    // Precise comes first: the others, ours and the peer's, are judged by it, and it by the peer's finest on the first 24.
    let mut exact = vec![f64::NAN; n];
    let mut status = vec![Status::Ok; n];
    let ns = timed(n, 1, || {
        dividends::prices(
            black_box(columns),
            style,
            Precision::Precise,
            &mut exact,
            &mut status,
        )
    });
    let error = |answers: &[f64]| {
        let upto = answers.len();
        let none = upto == 0;
        (!none).then(|| worst(answers, &exact[..upto], &inputs.strike[..upto]))
    };
    let finest = peer.map_or(&[][..], |peer| peer.values("dividends_1000x4000"));
    let mut rows = vec![
        Row::new("Cash dividends, American price, Precise", n, ns)
            .checked(&exact, missing(&status))
            .error("of the strike, to FD 1000x4000 (24)", error(finest))
            .beside("FD 1000x4000", peer, "dividends_1000x4000", |_| None),
    ];
    let measure = "of the strike, to Precise";
    let (name, key) = ("FD 100x400", "dividends_100x400");
    for precision in [Precision::Standard, Precision::Fast] {
        let mut greeks: [_; 6] = room(n, f64::NAN);
        let ns = timed(n, 3, || {
            dividends::greeks_batch(
                black_box(columns),
                style,
                precision,
                GreeksMut::from_columns(&mut greeks),
                &mut status,
            )
        });
        rows.push(
            Row::new(
                &format!("Cash dividends, price and 5 Greeks, {precision:?}"),
                n,
                ns,
            )
            .checked(&greeks[4], missing(&status))
            .error(measure, error(&greeks[0])),
        );
        let mut out = vec![f64::NAN; n];
        let ns = timed(n, 5, || {
            dividends::prices(black_box(columns), style, precision, &mut out, &mut status)
        });
        rows.push(
            Row::new(
                &format!("Cash dividends, American price, a batch, {precision:?}"),
                n,
                ns,
            )
            .checked(&out, missing(&status))
            .error(measure, error(&out))
            .beside(name, peer, key, error),
        );
        let ns = timed(n, 5, || {
            for (i, out) in out.iter_mut().enumerate() {
                let x = black_box(inputs.get(i));
                *out = dividends::price(&x, borrowed[i], style, precision).unwrap_or(f64::NAN);
            }
        });
        rows.push(
            Row::new(
                &format!("Cash dividends, American price, each alone, {precision:?}"),
                n,
                ns,
            )
            .checked(&out, 0)
            .error(measure, error(&out))
            .beside(name, peer, key, error),
        );
    }
    rows.into_iter().rev().for_each(|row| table.push(row));
}

fn boundaries(options: &Options, table: &mut Table) {
    let puts = options.puts(500);
    let inputs = puts.as_ref();
    let n = puts.len();
    let make = |i: usize| {
        let x = inputs.get(i);
        Boundary::new(x.right, x.rate, x.dividend_yield, x.vol, x.years)
    };
    let mut made: Vec<Option<Boundary>> = Vec::new();
    let ns = timed(n, 3, || made = (0..n).map(|i| make(i).ok()).collect());
    let at_expiry: Vec<f64> = made
        .iter()
        .zip(inputs.years)
        .map(|(boundary, &years)| {
            let at = boundary.as_ref().and_then(|b| b.spot_per_strike(years));
            at.unwrap_or(f64::NAN)
        })
        .collect();
    let none = made.iter().filter(|boundary| boundary.is_none()).count();
    table.push(Row::new("Exercise boundary, made", n, ns).checked(&at_expiry, none));

    let mut out = vec![f64::NAN; n];
    let ns = timed(n, 5, || {
        for (i, out) in out.iter_mut().enumerate() {
            *out = made[i].as_ref().map_or(f64::NAN, |boundary| {
                boundary.price(inputs.spot[i], inputs.strike[i], inputs.years[i])
            });
        }
    });
    let mut direct = vec![f64::NAN; n];
    let mut status = vec![Status::Ok; n];
    american::prices(inputs, Precision::Standard, &mut direct, &mut status);
    table.push(
        Row::new("American price, each alone on its own boundary", n, ns)
            .checked(&out, 0)
            .error(
                "of the strike, to the price afresh",
                Some(worst(&out, &direct, inputs.strike)),
            ),
    );
}

/// One put along a path: its boundary is made once, and each day's price is one integral.
fn along_a_path(table: &mut Table) {
    const DAYS: usize = 365;
    let (strike, rate, dividend_yield, vol) = (100.0, 0.045, 0.013, 0.3);
    let Ok(boundary) = Boundary::new(Right::Put, rate, dividend_yield, vol, 1.0) else {
        return;
    };
    let years: Vec<f64> = (1..=DAYS).map(|day| day as f64 / 365.0).collect();
    let spots: Vec<f64> = (0..DAYS)
        .map(|day| strike * (1.0 + 0.25 * (day as f64 * 0.1).sin()))
        .collect();
    let strikes = vec![strike; DAYS];
    let mut out = vec![f64::NAN; DAYS];
    let ns = timed(DAYS, 200, || {
        boundary.prices(&spots, &strikes, &years, &mut out)
    });
    let fresh: Vec<f64> = spots
        .iter()
        .zip(&years)
        .map(|(&spot, &years)| {
            let right = Right::Put;
            let inputs = Inputs {
                right,
                spot,
                strike,
                years,
                rate,
                dividend_yield,
                vol,
            };
            american::price_with(&inputs, Precision::Precise).unwrap_or(f64::NAN)
        })
        .collect();
    table.push(
        Row::new("American price, one boundary for a path", DAYS, ns)
            .checked(&out, 0)
            .error(
                "of the strike, to Precise",
                Some(worst(&out, &fresh, &strikes)),
            ),
    );
}

/// 20 expiries of 100 strikes, calls and puts: volatility from the quote, then price and Greeks.
fn chain(table: &mut Table) {
    let chain = Options::chain();
    let inputs = chain.as_ref();
    let n = chain.len();
    for precision in [Precision::Fast, Precision::Standard] {
        let mut prices = vec![f64::NAN; n];
        let mut status = vec![Status::Ok; n];
        american::prices(inputs, Precision::Standard, &mut prices, &mut status);
        let mut vols = vec![f64::NAN; n];
        let mut columns = room(n, f64::NAN);
        let mut unknown = 0;
        let ns = timed(1, 2, || {
            american::implied_vols(
                black_box(chain.quoted(&prices)),
                precision,
                &mut vols,
                &mut status,
            );
            unknown = missing(&status);
            let at = InputsRef {
                vol: &vols,
                ..inputs
            };
            american::greeks_batch(
                at,
                precision,
                GreeksMut::from_columns(&mut columns),
                &mut status,
            );
        });
        println!(
            "chain of {n} American contracts, volatility and Greeks, {precision:?}: {:.1} ms on one core; {unknown} \
             without a volatility (quoted at exercise value or without vega)",
            ns / 1e6
        );
        let gap = (0..n)
            .filter(|&i| vols[i].is_finite())
            .map(|i| (columns[0][i] - prices[i]).abs() / inputs.strike[i]);
        table.push(
            Row::new(
                &format!("chain: volatility and Greeks, each, {precision:?}"),
                n,
                ns / n as f64,
            )
            .checked(&columns[1], unknown)
            .error(
                "of the strike, price to quote",
                Some(gap.fold(0.0, f64::max)),
            ),
        );
    }
}
