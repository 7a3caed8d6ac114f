//! How much to stake on a favourable coin: the search beside Kelly's formula.
//!
//! ```text
//! cargo run --release -p search --example kelly
//! ```
//! The search is told the rules and a judge that knows nothing ("stop betting": no growth to come). It plans five bets
//! ahead and finds the stake of the formula, rounded to twentieths of wealth, at every bet.

mod coin;

use coin::{Coin, RUIN, Table};
use search::{Each, Error, SearchConfig, run};

const BETS: u32 = 5;

fn main() -> Result<(), Error> {
    println!(
        "{BETS} bets, stakes in twentieths of wealth; growth is the expected logarithm of wealth per bet"
    );
    println!("ruin counts as a logarithm of {RUIN}\n");
    println!(
        "chance  odds   formula   on the grid   searched   growth, exact   growth, searched   evaluations"
    );
    for (chance, odds) in [(0.55, 1.0), (0.6, 1.0), (0.5, 2.0), (0.3, 3.0), (0.45, 1.0)] {
        let coin = Coin {
            chance,
            odds,
            graph: true,
        };
        let root = Table {
            bets_left: BETS,
            ruined: false,
        };
        let tree = run(
            &coin,
            &root,
            &mut Each(|_: &Table| 0.0),
            &SearchConfig::default(),
            &mut |_| true,
        )?;
        let (best, growth) = coin.best();
        let searched = tree
            .best_action()
            .map_or("none".into(), |stake| format!("{:.2}", stake.fraction()));
        println!(
            "{chance:>6.2}  {odds:>4}   {:>7.4}   {:>11.2}   {searched:>8}   {growth:>13.7}   {:>16.7}   {:>11}",
            coin.kelly(),
            best.fraction(),
            tree.worth(tree.root()) / f64::from(BETS),
            tree.counts().evaluations,
        );
    }
    Ok(())
}
