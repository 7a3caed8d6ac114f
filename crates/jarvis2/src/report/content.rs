//! What both reports say: the words, the order and the units of the figures. No layout.

use super::units::{
    cell, count, decimal, figure, interval_decimals, percent, percent_signed, probability, quote,
    range, signed, span, strike, usd, usd_signed,
};
use crate::plan::{
    ActionView, Alternative, Edge, Figure, IntervalUsd, LegView, NetsChoice, NetsView, Numbers,
    Outcome, Plan, RefusalView, SearchView, SmileView, WhatIf, Why,
};
use crate::trace::TreeView;

/// What "worth" means, wherever it first appears.
pub(super) const WORTH_MEANING: &str = "Worth is the sure amount that is as good as the uncertain result, for a trader of your risk aversion \
    (\"certainty equivalent\").";

/// Figures that belong together.
pub(super) struct Group {
    /// Heading.
    pub(super) title: &'static str,
    /// Basis and unit of the figures.
    pub(super) basis: String,
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

/// The worth of the action, with its interval.
pub(super) fn worth_sentence(plan: &Plan) -> String {
    let numbers = &plan.numbers;
    let named = |interval: &IntervalUsd| format!("{} {}", interval_name(plan), range(interval));
    if is_yardstick(plan) {
        let words = "doing nothing is itself the yardstick that the rest is compared with";
        return match &numbers.worth {
            Some(worth) if is_certain(worth) => format!(
                "{} over the wealth today, the same on every path; {words}",
                usd_signed(worth.value_usd)
            ),
            Some(worth) => format!(
                "{} over the wealth today, {}; {words}",
                usd_signed(worth.value_usd),
                named(worth)
            ),
            None => words.to_string(),
        };
    }
    let (interval, against) = match (&numbers.worth_over_holding, &numbers.worth) {
        (Some(interval), _) => (interval, "compared with holding everything to the horizon"),
        (None, Some(interval)) => (interval, "compared with the wealth today"),
        (None, None) => return "n/a (no worth was estimated)".to_string(),
    };
    let mut words = format!(
        "{} {against}; {}",
        usd_signed(interval.value_usd),
        named(interval)
    );
    if interval.low_usd <= 0.0 && interval.high_usd >= 0.0 {
        words.push_str("; zero lies inside, so this is not a clear gain");
    }
    if is_idle(plan) && numbers.worth_over_holding.is_some() {
        words.push_str("; all of it from what is decided later, not today");
    }
    words
}

/// Is nothing traded today?
pub(super) fn is_idle(plan: &Plan) -> bool {
    plan.decision.action.legs.is_empty()
}

/// Is doing nothing both the plan and what everything is compared with?
pub(super) fn is_yardstick(plan: &Plan) -> bool {
    plan.decision.outcome != Outcome::Act
        && plan
            .numbers
            .worth_over_holding
            .is_some_and(|worth| is_certain(&worth) && worth.value_usd == 0.0)
}

/// Has the interval no width?
fn is_certain(interval: &IntervalUsd) -> bool {
    interval.low_usd == interval.value_usd && interval.high_usd == interval.value_usd
}

/// `95 % interval`.
pub(super) fn interval_name(plan: &Plan) -> String {
    let percent = decimal(plan.decision.confidence_fraction * 100.0, 1);
    format!(
        "{} % interval",
        percent.strip_suffix(".0").unwrap_or(&percent)
    )
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

/// What the prices of a trade are multiplied with, its delta and volatility, where its limit comes from, and what is missing.
pub(super) fn leg_note(leg: &LegView) -> String {
    let count = decimal(leg.count as f64, 0);
    let many = if leg.count.unsigned_abs() == 1 {
        ""
    } else {
        "s"
    };
    let mut note = if leg.instrument == "shares" {
        format!("per share \u{d7} {count} share{many}")
    } else {
        let vol = figure(&leg.implied_vol, percent);
        format!(
            "per share \u{d7} {} \u{d7} {count} contract{many}; {}; implied vol {vol}",
            leg.multiplier_shares,
            match &leg.delta {
                Figure::Known(delta) => format!("{}-delta", decimal(100.0 * delta.abs(), 0)),
                Figure::Missing(reason) => format!("delta {reason}"),
            }
        )
    };
    note.push_str(&format!("; limit: {}", leg.price_basis));
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

/// What the action ties up, and until when its limits hold.
pub(super) fn terms(action: &ActionView) -> String {
    let until = format!("Valid until {}.", action.valid_until);
    if action.legs.is_empty() {
        until
    } else if action.capital_locked_usd == 0.0 {
        format!("Locks no cash. {until}")
    } else {
        format!("Cash locked {}. {until}", usd(action.capital_locked_usd))
    }
}

/// A figure that a trader looks for first: label, value, a few words more.
pub(super) type Card = (&'static str, String, String);

/// The figures that a trader looks for first.
pub(super) fn cards(plan: &Plan) -> Vec<Card> {
    let numbers = &plan.numbers;
    let worth = |label, worth: &Option<IntervalUsd>| match worth {
        Some(worth) if is_certain(worth) => (
            label,
            usd_signed(worth.value_usd),
            "the same on every path".to_string(),
        ),
        Some(worth) => (label, usd_signed(worth.value_usd), range(worth)),
        None => (label, "n/a (not estimated)".to_string(), String::new()),
    };
    let card = |label, shown: &Figure, known: &dyn Fn(f64) -> String, gloss: &str| {
        (label, figure(shown, known), gloss.to_string())
    };
    let loss = card(
        "Mean loss, worst 5 %",
        &numbers.cvar95_usd,
        &usd,
        "whole account, to the horizon",
    );
    if is_idle(plan) {
        let mut cards = vec![worth("Worth over the wealth today", &numbers.worth)];
        if !is_yardstick(plan) {
            cards.insert(0, worth("Worth over holding", &numbers.worth_over_holding));
        }
        if plan.why.subject != plan.decision.action.text {
            cards.push(card(
                "Best other action",
                &plan.why.edge.total_usd,
                &usd_signed,
                &format!("over holding: {}", plan.why.subject),
            ));
        }
        if certain_gain(plan).is_none() {
            cards.push(loss);
        }
        return cards;
    }
    vec![
        worth("Worth over holding", &numbers.worth_over_holding),
        card(
            "Premium",
            &numbers.premium_after_fees_usd,
            &usd,
            "all contracts, after fees",
        ),
        card(
            "Makes money",
            &numbers.probability_of_profit_real_world,
            &probability,
            "real-world odds at expiry",
        ),
        card(
            "Break-even",
            &numbers.break_even_usd_per_share,
            &usd,
            "per share, at expiry",
        ),
        card(
            "Return on capital",
            &numbers.return_on_capital_fraction,
            &percent,
            "to expiry, not annualised",
        ),
        loss,
        card(
            "Theta",
            &numbers.theta_usd_per_day,
            &usd_signed,
            "per day, your position",
        ),
        card(
            "Vega",
            &numbers.vega_usd_per_vol_point,
            &usd_signed,
            "per vol point, your position",
        ),
    ]
}

/// Every figure of the action, in groups; where nothing is traded, those that then have a meaning.
pub(super) fn groups(plan: &Plan) -> Vec<Group> {
    let numbers = &plan.numbers;
    if is_idle(plan) {
        let [lot, at_expiry] = standing_odds(numbers);
        let open = numbers.distance_fraction.known().is_some();
        return [
            (open, lot),
            (open, at_expiry),
            (certain_gain(plan).is_none(), horizon(plan)),
            (!is_still(numbers), greeks(numbers, plan.spot_usd)),
        ]
        .into_iter()
        .filter_map(|(shown, group)| shown.then_some(group))
        .collect();
    }
    let mut groups = trade_groups(numbers, &plan.decision.action);
    groups.push(horizon(plan));
    groups.push(greeks(numbers, plan.spot_usd));
    groups
}

fn risk_neutral(numbers: &Numbers) -> Group {
    Group {
        title: "Odds, risk-neutral",
        basis: "read from option prices; not a forecast".into(),
        lines: vec![line(
            "In the money at expiry",
            &numbers.probability_in_the_money_risk_neutral,
            probability,
            "",
        )],
    }
}

/// Distance and odds of the short option that is open already, where nothing is traded.
fn standing_odds(numbers: &Numbers) -> [Group; 2] {
    let mut real = odds(numbers);
    real.title = "Your short option that ends first: odds, real-world";
    real.lines.retain(|line| line.known);
    real.lines.insert(
        0,
        line(
            "Distance to strike",
            &numbers.distance_fraction,
            percent_signed,
            "minus: in the money",
        ),
    );
    [real, risk_neutral(numbers)]
}

/// The groups that speak of an option sold.
fn trade_groups(numbers: &Numbers, action: &ActionView) -> Vec<Group> {
    vec![money(numbers, action), odds(numbers), risk_neutral(numbers)]
}

/// Where nothing is traded: a sentence for each group of figures that then says nothing.
pub(super) fn idle_sentences(plan: &Plan) -> Vec<String> {
    if !is_idle(plan) {
        return Vec::new();
    }
    let mut sentences = Vec::new();
    if let Some(gain) = certain_gain(plan) {
        sentences.push(format!(
            "Every simulated path ends {} over the wealth today: worth, mean gain and worst case are the same.",
            usd_signed(gain)
        ));
    }
    let trade = trade_groups(&plan.numbers, &plan.decision.action);
    let reasons: Vec<String> = by_reason(missing(&trade))
        .into_iter()
        .map(|(reason, _)| reason)
        .collect();
    if !reasons.is_empty() {
        sentences.push(format!(
            "Nothing is traded today, so premium, break-even, odds and returns do not apply: {}.",
            reasons.join("; ")
        ));
    }
    if is_still(&plan.numbers) {
        sentences.push(
            "The position does not move with the market: delta and the other Greeks are 0."
                .to_string(),
        );
    }
    sentences
}

/// The gain of an account that ends the same on every path, such as one of cash alone.
pub(super) fn certain_gain(plan: &Plan) -> Option<f64> {
    let numbers = &plan.numbers;
    let worth = numbers
        .worth
        .filter(|worth| is_yardstick(plan) && is_certain(worth))?;
    let same = |figure: &Figure, sign: f64| {
        figure
            .known()
            .is_some_and(|value| (sign * value - worth.value_usd).abs() < 0.005)
    };
    (same(&numbers.mean_gain_usd, 1.0) && same(&numbers.cvar95_usd, -1.0))
        .then_some(worth.value_usd)
}

/// Are all Greeks zero?
fn is_still(numbers: &Numbers) -> bool {
    numbers.delta_shares == Figure::Known(0.0) && holds_no_option(numbers)
}

/// Are all Greeks but delta zero?
fn holds_no_option(numbers: &Numbers) -> bool {
    [
        &numbers.gamma_shares_per_usd,
        &numbers.theta_usd_per_day,
        &numbers.vega_usd_per_vol_point,
        &numbers.rho_usd_per_percent,
    ]
    .into_iter()
    .all(|greek| *greek == Figure::Known(0.0))
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
        basis: "dollars for the whole action, after fees, unless per share".into(),
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
        basis: "share of simulated paths, option held to its end".into(),
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

fn horizon(plan: &Plan) -> Group {
    let numbers = &plan.numbers;
    let cvar_gloss = match numbers.cvar95_usd.known() {
        Some(loss) if loss < 0.0 => "of paths (\"CVaR\"); below 0: a gain",
        _ => "of paths (\"CVaR\")",
    };
    let interval = |label: &str, interval: &Option<IntervalUsd>| Line {
        label: label.into(),
        value: interval.as_ref().map_or_else(
            || "n/a (not estimated)".to_string(),
            |worth| usd_signed(worth.value_usd),
        ),
        known: interval.is_some(),
        gloss: interval.as_ref().map_or_else(String::new, range),
    };
    let mut lines = vec![
        interval("Worth over holding", &numbers.worth_over_holding),
        interval("Worth over the wealth today", &numbers.worth),
        line(
            "Mean gain",
            &numbers.mean_gain_usd,
            usd_signed,
            "average, to the horizon",
        ),
        line("Mean loss, worst 5 %", &numbers.cvar95_usd, usd, cvar_gloss),
    ];
    if is_yardstick(plan) {
        lines.remove(0);
    }
    Group {
        title: "To the horizon",
        basis: format!(
            "whole account, real-world, fresh paths; worth with its {}",
            interval_name(plan)
        ),
        lines,
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
    let delta = line(
        "Delta",
        &numbers.delta_shares,
        |shares| signed(shares, 1),
        &stock,
    );
    let title = "Your position after the action";
    if holds_no_option(numbers) {
        let others = Line {
            label: "Gamma, theta, vega, rho".into(),
            value: "0".into(),
            known: true,
            gloss: "no option in the position".into(),
        };
        return Group {
            title,
            basis: "your own signs".into(),
            lines: vec![delta, others],
        };
    }
    Group {
        title,
        basis: "your own signs: plus gains when the input rises".into(),
        lines: vec![
            delta,
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
pub(super) fn edge_parts(edge: &Edge) -> [(&'static str, &'static str, &Figure); 8] {
    [
        (
            "Volatility",
            "price sold over expected payoff",
            &edge.volatility_usd,
        ),
        ("Drift", "expected growth against the rate", &edge.drift_usd),
        ("Carry", "interest on the premium", &edge.carry_usd),
        ("Other", "beyond the horizon, assignments", &edge.other_usd),
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
        nets_sentence(&search.nets),
    ]
}

/// Whether nets judged, and what they changed.
pub(super) fn nets_sentence(nets: &NetsView) -> String {
    let choice = |choice: &Option<NetsChoice>| match choice {
        Some(choice) => format!(
            "{} ({} over holding on the fresh paths)",
            choice.action,
            figure(&choice.over_holding_usd, usd_signed)
        ),
        None => "n/a (no action was tried)".to_owned(),
    };
    match (&nets.model, &nets.sha256) {
        (Some(model), Some(sha256)) if nets.in_use => format!(
            "Nets judged the positions (model {model}, {}...). With nets: {}; without: {}{}.",
            sha256.chars().take(12).collect::<String>(),
            choice(&nets.with_nets),
            choice(&nets.without_nets),
            nets.note
                .as_ref()
                .map_or_else(String::new, |note| format!(" ({note})")),
        ),
        _ => format!(
            "Nets: rule in use, the closed form judged every position ({}).",
            nets.because.as_deref().unwrap_or("no reason was given")
        ),
    }
}

/// Since when the tree's best action is what it is.
pub(super) fn settled_sentence(view: &TreeView) -> String {
    let settling = &view.settling;
    let (Some(last), Figure::Known(at)) =
        (settling.points.last(), &settling.settled_at_evaluations)
    else {
        return "How the choice settled: n/a (no action was tried).".to_string();
    };
    let share = at / f64::from(last.evaluations.max(1));
    let often = match settling.changed {
        0 => "never became another".to_string(),
        1 => "became another once".to_string(),
        many => format!("became another {many} times"),
    };
    format!(
        "While the tree grew, its best action {often}; since {} evaluations ({} of them) it is \"{}\", by the tree {} over holding; \
         next: \"{}\", {}.",
        count(*at as u64),
        percent(share),
        last.best,
        figure(&last.best_worth_over_holding_usd, usd_signed),
        last.runner_up,
        figure(&last.runner_up_worth_over_holding_usd, usd_signed),
    )
}

/// How the subject stands if the market is not as assumed.
pub(super) fn draws_sentence(why: &Why) -> String {
    let (draws, search) = (&why.draws, &why.search);
    if draws.count == 0 {
        return format!(
            "The market's parameters were not varied: how firm \"{}\" is was not tested.",
            why.subject
        );
    }
    format!(
        "In {} draws of the market's parameters ({}), the kind of \"{}\" stays best in {}: no other kind of action, doing nothing among them, \
         is worth more by over {}. {} are required to act. This very contract and size stays best in {}, and beats doing nothing in {}. \
         The draws took {} simulations and {} evaluations.",
        draws.count,
        draws.parameters.trim_end_matches('.'),
        why.subject,
        percent(draws.stays_best_fraction),
        usd(draws.indifference_usd),
        percent(draws.required_fraction),
        percent(draws.same_contract_fraction),
        percent(draws.beats_doing_nothing_fraction),
        count(search.draw_simulations),
        count(search.draw_evaluations),
    )
}

/// Which action edge, draws and flips speak of.
pub(super) fn subject_sentence(plan: &Plan) -> String {
    let relation = if plan.why.subject == plan.decision.action.text {
        "the choice"
    } else {
        "the best action besides doing nothing"
    };
    format!(
        "Edge, draws and flips below speak of {relation}: {}",
        plan.why.subject
    )
}

/// Over the parts of the edge.
pub(super) const EDGE_TITLE: &str = "Edge: where its worth over holding comes from";

/// Over the inputs that would flip it.
pub(super) const FLIPS_TITLE: &str =
    "Flips: where it stops or starts to beat holding, the option held to its end";

/// Is any part of the edge but the sum known? Where nothing is traded there is nothing to take apart.
pub(super) fn has_parts(edge: &Edge) -> bool {
    let parts = edge_parts(edge);
    parts[..parts.len() - 2]
        .iter()
        .any(|(_, _, part)| part.known().is_some())
}

/// Why an action was chosen or not.
pub(super) fn verdict(row: &Alternative) -> String {
    let role = match row.action.kind.as_str() {
        _ if row.chosen => "chosen",
        "hold_to_horizon" => "yardstick",
        _ => "lost",
    };
    format!("{role}: {}", row.verdict)
}

/// Where the forwards of the smiles come from: every basis with its expiries, or alone if there is but one.
pub(super) fn forward_sentences(smiles: &[SmileView]) -> Vec<String> {
    let mut bases: Vec<(&str, Vec<&str>)> = Vec::new();
    for smile in smiles {
        match bases
            .iter_mut()
            .find(|(basis, _)| *basis == smile.forward_basis)
        {
            Some((_, expiries)) => expiries.push(&smile.expiry),
            None => bases.push((&smile.forward_basis, vec![&smile.expiry])),
        }
    }
    if let [(basis, _)] = bases.as_slice() {
        return vec![format!("Forward from: {basis}.")];
    }
    bases
        .iter()
        .map(|(basis, expiries)| format!("Forward from {basis}: {}.", expiries.join(", ")))
        .collect()
}

/// The day of the payoff's second curve: `on 2026-09-18`.
pub(super) fn payoff_day(what_if: &WhatIf) -> String {
    what_if.dates.last().map_or_else(
        || "at the first expiry, or the horizon".to_string(),
        |date| format!("on {date}"),
    )
}

/// The profit on one date at one price; a gap in the table is not a number.
pub(super) fn profit_at(what_if: &WhatIf, row: usize, column: usize) -> f64 {
    let profits = what_if.profit_usd.get(row);
    profits
        .and_then(|profits| profits.get(column))
        .copied()
        .unwrap_or(f64::NAN)
}

/// The profits by date, as a sentence, where no price of the share changes them.
pub(super) fn flat_profits(what_if: &WhatIf) -> Option<String> {
    let same = |a: f64, b: f64| (a - b).abs() < 0.005;
    let (rows, columns) = (what_if.spots_usd.len(), what_if.dates.len());
    let flat = rows > 1
        && columns > 0
        && (1..rows).all(|row| {
            (0..columns).all(|column| {
                same(
                    profit_at(what_if, row, column),
                    profit_at(what_if, 0, column),
                )
            })
        })
        && what_if.payoff.windows(2).all(|pair| {
            same(pair[0].now_usd, pair[1].now_usd)
                && same(pair[0].at_expiry_usd, pair[1].at_expiry_usd)
        });
    let days: Vec<String> = what_if
        .dates
        .iter()
        .enumerate()
        .map(|(column, date)| format!("{} on {date}", usd_signed(profit_at(what_if, 0, column))))
        .collect();
    flat.then(|| {
        format!(
            "No price of the share changes the profit: {}.",
            days.join(", ")
        )
    })
}

/// Actions that a limit refused, and the nearest of them.
pub(super) fn nearest_miss(refusal: &RefusalView) -> String {
    if refusal.nearest_miss.is_empty() {
        "n/a (not recorded)".to_string()
    } else {
        refusal.nearest_miss.clone()
    }
}

/// Words as a sentence: a capital first, a full stop last.
pub(crate) fn sentence(words: &str) -> String {
    let words = words.trim();
    let mut letters = words.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut sentence: String = match words.starts_with("n/a") {
        true => words.to_string(),
        false => first.to_uppercase().chain(letters).collect(),
    };
    if !sentence.ends_with(['.', '!', '?', ':']) {
        sentence.push('.');
    }
    sentence
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

/// The record on real history in a sentence.
pub(super) fn record(evidence: &crate::plan::Evidence) -> String {
    match evidence.real_history.known() {
        Some(chance) => format!(
            "Sharpe ratio above zero with a chance of {}; {}",
            percent(chance),
            evidence.real_history_record
        ),
        None => figure(&evidence.real_history, |value| decimal(value, 2)),
    }
}

/// The choice where the market is not the model's, in a sentence.
pub(super) fn mismatch(plan: &Plan) -> Option<String> {
    let view = plan.evidence.mismatch.as_ref()?;
    let worst = view.rows.iter().find(|row| {
        row.market == view.worst_market && view.worst_over_holding_usd.known().is_some()
    });
    Some(match worst {
        Some(row) => {
            let decimals = interval_decimals([&row.over_holding]);
            format!(
                "worst of {} markets that are not the model's: {}, {} over holding ({}: {}), mean loss of the worst 5 % {}",
                view.rows.len(),
                row.market,
                signed(row.over_holding.value_usd, decimals),
                interval_name(plan),
                span(&row.over_holding, decimals),
                decimal(row.cvar95_usd, 0)
            )
        }
        None => figure(&view.worst_over_holding_usd, |value| signed(value, 2)),
    })
}
