//! A policy lives through the past: chain after chain, with every fill, fee, assignment, dividend and split.
//!
//! ```text
//! morning    splits, dividends of shares held last night, interest of the days since, what was ordered yesterday if orders wait
//! close      the trader decides, seeing this chain and what came before; orders fill at these quotes, or do not
//! evening    holders exercise early, what expires today is settled at the close
//! night      everything is marked: cash + shares at the close + options at the middle of their quotes
//! ```
//! What a trader sees is [`Today`]: it holds no later day, and the tape behind it cannot be wound forward. The ledger is the wheel's
//! own [`Book`]; beside it every cash flow is written down once as an [`Entry`], and the two must agree every night to the cent.
//!
//! Early exercise is the holder's and optimal: a put below the American boundary at the contract's own volatility, unless a dividend is
//! still announced before its end; a call on the eve of an ex-date where it is worth less after it. Contracts that are not quoted are
//! marked by Black-Scholes at the volatility of their neighbours, and counted.
//!
//! Not modelled: taxes, margin, several symbols in one book, trades after the close, exercise against one's interest, and the market's
//! answer to our orders beyond their size.

mod account;
pub mod audit;
mod fills;
pub mod forward;
mod lens;
mod marks;
pub mod score;
#[cfg(test)]
mod tests;
pub mod traders;

pub use account::{Account, Defect};
pub use fills::{Fills, NoFill, Price};
pub use lens::Lens;
pub use marks::{MarkedBy, delta};

use jiff::civil::Date;
use market::history::History;
use market::{Cents, Chain, Quote, Style};
use pricing::Right;
use wheel::book::Ending;
use wheel::{Action, Book, Costs, Kind, Lot, Offer};

/// The conditions under which an account trades.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// Cash on the first day.
    pub capital: Cents,
    /// What cash earns, continuously compounded, fraction per year; also what options are discounted by.
    pub rate: f64,
    /// What a debt costs above that.
    pub debit_spread: f64,
    /// Commissions, assignment and regulatory fees.
    pub costs: Costs,
    /// At which prices, and how much, orders fill.
    pub fills: Fills,
    /// Days before an ex-date from which its dividend is known.
    pub dividend_notice_days: u16,
}

/// What happens to the underlying, from whatever file says so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corporate {
    /// Ex-date and dollars per share, by date.
    pub dividends: Vec<(Date, f64)>,
    /// First day after the split and new shares per old, by date.
    pub splits: Vec<(Date, f64)>,
    /// Last day of the share, and what each was paid.
    pub delisting: Option<(Date, f64)>,
}

/// What is known at the close of one day, and nothing later.
pub struct Today<'a> {
    /// The quotes.
    pub chain: &'a Chain,
    /// The close.
    pub spot: Cents,
    /// Calendar days since the first day: the days of the book's lots count from there too.
    pub day: u16,
    /// What the account owns and owes.
    pub book: &'a Book,
    /// Cash, shares and options as they are marked.
    pub wealth: Cents,
    /// Closes up to and with today.
    pub past: &'a History,
    /// Dividends announced and still to come, by ex-date.
    pub dividends: &'a [(Date, f64)],
    /// The account's conditions.
    pub terms: &'a Terms,
}

