//! Do we see the same volatilities and Greeks as the vendors? Their files are not part of the project:
//! `JARVIS2_REAL_DATA` names the folder that holds them; without it every test here is skipped, visibly.
//!
//! Each test states the vendor's conventions, as found out from the numbers, and then compares row by row. A row agrees if
//! the gap is no more than the file's own rounding explains: half a unit of the last digit of the number compared, plus
//! what half a unit of the volatility (and of the spot, where it is rounded) moves it. The shares printed by
//! `cargo test -p market --test real_data_greeks -- --nocapture` are those of `docs/agreement.md`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::PathBuf;

use jiff::civil::{Date, Weekday, date};
use market::ingest::{Options, read_chains};
use market::{Chain, Quote};
use pricing::american::{self, Precision};
use pricing::smile::{ParityPair, forward_from_parity};
use pricing::{Inputs, Quoted, Right, european, implied_vol};

fn file(path: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("JARVIS2_REAL_DATA") else {
        // Not `eprintln!`, which the test harness hides.
        let _ = writeln!(std::io::stderr(), "skipped: JARVIS2_REAL_DATA is not set");
        return None;
    };
    Some(PathBuf::from(root).join(path))
}

fn chain(path: &str) -> Option<Chain> {
    let ingest = read_chains(&file(path)?, &Options::default());
    let ingest = ingest.unwrap_or_else(|error| panic!("{error}"));
    Some(ingest.chains[0].clone())
}

/// The rows of a gzipped CSV by the names of its columns.
fn rows(path: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let bytes = std::fs::read(file(path)?).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*bytes)
        .read_to_string(&mut text)
        .unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    Some(reader.deserialize().map(|row| row.unwrap()).collect())
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or(f64::NAN)
}

/// A price or Greek in the units of vendors: theta per calendar day, vega per vol point, rho per percent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Iv,
    Price,
    Delta,
    Gamma,
    Vega,
    Theta,
    Rho,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            What::Iv => "volatility",
            What::Price => "price",
            What::Delta => "delta",
            What::Gamma => "gamma",
            What::Vega => "vega",
            What::Theta => "theta",
            What::Rho => "rho",
        }
    }
}

/// How a vendor prices.
#[derive(Clone, Copy)]
enum Style {
    European,
    American,
}

/// Price, delta, gamma, vega, theta, rho; NaN where there is no answer.
fn greeks(style: Style, inputs: &Inputs) -> [f64; 6] {
    let g = match style {
        Style::European => european::greeks(inputs),
        Style::American => {
            let greeks = american::greeks(inputs, Precision::Standard);
            greeks.unwrap_or(pricing::Greeks {
                price: f64::NAN,
                delta: f64::NAN,
                gamma: f64::NAN,
                vega: f64::NAN,
                theta: f64::NAN,
                rho: f64::NAN,
            })
        }
    };
    [
        g.price,
        g.delta,
        g.gamma,
        g.vega / 100.0,
        g.theta / 365.0,
        g.rho / 100.0,
    ]
}

/// Our numbers for a row, and how far the rounding of its volatility and spot can move them.
fn with_room(style: Style, inputs: &Inputs, vol_half: f64, spot_half: f64) -> [(f64, f64); 6] {
    let at = greeks(style, inputs);
    let mut room = [0.0; 6];
    let vols = [-1.0, 1.0].map(|side| Inputs {
        vol: inputs.vol + side * vol_half,
        ..*inputs
    });
    let spots = [-1.0, 1.0].map(|side| Inputs {
        spot: inputs.spot + side * spot_half,
        ..*inputs
    });
    for pair in [vols, spots] {
        let [low, high] = pair.map(|moved| greeks(style, &moved));
        for k in 0..6 {
            room[k] += (low[k] - at[k]).abs().max((high[k] - at[k]).abs());
        }
    }
    std::array::from_fn(|k| (at[k], room[k]))
}

/// Gaps to one vendor, by what was compared.
#[derive(Default)]
struct Tally(BTreeMap<What, Vec<(f64, bool)>>);

