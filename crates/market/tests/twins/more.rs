//! Twins of the brokers', data shops' and archives' newer dialects.

use std::fmt::Write;
use std::io::Write as _;

use super::{Row, SPOT, osi, rows};

/// Rows of the first expiry only.
pub(crate) fn first_expiry() -> Vec<Row> {
    rows()
        .into_iter()
        .filter(|row| row.expiry == "2025-03-21")
        .collect()
}

fn word(call: bool) -> &'static str {
    if call { "call" } else { "put" }
}

/// 2025-03-06 16:00 in New York, in seconds.
const STAMP_S: i64 = 1_741_294_800;

/// Tradier's chain: milliseconds, ORATS' Greeks one level down, no price of the underlying. Dead options keep old stamps.
pub(crate) fn tradier() -> String {
    let options: Vec<String> = rows()
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let stamp = (STAMP_S - if at % 4 == 0 { 3 * 86_400 } else { 0 }) * 1000;
            let greeks = if row.bid == 0.0 {
                "null".to_owned()
            } else {
                format!(
                    r#"{{"delta": {}, "gamma": 0.01, "theta": -0.02, "vega": 0.05, "rho": 0.01, "phi": -0.01,
                        "bid_iv": 0.1, "mid_iv": {}, "ask_iv": 0.9, "smv_vol": 0.3, "updated_at": "2025-03-06 20:59:59"}}"#,
                    row.delta, row.iv
                )
            };
            format!(
                r#"{{"symbol": "{}", "description": "ZZT Option", "exch": "Z", "type": "option", "last": null, "change": null,
                    "volume": {}, "bid": {:.2}, "ask": {:.2}, "underlying": "ZZT", "strike": {:.1}, "bidsize": 1,
                    "bid_date": {stamp}, "ask_date": {stamp}, "open_interest": {}, "contract_size": 100,
                    "expiration_date": "{}", "expiration_type": "standard", "option_type": "{}", "root_symbol": "ZZT", "greeks": {greeks}}}"#,
                osi("ZZT", row), row.volume, row.bid, row.ask, row.strike, row.open_interest, row.expiry, word(row.call)
            )
        })
        .collect();
    format!(r#"{{"options": {{"option": [{}]}}}}"#, options.join(",\n"))
}

/// Massive's (Polygon's) snapshot: nanoseconds, `O:` symbols, Greeks left out where there is no bid.
pub(crate) fn massive() -> String {
    let results: Vec<String> = rows()
        .iter()
        .map(|row| {
            let greeks = if row.bid == 0.0 {
                "{}".to_owned()
            } else {
                format!(r#"{{"delta": {}, "gamma": 0.01, "theta": -0.02, "vega": 0.05}}"#, row.delta)
            };
            format!(
                r#"{{"break_even_price": 1, "day": {{"close": {ask:.2}, "volume": {volume}, "last_updated": {day}}},
                    "details": {{"contract_type": "{word}", "exercise_style": "american", "expiration_date": "{expiry}",
                      "shares_per_contract": 100, "strike_price": {strike}, "ticker": "O:{osi}"}},
                    "greeks": {greeks}, "implied_volatility": {iv},
                    "last_quote": {{"ask": {ask:.2}, "ask_size": 2, "bid": {bid:.2}, "bid_size": 3, "last_updated": {stamp}, "timeframe": "DELAYED"}},
                    "open_interest": {oi}, "underlying_asset": {{"price": {SPOT}, "ticker": "ZZT", "timeframe": "DELAYED"}}}}"#,
                ask = row.ask,
                bid = row.bid,
                volume = row.volume,
                day = (STAMP_S - 16 * 3600) * 1_000_000_000,
                stamp = STAMP_S * 1_000_000_000 + 59,
                word = word(row.call),
                expiry = row.expiry,
                strike = row.strike,
                osi = osi("ZZT", row),
                iv = row.iv,
                oi = row.open_interest,
            )
        })
        .collect();
    format!(
        r#"{{"request_id": "x", "results": [{}], "status": "OK"}}"#,
        results.join(",\n")
    )
}

