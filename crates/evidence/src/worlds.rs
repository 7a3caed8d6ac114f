//! Paths of markets that are not the model's: how does a policy fare where the model is wrong?
//!
//! ```text
//! S'     = E[S' | S] R                               E[S' | S] the model's own mean_spot, dividends and drift included
//! R      = exp(s sqrt(dt) z - s^2 dt / 2)            z standard normal, s the world's volatility at the start of the step
//! u      = ln(s / long run), held within +-1, + var u(day)
//! ```
//! Quotes in a state are the model's, at its volatility factor `u`: they follow the world's instantaneous over its long-run
//! volatility, as a market does that knows today's volatility and trusts in its return. (`var u` is what the model takes off
//! again; see `market::futures`.) What quotes do not know is the level: with `vol` at the implied volatility selling
//! is fair on average, below it there is a premium. Time runs in calendar days, a weekend carries three.
//!
//! * [`Heston`]: variance reverts to its mean and falls when the price rises (Heston, Rev. Financial Studies 6, 1993), by
//!   Euler steps with full truncation (Lord, Koekkoek & van Dijk, Quantitative Finance 10, 2010). With [`Jumps`] it is that of Bates
//!   (Rev. Financial Studies 9, 1996): their part of the variance never changes, and quotes know it.
//! * [`Garch`]: GARCH(1,1) with Student-t innovations (Bollerslev, Rev. Economics and Statistics 69, 1987).
//! * [`Regimes`]: two volatilities by a hidden Markov chain (Hamilton, Econometrica 57, 1989).
//! * [`Bootstrap`]: blocks of real daily returns, of random lengths (Politis & Romano, J. Am. Stat. Assoc. 89, 1994); with a recorded
//!   index of implied volatility beside them, quotes follow that index.
//!
//! In the first three `R` has mean 1 whatever came before, so that the hedging control of a walk keeps its mean of zero under
//! any policy. History has serial correlation: under `Bootstrap` the mean is right on every day, seen from today, and only then.
//! Paths `2 i` and `2 i + 1` have opposite `z` and are otherwise drawn apart; those of `Bootstrap` are drawn apart altogether,
//! because the mirror image of a crash is a rally that no history had.

use crate::Error;
use crate::paths::{Paths, days_to, uniform};
use market::futures::{Futures, State, years_between};
use pricing::normal;

/// A market other than the model's.
#[derive(Clone, Debug, PartialEq)]
pub enum World {
    /// Stochastic volatility with leverage.
    Heston(Heston),
    /// Clusters of volatility and heavy tails.
    Garch(Garch),
    /// Calm and crisis.
    Regimes(Regimes),
    /// History again, in another order.
    Bootstrap(Bootstrap),
}

/// ```text
/// dv = kappa (m - v) dt + 2 vol_of_vol sqrt(m v) dW        v(0) = m, s = sqrt(max(v, 0))
/// m  = vol^2, or what the jumps leave of it
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heston {
    /// Half-life of a shock to variance, in calendar days.
    pub half_life_days: f64,
    /// Standard deviation of `d ln s` per square root of a year where `s` is at its long run.
    pub vol_of_vol: f64,
    /// Correlation of variance shocks with the price: the leverage.
    pub correlation: f64,
    /// Jumps of the price, part of the level of volatility and not on top of it.
    pub jumps: Option<Jumps>,
}

/// ```text
/// R      = exp(s sqrt(dt) z - s^2 dt / 2) exp(J_1 + ... + J_N - per_year dt (E[e^J] - 1))
/// J      normal, mean_vols vol and sd_vols vol         N Poisson with mean per_year dt
/// vol^2  = m + per_year (mean_vols^2 + sd_vols^2) vol^2
/// ```
/// Sizes are in multiples of the level of volatility, so that the part of the variance that jumps take is the same on any share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jumps {
    /// Mean number of jumps a year.
    pub per_year: f64,
    /// Mean log size, in multiples of the level of volatility; below 0 it is a fall.
    pub mean_vols: f64,
    /// Standard deviation of the log size, likewise.
    pub sd_vols: f64,
}

