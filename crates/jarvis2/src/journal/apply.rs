//! `jarvis2 journal apply`: fills go into an account file, and the account of the day after comes out; the journal keeps them too.
//!
//! ```text
//! jarvis2 journal apply --account today.toml --out tomorrow.toml --fill "sell 2 KO 2026-09-18 67.5 put at 1.30 fees 1.30"
//! ```
//! A fill is worded as a plan words its action, or stands in a broker's file of transactions. Words become rows of our own format, so that
//! both go the same way. The account that comes out is checked like any other: puts secured by cash, calls covered by shares.

use super::bring::bring;
use super::contract::{OptionName, is_ticker, micros};
use super::formats::{Entry, Way};
use super::import::{self, File, Met, Row, Twin};
use super::lots::Split;
use super::matching;
use super::store::{self, date_of};
use super::{DbArgs, safe};
use crate::account::{Account, Position, Shares, same_symbol};
use crate::cli::{done, pretty};
use crate::error::Error;
use clap::Args;
use experience::{CASH, FillKind, Reader};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// A broker's file of transactions (CSV, as `journal import` reads it).
    #[arg(value_name = "FILE", required_unless_present = "fill")]
    statement: Option<PathBuf>,
    /// The account before the fills (TOML).
    #[arg(long, value_name = "FILE")]
    account: PathBuf,
    /// Where the account after them is written; a file that is there is left as it is.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A fill in words: `sell 2 KO 2026-09-18 67.5 put at 1.30 fees 1.30`, `buy 100 KO at 67.10`, `assigned 1 KO 2026-09-18 67.5 put`,
    /// `expired ...`, `exercised ...`, `split 2:1 KO`. May be repeated; they go in one after the other.
    #[arg(long, value_name = "WORDS", conflicts_with = "statement")]
    fill: Vec<String>,
    /// Day of the fills in words; a split needs it. Default: today in New York.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "fill")]
    on: Option<Date>,
    /// Apply the good rows of a file of which others are refused; without it such a file changes nothing (exit code 3).
    #[arg(long, requires = "statement")]
    partial: bool,
    /// Apply fills that the journal has in words or from another source: they happened once more, and are kept once more. A row that it has
    /// from this file, or from one that overlaps, stays out.
    #[arg(long)]
    again: bool,
    /// Do not keep the fills in the journal, and apply those that it has, too: this account has them not, or there is to be no journal.
    #[arg(long)]
    no_diary: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    db: DbArgs,
}

/// What was done.
#[derive(Debug, Serialize)]
struct Applied {
    account: String,
    written: String,
    fills: Vec<String>,
    cash_before_usd: f64,
    cash_after_usd: f64,
    /// Rows of the file that were not applied because the journal has them.
    known: usize,
    /// Those of them that it has from another source.
    known_otherwise: Vec<import::Twin>,
    /// Rows of the file that were not applied, with the reason.
    refused: Vec<import::RefusedRow>,
    /// What is not applied of rows that are good otherwise, such as parts of a share.
    remarks: Vec<import::RefusedRow>,
    /// One sentence: what the journal kept, or why not.
    journal: String,
}

