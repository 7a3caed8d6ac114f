//! Pig: two players, one die, and when to stop. The search against dynamic programming.
//!
//! A turn is rolls until the player holds, which banks the sum, or rolls a 1, which loses it; who first has the target
//! wins. With `V` told from the side of who is to move, between -1 and 1:
//!
//! ```text
//! V(i, j, k) = max( -V(j, i + k, 0),   1/6 (-V(j, i, 0)) + sum over 2..6  1/6 V(i, j, k + face) )      V = 1 if i + k >= target
//! ```
//! `i` own score, `j` the other's, `k` the turn's sum. With target 100 who begins wins with probability .5306: Neller &
//! Presser, "Optimal play of the dice game Pig", UMAP Journal 25 (2004); computed here again.
//!
//! Pig may go on for ever, and a position may come back (two 1s in a row), which the search refuses. So the searched game
//! ends as a draw after so many turns, and the turns left are part of the state. Dynamic programming solves that same
//! bounded game, and with many turns it tends to the unbounded one.

use search::{Each, Game, Outcome, SearchConfig, StopReason, Tree, run};

/// The rules.
#[derive(Clone, Debug)]
struct Pig {
    target: u32,
    /// `faces[n - 1]` is the probability of rolling `n`.
    faces: [f64; 6],
    /// Whether a 1 ends the turn, as it should.
    bust: bool,
}

/// A moment of the bounded game, told by who is to move.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    mine: u32,
    theirs: u32,
    /// Rolled in this turn, not banked.
    sum: u32,
    /// A 1 was rolled: all that is left is to pass the die on.
    bust: bool,
    /// This turn included.
    turns_left: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Roll,
    /// Bank the sum and pass the die on; what follows is the opponent's.
    Hold,
}

impl Pig {
    fn to(target: u32) -> Pig {
        Pig {
            target,
            faces: [1.0 / 6.0; 6],
            bust: true,
        }
    }
}

fn start(turns_left: u32) -> Moment {
    Moment {
        mine: 0,
        theirs: 0,
        sum: 0,
        bust: false,
        turns_left,
    }
}

impl Game for Pig {
    type State = Moment;
    type Action = Action;

    fn actions(&self, moment: &Moment, out: &mut Vec<Action>) {
        if !moment.bust {
            out.push(Action::Roll);
        }
        out.push(Action::Hold);
    }

    fn outcomes(&self, moment: &Moment, action: Action, out: &mut Vec<Outcome<Moment>>) {
        match action {
            Action::Roll => out.extend((1..).zip(self.faces).map(|(face, probability)| Outcome {
                probability,
                reward: 0.0,
                state: if face == 1 && self.bust {
                    Moment {
                        sum: 0,
                        bust: true,
                        ..*moment
                    }
                } else {
                    Moment {
                        sum: moment.sum + face,
                        ..*moment
                    }
                },
            })),
            Action::Hold => out.push(Outcome {
                probability: 1.0,
                reward: 0.0,
                state: Moment {
                    mine: moment.theirs,
                    theirs: moment.mine + moment.sum,
                    turns_left: moment.turns_left - 1,
                    ..start(0)
                },
            }),
        }
    }

    fn terminal_worth(&self, moment: &Moment) -> Option<f64> {
        if moment.mine + moment.sum >= self.target {
            Some(1.0)
        } else {
            (moment.turns_left == 0).then_some(0.0)
        }
    }

    fn discount(&self, _: &Moment, action: Action) -> f64 {
        match action {
            Action::Roll => 1.0,
            Action::Hold => -1.0,
        }
    }

    fn key(&self, moment: &Moment) -> Option<u128> {
        let fields = [moment.mine, moment.theirs, moment.sum, moment.turns_left];
        let packed = fields
            .iter()
            .fold(0, |key, field| key << 24 | u128::from(*field));
        Some(packed << 1 | u128::from(moment.bust))
    }
}

/// `V(i, j, k)` of one turn for all `k`, given the worth to the opponent once the die is passed on with my score so far.
fn turn(target: u32, mine: u32, passed: impl Fn(u32) -> f64) -> Vec<f64> {
    let most = (target - mine) as usize;
    let mut worths = vec![1.0; most + 6];
    for sum in (0..most).rev() {
        let go_on: f64 = (2..=6).map(|face| worths[sum + face]).sum();
        let roll = (go_on - passed(mine)) / 6.0;
        let hold = -passed(mine + sum as u32);
        worths[sum] = roll.max(hold);
    }
    worths.truncate(most);
    worths
}

/// The bounded game: `worths[turns_left][mine][theirs][sum]`.
fn solve_bounded(target: u32, turns: u32) -> Vec<Vec<Vec<Vec<f64>>>> {
    let size = target as usize;
    let mut worths = vec![vec![vec![vec![0.0; size]; size]; size]];
    for turns_left in 1..=turns as usize {
        let last: &Vec<Vec<Vec<f64>>> = &worths[turns_left - 1];
        let of = |mine: u32, theirs: usize| {
            turn(target, mine, |banked| last[theirs][banked as usize][0])
        };
        let here = (0..target)
            .map(|mine| (0..size).map(|theirs| of(mine, theirs)).collect())
            .collect();
        worths.push(here);
    }
    worths
}

