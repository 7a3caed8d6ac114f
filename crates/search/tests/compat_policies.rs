//! What mctx's own tests ask of its policies, and what must always hold. Numbers from `policies_test.py` of mctx 0.0.71.

use std::convert::Infallible;

use proptest::prelude::*;
use search::compat::{
    Answer, Answers, Config, Error, Gumbel, Kind, Leaves, Model, Policy, Root, Searcher,
};

/// A world without memory: the reward of the first action taken, and discount 0 after it.
struct Bandit<'a> {
    rewards: &'a [f32],
    outcomes: usize,
}

impl Model for Bandit<'_> {
    /// The last action taken.
    type State = u32;
    type Error = Infallible;

    fn step(
        &mut self,
        leaves: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), Infallible> {
        for i in 0..leaves.len() {
            let decides = leaves.kinds[i] == Kind::Action;
            let action = if decides {
                leaves.moves[i]
            } else {
                leaves.parents[i]
            };
            answers.states[i] = action;
            answers.rewards[i] = self.rewards[action as usize];
            answers.discounts[i] = 0.0;
            answers.values[i] = 0.0;
            answers.logits(i).fill(0.0);
            if decides && self.outcomes > 0 {
                // One outcome is certain.
                answers.logits(i).fill(f32::NEG_INFINITY);
                answers.logits(i)[0] = 1.0;
            }
        }
        Ok(())
    }
}

fn config(policy: Policy, actions: usize, simulations: usize, max_depth: Option<usize>) -> Config {
    Config {
        policy,
        actions,
        simulations,
        max_depth,
    }
}

/// The Gumbel numbers that `jax.random.PRNGKey(0)` gives that test.
const GUMBEL: [f32; 4] = [1.991_498_1, 0.205_625_1, -0.249_549_43, 1.426_942_2];

fn gumbel_bandit(invalid: &[bool], check: impl Fn(Answer<'_, u32>)) {
    let policy = Policy::Gumbel(Gumbel {
        value_scale: 0.05,
        maxvisit_init: 60.0,
        ..Gumbel::default()
    });
    let mut searcher = Searcher::new(config(policy, 4, 17, Some(3)), 1).unwrap();
    let root = Root {
        state: 0,
        value: -5.0,
        logits: &[0.0, -1.0, 2.0, 3.0],
        invalid,
        gumbel: &GUMBEL,
    };
    searcher
        .run(
            &[root],
            &mut Bandit {
                rewards: &[20.0, 3.0, -1.0, 10.0],
                outcomes: 0,
            },
        )
        .unwrap();
    check(searcher.answer(0));
}

fn softmax(logits: &[f64]) -> Vec<f64> {
    let total: f64 = logits.iter().map(|x| x.exp()).sum();
    logits.iter().map(|x| x.exp() / total).collect()
}

fn assert_near(found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((f64::from(*a) - b).abs() < 1e-6, "{found:?} {expected:?}");
    }
}

#[test]
fn gumbel_on_a_bandit() {
    gumbel_bandit(&[], |answer| {
        assert_eq!(answer.visits(), [6.0, 2.0, 2.0, 7.0]);
        assert_eq!(answer.action(), 3);
        // Completed Qs are the rewards, from 0 to 1, times (60 + 7) 0.05.
        let scaled = [20.0, 3.0, -1.0, 10.0].map(|q| (q + 1.0) / 21.0 * (60.0 + 7.0) * 0.05);
        let logits: Vec<f64> = [0.0, -1.0, 2.0, 3.0]
            .iter()
            .zip(scaled)
            .map(|(a, b)| a + b)
            .collect();
        assert_near(answer.weights(), &softmax(&logits));
    });
}