/// Massive's flat file of quotes: every change, the last one counts.
pub(crate) fn massive_quotes() -> String {
    let mut text = String::from(
        "ticker,ask_exchange,ask_price,ask_size,bid_exchange,bid_price,bid_size,sequence_number,sip_timestamp\n",
    );
    for (at, row) in rows().iter().enumerate() {
        for (early, bid, ask) in [(3600, 0.01, 99.0), (0, row.bid, row.ask)] {
            let stamp = (STAMP_S - early) * 1_000_000_000;
            let symbol = osi("ZZT", row);
            writeln!(
                text,
                "O:{symbol},300,{ask:.2},4,301,{bid:.2},5,{at},{stamp}"
            )
            .unwrap();
        }
    }
    text
}

/// Massive's flat file of aggregates: trades only.
pub(crate) const MASSIVE_AGGREGATES: &str = "ticker,volume,open,close,high,low,window_start,transactions\n\
    O:ZZT250321C00050000,3,2.0,2.1,2.1,2.0,1741237200000000000,2\n";

/// What the coin of an expiry is worth.
fn coin_usd(row: &Row) -> f64 {
    if row.expiry == "2025-03-21" {
        SPOT
    } else {
        SPOT + 0.5
    }
}

fn instrument(root: &str, row: &Row) -> String {
    let day = if row.expiry == "2025-03-21" {
        "21MAR25"
    } else {
        "17APR25"
    };
    let side = if row.call { "C" } else { "P" };
    format!("{root}-{day}-{}-{side}", row.strike)
}

/// Deribit's tickers, flattened: prices in coin, percent, milliseconds. The book is seen twice, minutes apart.
pub(crate) fn deribit() -> String {
    let mut text = String::from(
        "underlying_price,underlying_index,timestamp,open_interest,mark_price,mark_iv,last_price,interest_rate,instrument_name,index_price,bids,bid_iv,best_bid_price,best_bid_amount,best_ask_price,best_ask_amount,asks,stats.volume,greeks.vega,greeks.theta,greeks.rho,greeks.gamma,greeks.delta\n",
    );
    for (minutes, factor) in [(0, 1.5), (7, 1.0)] {
        for row in rows() {
            let coin = coin_usd(&row);
            let stamp = (STAMP_S + 60 * minutes) * 1000;
            let (bid, ask) = (row.bid * factor / coin, row.ask * factor / coin);
            writeln!(
                text,
                "{coin},SYN.ZZT-X,{stamp},{},{ask},{},,0.0,{},{SPOT},\"[[0.1, 2.0]]\",0.0,{bid},1.0,{ask},1.0,[],{}.0,0.05,-0.02,0.01,0.01,{}",
                row.open_interest,
                row.iv * 100.0,
                instrument("ZZT", &row),
                row.volume,
                row.delta
            )
            .unwrap();
        }
    }
    text
}

/// Deribit's book summary of a currency, as its interface answers; one contract is of the USDC kind.
pub(crate) fn deribit_summary() -> String {
    let mut results: Vec<String> = rows()
        .iter()
        .map(|row| {
            let coin = coin_usd(row);
            let bid = if row.bid == 0.0 { "null".to_owned() } else { (row.bid / coin).to_string() };
            format!(
                r#"{{"instrument_name": "{}", "bid_price": {bid}, "ask_price": {}, "mark_price": 0.1, "mark_iv": {},
                    "underlying_price": {coin}, "underlying_index": "X", "open_interest": {}.0, "volume": {}.0,
                    "creation_timestamp": {}, "estimated_delivery_price": {SPOT}, "base_currency": "ZZT", "quote_currency": "ZZT"}}"#,
                instrument("ZZT", row), row.ask / coin, row.iv * 100.0, row.open_interest, row.volume, STAMP_S * 1000
            )
        })
        .collect();
    results.push(
        results[0]
            .replace("ZZT-21MAR25", "ZZT_USDC-21MAR25")
            .replace(
                "\"quote_currency\": \"ZZT\"",
                "\"quote_currency\": \"USDC\"",
            ),
    );
    format!(
        r#"{{"jsonrpc": "2.0", "result": [{}], "usIn": 1}}"#,
        results.join(",\n")
    )
}

