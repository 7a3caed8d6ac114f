//! Large batches on a GPU, in `f32`: screens, scenario grids, bulk re-evaluation.
//!
//! Doors take the columns of their twins on the CPU ([`european`], [`implied_vols`],
//! [`american::Boundary::prices`](crate::american::Boundary::prices)), whose `f64` code is the reference. The kernels' texts lie
//! in `crates/pricing/kernels`; their one source, with formulas and papers, is `crates/kernels`.
//!
//! Accuracy on usual rows (spot and strike from 1e-12 to 1e12 dollars and within 1e4 times of each other, rate and yield times
//! years within 5, `vol sqrt T` up to 30), as tested with random inputs: see `docs/kernels.md`. Every other row, and every quote
//! that `f32` cannot decide, is answered by the `f64` code, so that statuses are those of the twins. A column's rows that cannot be
//! priced hold NaN and the reason.
//! Not for booked money, nor for second differences of prices; not faster than the CPU for a chain: the crossover is measured by
//! `compute`. After an error the output columns are partly written: [`compute::with_fallback`] starts again on the CPU.

pub mod monte_carlo;
mod texts;
mod trials;

pub use texts::{
    AMERICAN_PREMIUM, BLACK_SCHOLES_GREEKS, BLACK_SCHOLES_PRICE, CALCULATE_BLACK_SCHOLES,
    EXERCISE_BACK, EXERCISE_TRY, IMPLIED_VOL, PATHS, SOBOL, STATES,
};
pub use trials::trials;

use crate::american::Boundary;
use crate::error::settle;
use crate::{Greeks, GreeksMut, Inputs, InputsRef, QuotedRef, Status, european, implied_vol};
use compute::{Budget, Column, Gpu};
use std::time::Duration;

/// How long one launch may take before the device counts as lost.
const LIMIT: Duration = Duration::from_secs(10);

/// Rows converted at a time, so that the copies in `f32` stay small beside the columns.
const ROWS: usize = 1 << 20;

/// Prices many options: `out[i]` in dollars, or NaN with the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn prices(
    gpu: &Gpu,
    budget: &Budget,
    inputs: InputsRef,
    out: &mut [f64],
    status: &mut [Status],
) -> Result<(), compute::Error> {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    let mut narrow = Narrow::default();
    let mut found = Vec::new();
    for start in (0..out.len()).step_by(ROWS) {
        let rows = narrow.take(&inputs, start..out.len().min(start + ROWS));
        found.resize(rows, 0.0);
        gpu.map_rows(
            &BLACK_SCHOLES_PRICE,
            &mut narrow.columns([Column::Answers(&mut found), Column::Groups]),
            rows,
            budget,
            LIMIT,
        )?;
        for (k, &price) in found.iter().enumerate() {
            let i = start + k;
            let answer = if narrow.usual[k] {
                Ok(f64::from(price))
            } else {
                let option = inputs.get(i);
                option.check().map(|()| european::price(&option))
            };
            settle(answer, &mut out[i], &mut status[i]);
        }
    }
    Ok(())
}

/// Prices many options with their sensitivities; a slot without an answer holds NaN and the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn greeks(
    gpu: &Gpu,
    budget: &Budget,
    inputs: InputsRef,
    mut out: GreeksMut,
    status: &mut [Status],
) -> Result<(), compute::Error> {
    assert!(
        inputs.len() == out.len() && inputs.len() == status.len(),
        "columns differ in length"
    );
    let mut narrow = Narrow::default();
    let mut found: [Vec<f32>; 6] = Default::default();
    for start in (0..status.len()).step_by(ROWS) {
        let rows = narrow.take(&inputs, start..status.len().min(start + ROWS));
        for column in &mut found {
            column.resize(rows, 0.0);
        }
        let [price, delta, gamma, vega, theta, rho] = &mut found;
        gpu.map_rows(
            &BLACK_SCHOLES_GREEKS,
            &mut narrow.columns([
                Column::Answers(price),
                Column::Answers(delta),
                Column::Answers(gamma),
                Column::Answers(vega),
                Column::Answers(theta),
                Column::Answers(rho),
                Column::Groups,
            ]),
            rows,
            budget,
            LIMIT,
        )?;
        for (k, &usual) in narrow.usual[..rows].iter().enumerate() {
            let i = start + k;
            let answer = if usual {
                let [price, delta, gamma, vega, theta, rho] =
                    [0, 1, 2, 3, 4, 5].map(|column| f64::from(found[column][k]));
                Ok(Greeks {
                    price,
                    delta,
                    gamma,
                    vega,
                    theta,
                    rho,
                })
            } else {
                let option = inputs.get(i);
                option.check().map(|()| european::greeks(&option))
            };
            let (greeks, outcome) = match answer {
                Ok(greeks) => (greeks, Status::Ok),
                Err(error) => (Greeks::NAN, error.into()),
            };
            out.set(i, greeks);
            status[i] = outcome;
        }
    }
    Ok(())
}

