//! x
use pricing::american::*;
use pricing::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let mode = std::env::args().nth(2).unwrap();
    let p = match mode.as_str() {
        "f" => Precision::Fast,
        "s" => Precision::Standard,
        _ => Precision::Precise,
    };
    let mut rows = vec![];
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let c: Vec<&str> = line.split(',').collect();
        let f = |i: usize| c[i].parse::<f64>().unwrap();
        rows.push((
            Inputs {
                right: if c[0] == "Put" {
                    Right::Put
                } else {
                    Right::Call
                },
                spot: f(1),
                strike: f(2),
                years: f(3),
                rate: f(4),
                dividend_yield: f(5),
                vol: f(6),
            },
            f(7),
        ));
    }
    let mut errs = vec![];
    for (i, (x, v)) in rows.iter().enumerate() {
        let r = price_with(x, p);
        let e = match r {
            Ok(a) => (a - v).abs() / x.strike,
            Err(_) => 1.0,
        };
        errs.push((e, i));
    }
    for (name, range) in [
        ("typical", 0..rows.len().min(400)),
        ("wide", rows.len().min(400)..rows.len()),
    ] {
        let mut es: Vec<_> = errs[range].to_vec();
        if es.is_empty() {
            continue;
        }
        es.sort_by(|a, b| b.0.total_cmp(&a.0));
        println!(
            "{name} max {:e} p95 {:e} median {:e}",
            es[0].0,
            es[es.len() / 20].0,
            es[es.len() / 2].0
        );
    }
    let t = std::time::Instant::now();
    let n = if mode == "p" { 1 } else { 20 };
    let mut s = 0.0;
    for _ in 0..n {
        for (x, _) in &rows {
            s += price_with(x, p).unwrap_or(0.0);
        }
    }
    println!("{:?} per price {s}", t.elapsed() / (n * rows.len() as u32));
}
