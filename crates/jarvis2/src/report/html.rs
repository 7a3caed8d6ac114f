//! The plan as one HTML file: its style sheet and drawings are inside, there is no script, and nothing is loaded from anywhere.
//!
//! Colours follow the reader's light or dark setting; gains are blue and losses orange, which the colour-blind can tell apart, and
//! every coloured cell also has its number. Whatever comes from the plan is escaped.

use super::content::{
    self, EDGE_TITLE, FLIPS_TITLE, Line, WORTH_MEANING, alternative_gaps, by_reason,
    draws_sentence, edge_parts, flat_profits, forward_sentences, gap, groups, has_parts, headline,
    idle_sentences, interval_name, leg_note, leg_prices, leg_words, missing, nearest_miss,
    nearest_row, payoff_day, profit_at, search_sentences, selected, sentence, settled_sentence,
    spot_row, subject_sentence, terms, verdict, worth_sentence,
};
use super::svg::{self, Scale};
use super::units::{
    cell, column_decimals, count, decimal, figure, in_unit, interval_decimals, percent,
    probability, quote, signed, span, usd, usd_signed,
};
use crate::plan::{Figure, IntervalUsd, Plan, WhatIf};
use crate::trace::{TreePart, TreeView};

/// Alternatives shown, besides the choice, doing nothing and holding.
const ALTERNATIVES: usize = 24;
/// Alternatives drawn.
const DRAWN: usize = 8;
/// Rows of a list of notes or refusals before the page grows too long.
const LIST: usize = 60;

/// The plan as one self-contained HTML file.
pub(crate) fn html(plan: &Plan) -> String {
    let title = format!("{}, {}: {}", plan.symbol, plan.as_of, headline(plan));
    let mut page = begin(&title);
    watermark(&mut page, plan);
    page.push_str("<main>\n");
    header(&mut page, plan);
    cards(&mut page, plan);
    numbers(&mut page, plan);
    alternatives(&mut page, plan);
    why(&mut page, plan);
    tree(&mut page, plan);
    what_if(&mut page, plan);
    evidence(&mut page, plan);
    super::recall::html_section(&mut page, &plan.recall);
    data(&mut page, plan);
    account(&mut page, plan);
    assumptions(&mut page, plan);
    manifest(&mut page, plan);
    page.push_str("</main>\n");
    watermark(&mut page, plan);
    page.push_str("</body>\n</html>\n");
    page
}

/// A page up to its body, with the style sheet inside.
pub(crate) fn begin(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
        escape(title),
        include_str!("page.css")
    )
}