/// A Deribit contract's description.
pub(crate) const DERIBIT_INSTRUMENT: &str = r#"{"jsonrpc": "2.0", "id": 1, "result": {"kind": "option", "instrument_name": "ZZT-27DEC24-100-C",
    "option_type": "call", "strike": 100.0, "expiration_timestamp": 1735300800000, "tick_size": 0.0005, "contract_size": 1.0,
    "settlement_currency": "ZZT", "tick_size_steps": []}}"#;

/// Tardis' updates: microseconds; one row of another exchange.
pub(crate) fn tardis() -> String {
    let mut text = String::from(
        "exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,open_interest,last_price,bid_price,bid_amount,bid_iv,ask_price,ask_amount,ask_iv,mark_price,mark_iv,underlying_index,underlying_price,delta,gamma,vega,theta,rho\n",
    );
    for (seconds, factor) in [(0, 0.5), (5, 1.0)] {
        for (at, row) in rows().iter().enumerate() {
            let coin = coin_usd(row);
            let stamp = (STAMP_S + seconds) * 1_000_000;
            // 08:00 UTC of the last day.
            let expires = if row.expiry == "2025-03-21" {
                1_742_544_000_i64
            } else {
                1_744_876_800
            };
            let bid = if row.bid == 0.0 {
                String::new()
            } else {
                (row.bid * factor / coin).to_string()
            };
            let exchange = if at == 0 && seconds == 0 {
                "okex-options"
            } else {
                "deribit"
            };
            writeln!(
                text,
                "{exchange},{},{stamp},{stamp},{},{},{}000000,{},,{bid},1,,{},1,,,{},SYN.X,{coin},{},0.01,0.05,-0.02,0.01",
                instrument("ZZT", row), word(row.call), row.strike, expires, row.open_interest, row.ask * factor / coin, row.iv * 100.0, row.delta
            )
            .unwrap();
        }
    }
    text
}

/// How far in the money, in percent of the spot.
fn moneyness(row: &Row) -> f64 {
    let inside = if row.call {
        SPOT - row.strike
    } else {
        row.strike - SPOT
    };
    100.0 * inside / SPOT
}

/// Barchart's page of one expiry: percent signs, `unch`, thousands' commas, calls above puts, a sentence at the end.
pub(crate) fn barchart() -> String {
    let mut text = String::from(
        "Strike,Moneyness,Bid,Mid,Ask,Last,Change,%Change,Volume,\"Open Int\",\"OI Chg\",IV,Delta,Type,\"Last Trade\"\n",
    );
    for call in [true, false] {
        for row in first_expiry().iter().filter(|row| row.call == call) {
            let iv = format!("{:.2}%", row.iv * 100.0);
            let side = if call { "Call" } else { "Put" };
            writeln!(
                text,
                "{:.2},{:+.2}%,{:.2},1.00,{:.2},N/A,unch,unch,{},\"1,{:03}\",unch,{iv},{},{side},\"12:25 ET\"",
                row.strike, moneyness(row), row.bid, row.ask, row.volume, row.open_interest, row.delta
            )
            .unwrap();
        }
    }
    text.push_str("\"Downloaded from Barchart.com as of 03-06-2025 12:27pm CDT\"\n");
    text
}

