//! Wiring: the rooms put together into a plan. Formulas live below; nothing is printed here.

pub(crate) mod decide;
pub(crate) mod explain;
pub(crate) mod fit;
pub(crate) mod game;
pub(crate) mod inputs;
pub(crate) mod policy;

use crate::error::Error;
use crate::plan::Plan;
use crate::progress::Progress;
use inputs::Inputs;

/// The walk through the house: files in, plan out.
pub(crate) fn plan(inputs: &Inputs, progress: &Progress) -> Result<Plan, Error> {
    progress.stage("fitting the chain");
    let fitted = fit::fit(&inputs.chain, &inputs.known, &inputs.config)?;
    let table = decide::Table::lay(inputs, fitted)?;
    progress.stage("searching");
    let searched = decide::search(&table, inputs, progress)?;
    progress.stage("grading on fresh paths");
    let graded = decide::grade(&table, &searched, inputs, progress)?;
    progress.stage("drawing the market's parameters");
    let draws = decide::draws(&table, &graded, inputs, progress)?;
    progress.stage("explaining");
    Ok(explain::explain(inputs, &table, &searched, &graded, &draws))
}
