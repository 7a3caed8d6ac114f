//! `search` over a game whose rules are written in Python.

use crate::errors::{bad_input, guarded, of_kind};
use crate::numbers::{Real, Whole, pair, shown};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use search::{
    Backup, Baseline, Evaluator, Game, Interior, Judgement, NodeId, Outcome, Root, SearchConfig,
    Status, StopReason, Tree, Widening, run,
};
use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

/// A state of the game; clones share it.
type State = Arc<Py<PyAny>>;

/// Most actions of a state, outcomes of an action, priors of a judgement: whoever yields more has forgotten to end.
const MOST: usize = 1 << 20;

/// Most searches under way in one thread, each called by the game of the one before. Each takes stack of Rust's, of which Python's limit
/// of recursion knows nothing.
const MOST_NESTED: usize = 32;

thread_local! {
    static NESTED: Cell<usize> = const { Cell::new(0) };
}

/// A search under way.
struct UnderWay;

impl UnderWay {
    fn begin(py: Python<'_>) -> PyResult<UnderWay> {
        if NESTED.get() == MOST_NESTED {
            let message = format!(
                "search is called from the game of a search, {MOST_NESTED} times over: does a rule or the judge call its own search without end?"
            );
            return Err(of_kind(py, "usage", message));
        }
        NESTED.set(NESTED.get() + 1);
        Ok(UnderWay)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        NESTED.set(NESTED.get() - 1);
    }
}

