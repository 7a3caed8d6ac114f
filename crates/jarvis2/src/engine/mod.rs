//! Wiring: the rooms put together into a plan. Formulas live below; nothing is printed here.

pub(crate) mod decide;
pub(crate) mod explain;
pub(crate) mod fit;
pub(crate) mod game;
pub(crate) mod inputs;
pub(crate) mod judge;
pub(crate) mod mismatch;
pub(crate) mod policy;
pub(crate) mod settle;
pub(crate) mod tree;
mod vols;

use crate::error::Error;
use crate::plan::{Outcome, Plan};
use crate::progress::Progress;
use crate::recall;
use decide::{Drawn, Graded, Searched, Table};
use evidence::Interval;
use explain::Choice;
use inputs::Inputs;
use jiff::civil::Date;
use market::Cents;
use tree::{Glass, TraceTo, Tried};
use wheel::{Action, encoding};

/// The walk through the house: files in, plan out.
///
/// The tree is written to `trace` as soon as it is grown; the caller puts the file in its place.
pub(crate) fn plan(
    inputs: &Inputs,
    progress: &Progress,
    trace: Option<&mut TraceTo>,
) -> Result<Made, Error> {
    walk(
        inputs,
        progress,
        trace,
        |mut plan, table, searched, graded, _| {
            elsewhere(&mut plan, inputs, table, searched, graded, progress)?;
            Ok(Made {
                visits: Glass::new(inputs, table, searched).tried(),
                encoding: encoding::encode(&table.rules, &table.today),
                source: inputs.chain.source.clone(),
                splits: inputs.splits.clone(),
                plan,
            })
        },
    )
}

/// A plan with what the diary keeps beside it.
pub(crate) struct Made {
    pub(crate) plan: Plan,
    /// The situation's 768 numbers.
    pub(crate) encoding: Box<[f32; encoding::LEN]>,
    /// Every action at the root of the tree.
    pub(crate) visits: Vec<Tried>,
    /// Where the chain came from; an invented one says so.
    pub(crate) source: String,
    /// Splits up to its day: the first day of the new shares, and new shares for one old, oldest first.
    pub(crate) splits: Vec<(Date, f64)>,
}

/// A plan as one of a portfolio.
pub(crate) struct Part {
    pub(crate) plan: Plan,
    /// What the portfolio may do besides nothing, the plan's own choice first.
    pub(crate) choices: Vec<Choice>,
    /// Cash that nothing is reserved for, as this symbol's book has it after what expires today.
    pub(crate) free: Cents,
    /// Cash reserved for short puts of all symbols, likewise.
    pub(crate) reserved: Cents,
}

/// The same with everything that a portfolio may choose from.
pub(crate) fn part(inputs: &Inputs, progress: &Progress) -> Result<Part, Error> {
    walk(
        inputs,
        progress,
        None,
        |mut plan, table, searched, graded, drawn| {
            elsewhere(&mut plan, inputs, table, searched, graded, progress)?;
            let rungs = match plan.decision.outcome {
                Outcome::Act => decide::ladder(table, graded, inputs, progress)?,
                _ => Vec::new(),
            };
            Ok(Part {
                choices: explain::choices(inputs, table, graded, drawn, &rungs),
                free: table.today.book.free_cash(),
                reserved: table.today.book.reserved(),
                plan,
            })
        },
    )
}

/// Adds what the choice is worth in markets that are not the model's.
fn elsewhere(
    plan: &mut Plan,
    inputs: &Inputs,
    table: &Table,
    searched: &Searched,
    graded: &Graded,
    progress: &Progress,
) -> Result<(), Error> {
    progress.stage("living in other markets");
    let outcome = plan.decision.outcome;
    let view = mismatch::of_choice(inputs, table, searched, graded, outcome, progress)?;
    plan.evidence.mismatch = Some(view);
    Ok(())
}

/// What a plan advises, without the words and drawings of one.
#[derive(Clone, Debug)]
pub(crate) struct Advice {
    /// `None`: the chain could not carry a decision; `because` says why.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) because: String,
    /// The best action found, days counted from the chain's; carried out where the outcome is to act.
    pub(crate) action: Option<Action>,
    /// What the best action other than doing nothing is worth over holding, in dollars, on paths that chose nothing.
    pub(crate) over_holding: Option<Interval>,
    /// Chances that the lot that is sold or held makes money, and that it is assigned, by the fresh paths.
    pub(crate) odds: Option<(f64, f64)>,
    /// Share of draws in which its kind stays best; `None`: the verdict was clear before them.
    pub(crate) stays_best: Option<f64>,
    pub(crate) implied_vol: f64,
    pub(crate) forecast_vol: f64,
    pub(crate) simulations: u64,
    pub(crate) evaluations: u64,
    /// Days until the rules want another decision.
    pub(crate) next_day: u16,
    /// The other finalists, and their worth over holding in dollars.
    pub(crate) others: Vec<(Action, f64)>,
}

impl Advice {
    /// No advice, and why.
    pub(crate) fn none(because: String) -> Advice {
        Advice {
            outcome: None,
            because,
            action: None,
            over_holding: None,
            odds: None,
            stays_best: None,
            implied_vol: f64::NAN,
            forecast_vol: f64::NAN,
            simulations: 0,
            evaluations: 0,
            next_day: 5,
            others: Vec::new(),
        }
    }
}

