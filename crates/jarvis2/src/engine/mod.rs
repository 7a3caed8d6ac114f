//! Wiring: the rooms put together into a plan. Formulas live below; nothing is printed here.

pub(crate) mod decide;
pub(crate) mod explain;
pub(crate) mod fit;
pub(crate) mod game;
pub(crate) mod inputs;
pub(crate) mod policy;
pub(crate) mod settle;
pub(crate) mod tree;

use crate::error::Error;
use crate::plan::Plan;
use crate::progress::Progress;
use inputs::Inputs;
use tree::{Glass, TraceTo};

/// The walk through the house: files in, plan out.
///
/// The tree is written to `trace` as soon as it is grown; the caller puts the file in its place.
pub(crate) fn plan(
    inputs: &Inputs,
    progress: &Progress,
    trace: Option<&mut TraceTo>,
) -> Result<Plan, Error> {
    progress.stage("fitting the chain");
    let fitted = fit::fit(&inputs.chain, &inputs.known, &inputs.config)?;
    let table = decide::Table::lay(inputs, fitted)?;
    progress.stage("searching");
    let searched = decide::search(&table, inputs, progress)?;
    if let Some(to) = trace {
        let watermark = explain::watermark(inputs);
        Glass::new(inputs, &table, &searched).write(to, watermark.as_deref())?;
    }
    progress.stage("grading on fresh paths");
    let graded = decide::grade(&table, &searched, inputs, progress)?;
    progress.stage("drawing the market's parameters");
    let draws = decide::draws(&table, &graded, inputs, progress)?;
    progress.stage("explaining");
    Ok(explain::explain(inputs, &table, &searched, &graded, &draws))
}
