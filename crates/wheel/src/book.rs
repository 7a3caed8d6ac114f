//! What the trader owns and owes, to the cent.
//!
//! ```text
//! cash now = cash at the start + premium received - premium paid - fees - shares bought + shares sold
//!            + dividends + interest + settlements in cash
//! ```
//! Each change of cash is booked once, under exactly one of these heads ([`Flows`]).
//! Not here: prices. Whoever trades says at what price.

use crate::Error;
use crate::action::{Action, Leg};
use arrayvec::ArrayVec;
use market::{Cents, Style};
use pricing::Right;

/// Shares behind one standard contract. Adjusted contracts are refused at the door.
pub const SHARES_PER_CONTRACT: i64 = 100;

/// Lots that one book holds.
pub const LOTS: usize = 8;

/// Contracts of one kind that the trader holds or owes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lot {
    /// Call or put.
    pub right: Right,
    /// American lots deliver shares and may be exercised early; European ones settle in cash.
    pub style: Style,
    /// Exercise price per share.
    pub strike: Cents,
    /// Calendar days from the date of the chain to the last trading day of the contract.
    pub expiry_day: u16,
    /// Number of contracts; negative: short.
    pub contracts: i32,
}

impl Lot {
    /// Shares behind the lot, always positive.
    pub fn shares(&self) -> i64 {
        i64::from(self.contracts.abs()) * SHARES_PER_CONTRACT
    }

    /// Exercise price in dollars per share.
    pub fn strike_usd(&self) -> f64 {
        self.strike.usd()
    }
}

/// What trading costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// Per option contract bought or sold.
    pub per_contract: Cents,
    /// Per share bought or sold, in dollars (may be a fraction of a cent).
    pub per_share_usd: f64,
    /// Per assignment or exercise of a lot.
    pub per_assignment: Cents,
}

/// Every change of cash since the start, by cause. All amounts are positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// For options sold.
    pub premium_received: Cents,
    /// For options bought.
    pub premium_paid: Cents,
    /// Commissions and assignment fees.
    pub fees: Cents,
    /// For shares bought, by trade or by assignment.
    pub shares_bought: Cents,
    /// From shares sold, by trade or by being called away.
    pub shares_sold: Cents,
    /// On shares held.
    pub dividends: Cents,
    /// On cash.
    pub interest: Cents,
    /// On a debt.
    pub interest_paid: Cents,
    /// Received for long options settled at expiry.
    pub settled_to_us: Cents,
    /// Paid for short European options settled at expiry.
    pub settled_by_us: Cents,
}

impl Flows {
    /// The change of cash that these flows make.
    pub fn net(&self) -> Cents {
        self.premium_received - self.premium_paid - self.fees - self.shares_bought
            + self.shares_sold
            + self.dividends
            + self.interest
            - self.interest_paid
            + self.settled_to_us
            - self.settled_by_us
    }
}

/// What happened to a lot without the trader's doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending {
    /// It expired worthless.
    Expired,
    /// Shares changed hands at expiry.
    AssignedAtExpiry,
    /// The holder exercised before expiry.
    AssignedEarly,
    /// Cash changed hands at expiry.
    SettledInCash,
}

/// What the trader owns and owes in one symbol, and the cash of the account.
///
/// Invariant: `reserved() <= cash + spendable` is checked before a trade; the cash identity of [`Flows`] holds always.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    cash: Cents,
    /// Cash that positions in other symbols may take: never touched here.
    pledged: Cents,
    shares: i64,
    lots: ArrayVec<Lot, LOTS>,
    opening: Cents,
    flows: Flows,
}

impl Book {
    /// A book that is cash-secured and covered, or the reason why it is not.
    pub fn new(cash: Cents, pledged: Cents, shares: i64, lots: &[Lot]) -> Result<Book, Error> {
        let lots: ArrayVec<Lot, LOTS> = lots
            .iter()
            .copied()
            .map(Ok)
            .collect::<Result<Vec<_>, Error>>()?
            .as_slice()
            .try_into()
            .map_err(|_| Error::TooManyLots { limit: LOTS })?;
        let book = Book {
            cash,
            pledged,
            shares,
            lots,
            opening: cash,
            flows: Flows::default(),
        };
        if book.reserved() > book.cash {
            return Err(Error::NotSecured {
                cash,
                reserved: book.reserved(),
            });
        }
        if book.short_call_shares() > shares {
            return Err(Error::NotCovered {
                short: book.short_call_shares(),
                shares,
            });
        }
        Ok(book)
    }

