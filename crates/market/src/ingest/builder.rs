//! Cleans rows one by one, groups them into days, and makes the chains. Every vendor's rows pass through here.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::{Date, Weekday};
use pricing::Right;

use super::either::Either;
use super::parity::{Parity, from_sorted, median};
use super::report::{Note, Reason, Refusals, Split};
use super::splits::{DaySpot, split_ratio};
use super::units::{VolVotes, Vols};
use super::vendors::{Dating, Field, Vendor, VolUnit};
use super::words::{
    Cell, Comma, Osi, Spelling, amount, comma, contract_name, count, date, is_before_open,
    is_day_first, is_european, moment, number, right, shares, ticker, time_of_day, underlying,
};
use super::{Capture, FileMapping, Format, Ingest, Options, Origin};
use crate::calendar::{
    days_from_epoch, is_holiday, is_weekend, previous_trading_day, trading_days_between,
};
use crate::{Chain, Contract, Error, Quote, Style};

/// One cell per [`Field`].
pub(crate) type Cells<'a> = [Cell<'a>; Field::COUNT];

/// What the file as a whole says, beside its rows.
pub(crate) struct Setting<'a> {
    pub file: &'a str,
    pub vendor: &'a Vendor<'a>,
    pub options: &'a Options,
    /// Symbol, day, expiry, spot and rate where the rows do not say them.
    pub symbol: Option<String>,
    pub as_of: Option<Date>,
    pub expiry: Option<Date>,
    pub spot_usd: Option<f64>,
    pub rate: Option<f64>,
    /// Nothing in the file says the spot, so that any is an assumption.
    pub lacks_spot: bool,
    /// What a collector's record says, which beats the rows.
    pub capture: Option<Capture>,
    /// Day of the newest trade, where the vendor names only a session.
    pub newest_trade: Option<Date>,
    /// The fields of the text are separated by semicolons.
    pub semicolons: bool,
}

/// Daily closes of a symbol from a file beside the chains, with that file's name.
pub(crate) type Beside<'a> = &'a dyn Fn(&str) -> Option<(String, BTreeMap<Date, f64>)>;

/// With `last_day_only`, days whose rows are kept while reading: the last, and two more in case it is a stale copy.
const WINDOW_DAYS: usize = 3;

/// Contracts that two days must share before one can be called a copy of the other.
const COPY_CONTRACTS_MIN: usize = 20;

/// Share of equal prices above which a day is a copy of the day before (an ordinary pair of days has 0.2 to 0.3).
const COPY_SHARE: f64 = 0.90;

/// Equal closes in a row that are worth a word; two happen by chance.
const FROZEN_DAYS: usize = 3;

/// Share of strikes far from the spot above which two ladders must be mixed up (honest chains have up to 0.16).
const FAR_SHARE: f64 = 0.25;

/// Days between the expiry of a contract's symbol and that of its column, where one of the two is a day without trading: until 2015
/// options expired on the Saturday after the last Friday of trading.
const SAME_EXPIRY_DAYS: i64 = 3;

/// The unit of strikes where a vendor writes them as whole numbers, and the lowest strike that is listed.
const THOUSANDTHS: f64 = 1e-3;
const STRIKE_MIN_USD: f64 = 0.5;

/// Longest ticker of an underlying, such as `BRK.B`; coins' instrument names are longer.
const SYMBOL_LETTERS_MAX: usize = 8;

/// Index of a symbol, whether the root settles in the morning, and the root if it is an adjusted one.
type RowSymbol = (usize, bool, Option<String>);

/// What the commas of a file's numbers show: rows with the numbers as they stand.
#[derive(Default)]
struct Commas {
    /// The first price that has either thousands or decimals, and the first number that can only have decimals.
    doubt: Option<(usize, String)>,
    decimal: Option<(usize, String)>,
    /// A price has a decimal point.
    points: bool,
}

/// When a quote was made: whether on its day, not on a day without trading before it; its date with the clock in it; the clock of
/// a column of its own. Later is greater.
pub(super) type Moment = (bool, Option<i64>, Option<i64>);

/// How far a spot may lie from its day's median, as a share, before its row is pointed at.
const FAR_SPOT: f64 = 0.03;

pub(crate) struct Builder<'a> {
    setting: Setting<'a>,
    wanted: Option<String>,
    symbols: Vec<String>,
    groups: Vec<Group>,
    index: HashMap<(usize, Date), usize>,
    windows: HashMap<usize, BTreeSet<Date>>,
    refusals: Refusals,
    notes: Vec<Note>,
    rows_read: usize,
    rows_later: usize,
    rows_other: usize,
    others: BTreeSet<String>,
    weekends: BTreeMap<Date, (Date, usize)>,
    sessions: BTreeSet<Date>,
    unreadable: BTreeMap<&'static str, (usize, String)>,
    currency: Option<String>,
    delayed: bool,
    commas: Commas,
    mixed: Option<Error>,
    day_first: Option<Error>,
    /// The same, where only a contract's symbol shows it, and whether another's shows the month first.
    turned: Option<Error>,
    month_first: bool,
    /// Days that may be read either way.
    either: Either,
    /// Rows by symbol and by another root of their contracts.
    roots: BTreeMap<(usize, String), usize>,
    origins: BTreeMap<(String, Date), Origin>,
    last_symbol: (String, usize, bool),
    /// A stated day, whether before its open, the trading day it means, and whether the exchange was shut on that.
    last_date: Option<(Date, bool, Date, bool)>,
    last_group: Option<(usize, Date, usize)>,
}

/// The rows of one symbol on one day.
struct Group {
    symbol: usize,
    date: Date,
    fate: Fate,
    rows: usize,
    /// The spot of each row of the latest time; once the contracts are sorted, of each row that is kept.
    spots: Vec<f64>,
    latest: Moment,
    ln_strikes: f64,
    strikes: usize,
    kept: Vec<Kept>,
    refusals: Refusals,
    source: Option<String>,
    multiplier: Option<u32>,
    parity: Option<Parity>,
    /// Contracts of the newest snapshot and of the largest, where it holds less than half of them.
    thin: Option<(usize, usize)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Kept,
    Holiday,
    /// Too old to be quoted, but its spot is history.
    History,
}

struct Kept {
    row: u32,
    /// Counted among the refused for its prices: it takes the older rows of its contract with it.
    refused: bool,
    /// The morning-settled root of an index that also has evening-settled contracts.
    morning: bool,
    moment: Moment,
    /// The price of the underlying in that row.
    spot_usd: Option<f64>,
    quote: Quote,
}

