//! What happened before in times like these: days of a price history, and situations of the diary.
//!
//! Both answer "as of" a day and never look past it: a day of the history counts only if what followed it, for as long as the
//! proposed contract runs, had ended by then; a situation of the diary only if it lies before it. Where nothing is close, nothing is
//! shown. It explains a plan and decides nothing: no number of the plan depends on it.

pub(crate) mod command;
pub(crate) mod diary;
pub(crate) mod prices;
pub(crate) mod since;
#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::plan::{Figure, Outcome, Plan};
use crate::regimes::{RegimeView, Told};
use crate::report::units::{decimal, percent, percent_signed};
use market::regimes::RegimesConfig;
use pricing::Right;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What recall is and is not, on every screen.
pub(crate) const MEANING: &str = "What followed on earlier days most like today. It explains, and decides nothing: no figure of this plan depends on it";

/// Everything that was recalled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RecallView {
    /// What this is and is not.
    pub(crate) meaning: String,
    /// The contract whose fate is asked for; absent where no option is proposed.
    pub(crate) contract: Option<ContractView>,
    /// The kind of market that the last day of the price history is in; absent where the note says why.
    pub(crate) regime: Option<RegimeView>,
    /// One sentence: the regime with its features and since when, or `n/a (reason)`.
    pub(crate) regime_note: String,
    /// Only days and situations in this regime were looked at; absent where all were.
    pub(crate) only_regime: Option<String>,
    /// Days of the price history; absent where the note says why.
    pub(crate) prices: Option<PriceRecall>,
    /// One sentence: what the days say, or `n/a (reason)`.
    pub(crate) prices_note: String,
    /// Earlier situations of the diary, nearest first.
    pub(crate) diary: Vec<DiaryPrecedent>,
    /// One sentence: how they were chosen, or `n/a (reason)`.
    pub(crate) diary_note: String,
    /// The last plan of an earlier day for this symbol, and what is otherwise today; absent where the note says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<since::SinceView>,
    /// One sentence: what changed since then, or `n/a (reason)`.
    #[serde(default)]
    pub(crate) since_note: String,
}

/// An option as a share of the price of its underlying, so that other days can be asked about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ContractView {
    /// In words.
    pub(crate) text: String,
    /// `put` or `call`.
    pub(crate) right: String,
    /// Strike over spot.
    pub(crate) strike_over_spot: f64,
    /// Calendar days to its expiry.
    pub(crate) days: u32,
}

/// The days of a price history that were most like its last day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PriceRecall {
    /// Where the prices come from.
    pub(crate) source: String,
    /// First day of the history, `YYYY-MM-DD`.
    pub(crate) from: String,
    /// The day compared with the others, its last, `YYYY-MM-DD`.
    pub(crate) today: String,
    /// The features that were compared.
    pub(crate) features: Vec<FeatureView>,
    /// How distance and closeness are defined.
    pub(crate) rule: String,
    /// Days farther than this are not close.
    pub(crate) farthest: f64,
    /// Distance of the nearest day, close or not.
    pub(crate) nearest: f64,
    /// Days that were close. Their outcomes overlap.
    pub(crate) close_days: u32,
    /// The nearest of them whose outcomes do not overlap, nearest first.
    pub(crate) precedents: Vec<PriceDay>,
    /// What followed on all of those.
    pub(crate) after_close: OutcomeView,
    /// What followed on every day whose outcome is known: the yardstick.
    pub(crate) after_any: OutcomeView,
}

/// One feature of a day, from prices up to that day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FeatureView {
    /// Its name.
    pub(crate) name: String,
    /// Today.
    pub(crate) today: f64,
    /// Mean over the days compared and today.
    pub(crate) mean: f64,
    /// Standard deviation over the same; a feature without any is left out of the distance.
    pub(crate) deviation: f64,
    /// `log fraction per year`, `log return` and the like.
    pub(crate) unit: String,
}

/// A past day like today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PriceDay {
    /// The day, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// The day on which its outcome was known, `YYYY-MM-DD`.
    pub(crate) end: String,
    /// The regime of the day, by the regimes of all days up to today; absent where none can be told.
    pub(crate) regime: Option<String>,
    /// Root mean square difference of the features, in their standard deviations.
    pub(crate) distance: f64,
    /// The features nearest to today's, nearest first.
    pub(crate) most_alike: Vec<String>,
    /// The feature farthest from today's.
    pub(crate) least_alike: String,
    /// Price at the end over the price of the day, less one; splits undone, dividends not counted.
    pub(crate) return_fraction: f64,
    /// The same at the lowest close on the way for a put, the highest for a call.
    pub(crate) worst_close_fraction: f64,
    /// Whether the end lay beyond the strike (below a put's, above a call's); absent without a contract.
    pub(crate) past_strike: Option<bool>,
}