#[test]
fn gumbel_with_invalid_actions_and_a_depth_limit() {
    gumbel_bandit(&[true, false, false, true], |answer| {
        assert_eq!(answer.visits(), [0.0, 9.0, 8.0, 0.0]);
        assert_eq!(answer.action(), 1);
        assert_eq!(
            (answer.q(0), answer.q(1), answer.q(2)),
            (None, Some(3.0), Some(-1.0))
        );
        // Only two completed Qs matter: the mixed value of the others lies between them.
        let scale = (60.0 + 9.0) * 0.05;
        let mixed = {
            let p = softmax(&[-1.0, 2.0]);
            (-5.0 + 17.0 * (p[0] * 3.0 - p[1])) / 18.0
        };
        let low = f64::min(mixed, -1.0);
        let expected = softmax(&[
            -1.0 + scale * (3.0 - low) / (3.0 - low),
            2.0 + scale * (-1.0 - low) / (3.0 - low),
        ]);
        assert_near(answer.weights(), &[0.0, expected[0], expected[1], 0.0]);
        // The deepest leaf lies at the limit; the one most visited there has 6 visits.
        let mut leaves = vec![(0, 0)];
        let mut deepest = (0, 0);
        while let Some((node, depth)) = leaves.pop() {
            deepest = deepest.max((depth, answer.node(node).visits));
            leaves.extend(
                (0..4)
                    .filter_map(|edge| answer.child(node, edge))
                    .map(|child| (child, depth + 1)),
            );
        }
        assert_eq!(deepest, (3, 6));
    });
}

#[test]
fn one_simulation_takes_the_likeliest_allowed_action() {
    let mut searcher = Searcher::new(config(Policy::muzero(), 4, 1, None), 1).unwrap();
    let root = Root {
        invalid: &[false, false, false, true],
        ..Root::new(0, 0.0, &[-1.0, 0.0, 2.0, 3.0])
    };
    searcher
        .run(
            &[root],
            &mut Bandit {
                rewards: &[0.0; 4],
                outcomes: 0,
            },
        )
        .unwrap();
    assert_eq!(searcher.answer(0).action(), 2);
    assert_eq!(searcher.answer(0).weights(), [0.0, 0.0, 1.0, 0.0]);
}

/// With one certain outcome, twice the simulations of a stochastic search are those of a plain one.
#[test]
fn a_certain_outcome_changes_nothing() {
    let roots = || {
        [
            Root {
                invalid: &[false, false, false, true][..],
                ..Root::new(0, 1.0, &[-1.0, 0.0, 2.0, 3.0])
            },
            Root {
                invalid: &[true, false, true, false],
                ..Root::new(0, 0.0, &[0.0, 2.0, 5.0, -4.0])
            },
        ]
    };
    let rewards = [0.0; 4];
    let mut plain = Searcher::new(config(Policy::muzero(), 4, 10, None), 2).unwrap();
    plain
        .run(
            &roots(),
            &mut Bandit {
                rewards: &rewards,
                outcomes: 0,
            },
        )
        .unwrap();
    let mut chance = Searcher::new(config(Policy::stochastic(5), 4, 20, None), 2).unwrap();
    chance
        .run(
            &roots(),
            &mut Bandit {
                rewards: &rewards,
                outcomes: 5,
            },
        )
        .unwrap();
    for root in 0..2 {
        let (plain, chance) = (plain.answer(root), chance.answer(root));
        assert_eq!(plain.action(), chance.action());
        let doubled: Vec<f32> = plain.visits().iter().map(|n| 2.0 * n).collect();
        assert_eq!(chance.visits(), doubled);
    }
}

#[test]
fn all_invalid_is_uniform_and_answers_action_0() {
    for policy in [Policy::muzero(), Policy::gumbel()] {
        let mut searcher = Searcher::new(config(policy, 4, 3, None), 1).unwrap();
        let root = Root {
            invalid: &[true; 4],
            ..Root::new(0, 0.0, &[f32::NEG_INFINITY; 4])
        };
        searcher
            .run(
                &[root],
                &mut Bandit {
                    rewards: &[0.0; 4],
                    outcomes: 0,
                },
            )
            .unwrap();
        assert_eq!(searcher.answer(0).action(), 0);
        assert_eq!(searcher.answer(0).visits(), [3.0, 0.0, 0.0, 0.0]);
    }
}

