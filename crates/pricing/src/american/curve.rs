//! The doors between single options and lanes: many premiums at once, and one boundary taken out of its lane.

use super::lanes::{Puts, Room, splat};
use super::scheme::Scheme;
use super::{Greeks, Inputs, Right, as_put};
use crate::simd::level;
use fearless_simd::{Simd, SimdBase, SimdFloat, dispatch};

/// What early exercise adds to a European option, in the option's own orientation: dollars per share.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extra {
    /// Added to the European price and its slopes. Without slopes asked for, only the price.
    pub(super) premium: Greeks,
    /// The spot at or beyond which the holder exercises now.
    pub(super) edge_usd: f64,
    /// Exercise is due now.
    pub(super) exercised: bool,
    /// The boundary has settled; otherwise nothing here may be used.
    pub(super) settled: bool,
}

/// What may still move in the last step, in log of the boundary; where all of it is very deep, in parts of that. Newton's next
/// step would be about the square of it. Listed options stay below 0.03 on every grid; from 0.044 on, prices were seen to be
/// off by thousandths of the strike.
const CHANGE_MAX: f64 = 0.03;

/// Fills `out[i]` for `options[i]`, all of which must be of the kind that is exercised beyond one spot, with movement.
pub(super) fn extras<const SLOPES: bool>(
    options: &[(usize, Inputs)],
    scheme: &Scheme,
    out: &mut [Extra],
) {
    dispatch!(level(), s => extras_in_lanes::<_, SLOPES>(s, options, scheme, out));
}

#[inline(always)]
fn extras_in_lanes<S: Simd, const SLOPES: bool>(
    s: S,
    options: &[(usize, Inputs)],
    scheme: &Scheme,
    out: &mut [Extra],
) {
    s.vectorize(
        #[inline(always)]
        || {
            let mut room = Room::new(s, scheme);
            let lanes = S::f64s::LEN;
            for (group, out) in options.chunks(lanes).zip(out.chunks_mut(lanes)) {
                // Lanes without an option repeat the last one.
                let lane = |i: usize| &group[i.min(group.len() - 1)].1;
                let gather = |f: fn(&Inputs) -> f64| S::f64s::from_fn(s, |i| f(lane(i)));
                let years = gather(|x| x.years);
                room.alone = group.len() == 1;
                let puts = Puts::<S> {
                    rate: gather(|x| as_put(x.right, x.rate, x.dividend_yield).0),
                    dividend_yield: gather(|x| as_put(x.right, x.rate, x.dividend_yield).1),
                    vol: gather(|x| x.vol),
                    years,
                }
                .until_rest(s);
                let x = (years / puts.years).sqrt();
                let log_moneyness = gather(|x| (x.spot / x.strike).ln() * -x.right.sign());
                room.solve::<SLOPES>(s, &puts, scheme);
                let premium = room.premium::<SLOPES>(s, &puts, scheme, x, log_moneyness);
                for (i, out) in out.iter_mut().enumerate() {
                    *out = Extra::new(
                        lane(i),
                        [
                            premium.value[i],
                            premium.slope[i],
                            premium.bend[i],
                            premium.in_rate[i],
                            premium.in_yield[i],
                        ],
                        premium.log_boundary[i],
                        log_moneyness[i],
                        room.unsettled[i],
                        SLOPES,
                    );
                }
            }
        },
    )
}

impl Extra {
    /// From the lane's put on one dollar of strike: value, first and second slope in spot per strike, slopes in the put's
    /// rate and yield.
    fn new(
        inputs: &Inputs,
        put: [f64; 5],
        log_boundary: f64,
        log_moneyness: f64,
        unsettled: f64,
        slopes: bool,
    ) -> Extra {
        let Inputs {
            right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        } = *inputs;
        let [value, slope, bend, in_rate, in_yield] = put;
        let settled = value.is_finite()
            && log_boundary.is_finite()
            && unsettled <= CHANGE_MAX * log_boundary.abs().max(1.0);
        let value = value.max(0.0);
        let (unit_usd, edge_usd) = match right {
            Right::Put => (strike, strike * log_boundary.exp()),
            Right::Call => (spot, strike * (-log_boundary).exp()),
        };
        let mut premium = Greeks {
            price: unit_usd * value,
            ..Greeks::default()
        };
        if slopes {
            let moneyness = log_moneyness.exp();
            let (put_rate, put_yield) = as_put(right, rate, dividend_yield);
            // The premium obeys the Black-Scholes equation, and stretching time by any factor leaves it as it is:
            // T dP/dT = r dP/dr + q dP/dq + vol/2 dP/dvol.
            let in_years = 0.5 * (vol * moneyness).powi(2) * bend
                + (put_rate - put_yield) * moneyness * slope
                - put_rate * value;
            let in_vol = 2.0 / vol * (years * in_years - put_rate * in_rate - put_yield * in_yield);
            let (delta, gamma, rho) = match right {
                Right::Put => (slope, bend / strike, strike * in_rate),
                // spot * put(strike / spot), by the chain rule.
                Right::Call => (
                    value - moneyness * slope,
                    moneyness * moneyness * bend / spot,
                    spot * in_yield,
                ),
            };
            premium = Greeks {
                price: premium.price,
                delta,
                gamma,
                vega: unit_usd * in_vol,
                theta: -unit_usd * in_years,
                rho,
            };
        }
        Extra {
            premium,
            edge_usd,
            exercised: log_moneyness <= log_boundary,
            settled,
        }
    }
}

