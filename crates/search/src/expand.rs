//! The growth: a node is opened into its actions, an action is expanded into all its outcomes.

use crate::error::Error;
use crate::game::{Evaluator, Game, Outcome};
use crate::run::Search;
use crate::tree::{Block, Branch, EdgeId, NodeId, NodeRow, Status, Tree};

/// How far from 1 the probabilities of an action may sum.
const PROBABILITY_TOLERANCE: f64 = 1e-9;

impl<G: Game> Search<'_, G> {
    /// Lists the actions of a node the first time it is entered.
    pub(crate) fn open(&mut self, node: NodeId) -> Result<(), Error> {
        let tree = &mut self.tree;
        if !tree.row(node).edges.is_empty() {
            return Ok(());
        }
        let actions = &mut self.buffers.actions;
        let start = row_id(tree.edges.len())?;
        actions.clear();
        self.game.actions(tree.state(node), actions);
        let len = row_id(actions.len())?;
        if len == 0 {
            return Err(Error::DeadEnd {
                path: tree.path(node),
            });
        }
        row_id(tree.edges.len() + actions.len())?;

        let priors = &tree.priors[tree.row(node).priors.rows()];
        let sum = if priors.is_empty() {
            f64::from(len)
        } else {
            priors.iter().sum()
        };
        let fits = priors.is_empty() || priors.len() == actions.len();
        if !(fits && sum > 0.0 && sum.is_finite()) || priors.iter().any(|prior| *prior < 0.0) {
            return Err(Error::Priors {
                path: tree.path(node),
                actions: actions.len(),
                priors: priors.to_vec(),
            });
        }
        for (index, action) in actions.iter().enumerate() {
            let discount = self.game.discount(&tree.states[node.0 as usize], *action);
            if !discount.is_finite() {
                return Err(Error::Discount {
                    path: tree.path(node),
                    action: index,
                    discount,
                });
            }
            let prior = priors.get(index).copied().unwrap_or(1.0) / sum;
            tree.actions.push(*action);
            tree.edges.push(node, prior, discount);
        }
        tree.row_mut(node).edges = Block { start, len };
        if self
            .config
            .widening
            .is_some_and(|widening| len > widening.from)
        {
            let order = &mut self.buffers.order;
            order.clear();
            order.extend(start..start + len);
            let prior = |edge: &u32| tree.edges.prior[*edge as usize];
            order.sort_by(|a, b| prior(b).total_cmp(&prior(a)).then(a.cmp(b)));
            for (rank, edge) in order.iter().enumerate() {
                tree.edges.rank[*edge as usize] = rank as u32;
            }
        }
        Ok(())
    }

    /// Puts every outcome of an action in the tree and queues the new states for the evaluator. Counts the visit along the
    /// path. False, and nothing done, when the new states do not fit in this batch or in the budget.
    pub(crate) fn expand<E: Evaluator<G::State>>(
        &mut self,
        edge: EdgeId,
        evaluator: &mut E,
        batch: usize,
    ) -> Result<bool, Error> {
        let node = self.tree.node_of(edge);
        let mut outcomes = std::mem::take(&mut self.buffers.outcomes);
        outcomes.clear();
        self.game.outcomes(
            self.tree.state(node),
            self.tree.actions[edge.0 as usize],
            &mut outcomes,
        );
        let added = self.add_outcomes(edge, node, &mut outcomes, evaluator, batch);
        self.buffers.outcomes = outcomes;
        added
    }

    fn add_outcomes<E: Evaluator<G::State>>(
        &mut self,
        edge: EdgeId,
        node: NodeId,
        outcomes: &mut Vec<Outcome<G::State>>,
        evaluator: &mut E,
        batch: usize,
    ) -> Result<bool, Error> {
        self.check_outcomes(edge, outcomes)?;
        let room = self.room(batch);
        if outcomes.len() > room && self.count_new(outcomes) > room {
            return Ok(false);
        }

        let block = Block {
            start: row_id(self.tree.branches.len())?,
            len: row_id(outcomes.len())?,
        };
        row_id(self.tree.branches.len() + outcomes.len())?;
        self.tree.edges.branches[edge.0 as usize] = block;
        let leaves_before = self.buffers.leaves.len();
        for (index, outcome) in outcomes.drain(..).enumerate() {
            let key = self.game.key(&outcome.state);
            let known = key.and_then(|key| self.tree.known.get(&key).copied());
            let child = match known {
                Some(child) => {
                    self.tree.counts.cache_hits += 1;
                    if !self.deepen(child, node) {
                        return Err(Error::Cycle {
                            path: self.tree.path(node),
                            action: self.tree.action_index(edge),
                            outcome: index,
                        });
                    }
                    self.draw_near(child, self.tree.row(node).distance + 1);
                    child
                }
                None => self.add_node(outcome.state, key, Some(node), evaluator)?,
            };
            let id = row_id(self.tree.branches.len())?;
            let next_parent = self.tree.row_mut(child).first_parent.replace(id);
            self.tree.branches.push(Branch {
                probability: outcome.probability,
                reward: outcome.reward,
                node: child,
                visits: 0,
                edge,
                next_parent,
            });
            if self.tree.status(child) == Status::Solved {
                self.tree.check_worth(child)?;
            }
        }
        self.buffers.in_flight.push(edge);
        self.count_visit(edge, (self.buffers.leaves.len() - leaves_before) as u32);
        Ok(true)
    }

    /// Adds a state; an unfinished one that the evaluator does not remember is queued for it.
    pub(crate) fn add_node<E: Evaluator<G::State>>(
        &mut self,
        state: G::State,
        key: Option<u128>,
        parent: Option<NodeId>,
        evaluator: &mut E,
    ) -> Result<NodeId, Error> {
        let (depth, distance) = parent.map_or((0, 0), |parent| {
            let row = self.tree.row(parent);
            (row.depth + 1, row.distance + 1)
        });
        let node = NodeId(row_id(self.tree.nodes.len())?);
        let terminal = self.game.terminal_worth(&state);
        let remembered = match terminal {
            Some(_) => None,
            None => evaluator.recall(&state),
        };
        if let Some(key) = key {
            self.tree.known.insert(key, node);
        }
        self.tree.states.push(state);
        self.tree.nodes.push(NodeRow {
            judged: terminal.unwrap_or(f64::NAN),
            judged_spread: if terminal.is_some() { 0.0 } else { f64::NAN },
            worth: terminal.unwrap_or(f64::NAN),
            spread: if terminal.is_some() { 0.0 } else { f64::NAN },
            visits: 1,
            depth,
            distance,
            priors: Block::default(),
            edges: Block::default(),
            first_parent: None,
            status: if terminal.is_some() {
                Status::Solved
            } else {
                Status::of_leaf(distance, self.config.depth_max)
            },
        });
        self.tree.counts.nodes += 1;
        self.tree.counts.depth = self.tree.counts.depth.max(depth);
        match (terminal, remembered) {
            (Some(_), _) => {}
            (None, Some(judgement)) => {
                self.tree.counts.recalled += 1;
                self.tree.judge(node, &judgement)?;
            }
            (None, None) => self.buffers.leaves.push(node),
        }
        Ok(node)
    }

    /// How many states the next expansion may queue. An expansion larger than a batch goes alone, in several calls.
    fn room(&self, batch: usize) -> usize {
        let queued = self.buffers.leaves.len();
        let budget = (self.evaluations_end - self.tree.counts.evaluations) as usize - queued;
        if self.buffers.in_flight.is_empty() {
            budget
        } else {
            budget.min(batch.saturating_sub(queued))
        }
    }

    /// How many states an expansion would queue, if none is remembered.
    fn count_new(&mut self, outcomes: &[Outcome<G::State>]) -> usize {
        let unfinished = outcomes
            .iter()
            .map(|outcome| &outcome.state)
            .filter(|state| self.game.terminal_worth(state).is_none());
        let keys = &mut self.buffers.keys;
        keys.clear();
        let mut unshared = 0;
        for state in unfinished {
            match self.game.key(state) {
                Some(key) if self.tree.known.contains_key(&key) => {}
                Some(key) => keys.push(key),
                None => unshared += 1,
            }
        }
        keys.sort_unstable();
        keys.dedup();
        unshared + keys.len()
    }

    /// Makes a shared node deeper than its new parent, and all below it deeper still, so that depth remains an order
    /// in which every backup can run. False if the parent itself lies below: a cycle.
    fn deepen(&mut self, node: NodeId, parent: NodeId) -> bool {
        let depth = self.tree.row(parent).depth + 1;
        if node != parent && self.tree.row(node).depth >= depth {
            return true;
        }
        let work = &mut self.buffers.work;
        work.clear();
        work.push((node, depth));
        while let Some((node, depth)) = work.pop() {
            if node == parent {
                return false;
            }
            if self.tree.row(node).depth >= depth {
                continue;
            }
            self.tree.row_mut(node).depth = depth;
            self.tree.counts.depth = self.tree.counts.depth.max(depth);
            work.extend(self.tree.children(node).map(|child| (child, depth + 1)));
        }
        true
    }

    /// Tells a shared node, and all below it, of a shorter way from the root: it may no longer lie on the horizon.
    fn draw_near(&mut self, node: NodeId, distance: u32) {
        let work = &mut self.buffers.work;
        work.clear();
        work.push((node, distance));
        while let Some((node, distance)) = work.pop() {
            if self.tree.row(node).distance <= distance {
                continue;
            }
            self.tree.row_mut(node).distance = distance;
            if self.tree.row(node).edges.is_empty() {
                self.buffers.dirty.push((self.tree.row(node).depth, node));
            }
            work.extend(self.tree.children(node).map(|child| (child, distance + 1)));
        }
    }

    /// One more visit, and `evaluations` more, for the edge and everything on the path to it.
    fn count_visit(&mut self, last: EdgeId, evaluations: u32) {
        let tree = &mut self.tree;
        for branch in &self.buffers.path {
            let branch = &mut tree.branches[*branch as usize];
            branch.visits += 1;
            let edge = branch.edge;
            tree.count(edge, evaluations);
        }
        tree.count(last, evaluations);
        tree.counts.simulations += 1;
    }

    fn check_outcomes(&self, edge: EdgeId, outcomes: &[Outcome<G::State>]) -> Result<(), Error> {
        let place = || {
            (
                self.tree.path(self.tree.node_of(edge)),
                self.tree.action_index(edge),
            )
        };
        let mut sum = 0.0;
        for (index, outcome) in outcomes.iter().enumerate() {
            if !(0.0..=1.0).contains(&outcome.probability) {
                let (path, action) = place();
                return Err(Error::Probability {
                    path,
                    action,
                    outcome: index,
                    probability: outcome.probability,
                });
            }
            if !outcome.reward.is_finite() {
                let (path, action) = place();
                return Err(Error::Reward {
                    path,
                    action,
                    outcome: index,
                    reward: outcome.reward,
                });
            }
            sum += outcome.probability;
        }
        if (sum - 1.0).abs() > PROBABILITY_TOLERANCE {
            let (path, action) = place();
            return Err(Error::ProbabilitySum { path, action, sum });
        }
        Ok(())
    }
}

impl<G: Game> Tree<G> {
    fn count(&mut self, edge: EdgeId, evaluations: u32) {
        let row = edge.0 as usize;
        self.edges.visits[row] += 1;
        self.edges.evaluations[row] += evaluations;
        self.nodes[self.edges.node[row].0 as usize].visits += 1;
    }

    /// Every state that an expanded action at `node` may lead to.
    pub(crate) fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let edges = self.row(node).edges.rows();
        let branches = edges.flat_map(|edge| self.edges.branches[edge].rows());
        branches.map(|branch| self.branches[branch].node)
    }
}

/// A row's number, if a `u32` can hold it.
pub(crate) fn row_id(row: usize) -> Result<u32, Error> {
    u32::try_from(row).map_err(|_| Error::Full)
}
