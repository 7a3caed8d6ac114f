//! The tree as a policy that fresh paths can follow, and what takes over where the tree ends.
//!
//! A path never stands exactly in a state of the tree. It takes the nearest child that owns the same things, and carries out that
//! child's best move with the path's own strikes and prices. Where no such child was searched, a small table answers: for an
//! open position hold it to its end; with nothing open the move whose closed-form worth is best for this kind of book and
//! this level of volatility.

use super::game::WheelGame;
use evidence::Policy;
use search::{EdgeId, NodeId, Tree};
use std::sync::atomic::{AtomicU64, Ordering};
use wheel::{Action, Book, Move, Rules, SHARES_PER_CONTRACT, Situation};

/// Follows the tree below one action of the root.
pub(crate) struct TreePolicy<'a> {
    tree: &'a Tree<WheelGame>,
    first: EdgeId,
    action: Action,
    table: &'a RuleTable,
    answered: AtomicU64,
    asked: AtomicU64,
}

/// How far a path's day may be from the child's.
const DAYS_APART: u16 = 4;

impl<'a> TreePolicy<'a> {
    pub(crate) fn new(
        tree: &'a Tree<WheelGame>,
        first: EdgeId,
        action: Action,
        table: &'a RuleTable,
    ) -> TreePolicy<'a> {
        TreePolicy {
            tree,
            first,
            action,
            table,
            answered: AtomicU64::new(0),
            asked: AtomicU64::new(0),
        }
    }

    /// Later decisions that the tree answered, and all later decisions.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (
            self.answered.load(Ordering::Relaxed),
            self.asked.load(Ordering::Relaxed),
        )
    }

    fn nearest(&self, edge: EdgeId, situation: &Situation) -> Option<NodeId> {
        let distance = |node: NodeId| {
            let other = self.tree.state(node);
            let apart = other.state.day.abs_diff(situation.state.day);
            (owns_the_same(&other.book, &situation.book) && apart <= DAYS_APART).then(|| {
                let spot = (other.state.spot / situation.state.spot).ln().abs();
                spot + 0.05 * (other.state.vol_factor - situation.state.vol_factor).abs()
            })
        };
        let candidates = self
            .tree
            .outcomes(edge)
            .iter()
            .filter_map(|branch| Some((branch.node, distance(branch.node)?)));
        candidates
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(node, _)| node)
    }
}

/// The same shares and the same kinds of lots; strikes may differ.
fn owns_the_same(a: &Book, b: &Book) -> bool {
    a.shares() == b.shares()
        && a.lots().len() == b.lots().len()
        && a.lots()
            .iter()
            .zip(b.lots())
            .all(|(x, y)| (x.right, x.contracts) == (y.right, y.contracts))
}

impl Policy for TreePolicy<'_> {
    /// The branch of the tree on which the path is, while it is on one.
    type Memory = Option<EdgeId>;

    fn begin(&self) -> Option<EdgeId> {
        Some(self.first)
    }

    fn decide(&self, memory: &mut Option<EdgeId>, rules: &Rules, situation: &Situation) -> Action {
        if situation.state.day == 0 {
            return self.action.clone();
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        let node = memory.and_then(|edge| self.nearest(edge, situation));
        let step = node.and_then(|node| self.tree.best(node));
        let from_tree =
            step.and_then(|edge| Some((edge.id, rules.action(situation, edge.action)?)));
        *memory = from_tree.as_ref().map(|(edge, _)| *edge);
        match from_tree {
            Some((_, action)) => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                action
            }
            None => self.table.decide(rules, situation),
        }
    }
}

/// What to do with nothing open, by kind of book and level of volatility.
pub(crate) struct RuleTable {
    moves: [[Move; LEVELS.len()]; 3],
}

/// Volatility factors at which the table was made.
const LEVELS: [f64; 3] = [-0.2, 0.0, 0.2];

impl RuleTable {
    /// Asks the closed form once per entry.
    pub(crate) fn new(rules: &Rules, today: &Situation) -> RuleTable {
        let wealth = market::Cents::from_usd(rules.utility.wealth_usd);
        let hundreds = ((rules.utility.wealth_usd / today.state.spot / SHARES_PER_CONTRACT as f64)
            as i64)
            .max(1)
            * SHARES_PER_CONTRACT;
        let books = [
            Book::new(wealth, market::Cents::ZERO, 0, &[]),
            Book::new(market::Cents::ZERO, market::Cents::ZERO, hundreds, &[]),
            Book::new(wealth, market::Cents::ZERO, hundreds, &[]),
        ];
        let moves = books.map(|book| {
            let book = book.expect("a book without lots is secured and covered");
            LEVELS.map(|vol_factor| {
                let state = market::futures::State {
                    day: 1,
                    vol_factor,
                    ..today.state
                };
                best_held(
                    rules,
                    &Situation {
                        state,
                        book: book.clone(),
                    },
                )
            })
        });
        RuleTable { moves }
    }

    fn decide(&self, rules: &Rules, situation: &Situation) -> Action {
        let book = &situation.book;
        if !book.lots().is_empty() {
            return Action::do_nothing();
        }
        let has_shares = book.shares() >= SHARES_PER_CONTRACT;
        let has_cash = book.free_cash().usd() >= situation.state.spot * SHARES_PER_CONTRACT as f64;
        let kind = match (has_cash, has_shares) {
            (true, false) => 0,
            (_, true) if !has_cash => 1,
            (true, true) => 2,
            _ => return Action::do_nothing(),
        };
        let level = situation.state.vol_factor;
        let nearest = (0..LEVELS.len()).min_by(|&a, &b| {
            (LEVELS[a] - level)
                .abs()
                .total_cmp(&(LEVELS[b] - level).abs())
        });
        let choice = self.moves[kind][nearest.unwrap_or(1)];
        let mut moves = Vec::new();
        rules.moves(situation, &mut moves);
        if !moves.contains(&choice) {
            return Action::do_nothing();
        }
        rules
            .action(situation, choice)
            .unwrap_or_else(Action::do_nothing)
    }
}

/// The move after which holding is worth most.
fn best_held(rules: &Rules, situation: &Situation) -> Move {
    let mut moves = Vec::new();
    rules.moves(situation, &mut moves);
    let mut law = Vec::new();
    let mut worth = |choice: Move| {
        let mut after = situation.clone();
        let action = rules.action(situation, choice)?;
        after.book.trade(&action, rules.style, &rules.costs).ok()?;
        Some((choice, rules.held_worth(&after, &mut law)))
    };
    let judged: Vec<(Move, f64)> = moves.into_iter().filter_map(&mut worth).collect();
    judged
        .into_iter()
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map_or(Move::Nothing, |(choice, _)| choice)
}
