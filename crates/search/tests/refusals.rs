//! What is wrong is refused in words that say where, and a search stops when it is asked to.

use search::{
    Backup, Baseline, Each, Error, Evaluator, Game, Judgement, Outcome, Root, SearchConfig,
    StopReason, Widening, run,
};

/// Three steps of heads or tails with one thing wrong, at its second step after heads.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    NoActions,
    Probability(f64),
    NoOutcomes,
    Reward(f64),
    Discount(f64),
    End(f64),
    Return,
}

/// Step and heads so far.
type Toss = (u32, u32);

impl Game for Fault {
    type State = Toss;
    type Action = bool;

    fn actions(&self, toss: &Toss, out: &mut Vec<bool>) {
        if !(*self == Fault::NoActions && *toss == (1, 1)) {
            out.extend([false, true]);
        }
    }

    fn outcomes(&self, &(step, heads): &Toss, double: bool, out: &mut Vec<Outcome<Toss>>) {
        let stake = if double { 2.0 } else { 1.0 };
        let mut outcomes = [0, 1].map(|head| Outcome {
            probability: 0.5,
            reward: stake * f64::from(head),
            state: (step + 1, heads + head),
        });
        if (step, heads, double) == (1, 1, true) {
            match *self {
                Fault::Probability(wrong) => outcomes[1].probability = wrong,
                Fault::Reward(wrong) => outcomes[1].reward = wrong,
                Fault::Return => outcomes[1].state = (0, 0),
                Fault::NoOutcomes => return,
                _ => {}
            }
        }
        out.extend(outcomes);
    }

    fn terminal_worth(&self, &(step, heads): &Toss) -> Option<f64> {
        match *self {
            Fault::End(wrong) if (step, heads) == (3, 3) => Some(wrong),
            _ => (step == 3).then_some(0.0),
        }
    }

    fn discount(&self, toss: &Toss, double: bool) -> f64 {
        match *self {
            Fault::Discount(wrong) if *toss == (1, 1) && double => wrong,
            _ => 1.0,
        }
    }

    fn key(&self, &(step, heads): &Toss) -> Option<u128> {
        Some(u128::from(step) << 32 | u128::from(heads))
    }
}

/// What the search says of a game and an evaluator; the empty text if nothing is wrong.
fn complaint(game: Fault, evaluator: &mut impl Evaluator<Toss>, config: &SearchConfig) -> String {
    let answer = run(&game, &(0, 0), evaluator, config, &mut |_| true);
    answer
        .err()
        .map_or(String::new(), |error| error.to_string())
}

#[test]
fn a_wrong_game_is_refused() {
    let check = |fault: Fault, expected: &str| {
        for batch in [1, 64] {
            let config = SearchConfig {
                batch,
                ..SearchConfig::default()
            };
            let said = complaint(fault, &mut Each(|_: &Toss| 0.0), &config);
            assert!(
                said.contains(expected) && said.is_empty() == expected.is_empty(),
                "{said} for {expected}"
            );
        }
    };
    check(Fault::None, "");
    check(
        Fault::NoActions,
        "has no legal action and no terminal worth",
    );
    check(
        Fault::Probability(1.5),
        "has probability 1.5, outside [0, 1]",
    );
    check(
        Fault::Probability(-0.5),
        "has probability -0.5, outside [0, 1]",
    );
    check(
        Fault::Probability(f64::NAN),
        "has probability NaN, outside [0, 1]",
    );
    check(Fault::Probability(0.4), "sum to 0.9, not to 1");
    check(Fault::Probability(0.5 + 1e-10), "");
    check(Fault::NoOutcomes, "sum to 0, not to 1");
    check(Fault::Reward(f64::NAN), "pays NaN");
    check(Fault::Reward(f64::INFINITY), "pays inf");
    check(Fault::Reward(1e308), "");
    check(
        Fault::Discount(f64::NEG_INFINITY),
        "is -inf: it must be finite",
    );
    check(Fault::Discount(f64::NAN), "is NaN: it must be finite");
    check(Fault::End(f64::NAN), "outcome 1 is NaN: it must be finite");
    check(
        Fault::End(f64::NEG_INFINITY),
        "outcome 1 is -inf: it must be finite",
    );
    check(
        Fault::Return,
        "returns to an earlier state: put the step count in the key",
    );
}

