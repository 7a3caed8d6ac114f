//! The searched tree in people's terms: the file of `--trace`, and the top of the tree for the reports.

use super::decide::{Searched, Table};
use super::explain::{Words, stopped};
use super::game::WheelGame;
use super::inputs::Inputs;
use super::settle;
use crate::aside::Aside;
use crate::error::Error;
use crate::plan::Figure;
use crate::trace::{
    LeftOut, PartKind, SettlePoint, Settling, Trace, TraceAction, TraceCounts, TraceNode,
    TraceOutcome, TreePart, TreeView,
};
use search::{Edge, NodeId, Status, Tree};
use serde::{Serialize, Serializer};
use wheel::{Move, Situation};

/// Where the trace goes, and how much of it.
pub(crate) struct TraceTo {
    pub(crate) aside: Aside,
    /// Decisions from the root.
    pub(crate) depth_max: u32,
    pub(crate) nodes_max: u32,
}

/// Tenor of the volatility that a situation shows.
const TENOR_DAYS: u16 = 30;
/// A part of the tree narrower than this share of the whole is not shown.
const SHARE_MIN: f64 = 0.004;
/// Levels shown below the root: an action, its outcomes, the next action, its outcomes.
const LEVELS: u32 = 4;
/// Most parts shown, level by level.
const PARTS: usize = 600;

/// What a worth of the tree means.
const MEANING: &str = "The tree's own estimate: the sure amount at the horizon that is as good as what follows when later decisions are made well, over holding everything from today (certainty equivalent). It picked the finalists; the worths of the plan come from fresh paths";

/// An action at the root as the tree knows it.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    pub(crate) action: String,
    pub(crate) visits: u64,
    /// Its share of the priors.
    pub(crate) prior: f64,
    /// The tree's worth of it over holding; absent where it was not tried.
    pub(crate) over_holding_usd: Option<f64>,
}

/// A tree with the words for it.
pub(crate) struct Glass<'a> {
    inputs: &'a Inputs,
    table: &'a Table,
    searched: &'a Searched,
    words: Words<'a>,
    /// Certainty equivalent of holding everything, in dollars of final wealth.
    held_usd: f64,
}

impl<'a> Glass<'a> {
    pub(crate) fn new(inputs: &'a Inputs, table: &'a Table, searched: &'a Searched) -> Self {
        let rules = &table.rules;
        let held = rules.held_worth(&table.today, &mut Vec::new());
        Glass {
            inputs,
            table,
            searched,
            words: Words::of(inputs),
            held_usd: rules.utility.certain(held),
        }
    }

    /// Every action at the root, in the order of the menu.
    pub(crate) fn tried(&self) -> Vec<Tried> {
        let (tree, today) = (self.tree(), &self.table.today);
        tree.edges(tree.root())
            .map(|edge| Tried {
                action: self.action(today, edge.action),
                visits: u64::from(edge.visits),
                prior: edge.prior,
                over_holding_usd: self.over_holding(edge.worth).known(),
            })
            .collect()
    }

    fn tree(&self) -> &Tree<WheelGame> {
        &self.searched.tree
    }

    /// Dollars over today's wealth and over holding.
    fn dollars(&self, utility: Option<f64>) -> (Figure, Figure) {
        let Some(utility) = utility else {
            let none = || Figure::missing("not tried");
            return (none(), none());
        };
        let certain = self.table.rules.utility.certain(utility);
        let over_today = certain - self.table.rules.utility.wealth_usd;
        (over_today.into(), (certain - self.held_usd).into())
    }

    /// Standard deviation of the judge's error in a worth, in dollars.
    fn error(&self, utility: Option<f64>, spread: Option<f64>) -> Figure {
        let certain = |utility: f64| self.table.rules.utility.certain(utility);
        match (utility, spread) {
            (Some(utility), Some(spread)) => {
                ((certain(utility + spread) - certain(utility - spread)) / 2.0).into()
            }
            _ => Figure::missing("the judge does not say how far it errs"),
        }
    }

    fn over_holding(&self, utility: Option<f64>) -> Figure {
        self.dollars(utility).1
    }

    fn action(&self, situation: &Situation, choice: Move) -> String {
        match self.table.rules.action(situation, choice) {
            Some(action) => self.words.action(&action),
            None => "n/a (the move means no trade here)".to_owned(),
        }
    }