/// Runs the command.
pub(super) fn run(args: &ApplyArgs) -> Result<u8, Error> {
    if args.out.exists() {
        return Err(Error::Usage(format!(
            "{}: exists already and is left as it is; name another file with --out",
            args.out.display()
        )));
    }
    let (before, _) = Account::read(&args.account)?;
    let place = args.db.place()?;
    let today = store::today();
    let mut after = before.clone();
    let mut lines = Vec::new();
    // What the journal has already. Without the journal all rows are applied, whether it has them or not.
    let reader = reader(&place, args.no_diary)?;
    let meet = |file: &mut File| match &reader {
        Some(reader) => import::meet(reader, file, args.again && args.statement.is_some()),
        None => Ok(Met::default()),
    };
    let (mut file, met) = match &args.statement {
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|error| Error::Io {
                path: path.clone(),
                why: error.to_string(),
            })?;
            let name = path.display().to_string();
            let mut file = import::read(&name, &bytes)?;
            import::not_yet(&mut file, today);
            let met = meet(&mut file)?;
            let mut refused = BTreeMap::new();
            for (place, row) in file.rows.iter().enumerate() {
                if met.had.contains(&place) && !args.no_diary {
                    continue;
                }
                // A row that cannot be leaves no trace.
                let mut trial = after.clone();
                match enter(&mut trial, row) {
                    Ok(line) => {
                        after = trial;
                        lines.push(line);
                    }
                    Err(why) => {
                        refused.insert(place, why);
                    }
                }
            }
            file.refuse(refused);
            if !args.partial || (lines.is_empty() && (met.known == 0 || args.no_diary)) {
                whole(&name, &file)?;
            }
            (file, met)
        }
        None => {
            let day = args.on.unwrap_or(today);
            if day > today {
                let why = import::still_to_come(day, today);
                return Err(Error::Usage(format!("--on {day}: {why}")));
            }
            let mut csv = HEADS.to_owned();
            // A split comes before the trades of its day, as it does in a file.
            let mut fills: Vec<&String> = args.fill.iter().collect();
            let splits = |words: &&String| words.trim_start().to_lowercase().starts_with("split");
            fills.sort_by_key(|words| !splits(words));
            if let Some(words) = fills.first().filter(|words| splits(words))
                && args.on.is_none()
            {
                return Err(Error::Usage(format!(
                    "--fill \"{}\": a split needs its day: add --on YYYY-MM-DD, the first day on which the new shares trade",
                    safe(words)
                )));
            }
            for words in fills {
                csv.push_str(&spoken(words, day, &mut after, &mut lines)?);
            }
            let mut file = import::read("--fill", csv.as_bytes())?.in_words();
            let met = meet(&mut file)?;
            (file, met)
        }
    };
    let (account, in_file) = (args.account.display(), args.statement.is_some());
    let known = met.known;
    // In words all or nothing: who says a fill again is asked whether it happened again.
    let stops = match in_file {
        true => lines.is_empty(),
        false => !args.again,
    };
    if known > 0 && stops && !args.no_diary {
        let twins: Vec<String> = met.twins.iter().map(Twin::words).collect();
        let mut what = format!("the journal has {known} of these fills already");
        if in_file {
            what = format!("there is nothing new to apply: {what}");
        }
        if !twins.is_empty() {
            what += &format!(" ({})", twins.join("; "));
        }
        let leave = if in_file {
            "all is done"
        } else {
            "leave them out"
        };
        what += &format!(
            ": where {account} has them too, {leave}; where it has not (they came by `journal import`), add --no-diary"
        );
        if !in_file || !twins.is_empty() {
            what += "; only where they happened once more, add --again";
        }
        return Err(Error::Usage(what));
    }
    if lines.is_empty() {
        let why = file
            .refused
            .first()
            .map_or("it holds no fill", |row| &row.reason);
        return Err(Error::Usage(format!("there is nothing to apply: {why}")));
    }
    after
        .check()
        .map_err(|what| Error::Usage(format!("{account} after these fills: {what}")))?;
    if let Some(reader) = reader.as_ref().filter(|_| !args.no_diary) {
        import::splits_in_time(reader, &file, args.again, args.statement.is_none())?;
    }
    drop(reader);
    write(&args.out, &after, args, &lines)?;
    let kept = match (args.no_diary, known) {
        (true, 0) => Ok("n/a (--no-diary)".to_owned()),
        (true, known) => Ok(format!(
            "n/a (--no-diary; it has {known} of these fills already)"
        )),
        (false, _) => kept(&place, &mut file, &before, args),
    };
    // The account is written already: what goes wrong in the journal is told, and loses nothing.
    let (journal, failed) = match kept {
        Ok(words) => (words, None),
        Err(error) => (
            format!(
                "n/a (not kept: {error}; enter them with `jarvis2 journal import`, or run again with another --db and --out)"
            ),
            Some(error).filter(|_| place.named),
        ),
    };
    let skips = in_file && !args.no_diary;
    let applied = Applied {
        account: args.account.display().to_string(),
        written: args.out.display().to_string(),
        fills: lines,
        cash_before_usd: before.cash_usd,
        cash_after_usd: after.cash_usd,
        known: if skips { known } else { 0 },
        known_otherwise: if skips { met.twins } else { Vec::new() },
        refused: file.refused,
        remarks: file.remarks,
        journal,
    };
    let code = done(&if args.json {
        pretty(&applied)?
    } else {
        text(&applied)
    });
    // A diary that was named must be there, as with a plan.
    match failed {
        Some(error) => Err(Error::Said(Box::new(error))),
        None => Ok(code),
    }
}

/// The journal for reading, if there is one. Where nothing is to be kept in it, one that cannot be read is as good as none.
fn reader(place: &store::Place, no_diary: bool) -> Result<Option<Reader>, Error> {
    if !place.path.exists() {
        return Ok(None);
    }
    match store::reader(place) {
        Err(_) if no_diary => Ok(None),
        read => read,
    }
}

/// Refuses a file of which rows were refused: an account without them is wrong, and the next plan would not know.
fn whole(name: &str, file: &File) -> Result<(), Error> {
    /// Reasons that the message gives.
    const SHOWN: usize = 5;
    let missing: Vec<&import::RefusedRow> = file.refused.iter().filter(|row| !row.remark).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let reasons: Vec<String> = missing
        .iter()
        .take(SHOWN)
        .map(|row| format!("line {}: {}", row.line, safe(&row.reason)))
        .collect();
    let more = match missing.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("; and {more} more (`jarvis2 journal import {name} --dry-run` lists them)"),
    };
    Err(Error::Table {
        file: name.to_owned(),
        what: format!(
            "{} of {} rows are refused, and nothing is written: {}{more}",
            missing.len(),
            missing.len() + file.rows.len(),
            reasons.join("; ")
        ),
        remedy: "correct them, or apply the others with --partial".to_owned(),
    })
}

