//! What both reports say: the words, the order and the units of the figures. No layout.

use super::units::{
    cell, count, decimal, figure, percent, percent_signed, probability, quote, range, signed,
    strike, usd, usd_signed,
};
use crate::plan::{
    ActionView, Alternative, Draws, Edge, Figure, IntervalUsd, LegView, Numbers, Outcome, Plan,
    SearchView,
};

/// What "worth" means, wherever it first appears.
pub(super) const WORTH_MEANING: &str = "Worth is the sure amount that is as good as the uncertain result, for a trader of your risk aversion \
    (\"certainty equivalent\").";

/// Figures that belong together.
pub(super) struct Group {
    /// Heading.
    pub(super) title: &'static str,
    /// Basis and unit of the figures.
    pub(super) basis: &'static str,
    /// The figures.
    pub(super) lines: Vec<Line>,
}

/// One figure.
pub(super) struct Line {
    /// What it is.
    pub(super) label: String,
    /// Number and unit, or `n/a (reason)`.
    pub(super) value: String,
    /// Is there a number?
    pub(super) known: bool,
    /// A few words more.
    pub(super) gloss: String,
}

/// What to do, on one line.
pub(super) fn headline(plan: &Plan) -> String {
    match plan.decision.outcome {
        Outcome::Act | Outcome::DoNothing => plan.decision.action.text.clone(),
        Outcome::Abstain => format!("ABSTAIN: {}", plan.decision.action.text),
    }
}

/// What the outcome means, where the action does not say it.
pub(super) fn outcome_meaning(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Act => None,
        Outcome::DoNothing => Some("Nothing that was compared is better than doing nothing today."),
        Outcome::Abstain => {
            Some("Something looked better, or might have, but a limit or the evidence forbids it.")
        }
    }
}

/// The worth of the action, with its interval.
pub(super) fn worth_sentence(numbers: &Numbers) -> String {
    let (interval, against) = match (&numbers.worth_over_holding, &numbers.worth) {
        (Some(interval), _) => (interval, "compared with holding everything to the horizon"),
        (None, Some(interval)) => (interval, "compared with the wealth today"),
        (None, None) => return "n/a (no worth was estimated)".to_string(),
    };
    let verdict = if includes_zero(interval) {
        "; zero lies inside, so this is not a clear gain"
    } else {
        ""
    };
    format!(
        "{} {against}; interval {}{verdict}",
        usd_signed(interval.value_usd),
        range(interval)
    )
}

fn includes_zero(interval: &IntervalUsd) -> bool {
    interval.low_usd <= 0.0 && interval.high_usd >= 0.0
}

/// A trade in words: `sell 2 puts, strike 70, 2026-09-18 (49 days)`.
pub(super) fn leg_words(leg: &LegView) -> String {
    let many = leg.count.unsigned_abs() != 1 && !leg.instrument.ends_with('s');
    let mut words = format!(
        "{} {} {}{}",
        leg.side,
        decimal(leg.count as f64, 0),
        leg.instrument,
        if many { "s" } else { "" }
    );
    if let Some(price) = leg.strike_usd {
        words.push_str(&format!(", strike {}", strike(price)));
    }
    if let Some(expiry) = &leg.expiry {
        words.push_str(&format!(", {expiry}"));
    }
    if let Some(days) = leg.dte_days {
        words.push_str(&format!(
            " ({days} {})",
            if days == 1 { "day" } else { "days" }
        ));
    }
    words
}

/// Bid, mid, ask and limit of a trade, per share.
pub(super) fn leg_prices(leg: &LegView) -> [String; 4] {
    [
        cell(&leg.bid_usd, quote),
        cell(&leg.mid_usd, quote),
        cell(&leg.ask_usd, quote),
        quote(leg.limit_usd),
    ]
}

/// Where the limit of a trade comes from, and which quotes are missing.
pub(super) fn leg_note(leg: &LegView) -> String {
    let mut note = format!("limit: {}", leg.price_basis);
    for (name, price) in [
        ("bid", &leg.bid_usd),
        ("mid", &leg.mid_usd),
        ("ask", &leg.ask_usd),
    ] {
        if let Figure::Missing(reason) = price {
            note.push_str(&format!("; {name}: {reason}"));
        }
    }
    note
}

/// Every figure of the action, in groups.
pub(super) fn groups(numbers: &Numbers, action: &ActionView, spot_usd: f64) -> Vec<Group> {
    vec![
        money(numbers, action),
        odds(numbers),
        Group {
            title: "Odds, risk-neutral",
            basis: "read from option prices; not a forecast",
            lines: vec![line(
                "In the money at expiry",
                &numbers.probability_in_the_money_risk_neutral,
                probability,
                "",
            )],
        },
        horizon(numbers),
        greeks(numbers, spot_usd),
    ]
}

