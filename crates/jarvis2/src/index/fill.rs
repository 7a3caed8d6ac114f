//! `add`, `link` and `remove`: what goes into the folder.

use super::{AddArgs, LinkArgs, RemoveArgs, RowArgs, counted, ids, open, read};
use crate::cli;
use crate::error::Error;
use crate::progress::Progress;
use index::import::{Columns, RowId, Rows, Source};
use index::{Index, Update};
use serde::Serialize;
use serde_json::json;
use std::path::Path;

/// Rows written in one durable step.
const AT_ONCE: usize = crate::memory::ROWS_AT_ONCE;
/// Refused rows that are listed; the others are counted.
const LISTED: usize = 20;

/// A row that was not taken.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    /// Row of the file, from 0.
    row: u64,
    id: String,
    why: String,
}

/// What became of a file of vectors.
#[derive(Debug, Default, Serialize)]
pub(super) struct Poured {
    pub(super) rows_read: u64,
    pub(super) rows_in_file: u64,
    pub(super) added: u64,
    pub(super) replaced: u64,
    /// The same record had the same vector already.
    pub(super) unchanged: u64,
    pub(super) refused: u64,
    pub(super) first_refused: Vec<Refused>,
    pub(super) interrupted: bool,
    /// Record of each row, in the order of the file.
    #[serde(skip)]
    pub(super) records: Vec<Option<i64>>,
}

impl Poured {
    pub(super) fn text(&self, file: &Path, dimensions: usize) -> String {
        let mut text = format!(
            "{}: {} of {dimensions} numbers read; {} added, {} replaced, {} there already, {} refused\n",
            file.display(),
            counted(self.rows_read, "vector", "vectors"),
            self.added,
            self.replaced,
            self.unchanged,
            self.refused
        );
        for refused in &self.first_refused {
            text += &format!(
                "  row {} (id {}): {}\n",
                refused.row, refused.id, refused.why
            );
        }
        let more = self.refused - self.first_refused.len() as u64;
        if more > 0 {
            text += &format!("  and {more} more\n");
        }
        text
    }
}

/// Opens a file of vectors as it was meant.
pub(super) fn source(path: &Path, rows: &RowArgs) -> Result<(Source, Option<Vec<String>>), Error> {
    let columns = Columns {
        vectors: rows.column.clone(),
        ids: rows.id_column.clone(),
    };
    let source = Source::open(path, &columns)?;
    let given = rows.ids.as_deref().map(read::ids).transpose()?;
    if let (Some(given), Some(file)) = (&given, &rows.ids)
        && given.len() as u64 != source.count()
    {
        return Err(Error::Usage(format!(
            "{} has {} ids, {} has {} rows; one id a row is needed",
            file.display(),
            given.len(),
            path.display(),
            source.count()
        )));
    }
    Ok((source, given))
}

/// Puts the rows of a file into the index, in durable steps, until its end or Ctrl-C.
pub(super) fn pour(
    index: &mut Index,
    source: &mut Source,
    given: Option<&[String]>,
    args: &RowArgs,
    progress: &Progress,
) -> Result<Poured, Error> {
    let mut poured = Poured {
        rows_in_file: source.count(),
        ..Poured::default()
    };
    let dimensions = source.dimensions();
    let mut rows = Rows::default();
    progress.stage("vectors");
    loop {
        progress.breathe();
        if progress.stopped() {
            poured.interrupted = true;
            break;
        }
        if !source.next(AT_ONCE, &mut rows)? {
            break;
        }
        index.set_threads(progress.workers());
        let step = index.update(|change| {
            let mut step = Poured::default();
            for (place, vector) in rows.values.chunks_exact(dimensions).enumerate() {
                let row = rows.first + place as u64;
                let id = match (given, rows.ids.get(place)) {
                    (Some(given), _) => given.get(row as usize).cloned().unwrap_or_default(),
                    (None, Some(RowId::Number(number))) => number.to_string(),
                    (None, Some(RowId::Name(name))) => name.clone(),
                    (None, None) => {
                        (args.first_id.unwrap_or(0).saturating_add_unsigned(row)).to_string()
                    }
                };
                put(change, &mut step, row, id, vector, args.replace)?;
            }
            Ok(step)
        })?;
        poured.rows_read += (rows.values.len() / dimensions) as u64;
        poured.added += step.added;
        poured.replaced += step.replaced;
        poured.unchanged += step.unchanged;
        poured.refused += step.refused;
        let room = LISTED.saturating_sub(poured.first_refused.len());
        poured
            .first_refused
            .extend(step.first_refused.into_iter().take(room));
        poured.records.extend(step.records);
        progress.fraction(poured.rows_read as f64 / poured.rows_in_file.max(1) as f64);
        progress.count("vectors", poured.rows_read as f64);
    }
    if poured.added + poured.replaced > 0 {
        progress.stage("snapshot");
        index.snapshot()?;
    }
    Ok(poured)
}

