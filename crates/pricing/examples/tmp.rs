//! x
use pricing::american::*;
use pricing::*;
fn main() {
    for x in [
        Inputs {
            right: Right::Put,
            spot: 45.90483834967189,
            strike: 100.0,
            years: 1.1493734889105605,
            rate: 0.09298060230513634,
            dividend_yield: 0.0,
            vol: 0.6651522833005967,
        },
        Inputs {
            right: Right::Put,
            spot: 61.249460011473,
            strike: 100.0,
            years: 1.156537588705467,
            rate: 0.07884872980019715,
            dividend_yield: 0.012270298216932353,
            vol: 0.4385223068303361,
        },
    ] {
        for p in [Precision::Fast, Precision::Standard, Precision::Precise] {
            println!("{p:?} {:?} {:?}", price_with(&x, p), greeks(&x, p));
        }
        for p in [Precision::Fast, Precision::Standard, Precision::Precise] {
            for d in [-2, -1, 0, 1, 2] {
                print!(
                    " {:.6}",
                    price_with(
                        &Inputs {
                            rate: x.rate + d as f64 * 1e-3,
                            ..x
                        },
                        p
                    )
                    .unwrap()
                );
            }
            println!();
        }
    }
}
