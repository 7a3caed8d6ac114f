//! A stochastic inventory problem: the search against dynamic programming, and against the shape that theory gives.
//!
//! The game is the example's. Source of the shape: Scarf, "The optimality of (S, s) policies in the dynamic inventory
//! problem" (1960).

#[path = "../examples/inventory/store.rs"]
mod store;

use proptest::prelude::*;
use search::{Each, SearchConfig, StopReason, Tree, run};
use store::{Order, Shelf, Store};

/// Plans from the start with a hopeful judge.
fn search(store: &Store, stock: i32, evaluations: u32) -> Tree<Store> {
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    let mut judge = Each(|shelf: &Shelf| store.hopeful(shelf));
    let root = Shelf { week: 0, stock };
    run(store, &root, &mut judge, &config, &mut |_| true).expect("the rules are in order")
}

/// Whether a solved tree has the exact worth and a best order at every shelf in it; if not, where.
fn grade(tree: &Tree<Store>, store: &Store) -> Result<(), String> {
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    let lowest = tree.nodes().map(|node| tree.state(node).stock).min();
    let lowest = lowest.expect("there is a root");
    let tables: Vec<Vec<(f64, i32)>> = (0..=store.weeks)
        .map(|week| store.solve(week, lowest))
        .collect();
    for node in tree.nodes() {
        let shelf = tree.state(node);
        let (exact, order) = tables[shelf.week as usize][(shelf.stock - lowest) as usize];
        let found = tree.worth(node);
        if (found - exact).abs() > 1e-9 {
            return Err(format!("{found} for {exact} at {shelf:?}"));
        }
        if let Some(best) = tree.best(node) {
            let worth = best.worth.expect("the best is expanded");
            if (worth - exact).abs() > 1e-9 {
                return Err(format!("{:?} for {order} at {shelf:?}", best.action));
            }
        }
    }
    Ok(())
}

/// The s and S of a week's orders by stock, if they have that shape.
fn rule(orders: &[(i32, i32)]) -> Option<(i32, i32)> {
    let (last, size) = orders.iter().rfind(|(_, order)| *order > 0)?;
    let level = last + size;
    let fits =
        |(stock, order): &(i32, i32)| *order == if stock <= last { level - stock } else { 0 };
    orders.iter().all(fits).then_some((*last, level))
}

/// One week left is the newsvendor's problem, whose answer is a quantile: without a fixed cost, order up to the least
/// level that demand stays within with probability b/(b + h) = 5/6.
#[test]
fn one_week_is_the_newsvendor() {
    let store = Store {
        order_usd: 0.0,
        weeks: 1,
        ..Store::reference()
    };
    let mut within = 0.0;
    let quantile = store.demand.iter().position(|chance| {
        within += chance;
        within >= 5.0 / 6.0
    });
    let level = quantile.expect("probabilities sum to 1") as i32;
    assert_eq!(level, 5);
    for stock in -8..=8 {
        let tree = search(&store, stock, 4096);
        assert_eq!(tree.best_action(), Some(Order((level - stock).max(0))));
    }
}

/// Eight weeks from an empty store are exhausted: worth and order are exact at every shelf, and have Scarf's shape.
#[test]
fn eight_weeks_are_exhausted() {
    let store = Store::reference();
    let tree = search(&store, 0, 4096);
    assert_eq!(grade(&tree, &store), Ok(()));
    for week in 0..store.weeks {
        let mut orders: Vec<(i32, i32)> = tree
            .nodes()
            .filter(|node| tree.state(*node).week == week)
            .filter_map(|node| Some((tree.state(node).stock, tree.best(node)?.action.0)))
            .collect();
        orders.sort_unstable();
        if week > 0 {
            assert!(orders.len() > 30, "{}", orders.len());
        }
        assert!(rule(&orders).is_some(), "week {week}: {orders:?}");
    }
}

/// A rule that is not of the shape is told from one that is.
#[test]
fn the_shape_can_be_missed() {
    assert_eq!(rule(&[(0, 5), (1, 4), (2, 0)]), Some((1, 5)));
    assert_eq!(rule(&[(0, 5), (1, 5), (2, 0)]), None);
    assert_eq!(rule(&[(0, 5), (1, 0), (2, 3)]), None);
}

/// The grade can be failed: a store that expects another demand, or forgets the fixed cost, is found out.
#[test]
fn a_misread_store_is_found_out() {
    let store = Store::reference();
    let mut demand = store.demand.clone();
    demand.swap(3, 5); // the same by symmetry
    let same = Store {
        demand: demand.clone(),
        ..store.clone()
    };
    assert_eq!(grade(&search(&same, 0, 4096), &store), Ok(()));
    demand.swap(3, 4);
    let wrong = Store {
        demand,
        ..store.clone()
    };
    let complaint = grade(&search(&wrong, 0, 4096), &store).expect_err("another demand");
    assert!(complaint.contains(" for "), "{complaint}");
    let wrong = Store {
        order_usd: 0.0,
        ..store.clone()
    };
    let complaint = grade(&search(&wrong, 0, 4096), &store).expect_err("another cost");
    assert!(complaint.contains(" for "), "{complaint}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// Any costs, any demand, any stock.
    #[test]
    fn any_store_is_solved(
        order_usd in 0.0..40.0,
        item_usd in 0.0..5.0,
        holding_usd in 0.1..4.0,
        owing_usd in 0.1..10.0,
        weights in prop::collection::vec(0.01..1.0f64, 2..6),
        weeks in 1u32..6,
        stock in -4i32..8,
    ) {
        let sum: f64 = weights.iter().sum();
        let store = Store {
            order_usd,
            item_usd,
            holding_usd,
            owing_usd,
            demand: weights.iter().map(|weight| weight / sum).collect(),
            room: 12,
            weeks,
        };
        prop_assert_eq!(grade(&search(&store, stock, 4096), &store), Ok(()));
    }
}
