//! A situation as 768 numbers: what a net or a nearest-neighbour search sees of it.
//!
//! Every number is finite and of order one; prices are relative to the spot and amounts to wealth, so that a $10 stock in a
//! small account looks like a $600 stock in a large one. Absent things are zeros behind a presence flag. Layout:
//!
//! | numbers | block | rows x columns | columns |
//! | --- | --- | --- | --- |
//! | 0-31 | [`ACCOUNT`] | 1 x 32 | wealth (log10 $), cash, reserved, free cash, shares, uncovered shares, dollar delta (parts of wealth), one contract over wealth, room for puts and calls (log), rate, dividend yield, drift, forecast / implied, log half-life, vol of vol, correlation, jumps a year, jump mean, jump sd, spread fraction, least spread, fee over contract value, slippage, horizon years, days left, day of the game, volatility factor, risk aversion, cycle years, lots, European |
//! | 32-127 | [`LOTS`] | 8 x 12 | present, call, short, contracts (log), log moneyness, years left, implied vol, delta, mid, intrinsic, time value, exercised now |
//! | 128-223 | [`TERMS`] | 12 x 8 | days/365, log forward, vols at -2, -1, 0, 1, 2 deviations, real-world deviation |
//! | 224-735 | [`MENU`] | 64 x 8 | present, kind, delta, years, price, size (part of wealth), log moneyness, implied vol |
//! | 736-767 | [`EVENTS`] | 8 x 4 | present, years to ex-date, dividend over spot, calls short over it |
//!
//! Not a market forecast: everything in it is quoted, owned or assumed.

use crate::action::{Action, Kind};
use crate::book::{Lot, SHARES_PER_CONTRACT};
use crate::rules::{Rules, Situation};
use market::Style;
use pricing::Right;
use std::ops::Range;

/// How many numbers.
pub const LEN: usize = 768;
/// Account and assumptions.
pub const ACCOUNT: Range<usize> = 0..32;
/// Option lots in the order of the book.
pub const LOTS: Range<usize> = 32..128;
/// Term structure of the smile.
pub const TERMS: Range<usize> = 128..224;
/// Lines of today's menu; zeros on later days.
pub const MENU: Range<usize> = 224..736;
/// Dividends to come.
pub const EVENTS: Range<usize> = 736..768;

/// Tenors of the term structure in days.
const TENORS_DAYS: [u16; 12] = [5, 8, 12, 17, 23, 30, 38, 48, 60, 75, 91, 120];

/// Encodes a situation.
pub fn encode(rules: &Rules, situation: &Situation) -> Box<[f32; LEN]> {
    let mut out = Box::new([0.0; LEN]);
    account(rules, situation, &mut out[ACCOUNT]);
    for (row, lot) in out[LOTS].chunks_exact_mut(12).zip(situation.book.lots()) {
        self::lot(rules, situation, lot, row);
    }
    for (row, days) in out[TERMS].chunks_exact_mut(8).zip(TENORS_DAYS) {
        term(rules, situation, days, row);
    }
    if situation.state.day == 0 {
        for (row, action) in out[MENU].chunks_exact_mut(8).zip(&rules.menu) {
            line(rules, situation, action, row);
        }
    }
    events(rules, situation, &mut out[EVENTS]);
    debug_assert!(
        out.iter().all(|x| x.is_finite()),
        "an encoding holds finite numbers only"
    );
    out
}

fn write(row: &mut [f32], values: &[f64]) {
    for (slot, value) in row.iter_mut().zip(values) {
        *slot = if value.is_finite() {
            *value as f32
        } else {
            0.0
        };
    }
}