impl Default for Jumps {
    /// The order of magnitude that Eraker, Johannes & Polson (J. Finance 58, 2003) find on a stock index: three in two years, a seventh
    /// of the variance.
    fn default() -> Jumps {
        Jumps {
            per_year: 1.5,
            mean_vols: -0.17,
            sd_vols: 0.27,
        }
    }
}

impl Default for Heston {
    /// The order of magnitude of a stock index.
    fn default() -> Heston {
        Heston {
            half_life_days: 60.0,
            vol_of_vol: 1.0,
            correlation: -0.6,
            jumps: None,
        }
    }
}

impl Heston {
    /// The same with jumps.
    pub fn with_jumps() -> Heston {
        Heston {
            jumps: Some(Jumps::default()),
            ..Heston::default()
        }
    }
}

/// ```text
/// s'^2 = (1 - shock - memory) vol^2 + (shock z^2 + memory) s^2        z Student-t with variance 1, one step a trading day
/// ```
/// A Student-t is a normal of random variance, and `R` is compensated for the variance drawn: its mean, which a log-Student
/// return would not have, is 1, and crashes come a little larger than rallies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Garch {
    /// Weight of the last squared return (Bollerslev's alpha).
    pub shock: f64,
    /// Weight of the last variance (Bollerslev's beta); less than 1 together with `shock`.
    pub memory: f64,
    /// Degrees of freedom: 3 to 30, fewer are heavier.
    pub degrees: u8,
}

impl Default for Garch {
    /// The order of magnitude of daily stock returns.
    fn default() -> Garch {
        Garch {
            shock: 0.08,
            memory: 0.9,
            degrees: 5,
        }
    }
}

/// ```text
/// s^2 = low^2 or (crisis_over_calm low)^2        the mean of both, by the share of time spent in each, is vol^2
/// ```
/// Whether today is calm is drawn by that share, and quotes learn it tomorrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regimes {
    /// Mean length of a calm time, in calendar days.
    pub calm_days: f64,
    /// Mean length of a crisis, in calendar days.
    pub crisis_days: f64,
    /// Volatility in a crisis over that of a calm time.
    pub crisis_over_calm: f64,
}

impl Default for Regimes {
    /// A crisis of two months every other year, at 2.5 times the volatility: an illustration.
    fn default() -> Regimes {
        Regimes {
            calm_days: 700.0,
            crisis_days: 60.0,
            crisis_over_calm: 2.5,
        }
    }
}

/// Real returns less their mean, at the volatility asked for; one return a trading day, also over a weekend.
///
/// The instantaneous volatility that quotes see is the root of the history's squares, averaged with weights that fall by 6 %
/// a day (J.P. Morgan, RiskMetrics technical document, 1996), and with that of the whole by the chance that the block ends.
/// Where `implied` is given, quotes see the index of the day over its mean instead; a block takes return and index of a day together.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    /// Daily log returns with dividends, in their order; at least 20, and not all the same. The last is followed by the first.
    pub returns: Vec<f64>,
    /// Mean length of a block in trading days, 1 or more; lengths are geometric.
    pub block_days: f64,
    /// Implied volatility at the end of the day of each return, fraction per year: an index such as the VIX beside an index of shares.
    pub implied: Option<Vec<f64>>,
}

/// Quotes follow the logarithm of instantaneous over long-run volatility no further than this.
const FACTOR_MAX: f64 = 1.0;

