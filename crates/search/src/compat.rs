//! The searches of mctx, visit for visit, many times faster: MuZero, Gumbel MuZero and Stochastic MuZero.
//!
//! ```text
//! PUCT     argmax  Qn(a) + sqrt(N) (c1 + ln((N + c2 + 1) / c2)) P(a) / (1 + n(a))       Qn: Q scaled to 0..1, unvisited 0
//! Gumbel   root      argmax  g(a) + logits(a) + s(Q(a))   among actions with the visits that sequential halving considers
//!          interior  argmax  pi(a) - n(a) / (1 + sum n)   pi = softmax(logits + s(Q)), unvisited Q = mixed value
//! Chance   argmax  p(o) / (1 + n(o))
//! Backup   G = r + d G up the path;  V(node) = (V n + G) / (n + 1), the node's own first word counts as one visit
//! ```
//! Sources: Schrittwieser et al., Nature 588 (2020), appendix B; Danihelka et al., "Policy improvement by planning with
//! Gumbel" (ICLR 2022), sections 2 to 5 and appendix D; Antonoglou et al., "Planning in stochastic environments with a
//! learned model" (ICLR 2022); Karnin et al., sequential halving (ICML 2013). The semantics, constants and the order of
//! single-precision operations are those of mctx 0.0.71 (Google DeepMind, Apache-2.0); the code is our own.
//!
//! # What it is for, and what it is not
//!
//! It answers three questions: does our machinery see the same tree as the reference that others use, how much faster is
//! it, and how does a *learned* model search (rewards, discounts and values come from a net and no rules are known)?
//! It is not the planner that trades: where the rules and the probabilities are known, [`run`](crate::run) is better.
//!
//! | | here | [`run`](crate::run) |
//! | --- | --- | --- |
//! | an outcome | one at a time, the one that is short of visits | all at once, weighed by probability |
//! | worth of a state | mean over visits, in `f32` | maximum over actions, in `f64` |
//! | equal states | a tree: met twice, judged twice | one node |
//! | ends | only where the discount is 0 | exact, marked solved, never visited again |
//! | a model | may be learned: reward, discount, value, logits | rules of a game |
//! | many roots | in lock step, one call of the model for all | one root |
//!
//! So values here converge as mctx's do, and with the slowness of a mean, which remembers every bad try and every outcome that
//! came up too often.
//!
//! # No noise, no ties by chance
//!
//! mctx adds Dirichlet noise to the root's prior, Gumbel numbers to its logits, and 1e-7 of noise to break ties. Here the
//! caller mixes noise into the logits or gives Gumbel numbers ([`Root::gumbel`]), and a tie goes to the lowest index. The
//! same roots and answers give the same visits on every machine, whatever the other roots in the batch are. Where two scores
//! differ by less than about 1e-7, mctx itself answers differently by machine and batch size (the order of its sums is the
//! compiler's); that happens in made-up games where all values are equal, hardly ever with a net.
//!
//! # One search
//!
//! ```
//! use search::compat::{Answers, Config, Leaves, Model, Policy, Root, Searcher};
//!
//! /// A row of one-armed bandits: arm 2 pays.
//! struct Bandits;
//!
//! impl Model for Bandits {
//!     type State = u32;
//!     type Error = std::convert::Infallible;
//!
//!     fn step(&mut self, leaves: Leaves<'_, u32>, mut answers: Answers<'_, u32>) -> Result<(), Self::Error> {
//!         for i in 0..leaves.len() {
//!             answers.states[i] = leaves.parents[i] + 1; // how many arms were pulled
//!             answers.rewards[i] = if leaves.moves[i] == 2 { 1.0 } else { 0.0 };
//!             answers.discounts[i] = 0.5;
//!             answers.values[i] = 0.0;
//!             answers.logits(i).fill(0.0);
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let config = Config { policy: Policy::muzero(), actions: 4, simulations: 50, max_depth: None };
//! let mut searcher = Searcher::new(config, 1)?; // all memory is taken here
//! searcher.run(&[Root::new(0, 0.0, &[0.0; 4])], &mut Bandits)?;
//! let answer = searcher.answer(0);
//! assert_eq!(answer.action(), 2);
//! assert_eq!(answer.visits().iter().sum::<f32>(), 50.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod arena;
mod halving;
mod kernels;