fn put(
    change: &mut Update<'_>,
    step: &mut Poured,
    row: u64,
    id: String,
    vector: &[f32],
    replace: bool,
) -> Result<(), index::Error> {
    let record = match ids::record_or_new(change, &id)? {
        _ if vector.iter().all(|x| x.is_nan()) => {
            Err("it has no numbers, a hole, or another count of them than the first row".to_owned())
        }
        None if id.trim().is_empty() => Err("its id is missing".to_owned()),
        None => Err("its id is a number that names are kept under".to_owned()),
        Some(record) => match change.vector_of(record)? {
            Some(old) if old == vector => {
                step.unchanged += 1;
                step.records.push(Some(record));
                return Ok(());
            }
            Some(_) if !replace => Err(
                "it has another vector already; --replace takes the new one, --first-id numbers on"
                    .to_owned(),
            ),
            old => match change.vector(record, vector) {
                Ok(()) => {
                    if old.is_some() {
                        step.replaced += 1;
                    } else {
                        step.added += 1;
                    }
                    Ok(record)
                }
                Err(index::Error::Vector { why }) => Err(why),
                Err(error) => return Err(error),
            },
        },
    };
    match record {
        Ok(record) => step.records.push(Some(record)),
        Err(why) => {
            step.records.push(None);
            step.refused += 1;
            if step.first_refused.len() < LISTED {
                step.first_refused.push(Refused { row, id, why });
            }
        }
    }
    Ok(())
}

