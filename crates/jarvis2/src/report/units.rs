//! Numbers as people read them: thousands separators, dollars, percent.
//!
//! Text from a plan is never trusted to be a number: what is not finite prints `n/a`, and a rounded zero has no sign.

use crate::plan::{Figure, IntervalUsd};

/// `1234567.891` with two decimals is `1,234,567.89`.
pub(crate) fn decimal(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "n/a".to_string();
    }
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut text = String::new();
    if value < 0.0 && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        text.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// The same with a `+` before what is above zero after rounding.
pub(crate) fn signed(value: f64, decimals: usize) -> String {
    let text = decimal(value, decimals);
    let positive = value > 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
    if positive { format!("+{text}") } else { text }
}

/// `12,345`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `-$1,234.50`.
pub(crate) fn usd(value: f64) -> String {
    with_dollar(&decimal(value, 2))
}

/// `+$1,234.50`.
pub(crate) fn usd_signed(value: f64) -> String {
    with_dollar(&signed(value, 2))
}

/// Puts the dollar between sign and digits.
fn with_dollar(number: &str) -> String {
    match number.chars().next() {
        Some(sign @ ('+' | '-')) => format!("{sign}${}", &number[1..]),
        Some('0'..='9') => format!("${number}"),
        _ => number.to_string(),
    }
}

/// A quoted price per share: cents, or finer where the quote is.
pub(crate) fn quote(value: f64) -> String {
    let text = decimal(value, 4);
    match text.find('.') {
        Some(point) => {
            let digits = text.trim_end_matches('0').len().max(point + 3);
            text[..digits].to_string()
        }
        None => text,
    }
}

/// A strike as people say it: `70`, `67.5`.
pub(crate) fn strike(value: f64) -> String {
    let text = decimal(value, 3);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// A fraction in percent: `0.25` is `25.0 %`.
pub(crate) fn percent(fraction: f64) -> String {
    with_percent(decimal(fraction * 100.0, 1))
}

/// The same with a sign.
pub(crate) fn percent_signed(fraction: f64) -> String {
    with_percent(signed(fraction * 100.0, 1))
}

/// A probability: the unlikely is not shown as the impossible, nor the likely as the certain.
pub(super) fn probability(fraction: f64) -> String {
    if fraction > 0.0 && fraction < 0.0005 {
        "<0.1 %".to_string()
    } else if fraction < 1.0 && fraction > 0.9995 {
        ">99.9 %".to_string()
    } else {
        percent(fraction)
    }
}

fn with_percent(number: String) -> String {
    if number == "n/a" {
        number
    } else {
        format!("{number} %")
    }
}

/// A value whose unit is named in words, such as `fraction per year` or `dollars per share`.
pub(super) fn in_unit(value: f64, unit: &str) -> String {
    let (first, rest) = unit
        .split_once(' ')
        .map_or((unit, ""), |(first, rest)| (first, rest));
    let tail = if rest.is_empty() {
        String::new()
    } else {
        format!(" {rest}")
    };
    match first.to_ascii_lowercase().as_str() {
        "%" => format!("{}{tail}", with_percent(decimal(value, 2))),
        "fraction" | "fractions" => format!("{}{tail}", with_percent(decimal(value * 100.0, 2))),
        "dollar" | "dollars" | "usd" | "$" => format!("{}{tail}", usd(value)),
        "day" | "days" => format!(
            "{} {unit}",
            decimal(value, if value.fract() == 0.0 { 0 } else { 1 })
        ),
        _ => format!("{} {unit}", decimal(value, 3))
            .trim_end()
            .to_string(),
    }
}

/// The figure as text, or its reason.
pub(crate) fn figure(figure: &Figure, known: impl Fn(f64) -> String) -> String {
    match figure {
        Figure::Known(value) => known(*value),
        Figure::Missing(reason) => reason.clone(),
    }
}

/// The figure for a cell too narrow for a reason.
pub(super) fn cell(figure: &Figure, known: impl Fn(f64) -> String) -> String {
    figure.known().map_or_else(|| "n/a".to_string(), known)
}

/// `+$31.00 to +$137.20`.
pub(super) fn range(interval: &IntervalUsd) -> String {
    format!(
        "{} to {}",
        usd_signed(interval.low_usd),
        usd_signed(interval.high_usd)
    )
}

/// The same in a column of dollars: `+31 to +137`.
pub(super) fn span(interval: &IntervalUsd, decimals: usize) -> String {
    format!(
        "{} to {}",
        signed(interval.low_usd, decimals),
        signed(interval.high_usd, decimals)
    )
}

/// Decimals for a column of dollars: cents where the amounts are small, none where they are large.
pub(super) fn column_decimals(values: impl IntoIterator<Item = f64>) -> usize {
    let largest = values
        .into_iter()
        .filter(|value| value.is_finite())
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    if largest < 100.0 { 2 } else { 0 }
}

/// The same for estimates and their intervals.
pub(super) fn interval_decimals<'a>(intervals: impl IntoIterator<Item = &'a IntervalUsd>) -> usize {
    let values = |interval: &IntervalUsd| [interval.low_usd, interval.value_usd, interval.high_usd];
    column_decimals(intervals.into_iter().flat_map(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        let check = |shown: String, expected: &str| assert_eq!(shown, expected);
        check(decimal(1_234_567.891, 2), "1,234,567.89");
        check(decimal(-999.5, 0), "-1,000");
        check(decimal(-0.001, 2), "0.00");
        check(decimal(f64::NAN, 2), "n/a");
        check(signed(0.001, 2), "0.00");
        check(signed(12.0, 0), "+12");
        check(count(1_000), "1,000");
        check(usd(-1_234.5), "-$1,234.50");
        check(usd(f64::INFINITY), "n/a");
        check(usd_signed(84.116), "+$84.12");
        check(quote(1.25), "1.25");
        check(quote(1.235), "1.235");
        check(quote(1_200.0), "1,200.00");
        check(strike(70.0), "70");
        check(strike(12_345.5), "12,345.5");
        check(strike(67.125), "67.125");
        check(percent(0.25), "25.0 %");
        check(percent_signed(-0.0288), "-2.9 %");
        check(probability(0.0001), "<0.1 %");
        check(probability(0.99999), ">99.9 %");
        check(probability(0.0), "0.0 %");
        check(in_unit(0.21, "fraction per year"), "21.00 % per year");
        check(in_unit(21.5, "% a year"), "21.50 % a year");
        check(in_unit(1.04, "$ per share"), "$1.04 per share");
        check(in_unit(69.42, "dollars per share"), "$69.42 per share");
        check(in_unit(45.0, "days"), "45 days");
        check(
            in_unit(2.0, "relative risk aversion"),
            "2.000 relative risk aversion",
        );
    }
}
