//! The chain of one name on every day: which contracts are listed, and what is quoted for them.
//!
//! ```text
//! iv(T)    = (1 + premium) term(T) sqrt(E[variance to expiry] / T)               at the money, T in calendar years
//! d        = ln(K/F) / (iv(T) sqrt T)           iv(K,T)^2 = iv(T)^2 (1 + rho eta d + sqrt((eta d + rho)^2 + 1 - rho^2)) / 2
//! price    = max(Black-Scholes on the spot less the dividends to come, what exercising pays)
//! bid, ask = price -+ half the table's spread at that price, times noise, on ticks around the price
//! ```
//! The smile is SSVI with phi = eta / sqrt(theta) (Gatheral & Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative
//! Finance 14, 2014), free of butterflies while eta^2 (1 + |rho|) <= 4. As the price lies between bid and ask, no spread of
//! quotes can be bought for less than it must pay. Nobody bids where half a spread is more than the price.
//!
//! The variance comes from [`super::path`]. Listed are the Fridays of the next 31 days and the third Fridays of the next 100, or
//! the trading day before a holiday. Strikes follow the spot on a grid; none is ever taken away before it expires, so that
//! what was opened can always be marked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use pricing::{Inputs, Right, european};

use super::Row;
use super::names::{Name, RATE};
use super::path::{Path, days_between, round, years};
use super::random::Key;
use crate::calendar::{days_from_epoch, is_trading_day, previous_trading_day};
use crate::{Contract, Quote, Style};

/// Mid prices at which [`Name::spreads_usd`] holds; between them it is interpolated in the logarithm.
pub(super) const MIDS_USD: [f64; 7] = [0.12, 0.36, 0.72, 1.4, 3.2, 7.0, 15.0];

/// A Friday is listed when it is this near, a third Friday earlier.
const WEEKLY_DAYS: i64 = 31;
const MONTHLY_DAYS: i64 = 100;

/// Half the width of a ladder of strikes, in standard deviations of the quiet name to expiry.
const LADDER_DEVIATIONS: f64 = 1.6;
/// The most steps that a ladder has: fine where most trade, coarse beyond 45 days.
const LADDER_STEPS: f64 = 14.5;
const LADDER_STEPS_FAR: f64 = 6.0;
/// Distances of strikes in cents.
const STEPS_CENTS: [i64; 7] = [50, 100, 250, 500, 1000, 2500, 5000];

/// What a contract carries from one day to the next.
#[derive(Clone, Copy, Default)]
struct Listed {
    last_cents: Option<i64>,
    open_interest: u64,
}

/// All listed contracts of one name: (expiry, strike in cents), call and put.
type Listing = BTreeMap<(Date, i64), [Listed; 2]>;

/// Every row of one name, sorted by day, expiry, right and strike.
pub(super) fn rows(path: &Path, key: Key, rows: &mut Vec<Row>) {
    let mut board = Board::new(key, Expiries::Weekly);
    for (t, day) in path.days.iter().enumerate() {
        board.quote(path, t, &mut |quote| {
            rows.push(Row {
                date: day.date,
                spot_usd: day.close_usd,
                quote,
            });
        });
    }
}

/// Which expiries are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiries {
    /// The Fridays of the next 31 days, and third Fridays.
    Weekly,
    /// Third Fridays only.
    Monthly,
}

/// What is listed, from one day to the next.
pub(super) struct Board {
    key: Key,
    which: Expiries,
    listing: Listing,
}

impl Board {
    pub(super) fn new(key: Key, which: Expiries) -> Board {
        Board {
            key,
            which,
            listing: Listing::new(),
        }
    }

    /// Hands out the quotes of day `t`, sorted by expiry, right and strike. To be called once for every day, in order.
    pub(super) fn quote(&mut self, path: &Path, t: usize, take: &mut impl FnMut(Quote)) {
        let Board {
            key,
            which,
            listing,
        } = self;
        let (name, key) = (&path.name, *key);
        let date = path.days[t].date;
        if path.days[t].split != 1.0 {
            *listing = split(std::mem::take(listing), path.days[t].split as i64);
        }
        listing.retain(|(expiry, _), _| date < *expiry);
        for expiry in expiries(date, *which) {
            for strike in ladder(name, path.days[t].close_usd, days_between(date, expiry)) {
                let fresh = listing.entry((expiry, strike));
                fresh.or_insert_with(|| {
                    if t == 0 {
                        first_day(name, key, expiry, strike)
                    } else {
                        Default::default()
                    }
                });
            }
        }
        let listed: BTreeSet<Date> = listing.keys().map(|(expiry, _)| *expiry).collect();
        for expiry in listed {
            let term = Term::new(path, t, expiry);
            for (place, right) in [Right::Call, Right::Put].into_iter().enumerate() {
                let contracts = listing.range_mut((expiry, i64::MIN)..=(expiry, i64::MAX));
                for ((_, strike), pair) in contracts {
                    let draws = key
                        .at(days_from_epoch(date) as u64)
                        .at(contract_part(expiry, *strike))
                        .at(place as u64);
                    take(term.quote(right, *strike, &mut pair[place], draws));
                }
            }
        }
    }
}

