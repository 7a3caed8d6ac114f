//! What a tool may be asked: types, the schema that clients see, and a check of what comes by that very schema.

use jiff::civil::Date;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt;

/// An argument that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wrong {
    /// Its name, with its place where it is one of many: `set[1]`.
    pub(super) field: String,
    /// What was given; null: nothing.
    pub(super) value: Value,
    /// What would be right.
    pub(super) remedy: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Of what a model sent, so much is repeated.
        const SHOWN: usize = 80;
        let value: String = self.value.to_string().chars().take(SHOWN).collect();
        write!(f, "{} = {value}: {}", self.field, self.remedy)
    }
}

/// What a plan is made of.
#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct PlanOf {
    /// Option chain, as one file, or two where calls and puts come apart: a path on the user's machine, of any supported vendor.
    /// Without it: the embedded synthetic sample.
    #[schemars(length(min = 1, max = 2), inner(length(min = 1, max = 4096)))]
    pub(super) chain: Vec<String>,
    /// The user's own mapping of the columns of these files (TOML), where no vendor writes them.
    #[schemars(length(min = 1, max = 4096))]
    pub(super) mapping: Option<String>,
    /// Account file (TOML): cash, shares, open options, limits. Without it all cash is assumed.
    #[schemars(length(min = 1, max = 4096))]
    pub(super) account: Option<String>,
    /// Daily prices (CSV or Parquet) for the forecast of volatility.
    #[schemars(length(min = 1, max = 4096))]
    pub(super) history: Option<String>,
    /// Ex-dates and earnings (CSV: symbol, date, kind, amount_usd).
    #[schemars(length(min = 1, max = 4096))]
    pub(super) events: Option<String>,
    /// Which underlying, where the file holds several.
    #[schemars(length(min = 1, max = 32))]
    pub(super) symbol: Option<String>,
    /// Day of the decision, YYYY-MM-DD; default: the last day of quotes. Nothing later is looked at.
    #[schemars(extend("format" = "date"))]
    pub(super) as_of: Option<String>,
    /// Price of one share in dollars, where the file has none.
    #[schemars(range(min = 0.0001, max = 10_000_000.0))]
    pub(super) spot_usd: Option<f64>,
    /// Interest rate that cash earns, fraction per year (0.04 is 4 %).
    #[schemars(range(min = -0.1, max = 1.0))]
    pub(super) rate_per_year: Option<f64>,
    /// Cash in dollars that is assumed where no account is given; default 100000.
    #[schemars(range(min = 1.0, max = 1_000_000_000_000.0))]
    pub(super) cash_usd: Option<f64>,
    /// Random seed; the same seed and input give the same plan. Default 7.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub(super) seed: Option<u64>,
    /// Allow advice on synthetic data for a real account.
    pub(super) allow_synthetic: bool,
    #[schemars(flatten)]
    #[serde(flatten)]
    pub(super) settings: Settings,
}

/// Settings for one call.
#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Settings {
    /// Settings for this call as KEY=VALUE, such as "objective.risk_aversion=2", "limits.max_cvar95_fraction=0.1" or, for a quick
    /// look, "search.evaluations=3000". Keys of the sections account, actions, costs, decision, limits, market, objective, search.
    #[schemars(length(max = 32), inner(length(min = 3, max = 200)))]
    pub(super) set: Vec<String>,
}

/// Sections whose keys a call may set: what decides a plan, and no file, no device, no frozen period.
const SETTABLE: [&str; 8] = [
    "account",
    "actions",
    "costs",
    "decision",
    "limits",
    "market",
    "objective",
    "search",
];

impl Settings {
    /// The same as words of the command line.
    pub(super) fn words(&self) -> Result<Vec<String>, Wrong> {
        let pairs = self.set.iter().enumerate();
        pairs
            .map(|(at, pair)| {
                let wrong = |remedy: String| Wrong {
                    field: format!("set[{at}]"),
                    value: pair.as_str().into(),
                    remedy,
                };
                let (key, _) = pair
                    .split_once('=')
                    .ok_or_else(|| wrong("write KEY=VALUE, such as search.evaluations=3000".to_owned()))?;
                let section = key.trim().split_once('.').map_or(key, |(section, _)| section);
                if !SETTABLE.contains(&section) {
                    return Err(wrong(format!(
                        "only keys of {} may be set here; the user sets others with `jarvis2 mcp --set` or in the configuration",
                        SETTABLE.join(", ")
                    )));
                }
                Ok(format!("--set={pair}"))
            })
            .collect()
    }
}

