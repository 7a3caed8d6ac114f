//! The risk of an account for people: a terminal screen of 80 columns, and rows for a spreadsheet.
//!
//! Every heat map shows its numbers; the shade beside them only guides the eye. On a colour terminal the cells are coloured
//! (blue gains, orange losses), else a mark says how large a change is, in square-root steps of the map's largest.

use super::table::{Table, indented, pad_left, pad_right, width_of};
use super::text::TextStyle;
use super::units::{
    cell, column_decimals, figure, percent, percent_signed, quote, signed, usd, usd_signed,
};
use crate::plan::Figure;
use crate::risk::{CellView, Risk, Row, RowKind};

/// Characters in a line, at most.
const WIDTH: usize = 80;

/// One heat map: share moves down, something else across.
pub(super) struct Panel<'a> {
    pub(super) title: String,
    pub(super) heads: Vec<String>,
    /// Head and cells of each share move, the highest first.
    pub(super) rows: Vec<(f64, Vec<&'a Figure>)>,
}

impl Panel<'_> {
    /// Largest change in size.
    pub(super) fn largest(&self) -> f64 {
        let known = self.values().map(f64::abs);
        known.fold(0.0, f64::max)
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let cells = self.rows.iter().flat_map(|(_, cells)| cells.iter());
        cells.filter_map(|cell| cell.known())
    }

    /// Decimals that its largest numbers need.
    pub(super) fn decimals(&self) -> usize {
        column_decimals(self.values())
    }
}

/// One of five steps for the size of a change; 0 for none.
pub(super) fn level(change: f64, largest: f64) -> usize {
    if !change.is_finite() || change == 0.0 || largest <= 0.0 {
        return 0;
    }
    (((change.abs() / largest).sqrt() * 5.0).ceil() as usize).clamp(1, 5)
}

/// Rows of one kind.
pub(super) fn of_kind(risk: &Risk, kind: RowKind) -> impl Iterator<Item = &Row> {
    risk.rows.iter().filter(move |row| row.kind == kind)
}

/// Index of the volatility move that is none.
fn unmoved(risk: &Risk) -> usize {
    let at = risk.vol_moves.iter().position(|points| *points == 0.0);
    at.unwrap_or(0)
}

fn panel<'a>(
    risk: &Risk,
    title: String,
    heads: Vec<String>,
    cell: impl Fn(usize, usize) -> Option<&'a Figure>,
) -> Panel<'a> {
    let moves = risk.spot_moves_fraction.iter().enumerate().rev();
    let rows = moves.map(|(spot, fraction)| {
        let cells = (0..heads.len()).filter_map(|column| cell(spot, column));
        (*fraction, cells.collect())
    });
    Panel {
        rows: rows.collect(),
        title,
        heads,
    }
}

/// The whole account by share move and date, volatilities as they are.
pub(super) fn by_date(risk: &Risk) -> Option<Panel<'_>> {
    let total = of_kind(risk, RowKind::Total).next()?;
    let vol = unmoved(risk);
    Some(panel(
        risk,
        "Whole account by share move and date, volatilities as they are".to_owned(),
        risk.dates.iter().map(|date| date.date.clone()).collect(),
        |spot, date| total.change_usd.get(date)?.get(vol)?.get(spot),
    ))
}

/// The whole account on one date, by share move and volatility move.
pub(super) fn by_vol(risk: &Risk, date: usize) -> Option<Panel<'_>> {
    let total = of_kind(risk, RowKind::Total).next()?;
    let day = risk.dates.get(date)?;
    let heads = risk.vol_moves.iter().map(|points| vol_points(*points));
    Some(panel(
        risk,
        format!(
            "Whole account on {} ({}), by share move and points of volatility",
            day.date, day.name
        ),
        heads.collect(),
        |spot, vol| total.change_usd.get(date)?.get(vol)?.get(spot),
    ))
}

/// Each symbol and each expiry on one date, volatilities as they are.
pub(super) fn by_group(risk: &Risk, date: usize) -> Option<Panel<'_>> {
    let day = risk.dates.get(date)?;
    let groups: Vec<&Row> = of_kind(risk, RowKind::Symbol)
        .chain(of_kind(risk, RowKind::Expiry))
        .collect();
    let vol = unmoved(risk);
    let heads = groups.iter().map(|row| safe(&row.name)).collect();
    Some(panel(
        risk,
        format!(
            "Symbols and expiries on {} ({}), volatilities as they are",
            day.date, day.name
        ),
        heads,
        |spot, group| groups[group].change_usd.get(date)?.get(vol)?.get(spot),
    ))
}

