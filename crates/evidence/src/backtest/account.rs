//! One account and its days.

use super::fills::NoFill;
use super::marks::{Asked, Close, find, model_delta, years};
use super::{
    Cause, Corporate, Entry, Error, Mark, Night, Run, Terms, Today, Trader, Unfilled, What,
    style_of,
};
use jiff::civil::Date;
use market::history::{Day, History};
use market::{Cents, Chain, Style, calendar};
use pricing::Right;
use pricing::american::Boundary;
use std::collections::BTreeMap;
use wheel::book::Ending;
use wheel::{Action, Book, Kind, Leg, Lot, SHARES_PER_CONTRACT};

/// A trader with a book, stepping through the days of a tape.
pub struct Account<'a> {
    trader: Box<dyn Trader + 'a>,
    terms: Terms,
    corporate: Corporate,
    book: Book,
    past: History,
    first: Option<Date>,
    /// Last volatility of each lot.
    vols: BTreeMap<(u8, i64, u16), f64>,
    /// Ordered, and the trading days it still waits.
    waiting: Option<(Action, Date, u16)>,
    /// Rounds opened so far, and whether one is open.
    round: u32,
    /// Cash as the statement has it.
    told: Cents,
    gone: bool,
    /// The chain of the day before, for the defect that trades at it.
    yesterday: Option<Chain>,
    run: Run,
    defect: Option<Defect>,
}

/// A mistake that backtests make, planted on purpose: see [`super::audit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    /// Orders fill at the quotes of the day before.
    StaleFills,
    /// Premium is credited when sold, and again when the option expires worthless.
    DoublePremium,
    /// Shares are carried at what they cost.
    UnmarkedShares,
    /// Trades cost nothing.
    FreeTrades,
}

