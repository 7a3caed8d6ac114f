//! Fills become lots, lots become closed trades: first in, first out, in whole cents.
//!
//! ```text
//! realised = opening cash + closing cash          both with their signs, fees taken off; each cent in exactly one trade or lot
//! sum of cash of all fills = sum realised + opening cash of open lots + cash that is no trade
//! ```
//! The second line is the identity that [`Books::check`] holds after every run. Where a fill closes part of a lot, the lot's cents are shared
//! out by quantity, and the rounded rest stays with what stays. An option that is assigned realises its premium; the shares come in at
//! the strike, as the broker books them: the premium is counted once, with the option, and is not taken off the shares again.
//!
//! Not tax lots: no wash sales, no other order than first in, first out.

use super::contract::OptionName;
use super::store::{self, date_of};
use crate::account::{root, same_symbol};
use experience::{CASH, Fill, FillKind, RecordId};
use std::collections::{BTreeMap, VecDeque};

/// A position that is open, or the open part of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lot {
    pub(crate) symbol: String,
    pub(crate) contract: String,
    /// Absent for shares.
    pub(crate) option: Option<OptionName>,
    pub(crate) opened_ms: i64,
    pub(crate) opened_by: RecordId,
    /// It was there before the journal: the day on which it comes in may be another than that of its opening.
    pub(crate) brought: bool,
    /// Negative: sold.
    pub(crate) quantity: i64,
    /// Opening cash of this part, fees taken off.
    pub(crate) cash_cents: i64,
    pub(crate) fees_cents: i64,
}

/// A position that was opened and closed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trade {
    /// The lot as it was; its quantity is what was closed.
    pub(crate) lot: Lot,
    pub(crate) closed_ms: i64,
    pub(crate) closed_by: RecordId,
    /// How: a trade, or what the option's end was.
    pub(crate) ending: FillKind,
    /// Closing cash, fees taken off.
    pub(crate) close_cents: i64,
    pub(crate) close_fees_cents: i64,
}

impl Trade {
    /// Gain or loss.
    pub(crate) fn realised_cents(&self) -> i64 {
        self.lot.cash_cents + self.close_cents
    }

    /// Fees of both ends.
    pub(crate) fn fees_cents(&self) -> i64 {
        self.lot.fees_cents + self.close_fees_cents
    }

    /// `closed`, `expired`, `assigned`, `exercised`.
    pub(crate) fn ending_word(&self) -> &'static str {
        match self.ending {
            FillKind::Trade => "closed",
            other => other.name(),
        }
    }
}

/// Shares of a symbol became more, and its standard options with them: so many times the contracts at that part of the strike. No cash moves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Split {
    /// The morning of the day: it comes before the day's trades.
    pub(crate) at_ms: i64,
    pub(crate) symbol: String,
    /// New shares for one old: 2 or more.
    pub(crate) shares_for_one: i64,
}

/// Days within which the same split is told twice and not done twice: one broker books it on the day before, another days later.
const TOLD_WITHIN: i32 = 10;

impl Split {
    /// Whether two of them are one: the same symbol and ratio within ten days.
    pub(crate) fn is(&self, other: &Split) -> bool {
        let apart = (date_of(self.at_ms) - date_of(other.at_ms)).get_days();
        same_symbol(&self.symbol, &other.symbol)
            && self.shares_for_one == other.shares_for_one
            && apart.abs() <= TOLD_WITHIN
    }

    /// So many shares or contracts after it; at most what an `i64` holds on both sides of 0.
    pub(crate) fn times(&self, quantity: i64) -> i64 {
        quantity.saturating_mul(self.shares_for_one).max(-i64::MAX)
    }

    /// What a contract is called after it; `None` where it is of another symbol, or ended before.
    pub(crate) fn renamed(&self, contract: &str) -> Option<String> {
        match OptionName::parse(contract) {
            Some(name) => (same_symbol(&name.symbol, &self.symbol)
                && name.expiry >= date_of(self.at_ms))
            .then(|| name.split(self.shares_for_one).occ()),
            None => same_symbol(contract, &self.symbol).then(|| root(contract)),
        }
    }
}

