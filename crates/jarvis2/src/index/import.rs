//! `jarvis2 index import`: a file of vectors taken over, and what that cost in recall.
//!
//! ```text
//! recall@10 = share of the ten nearest others that are found, over rows of the file that ask for their nearest
//! ```
//! *Before* is the file's own graph, walked as it stands with its own efSearch, against a scan by its own metric. *After* is this
//! index against a scan by cosine. *Agreement* is how many of the ten nearest by the file's metric are among the ten nearest by
//! cosine: less than all where vectors differ in length. A row that is as near as the tenth counts as found.

use super::fill::{Poured, kept, pour, source};
use super::{ImportArgs, RowArgs, open};
use crate::cli::{self, ConfigArgs};
use crate::devices::{DeviceWord, Place};
use crate::error::Error;
use crate::progress::Progress;
use hardware::ledger::{Ask, Ledger, Priority};
use index::device::OnDevice;
use index::import::{FaissGraph, Format, Metric, Rows, Source};
use index::{Block, Filter, Index, Lanes, Scan, Scored};
use serde::Serialize;
use serde_json::json;
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

/// Nearest that are asked for.
const NEAREST: usize = 10;
/// Distances closer than this are the same in `f32`.
const TIE: f32 = 1e-6;

/// What was measured. A number that was not is absent, with the reason beside it.
#[derive(Debug, Serialize)]
struct Recall {
    questions: usize,
    nearest: usize,
    before: Option<f64>,
    before_means: String,
    after: f64,
    agreement: Option<f64>,
    agreement_means: String,
}

/// What scans: a device, if one was asked for and is there, or the processor.
struct Scanner {
    device: Option<OnDevice>,
    lanes: Lanes,
}

impl Scanner {
    fn open(word: Option<DeviceWord>) -> Result<Scanner, Error> {
        let mut scanner = Scanner {
            device: None,
            lanes: Lanes::default(),
        };
        if let Some(word) = word {
            let loaded = cli::load(&ConfigArgs::default(), vec![word.flag()])?;
            let place = Place::open(&loaded, &hardware::detect())?;
            scanner.device = place.gpu().map(|gpu| OnDevice::new(&gpu, &place.budget));
        }
        Ok(scanner)
    }

    /// Says what the device left to the processor.
    fn close(self) {
        if let Some(error) = self.device.and_then(|device| device.fell_back) {
            crate::asked::note(format!("jarvis2: {error}; the processor did the rest"));
        }
    }
}

impl Scan for Scanner {
    fn best(
        &mut self,
        block: Block<'_>,
        count: usize,
        out: &mut [Vec<Scored>],
    ) -> Result<(), index::Error> {
        match &mut self.device {
            Some(device) => device.best(block, count, out),
            None => self.lanes.best(block, count, out),
        }
    }
}

/// `jarvis2 index import`.
pub(super) fn import(args: &ImportArgs) -> Result<u8, Error> {
    let place = &args.place;
    let mut scanner = Scanner::open(args.device)?;
    let (mut from, given) = source(&args.file, &args.rows)?;
    let (format, dimensions, metric) = (from.format(), from.dimensions(), from.metric());
    let (governor, progress) = place.govern("index import", args.behind.background);
    let coming = Some((dimensions, from.count()));
    let mut owned = open(&place.db, coming, &governor)?;
    let index = &mut owned.index;
    let poured = pour(index, &mut from, given.as_deref(), &args.rows, &progress)?;
    drop(from);
    let mut recall = None;
    if !poured.interrupted && args.sample > 0 {
        progress.stage("recall");
        recall = measure(
            args,
            index,
            (format, metric),
            &poured,
            &mut scanner,
            (&progress, governor.ledger()),
        )?;
        scanner.close();
    }
    progress.finish();
    let interrupted = poured.interrupted || progress.stopped();
    if place.json {
        let value = json!({
            "db": place.db,
            "file": args.file,
            "format": format.to_string(),
            "dimensions": dimensions,
            "vectors": poured,
            "vectors_in_index": index.len(),
            "recall": recall,
            "interrupted": interrupted,
        });
        cli::done(&value.to_string());
    } else {
        let mut text = format!("{}: {format}", args.file.display());
        if let Some(metric) = metric {
            text += match metric {
                Metric::L2 => ", ranked by L2 there and by cosine here",
                Metric::InnerProduct => ", ranked by inner product there and by cosine here",
            };
        }
        text += "\n";
        text += &poured.text(&args.file, dimensions);
        text += &format!(
            "counts: the file says {}, {} were read; the index now holds {}\n",
            poured.rows_in_file,
            poured.rows_read,
            index.len()
        );
        match &recall {
            Some(recall) => {
                let share = |value: Option<f64>, means: &str| match value {
                    Some(value) => format!("{value:.4}  {means}"),
                    None => format!("n/a ({means})"),
                };
                text += &format!(
                    "recall@{} of {} rows of the file:\n",
                    recall.nearest, recall.questions
                );
                text += &format!(
                    "  before     {}\n",
                    share(recall.before, &recall.before_means)
                );
                text += &format!(
                    "  after      {:.4}  this index, against a scan by cosine\n",
                    recall.after
                );
                text += &format!(
                    "  agreement  {}\n",
                    share(recall.agreement, &recall.agreement_means)
                );
            }
            None => text += "recall: n/a (not measured)\n",
        }
        cli::done(&text);
    }
    if interrupted {
        return Err(kept(place.json));
    }
    Ok(
        if poured.refused > 0 && poured.refused == poured.rows_read {
            3
        } else {
            0
        },
    )
}