/// Keeps the fills, and says how many. Those in words that happened once more are numbered as further ones; a row of a file is what it was.
fn kept(
    place: &store::Place,
    file: &mut File,
    before: &Account,
    args: &ApplyArgs,
) -> Result<String, Error> {
    let mut diary = store::writer(place)?;
    if args.again && args.statement.is_none() {
        import::renumber(diary.read(), file)?;
    }
    let brought = bring(diary.read(), file, args.again, before)?;
    let (new, met) = import::store(&mut diary, file, args.again)?;
    matching::link(&mut diary)?;
    let reason = |refused: &import::RefusedRow| {
        let mut rows = file.rows.iter().filter(|row| row.line == refused.line);
        match rows.any(|row| is_without_cost(before, &row.entry)) {
            true => format!(
                "{}, or say in {} what it cost (basis_usd_per_share, premium_usd_per_share)",
                refused.reason,
                args.account.display()
            ),
            false => refused.reason.clone(),
        }
    };
    let reasons: Vec<String> = met.refused.iter().map(reason).collect();
    let mut words = format!("{} kept, {} kept before", new.len(), met.known);
    if !brought.is_empty() {
        words += &format!(
            "; among them what {} had before the journal: {} (as paid in, so that no cash moved)",
            args.account.display(),
            brought.join(", ")
        );
    }
    if !reasons.is_empty() {
        words += &format!("; {} not kept: {}", reasons.len(), reasons.join("; "));
    }
    Ok(format!("{words} ({})", place.path.display()))
}

/// Whether the account holds what a row closes, and does not say what it cost.
fn is_without_cost(account: &Account, entry: &Entry) -> bool {
    match OptionName::parse(&entry.contract) {
        Some(name) => {
            let mut all = account.options.iter().filter(|one| is_same(one, &name));
            all.any(|one| one.premium_usd_per_share.is_none())
        }
        None => {
            let of_it = |one: &&Shares| same_symbol(&one.symbol, &entry.symbol);
            let mut all = account.shares.iter().filter(of_it);
            all.any(|one| one.basis_usd_per_share.is_none())
        }
    }
}

const HEADS: &str = "date,action,symbol,contract,quantity,price_usd,fees_usd,amount_usd,id\n";

/// Enters a fill in words: its rows of our own format, and what happened as further `lines`.
pub(super) fn spoken(
    words: &str,
    day: Date,
    account: &mut Account,
    lines: &mut Vec<String>,
) -> Result<String, Error> {
    let mut all = String::new();
    let legs = legs(words);
    let splits = |leg: &Vec<&str>| {
        let verb = leg.first();
        verb.is_some_and(|verb| verb.eq_ignore_ascii_case("split"))
    };
    if legs.len() > 1 && legs.iter().any(splits) {
        return Err(Error::Usage(format!(
            "--fill \"{}\": a split comes before the trades of its day: give it a --fill of its own",
            safe(words)
        )));
    }
    // Each leg is read against the account that the earlier ones left.
    for leg in legs {
        let rows = rows(&leg, day, account)?;
        let alone = format!("{HEADS}{rows}");
        let read = import::read(words, alone.as_bytes())?;
        if let Some(row) = read.refused.first() {
            let words = safe(words);
            return Err(Error::Usage(format!("--fill \"{words}\": {}", row.reason)));
        }
        for row in &read.rows {
            let entered = enter(account, row).map_err(|what| {
                let words = safe(words);
                Error::Usage(format!("--fill \"{words}\": {what}"))
            })?;
            lines.push(entered);
        }
        all += &rows;
    }
    Ok(all)
}

/// What a fill begins with.
const VERBS: [&str; 8] = [
    "split",
    "buy",
    "bought",
    "sell",
    "sold",
    "expired",
    "assigned",
    "exercised",
];

/// The legs of a fill in words, as a plan joins them: `buy 2 ... at 0.40, sell 2 ... at 1.30`.
fn legs(words: &str) -> Vec<Vec<&str>> {
    let mut legs: Vec<Vec<&str>> = Vec::new();
    for token in words.split_whitespace() {
        let begins = VERBS.iter().any(|verb| token.eq_ignore_ascii_case(verb));
        if begins || legs.is_empty() {
            legs.push(Vec::new());
        }
        let plain = token.trim_end_matches([',', ';']);
        let joins = ["", "and", "or", "better"];
        if let Some(leg) = legs.last_mut()
            && !joins.iter().any(|word| plain.eq_ignore_ascii_case(word))
        {
            leg.push(plain);
        }
    }
    legs
}

