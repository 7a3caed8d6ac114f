//! Synthetic twins of vendors' files: their columns and habits, an invented ticker, an invented market.

use crate::chain::{Market, Row};
use jiff::civil::Date;
use pricing::Right;
use std::fmt::Write;

/// The market of the golden plans: a skewed smile, a spread of some cents, a dividend yield.
pub(crate) fn market() -> Market {
    Market {
        dividend_yield: 0.02,
        skew: 0.06,
        spread: (0.02, 0.04),
        ..Market::flat(0.30)
    }
}

/// `ZZT250321C00040000`.
fn osi(market: &Market, row: &Row) -> String {
    let side = if row.right == Right::Call { 'C' } else { 'P' };
    format!(
        "{}{}{side}{:08}",
        market.symbol,
        row.expiry.strftime("%y%m%d"),
        (row.strike * 1000.0).round() as u32
    )
}

/// A frame of yfinance as a collector stores it: dead volatilities, volumes as floats, the close before as spot.
pub(crate) fn yfinance(market: &Market) -> String {
    let mut text = String::from(
        "contractSymbol,expiry,type,strike,lastPrice,bid,ask,volume,openInterest,impliedVolatility,inTheMoney,lastTradeDate,spot,session\n",
    );
    for (at, row) in market.rows().iter().enumerate() {
        let vol = if at % 9 == 0 {
            "1.0000000000000003e-05".to_owned()
        } else {
            format!("{:.6}", row.vol)
        };
        let volume = if at % 5 == 0 { "" } else { "17.0" };
        let (side, in_the_money) = match row.right {
            Right::Call => ("call", row.strike < market.spot),
            Right::Put => ("put", row.strike > market.spot),
        };
        writeln!(
            text,
            "{},{},{side},{:.1},{:.2},{:.2},{:.2},{volume},250,{vol},{in_the_money},2025-03-06 19:12:02+00:00,49.5,2025-03-05",
            osi(market, row),
            row.expiry,
            row.strike,
            row.ask,
            row.bid,
            row.ask
        )
        .unwrap();
    }
    text
}

/// The collector's record beside the frame: the spot at the time of the quotes.
pub(crate) const YFINANCE_META: &str = r#"{ "utc": "2025-03-06T19:13:33+00:00", "session": "2025-03-05",
  "tickers": { "ZZT": { "spot": 49.5, "spot_live": 50.0, "session": "2025-03-05" } } }"#;

/// The quote table of Cboe's website: two lines of preamble, call and put on one row.
pub(crate) fn cboe(market: &Market) -> String {
    let mut text = format!(
        "\nZZ Test Corp,Last: {:.2},Change:  -0.25\n\"Date: March 6, 2025 at 4:15 PM EST\",Bid: 49.99,Ask: 50.01,Size: 1*4,\"Volume: 1,234\"\n\
         Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest\n",
        market.spot
    );
    for pair in market.rows().chunks(2) {
        let half = |row: &Row| {
            let vol = if row.bid == 0.0 { 0.0 } else { row.vol };
            format!(
                "{},0,0,{:.2},{:.2},17,{vol:.4},0.5,0.01,250",
                osi(market, row),
                row.bid,
                row.ask
            )
        };
        let (call, put) = (&pair[0], &pair[1]);
        writeln!(
            text,
            "{},{},{:.2},{}",
            call.expiry.strftime("%a %b %d %Y"),
            half(call),
            call.strike,
            half(put)
        )
        .unwrap();
    }
    text
}

/// Schwab's JSON: percent, `"NaN"` and -999 where nothing is quoted.
pub(crate) fn schwab(market: &Market) -> String {
    let rows = market.rows();
    let strikes = |right: Right, expiry: Date| {
        let of = rows
            .iter()
            .filter(move |row| row.right == right && row.expiry == expiry);
        let entry = |row: &Row| {
            let dead = row.bid == 0.0;
            let vol = if dead {
                "-999.0".to_owned()
            } else {
                format!("{:.3}", 100.0 * row.vol)
            };
            let greek = if dead { "\"NaN\"" } else { "0.5" };
            format!(
                r#""{:.1}": [{{ "putCall": "{}", "symbol": "ZZT_X", "bid": {:.2}, "ask": {:.2}, "last": 0.0, "totalVolume": 17, "openInterest": 250,
  "volatility": {vol}, "delta": {greek}, "gamma": {greek}, "theta": "NaN", "vega": 0.05, "rho": 0.01, "strikePrice": {},
  "quoteTimeInLong": 1741290000000, "multiplier": 100.0, "nonStandard": false }}]"#,
                row.strike,
                if right == Right::Call { "CALL" } else { "PUT" },
                row.bid,
                row.ask,
                row.strike
            )
        };
        of.map(entry).collect::<Vec<_>>().join(",\n")
    };
    let map = |right: Right| {
        let days = |expiry: &Date| (*expiry - market.as_of).get_days();
        let expiries = market.expiries.iter().map(|expiry| {
            format!(
                "\"{expiry}:{}\": {{\n{} }}",
                days(expiry),
                strikes(right, *expiry)
            )
        });
        expiries.collect::<Vec<_>>().join(",\n")
    };
    format!(
        r#"{{ "symbol": "ZZT", "status": "SUCCESS", "isDelayed": true, "interestRate": 4.0, "underlyingPrice": {}, "volatility": 29.0,
"callExpDateMap": {{ {} }}, "putExpDateMap": {{ {} }} }}"#,
        market.spot,
        map(Right::Call),
        map(Right::Put)
    )
}
