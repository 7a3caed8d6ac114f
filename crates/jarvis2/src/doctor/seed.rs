//! `jarvis2 doctor --seed`: every statement that the product began with (`docs/seed.md`), shown by running it here.
//!
//! Each row names what it wants and which shows prove it. A show runs a part of the program on this machine and says what came out; it is
//! run once, however many rows rest on it. The page in the repository says what is true in general, this says what is true here: a build
//! without GPUs, or a machine that is no Mac, leaves rows "n/a" with the reason.

mod rows;
mod shows;

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Finding, Rating};
use crate::error::Error;
use crate::progress::Progress;
use crate::report::{TextStyle, wrap};

/// The page whose rows are run.
const PAGE: &str = include_str!("../../../../docs/seed.md");
const WIDTH: usize = 100;
const INDENT: usize = 6;

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// All of it ran here, and came out as it should.
    Met,
    /// What could run here came out as it should; the rest is not on this machine or in this build, or works with care.
    InPart,
    /// Nothing of it can run here.
    NotHere,
    /// It ran, and came out otherwise.
    NotMet,
}

impl Verdict {
    fn words(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::InPart => "met in part",
            Verdict::NotHere => "n/a here",
            Verdict::NotMet => "not met",
        }
    }
}

/// What one show saw.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    verdict: Verdict,
    /// It must hold, and shows nothing of what the row wants.
    condition: bool,
    /// What was measured; of what is not here: why.
    words: String,
}

impl Seen {
    fn met(words: impl Into<String>) -> Seen {
        Seen::of(Verdict::Met, words)
    }

    fn of(verdict: Verdict, words: impl Into<String>) -> Seen {
        Seen {
            verdict,
            condition: false,
            words: words.into(),
        }
    }

    /// As it should be, or not.
    fn told(good: bool, words: impl Into<String>) -> Seen {
        let verdict = if good { Verdict::Met } else { Verdict::NotMet };
        Seen::of(verdict, words)
    }

    /// It cannot run here.
    fn absent(why: impl std::fmt::Display) -> Seen {
        Seen::of(Verdict::NotHere, format!("n/a ({why})"))
    }
}

impl From<&Finding> for Seen {
    fn from(finding: &Finding) -> Seen {
        let why = finding.why.strip_prefix("n/a (");
        let why = why.map_or(finding.why.as_str(), |why| why.trim_end_matches(')'));
        let words = format!("{}: {why}", finding.part);
        match finding.rating {
            Rating::Works => Seen::met(words),
            Rating::WorksWithCare => Seen::of(Verdict::InPart, words),
            Rating::Unusable => Seen::told(false, words),
            Rating::Absent => Seen::absent(words),
        }
    }
}

/// One statement of the page.
struct Statement<'a> {
    id: &'a str,
    words: &'a str,
    /// What the page says of it.
    status: &'a str,
}

/// The rows of the page, in its order.
fn statements(page: &str) -> Vec<Statement<'_>> {
    let is_id = |cell: &str| {
        cell.split_once('-').is_some_and(|(section, row)| {
            section.parse::<u8>().is_ok() && row.parse::<u8>().is_ok()
        })
    };
    page.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix('|')?.splitn(4, '|').map(str::trim);
            let id = cells.next().filter(|cell| is_id(cell))?;
            Some(Statement {
                id,
                words: cells.next()?,
                status: cells.next()?,
            })
        })
        .collect()
}

/// Whether the page says that all of a statement is there, be it in another way.
fn is_whole(status: &str) -> bool {
    !(status.starts_with("partly") || status.starts_with("not built"))
}

/// One row of the answer.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    id: String,
    statement: String,
    /// What `docs/seed.md` says of the statement in general.
    status: String,
    target: &'static str,
    /// What each show saw.
    measured: Vec<String>,
    verdict: Verdict,
}

/// What `jarvis2 doctor --seed --json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    version: &'static str,
    lines: Vec<Line>,
    /// How many rows got each verdict.
    counts: BTreeMap<&'static str, usize>,
    notes: Vec<String>,
}

impl Answer {
    /// Whether something ran and came out otherwise than it should.
    pub(super) fn failed(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.verdict == Verdict::NotMet)
    }
}

