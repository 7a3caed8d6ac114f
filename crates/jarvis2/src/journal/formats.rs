//! Brokers' transaction files: which columns they have, and what a row of each means.
//!
//! The columns are those of exported files as their readers in public repositories show them (Schwab 2014-2026, tastytrade since 2023,
//! Fidelity's account history, Robinhood's activity); no file of our own was seen. Names are compared without case and punctuation.
//!
//! | format | told by the columns |
//! | --- | --- |
//! | jarvis2 | date, action, quantity, price_usd |
//! | Schwab | Date, Action, Symbol, Description, Quantity, Price, Fees & Comm, Amount |
//! | tastytrade | Date, Type, Sub Type, Action, Symbol, Instrument Type, Value, Quantity, Average Price, Commissions, Fees |
//! | Fidelity | Run Date, Action, Symbol, Quantity, Price, Commission, Fees, Amount |
//! | Robinhood | Activity Date, Instrument, Description, Trans Code, Quantity, Price, Amount |

use super::contract::{OptionName, cents, date, is_ticker, micros, shares_for_one};
use super::store::{date_of, midnight_ms};
use experience::FillKind;
use jiff::civil::{Date, Time};
use market::calendar::{is_trading_day, previous_trading_day};

/// Who wrote the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Own,
    Schwab,
    Tastytrade,
    Fidelity,
    Robinhood,
}

impl Format {
    const ALL: [(Format, &'static str, &'static [&'static str]); 5] = [
        (
            Format::Tastytrade,
            "tastytrade",
            &[
                "date",
                "type",
                "subtype",
                "action",
                "symbol",
                "instrumenttype",
                "value",
                "quantity",
            ],
        ),
        (
            Format::Robinhood,
            "Robinhood",
            &[
                "activitydate",
                "instrument",
                "description",
                "transcode",
                "quantity",
                "price",
                "amount",
            ],
        ),
        (
            Format::Fidelity,
            "Fidelity",
            &["rundate", "action", "symbol", "quantity", "price", "amount"],
        ),
        (
            Format::Schwab,
            "Schwab",
            &[
                "date",
                "action",
                "symbol",
                "description",
                "quantity",
                "price",
                "feescomm",
                "amount",
            ],
        ),
        (
            Format::Own,
            "jarvis2",
            &["date", "action", "quantity", "priceusd"],
        ),
    ];

    pub(crate) fn name(self) -> &'static str {
        let own = Format::ALL.iter().find(|(format, ..)| *format == self);
        own.map_or("", |(_, name, _)| name)
    }

    /// The format whose columns all stand in this row.
    pub(crate) fn of_heads(row: &[String]) -> Option<Format> {
        let names: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
        let has = |wanted: &&str| names.iter().any(|name| name == wanted);
        Format::ALL
            .iter()
            .find(|(_, _, columns)| columns.iter().all(has))
            .map(|&(format, ..)| format)
    }

    /// The columns whose dates are read: the day of a row, and the words for its contract.
    pub(crate) fn dated(self) -> &'static [&'static str] {
        match self {
            Format::Own => &["date", "contract", "symbol"],
            Format::Schwab => &["date", "symbol"],
            Format::Tastytrade => &["date"],
            Format::Fidelity => &["rundate"],
            Format::Robinhood => &["activitydate", "description"],
        }
    }

    /// Whether nothing is missed without a row: it holds neither a day nor an action (a heading, a total or a remark), or turns cash into cash.
    pub(crate) fn is_remark(self, row: &Cells<'_>) -> bool {
        if self == Format::Fidelity && is_core_fund(row) {
            return true;
        }
        let action = match self {
            Format::Own | Format::Schwab | Format::Fidelity => "action",
            Format::Tastytrade => "type",
            Format::Robinhood => "transcode",
        };
        row.get(action).is_empty() && moment(row.get(self.dated()[0])).is_none()
    }

