//! Implied volatilities, one at a time and in columns, against 40 digits.

use pricing::{Quoted, QuotedRef, Right, Status, implied_vol, implied_vols};

/// Quotes by column.
struct Columns {
    right: Vec<Right>,
    numbers: [Vec<f64>; 6],
}

impl Columns {
    fn new(quotes: &[Quoted]) -> Columns {
        let column = |f: fn(&Quoted) -> f64| quotes.iter().map(f).collect();
        Columns {
            right: quotes.iter().map(|x| x.right).collect(),
            numbers: [
                column(|x| x.price_usd),
                column(|x| x.spot),
                column(|x| x.strike),
                column(|x| x.years),
                column(|x| x.rate),
                column(|x| x.dividend_yield),
            ],
        }
    }

    /// The volatilities of rows `from` to `to`.
    fn vols(&self, from: usize, to: usize) -> (Vec<f64>, Vec<Status>) {
        let [price_usd, spot, strike, years, rate, dividend_yield] =
            self.numbers.each_ref().map(|column| &column[from..to]);
        let quoted = QuotedRef {
            right: &self.right[from..to],
            price_usd,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
        };
        let (mut out, mut status) = (vec![0.0; to - from], vec![Status::NotConverged; to - from]);
        implied_vols(quoted, &mut out, &mut status);
        (out, status)
    }
}

/// The table: quotes, the volatility behind each, and how a relative error of the price changes it.
fn references() -> Vec<(Quoted, [f64; 2])> {
    let row = |line: &str| {
        let (right, numbers) = line.split_once(',').unwrap();
        let numbers: Vec<f64> = numbers.split(',').map(|x| x.parse().unwrap()).collect();
        let quoted = Quoted {
            right: if right == "C" {
                Right::Call
            } else {
                Right::Put
            },
            price_usd: numbers[0],
            spot: numbers[1],
            strike: numbers[2],
            years: numbers[3],
            rate: numbers[4],
            dividend_yield: numbers[5],
        };
        (quoted, [numbers[6], numbers[7]])
    };
    let lines = include_str!("implied.csv").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .map(row)
        .collect()
}

/// The error in units of what one rounding of price and answer may do: P. Jaeckel's measure.
fn roundings(found: f64, [vol, condition]: [f64; 2]) -> f64 {
    (found / vol - 1.0).abs() / (f64::EPSILON * (1.0 + condition))
}

#[test]
fn agrees_with_forty_digits() {
    let (quotes, expected): (Vec<Quoted>, Vec<[f64; 2]>) = references().into_iter().unzip();
    let (vols, status) = Columns::new(&quotes).vols(0, quotes.len());
    let mut worst = [0.0_f64; 2];
    for i in 0..quotes.len() {
        assert_eq!(status[i], Status::Ok, "{:?}", quotes[i]);
        let alone = implied_vol(&quotes[i]).unwrap();
        let errors = [
            roundings(vols[i], expected[i]),
            roundings(alone, expected[i]),
        ];
        assert!(
            errors.iter().all(|&error| error <= 4.0),
            "{errors:?}, {:?}, {:?} {} {alone}",
            quotes[i],
            expected[i],
            vols[i]
        );
        worst = [worst[0].max(errors[0]), worst[1].max(errors[1])];
    }
    println!(
        "columns {:.2}, one at a time {:.2} roundings",
        worst[0], worst[1]
    );
}