/// The expiries listed on a day, by rule.
fn expiries(date: Date, which: Expiries) -> BTreeSet<Date> {
    let friday = |days: i64| {
        let day = date.saturating_add(days.days());
        let third = (15..=21).contains(&day.day());
        let near = match (third, which) {
            (true, _) => true,
            (false, Expiries::Weekly) => days <= WEEKLY_DAYS,
            (false, Expiries::Monthly) => false,
        };
        (near && day.weekday() == Weekday::Friday).then_some(day)
    };
    let traded = |day| {
        if is_trading_day(day) {
            day
        } else {
            previous_trading_day(day)
        }
    };
    (1..=MONTHLY_DAYS)
        .filter_map(friday)
        .map(traded)
        .filter(|expiry| date < *expiry)
        .collect()
}

/// The strikes around the spot, in cents.
fn ladder(name: &Name, spot_usd: f64, days: i64) -> impl Iterator<Item = i64> {
    let deviation = name.iv * (days as f64 / 365.0).sqrt();
    let half_cents = 100.0 * spot_usd * (LADDER_DEVIATIONS * deviation).max(0.02);
    let steps = if days <= 45 {
        LADDER_STEPS
    } else {
        LADDER_STEPS_FAR
    };
    let step = STEPS_CENTS
        .into_iter()
        .find(|step| 2.0 * half_cents <= steps * *step as f64)
        .unwrap_or(10_000);
    let (low, high) = (100.0 * spot_usd - half_cents, 100.0 * spot_usd + half_cents);
    let first = ((low / step as f64).ceil() as i64).max(1);
    (first..)
        .map(move |n| n * step)
        .take_while(move |strike| *strike as f64 <= high)
}

/// New strikes are the old ones by the ratio, to the cent; every contract becomes as many as there are new shares for one.
fn split(listing: Listing, ratio: i64) -> Listing {
    let divide = |cents: i64| (2 * cents + ratio) / (2 * ratio);
    let adjust = |listed: Listed| Listed {
        last_cents: listed.last_cents.map(divide),
        open_interest: listed.open_interest * ratio.unsigned_abs(),
    };
    listing
        .into_iter()
        .map(|((expiry, strike), pair)| ((expiry, divide(strike)), pair.map(adjust)))
        .collect()
}

/// On the first day contracts that were listed before already have holders.
fn first_day(name: &Name, key: Key, expiry: Date, strike: i64) -> [Listed; 2] {
    [0, 1].map(|place| {
        let size = 3.0
            * name.contracts_per_day
            * key
                .at(contract_part(expiry, strike))
                .at(place)
                .normal()
                .exp();
        Listed {
            last_cents: None,
            open_interest: size.round() as u64,
        }
    })
}

fn contract_part(expiry: Date, strike: i64) -> u64 {
    ((days_from_epoch(expiry) as u64) << 32) | strike as u64
}

/// What the contracts of one expiry share on one day.
struct Term<'a> {
    name: &'a Name,
    expiry: Date,
    spot_usd: f64,
    /// Spot less the dividends up to expiry, dollars.
    bare_usd: f64,
    years: f64,
    /// At the money, a fraction per year.
    iv: f64,
    /// What the crash multiplies spreads by.
    nerves: f64,
}