/// What cleaning noticed, once per symbol rather than once per day.
#[derive(Default)]
struct Findings {
    twins: usize,
    straddle: Option<(Date, f64, f64, usize)>,
    from_file: (String, usize),
    from_parity: Option<(Date, Parity, usize)>,
    spotless: Option<(Date, usize)>,
    /// The first day whose newest snapshot is thin, its contracts, those of the largest, and how many such days there are.
    thin: Option<(Date, usize, usize, usize)>,
    quoteless_days: usize,
    priceless_days: usize,
    multiplier: Option<u32>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(setting: Setting<'a>) -> Builder<'a> {
        let wanted = setting
            .options
            .symbol
            .as_deref()
            .map(|symbol| underlying(&ticker(symbol)).to_owned());
        Builder {
            setting,
            wanted,
            symbols: Vec::new(),
            groups: Vec::new(),
            index: HashMap::new(),
            windows: HashMap::new(),
            refusals: Refusals::default(),
            notes: Vec::new(),
            rows_read: 0,
            rows_later: 0,
            rows_other: 0,
            others: BTreeSet::new(),
            weekends: BTreeMap::new(),
            sessions: BTreeSet::new(),
            unreadable: BTreeMap::new(),
            currency: None,
            delayed: false,
            commas: Commas::default(),
            mixed: None,
            day_first: None,
            turned: None,
            month_first: false,
            either: Either::default(),
            roots: BTreeMap::new(),
            origins: BTreeMap::new(),
            last_symbol: (String::new(), usize::MAX, false),
            last_date: None,
            last_group: None,
        }
    }

    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// A row that could not even be cut into cells.
    pub(crate) fn refuse(&mut self, row: usize, reason: Reason) {
        self.rows_read += 1;
        self.refusals.add(row, reason, || "unreadable".to_owned());
    }

    /// Takes one row. `side` says call or put where the row's place in the file does.
    pub(crate) fn push(&mut self, row: usize, side: Option<Right>, cells: &Cells<'_>) {
        self.rows_read += 1;
        self.look_for_day_first(row, cells);
        self.look_at_commas(row, cells);
        let option = cells[Field::Osi as usize].text().and_then(contract_name);
        let (symbol, morning, adjusted) = match self.symbol(cells, option.as_ref()) {
            Ok(Some(symbol)) => symbol,
            Ok(None) => {
                self.rows_other += 1;
                return;
            }
            Err(reason) => {
                self.refusals.add(row, reason, || describe(None, cells));
                return;
            }
        };
        let crypto =
            self.setting.vendor.coin || cells[Field::Source as usize].text() == Some("deribit");
        let (day, shut) = match self.day(cells, crypto) {
            Ok(Some(day)) => day,
            Ok(None) => {
                self.rows_later += 1;
                return;
            }
            Err(reason) => {
                let symbol = &self.symbols[symbol];
                self.refusals
                    .add(row, reason, || describe(Some(symbol), cells));
                return;
            }
        };
        let at = self.group(symbol, day, shut);
        let moment = self.moment(cells, day);
        let group = &mut self.groups[at];
        group.rows += 1;
        let spot_usd = (self.setting.capture.is_none())
            .then(|| spot_of_row(side, cells))
            .flatten()
            .map(|spot| spot * self.setting.vendor.scale.spot);
        if let Some(spot) = spot_usd {
            group.add_spot(moment, spot);
        }
        let scale = self.setting.vendor.scale.strike;
        let strike = amount(cells[Field::Strike as usize])
            .map(|strike| strike.map(|s| s * scale).or(option.map(|o| o.strike_usd)));
        if let Ok(Some(strike)) = strike
            && strike > 0.0
        {
            group.ln_strikes += strike.ln();
            group.strikes += 1;
        }
        if group.fate != Fate::Kept {
            return;
        }
        if group.source.is_none() {
            group.source = cells[Field::Source as usize].text().map(str::to_owned);
        }
        let contract = self.contract(
            row,
            symbol,
            day,
            side,
            cells,
            option.as_ref(),
            strike,
            adjusted,
            crypto,
        );
        let filled = contract.map(|contract| {
            let mut quote = without_numbers(contract);
            let filled = self.fill(&mut quote, cells);
            (quote, filled)
        });
        let group = &mut self.groups[at];
        let refused = match filled {
            Ok((quote, filled)) => {
                group.multiplier = Some(quote.contract.multiplier);
                group.kept.push(Kept {
                    row: u32::try_from(row).unwrap_or(u32::MAX),
                    refused: filled.is_err(),
                    morning,
                    moment,
                    spot_usd,
                    quote,
                });
                filled.err()
            }
            Err(reason) => Some(reason),
        };
        if let Some(reason) = refused {
            let name = || describe(Some(&self.symbols[symbol]), cells);
            group.refusals.add(row, reason, name);
        }
    }

    /// Index of the row's symbol, whether its root settles in the morning, and an adjusted root if it is one; `None` if
    /// the row is of another symbol than the one asked for.
    fn symbol(
        &mut self,
        cells: &Cells<'_>,
        option: Option<&Osi<'_>>,
    ) -> Result<Option<RowSymbol>, Reason> {
        let column = cells[Field::Symbol as usize].text();
        let stated = cells[Field::Root as usize].text();
        let stated = match self.setting.vendor.format {
            Format::Common => stated.and_then(root_in),
            _ => stated,
        };
        let root = stated
            .or(option.map(|option| option.root))
            .filter(|root| !root.is_empty());
        let raw = column.or(root).or(self.setting.symbol.as_deref());
        let raw = raw.ok_or_else(|| Reason::BadSymbol {
            value: cells[Field::Osi as usize].show(),
        })?;
        let root_raw = root.unwrap_or(raw);
        if self.last_symbol.1 == usize::MAX || self.last_symbol.0 != raw {
            let name = ticker(raw);
            let named_in_column = column.is_some();
            let trimmed = if named_in_column {
                name.as_str()
            } else {
                name.trim_end_matches(|c: char| c.is_ascii_digit())
            };
            let symbol = underlying(if trimmed.is_empty() { &name } else { trimmed }).to_owned();
            // A number is no ticker: the column holds something else, such as the price of the underlying.
            let lettered = symbol.bytes().any(|byte| byte.is_ascii_alphabetic());
            if !lettered || symbol.len() > SYMBOL_LETTERS_MAX {
                return Err(Reason::BadSymbol {
                    value: Cell::Text(raw).show(),
                });
            }
            if self.wanted.as_ref().is_some_and(|wanted| *wanted != symbol) {
                if self.others.len() < 1000 {
                    self.others.insert(symbol);
                }
                return Ok(None);
            }
            let at = self
                .symbols
                .iter()
                .position(|known| *known == symbol)
                .unwrap_or_else(|| {
                    self.symbols.push(symbol);
                    self.symbols.len() - 1
                });
            self.last_symbol = (raw.to_owned(), at, false);
        }
        let at = self.last_symbol.1;
        let root_name = root_raw.trim_start_matches(['^', '$']);
        let has_weekly_root = matches!(self.symbols[at].as_str(), "SPX" | "NDX" | "RUT" | "VIX");
        let morning = has_weekly_root && root_name.eq_ignore_ascii_case(&self.symbols[at]);
        // Either name may say it: a broker's root column has been seen without the digit. `SP500` is an index, not an adjusted root.
        let adjusted = [Some(root_name), option.map(|option| option.root)]
            .into_iter()
            .flatten()
            .find(|root| {
                root.len() > 1
                    && root.ends_with(|c: char| c.is_ascii_digit())
                    && underlying(root) == *root
            });
        Ok(Some((at, morning, adjusted.map(str::to_owned))))
    }

    /// The trading day of the row and whether the exchange was shut on it, or `None` if it lies after the day asked for.
    fn day(&mut self, cells: &Cells<'_>, crypto: bool) -> Result<Option<(Date, bool)>, Reason> {
        let setting = &self.setting;
        let asked = setting.options.as_of;
        let cell = cells[Field::Date as usize];
        let session = cells[Field::Session as usize];
        let spellings = setting.vendor.spellings;
        let stated = match setting.vendor.dating {
            Dating::Preamble | Dating::Newest => setting.as_of,
            Dating::Row if cell.is_missing() => setting.as_of,
            Dating::Row => date(cell, spellings),
            Dating::Capture => (setting.capture.as_ref())
                .map(|capture| capture.as_of)
                .or_else(|| date(cell, spellings))
                .or(asked)
                .or_else(|| {
                    let session = date(session, spellings)?;
                    let newest = setting.newest_trade;
                    Some(newest.map_or(session, |newest| newest.max(session)))
                }),
        };
        if let Some(session) = date(session, spellings) {
            self.sessions.insert(session);
        }
        let Some(stated) = stated else {
            let value = if cell.is_missing() {
                session.show()
            } else {
                cell.show()
            };
            return Err(Reason::BadDate { value });
        };
        // Who takes quotes on a holiday, or before the open, gets those of the trading day before; an archive's are dropped as a copy.
        let taken = setting.vendor.dating != Dating::Row;
        let early = setting.newest_trade.is_some_and(|newest| newest < stated)
            && is_before_open(cell, spellings);
        let (day, shut) = match self.last_date {
            Some((from, at, to, shut)) if (from, at) == (stated, early) => (to, shut),
            _ => {
                let moves = is_weekend(stated) || (taken && is_holiday(stated)) || early;
                let day = if moves && !crypto {
                    previous_trading_day(stated)
                } else {
                    stated
                };
                let shut = !crypto && is_holiday(day);
                self.last_date = Some((stated, early, day, shut));
                (day, shut)
            }
        };
        if asked.is_some_and(|asked| day > asked) {
            return Ok(None);
        }
        if day != stated {
            self.weekends.entry(stated).or_insert((day, 0)).1 += 1;
        }
        Ok(Some((day, shut)))
    }

    /// When the row's quote was made. One of a weekend, a copy of the day, is older than any of the day itself.
    fn moment(&self, cells: &Cells<'_>, day: Date) -> Moment {
        let on_day = self.last_date.is_none_or(|(stated, ..)| stated == day);
        let [date, time] = [Field::Date, Field::Time].map(|field| cells[field as usize]);
        let spellings = self.setting.vendor.spellings;
        (on_day, moment(date, spellings), time_of_day(time))
    }

    fn group(&mut self, symbol: usize, day: Date, shut: bool) -> usize {
        if let Some((last_symbol, last_day, at)) = self.last_group
            && (last_symbol, last_day) == (symbol, day)
        {
            return at;
        }
        let at = match self.index.get(&(symbol, day)) {
            Some(&at) => at,
            None => {
                let fate = if shut {
                    Fate::Holiday
                } else {
                    self.enter_window(symbol, day)
                };
                self.groups.push(Group::new(symbol, day, fate));
                self.index.insert((symbol, day), self.groups.len() - 1);
                self.groups.len() - 1
            }
        };
        self.last_group = Some((symbol, day, at));
        at
    }

    /// With `last_day_only`, only the newest days keep their rows.
    fn enter_window(&mut self, symbol: usize, day: Date) -> Fate {
        if !self.setting.options.last_day_only {
            return Fate::Kept;
        }
        let window = self.windows.entry(symbol).or_default();
        if window.len() == WINDOW_DAYS && window.first().is_some_and(|oldest| day < *oldest) {
            return Fate::History;
        }
        window.insert(day);
        if window.len() > WINDOW_DAYS
            && let Some(oldest) = window.pop_first()
            && let Some(&at) = self.index.get(&(symbol, oldest))
        {
            self.groups[at].become_history(self.setting.vendor.latest);
        }
        Fate::Kept
    }

    /// The contract that a row is of, or why it is of none.
    #[allow(
        clippy::too_many_arguments,
        reason = "one call, and every argument was found on the way to it"
    )]
    fn contract(
        &mut self,
        row: usize,
        symbol: usize,
        day: Date,
        side: Option<Right>,
        cells: &Cells<'_>,
        option: Option<&Osi<'_>>,
        strike: Result<Option<f64>, ()>,
        adjusted: Option<String>,
        crypto: bool,
    ) -> Result<Contract, Reason> {
        let cell = |field: Field| cells[field as usize];
        let vendor = self.setting.vendor;
        if let Some(exchange) = cell(Field::Exchange).text()
            && exchange != "deribit"
        {
            return Err(Reason::UnknownExchange {
                exchange: exchange.to_owned(),
            });
        }
        if vendor.coin
            && let Some((_, currency)) = option.and_then(|option| option.root.split_once('_'))
        {
            return Err(Reason::ForeignCurrency {
                currency: currency.to_owned(),
            });
        }
        self.look_at_flags(cells)?;
        if let Some(root) = adjusted {
            return Err(Reason::Adjusted {
                sign: format!("root {root}"),
            });
        }
        if let Some(currency) = cell(Field::Currency).text() {
            self.check_currency(row, currency)?;
        }
        let multiplier = match shares(cell(Field::Multiplier)) {
            Ok(None) if vendor.coin => 1,
            Ok(None) => 100,
            Ok(Some(multiplier)) if multiplier == 100.0 || (crypto && multiplier == 1.0) => {
                multiplier as u32
            }
            Ok(Some(multiplier)) => {
                return Err(Reason::Adjusted {
                    sign: format!("multiplier {multiplier}"),
                });
            }
            // A word for another size than the usual one.
            Err(()) if vendor.format == Format::Yfinance => {
                return Err(Reason::Adjusted {
                    sign: format!("contract size {}", cell(Field::Multiplier).show()),
                });
            }
            Err(()) => {
                return Err(Reason::NotANumber {
                    column: "multiplier",
                    value: cell(Field::Multiplier).show(),
                });
            }
        };
        let right =
            match side {
                Some(side) => side,
                None if cell(Field::Right).is_missing() => option
                    .map(|option| option.right)
                    .ok_or(Reason::MissingRight {
                        value: "nothing".to_owned(),
                    })?,
                None => right(cell(Field::Right)).ok_or_else(|| Reason::MissingRight {
                    value: cell(Field::Right).show(),
                })?,
            };
        let expiry = match cell(Field::Expiry) {
            Cell::Missing => option.map(|option| option.expiry).or(self.setting.expiry),
            stated => date(stated, vendor.spellings),
        };
        let expiry = expiry.ok_or_else(|| Reason::BadExpiry {
            value: cell(Field::Expiry).show(),
        })?;
        if let Some(option) = option {
            let told = agrees(option, right, expiry);
            self.weigh_day_first(row, cells, option);
            told?;
        }
        let strike_usd = match strike {
            Ok(Some(strike)) if strike > 1e-6 && strike < USD_MAX => strike,
            Ok(_) => {
                return Err(Reason::BadStrike {
                    value: cell(Field::Strike).show(),
                });
            }
            Err(()) => {
                return Err(Reason::NotANumber {
                    column: "strike",
                    value: cell(Field::Strike).show(),
                });
            }
        };
        if vendor.scale.strike == THOUSANDTHS && vendor.format != Format::Mapped {
            let strike = thousandths(strike_usd);
            let whole = (strike - strike.round()).abs() < 1e-6;
            if !whole || strike_usd < STRIKE_MIN_USD {
                let sign = if whole {
                    "none is listed below half a dollar"
                } else {
                    "it is not whole"
                };
                return Err(Reason::DollarStrike {
                    strike,
                    sign: sign.to_owned(),
                });
            }
        }
        if let Some(option) = option
            && option.strike_usd > 0.0
            && [100.0, 1000.0]
                .iter()
                .any(|scale| (strike_usd / option.strike_usd / scale - 1.0).abs() < 1e-3)
        {
            return Err(Reason::StrikeScale {
                strike: strike_usd,
                compared_usd: option.strike_usd,
            });
        }
        if let Some(option) = option
            && (strike_usd - option.strike_usd).abs() > (option.strike_usd * 1e-3).max(0.01)
        {
            return Err(Reason::NameDiffers {
                what: "strike",
                named: option.strike_usd.to_string(),
                stated: strike_usd.to_string(),
            });
        }
        if expiry < day {
            return Err(Reason::Expired { expiry, as_of: day });
        }
        if let Some(option) = option {
            self.look_at_root(cells, symbol, option.root);
        }
        let style = match cell(Field::Style)
            .text()
            .map(|text| text.as_bytes()[0].to_ascii_uppercase())
        {
            Some(b'A') => Style::American,
            Some(b'E') => Style::European,
            _ if vendor.style.is_some() => vendor.style.unwrap_or(Style::American),
            _ if is_european(&self.symbols[symbol]) => Style::European,
            _ => Style::American,
        };
        Ok(Contract {
            symbol: self.symbols[symbol].clone(),
            right,
            style,
            expiry,
            strike_usd,
            multiplier,
        })
    }

    /// Fills a quote with the numbers of its row, or says why the row makes none.
    fn fill(&mut self, quote: &mut Quote, cells: &Cells<'_>) -> Result<(), Reason> {
        let cell = |field: Field| cells[field as usize];
        let vendor = self.setting.vendor;
        let factor = if vendor.coin {
            let coin = number(cell(Field::CoinUsd)).ok().flatten();
            coin.filter(|&usd| usd > 0.0)
                .ok_or_else(|| Reason::NoCoinPrice {
                    value: cell(Field::CoinUsd).show(),
                })?
        } else {
            vendor.scale.price
        };
        let dollars = |field, column| {
            price(cell(field), column).map(|price| price.map(|price| price * factor))
        };
        let bid_usd = dollars(Field::Bid, "bid")?;
        let ask_usd = dollars(Field::Ask, "ask")?;
        let last_usd = dollars(Field::Last, "last")?;
        if let (Some(bid_usd), Some(ask_usd)) = (bid_usd, ask_usd)
            && bid_usd > ask_usd
        {
            return Err(Reason::Crossed { bid_usd, ask_usd });
        }
        (quote.bid_usd, quote.ask_usd, quote.last_usd) = (bid_usd, ask_usd, last_usd);
        quote.volume = self.soft(cell(Field::Volume), "volume", count);
        quote.open_interest = self.soft(cell(Field::OpenInterest), "open interest", count);
        quote.iv = self
            .soft(cell(Field::Iv), "implied volatility", |cell| {
                // A text with the sign is a fraction already.
                let percent = vendor.vol_unit == VolUnit::Percent && !cell.is_percent();
                let unit = if percent { 100.0 } else { 1.0 };
                number(cell).map(|iv| iv.map(|iv| iv / unit))
            })
            .filter(|&iv| iv > 0.0 && !is_iv_sentinel(iv));
        let mut greek = |field, column, scale: f64| {
            let value = self.soft(cell(field), column, number);
            value.map(|value| value * scale)
        };
        quote.delta = greek(Field::Delta, "delta", 1.0);
        quote.gamma = greek(Field::Gamma, "gamma", 1.0);
        quote.theta_per_day = greek(Field::Theta, "theta", vendor.scale.theta);
        quote.vega_per_point = greek(Field::Vega, "vega", vendor.scale.vega);
        quote.rho_per_percent = greek(Field::Rho, "rho", vendor.scale.rho);
        Ok(())
    }

    /// What a row says of itself in words: an adjusted contract, delayed quotes, the vendor's rate.
    fn look_at_flags(&mut self, cells: &Cells<'_>) -> Result<(), Reason> {
        let cell = |field: Field| cells[field as usize];
        let is = |field, word: &str| {
            cell(field)
                .text()
                .is_some_and(|t| t.eq_ignore_ascii_case(word))
        };
        if is(Field::Delayed, "true") || is(Field::Delayed, "delayed") {
            self.delayed = true;
        }
        if self.setting.rate.is_none() {
            let percent = number(cell(Field::Rate)).ok().flatten();
            self.setting.rate = percent.map(|percent| percent / 100.0);
        }
        let kind = match () {
            () if is(Field::Mini, "true") => "mini",
            () if is(Field::NonStandard, "true") => "non-standard",
            () => return Ok(()),
        };
        Err(Reason::Adjusted {
            sign: match cell(Field::Deliverable).text() {
                Some(note) => format!("{kind}: {note}"),
                None => kind.to_owned(),
            },
        })
    }

    /// A number that a quote can do without: text in its place is noted, and the row stays.
    fn soft<T>(
        &mut self,
        cell: Cell<'_>,
        column: &'static str,
        read: impl Fn(Cell<'_>) -> Result<Option<T>, ()>,
    ) -> Option<T> {
        read(cell).unwrap_or_else(|()| {
            self.unreadable
                .entry(column)
                .or_insert_with(|| (0, cell.show()))
                .0 += 1;
            None
        })
    }

    /// Remembers the first date that can only have its day first, where the month is taken for the first.
    fn look_for_day_first(&mut self, row: usize, cells: &Cells<'_>) {
        let slashed = [Spelling::Us, Spelling::Dmy];
        let spellings = self.setting.vendor.spellings;
        let first = spellings.iter().find(|known| slashed.contains(known));
        if first != Some(&Spelling::Us) || self.day_first.is_some() {
            return;
        }
        let dates = [Field::Date, Field::Session, Field::Traded, Field::Expiry];
        for field in dates {
            if let Some(text) = cells[field as usize].text() {
                self.either.look(row, text, field == Field::Expiry);
            }
        }
        let mut texts = dates
            .iter()
            .filter_map(|&field| cells[field as usize].text());
        if let Some(value) = texts.find(|text| is_day_first(text)) {
            self.day_first = Some(Error::DayFirst {
                file: self.setting.file.to_owned(),
                row,
                value: value.chars().take(40).collect(),
                contract: None,
            });
        }
    }

    /// Remembers the first commas that may, and that must, stand before decimals.
    fn look_at_commas(&mut self, row: usize, cells: &Cells<'_>) {
        use Field::{
            Ask, Bid, Delta, Gamma, Iv, Last, Rho, Spot, SpotAsk, SpotBid, Strike, Theta, Vega,
        };
        let prices = [Bid, Ask, Last, Strike, Spot, SpotBid, SpotAsk];
        let others = [Iv, Delta, Gamma, Theta, Vega, Rho];
        for (at, field) in prices.into_iter().chain(others).enumerate() {
            let Some(text) = cells[field as usize].text() else {
                continue;
            };
            let is_price = at < prices.len();
            let plain = number(Cell::Text(text)).is_ok_and(|value| value.is_some());
            self.commas.points |= is_price && plain && text.contains('.');
            let place = match comma(text) {
                Comma::Doubt if is_price => &mut self.commas.doubt,
                Comma::Decimal => &mut self.commas.decimal,
                _ => continue,
            };
            place.get_or_insert_with(|| (row, text.chars().take(40).collect()));
        }
    }

    /// Prices that are either thousands or decimals refuse the file where something speaks for decimals, unless a mapping says which.
    fn check_commas(&mut self) -> Result<(), Error> {
        let mapping = self.setting.options.mapping.as_deref();
        let Some((row, value)) = self.commas.doubt.take() else {
            return Ok(());
        };
        let because = match self.commas.decimal.take() {
            _ if mapping.is_some_and(FileMapping::says_decimal) => return Ok(()),
            Some((row, sure)) => format!("\"{sure}\" in row {row} has one"),
            None if self.setting.semicolons && !self.commas.points => {
                "semicolons separate the fields, and no price has a point".to_owned()
            }
            None => return Ok(()),
        };
        Err(Error::DecimalComma {
            file: self.setting.file.to_owned(),
            row,
            value,
            because,
        })
    }

    /// An expiry such as 6/3/2026 whose contract is of March 6: remembers the first, and whether another speaks for the month first.
    fn weigh_day_first(&mut self, row: usize, cells: &Cells<'_>, option: &Osi<'_>) {
        let spellings = self.setting.vendor.spellings;
        let Some(text) = cells[Field::Expiry as usize].text() else {
            return;
        };
        if self.month_first || !spellings.contains(&Spelling::Us) {
            return;
        }
        let agrees = |spelling| {
            let day = date(Cell::Text(text), &[spelling]);
            day.is_some_and(|day| is_same_expiry(day, option.expiry))
        };
        match (agrees(Spelling::Us), agrees(Spelling::Dmy)) {
            (true, false) => self.month_first = true,
            (false, true) if self.turned.is_none() => {
                let contract = cells[Field::Osi as usize].text().unwrap_or("");
                self.turned = Some(Error::DayFirst {
                    file: self.setting.file.to_owned(),
                    row,
                    value: text.chars().take(40).collect(),
                    contract: Some(contract.chars().take(32).collect()),
                });
            }
            _ => {}
        }
    }

    /// Counts rows whose contract is of another root than the symbol in their column.
    fn look_at_root(&mut self, cells: &Cells<'_>, symbol: usize, root: &str) {
        let letters = |text: &str| -> String {
            let letters = text.chars().filter(char::is_ascii_alphabetic);
            letters.map(|c| c.to_ascii_uppercase()).collect()
        };
        let named = underlying(root);
        if self.setting.vendor.coin
            || root.is_empty()
            || cells[Field::Symbol as usize].is_missing()
            || letters(named) == letters(&self.symbols[symbol])
        {
            return;
        }
        let of_root = self.roots.entry((symbol, named.to_owned()));
        *of_root.or_insert(0) += 1;
    }

    fn check_currency(&mut self, row: usize, currency: &str) -> Result<(), Reason> {
        let currency = currency.to_ascii_uppercase();
        let first = self.currency.get_or_insert_with(|| currency.clone());
        if *first != currency && self.mixed.is_none() {
            let (first, second) = (first.clone(), currency.clone());
            self.mixed = Some(Error::MixedCurrencies {
                file: self.setting.file.to_owned(),
                row,
                first,
                second,
            });
        }
        if currency == "USD" {
            Ok(())
        } else {
            Err(Reason::ForeignCurrency { currency })
        }
    }

    /// Turns the groups into chains.
    ///
    /// `votes`: what days read before say of the unit of volatilities; those of the file are added.
    pub(crate) fn finish(
        mut self,
        beside: Beside<'_>,
        votes: &mut VolVotes,
    ) -> Result<Ingest, Error> {
        let turned = self.turned.take().filter(|_| !self.month_first);
        if let Some(error) = self.day_first.take().or(turned).or(self.mixed.take()) {
            return Err(error);
        }
        // A mapping may say which it is.
        let mapping = self.setting.options.mapping.as_deref();
        if !self.month_first && !mapping.is_some_and(FileMapping::says_dates) {
            let note = std::mem::take(&mut self.either).judge(self.setting.file)?;
            self.notes.extend(note);
        }
        self.check_commas()?;
        self.check_constant_spot()?;
        let mut by_symbol: BTreeMap<String, Vec<Group>> = BTreeMap::new();
        for group in std::mem::take(&mut self.groups) {
            let symbol = self.symbols[group.symbol].clone();
            by_symbol.entry(symbol).or_default().push(group);
        }
        self.note_rows();
        let (mut chains, mut spots) = (Vec::new(), Vec::new());
        if self.delayed {
            for symbol in &self.symbols {
                self.notes.push(Note::Delayed {
                    symbol: symbol.clone(),
                });
            }
        }
        let mut vols = Vec::new();
        for (symbol, mut groups) in by_symbol {
            groups.sort_by_key(|group| group.date);
            let mut own = self.finish_symbol(&symbol, groups, beside, &mut spots);
            let mut of_own: Vec<Option<Vols>> = own.iter().map(Vols::of).collect();
            of_own.iter().flatten().for_each(|vols| votes.add(*vols));
            if self.setting.options.last_day_only && own.len() > 1 {
                own.drain(..own.len() - 1);
                of_own.drain(..of_own.len() - 1);
            }
            chains.extend(own);
            vols.extend(of_own);
        }
        if chains.is_empty() {
            return Err(self.no_chain());
        }
        self.settle_vols(&mut chains, &vols, *votes);
        self.note_symbol_copies(&chains);
        self.refusals.finish();
        Ok(Ingest {
            format: self.setting.vendor.format,
            chains,
            spots,
            refused: self.refusals.list,
            refused_counts: self.refusals.counts,
            notes: self.notes,
            rows_read: self.rows_read,
            origins: self.origins,
        })
    }

    /// A mapping's spot is that of one symbol on one day.
    fn check_constant_spot(&self) -> Result<(), Error> {
        let mapping = self.setting.options.mapping.as_deref();
        match mapping.filter(|mapping| mapping.constants().spot_usd.is_some()) {
            Some(mapping) if self.groups.len() > 1 => {
                let days: BTreeSet<Date> = self.groups.iter().map(|group| group.date).collect();
                let symbols: BTreeSet<usize> =
                    self.groups.iter().map(|group| group.symbol).collect();
                Err(mapping.too_wide_spot(self.setting.file, days.len(), symbols.len()))
            }
            _ => Ok(()),
        }
    }

    /// Two underlyings never have the same quotes: one of them was relabelled.
    fn note_symbol_copies(&mut self, chains: &[Chain]) {
        let mut lasts: Vec<&Chain> = Vec::new();
        for chain in chains {
            match lasts.last_mut() {
                Some(last) if last.symbol == chain.symbol => *last = chain,
                _ => lasts.push(chain),
            }
        }
        for (at, chain) in lasts.iter().enumerate() {
            let twin = lasts[..at].iter().find_map(|other| {
                let alike =
                    other.quotes.len() == chain.quotes.len() && other.spot_usd == chain.spot_usd;
                let seen = |chain: &'_ Chain| chain.quotes.iter().map(Seen::of).collect::<Vec<_>>();
                alike
                    .then(|| equal_share(&seen(other), seen(chain).into_iter()))
                    .flatten()
                    .map(|share| (other, share))
            });
            if let Some((other, share)) = twin {
                let (symbol, copies) = (chain.symbol.clone(), other.symbol.clone());
                self.note(Note::SymbolCopy {
                    symbol,
                    date: chain.as_of,
                    copies,
                    share,
                });
            }
        }
    }

    /// Notes about rows as such.
    fn note_rows(&mut self) {
        if let (Some(newest), Some(session)) =
            (self.setting.newest_trade, self.sessions.last().copied())
            && newest > session
            && self.setting.options.as_of.is_none()
            && self.setting.capture.is_none()
        {
            self.note(Note::TradesAfterSession { session, newest });
        }
        for (from, (to, rows)) in std::mem::take(&mut self.weekends) {
            self.note(Note::WeekendDate { from, to, rows });
        }
        if let (Some(as_of), true) = (self.setting.options.as_of, self.rows_later > 0) {
            self.note(Note::LaterRowsIgnored {
                as_of,
                rows: self.rows_later,
            });
        }
        if let (Some(symbol), true) = (
            self.wanted.clone(),
            self.rows_other > 0 && !self.symbols.is_empty(),
        ) {
            self.note(Note::OtherSymbolsIgnored {
                symbol,
                rows: self.rows_other,
            });
        }
        for ((symbol, root), rows) in std::mem::take(&mut self.roots) {
            self.note(Note::OtherRoot {
                symbol: self.symbols[symbol].clone(),
                root,
                rows,
            });
        }
        for (column, (rows, example)) in std::mem::take(&mut self.unreadable) {
            self.note(Note::UnreadableCells {
                column,
                rows,
                example,
            });
        }
    }

    /// The chains of one symbol, in the order of their days.
    fn finish_symbol(
        &mut self,
        symbol: &str,
        groups: Vec<Group>,
        beside: Beside<'_>,
        spots: &mut Vec<DaySpot>,
    ) -> Vec<Chain> {
        let mut found = Findings::default();
        let mut days: Vec<(Date, Option<f64>, Option<f64>)> = Vec::new();
        let mut own: Vec<Chain> = Vec::new();
        let mut file_spots: Option<Option<(String, BTreeMap<Date, f64>)>> = None;
        for mut group in groups {
            let rows = group.rows;
            if group.fate == Fate::Holiday {
                self.note(Note::HolidayDropped {
                    symbol: symbol.to_owned(),
                    date: group.date,
                    rows,
                });
                continue;
            }
            found.twins += group.sort_and_dedup(self.setting.vendor.latest);
            let mut spot = self.spot_of(symbol, &mut group);
            if spot.is_none() {
                let prices = file_spots.get_or_insert_with(|| beside(symbol));
                if let Some((file, closes)) = prices
                    && let Some(&close) = closes.get(&group.date)
                {
                    spot = Some(close);
                    found.from_file = (file.clone(), found.from_file.1 + 1);
                }
            }
            group.refuse_scaled_strikes(spot);
            let mean_strike =
                (group.strikes > 0).then(|| (group.ln_strikes / group.strikes as f64).exp());
            if group.fate == Fate::Kept
                && let Some(previous) = own.last()
                && let Some(share) = copied_share(previous, &group)
            {
                self.note(Note::StaleCopyDropped {
                    symbol: symbol.to_owned(),
                    date: group.date,
                    copies: previous.as_of,
                    share,
                    rows,
                });
                continue;
            }
            let mut origin = Origin::default();
            if spot.is_none() {
                let parity = group
                    .parity
                    .or_else(|| from_sorted(group.date, group.kept.iter().map(|kept| &kept.quote)));
                if let Some(parity) = parity {
                    spot = Some(parity.spot_usd);
                    origin.spot_assumed = true;
                    let days = found.from_parity.map_or(0, |(.., days)| days) + 1;
                    found.from_parity = Some((group.date, parity, days));
                }
            }
            let vendor = self.setting.vendor;
            if vendor.scale.strike == THOUSANDTHS && vendor.format != Format::Mapped {
                group.refuse_dollar_strikes(spot);
            }
            days.push((group.date, spot, mean_strike));
            self.refusals.merge(std::mem::take(&mut group.refusals));
            if group.fate == Fate::Kept && !group.kept.is_empty() {
                found.look(&group, spot);
                let moments = group.kept.iter().map(|kept| kept.moment);
                origin.moment = moments.max().unwrap_or_default();
                self.origins.insert((symbol.to_owned(), group.date), origin);
                own.push(self.chain(symbol, group, spot));
            }
        }
        let given = self.fill_given_spot(symbol, &mut own, &mut days);
        // Its only day from parity is no longer from parity.
        found.from_parity = found
            .from_parity
            .filter(|(date, _, count)| *count > 1 || Some(*date) != given);
        for (date, spot, _) in &days {
            match spot {
                Some(spot_usd) => spots.push(DaySpot {
                    symbol: symbol.to_owned(),
                    date: *date,
                    spot_usd: *spot_usd,
                }),
                None => {
                    found.spotless = Some(
                        found
                            .spotless
                            .map_or((*date, 1), |(first, days)| (first, days + 1)),
                    )
                }
            }
        }
        self.note_history(symbol, &days);
        if let (Some(as_of), Some(last)) = (self.setting.options.as_of, own.last())
            && trading_days_between(last.as_of, as_of) > 0
        {
            self.note(Note::EndsBefore {
                symbol: symbol.to_owned(),
                as_of,
                last: last.as_of,
            });
        }
        found.tell(symbol, &mut self.notes);
        own
    }

    /// Brings volatilities in percent to fractions, where the file does not say which they are, and tells of those that prices
    /// contradict.
    fn settle_vols(&mut self, chains: &mut [Chain], vols: &[Option<Vols>], votes: VolVotes) {
        let percent = self.setting.vendor.vol_unit == VolUnit::Judged && votes.in_percent();
        let mut vols = vols.iter();
        for own in chains.chunk_by_mut(|a, b| a.symbol == b.symbol) {
            let symbol = own[0].symbol.clone();
            let mut in_percent: Option<(Vec<Date>, f64)> = None;
            let mut contradicted: Option<(Date, Vols, usize)> = None;
            for (chain, vols) in own.iter_mut().zip(&mut vols) {
                let Some(vols) = vols else { continue };
                if percent {
                    for quote in &mut chain.quotes {
                        let fraction = quote.iv.map(|iv| iv / 100.0);
                        quote.iv = fraction.filter(|&iv| !is_iv_sentinel(iv));
                    }
                    let (dates, _) = in_percent.get_or_insert((Vec::new(), vols.median));
                    dates.push(chain.as_of);
                }
                let vols = vols.read_in(percent);
                if vols.are_contradicted() {
                    contradicted.get_or_insert((chain.as_of, vols, 0)).2 += 1;
                }
            }
            if let Some((dates, median)) = in_percent {
                self.notes.push(Note::PercentVolatility {
                    symbol: symbol.clone(),
                    dates,
                    median,
                    over_prices: votes.over_prices(),
                });
            }
            if let Some((date, vols, days)) = contradicted {
                self.notes.push(Note::VolatilityContradicted {
                    symbol,
                    date,
                    median: vols.median,
                    over_prices: vols.over_prices.unwrap_or(1.0),
                    days,
                });
            }
        }
    }

    /// The spot that the file or its capture record states.
    fn spot_of(&mut self, symbol: &str, group: &mut Group) -> Option<f64> {
        if let Some(capture) = &self.setting.capture {
            let stated = capture.spots_usd.get(symbol).copied();
            if let Some(spot_usd) = stated {
                let note = Note::CaptureRecord {
                    symbol: symbol.to_owned(),
                    as_of: capture.as_of,
                    spot_usd,
                    file_spot_usd: capture.previous_usd.get(symbol).copied(),
                };
                self.notes.push(note);
            }
            return stated;
        }
        let spot = match median(&mut group.spots) {
            None => self.setting.spot_usd,
            Some(used_usd) => {
                let spots = &group.spots;
                let (low_usd, high_usd) = (spots[0], spots[spots.len() - 1]);
                if low_usd < high_usd {
                    let far = |spot: &&f64| (**spot / used_usd - 1.0).abs() > FAR_SPOT;
                    let (far_rows, rows) = (spots.iter().filter(far).count(), spots.len());
                    self.note(Note::SpotVaries {
                        symbol: symbol.to_owned(),
                        date: group.date,
                        low_usd,
                        high_usd,
                        used_usd,
                        rows,
                        far_rows,
                    });
                }
                Some(used_usd)
            }
        };
        if self.is_previous_close()
            && let Some(spot_usd) = spot
            && self.setting.options.spot_usd.is_none()
        {
            self.note(Note::PreviousCloseSpot {
                symbol: symbol.to_owned(),
                spot_usd,
            });
        }
        spot
    }

    /// A collector's file names the session and gives that session's close as the spot.
    fn is_previous_close(&self) -> bool {
        self.setting.capture.is_none() && !self.sessions.is_empty()
    }

    /// `--spot` fills the last day where the file has none, and corrects a previous close.
    fn fill_given_spot(
        &mut self,
        symbol: &str,
        own: &mut [Chain],
        days: &mut [(Date, Option<f64>, Option<f64>)],
    ) -> Option<Date> {
        let mut given = None;
        let spot_usd =
            (self.setting.options.spot_usd).filter(|spot| spot.is_finite() && *spot > 0.0)?;
        let correct = self.is_previous_close() || self.setting.lacks_spot;
        let only_symbol = self.symbols.len() == 1 || self.wanted.is_some();
        if let Some(chain) = own.last_mut()
            && only_symbol
            && (chain.spot_usd.is_none() || correct)
        {
            chain.spot_usd = Some(spot_usd);
            let date = chain.as_of;
            if let Some(origin) = self.origins.get_mut(&(symbol.to_owned(), date)) {
                origin.spot_assumed = false;
            }
            given = Some(date);
            for day in days.iter_mut().filter(|day| day.0 == date) {
                day.1 = Some(spot_usd);
            }
            self.note(Note::SpotGiven {
                symbol: symbol.to_owned(),
                date,
                spot_usd,
            });
        }
        given
    }

    fn chain(&self, symbol: &str, group: Group, spot_usd: Option<f64>) -> Chain {
        let quotes: Vec<Quote> = group.kept.into_iter().map(|kept| kept.quote).collect();
        Chain {
            symbol: symbol.to_owned(),
            as_of: group.date,
            spot_usd,
            rate: self.setting.rate,
            source: group
                .source
                .unwrap_or_else(|| self.setting.vendor.format.name().to_owned()),
            quotes,
        }
    }

    /// Splits and frozen spots.
    fn note_history(&mut self, symbol: &str, days: &[(Date, Option<f64>, Option<f64>)]) {
        let known: Vec<(Date, f64, f64)> = days
            .iter()
            .filter_map(|day| Some((day.0, day.1?, day.2?)))
            .collect();
        for pair in known.windows(2) {
            let [(before, old_usd, old_strike), (date, new_usd, new_strike)] = pair else {
                continue;
            };
            let near = days_from_epoch(*date) - days_from_epoch(*before) <= 10;
            if let Some(ratio) = split_ratio(*old_usd, *new_usd).filter(|_| near) {
                // A crash leaves the strikes where they were; a split takes them along.
                let followed = (old_strike / new_strike).ln() / ratio.ln();
                if followed > 0.5 {
                    self.note(Note::SplitLike(Split {
                        symbol: symbol.to_owned(),
                        date: *date,
                        ratio,
                    }));
                }
            }
        }
        for run in known
            .chunk_by(|a, b| a.1 == b.1)
            .filter(|run| run.len() >= FROZEN_DAYS)
        {
            let (first, last) = (run[0], run[run.len() - 1]);
            self.note(Note::SpotFrozen {
                symbol: symbol.to_owned(),
                first: first.0,
                last: last.0,
                spot_usd: first.1,
            });
        }
    }

    fn no_chain(&self) -> Error {
        let file = self.setting.file.to_owned();
        if let Some(symbol) = &self.wanted
            && self.symbols.is_empty()
            && self.rows_other > 0
        {
            return Error::SymbolAbsent {
                file,
                symbol: symbol.clone(),
                seen: self.others.iter().cloned().collect(),
            };
        }
        let mut why = format!("{} rows read", self.rows_read);
        for (label, count) in &self.refusals.counts {
            why.push_str(&format!(", {count} refused: {label}"));
        }
        if let Some(first) = self.refusals.list.iter().min_by_key(|refused| refused.row) {
            why.push_str(&format!("; the first is {first}"));
        }
        if self.rows_later > 0 {
            why.push_str(&format!(
                ", {} later than the day asked for",
                self.rows_later
            ));
        }
        for note in &self.notes {
            if let Note::HolidayDropped { .. } = note {
                why.push_str(&format!("; {note}"));
                break;
            }
        }
        let shut = |note: &Note| matches!(note, Note::HolidayDropped { .. });
        let remedy = if self.rows_read == 0 {
            "the file has a header and nothing else; fetch it again"
        } else if self.rows_later > 0 {
            "choose a later --as-of"
        } else if self.refusals.list.is_empty() && self.notes.iter().any(shut) {
            "if they are quotes of the trading day before, correct the date in the file"
        } else {
            "correct what the first refused row shows, or fetch a file with live contracts"
        };
        Error::NoChain { file, why, remedy }
    }
}

