//! A situation as 768 numbers: what a net or a nearest-neighbour search sees of it.
//!
//! Every number is finite and of order one, held within [`BOUND`]; prices are relative to the spot and amounts to wealth, so that
//! a $10 stock in a small account looks like a $600 stock in a large one. Absolute are wealth, the least spread and the
//! slippage; fees are fixed dollars over the value of a contract. Absent things are zeros behind a presence flag. Layout:
//!
//! | numbers | block | rows x columns | columns |
//! | --- | --- | --- | --- |
//! | 0-31 | [`ACCOUNT`] | 1 x 32 | wealth (log10 $), cash, reserved, free cash, shares, uncovered shares, dollar delta (parts of wealth), one contract over wealth, room for puts and calls (log), rate, dividend yield, drift, forecast / implied, log half-life, vol of vol, correlation, jumps a year, jump mean, jump sd, spread fraction, least spread ($), fee over contract value, slippage ($), horizon years, days left, day of the game, volatility factor, risk aversion, cycle years, lots, European |
//! | 32-127 | [`LOTS`] | 8 x 12 | present, call, short, contracts (log), log moneyness, years left, implied vol, delta, mid, intrinsic, time value, exercised now |
//! | 128-223 | [`TERMS`] | 12 x 8 | days/365, log forward, vols at -2, -1, 0, 1, 2 deviations, real-world deviation |
//! | 224-735 | [`MENU`] | 64 x 8 | present, kind, delta, years, price, size (part of wealth), log moneyness, implied vol |
//! | 736-767 | [`EVENTS`] | 8 x 4 | present, years to ex-date, dividend over spot, calls short over it |
//!
//! Lots stand by expiry, right and strike ([`lot_order`]), whichever was opened first. The menu is today's. On later days its first
//! rows say at which deltas and how far out puts and calls are then sold, and its last row ([`LATER`]) what else decides how
//! later trades turn out: presence, collateral limit, concentration limit, fee of an assignment over contract value, fills at
//! the mid, log of wealth over the scale of the utility. Today's numbers are in the same places whatever these are.
//!
//! Left out: which days are trading days; the smile beyond 2 deviations, and the spot it was fitted at; dividends after
//! the eighth; the fee on shares, which only today's menu trades; the style of a lot, where it is not that of the rules; cash below
//! the last digit of an `f32`; how cash came about ([`Flows`](crate::Flows)). Today, what [`LATER`] tells, and the bought legs of the menu:
//! today's lines are carried out, not judged.
//!
//! Not a market forecast: everything in it is quoted, owned or assumed.

use crate::action::{Action, Kind};
use crate::book::{self, Book, Lot, SHARES_PER_CONTRACT};
use crate::rules::{Fill, Rules, Situation};
use arrayvec::ArrayVec;
use market::Style;
use market::futures::State;
use pricing::Right;
use std::ops::Range;

/// How many numbers.
pub const LEN: usize = 768;
/// No number is further from zero.
pub const BOUND: f64 = 10.0;
/// Account and assumptions.
pub const ACCOUNT: Range<usize> = 0..32;
/// Option lots by expiry, right and strike.
pub const LOTS: Range<usize> = 32..128;
/// Term structure of the smile.
pub const TERMS: Range<usize> = 128..224;
/// Lines of today's menu; on later days the deltas of later sales, and [`LATER`].
pub const MENU: Range<usize> = 224..736;
/// Last row of the menu, which on later days holds limits and costs.
pub const LATER: Range<usize> = 728..736;
/// Dividends to come.
pub const EVENTS: Range<usize> = 736..768;

/// Tenors of the term structure in days.
const TENORS_DAYS: [u16; 12] = [5, 8, 12, 17, 23, 30, 38, 48, 60, 75, 91, 120];

/// Encodes a situation.
pub fn encode(rules: &Rules, situation: &Situation) -> Box<[f32; LEN]> {
    let mut out = Box::new([0.0; LEN]);
    write(rules, situation, &mut out[..]);
    out
}

/// Encodes a situation into `out`, `LEN` numbers that are all overwritten.
pub fn write(rules: &Rules, situation: &Situation, out: &mut [f32]) {
    write_with(rules, situation, out, |terms| {
        self::terms(rules, &situation.state, terms);
    });
}

/// Encodes many situations of the same rules: the term structure, which is most of the work, is kept for the last states seen.
///
/// Outcomes of one journey come back under other actions with the same spots and volatilities, so leaves often share it.
/// Same bits as [`write()`].
pub struct Encoder<'a> {
    rules: &'a Rules,
    /// The state, bit by bit, and when it was last asked for.
    states: Vec<([u64; 3], u64)>,
    terms: Vec<[f32; TERMS_LEN]>,
    clock: u64,
}

