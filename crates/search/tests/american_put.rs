//! The American put on a binomial lattice, where backward induction says what the search must find.
//!
//! The game is the example's. The cases are those of Table 1 in Longstaff & Schwartz, Review of Financial Studies 14 (2001).

#[path = "../examples/american_put/put.rs"]
mod put;

use put::{Action, Moment, Put, TODAY};
use search::{Backup, Each, Error, Evaluator, Judgement, SearchConfig, StopReason, Tree, run};

/// A normal number that belongs to a place in the lattice, alike in every run.
fn noise(step: u32, ups: u32, seed: u64) -> f64 {
    let mut x = seed.wrapping_mul(0xd134_2543_de82_ef95) ^ (u64::from(step) << 32 | u64::from(ups));
    let mut uniform = || {
        x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let y = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let y = (y ^ (y >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((y ^ (y >> 31)) as f64 + 0.5) / 2f64.powi(64)
    };
    let (a, b) = (uniform(), uniform());
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// Judges a moment by its exact worth and an error of standard deviation 0.10 that belongs to it.
fn noisy(worths: &[Vec<f64>], seed: u64) -> impl FnMut(&Moment) -> f64 {
    move |moment| {
        worths[moment.step as usize][moment.ups as usize]
            + 0.1 * noise(moment.step, moment.ups, seed)
    }
}

fn search(put: &Put, judge: impl FnMut(&Moment) -> f64, config: &SearchConfig) -> Tree<Put> {
    run(put, &TODAY, &mut Each(judge), config, &mut |_| true).expect("the rules are in order")
}

/// Every node of a solved tree has the worth and an action of the lattice.
fn assert_exact(put: &Put, tree: &Tree<Put>, worths: &[Vec<f64>]) {
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    for node in tree.nodes() {
        let moment = tree.state(node);
        if moment.exercised {
            continue;
        }
        let (step, ups) = (moment.step as usize, moment.ups as usize);
        let exact = worths[step][ups];
        let found = tree.worth(node);
        assert!(
            (found - exact).abs() < 1e-12,
            "{found} for {exact} at {moment:?}"
        );
        if let Some(best) = tree.best(node) {
            let now = put.intrinsic(moment.step, moment.ups);
            let regret = match best.action {
                Action::Exercise => exact - now,
                Action::Wait => exact - put.wait(&worths[step + 1], ups),
            };
            assert!(
                regret.abs() < 1e-12,
                "{:?} loses {regret} at {moment:?}",
                best.action
            );
        }
    }
}

#[test]
fn backward_induction_agrees_with_the_reference() {
    let worth = Put::reference().solve()[0][0];
    assert!((worth - 4.484498).abs() < 5e-7, "{worth}");
}

/// The lattice has 1275 unfinished moments; a search that has seen them all has done backward induction.
#[test]
fn a_graph_search_becomes_backward_induction() {
    let put = Put::reference();
    let worths = put.solve();
    for seed in 0..4 {
        for batch in [1, 64] {
            let config = SearchConfig {
                batch,
                seed,
                ..SearchConfig::default()
            };
            let tree = search(&put, noisy(&worths, seed), &config);
            assert!(tree.counts().evaluations <= 1275, "{:?}", tree.counts());
            assert_exact(&put, &tree, &worths);
        }
    }
}

#[test]
fn every_case_of_the_grid_is_solved() {
    for spot in [36.0, 40.0, 44.0] {
        for sigma in [0.2, 0.4] {
            for years in [1.0, 2.0] {
                let put = Put::new(spot, sigma, years, 50);
                let worths = put.solve();
                let tree = search(&put, noisy(&worths, 0), &SearchConfig::default());
                assert_exact(&put, &tree, &worths);
            }
        }
    }
}

/// The root mean square error over 16 draws of the judge's errors, which have standard deviation 0.10.
#[test]
fn errors_of_the_judge_average_out() {
    let check = |graph: bool, evaluations: u32, limit: f64| {
        let put = Put {
            graph,
            ..Put::reference()
        };
        let worths = put.solve();
        let mut squares = 0.0;
        for seed in 0..16 {
            let config = SearchConfig {
                evaluations,
                seed,
                ..SearchConfig::default()
            };
            let tree = search(&put, noisy(&worths, seed), &config);
            squares += (tree.worth(tree.root()) - worths[0][0]).powi(2) / 16.0;
        }
        assert!(
            squares.sqrt() < limit,
            "{} with {evaluations}, graph {graph}",
            squares.sqrt()
        );
    };
    check(true, 64, 0.04);
    check(true, 256, 0.015);
    check(true, 1024, 0.001);
    check(false, 64, 0.08);
    check(false, 1024, 0.04);
}

/// A judge that says how far it errs is not held to its luckiest words: on 256 evaluations the root is within a tenth of
/// the judge's error, by the root mean square over 64 draws. One that keeps silent about it is off by more.
#[test]
fn a_judge_that_owns_up_to_its_errors_is_believed_less() {
    struct Blurred<'a> {
        worths: &'a [Vec<f64>],
        seed: u64,
        owns_up: bool,
    }
    impl Evaluator<Moment> for Blurred<'_> {
        fn evaluate(&mut self, leaves: &[Moment], out: &mut [Judgement]) -> Result<(), Error> {
            for (leaf, judgement) in leaves.iter().zip(out) {
                let worth = noisy(self.worths, self.seed)(leaf);
                *judgement = if self.owns_up {
                    Judgement::within(worth, 0.1)
                } else {
                    Judgement::of(worth)
                };
            }
            Ok(())
        }
    }

    let put = Put::reference();
    let worths = put.solve();
    let error = |owns_up: bool, backup: Backup| {
        let mut squares = 0.0;
        for seed in 0..64 {
            let config = SearchConfig {
                evaluations: 256,
                seed,
                backup,
                ..SearchConfig::default()
            };
            let mut judge = Blurred {
                worths: &worths,
                seed,
                owns_up,
            };
            let tree = run(&put, &TODAY, &mut judge, &config, &mut |_| true);
            let tree = tree.expect("the rules are in order");
            squares += (tree.worth(tree.root()) - worths[0][0]).powi(2) / 64.0;
        }
        squares.sqrt()
    };
    let [silent, honest, softened] = [
        error(false, Backup::Max),
        error(true, Backup::Max),
        error(true, Backup::Soft { temperature: 1.0 }),
    ];
    assert!(honest <= 0.01 && softened <= 0.01, "{honest} {softened}");
    assert!(silent > 0.01, "{silent}");
}

/// Judged by "exercise now", waiting looks worthless until the tree is deep. A search that follows the judge with
/// little exploration answers 4.0, the worth of exercising, and never leaves it.
#[test]
fn a_pessimistic_judge_is_no_trap() {
    let put = Put::reference();
    let worths = put.solve();
    for exploration in [0.0, 0.05, 1.25] {
        let search = |evaluations: u32| {
            let config = SearchConfig {
                evaluations,
                exploration,
                ..SearchConfig::default()
            };
            search(
                &put,
                |moment| put.intrinsic(moment.step, moment.ups),
                &config,
            )
        };
        let early = search(256);
        assert!(
            early.worth(early.root()) > 4.2,
            "{} after 256",
            early.worth(early.root())
        );
        assert_eq!(early.best_action(), Some(Action::Wait));
        assert_exact(&put, &search(4096), &worths);
    }
}

/// Without keys the lattice is a tree too large to finish; what is found is still never too much.
#[test]
fn a_judge_that_never_promises_too_much_gives_a_search_that_never_does() {
    let put = Put {
        graph: false,
        ..Put::reference()
    };
    let exact = put.solve()[0][0];
    for evaluations in [1, 2, 3, 4, 64, 1024, 4096] {
        let config = SearchConfig {
            evaluations,
            ..SearchConfig::default()
        };
        let tree = search(
            &put,
            |moment| put.intrinsic(moment.step, moment.ups),
            &config,
        );
        let found = tree.worth(tree.root());
        assert!((4.0..=exact).contains(&found), "{found} with {evaluations}");
    }
}

/// The figures of the finite differences in the table, which allow exercise 50 times a year as the lattice does, but let
/// the share move in between: 50 moves are within two cents of them.
#[test]
fn the_lattice_is_near_the_table() {
    for (spot, vol, years, reference) in [
        (36.0, 0.2, 1.0, 4.478),
        (36.0, 0.2, 2.0, 4.840),
        (36.0, 0.4, 1.0, 7.101),
        (40.0, 0.2, 1.0, 2.314),
        (44.0, 0.2, 1.0, 1.110),
    ] {
        let worth = Put::new(spot, vol, years, 50).solve()[0][0];
        assert!((worth - reference).abs() < 0.02, "{worth} for {reference}");
    }
}

/// What the action of a search of `game` gives up in the truth, `put`, at every place within two moves of where waiting starts to pay, each searched on
/// its own; the worst of them, and how many there are.
fn worst_regret(
    game: &Put,
    put: &Put,
    worths: &[Vec<f64>],
    evaluations: u32,
    judge: &dyn Fn(&Moment) -> f64,
) -> (f64, u32) {
    let (mut worst, mut places) = (0.0f64, 0);
    for step in 0..put.steps {
        let wait = |ups: u32| put.wait(&worths[step as usize + 1], ups as usize);
        let exercises = |ups: &u32| put.intrinsic(step, *ups) > wait(*ups);
        let Some(boundary) = (0..=step).rev().find(exercises) else {
            continue;
        };
        for ups in boundary.saturating_sub(2)..=(boundary + 2).min(step) {
            let config = SearchConfig {
                evaluations,
                ..SearchConfig::default()
            };
            let here = Moment { step, ups, ..TODAY };
            let tree = run(game, &here, &mut Each(judge), &config, &mut |_| true);
            let chosen = match tree.expect("the rules are in order").best_action() {
                Some(Action::Exercise) => put.intrinsic(step, ups),
                Some(Action::Wait) => wait(ups),
                None => panic!("no action at {here:?}"),
            };
            worst = worst.max(worths[step as usize][ups as usize] - chosen);
            places += 1;
        }
    }
    (worst, places)
}

/// Where the choice is closest, it costs less than a tenth of a cent.
#[test]
fn the_choice_near_the_boundary_costs_nothing() {
    for (spot, vol) in [(36.0, 0.2), (40.0, 0.4)] {
        let put = Put::new(spot, vol, 1.0, 50);
        let worths = put.solve();
        let blurred = |moment: &Moment| noisy(&worths, 1)(moment);
        let european = |moment: &Moment| put.european(moment);
        for (name, judge) in [
            ("blurred", &blurred as &dyn Fn(&Moment) -> f64),
            ("European", &european),
        ] {
            let (worst, places) = worst_regret(&put, &put, &worths, 512, judge);
            assert!(places > 200, "{places}");
            assert!(worst <= 1e-3, "{worst} by the {name} judge");
        }
    }
}

/// The European price is a bound, so the search may only come from below; and it is the better judge.
#[test]
fn a_judge_that_knows_a_bound_saves_work() {
    let put = Put::reference();
    let exact = put.solve()[0][0];
    for evaluations in [64, 256, 1024] {
        let config = SearchConfig {
            evaluations,
            ..SearchConfig::default()
        };
        let informed = search(&put, |moment| put.european(moment), &config);
        let blind = search(
            &put,
            |moment| put.intrinsic(moment.step, moment.ups),
            &config,
        );
        let [informed, blind] = [informed, blind].map(|tree| exact - tree.worth(tree.root()));
        // 50 steps and continuous time differ by a cent at most.
        assert!((-0.01..blind).contains(&informed), "{informed}, {blind}");
    }
}

/// The comparison can be failed: a lattice whose moves have swapped probabilities, or that forgets to discount, is found
/// out at once.
#[test]
fn a_misread_lattice_is_found_out() {
    let put = Put::reference();
    let worths = put.solve();
    let swapped = Put {
        probability: 1.0 - put.probability,
        ..put.clone()
    };
    let undiscounted = Put {
        discount: 1.0,
        ..put.clone()
    };
    for wrong in [swapped, undiscounted] {
        let tree = search(
            &wrong,
            |moment| wrong.european(moment),
            &SearchConfig::default(),
        );
        let error = (tree.worth(tree.root()) - worths[0][0]).abs();
        assert!(error > 0.01, "{error}");
        let judge = |moment: &Moment| wrong.european(moment);
        let (worst, _) = worst_regret(&wrong, &put, &worths, 512, &judge);
        assert!(worst > 1e-3, "{worst}");
    }
}