    /// Cash in the account.
    pub fn cash(&self) -> Cents {
        self.cash
    }

    /// Shares held.
    pub fn shares(&self) -> i64 {
        self.shares
    }

    /// Option lots, in the order in which they were opened.
    pub fn lots(&self) -> &[Lot] {
        &self.lots
    }

    /// Changes of cash since the book was made.
    pub fn flows(&self) -> &Flows {
        &self.flows
    }

    /// Cash that assignment of every short put would take, other symbols' pledge included.
    pub fn reserved(&self) -> Cents {
        self.pledged
            + self
                .lots
                .iter()
                .filter(|lot| lot.right == Right::Put && lot.contracts < 0)
                .map(|lot| lot.strike * lot.shares())
                .sum()
    }

    /// Cash that nothing is reserved for.
    pub fn free_cash(&self) -> Cents {
        self.cash - self.reserved()
    }

    /// Shares that short calls may take.
    pub fn short_call_shares(&self) -> i64 {
        self.lots
            .iter()
            .filter(|lot| lot.right == Right::Call && lot.contracts < 0)
            .map(Lot::shares)
            .sum()
    }

    /// Shares that no short call may take.
    pub fn uncovered_shares(&self) -> i64 {
        self.shares - self.short_call_shares()
    }

    /// Does the cash identity hold?
    pub fn adds_up(&self) -> bool {
        self.cash == self.opening + self.flows.net()
    }

    /// Is there room for another lot?
    pub fn has_room(&self) -> bool {
        !self.lots.is_full()
    }

    /// Carries out every leg, or none: afterwards the book is cash-secured and covered.
    pub fn trade(&mut self, action: &Action, style: Style, costs: &Costs) -> Result<(), Error> {
        let before = self.clone();
        for leg in action.legs() {
            let done = match *leg {
                Leg::Option {
                    right,
                    strike,
                    expiry_day,
                    contracts,
                    price,
                } => self.trade_option(
                    Lot {
                        right,
                        style,
                        strike,
                        expiry_day,
                        contracts,
                    },
                    price,
                    costs,
                ),
                Leg::Shares { count, price } => {
                    self.trade_shares(count, price, costs);
                    Ok(())
                }
            };
            if let Err(error) = done {
                *self = before;
                return Err(error);
            }
        }
        let verdict = if action.legs().is_empty() || self.cash >= self.reserved() {
            if self.short_call_shares() > self.shares {
                Err(Error::NotCovered {
                    short: self.short_call_shares(),
                    shares: self.shares,
                })
            } else {
                Ok(())
            }
        } else {
            Err(Error::NotSecured {
                cash: self.cash,
                reserved: self.reserved(),
            })
        };
        if verdict.is_err() {
            *self = before;
        }
        debug_assert!(self.adds_up(), "the cash identity broke in a trade");
        verdict
    }

    fn trade_option(&mut self, trade: Lot, price: Cents, costs: &Costs) -> Result<(), Error> {
        let amount = price * trade.shares();
        if trade.contracts < 0 {
            self.flows.premium_received += amount;
            self.cash += amount;
        } else {
            self.flows.premium_paid += amount;
            self.cash -= amount;
        }
        self.pay_fee(costs.per_contract * i64::from(trade.contracts.abs()));
        let same = |lot: &Lot| {
            (lot.right, lot.strike, lot.expiry_day) == (trade.right, trade.strike, trade.expiry_day)
        };
        if let Some(index) = self.lots.iter().position(same) {
            self.lots[index].contracts += trade.contracts;
            if self.lots[index].contracts == 0 {
                self.lots.remove(index);
            }
            return Ok(());
        }
        self.lots
            .try_push(trade)
            .map_err(|_| Error::TooManyLots { limit: LOTS })
    }

    fn trade_shares(&mut self, count: i64, price: Cents, costs: &Costs) {
        let amount = price * count.abs();
        if count > 0 {
            self.flows.shares_bought += amount;
            self.cash -= amount;
        } else {
            self.flows.shares_sold += amount;
            self.cash += amount;
        }
        self.shares += count;
        self.pay_fee(Cents::from_usd(costs.per_share_usd * count.abs() as f64));
    }

    fn pay_fee(&mut self, fee: Cents) {
        self.flows.fees += fee;
        self.cash -= fee;
    }

