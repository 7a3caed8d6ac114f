//! What becomes of the whole account if shares, volatilities and the date move: one matrix product, and dollar Greeks.
//!
//! Every instrument of the account (shares, each option) is priced per share in every scenario by
//! [`pricing::scenarios::unit_values`]; the positions matrix (each position, each symbol, each expiry, everything) times those
//! changes gives dollars. Full revaluation, no Taylor series.
//!
//! Volatility is the contract's own: its mid of bid and ask, inverted with the forward that `fit` finds for its expiry; where
//! there is no usable quote, the fitted surface at its strike, and the row says why. In the scenarios it stays with the strike
//! (sticky strike) and moves by whole points. Cash dividends enter as the yield that gives their forward, so an American
//! call just before an ex-date is worth a little more than here. Not for: how likely a scenario is.

mod view;

pub(crate) use view::{CellView, DateView, LeftOut, PositionView, Risk, Row, RowKind, SymbolView};

use crate::account::{Account, Position, same_symbol};
use crate::config::Config;
use crate::engine::fit::{self, Fitted, date_after, day_offset};
use crate::engine::inputs::{self, Inputs, Request};
use crate::error::Error;
use crate::governor::Crew;
use crate::plan::{Assumption, Figure};
use jiff::civil::Date;
use market::futures::{State as MarketState, years_between};
use market::{Quote, Style};
use pricing::american::Precision;
use pricing::scenarios::{Instrument, Matrix, State, unit_greeks, unit_values};
use pricing::{Greeks, Quoted, Right, Status, american, implied_vol};

/// Moves of every share, as fractions of its price.
const SPOT_MOVES: [f64; 13] = [
    -0.30, -0.25, -0.20, -0.15, -0.10, -0.05, 0.0, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30,
];
/// Moves of every volatility, as fractions per year: whole points, added.
const VOL_MOVES: [f64; 6] = [-0.10, -0.05, 0.0, 0.05, 0.10, 0.20];
/// No volatility falls below this, fraction per year.
const VOL_MIN: f64 = 0.01;
/// A smaller yield is a rounding error, fraction per year.
const YIELD_MIN: f64 = 1e-11;
/// Longest time to expiry that is taken for real.
const DAYS_MAX: i32 = 3660;
const SHARES_PER_CONTRACT: f64 = wheel::SHARES_PER_CONTRACT as f64;

/// A symbol of the account with its fitted market.
struct Market {
    symbol: String,
    inputs: Inputs,
    fitted: Fitted,
}

/// An instrument of the account: one column of the positions matrix.
struct Holding {
    instrument: Instrument,
    /// Index into the markets.
    market: usize,
    /// Shares behind it, negative for short.
    shares: f64,
    expiry_day: u16,
    /// Today's volatility, fraction per year; 0 for shares and on the day of expiry.
    vol: f64,
    name: String,
    expiry: Option<String>,
    position: PositionView,
}

