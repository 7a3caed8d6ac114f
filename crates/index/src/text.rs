//! Words: which texts say this, best first.
//!
//! SQLite's FTS5 over the texts, ranked by BM25 (Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
//! 2009; k1 = 1.2, b = 0.75). Case and accents do not matter. What a user types is never a syntax error and never SQL: every word is
//! quoted before FTS5 sees it.
//!
//! | typed | meant |
//! | --- | --- |
//! | `early earnings` | both words, or either with [`Words::Any`] |
//! | `"ex dividend"` | this phrase |
//! | `assign*` | words that begin so |
//! | `-roll` | and not this one |
//!
//! Not for ranking across languages, stemming or synonyms.

use rusqlite::{Connection, params};

/// More words than these are not looked at.
const MOST_TERMS: usize = 64;

/// Whether a text must have all the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// All of them.
    All,
    /// At least one.
    Any,
}

/// A text that answers.
#[derive(Clone, Debug, PartialEq)]
pub struct TextHit {
    /// Whose text.
    pub record: i64,
    /// The kind it was added under.
    pub kind: String,
    /// BM25, higher is better; comparable within one answer only.
    pub score: f64,
    /// The best part, words found in brackets.
    pub excerpt: String,
}

/// What FTS5 is asked, or nothing where no word is wanted.
fn expression(typed: &str, words: Words) -> Option<String> {
    let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
    let mut rest = typed;
    while wanted.len() + unwanted.len() < MOST_TERMS {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let excluded = rest.starts_with('-');
        rest = rest.strip_prefix('-').unwrap_or(rest);
        let (term, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || c == '"')
                    .unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        // A star right behind a phrase belongs to it.
        let (prefix, after) = match (term.ends_with('*'), after.strip_prefix('*')) {
            (true, _) => (true, after),
            (false, Some(after)) => (true, after),
            (false, None) => (false, after),
        };
        rest = after;
        // A term of punctuation alone has no words and would match nothing. A null would end the expression.
        if !term.contains(char::is_alphanumeric) {
            continue;
        }
        let quoted = format!(
            "\"{}\"{}",
            term.replace(['\0', '"'], " "),
            if prefix { " *" } else { "" }
        );
        if excluded {
            unwanted.push(quoted);
        } else {
            wanted.push(quoted);
        }
    }
    if wanted.is_empty() {
        return None;
    }
    let wanted = wanted.join(match words {
        Words::All => " AND ",
        Words::Any => " OR ",
    });
    Some(if unwanted.is_empty() {
        wanted
    } else {
        format!("({wanted}) NOT ({})", unwanted.join(" OR "))
    })
}

