//! A backtest as one HTML file, in the style of the plan's report: no script, nothing loaded from anywhere, escaped throughout.
//!
//! Nothing here decides anything: figures are those of [`Report`], save the mean gains of the map (from the list of trades), the losses
//! from a height and the returns of calendar years (from the nights). Every table says of which run it is.

use super::curves::{self, Curve};
use super::view::{DecisionView, Figures, NightView, Over, Policy, Report, Told, TradeView};
use crate::report::html::{Grid, begin, escape, heat_class, key, list, paragraph, with_small};
use crate::report::sentence;
use crate::report::svg::{Scale, open};
use crate::report::units::{
    count, decimal, percent, percent_signed, quote, signed, strike, usd, usd_signed,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use wheel::SHARES_PER_CONTRACT;

/// Name of the baseline whose losses stand beside those of the asked policy.
const HOLD: &str = "buy and hold";
/// Decisions listed without being put together by year.
const FLAT: usize = 40;
/// Steps of the map: absolute delta, and days to expiry.
const DELTAS: [f64; 5] = [0.10, 0.20, 0.30, 0.40, 0.50];
const DAYS: [i32; 5] = [7, 21, 35, 50, 75];

/// The backtest as one self-contained HTML file.
pub(crate) fn html(report: &Report) -> String {
    let manifest = &report.manifest;
    let title = format!(
        "{} on {}, {} to {}",
        manifest.policy, manifest.symbol, manifest.first, manifest.last
    );
    let own = concat!(include_str!("page.css"), "</style>");
    let mut page = begin(&title).replacen("</style>", own, 1);
    watermark(&mut page, report);
    page.push_str("<main>\n");
    header(&mut page, report);
    cards(&mut page, report);
    over(&mut page, report);
    equity(&mut page, report);
    losses(&mut page, report);
    figures(&mut page, report);
    stress(&mut page, report);
    luck(&mut page, report);
    walk_forward(&mut page, report);
    calibration(&mut page, report);
    maps(&mut page, report);
    trades(&mut page, report);
    decisions(&mut page, report);
    unfilled(&mut page, report);
    when_wrong(&mut page, report);
    manifest_whole(&mut page, report);
    page.push_str("</main>\n");
    watermark(&mut page, report);
    page.push_str("</body>\n</html>\n");
    page
}

/// A table that says of which run it is.
fn table(report: &Report, class: &'static str, caption: &str, heads: &[&str]) -> Grid {
    Grid::new(class, &format!("{caption} \u{b7} run {}", report.id), heads)
}

fn watermark(page: &mut String, report: &Report) {
    if let Some(text) = &report.watermark {
        page.push_str(&format!("<p class=\"watermark\">{}</p>\n", escape(text)));
    }
}

fn fold(page: &mut String, open: bool, summary: &str) {
    let open = if open { " open" } else { "" };
    page.push_str(&format!("<details{open}><summary>{summary}</summary>\n"));
}

/// A number that should be there.
fn known(value: f64, how: impl Fn(f64) -> String) -> String {
    if value.is_finite() {
        how(value)
    } else {
        "n/a (not a finite number)".to_owned()
    }
}

/// `1 trade`, `2 trades`.
fn number(of: usize, what: &str) -> String {
    let s = if of == 1 { "" } else { "s" };
    format!("{} {what}{s}", count(of as u64))
}

/// A value for a cell: a reason that it is missing is small, and may wrap.
fn cell(text: &str) -> (&'static str, String) {
    match text.strip_prefix("n/a ") {
        Some(reason) => (
            "wrap missing",
            format!("n/a <small>{}</small>", escape(reason)),
        ),
        None => ("", escape(text)),
    }
}

fn header(page: &mut String, report: &Report) {
    let manifest = &report.manifest;
    page.push_str("<header>\n");
    paragraph(
        page,
        "lead",
        &format!(
            "{} \u{b7} {} to {} \u{b7} {} trading days \u{b7} {} of capital \u{b7} run {}",
            manifest.symbol,
            manifest.first,
            manifest.last,
            count(manifest.trading_days as u64),
            usd(manifest.capital_usd),
            report.id
        ),
    );
    let question = format!(
        "Would \u{201c}{}\u{201d} on {} have done better than what anybody could have done?",
        manifest.policy, manifest.symbol
    );
    page.push_str(&format!("<h1>{}</h1>\n", escape(&question)));
    paragraph(page, "worth", &verdict(&report.policies));
    if report.watermark.is_some() {
        paragraph(
            page,
            "",
            "The data are made up: this page shows how the program reckons, and nothing about any market.",
        );
    }
    page.push_str("</header>\n");
}

/// Better, worse or not told apart, for every baseline, in one sentence.
fn verdict(policies: &[Policy]) -> String {
    let Some((asked, others)) = policies.split_first() else {
        return "n/a (no policy was run).".to_owned();
    };
    let mut by_word: Vec<(&str, Vec<&str>)> = ["better than", "worse than", "not told apart from"]
        .map(|words| (words, Vec::new()))
        .into();
    for over in &asked.over {
        let place = match over.verdict() {
            "better" => 0,
            "worse" => 1,
            _ => 2,
        };
        by_word[place].1.push(&over.name);
    }
    let without = others
        .iter()
        .map(|policy| policy.name.as_str())
        .filter(|name| asked.over.iter().all(|over| over.name != *name))
        .collect();
    by_word.push(("without an interval against", without));
    let said: Vec<String> = by_word
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(words, names)| {
            // Names have commas of their own.
            let names: Vec<String> = names
                .into_iter()
                .map(|name| format!("\u{201c}{name}\u{201d}"))
                .collect();
            format!("{words} {}", joined(&names))
        })
        .collect();
    if said.is_empty() {
        return "n/a (there is nothing to compare with).".to_owned();
    }
    format!(
        "By the mean return a year and its 95 % interval it was {}.",
        said.join("; ")
    )
}