/// Reads, fits and revalues the account.
pub(crate) fn risk(request: &Request, config: &Config, threads: usize) -> Result<Risk, Error> {
    let Some(path) = &request.account else {
        return Err(Error::Usage("--account FILE is missing: risk is that of an account; `jarvis2 config init --account FILE` writes a sample".to_owned()));
    };
    if request.chains.is_empty() {
        return Err(Error::Usage("--chain FILE is missing: today's spot, volatilities and forwards come from an option chain that holds the account's symbols".to_owned()));
    }
    let (account, _) = Account::read(path)?;
    let wanted = request.symbol.as_deref().map(ticker);
    let symbols: Vec<String> = account
        .symbols()
        .into_iter()
        .filter(|symbol| {
            wanted
                .as_ref()
                .is_none_or(|wanted| same_symbol(wanted, &ticker(symbol)))
        })
        .collect();
    if symbols.is_empty() {
        return Err(Error::Usage(match &request.symbol {
            Some(symbol) => format!(
                "the account holds nothing in {symbol}: it holds {}",
                listed(&account.symbols())
            ),
            None => "the account holds neither shares nor options: cash does not move with any of these scenarios".to_owned(),
        }));
    }
    if request.spot_usd.is_some() && symbols.len() > 1 {
        return Err(Error::Usage(format!(
            "--spot is the price of one share, but the account holds {}: name one with --symbol",
            listed(&symbols)
        )));
    }
    let (markets, mut left_out) = markets(request, config, threads, &account, &symbols)?;
    let as_of = markets
        .iter()
        .map(|market| market.inputs.chain.as_of)
        .max()
        .unwrap_or_default();
    let (mut current, mut stale) = (Vec::new(), Vec::new());
    for market in markets {
        if market.inputs.chain.as_of == as_of {
            current.push(market);
        } else {
            stale.push(market);
        }
    }
    left_out.extend(stale.iter().map(|market| LeftOut {
        name: market.symbol.clone(),
        reason: format!(
            "n/a (its last quotes are of {}, those of the others of {as_of}: name one day with --as-of)",
            market.inputs.chain.as_of
        ),
    }));
    let holdings = holdings(&account, &current)?;
    Ok(Desk {
        markets: current,
        holdings,
        as_of,
        cash_usd: account.cash_usd,
    }
    .risk(request, left_out))
}

/// Upper case, without the `^` of an index.
fn ticker(symbol: &str) -> String {
    symbol.trim().trim_start_matches('^').to_uppercase()
}

fn listed(symbols: &[String]) -> String {
    if symbols.is_empty() {
        "nothing at all".to_owned()
    } else {
        symbols.join(", ")
    }
}

/// Fits each symbol's chain. A symbol without one is left out with its reason; if all are, the first reason ends the command.
fn markets(
    request: &Request,
    config: &Config,
    threads: usize,
    account: &Account,
    symbols: &[String],
) -> Result<(Vec<Market>, Vec<LeftOut>), Error> {
    let read = |symbol: Option<String>| {
        let request = Request {
            symbol,
            history: None,
            ..request.clone()
        };
        inputs::read(&request, config.clone(), Crew::fixed(threads), 1)
    };
    // What the files hold at all: a symbol that is not there must not stop the others.
    let everything = read(None)?;
    let (mut markets, mut left_out, mut first) = (Vec::new(), Vec::new(), None);
    for symbol in symbols {
        let wanted = ticker(symbol);
        let there = &everything.ingest.chains;
        let found = if there
            .iter()
            .any(|chain| same_symbol(&chain.symbol, &wanted))
        {
            read(Some(wanted.clone())).and_then(|inputs| {
                let fitted = fit::fit(&inputs.chain, &inputs.known, &inputs.config, &inputs.place)?;
                Ok((inputs, fitted))
            })
        } else {
            let mut names: Vec<String> = there.iter().map(|chain| chain.symbol.clone()).collect();
            names.dedup();
            Err(Error::NoSuchSymbol {
                wanted: wanted.clone(),
                there: listed(&names),
            })
        };
        match found {
            Ok((inputs, fitted)) => markets.push(Market {
                symbol: symbol.clone(),
                inputs,
                fitted,
            }),
            Err(error) => {
                let reason = format!("n/a ({error})");
                let shares = account
                    .shares
                    .iter()
                    .filter(|shares| same_symbol(&shares.symbol, symbol))
                    .map(|shares| format!("{:+} {symbol} shares", shares.count));
                let options = account
                    .options
                    .iter()
                    .filter(|option| same_symbol(&option.symbol, symbol))
                    .map(|option| name(symbol, option));
                left_out.extend(shares.chain(options).map(|name| LeftOut {
                    name,
                    reason: reason.clone(),
                }));
                first.get_or_insert(error);
            }
        }
    }
    match first {
        Some(error) if markets.is_empty() => Err(error),
        _ => Ok((markets, left_out)),
    }
}

