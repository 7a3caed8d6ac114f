//! What anybody could do without us, on real chains: each a few lines, so that a reader can check what we compare with.

use super::{Error, Today, Trader};
use crate::uniform;
use jiff::civil::{Date, Weekday};
use market::{Cents, Quote};
use pricing::Right;
use wheel::action::{Grid, Limits, Table};
use wheel::{Action, Book, Kind, Leg, Lot, SHARES_PER_CONTRACT};

/// All cash, all the time.
pub struct Bills;

impl Trader for Bills {
    fn name(&self) -> String {
        "T-bills".to_owned()
    }

    fn decide(&mut self, _: &Today<'_>) -> Result<Option<Action>, Error> {
        Ok(None)
    }
}

/// Buys the share on the first day with all cash, and more of it with every dividend.
pub struct BuyAndHold;

impl Trader for BuyAndHold {
    fn name(&self) -> String {
        "buy and hold".to_owned()
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error> {
        Ok(buy(today, affordable(today, 1)).map(|leg| Action::new(Kind::BuyShares, &[leg])))
    }
}

/// The fixed rule: with nothing open, the put (on shares, the call) nearest to a delta, of the expiry nearest to so many days, held to
/// its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Absolute delta of what is sold.
    pub delta: f64,
    /// Calendar days to expiry of what is sold.
    pub days: u16,
}

impl Default for Rule {
    /// The rule of thumb: 30 delta, 45 days.
    fn default() -> Rule {
        Rule {
            delta: 0.30,
            days: 45,
        }
    }
}

