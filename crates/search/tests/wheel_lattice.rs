//! The wheel on a lattice: the search must find what backward induction finds.
//!
//! The reference figures come from a program of its own, which an independent recursion over single steps confirms to
//! eight decimals.

#[path = "../examples/wheel_lattice/lattice.rs"]
mod lattice;

use lattice::{Action, Lattice, Solved, State};
use search::{SearchConfig, StopReason, Tree, run};

/// What a search may be off by.
const TOLERANCE_USD: f64 = 1e-3;
/// Actions closer than this are equally good.
const TIE_USD: f64 = 1e-9;

fn search(lattice: &Lattice, root: &State, config: &SearchConfig) -> Tree<Lattice> {
    run(lattice, root, &mut lattice.evaluator(), config, &mut |_| {
        true
    })
    .expect("the rules are in order")
}

/// The start, with cash and with a share.
fn starts(lattice: &Lattice, solved: &[Solved]) -> [Solved; 2] {
    [false, true].map(|share| {
        let at_start = |solved: &&Solved| solved.state == lattice.root(share);
        solved
            .iter()
            .find(at_start)
            .expect("the start is part of the lattice")
            .clone()
    })
}

/// The best of the actions that backward induction has weighed.
fn best(solved: &Solved) -> (Action, f64) {
    let better = |a: (Action, f64), b: (Action, f64)| if b.1 > a.1 { b } else { a };
    solved
        .actions
        .iter()
        .copied()
        .reduce(better)
        .expect("an unfinished state has actions")
}

/// Whether `rule` gives up nothing anywhere; if it does, where and how much.
fn grade(solved: &[Solved], mut rule: impl FnMut(&State) -> Action) -> Result<(), String> {
    for here in solved.iter().filter(|here| !here.actions.is_empty()) {
        let chosen = rule(&here.state);
        let worth = here.actions.iter().find(|(action, _)| *action == chosen);
        let (_, worth) =
            worth.ok_or_else(|| format!("{chosen:?} is not legal at {:?}", here.state))?;
        if here.worth - worth > TIE_USD {
            let (wanted, worth_wanted) = best(here);
            return Err(format!(
                "{chosen:?} for {wanted:?} ({worth} for {worth_wanted}) at {:?}",
                here.state
            ));
        }
    }
    Ok(())
}

/// The rule that is best in all the easy cases: always sell at the money.
fn at_the_money(state: &State) -> Action {
    if state.share {
        Action::Call(1.0)
    } else {
        Action::Put(1.0)
    }
}

#[test]
fn backward_induction_agrees_with_the_reference() {
    let check = |lattice: Lattice, worths: [f64; 2], actions: [Action; 2]| {
        let solved = lattice.solve();
        for ((start, worth), action) in starts(&lattice, &solved).iter().zip(worths).zip(actions) {
            assert!(
                (start.worth - worth).abs() < 1e-7,
                "{} for {worth} in {lattice:?}",
                start.worth
            );
            assert_eq!(best(start).0, action, "{lattice:?}");
        }
    };
    let base = Lattice::reference;
    let sale = [Action::Put(1.0), Action::Call(1.0)];
    check(
        Lattice { mu: 0.06, ..base() },
        [6.19963610, 106.19963610],
        sale,
    );
    check(base(), [4.71032115, 104.71032115], sale);
    check(
        Lattice {
            implied_vol: 0.25,
            ..base()
        },
        [1.95329697, 101.95329697],
        sale,
    );
    check(
        Lattice { mu: 0.0, ..base() },
        [3.22600333, 103.22600333],
        sale,
    );
    check(
        Lattice {
            cycles: 3,
            ..base()
        },
        [1.17724656, 101.17724656],
        sale,
    );
    check(
        Lattice {
            fee: 0.45,
            ..base()
        },
        [0.14815525, 100.14815525],
        [Action::Idle, Action::Hold],
    );
    let no_premium = Lattice {
        mu: 0.0,
        implied_vol: 0.25,
        fee: 0.17,
        ..base()
    };
    check(no_premium, [0.0, 99.98], [Action::Idle, Action::Sell]);

    let lattice = base();
    let solved = lattice.solve();
    assert_eq!(solved.len(), 650);
    let expected = [
        [4.317931, 4.297931, 4.373244, 4.391850, 4.710321],
        [104.317931, 104.297931, 104.710321, 104.393306, 104.430880],
    ];
    for (start, expected) in starts(&lattice, &solved).iter().zip(expected) {
        for ((action, worth), expected) in start.actions.iter().zip(expected) {
            assert!(
                (worth - expected).abs() < 5e-7,
                "{} is {worth} for {expected}",
                action.name()
            );
        }
    }
}

