//! The ground that nets train on: simulated markets, accounts and tastes drawn from stated ranges. Invented, all of it.
//!
//! | drawn | from |
//! | --- | --- |
//! | share price | $8 to $700, evenly in its logarithm |
//! | implied volatility at 30 days | 9 to 90 %, evenly in its logarithm; as `(days / 30)^a` over time, a in -0.12 to 0.12 |
//! | smile at z deviations | `1 + s z + c z^2` times that, s in -0.2 to 0.05, c in 0 to 0.06 |
//! | forecast over implied | log-normal around 0.92, 13 %; within 0.6 to 1.25 |
//! | rate, drift | 0 to 6 % a year; in six of ten markets the drift is the rate, else -3 to 8 % more |
//! | dividends | none (4 of 10), a yield of up to 2 % (2), quarterly cash of 0.3 to 4 % a year (4) |
//! | spread | 1 to 20 % of the mid, at least 1 to 5 cents; fees of 0 to $1.30 a contract |
//! | volatility's own life | half-life 20 to 90 days, 0.2 to 1 a root year, correlation -0.6 to 0.1 |
//! | jumps | none (1 of 4) or 0.1 to 1 a year, of -0.8 to 0 forecast volatilities, spread 0.1 to 0.5 |
//! | expiries | every Friday or third Fridays; strikes on the exchange's usual steps |
//! | account | 1 to 40 contracts' worth: cash, shares, covered calls, secured puts, or both |
//! | taste | risk aversion 0 to 4, horizon 45 to 120 days, later sales of 21 to 45 days |
//!
//! The middle of each range is what the reference chains show (`market::sample`), the ends are wider than anything seen there. A number
//! names its market for good: the same seed and number deal the same one.

use crate::config::Config;
use crate::engine::decide::{Ground, Seat};
use crate::engine::fit::{date_after, day_offset};
use crate::engine::game::{POLICIES, WheelGame};
use jiff::civil::{Date, Weekday};
use learn::{Field, dice};
use market::futures::{Assumptions, Dividend, Futures, Spread};
use market::{Cents, Style, calendar};
use pricing::smile::{Expiry, SmilePoint, Surface};
use pricing::{Right, Smile, normal};
use wheel::{Book, Lot, Offer, SHARES_PER_CONTRACT, Situation, encoding};

/// Markets of one seed.
#[derive(Clone, Debug)]
pub(crate) struct Markets {
    pub(crate) seed: u64,
    /// Tell games apart by their volatility: calm, ordinary, wild.
    pub(crate) strata: bool,
}

/// Longest life of a listed contract, in days.
const LISTED_DAYS: u16 = 130;

impl Field for Markets {
    type Game = WheelGame;

    fn shape(&self) -> (usize, usize) {
        Markets::SHAPE
    }

    fn draw(&self, number: u64) -> (WheelGame, Situation) {
        let seat = self.seat(number);
        (WheelGame(seat.rules), seat.today)
    }

    fn stratum(&self, number: u64) -> u32 {
        if !self.strata {
            return 0;
        }
        let kinds = Markets::kinds(&self.seat(number));
        match (kinds.contains(&Kind::Calm), kinds.contains(&Kind::Wild)) {
            (true, _) => 0,
            (_, true) => 2,
            _ => 1,
        }
    }
}

impl Markets {
    /// Inputs and policy outputs of every game.
    pub(crate) const SHAPE: (usize, usize) = (encoding::LEN, POLICIES);

    /// The game of this number.
    pub(crate) fn seat(&self, number: u64) -> Seat {
        // A deal that makes no game (a smile that cannot be fitted, a book that is not covered) is dealt again.
        (0..)
            .find_map(|attempt| {
                let mut deck = Deck {
                    seed: self.seed,
                    number,
                    attempt,
                    place: 0,
                };
                deal(&mut deck)
            })
            .expect("most deals make a game")
    }
}

/// What kind of market a game has; one may be of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Rich,
    Fair,
    Cheap,
    Drifting,
    Calm,
    Wild,
    Cash,
    Positions,
    Dividends,
    Costly,
}

