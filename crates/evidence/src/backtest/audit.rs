//! A second pair of books, kept from the statement and the chains alone, that finds what a backtest must not do.
//!
//! The auditor sees each chain once, as the account did, and what the account wrote down of that day. It keeps its own count of cash,
//! shares and contracts, and its own marks; it shares no state with the account.
//!
//! | finding | what it means |
//! | --- | --- |
//! | [`Finding::Cash`] | cash that no line of the statement explains: premium credited twice |
//! | [`Finding::Price`] | a fill that the day's quotes do not give: a stale quote, or tomorrow's |
//! | [`Finding::Fee`] | a trade or an assignment without its fee |
//! | [`Finding::Positions`] | positions that the statement does not explain, or that should have ended |
//! | [`Finding::Mark`] | equity that is not cash + shares at the close + options at the middle of their quotes |
//! | [`Finding::Income`] | interest or a dividend that is not what the day before earned |
//! | [`Finding::Secured`] | puts without cash or calls without shares |
//! | [`Finding::Date`] | a price of another day, or a day on which nobody traded: a slip of time zones |
//! | [`Finding::Vanished`] | data that end before the period does, without a delisting: survivors only |
//! | [`Finding::Foresight`] | decisions that change with a future that had not happened yet |

use super::marks::{Asked, find};
use super::{Cause, Corporate, Entry, Night, Run, Terms, What};
use jiff::civil::Date;
use market::history::History;
use market::{Cents, Chain, calendar};
use pricing::Right;
use std::collections::BTreeMap;
use wheel::SHARES_PER_CONTRACT;
use wheel::book::Ending;

/// Something that a backtest must not do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Finding {
    /// Cash that no line explains.
    #[error("{date}: cash is {told}, but the statement makes {found}")]
    Cash {
        /// When.
        date: Date,
        /// As told.
        told: Cents,
        /// As found.
        found: Cents,
    },
    /// A fill off the day's quotes.
    #[error(
        "{date}: {count} {right:?} {strike} of {expiry} traded at {told}; the quotes of that day give {found}"
    )]
    Price {
        /// When.
        date: Date,
        /// The contract.
        right: Right,
        /// Its strike.
        strike: Cents,
        /// Its last day.
        expiry: Date,
        /// Contracts.
        count: i32,
        /// As told.
        told: Cents,
        /// As found, or that there was none.
        found: String,
    },
    /// A fee that was not paid.
    #[error("{date}: a fee of {told} where {found} is due")]
    Fee {
        /// When.
        date: Date,
        /// As told.
        told: Cents,
        /// As found.
        found: Cents,
    },
    /// Positions that the statement does not explain.
    #[error("{date}: {what}")]
    Positions {
        /// When.
        date: Date,
        /// What does not agree.
        what: String,
    },
    /// Equity that the marks do not make.
    #[error(
        "{date}: equity is {told}, but cash, shares at the close and options at their quotes make {found}"
    )]
    Mark {
        /// When.
        date: Date,
        /// As told.
        told: Cents,
        /// As found.
        found: Cents,
    },
    /// Interest or dividends that are not what they should be.
    #[error("{date}: {what} of {told} where {found} is due")]
    Income {
        /// When.
        date: Date,
        /// Interest or dividends.
        what: &'static str,
        /// As told.
        told: Cents,
        /// As found.
        found: Cents,
    },
    /// Puts without cash or calls without shares after a trade.
    #[error("{date}: {what}")]
    Secured {
        /// When.
        date: Date,
        /// What is not covered.
        what: String,
    },
    /// A price of another day.
    #[error("{date}: {what}")]
    Date {
        /// When.
        date: Date,
        /// What is wrong with it.
        what: String,
    },
    /// Data that end too early.
    #[error(
        "the chains end on {last} and the period on {to}: what became of the share is not said (an event `delisting` would)"
    )]
    Vanished {
        /// Last day of the data.
        last: Date,
        /// Last day asked for.
        to: Date,
    },
    /// Decisions that knew the future.
    #[error(
        "{date}: the account differs although everything up to that day is the same: it saw what had not happened yet"
    )]
    Foresight {
        /// First day that differs.
        date: Date,
    },
}