/// Walks through the house for its advice alone: of backtests. Where the verdict is clear before the draws, none are made.
pub(crate) fn advice(inputs: &Inputs, progress: &Progress) -> Result<Advice, Error> {
    let fitted = fit::fit(&inputs.chain, &inputs.known, &inputs.config, &inputs.place)?;
    let table = Table::lay(inputs, fitted)?;
    let quiet = progress.silent();
    let searched = decide::search(&table, inputs, &quiet)?;
    let graded = decide::grade(&table, &searched, inputs, &quiet)?;
    let drawn = if explain::is_settled(&table, &graded) {
        None
    } else {
        Some(decide::draws(&table, &graded, inputs, &quiet)?)
    };
    let (outcome, because) = explain::verdict(
        inputs,
        &table,
        &graded,
        drawn.as_ref().unwrap_or(&Drawn::NONE),
    );
    let subject = &graded.candidates[graded.subject];
    let mut after = table.today.clone();
    if outcome == Outcome::Act {
        // What a plan advises its book can carry out.
        let traded = after
            .book
            .trade(&subject.action, table.rules.style, &table.rules.costs);
        traded.map_err(|error| Error::Internal(error.to_string()))?;
    }
    let others = graded.candidates.iter().enumerate();
    let others = others.filter(|(place, _)| *place != graded.subject);
    Ok(Advice {
        outcome: Some(outcome),
        because,
        action: Some(subject.action.clone()),
        over_holding: Some(subject.over_holding),
        odds: subject
            .odds
            .map(|odds| (odds.profit, odds.assigned_early + odds.assigned_at_expiry)),
        stays_best: drawn.map(|drawn| drawn.stays_best),
        implied_vol: table.fitted.implied_vol,
        forecast_vol: table.fitted.forecast_vol,
        simulations: u64::from(searched.counts.simulations),
        evaluations: u64::from(searched.counts.evaluations),
        next_day: table.rules.next_day(&after),
        others: others
            .map(|(_, other)| (other.action.clone(), other.over_holding.value))
            .collect(),
    })
}

fn walk<T>(
    inputs: &Inputs,
    progress: &Progress,
    trace: Option<&mut TraceTo>,
    end: impl FnOnce(Plan, &Table, &Searched, &Graded, &Drawn) -> Result<T, Error>,
) -> Result<T, Error> {
    progress.stage("fitting the chain");
    let fitted = fit::fit(&inputs.chain, &inputs.known, &inputs.config, &inputs.place)?;
    let table = Table::lay(inputs, fitted)?;
    progress.stage("searching");
    let searched = decide::search(&table, inputs, progress)?;
    if let Some(to) = trace {
        let watermark = explain::watermark(inputs);
        Glass::new(inputs, &table, &searched).write(to, watermark.as_deref())?;
    }
    progress.stage("grading on fresh paths");
    let graded = decide::grade(&table, &searched, inputs, progress)?;
    progress.stage("drawing the market's parameters");
    let drawn = decide::draws(&table, &graded, inputs, progress)?;
    progress.stage("explaining");
    let mut plan = explain::explain(inputs, &table, &searched, &graded, &drawn);
    plan.recall = recall::of_prices(
        inputs.past.as_ref(),
        "no price history: give --history FILE",
        recall::proposed(&plan),
        inputs.chain.as_of,
        None,
    )?;
    end(plan, &table, &searched, &graded, &drawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::governor::{Crew, Governor, simulated};
    use hardware::PressureLevel;
    use hardware::thermal::ThermalState;
    use std::time::Duration;

    fn config() -> Config {
        let mut config = Config::default();
        config.search.evaluations = 3000;
        config.search.draw_evaluations = 1200;
        config.search.root_actions = 32;
        config.search.paths = 512;
        config
    }

    fn planned(crew: Crew, progress: &Progress) -> String {
        let request = inputs::Request::default();
        let inputs = inputs::read(&request, config(), crew, u32::MAX).unwrap();
        let made = plan(&inputs, progress, None).unwrap();
        serde_json::to_string_pretty(&made.plan).unwrap()
    }

    /// A machine that gets hot, and then short of memory, in the middle of a plan: fewer work, and the plan has the same bytes.
    #[test]
    fn a_hot_machine_plans_the_same() {
        let cool = planned(Crew::fixed(4), &Progress::new(true));
        let machine = hardware::detect();
        let mut governor = Governor::new(&config(), &machine, 4, None, false);
        let mut looks = 0;
        let host = move || {
            looks += 1;
            match looks {
                // Cool while the chain is read and fitted, and again where the search goes on.
                0..20 => simulated(ThermalState::Nominal, PressureLevel::Normal),
                20..60 => simulated(ThermalState::Serious, PressureLevel::Normal),
                60..100 => simulated(ThermalState::Serious, PressureLevel::Warning),
                _ => simulated(ThermalState::Critical, PressureLevel::Warning),
            }
        };
        governor.watch_by(Box::new(host), Duration::from_millis(1));
        let progress = Progress::new(true).heeding(&governor);
        let hot = planned(governor.crew(), &progress);
        assert_eq!(governor.crew().fewest(), 1, "it never got hot");
        assert_eq!(hot, cool);
    }
}
