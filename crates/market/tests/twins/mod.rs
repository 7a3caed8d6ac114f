//! Synthetic twins of the vendors' files: their columns and habits, an invented ticker, invented prices.
//!
//! The ticker is ZZT at $50 on Thursday 2025-03-06. Time value is a bell around the money, the same for call and put, so
//! that put-call parity holds exactly with a rate of zero.
#![allow(dead_code, unused_imports, reason = "each test file uses its own part")]

mod more;

use std::fmt::Write;
use std::io::Write as _;
use std::sync::Arc;

pub(crate) use more::*;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

pub(crate) const SPOT: f64 = 50.0;

/// One invented quote.
pub(crate) struct Row {
    pub(crate) expiry: &'static str,
    pub(crate) strike: f64,
    pub(crate) call: bool,
    pub(crate) bid: f64,
    pub(crate) ask: f64,
    pub(crate) iv: f64,
    pub(crate) delta: f64,
    pub(crate) volume: u32,
    pub(crate) open_interest: u32,
}

/// Two expiries, nine strikes, both rights: 36 rows. The lowest put and the highest call of the first expiry have no bid.
pub(crate) fn rows() -> Vec<Row> {
    rows_at(SPOT)
}

pub(crate) fn rows_at(spot: f64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (expiry, width) in [("2025-03-21", 1.0), ("2025-04-17", 1.8)] {
        for step in 0..9 {
            let strike = 40.0 + 2.5 * f64::from(step);
            let moneyness = (strike - spot) / 5.0;
            let time_value = 2.0 * width * (-moneyness * moneyness / 2.0).exp();
            for call in [true, false] {
                let intrinsic = if call { spot - strike } else { strike - spot }.max(0.0);
                let mid = ((intrinsic + time_value) * 100.0).round() / 100.0;
                let bid = if mid < 0.3 { 0.0 } else { mid - 0.05 };
                rows.push(Row {
                    expiry,
                    strike,
                    call,
                    bid,
                    ask: mid + 0.05,
                    iv: 0.30 + 0.01 * moneyness.abs(),
                    delta: if call {
                        0.5 - 0.1 * moneyness
                    } else {
                        -0.5 - 0.1 * moneyness
                    },
                    volume: 10 + step as u32,
                    open_interest: 100 * (step as u32 + 1),
                });
            }
        }
    }
    rows
}

fn letter(call: bool) -> &'static str {
    if call { "C" } else { "P" }
}

/// `250321C00040000` after the root.
pub(crate) fn osi(root: &str, row: &Row) -> String {
    let yymmdd = row.expiry[2..].replace('-', "");
    format!(
        "{root}{yymmdd}{}{:08}",
        letter(row.call),
        (row.strike * 1000.0) as u32
    )
}

/// The common schema as CSV.
pub(crate) fn common_csv(date: &str) -> String {
    let mut text = String::from(
        "source,quote_date,underlying,spot,expiry,strike,right,style,bid,ask,last,volume,open_interest,iv,delta,multiplier\n",
    );
    text.push_str(&common_rows(date, "ZZT", SPOT));
    text
}

/// Rows of the common schema without the header.
pub(crate) fn common_rows(date: &str, symbol: &str, spot: f64) -> String {
    let mut text = String::new();
    for row in rows_at(spot) {
        let (side, last) = (letter(row.call), row.ask);
        let Row {
            expiry,
            strike,
            bid,
            ask,
            volume,
            open_interest,
            iv,
            delta,
            ..
        } = row;
        writeln!(text, "twin,{date},{symbol},{spot},{expiry},{strike},{side},A,{bid:.2},{ask:.2},{last:.2},{volume},{open_interest},{iv},{delta},100").unwrap();
    }
    text
}