/// `a, b and c`.
fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn cards(page: &mut String, report: &Report) {
    let Some(asked) = report.policies.first() else {
        return;
    };
    let figures = &asked.figures;
    let all = [
        (
            "Last equity",
            known(figures.last_equity_usd, usd),
            format!("of {}", usd(report.manifest.capital_usd)),
        ),
        (
            "Growth a year",
            figures.growth_per_year.show(percent_signed),
            "compound".to_owned(),
        ),
        (
            "Largest loss from a height",
            known(figures.drawdown, percent),
            "by the close of each day".to_owned(),
        ),
        (
            "Sharpe ratio a year",
            sharpe(figures),
            "\u{b1} its standard error".to_owned(),
        ),
        (
            "Chance that it is above zero",
            figures.probabilistic_sharpe.show(percent),
            "of the true Sharpe ratio, for one trial".to_owned(),
        ),
        (
            "The same for all that was asked",
            report.odds.deflated_sharpe.show(percent),
            format!("deflated for {}", number(report.odds.trials, "question")),
        ),
    ];
    page.push_str("<dl class=\"cards\">\n");
    for (label, value, gloss) in all {
        let (big, small) = match value.strip_prefix("n/a ") {
            Some(reason) => ("n/a", reason.to_owned()),
            None => (value.as_str(), gloss),
        };
        page.push_str(&format!(
            "<div class=\"card\"><dt>{}</dt><dd><span class=\"big\">{}</span><br><span class=\"gloss\">{}</span></dd></div>\n",
            escape(label),
            escape(big),
            escape(&small)
        ));
    }
    page.push_str("</dl>\n");
}

fn sharpe(figures: &Figures) -> String {
    match (&figures.sharpe, &figures.sharpe_standard_error) {
        (Told::Value(ratio), Told::Value(error)) => {
            format!("{} \u{b1} {}", decimal(*ratio, 2), decimal(*error, 2))
        }
        (ratio, _) => ratio.show(|ratio| decimal(ratio, 2)),
    }
}

/// The asked policy against every other, with intervals.
fn over(page: &mut String, report: &Report) {
    let Some(asked) = report.policies.first() else {
        return;
    };
    page.push_str("<section>\n<h2>Against what anybody could have done</h2>\n");
    let scale = Scale::with_zero(asked.over.iter().flat_map(|over| [over.low, over.high]));
    let mut grid = table(
        report,
        "drawn over",
        "Mean return a year over the other policy: dot, line the 95 % interval by blocks of days; the upright line is zero",
        &["Other policy", "", "Mean", "95 % interval", "By the interval"],
    )
    .words(1);
    for other in &report.policies[1..] {
        match asked.over.iter().find(|over| over.name == other.name) {
            Some(over) => grid.row(
                "",
                &escape(&over.name),
                &[
                    ("strip-cell", whisker(over, &scale)),
                    ("", escape(&percent_signed(over.mean))),
                    (
                        "",
                        escape(&format!(
                            "{} to {}",
                            percent_signed(over.low),
                            percent_signed(over.high)
                        )),
                    ),
                    ("words", escape(over.verdict())),
                ],
            ),
            None => grid.row(
                "",
                &escape(&other.name),
                &[
                    ("strip-cell", String::new()),
                    ("", "n/a".to_owned()),
                    ("", "n/a".to_owned()),
                    (
                        "words",
                        "n/a (too few days, or other days, for an interval)".to_owned(),
                    ),
                ],
            ),
        }
    }
    grid.finish(page);
    paragraph(
        page,
        "soft",
        "Better: the whole interval lies above zero. Worse: below it. Otherwise these days do not tell the two apart, however far the curves end from each other.",
    );
    page.push_str("</section>\n");
}

fn whisker(over: &Over, scale: &Scale) -> String {
    let label = format!(
        "over {}: {}, 95 % interval {} to {}",
        over.name,
        percent_signed(over.mean),
        percent_signed(over.low),
        percent_signed(over.high)
    );
    let (low, high, mean, zero) = (
        scale.at(over.low),
        scale.at(over.high),
        scale.at(over.mean),
        scale.at(0.0),
    );
    let mut svg = open("strip", 22, &label);
    svg.push_str(&format!(
        r#"<line class="zero" x1="{zero}%" x2="{zero}%" y1="0" y2="22"/><g class="mark"><line x1="{low}%" x2="{high}%" y1="11" y2="11"/>"#
    ));
    for end in [low, high] {
        svg.push_str(&format!(
            r#"<line x1="{end}%" x2="{end}%" y1="7" y2="15"/>"#
        ));
    }
    svg.push_str(&format!(
        r#"<circle cx="{mean}%" cy="11" r="5"/></g></svg>"#
    ));
    svg
}

fn nights(policy: &Policy) -> Vec<(Date, f64)> {
    let of = |night: &NightView| Some((night.date.parse().ok()?, night.equity_usd));
    policy
        .nights
        .iter()
        .filter_map(of)
        .filter(|(_, equity)| equity.is_finite())
        .collect()
}

