//! Everything that a plan depends on, read and checked: chain, account, history, events, configuration.

use super::fit::{Known, day_offset};
use crate::account::{Account, same_symbol};
use crate::config::Config;
use crate::devices::Place;
use crate::error::Error;
use crate::governor::Crew;
use crate::learning::models::{self, Model};
use crate::recall::prices::Prices;
use jiff::civil::Date;
use market::events::{Event, EventKind, read_events, read_events_bytes};
use market::history::{History, read_history, read_history_bytes};
use market::ingest::{FileMapping, Ingest, Options, adjust_for_splits};
use market::{Chain, calendar, sample};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// One file, or several that belong together, such as calls and puts apart.
    pub(crate) chains: Vec<PathBuf>,
    pub(crate) account: Option<PathBuf>,
    pub(crate) history: Option<PathBuf>,
    pub(crate) events: Option<PathBuf>,
    pub(crate) symbol: Option<String>,
    pub(crate) as_of: Option<Date>,
    pub(crate) spot_usd: Option<f64>,
    /// The user's own mapping of the chain's columns.
    pub(crate) mapping: Option<Arc<FileMapping>>,
    pub(crate) allow_synthetic: bool,
    /// An account that was read already: of a portfolio. It goes before `account`.
    pub(crate) given: Option<Given>,
    /// Cash reserved for this symbol's short puts, at most, in dollars.
    pub(crate) collateral_max_usd: Option<f64>,
    /// Where the chain's volatilities are computed; unasked, on the processor.
    pub(crate) place: Place,
}

/// An account that was read already.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) account: Account,
    pub(crate) source: String,
    pub(crate) bytes: Vec<u8>,
}

/// The account of the plan.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// Absent: all cash is assumed.
    pub(crate) account: Option<Account>,
    pub(crate) source: String,
}

/// Everything that a plan depends on.
pub(crate) struct Inputs {
    pub(crate) config: Config,
    pub(crate) crew: Crew,
    /// Evaluations whose tree fits in memory.
    pub(crate) evaluations_max: u32,
    /// Cash reserved for this symbol's short puts, at most, in dollars.
    pub(crate) collateral_max_usd: Option<f64>,
    /// Where the chain's volatilities are computed.
    pub(crate) place: Place,
    pub(crate) chain_name: String,
    pub(crate) chain: Chain,
    pub(crate) ingest: Ingest,
    pub(crate) owner: Owner,
    pub(crate) known: Known,
    /// The days of the price history up to the chain's day.
    pub(crate) past: Option<Prices>,
    pub(crate) events: Vec<Event>,
    /// Splits up to the chain's day: the day from which the new shares trade, and new shares for one old, oldest first.
    pub(crate) splits: Vec<(Date, f64)>,
    /// What the trader must see.
    pub(crate) notices: Vec<String>,
    /// What was noticed about the files.
    pub(crate) notes: Vec<String>,
    pub(crate) data_sha256: String,
    pub(crate) inputs_sha256: String,
    /// The nets that the configuration asks for, none, or what is wrong with them.
    pub(crate) nets: Result<Option<Model>, String>,
}

impl Inputs {
    /// Threads for a piece of work that begins now: nothing that comes of it depends on them.
    pub(crate) fn threads(&self) -> usize {
        self.crew.now()
    }
}

/// Name under which the embedded sample appears.
pub(crate) const SAMPLE: &str = "embedded sample";

/// The name of the sample that is planned unasked: the one whose options are dear enough to act on.
pub(crate) const DEFAULT_SYMBOL: &str = "SYNVOL";

/// Calendar days for which a split is told to who holds something.
const SPLIT_DAYS: i32 = 45;
/// Days of a history in which a split that the file does not list is worth a note.
const RECENT_DAYS: usize = 130;