impl Group {
    fn new(symbol: usize, date: Date, fate: Fate) -> Group {
        Group {
            symbol,
            date,
            fate,
            rows: 0,
            spots: Vec::new(),
            latest: (false, None, None),
            ln_strikes: 0.0,
            strikes: 0,
            kept: Vec::new(),
            refusals: Refusals::default(),
            source: None,
            multiplier: None,
            parity: None,
            thin: None,
        }
    }

    /// Remembers the spot of a row. Only the latest time of a day counts, if rows say their time.
    fn add_spot(&mut self, moment: Moment, spot_usd: f64) {
        match moment.cmp(&self.latest) {
            Ordering::Less => return,
            Ordering::Greater => self.spots.clear(),
            Ordering::Equal => {}
        }
        self.latest = moment;
        self.spots.push(spot_usd);
    }

    /// Keeps the day's spot and forgets its rows.
    fn become_history(&mut self, latest: bool) {
        let spot = |kept: &Kept| kept.spot_usd;
        if self.spots.is_empty() || !self.kept.is_sorted_by(|a, b| spot(a) == spot(b)) {
            self.sort_and_dedup(latest);
        }
        if self.spots.iter().all(|spot| *spot == self.spots[0]) {
            self.spots.truncate(1);
        }
        if self.spots.is_empty() {
            self.parity = from_sorted(self.date, self.kept.iter().map(|kept| &kept.quote));
        }
        self.kept = Vec::new();
        self.refusals = Refusals::default();
        self.fate = Fate::History;
    }

