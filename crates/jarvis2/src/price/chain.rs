//! Every quote of a vendor's chain: implied volatility of bid, mid and ask, and at the mid's the Greeks and the boundary.
//!
//! Spot, rate and dates are those of the plan (`engine::fit`): time in whole days to the last trading day, the rate from
//! configuration, file or Treasury, the spot corrected by put-call parity where it was taken at another time. The style is
//! what the file says, else European for known index symbols and American for the rest. A European option
//! takes the forward of its own expiry's parity. An American one takes it as a dividend yield, but from 14 days
//! on only: closer to expiry a cent of parity is percents of yield, so the median of the expiries of 14 to 200 days serves,
//! held to -5 to 15 %, and 0 where parity says nothing at all.

use super::batch::{Ask, Given, Row, word};
use super::columns::{Cells, Columns};
use super::digits::short;
use super::table::boundary;
use super::{Form, Settings};
use crate::account::same_symbol;
use crate::config::Config;
use crate::engine::fit::{self, Expiry, Forward, Known, Said};
use crate::error::Error;
use crate::progress::Progress;
use jiff::civil::Date;
use market::ingest::{FileMapping, Ingest, Options};
use market::{Chain, Quote, Style};
use pricing::{Right, Status};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the user asked for.
pub(super) struct Request {
    /// Absent: the embedded sample.
    pub(super) file: Option<PathBuf>,
    pub(super) symbol: Option<String>,
    pub(super) as_of: Option<Date>,
    pub(super) spot_usd: Option<f64>,
    pub(super) mapping: Option<Arc<FileMapping>>,
    pub(super) parquet: Option<PathBuf>,
    pub(super) arrow: Option<PathBuf>,
}

/// A quote and what it is priced with.
struct Line<'a> {
    chain: &'a Chain,
    quote: &'a Quote,
    days: u16,
    spot: f64,
    rate: f64,
    dividend_yield: f64,
}

impl Line<'_> {
    fn years(&self) -> f64 {
        f64::from(self.days) / 365.0
    }

    fn forward(&self) -> f64 {
        self.spot * ((self.rate - self.dividend_yield) * self.years()).exp()
    }

    /// The question which volatility gives this price.
    fn at(&self, price: Option<f64>) -> Row {
        let contract = &self.quote.contract;
        Row {
            given: if price.is_some() {
                Given::Price
            } else {
                Given::Nothing
            },
            right: contract.right,
            style: contract.style,
            spot: self.spot,
            strike: contract.strike_usd,
            years: self.years(),
            rate: self.rate,
            dividend_yield: self.dividend_yield,
            value: price.unwrap_or(f64::NAN),
        }
    }
}