#[test]
fn an_expectation_may_not_overflow() {
    let mut evaluator = Each(|_: &Toss| 1e308);
    let said = complaint(
        Fault::Discount(10.0),
        &mut evaluator,
        &SearchConfig::default(),
    );
    assert!(said.contains("overflows: inf"), "{said}");
}

/// The place is named by the way that leads there.
#[test]
fn the_place_is_named() {
    let mut evaluator = Each(|toss: &Toss| if *toss == (1, 1) { f64::NAN } else { 0.0 });
    let error = run(
        &Fault::None,
        &(0, 0),
        &mut evaluator,
        &SearchConfig::default(),
        &mut |_| true,
    )
    .err();
    let Some(Error::Worth { path, worth }) = error else {
        panic!("a worth that is no number was taken");
    };
    assert!(worth.is_nan());
    assert_eq!(path.0.len(), 1);
    assert!(path.to_string().ends_with("outcome 1"), "{path}");
}

/// Answers with a fixed worth and fixed priors, or not at all.
struct Stubborn {
    answers: bool,
    priors: Vec<f64>,
}

impl Evaluator<Toss> for Stubborn {
    fn evaluate(&mut self, leaves: &[Toss], out: &mut [Judgement]) -> Result<(), Error> {
        assert_eq!(leaves.len(), out.len());
        if self.answers {
            out.fill(Judgement {
                worth: 0.0,
                spread: None,
                priors: self.priors.clone(),
            });
        }
        Ok(())
    }
}

#[test]
fn a_wrong_evaluator_is_refused() {
    let config = SearchConfig::default();
    let priors = |priors: &[f64]| {
        complaint(
            Fault::None,
            &mut Stubborn {
                answers: true,
                priors: priors.to_vec(),
            },
            &config,
        )
    };
    assert_eq!(priors(&[]), "");
    assert_eq!(priors(&[0.0, 3.0]), "");
    for wrong in [
        &[1.0] as &[f64],
        &[1.0; 3],
        &[0.0; 2],
        &[-1.0, 2.0],
        &[f64::NAN, 1.0],
        &[f64::INFINITY, 1.0],
    ] {
        let said = priors(wrong);
        assert!(
            said.contains("the priors at root must be 2 finite weights"),
            "{said}"
        );
    }

    let said = complaint(
        Fault::None,
        &mut Stubborn {
            answers: false,
            priors: Vec::new(),
        },
        &config,
    );
    assert_eq!(
        said,
        "the worth of the state at root is NaN: it must be finite"
    );

    struct Broken;
    impl Evaluator<Toss> for Broken {
        fn evaluate(&mut self, _: &[Toss], _: &mut [Judgement]) -> Result<(), Error> {
            Err(Error::Evaluator("the device was lost".into()))
        }
    }
    let said = complaint(Fault::None, &mut Broken, &config);
    assert_eq!(said, "the evaluator failed: the device was lost");
}