    /// The moment of the newest snapshot, where the day's rows are several of the whole chain: most contracts stand at each moment,
    /// and those of the newest stood there before. Where rows have their own stamps, there is none.
    ///
    /// The rows must be sorted by contract.
    fn newest_snapshot(&mut self) -> Option<Moment> {
        let newest = self.kept.iter().map(|kept| kept.moment).max()?;
        // A weekend's copy is no snapshot of the day.
        let of_day = |kept: &&Kept| kept.moment.0 == newest.0;
        if self
            .kept
            .iter()
            .filter(of_day)
            .all(|kept| kept.moment == newest)
        {
            return None;
        }
        let mut sizes: BTreeMap<Moment, usize> = BTreeMap::new();
        let (mut contracts, mut again) = (0, 0);
        let same = |a: &Kept, b: &Kept| order(&a.quote.contract, &b.quote.contract).is_eq();
        for rows in self.kept.chunk_by(same) {
            let moments: BTreeSet<Moment> =
                rows.iter().filter(of_day).map(|kept| kept.moment).collect();
            contracts += usize::from(!moments.is_empty());
            again += usize::from(moments.len() > 1 && moments.contains(&newest));
            for moment in moments {
                *sizes.entry(moment).or_insert(0) += 1;
            }
        }
        let size = sizes.get(&newest).copied().unwrap_or(0);
        let rows: usize = sizes.values().sum();
        let snapshots = 2 * rows >= sizes.len() * contracts && 2 * again >= size;
        let largest = sizes.values().copied().max().unwrap_or(0);
        self.thin = (snapshots && 2 * size < largest).then_some((size, largest));
        snapshots.then_some(newest)
    }

