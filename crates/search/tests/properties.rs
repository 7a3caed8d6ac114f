//! What must hold of the search itself in any game: how visits are divided, and what they may not depend on.
//!
//! ```text
//! equal worths          visits of actions are divided by prior:          P_a / n_a >= P_b / (1 + n_b)     for all a, b
//! outcomes              visits are divided by probability:               p_i / n_i >= p_j / (1 + n_j)     for all i, j
//! rewards a x, worths a x + b with a > 0                                 the same tree
//! actions in another order, with other worths and priors each            the same tree
//! visits of a node = 1 + those of its actions                            of a tried action = 1 + those of its outcomes
//! ```
//! The first two are the rule of D'Hondt for dividing seats: `n` is as large as a common price of a seat allows. It follows
//! that `p N - 1 < n <= p (N + outcomes - 1)`, so two outcomes are within one visit of their share, but the likeliest of
//! many may have up to `p (outcomes - 1)` too many.

use proptest::prelude::*;
use search::{Error, Evaluator, Game, Judgement, Outcome, SearchConfig, StopReason, Tree, run};

/// The search whose visits follow the rules above.
fn config(evaluations: u32) -> SearchConfig {
    SearchConfig {
        evaluations,
        ..SearchConfig::default()
    }
}

/// A game without an end, where nothing is worth more than anything else.
struct Endless {
    /// Weights of the actions, the same everywhere.
    priors: Vec<f64>,
    /// Probabilities of the outcomes of any action.
    chances: Vec<f64>,
}

impl Game for Endless {
    type State = ();
    type Action = usize;

    fn actions(&self, _: &(), out: &mut Vec<usize>) {
        out.extend(0..self.priors.len());
    }

    fn outcomes(&self, _: &(), _: usize, out: &mut Vec<Outcome<()>>) {
        out.extend(self.chances.iter().map(|chance| Outcome {
            probability: *chance,
            reward: 0.0,
            state: (),
        }));
    }

    fn terminal_worth(&self, _: &()) -> Option<f64> {
        None
    }
}

impl Evaluator<()> for &Endless {
    fn evaluate(&mut self, _: &[()], out: &mut [Judgement]) -> Result<(), Error> {
        out.fill_with(|| {
            let mut judgement = Judgement::of(0.0);
            judgement.priors.clone_from(&self.priors);
            judgement
        });
        Ok(())
    }
}

impl Endless {
    fn search(&self, evaluations: u32) -> Tree<Endless> {
        let config = SearchConfig {
            batch: 1,
            ..config(evaluations)
        };
        run(self, &(), &mut &*self, &config, &mut |_| true).expect("nothing is wrong")
    }
}

/// Whether visits are divided by the weights: nobody's next visit would have been a better bargain than any that was made.
/// Actions with a single visit are let off at the root, where each is tried once whatever its weight.
fn divided(weights: &[f64], visits: &[u32], one_is_free: bool) -> Result<(), String> {
    let next = |(weight, n): (&f64, &u32)| weight / f64::from(n + 1);
    let dearest = weights.iter().zip(visits).map(next).fold(0.0, f64::max);
    for (weight, n) in weights.iter().zip(visits) {
        let paid = weight / f64::from(*n);
        if *n > u32::from(one_is_free) && paid < dearest * (1.0 - 1e-12) {
            return Err(format!("{visits:?} visits by {weights:?}"));
        }
    }
    Ok(())
}

#[test]
fn equal_worths_are_visited_by_prior() {
    let check = |priors: &[f64], expected: &[u32]| {
        let game = Endless {
            priors: priors.to_vec(),
            chances: vec![1.0],
        };
        let sum: u32 = expected.iter().sum();
        let tree = game.search(1 + sum);
        let edges: Vec<_> = tree.edges(tree.root()).collect();
        for (edge, expected) in edges.iter().zip(expected) {
            let visits: Vec<u32> = edges.iter().map(|edge| edge.visits).collect();
            assert!(
                edge.visits.abs_diff(*expected) <= 1,
                "{visits:?} for {priors:?}"
            );
        }
    };
    check(&[0.5, 0.3, 0.2], &[500, 300, 200]);
    check(&[1.0; 4], &[100; 4]);
    check(&[0.6, 0.4], &[60, 40]);
}

