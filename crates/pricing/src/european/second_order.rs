//! How the Greeks move: second sensitivities, three of the third order, and the slope in the dividend yield.
//!
//! With `m = S e^(-qT) n(d1)`, `s = vol sqrt T` and `w = (r - q)/s - d2/(2T)`, the change of `d1` per year of expiry:
//!
//! ```text
//! vanna = -m d2 / (S vol)       volga = m sqrt T d1 d2 / vol        vera  = -m T d1 / vol
//! charm = q delta - m w / S     veta  = vega (q + d1 w - 1/(2T))    phi   = -T S dV/dS
//! speed = -gamma (1 + d1/s) / S color = gamma (q + d1 w + 1/(2T))   zomma = gamma (d1 d2 - 1) / vol
//! ```
//! Source: derivatives of the formula in `european`; the names are those of E. G. Haug, The Complete Guide to Option Pricing
//! Formulas (2007), chapter 2. Charm, veta and color are per year of calendar time passing, like theta.
//! Accuracy: 1e-13 of the largest term in each sum, against 50 digits. Without time or volatility, and where the density
//! vanishes, all but `phi` and `charm` are 0.
//! Not for early exercise.

use super::lanes::{Core, Row};
use super::{Terms, columns};
use crate::simd::{Wide, for_each_block, level};
use crate::{Error, Inputs, InputsRef, Status};
use fearless_simd::{Simd, dispatch};

/// Further sensitivities of one share's worth of option, with the holder's sign.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SecondOrder {
    /// Delta per 1.00 of volatility; also vega per dollar of spot.
    pub vanna: f64,
    /// Vega per 1.00 of volatility. Also called vomma.
    pub volga: f64,
    /// Delta per year of calendar time passing.
    pub charm: f64,
    /// Vega per year of calendar time passing.
    pub veta: f64,
    /// Vega per 1.00 of rate.
    pub vera: f64,
    /// Gamma per dollar of spot.
    pub speed: f64,
    /// Gamma per year of calendar time passing.
    pub color: f64,
    /// Gamma per 1.00 of volatility.
    pub zomma: f64,
    /// Dollars per 1.00 of dividend yield.
    pub phi: f64,
}

impl SecondOrder {
    /// What stands in a slot without an answer.
    pub const NAN: SecondOrder = SecondOrder {
        vanna: f64::NAN,
        volga: f64::NAN,
        charm: f64::NAN,
        veta: f64::NAN,
        vera: f64::NAN,
        speed: f64::NAN,
        color: f64::NAN,
        zomma: f64::NAN,
        phi: f64::NAN,
    };

    fn to_array(self) -> [f64; 9] {
        [
            self.vanna, self.volga, self.charm, self.veta, self.vera, self.speed, self.color,
            self.zomma, self.phi,
        ]
    }
}

/// Room for the [`SecondOrder`] of many options, one column per number; all columns have the same length. Units as there.
#[derive(Debug)]
#[allow(missing_docs)] // The fields are those of `SecondOrder`.
pub struct SecondOrderMut<'a> {
    pub vanna: &'a mut [f64],
    pub volga: &'a mut [f64],
    pub charm: &'a mut [f64],
    pub veta: &'a mut [f64],
    pub vera: &'a mut [f64],
    pub speed: &'a mut [f64],
    pub color: &'a mut [f64],
    pub zomma: &'a mut [f64],
    pub phi: &'a mut [f64],
}

