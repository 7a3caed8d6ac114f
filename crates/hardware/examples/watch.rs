//! The machine, then what it does once a second, and what watching costs.
//!
//! `cargo run -p hardware --example watch -- 5` looks five times. The last lines give the time that a sample took, and the share of a
//! core that this program used while it did nothing else.

use std::time::{Duration, Instant};

use hardware::sensors::Sensors;

fn main() {
    let times: u32 = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(5);
    let started = Instant::now();
    let machine = hardware::detect();
    println!("{machine}\n(found in {:.1} ms)", milliseconds(started));
    let started = Instant::now();
    let mut sensors = Sensors::open();
    println!("(sensors opened in {:.1} ms)", milliseconds(started));
    let (mut spent, mut own) = (Vec::new(), Vec::new());
    for _ in 0..times {
        std::thread::sleep(Duration::from_secs(1));
        let started = Instant::now();
        let sample = sensors.sample();
        spent.push(milliseconds(started));
        own.extend(sample.own.cpu_threads.known().copied());
        println!();
        for (name, value) in sample.rows() {
            println!("{name:<24}  {value}");
        }
    }
    spent.sort_by(f64::total_cmp);
    if let (Some(middle), Some(worst)) = (spent.get(spent.len() / 2), spent.last()) {
        println!("\na sample took {middle:.2} ms, at most {worst:.2} ms");
    }
    if !own.is_empty() {
        let mean = own.iter().sum::<f64>() / own.len() as f64;
        println!("watching used {:.2} % of one core", mean * 100.0);
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
