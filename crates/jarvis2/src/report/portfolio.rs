//! A portfolio for people: a terminal screen of 80 columns, and one HTML file that points to the report of each symbol.

use super::content::sentence;
use super::html::{Grid, escape, paragraph};
use super::svg::{self, Scale};
use super::table::Table;
use super::text::{Screen, TextStyle, Tone};
use super::units::{
    cell, column_decimals, decimal, figure, interval_decimals, probability, range, signed, span,
    usd, usd_signed,
};
use crate::plan::Outcome;
use crate::portfolio::{PortfolioRow, PortfolioView, RowStatus, Totals};

/// What "worth" is measured against.
const OVER_HOLDING: &str = "worth compared with holding everything to the horizon";

/// A status in words.
fn status(row: &PortfolioRow) -> &'static str {
    match row.status {
        RowStatus::Chosen => "chosen",
        RowStatus::Reduced => "in part",
        RowStatus::LeftOut => "left out",
        RowStatus::DoNothing => "do nothing",
        RowStatus::Abstain => "abstain",
        RowStatus::Failed => "failed",
        RowStatus::NotPlanned => "not planned",
    }
}

/// Why, as a sentence; an error begins as it is, often with the name of a file.
fn reason(row: &PortfolioRow) -> String {
    match row.status {
        RowStatus::Failed => format!("{}.", row.reason.trim_end_matches('.')),
        _ => sentence(&row.reason),
    }
}

/// What is to be done with a symbol.
fn action(row: &PortfolioRow) -> String {
    match &row.action {
        Some(action) => action.text.clone(),
        None => "n/a (not planned)".to_string(),
    }
}

fn is_taken(row: &PortfolioRow) -> bool {
    row.status <= RowStatus::Reduced
}

fn interval_name(view: &PortfolioView) -> String {
    let percent = decimal(view.confidence_fraction * 100.0, 1);
    format!("{} %", percent.strip_suffix(".0").unwrap_or(&percent))
}

fn title(view: &PortfolioView) -> String {
    let count = view.rows.len();
    format!(
        "Portfolio of {count} symbol{}, {}, {}",
        if count == 1 { "" } else { "s" },
        if view.as_of.is_empty() {
            "n/a (no chain could be used)".to_string()
        } else {
            view.as_of.join(", ")
        },
        view.account
    )
}

/// The actions, or why there are none.
fn actions(view: &PortfolioView) -> Vec<String> {
    let taken: Vec<String> = view
        .rows
        .iter()
        .filter(|row| is_taken(row))
        .map(action)
        .collect();
    if !taken.is_empty() {
        return taken;
    }
    vec![
        match view.outcome {
            Outcome::Abstain => "ABSTAIN: do nothing today",
            _ => "do nothing today",
        }
        .to_string(),
    ]
}

fn worth_sentence(view: &PortfolioView) -> String {
    let symbols = view.rows.iter().filter(|row| is_taken(row)).count();
    match symbols {
        0 => "doing nothing is itself the yardstick that the rest is compared with".to_string(),
        1 => format!(
            "{} compared with holding everything to the horizon",
            usd_signed(view.totals.worth_over_holding_usd)
        ),
        many => format!(
            "{} compared with holding everything to the horizon: the sum of {many} symbols, which holds approximately (see the \
             assumptions)",
            usd_signed(view.totals.worth_over_holding_usd)
        ),
    }
}