/// `jarvis2 index add`.
pub(super) fn add(args: &AddArgs) -> Result<u8, Error> {
    let place = &args.place;
    if args.vectors.is_none() && args.text.is_empty() && args.note.is_none() && args.facts.is_none()
    {
        return Err(Error::Usage(
            "nothing to add: name --vectors, --text, --note or --facts".to_owned(),
        ));
    }
    if args.vectors.is_none() && (args.rows.ids.is_some() || args.rows.replace) {
        return Err(Error::Usage(
            "--ids and --replace go with --vectors".to_owned(),
        ));
    }
    // All that is small is read before anything is written.
    let mut vectors = args
        .vectors
        .as_deref()
        .map(|path| source(path, &args.rows))
        .transpose()?;
    let mut texts = read::texts(&args.text)?;
    if let (Some(id), Some(note)) = (&args.id, &args.note) {
        texts.push((id.clone(), note.clone()));
    }
    let facts = args.facts.as_deref().map(read::facts).transpose()?;
    let (governor, progress) = place.govern("index add", args.behind.background);
    let coming = vectors
        .as_ref()
        .map(|(source, _)| (source.dimensions(), source.count()));
    let mut owned = open(&place.db, coming, &governor)?;
    let index = &mut owned.index;
    let mut poured = None;
    if let (Some((source, given)), Some(path)) = (&mut vectors, &args.vectors) {
        let dimensions = source.dimensions();
        let done = pour(index, source, given.as_deref(), &args.rows, &progress)?;
        poured = Some((done, path, dimensions));
    }
    let stopped = |progress: &Progress| progress.stopped();
    let mut texts_added = 0;
    progress.stage("texts");
    for part in texts.chunks(256) {
        progress.breathe();
        if stopped(&progress) {
            break;
        }
        index.update(|change| {
            for (id, body) in part {
                let record = named(change, id)?;
                change.remove_texts_of(record, &args.kind)?;
                change.text(record, &args.kind, body)?;
            }
            Ok(())
        })?;
        texts_added += part.len();
        progress.fraction(texts_added as f64 / texts.len() as f64);
    }
    let mut facts_added = 0;
    if let Some(facts) = &facts {
        progress.stage("facts");
        for part in facts.rows.chunks(AT_ONCE) {
            if stopped(&progress) {
                break;
            }
            index.update(|change| {
                for (name, dates) in &facts.columns {
                    if *dates {
                        change.put(&read::date_key(name), &[1])?;
                    } else {
                        change.remove(&read::date_key(name))?;
                    }
                }
                for (id, cells) in part {
                    let record = named(change, id)?;
                    for ((name, _), cell) in facts.columns.iter().zip(cells) {
                        change.facet(record, name, cell.as_ref())?;
                    }
                }
                Ok(())
            })?;
            facts_added += part.len();
        }
    }
    progress.finish();
    let facts_wanted = facts.as_ref().map_or(0, |facts| facts.rows.len());
    let cut = poured.as_ref().is_some_and(|(done, ..)| done.interrupted)
        || texts_added < texts.len()
        || facts_added < facts_wanted;
    let mut text = String::new();
    if let Some((done, path, dimensions)) = &poured {
        text += &done.text(path, *dimensions);
    }
    if !texts.is_empty() {
        text += &format!(
            "{} of kind {} added\n",
            counted(texts_added as u64, "text", "texts"),
            args.kind
        );
    }
    if let Some(facts) = &facts {
        let names: Vec<&str> = facts
            .columns
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        text += &format!(
            "facts of {} added: {}\n",
            counted(facts_added as u64, "record", "records"),
            names.join(", ")
        );
    }
    if place.json {
        let value = json!({
            "db": place.db,
            "vectors": poured.as_ref().map(|(done, ..)| done),
            "texts_added": texts_added,
            "records_with_facts_added": facts_added,
            "interrupted": cut,
        });
        cli::done(&value.to_string());
    } else {
        cli::done(&text);
    }
    if cut {
        return Err(kept(place.json));
    }
    let all_refused =
        poured.is_some_and(|(done, ..)| done.refused > 0 && done.refused == done.rows_read);
    // Rows that are refused in part are the file's; a file of which none is taken is a mistake.
    Ok(if all_refused { 3 } else { 0 })
}

/// What an interrupted command ends with, once it has told what it did.
pub(super) fn kept(told: bool) -> Error {
    let error = Error::Kept {
        done: "what is listed above is kept; the same command goes on from there".to_owned(),
    };
    if told {
        Error::Said(Box::new(error))
    } else {
        error
    }
}

fn named(change: &mut Update<'_>, id: &str) -> Result<i64, index::Error> {
    ids::record_or_new(change, id)?.ok_or_else(|| index::Error::Config {
        why: format!("{id:?} is no id: a name or a whole number is needed"),
    })
}

