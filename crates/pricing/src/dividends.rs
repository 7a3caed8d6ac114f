//! Options on a share that pays known amounts of cash on known days, besides a continuous yield.
//!
//! ```text
//! dS / S = (r - q) dt + vol dW     between ex-dates          S becomes max(S - amount, 0) at each ex-date
//! ```
//! This is the spot model (piecewise lognormal): volatility is that of the share as it trades. It has no formula; a grid
//! carries the price back from expiry, see `dividends/grid.rs` for method and sources. The holder of an American option
//! may exercise at any time, also just before an ex-date (calls) and just after (puts).
//! [`escrowed`] is the fast approximation that desks quote with.
//!
//! Which dividends count: those with `0 < years <= years to expiry`. One that goes ex now (`years` = 0) is taken to be
//! out of the spot already. One on the expiry itself goes ex before the option can be exercised for the last time, and
//! the holder may still exercise just before it. Order does not matter; two at one time are one. A dividend larger
//! than the share takes all of it: the share is worth 0 from then on.
//!
//! Largest errors per dollar of strike:
//!
//! ```text
//!                                                              Fast      Standard  Precise
//! 620 American options, vol 8 to 90 %, up to 2 years and 8
//!     dividends, against a grid of 3,200 by 1,280 and more     6.1e-5    2.2e-5    2.9e-6
//!     99 of 100 of each kind are within                        4.2e-5    7.6e-6    1.3e-6
//!     half of them are within                                  1.5e-6    2.3e-7    1.2e-8
//! 14 options against an integral at 30 digits                  Precise within 1e-7, and within 1e-6
//!                                                              where the share may not survive
//! ```
//! The worst are calls on a yield whose boundary of exercise jumps at the ex-dates. QuantLib 1.44 on 2000 by 4000 nodes agrees
//! with Precise to 3e-6 in the 24 rows of the tests; there `Fast` is off by at most 6.8e-6, `Standard` by 3.4e-6, and QuantLib
//! on 100 by 400 by 5.3e-5. Processor time of one option, mean of these rows on one core of a busy AMD EPYC server: `Fast`
//! 14 us, `Standard` 32 us, `Precise` 0.25 ms; the example `dividends` measures it, and `cargo bench -p pricing` beside
//! QuantLib. (The times in [`Precision`] are those of `american`.)
//!
//! Not for dividends that depend on the spot (a yield serves), taxes, or volatility that changes with time or spot.
//! Where rate and yield are negative so that a band of spots is exercised (see [`american`](mod@american)), the grid is
//! within 1.1e-5 of the strike of the lattice there, in the cases tested.

pub mod escrowed;
mod grid;
mod stride;

use crate::error::{at_least, settle};
use crate::{Error, Greeks, GreeksMut, Inputs, InputsRef, Right, Status, american, european};
use american::Precision;
use grid::{Problem, Room, Size};

/// One known payment to the holder of a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CashDividend {
    /// Time until the share goes ex, in years of 365 days. Not negative.
    pub years: f64,
    /// Dollars per share. Not negative.
    pub amount_usd: f64,
}

impl CashDividend {
    /// Names the first number that cannot be: not finite or negative.
    pub fn check(&self) -> Result<(), Error> {
        at_least(0.0, "years to a dividend", self.years)?;
        at_least(0.0, "dividend", self.amount_usd)
    }
}

/// When the holder may exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// At expiry only.
    European,
    /// At any time up to expiry.
    American,
}

/// Price of one share's worth of option in dollars.
///
/// ```
/// use pricing::dividends::{self, Style};
/// use pricing::{CashDividend, Inputs, Right, american::Precision};
/// let call = Inputs { right: Right::Call, spot: 60.0, strike: 57.5, years: 45.0 / 365.0, rate: 0.045, dividend_yield: 0.0, vol: 0.18 };
/// let quarterly = [CashDividend { years: 20.0 / 365.0, amount_usd: 0.485 }];
/// let price = dividends::price(&call, &quarterly, Style::American, Precision::Standard).unwrap();
/// assert!((price - 3.024_364).abs() < 1e-3); // QuantLib 1.44, finite differences, 2000 x 4000
/// ```
pub fn price(
    inputs: &Inputs,
    dividends: &[CashDividend],
    style: Style,
    precision: Precision,
) -> Result<f64, Error> {
    Ok(value(inputs, dividends, style, precision)?.price)
}

