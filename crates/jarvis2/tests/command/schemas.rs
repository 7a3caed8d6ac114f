//! What the program writes fits the schemas that it prints.

use crate::chain::Market;
use crate::run::Desk;
use crate::schema::violations;
use serde_json::Value;

fn schema(desk: &Desk, of: &str) -> Value {
    desk.run(&["schema", of]).exits(0).json()
}

/// TOML as JSON, dates as text.
fn json_of(toml: &str) -> Value {
    let value: toml::Value = toml::from_str(toml).unwrap();
    serde_json::to_value(value).unwrap()
}

#[track_caller]
fn fits(schema: &Value, value: &Value) {
    let found = violations(schema, value);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn plans_fit_the_schema_of_plans() {
    let desk = Desk::new();
    let schema = schema(&desk, "plan");
    let chain = desk.put("chain.csv", Market::flat(0.30).csv());
    let acting = desk.plan(&["--chain", chain, "--set", "market.forecast_vol=0.2"]);
    let idle = desk.plan(&[]);
    for run in [acting, idle] {
        let plan = run.json();
        fits(&schema, &plan);
        let mut bent = plan.clone();
        bent["spot_usd"] = "sixty".into();
        bent["decision"].as_object_mut().unwrap().remove("because");
        assert_eq!(violations(&schema, &bent).len(), 2, "a bent plan is caught");
    }
}

#[test]
fn the_sample_account_fits_the_schema_of_accounts() {
    let desk = Desk::new();
    let schema = schema(&desk, "account");
    desk.run(&["config", "init", "--account", "a.toml"])
        .exits(0);
    fits(
        &schema,
        &json_of(&std::fs::read_to_string(desk.path("a.toml")).unwrap()),
    );
    desk.run(&["sample", "--out", "s"]).exits(0);
    let sample = std::fs::read_to_string(desk.path("s/account.toml")).unwrap();
    fits(&schema, &json_of(&sample));
    for (good, bad) in [
        ("cash_usd", "cash"),
        ("contracts = -1", "contracts = \"one\""),
        ("count", "counts"),
    ] {
        assert!(sample.contains(good));
        let bent = json_of(&sample.replace(good, bad));
        assert!(!violations(&schema, &bent).is_empty(), "{bad} passes");
    }
}

#[test]
fn the_configuration_fits_its_schema() {
    let desk = Desk::new();
    let schema = schema(&desk, "config");
    desk.run(&["config", "init", "--config", "c.toml"]).exits(0);
    let written = std::fs::read_to_string(desk.path("c.toml")).unwrap();
    fits(&schema, &json_of(&written));
    // Every key switched on, those without a default at their examples.
    let shown: String = written
        .lines()
        .map(|line| {
            format!(
                "{}\n",
                line.strip_prefix('#')
                    .filter(|l| !l.starts_with(' '))
                    .unwrap_or(line)
            )
        })
        .collect();
    let all = json_of(&shown);
    assert!(all.as_object().unwrap().len() > 8, "{shown}");
    fits(&schema, &all);
    desk.put("all.toml", &shown);
    desk.run(&["config", "check", "--config", "all.toml"])
        .exits(0);
    fits(
        &schema,
        &json_of(&desk.run(&["config", "show"]).exits(0).stdout),
    );
    let mut bent = all;
    bent["search"]["evaluatoins"] = 5.into();
    assert_eq!(violations(&schema, &bent).len(), 1);
}