pub use answer::{Answer, NodeView};

use arena::{Arena, Shape, States};
use fearless_simd::Level;
use halving::Halving;

/// What mctx's `qtransform_by_parent_and_siblings` divides by at least.
const EPSILON: f32 = 1e-8;

/// How actions are chosen. The constants of mctx are in [`Policy::muzero`], [`Policy::gumbel`] and [`Policy::stochastic`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Policy {
    /// PUCT at every node (`muzero_policy`).
    MuZero(Puct),
    /// Sequential halving at the root, a deterministic improved policy below (`gumbel_muzero_policy`).
    Gumbel(Gumbel),
    /// Decisions by PUCT and chance in turns (`stochastic_muzero_policy`).
    Stochastic {
        /// How decisions are made.
        puct: Puct,
        /// How many outcomes an action can have.
        outcomes: usize,
    },
}

/// Constants of PUCT.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Puct {
    /// `c1` of the formula; mctx: 1.25.
    pub c_init: f32,
    /// `c2` of the formula; mctx: 19652.
    pub c_base: f32,
    /// Known bounds of all Qs, `(lowest, highest)`: Q is scaled by them and an unvisited action counts as the lowest
    /// (`qtransform_by_min_max`). `None`, as in mctx: by the node's value and its visited actions.
    pub bounds: Option<(f32, f32)>,
}

impl Default for Puct {
    fn default() -> Puct {
        Puct {
            c_init: 1.25,
            c_base: 19652.0,
            bounds: None,
        }
    }
}

/// Constants of Gumbel MuZero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gumbel {
    /// How many root actions are tried at all, at most; mctx: 16.
    pub max_considered: usize,
    /// Factor of the Qs; mctx: 0.1.
    pub value_scale: f32,
    /// Added to the largest visit count before it scales the Qs; mctx: 50.
    pub maxvisit_init: f32,
    /// Scale completed Qs to 0..1 first; mctx: true.
    pub rescale_values: bool,
    /// Unvisited actions get the mixed value of appendix D, else the node's raw value; mctx: true.
    pub use_mixed_value: bool,
}

impl Default for Gumbel {
    fn default() -> Gumbel {
        Gumbel {
            max_considered: 16,
            value_scale: 0.1,
            maxvisit_init: 50.0,
            rescale_values: true,
            use_mixed_value: true,
        }
    }
}

impl Policy {
    /// `muzero_policy` with mctx's constants.
    pub fn muzero() -> Policy {
        Policy::MuZero(Puct::default())
    }

    /// `gumbel_muzero_policy` with mctx's constants.
    pub fn gumbel() -> Policy {
        Policy::Gumbel(Gumbel::default())
    }

    /// `stochastic_muzero_policy` with mctx's constants and so many outcomes an action.
    pub fn stochastic(outcomes: usize) -> Policy {
        Policy::Stochastic {
            puct: Puct::default(),
            outcomes,
        }
    }
}

/// What a [`Searcher`] is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// How actions are chosen.
    pub policy: Policy,
    /// How many actions every decision has, from 1.
    pub actions: usize,
    /// Descents and backups, from 1. Each asks the model once per root.
    pub simulations: usize,
    /// Edges from the root that a descent may take; 0 counts as 1. At the limit an old leaf is asked again, as in mctx.
    pub max_depth: Option<usize>,
}

/// One position to search.
#[derive(Clone, Copy, Debug)]
pub struct Root<'a, S> {
    /// The position, as the model knows it.
    pub state: S,
    /// What the model thinks it is worth.
    pub value: f32,
    /// The model's logits, one per action.
    pub logits: &'a [f32],
    /// Actions that must not be taken, at the root only; empty for none.
    pub invalid: &'a [bool],
    /// Gumbel numbers of the actions, for [`Policy::Gumbel`] alone; empty for zeros.
    pub gumbel: &'a [f32],
}

