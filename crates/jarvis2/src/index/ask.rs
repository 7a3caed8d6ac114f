//! `query` and `stats`: what comes out of the folder.

use super::{QueryArgs, StatsArgs, ids, open_reader, read};
use crate::error::Error;
use index::{Facet, Filter, Index, Route, Words};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::time::Instant;

/// Texts looked at where they are combined with something else.
const TEXTS: usize = 100_000;
/// Characters of a text shown beside a vector.
const SHOWN: usize = 60;

/// A line of an answer.
struct Hit {
    record: i64,
    distance: Option<f32>,
    score: Option<f64>,
    kind: Option<String>,
    said: Option<String>,
}

impl Hit {
    fn bare(record: i64) -> Hit {
        Hit {
            record,
            distance: None,
            score: None,
            kind: None,
            said: None,
        }
    }
}

/// `jarvis2 index query`.
pub(super) fn query(args: &QueryArgs) -> Result<String, Error> {
    let near = args.vector.is_some() || args.like.is_some();
    let walks = !args.path.is_empty()
        || args.ancestors.is_some()
        || args.descendants.is_some()
        || args.ends.is_some()
        || args.rank;
    if walks && (near || args.text.is_some()) {
        return Err(Error::Usage(
            "arrows are asked alone: leave --vector, --like and --text away".to_owned(),
        ));
    }
    if !walks && !near && args.text.is_none() {
        return Err(Error::Usage(
            "nothing is asked: name --vector, --like, --text, --path, --ancestors, --descendants, --ends or --rank"
                .to_owned(),
        ));
    }
    let index = open_reader(&args.place.db, args.candidates)?;
    let mut filter = Filter::default();
    for typed in &args.filter {
        filter.all.push(read::condition(&index, typed)?);
    }
    let (hits, route) = if walks {
        (walk(args, &index, &filter)?, "along the arrows")
    } else if near {
        nearest(args, &index, &filter)?
    } else {
        let hits = said(
            args,
            &index,
            &filter,
            if filter.all.is_empty() {
                args.count
            } else {
                TEXTS
            },
        )?;
        (hits, "by words")
    };
    let hits: Vec<Hit> = hits.into_iter().take(args.count).collect();
    let names: Vec<String> = hits
        .iter()
        .map(|hit| ids::name(&index, hit.record))
        .collect::<Result<_, _>>()?;
    let facts = facts(&index, &hits)?;
    if args.place.json {
        let hits: Vec<Value> = hits
            .iter()
            .zip(&names)
            .zip(&facts)
            .map(|((hit, name), facts)| {
                let mut object = Map::new();
                object.insert("id".into(), name.as_str().into());
                let mut put = |key: &str, value: Option<Value>| {
                    if let Some(value) = value {
                        object.insert(key.into(), value);
                    }
                };
                put("distance", hit.distance.map(Value::from));
                put("score", hit.score.map(Value::from));
                put("kind", hit.kind.clone().map(Value::from));
                put("text", hit.said.clone().map(Value::from));
                let facts: Map<String, Value> = facts.iter().cloned().collect();
                put("facts", (!facts.is_empty()).then_some(Value::Object(facts)));
                Value::Object(object)
            })
            .collect();
        return Ok(
            json!({ "route": route, "hits": hits, "faults": index.opened().faults }).to_string(),
        );
    }
    let mut text = String::new();
    for fault in &index.opened().faults {
        text += &format!("note: {fault}\n");
    }
    if hits.is_empty() {
        return Ok(text + &format!("nothing found ({route})\n"));
    }
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    for ((hit, name), facts) in hits.iter().zip(&names).zip(&facts) {
        text += &format!("{name:width$}");
        if let Some(distance) = hit.distance {
            text += &format!("  {distance:.5}");
        }
        if let Some(score) = hit.score {
            text += &format!("  {score:.4}");
        }
        for (name, value) in facts {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            text += &format!("  {name}={value}");
        }
        if let Some(said) = &hit.said {
            text += &format!("  {said}");
        }
        text += "\n";
    }
    let what = match (near, args.rank, args.text.is_some()) {
        (true, ..) => "cosine distance: 0 the same direction, 1 at right angles, 2 opposite",
        (_, true, _) => "page rank; all ranks sum to 1",
        (.., true) => "BM25, higher is better",
        _ => "in order",
    };
    Ok(text + &format!("({what}; {route})\n"))
}

