//! Many years of daily chains of the sample's names, from a seed, one day at a time: the ground that a backtest's mechanics and
//! its statistics are tried on. Never shipped, and evidence of nothing.
//!
//! Volatility, smile, spreads, ticks, ladders and volumes are those of the committed year. What differs, so that nothing tells
//! about the days to come:
//!
//! - draws are independent: they are not scaled to the year's volatility;
//! - prices run forwards from a first close that is a constant of the name and of the number of years:
//!   `last close of the sample * e^(-growth * min(years, 10))`, with the growth that [`Long::default`]'s market can expect. So a
//!   decade ends near the sample's prices on average, and no return was looked at. `SYNVOL` starts high, and grows by 22 % a
//!   year instead of 10 %: with its volatility of 55 % and its crashes, less would take the median decade to pennies;
//! - a 4-for-1 split of `SYNVOL` takes effect ten trading days after a close above $240: a rule over closes that are past;
//! - dividends grow by a fixed rate up to the sample's last, and are declared 100 days ahead at no more than 1.5 % of that
//!   day's close, so that a payer whose price falls pays less; crashes come at seeded dates, two to five years apart, whatever
//!   the price does.
//!
//! Over the decades of the seeds 0 to 199 the lowest and highest closes are $14 and $280 (`SYNIDX`), $6 and $301 (`SYNDIV`), $0.81
//! and $393 (`SYNVOL`: one decade in 200 goes below $1; 204 splits in all). A drift of the rate takes `SYNVOL` lower.
//!
//! A crash is in nobody's forecast, term structure and smile are what the calibration says and not what the process implies:
//! the market of the sample has edges that nobody put in on purpose. [`Long::fair`] has none: volatility is constant but for
//! earnings, log returns are normal, there is no crash, smile, term structure or premium, and the drift is the rate. Then every
//! quote lies around the Black-Scholes value of the very law that moves the price, and only costs are left; with a premium on
//! top, the premium is the edge. (Quotes are European values, never below what exercising pays: a holder's right to exercise
//! early costs nothing, so sellers of puts deep in the money get slightly too little.)

pub(crate) mod save;

use jiff::ToSpan;
use jiff::civil::Weekday::{Friday, Tuesday};
use jiff::civil::{Date, date};

use super::names::{FIRST_DAY, LAST_DAY, NAMES, Name, RATE};
use super::path::{Path, day, mix, round, trading_days};
use super::quotes::{Board, Expiries};
use super::random::Key;
use super::schedule::{self, Quarterly, Schedule};
use super::{SOURCE, SYMBOLS};
use crate::events::{Event, EventKind};
use crate::history::History;
use crate::tape::Tape;
use crate::{Chain, Error};

/// The most years that can be asked for.
pub const YEARS_MAX: u32 = 30;

/// How far ahead of the last day dividends and earnings are known, in calendar days: as far as expiries are listed.
const AHEAD_DAYS: i64 = 100;
/// The largest dividend, as a fraction of the close on the day on which it becomes known.
const DIVIDEND_SHARE_MAX: f64 = 0.015;
/// A close above this is followed by a split of a name that splits.
const SPLIT_ABOVE_USD: f64 = 240.0;
/// New shares per old.
const SPLIT_RATIO: f64 = 4.0;
/// Trading days from such a close to the split.
const SPLIT_NOTICE: usize = 10;
/// Years of growth that the first close makes up for at most.
const GROWTH_YEARS_MAX: u32 = 10;

/// What the long history of a name has beyond [`Name`].
struct Years {
    /// Growth of the price that the first close makes up for, log per year.
    growth: f64,
    /// In place of [`Name::drift`].
    drift: f64,
    /// When dividends go ex, the last one's dollars per share, and how much they grow in a year, a fraction.
    dividends: Option<(Quarterly, f64, f64)>,
    earnings: Option<Quarterly>,
    /// Does it split when the price asks for it?
    splits: bool,
}

/// In the order of [`NAMES`].
const YEARS: [Years; 3] = [
    Years {
        growth: 0.08,
        drift: 0.13,
        dividends: Some((quarterly(3, Friday, 3), 0.29, 0.06)),
        earnings: None,
        splits: false,
    },
    Years {
        growth: 0.015,
        drift: 0.07,
        dividends: Some((quarterly(1, Tuesday, 3), 0.53, 0.03)),
        earnings: Some(quarterly(2, Tuesday, 3)),
        splits: false,
    },
    Years {
        growth: -0.18,
        drift: 0.22,
        dividends: None,
        earnings: Some(quarterly(1, Tuesday, 4)),
        splits: true,
    },
];

const fn quarterly(month: i8, weekday: jiff::civil::Weekday, nth: i8) -> Quarterly {
    Quarterly {
        month,
        weekday,
        nth,
    }
}