type Contract = (bool, i64, Date);

/// The second pair of books.
pub struct Auditor {
    terms: Terms,
    corporate: Corporate,
    /// Closes from another file, by date, if there is one.
    closes: BTreeMap<Date, f64>,
    cash: Cents,
    shares: i64,
    contracts: BTreeMap<Contract, i64>,
    before: Option<(Date, Cents, i64)>,
    seen: usize,
    nights: usize,
    slips: Slips,
    findings: Vec<Finding>,
}

/// How well spots fit the closes of the day, and those of the day before.
#[derive(Default)]
struct Slips {
    off: Vec<Date>,
    like_before: usize,
    compared: usize,
    before: Option<f64>,
}

/// More findings than this tell nothing new.
const FINDINGS: usize = 50;
/// Spots and closes from two files agree to this part; further apart, one of them is of another day.
const CLOSE: f64 = 0.002;

impl Auditor {
    /// Books for an account on these terms. `history`: prices of the share from another file than the chains, if there are any.
    pub fn new(terms: &Terms, corporate: &Corporate, history: Option<&History>) -> Auditor {
        let closes = history.map_or(BTreeMap::new(), |history| {
            history
                .days
                .iter()
                .map(|day| (day.date, day.close_usd))
                .collect()
        });
        Auditor {
            cash: terms.capital,
            terms: terms.clone(),
            corporate: corporate.clone(),
            closes,
            shares: 0,
            contracts: BTreeMap::new(),
            before: None,
            seen: 0,
            nights: 0,
            slips: Slips::default(),
            findings: Vec::new(),
        }
    }

    /// One day: the chain as the account saw it, and the account's record so far.
    pub fn see(&mut self, chain: &Chain, run: &Run) {
        let entries = &run.entries[self.seen.min(run.entries.len())..];
        let Some(night) = run.nights.get(self.nights) else {
            return;
        };
        self.seen = run.entries.len();
        self.nights = run.nights.len();
        self.date(chain, night);
        self.interest(night);
        self.splits_and_dividends(night, entries);
        for entry in entries {
            self.line(chain, entry);
        }
        if self.cash != night.cash {
            self.find(Finding::Cash {
                date: night.date,
                told: night.cash,
                found: self.cash,
            });
            // One mistake, one finding.
            self.cash = night.cash;
        }
        self.positions(night, entries);
        self.marks(chain, night);
        self.before = Some((night.date, night.cash, night.shares));
    }

    /// The end: the day up to which the period was asked for, if it was.
    pub fn close(mut self, to: Option<Date>) -> Vec<Finding> {
        if let (Some((last, ..)), Some(to)) = (self.before, to)
            && self.corporate.delisting.is_none_or(|(day, _)| day > last)
            && calendar::trading_days_between(last, to) > 3
        {
            self.find(Finding::Vanished { last, to });
        }
        // One price may be wrong in either file; most of them are not.
        if self.slips.compared >= 5 && 2 * self.slips.off.len() > self.slips.compared {
            let date = self.slips.off[0];
            let what = format!(
                "{} of {} prices of the share are not the close of their day; {} are that of the day before",
                self.slips.off.len(),
                self.slips.compared,
                self.slips.like_before
            );
            self.find(Finding::Date { date, what });
        }
        self.findings
    }

    fn find(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS {
            self.findings.push(finding);
        }
    }