impl Tally {
    fn add(&mut self, what: What, ours: f64, theirs: f64, tolerance: f64) {
        if theirs.is_finite() {
            let gap = (ours - theirs).abs();
            let gap = if gap.is_nan() { f64::INFINITY } else { gap };
            self.0
                .entry(what)
                .or_default()
                .push((gap, gap <= tolerance));
        }
    }

    fn share(&self, what: What) -> f64 {
        let gaps = &self.0[&what];
        gaps.iter().filter(|(_, agrees)| *agrees).count() as f64 / gaps.len() as f64
    }

    fn quantile(&self, what: What, share: f64) -> f64 {
        let mut gaps: Vec<f64> = self.0[&what].iter().map(|&(gap, _)| gap).collect();
        gaps.sort_by(f64::total_cmp);
        gaps[((gaps.len() - 1) as f64 * share).round() as usize]
    }

    /// Prints the rows of the document's table.
    fn print(&self, vendor: &str) {
        let mut text = String::new();
        for (what, gaps) in &self.0 {
            let [half, most, nearly, worst] =
                [0.5, 0.9, 0.99, 1.0].map(|share| self.quantile(*what, share));
            text += &format!(
                "| {vendor} | {} | {} | {:.1} % | {half:.1e} | {most:.1e} | {nearly:.1e} | {worst:.1e} |\n",
                what.name(),
                gaps.len(),
                100.0 * self.share(*what),
            );
        }
        let _ = write!(std::io::stdout(), "{text}");
    }

    /// At least this share of the rows must agree.
    fn require(&self, least: &[(What, f64)]) {
        for &(what, least) in least {
            let share = self.share(what);
            assert!(share >= least, "{}: {share} < {least}", what.name());
        }
    }
}

fn days(from: Date, to: Date) -> f64 {
    f64::from(from.until(to).unwrap().get_days())
}

/// Deribit: European on the forward of its own expiry (`underlying_price`), rate 0, prices in coin, time to 08:00 UTC by
/// the second, delta undiscounted; vega per point, rho per percent, theta for the next day or for what is left of the
/// last, and never more than the option is worth.
///
/// The forward is not of the very moment of the mark: a move of 0.01 % between them is allowed.
#[test]
fn deribit() {
    let Some(rows) = rows("vendor/deribit_BTC_2021-02-11.csv.gz") else {
        return;
    };
    let mut tally = Tally::default();
    for row in &rows {
        let name: Vec<&str> = row["instrument_name"].split('-').collect();
        let expiry = Date::strptime("%d%b%y", name[1]).unwrap();
        let seconds = days(date(1970, 1, 1), expiry) * 86_400.0 + 8.0 * 3600.0
            - number(row, "timestamp") / 1000.0;
        let years = seconds / (365.0 * 86_400.0);
        let forward = number(row, "underlying_price");
        let inputs = Inputs {
            right: if name[3] == "C" {
                Right::Call
            } else {
                Right::Put
            },
            spot: forward,
            strike: name[2].parse().unwrap(),
            years,
            rate: 0.0,
            dividend_yield: 0.0,
            vol: number(row, "mark_iv") / 100.0,
        };
        let ours = with_room(Style::European, &inputs, 0.5e-4, 1e-4 * forward);
        let next_day = (years * 365.0).min(1.0);
        for (k, (what, column, half, scale)) in [
            (What::Price, "mark_price", 0.5e-8, 1.0 / forward),
            (What::Delta, "greeks.delta", 0.5e-5, 1.0),
            (What::Gamma, "greeks.gamma", 0.5e-5, 1.0),
            (What::Vega, "greeks.vega", 0.5e-5, 1.0),
            (What::Theta, "greeks.theta", 0.5e-5, next_day),
            (What::Rho, "greeks.rho", 0.5e-5, 1.0),
        ]
        .into_iter()
        .enumerate()
        {
            let (at, room) = ours[k];
            let at = if what == What::Theta {
                (at * scale).max(-ours[0].0)
            } else {
                at * scale
            };
            let tolerance = half + room * scale + 1e-12;
            tally.add(what, at, number(row, column), tolerance);
        }
        let Inputs {
            right,
            spot,
            strike,
            rate,
            dividend_yield,
            ..
        } = inputs;
        let mark_usd = number(row, "mark_price") * forward;
        let quoted = Quoted {
            right,
            price_usd: mark_usd,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
        };
        // What the forward's move is worth in volatility.
        let vega = european::greeks(&inputs).vega;
        if let Ok(vol) = implied_vol(&quoted)
            && vega > 1e-4 * forward
        {
            let room = 0.5e-4 + 1e-4 * forward * ours[1].0.abs() / vega;
            tally.add(What::Iv, vol, inputs.vol, room);
        }
    }
    tally.print("Deribit BTC 2021-02-11");
    tally.require(&[
        (What::Iv, 0.85),
        (What::Price, 0.85),
        (What::Delta, 0.99),
        (What::Gamma, 0.99),
        (What::Vega, 0.99),
        (What::Theta, 0.99),
        (What::Rho, 0.9),
    ]);
}

