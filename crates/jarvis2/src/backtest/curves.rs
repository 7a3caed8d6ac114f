//! Curves over days for the page of a backtest: thinned, on a plain or a logarithmic scale, each with its name at its end.
//!
//! Horizontal places are percentages, as in [`crate::report::svg`]; colours and dashes are the classes `l0` to `l7` of the style sheet.

use crate::report::html::escape;
use crate::report::svg::{Scale, open, place, ticks, words};
use jiff::civil::Date;

/// Points of a drawn curve.
pub(super) const POINTS: usize = 400;
/// Classes of curves that the style sheet has.
const CLASSES: usize = 8;
/// From this ratio of the highest to the lowest value on, the scale is logarithmic.
const LOG_FROM: f64 = 4.0;
/// Height of the plot, in pixels.
const PLOT: f64 = 270.0;
const TOP: f64 = 10.0;
/// Height of a name at the end of a curve.
const NAME: f64 = 17.0;

/// A named value for every day.
pub(super) struct Curve {
    pub(super) name: String,
    /// Place of its policy in the report: its colour.
    pub(super) place: usize,
    pub(super) points: Vec<(Date, f64)>,
}

/// Class of the policy in this place.
pub(super) fn class_of(place: usize) -> String {
    format!("l{}", place.min(CLASSES - 1))
}

/// A name short enough to stand at the end of its curve.
pub(super) fn short(name: &str) -> &str {
    name.split(',').next().unwrap_or(name)
}

/// At most `most` of the points, in their order: the first, the last, and the lowest and highest of every stretch between.
pub(super) fn thin<T: Copy>(points: &[(T, f64)], most: usize) -> Vec<(T, f64)> {
    if points.len() <= most.max(4) {
        return points.to_vec();
    }
    let (first, last) = (points[0], points[points.len() - 1]);
    let inner = &points[1..points.len() - 1];
    let stretches = (most.max(4) - 2) / 2;
    let mut kept = vec![first];
    for stretch in 0..stretches {
        let at = |stretch: usize| stretch * inner.len() / stretches;
        let part = &inner[at(stretch)..at(stretch + 1)];
        let by_value = |a: &usize, b: &usize| part[*a].1.total_cmp(&part[*b].1);
        let low = (0..part.len()).min_by(by_value);
        let high = (0..part.len()).max_by(by_value);
        if let (Some(low), Some(high)) = (low, high) {
            kept.push(part[low.min(high)]);
            if low != high {
                kept.push(part[low.max(high)]);
            }
        }
    }
    kept.push(last);
    kept
}

/// Loss from the highest value so far, as a fraction: zero or below.
pub(super) fn below_height(points: &[(Date, f64)], start: f64) -> Vec<(Date, f64)> {
    let mut height = start;
    points
        .iter()
        .map(|(date, value)| {
            height = height.max(*value);
            (*date, value / height - 1.0)
        })
        .collect()
}

/// Does this span want a logarithmic scale?
pub(super) fn wants_log(curves: &[Curve]) -> bool {
    let values = || curves.iter().flat_map(|curve| &curve.points).map(|p| p.1);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    low > 0.0 && high > LOG_FROM * low
}