/// Price and sensitivities of one share's worth of option.
///
/// Delta and gamma come from the grid, theta from the pricing equation, vega and rho from two more prices each. Amounts
/// and times of the dividends stay fixed as spot, volatility and rate move. Where exercise is due now, delta is plus or
/// minus one and the rest is 0.
pub fn greeks(
    inputs: &Inputs,
    dividends: &[CashDividend],
    style: Style,
    precision: Precision,
) -> Result<Greeks, Error> {
    sensitivities(inputs, dividends, style, precision)
}

/// Many options, each with the dividends of its share.
#[derive(Clone, Copy, Debug)]
pub struct DividendsRef<'a> {
    /// The options.
    pub inputs: InputsRef<'a>,
    /// Per option the dividends of its share; options on one share may point to one list.
    pub dividends: &'a [&'a [CashDividend]],
}

impl DividendsRef<'_> {
    /// How many options there are.
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn len(&self) -> usize {
        assert!(
            self.inputs.len() == self.dividends.len(),
            "columns of inputs differ in length"
        );
        self.dividends.len()
    }

    /// Whether there is nothing to price.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Prices many options: `out[i]` in dollars, or NaN with the reason in `status[i]`. Slot `i` is what [`price`] gives,
/// to the last bit.
///
/// # Panics
/// If the lengths differ.
pub fn prices(
    options: DividendsRef,
    style: Style,
    precision: Precision,
    out: &mut [f64],
    status: &mut [Status],
) {
    assert!(
        options.len() == out.len() && out.len() == status.len(),
        "columns differ in length"
    );
    let mut room = Room::default();
    for i in 0..out.len() {
        let inputs = options.inputs.get(i);
        let answer = value_in(&inputs, options.dividends[i], style, precision, &mut room);
        settle(answer.map(|value| value.price), &mut out[i], &mut status[i]);
    }
}

/// Prices many options with their sensitivities; a slot without an answer holds NaN and the reason in `status[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn greeks_batch(
    options: DividendsRef,
    style: Style,
    precision: Precision,
    mut out: GreeksMut,
    status: &mut [Status],
) {
    assert!(
        options.len() == out.len() && options.len() == status.len(),
        "columns differ in length"
    );
    for (i, status) in status.iter_mut().enumerate() {
        let inputs = options.inputs.get(i);
        let answer = sensitivities(&inputs, options.dividends[i], style, precision);
        let (greeks, outcome) = match answer {
            Ok(greeks) => (greeks, Status::Ok),
            Err(error) => (Greeks::NAN, error.into()),
        };
        out.set(i, greeks);
        *status = outcome;
    }
}

/// One ex-date before expiry as the holder of an American option sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExDate {
    /// Time until the share goes ex, in years of 365 days.
    pub years: f64,
    /// Dollars per share, all that go ex then.
    pub amount_usd: f64,
    /// Spot just before the ex-date from which on exercise then is best: upwards for a call, downwards for a put.
    /// `None` where waiting is better at every spot within reach.
    pub critical_spot: Option<f64>,
}

/// Says for every ex-date in the option's life, soonest first, from which spot on exercise just before it is best.
///
/// A critical spot further away than 8 standard deviations of the spot is out of reach.
/// Accuracy: about 1e-3 of the spot for calls, tested against the equation `price just after = exercise value`.
pub fn exercise_before(inputs: &Inputs, dividends: &[CashDividend]) -> Result<Vec<ExDate>, Error> {
    inputs.check()?;
    let schedule = Schedule::new(dividends, inputs.years)?;
    let mut criticals = Vec::new();
    if can_move(inputs) {
        let size = Size {
            cells: 800,
            steps: 200.0,
            refinement: 1,
            deviations: 8.0,
        };
        let problem = Problem {
            inputs,
            schedule: &schedule,
            exercise: exercise(inputs, Style::American),
            aside: &[],
        };
        grid::walk(&problem, size, &mut Room::default(), Some(&mut criticals));
    }
    let dates = schedule.dates.iter().enumerate();
    let date = |(i, date): (usize, &CashDividend)| ExDate {
        years: date.years,
        amount_usd: date.amount_usd,
        critical_spot: criticals
            .len()
            .checked_sub(i + 1)
            .and_then(|latest| criticals[latest]),
    };
    Ok(dates.map(date).collect())
}

