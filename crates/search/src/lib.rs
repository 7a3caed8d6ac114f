//! A planner for any game with chance whose rules are known, for one player or two who want the opposite.
//!
//! Describe the rules once ([`Game`]), say how an unfinished state is judged ([`Evaluator`]), and [`run`] grows a
//! [`Tree`] of explicit decisions and chances. The tree answers what each action is worth, which is best, and can be
//! followed as a policy.
//!
//! ```text
//! worth(action) = sum over outcomes  p (reward + discount * worth(state reached))     exact, by probability
//! worth(state)  = max over expanded actions  worth(action)      and, while any action is untried, the evaluator's word
//! ```
//!
//! Four decisions make the numbers converge. An action is expanded with *all* its outcomes at once, so an expectation
//! never misses a case. The backup is the maximum, and the evaluator's word stands until every action is tried, so a
//! bad action drags nothing down. Equal states share one node when the game gives them a key. And whatever is exhausted
//! is `Solved`: exact, never visited again, so a small game becomes dynamic programming.
//!
//! It follows that an evaluator that never promises too much gives a search that never does. A noisy one is believed a
//! little too gladly, because a maximum prefers what was judged too high. An evaluator that says how far it errs
//! ([`Judgement::spread`]) is the remedy: then worths carry intervals, a node may soften its maximum ([`Backup::Soft`]),
//! the final move is the one that is good even if the evaluator was wrong ([`Tree::choice`]), and a clear question ends
//! early ([`SearchConfig::tolerance`], [`SearchConfig::baseline`]).
//!
//! # Which manner
//!
//! | you have | take |
//! | --- | --- |
//! | few actions, all to be ranked | [`Root::Puct`], the default |
//! | a small budget for many actions, or a policy net to be trained | [`Root::Gumbel`], [`Tree::improved_policy`] |
//! | a judge with random errors | [`Judgement::within`] and [`Backup::Soft`] |
//! | thousands of actions in a state | [`Widening`] |
//! | many positions at once | [`run_all`]: one batch for all of them, and the trees of [`run`] |
//! | a judge on another device | [`run_all`] and [`Evaluator::groups`]: some roots grow while others are judged |
//! | the same position a day later | [`Tree::rooted_at`], [`run_from`] |
//! | searches without end | [`Planner`]: no allocation once warm |
//! | a slow judge that meets states again | [`Cached`] |
//! | a learned model, or a comparison with mctx | [`compat`] |
//!
//! Sources: PUCT is Silver et al., Nature 550 (2017), Methods; mean-to-max backup is Coulom (2006); in-flight visit
//! counts are Liu et al., arXiv 1810.11755 (2020); recomputing shared nodes from their children is the rule of
//! KataGo's note on graph search; the Gumbel root and the improved policy are Danihelka et al., ICLR 2022.
//!
//! # Words
//!
//! - A *simulation* is one descent and backup; it expands exactly one action.
//! - An *evaluation* is one state handed to the evaluator. The budget counts evaluations.
//! - Same game, evaluator, config and seed: same tree, bit for bit. Nothing here reads a clock or starts a thread; a limit
//!   of time is the caller's `keep_going`, and a thread for every core runs a search of its own.
//!
//! # A lesson
//!
//! Roll a die up to three times; keep a face and be paid that many dollars. When to stop?
//!
//! ```
//! use search::{Each, Game, Outcome, SearchConfig, StopReason, run};
//!
//! struct Dice;
//!
//! #[derive(Clone)]
//! struct Table { face: u32, rolls_left: u32, kept: bool }
//!
//! #[derive(Clone, Copy, Debug, PartialEq)]
//! enum Action { Keep, Roll }
//!
//! impl Game for Dice {
//!     type State = Table;
//!     type Action = Action;
//!
//!     fn actions(&self, table: &Table, out: &mut Vec<Action>) {
//!         out.push(Action::Keep);
//!         if table.rolls_left > 0 {
//!             out.push(Action::Roll);
//!         }
//!     }
//!
//!     fn outcomes(&self, table: &Table, action: Action, out: &mut Vec<Outcome<Table>>) {
//!         match action {
//!             Action::Keep => {
//!                 let state = Table { kept: true, ..table.clone() };
//!                 out.push(Outcome { probability: 1.0, reward: f64::from(table.face), state });
//!             }
//!             Action::Roll => out.extend((1..=6).map(|face| Outcome {
//!                 probability: 1.0 / 6.0,
//!                 reward: 0.0,
//!                 state: Table { face, rolls_left: table.rolls_left - 1, kept: false },
//!             })),
//!         }
//!     }
//!
//!     fn terminal_worth(&self, table: &Table) -> Option<f64> {
//!         table.kept.then_some(0.0)
//!     }
//! }
//!
//! let root = Table { face: 0, rolls_left: 3, kept: false };
//! let mut evaluator = Each(|table: &Table| f64::from(table.face)); // "keep now": a poor judge is enough here
//! let tree = run(&Dice, &root, &mut evaluator, &SearchConfig::default(), &mut |_| true)?;
//!
//! assert_eq!(tree.stop_reason(), StopReason::Solved);
//! assert_eq!(tree.best_action(), Some(Action::Roll));
//! assert!((tree.worth(tree.root()) - 14.0 / 3.0).abs() < 1e-12);
//!
//! // The tree is a policy: after a first roll of 4, roll again; after a 5, keep.
//! let roll = tree.best(tree.root()).unwrap();
//! let reply = |face: usize| tree.best(tree.outcomes(roll.id)[face - 1].node).unwrap().action;
//! assert_eq!((reply(4), reply(5)), (Action::Roll, Action::Keep));
//! # Ok::<(), search::Error>(())
//! ```
//!
//! # Where to read
//!
//! `game` the rules, `config` the manners, `run` the loop, `root` and `select` the descent, `expand` the growth, `backup`
//! the arithmetic, `policy` what was learned, `tree` the answers, `reuse` and `cache` what is kept; `compat` the
//! searches of mctx, where a model may be learned; `problems` games with known answers. Deliberately absent: hidden
//! information, threads, files, and but for `problems` options.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod backup;
mod cache;
#[cfg(feature = "compat")]
pub mod compat;
mod config;
mod error;
mod expand;
mod game;
mod policy;
pub mod problems;
mod reuse;
mod root;
mod run;
mod select;
mod tree;

pub use cache::Cached;
pub use config::{Backup, Baseline, Interior, Root, SearchConfig, Widening};
pub use error::{Error, NodePath};
pub use game::{Each, Evaluator, Game, Judgement, Outcome};
pub use run::{Planner, run, run_all, run_each, run_from};
pub use tree::{Branch, Counts, Edge, EdgeId, NodeId, Status, Step, StopReason, Tree};
