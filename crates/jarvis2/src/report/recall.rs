//! Recall in both reports, and alone: the past days like today, and the past decisions like this one.

use super::html::{Grid, escape, paragraph};
use super::table::Table;
use super::text::{Screen, TextStyle, Tone};
use super::units::{decimal, figure, percent, percent_signed, usd_signed};
use crate::plan::Figure;
use crate::recall::since::{ChangeView, SinceView};
use crate::recall::{OutcomeView, PriceRecall, RecallView};

/// Precedents of the price history on the terminal.
const DAYS: usize = 5;

/// What the section is called.
const TITLE: &str = "Recall";

/// Rows of the comparison between close days and all days: name, close, all.
fn compared(found: &PriceRecall) -> Vec<[String; 3]> {
    let pair = |name: &str, of: &dyn Fn(&OutcomeView) -> String| {
        [
            name.to_owned(),
            of(&found.after_close),
            of(&found.after_any),
        ]
    };
    let known = |value: &Figure, words: fn(f64) -> String| match value {
        Figure::Known(value) => words(*value),
        Figure::Missing(_) => "n/a".to_owned(),
    };
    vec![
        pair("Days", &|of| of.days.to_string()),
        pair("Outcomes that do not overlap", &|of| {
            of.independent.to_string()
        }),
        pair("Ended beyond the strike", &|of| {
            known(&of.past_strike_fraction, percent)
        }),
        pair("95 % interval", &|of| match (
            &of.past_strike_low_fraction,
            &of.past_strike_high_fraction,
        ) {
            (Figure::Known(low), Figure::Known(high)) => {
                format!("{} to {}", percent(*low), percent(*high))
            }
            _ => "n/a".to_owned(),
        }),
        pair("Mean move", &|of| {
            known(&of.mean_return_fraction, percent_signed)
        }),
        pair("Lowest move", &|of| {
            known(&of.lowest_return_fraction, percent_signed)
        }),
        pair("Highest move", &|of| {
            known(&of.highest_return_fraction, percent_signed)
        }),
    ]
}

/// `put: 12 SYNVOL ... (strike 0.909 of the spot, 52 days)`.
fn question(view: &RecallView) -> String {
    view.contract.as_ref().map_or_else(String::new, |contract| {
        format!(
            "Asked about a {} with its strike at {} of the spot and {} days to go ({}).",
            contract.right,
            decimal(contract.strike_over_spot, 3),
            contract.days,
            contract.text
        )
    })
}

/// The features of today beside those of the past days, in standard deviations.
fn today(found: &PriceRecall) -> String {
    let parts: Vec<String> = found
        .features
        .iter()
        .filter(|feature| feature.deviation > 0.0)
        .map(|feature| {
            let z = (feature.today - feature.mean) / feature.deviation;
            format!(
                "{} {}{}",
                feature.name,
                if z < 0.0 { "-" } else { "+" },
                decimal(z.abs(), 1)
            )
        })
        .collect();
    format!(
        "Today in standard deviations from the mean: {}.",
        parts.join(", ")
    )
}

/// Heads of the comparison: the close days, and the yardstick's.
fn heads(view: &RecallView) -> [&'static str; 2] {
    match view.only_regime {
        Some(_) => ["close days", "all in the regime"],
        None => ["close days", "all days"],
    }
}

/// `; calm rising`, where a regime is known.
fn in_regime(regime: Option<&String>) -> String {
    regime.map_or_else(String::new, |regime| format!("; {regime}"))
}

fn ending(past: Option<bool>) -> &'static str {
    match past {
        Some(true) => "yes",
        Some(false) => "no",
        None => "n/a",
    }
}

/// What is otherwise since the last plan, and what was done: one line each.
fn changes(since: &SinceView) -> Vec<String> {
    let change = |one: &ChangeView| {
        let difference = one.difference.as_ref();
        let difference = difference.map_or_else(String::new, |words| format!(" ({words})"));
        format!("{}: {} -> {}{difference}", one.what, one.then, one.now)
    };
    let fills = since.fills.iter().map(|fill| format!("filled {fill}"));
    since.changes.iter().map(change).chain(fills).collect()
}

