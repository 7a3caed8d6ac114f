//! `search` over a game whose rules are written in Python.

use crate::errors::of_kind;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use search::{
    Backup, Baseline, Evaluator, Game, Interior, Judgement, NodeId, Outcome, Root, SearchConfig,
    Status, StopReason, Tree, Widening, run,
};
use std::sync::{Arc, Mutex, PoisonError};

/// A state of the game; clones share it.
type State = Arc<Py<PyAny>>;

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
        Ok(Rules {
            game: game.clone().unbind(),
            tells_discount: game.hasattr("discount")?,
            tells_key: game.hasattr("key")?,
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

    fn fail(&self, error: PyErr) {
        self.with_memory(|memory| {
            memory.failed.get_or_insert(error);
        });
    }

    fn failed(&self) -> bool {
        self.with_memory(|memory| memory.failed.is_some())
    }

    /// The number of an action; equal ones have one number.
    fn number_of(&self, action: &Bound<'_, PyAny>) -> PyResult<u32> {
        let py = action.py();
        let numbers = self.with_memory(|memory| memory.action_numbers.clone_ref(py));
        if let Some(number) = numbers.bind(py).get_item(action)? {
            return number.extract();
        }
        let number = self.with_memory(|memory| {
            memory.actions.push(action.clone().unbind());
            memory.actions.len() as u32 - 1
        });
        numbers.bind(py).set_item(action, number)?;
        Ok(number)
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
            let actions = self.game.bind(py).call_method1("actions", (&**state,))?;
            for action in actions.try_iter()? {
                out.push(self.number_of(&action?)?);
            }
            Ok(())
        });
    }

    fn outcomes(&self, state: &State, action: u32, out: &mut Vec<Outcome<State>>) {
        self.ask((), |py| {
            let arguments = (&**state, self.action(py, action));
            let outcomes = self.game.bind(py).call_method1("outcomes", arguments)?;
            for outcome in outcomes.try_iter()? {
                let (probability, reward, state): (f64, f64, Py<PyAny>) = outcome?.extract()?;
                out.push(Outcome {
                    probability,
                    reward,
                    state: Arc::new(state),
                });
            }
            Ok(())
        });
    }

    fn terminal_worth(&self, state: &State) -> Option<f64> {
        self.ask(Some(0.0), |py| {
            self.game
                .bind(py)
                .call_method1("terminal_worth", (&**state,))?
                .extract()
        })
    }

    fn discount(&self, state: &State, action: u32) -> f64 {
        if !self.tells_discount {
            return 1.0;
        }
        self.ask(1.0, |py| {
            let arguments = (&**state, self.action(py, action));
            self.game
                .bind(py)
                .call_method1("discount", arguments)?
                .extract()
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
            let numbers = self.with_memory(|memory| memory.key_numbers.clone_ref(py));
            let numbers = numbers.bind(py);
            if let Some(number) = numbers.get_item(&key)? {
                return Ok(Some(number.extract::<u64>()?.into()));
            }
            let number = numbers.len() as u64;
            numbers.set_item(&key, number)?;
            Ok(Some(number.into()))
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
fn judgement(said: &Bound<'_, PyAny>) -> PyResult<Judgement> {
    let Ok(parts) = said.cast::<PyTuple>() else {
        return Ok(Judgement::of(said.extract()?));
    };
    let mut judgement = Judgement::of(parts.get_item(0)?.extract()?);
    if parts.len() > 1 {
        judgement.spread = parts.get_item(1)?.extract()?;
    }
    if parts.len() > 2 {
        for prior in parts.get_item(2)?.try_iter()? {
            judgement.priors.push(prior?.extract()?);
        }
    }
    Ok(judgement)
}

impl Evaluator<State> for Judge<'_> {
    fn evaluate(&mut self, leaves: &[State], out: &mut [Judgement]) -> Result<(), search::Error> {
        self.rules.ask((), |py| {
            let judge = self.judge.bind(py);
            if !self.in_batches {
                for (leaf, slot) in leaves.iter().zip(&mut *out) {
                    *slot = judgement(&judge.call1((&**leaf,))?)?;
                }
                return Ok(());
            }
            let states: Vec<&Py<PyAny>> = leaves.iter().map(|leaf| &**leaf).collect();
            let said: Vec<Bound<'_, PyAny>> = judge
                .call_method1("evaluate", (states,))?
                .try_iter()?
                .collect::<PyResult<_>>()?;
            if said.len() != leaves.len() {
                let message = format!(
                    "evaluate() gave {} judgements for {} states: one for each is needed",
                    said.len(),
                    leaves.len()
                );
                return Err(of_kind(py, "usage", message));
            }
            for (said, slot) in said.iter().zip(&mut *out) {
                *slot = judgement(said)?;
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
            "Edge(action={}, worth={:?}, visits={}, status={:?})",
            self.action.bind(py).repr()?,
            self.worth,
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
    fn node(&self, py: Python<'_>, node: usize) -> PyResult<NodeId> {
        self.nodes.get(node).copied().ok_or_else(|| {
            let message = format!(
                "node {node}: the tree has nodes 0 to {}",
                self.nodes.len() - 1
            );
            of_kind(py, "usage", message)
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
    fn best_action(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let number = self.tree.best_action()?;
        Some(self.actions[number as usize].clone_ref(py))
    }

    /// The final move, by the rule of the search; `None` where nothing was expanded.
    #[getter]
    fn choice(&self, py: Python<'_>) -> Option<Edge> {
        self.tree.choice().map(|edge| self.edge(py, &edge))
    }

    /// Best action, likeliest outcome, and so on, as far as the tree goes.
    #[getter]
    fn principal_line(&self, py: Python<'_>) -> Vec<Step> {
        let step = |step: &search::Step<u32>| Step {
            node: step.node.index(),
            action: self.actions[step.action as usize].clone_ref(py),
            worth: step.worth,
            probability: step.probability,
        };
        self.tree.principal_line().iter().map(step).collect()
    }

    /// The state at a node.
    #[pyo3(signature = (node=0))]
    fn state(&self, py: Python<'_>, node: usize) -> PyResult<Py<PyAny>> {
        Ok(self.tree.state(self.node(py, node)?).clone_ref(py))
    }

    /// The worth of a node.
    #[pyo3(signature = (node=0))]
    fn worth(&self, py: Python<'_>, node: usize) -> PyResult<f64> {
        Ok(self.tree.worth(self.node(py, node)?))
    }

    /// Standard deviation of the error of that worth, as far as the judge knows its own.
    #[pyo3(signature = (node=0))]
    fn spread(&self, py: Python<'_>, node: usize) -> PyResult<Option<f64>> {
        Ok(self.tree.spread(self.node(py, node)?))
    }

    /// One for being found, and one for every simulation that chose an action there.
    #[pyo3(signature = (node=0))]
    fn visits(&self, py: Python<'_>, node: usize) -> PyResult<u32> {
        Ok(self.tree.visits(self.node(py, node)?))
    }

    /// How far a node is searched: `open`, `horizon` or `solved`.
    #[pyo3(signature = (node=0))]
    fn status(&self, py: Python<'_>, node: usize) -> PyResult<&'static str> {
        Ok(word(self.tree.status(self.node(py, node)?)))
    }

    /// The legal actions of a node in the game's order; none where the search never chose.
    #[pyo3(signature = (node=0))]
    fn edges(&self, py: Python<'_>, node: usize) -> PyResult<Vec<Edge>> {
        let edges = self.tree.edges(self.node(py, node)?);
        Ok(edges.map(|edge| self.edge(py, &edge)).collect())
    }

    /// The outcomes of the action with this index at a node, in the game's order; none until it is expanded.
    fn outcomes(&self, py: Python<'_>, node: usize, index: usize) -> PyResult<Vec<Branch>> {
        let Some(edge) = self.tree.edges(self.node(py, node)?).nth(index) else {
            let message = format!("action {index} of node {node}: there is no such action");
            return Err(of_kind(py, "usage", message));
        };
        let branch = |branch: &search::Branch| Branch {
            probability: branch.probability,
            reward: branch.reward,
            node: branch.node.index(),
            visits: branch.visits,
        };
        Ok(self.tree.outcomes(edge.id).iter().map(branch).collect())
    }

    /// The improved policy at a node: one probability per action, in the game's order.
    #[pyo3(signature = (node=0))]
    fn improved_policy(&self, py: Python<'_>, node: usize) -> PyResult<Vec<f64>> {
        Ok(self.tree.improved_policy(self.node(py, node)?))
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
#[pyo3(signature = (game, root, evaluate, *, evaluations=4096, simulations=None, batch=64, considered=None, noise=0.0, interior="puct", temperature=None, exploration=1.25, depth_max=None, widening=None, deviations=2.0, tolerance=None, baseline=None, seed=0, keep_going=None))]
#[allow(clippy::too_many_arguments)] // Python names them.
pub(crate) fn py_search<'py>(
    game: &Bound<'py, PyAny>,
    root: Bound<'py, PyAny>,
    evaluate: &Bound<'py, PyAny>,
    evaluations: u32,
    simulations: Option<u32>,
    batch: u32,
    considered: Option<u32>,
    noise: f64,
    interior: &str,
    temperature: Option<f64>,
    exploration: f64,
    depth_max: Option<u32>,
    widening: Option<(u32, f64)>,
    deviations: f64,
    tolerance: Option<f64>,
    baseline: Option<(usize, f64)>,
    seed: u64,
    keep_going: Option<&Bound<'py, PyAny>>,
) -> PyResult<PyTree> {
    let py = game.py();
    let config = SearchConfig {
        evaluations,
        simulations: simulations.unwrap_or(u32::MAX),
        batch,
        root: considered.map_or(Root::Puct, |considered| Root::Gumbel { considered, noise }),
        interior: match interior {
            "puct" => Interior::Puct,
            "gumbel" => Interior::Gumbel,
            other => {
                let message = format!("interior is {other:?}: write \"puct\" or \"gumbel\"");
                return Err(of_kind(py, "usage", message));
            }
        },
        backup: temperature.map_or(Backup::Max, |temperature| Backup::Soft { temperature }),
        exploration,
        depth_max: depth_max.unwrap_or(u32::MAX),
        widening: widening.map(|(from, exponent)| Widening { from, exponent }),
        deviations,
        tolerance,
        baseline: baseline.map(|(action, margin)| Baseline { action, margin }),
        seed,
    };
    let rules = Rules::of(game)?;
    let mut judge = Judge {
        rules: &rules,
        judge: evaluate.clone().unbind(),
        in_batches: evaluate.hasattr("evaluate")?,
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
        &config,
        &mut go_on,
    );
    let memory = rules
        .memory
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = memory.failed {
        return Err(error);
    }
    let tree = grown.map_err(|error| of_kind(py, "usage", error.to_string()))?;
    Ok(PyTree {
        nodes: tree.nodes().collect(),
        tree,
        actions: memory.actions,
    })
}