    fn date(&mut self, chain: &Chain, night: &Night) {
        let date = night.date;
        if chain.as_of != date {
            let what = format!(
                "the night is written down under the chain of {}",
                chain.as_of
            );
            self.find(Finding::Date { date, what });
        }
        if !calendar::is_trading_day(date) {
            let what = "nobody traded on that day".to_owned();
            self.find(Finding::Date { date, what });
        }
        let Some(spot) = chain.spot_usd else {
            return;
        };
        if Cents::from_usd(spot) != night.spot {
            let what = format!("the share is at {}, its chain says ${spot}", night.spot);
            self.find(Finding::Date { date, what });
        }
        let near = |close: f64| (spot / close - 1.0).abs() <= CLOSE;
        if let Some(&close) = self.closes.get(&date) {
            self.slips.compared += 1;
            if !near(close) {
                self.slips.off.push(date);
                self.slips.like_before += usize::from(self.slips.before.is_some_and(near));
            }
            self.slips.before = Some(close);
        }
    }

    fn interest(&mut self, night: &Night) {
        let due = self.before.map_or(Cents::ZERO, |(before, cash, _)| {
            let years = f64::from((night.date - before).get_days()) / 365.0;
            let rate = if cash < Cents::ZERO {
                self.terms.rate + self.terms.debit_spread
            } else {
                self.terms.rate
            };
            Cents::from_usd(cash.usd() * (rate * years).exp_m1())
        });
        if (due.0 - night.interest.0).abs() > 1 {
            self.find(Finding::Income {
                date: night.date,
                what: "interest",
                told: night.interest,
                found: due,
            });
        }
        self.cash += night.interest;
    }

    fn splits_and_dividends(&mut self, night: &Night, entries: &[Entry]) {
        let Some((before, _, held)) = self.before else {
            return;
        };
        let within = |day: Date| day > before && day <= night.date;
        let mut shares = held as f64;
        for (_, ratio) in self.corporate.splits.iter().filter(|(day, _)| within(*day)) {
            shares = (shares * ratio + 1e-6).floor();
        }
        let due: Cents = self
            .corporate
            .dividends
            .iter()
            .filter(|(day, _)| within(*day))
            .map(|(_, usd)| Cents::from_usd(usd * shares))
            .sum();
        let told: Cents = entries
            .iter()
            .filter(|entry| entry.what == What::Dividend)
            .map(|entry| entry.cash)
            .sum();
        if told != due {
            self.find(Finding::Income {
                date: night.date,
                what: "dividends",
                told,
                found: due,
            });
        }
    }

    fn line(&mut self, chain: &Chain, entry: &Entry) {
        self.cash += entry.cash;
        match entry.what {
            What::Dividend => {}
            What::Split(ratio) => self.split(ratio),
            What::Shares(count) => {
                self.shares += count;
                let traded = matches!(entry.why, Some(Cause::Order(..)));
                let due = if traded {
                    Cents::from_usd(self.terms.costs.per_share_usd * count.abs() as f64)
                } else {
                    Cents::ZERO
                };
                self.fee(entry, due);
                self.amount(entry, entry.price * -count - entry.fees);
                let fair = self.terms.fills.share_price(entry.spot, count < 0);
                if traded && entry.price != fair {
                    let what = format!(
                        "shares traded at {} where the close of {} gives {fair}",
                        entry.price, entry.spot
                    );
                    self.find(Finding::Date {
                        date: entry.date,
                        what,
                    });
                }
            }
            What::Contracts {
                right,
                strike,
                expiry,
                count,
            } => {
                let key = (right == Right::Call, strike.0, expiry);
                let left = self.contracts.entry(key).or_insert(0);
                *left += i64::from(count);
                if *left == 0 {
                    self.contracts.remove(&key);
                }
                self.contract_line(chain, entry, right, strike, expiry, count);
            }
        }
    }