/// The curves as one drawing with their names beside it; `None` where fewer than two days are there. `level` is a value with a line of its
/// own: the capital, or no loss.
pub(super) fn chart(
    curves: &[Curve],
    level: f64,
    label: &str,
    show: impl Fn(f64) -> String,
) -> Option<String> {
    let dates = || curves.iter().flat_map(|curve| &curve.points).map(|p| p.0);
    let (first, last) = (dates().min()?, dates().max()?);
    if first == last {
        return None;
    }
    let log = wants_log(curves) && level > 0.0;
    let scaled = |value: f64| if log { value.ln() } else { value };
    let values = || curves.iter().flat_map(|curve| &curve.points).map(|p| p.1);
    let up = Scale::spanning(values().chain([level]).map(scaled));
    let across = Scale {
        low: 0.0,
        high: days(first, last),
    };
    let y_of = |value: f64| TOP + (1.0 - up.percent(scaled(value)) / 100.0) * PLOT;
    let bottom = TOP + PLOT;
    let height = bottom as u32 + 24;

    let mut svg = open("payoff curves", height, label);
    let levels = if log {
        round_levels(up.low.exp(), up.high.exp())
    } else {
        ticks(up.low, up.high, 5)
    };
    for value in &levels {
        let y = y_of(*value);
        svg.push_str(&format!(
            r#"<line class="grid" x1="0%" x2="100%" y1="{y:.1}" y2="{y:.1}"/>"#
        ));
    }
    let y = y_of(level);
    svg.push_str(&format!(
        r#"<line class="zero" x1="0%" x2="100%" y1="{y:.1}" y2="{y:.1}"/>"#
    ));
    for (date, text) in date_ticks(first, last) {
        let percent = across.percent(days(first, date));
        let x = place(percent);
        svg.push_str(&format!(
            r#"<line class="grid" x1="{x}%" x2="{x}%" y1="{bottom}" y2="{}"/>"#,
            bottom + 5.0
        ));
        svg.push_str(&words(percent, bottom as u32 + 20, "tick", &text));
    }
    svg.push_str(&format!(r#"<svg x="0" y="0" width="100%" height="{bottom}" viewBox="0 0 1000 {bottom}" preserveAspectRatio="none">"#));
    // The first one lies on top.
    for curve in curves.iter().rev() {
        let path: Vec<String> = thin(&curve.points, POINTS)
            .into_iter()
            .filter(|(_, value)| scaled(*value).is_finite())
            .map(|(date, value)| {
                format!(
                    "{:.1},{:.1}",
                    across.percent(days(first, date)) * 10.0,
                    y_of(value)
                )
            })
            .collect();
        let last = curve.points.last().map_or(f64::NAN, |p| p.1);
        svg.push_str(&format!(
            r#"<polyline class="{}" vector-effect="non-scaling-stroke" points="{}"><title>{}</title></polyline>"#,
            class_of(curve.place),
            path.join(" "),
            escape(&format!("{}: {}", curve.name, show(last)))
        ));
    }
    svg.push_str("</svg>");
    for value in &levels {
        svg.push_str(&format!(
            r#"<text class="tick" x="2" y="{:.1}">{}</text>"#,
            y_of(*value) - 3.0,
            escape(&show(*value))
        ));
    }
    svg.push_str("</svg>");
    Some(format!(
        "<div class=\"chart\">{svg}{}</div>\n",
        names(curves, height, &y_of)
    ))
}

/// Names at the ends of the curves, moved apart where they would cover each other, with lines that lead to them.
fn names(curves: &[Curve], height: u32, y_of: &impl Fn(f64) -> f64) -> String {
    let mut ends: Vec<(f64, &Curve)> = curves
        .iter()
        .filter_map(|curve| Some((y_of(curve.points.last()?.1), curve)))
        .filter(|(y, _)| y.is_finite())
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wanted: Vec<f64> = ends.iter().map(|(y, _)| *y).collect();
    let placed = apart(&wanted, NAME, TOP, TOP + PLOT);
    let shorts: Vec<&str> = ends.iter().map(|(_, curve)| short(&curve.name)).collect();
    let mut lines =
        format!(r#"<svg class="curves lead" width="18" height="{height}" aria-hidden="true">"#);
    let mut labels = String::new();
    for (((from, curve), to), name) in ends.iter().zip(&placed).zip(&shorts) {
        let class = class_of(curve.place);
        lines.push_str(&format!(
            r#"<line class="{class}" x1="0" x2="16" y1="{from:.1}" y2="{to:.1}"/>"#
        ));
        let twice = shorts.iter().filter(|other| *other == name).count() > 1;
        let text = if twice { &curve.name } else { *name };
        labels.push_str(&format!(
            "<span{} style=\"top:{:.1}px\">{}</span>",
            if curve.place == 0 {
                " class=\"first\""
            } else {
                ""
            },
            to - NAME / 2.0,
            escape(text)
        ));
    }
    format!(
        "{lines}</svg><div class=\"ends\" style=\"height:{height}px\" aria-hidden=\"true\">{labels}</div>"
    )
}

/// Ascending places moved to be at least `gap` apart, within `low` to `high` as far as they fit.
fn apart(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut placed = Vec::with_capacity(wanted.len());
    let mut next = low;
    for want in wanted {
        let at = want.max(next);
        placed.push(at);
        next = at + gap;
    }
    let mut most = high;
    for at in placed.iter_mut().rev() {
        *at = at.min(most);
        most = *at - gap;
    }
    placed
}

fn days(from: Date, to: Date) -> f64 {
    f64::from((to - from).get_days())
}

/// One, two and five of every power of ten within a range; the ends where there are fewer than two.
fn round_levels(low: f64, high: f64) -> Vec<f64> {
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    powers
        .flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)))
        .filter(|level| (low..=high).contains(level))
        .collect()
}

