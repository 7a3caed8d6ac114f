//! Measures a sample as the real chains were measured, and compares.
//!
//! At the money is the implied volatility at the spot, on a line between the strikes around it, call and put averaged, of
//! contracts that traded that day. "30 days" lies on a line between the expiries of 25 to 45 days. The 25-delta skew lies on a
//! line in delta. Lowest and highest are those of a typical window of 47 trading days, as long as the real one. Everything
//! leaves out the days from the crash until it has faded, since the real window had none.

use std::fmt::Write;

use jiff::civil::Date;
use pricing::Right;

use super::names::{CRASH, CRASH_OVER, NAMES, Name};
use super::path::days_between;
use super::quotes::MIDS_USD;
use super::{Row, Sample};
use crate::history::{History, realised_vol};

/// Trading days of the real window.
const WINDOW: usize = 47;
/// Upper bounds in dollars of the buckets of mid prices, the last one open.
const BUCKETS_USD: [f64; 6] = [0.25, 0.5, 1.0, 2.0, 5.0, 10.0];
/// Fewer quotes than this make no median worth comparing.
const QUOTES_LEAST: usize = 100;

/// What was measured on the real chains for one of the names.
pub(super) struct Target {
    pub(super) symbol: &'static str,
    /// Realised volatility of the calm days. By design the forecast, that is implied / (1 + premium); the measured one beside.
    pub(super) realised: f64,
    pub(super) realised_measured: f64,
    pub(super) iv: f64,
    pub(super) iv_low: f64,
    pub(super) iv_high: f64,
    pub(super) skew: f64,
    pub(super) near: f64,
    pub(super) far: f64,
    pub(super) vol_of_iv: f64,
    pub(super) correlation: f64,
    /// Share of the puts of delta -0.35 to -0.15 and 21 to 45 days that traded on a day.
    pub(super) traded: f64,
}

pub(super) const TARGETS: [Target; 3] = [
    Target {
        symbol: "SYNIDX",
        realised: 0.143 / 1.12,
        realised_measured: 0.145,
        iv: 0.143,
        iv_low: 0.132,
        iv_high: 0.181,
        skew: 0.046,
        near: 0.88,
        far: 1.09,
        vol_of_iv: 0.076,
        correlation: -0.93,
        traded: 0.995,
    },
    Target {
        symbol: "SYNDIV",
        realised: 0.206 / 1.25,
        realised_measured: 0.276,
        iv: 0.206,
        iv_low: 0.174,
        iv_high: 0.240,
        skew: 0.005,
        near: 0.99,
        far: 0.97,
        vol_of_iv: 0.046,
        correlation: -0.24,
        traded: 0.77,
    },
    Target {
        symbol: "SYNVOL",
        realised: 0.643 / 1.10,
        realised_measured: 0.579,
        iv: 0.643,
        iv_low: 0.489,
        iv_high: 0.706,
        skew: -0.004,
        near: 1.00,
        far: 1.00,
        vol_of_iv: 0.046,
        correlation: -0.02,
        traded: 0.97,
    },
];

/// How far the sample may be from the target.
#[derive(Clone, Copy)]
enum Within {
    /// This fraction of the target.
    Part(f64),
    /// This much.
    Much(f64),
    /// This fraction of the target or one cent, whichever is more.
    PartOrCent(f64),
}

/// One number of the sample beside what it should be.
pub(super) struct Line {
    symbol: &'static str,
    pub(super) what: String,
    pub(super) target: f64,
    pub(super) achieved: f64,
    within: Within,
    remark: String,
}

impl Line {
    pub(super) fn fits(&self) -> bool {
        let room = match self.within {
            Within::Part(part) => part * self.target.abs(),
            Within::Much(much) => much,
            Within::PartOrCent(part) => (part * self.target.abs()).max(0.01),
        };
        (self.achieved - self.target).abs() <= room + 1e-12
    }
}

/// Every number that has a target.
pub(super) fn measure(sample: &Sample, targets: &[Target; 3]) -> Vec<Line> {
    let mut lines = Vec::new();
    for ((name, target), history) in NAMES.iter().zip(targets).zip(&sample.histories) {
        assert_eq!(
            name.symbol, target.symbol,
            "targets and names go in the same order"
        );
        let rows: Vec<&Row> = sample
            .rows
            .iter()
            .filter(|row| row.quote.contract.symbol == name.symbol)
            .collect();
        vols(name, target, history, &rows, &mut lines);
        spreads(name, &rows, &mut lines);
    }
    lines
}

/// The comparison as text, one line per number.
pub(super) fn table(lines: &[Line]) -> String {
    let mut text = format!(
        "{:8}{:36}{:>9}{:>10}  allowed\n",
        "name", "what", "target", "achieved"
    );
    for line in lines {
        let allowed = match line.within {
            Within::Part(part) => format!("+-{:.0} %", 100.0 * part),
            Within::Much(much) => format!("+-{much}"),
            Within::PartOrCent(part) => format!("+-{:.0} % or 0.01", 100.0 * part),
        };
        let failed = if line.fits() { "" } else { "  MISSED" };
        let Line {
            symbol,
            what,
            target,
            achieved,
            remark,
            ..
        } = line;
        let space = if remark.is_empty() { "" } else { "  " };
        let _ = writeln!(
            text,
            "{symbol:8}{what:36}{target:9.3}{achieved:10.3}  {allowed}{space}{remark}{failed}"
        );
    }
    text
}