    /// Sorts the quotes and keeps the newest and best of each contract, or the last, and of several snapshots of the chain the newest
    /// alone; returns how many morning-settled twins went.
    fn sort_and_dedup(&mut self, latest: bool) -> usize {
        (self.kept).sort_by(|a, b| order(&a.quote.contract, &b.quote.contract));
        // A file that follows contracts through the day has a row where one changes.
        let newest = if latest { None } else { self.newest_snapshot() };
        let is_past = |kept: &Kept| {
            newest.is_some_and(|newest| kept.moment.0 == newest.0 && kept.moment < newest)
        };
        let quality = |kept: &Kept| {
            let time = (is_past(kept), kept.morning, Reverse(kept.moment));
            if latest {
                (time, false, false, u32::MAX - kept.row)
            } else {
                let midless = kept.quote.mid_usd().is_none();
                (time, kept.refused, midless, kept.row)
            }
        };
        self.kept.sort_by(|a, b| {
            order(&a.quote.contract, &b.quote.contract).then(quality(a).cmp(&quality(b)))
        });
        let mut twins = 0;
        let Group { kept, refusals, .. } = self;
        kept.dedup_by(|next, first| {
            let (x, y) = (&next.quote.contract, &first.quote.contract);
            if order(x, y).is_ne() {
                return false;
            }
            if next.refused {
                return true;
            }
            let kept_row = first.row as usize;
            let older = next.moment < first.moment && next.moment.0 == first.moment.0;
            let reason = if first.refused {
                if next.morning != first.morning {
                    // Another contract than the one that was refused.
                    std::mem::swap(next, first);
                    return true;
                }
                Reason::LaterRefused { row: kept_row }
            } else if next.morning && !first.morning {
                twins += 1;
                Reason::MorningSettled { kept_row }
            } else if latest || older {
                Reason::Superseded { kept_row }
            } else {
                Reason::Duplicate { kept_row }
            };
            refusals.add(next.row as usize, reason, || name(x));
            true
        });
        kept.retain(|kept| {
            let past = is_past(kept);
            if past && !kept.refused {
                let contract = || name(&kept.quote.contract);
                refusals.add(kept.row as usize, Reason::EarlierSnapshot, contract);
            }
            !past && !kept.refused
        });
        // The spot is that of the quotes that stay, not of those before them.
        let spots: Vec<f64> = kept.iter().filter_map(|kept| kept.spot_usd).collect();
        if !spots.is_empty() {
            self.spots = spots;
        }
        twins
    }

