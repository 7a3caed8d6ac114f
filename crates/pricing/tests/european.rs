//! European prices and Greeks, one at a time and in columns, against 60 digits.

use pricing::european::{self, Greeks32Mut, Inputs32Ref, SecondOrder, SecondOrderMut};
use pricing::{Greeks, GreeksMut, Inputs, InputsRef, Right, Status};

/// Options by column.
#[derive(Default)]
struct Columns {
    right: Vec<Right>,
    numbers: [Vec<f64>; 6],
}

impl Columns {
    fn new(options: &[Inputs]) -> Columns {
        let column = |f: fn(&Inputs) -> f64| options.iter().map(f).collect();
        Columns {
            right: options.iter().map(|x| x.right).collect(),
            numbers: [
                column(|x| x.spot),
                column(|x| x.strike),
                column(|x| x.years),
                column(|x| x.rate),
                column(|x| x.dividend_yield),
                column(|x| x.vol),
            ],
        }
    }

    fn rows(&self, from: usize, to: usize) -> InputsRef<'_> {
        let numbers = self.numbers.each_ref().map(|column| &column[from..to]);
        InputsRef::from_columns(&self.right[from..to], numbers)
    }
}

fn prices(inputs: InputsRef) -> (Vec<f64>, Vec<Status>) {
    let mut out = vec![0.0; inputs.len()];
    let mut status = vec![Status::NotConverged; inputs.len()];
    european::prices(inputs, &mut out, &mut status);
    (out, status)
}

fn greeks(inputs: InputsRef) -> (Vec<Greeks>, Vec<Status>) {
    let rows = inputs.len();
    let mut columns: [Vec<f64>; 6] = std::array::from_fn(|_| vec![0.0; rows]);
    let mut status = vec![Status::NotConverged; rows];
    european::greeks_batch(inputs, GreeksMut::from_columns(&mut columns), &mut status);
    let row = |i: usize| {
        let [price, delta, gamma, vega, theta, rho] = columns.each_ref().map(|column| column[i]);
        Greeks {
            price,
            delta,
            gamma,
            vega,
            theta,
            rho,
        }
    };
    ((0..rows).map(row).collect(), status)
}

fn second_order(inputs: InputsRef) -> (Vec<SecondOrder>, Vec<Status>) {
    let rows = inputs.len();
    let mut columns: [Vec<f64>; 9] = std::array::from_fn(|_| vec![0.0; rows]);
    let mut status = vec![Status::NotConverged; rows];
    let out = SecondOrderMut::from_columns(&mut columns);
    european::second_order_batch(inputs, out, &mut status);
    let row = |i: usize| {
        let [vanna, volga, charm, veta, vera, speed, color, zomma, phi] =
            columns.each_ref().map(|column| column[i]);
        SecondOrder {
            vanna,
            volga,
            charm,
            veta,
            vera,
            speed,
            color,
            zomma,
            phi,
        }
    };
    ((0..rows).map(row).collect(), status)
}

/// The table: options and their fifteen numbers.
fn references() -> Vec<(Inputs, [f64; 15])> {
    let row = |line: &str| {
        let (right, numbers) = line.split_once(',').unwrap();
        let numbers: Vec<f64> = numbers.split(',').map(|x| x.parse().unwrap()).collect();
        let inputs = Inputs {
            right: if right == "C" {
                Right::Call
            } else {
                Right::Put
            },
            spot: numbers[0],
            strike: numbers[1],
            years: numbers[2],
            rate: numbers[3],
            dividend_yield: numbers[4],
            vol: numbers[5],
        };
        (inputs, numbers[6..].try_into().unwrap())
    };
    let lines = include_str!("european.csv").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .map(row)
        .collect()
}

/// The largest error per number, in the scale of each, and the largest relative error of the price.
#[derive(Default, Debug)]
struct Worst {
    errors: [f64; 15],
    relative: f64,
}

impl Worst {
    fn see(&mut self, x: &Inputs, found: [f64; 15], expected: &[f64; 15]) {
        let money = x.discounted_spot().max(x.discounted_strike());
        let (spot, s) = (x.spot, x.vol * x.years.sqrt());
        let d1 = ((spot / x.strike).ln() + (x.rate - x.dividend_yield) * x.years) / s + s / 2.0;
        let size = 1.0 + d1.abs() + s;
        let yearly = 1.0
            + x.rate.abs()
            + x.dividend_yield.abs()
            + (size / s).abs() * (x.rate - x.dividend_yield).abs()
            + size * size / x.years;
        let carry = x.discounted_spot() / spot;
        let peak = carry.max(money / spot);
        let vega = money * x.years.sqrt();
        let gamma = peak / (spot * s);
        let scales = [
            money,
            carry,
            gamma,
            vega,
            money * (yearly + x.vol / x.years.sqrt()),
            money * x.years,
            peak * size / x.vol,
            vega * size * size / x.vol,
            peak * yearly,
            vega * yearly,
            money * x.years * size / x.vol,
            gamma * size / s / spot,
            gamma * yearly,
            gamma * size * size / x.vol,
            money * x.years,
        ];
        for (i, scale) in scales.iter().enumerate() {
            self.errors[i] = self.errors[i].max((found[i] - expected[i]).abs() / scale);
            assert!(found[i].is_finite(), "{i} {x:?}");
        }
        self.relative = self.relative.max((found[0] / expected[0] - 1.0).abs());
    }