/// With a fee of .45, idling or holding is best at 155 states of each kind and the sale at the money at 121.
#[test]
fn a_high_fee_divides_the_lattice() {
    let solved = Lattice {
        fee: 0.45,
        ..Lattice::reference()
    }
    .solve();
    let count = |action: Action| {
        let unfinished = solved.iter().filter(|here| !here.actions.is_empty());
        unfinished.filter(|here| best(here).0 == action).count()
    };
    assert_eq!([count(Action::Idle), count(Action::Hold)], [155, 155]);
    assert_eq!(
        [count(Action::Put(1.0)), count(Action::Call(1.0))],
        [121, 121]
    );
}

/// From every state of three cycles, by a search of its own: the worth within a tenth of a cent, and the best action.
#[test]
fn three_cycles_from_every_state() {
    for fee in [0.01, 0.45] {
        let lattice = Lattice {
            fee,
            cycles: 3,
            ..Lattice::reference()
        };
        let solved = lattice.solve();
        let unfinished = solved.iter().filter(|here| !here.actions.is_empty());
        for here in unfinished {
            let tree = search(&lattice, &here.state, &SearchConfig::default());
            let found = tree.worth(tree.root());
            assert!(
                (found - here.worth).abs() < TOLERANCE_USD,
                "{found} for {here:?}"
            );
            assert!(tree.counts().evaluations <= 4096);
        }
        let follow = |state: &State| {
            search(&lattice, state, &SearchConfig::default())
                .best_action()
                .expect("ranked")
        };
        assert_eq!(grade(&solved, follow), Ok(()));
    }
}

/// The grade can be failed: the constant rule passes where it is best everywhere, and nowhere else.
#[test]
fn a_constant_rule_is_found_out() {
    for cycles in [3, 12] {
        let solve = |fee: f64| {
            Lattice {
                fee,
                cycles,
                ..Lattice::reference()
            }
            .solve()
        };
        assert_eq!(grade(&solve(0.01), at_the_money), Ok(()));
        let complaint = grade(&solve(0.45), at_the_money).expect_err("the fee eats the premium");
        assert!(
            complaint.contains("for Idle") || complaint.contains("for Hold"),
            "{complaint}"
        );
        let never = |state: &State| {
            if state.share {
                Action::Hold
            } else {
                Action::Idle
            }
        };
        assert!(grade(&solve(0.45), never).is_err());
    }
}

/// One search solves every state that can be reached, and its tree is the best policy there.
#[test]
fn twelve_cycles_are_exhausted() {
    let cases = [
        Lattice {
            mu: 0.06,
            ..Lattice::reference()
        },
        Lattice::reference(),
        Lattice {
            mu: 0.0,
            ..Lattice::reference()
        },
        Lattice {
            fee: 0.45,
            ..Lattice::reference()
        },
        Lattice {
            mu: 0.0,
            implied_vol: 0.25,
            fee: 0.17,
            ..Lattice::reference()
        },
    ];
    for lattice in cases {
        let solved = lattice.solve();
        for start in starts(&lattice, &solved) {
            let tree = search(&lattice, &start.state, &SearchConfig::default());
            assert_eq!(tree.stop_reason(), StopReason::Solved);
            // 552 states are unfinished; the other start is not reached.
            assert_eq!(tree.counts().evaluations, 551);
            for edge in tree.edges(tree.root()) {
                let (action, worth) = start.actions[edge.index];
                assert_eq!(edge.action, action);
                let found = edge.worth.expect("the root is ranked");
                assert!(
                    (found - worth).abs() < 1e-11,
                    "{} is {found} for {worth}",
                    action.name()
                );
            }
            let reached: Vec<Solved> = tree
                .nodes()
                .map(|node| {
                    let same = |here: &&Solved| here.state == *tree.state(node);
                    let here = solved
                        .iter()
                        .find(same)
                        .expect("every state is on the lattice");
                    assert!((tree.worth(node) - here.worth).abs() < 1e-11, "{here:?}");
                    here.clone()
                })
                .collect();
            let follow = |state: &State| {
                let node = tree
                    .nodes()
                    .find(|node| tree.state(*node) == state)
                    .expect("reached");
                tree.best(node).expect("solved").action
            };
            assert_eq!(grade(&reached, follow), Ok(()));
        }
    }
}

/// The action is right long before the worth is: on 128 evaluations, a quarter of the lattice, from both starts.
#[test]
fn a_small_budget_finds_the_action_first() {
    for fee in [0.01, 0.45] {
        let lattice = Lattice {
            fee,
            ..Lattice::reference()
        };
        for start in starts(&lattice, &lattice.solve()) {
            let config = SearchConfig {
                evaluations: 128,
                ..SearchConfig::default()
            };
            let tree = search(&lattice, &start.state, &config);
            assert_eq!(tree.stop_reason(), StopReason::Budget);
            assert_eq!(tree.best_action(), Some(best(&start).0), "fee {fee}");
            let shortfall = start.worth - tree.worth(tree.root());
            assert!(
                shortfall > 0.01,
                "the worth cannot be known yet, but is off by {shortfall} only"
            );
        }
    }
}