/// `-1 SYNDIV 2026-07-17 64 call`.
fn name(symbol: &str, option: &Position) -> String {
    let right = match option.right() {
        Some(Right::Call) => "call",
        _ => "put",
    };
    format!(
        "{:+} {symbol} {} {} {right}",
        option.contracts,
        option.expiry.trim(),
        option.strike_usd
    )
}

fn holdings(account: &Account, markets: &[Market]) -> Result<Vec<Holding>, Error> {
    let mut holdings = Vec::new();
    for (index, market) in markets.iter().enumerate() {
        let symbol = &market.symbol;
        let of_symbol = |other: &str| same_symbol(other, symbol);
        for shares in account.shares.iter().filter(|s| of_symbol(&s.symbol)) {
            holdings.push(Holding {
                instrument: Instrument::Share,
                market: index,
                shares: shares.count as f64,
                expiry_day: 0,
                vol: 0.0,
                name: format!("{:+} {symbol} shares", shares.count),
                expiry: None,
                position: PositionView {
                    instrument: "shares".to_owned(),
                    count: shares.count,
                    multiplier_shares: 1,
                    strike_usd: None,
                    style: None,
                    price_usd: Figure::Known(market.fitted.futures.spot),
                    mid_usd: Figure::missing("shares"),
                    vol: Figure::missing("shares"),
                    vol_source: "none: shares".to_owned(),
                },
            });
        }
        for option in account.options.iter().filter(|o| of_symbol(&o.symbol)) {
            holdings.extend(option_holding(option, index, market)?);
        }
    }
    Ok(holdings)
}

fn option_holding(
    option: &Position,
    index: usize,
    market: &Market,
) -> Result<Option<Holding>, Error> {
    // The account was checked: both are there.
    let (Some(right), Some(expiry)) = (option.right(), option.expiry()) else {
        return Ok(None);
    };
    let as_of = market.inputs.chain.as_of;
    let wrong = |what: String| Error::Position {
        symbol: market.symbol.clone(),
        what,
    };
    if expiry < as_of {
        return Err(wrong(format!(
            "the {expiry} {} {} of the account expired before the chain's day: remove it, and book what became of it ({as_of})",
            option.strike_usd, option.right
        )));
    }
    if (expiry - as_of).get_days() > DAYS_MAX {
        return Err(wrong(format!(
            "the expiry {expiry} of the account is more than ten years away: check the year"
        )));
    }
    let expiry_day = day_offset(as_of, expiry).unwrap_or(0);
    let strike = option.strike_usd;
    let quote = quote(market, right, strike, expiry_day);
    let style = quote.map_or(market.fitted.style, |quote| quote.contract.style);
    let (instrument, style_name) = match style {
        Style::American => (Instrument::American { right, strike }, "american"),
        Style::European => (Instrument::European { right, strike }, "european"),
    };
    let (vol, vol_source) = vol_of(market, quote, instrument, expiry, expiry_day);
    let mid = quote.and_then(Quote::mid_usd);
    Ok(Some(Holding {
        instrument,
        market: index,
        shares: option.contracts * SHARES_PER_CONTRACT,
        expiry_day,
        vol: vol.known().unwrap_or(0.0),
        name: name(&market.symbol, option),
        expiry: Some(option.expiry.trim().to_owned()),
        position: PositionView {
            instrument: if right == Right::Call { "call" } else { "put" }.to_owned(),
            count: option.contracts as i64,
            multiplier_shares: SHARES_PER_CONTRACT as u32,
            strike_usd: Some(strike),
            style: Some(style_name.to_owned()),
            price_usd: Figure::missing("not priced yet"),
            mid_usd: mid.map_or_else(|| Figure::missing(unquoted(quote)), Figure::Known),
            vol,
            vol_source,
        },
    }))
}