fn measure(
    args: &ImportArgs,
    index: &Index,
    (format, metric): (Format, Option<Metric>),
    poured: &Poured,
    scanner: &mut Scanner,
    (progress, ledger): (&Progress, &Ledger),
) -> Result<Option<Recall>, Error> {
    let taken: Vec<usize> = (0..poured.records.len())
        .filter(|&row| poured.records[row].is_some())
        .collect();
    if taken.len() < 2 {
        return Ok(None);
    }
    // Evenly over the file: the same rows every time.
    let count = args.sample.min(taken.len());
    let asked: Vec<usize> = (0..count).map(|i| taken[i * taken.len() / count]).collect();
    let records: Vec<i64> = asked
        .iter()
        .filter_map(|&row| poured.records[row])
        .collect();
    let mut queries = Vec::new();
    for &record in &records {
        queries.extend(index.vector(record)?.unwrap_or_default());
    }
    let all = Filter::default();
    // One more than wanted: the row itself is the nearest.
    let exact = index.nearest_exact_many(&queries, NEAREST + 1, &all, scanner)?;
    progress.fraction(0.4);
    let dimensions = queries.len() / records.len();
    let (mut hits, mut wanted) = (0, 0);
    for ((query, &own), exact) in queries.chunks_exact(dimensions).zip(&records).zip(&exact) {
        let others: Vec<_> = exact
            .iter()
            .filter(|near| near.record != own)
            .take(NEAREST)
            .collect();
        let Some(last) = others.last() else { continue };
        wanted += others.len();
        let found = index.nearest(query, NEAREST + 1, &all)?.neighbours;
        let near_enough = found
            .iter()
            .filter(|near| near.record != own && near.distance <= last.distance + TIE)
            .count();
        hits += near_enough.min(others.len());
        if progress.stopped() {
            return Ok(None);
        }
    }
    progress.fraction(0.6);
    let mut recall = Recall {
        questions: records.len(),
        nearest: NEAREST,
        before: None,
        before_means: "the file has no graph of its own".to_owned(),
        after: hits as f64 / wanted.max(1) as f64,
        agreement: None,
        agreement_means: "the file names no metric".to_owned(),
    };
    let Some(metric) = metric else {
        return Ok(Some(recall));
    };
    let truth = by_metric(
        &args.file,
        &args.rows,
        metric,
        &queries,
        NEAREST + 1,
        scanner,
    )?;
    progress.fraction(0.8);
    let (mut agreed, mut of) = (0, 0);
    for ((exact, truth), (&own, &own_record)) in
        exact.iter().zip(&truth).zip(asked.iter().zip(&records))
    {
        let by_cosine: HashSet<i64> = exact
            .iter()
            .filter(|near| near.record != own_record)
            .take(NEAREST)
            .map(|near| near.record)
            .collect();
        let others = truth.iter().filter(|(row, _)| *row != own).take(NEAREST);
        for (row, _) in others {
            of += 1;
            agreed +=
                usize::from(poured.records[*row].is_some_and(|record| by_cosine.contains(&record)));
        }
    }
    recall.agreement = Some(agreed as f64 / of.max(1) as f64);
    recall.agreement_means =
        "of the nearest by the file's metric are the nearest by cosine".to_owned();
    if format == Format::FaissFlat {
        recall.before = Some(1.0);
        recall.before_means = "the file's own answers are exact".to_owned();
        return Ok(Some(recall));
    }
    let needs = FaissGraph::bytes_needed(&args.file)?;
    let ask = Ask::of("the graph of this file", needs, Priority::Foreground);
    // Beside what the index itself holds.
    let _held = match ledger.reserve(ask, Duration::ZERO) {
        Ok(held) => held,
        Err(error) => {
            recall.before_means = format!("the file's graph does not fit into memory: {error}");
            return Ok(Some(recall));
        }
    };
    let graph = FaissGraph::open(&args.file)?;
    let (mut hits, mut wanted) = (0, 0);
    for ((query, truth), &own) in queries.chunks_exact(dimensions).zip(&truth).zip(&asked) {
        let others: HashSet<usize> = truth
            .iter()
            .filter(|(row, _)| *row != own)
            .take(NEAREST)
            .map(|&(row, _)| row)
            .collect();
        wanted += others.len();
        hits += graph
            .nearest(query, NEAREST + 1)?
            .into_iter()
            .filter(|row| others.contains(row))
            .count();
    }
    recall.before = Some(hits as f64 / wanted.max(1) as f64);
    recall.before_means = format!(
        "the file's own graph at its efSearch {}, against a scan by its own metric",
        graph.expansion()
    );
    Ok(Some(recall))
}

/// The best rows of a file by its own metric, for each question, best first.
fn by_metric(
    path: &Path,
    args: &RowArgs,
    metric: Metric,
    queries: &[f32],
    count: usize,
    scanner: &mut Scanner,
) -> Result<Vec<Vec<(usize, f32)>>, Error> {
    let (mut from, _): (Source, _) = source(path, args)?;
    let dimensions = from.dimensions();
    let questions = queries.len() / dimensions;
    let mut best: Vec<Vec<(usize, f32)>> = vec![Vec::new(); questions];
    let mut out = vec![Vec::new(); questions];
    let (mut rows, mut less) = (Rows::default(), Vec::new());
    while from.next(4_096, &mut rows)? {
        less.clear();
        if metric == Metric::L2 {
            less.extend(rows.values.chunks_exact(dimensions).map(|row| {
                let square: f64 = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
                (square / 2.0) as f32
            }));
        }
        let block = Block {
            dimensions,
            queries,
            rows: &rows.values,
            less: &less,
        };
        scanner.best(block, count, &mut out)?;
        for (best, out) in best.iter_mut().zip(&out) {
            best.extend(
                out.iter()
                    .map(|scored| (rows.first as usize + scored.row, scored.score)),
            );
            best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            best.truncate(count);
        }
    }
    Ok(best)
}