    /// What every format needs, for the message where none fits.
    pub(crate) fn wanted() -> String {
        let one = |(_, name, columns): &(Format, &str, &[&str])| {
            format!("{name}: {}", columns.join(", "))
        };
        Format::ALL.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

/// A name without case and punctuation; `Price ($)` is `price`.
pub(crate) fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// Which way a trade goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Adds to a position, or makes one; the sign of the quantity is known.
    Opens,
    /// Takes from a position that must be there; the sign of the quantity is known.
    Closes,
    /// Whichever the position is: shares bought may cover or add.
    Either,
    /// An option ends: the position says on which side we were.
    Ends,
    /// So many new shares, the quantity, for each old one, from the morning of the day; options follow.
    Splits,
}

/// A row that was understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) at_ms: i64,
    pub(crate) kind: FillKind,
    pub(crate) way: Way,
    pub(crate) symbol: String,
    /// As the ledger names it.
    pub(crate) contract: String,
    /// Positive bought or received; for [`Way::Ends`] without its sign.
    pub(crate) quantity: i64,
    pub(crate) price_micros: i128,
    pub(crate) fees_cents: i64,
    pub(crate) cash_cents: i64,
    /// The broker's own number, where the format has one for each row.
    pub(crate) id: Option<String>,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Understood {
    /// One, or two where whole shares and a part of one were bought.
    pub(crate) entries: Vec<Entry>,
    /// What of it is not kept.
    pub(crate) remark: Option<String>,
}

/// The cells of a row by name.
pub(crate) struct Cells<'a> {
    pub(crate) heads: &'a [String],
    pub(crate) row: &'a [String],
}

impl<'a> Cells<'a> {
    /// The cell of a column, trimmed; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &'a str {
        let at = self.heads.iter().position(|head| head == name);
        at.and_then(|at| self.row.get(at))
            .map_or("", |cell| cell.trim())
    }

    /// An amount in millionths; `None` where the cell is empty or a dash.
    fn amount(&self, name: &str) -> Result<Option<i128>, String> {
        match self.get(name) {
            "" | "--" | "-" | "N/A" => Ok(None),
            text => {
                let amount = micros(text).ok_or_else(|| {
                    format!("the column {name} says {text:?}, which is no amount")
                })?;
                moderate(amount).map(Some)
            }
        }
    }

    /// A whole number without its sign. Robinhood writes `1S` for a short option.
    fn quantity(&self) -> Result<i64, String> {
        let text = self.get("quantity").trim_end_matches(['S', 'L']);
        let Some(value) = micros(text) else {
            return Err(format!("the quantity is {text:?}"));
        };
        if value % 1_000_000 != 0 {
            return Err(format!(
                "the quantity is {text}: fractions of a share are not kept; enter the whole shares with our own columns"
            ));
        }
        i64::try_from((value / 1_000_000).abs())
            .ok()
            .filter(|&count| (1..=1_000_000_000).contains(&count))
            .ok_or_else(|| format!("the quantity is {text}"))
    }
}

/// An amount in millionths that a sum of many rows can hold.
fn moderate(amount: i128) -> Result<i128, String> {
    /// A trillion dollars.
    const MOST: i128 = 1_000_000_000_000 * 1_000_000;
    if amount.abs() <= MOST {
        Ok(amount)
    } else {
        Err(format!(
            "{} is more than a trillion dollars: check the number",
            in_usd(amount)
        ))
    }
}

/// A moment without a zone: the clock that the broker shows.
fn moment(text: &str) -> Option<(Date, i64)> {
    // `12/16/2014 as of 12/15/2014`: posted on the first, true for the second.
    let text = match text.split_once(" as of ") {
        Some((_, day)) => day,
        None => text,
    };
    let (day, clock) = match text.trim().split_once(['T', ' ']) {
        Some((day, clock)) => (day, clock),
        None => (text, ""),
    };
    let day = date(day)?;
    let clock = clock.get(..8).unwrap_or("");
    let time: Time = if clock.is_empty() {
        Time::midnight()
    } else {
        clock.parse().ok()?
    };
    let seconds =
        i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Some((day, midnight_ms(day) + seconds * 1000))
}

