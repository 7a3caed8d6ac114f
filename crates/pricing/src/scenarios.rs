//! Positions times scenarios: what a book is worth, and how that changes, in many states of the market at once.
//!
//! ```text
//! V = unit values,     instruments x scenarios    dollars per share, from the batch doors of `american` and `european`
//! P = positions,       rows x instruments         shares behind each row: contracts times multiplier, negative for short
//! P (V - V[.., base])  rows x scenarios           change in dollars
//! ```
//! A row of `P` is any sum of instruments: one position, one symbol, one expiry, everything. Sums run in the order of the
//! instruments and skip weights of zero, so a value that is missing (NaN) spoils only the rows that hold it, and the same
//! input gives the same bits. The base column less itself is exactly 0.
//!
//! An option at or after its expiry is worth what exercise pays at the scenario's spot. For a short put in the money that is
//! the shares that came in, less the strike that was paid, so no case of its own is needed.
//!
//! Accuracy: that of the pricing doors; the product adds at most one rounding per instrument of a row.
//! Source of the layout: full revaluation on a grid, J. C. Hull, *Options, Futures, and Other Derivatives*, "scenario
//! analysis". Not for: which scenarios are likely.

use crate::american::{self, Precision};
use crate::{Greeks, GreeksMut, InputsRef, Right, Status, european};

/// One column of unit values: a share, or one share's worth of an option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Instrument {
    /// The share itself: worth the spot.
    Share,
    /// An option that may be exercised on any day.
    American {
        /// Call or put.
        right: Right,
        /// Exercise price in dollars per share.
        strike: f64,
    },
    /// An option that may be exercised at expiry only.
    European {
        /// Call or put.
        right: Right,
        /// Exercise price in dollars per share.
        strike: f64,
    },
}

/// What an instrument meets in one scenario. A share looks at `spot` alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Price of one share, in dollars.
    pub spot: f64,
    /// Time left to expiry in years of 365 days; 0 at and after it.
    pub years: f64,
    /// Risk-free rate, continuously compounded, fraction per year.
    pub rate: f64,
    /// Dividend yield until expiry, continuously compounded, fraction per year.
    pub dividend_yield: f64,
    /// Volatility, fraction per year.
    pub vol: f64,
}

/// Numbers in rows and columns.
///
/// Invariant: `cells.len() == rows * columns`; row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    cells: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Matrix {
        Matrix {
            rows,
            columns,
            cells: vec![0.0; rows * columns],
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.cells[row * self.columns..(row + 1) * self.columns]
    }

    /// One row, to be filled.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.cells[row * self.columns..(row + 1) * self.columns]
    }

    /// Every row less its own cell in one column: there the result is 0, or NaN where the cell is.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn less_column(&self, column: usize) -> Matrix {
        let mut less = self.clone();
        for row in 0..self.rows {
            let base = self.row(row)[column];
            less.row_mut(row).iter_mut().for_each(|cell| *cell -= base);
        }
        less
    }

    /// The matrix product `self * right`. A weight of exactly 0 in `self` leaves its row of `right` out, NaN or not.
    ///
    /// # Panics
    /// If `right` has not as many rows as this has columns.
    pub fn product(&self, right: &Matrix) -> Matrix {
        assert_eq!(
            self.columns, right.rows,
            "columns of positions and rows of unit values differ"
        );
        let mut product = Matrix::zeros(self.rows, right.columns);
        for row in 0..self.rows {
            let weights = self.row(row);
            let sums = product.row_mut(row);
            for (inner, &weight) in weights.iter().enumerate() {
                if weight != 0.0 {
                    for (sum, value) in sums.iter_mut().zip(right.row(inner)) {
                        *sum += weight * value;
                    }
                }
            }
        }
        product
    }
}

/// Columns for one of the batch doors, and where in the matrix each slot belongs.
#[derive(Default)]
struct Batch {
    right: Vec<Right>,
    spot: Vec<f64>,
    strike: Vec<f64>,
    years: Vec<f64>,
    rate: Vec<f64>,
    dividend_yield: Vec<f64>,
    vol: Vec<f64>,
    place: Vec<usize>,
}

impl Batch {
    fn push(&mut self, right: Right, strike: f64, state: &State, place: usize) {
        self.right.push(right);
        self.spot.push(state.spot);
        self.strike.push(strike);
        self.years.push(state.years);
        self.rate.push(state.rate);
        self.dividend_yield.push(state.dividend_yield);
        self.vol.push(state.vol);
        self.place.push(place);
    }