/// Is a day outside the crash and its echo?
fn calm(date: Date) -> bool {
    !(CRASH[0].0..CRASH_OVER).contains(&date)
}

fn vols(name: &Name, target: &Target, history: &History, rows: &[&Row], lines: &mut Vec<Line>) {
    let mut push = |what: &str, target: f64, achieved: f64, within, remark: String| {
        lines.push(Line {
            symbol: name.symbol,
            what: what.to_owned(),
            target,
            achieved,
            within,
            remark,
        });
    };
    let returns: Vec<f64> = history.log_returns();
    let quiet: Vec<f64> = history.days[1..]
        .iter()
        .zip(&returns)
        .filter(|(day, _)| calm(day.date))
        .map(|(_, value)| *value)
        .collect();
    let realised = realised_vol(&quiet).map_or(f64::NAN, |realised| realised.vol_per_year);
    let remark = format!(
        "table {:.3}; with the crash {:.3}",
        target.realised_measured,
        realised_vol(&returns).map_or(f64::NAN, |r| r.vol_per_year)
    );
    push(
        "realised volatility",
        target.realised,
        realised,
        Within::Part(0.10),
        remark,
    );

    let days: Vec<Surface> = history
        .days
        .iter()
        .map(|day| Surface::of(day.date, rows))
        .collect();
    let quiet: Vec<&Surface> = days.iter().filter(|day| calm(day.date)).collect();
    let thirty = |day: &Surface| day.month;
    push(
        "at-the-money iv, 30 days",
        target.iv,
        median(quiet.iter().map(|day| day.month).collect()),
        Within::Part(0.05),
        String::new(),
    );
    let windows = days
        .windows(WINDOW)
        .filter(|window| window.iter().all(|day| calm(day.date)));
    let (mut lows, mut highs) = (Vec::new(), Vec::new());
    for window in windows {
        let ivs = window.iter().map(thirty).filter(|iv| iv.is_finite());
        lows.push(ivs.clone().fold(f64::INFINITY, f64::min));
        highs.push(ivs.fold(0.0, f64::max));
    }
    push(
        "  lowest of 47 days",
        target.iv_low,
        median(lows),
        Within::Part(0.20),
        String::new(),
    );
    push(
        "  highest of 47 days",
        target.iv_high,
        median(highs),
        Within::Part(0.20),
        String::new(),
    );
    push(
        "25-delta put iv - call iv",
        target.skew,
        median(quiet.iter().map(|day| day.skew).collect()),
        Within::Much(0.006),
        String::new(),
    );
    push(
        "5-10 days / 30 days",
        target.near,
        median(quiet.iter().map(|day| day.week / day.month).collect()),
        Within::Much(0.04),
        String::new(),
    );
    push(
        "80-130 days / 30 days",
        target.far,
        median(quiet.iter().map(|day| day.quarter / day.month).collect()),
        Within::Much(0.04),
        String::new(),
    );

    let moves: Vec<(f64, f64)> = days
        .windows(2)
        .zip(&returns)
        .filter(|(pair, _)| pair.iter().all(|day| calm(day.date)))
        .map(|(pair, value)| ((pair[1].month / pair[0].month).ln(), *value))
        .filter(|(change, _)| change.is_finite())
        .collect();
    push(
        "sd of daily change of log iv",
        target.vol_of_iv,
        covariance(&moves, |m| m.0, |m| m.0).sqrt(),
        Within::Part(0.20),
        String::new(),
    );
    let correlation = covariance(&moves, |m| m.0, |m| m.1)
        / (covariance(&moves, |m| m.0, |m| m.0) * covariance(&moves, |m| m.1, |m| m.1)).sqrt();
    push(
        "  its correlation with the return",
        target.correlation,
        correlation,
        Within::Much(0.10),
        String::new(),
    );

    let wheel = |row: &&&Row| {
        let days = days_between(row.date, row.quote.contract.expiry);
        (21..=45).contains(&days)
            && row
                .quote
                .delta
                .is_some_and(|delta| (-0.35..=-0.15).contains(&delta))
    };
    let offered = rows.iter().filter(wheel).count();
    let traded = rows
        .iter()
        .filter(wheel)
        .filter(|row| row.quote.volume > Some(0))
        .count();
    push(
        "traded share of puts for the wheel",
        target.traded,
        traded as f64 / offered as f64,
        Within::Much(0.05),
        String::new(),
    );
}