    fn check(&self, price: f64, relative: f64, greeks: f64) {
        assert!(self.errors[0] <= price, "{self:?}");
        assert!(self.relative <= relative, "{self:?}");
        assert!(
            self.errors[1..].iter().all(|&error| error <= greeks),
            "{self:?}"
        );
    }
}

fn numbers(greeks: Greeks, second: SecondOrder) -> [f64; 15] {
    [
        greeks.price,
        greeks.delta,
        greeks.gamma,
        greeks.vega,
        greeks.theta,
        greeks.rho,
        second.vanna,
        second.volga,
        second.charm,
        second.veta,
        second.vera,
        second.speed,
        second.color,
        second.zomma,
        second.phi,
    ]
}

#[test]
fn one_at_a_time_agrees_with_sixty_digits() {
    let mut worst = Worst::default();
    for (x, expected) in references() {
        let found = numbers(european::greeks(&x), european::second_order(&x));
        assert_eq!(european::price(&x), found[0]);
        worst.see(&x, found, &expected);
    }
    println!("{worst:?}");
    worst.check(2e-15, 1e-12, 1e-13);
}

#[test]
fn columns_agree_with_sixty_digits() {
    let (options, expected): (Vec<Inputs>, Vec<_>) = references().into_iter().unzip();
    let columns = Columns::new(&options);
    let all = columns.rows(0, options.len());
    let (alone, status) = prices(all);
    let (first, greek_status) = greeks(all);
    let (second, second_status) = second_order(all);
    let mut worst = Worst::default();
    for (i, expected) in expected.iter().enumerate() {
        assert_eq!(alone[i].to_bits(), first[i].price.to_bits());
        worst.see(&options[i], numbers(first[i], second[i]), expected);
    }
    assert!(
        [status, greek_status, second_status]
            .concat()
            .iter()
            .all(|&status| status == Status::Ok)
    );
    println!("{worst:?}");
    worst.check(2e-15, 1e-12, 1e-13);
}

/// Many options of all kinds, some of them odd or bad.
fn many() -> Vec<Inputs> {
    let mut options: Vec<Inputs> = references().into_iter().map(|(x, _)| x).collect();
    let x = options[0];
    options.extend([
        Inputs { years: 0.0, ..x },
        Inputs { vol: 0.0, ..x },
        Inputs { spot: 0.0, ..x },
        Inputs {
            spot: f64::NAN,
            ..x
        },
        Inputs { strike: -1.0, ..x },
        Inputs { years: -1.0, ..x },
        Inputs {
            vol: f64::INFINITY,
            ..x
        },
        Inputs { rate: 1e300, ..x },
        Inputs {
            vol: 1e-14,
            strike: x.spot * 1.5,
            ..x
        },
        Inputs { vol: 2e3, ..x },
        Inputs { spot: 1e200, ..x },
        x,
    ]);
    options
}

/// The same rows are refused as one at a time, for the same reason, and odd rows get the scalar answer.
#[test]
fn bad_rows_are_refused_alike() {
    let options = many();
    let columns = Columns::new(&options);
    let (found, status) = prices(columns.rows(0, options.len()));
    for (i, x) in options.iter().enumerate() {
        assert_eq!(
            status[i],
            x.check().map_or_else(Status::from, |()| Status::Ok),
            "{x:?}"
        );
        let alone = european::price(x);
        let money = x.discounted_spot().max(x.discounted_strike());
        assert!(found[i].is_nan() && alone.is_nan() || (found[i] - alone).abs() <= 2e-15 * money);
    }
}