    /// Refuses the day where most calls would cost more than the share: then its strikes are not in thousandths.
    fn refuse_dollar_strikes(&mut self, spot: Option<f64>) {
        let Some(spot) = spot else { return };
        let calls = self.kept.iter().map(|kept| &kept.quote);
        let bids: Vec<f64> = calls
            .filter(|quote| quote.contract.right == Right::Call)
            .filter_map(|quote| quote.bid_usd)
            .collect();
        let dearer = bids.iter().filter(|bid| **bid > spot).count();
        if 2 * dearer <= bids.len() {
            return;
        }
        let Group { kept, refusals, .. } = self;
        for kept in kept.drain(..) {
            let reason = Reason::DollarStrike {
                strike: thousandths(kept.quote.contract.strike_usd),
                sign: format!("{dearer} calls are bid above the share's ${spot:.2}"),
            };
            refusals.add(kept.row as usize, reason, || name(&kept.quote.contract));
        }
    }

    /// Refuses strikes in cents or thousandths where the bulk of the chain is so: no market lists twenty times the spot.
    fn refuse_scaled_strikes(&mut self, spot: Option<f64>) {
        let Some(spot) = spot else { return };
        let mut strikes: Vec<f64> = self
            .kept
            .iter()
            .map(|kept| kept.quote.contract.strike_usd)
            .collect();
        if median(&mut strikes).is_none_or(|middle| middle <= 20.0 * spot) {
            return;
        }
        let Group { kept, refusals, .. } = self;
        kept.retain(|kept| {
            let strike = kept.quote.contract.strike_usd;
            if strike > 20.0 * spot {
                let reason = Reason::StrikeScale {
                    strike,
                    compared_usd: spot,
                };
                refusals.add(kept.row as usize, reason, || name(&kept.quote.contract));
            }
            strike <= 20.0 * spot
        });
    }
}