/// Understands a row, or says why not.
pub(crate) fn understand(format: Format, cells: &Cells<'_>) -> Result<Understood, String> {
    let text = cells.get(format.dated()[0]);
    let Some((_, at_ms)) = moment(text) else {
        return Err(if text.is_empty() {
            "it has no date".to_owned()
        } else {
            format!("{text:?} is no date: a heading, a total or a remark")
        });
    };
    let whole = |entry| Understood {
        entries: vec![entry],
        remark: None,
    };
    match format {
        Format::Own => own(cells, at_ms).map(whole),
        Format::Schwab if plain(cells.get("action")) == "reinvestshares" => {
            reinvested(cells, at_ms)
        }
        Format::Schwab => schwab(cells, at_ms).map(whole),
        Format::Tastytrade => tastytrade(cells, at_ms).map(whole),
        Format::Fidelity if is_core_fund(cells) => {
            Err("it moves no cash: what lies in the account's core fund is its cash".to_owned())
        }
        Format::Fidelity if is_reinvestment(cells) => reinvested(cells, at_ms),
        Format::Fidelity => fidelity(cells, at_ms).map(whole),
        Format::Robinhood => robinhood(cells, at_ms).map(whole),
    }
}

/// What a row is about.
enum Thing {
    Option(OptionName),
    Shares(String),
}

impl Thing {
    fn symbol(&self) -> &str {
        match self {
            Thing::Option(name) => &name.symbol,
            Thing::Shares(symbol) => symbol,
        }
    }

    fn contract(&self) -> String {
        match self {
            Thing::Option(name) => name.occ(),
            Thing::Shares(symbol) => symbol.clone(),
        }
    }

    fn shares(&self) -> i128 {
        match self {
            Thing::Option(_) => 100,
            Thing::Shares(_) => 1,
        }
    }
}

fn thing(option: &str, symbol: &str) -> Result<Thing, String> {
    if let Some(name) = OptionName::parse(option) {
        return listed(name);
    }
    let symbol = symbol.trim().to_uppercase();
    if is_ticker(&symbol) {
        Ok(Thing::Shares(symbol))
    } else {
        Err(format!(
            "{option:?} names neither a standard option nor a share"
        ))
    }
}

fn option(text: &str) -> Result<Thing, String> {
    OptionName::parse(text)
        .ok_or_else(|| format!("{text:?} names no standard option"))
        .and_then(listed)
}

/// An option that can be there: until 2015 some ended on the Saturday after their last day, since then none on a day without trading.
fn listed(name: OptionName) -> Result<Thing, String> {
    if name.expiry.year() > 2015 && !is_trading_day(name.expiry) {
        return Err(format!(
            "{} would expire on a day without trading ({}): no option does, and the trading day before it is {}; write the expiry as YYYY-MM-DD, since 06/12/2026 is read as June 12",
            name.words(),
            name.expiry.strftime("%A"),
            previous_trading_day(name.expiry)
        ));
    }
    Ok(Thing::Option(name))
}

/// The amounts of a row, as far as it says them: price, fees (positive paid), change of cash.
struct Amounts {
    price: Option<i128>,
    fees: Option<i128>,
    cash: Option<i128>,
}

/// A trade. `sign` is 1 bought, -1 sold.
fn trade(
    at_ms: i64,
    way: Way,
    sign: i64,
    thing: &Thing,
    count: i64,
    amounts: &Amounts,
) -> Result<Entry, String> {
    let price = amounts.price.ok_or("it has no price")?;
    if price < 0 {
        return Err("its price is below zero".to_owned());
    }
    if let Thing::Option(name) = thing {
        can_trade(name, at_ms, price, amounts.cash)?;
    }
    let gross = moderate(-i128::from(sign * count) * thing.shares() * price)?;
    let (fees, cash) = match (amounts.fees, amounts.cash) {
        (fees, None) => {
            let fees = fees.unwrap_or(0);
            (cents(fees), cents(gross - fees))
        }
        (fees, Some(cash)) => {
            // Prices are printed rounded: half of a hundredth of a cent on each share is not a contradiction.
            let slack = i128::from(count) * thing.shares() * 5_000 + 20_000;
            let implied = gross - cash;
            let expected = fees.unwrap_or(0);
            // A broker that does not list fees takes them off the amount: small, and never in our favour.
            let most = match fees {
                Some(_) => slack,
                None => slack + 20_000_000 + gross.abs() / 20,
            };
            if implied - expected > most || expected - implied > slack {
                return Err(format!(
                    "the amount {} does not follow from {count} x {} x {} and fees of {}: an adjusted contract, or a typing error",
                    in_usd(cash),
                    thing.shares(),
                    in_usd(price),
                    in_usd(expected)
                ));
            }
            (fees.map_or_else(|| cents(implied), cents), cents(cash))
        }
    };
    Ok(Entry {
        at_ms,
        kind: FillKind::Trade,
        way,
        symbol: thing.symbol().to_owned(),
        contract: thing.contract(),
        quantity: sign * count,
        price_micros: price,
        fees_cents: fees,
        cash_cents: cash,
        id: None,
    })
}