impl<'a, S> Root<'a, S> {
    /// A root where every action is allowed and no Gumbel number is added.
    pub fn new(state: S, value: f32, logits: &'a [f32]) -> Root<'a, S> {
        Root {
            state,
            value,
            logits,
            invalid: &[],
            gumbel: &[],
        }
    }
}

/// What happens on the way to a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Kind {
    /// An action is taken. In [`Policy::Stochastic`] it leads to an afterstate, whose logits are those of the outcomes.
    #[default]
    Action,
    /// An outcome falls; [`Policy::Stochastic`] alone. It leads to a state, whose logits are those of the actions.
    Outcome,
}

/// The leaves of one step: one per root of the group that is searched together, in the order of the roots.
#[derive(Clone, Copy, Debug)]
pub struct Leaves<'a, S> {
    /// The states moved from.
    pub parents: &'a [S],
    /// The action or outcome, counted from 0.
    pub moves: &'a [u32],
    /// Which of the two.
    pub kinds: &'a [Kind],
}

impl<S> Leaves<'_, S> {
    /// How many leaves there are.
    pub fn len(&self) -> usize {
        self.moves.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }
}

/// Room for the model's answers, one slot per leaf. Every slot must be filled.
#[derive(Debug)]
pub struct Answers<'a, S> {
    /// The states reached.
    pub states: &'a mut [S],
    /// Reward on the way, finite. In [`Policy::Stochastic`] that of an action is ignored (it is 0).
    pub rewards: &'a mut [f32],
    /// Factor of everything after the reward, finite; -1 where players alternate. That of an action in
    /// [`Policy::Stochastic`] is ignored (it is 1).
    pub discounts: &'a mut [f32],
    /// What the state reached is worth, finite.
    pub values: &'a mut [f32],
    logits: &'a mut [f32],
    stride: usize,
    actions: usize,
    outcomes: Option<usize>,
    kinds: &'a [Kind],
}

impl<S> Answers<'_, S> {
    /// Room for the logits of leaf `i`: of the actions there, or of the outcomes at an afterstate. Minus infinity is allowed
    /// while one is finite.
    pub fn logits(&mut self, i: usize) -> &mut [f32] {
        let len = match (self.outcomes, self.kinds[i]) {
            (Some(outcomes), Kind::Action) => outcomes,
            _ => self.actions,
        };
        &mut self.logits[i * self.stride..][..len]
    }

    /// All rows of logits at once, and the distance between their beginnings: for a net that writes a whole batch.
    /// What lies behind a row's own logits is ignored.
    pub fn logit_rows(&mut self) -> (&mut [f32], usize) {
        (self.logits, self.stride)
    }
}

/// Knows how the world answers: a net, a simulator or a table. One call is one batch.
///
/// A model that answers on another device has [`Model::groups`] of leaves in flight: while it works on those of one group, the
/// descents of the next are made.
///
/// ```text
/// two groups   device         |A1.....|B1.....|A2.....|B2.....|
///              this thread  A1|B1|    |A2|    |B2|    |A3|         A: descend group A, write down its leaves
/// ```
pub trait Model {
    /// A position: compact, or an index into the model's own memory. It is copied into the tree and to the model.
    type State: Clone + Default;
    /// Why the model cannot answer.
    type Error: std::fmt::Display + std::fmt::Debug;

    /// How many leaves it likes to be asked at once; by default as many as there are roots. Roots are then searched in groups
    /// of that size, one group to the end before the next, which changes no answer: a cheap model is best served with few trees,
    /// which stay in the cache, a net with as many leaves as fill it.
    fn preferred_batch(&self) -> usize {
        usize::MAX
    }