    fn contract_line(
        &mut self,
        chain: &Chain,
        entry: &Entry,
        right: Right,
        strike: Cents,
        expiry: Date,
        count: i32,
    ) {
        let costs = self.terms.costs;
        match entry.why {
            Some(Cause::Order(..) | Cause::UnevenSplit) => {
                self.fee(entry, costs.per_contract * i64::from(count.abs()));
                self.amount(
                    entry,
                    entry.price * (-i64::from(count) * SHARES_PER_CONTRACT) - entry.fees,
                );
                let asked = Asked {
                    right,
                    strike: strike.usd(),
                    expiry,
                };
                let quote = find(chain, &asked);
                let fair = quote.map(|quote| self.terms.fills.price(quote, count < 0));
                let most = quote.map_or(0, |quote| self.terms.fills.most(quote));
                let ordered = matches!(entry.why, Some(Cause::Order(..)));
                if ordered && count.abs() > most {
                    self.find(Finding::Price {
                        date: entry.date,
                        right,
                        strike,
                        expiry,
                        count,
                        told: entry.price,
                        found: format!("{most} contracts at most"),
                    });
                }
                if !matches!(fair, Some(Ok(price)) if price == entry.price)
                    && entry.why != Some(Cause::UnevenSplit)
                {
                    let found = match fair {
                        Some(Ok(price)) => price.to_string(),
                        Some(Err(why)) => why.to_string(),
                        None => "none: it is not quoted".to_owned(),
                    };
                    self.find(Finding::Price {
                        date: entry.date,
                        right,
                        strike,
                        expiry,
                        count,
                        told: entry.price,
                        found,
                    });
                }
            }
            Some(Cause::Ended(ending)) => {
                let pays = right.intrinsic(entry.spot.usd(), strike.usd());
                let wrong = match ending {
                    Ending::Expired => pays >= 0.005,
                    Ending::AssignedAtExpiry | Ending::AssignedEarly | Ending::SettledInCash => {
                        pays < 0.005
                    }
                };
                if wrong {
                    let what = format!(
                        "{right:?} {strike} ended as {ending:?} with the share at {}",
                        entry.spot
                    );
                    self.find(Finding::Positions {
                        date: entry.date,
                        what,
                    });
                }
                self.fee(
                    entry,
                    if ending == Ending::Expired {
                        Cents::ZERO
                    } else {
                        costs.per_assignment
                    },
                );
                let due = match ending {
                    Ending::SettledInCash => {
                        Cents::from_usd(pays) * (-i64::from(count) * SHARES_PER_CONTRACT)
                            - entry.fees
                    }
                    _ => -entry.fees,
                };
                self.amount(entry, due);
            }
            Some(Cause::Delisted) | None => {
                let what = format!("{count} {right:?} {strike} without a cause");
                self.find(Finding::Positions {
                    date: entry.date,
                    what,
                });
            }
        }
    }

    fn split(&mut self, ratio: f64) {
        self.shares = (self.shares as f64 * ratio + 1e-6).floor() as i64;
        if ratio.fract() == 0.0 && ratio >= 1.0 {
            let parts = ratio as i64;
            let old = std::mem::take(&mut self.contracts);
            self.contracts = old
                .into_iter()
                .map(|((call, strike, expiry), count)| {
                    (
                        (call, (2 * strike + parts) / (2 * parts), expiry),
                        count * parts,
                    )
                })
                .collect();
        }
    }

    fn fee(&mut self, entry: &Entry, due: Cents) {
        if entry.fees != due {
            self.find(Finding::Fee {
                date: entry.date,
                told: entry.fees,
                found: due,
            });
        }
    }

    fn amount(&mut self, entry: &Entry, due: Cents) {
        if entry.cash != due {
            self.find(Finding::Cash {
                date: entry.date,
                told: entry.cash,
                found: due,
            });
        }
    }