/// Reads all files of a request.
pub(crate) fn read(
    request: &Request,
    config: Config,
    crew: Crew,
    evaluations_max: u32,
) -> Result<Inputs, Error> {
    let (mut notices, mut notes) = (Vec::new(), Vec::new());
    let (account, account_bytes) = match (&request.given, &request.account) {
        (Some(given), _) => (Some(given.account.clone()), given.bytes.clone()),
        (None, Some(path)) => Account::read(path).map(|(account, bytes)| (Some(account), bytes))?,
        (None, None) => (None, Vec::new()),
    };
    let options = Options {
        symbol: request.symbol.clone(),
        spot_usd: request.spot_usd,
        as_of: request.as_of,
        last_day_only: true,
        mapping: request.mapping.clone(),
        ..Options::default()
    };
    let (chain_name, data_sha256, ingest) = read_chain(request, &options)?;
    let mut chain = choose(&ingest, request, account.as_ref(), &mut notices)?;
    if let Some(spot) = request.spot_usd {
        if let Some(own) = chain.spot_usd.filter(|own| *own != spot) {
            notices.push(format!(
                "the spot is ${spot} as given; the file says ${own}"
            ));
        }
        chain.spot_usd = Some(spot);
    }
    if chain.is_synthetic() && account.is_some() && !request.allow_synthetic {
        return Err(Error::SyntheticWithAccount { chain: chain_name });
    }
    let (history, history_bytes) = read_prices(request, &chain)?;
    let (events, events_bytes) = read_calendar(request, &chain)?;
    let past = history
        .as_ref()
        .map(|history| Prices::until(history, chain.as_of, &history_name(request)));
    let known = known(
        &ingest,
        &chain,
        history.as_ref(),
        request,
        &events,
        &mut notes,
    );
    let splits = splits(history.as_ref(), &events, chain.as_of);
    if let Some(account) = &account {
        splits_booked(account, &chain, &splits, &mut notices)?;
    }
    let owner = Owner {
        source: match (&request.given, &request.account) {
            (Some(given), _) => given.source.clone(),
            (None, Some(path)) => file_name(path),
            (None, None) => "assumed: all cash, no positions (give --account)".to_owned(),
        },
        account,
    };
    let mut hashes = [account_bytes, history_bytes, events_bytes]
        .map(|bytes| sha256(&bytes))
        .to_vec();
    hashes.extend(
        request
            .mapping
            .as_ref()
            .map(|own| sha256(own.text().as_bytes())),
    );
    let inputs_sha256 = sha256(hashes.join("\n").as_bytes());
    let nets = models::asked(&config);
    Ok(Inputs {
        nets,
        config,
        crew,
        evaluations_max,
        collateral_max_usd: request.collateral_max_usd,
        place: request.place.clone(),
        chain_name,
        chain,
        owner,
        known,
        past,
        events,
        splits,
        notices,
        notes,
        data_sha256,
        inputs_sha256,
        ingest,
    })
}

/// The chain files of a request, read together, or the sample: name, hash, rows.
fn read_chain(request: &Request, options: &Options) -> Result<(String, String, Ingest), Error> {
    let ingest = crate::ingest::quotes(&request.chains, options)?;
    if request.chains.is_empty() {
        return Ok((SAMPLE.to_owned(), sha256(sample::CHAIN_PARQUET), ingest));
    }
    let names: Vec<String> = request.chains.iter().map(|path| file_name(path)).collect();
    let mut bytes = Vec::new();
    for path in &request.chains {
        bytes.extend(read_bytes(path)?);
    }
    Ok((names.join(" + "), sha256(&bytes), ingest))
}

/// SHA-256 as hexadecimal text.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The bytes of a file that was read already, for its hash.
fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| Error::Io {
        path: path.to_owned(),
        why: error.to_string(),
    })
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The last day of the wanted symbol; without a wish, the account's symbol, else the one with most contracts.
fn choose(
    ingest: &Ingest,
    request: &Request,
    account: Option<&Account>,
    notes: &mut Vec<String>,
) -> Result<Chain, Error> {
    let last = |symbol: &str| {
        let of_symbol = |chain: &&Chain| same_symbol(&chain.symbol, symbol);
        ingest.chains.iter().rfind(of_symbol)
    };
    let take = |symbol: &str, notes: &mut Vec<String>| {
        let newest = last(symbol)?;
        let days: Vec<String> = ingest
            .chains
            .iter()
            .filter(|chain| chain.symbol == newest.symbol && chain.as_of < newest.as_of)
            .map(|chain| chain.as_of.to_string())
            .collect();
        if !days.is_empty() {
            notes.push(format!(
                "{}: the quotes of {} are not used: those of {} are newer",
                newest.symbol,
                days.join(", "),
                newest.as_of
            ));
        }
        Some(newest.clone())
    };
    let mut symbols: Vec<&str> = ingest
        .chains
        .iter()
        .map(|chain| chain.symbol.as_str())
        .collect();
    symbols.dedup();
    let listed = || symbols.join(", ");
    if let Some(wanted) = &request.symbol {
        let wanted = wanted.trim().trim_start_matches('^').to_uppercase();
        return take(&wanted, notes).ok_or_else(|| Error::NoSuchSymbol {
            wanted,
            there: listed(),
        });
    }
    let owned = account.map(Account::symbols).unwrap_or_default();
    let held: Vec<&str> = symbols
        .iter()
        .copied()
        .filter(|symbol| owned.iter().any(|own| same_symbol(own, symbol)))
        .collect();
    let chosen = match (held.as_slice(), symbols.as_slice()) {
        ([one], _) | ([], [one]) => *one,
        ([], []) => {
            return Err(Error::NoSuchSymbol {
                wanted: "any".to_owned(),
                there: "none".to_owned(),
            });
        }
        (several, all) => {
            let pool = if several.is_empty() { all } else { several };
            let best = pool
                .iter()
                .copied()
                .filter(|_| request.chains.is_empty())
                .find(|symbol| *symbol == DEFAULT_SYMBOL);
            let contracts = |symbol: &&str| {
                std::cmp::Reverse(last(symbol).map_or(0, |chain| chain.quotes.len()))
            };
            best.or_else(|| pool.iter().copied().min_by_key(contracts))
                .unwrap_or(pool[0])
        }
    };
    if symbols.len() > 1 {
        notes.push(format!(
            "the file holds {}; {chosen} was taken: name another with --symbol",
            listed()
        ));
    }
    take(chosen, notes).ok_or_else(|| Error::NoSuchSymbol {
        wanted: chosen.to_owned(),
        there: listed(),
    })
}

