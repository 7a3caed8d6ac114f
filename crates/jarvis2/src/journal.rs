//! The diary as commands: notes, fills of the broker, the report; and the plan's way into it.
//!
//! What is printed as kept is on the disk (`synchronous=FULL`). Money is whole cents everywhere.

mod apply;
mod bring;
pub(crate) mod contract;
pub(crate) mod formats;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
pub(crate) mod import;
pub(crate) mod keep;
pub(crate) mod lots;
pub(crate) mod matching;
pub(crate) mod report;
pub(crate) mod store;

use crate::account::same_symbol;
use crate::cli::{ConfigArgs, done, load, pretty};
use crate::config::Config;
use crate::engine::Made;
use crate::error::Error;
use crate::recall;
use clap::{Args, Subcommand};
use experience::{Durability, Note, Reader};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use store::{Place, midnight_ms, moment};

#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Keep a note; prints its number once it is on the disk.
    Add(AddArgs),
    /// List notes and fills, oldest first.
    List(ListArgs),
    /// Read a broker's file of transactions (CSV). Reading it again adds nothing twice.
    Import(ImportArgs),
    /// Enter fills into an account file and write that of the day after; the journal keeps them too.
    Apply(Box<apply::ApplyArgs>),
    /// Premium by the day cash moved and by the day the trade ended, both adding up to cash; trades, rolls, open positions.
    Report(ReportArgs),
}

impl JournalCommand {
    /// Whether JSON is asked for.
    pub(crate) fn json(&self) -> bool {
        match self {
            JournalCommand::Add(args) => args.json,
            JournalCommand::List(args) => args.json,
            JournalCommand::Import(args) => args.json,
            JournalCommand::Apply(args) => args.json,
            JournalCommand::Report(args) => args.json,
        }
    }
}

/// Which diary.
#[derive(Debug, Args)]
pub(crate) struct DbArgs {
    /// The diary. Default: `diary.file` of the configuration, else jarvis2/diary.sqlite in the user's data folder.
    #[arg(long, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

impl DbArgs {
    pub(crate) fn place(&self) -> Result<Place, Error> {
        store::place(self.db.as_deref(), &load(&self.config, Vec::new())?.config)
    }

    /// The diary for reading; `None`, and a remark, where there is none yet.
    pub(crate) fn reader(&self) -> Result<(Place, Option<Reader>), Error> {
        let place = self.place()?;
        let reader = store::reader(&place)?;
        if reader.is_none() {
            crate::asked::note(format!(
                "there is no diary at {} yet: the first plan or note makes it",
                place.path.display()
            ));
        }
        Ok((place, reader))
    }
}

/// Which entries.
#[derive(Debug, Args)]
pub(crate) struct WhichArgs {
    /// Only this underlying.
    #[arg(long, short)]
    pub(crate) symbol: Option<String>,
    /// First day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<Date>,
    /// Last day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) to: Option<Date>,
}

impl WhichArgs {
    /// The symbol as it is kept.
    pub(crate) fn symbol(&self) -> Option<String> {
        self.symbol
            .as_deref()
            .map(|symbol| symbol.trim().trim_start_matches('^').to_uppercase())
    }

    /// First moment, and the first that is too late.
    pub(crate) fn window_ms(&self) -> Result<(i64, i64), Error> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Error::Usage(format!(
                "--from {from} lies after --to {to}: swap them"
            )));
        }
        let from = self.from.map_or(i64::MIN, midnight_ms);
        let until = self.to.map_or(i64::MAX, |to| midnight_ms(to) + 86_400_000);
        Ok((from, until))
    }
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The text.
    #[arg(long)]
    note: String,
    /// The underlying it is about.
    #[arg(long, short)]
    symbol: Option<String>,
    /// The record it is about, such as a decision of `jarvis2 history`.
    #[arg(long, value_name = "ID")]
    about: Option<i64>,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    db: DbArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    db: DbArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file: our own columns, or those of Schwab, Fidelity, tastytrade or Robinhood (docs/journal.md).
    #[arg(value_name = "FILE")]
    statement: PathBuf,
    /// Only say what would be kept and what would be refused.
    #[arg(long)]
    dry_run: bool,
    /// Keep rows, too, that the journal has from another source, such as `journal apply` in words: they happened once more.
    #[arg(long)]
    again: bool,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    db: DbArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    db: DbArgs,
}