/// A row's verdict by those of its shows.
fn together(verdicts: impl Iterator<Item = Verdict> + Clone) -> Verdict {
    let any = |one| verdicts.clone().any(|verdict| verdict == one);
    if any(Verdict::NotMet) {
        Verdict::NotMet
    } else if !any(Verdict::Met) && !any(Verdict::InPart) {
        Verdict::NotHere
    } else if any(Verdict::NotHere) || any(Verdict::InPart) {
        Verdict::InPart
    } else {
        Verdict::Met
    }
}

/// A row's verdict by what was seen and by what the page says of it: what is there in part only, no run here makes whole.
fn judge(seen: &mut Vec<Seen>, status: &str) -> Verdict {
    // A condition that holds is no part of what is there.
    let counts = |seen: &&Seen| !seen.condition || seen.verdict == Verdict::NotMet;
    let verdict = together(seen.iter().filter(counts).map(|seen| seen.verdict));
    if verdict != Verdict::Met || is_whole(status) {
        return verdict;
    }
    let words = format!("docs/seed.md says: {status}");
    seen.push(Seen::of(Verdict::InPart, words));
    Verdict::InPart
}

/// Runs every row. `findings` are those of the doctor's parts.
pub(super) fn run(
    findings: &[Finding],
    notes: Vec<String>,
    progress: &Progress,
) -> Result<Answer, Error> {
    let statements = statements(PAGE);
    let mut stage = shows::Stage::new(findings)?;
    let mut lines: Vec<Line> = Vec::new();
    for (at, row) in rows::ROWS.iter().enumerate() {
        progress.fraction(at as f64 / rows::ROWS.len() as f64);
        let mut seen = Vec::new();
        for show in row.shows {
            if progress.stopped() {
                return Err(Error::Interrupted {
                    done: format!("{at} rows of {} were run", rows::ROWS.len()),
                });
            }
            seen.push(match show {
                rows::Show::As(id) => as_in(&lines, id),
                show => stage.play(show, progress),
            });
        }
        let statement = statements.iter().find(|one| one.id == row.id);
        let statement = statement
            .ok_or_else(|| Error::Internal(format!("row {} is not in docs/seed.md", row.id)))?;
        let verdict = judge(&mut seen, statement.status);
        lines.push(Line {
            id: row.id.to_owned(),
            statement: statement.words.to_owned(),
            status: statement.status.to_owned(),
            target: row.target,
            verdict,
            measured: seen.into_iter().map(|seen| seen.words).collect(),
        });
    }
    let mut counts = BTreeMap::new();
    for line in &lines {
        *counts.entry(line.verdict.words()).or_insert(0) += 1;
    }
    Ok(Answer {
        version: env!("CARGO_PKG_VERSION"),
        lines,
        counts,
        notes,
    })
}

/// What an earlier row came to.
fn as_in(lines: &[Line], id: &str) -> Seen {
    match lines.iter().find(|line| line.id == id) {
        Some(line) => Seen::of(line.verdict, format!("as {id}: {}", line.verdict.words())),
        None => Seen::told(false, format!("row {id} was not run")),
    }
}

/// The answer for people.
pub(super) fn text(answer: &Answer, style: &TextStyle) -> String {
    let mut out = String::new();
    let mut put = |words: &str, indent: usize| {
        for line in wrap(words, WIDTH - indent) {
            out += &format!("{}{line}\n", " ".repeat(indent));
        }
    };
    for line in &answer.lines {
        let verdict = painted(line.verdict, style);
        put(&format!("{:<5} {verdict}  {}", line.id, line.statement), 0);
        put(&format!("target: {}", line.target), INDENT);
        for (at, measured) in line.measured.iter().enumerate() {
            let head = if at == 0 { "measured: " } else { "and: " };
            put(&format!("{head}{measured}"), INDENT);
        }
    }
    let counts: Vec<String> = answer
        .counts
        .iter()
        .map(|(verdict, count)| format!("{count} {verdict}"))
        .collect();
    put("", 0);
    for note in &answer.notes {
        put(&format!("note: {note}"), 0);
    }
    put(
        &format!("{} rows: {}", answer.lines.len(), counts.join(", ")),
        0,
    );
    out
}