/// The unbounded game by value iteration: `worths[mine][theirs]` at the start of a turn.
///
/// A turn leads to the same scores with the roles changed, or to a greater sum of scores; so pairs of scores are settled
/// one after the other from the greatest sum down (Neller & Presser).
fn solve_unbounded(target: u32) -> Vec<Vec<f64>> {
    let size = target as usize;
    let mut worths = vec![vec![0.0; size]; size];
    for total in (0..2 * size - 1).rev() {
        for mine in (total + 1).saturating_sub(size)..=total / 2 {
            let theirs = total - mine;
            for _ in 0..200 {
                let before = (worths[mine][theirs], worths[theirs][mine]);
                for (a, b) in [(mine, theirs), (theirs, mine)] {
                    worths[a][b] = turn(target, a as u32, |banked| worths[b][banked as usize])[0];
                }
                let change = (worths[mine][theirs] - before.0).abs();
                if change.max((worths[theirs][mine] - before.1).abs()) < 1e-14 {
                    break;
                }
            }
        }
    }
    worths
}

/// A judge that knows no more than who is ahead.
fn search(pig: &Pig, root: &Moment, evaluations: u32) -> Tree<Pig> {
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    let mut judge = Each(|moment: &Moment| {
        let ahead = f64::from(moment.mine + moment.sum) - f64::from(moment.theirs);
        ahead / f64::from(pig.target)
    });
    run(pig, root, &mut judge, &config, &mut |_| true).expect("the rules are in order")
}

/// Whether a solved tree has the worths of the bounded game and a best action everywhere; if not, where.
fn grade(tree: &Tree<Pig>, target: u32, turns: u32) -> Result<(), String> {
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    let worths = solve_bounded(target, turns);
    let worth = |moment: &Moment| {
        if moment.mine + moment.sum >= target {
            return 1.0;
        }
        let turn = &worths[moment.turns_left as usize][moment.mine as usize];
        turn[moment.theirs as usize][moment.sum as usize]
    };
    let passed = |moment: &Moment| {
        let last = &worths[moment.turns_left as usize - 1][moment.theirs as usize];
        -last[(moment.mine + moment.sum) as usize][0]
    };
    for node in tree.nodes() {
        let moment = tree.state(node);
        let exact = if moment.bust {
            passed(moment)
        } else {
            worth(moment)
        };
        let found = tree.worth(node);
        if (found - exact).abs() > 1e-12 {
            return Err(format!("{found} for {exact} at {moment:?}"));
        }
        if let Some(best) = tree.best(node) {
            let hold = passed(moment);
            if best.action == Action::Hold && (hold - exact).abs() > 1e-12 {
                return Err(format!("holds for {hold}, not {exact}, at {moment:?}"));
            }
        }
    }
    Ok(())
}

#[test]
fn who_begins_wins_a_little_more_often() {
    let worths = solve_unbounded(100);
    let chance = (1.0 + worths[0][0]) / 2.0;
    assert!((chance - 0.5306).abs() < 5e-5, "{chance}");
}

/// The bound does not matter once it is far away.
#[test]
fn the_bounded_game_tends_to_the_unbounded_one() {
    for target in [10, 20, 25] {
        let unbounded = solve_unbounded(target)[0][0];
        let gap = |turns: u32| {
            let bounded = solve_bounded(target, turns);
            (bounded[turns as usize][0][0][0] - unbounded).abs()
        };
        assert!(gap(60) < 1e-9, "{} to {target}", gap(60));
        assert!(gap(6) > 1e-3, "{} to {target}", gap(6));
    }
}

/// Exhausted, the search is dynamic programming, whoever is ahead.
#[test]
fn small_games_are_exhausted() {
    for (target, turns) in [(15, 6), (20, 6), (25, 4)] {
        let tree = search(&Pig::to(target), &start(turns), 60_000);
        assert_eq!(grade(&tree, target, turns), Ok(()), "to {target}");
        let behind = Moment {
            theirs: target - 3,
            ..start(turns)
        };
        let tree = search(&Pig::to(target), &behind, 60_000);
        assert_eq!(grade(&tree, target, turns), Ok(()), "behind to {target}");
    }
}

/// Long before it is exhausted, the search knows when to stop rolling, but for choices that hardly matter.
#[test]
fn a_small_budget_knows_when_to_hold() {
    let (target, turns) = (20, 8);
    let pig = Pig::to(target);
    let worths = solve_bounded(target, turns);
    let (mut worst, mut places) = (0.0f64, 0);
    for mine in (0..target).step_by(3) {
        for theirs in (0..target).step_by(4) {
            for sum in 2..target - mine {
                let root = Moment {
                    mine,
                    theirs,
                    sum,
                    ..start(turns)
                };
                let here = &worths[turns as usize][mine as usize][theirs as usize];
                let passed =
                    |banked: u32| -worths[turns as usize - 1][theirs as usize][banked as usize][0];
                let on = |face: usize| here.get(sum as usize + face).copied().unwrap_or(1.0);
                let rolled = (passed(mine) + (2..=6).map(on).sum::<f64>()) / 6.0;
                let chosen = match search(&pig, &root, 1024).best_action() {
                    Some(Action::Roll) => rolled,
                    Some(Action::Hold) => passed(mine + sum),
                    None => panic!("no action at {root:?}"),
                };
                worst = worst.max(here[sum as usize] - chosen);
                places += 1;
            }
        }
    }
    assert!(places > 300, "{places}");
    assert!(worst < 0.005, "{worst}");
}

/// The grade can be failed: a loaded die, or a 1 that costs nothing, is found out.
#[test]
fn a_crooked_die_is_found_out() {
    let loaded = Pig {
        faces: [
            1.0 / 6.0 + 0.001,
            1.0 / 6.0 - 0.001,
            1.0 / 6.0,
            1.0 / 6.0,
            1.0 / 6.0,
            1.0 / 6.0,
        ],
        ..Pig::to(15)
    };
    let harmless = Pig {
        bust: false,
        ..Pig::to(15)
    };
    for wrong in [loaded, harmless] {
        let tree = search(&wrong, &start(4), 60_000);
        assert!(grade(&tree, 15, 4).is_err(), "{wrong:?}");
    }
}
