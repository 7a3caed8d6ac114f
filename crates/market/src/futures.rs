//! The simulated market: how spot and volatility may move from today on, and what options would then cost.
//!
//! Two measures, never mixed silently:
//!
//! * **Quotes** in a future state are what today's smile implies for it: the local variance averaged along the straight line
//!   from the state to the strike at expiry (the most-likely-path rule, Gatheral 2006, ch. 3), corrected so that today's smile is
//!   met exactly, times the state's own volatility level. No premium is added or taken away.
//! * **Moves** are real-world. The smile's *shape* is taken as fair; only its *level* is judged: every volatility is
//!   multiplied by `forecast / implied` at 30 days. If the forecast equals the implied level, no option is rich on any
//!   strike, and costs alone decide. Crash jumps come on top of that, so they can only make selling look worse.
//!
//! ```text
//! d ln S = (mu - q - lambda E[e^J - 1] - s^2/2) dt + s dW + J dN        J = mean +- sd, equally likely
//! s      = (forecast/implied) * sigma_loc(S, t) * exp(u - var(u))
//! du     = -kappa u dt + xi dZ                                          u(0) = 0, E[exp(2u - 2 var u)] = 1
//! ```
//!
//! `sigma_loc` is the local volatility of the surface (Dupire 1994, in the total-variance form of Gatheral 2006, eq. 1.10).
//! Time runs in calendar days, as quoted volatility does: a weekend carries its three days of variance.
//! Not for pricing: early exercise, for one, is a decision of the holder here, not a premium (see `wheel`).

use pricing::european::black;
use pricing::{Right, Surface, normal};
use std::sync::Arc;

/// The stated real-world assumptions. Each is printed on the plan and may be overridden.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumptions {
    /// Expected total return of the stock, fraction per year, continuously compounded.
    pub drift: f64,
    /// Forecast over implied volatility at 30 days: the whole surface is scaled by it under the real-world law.
    pub forecast_over_implied: f64,
    /// Half-life in calendar days after which half of a shock to volatility is gone.
    pub half_life_days: f64,
    /// Standard deviation of `d ln vol` per square root of a year.
    pub vol_of_vol: f64,
    /// Correlation of volatility shocks with spot moves, beyond what the smile's own slope carries.
    pub spot_vol_correlation: f64,
    /// Crash jumps per year, on top of the forecast volatility.
    pub jumps_per_year: f64,
    /// Mean log size of a jump, as a fraction of the price (`-0.1` is a fall of about 10 %).
    pub jump_mean: f64,
    /// A jump is `mean + sd` or `mean - sd`, equally likely.
    pub jump_sd: f64,
}

/// A cash dividend to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dividend {
    /// Calendar days from the date of the chain to the ex-date; who holds the share the evening before is paid.
    pub ex_day: u16,
    /// Dollars per share.
    pub usd: f64,
}

/// How far apart bid and ask are assumed to be in a future state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Part of the mid price.
    pub fraction_of_mid: f64,
    /// Never less than this many dollars per share.
    pub minimum_usd: f64,
}

impl Spread {
    /// Full distance between bid and ask in dollars per share for an option worth `mid`.
    pub fn usd(self, mid: f64) -> f64 {
        (self.fraction_of_mid * mid).max(self.minimum_usd)
    }
}

/// Where the simulated market stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Calendar days since the date of the chain.
    pub day: u16,
    /// Price of one share in dollars.
    pub spot: f64,
    /// `u` above: the logarithm of the volatility level that the smile does not explain.
    pub vol_factor: f64,
}

/// Everything that a future price depends on.
#[derive(Clone, Debug)]
pub struct Futures {
    /// Price of one share on the day of the chain, in dollars.
    pub spot: f64,
    /// Risk-free rate, fraction per year, continuously compounded. Cash earns it.
    pub rate: f64,
    /// Continuous dividend yield; 0 where cash dividends are listed instead.
    pub dividend_yield: f64,
    /// Cash dividends, by ex-date.
    pub dividends: Vec<Dividend>,
    /// Today's fitted smile of every expiry.
    pub surface: Surface,
    /// The real-world assumptions.
    pub assumptions: Assumptions,
    /// Distance between bid and ask in future states.
    pub spread: Spread,
    /// Trading days within the horizon, in calendar days from today, ascending, without today.
    pub trading_days: Vec<u16>,
    /// Logarithm of today's forward, day by day.
    log_forwards: Arc<[f64]>,
    local: Arc<LocalVol>,
}

