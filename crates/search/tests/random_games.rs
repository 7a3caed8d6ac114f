//! What must hold in any game: random ones with shared states, skipped steps, dead ends, forced moves and impossible
//! outcomes, held against brute force.

use std::collections::BTreeMap;

use proptest::prelude::*;
use search::{
    Backup, Baseline, Cached, Error, Evaluator, Game, Interior, Judgement, Outcome, Planner, Root,
    SearchConfig, Status, StopReason, Tree, Widening, run, run_all, run_each, run_from,
};

/// A game over numbered places; a move always leads to a higher number.
#[derive(Clone, Debug)]
struct Maze {
    places: Vec<Place>,
    /// Whether lines that meet in a place share its node.
    graph: bool,
    /// Whether actions are listed last to first.
    reversed: bool,
}

#[derive(Clone, Debug)]
struct Place {
    /// The exact worth, where there are no moves.
    end: f64,
    moves: Vec<Move>,
    /// What the evaluator says.
    judged: f64,
    /// What it thinks of its own error.
    spread: Option<f64>,
    /// As the evaluator says them: none, or one for each move.
    priors: Vec<f64>,
}

#[derive(Clone, Debug)]
struct Move {
    discount: f64,
    /// Probability, reward, place.
    outcomes: Vec<(f64, f64, usize)>,
}

impl Game for Maze {
    type State = usize;
    type Action = usize;

    fn actions(&self, place: &usize, out: &mut Vec<usize>) {
        out.extend(0..self.places[*place].moves.len());
        if self.reversed {
            out.reverse();
        }
    }

    fn outcomes(&self, place: &usize, action: usize, out: &mut Vec<Outcome<usize>>) {
        let outcomes = self.places[*place].moves[action].outcomes.iter();
        out.extend(outcomes.map(|&(probability, reward, state)| Outcome {
            probability,
            reward,
            state,
        }));
    }

    fn terminal_worth(&self, place: &usize) -> Option<f64> {
        let place = &self.places[*place];
        place.moves.is_empty().then_some(place.end)
    }

    fn discount(&self, place: &usize, action: usize) -> f64 {
        self.places[*place].moves[action].discount
    }

    fn key(&self, place: &usize) -> Option<u128> {
        self.graph.then_some(*place as u128)
    }
}

impl Maze {
    /// Backward induction.
    fn solve(&self) -> Vec<f64> {
        self.solve_within(u32::MAX)
            .into_iter()
            .map(|by_distance| by_distance[0])
            .collect()
    }

    /// As [`Maze::solve`] for the tree whose leaves at `depth_max` are judged: `worths[place][distance from there]`,
    /// for no more distances than the maze has places.
    fn solve_within(&self, depth_max: u32) -> Vec<Vec<f64>> {
        let size = self.places.len();
        let mut worths = vec![vec![0.0; size + 2]; size];
        for (index, place) in self.places.iter().enumerate().rev() {
            for distance in 0..=size {
                worths[index][distance] = if place.moves.is_empty() {
                    place.end
                } else if distance as u32 >= depth_max {
                    place.judged
                } else {
                    let worth = |mv: &Move| -> f64 {
                        let outcomes = mv.outcomes.iter();
                        outcomes
                            .map(|&(p, reward, to)| {
                                p * (reward + mv.discount * worths[to][distance + 1])
                            })
                            .sum()
                    };
                    place
                        .moves
                        .iter()
                        .map(worth)
                        .fold(f64::NEG_INFINITY, f64::max)
                };
            }
        }
        worths
    }

    /// As [`Maze::solve`] where places are shared and judged at `depth_max`, the shortest way counting.
    fn solve_shared_within(&self, depth_max: u32) -> Vec<f64> {
        let size = self.places.len();
        let mut distances = vec![u32::MAX; size];
        let mut possible = vec![false; size];
        (distances[0], possible[0]) = (0, true);
        for _ in 0..size {
            for index in 0..size {
                if !possible[index] || distances[index] >= depth_max {
                    continue;
                }
                for &(p, _, to) in self.places[index].moves.iter().flat_map(|mv| &mv.outcomes) {
                    distances[to] = distances[to].min(distances[index] + 1);
                    possible[to] |= p > 0.0;
                }
            }
        }
        let mut worths = vec![0.0; size];
        for (index, place) in self.places.iter().enumerate().rev() {
            let worth = |mv: &Move| -> f64 {
                let outcomes = mv.outcomes.iter();
                outcomes
                    .map(|&(p, reward, to)| p * (reward + mv.discount * worths[to]))
                    .sum()
            };
            worths[index] = if place.moves.is_empty() {
                place.end
            } else if distances[index] >= depth_max {
                place.judged
            } else {
                place
                    .moves
                    .iter()
                    .map(worth)
                    .fold(f64::NEG_INFINITY, f64::max)
            };
        }
        worths
    }

    /// Nodes of the whole tree, without sharing.
    fn tree_size(&self) -> f64 {
        let mut sizes = vec![1.0; self.places.len()];
        for (index, place) in self.places.iter().enumerate().rev() {
            let below = place.moves.iter().flat_map(|mv| &mv.outcomes);
            sizes[index] = 1.0 + below.map(|(.., to)| sizes[*to]).sum::<f64>();
        }
        sizes[0]
    }
}

/// Says what the maze's places say, and keeps its own count.
struct Judge<'a> {
    maze: &'a Maze,
    /// The most states it takes at once.
    takes: u32,
    states: u32,
    batches: u32,
    largest: usize,
    /// The leaves of every group that are in flight.
    flying: Vec<Option<Vec<usize>>>,
    /// The most groups that were.
    most_flying: usize,
}