/// Answers the chains of a file.
pub(super) fn run(request: &Request, config: &Config, settings: &Settings) -> Result<(), Error> {
    if let Some(spot) = request
        .spot_usd
        .filter(|spot| !(spot.is_finite() && *spot > 0.0))
    {
        return Err(Error::Usage(format!(
            "--spot {spot}: a price in dollars is needed"
        )));
    }
    if request.arrow.is_some() && cfg!(not(feature = "arrow")) {
        // Said before the work, not after it.
        Columns::default().write_arrow(request.arrow.as_deref().unwrap_or(Path::new("")))?;
    }
    let progress = Progress::new(settings.quiet);
    progress.stage("chain");
    let options = Options {
        symbol: request.symbol.clone(),
        spot_usd: request.spot_usd,
        as_of: request.as_of,
        last_day_only: true,
        mapping: request.mapping.clone(),
        ..Options::default()
    };
    let mut ingest = crate::ingest::quotes(request.file.as_slice(), &options)?;
    let chains = chosen(&mut ingest, request)?;
    let made = chains.iter().find(|chain| chain.is_synthetic());
    let watermark = made.map(|chain| {
        format!(
            "SYNTHETIC DATA ({}): nothing here is advice or evidence",
            chain.source
        )
    });
    let mut notes: Vec<String> = watermark.clone().into_iter().collect();
    let mut lines = Vec::new();
    for chain in &chains {
        match lined_up(chain, config, &mut notes) {
            Ok(some) => lines.extend(some),
            // One chain without an answer is the answer; among several it must not take the others with it.
            Err(error) if chains.len() == 1 => return Err(error),
            Err(error) => notes.push(format!("left out: {error}")),
        }
    }
    let quoted = |price: fn(&Quote) -> Option<f64>| -> Vec<Row> {
        lines
            .iter()
            .map(|line| line.at(price(line.quote)))
            .collect()
    };
    let stop = || progress.stopped();
    let solve = |rows: &[Row], ask: Ask| {
        let answers = settings.solve(rows, ask, &stop)?;
        if progress.stopped() {
            let done = format!("{} of {} quotes", answers.status.len(), rows.len());
            return Err(Error::Interrupted { done });
        }
        Ok(answers)
    };
    progress.stage("mids");
    let mut mid = solve(&quoted(Quote::mid_usd), settings.ask)?;
    progress.stage("bids and asks");
    progress.fraction(0.5);
    let bid = solve(&quoted(|quote| quote.bid_usd), Ask::Vols)?;
    let ask = solve(&quoted(|quote| quote.ask_usd), Ask::Vols)?;
    progress.finish();
    let no_mid = |i: usize| lines[i].quote.mid_usd().is_none();
    let words: Vec<String> = (0..lines.len())
        .map(|i| {
            if no_mid(i) {
                "no_quote".to_owned()
            } else {
                word(mid.status[i])
            }
        })
        .collect();
    for (i, price) in mid.price.iter_mut().enumerate() {
        *price = lines[i].quote.mid_usd().unwrap_or(f64::NAN);
    }
    let columns = columns(&lines, &bid.iv, &mid, &ask.iv, words, settings.ask);
    if let Some(path) = &request.parquet {
        columns.write_parquet(path)?;
        crate::asked::note(format!("written: {}", path.display()));
    }
    if let Some(path) = &request.arrow {
        columns.write_arrow(path)?;
        crate::asked::note(format!("written: {}", path.display()));
    }
    let text = match settings.form {
        Form::Csv => columns.csv()?,
        Form::Json => {
            let document = serde_json::json!({
                "watermark": watermark,
                "format": ingest.format.name(),
                "rows_read": ingest.rows_read,
                "rows_refused": ingest.refused_total(),
                "notes": notes,
                "rows": columns.json(),
            });
            format!("{document}\n").into_bytes()
        }
        // Where a file was asked for, the screen is not the place for the table.
        Form::Text { .. } if request.parquet.is_some() || request.arrow.is_some() => Vec::new(),
        Form::Text { rows } => {
            text(&ingest, &lines, &columns, &notes, rows, settings.ask).into_bytes()
        }
    };
    let mut out = crate::asked::out();
    let written = out.write_all(&text).and_then(|()| out.flush());
    super::broken_pipe(written.map_err(super::table::unwritable))
}

/// The chains to answer, with the spot that was given.
fn chosen(ingest: &mut Ingest, request: &Request) -> Result<Vec<Chain>, Error> {
    let mut chains = std::mem::take(&mut ingest.chains);
    let mut symbols: Vec<String> = chains.iter().map(|chain| chain.symbol.clone()).collect();
    symbols.dedup();
    if let Some(wanted) = &request.symbol {
        let wanted = wanted.trim().trim_start_matches('^').to_uppercase();
        chains.retain(|chain| same_symbol(&chain.symbol, &wanted));
        if chains.is_empty() {
            return Err(Error::NoSuchSymbol {
                wanted,
                there: symbols.join(", "),
            });
        }
    }
    if let Some(spot) = request.spot_usd {
        if chains.len() > 1 {
            return Err(Error::Usage(format!(
                "--spot {spot}: the file holds {}; say with --symbol which one it is for",
                symbols.join(", ")
            )));
        }
        for chain in &mut chains {
            chain.spot_usd = Some(spot);
        }
    }
    Ok(chains)
}