impl Kind {
    pub(crate) const ALL: [Kind; 10] = [
        Kind::Rich,
        Kind::Fair,
        Kind::Cheap,
        Kind::Drifting,
        Kind::Calm,
        Kind::Wild,
        Kind::Cash,
        Kind::Positions,
        Kind::Dividends,
        Kind::Costly,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Rich => "options rich (forecast < .88 implied)",
            Kind::Fair => "options fair (.88 to 1)",
            Kind::Cheap => "options cheap (above 1)",
            Kind::Drifting => "drift differs from the rate",
            Kind::Calm => "volatility below 25 %",
            Kind::Wild => "volatility above 50 %",
            Kind::Cash => "starts from cash",
            Kind::Positions => "starts with shares or options",
            Kind::Dividends => "cash dividends",
            Kind::Costly => "spread above 8 % of the mid",
        }
    }
}

impl Markets {
    /// The kinds of a game.
    pub(crate) fn kinds(seat: &Seat) -> Vec<Kind> {
        let futures = &seat.rules.futures;
        let a = &futures.assumptions;
        let today = futures.today();
        let implied = futures.implied_vol(&today, futures.forward(&today, 30), 30);
        let book = &seat.today.book;
        let cash_only = book.shares() == 0 && book.lots().is_empty();
        let ratio = a.forecast_over_implied;
        Kind::ALL
            .into_iter()
            .filter(|kind| match kind {
                Kind::Rich => ratio < 0.88,
                Kind::Fair => (0.88..=1.0).contains(&ratio),
                Kind::Cheap => ratio > 1.0,
                Kind::Drifting => a.drift != futures.rate,
                Kind::Calm => implied < 0.25,
                Kind::Wild => implied > 0.5,
                Kind::Cash => cash_only,
                Kind::Positions => !cash_only,
                Kind::Dividends => !futures.dividends.is_empty(),
                Kind::Costly => futures.spread.fraction_of_mid > 0.08,
            })
            .collect()
    }
}

/// Uniform numbers, each at a place of its own.
struct Deck {
    seed: u64,
    number: u64,
    attempt: u64,
    place: u64,
}

