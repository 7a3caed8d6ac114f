//! Drawings of the HTML report: the payoff, and strips for one row of a table.
//!
//! Horizontal places are percentages and vertical ones pixels, so a drawing follows the width of the page while its text, dots and
//! lines keep their size. Colours are classes of the page's style sheet. Every drawing has a title and a label that say its numbers.

use super::content::payoff_day;
use super::html::{escape, heat_class};
use super::units::{count, decimal, figure, percent, probability, signed, strike, usd, usd_signed};
use crate::plan::{EvidenceRow, Figure, IntervalUsd, PayoffPoint, Plan};
use crate::trace::{PartKind, SettlePoint, Settling, TreePart, TreeView};

/// An axis.
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Scale {
    /// Spans the values and zero, with a little room on both sides.
    pub(crate) fn with_zero(values: impl IntoIterator<Item = f64>) -> Scale {
        Scale::spanning(values.into_iter().chain([0.0]))
    }

    /// Spans the finite ones of the values, with a little room on both sides; around zero where there are none.
    pub(crate) fn spanning(values: impl IntoIterator<Item = f64>) -> Scale {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let ends = finite.fold(None, |ends, value| match ends {
            None => Some((value, value)),
            Some((low, high)) => Some((value.min(low), value.max(high))),
        });
        let (low, high) = ends.unwrap_or((0.0, 0.0));
        let room = match high - low {
            width if width > 0.0 => width * 0.03,
            _ if high != 0.0 => high.abs() * 0.1,
            _ => 1.0,
        };
        Scale {
            low: low - room,
            high: high + room,
        }
    }

    /// Place of a value in percent of the width; what is off the axis or not a number stands at its end.
    pub(crate) fn percent(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        if share.is_finite() {
            (share * 100.0).clamp(0.0, 100.0)
        } else {
            0.0
        }
    }

    /// The same as text.
    pub(crate) fn at(&self, value: f64) -> String {
        place(self.percent(value))
    }

    fn zero_line(&self, height: u32) -> String {
        let zero = self.at(0.0);
        format!(r#"<line class="zero" x1="{zero}%" x2="{zero}%" y1="0" y2="{height}"/>"#)
    }

    /// A bar between two values.
    fn bar(&self, class: &str, from: f64, to: f64, y: u32, height: u32) -> String {
        let (a, b) = (self.percent(from), self.percent(to));
        let (x, width) = (place(a.min(b)), place((a - b).abs().max(0.4)));
        format!(r#"<rect class="{class}" x="{x}%" width="{width}%" y="{y}" height="{height}"/>"#)
    }
}

/// A percentage of the width, short.
pub(crate) fn place(percent: f64) -> String {
    format!("{percent:.2}")
}

/// Opens a drawing with its label.
pub(crate) fn open(class: &str, height: u32, label: &str) -> String {
    let label = escape(label);
    format!(
        r#"<svg class="{class}" role="img" width="100%" height="{height}" aria-label="{label}"><title>{label}</title>"#
    )
}

/// A dot with whiskers: an estimate with its interval.
pub(super) fn whisker(
    name: &str,
    interval: &IntervalUsd,
    interval_name: &str,
    scale: &Scale,
    chosen: bool,
) -> String {
    const MIDDLE: u32 = 11;
    let label = format!(
        "{name}: {}, {interval_name} {} to {}",
        usd_signed(interval.value_usd),
        usd_signed(interval.low_usd),
        usd_signed(interval.high_usd)
    );
    let (low, high, value) = (
        scale.at(interval.low_usd),
        scale.at(interval.high_usd),
        scale.at(interval.value_usd),
    );
    let class = if chosen { "mark chosen" } else { "mark" };
    let mut svg = open("strip", 2 * MIDDLE, &label);
    svg.push_str(&scale.zero_line(2 * MIDDLE));
    svg.push_str(&format!(
        r#"<g class="{class}"><line x1="{low}%" x2="{high}%" y1="{MIDDLE}" y2="{MIDDLE}"/>"#
    ));
    for end in [&low, &high] {
        svg.push_str(&format!(
            r#"<line x1="{end}%" x2="{end}%" y1="{}" y2="{}"/>"#,
            MIDDLE - 4,
            MIDDLE + 4
        ));
    }
    svg.push_str(&format!(
        r#"<circle cx="{value}%" cy="{MIDDLE}" r="5"/></g></svg>"#
    ));
    svg
}

/// Quantiles of the final wealth: a line from 5 to 95 %, a box from 25 to 75 %, a bar at the median.
pub(super) fn quantiles(row: &EvidenceRow, scale: &Scale) -> String {
    const MIDDLE: u32 = 11;
    let [q05, q25, q50, q75, q95] = row.quantiles_usd;
    let names = ["5 %", "25 %", "50 %", "75 %", "95 %"];
    let parts: Vec<String> = names
        .iter()
        .zip(row.quantiles_usd)
        .map(|(name, value)| format!("{name} {}", usd_signed(value)))
        .collect();
    let mut svg = open(
        "strip",
        2 * MIDDLE,
        &format!("{}: {}", row.policy, parts.join(", ")),
    );
    svg.push_str(&scale.zero_line(2 * MIDDLE));
    let (low, median, high) = (scale.at(q05), scale.at(q50), scale.at(q95));
    svg.push_str(&format!(
        r#"<line class="mark" x1="{low}%" x2="{high}%" y1="{MIDDLE}" y2="{MIDDLE}"/>"#
    ));
    svg.push_str(&scale.bar("box", q25, q75, MIDDLE - 6, 12));
    svg.push_str(&format!(
        r#"<line class="median" x1="{median}%" x2="{median}%" y1="{}" y2="{}"/></svg>"#,
        MIDDLE - 6,
        MIDDLE + 6
    ));
    svg
}

/// One step of a waterfall: a bar from where the sum stood to where it stands.
pub(super) fn step(name: &str, from: f64, to: f64, total: bool, scale: &Scale) -> String {
    let class = match (total, to >= from) {
        (true, _) => "bar total",
        (false, true) => "bar gain",
        (false, false) => "bar loss",
    };
    let mut svg = open("strip", 22, &format!("{name}: {}", usd_signed(to - from)));
    svg.push_str(&scale.zero_line(22));
    svg.push_str(&scale.bar(class, from, to, 4, 14));
    svg.push_str("</svg>");
    svg
}

/// A vertical line of the payoff with its name.
struct Marker {
    class: &'static str,
    spot_usd: f64,
    label: String,
}

/// The payoff now and at expiry, with spot, strikes and break-even; empty if there is nothing to draw.
pub(super) fn payoff(plan: &Plan) -> String {
    /// Height of a line of labels.
    const LABEL: u32 = 17;
    /// Height of the plot.
    const PLOT: u32 = 250;
    let mut points: Vec<PayoffPoint> = plan.what_if.payoff.clone();
    points.retain(|point| {
        point.spot_usd.is_finite() && point.now_usd.is_finite() && point.at_expiry_usd.is_finite()
    });
    points.sort_by(|a, b| a.spot_usd.total_cmp(&b.spot_usd));
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return String::new();
    };
    let across = Scale {
        low: first.spot_usd,
        high: last.spot_usd,
    };
    let up = Scale::with_zero(
        points
            .iter()
            .flat_map(|point| [point.now_usd, point.at_expiry_usd]),
    );
    if across.high <= across.low {
        return String::new();
    }
    let markers = markers(plan, &across);
    let top = 6 + LABEL * markers.len() as u32;
    let bottom = top + PLOT;
    let y_of = |profit: f64| f64::from(top) + (1.0 - up.percent(profit) / 100.0) * f64::from(PLOT);

    let range = |value: fn(&PayoffPoint) -> f64| {
        let low = points.iter().map(value).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(value).fold(f64::NEG_INFINITY, f64::max);
        format!("{} to {}", usd_signed(low), usd_signed(high))
    };
    let label = format!(
        "Profit by share price, from {} to {}. Moved today: {}; {}: {}.",
        usd(across.low),
        usd(across.high),
        range(|point| point.now_usd),
        payoff_day(&plan.what_if),
        range(|point| point.at_expiry_usd)
    );
    let mut svg = open("payoff", bottom + 24, &label);
    let levels = ticks(up.low, up.high, 5);
    for level in &levels {
        let class = if *level == 0.0 { "zero" } else { "grid" };
        let y = y_of(*level);
        svg.push_str(&format!(
            r#"<line class="{class}" x1="0%" x2="100%" y1="{y:.1}" y2="{y:.1}"/>"#
        ));
    }
    for spot in ticks(across.low, across.high, 5) {
        let (x, percent) = (across.at(spot), across.percent(spot));
        svg.push_str(&format!(
            r#"<line class="grid" x1="{x}%" x2="{x}%" y1="{bottom}" y2="{}"/>"#,
            bottom + 5
        ));
        svg.push_str(&words(percent, bottom + 20, "tick", &strike(spot)));
    }
    for (row, marker) in markers.iter().enumerate() {
        let x = across.at(marker.spot_usd);
        let y = LABEL * (row as u32 + 1);
        svg.push_str(&format!(
            r#"<line class="{}" x1="{x}%" x2="{x}%" y1="{y}" y2="{bottom}"/>"#,
            marker.class
        ));
    }
    // The curves stretch with the page in a drawing of their own: only there are horizontal places no percentages.
    svg.push_str(&format!(r#"<svg x="0" y="0" width="100%" height="{bottom}" viewBox="0 0 1000 {bottom}" preserveAspectRatio="none">"#));
    for (class, value) in [
        ("now", (|point| point.now_usd) as fn(&PayoffPoint) -> f64),
        ("expiry", |point| point.at_expiry_usd),
    ] {
        let path: Vec<String> = points
            .iter()
            .map(|point| {
                format!(
                    "{:.1},{:.1}",
                    across.percent(point.spot_usd) * 10.0,
                    y_of(value(point))
                )
            })
            .collect();
        svg.push_str(&format!(
            r#"<polyline class="{class}" vector-effect="non-scaling-stroke" points="{}"/>"#,
            path.join(" ")
        ));
    }
    svg.push_str("</svg>");
    let decimals = if levels.windows(2).any(|pair| pair[1] - pair[0] < 1.0) {
        2
    } else {
        0
    };
    for level in &levels {
        svg.push_str(&format!(
            r#"<text class="tick" x="2" y="{:.1}">{}</text>"#,
            y_of(*level) - 3.0,
            signed(*level, decimals)
        ));
    }
    for (row, marker) in markers.iter().enumerate() {
        svg.push_str(&words(
            across.percent(marker.spot_usd),
            LABEL * (row as u32 + 1) - 4,
            marker.class,
            &marker.label,
        ));
    }
    svg.push_str("</svg>");
    svg
}

/// The top of the tree, downwards: actions as wide as their share of the visits, outcomes as wide as their probability; empty if
/// nothing was searched. What is too narrow to be shown leaves a gap at the right of its parent.
pub(super) fn icicle(view: &TreeView, chosen: &str) -> String {
    /// Height of a level of situations and of one of actions.
    const HEIGHTS: [u32; 2] = [34, 38];
    /// Narrowest box that has words, in percent.
    const WORDS: f64 = 3.2;
    let parts = &view.parts;
    let levels = parts.iter().map(|part| part.level).max().unwrap_or(0);
    if levels == 0 {
        return String::new();
    }
    let top = |level: u32| (0..level).map(|at| HEIGHTS[at as usize % 2]).sum::<u32>();
    let largest = |level: u32| {
        parts
            .iter()
            .filter(|part| part.level == level)
            .filter_map(|part| part.worth_over_holding_usd.known())
            .fold(0.0, |most: f64, worth| most.max(worth.abs()))
    };
    let largest: Vec<f64> = (0..=levels).map(largest).collect();
    let actions = parts.iter().filter(|part| part.level == 1);
    let label = format!(
        "The top of the search tree, {levels} levels below today. Widest first: {}. The table below says the same.",
        actions
            .take(5)
            .map(|part| format!("{} {}", part.label, percent(part.share_fraction)))
            .collect::<Vec<_>>()
            .join("; ")
    );
    let mut svg = open("tree", top(levels + 1), &label);
    // Place and width of each part, and how much of it its children have taken.
    let mut placed: Vec<(f64, f64, f64)> = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let share = if part.share_fraction.is_finite() {
            part.share_fraction.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (x, width) = match placed.get_mut(part.parent as usize) {
            Some((x, width, taken)) if index > 0 => {
                let place = *x + *width * *taken;
                *taken += share;
                (place, *width * share)
            }
            _ => (0.0, 100.0),
        };
        placed.push((x, width, 0.0));
        let worth = part_worth(part);
        let share_words = match part.kind {
            PartKind::Today => String::new(),
            PartKind::Action => format!(", {} of the visits here", percent(part.share_fraction)),
            PartKind::Outcome => format!(", odds {}", probability(part.share_fraction)),
        };
        let hidden = match part.hidden {
            0 => String::new(),
            hidden => format!("; {hidden} smaller ones below are not drawn"),
        };
        let title = format!(
            "{}: worth over holding {worth}, {} visits{share_words}, {}{hidden}",
            part.text,
            count(u64::from(part.visits)),
            part.status
        );
        let known = part.worth_over_holding_usd.known().unwrap_or(0.0);
        let shade = heat_class(known, largest[part.level as usize]);
        let class = match (part.level == 1 && part.text == chosen, shade) {
            (true, shade) => format!("box chosen {shade}"),
            (false, shade) => format!("box {shade}"),
        };
        let (y, height) = (top(part.level), HEIGHTS[part.level as usize % 2]);
        // A drawing of its own cuts its words off at its edge.
        svg.push_str(&format!(
            r#"<svg x="{}%" y="{y}" width="{}%" height="{height}" overflow="hidden"><title>{}</title><rect class="{}" width="100%" height="{}"/>"#,
            place(x),
            place(width),
            escape(&title),
            class.trim_end(),
            height - 1
        ));
        if width >= WORDS {
            let second = match part.kind {
                PartKind::Outcome => probability(part.share_fraction),
                _ => worth,
            };
            svg.push_str(&format!(
                r#"<text x="4" y="14">{}</text><text class="tick" x="4" y="28">{}</text>"#,
                escape(&part.label),
                escape(&second)
            ));
        }
        svg.push_str("</svg>");
    }
    svg.push_str("</svg>");
    svg
}

/// Worth over holding, with the error of the judge where it is known.
pub(super) fn part_worth(part: &TreePart) -> String {
    let worth = figure(&part.worth_over_holding_usd, usd_signed);
    match part.error_usd.known() {
        Some(error) => format!("{worth} \u{b1} {}", usd(error)),
        None => worth,
    }
}

/// The best action's worth, the next best's and the root's as the search grew; empty if fewer than two moments are known.
pub(super) fn settling(settling: &Settling) -> String {
    const LABEL: u32 = 17;
    const PLOT: u32 = 180;
    type Line = (&'static str, fn(&SettlePoint) -> &Figure);
    const LINES: [Line; 3] = [
        ("root", |point| &point.root_worth_over_holding_usd),
        ("now", |point| &point.runner_up_worth_over_holding_usd),
        ("expiry", |point| &point.best_worth_over_holding_usd),
    ];
    let points = &settling.points;
    let known = points
        .iter()
        .filter(|point| point.best_worth_over_holding_usd.known().is_some());
    let (true, Some(last)) = (known.count() >= 2, points.last()) else {
        return String::new();
    };
    let across = Scale {
        low: 0.0,
        high: f64::from(last.evaluations.max(1)),
    };
    let up = Scale::with_zero(
        points
            .iter()
            .flat_map(|point| LINES.map(|(_, line)| line(point).known().unwrap_or(0.0))),
    );
    let (top, bottom) = (LABEL, LABEL + PLOT);
    let y_of = |worth: f64| f64::from(top) + (1.0 - up.percent(worth) / 100.0) * f64::from(PLOT);
    let label = format!(
        "How the choice settled over {} evaluations: the best action is another {} times; at the end it is {} at {}, before {} at {}.",
        count(u64::from(last.evaluations)),
        settling.changed,
        last.best,
        figure(&last.best_worth_over_holding_usd, usd_signed),
        last.runner_up,
        figure(&last.runner_up_worth_over_holding_usd, usd_signed)
    );
    let mut svg = open("payoff", bottom + 24, &label);
    let levels = ticks(up.low, up.high, 4);
    for level in &levels {
        let class = if *level == 0.0 { "zero" } else { "grid" };
        let y = y_of(*level);
        svg.push_str(&format!(
            r#"<line class="{class}" x1="0%" x2="100%" y1="{y:.1}" y2="{y:.1}"/>"#
        ));
    }
    for evaluations in ticks(across.low, across.high, 5) {
        let percent = across.percent(evaluations);
        svg.push_str(&words(
            percent,
            bottom + 20,
            "tick",
            &count(evaluations as u64),
        ));
    }
    for change in &settling.changes {
        let x = across.at(f64::from(change.evaluations));
        svg.push_str(&format!(
            r#"<line class="even" x1="{x}%" x2="{x}%" y1="{top}" y2="{bottom}"><title>{}</title></line>"#,
            escape(&format!(
                "after {} evaluations: {}",
                count(u64::from(change.evaluations)),
                change.best
            ))
        ));
    }
    svg.push_str(&format!(r#"<svg x="0" y="0" width="100%" height="{bottom}" viewBox="0 0 1000 {bottom}" preserveAspectRatio="none">"#));
    for (class, line) in LINES {
        let path: Vec<String> = points
            .iter()
            .filter_map(|point| Some((point.evaluations, line(point).known()?)))
            .map(|(evaluations, worth)| {
                format!(
                    "{:.1},{:.1}",
                    across.percent(f64::from(evaluations)) * 10.0,
                    y_of(worth)
                )
            })
            .collect();
        svg.push_str(&format!(
            r#"<polyline class="{class}" vector-effect="non-scaling-stroke" points="{}"/>"#,
            path.join(" ")
        ));
    }
    svg.push_str("</svg>");
    let decimals = if levels.windows(2).any(|pair| pair[1] - pair[0] < 1.0) {
        2
    } else {
        0
    };
    for level in &levels {
        svg.push_str(&format!(
            r#"<text class="tick" x="2" y="{:.1}">{}</text>"#,
            y_of(*level) - 3.0,
            signed(*level, decimals)
        ));
    }
    svg.push_str("</svg>");
    svg
}

/// Spot, strikes and break-even, as far as they are on the axis.
fn markers(plan: &Plan, across: &Scale) -> Vec<Marker> {
    let mut markers = vec![Marker {
        class: "spot",
        spot_usd: plan.spot_usd,
        label: format!("price now {}", decimal(plan.spot_usd, 2)),
    }];
    let mut strikes: Vec<f64> = plan
        .decision
        .action
        .legs
        .iter()
        .filter_map(|leg| leg.strike_usd)
        .collect();
    strikes.sort_by(f64::total_cmp);
    strikes.dedup();
    for price in strikes {
        markers.push(Marker {
            class: "strike",
            spot_usd: price,
            label: format!("strike {}", strike(price)),
        });
    }
    if let Some(price) = plan.numbers.break_even_usd_per_share.known() {
        markers.push(Marker {
            class: "even",
            spot_usd: price,
            label: format!("break-even {}", decimal(price, 2)),
        });
    }
    markers.retain(|marker| (across.low..=across.high).contains(&marker.spot_usd));
    markers
}

/// Text at a place across; near an edge it stays inside.
pub(crate) fn words(percent: f64, y: u32, class: &str, text: &str) -> String {
    let anchor = match percent {
        percent if percent < 12.0 => "start",
        percent if percent > 88.0 => "end",
        _ => "middle",
    };
    format!(
        r#"<text class="{class}" x="{}%" y="{y}" text-anchor="{anchor}">{}</text>"#,
        place(percent),
        escape(text)
    )
}

/// About `count` round numbers inside a range.
pub(crate) fn ticks(low: f64, high: f64, count: u32) -> Vec<f64> {
    let rough = (high - low) / f64::from(count);
    if !rough.is_finite() || rough <= 0.0 {
        return Vec::new();
    }
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power);
    let (from, to) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (from..=to).map(|index| index as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(-3.0, 11.0, 5), [0.0, 5.0, 10.0]);
        assert_eq!(ticks(50.0, 90.0, 5), [50.0, 60.0, 70.0, 80.0, 90.0]);
        assert!(ticks(1.0, 1.0, 5).is_empty());
    }

    #[test]
    fn places_stay_on_the_page() {
        let scale = Scale::with_zero([100.0]);
        assert_eq!(scale.at(1e9), "100.00");
        assert_eq!(scale.at(f64::NAN), "0.00");
        assert_eq!(Scale::with_zero([]).at(0.0), "50.00");
        assert_eq!(Scale::with_zero([2.0, 4.0]).at(4.0), "97.17");
        assert_eq!(Scale::spanning([2.0, f64::NAN, 4.0]).at(3.0), "50.00");
    }
}