/// One weighted outcome of the spot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Real-world probability.
    pub probability: f64,
    /// Spot in dollars.
    pub spot: f64,
}

const DAYS_PER_YEAR: f64 = 365.0;

/// The logarithm of the volatility level stays within this: twenty times up or down is no market.
const LEVEL_MAX: f64 = 3.0;

/// Standard deviations at which a law is tabulated; closer where the mass is.
const NODES: [f64; 23] = [
    -6.0, -4.5, -3.5, -2.8, -2.25, -1.8, -1.45, -1.15, -0.85, -0.55, -0.27, 0.0, 0.27, 0.55, 0.85,
    1.15, 1.45, 1.8, 2.25, 2.8, 3.5, 4.5, 6.0,
];

impl Futures {
    /// Prepares the local volatilities. `trading_days` as in the field.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        spot: f64,
        rate: f64,
        dividend_yield: f64,
        dividends: Vec<Dividend>,
        surface: Surface,
        assumptions: Assumptions,
        spread: Spread,
        trading_days: Vec<u16>,
    ) -> Futures {
        assert!(
            spot > 0.0 && spot.is_finite(),
            "a spot of ${spot} is no price"
        );
        let local = Arc::new(LocalVol::new(&surface));
        let log_forwards = Arc::from(Vec::new());
        let mut futures = Futures {
            spot,
            rate,
            dividend_yield,
            dividends,
            surface,
            assumptions,
            spread,
            trading_days,
            log_forwards,
            local,
        };
        let today = futures.today();
        futures.log_forwards = (0..LocalVol::DAYS as u16)
            .map(|day| futures.forward(&today, day).ln())
            .collect();
        futures
    }

    /// The same market under other assumptions.
    pub fn under(&self, assumptions: Assumptions) -> Futures {
        Futures {
            assumptions,
            ..self.clone()
        }
    }

    /// Today.
    pub fn today(&self) -> State {
        State {
            day: 0,
            spot: self.spot,
            vol_factor: 0.0,
        }
    }

    /// The forward price for `to_day` seen from `state`, at growth `growth` per year (the rate: risk-neutral; the drift: real-world).
    fn grown(&self, state: &State, to_day: u16, growth: f64) -> f64 {
        let years = years_between(state.day, to_day);
        let mut value = state.spot * ((growth - self.dividend_yield) * years).exp();
        for dividend in &self.dividends {
            if dividend.ex_day > state.day && dividend.ex_day <= to_day {
                value -= dividend.usd * (growth * years_between(dividend.ex_day, to_day)).exp();
            }
        }
        value.max(0.01 * state.spot)
    }

    /// Risk-neutral forward price in dollars for delivery on `to_day`.
    pub fn forward(&self, state: &State, to_day: u16) -> f64 {
        self.grown(state, to_day, self.rate)
    }

    /// Real-world mean of the spot on `to_day`, in dollars.
    pub fn mean_spot(&self, state: &State, to_day: u16) -> f64 {
        self.grown(state, to_day, self.assumptions.drift)
    }

    /// Implied volatility quoted in `state`, fraction per year.
    pub fn implied_vol(&self, state: &State, strike: f64, expiry_day: u16) -> f64 {
        self.implied_at(state, strike.ln(), expiry_day) * self.level(state, expiry_day)
    }

    /// The same without the state's own volatility level.
    fn implied_at(&self, state: &State, log_strike: f64, expiry_day: u16) -> f64 {
        let strike = log_strike - self.log_forward(expiry_day);
        let spot = self.moneyness(state);
        if state.day == 0 && spot == 0.0 {
            return self.surface.vol_at_log(
                strike,
                years_between(0, expiry_day).max(0.5 / DAYS_PER_YEAR),
            );
        }
        self.local
            .implied((spot, state.day), (strike, expiry_day.max(state.day + 1)))
    }

    fn log_forward(&self, day: u16) -> f64 {
        self.log_forwards[usize::from(day).min(self.log_forwards.len() - 1)]
    }

    /// Logarithm of the spot over today's forward for the day.
    fn moneyness(&self, state: &State) -> f64 {
        if state.day == 0 && state.spot == self.spot {
            0.0
        } else {
            state.spot.ln() - self.log_forward(state.day)
        }
    }

    /// The state's own volatility level, for options that expire on `expiry_day`.
    fn level(&self, state: &State, expiry_day: u16) -> f64 {
        if self.assumptions.vol_of_vol == 0.0 && state.vol_factor == 0.0 {
            return 1.0;
        }
        let decay = (-self.kappa() * years_between(state.day, expiry_day) / 2.0).exp();
        (state.vol_factor * decay - self.vol_factor_variance(state.day) * decay * decay)
            .clamp(-LEVEL_MAX, LEVEL_MAX)
            .exp()
    }

    fn kappa(&self) -> f64 {
        std::f64::consts::LN_2 / (self.assumptions.half_life_days / DAYS_PER_YEAR)
    }

    /// Variance of `u` on `day`, started from 0 today.
    fn vol_factor_variance(&self, day: u16) -> f64 {
        let kappa = self.kappa();
        let years = f64::from(day) / DAYS_PER_YEAR;
        self.assumptions.vol_of_vol.powi(2) * (1.0 - (-2.0 * kappa * years).exp()) / (2.0 * kappa)
    }

    /// Mid price quoted in `state`, dollars per share: Black-Scholes at the state's volatility, never below intrinsic.
    pub fn mid(&self, state: &State, right: Right, strike: f64, expiry_day: u16) -> f64 {
        let years = years_between(state.day, expiry_day);
        if years <= 0.0 {
            return right.intrinsic(state.spot, strike);
        }
        let forward = self.forward(state, expiry_day);
        let vol = self.implied_vol(state, strike, expiry_day);
        let discount = (-self.rate * years).exp();
        (discount * black(right, forward, strike, vol * years.sqrt()))
            .max(right.intrinsic(state.spot, strike))
    }

    /// Bid and ask quoted in `state`, dollars per share; a bid of 0 means that nobody bids.
    pub fn bid_ask(&self, state: &State, right: Right, strike: f64, expiry_day: u16) -> (f64, f64) {
        let mid = self.mid(state, right, strike, expiry_day);
        let half = self.spread.usd(mid) / 2.0;
        ((mid - half).max(0.0), mid + half)
    }

    /// Delta of the holder at the quoted volatility, one share.
    pub fn delta(&self, state: &State, right: Right, strike: f64, expiry_day: u16) -> f64 {
        let years = years_between(state.day, expiry_day);
        if years <= 0.0 {
            return if right.intrinsic(state.spot, strike) > 0.0 {
                right.sign()
            } else {
                0.0
            };
        }
        let forward = self.forward(state, expiry_day);
        let deviation = self.implied_vol(state, strike, expiry_day) * years.sqrt();
        let d1 = (forward / strike).ln() / deviation + deviation / 2.0;
        right.sign() * (-self.dividend_yield * years).exp() * normal::cdf(right.sign() * d1)
    }

    /// The strike whose holder's delta has the absolute value `delta`, in dollars: three fixed-point steps on the smile.
    pub fn strike_at_delta(&self, state: &State, right: Right, delta: f64, expiry_day: u16) -> f64 {
        let years = years_between(state.day, expiry_day).max(0.5 / DAYS_PER_YEAR);
        let forward = self.forward(state, expiry_day);
        let level = self.level(state, expiry_day);
        let d1 = right.sign()
            * normal::inverse_cdf(
                (delta * (self.dividend_yield * years).exp()).clamp(1e-6, 1.0 - 1e-6),
            );
        let mut strike = forward;
        for _ in 0..3 {
            let deviation = self.implied_at(state, strike.ln(), expiry_day) * level * years.sqrt();
            strike = forward * (deviation * deviation / 2.0 - d1 * deviation).exp();
        }
        strike
    }

    /// Real-world expected payoff of one share's option on `expiry_day`, undiscounted, in dollars.
    ///
    /// Closed form: Black with the state's implied volatility times `forecast / implied`, mixed over no jump and one jump.
    pub fn expected_payoff(
        &self,
        state: &State,
        right: Right,
        strike: f64,
        expiry_day: u16,
    ) -> f64 {
        let years = years_between(state.day, expiry_day);
        if years <= 0.0 {
            return right.intrinsic(state.spot, strike);
        }
        let view = self.view(state, expiry_day);
        view.expected(
            right,
            strike,
            self.real_vol(state, strike, &view, expiry_day),
        )
    }

    /// Real-world volatility at a strike: the quoted one at the same distance from the mean as the strike has from the forward,
    /// times `forecast / implied`.
    fn real_vol(&self, state: &State, strike: f64, view: &View, expiry_day: u16) -> f64 {
        let quoted = self.implied_at(state, strike.ln() + view.shift, expiry_day);
        quoted * view.level * self.assumptions.forecast_over_implied
    }

    /// Real-world standard deviation of the log return until `to_day`, at the money, jumps included.
    pub fn deviation(&self, state: &State, to_day: u16) -> f64 {
        let years = years_between(state.day, to_day);
        let a = &self.assumptions;
        let view = self.view(state, to_day);
        let diffusive = self.real_vol(state, view.mean, &view, to_day).powi(2) * years;
        (diffusive + a.jumps_per_year * years * (a.jump_mean.powi(2) + a.jump_sd.powi(2))).sqrt()
    }

    fn view(&self, state: &State, to_day: u16) -> View {
        let years = years_between(state.day, to_day);
        let a = &self.assumptions;
        let jump_probability = 1.0 - (-a.jumps_per_year * years).exp();
        let sizes = [
            (a.jump_mean - a.jump_sd).exp(),
            (a.jump_mean + a.jump_sd).exp(),
        ];
        let mean = self.mean_spot(state, to_day);
        let calm = mean / (1.0 - jump_probability + jump_probability * (sizes[0] + sizes[1]) / 2.0);
        View {
            root_years: years.sqrt(),
            mean,
            calm,
            jumped: [calm * sizes[0], calm * sizes[1]],
            jump_probability,
            level: self.level(state, to_day),
            shift: if self.assumptions.drift == self.rate {
                0.0
            } else {
                (self.forward(state, to_day) / mean).ln()
            },
        }
    }

    /// The real-world law of the spot on `to_day`, as weights on a grid of prices that holds `strikes`.
    ///
    /// The weights are butterflies: the law prices every option struck on the grid as [`Self::expected_payoff`]
    /// does (but where the smile itself allows a butterfly of negative price, which is cut to zero), and it keeps the mean.
    /// Between grid prices it is a little wider than the true law, never narrower.
    pub fn law(&self, state: &State, to_day: u16, strikes: &[f64], out: &mut Vec<Outcome>) {
        out.clear();
        if to_day <= state.day {
            out.push(Outcome {
                probability: 1.0,
                spot: state.spot,
            });
            return;
        }
        let view = self.view(state, to_day);
        let width = self.real_vol(state, view.mean, &view, to_day) * view.root_years;
        let at = |spot: f64| Outcome {
            probability: 0.0,
            spot,
        };
        out.extend(NODES.iter().map(|z| at(view.calm * (z * width).exp())));
        out.extend(strikes.iter().map(|&strike| at(strike)));
        if view.jump_probability > 0.0 {
            out.extend(
                view.jumped
                    .iter()
                    .flat_map(|&mean| [-4.0, -1.0, 1.0].map(|z: f64| at(mean * (z * width).exp()))),
            );
        }
        out.sort_unstable_by(|a, b| a.spot.total_cmp(&b.spot));
        out.dedup_by(|later, earlier| {
            later.spot - earlier.spot < 1e-4 * view.mean && !strikes.contains(&later.spot)
        });
        out.dedup_by(|later, earlier| later.spot <= earlier.spot);
        // Slopes of the undiscounted put between neighbours are probabilities; their differences are the weights.
        let put =
            |spot: f64| view.expected(Right::Put, spot, self.real_vol(state, spot, &view, to_day));
        let (mut below, mut price) = (0.0, put(out[0].spot));
        for index in 0..out.len() {
            let slope = if index + 1 < out.len() {
                let next = put(out[index + 1].spot);
                let slope = (next - price) / (out[index + 1].spot - out[index].spot);
                price = next;
                slope
            } else {
                1.0
            };
            out[index].probability = (slope - below).max(0.0);
            below = slope.max(below);
        }
        normalise(out, view.mean);
    }

    /// One trading day (or weekend) forward to `to_day`: three uniform numbers in (0, 1) make the joint move.
    ///
    /// Returns the new state and the log return without the dividend, whose cash the caller books.
    pub fn step(&self, state: &State, to_day: u16, uniforms: [f64; 3]) -> State {
        let a = &self.assumptions;
        let years = years_between(state.day, to_day);
        let own = (state.vol_factor - self.vol_factor_variance(state.day))
            .clamp(-LEVEL_MAX, LEVEL_MAX)
            .exp();
        let here = (self.moneyness(state), state.day);
        let vol = a.forecast_over_implied * own * self.local.average(here, (here.0, to_day)).sqrt();
        let shock = normal::inverse_cdf(uniforms[0]);
        let deviation = vol * years.sqrt();
        let jump_probability = 1.0 - (-a.jumps_per_year * years).exp();
        let sizes = [
            (a.jump_mean - a.jump_sd).exp(),
            (a.jump_mean + a.jump_sd).exp(),
        ];
        let expected_jump = 1.0 - jump_probability + jump_probability * (sizes[0] + sizes[1]) / 2.0;
        let jump = match uniforms[1] {
            u if u < jump_probability / 2.0 => sizes[0],
            u if u < jump_probability => sizes[1],
            _ => 1.0,
        };
        // The diffusion and the jump are scaled so that the mean is met exactly.
        let spot = self.mean_spot(state, to_day)
            * (deviation * shock - deviation * deviation / 2.0).exp()
            * jump
            / expected_jump;
        let kappa = self.kappa();
        let own_shock = normal::inverse_cdf(uniforms[2]);
        let mixed = a.spot_vol_correlation * shock
            + (1.0 - a.spot_vol_correlation.powi(2)).sqrt() * own_shock;
        let spread = a.vol_of_vol * ((1.0 - (-2.0 * kappa * years).exp()) / (2.0 * kappa)).sqrt();
        let vol_factor = state.vol_factor * (-kappa * years).exp() + spread * mixed;
        State {
            day: to_day,
            spot: spot.clamp(1e-4 * self.spot, 1e4 * self.spot),
            vol_factor,
        }
    }

    /// The two equally likely volatility factors that stand for the law of `u` on `to_day`, given the spot's standardised move.
    pub fn vol_factors(&self, state: &State, to_day: u16, standard_move: f64) -> [f64; 2] {
        let a = &self.assumptions;
        let kappa = self.kappa();
        let years = years_between(state.day, to_day);
        let spread = a.vol_of_vol * ((1.0 - (-2.0 * kappa * years).exp()) / (2.0 * kappa)).sqrt();
        let centre = state.vol_factor * (-kappa * years).exp()
            + spread * a.spot_vol_correlation * standard_move;
        let own = spread * (1.0 - a.spot_vol_correlation.powi(2)).sqrt();
        [centre - own, centre + own]
    }
}