/// ORATS: call and put on a row, the Greeks those of the call.
pub(crate) fn orats() -> String {
    let mut text = String::from(
        "ticker,tradeDate,expirDate,dte,strike,stockPrice,callVolume,callOpenInterest,callBidPrice,callAskPrice,putBidPrice,putAskPrice,putVolume,putOpenInterest,callMidIv,putMidIv,smvVol,delta,gamma,theta,vega,rho,phi\n",
    );
    for pair in rows().chunks(2) {
        let (call, put) = (&pair[0], &pair[1]);
        writeln!(
            text,
            "ZZT,2025-03-06,{},15,{},{SPOT},{},{},{:.2},{:.2},{:.2},{:.2},{},{},{},{},0.3,{},0.01,-0.02,0.05,0.01,-0.01",
            call.expiry, call.strike, call.volume, call.open_interest, call.bid, call.ask, put.bid, put.ask, put.volume,
            put.open_interest, call.iv, put.iv, call.delta
        )
        .unwrap();
    }
    text
}

/// LEAN's daily archive of quotes: one file of each contract, prices in 1/10,000 of a dollar, no final newline. With
/// `minutes` the archive of one day's minutes, whose files name the day.
pub(crate) fn lean_zip(minutes: bool) -> Vec<u8> {
    let price = |usd: f64| (usd * 10_000.0).round() as i64;
    let files: Vec<(String, String)> = rows()
        .iter()
        .map(|row| {
            let expiry = row.expiry.replace('-', "");
            let name = format!(
                "quote_american_{}_{}_{expiry}.csv",
                word(row.call),
                price(row.strike)
            );
            let bid = if row.bid == 0.0 {
                ",,,,".to_owned()
            } else {
                format!("1,1,1,{},7", price(row.bid))
            };
            let quotes = format!("{bid},1,1,1,{},9", price(row.ask));
            if minutes {
                (
                    format!("20250306_zzt_minute_{name}"),
                    format!("34200000,1,1,1,2,7,1,1,1,990000,9\n57540000,{quotes}"),
                )
            } else {
                (format!("zzt_{name}"), format!("20250306 00:00,{quotes}"))
            }
        })
        .collect();
    zip(&files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect::<Vec<_>>())
}

/// LEAN's universe of a day: the second line is the underlying's.
pub(crate) fn lean_universe() -> String {
    let mut text = String::from(
        "#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,vega,theta,rho\n,,,49.0,51.0,48.0,50.0,69508521,,,,,,,\n",
    );
    for row in rows() {
        let iv = if row.bid == 0.0 { 1e-7 } else { row.iv };
        let expiry = row.expiry.replace('-', "");
        let side = if row.call { "C" } else { "P" };
        writeln!(
            text,
            "{expiry},{},{side},1,1,1,{:.4},{},{},{iv:.7},{},0.01,0.05,-0.02,0.01",
            row.strike, row.ask, row.volume, row.open_interest, row.delta
        )
        .unwrap();
    }
    text
}

/// The Indian exchange's daily file: rupees, no quotes.
pub(crate) const NSE: &str = "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,FininstrmActlXpryDt,StrkPric,OptnTp,FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,LastPric,PrvsClsgPric,UndrlygPric,SttlmPric,OpnIntrst,NewBrdLotQty\n\
    2025-03-06,2025-03-06,FO,NSE,STO,1,,ZZT,,2025-03-27,2025-03-27,50.00,CE,ZZT25MAR50CE,1,1,1,1,1,1,50.0,1,500,500\n";

/// Cboe DataShop, end of day with calculations: two times on a row, the Greeks those of 15:45; no price of an index.
pub(crate) fn datashop(active: bool) -> String {
    let mut text = String::from(
        "underlying_symbol,quote_date,root,expiration,strike,option_type,open,high,low,close,trade_volume,bid_size_1545,bid_1545,ask_size_1545,ask_1545,underlying_bid_1545,underlying_ask_1545,implied_underlying_price_1545,active_underlying_price_1545,implied_volatility_1545,delta_1545,gamma_1545,theta_1545,vega_1545,rho_1545,bid_size_eod,bid_eod,ask_size_eod,ask_eod,underlying_bid_eod,underlying_ask_eod,vwap,open_interest,delivery_code\n",
    );
    for row in rows() {
        let price = if active { SPOT } else { 0.0 };
        let side = if row.call { "c" } else { "P" };
        writeln!(
            text,
            "ZZT,2025-03-06,ZZT,{},{:.3},{side},0,0,0,0,{},5,{:.2},6,{:.2},49.98,50.02,0,{price},{},{},0.01,-0.02,0.05,0.01,1,0.01,1,99.0,60,61,0,{},",
            row.expiry, row.strike, row.volume, row.bid, row.ask, row.iv, row.delta, row.open_interest
        )
        .unwrap();
    }
    text
}

