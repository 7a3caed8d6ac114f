//! `jarvis2 history`: the decisions in the diary, newest first, with what was filled and how they ended.

use crate::cli::{done, pretty};
use crate::error::Error;
use crate::journal::keep::Order;
use crate::journal::matching::FOLLOWED_BY;
use crate::journal::report::dollars;
use crate::journal::store::{self, date_of, moment};
use crate::journal::{DbArgs, WhichArgs, safe};
use crate::report::units::usd_signed;
use clap::Args;
use experience::{Reader, RecordId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// So many decisions at most, the newest.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Show the plan of this decision as it was, and nothing else.
    #[arg(long, value_name = "ID")]
    show: Option<i64>,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    db: DbArgs,
}

/// One decision.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Past {
    pub(crate) id: i64,
    /// The day of the quotes.
    pub(crate) as_of: String,
    pub(crate) symbol: String,
    /// Where the quotes came from; an invented market says so.
    pub(crate) source: String,
    /// `act`, `do_nothing` or `abstain`.
    pub(crate) outcome: String,
    pub(crate) action: String,
    /// Worth over holding that the plan saw.
    pub(crate) worth_usd: Option<f64>,
    /// Who judged.
    model: Option<String>,
    seed: Option<u64>,
    pub(crate) made_at: String,
    /// How often the same plan was asked for.
    looks: usize,
    /// Fills that followed it.
    fills: Vec<i64>,
    /// How it ended, where that is known.
    ending: Option<String>,
    ended: Option<String>,
    realised_cents: Option<i64>,
}

pub(crate) fn past(reader: &Reader, id: RecordId) -> Result<Past, Error> {
    let made = reader.decision_alone(id)?;
    let situation = reader.situation(made.situation)?;
    let outcome = reader.outcome_of(id, i64::MAX)?.map(|(_, outcome)| outcome);
    let model = match made.model {
        Some(model) => Some(reader.model(model)?.name),
        None => None,
    };
    Ok(Past {
        id: id.0,
        as_of: date_of(situation.as_of_ms).to_string(),
        symbol: situation.symbol,
        source: situation.source,
        outcome: Order::read(reader, id)?
            .map_or_else(|| "n/a (not kept)".to_owned(), |order| order.outcome),
        action: made.action,
        worth_usd: made.worth,
        model,
        seed: made.seed,
        made_at: moment(made.made_at_ms),
        looks: reader.looks(id)?.len(),
        fills: reader
            .targets(id, FOLLOWED_BY)?
            .into_iter()
            .map(|id| id.0)
            .collect(),
        realised_cents: outcome.as_ref().and_then(|outcome| outcome.realised_cents),
        ended: outcome
            .as_ref()
            .map(|outcome| date_of(outcome.known_at_ms).to_string()),
        ending: outcome.map(|outcome| outcome.ending),
    })
}

/// The command.
pub(crate) fn run(args: &HistoryArgs) -> Result<u8, Error> {
    let (from, until) = args.which.window_ms()?;
    let (place, reader) = args.db.reader()?;
    if let Some(id) = args.show {
        let id = RecordId(id);
        let missing = || {
            Error::Diary(experience::Error::NoSuchRecord {
                what: "decision with a plan",
                id: id.0,
            })
        };
        let plan = match &reader {
            Some(reader) => reader.decision(id)?.plan,
            None => None,
        };
        let plan = plan.ok_or_else(missing)?;
        return Ok(done(if args.json { &plan.json } else { &plan.text }));
    }
    let mut all = Vec::new();
    if let Some(reader) = &reader {
        let symbol = args.which.symbol();
        for id in store::decisions(reader, symbol.as_deref())? {
            if all.len() >= args.limit {
                break;
            }
            let situation = reader.decision_alone(id)?.situation;
            if (from..until).contains(&reader.situation(situation)?.as_of_ms) {
                all.push(past(reader, id)?);
            }
        }
    }
    if args.json {
        return Ok(done(&pretty(&serde_json::json!({
            "db": place.path.display().to_string(),
            "decisions": all,
        }))?));
    }
    let mut text = String::new();
    for past in &all {
        let worth = past.worth_usd.map_or_else(|| "n/a".to_owned(), usd_signed);
        let synthetic = if past.source.starts_with("synthetic") {
            "  SYNTHETIC"
        } else {
            ""
        };
        text.push_str(&format!(
            "{:>6}  {}  {:8}  {:10}  {}{synthetic}\n",
            past.id,
            past.as_of,
            safe(&past.symbol),
            past.outcome,
            safe(&past.action)
        ));
        let ending = match (&past.ending, &past.ended) {
            (Some(ending), Some(day)) => format!(
                "{ending} on {day}, {}",
                past.realised_cents
                    .map_or_else(|| "n/a".to_owned(), dollars)
            ),
            _ => match past.fills.len() {
                0 => "no fill is known".to_owned(),
                count => format!("{count} fills, not ended"),
            },
        };
        text.push_str(&format!(
            "        worth over holding {worth}; looked at {} times, first {}; {ending}\n",
            past.looks, past.made_at
        ));
    }
    if all.is_empty() {
        text.push_str("no decision is kept for these days\n");
    }
    Ok(done(&text))
}