impl<'a> Judge<'a> {
    fn new(maze: &'a Maze) -> Judge<'a> {
        Judge {
            maze,
            takes: u32::MAX,
            states: 0,
            batches: 0,
            largest: 0,
            flying: vec![None],
            most_flying: 0,
        }
    }
}

impl Evaluator<usize> for Judge<'_> {
    fn batch(&self) -> u32 {
        self.takes
    }

    fn groups(&self) -> usize {
        self.flying.len()
    }

    fn begin(&mut self, group: usize, leaves: &[usize]) -> Result<(), Error> {
        assert!(self.flying[group].replace(leaves.to_vec()).is_none());
        let flying = self.flying.iter().flatten().count();
        self.most_flying = self.most_flying.max(flying);
        Ok(())
    }

    fn finish(
        &mut self,
        group: usize,
        leaves: &[usize],
        out: &mut [Judgement],
    ) -> Result<(), Error> {
        assert_eq!(self.flying[group].take().as_deref(), Some(leaves));
        self.evaluate(leaves, out)
    }

    fn evaluate(&mut self, leaves: &[usize], out: &mut [Judgement]) -> Result<(), Error> {
        self.states += leaves.len() as u32;
        self.batches += 1;
        self.largest = self.largest.max(leaves.len());
        for (leaf, judgement) in leaves.iter().zip(out) {
            let place = &self.maze.places[*leaf];
            let mut priors = place.priors.clone();
            if self.maze.reversed {
                priors.reverse();
            }
            *judgement = Judgement {
                worth: place.judged,
                spread: place.spread,
                priors,
            };
        }
        Ok(())
    }
}

/// A tree written out, to be compared and to be falsified.
#[derive(Clone, Debug, PartialEq)]
struct Copied {
    nodes: Vec<NodeCopy>,
    simulations: u32,
    evaluations: u32,
    stop_reason: StopReason,
}

#[derive(Clone, Debug, PartialEq)]
struct NodeCopy {
    place: usize,
    worth: f64,
    spread: Option<f64>,
    visits: u32,
    status: Status,
    edges: Vec<EdgeCopy>,
}

#[derive(Clone, Debug, PartialEq)]
struct EdgeCopy {
    action: usize,
    worth: Option<f64>,
    spread: Option<f64>,
    visits: u32,
    evaluations: u32,
    prior: f64,
    status: Status,
    outcomes: Vec<OutcomeCopy>,
}

#[derive(Clone, Debug, PartialEq)]
struct OutcomeCopy {
    probability: f64,
    reward: f64,
    node: usize,
    visits: u32,
}

fn copy(tree: &Tree<Maze>) -> Copied {
    let rows: BTreeMap<_, _> = tree
        .nodes()
        .enumerate()
        .map(|(row, node)| (node, row))
        .collect();
    let nodes = tree.nodes().map(|node| NodeCopy {
        place: *tree.state(node),
        worth: tree.worth(node),
        spread: tree.spread(node),
        visits: tree.visits(node),
        status: tree.status(node),
        edges: tree
            .edges(node)
            .map(|edge| EdgeCopy {
                action: edge.action,
                worth: edge.worth,
                spread: edge.spread,
                visits: edge.visits,
                evaluations: edge.evaluations,
                prior: edge.prior,
                status: edge.status,
                outcomes: tree
                    .outcomes(edge.id)
                    .iter()
                    .map(|branch| OutcomeCopy {
                        probability: branch.probability,
                        reward: branch.reward,
                        node: rows[&branch.node],
                        visits: branch.visits,
                    })
                    .collect(),
            })
            .collect(),
    });
    Copied {
        nodes: nodes.collect(),
        simulations: tree.counts().simulations,
        evaluations: tree.counts().evaluations,
        stop_reason: tree.stop_reason(),
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 * a.abs().max(b.abs()).max(1.0)
}

/// Whether a tree adds up, wherever the search stopped; if not, the first thing that does not.
///
/// `counted` is how many states the evaluator says it saw, `exact` what the places are worth, and `temperature` that of a
/// soft backup.
fn check(
    tree: &Copied,
    maze: &Maze,
    counted: u32,
    exact: &[f64],
    temperature: Option<f64>,
) -> Result<(), String> {
    let ensure = |truth: bool, what: &str, row: usize| match truth {
        true => Ok(()),
        false => Err(format!("{what} at node {row}: {:?}", tree.nodes[row])),
    };
    ensure(tree.evaluations == counted, "evaluations miscounted", 0)?;
    let root = &tree.nodes[0];
    ensure(
        root.visits == 1 + tree.simulations,
        "simulations miscounted",
        0,
    )?;
    let below: u32 = root.edges.iter().map(|edge| edge.evaluations).sum();
    let first = u32::from(!maze.places[root.place].moves.is_empty());
    ensure(
        tree.evaluations == first + below,
        "evaluations do not add up",
        0,
    )?;

    for (row, node) in tree.nodes.iter().enumerate() {
        let place = &maze.places[node.place];
        let visits: u32 = node.edges.iter().map(|edge| edge.visits).sum();
        ensure(
            node.visits == 1 + visits,
            "visits of a node do not add up",
            row,
        )?;
        for edge in &node.edges {
            let visits: u32 = edge.outcomes.iter().map(|outcome| outcome.visits).sum();
            let expanded = u32::from(!edge.outcomes.is_empty());
            ensure(
                edge.visits == expanded + visits,
                "visits of an edge do not add up",
                row,
            )?;
            let expectation = |outcome: &OutcomeCopy| {
                let discount = place.moves[edge.action].discount;
                outcome.probability * (outcome.reward + discount * tree.nodes[outcome.node].worth)
            };
            let worth: f64 = edge.outcomes.iter().map(expectation).sum();
            ensure(
                (expanded == 1) == edge.worth.is_some(),
                "an edge is half expanded",
                row,
            )?;
            ensure(
                edge.worth.is_none_or(|said| close(said, worth)),
                "an edge is not its expectation",
                row,
            )?;
        }
        for edge in &node.edges {
            let spreads = edge
                .outcomes
                .iter()
                .filter(|o| o.probability > 0.0)
                .map(|o| {
                    let discount = place.moves[edge.action].discount;
                    Some((o.probability * discount * tree.nodes[o.node].spread?).powi(2))
                });
            let variance: Option<f64> = spreads.sum();
            ensure(
                edge.outcomes.is_empty() || agree(edge.spread, variance.map(f64::sqrt)),
                "the spread of an edge is not that of its outcomes",
                row,
            )?;
        }
        let untried = node
            .edges
            .iter()
            .any(|edge| edge.worth.is_none() && edge.prior > 0.0);
        let mut options: Vec<(f64, Option<f64>)> = node
            .edges
            .iter()
            .filter_map(|edge| Some((edge.worth?, edge.spread)))
            .collect();
        let undecided = options.is_empty() || untried;
        let (worth, spread) = match place.spread {
            _ if place.moves.is_empty() => (place.end, Some(0.0)),
            Some(spread) if undecided => {
                let best = options.iter().map(|(worth, _)| *worth);
                let least = best.fold(f64::NEG_INFINITY, f64::max) - 2.0 * spread;
                (place.judged.max(least), Some(spread))
            }
            None if undecided => {
                options.push((place.judged, None));
                summary(&options, temperature)
            }
            _ => summary(&options, temperature),
        };
        ensure(close(node.worth, worth), "a node is not its best", row)?;
        ensure(
            agree(node.spread, spread),
            "the spread of a node is not its best's",
            row,
        )?;
        let priors: f64 = node.edges.iter().map(|edge| edge.prior).sum();
        ensure(
            node.edges.is_empty() || close(priors, 1.0),
            "priors do not sum to 1",
            row,
        )?;
        if node.status == Status::Solved {
            ensure(
                close(node.worth, exact[node.place]),
                "a solved node is not exact",
                row,
            )?;
        }
    }
    Ok(())
}

fn agree(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-7 * a.max(b).max(1.0),
        _ => a.is_none() && b.is_none(),
    }
}