impl World {
    /// Simulates `count` paths (rounded up to whole pairs) to `horizon_day` on the trading days of `futures`.
    ///
    /// `vol` is the level of volatility, fraction per year: the root of the expected variance per calendar year. For a ratio of
    /// forecast to implied volatility it is that times `futures.implied_vol`. The numbers depend on `seed` alone.
    pub fn simulate(
        &self,
        futures: &Futures,
        vol: f64,
        horizon_day: u16,
        count: usize,
        seed: u64,
        threads: usize,
    ) -> Result<Paths, Error> {
        check("vol", vol, vol > 0.0 && vol < 10.0, "between 0 and 10")?;
        check(
            "the horizon",
            f64::from(horizon_day),
            horizon_day > 0,
            "after today",
        )?;
        check("the number of paths", count as f64, count > 0, "positive")?;
        match self {
            World::Heston(heston) => heston.check()?,
            World::Garch(garch) => garch.check()?,
            World::Regimes(regimes) => regimes.check()?,
            World::Bootstrap(bootstrap) => bootstrap.check()?,
        }
        let prepared = match self {
            World::Bootstrap(bootstrap) => {
                Some(History::new(bootstrap, vol, &days_to(futures, horizon_day)))
            }
            _ => None,
        };
        // Other draws than those of the model's own paths under the same seed.
        let seed = seed ^ 0x6f74_6865_7277_6f72;
        let make = |path: u64, days: &[u16], out: &mut [State]| {
            let mut walker = Walker {
                futures,
                state: futures.today(),
                draws: Draws {
                    seed,
                    path,
                    step: 0,
                },
            };
            match (self, &prepared) {
                (World::Heston(heston), _) => heston.walk(vol, &mut walker, days, out),
                (World::Garch(garch), _) => garch.walk(vol, &mut walker, days, out),
                (World::Regimes(regimes), _) => regimes.walk(vol, &mut walker, days, out),
                (World::Bootstrap(_), Some(history)) => history.walk(&mut walker, days, out),
                (World::Bootstrap(_), None) => unreachable!("a history has been prepared"),
            }
        };
        Ok(Paths::fill(futures, horizon_day, count, threads, make))
    }
}

fn check(name: &'static str, value: f64, good: bool, should: &'static str) -> Result<(), Error> {
    if good && value.is_finite() {
        Ok(())
    } else {
        Err(Error::Parameter {
            name,
            value,
            should,
        })
    }
}

/// The random numbers of one step of one path, by dimension.
struct Draws {
    seed: u64,
    path: u64,
    step: u64,
}

impl Draws {
    /// Uniform, and this path's own.
    fn own(&self, dimension: u64) -> f64 {
        uniform(
            self.seed,
            1 << 62 | self.path << 24 | self.step << 8 | dimension,
        )
    }

    /// Standard normal, and this path's own.
    fn own_normal(&self, dimension: u64) -> f64 {
        normal::inverse_cdf(self.own(dimension))
    }

    /// Standard normal, and in the other path of the pair with the other sign.
    fn shock(&self) -> f64 {
        let shared = uniform(self.seed, (self.path / 2) << 24 | self.step << 8);
        let normal = normal::inverse_cdf(shared);
        if self.path.is_multiple_of(2) {
            normal
        } else {
            -normal
        }
    }

    /// Chi-square of so many degrees of freedom, in dimensions 1 and up: minus twice the logarithm of uniforms, and a square.
    fn chi_square(&self, degrees: u8) -> f64 {
        let halves = u64::from(degrees / 2);
        let logs: f64 = (0..halves).map(|i| self.own(1 + i).ln()).sum();
        let odd = if degrees % 2 == 1 {
            self.own_normal(1 + halves).powi(2)
        } else {
            0.0
        };
        odd - 2.0 * logs
    }
}

/// A path as far as it has come.
struct Walker<'a> {
    futures: &'a Futures,
    state: State,
    draws: Draws,
}

