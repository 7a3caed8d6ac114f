//! One put, all ways: price and Greeks with and without early exercise, the volatility behind a quote, when it is exercised, how likely it is
//! assigned. `cargo run -p pricing --example price`

use pricing::american::{self, Boundary, Precision};
use pricing::{Error, Inputs, Quoted, Right, assignment, european};

fn main() -> Result<(), Error> {
    let put = Inputs {
        right: Right::Put,
        spot: 61.2,
        strike: 60.0,
        years: 45.0 / 365.0,
        rate: 0.045,
        dividend_yield: 0.03,
        vol: 0.18,
    };
    println!(
        "A put on one share at $61.20: strike $60, 45 days, volatility 18 %, rate 4.5 %, yield 3 %.\n"
    );
    println!("                      European    American");
    let (at_end, any_time) = (
        european::greeks(&put),
        american::greeks(&put, Precision::Standard)?,
    );
    for (what, european, american) in [
        ("price, dollars", at_end.price, any_time.price),
        ("delta", at_end.delta, any_time.delta),
        ("gamma, per dollar", at_end.gamma, any_time.gamma),
        (
            "vega, per point",
            at_end.vega / 100.0,
            any_time.vega / 100.0,
        ),
        (
            "theta, per day",
            at_end.theta / 365.0,
            any_time.theta / 365.0,
        ),
    ] {
        println!("{what:<18} {european:>11.4} {american:>11.4}");
    }
    let quoted = Quoted {
        right: put.right,
        price_usd: 1.10,
        spot: put.spot,
        strike: put.strike,
        years: put.years,
        rate: put.rate,
        dividend_yield: put.dividend_yield,
    };
    let vol = american::implied_vol(&quoted, Precision::Standard)?;
    println!(
        "\nA quote of $1.10 means a volatility of {:.2} %.",
        vol * 100.0
    );
    let boundary = Boundary::new(put.right, put.rate, put.dividend_yield, put.vol, put.years)?;
    if let Some(share) = boundary.spot_per_strike(put.years) {
        println!(
            "Its holder exercises now at ${:.2} or below.",
            share * put.strike
        );
    }
    let chance = assignment::probability(&put, &boundary)?;
    println!(
        "Whoever sold it is assigned with {:.1} %: {:.1} % early, {:.1} % at expiry (risk-neutral).",
        chance.total * 100.0,
        chance.early * 100.0,
        chance.at_expiry * 100.0
    );
    Ok(())
}