    fn inputs(&self) -> InputsRef<'_> {
        InputsRef {
            right: &self.right,
            spot: &self.spot,
            strike: &self.strike,
            years: &self.years,
            rate: &self.rate,
            dividend_yield: &self.dividend_yield,
            vol: &self.vol,
        }
    }
}

/// Prices every instrument in every scenario: dollars per share, instruments down, scenarios across.
///
/// `state(instrument, scenario)` says what the instrument meets there. All American options go through one call of
/// [`american::prices`], all European ones through one of [`european::prices`]. A cell without an answer holds NaN, and the
/// status of the same place says why.
///
/// ```
/// use pricing::american::Precision;
/// use pricing::scenarios::{Instrument, Matrix, State, unit_values};
/// use pricing::Right;
/// // A covered call, today and after a fall of a fifth.
/// let book = [Instrument::Share, Instrument::European { right: Right::Call, strike: 105.0 }];
/// let spots = [100.0, 80.0];
/// let state = |_, scenario: usize| State { spot: spots[scenario], years: 0.25, rate: 0.0, dividend_yield: 0.0, vol: 0.3 };
/// let (values, _) = unit_values(&book, spots.len(), state, Precision::Standard);
/// let mut positions = Matrix::zeros(1, 2);
/// positions.row_mut(0).copy_from_slice(&[100.0, -100.0]);
/// let change = positions.product(&values.less_column(0));
/// assert_eq!(change.row(0)[0], 0.0);
/// assert!(change.row(0)[1] > -2000.0 && change.row(0)[1] < -1500.0);
/// ```
pub fn unit_values(
    instruments: &[Instrument],
    scenarios: usize,
    state: impl Fn(usize, usize) -> State,
    precision: Precision,
) -> (Matrix, Vec<Status>) {
    let mut values = Matrix::zeros(instruments.len(), scenarios);
    let mut status = vec![Status::Ok; instruments.len() * scenarios];
    let (mut early, mut late) = (Batch::default(), Batch::default());
    for (row, instrument) in instruments.iter().enumerate() {
        for scenario in 0..scenarios {
            let (at, place) = (state(row, scenario), row * scenarios + scenario);
            match *instrument {
                Instrument::American { right, strike } => early.push(right, strike, &at, place),
                Instrument::European { right, strike } => late.push(right, strike, &at, place),
                Instrument::Share if at.spot >= 0.0 && at.spot < f64::INFINITY => {
                    values.cells[place] = at.spot;
                }
                Instrument::Share => {
                    (values.cells[place], status[place]) = (f64::NAN, Status::BadInput);
                }
            }
        }
    }
    let mut scatter = |batch: &Batch, out: &[f64], outcome: &[Status]| {
        for ((&place, &value), &outcome) in batch.place.iter().zip(out).zip(outcome) {
            (values.cells[place], status[place]) = (value, outcome);
        }
    };
    let room = |batch: &Batch| {
        let slots = batch.place.len();
        (vec![f64::NAN; slots], vec![Status::Ok; slots])
    };
    let (mut out, mut outcome) = room(&early);
    american::prices(early.inputs(), precision, &mut out, &mut outcome);
    scatter(&early, &out, &outcome);
    let (mut out, mut outcome) = room(&late);
    european::prices(late.inputs(), &mut out, &mut outcome);
    scatter(&late, &out, &outcome);
    (values, status)
}