/// What a node makes of its options: the greatest, or all of them weighed by how far below it they are in its spreads.
fn summary(options: &[(f64, Option<f64>)], temperature: Option<f64>) -> (f64, Option<f64>) {
    let best = options
        .iter()
        .copied()
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .expect("a node has an option");
    let (Some(temperature), Some(spread)) = (temperature, best.1) else {
        return best;
    };
    if spread == 0.0 {
        return best;
    }
    let weight = |worth: f64| (-0.5 * ((worth - best.0) / (temperature * spread)).powi(2)).exp();
    let weights: f64 = options.iter().map(|(worth, _)| weight(*worth)).sum();
    let mean = options
        .iter()
        .map(|(worth, _)| weight(*worth) / weights * worth)
        .sum();
    let counted = options.iter().filter(|(worth, _)| weight(*worth) > 0.0);
    let variance: Option<f64> = counted
        .map(|(worth, spread)| Some((weight(*worth) / weights * (*spread)?).powi(2)))
        .sum();
    (mean, variance.map(f64::sqrt))
}

fn temperature(config: &SearchConfig) -> Option<f64> {
    match config.backup {
        Backup::Max => None,
        Backup::Soft { temperature } => Some(temperature),
    }
}

/// Searches and checks; whatever the config, what is found adds up.
fn searched(maze: &Maze, config: &SearchConfig) -> Result<Copied, TestCaseError> {
    let mut judge = Judge::new(maze);
    let tree = run(maze, &0, &mut judge, config, &mut |_| true)
        .map_err(|e| TestCaseError::fail(e.to_string()))?;
    let copied = copy(&tree);
    check(
        &copied,
        maze,
        judge.states,
        &maze.solve(),
        temperature(config),
    )
    .map_err(TestCaseError::fail)?;
    prop_assert!(judge.states <= config.evaluations);
    prop_assert!(copied.simulations <= config.simulations);
    prop_assert!(judge.largest <= config.batch as usize);
    prop_assert_eq!(judge.batches, tree.counts().batches);
    prop_assert_eq!(tree.counts().nodes as usize, copied.nodes.len());
    Ok(copied)
}

prop_compose! {
    /// Outcomes whose weights may be zero, but not all.
    fn outcomes()(raw in prop::collection::vec((0u8..4, -1.0..1.0, any::<u8>()), 1..=3)) -> Vec<(u8, f64, u8)> {
        let mut raw: Vec<(u8, f64, u8)> = raw;
        if raw.iter().all(|(weight, ..)| *weight == 0) {
            raw[0].0 = 1;
        }
        raw
    }
}

/// End, judgement, its spread, moves, priors.
type RawPlace = (
    f64,
    f64,
    Option<f64>,
    Vec<(f64, Vec<(u8, f64, u8)>)>,
    Option<[u8; 3]>,
);

