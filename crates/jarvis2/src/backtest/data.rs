//! What a backtest lives through: chains out of files or the embedded sample, with dividends and splits from whatever file says so.

use crate::engine::inputs;
use crate::error::Error;
use evidence::backtest::Corporate;
use jiff::civil::Date;
use market::events::{Event, EventKind, read_events, read_events_bytes};
use market::history::{History, read_history};
use market::ingest::{self, FileMapping, read_chains_bytes};
use market::tape::files::{Files, Options};
use market::tape::{Chains, Tape};
use market::{Chain, sample};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the user gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sources {
    pub(crate) data: Vec<PathBuf>,
    /// The user's own mapping of the chains' columns.
    pub(crate) mapping: Option<Arc<FileMapping>>,
    /// The tickers of the company over time; the last is its name in the report.
    pub(crate) symbols: Vec<String>,
    pub(crate) history: Option<PathBuf>,
    pub(crate) events: Option<PathBuf>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
}

/// A past that can be lived through as often as one likes.
pub(crate) struct Past {
    sources: Sources,
    pub(crate) symbol: String,
    /// Prices of the share from another file than the chains, if there is one.
    pub(crate) history: Option<History>,
    pub(crate) corporate: Corporate,
    /// First and last day of the data, within what was asked for.
    pub(crate) span: (Date, Date),
    /// Of the bytes of every file.
    pub(crate) sha256: String,
    /// Is any of it invented?
    pub(crate) synthetic: bool,
    /// What the reader must know of the data.
    pub(crate) notes: Vec<String>,
    /// The sample's days, read once.
    embedded: Vec<Chain>,
}

impl Past {
    /// Looks at the files, without reading their quotes.
    pub(crate) fn open(sources: &Sources) -> Result<Past, Error> {
        let mut notes = Vec::new();
        let embedded = sources.data.is_empty();
        let asked = match (sources.symbols.last(), embedded) {
            (Some(symbol), _) => symbol.trim().trim_start_matches('^').to_uppercase(),
            (None, true) => inputs::DEFAULT_SYMBOL.to_owned(),
            (None, false) => only_symbol(sources)?,
        };
        let mut sources = sources.clone();
        if sources.symbols.is_empty() {
            sources.symbols.push(asked.clone());
        }
        let history = match (&sources.history, embedded) {
            (Some(path), _) => Some(read_history(path, Some(&asked))?),
            (None, true) => Some(inputs::sample_history(&asked)?),
            (None, false) => None,
        };
        let events = match (&sources.events, embedded) {
            (Some(path), _) => Some(read_events(path)?),
            (None, true) => Some(read_events_bytes(
                "the sample's events",
                sample::EVENTS_CSV.as_bytes(),
            )?),
            (None, false) => None,
        };
        let corporate = corporate(
            &asked,
            &sources.symbols,
            history.as_ref(),
            events.as_deref(),
            &mut notes,
        );
        let days = if embedded {
            embedded_days(&asked, &sources)?
        } else {
            Vec::new()
        };
        let (span, sha256) = match (days.first(), days.last()) {
            (Some(first), Some(last)) => (
                (first.as_of, last.as_of),
                inputs::sha256(sample::CHAIN_PARQUET),
            ),
            _ => {
                let files = open_files(&sources)?;
                let (first, last) = files.span();
                let from = sources.from.unwrap_or(first).max(first);
                (
                    (from, sources.to.unwrap_or(last).min(last)),
                    hash(&sources)?,
                )
            }
        };
        let mut past = Past {
            synthetic: false,
            sources,
            symbol: asked,
            history,
            corporate,
            span,
            sha256,
            notes,
            embedded: days,
        };
        // The first day tells: nobody mixes.
        past.synthetic = past
            .tape()?
            .next_day()?
            .is_some_and(|chain| chain.is_synthetic());
        Ok(past)
    }

    /// The tape from its first day.
    pub(crate) fn tape(&self) -> Result<Box<dyn Tape>, Error> {
        if self.embedded.is_empty() {
            return Ok(Box::new(open_files(&self.sources)?));
        }
        Ok(Box::new(Chains::new(self.embedded.clone())))
    }

    /// Closes before the first day of the tape.
    pub(crate) fn before(&self) -> History {
        let mut past = self.history.clone().unwrap_or(History {
            symbol: Some(self.symbol.clone()),
            days: Vec::new(),
            notes: Vec::new(),
            rows_read: 0,
        });
        let first = self.span.0;
        past.days.retain(|day| day.date < first);
        past
    }

    /// The close of a day by the price history.
    pub(crate) fn close(&self, date: Date) -> Option<f64> {
        let days = &self.history.as_ref()?.days;
        let place = days.binary_search_by_key(&date, |day| day.date).ok()?;
        Some(days[place].close_usd)
    }

