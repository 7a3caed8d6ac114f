//! The small files around the vectors: ids, facts, arrows, texts, questions.

use crate::error::Error;
use index::import::{Columns, Rows, Source};
use index::{Facet, Index, Test};
use jiff::civil::{Date, date};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Facts of a file: the record's id, and what is known of it by column.
pub(super) struct Facts {
    /// Columns and whether they hold dates.
    pub(super) columns: Vec<(String, bool)>,
    pub(super) rows: Vec<(String, Vec<Option<Facet>>)>,
}

/// An arrow of a file.
pub(super) struct Arrow {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) kind: String,
    pub(super) weight: f64,
}

fn table_error(path: &Path, what: String, remedy: &str) -> Error {
    Error::Table {
        file: path.display().to_string(),
        what,
        remedy: remedy.to_owned(),
    }
}

fn text_of(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(|error| Error::Io {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    String::from_utf8(bytes).map_err(|error| {
        table_error(
            path,
            format!("byte {} is no UTF-8 text", error.utf8_error().valid_up_to()),
            "save it as UTF-8",
        )
    })
}

/// One id a line.
pub(super) fn ids(path: &Path) -> Result<Vec<String>, Error> {
    let text = text_of(path)?;
    let ids: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    if let Some(line) = ids.iter().position(String::is_empty) {
        return Err(table_error(
            path,
            format!("line {} has no id", line + 1),
            "give every row one",
        ));
    }
    Ok(ids)
}

/// Days since 1970-01-01, which is how dates are kept.
pub(super) fn days(date_: Date) -> f64 {
    let epoch = date(1970, 1, 1);
    epoch
        .until(date_)
        .map_or(f64::NAN, |span| f64::from(span.get_days()))
}

/// The date of a number of days since 1970-01-01.
pub(super) fn date_of(days: f64) -> Option<Date> {
    if days.fract() != 0.0 || days.abs() > 3e6 {
        return None;
    }
    let span = jiff::Span::new().try_days(days as i64).ok()?;
    date(1970, 1, 1).checked_add(span).ok()
}

/// A CSV with a column `id`; other columns are facts, of numbers or dates where every cell is one.
pub(super) fn facts(path: &Path) -> Result<Facts, Error> {
    let text = text_of(path)?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let fail = |error: csv::Error| table_error(path, error.to_string(), "write the line anew");
    let names: Vec<String> = reader
        .headers()
        .map_err(fail)?
        .iter()
        .map(str::to_owned)
        .collect();
    let id = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case("id"))
        .ok_or_else(|| {
            table_error(
                path,
                format!("it has no column id; its columns are {}", names.join(", ")),
                "name the column of ids so",
            )
        })?;
    let records: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().map_err(fail)?;
    let places: Vec<usize> = (0..names.len())
        .filter(|&place| place != id && !names[place].is_empty())
        .collect();
    let all = |place: usize, is: &dyn Fn(&str) -> bool| {
        let mut cells = records
            .iter()
            .map(|record| &record[place])
            .filter(|cell| !cell.is_empty());
        cells.clone().next().is_some() && cells.all(is)
    };
    let number = |cell: &str| cell.parse::<f64>().ok().filter(|x| x.is_finite());
    let kinds: Vec<(bool, bool)> = places
        .iter()
        .map(|&place| {
            let dates = all(place, &|cell| cell.parse::<Date>().is_ok());
            (dates, !dates && all(place, &|cell| number(cell).is_some()))
        })
        .collect();
    let rows = records
        .iter()
        .map(|record| {
            let cells = places
                .iter()
                .zip(&kinds)
                .map(|(&place, &(dates, numbers))| {
                    let cell = &record[place];
                    if cell.is_empty() {
                        None
                    } else if dates {
                        cell.parse().ok().map(|date| Facet::Number(days(date)))
                    } else if numbers {
                        number(cell).map(Facet::Number)
                    } else {
                        Some(Facet::Word(cell.to_owned()))
                    }
                });
            (record[id].to_owned(), cells.collect())
        })
        .collect();
    let columns = places
        .iter()
        .zip(&kinds)
        .map(|(&place, &(dates, _))| (names[place].clone(), dates));
    Ok(Facts {
        columns: columns.collect(),
        rows,
    })
}

/// A CSV of arrows.
pub(super) fn arrows(path: &Path, kind: Option<&str>) -> Result<Vec<Arrow>, Error> {
    let text = text_of(path)?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let fail = |error: csv::Error| table_error(path, error.to_string(), "write the line anew");
    let names = reader.headers().map_err(fail)?.clone();
    let place = |wanted: &str| {
        names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(wanted))
    };
    let need = |wanted: &str| {
        place(wanted).ok_or_else(|| {
            let seen: Vec<&str> = names.iter().collect();
            table_error(
                path,
                format!(
                    "it has no column {wanted}; its columns are {}",
                    seen.join(", ")
                ),
                "columns are source, target, kind, weight",
            )
        })
    };
    let (source, target) = (need("source")?, need("target")?);
    let (kinds, weights) = (place("kind"), place("weight"));
    if kinds.is_none() && kind.is_none() {
        return Err(Error::Usage(format!(
            "{}: it has no column kind; say one for all with --kind",
            path.display()
        )));
    }
    let mut arrows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fail)?;
        let line = record.position().map_or(0, csv::Position::line);
        let weight = weights.map_or("", |place| &record[place]);
        let weight: f64 = if weight.is_empty() {
            1.0
        } else {
            weight
                .parse()
                .ok()
                .filter(|x: &f64| x.is_finite())
                .ok_or_else(|| {
                    table_error(
                        path,
                        format!("line {line}: its weight is {weight:?}"),
                        "a number is needed",
                    )
                })?
        };
        let given = kinds.map_or("", |place| &record[place]);
        let kind = if given.is_empty() {
            kind.unwrap_or("")
        } else {
            given
        };
        if kind.is_empty() || record[source].is_empty() || record[target].is_empty() {
            return Err(table_error(
                path,
                format!("line {line}: source, target or kind is missing"),
                "fill it in",
            ));
        }
        arrows.push(Arrow {
            source: record[source].to_owned(),
            target: record[target].to_owned(),
            kind: kind.to_owned(),
            weight,
        });
    }
    Ok(arrows)
}

