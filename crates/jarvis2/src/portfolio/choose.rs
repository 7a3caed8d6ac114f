//! Which action of each symbol, so that the sum of worths is greatest and one purse of cash and one limit of collateral hold.
//!
//! ```text
//! max  sum v[i][j(i)]     subject to   sum cash[i][j(i)] <= C,   sum collateral[i][j(i)] <= K,   one j per symbol i
//! ```
//! A multiple-choice knapsack with two resources, solved exactly by dynamic programming over the undominated partial choices (Nemhauser
//! & Ullmann, Management Science 15, 1969; Kellerer, Pferschy & Pisinger, *Knapsack Problems*, 2004, chapters 6.6 and 11), cut by a bound:
//! for any prices `c, k >= 0` of the two resources, no completion is worth more than
//!
//! ```text
//! value + sum over symbols to come of max_j (v - c cash - k collateral)  +  c (C - cash so far) + k (K - collateral so far)
//! ```
//! (Lagrange; Geoffrion 1974). Good prices make the bound tight; any prices make it true. Resources are whole cents, so nothing is
//! exceeded by rounding. Where the undominated partial choices outnumber [`STATES`], the least promising are dropped and the answer
//! says by how much it may then fall short: never silently.

/// One action of a symbol.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Item {
    /// Worth in dollars.
    pub(crate) value: f64,
    /// Free cash that it takes, in cents; negative: it frees some.
    pub(crate) cash: i64,
    /// Collateral that it takes, in cents; negative: it frees some.
    pub(crate) collateral: i64,
}

impl Item {
    /// Doing nothing.
    pub(crate) const NOTHING: Item = Item {
        value: 0.0,
        cash: 0,
        collateral: 0,
    };
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// One item of each group.
    pub(crate) picks: Vec<usize>,
    /// Sum of their values.
    pub(crate) value: f64,
    /// No combination is worth more than this; equal to `value` where the answer is proven.
    pub(crate) bound: f64,
    /// What taking the most valuable item that still fits, symbol by symbol, would have been worth.
    pub(crate) greedy: f64,
}

/// Most partial choices kept at once.
const STATES: usize = 200_000;
/// Bounds within this many dollars of the best are no better.
const EPSILON: f64 = 1e-9;

#[derive(Clone, Copy)]
struct State {
    value: f64,
    cash: i64,
    collateral: i64,
    /// Place in the history of picks.
    trail: u32,
}

/// The best item of each group. Every group has [`Item::NOTHING`] among its items, so there always is an answer: all of them nothing.
pub(crate) fn best(groups: &[Vec<Item>], cash: i64, collateral: i64) -> Found {
    best_within(groups, cash, collateral, STATES)
}

fn best_within(groups: &[Vec<Item>], cash: i64, collateral: i64, states_max: usize) -> Found {
    // What is over the limit already must not forbid doing nothing.
    let (cash, collateral) = (cash.max(0), collateral.max(0));
    let prices = prices(groups, cash, collateral);
    let rest = Rest::of(groups, prices);
    let (mut picks, mut value) = greedy(groups, cash, collateral);
    let greedy = value;
    let mut dropped = f64::NEG_INFINITY;
    // Every state's picks as a chain: the pick and where it goes on.
    let mut trails: Vec<(u32, u32)> = vec![(u32::MAX, u32::MAX)];
    let mut states = vec![State {
        value: 0.0,
        cash: 0,
        collateral: 0,
        trail: 0,
    }];
    for (stage, group) in groups.iter().enumerate() {
        let mut next = Vec::with_capacity(states.len() * group.len());
        for state in &states {
            for (pick, item) in group.iter().enumerate() {
                let grown = State {
                    value: state.value + item.value,
                    cash: state.cash.saturating_add(item.cash),
                    collateral: state.collateral.saturating_add(item.collateral),
                    trail: 0,
                };
                let fits = grown.cash.saturating_add(rest.least_cash[stage + 1]) <= cash
                    && grown
                        .collateral
                        .saturating_add(rest.least_collateral[stage + 1])
                        <= collateral;
                if fits && rest.bound(&grown, stage + 1, cash, collateral) > value + EPSILON {
                    next.push((grown, state.trail, pick as u32));
                }
            }
        }
        undominated(&mut next);
        if next.len() > states_max {
            let bound =
                |(state, ..): &(State, u32, u32)| rest.bound(state, stage + 1, cash, collateral);
            next.sort_by(|a, b| bound(b).total_cmp(&bound(a)));
            dropped = dropped.max(bound(&next[states_max]));
            next.truncate(states_max);
        }
        states.clear();
        for (state, trail, pick) in next {
            let place = trails.len() as u32;
            trails.push((pick, trail));
            states.push(State {
                trail: place,
                ..state
            });
        }
    }
    // What is left is feasible and better than the greedy answer.
    for state in &states {
        if state.value > value + EPSILON {
            value = state.value;
            picks = chain(&trails, state.trail, groups.len());
        }
    }
    Found {
        picks,
        value,
        bound: value.max(dropped),
        greedy,
    }
}