impl<'a> Account<'a> {
    /// An account all in cash. `past`: closes before the first day of the tape, for traders that look back.
    pub fn new(
        trader: Box<dyn Trader + 'a>,
        terms: Terms,
        corporate: Corporate,
        past: History,
    ) -> Account<'a> {
        let book = Book::new(terms.capital, Cents::ZERO, 0, &[]).expect("cash alone is secured");
        Account {
            run: Run {
                name: trader.name(),
                terms: terms.clone(),
                nights: Vec::new(),
                entries: Vec::new(),
                unfilled: Vec::new(),
                partly: 0,
                notes: Vec::new(),
            },
            trader,
            told: terms.capital,
            yesterday: None,
            terms,
            corporate,
            book,
            past,
            first: None,
            vols: BTreeMap::new(),
            waiting: None,
            round: 0,
            gone: false,
            defect: None,
        }
    }

    /// The same with a defect in it.
    pub fn with(mut self, defect: Defect) -> Account<'a> {
        self.defect = Some(defect);
        self
    }

    /// What has become of it so far.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// What became of it.
    pub fn finish(self) -> Run {
        self.run
    }

    /// Lives through one day.
    pub fn step(&mut self, chain: &Chain) -> Result<(), Error> {
        if self.gone {
            return Ok(());
        }
        let date = chain.as_of;
        let spot = Cents::from_usd(chain.spot_usd.ok_or_else(|| Error::NoSpot {
            symbol: chain.symbol.clone(),
            date,
        })?);
        let first = *self.first.get_or_insert(date);
        let day = u16::try_from((date - first).get_days()).map_err(|_| Error::TooLong {
            date,
            limit: u16::MAX,
        })?;
        let before = self.run.nights.last().map(|night| night.date);
        let (interest, bill_return) = self.morning(before, date, spot)?;
        self.carry_out(chain, spot);
        let announced = self.announced(date);
        let ordered = self.ask(chain, day, spot, &announced)?;
        if let Some(action) = ordered {
            self.waiting = Some((action, date, self.terms.fills.delay));
            self.carry_out(chain, spot);
        }
        self.eve_of_uneven_split(chain, spot);
        let close = Close {
            chain,
            spot: spot.usd(),
            rate: self.terms.rate,
            dividends: &announced,
        };
        self.evening(&close, date, day, spot);
        self.delist(date, spot);
        self.night(&close, spot, interest, bill_return)?;
        if self.defect == Some(Defect::StaleFills) {
            self.yesterday = Some(chain.clone());
        }
        Ok(())
    }

    /// Splits, dividends and interest since the night before.
    fn morning(
        &mut self,
        before: Option<Date>,
        date: Date,
        spot: Cents,
    ) -> Result<(Cents, f64), Error> {
        let Some(before) = before else {
            self.remember(date, spot, 0.0, 1.0);
            return Ok((Cents::ZERO, 0.0));
        };
        let years = years(before, date);
        let was = self.book.cash();
        self.book.earn_interest(self.terms.rate, years);
        self.book
            .pay_interest(self.terms.rate + self.terms.debit_spread, years);
        let interest = self.book.cash() - was;
        let within = |day: &Date| *day > before && *day <= date;
        let (mut paid, mut ratio) = (0.0, 1.0);
        // On one day the split comes first: a dividend is told in new shares.
        for (_, split) in self
            .corporate
            .splits
            .clone()
            .into_iter()
            .filter(|(day, _)| within(day))
        {
            self.split(date, split, spot)?;
            ratio *= split;
        }
        for (_, usd) in self
            .corporate
            .dividends
            .clone()
            .into_iter()
            .filter(|(day, _)| within(day))
        {
            let was = self.book.cash();
            self.book.receive_dividend(usd);
            paid += usd;
            let cash = self.book.cash() - was;
            if cash != Cents::ZERO {
                self.enter(Entry {
                    price: Cents::from_usd(usd),
                    cash,
                    ..Entry::new(date, What::Dividend, spot)
                });
            }
        }
        self.remember(date, spot, paid, ratio);
        Ok((interest, (self.terms.rate * years).exp_m1()))
    }

    fn remember(&mut self, date: Date, spot: Cents, dividend_usd: f64, split: f64) {
        self.past.days.push(Day {
            date,
            open_usd: None,
            high_usd: None,
            low_usd: None,
            close_usd: spot.usd(),
            dividend_usd,
            split,
        });
    }

    /// Of the last day that was remembered, over the one before; 0 on the first of all.
    fn share_return(&self) -> f64 {
        match self.past.days.as_slice() {
            [.., before, now] if self.run.nights.last().is_some() => {
                (now.close_usd + now.dividend_usd) * now.split / before.close_usd - 1.0
            }
            _ => 0.0,
        }
    }

    fn split(&mut self, date: Date, ratio: f64, spot: Cents) -> Result<(), Error> {
        if let Some((action, ..)) = self.waiting.take() {
            self.unfilled(date, action.kind(), NoFill::Split);
        }
        let was = self.book.cash();
        let split = self.book.split(ratio, spot);
        split.map_err(|error| self.broken(date, error.to_string()))?;
        self.vols.clear();
        let cash = self.book.cash() - was;
        if self.book.shares() > 0 || !self.book.lots().is_empty() {
            self.enter(Entry {
                price: spot,
                cash,
                ..Entry::new(date, What::Split(ratio), spot)
            });
        }
        Ok(())
    }

    /// Dividends known at a close and still to come.
    fn announced(&self, date: Date) -> Vec<(Date, f64)> {
        let notice = i32::from(self.terms.dividend_notice_days);
        let known = |ex: Date| ex > date && (ex - date).get_days() <= notice;
        self.corporate
            .dividends
            .iter()
            .copied()
            .filter(|(ex, _)| known(*ex))
            .collect()
    }

    fn ask(
        &mut self,
        chain: &Chain,
        day: u16,
        spot: Cents,
        announced: &[(Date, f64)],
    ) -> Result<Option<Action>, Error> {
        // One order at a time: what waits is not decided again.
        if self.waiting.is_some() {
            return Ok(None);
        }
        let close = Close {
            chain,
            spot: spot.usd(),
            rate: self.terms.rate,
            dividends: announced,
        };
        let options: Cents = self.marks(&close).iter().map(worth).sum();
        let today = Today {
            chain,
            spot,
            day,
            book: &self.book,
            wealth: self.book.cash() + spot * self.book.shares() + options,
            past: &self.past,
            dividends: announced,
            terms: &self.terms,
        };
        let action = self.trader.decide(&today)?;
        Ok(action.filter(|action| !action.legs().is_empty()))
    }

    /// Fills the order that waits, if its time has come.
    fn carry_out(&mut self, chain: &Chain, spot: Cents) {
        let date = chain.as_of;
        let Some((action, decided, left)) = self.waiting.take() else {
            return;
        };
        if left > 0 {
            self.waiting = Some((action, decided, left - 1));
            return;
        }
        match self.fill(chain, spot, &action) {
            Ok((filled, partly)) => {
                self.run.partly += u32::from(partly);
                self.book_trade(chain, spot, &filled, Cause::Order(action.kind(), decided));
            }
            Err(why) => self.unfilled(date, action.kind(), why),
        }
    }

    /// The action at the prices and in the size that the market gives, and whether that is less than was asked for.
    fn fill(&self, chain: &Chain, spot: Cents, action: &Action) -> Result<(Action, bool), NoFill> {
        let chain = self.yesterday.as_ref().unwrap_or(chain);
        let fills = &self.terms.fills;
        let contracts = |leg: &Leg| match *leg {
            Leg::Option {
                right,
                strike,
                expiry_day,
                contracts,
                ..
            } => Some((self.asked(right, strike, expiry_day), contracts)),
            Leg::Shares { .. } => None,
        };
        let mut part: f64 = 1.0;
        for (asked, count) in action.legs().iter().filter_map(contracts) {
            let quote = find(chain, &asked).ok_or(NoFill::NotQuoted)?;
            part = part.min(f64::from(fills.most(quote)) / f64::from(count.abs()));
        }
        let mut legs = Vec::new();
        for leg in action.legs() {
            legs.push(match *leg {
                Leg::Option {
                    right,
                    strike,
                    expiry_day,
                    contracts,
                    ..
                } => {
                    let quote = find(chain, &self.asked(right, strike, expiry_day))
                        .ok_or(NoFill::NotQuoted)?;
                    let price = fills.price(quote, contracts < 0)?;
                    let count = (f64::from(contracts.abs()) * part + 1e-9).floor() as i32;
                    if count == 0 {
                        return Err(NoFill::Size);
                    }
                    if contracts < 0 && price * SHARES_PER_CONTRACT <= self.terms.costs.per_contract
                    {
                        return Err(NoFill::Fee);
                    }
                    Leg::Option {
                        right,
                        strike,
                        expiry_day,
                        contracts: count * contracts.signum(),
                        price,
                    }
                }
                // As many hundreds as the contracts that could be had; all of them where there are none.
                Leg::Shares { count, .. } => {
                    let hundred = SHARES_PER_CONTRACT as f64;
                    let count = if part < 1.0 {
                        (count.abs() as f64 * part / hundred + 1e-9).floor() as i64
                            * SHARES_PER_CONTRACT
                            * count.signum()
                    } else {
                        count
                    };
                    if count == 0 {
                        continue;
                    }
                    Leg::Shares {
                        count,
                        price: fills.share_price(spot, count < 0),
                    }
                }
            });
        }
        let filled = Action::new(action.kind(), &legs);
        let mut trial = self.book.clone();
        let traded = trial.trade(&filled, style_of(chain), &self.terms.costs);
        traded.map_err(|_| NoFill::NotCovered)?;
        Ok((filled, part < 1.0))
    }

    fn asked(&self, right: Right, strike: Cents, expiry_day: u16) -> Asked {
        Asked {
            right,
            strike: strike.usd(),
            expiry: self.date_of(expiry_day),
        }
    }

    /// The date of a day of this account.
    fn date_of(&self, day: u16) -> Date {
        let first = self.first.expect("the account has begun");
        first.saturating_add(jiff::Span::new().days(i64::from(day)))
    }

    /// Books what was filled, leg by leg.
    fn book_trade(&mut self, chain: &Chain, spot: Cents, filled: &Action, why: Cause) {
        let date = chain.as_of;
        let mut costs = self.terms.costs;
        if self.defect == Some(Defect::FreeTrades) {
            costs.per_contract = Cents::ZERO;
            costs.per_share_usd = 0.0;
        }
        if self.book.lots().is_empty() && self.book.shares() == 0 {
            self.round += 1;
        }
        let done = self.book.trade(filled, style_of(chain), &costs);
        debug_assert!(done.is_ok(), "a trade that was tried could not be made");
        for leg in filled.legs() {
            match *leg {
                Leg::Option {
                    right,
                    strike,
                    expiry_day,
                    contracts,
                    price,
                } => {
                    let asked = self.asked(right, strike, expiry_day);
                    let quote = find(chain, &asked);
                    let fees = costs.per_contract * i64::from(contracts.abs());
                    let cash = price * (-i64::from(contracts) * SHARES_PER_CONTRACT) - fees;
                    let what = What::Contracts {
                        right,
                        strike,
                        expiry: asked.expiry,
                        count: contracts,
                    };
                    self.enter(Entry {
                        why: Some(why),
                        price,
                        fees,
                        cash,
                        quote: quote.map(|quote| (quote.bid_usd, quote.ask_usd)),
                        delta: quote.and_then(|quote| {
                            super::delta(quote, spot.usd(), date, self.terms.rate)
                        }),
                        ..Entry::new(date, what, spot)
                    });
                }
                Leg::Shares { count, price } => {
                    let fees = Cents::from_usd(costs.per_share_usd * count.abs() as f64);
                    let cash = price * -count - fees;
                    self.enter(Entry {
                        why: Some(why),
                        price,
                        fees,
                        cash,
                        ..Entry::new(date, What::Shares(count), spot)
                    });
                }
            }
        }
    }

    /// Contracts that a split would take off 100 shares are closed on its eve, as whoever holds them is told to do: what they become
    /// is in no file.
    fn eve_of_uneven_split(&mut self, chain: &Chain, spot: Cents) {
        let date = chain.as_of;
        let next = calendar::next_trading_day(date);
        let uneven = |ratio: f64| ratio.fract() != 0.0 || ratio < 1.0;
        let coming = self
            .corporate
            .splits
            .iter()
            .any(|(on, ratio)| *on > date && *on <= next && uneven(*ratio));
        if !coming || self.book.lots().is_empty() {
            return;
        }
        self.waiting = None;
        for lot in self.book.lots().to_vec() {
            let asked = self.asked(lot.right, lot.strike, lot.expiry_day);
            let close = Close {
                chain,
                spot: spot.usd(),
                rate: self.terms.rate,
                dividends: &[],
            };
            // Where nobody quotes it: the model's price, and half as much again.
            let price = find(chain, &asked)
                .and_then(|quote| self.terms.fills.price(quote, lot.contracts > 0).ok())
                .unwrap_or_else(|| Cents::from_usd(close.mark(&asked, None).0 * 1.5));
            let leg = Leg::Option {
                right: lot.right,
                strike: lot.strike,
                expiry_day: lot.expiry_day,
                contracts: -lot.contracts,
                price,
            };
            let action = Action::new(Kind::Close, &[leg]);
            self.book_trade(chain, spot, &action, Cause::UnevenSplit);
        }
        self.note(format!("{date}: options were bought back on the eve of a split after which they would not be on 100 shares"));
    }

    /// Holders exercise, and what expires is settled.
    fn evening(&mut self, close: &Close<'_>, date: Date, day: u16, spot: Cents) {
        while let Some(index) = self
            .book
            .lots()
            .iter()
            .position(|lot| self.is_exercised(close, lot, date, day))
        {
            let lot = self.book.lots()[index];
            let costs = self.terms.costs;
            self.book.assign(index, &costs);
            self.ended(date, &lot, Ending::AssignedEarly, spot);
        }
        let mut endings = Vec::new();
        let costs = self.terms.costs;
        self.book
            .expire(day, spot, &costs, |lot, ending| endings.push((lot, ending)));
        for (lot, ending) in endings {
            // Days without a chain may have gone by since.
            if lot.expiry_day < day {
                let expiry = self.date_of(lot.expiry_day);
                self.note(format!("{expiry}: no chain of that day; what expired on it was settled at the close of {date}"));
            }
            self.ended(date, &lot, ending, spot);
        }
    }

    /// Does the holder exercise at this close?
    fn is_exercised(&self, close: &Close<'_>, lot: &Lot, date: Date, day: u16) -> bool {
        let strike = lot.strike_usd();
        if lot.contracts >= 0
            || lot.style == Style::European
            || lot.expiry_day <= day
            || lot.right.intrinsic(close.spot, strike) < 0.005
        {
            return false;
        }
        let asked = self.asked(lot.right, lot.strike, lot.expiry_day);
        let Some(vol) = close
            .vol(&asked)
            .or_else(|| self.vols.get(&key(lot)).copied())
        else {
            return false;
        };
        let coming = close
            .dividends
            .iter()
            .copied()
            .find(|(ex, _)| *ex <= asked.expiry);
        match (lot.right, coming) {
            // A put is not given up before the share has paid.
            (Right::Put, Some(_)) => false,
            (Right::Put, None) => {
                let left = years(date, asked.expiry);
                let boundary = Boundary::new(Right::Put, close.rate, 0.0, vol, left).ok();
                let edge = boundary.and_then(|boundary| boundary.spot_per_strike(left));
                edge.is_some_and(|edge| close.spot / strike <= edge)
            }
            (Right::Call, Some((ex, usd))) => {
                let eve = ex <= calendar::next_trading_day(date);
                eve && close.spot - strike > close.after_dividend(&asked, ex, usd, vol)
            }
            (Right::Call, None) => false,
        }
    }

    fn ended(&mut self, date: Date, lot: &Lot, ending: Ending, spot: Cents) {
        let expiry = self.date_of(lot.expiry_day);
        let what = What::Contracts {
            right: lot.right,
            strike: lot.strike,
            expiry,
            count: -lot.contracts,
        };
        let why = Some(Cause::Ended(ending));
        let gain = Cents::from_usd(lot.right.intrinsic(spot.usd(), lot.strike_usd()));
        let fees = if ending == Ending::Expired {
            Cents::ZERO
        } else {
            self.terms.costs.per_assignment
        };
        let (price, cash) = match ending {
            Ending::SettledInCash => (
                gain,
                gain * (i64::from(lot.contracts) * SHARES_PER_CONTRACT) - fees,
            ),
            _ => (Cents::ZERO, -fees),
        };
        self.enter(Entry {
            why,
            price,
            fees,
            cash,
            ..Entry::new(date, what, spot)
        });
        if matches!(ending, Ending::AssignedAtExpiry | Ending::AssignedEarly) {
            let shares = if lot.right == Right::Put {
                lot.shares()
            } else {
                -lot.shares()
            };
            self.enter(Entry {
                why,
                price: lot.strike,
                cash: lot.strike * -shares,
                ..Entry::new(date, What::Shares(shares), spot)
            });
        }
        if ending == Ending::Expired && self.defect == Some(Defect::DoublePremium) {
            self.credit_again(lot);
        }
    }

    fn credit_again(&mut self, lot: &Lot) {
        let sold = self.run.entries.iter().rfind(|entry| {
            matches!(entry.what, What::Contracts { right, strike, count, .. } if right == lot.right && strike == lot.strike && count < 0)
        });
        let premium = sold.map_or(Cents::ZERO, |entry| entry.price * lot.shares());
        let (cash, shares, lots) = (
            self.book.cash() + premium,
            self.book.shares(),
            self.book.lots().to_vec(),
        );
        self.book =
            Book::new(cash, Cents::ZERO, shares, &lots).unwrap_or_else(|_| self.book.clone());
    }

    fn delist(&mut self, date: Date, spot: Cents) {
        let Some((_, usd)) = self.corporate.delisting.filter(|(last, _)| *last <= date) else {
            return;
        };
        let price = Cents::from_usd(usd);
        let costs = self.terms.costs;
        let shares = self.book.shares();
        let mut endings = Vec::new();
        self.book
            .delist(price, &costs, |lot, ending| endings.push((lot, ending)));
        for (lot, ending) in endings {
            self.ended(date, &lot, ending, price);
        }
        let assigned: i64 = self
            .run
            .entries
            .iter()
            .rev()
            .take_while(|entry| entry.date == date)
            .map(|entry| match (entry.what, entry.why) {
                (What::Shares(count), Some(Cause::Ended(_))) => count,
                _ => 0,
            })
            .sum();
        let held = shares + assigned;
        if held != 0 {
            self.enter(Entry {
                why: Some(Cause::Delisted),
                price,
                cash: price * held,
                ..Entry::new(date, What::Shares(-held), spot)
            });
        }
        self.note(format!("{date}: the share was taken from the exchange at ${usd}; the account holds cash from then on"));
        self.gone = true;
    }

    fn marks(&self, close: &Close<'_>) -> Vec<Mark> {
        let mark = |lot: &Lot| {
            let asked = self.asked(lot.right, lot.strike, lot.expiry_day);
            let (price_usd, by, vol) = close.mark(&asked, self.vols.get(&key(lot)).copied());
            let left = years(close.chain.as_of, asked.expiry);
            let bare = close.bare(asked.expiry);
            let delta = model_delta(
                lot.right,
                bare,
                asked.strike,
                left,
                close.rate,
                vol.unwrap_or(0.0),
            );
            Mark {
                lot: *lot,
                expiry: asked.expiry,
                price_usd,
                by,
                delta,
            }
        };
        self.book.lots().iter().map(mark).collect()
    }

    /// Marks everything, and compares the books.
    fn night(
        &mut self,
        close: &Close<'_>,
        spot: Cents,
        interest: Cents,
        bill_return: f64,
    ) -> Result<(), Error> {
        let date = close.chain.as_of;
        let marks = self.marks(close);
        for mark in &marks {
            let asked = self.asked(mark.lot.right, mark.lot.strike, mark.lot.expiry_day);
            if let Some(vol) = close.vol(&asked) {
                self.vols.insert(key(&mark.lot), vol);
            }
        }
        let options: Cents = marks.iter().map(worth).sum();
        let shares = self.book.shares();
        let held = match self.defect {
            Some(Defect::UnmarkedShares) => self.cost_of_shares(),
            _ => spot * shares,
        };
        let equity = self.book.cash() + held + options;
        let moved: f64 = marks
            .iter()
            .map(|mark| mark.delta * f64::from(mark.lot.contracts) * SHARES_PER_CONTRACT as f64)
            .sum();
        let night = Night {
            date,
            spot,
            cash: self.book.cash(),
            shares,
            options,
            equity,
            interest,
            bill_return,
            share_return: self.share_return(),
            exposure: if equity > Cents::ZERO {
                (shares as f64 + moved) * spot.usd() / equity.usd()
            } else {
                f64::NAN
            },
            marks,
        };
        self.told += interest;
        // A planted defect is left for the audit to find.
        if self.defect.is_none() && (!self.book.adds_up() || self.told != self.book.cash()) {
            let what = format!(
                "the statement says {} of cash, the book {}",
                self.told,
                self.book.cash()
            );
            return Err(self.broken(date, what));
        }
        self.run.nights.push(night);
        Ok(())
    }

    fn cost_of_shares(&self) -> Cents {
        let bought = |entry: &Entry| match entry.what {
            What::Shares(count) => entry.price * count,
            _ => Cents::ZERO,
        };
        self.run.entries.iter().map(bought).sum()
    }

    fn enter(&mut self, entry: Entry) {
        self.told += entry.cash;
        self.run.entries.push(Entry {
            round: self.round,
            ..entry
        });
    }

    fn unfilled(&mut self, date: Date, kind: Kind, why: NoFill) {
        self.run.unfilled.push(Unfilled { date, kind, why });
    }

    fn note(&mut self, note: String) {
        if !self.run.notes.contains(&note) {
            self.run.notes.push(note);
        }
    }

    fn broken(&self, date: Date, what: String) -> Error {
        Error::Broken {
            trader: self.run.name.clone(),
            date,
            what,
        }
    }
}

fn key(lot: &Lot) -> (u8, i64, u16) {
    (
        u8::from(lot.right == Right::Call),
        lot.strike.0,
        lot.expiry_day,
    )
}

fn worth(mark: &Mark) -> Cents {
    Cents::from_usd(mark.price_usd * f64::from(mark.lot.contracts) * SHARES_PER_CONTRACT as f64)
}
