//! q
use nn::*;
fn now_ns() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    1e9 * t.tv_sec as f64 + t.tv_nsec as f64
}
fn main() {
    let w = Weights::seeded(Config::default(), 1).unwrap();
    let mut net = Net::new(&w);
    println!("{} {}", net.instructions(), net.weight_bytes());
    let w0 = &w.layers()[0].weight;
    for b in [1usize, 2, 4, 8, 16, 64, 256] {
        let x: Vec<f32> = w0.iter().cycle().take(b * 768).map(|x| x * 10.0).collect();
        let (mut v, mut p) = (vec![0.0; b], vec![0.0; b * 64]);
        let mut best = f64::INFINITY;
        let n = (200 / b).max(1);
        for _ in 0..60 {
            let t = now_ns();
            for _ in 0..n {
                net.forward(std::hint::black_box(&x), &mut v, &mut p)
                    .unwrap();
            }
            best = best.min((now_ns() - t) / n as f64);
        }
        println!(
            "{b} {:.2} us {:.0}/s {:.1} GFLOP/s",
            best / 1e3,
            b as f64 / best * 1e9,
            b as f64 * 1.081856e6 / best
        );
    }
}