/// Whether an option can trade on this day at this price.
///
/// No put is worth more than its strike. A call may be worth more than that, where the share stands at more than twice the strike: rare
/// enough to ask for the cash beside the price, which then says that the price is one per share.
fn can_trade(name: &OptionName, at_ms: i64, price: i128, cash: Option<i128>) -> Result<(), String> {
    let (day, expiry) = (date_of(at_ms), name.expiry);
    if day > expiry {
        return Err(format!(
            "{} ended on {expiry} and could not trade on {day}: check both dates",
            name.words()
        ));
    }
    if price > i128::from(name.strike_milli) * 1000 && (name.is_put || cash.is_none()) {
        let (contract, shown) = (name.words(), in_usd(price));
        let rest = match name.is_put {
            true => "no put is worth more than its strike",
            false => {
                "if the share stands that high, enter it as a row of our own columns with its amount_usd"
            }
        };
        return Err(format!(
            "{shown} is more than the strike of {contract}: prices are dollars per share, not per contract; {rest}"
        ));
    }
    Ok(())
}

fn in_usd(micros: i128) -> String {
    format!("${}", micros as f64 / 1e6)
}

/// Days after its expiry within which a broker books the end of an option: a weekend, a holiday and the night's work.
pub(super) const BOOKED_WITHIN: i32 = 7;

/// An option that ended without a trade.
fn ends(
    at_ms: i64,
    kind: FillKind,
    thing: &Thing,
    count: i64,
    cash: Option<i128>,
) -> Result<Entry, String> {
    let Thing::Option(name) = thing else {
        return Err(format!(
            "{} ended, but the row names no option",
            thing.symbol()
        ));
    };
    let (day, expiry) = (date_of(at_ms), name.expiry);
    if kind == FillKind::Expired && day < expiry {
        return Err(format!(
            "on {day} {} had not expired yet: it ends on {expiry}",
            name.words()
        ));
    }
    if (day - expiry).get_days() > BOOKED_WITHIN {
        return Err(format!(
            "{} ended on {expiry}, and what becomes of an option is booked within {BOOKED_WITHIN} days: {day} is another day; check both dates",
            name.words()
        ));
    }
    // A fee of the assignment comes in this row where the broker takes one.
    let cash = cents(cash.unwrap_or(0));
    if cash > 0 {
        return Err("an option that ends pays no cash in this row; index options settled in cash are not kept yet".to_owned());
    }
    Ok(Entry {
        at_ms,
        kind,
        way: Way::Ends,
        symbol: thing.symbol().to_owned(),
        contract: thing.contract(),
        quantity: count,
        price_micros: 0,
        fees_cents: -cash,
        cash_cents: cash,
        id: None,
    })
}

/// Cash without a trade.
fn cash(at_ms: i64, kind: FillKind, symbol: &str, amount: Option<i128>) -> Result<Entry, String> {
    let amount = cents(amount.ok_or("it has no amount")?);
    if amount == 0 {
        return Err("no cash moved".to_owned());
    }
    let symbol = symbol.trim().to_uppercase();
    Ok(Entry {
        at_ms,
        kind,
        way: Way::Either,
        symbol: if is_ticker(&symbol) {
            symbol
        } else {
            experience::CASH.to_owned()
        },
        contract: experience::CASH.to_owned(),
        quantity: amount,
        price_micros: 10_000,
        fees_cents: 0,
        cash_cents: amount,
        id: None,
    })
}