/// `plan`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ForPlan {
    #[schemars(flatten)]
    #[serde(flatten)]
    pub(super) of: PlanOf,
    /// How many of the compared actions are shown, best first.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default = "five")]
    pub(super) alternatives: usize,
}

fn five() -> usize {
    5
}

/// `explain`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ForExplain {
    /// A decision of the diary by its number (`journal_query` with "decisions" lists them). Without it a fresh plan is made of the
    /// other arguments, which are those of `plan`.
    #[schemars(range(min = 1))]
    pub(super) decision: Option<i64>,
    #[schemars(flatten)]
    #[serde(flatten)]
    pub(super) of: PlanOf,
    /// How many parts of the search tree are shown, the nearest to today first.
    #[schemars(range(min = 1, max = 100))]
    #[serde(default = "twenty")]
    pub(super) tree_parts: usize,
}

fn twenty() -> usize {
    20
}

/// `price_chain`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ForPrice {
    /// Option chain: a path on the user's machine, of any supported vendor. Without it: the embedded synthetic sample.
    #[schemars(length(min = 1, max = 4096))]
    pub(super) chain: Option<String>,
    /// The user's own mapping of the columns of these files (TOML), where no vendor writes them.
    #[schemars(length(min = 1, max = 4096))]
    pub(super) mapping: Option<String>,
    /// Only this underlying.
    #[schemars(length(min = 1, max = 32))]
    pub(super) symbol: Option<String>,
    /// Day of the quotes, YYYY-MM-DD; default: the last one.
    #[schemars(extend("format" = "date"))]
    pub(super) as_of: Option<String>,
    /// Price of one share in dollars, where the file has none.
    #[schemars(range(min = 0.0001, max = 10_000_000.0))]
    pub(super) spot_usd: Option<f64>,
    /// Interest rate, fraction per year.
    #[schemars(range(min = -0.1, max = 1.0))]
    pub(super) rate_per_year: Option<f64>,
    /// Only calls, or only puts.
    pub(super) right: Option<Side>,
    /// Only this expiry, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub(super) expiry: Option<String>,
    /// Least days to expiry.
    #[schemars(range(min = 0, max = 10_000))]
    pub(super) days_min: Option<i32>,
    /// Most days to expiry.
    #[schemars(range(min = 0, max = 10_000))]
    pub(super) days_max: Option<i32>,
    /// Least strike in dollars.
    #[schemars(range(min = 0.0))]
    pub(super) strike_min: Option<f64>,
    /// Most strike in dollars.
    #[schemars(range(min = 0.0))]
    pub(super) strike_max: Option<f64>,
    /// Least delta, without its sign. Rows without a delta are then left out.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(super) delta_min: Option<f64>,
    /// Most delta, without its sign. Rows without a delta are then left out.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(super) delta_max: Option<f64>,
    /// How many of the rows that pass are left out before the first that is shown.
    #[schemars(range(min = 0, max = 1_000_000))]
    #[serde(default)]
    pub(super) skip: usize,
    /// How many rows are shown.
    #[schemars(range(min = 1, max = 200))]
    #[serde(default = "forty")]
    pub(super) rows: usize,
}