fn quote(market: &Market, right: Right, strike: f64, expiry_day: u16) -> Option<&Quote> {
    let chain = &market.inputs.chain;
    chain.quotes.iter().find(|quote| {
        let contract = &quote.contract;
        contract.right == right
            && (contract.strike_usd - strike).abs() < 0.0005
            && day_offset(chain.as_of, contract.expiry) == Some(expiry_day)
    })
}

fn unquoted(quote: Option<&Quote>) -> &'static str {
    match quote {
        None => "not in the chain",
        Some(quote) if quote.bid_usd.is_none() && quote.ask_usd.is_none() => "no bid and no ask",
        Some(quote) if quote.bid_usd.is_none() => "no bid",
        Some(_) => "no ask",
    }
}

/// Volatility of one contract, fraction per year, and where it comes from.
fn vol_of(
    market: &Market,
    quote: Option<&Quote>,
    instrument: Instrument,
    expiry: Date,
    expiry_day: u16,
) -> (Figure, String) {
    if expiry_day == 0 {
        return (
            Figure::missing("expires today"),
            "none: it expires today".to_owned(),
        );
    }
    let futures = &market.fitted.futures;
    let (right, strike, is_american) = match instrument {
        Instrument::American { right, strike } => (right, strike, true),
        Instrument::European { right, strike } => (right, strike, false),
        Instrument::Share => return (Figure::missing("shares"), "none: shares".to_owned()),
    };
    let at = state_of(market, expiry_day, 0, futures.spot, 0.0);
    let own = |price_usd: f64| {
        let quoted = Quoted {
            right,
            price_usd,
            spot: at.spot,
            strike,
            years: at.years,
            rate: at.rate,
            dividend_yield: at.dividend_yield,
        };
        if is_american {
            american::implied_vol(&quoted, Precision::Standard)
        } else {
            implied_vol(&quoted)
        }
    };
    let is_doubted = quote.is_some_and(|quote| market.fitted.doubted.contains(&quote.contract));
    let reason = match quote.and_then(Quote::mid_usd) {
        Some(_) if is_doubted => "its quote contradicts those beside it".to_owned(),
        Some(mid) => match own(mid) {
            Ok(vol) if (VOL_MIN..=10.0).contains(&vol) => {
                return (Figure::from(vol), "its quote (mid)".to_owned());
            }
            Ok(vol) => format!("its mid implies {:.1} % a year", 100.0 * vol),
            Err(error) => format!("its mid says none: {error}"),
        },
        None => match quote
            .filter(|_| market.fitted.quotes_assumed)
            .and_then(|q| q.iv)
        {
            Some(vol) if (VOL_MIN..=10.0).contains(&vol) => {
                return (Figure::from(vol), "the vendor's volatility".to_owned());
            }
            _ => unquoted(quote).to_owned(),
        },
    };
    let forward = futures.forward(&futures.today(), expiry_day);
    let vol = futures.surface.vol(strike, forward, at.years);
    let fitted = market
        .fitted
        .smiles
        .iter()
        .any(|smile| smile.dte_days == u32::from(expiry_day));
    let reach = if fitted {
        String::new()
    } else {
        format!("; no smile of {expiry}: from its neighbours in time")
    };
    (
        Figure::from(vol.max(VOL_MIN)),
        format!("the fitted surface ({reason}{reach})"),
    )
}

/// What an option that expires on `expiry_day` meets on `day` with the share at `spot`.
fn state_of(market: &Market, expiry_day: u16, day: u16, spot: f64, vol: f64) -> State {
    let futures = &market.fitted.futures;
    let years = years_between(day, expiry_day);
    let there = MarketState {
        day,
        spot,
        vol_factor: 0.0,
    };
    // The yield under which the share grows to its forward, cash dividends still to come included. The rounding of `ln` is
    // no dividend: without one, a call is never exercised early.
    let dividend_yield = match years > 0.0 {
        true => futures.rate - (futures.forward(&there, expiry_day) / spot).ln() / years,
        false => 0.0,
    };
    let dividend_yield = if dividend_yield.abs() < YIELD_MIN {
        0.0
    } else {
        dividend_yield
    };
    State {
        spot,
        years,
        rate: futures.rate,
        dividend_yield,
        vol,
    }
}

