//! What the manners of search are for: each on the smallest game that shows it.

use search::{
    Backup, Baseline, Cached, Each, Error, Evaluator, Game, Interior, Judgement, Outcome, Planner,
    Root, SearchConfig, Status, StopReason, Tree, Widening, run, run_all, run_from,
};

/// Numbers that look random, from 0 to 1.
fn uniform(a: u64, b: u64) -> f64 {
    let mut x = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xd1b5_4a32_d192_ed03);
    for _ in 0..3 {
        x = (x ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
    ((x >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

/// Standard normal (Box & Muller 1958).
fn normal(a: u64, b: u64) -> f64 {
    let b = b.wrapping_mul(2);
    let (u, v) = (uniform(a, b), uniform(a, b + 1));
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Choose one of many machines, and then again, for `rounds`; each choice has `faces` equally likely outcomes.
///
/// The first machine adds `gain` to what is paid at the end; nothing else matters.
struct Machines {
    machines: u64,
    faces: u64,
    rounds: u32,
    gain: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Hall {
    round: u32,
    /// Names the way that led here.
    way: u64,
    won: f64,
}

const ENTRANCE: Hall = Hall {
    round: 0,
    way: 0,
    won: 0.0,
};

impl Game for Machines {
    type State = Hall;
    type Action = u64;

    fn actions(&self, _: &Hall, out: &mut Vec<u64>) {
        out.extend(0..self.machines);
    }

    fn outcomes(&self, hall: &Hall, machine: u64, out: &mut Vec<Outcome<Hall>>) {
        out.extend((0..self.faces).map(|face| {
            Outcome {
                probability: 1.0 / self.faces as f64,
                reward: 0.0,
                state: Hall {
                    round: hall.round + 1,
                    way: hall
                        .way
                        .wrapping_mul(self.machines * self.faces)
                        .wrapping_add(machine * self.faces + face + 1),
                    won: hall.won + if machine == 0 { self.gain } else { 0.0 },
                },
            }
        }));
    }

    fn terminal_worth(&self, hall: &Hall) -> Option<f64> {
        (hall.round == self.rounds).then_some(hall.won)
    }
}

/// Knows the truth, and errs around it.
struct Noisy<'a> {
    game: &'a Machines,
    sd: f64,
    seed: u64,
}

impl Evaluator<Hall> for Noisy<'_> {
    fn evaluate(&mut self, halls: &[Hall], out: &mut [Judgement]) -> Result<(), Error> {
        for (hall, judgement) in halls.iter().zip(out) {
            let left = f64::from(self.game.rounds - hall.round);
            let worth = hall.won + left * self.game.gain;
            let error = self.sd * normal(self.seed, hall.way);
            *judgement = Judgement::within(worth + error, self.sd);
        }
        Ok(())
    }
}

/// Mean error and its root of mean squares at the root, over many seeds of the noise.
fn errors(game: &Machines, config: &SearchConfig) -> (f64, f64) {
    let seeds = 200;
    let truth = f64::from(game.rounds) * game.gain;
    let errors = (0..seeds).map(|seed| {
        let mut judge = Noisy {
            game,
            sd: 1.0,
            seed,
        };
        let tree = run(game, &ENTRANCE, &mut judge, config, &mut |_| true).unwrap();
        tree.worth(tree.root()) - truth
    });
    let (mut sum, mut squares) = (0.0, 0.0);
    errors.for_each(|error| {
        sum += error;
        squares += error * error;
    });
    let n = seeds as f64;
    (sum / n, (squares / n).sqrt())
}

/// The best of many noisy words is too good: 2.07 standard deviations for 32 of one truth (the mean of the greatest of 32
/// normals, Harter, Biometrika 48, 1961). A soft backup takes most of that away where nothing is better, and costs little
/// where something is.
#[test]
fn a_soft_backup_is_less_fooled() {
    let soft = |temperature| SearchConfig {
        backup: Backup::Soft { temperature },
        ..SearchConfig::default()
    };
    let max = SearchConfig::default();
    let alike = Machines {
        machines: 32,
        faces: 1,
        rounds: 2,
        gain: 0.0,
    };
    let judged_once = |config: &SearchConfig| SearchConfig {
        depth_max: 1,
        ..config.clone()
    };
    let (bias_max, _) = errors(&alike, &judged_once(&max));
    let (bias_soft, _) = errors(&alike, &judged_once(&soft(1.0)));
    assert!((bias_max - 2.07).abs() < 0.1, "{bias_max}");
    assert!(bias_soft < 0.55 * bias_max, "{bias_soft}");

    // Two rounds with chance between them, and not nearly all looked at.
    let deep = Machines {
        machines: 16,
        faces: 4,
        rounds: 8,
        gain: 0.0,
    };
    let budget = |config: SearchConfig| SearchConfig {
        evaluations: 2000,
        ..config
    };
    let (bias_max, rms_max) = errors(&deep, &budget(max.clone()));
    let (bias_soft, rms_soft) = errors(&deep, &budget(soft(1.0)));
    assert!(
        bias_soft < 0.55 * bias_max && bias_max > 0.5,
        "{bias_soft} {bias_max}"
    );
    assert!(rms_soft < 0.65 * rms_max, "{rms_soft} {rms_max}");

    // One that is five standard deviations better than all others.
    let clear = Machines { gain: 5.0, ..alike };
    let (_, rms_max) = errors(&clear, &judged_once(&max));
    let (_, rms_soft) = errors(&clear, &judged_once(&soft(1.0)));
    assert!(rms_soft < 1.3 * rms_max, "{rms_soft} {rms_max}");
}

/// With exact leaves, soft or not makes no difference.
#[test]
fn a_soft_backup_of_what_is_certain_is_the_maximum() {
    let game = Machines {
        machines: 4,
        faces: 2,
        rounds: 3,
        gain: 1.0,
    };
    let config = SearchConfig {
        backup: Backup::Soft { temperature: 3.0 },
        evaluations: 20_000,
        ..SearchConfig::default()
    };
    let mut judge = Noisy {
        game: &game,
        sd: 1.0,
        seed: 1,
    };
    let tree = run(&game, &ENTRANCE, &mut judge, &config, &mut |_| true).unwrap();
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    assert_eq!(
        (tree.worth(tree.root()), tree.spread(tree.root())),
        (3.0, Some(0.0))
    );
}

/// A choice between lines that are judged and never played on.
struct Fork(&'static [(f64, Option<f64>)]);

impl Game for Fork {
    type State = usize;
    type Action = usize;

    fn actions(&self, _: &usize, out: &mut Vec<usize>) {
        out.extend(1..=self.0.len());
    }

    fn outcomes(&self, _: &usize, action: usize, out: &mut Vec<Outcome<usize>>) {
        out.push(Outcome {
            probability: 1.0,
            reward: 0.0,
            state: action,
        });
    }

    fn terminal_worth(&self, _: &usize) -> Option<f64> {
        None
    }
}

impl Evaluator<usize> for &Fork {
    fn evaluate(&mut self, places: &[usize], out: &mut [Judgement]) -> Result<(), Error> {
        for (place, judgement) in places.iter().zip(out) {
            let (worth, spread) = place
                .checked_sub(1)
                .map_or((0.0, None), |line| self.0[line]);
            *judgement = Judgement {
                spread,
                ..Judgement::of(worth)
            };
        }
        Ok(())
    }
}

#[test]
fn the_final_move_is_the_safer_one() {
    let check = |fork: Fork, deviations: f64, expected: usize| {
        let config = SearchConfig {
            deviations,
            depth_max: 1,
            ..SearchConfig::default()
        };
        let tree = run(&fork, &0, &mut &fork, &config, &mut |_| true).unwrap();
        let choice = tree.choice().expect("both were expanded");
        assert_eq!(choice.index, expected, "{:?} {deviations}", fork.0);
    };
    const RISKY: &[(f64, Option<f64>)] = &[(1.0, Some(0.05)), (1.2, Some(1.0))];
    check(Fork(RISKY), 2.0, 0);
    check(Fork(RISKY), 0.1, 1);
    check(Fork(RISKY), 0.0, 1);
    // One that does not say how far it errs: no interval can be compared with another.
    const UNKNOWN: &[(f64, Option<f64>)] = &[(1.0, Some(0.05)), (1.2, None)];
    check(Fork(UNKNOWN), 2.0, 1);
}

#[test]
fn a_clear_question_ends_early() {
    let check = |fork: Fork, tolerance, baseline, expected| {
        let config = SearchConfig {
            tolerance,
            baseline,
            evaluations: 1000,
            ..SearchConfig::default()
        };
        let tree = run(&fork, &0, &mut &fork, &config, &mut |_| true).unwrap();
        assert_eq!(tree.stop_reason(), expected, "{:?}", fork.0);
        assert_eq!(
            tree.counts().evaluations < 1000,
            expected != StopReason::Budget
        );
    };
    const CLEAR: &[(f64, Option<f64>)] = &[(0.0, Some(0.1)), (1.0, Some(0.1))];
    const UNKNOWN: &[(f64, Option<f64>)] = &[(0.0, None), (1.0, None)];
    let line = |action, margin| Some(Baseline { action, margin });
    check(Fork(CLEAR), Some(0.0), None, StopReason::Settled);
    check(Fork(CLEAR), None, line(1, 0.0), StopReason::Abstained);
    // What does not say how far it errs settles nothing.
    check(Fork(UNKNOWN), Some(0.0), line(1, 0.0), StopReason::Budget);
    // Doing the worse of the two is not beaten by less than the margin.
    check(Fork(CLEAR), None, line(0, 2.0), StopReason::Abstained);
}

/// The budget of a Gumbel root goes to few, and most of it to the best.
#[test]
fn halving_spends_on_the_promising() {
    let game = Machines {
        machines: 64,
        faces: 2,
        rounds: 40,
        gain: 1.0,
    };
    let config = SearchConfig {
        root: Root::Gumbel {
            considered: 8,
            noise: 0.0,
        },
        evaluations: 2001,
        ..SearchConfig::default()
    };
    // Priors say nothing, so the first eight start, the good one among them.
    let mut judge = Noisy {
        game: &game,
        sd: 0.1,
        seed: 7,
    };
    let tree = run(&game, &ENTRANCE, &mut judge, &config, &mut |_| true).unwrap();
    let edges: Vec<_> = tree.edges(tree.root()).collect();
    assert_eq!(edges.iter().filter(|edge| edge.expanded()).count(), 8);
    assert_eq!(tree.choice().unwrap().index, 0);
    // Three equal parts: all eight share the first, four the second, two the third.
    let mut visits: Vec<f64> = edges.iter().map(|edge| f64::from(edge.visits)).collect();
    visits.sort_by(f64::total_cmp);
    let share: Vec<f64> = visits.iter().rev().take(8).map(|n| n / 1000.0).collect();
    let (eighth, quarter, half) = (1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0);
    let expected = [
        eighth + quarter + half,
        eighth + quarter + half,
        eighth + quarter,
        eighth + quarter,
        eighth,
        eighth,
        eighth,
        eighth,
    ];
    for (share, expected) in share.iter().zip(expected) {
        assert!((share - expected).abs() < 0.04, "{share} {expected}");
    }
}

/// With noise, actions start as often as their priors say: the greatest of `Gumbel + ln prior` is a draw from the priors.
#[test]
fn noise_draws_by_prior() {
    struct Weighted;
    impl Evaluator<usize> for Weighted {
        fn evaluate(&mut self, _: &[usize], out: &mut [Judgement]) -> Result<(), Error> {
            out.fill(Judgement {
                priors: vec![0.1, 0.2, 0.7],
                ..Judgement::of(0.0)
            });
            Ok(())
        }
    }
    const ALIKE: &[(f64, Option<f64>)] = &[(0.0, None); 3];
    let mut counts = [0.0f64; 3];
    for seed in 0..4000 {
        let config = SearchConfig {
            root: Root::Gumbel {
                considered: 1,
                noise: 1.0,
            },
            evaluations: 3,
            seed,
            ..SearchConfig::default()
        };
        let tree = run(&Fork(ALIKE), &0, &mut Weighted, &config, &mut |_| true).unwrap();
        counts[tree.choice().unwrap().index] += 1.0 / 4000.0;
    }
    for (count, prior) in counts.iter().zip([0.1, 0.2, 0.7]) {
        assert!((count - prior).abs() < 0.03, "{counts:?}");
    }
}

/// The policy that the search recommends is nearer the truth than the priors it was given.
#[test]
fn the_improved_policy_improves() {
    let game = Machines {
        machines: 8,
        faces: 2,
        rounds: 3,
        gain: 1.0,
    };
    for interior in [Interior::Puct, Interior::Gumbel] {
        let config = SearchConfig {
            interior,
            evaluations: 150,
            ..SearchConfig::default()
        };
        let mut judge = Noisy {
            game: &game,
            sd: 0.1,
            seed: 3,
        };
        let tree = run(&game, &ENTRANCE, &mut judge, &config, &mut |_| true).unwrap();
        let policy = tree.improved_policy(tree.root());
        assert!((policy.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(policy[0] > 0.9, "{policy:?}");
        let visits: Vec<u32> = tree.edges(tree.root()).map(|edge| edge.visits).collect();
        assert!(
            visits[1..].iter().all(|other| visits[0] > *other),
            "{visits:?}"
        );
    }
}

/// A thousand actions everywhere: without widening the budget is gone at the second level, with it a line is followed down.
#[test]
fn widening_reaches_deep() {
    let game = Machines {
        machines: 1000,
        faces: 1,
        rounds: 30,
        gain: 1.0,
    };
    let search = |widening| {
        let config = SearchConfig {
            widening,
            evaluations: 3000,
            exploration: 0.2,
            ..SearchConfig::default()
        };
        let mut judge = Noisy {
            game: &game,
            sd: 0.2,
            seed: 5,
        };
        let tree = run(&game, &ENTRANCE, &mut judge, &config, &mut |_| true).unwrap();
        (
            tree.counts().depth,
            tree.edges(tree.root())
                .filter(|edge| edge.expanded())
                .count(),
        )
    };
    let (depth_all, expanded_all) = search(None);
    let (depth_some, expanded_some) = search(Some(Widening {
        from: 4,
        exponent: 0.4,
    }));
    assert_eq!(expanded_all, 1000);
    // 4 * 3000^0.4 is 98, and what is searched through makes room for the next.
    assert!(expanded_some < 200, "{expanded_some}");
    assert!(depth_some >= 2 * depth_all, "{depth_some} {depth_all}");
}

/// When a day has passed, what was searched below the state that came to be is not searched again.
#[test]
fn yesterday_is_not_lost() {
    let game = Machines {
        machines: 3,
        faces: 2,
        rounds: 4,
        gain: 1.0,
    };
    let config = SearchConfig {
        evaluations: 300,
        ..SearchConfig::default()
    };
    let mut judge = Each(|hall: &Hall| hall.won);
    let yesterday = run(&game, &ENTRANCE, &mut judge, &config, &mut |_| true).unwrap();
    let choice = yesterday.choice().unwrap();
    let today = yesterday.outcomes(choice.id)[1].node;
    let known = yesterday.rooted_at(today);
    assert_eq!(known.worth(known.root()), yesterday.worth(today));

    let plenty = SearchConfig {
        evaluations: 10_000,
        ..config
    };
    let mut counted = 0;
    let mut judge = Each(|hall: &Hall| {
        counted += 1;
        hall.won
    });
    let state = *yesterday.state(today);
    let warm = run_from(&game, known, &mut judge, &plenty, &mut |_| true).unwrap();
    let cold = run(
        &game,
        &state,
        &mut Each(|hall: &Hall| hall.won),
        &plenty,
        &mut |_| true,
    )
    .unwrap();
    assert_eq!(
        (warm.status(warm.root()), cold.status(cold.root())),
        (Status::Solved, Status::Solved)
    );
    assert_eq!(warm.worth(warm.root()), cold.worth(cold.root()));
    assert_eq!(warm.counts().evaluations, cold.counts().evaluations);
    assert!(
        counted < 3 * cold.counts().evaluations / 4,
        "{counted} of {}",
        cold.counts().evaluations
    );
}

/// An evaluator's batch is a limit in lock step too, and large when there are many roots.
#[test]
fn many_roots_fill_batches() {
    struct Device {
        calls: Vec<usize>,
    }
    impl Evaluator<Hall> for Device {
        fn evaluate(&mut self, halls: &[Hall], out: &mut [Judgement]) -> Result<(), Error> {
            self.calls.push(halls.len());
            for (hall, judgement) in halls.iter().zip(out) {
                *judgement = Judgement::of(hall.won);
            }
            Ok(())
        }
        fn batch(&self) -> u32 {
            100
        }
    }
    let game = Machines {
        machines: 3,
        faces: 2,
        rounds: 9,
        gain: 1.0,
    };
    let config = SearchConfig {
        batch: 4,
        evaluations: 201,
        ..SearchConfig::default()
    };
    let roots = [ENTRANCE; 50];
    let mut device = Device { calls: Vec::new() };
    let trees = run_all(&game, &roots, &mut device, &config, &mut |_, _| true).unwrap();
    assert!(trees.iter().all(Result::is_ok));
    assert!(device.calls.iter().all(|size| *size <= 100));
    let full = device.calls.iter().filter(|size| **size == 100).count();
    assert!(
        full * 10 > device.calls.len() * 9,
        "{full} of {}",
        device.calls.len()
    );
    // A no stops one root and no other.
    let trees = run_all(&game, &roots, &mut device, &config, &mut |number, _| {
        number != 3
    })
    .unwrap();
    for (number, tree) in trees.iter().enumerate() {
        let reason = tree.as_ref().unwrap().stop_reason();
        assert_eq!(reason == StopReason::Asked, number == 3);
    }
}

/// An evaluator in flight: the leaves of one group of roots are judged while the others grow; a memory before it changes
/// nothing, a failure ends all, and answers for the wrong group are noticed.
#[test]
fn the_other_groups_are_in_flight() {
    #[derive(Default)]
    struct Device {
        groups: usize,
        flying: Vec<Vec<f64>>,
        /// `+group` begun, `-group` finished, counted from 1.
        events: Vec<i32>,
        swapped: bool,
        fails_at: Option<usize>,
    }
    impl Evaluator<Hall> for Device {
        fn evaluate(&mut self, _: &[Hall], _: &mut [Judgement]) -> Result<(), Error> {
            unreachable!("many roots are begun and finished")
        }
        fn groups(&self) -> usize {
            self.groups
        }
        fn begin(&mut self, group: usize, halls: &[Hall]) -> Result<(), Error> {
            self.flying.resize(self.groups, Vec::new());
            self.flying[group] = halls.iter().map(|hall| hall.won).collect();
            self.events.push(group as i32 + 1);
            Ok(())
        }
        fn finish(
            &mut self,
            group: usize,
            halls: &[Hall],
            out: &mut [Judgement],
        ) -> Result<(), Error> {
            self.events.push(-(group as i32 + 1));
            if self.fails_at.is_some_and(|at| self.events.len() >= at) {
                return Err(Error::Evaluator("it is gone".into()));
            }
            let other = (group + 1) % self.groups;
            let from = if self.swapped { other } else { group };
            assert_eq!(self.flying[group].len(), halls.len());
            for (i, judgement) in out.iter_mut().enumerate() {
                *judgement = Judgement::of(self.flying[from].get(i).copied().unwrap_or(0.0));
            }
            Ok(())
        }
    }
    let game = Machines {
        machines: 3,
        faces: 2,
        rounds: 9,
        gain: 1.0,
    };
    let config = SearchConfig {
        batch: 4,
        evaluations: 101,
        ..SearchConfig::default()
    };
    let roots: Vec<Hall> = (0..5)
        .map(|root| Hall {
            won: f64::from(root),
            ..ENTRANCE
        })
        .collect();
    let worth = |tree: &Tree<Machines>| tree.worth(tree.root());
    let alone: Vec<f64> = (roots.iter())
        .map(|root| {
            let mut judge = Each(|hall: &Hall| hall.won);
            worth(&run(&game, root, &mut judge, &config, &mut |_| true).unwrap())
        })
        .collect();
    let together = |device: &mut Device| {
        let mut judge = Cached::new(std::mem::take(device), 0, |_: &Hall| None);
        let trees = run_all(&game, &roots, &mut judge, &config, &mut |_, _| true);
        *device = judge.into_inner();
        let worths = trees?.into_iter().map(|tree| Ok(worth(&tree?)));
        worths.collect::<Result<Vec<f64>, Error>>()
    };
    let new = |groups| Device {
        groups,
        ..Device::default()
    };
    // Three groups: of two, two and one root.
    let mut device = new(3);
    assert_eq!(together(&mut device).unwrap(), alone);
    assert_eq!(device.events[..9], [1, 2, 3, -1, 1, -2, 2, -3, 3]);
    let mut device = Device {
        swapped: true,
        ..new(5)
    };
    assert_ne!(together(&mut device).unwrap(), alone);
    let mut device = Device {
        fails_at: Some(20),
        ..new(2)
    };
    let error = together(&mut device).unwrap_err();
    assert_eq!(error.to_string(), "the evaluator failed: it is gone");
}

/// Once warm, a search asks the system for no memory at all, in any manner; a million of them neither grow nor leak.
#[test]
fn a_million_searches_do_not_grow() {
    let game = Machines {
        machines: 3,
        faces: 2,
        rounds: 2,
        gain: 1.0,
    };
    struct Priors;
    impl Evaluator<Hall> for Priors {
        fn evaluate(&mut self, halls: &[Hall], out: &mut [Judgement]) -> Result<(), Error> {
            for (hall, judgement) in halls.iter().zip(out) {
                (judgement.worth, judgement.spread) = (hall.won, Some(0.1));
                judgement.priors.extend([0.5, 0.3, 0.2]);
            }
            Ok(())
        }
    }
    let manners = [
        SearchConfig::default(),
        SearchConfig {
            root: Root::Gumbel {
                considered: 2,
                noise: 1.0,
            },
            interior: Interior::Gumbel,
            backup: Backup::Soft { temperature: 1.0 },
            widening: Some(Widening {
                from: 1,
                exponent: 0.5,
            }),
            ..SearchConfig::default()
        },
    ];
    let mut planner = Planner::new();
    let mut search = |seed: u64, evaluations: u32| {
        let config = SearchConfig {
            seed,
            evaluations,
            ..manners[seed as usize % 2].clone()
        };
        let tree = planner.run(&game, &ENTRANCE, &mut Priors, &config, &mut |_| true);
        assert!(tree.unwrap().choice().is_some());
    };
    (0..100).for_each(|seed| search(seed, 1000));
    let used = allocation_counter::measure(|| {
        (0..1000).for_each(|seed| search(seed, 1000));
        (0..1_000_000).for_each(|seed| search(seed, 4));
    });
    assert_eq!((used.count_total, used.bytes_current), (0, 0));
}

/// One memory for many searches, and a question that was answered is not asked again.
#[test]
fn a_memory_serves_many_searches() {
    let game = Machines {
        machines: 3,
        faces: 2,
        rounds: 5,
        gain: 1.0,
    };
    let mut judge = Cached::new(Each(|hall: &Hall| hall.won), 10_000, |hall: &Hall| {
        Some(u128::from(hall.way) << 8 | u128::from(hall.round))
    });
    let config = SearchConfig {
        evaluations: 501,
        ..SearchConfig::default()
    };
    let first = run(&game, &ENTRANCE, &mut judge, &config, &mut |_| true).unwrap();
    assert_eq!(
        (first.counts().evaluations, first.counts().recalled),
        (501, 0)
    );
    let second = run(&game, &ENTRANCE, &mut judge, &config, &mut |_| true).unwrap();
    assert!(second.counts().recalled >= 490, "{:?}", second.counts());
    assert!(second.counts().nodes > first.counts().nodes);
}