/// yfinance as a collector stores it: session and the close before.
pub(crate) fn yfinance_collector() -> String {
    let mut text = String::from(
        "contractSymbol,expiry,type,strike,lastPrice,bid,ask,volume,openInterest,impliedVolatility,inTheMoney,lastTradeDate,spot,session\n",
    );
    for (at, row) in rows().iter().enumerate() {
        let iv = if at % 9 == 0 {
            "1.0000000000000003e-05".to_owned()
        } else {
            row.iv.to_string()
        };
        let volume = if at % 5 == 0 {
            String::new()
        } else {
            format!("{}.0", row.volume)
        };
        let traded = if at == 7 {
            "2025-03-06 15:12:02+00:00"
        } else {
            "2025-03-05 20:59:00+00:00"
        };
        writeln!(
            text,
            "{},{},{},{:.1},{:.2},{:.2},{:.2},{volume},{},{iv},{},{traded},49.5,2025-03-05",
            osi("ZZT", row),
            row.expiry,
            letter(row.call),
            row.strike,
            row.ask,
            row.bid,
            row.ask,
            row.open_interest,
            row.strike < SPOT
        )
        .unwrap();
    }
    text
}

/// The collector's record of that capture.
pub(crate) const META: &str = r#"{ "utc": "2025-03-06T16:13:33.049692+00:00", "session": "2025-03-05",
  "tickers": { "ZZT": { "spot": 49.5, "spot_live": 50.0, "session": "2025-03-05", "contracts": 36 } } }"#;

/// yfinance as it comes, one frame of calls or puts: no expiry, no right, no spot, no day.
pub(crate) fn yfinance_raw(calls: bool) -> String {
    let mut text = String::from(
        "contractSymbol,lastTradeDate,strike,lastPrice,bid,ask,change,percentChange,volume,openInterest,impliedVolatility,inTheMoney,contractSize,currency\n",
    );
    for row in rows().iter().filter(|row| row.call == calls) {
        let (
            symbol,
            Row {
                strike,
                bid,
                ask,
                volume,
                open_interest,
                iv,
                ..
            },
        ) = (osi("ZZT", row), row);
        writeln!(text, "{symbol},2025-03-06 20:59:00+00:00,{strike},{ask:.2},{bid:.2},{ask:.2},0.0,0.0,{volume}.0,{open_interest},{iv},True,REGULAR,USD").unwrap();
    }
    text
}

/// The quote table of Cboe's website.
pub(crate) fn cboe(date: &str) -> String {
    let mut text = format!(
        "\nZZ Test Corp,Last: 50.00,Change:  -0.25\n\"Date: {date} at 4:15 PM EST\",Bid: 49.99,Ask: 50.01,Size: 1*4,\"Volume: 1,234\"\n\
         Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest\n"
    );
    for pair in rows().chunks(2) {
        let long = if pair[0].expiry == "2025-03-21" {
            "Fri Mar 21 2025"
        } else {
            "Thu Apr 17 2025"
        };
        let half = |row: &Row| {
            let iv = if row.bid == 0.0 { 0.0 } else { row.iv };
            let Row {
                bid,
                ask,
                volume,
                delta,
                open_interest,
                ..
            } = row;
            (
                osi("ZZT", row),
                format!("0,0,{bid:.2},{ask:.2},{volume},{iv},{delta},0.01,{open_interest}"),
            )
        };
        let ((call, call_half), (put, put_half)) = (half(&pair[0]), half(&pair[1]));
        writeln!(
            text,
            "{long},{call},{call_half},{:.2},{put},{put_half}",
            pair[0].strike
        )
        .unwrap();
    }
    text
}