/// Text that is safe between tags and inside quoted attributes. A `%` stays on the line of its number.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.replace(" %", "\u{a0}%").chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(' '),
            letter if letter.is_control() => safe.push('?'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A table that scrolls sideways where the page is narrow.
pub(crate) struct Grid {
    class: &'static str,
    caption: String,
    heads: Vec<String>,
    /// How many of the last columns hold words.
    words: usize,
    body: String,
}

impl Grid {
    pub(crate) fn new(class: &'static str, caption: &str, heads: &[&str]) -> Grid {
        Grid {
            class,
            caption: caption.to_string(),
            heads: heads.iter().map(|head| (*head).to_string()).collect(),
            words: 0,
            body: String::new(),
        }
    }

    /// Says how many of the last columns hold words: they stand to the left.
    pub(crate) fn words(mut self, columns: usize) -> Grid {
        self.words = columns;
        self
    }

    /// Adds a row. `head` and the cells are HTML; a cell is its class and its content.
    pub(crate) fn row(&mut self, class: &str, head: &str, cells: &[(&str, String)]) {
        self.body.push_str(&format!(
            "<tr{}><th scope=\"row\">{head}</th>",
            class_of(class)
        ));
        for (class, content) in cells {
            self.body
                .push_str(&format!("<td{}>{content}</td>", class_of(class)));
        }
        self.body.push_str("</tr>\n");
    }

    pub(crate) fn finish(self, page: &mut String) {
        let caption = escape(&self.caption);
        page.push_str(&format!(
            "<p class=\"caption\">{caption}</p>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\"><table{} aria-label=\"{caption}\">\n",
            class_of(self.class)
        ));
        if self.heads.iter().any(|head| !head.is_empty()) {
            page.push_str("<thead><tr>");
            for (column, head) in self.heads.iter().enumerate() {
                // A column of drawings has no head.
                if head.is_empty() {
                    page.push_str("<td></td>");
                    continue;
                }
                let class = class_of(if column + self.words >= self.heads.len() {
                    "words"
                } else {
                    ""
                });
                page.push_str(&format!("<th scope=\"col\"{class}>{}</th>", escape(head)));
            }
            page.push_str("</tr></thead>\n");
        }
        page.push_str(&format!("<tbody>\n{}</tbody></table></div>\n", self.body));
    }
}

fn class_of(class: &str) -> String {
    if class.is_empty() {
        String::new()
    } else {
        format!(" class=\"{class}\"")
    }
}

pub(crate) fn paragraph(page: &mut String, class: &str, text: &str) {
    if !text.is_empty() {
        page.push_str(&format!(
            "<p{}>{}</p>\n",
            class_of(class),
            dates_whole(text)
        ));
    }
}

/// A list; empty lists leave nothing.
pub(crate) fn list(page: &mut String, class: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    page.push_str(&format!("<ul{}>\n", class_of(class)));
    for item in items.iter().take(LIST) {
        page.push_str(&format!("<li>{}</li>\n", dates_whole(item)));
    }
    if items.len() > LIST {
        page.push_str(&format!("<li>and {} more</li>\n", items.len() - LIST));
    }
    page.push_str("</ul>\n");
}

/// Says which line of a drawing is what: the class of each and its words.
pub(crate) fn key(page: &mut String, lines: &[(&str, &str)]) {
    page.push_str("<div class=\"key\">");
    for (class, words) in lines {
        page.push_str(&format!(
            "<span><svg width=\"34\" height=\"8\" aria-hidden=\"true\"><line class=\"{class}\" x1=\"0\" x2=\"34\" y1=\"4\" y2=\"4\"/></svg>{}</span>",
            escape(words)
        ));
    }
    page.push_str("</div>\n");
}

/// Words with a quieter second line.
pub(crate) fn with_small(text: &str, small: &str) -> String {
    if small.is_empty() {
        dates_whole(text)
    } else {
        format!("{}<small>{}</small>", dates_whole(text), dates_whole(small))
    }
}

/// Escapes words; a date among them does not break at its hyphens.
fn dates_whole(text: &str) -> String {
    let is_date = |word: &str| {
        let date = word.trim_matches(|letter: char| !letter.is_ascii_digit());
        date.len() == 10 && date.bytes().filter(|byte| *byte == b'-').count() == 2
    };
    let words: Vec<String> = text
        .replace(" %", "\u{a0}%")
        .split(' ')
        .map(|word| match is_date(word) {
            true => format!("<span class=\"nowrap\">{}</span>", escape(word)),
            false => escape(word),
        })
        .collect();
    words.join(" ")
}

fn watermark(page: &mut String, plan: &Plan) {
    if let Some(watermark) = &plan.watermark {
        page.push_str(&format!(
            "<p class=\"watermark\">{}</p>\n",
            escape(watermark)
        ));
    }
}

fn header(page: &mut String, plan: &Plan) {
    let decision = &plan.decision;
    page.push_str("<header>\n");
    paragraph(
        page,
        "lead",
        &format!(
            "{} \u{b7} {} per share \u{b7} {}",
            plan.symbol,
            usd(plan.spot_usd),
            plan.as_of
        ),
    );
    let headline = headline(plan);
    let mut letters = headline.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    page.push_str(&format!(
        "<h1>{}{}</h1>\n",
        escape(&first),
        dates_whole(letters.as_str())
    ));
    paragraph(
        page,
        "worth",
        &sentence(&format!("Worth {}", worth_sentence(plan))),
    );
    paragraph(page, "", &sentence(&decision.because));
    let notices: Vec<String> = decision
        .notices
        .iter()
        .map(|notice| sentence(notice))
        .collect();
    list(page, "notices", &notices);
    if !decision.action.legs.is_empty() {
        let mut grid = Grid::new(
            "",
            "Trades: prices in dollars per share",
            &["Trade", "Bid", "Mid", "Ask", "Limit"],
        );
        for leg in &decision.action.legs {
            let cells = leg_prices(leg).map(|price| ("", price));
            grid.row("", &with_small(&leg_words(leg), &leg_note(leg)), &cells);
        }
        grid.finish(page);
    }
    paragraph(page, "soft", &terms(&decision.action));
    page.push_str("</header>\n");
}

/// The figures that a trader looks for first.
fn cards(page: &mut String, plan: &Plan) {
    page.push_str("<dl class=\"cards\">\n");
    for (label, value, gloss) in content::cards(plan) {
        let (big, small) = match value.split_once(" (") {
            Some((na, reason)) => (na, reason.trim_end_matches(')').to_string()),
            None => (value.as_str(), gloss),
        };
        page.push_str(&format!(
            "<div class=\"card\"><dt>{}</dt><dd><span class=\"big\">{}</span><br><span class=\"gloss\">{}</span></dd></div>\n",
            escape(label),
            escape(big),
            dates_whole(&small)
        ));
    }
    page.push_str("</dl>\n");
}

fn numbers(page: &mut String, plan: &Plan) {
    page.push_str("<section>\n<h2>Numbers</h2>\n");
    for words in idle_sentences(plan) {
        paragraph(page, "", &words);
    }
    page.push_str("<div class=\"columns\">\n");
    let groups = groups(plan);
    for group in &groups {
        let known: Vec<&Line> = group.lines.iter().filter(|line| line.known).collect();
        if known.is_empty() {
            continue;
        }
        page.push_str(&format!("<div>\n<h3>{}</h3>\n", escape(group.title)));
        let mut grid = Grid::new("inline", &group.basis, &[]);
        for line in known {
            grid.row(
                "",
                &with_small(&line.label, &line.gloss),
                &[("", escape(&line.value))],
            );
        }
        grid.finish(page);
        page.push_str("</div>\n");
    }
    page.push_str("</div>\n");
    let missing: Vec<String> = by_reason(missing(&groups))
        .into_iter()
        .map(|(reason, labels)| format!("{reason}: {labels}"))
        .collect();
    list(page, "soft", &missing);
    paragraph(page, "soft", WORTH_MEANING);
    page.push_str("</section>\n");
}

fn alternatives(page: &mut String, plan: &Plan) {
    let rows = selected(&plan.alternatives, ALTERNATIVES);
    if rows.is_empty() {
        return;
    }
    page.push_str("<section class=\"long\">\n<h2>Alternatives</h2>\n");
    let drawn: Vec<_> = selected(&plan.alternatives, DRAWN)
        .into_iter()
        .filter_map(|row| {
            row.numbers
                .worth_over_holding
                .as_ref()
                .map(|worth| (row, worth))
        })
        .collect();
    if !drawn.is_empty() {
        let scale = Scale::with_zero(
            drawn
                .iter()
                .flat_map(|(_, worth)| [worth.low_usd, worth.value_usd, worth.high_usd]),
        );
        let caption = format!(
            "Worth over holding everything to the horizon: dot and {}, in dollars; the vertical line is zero",
            interval_name(plan)
        );
        let mut grid = Grid::new("drawn", &caption, &["Action", "", "Worth"]);
        for (row, worth) in drawn {
            let class = if row.chosen { "chosen" } else { "" };
            let svg = svg::whisker(
                &row.action.text,
                worth,
                &interval_name(plan),
                &scale,
                row.chosen,
            );
            grid.row(
                class,
                &dates_whole(&row.action.text),
                &[("strip-cell", svg), ("", usd_signed(worth.value_usd))],
            );
        }
        grid.finish(page);
    }
    let heads = [
        "Action, and why it won or lost",
        "Worth over holding",
        &interval_name(plan),
        "Makes money",
        "Premium",
        "Cash locked",
        "Mean loss, worst 5 %",
    ];
    let mut grid = Grid::new(
        "alternatives",
        "In figures: dollars for the whole account, real-world odds at expiry",
        &heads,
    );
    let decimals = interval_decimals(
        rows.iter()
            .filter_map(|row| row.numbers.worth_over_holding.as_ref()),
    );
    for row in &rows {
        let numbers = &row.numbers;
        let worth = |shown: &dyn Fn(&IntervalUsd) -> String| {
            numbers
                .worth_over_holding
                .as_ref()
                .map_or_else(|| "n/a".to_string(), shown)
        };
        let cells = [
            ("", worth(&|worth| signed(worth.value_usd, decimals))),
            ("", worth(&|worth| span(worth, decimals))),
            (
                "",
                cell(&numbers.probability_of_profit_real_world, |value| {
                    escape(&probability(value))
                }),
            ),
            (
                "",
                cell(&numbers.premium_after_fees_usd, |value| decimal(value, 0)),
            ),
            ("", decimal(row.action.capital_locked_usd, 0)),
            ("", cell(&numbers.cvar95_usd, |value| decimal(value, 0))),
        ];
        grid.row(
            if row.chosen { "chosen" } else { "" },
            &with_small(&row.action.text, &verdict(row)),
            &cells,
        );
    }
    grid.finish(page);
    list(page, "soft", &alternative_gaps(&rows));
    let hidden = plan.alternatives.len() - rows.len();
    if hidden > 0 {
        paragraph(
            page,
            "soft",
            &format!("{hidden} more were compared and are not shown."),
        );
    }
    page.push_str("</section>\n");
}

fn why(page: &mut String, plan: &Plan) {
    let why = &plan.why;
    page.push_str("<section class=\"long\">\n<h2>Why</h2>\n");
    paragraph(page, "", &format!("Objective: {}", why.objective));
    paragraph(page, "strong", &sentence(&subject_sentence(plan)));
    waterfall(page, plan);
    page.push_str("<h3>How firm is it?</h3>\n");
    paragraph(page, "", &draws_sentence(why));
    if !why.flips.is_empty() {
        let mut grid = Grid::new("", FLIPS_TITLE, &["Input", "Now", "Flips at"]);
        for flip in &why.flips {
            let now = in_unit(flip.now, &flip.unit);
            let flips_at = figure(&flip.flips_at, |value| in_unit(value, &flip.unit));
            grid.row(
                "",
                &escape(&flip.input),
                &[("wrap", escape(&now)), ("wrap", escape(&flips_at))],
            );
        }
        grid.finish(page);
    }
    if !why.refusals.is_empty() {
        let mut grid = Grid::new(
            "",
            "Kept off the menu by your limits",
            &["Limit", "Refused", "Nearest miss"],
        )
        .words(1);
        for refusal in why.refusals.iter().take(LIST) {
            grid.row(
                "",
                &escape(&refusal.limit),
                &[
                    ("", refusal.count.to_string()),
                    ("words", dates_whole(&nearest_miss(refusal))),
                ],
            );
        }
        grid.finish(page);
    }
    page.push_str("<h3>The search</h3>\n");
    for sentence in search_sentences(&why.search) {
        paragraph(page, "", &sentence);
    }
    if !why.search.principal_line.is_empty() {
        paragraph(
            page,
            "",
            &format!(
                "Likeliest line: {}",
                why.search.principal_line.join(" \u{2192} ")
            ),
        );
    }
    page.push_str("</section>\n");
}

/// Actions of the root in the table.
const TREE_ROWS: usize = 12;

/// The top of the tree and how the choice settled, drawn and as tables.
fn tree(page: &mut String, plan: &Plan) {
    let view = &plan.tree;
    page.push_str("<section class=\"long\">\n<h2>The tree</h2>\n");
    paragraph(page, "", &sentence(&view.meaning));
    let drawing = svg::icicle(view, &plan.decision.action.text);
    if !drawing.is_empty() {
        paragraph(
            page,
            "soft",
            "Downwards: today, an action (as wide as its share of the visits), what may come of it (as wide as its odds), the next \
             action, what may come of that. Blue: worth more than holding everything from today, orange: less; deeper is more, each level by \
             itself. Point at a box for its figures; what is too narrow is left out.",
        );
        page.push_str(&drawing);
        page.push('\n');
    }
    root_actions(page, plan);
    replies(page, view);
    page.push_str("<h3>How the choice settled</h3>\n");
    paragraph(page, "", &settled_sentence(view));
    settling(page, view);
    page.push_str("</section>\n");
}

fn root_actions(page: &mut String, plan: &Plan) {
    let actions: Vec<&TreePart> = plan
        .tree
        .parts
        .iter()
        .filter(|part| part.level == 1)
        .collect();
    if actions.is_empty() {
        return;
    }
    let heads = ["Action", "Visits", "Share", "Worth over holding", "Status"];
    let mut grid = Grid::new("", "Actions of today by visits of the search", &heads);
    for part in actions.iter().take(TREE_ROWS) {
        let chosen = part.text == plan.decision.action.text;
        let cells = [
            ("", count(u64::from(part.visits))),
            ("", percent(part.share_fraction)),
            ("", escape(&svg::part_worth(part))),
            ("", escape(&part.status)),
        ];
        grid.row(
            if chosen { "chosen" } else { "" },
            &dates_whole(&part.text),
            &cells,
        );
    }
    grid.finish(page);
    let more = actions.len().saturating_sub(TREE_ROWS);
    if more > 0 {
        let visits: u64 = actions[TREE_ROWS..]
            .iter()
            .map(|part| u64::from(part.visits))
            .sum();
        let words = format!("{more} more actions with {} visits.", count(visits));
        paragraph(page, "soft", &words);
    }
}

/// What may come of the most visited action, and what the tree would do then.
fn replies(page: &mut String, view: &TreeView) {
    let parts = || view.parts.iter().enumerate();
    let Some((first, action)) = parts().find(|(_, part)| part.level == 1) else {
        return;
    };
    let caption = format!("What may come of \"{}\"", action.text);
    let heads = [
        "Then",
        "Odds",
        "Worth over holding",
        "What the tree looks into most",
    ];
    let mut grid = Grid::new("", &caption, &heads).words(1);
    let mut rows = 0;
    for (place, part) in parts().filter(|(_, part)| part.level == 2 && part.parent == first as u32)
    {
        let reply = parts().find(|(_, below)| below.level == 3 && below.parent == place as u32);
        let reply = match reply {
            Some((_, reply)) => dates_whole(&reply.text),
            None if part.status == "solved" => "nothing: it is over".to_string(),
            None => "n/a (not looked into far enough to show)".to_string(),
        };
        let cells = [
            ("", escape(&probability(part.share_fraction))),
            ("", escape(&svg::part_worth(part))),
            ("words", reply),
        ];
        grid.row("", &dates_whole(&part.text), &cells);
        rows += 1;
    }
    if rows > 0 {
        grid.finish(page);
    }
    if action.hidden > 0 {
        let words = format!("{} unlikelier ones are not shown.", action.hidden);
        paragraph(page, "soft", &words);
    }
}

fn settling(page: &mut String, view: &TreeView) {
    let drawing = svg::settling(&view.settling);
    if !drawing.is_empty() {
        key(
            page,
            &[
                ("expiry", "best action"),
                ("now", "next best"),
                ("root", "root: untried actions may still be better"),
            ],
        );
        page.push_str(&drawing);
        page.push('\n');
        paragraph(
            page,
            "soft",
            "Across: evaluations. Up: worth over holding in dollars, by the tree. Upright lines: the best action became another.",
        );
    }
    let changes = &view.settling.changes;
    if changes.is_empty() {
        return;
    }
    let heads = [
        "Evaluations",
        "Worth",
        "Best action from then on",
        "Next best then",
    ];
    let caption = "Where the tree's best action became another: worth over holding in dollars";
    let mut grid = Grid::new("", caption, &heads).words(2);
    // The latest say most.
    let from = changes.len().saturating_sub(TREE_ROWS);
    for change in &changes[from..] {
        let cells = [
            (
                "",
                escape(&cell(&change.best_worth_over_holding_usd, usd_signed)),
            ),
            ("words", dates_whole(&change.best)),
            ("words", dates_whole(&change.runner_up)),
        ];
        grid.row("", &count(u64::from(change.evaluations)), &cells);
    }
    grid.finish(page);
    let shown = changes.len() - from;
    let all = view.settling.changed as usize + 1;
    if all > shown {
        let words = format!("{} earlier ones are not shown.", all - shown);
        paragraph(page, "soft", &words);
    }
}

/// The worth over holding, part by part.
fn waterfall(page: &mut String, plan: &Plan) {
    let parts = edge_parts(&plan.why.edge);
    if !has_parts(&plan.why.edge) {
        let gaps = parts.iter().filter_map(|(label, _, part)| gap(label, part));
        let gaps: Vec<String> = by_reason(gaps)
            .into_iter()
            .map(|(reason, labels)| format!("{reason}: {labels}"))
            .collect();
        paragraph(page, "caption", EDGE_TITLE);
        list(page, "soft", &gaps);
        return;
    }
    let last = parts.len() - 1;
    let mut sum = 0.0;
    let mut steps = Vec::new();
    for (index, (_, _, part)) in parts.iter().enumerate() {
        let value = part.known().unwrap_or(0.0);
        let from = if index == last { 0.0 } else { sum };
        steps.push((from, from + value));
        sum = from + value;
    }
    let scale = Scale::with_zero(steps.iter().flat_map(|(from, to)| [*from, *to]));
    let caption = format!("{EDGE_TITLE}, in dollars: each part starts where the one before ends");
    let mut grid = Grid::new("drawn inline", &caption, &["Part", "", "Dollars"]);
    for (index, ((label, gloss, part), (from, to))) in parts.into_iter().zip(steps).enumerate() {
        let (drawing, value) = match part {
            Figure::Known(value) => (
                svg::step(label, from, to, index == last, &scale),
                usd_signed(*value),
            ),
            Figure::Missing(reason) => (escape(reason), "n/a".to_string()),
        };
        let class = if part.known().is_some() {
            "strip-cell"
        } else {
            "words"
        };
        grid.row(
            if index == last { "sum" } else { "" },
            &with_small(label, gloss),
            &[(class, drawing), ("", value)],
        );
    }
    grid.finish(page);
}

fn what_if(page: &mut String, plan: &Plan) {
    page.push_str("<section class=\"long\">\n<h2>What if</h2>\n");
    paragraph(page, "", &sentence(&plan.what_if.meaning));
    if let Some(words) = flat_profits(&plan.what_if) {
        paragraph(page, "", &words);
        page.push_str("</section>\n");
        return;
    }
    let drawing = svg::payoff(plan);
    if !drawing.is_empty() {
        page.push_str("<h3>Profit by share price</h3>\n");
        let expiry = payoff_day(&plan.what_if);
        key(
            page,
            &[
                ("expiry", &expiry),
                ("now", "if the price moved there today"),
            ],
        );
        page.push_str(&drawing);
        page.push('\n');
        paragraph(
            page,
            "soft",
            "Across: price of one share in dollars. Up: profit in dollars, whole position.",
        );
    }
    heat(page, &plan.what_if, plan.spot_usd);
    page.push_str("</section>\n");
}

/// Spot by date, coloured by profit.
fn heat(page: &mut String, what_if: &WhatIf, spot_usd: f64) {
    if what_if.dates.is_empty() || what_if.spots_usd.is_empty() {
        return;
    }
    let all = || what_if.profit_usd.iter().flatten().copied();
    let largest = all()
        .filter(|profit| profit.is_finite())
        .fold(0.0, |most: f64, profit| most.max(profit.abs()));
    let decimals = column_decimals(all());
    let mut heads = vec!["Share price", "From now"];
    heads.extend(what_if.dates.iter().map(String::as_str));
    let caption = "Profit in dollars by price and date: blue gains, orange losses, deeper is more (square-root steps); bold is the price nearest to now";
    page.push_str("<h3>Profit by price and date</h3>\n");
    let mut grid = Grid::new("heat", caption, &heads);
    let here = nearest_row(&what_if.spots_usd, spot_usd);
    for (index, price_usd) in what_if.spots_usd.iter().enumerate().rev() {
        let (spot, distance) = spot_row(*price_usd, spot_usd);
        let mut cells = vec![("", distance)];
        cells.extend((0..what_if.dates.len()).map(|column| {
            let profit = profit_at(what_if, index, column);
            (heat_class(profit, largest), signed(profit, decimals))
        }));
        grid.row(if here == Some(index) { "here" } else { "" }, &spot, &cells);
    }
    grid.finish(page);
}

/// One of five steps to either side.
pub(crate) fn heat_class(profit: f64, largest: f64) -> &'static str {
    const GAIN: [&str; 5] = ["p1", "p2", "p3", "p4", "p5"];
    const LOSS: [&str; 5] = ["n1", "n2", "n3", "n4", "n5"];
    if !profit.is_finite() || profit == 0.0 || largest <= 0.0 {
        return "";
    }
    let level = (((profit.abs() / largest).sqrt() * 5.0).ceil() as usize).clamp(1, 5) - 1;
    if profit > 0.0 {
        GAIN[level]
    } else {
        LOSS[level]
    }
}