/// An allowed action is taken however unlikely it is.
#[test]
fn the_only_allowed_action_is_taken() {
    for policy in [Policy::muzero(), Policy::gumbel()] {
        let mut searcher = Searcher::new(config(policy, 2, 5, None), 1).unwrap();
        let root = Root {
            invalid: &[true, false],
            ..Root::new(0, 0.0, &[0.0, f32::NEG_INFINITY])
        };
        let mut bandit = Bandit {
            rewards: &[0.0; 2],
            outcomes: 0,
        };
        searcher.run(&[root], &mut bandit).unwrap();
        assert_eq!(searcher.answer(0).visits(), [0.0, 5.0]);
    }
}

#[test]
fn impossible_logits_get_no_visits() {
    let logits = [1e6, f32::NEG_INFINITY, 1e6 + 1.0, -100.0];
    let mut searcher = Searcher::new(config(Policy::muzero(), 4, 20, None), 1).unwrap();
    searcher
        .run(
            &[Root::new(0, 0.0, &logits)],
            &mut Bandit {
                rewards: &[0.0; 4],
                outcomes: 0,
            },
        )
        .unwrap();
    assert_eq!(searcher.answer(0).visits()[1], 0.0);
    assert_eq!(searcher.answer(0).visits()[3], 0.0);
}

/// Says one bad thing at the third step.
struct Bad(f32, Spoil, u32);

/// Puts a bad number among the answers.
type Spoil = fn(&mut Answers<'_, u32>, f32);

impl Model for Bad {
    type State = u32;
    type Error = &'static str;

    fn step(
        &mut self,
        leaves: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), &'static str> {
        for i in 0..leaves.len() {
            answers.rewards[i] = 0.0;
            answers.discounts[i] = 1.0;
            answers.values[i] = 0.0;
            answers.logits(i).fill(0.0);
        }
        self.2 += 1;
        if self.2 == 3 {
            (self.1)(&mut answers, self.0);
        }
        if self.2 == 5 { Err("tired") } else { Ok(()) }
    }
}

