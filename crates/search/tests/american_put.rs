//! The American put on a binomial lattice, where backward induction says what the search must find.
//!
//! Source of the lattice: Cox, Ross & Rubinstein, J. Financial Economics 7 (1979). The case is the first of the table
//! in Longstaff & Schwartz, Review of Financial Studies 14 (2001).

use search::{Each, Game, Outcome, SearchConfig, StopReason, Tree, run};

/// A put that may be exercised at every step.
struct Put {
    strike: f64,
    steps: u32,
    /// Growth of the share in an up move; a down move is its inverse.
    up: f64,
    /// Risk-neutral probability of an up move.
    probability: f64,
    /// Over one step.
    discount: f64,
    spot: f64,
    /// Whether equal (step, up moves) share a node.
    graph: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Moment {
    step: u32,
    ups: u32,
    exercised: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Exercise,
    Wait,
}

const TODAY: Moment = Moment {
    step: 0,
    ups: 0,
    exercised: false,
};

impl Put {
    fn new(spot: f64, sigma: f64, years: f64, steps: u32) -> Put {
        let rate: f64 = 0.06;
        let step = years / f64::from(steps);
        let up = (sigma * step.sqrt()).exp();
        Put {
            strike: 40.0,
            steps,
            up,
            probability: ((rate * step).exp() - 1.0 / up) / (up - 1.0 / up),
            discount: (-rate * step).exp(),
            spot,
            graph: true,
        }
    }

    fn reference() -> Put {
        Put::new(36.0, 0.2, 1.0, 50)
    }

    fn intrinsic(&self, step: u32, ups: u32) -> f64 {
        let net = 2 * ups as i32 - step as i32;
        (self.strike - self.spot * self.up.powi(net)).max(0.0)
    }

    /// Backward induction: `worths[step][ups]`.
    fn solve(&self) -> Vec<Vec<f64>> {
        let mut worths: Vec<Vec<f64>> = (0..=self.steps)
            .map(|step| (0..=step).map(|ups| self.intrinsic(step, ups)).collect())
            .collect();
        for step in (0..self.steps as usize).rev() {
            for ups in 0..=step {
                let [down, up] = [worths[step + 1][ups], worths[step + 1][ups + 1]];
                let wait =
                    self.discount * (self.probability * up + (1.0 - self.probability) * down);
                worths[step][ups] = worths[step][ups].max(wait);
            }
        }
        worths
    }
}

impl Game for Put {
    type State = Moment;
    type Action = Action;

    fn actions(&self, moment: &Moment, out: &mut Vec<Action>) {
        out.push(Action::Exercise);
        if moment.step < self.steps {
            out.push(Action::Wait);
        }
    }

    fn outcomes(&self, moment: &Moment, action: Action, out: &mut Vec<Outcome<Moment>>) {
        let Moment { step, ups, .. } = *moment;
        match action {
            Action::Exercise => out.push(Outcome {
                probability: 1.0,
                reward: self.intrinsic(step, ups),
                state: Moment {
                    exercised: true,
                    ..*moment
                },
            }),
            Action::Wait => {
                let chances = [(0, 1.0 - self.probability), (1, self.probability)];
                out.extend(chances.map(|(up, probability)| Outcome {
                    probability,
                    reward: 0.0,
                    state: Moment {
                        step: step + 1,
                        ups: ups + up,
                        exercised: false,
                    },
                }));
            }
        }
    }

    fn terminal_worth(&self, moment: &Moment) -> Option<f64> {
        if moment.exercised {
            Some(0.0)
        } else if moment.step == self.steps {
            Some(self.intrinsic(moment.step, moment.ups))
        } else {
            None
        }
    }

    fn discount(&self, _: &Moment, action: Action) -> f64 {
        match action {
            Action::Exercise => 1.0,
            Action::Wait => self.discount,
        }
    }

    fn key(&self, moment: &Moment) -> Option<u128> {
        let key = u128::from(moment.step) << 33
            | u128::from(moment.ups) << 1
            | u128::from(moment.exercised);
        self.graph.then_some(key)
    }
}

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
                Action::Wait => {
                    let [down, up] = [worths[step + 1][ups], worths[step + 1][ups + 1]];
                    exact - put.discount * (put.probability * up + (1.0 - put.probability) * down)
                }
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
    check(true, 256, 0.02);
    check(true, 1024, 0.001);
    check(false, 64, 0.08);
    check(false, 1024, 0.04);
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
