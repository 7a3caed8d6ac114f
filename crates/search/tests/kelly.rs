//! Kelly betting, where a formula says what the search must stake at every bet.
//!
//! ```text
//! f* = p - (1 - p)/b = 0.10        growth = p ln(1 + f) + (1 - p) ln(1 - f) = 0.0050084 a bet      p = 0.55, b = 1
//! ```
//! The game is the example's. Source: Kelly, Bell System Technical Journal 35 (1956).

#[path = "../examples/kelly/coin.rs"]
mod coin;

use coin::{Coin, RUIN, Stake, Table};
use search::{Each, SearchConfig, StopReason, Tree, run};

/// The coin of the formula above.
fn reference(graph: bool) -> Coin {
    Coin {
        chance: 0.55,
        odds: 1.0,
        graph,
    }
}

/// Judged by "stop betting", which promises too little for a good coin and nothing wrong for a bad one.
fn search(coin: &Coin, bets: u32, evaluations: u32) -> Tree<Coin> {
    let root = Table {
        bets_left: bets,
        ruined: false,
    };
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    let mut judge = Each(|_: &Table| 0.0);
    run(coin, &root, &mut judge, &config, &mut |_| true).expect("the rules are in order")
}

/// Whether a solved tree stakes `best` at every bet and grows by `growth` at each; if not, where.
fn grade(tree: &Tree<Coin>, best: Stake, growth: f64) -> Result<(), String> {
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    let mut choices = 0;
    for node in tree.nodes() {
        let table = tree.state(node);
        let Some(chosen) = tree.best(node) else {
            continue;
        };
        choices += 1;
        if chosen.action != best {
            return Err(format!("{:?} for {best:?} at {table:?}", chosen.action));
        }
        let expected = growth * f64::from(table.bets_left);
        let found = tree.worth(node);
        if (found - expected).abs() > 1e-12 {
            return Err(format!("{found} for {expected} at {table:?}"));
        }
    }
    assert_eq!(choices, tree.counts().evaluations);
    Ok(())
}

#[test]
fn the_formula_agrees_with_the_reference() {
    let (best, growth) = reference(true).best();
    assert!((reference(true).kelly() - 0.1).abs() < 1e-12);
    assert_eq!(best, Stake(2));
    assert!((growth - 0.0050084).abs() < 5e-8, "{growth}");
    // A stake on the grid beats its neighbours and the whole grid.
    for (chance, odds) in [(0.55, 1.0), (0.3, 3.0), (0.2, 7.0), (0.95, 0.5), (0.4, 1.0)] {
        let coin = Coin {
            chance,
            odds,
            graph: true,
        };
        let grid = (0..20).map(|part| coin.growth(Stake(part).fraction()));
        let most = grid.fold(RUIN, f64::max);
        assert_eq!(coin.best().1, most, "{coin:?}");
    }
}

#[test]
fn forty_bets_with_shared_states() {
    let coin = reference(true);
    let (best, growth) = coin.best();
    assert_eq!(grade(&search(&coin, 40, 40), best, growth), Ok(()));
}

#[test]
fn three_bets_played_out() {
    let coin = reference(false);
    let (best, growth) = coin.best();
    let tree = search(&coin, 3, 1 + 41 + 41 * 41);
    assert_eq!(grade(&tree, best, growth), Ok(()));
}

/// Other coins, five bets ahead: good ones, one whose best stake is off the grid, and bad ones that nobody should bet on.
#[test]
fn five_bets_on_any_coin() {
    for chance in [0.2, 0.35, 0.45, 0.5, 0.55, 0.6, 0.75, 0.9] {
        for odds in [0.5, 1.0, 1.5, 2.0, 4.0] {
            let coin = Coin {
                chance,
                odds,
                graph: true,
            };
            let (best, growth) = coin.best();
            let tree = search(&coin, 5, 5);
            assert_eq!(grade(&tree, best, growth), Ok(()), "{coin:?}");
        }
    }
}

/// The grade can be failed: with chances swapped, or odds misread, nothing is what it should be.
#[test]
fn a_misread_coin_is_found_out() {
    let (best, growth) = reference(true).best();
    let swapped = Coin {
        chance: 0.45,
        ..reference(true)
    };
    let complaint = grade(&search(&swapped, 5, 5), best, growth).expect_err("a bad coin");
    assert!(complaint.contains("Stake(0) for Stake(2)"), "{complaint}");
    let generous = Coin {
        odds: 1.001,
        ..reference(true)
    };
    let complaint = grade(&search(&generous, 5, 5), best, growth).expect_err("better odds");
    assert!(complaint.contains(" for 0.0"), "{complaint}");
}