/// A market of many years. Same fields, same market.
///
/// ```
/// use market::sample::{LAST_DAY, long::Long};
/// let long = Long { years: 1, ..Long::fair(7) };
/// let last = long.chains("SYNIDX").unwrap().last().unwrap();
/// assert_eq!(last.as_of, LAST_DAY);
/// assert!(last.is_synthetic());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Long {
    /// Same seed, same draws.
    pub seed: u64,
    /// How many years up to [`LAST_DAY`]: 1 to [`YEARS_MAX`].
    pub years: u32,
    /// Implied volatility over the forecast, less one, in place of every name's own. Implied volatility stays; what is realised
    /// changes.
    pub premium: Option<f64>,
    /// Growth of total return, log per year, in place of every name's own; without a risk premium it is [`RATE`].
    pub drift: Option<f64>,
    /// Constant volatility, normal log returns, no crash, no smile and no term structure: see the [module](self).
    pub plain: bool,
    /// Lists only the monthly expiries of the next 100 days: about 40 % of the quotes.
    pub monthly_only: bool,
}

impl Default for Long {
    /// Ten years of the sample's market.
    fn default() -> Long {
        Long {
            seed: super::SEED,
            years: 10,
            premium: None,
            drift: None,
            plain: false,
            monthly_only: false,
        }
    }
}

impl Long {
    /// Ten years in which every option is quoted around what it is worth: nobody has an edge, and costs are all there is.
    pub fn fair(seed: u64) -> Long {
        Long {
            seed,
            premium: Some(0.0),
            drift: Some(RATE),
            plain: true,
            ..Long::default()
        }
    }

    /// The first day of the history, which may be a day on which the exchange is shut.
    ///
    /// # Panics
    /// If `years` is not 1 to [`YEARS_MAX`].
    pub fn first_day(&self) -> Date {
        assert!(
            (1..=YEARS_MAX).contains(&self.years),
            "years is {}, not 1 to {YEARS_MAX}",
            self.years
        );
        let year = FIRST_DAY.year() + 1 - self.years as i16;
        date(year, FIRST_DAY.month(), FIRST_DAY.day())
    }

    /// The days of one name, oldest first; one day is in memory at a time. An unknown symbol is an error.
    pub fn chains(&self, symbol: &str) -> Result<LongChains, Error> {
        let (place, path) = self.path(symbol)?;
        let expiries = if self.monthly_only {
            Expiries::Monthly
        } else {
            Expiries::Weekly
        };
        Ok(LongChains {
            board: Board::new(self.key().at(1000 + place as u64), expiries),
            path,
            next: 0,
        })
    }

    /// The daily prices of one name, as traded, with dividends and splits.
    pub fn history(&self, symbol: &str) -> Result<History, Error> {
        Ok(history(self.path(symbol)?.1))
    }

    /// Dividends, earnings and splits of one name, sorted by day; the next dividend and earnings after the last day included.
    pub fn events(&self, symbol: &str) -> Result<Vec<Event>, Error> {
        Ok(events(&self.path(symbol)?.1))
    }

    fn key(&self) -> Key {
        // Not the draws of the committed year.
        Key::new(self.seed).at(0x10_46)
    }

    /// A name as this market has it.
    fn name(&self, place: usize) -> Name {
        let mut name = NAMES[place];
        name.premium = self.premium.unwrap_or(name.premium);
        name.drift = self.drift.unwrap_or(YEARS[place].drift);
        if self.plain {
            (name.vol_of_vol, name.rho, name.eta, name.term) = (0.0, 0.0, 0.0, [1.0; 3]);
        }
        name
    }

    /// The name's place in [`NAMES`] and its prices.
    fn path(&self, symbol: &str) -> Result<(usize, Path), Error> {
        let place = NAMES.iter().position(|name| name.symbol == symbol);
        let place = place.ok_or_else(|| Error::SymbolAbsent {
            file: "synthetic sample".to_owned(),
            symbol: symbol.to_owned(),
            seen: SYMBOLS.map(str::to_owned).to_vec(),
        })?;
        let (first, key, years) = (self.first_day(), self.key(), &YEARS[place]);
        let name = self.name(place);
        let dates = trading_days(first, LAST_DAY);
        let until = LAST_DAY.saturating_add(AHEAD_DAYS.days());
        let dividends =
            years
                .dividends
                .as_ref()
                .map_or(Vec::new(), |(when, amount_usd, growth)| {
                    schedule::dividends(&when.days(first, until), *amount_usd, *growth)
                });
        let schedule = Schedule {
            dividends,
            earnings: years
                .earnings
                .as_ref()
                .map_or(Vec::new(), |when| when.days(first, until)),
            crash: if self.plain {
                Default::default()
            } else {
                schedule::crashes(&dates, key.at(900))
            },
        };
        let draw = |part: u64| -> Vec<f64> {
            (0..dates.len() as u64)
                .map(|day| key.at(part).at(day).normal())
                .collect()
        };
        let part = 16 * place as u64;
        let z: Vec<f64> = draw(0)
            .into_iter()
            .zip(draw(part + 1))
            .map(|(all, own)| mix(name.market, all, own))
            .collect();
        let key = key.at(part + 3);
        let mut path = Path::new(name, schedule, &dates, &z, &draw(part + 2), key);
        let span = self.years.min(GROWTH_YEARS_MAX);
        let from_usd = name.last_usd * (-years.growth * f64::from(span)).exp();
        prices(&mut path, &dates, from_usd, years.splits, key);
        Ok((place, path))
    }
}