#[test]
fn outcomes_are_visited_by_probability() {
    for chance in [0.5, 0.499641, 0.25, 0.1, 0.01] {
        for evaluations in [3, 10, 100, 1000] {
            let game = Endless {
                priors: vec![1.0],
                chances: vec![chance, 1.0 - chance],
            };
            let tree = game.search(evaluations);
            for node in tree.nodes() {
                for edge in tree.edges(node).filter(|edge| edge.expanded()) {
                    let through = f64::from(edge.visits - 1);
                    for branch in tree.outcomes(edge.id) {
                        let off = f64::from(branch.visits) - branch.probability * through;
                        assert!(off.abs() <= 1.0, "{off} at {chance} after {through}");
                    }
                }
            }
        }
    }
}

/// A made-up game in layers: numbers are eighths and quarters, so that sums are exact and rounding plays no part.
#[derive(Clone, Debug)]
struct Maze {
    layers: Vec<Vec<Place>>,
    /// Whether lines that meet in a place share its node.
    graph: bool,
    /// How actions are listed: sorted by `(order * (action + 1)) % 7`.
    order: usize,
}

#[derive(Clone, Debug)]
struct Place {
    /// The evaluator's word, or the exact worth in the last layer.
    worth: f64,
    /// One weight for each move; they differ.
    priors: Vec<f64>,
    moves: Vec<Move>,
}

#[derive(Clone, Debug)]
struct Move {
    discount: f64,
    /// Probability, reward, place in the next layer.
    outcomes: Vec<(f64, f64, usize)>,
}

/// Numbers from a seed.
struct Numbers(u64);

impl Numbers {
    /// From 0 to `below - 1`.
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % below
    }

    fn quarters(&mut self) -> f64 {
        (self.next(4001) as f64 - 2000.0) / 4.0
    }
}

const WIDTH: u64 = 4;

impl Maze {
    fn of(seed: u64, discounts: &[f64], graph: bool) -> Maze {
        let mut numbers = Numbers(seed);
        let depth = 2 + numbers.next(4);
        let place = |layer: u64, numbers: &mut Numbers| {
            let moves = if layer == depth {
                0
            } else {
                1 + numbers.next(4)
            };
            let one = |numbers: &mut Numbers| {
                let first = 1 + numbers.next(3);
                let second = 1 + numbers.next(3);
                let eighths = match numbers.next(3) {
                    0 => vec![8],
                    1 => vec![first, 8 - first],
                    _ => vec![first, second, 8 - first - second],
                };
                let outcome = |eighths: u64| {
                    let probability = eighths as f64 / 8.0;
                    (
                        probability,
                        numbers.quarters(),
                        numbers.next(WIDTH) as usize,
                    )
                };
                let outcomes = eighths.into_iter().map(outcome).collect();
                let discount = discounts[numbers.next(discounts.len() as u64) as usize];
                Move { discount, outcomes }
            };
            Place {
                worth: numbers.quarters(),
                priors: (0..moves)
                    .map(|_| 1.0 + numbers.next(1 << 20) as f64)
                    .collect(),
                moves: (0..moves).map(|_| one(numbers)).collect(),
            }
        };
        let layer = |layer| (0..WIDTH).map(|_| place(layer, &mut numbers)).collect();
        Maze {
            layers: (0..=depth).map(layer).collect(),
            graph,
            order: 1,
        }
    }

    /// The same game in another unit: rewards times `a`, worths times `a` plus `b`.
    fn in_unit(&self, a: f64, b: f64) -> Maze {
        let mut maze = self.clone();
        for place in maze.layers.iter_mut().flatten() {
            place.worth = a * place.worth + b;
            for outcome in place.moves.iter_mut().flat_map(|mv| &mut mv.outcomes) {
                outcome.1 *= a;
            }
        }
        maze
    }

    fn place(&self, state: &(usize, usize)) -> &Place {
        &self.layers[state.0][state.1]
    }

    fn search(&self, config: &SearchConfig) -> Tree<Maze> {
        run(self, &(0, 0), &mut &*self, config, &mut |_| true).expect("nothing is wrong")
    }
}

impl Game for Maze {
    /// Layer and place.
    type State = (usize, usize);
    type Action = usize;

    fn actions(&self, state: &(usize, usize), out: &mut Vec<usize>) {
        out.extend(0..self.place(state).moves.len());
        out.sort_by_key(|action| self.order * (action + 1) % 7);
    }

    fn outcomes(
        &self,
        state: &(usize, usize),
        action: usize,
        out: &mut Vec<Outcome<(usize, usize)>>,
    ) {
        let outcomes = &self.place(state).moves[action].outcomes;
        out.extend(outcomes.iter().map(|&(probability, reward, to)| Outcome {
            probability,
            reward,
            state: (state.0 + 1, to),
        }));
    }