prop_compose! {
    fn place()(
        end in -3.0..3.0,
        judged in -3.0..3.0,
        spread in prop::option::weighted(0.8, prop_oneof![Just(0.0), 0.0..1.0]),
        moves in prop::collection::vec((prop_oneof![Just(1.0), Just(-1.0), -1.1..1.1], outcomes()), 0..=3),
        weights in prop::option::of(prop::array::uniform3(0u8..4)),
    ) -> RawPlace {
        (end, judged, spread, moves, weights)
    }
}

prop_compose! {
    fn mazes(sizes: std::ops::RangeInclusive<usize>)(
        raw in prop::collection::vec(place(), sizes),
        graph in any::<bool>(),
    ) -> Maze {
        let size = raw.len();
        let places = raw.into_iter().enumerate().map(|(index, (end, judged, spread, moves, weights))| {
            let onward = size - index - 1;
            let moves: Vec<Move> = moves.into_iter().filter(|_| onward > 0).map(|(discount, outcomes)| {
                let sum: f64 = outcomes.iter().map(|(weight, ..)| f64::from(*weight)).sum();
                let outcomes = outcomes.into_iter().map(|(weight, reward, hop)| {
                    (f64::from(weight) / sum, reward, index + 1 + usize::from(hop) % onward)
                });
                Move { discount, outcomes: outcomes.collect() }
            }).collect();
            let mut priors: Vec<f64> = weights.into_iter().flatten().map(f64::from).take(moves.len()).collect();
            if priors.iter().sum::<f64>() == 0.0 {
                priors.clear();
            }
            Place { end, moves, judged, spread, priors }
        });
        Maze { places: places.collect(), graph, reversed: false }
    }
}

/// Budget, batch, exploration and seed.
fn plain_configs() -> impl Strategy<Value = SearchConfig> {
    (
        1u32..80,
        1u32..9,
        prop_oneof![Just(0.0), Just(0.05), Just(1.25)],
        any::<u64>(),
    )
        .prop_map(|(evaluations, batch, exploration, seed)| SearchConfig {
            evaluations,
            batch,
            exploration,
            seed,
            ..SearchConfig::default()
        })
}

/// Every manner of search.
fn manners() -> impl Strategy<Value = SearchConfig> {
    let root = prop_oneof![
        Just(Root::Puct),
        (1u32..5, prop_oneof![Just(0.0), Just(1.0)])
            .prop_map(|(considered, noise)| Root::Gumbel { considered, noise }),
    ];
    let backup = prop_oneof![
        Just(Backup::Max),
        (0.1..3.0).prop_map(|temperature| Backup::Soft { temperature }),
    ];
    let widening = prop::option::of(
        (1u32..3, 0.0..=1.0).prop_map(|(from, exponent)| Widening { from, exponent }),
    );
    let interior = prop_oneof![Just(Interior::Puct), Just(Interior::Gumbel)];
    (root, interior, backup, widening).prop_map(|(root, interior, backup, widening)| SearchConfig {
        root,
        interior,
        backup,
        widening,
        ..SearchConfig::default()
    })
}

/// Every manner of search, on any budget.
fn configs() -> impl Strategy<Value = SearchConfig> {
    let stops = (
        prop_oneof![Just(u32::MAX), 1u32..60],
        prop::option::of(0.0..1.0),
    );
    (plain_configs(), manners(), stops).prop_map(|(plain, manner, (simulations, tolerance))| {
        SearchConfig {
            evaluations: plain.evaluations,
            batch: plain.batch,
            exploration: plain.exploration,
            seed: plain.seed,
            simulations,
            tolerance,
            ..manner
        }
    })
}

/// Enough for every maze that [`small`] lets pass.
const PLENTY: u32 = 20_000;

fn plenty() -> SearchConfig {
    SearchConfig {
        evaluations: PLENTY,
        ..SearchConfig::default()
    }
}

