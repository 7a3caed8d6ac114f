//! What can go wrong, and at which node.

use std::fmt;

/// What can go wrong in `search`. Each names the place in the tree where the game or the evaluator said it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A config value that no search can run with.
    #[error("search config: {what} is {value}: {why}")]
    Config {
        /// Which.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What it must be.
        why: &'static str,
    },
    /// The evaluator could not answer.
    #[error("the evaluator failed: {0}")]
    Evaluator(Box<dyn std::error::Error + Send + Sync>),
    /// A worth from the evaluator or from `terminal_worth` is NaN or infinite.
    #[error("the worth of the state at {path} is {worth}: it must be finite")]
    Worth {
        /// The state.
        path: NodePath,
        /// What was said.
        worth: f64,
    },
    /// The error that an evaluator ascribes to itself is negative, NaN or infinite.
    #[error("the spread of the state at {path} is {spread}: it must be finite and not negative")]
    Spread {
        /// The state.
        path: NodePath,
        /// What was said.
        spread: f64,
    },
    /// The priors of a state do not fit its actions.
    #[error(
        "the priors at {path} must be {actions} finite weights, none negative and not all zero, but are {priors:?}"
    )]
    Priors {
        /// The state.
        path: NodePath,
        /// How many legal actions it has.
        actions: usize,
        /// What was said.
        priors: Vec<f64>,
    },
    /// A state without actions that has no terminal worth.
    #[error(
        "the state at {path} has no legal action and no terminal worth: the game must give one or the other"
    )]
    DeadEnd {
        /// The state.
        path: NodePath,
    },
    /// A probability outside [0, 1].
    #[error(
        "outcome {outcome} of action {action} at {path} has probability {probability}, outside [0, 1]"
    )]
    Probability {
        /// The state.
        path: NodePath,
        /// Index of the action.
        action: usize,
        /// Index of the outcome.
        outcome: usize,
        /// What was said.
        probability: f64,
    },
    /// Outcomes that are not the whole of what can happen.
    #[error("the probabilities of action {action} at {path} sum to {sum}, not to 1 within 1e-9")]
    ProbabilitySum {
        /// The state.
        path: NodePath,
        /// Index of the action.
        action: usize,
        /// Their sum; zero when there are no outcomes.
        sum: f64,
    },
    /// A reward is NaN or infinite.
    #[error("outcome {outcome} of action {action} at {path} pays {reward}: it must be finite")]
    Reward {
        /// The state.
        path: NodePath,
        /// Index of the action.
        action: usize,
        /// Index of the outcome.
        outcome: usize,
        /// What was said.
        reward: f64,
    },
    /// A discount that is NaN or infinite.
    #[error("the discount of action {action} at {path} is {discount}: it must be finite")]
    Discount {
        /// The state.
        path: NodePath,
        /// Index of the action.
        action: usize,
        /// What was said.
        discount: f64,
    },
    /// Finite rewards and worths whose expectation is not.
    #[error("the expectation of action {action} at {path} overflows: {worth}")]
    Overflow {
        /// The state.
        path: NodePath,
        /// Index of the action.
        action: usize,
        /// The sum.
        worth: f64,
    },
    /// A line of play comes back to a key it has passed.
    #[error(
        "outcome {outcome} of action {action} at {path} returns to an earlier state: put the step count in the key"
    )]
    Cycle {
        /// The state.
        path: NodePath,
        /// Index of the action.
        action: usize,
        /// Index of the outcome.
        outcome: usize,
    },
    /// A search was to go on from a tree that has nothing to go on from, or that another search has outgrown.
    #[error("the tree has no root: start with `run`, which plants one")]
    NoRoot,
    /// More rows than a `u32` can number.
    #[error("the tree is full: it cannot number more than {} rows", u32::MAX)]
    Full,
}

/// The way from the root to a node, as (action index, outcome index) pairs; one of the ways, where several lead there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodePath(pub Vec<(usize, usize)>);

impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "root")?;
        self.0
            .iter()
            .try_for_each(|(action, outcome)| write!(f, " > action {action} outcome {outcome}"))
    }
}