    /// How many groups of roots may be in flight at once; by default 1. Two or three keep a device and this thread busy. The
    /// roots are shared out among them, each group at most [`Model::preferred_batch`] large. Changes no answer.
    fn groups(&self) -> usize {
        1
    }

    /// Begins to answer the leaves of group `group`, below [`Model::groups`], and returns at once. By default does nothing.
    ///
    /// A search that fails leaves groups begun and not finished: what was in flight for `group` is then to be thrown away.
    ///
    /// # Errors
    /// Ends the search.
    fn begin(
        &mut self,
        _group: usize,
        _leaves: Leaves<'_, Self::State>,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Waits for the answers of what was begun last for `group`; the leaves are the same again. Slots hold old answers of other
    /// leaves before. By default this is [`Model::step`].
    ///
    /// # Errors
    /// Ends the search.
    fn finish(
        &mut self,
        _group: usize,
        leaves: Leaves<'_, Self::State>,
        answers: Answers<'_, Self::State>,
    ) -> Result<(), Self::Error> {
        self.step(leaves, answers)
    }

    /// Answers every leaf at once. A search calls [`Model::begin`] and [`Model::finish`] alone, so a model that has both needs
    /// it for its own use only. Slots hold old answers of other leaves before.
    ///
    /// # Errors
    /// Ends the search.
    fn step(
        &mut self,
        leaves: Leaves<'_, Self::State>,
        answers: Answers<'_, Self::State>,
    ) -> Result<(), Self::Error>;
}

/// What can go wrong.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum Error<E: std::fmt::Display> {
    /// A config that no search can run with.
    #[error("compat search config: {0}")]
    Config(&'static str),
    /// More roots than the searcher has room for, or none.
    #[error("{found} roots, but the searcher takes 1 to {capacity}")]
    Roots {
        /// Roots given.
        found: usize,
        /// Roots that fit.
        capacity: usize,
    },
    /// A root's column has the wrong length.
    #[error("root {root}: {found} {what}, but there are {expected} actions")]
    RootLength {
        /// Which root.
        root: usize,
        /// Which column.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The number of actions.
        expected: usize,
    },
    /// A root's numbers are not finite.
    #[error("root {root}: {what}")]
    RootNumbers {
        /// Which root.
        root: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// An answer of the model is not usable.
    #[error("root {root}, simulation {simulation}: the model's {what}")]
    Answer {
        /// Which root.
        root: usize,
        /// Which simulation, from 0.
        simulation: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The model could not answer.
    #[error("the model failed: {0}")]
    Model(E),
}

/// Searches up to a fixed number of roots in lock step, again and again, in memory taken once.
#[derive(Debug)]
pub struct Searcher<S> {
    config: Config,
    arena: Arena,
    states: States<S>,
    halving: Halving,
    level: Level,
    roots: usize,
}

impl<S: Clone + Default> Searcher<S> {
    /// Takes all memory that searches of up to `capacity` roots need.
    ///
    /// # Errors
    /// [`Error::Config`].
    pub fn new(
        config: Config,
        capacity: usize,
    ) -> Result<Searcher<S>, Error<std::convert::Infallible>> {
        check(&config, capacity)?;
        let shape = Shape::new(&config, capacity);
        if shape.numbers().is_none() {
            return Err(Error::Config(
                "roots, simulations and actions ask for more memory than there can be",
            ));
        }
        Ok(Searcher {
            halving: Halving::new(&config),
            arena: Arena::new(&config, shape),
            states: States::new(shape),
            level: Level::new(),
            config,
            roots: 0,
        })
    }

    /// What it was made for.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Bytes of memory held, the states' own heap not counted. It never changes.
    pub fn memory_bytes(&self) -> usize {
        self.arena.memory_bytes() + self.states.memory_bytes() + self.halving.memory_bytes()
    }

    /// Runs all simulations for all roots and keeps the trees until the next run. Allocates nothing.
    ///
    /// # Errors
    /// A root or an answer that cannot be used, or the model's own error; there are no answers then.
    pub fn run<M: Model<State = S>>(
        &mut self,
        roots: &[Root<'_, S>],
        model: &mut M,
    ) -> Result<(), Error<M::Error>> {
        self.roots = 0;
        let capacity = self.arena.shape.roots;
        if roots.is_empty() || roots.len() > capacity {
            return Err(Error::Roots {
                found: roots.len(),
                capacity,
            });
        }
        for (index, root) in roots.iter().enumerate() {
            self.arena.plant(&self.config, &self.halving, index, root)?;
            self.states.plant(&self.arena, index, &root.state);
        }
        let bad = |(root, simulation, what)| Error::Answer {
            root,
            simulation,
            what,
        };
        let (config, halving, level) = (&self.config, &self.halving, self.level);
        let (arena, states) = (&mut self.arena, &mut self.states);
        let count = roots.len();
        let most = model.groups().clamp(1, count);
        let step = model.preferred_batch().clamp(1, count.div_ceil(most));
        // As many groups as may be in flight, to the end, before the next.
        for first in (0..count).step_by(step.saturating_mul(most)) {
            let groups = (first..count).step_by(step).take(most);
            let groups = groups
                .map(|first| first..(first + step).min(count))
                .enumerate();
            for (number, group) in groups.clone() {
                kernels::descend_all(level, config, halving, arena, group.clone());
                states.lay_out(arena, group.clone());
                let (leaves, _) = arena.batch(states, config, group);
                model.begin(number, leaves).map_err(Error::Model)?;
            }
            for simulation in 0..config.simulations {
                for (number, group) in groups.clone() {
                    let (leaves, answers) = arena.batch(states, config, group.clone());
                    model
                        .finish(number, leaves, answers)
                        .map_err(Error::Model)?;
                    kernels::advance_all(level, config, halving, arena, group.clone(), simulation)
                        .map_err(bad)?;
                    states.absorb(arena, group.clone());
                    if simulation + 1 < config.simulations {
                        states.lay_out(arena, group.clone());
                        let (leaves, _) = arena.batch(states, config, group);
                        model.begin(number, leaves).map_err(Error::Model)?;
                    }
                }
            }
        }
        self.roots = count;
        Ok(())
    }

    /// The answer for root `root` of the last run.
    ///
    /// # Panics
    /// If the last run had no such root or failed.
    pub fn answer(&self, root: usize) -> Answer<'_, S> {
        assert!(
            root < self.roots,
            "root {root} was not searched: the last run answered {}",
            self.roots
        );
        Answer::new(&self.config, &self.arena, &self.states, root)
    }
}

fn check(config: &Config, capacity: usize) -> Result<(), Error<std::convert::Infallible>> {
    let problem = if config.actions == 0 {
        "there must be at least one action"
    } else if config.simulations == 0 {
        "there must be at least one simulation"
    } else if config.simulations >= 1 << 24 {
        "simulations must be below 2^24, where counts in f32 end"
    } else if capacity == 0 {
        "there must be room for at least one root"
    } else {
        match config.policy {
            Policy::Stochastic { outcomes: 0, .. } => "there must be at least one outcome",
            Policy::MuZero(puct) | Policy::Stochastic { puct, .. } => {
                let bounds_fit = puct
                    .bounds
                    .is_none_or(|(low, high)| low.is_finite() && high.is_finite() && low < high);
                if !puct.c_init.is_finite() || !puct.c_base.is_finite() || puct.c_base <= 0.0 {
                    "c_init must be finite and c_base finite and positive"
                } else if !bounds_fit {
                    "the bounds of Q must be finite and in order"
                } else {
                    return Ok(());
                }
            }
            Policy::Gumbel(gumbel) => {
                if gumbel.value_scale.is_finite() && gumbel.maxvisit_init.is_finite() {
                    return Ok(());
                }
                "value_scale and maxvisit_init must be finite"
            }
        }
    };
    Err(Error::Config(problem))
}
