//! The answers, made once a look: `/api/now` and `/api/history` as JSON, and the text of `/metrics`.

use super::{Ready, metrics};
use crate::cli::pretty;
use crate::error::Error;
use crate::watch::{Now, Watch};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Looks, and lays everything ready.
pub(super) fn ready(
    watch: &mut Watch,
    interval: Duration,
    reports: &BTreeMap<i64, PathBuf>,
) -> Result<Ready, Error> {
    let now = watch.look();
    let history =
        serde_json::to_vec(&watch.history).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Ready {
        metrics: metrics::text(watch, &now).into(),
        now: pretty(&value(watch, &now, interval, reports))?.into(),
        history: history.into(),
        reports: reports.clone(),
    })
}

fn value(watch: &Watch, now: &Now, interval: Duration, reports: &BTreeMap<i64, PathBuf>) -> Value {
    let held: Vec<Value> = now
        .running
        .iter()
        .flat_map(|work| work.memory.iter().map(move |held| (work, held)))
        .map(|(work, held)| {
            json!({ "command": work.command, "pid": work.pid, "component": held.component, "bytes": held.bytes })
        })
        .collect();
    let plans: Vec<Value> = now
        .plans
        .iter()
        .flatten()
        .map(|plan| {
            json!({
                "id": plan.id, "as_of": plan.as_of, "symbol": plan.symbol, "outcome": plan.outcome, "action": plan.action,
                "worth_usd": plan.worth_usd, "made_at": plan.made_at, "synthetic": plan.source.starts_with("synthetic"),
                "report": reports.contains_key(&plan.id).then(|| format!("/report/{}", plan.id)),
            })
        })
        .collect();
    let running: Vec<Value> = now
        .running
        .iter()
        .map(|work| {
            let mut value = json!(work);
            value["silent"] = work.silent(now.at_ms).into();
            value
        })
        .collect();
    json!({
        "schema": 1,
        "version": env!("CARGO_PKG_VERSION"),
        "at_ms": now.at_ms,
        "interval_ms": interval.as_millis() as u64,
        "machine": watch.machine.rows(),
        "sensors": now.sample.rows(),
        "point": watch.history.back(),
        "memory": {
            "budget_bytes": watch.budget.bytes,
            "budget_origin": watch.budget.limit.to_string(),
            "reserved_bytes": now.running.iter().flat_map(|work| &work.memory).map(|held| held.bytes).sum::<u64>(),
            "holdings": held,
        },
        "running": running,
        "plans": plans,
        "plans_missing": now.plans.as_ref().err(),
        "notes": now.notes,
    })
}