impl Today<'_> {
    /// The date.
    pub fn date(&self) -> Date {
        self.chain.as_of
    }

    /// The date of a day of this account.
    pub fn date_of(&self, day: u16) -> Date {
        let ahead = i64::from(day) - i64::from(self.day);
        self.date().saturating_add(jiff::Span::new().days(ahead))
    }

    /// The day of this account on which a contract last trades, or `None` before the first.
    pub fn day_of(&self, expiry: Date) -> Option<u16> {
        let last = market::calendar::trading_day_at_or_before(expiry);
        u16::try_from(i64::from(self.day) + i64::from((last - self.date()).get_days())).ok()
    }

    /// What a contract would trade at now, by the account's fills.
    pub fn offer(&self, quote: &Quote) -> Option<Offer> {
        let fills = &self.terms.fills;
        let price = |selling| fills.price(quote, selling).ok();
        Some(Offer {
            right: quote.contract.right,
            strike: Cents::from_usd(quote.contract.strike_usd),
            expiry_day: self.day_of(quote.contract.expiry)?,
            sell_at: price(true),
            buy_at: price(false),
            spread_fraction: match (quote.bid_usd, quote.ask_usd) {
                (Some(bid), Some(ask)) => Some(2.0 * (ask - bid) / (ask + bid)),
                _ => None,
            },
            open_interest: quote.open_interest,
            delta: delta(quote, self.spot.usd(), self.date(), self.terms.rate)?,
        })
    }

    /// Does anything expire at this close? What becomes of it is known tomorrow.
    pub fn settles_tonight(&self) -> bool {
        self.book
            .lots()
            .iter()
            .any(|lot| lot.expiry_day <= self.day)
    }
}

/// Answers each close with an action.
///
/// Days of the action's legs count as those of the book; its prices are the trader's guess, the account fills by its own.
pub trait Trader {
    /// What the report calls it.
    fn name(&self) -> String;

    /// What to do now; `None`: nothing.
    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error>;
}

/// Why a contract ended or a trade was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    /// The trader asked for it: an action of this kind, decided on that day.
    Order(Kind, Date),
    /// A lot ended without the trader's doing.
    Ended(Ending),
    /// A split after which contracts would not be on 100 shares: they are bought back on its eve.
    UnevenSplit,
    /// The share was taken from the exchange.
    Delisted,
}

/// What changed hands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// Contracts; positive: bought, or a short one that ended.
    Contracts {
        /// Call or put.
        right: Right,
        /// Exercise price.
        strike: Cents,
        /// Last trading day.
        expiry: Date,
        /// How many.
        count: i32,
    },
    /// Shares; negative: sold, or called away.
    Shares(i64),
    /// A dividend on shares held.
    Dividend,
    /// New shares for old ones.
    Split(f64),
}

/// One line of the account's statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub date: Date,
    /// What.
    pub what: What,
    /// Why; `None` for dividends and splits.
    pub why: Option<Cause>,
    /// Per share.
    pub price: Cents,
    /// Commissions and assignment fees.
    pub fees: Cents,
    /// What the account received, fees taken off; negative: paid.
    pub cash: Cents,
    /// Bid and ask in dollars behind the price of a trade in options, as far as there were.
    pub quote: Option<(Option<f64>, Option<f64>)>,
    /// Delta of the holder at that close, of a trade in options: what a rule by delta saw.
    pub delta: Option<f64>,
    /// Close of the share.
    pub spot: Cents,
    /// Which round it belongs to: a position from the first contract opened to flat, counted from 1; 0: none.
    pub round: u32,
}

impl Entry {
    /// A line without cause, price or cash.
    fn new(date: Date, what: What, spot: Cents) -> Entry {
        Entry {
            date,
            what,
            why: None,
            price: Cents::ZERO,
            fees: Cents::ZERO,
            cash: Cents::ZERO,
            quote: None,
            delta: None,
            spot,
            round: 0,
        }
    }
}

/// One position on one night.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// The lot, its days counted from the account's first.
    pub lot: Lot,
    /// Its last trading day.
    pub expiry: Date,
    /// Dollars per share.
    pub price_usd: f64,
    /// Where the price comes from.
    pub by: MarkedBy,
    /// Delta of the holder.
    pub delta: f64,
}

