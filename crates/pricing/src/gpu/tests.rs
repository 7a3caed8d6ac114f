//! On the first Vulkan (on macOS, Metal) adapter that opens, a software one if there is no other. Without any, the tests say so and pass.

use super::*;
use crate::monte_carlo::philox::{philox4x32, uniform32};
use crate::{Quoted, Right, implied_vols as implied_vols_cpu};
use compute::{Backend, Verdict};

pub(super) fn budget() -> Budget {
    Budget {
        bytes: 256 << 20,
        origin: "a quarter of a gigabyte for a test".to_owned(),
    }
}

pub(super) fn device() -> Option<Gpu> {
    let backend = if cfg!(target_os = "macos") {
        Backend::Metal
    } else {
        Backend::Vulkan
    };
    match Gpu::open(backend, 0) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            eprintln!("skipped: {error}");
            None
        }
    }
}

/// Random rows, with some that nobody can price and some far from usual.
struct Table {
    right: Vec<Right>,
    numbers: [Vec<f64>; 6],
}

fn table(rows: u32, seed: u32) -> Table {
    let mut table = Table {
        right: Vec::new(),
        numbers: Default::default(),
    };
    for i in 0..rows {
        let [a, b, c, d] = philox4x32([i, 0, 0, 0], [seed, 0]).map(uniform32);
        let [e, f, ..] = philox4x32([i, 1, 0, 0], [seed, 0]).map(uniform32);
        let strike = 10.0 + 500.0 * a;
        let mut row = [
            strike * (0.5 + 1.3 * b),
            strike,
            0.003 + 2.5 * c,
            0.08 * d - 0.01,
            0.05 * e,
            0.05 + 1.1 * f,
        ];
        match i % 101 {
            7 => row[0] = f64::NAN,
            19 => row[5] = -0.1,
            23 => row[2] = 0.0,
            31 => row[0] = 0.0,
            43 => row[0] = strike * 1e6,
            59 => row[5] = 0.0,
            _ => {}
        }
        let right = if i % 2 == 0 { Right::Call } else { Right::Put };
        table.right.push(right);
        for (column, value) in table.numbers.iter_mut().zip(row) {
            column.push(value);
        }
    }
    table
}

impl Table {
    fn inputs(&self) -> InputsRef<'_> {
        InputsRef::from_columns(&self.right, std::array::from_fn(|k| &self.numbers[k][..]))
    }
}

fn larger(option: &Inputs) -> f64 {
    option.spot.max(option.strike)
}

#[test]
fn gpu_prices_are_those_of_the_cpu() {
    let Some(gpu) = device() else { return };
    let table = table(30_011, 1);
    let rows = table.right.len();
    let (mut found, mut exact) = (vec![1.0; rows], vec![2.0; rows]);
    let mut status = [vec![Status::Expired; rows], vec![Status::NoVega; rows]];
    prices(&gpu, &budget(), table.inputs(), &mut found, &mut status[0]).unwrap();
    european::prices(table.inputs(), &mut exact, &mut status[1]);
    assert_eq!(status[0], status[1]);
    let mut worst = 0.0f64;
    for i in 0..rows {
        assert_eq!(found[i].is_nan(), exact[i].is_nan(), "row {i}");
        if !found[i].is_nan() {
            worst = worst.max((found[i] - exact[i]).abs() / larger(&table.inputs().get(i)));
        }
    }
    println!("price within {worst:.1e} of the larger of spot and strike");
    assert!(worst < 1e-6, "{worst:e}");
}

#[test]
fn gpu_greeks_are_those_of_the_cpu() {
    let Some(gpu) = device() else { return };
    let table = table(20_003, 2);
    let rows = table.right.len();
    let columns = || -> [Vec<f64>; 6] { std::array::from_fn(|_| vec![3.0; rows]) };
    let (mut found, mut exact) = (columns(), columns());
    let mut status = [vec![Status::Expired; rows], vec![Status::NoVega; rows]];
    let out = GreeksMut::from_columns(&mut found);
    greeks(&gpu, &budget(), table.inputs(), out, &mut status[0]).unwrap();
    let out = GreeksMut::from_columns(&mut exact);
    european::greeks_batch(table.inputs(), out, &mut status[1]);
    assert_eq!(status[0], status[1]);
    let mut worst = [0.0f64; 6];
    for i in 0..rows {
        let option = table.inputs().get(i);
        let money = larger(&option);
        let deviation = option.vol * option.years.sqrt();
        let unit = [
            money,
            1.0 / deviation.min(1.0),
            1.0 / (option.spot * deviation.min(1.0)),
            money * option.years.sqrt(),
            money * (option.vol / option.years.sqrt() + option.rate.abs() + option.dividend_yield),
            money * option.years,
        ];
        for k in 0..6 {
            let (found, exact) = (found[k][i], exact[k][i]);
            assert_eq!(found.is_nan(), exact.is_nan(), "row {i}, column {k}");
            if found != exact && !found.is_nan() {
                let error = (found - exact).abs() / unit[k];
                worst[k] = worst[k].max(error);
            }
        }
    }
    println!("Greeks in their scales within {worst:?}");
    assert!(worst.iter().all(|&error| error < 2e-6), "{worst:?}");
}