/// Runs a command of the journal.
pub(crate) fn run(command: &JournalCommand) -> Result<u8, Error> {
    match command {
        JournalCommand::Add(args) => add(args),
        JournalCommand::List(args) => list(args),
        JournalCommand::Import(args) => import::run(args),
        JournalCommand::Apply(args) => apply::run(args),
        JournalCommand::Report(args) => report::run(&args.which, args.json, &args.db),
    }
}

fn add(args: &AddArgs) -> Result<u8, Error> {
    let place = args.db.place()?;
    let note = Note {
        about: args.about.map(experience::RecordId),
        symbol: args
            .symbol
            .as_deref()
            .map(|symbol| symbol.trim().to_uppercase())
            .filter(|symbol| !symbol.is_empty()),
        written_at_ms: store::now_ms(),
        kind: "note".to_owned(),
        body: args.note.clone(),
    };
    let mut diary = store::writer(&place)?;
    let id = diary.write(Durability::Full, |page| page.note(&note))?;
    Ok(if args.json {
        done(&serde_json::json!({ "id": id.0, "db": place.path.display().to_string() }).to_string())
    } else {
        done(&id.to_string())
    })
}

/// One line of the list.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Entry {
    id: i64,
    /// `note`, or what the fill is.
    pub(crate) kind: String,
    at: String,
    at_ms: i64,
    symbol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_usd_per_share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fees_cents: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cash_cents: Option<i64>,
}

fn entries(reader: &Reader, which: &WhichArgs) -> Result<Vec<Entry>, Error> {
    let (from, until) = which.window_ms()?;
    let symbol = which.symbol();
    let wanted = |of: Option<&str>| {
        let is_it = |symbol: &str| of.is_some_and(|of| same_symbol(of, symbol));
        symbol.as_deref().is_none_or(is_it)
    };
    let notes = reader.notes(from, until)?.into_iter();
    let notes = notes
        .filter(|(_, note)| wanted(note.symbol.as_deref()))
        .map(|(id, note)| Entry {
            id: id.0,
            kind: note.kind,
            at: moment(note.written_at_ms),
            at_ms: note.written_at_ms,
            symbol: note.symbol,
            about: note.about.map(|id| id.0),
            note: Some(note.body),
            contract: None,
            quantity: None,
            price_usd_per_share: None,
            fees_cents: None,
            cash_cents: None,
        });
    let fills = reader.fills(from, until)?.into_iter();
    let fills = fills
        .filter(|(_, fill)| wanted(Some(&fill.symbol)))
        .map(|(id, fill)| Entry {
            id: id.0,
            kind: fill.kind.name().to_owned(),
            at: moment(fill.filled_at_ms),
            at_ms: fill.filled_at_ms,
            symbol: Some(fill.symbol),
            about: fill.decision.map(|id| id.0),
            note: None,
            contract: Some(fill.contract),
            quantity: Some(fill.quantity),
            price_usd_per_share: Some(fill.price_per_share),
            fees_cents: Some(fill.fees_cents),
            cash_cents: Some(fill.cash_cents),
        });
    let mut entries: Vec<Entry> = notes.chain(fills).collect();
    entries.sort_by_key(|entry| (entry.at_ms, entry.id));
    Ok(entries)
}

fn list(args: &ListArgs) -> Result<u8, Error> {
    let (place, reader) = args.db.reader()?;
    let entries = match &reader {
        Some(reader) => entries(reader, &args.which)?,
        None => Vec::new(),
    };
    if args.json {
        return Ok(done(&pretty(&serde_json::json!({
            "db": place.path.display().to_string(),
            "entries": entries,
        }))?));
    }
    let mut text = String::new();
    for entry in &entries {
        let symbol = entry.symbol.as_deref().unwrap_or("-");
        let what = match (&entry.note, &entry.contract) {
            (Some(note), _) => safe(note),
            (None, Some(contract)) => format!(
                "{} {} at {}, fees {}, cash {}",
                entry.quantity.unwrap_or(0),
                safe(contract),
                entry.price_usd_per_share.unwrap_or(0.0),
                report::dollars(entry.fees_cents.unwrap_or(0)),
                report::dollars(entry.cash_cents.unwrap_or(0)),
            ),
            (None, None) => String::new(),
        };
        text.push_str(&format!(
            "{:>6}  {:20}  {:9}  {:8}  {what}\n",
            entry.id,
            entry.at,
            entry.kind,
            safe(symbol)
        ));
    }
    if entries.is_empty() {
        text.push_str("nothing is kept for these days\n");
    }
    Ok(done(&text))
}