/// Finds spot, rate and yields of a chain.
fn lined_up<'a>(
    chain: &'a Chain,
    config: &Config,
    notes: &mut Vec<String>,
) -> Result<Vec<Line<'a>>, Error> {
    let mut said = Said::default();
    let file_spot = chain.spot_usd.ok_or_else(|| fit::Error::NoSpot {
        symbol: chain.symbol.clone(),
        as_of: chain.as_of,
    })?;
    let rate = said.rate(chain, config);
    let mut expiries: Vec<Expiry> = Vec::new();
    for quote in &chain.quotes {
        let date = quote.contract.expiry;
        let Some(day) = fit::day_offset(chain.as_of, date) else {
            continue;
        };
        match expiries.last_mut() {
            Some(last) if last.date == date => last.quotes.push(quote),
            _ => expiries.push(Expiry {
                date,
                day,
                quotes: vec![quote],
            }),
        }
    }
    let spot = said.spot(chain, file_spot, rate, &expiries, &[])?;
    let known = Known {
        returns: Vec::new(),
        returns_source: String::new(),
        dividends: Vec::new(),
        events_given: false,
    };
    let forwards: Vec<Forward> = expiries
        .iter()
        .map(|expiry| fit::forward(expiry, spot, rate, &[], &known, config))
        .collect();
    let usual = said.dividend_yield(&forwards, &expiries, spot, rate, &[], &known, config);
    let mut lines = Vec::new();
    for (expiry, forward) in expiries.iter().zip(&forwards) {
        for quote in &expiry.quotes {
            let european = quote.contract.style == Style::European;
            let own = forward
                .implied_yield
                .filter(|_| european || expiry.day >= 14);
            lines.push(Line {
                chain,
                quote,
                days: expiry.day,
                spot,
                rate,
                dividend_yield: own.unwrap_or(usual),
            });
        }
    }
    let assumed = said.assumptions.iter().map(|one| {
        format!(
            "{}: {} {} ({})",
            chain.symbol, one.name, one.value, one.source
        )
    });
    notes.extend(assumed);
    notes.extend(
        said.notes
            .iter()
            .map(|note| format!("{}: {note}", chain.symbol)),
    );
    Ok(lines)
}

fn columns(
    lines: &[Line],
    bid_iv: &[f64],
    mid: &super::batch::Answers,
    ask_iv: &[f64],
    words: Vec<String>,
    ask: Ask,
) -> Columns {
    let numbers = |get: &dyn Fn(&Line) -> f64| Cells::Numbers(lines.iter().map(get).collect());
    let maybe = |get: fn(&Quote) -> Option<f64>| {
        numbers(&|line: &Line| get(line.quote).unwrap_or(f64::NAN))
    };
    let texts = |get: fn(&Line) -> String| Cells::Texts(lines.iter().map(get).collect());
    let right = |line: &Line| match line.quote.contract.right {
        Right::Call => "C".to_owned(),
        Right::Put => "P".to_owned(),
    };
    let style = |line: &Line| match line.quote.contract.style {
        Style::American => "A".to_owned(),
        Style::European => "E".to_owned(),
    };
    let days = |get: fn(&Line) -> Date| Cells::Days(lines.iter().map(get).collect());
    let mut columns = vec![
        ("symbol", texts(|line| line.chain.symbol.clone())),
        ("as_of", days(|line| line.chain.as_of)),
        ("expiry", days(|line| line.quote.contract.expiry)),
        (
            "days",
            Cells::Counts(lines.iter().map(|line| i32::from(line.days)).collect()),
        ),
        ("right", texts(right)),
        ("style", texts(style)),
        ("strike", numbers(&|line| line.quote.contract.strike_usd)),
        ("spot", numbers(&|line| line.spot)),
        ("years", numbers(&|line| line.years())),
        ("rate", numbers(&|line| line.rate)),
        ("dividend_yield", numbers(&|line| line.dividend_yield)),
        ("forward", numbers(&|line| line.forward())),
        ("bid", maybe(|quote| quote.bid_usd)),
        ("ask", maybe(|quote| quote.ask_usd)),
        ("price", Cells::Numbers(mid.price.clone())),
        ("iv_bid", Cells::Numbers(bid_iv.to_vec())),
        ("iv", Cells::Numbers(mid.iv.clone())),
        ("iv_ask", Cells::Numbers(ask_iv.to_vec())),
    ];
    if ask == Ask::Everything {
        columns.extend([
            ("delta", Cells::Numbers(mid.delta.clone())),
            ("gamma", Cells::Numbers(mid.gamma.clone())),
            ("vega_per_point", Cells::Numbers(mid.vega_per_point.clone())),
            ("theta_per_day", Cells::Numbers(mid.theta_per_day.clone())),
            (
                "rho_per_percent",
                Cells::Numbers(mid.rho_per_percent.clone()),
            ),
            ("boundary", Cells::Numbers(mid.boundary.clone())),
        ]);
    }
    columns.push(("vendor_iv", maybe(|quote| quote.iv)));
    if ask == Ask::Everything {
        columns.push(("vendor_delta", maybe(|quote| quote.delta)));
    }
    columns.push(("status", Cells::Texts(words)));
    Columns { columns }
}