/// What is said of a word that a broker uses for something else than a trade or cash.
fn unknown(what: &str, word: &str, hint: &str) -> String {
    let of_split = |text: &str| {
        let text = plain(text);
        text.contains("split") || matches!(text.as_str(), "spl" | "spr")
    };
    let remedy = if of_split(word) || of_split(hint) {
        "a split of whole shares is entered as `jarvis2 journal apply --fill \"split 2:1 KO\" --on DAY`, or with our own columns; after any other, set counts, bases and strikes in the account file by hand"
    } else {
        "a trade or cash is entered with our own columns; what turns shares or contracts into others (a merger, a spin-off, shares moved between accounts), by hand in the account file"
    };
    format!("the {what} {word:?} is not known: {remedy}")
}

fn own(cells: &Cells<'_>, at_ms: i64) -> Result<Entry, String> {
    let action = plain(cells.get("action"));
    let amounts = Amounts {
        price: cells.amount("priceusd")?,
        fees: cells.amount("feesusd")?,
        cash: cells.amount("amountusd")?,
    };
    let what = || thing(cells.get("contract"), cells.get("symbol"));
    let symbol = cells.get("symbol");
    let trade = |way, sign| trade(at_ms, way, sign, &what()?, cells.quantity()?, &amounts);
    let ends = |kind| ends(at_ms, kind, &what()?, cells.quantity()?, amounts.cash);
    let sized = |sign: i128| amounts.cash.map(|amount| sign * amount.abs());
    let splits = || {
        let symbol = symbol.to_uppercase();
        if !is_ticker(&symbol) {
            return Err(format!("{symbol:?} is no symbol"));
        }
        Ok(Entry {
            at_ms: midnight_ms(date_of(at_ms)),
            kind: FillKind::Trade,
            way: Way::Splits,
            contract: symbol.clone(),
            symbol,
            quantity: shares_for_one(cells.get("quantity"))?,
            price_micros: 0,
            fees_cents: 0,
            cash_cents: 0,
            id: None,
        })
    };
    let entry = match action.as_str() {
        "selltoopen" => trade(Way::Opens, -1),
        "buytoopen" => trade(Way::Opens, 1),
        "selltoclose" => trade(Way::Closes, -1),
        "buytoclose" => trade(Way::Closes, 1),
        "buy" => trade(Way::Either, 1),
        "sell" => trade(Way::Closes, -1),
        "expired" => ends(FillKind::Expired),
        "assigned" => ends(FillKind::Assigned),
        "exercised" => ends(FillKind::Exercised),
        "dividend" => cash(at_ms, FillKind::Dividend, symbol, amounts.cash),
        "interest" => cash(at_ms, FillKind::Interest, symbol, amounts.cash),
        "fee" => cash(at_ms, FillKind::Fee, symbol, sized(-1)),
        "deposit" => cash(at_ms, FillKind::Transfer, "", sized(1)),
        "withdrawal" => cash(at_ms, FillKind::Transfer, "", sized(-1)),
        "split" => splits(),
        _ => Err(format!(
            "the action {:?} is none of sell_to_open, buy_to_close, buy_to_open, sell_to_close, buy, sell, expired, assigned, exercised, split, dividend, interest, fee, deposit, withdrawal",
            cells.get("action")
        )),
    };
    entry.map(|entry| Entry {
        id: Some(cells.get("id").to_owned()).filter(|id| !id.is_empty()),
        ..entry
    })
}