fn evidence(page: &mut String, plan: &Plan) {
    let evidence = &plan.evidence;
    page.push_str("<section class=\"long\">\n<h2>Evidence</h2>\n");
    paragraph(page, "", &sentence(&evidence.meaning));
    paragraph(
        page,
        "strong",
        &format!(
            "Record on real history: {}",
            super::content::record(evidence)
        ),
    );
    if let Some(words) = super::content::mismatch(plan) {
        let words = format!("Where the model is wrong: {words}");
        paragraph(page, "strong", &words);
    }
    let rows = &evidence.rows;
    if !rows.is_empty() {
        let scale = Scale::with_zero(rows.iter().flat_map(|row| row.quantiles_usd));
        let caption = "Final wealth less today's wealth, in dollars: line 5 to 95 %, box 25 to 75 %, bar at the median; the vertical line is zero";
        let mut grid = Grid::new(
            "drawn quantiles",
            caption,
            &["Policy", "", "5 %", "25 %", "50 %", "75 %", "95 %"],
        );
        for row in rows {
            let mut cells = vec![("strip-cell", svg::quantiles(row, &scale))];
            cells.extend(
                row.quantiles_usd
                    .iter()
                    .map(|value| ("", signed(*value, 0))),
            );
            grid.row("", &escape(&row.policy), &cells);
        }
        grid.finish(page);
        let heads = [
            "Policy",
            "Worth",
            &interval_name(plan),
            "Mean gain",
            "Mean loss, worst 5 %",
            "Premium",
            "Fees",
            "Assigned early",
            "Assigned at expiry",
            "Ends above today",
        ];
        let caption = "Means per simulated path, in dollars. \"Ends above today\" is the trap figure: read it last. A mean loss below zero is a gain";
        let mut grid = Grid::new("", caption, &heads);
        let decimals = interval_decimals(rows.iter().map(|row| &row.worth));
        for row in rows {
            let worth = &row.worth;
            let cells = [
                ("", signed(worth.value_usd, decimals)),
                ("", span(worth, decimals)),
                ("", signed(row.mean_gain_usd, decimals)),
                ("", decimal(row.cvar95_usd, 0)),
                ("", decimal(row.premium_usd, 0)),
                ("", decimal(row.fees_usd, 2)),
                ("", decimal(row.assignments_early, 2)),
                ("", decimal(row.assignments_at_expiry, 2)),
                ("", escape(&probability(row.share_of_gains))),
            ];
            grid.row("", &escape(&row.policy), &cells);
        }
        grid.finish(page);
    }
    if let Some(view) = &evidence.mismatch {
        mismatch(page, plan, view);
    }
    page.push_str("</section>\n");
}

