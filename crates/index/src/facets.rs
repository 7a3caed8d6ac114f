//! Facts about records in columns, so that a filter costs a comparison for each vector and no query.

use std::collections::HashMap;

/// One fact about a record: a symbol, a regime, a day as a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Facet {
    /// A word, compared as a whole.
    Word(String),
    /// A finite number.
    Number(f64),
}

/// Which records may answer: those that pass every test. The empty filter lets all pass; a record without the facet never passes
/// a test on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Facet and what it must be.
    pub all: Vec<(String, Test)>,
}

/// What a facet must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these words.
    Words(Vec<String>),
    /// At least the first number and at most the second.
    Between(f64, f64),
}

impl Test {
    /// Whether a facet is what it must be.
    pub fn passes(&self, facet: &Facet) -> bool {
        match (self, facet) {
            (Test::Words(words), Facet::Word(word)) => words.contains(word),
            (Test::Between(low, high), Facet::Number(number)) => (low..=high).contains(&number),
            _ => false,
        }
    }
}

impl Filter {
    /// This filter and one word.
    #[must_use]
    pub fn word(mut self, facet: &str, word: &str) -> Filter {
        self.all
            .push((facet.into(), Test::Words(vec![word.into()])));
        self
    }

    /// This filter and a range, both ends included.
    #[must_use]
    pub fn between(mut self, facet: &str, low: f64, high: f64) -> Filter {
        self.all.push((facet.into(), Test::Between(low, high)));
        self
    }
}

/// The facets of all vectors, by the number of the vector.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    columns: HashMap<String, Column>,
}

#[derive(Debug, Default)]
struct Column {
    /// Codes of words; 0 is no word.
    codes: Vec<u32>,
    words: HashMap<String, u32>,
    /// NaN is no number.
    numbers: Vec<f64>,
}

impl Columns {
    pub(crate) fn set(&mut self, seq: usize, name: &str, facet: Option<&Facet>) {
        if !self.columns.contains_key(name) {
            self.columns.insert(name.to_owned(), Column::default());
        }
        let Some(column) = self.columns.get_mut(name) else {
            return;
        };
        if let Some(code) = column.codes.get_mut(seq) {
            *code = 0;
        }
        if let Some(number) = column.numbers.get_mut(seq) {
            *number = f64::NAN;
        }
        match facet {
            Some(Facet::Word(word)) => {
                let next = column.words.len() as u32 + 1;
                let code = *column.words.entry(word.clone()).or_insert(next);
                if column.codes.len() <= seq {
                    column.codes.resize(seq + 1, 0);
                }
                column.codes[seq] = code;
            }
            Some(Facet::Number(number)) => {
                if column.numbers.len() <= seq {
                    column.numbers.resize(seq + 1, f64::NAN);
                }
                column.numbers[seq] = *number;
            }
            None => {}
        }
    }

    /// `None` where nothing can pass.
    pub(crate) fn compile<'a>(&'a self, filter: &Filter) -> Option<Compiled<'a>> {
        let mut tests = Vec::with_capacity(filter.all.len());
        for (name, test) in &filter.all {
            let column = self.columns.get(name)?;
            tests.push(match test {
                Test::Words(words) => {
                    let mut codes: Vec<u32> = words
                        .iter()
                        .filter_map(|word| column.words.get(word).copied())
                        .collect();
                    codes.sort_unstable();
                    codes.dedup();
                    match codes[..] {
                        [] => return None,
                        [code] => CompiledTest::Code(&column.codes, code),
                        _ => CompiledTest::Codes(&column.codes, codes),
                    }
                }
                &Test::Between(low, high) => CompiledTest::Between(&column.numbers, low, high),
            });
        }
        Some(Compiled { tests })
    }
}

/// A filter with names looked up.
pub(crate) struct Compiled<'a> {
    tests: Vec<CompiledTest<'a>>,
}

enum CompiledTest<'a> {
    Code(&'a [u32], u32),
    Codes(&'a [u32], Vec<u32>),
    Between(&'a [f64], f64, f64),
}

impl Compiled<'_> {
    pub(crate) fn passes(&self, seq: usize) -> bool {
        self.tests.iter().all(|test| match test {
            CompiledTest::Code(codes, code) => codes.get(seq) == Some(code),
            CompiledTest::Codes(codes, wanted) => codes
                .get(seq)
                .is_some_and(|code| wanted.binary_search(code).is_ok()),
            CompiledTest::Between(numbers, low, high) => numbers
                .get(seq)
                .is_some_and(|number| (low..=high).contains(&number)),
        })
    }
}