const TERMS_LEN: usize = TERMS.end - TERMS.start;

impl<'a> Encoder<'a> {
    /// States kept: the outcomes of a few journeys.
    const STATES: usize = 64;

    /// An encoder that has seen no state.
    pub fn new(rules: &'a Rules) -> Encoder<'a> {
        Encoder {
            rules,
            states: Vec::with_capacity(Encoder::STATES),
            terms: Vec::with_capacity(Encoder::STATES),
            clock: 0,
        }
    }

    /// Encodes a situation into `out`, `LEN` numbers that are all overwritten.
    pub fn write(&mut self, situation: &Situation, out: &mut [f32]) {
        write_with(self.rules, situation, out, |out| {
            out.copy_from_slice(self.terms(&situation.state));
        });
    }

    fn terms(&mut self, state: &State) -> &[f32; TERMS_LEN] {
        self.clock += 1;
        let key = [
            u64::from(state.day),
            state.spot.to_bits(),
            state.vol_factor.to_bits(),
        ];
        let found = self.states.iter().position(|(known, _)| *known == key);
        let place = found.unwrap_or_else(|| {
            let mut row = [0.0; TERMS_LEN];
            terms(self.rules, state, &mut row);
            if self.states.len() < Encoder::STATES {
                self.states.push((key, 0));
                self.terms.push(row);
                return self.states.len() - 1;
            }
            let oldest = (0..Encoder::STATES)
                .min_by_key(|&place| self.states[place].1)
                .expect("room for a state");
            self.states[oldest].0 = key;
            self.terms[oldest] = row;
            oldest
        });
        self.states[place].1 = self.clock;
        &self.terms[place]
    }
}

/// The lots of a book in the order of their rows: places in [`Book::lots`], by expiry, right (puts first), strike and size.
pub fn lot_order(book: &Book) -> ArrayVec<usize, { book::LOTS }> {
    let mut order: ArrayVec<usize, { book::LOTS }> = (0..book.lots().len()).collect();
    order.sort_unstable_by_key(|&place| {
        let lot = &book.lots()[place];
        let (call, european) = (lot.right == Right::Call, lot.style == Style::European);
        (lot.expiry_day, call, lot.strike, lot.contracts, european)
    });
    order
}

/// A lot and what the market says of one share of it.
struct Quoted<'a> {
    lot: &'a Lot,
    mid: f64,
    delta: f64,
}

fn write_with(
    rules: &Rules,
    situation: &Situation,
    out: &mut [f32],
    terms: impl FnOnce(&mut [f32]),
) {
    assert_eq!(out.len(), LEN, "an encoding has {LEN} numbers");
    let Situation { state, book } = situation;
    let quoted: ArrayVec<Quoted<'_>, { book::LOTS }> = lot_order(book)
        .into_iter()
        .map(|place| {
            let lot = &book.lots()[place];
            let (right, strike, expiry_day) = (lot.right, lot.strike_usd(), lot.expiry_day);
            Quoted {
                lot,
                mid: rules.futures.mid(state, right, strike, expiry_day),
                delta: rules.futures.delta(state, right, strike, expiry_day),
            }
        })
        .collect();
    let wealth = wealth(situation, &quoted);
    out.fill(0.0);
    account(rules, situation, &quoted, wealth, &mut out[ACCOUNT]);
    for (row, quoted) in out[LOTS].chunks_exact_mut(12).zip(&quoted) {
        lot(rules, situation, quoted, row);
    }
    terms(&mut out[TERMS]);
    if state.day == 0 {
        for (row, action) in out[MENU].chunks_exact_mut(8).zip(&rules.menu) {
            line(rules, situation, action, row);
        }
    } else {
        later(rules, state, wealth, &mut out[MENU]);
    }
    events(rules, situation, &mut out[EVENTS]);
    debug_assert!(
        out.iter().all(|x| x.is_finite()),
        "an encoding holds finite numbers only"
    );
}