/// Wherever a row stands and whatever stands beside it.
#[test]
fn a_row_depends_on_itself_alone() {
    let mut options = many();
    let rows = options.len();
    let columns = Columns::new(&options);
    let (all, _) = greeks(columns.rows(0, rows));
    let (second, _) = second_order(columns.rows(0, rows));
    let same = |x: [f64; 15], y: [f64; 15]| x.map(f64::to_bits) == y.map(f64::to_bits);
    for (from, to) in [(0, 1), (1, rows), (5, 12), (3, 60), (rows - 1, rows)] {
        let (some, _) = greeks(columns.rows(from, to));
        let (some_second, _) = second_order(columns.rows(from, to));
        for i in from..to {
            assert!(
                same(
                    numbers(some[i - from], some_second[i - from]),
                    numbers(all[i], second[i])
                ),
                "row {i} of {from}..{to}"
            );
        }
    }
    options.reverse();
    let (backwards, _) = prices(Columns::new(&options).rows(0, rows));
    assert!(
        backwards
            .iter()
            .rev()
            .zip(&all)
            .all(|(x, y)| x.to_bits() == y.price.to_bits())
    );
}

/// Rising and convex in the strike for puts, rising in volatility; the same in any currency; calls are puts on the strike.
#[test]
fn prices_obey_no_arbitrage() {
    for (x, _) in references() {
        let money = x.discounted_spot().max(x.discounted_strike());
        let strikes: Vec<Inputs> = (0..40)
            .map(|i| Inputs {
                right: Right::Put,
                strike: x.strike * (0.6 + 0.02 * f64::from(i)),
                ..x
            })
            .collect();
        let (puts, _) = prices(Columns::new(&strikes).rows(0, 40));
        for window in puts.windows(3) {
            assert!(window[1] >= window[0] - 1e-15 * money);
            assert!(window[0] - 2.0 * window[1] + window[2] >= -5e-15 * money);
        }
        let twin = Inputs {
            right: if x.right == Right::Call {
                Right::Put
            } else {
                Right::Call
            },
            spot: x.strike,
            strike: x.spot,
            rate: x.dividend_yield,
            dividend_yield: x.rate,
            ..x
        };
        let scaled = Inputs {
            spot: x.spot * 3.7,
            strike: x.strike * 3.7,
            ..x
        };
        let wider = Inputs {
            vol: x.vol * 1.001,
            ..x
        };
        let (found, _) = prices(Columns::new(&[x, twin, scaled, wider]).rows(0, 4));
        assert!((found[0] - found[1]).abs() <= 1e-12 * found[0]);
        assert!((found[2] / 3.7 - found[0]).abs() <= 1e-14 * money);
        assert!(found[3] >= found[0]);
    }
}

#[test]
fn single_precision_is_within_a_millionth() {
    let options: Vec<Inputs> = many();
    let rows = options.len();
    let columns = Columns::new(&options);
    let numbers = columns
        .numbers
        .each_ref()
        .map(|column| column.iter().map(|&x| x as f32).collect::<Vec<f32>>());
    let [spot, strike, years, rate, dividend_yield, vol] = numbers.each_ref().map(Vec::as_slice);
    let inputs = Inputs32Ref {
        right: &columns.right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        vol,
    };
    let (mut alone, mut status) = (vec![0.0; rows], vec![Status::Ok; rows]);
    european::prices_f32(inputs, &mut alone, &mut status);
    let mut out: [Vec<f32>; 6] = std::array::from_fn(|_| vec![0.0; rows]);
    let [price, delta, gamma, vega, theta, rho] = &mut out;
    european::greeks_batch_f32(
        inputs,
        Greeks32Mut {
            price,
            delta,
            gamma,
            vega,
            theta,
            rho,
        },
        &mut status,
    );
    for i in 0..rows {
        let x = inputs.get(i);
        assert_eq!(
            status[i],
            x.check().map_or_else(Status::from, |()| Status::Ok),
            "{x:?}"
        );
        if status[i] != Status::Ok {
            assert!(alone[i].is_nan());
            continue;
        }
        let expected = european::greeks(&x);
        let money = x
            .spot
            .max(x.strike)
            .max(x.discounted_spot())
            .max(x.discounted_strike());
        assert_eq!(alone[i].to_bits(), out[0][i].to_bits());
        let near = |found: f32, expected: f64, scale: f64, what: &str| {
            let error = (f64::from(found) - expected).abs();
            assert!(error <= 1e-6 * scale, "{what} is off by {error:e}: {x:?}");
        };
        near(out[0][i], expected.price, money, "price");
        near(
            out[3][i],
            expected.vega,
            money * x.years.sqrt() * 10.0,
            "vega",
        );
        near(
            out[5][i],
            expected.rho,
            money * x.years.max(1e-3) * 10.0,
            "rho",
        );
        let carry = x.discounted_spot() / x.spot.max(1e-300);
        near(
            out[1][i],
            expected.delta,
            carry * 10.0 / (x.vol * x.years.sqrt()).min(1.0),
            "delta",
        );
    }
}