/// What the law of one horizon needs.
struct View {
    root_years: f64,
    /// Real-world mean of the spot.
    mean: f64,
    /// Mean given no jump, and given one of either size.
    calm: f64,
    jumped: [f64; 2],
    jump_probability: f64,
    level: f64,
    /// Logarithm of the forward over the mean.
    shift: f64,
}

impl View {
    fn expected(&self, right: Right, strike: f64, vol: f64) -> f64 {
        let deviation = vol * self.root_years;
        let calm = black(right, self.calm, strike, deviation);
        if self.jump_probability <= 0.0 {
            return calm;
        }
        let jumped = black(right, self.jumped[0], strike, deviation)
            + black(right, self.jumped[1], strike, deviation);
        (1.0 - self.jump_probability) * calm + self.jump_probability * jumped / 2.0
    }
}

/// Makes the weights add up to one and the mean exact, by the smallest change.
fn normalise(out: &mut [Outcome], mean: f64) {
    let total: f64 = out.iter().map(|o| o.probability).sum();
    let centre: f64 = out.iter().map(|o| o.probability * o.spot).sum::<f64>() / total;
    let square: f64 = out
        .iter()
        .map(|o| o.probability * (o.spot - centre).powi(2))
        .sum::<f64>()
        / total;
    let tilt = if square > 0.0 {
        (mean - centre) / square
    } else {
        0.0
    };
    let mut sum = 0.0;
    for outcome in out.iter_mut() {
        outcome.probability =
            (outcome.probability / total * (1.0 + tilt * (outcome.spot - centre))).max(0.0);
        sum += outcome.probability;
    }
    for outcome in out.iter_mut() {
        outcome.probability /= sum;
    }
}

