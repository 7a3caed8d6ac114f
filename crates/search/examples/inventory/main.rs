//! When and how much to order for a store: the search beside dynamic programming.
//!
//! ```text
//! cargo run --release -p search --example inventory
//! ```
//! The lesson: many actions (any order that fits), many outcomes (any demand), shared states (week and stock), and a judge
//! that is far too hopeful. The search exhausts the weeks to come and finds the rule of Scarf (1960) without being told:
//! "at s or below, order up to S".

mod store;

use search::{Each, Error, SearchConfig, run};
use store::{Shelf, Store};

fn main() -> Result<(), Error> {
    let store = Store::reference();
    println!(
        "{} weeks; an order costs {} and {} an item; a week costs {} an item held and {} an item owed\n",
        store.weeks, store.order_usd, store.item_usd, store.holding_usd, store.owing_usd
    );
    println!("           worth, dollars              order, items");
    println!("stock   searched        exact       searched   exact   evaluations");
    let lowest = -6;
    let solved = store.solve(0, lowest);
    let (mut small_s, mut big_s) = (None, None);
    for (stock, (worth, order)) in (lowest..=store.room).zip(solved) {
        let root = Shelf { week: 0, stock };
        let tree = run(
            &store,
            &root,
            &mut Each(|shelf: &Shelf| store.hopeful(shelf)),
            &SearchConfig::default(),
            &mut |_| true,
        )?;
        let Some(best) = tree.best(tree.root()) else {
            continue;
        };
        println!(
            "{stock:>5}   {:>10.4}   {worth:>10.4}   {:>10}   {order:>5}   {:>11}",
            tree.worth(tree.root()),
            best.action.0,
            tree.counts().evaluations
        );
        if best.action.0 > 0 {
            (small_s, big_s) = (Some(stock), Some(stock + best.action.0));
        }
    }
    if let (Some(small_s), Some(big_s)) = (small_s, big_s) {
        println!("\nThe rule found: at {small_s} or below, order up to {big_s}.");
    }
    Ok(())
}