/// Whether the holder of this American option, if the next ex-date were right now at today's spot, would exercise
/// before it: exercise pays at least as much as the option is worth after the share has gone ex.
pub fn exercise_now(
    inputs: &Inputs,
    dividends: &[CashDividend],
    precision: Precision,
) -> Result<bool, Error> {
    inputs.check()?;
    let schedule = Schedule::new(dividends, inputs.years)?;
    let (next, rest) = match schedule.dates.split_first() {
        Some((next, rest)) => (next.amount_usd, rest),
        None => (0.0, &[][..]),
    };
    let after = Inputs {
        spot: (inputs.spot - next).max(0.0),
        ..*inputs
    };
    let waiting = price(&after, rest, Style::American, precision)?;
    Ok(inputs.intrinsic() > 0.0 && inputs.intrinsic() >= waiting)
}

/// The dividends that matter, soonest first, one per time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Schedule {
    pub(crate) dates: Vec<CashDividend>,
}

impl Schedule {
    fn new(dividends: &[CashDividend], years: f64) -> Result<Schedule, Error> {
        for dividend in dividends {
            dividend.check()?;
        }
        let counts = |dividend: &&CashDividend| {
            dividend.years > 0.0 && dividend.years <= years && dividend.amount_usd > 0.0
        };
        let mut dates: Vec<CashDividend> = dividends.iter().filter(counts).copied().collect();
        dates.sort_by(|a, b| a.years.total_cmp(&b.years));
        dates.dedup_by(|next, kept| {
            let same = next.years == kept.years;
            if same {
                kept.amount_usd += next.amount_usd;
            }
            same
        });
        Ok(Schedule { dates })
    }

    /// Where the spot goes without volatility: now and just after every ex-date, never below a fiftieth of what it was
    /// before (grids are placed around it).
    fn path(&self, spot: f64, carry: f64) -> impl Iterator<Item = f64> {
        let (mut at, mut now) = (spot, 0.0);
        std::iter::once(spot).chain(self.dates.iter().map(move |date| {
            let before = at * (carry * (date.years - now)).exp();
            (at, now) = ((before - date.amount_usd).max(0.02 * before), date.years);
            at
        }))
    }
}

/// Below this standard deviation to expiry the spot is taken to follow its path, as in `american`.
const DEVIATION_MIN: f64 = 1e-7;

fn can_move(inputs: &Inputs) -> bool {
    inputs.spot > 0.0 && inputs.vol * inputs.years.sqrt() >= DEVIATION_MIN
}

fn value(
    inputs: &Inputs,
    dividends: &[CashDividend],
    style: Style,
    precision: Precision,
) -> Result<grid::Value, Error> {
    value_in(inputs, dividends, style, precision, &mut Room::default())
}

fn value_in(
    inputs: &Inputs,
    dividends: &[CashDividend],
    style: Style,
    precision: Precision,
    room: &mut Room,
) -> Result<grid::Value, Error> {
    inputs.check()?;
    let schedule = Schedule::new(dividends, inputs.years)?;
    if !can_move(inputs) {
        return Ok(without_movement(inputs, &schedule, style));
    }
    if schedule.dates.is_empty() {
        let Greeks {
            price,
            delta,
            gamma,
            ..
        } = match style {
            Style::European => european::greeks(inputs),
            Style::American => american::greeks(inputs, precision)?,
        };
        return Ok(grid::Value {
            price,
            delta,
            gamma,
        });
    }
    let problem = Problem {
        inputs,
        schedule: &schedule,
        exercise: exercise(inputs, style),
        aside: &[],
    };
    let size = size(precision);
    let mut value = grid::solve(&problem, size, room);
    if !value.price.is_finite() {
        // Deviations so large that the outermost spots are no numbers any more.
        let iterations = size.steps as u32;
        return Err(Error::NotConverged { iterations });
    }
    if style == Style::American {
        value.price = value.price.max(inputs.intrinsic());
    }
    Ok(value)
}

/// Between ex-dates exercise can only pay where it can without any, see `american`.
fn exercise(inputs: &Inputs, style: Style) -> grid::Exercise {
    let (earned, forgone) = match inputs.right {
        Right::Put => (inputs.rate, inputs.dividend_yield),
        Right::Call => (inputs.dividend_yield, inputs.rate),
    };
    if style == Style::European {
        grid::Exercise::Never
    } else if earned <= 0.0 && forgone >= earned {
        grid::Exercise::AtExDates
    } else {
        grid::Exercise::Always
    }
}

