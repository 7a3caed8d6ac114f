//! What may be done: an action is a list of legs, and the menu of them comes from quotes.
//!
//! The menu is a grid of delta x days x size over the contracts that are really quoted. Whatever breaks a limit is left out and
//! said: [`Refusal`] names the limit, the value and the bound.

use crate::book::{Book, Costs, LOTS, Lot, SHARES_PER_CONTRACT};
use arrayvec::ArrayVec;
use market::Cents;
use pricing::Right;

/// One trade of an action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leg {
    /// Option contracts; negative: sold.
    Option {
        /// Call or put.
        right: Right,
        /// Exercise price per share.
        strike: Cents,
        /// Calendar days from the date of the chain to expiry.
        expiry_day: u16,
        /// Contracts bought (positive) or sold (negative).
        contracts: i32,
        /// Price per share at which the trade is assumed to fill.
        price: Cents,
    },
    /// Shares; negative: sold.
    Shares {
        /// Shares bought (positive) or sold (negative).
        count: i64,
        /// Price per share at which the trade is assumed to fill.
        price: Cents,
    },
}

/// What an action is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Keep everything as it is until the next decision.
    DoNothing,
    /// Sell cash-secured puts.
    SellPut,
    /// Sell calls on shares held.
    SellCall,
    /// Buy back a short lot, or sell a long one.
    Close,
    /// Buy back a short lot and sell a later one.
    Roll,
    /// Buy shares outright.
    BuyShares,
    /// Sell shares outright.
    SellShares,
}

/// One choice of the trader: legs that are traded together.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    kind: Kind,
    legs: ArrayVec<Leg, 4>,
}

impl Action {
    /// An action of at most four legs.
    pub fn new(kind: Kind, legs: &[Leg]) -> Action {
        Action {
            kind,
            legs: legs.iter().copied().collect(),
        }
    }

    /// Keep everything as it is.
    pub fn do_nothing() -> Action {
        Action::new(Kind::DoNothing, &[])
    }

    /// What it is called.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its trades, in the order in which they are carried out.
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// Cash that the option legs bring in, before fees; negative where they cost.
    pub fn premium(&self) -> Cents {
        let premium = |leg: &Leg| match *leg {
            Leg::Option {
                contracts, price, ..
            } => price * (-i64::from(contracts) * SHARES_PER_CONTRACT),
            Leg::Shares { .. } => Cents::ZERO,
        };
        self.legs.iter().map(premium).sum()
    }

    /// The option that this action sells, if it sells one.
    pub fn sold(&self) -> Option<(Right, Cents, u16, i32, Cents)> {
        self.legs.iter().find_map(|leg| match *leg {
            Leg::Option {
                right,
                strike,
                expiry_day,
                contracts,
                price,
            } if contracts < 0 => Some((right, strike, expiry_day, -contracts, price)),
            _ => None,
        })
    }
}

/// A contract that can be traded today, at these prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Call or put.
    pub right: Right,
    /// Exercise price per share.
    pub strike: Cents,
    /// Calendar days from the date of the chain to expiry.
    pub expiry_day: u16,
    /// What a seller is assumed to get per share; `None`: nobody bids.
    pub sell_at: Option<Cents>,
    /// What a buyer is assumed to pay per share; `None`: nobody asks.
    pub buy_at: Option<Cents>,
    /// Distance between bid and ask as part of the mid price; `None` without both.
    pub spread_fraction: Option<f64>,
    /// Contracts open, if the file says.
    pub open_interest: Option<u64>,
    /// Delta of the holder, one share.
    pub delta: f64,
}

/// What the trader does not want to exceed. Fractions are of wealth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Cash reserved for short puts.
    pub collateral_fraction: f64,
    /// Value in this symbol: shares at the market and short puts at the strike.
    pub concentration_fraction: f64,
    /// Absolute dollar delta: shares that the position moves like, at the market.
    pub delta_fraction: f64,
    /// Days to expiry of what is sold.
    pub days: (u16, u16),
    /// Least open interest of what is sold.
    pub open_interest_min: u64,
    /// Widest spread of what is sold, as part of its mid price.
    pub spread_fraction_max: f64,
}

