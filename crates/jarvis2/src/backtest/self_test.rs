//! `jarvis2 backtest --self-test`: the mistakes that backtests make, each planted in this very program and looked for.
//!
//! Then two markets whose truth is known: one in which every option is quoted around what it is worth, where an edge that is found is a
//! mistake, and one in which options are dear by a stated part, where the edge is there to be found.

use crate::backtest::data::{Past, Sources};
use crate::error::Error;
use crate::progress::Progress;
use evidence::backtest::audit::{Auditor, Finding, foresight};
use evidence::backtest::traders::{BuyAndHold, Rule};
use evidence::backtest::{self, Account, Corporate, Defect, Fills, Run, Terms, Today, Trader};
use jiff::civil::Date;
use market::events::EventKind;
use market::history::History;
use market::sample::long::Long;
use market::{Cents, Chain, calendar, sample};
use serde::Serialize;
use std::fmt::Write as _;
use wheel::{Action, Costs};

/// What the self-test found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SelfTest {
    pub(crate) planted: Vec<Planted>,
    pub(crate) fair: Seeds,
    pub(crate) dear: Seeds,
}

/// One planted mistake.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Planted {
    pub(crate) name: String,
    pub(crate) caught: bool,
    /// What was found, or that nothing was.
    pub(crate) by: String,
}

/// How often an edge was found over many seeds of a market.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Seeds {
    pub(crate) market: String,
    pub(crate) seeds: u64,
    pub(crate) found: u64,
    /// Most that may be found of a market without an edge, least of one with.
    pub(crate) bound: u64,
    pub(crate) good: bool,
}

impl SelfTest {
    pub(crate) fn good(&self) -> bool {
        self.planted.iter().all(|planted| planted.caught) && self.fair.good && self.dear.good
    }
}

/// An edge is said to be found at this chance of a Sharpe ratio above zero.
const CONFIDENCE: f64 = 0.95;
/// Years of each seed.
const YEARS: u32 = 2;
/// Implied over forecast volatility, less one, of the market with an edge.
const DEAR: f64 = 0.6;

pub(crate) fn run(seeds: u64, progress: &Progress) -> Result<SelfTest, Error> {
    progress.stage("planting mistakes");
    let planted = planted()?;
    progress.stage("a market without an edge");
    let fair = market(0.0, seeds, progress)?;
    progress.stage("a market with one");
    // Fewer seeds show what is there than what is not.
    let dear = market(DEAR, (seeds / 4).max(1), progress)?;
    Ok(SelfTest {
        planted,
        fair,
        dear,
    })
}

fn terms() -> Terms {
    Terms {
        capital: Cents::from_usd(100_000.0),
        rate: sample::RATE,
        debit_spread: 0.05,
        costs: Costs {
            per_contract: Cents(65),
            per_share_usd: 0.0,
            per_assignment: Cents::ZERO,
        },
        fills: Fills::default(),
        dividend_notice_days: 45,
    }
}

/// Lives through days, audited.
fn lived(
    account: Account<'_>,
    days: &[Chain],
    past: &Past,
    to: Option<Date>,
) -> Result<(Run, Vec<Finding>), Error> {
    let mut account = account;
    let mut auditor = Auditor::new(&terms(), &past.corporate, past.history.as_ref());
    for chain in days {
        account.step(chain).map_err(super::of_backtest)?;
        auditor.see(chain, account.run());
    }
    Ok((account.finish(), auditor.close(to)))
}

/// Buys what the next close will be above: it was handed the future.
struct Seer(Vec<(Date, f64)>);

impl Trader for Seer {
    fn name(&self) -> String {
        "a trader that knows tomorrow".to_owned()
    }

    fn decide(&mut self, today: &Today<'_>) -> Result<Option<Action>, backtest::Error> {
        let next = self.0.iter().find(|(day, _)| *day > today.date());
        if next.is_some_and(|(_, close)| *close > today.spot.usd()) {
            return Rule::default().decide(today);
        }
        Ok(None)
    }
}

