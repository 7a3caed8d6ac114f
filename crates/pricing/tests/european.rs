//! European prices and Greeks, one at a time and in columns, against 60 digits.

use pricing::european::{self, SecondOrder, SecondOrderMut};
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
        let [spot, strike, years, rate, dividend_yield, vol] =
            self.numbers.each_ref().map(|column| &column[from..to]);
        InputsRef {
            right: &self.right[from..to],
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        }
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
    let [price, delta, gamma, vega, theta, rho] = &mut columns;
    let out = GreeksMut {
        price,
        delta,
        gamma,
        vega,
        theta,
        rho,
    };
    european::greeks_batch(inputs, out, &mut status);
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
    let [vanna, volga, charm, veta, vera, speed, color, zomma, phi] = &mut columns;
    let out = SecondOrderMut {
        vanna,
        volga,
        charm,
        veta,
        vera,
        speed,
        color,
        zomma,
        phi,
    };
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