/// Text from a file or a user without control characters: they never reach the terminal.
pub(crate) fn safe(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// The diary as a plan uses it.
pub(crate) enum Diary {
    /// Switched off.
    Off,
    /// At this place.
    At(Place),
    /// There is no place for it, and nobody named one.
    Nowhere(String),
}

impl Diary {
    /// Where this plan is kept, if anywhere.
    pub(crate) fn of_plan(db: Option<&Path>, off: bool, config: &Config) -> Diary {
        if off || (db.is_none() && !config.diary.keep) {
            return Diary::Off;
        }
        match store::place(db, config) {
            Ok(place) => Diary::At(place),
            Err(error) => Diary::Nowhere(error.to_string()),
        }
    }

    /// Looks for earlier situations like the plan's. What goes wrong is said in the plan, and told again when the plan is kept.
    pub(crate) fn recall(&self, made: &mut Made, as_of: Date) {
        let view = &mut made.plan.recall;
        let place = match self {
            Diary::At(place) => place,
            Diary::Off => {
                view.diary_note = "n/a (the diary is switched off)".to_owned();
                view.since_note = view.diary_note.clone();
                return;
            }
            Diary::Nowhere(why) => {
                view.diary_note = format!("n/a ({why})");
                view.since_note = view.diary_note.clone();
                return;
            }
        };
        // No file and a file without an earlier day are the same answer: the first run of a plan and the second say the same.
        view.diary_note = format!("n/a (the diary has no earlier day than {as_of})");
        view.since_note = recall::since::none(&made.plan.symbol, as_of);
        if !place.path.exists() {
            return;
        }
        let found = store::reader(place).and_then(|reader| match reader {
            Some(reader) => {
                let numbers = &made.encoding[..];
                let view = &mut made.plan.recall;
                recall::diary::recall(view, &reader, numbers, as_of, &made.source)?;
                let found = recall::since::find(made, &reader, as_of)?;
                (made.plan.recall.since, made.plan.recall.since_note) = found;
                Ok(())
            }
            None => Ok(()),
        });
        if let Err(error) = found {
            let view = &mut made.plan.recall;
            view.diary.clear();
            view.diary_note = format!("n/a (the diary could not be read: {error})");
            view.since = None;
            view.since_note = view.diary_note.clone();
        }
    }

    /// Keeps the plan. Without `--db` a diary that cannot be written is a remark, because the plan itself is good.
    pub(crate) fn keep(&self, made: &Made, json: &str) -> Result<(), Error> {
        let place = match self {
            Diary::Off => return Ok(()),
            Diary::Nowhere(why) => {
                crate::asked::note(format!("not kept in a diary: {why}"));
                return Ok(());
            }
            Diary::At(place) => place,
        };
        let plain = crate::report::TextStyle {
            color: false,
            unicode: true,
        };
        let text = crate::report::text(&made.plan, &plain);
        let kept = store::writer(place)
            .and_then(|mut diary| keep::keep(&mut diary, made, &text, json, store::now_ms()));
        match kept {
            Ok(keep::Kept::New(id)) => {
                crate::asked::note(format!(
                    "kept in the diary: decision {id} in {}",
                    place.path.display()
                ));
                Ok(())
            }
            Ok(keep::Kept::Again(id, looks)) => {
                crate::asked::note(format!(
                    "kept in the diary already: decision {id} in {}, looked at {looks} times",
                    place.path.display()
                ));
                Ok(())
            }
            Err(error) if place.named => {
                crate::asked::note(format!(
                    "jarvis2: the plan above is complete, but it was not kept in the diary: {error}"
                ));
                Err(Error::Said(Box::new(error)))
            }
            Err(error) => {
                crate::asked::note(format!(
                    "not kept in the diary: {error}. Name another file with --db, or switch the diary off with --no-diary"
                ));
                Ok(())
            }
        }
    }
}
