//! A fitted chain for people: a table on the terminal, and one HTML page with a plot per expiry that needs nothing else.

use super::html::escape;
use super::svg::{open, place, ticks, words};
use super::table::{Table, wrap};
use super::units::{decimal, percent, strike, usd};
use crate::engine::fit::{ExpiryReport, SurfaceReport};
use crate::surface::{Shown, basis};
use pricing::Right;
use pricing::smile::svi::SviFit;

/// Columns of the screen.
const WIDTH: usize = 80;

/// Heads of the table and the page.
const HEADS: [&str; 16] = [
    "expiry",
    "years",
    "forward",
    "yield\nby parity",
    "vol at\nforward",
    "a",
    "b",
    "rho",
    "m",
    "sigma",
    "rmse\nSVI",
    "rmse\nparabola",
    "worst g",
    "calendar\ngap",
    "points\nused",
    "points\nrefused",
];

/// What the columns mean.
const LEGEND: &str = "SVI: w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), w = vol^2 x years, k = ln(strike / forward). rmse in \
    volatility points, weighted. g < 0 is butterfly arbitrage, looked for at the quoted strikes and as far again on either side; the calendar \
    gap is the least rise of total variance since the slice before, where both are quoted, and below 0 is arbitrage. The yield is dividends \
    less the cost of borrowing.";

/// The cells of one expiry, in the order of [`HEADS`].
fn cells(expiry: &ExpiryReport) -> Vec<String> {
    let missing = || "n/a".to_owned();
    let slice = expiry.slice.as_ref().ok();
    let of_slice = |value: fn(&SviFit) -> f64, decimals: usize| {
        slice.map_or_else(missing, |fit| decimal(value(fit), decimals))
    };
    let refused: usize = expiry.refused.values().sum();
    vec![
        expiry.date.to_string(),
        decimal(expiry.years, 4),
        decimal(expiry.forward_usd, 2),
        expiry.implied_yield.map_or_else(missing, percent),
        expiry
            .smile
            .map_or_else(missing, |smile| percent(smile.atm_vol())),
        of_slice(|fit| fit.svi.a, 6),
        of_slice(|fit| fit.svi.b, 5),
        of_slice(|fit| fit.svi.rho, 3),
        of_slice(|fit| fit.svi.m, 4),
        of_slice(|fit| fit.svi.sigma, 4),
        of_slice(|fit| 100.0 * fit.rmse, 3),
        expiry
            .parabola_rmse
            .map_or_else(missing, |rmse| decimal(100.0 * rmse, 3)),
        of_slice(|fit| fit.butterfly().worst_g, 3),
        expiry
            .calendar
            .map_or_else(|_| missing(), |gap| decimal(gap.gap, 6)),
        expiry.dots.len().to_string(),
        refused.to_string(),
    ]
}

/// What must be said about one expiry: what is missing and why, and arbitrage.
fn remarks(expiry: &ExpiryReport) -> Vec<String> {
    let mut remarks = Vec::new();
    if expiry.implied_yield.is_none() {
        remarks.push(format!(
            "yield n/a (no strike with call and put quoted; the forward is by {})",
            expiry.forward_basis
        ));
    }
    match &expiry.slice {
        Err(reason) => remarks.push(format!("SVI n/a ({reason})")),
        Ok(fit) => {
            if fit.is_constrained {
                remarks.push(format!(
                    "butterfly arbitrage in the best curve (g {:.3}); this is the best one without",
                    fit.unconstrained_worst_g
                ));
            }
            let check = fit.butterfly();
            if !check.is_free() {
                remarks.push(format!(
                    "BUTTERFLY ARBITRAGE: g {} at {} of the forward, wing {:.2} of at most 2",
                    decimal(check.worst_g, 3),
                    percent(check.worst_at.exp()),
                    check.wing
                ));
            }
            if let Some(reason) = expiry.kept_because {
                remarks.push(format!("the plan keeps its parabola: {reason}"));
            }
        }
    }
    match &expiry.calendar {
        Ok(gap) if !gap.is_free() => remarks.push(format!(
            "CALENDAR ARBITRAGE: total variance {:.6} below the slice before at {} of the forward",
            -gap.gap,
            percent(gap.worst_at.exp())
        )),
        Err(reason) if expiry.slice.is_ok() => {
            remarks.push(format!("calendar gap n/a ({reason})"));
        }
        _ => {}
    }
    remarks
}