    /// An action without ticker and price.
    fn short(&self, situation: &Situation, choice: Move) -> String {
        match self.table.rules.action(situation, choice) {
            Some(action) => self.words.short(&action),
            None => "n/a".to_owned(),
        }
    }

    fn book(&self, situation: &Situation) -> String {
        let book = &situation.book;
        let mut parts: Vec<String> = book.lots().iter().map(|lot| self.words.lot(lot)).collect();
        if book.shares() != 0 {
            parts.insert(0, format!("{} shares", book.shares()));
        }
        if parts.is_empty() {
            parts.push("cash only".to_owned());
        }
        parts.join(", ")
    }

    /// The day, the price, the level of volatility and the book, in few words.
    fn situation(&self, situation: &Situation) -> String {
        format!(
            "{} at ${:.2}, volatility {:.0} %: {}",
            self.words.date(situation.state.day),
            situation.state.spot,
            100.0 * self.implied_vol(situation),
            self.book(situation)
        )
    }

    fn implied_vol(&self, situation: &Situation) -> f64 {
        let state = &situation.state;
        self.table
            .rules
            .futures
            .implied_vol(state, state.spot, state.day + TENOR_DAYS)
    }

    /// How the choice settled.
    pub(crate) fn settling(&self) -> Settling {
        let settling = &self.searched.settling;
        let point = |standing: &settle::Standing| {
            let named = |pair: Option<(usize, f64)>| match pair {
                Some((index, _)) => self.root_action(index),
                None => "n/a (none known yet)".to_owned(),
            };
            let worth = |pair: Option<(usize, f64)>| match pair {
                Some((_, worth)) => self.over_holding(Some(worth)),
                None => Figure::missing("none known yet"),
            };
            SettlePoint {
                simulations: standing.simulations,
                evaluations: standing.evaluations,
                actions_tried: standing.tried as u32,
                best: named(standing.best),
                best_worth_over_holding_usd: worth(standing.best),
                runner_up: named(standing.second),
                runner_up_worth_over_holding_usd: worth(standing.second),
                root_worth_over_holding_usd: self.over_holding(Some(standing.root)),
            }
        };
        Settling {
            points: settling.points.iter().map(point).collect(),
            changes: settling.changes.iter().map(point).collect(),
            changed: settling.changed.saturating_sub(1),
            settled_at_evaluations: settling.settled_at().map_or_else(
                || Figure::missing("no action was tried"),
                |at| f64::from(at).into(),
            ),
        }
    }

    /// The root's action of this index.
    fn root_action(&self, index: usize) -> String {
        let tree = self.tree();
        let edge = tree.edges(tree.root()).nth(index);
        edge.map_or_else(
            || "n/a (no such action)".to_owned(),
            |edge| self.action(tree.state(tree.root()), edge.action),
        )
    }

    /// The top of the tree, parts too narrow to be seen left out and counted.
    pub(crate) fn view(&self) -> TreeView {
        let tree = self.tree();
        let root = tree.root();
        let mut parts = vec![TreePart {
            kind: PartKind::Today,
            parent: 0,
            level: 0,
            label: "today".to_owned(),
            text: format!("today, {}", self.situation(tree.state(root))),
            share_fraction: 1.0,
            visits: tree.visits(root),
            worth_over_holding_usd: self.over_holding(Some(tree.worth(root))),
            error_usd: self.error(Some(tree.worth(root)), tree.spread(root)),
            status: status(tree.status(root)).to_owned(),
            hidden: 0,
        }];
        // Situations whose actions are still to be shown: place, node, share of the whole.
        let mut layer = vec![(0_usize, root, 1.0)];
        for level in (1..=LEVELS).step_by(2) {
            let mut next = Vec::new();
            for (place, node, whole) in layer {
                for (edge, share) in self.ranked(node) {
                    let small = level > 1 && whole * share < SHARE_MIN;
                    if edge.visits == 0 || small || parts.len() >= PARTS {
                        parts[place].hidden += 1;
                        continue;
                    }
                    let at = parts.len();
                    parts.push(TreePart {
                        kind: PartKind::Action,
                        parent: place as u32,
                        level,
                        label: self.short(tree.state(node), edge.action),
                        text: self.action(tree.state(node), edge.action),
                        share_fraction: share,
                        visits: edge.visits,
                        worth_over_holding_usd: self.over_holding(edge.worth),
                        error_usd: self.error(edge.worth, edge.spread),
                        status: edge_status(&edge).to_owned(),
                        hidden: 0,
                    });
                    self.outcomes(&edge, at, whole * share, &mut parts, &mut next);
                }
            }
            layer = next;
        }
        TreeView {
            meaning: MEANING.to_owned(),
            parts,
            settling: self.settling(),
        }
    }