/// iVolatility: whole days to the last trading day (a Saturday expiry counts to its Friday), money-market rates by time,
/// dividends in cash, American.
///
/// The rate is two numbers fitted to the out-of-the-money calls: 0.161 % up to 30 days, then rising evenly to 0.214 % at 71.
/// Expiries over 90 days hold dividends; there 47 cents every 91 days are taken off the spot, as far as a yield-only
/// formula goes, and the rate is 0.24 % at 106 days, rising to 0.56 % at 526.
#[test]
fn ivolatility() {
    let Some(rows) = rows("vendor/ivolatility_AAPL_2014-08.csv.gz") else {
        return;
    };
    let mut near = [Tally::default(), Tally::default()];
    let mut far = Tally::default();
    // The rows called SPY are those of AAPL once more, under the next day's date: they are left out.
    for row in rows.iter().filter(|row| row["symbol"] == "AAPL") {
        let us = |text: &str| Date::strptime("%m/%d/%Y", text).unwrap();
        let as_of = us(&row["date"]);
        let mut expiry = us(&row["option_expiration"]);
        if expiry.weekday() == Weekday::Saturday {
            expiry = expiry.yesterday().unwrap();
        }
        let left = days(as_of, expiry);
        let years = left / 365.0;
        let along = |x: f64, (x0, y0): (f64, f64), (x1, y1): (f64, f64)| {
            y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        };
        let rate = if left <= 30.0 {
            0.00161
        } else if left <= 90.0 {
            along(left, (30.0, 0.00161), (71.0, 0.00214))
        } else {
            along(left, (106.0, 0.0024), (526.0, 0.0056))
        };
        let dividends: f64 = (1..=5)
            .map(|quarter| 91.0 * f64::from(quarter))
            .filter(|&day| day < left)
            .map(|day| 0.47 * (-rate * day / 365.0).exp())
            .sum();
        let right = if row["call/put"] == "C" {
            Right::Call
        } else {
            Right::Put
        };
        let inputs = Inputs {
            right,
            spot: number(row, "stock_price_for_iv") - dividends,
            strike: number(row, "strike"),
            years,
            rate,
            dividend_yield: 0.0,
            vol: number(row, "iv"),
        };
        // A star marks a volatility that was not found from the price but filled in from its neighbours.
        let interpolated = row["isinterpolated"] == "*";
        let tally = if left > 90.0 {
            &mut far
        } else if right == Right::Call {
            &mut near[0]
        } else {
            &mut near[1]
        };
        let ours = with_room(Style::American, &inputs, 0.5e-6, 0.0);
        // The fitted rate itself is good to a hundredth of a percent.
        let moved = greeks(
            Style::American,
            &Inputs {
                rate: rate + 1e-5,
                ..inputs
            },
        );
        for (k, (what, column, half)) in [
            (What::Price, "mean_price", 0.5e-3),
            (What::Delta, "delta", 0.5e-6),
            (What::Gamma, "gamma", 0.5e-6),
            (What::Vega, "vega", 0.5e-6),
            (What::Theta, "theta", 0.5e-6),
            (What::Rho, "rho", 0.5e-6),
        ]
        .into_iter()
        .enumerate()
        {
            let (at, room) = ours[k];
            let tolerance = half + room + (moved[k] - at).abs();
            if what != What::Price || !interpolated {
                tally.add(what, at, number(row, column), tolerance);
            }
        }
        if !interpolated {
            let quoted = Quoted {
                right,
                price_usd: number(row, "mean_price"),
                spot: inputs.spot,
                strike: inputs.strike,
                years,
                rate,
                dividend_yield: 0.0,
            };
            if let Ok(vol) = american::implied_vol(&quoted, Precision::Standard) {
                let vega = 100.0 * ours[3].0;
                let room = 0.5e-6 + (0.5e-3 + (moved[0] - ours[0].0).abs()) / vega;
                tally.add(What::Iv, vol, inputs.vol, room);
            }
        }
    }
    near[0].print("iVolatility AAPL 2014-08-07, calls up to 72 days");
    near[1].print("the same, puts");
    far.print("the same, over 90 days, dividends off the spot");
    near[0].require(&[
        (What::Iv, 0.99),
        (What::Price, 0.99),
        (What::Delta, 0.99),
        (What::Gamma, 0.99),
        (What::Vega, 0.99),
        (What::Theta, 0.99),
        (What::Rho, 0.99),
    ]);
    // Far out of the money the vendor's puts agree to the last digit; nearer they come from a lattice.
    assert!(near[1].quantile(What::Iv, 0.99) < 1e-3);
    assert!(near[1].quantile(What::Delta, 0.99) < 1e-3);
    assert!(far.quantile(What::Iv, 0.5) < 1e-3);
    assert!(far.quantile(What::Delta, 0.5) < 2e-3);
}

