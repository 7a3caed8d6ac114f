//! What an account had before the journal comes into the journal when it is closed: at what it cost, and the same sum as paid in or out, so
//! that no cash moves. Without it the closing trade could not be kept, or its gain would be made up.
//!
//! ```text
//! price = (count x basis of the account - cost of the journal's open lots) / (count of the account - count of those lots)
//! ```
//! with premiums for the basis of options, and without fees on both sides. The account is taken as it stands before the row that closes: the
//! splits and trades of the same run have gone into it.
//!
//! Where the journal knows none of a position, so much comes in as the row closes. Where it knows a part, all the rest comes in: the account
//! has one mean for all its shares, the journal closes the first lot first, and after that the mean would tell nothing of the rest.

use super::apply::{enter, held, is_same};
use super::contract::{OptionName, cents};
use super::formats::{Entry, Way};
use super::import::{File, Had, Row, against, fill, named};
use super::lots::{Running, Split};
use super::store;
use crate::account::{Account, Position, same_symbol};
use crate::engine::inputs::sha256;
use crate::error::Error;
use crate::report::units::usd;
use experience::{CASH, FillKind, Reader, RecordId};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A position that a row closes, as far as the account has it and the journal has not.
struct Opening {
    /// 1 bought, -1 sold.
    side: i64,
    count: i64,
    price_usd: f64,
    opened: Option<Date>,
}

/// Puts an opening before each row that closes what the journal never saw, where the account says what it cost. Returns them in words.
/// `account` is the one before the file.
pub(super) fn bring(
    reader: &Reader,
    file: &mut File,
    again: bool,
    account: &Account,
) -> Result<Vec<String>, Error> {
    let had = Had::read(reader)?;
    let fresh = against(&had, file, again).fresh;
    let mut books = Running::of(&had.fills, &had.splits);
    let mut splits = had.splits.clone();
    let mut account = account.clone();
    let mut brought: Vec<(usize, Vec<Row>, String)> = Vec::new();
    for place in fresh {
        let row = &file.rows[place];
        let entry = &row.entry;
        let closes = matches!(entry.way, Way::Closes | Way::Ends);
        if entry.way == Way::Splits {
            books.split(&row.split());
            splits.push(row.split());
        } else if closes && let Some(opening) = opening(&account, entry, &books) {
            let rows = rows(row, &opening, &splits);
            for one in &rows {
                let opened = fill(&one.entry, one.entry.quantity, &one.reference);
                books.fill(RecordId(0), &opened);
            }
            let name = named(&entry.contract);
            let words = format!("{} {name} at {}", opening.count, usd(opening.price_usd));
            brought.push((place, rows, words));
        }
        if entry.way != Way::Splits {
            let open: i128 = books.open(&entry.contract).map(quantity).sum();
            let signed = match entry.way {
                Way::Ends => -(open.signum() as i64) * entry.quantity,
                _ => entry.quantity,
            };
            let is_there = open.signum() == -i128::from(signed.signum())
                && open.abs() >= i128::from(signed).abs();
            if signed != 0 && (!closes || is_there) {
                books.fill(RecordId(0), &fill(entry, signed, &row.reference));
            }
        }
        // What the account did not take does not change it.
        let _ = enter(&mut account, row);
    }
    if brought.is_empty() {
        return Ok(Vec::new());
    }
    let references: BTreeSet<String> = brought
        .iter()
        .flat_map(|(_, rows, _)| rows.iter().map(|row| row.reference.clone()))
        .collect();
    let mut words: Vec<(u64, String)> = Vec::new();
    for (place, rows, said) in brought.into_iter().rev() {
        words.push((file.rows[place].line, said));
        file.rows.splice(place..place, rows);
    }
    // An opening whose end is refused all the same would stay open for ever.
    let met = against(&had, file, again);
    let refused: BTreeSet<u64> = met.refused.iter().map(|row| row.line).collect();
    file.rows
        .retain(|row| !(refused.contains(&row.line) && references.contains(&row.reference)));
    words.retain(|(line, _)| !refused.contains(line));
    Ok(words.into_iter().rev().map(|(_, said)| said).collect())
}

fn quantity(lot: &super::lots::Lot) -> i128 {
    i128::from(lot.quantity)
}