fn cents(usd: f64) -> f64 {
    (usd * 100.0).round()
}

/// One scenario.
#[derive(Clone, Copy)]
struct Scenario {
    day: u16,
    spot_move: f64,
    vol_move: f64,
}

/// The account, ready to be revalued.
struct Desk {
    markets: Vec<Market>,
    holdings: Vec<Holding>,
    as_of: Date,
    cash_usd: f64,
}

impl Desk {
    fn risk(mut self, request: &Request, left_out: Vec<LeftOut>) -> Risk {
        let dates = self.dates();
        // The first column is the base; then dates, in them volatilities, in them spots.
        let mut scenarios = vec![Scenario {
            day: 0,
            spot_move: 0.0,
            vol_move: 0.0,
        }];
        for date in &dates {
            for vol_move in VOL_MOVES {
                scenarios.extend(SPOT_MOVES.map(|spot_move| Scenario {
                    day: date.days as u16,
                    spot_move,
                    vol_move,
                }));
            }
        }
        let instruments: Vec<Instrument> = self.holdings.iter().map(|h| h.instrument).collect();
        let (values, status) = unit_values(
            &instruments,
            scenarios.len(),
            |holding, scenario| self.state(holding, scenarios[scenario]),
            Precision::Standard,
        );
        let (greeks, _) = unit_greeks(
            &instruments,
            |holding| self.state(holding, scenarios[0]),
            Precision::Standard,
        );
        let (mut rows, positions) = self.positions();
        let changes = positions.product(&values.less_column(0));
        let sensitivities = positions.product(&self.dollar_greeks(&greeks, &values));
        for (index, row) in rows.iter_mut().enumerate() {
            row.fill(
                sensitivities.row(index),
                &changes.row(index)[1..],
                [VOL_MOVES.len(), SPOT_MOVES.len()],
            );
        }
        for (index, holding) in self.holdings.iter_mut().enumerate() {
            let priced = status[index * scenarios.len()];
            holding.position.price_usd = match priced {
                Status::Ok => Figure::from(values.row(index)[0]),
                other => Figure::missing(&format!("no price: {other:?}")),
            };
            rows[index].position = Some(holding.position.clone());
        }
        let total = rows.last();
        let worth = total.map_or(0.0, |row| row.greeks.value_usd.known().unwrap_or(f64::NAN));
        let extreme = |sign: f64| {
            let flat = total.map(|row| row.change_usd.iter().flatten().flatten());
            let cells = flat.into_iter().flatten().zip(&scenarios[1..]);
            cells
                .filter_map(|(change, at)| Some((change.known()?, at)))
                // In whole cents: of equal cells the earliest and lowest stands for all, not the one with the luckier last digit.
                .min_by(|a, b| (sign * cents(a.0)).total_cmp(&(sign * cents(b.0))))
                .map(|(change_usd, at)| CellView {
                    date: date_after(self.as_of, at.day).to_string(),
                    spot_move_fraction: at.spot_move,
                    vol_move: at.vol_move,
                    change_usd,
                })
        };
        let (worst, best) = (extreme(1.0), extreme(-1.0));
        Risk {
            schema_version: 1,
            watermark: self.watermark(),
            as_of: self.as_of.to_string(),
            account: request.account.as_ref().map_or_else(String::new, |path| {
                path.file_name()
                    .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            }),
            cash_usd: self.cash_usd,
            account_value_usd: Figure::from(worth + self.cash_usd),
            symbols: self.markets.iter().map(SymbolView::of).collect(),
            spot_moves_fraction: SPOT_MOVES.to_vec(),
            vol_moves: VOL_MOVES.to_vec(),
            dates,
            worst,
            best,
            rows,
            left_out,
            assumptions: self.assumptions(),
            notes: self.notes(),
        }
    }