impl Walker<'_> {
    /// Years of the step to `day`.
    fn years(&self, day: u16) -> f64 {
        years_between(self.state.day, day)
    }

    /// Goes to `day`, by `ratio` away from the mean, where volatility stands at `level` times its long run.
    fn go(&mut self, day: u16, ratio: f64, level: f64) -> State {
        let futures = self.futures;
        let spot = futures.mean_spot(&self.state, day) * ratio;
        let a = &futures.assumptions;
        let kappa = std::f64::consts::LN_2 / (a.half_life_days / 365.0);
        let variance =
            a.vol_of_vol.powi(2) * -(-2.0 * kappa * years_between(0, day)).exp_m1() / (2.0 * kappa);
        self.state = State {
            day,
            spot: spot.clamp(1e-4 * futures.spot, 1e4 * futures.spot),
            vol_factor: level.max(1e-9).ln().clamp(-FACTOR_MAX, FACTOR_MAX) + variance,
        };
        self.draws.step += 1;
        self.state
    }
}

/// A lognormal step of mean 1.
fn lognormal(deviation: f64, shock: f64) -> f64 {
    (deviation * shock - deviation * deviation / 2.0).exp()
}

impl Heston {
    fn check(&self) -> Result<(), Error> {
        check(
            "half_life_days",
            self.half_life_days,
            self.half_life_days >= 5.0,
            "5 or more, so that a weekend is a short step",
        )?;
        check(
            "vol_of_vol",
            self.vol_of_vol,
            self.vol_of_vol >= 0.0,
            "0 or more",
        )?;
        check(
            "correlation",
            self.correlation,
            self.correlation.abs() <= 1.0,
            "between -1 and 1",
        )?;
        self.jumps.map_or(Ok(()), Jumps::check)
    }

    fn walk(&self, vol: f64, walker: &mut Walker<'_>, days: &[u16], out: &mut [State]) {
        let kappa = std::f64::consts::LN_2 / (self.half_life_days / 365.0);
        let share = self.jumps.map_or(0.0, Jumps::share);
        let mean = (1.0 - share) * vol * vol;
        let mut variance = mean;
        for (&day, out) in days.iter().zip(out) {
            let years = walker.years(day);
            let held = variance.max(0.0);
            let deviation = (held * years).sqrt();
            let shock = walker.draws.shock();
            let mixed = self.correlation * shock
                + (1.0 - self.correlation.powi(2)).sqrt() * walker.draws.own_normal(1);
            variance += kappa * (mean - held) * years
                + 2.0 * self.vol_of_vol * mean.sqrt() * deviation * mixed;
            let level = ((1.0 - share) * variance.max(0.0) / mean + share).sqrt();
            let jump = self
                .jumps
                .map_or(1.0, |jumps| jumps.ratio(vol, years, &walker.draws));
            *out = walker.go(day, lognormal(deviation, shock) * jump, level);
        }
    }
}

impl Jumps {
    fn check(self) -> Result<(), Error> {
        check(
            "jumps per_year",
            self.per_year,
            (0.0..=50.0).contains(&self.per_year),
            "0 to 50",
        )?;
        check(
            "jumps mean_vols",
            self.mean_vols,
            self.mean_vols.abs() <= 5.0,
            "-5 to 5",
        )?;
        check(
            "jumps sd_vols",
            self.sd_vols,
            (0.0..=5.0).contains(&self.sd_vols),
            "0 to 5",
        )?;
        let share = self.share();
        check(
            "the jumps' part of the variance",
            share,
            share <= 0.9,
            "0.9 or less",
        )
    }

    /// The part of the variance that they take.
    fn share(self) -> f64 {
        self.per_year * (self.mean_vols.powi(2) + self.sd_vols.powi(2))
    }