/// Beginnings of months or years, six at most, a January named by its year; for less than three months the two ends.
fn date_ticks(first: Date, last: Date) -> Vec<(Date, String)> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
    let months = month(last) - month(first);
    if months < 3 {
        return vec![(first, first.to_string()), (last, last.to_string())];
    }
    let step = [1, 2, 3, 6, 12, 24, 60, 120, 240]
        .into_iter()
        .find(|step| months / step <= 4)
        .unwrap_or(600);
    let dates: Vec<Date> = (month(first)..=month(last))
        .filter(|month| month % step == 0)
        .filter_map(|month| Date::new((month / 12) as i16, (month % 12) as i8 + 1, 1).ok())
        .filter(|date| *date >= first)
        .collect();
    let has_year = dates.iter().any(|date| date.month() == 1);
    dates
        .iter()
        .enumerate()
        .map(|(place, date)| {
            let name = MONTHS[date.month() as usize - 1];
            let text = match (date.month(), place) {
                (1, _) => date.year().to_string(),
                (_, 0) if !has_year => format!("{name} {}", date.year()),
                _ => name.to_owned(),
            };
            (*date, text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinned_curves_keep_their_ends_highs_and_lows() {
        // A saw with one tooth up and one down where no stretch begins.
        let mut points: Vec<(usize, f64)> = (0..2_600)
            .map(|day| (day, ((day * 37) % 100) as f64))
            .collect();
        points[1_234].1 = 9_999.0;
        points[1_235].1 = -9_999.0;
        let kept = thin(&points, POINTS);
        assert!(
            kept.len() <= POINTS && kept.len() > POINTS / 2,
            "{}",
            kept.len()
        );
        assert_eq!((kept[0], kept[kept.len() - 1]), (points[0], points[2_599]));
        assert!(kept.contains(&points[1_234]) && kept.contains(&points[1_235]));
        assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(thin(&points[..300], POINTS), points[..300]);
    }

    #[test]
    fn names_are_moved_apart() {
        assert_eq!(
            apart(&[10.0, 12.0, 80.0], 17.0, 0.0, 90.0),
            [10.0, 27.0, 80.0]
        );
        assert_eq!(
            apart(&[85.0, 86.0, 90.0], 17.0, 0.0, 90.0),
            [56.0, 73.0, 90.0]
        );
    }

    #[test]
    fn dates_are_round() {
        let of = |first: &str, last: &str| -> Vec<String> {
            date_ticks(first.parse().unwrap(), last.parse().unwrap())
                .into_iter()
                .map(|(_, text)| text)
                .collect()
        };
        let check = |first, last, expected: &[&str]| assert_eq!(of(first, last), expected);
        check(
            "2015-03-02",
            "2025-02-28",
            &["2016", "2018", "2020", "2022", "2024"],
        );
        check("2025-07-01", "2026-01-30", &["Jul", "Sep", "Nov", "2026"]);
        check("2025-02-03", "2025-08-29", &["Mar 2025", "May", "Jul"]);
        check("2026-05-26", "2026-07-31", &["2026-05-26", "2026-07-31"]);
    }

    #[test]
    fn a_wide_span_is_logarithmic() {
        let curve = |values: &[f64]| {
            let first: Date = "2026-01-02".parse().unwrap();
            vec![Curve {
                name: "a".to_owned(),
                place: 0,
                points: values
                    .iter()
                    .enumerate()
                    .map(|(day, value)| {
                        (
                            first.saturating_add(jiff::Span::new().days(day as i64)),
                            *value,
                        )
                    })
                    .collect(),
            }]
        };
        assert!(!wants_log(&curve(&[100.0, 390.0])));
        assert!(wants_log(&curve(&[100.0, 410.0])));
        assert!(!wants_log(&curve(&[-1.0, 410.0])));
        assert_eq!(round_levels(90.0, 450.0), [100.0, 200.0]);
        let same = |value: f64| value.to_string();
        assert!(chart(&curve(&[100.0]), 100.0, "", same).is_none());
        // Half-way up a logarithmic scale lies the geometric mean.
        let drawn = chart(&curve(&[100.0, 1_000.0, 10_000.0]), 100.0, "", same).unwrap();
        assert!(
            drawn.contains(&format!("500.0,{:.1}", TOP + PLOT / 2.0)),
            "{drawn}"
        );
    }
}
