//! Who writes which columns: the one table behind every format. A new vendor is a new entry of [`VENDORS`].
//!
//! Names are compared without case, blanks, brackets and underscores (`[C_IV]` is `civ`). A field takes the first of its
//! names that the file has. Where call and put share a row, a field is named once for each side; where both sides use
//! the same name (Cboe), `nth` says which occurrence is meant.

use super::Format;
use super::words::{Spelling, normal_name};
use crate::Style;

mod list;

use self::list::UNUSABLE;
pub(crate) use self::list::{JSON_ROWS, VENDORS};

/// What a column can mean to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Symbol,
    /// Option symbol, from which root, expiry, right and strike can be had.
    Osi,
    /// Day of the quotes.
    Date,
    /// Time of the quotes on their day, where its own column says it: tells snapshots of one day apart.
    Time,
    /// Last closed session, which may lie before the day of the quotes.
    Session,
    /// Time of the last trade.
    Traded,
    Spot,
    Expiry,
    Strike,
    Right,
    Style,
    Bid,
    Ask,
    Last,
    Volume,
    OpenInterest,
    Iv,
    Delta,
    Gamma,
    Theta,
    Vega,
    Rho,
    /// Shares of one contract, as a number or in Yahoo's words: `REGULAR`, `MINI`.
    Multiplier,
    Currency,
    /// Root of the option's symbol where no option symbol says it.
    Root,
    /// Bid and ask of the underlying, where there is no one price of it.
    SpotBid,
    SpotAsk,
    /// How far the contract is in the money, as a share of the spot.
    Moneyness,
    /// Dollars for one coin, by which prices in coin are multiplied.
    CoinUsd,
    /// The vendor's interest rate.
    Rate,
    /// `true` where the contract does not deliver 100 shares, or is a mini.
    NonStandard,
    Mini,
    /// What an adjusted contract delivers, in words.
    Deliverable,
    /// `true` or `DELAYED` where the quotes are not live.
    Delayed,
    /// Where the contract trades.
    Exchange,
    Source,
}

impl Field {
    pub(crate) const COUNT: usize = Field::Source as usize + 1;
}

/// Which rows a column speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Both,
    Call,
    Put,
}

/// One field and the names it goes by.
pub(crate) struct Column<'v> {
    pub field: Field,
    pub side: Side,
    pub nth: usize,
    pub names: &'v [&'v str],
}

const fn both(field: Field, names: &'static [&'static str]) -> Column<'static> {
    Column {
        field,
        side: Side::Both,
        nth: 0,
        names,
    }
}

const fn call(field: Field, nth: usize, names: &'static [&'static str]) -> Column<'static> {
    Column {
        field,
        side: Side::Call,
        nth,
        names,
    }
}

const fn put(field: Field, nth: usize, names: &'static [&'static str]) -> Column<'static> {
    Column {
        field,
        side: Side::Put,
        nth,
        names,
    }
}

/// How the vendor writes volatility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VolUnit {
    /// `0.25` is 25 %.
    Fraction,
    /// `25` is 25 %; a text such as `25%` says so itself.
    Percent,
    /// Unknown: judged by the values near the money.
    Judged,
}

/// Where the day of the quotes comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dating {
    /// Every row says it.
    Row,
    /// The lines above the header, the last line, or the file's name say it.
    Preamble,
    /// A capture time, else a session and the newest trade, else the user.
    Capture,
    /// The newest quote of the file says it for all: contracts that nobody quotes keep an old stamp.
    Newest,
}

/// What the file's name says, where the vendor writes it nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Nothing.
    Nothing,
    /// `spy_eod_202301.txt`: the symbol.
    EndOfDay,
    /// `KO_2026-06-12.json`, `spy/20240104.csv`: symbol and day of the quotes.
    SymbolAndDay,
    /// `amd-options-exp-2025-11-21-show-all-stacked-10-22-2025.csv`: symbol and expiry.
    SymbolAndExpiry,
    /// `SP500-18-oct-2024-5781.88.csv`: symbol, expiry and spot.
    SymbolExpirySpot,
}

/// What the file's numbers are multiplied by to give our units: dollars per share, theta per calendar day, vega per vol
/// point, rho per percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Bid, ask and last.
    pub price: f64,
    pub strike: f64,
    pub spot: f64,
    pub theta: f64,
    pub vega: f64,
    pub rho: f64,
}

impl Scale {
    pub(crate) const NONE: Scale = Scale {
        price: 1.0,
        strike: 1.0,
        spot: 1.0,
        theta: 1.0,
        vega: 1.0,
        rho: 1.0,
    };
}