impl Trader for Rule {
    fn name(&self) -> String {
        format!("rule: {:.0} delta, {} days", 100.0 * self.delta, self.days)
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error> {
        if !today.book.lots().is_empty() {
            return Ok(None);
        }
        let called = today.book.shares() >= SHARES_PER_CONTRACT;
        let right = if called { Right::Call } else { Right::Put };
        let Some(expiry) = nearest_expiry(today, self.days) else {
            return Ok(None);
        };
        let distance = |quote: &&Quote| {
            let rate = today.terms.rate;
            let delta = super::delta(quote, today.spot.usd(), today.date(), rate)?;
            Some((delta.abs() - self.delta).abs())
        };
        let listed =
            quoted(today, right, expiry).filter_map(|quote| Some((distance(&quote)?, quote)));
        let Some((_, quote)) = listed.min_by(|a, b| a.0.total_cmp(&b.0)) else {
            return Ok(None);
        };
        let kind = if called {
            Kind::SellCall
        } else {
            Kind::SellPut
        };
        let count = if called {
            today.book.shares() / SHARES_PER_CONTRACT
        } else {
            puts(today, quote)
        };
        Ok(sell(today, quote, count).map(|leg| Action::new(kind, &[leg])))
    }
}

/// Every month a put at the money, cash-secured; what is assigned is sold at once. After Cboe's PutWrite index, with whole contracts
/// and at our fills.
pub struct PutWrite;

impl Trader for PutWrite {
    fn name(&self) -> String {
        "put-write, monthly at the money".to_owned()
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error> {
        if !today.book.lots().is_empty() {
            return Ok(None);
        }
        let shares = today.book.shares();
        if shares > 0 {
            let price = today.terms.fills.share_price(today.spot, true);
            let leg = Leg::Shares {
                count: -shares,
                price,
            };
            return Ok(Some(Action::new(Kind::SellShares, &[leg])));
        }
        let Some(expiry) = next_monthly(today) else {
            return Ok(None);
        };
        let below = quoted(today, Right::Put, expiry)
            .filter(|quote| quote.contract.strike_usd <= today.spot.usd() + 0.005)
            .max_by(|a, b| a.contract.strike_usd.total_cmp(&b.contract.strike_usd));
        Ok(below
            .and_then(|quote| sell(today, quote, puts(today, quote)))
            .map(|leg| Action::new(Kind::SellPut, &[leg])))
    }
}

/// The share, and every month a call at the money on it; what is called away is bought back. After Cboe's BuyWrite index, likewise.
pub struct BuyWrite;

impl Trader for BuyWrite {
    fn name(&self) -> String {
        "buy-write, monthly at the money".to_owned()
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error> {
        if !today.book.lots().is_empty() {
            return Ok(None);
        }
        let Some(expiry) = next_monthly(today) else {
            return Ok(None);
        };
        let more = affordable(today, SHARES_PER_CONTRACT);
        let above = quoted(today, Right::Call, expiry)
            .filter(|quote| quote.contract.strike_usd >= today.spot.usd() - 0.005)
            .min_by(|a, b| a.contract.strike_usd.total_cmp(&b.contract.strike_usd));
        let count = (today.book.shares() + more) / SHARES_PER_CONTRACT;
        let legs: Vec<Leg> = buy(today, more)
            .into_iter()
            .chain(above.and_then(|quote| sell(today, quote, count)))
            .collect();
        let kind = if more > 0 {
            Kind::BuyShares
        } else {
            Kind::SellCall
        };
        Ok(Some(Action::new(kind, &legs)))
    }
}

/// Once a week any line of the menu that a plan would choose from, each as likely as the others.
pub struct Random {
    /// Of the draws.
    pub seed: u64,
    /// The menu's grid.
    pub grid: Grid,
    /// The menu's limits.
    pub limits: Limits,
    /// Trading days seen.
    days: u64,
}

impl Random {
    /// A random policy over menus of this grid and these limits.
    pub fn new(seed: u64, grid: Grid, limits: Limits) -> Random {
        Random {
            seed,
            grid,
            limits,
            days: 0,
        }
    }
}

impl Trader for Random {
    fn name(&self) -> String {
        "random legal policy".to_owned()
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error> {
        self.days += 1;
        if self.days % 5 != 1 || today.settles_tonight() {
            return Ok(None);
        }
        // The menu counts days from today.
        let lots: Vec<Lot> = today
            .book
            .lots()
            .iter()
            .map(|lot| Lot {
                expiry_day: lot.expiry_day.saturating_sub(today.day),
                ..*lot
            })
            .collect();
        let Ok(book) = Book::new(today.book.cash(), Cents::ZERO, today.book.shares(), &lots) else {
            return Ok(None);
        };
        let offers: Vec<_> = today
            .chain
            .quotes
            .iter()
            .filter_map(|quote| today.offer(quote))
            .filter(|offer| offer.expiry_day > today.day)
            .map(|offer| wheel::Offer {
                expiry_day: offer.expiry_day - today.day,
                ..offer
            })
            .collect();
        let delta = |lot: &Lot| {
            let same = |o: &&wheel::Offer| {
                (o.right, o.strike, o.expiry_day) == (lot.right, lot.strike, lot.expiry_day)
            };
            offers.iter().find(same).map_or(0.0, |offer| {
                offer.delta * f64::from(lot.contracts) * SHARES_PER_CONTRACT as f64
            })
        };
        let moved = book.shares() as f64 + book.lots().iter().map(delta).sum::<f64>();
        let table = Table {
            book: &book,
            offers: &offers,
            spot: today.spot,
            wealth_usd: today.wealth.usd(),
            dollar_delta: moved * today.spot.usd(),
            costs: &today.terms.costs,
        };
        let menu = table.menu(&self.grid, &self.limits);
        let place = uniform(self.seed, self.days) * menu.actions.len() as f64;
        let action = &menu.actions[(place as usize).min(menu.actions.len() - 1)];
        Ok(Some(later(action, today.day)))
    }
}

/// The same action with its days counted from the account's first instead of from a day of it.
pub fn later(action: &Action, day: u16) -> Action {
    let legs: Vec<Leg> = action
        .legs()
        .iter()
        .map(|leg| match *leg {
            Leg::Option {
                right,
                strike,
                expiry_day,
                contracts,
                price,
            } => Leg::Option {
                right,
                strike,
                expiry_day: expiry_day + day,
                contracts,
                price,
            },
            shares => shares,
        })
        .collect();
    Action::new(action.kind(), &legs)
}

/// Contracts of one expiry and right that can be sold now.
fn quoted<'a>(today: &'a Today<'_>, right: Right, expiry: Date) -> impl Iterator<Item = &'a Quote> {
    super::marks::expiring(today.chain, expiry)
        .iter()
        .filter(move |quote| {
            quote.contract.right == right && today.terms.fills.price(quote, true).is_ok()
        })
}

/// The expiry nearest to so many days ahead, the earlier of two; not tomorrow's.
fn nearest_expiry(today: &Today<'_>, days: u16) -> Option<Date> {
    expiries(today)
        .filter(|expiry| (*expiry - today.date()).get_days() > 1)
        .min_by_key(|expiry| ((*expiry - today.date()).get_days() - i32::from(days)).abs())
}

/// The next third Friday (or the trading day before it) that is two weeks away at least.
fn next_monthly(today: &Today<'_>) -> Option<Date> {
    let monthly = |expiry: &Date| {
        let friday = if expiry.weekday() == Weekday::Friday {
            *expiry
        } else {
            expiry.saturating_add(jiff::Span::new().days(1))
        };
        friday.weekday() == Weekday::Friday && (15..=21).contains(&friday.day())
    };
    expiries(today)
        .filter(|expiry| (*expiry - today.date()).get_days() >= 14)
        .find(monthly)
}

/// Every expiry of the chain, ascending.
fn expiries<'a>(today: &'a Today<'_>) -> impl Iterator<Item = Date> + 'a {
    let mut last = None;
    today
        .chain
        .quotes
        .iter()
        .map(|quote| quote.contract.expiry)
        .filter(move |expiry| {
            let new = last != Some(*expiry);
            last = Some(*expiry);
            new
        })
}

/// Puts that cash secures, their own premium counted.
fn puts(today: &Today<'_>, quote: &Quote) -> i64 {
    let premium = today.terms.fills.price(quote, true).unwrap_or(Cents::ZERO);
    let strike = Cents::from_usd(quote.contract.strike_usd);
    let one = (strike - premium) * SHARES_PER_CONTRACT + today.terms.costs.per_contract;
    if one <= Cents::ZERO {
        0
    } else {
        today.book.free_cash().0.max(0) / one.0
    }
}

fn sell(today: &Today<'_>, quote: &Quote, count: i64) -> Option<Leg> {
    let price = today.terms.fills.price(quote, true).ok()?;
    let contracts = i32::try_from(count).ok().filter(|count| *count > 0)?;
    Some(Leg::Option {
        right: quote.contract.right,
        strike: Cents::from_usd(quote.contract.strike_usd),
        expiry_day: today.day_of(quote.contract.expiry)?,
        contracts: -contracts,
        price,
    })
}

/// Shares that free cash buys, in lots of so many.
fn affordable(today: &Today<'_>, lot: i64) -> i64 {
    let price = today.terms.fills.share_price(today.spot, false).usd();
    let one = (price + today.terms.costs.per_share_usd) * lot as f64;
    // Half a cent for the rounding of the fee.
    ((today.book.free_cash().usd() - 0.005).max(0.0) / one).floor() as i64 * lot
}

fn buy(today: &Today<'_>, count: i64) -> Option<Leg> {
    (count > 0).then(|| Leg::Shares {
        count,
        price: today.terms.fills.share_price(today.spot, false),
    })
}