    /// Today, a week, half-way to the last expiry, and every expiry.
    fn dates(&self) -> Vec<DateView> {
        let options = || self.holdings.iter().filter(|h| h.expiry.is_some());
        let last = options().map(|h| h.expiry_day).max().unwrap_or(0);
        let mut days: Vec<(u16, &str)> = vec![(0, "today"), (7, "in a week")];
        if last > 1 {
            days.push((last / 2, "half-way to the last expiry"));
        }
        // An expiry's name outweighs the others on the same day.
        for holding in options().filter(|h| h.expiry_day > 0) {
            days.retain(|(day, _)| *day != holding.expiry_day);
            days.push((holding.expiry_day, "expiry"));
        }
        days.sort_by_key(|(day, _)| *day);
        days.dedup_by_key(|(day, _)| *day);
        days.into_iter()
            .map(|(day, name)| DateView {
                date: date_after(self.as_of, day).to_string(),
                days: u32::from(day),
                name: name.to_owned(),
            })
            .collect()
    }

    fn state(&self, holding: usize, scenario: Scenario) -> State {
        let holding = &self.holdings[holding];
        let market = &self.markets[holding.market];
        let spot = market.fitted.futures.spot * (1.0 + scenario.spot_move);
        let vol = match scenario.vol_move {
            0.0 => holding.vol,
            points => (holding.vol + points).max(VOL_MIN),
        };
        match holding.instrument {
            Instrument::Share => State {
                spot,
                years: 0.0,
                rate: 0.0,
                dividend_yield: 0.0,
                vol: 0.0,
            },
            _ => state_of(market, holding.expiry_day, scenario.day, spot, vol),
        }
    }

    /// The rows, still empty, and the shares of each instrument in each of them.
    fn positions(&self) -> (Vec<Row>, Matrix) {
        let mut rows: Vec<(Row, Vec<usize>)> = Vec::new();
        let all = || 0..self.holdings.len();
        for (index, holding) in self.holdings.iter().enumerate() {
            let symbol = Some(self.markets[holding.market].symbol.clone());
            rows.push((
                Row::new(
                    RowKind::Position,
                    &holding.name,
                    symbol,
                    holding.expiry.clone(),
                ),
                vec![index],
            ));
        }
        for (index, market) in self.markets.iter().enumerate() {
            let members = all()
                .filter(|&h| self.holdings[h].market == index)
                .collect();
            let symbol = Some(market.symbol.clone());
            rows.push((
                Row::new(RowKind::Symbol, &market.symbol, symbol, None),
                members,
            ));
        }
        let mut expiries: Vec<Option<String>> =
            self.holdings.iter().map(|h| h.expiry.clone()).collect();
        expiries.sort();
        expiries.dedup();
        for expiry in expiries {
            let members = all()
                .filter(|&h| self.holdings[h].expiry == expiry)
                .collect();
            let name = expiry.clone().unwrap_or_else(|| "shares".to_owned());
            rows.push((Row::new(RowKind::Expiry, &name, None, expiry), members));
        }
        rows.push((
            Row::new(RowKind::Total, "total", None, None),
            all().collect(),
        ));
        let mut matrix = Matrix::zeros(rows.len(), self.holdings.len());
        for (index, (_, members)) in rows.iter().enumerate() {
            for &member in members {
                matrix.row_mut(index)[member] = self.holdings[member].shares;
            }
        }
        (rows.into_iter().map(|(row, _)| row).collect(), matrix)
    }

    /// Per share: value, dollar delta, gamma, vega, theta, rho, in the units of the view.
    fn dollar_greeks(&self, greeks: &[Greeks], values: &Matrix) -> Matrix {
        let mut matrix = Matrix::zeros(greeks.len(), 6);
        for (index, g) in greeks.iter().enumerate() {
            let spot = self.markets[self.holdings[index].market]
                .fitted
                .futures
                .spot;
            matrix.row_mut(index).copy_from_slice(&[
                values.row(index)[0],
                g.delta * spot,
                g.gamma * spot * spot * 0.01,
                g.vega * 0.01,
                g.theta / 365.0,
                g.rho * 0.01,
            ]);
        }
        matrix
    }

