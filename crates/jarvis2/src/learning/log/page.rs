//! The log of a run as one HTML file, in the style of the plan's report: no script, nothing loaded from anywhere.
//!
//! Every point of a chart says its generation and its number to the pointer and to readers of the screen; a value that is missing
//! leaves a gap, and the chart says for which generations.

use super::LogRow;
use crate::report::html::{Grid, begin, escape, key, paragraph, with_small};
use crate::report::svg::{self, Scale};
use crate::report::units::{count, decimal, percent, signed};
use serde_json::Value;

const NOT_LOOKED_AT: &str = "n/a (not looked at)";
const NO_NUMBER: &str = "n/a (no number)";

/// One curve over generations. Values that are not finite are missing.
struct Line {
    name: &'static str,
    value: fn(&LogRow) -> Option<f64>,
    /// The ends of its interval.
    ends: fn(&LogRow) -> Option<[f64; 2]>,
}

impl Line {
    fn new(name: &'static str, value: fn(&LogRow) -> Option<f64>) -> Line {
        Line {
            name,
            value,
            ends: |_| None,
        }
    }

    fn at(&self, row: &LogRow) -> Option<f64> {
        (self.value)(row).filter(|value| value.is_finite())
    }

    fn ends_at(&self, row: &LogRow) -> Option<[f64; 2]> {
        (self.ends)(row).filter(|ends| ends.iter().all(|end| end.is_finite()))
    }

    /// `0.0123, 0.0100 to 0.0150`.
    fn words(&self, row: &LogRow, value: f64) -> String {
        match self.ends_at(row) {
            Some([low, high]) => format!("{}, {} to {}", short(value), short(low), short(high)),
            None => short(value),
        }
    }
}

/// Curves that share an axis: at most two.
struct Chart {
    title: &'static str,
    /// What is up, with its unit.
    up: &'static str,
    /// Does the axis reach to zero?
    zero: bool,
    /// What a missing value says.
    missing: &'static str,
    lines: Vec<Line>,
}

/// Classes of a curve and of its points, in the order of the lines.
const CLASSES: [(&str, &str); 2] = [("expiry", "mark chosen"), ("now", "loss")];

fn charts() -> Vec<Chart> {
    let gain = Line {
        ends: |row| row.gain_over_rule_bps.map(|[_, low, high]| [low, high]),
        ..Line::new("gain over the rule", |row| {
            row.gain_over_rule_bps.map(|[gain, ..]| gain)
        })
    };
    vec![
        Chart {
            title: "Value loss",
            up: "mean loss of the value over the steps of the generation, in the net's units",
            zero: true,
            missing: NO_NUMBER,
            lines: vec![Line::new("value loss", |row| Some(row.value_loss))],
        },
        Chart {
            title: "Policy loss",
            up: "mean cross-entropy in nats; at best it is the entropy of the target, so the axis need not reach to zero",
            zero: false,
            missing: NO_NUMBER,
            lines: vec![Line::new("policy loss", |row| Some(row.policy_loss))],
        },
        Chart {
            title: "What was expected, and what came",
            up: "means of the games of the generation, in the game's unit. An expectation that runs away from the outcome is self-deceit",
            zero: true,
            missing: NO_NUMBER,
            lines: vec![
                Line::new("outcome less the luck of the dice", |row| {
                    Some(row.outcome_less_luck)
                }),
                Line::new("expected by the searches", |row| Some(row.expected)),
            ],
        },
        Chart {
            title: "Evaluations a second",
            up: "in the games of the generation, on the machine of the run",
            zero: true,
            missing: NO_NUMBER,
            lines: vec![Line::new("evaluations a second", |row| {
                Some(row.evaluations_per_s)
            })],
        },
        Chart {
            title: "Gain over the rule of 30 delta and 45 days",
            up: "hundredths of a percent of wealth, with the 95 % interval; zero is the rule itself",
            zero: true,
            missing: NOT_LOOKED_AT,
            lines: vec![gain],
        },
        Chart {
            title: "Share of the optimum",
            up: "percent of the possible gain that play at 32 evaluations has, on the lattice",
            zero: true,
            missing: NOT_LOOKED_AT,
            lines: vec![
                Line::new("from cash", |row| {
                    row.share_of_optimum.map(|[cash, _]| 100.0 * cash)
                }),
                Line::new("from a share", |row| {
                    row.share_of_optimum.map(|[_, share]| 100.0 * share)
                }),
            ],
        },
    ]
}