fn mismatch(page: &mut String, plan: &Plan, view: &crate::plan::MismatchView) {
    if !view.rows.is_empty() {
        let caption = sentence(&view.meaning);
        let heads = [
            "Market",
            "Worth over holding",
            &interval_name(plan),
            "Mean loss, worst 5 %",
        ];
        let mut grid = Grid::new("", &caption, &heads);
        let decimals = interval_decimals(view.rows.iter().map(|row| &row.over_holding));
        for row in &view.rows {
            let cells = [
                ("", signed(row.over_holding.value_usd, decimals)),
                ("", span(&row.over_holding, decimals)),
                ("", decimal(row.cvar95_usd, 0)),
            ];
            grid.row("", &escape(&row.market), &cells);
        }
        grid.finish(page);
    }
    for left_out in &view.left_out {
        paragraph(page, "", left_out);
    }
}

fn data(page: &mut String, plan: &Plan) {
    let data = &plan.data;
    page.push_str("<section class=\"long\">\n<h2>Data</h2>\n");
    let words = format!(
        "{} ({}): {} rows read, {} contracts used.",
        data.chain,
        data.format,
        count(data.rows),
        count(data.contracts)
    );
    paragraph(page, "", &words);
    if !data.smiles.is_empty() {
        let heads = [
            "Expiry",
            "Days",
            "Forward",
            "Volatility at the money",
            "Contracts fitted",
            "Fit error, vol points",
        ];
        let mut grid = Grid::new("", "Implied volatility by expiry", &heads);
        for smile in &data.smiles {
            let cells = [
                ("", smile.dte_days.to_string()),
                ("", usd(smile.forward_usd)),
                ("", percent(smile.atm_vol)),
                ("", smile.points.to_string()),
                ("", decimal(smile.rmse_vol * 100.0, 2)),
            ];
            grid.row("", &dates_whole(&smile.expiry), &cells);
        }
        grid.finish(page);
        list(page, "soft", &forward_sentences(&data.smiles));
    }
    if !data.refused.is_empty() {
        let mut grid = Grid::new(
            "",
            "Rows that were refused",
            &["Reason", "Rows", "First ones"],
        )
        .words(1);
        for refused in data.refused.iter().take(LIST) {
            let examples: Vec<&str> = refused
                .examples
                .iter()
                .take(5)
                .map(String::as_str)
                .collect();
            grid.row(
                "",
                &escape(&refused.reason),
                &[
                    ("", count(refused.count)),
                    ("words", escape(&examples.join("; "))),
                ],
            );
        }
        grid.finish(page);
    }
    list(page, "soft", &data.notes);
    page.push_str("</section>\n");
}

