//! The plan as a trader: at each decision it sees what `jarvis2 plan` would see that evening, and does what it advises.
//!
//! Decisions fall due when the plan's own rules say (half-way through a lot, before an ex-date), on the day after something ended
//! without us, and a week after nothing was done with nothing open. Each is a whole plan, with a smaller budget than by hand.

use crate::account::{Account, Position, Shares};
use crate::config::Config;
use crate::devices::Place;
use crate::engine::fit::Known;
use crate::engine::inputs::{Inputs, Owner};
use crate::engine::{self, Advice};
use crate::governor::Crew;
use crate::learning::models::Model;
use crate::plan::Outcome;
use crate::progress::Progress;
use evidence::backtest::traders::later;
use evidence::backtest::{Error, Today, Trader};
use jiff::civil::Date;
use market::ingest::{Format, Ingest};
use pricing::Right;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wheel::{Action, Book};

/// Trading days after which an evening without anything open is looked at again.
const WEEK: u32 = 5;

/// One decision, for the report.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) date: Date,
    pub(crate) advice: Advice,
}

/// What the plan decided, shared with whoever writes the report.
pub(crate) type Decisions = Rc<RefCell<Vec<Decided>>>;

/// See the head of this file.
pub(crate) struct Planner<'a> {
    pub(crate) config: Config,
    pub(crate) nets: Result<Option<Model>, String>,
    pub(crate) crew: Crew,
    pub(crate) evaluations_max: u32,
    pub(crate) progress: &'a Progress,
    pub(crate) decisions: Decisions,
    /// The book as the last decision should have left it, the next day that the plan wants to be asked, and days waited.
    pub(crate) standing: Option<Standing>,
}

/// What was expected when the last decision was taken.
pub(crate) struct Standing {
    lots: usize,
    shares: i64,
    next: u16,
    waited: u32,
}

impl Planner<'_> {
    fn is_due(&mut self, today: &Today<'_>) -> bool {
        if today.settles_tonight() {
            return false;
        }
        let Some(standing) = &mut self.standing else {
            return true;
        };
        standing.waited += 1;
        let changed =
            standing.lots != today.book.lots().len() || standing.shares != today.book.shares();
        let idle = today.book.lots().is_empty() && standing.waited >= WEEK;
        changed || idle || today.day >= standing.next
    }

    fn inputs(&self, today: &Today<'_>) -> Inputs {
        let mut chain = today.chain.clone();
        // What it settles tonight is no choice of today.
        chain
            .quotes
            .retain(|quote| quote.contract.expiry > today.date());
        let known = Known {
            returns: today.past.log_returns(),
            returns_source: "the days before".to_owned(),
            dividends: today.dividends.to_vec(),
            events_given: true,
        };
        Inputs {
            nets: self.nets.clone(),
            config: self.config.clone(),
            crew: self.crew.clone(),
            evaluations_max: self.evaluations_max,
            collateral_max_usd: None,
            place: Place::default(),
            chain_name: "backtest".to_owned(),
            owner: Owner {
                account: Some(account(today, today.book)),
                source: "the backtest's book".to_owned(),
            },
            ingest: Ingest {
                format: Format::Common,
                chains: Vec::new(),
                spots: Vec::new(),
                refused: Vec::new(),
                refused_counts: BTreeMap::new(),
                notes: Vec::new(),
                rows_read: chain.quotes.len(),
                origins: BTreeMap::new(),
            },
            chain,
            known,
            past: None,
            events: Vec::new(),
            splits: Vec::new(),
            notices: Vec::new(),
            notes: Vec::new(),
            data_sha256: String::new(),
            inputs_sha256: String::new(),
        }
    }
}

/// The book as an account file has it.
fn account(today: &Today<'_>, book: &Book) -> Account {
    let symbol = today.chain.symbol.clone();
    let shares = Shares {
        symbol: symbol.clone(),
        count: book.shares(),
        basis_usd_per_share: None,
    };
    let options = book.lots().iter().map(|lot| Position {
        symbol: symbol.clone(),
        right: if lot.right == Right::Put {
            "put"
        } else {
            "call"
        }
        .to_owned(),
        expiry: today.date_of(lot.expiry_day).to_string(),
        strike_usd: lot.strike_usd(),
        contracts: f64::from(lot.contracts),
        premium_usd_per_share: None,
        opened: None,
    });
    Account {
        schema_version: 1,
        kind: "cash".to_owned(),
        cash_usd: book.cash().usd(),
        options: options.collect(),
        shares: if shares.count > 0 {
            vec![shares]
        } else {
            Vec::new()
        },
    }
}

impl Trader for Planner<'_> {
    fn name(&self) -> String {
        "plan".to_owned()
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, Error> {
        if !self.is_due(today) {
            return Ok(None);
        }
        let inputs = self.inputs(today);
        let advice = match engine::advice(&inputs, self.progress) {
            Ok(advice) => advice,
            Err(crate::error::Error::Interrupted { .. }) => {
                return Err(Error::Stopped { date: today.date() });
            }
            // A chain that cannot carry a decision is no reason to end ten years: nothing is done, and it is told.
            Err(error @ (crate::error::Error::Fit(_) | crate::error::Error::Position { .. })) => {
                Advice::none(error.to_string())
            }
            Err(error) => {
                return Err(Error::Trader {
                    trader: self.name(),
                    date: today.date(),
                    why: error.to_string(),
                });
            }
        };
        let act = advice.outcome == Some(Outcome::Act);
        let action = advice
            .action
            .as_ref()
            .filter(|_| act)
            .map(|action| later(action, today.day));
        let mut after = today.book.clone();
        let traded = action.as_ref().is_some_and(|action| {
            after
                .trade(
                    action,
                    inputs
                        .chain
                        .quotes
                        .first()
                        .map_or(market::Style::American, |q| q.contract.style),
                    &today.terms.costs,
                )
                .is_ok()
        });
        let book = if traded { &after } else { today.book };
        self.standing = Some(Standing {
            lots: book.lots().len(),
            shares: book.shares(),
            next: today.day.saturating_add(advice.next_day.max(1)),
            waited: 0,
        });
        self.decisions.borrow_mut().push(Decided {
            date: today.date(),
            advice,
        });
        Ok(action)
    }
}