    /// Their growth over a step, of mean 1.
    fn ratio(self, vol: f64, years: f64, draws: &Draws) -> f64 {
        let (mean, sd) = (self.mean_vols * vol, self.sd_vols * vol);
        let rate = self.per_year * years;
        // The number by inversion: how many terms of the law lie below a uniform.
        let uniform = draws.own(2);
        let (mut count, mut chance) = (0.0, (-rate).exp());
        let mut below = chance;
        while uniform > below && count < 100.0 {
            count += 1.0;
            chance *= rate / count;
            below += chance;
        }
        let size = if count > 0.0 {
            count * mean + count.sqrt() * sd * draws.own_normal(3)
        } else {
            0.0
        };
        (size - rate * (mean + sd * sd / 2.0).exp_m1()).exp()
    }
}

impl Garch {
    fn check(&self) -> Result<(), Error> {
        check("shock", self.shock, self.shock >= 0.0, "0 or more")?;
        check("memory", self.memory, self.memory >= 0.0, "0 or more")?;
        let sum = self.shock + self.memory;
        check("shock + memory", sum, sum < 1.0, "less than 1")?;
        check(
            "degrees",
            f64::from(self.degrees),
            (3..=30).contains(&self.degrees),
            "3 to 30",
        )
    }

    fn walk(&self, vol: f64, walker: &mut Walker<'_>, days: &[u16], out: &mut [State]) {
        let mean = vol * vol;
        let mut variance = mean;
        for (&day, out) in days.iter().zip(out) {
            let spread = (f64::from(self.degrees) - 2.0) / walker.draws.chi_square(self.degrees);
            let deviation = (variance * walker.years(day) * spread).sqrt();
            let shock = walker.draws.shock();
            variance = (1.0 - self.shock - self.memory) * mean
                + (self.shock * spread * shock * shock + self.memory) * variance;
            *out = walker.go(day, lognormal(deviation, shock), (variance / mean).sqrt());
        }
    }
}

impl Regimes {
    fn check(&self) -> Result<(), Error> {
        for (name, days) in [
            ("calm_days", self.calm_days),
            ("crisis_days", self.crisis_days),
        ] {
            check(name, days, days > 0.0, "positive")?;
        }
        let ratio = self.crisis_over_calm;
        check("crisis_over_calm", ratio, ratio >= 1.0, "1 or more")
    }

    fn walk(&self, vol: f64, walker: &mut Walker<'_>, days: &[u16], out: &mut [State]) {
        let share = self.crisis_days / (self.calm_days + self.crisis_days);
        let pull = 365.0 * (1.0 / self.calm_days + 1.0 / self.crisis_days);
        let calm = 1.0 / (1.0 - share + share * self.crisis_over_calm.powi(2)).sqrt();
        let level = |crisis: bool| {
            if crisis {
                calm * self.crisis_over_calm
            } else {
                calm
            }
        };
        let mut crisis = walker.draws.own(2) < share;
        for (&day, out) in days.iter().zip(out) {
            let years = walker.years(day);
            let deviation = vol * level(crisis) * years.sqrt();
            let shock = walker.draws.shock();
            // The chain in continuous time, looked at on this day.
            let held = (-pull * years).exp();
            let chance = share + (f64::from(u8::from(crisis)) - share) * held;
            crisis = walker.draws.own(1) < chance;
            *out = walker.go(day, lognormal(deviation, shock), level(crisis));
        }
    }
}

impl Bootstrap {
    fn check(&self) -> Result<(), Error> {
        let count = self.returns.len();
        check(
            "the number of returns",
            count as f64,
            count >= 20,
            "20 or more",
        )?;
        for &value in &self.returns {
            check("a return", value, value.abs() < 3.0, "a daily log return")?;
        }
        let spread = deviation(&self.returns);
        check("their deviation", spread, spread > 1e-9, "above 0")?;
        check(
            "block_days",
            self.block_days,
            self.block_days >= 1.0,
            "1 or more",
        )?;
        let Some(implied) = &self.implied else {
            return Ok(());
        };
        check(
            "the number of implied volatilities",
            implied.len() as f64,
            implied.len() == count,
            "one for each return",
        )?;
        let good = |value: f64| (0.005..=10.0).contains(&value);
        implied.iter().try_for_each(|&value| {
            check("an implied volatility", value, good(value), "0.005 to 10")
        })
    }