fn size(precision: Precision) -> Size {
    let (cells, steps, deviations) = match precision {
        Precision::Fast => (192, 16.0, 5.0),
        Precision::Standard => (384, 32.0, 5.0),
        Precision::Precise => (1008, 200.0, 7.0),
    };
    Size {
        cells,
        steps,
        refinement: 2,
        deviations,
    }
}

fn sensitivities(
    inputs: &Inputs,
    dividends: &[CashDividend],
    style: Style,
    precision: Precision,
) -> Result<Greeks, Error> {
    let schedule = Schedule::new(dividends, inputs.years)?;
    inputs.check()?;
    let mut room = Room::default();
    if schedule.dates.is_empty() {
        return match style {
            Style::European => Ok(european::greeks(inputs)),
            Style::American => american::greeks(inputs, precision),
        };
    }
    let grid::Value {
        price,
        delta,
        gamma,
    } = value_in(inputs, dividends, style, precision, &mut room)?;
    let Inputs {
        spot,
        rate,
        dividend_yield,
        vol,
        ..
    } = *inputs;
    if style == Style::American && price == inputs.intrinsic() && gamma == 0.0 && price > 0.0 {
        return Ok(Greeks {
            price,
            delta,
            ..Greeks::default()
        });
    }
    let theta =
        rate * price - (rate - dividend_yield) * spot * delta - 0.5 * (vol * spot).powi(2) * gamma;
    let vol_step = (0.01 * vol).max(1e-4);
    let (calm, wild) = ((vol - vol_step).max(0.0), vol + vol_step);
    let (low, high) = rates_around(inputs, style);
    let with_vol = |vol: f64| Inputs { vol, ..*inputs };
    let with_rate = |rate: f64| Inputs { rate, ..*inputs };
    let moved = [
        with_vol(calm),
        with_vol(wild),
        with_rate(low),
        with_rate(high),
    ];
    let [calmer, wilder, low_rate, high_rate] = moved.map(|inputs| {
        value_in(&inputs, dividends, style, precision, &mut room).map(|value| value.price)
    });
    let vega = (wilder? - calmer?) / (wild - calm);
    let rho = (high_rate? - low_rate?) / (high - low);
    Ok(Greeks {
        price,
        delta,
        gamma,
        vega,
        theta,
        rho,
    })
}

/// Rates to take a slope between: never across a change of method, whose small errors the slope would magnify.
fn rates_around(inputs: &Inputs, style: Style) -> (f64, f64) {
    const STEP: f64 = 1e-3;
    let here = exercise(inputs, style);
    let same = |rate: f64| exercise(&Inputs { rate, ..*inputs }, style) == here;
    let rate = inputs.rate;
    let low = if same(rate - STEP) { rate - STEP } else { rate };
    let high = if same(rate + STEP) || low == rate {
        rate + STEP
    } else {
        rate
    };
    (low, high)
}

/// Without volatility the spot follows its path, and the holder picks the best moment: now, just before or after an
/// ex-date, expiry, or where the yield earned equals the interest paid, `q S(t) = r K`.
fn without_movement(inputs: &Inputs, schedule: &Schedule, style: Style) -> grid::Value {
    let Inputs {
        right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        ..
    } = *inputs;
    let carry = rate - dividend_yield;
    let mut best = grid::Value::default();
    let mut offer = |moment: f64, spot: f64, slope: f64| {
        let price = (-rate * moment).exp() * right.intrinsic(spot, strike);
        if price > best.price {
            best = grid::Value {
                price,
                delta: right.sign() * (-rate * moment).exp() * slope,
                gamma: 0.0,
            };
        }
    };
    // The share now, and how much of today's share it is.
    let (mut now, mut at, mut slope) = (0.0, spot, 1.0);
    let end = CashDividend {
        years,
        amount_usd: 0.0,
    };
    for date in schedule.dates.iter().chain(std::iter::once(&end)) {
        let grown = |moment: f64| (carry * (moment - now)).exp();
        if style == Style::American {
            let turn = now + (rate * strike / (dividend_yield * at)).ln() / carry;
            for moment in [now, turn, date.years] {
                if (now..=date.years).contains(&moment) {
                    offer(moment, at * grown(moment), slope * grown(moment));
                }
            }
        }
        let growth = grown(date.years);
        at = at * growth - date.amount_usd;
        slope *= growth;
        if at <= 0.0 {
            (at, slope) = (0.0, 0.0);
        }
        now = date.years;
        if style == Style::American {
            offer(now, at, slope);
        }
    }
    offer(years, at, slope);
    best
}

#[cfg(test)]
mod tests;
