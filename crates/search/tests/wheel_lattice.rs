//! The wheel on a lattice: the search must find what backward induction finds.
//!
//! The reference figures come from a program of its own, which an independent recursion over single steps confirms to
//! eight decimals.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use search::problems::wheel_lattice::{Action, Lattice, Solved, State};
use search::problems::wheel_rolling::{self as rolling, Move, Rolling};
use search::{Game, Root, SearchConfig, StopReason, Tree, run};

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

/// The start, with cash and with a share, which backward induction solves last.
fn starts(solved: &[Solved]) -> [Solved; 2] {
    let [.., cash, share] = solved else {
        panic!("backward induction has no start");
    };
    [cash.clone(), share.clone()]
}

/// What backward induction knows of each state, by the game's key.
fn by_key<G: Game>(
    game: &G,
    solved: &[Solved<G::State, G::Action>],
) -> BTreeMap<u128, Solved<G::State, G::Action>> {
    let key = |here: &Solved<G::State, G::Action>| game.key(&here.state).expect("all are shared");
    solved
        .iter()
        .map(|here| (key(here), here.clone()))
        .collect()
}

/// The best of the actions that backward induction has weighed.
fn best<S, A: Copy>(solved: &Solved<S, A>) -> (A, f64) {
    let better = |a: (A, f64), b: (A, f64)| if b.1 > a.1 { b } else { a };
    solved
        .actions
        .iter()
        .copied()
        .reduce(better)
        .expect("an unfinished state has actions")
}