fn money(numbers: &Numbers, action: &ActionView) -> Group {
    let paid = numbers
        .premium_after_fees_usd
        .known()
        .is_some_and(|premium| premium < 0.0);
    let in_the_money = numbers
        .distance_fraction
        .known()
        .is_some_and(|distance| distance < 0.0);
    let side = if in_the_money {
        "in the money"
    } else {
        "out of the money"
    };
    Group {
        title: "Money",
        basis: "dollars for the whole action, after fees, unless per share",
        lines: vec![
            line(
                if paid {
                    "Premium (paid)"
                } else {
                    "Premium received"
                },
                &numbers.premium_after_fees_usd,
                usd,
                "net, all contracts, after fees",
            ),
            Line {
                label: "Cash locked".into(),
                value: usd(action.capital_locked_usd),
                known: true,
                gloss: "set aside until expiry".into(),
            },
            line(
                "Most it can make",
                &numbers.max_profit_usd,
                usd,
                "by expiry",
            ),
            line(
                "Most it can lose",
                &numbers.max_loss_usd,
                usd,
                "by expiry, share price to zero",
            ),
            line(
                "Break-even",
                &numbers.break_even_usd_per_share,
                usd,
                "per share, at expiry",
            ),
            line(
                "Cost basis with premium",
                &numbers.adjusted_basis_usd_per_share,
                usd,
                "per share; put: if assigned",
            ),
            line(
                "Distance to strike",
                &numbers.distance_fraction,
                percent_signed,
                side,
            ),
            line(
                "Distance in expected moves",
                &numbers.distance_in_expected_moves,
                |moves| signed(moves, 2),
                "standard deviations, real-world",
            ),
            line(
                "Return on capital",
                &numbers.return_on_capital_fraction,
                percent,
                "to expiry",
            ),
            line(
                "Simple return a year",
                &numbers.return_on_capital_annualised_simple_fraction,
                percent,
                "if repeatable; no forecast",
            ),
        ],
    }
}

fn odds(numbers: &Numbers) -> Group {
    Group {
        title: "Odds, real-world",
        basis: "share of simulated paths, option held to its end",
        lines: vec![
            line(
                "Makes money after costs",
                &numbers.probability_of_profit_real_world,
                probability,
                "",
            ),
            line(
                "Close passes the strike",
                &numbers.probability_of_touch_real_world,
                probability,
                "on any day (\"touch\")",
            ),
            line(
                "Assigned early",
                &numbers.probability_of_early_assignment_real_world,
                probability,
                "before expiry",
            ),
            line(
                "Assigned at expiry",
                &numbers.probability_of_assignment_at_expiry_real_world,
                probability,
                "",
            ),
        ],
    }
}

fn horizon(numbers: &Numbers) -> Group {
    let interval = |label: &str, interval: &Option<IntervalUsd>| Line {
        label: label.into(),
        value: interval.as_ref().map_or_else(
            || "n/a (not estimated)".to_string(),
            |worth| usd_signed(worth.value_usd),
        ),
        known: interval.is_some(),
        gloss: interval
            .as_ref()
            .map_or_else(String::new, |worth| format!("interval {}", range(worth))),
    };
    Group {
        title: "To the horizon",
        basis: "whole account, real-world, fresh paths, dollars",
        lines: vec![
            interval("Worth over holding", &numbers.worth_over_holding),
            interval("Worth over the wealth today", &numbers.worth),
            line(
                "Mean gain",
                &numbers.mean_gain_usd,
                usd_signed,
                "average, to the horizon",
            ),
            line(
                "Mean loss, worst 5 %",
                &numbers.cvar95_usd,
                usd,
                "of paths (\"CVaR\")",
            ),
        ],
    }
}

fn greeks(numbers: &Numbers, spot_usd: f64) -> Group {
    let stock = numbers
        .delta_shares
        .known()
        .map_or_else(String::new, |shares| {
            format!("shares: like {} of stock", usd(shares * spot_usd))
        });
    let two = |value| signed(value, 2);
    Group {
        title: "Your position after the action",
        basis: "your own signs: plus gains when the input rises",
        lines: vec![
            line(
                "Delta",
                &numbers.delta_shares,
                |shares| signed(shares, 1),
                &stock,
            ),
            line(
                "Gamma",
                &numbers.gamma_shares_per_usd,
                two,
                "shares more delta per $1 of spot",
            ),
            line(
                "Theta",
                &numbers.theta_usd_per_day,
                usd_signed,
                "per calendar day that passes",
            ),
            line(
                "Vega",
                &numbers.vega_usd_per_vol_point,
                usd_signed,
                "per volatility point",
            ),
            line(
                "Rho",
                &numbers.rho_usd_per_percent,
                usd_signed,
                "per 1 % of interest rate",
            ),
        ],
    }
}

fn line(label: &str, shown: &Figure, known: impl Fn(f64) -> String, gloss: &str) -> Line {
    let is_known = shown.known().is_some();
    Line {
        label: label.to_string(),
        value: figure(shown, known),
        known: is_known,
        gloss: if is_known {
            gloss.to_string()
        } else {
            String::new()
        },
    }
}

/// The figures that are missing: names and reasons.
pub(super) fn missing(groups: &[Group]) -> impl Iterator<Item = (&str, &str)> {
    let lines = groups.iter().flat_map(|group| &group.lines);
    lines
        .filter(|line| !line.known)
        .map(|line| (line.label.as_str(), line.value.as_str()))
}