/// Volatilities behind many European quotes, fractions per year; NaN with the reason in `status[i]`. Quotes that `f32` cannot
/// decide go to [`implied_vol`].
///
/// # Panics
/// If the lengths differ.
pub fn implied_vols(
    gpu: &Gpu,
    budget: &Budget,
    quotes: QuotedRef,
    out: &mut [f64],
    status: &mut [Status],
) -> Result<(), compute::Error> {
    assert!(
        quotes.len() == out.len() && quotes.len() == status.len(),
        "columns differ in length"
    );
    let vols = vec![0.0; quotes.len().min(ROWS)];
    let mut narrow = Narrow::default();
    let (mut price, mut found, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for start in (0..out.len()).step_by(ROWS) {
        let range = start..out.len().min(start + ROWS);
        let inputs = InputsRef {
            right: &quotes.right[range.clone()],
            spot: &quotes.spot[range.clone()],
            strike: &quotes.strike[range.clone()],
            years: &quotes.years[range.clone()],
            rate: &quotes.rate[range.clone()],
            dividend_yield: &quotes.dividend_yield[range.clone()],
            vol: &vols[..range.len()],
        };
        let rows = narrow.take(&inputs, 0..range.len());
        price.clear();
        price.extend(quotes.price_usd[range].iter().map(|&usd| usd as f32));
        found.resize(rows, 0.0);
        codes.resize(rows, 0);
        let [spot, strike, years, rate, dividend_yield, _] = &narrow.numbers;
        gpu.map_rows(
            &IMPLIED_VOL,
            &mut [
                Column::Rows(&price),
                Column::Rows(spot),
                Column::Rows(strike),
                Column::Rows(years),
                Column::Rows(rate),
                Column::Rows(dividend_yield),
                Column::Answers(&mut found),
                Column::Words(&mut codes),
                Column::Groups,
            ],
            rows,
            budget,
            LIMIT,
        )?;
        for k in 0..rows {
            let i = start + k;
            let answer = if narrow.usual[k] && codes[k] == 0 {
                Ok(f64::from(found[k]))
            } else {
                implied_vol(&quotes.get(i))
            };
            settle(answer, &mut out[i], &mut status[i]);
        }
    }
    Ok(())
}

/// Prices American options on one boundary, as [`Boundary::prices`] does: the premium in `f32` from the GPU, the European part in
/// `f64` from the CPU. `out[i]` in dollars, NaN for rows that cannot be priced.
///
/// # Panics
/// If the lengths differ.
pub fn american_prices(
    gpu: &Gpu,
    budget: &Budget,
    boundary: &Boundary,
    [spots, strikes, years_left]: [&[f64]; 3],
    out: &mut [f64],
) -> Result<(), compute::Error> {
    let len = out.len();
    assert!(
        spots.len() == len && strikes.len() == len && years_left.len() == len,
        "columns differ in length"
    );
    let Some(numbers) = boundary.for_kernel() else {
        boundary.prices(spots, strikes, years_left, out);
        return Ok(());
    };
    for start in (0..len).step_by(ROWS) {
        let range = start..len.min(start + ROWS);
        let near = |column: &[f64]| -> Vec<f32> {
            column[range.clone()].iter().map(|&x| x as f32).collect()
        };
        let (spot, strike, years) = (near(spots), near(strikes), near(years_left));
        let mut premium = vec![0.0; range.len()];
        gpu.map_rows(
            &AMERICAN_PREMIUM,
            &mut [
                Column::Rows(&spot),
                Column::Rows(&strike),
                Column::Rows(&years),
                Column::Same(&numbers),
                Column::Answers(&mut premium),
                Column::Groups,
            ],
            range.len(),
            budget,
            LIMIT,
        )?;
        for (premium, i) in premium.into_iter().zip(range) {
            let option = boundary.option(spots[i], strikes[i], years_left[i]);
            out[i] = if !boundary.is_plain(&option) || !is_usual(&option) {
                boundary.price(option.spot, option.strike, option.years)
            } else if premium < 0.0 {
                option.intrinsic()
            } else {
                let european = european::price(&option);
                (european + f64::from(premium))
                    .max(option.intrinsic())
                    .max(european)
            };
        }
    }
    Ok(())
}

/// Whether the kernels keep their promise for this row; the module page has the bounds.
fn is_usual(option: &Inputs) -> bool {
    let size = 1e-12..=1e12;
    let ratio = option.spot / option.strike;
    option.check().is_ok()
        && size.contains(&option.spot)
        && size.contains(&option.strike)
        && (1e-4..=1e4).contains(&ratio)
        && (option.rate * option.years).abs() <= 5.0
        && (option.dividend_yield * option.years).abs() <= 5.0
        && option.vol * option.years.sqrt() <= 30.0
        && option.years <= 1e4
}

/// Columns in `f32`: spots, strikes (negative for puts), years, rates, yields, vols; unusual rows are replaced by harmless ones.
#[derive(Default)]
struct Narrow {
    numbers: [Vec<f32>; 6],
    usual: Vec<bool>,
}

impl Narrow {
    /// Takes rows over and returns how many.
    fn take(&mut self, inputs: &InputsRef, range: std::ops::Range<usize>) -> usize {
        let rows = range.len();
        for column in &mut self.numbers {
            column.clear();
            column.reserve(rows);
        }
        self.usual.clear();
        for i in range {
            let option = inputs.get(i);
            let usual = is_usual(&option);
            self.usual.push(usual);
            let row = if usual {
                [
                    option.spot,
                    option.strike * option.right.sign(),
                    option.years,
                    option.rate,
                    option.dividend_yield,
                    option.vol,
                ]
            } else {
                [1.0, 1.0, 1.0, 0.0, 0.0, 0.5]
            };
            for (column, value) in self.numbers.iter_mut().zip(row) {
                column.push(value as f32);
            }
        }
        rows
    }

    /// The six columns and what follows them.
    fn columns<'a>(&'a self, more: impl IntoIterator<Item = Column<'a>>) -> Vec<Column<'a>> {
        let numbers = self.numbers.iter().map(|column| Column::Rows(column));
        numbers.chain(more).collect()
    }
}

#[cfg(test)]
mod tests;