/// Whether `rule` gives up nothing anywhere; if it does, where and how much.
fn grade<S: Debug, A: Copy + Debug + PartialEq>(
    solved: &[Solved<S, A>],
    mut rule: impl FnMut(&S) -> A,
) -> Result<(), String> {
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
        for ((start, worth), action) in starts(&solved).iter().zip(worths).zip(actions) {
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
    for (start, expected) in starts(&solved).iter().zip(expected) {
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

/// The rows of the reference table, and the two where one constant rule is not best everywhere.
fn rows() -> Vec<Lattice> {
    let base = Lattice::reference;
    vec![
        Lattice { mu: 0.06, ..base() },
        base(),
        Lattice {
            implied_vol: 0.25,
            ..base()
        },
        Lattice { mu: 0.0, ..base() },
        Lattice {
            cycles: 3,
            ..base()
        },
        Lattice {
            fee: 0.45,
            ..base()
        },
        Lattice {
            mu: 0.0,
            implied_vol: 0.25,
            fee: 0.17,
            ..base()
        },
    ]
}

/// Whether one search from each start solves every state that it reaches, and is the best policy there; if not, where.
fn exhausted(lattice: &Lattice, solved: &[Solved]) -> Result<(), String> {
    let known = by_key(lattice, solved);
    for start in starts(solved) {
        let tree = search(lattice, &start.state, &SearchConfig::default());
        if tree.stop_reason() != StopReason::Solved {
            return Err(format!("stopped as {:?}", tree.stop_reason()));
        }
        agree(&tree, &known, lattice)?;
    }
    Ok(())
}

/// Whether a solved tree has the worths of backward induction, for every state and action in it, and plays by them.
fn agree<G: Game<State: Debug, Action: Debug + PartialEq>>(
    tree: &Tree<G>,
    known: &BTreeMap<u128, Solved<G::State, G::Action>>,
    game: &G,
) -> Result<(), String> {
    for node in tree.nodes() {
        let state = tree.state(node);
        let here = game.key(state).and_then(|key| known.get(&key));
        let here = here.ok_or_else(|| format!("{state:?} cannot be reached"))?;
        let tolerance = 1e-11 * (1.0 + here.worth.abs());
        let found = tree.worth(node);
        if (found - here.worth).abs() > tolerance {
            return Err(format!("{found} for {here:?}"));
        }
        for (edge, (action, worth)) in tree.edges(node).zip(&here.actions) {
            assert_eq!(edge.action, *action);
            if edge
                .worth
                .is_none_or(|found| (found - worth).abs() > tolerance)
            {
                return Err(format!(
                    "{action:?} is {:?} for {worth} at {state:?}",
                    edge.worth
                ));
            }
        }
        if let Some(chosen) = tree.best(node) {
            grade(std::slice::from_ref(here), |_| chosen.action)?;
        }
    }
    Ok(())
}

/// One search solves every state that can be reached, and its tree is the best policy there.
#[test]
fn twelve_cycles_are_exhausted() {
    for lattice in rows() {
        let solved = lattice.solve();
        assert_eq!(exhausted(&lattice, &solved), Ok(()), "{lattice:?}");
        if lattice.cycles == 12 {
            // 552 states are unfinished; the other start is not reached.
            let tree = search(
                &lattice,
                &starts(&solved)[0].state,
                &SearchConfig::default(),
            );
            assert_eq!(tree.counts().evaluations, 551);
        }
    }
}

/// On 512 evaluations a search takes the best action: from every state of twelve cycles where one constant rule is not
/// best everywhere, and from every eighth of the other rows.
#[test]
fn every_state_has_the_best_action() {
    for lattice in rows() {
        let config = SearchConfig {
            evaluations: 512,
            ..SearchConfig::default()
        };
        let follow = |state: &State| {
            let tree = search(&lattice, state, &config);
            tree.best_action().expect("ranked")
        };
        let mut solved = lattice.solve();
        if lattice.fee == 0.01 {
            solved = solved.into_iter().step_by(8).collect();
        }
        assert_eq!(grade(&solved, follow), Ok(()), "{lattice:?}");
    }
}

/// Sequential halving among all five actions of the root does as well, where half the states trade and half do not.
#[test]
fn halving_finds_the_best_action_too() {
    let lattice = Lattice {
        fee: 0.45,
        ..Lattice::reference()
    };
    let config = SearchConfig {
        evaluations: 512,
        root: Root::Gumbel {
            considered: 5,
            noise: 0.0,
        },
        ..SearchConfig::default()
    };
    let follow = |state: &State| {
        let tree = search(&lattice, state, &config);
        tree.choice().expect("ranked").action
    };
    let solved: Vec<Solved> = lattice.solve().into_iter().step_by(3).collect();
    assert_eq!(grade(&solved, follow), Ok(()));
}

/// The comparison can be failed: a search that has the probabilities of up and down swapped, or another premium, is found
/// out, and so is one that takes the fee twice.
#[test]
fn a_misread_lattice_is_found_out() {
    let right = Lattice::reference();
    let solved = right.solve();
    let base = Lattice::reference;
    let drift = 0.25f64.powi(2) - 0.03; // mirrors p about one half, to first order in a step
    for wrong in [
        Lattice {
            mu: drift,
            ..base()
        },
        Lattice {
            implied_vol: 0.2701,
            ..base()
        },
        Lattice {
            fee: 0.02,
            ..base()
        },
    ] {
        let complaint = exhausted(&wrong, &solved).expect_err("the rules are others");
        assert!(complaint.contains(" for "), "{complaint}");
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
        for start in starts(&lattice.solve()) {
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

/// The example's answer names actions as the trader does.
#[test]
fn actions_have_names() {
    assert_eq!(Move::Fresh(Action::Put(0.95)).name(), "put 0.95");
    assert_eq!(Move::Fresh(Action::Call(1.0)).name(), "call 1.0");
    assert_eq!(Move::Roll(1.05).name(), "roll 1.05");
}

/// As [`exhausted`], for options of two cycles.
fn exhausted_rolling(
    game: &Rolling,
    solved: &[Solved<rolling::State, Move>],
) -> Result<(), String> {
    let [.., cash, share] = solved else {
        return Err("no starts".into());
    };
    let known = by_key(game, solved);
    for start in [cash, share] {
        let config = SearchConfig::default();
        let tree = run(
            game,
            &start.state,
            &mut game.evaluator(),
            &config,
            &mut |_| true,
        );
        let tree = tree.expect("the rules are in order");
        if tree.stop_reason() != StopReason::Solved {
            return Err(format!("stopped as {:?}", tree.stop_reason()));
        }
        agree(&tree, &known, game)?;
    }
    Ok(())
}

/// Six cycles of options that live two, at a volatility and a fee that leave something to decide at mid-life.
fn rolling_reference() -> Rolling {
    Rolling {
        lattice: Lattice {
            cycles: 6,
            ..Lattice::reference()
        },
        life: 2,
        early: true,
    }
}

/// With a life of one cycle there is nothing to roll and nothing to exercise early: the plain lattice, by other code.
#[test]
fn a_life_of_one_cycle_is_the_plain_lattice() {
    for lattice in rows() {
        let solved = lattice.solve();
        let game = Rolling {
            lattice,
            life: 1,
            early: true,
        };
        let rolled = game.solve();
        assert_eq!(rolled.len(), solved.len());
        let ends = |here: usize| [solved[here].worth, rolled[here].worth];
        for start in [solved.len() - 2, solved.len() - 1] {
            let [plain, rolled] = ends(start);
            assert!((plain - rolled).abs() < 1e-10, "{rolled} for {plain}");
        }
    }
}

/// Rolling, buying back, keeping and early assignment all occur, and the search finds every worth and action.
#[test]
fn rolling_and_early_assignment_are_exhausted() {
    let base = rolling_reference;
    let cases = [
        base(),
        Rolling {
            early: false,
            ..base()
        },
        Rolling {
            lattice: Lattice {
                mu: 0.10,
                fee: 0.10,
                ..base().lattice
            },
            ..base()
        },
        Rolling {
            lattice: Lattice {
                mu: -0.05,
                rate: 0.08,
                cost: 0.5,
                ..base().lattice
            },
            ..base()
        },
    ];
    let mut chosen = [0; 3];
    for game in &cases {
        let solved = game.solve();
        assert_eq!(exhausted_rolling(game, &solved), Ok(()), "{game:?}");
        for here in solved.iter().filter(|here| here.state.open.is_some()) {
            let (action, _) = best(here);
            chosen[match action {
                Move::Keep => 0,
                Move::Close => 1,
                Move::Roll(_) => 2,
                Move::Fresh(_) => panic!("{action:?} with an open option"),
            }] += 1;
        }
    }
    assert!(chosen.iter().all(|count| *count > 20), "{chosen:?}");
    // Fewer options are open at mid-life when their holder may exercise, and the seller is never better off for it.
    let (early, late) = (cases[0].solve(), cases[1].solve());
    assert!(
        early.len() + 10 < late.len(),
        "{} {}",
        early.len(),
        late.len()
    );
}

/// From every state, on 512 evaluations, a search of its own takes the best action.
#[test]
fn rolling_from_every_state() {
    let mut game = rolling_reference();
    game.lattice.cycles = 4;
    let config = SearchConfig {
        evaluations: 512,
        ..SearchConfig::default()
    };
    let follow = |state: &rolling::State| {
        let tree = run(&game, state, &mut game.evaluator(), &config, &mut |_| true);
        tree.expect("in order").best_action().expect("ranked")
    };
    assert_eq!(grade(&game.solve(), follow), Ok(()));
}

/// A search whose holders never exercise early, or whose options live one cycle, is found out.
#[test]
fn a_misread_life_is_found_out() {
    let solved = rolling_reference().solve();
    for wrong in [
        Rolling {
            early: false,
            ..rolling_reference()
        },
        Rolling {
            life: 1,
            ..rolling_reference()
        },
    ] {
        assert!(exhausted_rolling(&wrong, &solved).is_err(), "{wrong:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    /// Any market that a lattice can have, any fee.
    #[test]
    fn any_lattice_is_exhausted(
        mu in -0.1..0.15,
        sigma in 0.1..0.6,
        premium in 0.9..1.3,
        rate in 0.0..0.08,
        fee in 0.0..0.6,
        cost in 0.0..0.5,
        cycles in 1u32..=12,
    ) {
        let lattice = Lattice { spot: 100.0, mu, sigma, implied_vol: premium * sigma, rate, fee, cost, cycles };
        prop_assert_eq!(exhausted(&lattice, &lattice.solve()), Ok(()));
        let game = Rolling { lattice: Lattice { cycles: cycles.min(5), ..lattice }, life: 2, early: true };
        prop_assert_eq!(exhausted_rolling(&game, &game.solve()), Ok(()));
    }
}
