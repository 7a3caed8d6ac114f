//! Small problems with known answers, by which a device proves itself before it prices anything.

use super::{
    AMERICAN_PREMIUM, BLACK_SCHOLES_GREEKS, BLACK_SCHOLES_PRICE, CALCULATE_BLACK_SCHOLES,
    IMPLIED_VOL,
};
use crate::american::Boundary;
use crate::monte_carlo::philox::{philox4x32, uniform32};
use crate::{Inputs, Right, european};
use compute::{Argument, Kernel, Trial};

/// Rows of a trial: whole workgroups even for the kernel of one row an invocation.
const ROWS: usize = 1024;

/// Strikes of the trials are up to this, in dollars.
const STRIKE_MAX: f64 = 100.0;

/// One trial for each kernel of this crate. Random but fixed rows; expected numbers are those of the `f64` code at the
/// inputs as `f32` holds them.
pub fn trials() -> Vec<Trial> {
    let options: Vec<Inputs> = (0..ROWS as u32).map(option).collect();
    let calls: Vec<Inputs> = options
        .iter()
        .map(|option| Inputs {
            right: Right::Call,
            dividend_yield: 0.0,
            ..*option
        })
        .collect();
    let mut seed = columns(&calls);
    seed.remove(4);
    seed.push(answers(&calls, STRIKE_MAX * 1e-6, european::price));
    let mut price = columns(&options);
    price.push(answers(&options, STRIKE_MAX * 1e-6, european::price));
    let mut greeks = columns(&options);
    // In dollars and per dollar, for strikes up to 100 and `vol sqrt T` from 0.03.
    greeks.extend([
        answers(&options, 1e-4, european::price),
        answers(&options, 5e-6, |x| european::greeks(x).delta),
        answers(&options, 2e-5, |x| european::greeks(x).gamma),
        answers(&options, 2e-4, |x| european::greeks(x).vega),
        answers(&options, 2e-3, |x| european::greeks(x).theta),
        answers(&options, 4e-4, |x| european::greeks(x).rho),
    ]);
    let mut trials = vec![
        trial("black_scholes_price", BLACK_SCHOLES_PRICE, price, ROWS / 4),
        trial(
            "black_scholes_greeks",
            BLACK_SCHOLES_GREEKS,
            greeks,
            ROWS / 4,
        ),
        Trial {
            name: "calculate_black_scholes".to_string(),
            kernel: CALCULATE_BLACK_SCHOLES,
            arguments: seed,
            invocations: ROWS as u64,
        },
        implied(),
        american(),
    ];
    trials.extend(super::monte_carlo::trials());
    trials
}

fn trial(name: &'static str, kernel: Kernel, mut arguments: Vec<Argument>, groups: usize) -> Trial {
    arguments.push(Argument::Words(vec![groups as u32]));
    Trial {
        name: name.to_string(),
        kernel,
        arguments,
        invocations: groups as u64,
    }
}

fn option(i: u32) -> Inputs {
    let [a, b, c, d] = philox4x32([i, 0, 0, 0], [1, 2]).map(uniform32);
    let [e, f, ..] = philox4x32([i, 1, 0, 0], [1, 2]).map(uniform32);
    let near = |value: f64| f64::from(value as f32);
    let strike = near(STRIKE_MAX * (0.2 + 0.8 * a));
    Inputs {
        right: if i.is_multiple_of(2) {
            Right::Call
        } else {
            Right::Put
        },
        spot: near(strike * (0.7 + 0.7 * b)),
        strike,
        years: near(0.02 + 1.5 * c),
        rate: near(0.06 * d),
        dividend_yield: near(0.04 * e),
        vol: near(0.25 + 0.6 * f),
    }
}

fn floats(options: &[Inputs], field: impl Fn(&Inputs) -> f64) -> Argument {
    Argument::Floats(options.iter().map(|x| field(x) as f32).collect())
}

fn answers(options: &[Inputs], absolute: f64, field: impl Fn(&Inputs) -> f64) -> Argument {
    Argument::Answers {
        expected: options.iter().map(field).collect(),
        absolute,
        relative: 0.0,
    }
}

/// Spots, signed strikes, years, rates, yields, vols.
fn columns(options: &[Inputs]) -> Vec<Argument> {
    vec![
        floats(options, |x| x.spot),
        floats(options, |x| x.strike * x.right.sign()),
        floats(options, |x| x.years),
        floats(options, |x| x.rate),
        floats(options, |x| x.dividend_yield),
        floats(options, |x| x.vol),
    ]
}

/// Options out of the money with time value enough that the volatility comes back to five digits, and one quote of each kind
/// that has none.
fn implied() -> Trial {
    let mut options: Vec<Inputs> = (0..ROWS as u32)
        .map(option)
        .filter(|x| x.intrinsic() == 0.0 && european::greeks(x).vega > 0.02 * x.strike)
        .collect();
    options.truncate(options.len() / 4 * 4 - 4);
    let mut price: Vec<f32> = options.iter().map(|x| european::price(x) as f32).collect();
    let mut vols: Vec<f64> = options.iter().map(|x| x.vol).collect();
    let mut statuses = vec![0; options.len()];
    let plain = Inputs {
        right: Right::Call,
        spot: 50.0,
        strike: 50.0,
        years: 0.5,
        rate: 0.0,
        dividend_yield: 0.0,
        vol: 0.3,
    };
    let ended = Inputs {
        years: 0.0,
        ..plain
    };
    let deep = Inputs {
        strike: 25.0,
        ..plain
    };
    for (option, usd, status) in [
        (plain, f32::NAN, 1),
        (deep, 24.0, 2),
        (plain, 60.0, 3),
        (ended, 3.0, 4),
    ] {
        options.push(option);
        price.push(usd);
        vols.push(f64::NAN);
        statuses.push(status);
    }
    let mut arguments = columns(&options);
    arguments.pop();
    arguments.insert(0, Argument::Floats(price));
    arguments.push(Argument::Answers {
        expected: vols,
        absolute: 2e-5,
        relative: 0.0,
    });
    arguments.push(Argument::AnswerWords(statuses));
    trial("implied_vol", IMPLIED_VOL, arguments, options.len() / 4)
}

/// Puts on one boundary. Expected premiums are differences of `f64` prices.
fn american() -> Trial {
    let boundary = Boundary::new(Right::Put, 0.05, 0.01, 0.3, 2.0).expect("an ordinary boundary");
    let numbers = boundary
        .for_kernel()
        .expect("puts are exercised early at these rates");
    let options: Vec<Inputs> = (0..ROWS as u32)
        .map(|i| {
            let x = option(i);
            boundary.option(x.spot, x.strike, x.years)
        })
        // On the boundary itself rounding decides between "now" and a premium.
        .filter(|x| {
            let edge = boundary.spot_per_strike(x.years).unwrap_or(0.0) * x.strike;
            (x.spot / edge - 1.0).abs() > 1e-3
        })
        .collect();
    let options = &options[..options.len() / 4 * 4];
    let premium = |x: &Inputs| {
        if boundary.exercises(x.spot, x.strike, x.years) {
            -1.0
        } else {
            (boundary.price(x.spot, x.strike, x.years) - european::price(x)).max(0.0)
        }
    };
    let arguments = vec![
        floats(options, |x| x.spot),
        floats(options, |x| x.strike),
        floats(options, |x| x.years),
        Argument::Floats(numbers.to_vec()),
        answers(options, STRIKE_MAX * 2e-7, premium),
    ];
    trial(
        "american_premium",
        AMERICAN_PREMIUM,
        arguments,
        options.len() / 4,
    )
}