fn forty() -> usize {
    40
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Side {
    Call,
    Put,
}

/// `backtest`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ForBacktest {
    /// Which policy is asked about: `plan` (what `plan` would have advised every evening: minutes to hours), `rule` (the option
    /// nearest to delta and days, held to its end), `hold`, `tbill`, `putwrite`, `buywrite`, `random`. The others stand beside it.
    pub(super) policy: Policy,
    /// Chains of many days: files, or folders of them. Without it: the embedded synthetic sample.
    #[schemars(length(max = 64), inner(length(min = 1, max = 4096)))]
    #[serde(default)]
    pub(super) data: Vec<String>,
    /// The user's own mapping of the columns of these files (TOML), where no vendor writes them.
    #[schemars(length(min = 1, max = 4096))]
    pub(super) mapping: Option<String>,
    /// The underlying.
    #[schemars(length(min = 1, max = 32))]
    pub(super) symbol: Option<String>,
    /// Daily prices with dividends and splits (CSV or Parquet).
    #[schemars(length(min = 1, max = 4096))]
    pub(super) history: Option<String>,
    /// Ex-dates, splits and delistings (CSV).
    #[schemars(length(min = 1, max = 4096))]
    pub(super) events: Option<String>,
    /// First day, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub(super) from: Option<String>,
    /// Last day, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub(super) to: Option<String>,
    /// Delta, without its sign, that the rule sells; default 0.3.
    #[schemars(range(min = 0.01, max = 0.99))]
    pub(super) delta: Option<f64>,
    /// Days to expiry that the rule sells; default 45.
    #[schemars(range(min = 1, max = 1000))]
    pub(super) days: Option<u16>,
    /// Cash on the first day in dollars.
    #[schemars(range(min = 1.0, max = 1_000_000_000_000.0))]
    pub(super) capital_usd: Option<f64>,
    /// Interest rate, fraction per year.
    #[schemars(range(min = -0.1, max = 1.0))]
    pub(super) rate_per_year: Option<f64>,
    /// Random seed; default 7.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_u64))]
    pub(super) seed: Option<u64>,
    /// Also choose the rule's delta and days at the time, out of twelve, and show how that fared.
    #[serde(default)]
    pub(super) walk_forward: bool,
    #[schemars(flatten)]
    #[serde(flatten)]
    pub(super) settings: Settings,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Policy {
    Plan,
    Rule,
    Hold,
    Tbill,
    Putwrite,
    Buywrite,
    Random,
}

impl Policy {
    /// The word of the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Policy::Plan => "plan",
            Policy::Rule => "rule",
            Policy::Hold => "hold",
            Policy::Tbill => "tbill",
            Policy::Putwrite => "putwrite",
            Policy::Buywrite => "buywrite",
            Policy::Random => "random",
        }
    }
}

/// `recall`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ForRecall {
    /// Daily prices (CSV or Parquet): a path on the user's machine. Without it: those of the embedded synthetic sample.
    #[schemars(length(min = 1, max = 4096))]
    pub(super) history: Option<String>,
    /// Which underlying, where the file holds several.
    #[schemars(length(min = 1, max = 32))]
    pub(super) symbol: Option<String>,
    /// The day that others are compared with, YYYY-MM-DD; default: the last of the history.
    #[schemars(extend("format" = "date"))]
    pub(super) as_of: Option<String>,
    /// The option whose fate is asked for; default: a put.
    pub(super) right: Option<Side>,
    /// Its strike over the spot of the day; default 0.95.
    #[schemars(range(min = 0.01, max = 100.0))]
    pub(super) strike_over_spot: Option<f64>,
    /// Calendar days to its expiry; default 30.
    #[schemars(range(min = 1, max = 3650))]
    pub(super) days: Option<u32>,
    /// Only past days in this kind of market, such as "calm rising"; "today" is that of the day itself.
    #[schemars(length(min = 1, max = 64))]
    pub(super) regime: Option<String>,
    /// Also look in the diary for situations like that of this decision.
    #[schemars(range(min = 1))]
    pub(super) decision: Option<i64>,
    /// How many past days are shown, nearest first.
    #[schemars(range(min = 1, max = 50))]
    #[serde(default = "ten")]
    pub(super) rows: usize,
}

fn ten() -> usize {
    10
}

/// `journal_query`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ForJournal {
    /// What is asked: `premium_by_month` (cash and closed trades of each month, to the cent), `open_lots`, `closed_trades`,
    /// `decisions` (plans that were kept, and how they ended), `fills` (rows of the broker).
    pub(super) question: Question,
    /// Only this underlying.
    #[schemars(length(min = 1, max = 32))]
    pub(super) symbol: Option<String>,
    /// First day, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub(super) from: Option<String>,
    /// Last day, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub(super) to: Option<String>,
    /// How many rows are shown, the latest.
    #[schemars(range(min = 1, max = 200))]
    #[serde(default = "forty")]
    pub(super) rows: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Question {
    PremiumByMonth,
    OpenLots,
    ClosedTrades,
    Decisions,
    Fills,
}

/// `hardware`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ForHardware {}

/// The schema of some arguments: plain, without references, null or formats that JSON Schema does not know.
pub(super) fn schema<T: JsonSchema>() -> Map<String, Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    plain(&mut schema);
    let mut schema = match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    };
    for name in ["title", "description"] {
        schema.remove(name);
    }
    schema
        .entry("properties")
        .or_insert_with(|| Map::new().into());
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