/// Closes forwards from the first one, and the dividends that they can carry. What is carried on is not rounded to the cent, so
/// that rounding adds up to nothing.
fn prices(path: &mut Path, dates: &[Date], from_usd: f64, splits: bool, key: Key) {
    let mut exact_usd = from_usd;
    let mut split_at = None;
    let mut declared = 0;
    for (t, &date) in dates.iter().enumerate() {
        let known = date.saturating_add(AHEAD_DAYS.days());
        for due in &mut path.schedule.dividends[declared..] {
            if due.ex_date > known {
                break;
            }
            due.amount_usd = due
                .amount_usd
                .min(round(DIVIDEND_SHARE_MAX * exact_usd, 2).max(0.01));
            declared += 1;
        }
        let split = if split_at == Some(t) {
            split_at = None;
            SPLIT_RATIO
        } else {
            1.0
        };
        let dividend_usd = path
            .schedule
            .dividends
            .iter()
            .find(|paid| paid.ex_date == date)
            .map_or(0.0, |paid| paid.amount_usd);
        let before_usd = exact_usd / split - dividend_usd;
        let log_return = path.returns[t];
        exact_usd = round(exact_usd * log_return.exp() / split - dividend_usd, 6).max(0.01);
        path.days.push(day(
            &path.name,
            key.at(t as u64),
            date,
            (before_usd, round(exact_usd, 2)),
            log_return,
            (dividend_usd, split),
        ));
        if splits && split_at.is_none() && exact_usd > SPLIT_ABOVE_USD {
            split_at = Some(t + SPLIT_NOTICE);
        }
    }
}

fn history(path: Path) -> History {
    History {
        symbol: Some(path.name.symbol.to_owned()),
        rows_read: path.days.len(),
        days: path.days,
        notes: Vec::new(),
    }
}

fn events(path: &Path) -> Vec<Event> {
    let event = |date, kind| Event {
        symbol: path.name.symbol.to_owned(),
        date,
        kind,
    };
    let paid = path.schedule.dividends.iter().map(|due| {
        let amount_usd = due.amount_usd;
        event(due.ex_date, EventKind::ExDividend { amount_usd })
    });
    let reports = path.schedule.earnings.iter();
    let split = path.days.iter().filter(|day| day.split != 1.0).map(|day| {
        let ratio = day.split;
        event(day.date, EventKind::Split { ratio })
    });
    let mut events: Vec<Event> = paid
        .chain(reports.map(|date| event(*date, EventKind::Earnings)))
        .chain(split)
        .collect();
    events.sort_by_key(|event| event.date);
    events
}

/// The days of one name, made one at a time.
pub struct LongChains {
    path: Path,
    board: Board,
    /// The place of the next day.
    next: usize,
}

impl LongChains {
    /// The prices behind the chains: the whole of them, also of days that were not handed out yet.
    pub fn history(self) -> History {
        history(self.path)
    }
}

impl Iterator for LongChains {
    type Item = Chain;

    fn next(&mut self) -> Option<Chain> {
        let (as_of, spot_usd) = self
            .path
            .days
            .get(self.next)
            .map(|day| (day.date, day.close_usd))?;
        let mut quotes = Vec::new();
        self.board
            .quote(&self.path, self.next, &mut |quote| quotes.push(quote));
        crate::ingest::sort_quotes(&mut quotes);
        self.next += 1;
        Some(Chain {
            symbol: self.path.name.symbol.to_owned(),
            as_of,
            spot_usd: Some(spot_usd),
            rate: None,
            source: SOURCE.to_owned(),
            quotes,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.path.days.len() - self.next;
        (left, Some(left))
    }
}

impl Tape for LongChains {
    fn next_day(&mut self) -> Result<Option<Chain>, Error> {
        Ok(self.next())
    }
}

#[cfg(test)]
mod tests;