/// One leg as rows of our own format.
fn rows(leg: &[&str], day: Date, account: &Account) -> Result<String, Error> {
    let wrong = |what: String| {
        Error::Usage(format!(
            "--fill \"{}\": {what}; write it like `sell 2 KO 2026-09-18 67.5 put at 1.30 fees 1.30`",
            safe(&leg.join(" "))
        ))
    };
    let wrong_split = || {
        Error::Usage(format!(
            "--fill \"{}\": write a split as `split 2:1 KO`, new shares for old ones",
            safe(&leg.join(" "))
        ))
    };
    let mut tokens: Vec<&str> = leg.to_vec();
    let mut taken = |name: &str| -> Result<Option<String>, Error> {
        let is_name = |token: &&str| token.eq_ignore_ascii_case(name);
        let Some(at) = tokens.iter().position(is_name) else {
            return Ok(None);
        };
        // Read as it stands: a comma that is no separator of thousands is no amount.
        let value = tokens
            .get(at + 1)
            .filter(|value| micros(value).is_some_and(|value| value >= 0))
            .map(|value| value.trim_start_matches('$').replace(',', ""));
        let value =
            value.ok_or_else(|| wrong(format!("no amount such as 1.30 follows \"{name}\"")))?;
        tokens.drain(at..at + 2);
        Ok(Some(value))
    };
    let (fees, price) = (taken("fees")?, taken("at")?);
    let [verb, count, what @ ..] = tokens.as_slice() else {
        return Err(wrong(
            "a verb, a count and a contract are needed".to_owned(),
        ));
    };
    let verb = verb.to_lowercase();
    if verb == "split" {
        let [symbol] = what else {
            return Err(wrong_split());
        };
        if fees.is_some() || price.is_some() {
            return Err(wrong_split());
        }
        return Ok(format!("{day},split,{symbol},,{count},,,,\n"));
    }
    let quantity: i64 = count
        .parse()
        .ok()
        .filter(|count| (1..=1_000_000).contains(count))
        .ok_or_else(|| wrong(format!("\"{count}\" is no count")))?;
    let nothing = || {
        let what = what.join(" ");
        wrong(format!(
            "\"{what}\" names neither a standard option nor a share"
        ))
    };
    // A contract is one word or four, and nothing beside it.
    let option = match what {
        [_] | [_, _, _, _] => OptionName::parse(&what.join(" ")),
        _ => None,
    };
    let symbol = match (&option, what) {
        (Some(name), _) => name.symbol.clone(),
        (None, [ticker]) => ticker.to_uppercase(),
        (None, [ticker, share]) if ["share", "shares"].contains(&share.to_lowercase().as_str()) => {
            ticker.to_uppercase()
        }
        _ => return Err(nothing()),
    };
    if !is_ticker(&symbol) {
        return Err(nothing());
    }
    let contract = option.as_ref().map(OptionName::occ).unwrap_or_default();
    let paid = fees.clone().unwrap_or_default();
    let row = |action: &str, contract: &str, quantity: i64, price: &str, fees: &str| {
        format!("{day},{action},{symbol},{contract},{quantity},{price},{fees},,\n")
    };
    let trade = |action: &str| match &price {
        Some(price) => Ok(row(action, &contract, quantity, price, &paid)),
        None => Err(wrong("no price follows \"at\"".to_owned())),
    };
    if price.is_some() && matches!(verb.as_str(), "expired" | "assigned" | "exercised") {
        return Err(wrong(format!("what is {verb} has no price")));
    }
    match (verb.as_str(), &option) {
        ("buy" | "bought", None) => trade("buy"),
        ("sell" | "sold", None) => trade("sell"),
        ("buy" | "bought", Some(name)) if held(account, name, -1) > 0 => trade("buy_to_close"),
        ("buy" | "bought", Some(_)) => trade("buy_to_open"),
        ("sell" | "sold", Some(name)) if held(account, name, 1) > 0 => trade("sell_to_close"),
        ("sell" | "sold", Some(_)) => trade("sell_to_open"),
        ("expired", Some(name)) => {
            if fees.is_some() {
                return Err(wrong("what expired has no fees".to_owned()));
            }
            if day < name.expiry {
                let expiry = name.expiry;
                return Err(wrong(format!(
                    "on {day} it had not expired yet: it ends on {expiry}; name the day with --on"
                )));
            }
            Ok(row("expired", &contract, quantity, "0", ""))
        }
        ("assigned" | "exercised", Some(name)) => {
            // The shares change hands at the strike, as a broker books them.
            let strike = name.strike_milli as f64 / 1000.0;
            let buys = name.is_put == (verb == "assigned");
            let shares = if buys { "buy" } else { "sell" };
            let end = row(&verb, &contract, quantity, "0", "");
            let trade = row(shares, "", 100 * quantity, &strike.to_string(), &paid);
            Ok(end + &trade)
        }
        (verb, None) => Err(wrong(format!("\"{verb}\" is none of buy, sell for shares"))),
        (verb, _) => Err(wrong(format!(
            "\"{verb}\" is none of buy, sell, expired, assigned, exercised, split"
        ))),
    }
}

pub(super) fn is_same(position: &Position, name: &OptionName) -> bool {
    let right = position.right().map(|right| right == pricing::Right::Put);
    same_symbol(&position.symbol, &name.symbol)
        && position.expiry() == Some(name.expiry)
        && right == Some(name.is_put)
        && (position.strike_usd * 1000.0).round() as i64 == name.strike_milli
}

/// Contracts held on one side: 1 bought, -1 sold.
pub(super) fn held(account: &Account, name: &OptionName, side: i64) -> i64 {
    let same = account
        .options
        .iter()
        .filter(|one| is_same(one, name) && one.contracts.signum() as i64 == side);
    same.map(|one| one.contracts.abs() as i64).sum()
}