fn nearest(
    args: &QueryArgs,
    index: &Index,
    filter: &Filter,
) -> Result<(Vec<Hit>, &'static str), Error> {
    let own = args
        .like
        .as_deref()
        .map(|id| ids::record(index, id))
        .transpose()?;
    let vector = match (&args.vector, &args.like, own) {
        (Some(path), ..) => read::vector(path)?,
        (_, Some(id), Some(own)) => index.vector(own)?.ok_or_else(|| {
            Error::Usage(format!(
                "record {id} has no vector; its texts can be asked with --text"
            ))
        })?,
        _ => Vec::new(),
    };
    // The record itself is its own nearest.
    let count = args.count + usize::from(own.is_some());
    let mut texts: HashMap<i64, Hit> = HashMap::new();
    let (found, route) = if args.text.is_some() {
        for hit in said(args, index, filter, TEXTS)? {
            texts.entry(hit.record).or_insert(hit);
        }
        let records: Vec<i64> = texts.keys().copied().collect();
        let answer = index.nearest_among(&vector, count, &records)?;
        (
            answer.neighbours,
            "every vector whose text says so was looked at",
        )
    } else if args.exact {
        (
            index.nearest_exact(&vector, count, filter)?,
            "every vector that passes was looked at",
        )
    } else {
        let answer = index.nearest(&vector, count, filter)?;
        let route = match answer.route {
            Route::Graph => "along the graph of neighbours",
            Route::FilteredGraph => "along the graph of neighbours, asking the filter",
            Route::Sketched => "by the sketch of every vector that passes",
            Route::Nothing => "no vector passes",
            _ => "vectors that pass were looked at one by one",
        };
        (answer.neighbours, route)
    };
    let farthest = args.farthest.unwrap_or(f32::INFINITY);
    let mut hits = Vec::new();
    for near in found {
        if Some(near.record) == own || near.distance > farthest {
            continue;
        }
        let mut hit = texts
            .remove(&near.record)
            .unwrap_or_else(|| Hit::bare(near.record));
        hit.score = None;
        hit.distance = Some(near.distance);
        if hit.said.is_none()
            && let Some((_, body)) = index.texts(near.record)?.first()
        {
            hit.said = Some(beginning(body));
        }
        hits.push(hit);
    }
    Ok((hits, route))
}

/// The first words of a text, in one line.
fn beginning(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{} ...", &line[..cut]),
        None => line,
    }
}

fn said(args: &QueryArgs, index: &Index, filter: &Filter, limit: usize) -> Result<Vec<Hit>, Error> {
    let words = if args.any { Words::Any } else { Words::All };
    let typed = args.text.as_deref().unwrap_or_default();
    let mut hits = Vec::new();
    for hit in index.find_text(typed, words, args.kind.as_deref(), limit)? {
        if passes(index, hit.record, filter)? {
            hits.push(Hit {
                record: hit.record,
                distance: None,
                score: Some(hit.score),
                kind: Some(hit.kind),
                said: Some(hit.excerpt.split_whitespace().collect::<Vec<_>>().join(" ")),
            });
        }
    }
    Ok(hits)
}

fn passes(index: &Index, record: i64, filter: &Filter) -> Result<bool, Error> {
    for (name, test) in &filter.all {
        if !index
            .facet(record, name)?
            .is_some_and(|facet| test.passes(&facet))
        {
            return Ok(false);
        }
    }
    Ok(true)
}

fn walk(args: &QueryArgs, index: &Index, filter: &Filter) -> Result<Vec<Hit>, Error> {
    let graph = index.graph();
    let kind = args.kind.as_deref();
    let find = |id: &str| ids::record(index, id);
    let records = if let [from, to] = args.path.as_slice() {
        // A way is a whole: a filter does not take steps out of it.
        if !filter.all.is_empty() {
            return Err(Error::Usage("--where does not go with --path".to_owned()));
        }
        graph.path(find(from)?, find(to)?, kind).unwrap_or_default()
    } else if let Some(id) = &args.ancestors {
        graph.ancestors(find(id)?, kind)
    } else if let Some(id) = &args.descendants {
        graph.descendants(find(id)?, kind)
    } else if let Some(id) = &args.ends {
        graph.ends(find(id)?, kind.unwrap_or_default())
    } else {
        let mut hits = Vec::new();
        for (record, rank) in graph.page_rank(0.85, 1e-12) {
            if passes(index, record, filter)? {
                hits.push(Hit {
                    score: Some(rank),
                    ..Hit::bare(record)
                });
            }
        }
        return Ok(hits);
    };
    let mut hits = Vec::new();
    for record in records {
        if passes(index, record, filter)? {
            hits.push(Hit::bare(record));
        }
    }
    Ok(hits)
}