fn account(page: &mut String, plan: &Plan) {
    let account = &plan.account;
    page.push_str("<section>\n<h2>Account</h2>\n");
    let mut grid = Grid::new("", &account.source, &[]);
    let basis = figure(&account.basis_usd_per_share, |basis| {
        format!("${}", quote(basis))
    });
    let rows = [
        ("Cash", "", usd(account.cash_usd)),
        (
            "Reserved for short puts",
            "other symbols included",
            usd(account.reserved_usd),
        ),
        ("Shares", "", decimal(account.shares as f64, 0)),
        ("Cost basis", "per share", basis),
        (
            "Wealth",
            "cash, shares, options at mid",
            usd(account.wealth_usd),
        ),
    ];
    for (label, gloss, value) in rows {
        grid.row("", &with_small(label, gloss), &[("", escape(&value))]);
    }
    grid.finish(page);
    list(page, "", &account.options);
    let left_out: Vec<String> = account
        .left_out
        .iter()
        .map(|item| format!("left out: {item}"))
        .collect();
    list(page, "soft", &left_out);
    page.push_str("</section>\n");
}

fn assumptions(page: &mut String, plan: &Plan) {
    let assumptions = &plan.why.assumptions;
    if assumptions.is_empty() {
        return;
    }
    page.push_str("<section class=\"long\">\n<h2>Assumptions</h2>\n");
    let mut grid = Grid::new(
        "",
        "What the plan takes for granted, and where it comes from",
        &["Assumption", "Value", "Source"],
    )
    .words(2);
    for assumption in assumptions.iter().take(LIST) {
        let cells = [
            ("words", dates_whole(&assumption.value)),
            ("words", dates_whole(&assumption.source)),
        ];
        grid.row("", &escape(&assumption.name), &cells);
    }
    grid.finish(page);
    page.push_str("</section>\n");
}

fn manifest(page: &mut String, plan: &Plan) {
    let manifest = &plan.manifest;
    page.push_str("<section>\n<h2>To repeat this plan</h2>\n");
    let words = format!(
        "jarvis2 {}, seed {}, plan format {}. Implied volatilities on {}: {}.",
        manifest.version,
        manifest.seed,
        plan.schema_version,
        manifest.device,
        manifest.device_because
    );
    paragraph(page, "", &words);
    let mut grid = Grid::new("", "SHA-256 of what went in", &[]);
    for (name, hash) in [
        ("Data", &manifest.data_sha256),
        ("Inputs", &manifest.inputs_sha256),
        ("Configuration", &manifest.config_sha256),
        ("Situation", &manifest.encoding_sha256),
    ] {
        grid.row("", name, &[("hash", escape(hash))]);
    }
    grid.finish(page);
    page.push_str("</section>\n");
}
