//! What every plan must be, whatever it decides.

use serde_json::Value;

/// The number at a path such as `/numbers/cvar95_usd`.
#[track_caller]
pub(crate) fn number(plan: &Value, path: &str) -> f64 {
    let value = plan.pointer(path).unwrap_or(&Value::Null);
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{path} is {value}"))
}

/// The text at a path.
#[track_caller]
pub(crate) fn text<'a>(plan: &'a Value, path: &str) -> &'a str {
    let value = plan.pointer(path).unwrap_or(&Value::Null);
    value
        .as_str()
        .unwrap_or_else(|| panic!("{path} is {value}"))
}

#[track_caller]
pub(crate) fn list<'a>(plan: &'a Value, path: &str) -> &'a [Value] {
    let value = plan.pointer(path).unwrap_or(&Value::Null);
    value
        .as_array()
        .unwrap_or_else(|| panic!("{path} is {value}"))
}

/// All texts of a list, one a line.
#[track_caller]
pub(crate) fn lines(plan: &Value, path: &str) -> String {
    let texts = list(plan, path).iter().map(|entry| match entry {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Kinds of the alternatives in their order.
pub(crate) fn kinds(plan: &Value) -> Vec<&str> {
    list(plan, "/alternatives")
        .iter()
        .map(|row| text(row, "/action/kind"))
        .collect()
}

/// Asserts what holds for every plan.
#[track_caller]
pub(crate) fn check_plan(plan: &Value) {
    let outcome = text(plan, "/decision/outcome");
    assert!(!text(plan, "/decision/because").is_empty());
    assert!(number(plan, "/spot_usd") > 0.0);
    let kinds = kinds(plan);
    for always in ["do_nothing", "hold_to_horizon"] {
        assert_eq!(
            kinds.iter().filter(|kind| **kind == always).count(),
            1,
            "{kinds:?}"
        );
    }
    // The top five, with doing nothing and holding besides.
    assert!(kinds.len() <= 7, "{kinds:?}");
    let chosen: Vec<&Value> = list(plan, "/alternatives")
        .iter()
        .filter(|row| row["chosen"] == true)
        .collect();
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0]["action"], plan["decision"]["action"]);
    assert_eq!(
        outcome == "act",
        text(plan, "/decision/action/kind") != "do_nothing"
    );
    for row in list(plan, "/alternatives") {
        assert!(!text(row, "/verdict").is_empty(), "{row}");
        check_numbers(&row["numbers"]);
    }
    check_numbers(&plan["numbers"]);
    check_edge(&plan["why"]["edge"]);
    let fraction = |path: &str| {
        let value = number(plan, path);
        assert!((0.0..=1.0).contains(&value), "{path} = {value}");
    };
    for path in [
        "stays_best",
        "same_contract",
        "beats_doing_nothing",
        "required",
    ] {
        fraction(&format!("/why/draws/{path}_fraction"));
    }
    assert!(number(plan, "/why/draws/count") >= 16.0);
    for path in ["simulations", "evaluations", "nodes", "paths"] {
        assert!(number(plan, &format!("/why/search/{path}")) > 0.0, "{path}");
    }
    for row in list(plan, "/evidence/rows") {
        let share = number(row, "/share_of_gains");
        assert!((0.0..=1.0).contains(&share), "{row}");
        let quantiles: Vec<f64> = list(row, "/quantiles_usd")
            .iter()
            .map(|q| q.as_f64().unwrap())
            .collect();
        assert!(quantiles.is_sorted(), "{quantiles:?}");
    }
    check_figures(plan, "");
}

/// Probabilities lie in [0, 1], and the several ways to be assigned exclude one another.
fn check_numbers(numbers: &Value) {
    for (name, value) in numbers.as_object().unwrap() {
        if let (true, Some(p)) = (name.starts_with("probability_"), value.as_f64()) {
            assert!((0.0..=1.0).contains(&p), "{name} = {p}");
        }
    }
    let known = |name: &str| numbers[name].as_f64();
    let early = known("probability_of_early_assignment_real_world");
    let late = known("probability_of_assignment_at_expiry_real_world");
    if let (Some(early), Some(late)) = (early, late) {
        assert!(
            early + late <= 1.0 + 1e-9,
            "{early} early and {late} at expiry"
        );
        let touch = known("probability_of_touch_real_world").unwrap();
        assert!(
            late <= touch + 1e-9,
            "assigned in {late}, touched in {touch}"
        );
    }
    if let Some(worth) = numbers["worth"].as_object() {
        let end = |name: &str| worth[name].as_f64().unwrap();
        assert!(end("low_usd") <= end("value_usd") && end("value_usd") <= end("high_usd"));
    }
}

/// The parts of the edge add up to its total.
fn check_edge(edge: &Value) {
    let parts = edge.as_object().unwrap().iter();
    let parts = parts.filter(|(name, _)| *name != "total_usd");
    let sum: f64 = parts.filter_map(|(_, part)| part.as_f64()).sum();
    let total = number(edge, "/total_usd");
    assert!((sum - total).abs() < 0.01, "{sum} is not {total}: {edge}");
}

/// A figure that is missing says so in words that begin alike; `null` stands only where the schema says optional.
fn check_figures(value: &Value, path: &str) {
    const OPTIONAL: [&str; 10] = [
        "watermark",
        "expiry",
        "dte_days",
        "strike_usd",
        "contract",
        "prices",
        "past_strike",
        "ending",
        "regime",
        "only_regime",
    ];
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let number_like = [
                    "_usd",
                    "_fraction",
                    "_real_world",
                    "_risk_neutral",
                    "_shares",
                ];
                if number_like.iter().any(|end| name.ends_with(end))
                    && let Value::String(words) = field
                {
                    assert!(
                        words.starts_with("n/a (") && words.ends_with(')'),
                        "{path}/{name} is {words:?}"
                    );
                }
                assert!(
                    !field.is_null() || OPTIONAL.contains(&name.as_str()),
                    "{path}/{name} is null"
                );
                check_figures(field, &format!("{path}/{name}"));
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                check_figures(entry, path);
            }
        }
        _ => (),
    }
}

/// Paths of figures that read -0: an empty sum, or a loss that is none.
pub(crate) fn minus_zeros(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                minus_zeros(field, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(entries) => {
            for (at, entry) in entries.iter().enumerate() {
                minus_zeros(entry, &format!("{path}/{at}"), found);
            }
        }
        Value::Number(x) if x.as_f64() == Some(0.0) && x.to_string().starts_with('-') => {
            found.push(path.to_owned());
        }
        _ => (),
    }
}