/// Shares bought with a dividend. A part of a share is not kept: what it cost is, as paid out, and the remark names it.
fn reinvested(cells: &Cells<'_>, at_ms: i64) -> Result<Understood, String> {
    /// Shares of one row, at most.
    const MOST: i128 = 1_000_000_000;
    let symbol = cells.get("symbol");
    let what = thing("", symbol)?;
    let amounts = |cash| -> Result<Amounts, String> {
        Ok(Amounts {
            price: cells.amount("price")?,
            fees: None,
            cash,
        })
    };
    let bought = |count: i64, cash| trade(at_ms, Way::Either, 1, &what, count, &amounts(cash)?);
    let text = cells.get("quantity");
    let quantity = micros(text)
        .map(i128::abs)
        .filter(|quantity| (1..=MOST * 1_000_000).contains(quantity))
        .ok_or_else(|| format!("the quantity is {text:?}"))?;
    let (whole, part) = ((quantity / 1_000_000) as i64, quantity % 1_000_000);
    let paid = cells.amount("amount")?;
    if part == 0 {
        return Ok(Understood {
            entries: vec![bought(whole, paid)?],
            remark: None,
        });
    }
    let price = amounts(None)?.price.ok_or("it has no price")?;
    let gross = moderate(-quantity * price / 1_000_000)?;
    let paid = paid.unwrap_or(gross);
    // As with whole shares: half of a hundredth of a cent on each, and two cents.
    if price < 0 || (paid - gross).abs() > quantity * 5_000 / 1_000_000 + 20_000 {
        return Err(format!(
            "the amount {} does not follow from {text} x {}: a typing error",
            in_usd(paid),
            in_usd(price)
        ));
    }
    let mut entries = Vec::new();
    let mut rest = paid;
    if whole > 0 {
        let trade = bought(whole, None)?;
        rest -= i128::from(trade.cash_cents) * 10_000;
        entries.push(trade);
    }
    if cents(rest) != 0 {
        entries.push(cash(at_ms, FillKind::Transfer, symbol, Some(rest))?);
    }
    if entries.is_empty() {
        return Err("no cash moved".to_owned());
    }
    Ok(Understood {
        entries,
        remark: Some(format!(
            "{} of a share of {} is missing: parts of a share are not kept, and the {} that it cost is booked as paid out",
            part as f64 / 1e6,
            what.symbol(),
            in_usd(-i128::from(cents(rest)) * 10_000)
        )),
    })
}

fn schwab(cells: &Cells<'_>, at_ms: i64) -> Result<Entry, String> {
    let amounts = Amounts {
        price: cells.amount("price")?,
        fees: cells.amount("feescomm")?,
        cash: cells.amount("amount")?,
    };
    let symbol = cells.get("symbol");
    let what = || thing(symbol, symbol);
    let trade = |way, sign| trade(at_ms, way, sign, &what()?, cells.quantity()?, &amounts);
    let ends = |kind| ends(at_ms, kind, &what()?, cells.quantity()?, amounts.cash);
    match plain(cells.get("action")).as_str() {
        "selltoopen" | "sellshort" => trade(Way::Opens, -1),
        "buytoopen" => trade(Way::Opens, 1),
        "selltoclose" | "sell" => trade(Way::Closes, -1),
        "buytoclose" => trade(Way::Closes, 1),
        "buy" => trade(Way::Either, 1),
        "expired" => ends(FillKind::Expired),
        "assigned" => ends(FillKind::Assigned),
        "exchangeorexercise" | "exercised" => ends(FillKind::Exercised),
        "qualifieddividend" | "cashdividend" | "nonqualifieddiv" | "specialdividend"
        | "reinvestdividend" | "qualdivreinvest" | "pryrdivreinvest" | "pryrdividend"
        | "nratax" | "nrataxadj" | "foreigntaxpaid" | "longtermcapgain" | "shorttermcapgain" => {
            cash(at_ms, FillKind::Dividend, symbol, amounts.cash)
        }
        "bankinterest" | "creditinterest" | "margininterest" | "bondinterest" => {
            cash(at_ms, FillKind::Interest, symbol, amounts.cash)
        }
        "adrmgmtfee" | "servicefee" | "miscellaneousfee" | "wirefee" => {
            cash(at_ms, FillKind::Fee, symbol, amounts.cash)
        }
        "moneylinktransfer" | "moneylinkdeposit" | "wiresent" | "wirereceived" | "wirefunds"
        | "fundsreceived" | "fundspaid" => cash(at_ms, FillKind::Transfer, "", amounts.cash),
        // A journal of shares moves no cash.
        "journal" if symbol.is_empty() => cash(at_ms, FillKind::Transfer, "", amounts.cash),
        _ => Err(unknown("action", cells.get("action"), "")),
    }
}