/// TD Ameritrade (Schwab): European formulas, and the Greeks belong to a moment other than the quotes'. The rate is the
/// file's 0.1 %. Three numbers are fitted to the whole file: spot 9.4495 (the file says 9.425), 0.68 days more than the
/// calendar's, and a yield of -0.1 % (no dividend was due; the forward grows at 0.2 %).
///
/// Pairs of call and put whose deltas do not differ by about 1, as parity wants, are left out: in 4 of the 12 expiries
/// the file's volatilities (460 %) and Greeks do not belong together.
#[test]
fn schwab() {
    let Some(chain) = chain("chains/tda_F.parquet") else {
        return;
    };
    let mut tally = Tally::default();
    let mut left_out = 0;
    let sound = |quote: &Quote| {
        let twin = chain.quotes.iter().find(|other| {
            other.contract.expiry == quote.contract.expiry
                && other.contract.strike_usd == quote.contract.strike_usd
                && other.contract.right != quote.contract.right
        });
        let deltas = twin.and_then(|twin| Some((quote.delta?, twin.delta?)));
        deltas.is_some_and(|(one, other)| ((one - other).abs() - 1.0).abs() < 0.05)
    };
    for quote in &chain.quotes {
        let Some(vol) = quote.iv else { continue };
        if !sound(quote) {
            left_out += 1;
            continue;
        }
        let left = days(chain.as_of, quote.contract.expiry);
        let inputs = Inputs {
            right: quote.contract.right,
            spot: 9.4495,
            strike: quote.contract.strike_usd,
            years: (left + 0.68) / 365.0,
            rate: 0.001,
            dividend_yield: -0.001,
            vol,
        };
        let ours = with_room(Style::European, &inputs, 0.5e-4, 0.5e-4);
        for (k, (what, theirs)) in vendor_greeks(quote).into_iter().enumerate() {
            let (at, room) = ours[k + 1];
            tally.add(what, at, theirs, 0.5e-3 + room);
        }
    }
    tally.print("TD Ameritrade F 2020-12-09");
    assert_eq!(left_out, 58);
    tally.require(&[
        (What::Delta, 0.95),
        (What::Gamma, 0.95),
        (What::Vega, 0.95),
        (What::Theta, 0.95),
        (What::Rho, 0.95),
    ]);
}

fn vendor_greeks(quote: &Quote) -> [(What, f64); 5] {
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    [
        (What::Delta, known(quote.delta)),
        (What::Gamma, known(quote.gamma)),
        (What::Vega, known(quote.vega_per_point)),
        (What::Theta, known(quote.theta_per_day)),
        (What::Rho, known(quote.rho_per_percent)),
    ]
}