impl<'a> SecondOrderMut<'a> {
    /// From columns in the order of the fields.
    pub fn from_columns(columns: &'a mut [Vec<f64>; 9]) -> SecondOrderMut<'a> {
        let [vanna, volga, charm, veta, vera, speed, color, zomma, phi] = columns;
        SecondOrderMut {
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
    }
}

/// The further sensitivities of one option; NaN where [`Inputs::check`] objects.
///
/// ```
/// use pricing::{Inputs, Right, european};
/// let call = Inputs { right: Right::Call, spot: 100.0, strike: 100.0, years: 1.0, rate: 0.05, dividend_yield: 0.0, vol: 0.2 };
/// let more_vol = Inputs { vol: 0.2001, ..call };
/// let vanna = (european::greeks(&more_vol).delta - european::greeks(&call).delta) / 0.0001;
/// assert!((european::second_order(&call).vanna - vanna).abs() < 1e-3);
/// ```
pub fn second_order(inputs: &Inputs) -> SecondOrder {
    try_second_order(inputs).unwrap_or(SecondOrder::NAN)
}

/// The further sensitivities of many options; a slot without an answer holds NaN and the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn second_order_batch(inputs: InputsRef, out: SecondOrderMut, status: &mut [Status]) {
    let SecondOrderMut {
        vanna,
        volga,
        charm,
        veta,
        vera,
        speed,
        color,
        zomma,
        phi,
    } = out;
    let mut columns = [vanna, volga, charm, veta, vera, speed, color, zomma, phi];
    let rows = inputs.len();
    assert!(
        status.len() == rows && columns.iter().all(|column| column.len() == rows),
        "columns differ in length"
    );
    dispatch!(level(), simd => second_order_in(simd, &inputs, &mut columns, status));
}

#[inline(always)]
fn second_order_in<S: Simd>(
    simd: S,
    inputs: &InputsRef,
    out: &mut [&mut [f64]; 9],
    status: &mut [Status],
) {
    status.fill(Status::Ok);
    for_each_block(
        simd,
        columns(inputs),
        out,
        #[inline(always)]
        |put, numbers| {
            let row = Row::new(put, numbers);
            let core = Core::<S, f64>::new(simd, &row);
            let (d1, d2) = (core.d1, core.d2);
            let per_spot = Wide::splat(simd, 1.0) / row.spot;
            let per_vol = core.root_years * core.per_deviation;
            let root = row.vol * core.per_deviation;
            let half_per_year = Wide::splat(simd, 0.5) * root * root;
            let w = (row.rate - row.dividend_yield).mul_sub(core.per_deviation, d2 * half_per_year);
            let gamma = core.peak * core.per_deviation * per_spot * per_spot;
            let vega = core.peak * core.root_years;
            let drift = d1.mul_add(w, row.dividend_yield);
            let share = core.peak * per_spot;
            let answers = [
                -share * d2 * per_vol,
                vega * d1 * d2 * per_vol,
                per_spot.mul_sub(row.dividend_yield * core.with_share, share * w),
                vega * (drift - half_per_year),
                -core.peak * row.years * d1 * per_vol,
                -gamma * d1.mul_add(core.per_deviation, Wide::splat(simd, 1.0)) * per_spot,
                gamma * (drift + half_per_year),
                gamma * d1.mul_sub(d2, Wide::splat(simd, 1.0)) * per_vol,
                -row.years * core.with_share,
            ];
            (core.usual, answers)
        },
        |i, out| {
            let (answer, outcome) = match try_second_order(&inputs.get(i)) {
                Ok(answer) => (answer, Status::Ok),
                Err(error) => (SecondOrder::NAN, error.into()),
            };
            status[i] = outcome;
            for (column, value) in out.iter_mut().zip(answer.to_array()) {
                column[i] = value;
            }
        },
    );
}

fn try_second_order(inputs: &Inputs) -> Result<SecondOrder, Error> {
    inputs.check()?;
    let terms = Terms::new(inputs);
    let Inputs {
        spot,
        years,
        rate,
        dividend_yield,
        vol,
        ..
    } = *inputs;
    let flat = SecondOrder {
        charm: dividend_yield * terms.delta(inputs),
        phi: -years * terms.with_share,
        ..SecondOrder::default()
    };
    let Terms {
        peak,
        d1,
        d2,
        deviation,
        ..
    } = terms;
    let gamma = terms.gamma(spot);
    if gamma == 0.0 {
        return Ok(flat);
    }
    let half_per_year = 0.5 / years;
    let w = (rate - dividend_yield) / deviation - d2 * half_per_year;
    let vega = peak * years.sqrt();
    let drift = dividend_yield + d1 * w;
    Ok(SecondOrder {
        vanna: -peak * d2 / (spot * vol),
        volga: vega * d1 * d2 / vol,
        charm: flat.charm - peak * w / spot,
        veta: vega * (drift - half_per_year),
        vera: -peak * years * d1 / vol,
        speed: -gamma * (1.0 + d1 / deviation) / spot,
        color: gamma * (drift + half_per_year),
        zomma: gamma * (d1 * d2 - 1.0) / vol,
        phi: flat.phi,
    })
}