/// Who said something, for messages: `outcomes((0, 3, False), 'roll')`.
fn call(method: &str, arguments: &[&Bound<'_, PyAny>]) -> String {
    let arguments: Vec<String> = arguments.iter().map(|argument| shown(argument)).collect();
    format!("{method}({})", arguments.join(", "))
}

/// Objects to what a method of the user's gave, because of what Python said when it was to be converted.
fn objection(said: &Bound<'_, PyAny>, by: &str, needed: &str, cause: PyErr) -> PyErr {
    let py = said.py();
    let refused = of_kind(py, "usage", format!("{by} gave {}: {needed}", shown(said)));
    refused.set_cause(py, Some(cause));
    refused
}

/// The objection where the conversion failed; what an object of the user's raised meanwhile stays as it is.
fn ours_or_theirs(
    said: &Bound<'_, PyAny>,
    by: impl FnOnce() -> String,
    needed: &str,
    error: PyErr,
) -> PyErr {
    let py = said.py();
    let ours = error.is_instance_of::<PyTypeError>(py)
        || error.is_instance_of::<PyOverflowError>(py)
        || error.is_instance_of::<PyValueError>(py);
    match ours {
        true => objection(said, &by(), needed, error),
        false => error,
    }
}

/// What a method of the user's gave, converted.
fn converted<'a, 'py, T>(
    said: &'a Bound<'py, PyAny>,
    by: impl FnOnce() -> String,
    needed: &str,
) -> PyResult<T>
where
    T: FromPyObject<'a, 'py>,
{
    said.extract()
        .map_err(|error: T::Error| ours_or_theirs(said, by, needed, error.into()))
}

/// Every item that a method of the user's gave.
fn each<'py>(
    said: &Bound<'py, PyAny>,
    by: impl Fn() -> String,
    needed: &str,
    mut take: impl FnMut(usize, Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    let items = said
        .try_iter()
        .map_err(|error| ours_or_theirs(said, &by, needed, error))?;
    for (place, item) in items.enumerate() {
        let item = item?;
        if place == MOST {
            let message = format!("{} gave more than {MOST}: does it end?", by());
            return Err(of_kind(said.py(), "usage", message));
        }
        take(place, item)?;
    }
    Ok(())
}

/// Whether an object has a method of this name.
fn has_method(object: &Bound<'_, PyAny>, name: &str) -> PyResult<bool> {
    match object.getattr_opt(name)? {
        None => Ok(false),
        Some(method) if method.is_callable() => Ok(true),
        Some(other) => {
            let message = format!(
                "{name} of {} is {}: a method is needed (`jarvis2.Game` and `jarvis2.Judge` say which)",
                shown(object),
                shown(&other)
            );
            Err(of_kind(object.py(), "usage", message))
        }
    }
}

/// The rules, as Python tells them. The interpreter is held from the first call to the last.
struct Rules {
    game: Py<PyAny>,
    tells_discount: bool,
    tells_key: bool,
    memory: Mutex<Memory>,
}

/// What was met, by number, and what went wrong first.
struct Memory {
    actions: Vec<Py<PyAny>>,
    action_numbers: Py<PyDict>,
    key_numbers: Py<PyDict>,
    failed: Option<PyErr>,
}

impl Rules {
    fn of(game: &Bound<'_, PyAny>) -> PyResult<Rules> {
        let py = game.py();
        for name in ["actions", "outcomes", "terminal_worth"] {
            if !has_method(game, name)? {
                let message = format!(
                    "the game {} has no method `{name}`: `jarvis2.Game` says what each is asked",
                    shown(game)
                );
                return Err(of_kind(py, "usage", message));
            }
        }
        Ok(Rules {
            game: game.clone().unbind(),
            tells_discount: has_method(game, "discount")?,
            tells_key: has_method(game, "key")?,
            memory: Mutex::new(Memory {
                actions: Vec::new(),
                action_numbers: PyDict::new(py).unbind(),
                key_numbers: PyDict::new(py).unbind(),
                failed: None,
            }),
        })
    }

    fn with_memory<T>(&self, use_it: impl FnOnce(&mut Memory) -> T) -> T {
        use_it(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What Python says, or `instead` once anything has gone wrong: the search then ends, and the first error is raised.
    fn ask<T>(&self, instead: T, question: impl FnOnce(Python<'_>) -> PyResult<T>) -> T {
        if self.with_memory(|memory| memory.failed.is_some()) {
            return instead;
        }
        match Python::attach(question) {
            Ok(answer) => answer,
            Err(error) => {
                self.fail(error);
                instead
            }
        }
    }

    /// Keeps the first error. A later one is dropped after the lock: that may run Python.
    fn fail(&self, error: PyErr) {
        let _later = self.with_memory(|memory| match memory.failed {
            Some(_) => Some(error),
            None => {
                memory.failed = Some(error);
                None
            }
        });
    }

    fn failed(&self) -> bool {
        self.with_memory(|memory| memory.failed.is_some())
    }

    /// The number that a dictionary has for an object, or `next`, which it has from now on; equal ones have one number.
    fn number_in(
        numbers: &Bound<'_, PyDict>,
        object: &Bound<'_, PyAny>,
        next: usize,
        by: impl Fn() -> String,
    ) -> PyResult<usize> {
        let unhashable = |error: PyErr| match object.hash() {
            Err(_) => ours_or_theirs(
                object,
                &by,
                "it must be hashable; a tuple of numbers and words is, a list or an array is not",
                error,
            ),
            Ok(_) => error,
        };
        if let Some(number) = numbers.get_item(object).map_err(unhashable)? {
            return number.extract();
        }
        numbers.set_item(object, next)?;
        Ok(next)
    }

    /// The number of an action.
    fn number_of(&self, action: Bound<'_, PyAny>, by: impl Fn() -> String) -> PyResult<u32> {
        let py = action.py();
        let (numbers, next) = self.with_memory(|memory| {
            let numbers = memory.action_numbers.clone_ref(py);
            (numbers, memory.actions.len())
        });
        let number = Rules::number_in(numbers.bind(py), &action, next, by)?;
        if number == next {
            self.with_memory(|memory| memory.actions.push(action.unbind()));
        }
        u32::try_from(number).map_err(|_| {
            let message = format!("the game has more than {} different actions", u32::MAX);
            of_kind(py, "usage", message)
        })
    }

    fn action(&self, py: Python<'_>, number: u32) -> Py<PyAny> {
        self.with_memory(|memory| memory.actions[number as usize].clone_ref(py))
    }
}

impl Game for Rules {
    type State = State;
    type Action = u32;

    fn actions(&self, state: &State, out: &mut Vec<u32>) {
        self.ask((), |py| {
            let by = || call("actions", &[state.bind(py)]);
            let actions = self.game.bind(py).call_method1("actions", (&**state,))?;
            let needed = "a list or another iterable of actions is needed";
            each(&actions, by, needed, |_, action| {
                out.push(self.number_of(action, by)?);
                Ok(())
            })
        });
    }

    fn outcomes(&self, state: &State, action: u32, out: &mut Vec<Outcome<State>>) {
        self.ask((), |py| {
            let action = self.action(py, action);
            let by = || call("outcomes", &[state.bind(py), action.bind(py)]);
            let arguments = (&**state, &action);
            let outcomes = self.game.bind(py).call_method1("outcomes", arguments)?;
            let needed = "a list or another iterable of (probability, reward, state) is needed";
            each(&outcomes, by, needed, |place, outcome| {
                let by = || format!("outcome {place} of {}", by());
                let needed =
                    "a tuple (probability, reward, state) of two numbers and a state is needed";
                let (probability, reward, state): (f64, f64, Py<PyAny>) =
                    converted(&outcome, by, needed)?;
                out.push(Outcome {
                    probability,
                    reward,
                    state: Arc::new(state),
                });
                Ok(())
            })
        });
    }

    fn terminal_worth(&self, state: &State) -> Option<f64> {
        self.ask(Some(0.0), |py| {
            let by = || call("terminal_worth", &[state.bind(py)]);
            let rules = self.game.bind(py);
            let worth = rules.call_method1("terminal_worth", (&**state,))?;
            let needed = "a number is needed, or None while the game goes on";
            converted(&worth, by, needed)
        })
    }

    fn discount(&self, state: &State, action: u32) -> f64 {
        if !self.tells_discount {
            return 1.0;
        }
        self.ask(1.0, |py| {
            let action = self.action(py, action);
            let by = || call("discount", &[state.bind(py), action.bind(py)]);
            let rules = self.game.bind(py);
            let discount = rules.call_method1("discount", (&**state, &action))?;
            converted(&discount, by, "a number is needed")
        })
    }

    fn key(&self, state: &State) -> Option<u128> {
        if !self.tells_key {
            return None;
        }
        self.ask(None, |py| {
            let key = self.game.bind(py).call_method1("key", (&**state,))?;
            if key.is_none() {
                return Ok(None);
            }
            let by = || call("key", &[state.bind(py)]);
            let numbers = self.with_memory(|memory| memory.key_numbers.clone_ref(py));
            let numbers = numbers.bind(py);
            let number = Rules::number_in(numbers, &key, numbers.len(), by)?;
            Ok(Some(number as u128))
        })
    }
}

/// The judge, as Python has it: a function of one state, or an object whose `evaluate` takes a list of them.
struct Judge<'a> {
    rules: &'a Rules,
    judge: Py<PyAny>,
    in_batches: bool,
}

/// A number, or `(worth, spread, priors)` with as many of them as there are.
fn judgement(said: &Bound<'_, PyAny>, by: impl Fn() -> String) -> PyResult<Judgement> {
    const NEEDED: &str = "a number is needed, or a jarvis2.Judgement: a tuple (worth, spread, priors) of one to three";
    let Ok(parts) = said.cast::<PyTuple>() else {
        return Ok(Judgement::of(converted(said, by, NEEDED)?));
    };
    if !(1..=3).contains(&parts.len()) {
        let cause = PyTypeError::new_err(format!("a tuple of {}", parts.len()));
        return Err(objection(said, &by(), NEEDED, cause));
    }
    let mut judgement = Judgement::of(converted(&parts.get_item(0)?, || by() + ": worth", NEEDED)?);
    if parts.len() > 1 {
        let needed = "a number is needed, or None where it is not known";
        judgement.spread = converted(&parts.get_item(1)?, || by() + ": spread", needed)?;
    }
    if parts.len() > 2 {
        let by = || by() + ": priors";
        let needed = "a list of numbers is needed, one for each action, or an empty one";
        each(&parts.get_item(2)?, by, needed, |_, prior| {
            judgement.priors.push(converted(&prior, by, needed)?);
            Ok(())
        })?;
    }
    Ok(judgement)
}

impl Evaluator<State> for Judge<'_> {
    fn evaluate(&mut self, leaves: &[State], out: &mut [Judgement]) -> Result<(), search::Error> {
        self.rules.ask((), |py| {
            let judge = self.judge.bind(py);
            let by = |leaf: &State| call("evaluate", &[leaf.bind(py)]);
            if !self.in_batches {
                for (leaf, slot) in leaves.iter().zip(&mut *out) {
                    *slot = judgement(&judge.call1((&**leaf,))?, || by(leaf))?;
                }
                return Ok(());
            }
            let states: Vec<&Py<PyAny>> = leaves.iter().map(|leaf| &**leaf).collect();
            let answer = judge.call_method1("evaluate", (states,))?;
            let mut said = Vec::with_capacity(leaves.len());
            let asked = || format!("evaluate() of {} states", leaves.len());
            let needed = "a list of as many judgements is needed";
            each(&answer, asked, needed, |_, judgement| {
                said.push(judgement);
                Ok(())
            })?;
            if said.len() != leaves.len() {
                let message = format!(
                    "evaluate() gave {} judgements for {} states: one for each is needed",
                    said.len(),
                    leaves.len()
                );
                return Err(of_kind(py, "usage", message));
            }
            for ((said, leaf), slot) in said.iter().zip(leaves).zip(&mut *out) {
                *slot = judgement(said, || by(leaf))?;
            }
            Ok(())
        });
        match self.rules.failed() {
            true => Err(search::Error::Evaluator("see the exception".into())),
            false => Ok(()),
        }
    }
}

/// An action at a node, as the tree knows it.
#[pyclass(frozen, get_all, generic, module = "jarvis2")]
pub(crate) struct Edge {
    /// Its place in the order of `actions`.
    index: usize,
    /// The action.
    action: Py<PyAny>,
    /// Expected reward and discounted worth of what follows; `None` until the action is expanded.
    worth: Option<f64>,
    /// Standard deviation of the error of `worth`, as far as the judge knows its own.
    spread: Option<f64>,
    /// Simulations that took it here.
    visits: u32,
    /// States handed to the judge by those simulations.
    evaluations: u32,
    /// Its share of the judge's priors.
    prior: f64,
    /// `open`, `horizon` (exact but for the judge's word at the depth limit) or `solved` (exact).
    status: &'static str,
}

#[pymethods]
impl Edge {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "Edge(action={}, worth={}, visits={}, status='{}')",
            self.action.bind(py).repr()?,
            self.worth
                .map_or_else(|| "None".to_owned(), |worth| worth.to_string()),
            self.visits,
            self.status
        ))
    }
}

