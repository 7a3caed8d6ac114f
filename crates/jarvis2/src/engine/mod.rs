//! Wiring: the rooms put together into a plan. Formulas live below; nothing is printed here.

pub(crate) mod decide;
pub(crate) mod explain;
pub(crate) mod fit;
pub(crate) mod game;
pub(crate) mod inputs;
pub(crate) mod judge;
pub(crate) mod policy;
pub(crate) mod settle;
pub(crate) mod tree;
mod vols;

use crate::error::Error;
use crate::plan::{Outcome, Plan};
use crate::progress::Progress;
use crate::recall;
use decide::{Drawn, Graded, Searched, Table};
use explain::Choice;
use inputs::Inputs;
use market::Cents;
use tree::{Glass, TraceTo, Tried};
use wheel::encoding;

/// The walk through the house: files in, plan out.
///
/// The tree is written to `trace` as soon as it is grown; the caller puts the file in its place.
pub(crate) fn plan(
    inputs: &Inputs,
    progress: &Progress,
    trace: Option<&mut TraceTo>,
) -> Result<Made, Error> {
    walk(inputs, progress, trace, |plan, table, searched, _, _| {
        Ok(Made {
            visits: Glass::new(inputs, table, searched).tried(),
            encoding: encoding::encode(&table.rules, &table.today),
            source: inputs.chain.source.clone(),
            plan,
        })
    })
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
    walk(inputs, progress, None, |plan, table, _, graded, drawn| {
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