fn planted() -> Result<Vec<Planted>, Error> {
    let past = Past::open(&Sources::default())?;
    let mut tape = past.tape()?;
    let mut days = Vec::new();
    while let Some(chain) = tape.next_day()? {
        days.push(chain);
    }
    let before = || History {
        symbol: None,
        days: Vec::new(),
        notes: Vec::new(),
        rows_read: 0,
    };
    fn of<'a>(trader: Box<dyn Trader + 'a>, past: &Past, before: History) -> Account<'a> {
        Account::new(trader, terms(), past.corporate.clone(), before)
    }
    let rule = || {
        Box::new(Rule {
            delta: 0.45,
            days: 15,
        })
    };
    let mut rows = Vec::new();
    let mut row = |name: &str, found: Option<String>| {
        rows.push(Planted {
            name: name.to_owned(),
            caught: found.is_some(),
            by: found.unwrap_or_else(|| "NOT CAUGHT".to_owned()),
        });
    };
    let (_, clean) = lived(of(rule(), &past, before()), &days, &past, Some(past.span.1))?;
    row(
        "control: no mistake, nothing may be found",
        clean.is_empty().then(|| "nothing was found".to_owned()),
    );
    for (name, defect) in [
        ("orders fill at yesterday's quotes", Defect::StaleFills),
        ("premium credited twice", Defect::DoublePremium),
        ("assigned shares carried at cost", Defect::UnmarkedShares),
        ("trades without fees", Defect::FreeTrades),
    ] {
        let (_, findings) = lived(of(rule(), &past, before()).with(defect), &days, &past, None)?;
        row(name, findings.first().map(ToString::to_string));
    }
    // The future is changed after each of some days: whoever decides the same has not looked.
    let closes = |days: &[Chain]| {
        days.iter()
            .filter_map(|chain| Some((chain.as_of, chain.spot_usd?)))
            .collect::<Vec<_>>()
    };
    let mut seen = None;
    let mut honest = None;
    for cut in (20..days.len().saturating_sub(20)).step_by(7) {
        let until = days[cut].as_of;
        let mut other = days.clone();
        for chain in &mut other[cut + 1..] {
            chain.spot_usd = chain.spot_usd.map(|spot| 0.8 * spot);
        }
        let seer = |days: &[Chain]| {
            lived(
                of(Box::new(Seer(closes(days))), &past, before()),
                &days[..=cut],
                &past,
                None,
            )
        };
        if seen.is_none() {
            seen = foresight(&seer(&days)?.0, &seer(&other)?.0, until);
        }
        let plain = |days: &[Chain]| lived(of(rule(), &past, before()), &days[..=cut], &past, None);
        honest = honest.or(foresight(&plain(&days)?.0, &plain(&other)?.0, until));
    }
    row(
        "a trader that knows tomorrow's close",
        seen.map(|found| found.to_string()),
    );
    row(
        "control: a trader that does not",
        honest.is_none().then(|| "nothing was found".to_owned()),
    );
    let half = days.len() / 2;
    let (_, findings) = lived(
        of(Box::new(BuyAndHold), &past, before()),
        &days[..half],
        &past,
        Some(past.span.1),
    )?;
    let vanished = findings
        .iter()
        .find(|found| matches!(found, Finding::Vanished { .. }));
    row(
        "a share that vanished from the data half-way",
        vanished.map(ToString::to_string),
    );
    let mut late = days.clone();
    for chain in &mut late {
        chain.as_of = calendar::next_trading_day(chain.as_of);
        let as_of = chain.as_of;
        chain.quotes.retain(|quote| quote.contract.expiry > as_of);
    }
    let (_, findings) = lived(
        of(Box::new(BuyAndHold), &past, before()),
        &late,
        &past,
        None,
    )?;
    let slipped = findings
        .iter()
        .find(|found| matches!(found, Finding::Date { .. }));
    row("quotes dated a day late", slipped.map(ToString::to_string));
    Ok(rows)
}

/// Counts the seeds in which the rule's record, without the share's part, says that it has an edge.
fn market(premium: f64, seeds: u64, progress: &Progress) -> Result<Seeds, Error> {
    let mut found = 0;
    for seed in 0..seeds {
        let long = Long {
            years: YEARS,
            monthly_only: true,
            premium: Some(premium),
            ..Long::fair(seed)
        };
        let symbol = sample::SYMBOLS[0];
        let mut corporate = Corporate::default();
        for event in long.events(symbol)? {
            match event.kind {
                EventKind::ExDividend { amount_usd } => {
                    corporate.dividends.push((event.date, amount_usd))
                }
                _ => continue,
            }
        }
        let past = History {
            symbol: None,
            days: Vec::new(),
            notes: Vec::new(),
            rows_read: 0,
        };
        let mut account = Account::new(Box::new(Rule::default()), terms(), corporate, past);
        for chain in long.chains(symbol)? {
            account.step(&chain).map_err(super::of_backtest)?;
        }
        // The share's own luck is not what is looked for.
        let record = account.finish().scores().net;
        found += u64::from(record.is_ok_and(|record| record.probabilistic(0.0) > CONFIDENCE));
        progress.fraction((seed + 1) as f64 / seeds as f64);
        if progress.stopped() {
            return Err(Error::Interrupted {
                done: format!("{} of {seeds} seeds were lived through", seed + 1),
            });
        }
    }
    let (bound, good, market) = if premium == 0.0 {
        let bound = seeds / 20;
        (
            bound,
            found <= bound,
            "every option is quoted around what it is worth".to_owned(),
        )
    } else {
        let bound = seeds / 2;
        (
            bound,
            found > bound,
            format!(
                "implied volatility is {:.0} % above what comes",
                100.0 * premium
            ),
        )
    };
    Ok(Seeds {
        market,
        seeds,
        found,
        bound,
        good,
    })
}

pub(crate) fn text(test: &SelfTest) -> String {
    let mut out = String::new();
    for planted in &test.planted {
        let verdict = if planted.caught {
            "ok      "
        } else {
            "FAILED  "
        };
        let _ = writeln!(out, "{verdict}{:<46} {}", planted.name, planted.by);
    }
    for (seeds, most) in [(&test.fair, true), (&test.dear, false)] {
        let verdict = if seeds.good { "ok      " } else { "FAILED  " };
        let word = if most { "at most" } else { "more than" };
        let _ = writeln!(
            out,
            "{verdict}{:<46} an edge found in {} of {} seeds ({word} {})",
            seeds.market, seeds.found, seeds.seeds, seeds.bound
        );
    }
    out
}