fn spreads(name: &'static Name, rows: &[&Row], lines: &mut Vec<Line>) {
    let mut buckets: [Vec<f64>; 7] = Default::default();
    for row in rows {
        let contract = &row.quote.contract;
        let moneyness = contract.strike_usd / row.spot_usd;
        let near = (20..=60).contains(&days_between(row.date, contract.expiry))
            && (0.88..=1.0).contains(&moneyness);
        if let (Right::Put, true, true, Some(bid), Some(ask)) = (
            contract.right,
            near,
            calm(row.date),
            row.quote.bid_usd,
            row.quote.ask_usd,
        ) {
            let mid = (bid + ask) / 2.0;
            let bucket = BUCKETS_USD
                .iter()
                .position(|bound| mid <= *bound)
                .unwrap_or(6);
            buckets[bucket].push(ask - bid);
        }
    }
    debug_assert_eq!(MIDS_USD.len(), buckets.len());
    for (i, bucket) in buckets.into_iter().enumerate() {
        if bucket.len() < QUOTES_LEAST {
            continue;
        }
        let bound = BUCKETS_USD
            .get(i)
            .map_or("put spread, mid above $10".to_owned(), |bound| {
                format!("put spread, mid up to ${bound}")
            });
        let remark = format!("{} quotes", bucket.len());
        lines.push(Line {
            symbol: name.symbol,
            what: bound,
            target: name.spreads_usd[i],
            achieved: median(bucket),
            within: Within::PartOrCent(0.25),
            remark,
        });
    }
}

/// What one day's chain says about volatility; NaN where it does not.
struct Surface {
    date: Date,
    /// At the money at 5 to 10, 30, and 80 to 130 days.
    week: f64,
    month: f64,
    quarter: f64,
    /// At 25 to 45 days.
    skew: f64,
}

impl Surface {
    fn of(date: Date, rows: &[&Row]) -> Surface {
        let from = rows.partition_point(|row| row.date < date);
        let to = rows.partition_point(|row| row.date <= date);
        let terms: Vec<(f64, Vec<&&Row>)> = rows[from..to]
            .chunk_by(|a, b| a.quote.contract.expiry == b.quote.contract.expiry)
            .map(|rows| {
                let traded = rows
                    .iter()
                    .filter(|row| row.quote.iv.is_some() && row.quote.volume > Some(0))
                    .collect();
                (
                    days_between(date, rows[0].quote.contract.expiry) as f64,
                    traded,
                )
            })
            .collect();
        let between = |low: f64, high: f64, of: &dyn Fn(&[&&Row]) -> f64| -> Vec<(f64, f64)> {
            let inside = terms.iter().filter(|(days, _)| (low..=high).contains(days));
            inside
                .map(|(days, rows)| (*days, of(rows)))
                .filter(|(_, value)| value.is_finite())
                .collect()
        };
        let mean = |values: Vec<(f64, f64)>| {
            values.iter().map(|(_, value)| value).sum::<f64>() / values.len() as f64
        };
        Surface {
            date,
            week: mean(between(5.0, 10.0, &at_the_money)),
            month: line(&between(25.0, 45.0, &at_the_money), 30.0),
            quarter: mean(between(80.0, 130.0, &at_the_money)),
            skew: mean(between(25.0, 45.0, &skew)),
        }
    }
}

fn at_the_money(rows: &[&&Row]) -> f64 {
    let of = |right| {
        let points: Vec<(f64, f64)> = rows
            .iter()
            .filter(|row| row.quote.contract.right == right)
            .filter_map(|row| Some((row.quote.contract.strike_usd / row.spot_usd, row.quote.iv?)))
            .collect();
        line(&points, 1.0)
    };
    let both = [of(Right::Call), of(Right::Put)];
    let found: Vec<f64> = both.into_iter().filter(|iv| iv.is_finite()).collect();
    found.iter().sum::<f64>() / found.len() as f64
}

fn skew(rows: &[&&Row]) -> f64 {
    let of = |right: Right| {
        let mut points: Vec<(f64, f64)> = rows
            .iter()
            .filter(|row| row.quote.contract.right == right)
            .filter_map(|row| Some((row.quote.delta?.abs(), row.quote.iv?)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        line(&points, 0.25)
    };
    of(Right::Put) - of(Right::Call)
}

/// The value at `x` on a line between the points around it, or at the nearest point; NaN without any. Sorted by x.
fn line(points: &[(f64, f64)], x: f64) -> f64 {
    match points.iter().position(|point| x < point.0) {
        None => points.last().map_or(f64::NAN, |point| point.1),
        Some(0) => points[0].1,
        Some(i) => {
            let ((x0, y0), (x1, y1)) = (points[i - 1], points[i]);
            y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        }
    }
}

/// Of the finite values; NaN without any.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

fn covariance<T>(pairs: &[T], a: impl Fn(&T) -> f64, b: impl Fn(&T) -> f64) -> f64 {
    let n = pairs.len() as f64;
    let mean = |of: &dyn Fn(&T) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    pairs
        .iter()
        .map(|pair| (a(pair) - mean_a) * (b(pair) - mean_b))
        .sum::<f64>()
        / (n - 1.0)
}