    /// Volatility of the returns, at 252 days a year, over the mean of the index: below 1 selling was paid. `None` without an index.
    pub fn realised_over_implied(&self) -> Option<f64> {
        let implied = self.implied.as_ref()?;
        Some(deviation(&self.returns) * 252_f64.sqrt() / mean(implied))
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let square: f64 = values.iter().map(|r| (r - centre).powi(2)).sum();
    (square / values.len() as f64).sqrt()
}

/// A history made ready for one level of volatility and one list of days.
struct History {
    /// Growth on each day of history, at the level asked for.
    ratios: Vec<f64>,
    /// What quotes see after each day of history: volatility over that of the whole, or the index over its mean.
    levels: Vec<f64>,
    /// Mean of the product of all ratios up to each day of a path.
    growth: Vec<f64>,
    /// Chance that a block ends.
    ends: f64,
}

impl History {
    fn new(bootstrap: &Bootstrap, vol: f64, days: &[u16]) -> History {
        let (centre, spread) = (mean(&bootstrap.returns), deviation(&bootstrap.returns));
        let years = years_between(0, days[days.len() - 1]);
        let daily = vol * (years / days.len() as f64).sqrt();
        let standard: Vec<f64> = bootstrap
            .returns
            .iter()
            .map(|r| (r - centre) / spread)
            .collect();
        let ratios: Vec<f64> = standard.iter().map(|z| (daily * z).exp()).collect();
        let ends = 1.0 / bootstrap.block_days;
        History {
            growth: growth(&ratios, ends, days.len()),
            ratios,
            levels: levels(bootstrap, &standard, ends),
            ends,
        }
    }

    fn walk(&self, walker: &mut Walker<'_>, days: &[u16], out: &mut [State]) {
        let count = self.ratios.len();
        let mut place = 0;
        let mut before = 1.0;
        for (step, (&day, out)) in days.iter().zip(out).enumerate() {
            if step == 0 || walker.draws.own(0) < self.ends {
                place = ((walker.draws.own(1) * count as f64) as usize).min(count - 1);
            } else {
                place = (place + 1) % count;
            }
            let ratio = self.ratios[place] * before / self.growth[step];
            before = self.growth[step];
            *out = walker.go(day, ratio, self.levels[place]);
        }
    }
}

/// What quotes see after each day, over its usual value: the index, or an average of squares.
fn levels(bootstrap: &Bootstrap, standard: &[f64], ends: f64) -> Vec<f64> {
    if let Some(implied) = &bootstrap.implied {
        let usual = mean(implied);
        return implied.iter().map(|value| value / usual).collect();
    }
    // Twice around: the first time only finds where the average stands. Where a block may end, any day of history may follow.
    let mut average = 1.0;
    let mut levels = vec![0.0; standard.len()];
    for _ in 0..2 {
        for (level, z) in levels.iter_mut().zip(standard) {
            average = 0.94 * average + 0.06 * z * z;
            *level = ((1.0 - ends) * average + ends).sqrt();
        }
    }
    levels
}

/// Mean of the product of the first ratios of a path, for each number of them: a sum over where in history the path stands.
fn growth(ratios: &[f64], ends: f64, steps: usize) -> Vec<f64> {
    let count = ratios.len();
    let mut at: Vec<f64> = ratios.iter().map(|ratio| ratio / count as f64).collect();
    let mut total = at.iter().sum::<f64>();
    let mut growth = vec![total];
    while growth.len() < steps {
        at.rotate_right(1);
        for (mass, ratio) in at.iter_mut().zip(ratios) {
            *mass = ratio * ((1.0 - ends) * *mass + ends * total / count as f64);
        }
        total = at.iter().sum();
        growth.push(total);
    }
    growth
}
