//! Who writes which columns: the one table behind every tabular format. A new vendor is a new entry of [`VENDORS`].
//!
//! Names are compared without case, blanks, brackets and underscores (`[C_IV]` is `civ`). A field takes the first of its
//! names that the file has. Where call and put share a row, a field is named once for each side; where both sides use
//! the same name (Cboe), `nth` says which occurrence is meant.

use super::Format;
use super::words::{Spelling, normal_name};

/// What a column can mean to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Symbol,
    /// Option symbol, from which root, expiry, right and strike can be had.
    Osi,
    /// Day of the quotes.
    Date,
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
    Multiplier,
    /// A word for the contract's size; anything but `REGULAR` is adjusted.
    Size,
    Currency,
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
pub(crate) struct Column {
    pub field: Field,
    pub side: Side,
    pub nth: usize,
    pub names: &'static [&'static str],
}

const fn both(field: Field, names: &'static [&'static str]) -> Column {
    Column {
        field,
        side: Side::Both,
        nth: 0,
        names,
    }
}

const fn call(field: Field, nth: usize, names: &'static [&'static str]) -> Column {
    Column {
        field,
        side: Side::Call,
        nth,
        names,
    }
}

const fn put(field: Field, nth: usize, names: &'static [&'static str]) -> Column {
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
    /// Unknown: judged by the values near the money.
    Judged,
}

/// Where the day of the quotes comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dating {
    /// Every row says it.
    Row,
    /// The lines above the header say it.
    Preamble,
    /// A capture time, else a session and the newest trade, else the user.
    Capture,
}

/// One vendor's format.
pub(crate) struct Vendor {
    pub format: Format,
    /// Names that tell this vendor from all others; all must be there.
    pub signature: &'static [&'static str],
    pub columns: &'static [Column],
    pub spellings: &'static [Spelling],
    pub dating: Dating,
    pub vol_unit: VolUnit,
    /// Multiplies the vendor's theta to give dollars per calendar day.
    pub theta_scale: f64,
}

use Field::*;
use Spelling::{Compact, Iso, Us, Words};