/// What followed on some days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct OutcomeView {
    /// How many days.
    pub(crate) days: u32,
    /// How many outcomes among them do not overlap: the size of the sample.
    pub(crate) independent: u32,
    /// Mean return.
    pub(crate) mean_return_fraction: Figure,
    /// Lowest return.
    pub(crate) lowest_return_fraction: Figure,
    /// Highest return.
    pub(crate) highest_return_fraction: Figure,
    /// Share of the days that ended beyond the strike.
    pub(crate) past_strike_fraction: Figure,
    /// Lower end of its 95 % interval (Wilson), with the independent outcomes as the sample.
    pub(crate) past_strike_low_fraction: Figure,
    /// Upper end.
    pub(crate) past_strike_high_fraction: Figure,
}

/// A past situation of the diary like this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DiaryPrecedent {
    /// Its record.
    pub(crate) situation: i64,
    /// The decision made in it.
    pub(crate) decision: i64,
    /// Its underlying.
    pub(crate) symbol: String,
    /// Its day, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// The regime of its day as its plan named it; absent where it named none.
    pub(crate) regime: Option<String>,
    /// Cosine distance of the 768 numbers.
    pub(crate) distance: f64,
    /// The part of the 768 numbers that differs most.
    pub(crate) differs_in: String,
    /// What was decided.
    pub(crate) action: String,
    /// How it ended, as far as it was known on the day asked for.
    pub(crate) ending: Option<String>,
    /// Gain or loss.
    pub(crate) realised_usd: Figure,
}

impl RecallView {
    /// Nothing was recalled, for these reasons.
    pub(crate) fn none(prices_why: &str, diary_why: &str) -> RecallView {
        RecallView {
            meaning: MEANING.to_owned(),
            contract: None,
            regime: None,
            regime_note: format!("n/a ({prices_why})"),
            only_regime: None,
            prices: None,
            prices_note: format!("n/a ({prices_why})"),
            diary: Vec::new(),
            diary_note: format!("n/a ({diary_why})"),
            since: None,
            since_note: format!("n/a ({diary_why})"),
        }
    }
}

/// An option by what matters on other days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Contract {
    pub(crate) right: Right,
    /// Strike over spot.
    pub(crate) strike_over_spot: f64,
    /// Calendar days to expiry, at least 1.
    pub(crate) days: u32,
}

impl Contract {
    /// Whether a price that moved by this fraction ended beyond the strike.
    fn past_strike(&self, return_fraction: f64) -> bool {
        match self.right {
            Right::Put => 1.0 + return_fraction < self.strike_over_spot,
            Right::Call => 1.0 + return_fraction > self.strike_over_spot,
        }
    }

    pub(crate) fn view(&self, text: String) -> ContractView {
        ContractView {
            text,
            right: match self.right {
                Right::Put => "put",
                Right::Call => "call",
            }
            .to_owned(),
            strike_over_spot: self.strike_over_spot,
            days: self.days,
        }
    }
}

/// The option that the plan sells, else the one that its best alternative sells; with its words.
pub(crate) fn proposed(plan: &Plan) -> Option<(Contract, String)> {
    let chosen = std::iter::once((&plan.decision.action, "the action proposed"));
    let others = plan.alternatives.iter().map(|row| {
        let words = match plan.decision.outcome {
            Outcome::Act => "the nearest alternative that sells an option",
            Outcome::DoNothing | Outcome::Abstain => "the best action that was not taken",
        };
        (&row.action, words)
    });
    chosen.chain(others).find_map(|(action, words)| {
        let leg = action
            .legs
            .iter()
            .find(|leg| leg.side == "sell" && leg.instrument != "shares")?;
        let contract = Contract {
            right: if leg.instrument == "call" {
                Right::Call
            } else {
                Right::Put
            },
            strike_over_spot: leg.strike_usd? / plan.spot_usd,
            days: leg.dte_days.filter(|&days| days > 0)?,
        };
        Some((contract, format!("{words}: {}", action.text)))
    })
}