    /// The names of the files, without folders.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |path: &PathBuf| {
            path.file_name().map_or_else(
                || path.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            )
        };
        if self.sources.data.is_empty() {
            return vec!["embedded sample".to_owned()];
        }
        self.sources
            .data
            .iter()
            .chain(&self.sources.history)
            .chain(&self.sources.events)
            .map(name)
            .collect()
    }
}

fn open_files(sources: &Sources) -> Result<Files, Error> {
    let options = Options {
        from: sources.from,
        to: sources.to,
        mapping: sources.mapping.clone(),
    };
    Ok(Files::open(&sources.data, &sources.symbols, options)?)
}

/// The underlying of the files, if they have one only.
fn only_symbol(sources: &Sources) -> Result<String, Error> {
    let mut symbols: Vec<String> = Vec::new();
    let mut unread = None;
    for path in files_of(&sources.data)? {
        match ingest::read_chains(
            &path,
            &ingest::Options {
                last_day_only: true,
                mapping: sources.mapping.clone(),
                ..ingest::Options::default()
            },
        ) {
            Ok(ingest) => symbols.extend(ingest.chains.into_iter().map(|chain| chain.symbol)),
            // Other files may do; where none does, the first says why.
            Err(error) => {
                unread.get_or_insert(error);
            }
        }
    }
    symbols.sort();
    symbols.dedup();
    match symbols.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(unread.map_or_else(
            || Error::NoSuchSymbol {
                wanted: "any".to_owned(),
                there: "none".to_owned(),
            },
            Error::Data,
        )),
        several => Err(Error::Usage(format!(
            "the data hold {}: name one with --symbol",
            several.join(", ")
        ))),
    }
}

/// Every file of files and folders, in order.
fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let io = |path: &Path, error: std::io::Error| Error::Io {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside = Vec::new();
            for entry in std::fs::read_dir(path).map_err(|error| io(path, error))? {
                let entry = entry.map_err(|error| io(path, error))?.path();
                if entry.is_file() {
                    inside.push(entry);
                }
            }
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn hash(sources: &Sources) -> Result<String, Error> {
    let mut hasher = Sha256::new();
    let mut paths = files_of(&sources.data)?;
    paths.extend(sources.history.clone());
    paths.extend(sources.events.clone());
    for path in paths {
        hasher.update(hash_of(&path).map_err(|error| Error::Io {
            path: path.clone(),
            why: error.to_string(),
        })?);
    }
    if let Some(mapping) = &sources.mapping {
        hasher.update(mapping.text());
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Of one file, a piece at a time.
fn hash_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.finalize().to_vec()),
            count => hasher.update(&piece[..count]),
        }
    }
}

fn embedded_days(symbol: &str, sources: &Sources) -> Result<Vec<Chain>, Error> {
    let options = ingest::Options {
        symbol: Some(symbol.to_owned()),
        as_of: sources.to,
        ..ingest::Options::default()
    };
    let ingest = read_chains_bytes("embedded sample", sample::CHAIN_PARQUET, &options)?;
    let within = |chain: &Chain| sources.from.is_none_or(|from| chain.as_of >= from);
    let days: Vec<Chain> = ingest.chains.into_iter().filter(within).collect();
    if days.is_empty() {
        return Err(Error::Usage(format!(
            "the embedded sample has days from {} to {}: none lies within --from and --to",
            sample::FIRST_DAY,
            sample::LAST_DAY
        )));
    }
    Ok(days)
}

/// Dividends and splits by the events file where it has any, else by the price history; delistings by the events file.
fn corporate(
    symbol: &str,
    names: &[String],
    history: Option<&History>,
    events: Option<&[Event]>,
    notes: &mut Vec<String>,
) -> Corporate {
    let mut corporate = Corporate::default();
    let own = |event: &&Event| {
        names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&event.symbol))
            || event.symbol == symbol
    };
    for event in events.unwrap_or_default().iter().filter(own) {
        match event.kind {
            EventKind::ExDividend { amount_usd } => {
                corporate.dividends.push((event.date, amount_usd))
            }
            EventKind::Split { ratio } => corporate.splits.push((event.date, ratio)),
            EventKind::Delisting { amount_usd } => {
                corporate.delisting = Some((event.date, amount_usd));
            }
            EventKind::Earnings => {}
        }
    }
    let days = history.map_or(&[][..], |history| &history.days);
    if corporate.dividends.is_empty() {
        let paid = days.iter().filter(|day| day.dividend_usd > 0.0);
        corporate.dividends = paid.map(|day| (day.date, day.dividend_usd)).collect();
    }
    if corporate.splits.is_empty() {
        let split = days.iter().filter(|day| day.split != 1.0);
        corporate.splits = split.map(|day| (day.date, day.split)).collect();
    }
    corporate.dividends.sort_by_key(|(date, _)| *date);
    corporate.splits.sort_by_key(|(date, _)| *date);
    if history.is_none() && events.is_none() {
        notes.push("no dividends and no splits are known: give --events or --history; a split that is not told looks like a fall".to_owned());
    }
    corporate
}