/// A run as one self-contained HTML file: `about` is what was trained and how, in any shape; rows go up in generations.
pub(crate) fn html(rows: &[LogRow], about: &Value) -> String {
    let title = match rows.last() {
        Some(last) => format!("Training: generation {}", count(last.generation)),
        None => "Training: no generation yet".to_owned(),
    };
    let mut page = begin(&title);
    page.push_str("<main>\n<header>\n");
    page.push_str(&format!("<h1>{}</h1>\n", escape(&title)));
    if let Some(last) = rows.last() {
        let games = rows.iter().map(|row| row.games).sum();
        let seconds: f64 = rows.iter().map(|row| row.seconds).sum();
        let words = format!(
            "{} games, {} steps, {} hours: {} generations in the log.",
            count(games),
            count(last.steps),
            decimal(seconds / 3600.0, 2),
            count(rows.len() as u64)
        );
        paragraph(&mut page, "worth", &words);
    }
    page.push_str("</header>\n<section>\n<h2>What was trained, and how</h2>\n");
    let mut grid = Grid::new("", "As the run was given it", &["Setting", "Value"]).words(1);
    let mut settings = Vec::new();
    flatten("", about, &mut settings);
    for (name, value) in &settings {
        grid.row("", &escape(name), &[("words", escape(value))]);
    }
    grid.finish(&mut page);
    page.push_str("</section>\n");
    if let Some(last) = rows.last() {
        last_generation(&mut page, last);
        page.push_str("<section class=\"long\">\n<h2>Over the generations</h2>\n");
        for chart in charts() {
            page.push_str(&format!("<h3>{}</h3>\n", escape(chart.title)));
            draw(&mut page, &chart, rows);
        }
        page.push_str("</section>\n");
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// Names and values of what may be nested, with points between the names.
fn flatten(name: &str, value: &Value, out: &mut Vec<(String, String)>) {
    let below = |part: &str| match name {
        "" => part.to_owned(),
        name => format!("{name}.{part}"),
    };
    match value {
        Value::Object(parts) if !parts.is_empty() => {
            for (part, value) in parts {
                flatten(&below(part), value, out);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (place, value) in items.iter().enumerate() {
                flatten(&below(&place.to_string()), value, out);
            }
        }
        value => out.push((
            match name {
                "" => "about".to_owned(),
                name => name.to_owned(),
            },
            plain(value),
        )),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "n/a".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if !items.is_empty() => {
            let items: Vec<String> = items.iter().map(plain).collect();
            items.join(", ")
        }
        Value::Array(_) | Value::Object(_) => "none".to_owned(),
        value => value.to_string(),
    }
}

fn last_generation(page: &mut String, row: &LogRow) {
    let looked = |value: Option<String>| value.unwrap_or_else(|| NOT_LOOKED_AT.to_owned());
    let share = |at: usize| looked(row.share_of_optimum.map(|share| percent(share[at])));
    let gain = row.gain_over_rule_bps.map(|gain| {
        let [gain, low, high] = gain.map(|bps| signed(bps, 1));
        format!("{gain} ({low} to {high})")
    });
    let rows = [
        ("Generation", "", count(row.generation)),
        ("Steps", "of the learner, so far", count(row.steps)),
        ("Games", "", count(row.games)),
        ("Decisions", "in its games", count(row.moves)),
        ("States judged", "by the net, for them", count(row.judged)),
        (
            "Value loss",
            "mean over its steps, in the net's units",
            short(row.value_loss),
        ),
        (
            "Policy loss",
            "mean over its steps, cross-entropy in nats",
            short(row.policy_loss),
        ),
        (
            "Length of the gradient",
            "mean over its steps",
            short(row.gradient_norm),
        ),
        (
            "Learning rate",
            "of its last step",
            short(row.learning_rate),
        ),
        (
            "Outcome",
            "mean of its games, in the game's unit",
            short(row.outcome),
        ),
        (
            "Outcome less luck",
            "the same without the luck of the dice",
            short(row.outcome_less_luck),
        ),
        (
            "Expected",
            "by the searches of its games",
            short(row.expected),
        ),
        ("Wall time", "seconds", decimal(row.seconds, 1)),
        (
            "Evaluations a second",
            "in its games",
            decimal(row.evaluations_per_s, 0),
        ),
        (
            "Markets won over the rule",
            "of 30 delta and 45 days",
            looked(row.won_over_rule.map(percent)),
        ),
        (
            "Gain over the rule",
            "hundredths of a percent of wealth, and the 95 % interval",
            looked(gain),
        ),
        ("Share of the optimum, from cash", "", share(0)),
        ("Share of the optimum, from a share", "", share(1)),
    ];
    page.push_str("<section>\n<h2>The last generation</h2>\n");
    let mut grid = Grid::new("", "Times are readings of one machine", &[]);
    for (name, gloss, value) in rows {
        grid.row("", &with_small(name, gloss), &[("", escape(&value))]);
    }
    grid.finish(page);
    page.push_str("</section>\n");
}

/// A chart with its key and what it lacks.
fn draw(page: &mut String, chart: &Chart, rows: &[LogRow]) {
    let lacking: Vec<u64> = rows
        .iter()
        .filter(|row| chart.lines.iter().any(|line| line.at(row).is_none()))
        .map(|row| row.generation)
        .collect();
    if chart
        .lines
        .iter()
        .all(|line| rows.iter().all(|row| line.at(row).is_none()))
    {
        paragraph(page, "", chart.missing);
        return;
    }
    if chart.lines.len() > 1 {
        let lines: Vec<(&str, &str)> = chart
            .lines
            .iter()
            .zip(CLASSES)
            .map(|(line, (curve, _))| (curve, line.name))
            .collect();
        key(page, &lines);
    }
    page.push_str(&drawing(chart, rows));
    page.push('\n');
    let words = format!("Across: generation. Up: {}.", chart.up);
    paragraph(page, "soft", &words);
    if !lacking.is_empty() {
        let words = format!("{}: generation {}.", chart.missing, runs(&lacking));
        paragraph(page, "soft", &words);
    }
}

/// `1 to 4, 6, 8 to 9`; of many runs, the first and how many numbers are in the others.
fn runs(numbers: &[u64]) -> String {
    const MOST: usize = 8;
    let runs: Vec<&[u64]> = numbers.chunk_by(|a, b| a + 1 == *b).collect();
    let words = |run: &&[u64]| match run {
        [one] => one.to_string(),
        run => format!("{} to {}", run[0], run[run.len() - 1]),
    };
    if runs.len() > MOST {
        let others = numbers.len() - runs[0].len();
        return format!("{} and {} others", words(&runs[0]), count(others as u64));
    }
    runs.iter().map(words).collect::<Vec<_>>().join(", ")
}

fn drawing(chart: &Chart, rows: &[LogRow]) -> String {
    const TOP: u32 = 14;
    const PLOT: u32 = 170;
    const BOTTOM: u32 = TOP + PLOT;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return String::new();
    };
    let across = Scale {
        low: first.generation as f64 - 0.5,
        high: last.generation as f64 + 0.5,
    };
    let values = rows.iter().flat_map(|row| {
        chart.lines.iter().flat_map(move |line| {
            let ends = line.ends_at(row).into_iter().flatten();
            line.at(row).into_iter().chain(ends)
        })
    });
    let up = match chart.zero {
        true => Scale::with_zero(values),
        false => Scale::spanning(values),
    };
    let y_of = |value: f64| f64::from(TOP) + (1.0 - up.percent(value) / 100.0) * f64::from(PLOT);
    let mut svg = svg::open("payoff strip", BOTTOM + 24, &label(chart, rows));
    let levels = svg::ticks(up.low, up.high, 4);
    for level in &levels {
        let class = if *level == 0.0 { "zero" } else { "grid" };
        let y = y_of(*level);
        svg.push_str(&format!(
            r#"<line class="{class}" x1="0%" x2="100%" y1="{y:.1}" y2="{y:.1}"/>"#
        ));
    }
    for generation in svg::ticks(across.low, across.high, 8) {
        // A run of few generations would have halves.
        if generation.fract() == 0.0 {
            let (x, text) = (across.percent(generation), count(generation as u64));
            svg.push_str(&svg::words(x, BOTTOM + 20, "tick", &text));
        }
    }
    // The curves stretch with the page in a drawing of their own: only there are horizontal places no percentages.
    svg.push_str(&format!(r#"<svg x="0" y="0" width="100%" height="{BOTTOM}" viewBox="0 0 1000 {BOTTOM}" preserveAspectRatio="none">"#));
    for (line, (curve, _)) in chart.lines.iter().zip(CLASSES) {
        let known = |row: &LogRow| line.at(row).is_some();
        let whole =
            |a: &LogRow, b: &LogRow| known(a) && known(b) && a.generation + 1 == b.generation;
        for piece in rows.chunk_by(whole).filter(|piece| piece.len() > 1) {
            let path: Vec<String> = piece
                .iter()
                .filter_map(|row| Some((row.generation, line.at(row)?)))
                .map(|(generation, value)| {
                    let x = across.percent(generation as f64) * 10.0;
                    format!("{x:.1},{:.1}", y_of(value))
                })
                .collect();
            svg.push_str(&format!(
                r#"<polyline class="{curve}" vector-effect="non-scaling-stroke" points="{}"/>"#,
                path.join(" ")
            ));
        }
    }
    svg.push_str("</svg>");
    for (line, (_, class)) in chart.lines.iter().zip(CLASSES) {
        svg.push_str(&format!(r#"<g class="{class}">"#));
        for row in rows {
            let Some(value) = line.at(row) else {
                continue;
            };
            let x = across.at(row.generation as f64);
            if let Some([low, high]) = line.ends_at(row) {
                let (low, high) = (y_of(low), y_of(high));
                svg.push_str(&format!(
                    r#"<line x1="{x}%" x2="{x}%" y1="{low:.1}" y2="{high:.1}"/>"#
                ));
            }
            let words = format!(
                "generation {}: {} {}",
                row.generation,
                line.name,
                line.words(row, value)
            );
            svg.push_str(&format!(
                r#"<circle cx="{x}%" cy="{:.1}" r="2.5"><title>{}</title></circle>"#,
                y_of(value),
                escape(&words)
            ));
        }
        svg.push_str("</g>");
    }
    let decimals = tick_decimals(&levels);
    for level in &levels {
        svg.push_str(&format!(
            r#"<text class="tick" x="2" y="{:.1}">{}</text>"#,
            y_of(*level) - 3.0,
            decimal(*level, decimals)
        ));
    }
    svg.push_str("</svg>");
    svg
}

/// What a chart says to those who cannot see it.
fn label(chart: &Chart, rows: &[LogRow]) -> String {
    let lines: Vec<String> = chart
        .lines
        .iter()
        .filter_map(|line| {
            let mut known = rows
                .iter()
                .filter_map(|row| Some((row.generation, line.words(row, line.at(row)?))));
            let (from, first) = known.next()?;
            let (until, last) = known.next_back().unwrap_or((from, first.clone()));
            Some(format!(
                "{}: {first} in generation {from}, {last} in generation {until}",
                line.name
            ))
        })
        .collect();
    format!("{} by generation. {}.", chart.title, lines.join("; "))
}

/// Decimals that tell evenly spaced ticks apart.
fn tick_decimals(levels: &[f64]) -> usize {
    let step = levels.windows(2).map(|pair| pair[1] - pair[0]).next();
    let whole = |decimals: &usize| {
        let scaled = step.unwrap_or(1.0) * 10_f64.powi(*decimals as i32);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    };
    (0..9).find(whole).unwrap_or(9)
}

/// Four digits that count, at most nine decimals.
fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return decimal(value, 0);
    }
    let power = value.abs().log10().floor();
    decimal(value, (3.0 - power).clamp(0.0, 9.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_runs_are_short() {
        let check = |shown: String, expected: &str| assert_eq!(shown, expected);
        check(short(0.001_234_56), "0.001235");
        check(short(-12.345_6), "-12.35");
        check(short(12_345.6), "12,346");
        check(short(0.0), "0");
        check(short(f64::INFINITY), "n/a");
        check(runs(&[1, 2, 3, 6, 8, 9]), "1 to 3, 6, 8 to 9");
        let odd: Vec<u64> = (1..100).step_by(2).collect();
        check(runs(&odd), "1 and 49 others");
        assert_eq!(tick_decimals(&[0.0, 0.25, 0.5]), 2);
        assert_eq!(tick_decimals(&[0.0, 20.0]), 0);
        assert_eq!(tick_decimals(&[0.0]), 0);
    }
}
