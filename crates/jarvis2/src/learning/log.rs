//! What a run of training says of itself, generation by generation: `log.jsonl` as it goes, `log.parquet` and `report.html` from it.
//!
//! A line of `log.jsonl` is a [`LogRow`]; a number that is not finite is `null` there, missing in the Parquet file and a gap in the
//! charts. Numbers come back from the text to the last bit or to one beside it.

mod page;
#[cfg(test)]
mod tests;

use crate::aside::Aside;
use crate::error::Error;
use analytics::{Table, Type, Value};
use serde::{Deserialize, Deserializer, Serialize};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub(crate) use page::html;

/// One generation. Times are readings of one machine; everything else is the same on every one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LogRow {
    /// Its number, from 1.
    pub(crate) generation: u64,
    /// Steps of the learner so far.
    pub(crate) steps: u64,
    /// Games of this generation, decisions in them, and states that the net judged for them.
    pub(crate) games: u64,
    pub(crate) moves: u64,
    pub(crate) judged: u64,
    /// Mean losses over its steps, mean length of the gradient, and the learning rate of the last step.
    #[serde(deserialize_with = "number")]
    pub(crate) value_loss: f64,
    #[serde(deserialize_with = "number")]
    pub(crate) policy_loss: f64,
    #[serde(deserialize_with = "number")]
    pub(crate) gradient_norm: f64,
    #[serde(deserialize_with = "number")]
    pub(crate) learning_rate: f64,
    /// What its games brought, the same less the luck of the dice, and what the searches had expected: means, as the net's values at the start of the games.
    #[serde(deserialize_with = "number")]
    pub(crate) outcome: f64,
    #[serde(deserialize_with = "number")]
    pub(crate) outcome_less_luck: f64,
    #[serde(deserialize_with = "number")]
    pub(crate) expected: f64,
    /// Wall time of the generation in seconds, and evaluations a second in its games.
    #[serde(deserialize_with = "number")]
    pub(crate) seconds: f64,
    #[serde(deserialize_with = "number")]
    pub(crate) evaluations_per_s: f64,
    /// Beside the rule of 30 delta and 45 days, where it was looked at: markets won (a part), and the gain in hundredths of a percent
    /// of wealth with the ends of its 95 % interval. On the wheel only.
    pub(crate) won_over_rule: Option<f64>,
    pub(crate) gain_over_rule_bps: Option<[f64; 3]>,
    /// Part of the possible gain that play at 32 evaluations has, from cash and from a share. On the lattice only.
    pub(crate) share_of_optimum: Option<[f64; 2]>,
}

/// `null` is a number that is none, such as the mean of nothing.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
}

/// The rows of `log.jsonl` and the file, open for more.
///
/// Invariant: generations rise from row to row, and the file holds these rows, each a line.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    rows: Vec<LogRow>,
    /// Bytes of the file up to the end of each row.
    ends: Vec<u64>,
}

