//! A tape out of files: chains of one company from files and folders, in the order of their days, however long they are.
//!
//! Parquet files with the columns of the common schema, sorted by day, are read one day at a time, so memory is bounded by a
//! batch of rows and a day. Every other file that [`ingest`] knows is read whole when its first day comes, and
//! its days are dropped as they go. The same cleaning applies to both: no quote where nobody bids, crossed quotes refused, dead
//! volatilities left out, days on which the exchange was shut and copies of the day before dropped.
//!
//! Files may overlap. What several say about one contract on one day must be the same (a tenth of a thousandth of a cent is
//! forgiven); contracts that only one of them has are put together, as where calls and puts come in two files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Tape;
use crate::calendar::days_from_epoch;
use crate::ingest::days::{self, Day, Days, Outline, Scan};
use crate::ingest::{
    self, FileMapping, Ingest, Note, Seen, Split, copied, read_chains, sort_quotes,
};
use crate::{Chain, Error, Quote};

/// Days before the first wanted one that are read, so that a copy of the day before is known as one.
const CONTEXT_DAYS: i64 = 7;

/// How far two files' numbers may differ and still be the same, in dollars or in whatever the number is in.
const SAME: f64 = 1e-6;

/// Which days are wanted, and how files of unknown columns are read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The first day; without one, the first there is.
    pub from: Option<Date>,
    /// The last day; without one, the last there is.
    pub to: Option<Date>,
    /// The user's own mapping of columns, of every file. Each is read whole then.
    pub mapping: Option<Arc<FileMapping>>,
}

/// What was read and what was left out. Complete after the last day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files with rows of the company.
    pub files: usize,
    /// Files that were left aside; the notes say why.
    pub files_left: usize,
    /// Days handed out.
    pub days: usize,
    /// Quotes handed out.
    pub quotes: usize,
    /// Rows of the company that were looked at.
    pub rows: usize,
    /// Rows that were refused, by reason.
    pub refused: BTreeMap<&'static str, usize>,
    /// Days that were dropped because the exchange was shut.
    pub shut_days: usize,
    /// Days that were dropped as copies of the day before.
    pub copied_days: usize,
    /// Days handed out on which nothing has a bid or an ask: their prices are last trades, which may be days old.
    pub days_unquoted: usize,
    /// Days that a second file repeats or adds to.
    pub shared_days: usize,
}

/// Chains of one company, out of files.
pub struct Files {
    wanted: Vec<String>,
    from: Date,
    to: Date,
    mapping: Option<Arc<FileMapping>>,
    sources: Vec<Source>,
    span: (Date, Date),
    /// The last day that was kept, and its prices.
    before: Option<(Date, Vec<Seen>)>,
    /// Day, spot and mean logarithm of strikes of the last day.
    level: Option<(Date, f64, f64)>,
    counts: Counts,
    notes: BTreeMap<(String, String), (String, usize)>,
    splits: Vec<Split>,
}

/// One file.
struct Source {
    file: String,
    path: PathBuf,
    /// First and last day of the company in it.
    first: Date,
    last: Date,
    state: State,
    /// The day that comes next, if it has been read.
    next: Option<Chain>,
}

enum State {
    /// To be read one day at a time, and not opened yet.
    Outlined(Outline),
    /// To be read whole, and not read yet.
    Closed,
    Days(Box<Days>),
    Chains(VecDeque<Chain>),
}