/// The part of recall that needs nothing but prices. With `only`, days in that regime alone are compared.
pub(crate) fn of_prices(
    prices: Option<&prices::Prices>,
    why_none: &str,
    contract: Option<(Contract, String)>,
    as_of: jiff::civil::Date,
    only: Option<&str>,
) -> Result<RecallView, Error> {
    let mut view = RecallView::none(why_none, "no diary was asked");
    let asked = contract.as_ref().map(|(contract, _)| *contract);
    view.contract = contract.map(|(contract, text)| contract.view(text));
    let Some(prices) = prices else {
        return Ok(view);
    };
    let told = prices.today(as_of).and_then(|_| {
        Told::of(prices, &RegimesConfig::default()).map_err(|error| error.to_string())
    });
    match &told {
        Ok(told) => {
            view.regime = told.view();
            view.regime_note = view
                .regime
                .as_ref()
                .map_or_else(|| "n/a (no day has a regime)".to_owned(), regime_sentence);
        }
        Err(why) => view.regime_note = format!("n/a ({why})"),
    }
    view.only_regime = match (only, &told) {
        (None, _) => None,
        (Some(wanted), Ok(told)) => Some(told.named(wanted).map_err(|names| {
            Error::Usage(format!(
                "--regime {wanted}: this history has no such regime; it has {names}, or say today"
            ))
        })?),
        (Some(wanted), Err(why)) => {
            return Err(Error::Usage(format!(
                "--regime {wanted}: its days cannot be told: {why}"
            )));
        }
    };
    let only = view.only_regime.as_deref();
    match prices::recall(prices, asked, as_of, told.as_ref().ok(), only) {
        Ok(found) => {
            view.prices_note = price_sentence(&found, view.contract.as_ref(), only);
            view.prices = Some(found);
        }
        Err(why) => view.prices_note = format!("n/a ({why})"),
    }
    Ok(view)
}

/// Today's regime with its features, since when, and how usual it is.
fn regime_sentence(regime: &RegimeView) -> String {
    let since = if regime.since_may_be_earlier {
        format!("since {} or earlier", regime.since)
    } else {
        format!("since {}", regime.since)
    };
    let stay = match regime.mean_stay_days.known() {
        Some(days) => format!("a stay lasts {} on average", decimal(days, 0)),
        None => "no stay is known".to_owned(),
    };
    let against = if regime.vol_change_fraction < 0.0 {
        "below"
    } else {
        "above"
    };
    let mut words = format!(
        "{} {since} ({} trading days; {stay}), {} sure: volatility {} a year over 21 days, {} {against} that over 63; trend {}{} standard deviations over 63 days. It takes {} of the days since {}, one of {} regimes",
        regime.name,
        regime.days,
        percent(regime.odds_fraction),
        percent(regime.vol_per_year),
        percent(regime.vol_change_fraction.abs()),
        if regime.trend_sigmas < 0.0 { "-" } else { "+" },
        decimal(regime.trend_sigmas.abs(), 1),
        percent(regime.share_fraction),
        regime.from,
        regime.regimes.len(),
    );
    if !regime.separate {
        words.push_str(", which divide the days along no gap");
    }
    words
}

/// What the close days say, beside all days.
fn price_sentence(
    found: &PriceRecall,
    contract: Option<&ContractView>,
    only: Option<&str>,
) -> String {
    let independent = found.after_close.independent;
    let known = |figure: &Figure| figure.known().unwrap_or(f64::NAN);
    // What the days are counted among.
    let within = only.map_or_else(String::new, |regime| format!(" in the regime {regime}"));
    let any = known(&found.after_any.past_strike_fraction);
    if independent == 0 {
        let base = match contract {
            Some(_) => format!("; on all of them, {} ended beyond the strike", percent(any)),
            None => String::new(),
        };
        return format!(
            "n/a (none of {} earlier days{within} is close: the nearest is {} standard deviations away, {} are the most{base})",
            found.after_any.days,
            decimal(found.nearest, 2),
            decimal(found.farthest, 2)
        );
    }
    let days = |count: u32| if count == 1 { "day" } else { "days" };
    let after = &found.after_close;
    let mut words = format!(
        "On {independent} past {}{within} like this one (the nearest of {} close {}, with outcomes that do not overlap)",
        days(independent),
        found.close_days,
        days(found.close_days)
    );
    match contract {
        Some(contract) => {
            let beyond = match contract.right.as_str() {
                "put" => "below",
                _ => "above",
            };
            words.push_str(&format!(
                ", {} ended {beyond} the strike (95 % interval {} to {}), against {} on all {} days{within}; mean move {}, lowest {}, in {} calendar days",
                percent(known(&after.past_strike_fraction)),
                percent(known(&after.past_strike_low_fraction)),
                percent(known(&after.past_strike_high_fraction)),
                percent(known(&found.after_any.past_strike_fraction)),
                found.after_any.days,
                percent_signed(known(&after.mean_return_fraction)),
                percent_signed(known(&after.lowest_return_fraction)),
                contract.days
            ));
        }
        None => words.push_str(&format!(
            ", the mean move in {} calendar days was {}, against {} on all {} days{within}",
            prices::DAYS_WITHOUT_CONTRACT,
            percent_signed(known(&after.mean_return_fraction)),
            percent_signed(known(&found.after_any.mean_return_fraction)),
            found.after_any.days
        )),
    }
    let (low, high) = (
        known(&after.past_strike_low_fraction),
        known(&after.past_strike_high_fraction),
    );
    if contract.is_some() && low <= any && any <= high {
        words.push_str(". The difference is within chance");
    }
    words
}