/// Everything that came of some fills.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Books {
    /// In the order of their closing.
    pub(crate) trades: Vec<Trade>,
    /// By contract, first in first.
    pub(crate) lots: Vec<Lot>,
    /// Cash that is no trade, by kind.
    pub(crate) other: BTreeMap<FillKind, i64>,
    /// Cash of all fills.
    pub(crate) cash_cents: i64,
}

impl Books {
    /// Runs fills and splits in their order, which is that of time.
    pub(crate) fn of(fills: &[(RecordId, Fill)], splits: &[Split]) -> Books {
        Running::of(fills, splits).close()
    }

    /// Opening cash of what is open.
    pub(crate) fn open_cents(&self) -> i64 {
        self.lots.iter().map(|lot| lot.cash_cents).sum()
    }

    /// What is left over of the identity: 0, or the books are wrong.
    pub(crate) fn check(&self) -> i64 {
        let realised: i64 = self.trades.iter().map(Trade::realised_cents).sum();
        let other: i64 = self.other.values().sum();
        self.cash_cents - realised - other - self.open_cents()
    }

    /// Rolls: chains of short options, each closed by a trade on the day on which the next was opened, with the same underlying, right and
    /// quantity. Only what is certain: where the quantities differ, no roll is made of it, nor of what was there before the journal.
    pub(crate) fn chains(&self) -> Vec<Vec<Link<'_>>> {
        let closed = self.trades.iter().map(Link::Closed);
        let mut links: Vec<Link<'_>> = closed
            .chain(self.lots.iter().map(Link::Open))
            .filter(|link| link.lot().quantity < 0 && link.lot().option.is_some())
            .collect();
        links.sort_by_key(|link| (link.lot().opened_ms, link.lot().opened_by));
        let mut next: Vec<Option<usize>> = vec![None; links.len()];
        let mut has_earlier = vec![false; links.len()];
        for from in 0..links.len() {
            let Link::Closed(trade) = links[from] else {
                continue;
            };
            if trade.ending != FillKind::Trade {
                continue;
            }
            let follows = |to: &usize| {
                let (a, b) = (&trade.lot, links[*to].lot());
                *to != from
                    && !has_earlier[*to]
                    && !b.brought
                    && b.contract != a.contract
                    && b.symbol == a.symbol
                    && b.quantity == a.quantity
                    && date_of(b.opened_ms) == date_of(trade.closed_ms)
                    && b.opened_by != a.opened_by
                    && b.option.as_ref().map(|o| o.is_put) == a.option.as_ref().map(|o| o.is_put)
            };
            // Opened on the day the other was closed, and not itself among its own forerunners.
            let found = (0..links.len())
                .filter(follows)
                .find(|&to| !leads_to(&next, to, from));
            if let Some(to) = found {
                next[from] = Some(to);
                has_earlier[to] = true;
            }
        }
        (0..links.len())
            .filter(|&at| !has_earlier[at] && next[at].is_some())
            .map(|first| {
                std::iter::successors(Some(first), |&at| next[at])
                    .map(|at| links[at])
                    .collect()
            })
            .collect()
    }
}

/// Books that are being written.
#[derive(Debug, Default)]
pub(crate) struct Running {
    books: Books,
    /// By the contract's name as OCC writes it, first in first.
    open: BTreeMap<String, VecDeque<Lot>>,
}

impl Running {
    /// Fills and splits in their order, which is that of time.
    pub(crate) fn of(fills: &[(RecordId, Fill)], splits: &[Split]) -> Running {
        let mut running = Running::default();
        let mut splits = splits.iter().peekable();
        for (id, fill) in fills {
            while let Some(split) = splits.next_if(|split| split.at_ms <= fill.filled_at_ms) {
                running.split(split);
            }
            running.fill(*id, fill);
        }
        for split in splits {
            running.split(split);
        }
        running
    }

    /// What is open of a contract.
    pub(crate) fn open(&self, contract: &str) -> impl Iterator<Item = &Lot> {
        self.open.get(&root(contract)).into_iter().flatten()
    }