/// Text files with the ids of their records: the name without its ending, below the folder that was given.
pub(super) fn texts(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Error> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            walk(path, "", &mut files)?;
            if files.len() == before {
                return Err(table_error(
                    path,
                    "no .txt or .md file is in it".into(),
                    "name files",
                ));
            }
        } else {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            files.push((stem.into_owned(), path.clone()));
        }
    }
    files.sort();
    files.dedup();
    if let Some(pair) = files.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Error::Usage(format!(
            "{} and {} would both be the text of record {}; add them from their folder, or rename one",
            pair[0].1.display(),
            pair[1].1.display(),
            pair[0].0
        )));
    }
    files
        .into_iter()
        .map(|(id, path)| Ok((id, text_of(&path)?)))
        .collect()
}

fn walk(folder: &Path, under: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Error> {
    let fail = |error: std::io::Error| Error::Io {
        path: folder.to_owned(),
        why: error.to_string(),
    };
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let path = entry.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        // The entry's own kind: a link to a folder above would be walked for ever.
        if entry.file_type().map_err(fail)?.is_dir() {
            let name = entry.file_name();
            if !name.to_string_lossy().starts_with('.') {
                walk(&path, &format!("{under}{}/", name.to_string_lossy()), files)?;
            }
        } else if path
            .extension()
            .is_some_and(|ending| ending == "txt" || ending == "md")
        {
            files.push((format!("{under}{stem}"), path));
        }
    }
    Ok(())
}