impl<'a> Term<'a> {
    fn new(path: &'a Path, t: usize, expiry: Date) -> Term<'a> {
        let (name, day) = (&path.name, &path.days[t]);
        let years = years(day.date, expiry);
        let shape = term_structure(&name.term, 365.0 * years);
        Term {
            name,
            expiry,
            spot_usd: day.close_usd,
            bare_usd: path.spot_without_dividends(t, expiry),
            years,
            iv: (1.0 + name.premium) * shape * (path.expected_variance(t, expiry) / years).sqrt(),
            nerves: 1.0 + path.shock(t),
        }
    }

    /// Log moneyness in standard deviations.
    fn deviations(&self, strike_usd: f64) -> f64 {
        ((strike_usd / self.bare_usd).ln() - RATE * self.years) / (self.iv * self.years.sqrt())
    }

    fn iv_at(&self, strike_usd: f64) -> f64 {
        let (rho, eta, d) = (self.name.rho, self.name.eta, self.deviations(strike_usd));
        let bent = 1.0 + rho * eta * d + ((eta * d + rho).powi(2) + 1.0 - rho * rho).sqrt();
        round(self.iv * (bent / 2.0).sqrt(), 4)
    }

    fn quote(&self, right: Right, strike: i64, listed: &mut Listed, key: Key) -> Quote {
        let strike_usd = strike as f64 / 100.0;
        let iv = self.iv_at(strike_usd);
        let inputs = Inputs {
            right,
            spot: self.bare_usd,
            strike: strike_usd,
            years: self.years,
            rate: RATE,
            dividend_yield: 0.0,
            vol: iv,
        };
        let greeks = european::greeks(&inputs);
        let exercised = right.intrinsic(self.spot_usd, strike_usd);
        let (bid, ask) = self.quoted(greeks.price.max(exercised), exercised, key);
        let volume = self.volume(right, strike, key.at(3));
        if volume > 0 {
            // The last trade was at the bid, at the ask or between.
            let place = (3.0 * key.at(4).uniform()) as i64;
            listed.last_cents = Some((bid + (ask - bid) * place / 2).max(1));
        }
        // Nobody computes a volatility where nobody bids, or where only early exercise holds up the price.
        let known = bid > 0 && greeks.price >= exercised;
        let greek = |value: f64| known.then(|| round(value, 4));
        let quote = Quote {
            contract: Contract {
                symbol: self.name.symbol.to_owned(),
                right,
                style: Style::American,
                expiry: self.expiry,
                strike_usd,
                multiplier: 100,
            },
            bid_usd: (bid > 0).then_some(bid as f64 / 100.0),
            ask_usd: Some(ask as f64 / 100.0),
            last_usd: listed.last_cents.map(|cents| cents as f64 / 100.0),
            volume: Some(volume),
            open_interest: Some(listed.open_interest),
            iv: known.then_some(iv),
            delta: greek(greeks.delta),
            gamma: greek(greeks.gamma),
            theta_per_day: greek(greeks.theta / 365.0),
            vega_per_point: greek(greeks.vega / 100.0),
            rho_per_percent: greek(greeks.rho / 100.0),
        };
        // On balance an eighth of the trades open a position.
        let opened = (volume as f64 * (key.at(5).uniform() - 0.25) / 2.0).round() as i64;
        listed.open_interest = listed.open_interest.saturating_add_signed(opened);
        quote
    }

    /// Bid and ask in cents around the price; their middle is never below what exercising pays.
    fn quoted(&self, price_usd: f64, exercised_usd: f64, key: Key) -> (i64, i64) {
        let wide_usd = spread_usd(&self.name.spreads_usd, price_usd)
            * self.nerves
            * (0.3 * key.at(0).normal()).exp();
        let tick = if self.name.nickels && price_usd >= 3.0 {
            5
        } else {
            1
        };
        let on_tick =
            |usd: f64, shift: f64| (100.0 * usd / tick as f64 + shift).floor() as i64 * tick;
        let mut wide = on_tick(wide_usd, 0.5).max(tick);
        // Rounded up or down by chance so that the middle is right on average, but never past the price.
        let mut bid = on_tick(price_usd - wide as f64 / 200.0, key.at(1).uniform()).max(0);
        if bid as f64 > 100.0 * price_usd {
            bid -= tick;
        }
        if ((bid + wide) as f64) < 100.0 * price_usd {
            bid += tick;
        }
        while ((2 * bid + wide) as f64) < 200.0 * exercised_usd - 1e-6 {
            wide += tick;
        }
        (bid, bid + wide)
    }

    /// Contracts traded that day.
    fn volume(&self, right: Right, strike: i64, key: Key) -> u64 {
        let out_of_the_money = -right.sign() * self.deviations(strike as f64 / 100.0);
        let taste = if out_of_the_money < -0.5 { 0.3 } else { 1.0 };
        let round_number = if strike % 500 == 0 { 1.6 } else { 1.0 };
        let near = (30.0 / (365.0 * self.years + 10.0)).sqrt();
        let typical = self.name.contracts_per_day
            * taste
            * round_number
            * near
            * (-0.9 * out_of_the_money.abs()).exp();
        (typical * (1.6 * key.normal()).exp()).floor() as u64
    }
}

/// What implied volatility is multiplied by at so many calendar days.
fn term_structure(term: &[f64; 3], days: f64) -> f64 {
    interpolate(&[7f64.ln(), 30f64.ln(), 100f64.ln()], term, days.ln())
}

/// The median spread at a price, in dollars.
fn spread_usd(spreads: &[f64; 7], price_usd: f64) -> f64 {
    interpolate(&MIDS_USD.map(f64::ln), spreads, price_usd.max(0.01).ln())
}

/// Straight lines between points, flat beyond them.
fn interpolate(places: &[f64], values: &[f64], x: f64) -> f64 {
    let last = values.len() - 1;
    match places.iter().position(|place| x < *place) {
        Some(0) => values[0],
        None => values[last],
        Some(i) => {
            values[i - 1]
                + (values[i] - values[i - 1]) * (x - places[i - 1]) / (places[i] - places[i - 1])
        }
    }
}