/// Which limit kept an action off the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Name of the limit as in the configuration.
    pub limit: &'static str,
    /// What was refused.
    pub what: Subject,
    /// The value that broke the limit.
    pub value: f64,
    /// The bound.
    pub bound: f64,
}

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject {
    /// What would have been done.
    pub kind: Kind,
    /// Call or put.
    pub right: Right,
    /// Exercise price per share.
    pub strike: Cents,
    /// Calendar days to expiry.
    pub expiry_day: u16,
}

/// The grid of the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Absolute deltas at which puts are looked for.
    pub put_deltas: Vec<f64>,
    /// Absolute deltas at which calls are looked for.
    pub call_deltas: Vec<f64>,
    /// How many expiries, spread over the allowed days.
    pub expiries: usize,
    /// Sizes as parts of the largest size that the limits allow.
    pub sizes: Vec<f64>,
    /// May shares be bought and sold outright?
    pub stock_trades: bool,
    /// The longest menu.
    pub actions_max: usize,
}

/// Every legal action today, doing nothing first, and what was refused by which limit.
pub struct Menu {
    /// At most `actions_max`, without repetition.
    pub actions: Vec<Action>,
    /// One entry per contract and limit.
    pub refusals: Vec<Refusal>,
}

/// Where the trader stands when the menu is written.
pub struct Table<'a> {
    /// What the trader owns.
    pub book: &'a Book,
    /// Every contract quoted today.
    pub offers: &'a [Offer],
    /// Price of one share.
    pub spot: Cents,
    /// Cash, shares and options at the market, in dollars.
    pub wealth_usd: f64,
    /// Dollar delta of what the trader owns now.
    pub dollar_delta: f64,
    /// What trading costs.
    pub costs: &'a Costs,
}