/// Enters one row; returns it in words, or why it cannot be.
pub(super) fn enter(account: &mut Account, row: &Row) -> Result<String, String> {
    let entry = &row.entry;
    let day = date_of(entry.at_ms);
    let cash = entry.cash_cents as f64 / 100.0;
    // Whole cents: many fills must not leave a crumb.
    account.cash_usd = ((account.cash_usd + cash) * 100.0).round() / 100.0;
    if entry.contract == CASH {
        return Ok(format!("{day}: {}, cash {cash:+.2}", entry.kind.name()));
    }
    if entry.way == Way::Splits {
        return split(account, &row.split());
    }
    let price = entry.price_micros as f64 / 1e6;
    match OptionName::parse(&entry.contract) {
        Some(name) => {
            let count = entry.quantity.abs();
            // On which side the position is that this ends; none: it opens one.
            let ends = match (entry.kind, entry.way) {
                (FillKind::Assigned, _) => Some(-1),
                (FillKind::Exercised, _) => Some(1),
                (FillKind::Trade, Way::Opens) => None,
                (FillKind::Trade, _) => Some(-entry.quantity.signum()),
                _ if held(account, &name, -1) > 0 => Some(-1),
                _ => Some(1),
            };
            let change = match ends {
                Some(side) => -side * count,
                None => entry.quantity,
            };
            let against = held(account, &name, -change.signum());
            match ends {
                Some(_) if count > against => {
                    let side = if change > 0 { "sold" } else { "bought" };
                    let contract = name.words();
                    return Err(format!(
                        "it ends {count} {contract}, {side}, but the account holds {against} of them: start from the account that holds them, or enter the trade that opened them first"
                    ));
                }
                Some(side) => take(account, &name, side, count, day)?,
                None if against > 0 => {
                    let contract = name.words();
                    return Err(format!(
                        "it opens {count} {contract}, but the account holds {against} on the other side: enter what closes those first"
                    ));
                }
                None => open(account, &name, change, price, day),
            }
            let kind = entry.kind.name();
            let contract = name.words();
            Ok(format!(
                "{day}: {kind} {change:+} {contract}, cash {cash:+.2}"
            ))
        }
        None => {
            trade_shares(account, &entry.symbol, entry.quantity, price)?;
            Ok(format!(
                "{day}: {} {:+} shares of {}, cash {cash:+.2}",
                entry.kind.name(),
                entry.quantity,
                entry.symbol
            ))
        }
    }
}

fn open(account: &mut Account, name: &OptionName, change: i64, premium: f64, day: Date) {
    account.options.push(Position {
        symbol: name.symbol.clone(),
        right: if name.is_put { "put" } else { "call" }.to_owned(),
        expiry: name.expiry.to_string(),
        strike_usd: name.strike_milli as f64 / 1000.0,
        contracts: change as f64,
        premium_usd_per_share: Some(premium),
        opened: Some(day.to_string()),
    });
}

/// Turns shares and options of a symbol as a split does.
fn split(account: &mut Account, split: &Split) -> Result<String, String> {
    /// Shares of an account, at most.
    const SHARES: i64 = 100_000_000;
    let (day, times) = (date_of(split.at_ms), split.shares_for_one as f64);
    let symbol = &split.symbol;
    let too_many = |what: &str| {
        format!(
            "{what} times {} are more than a hundred million shares: check the ratio",
            split.shares_for_one
        )
    };
    let mut turned = Vec::new();
    for shares in &mut account.shares {
        if same_symbol(&shares.symbol, symbol) {
            let before = shares.count;
            shares.count = before
                .checked_mul(split.shares_for_one)
                .filter(|&after| after <= SHARES)
                .ok_or_else(|| too_many(&format!("{before} shares")))?;
            shares.basis_usd_per_share = shares.basis_usd_per_share.map(|basis| basis / times);
            turned.push(format!("{before} -> {} shares", shares.count));
        }
    }
    for position in &mut account.options {
        let opened: Option<Date> = position.opened.as_deref().and_then(|day| day.parse().ok());
        let (Some(right), Some(expiry)) = (position.right(), position.expiry()) else {
            continue;
        };
        if !same_symbol(&position.symbol, symbol) || expiry < day {
            continue;
        }
        let before = OptionName::new(symbol, expiry, right, position.strike_usd);
        // What came after the split is counted in new shares, the rest in old ones: one file cannot hold both.
        if let Some(opened) = opened.filter(|&opened| opened >= day) {
            return Err(format!(
                "the account opened {} on {opened}, which is not before the split of {day}: {}",
                before.words(),
                import::split_late(split)
            ));
        }
        let after = before.split(split.shares_for_one);
        let count = position.contracts;
        position.contracts *= times;
        if position.contracts.abs() * 100.0 > SHARES as f64 {
            return Err(too_many(&format!("{count} contracts")));
        }
        position.strike_usd = after.strike_milli as f64 / 1000.0;
        position.premium_usd_per_share = position
            .premium_usd_per_share
            .map(|premium| premium / times);
        // The contract of this name is as old as the split: so a plan takes it as one from after it.
        position.opened = opened.map(|_| day.to_string());
        turned.push(format!(
            "{count:+} {} -> {:+} {}",
            before.words(),
            position.contracts,
            after.words()
        ));
    }
    if turned.is_empty() {
        return Err(format!(
            "the account holds nothing in {symbol} that a split on {day} would turn: check symbol and day"
        ));
    }
    Ok(format!(
        "{day}: split {}:1 of {symbol}, {}, cash +0.00",
        split.shares_for_one,
        turned.join(", ")
    ))
}

