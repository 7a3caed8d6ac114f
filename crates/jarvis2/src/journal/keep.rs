//! A plan goes into the diary: what was seen, the 768 numbers, what was looked at, what was decided.
//!
//! The same inputs, settings, program and answer are the same decision: it is kept once, and each later run of it is a look.

use crate::engine::Made;
use crate::engine::inputs::sha256;
use crate::error::Error;
use crate::journal::contract::OptionName;
use crate::journal::store::midnight_ms;
use crate::plan::{LegView, NetsView, Outcome, Plan};
use crate::recall::diary::{ENCODER_VERSION, REGIME};
use experience::{
    Decision, Durability, Experience, Label, LabelValue, Model, Origin, Reader, RecordId,
    Situation, Visit,
};
use pricing::Right;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// A new decision.
    New(RecordId),
    /// This decision was there; now it was looked at so often.
    Again(RecordId, usize),
}

/// The label under which a decision's trades are found without reading its plan.
const ORDER: &str = "order";

/// What a decision asked its reader to do, in few words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// `act`, `do_nothing` or `abstain`.
    pub(crate) outcome: String,
    /// Last day on which its prices were meant, `YYYY-MM-DD`.
    pub(crate) valid_until: String,
    /// Its trades: contract as the ledger names it, count with its sign (negative sold).
    pub(crate) legs: Vec<(String, i64)>,
}

impl Order {
    pub(crate) fn of(plan: &Plan) -> Order {
        let action = &plan.decision.action;
        let leg = |leg: &LegView| {
            let sign = if leg.side == "sell" { -1 } else { 1 };
            let right = match leg.instrument.as_str() {
                "put" => Some(Right::Put),
                "call" => Some(Right::Call),
                _ => None,
            };
            let contract = match (right, &leg.expiry, leg.strike_usd) {
                (Some(right), Some(expiry), Some(strike)) => {
                    OptionName::new(&plan.symbol, expiry.parse().ok()?, right, strike).occ()
                }
                (None, ..) => plan.symbol.clone(),
                _ => return None,
            };
            Some((contract, sign * leg.count))
        };
        Order {
            outcome: outcome_word(plan.decision.outcome).to_owned(),
            valid_until: action.valid_until.clone(),
            legs: action.legs.iter().filter_map(leg).collect(),
        }
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// That of a kept decision, if it has one.
    pub(crate) fn read(reader: &Reader, decision: RecordId) -> Result<Option<Order>, Error> {
        let label = reader.label_of(decision, ORDER, i64::MAX)?;
        Ok(match label.map(|label| label.value) {
            Some(LabelValue::Word(json)) => serde_json::from_str(&json).ok(),
            _ => None,
        })
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Act => "act",
        Outcome::DoNothing => "do_nothing",
        Outcome::Abstain => "abstain",
    }
}

/// Names the judge and the market model: with the program's version, who decided.
fn judge(nets: &NetsView) -> String {
    let judge = match (&nets.model, &nets.sha256) {
        (Some(model), Some(sha256)) if nets.in_use => {
            format!("nets {model} ({})", sha256.get(..12).unwrap_or(sha256))
        }
        _ => "closed-form judge".to_owned(),
    };
    format!("{judge}, local-volatility market model")
}

/// Keeps a plan, on the disk before this returns.
pub(crate) fn keep(
    diary: &mut Experience,
    made: &Made,
    text: &str,
    json: &str,
    now_ms: i64,
) -> Result<Kept, Error> {
    let plan = &made.plan;
    let manifest = &plan.manifest;
    let digest = sha256(digest_of(plan).as_bytes());
    let as_of = plan.as_of.parse().map_err(|error| {
        Error::Internal(format!(
            "the plan's day {:?} is no date: {error}",
            plan.as_of
        ))
    })?;
    let kept = diary.write(Durability::Full, |page| {
        if let Some(decision) = page.decision_with(digest.as_bytes())? {
            page.look(decision, now_ms)?;
            return Ok((decision, false));
        }
        let nets = &plan.why.search.nets;
        let name = format!("{}, jarvis2 {}", judge(nets), manifest.version);
        let model = page.model(&Model {
            digest: sha256(name.as_bytes()).into_bytes(),
            name,
            made_at_ms: now_ms,
            parent: None,
            facts: json!({ "version": manifest.version, "device": manifest.device, "encoder": ENCODER_VERSION, "nets_sha256": nets.sha256.as_ref().filter(|_| nets.in_use) })
                .to_string(),
        })?;
        let situation = page.situation(&Situation {
            symbol: plan.symbol.clone(),
            as_of_ms: midnight_ms(as_of),
            source: made.source.clone(),
            facts: json!({
                "spot_usd": plan.spot_usd,
                "wealth_usd": plan.account.wealth_usd,
                "chain": plan.data.chain,
                "data_sha256": manifest.data_sha256,
                "inputs_sha256": manifest.inputs_sha256,
                "config_sha256": manifest.config_sha256,
            })
            .to_string(),
        })?;
        page.encoding(situation, ENCODER_VERSION, &made.encoding[..])?;
        if let Some(regime) = &plan.recall.regime {
            // It was told from days up to the situation's own, so it was known then, whenever the plan is made.
            page.label(&Label {
                about: situation,
                name: REGIME.to_owned(),
                known_at_ms: midnight_ms(as_of),
                value: LabelValue::Word(regime.name.clone()),
            })?;
        }
        let decision = page.decision(&Decision {
            situation,
            made_at_ms: now_ms,
            origin: Origin::Live,
            action: plan.decision.action.text.clone(),
            worth: plan.numbers.worth_over_holding.map(|worth| worth.value_usd),
            model: Some(model.id()),
            seed: Some(manifest.seed),
            visits: made
                .visits
                .iter()
                .map(|tried| Visit {
                    action: tried.action.clone(),
                    visits: tried.visits,
                    prior: Some(tried.prior).filter(|prior| prior.is_finite()),
                    worth: tried.over_holding_usd.filter(|worth| worth.is_finite()),
                })
                .collect(),
            plan: Some(experience::Plan {
                text: text.to_owned(),
                json: json.to_owned(),
            }),
        })?;
        page.label(&Label {
            about: decision,
            name: ORDER.to_owned(),
            known_at_ms: now_ms,
            value: LabelValue::Word(Order::of(plan).to_json()),
        })?;
        page.digest(digest.as_bytes(), decision)?;
        page.look(decision, now_ms)?;
        Ok((decision, true))
    });
    let (decision, new) = kept?;
    if new {
        return Ok(Kept::New(decision));
    }
    Ok(Kept::Again(decision, diary.read().looks(decision)?.len()))
}

/// Everything that the answer depends on, and the answer: a plan that the clock stopped may say something else next time.
fn digest_of(plan: &Plan) -> String {
    let manifest = &plan.manifest;
    let outcome = outcome_word(plan.decision.outcome);
    [
        plan.symbol.as_str(),
        plan.as_of.as_str(),
        &manifest.seed.to_string(),
        &manifest.data_sha256,
        &manifest.inputs_sha256,
        &manifest.config_sha256,
        &manifest.encoding_sha256,
        &manifest.version,
        outcome,
        &plan.decision.action.text,
    ]
    .join("\n")
}