/// iVolatility Raw IV, with US dates, two symbols.
pub(crate) fn ivolatility() -> String {
    let mut text = String::from(
        "symbol,exchange,company_name,date,stock_price_close,option_symbol,option_expiration,strike,call/put,style,ask,bid,mean_price,settlement,iv,volume,open_interest,stock_price_for_iv,forward_price,isinterpolated,delta,vega,gamma,theta,rho\n",
    );
    for (symbol, spot, date) in [("ZZT", SPOT, "3/6/2025"), ("YYT", 47.0, "03/06/25")] {
        for row in rows_at(spot) {
            let expiry = if row.expiry == "2025-03-21" {
                "3/21/2025"
            } else {
                "04/17/2025"
            };
            let padded = osi(&format!("{symbol:6}"), &row);
            let Row {
                strike,
                ask,
                bid,
                iv,
                volume,
                open_interest,
                delta,
                ..
            } = row;
            let side = letter(row.call);
            writeln!(text, "{symbol},NYSE,ZZ TEST,{date},{spot},{padded},{expiry},{strike},{side},A,{ask:.2},{bid:.2},0,0,{iv},{volume},{open_interest},{spot},,*,{delta},0.05,0.04,-0.02,0.01").unwrap();
        }
    }
    text
}

/// Schwab's JSON: percent, "NaN", -999.
pub(crate) fn schwab() -> String {
    let half = |call: bool| {
        let mut expiries = Vec::new();
        for (expiry, days) in [("2025-03-21", 15), ("2025-04-17", 42)] {
            let strikes: Vec<String> = rows()
                .iter()
                .filter(|row| row.call == call && row.expiry == expiry)
                .map(|row| {
                    let greek = if row.bid == 0.0 { "\"NaN\"".to_owned() } else { row.delta.to_string() };
                    let vol = if row.bid == 0.0 { "-999.0".to_owned() } else { (row.iv * 100.0).to_string() };
                    let odd = row.strike == 60.0;
                    format!(
                        r#""{:.1}": [{{ "putCall": "{}", "symbol": "ZZT_X", "bid": {:.2}, "ask": {:.2}, "last": 0.0, "totalVolume": {}, "openInterest": {},
                           "volatility": {vol}, "delta": {greek}, "gamma": {greek}, "theta": "NaN", "vega": 0.05, "rho": 0.01, "strikePrice": {},
                           "quoteTimeInLong": 1741294800000, "multiplier": 100.0, "nonStandard": {odd}, "deliverableNote": "99 ZZT" }}]"#,
                        row.strike, if call { "CALL" } else { "PUT" }, row.bid, row.ask, row.volume, row.open_interest, row.strike
                    )
                })
                .collect();
            expiries.push(format!("\"{expiry}:{days}\": {{ {} }}", strikes.join(", ")));
        }
        expiries.join(", ")
    };
    format!(
        r#"{{ "symbol": "ZZT", "status": "SUCCESS", "isDelayed": true, "interestRate": 4.25, "underlyingPrice": 50.0, "volatility": 29.0,
           "callExpDateMap": {{ {} }}, "putExpDateMap": {{ {} }} }}"#,
        half(true),
        half(false)
    )
}

/// OptionsDX: bracketed names, comma and blank, call and put on a row, empty is missing.
pub(crate) fn optionsdx() -> String {
    let mut text = String::from(
        "[QUOTE_UNIXTIME], [QUOTE_READTIME], [QUOTE_DATE], [QUOTE_TIME_HOURS], [UNDERLYING_LAST], [EXPIRE_DATE], [EXPIRE_UNIX], [DTE], \
         [C_DELTA], [C_GAMMA], [C_VEGA], [C_THETA], [C_RHO], [C_IV], [C_VOLUME], [C_LAST], [C_SIZE], [C_BID], [C_ASK], [STRIKE], \
         [P_BID], [P_ASK], [P_SIZE], [P_LAST], [P_DELTA], [P_GAMMA], [P_VEGA], [P_THETA], [P_RHO], [P_IV], [P_VOLUME], [STRIKE_DISTANCE], [STRIKE_DISTANCE_PCT]\n",
    );
    for pair in rows().chunks(2) {
        let (call, put) = (&pair[0], &pair[1]);
        let put_iv = if put.bid == 0.0 {
            String::new()
        } else {
            put.iv.to_string()
        };
        writeln!(
            text,
            "1741294800, 2025-03-06 16:00, 2025-03-06, 16.000000, {SPOT:.6}, {}, 1742587200, 15.00, \
             {}, 0.01, 0.05, -0.02, 0.01, {}, {}.0, {:.2}, 12 x 14, {:.2}, {:.2}, {:.2}, {:.2}, {:.2}, 3 x 9, {:.2}, {}, 0.01, 0.05, -0.02, 0.01, {put_iv}, , 1.0, 0.02",
            call.expiry, call.delta, call.iv, call.volume, call.ask, call.bid, call.ask, call.strike, put.bid, put.ask, put.ask, put.delta
        )
        .unwrap();
    }
    text
}