/// One outcome of an expanded action.
#[pyclass(frozen, get_all, module = "jarvis2")]
pub(crate) struct Branch {
    /// As the game gave it.
    probability: f64,
    /// As the game gave it.
    reward: f64,
    /// The node reached.
    node: usize,
    /// Simulations that went on through it.
    visits: u32,
}

/// One action of the principal line.
#[pyclass(frozen, get_all, generic, module = "jarvis2")]
pub(crate) struct Step {
    /// Where it is taken.
    node: usize,
    /// The best action there.
    action: Py<PyAny>,
    /// Its worth.
    worth: f64,
    /// Probability of the outcome that the line goes on with.
    probability: f64,
}

/// What was done to grow a tree.
#[pyclass(frozen, get_all, module = "jarvis2")]
pub(crate) struct Counts {
    /// States in the tree.
    nodes: u32,
    /// Descents with their backup.
    simulations: u32,
    /// States handed to the judge.
    evaluations: u32,
    /// Calls of the judge with a batch.
    batches: u32,
    /// Outcomes whose state was in the tree already.
    cache_hits: u32,
    /// Most actions on a line from the root.
    depth: u32,
}

#[pymethods]
impl Counts {
    fn __repr__(&self) -> String {
        format!(
            "Counts(nodes={}, simulations={}, evaluations={}, batches={}, cache_hits={}, depth={})",
            self.nodes,
            self.simulations,
            self.evaluations,
            self.batches,
            self.cache_hits,
            self.depth
        )
    }
}