fn tastytrade(cells: &Cells<'_>, at_ms: i64) -> Result<Entry, String> {
    let (value, commissions, fees) = (
        cells.amount("value")?,
        cells.amount("commissions")?.unwrap_or(0),
        cells.amount("fees")?.unwrap_or(0),
    );
    // Commissions and fees are signed: below zero when paid.
    let net = value.map(|value| value + commissions + fees);
    if let (Some(net), Some(total)) = (net, cells.amount("total")?)
        && (net - total).abs() > 10_000
    {
        return Err(format!(
            "value, commissions and fees make {}, the total says {}",
            in_usd(net),
            in_usd(total)
        ));
    }
    let (kind, sub, action) = (
        plain(cells.get("type")),
        plain(cells.get("subtype")),
        plain(cells.get("action")),
    );
    let symbol = cells.get("symbol");
    if kind == "moneymovement" {
        return match sub.as_str() {
            "dividend" | "withholding" => cash(at_ms, FillKind::Dividend, symbol, net),
            "creditinterest" | "debitinterest" | "fullypaidstocklendingincome" => {
                cash(at_ms, FillKind::Interest, symbol, net)
            }
            "deposit" | "withdrawal" | "transfer" | "ach" => {
                cash(at_ms, FillKind::Transfer, "", net)
            }
            "fee" | "balanceadjustment" | "regulatoryfee" => {
                cash(at_ms, FillKind::Fee, symbol, net)
            }
            _ => Err(unknown("money movement", cells.get("subtype"), "")),
        };
    }
    let what = match plain(cells.get("instrumenttype")).as_str() {
        "equity" => thing("", symbol)?,
        "equityoption" => option(symbol)?,
        _ => {
            return Err(format!(
                "{:?} is neither a share nor an option on one",
                cells.get("instrumenttype")
            ));
        }
    };
    let count = cells.quantity()?;
    let ended = match sub.as_str() {
        "expiration" => Some(FillKind::Expired),
        "assignment" | "cashsettledassignment" => Some(FillKind::Assigned),
        "exercise" | "cashsettledexercise" => Some(FillKind::Exercised),
        _ => None,
    };
    if let (Some(ended), Thing::Option(_)) = (ended, &what) {
        return ends(at_ms, ended, &what, count, net);
    }
    let (way, sign) = match action.as_str() {
        "selltoopen" => (Way::Opens, -1),
        "buytoopen" => (Way::Opens, 1),
        "selltoclose" => (Way::Closes, -1),
        "buytoclose" => (Way::Closes, 1),
        _ => return Err(unknown("action", cells.get("action"), cells.get("subtype"))),
    };
    // The average price is that of the whole contract, with the sign of the cash: the value says it better.
    let gross = value.ok_or("it has no value")?;
    let each = i128::from(count) * what.shares();
    let amounts = Amounts {
        price: Some((gross.abs() + each / 2) / each),
        fees: Some(-(commissions + fees)),
        cash: net,
    };
    trade(at_ms, way, sign, &what, count, &amounts)
}

fn is_reinvestment(cells: &Cells<'_>) -> bool {
    let action = cells.get("action").to_uppercase();
    action.starts_with("REINVESTMENT")
}

/// Whether a row of Fidelity's moves cash into the fund or bank in which the account's cash lies, or out of it: it says so, or reinvests at a
/// dollar a share in a money market fund (`SPAXX`, `FDRXX`, `FZFXX`), a bank's sweep (`QPIFQ`) or plain cash (`FCASH`, `315994103`).
fn is_core_fund(cells: &Cells<'_>) -> bool {
    let action = cells.get("action").to_uppercase();
    let symbol = cells.get("symbol").to_uppercase();
    let holds_cash = ["FCASH", "315994103"].contains(&symbol.as_str())
        || (symbol.len() == 5 && (symbol.ends_with("XX") || symbol.ends_with('Q')));
    let at_a_dollar = micros(cells.get("price")) == Some(1_000_000);
    action.starts_with("PURCHASE INTO CORE ACCOUNT")
        || action.starts_with("REDEMPTION FROM CORE ACCOUNT")
        || (is_reinvestment(cells) && holds_cash && at_a_dollar)
}