/// All tabular vendors, the more particular before the more general.
pub(crate) const VENDORS: &[Vendor] = &[
    Vendor {
        format: Format::CboeTable,
        signature: &["expirationdate", "calls", "puts", "strike", "lastsale"],
        columns: &[
            both(Expiry, &["expirationdate"]),
            both(Strike, &["strike"]),
            call(Osi, 0, &["calls"]),
            call(Last, 0, &["lastsale"]),
            call(Bid, 0, &["bid"]),
            call(Ask, 0, &["ask"]),
            call(Volume, 0, &["volume"]),
            call(Iv, 0, &["iv"]),
            call(Delta, 0, &["delta"]),
            call(Gamma, 0, &["gamma"]),
            call(OpenInterest, 0, &["openinterest"]),
            put(Osi, 0, &["puts"]),
            put(Last, 1, &["lastsale"]),
            put(Bid, 1, &["bid"]),
            put(Ask, 1, &["ask"]),
            put(Volume, 1, &["volume"]),
            put(Iv, 1, &["iv"]),
            put(Delta, 1, &["delta"]),
            put(Gamma, 1, &["gamma"]),
            put(OpenInterest, 1, &["openinterest"]),
        ],
        spellings: &[Words, Us, Iso],
        dating: Dating::Preamble,
        vol_unit: VolUnit::Fraction,
        theta_scale: 1.0,
    },
    Vendor {
        format: Format::OptionsDx,
        signature: &[
            "quotedate",
            "expiredate",
            "strike",
            "cbid",
            "cask",
            "pbid",
            "pask",
        ],
        columns: &[
            both(Symbol, &["symbol", "underlyingsymbol"]),
            both(Date, &["quotedate"]),
            both(Spot, &["underlyinglast"]),
            both(Expiry, &["expiredate"]),
            both(Strike, &["strike"]),
            call(Bid, 0, &["cbid"]),
            call(Ask, 0, &["cask"]),
            call(Last, 0, &["clast"]),
            call(Volume, 0, &["cvolume"]),
            call(Iv, 0, &["civ"]),
            call(Delta, 0, &["cdelta"]),
            call(Gamma, 0, &["cgamma"]),
            call(Theta, 0, &["ctheta"]),
            call(Vega, 0, &["cvega"]),
            call(Rho, 0, &["crho"]),
            put(Bid, 0, &["pbid"]),
            put(Ask, 0, &["pask"]),
            put(Last, 0, &["plast"]),
            put(Volume, 0, &["pvolume"]),
            put(Iv, 0, &["piv"]),
            put(Delta, 0, &["pdelta"]),
            put(Gamma, 0, &["pgamma"]),
            put(Theta, 0, &["ptheta"]),
            put(Vega, 0, &["pvega"]),
            put(Rho, 0, &["prho"]),
        ],
        spellings: &[Iso, Us],
        dating: Dating::Row,
        vol_unit: VolUnit::Fraction,
        theta_scale: 1.0,
    },
    Vendor {
        format: Format::Yfinance,
        signature: &["contractsymbol", "lastprice", "impliedvolatility"],
        columns: &[
            both(Osi, &["contractsymbol"]),
            both(Symbol, &["symbol", "ticker", "underlying"]),
            both(Date, &["fetchedat", "quotedate", "asof", "capturedat"]),
            both(Session, &["session"]),
            both(Traded, &["lasttradedate"]),
            both(Spot, &["spot", "underlyingprice"]),
            both(Expiry, &["expiry", "expiration", "expirationdate"]),
            both(Strike, &["strike"]),
            both(Right, &["type", "optiontype", "right"]),
            both(Bid, &["bid"]),
            both(Ask, &["ask"]),
            both(Last, &["lastprice"]),
            both(Volume, &["volume"]),
            both(OpenInterest, &["openinterest"]),
            both(Iv, &["impliedvolatility"]),
            both(Size, &["contractsize"]),
            both(Currency, &["currency"]),
        ],
        spellings: &[Iso, Us],
        dating: Dating::Capture,
        vol_unit: VolUnit::Fraction,
        theta_scale: 1.0,
    },
    Vendor {
        format: Format::Ivolatility,
        signature: &[
            "stockpriceclose",
            "optionsymbol",
            "optionexpiration",
            "callput",
        ],
        columns: &[
            both(Symbol, &["symbol"]),
            both(Osi, &["optionsymbol"]),
            both(Date, &["date"]),
            both(Spot, &["stockpriceclose"]),
            both(Expiry, &["optionexpiration"]),
            both(Strike, &["strike"]),
            both(Right, &["callput"]),
            both(Style, &["style"]),
            both(Bid, &["bid"]),
            both(Ask, &["ask"]),
            both(Volume, &["volume"]),
            both(OpenInterest, &["openinterest"]),
            both(Iv, &["iv"]),
            both(Delta, &["delta"]),
            both(Gamma, &["gamma"]),
            both(Theta, &["theta"]),
            both(Vega, &["vega"]),
            both(Rho, &["rho"]),
        ],
        spellings: &[Us, Iso],
        dating: Dating::Row,
        vol_unit: VolUnit::Fraction,
        theta_scale: 1.0,
    },
    Vendor {
        format: Format::DeltaNeutral,
        signature: &["underlyinglast", "optionroot", "quotedate", "impliedvol"],
        columns: &[
            both(Symbol, &["underlying"]),
            both(Osi, &["optionroot", "optionalias"]),
            both(Date, &["quotedate"]),
            both(Spot, &["underlyinglast"]),
            both(Expiry, &["expiration"]),
            both(Strike, &["strike"]),
            both(Right, &["type"]),
            both(Bid, &["bid"]),
            both(Ask, &["ask"]),
            both(Last, &["last"]),
            both(Volume, &["volume"]),
            both(OpenInterest, &["openinterest"]),
            both(Iv, &["impliedvol"]),
            both(Delta, &["delta"]),
            both(Gamma, &["gamma"]),
            both(Theta, &["theta"]),
            both(Vega, &["vega"]),
        ],
        spellings: &[Iso, Us],
        dating: Dating::Row,
        vol_unit: VolUnit::Fraction,
        // Per year, unlike everybody else's.
        theta_scale: 1.0 / 365.0,
    },
    Vendor {
        format: Format::DoltHub,
        signature: &[
            "date",
            "actsymbol",
            "expiration",
            "strike",
            "callput",
            "vol",
        ],
        columns: &[
            both(Symbol, &["actsymbol"]),
            both(Date, &["date"]),
            both(Expiry, &["expiration"]),
            both(Strike, &["strike"]),
            both(Right, &["callput"]),
            both(Bid, &["bid"]),
            both(Ask, &["ask"]),
            both(Iv, &["vol"]),
            both(Delta, &["delta"]),
            both(Gamma, &["gamma"]),
            both(Theta, &["theta"]),
            both(Vega, &["vega"]),
            both(Rho, &["rho"]),
        ],
        spellings: &[Iso],
        dating: Dating::Row,
        vol_unit: VolUnit::Fraction,
        theta_scale: 1.0,
    },
    Vendor {
        format: Format::Philippdubach,
        signature: &[
            "contractid",
            "symbol",
            "expiration",
            "strike",
            "type",
            "date",
            "impliedvolatility",
        ],
        columns: &[
            both(Osi, &["contractid"]),
            both(Symbol, &["symbol"]),
            both(Date, &["date"]),
            both(Expiry, &["expiration"]),
            both(Strike, &["strike"]),
            both(Right, &["type"]),
            both(Last, &["last", "lastprice"]),
            both(Bid, &["bid"]),
            both(Ask, &["ask"]),
            both(Volume, &["volume"]),
            both(OpenInterest, &["openinterest"]),
            both(Iv, &["impliedvolatility"]),
            both(Delta, &["delta"]),
            both(Gamma, &["gamma"]),
            both(Theta, &["theta"]),
            both(Vega, &["vega"]),
            both(Rho, &["rho"]),
        ],
        spellings: &[Iso, Compact],
        dating: Dating::Row,
        vol_unit: VolUnit::Judged,
        theta_scale: 1.0,
    },
    // Our own columns, under the many names people give them.
    Vendor {
        format: Format::Common,
        signature: &[],
        columns: &[
            both(Source, &["source"]),
            both(
                Date,
                &["quotedate", "date", "asof", "tradedate", "datadate"],
            ),
            both(
                Symbol,
                &[
                    "underlying",
                    "symbol",
                    "underlyingsymbol",
                    "ticker",
                    "actsymbol",
                ],
            ),
            both(
                Osi,
                &[
                    "optionsymbol",
                    "contractsymbol",
                    "contractid",
                    "contract",
                    "osi",
                ],
            ),
            both(
                Spot,
                &["spot", "underlyingprice", "underlyinglast", "stockprice"],
            ),
            both(
                Expiry,
                &[
                    "expiry",
                    "expiration",
                    "expirationdate",
                    "expirdate",
                    "expiredate",
                ],
            ),
            both(Strike, &["strike", "strikeprice"]),
            both(
                Right,
                &["right", "optiontype", "type", "callput", "putcall", "cp"],
            ),
            both(Style, &["style", "exercisestyle"]),
            both(Bid, &["bid", "bidprice", "bestbid"]),
            both(Ask, &["ask", "askprice", "bestask", "offer"]),
            both(Last, &["last", "lastprice", "lasttradeprice", "close"]),
            both(Volume, &["volume", "totalvolume"]),
            both(OpenInterest, &["openinterest", "openint", "oi"]),
            both(Iv, &["iv", "impliedvolatility", "impliedvol"]),
            both(Delta, &["delta"]),
            both(Gamma, &["gamma"]),
            both(Theta, &["theta", "thetaperday"]),
            both(Vega, &["vega", "vegaperpoint"]),
            both(Rho, &["rho", "rhoperpercent"]),
            both(
                Multiplier,
                &["multiplier", "contractsize", "sharespercontract"],
            ),
            both(Currency, &["currency"]),
        ],
        spellings: &[Iso, Compact, Us, Words],
        dating: Dating::Row,
        vol_unit: VolUnit::Judged,
        theta_scale: 1.0,
    },
];