impl Table<'_> {
    /// Writes the menu.
    pub fn menu(&self, grid: &Grid, limits: &Limits) -> Menu {
        let mut menu = Menu {
            actions: vec![Action::do_nothing()],
            refusals: Vec::new(),
        };
        let days = self.expiries(grid, limits);
        if grid.stock_trades {
            self.stock(limits, &mut menu);
        }
        // Full sizes of everything come before smaller sizes of anything, and rolls of all lots take turns with sales, so that a
        // short menu is still a broad one.
        let mut sales = Vec::new();
        for lot in self.book.lots() {
            let rolls = self.closings(lot, &days, grid, limits, &mut menu);
            sales.extend(
                rolls
                    .into_iter()
                    .enumerate()
                    .map(|(turn, roll)| (turn / 2, roll)),
            );
        }
        for &expiry_day in &days {
            for (right, deltas) in [
                (Right::Put, &grid.put_deltas),
                (Right::Call, &grid.call_deltas),
            ] {
                for (turn, offer) in self
                    .at_deltas(right, expiry_day, deltas)
                    .into_iter()
                    .enumerate()
                {
                    let sized = self.sales(offer, grid, limits, &mut menu);
                    sales.extend(
                        sized
                            .into_iter()
                            .map(|(size, action)| (10 * size + turn, action)),
                    );
                }
            }
        }
        sales.sort_by_key(|(rank, _)| *rank);
        menu.actions
            .extend(sales.into_iter().map(|(_, action)| action));
        let total = menu.actions.len();
        for cut in menu.actions.split_off(total.min(grid.actions_max)) {
            if let Some((right, strike, expiry_day, _, _)) = cut.sold() {
                let what = Subject {
                    kind: cut.kind(),
                    right,
                    strike,
                    expiry_day,
                };
                let (value, bound) = (total as f64, grid.actions_max as f64);
                menu.refusals.push(Refusal {
                    limit: "search.root_actions",
                    what,
                    value,
                    bound,
                });
            }
        }
        menu
    }

    /// Expiries inside the allowed days, spread evenly by rank.
    fn expiries(&self, grid: &Grid, limits: &Limits) -> Vec<u16> {
        let mut days: Vec<u16> = self.offers.iter().map(|o| o.expiry_day).collect();
        days.sort_unstable();
        days.dedup();
        days.retain(|d| (limits.days.0..=limits.days.1).contains(d));
        if days.len() <= grid.expiries {
            return days;
        }
        let last = days.len() - 1;
        let mut chosen: Vec<u16> = (0..grid.expiries)
            .map(|i| days[(i + 1) * last / grid.expiries.max(1)])
            .collect();
        chosen.dedup();
        chosen
    }

    /// For each target delta the nearest contract of that expiry, each contract once.
    fn at_deltas(&self, right: Right, expiry_day: u16, deltas: &[f64]) -> Vec<&Offer> {
        let mut found: Vec<&Offer> = Vec::new();
        let listed: Vec<&Offer> = self
            .offers
            .iter()
            .filter(|o| o.right == right && o.expiry_day == expiry_day)
            .collect();
        for &target in deltas {
            let gap = |offer: &&Offer| (offer.delta.abs() - target).abs();
            let Some(nearest) = listed
                .iter()
                .copied()
                .min_by(|a, b| gap(a).total_cmp(&gap(b)))
            else {
                continue;
            };
            // A contract far from the target is another choice, not this one.
            if gap(&nearest) < 0.1 && !found.iter().any(|o| o.strike == nearest.strike) {
                found.push(nearest);
            }
        }
        found
    }

    /// Sales of one contract, each with the rank of its size.
    fn sales(
        &self,
        offer: &Offer,
        grid: &Grid,
        limits: &Limits,
        menu: &mut Menu,
    ) -> Vec<(usize, Action)> {
        let kind = if offer.right == Right::Put {
            Kind::SellPut
        } else {
            Kind::SellCall
        };
        if offer.right == Right::Call && self.book.uncovered_shares() < SHARES_PER_CONTRACT {
            return Vec::new();
        }
        if !self.book.has_room() {
            menu.refuse("option lots", kind, offer, LOTS as f64 + 1.0, LOTS as f64);
            return Vec::new();
        }
        let Some(price) = self.sellable(offer, kind, limits, menu) else {
            return Vec::new();
        };
        let most = match offer.right {
            Right::Put => self.most_puts(offer, price, limits, menu),
            Right::Call => self.book.uncovered_shares() / SHARES_PER_CONTRACT,
        };
        let mut sales: Vec<(usize, Action)> = Vec::new();
        let mut taken = 0;
        for (rank, size) in grid.sizes.iter().enumerate() {
            let contracts = ((most as f64 * size).floor() as i64).min(most);
            if contracts >= 1 && contracts != taken {
                taken = contracts;
                sales.push((
                    rank,
                    Action::new(kind, &[offer.leg(-(contracts as i32), price)]),
                ));
            }
        }
        sales
    }

    /// The price at which the offer may be sold, or a refusal.
    fn sellable(
        &self,
        offer: &Offer,
        kind: Kind,
        limits: &Limits,
        menu: &mut Menu,
    ) -> Option<Cents> {
        let Some(price) = offer.sell_at else {
            menu.refuse("no bid", kind, offer, 0.0, 0.0);
            return None;
        };
        if let Some(open) = offer.open_interest
            && open < limits.open_interest_min
        {
            menu.refuse(
                "limits.min_open_interest",
                kind,
                offer,
                open as f64,
                limits.open_interest_min as f64,
            );
            return None;
        }
        if let Some(spread) = offer.spread_fraction
            && spread > limits.spread_fraction_max
        {
            menu.refuse(
                "limits.max_spread_fraction",
                kind,
                offer,
                spread,
                limits.spread_fraction_max,
            );
            return None;
        }
        if price * SHARES_PER_CONTRACT <= self.costs.per_contract {
            menu.refuse(
                "costs exceed the premium",
                kind,
                offer,
                price.usd() * 100.0,
                self.costs.per_contract.usd(),
            );
            return None;
        }
        Some(price)
    }

    /// The most puts that cash and limits allow; the tightest limit is named when not even one fits.
    fn most_puts(&self, offer: &Offer, price: Cents, limits: &Limits, menu: &mut Menu) -> i64 {
        let one = offer.strike.usd() * SHARES_PER_CONTRACT as f64;
        let net = one - price.usd() * SHARES_PER_CONTRACT as f64 + self.costs.per_contract.usd();
        let stock = self.book.shares() as f64 * self.spot.usd();
        let reserved = self.book.reserved().usd();
        let delta = offer.delta.abs() * self.spot.usd() * SHARES_PER_CONTRACT as f64;
        let rooms = [
            (
                "cash",
                reserved + net,
                self.book.cash().usd(),
                (self.book.free_cash().usd() / net).floor(),
            ),
            (
                "limits.max_collateral_fraction",
                (reserved + one) / self.wealth_usd,
                limits.collateral_fraction,
                ((limits.collateral_fraction * self.wealth_usd - reserved) / one).floor(),
            ),
            (
                "limits.max_concentration_fraction",
                (stock + reserved + one) / self.wealth_usd,
                limits.concentration_fraction,
                ((limits.concentration_fraction * self.wealth_usd - stock - reserved) / one)
                    .floor(),
            ),
            (
                "limits.max_delta_fraction",
                (self.dollar_delta + delta).abs() / self.wealth_usd,
                limits.delta_fraction,
                ((limits.delta_fraction * self.wealth_usd - self.dollar_delta) / delta.max(1e-9))
                    .floor(),
            ),
        ];
        let (limit, value, bound, most) = rooms
            .into_iter()
            .min_by(|a, b| a.3.total_cmp(&b.3))
            .expect("four limits");
        if most < 1.0 {
            menu.refuse(limit, Kind::SellPut, offer, value, bound);
            return 0;
        }
        most.min(1e6) as i64
    }

    /// Buy a short lot back (or sell a long one), and roll a short one to a later expiry.
    fn closings(
        &self,
        lot: &Lot,
        days: &[u16],
        grid: &Grid,
        limits: &Limits,
        menu: &mut Menu,
    ) -> Vec<Action> {
        let same = |o: &&Offer| {
            (o.right, o.strike, o.expiry_day) == (lot.right, lot.strike, lot.expiry_day)
        };
        let offer = self.offers.iter().find(same);
        let price = offer.and_then(|o| {
            if lot.contracts < 0 {
                o.buy_at
            } else {
                o.sell_at
            }
        });
        let (Some(offer), Some(price)) = (offer, price) else {
            menu.refusals.push(Refusal {
                limit: "no quote to close at",
                what: Subject {
                    kind: Kind::Close,
                    right: lot.right,
                    strike: lot.strike,
                    expiry_day: lot.expiry_day,
                },
                value: 0.0,
                bound: 0.0,
            });
            return Vec::new();
        };
        let close = offer.leg(-lot.contracts, price);
        let needed =
            price * lot.shares() + self.costs.per_contract * i64::from(lot.contracts.abs());
        if lot.contracts < 0 && lot.right == Right::Call && self.book.free_cash() < needed {
            menu.refuse(
                "cash",
                Kind::Close,
                offer,
                needed.usd(),
                self.book.free_cash().usd(),
            );
            return Vec::new();
        }
        menu.actions.push(Action::new(Kind::Close, &[close]));
        let mut rolls = Vec::new();
        if lot.contracts > 0 {
            return rolls;
        }
        let deltas: Vec<f64> = if lot.right == Right::Put {
            &grid.put_deltas
        } else {
            &grid.call_deltas
        }
        .clone();
        for &day in days.iter().filter(|&&day| day > lot.expiry_day) {
            // What a trader in trouble looks at first: the same strike, later.
            let same =
                |o: &&Offer| (o.right, o.strike, o.expiry_day) == (lot.right, lot.strike, day);
            let mut targets: Vec<&Offer> = self.offers.iter().filter(same).collect();
            let others = self.at_deltas(lot.right, day, &deltas);
            targets.extend(
                others
                    .into_iter()
                    .filter(|other| other.strike != lot.strike),
            );
            for later in targets {
                let Some(credit) = self.sellable(later, Kind::Roll, limits, menu) else {
                    continue;
                };
                let roll = Action::new(Kind::Roll, &[close, later.leg(lot.contracts, credit)]);
                let mut trial = self.book.clone();
                if trial.trade(&roll, lot.style, self.costs).is_err() {
                    let needed = trial.reserved().usd();
                    menu.refuse("cash", Kind::Roll, later, needed, trial.cash().usd());
                    continue;
                }
                let turned = f64::from(lot.contracts) * (later.delta - offer.delta);
                let dollar_delta =
                    self.dollar_delta + turned * SHARES_PER_CONTRACT as f64 * self.spot.usd();
                match self.broken_by(&trial, dollar_delta, limits) {
                    Some((limit, value, bound)) => {
                        menu.refuse(limit, Kind::Roll, later, value, bound);
                    }
                    None => rolls.push(roll),
                }
            }
        }
        rolls
    }

    /// The portfolio limit that a book breaks and that it brings nearer than today's book does: name, value, bound.
    fn broken_by(
        &self,
        trial: &Book,
        dollar_delta: f64,
        limits: &Limits,
    ) -> Option<(&'static str, f64, f64)> {
        let part = |usd: f64| usd / self.wealth_usd;
        let stock = |book: &Book| book.shares() as f64 * self.spot.usd();
        let reserved = |book: &Book| book.reserved().usd();
        let held = |book: &Book| stock(book) + reserved(book);
        [
            (
                "limits.max_collateral_fraction",
                reserved(trial),
                reserved(self.book),
                limits.collateral_fraction,
            ),
            (
                "limits.max_concentration_fraction",
                held(trial),
                held(self.book),
                limits.concentration_fraction,
            ),
            (
                "limits.max_delta_fraction",
                dollar_delta.abs(),
                self.dollar_delta.abs(),
                limits.delta_fraction,
            ),
        ]
        .into_iter()
        .find(|&(_, after, before, bound)| part(after) > bound && after > before)
        .map(|(limit, after, _, bound)| (limit, part(after), bound))
    }

    /// Buy what cash and concentration allow, sell what no call covers, in hundreds.
    fn stock(&self, limits: &Limits, menu: &mut Menu) {
        let hundred = self.spot.usd() * SHARES_PER_CONTRACT as f64;
        let room = limits.concentration_fraction * self.wealth_usd
            - self.book.shares() as f64 * self.spot.usd()
            - self.book.reserved().usd();
        let fee = self.costs.per_share_usd * SHARES_PER_CONTRACT as f64;
        let delta_room = limits.delta_fraction * self.wealth_usd - self.dollar_delta;
        let lots = (self.book.free_cash().usd() / (hundred + fee))
            .min(room / hundred)
            .min(delta_room / hundred)
            .floor() as i64;
        if lots >= 1 {
            let leg = Leg::Shares {
                count: lots * SHARES_PER_CONTRACT,
                price: self.spot,
            };
            menu.actions.push(Action::new(Kind::BuyShares, &[leg]));
        }
        if self.book.uncovered_shares() > 0 {
            let leg = Leg::Shares {
                count: -self.book.uncovered_shares(),
                price: self.spot,
            };
            menu.actions.push(Action::new(Kind::SellShares, &[leg]));
        }
    }
}

impl Menu {
    fn refuse(&mut self, limit: &'static str, kind: Kind, offer: &Offer, value: f64, bound: f64) {
        let what = Subject {
            kind,
            right: offer.right,
            strike: offer.strike,
            expiry_day: offer.expiry_day,
        };
        self.refusals.push(Refusal {
            limit,
            what,
            value,
            bound,
        });
    }
}

impl Offer {
    fn leg(&self, contracts: i32, price: Cents) -> Leg {
        Leg::Option {
            right: self.right,
            strike: self.strike,
            expiry_day: self.expiry_day,
            contracts,
            price,
        }
    }
}
