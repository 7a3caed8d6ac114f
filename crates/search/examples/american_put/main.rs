//! When to exercise an American put: the search beside backward induction, as the budget grows.
//!
//! ```text
//! cargo run --release -p search --example american_put
//! ```
//! A lesson in three parts. First, a judge that knows a bound (the European price) brings the search close on a tenth of
//! the lattice. Second, a judge that knows nothing ("exercise now") is corrected by looking deeper. Third, once the budget
//! covers the lattice the search *is* backward induction, and its tree holds the whole exercise policy.

mod put;

use put::{Action, Moment, Put, TODAY};
use search::{Each, Error, SearchConfig, StopReason, Tree, run};

fn main() -> Result<(), Error> {
    let put = Put::reference();
    let worths = put.solve();
    let exact = worths[0][0];
    println!(
        "American put, strike {}, share {}, vol {} %, rate {} %, one year in {} steps",
        put.strike,
        put.spot,
        100.0 * put.vol,
        100.0 * put.rate,
        put.steps
    );
    println!("exercise now {:.6}", put.intrinsic(0, 0));
    println!("European     {:.6}", put.european(&TODAY));
    println!("American     {exact:.6}   by backward induction\n");

    println!("evaluations   judged by the European price   judged by exercising now");
    println!("              worth      off by              worth      off by");
    for evaluations in [16, 64, 256, 1024, 4096] {
        let informed = search(&put, evaluations, |moment| put.european(moment))?;
        let blind = search(&put, evaluations, |moment| {
            put.intrinsic(moment.step, moment.ups)
        })?;
        let [informed, blind] = [informed, blind].map(|tree| tree.worth(tree.root()));
        println!(
            "{evaluations:>11}   {informed:.6}   {:+.6}           {blind:.6}   {:+.6}",
            rounded(informed - exact),
            rounded(blind - exact)
        );
    }

    let tree = search(&put, 4096, |moment| put.european(moment))?;
    println!(
        "\nWith 4096 the search stopped as {:?} after {} evaluations.",
        tree.stop_reason(),
        tree.counts().evaluations
    );
    if tree.stop_reason() == StopReason::Solved {
        println!("\nExercise at or below this share price:\n");
        println!("step   search   backward induction");
        for step in (0..put.steps).step_by(7) {
            let searched = boundary(&put, step, |ups| {
                let here = Moment { step, ups, ..TODAY };
                let node = tree.nodes().find(|node| *tree.state(*node) == here);
                let best = node.and_then(|node| tree.best(node));
                put.intrinsic(step, ups) > 0.0
                    && best.is_some_and(|edge| edge.action == Action::Exercise)
            });
            let solved = boundary(&put, step, |ups| {
                let wait = put.wait(&worths[step as usize + 1], ups as usize);
                put.intrinsic(step, ups) > wait
            });
            println!("{step:>4}   {searched:>6}   {solved:>18}");
        }
    }
    Ok(())
}

/// Plans today with a judge of leaves and a budget.
fn search(
    put: &Put,
    evaluations: u32,
    judge: impl FnMut(&Moment) -> f64,
) -> Result<Tree<Put>, Error> {
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    run(put, &TODAY, &mut Each(judge), &config, &mut |_| true)
}

/// To a millionth, without a sign on nothing.
fn rounded(usd: f64) -> f64 {
    (1e6 * usd).round() / 1e6 + 0.0
}

/// The highest share price of a step at which to exercise, if there is one.
fn boundary(put: &Put, step: u32, exercises: impl Fn(u32) -> bool) -> String {
    let highest = (0..=step).rev().find(|ups| exercises(*ups));
    highest.map_or("none".into(), |ups| format!("{:.2}", put.share(step, ups)))
}