fn read_prices(request: &Request, chain: &Chain) -> Result<(Option<History>, Vec<u8>), Error> {
    match &request.history {
        Some(path) => {
            let history = read_history(path, Some(&chain.symbol))?;
            Ok((Some(history), read_bytes(path)?))
        }
        None if request.chains.is_empty() => {
            let there = sample::HISTORIES
                .iter()
                .any(|(symbol, _)| *symbol == chain.symbol);
            let history = there.then(|| sample_history(&chain.symbol)).transpose()?;
            Ok((history, Vec::new()))
        }
        None => Ok((None, Vec::new())),
    }
}

/// The price history of a symbol of the embedded sample.
pub(crate) fn sample_history(wanted: &str) -> Result<History, Error> {
    let wanted = wanted.trim().to_uppercase();
    let text = sample::HISTORIES
        .iter()
        .find(|(symbol, _)| *symbol == wanted);
    let Some((_, text)) = text else {
        let there: Vec<&str> = sample::HISTORIES
            .iter()
            .map(|(symbol, _)| *symbol)
            .collect();
        return Err(Error::NoSuchSymbol {
            wanted,
            there: there.join(", "),
        });
    };
    Ok(read_history_bytes(SAMPLE, text.as_bytes(), None)?)
}

/// What the price history is called on screen.
fn history_name(request: &Request) -> String {
    request
        .history
        .as_deref()
        .map_or_else(|| SAMPLE.to_owned(), file_name)
}

fn read_calendar(request: &Request, chain: &Chain) -> Result<(Vec<Event>, Vec<u8>), Error> {
    let of_symbol = |events: Vec<Event>| {
        events
            .into_iter()
            .filter(|event| same_symbol(&event.symbol, &chain.symbol))
            .collect()
    };
    match &request.events {
        Some(path) => {
            let events = of_symbol(read_events(path)?);
            Ok((events, read_bytes(path)?))
        }
        None if request.chains.is_empty() => Ok((
            of_symbol(read_events_bytes(SAMPLE, sample::EVENTS_CSV.as_bytes())?),
            Vec::new(),
        )),
        None => Ok((Vec::new(), Vec::new())),
    }
}

/// Returns before the chain's day and dividends after it. Nothing later than the chain's day enters as history.
fn known(
    ingest: &Ingest,
    chain: &Chain,
    history: Option<&History>,
    request: &Request,
    events: &[Event],
    notes: &mut Vec<String>,
) -> Known {
    let (returns, returns_source) = match history {
        Some(history) => {
            let past = history
                .days
                .iter()
                .take_while(|day| day.date <= chain.as_of)
                .count();
            if past < history.days.len() {
                notes.push(format!(
                    "{} later days of the history were not looked at",
                    history.days.len() - past
                ));
            }
            notes.extend(history.notes.iter().map(|note| format!("history: {note}")));
            let mut past_only = history.clone();
            past_only.days.truncate(past);
            let recent = past_only.days.len().saturating_sub(RECENT_DAYS);
            let recent = past_only.days.get(recent).map(|day| day.date);
            let marked = past_only.mark_splits();
            for (date, ratio) in marked
                .into_iter()
                .filter(|(date, _)| recent.is_some_and(|recent| *date >= recent))
            {
                notes.push(format!("history: the close jumps by 1:{ratio} on {date} and no split is listed: taken as a split"));
            }
            let last = past_only.days.last().map(|day| day.date);
            if let Some(last) =
                last.filter(|&last| calendar::trading_days_between(last, chain.as_of) > 5)
            {
                notes.push(format!(
                    "the history ends on {last}, {} trading days before the chain",
                    calendar::trading_days_between(last, chain.as_of)
                ));
            }
            (past_only.log_returns(), "the history file".to_owned())
        }
        None => (
            returns_of_chain(ingest, chain),
            "earlier days of the chain file".to_owned(),
        ),
    };
    let dividends = events.iter().filter_map(|event| match event.kind {
        EventKind::ExDividend { amount_usd } => Some((event.date, amount_usd)),
        EventKind::Earnings | EventKind::Split { .. } | EventKind::Delisting { .. } => None,
    });
    Known {
        returns,
        returns_source,
        dividends: dividends.collect(),
        events_given: request.events.is_some() || request.chains.is_empty(),
    }
}

