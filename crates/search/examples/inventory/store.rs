//! A stochastic inventory problem: how much to order each week when demand is uncertain and an order has a fixed cost.
//!
//! ```text
//! cost(week) = K [q > 0] + c q + h max(x + q - D, 0) + b max(D - x - q, 0)         x' = x + q - D
//! worth(x)   = max over q  E[-cost + worth'(x + q - D)]          at the end: c x, the stock is sold (or owed) at cost
//! ```
//! `x` stock (negative: owed to customers who wait), `q` order, which arrives at once, `D` demand. Scarf ("The optimality
//! of (S, s) policies in the dynamic inventory problem", 1960) proved the shape of the answer: order up to S when stock
//! has fallen to s or below, and else nothing. Money is not discounted. Not for lost sales, lead times or spoilage.

use search::{Game, Outcome};

/// The rules; sums are dollars, and per week where time matters.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// For any order, however small.
    pub(crate) order_usd: f64,
    /// For each item.
    pub(crate) item_usd: f64,
    /// For each item left over at the end of a week.
    pub(crate) holding_usd: f64,
    /// For each item owed at the end of a week.
    pub(crate) owing_usd: f64,
    /// `demand[d]` is the probability that `d` items are asked for in a week.
    pub(crate) demand: Vec<f64>,
    /// Most items that the store can hold.
    pub(crate) room: i32,
    /// Weeks to plan.
    pub(crate) weeks: u32,
}

/// What is in the store at the start of a week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shelf {
    pub(crate) week: u32,
    /// Items; negative when customers wait for them.
    pub(crate) stock: i32,
}

/// Items to order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Order(pub(crate) i32);

impl Store {
    /// Demand is the number of heads in eight tosses of a coin: 4 on average.
    pub(crate) fn reference() -> Store {
        let ways = [1.0, 8.0, 28.0, 56.0, 70.0, 56.0, 28.0, 8.0, 1.0];
        Store {
            order_usd: 16.0,
            item_usd: 2.0,
            holding_usd: 1.0,
            owing_usd: 5.0,
            demand: ways.map(|ways: f64| ways / 256.0).to_vec(),
            room: 24,
            weeks: 8,
        }
    }

    /// What a week costs when `after` items are on the shelf before the demand comes.
    pub(crate) fn shelf_cost(&self, after: i32, demand: i32) -> f64 {
        let left = f64::from(after - demand);
        self.holding_usd * left.max(0.0) + self.owing_usd * (-left).max(0.0)
    }

    /// What an order costs.
    pub(crate) fn order_cost(&self, order: i32) -> f64 {
        if order > 0 {
            self.order_usd + self.item_usd * f64::from(order)
        } else {
            0.0
        }
    }

    /// Backward induction: what the weeks from `week` on are worth, and the best order, for each stock from `lowest` to
    /// [`Store::room`]. Sums by demand over week after week; it shares costs with the game, not the walk.
    pub(crate) fn solve(&self, week: u32, lowest: i32) -> Vec<(f64, i32)> {
        let most = self.demand.len() as i32 - 1;
        let deepest = lowest - most * (self.weeks - week) as i32;
        let mut worths: Vec<(f64, i32)> = (deepest..=self.room)
            .map(|stock| (self.item_usd * f64::from(stock), 0))
            .collect();
        for _ in week..self.weeks {
            // A week earlier the deepest stock is one week's demand higher.
            let start = self.room - worths.len() as i32 + 1;
            let then = |stock: i32| worths[(stock - start) as usize].0;
            let after = |level: i32| -> f64 {
                let chances = (0..).zip(&self.demand);
                let each = chances
                    .map(|(d, chance)| chance * (then(level - d) - self.shelf_cost(level, d)));
                each.sum()
            };
            worths = (start + most..=self.room)
                .map(|stock| {
                    let worth = |order: i32| after(stock + order) - self.order_cost(order);
                    let orders = (0..=self.room - stock).map(|order| (worth(order), order));
                    orders
                        .reduce(|a, b| if b.0 > a.0 { b } else { a })
                        .unwrap_or((f64::NAN, 0))
                })
                .collect();
        }
        worths
    }

    /// A judge that promises too much: it expects the mean demand, to be met without a single order or item too many.
    pub(crate) fn hopeful(&self, shelf: &Shelf) -> f64 {
        let mean: f64 = (0..)
            .map(f64::from)
            .zip(&self.demand)
            .map(|(d, p)| d * p)
            .sum();
        let weeks = f64::from(self.weeks - shelf.week);
        self.item_usd * (f64::from(shelf.stock) - mean * weeks)
    }
}

impl Game for Store {
    type State = Shelf;
    type Action = Order;

    fn actions(&self, shelf: &Shelf, out: &mut Vec<Order>) {
        out.extend((0..=self.room - shelf.stock).map(Order));
    }

    fn outcomes(&self, shelf: &Shelf, order: Order, out: &mut Vec<Outcome<Shelf>>) {
        let after = shelf.stock + order.0;
        let paid = self.order_cost(order.0);
        out.extend((0..).zip(&self.demand).map(|(demand, chance)| Outcome {
            probability: *chance,
            reward: -paid - self.shelf_cost(after, demand),
            state: Shelf {
                week: shelf.week + 1,
                stock: after - demand,
            },
        }));
    }

    fn terminal_worth(&self, shelf: &Shelf) -> Option<f64> {
        (shelf.week == self.weeks).then(|| self.item_usd * f64::from(shelf.stock))
    }

    fn key(&self, shelf: &Shelf) -> Option<u128> {
        // The sign bit is flipped, so that the order of keys is the order of stocks.
        let stock = (shelf.stock as u32) ^ (1 << 31);
        Some(u128::from(shelf.week) << 32 | u128::from(stock))
    }
}