/// `jarvis2 index link`.
pub(super) fn link(args: &LinkArgs) -> Result<u8, Error> {
    let place = &args.place;
    let arrows = match (&args.file, &args.from, &args.to, &args.kind) {
        (Some(file), None, None, kind) => read::arrows(file, kind.as_deref())?,
        (None, Some(source), Some(target), Some(kind)) => {
            if !args.weight.is_finite() {
                return Err(Error::Usage(format!(
                    "--weight {}: a number is needed",
                    args.weight
                )));
            }
            let arrow = read::Arrow {
                source: source.clone(),
                target: target.clone(),
                kind: kind.clone(),
                weight: args.weight,
            };
            vec![arrow]
        }
        _ => {
            return Err(Error::Usage(
                "say which: `link A B --kind WORD`, or `link --file ARROWS.csv`".to_owned(),
            ));
        }
    };
    let (governor, progress) = place.govern("index link", false);
    let mut owned = open(&place.db, None, &governor)?;
    let index = &mut owned.index;
    if args.remove {
        progress.finish();
        let arrow = &arrows[0];
        let (source, target) = (
            ids::record(index, &arrow.source)?,
            ids::record(index, &arrow.target)?,
        );
        if !index
            .graph()
            .targets(source, Some(&arrow.kind))
            .contains(&target)
        {
            return Err(Error::Usage(format!(
                "no arrow of kind {} leads from {} to {}",
                arrow.kind, arrow.source, arrow.target
            )));
        }
        index.update(|change| change.remove_edge(source, target, &arrow.kind))?;
    } else {
        let mut done = 0;
        for part in arrows.chunks(AT_ONCE) {
            if progress.stopped() {
                progress.finish();
                if !place.json {
                    cli::done(&format!("{done} of {} arrows added", arrows.len()));
                }
                return Err(kept(false));
            }
            index.update(|change| {
                for arrow in part {
                    let (source, target) =
                        (named(change, &arrow.source)?, named(change, &arrow.target)?);
                    change.edge(source, target, &arrow.kind, arrow.weight)?;
                }
                Ok(())
            })?;
            done += part.len();
            progress.fraction(done as f64 / arrows.len() as f64);
        }
        progress.finish();
    }
    let circles = index.graph().circles();
    let verb = if args.remove { "taken out" } else { "added" };
    if place.json {
        let value = json!({ "db": place.db, verb.replace(' ', "_"): arrows.len(), "arrows": index.graph().len(), "circles": circles.len() });
        cli::done(&value.to_string());
    } else {
        let mut text = format!(
            "{} {verb}; {} in all\n",
            counted(arrows.len() as u64, "arrow", "arrows"),
            index.graph().len()
        );
        if let (false, Some(circle)) = (args.remove, circles.first()) {
            let names: Result<Vec<String>, Error> = circle
                .iter()
                .take(8)
                .map(|&record| ids::name(index, record))
                .collect();
            text += &format!(
                "note: {} lead in circles, as {}: a chain of events cannot\n",
                counted(
                    circles.len() as u64,
                    "group of records",
                    "groups of records"
                ),
                names?.join(", ")
            );
        }
        cli::done(&text);
    }
    Ok(0)
}

/// `jarvis2 index remove`.
pub(super) fn remove(args: &RemoveArgs) -> Result<u8, Error> {
    let place = &args.place;
    // Never makes a folder to remove from.
    super::dimensions_of(&place.db)?;
    let (governor, progress) = place.govern("index remove", false);
    progress.finish();
    let mut owned = open(&place.db, None, &governor)?;
    let index = &mut owned.index;
    let records: Vec<i64> = args
        .ids
        .iter()
        .map(|id| ids::record(index, id))
        .collect::<Result<_, _>>()?;
    let facts: Vec<String> = index
        .counts()?
        .facets
        .into_iter()
        .map(|shape| shape.name)
        .collect();
    let before = index.counts()?;
    index.update(|change| {
        for &record in &records {
            change.remove_vector(record)?;
            change.remove_texts(record)?;
            for name in &facts {
                change.facet(record, name, None)?;
            }
        }
        Ok(())
    })?;
    let after = index.counts()?;
    let gone = before.vectors - after.vectors;
    let texts = |counts: &index::Counts| counts.texts.iter().map(|(_, count)| count).sum::<u64>();
    let texts_gone = texts(&before) - texts(&after);
    if gone > 0 {
        index.snapshot()?;
    }
    if place.json {
        cli::done(
            &json!({ "db": place.db, "vectors_removed": gone, "texts_removed": texts_gone })
                .to_string(),
        );
    } else {
        cli::done(&format!(
            "{} and {} taken out; arrows stay",
            counted(gone, "vector", "vectors"),
            counted(texts_gone, "text", "texts")
        ));
    }
    Ok(0)
}
