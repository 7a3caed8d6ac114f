use super::*;

#[test]
fn show() {
    for seed in 1..=3 {
        let t = std::time::Instant::now();
        let s = generate(seed);
        println!("seed {seed} rows {} {:?}", s.rows.len(), t.elapsed());
        println!("{}", calibration::table(&calibration::measure(&s, &calibration::TARGETS)));
        if seed == 1 {
            for h in &s.histories { println!("{:?} {:?} {:?}", h.symbol, h.days[0], h.days.last()); 
               let n = s.rows.iter().filter(|r| Some(&r.quote.contract.symbol) == h.symbol.as_ref()); 
               println!("rows {} zero bid {} vol0 {} ivnull {} expiries {}", n.clone().count(), n.clone().filter(|r| r.quote.bid_usd.is_none()).count(), n.clone().filter(|r| r.quote.volume==Some(0)).count(), n.clone().filter(|r| r.quote.iv.is_none()).count(),
               n.clone().map(|r| (r.date, r.quote.contract.expiry)).collect::<std::collections::BTreeSet<_>>().len()); }
            println!("parquet {}", files::parquet(&s).unwrap().len());
        }
    }
}

#[test]
#[ignore = "search"]
fn search() {
    for seed in 1..=400 {
        let s = generate(seed);
        let lines = calibration::measure(&s, &calibration::TARGETS);
        let bad: Vec<usize> = lines.iter().enumerate().filter(|(_, l)| !l.fits()).map(|(i, _)| i).collect();
        let r = s.histories[1].log_returns();
        let worst = r[r.len() - 10..].iter().fold(0.0f64, |a, x| a.max(x.abs()));
        println!("{seed} bad {} worst {worst:.4} starts {:?} {bad:?}", bad.len(), s.histories.iter().map(|h| h.days[0].close_usd).collect::<Vec<_>>());
    }
}