#[test]
fn gpu_implied_vols_reproduce_the_prices() {
    let Some(gpu) = device() else { return };
    let table = table(20_001, 3);
    let rows = table.right.len();
    let mut price = vec![0.0; rows];
    let mut status = [vec![Status::Expired; rows], vec![Status::NoVega; rows]];
    european::prices(table.inputs(), &mut price, &mut status[0]);
    let [spot, strike, years, rate, dividend_yield, _] = &table.numbers;
    let quotes = QuotedRef {
        right: &table.right,
        price_usd: &price,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
    };
    let (mut found, mut exact) = (vec![1.0; rows], vec![2.0; rows]);
    implied_vols(&gpu, &budget(), quotes, &mut found, &mut status[0]).unwrap();
    implied_vols_cpu(quotes, &mut exact, &mut status[1]);
    let mut worst = 0.0f64;
    for i in 0..rows {
        // A rounding of the quote decides whether a last digit of time value is left.
        if status[0][i] != status[1][i] {
            let Quoted { price_usd, .. } = quotes.get(i);
            let floor = quotes.get(i).with_vol(0.0).european_floor();
            assert!(
                (price_usd - floor).abs() < 1e-6 * larger(&table.inputs().get(i)),
                "row {i}: {:?} and {:?}",
                status[0][i],
                status[1][i]
            );
        }
        if status[0][i] == Status::Ok {
            let again = european::price(&quotes.get(i).with_vol(found[i]));
            worst = worst.max((again - price[i]).abs() / larger(&table.inputs().get(i)));
        }
    }
    println!("prices come back within {worst:.1e} of the larger of spot and strike");
    assert!(worst < 1e-6, "{worst:e}");
}

#[test]
fn gpu_american_prices_are_those_of_the_boundary() {
    let Some(gpu) = device() else { return };
    let table = table(5003, 4);
    let [spot, strike, years, ..] = &table.numbers;
    for boundary in [
        Boundary::new(Right::Put, 0.045, 0.01, 0.35, 2.0).unwrap(),
        Boundary::new(Right::Call, 0.02, 0.04, 0.25, 3.0).unwrap(),
        Boundary::new(Right::Call, 0.05, 0.0, 0.25, 1.0).unwrap(),
    ] {
        let (mut found, mut exact) = (vec![1.0; spot.len()], vec![2.0; spot.len()]);
        american_prices(
            &gpu,
            &budget(),
            &boundary,
            [spot, strike, years],
            &mut found,
        )
        .unwrap();
        boundary.prices(spot, strike, years, &mut exact);
        let mut worst = 0.0f64;
        for i in 0..found.len() {
            assert_eq!(found[i].is_nan(), exact[i].is_nan(), "row {i}");
            if !found[i].is_nan() {
                worst = worst.max((found[i] - exact[i]).abs() / spot[i].max(strike[i]));
            }
        }
        println!("American prices within {worst:.1e} of the larger of spot and strike");
        assert!(worst < 1e-6, "{worst:e}");
    }
}

#[test]
fn gpu_trials_are_passed() {
    let Some(gpu) = device() else { return };
    for trial in trials() {
        let verdict = compute::try_one(&gpu, &trial, LIMIT);
        println!("{}: {verdict:?}", trial.name);
        assert!(verdict.is_proven(), "{}: {verdict:?}", trial.name);
    }
}

/// A wrong number in a text is found by its trial.
#[test]
fn gpu_trials_catch_a_wrong_kernel() {
    let Some(gpu) = device() else { return };
    for mut trial in trials() {
        let text = trial.kernel.wgsl;
        let wrong = if trial.name == "exercise_back" {
            // Its trial has no guide, so the normal law does not count.
            text.replace("exp(", "cos(")
        } else {
            // A coefficient of the normal law or of its inverse, off by a thousandth.
            text.replace("0.576572835445404", "0.577572835445404")
                .replace("0.348802", "0.349802")
        };
        assert_ne!(text, wrong, "{}", trial.name);
        trial.kernel.wgsl = Box::leak(wrong.into_boxed_str());
        let verdict = compute::try_one(&gpu, &trial, LIMIT);
        assert!(
            matches!(verdict, Verdict::Wrong { .. }),
            "{}: {verdict:?}",
            trial.name
        );
    }
}

#[test]
fn trials_are_one_for_each_kernel() {
    let trials = trials();
    let names: Vec<&str> = trials.iter().map(|trial| trial.kernel.name).collect();
    assert_eq!(
        names,
        [
            "black_scholes_price",
            "black_scholes_greeks",
            "calculate_black_scholes",
            "implied_vol",
            "american_premium",
            "paths_gbm",
            "paths_heston",
            "paths_merton",
            "sobol_gbm",
            "sobol_heston",
            "sobol_merton",
            "states_gbm",
            "states_heston",
            "states_merton",
            "exercise_back",
            "exercise_try",
        ]
    );
    for trial in &trials {
        assert_eq!(
            trial.arguments.len(),
            trial.kernel.buffers.len(),
            "{}",
            trial.name
        );
    }
}