/// Takes contracts of one side away, in the order of the file; those that were opened after the day stay.
fn take(
    account: &mut Account,
    name: &OptionName,
    side: i64,
    count: i64,
    day: Date,
) -> Result<(), String> {
    let ends =
        |position: &Position| is_same(position, name) && position.contracts.signum() as i64 == side;
    let opened = |position: &Position| -> Option<Date> {
        let opened: Option<Date> = position.opened.as_deref().and_then(|day| day.parse().ok());
        opened.filter(|&opened| opened > day)
    };
    let all = account.options.iter().filter(|position| ends(position));
    let (later, there): (Vec<&Position>, Vec<&Position>) =
        all.partition(|position| opened(position).is_some());
    let there: f64 = there.iter().map(|one| one.contracts.abs()).sum();
    if there < count as f64
        && let Some(first) = later.iter().filter_map(|one| opened(one)).min()
    {
        return Err(format!(
            "on {day} it ends {}, which the account opened on {first}: check the day",
            name.words()
        ));
    }
    let mut left = count;
    for position in account.options.iter_mut() {
        if left > 0 && ends(position) && opened(position).is_none() {
            let part = (position.contracts.abs() as i64).min(left);
            position.contracts -= (side * part) as f64;
            left -= part;
        }
    }
    account.options.retain(|position| position.contracts != 0.0);
    Ok(())
}

fn trade_shares(
    account: &mut Account,
    symbol: &str,
    change: i64,
    price: f64,
) -> Result<(), String> {
    let at = account
        .shares
        .iter()
        .position(|one| same_symbol(&one.symbol, symbol));
    let held = at.map_or(0, |at| account.shares[at].count);
    let Some(after) = held.checked_add(change) else {
        return Err(format!(
            "{held} and {change} shares of {symbol} are more than can be: check the counts"
        ));
    };
    if after < 0 {
        return Err(format!(
            "it sells {} shares of {symbol}, but the account holds {held}: start from the account that holds them, or enter their purchase first",
            -change
        ));
    }
    match at {
        None => account.shares.push(Shares {
            symbol: symbol.to_owned(),
            count: change,
            basis_usd_per_share: Some(price),
        }),
        Some(at) => {
            let shares = &mut account.shares[at];
            if change > 0 {
                // The mean of what all of them cost; unknown where a part is unknown.
                shares.basis_usd_per_share = shares
                    .basis_usd_per_share
                    .map(|basis| (basis * held as f64 + price * change as f64) / after as f64);
            }
            shares.count = after;
            if shares.count == 0 {
                account.shares.remove(at);
            }
        }
    }
    Ok(())
}

/// The account as a file of its own.
fn write(path: &Path, account: &Account, args: &ApplyArgs, lines: &[String]) -> Result<(), Error> {
    let body = toml::to_string(account).map_err(|error| Error::Internal(error.to_string()))?;
    let mut text = format!("# {}, after:\n", safe(&args.account.display().to_string()));
    for line in lines {
        text += &format!("#   {}\n", safe(line));
    }
    text += &body;
    let unwritable = |error: std::io::Error| Error::UnwritableFile {
        path: path.to_owned(),
        why: error.to_string(),
    };
    // Written aside and put in its place whole; what came there meanwhile stays.
    let aside = path.with_file_name(format!(
        ".{}.{}",
        path.file_name().unwrap_or_default().to_string_lossy(),
        std::process::id()
    ));
    let written = std::fs::File::create(&aside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let placed = written.and_then(|()| {
        std::fs::hard_link(&aside, path).or_else(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Err(error),
            // A file system without links.
            _ => std::fs::copy(&aside, path).map(drop),
        })
    });
    let _ = std::fs::remove_file(&aside);
    placed.map_err(unwritable)
}