/// [`Rules::wealth`], but the same to the last bit whichever lot was opened first.
fn wealth(situation: &Situation, quoted: &[Quoted<'_>]) -> f64 {
    let options: f64 = quoted
        .iter()
        .map(|q| f64::from(q.lot.contracts) * SHARES_PER_CONTRACT as f64 * q.mid)
        .sum();
    let Situation { state, book } = situation;
    book.cash().usd() + book.shares() as f64 * state.spot + options
}

/// [`Rules::dollar_delta`] in the same manner.
fn dollar_delta(situation: &Situation, quoted: &[Quoted<'_>]) -> f64 {
    let options: f64 = quoted
        .iter()
        .map(|q| f64::from(q.lot.contracts) * SHARES_PER_CONTRACT as f64 * q.delta)
        .sum();
    situation.state.spot * (situation.book.shares() as f64 + options)
}

fn put(row: &mut [f32], values: &[f64]) {
    for (slot, value) in row.iter_mut().zip(values) {
        *slot = if value.is_finite() {
            value.clamp(-BOUND, BOUND) as f32
        } else {
            0.0
        };
    }
}

fn flag(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

fn account(
    rules: &Rules,
    situation: &Situation,
    quoted: &[Quoted<'_>],
    wealth: f64,
    row: &mut [f32],
) {
    let Situation { state, book } = situation;
    let wealth = wealth.max(1.0);
    let contract = state.spot * SHARES_PER_CONTRACT as f64;
    let (futures, a) = (&rules.futures, &rules.futures.assumptions);
    let part = |usd: f64| usd / wealth;
    put(
        row,
        &[
            wealth.log10(),
            part(book.cash().usd()),
            part(book.reserved().usd()),
            part(book.free_cash().usd()),
            part(book.shares() as f64 * state.spot),
            part(book.uncovered_shares() as f64 * state.spot),
            part(dollar_delta(situation, quoted)),
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

fn lot(rules: &Rules, situation: &Situation, quoted: &Quoted<'_>, row: &mut [f32]) {
    let state = &situation.state;
    let lot = quoted.lot;
    let strike = lot.strike_usd();
    let mid = quoted.mid / state.spot;
    let intrinsic = lot.right.intrinsic(state.spot, strike) / state.spot;
    put(
        row,
        &[
            1.0,
            flag(lot.right == Right::Call),
            flag(lot.contracts < 0),
            f64::from(lot.contracts.abs()).ln_1p(),
            (strike / state.spot).ln(),
            f64::from(lot.expiry_day.saturating_sub(state.day)) / 365.0,
            rules.futures.implied_vol(state, strike, lot.expiry_day),
            quoted.delta,
            mid,
            intrinsic,
            mid - intrinsic,
            flag(rules.is_exercised(lot, state)),
        ],
    );
}

/// The term structure depends on the state of the market alone.
fn terms(rules: &Rules, state: &State, out: &mut [f32]) {
    for (row, days) in out.chunks_exact_mut(8).zip(TENORS_DAYS) {
        term(rules, state, days, row);
    }
}

fn term(rules: &Rules, state: &State, days: u16, row: &mut [f32]) {
    let day = state.day + days;
    let forward = rules.futures.forward(state, day);
    let atm = rules.futures.implied_vol(state, forward, day);
    let deviation = atm * (f64::from(days) / 365.0).sqrt();
    let vol = |z: f64| {
        rules
            .futures
            .implied_vol(state, forward * (z * deviation).exp(), day)
    };
    put(
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
    let kind = kind_number(action.kind());
    let Some((right, strike, expiry_day, contracts, price)) = action.sold() else {
        return put(row, &[1.0, kind]);
    };
    let strike = strike.usd();
    let size = f64::from(contracts) * SHARES_PER_CONTRACT as f64 * strike
        / rules.utility.wealth_usd.max(1.0);
    put(
        row,
        &[
            1.0,
            kind,
            rules.futures.delta(state, right, strike, expiry_day),
            f64::from(expiry_day.saturating_sub(state.day)) / 365.0,
            price.usd() / state.spot,
            size,
            (strike / state.spot).ln(),
            rules.futures.implied_vol(state, strike, expiry_day),
        ],
    );
}

/// What later trades depend on, where today's menu would stand.
fn later(rules: &Rules, state: &State, wealth: f64, menu: &mut [f32]) {
    let (rows, limits) = menu.split_at_mut(LATER.start - MENU.start);
    let years = f64::from(rules.cycle_days) / 365.0;
    for (row, delta) in rows.chunks_exact_mut(8).zip(&rules.deltas) {
        put(row, &[1.0, kind_number(Kind::SellPut), *delta, years]);
    }
    put(
        limits,
        &[
            1.0,
            rules.collateral_fraction,
            rules.concentration_fraction,
            rules.costs.per_assignment.usd() / (state.spot * SHARES_PER_CONTRACT as f64),
            flag(rules.fill == Fill::Mid),
            (wealth / rules.utility.wealth_usd).max(1e-3).ln(),
        ],
    );
}

fn kind_number(kind: Kind) -> f64 {
    let place = match kind {
        Kind::DoNothing => 0.0,
        Kind::SellPut => 1.0,
        Kind::SellCall => 2.0,
        Kind::Close => 3.0,
        Kind::Roll => 4.0,
        Kind::BuyShares => 5.0,
        Kind::SellShares => 6.0,
    };
    place / 6.0
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
        put(
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