impl Files {
    /// Looks at every file's days and symbols; nothing is kept of them in memory.
    ///
    /// `paths` are files, and folders of which every file that can be read counts, in the order of their names. `symbols` are
    /// the tickers that the company has had: a row of any of them counts.
    ///
    /// Errors: a path that is not there, a named file that cannot be read, a file that does not say its underlying while
    /// several symbols are given, no file of quotes at all, no row of any of the symbols, no day within the dates.
    pub fn open(paths: &[PathBuf], symbols: &[String], options: Options) -> Result<Files, Error> {
        let wanted: Vec<String> = symbols
            .iter()
            .map(|symbol| ingest::underlying_of(symbol))
            .collect();
        let mut files = Files {
            wanted,
            from: options.from.unwrap_or(Date::MIN),
            to: options.to.unwrap_or(Date::MAX),
            mapping: options.mapping.clone(),
            sources: Vec::new(),
            span: (Date::MIN, Date::MAX),
            before: None,
            level: None,
            counts: Counts::default(),
            notes: BTreeMap::new(),
            splits: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for path in paths {
            if path.is_dir() {
                for file in folder(path)? {
                    if let Err(error) = files.look(&file, &mut seen) {
                        files.counts.files_left += 1;
                        files.note(&file.display().to_string(), "left aside", error.to_string());
                    }
                }
            } else {
                files.look(path, &mut seen)?;
            }
        }
        files.check(paths, &seen, &options)?;
        Ok(files)
    }

    /// What should be known about the files and days so far: the file, and a sentence.
    pub fn notes(&self) -> Vec<(String, String)> {
        let said = |((file, _), (text, more)): (&(String, String), &(String, usize))| {
            let text = match more {
                0 => text.clone(),
                more => format!("{text} (the first of {} such notes)", more + 1),
            };
            (file.clone(), text)
        };
        self.notes.iter().map(said).collect()
    }

    /// What was read and left out so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Splits that the prices and strikes themselves show so far: to be held against those that are known.
    pub fn splits_seen(&self) -> &[Split] {
        &self.splits
    }

    /// The first and last day of the company in the files, whatever was asked for.
    pub fn span(&self) -> (Date, Date) {
        self.span
    }

    /// Finds out what days of the company a file holds.
    fn look(&mut self, path: &Path, seen: &mut BTreeSet<String>) -> Result<(), Error> {
        let file = path.display().to_string();
        if !path.exists() {
            return Err(Error::Missing { file });
        }
        let scan = match self.mapping {
            Some(_) => Scan::Whole,
            None => days::scan(path, &self.wanted)?,
        };
        let (span, state) = match scan {
            Scan::Days(outline) => {
                seen.extend(outline.symbols.iter().cloned());
                (outline.span(), State::Outlined(outline))
            }
            Scan::Whole => {
                let (chains, _) = self.whole(path, seen)?;
                let days = chains.iter().map(|chain| chain.as_of);
                (days.clone().min().zip(days.max()), State::Closed)
            }
        };
        let Some((first, last)) = span else {
            self.counts.files_left += 1;
            let text = format!("holds no quote of {}", self.wanted.join(" or "));
            self.note(&file, "left aside", text);
            return Ok(());
        };
        self.counts.files += 1;
        self.sources.push(Source {
            file,
            path: path.to_owned(),
            first,
            last,
            state,
            next: None,
        });
        Ok(())
    }

    /// Reads a whole file: the company's chains by day, and what became of its rows. No chain if it has no row of the company.
    fn whole(
        &self,
        path: &Path,
        seen: &mut BTreeSet<String>,
    ) -> Result<(Vec<Chain>, Vec<Ingest>), Error> {
        let (mut chains, mut ingests) = (Vec::new(), Vec::new());
        for symbol in &self.wanted {
            let options = ingest::Options {
                symbol: Some(symbol.clone()),
                mapping: self.mapping.clone(),
                ..ingest::Options::default()
            };
            match read_chains(path, &options) {
                Ok(mut ingest) => {
                    seen.insert(symbol.clone());
                    chains.append(&mut ingest.chains);
                    ingests.push(ingest);
                }
                Err(Error::SymbolAbsent { seen: there, .. }) => seen.extend(there),
                Err(error) => return Err(error),
            }
        }
        chains.sort_by_key(|chain| chain.as_of);
        for pair in chains.windows(2) {
            if pair[0].as_of == pair[1].as_of {
                return Err(two_names(&path.display().to_string(), &pair[0], &pair[1]));
            }
        }
        Ok((chains, ingests))
    }

    /// Is there anything to hand out?
    fn check(
        &mut self,
        paths: &[PathBuf],
        seen: &BTreeSet<String>,
        options: &Options,
    ) -> Result<(), Error> {
        let names = |paths: &[PathBuf]| {
            let names: Vec<String> = paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            names.join(", ")
        };
        if seen.is_empty() {
            let left = self.notes.iter().next();
            return Err(Error::NoQuoteFiles {
                paths: names(paths),
                left: left.map_or("nothing is there".to_owned(), |((file, _), (why, _))| {
                    format!(
                        "{} left aside, the first is {file}: {why}",
                        self.counts.files_left
                    )
                }),
            });
        }
        if self.sources.is_empty() {
            return Err(Error::SymbolAbsent {
                file: names(paths),
                symbol: self.wanted.join(" or "),
                seen: seen.iter().cloned().collect(),
            });
        }
        for symbol in self.wanted.clone() {
            if !seen.contains(&symbol) {
                let text = format!("no file holds {symbol}; check the spelling");
                self.note(&names(paths), &symbol, text);
            }
        }
        let first = self.sources.iter().map(|source| source.first).min();
        let last = self.sources.iter().map(|source| source.last).max();
        self.span = (first.unwrap_or(Date::MIN), last.unwrap_or(Date::MAX));
        let within = |source: &Source| source.first <= self.to && self.from <= source.last;
        if !self.sources.iter().any(within) {
            return Err(Error::NoDayInRange {
                symbol: self.wanted.join(" or "),
                from: options.from,
                to: options.to,
                first: self.span.0,
                last: self.span.1,
            });
        }
        let (context, to) = (self.context(), self.to);
        self.sources
            .retain(|source| source.first <= to && context <= source.last);
        Ok(())
    }

    /// The first day that is read.
    fn context(&self) -> Date {
        self.from.saturating_sub(CONTEXT_DAYS.days())
    }

    /// Keeps a note; of several of one kind about one file, the first and how many there are.
    fn note(&mut self, file: &str, kind: &str, text: String) {
        self.notes
            .entry((file.to_owned(), kind.to_owned()))
            .and_modify(|(_, more)| *more += 1)
            .or_insert((text, 0));
    }

    fn take_notes(&mut self, file: &str, notes: &[Note]) {
        for note in notes {
            match note {
                Note::HolidayDropped { .. } => self.counts.shut_days += 1,
                Note::StaleCopyDropped { .. } => self.counts.copied_days += 1,
                // Seen over all files, below.
                Note::SplitLike(_) => continue,
                // Counted over all files.
                Note::NoQuotes { .. } => continue,
                // Said of a file of many symbols that was asked for one.
                Note::OtherSymbolsIgnored { .. } => continue,
                _ => {}
            }
            let kind = format!("{note:?}");
            let kind = kind.split([' ', '(', '{']).next().unwrap_or_default();
            self.note(file, kind, note.to_string());
        }
    }

    /// Reads the next day of a source, unless it is there already or there is none.
    fn fill(&mut self, at: usize) -> Result<(), Error> {
        let context = self.context();
        let source = &mut self.sources[at];
        let (path, file) = (source.path.clone(), source.file.clone());
        if let State::Outlined(outline) = &source.state {
            let days = Days::open(&path, &self.wanted, outline, context, self.to)?;
            source.state = State::Days(Box::new(days));
        }
        if let State::Closed = &source.state {
            let (chains, ingests) = self.whole(&path, &mut BTreeSet::new())?;
            for ingest in ingests {
                self.take_notes(&file, &ingest.notes);
                self.counts.rows += ingest.rows_read;
                for (reason, rows) in ingest.refused_counts {
                    *self.counts.refused.entry(reason).or_insert(0) += rows;
                }
            }
            self.sources[at].state = State::Chains(chains.into());
        }
        while self.sources[at].next.is_none() {
            let next = match &mut self.sources[at].state {
                State::Chains(chains) => {
                    let Some(chain) = chains.pop_front() else {
                        break;
                    };
                    Some(chain)
                }
                State::Days(days) => {
                    let Some(day) = days.next_day()? else { break };
                    self.counted(&file, day)
                }
                State::Outlined(_) | State::Closed => break,
            };
            if next.as_ref().is_some_and(|chain| self.to < chain.as_of) {
                self.sources[at].state = State::Chains(VecDeque::new());
                break;
            }
            self.sources[at].next = next.filter(|chain| context <= chain.as_of);
        }
        Ok(())
    }

    /// The chain of a day, once what became of its rows is written down.
    fn counted(&mut self, file: &str, day: Day) -> Option<Chain> {
        if self.from <= day.date && day.date <= self.to {
            self.counts.rows += day.rows;
            for (reason, rows) in &day.refused {
                *self.counts.refused.entry(reason).or_insert(0) += rows;
            }
            self.take_notes(file, &day.notes);
        }
        day.chain
    }

    /// The next day of all files together.
    fn merged(&mut self) -> Result<Option<Chain>, Error> {
        // A file is opened when its first day may be the next one.
        let due = |source: &Source| match (&source.next, &source.state) {
            (Some(chain), _) => Some(chain.as_of),
            (None, State::Outlined(_) | State::Closed) => Some(source.first),
            (None, _) => None,
        };
        let mut date;
        loop {
            let Some(first) = self.sources.iter().filter_map(due).min() else {
                return Ok(None);
            };
            date = first;
            let waiting = (0..self.sources.len()).find(|&at| {
                let source = &self.sources[at];
                source.next.is_none() && due(source) == Some(date)
            });
            let Some(at) = waiting else { break };
            self.fill(at)?;
        }
        let mut merged: Option<(Chain, String)> = None;
        for at in 0..self.sources.len() {
            let source = &mut self.sources[at];
            if source.next.as_ref().is_none_or(|chain| chain.as_of != date) {
                continue;
            }
            let file = source.file.clone();
            if let Some(chain) = source.next.take() {
                match &mut merged {
                    None => merged = Some((chain, file)),
                    Some((first, first_file)) => {
                        self.counts.shared_days += 1;
                        join(first, first_file, chain, &file)?;
                    }
                }
            }
            self.fill(at)?;
        }
        Ok(merged.map(|(chain, _)| chain))
    }

    /// Notices a split between the last day and this one.
    fn look_for_split(&mut self, chain: &Chain) {
        let Some(spot_usd) = chain.spot_usd.filter(|_| !chain.quotes.is_empty()) else {
            return;
        };
        let strikes = chain.quotes.iter().map(|quote| quote.contract.strike_usd);
        let mean = strikes.map(f64::ln).sum::<f64>() / chain.quotes.len() as f64;
        if let Some((before, old_usd, old_mean)) = self.level
            && days_from_epoch(chain.as_of) - days_from_epoch(before) <= 10
            && let Some(ratio) = ingest::splits::split_ratio(old_usd, spot_usd)
            // A crash leaves the strikes where they were; a split takes them along.
            && (old_mean - mean) / ratio.ln() > 0.5
        {
            self.splits.push(Split {
                symbol: chain.symbol.clone(),
                date: chain.as_of,
                ratio,
            });
        }
        self.level = Some((chain.as_of, spot_usd, mean));
    }
}

impl Tape for Files {
    fn next_day(&mut self) -> Result<Option<Chain>, Error> {
        while let Some(chain) = self.merged()? {
            let seen: Vec<Seen> = chain.quotes.iter().map(Seen::of).collect();
            if let Some((before, old)) = &self.before
                && let Some(share) = copied(*before, old, chain.as_of, seen.iter().copied())
            {
                let note = Note::StaleCopyDropped {
                    symbol: chain.symbol.clone(),
                    date: chain.as_of,
                    copies: *before,
                    share,
                    rows: chain.quotes.len(),
                };
                if self.from <= chain.as_of {
                    self.take_notes("all files", &[note]);
                }
                continue;
            }
            self.before = Some((chain.as_of, seen));
            self.look_for_split(&chain);
            if chain.as_of < self.from {
                continue;
            }
            self.counts.days += 1;
            self.counts.quotes += chain.quotes.len();
            let quoted = |quote: &Quote| quote.bid_usd.is_some() || quote.ask_usd.is_some();
            self.counts.days_unquoted += usize::from(!chain.quotes.iter().any(quoted));
            return Ok(Some(chain));
        }
        Ok(None)
    }
}

/// The files of a folder by name; hidden ones are not meant.
fn folder(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |cause: std::io::Error| Error::Unreadable {
        file: path.display().to_string(),
        cause: cause.to_string(),
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let hidden = file
            .file_name()
            .is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if file.is_file() && !hidden {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn two_names(file: &str, first: &Chain, second: &Chain) -> Error {
    Error::TwoNames {
        file: file.to_owned(),
        date: first.as_of,
        first: first.symbol.clone(),
        second: second.symbol.clone(),
    }
}

/// Adds what a second file says about a day to what the first one said.
fn join(
    first: &mut Chain,
    first_file: &str,
    second: Chain,
    second_file: &str,
) -> Result<(), Error> {
    if first.symbol != second.symbol {
        return Err(two_names(
            &format!("{first_file} and {second_file}"),
            first,
            &second,
        ));
    }
    let differ = |what| Error::FilesDiffer {
        date: second.as_of,
        first: first_file.to_owned(),
        second: second_file.to_owned(),
        what,
    };
    if let (Some(a), Some(b)) = (first.spot_usd, second.spot_usd)
        && (a - b).abs() > SAME
    {
        return Err(differ(format!("the spot is ${b} and ${a}")));
    }
    first.spot_usd = first.spot_usd.or(second.spot_usd);
    first.rate = first.rate.or(second.rate);
    let mut added = Vec::new();
    for quote in second.quotes {
        let key = |quote: &Quote| {
            let contract = &quote.contract;
            (contract.expiry, contract.strike_usd, contract.right)
        };
        let found = first.quotes.binary_search_by(|own| {
            let ((a, b, c), (x, y, z)) = (key(own), key(&quote));
            a.cmp(&x).then(b.total_cmp(&y)).then(c.cmp(&z))
        });
        match found {
            Err(_) => added.push(quote),
            Ok(at) => {
                if let Some(what) = difference(&first.quotes[at], &quote) {
                    let Quote { contract, .. } = &quote;
                    return Err(Error::FilesDiffer {
                        date: second.as_of,
                        first: first_file.to_owned(),
                        second: second_file.to_owned(),
                        what: format!(
                            "of the {} {} {:?}, {what}",
                            contract.expiry, contract.strike_usd, contract.right
                        ),
                    });
                }
            }
        }
    }
    if !added.is_empty() {
        first.quotes.append(&mut added);
        sort_quotes(&mut first.quotes);
    }
    Ok(())
}

/// What two files say differently about one contract.
fn difference(a: &Quote, b: &Quote) -> Option<String> {
    let show = |value: Option<f64>| value.map_or("nothing".to_owned(), |value| value.to_string());
    let numbers = [
        ("bid", a.bid_usd, b.bid_usd),
        ("ask", a.ask_usd, b.ask_usd),
        ("last price", a.last_usd, b.last_usd),
        ("volatility", a.iv, b.iv),
        (
            "volume",
            a.volume.map(|n| n as f64),
            b.volume.map(|n| n as f64),
        ),
        (
            "open interest",
            a.open_interest.map(|n| n as f64),
            b.open_interest.map(|n| n as f64),
        ),
    ];
    numbers.into_iter().find_map(|(what, a, b)| {
        let same = match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= SAME,
            (None, None) => true,
            _ => false,
        };
        (!same).then(|| format!("the {what} is {} and {}", show(b), show(a)))
    })
}

#[cfg(test)]
mod tests;
