//! Tables and paragraphs that fit a width, counted in characters.

/// A table: the first column holds words and wraps, the others hold numbers and stand to the right.
///
/// Columns that do not fit side by side continue in a second block under the same words.
pub(super) struct Table {
    heads: Vec<String>,
    rows: Vec<Row>,
}

/// One row.
struct Row {
    cells: Vec<String>,
    /// Words on a line of their own above the row.
    lead: String,
    /// A sentence under the row.
    note: String,
}

/// Spaces between columns.
const GAP: usize = 2;
/// Narrowest first column before the table is split.
const NARROWEST: usize = 18;

impl Table {
    /// An empty table; a head may have two lines, separated by `\n`.
    pub(super) fn new(heads: &[&str]) -> Table {
        Table {
            heads: heads.iter().map(|head| (*head).to_string()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row with as many cells as there are heads.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        assert_eq!(cells.len(), self.heads.len(), "a row of another width");
        self.rows.push(Row {
            cells,
            lead: String::new(),
            note: String::new(),
        });
    }

    /// Puts words on a line of their own above the last row: for names too long for a column.
    pub(super) fn lead(&mut self, lead: String) {
        if let Some(row) = self.rows.last_mut() {
            row.lead = lead;
        }
    }

    /// Puts a sentence under the last row.
    pub(super) fn note(&mut self, note: String) {
        if let Some(row) = self.rows.last_mut() {
            row.note = note;
        }
    }

    /// The table as lines of at most `width` characters; the heads come first.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|column| self.column_width(column))
            .collect();
        let first_min = widths[0].min(NARROWEST);
        let mut lines = Vec::new();
        let mut start = 1;
        loop {
            let mut end = start;
            let mut used = first_min;
            while end < widths.len() && (end == start || used + GAP + widths[end] <= width) {
                used += GAP + widths[end];
                end += 1;
            }
            let numbers: usize = widths[start..end].iter().map(|number| number + GAP).sum();
            let first = widths[0].min(width.saturating_sub(numbers)).max(1);
            self.block(&mut lines, start..end, first, &widths, width);
            if end >= widths.len() {
                return lines;
            }
            start = end;
        }
    }

    /// Appends the heads and rows of some columns.
    fn block(
        &self,
        lines: &mut Vec<String>,
        columns: std::ops::Range<usize>,
        first: usize,
        widths: &[usize],
        width: usize,
    ) {
        let head_lines = self
            .heads
            .iter()
            .map(|head| head.split('\n').count())
            .max()
            .unwrap_or(1);
        for line in 0..head_lines {
            let part = |column: usize| {
                let parts: Vec<&str> = self.heads[column].split('\n').collect();
                (line + parts.len())
                    .checked_sub(head_lines)
                    .map_or("", |index| parts[index])
            };
            let mut text = pad_right(part(0), first);
            for column in columns.clone() {
                text.push_str(&pad_left(part(column), GAP + widths[column]));
            }
            lines.push(text.trim_end().to_string());
        }
        for row in &self.rows {
            if !row.lead.is_empty() {
                lines.extend(wrap(&row.lead, width));
            }
            for (index, words) in wrap(&row.cells[0], first).iter().enumerate() {
                let mut text = pad_right(words, first);
                if index == 0 {
                    for column in columns.clone() {
                        text.push_str(&pad_left(&row.cells[column], GAP + widths[column]));
                    }
                }
                lines.push(text.trim_end().to_string());
            }
            if columns.start == 1 && !row.note.is_empty() {
                lines.extend(indented("    ", &row.note, width));
            }
        }
    }

    /// Characters of the widest line in a column.
    fn column_width(&self, column: usize) -> usize {
        let head = self.heads[column]
            .split('\n')
            .map(width_of)
            .max()
            .unwrap_or(0);
        self.rows
            .iter()
            .map(|row| width_of(&row.cells[column]))
            .fold(head, usize::max)
    }
}

/// Breaks text at spaces into lines of at most `width` characters; a longer word is cut, and a `%` stays with its number.
/// Never empty.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(number) if word.starts_with('%') => number.push_str(&format!(" {word}")),
            _ => words.push(word.to_string()),
        }
    }
    for word in words {
        let mut letters: Vec<char> = word.chars().collect();
        let line = lines.last().map_or(0, |line| width_of(line));
        if line > 0 && line + 1 + letters.len() <= width {
            push(&mut lines, " ");
        } else if line > 0 {
            lines.push(String::new());
        }
        while letters.len() > width {
            let rest = letters.split_off(width);
            push(&mut lines, &letters.iter().collect::<String>());
            lines.push(String::new());
            letters = rest;
        }
        push(&mut lines, &letters.iter().collect::<String>());
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

/// A paragraph whose first line opens with `lead` and whose other lines stand under the words.
pub(super) fn indented(lead: &str, text: &str, width: usize) -> Vec<String> {
    let indent = width_of(lead);
    let lines = wrap(text, width.saturating_sub(indent));
    let blank = " ".repeat(indent);
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| format!("{}{line}", if index == 0 { lead } else { &blank }))
        .collect()
}

/// Fills with spaces to the right.
pub(super) fn pad_right(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(width_of(text))))
}

/// Fills with spaces to the left.
pub(super) fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(width_of(text))))
}

/// Characters in a line.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_long_words_are_cut() {
        assert_eq!(wrap("sell two puts", 8), ["sell two", "puts"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("over 38 % of", 8), ["over", "38 % of"]);
        assert_eq!(wrap("  ", 3), [""]);
        assert_eq!(indented("- ", "one two three", 9), ["- one two", "  three"]);
    }

    #[test]
    fn numbers_stand_to_the_right() {
        let mut table = Table::new(&["policy", "mean\ngain"]);
        table.row(vec!["hold".into(), "+5".into()]);
        table.note("because".into());
        table.row(vec!["sell puts".into(), "-1,234".into()]);
        assert_eq!(
            table.lines(40),
            [
                "             mean",
                "policy       gain",
                "hold           +5",
                "    because",
                "sell puts  -1,234"
            ]
        );
    }

    #[test]
    fn columns_that_do_not_fit_continue_below() {
        let mut table = Table::new(&["a", "b", "c"]);
        table.row(vec!["x".into(), "11111".into(), "22222".into()]);
        assert_eq!(
            table.lines(10),
            ["a      b", "x  11111", "a      c", "x  22222"]
        );
    }
}