fn text(
    ingest: &Ingest,
    lines: &[Line],
    columns: &Columns,
    notes: &[String],
    limit: Option<usize>,
    ask: Ask,
) -> String {
    let column = |wanted: &str| {
        columns
            .columns
            .iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, cells)| cells)
    };
    let number = |name: &str, i: usize| match column(name) {
        Some(Cells::Numbers(cells)) => cells[i],
        _ => f64::NAN,
    };
    let status = |i: usize| match column("status") {
        Some(Cells::Texts(cells)) => cells[i].as_str(),
        _ => "n/a",
    };
    // Head, unit, width, column, decimals, factor.
    let all = [
        ("bid", "$", 9, "bid", 2, 1.0),
        ("ask", "$", 9, "ask", 2, 1.0),
        ("bid vol", "%/year", 9, "iv_bid", 2, 100.0),
        ("mid vol", "%/year", 9, "iv", 2, 100.0),
        ("ask vol", "%/year", 9, "iv_ask", 2, 100.0),
        ("delta", "", 8, "delta", 3, 1.0),
        ("gamma", "per $", 8, "gamma", 4, 1.0),
        ("vega", "$/point", 8, "vega_per_point", 3, 1.0),
        ("theta", "$/day", 8, "theta_per_day", 3, 1.0),
        ("rho", "$/%", 8, "rho_per_percent", 3, 1.0),
    ];
    let shown = &all[..if ask == Ask::Vols { 5 } else { all.len() }];
    let mut out = String::new();
    let mut before: Option<&Chain> = None;
    let rows = limit.unwrap_or(lines.len()).min(lines.len());
    for (i, line) in lines.iter().enumerate().take(rows) {
        if before.is_none_or(|chain| !std::ptr::eq(chain, line.chain)) {
            before = Some(line.chain);
            if i > 0 {
                out.push('\n');
            }
            out.push_str(&format!(
                "{} on {}, spot ${:.2}, rate {:.2} %, per share, the holder's sign\n",
                line.chain.symbol,
                line.chain.as_of,
                line.spot,
                100.0 * line.rate
            ));
            let heads: String = shown
                .iter()
                .map(|one| format!("{:>1$}", one.0, one.2))
                .collect();
            let units: String = shown
                .iter()
                .map(|one| format!("{:>1$}", one.1, one.2))
                .collect();
            let (edge, dollars) = match ask {
                Ask::Everything => ("  boundary", "    spot $"),
                Ask::Vols => ("", ""),
            };
            out.push_str(&format!(
                "expiry      days  strike $  right {heads}{edge}  status\n{:32}{units}{dollars}\n",
                ""
            ));
        }
        let contract = &line.quote.contract;
        let right = match (contract.right, contract.style) {
            (Right::Call, Style::American) => "call A",
            (Right::Call, Style::European) => "call E",
            (Right::Put, Style::American) => "put A",
            (Right::Put, Style::European) => "put E",
        };
        let cells: String = shown
            .iter()
            .map(|&(_, _, width, name, decimals, factor)| {
                format!(
                    " {:>1$}",
                    short(factor * number(name, i), decimals),
                    width - 1
                )
            })
            .collect();
        let edge = match ask {
            Ask::Everything => format!("{:>10}", boundary(contract.style, number("boundary", i))),
            Ask::Vols => String::new(),
        };
        out.push_str(&format!(
            "{}  {:>4} {:>9}  {right:6}{cells}{edge}  {}\n",
            contract.expiry,
            line.days,
            short(contract.strike_usd, 2),
            status(i)
        ));
    }
    if rows < lines.len() {
        out.push_str(&format!(
            "{} more rows: --all shows them, --csv, --json, --parquet and --arrow write them.\n",
            lines.len() - rows
        ));
    }
    let ok = (0..lines.len())
        .filter(|&i| status(i) == word(Status::Ok))
        .count();
    out.push_str(&format!(
        "\n{ok} of {} quotes have an implied volatility; {} file, {} rows read, {} refused.\n",
        lines.len(),
        ingest.format,
        ingest.rows_read,
        ingest.refused_total()
    ));
    for note in notes {
        out.push_str(&format!("  {note}\n"));
    }
    out
}