/// One vendor's format.
#[derive(Clone, Copy)]
pub(crate) struct Vendor<'v> {
    pub format: Format,
    /// Names that tell this vendor from all others; all must be there. `a|b` is either.
    pub signature: &'v [&'v str],
    pub columns: &'v [Column<'v>],
    pub spellings: &'v [Spelling],
    pub dating: Dating,
    pub vol_unit: VolUnit,
    pub scale: Scale,
    /// Priced in coin: dollars are the price times [`Field::CoinUsd`]; one coin a contract; days of UTC, all of them.
    pub coin: bool,
    /// What the contracts are where no row says it.
    pub style: Option<Style>,
    /// Of a contract that comes again on the same day the last row counts, not the first.
    pub latest: bool,
    pub naming: Naming,
    /// A row without expiry and strike is the underlying's, and its last price the spot.
    pub underlying_row: bool,
    /// The units of the Greeks were never checked against known values.
    pub unchecked: bool,
    /// What the reader of such a file should always know.
    pub remark: Option<&'static str>,
}

/// A file of an option vendor that holds nothing to quote from.
pub(crate) struct Unusable {
    pub signature: &'static [&'static str],
    pub what: &'static str,
    pub why: &'static str,
    pub remedy: &'static str,
}

/// Where each field of one side stands in the file.
pub(crate) type Places = [Option<usize>; Field::COUNT];

/// A vendor matched to the columns of a file.
pub(crate) struct Mapping<'v> {
    pub vendor: &'v Vendor<'v>,
    /// One row per contract: one entry with [`Side::Both`]. Call and put on one row: two entries.
    pub sides: Vec<(Side, Places)>,
    /// Names of the columns we use that occur more often than expected.
    pub repeated: Vec<String>,
}

/// Why columns belong to no vendor that can be read.
pub(crate) enum Unknown {
    /// The vendor that comes closest, and what it lacks.
    Closest(Format, Vec<String>),
    /// A vendor's file without quotes.
    Unusable(&'static Unusable),
}

/// The vendor whose columns these are, or why there is none.
pub(crate) fn detect(names: &[String]) -> Result<Mapping<'static>, Unknown> {
    let normal: Vec<String> = names.iter().map(|name| normal_name(name)).collect();
    let known = |vendor: &Vendor<'_>| {
        let has = |column: &&Column<'_>| {
            column
                .names
                .iter()
                .any(|name| normal.iter().any(|n| n == name))
        };
        vendor.columns.iter().filter(has).count()
    };
    let mut closest: Option<(usize, usize, Format, Vec<String>)> = None;
    for vendor in VENDORS {
        let missing = missing(vendor, &normal);
        if missing.is_empty() {
            return Ok(map(vendor, names));
        }
        // Fewest gaps first, then most acquaintances.
        let known = known(vendor);
        let (gaps, strangers) = (missing.len(), usize::MAX - known);
        if known == 0 && vendor.format != Format::Common {
            continue;
        }
        if closest
            .as_ref()
            .is_none_or(|(fewest, most, ..)| (gaps, strangers) < (*fewest, *most))
        {
            closest = Some((gaps, strangers, vendor.format, missing));
        }
    }
    if let Some(unusable) = UNUSABLE
        .iter()
        .find(|file| has_all(file.signature, &normal))
    {
        return Err(Unknown::Unusable(unusable));
    }
    let (.., format, missing) = closest.unwrap_or((0, 0, Format::Common, Vec::new()));
    Err(Unknown::Closest(format, missing))
}

/// Are these columns known, be it as a file without quotes?
pub(crate) fn is_header(names: &[String]) -> bool {
    !matches!(detect(names), Err(Unknown::Closest(..)))
}

/// Is this one of the names that an entry of a signature allows?
fn has(entry: &str, normal: &[String]) -> bool {
    entry
        .split('|')
        .any(|name| normal.iter().any(|n| n == name))
}

fn has_all(signature: &[&str], normal: &[String]) -> bool {
    signature.iter().all(|entry| has(entry, normal))
}

fn missing(vendor: &Vendor<'_>, normal: &[String]) -> Vec<String> {
    if !vendor.signature.is_empty() {
        return vendor
            .signature
            .iter()
            .filter(|entry| !has(entry, normal))
            .map(|entry| entry.split('|').next().unwrap_or(entry).to_owned())
            .collect();
    }
    let has_field = |field| {
        vendor.columns.iter().any(|column| {
            column.field == field && column.names.iter().any(|name| has(name, normal))
        })
    };
    use Field::{Ask, Bid, Expiry, Iv, Last, Osi, Right, Strike};
    let contract = [(Expiry, "expiry"), (Strike, "strike"), (Right, "right")];
    let mut missing: Vec<String> = Vec::new();
    if !has_field(Osi) {
        missing.extend(
            contract
                .iter()
                .filter(|(field, _)| !has_field(*field))
                .map(|(_, name)| (*name).to_owned()),
        );
    }
    if ![Bid, Ask, Last, Iv].into_iter().any(has_field) {
        missing.push("bid and ask (or last, or iv)".to_owned());
    }
    missing
}