/// Calendar days to years of 365 days; 0 if `to` is not after `from`.
pub fn years_between(from: u16, to: u16) -> f64 {
    f64::from(to.saturating_sub(from)) / DAYS_PER_YEAR
}

/// Local variance on a grid of (day, standardised log-moneyness), and what it implies.
///
/// Kept as at-the-money variance by day, which is summed exactly (an earnings day stands out), times the shape of the smile,
/// which is smooth and averaged at a few nodes.
#[derive(Debug)]
struct LocalVol {
    rows: Vec<Row>,
}

/// One day of the grid.
#[derive(Debug)]
struct Row {
    /// At-the-money variance from today to the end of this day, in variance of a year times days.
    cumulative: f64,
    /// Columns per unit of log-moneyness.
    scale: f64,
    /// Local variance over that at the money, from -REACH to REACH widths of the smile.
    shape: [f64; LocalVol::COLUMNS],
    /// Quoted over line-averaged variance for options from today's spot that expire on this day.
    corrections: [f64; LocalVol::COLUMNS],
}

impl LocalVol {
    /// Days of the grid; later days are as the last one.
    const DAYS: usize = 420;
    const COLUMNS: usize = 33;
    const REACH: f64 = 4.0;
    /// The smile of the first days is that of this day: shorter ones are noise.
    const FIRST_DAY: usize = 4;