    /// The outcomes of an action as parts, from the lowest price to the highest.
    fn outcomes(
        &self,
        edge: &Edge<Move>,
        place: usize,
        whole: f64,
        parts: &mut Vec<TreePart>,
        next: &mut Vec<(usize, NodeId, f64)>,
    ) {
        let tree = self.tree();
        let mut branches: Vec<_> = tree.outcomes(edge.id).iter().collect();
        let key = |node: NodeId| {
            let state = &tree.state(node).state;
            (state.spot, state.vol_factor)
        };
        branches.sort_by(|a, b| {
            let (a, b) = (key(a.node), key(b.node));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        for branch in branches {
            if whole * branch.probability < SHARE_MIN || parts.len() >= PARTS {
                parts[place].hidden += 1;
                continue;
            }
            next.push((parts.len(), branch.node, whole * branch.probability));
            parts.push(TreePart {
                kind: PartKind::Outcome,
                parent: place as u32,
                level: parts[place].level + 1,
                label: format!("${:.2}", tree.state(branch.node).state.spot),
                text: self.situation(tree.state(branch.node)),
                share_fraction: branch.probability,
                visits: branch.visits,
                worth_over_holding_usd: self.over_holding(Some(tree.worth(branch.node))),
                error_usd: self.error(Some(tree.worth(branch.node)), tree.spread(branch.node)),
                status: status(tree.status(branch.node)).to_owned(),
                hidden: 0,
            });
        }
    }

    /// The actions of a node by visits, each with its share of them.
    fn ranked(&self, node: NodeId) -> Vec<(Edge<Move>, f64)> {
        let mut edges: Vec<Edge<Move>> = self.tree().edges(node).collect();
        let all: f64 = edges.iter().map(|edge| f64::from(edge.visits)).sum();
        let worth = |edge: &Edge<Move>| edge.worth.unwrap_or(f64::NEG_INFINITY);
        edges.sort_by(|a, b| {
            b.visits
                .cmp(&a.visits)
                .then(worth(b).total_cmp(&worth(a)))
                .then(a.index.cmp(&b.index))
        });
        edges
            .into_iter()
            .map(|edge| (edge, f64::from(edge.visits) / all.max(1.0)))
            .collect()
    }

    /// Writes the tree as JSON, the nodes one by one.
    pub(crate) fn write(&self, to: &mut TraceTo, watermark: Option<&str>) -> Result<(), Error> {
        let tree = self.tree();
        let (order, left_out) = self.order(to);
        let written: Vec<bool> = {
            let mut written = vec![false; tree.nodes().len()];
            for (node, _) in &order {
                written[node.index()] = true;
            }
            written
        };
        let nodes = Lazy(|| {
            order
                .iter()
                .map(|&(node, depth)| self.node(node, depth, depth < to.depth_max, &written))
        });
        let counts = self.searched.counts;
        let config = &self.inputs.config;
        let trace = Trace {
            schema_version: 1,
            watermark: watermark.map(str::to_owned),
            symbol: self.inputs.chain.symbol.clone(),
            as_of: self.inputs.chain.as_of.to_string(),
            meaning: MEANING.to_owned(),
            wealth_usd: self.table.rules.utility.wealth_usd,
            holding_worth_usd: self.held_usd - self.table.rules.utility.wealth_usd,
            config: config
                .values()
                .into_iter()
                .filter(|(key, _)| key.starts_with("search.") || key.starts_with("objective."))
                .filter_map(|(key, value)| Some((key.to_owned(), value?)))
                .collect(),
            data_sha256: self.inputs.data_sha256.clone(),
            inputs_sha256: self.inputs.inputs_sha256.clone(),
            counts: TraceCounts {
                nodes: counts.nodes,
                simulations: counts.simulations,
                evaluations: counts.evaluations,
                batches: counts.batches,
                cache_hits: counts.cache_hits,
                recalled: counts.recalled,
                depth: counts.depth,
            },
            stopped: stopped(self.searched.stopped).to_owned(),
            choice: tree.choice().map_or_else(
                || "n/a (no action was tried)".to_owned(),
                |edge| self.action(tree.state(tree.root()), edge.action),
            ),
            settling: self.settling(),
            left_out,
            nodes,
        };
        to.aside.write(|out| {
            let mut out = out;
            serde_json::to_writer(&mut out, &trace).map_err(std::io::Error::from)?;
            out.write_all(b"\n")
        })
    }

    /// The nodes to write with their distance from the root, nearest first, and how many are left out.
    fn order(&self, to: &TraceTo) -> (Vec<(NodeId, u32)>, LeftOut) {
        let tree = self.tree();
        let mut seen = vec![false; tree.nodes().len()];
        let mut order = vec![(tree.root(), 0_u32)];
        seen[tree.root().index()] = true;
        let mut at = 0;
        while let Some(&(node, depth)) = order.get(at) {
            at += 1;
            for edge in tree.edges(node) {
                for branch in tree.outcomes(edge.id) {
                    let place = branch.node.index();
                    if !std::mem::replace(&mut seen[place], true) {
                        order.push((branch.node, depth + 1));
                    }
                }
            }
        }
        let all = order.len();
        order.retain(|(_, depth)| *depth <= to.depth_max);
        let near = order.len();
        order.truncate(to.nodes_max as usize);
        let left_out = LeftOut {
            nodes_beyond_depth: (all - near) as u64,
            nodes_beyond_limit: (near - order.len()) as u64,
        };
        (order, left_out)
    }

    fn node(&self, node: NodeId, depth: u32, with_actions: bool, written: &[bool]) -> TraceNode {
        let tree = self.tree();
        let situation = tree.state(node);
        let worth = tree.worth(node);
        let (worth_usd, worth_over_holding_usd) = self.dollars(Some(worth));
        let action = |edge: Edge<Move>| {
            let (worth_usd, worth_over_holding_usd) = self.dollars(edge.worth);
            let outcome = |branch: &search::Branch| TraceOutcome {
                probability: branch.probability,
                reward_utility: branch.reward,
                visits: branch.visits,
                node: branch.node.index() as u32,
                written: written[branch.node.index()],
            };
            TraceAction {
                index: edge.index as u32,
                text: self.action(situation, edge.action),
                prior: edge.prior,
                visits: edge.visits,
                evaluations: edge.evaluations,
                worth_usd,
                worth_over_holding_usd,
                error_usd: self.error(edge.worth, edge.spread),
                worth_utility: edge
                    .worth
                    .map_or_else(|| Figure::missing("not tried"), Figure::from),
                status: edge_status(&edge).to_owned(),
                outcomes: tree.outcomes(edge.id).iter().map(outcome).collect(),
            }
        };
        let edges = tree.edges(node);
        let count = edges.len() as u32;
        TraceNode {
            id: node.index() as u32,
            depth,
            date: self.words.date(situation.state.day),
            day: u32::from(situation.state.day),
            spot_usd: situation.state.spot,
            vol_factor: situation.state.vol_factor + 0.0,
            implied_vol: self.implied_vol(situation),
            book: self.book(situation),
            cash_usd: situation.book.cash().usd(),
            free_cash_usd: situation.book.free_cash().usd(),
            shares: situation.book.shares(),
            visits: tree.visits(node),
            worth_usd,
            worth_over_holding_usd,
            error_usd: self.error(Some(worth), tree.spread(node)),
            worth_utility: worth + 0.0,
            status: status(tree.status(node)).to_owned(),
            actions: if with_actions {
                edges.map(action).collect()
            } else {
                Vec::new()
            },
            actions_left_out: if with_actions { 0 } else { count },
        }
    }
}

/// A list that is made while it is written: a large tree is never there twice.
struct Lazy<F>(F);

impl<F, I> Serialize for Lazy<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Horizon => "horizon",
        Status::Solved => "solved",
    }
}

fn edge_status<A>(edge: &Edge<A>) -> &'static str {
    if edge.expanded() {
        status(edge.status)
    } else {
        "untried"
    }
}