    /// Enters a fill: what it closes, first in first out, and what it opens.
    pub(crate) fn fill(&mut self, id: RecordId, fill: &Fill) {
        let books = &mut self.books;
        books.cash_cents += fill.cash_cents;
        if fill.contract == CASH {
            *books.other.entry(fill.kind).or_insert(0) += fill.cash_cents;
            return;
        }
        let lots = self.open.entry(root(&fill.contract)).or_default();
        let (mut left, mut cash, mut fees) = (fill.quantity, fill.cash_cents, fill.fees_cents);
        while let Some(lot) = lots.front_mut()
            && left != 0
            && lot.quantity.signum() == -left.signum()
        {
            let count = left.abs().min(lot.quantity.abs());
            let close_cents = part(&mut cash, count, left.abs());
            let close_fees_cents = part(&mut fees, count, left.abs());
            let whole = lot.quantity.abs();
            let closed = Lot {
                quantity: lot.quantity.signum() * count,
                cash_cents: part(&mut lot.cash_cents, count, whole),
                fees_cents: part(&mut lot.fees_cents, count, whole),
                ..lot.clone()
            };
            lot.quantity -= closed.quantity;
            left += closed.quantity;
            if lot.quantity == 0 {
                lots.pop_front();
            }
            books.trades.push(Trade {
                lot: closed,
                closed_ms: fill.filled_at_ms,
                closed_by: id,
                ending: fill.kind,
                close_cents,
                close_fees_cents,
            });
        }
        if left != 0 {
            lots.push_back(Lot {
                symbol: fill.symbol.clone(),
                contract: fill.contract.clone(),
                option: OptionName::parse(&fill.contract),
                opened_ms: fill.filled_at_ms,
                opened_by: id,
                brought: store::is_brought(fill),
                quantity: left,
                cash_cents: cash,
                fees_cents: fees,
            });
        }
    }

    /// Turns what is open as a split does: its cents stay what they are.
    pub(crate) fn split(&mut self, split: &Split) {
        for (contract, mut lots) in std::mem::take(&mut self.open) {
            let renamed = split.renamed(&contract);
            if let Some(renamed) = &renamed {
                for lot in &mut lots {
                    lot.quantity = split.times(lot.quantity);
                    lot.option = OptionName::parse(renamed);
                    if lot.option.is_some() {
                        lot.contract.clone_from(renamed);
                    }
                }
            }
            let name = renamed.unwrap_or(contract);
            self.open.entry(name).or_default().append(&mut lots);
        }
    }

    /// The books as they are now.
    pub(crate) fn close(self) -> Books {
        let lots = self.open.into_values().flatten().collect();
        Books { lots, ..self.books }
    }
}

/// Whether one link leads to another.
fn leads_to(next: &[Option<usize>], from: usize, to: usize) -> bool {
    std::iter::successors(Some(from), |&at| next[at]).any(|at| at == to)
}

/// One option of a chain of rolls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Link<'a> {
    Closed(&'a Trade),
    Open(&'a Lot),
}

impl<'a> Link<'a> {
    pub(crate) fn lot(self) -> &'a Lot {
        match self {
            Link::Closed(trade) => &trade.lot,
            Link::Open(lot) => lot,
        }
    }
}