/// What may be left out need not be null: a model that sends null means the same ([`check`]).
fn plain(schema: &mut Value) {
    let Value::Object(schema) = schema else {
        return;
    };
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            schema.insert("type".to_owned(), kind);
        }
    }
    if let Some(Value::Array(choices)) = schema.get("anyOf") {
        let mut others = choices.iter().filter(|choice| choice["type"] != "null");
        if let (Some(Value::Object(one)), None) = (others.next().cloned(), others.next()) {
            schema.remove("anyOf");
            for (name, value) in one {
                schema.entry(name).or_insert(value);
            }
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if schema.get("format").is_some_and(|format| format != "date") {
        schema.remove("format");
    }
    if let Some(items) = schema.get_mut("items") {
        plain(items);
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(plain);
    }
}

/// Checks arguments against [`schema`]; null counts as left out, and is taken out.
pub(super) fn check(
    schema: &Map<String, Value>,
    arguments: &mut Map<String, Value>,
) -> Result<(), Wrong> {
    arguments.retain(|_, value| !value.is_null());
    let none = Map::new();
    let known = schema["properties"].as_object().unwrap_or(&none);
    for (field, value) in &*arguments {
        let one = known.get(field).ok_or_else(|| {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            Wrong {
                field: field.clone(),
                value: value.clone(),
                remedy: match names.is_empty() {
                    true => "there is no such argument; this tool takes none".to_owned(),
                    false => format!("there is no such argument; one of {}", names.join(", ")),
                },
            }
        })?;
        check_one(one, field, value)?;
    }
    let needed = schema.get("required").and_then(Value::as_array);
    for field in needed.into_iter().flatten().filter_map(Value::as_str) {
        if !arguments.contains_key(field) {
            let choices = known.get(field).map(choices).unwrap_or_default();
            return Err(Wrong {
                field: field.to_owned(),
                value: Value::Null,
                remedy: match choices.is_empty() {
                    true => "it is needed".to_owned(),
                    false => format!("it is needed: one of {choices}"),
                },
            });
        }
    }
    Ok(())
}

/// The words that may stand here; empty: any.
fn choices(schema: &Value) -> String {
    let words = schema["enum"].as_array();
    let words = words.into_iter().flatten().filter_map(Value::as_str);
    words.collect::<Vec<_>>().join(", ")
}

fn check_one(schema: &Value, field: &str, value: &Value) -> Result<(), Wrong> {
    let wrong = |remedy: String| {
        Err(Wrong {
            field: field.to_owned(),
            value: value.clone(),
            remedy,
        })
    };
    let kind = schema["type"].as_str().unwrap_or_default();
    let fits = match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => true,
    };
    if !fits {
        return wrong(match kind {
            "integer" => "a whole number is needed".to_owned(),
            "array" => "a list is needed, in brackets".to_owned(),
            other => format!("a {other} is needed"),
        });
    }
    let words = choices(schema);
    if schema["enum"].is_array()
        && !schema["enum"]
            .as_array()
            .is_some_and(|all| all.contains(value))
    {
        return wrong(format!("one of {words}"));
    }
    let bound = |name: &str| schema[name].as_f64();
    let (low, high) = (bound("minimum"), bound("maximum"));
    if let Some(number) = value.as_f64()
        && (low.is_some_and(|low| number < low) || high.is_some_and(|high| number > high))
    {
        return wrong(match (low, high) {
            (Some(low), Some(high)) => format!("a number from {low} to {high} is needed"),
            (Some(low), None) => format!("a number of {low} at least is needed"),
            _ => format!("a number of {} at most is needed", high.unwrap_or(f64::MAX)),
        });
    }
    let count = |name: &str| schema[name].as_u64().map(|count| count as usize);
    if let Some(text) = value.as_str() {
        let letters = text.chars().count();
        if count("minLength").is_some_and(|least| letters < least)
            || count("maxLength").is_some_and(|most| letters > most)
        {
            return wrong(format!(
                "a text of {} to {} letters is needed",
                count("minLength").unwrap_or(0),
                count("maxLength").unwrap_or(usize::MAX)
            ));
        }
        if text.contains('\0') {
            return wrong("a text without zero bytes is needed".to_owned());
        }
        let dated = text.len() == 10 && text.parse::<Date>().is_ok();
        if schema["format"] == "date" && !dated {
            return wrong("a date is needed, written YYYY-MM-DD".to_owned());
        }
    }
    if let Some(items) = value.as_array() {
        if let Some(most) = count("maxItems").filter(|&most| items.len() > most) {
            return wrong(format!("{most} at most"));
        }
        if let Some(least) = count("minItems").filter(|&least| items.len() < least) {
            return wrong(format!("{least} at least, or leave it out"));
        }
        for (at, item) in items.iter().enumerate() {
            check_one(&schema["items"], &format!("{field}[{at}]"), item)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The field that is wrong, and part of the remedy; empty: nothing is wrong.
    #[track_caller]
    fn checks<T: JsonSchema>(arguments: Value, field: &str, remedy: &str) {
        let Value::Object(mut arguments) = arguments else {
            panic!("{arguments}: not an object");
        };
        match check(&schema::<T>(), &mut arguments) {
            Ok(()) => assert_eq!(field, "", "{arguments:?} passed"),
            Err(wrong) => {
                assert_eq!(wrong.field, field, "{wrong}");
                assert!(wrong.remedy.contains(remedy), "{wrong}");
            }
        }
    }

    #[test]
    fn arguments_are_held_to_the_schema_that_clients_see() {
        checks::<ForPlan>(json!({}), "", "");
        checks::<ForPlan>(json!({"symbol": "KO", "account": null}), "", "");
        checks::<ForPlan>(json!({"chian": []}), "chian", "chain");
        checks::<ForPlan>(json!({"chain": "a.csv"}), "chain", "list");
        checks::<ForPlan>(json!({"chain": []}), "chain", "leave it out");
        checks::<ForPlan>(json!({"chain": ["a", "b", "c"]}), "chain", "2 at most");
        checks::<ForPlan>(json!({"chain": ["a", 2]}), "chain[1]", "string");
        checks::<ForPlan>(json!({"as_of": "2026-06-30"}), "", "");
        checks::<ForPlan>(json!({"as_of": "2026-06-31"}), "as_of", "YYYY-MM-DD");
        checks::<ForPlan>(json!({"as_of": "30.6.2026"}), "as_of", "YYYY-MM-DD");
        checks::<ForPlan>(json!({"alternatives": 0}), "alternatives", "from 1 to 20");
        checks::<ForPlan>(json!({"alternatives": 2.5}), "alternatives", "whole");
        checks::<ForPlan>(json!({"spot_usd": -1}), "spot_usd", "from 0.0001");
        checks::<ForPlan>(json!({"seed": -1}), "seed", "from 0");
        checks::<ForPlan>(json!({"symbol": "A\u{0}"}), "symbol", "zero");
        checks::<ForPlan>(json!({"symbol": ""}), "symbol", "1 to 32");
        checks::<ForPlan>(
            json!({"allow_synthetic": "yes"}),
            "allow_synthetic",
            "boolean",
        );
        checks::<ForPrice>(json!({"right": "put"}), "", "");
        checks::<ForPrice>(json!({"right": "both"}), "right", "call, put");
        checks::<ForBacktest>(json!({}), "policy", "plan, rule");
        checks::<ForBacktest>(
            json!({"policy": "rule", "open_frozen": true}),
            "open_frozen",
            "no such",
        );
        checks::<ForExplain>(json!({"decision": 0}), "decision", "1 at least");
        checks::<ForHardware>(json!({"sql": "drop"}), "sql", "takes none");
    }

    #[test]
    fn only_what_decides_a_plan_may_be_set() {
        let words = |pair: &str| {
            let set = vec![pair.to_owned()];
            Settings { set }.words()
        };
        assert_eq!(
            words("search.paths=64"),
            Ok(vec!["--set=search.paths=64".to_owned()])
        );
        for pair in [
            "diary.file=/tmp/x",
            "evidence.frozen_from=2030-01-01",
            "output.dir=/tmp",
            "monitor.status=true",
            "nets.model=/tmp/x",
            "search.paths",
            "=search.paths",
        ] {
            assert_eq!(
                words(pair).map_err(|wrong| wrong.field),
                Err("set[0]".to_owned()),
                "{pair}"
            );
        }
    }

    #[test]
    fn schemas_are_plain() {
        let text = Value::Object(schema::<ForExplain>()).to_string();
        for word in ["null", "$ref", "anyOf", "uint", "double"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        assert!(
            text.contains("\"chain\"") && text.contains("\"set\""),
            "{text}"
        );
    }
}