/// One night.
#[derive(Clone, Debug, PartialEq)]
pub struct Night {
    /// The trading day that ends.
    pub date: Date,
    /// Close of the share.
    pub spot: Cents,
    /// Cash.
    pub cash: Cents,
    /// Shares held.
    pub shares: i64,
    /// Options at their marks; negative: owed.
    pub options: Cents,
    /// All of it.
    pub equity: Cents,
    /// Interest booked this morning; negative: paid.
    pub interest: Cents,
    /// What an account in bills would have earned since the night before, as a fraction.
    pub bill_return: f64,
    /// What the share returned since the night before, dividends and splits included, as a fraction.
    pub share_return: f64,
    /// Shares that the position moves like, times the close, over equity.
    pub exposure: f64,
    /// Every lot.
    pub marks: Vec<Mark>,
}

/// An order that was not carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfilled {
    /// The day on which it should have been.
    pub date: Date,
    /// Its kind.
    pub kind: Kind,
    /// Why not.
    pub why: NoFill,
}

/// Everything that became of one account.
#[derive(Clone, Debug)]
pub struct Run {
    /// The trader.
    pub name: String,
    /// Its conditions.
    pub terms: Terms,
    /// One for each trading day.
    pub nights: Vec<Night>,
    /// Every cash flow but interest.
    pub entries: Vec<Entry>,
    /// Orders that were not carried out.
    pub unfilled: Vec<Unfilled>,
    /// Orders of which only a part was filled: what was asked for was more than the market's size.
    pub partly: u32,
    /// What the reader must know.
    pub notes: Vec<String>,
}

/// What stops a backtest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data.
    #[error(transparent)]
    Market(#[from] market::Error),
    /// A chain without the price of the share.
    #[error("{symbol} on {date}: no price of the share; give a file that has it")]
    NoSpot {
        /// Which.
        symbol: String,
        /// When.
        date: Date,
    },
    /// The books do not agree: a defect of this program, or planted.
    #[error("{trader} on {date}: {what}")]
    Broken {
        /// Whose account.
        trader: String,
        /// When.
        date: Date,
        /// What does not agree, with both values.
        what: String,
    },
    /// More days than an account can count.
    #[error("{date} is more than {limit} days after the first day: take a shorter period")]
    TooLong {
        /// The day.
        date: Date,
        /// Days that can be counted.
        limit: u16,
    },
    /// A policy could not decide.
    #[error("{trader} on {date}: {why}")]
    Trader {
        /// Which.
        trader: String,
        /// When.
        date: Date,
        /// Why.
        why: String,
    },
    /// The user asked to stop.
    #[error("stopped on {date}")]
    Stopped {
        /// The last day that was lived through.
        date: Date,
    },
}

impl Run {
    /// What the account was worth at first and at last.
    pub fn ends(&self) -> Option<(&Night, &Night)> {
        Some((self.nights.first()?, self.nights.last()?))
    }

    /// Returns of each night over the one before; the first over the capital.
    pub fn returns(&self) -> Vec<f64> {
        let mut before = self.terms.capital.usd();
        let nights = self.nights.iter().map(|night| {
            let now = night.equity.usd();
            let gain = now / before - 1.0;
            before = now;
            gain
        });
        nights.collect()
    }

    /// What is left of [`Run::excess`] without the share's part: each day's excess return less the exposure of the night before times what the
    /// share returned over bills. A mix of share and bills with the same exposure would have had the rest.
    pub fn net(&self) -> Vec<f64> {
        let mut exposure = 0.0;
        let days = self.excess().into_iter().zip(&self.nights);
        days.map(|(excess, night)| {
            let net = excess - exposure * (night.share_return - night.bill_return);
            exposure = if night.exposure.is_finite() {
                night.exposure
            } else {
                0.0
            };
            net
        })
        .collect()
    }

    /// [`Run::returns`] less what bills paid.
    pub fn excess(&self) -> Vec<f64> {
        let returns = self.returns();
        returns
            .iter()
            .zip(&self.nights)
            .map(|(r, night)| r - night.bill_return)
            .collect()
    }
}

/// American, unless the chain says otherwise.
pub(crate) fn style_of(chain: &Chain) -> Style {
    chain
        .quotes
        .first()
        .map_or(Style::American, |quote| quote.contract.style)
}