fn text(applied: &Applied) -> String {
    let mut text = String::new();
    for line in &applied.fills {
        text += &format!("{}\n", safe(line));
    }
    for row in &applied.refused {
        text += &format!("not applied, line {}: {}\n", row.line, safe(&row.reason));
    }
    for row in &applied.remarks {
        text += &format!("line {}: {}\n", row.line, safe(&row.reason));
    }
    if applied.known > 0 {
        text += &format!(
            "known before: {} rows, not applied; if {} has them not, start again with --no-diary\n",
            applied.known,
            safe(&applied.account)
        );
    }
    for twin in &applied.known_otherwise {
        text += &twin.line();
    }
    text += &format!(
        "cash {:.2} -> {:.2}\njournal: {}\nwritten: {}\n",
        applied.cash_before_usd, applied.cash_after_usd, applied.journal, applied.written
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(text: &str) -> Account {
        toml::from_str(&format!("schema_version = 1\nkind = \"cash\"\n{text}")).unwrap()
    }

    /// The account after fills in words, and the day is the same for all.
    fn after(start: &str, fills: &[&str]) -> Result<Account, String> {
        let mut account = account(start);
        for words in fills {
            let day = jiff::civil::date(2026, 9, 18);
            spoken(words, day, &mut account, &mut Vec::new()).map_err(|error| error.to_string())?;
        }
        account.check()?;
        Ok(account)
    }

    #[test]
    fn a_wheel_turns_once_to_the_cent() {
        let put = after(
            "cash_usd = 20000\n",
            &["sell 2 KO 2026-09-18 67.5 put at $1.30 fees 1.30"],
        )
        .unwrap();
        assert_eq!(put.cash_usd, 20_258.70);
        assert_eq!((put.options.len(), put.options[0].contracts), (1, -2.0));
        // One is bought back, one assigned.
        let start = toml::to_string(&put)
            .unwrap()
            .replace("schema_version = 1\nkind = \"cash\"\n", "");
        let shares = after(
            &start,
            &[
                "buy 1 KO 2026-09-18 67.5 put at 0.40",
                "assigned 1 KO 2026-09-18 67.5 put",
            ],
        )
        .unwrap();
        assert_eq!(shares.cash_usd, 20_258.70 - 40.0 - 6_750.0);
        assert_eq!(shares.options, []);
        assert_eq!(
            (shares.shares[0].count, shares.shares[0].basis_usd_per_share),
            (100, Some(67.5))
        );
        let start = toml::to_string(&shares)
            .unwrap()
            .replace("schema_version = 1\nkind = \"cash\"\n", "");
        let called = after(
            &start,
            &[
                "sell 1 KO 2026-10-16 70 call at 0.80",
                "assigned 1 KO 2026-10-16 70 call",
            ],
        )
        .unwrap();
        assert_eq!(called.cash_usd, 13_468.70 + 80.0 + 7_000.0);
        assert_eq!((called.shares.len(), called.options.len()), (0, 0));
    }

    #[test]
    fn a_basis_is_the_mean_of_all_shares_or_unknown() {
        let known = "cash_usd = 20000\n[[shares]]\nsymbol = \"KO\"\ncount = 100\nbasis_usd_per_share = 60.0\n";
        let bought = after(known, &["buy 100 KO at 70"]).unwrap();
        assert_eq!(bought.shares[0].basis_usd_per_share, Some(65.0));
        let unknown = "cash_usd = 20000\n[[shares]]\nsymbol = \"KO\"\ncount = 100\n";
        let bought = after(unknown, &["buy 100 KO at 70"]).unwrap();
        assert_eq!(bought.shares[0].basis_usd_per_share, None);
    }

    #[test]
    fn the_words_of_a_plan_are_those_of_a_fill() {
        let start = "cash_usd = 30000\n[[options]]\nsymbol = \"KO\"\nright = \"put\"\nexpiry = \"2026-09-18\"\nstrike_usd = 67.5\ncontracts = -2\n";
        let roll =
            "buy 2 KO 2026-09-18 67.5 put at $0.40, sell 2 KO 2026-10-16 65 put at $1.10 fees 2.60";
        let rolled = after(start, &[roll]).unwrap();
        assert_eq!(rolled.cash_usd, 30_000.0 - 80.0 + 220.0 - 2.60);
        let left: Vec<(f64, f64)> = rolled
            .options
            .iter()
            .map(|one| (one.strike_usd, one.contracts))
            .collect();
        assert_eq!(left, [(65.0, -2.0)]);
        let bought = after("cash_usd = 30000\n", &["buy 100 KO shares at $67.10"]).unwrap();
        assert_eq!((bought.cash_usd, bought.shares[0].count), (23_290.0, 100));
    }

    /// Two lots of one contract, of which the first in the file was opened later than the fill.
    #[test]
    fn what_was_opened_later_is_passed_over() {
        let lot = |count: i64, opened: &str| {
            format!(
                "[[options]]\nsymbol = \"KO\"\nright = \"put\"\nexpiry = \"2026-10-16\"\nstrike_usd = 60\ncontracts = {count}\nopened = \"{opened}\"\n"
            )
        };
        let start = format!(
            "cash_usd = 30000\n{}{}",
            lot(-1, "2026-09-21"),
            lot(-2, "2026-09-01")
        );
        let closed = after(&start, &["buy 2 KO 2026-10-16 60 put at 0.40"]).unwrap();
        let left: Vec<(f64, Option<&str>)> = closed
            .options
            .iter()
            .map(|one| (one.contracts, one.opened.as_deref()))
            .collect();
        assert_eq!(left, [(-1.0, Some("2026-09-21"))]);
        let more = after(&start, &["buy 3 KO 2026-10-16 60 put at 0.40"]).unwrap_err();
        assert!(
            more.contains("opened on 2026-09-21: check the day"),
            "{more}"
        );
    }

    #[test]
    fn a_split_stands_alone_and_has_bounds() {
        let start = "cash_usd = 30000\n[[shares]]\nsymbol = \"KO\"\ncount = 100\nbasis_usd_per_share = 60.0\n[[options]]\nsymbol = \"KO\"\nright = \"call\"\nexpiry = \"2026-10-16\"\nstrike_usd = 71.5\ncontracts = -1\npremium_usd_per_share = 0.8\nopened = \"2026-09-01\"\n";
        let turned = after(start, &["split 2:1 KO"]).unwrap();
        let call = &turned.options[0];
        assert_eq!((turned.shares[0].count, call.contracts), (200, -2.0));
        // As old as the split, so that a plan takes it as a contract from after it.
        assert_eq!(call.opened.as_deref(), Some("2026-09-18"));
        for (fills, says) in [
            (
                &["buy 1 KO 2026-10-16 60 put at 1, split 2:1 KO"] as &[&str],
                "a --fill of its own",
            ),
            (&["and split 2:1 KO"], "a --fill of its own"),
            (
                &["split 1000:1 KO", "split 1000:1 KO"],
                "not before the split of 2026-09-18",
            ),
            (
                &["sell 1 KO 2026-10-16 60 put at 1", "split 2:1 KO"],
                "opened KO 2026-10-16 60 put on 2026-09-18",
            ),
        ] {
            let error = after(start, fills).unwrap_err();
            assert!(error.contains(says), "{fills:?}: {error}");
        }
        let shares = start.split("[[options]]").next().unwrap();
        let split = "split 1000:1 KO";
        let error = after(shares, &[split; 6]).unwrap_err();
        assert!(error.contains("a hundred million shares"), "{error}");
        let options = format!(
            "cash_usd = 3000000\n[[options]]{}",
            start.split("[[options]]").nth(1).unwrap()
        )
        .replace("opened = \"2026-09-01\"\n", "")
        .replace("contracts = -1", "contracts = 1");
        let error = after(&options, &[split; 3]).unwrap_err();
        assert!(error.contains("a hundred million shares"), "{error}");
    }

    /// What a broker's file closes must be there, on the side that it closes.
    #[test]
    fn a_row_that_closes_never_opens() {
        let file = |action: &str| {
            let row = format!("2026-09-01,{action},,KO 2026-09-18 67.5 put,1,1.30,,,\n");
            import::read("test", format!("{HEADS}{row}").as_bytes()).unwrap()
        };
        let entered = |action: &str, start: &str| {
            let mut account = account(start);
            let file = file(action);
            enter(&mut account, &file.rows[0])
                .map(|_| account.options.iter().map(|one| one.contracts).sum::<f64>())
        };
        let lot = |count: i64| {
            format!(
                "cash_usd = 20000\n[[options]]\nsymbol = \"KO\"\nright = \"put\"\nexpiry = \"2026-09-18\"\nstrike_usd = 67.5\ncontracts = {count}\n"
            )
        };
        let (none, long, short) = ("cash_usd = 20000\n".to_owned(), lot(2), lot(-2));
        for (action, start) in [
            ("sell_to_close", &none),
            ("buy_to_close", &none),
            ("sell_to_close", &short),
            ("buy_to_close", &long),
            ("sell_to_open", &long),
            ("buy_to_open", &short),
        ] {
            let refused = entered(action, start);
            assert!(refused.is_err(), "{action} {start}: {refused:?}");
        }
        assert_eq!(entered("sell_to_close", &long), Ok(1.0));
        assert_eq!(entered("buy_to_close", &short), Ok(-1.0));
        assert_eq!(entered("sell_to_open", &short), Ok(-3.0));
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        let cash = "cash_usd = 1000\n";
        for (fills, says) in [
            (
                &["sell 1 KO 2026-09-18 67.5 put at 1.30"] as &[&str],
                "does not secure the short puts",
            ),
            (
                &["sell 1 KO 2026-09-18 67.5 call at 1.30"],
                "uncovered calls",
            ),
            (&["sell 100 KO at 70"], "but the account holds 0"),
            (
                &["expired 1 KO 2026-09-18 67.5 put"],
                "but the account holds 0",
            ),
            (&["sell 1 KO 2026-09-18 67.5 put"], "no price follows"),
            (
                &["sell one KO 2026-09-18 67.5 put at 1.30"],
                "\"one\" is no count",
            ),
            (&["sell 1 KO at"], "no amount such as 1.30 follows"),
            // Not $130, nor $65 of fees.
            (
                &["sell 1 KO 2026-09-18 67.5 put at 1,30"],
                "no amount such as 1.30 follows",
            ),
            (
                &["sell 1 KO 2026-09-18 67.5 put at 1.30 fees 0,65"],
                "no amount such as 1.30 follows",
            ),
            // $130 for the contract is $1.30 a share.
            (
                &["sell 1 KO 2026-09-18 67.5 put at 130"],
                "dollars per share, not per contract",
            ),
            (
                &["sell 1 KO 2026-09-18 67.5 call at 130"],
                "with its amount_usd",
            ),
            (
                &["sell 1 KO 12/06/2026 67.5 put at 1.30"],
                "without trading (Sunday)",
            ),
            (
                &["buy 1 KO 2026-06-12 70 call at 0.05"],
                "could not trade on 2026-09-18",
            ),
            (
                &["assigned 1 KO 2026-08-21 67.5 put"],
                "booked within 7 days",
            ),
            // One price for two legs.
            (
                &["buy 2 KO 2026-09-18 67.5 put, sell 2 KO 2026-10-16 67.5 put at 0.90"],
                "no price follows",
            ),
            (
                &["expired 1 KO 2026-09-18 67.5 put at 9"],
                "what is expired has no price",
            ),
            (&["expired 1 KO 2026-10-16 67.5 put"], "had not expired yet"),
            (
                &[
                    "buy 1 KO 2026-10-16 67.5 put at 1.30",
                    "assigned 1 KO 2026-10-16 67.5 put",
                ],
                "sold, but the account holds 0",
            ),
            (
                &["roll 1 KO 2026-09-18 67.5 put at 1.30"],
                "\"roll\" is none of",
            ),
            (
                &["sell 1 the moon at 1.30"],
                "neither a standard option nor a share",
            ),
        ] {
            let error = after(cash, fills).unwrap_err();
            assert!(error.contains(says), "{fills:?}: {error}");
        }
    }
}