impl Log {
    /// Opens `log.jsonl` in a folder that exists, and makes it where there is none. A last line that a crash has left half written
    /// is cut off.
    ///
    /// # Errors
    /// Where the file cannot be read or written, or where a whole line is no row or goes back in generations.
    pub(crate) fn open(folder: &Path) -> Result<Log, Error> {
        let path = folder.join("log.jsonl");
        let refused = |error: std::io::Error| Error::Io {
            path: path.clone(),
            why: error.to_string(),
        };
        let is_new = !path.exists();
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(refused)?;
        #[cfg(unix)]
        if is_new {
            // The name is on the disk only with its folder.
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(refused)?;
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(refused)?;
        let mut log = Log {
            path,
            file,
            rows: Vec::new(),
            ends: Vec::new(),
        };
        let mut rest = text.as_slice();
        while let Some(length) = rest.iter().position(|letter| *letter == b'\n') {
            let row = serde_json::from_slice::<LogRow>(&rest[..length])
                .map_err(|error| log.damaged(&error.to_string()))?;
            if !log.may_follow(&row) {
                return Err(log.damaged("its generation does not follow the one before"));
            }
            log.ends.push(log.end() + length as u64 + 1);
            log.rows.push(row);
            rest = &rest[length + 1..];
        }
        if !rest.is_empty() {
            log.cut()?;
            // A whole row that lacks only the end of its line is one.
            if let Ok(row) = serde_json::from_slice::<LogRow>(rest) {
                log.add(&row)?;
            }
        }
        Ok(log)
    }

    /// What it holds, by generation.
    pub(crate) fn rows(&self) -> &[LogRow] {
        &self.rows
    }

    /// Drops the rows after a generation, which a run that goes on from there makes again.
    pub(crate) fn keep_until(&mut self, generation: u64) -> Result<(), Error> {
        let kept = self
            .rows
            .partition_point(|row| row.generation <= generation);
        if kept < self.rows.len() {
            self.rows.truncate(kept);
            self.ends.truncate(kept);
            self.cut()?;
        }
        Ok(())
    }

    /// Adds a row; it is on the disk when this returns. An interval or share with an end that is not finite counts as not looked at.
    ///
    /// # Errors
    /// Where its generation is not after the last, or the file cannot be written: the log is as it was then.
    pub(crate) fn add(&mut self, row: &LogRow) -> Result<(), Error> {
        if !self.may_follow(row) {
            return Err(Error::Internal(format!(
                "generation {} comes after a later one in the log",
                row.generation
            )));
        }
        let row = looked_at(row.clone());
        let mut line =
            serde_json::to_vec(&row).map_err(|error| Error::Internal(error.to_string()))?;
        line.push(b'\n');
        let end = self.end();
        // What an earlier add may have left when the disk was full goes first.
        let file = &mut self.file;
        file.set_len(end)
            .and_then(|()| file.seek(SeekFrom::Start(end)))
            .and_then(|_| file.write_all(&line))
            .and_then(|()| file.sync_all())
            .map_err(|error| self.unwritable(&error))?;
        self.ends.push(end + line.len() as u64);
        self.rows.push(row);
        Ok(())
    }

    /// Writes the rows as a Parquet file, whole or not at all; columns are named as in [`LogRow`].
    pub(crate) fn write_parquet(&self, path: &Path) -> Result<(), Error> {
        let bytes = table(&self.rows)?.parquet()?;
        let mut aside = Aside::create(path)?;
        aside.write(|out| out.write_all(&bytes))?;
        aside.commit().map(|_| ())
    }

    fn end(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    fn may_follow(&self, row: &LogRow) -> bool {
        let last = self.rows.last().map_or(0, |last| last.generation);
        row.generation > last
    }

    /// Leaves in the file what the rows say.
    fn cut(&mut self) -> Result<(), Error> {
        self.file
            .set_len(self.end())
            .and_then(|()| self.file.sync_all())
            .map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &std::io::Error) -> Error {
        Error::UnwritableFile {
            path: self.path.clone(),
            why: error.to_string(),
        }
    }

    fn damaged(&self, why: &str) -> Error {
        Error::Table {
            file: self.path.display().to_string(),
            what: format!("line {}: {why}", self.rows.len() + 1),
            remedy: "remove the line, or move the file away to begin the log anew".to_owned(),
        }
    }
}

/// A measurement that came to no number is none.
fn looked_at(mut row: LogRow) -> LogRow {
    fn finite<const N: usize>(values: &[f64; N]) -> bool {
        values.iter().all(|value| value.is_finite())
    }
    row.won_over_rule = row.won_over_rule.filter(|won| won.is_finite());
    row.gain_over_rule_bps = row.gain_over_rule_bps.filter(finite);
    row.share_of_optimum = row.share_of_optimum.filter(finite);
    row
}

fn table(rows: &[LogRow]) -> Result<Table, Error> {
    let mut table = Table::new(
        "training",
        [
            ("generation", Type::Count),
            ("steps", Type::Count),
            ("games", Type::Count),
            ("moves", Type::Count),
            ("judged", Type::Count),
            ("value_loss", Type::Number),
            ("policy_loss", Type::Number),
            ("gradient_norm", Type::Number),
            ("learning_rate", Type::Number),
            ("outcome", Type::Number),
            ("outcome_less_luck", Type::Number),
            ("expected", Type::Number),
            ("seconds", Type::Number),
            ("evaluations_per_s", Type::Number),
            ("won_over_rule", Type::Number),
            ("gain_over_rule_bps", Type::Number),
            ("gain_over_rule_low_bps", Type::Number),
            ("gain_over_rule_high_bps", Type::Number),
            ("share_of_optimum_from_cash", Type::Number),
            ("share_of_optimum_from_share", Type::Number),
        ],
    );
    let count = |count: u64| Value::from(i64::try_from(count).ok());
    let some = |number: Option<f64>| Value::from(number.filter(|number| number.is_finite()));
    for row in rows {
        let number = |number: f64| some(Some(number));
        let gain = |at: usize| some(row.gain_over_rule_bps.map(|gain| gain[at]));
        let share = |at: usize| some(row.share_of_optimum.map(|share| share[at]));
        table.push([
            count(row.generation),
            count(row.steps),
            count(row.games),
            count(row.moves),
            count(row.judged),
            number(row.value_loss),
            number(row.policy_loss),
            number(row.gradient_norm),
            number(row.learning_rate),
            number(row.outcome),
            number(row.outcome_less_luck),
            number(row.expected),
            number(row.seconds),
            number(row.evaluations_per_s),
            some(row.won_over_rule),
            gain(0),
            gain(1),
            gain(2),
            share(0),
            share(1),
        ])?;
    }
    Ok(table)
}