/// Cboe's delayed quotes.
pub(crate) fn cboe_delayed() -> String {
    let options: Vec<String> = rows()
        .iter()
        .map(|row| {
            let iv = if row.bid == 0.0 { 0.0 } else { row.iv };
            format!(
                r#"{{"option": "{}", "bid": {:.2}, "bid_size": 1.0, "ask": {:.2}, "ask_size": 2.0, "iv": {iv}, "open_interest": {}.0,
                    "volume": {}.0, "delta": {}, "gamma": 0.01, "vega": 0.05, "theta": -0.02, "rho": 0.01, "theo": 1.0, "change": 0.0,
                    "open": 0.0, "high": 0.0, "low": 0.0, "tick": "no_change", "last_trade_price": 0.0, "last_trade_time": null}}"#,
                osi("ZZT", row), row.bid, row.ask, row.open_interest, row.volume, row.delta
            )
        })
        .collect();
    format!(
        r#"{{"timestamp": "2025-03-07 02:00:01", "data": {{"options": [{}], "symbol": "ZZT", "current_price": {SPOT:.1},
            "close": 49.0, "last_trade_time": "2025-03-06T16:00:00"}}, "symbol": "ZZT"}}"#,
        options.join(",\n")
    )
}

const THETA_V2: &str = "ms_of_day,bid_size,bid_exchange,bid,bid_condition,ask_size,ask_exchange,ask,ask_condition,date";

/// ThetaData 2 as CSV: strikes in tenths of a cent.
pub(crate) fn theta_v2() -> String {
    let mut text = format!("root,expiration,strike,right,{THETA_V2}\n");
    for row in rows() {
        let side = if row.call { "C" } else { "P" };
        writeln!(
            text,
            "ZZT,{},{},{side},57600000,1,5,{:.2},50,1,5,{:.2},50,20250306",
            row.expiry.replace('-', ""),
            row.strike * 1000.0,
            row.bid,
            row.ask
        )
        .unwrap();
    }
    text
}

/// ThetaData 2 as JSON of many contracts: rows are lists, named in the header.
pub(crate) fn theta_v2_json() -> String {
    let contracts: Vec<String> = rows()
        .iter()
        .map(|row| {
            format!(
                r#"{{"ticks": [[57600000, 1, 5, {:.2}, 50, 1, 5, {:.2}, 50, 20250306]],
                    "contract": {{"root": "ZZT", "expiration": {}, "strike": {}, "right": "{}"}}}}"#,
                row.bid,
                row.ask,
                row.expiry.replace('-', ""),
                row.strike * 1000.0,
                if row.call { "C" } else { "P" }
            )
        })
        .collect();
    let format: Vec<String> = THETA_V2
        .split(',')
        .map(|name| format!("\"{name}\""))
        .collect();
    format!(
        r#"{{"header": {{"latency_ms": 4, "error_type": "null", "next_page": "null", "format": [{}]}}, "response": [{}]}}"#,
        format.join(", "),
        contracts.join(",\n")
    )
}

/// ThetaData 3: dollars, dates with dashes, rights in words.
pub(crate) fn theta_v3() -> String {
    let mut text = String::from(
        "symbol,expiration,strike,right,created,last_trade,open,high,low,close,volume,count,bid_size,bid_exchange,bid,bid_condition,ask_size,ask_exchange,ask,ask_condition\n",
    );
    for row in rows() {
        let side = if row.call { "CALL" } else { "PUT" };
        writeln!(
            text,
            "ZZT,{},{:.3},{side},2025-03-06T17:15:02.1,2025-03-05T15:00:00.0,0,0,0,0,{},1,1,5,{:.2},50,1,5,{:.2},50",
            row.expiry, row.strike, row.volume, row.bid, row.ask
        )
        .unwrap();
    }
    text
}