/// The section on the terminal.
pub(super) fn section(screen: &mut Screen, view: &RecallView) {
    screen.heading(TITLE, &format!("{}.", view.meaning));
    screen.paragraph(
        Tone::Plain,
        "  ",
        &format!("Since the last plan: {}.", view.since_note),
    );
    if let Some(since) = &view.since {
        for line in changes(since) {
            screen.paragraph(Tone::Quiet, "    ", &line);
        }
    }
    screen.paragraph(Tone::Plain, "  ", &format!("Regime: {}.", view.regime_note));
    screen.paragraph(Tone::Plain, "  ", &question(view));
    screen.paragraph(Tone::Plain, "  ", &format!("Prices: {}.", view.prices_note));
    if let Some(found) = &view.prices {
        if !found.precedents.is_empty() {
            screen.blank();
            let mut table = Table::new(&[
                "Past day like this one",
                "distance",
                "move",
                "worst\nclose",
                "beyond\nstrike",
            ]);
            for day in found.precedents.iter().take(DAYS) {
                table.row(vec![
                    format!("{} to {}", day.date, day.end),
                    decimal(day.distance, 2),
                    percent_signed(day.return_fraction),
                    percent_signed(day.worst_close_fraction),
                    ending(day.past_strike).to_owned(),
                ]);
                table.note(format!(
                    "alike: {}; least: {}{}",
                    day.most_alike.join(", "),
                    day.least_alike,
                    in_regime(day.regime.as_ref())
                ));
            }
            screen.table(&table);
            if found.precedents.len() > DAYS {
                let more = found.precedents.len() - DAYS;
                screen.paragraph(Tone::Quiet, "  ", &format!("and {more} more in plan.json"));
            }
            screen.blank();
            let [close, all] = heads(view);
            let mut table = Table::new(&["What followed", close, all]);
            for [name, close, all] in compared(found) {
                table.row(vec![name, close, all]);
            }
            screen.table(&table);
        }
        screen.blank();
        screen.paragraph(Tone::Quiet, "  ", &today(found));
        screen.paragraph(
            Tone::Quiet,
            "  ",
            &format!(
                "{}, {} to {}. Rule: {}.",
                found.source, found.from, found.today, found.rule
            ),
        );
    }
    screen.paragraph(Tone::Plain, "  ", &format!("Diary: {}.", view.diary_note));
    if !view.diary.is_empty() {
        let mut table = Table::new(&["Past decision like this one", "distance", "gain"]);
        for row in &view.diary {
            table.row(vec![
                format!("{} {}, decision {}", row.symbol, row.date, row.decision),
                decimal(row.distance, 4),
                match &row.realised_usd {
                    Figure::Known(value) => usd_signed(*value),
                    Figure::Missing(_) => "n/a".to_owned(),
                },
            ]);
            table.note(format!(
                "{}; {}; differs most in: {}{}",
                row.action,
                row.ending.as_deref().unwrap_or("not ended on that day"),
                row.differs_in,
                in_regime(row.regime.as_ref())
            ));
        }
        screen.table(&table);
    }
}

/// The section of the page.
pub(super) fn html_section(page: &mut String, view: &RecallView) {
    page.push_str(&format!("<section class=\"long\">\n<h2>{TITLE}</h2>\n"));
    paragraph(page, "", &format!("{}.", view.meaning));
    paragraph(
        page,
        "strong",
        &format!("Since the last plan: {}.", view.since_note),
    );
    if let Some(since) = &view.since {
        page.push_str("<ul>\n");
        for line in changes(since) {
            page.push_str(&format!("<li>{}</li>\n", escape(&line)));
        }
        page.push_str("</ul>\n");
    }
    paragraph(page, "strong", &format!("Regime: {}.", view.regime_note));
    paragraph(page, "", &question(view));
    paragraph(page, "strong", &format!("Prices: {}.", view.prices_note));
    if let Some(found) = &view.prices {
        if !found.precedents.is_empty() {
            let mut grid = Grid::new(
                "",
                "Past days like this one, nearest first",
                &[
                    "Day",
                    "Outcome known",
                    "Distance",
                    "Move",
                    "Worst close",
                    "Beyond the strike",
                    "Alike in",
                    "Least alike in",
                    "Regime",
                ],
            )
            .words(4);
            for day in &found.precedents {
                grid.row(
                    "",
                    &escape(&day.date),
                    &[
                        ("", escape(&day.end)),
                        ("", decimal(day.distance, 2)),
                        ("", escape(&percent_signed(day.return_fraction))),
                        ("", escape(&percent_signed(day.worst_close_fraction))),
                        ("words", ending(day.past_strike).to_owned()),
                        ("words", escape(&day.most_alike.join(", "))),
                        ("words", escape(&day.least_alike)),
                        (
                            "words",
                            escape(day.regime.as_deref().unwrap_or("n/a (no regime told)")),
                        ),
                    ],
                );
            }
            grid.finish(page);
            let [close, all] = heads(view);
            let mut grid = Grid::new("", "What followed", &["", close, all]);
            for [name, close, all] in compared(found) {
                grid.row(
                    "",
                    &escape(&name),
                    &[("", escape(&close)), ("", escape(&all))],
                );
            }
            grid.finish(page);
        }
        paragraph(page, "", &today(found));
        paragraph(
            page,
            "",
            &format!(
                "{}, {} to {}. Rule: {}.",
                found.source, found.from, found.today, found.rule
            ),
        );
    }
    paragraph(page, "strong", &format!("Diary: {}.", view.diary_note));
    if !view.diary.is_empty() {
        let mut grid = Grid::new(
            "",
            "Past decisions like this one, nearest first",
            &[
                "Day",
                "Decision",
                "Distance",
                "Gain",
                "How it ended",
                "Differs most in",
                "Regime",
                "What was decided",
            ],
        )
        .words(4);
        for row in &view.diary {
            grid.row(
                "",
                &escape(&format!("{} {}", row.symbol, row.date)),
                &[
                    ("", row.decision.to_string()),
                    ("", decimal(row.distance, 4)),
                    ("", escape(&figure(&row.realised_usd, usd_signed))),
                    (
                        "words",
                        escape(row.ending.as_deref().unwrap_or("not ended on that day")),
                    ),
                    ("words", escape(&row.differs_in)),
                    (
                        "words",
                        escape(row.regime.as_deref().unwrap_or("n/a (none kept with it)")),
                    ),
                    ("words", escape(&row.action)),
                ],
            );
        }
        grid.finish(page);
    }
    page.push_str("</section>\n");
}

/// Recall alone, on a terminal.
pub(crate) fn recall_text(view: &RecallView, style: &TextStyle) -> String {
    let mut screen = Screen::new();
    section(&mut screen, view);
    screen.print(style).trim_start().to_owned()
}