impl From<search::Counts> for Counts {
    fn from(counts: search::Counts) -> Counts {
        Counts {
            nodes: counts.nodes,
            simulations: counts.simulations,
            evaluations: counts.evaluations,
            batches: counts.batches,
            cache_hits: counts.cache_hits,
            depth: counts.depth,
        }
    }
}

/// A searched game. Nodes go by number: 0 is the root.
#[pyclass(frozen, generic, module = "jarvis2", name = "Tree")]
pub(crate) struct PyTree {
    tree: Tree<Rules>,
    nodes: Vec<NodeId>,
    actions: Vec<Py<PyAny>>,
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Horizon => "horizon",
        Status::Solved => "solved",
    }
}

impl PyTree {
    /// What the tree says of a node.
    fn at<T>(
        &self,
        py: Python<'_>,
        node: Option<Whole>,
        answer: impl FnOnce(NodeId) -> PyResult<T>,
    ) -> PyResult<T> {
        guarded(py, || {
            let last = self.nodes.len() - 1;
            let node = node.map_or(Ok(0), |node| node.within(py, "node", 0, last))?;
            answer(self.nodes[node])
        })
    }

    fn edge(&self, py: Python<'_>, edge: &search::Edge<u32>) -> Edge {
        Edge {
            index: edge.index,
            action: self.actions[edge.action as usize].clone_ref(py),
            worth: edge.worth,
            spread: edge.spread,
            visits: edge.visits,
            evaluations: edge.evaluations,
            prior: edge.prior,
            status: word(edge.status),
        }
    }
}