fn flag(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

fn account(rules: &Rules, situation: &Situation, row: &mut [f32]) {
    let Situation { state, book } = situation;
    let wealth = rules.wealth(situation).max(1.0);
    let contract = state.spot * SHARES_PER_CONTRACT as f64;
    let (futures, a) = (&rules.futures, &rules.futures.assumptions);
    let part = |usd: f64| usd / wealth;
    write(
        row,
        &[
            wealth.log10(),
            part(book.cash().usd()),
            part(book.reserved().usd()),
            part(book.free_cash().usd()),
            part(book.shares() as f64 * state.spot),
            part(book.uncovered_shares() as f64 * state.spot),
            part(rules.dollar_delta(situation)),
            part(contract),
            (book.free_cash().usd().max(0.0) / contract).ln_1p(),
            (book.uncovered_shares().max(0) as f64 / SHARES_PER_CONTRACT as f64).ln_1p(),
            futures.rate,
            futures.dividend_yield,
            a.drift,
            a.forecast_over_implied,
            a.half_life_days.ln(),
            a.vol_of_vol,
            a.spot_vol_correlation,
            a.jumps_per_year,
            a.jump_mean,
            a.jump_sd,
            futures.spread.fraction_of_mid,
            futures.spread.minimum_usd,
            rules.costs.per_contract.usd() / contract,
            rules.slippage_usd,
            f64::from(rules.horizon_day) / 365.0,
            f64::from(rules.horizon_day.saturating_sub(state.day)) / 365.0,
            f64::from(state.day) / 365.0,
            state.vol_factor,
            rules.utility.risk_aversion / 10.0,
            f64::from(rules.cycle_days) / 365.0,
            book.lots().len() as f64,
            flag(rules.style == Style::European),
        ],
    );
}

fn lot(rules: &Rules, situation: &Situation, lot: &Lot, row: &mut [f32]) {
    let state = &situation.state;
    let strike = lot.strike_usd();
    let mid = rules.futures.mid(state, lot.right, strike, lot.expiry_day) / state.spot;
    let intrinsic = lot.right.intrinsic(state.spot, strike) / state.spot;
    write(
        row,
        &[
            1.0,
            flag(lot.right == Right::Call),
            flag(lot.contracts < 0),
            f64::from(lot.contracts.abs()).ln_1p(),
            (strike / state.spot).ln(),
            f64::from(lot.expiry_day.saturating_sub(state.day)) / 365.0,
            rules.futures.implied_vol(state, strike, lot.expiry_day),
            rules
                .futures
                .delta(state, lot.right, strike, lot.expiry_day),
            mid,
            intrinsic,
            mid - intrinsic,
            flag(rules.is_exercised(lot, state)),
        ],
    );
}

fn term(rules: &Rules, situation: &Situation, days: u16, row: &mut [f32]) {
    let state = &situation.state;
    let day = state.day + days;
    let forward = rules.futures.forward(state, day);
    let atm = rules.futures.implied_vol(state, forward, day);
    let deviation = atm * (f64::from(days) / 365.0).sqrt();
    let vol = |z: f64| {
        rules
            .futures
            .implied_vol(state, forward * (z * deviation).exp(), day)
    };
    write(
        row,
        &[
            f64::from(days) / 365.0,
            (forward / state.spot).ln(),
            vol(-2.0),
            vol(-1.0),
            atm,
            vol(1.0),
            vol(2.0),
            rules.futures.deviation(state, day),
        ],
    );
}

fn line(rules: &Rules, situation: &Situation, action: &Action, row: &mut [f32]) {
    let state = &situation.state;
    let kind = match action.kind() {
        Kind::DoNothing => 0.0,
        Kind::SellPut => 1.0,
        Kind::SellCall => 2.0,
        Kind::Close => 3.0,
        Kind::Roll => 4.0,
        Kind::BuyShares => 5.0,
        Kind::SellShares => 6.0,
    };
    let Some((right, strike, expiry_day, contracts, price)) = action.sold() else {
        return write(row, &[1.0, kind / 6.0]);
    };
    let strike = strike.usd();
    let size = f64::from(contracts) * SHARES_PER_CONTRACT as f64 * strike
        / rules.utility.wealth_usd.max(1.0);
    write(
        row,
        &[
            1.0,
            kind / 6.0,
            rules.futures.delta(state, right, strike, expiry_day),
            f64::from(expiry_day.saturating_sub(state.day)) / 365.0,
            price.usd() / state.spot,
            size,
            (strike / state.spot).ln(),
            rules.futures.implied_vol(state, strike, expiry_day),
        ],
    );
}

fn events(rules: &Rules, situation: &Situation, out: &mut [f32]) {
    let Situation { state, book } = situation;
    let coming = rules
        .futures
        .dividends
        .iter()
        .filter(|d| d.ex_day > state.day);
    for (row, dividend) in out.chunks_exact_mut(4).zip(coming) {
        let short = |lot: &&Lot| {
            lot.right == Right::Call && lot.contracts < 0 && lot.expiry_day >= dividend.ex_day
        };
        let calls: i64 = book.lots().iter().filter(short).map(Lot::shares).sum();
        write(
            row,
            &[
                1.0,
                f64::from(dividend.ex_day - state.day) / 365.0,
                dividend.usd / state.spot,
                calls as f64 / (book.shares().max(1)) as f64,
            ],
        );
    }
}