/// The surface in a sentence.
fn ssvi_sentence(report: &SurfaceReport) -> String {
    match &report.ssvi {
        Err(reason) => format!("SSVI over all expiries: n/a ({reason})"),
        Ok(fit) => {
            let thetas: Vec<f64> = fit.thetas.iter().map(|&(_, theta)| theta).collect();
            let check = fit.ssvi.arbitrage(&thetas);
            let step = if check.theta_step.is_finite() {
                decimal(check.theta_step, 6)
            } else {
                "n/a (one expiry)".to_owned()
            };
            format!(
                "SSVI over all expiries: rho {:.3}, eta {:.3}, gamma {:.3}; rmse {:.3} points over {} quotes; {}: theta phi (1+|rho|) at most {:.3} (< 4), theta phi^2 (1+|rho|) at most {:.3} (<= 4), least step of theta {step}, calendar ratio {:.3} (<= 1)",
                fit.ssvi.rho,
                fit.ssvi.eta,
                fit.ssvi.gamma,
                100.0 * fit.rmse,
                fit.count,
                if check.is_free() {
                    "its conditions against arbitrage hold"
                } else {
                    "its conditions against arbitrage DO NOT hold"
                },
                check.butterfly_wing,
                check.butterfly_bend,
                check.calendar_ratio
            )
        }
    }
}

/// Why contracts took no part, over all expiries, and rows of the file.
fn refusals(shown: &Shown) -> Vec<String> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for expiry in &shown.report.expiries {
        for (reason, count) in &expiry.refused {
            *counts.entry(reason).or_insert(0) += count;
        }
    }
    let contracts = counts
        .iter()
        .map(|(reason, count)| format!("{count} contracts refused: {reason}"));
    let rows = shown
        .rows_refused
        .iter()
        .map(|(reason, count)| format!("{count} rows of the file refused: {reason}"));
    contracts.chain(rows).collect()
}

fn title(shown: &Shown) -> String {
    format!(
        "{}, {}: implied volatility, spot {}",
        shown.symbol,
        shown.as_of,
        usd(shown.report.spot_usd)
    )
}

/// The assumptions and notes, a line each.
fn lines_below(shown: &Shown) -> Vec<String> {
    let assumed = shown
        .report
        .assumptions
        .iter()
        .map(|a| format!("{}: {} ({})", a.name, a.value, a.source));
    let mut lines = vec![format!(
        "volatility: {}",
        basis(shown.report.quotes_assumed)
    )];
    lines.extend(assumed);
    lines.extend(refusals(shown));
    lines.extend(shown.notes.iter().cloned());
    lines
}

/// The table for a terminal.
pub(crate) fn surface_text(shown: &Shown) -> String {
    let mut lines = Vec::new();
    lines.extend(shown.watermark.iter().flat_map(|text| wrap(text, WIDTH)));
    lines.push(title(shown));
    lines.push(String::new());
    let mut table = Table::new(&HEADS);
    for expiry in &shown.report.expiries {
        table.row(cells(expiry));
    }
    lines.extend(table.lines(WIDTH));
    lines.push(String::new());
    for expiry in &shown.report.expiries {
        for remark in remarks(expiry) {
            lines.extend(wrap(&format!("{}: {remark}", expiry.date), WIDTH));
        }
    }
    lines.push(String::new());
    lines.extend(wrap(&ssvi_sentence(&shown.report), WIDTH));
    lines.push(String::new());
    for line in lines_below(shown) {
        lines.extend(wrap(&line, WIDTH));
    }
    lines.push(String::new());
    lines.extend(wrap(LEGEND, WIDTH));
    lines.join("\n") + "\n"
}