fn painted(verdict: Verdict, style: &TextStyle) -> String {
    let words = verdict.words();
    if !style.color {
        return words.to_owned();
    }
    let code = match verdict {
        Verdict::Met => "32",
        Verdict::InPart => "33",
        Verdict::NotHere => "2",
        Verdict::NotMet => "1;31",
    };
    format!("\u{1b}[{code}m{words}\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_of_the_page_is_missing() {
        let page: Vec<&str> = statements(PAGE).iter().map(|one| one.id).collect();
        let ours: Vec<&str> = rows::ROWS.iter().map(|row| row.id).collect();
        assert_eq!(page, ours);
        assert!(page.len() > 70, "{}", page.len());
    }

    #[test]
    fn a_row_that_the_page_calls_partly_is_met_in_part_at_most() {
        let page = statements(PAGE);
        let partly: Vec<&str> = page
            .iter()
            .filter(|one| !is_whole(one.status))
            .map(|one| one.id)
            .collect();
        assert!(
            partly.contains(&"3-8") && !partly.contains(&"6-1"),
            "{partly:?}"
        );
        for one in &page {
            let mut seen = vec![Seen::met("all of it ran")];
            let verdict = judge(&mut seen, one.status);
            let best = match partly.contains(&one.id) {
                true => (Verdict::InPart, 2),
                false => (Verdict::Met, 1),
            };
            assert_eq!((verdict, seen.len()), best, "{}: {}", one.id, one.status);
            let mut failed = vec![Seen::told(false, "another answer")];
            assert_eq!(judge(&mut failed, one.status), Verdict::NotMet);
        }
    }

    #[test]
    fn a_condition_alone_meets_no_row() {
        let holds = Seen {
            condition: true,
            ..Seen::met("no such crate")
        };
        let fails = Seen {
            verdict: Verdict::NotMet,
            ..holds.clone()
        };
        let of = |seen: &[&Seen]| {
            let mut seen: Vec<Seen> = seen.iter().map(|one| (*one).clone()).collect();
            judge(&mut seen, "works")
        };
        let (part, absent) = (Seen::met("works"), Seen::absent("not in this build"));
        assert_eq!(of(&[&holds, &absent]), Verdict::NotHere);
        assert_eq!(of(&[&holds, &part]), Verdict::Met);
        assert_eq!(of(&[&fails, &part]), Verdict::NotMet);
    }

    #[test]
    fn every_row_shows_something_and_wants_something() {
        for (at, row) in rows::ROWS.iter().enumerate() {
            assert!(
                !row.shows.is_empty() && !row.target.is_empty(),
                "{}",
                row.id
            );
            for show in row.shows {
                if let rows::Show::As(id) = show {
                    let earlier = rows::ROWS[..at].iter().any(|one| one.id == *id);
                    assert!(earlier, "{} rests on {id}, which comes later", row.id);
                }
            }
        }
    }

    #[test]
    fn one_show_that_fails_fails_its_row() {
        use Verdict::{InPart, Met, NotHere, NotMet};
        let of = |verdicts: &[Verdict]| together(verdicts.iter().copied());
        assert_eq!(of(&[Met, Met]), Met);
        assert_eq!(of(&[Met, NotHere]), InPart);
        assert_eq!(of(&[InPart, Met]), InPart);
        assert_eq!(of(&[NotHere, NotHere]), NotHere);
        assert_eq!(of(&[Met, NotHere, NotMet]), NotMet);
    }

    #[test]
    fn a_part_that_is_unusable_or_missing_does_not_meet_its_row() {
        let findings = [
            Finding::unusable("search", "off by a dollar", "report it"),
            Finding::absent("SQL", "not in this build"),
        ];
        let mut stage = shows::Stage::new(&findings).unwrap();
        let quiet = Progress::new(true);
        let mut verdict = |show| stage.play(&show, &quiet).verdict;
        assert_eq!(verdict(rows::Show::Part("search")), Verdict::NotMet);
        assert_eq!(verdict(rows::Show::Part("SQL")), Verdict::NotHere);
        assert_eq!(verdict(rows::Show::Part("no such part")), Verdict::NotMet);
        // What is in the lock file is not absent.
        assert_eq!(verdict(rows::Show::Without(&["serde"])), Verdict::NotMet);
        assert_eq!(verdict(rows::Show::Without(&["faiss"])), Verdict::Met);
        assert_eq!(
            verdict(rows::Show::Target("no such figure")),
            Verdict::NotMet
        );
    }
}