/// DoltHub's export.
pub(crate) fn dolthub() -> String {
    let mut text = String::from(
        "date,act_symbol,expiration,strike,call_put,bid,ask,vol,delta,gamma,theta,vega,rho\n",
    );
    for row in rows() {
        let Row {
            expiry,
            strike,
            bid,
            ask,
            iv,
            delta,
            ..
        } = row;
        let side = if row.call { "Call" } else { "Put" };
        writeln!(text, "2025-03-06,ZZT,{expiry},{strike:.2},{side},{bid:.2},{ask:.2},{iv},{delta},0.01,-0.02,0.05,0.01").unwrap();
    }
    text
}

/// DeltaNeutral: theta per year, a blank before a column's name.
pub(crate) fn deltaneutral() -> String {
    let mut text = String::from(
        "underlying,underlying_last, exchange,optionroot,optionext,type,expiration,quotedate,strike,last,bid,ask,volume,openinterest,impliedvol,delta,gamma,theta,vega,optionalias\n",
    );
    for row in rows() {
        let alias = osi("ZZT", &row);
        let Row {
            expiry,
            strike,
            bid,
            ask,
            iv,
            delta,
            volume,
            open_interest,
            ..
        } = row;
        let side = if row.call { "call" } else { "put" };
        writeln!(text, "ZZT,{SPOT},*,{alias},,{side},{expiry},2025-03-06,{strike},0.0,{bid:.2},{ask:.2},{volume},{open_interest},{iv},{delta},0.01,-7.3,5.0,{alias}").unwrap();
    }
    text
}

/// How a Parquet twin stores its dates.
#[derive(Clone, Copy)]
pub(crate) enum Dates {
    Text,
    Days,
    Nanoseconds,
}

/// philippdubach's yearly Parquet over the given days, the spot moving by a dollar a day; no spot column.
pub(crate) fn philippdubach(days: &[&str], dates: Dates) -> Vec<u8> {
    let (mut ids, mut day, mut expiry, mut kind) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut strike, mut bid, mut ask, mut iv, mut volume) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, date) in days.iter().enumerate() {
        for row in rows_at(SPOT + at as f64) {
            ids.push(Some(osi("ZZT", &row)));
            day.push((*date).to_owned());
            expiry.push(row.expiry.to_owned());
            kind.push(Some(if row.call { "call" } else { "put" }.to_owned()));
            strike.push(Some(row.strike));
            bid.push(Some(row.bid));
            ask.push(Some(row.ask));
            iv.push((row.bid > 0.0).then_some(row.iv));
            volume.push((row.strike < 60.0).then_some(i64::from(row.volume)));
        }
    }
    let symbol = ids.iter().map(|_| Some("ZZT".to_owned())).collect();
    let dated = |texts: Vec<String>| match dates {
        Dates::Text => Data::Text(texts.into_iter().map(Some).collect()),
        Dates::Days => Data::Day(texts.iter().map(|text| epoch_day(text)).collect()),
        Dates::Nanoseconds => Data::Nanos(
            texts
                .iter()
                .map(|text| i64::from(epoch_day(text)) * 86_400_000_000_000 + 1)
                .collect(),
        ),
    };
    parquet(vec![
        ("contract_id", Data::Text(ids)),
        ("symbol", Data::Text(symbol)),
        ("expiration", dated(expiry)),
        ("strike", Data::Double(strike)),
        ("type", Data::Text(kind)),
        ("bid", Data::Double(bid)),
        ("ask", Data::Double(ask)),
        ("volume", Data::Int(volume)),
        ("date", dated(day)),
        ("implied_volatility", Data::Double(iv)),
    ])
}