/// `+5 pts`.
pub(super) fn vol_points(fraction: f64) -> String {
    format!("{} pts", signed(fraction * 100.0, 0))
}

/// The worst or best cell in words.
pub(super) fn scenario(at: &CellView) -> String {
    format!(
        "{}: shares {}, volatility {}, on {}",
        usd_signed(at.change_usd),
        percent_signed(at.spot_move_fraction),
        vol_points(at.vol_move),
        at.date
    )
}

/// The heads of the table of values and Greeks.
pub(super) const GREEKS: [&str; 6] = [
    "value",
    "dollar\ndelta",
    "gamma\nper 1 %",
    "vega\nper pt",
    "theta\nper day",
    "rho\nper 1 %",
];

/// What these columns mean.
pub(super) const GREEKS_MEANING: &str = "Dollars, the trader's sign. Dollar delta: delta x share price (a 1 % move is a hundredth of it); gamma: change of the dollar delta per 1 % move; vega per point of volatility; theta per calendar day; rho per 1 % of interest.";

/// Control characters in names from files never reach the terminal.
fn safe(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { '?' } else { c });
    clean.collect()
}

/// The risk as a terminal screen.
pub(crate) fn risk_text(risk: &Risk, style: &TextStyle) -> String {
    let mut lines: Vec<String> = Vec::new();
    let paragraph = |lines: &mut Vec<String>, lead: &str, words: &str| {
        lines.extend(indented(lead, &safe(words), WIDTH));
    };
    let heading = |lines: &mut Vec<String>, title: &str| {
        lines.push(String::new());
        lines.push(title.to_uppercase());
    };
    if let Some(watermark) = &risk.watermark {
        paragraph(&mut lines, "*** ", watermark);
    }
    paragraph(
        &mut lines,
        "",
        &format!("Risk of {} on {}", risk.account, risk.as_of),
    );
    lines.push(String::new());
    let dollars = |value: &Figure| figure(value, usd);
    paragraph(
        &mut lines,
        "VALUE   ",
        &format!(
            "{} with {} of cash",
            dollars(&risk.account_value_usd),
            usd(risk.cash_usd)
        ),
    );
    for (lead, at) in [("WORST   ", &risk.worst), ("BEST    ", &risk.best)] {
        if let Some(at) = at {
            paragraph(&mut lines, lead, &format!("{} (of the grid)", scenario(at)));
        }
    }
    for left in &risk.left_out {
        paragraph(
            &mut lines,
            "  ! ",
            &format!(
                "left out of every number here: {}: {}",
                left.name, left.reason
            ),
        );
    }

    heading(&mut lines, "Positions");
    paragraph(&mut lines, "", GREEKS_MEANING);
    let heads: Vec<&str> = std::iter::once("").chain(GREEKS).collect();
    let mut table = Table::new(&heads);
    for row in &risk.rows {
        let mut cells = vec![match row.kind {
            RowKind::Position => safe(&row.name),
            RowKind::Symbol | RowKind::Expiry => format!("all {}", safe(&row.name)),
            RowKind::Total => "total".to_owned(),
        }];
        cells.extend(
            row.greeks
                .columns()
                .map(|value| cell(value, |v| signed(v, decimals_of(v)))),
        );
        table.row(cells);
    }
    lines.extend(table.lines(WIDTH));
    lines.push(String::new());
    let mut table = Table::new(&["", "price", "mid", "vol"]);
    for row in of_kind(risk, RowKind::Position) {
        if let Some(position) = row.position.as_ref().filter(|p| p.strike_usd.is_some()) {
            table.row(vec![
                safe(&row.name),
                cell(&position.price_usd, quote),
                cell(&position.mid_usd, quote),
                cell(&position.vol, percent),
            ]);
            table.note(format!("volatility of {}", safe(&position.vol_source)));
        }
    }
    if of_kind(risk, RowKind::Position).any(|row| row.expiry.is_some()) {
        lines.extend(table.lines(WIDTH));
    }

    heading(&mut lines, "Change in dollars");
    for panel in [by_date(risk), by_vol(risk, 0), by_group(risk, 0)]
        .iter()
        .flatten()
    {
        paragraph(&mut lines, "", &panel.title);
        heat(&mut lines, panel, style);
        lines.push(String::new());
    }
    paragraph(
        &mut lines,
        "",
        "Every date by volatility: --html FILE, --csv, --json.",
    );
    heading(&mut lines, "Assumptions");
    for assumption in &risk.assumptions {
        paragraph(
            &mut lines,
            "  - ",
            &format!(
                "{}: {} ({})",
                assumption.name, assumption.value, assumption.source
            ),
        );
    }
    if !risk.notes.is_empty() {
        heading(&mut lines, "Notes");
    }
    for note in &risk.notes {
        paragraph(&mut lines, "  - ", note);
    }
    if let Some(watermark) = &risk.watermark {
        lines.push(String::new());
        paragraph(&mut lines, "*** ", watermark);
    }
    let trimmed: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    trimmed.join("\n") + "\n"
}