/// A boundary by itself: that of a put on one dollar of strike, for all times left: beyond `years_max` it rests.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    rate: f64,
    dividend_yield: f64,
    vol: f64,
    years_max: f64,
    /// Log of the boundary a moment before expiry.
    log_start: f64,
    /// Chebyshev coefficients in `2x - 1` of the square of the depth `log_start - ln B`.
    coefficients: Vec<f64>,
}

impl Curve {
    /// Solves the boundary of a put; `None` if it has not settled.
    pub(super) fn solve(
        rate: f64,
        dividend_yield: f64,
        vol: f64,
        years_max: f64,
        scheme: &Scheme,
    ) -> Option<Curve> {
        let (years_max, log_start, coefficients, unsettled) = dispatch!(level(), s => solve_in_lanes(s, [rate, dividend_yield, vol, years_max], scheme));
        let curve = Curve {
            rate,
            dividend_yield,
            vol,
            years_max,
            log_start,
            coefficients,
        };
        let depth = curve.log_boundary(years_max).abs().max(1.0);
        let usable = curve.coefficients.iter().all(|value| value.is_finite());
        (usable && unsettled <= CHANGE_MAX * depth).then_some(curve)
    }

    /// Log of spot per strike at or below which the put is exercised with `years` left.
    pub(super) fn log_boundary(&self, years: f64) -> f64 {
        let twice = 4.0 * (years / self.years_max).sqrt().min(1.0) - 2.0;
        let (mut one, mut two) = (0.0, 0.0);
        for &coefficient in self.coefficients.iter().skip(1).rev() {
            (one, two) = (twice * one - two + coefficient, one);
        }
        let square = 0.5 * twice * one - two + self.coefficients[0];
        self.log_start - square.max(0.0).sqrt()
    }

    /// Rate, yield, volatility, `years_max` and the log of the start, and the coefficients.
    pub(super) fn numbers(&self) -> ([f64; 5], &[f64]) {
        let Curve {
            rate,
            dividend_yield,
            vol,
            years_max,
            log_start,
            ref coefficients,
        } = *self;
        (
            [rate, dividend_yield, vol, years_max, log_start],
            coefficients,
        )
    }

    /// What exercise adds to options of the same rate, yield and volatility with no more time left than it was solved for.
    pub(super) fn extras(&self, inputs: &[Inputs], scheme: &Scheme, out: &mut [Extra]) {
        dispatch!(level(), s => self.extras_in_lanes(s, inputs, scheme, out));
    }

    #[inline(always)]
    fn extras_in_lanes<S: Simd>(
        &self,
        s: S,
        inputs: &[Inputs],
        scheme: &Scheme,
        out: &mut [Extra],
    ) {
        s.vectorize(
            #[inline(always)]
            || {
                let mut room = Room::new(s, scheme);
                room.log_start = splat(s, self.log_start);
                room.coefficients = self.coefficients.iter().map(|&c| splat(s, c)).collect();
                let puts = Puts::<S> {
                    rate: splat(s, self.rate),
                    dividend_yield: splat(s, self.dividend_yield),
                    vol: splat(s, self.vol),
                    years: splat(s, self.years_max),
                };
                let lanes = S::f64s::LEN;
                for (group, out) in inputs.chunks(lanes).zip(out.chunks_mut(lanes)) {
                    room.alone = group.len() == 1;
                    let lane = |i: usize| &group[i.min(group.len() - 1)];
                    let x = S::f64s::from_fn(s, |i| (lane(i).years / self.years_max).sqrt());
                    let log_moneyness = S::f64s::from_fn(s, |i| {
                        (lane(i).spot / lane(i).strike).ln() * -lane(i).right.sign()
                    });
                    let premium = room.premium::<false>(s, &puts, scheme, x, log_moneyness);
                    for (i, out) in out.iter_mut().enumerate() {
                        let put = [premium.value[i], 0.0, 0.0, 0.0, 0.0];
                        *out = Extra::new(
                            &group[i],
                            put,
                            premium.log_boundary[i],
                            log_moneyness[i],
                            0.0,
                            false,
                        );
                    }
                }
            },
        )
    }
}

/// `[rate, yield, vol, years]` in every lane; the first lane's years, start, coefficients and last step come
/// back.
#[inline(always)]
fn solve_in_lanes<S: Simd>(s: S, put: [f64; 4], scheme: &Scheme) -> (f64, f64, Vec<f64>, f64) {
    s.vectorize(
        #[inline(always)]
        || {
            let [rate, dividend_yield, vol, years] = put.map(|value| splat(s, value));
            let mut room = Room::new(s, scheme);
            room.alone = true;
            let puts = Puts::<S> {
                rate,
                dividend_yield,
                vol,
                years,
            }
            .until_rest(s);
            room.solve::<false>(s, &puts, scheme);
            let coefficients = room.coefficients.iter().map(|lanes| lanes[0]).collect();
            (
                puts.years[0],
                room.log_start[0],
                coefficients,
                room.unsettled[0],
            )
        },
    )
}