/// Price and sensitivities of every instrument in one state each, per share and with the holder's sign.
///
/// A share has price spot and delta 1. A slot without an answer holds NaN and the reason.
pub fn unit_greeks(
    instruments: &[Instrument],
    state: impl Fn(usize) -> State,
    precision: Precision,
) -> (Vec<Greeks>, Vec<Status>) {
    let mut greeks = vec![Greeks::default(); instruments.len()];
    let mut status = vec![Status::Ok; instruments.len()];
    let (mut early, mut late) = (Batch::default(), Batch::default());
    for (place, instrument) in instruments.iter().enumerate() {
        let at = state(place);
        match *instrument {
            Instrument::American { right, strike } => early.push(right, strike, &at, place),
            Instrument::European { right, strike } => late.push(right, strike, &at, place),
            Instrument::Share => {
                greeks[place] = Greeks {
                    price: at.spot,
                    delta: 1.0,
                    ..Greeks::default()
                };
            }
        }
    }
    for (batch, is_early) in [(&early, true), (&late, false)] {
        let slots = batch.place.len();
        let mut columns = vec![vec![f64::NAN; slots]; 6];
        let mut outcome = vec![Status::Ok; slots];
        if let [price, delta, gamma, vega, theta, rho] = columns.as_mut_slice() {
            let out = GreeksMut {
                price,
                delta,
                gamma,
                vega,
                theta,
                rho,
            };
            if is_early {
                american::greeks_batch(batch.inputs(), precision, out, &mut outcome);
            } else {
                european::greeks_batch(batch.inputs(), out, &mut outcome);
            }
        }
        for (slot, &place) in batch.place.iter().enumerate() {
            let [price, delta, gamma, vega, theta, rho] =
                std::array::from_fn(|column| columns[column][slot]);
            greeks[place] = Greeks {
                price,
                delta,
                gamma,
                vega,
                theta,
                rho,
            };
            status[place] = outcome[slot];
        }
    }
    (greeks, status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Inputs;
    use proptest::prelude::*;

    /// A share, an American and a European option of each right.
    fn book(strike: f64) -> [Instrument; 5] {
        let (call, put) = (Right::Call, Right::Put);
        [
            Instrument::Share,
            Instrument::American { right: put, strike },
            Instrument::American {
                right: call,
                strike,
            },
            Instrument::European { right: put, strike },
            Instrument::European {
                right: call,
                strike,
            },
        ]
    }

    fn state(spot: f64, years: f64, vol: f64) -> State {
        State {
            spot,
            years,
            rate: 0.04,
            dividend_yield: 0.02,
            vol,
        }
    }

    /// The value of one instrument in one state, by the scalar doors.
    fn alone(instrument: Instrument, at: State) -> f64 {
        let inputs = |right, strike| Inputs {
            right,
            spot: at.spot,
            strike,
            years: at.years,
            rate: at.rate,
            dividend_yield: at.dividend_yield,
            vol: at.vol,
        };
        match instrument {
            Instrument::Share => at.spot,
            Instrument::American { right, strike } => {
                american::price(&inputs(right, strike)).unwrap()
            }
            Instrument::European { right, strike } => european::price(&inputs(right, strike)),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// One product is the same as pricing one contract after another in one scenario after another.
        #[test]
        fn the_product_is_the_sum_of_single_prices(
            strike in 40.0..80.0f64,
            weights in proptest::array::uniform5(-500.0..500.0f64),
            scenarios in proptest::collection::vec((30.0..90.0f64, 0.0..1.0f64, 0.05..0.9f64), 1..4),
        ) {
            let states: Vec<State> = scenarios.iter().map(|&(s, t, v)| state(s, t, v)).collect();
            let book = book(strike);
            let (values, status) = unit_values(&book, states.len(), |_, at| states[at], Precision::Standard);
            prop_assert!(status.iter().all(|status| *status == Status::Ok));
            let mut positions = Matrix::zeros(6, 5);
            for (row, &weight) in weights.iter().enumerate() {
                positions.row_mut(row)[row] = weight;
            }
            positions.row_mut(5).copy_from_slice(&weights);
            let worth = positions.product(&values);
            let changes = positions.product(&values.less_column(0));
            for (column, at) in states.iter().enumerate() {
                let singly: Vec<f64> = book.iter().zip(weights).map(|(i, w)| w * alone(*i, *at)).collect();
                let at_base: f64 = book.iter().zip(weights).map(|(i, w)| w * alone(*i, states[0])).sum();
                for (row, single) in singly.iter().enumerate() {
                    prop_assert!((worth.row(row)[column] - single).abs() <= 1e-12 * single.abs().max(1.0));
                }
                let total: f64 = singly.iter().sum();
                prop_assert!((worth.row(5)[column] - total).abs() < 1e-9);
                prop_assert!((changes.row(5)[column] - (total - at_base)).abs() < 1e-8);
            }
            for row in 0..6 {
                prop_assert_eq!(changes.row(row)[0], 0.0);
            }
        }

        /// Stock less call is strike less put where nothing bears interest: a covered call is a short put with cash.
        #[test]
        fn a_covered_call_is_a_short_put_with_cash(
            strike in 40.0..80.0f64, spot in 30.0..90.0f64, years in 0.0..2.0f64, vol in 0.0..0.9f64,
        ) {
            let free = |spot| State { spot, years, rate: 0.0, dividend_yield: 0.0, vol };
            let spots = [60.0, spot];
            let (values, _) = unit_values(&book(strike), 2, |_, at| free(spots[at]), Precision::Standard);
            let mut positions = Matrix::zeros(3, 5);
            positions.row_mut(0).copy_from_slice(&[100.0, 0.0, -100.0, 0.0, 0.0]);
            positions.row_mut(1).copy_from_slice(&[0.0, -100.0, 0.0, 0.0, 0.0]);
            positions.row_mut(2).copy_from_slice(&[100.0, 0.0, 0.0, 100.0, -100.0]);
            let change = positions.product(&values.less_column(0));
            prop_assert!((change.row(0)[1] - change.row(1)[1]).abs() < 1e-8 * 100.0);
            // Share + put - call is the strike, whatever happens.
            prop_assert!(change.row(2)[1].abs() < 1e-8 * 100.0);
        }
    }

    #[test]
    fn a_missing_value_spoils_only_who_holds_it() {
        let mut values = Matrix::zeros(2, 2);
        values.row_mut(0).copy_from_slice(&[f64::NAN, 1.0]);
        values.row_mut(1).copy_from_slice(&[2.0, 3.0]);
        let mut positions = Matrix::zeros(2, 2);
        positions.row_mut(0).copy_from_slice(&[0.0, -2.0]);
        positions.row_mut(1).copy_from_slice(&[1.0, 1.0]);
        let product = positions.product(&values);
        assert_eq!(product.row(0), [-4.0, -6.0]);
        assert!(product.row(1)[0].is_nan());
        assert_eq!(product.row(1)[1], 4.0);
        assert_eq!((product.rows(), product.columns()), (2, 2));
    }

    #[test]
    fn bad_states_are_named_in_their_slot() {
        let bad = [state(60.0, 0.5, f64::NAN), state(-1.0, 0.5, 0.2)];
        let (values, status) = unit_values(&book(60.0), 2, |_, at| bad[at], Precision::Fast);
        assert_eq!(values.row(0)[0], 60.0);
        assert_eq!(status[0], Status::Ok);
        for place in [1, 2, 3, 4, 5] {
            assert_eq!(status[place], Status::BadInput, "{place}");
            assert!(values.cells[place].is_nan());
        }
        let (greeks, status) = unit_greeks(&book(60.0), |_| bad[0], Precision::Fast);
        assert_eq!(greeks[0].delta, 1.0);
        assert!(greeks[1].price.is_nan() && status[1] == Status::BadInput);
    }

    /// After expiry: the short put in the money is the shares less the strike.
    #[test]
    fn the_expired_settle_at_what_exercise_pays() {
        let at = |spot| state(spot, 0.0, 0.3);
        let spots = [50.0, 70.0];
        let (values, _) = unit_values(&book(60.0), 2, |_, s| at(spots[s]), Precision::Standard);
        assert_eq!(values.row(1), [10.0, 0.0]);
        assert_eq!(values.row(2), [0.0, 10.0]);
        let mut short_put = Matrix::zeros(1, 5);
        short_put.row_mut(0)[1] = -100.0;
        let assigned = 100.0 * (50.0 - 60.0);
        assert_eq!(short_put.product(&values).row(0), [assigned, 0.0]);
    }

    #[test]
    fn greeks_are_those_of_the_scalar_doors() {
        let at = state(58.0, 0.4, 0.3);
        let (greeks, status) = unit_greeks(&book(60.0), |_| at, Precision::Standard);
        assert!(status.iter().all(|status| *status == Status::Ok));
        let inputs = |right| Inputs {
            right,
            spot: 58.0,
            strike: 60.0,
            years: 0.4,
            rate: 0.04,
            dividend_yield: 0.02,
            vol: 0.3,
        };
        let early = |right| american::greeks(&inputs(right), Precision::Standard).unwrap();
        assert_eq!(greeks[1], early(Right::Put));
        assert_eq!(greeks[2], early(Right::Call));
        // European columns and the scalar reference may differ in the last digits.
        for (found, right) in [(greeks[3], Right::Put), (greeks[4], Right::Call)] {
            let expected = european::greeks(&inputs(right));
            for (found, expected) in [
                (found.price, expected.price),
                (found.delta, expected.delta),
                (found.gamma, expected.gamma),
                (found.vega, expected.vega),
                (found.theta, expected.theta),
                (found.rho, expected.rho),
            ] {
                assert!((found - expected).abs() <= 1e-13 * expected.abs().max(1.0));
            }
        }
        assert_eq!((greeks[0].price, greeks[0].vega), (58.0, 0.0));
    }
}