#[test]
fn a_wrong_config_is_refused() {
    let wrong = |change: &dyn Fn(&mut SearchConfig), expected: &str| {
        let mut config = SearchConfig::default();
        change(&mut config);
        let said = complaint(Fault::None, &mut Each(|_: &Toss| 0.0), &config);
        assert!(said.contains(expected), "{said}");
    };
    wrong(
        &|c| c.evaluations = 0,
        "evaluations is 0: it must be at least 1",
    );
    wrong(&|c| c.batch = 0, "batch is 0: it must be at least 1");
    wrong(&|c| c.simulations = 0, "simulations is 0: it must be");
    wrong(
        &|c| c.deviations = -1.0,
        "deviations is -1: it must be finite and not negative",
    );
    wrong(
        &|c| c.tolerance = Some(f64::NAN),
        "tolerance is NaN: it must be finite",
    );
    let baseline = |action, margin| Some(Baseline { action, margin });
    wrong(
        &|c| c.baseline = baseline(0, -1.0),
        "baseline.margin is -1: it must be finite",
    );
    wrong(
        &|c| c.baseline = baseline(2, 0.0),
        "baseline.action is 2: it is not among the actions",
    );
    let root = |considered, noise| Root::Gumbel { considered, noise };
    wrong(
        &|c| c.root = root(0, 0.0),
        "considered is 0: it must be at least 1",
    );
    wrong(
        &|c| c.root = root(4, f64::INFINITY),
        "noise is inf: it must be finite",
    );
    let soft = |temperature| Backup::Soft { temperature };
    wrong(
        &|c| c.backup = soft(0.0),
        "temperature is 0: it must be finite and positive",
    );
    wrong(
        &|c| c.backup = soft(f64::NAN),
        "temperature is NaN: it must be",
    );
    let widening = |from, exponent| Some(Widening { from, exponent });
    wrong(
        &|c| c.widening = widening(0, 0.5),
        "widening.from is 0: it must be at least 1",
    );
    wrong(
        &|c| c.widening = widening(4, 1.5),
        "widening.exponent is 1.5: it must be from 0 to 1",
    );
    wrong(
        &|c| c.exploration = f64::NAN,
        "exploration is NaN: it must be finite",
    );
    wrong(
        &|c| c.exploration = -1.0,
        "exploration is -1: it must be finite",
    );
}

#[test]
fn a_search_says_why_it_stopped() {
    let check = |config: SearchConfig, go_on: bool, expected: StopReason, evaluations: u32| {
        let mut evaluator = Each(|_: &Toss| 0.0);
        let tree = run(&Fault::None, &(0, 0), &mut evaluator, &config, &mut |_| {
            go_on
        })
        .expect("nothing is wrong");
        assert_eq!(tree.stop_reason(), expected, "{config:?}");
        assert_eq!(tree.counts().evaluations, evaluations, "{config:?}");
    };
    let base = || SearchConfig {
        batch: 1,
        ..SearchConfig::default()
    };
    // Six tosses are unfinished.
    check(base(), true, StopReason::Solved, 6);
    check(
        SearchConfig {
            evaluations: 6,
            ..base()
        },
        true,
        StopReason::Solved,
        6,
    );
    check(
        SearchConfig {
            evaluations: 5,
            ..base()
        },
        true,
        StopReason::Budget,
        5,
    );
    check(
        SearchConfig {
            evaluations: 3,
            ..base()
        },
        true,
        StopReason::Budget,
        3,
    );
    check(
        SearchConfig {
            evaluations: 2,
            ..base()
        },
        true,
        StopReason::TooSmall,
        1,
    );
    check(
        SearchConfig {
            depth_max: 1,
            ..base()
        },
        true,
        StopReason::Horizon,
        3,
    );
    check(
        SearchConfig {
            depth_max: 0,
            ..base()
        },
        true,
        StopReason::Horizon,
        1,
    );
    check(base(), false, StopReason::Asked, 3);

    // Being solved counts for more than being asked to stop in the same moment.
    let mut evaluator = Each(|_: &Toss| 0.0);
    let config = SearchConfig::default();
    let tree = run(&Fault::None, &(2, 0), &mut evaluator, &config, &mut |_| {
        false
    })
    .expect("nothing is wrong");
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    assert_eq!(tree.worth(tree.root()), 1.0);
    assert_eq!(tree.counts().cache_hits, 2);
}

#[test]
fn a_finished_game_has_nothing_to_search() {
    let mut evaluator = Each(|_: &Toss| panic!("there is nothing to judge"));
    let tree = run(
        &Fault::None,
        &(3, 2),
        &mut evaluator,
        &SearchConfig::default(),
        &mut |_| true,
    )
    .expect("in order");
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    assert_eq!(
        (
            tree.worth(tree.root()),
            tree.best_action(),
            tree.counts().evaluations
        ),
        (0.0, None, 0)
    );
    assert!(tree.principal_line().is_empty());
}