/// Cboe's quote table: volatility of the middle, delta `N(d1)` on the forward without a discount, whole days.
///
/// The forward comes from put-call parity of the same table, at an assumed rate. Third Fridays of the index are left out:
/// they mix contracts settled in the morning and in the afternoon. The Greeks are not taken at the moment of the quotes
/// (delta is off by what a few hundredths of a percent of the spot make), so the tolerance is a stated one: half a
/// volatility point, 0.01 of delta, 2 % of gamma.
fn cboe(path: &str, vendor: &str, rate: f64, style: Style) -> Option<Tally> {
    let chain = chain(path)?;
    let spot = chain.spot_usd.unwrap();
    let mut tally = Tally::default();
    let mut expiries: BTreeMap<Date, Vec<&Quote>> = BTreeMap::new();
    for quote in &chain.quotes {
        expiries
            .entry(quote.contract.expiry)
            .or_default()
            .push(quote);
    }
    for (expiry, quotes) in expiries {
        let left = days(chain.as_of, expiry);
        let third_friday = expiry.weekday() == Weekday::Friday && (15..=21).contains(&expiry.day());
        if left < 5.0 || matches!(style, Style::European) && third_friday {
            continue;
        }
        let years = left / 365.0;
        let mids: Vec<(f64, Right, f64, f64)> = quotes
            .iter()
            .filter_map(|quote| {
                let spread = quote.ask_usd? - quote.bid_usd?;
                let contract = &quote.contract;
                Some((
                    contract.strike_usd,
                    contract.right,
                    quote.mid_usd()?,
                    spread,
                ))
            })
            .collect();
        let pairs: Vec<ParityPair> = mids
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1)
            .map(|pair| {
                let call = usize::from(pair[0].1 == Right::Put);
                ParityPair {
                    strike: pair[0].0,
                    call_mid: pair[call].2,
                    put_mid: pair[1 - call].2,
                    weight: 1.0 / (pair[0].3 + pair[1].3).max(0.01),
                }
            })
            .collect();
        let Some(parity) = forward_from_parity(&pairs, spot, years, rate) else {
            continue;
        };
        for quote in quotes {
            let (Some(vol), Some(mid), Some(delta)) = (quote.iv, quote.mid_usd(), quote.delta)
            else {
                continue;
            };
            // Out of the money, where the quote says something about volatility.
            if !(0.05..=0.5).contains(&delta.abs()) {
                continue;
            }
            let quoted = Quoted {
                right: quote.contract.right,
                price_usd: mid,
                spot,
                strike: quote.contract.strike_usd,
                years,
                rate,
                dividend_yield: parity.dividend_yield,
            };
            let ours = match style {
                Style::European => implied_vol(&quoted),
                Style::American => american::implied_vol(&quoted, Precision::Standard),
            };
            tally.add(What::Iv, ours.unwrap_or(f64::NAN), vol, 0.005);
            let at = greeks(style, &quoted.with_vol(vol));
            let undiscounted = match style {
                Style::European => (parity.dividend_yield * years).exp(),
                Style::American => 1.0,
            };
            tally.add(What::Delta, at[1] * undiscounted, delta, 0.01);
            let gamma = quote.gamma.unwrap_or(f64::NAN);
            tally.add(What::Gamma, at[2], gamma, 0.5e-4 + 0.02 * gamma);
        }
    }
    tally.print(vendor);
    Some(tally)
}

#[test]
fn cboe_index() {
    let path = "chains/cboe_SPX_2024-01-05.parquet";
    if let Some(tally) = cboe(path, "Cboe SPX 2024-01-05", 0.0535, Style::European) {
        tally.require(&[(What::Iv, 0.99), (What::Delta, 0.97), (What::Gamma, 0.97)]);
    }
}

#[test]
fn cboe_fund() {
    let path = "chains/cboe_SPY_2025-09-25.parquet";
    if let Some(tally) = cboe(path, "Cboe SPY 2025-09-25", 0.042, Style::American) {
        tally.require(&[(What::Iv, 0.99), (What::Delta, 0.99), (What::Gamma, 0.97)]);
    }
}