    /// The lot at `index` is exercised against its seller: shares and the strike change hands.
    pub fn assign(&mut self, index: usize, costs: &Costs) {
        let lot = self.lots.remove(index);
        assert!(lot.contracts < 0, "only a short lot can be assigned");
        let amount = lot.strike * lot.shares();
        match lot.right {
            Right::Put => {
                self.flows.shares_bought += amount;
                self.cash -= amount;
                self.shares += lot.shares();
            }
            Right::Call => {
                assert!(
                    self.shares >= lot.shares(),
                    "a call was assigned that no shares covered"
                );
                self.flows.shares_sold += amount;
                self.cash += amount;
                self.shares -= lot.shares();
            }
        }
        self.pay_fee(costs.per_assignment);
        debug_assert!(self.adds_up(), "the cash identity broke in an assignment");
    }

    /// Ends every lot that expires on `day` at the closing price: exercise by exception from one cent in the money.
    ///
    /// Short American lots deliver; European lots settle in cash; long lots are worth their intrinsic value in cash
    /// (a broker would exercise or sell them: the value is the same).
    pub fn expire(
        &mut self,
        day: u16,
        spot: Cents,
        costs: &Costs,
        mut report: impl FnMut(Lot, Ending),
    ) {
        while let Some(index) = self.lots.iter().position(|lot| lot.expiry_day <= day) {
            let lot = self.lots[index];
            let gain = (if lot.right == Right::Call {
                spot - lot.strike
            } else {
                lot.strike - spot
            })
            .max(Cents::ZERO);
            let ending = if gain == Cents::ZERO {
                self.lots.remove(index);
                Ending::Expired
            } else if lot.contracts < 0 && lot.style == Style::American {
                self.assign(index, costs);
                Ending::AssignedAtExpiry
            } else {
                self.lots.remove(index);
                self.settle(gain * lot.shares(), lot.contracts > 0);
                self.pay_fee(costs.per_assignment);
                Ending::SettledInCash
            };
            report(lot, ending);
        }
        debug_assert!(self.adds_up(), "the cash identity broke at expiry");
    }

    fn settle(&mut self, amount: Cents, to_us: bool) {
        if to_us {
            self.flows.settled_to_us += amount;
            self.cash += amount;
        } else {
            self.flows.settled_by_us += amount;
            self.cash -= amount;
        }
    }

    /// The shares earn a cash dividend, dollars per share.
    pub fn receive_dividend(&mut self, usd_per_share: f64) {
        let amount = Cents::from_usd(usd_per_share * self.shares as f64);
        self.flows.dividends += amount;
        self.cash += amount;
    }

    /// A debt costs interest, continuously compounded at `rate` per year for `years`; a book in credit pays nothing.
    pub fn pay_interest(&mut self, rate: f64, years: f64) {
        let amount = Cents::from_usd((-self.cash.usd()).max(0.0) * (rate * years).exp_m1());
        self.flows.interest_paid += amount;
        self.cash -= amount;
    }

    /// Every share becomes `ratio` shares; what is left of a whole share is paid at `price` each, after the split.
    ///
    /// Of a whole ratio every contract becomes as many, each at the part of the strike, to the cent, as the clearing house adjusts
    /// them.
    ///
    /// # Errors
    /// [`Error::Adjusted`] for any other ratio while options are open: their contracts would not be on 100 shares any more.
    pub fn split(&mut self, ratio: f64, price: Cents) -> Result<(), Error> {
        let whole = ratio.fract() == 0.0 && ratio >= 1.0;
        if !whole && !self.lots.is_empty() {
            return Err(Error::Adjusted { ratio });
        }
        for lot in &mut self.lots {
            let parts = ratio as i64;
            lot.contracts *= parts as i32;
            lot.strike = Cents((2 * lot.strike.0 + parts) / (2 * parts));
        }
        // A ratio such as 1/15 is not a binary fraction: a share short of a whole one by rounding is whole.
        let exact = self.shares as f64 * ratio;
        let shares = (exact + 1e-6).floor();
        let amount = Cents::from_usd((exact - shares).max(0.0) * price.usd());
        self.shares = shares as i64;
        self.flows.shares_sold += amount;
        self.cash += amount;
        debug_assert!(self.adds_up(), "the cash identity broke in a split");
        Ok(())
    }

    /// The share is gone: each pays `price`, and every lot ends at what it is worth at that price.
    pub fn delist(&mut self, price: Cents, costs: &Costs, report: impl FnMut(Lot, Ending)) {
        self.expire(u16::MAX, price, costs, report);
        let amount = price * self.shares;
        self.flows.shares_sold += amount;
        self.cash += amount;
        self.shares = 0;
        debug_assert!(self.adds_up(), "the cash identity broke in a delisting");
    }