/// One column of a Parquet twin.
pub(crate) enum Data {
    Text(Vec<Option<String>>),
    Double(Vec<Option<f64>>),
    Int(Vec<Option<i64>>),
    Day(Vec<i32>),
    Nanos(Vec<i64>),
    /// Milliseconds since 1970, adjusted to UTC; as old writers say it, or new ones.
    Instants(Vec<i64>, Written),
}

/// How a file says what its timestamps are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written {
    Old,
    New,
}

fn epoch_day(text: &str) -> i32 {
    let date: jiff::civil::Date = text.parse().unwrap();
    date.since(jiff::civil::date(1970, 1, 1))
        .unwrap()
        .get_days()
}

/// Writes a Parquet file of optional columns.
pub(crate) fn parquet(columns: Vec<(&str, Data)>) -> Vec<u8> {
    let field = |(name, data): &(&str, Data)| {
        let (physical, logical) = match data {
            Data::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Data::Double(_) => (Physical::DOUBLE, None),
            Data::Int(_) => (Physical::INT64, None),
            Data::Day(_) => (Physical::INT32, Some(LogicalType::Date)),
            Data::Nanos(_) => (
                Physical::INT64,
                Some(LogicalType::timestamp(false, TimeUnit::NANOS)),
            ),
            Data::Instants(_, Written::New) => (
                Physical::INT64,
                Some(LogicalType::timestamp(true, TimeUnit::MILLIS)),
            ),
            Data::Instants(_, Written::Old) => (Physical::INT64, None),
        };
        let converted = match data {
            Data::Instants(_, Written::Old) => ConvertedType::TIMESTAMP_MILLIS,
            _ => ConvertedType::NONE,
        };
        let built = Type::primitive_type_builder(name, physical)
            .with_converted_type(converted)
            .with_logical_type(logical)
            .with_repetition(Repetition::OPTIONAL);
        Arc::new(built.build().unwrap())
    };
    let schema = Type::group_type_builder("schema")
        .with_fields(columns.iter().map(field).collect())
        .build()
        .unwrap();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(
        &mut bytes,
        Arc::new(schema),
        Arc::new(WriterProperties::new()),
    )
    .unwrap();
    let mut group = writer.next_row_group().unwrap();
    for (_, data) in columns {
        let mut column = group.next_column().unwrap().unwrap();
        let levels = |present: Vec<bool>| present.into_iter().map(i16::from).collect::<Vec<_>>();
        match data {
            Data::Text(values) => {
                let defined = levels(values.iter().map(Option::is_some).collect());
                let values: Vec<ByteArray> = values
                    .into_iter()
                    .flatten()
                    .map(|text| ByteArray::from(text.into_bytes()))
                    .collect();
                column
                    .typed::<ByteArrayType>()
                    .write_batch(&values, Some(&defined), None)
                    .unwrap();
            }
            Data::Double(values) => {
                let defined = levels(values.iter().map(Option::is_some).collect());
                let values: Vec<f64> = values.into_iter().flatten().collect();
                column
                    .typed::<DoubleType>()
                    .write_batch(&values, Some(&defined), None)
                    .unwrap();
            }
            Data::Int(values) => {
                let defined = levels(values.iter().map(Option::is_some).collect());
                let values: Vec<i64> = values.into_iter().flatten().collect();
                column
                    .typed::<Int64Type>()
                    .write_batch(&values, Some(&defined), None)
                    .unwrap();
            }
            Data::Day(values) => {
                column
                    .typed::<Int32Type>()
                    .write_batch(&values, Some(&vec![1; values.len()]), None)
                    .unwrap();
            }
            Data::Nanos(values) | Data::Instants(values, _) => {
                column
                    .typed::<Int64Type>()
                    .write_batch(&values, Some(&vec![1; values.len()]), None)
                    .unwrap();
            }
        };
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

/// Packs bytes as gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}