/// Names that lack a figure for the same reason, together: the reason, then the names.
pub(super) fn by_reason<'a>(
    gaps: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    let mut reasons: Vec<(String, String)> = Vec::new();
    for (name, reason) in gaps {
        let name = name.to_lowercase();
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) => names.push_str(&format!("; {name}")),
            None => reasons.push((reason.to_string(), name)),
        }
    }
    reasons
}

/// A part's name and reason, if its figure is missing.
pub(super) fn gap<'a>(name: &'a str, figure: &'a Figure) -> Option<(&'a str, &'a str)> {
    match figure {
        Figure::Known(_) => None,
        Figure::Missing(reason) => Some((name, reason)),
    }
}

/// The first `most` alternatives, and always the choice, doing nothing and holding; in the plan's order.
pub(super) fn selected(alternatives: &[Alternative], most: usize) -> Vec<&Alternative> {
    let always = |row: &Alternative| {
        row.chosen || matches!(row.action.kind.as_str(), "do_nothing" | "hold_to_horizon")
    };
    alternatives
        .iter()
        .enumerate()
        .filter(|(place, row)| *place < most || always(row))
        .map(|(_, row)| row)
        .collect()
}

/// Reasons for figures that the table of alternatives shows as `n/a`, once each.
pub(super) fn alternative_gaps(rows: &[&Alternative]) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for row in rows {
        let numbers = &row.numbers;
        let shown = [
            ("makes money", &numbers.probability_of_profit_real_world),
            ("premium", &numbers.premium_after_fees_usd),
            ("mean loss", &numbers.cvar95_usd),
        ];
        for (name, figure) in shown {
            if let Figure::Missing(reason) = figure {
                let text = format!("{name}: {reason}");
                if !reasons.contains(&text) {
                    reasons.push(text);
                }
            }
        }
        if numbers.worth_over_holding.is_none() {
            let text = "over holding: n/a (not estimated)".to_string();
            if !reasons.contains(&text) {
                reasons.push(text);
            }
        }
    }
    reasons
}

/// The parts of the edge with a few words each; the total comes last.
pub(super) fn edge_parts(edge: &Edge) -> [(&'static str, &'static str, &Figure); 7] {
    [
        (
            "Volatility",
            "price sold over expected payoff",
            &edge.volatility_usd,
        ),
        ("Drift", "expected growth against the rate", &edge.drift_usd),
        ("Carry", "interest and dividends", &edge.carry_usd),
        ("Costs", "half the spread, and fees", &edge.costs_usd),
        ("Risk", "price of the change of risk", &edge.risk_usd),
        (
            "Later decisions",
            "what managing it adds",
            &edge.later_decisions_usd,
        ),
        ("Worth over holding", "the sum", &edge.total_usd),
    ]
}

/// What the search did.
pub(super) fn search_sentences(search: &SearchView) -> Vec<String> {
    vec![
        format!(
            "{} actions were compared. The tree of decisions took {} simulations (walks through it) and {} evaluations (positions judged); \
             it holds {} situations, {} decisions deep. It stopped because: {}.",
            search.actions,
            count(search.simulations),
            count(search.evaluations),
            count(search.nodes),
            search.depth_max,
            search.stopped.trim_end_matches('.'),
        ),
        format!(
            "Each worth was estimated on {} fresh paths, not those of the search. Later decisions on them that the tree answered: {}; the \
             rest follow the rule table.",
            count(search.paths),
            figure(&search.tree_answered_fraction, percent),
        ),
    ]
}

/// How the choice stands if the market is not as assumed.
pub(super) fn draws_sentence(draws: &Draws, search: &SearchView) -> String {
    if draws.count == 0 {
        return "The market's parameters were not varied: how firm the choice is was not tested."
            .to_string();
    }
    format!(
        "In {} draws of the market's parameters ({}) the choice stays best, within {}, in {}, and beats doing nothing in {}. Below {} the \
         plan does nothing. The draws took {} simulations and {} evaluations.",
        draws.count,
        draws.parameters.trim_end_matches('.'),
        usd(draws.indifference_usd),
        percent(draws.stays_best_fraction),
        percent(draws.beats_doing_nothing_fraction),
        percent(draws.required_fraction),
        count(search.draw_simulations),
        count(search.draw_evaluations),
    )
}

/// Rows with their distance from spot: `70.00`, `+0.8 %`.
pub(super) fn spot_row(spot_usd: f64, now_usd: f64) -> (String, String) {
    (
        decimal(spot_usd, 2),
        percent_signed(spot_usd / now_usd - 1.0),
    )
}

/// The row of a table that is nearest to the spot.
pub(super) fn nearest_row(spots_usd: &[f64], now_usd: f64) -> Option<usize> {
    (0..spots_usd.len()).min_by(|&a, &b| {
        (spots_usd[a] - now_usd)
            .abs()
            .total_cmp(&(spots_usd[b] - now_usd).abs())
    })
}