#[pymethods]
impl PyTree {
    /// What was done to grow it.
    #[getter]
    fn counts(&self) -> Counts {
        self.tree.counts().into()
    }

    /// Why the search stopped: `solved`, `horizon`, `budget`, `too_small`, `settled`, `abstained` or `asked`.
    #[getter]
    fn stop_reason(&self) -> &'static str {
        match self.tree.stop_reason() {
            StopReason::Solved => "solved",
            StopReason::Horizon => "horizon",
            StopReason::Budget => "budget",
            StopReason::TooSmall => "too_small",
            StopReason::Settled => "settled",
            StopReason::Abstained => "abstained",
            StopReason::Asked => "asked",
        }
    }

    /// The expanded action of greatest worth at the root, or `None`.
    #[getter]
    fn best_action(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        self.at(py, None, |_| {
            let number = self.tree.best_action();
            Ok(number.map(|number| self.actions[number as usize].clone_ref(py)))
        })
    }

    /// The final move, by the rule of the search; `None` where nothing was expanded.
    #[getter]
    fn choice(&self, py: Python<'_>) -> PyResult<Option<Edge>> {
        self.at(py, None, |_| {
            Ok(self.tree.choice().map(|edge| self.edge(py, &edge)))
        })
    }

    /// Best action, likeliest outcome, and so on, as far as the tree goes.
    #[getter]
    fn principal_line(&self, py: Python<'_>) -> PyResult<Vec<Step>> {
        let step = |step: &search::Step<u32>| Step {
            node: step.node.index(),
            action: self.actions[step.action as usize].clone_ref(py),
            worth: step.worth,
            probability: step.probability,
        };
        self.at(py, None, |_| {
            Ok(self.tree.principal_line().iter().map(step).collect())
        })
    }

    /// The state at a node.
    #[pyo3(signature = (node=None), text_signature = "($self, node=0)")]
    fn state(&self, py: Python<'_>, node: Option<Whole>) -> PyResult<Py<PyAny>> {
        self.at(py, node, |node| Ok(self.tree.state(node).clone_ref(py)))
    }

    /// The worth of a node.
    #[pyo3(signature = (node=None), text_signature = "($self, node=0)")]
    fn worth(&self, py: Python<'_>, node: Option<Whole>) -> PyResult<f64> {
        self.at(py, node, |node| Ok(self.tree.worth(node)))
    }

    /// Standard deviation of the error of that worth, as far as the judge knows its own.
    #[pyo3(signature = (node=None), text_signature = "($self, node=0)")]
    fn spread(&self, py: Python<'_>, node: Option<Whole>) -> PyResult<Option<f64>> {
        self.at(py, node, |node| Ok(self.tree.spread(node)))
    }

    /// One for being found, and one for every simulation that chose an action there.
    #[pyo3(signature = (node=None), text_signature = "($self, node=0)")]
    fn visits(&self, py: Python<'_>, node: Option<Whole>) -> PyResult<u32> {
        self.at(py, node, |node| Ok(self.tree.visits(node)))
    }

    /// How far a node is searched: `open`, `horizon` or `solved`.
    #[pyo3(signature = (node=None), text_signature = "($self, node=0)")]
    fn status(&self, py: Python<'_>, node: Option<Whole>) -> PyResult<&'static str> {
        self.at(py, node, |node| Ok(word(self.tree.status(node))))
    }

    /// The legal actions of a node in the game's order; none where the search never chose.
    #[pyo3(signature = (node=None), text_signature = "($self, node=0)")]
    fn edges(&self, py: Python<'_>, node: Option<Whole>) -> PyResult<Vec<Edge>> {
        self.at(py, node, |node| {
            let edges = self.tree.edges(node);
            Ok(edges.map(|edge| self.edge(py, &edge)).collect())
        })
    }

    /// The outcomes of the action with this index at a node, in the game's order; none until it is expanded.
    fn outcomes(&self, py: Python<'_>, node: Whole, index: Whole) -> PyResult<Vec<Branch>> {
        self.at(py, Some(node), |node| {
            let mut edges = self.tree.edges(node);
            let Some(last) = edges.len().checked_sub(1) else {
                let message = format!(
                    "node {} has no actions in the tree: the search never chose there",
                    node.index()
                );
                return Err(bad_input(
                    py,
                    &message,
                    "node",
                    &node.index().to_string(),
                    None,
                ));
            };
            let index = index.within(py, "index", 0, last)?;
            let branch = |branch: &search::Branch| Branch {
                probability: branch.probability,
                reward: branch.reward,
                node: branch.node.index(),
                visits: branch.visits,
            };
            Ok(edges.nth(index).map_or_else(Vec::new, |edge| {
                self.tree.outcomes(edge.id).iter().map(branch).collect()
            }))
        })
    }

    /// The improved policy at a node: one probability per action, in the game's order.
    #[pyo3(signature = (node=None), text_signature = "($self, node=0)")]
    fn improved_policy(&self, py: Python<'_>, node: Option<Whole>) -> PyResult<Vec<f64>> {
        self.at(py, node, |node| Ok(self.tree.improved_policy(node)))
    }

    fn __len__(&self) -> usize {
        self.nodes.len()
    }

    fn __repr__(&self) -> String {
        format!("Tree({} nodes, {})", self.nodes.len(), self.stop_reason())
    }
}