/// Takes the share of `count` in `whole` out of an amount.
fn part(amount: &mut i64, count: i64, whole: i64) -> i64 {
    let exact = i128::from(*amount) * i128::from(count);
    let whole = i128::from(whole);
    let half = if exact < 0 { -whole / 2 } else { whole / 2 };
    let taken = ((exact + half) / whole) as i64;
    *amount -= taken;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn fill(
        day: i64,
        kind: FillKind,
        contract: &str,
        quantity: i64,
        cash_cents: i64,
        fees_cents: i64,
    ) -> Fill {
        Fill {
            kind,
            decision: None,
            filled_at_ms: day * 86_400_000,
            symbol: "KO".into(),
            contract: contract.into(),
            quantity,
            price_per_share: 0.0,
            fees_cents,
            cash_cents,
            broker_ref: None,
        }
    }

    fn numbered(fills: Vec<Fill>) -> Vec<(RecordId, Fill)> {
        (1..).map(RecordId).zip(fills).collect()
    }

    const PUT: &str = "KO260918P00067500";

    /// An earlier attempt credited premium when it was received and again when the option expired.
    #[test]
    fn premium_is_counted_once() {
        let books = Books::of(
            &numbered(vec![
                fill(1, FillKind::Trade, PUT, -2, 16_870, 130),
                fill(40, FillKind::Expired, PUT, 2, 0, 0),
            ]),
            &[],
        );
        assert_eq!(books.cash_cents, 16_870);
        assert_eq!(books.trades.len(), 1);
        assert_eq!(books.trades[0].realised_cents(), 16_870);
        assert_eq!(books.trades[0].ending_word(), "expired");
        assert_eq!((books.open_cents(), books.check()), (0, 0));
    }

    /// Put sold, assigned, shares called away above the strike: three trades, one sum.
    #[test]
    fn a_cycle_adds_up() {
        let call = "KO261016C00070000";
        let books = Books::of(
            &numbered(vec![
                fill(1, FillKind::Trade, PUT, -1, 8_435, 65),
                fill(40, FillKind::Assigned, PUT, 1, 0, 0),
                fill(40, FillKind::Trade, "KO", 100, -675_000, 0),
                fill(45, FillKind::Dividend, CASH, 5_100, 5_100, 0),
                fill(47, FillKind::Trade, call, -1, 9_935, 65),
                fill(70, FillKind::Assigned, call, 1, 0, 0),
                fill(70, FillKind::Trade, "KO", -100, 700_000, 0),
            ]),
            &[],
        );
        let realised: Vec<i64> = books.trades.iter().map(Trade::realised_cents).collect();
        assert_eq!(realised, [8_435, 9_935, 25_000]);
        assert_eq!(books.cash_cents, 8_435 + 9_935 + 25_000 + 5_100);
        assert_eq!((books.lots.len(), books.check()), (0, 0));
    }

    #[test]
    fn a_roll_is_a_chain_and_a_part_is_none() {
        let later = "KO261016P00065000";
        let fills = vec![
            fill(1, FillKind::Trade, PUT, -2, 20_000, 0),
            fill(30, FillKind::Trade, PUT, 2, -9_000, 0),
            fill(30, FillKind::Trade, later, -2, 24_000, 0),
        ];
        let books = Books::of(&numbered(fills.clone()), &[]);
        let chains = books.chains();
        assert_eq!(chains.len(), 1);
        assert!(matches!(chains[0][..], [Link::Closed(_), Link::Open(_)]));
        let mut partly = fills;
        partly[2].quantity = -1;
        assert!(Books::of(&numbered(partly), &[]).chains().is_empty());
    }

    #[test]
    fn parts_of_a_lot_share_its_cents_and_lose_none() {
        let books = Books::of(
            &numbered(vec![
                fill(1, FillKind::Trade, PUT, -3, 10_000, 1),
                fill(2, FillKind::Trade, PUT, 1, -5, 0),
                fill(3, FillKind::Trade, PUT, 1, -5, 0),
            ]),
            &[],
        );
        let open: Vec<i64> = books
            .trades
            .iter()
            .map(|trade| trade.lot.cash_cents)
            .collect();
        assert_eq!(open, [3_333, 3_334]);
        assert_eq!(
            (books.lots[0].cash_cents, books.lots[0].quantity),
            (3_333, -1)
        );
        assert_eq!(books.check(), 0);
        // Buying more than is short closes the short and opens the rest.
        let turned = Books::of(
            &numbered(vec![
                fill(1, FillKind::Trade, PUT, -1, 100, 0),
                fill(2, FillKind::Trade, PUT, 3, -1_000, 0),
            ]),
            &[],
        );
        assert_eq!(turned.trades[0].close_cents, -333);
        assert_eq!(
            (turned.lots[0].quantity, turned.lots[0].cash_cents),
            (2, -667)
        );
    }

    /// The cents stay with the lots; counts and strikes are those after the split, and what closes later closes them.
    #[test]
    fn a_split_turns_what_is_open_and_moves_no_cash() {
        let fills = numbered(vec![
            fill(1, FillKind::Trade, "KO", 100, -600_000, 0),
            fill(1, FillKind::Trade, PUT, -1, 10_000, 0),
            fill(1, FillKind::Trade, "PEP", 100, -100, 0),
            fill(20, FillKind::Trade, "KO", -150, 525_000, 0),
            fill(20, FillKind::Trade, "KO260918P00033750", 2, -2_000, 0),
        ]);
        let split = Split {
            at_ms: 20 * 86_400_000,
            symbol: "KO".into(),
            shares_for_one: 2,
        };
        let books = Books::of(&fills, &[split]);
        let realised: Vec<i64> = books.trades.iter().map(Trade::realised_cents).collect();
        assert_eq!(realised, [525_000 - 450_000, 8_000]);
        let open: Vec<(&str, i64, i64)> = books
            .lots
            .iter()
            .map(|lot| (lot.symbol.as_str(), lot.quantity, lot.cash_cents))
            .collect();
        assert_eq!(open.len(), 2);
        assert_eq!((open[0].1, open[0].2), (50, -150_000));
        assert_eq!((open[1].1, open[1].2), (100, -100));
        assert_eq!(books.check(), 0);
    }

    #[test]
    fn a_split_told_on_two_days_is_one() {
        let split = |day: i64, symbol: &str, shares_for_one: i64| Split {
            at_ms: day * 86_400_000,
            symbol: symbol.into(),
            shares_for_one,
        };
        let first = split(100, "BRK.B", 2);
        for (other, is) in [
            (split(100, "BRKB", 2), true),
            (split(90, "BRK-B", 2), true),
            (split(111, "BRK.B", 2), false),
            (split(100, "BRK.B", 3), false),
            (split(100, "KO", 2), false),
        ] {
            assert_eq!(first.is(&other), is, "{other:?}");
        }
        // However often it is split, a short position stays one.
        let most = (0..9).fold(-7, |count, _| split(1, "KO", 1000).times(count));
        assert_eq!(most, -i64::MAX);
    }

    fn any_fill() -> impl Strategy<Value = Fill> {
        (
            prop::sample::select(vec![
                PUT,
                "KO261016P00065000",
                "KO261016C00070000",
                "KO",
                CASH,
            ]),
            -7_i64..7,
            -1_000_000_i64..1_000_000,
            0_i64..500,
            0_i64..4,
        )
            .prop_filter("nothing", |(_, quantity, ..)| *quantity != 0)
            .prop_map(|(contract, quantity, cash, fees, day)| {
                fill(day, FillKind::Trade, contract, quantity, cash, fees)
            })
    }

    proptest! {
        /// Whatever is bought and sold, every cent is in one trade, one open lot or one other movement, and quantities add up.
        #[test]
        fn every_cent_is_somewhere_once(mut fills in prop::collection::vec(any_fill(), 0..40)) {
            fills.sort_by_key(|fill| fill.filled_at_ms);
            let fills = numbered(fills);
            let books = Books::of(&fills, &[]);
            prop_assert_eq!(books.check(), 0);
            let fees: i64 = books.trades.iter().map(Trade::fees_cents).sum::<i64>()
                + books.lots.iter().map(|lot| lot.fees_cents).sum::<i64>();
            let paid = |fill: &&(RecordId, Fill)| fill.1.contract != CASH;
            prop_assert_eq!(fees, fills.iter().filter(paid).map(|(_, fill)| fill.fees_cents).sum::<i64>());
            for contract in [PUT, "KO"] {
                let held: i64 = fills.iter().filter(|(_, f)| f.contract == contract).map(|(_, f)| f.quantity).sum();
                let open: i64 = books.lots.iter().filter(|lot| lot.contract == contract).map(|lot| lot.quantity).sum();
                prop_assert_eq!(held, open);
            }
            // No link stands in two chains.
            let mut seen = std::collections::BTreeSet::new();
            for link in books.chains().concat() {
                let key = (link.lot().opened_by, link.lot().cash_cents, match link {
                    Link::Closed(trade) => trade.closed_by,
                    Link::Open(_) => RecordId(0),
                });
                prop_assert!(seen.insert(key), "{link:?} twice");
            }
        }
    }
}