/// Whether [`PLENTY`] is plenty.
fn small(maze: &Maze) -> bool {
    maze.graph || maze.tree_size() <= f64::from(PLENTY)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// Wherever it stops, counts and worths add up and the budget holds.
    #[test]
    fn a_search_adds_up(maze in mazes(1..=14), config in configs(), depth_max in prop_oneof![Just(u32::MAX), 0u32..6]) {
        searched(&maze, &SearchConfig { depth_max, ..config })?;
    }

    /// Same seed and config, same tree in every bit.
    #[test]
    fn a_search_can_be_repeated(maze in mazes(1..=14), config in configs()) {
        prop_assert_eq!(searched(&maze, &config)?, searched(&maze, &config)?);
    }

    /// A game that is exhausted is solved by dynamic programming, one leaf at a time or many.
    #[test]
    fn an_exhausted_game_is_solved(maze in mazes(1..=8), seed in any::<u64>(), manner in manners()) {
        prop_assume!(small(&maze));
        let exact = maze.solve();
        let mut evaluations = Vec::new();
        for batch in [1, 3, 64] {
            let tree = searched(&maze, &SearchConfig { batch, seed, evaluations: PLENTY, ..manner.clone() })?;
            prop_assert_eq!(tree.stop_reason, StopReason::Solved);
            prop_assert!(close(tree.nodes[0].worth, exact[0]), "{} for {}", tree.nodes[0].worth, exact[0]);
            evaluations.push(tree.evaluations);
        }
        prop_assert!(evaluations.iter().all(|same| *same == evaluations[0]), "{evaluations:?}");
        // Not one more than it takes.
        let exactly = SearchConfig { evaluations: evaluations[0].max(1), seed, ..manner };
        prop_assert_eq!(searched(&maze, &exactly)?.stop_reason, StopReason::Solved);
    }

    /// The order in which actions are listed does not matter to what they are worth.
    #[test]
    fn the_order_of_actions_does_not_matter(maze in mazes(1..=8)) {
        prop_assume!(small(&maze));
        let forward = searched(&maze, &plenty())?;
        let backward = searched(&Maze { reversed: true, ..maze }, &plenty())?;
        prop_assert_eq!(forward.evaluations, backward.evaluations);
        for (a, b) in forward.nodes[0].edges.iter().zip(backward.nodes[0].edges.iter().rev()) {
            prop_assert_eq!(a.action, b.action);
            prop_assert!(close(a.worth.unwrap(), b.worth.unwrap()));
        }
    }

    /// Cut off at a depth, the game is solved with the evaluator's word at the cut, in any order of search.
    #[test]
    fn a_horizon_is_exact_but_for_the_judge(maze in mazes(1..=8), depth_max in 0u32..5, batch in 1u32..9) {
        prop_assume!(small(&maze));
        let exact = if maze.graph {
            maze.solve_shared_within(depth_max)[0]
        } else {
            maze.solve_within(depth_max)[0][0]
        };
        let tree = searched(&maze, &SearchConfig { depth_max, batch, ..plenty() })?;
        prop_assert!(matches!(tree.stop_reason, StopReason::Solved | StopReason::Horizon));
        prop_assert!(close(tree.nodes[0].worth, exact), "{} for {exact}", tree.nodes[0].worth);
    }

    /// An evaluator that never promises too much gives a search that never does, at any node.
    #[test]
    fn a_modest_judge_makes_a_modest_search(mut maze in mazes(1..=12), config in configs()) {
        // Against an opponent, to promise too little there is to promise too much here.
        for mv in maze.places.iter_mut().flat_map(|place| &mut place.moves) {
            mv.discount = mv.discount.abs();
        }
        let exact = maze.solve();
        for (place, exact) in maze.places.iter_mut().zip(&exact) {
            place.judged = exact - place.judged.abs();
        }
        for node in &searched(&maze, &config)?.nodes {
            prop_assert!(node.worth <= exact[node.place] + 1e-11, "{node:?}");
        }
    }

    /// Every root action is ranked before anything else is looked into, unless the search says that it could not.
    #[test]
    fn the_ranking_is_complete(maze in mazes(1..=14), config in plain_configs()) {
        let tree = searched(&maze, &config)?;
        let ranked = tree.nodes[0].edges.iter().all(|edge| edge.worth.is_some());
        prop_assert_eq!(ranked, tree.stop_reason != StopReason::TooSmall);
        let outcomes: usize = maze.places[0].moves.iter().map(|mv| mv.outcomes.len()).sum();
        prop_assert!(ranked || (config.evaluations as usize) < 1 + outcomes);
    }

    /// Many roots at once grow the trees that each would grow alone, in any number of groups whose leaves are in flight and in
    /// calls of any size, and so does memory that other searches have used.
    #[test]
    fn company_does_not_matter(maze in mazes(1..=14), config in configs(), starts in prop::collection::vec(any::<prop::sample::Index>(), 1..6), groups in 1usize..5, takes in prop_oneof![1u32..9, Just(u32::MAX)]) {
        let roots: Vec<usize> = starts.iter().map(|start| start.index(maze.places.len())).collect();
        let mut judge = Judge { takes, flying: vec![None; groups], ..Judge::new(&maze) };
        let together = run_all(&maze, &roots, &mut judge, &config, &mut |_, _| true);
        let mut planner = Planner::new();
        let mut states = 0;
        for (root, tree) in roots.iter().zip(together.expect("an honest judge")) {
            let tree = tree.map_err(|e| TestCaseError::fail(e.to_string()))?;
            let mut alone = Judge { takes, ..Judge::new(&maze) };
            let single = run(&maze, root, &mut alone, &config, &mut |_| true).expect("as together");
            prop_assert_eq!(copy(&tree), copy(&single));
            prop_assert_eq!(tree.counts(), single.counts());
            prop_assert_eq!(tree.choice(), single.choice());
            let again = planner.run(&maze, root, &mut Judge::new(&maze), &config, &mut |_| true);
            prop_assert_eq!(copy(again.expect("as alone")), copy(&single));
            states += alone.states;
        }
        prop_assert_eq!(judge.states, states);
        // Each by a budget and a seed of its own.
        let each: Vec<(usize, SearchConfig)> = (roots.iter().zip(0..))
            .map(|(root, more)| {
                let (seed, evaluations) = (config.seed ^ more, config.evaluations.saturating_add(7 * more as u32));
                (*root, SearchConfig { seed, evaluations, ..config.clone() })
            })
            .collect();
        let together = run_each(&maze, &each, &mut judge, &mut |_, _| true);
        for ((root, config), tree) in each.iter().zip(together.expect("an honest judge")) {
            let single = run(&maze, root, &mut Judge::new(&maze), config, &mut |_| true).expect("as together");
            prop_assert_eq!(copy(&tree.expect("as alone")), copy(&single));
        }
        prop_assert!(judge.largest <= takes as usize);
        prop_assert!(judge.most_flying <= groups);
    }

    /// How many states the evaluator takes at once changes the number of calls and nothing else.
    #[test]
    fn the_size_of_calls_does_not_matter(maze in mazes(1..=14), config in configs(), takes in 1u32..9) {
        let mut small = Judge { takes, ..Judge::new(&maze) };
        let tree = run(&maze, &0, &mut small, &config, &mut |_| true).expect("an honest judge");
        prop_assert!(small.largest <= takes as usize);
        prop_assert_eq!(tree.counts().batches, small.batches);
        let mut large = Judge::new(&maze);
        let other = run(&maze, &0, &mut large, &config, &mut |_| true).expect("an honest judge");
        prop_assert_eq!(copy(&tree), copy(&other));
        prop_assert!(large.batches <= small.batches);
    }

    /// The part of a tree below any node is a tree, and to go on from it leads to the same exact answers.
    #[test]
    fn a_part_is_a_tree(maze in mazes(1..=10), config in configs(), node in any::<prop::sample::Index>()) {
        prop_assume!(small(&maze));
        let mut judge = Judge::new(&maze);
        let whole = run(&maze, &0, &mut judge, &config, &mut |_| true).expect("an honest judge");
        let node = whole.nodes().nth(node.index(whole.nodes().len())).expect("in range");
        let part = whole.rooted_at(node);
        prop_assert_eq!(part.worth(part.root()), whole.worth(node));
        prop_assert_eq!(part.visits(part.root()), whole.visits(node));
        let worths = |tree: &Tree<Maze>, node| tree.edges(node).map(|edge| (edge.action, edge.worth, edge.visits)).collect::<Vec<_>>();
        prop_assert_eq!(worths(&part, part.root()), worths(&whole, node));
        let counted = part.counts().evaluations;
        let place = *part.state(part.root());
        let mut judge = Judge::new(&maze);
        let end = run_from(&maze, part, &mut judge, &SearchConfig { evaluations: PLENTY, simulations: u32::MAX, tolerance: None, ..config }, &mut |_| true)
            .map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(end.stop_reason(), StopReason::Solved);
        let exact = maze.solve()[place];
        prop_assert!(close(end.worth(end.root()), exact), "{} for {exact}", end.worth(end.root()));
        prop_assert_eq!(end.counts().evaluations, counted + judge.states);
    }

    /// A judge that remembers grows the same tree, and is asked for each state once.
    #[test]
    fn memory_changes_nothing(maze in mazes(1..=14), config in configs()) {
        // Where the budget ends depends on what it is spent on.
        let config = SearchConfig { evaluations: PLENTY, simulations: config.simulations.min(200), batch: 1, ..config };
        let mut forgetful = Judge::new(&maze);
        let tree = run(&maze, &0, &mut forgetful, &config, &mut |_| true).expect("an honest judge");
        let mut cached = Cached::new(Judge::new(&maze), 1000, |place: &usize| Some(*place as u128));
        let first = run(&maze, &0, &mut cached, &config, &mut |_| true).expect("an honest judge");
        prop_assert_eq!(first.counts().evaluations + first.counts().recalled, tree.counts().evaluations);
        prop_assert!(first.counts().evaluations <= tree.counts().evaluations);
        let second = run(&maze, &0, &mut cached, &config, &mut |_| true).expect("an honest judge");
        prop_assert_eq!(second.counts().evaluations, 0);
        prop_assert_eq!(cached.into_inner().states, first.counts().evaluations);
        if matches!(config.root, Root::Puct) {
            for (a, b) in copy(&tree).nodes.iter().zip(&copy(&second).nodes) {
                prop_assert_eq!((a.place, a.worth, a.visits, a.status), (b.place, b.worth, b.visits, b.status));
            }
        }
    }

    /// A search that stops because it has seen enough has: with a judge that is never wrong by more than it says, no other
    /// action is better by more than the tolerance, and none beats the baseline by more than the margin.
    #[test]
    fn enough_is_enough(mut maze in mazes(2..=12), config in configs(), tolerance in 0.0..2.0, error in -1.0f64..1.0, action in 0usize..3) {
        // Deterministic games of one way each, so that errors do not average out.
        for mv in maze.places.iter_mut().flat_map(|place| &mut place.moves) {
            mv.outcomes.truncate(1);
            mv.outcomes[0].0 = 1.0;
            mv.discount = mv.discount.abs().min(1.0);
        }
        let exact = maze.solve();
        for (index, place) in maze.places.iter_mut().enumerate() {
            let error = if index % 2 == 0 { error } else { -error };
            (place.judged, place.spread) = (exact[index] + error, Some(error.abs()));
            place.priors.clear();
        }
        prop_assume!(!maze.places[0].moves.is_empty());
        let action = action % maze.places[0].moves.len();
        let config = SearchConfig {
            backup: Backup::Max, root: Root::Puct, widening: None, simulations: u32::MAX, deviations: 1.0,
            tolerance: Some(tolerance), baseline: Some(Baseline { action, margin: tolerance }), ..config
        };
        let tree = run(&maze, &0, &mut Judge::new(&maze), &config, &mut |_| true).expect("an honest judge");
        let truth: Vec<f64> = maze.places[0].moves.iter().map(|mv| {
            let (_, reward, to) = mv.outcomes[0];
            reward + mv.discount * exact[to]
        }).collect();
        let best = truth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let chosen = match tree.stop_reason() {
            StopReason::Settled => tree.choice().expect("it was ranked").index,
            StopReason::Abstained => action,
            _ => return Ok(()),
        };
        // The spread of a state is that of its best action: that another is better by an error is not in it.
        prop_assert!(best <= truth[chosen] + tolerance + 1e-11 + error.abs(), "{truth:?} {chosen} {tree:?}", tree = copy(&tree));
    }

    /// Nonsense from the evaluator is refused if it is ever said, and nothing hangs or panics.
    #[test]
    fn nonsense_is_refused(maze in mazes(1..=10), config in configs(), nth in 0u32..60, nonsense in nonsense()) {
        let mut honest = Judge::new(&maze);
        let asked = run(&maze, &0, &mut honest, &config, &mut |_| true).map(|tree| tree.counts().evaluations);
        let mut liar = Liar { judge: Judge::new(&maze), nth, nonsense };
        let answer = run(&maze, &0, &mut liar, &config, &mut |_| true);
        let heard = asked.is_ok_and(|asked| nth < asked);
        match answer {
            Ok(_) => prop_assert!(!heard || liar.nonsense.late()),
            Err(Error::Worth { .. } | Error::Spread { .. } | Error::Evaluator(_)) => prop_assert!(heard && !liar.nonsense.late()),
            Err(Error::Priors { .. }) => prop_assert!(heard && liar.nonsense.late()),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

#[derive(Clone, Debug)]
enum Nonsense {
    Worth(f64),
    Spread(f64),
    Fails,
    Priors(Vec<f64>),
}

impl Nonsense {
    /// Priors are looked at when a state is entered, which may never happen.
    fn late(&self) -> bool {
        matches!(self, Nonsense::Priors(_))
    }
}

fn nonsense() -> impl Strategy<Value = Nonsense> {
    prop_oneof![
        Just(Nonsense::Worth(f64::NAN)),
        Just(Nonsense::Worth(f64::INFINITY)),
        Just(Nonsense::Worth(f64::NEG_INFINITY)),
        Just(Nonsense::Spread(f64::NAN)),
        Just(Nonsense::Spread(f64::INFINITY)),
        Just(Nonsense::Spread(-1e-300)),
        Just(Nonsense::Fails),
        Just(Nonsense::Priors(vec![1.0; 4])),
        Just(Nonsense::Priors(vec![0.0])),
        Just(Nonsense::Priors(vec![f64::NAN])),
        Just(Nonsense::Priors(vec![1.0, f64::INFINITY])),
        Just(Nonsense::Priors(vec![-1.0, 3.0])),
    ]
}

/// Honest but for the answer on its nth state.
struct Liar<'a> {
    judge: Judge<'a>,
    nth: u32,
    nonsense: Nonsense,
}

impl Evaluator<usize> for Liar<'_> {
    fn evaluate(&mut self, leaves: &[usize], out: &mut [Judgement]) -> Result<(), Error> {
        let first = self.judge.states;
        self.judge.evaluate(leaves, out)?;
        if (first..self.judge.states).contains(&self.nth) {
            let judgement = &mut out[(self.nth - first) as usize];
            match &self.nonsense {
                Nonsense::Worth(worth) => judgement.worth = *worth,
                Nonsense::Spread(spread) => judgement.spread = Some(*spread),
                Nonsense::Priors(priors) => judgement.priors.clone_from(priors),
                Nonsense::Fails => return Err(Error::Evaluator("out of memory".into())),
            }
        }
        Ok(())
    }
}

/// The seed decides between actions that look alike, and nothing else is random.
#[test]
fn the_seed_breaks_ties() {
    let mv = |to: usize| Move {
        discount: 1.0,
        outcomes: vec![(1.0, 0.0, to)],
    };
    let place = |moves| Place {
        spread: None,
        end: 0.0,
        moves,
        judged: 0.0,
        priors: Vec::new(),
    };
    let maze = Maze {
        places: vec![place(vec![mv(1), mv(1)]), place(vec![mv(2)]), place(vec![])],
        graph: false,
        reversed: false,
    };
    let first = |seed: u64| {
        let config = SearchConfig {
            evaluations: 2,
            batch: 1,
            seed,
            ..plenty()
        };
        let tree = run(&maze, &0, &mut Judge::new(&maze), &config, &mut |_| true)
            .expect("the rules are in order");
        tree.best_action()
    };
    let chosen: Vec<_> = (0..64).map(first).collect();
    for action in [0, 1] {
        assert!(
            chosen
                .iter()
                .filter(|choice| **choice == Some(action))
                .count()
                > 16,
            "{chosen:?}"
        );
    }
}

/// A state that was on the horizon by a long way is opened when a short way to it is found.
#[test]
fn a_short_way_reopens_a_state() {
    let place = |onward: &[usize]| Place {
        end: 3.0,
        moves: onward
            .iter()
            .map(|to| Move {
                discount: 1.0,
                outcomes: vec![(1.0, 0.0, *to)],
            })
            .collect(),
        judged: -3.0,
        spread: None,
        priors: Vec::new(),
    };
    let onward: [&[usize]; 8] = [&[1, 2], &[3], &[5], &[4], &[5], &[6], &[7], &[]];
    let mut places: Vec<Place> = onward.into_iter().map(place).collect();
    places[0].priors = vec![1000.0, 1.0]; // by 1, 3 and 4 first, then by 2
    let maze = Maze {
        places,
        graph: true,
        reversed: false,
    };
    let config = SearchConfig {
        depth_max: 4,
        batch: 1,
        ..plenty()
    };
    let answer = run(&maze, &0, &mut Judge::new(&maze), &config, &mut |_| true);
    let tree = answer.expect("the rules are in order");
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    assert_eq!(tree.worth(tree.root()), 3.0);
}

/// A wrong search would not pass: trees as mistaken programs would leave them behind are refused, each for its mistake.
#[test]
fn lies_are_caught() {
    // Place 2 is reached from the root and from place 1, and each place has a good and a bad move.
    let mv = |outcomes: &[(f64, f64, usize)]| Move {
        discount: 0.9,
        outcomes: outcomes.to_vec(),
    };
    let place = |judged: f64, moves: Vec<Move>| Place {
        end: 1.0,
        moves,
        judged,
        spread: Some(0.5),
        priors: Vec::new(),
    };
    let maze = Maze {
        places: vec![
            place(
                0.5,
                vec![mv(&[(0.5, 0.0, 1), (0.5, 0.0, 2)]), mv(&[(1.0, -1.0, 2)])],
            ),
            place(
                0.4,
                vec![mv(&[(0.3, 1.0, 2), (0.7, 0.5, 3)]), mv(&[(1.0, -2.0, 3)])],
            ),
            place(
                0.3,
                vec![mv(&[(0.6, 2.0, 3), (0.4, 0.0, 4)]), mv(&[(1.0, -3.0, 4)])],
            ),
            place(0.2, vec![mv(&[(1.0, 0.25, 4)]), mv(&[(1.0, -4.0, 4)])]),
            place(0.0, vec![]),
        ],
        graph: true,
        reversed: false,
    };
    let exact = maze.solve();
    let mut judge = Judge::new(&maze);
    let tree =
        run(&maze, &0, &mut judge, &plenty(), &mut |_| true).expect("the rules are in order");
    let honest = copy(&tree);
    assert_eq!(check(&honest, &maze, judge.states, &exact, None), Ok(()));

    let caught = |falsify: &dyn Fn(&mut Copied), counted: u32, complaint: &str| {
        let mut lie = honest.clone();
        falsify(&mut lie);
        let found = check(&lie, &maze, counted, &exact, None).expect_err(complaint);
        assert!(
            found.starts_with(complaint),
            "{found} instead of {complaint}"
        );
    };
    let truth = judge.states;
    // An evaluator that counts calls instead of states, and a tree that forgets one.
    caught(&|_| (), judge.batches, "evaluations miscounted");
    caught(&|lie| lie.evaluations -= 1, truth, "evaluations miscounted");
    caught(
        &|lie| lie.evaluations -= 1,
        truth - 1,
        "evaluations do not add up",
    );
    caught(
        &|lie| lie.nodes[0].edges[0].evaluations += 1,
        truth,
        "evaluations do not add up",
    );
    caught(&|lie| lie.simulations += 1, truth, "simulations miscounted");
    caught(
        &|lie| lie.nodes[1].edges[0].visits += 1,
        truth,
        "visits of a node",
    );
    caught(
        &|lie| lie.nodes[1].edges[0].outcomes[0].visits += 1,
        truth,
        "visits of an edge",
    );
    caught(&|lie| lie.nodes[1].edges[0].prior *= 2.0, truth, "priors");
    caught(
        &|lie| lie.nodes[1].edges[0].spread = Some(0.1),
        truth,
        "the spread of an edge",
    );
    caught(&|lie| lie.nodes[1].spread = None, truth, "the spread of");
    // The mean of what was visited, which is how trees without known chances back up.
    let mean = |lie: &mut Copied, row: usize| {
        let edges = &lie.nodes[row].edges;
        let visits: f64 = edges.iter().map(|edge| f64::from(edge.visits)).sum();
        let sum: f64 = edges
            .iter()
            .map(|edge| f64::from(edge.visits) * edge.worth.unwrap_or(0.0))
            .sum();
        if visits > 0.0 {
            lie.nodes[row].worth = sum / visits;
        }
    };
    caught(&|lie| mean(lie, 0), truth, "a node is not its best");
    let expectation = |lie: &mut Copied, row: usize| {
        for edge in 0..lie.nodes[row].edges.len() {
            let place = lie.nodes[row].place;
            let edge_copy = &lie.nodes[row].edges[edge];
            let discount = maze.places[place].moves[edge_copy.action].discount;
            let outcomes = edge_copy.outcomes.iter();
            let worth = outcomes
                .map(|o| o.probability * (o.reward + discount * lie.nodes[o.node].worth))
                .sum();
            lie.nodes[row].edges[edge].worth = Some(worth);
        }
    };
    let mean_everywhere = |lie: &mut Copied| {
        let mut rows: Vec<usize> = (0..lie.nodes.len()).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(lie.nodes[*row].place));
        for row in rows {
            expectation(lie, row);
            mean(lie, row);
        }
        assert!(
            exact[0] - lie.nodes[0].worth > 0.1,
            "a mean would be far off"
        );
    };
    caught(&mean_everywhere, truth, "a node is not its best");
    // A shared node that tells only one of its parents: the other keeps what it knew before.
    let stale = |lie: &mut Copied| {
        let edge = &mut lie.nodes[0].edges[1];
        edge.worth = Some(-1.0 + 0.9 * maze.places[2].judged);
    };
    caught(&stale, truth, "an edge is not its expectation");
    // A worth that adds up but is not the game's.
    let unsolved = |lie: &mut Copied| {
        lie.nodes
            .iter_mut()
            .for_each(|node| node.status = Status::Solved)
    };
    let mut judge = Judge::new(&maze);
    let config = SearchConfig {
        evaluations: 3,
        ..plenty()
    };
    let early =
        copy(&run(&maze, &0, &mut judge, &config, &mut |_| true).expect("the rules are in order"));
    assert_eq!(check(&early, &maze, judge.states, &exact, None), Ok(()));
    let mut lie = early.clone();
    unsolved(&mut lie);
    assert!(
        check(&lie, &maze, judge.states, &exact, None)
            .is_err_and(|found| found.starts_with("a solved node"))
    );
}