fn chain(trails: &[(u32, u32)], mut trail: u32, count: usize) -> Vec<usize> {
    let mut picks = Vec::with_capacity(count);
    while picks.len() < count {
        let (pick, before) = trails[trail as usize];
        picks.push(pick as usize);
        trail = before;
    }
    picks.reverse();
    picks
}

/// Leaves only states that no other state beats in value with no more of either resource. Of equals the first stays.
fn undominated(states: &mut Vec<(State, u32, u32)>) {
    states.sort_by(|(a, ..), (b, ..)| {
        a.cash
            .cmp(&b.cash)
            .then(a.collateral.cmp(&b.collateral))
            .then(b.value.total_cmp(&a.value))
    });
    // Of the states before this one in the order of cash: for each collateral the greatest value, both rising.
    let mut stairs: std::collections::BTreeMap<i64, f64> = std::collections::BTreeMap::new();
    states.retain(|(state, ..)| {
        let below = stairs.range(..=state.collateral).next_back();
        if below.is_some_and(|(_, value)| *value >= state.value) {
            return false;
        }
        let beaten: Vec<i64> = stairs
            .range(state.collateral..)
            .take_while(|(_, value)| **value <= state.value)
            .map(|(collateral, _)| *collateral)
            .collect();
        for collateral in beaten {
            stairs.remove(&collateral);
        }
        stairs.insert(state.collateral, state.value);
        true
    });
}