    fn terminal_worth(&self, state: &(usize, usize)) -> Option<f64> {
        let place = self.place(state);
        place.moves.is_empty().then_some(place.worth)
    }

    fn discount(&self, state: &(usize, usize), action: usize) -> f64 {
        self.place(state).moves[action].discount
    }

    fn key(&self, state: &(usize, usize)) -> Option<u128> {
        self.graph
            .then_some((state.0 as u128) << 8 | state.1 as u128)
    }
}

impl Evaluator<(usize, usize)> for &Maze {
    fn evaluate(&mut self, leaves: &[(usize, usize)], out: &mut [Judgement]) -> Result<(), Error> {
        for (leaf, judgement) in leaves.iter().zip(out) {
            let place = self.place(leaf);
            let mut actions = Vec::new();
            self.actions(leaf, &mut actions);
            *judgement = Judgement::of(place.worth);
            judgement.priors = actions.iter().map(|action| place.priors[*action]).collect();
        }
        Ok(())
    }
}

/// Whether two trees are one tree, told in units that differ by `a` and `b`, and with actions in any order; if not, where
/// they part.
fn same(one: &Tree<Maze>, other: &Tree<Maze>, a: f64, b: f64) -> Result<(), String> {
    if one.counts() != other.counts() || one.stop_reason() != other.stop_reason() {
        return Err(format!("{:?} and {:?}", one.counts(), other.counts()));
    }
    for node in one.nodes() {
        let facts = |tree: &Tree<Maze>| {
            let best = tree.best(node).map(|edge| edge.action);
            (
                *tree.state(node),
                tree.visits(node),
                tree.status(node),
                best,
            )
        };
        if facts(one) != facts(other) {
            return Err(format!("{:?} and {:?}", facts(one), facts(other)));
        }
        if a * one.worth(node) + b != other.worth(node) {
            return Err(format!("{} and {}", one.worth(node), other.worth(node)));
        }
        for edge in one.edges(node) {
            let twin = other.edges(node).find(|twin| twin.action == edge.action);
            let twin = twin.ok_or("an action is missing")?;
            let worth = edge.worth.map(|worth| a * worth + b);
            let facts = (
                edge.visits,
                edge.evaluations,
                edge.status,
                edge.prior,
                worth,
            );
            let others = (
                twin.visits,
                twin.evaluations,
                twin.status,
                twin.prior,
                twin.worth,
            );
            if facts != others {
                return Err(format!("{facts:?} and {others:?}"));
            }
            let visits = |tree: &Tree<Maze>, id| -> Vec<u32> {
                tree.outcomes(id)
                    .iter()
                    .map(|branch| branch.visits)
                    .collect()
            };
            if visits(one, edge.id) != visits(other, twin.id) {
                return Err("outcomes are visited otherwise".into());
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// With any priors, at the root and below.
    #[test]
    fn equal_worths_divide_visits_by_prior(
        priors in prop::collection::vec(0.01..1.0f64, 1..8),
        evaluations in 10u32..400,
    ) {
        let game = Endless { priors, chances: vec![1.0] };
        let tree = game.search(evaluations);
        prop_assert_eq!(tree.stop_reason(), if (evaluations as usize) <= game.priors.len() {
            StopReason::TooSmall
        } else {
            StopReason::Budget
        });
        for node in tree.nodes() {
            let visits: Vec<u32> = tree.edges(node).map(|edge| edge.visits).collect();
            if tree.visits(node) > 1 {
                prop_assert_eq!(divided(&game.priors, &visits, node == tree.root()), Ok(()));
            }
            prop_assert_eq!(tree.visits(node), 1 + visits.iter().sum::<u32>());
        }
    }

    /// With any number of outcomes, everywhere in the tree.
    #[test]
    fn visits_of_outcomes_are_divided_by_probability(
        weights in prop::collection::vec(0.01..1.0f64, 1..6),
        actions in 1usize..4,
        evaluations in 10u32..400,
    ) {
        let sum: f64 = weights.iter().sum();
        let chances: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
        let game = Endless { priors: vec![1.0; actions], chances };
        let tree = game.search(evaluations);
        for node in tree.nodes() {
            for edge in tree.edges(node).filter(|edge| edge.expanded()) {
                let branches = tree.outcomes(edge.id);
                let visits: Vec<u32> = branches.iter().map(|branch| branch.visits).collect();
                prop_assert_eq!(divided(&game.chances, &visits, false), Ok(()));
                prop_assert_eq!(edge.visits, 1 + visits.iter().sum::<u32>());
                let through = f64::from(edge.visits - 1);
                let spare = (branches.len() - 1) as f64;
                for branch in branches {
                    let (p, n) = (branch.probability, f64::from(branch.visits));
                    prop_assert!(p * through - 1.0 < n + 1e-9, "{visits:?} by {:?}", game.chances);
                    prop_assert!(n <= p * (through + spare) + 1e-9, "{visits:?} by {:?}", game.chances);
                }
            }
        }
    }

    /// Dollars or cents, with or without a bonus at the end: the unit of worth does not matter, to the last bit.
    #[test]
    fn an_affine_change_gives_the_same_tree(
        seed in any::<u64>(),
        graph in any::<bool>(),
        a in 1u32..100,
        b in -1000i32..1000,
        evaluations in 1u32..200,
        batch in 1u32..20,
    ) {
        let config = SearchConfig { batch, ..config(evaluations) };
        let (a, b) = (f64::from(a), f64::from(b));
        let maze = Maze::of(seed, &[1.0], graph);
        prop_assert_eq!(same(&maze.search(&config), &maze.in_unit(a, b).search(&config), a, b), Ok(()));
        // With discounts, and with two players, there is no adding; there is multiplying.
        let maze = Maze::of(seed, &[1.0, 0.5, -1.0], graph);
        prop_assert_eq!(same(&maze.search(&config), &maze.in_unit(a, 0.0).search(&config), a, 0.0), Ok(()));
    }

    /// The order in which actions are listed does not matter, where no two look alike.
    #[test]
    fn permuted_actions_give_the_permuted_tree(
        seed in any::<u64>(),
        graph in any::<bool>(),
        order in 2usize..7,
        evaluations in 1u32..200,
        batch in 1u32..20,
    ) {
        let config = SearchConfig { batch, ..config(evaluations) };
        let maze = Maze::of(seed, &[1.0, 0.5, -1.0], graph);
        let listed = Maze { order, ..maze.clone() };
        prop_assert_eq!(same(&maze.search(&config), &listed.search(&config), 1.0, 0.0), Ok(()));
    }
}

/// The comparisons can be failed: seats divided otherwise are told, and so are trees of another game.
#[test]
fn differences_are_seen() {
    assert_eq!(divided(&[0.5, 0.5], &[5, 5], false), Ok(()));
    assert_eq!(divided(&[0.75, 0.25], &[75, 25], false), Ok(()));
    assert!(divided(&[0.75, 0.25], &[73, 27], false).is_err());
    assert!(divided(&[0.9, 0.1], &[0, 1], false).is_err());
    assert_eq!(divided(&[0.9, 0.1], &[0, 1], true), Ok(()));

    let config = config(100);
    let mut told = 0;
    for seed in 0..50 {
        let maze = Maze::of(seed, &[1.0], true);
        let tree = maze.search(&config);
        assert_eq!(same(&tree, &tree, 1.0, 0.0), Ok(()));
        // Rewards in the old unit and worths in the new one make another game.
        let mut mixed = maze.in_unit(3.0, 0.0);
        for (mixed, maze) in mixed
            .layers
            .iter_mut()
            .flatten()
            .zip(maze.layers.iter().flatten())
        {
            mixed.moves.clone_from(&maze.moves);
        }
        let mixed = mixed.search(&config);
        told += u32::from(same(&tree, &mixed, 3.0, 0.0).is_err());
    }
    assert!(told > 45, "{told}");
}

/// The likeliest of three outcomes may have more than one visit too many: with two spare seats, up to 2 p.
#[test]
fn the_likeliest_of_many_outcomes_runs_ahead() {
    let game = Endless {
        priors: vec![1.0],
        chances: vec![0.9, 0.05, 0.05],
    };
    let tree = game.search(60);
    let mut most = 0.0f64;
    for node in tree.nodes() {
        for edge in tree.edges(node).filter(|edge| edge.expanded()) {
            for branch in tree.outcomes(edge.id) {
                let share = branch.probability * f64::from(edge.visits - 1);
                most = most.max(f64::from(branch.visits) - share);
            }
        }
    }
    assert!(1.0 < most && most <= 1.8 + 1e-9, "{most}");
}