/// The page.
pub(crate) fn surface_html(shown: &Shown) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n",
        escape(&title(shown)),
        include_str!("page.css"),
        STYLE
    );
    let watermark = shown
        .watermark
        .as_ref()
        .map(|text| format!("<p class=\"watermark\">{}</p>\n", escape(text)))
        .unwrap_or_default();
    page.push_str(&watermark);
    page.push_str(&format!(
        "<main>\n<header>\n<p class=\"lead\">{}</p>\n<h1>{}</h1>\n<p>{}</p>\n</header>\n",
        escape(&shown.file),
        escape(&title(shown)),
        escape(&ssvi_sentence(&shown.report))
    ));
    page.push_str("<section>\n<h2>Expiries</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
    for head in HEADS {
        page.push_str(&format!("<th scope=\"col\">{}</th>", escape(head)));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for expiry in &shown.report.expiries {
        let cells = cells(expiry);
        page.push_str(&format!(
            "<tr><th scope=\"row\" class=\"nowrap\">{}</th>",
            escape(&cells[0])
        ));
        for cell in &cells[1..] {
            page.push_str(&format!("<td>{}</td>", escape(cell)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str(&format!(
        "</tbody></table></div>\n<p class=\"caption\">{}</p>\n</section>\n",
        escape(LEGEND)
    ));
    for expiry in &shown.report.expiries {
        section(&mut page, expiry);
    }
    page.push_str("<section>\n<h2>What was assumed and noticed</h2>\n<ul>\n");
    for line in lines_below(shown) {
        page.push_str(&format!("<li>{}</li>\n", escape(&line)));
    }
    page.push_str("</ul>\n</section>\n</main>\n");
    page.push_str(&watermark);
    page.push_str("</body>\n</html>\n");
    page
}

/// What the plots add to the report's style sheet.
const STYLE: &str = ".payoff line.quote { stroke: var(--mark); stroke-width: 1.5; }\n\
    .payoff circle.put { fill: var(--gain); } .payoff circle.call { fill: var(--loss); }\n\
    .payoff rect.negative { fill: var(--n4); opacity: .35; }\n";

/// One expiry: its plot, flags, and the reasons for refusals.
fn section(page: &mut String, expiry: &ExpiryReport) {
    page.push_str(&format!(
        "<section>\n<h2>{}, {:.0} days</h2>\n",
        expiry.date,
        expiry.years * 365.0
    ));
    let remarks = remarks(expiry);
    if !remarks.is_empty() {
        page.push_str("<ul class=\"notices\">\n");
        for remark in &remarks {
            page.push_str(&format!("<li>{}</li>\n", escape(remark)));
        }
        page.push_str("</ul>\n");
    }
    let drawing = plot(expiry);
    if drawing.is_empty() {
        page.push_str("<p>Plot: n/a (fewer than two strikes can be drawn).</p>\n");
    } else {
        page.push_str(&drawing);
        page.push_str(
            "<p class=\"key\"><span>dots: middle of puts (blue) and calls (orange)</span><span>bars: bid to ask</span>\
             <span>line: SVI</span><span>dashed: the parabola, where the plan keeps it</span><span>shaded: negative density</span></p>\n",
        );
    }
    let refused: Vec<String> = expiry
        .refused
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    if !refused.is_empty() {
        page.push_str(&format!(
            "<p class=\"caption\">Not used: {}.</p>\n",
            escape(&refused.join(", "))
        ));
    }
    page.push_str("</section>\n");
}

/// A range of values on the page.
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, room: f64) -> Axis {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let room = room * (high - low);
        Axis {
            low: low - room,
            high: high + room,
        }
    }

    /// Place as a part of the whole, from 0 to 1.
    fn part(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// The smile of one expiry over strikes; empty with fewer than two.
fn plot(expiry: &ExpiryReport) -> String {
    /// Room above for the forward's label.
    const TOP: f64 = 24.0;
    /// Height of the plot.
    const PLOT: f64 = 260.0;
    /// Corners of a curve.
    const CORNERS: u32 = 160;
    let across = Axis::over(expiry.dots.iter().map(|dot| dot.strike_usd), 0.03);
    if !across.high.is_finite() || across.high <= across.low {
        return String::new();
    }
    let corners = || {
        (0..=CORNERS)
            .map(|i| across.low + (across.high - across.low) * f64::from(i) / f64::from(CORNERS))
    };
    let slice = expiry.slice.as_ref().ok();
    let log = |strike: f64| (strike / expiry.forward_usd).ln();
    let mut curves: Vec<(&str, Vec<f64>)> = Vec::new();
    if let Some(fit) = slice {
        let vols = corners().map(|strike| fit.svi.vol(log(strike), expiry.years));
        curves.push(("expiry", vols.collect()));
    }
    if let (Some(smile), Some(_)) = (&expiry.smile, expiry.kept_because) {
        let vols = corners().map(|strike| smile.vol(strike, expiry.forward_usd, expiry.years));
        curves.push(("now", vols.collect()));
    }
    // A bar that leaves the plot is cut: wide quotes of the wings must not flatten the rest.
    let up = Axis::over(
        expiry
            .dots
            .iter()
            .map(|dot| dot.vol)
            .chain(curves.iter().flat_map(|(_, vols)| vols.iter().copied())),
        0.08,
    );
    let up = if up.high > up.low {
        up
    } else {
        Axis {
            low: 0.9 * up.low,
            high: 1.1 * up.high,
        }
    };
    let bottom = TOP + PLOT;
    let x_of = |strike: f64| 100.0 * across.part(strike);
    let y_of = |vol: f64| TOP + (1.0 - up.part(vol)) * PLOT;
    let label = format!(
        "Implied volatility by strike, {}: {} quotes, drawn from {} to {}",
        expiry.date,
        expiry.dots.len(),
        strike(across.low),
        strike(across.high)
    );
    let mut svg = open("payoff", bottom as u32 + 24, &label);
    for vol in ticks(up.low, up.high, 5) {
        let y = y_of(vol);
        svg.push_str(&format!(
            r#"<line class="grid" x1="0%" x2="100%" y1="{y:.1}" y2="{y:.1}"/>"#
        ));
    }
    if let Some(fit) = slice {
        let step = (across.high - across.low) / f64::from(CORNERS);
        for strike in corners().filter(|&strike| fit.svi.durrleman(log(strike)) < -1e-12) {
            let x = x_of(strike - 0.5 * step);
            svg.push_str(&format!(
                r#"<rect class="negative" x="{}%" width="{}%" y="{TOP}" height="{PLOT}"/>"#,
                place(x),
                place(x_of(strike + 0.5 * step) - x)
            ));
        }
    }
    for price in ticks(across.low, across.high, 6) {
        let x = x_of(price);
        svg.push_str(&format!(
            r#"<line class="grid" x1="{0}%" x2="{0}%" y1="{bottom}" y2="{1}"/>"#,
            place(x),
            bottom + 5.0
        ));
        svg.push_str(&words(x, bottom as u32 + 20, "tick", &strike(price)));
    }
    let forward = expiry.forward_usd;
    if (across.low..=across.high).contains(&forward) {
        let x = x_of(forward);
        svg.push_str(&format!(
            r#"<line class="spot" x1="{0}%" x2="{0}%" y1="18" y2="{bottom}"/>"#,
            place(x)
        ));
        let name = format!("forward {}", decimal(forward, 2));
        svg.push_str(&words(x, 13, "spot", &name));
    }
    for dot in &expiry.dots {
        let x = place(x_of(dot.strike_usd));
        if let (Some(bid), Some(ask)) = (dot.bid_vol, dot.ask_vol) {
            svg.push_str(&format!(
                r#"<line class="quote" x1="{x}%" x2="{x}%" y1="{:.1}" y2="{:.1}"/>"#,
                y_of(bid),
                y_of(ask)
            ));
        }
        let (class, name) = match dot.right {
            Right::Put => ("put", "put"),
            Right::Call => ("call", "call"),
        };
        let side =
            |vol: Option<f64>| vol.map_or("n/a (no volatility gives it)".to_owned(), percent);
        let said = format!(
            "{name} {}: {}, bid {}, ask {}",
            strike(dot.strike_usd),
            percent(dot.vol),
            side(dot.bid_vol),
            side(dot.ask_vol)
        );
        svg.push_str(&format!(
            r#"<circle class="{class}" cx="{x}%" cy="{:.1}" r="3"><title>{}</title></circle>"#,
            y_of(dot.vol),
            escape(&said)
        ));
    }
    // The curves stretch with the page in a drawing of their own: only there are horizontal places no percentages.
    svg.push_str(&format!(r#"<svg x="0" y="0" width="100%" height="{bottom}" viewBox="0 0 1000 {bottom}" preserveAspectRatio="none">"#));
    for (class, vols) in &curves {
        let path: Vec<String> = corners()
            .zip(vols)
            .filter(|(_, vol)| vol.is_finite())
            .map(|(strike, vol)| format!("{:.1},{:.1}", 10.0 * x_of(strike), y_of(*vol)))
            .collect();
        svg.push_str(&format!(
            r#"<polyline class="{class}" vector-effect="non-scaling-stroke" points="{}"/>"#,
            path.join(" ")
        ));
    }
    svg.push_str("</svg>");
    for vol in ticks(up.low, up.high, 5) {
        svg.push_str(&format!(
            r#"<text class="tick" x="2" y="{:.1}">{}</text>"#,
            y_of(vol) - 3.0,
            escape(&percent(vol))
        ));
    }
    svg.push_str("</svg>\n");
    svg
}