    fn positions(&mut self, night: &Night, entries: &[Entry]) {
        let date = night.date;
        if self.shares != night.shares {
            let what = format!(
                "{} shares are told, the statement makes {}",
                night.shares, self.shares
            );
            self.find(Finding::Positions { date, what });
            self.shares = night.shares;
        }
        let told: i64 = night
            .marks
            .iter()
            .map(|mark| i64::from(mark.lot.contracts))
            .sum();
        let found: i64 = self.contracts.values().sum();
        if told != found || night.marks.len() != self.contracts.len() {
            let what = format!(
                "{told} contracts in {} lots are told, the statement makes {found} in {}",
                night.marks.len(),
                self.contracts.len()
            );
            self.find(Finding::Positions { date, what });
        }
        if let Some((_, strike, expiry)) =
            self.contracts.keys().find(|(_, _, expiry)| *expiry <= date)
        {
            let what = format!("a contract at {} of {expiry} is still open", Cents(*strike));
            self.find(Finding::Positions { date, what });
        }
        let mut reserved = Cents::ZERO;
        let mut owed = 0;
        for (&(call, strike, _), &count) in self.contracts.iter().filter(|(_, count)| **count < 0) {
            if call {
                owed -= count * SHARES_PER_CONTRACT;
            } else {
                reserved += Cents(strike) * (-count * SHARES_PER_CONTRACT);
            }
        }
        let traded = entries
            .iter()
            .any(|entry| matches!(entry.why, Some(Cause::Order(..))));
        // A fee may take what was secured to the cent below it, but no trade may.
        if traded && reserved > night.cash {
            let what = format!("puts may cost {reserved}, cash is {}", night.cash);
            self.find(Finding::Secured { date, what });
        }
        if owed > night.shares {
            let what = format!("calls may take {owed} shares, {} are held", night.shares);
            self.find(Finding::Secured { date, what });
        }
    }

    fn marks(&mut self, chain: &Chain, night: &Night) {
        let mut options = Cents::ZERO;
        for (&(call, strike, expiry), &count) in &self.contracts {
            let asked = Asked {
                right: if call { Right::Call } else { Right::Put },
                strike: Cents(strike).usd(),
                expiry,
            };
            let price = match find(chain, &asked).and_then(market::Quote::mid_usd) {
                Some(mid) => mid,
                // Not quoted on both sides: what is told is taken, if it can be.
                None => {
                    let told = night.marks.iter().find(|mark| {
                        mark.expiry == expiry
                            && mark.lot.strike.0 == strike
                            && (mark.lot.right == Right::Call) == call
                    });
                    let told = told.map_or(f64::NAN, |mark| mark.price_usd);
                    let spot = night.spot.usd();
                    let (least, most) = (
                        asked.right.intrinsic(spot, asked.strike),
                        if call { spot } else { asked.strike },
                    );
                    if told >= least - 0.005 && told <= most {
                        told
                    } else {
                        f64::NAN
                    }
                }
            };
            if price.is_nan() {
                let what = format!(
                    "a contract at {} of {expiry} has no mark, or one that no price can be",
                    Cents(strike)
                );
                self.find(Finding::Positions {
                    date: night.date,
                    what,
                });
                return;
            }
            options += Cents::from_usd(price * count as f64 * SHARES_PER_CONTRACT as f64);
        }
        let found = night.cash + night.spot * night.shares + options;
        if found != night.equity {
            self.find(Finding::Mark {
                date: night.date,
                told: night.equity,
                found,
            });
        }
    }
}

/// Compares two runs whose chains are the same up to a day: the first night or line that differs, up to and with that day.
pub fn foresight(one: &Run, other: &Run, same_until: Date) -> Option<Finding> {
    let up_to = |run: &Run| {
        let nights = run
            .nights
            .iter()
            .take_while(|night| night.date <= same_until)
            .cloned()
            .collect::<Vec<_>>();
        let entries = run
            .entries
            .iter()
            .take_while(|entry| entry.date <= same_until)
            .cloned()
            .collect::<Vec<_>>();
        (nights, entries)
    };
    let ((a, lines), (b, others)) = (up_to(one), up_to(other));
    let night = a.iter().zip(&b).find(|(x, y)| x != y).map(|(x, _)| x.date);
    let line = lines
        .iter()
        .zip(&others)
        .find(|(x, y)| x != y)
        .map(|(x, _)| x.date);
    let length = (a.len() != b.len() || lines.len() != others.len()).then_some(same_until);
    [night, line, length]
        .into_iter()
        .flatten()
        .min()
        .map(|date| Finding::Foresight { date })
}