    fn new(surface: &Surface) -> LocalVol {
        let years = |day: usize| day.max(LocalVol::FIRST_DAY) as f64 / DAYS_PER_YEAR;
        let width = |day: usize| surface.atm_vol(years(day)) * years(day).sqrt();
        let z = |column: usize| {
            (column as f64 / (LocalVol::COLUMNS - 1) as f64 * 2.0 - 1.0) * LocalVol::REACH
        };
        let total = |day: usize| surface.atm_vol(day as f64 / DAYS_PER_YEAR).powi(2) * day as f64;
        let mut rows: Vec<Row> = Vec::with_capacity(LocalVol::DAYS);
        for day in 0..LocalVol::DAYS {
            let money = dupire(surface, 0.0, years(day));
            // Total variance never falls; where quotes say so, a day still carries a tenth of its share.
            let quoted = if day == 0 {
                0.0
            } else {
                total(day) - total(day - 1)
            };
            let step = quoted.max(0.1 * total(day) / day.max(1) as f64) * money
                / slope(surface, 0.0, years(day));
            rows.push(Row {
                cumulative: rows.last().map_or(0.0, |row: &Row| row.cumulative + step),
                scale: (LocalVol::COLUMNS - 1) as f64 / (2.0 * LocalVol::REACH * width(day)),
                shape: smooth(std::array::from_fn(|column| {
                    dupire(surface, z(column) * width(day), years(day)) / money
                })),
                corrections: [1.0; LocalVol::COLUMNS],
            });
        }
        let mut local = LocalVol { rows };
        for day in 1..LocalVol::DAYS {
            local.rows[day].corrections = std::array::from_fn(|column| {
                let strike = z(column) * width(day);
                surface
                    .vol_at_log(strike, day as f64 / DAYS_PER_YEAR)
                    .powi(2)
                    / local.average((0.0, 0), (strike, day as u16))
            });
        }
        local
    }