#[test]
fn bad_answers_are_named() {
    let check = |number: f32, set: Spoil, words: &str| {
        for policy in [Policy::muzero(), Policy::gumbel(), Policy::stochastic(3)] {
            let mut searcher = Searcher::new(config(policy, 20, 8, None), 2).unwrap();
            let logits = [0.0; 20];
            let roots = [Root::new(0, 0.0, &logits), Root::new(0, 0.0, &logits)];
            let error = searcher.run(&roots, &mut Bad(number, set, 0)).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    };
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        check(
            number,
            |answers, x| answers.values[1] = x,
            "root 1, simulation 2: the model's value is not finite",
        );
    }
    for number in [f32::NAN, f32::INFINITY] {
        check(
            number,
            |answers, x| answers.logits(0)[2] = x,
            "root 0, simulation 2: the model's logits hold NaN or plus infinity",
        );
    }
    check(
        f32::NEG_INFINITY,
        |answers, x| answers.logits(1).fill(x),
        "root 1, simulation 2: the model's logits are all minus infinity",
    );
    check(0.0, |_, _| (), "the model failed: tired");
    let mut searcher = Searcher::new(config(Policy::muzero(), 2, 8, None), 1).unwrap();
    let wrong: [(Spoil, &str); 2] = [
        (|a, x| a.rewards[0] = x, "reward is not finite"),
        (|a, x| a.discounts[0] = x, "discount is not finite"),
    ];
    for (set, words) in wrong {
        let error = searcher
            .run(
                &[Root::new(0, 0.0, &[0.0, 0.0])],
                &mut Bad(f32::NAN, set, 0),
            )
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    // Huge numbers overflow to infinity on the way up; there is an answer all the same.
    searcher
        .run(
            &[Root::new(0, 3e38, &[0.0, 0.0])],
            &mut Drawn {
                seed: 1,
                scale: 3e38,
                shift: 0.0,
                equal: false,
            },
        )
        .unwrap();
}

#[test]
fn bad_roots_and_configs_are_named() {
    let mut searcher = Searcher::new(config(Policy::gumbel(), 2, 4, None), 1).unwrap();
    let mut refused = |root: Root<'_, u32>, words: &str| {
        let error = searcher
            .run(
                &[root],
                &mut Bandit {
                    rewards: &[0.0; 2],
                    outcomes: 0,
                },
            )
            .unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(
        Root::new(0, 0.0, &[0.0]),
        "root 0: 1 logits, but there are 2 actions",
    );
    refused(Root::new(0, f32::NAN, &[0.0; 2]), "its value is not finite");
    refused(Root::new(0, 0.0, &[0.0, f32::NAN]), "a logit is NaN");
    refused(
        Root::new(0, 0.0, &[f32::NEG_INFINITY; 2]),
        "no logit is finite",
    );
    refused(
        Root {
            gumbel: &[f32::NAN; 2],
            ..Root::new(0, 0.0, &[0.0; 2])
        },
        "a Gumbel number is not finite",
    );
    refused(
        Root {
            invalid: &[true],
            ..Root::new(0, 0.0, &[0.0; 2])
        },
        "1 marks of invalid actions",
    );
    let none: [Root<'_, u32>; 0] = [];
    let error = searcher
        .run(
            &none,
            &mut Bandit {
                rewards: &[0.0; 2],
                outcomes: 0,
            },
        )
        .unwrap_err();
    assert_eq!(
        error,
        Error::Roots {
            found: 0,
            capacity: 1
        }
    );

    let bad = |config: Config, capacity| {
        Searcher::<u32>::new(config, capacity)
            .unwrap_err()
            .to_string()
    };
    assert!(bad(config(Policy::muzero(), 0, 1, None), 1).contains("at least one action"));
    assert!(bad(config(Policy::muzero(), 1, 0, None), 1).contains("at least one simulation"));
    assert!(bad(config(Policy::muzero(), 1, 1, None), 0).contains("at least one root"));
    assert!(bad(config(Policy::stochastic(0), 1, 1, None), 1).contains("at least one outcome"));
    assert!(bad(config(Policy::muzero(), usize::MAX / 32, 1 << 20, None), 1).contains("memory"));
}

fn mix(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

fn drawn(state: u32, salt: u32) -> f32 {
    (mix(state ^ mix(salt)) >> 8) as f32 * 2f32.powi(-23) - 1.0
}

/// A world drawn from the path taken; rewards and values are `scale u + shift`, or all the same.
struct Drawn {
    seed: u32,
    scale: f32,
    shift: f32,
    equal: bool,
}

impl Drawn {
    fn logits(&self, state: u32, out: &mut [f32]) {
        for (a, logit) in out.iter_mut().enumerate() {
            *logit = 2.0 * drawn(state ^ self.seed, 100 + a as u32);
        }
    }
}

impl Model for Drawn {
    type State = u32;
    type Error = Infallible;

    fn step(
        &mut self,
        leaves: Leaves<'_, u32>,
        mut answers: Answers<'_, u32>,
    ) -> Result<(), Infallible> {
        for i in 0..leaves.len() {
            let state = mix(leaves.parents[i]
                .wrapping_mul(0x9e37_79b1)
                .wrapping_add(leaves.moves[i] + 1));
            answers.states[i] = state;
            answers.rewards[i] = if self.equal {
                0.0
            } else {
                self.scale * drawn(state ^ self.seed, 1)
            };
            answers.values[i] = if self.equal {
                0.25
            } else {
                self.scale * drawn(state ^ self.seed, 2) + self.shift
            };
            answers.discounts[i] = 1.0;
            self.logits(state, answers.logits(i));
        }
        Ok(())
    }
}

fn searched(
    policy: Policy,
    actions: usize,
    simulations: usize,
    world: &mut Drawn,
) -> Searcher<u32> {
    let mut searcher = Searcher::new(config(policy, actions, simulations, None), 1).unwrap();
    let mut logits = vec![0.0; actions];
    world.logits(7, &mut logits);
    let value = if world.equal {
        0.25
    } else {
        world.scale * drawn(7, 2) + world.shift
    };
    searcher
        .run(&[Root::new(7, value, &logits)], world)
        .unwrap();
    searcher
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Every visit but a node's own expansion went to one of its edges, weights sum to 1, and the value is a mean.
    #[test]
    fn visits_add_up(seed in any::<u32>(), actions in 1usize..40, simulations in 1usize..60, which in 0usize..3) {
        let policy = [Policy::muzero(), Policy::gumbel(), Policy::stochastic(3)][which];
        let mut world = Drawn { seed, scale: 1.0, shift: 0.0, equal: false };
        let searcher = searched(policy, actions, simulations, &mut world);
        let answer = searcher.answer(0);
        let total: f32 = answer.visits().iter().sum();
        prop_assert_eq!(total, simulations as f32);
        let weight: f32 = answer.weights().iter().sum();
        prop_assert!((weight - 1.0).abs() < 1e-5);
        prop_assert!(answer.visits()[answer.action()] > 0.0);
        for node in 0..=simulations {
            let children = (0..actions.max(3)).filter_map(|edge| answer.child(node, edge));
            let visits: u32 = children.map(|child| answer.node(child).visits).sum();
            prop_assert_eq!(answer.node(node).visits, visits + 1);
        }
    }

    /// Rewards and values times a power of two, and values shifted: the same visits, because Q is scaled by its own range.
    #[test]
    fn affine_rewards_change_nothing(seed in any::<u32>(), which in 0usize..3) {
        let policy = [Policy::muzero(), Policy::gumbel(), Policy::stochastic(3)][which];
        let mut plain = Drawn { seed, scale: 1.0, shift: 0.0, equal: false };
        let mut scaled = Drawn { seed, scale: 8.0, shift: 0.0, equal: false };
        let (a, b) = (searched(policy, 9, 50, &mut plain), searched(policy, 9, 50, &mut scaled));
        prop_assert_eq!(a.answer(0).visits(), b.answer(0).visits());
        prop_assert_eq!(8.0 * a.answer(0).value(), b.answer(0).value());
    }

    /// Where nothing differs in value, visits follow the prior.
    #[test]
    fn equal_values_follow_the_prior(seed in any::<u32>()) {
        let mut world = Drawn { seed, scale: 0.0, shift: 0.0, equal: true };
        let searcher = searched(Policy::muzero(), 5, 2000, &mut world);
        let mut logits = vec![0.0; 5];
        world.logits(7, &mut logits);
        let exact = softmax(&logits.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
        for (share, p) in searcher.answer(0).weights().iter().zip(exact) {
            prop_assert!((f64::from(*share) - p).abs() < 3e-3);
        }
    }

    /// `argmax p / (n + 1)` is D'Hondt's rule of seats: nobody falls one visit short of his share `p N`, and with `k` outcomes
    /// nobody gets more than `p (N + k)`; with two outcomes both are within one visit.
    #[test]
    fn chance_visits_keep_to_probabilities(seed in any::<u32>()) {
        let mut world = Drawn { seed, scale: 1.0, shift: 0.0, equal: false };
        let searcher = searched(Policy::stochastic(3), 3, 400, &mut world);
        let answer = searcher.answer(0);
        for action in 0..3 {
            let Some(after) = answer.child(0, action) else { continue };
            let mut logits = [0.0; 3];
            world.logits(*answer.state(after), &mut logits);
            let p = softmax(&logits.map(f64::from));
            let visits = f64::from(answer.node(after).visits - 1);
            for (outcome, p) in p.iter().enumerate() {
                let n = answer.child(after, outcome).map_or(0, |child| answer.node(child).visits);
                let n = f64::from(n);
                prop_assert!(n > p * visits - 1.001 && n < p * (visits + 3.0) + 1e-3, "{n} of {visits} at {p}");
            }
        }
    }
}
