//! Implied volatilities, one at a time and in columns, against 40 digits.

use pricing::implied::{SideMut, implied_vol_intervals};
use pricing::{
    Error, Greeks, Quoted, QuotedRef, Right, Status, european, implied_vol, implied_vol_interval,
    implied_vols,
};

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

/// A number from 0 to 1 that looks random: a Weyl sequence.
fn weyl(i: usize, root: f64) -> f64 {
    ((i + 1) as f64 * root).fract()
}

/// `count` quotes with the volatilities they were made from.
fn made(count: usize) -> (Vec<Quoted>, Vec<f64>) {
    let one = |i: usize| {
        let years = 1e-3 * 1e4_f64.powf(weyl(i, 0.414_213_562));
        let deviation = 2e-3 * 2e3_f64.powf(weyl(i, 0.618_033_988));
        let spot = 20.0 * 30.0_f64.powf(weyl(i, 0.732_050_807));
        let distance = 70.0 * (weyl(i, 0.236_067_977) - 0.5).powi(3) * 8.0 * deviation;
        let quoted = Quoted {
            right: if weyl(i, 0.754_877_666) < 0.5 {
                Right::Call
            } else {
                Right::Put
            },
            price_usd: 0.0,
            spot,
            strike: spot * distance.exp(),
            years,
            rate: 0.07 * weyl(i, 0.645_751_311) - 0.01,
            dividend_yield: 0.05 * weyl(i, 0.316_624_790),
        };
        let vol = deviation / years.sqrt();
        let price_usd = european::price(&quoted.with_vol(vol));
        (
            Quoted {
                price_usd,
                ..quoted
            },
            vol,
        )
    };
    (0..count).map(one).unzip()
}

/// No wrong root: whatever is answered gives the price back, and what is refused has no time value to speak of.
fn no_wrong_root(count: usize) {
    let (quotes, vols) = made(count);
    let (found, status) = Columns::new(&quotes).vols(0, count);
    let mut answered = 0;
    for (i, quoted) in quotes.iter().enumerate() {
        let alone = implied_vol(quoted);
        assert_eq!(
            status[i],
            alone.map_or_else(Status::from, |_| Status::Ok),
            "{quoted:?}"
        );
        let inputs = quoted.with_vol(vols[i]);
        let money = inputs.discounted_spot().max(inputs.discounted_strike());
        let Greeks { vega, delta, .. } = european::greeks(&inputs);
        if status[i] == Status::Ok {
            answered += 1;
            // Roundings of the price in the money, of the forward, or of the answer.
            let inside = if inputs.european_floor() > 0.0 {
                money
            } else {
                quoted.price_usd.max(delta.abs() * quoted.spot)
            };
            let allowed = 1e-14 * (vols[i] + inside / vega);
            // Smaller prices are themselves without digits.
            let told = quoted.price_usd > 1e-300 * money;
            for vol in [found[i], alone.unwrap()] {
                let again = european::price(&quoted.with_vol(vol));
                assert!(
                    (again - quoted.price_usd).abs() <= 1e-13 * money,
                    "{vol} {quoted:?}"
                );
                assert!(
                    !told || (vol - vols[i]).abs() <= allowed,
                    "{vol}, not {}: {quoted:?}",
                    vols[i]
                );
            }
        } else {
            assert!(found[i].is_nan());
            let left = quoted.price_usd - inputs.european_floor();
            let cap = if quoted.right == Right::Call {
                inputs.discounted_spot()
            } else {
                inputs.discounted_strike()
            };
            assert!(
                left <= 1e-14 * money || cap - quoted.price_usd <= 1e-14 * money,
                "{:?} {quoted:?}",
                status[i]
            );
        }
    }
    assert!(answered * 2 > count, "only {answered} of {count} answered");
}

#[test]
fn thirty_thousand_quotes_have_no_wrong_root() {
    no_wrong_root(30_000);
}

#[test]
#[ignore = "a million quotes take some seconds; thirty thousand of them run always"]
fn a_million_quotes_have_no_wrong_root() {
    no_wrong_root(1_000_000);
}

/// Wherever a row stands and whatever stands beside it.
#[test]
fn a_row_depends_on_itself_alone() {
    let (mut quotes, _) = made(203);
    quotes[17].price_usd = f64::NAN;
    quotes[40].years = 0.0;
    quotes[99].price_usd = 1e9;
    quotes[100].price_usd = -1.0;
    let (all, all_status) = Columns::new(&quotes).vols(0, 203);
    assert_eq!(all_status[17], Status::BadInput);
    assert_eq!(all_status[40], Status::Expired);
    assert_eq!(all_status[99], Status::AboveMaximum);
    assert_eq!(all_status[100], Status::BelowIntrinsic);
    let columns = Columns::new(&quotes);
    for (from, to) in [(0, 1), (17, 18), (1, 203), (5, 12), (96, 130), (3, 200)] {
        let (some, status) = columns.vols(from, to);
        for i in from..to {
            assert_eq!(
                some[i - from].to_bits(),
                all[i].to_bits(),
                "row {i} of {from}..{to}"
            );
            assert_eq!(status[i - from], all_status[i]);
        }
    }
    quotes.reverse();
    let (backwards, _) = Columns::new(&quotes).vols(0, 203);
    assert!(
        backwards
            .iter()
            .rev()
            .zip(&all)
            .all(|(x, y)| x.to_bits() == y.to_bits())
    );
}

#[test]
fn an_interval_holds_the_vol_between_bid_and_ask() {
    let quoted = Quoted {
        right: Right::Call,
        price_usd: f64::NAN,
        spot: 100.0,
        strike: 90.0,
        years: 0.25,
        rate: 0.0,
        dividend_yield: 0.0,
    };
    let price = european::price(&quoted.with_vol(0.2));
    let vols = implied_vol_interval(&quoted, price - 0.05, price + 0.05);
    assert!(vols.lower.unwrap() < 0.2 && vols.upper.unwrap() > 0.2);
    let vols = implied_vol_interval(&quoted, 9.9, price);
    assert!(matches!(vols.lower, Err(Error::BelowIntrinsic { .. })));
    assert!((vols.upper.unwrap() - 0.2).abs() < 1e-12);
    let (mut lower, mut upper, mut low, mut high) = ([0.0], [0.0], [Status::Ok], [Status::Ok]);
    let row = QuotedRef {
        right: &[quoted.right],
        price_usd: &[f64::NAN],
        spot: &[quoted.spot],
        strike: &[quoted.strike],
        years: &[quoted.years],
        rate: &[0.0],
        dividend_yield: &[0.0],
    };
    let bid = SideMut {
        price_usd: &[9.9],
        vol: &mut lower,
        status: &mut low,
    };
    let ask = SideMut {
        price_usd: &[price],
        vol: &mut upper,
        status: &mut high,
    };
    implied_vol_intervals(row, bid, ask);
    assert!(lower[0].is_nan() && low == [Status::BelowIntrinsic]);
    assert!((upper[0] - 0.2).abs() < 1e-12 && high == [Status::Ok]);
}
