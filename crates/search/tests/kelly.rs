//! Kelly betting: how much of one's wealth to stake on a coin that is a little in one's favour.
//!
//! ```text
//! f* = p - (1 - p)/b = 0.10        growth = p ln(1 + f) + (1 - p) ln(1 - f) = 0.0050084 a bet      p = 0.55, b = 1
//! ```
//! Source: Kelly, Bell System Technical Journal 35 (1956). With logarithmic utility the stake depends neither on wealth
//! nor on the bets left.

use search::{Each, Game, Outcome, SearchConfig, StopReason, run};

const CHANCE: f64 = 0.55;

struct Coin {
    /// Whether tables with as many bets left share a node: the growth to come is the same at any wealth.
    graph: bool,
}

#[derive(Clone)]
struct Table {
    bets_left: u32,
    ruined: bool,
}

/// A stake in twentieths of wealth.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stake(u32);

impl Game for Coin {
    type State = Table;
    type Action = Stake;

    fn actions(&self, _: &Table, out: &mut Vec<Stake>) {
        out.extend((0..=20).map(Stake));
    }

    fn outcomes(&self, table: &Table, stake: Stake, out: &mut Vec<Outcome<Table>>) {
        let fraction = f64::from(stake.0) / 20.0;
        let ruined = stake.0 == 20;
        let bets_left = table.bets_left - 1;
        out.push(Outcome {
            probability: CHANCE,
            reward: (1.0 + fraction).ln(),
            state: Table {
                bets_left,
                ruined: false,
            },
        });
        out.push(Outcome {
            probability: 1.0 - CHANCE,
            reward: if ruined { 0.0 } else { (1.0 - fraction).ln() },
            state: Table { bets_left, ruined },
        });
    }

    fn terminal_worth(&self, table: &Table) -> Option<f64> {
        if table.ruined {
            Some(-1e6) // stands for the logarithm of nothing
        } else {
            (table.bets_left == 0).then_some(0.0)
        }
    }

    fn key(&self, table: &Table) -> Option<u128> {
        let key = u128::from(table.bets_left) << 1 | u128::from(table.ruined);
        self.graph.then_some(key)
    }
}

/// Judged by "stop betting", the search stakes a tenth everywhere and grows at the rate of the formula.
fn check(coin: Coin, bets: u32, evaluations: u32) {
    let root = Table {
        bets_left: bets,
        ruined: false,
    };
    let config = SearchConfig {
        evaluations,
        ..SearchConfig::default()
    };
    let tree = run(
        &coin,
        &root,
        &mut Each(|_: &Table| 0.0),
        &config,
        &mut |_| true,
    )
    .expect("the rules are in order");
    assert_eq!(tree.stop_reason(), StopReason::Solved);
    let growth = CHANCE * 1.1f64.ln() + (1.0 - CHANCE) * 0.9f64.ln();
    assert!((growth - 0.0050084).abs() < 5e-8);
    let mut choices = 0;
    for node in tree.nodes() {
        if let Some(best) = tree.best(node) {
            choices += 1;
            assert_eq!(best.action, Stake(2));
            let expected = growth * f64::from(tree.state(node).bets_left);
            assert!((tree.worth(node) - expected).abs() < 1e-12);
        }
    }
    assert_eq!(choices, tree.counts().evaluations);
}

#[test]
fn forty_bets_with_shared_states() {
    check(Coin { graph: true }, 40, 40);
}

#[test]
fn three_bets_played_out() {
    check(Coin { graph: false }, 3, 1 + 41 + 41 * 41);
}