/// What the account had of the position that a row closes, less what the books have. `None` where there is no such part, where it is too
/// small for the row, or where the account does not say what it cost.
fn opening(account: &Account, entry: &Entry, books: &Running) -> Option<Opening> {
    let needed = entry.quantity.abs();
    let (side, count, total_usd, opened, shares) = match OptionName::parse(&entry.contract) {
        None => {
            let mut all = account.shares.iter();
            let shares = all.find(|one| same_symbol(&one.symbol, &entry.symbol))?;
            let total = shares
                .basis_usd_per_share
                .map(|basis| basis * shares.count as f64);
            (1, shares.count, total, None, 1.0)
        }
        Some(name) => {
            let side = match entry.kind {
                FillKind::Assigned => -1,
                FillKind::Exercised => 1,
                FillKind::Trade => -entry.quantity.signum(),
                _ if held(account, &name, -1) > 0 => -1,
                _ => 1,
            };
            let of_it =
                |one: &&Position| is_same(one, &name) && one.contracts.signum() as i64 == side;
            let positions: Vec<&Position> = account.options.iter().filter(of_it).collect();
            // Unknown where a part is unknown.
            let total = positions
                .iter()
                .map(|one| Some(one.premium_usd_per_share? * one.contracts.abs()))
                .sum();
            let days = positions.iter().filter_map(|one| one.opened.as_deref());
            let opened = days.filter_map(|day| day.parse().ok()).min();
            (side, held(account, &name, side), total, opened, 100.0)
        }
    };
    let known: i128 = books.open(&entry.contract).map(quantity).sum();
    let known = i64::try_from(i128::from(side) * known).ok()?;
    let outside = count.checked_sub(known)?;
    if known < 0 || outside <= 0 || count < needed {
        return None;
    }
    let paid: i128 = books
        .open(&entry.contract)
        .map(|lot| i128::from(lot.cash_cents) + i128::from(lot.fees_cents))
        .sum();
    let known_usd = -(side as f64) * paid as f64 / 100.0 / shares;
    let price_usd = (total_usd? - known_usd) / outside as f64;
    // Less than nothing: account and journal are of two minds. Half a cent is a rounding.
    (price_usd > -0.005).then_some(Opening {
        side,
        count: if known == 0 { needed } else { outside },
        price_usd: price_usd.max(0.0),
        opened,
    })
}

/// A trade that opened what a row closes, and the cash paid in or out against it.
fn rows(row: &Row, opening: &Opening, splits: &[Split]) -> Vec<Row> {
    let closes = &row.entry;
    let shares = match OptionName::parse(&closes.contract) {
        Some(_) => 100,
        None => 1,
    };
    let price_micros = (opening.price_usd * 1e6).round() as i128;
    let quantity = i128::from(opening.side * opening.count);
    let cash_cents = cents(-quantity * shares * price_micros);
    // Counts and strikes are those after the last split: dated before it, the journal would turn them once more.
    let last_split = splits
        .iter()
        .filter(|split| same_symbol(&split.symbol, &closes.symbol) && split.at_ms <= closes.at_ms)
        .map(|split| split.at_ms)
        .max();
    let at_ms = opening.opened.map_or(closes.at_ms, store::midnight_ms);
    let trade = Entry {
        at_ms: at_ms.max(last_split.unwrap_or(i64::MIN)).min(closes.at_ms),
        kind: FillKind::Trade,
        way: Way::Opens,
        symbol: closes.symbol.clone(),
        contract: closes.contract.clone(),
        quantity: opening.side * opening.count,
        price_micros,
        fees_cents: 0,
        cash_cents,
        id: None,
    };
    let paid = Entry {
        kind: FillKind::Transfer,
        way: Way::Either,
        symbol: CASH.to_owned(),
        contract: CASH.to_owned(),
        quantity: -cash_cents,
        price_micros: 10_000,
        cash_cents: -cash_cents,
        ..trade.clone()
    };
    let of = |what: &str, entry: Entry| Row {
        line: row.line,
        text: row.text.clone(),
        reference: format!(
            "{}{}#1",
            store::BROUGHT,
            &sha256(format!("{what} {}", row.reference).as_bytes())[..32]
        ),
        entry,
    };
    let mut rows = vec![of("opening of", trade)];
    if cash_cents != 0 {
        rows.push(of("paid for", paid));
    }
    rows
}