impl Findings {
    fn look(&mut self, group: &Group, spot: Option<f64>) {
        if let Some((contracts, largest)) = group.thin {
            let first = (group.date, contracts, largest, 0);
            self.thin.get_or_insert(first).3 += 1;
        }
        let quotes: Vec<&Quote> = group.kept.iter().map(|kept| &kept.quote).collect();
        if quotes
            .iter()
            .all(|quote| quote.bid_usd.is_none() && quote.ask_usd.is_none())
        {
            self.quoteless_days += 1;
            let traded = quotes.iter().any(|quote| quote.last_usd.is_some());
            self.priceless_days += usize::from(!traded);
        }
        self.multiplier = group
            .multiplier
            .filter(|&multiplier| multiplier != 100)
            .or(self.multiplier);
        if let Some(spot) = spot {
            let moneyness = |quote: &&&Quote| quote.contract.strike_usd / spot;
            let above = quotes.iter().filter(|quote| moneyness(quote) > 3.0).count();
            let below = quotes
                .iter()
                .filter(|quote| moneyness(quote) < 0.25)
                .count();
            let near = quotes
                .iter()
                .filter(|quote| (0.5..2.0).contains(&moneyness(quote)))
                .count();
            let share = |count: usize| count as f64 / quotes.len() as f64;
            let far = share(above.max(below));
            if far >= FAR_SHARE && share(near) >= FAR_SHARE && quotes.len() >= COPY_CONTRACTS_MIN {
                let (first, at, shown, days) = self.straddle.unwrap_or((group.date, spot, far, 0));
                self.straddle = Some((first, at, shown, days + 1));
            }
        }
    }

    fn tell(self, symbol: &str, notes: &mut Vec<Note>) {
        let symbol = || symbol.to_owned();
        if self.twins > 0 {
            notes.push(Note::MorningTwins {
                symbol: symbol(),
                pairs: self.twins,
            });
        }
        if let Some((date, contracts, largest, days)) = self.thin {
            notes.push(Note::ThinSnapshot {
                symbol: symbol(),
                date,
                contracts,
                largest,
                days,
            });
        }
        if let Some((date, spot_usd, share_far, days)) = self.straddle {
            notes.push(Note::StrikesStraddle {
                symbol: symbol(),
                date,
                spot_usd,
                share_far,
                days,
            });
        }
        if self.from_file.1 > 0 {
            notes.push(Note::SpotFromFile {
                symbol: symbol(),
                file: self.from_file.0,
                days: self.from_file.1,
            });
        }
        if let Some((date, parity, days)) = self.from_parity {
            let (spot_usd, pairs) = (parity.spot_usd, parity.pairs);
            notes.push(Note::SpotFromParity {
                symbol: symbol(),
                date,
                spot_usd,
                pairs,
                days,
            });
        }
        if let Some((date, days)) = self.spotless {
            notes.push(Note::SpotMissing {
                symbol: symbol(),
                date,
                days,
            });
        }
        if self.quoteless_days > 0 {
            notes.push(Note::NoQuotes {
                symbol: symbol(),
                days: self.quoteless_days,
                priceless: self.priceless_days,
            });
        }
        if let Some(multiplier) = self.multiplier {
            notes.push(Note::OtherMultiplier {
                symbol: symbol(),
                multiplier,
            });
        }
    }
}