fn fidelity(cells: &Cells<'_>, at_ms: i64) -> Result<Entry, String> {
    let action = cells.get("action").to_uppercase();
    let symbol = cells.get("symbol");
    let fees = match (cells.amount("commission")?, cells.amount("fees")?) {
        (None, None) => None,
        (commission, fees) => Some(commission.unwrap_or(0) + fees.unwrap_or(0)),
    };
    let amounts = Amounts {
        price: cells.amount("price")?,
        fees,
        cash: cells.amount("amount")?,
    };
    let starts = |words: &str| action.starts_with(words);
    let what = || thing(symbol, symbol);
    if starts("YOU BOUGHT") || starts("YOU SOLD") {
        let sign = if starts("YOU SOLD") { -1 } else { 1 };
        let way = if action.contains("OPENING TRANSACTION") {
            Way::Opens
        } else if action.contains("CLOSING TRANSACTION") || sign < 0 {
            Way::Closes
        } else {
            Way::Either
        };
        return trade(at_ms, way, sign, &what()?, cells.quantity()?, &amounts);
    }
    for (words, kind) in [
        ("EXPIRED", FillKind::Expired),
        ("ASSIGNED", FillKind::Assigned),
        ("EXERCISED", FillKind::Exercised),
    ] {
        if starts(words) {
            return ends(at_ms, kind, &what()?, cells.quantity()?, amounts.cash);
        }
    }
    for (words, kind) in [
        ("DIVIDEND", FillKind::Dividend),
        ("NON-RESIDENT TAX", FillKind::Dividend),
        ("FOREIGN TAX", FillKind::Dividend),
        ("INTEREST", FillKind::Interest),
        ("MARGIN INTEREST", FillKind::Interest),
        ("FEE", FillKind::Fee),
        ("ELECTRONIC FUNDS TRANSFER", FillKind::Transfer),
        ("CASH CONTRIBUTION", FillKind::Transfer),
        ("DIRECT DEPOSIT", FillKind::Transfer),
        ("WIRE TRANSFER", FillKind::Transfer),
    ] {
        if starts(words) {
            let symbol = if kind == FillKind::Transfer {
                ""
            } else {
                symbol
            };
            return cash(at_ms, kind, symbol, amounts.cash);
        }
    }
    Err(unknown("action", cells.get("action"), ""))
}

fn robinhood(cells: &Cells<'_>, at_ms: i64) -> Result<Entry, String> {
    let (symbol, description) = (cells.get("instrument"), cells.get("description"));
    let amounts = Amounts {
        price: cells.amount("price")?,
        fees: None,
        cash: cells.amount("amount")?,
    };
    let code = cells.get("transcode").to_uppercase();
    let option = || option(description);
    let share = || thing("", symbol);
    let trade =
        |way, sign, what: Thing| trade(at_ms, way, sign, &what, cells.quantity()?, &amounts);
    let ends = |kind| ends(at_ms, kind, &option()?, cells.quantity()?, amounts.cash);
    match code.as_str() {
        "STO" => trade(Way::Opens, -1, option()?),
        "BTO" => trade(Way::Opens, 1, option()?),
        "STC" => trade(Way::Closes, -1, option()?),
        "BTC" => trade(Way::Closes, 1, option()?),
        "BUY" => trade(Way::Either, 1, share()?),
        "SELL" => trade(Way::Closes, -1, share()?),
        "OEXP" => ends(FillKind::Expired),
        "OASGN" => ends(FillKind::Assigned),
        "OEXCS" => ends(FillKind::Exercised),
        "CDIV" | "DIV" | "DIVNRA" | "DTAX" => cash(at_ms, FillKind::Dividend, symbol, amounts.cash),
        "INT" | "SLIP" | "MINT" => cash(at_ms, FillKind::Interest, symbol, amounts.cash),
        "GOLD" | "AFEE" | "DFEE" | "GMPC" => cash(at_ms, FillKind::Fee, symbol, amounts.cash),
        "ACH" | "RTP" | "WITH" | "CFIR" | "MTCH" => {
            cash(at_ms, FillKind::Transfer, "", amounts.cash)
        }
        _ => Err(unknown("code", cells.get("transcode"), description)),
    }
}
