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

/// Clears the bits of the vectors that fail a test; a column may be shorter than there are vectors.
fn keep<T>(bits: &mut [u64], column: &[T], test: impl Fn(&T) -> bool) {
    let mut chunks = column.chunks(64);
    for word in bits {
        *word &= chunks.next().map_or(0, |chunk| {
            chunk.iter().enumerate().fold(0, |bits, (place, value)| {
                bits | u64::from(test(value)) << place
            })
        });
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
    /// One bit for each of `count` vectors: whether it passes. Column by column, which is several times as fast as asking
    /// [`passes`](Self::passes) for each.
    pub(crate) fn passing(&self, count: usize) -> Vec<u64> {
        let mut bits = vec![u64::MAX; count.div_ceil(64)];
        for test in &self.tests {
            match test {
                CompiledTest::Code(codes, wanted) => keep(&mut bits, codes, |code| code == wanted),
                CompiledTest::Codes(codes, wanted) => {
                    keep(&mut bits, codes, |code| wanted.binary_search(code).is_ok());
                }
                CompiledTest::Between(numbers, low, high) => {
                    keep(&mut bits, numbers, |number| (low..=high).contains(&number));
                }
            }
        }
        if let Some(last) = bits.last_mut()
            && !count.is_multiple_of(64)
        {
            *last &= u64::MAX >> (64 - count % 64);
        }
        bits
    }

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Columns at once say what each vector alone says.
        #[test]
        fn passing_agrees_with_passes(
            rows in prop::collection::vec((0..4_u8, prop::option::of(-3.0..3.0_f64)), 0..200),
            beyond in 0..70_usize,
        ) {
            let mut columns = Columns::default();
            for (seq, (word, number)) in rows.iter().enumerate() {
                // Every word but the last; a record without it never passes.
                if *word < 3 {
                    columns.set(seq, "word", Some(&Facet::Word(format!("w{word}"))));
                }
                if let Some(number) = number {
                    columns.set(seq, "number", Some(&Facet::Number(*number)));
                }
            }
            columns.set(0, "word", Some(&Facet::Word("w0".into())));
            columns.set(0, "number", None);
            let many = Test::Words(vec!["w0".into(), "w2".into()]);
            let filters = [
                Filter::default().word("word", "w1"),
                Filter { all: vec![("word".into(), many)] },
                Filter::default().between("number", -1.0, 0.5),
                Filter::default().word("word", "w0").between("number", 0.0, 9.0),
            ];
            let count = rows.len() + beyond;
            for filter in filters {
                let Some(compiled) = columns.compile(&filter) else { continue };
                let bits = compiled.passing(count);
                for seq in 0..bits.len() * 64 {
                    let bit = bits[seq / 64] >> (seq % 64) & 1 == 1;
                    prop_assert_eq!(bit, seq < count && compiled.passes(seq), "{:?} at {}", filter, seq);
                }
            }
        }
    }
}