/// Cents where they matter.
pub(super) fn decimals_of(value: f64) -> usize {
    if value.abs() < 1000.0 { 2 } else { 0 }
}

/// A heat map as lines, in blocks where its columns do not fit side by side.
fn heat(lines: &mut Vec<String>, panel: &Panel, style: &TextStyle) {
    let (largest, decimals) = (panel.largest(), panel.decimals());
    let texts: Vec<Vec<String>> = panel
        .rows
        .iter()
        .map(|(_, cells)| {
            let text = |cell: &&Figure| match cell.known() {
                Some(change) => signed(change, decimals),
                None => "n/a".to_owned(),
            };
            cells.iter().map(text).collect()
        })
        .collect();
    let width = texts
        .iter()
        .flatten()
        .chain(&panel.heads)
        .map(|text| width_of(text))
        .max()
        .unwrap_or(0);
    const MOVES: usize = 8;
    // Each cell: a space, the number, a space, its mark.
    let per_block = ((WIDTH - MOVES) / (width + 3)).max(1);
    let columns = panel.heads.len();
    for start in (0..columns).step_by(per_block) {
        let block = start..(start + per_block).min(columns);
        let mut head = pad_right("  shares", MOVES);
        for text in &panel.heads[block.clone()] {
            head.push_str(&format!(" {}  ", pad_left(text, width)));
        }
        lines.push(head);
        for ((fraction, cells), texts) in panel.rows.iter().zip(&texts) {
            let mut line = pad_left(&format!("{} %", signed(fraction * 100.0, 0)), MOVES);
            for column in block.clone() {
                let (Some(cell), Some(text)) = (cells.get(column), texts.get(column)) else {
                    continue;
                };
                let change = cell.known().unwrap_or(f64::NAN);
                line.push_str(&shaded(&pad_left(text, width), change, largest, style));
            }
            lines.push(line);
        }
    }
}

/// A number with its shade: a coloured cell, or a mark behind it.
fn shaded(text: &str, change: f64, largest: f64, style: &TextStyle) -> String {
    /// Light to deep on the 256-colour cube.
    const GAIN: [u8; 5] = [195, 153, 117, 75, 69];
    const LOSS: [u8; 5] = [230, 223, 216, 209, 208];
    const BLOCKS: [char; 6] = [' ', '·', '░', '▒', '▓', '█'];
    const PLAIN: [char; 6] = [' ', '.', ':', '+', 'x', '#'];
    let level = level(change, largest);
    match (style.color, level) {
        (true, 0) => format!(" {text}  "),
        (true, level) => {
            let shades = if change > 0.0 { GAIN } else { LOSS };
            format!(
                "\u{1b}[38;5;16;48;5;{}m {text} \u{1b}[0m ",
                shades[level - 1]
            )
        }
        (false, level) => {
            let marks = if style.unicode { BLOCKS } else { PLAIN };
            format!(" {text} {}", marks[level])
        }
    }
}

/// Every cell of every row, for a spreadsheet: one line per row of the account and scenario.
pub(crate) fn risk_csv(risk: &Risk) -> String {
    let field = |text: &str| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let mut text =
        String::from("kind,name,symbol,expiry,date,days,spot_move_fraction,vol_move,change_usd\n");
    for row in &risk.rows {
        let kind = match row.kind {
            RowKind::Position => "position",
            RowKind::Symbol => "symbol",
            RowKind::Expiry => "expiry",
            RowKind::Total => "total",
        };
        let head = format!(
            "{kind},{},{},{}",
            field(&row.name),
            field(row.symbol.as_deref().unwrap_or("")),
            row.expiry.as_deref().unwrap_or("")
        );
        for (day, vols) in risk.dates.iter().zip(&row.change_usd) {
            for (vol, changes) in risk.vol_moves.iter().zip(vols) {
                for (spot, change) in risk.spot_moves_fraction.iter().zip(changes) {
                    let change = match change {
                        Figure::Known(value) => value.to_string(),
                        Figure::Missing(reason) => field(reason),
                    };
                    text.push_str(&format!(
                        "{head},{},{},{spot},{vol},{change}\n",
                        day.date, day.days
                    ));
                }
            }
        }
    }
    text
}