/// The price of the underlying in a row: stated, half-way between its bid and ask, or behind the strike's moneyness.
fn spot_of_row(side: Option<Right>, cells: &Cells<'_>) -> Option<f64> {
    let price = |field: Field| {
        let price = amount(cells[field as usize]).ok().flatten();
        price.filter(|&price| price > 0.0)
    };
    let middle = || Some((price(Field::SpotBid)? + price(Field::SpotAsk)?) / 2.0);
    // Moneyness is how far the contract is in the money, as a share: of the spot for a call, `(S - K) / S`, and so for a put,
    // `(K - S) / S`. Far out its two decimals say little.
    let behind_strike = || {
        let share = number(cells[Field::Moneyness as usize]).ok().flatten();
        let share = share.filter(|share| share.abs() < 0.2)?;
        let strike = price(Field::Strike)?;
        match side.or_else(|| right(cells[Field::Right as usize]))? {
            Right::Call => Some(strike / (1.0 - share)),
            Right::Put => Some(strike / (1.0 + share)),
        }
    };
    price(Field::Spot).or_else(middle).or_else(behind_strike)
}

fn without_numbers(contract: Contract) -> Quote {
    Quote {
        contract,
        bid_usd: None,
        ask_usd: None,
        last_usd: None,
        volume: None,
        open_interest: None,
        iv: None,
        delta: None,
        gamma: None,
        theta_per_day: None,
        vega_per_point: None,
        rho_per_percent: None,
    }
}

/// A contract's symbol and its columns speak of the same right and day.
fn agrees(option: &Osi<'_>, right: Right, expiry: Date) -> Result<(), Reason> {
    let side = |right| match right {
        Right::Call => "call".to_owned(),
        Right::Put => "put".to_owned(),
    };
    let (what, named, stated) = if option.right != right {
        ("right", side(option.right), side(right))
    } else if !is_same_expiry(option.expiry, expiry) {
        ("expiry", option.expiry.to_string(), expiry.to_string())
    } else {
        return Ok(());
    };
    Err(Reason::NameDiffers {
        what,
        named,
        stated,
    })
}

/// The same day, or a day without trading beside the one on which trading ended.
fn is_same_expiry(a: Date, b: Date) -> bool {
    let shut = |day: Date| day.weekday() == Weekday::Saturday || is_holiday(day);
    let days = (days_from_epoch(a) - days_from_epoch(b)).abs();
    days == 0 || (days <= SAME_EXPIRY_DAYS && (shut(a) || shut(b)))
}

/// A strike as it stood in the file, without the rounding of its way to dollars.
fn thousandths(strike_usd: f64) -> f64 {
    (strike_usd / THOUSANDTHS * 1e6).round() / 1e6
}

/// Sorts quotes by expiry, strike and right, and keeps the first of each contract.
pub(crate) fn sort_quotes(quotes: &mut Vec<Quote>) {
    quotes.sort_by(|a, b| order(&a.contract, &b.contract));
    quotes.dedup_by(|next, first| order(&next.contract, &first.contract).is_eq());
}

pub(super) fn order(a: &Contract, b: &Contract) -> Ordering {
    a.expiry
        .cmp(&b.expiry)
        .then(a.strike_usd.total_cmp(&b.strike_usd))
        .then(a.right.cmp(&b.right))
}

/// The root in a column that people call so: alone, or that of a whole symbol of an option. Anything else, such as a number, is none.
fn root_in(text: &str) -> Option<&str> {
    if let Some(option) = contract_name(text) {
        return Some(option.root);
    }
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_root = (1..=6).contains(&letters.len())
        && text.len() - letters.len() <= 1
        && letters
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b".^$/".contains(&b));
    is_root.then_some(text)
}

/// No share, strike or option costs more, in any unit that a vendor writes.
const USD_MAX: f64 = 1e9;

/// A price in dollars: zero, -1 and the vendors' words for nothing are no price.
pub(super) fn price(cell: Cell<'_>, column: &'static str) -> Result<Option<f64>, Reason> {
    match amount(cell) {
        Ok(Some(value)) if value > USD_MAX => Err(Reason::NotANumber {
            column,
            value: format!("{} (more than any price)", cell.show()),
        }),
        Ok(Some(value)) if value > 0.0 => Ok(Some(value)),
        Ok(Some(value)) if value == 0.0 || value == -1.0 => Ok(None),
        Ok(Some(value)) => Err(Reason::NegativePrice { column, value }),
        Ok(None) => Ok(None),
        Err(()) => Err(Reason::NotANumber {
            column,
            value: cell.show(),
        }),
    }
}

/// Volatilities that vendors write where they found none.
///
/// Yahoo bisects between 1e-5 and 1 and gives up on the way down: 0.500005, 0.2500075, ... are its midpoints.
pub(super) fn is_iv_sentinel(iv: f64) -> bool {
    let mut midpoint = 0.500_005;
    while midpoint > 2e-4 {
        if (iv - midpoint).abs() < 1e-10 {
            return true;
        }
        midpoint = (midpoint + 1e-5) / 2.0;
    }
    iv <= 1e-4
}

/// Share of contracts with the same price as on the day before, if it is too high to be a market's.
fn copied_share(previous: &Chain, group: &Group) -> Option<f64> {
    let old: Vec<Seen> = previous.quotes.iter().map(Seen::of).collect();
    let new = group.kept.iter().map(|kept| Seen::of(&kept.quote));
    copied(previous.as_of, &old, group.date, new)
}

/// The same of two days' prices, each sorted as a chain is.
pub(crate) fn copied(
    before: Date,
    old: &[Seen],
    date: Date,
    new: impl Iterator<Item = Seen>,
) -> Option<f64> {
    let near = days_from_epoch(date) - days_from_epoch(before) <= 5;
    near.then(|| equal_share(old, new)).flatten()
}

/// A contract and its prices: what tells a copy of the day before.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    expiry: Date,
    strike_usd: f64,
    right: Right,
    last_usd: Option<f64>,
    mid_usd: Option<f64>,
}

impl Seen {
    pub(crate) fn of(quote: &Quote) -> Seen {
        Seen {
            expiry: quote.contract.expiry,
            strike_usd: quote.contract.strike_usd,
            right: quote.contract.right,
            last_usd: quote.last_usd,
            mid_usd: quote.mid_usd(),
        }
    }
}

/// Share of contracts with the same price in both sorted lists, if it is too high to be chance.
fn equal_share(old: &[Seen], new: impl Iterator<Item = Seen>) -> Option<f64> {
    let (mut lasts, mut mids) = ((0, 0), (0, 0));
    let mut old = old.iter().peekable();
    let key = |seen: &Seen| (seen.expiry, seen.strike_usd, seen.right);
    for new in new {
        while old.next_if(|seen| key(seen) < key(&new)).is_some() {}
        let Some(old) = old.peek().filter(|seen| key(seen) == key(&new)) else {
            continue;
        };
        if let (Some(a), Some(b)) = (old.last_usd, new.last_usd) {
            lasts = (lasts.0 + usize::from(a == b), lasts.1 + 1);
        }
        if let (Some(a), Some(b)) = (old.mid_usd, new.mid_usd) {
            mids = (mids.0 + usize::from(a == b), mids.1 + 1);
        }
    }
    // Quotes are the better witness; last trades serve where there are none.
    let (same, of) = if mids.1 >= COPY_CONTRACTS_MIN {
        mids
    } else {
        lasts
    };
    let share = same as f64 / of.max(1) as f64;
    (of >= COPY_CONTRACTS_MIN && share > COPY_SHARE).then_some(share)
}

fn name(contract: &Contract) -> String {
    let right = if contract.right == Right::Call {
        "C"
    } else {
        "P"
    };
    format!(
        "{} {} {} {right}",
        contract.symbol, contract.expiry, contract.strike_usd
    )
}

/// A refused row in the file's own words.
fn describe(symbol: Option<&str>, cells: &Cells<'_>) -> String {
    if let Some(option) = cells[Field::Osi as usize].text() {
        return option.chars().take(32).collect();
    }
    let mut parts = vec![symbol.unwrap_or("?").to_owned()];
    for field in [Field::Expiry, Field::Strike, Field::Right] {
        parts.push(match cells[field as usize] {
            Cell::Text(text) => text.chars().take(24).collect(),
            Cell::Missing => "?".to_owned(),
            typed => typed.show(),
        });
    }
    parts.join(" ")
}