    /// Cash earns interest, continuously compounded at `rate` per year for `years`; nothing is charged on a debt.
    pub fn earn_interest(&mut self, rate: f64, years: f64) {
        let amount = Cents::from_usd(self.cash.usd().max(0.0) * (rate * years).exp_m1());
        self.flows.interest += amount;
        self.cash += amount;
        debug_assert!(self.adds_up(), "the cash identity broke with interest");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Kind;
    use proptest::prelude::*;

    const COSTS: Costs = Costs {
        per_contract: Cents(65),
        per_share_usd: 0.01,
        per_assignment: Cents(500),
    };

    fn short_put(strike: i64, contracts: i32) -> Lot {
        Lot {
            right: Right::Put,
            style: Style::American,
            strike: Cents(strike),
            expiry_day: 30,
            contracts: -contracts,
        }
    }

    #[test]
    fn an_assigned_put_takes_the_strike_and_gives_the_shares() {
        let mut book = Book::new(Cents(1_000_000), Cents::ZERO, 0, &[short_put(9_500, 1)]).unwrap();
        book.assign(0, &COSTS);
        assert_eq!(
            (book.cash(), book.shares(), book.lots().len()),
            (Cents(1_000_000 - 950_000 - 500), 100, 0)
        );
        assert!(book.adds_up());
    }

    #[test]
    fn expiry_is_by_exception_of_one_cent() {
        for (spot, shares) in [(9_500, 0), (9_499, 100)] {
            let mut book =
                Book::new(Cents(1_000_000), Cents::ZERO, 0, &[short_put(9_500, 1)]).unwrap();
            book.expire(30, Cents(spot), &COSTS, |_, _| ());
            assert_eq!(book.shares(), shares, "spot {spot}");
        }
    }

    #[test]
    fn what_is_not_secured_or_covered_is_refused_and_changes_nothing() {
        let mut book = Book::new(Cents(900_000), Cents::ZERO, 0, &[]).unwrap();
        let before = book.clone();
        let put = Leg::Option {
            right: Right::Put,
            strike: Cents(9_500),
            expiry_day: 30,
            contracts: -1,
            price: Cents(100),
        };
        let refused = book.trade(&Action::new(Kind::SellPut, &[put]), Style::American, &COSTS);
        assert!(
            matches!(refused, Err(Error::NotSecured { .. })),
            "{refused:?}"
        );
        let call = Leg::Option {
            right: Right::Call,
            strike: Cents(9_500),
            expiry_day: 30,
            contracts: -1,
            price: Cents(100),
        };
        let refused = book.trade(
            &Action::new(Kind::SellCall, &[call]),
            Style::American,
            &COSTS,
        );
        assert!(
            matches!(refused, Err(Error::NotCovered { .. })),
            "{refused:?}"
        );
        assert_eq!(book, before);
    }

    /// One random thing that may happen to a book.
    #[derive(Clone, Debug)]
    enum Deed {
        Option {
            put: bool,
            strike: i64,
            expiry_day: u16,
            contracts: i32,
            price: i64,
        },
        Shares {
            count: i64,
            price: i64,
        },
        Assign(usize),
        Expire {
            day: u16,
            spot: i64,
        },
        Dividend(i64),
        Interest(f64),
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let deed = prop_oneof![
            (any::<bool>(), 50i64..150, 1u16..90, -3i32..3, 1i64..900).prop_map(
                |(put, strike, expiry_day, contracts, price)| {
                    Deed::Option {
                        put,
                        strike: strike * 100,
                        expiry_day,
                        contracts: if contracts >= 0 {
                            contracts + 1
                        } else {
                            contracts
                        },
                        price,
                    }
                }
            ),
            (-300i64..300, 5_000i64..15_000)
                .prop_map(|(count, price)| Deed::Shares { count, price }),
            (0usize..8).prop_map(Deed::Assign),
            (1u16..90, 5_000i64..15_000).prop_map(|(day, spot)| Deed::Expire { day, spot }),
            (0i64..200).prop_map(Deed::Dividend),
            (0.0f64..0.3).prop_map(Deed::Interest),
        ];
        proptest::collection::vec(deed, 1..40)
    }

    proptest! {
        /// An accountant who knows only what happened, not how the book works, arrives at the same cash, share and lot counts.
        #[test]
        fn cash_is_conserved_to_the_cent(deeds in deeds()) {
            let mut book = Book::new(Cents(5_000_000), Cents::ZERO, 200, &[]).unwrap();
            let (mut cash, mut shares) = (5_000_000_i128, 200_i64);
            for deed in deeds {
                match deed {
                    Deed::Option { put, strike, expiry_day, contracts, price } => {
                        let right = if put { Right::Put } else { Right::Call };
                        let leg = Leg::Option { right, strike: Cents(strike), expiry_day, contracts, price: Cents(price) };
                        if book.trade(&Action::new(Kind::Roll, &[leg]), Style::American, &COSTS).is_ok() {
                            cash -= i128::from(contracts) * 100 * i128::from(price) + 65 * i128::from(contracts.abs());
                        }
                    }
                    Deed::Shares { count, price } => {
                        let leg = Leg::Shares { count, price: Cents(price) };
                        if book.trade(&Action::new(Kind::BuyShares, &[leg]), Style::American, &COSTS).is_ok() {
                            cash -= i128::from(count) * i128::from(price) + i128::from(count.abs());
                            shares += count;
                        }
                    }
                    Deed::Assign(index) => {
                        let Some(lot) = book.lots().get(index).copied().filter(|lot| lot.contracts < 0) else { continue };
                        book.assign(index, &COSTS);
                        let count = i64::from(-lot.contracts) * 100 * if lot.right == Right::Put { 1 } else { -1 };
                        shares += count;
                        cash -= i128::from(count) * i128::from(lot.strike.0) + 500;
                    }
                    Deed::Expire { day, spot } => {
                        let before: Vec<Lot> = book.lots().to_vec();
                        book.expire(day, Cents(spot), &COSTS, |_, _| ());
                        for lot in before.into_iter().filter(|lot| lot.expiry_day <= day) {
                            let sign = if lot.right == Right::Call { 1 } else { -1 };
                            let gain = (sign * (spot - lot.strike.0)).max(0);
                            if gain == 0 { continue; }
                            cash -= 500;
                            if lot.contracts > 0 {
                                cash += i128::from(lot.contracts) * 100 * i128::from(gain);
                            } else {
                                let count = i64::from(-lot.contracts) * 100 * -sign;
                                shares += count;
                                cash -= i128::from(count) * i128::from(lot.strike.0);
                            }
                        }
                    }
                    Deed::Dividend(cents) => {
                        book.receive_dividend(cents as f64 / 100.0);
                        cash += i128::from(cents) * i128::from(shares);
                    }
                    Deed::Interest(years) => {
                        let credited = (book.cash().usd().max(0.0) * ((0.04 * years).exp() - 1.0) * 100.0).round() as i128;
                        let before = book.cash().0;
                        book.earn_interest(0.04, years);
                        prop_assert!((i128::from(book.cash().0 - before) - credited).abs() <= 1);
                        cash += i128::from(book.cash().0 - before);
                    }
                }
                prop_assert!(book.adds_up());
                prop_assert_eq!(i128::from(book.cash().0), cash);
                prop_assert_eq!(book.shares(), shares);
                prop_assert!(book.short_call_shares() <= book.shares().max(0));
            }
        }
    }

    #[test]
    fn a_whole_split_keeps_what_puts_may_cost() {
        let mut book =
            Book::new(Cents(5_000_000), Cents::ZERO, 150, &[short_put(10_000, 2)]).unwrap();
        let reserved = book.reserved();
        book.split(4.0, Cents(2_500)).unwrap();
        assert_eq!(
            (
                book.shares(),
                book.lots()[0].contracts,
                book.lots()[0].strike
            ),
            (600, -8, Cents(2_500))
        );
        assert_eq!((book.reserved(), book.cash()), (reserved, Cents(5_000_000)));
        assert!(book.split(0.1, Cents(25_000)).is_err());
        // One for eight: 75 shares and no part of one.
        let mut book = Book::new(Cents(0), Cents::ZERO, 604, &[]).unwrap();
        book.split(0.125, Cents(2_000)).unwrap();
        assert_eq!((book.shares(), book.cash()), (75, Cents(1_000)));
        assert!(book.adds_up());
    }

    #[test]
    fn a_share_that_is_gone_settles_everything() {
        let mut book =
            Book::new(Cents(5_000_000), Cents::ZERO, 100, &[short_put(10_000, 2)]).unwrap();
        book.delist(Cents(150), &COSTS, |_, ending| {
            assert_eq!(ending, Ending::AssignedAtExpiry)
        });
        // 300 shares at $1.50 for two puts at $100.
        assert_eq!(book.cash(), Cents(5_000_000 - 2_000_000 - 500 + 45_000));
        assert_eq!(
            (book.shares(), book.lots().len(), book.adds_up()),
            (0, 0, true)
        );
    }
}