/// The facts of each hit, dates as dates.
fn facts(index: &Index, hits: &[Hit]) -> Result<Vec<Vec<(String, Value)>>, Error> {
    let shapes = index.counts()?.facets;
    let mut dates = Vec::new();
    for shape in &shapes {
        dates.push(index.get(&read::date_key(&shape.name))?.is_some());
    }
    let mut all = Vec::new();
    for hit in hits {
        let mut facts = Vec::new();
        for (shape, &is_date) in shapes.iter().zip(&dates) {
            let value = match index.facet(hit.record, &shape.name)? {
                None => continue,
                Some(Facet::Word(word)) => Value::from(word),
                Some(Facet::Number(number)) => match read::date_of(number).filter(|_| is_date) {
                    Some(date) => Value::from(date.to_string()),
                    None => Value::from(number),
                },
            };
            facts.push((shape.name.clone(), value));
        }
        all.push(facts);
    }
    Ok(all)
}

/// `jarvis2 index stats`.
pub(super) fn stats(args: &StatsArgs) -> Result<String, Error> {
    let place = &args.place;
    let dimensions = super::dimensions_of(&place.db)?;
    let began = Instant::now();
    let index = open_reader(&place.db, None)?;
    let open_ms = began.elapsed().as_secs_f64() * 1e3;
    let counts = index.counts()?;
    let opened = index.opened();
    let groups = |groups: &[(String, u64)]| -> Map<String, Value> {
        groups
            .iter()
            .map(|(name, count)| (name.clone(), (*count).into()))
            .collect()
    };
    let mut facts = Map::new();
    let mut lines = Vec::new();
    for shape in &counts.facets {
        let is_date = index.get(&read::date_key(&shape.name))?.is_some();
        let bound = |x: f64| match read::date_of(x).filter(|_| is_date) {
            Some(date) => Value::from(date.to_string()),
            None => Value::from(x),
        };
        let range = shape.range.map(|(low, high)| (bound(low), bound(high)));
        facts.insert(
            shape.name.clone(),
            json!({
                "words": shape.words,
                "distinct_words": shape.distinct_words,
                "numbers": shape.numbers,
                "low": range.as_ref().map(|(low, _)| low),
                "high": range.as_ref().map(|(_, high)| high),
            }),
        );
        let mut line = format!("  {}:", shape.name);
        if shape.words > 0 {
            line += &format!(
                " {} words, {} different;",
                shape.words, shape.distinct_words
            );
        }
        if let Some((low, high)) = &range {
            let show = |value: &Value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            };
            let noun = if is_date { "dates" } else { "numbers" };
            line += &format!(
                " {} {noun}, {} to {};",
                shape.numbers,
                show(low),
                show(high)
            );
        }
        lines.push(line.trim_end_matches(';').to_owned());
    }
    if place.json {
        return Ok(json!({
            "db": place.db,
            "dimensions": dimensions,
            "vectors": counts.vectors,
            "vectors_ever_removed_or_replaced": counts.ever_removed,
            "texts": groups(&counts.texts),
            "arrows": groups(&counts.edges),
            "facts": facts,
            "keys": counts.keys,
            "disk_bytes": counts.disk_bytes,
            "snapshot": opened.generation,
            "vectors_newer_than_snapshot": opened.replayed,
            "faults": opened.faults,
            "open_ms": open_ms,
        })
        .to_string());
    }
    let mut text = format!("{}\n", place.db.display());
    text += &match dimensions {
        Some(dimensions) => format!(
            "vectors: {} of {dimensions} numbers, ranked by cosine\n",
            counts.vectors
        ),
        None => "vectors: none yet; the first one settles their length\n".to_owned(),
    };
    let list = |title: &str, groups: &[(String, u64)]| {
        let parts: Vec<String> = groups
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        format!(
            "{title}: {}\n",
            if parts.is_empty() {
                "none".to_owned()
            } else {
                parts.join(", ")
            }
        )
    };
    text += &list("texts", &counts.texts);
    text += &list("arrows", &counts.edges);
    text += if lines.is_empty() {
        "facts: none\n"
    } else {
        "facts:\n"
    };
    for line in lines {
        text += &format!("{line}\n");
    }
    text += &format!("disk: {:.1} MB\n", counts.disk_bytes as f64 / 1e6);
    text += &match opened.generation {
        Some(generation) => format!(
            "snapshot: {generation}, checked and mapped; {} newer vectors looked at one by one; opened in {open_ms:.0} ms\n",
            opened.replayed
        ),
        None => format!("snapshot: none; opened in {open_ms:.0} ms\n"),
    };
    for fault in &opened.faults {
        text += &format!("note: {fault}\n");
    }
    Ok(text)
}