/// Plans from `root` until the budget is spent, the game is solved, the question is settled, or `keep_going(counts)` says no.
#[pyfunction(name = "search")]
#[pyo3(signature = (game, root, evaluate, *, evaluations=None, simulations=None, batch=None, considered=None, noise=Real(0.0), interior="puct", temperature=None, exploration=Real(1.25), depth_max=None, widening=None, deviations=Real(2.0), tolerance=None, baseline=None, seed=None, keep_going=None), text_signature = "(game, root, evaluate, *, evaluations=4096, simulations=None, batch=64, considered=None, noise=0.0, interior='puct', temperature=None, exploration=1.25, depth_max=None, widening=None, deviations=2.0, tolerance=None, baseline=None, seed=0, keep_going=None)")]
#[allow(clippy::too_many_arguments)] // Python names them.
pub(crate) fn py_search<'py>(
    game: &Bound<'py, PyAny>,
    root: Bound<'py, PyAny>,
    evaluate: &Bound<'py, PyAny>,
    evaluations: Option<Whole>,
    simulations: Option<Whole>,
    batch: Option<Whole>,
    considered: Option<Whole>,
    noise: Real,
    interior: &str,
    temperature: Option<Real>,
    exploration: Real,
    depth_max: Option<Whole>,
    widening: Option<&Bound<'py, PyAny>>,
    deviations: Real,
    tolerance: Option<Real>,
    baseline: Option<&Bound<'py, PyAny>>,
    seed: Option<Whole>,
    keep_going: Option<&Bound<'py, PyAny>>,
) -> PyResult<PyTree> {
    let py = game.py();
    let count = |what, said: Option<Whole>, least, unless| {
        said.map_or(Ok(unless), |said| said.at_least(py, what, least))
    };
    let baseline = match baseline {
        Some(said) => {
            let (action, Real(margin)): (Whole, Real) =
                pair("baseline", said, "(index of an action, margin)")?;
            let action = action.at_least(py, "baseline.action", 0)?;
            Some(Baseline { action, margin })
        }
        None => None,
    };
    let widening = match widening {
        Some(said) => {
            let (from, Real(exponent)): (Whole, Real) = pair("widening", said, "(from, exponent)")?;
            let from = from.at_least(py, "widening.from", 1)?;
            Some(Widening { from, exponent })
        }
        None => None,
    };
    if !(noise.0 >= 0.0 && noise.0.is_finite()) {
        let message = format!("noise is {}: it must be finite and not negative", noise.0);
        return Err(bad_input(py, &message, "noise", &noise.0.to_string(), None));
    }
    let root_manner = match considered {
        Some(considered) => Root::Gumbel {
            considered: considered.at_least(py, "considered", 1)?,
            noise: noise.0,
        },
        None => Root::Puct,
    };
    let config = SearchConfig {
        evaluations: count("evaluations", evaluations, 1, 4096)?,
        simulations: count("simulations", simulations, 1, u32::MAX)?,
        batch: count("batch", batch, 1, 64)?,
        root: root_manner,
        interior: match interior {
            "puct" => Interior::Puct,
            "gumbel" => Interior::Gumbel,
            other => {
                let message = format!("interior is {other:?}: write \"puct\" or \"gumbel\"");
                return Err(bad_input(py, &message, "interior", other, None));
            }
        },
        backup: temperature.map_or(Backup::Max, |temperature| Backup::Soft {
            temperature: temperature.0,
        }),
        exploration: exploration.0,
        depth_max: count("depth_max", depth_max, 0, u32::MAX)?,
        widening,
        deviations: deviations.0,
        tolerance: tolerance.map(|tolerance| tolerance.0),
        baseline,
        seed: seed.map_or(Ok(0), |seed| seed.at_least(py, "seed", 0))?,
    };
    if let Some(keep_going) = keep_going.filter(|keep_going| !keep_going.is_callable()) {
        let message = format!(
            "keep_going is {}: a function of `jarvis2.Counts` is needed",
            shown(keep_going)
        );
        return Err(of_kind(py, "usage", message));
    }
    let in_batches = has_method(evaluate, "evaluate")?;
    if !in_batches && !evaluate.is_callable() {
        let message = format!(
            "evaluate is {}: a function of one state is needed, or an object with a method `evaluate` (`jarvis2.Judge`)",
            shown(evaluate)
        );
        return Err(of_kind(py, "usage", message));
    }
    let rules = Rules::of(game)?;
    let _under_way = UnderWay::begin(py)?;
    guarded(py, || {
        grown(rules, root, evaluate, in_batches, &config, keep_going)
    })
}