impl Deck {
    fn uniform(&mut self) -> f64 {
        self.place += 1;
        dice::uniform(self.seed, &[self.number, self.attempt, self.place])
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Evenly in the logarithm.
    fn scaled(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    fn normal(&mut self) -> f64 {
        normal::inverse_cdf(self.uniform().clamp(1e-9, 1.0 - 1e-9))
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[((self.uniform() * of.len() as f64) as usize).min(of.len() - 1)]
    }
}

fn deal(deck: &mut Deck) -> Option<Seat> {
    let mut config = Config::default();
    config.objective.risk_aversion = deck.pick(&[0.0, 1.0, 2.0, 2.0, 2.0, 3.0, 4.0]);
    config.objective.horizon_days = deck.pick(&[45, 60, 91, 91, 91, 120]);
    config.actions.interior_days = deck.pick(&[21, 30, 30, 30, 45]);
    config.costs.fee_usd_per_contract = (100.0 * deck.between(0.0, 1.3)).round() / 100.0;
    let style = if deck.chance(0.1) {
        Style::European
    } else {
        Style::American
    };
    let as_of = trading_day(deck);
    let spot = (100.0 * deck.scaled(8.0, 700.0)).round() / 100.0;
    let rate = deck.between(0.0, 0.06);
    let (dividends, dividend_yield) = dividends(deck, spot, as_of);
    let implied_vol = deck.scaled(0.09, 0.9);
    let days = expiries(deck, as_of);
    let surface = surface(deck, spot, rate - dividend_yield, implied_vol, &days)?;
    let assumptions = assumptions(deck, rate, implied_vol);
    let spread = Spread {
        fraction_of_mid: deck.scaled(0.01, 0.2),
        minimum_usd: deck.pick(&[0.01, 0.01, 0.02, 0.05]),
    };
    let last = config.objective.horizon_days as u16
        + 2 * config.actions.max_days.max(config.actions.interior_days) as u16;
    let trading_days = (1..=last)
        .filter(|&day| calendar::is_trading_day(date_after(as_of, day)))
        .collect();
    let futures = Futures::new(
        spot,
        rate,
        dividend_yield,
        dividends,
        surface,
        assumptions,
        spread,
        trading_days,
    );
    let offers = offers(&futures, &days, implied_vol);
    let book = book(deck, spot, style, &offers)?;
    let ground = Ground {
        futures,
        offers: &offers,
        style,
        implied_vol,
    };
    Seat::take(&config, ground, book, None).ok()
}

fn trading_day(deck: &mut Deck) -> Date {
    let mut date = jiff::civil::date(2026, 1, 2)
        .saturating_add(jiff::Span::new().days((364.0 * deck.uniform()) as i64));
    while !calendar::is_trading_day(date) {
        date = date.saturating_add(jiff::Span::new().days(1));
    }
    date
}

fn dividends(deck: &mut Deck, spot: f64, as_of: Date) -> (Vec<Dividend>, f64) {
    let (kind, a_year) = (deck.uniform(), deck.scaled(0.003, 0.04));
    let first = 1 + (90.0 * deck.uniform()) as u16;
    if kind < 0.4 {
        return (Vec::new(), 0.0);
    }
    if kind < 0.6 {
        return (Vec::new(), a_year / 2.0);
    }
    let usd = (100.0 * spot * a_year / 4.0).round().max(1.0) / 100.0;
    let days = (0..3).filter_map(|quarter| {
        let date = date_after(as_of, first + 91 * quarter);
        day_offset(as_of, date).filter(|&day| day > 0)
    });
    (days.map(|ex_day| Dividend { ex_day, usd }).collect(), 0.0)
}

/// Days to every listed expiry.
fn expiries(deck: &mut Deck, as_of: Date) -> Vec<u16> {
    let weekly = deck.chance(0.5);
    let listed = (4..=LISTED_DAYS).filter_map(|day| {
        let date = date_after(as_of, day);
        let third = (15..=21).contains(&date.day());
        let fridays = date.weekday() == Weekday::Friday && (third || (weekly && day <= 63));
        fridays.then(|| day_offset(as_of, date)).flatten()
    });
    listed.filter(|&day| day >= 3).collect()
}

fn surface(
    deck: &mut Deck,
    spot: f64,
    growth: f64,
    implied_vol: f64,
    days: &[u16],
) -> Option<Surface> {
    let (term, skew, bend) = (
        deck.between(-0.12, 0.12),
        deck.between(-0.2, 0.05),
        deck.between(0.0, 0.06),
    );
    let expiry = |&day: &u16| {
        let years = f64::from(day) / 365.0;
        let forward = spot * (growth * years).exp();
        let atm = implied_vol * (f64::from(day) / 30.0).powf(term);
        let points: Vec<SmilePoint> = (-5..=5)
            .map(|step| {
                let z = 0.5 * f64::from(step);
                SmilePoint {
                    strike: forward * (z * atm * years.sqrt()).exp(),
                    vol: atm * (1.0 + skew * z + bend * z * z),
                    weight: 1.0,
                }
            })
            .collect();
        let smile = Smile::fit(&points, forward, years).ok()?;
        Some(Expiry {
            years,
            forward,
            smile,
        })
    };
    Surface::new(days.iter().map(expiry).collect::<Option<Vec<_>>>()?).ok()
}

fn assumptions(deck: &mut Deck, rate: f64, implied_vol: f64) -> Assumptions {
    let ratio = (0.92 * (0.13 * deck.normal()).exp()).clamp(0.6, 1.25);
    let forecast = ratio * implied_vol;
    let extra = deck.between(-0.03, 0.08);
    let jumps = deck.scaled(0.1, 1.0);
    Assumptions {
        drift: rate + if deck.chance(0.6) { 0.0 } else { extra },
        forecast_over_implied: ratio,
        half_life_days: deck.scaled(20.0, 90.0),
        vol_of_vol: deck.between(0.2, 1.0),
        spot_vol_correlation: deck.between(-0.6, 0.1),
        jumps_per_year: if deck.chance(0.25) { 0.0 } else { jumps },
        jump_mean: deck.between(-0.8, 0.0) * forecast,
        jump_sd: deck.between(0.1, 0.5) * forecast,
    }
}

/// What is quoted: strikes within two and a half deviations, at the exchange's steps, prices in whole cents.
fn offers(futures: &Futures, days: &[u16], implied_vol: f64) -> Vec<Offer> {
    let today = futures.today();
    let spot = futures.spot;
    let step = match spot {
        ..25.0 => 0.5,
        25.0..100.0 => 1.0,
        100.0..200.0 => 2.5,
        200.0..500.0 => 5.0,
        _ => 10.0,
    };
    let mut offers = Vec::new();
    for &expiry_day in days {
        let reach = (2.5 * implied_vol * (f64::from(expiry_day) / 365.0).sqrt()).min(0.8);
        let (low, high) = (spot * (-reach).exp() / step, spot * reach.exp() / step);
        for strike in (low.ceil() as i64).max(1)..=high.floor() as i64 {
            let strike = strike as f64 * step;
            for right in [Right::Put, Right::Call] {
                let (bid, ask) = futures.bid_ask(&today, right, strike, expiry_day);
                let (bid, ask) = ((100.0 * bid).floor(), (100.0 * ask).ceil());
                let cents = |cents: f64| Cents::from_usd(cents / 100.0);
                offers.push(Offer {
                    right,
                    strike: Cents::from_usd(strike),
                    expiry_day,
                    sell_at: (bid > 0.0).then(|| cents(bid)),
                    buy_at: Some(cents(ask)),
                    spread_fraction: (bid > 0.0).then(|| 2.0 * (ask - bid) / (ask + bid)),
                    open_interest: Some(1000),
                    delta: futures.delta(&today, right, strike, expiry_day),
                });
            }
        }
    }
    offers
}

fn book(deck: &mut Deck, spot: f64, style: Style, offers: &[Offer]) -> Option<Book> {
    let contract = spot * SHARES_PER_CONTRACT as f64;
    let count = deck.scaled(1.0, 40.0).floor() as i64;
    let spare = deck.between(0.0, 0.6) * contract;
    let kind = deck.uniform();
    let part = deck.between(0.3, 1.0);
    let mut lots = Vec::new();
    let mut sold = |deck: &mut Deck, right: Right, most: f64| {
        let delta = deck.between(0.05, 0.6);
        let near =
            |offer: &&Offer| offer.right == right && (offer.delta.abs() - delta).abs() < 0.15;
        let found: Vec<&Offer> = offers.iter().filter(near).collect();
        let at = deck.uniform();
        let offer = found.get((at * found.len() as f64) as usize)?;
        let contracts = (most * part).ceil() as i32;
        lots.push(Lot {
            right,
            style,
            strike: offer.strike,
            expiry_day: offer.expiry_day,
            contracts: -contracts,
        });
        Some(offer.strike.usd() * SHARES_PER_CONTRACT as f64 * f64::from(contracts))
    };
    let all = count as f64;
    let (cash, shares) = match kind {
        ..0.45 => (all * contract * 1.02 + spare, 0),
        0.45..0.6 => (spare, count),
        0.6..0.75 => {
            sold(deck, Right::Call, all)?;
            (spare, count)
        }
        0.75..0.9 => {
            let reserved = sold(deck, Right::Put, all)?;
            (reserved.max(all * contract) + spare, 0)
        }
        _ => {
            let half = (all / 2.0).ceil();
            sold(deck, Right::Call, half)?;
            let reserved = sold(deck, Right::Put, half)?;
            (reserved + spare, half as i64)
        }
    };
    Book::new(
        Cents::from_usd(cash),
        Cents::ZERO,
        shares * SHARES_PER_CONTRACT,
        &lots,
    )
    .ok()
}