    fn row(&self, day: usize) -> &Row {
        &self.rows[day.min(LocalVol::DAYS - 1)]
    }

    /// Local variance averaged along the straight line between two points (moneyness, day).
    fn average(&self, from: (f64, u16), to: (f64, u16)) -> f64 {
        // Gauss-Legendre.
        const NODES: [(f64, f64); 3] = [
            (0.112_701_665_379_258, 5.0 / 18.0),
            (0.5, 8.0 / 18.0),
            (0.887_298_334_620_742, 5.0 / 18.0),
        ];
        let days = f64::from(to.1) - f64::from(from.1);
        let shape = |s: f64| {
            let row = self.row((f64::from(from.1) + s * days + 0.5) as usize);
            row.between(&row.shape, from.0 + s * (to.0 - from.0))
        };
        let shape: f64 = NODES.iter().map(|(s, weight)| weight * shape(*s)).sum();
        // Beyond the grid variance goes on at the rate of its last days.
        let last = LocalVol::DAYS as u16 - 1;
        let (first, end) = (from.1.min(last - 30), to.1.min(last));
        let variance = (self.row(usize::from(end)).cumulative
            - self.row(usize::from(first)).cumulative)
            / f64::from(end - first);
        shape * variance
    }

    /// Implied volatility of the strike `to` seen from the state `from`, both as (moneyness, day).
    fn implied(&self, from: (f64, u16), to: (f64, u16)) -> f64 {
        let row = self.row(usize::from(to.1));
        (self.average(from, to) * row.between(&row.corrections, to.0)).sqrt()
    }
}

impl Row {
    /// Linear between columns, flat outside.
    fn between(&self, values: &[f64; LocalVol::COLUMNS], moneyness: f64) -> f64 {
        let middle = (LocalVol::COLUMNS - 1) as f64 / 2.0;
        let position = (moneyness * self.scale + middle).clamp(0.0, 2.0 * middle - 1e-9);
        let column = position as usize;
        let weight = position - column as f64;
        (1.0 - weight) * values[column] + weight * values[column + 1]
    }
}