/// OptionStratLib's CSV: `Delta` twice, percent; symbol, expiry and spot in the file's name alone.
pub(crate) fn stratlib_csv() -> String {
    let mut text = String::from(
        "Strike Price,Call Bid,Call Ask,Put Bid,Put Ask,Implied Volatility,Delta,Delta,Gamma,Volume,Open Interest\n",
    );
    for pair in first_expiry().chunks(2) {
        let (call, put) = (&pair[0], &pair[1]);
        writeln!(
            text,
            "{},{:.2},{:.2},{:.2},{:.2},{},{},{},0.01,,",
            call.strike,
            call.bid,
            call.ask,
            put.bid,
            put.ask,
            call.iv * 100.0,
            call.delta,
            put.delta
        )
        .unwrap();
    }
    text
}

/// The same as JSON, which says more.
pub(crate) fn stratlib_json() -> String {
    let options: Vec<String> = first_expiry()
        .chunks(2)
        .map(|pair| {
            let (call, put) = (&pair[0], &pair[1]);
            format!(
                r#"{{"strike_price": {}, "call_bid": {:.2}, "call_ask": {:.2}, "put_bid": {:.2}, "put_ask": {:.2},
                    "implied_volatility": {}, "delta_call": "{}", "delta_put": "{}", "gamma": "0.01"}}"#,
                call.strike, call.bid, call.ask, put.bid, put.ask, call.iv * 100.0, call.delta, put.delta
            )
        })
        .collect();
    format!(
        r#"{{"symbol": "ZZT", "underlying_price": {SPOT:.2}, "expiration_date": "21 mar 2025", "options": [{}]}}"#,
        options.join(",\n")
    )
}

/// The riskalertsys archive: call and put on a row, no quotes, percent; symbol and day in the file's name alone.
pub(crate) fn riskalertsys() -> String {
    let contracts: Vec<String> = rows()
        .chunks(2)
        .map(|pair| {
            let half = |side: &str, row: &Row| {
                let iv = if row.bid == 0.0 { 0.0 } else { row.iv * 100.0 };
                format!(
                    r#""{side}Option": "{}_{:.2}_{}", "{side}Price": {:.2}, "{side}Delta": {}, "{side}Volume": {}, "{side}Iv": {iv}, "{side}Oi": {}"#,
                    row.expiry, row.strike, if row.call { "Call" } else { "Put" }, row.ask, row.delta, row.volume, row.open_interest
                )
            };
            format!("{{{}, {}}}", half("call", &pair[0]), half("put", &pair[1]))
        })
        .collect();
    format!(
        r#"{{"header": {{"callVolume": 1.0, "underlyingPrice": {SPOT:.2}}}, "contracts": [{}]}}"#,
        contracts.join(",\n")
    )
}

/// Packs files as a zip archive; every second one deflated, and the directory of the 64-bit kind.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (at, (name, content)) in files.iter().enumerate() {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let (method, packed) = if at % 2 == 0 {
            (0_u16, content.to_vec())
        } else {
            let mut packer =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(content).unwrap();
            (8, packer.finish().unwrap())
        };
        let mut common = Vec::new();
        for number in [20, 0, method, 0, 0] {
            common.extend(number.to_le_bytes());
        }
        for number in [crc.sum(), packed.len() as u32, content.len() as u32] {
            common.extend(number.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        let offset = bytes.len() as u32;
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = bytes.len() as u64;
    bytes.extend(&directory);
    let wide = bytes.len() as u64;
    bytes.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
    for number in [
        files.len() as u64,
        files.len() as u64,
        directory.len() as u64,
        start,
    ] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(wide.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([0xff; 12]);
    bytes.extend(0_u16.to_le_bytes());
    bytes
}