/// Before, after and what is left: name, figures.
fn purse(totals: &Totals) -> [(&'static str, [String; 4]); 2] {
    let change = |before: f64, after: f64| signed(after - before, 2);
    [
        (
            "Collateral (short puts)",
            [
                decimal(totals.collateral_before_usd, 2),
                change(totals.collateral_before_usd, totals.collateral_after_usd),
                decimal(totals.collateral_after_usd, 2),
                cell(&totals.collateral_left_usd, |left| decimal(left, 2)),
            ],
        ),
        (
            "Free cash",
            [
                decimal(totals.free_cash_before_usd, 2),
                change(totals.free_cash_before_usd, totals.free_cash_after_usd),
                decimal(totals.free_cash_after_usd, 2),
                decimal(totals.free_cash_after_usd, 2),
            ],
        ),
    ]
}

fn purse_sentence(totals: &Totals) -> String {
    format!(
        "Cash {}; premium after fees {}; limit of collateral: {}.",
        usd(totals.cash_usd),
        usd_signed(totals.premium_after_fees_usd),
        figure(&totals.collateral_limit_usd, usd)
    )
}

/// How the combination was found, and what greed would have brought.
fn choice_sentence(view: &PortfolioView) -> String {
    let choice = &view.choice;
    let greedy = match choice.greedy_worth_usd.known() {
        Some(greedy) if choice.held_worth_usd - greedy > 0.005 => format!(
            " Taking the dearest that still fits, symbol by symbol, would have brought {} less.",
            usd(choice.held_worth_usd - greedy)
        ),
        _ => String::new(),
    };
    format!("Chosen: {}.{greedy}", choice.method)
}

/// The portfolio as a terminal screen.
pub(crate) fn portfolio_text(view: &PortfolioView, style: &TextStyle) -> String {
    let mut screen = Screen::new();
    screen.watermark(view.watermark.as_deref());
    screen.paragraph(Tone::Quiet, "", &title(view));
    screen.blank();
    for (index, action) in actions(view).iter().enumerate() {
        let lead = if index == 0 { "ACTION  " } else { "        " };
        screen.paragraph(Tone::Strong, lead, action);
    }
    let worth = sentence(&worth_sentence(view));
    screen.paragraph(Tone::Strong, "WORTH   ", &worth);
    if !view.notices.is_empty() {
        screen.blank();
    }
    for notice in &view.notices {
        screen.paragraph(Tone::Warning, "  ! ", &sentence(notice));
    }
    rows(&mut screen, view);
    screen.heading("Cash and collateral", "Dollars, whole account.");
    let mut table = Table::new(&["", "before", "change", "after", "left"]);
    for (name, figures) in purse(&view.totals) {
        let mut cells = vec![name.to_string()];
        cells.extend(figures);
        table.row(cells);
    }
    screen.table(&table);
    screen.paragraph(Tone::Quiet, "  ", &purse_sentence(&view.totals));
    screen.paragraph(Tone::Quiet, "  ", &choice_sentence(view));
    screen.heading("Assumptions", "Besides those of each symbol's own plan.");
    for assumption in &view.assumptions {
        let words = format!(
            "{}: {} ({})",
            assumption.name, assumption.value, assumption.source
        );
        screen.paragraph(Tone::Plain, "  ", &words);
    }
    screen.heading("To repeat it", "");
    let manifest = &view.manifest;
    screen.paragraph(
        Tone::Quiet,
        "  ",
        &format!(
            "jarvis2 {}, seed {}, portfolio {}, configuration {}",
            manifest.version, manifest.seed, manifest.portfolio_sha256, manifest.config_sha256
        ),
    );
    if view.watermark.is_some() {
        screen.blank();
    }
    screen.watermark(view.watermark.as_deref());
    screen.print(style)
}

fn rows(screen: &mut Screen, view: &PortfolioView) {
    screen.heading(
        "Ranked across symbols",
        &format!("Dollars, whole account. Over holding: {OVER_HOLDING}. * is to be done."),
    );
    let decimals = interval_decimals(
        view.rows
            .iter()
            .filter_map(|row| row.worth_over_holding.as_ref()),
    );
    let interval = format!("{}\ninterval", interval_name(view));
    let heads = [
        "",
        "over\nholding",
        &interval,
        "makes\nmoney",
        "premium",
        "\ncollateral",
    ];
    let mut table = Table::new(&heads);
    for row in &view.rows {
        let worth = row.worth_over_holding.as_ref();
        let na = || "-".to_string();
        let mark = if is_taken(row) { "*" } else { "-" };
        let some = |text: String| if is_taken(row) { text } else { na() };
        table.row(vec![
            format!("    {}", status(row)),
            worth.map_or_else(na, |worth| signed(worth.value_usd, decimals)),
            worth.map_or_else(na, |worth| span(worth, decimals)),
            some(cell(&row.probability_of_profit_real_world, probability)),
            some(cell(&row.premium_after_fees_usd, |premium| {
                decimal(premium, 0)
            })),
            some(cell(&row.collateral_usd, |collateral| {
                decimal(collateral, 0)
            })),
        ]);
        table.lead(format!("{mark} {}: {}", row.symbol, action(row)));
        table.note(reason(row));
    }
    screen.table(&table);
}

/// The portfolio as one HTML file. Links lead to the folders of the symbols beside it; nothing is loaded.
pub(crate) fn portfolio_html(view: &PortfolioView) -> String {
    let title = title(view);
    let mut page =
        String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.push_str(&format!(
        "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
        escape(&title),
        include_str!("page.css")
    ));
    if let Some(watermark) = &view.watermark {
        paragraph(&mut page, "watermark", watermark);
    }
    page.push_str("<main>\n<header>\n");
    paragraph(&mut page, "lead", &title);
    for action in actions(view) {
        page.push_str(&format!("<h1>{}</h1>\n", escape(&action)));
    }
    let worth = sentence(&format!("Worth {}", worth_sentence(view)));
    paragraph(&mut page, "worth", &worth);
    if !view.notices.is_empty() {
        page.push_str("<ul class=\"notices\">\n");
        for notice in &view.notices {
            page.push_str(&format!("<li>{}</li>\n", escape(&sentence(notice))));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</header>\n");
    html_rows(&mut page, view);
    html_purse(&mut page, view);
    page.push_str("<section class=\"long\">\n<h2>Assumptions</h2>\n");
    let caption = "What the portfolio takes for granted besides each plan's own assumptions";
    let mut grid = Grid::new("", caption, &["Assumption", "Value", "Source"]).words(2);
    for assumption in &view.assumptions {
        let cells = [
            ("words", escape(&assumption.value)),
            ("words", escape(&assumption.source)),
        ];
        grid.row("", &escape(&assumption.name), &cells);
    }
    grid.finish(&mut page);
    let manifest = &view.manifest;
    let repeat = format!(
        "jarvis2 {}, seed {}, portfolio {}, configuration {}.",
        manifest.version, manifest.seed, manifest.portfolio_sha256, manifest.config_sha256
    );
    paragraph(&mut page, "soft", &repeat);
    page.push_str("</section>\n</main>\n");
    if let Some(watermark) = &view.watermark {
        paragraph(&mut page, "watermark", watermark);
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn html_rows(page: &mut String, view: &PortfolioView) {
    page.push_str("<section class=\"long\">\n<h2>Ranked across symbols</h2>\n");
    let drawn: Vec<&PortfolioRow> = view.rows.iter().filter(|row| is_taken(row)).collect();
    let worths = || drawn.iter().filter_map(|row| row.worth_over_holding);
    if worths().next().is_some() {
        let scale = Scale::with_zero(
            worths().flat_map(|worth| [worth.low_usd, worth.value_usd, worth.high_usd]),
        );
        let name = format!("{} interval", interval_name(view));
        let caption =
            format!("{OVER_HOLDING}: dot and {name}, in dollars; the vertical line is zero");
        let mut grid = Grid::new("drawn", &sentence(&caption), &["Action", "", "Worth"]);
        for row in &drawn {
            let Some(worth) = &row.worth_over_holding else {
                continue;
            };
            let svg = svg::whisker(&action(row), worth, &name, &scale, false);
            let cells = [("strip-cell", svg), ("", usd_signed(worth.value_usd))];
            grid.row("", &escape(&action(row)), &cells);
        }
        grid.finish(page);
    }
    let heads = [
        "Symbol, action and why",
        "",
        "Worth over holding",
        &format!("{} interval", interval_name(view)),
        "Makes money",
        "Premium",
        "Collateral",
    ];
    let caption = "In figures: dollars for the whole account, real-world odds at expiry";
    let mut grid = Grid::new("alternatives", caption, &heads);
    let premiums = view
        .rows
        .iter()
        .filter_map(|row| row.premium_after_fees_usd.known());
    let decimals = column_decimals(premiums);
    for row in &view.rows {
        let worth = row.worth_over_holding.as_ref();
        let link = match &row.folder {
            Some(folder) => format!(
                "<a href=\"{0}/report.html\">{1}</a>",
                escape(folder),
                escape(&row.symbol)
            ),
            None => escape(&row.symbol),
        };
        let head = format!(
            "{link}: {}<small>{}</small>",
            escape(&action(row)),
            escape(&reason(row))
        );
        let na = || "n/a".to_string();
        let cells = [
            ("", status(row).to_string()),
            (
                "",
                worth.map_or_else(na, |worth| usd_signed(worth.value_usd)),
            ),
            ("", worth.map_or_else(na, range)),
            (
                "",
                escape(&cell(&row.probability_of_profit_real_world, probability)),
            ),
            (
                "",
                cell(&row.premium_after_fees_usd, |premium| {
                    decimal(premium, decimals)
                }),
            ),
            ("", cell(&row.collateral_usd, |usd| decimal(usd, 0))),
        ];
        grid.row(if is_taken(row) { "chosen" } else { "" }, &head, &cells);
    }
    grid.finish(page);
    page.push_str("</section>\n");
}

fn html_purse(page: &mut String, view: &PortfolioView) {
    page.push_str("<section>\n<h2>Cash and collateral</h2>\n");
    let heads = ["", "Before", "Change", "After", "Left"];
    let mut grid = Grid::new("", "Dollars, whole account", &heads);
    for (name, figures) in purse(&view.totals) {
        grid.row("", name, &figures.map(|figure| ("", escape(&figure))));
    }
    grid.finish(page);
    paragraph(page, "", &purse_sentence(&view.totals));
    paragraph(page, "", &choice_sentence(view));
    page.push_str("</section>\n");
}