/// Averages neighbours twice: a kink in a fitted wing is no news about the market.
fn smooth(mut values: [f64; LocalVol::COLUMNS]) -> [f64; LocalVol::COLUMNS] {
    for _ in 0..2 {
        let before = values;
        for column in 1..LocalVol::COLUMNS - 1 {
            values[column] = (before[column - 1] + 2.0 * before[column] + before[column + 1]) / 4.0;
        }
    }
    values
}

/// Total variance `w(k, T)` of the surface.
fn total_variance(surface: &Surface, k: f64, years: f64) -> f64 {
    surface.vol_at_log(k, years).powi(2) * years
}

/// Its slope in time, at least a tenth of the average so far.
fn slope(surface: &Surface, k: f64, years: f64) -> f64 {
    let dt = 0.05 * years;
    let slope = (total_variance(surface, k, years + dt) - total_variance(surface, k, years - dt))
        / (2.0 * dt);
    slope.max(0.1 * total_variance(surface, k, years) / years)
}

/// Dupire's local variance, kept within factors of the smile that quotes can defend.
fn dupire(surface: &Surface, k: f64, years: f64) -> f64 {
    let total = |k: f64| total_variance(surface, k, years);
    let atm = surface.atm_vol(years);
    let dk = 0.05 * atm * years.sqrt();
    let w = total(k);
    let w_k = (total(k + dk) - total(k - dk)) / (2.0 * dk);
    let w_kk = (total(k + dk) - 2.0 * w + total(k - dk)) / (dk * dk);
    let shape =
        1.0 - k / w * w_k + 0.25 * (-0.25 - 1.0 / w + k * k / (w * w)) * w_k * w_k + 0.5 * w_kk;
    // Far out the density of a fitted smile may all but vanish, and the quotient explode: it is held near the smile itself.
    let implied = w / years;
    (slope(surface, k, years) / shape.max(0.05)).clamp(0.4 * implied, 2.5 * implied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pricing::Smile;
    use pricing::smile::{Expiry, SmilePoint};

    const CALM: Assumptions = Assumptions {
        drift: 0.04,
        forecast_over_implied: 1.0,
        half_life_days: 45.0,
        vol_of_vol: 0.0,
        spot_vol_correlation: 0.0,
        jumps_per_year: 0.0,
        jump_mean: -0.1,
        jump_sd: 0.05,
    };

    /// Volatilities fall by `slope` per standard deviation of the strike.
    fn surface(slope: f64) -> Surface {
        let expiries = [10.0, 30.0, 60.0, 120.0].map(|days| {
            let years: f64 = days / 365.0;
            let points: Vec<SmilePoint> = [-2.0, -1.0, 0.0, 1.0, 2.0]
                .map(|z: f64| SmilePoint {
                    strike: 100.0 * (z * 0.2 * years.sqrt()).exp(),
                    vol: 0.2 - slope * z,
                    weight: 1.0,
                })
                .to_vec();
            Expiry {
                years,
                forward: 100.0,
                smile: Smile::fit(&points, 100.0, years).unwrap(),
            }
        });
        Surface::new(expiries.to_vec()).unwrap()
    }

    fn futures(slope: f64, assumptions: Assumptions) -> Futures {
        let spread = Spread {
            fraction_of_mid: 0.04,
            minimum_usd: 0.02,
        };
        let days = (1..150).filter(|day| day % 7 < 5).collect();
        Futures::new(
            100.0,
            0.04,
            0.0,
            Vec::new(),
            surface(slope),
            assumptions,
            spread,
            days,
        )
    }

    /// With forecast = implied, drift = rate and no jumps, every option is worth exactly its mid: there is no edge to find.
    #[test]
    fn without_a_premium_no_option_is_rich() {
        for slope in [0.0, 0.02] {
            let futures = futures(slope, CALM);
            let today = futures.today();
            for (right, strike, day) in [
                (Right::Put, 95.0, 30),
                (Right::Call, 103.0, 10),
                (Right::Put, 100.0, 60),
                (Right::Call, 120.0, 120),
            ] {
                let fair = (-0.04 * f64::from(day) / 365.0_f64).exp()
                    * futures.expected_payoff(&today, right, strike, day);
                let mid = futures.mid(&today, right, strike, day);
                assert!(
                    (fair - mid).abs() < 1e-9,
                    "{right:?} {strike} {day}: fair {fair}, mid {mid}"
                );
            }
            let lower = futures.under(Assumptions {
                forecast_over_implied: 0.8,
                ..CALM
            });
            assert!(
                lower.expected_payoff(&today, Right::Put, 95.0, 30)
                    < 0.8 * futures.expected_payoff(&today, Right::Put, 95.0, 30)
            );
        }
    }

    /// The law's weights price what is struck on its grid, and keep the mean, with jumps and in later states too.
    #[test]
    fn the_law_prices_its_strikes_and_keeps_the_mean() {
        let futures = futures(
            0.02,
            Assumptions {
                jumps_per_year: 1.0,
                vol_of_vol: 0.5,
                ..CALM
            },
        );
        let mut law = Vec::new();
        for state in [
            futures.today(),
            State {
                day: 15,
                spot: 92.0,
                vol_factor: 0.2,
            },
            State {
                day: 29,
                spot: 104.0,
                vol_factor: -0.1,
            },
        ] {
            let day = 30;
            futures.law(&state, day, &[90.0, 95.0, 101.0], &mut law);
            let mean: f64 = law.iter().map(|o| o.probability * o.spot).sum();
            assert!(
                (mean - futures.mean_spot(&state, day)).abs() < 1e-9,
                "{state:?}"
            );
            for strike in [90.0, 95.0, 101.0] {
                let summed: f64 = law
                    .iter()
                    .map(|o| o.probability * (strike - o.spot).max(0.0))
                    .sum();
                let exact = futures.expected_payoff(&state, Right::Put, strike, day);
                assert!(
                    (summed - exact).abs() < 5e-3 * exact.max(0.05),
                    "{state:?} {strike}: {summed} against {exact}"
                );
            }
        }
    }

    /// Moving the spot never makes a put dearer on the way up: no spike of the surface leaks into a revaluation.
    #[test]
    fn a_put_falls_as_the_spot_rises() {
        for slope in [0.0, 0.02, 0.05] {
            let futures = futures(slope, CALM);
            for (day, expiry) in [(0, 30), (0, 8), (10, 36), (20, 60)] {
                let mut before = f64::INFINITY;
                for step in 0..160 {
                    let state = State {
                        day,
                        spot: 70.0 + 0.4 * f64::from(step),
                        vol_factor: 0.0,
                    };
                    let price = futures.mid(&state, Right::Put, 98.0, expiry);
                    assert!(
                        price <= before + 0.004,
                        "slope {slope}, day {day}, expiry {expiry}, spot {}: {before} then {price}",
                        state.spot
                    );
                    before = price;
                }
            }
        }
    }

    #[test]
    fn strikes_are_found_by_delta() {
        let futures = futures(0.02, CALM);
        for (right, delta) in [
            (Right::Put, 0.1),
            (Right::Put, 0.3),
            (Right::Call, 0.2),
            (Right::Call, 0.5),
        ] {
            let strike = futures.strike_at_delta(&futures.today(), right, delta, 30);
            let found = futures.delta(&futures.today(), right, strike, 30).abs();
            assert!(
                (found - delta).abs() < 0.003,
                "{right:?} {delta}: {strike} has {found}"
            );
        }
    }

    /// Dividends lower the forward by what they pay, and the jump's mean is compensated: the share earns its drift.
    #[test]
    fn the_share_earns_its_drift() {
        let mut futures = futures(
            0.0,
            Assumptions {
                jumps_per_year: 2.0,
                ..CALM
            },
        );
        futures.dividends = vec![Dividend {
            ex_day: 20,
            usd: 1.0,
        }];
        let forward = futures.forward(&futures.today(), 30);
        let expected = 100.0 * (0.04 * 30.0 / 365.0_f64).exp() - (0.04 * 10.0 / 365.0_f64).exp();
        assert!((forward - expected).abs() < 1e-12);
        let today = futures.today();
        let count = 200_000;
        let uniform = |i: usize, a: f64| ((i as f64 + 0.5) * a).fract().clamp(1e-9, 1.0 - 1e-9);
        let mean = (0..count)
            .map(|i| {
                futures
                    .step(
                        &today,
                        1,
                        [
                            uniform(i, 0.754_877_666_2),
                            uniform(i, 0.569_840_290_998),
                            0.5,
                        ],
                    )
                    .spot
            })
            .sum::<f64>()
            / count as f64;
        assert!(
            (mean - futures.mean_spot(&today, 1)).abs() < 0.005,
            "{mean}"
        );
    }
}