/// The best `limit` texts, of all kinds or of one.
pub(crate) fn query(
    connection: &Connection,
    typed: &str,
    words: Words,
    kind: Option<&str>,
    limit: usize,
) -> rusqlite::Result<Vec<TextHit>> {
    let Some(expression) = expression(typed, words) else {
        return Ok(Vec::new());
    };
    connection
        .prepare_cached(
            "SELECT t.record, t.kind, -bm25(words), snippet(words, 0, '[', ']', ' ... ', 16)
             FROM words JOIN texts t ON t.id = words.rowid
             WHERE words MATCH ?1 AND (?2 IS NULL OR t.kind = ?2)
             ORDER BY bm25(words), t.id LIMIT ?3",
        )?
        .query_map(params![expression, kind, limit as i64], |row| {
            Ok(TextHit {
                record: row.get(0)?,
                kind: row.get(1)?,
                score: row.get(2)?,
                excerpt: row.get(3)?,
            })
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(typed: &str, expected: &str) {
        assert_eq!(
            expression(typed, Words::All)
                .as_deref()
                .unwrap_or("nothing"),
            expected,
            "{typed:?}"
        );
    }

    #[test]
    fn what_is_typed_becomes_quoted_words() {
        check("early earnings", r#""early" AND "earnings""#);
        check(r#""ex dividend" soon"#, r#""ex dividend" AND "soon""#);
        check("assign* -roll", r#"("assign*" *) NOT ("roll")"#);
        check(r#""roll out"*"#, r#""roll out" *"#);
        check(
            "OR AND NOT NEAR(a b)",
            r#""OR" AND "AND" AND "NOT" AND "NEAR(a" AND "b)""#,
        );
        check("body:x ^y a+b", r#""body:x" AND "^y" AND "a+b""#);
        check("' ; -- \"", "nothing");
        check("-only", "nothing");
        check("a\0b", "\"a b\"");
        check("", "nothing");
    }

    fn store(texts: &[&str]) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(include_str!("schema.sql"))
            .unwrap();
        for (record, text) in texts.iter().enumerate() {
            connection
                .execute(
                    "INSERT INTO texts (record, kind, body) VALUES (?1, 'note', ?2)",
                    params![record as i64, text],
                )
                .unwrap();
        }
        connection
    }

    /// BM25 by hand over three texts, k1 = 1.2, b = 0.75; FTS5 floors the inverse document frequency at 1e-6.
    #[test]
    fn scores_are_bm25() {
        let texts = [
            "earnings soon",
            "earnings earnings and a long tail of words",
            "nothing here",
            "calm",
            "calm",
        ];
        let connection = store(&texts);
        let hits = query(&connection, "EARNINGS", Words::All, None, 10).unwrap();
        let lengths = texts.map(|text| text.split(' ').count() as f64);
        let mean = lengths.iter().sum::<f64>() / 5.0;
        let idf = ((5.0 - 2.0 + 0.5) / (2.0_f64 + 0.5)).ln();
        let expected = |record: usize, times: f64| {
            idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * lengths[record] / mean))
        };
        assert_eq!(hits.len(), 2);
        for hit in hits {
            let record = hit.record as usize;
            let times = [1.0, 2.0][record];
            assert!(
                (hit.score - expected(record, times)).abs() < 1e-9,
                "{hit:?}"
            );
        }
    }

    #[test]
    fn words_phrases_beginnings_accents_and_exclusion() {
        let connection = store(&[
            "ex dividend date",
            "date of the ex dividend",
            "dividend, ex!",
            "Prämie kassiert",
            "assigned early",
        ]);
        let found = |typed: &str, words| {
            let mut records: Vec<i64> = query(&connection, typed, words, None, 10)
                .unwrap()
                .iter()
                .map(|hit| hit.record)
                .collect();
            records.sort_unstable();
            records
        };
        assert_eq!(found("ex dividend", Words::All), [0, 1, 2]);
        assert_eq!(found("\"ex dividend\"", Words::All), [0, 1]);
        assert_eq!(found("dividend -date", Words::All), [2]);
        assert_eq!(found("assign*", Words::All), [4]);
        assert_eq!(found("pramie", Words::All), [3]);
        assert_eq!(found("pramie assigned", Words::Any), [3, 4]);
        assert_eq!(found("pramie assigned", Words::All), [0_i64; 0]);
        let hit = &query(&connection, "kassiert", Words::All, None, 1).unwrap()[0];
        assert_eq!(hit.excerpt, "Prämie [kassiert]");
        assert_eq!(
            query(&connection, "ex", Words::All, Some("reason"), 10).unwrap(),
            []
        );
    }

    proptest! {
        /// Whatever is typed, there is an answer and the texts are still there.
        #[test]
        fn nothing_typed_is_an_error(typed in prop_oneof![any::<String>(), "[-\"*():^+{}a-z'; ]{0,40}", "(NEAR|AND|OR|NOT|\"|\\*|-| |\\(|\\)|a)*"]) {
            let connection = store(&["some words", "others"]);
            for words in [Words::All, Words::Any] {
                query(&connection, &typed, words, None, 5).unwrap();
            }
            let left: i64 = connection.query_row("SELECT count(*) FROM texts", [], |row| row.get(0)).unwrap();
            prop_assert_eq!(left, 2);
        }

        /// A word of a text finds it.
        #[test]
        fn a_word_finds_its_text(word in "[a-zäöü]{1,12}", before in "[a-z ]{0,20}") {
            let connection = store(&[&format!("{before} {word} end"), "0"]);
            let hits = query(&connection, &word, Words::All, None, 5).unwrap();
            prop_assert_eq!(hits.len(), 1);
        }
    }
}