    fn watermark(&self) -> Option<String> {
        let synthetic: Vec<&Market> = self
            .markets
            .iter()
            .filter(|market| market.inputs.chain.is_synthetic())
            .collect();
        let first = synthetic.first()?;
        let names: Vec<String> = synthetic.iter().map(|m| m.symbol.clone()).collect();
        Some(format!(
            "SYNTHETIC DATA ({}): {} invented; nothing here is advice or evidence",
            first.inputs.chain.source,
            match names.as_slice() {
                [one] => format!("{one} is"),
                several => format!("{} are", several.join(", ")),
            }
        ))
    }

    fn assumptions(&self) -> Vec<Assumption> {
        let said = |name: &str, value: &str, source: &str| Assumption {
            name: name.to_owned(),
            value: value.to_owned(),
            source: source.to_owned(),
        };
        let mut all = vec![
            said(
                "spot moves",
                "every share moves by the same percentage at once",
                "the grid",
            ),
            said(
                "volatility moves",
                "points added to each contract's volatility, at every expiry alike; never below 1 %",
                "the grid",
            ),
            said(
                "smile",
                "sticky strike: a contract keeps its own volatility when the share moves",
                "a convention",
            ),
            said(
                "dates forward",
                "time passes, nothing is traded; dividends and interest that come in until then are not counted, those still to come are in the forwards",
                "the grid",
            ),
            said(
                "expired contracts",
                "on and after its expiry an option is worth what exercise pays at the scenario's share price: a short put in the money has become shares, their value less the strike; a covered call in the money, the strike for the shares",
                "settlement",
            ),
            said(
                "prices",
                "American options by full revaluation, exercised optimally by their holder; value and change are of the middle, without spreads and fees",
                "pricing::american, standard precision",
            ),
        ];
        for market in &self.markets {
            let kept = [
                "interest rate",
                "cash dividends",
                "dividend yield",
                "yield beyond",
            ];
            let of_market = market.fitted.assumptions.iter();
            all.extend(
                of_market
                    .filter(|a| kept.iter().any(|name| a.name.starts_with(name)))
                    .map(|a| Assumption {
                        name: format!("{}: {}", market.symbol, a.name),
                        ..a.clone()
                    }),
            );
        }
        all
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for market in &self.markets {
            let own = market.inputs.notices.iter().chain(&market.inputs.notes);
            notes.extend(own.map(|note| format!("{}: {note}", market.symbol)));
            let fitted = market.fitted.notes.iter();
            notes.extend(fitted.map(|note| match note.starts_with(&market.symbol) {
                true => note.clone(),
                false => format!("{}: {note}", market.symbol),
            }));
        }
        for holding in &self.holdings {
            if holding
                .position
                .vol_source
                .starts_with("the fitted surface")
            {
                notes.push(format!(
                    "{}: its volatility is of {}",
                    holding.name, holding.position.vol_source
                ));
            }
            if holding.vol > 0.0 && holding.vol + VOL_MOVES[0] < VOL_MIN {
                notes.push(format!(
                    "{}: ten points less would leave {:.1} % of volatility; {:.0} % is taken",
                    holding.name,
                    100.0 * (holding.vol + VOL_MOVES[0]),
                    100.0 * VOL_MIN
                ));
            }
        }
        notes
    }
}

impl SymbolView {
    fn of(market: &Market) -> SymbolView {
        let chain = &market.inputs.chain;
        SymbolView {
            symbol: market.symbol.clone(),
            chain: market.inputs.chain_name.clone(),
            spot_usd: market.fitted.futures.spot,
            rate: market.fitted.futures.rate,
            implied_vol_30_days: market.fitted.implied_vol,
            quotes: chain.quotes.len() as u32,
        }
    }
}