fn draw(page: &mut String, drawn: &[Curve], level: f64, label: &str, show: fn(f64) -> String) {
    match curves::chart(drawn, level, label, show) {
        Some(drawing) => {
            page.push_str(&drawing);
            let classes: Vec<String> = drawn.iter().map(|c| curves::class_of(c.place)).collect();
            let lines: Vec<(&str, &str)> = classes
                .iter()
                .zip(drawn)
                .map(|(class, curve)| (class.as_str(), curve.name.as_str()))
                .collect();
            key(page, &lines);
        }
        None => paragraph(page, "", "n/a (a curve needs two days)"),
    }
}

fn whole_dollars(value: f64) -> String {
    let text = usd(value);
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

fn equity(page: &mut String, report: &Report) {
    page.push_str("<section class=\"long\">\n<h2>Equity</h2>\n");
    let drawn: Vec<Curve> = report
        .policies
        .iter()
        .enumerate()
        .map(|(place, policy)| Curve {
            name: policy.name.clone(),
            place,
            points: nights(policy),
        })
        .collect();
    let ends: Vec<String> = report
        .policies
        .iter()
        .map(|policy| {
            format!(
                "{} {}",
                policy.name,
                known(policy.figures.last_equity_usd, usd)
            )
        })
        .collect();
    let scale = if curves::wants_log(&drawn) {
        "logarithmic scale: equal heights are equal percentages"
    } else {
        "plain scale"
    };
    paragraph(
        page,
        "caption",
        &format!(
            "Cash, shares and options of every policy at the close of each day, in dollars; {scale}; the unbroken level line is the capital \u{b7} run {}",
            report.id
        ),
    );
    let label = format!("Equity by day. Last: {}.", ends.join("; "));
    draw(
        page,
        &drawn,
        report.manifest.capital_usd,
        &label,
        whole_dollars,
    );
    years(page, report, &drawn);
    page.push_str("</section>\n");
}

/// Returns of calendar years.
fn years(page: &mut String, report: &Report, drawn: &[Curve]) {
    let all: BTreeSet<i16> = drawn
        .iter()
        .flat_map(|curve| curve.points.iter().map(|(date, _)| date.year()))
        .collect();
    let mut heads = vec!["Year"];
    heads.extend(drawn.iter().map(|curve| curve.name.as_str()));
    let mut grid = table(
        report,
        "figures",
        "Return of each calendar year, the first and the last as far as the days go",
        &heads,
    );
    for year in &all {
        let cells: Vec<(&str, String)> = drawn
            .iter()
            .map(|curve| {
                let end = |year: i16| {
                    let within = curve.points.iter().rev();
                    within.clone().find(|(date, _)| date.year() <= year)
                };
                let before = end(year - 1).map_or(report.manifest.capital_usd, |(_, usd)| *usd);
                match end(*year).filter(|(date, _)| date.year() == *year) {
                    Some((_, after)) if before > 0.0 => {
                        ("", escape(&percent_signed(after / before - 1.0)))
                    }
                    Some(_) => cell("n/a (nothing was left)"),
                    None => cell("n/a (no day)"),
                }
            })
            .collect();
        grid.row("", &year.to_string(), &cells);
    }
    fold(page, all.len() <= 12, "By calendar year");
    grid.finish(page);
    page.push_str("</details>\n");
}

fn losses(page: &mut String, report: &Report) {
    page.push_str("<section>\n<h2>Losses from a height</h2>\n");
    let start = report.manifest.capital_usd;
    let drawn: Vec<Curve> = report
        .policies
        .iter()
        .enumerate()
        .filter(|(place, policy)| *place == 0 || policy.name == HOLD)
        .map(|(place, policy)| Curve {
            name: policy.name.clone(),
            place,
            points: curves::below_height(&nights(policy), start),
        })
        .collect();
    let worst: Vec<String> = report
        .policies
        .iter()
        .enumerate()
        .filter(|(place, policy)| *place == 0 || policy.name == HOLD)
        .map(|(_, policy)| {
            format!(
                "{} {}",
                policy.name,
                known(policy.figures.drawdown, percent)
            )
        })
        .collect();
    paragraph(
        page,
        "caption",
        &format!(
            "Equity under its highest close so far. The largest: {} \u{b7} run {}",
            worst.join("; "),
            report.id
        ),
    );
    let label = format!(
        "Loss from the highest equity so far. The largest: {}.",
        worst.join("; ")
    );
    draw(page, &drawn, 0.0, &label, percent);
    page.push_str("</section>\n");
}

type FigureRow = (&'static str, &'static str, fn(&Figures) -> String);

/// The figures of a policy in the order of what they say; the share of trades won last.
const FIGURES: [FigureRow; 22] = [
    ("Last equity", "", |f| known(f.last_equity_usd, usd)),
    ("Growth a year", "compound", |f| {
        f.growth_per_year.show(percent_signed)
    }),
    ("Volatility", "of daily returns, a year", |f| {
        known(f.volatility_per_year, percent)
    }),
    ("Largest loss from a height", "by closes", |f| {
        known(f.drawdown, percent)
    }),
    ("Mean of the worst 5 % of days", "CVaR", |f| {
        known(f.cvar95_day, percent_signed)
    }),
    ("Sharpe ratio", "a year, \u{b1} standard error", sharpe),
    (
        "Chance that the true ratio is above zero",
        "probabilistic Sharpe, one trial",
        |f| f.probabilistic_sharpe.show(percent),
    ),
    (
        "Shortest record",
        "years that would tell the ratio from zero at 95 %",
        |f| f.shortest_record_years.show(|years| decimal(years, 1)),
    ),
    (
        "Without the share\u{2019}s part",
        "mean a year, less yesterday\u{2019}s exposure times what the share returned over bills",
        |f| f.net_per_year.show(percent_signed),
    ),
    ("Sharpe ratio of that", "a year", |f| {
        f.net_sharpe.show(|ratio| decimal(ratio, 2))
    }),
    ("Chance that it is above zero", "one trial", |f| {
        f.net_probabilistic_sharpe.show(percent)
    }),
    ("Turnover", "times the equity, a year", |f| {
        known(f.turnover_per_year, |x| decimal(x, 1))
    }),
    (
        "Exposure",
        "mean of what it moves like in shares, over equity",
        |f| known(f.exposure, percent),
    ),
    ("Premium received", "", |f| {
        known(f.premium_received_usd, usd)
    }),
    ("Premium paid", "", |f| known(f.premium_paid_usd, usd)),
    ("Fees", "", |f| known(f.fees_usd, usd)),
    ("Dividends", "", |f| known(f.dividends_usd, usd)),
    ("Interest", "", |f| known(f.interest_usd, usd)),
    ("Assigned early", "lots", |f| count(f.assigned_early as u64)),
    ("Assigned at expiry", "lots", |f| {
        count(f.assigned_at_expiry as u64)
    }),
    ("Expired worthless", "lots", |f| {
        count(f.expired_worthless as u64)
    }),
    (
        "Marks not of two-sided quotes",
        "nights of open lots",
        |f| {
            format!(
                "{} of {}",
                count(f.marks_not_of_quotes as u64),
                count(f.marks as u64)
            )
        },
    ),
];

/// Trades that made money, of those that ended.
fn won(figures: &Figures) -> String {
    if figures.trades_ended == 0 {
        return "n/a (no trade ended)".to_owned();
    }
    format!(
        "{} of {} ({})",
        count(figures.trades_won as u64),
        count(figures.trades_ended as u64),
        percent(figures.trades_won as f64 / figures.trades_ended as f64)
    )
}

const WON: (&str, &str) = (
    "Trades that made money",
    "says least: short options win often and small, and lose seldom and large",
);

fn figures(page: &mut String, report: &Report) {
    page.push_str("<section class=\"long\">\n<h2>Figures</h2>\n");
    let mut heads = vec!["Figure"];
    heads.extend(report.policies.iter().map(|policy| policy.name.as_str()));
    let caption = "All policies on the same capital, days, quotes, fees and fills";
    let mut grid = table(report, "figures", caption, &heads);
    for (name, gloss, figure) in FIGURES {
        let cells: Vec<_> = report
            .policies
            .iter()
            .map(|policy| cell(&figure(&policy.figures)))
            .collect();
        grid.row("", &with_small(name, gloss), &cells);
    }
    let cells: Vec<_> = report
        .policies
        .iter()
        .map(|policy| match cell(&won(&policy.figures)) {
            ("", text) => ("wrap", text),
            missing => missing,
        })
        .collect();
    grid.row("", &with_small(WON.0, WON.1), &cells);
    grid.finish(page);
    page.push_str("</section>\n");
}

fn stress(page: &mut String, report: &Report) {
    page.push_str("<section class=\"long\">\n<h2>Under worse terms</h2>\n");
    let Some(asked) = report.policies.first() else {
        page.push_str("</section>\n");
        return;
    };
    if report.stress.is_empty() {
        paragraph(page, "", "n/a (not run: --stress)");
        page.push_str("</section>\n");
        return;
    }
    let heads = [
        "Terms",
        "Last equity",
        "Growth a year",
        "Volatility",
        "Largest loss",
        "Sharpe ratio",
        "Above zero",
        "Made money",
    ];
    let caption = format!(
        "\u{201c}{}\u{201d} lived through again. Above zero: the chance that the true Sharpe ratio is; made money: trades, of those that ended",
        asked.name
    );
    let mut grid = table(report, "figures", &caption, &heads);
    let plain = ("as above", &asked.figures);
    let rows = report.stress.iter().map(|s| (s.name.as_str(), &s.figures));
    for (place, (name, figures)) in std::iter::once(plain).chain(rows).enumerate() {
        let cells = [
            cell(&known(figures.last_equity_usd, usd)),
            cell(&figures.growth_per_year.show(percent_signed)),
            cell(&known(figures.volatility_per_year, percent)),
            cell(&known(figures.drawdown, percent)),
            cell(&sharpe(figures)),
            cell(&figures.probabilistic_sharpe.show(percent)),
            cell(&won(figures)),
        ];
        grid.row(
            if place == 0 { "chosen" } else { "" },
            &escape(name),
            &cells,
        );
    }
    grid.finish(page);
    page.push_str("</section>\n");
}

fn luck(page: &mut String, report: &Report) {
    page.push_str("<section>\n<h2>Odds of luck</h2>\n");
    let Some(asked) = report.policies.first() else {
        page.push_str("</section>\n");
        return;
    };
    let odds = &report.odds;
    let figures = &asked.figures;
    let years = report.manifest.trading_days as f64 / market::history::TRADING_DAYS_PER_YEAR;
    let mut grid = table(
        report,
        "",
        "How much of this luck alone would show",
        &["Question", "Answer", "Counted over"],
    )
    .words(1);
    let rows = [
        (
            "Chance that the true Sharpe ratio is above zero",
            "probabilistic Sharpe ratio; Bailey & Lopez de Prado 2012",
            figures.probabilistic_sharpe.show(percent),
            format!(
                "{} trading days, as if this were the only thing ever tried",
                count(report.manifest.trading_days as u64)
            ),
        ),
        (
            "Chance that it is more than the best of all trials shows by luck",
            "deflated Sharpe ratio; Bailey & Lopez de Prado 2014",
            odds.deflated_sharpe.show(percent),
            format!(
                "{} asked of these data so far, of {} counted in all",
                number(odds.trials, "question"),
                number(odds.runs_counted as usize, "run")
            ),
        ),
        (
            "How often the best policy of one half of the days is below the median in the other",
            "probability of backtest overfitting; Bailey et al. 2017",
            odds.overfitting.show(percent),
            format!(
                "the {} policies above whose returns move, 16 blocks of days",
                count(odds.overfitting_of as u64)
            ),
        ),
        (
            "Years of such a record that would tell its Sharpe ratio from zero at 95 %",
            "shortest track record; Bailey & Lopez de Prado 2012",
            figures
                .shortest_record_years
                .show(|years| decimal(years, 1)),
            format!("this record has {} years", decimal(years, 1)),
        ),
    ];
    for (question, source, answer, over) in rows {
        let (class, answer) = cell(&answer);
        grid.row(
            "",
            &with_small(question, source),
            &[(class, answer), ("words", escape(&over))],
        );
    }
    grid.finish(page);
    page.push_str("</section>\n");
}

fn walk_forward(page: &mut String, report: &Report) {
    page.push_str("<section>\n<h2>The rule, chosen at the time</h2>\n");
    let Some(walk) = &report.walk_forward else {
        paragraph(page, "", "n/a (not asked for: --walk-forward)");
        page.push_str("</section>\n");
        return;
    };
    let words = format!(
        "Out of {} by the Sharpe ratio of all days before, the last {} trading days left out. Out of sample its Sharpe ratio is {}, above zero with a chance of {}; the one that looks best afterwards has {} over the same days. Overfitting among them: {}.",
        number(walk.variants.len(), "variant"),
        walk.gap_days,
        walk.sharpe.show(|sharpe| decimal(sharpe, 2)),
        walk.probabilistic_sharpe.show(percent),
        walk.best_in_sample.show(|sharpe| decimal(sharpe, 2)),
        walk.overfitting.show(percent)
    );
    paragraph(page, "", &words);
    let mut grid = table(report, "", "What was chosen", &["Days", "Chosen"]).words(1);
    for fold in &walk.folds {
        let days = format!("{} to {}", fold.first, fold.last);
        grid.row("", &days, &[("words", escape(&fold.chosen))]);
    }
    grid.finish(page);
    let caption = "Every variant, over all days";
    let mut grid = table(report, "", caption, &["Variant", "Sharpe ratio"]);
    for variant in &walk.variants {
        let (class, sharpe) = cell(&variant.sharpe.show(|sharpe| decimal(sharpe, 2)));
        grid.row("", &escape(&variant.name), &[(class, sharpe)]);
    }
    grid.finish(page);
    page.push_str("</section>\n");
}

fn calibration(page: &mut String, report: &Report) {
    let Some(asked) = report.policies.first() else {
        return;
    };
    page.push_str("<section>\n<h2>Were the odds right?</h2>\n");
    if asked.calibration.is_empty() {
        paragraph(
            page,
            "",
            "n/a (no trade with a known delta was held to its end)",
        );
        page.push_str("</section>\n");
        return;
    }
    let scale = Scale {
        low: 0.0,
        high: 1.0,
    };
    let mut grid = table(
        report,
        "drawn inline",
        "Delta at the sale against what ended in the money, from 0 to 100 %: ring told, dot came true",
        &["Told", "", "Came true", "Trades"],
    );
    for bin in &asked.calibration {
        let (told, came) = (percent(bin.mean_delta), percent(bin.in_the_money));
        let (ring, dot) = (scale.at(bin.mean_delta), scale.at(bin.in_the_money));
        let mut svg = open("strip", 22, &format!("told {told}, came true {came}"));
        svg.push_str(&format!(
            r#"<line class="zero" x1="0%" x2="100%" y1="11" y2="11"/><g class="mark"><line x1="{ring}%" x2="{dot}%" y1="11" y2="11"/><circle cx="{dot}%" cy="11" r="5"/></g><circle class="ring" cx="{ring}%" cy="11" r="6"/></svg>"#
        ));
        grid.row(
            "",
            &escape(&told),
            &[
                ("strip-cell", svg),
                ("", escape(&came)),
                ("", count(bin.trades as u64)),
            ],
        );
    }
    grid.finish(page);
    paragraph(
        page,
        "soft",
        &format!(
            "Brier score (mean squared distance, 0 is perfect): {}. Trades bought back are not in it. A few trades tell little: of 10 with a chance of 30 % each, 1 to 6 come true in 96 cases of 100.",
            asked.brier.show(|score| decimal(score, 3))
        ),
    );
    page.push_str("</section>\n");
}

/// Gain of a trade over the value of what it was about, strike times shares.
fn gain_fraction(trade: &TradeView) -> Option<f64> {
    let value = trade.strike_usd * f64::from(trade.contracts) * SHARES_PER_CONTRACT as f64;
    trade
        .gain_usd
        .map(|gain| gain / value)
        .filter(|gain| gain.is_finite())
}

fn step<T: PartialOrd>(steps: &[T], value: &T) -> usize {
    steps.iter().filter(|step| *step <= value).count()
}

fn maps(page: &mut String, report: &Report) {
    let Some(asked) = report.policies.first() else {
        return;
    };
    page.push_str("<section class=\"long\">\n<h2>Gain by delta and days</h2>\n");
    let mut shown = 0;
    for right in ["put", "call"] {
        // Sum and count of each cell.
        let mut cells = [[(0.0, 0_usize); DAYS.len() + 1]; DELTAS.len() + 1];
        for trade in asked.trades.iter().filter(|trade| trade.right == right) {
            if let (Some(delta), Some(gain)) = (trade.delta, gain_fraction(trade)) {
                // A step ends with its last day.
                let days = DAYS.iter().filter(|last| trade.days > **last).count();
                let cell = &mut cells[step(&DELTAS, &delta.abs())][days];
                *cell = (cell.0 + gain, cell.1 + 1);
                shown += 1;
            }
        }
        if cells.iter().flatten().any(|(_, trades)| *trades > 0) {
            map(page, report, right, &cells);
        }
    }
    let left = asked.trades.len() - shown;
    if shown == 0 {
        paragraph(page, "", "n/a (no trade with a known delta has ended)");
    } else {
        paragraph(
            page,
            "soft",
            &format!(
                "Gain after fees over strike \u{d7} shares, not annualised; shares that are delivered count at the close of that day. {left} of {} trades are not in it: still open, or gone before a night could tell their delta. A cell of few trades says nothing.",
                asked.trades.len()
            ),
        );
    }
    page.push_str("</section>\n");
}

fn map(
    page: &mut String,
    report: &Report,
    right: &str,
    cells: &[[(f64, usize); DAYS.len() + 1]; DELTAS.len() + 1],
) {
    let mean = |(sum, trades): (f64, usize)| (trades > 0).then(|| sum / trades as f64);
    let largest = cells
        .iter()
        .flatten()
        .filter_map(|cell| mean(*cell))
        .fold(0.0, |most: f64, gain| most.max(gain.abs()));
    let mut heads = vec!["Delta".to_owned()];
    heads.push(format!("up to {} days", DAYS[0]));
    heads.extend(
        DAYS.windows(2)
            .map(|pair| format!("{} to {}", pair[0] + 1, pair[1])),
    );
    heads.push(format!("above {}", DAYS[DAYS.len() - 1]));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let caption = format!(
        "Mean gain of a {right} sold, in percent of the strike's value, and trades: blue gains, orange losses, deeper is more (square-root steps)"
    );
    let mut grid = table(report, "heat", &caption, &heads);
    for (place, row) in cells.iter().enumerate() {
        let name = match (
            place.checked_sub(1).map(|low| DELTAS[low]),
            DELTAS.get(place),
        ) {
            (None, Some(high)) => format!("below {high:.2}"),
            (Some(low), Some(high)) => format!("{low:.2} to {high:.2}"),
            (low, None) => format!("{:.2} and more", low.unwrap_or(0.0)),
        };
        let row: Vec<(&str, String)> = row
            .iter()
            .map(|cell| match mean(*cell) {
                Some(gain) => (
                    heat_class(gain, largest),
                    format!(
                        "{}<small>{}</small>",
                        escape(&format!("{} %", signed(gain * 100.0, 2))),
                        number(cell.1, "trade")
                    ),
                ),
                None => ("soft", "n/a<small>0 trades</small>".to_owned()),
            })
            .collect();
        grid.row("", &escape(&name), &row);
    }
    grid.finish(page);
}

fn trades(page: &mut String, report: &Report) {
    page.push_str("<section class=\"long\">\n<h2>Trades</h2>\n");
    let asked = report.policies.first();
    let trades = asked.map_or(&[][..], |asked| &asked.trades[..]);
    if trades.is_empty() {
        paragraph(page, "", "n/a (no option was sold)");
        page.push_str("</section>\n");
        return;
    }
    let heads = [
        "Sold", "Contract", "Share", "Delta", "Premium", "Ended", "Cost", "Fees", "Gain",
    ];
    let caption = "Every contract sold, dollars; share, premium and cost per share, the rest for the whole trade; decided on the same evening unless it says so";
    let mut grid = table(report, "list", caption, &heads);
    for trade in trades {
        let missing = |why: &str| cell(&format!("n/a ({why})"));
        let decided = if trade.decided == trade.opened {
            String::new()
        } else {
            format!("decided {}", trade.decided)
        };
        let contract = with_small(
            &format!(
                "{} \u{d7} {} {}",
                trade.contracts,
                strike(trade.strike_usd),
                trade.right
            ),
            &format!("{}, {} days", trade.expiry, trade.days),
        );
        let ended = match &trade.closed {
            Some(closed) => with_small(closed, &trade.ending),
            None => escape(&trade.ending),
        };
        let cells = [
            ("stack", contract),
            ("", quote(trade.spot_usd)),
            trade.delta.map_or_else(
                || missing("gone before the night"),
                |delta| ("", decimal(delta, 2)),
            ),
            ("", quote(trade.premium_usd)),
            ("stack", ended),
            trade
                .cost_usd
                .map_or_else(|| missing("still open"), |cost| ("", quote(cost))),
            ("", decimal(trade.fees_usd, 2)),
            match (trade.gain_usd, gain_fraction(trade)) {
                (Some(gain), Some(part)) => (
                    "",
                    with_small(
                        &usd_signed(gain),
                        &format!("{} % of strike", signed(part * 100.0, 2)),
                    ),
                ),
                _ => missing("still open"),
            },
        ];
        grid.row("", &with_small(&trade.opened, &decided), &cells);
    }
    fold(page, trades.len() <= FLAT, &number(trades.len(), "trade"));
    grid.finish(page);
    page.push_str("</details>\n</section>\n");
}

fn decisions(page: &mut String, report: &Report) {
    page.push_str("<section class=\"long\">\n<h2>Decisions</h2>\n");
    let decisions = report
        .policies
        .first()
        .map_or(&[][..], |asked| &asked.decisions[..]);
    if decisions.is_empty() {
        paragraph(
            page,
            "",
            "n/a (only the plan says why; every order of this policy follows from its rule)",
        );
        page.push_str("</section>\n");
        return;
    }
    let acted = decisions.iter().filter(|d| d.outcome == "act").count();
    paragraph(
        page,
        "",
        &format!(
            "{} made, {} acted. Dollars and chances are what the plan said on that evening, from what was known then.",
            number(decisions.len(), "plan"),
            count(acted as u64)
        ),
    );
    let mut by_year: BTreeMap<&str, Vec<&DecisionView>> = BTreeMap::new();
    for decision in decisions {
        let year = decision.date.split('-').next().unwrap_or_default();
        by_year.entry(year).or_default().push(decision);
    }
    let flat = decisions.len() <= FLAT;
    for (year, decisions) in by_year {
        if !flat {
            let words = format!("{year}: {}", number(decisions.len(), "decision"));
            fold(page, false, &escape(&words));
        }
        for view in decisions {
            decision(page, report, view);
        }
        if !flat {
            page.push_str("</details>\n");
        }
    }
    page.push_str("</section>\n");
}

fn decision(page: &mut String, report: &Report, view: &DecisionView) {
    let idle = view.action == "do nothing";
    let summary = match (view.outcome.as_str(), idle) {
        ("act", _) => format!("did: {}", view.action),
        ("do_nothing", true) => "did nothing".to_owned(),
        ("do_nothing", false) => format!("did nothing; best of the rest: {}", view.action),
        ("abstain", true) => "abstained".to_owned(),
        ("abstain", false) => format!("abstained from: {}", view.action),
        _ => "n/a (no decision)".to_owned(),
    };
    fold(
        page,
        false,
        &format!(
            "<b class=\"nowrap\">{}</b> {}",
            escape(&view.date),
            with_small(&summary, "")
        ),
    );
    page.push_str("<div class=\"inside\">\n");
    paragraph(page, "", &sentence(&view.because));
    let worth = view.over_holding_usd.show(usd_signed);
    let interval = match (&view.over_holding_low_usd, &view.over_holding_high_usd) {
        (Told::Value(low), Told::Value(high)) => {
            format!("{} to {}", usd_signed(*low), usd_signed(*high))
        }
        (Told::Missing { missing }, _) | (_, Told::Missing { missing }) => {
            format!("n/a ({missing})")
        }
    };
    let rows = [
        ("Worth over holding", worth),
        ("Its interval", interval),
        ("Chance of profit", view.chance_of_profit.show(percent)),
        (
            "Chance of assignment",
            view.chance_of_assignment.show(percent),
        ),
        (
            "Draws in which its kind stays best",
            match view.outcome.as_str() {
                "none" => "n/a (the chain carried no decision)".to_owned(),
                _ => view.stays_best.show(percent),
            },
        ),
        ("Implied volatility", view.implied_vol.show(percent)),
        ("Forecast volatility", view.forecast_vol.show(percent)),
        ("Evaluations", count(view.evaluations)),
        ("Simulations", count(view.simulations)),
    ];
    let caption = format!("What the plan of {} said", view.date);
    let mut grid = table(report, "inline", &caption, &[]);
    for (label, value) in rows {
        grid.row("", &escape(label), &[cell(&value)]);
    }
    grid.finish(page);
    if view.others.is_empty() {
        paragraph(page, "soft", "Other finalists: n/a (there were none)");
    } else {
        let heads = ["Other finalists", "Worth over holding"];
        let caption = "What else was looked at to the end, on the same paths";
        let mut grid = table(report, "", caption, &heads);
        for other in &view.others {
            let worth = cell(&known(other.over_holding_usd, usd_signed));
            grid.row("", &with_small(&other.action, ""), &[worth]);
        }
        grid.finish(page);
    }
    page.push_str("</div>\n</details>\n");
}

fn unfilled(page: &mut String, report: &Report) {
    page.push_str("<section>\n<h2>Orders not filled</h2>\n");
    let reasons: BTreeSet<&String> = report
        .policies
        .iter()
        .flat_map(|policy| policy.unfilled.keys())
        .collect();
    let mut heads = vec!["Reason"];
    heads.extend(report.policies.iter().map(|policy| policy.name.as_str()));
    let caption = "Orders that could not be carried out, by reason, and those filled in part";
    let mut grid = table(report, "figures", caption, &heads);
    for reason in reasons {
        let cells: Vec<_> = report
            .policies
            .iter()
            .map(|policy| {
                let orders = policy.unfilled.get(reason).copied().unwrap_or(0);
                ("", count(orders as u64))
            })
            .collect();
        grid.row("", &escape(reason), &cells);
    }
    let cells: Vec<_> = report
        .policies
        .iter()
        .map(|policy| ("", count(u64::from(policy.partly_filled))))
        .collect();
    grid.row("sum", "filled in part", &cells);
    grid.finish(page);
    page.push_str("</section>\n");
}

/// What the numbers above do not know.
fn when_wrong(page: &mut String, report: &Report) {
    let manifest = &report.manifest;
    let symbol = &manifest.symbol;
    let asked = report.policies.first();
    let mut items: Vec<(&str, String)> = Vec::new();
    if report.watermark.is_some() {
        items.push((
            "The market is invented",
            format!("{symbol} does not exist: its quotes follow a formula, and a policy that fits the formula does well."),
        ));
    }
    items.push((
        "Fills",
        "A decision taken at the close fills at the quotes of that close, by the rule of fills in the manifest. Nobody trades a whole order there every evening; a limit order might not have filled, or only when the price was about to go the other way.".to_owned(),
    ));
    items.push((
        "Quotes",
        match manifest.days_with_made_quotes {
            0 => "They are those of the files, of one moment of each day. A stale or mistaken quote fills here as a good one does, where its two sides look sound.".to_owned(),
            made => format!(
                "On {} of {} days the files have no bid and ask: they were made from implied volatility and a table of spreads measured elsewhere. The real ones may have been wider, or not there.",
                count(made as u64),
                count(manifest.trading_days as u64)
            ),
        },
    ));
    items.push((
        "The market does not answer",
        "Orders are cut to a part of volume and open interest where the files tell them, but they move no price: with more capital all of this gets worse.".to_owned(),
    ));
    items.push((
        "One symbol",
        format!("Everything hangs on {symbol}. Nothing here says how the policy does on another, nor how several would fall together."),
    ));
    items.push((
        "Survivorship",
        format!("{symbol} was asked for by somebody who knows today that it still has options, and perhaps how it did. Nobody asks about those that are gone."),
    ));
    items.push((
        "One path",
        format!(
            "{} to {} happened once. {} A fall that is not in these days is in no figure above but the row of the inserted one.",
            manifest.first,
            manifest.last,
            match asked.map(|asked| asked.trades.len()) {
                Some(0) | None => "The policy sold nothing in it.".to_owned(),
                Some(1) => "One trade is one draw.".to_owned(),
                Some(trades) => format!("Its {trades} trades overlap the same weather and are not as many draws."),
            }
        ),
    ));
    items.push((
        "The intervals",
        "They redraw blocks of days of about a month, from these days alone: they take for granted that the law of returns did not change within them, that what is further apart than a block is unrelated, and that the future is like them. The errors of Sharpe ratios take the days as independent, with the skew and tails that were seen.".to_owned(),
    ));
    items.push((
        "Choosing after seeing",
        "Who reads this table, picks the best row and quotes its figures has chosen by luck in part. The deflated ratio knows the trials that were counted here, not those that were looked at elsewhere; and whoever set the defaults of this program knew how many of these years went.".to_owned(),
    ));
    items.push((
        "Early exercise",
        "Holders are taken to exercise when it is best for them, and never otherwise. Real ones forget, and some exercise when they should not; pin risk at the close of the last day is not there at all.".to_owned(),
    ));
    items.push((
        "Dividends",
        "Buy and hold puts them into more shares; the others keep them as cash at interest. Dividends and splits that no file told are not known: a split then looks like a fall.".to_owned(),
    ));
    items.push((
        "Taxes and costs of the trader",
        "No taxes, and the same rate for cash all along. Premium is often taxed otherwise than shares that are held; data, time and mistakes cost as well.".to_owned(),
    ));
    if let Some(budget) = &manifest.budget {
        items.push((
            "The plan's budget",
            format!(
                "Each plan had {} evaluations and {} paths. With more it may decide otherwise, and the plan of an evening by hand has the budget of its configuration.",
                count(u64::from(budget.evaluations)),
                count(u64::from(budget.paths))
            ),
        ));
    }
    page.push_str("<section class=\"long\">\n<h2>When this is wrong</h2>\n<ul>\n");
    for (title, text) in items {
        page.push_str(&format!(
            "<li><b>{}.</b> {}</li>\n",
            escape(title),
            with_small(&text, "")
        ));
    }
    page.push_str("</ul>\n<h3>Notes of this run</h3>\n");
    if report.notes.is_empty() {
        paragraph(page, "", "n/a (nothing was noted)");
    }
    list(page, "", &report.notes);
    page.push_str("</section>\n");
}

/// Every field of the manifest under the name that it has in the JSON.
fn manifest_whole(page: &mut String, report: &Report) {
    page.push_str("<section class=\"long\">\n<h2>To repeat this run</h2>\n");
    let again = format!(
        "jarvis2 replay {} asks the same of the same data and compares every byte.",
        report.id
    );
    paragraph(page, "", &again);
    let caption = "Everything that the figures depend on, by the names of report.json";
    let mut grid = table(report, "manifest", caption, &["Name", "Value"]).words(1);
    let mut rows = vec![
        ("id".to_owned(), report.id.clone()),
        (
            "schema_version".to_owned(),
            report.schema_version.to_string(),
        ),
    ];
    let value = serde_json::to_value(&report.manifest).unwrap_or_default();
    flatten("", &value, &mut rows);
    for (name, value) in rows {
        grid.row("", &escape(&name), &[("hash", escape(&value))]);
    }
    grid.finish(page);
    page.push_str("</section>\n");
}

fn flatten(name: &str, value: &serde_json::Value, rows: &mut Vec<(String, String)>) {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let dot = if name.is_empty() { "" } else { "." };
                flatten(&format!("{name}{dot}{field}"), value, rows);
            }
        }
        Value::Array(values) => {
            let words: Vec<String> = values.iter().map(plain).collect();
            rows.push((name.to_owned(), words.join("; ")));
        }
        value => rows.push((name.to_owned(), plain(value))),
    }
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "n/a (not told)".to_owned(),
        value => value.to_string(),
    }
}