/// One vector: the only row of a NumPy or Parquet file, or numbers in a text.
pub(super) fn vector(path: &Path) -> Result<Vec<f32>, Error> {
    if path != Path::new("-") {
        let mut magic = [0; 4];
        let is_file = std::fs::File::open(path).and_then(|mut file| file.read(&mut magic));
        let known = [b"\x93NUM", b"PAR1", b"IxF2", b"IxFI"];
        if is_file.is_ok() && known.contains(&&magic) {
            let mut source = Source::open(path, &Columns::default())?;
            if source.count() != 1 {
                return Err(Error::Usage(format!(
                    "{}: it has {} rows; a question is one vector",
                    path.display(),
                    source.count()
                )));
            }
            let mut rows = Rows::default();
            source.next(1, &mut rows)?;
            return Ok(rows.values);
        }
    }
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Error::Io {
                path: path.to_owned(),
                why: error.to_string(),
            })?;
        text
    } else {
        text_of(path)?
    };
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '[' | ']'))
        .filter(|word| !word.is_empty())
        .enumerate()
        .map(|(place, word)| {
            word.parse().map_err(|_| {
                table_error(
                    path,
                    format!("number {} is {word:?}", place + 1),
                    "write numbers between spaces or commas",
                )
            })
        })
        .collect()
}

/// Key under which a column of dates is known as one.
pub(super) fn date_key(name: &str) -> String {
    format!("facts/date/{name}")
}

/// A condition as it was typed.
pub(super) fn condition(index: &Index, typed: &str) -> Result<(String, Test), Error> {
    let usage = |why: String| {
        Error::Usage(format!(
            "--where {typed}: {why}; write symbol=KO, day>=2024-01-02 or vol=0.1..0.3"
        ))
    };
    let cut = typed
        .find(['=', '<', '>'])
        .ok_or_else(|| usage("it compares nothing".into()))?;
    let (name, rest) = (typed[..cut].trim(), &typed[cut..]);
    let (sign, value) = [">=", "<=", "="]
        .iter()
        .find_map(|sign| Some((*sign, rest.strip_prefix(sign)?.trim())))
        .ok_or_else(|| usage("compare with =, >= or <=".into()))?;
    let counts = index.counts()?;
    let Some(shape) = counts.facets.iter().find(|shape| shape.name == name) else {
        let names: Vec<&str> = counts
            .facets
            .iter()
            .map(|shape| shape.name.as_str())
            .collect();
        let there = if names.is_empty() {
            "none are".into()
        } else {
            format!("there are {}", names.join(", "))
        };
        return Err(usage(format!("no record has a fact {name:?}: {there}")));
    };
    let number = |text: &str| -> Result<f64, Error> {
        if let Ok(date) = text.parse::<Date>() {
            return Ok(days(date));
        }
        text.parse()
            .ok()
            .filter(|x: &f64| x.is_finite())
            .ok_or_else(|| {
                usage(format!(
                    "{text:?} is neither a number nor a date (YYYY-MM-DD)"
                ))
            })
    };
    let words = shape.numbers == 0;
    let test = match sign {
        "=" if words => Test::Words(
            value
                .split(',')
                .map(|word| word.trim().to_owned())
                .collect(),
        ),
        "=" => {
            let (low, high) = value.split_once("..").unwrap_or((value, value));
            Test::Between(number(low)?, number(high)?)
        }
        _ if words => {
            return Err(usage(format!(
                "{name} is a word, which is not more or less"
            )));
        }
        ">=" => Test::Between(number(value)?, f64::INFINITY),
        _ => Test::Between(f64::NEG_INFINITY, number(value)?),
    };
    Ok((name.to_owned(), test))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_and_days_are_dates() {
        assert_eq!(days(date(1970, 1, 1)), 0.0);
        assert_eq!(days(date(2024, 3, 1)), 19_783.0);
        assert_eq!(days(date(1969, 12, 31)), -1.0);
        assert_eq!(date_of(19_783.0), Some(date(2024, 3, 1)));
        assert_eq!(date_of(0.5), None);
        assert_eq!(date_of(1e300), None);
    }
}