/// Symbol by symbol, those with the greatest value first, the most valuable item that still fits.
fn greedy(groups: &[Vec<Item>], cash: i64, collateral: i64) -> (Vec<usize>, f64) {
    let most = |group: &[Item]| {
        group
            .iter()
            .map(|item| item.value)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by(|&a, &b| most(&groups[b]).total_cmp(&most(&groups[a])));
    let nothing = |group: &[Item]| {
        let found = group.iter().position(|item| *item == Item::NOTHING);
        found.expect("doing nothing is among the items")
    };
    let mut picks: Vec<usize> = groups.iter().map(|group| nothing(group)).collect();
    let (mut spent, mut reserved) = (0_i64, 0_i64);
    for index in order {
        let fits = |item: &&(usize, &Item)| {
            spent.saturating_add(item.1.cash) <= cash
                && reserved.saturating_add(item.1.collateral) <= collateral
        };
        let items: Vec<(usize, &Item)> = groups[index].iter().enumerate().collect();
        let taken = items.iter().filter(fits).reduce(|best, next| {
            if next.1.value > best.1.value {
                next
            } else {
                best
            }
        });
        if let Some((pick, item)) = taken.filter(|(_, item)| item.value > 0.0) {
            picks[index] = *pick;
            spent += item.cash;
            reserved += item.collateral;
        }
    }
    // Summed in the order of the groups, as every other sum.
    let value = picks
        .iter()
        .zip(groups)
        .fold(0.0, |sum, (pick, group)| sum + group[*pick].value);
    (picks, value)
}

/// What the groups from a stage on can still add.
struct Rest {
    prices: (f64, f64),
    /// Greatest sum of values less priced resources.
    priced: Vec<f64>,
    /// Greatest sum of values.
    most: Vec<f64>,
    least_cash: Vec<i64>,
    least_collateral: Vec<i64>,
}

impl Rest {
    fn of(groups: &[Vec<Item>], prices: (f64, f64)) -> Rest {
        let count = groups.len();
        let mut rest = Rest {
            prices,
            priced: vec![0.0; count + 1],
            most: vec![0.0; count + 1],
            least_cash: vec![0; count + 1],
            least_collateral: vec![0; count + 1],
        };
        for (stage, group) in groups.iter().enumerate().rev() {
            let most = |value: &dyn Fn(&Item) -> f64| {
                group.iter().map(value).fold(f64::NEG_INFINITY, f64::max)
            };
            let least = |value: fn(&Item) -> i64| group.iter().map(value).min().unwrap_or(0);
            rest.priced[stage] = rest.priced[stage + 1] + most(&|item| priced(item, prices));
            rest.most[stage] = rest.most[stage + 1] + most(&|item| item.value);
            rest.least_cash[stage] = rest.least_cash[stage + 1] + least(|item| item.cash);
            rest.least_collateral[stage] =
                rest.least_collateral[stage + 1] + least(|item| item.collateral);
        }
        rest
    }

    /// No completion of this state is worth more.
    fn bound(&self, state: &State, stage: usize, cash: i64, collateral: i64) -> f64 {
        let left = self.prices.0 * (cash - state.cash) as f64
            + self.prices.1 * (collateral - state.collateral) as f64;
        // Rounding must not make it too low: a millionth of a dollar to spare.
        (state.value + self.priced[stage] + left).min(state.value + self.most[stage]) + 1e-6
    }
}

fn priced(item: &Item, (cash, collateral): (f64, f64)) -> f64 {
    item.value - cash * item.cash as f64 - collateral * item.collateral as f64
}

/// Prices of a cent of cash and of collateral that make the bound of the whole low: it is convex in both, so thirds are cut off.
fn prices(groups: &[Vec<Item>], cash: i64, collateral: i64) -> (f64, f64) {
    const CUTS: usize = 32;
    let bound = |prices: (f64, f64)| {
        let sum: f64 = groups
            .iter()
            .map(|group| {
                let values = group.iter().map(|item| priced(item, prices));
                values.fold(f64::NEG_INFINITY, f64::max)
            })
            .sum();
        sum + prices.0 * cash as f64 + prices.1 * collateral as f64
    };
    // No cent earns more than this.
    let dearest = groups
        .iter()
        .flatten()
        .flat_map(|item| [item.cash, item.collateral].map(|taken| (item.value, taken)))
        .filter(|(value, taken)| *value > 0.0 && *taken > 0)
        .map(|(value, taken)| value / taken as f64)
        .fold(0.0, f64::max);
    let lowest = |f: &dyn Fn(f64) -> f64| {
        let (mut low, mut high) = (0.0, dearest);
        for _ in 0..CUTS {
            let third = (high - low) / 3.0;
            if f(low + third) <= f(high - third) {
                high -= third;
            } else {
                low += third;
            }
        }
        // The ends count: where a resource is not scarce its price is 0.
        [0.0, (low + high) / 2.0]
            .into_iter()
            .min_by(|a, b| f(*a).total_cmp(&f(*b)))
            .unwrap_or(0.0)
    };
    let of_cash = |collateral_price: f64| lowest(&|price| bound((price, collateral_price)));
    let collateral_price = lowest(&|price| bound((of_cash(price), price)));
    (of_cash(collateral_price), collateral_price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Value, cash and collateral in dollars.
    fn item(value: f64, cash: i64, collateral: i64) -> Item {
        Item {
            value,
            cash: 100 * cash,
            collateral: 100 * collateral,
        }
    }

    fn group(items: &[Item]) -> Vec<Item> {
        [&[Item::NOTHING], items].concat()
    }

    fn brute(groups: &[Vec<Item>], cash: i64, collateral: i64) -> f64 {
        let mut best = 0.0_f64;
        let mut picks = vec![0; groups.len()];
        loop {
            let chosen = || picks.iter().zip(groups).map(|(&pick, group)| group[pick]);
            if chosen().map(|item| item.cash).sum::<i64>() <= cash
                && chosen().map(|item| item.collateral).sum::<i64>() <= collateral
            {
                best = best.max(chosen().map(|item| item.value).sum());
            }
            let mut at = 0;
            while at < picks.len() {
                picks[at] += 1;
                if picks[at] < groups[at].len() {
                    break;
                }
                picks[at] = 0;
                at += 1;
            }
            if at == picks.len() {
                return best;
            }
        }
    }

    /// Dearest first is a trap: one that takes all the room against two that share it.
    #[test]
    fn two_that_fit_beat_the_one_that_is_dearest() {
        let groups = [
            group(&[item(100.0, 10, 10_000)]),
            group(&[item(70.0, 10, 5_000)]),
            group(&[item(60.0, 10, 5_000)]),
        ];
        let found = best(&groups, 10_000_000, 1_000_000);
        assert_eq!(found.picks, [0, 1, 1]);
        assert_eq!((found.value, found.greedy), (130.0, 100.0));
        assert_eq!(found.bound, found.value);
    }

    #[test]
    fn what_frees_collateral_makes_room_for_others() {
        let groups = [
            group(&[item(5.0, 30, -4_000)]),
            group(&[item(50.0, 100, 4_500)]),
        ];
        let found = best(&groups, 100_000, 50_000);
        assert_eq!(found.picks, [1, 1]);
        // Already over the limit: nothing that takes more, and freeing is still allowed.
        let over = best(&groups, 100_000, -100_000);
        assert_eq!(over.picks, [1, 0]);
        let nothing = best(&groups, 0, 0);
        assert_eq!((nothing.picks, nothing.value), (vec![0, 0], 0.0));
        assert_eq!(best(&[], 0, 0).picks, [0; 0]);
    }

    /// Forty symbols with seven sizes each: more combinations than could be tried, and proven all the same.
    #[test]
    fn forty_symbols_are_proven() {
        let groups: Vec<Vec<Item>> = (0..40_i64)
            .map(|symbol| {
                let items: Vec<Item> = (1..=7)
                    .map(|size| {
                        let lot = 1_500 + 137 * ((symbol * 29) % 41);
                        // Falling gains of larger sizes, as risk aversion has it.
                        let gain = (3.0 + ((symbol * 17) % 23) as f64) * (size as f64).powf(0.9);
                        item(gain, size * (lot - 20), size * lot)
                    })
                    .collect();
                group(&items)
            })
            .collect();
        let found = best(&groups, 100 * 250_000, 100 * 200_000);
        assert!(found.bound - found.value < 1e-5, "{found:?}");
        let sum = |of: fn(&Item) -> i64| -> i64 {
            found
                .picks
                .iter()
                .zip(&groups)
                .map(|(&pick, group)| of(&group[pick]))
                .sum()
        };
        assert!(sum(|item| item.collateral) <= 100 * 200_000);
        assert!(found.value >= found.greedy);
    }

    /// With room for few states the answer still fits, and says how much it may fall short.
    #[test]
    fn a_cut_search_owns_up() {
        let groups: Vec<Vec<Item>> = (0..12_i64)
            .map(|symbol| {
                let items: Vec<Item> = (1..=5)
                    .map(|size| {
                        item(
                            (size * (7 + symbol % 5)) as f64 + 0.3,
                            size * (900 + 31 * symbol),
                            size * (1_000 + 37 * (symbol % 7)),
                        )
                    })
                    .collect();
                group(&items)
            })
            .collect();
        let (cash, collateral) = (100 * 14_000, 100 * 15_500);
        let whole = best(&groups, cash, collateral);
        let cut = best_within(&groups, cash, collateral, 3);
        assert!(cut.value <= whole.value + 1e-9);
        assert!(cut.bound >= whole.value - 1e-9, "{cut:?} {whole:?}");
    }

    proptest! {
        /// As good as trying everything, and never over a limit.
        #[test]
        fn it_equals_brute_force(
            table in prop::collection::vec(
                prop::collection::vec((-20.0..100.0_f64, -50..400_i64, -50..400_i64), 0..5),
                0..6,
            ),
            cash in 0..900_i64,
            collateral in 0..900_i64,
        ) {
            let groups: Vec<Vec<Item>> = table
                .iter()
                .map(|items| {
                    let items: Vec<Item> = items.iter().map(|&(value, cash, collateral)| Item { value, cash, collateral }).collect();
                    group(&items)
                })
                .collect();
            let found = best(&groups, cash, collateral);
            let chosen = || found.picks.iter().zip(&groups).map(|(&pick, group)| group[pick]);
            prop_assert!(chosen().map(|item| item.cash).sum::<i64>() <= cash);
            prop_assert!(chosen().map(|item| item.collateral).sum::<i64>() <= collateral);
            let expected = brute(&groups, cash, collateral);
            prop_assert!((found.value - expected).abs() < 1e-7, "{} is not {expected}", found.value);
            prop_assert!((chosen().map(|item| item.value).sum::<f64>() - found.value).abs() < 1e-9);
            prop_assert!(found.bound <= found.value + 1e-5);
            prop_assert!(found.greedy <= found.value + 1e-9);
        }
    }
}