/// Splits up to a day, by the price history and the events file: the day from which the new shares trade, and new shares for one old.
fn splits(history: Option<&History>, events: &[Event], as_of: Date) -> Vec<(Date, f64)> {
    let told = events.iter().filter_map(|event| match event.kind {
        EventKind::Split { ratio } => Some((event.date, ratio)),
        _ => None,
    });
    let days = history.iter().flat_map(|history| &history.days);
    let lived = days.filter(|day| day.split != 1.0);
    let mut splits: Vec<(Date, f64)> = told
        .chain(lived.map(|day| (day.date, day.split)))
        .filter(|(date, _)| *date <= as_of)
        .collect();
    splits.sort_by_key(|(date, _)| *date);
    splits.dedup_by_key(|(date, _)| *date);
    splits
}

/// Counts, bases and strikes from before a split, beside a chain from after it, give wrong money in silence. What the file proves is refused:
/// a contract opened before a split that the chain does not list. The rest is told.
fn splits_booked(
    account: &Account,
    chain: &Chain,
    splits: &[(Date, f64)],
    notices: &mut Vec<String>,
) -> Result<(), Error> {
    let own = |symbol: &str| same_symbol(symbol, &chain.symbol);
    let shares = account.shares.iter().any(|shares| own(&shares.symbol));
    let options: Vec<_> = account
        .options
        .iter()
        .filter(|option| own(&option.symbol))
        .collect();
    if !shares && options.is_empty() {
        return Ok(());
    }
    let of_late = |(date, _): &&(Date, f64)| (chain.as_of - *date).get_days() <= SPLIT_DAYS;
    for (date, ratio) in splits.iter().filter(of_late) {
        for option in &options {
            let listed = chain.quotes.iter().any(|quote| {
                let contract = &quote.contract;
                Some(contract.right) == option.right()
                    && Some(contract.expiry) == option.expiry()
                    && (contract.strike_usd - option.strike_usd).abs() < 0.0005
            });
            let opened = option
                .opened
                .as_deref()
                .and_then(|day| day.trim().parse::<Date>().ok());
            if !listed && opened.is_some_and(|opened| opened < *date) {
                return Err(Error::Position {
                    symbol: chain.symbol.clone(),
                    what: format!(
                        "the {} {} {} was opened on {}, before the split of {date} ({ratio} new shares for 1 old), and the chain lists no such contract: the account stands from before the split; change its counts, cost bases and strikes ({} times as many, each divided by {ratio}), and `opened` to {date}",
                        option.expiry.trim(),
                        option.strike_usd,
                        option.right,
                        option.opened.as_deref().unwrap_or_default().trim(),
                        ratio,
                    ),
                });
            }
        }
        notices.push(format!(
            "{} was split on {date} ({ratio} new shares for 1 old): counts, cost bases and strikes of the account are taken as they are after it",
            chain.symbol
        ));
    }
    Ok(())
}

/// Log returns between neighbouring trading days of the chain file, splits undone.
fn returns_of_chain(ingest: &Ingest, chain: &Chain) -> Vec<f64> {
    let mut spots: Vec<_> = ingest
        .spots
        .iter()
        .filter(|s| same_symbol(&s.symbol, &chain.symbol) && s.date <= chain.as_of)
        .cloned()
        .collect();
    adjust_for_splits(&mut spots, &ingest.splits());
    spots
        .windows(2)
        .filter(|pair| calendar::trading_days_between(pair[0].date, pair[1].date) == 1)
        .map(|pair| (pair[1].spot_usd / pair[0].spot_usd).ln())
        .filter(|value| value.is_finite())
        .collect()
}

/// Events of the symbol between the chain and `day`, in words.
pub(crate) fn events_until(inputs: &Inputs, day: u16) -> Vec<String> {
    let within = |event: &&Event| {
        event.date > inputs.chain.as_of
            && day_offset(inputs.chain.as_of, event.date).is_some_and(|at| at <= day)
    };
    let words = |event: &Event| match event.kind {
        EventKind::ExDividend { amount_usd } => {
            format!("ex-dividend ${amount_usd:.2} on {}", event.date)
        }
        EventKind::Earnings => format!("earnings on {}", event.date),
        EventKind::Split { ratio } => {
            format!("split into {ratio} new shares per old on {}", event.date)
        }
        EventKind::Delisting { amount_usd } => {
            format!("delisting, at ${amount_usd:.2} a share, on {}", event.date)
        }
    };
    inputs.events.iter().filter(within).map(words).collect()
}
