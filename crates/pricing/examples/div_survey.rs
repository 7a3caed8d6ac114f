#![allow(clippy::disallowed_methods)]
use pricing::american::Precision;
use pricing::dividends::{self, Style};
use pricing::{CashDividend, Inputs, Right};
fn cpu() -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}
fn main() {
    let mut state = 12345u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let n = 600;
    let mut cases = vec![];
    for i in 0..n {
        let vol: f64 = 0.08 + 0.82 * uniform();
        let years: f64 = (1.0 + 729.0 * uniform()) / 365.0;
        let k = 100.0
            * ((uniform() * 4.0 - 2.0) * vol * years.sqrt())
                .clamp(-0.6, 0.6)
                .exp();
        let rate = 0.07 * uniform();
        let q = if i % 4 < 2 { 0.0 } else { 0.03 * uniform() };
        let x = Inputs {
            right: if i % 2 == 0 { Right::Call } else { Right::Put },
            spot: 100.0,
            strike: k,
            years,
            rate,
            dividend_yield: q,
            vol,
        };
        let first = uniform() * 0.25;
        let amount = 0.2 + 1.3 * uniform();
        let d: Vec<CashDividend> = (0..8)
            .map(|j| CashDividend {
                years: first + 0.25 * j as f64,
                amount_usd: amount,
            })
            .filter(|d| d.years < years)
            .collect();
        if d.is_empty() {
            continue;
        }
        cases.push((x, d));
    }
    let precise: Vec<f64> = cases
        .iter()
        .map(|(x, d)| dividends::price(x, d, Style::American, Precision::Precise).unwrap())
        .collect();
    for p in [Precision::Fast, Precision::Standard] {
        for (name, right, yields) in [
            ("call q=0", Right::Call, false),
            ("call q>0", Right::Call, true),
            ("put", Right::Put, false),
            ("put q", Right::Put, true),
        ] {
            let mut e = vec![];
            let mut w = (0.0, 0);
            let mut us = f64::INFINITY;
            for _ in 0..3 {
                let t = cpu();
                e.clear();
                for (i, (x, d)) in cases.iter().enumerate() {
                    if x.right != right || (x.dividend_yield > 0.0) != yields {
                        continue;
                    }
                    let v = dividends::price(x, d, Style::American, p).unwrap();
                    let err = (v - precise[i]).abs() / x.strike;
                    if err > w.0 {
                        w = (err, i)
                    }
                    e.push(err);
                }
                us = us.min((cpu() - t) * 1e-3 / e.len() as f64);
            }
            e.sort_by(f64::total_cmp);
            let (x, d) = &cases[w.1];
            println!(
                "{p:?} {name}: n {} us {us:.1} median {:.1e} p95 {:.1e} max {:.1e} at T {:.2} vol {:.2} k {:.0} r {:.3} q {:.3} divs {} last {:.3}x{:.2}",
                e.len(),
                e[e.len() / 2],
                e[e.len() * 95 / 100],
                w.0,
                x.years,
                x.vol,
                x.strike,
                x.rate,
                x.dividend_yield,
                d.len(),
                x.years - d.last().unwrap().years,
                d[0].amount_usd
            );
        }
    }
}