/// Where each field of one side stands in the file.
pub(crate) type Places = [Option<usize>; Field::COUNT];

/// A vendor matched to the columns of a file.
pub(crate) struct Mapping {
    pub vendor: &'static Vendor,
    /// One row per contract: one entry with [`Side::Both`]. Call and put on one row: two entries.
    pub sides: Vec<(Side, Places)>,
    /// Names of the columns we use that occur more often than expected.
    pub repeated: Vec<String>,
}

/// The vendor whose columns these are, or the closest one and what it lacks.
pub(crate) fn detect(names: &[String]) -> Result<Mapping, (Format, Vec<String>)> {
    let normal: Vec<String> = names.iter().map(|name| normal_name(name)).collect();
    let known = |vendor: &Vendor| {
        let has = |column: &&Column| {
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
            return Ok(map(vendor, names, &normal));
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
    let (.., format, missing) = closest.unwrap_or((0, 0, Format::Common, Vec::new()));
    Err((format, missing))
}

fn missing(vendor: &Vendor, normal: &[String]) -> Vec<String> {
    let has = |name: &str| normal.iter().any(|n| n == name);
    if !vendor.signature.is_empty() {
        return vendor
            .signature
            .iter()
            .filter(|name| !has(name))
            .map(|name| (*name).to_owned())
            .collect();
    }
    let has_field = |field| {
        vendor
            .columns
            .iter()
            .any(|column| column.field == field && column.names.iter().any(|name| has(name)))
    };
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

fn map(vendor: &'static Vendor, names: &[String], normal: &[String]) -> Mapping {
    let wide = vendor
        .columns
        .iter()
        .any(|column| column.side != Side::Both);
    let sides: &[Side] = if wide {
        &[Side::Call, Side::Put]
    } else {
        &[Side::Both]
    };
    let find = |column: &Column| {
        let nth = |name: &&str| {
            normal
                .iter()
                .enumerate()
                .filter(|(_, n)| n == name)
                .nth(column.nth)
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
                let place = find(column);
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
                .chain(vendor.signature)
            {
                assert_eq!(*name, normal_name(name), "{}", vendor.format);
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
        let gaps = |columns| detect(&names(columns)).err().unwrap();
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
