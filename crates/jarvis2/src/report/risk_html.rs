//! The risk of an account as one HTML file, in the style of the plan's report: no script, nothing loaded from anywhere.

use super::html::{Grid, escape, heat_class, paragraph};
use super::risk::{
    GREEKS, GREEKS_MEANING, Panel, by_date, by_group, by_vol, decimals_of, of_kind, scenario,
};
use super::units::{cell, figure, percent, quote, signed, usd, usd_signed};
use crate::risk::{Risk, RowKind};

/// The risk as one self-contained HTML file.
pub(crate) fn risk_html(risk: &Risk) -> String {
    let title = format!("Risk of {} on {}", risk.account, risk.as_of);
    let mut page =
        String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.push_str(&format!(
        "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
        escape(&title),
        include_str!("page.css")
    ));
    let watermark = |page: &mut String| {
        if let Some(text) = &risk.watermark {
            paragraph(page, "watermark", text);
        }
    };
    watermark(&mut page);
    page.push_str("<main>\n<header>\n");
    page.push_str(&format!("<h1>{}</h1>\n", escape(&title)));
    if let Some(worst) = &risk.worst {
        paragraph(
            &mut page,
            "worth",
            &format!("Worst of the grid {}.", scenario(worst)),
        );
    }
    if let Some(best) = &risk.best {
        paragraph(
            &mut page,
            "",
            &format!("Best of the grid {}.", scenario(best)),
        );
    }
    if !risk.left_out.is_empty() {
        page.push_str("<ul class=\"notices\">\n");
        for left in &risk.left_out {
            page.push_str(&format!(
                "<li>Left out of every number here: {}: {}</li>\n",
                escape(&left.name),
                escape(&left.reason)
            ));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</header>\n");
    cards(&mut page, risk);
    greeks(&mut page, risk);
    page.push_str("<section class=\"long\">\n<h2>Change in dollars</h2>\n");
    let mut panels: Vec<Panel> = by_date(risk).into_iter().collect();
    panels.extend((0..risk.dates.len()).filter_map(|date| by_vol(risk, date)));
    panels.extend((0..risk.dates.len()).filter_map(|date| by_group(risk, date)));
    for panel in &panels {
        heat(&mut page, panel);
    }
    page.push_str("</section>\n");
    page.push_str("<section>\n<h2>Assumptions</h2>\n");
    let mut grid = Grid::new(
        "",
        "What the numbers rest on",
        &["Assumption", "Value", "Source"],
    )
    .words(2);
    for assumption in &risk.assumptions {
        grid.row(
            "",
            &escape(&assumption.name),
            &[
                ("words", escape(&assumption.value)),
                ("words", escape(&assumption.source)),
            ],
        );
    }
    grid.finish(&mut page);
    if !risk.notes.is_empty() {
        page.push_str("<h3>Notes</h3>\n<ul>\n");
        for note in &risk.notes {
            page.push_str(&format!("<li>{}</li>\n", escape(note)));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n</main>\n");
    watermark(&mut page);
    page.push_str("</body>\n</html>\n");
    page
}

fn cards(page: &mut String, risk: &Risk) {
    let mut all = vec![
        ("Account value", figure(&risk.account_value_usd, usd)),
        ("Cash in it", usd(risk.cash_usd)),
    ];
    if let Some(total) = of_kind(risk, RowKind::Total).next() {
        let dollars = |value| figure(value, usd_signed);
        all.extend([
            ("Dollar delta", dollars(&total.greeks.dollar_delta_usd)),
            (
                "Vega per vol point",
                dollars(&total.greeks.vega_usd_per_vol_point),
            ),
            ("Theta per day", dollars(&total.greeks.theta_usd_per_day)),
        ]);
    }
    page.push_str("<dl class=\"cards\">\n");
    for (name, value) in all {
        page.push_str(&format!(
            "<div class=\"card\"><dt>{}</dt><dd><span class=\"big\">{}</span></dd></div>\n",
            escape(name),
            escape(&value)
        ));
    }
    page.push_str("</dl>\n");
}

fn greeks(page: &mut String, risk: &Risk) {
    page.push_str("<section>\n<h2>Positions</h2>\n");
    let heads: Vec<String> = GREEKS.iter().map(|head| head.replace('\n', " ")).collect();
    let mut columns = vec!["Row"];
    columns.extend(heads.iter().map(String::as_str));
    let mut grid = Grid::new("", GREEKS_MEANING, &columns);
    for row in &risk.rows {
        let name = match row.kind {
            RowKind::Position | RowKind::Total => escape(&row.name),
            RowKind::Symbol | RowKind::Expiry => format!("all {}", escape(&row.name)),
        };
        let cells = row.greeks.columns().map(|value| {
            let text = cell(value, |v| signed(v, decimals_of(v)));
            ("", escape(&text))
        });
        let class = if row.kind == RowKind::Total {
            "sum"
        } else {
            ""
        };
        grid.row(class, &name, &cells);
    }
    grid.finish(page);
    let mut grid = Grid::new(
        "",
        "Options: dollars per share, and where each volatility comes from",
        &["Option", "Price", "Mid", "Volatility", "It is of"],
    )
    .words(1);
    let mut any = false;
    for row in of_kind(risk, RowKind::Position) {
        let Some(position) = row.position.as_ref().filter(|p| p.strike_usd.is_some()) else {
            continue;
        };
        any = true;
        grid.row(
            "",
            &escape(&row.name),
            &[
                ("", escape(&cell(&position.price_usd, quote))),
                ("", escape(&cell(&position.mid_usd, quote))),
                ("", escape(&cell(&position.vol, percent))),
                ("words", escape(&position.vol_source)),
            ],
        );
    }
    if any {
        grid.finish(page);
    }
    page.push_str("</section>\n");
}

fn heat(page: &mut String, panel: &Panel) {
    let (largest, decimals) = (panel.largest(), panel.decimals());
    let mut heads = vec!["Shares"];
    heads.extend(panel.heads.iter().map(String::as_str));
    let caption = format!(
        "{}: blue gains, orange losses, deeper is more (square-root steps)",
        panel.title
    );
    let mut grid = Grid::new("heat", &caption, &heads);
    for (fraction, cells) in &panel.rows {
        let row: Vec<(&str, String)> = cells
            .iter()
            .map(|cell| match cell.known() {
                Some(change) => (heat_class(change, largest), signed(change, decimals)),
                None => ("", escape(&figure(cell, |value| signed(value, decimals)))),
            })
            .collect();
        let class = if *fraction == 0.0 { "here" } else { "" };
        let head = escape(&format!("{} %", signed(fraction * 100.0, 0)));
        grid.row(class, &head, &row);
    }
    grid.finish(page);
}