/// Where the vendor's fields stand among these columns.
pub(crate) fn map<'v>(vendor: &'v Vendor<'v>, names: &[String]) -> Mapping<'v> {
    let normal: Vec<String> = names.iter().map(|name| normal_name(name)).collect();
    let wide = vendor
        .columns
        .iter()
        .any(|column| column.side != Side::Both);
    let sides: &[Side] = if wide {
        &[Side::Call, Side::Put]
    } else {
        &[Side::Both]
    };
    // A table with its puts before its calls has their columns in that order, too.
    let place = |name: &str| normal.iter().position(|n| n == name);
    let turned = wide
        && matches!((place("calls"), place("puts")), (Some(calls), Some(puts)) if puts < calls);
    let find = |column: &Column<'_>| {
        let repeats = |&name: &&str| {
            let both = |side| {
                let mut of_side = vendor.columns.iter().filter(|other| other.side == side);
                of_side.any(|other| other.names.contains(&name))
            };
            both(Side::Call) && both(Side::Put)
        };
        let nth = |name: &&str| {
            let nth = match turned && repeats(name) {
                true => 1 - column.nth.min(1),
                false => column.nth,
            };
            // pandas writes the second `Bid` as `Bid.1`.
            let again = |at: usize| {
                let first = names[at].strip_suffix(".1");
                first.is_some_and(|first| normal_name(first) == *name)
            };
            normal
                .iter()
                .enumerate()
                .filter(|&(at, n)| n == name || again(at))
                .nth(nth)
                .map(|(at, _)| at)
        };
        column.names.iter().find_map(nth)
    };
    let mut repeated = Vec::new();
    let sides = sides
        .iter()
        .map(|&side| {
            let mut places: Places = [None; Field::COUNT];
            for column in vendor
                .columns
                .iter()
                .filter(|column| column.side == Side::Both || column.side == side)
            {
                // The first entry of a field wins; another is what it falls back on.
                let place = places[column.field as usize].or_else(|| find(column));
                places[column.field as usize] = place;
                if let (false, Some(at)) = (wide, place)
                    && normal.iter().filter(|n| **n == normal[at]).count() > 1
                {
                    repeated.push(names[at].clone());
                }
            }
            (side, places)
        })
        .collect();
    Mapping {
        vendor,
        sides,
        repeated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn aliases_are_written_as_they_are_compared() {
        for vendor in VENDORS {
            for name in vendor
                .columns
                .iter()
                .flat_map(|column| column.names)
                .copied()
                .chain(vendor.signature.iter().flat_map(|entry| entry.split('|')))
            {
                assert_eq!(name, normal_name(name), "{}", vendor.format);
            }
        }
    }

    #[test]
    fn vendors_are_told_by_their_columns() {
        let check = |columns, format| {
            assert_eq!(
                detect(&names(columns))
                    .map(|mapping| mapping.vendor.format)
                    .ok(),
                Some(format)
            )
        };
        check(
            "[QUOTE_DATE],[UNDERLYING_LAST],[EXPIRE_DATE],[STRIKE],[C_BID],[C_ASK],[P_BID],[P_ASK]",
            Format::OptionsDx,
        );
        check(
            "contract_id,symbol,expiration,strike,type,bid,ask,date,implied_volatility",
            Format::Philippdubach,
        );
        check(
            "date,act_symbol,expiration,strike,call_put,bid,ask,vol",
            Format::DoltHub,
        );
        check(
            "Quote Date,Symbol,Expiration,Strike,Type,Bid,Ask",
            Format::Common,
        );
    }

    #[test]
    fn the_closest_vendor_and_its_gaps_are_named() {
        let gaps = |columns| match detect(&names(columns)) {
            Err(Unknown::Closest(format, missing)) => (format, missing),
            _ => panic!("{columns} must be unknown"),
        };
        assert_eq!(
            gaps("lastPrice,impliedVolatility,bid,ask"),
            (Format::Yfinance, vec!["contractsymbol".to_owned()])
        );
        assert_eq!(
            gaps("Strike,Bid,Ask,Type,Volume"),
            (Format::Common, vec!["expiry".to_owned()])
        );
        assert_eq!(
            gaps("a,b,c").0,
            Format::Common,
            "nobody's columns are compared with ours"
        );
    }
}