fn grown(
    rules: Rules,
    root: Bound<'_, PyAny>,
    evaluate: &Bound<'_, PyAny>,
    in_batches: bool,
    config: &SearchConfig,
    keep_going: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyTree> {
    let py = root.py();
    let mut judge = Judge {
        rules: &rules,
        judge: evaluate.clone().unbind(),
        in_batches,
    };
    let mut go_on = |tree: &Tree<Rules>| {
        if let Err(signal) = py.check_signals() {
            rules.fail(signal);
        }
        let wished = |keep_going: &Bound<'_, PyAny>| {
            rules.ask(false, |_| {
                keep_going
                    .call1((Counts::from(tree.counts()),))?
                    .is_truthy()
            })
        };
        keep_going.is_none_or(wished) && !rules.failed()
    };
    let grown = run(
        &rules,
        &Arc::new(root.unbind()),
        &mut judge,
        config,
        &mut go_on,
    );
    let memory = rules
        .memory
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = memory.failed {
        return Err(error);
    }
    let tree = grown.map_err(|error| match error {
        search::Error::Config { what, value, .. } => {
            bad_input(py, &error.to_string(), what, &value.to_string(), None)
        }
        _ => of_kind(py, "usage", error.to_string()),
    })?;
    Ok(PyTree {
        nodes: tree.nodes().collect(),
        tree,
        actions: memory.actions,
    })
}
